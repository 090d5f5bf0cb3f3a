package community

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// keepStatus writes the status events: every working day of the last weeks, and
// earlier the days with a chat.
func (w *world) keepStatus() {
	for _, p := range w.people {
		w.statusOf(w.stream("status "+p.id), p)
	}
	slices.SortStableFunc(w.status, func(a, b *model.StatusEvent) int {
		if d := a.At.Compare(b.At); d != 0 {
			return d
		}
		return strings.Compare(a.ExpertID, b.ExpertID)
	})
	for i, s := range w.status {
		s.ID, s.Version = fmt.Sprintf("a%d", 60001+i), 1
	}
}

type span struct{ from, to time.Time }

func (w *world) statusOf(r stream, p *person) {
	byDay := map[string][]*chat{}
	for _, ch := range p.chats {
		key := ch.session.StartedAt.In(p.loc).Format(time.DateOnly)
		byDay[key] = append(byDay[key], ch)
	}
	var last time.Time
	set := func(at time.Time, s model.Availability) {
		if at.After(Base) || !at.After(last) || p.until != nil && at.After(p.until.at.Add(9*time.Hour)) {
			return
		}
		last = at
		w.status = append(w.status, &model.StatusEvent{ExpertID: p.id, Status: s, At: stamp(at)})
	}
	for back := historyDays + 1; back >= 0; back-- {
		day := Base.In(p.loc).AddDate(0, 0, -back)
		key := day.Format(time.DateOnly)
		chats := byDay[key]
		if len(chats) == 0 && (back > 24 || !p.days[day.Weekday()] || r.chance(0.15)) {
			continue
		}
		at := func(h, m int) time.Time {
			return time.Date(day.Year(), day.Month(), day.Day(), h, m, r.IntN(60), 0, p.loc)
		}
		open, shut := at(p.from, r.IntN(25)), at(p.to, r.IntN(40))
		slices.SortFunc(chats, func(a, b *chat) int { return a.session.StartedAt.Compare(b.session.StartedAt) })
		for _, ch := range chats {
			if ch.session.StartedAt.Before(open) {
				open = ch.session.StartedAt.Add(-r.seconds(60, 1500))
			}
			if ch.session.EndedAt.After(shut) {
				shut = ch.session.EndedAt.Add(r.seconds(60, 900))
			}
		}
		set(open, model.Available)
		lunch := at(r.between(11, 14), r.IntN(60))
		rest := span{lunch, lunch.Add(r.long(35*time.Minute, 0.3))}
		free := rest.from.After(open) && rest.to.Before(shut) && r.chance(0.55) && p.gone == nil
		for _, ch := range chats {
			if ch.session.StartedAt.Before(rest.to) && ch.session.EndedAt.After(rest.from) {
				free = false
			}
		}
		for _, ch := range chats {
			if free && rest.to.Before(ch.session.StartedAt) {
				set(rest.from, model.Unavailable)
				set(rest.to, model.Available)
				free = false
			}
			if p.busy && len(ch.lines) > 0 {
				set(ch.session.StartedAt.Add(2*time.Second), model.Busy)
				set(ch.session.EndedAt, model.Available)
			}
		}
		if free {
			set(rest.from, model.Unavailable)
			set(rest.to, model.Available)
		}
		if p.gone != nil && !p.gone.innocent && back < 30 && r.chance(0.4) {
			shut = open.Add(r.seconds(17*3600, 22*3600)) // left on overnight
			set(shut, model.Unavailable)
			p.gone.status = append(p.gone.status, w.status[len(w.status)-1])
			continue
		}
		set(shut, model.Unavailable)
	}
}
