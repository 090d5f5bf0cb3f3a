package community

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// holdSessions writes every chat and call, oldest first, and numbers them.
func (w *world) holdSessions() error {
	for _, p := range w.people {
		if err := w.practise(p); err != nil {
			return fmt.Errorf("%s: %w", p.id, err)
		}
	}
	slices.SortStableFunc(w.chats, func(a, b *chat) int {
		if d := a.session.StartedAt.Compare(b.session.StartedAt); d != 0 {
			return d
		}
		return strings.Compare(a.who.id, b.who.id)
	})
	for i, ch := range w.chats {
		ch.session.ID = fmt.Sprintf("s%d", 20001+i)
		for j, l := range ch.lines {
			l.message.Session = ch.session.ID
			l.message.ID = fmt.Sprintf("%s-%03d", ch.session.ID, j+1)
			l.message.Seq = int64(j + 1)
			l.message.Version = 1
		}
	}
	return nil
}

// practise gives an expert their chats.
func (w *world) practise(p *person) error {
	r := w.stream("sessions " + p.id)
	problems := w.lib.problems[p.cluster.file]
	if len(problems) == 0 {
		return fmt.Errorf("no problems for %s", p.cluster.name)
	}
	want := max(p.want, len(p.plots)+2)
	if p.want < 3 && len(p.plots) == 0 {
		want = p.want
	}
	starts := w.schedule(r, p, want)
	// Plots stand in the later chats, with plain ones between them.
	where := map[int]*assignment{}
	if n := len(p.plots); n > 0 {
		places := r.Perm(len(starts) - 1)[:n]
		slices.Sort(places)
		switch p.plots[0].given["when"] {
		case "early": // whoever writes first
			for i := range places {
				places[i] = i
			}
		case "late":
			for i := range places {
				places[i] = len(starts) - 1 - n + i
			}
		}
		for i, at := range places {
			where[at+1] = p.plots[i]
		}
	}
	var regulars []*client
	for i, start := range starts {
		cl := pick(r, w.clients)
		if len(regulars) > 0 && r.chance(0.22) && where[i] == nil {
			cl = pick(r, regulars)
		}
		a := where[i]
		if a != nil && a.given["again"] != "" && len(regulars) > 0 {
			cl = regulars[0]
		}
		ch := w.newChat(p, cl, start, "chat")
		c := &composer{w: w, r: r, chat: ch, p: p, cl: cl, facts: w.common(r, p, cl, start)}
		if a != nil && a.partner != nil {
			c.cl = &client{id: a.partner.id, name: a.partner.given, voice: a.partner.voice, mood: calm, met: map[string]string{}}
			ch.client, ch.session.ClientID, ch.quiet, ch.mood = c.cl, a.partner.id, true, calm
			c.facts["client"] = a.partner.given
		}
		if m := moodOf(a); m != "" {
			ch.mood = m
		}
		c.converse(w.leastUsed(r, p, problems), a)
		if a != nil && a.deed != nil {
			a.deed.chats = append(a.deed.chats, ch)
			ch.sour = !a.deed.innocent && a.given["happy"] == ""
		}
		if p.slow != nil && i > 0 && r.chance(0.7) {
			c.dawdle()
		}
		c.clock()
		if last := c.facts["last"]; last != "" {
			cl.met[p.id] = last
		}
		if len(regulars) < 3 {
			regulars = append(regulars, cl)
		}
	}
	calls := r.between(0, 4)
	for _, start := range w.schedule(r, p, calls) {
		ch := w.newChat(p, pick(r, w.clients), start, "call")
		ch.session.EndedAt = start.Add(r.long(17*time.Minute, 0.5)).UTC().Truncate(time.Second)
	}
	if p.gone != nil {
		w.leaveAlone(r, p)
	}
	return nil
}

func moodOf(a *assignment) mood {
	if a == nil {
		return ""
	}
	return mood(a.given["mood"])
}

// leastUsed chooses a problem that this expert has seldom had.
func (w *world) leastUsed(r stream, p *person, problems []*script) *script {
	best, least := problems[0], 1<<30
	for _, i := range r.Perm(len(problems)) {
		if n := p.used["problem "+problems[i].name]; n < least {
			best, least = problems[i], n
		}
	}
	p.used["problem "+best.name]++
	return best
}

// common are the facts that every chat has.
func (w *world) common(r stream, p *person, cl *client, start time.Time) slots {
	local := start.In(p.loc)
	part := "evening"
	switch h := local.Hour(); {
	case h < 12:
		part = "morning"
	case h < 18:
		part = "afternoon"
	}
	f := slots{
		"client": cl.name, "me": p.given, "screen": p.screen, "city": p.place.city, "daypart": part,
		"dayname": local.Weekday().String(),
	}
	for k, v := range w.contacts(r, p) {
		f[k] = v
	}
	return f
}

// schedule finds n starts within the working hours of the last months, at
// least an hour and a half apart, in order.
func (w *world) schedule(r stream, p *person, n int) []time.Time {
	var out []time.Time
	first := historyDays
	for tries := 0; len(out) < n && tries < 400*n+400; tries++ {
		// more of them lately, as with any service that grows
		back := int(float64(first) * r.Float64() * (0.55 + 0.45*r.Float64()))
		day := Base.In(p.loc).AddDate(0, 0, -back)
		if !p.days[day.Weekday()] {
			continue
		}
		hour := r.between(p.from, p.to-1)
		at := time.Date(day.Year(), day.Month(), day.Day(), hour, r.IntN(60), r.IntN(60), 0, p.loc)
		if at.After(Base.Add(-3*time.Hour)) || at.Before(p.joined) || p.until != nil && at.After(p.until.at) {
			continue
		}
		key := at.Format(time.DateOnly)
		apart := 90 * time.Minute
		if p.slow != nil {
			apart = 4 * time.Hour
		}
		clash := false
		for _, other := range p.starts[key] {
			clash = clash || at.Sub(other).Abs() < apart
		}
		if clash {
			continue
		}
		p.starts[key] = append(p.starts[key], at)
		out = append(out, at)
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// dawdle lets the expert answer late, again and again, without a word.
func (c *composer) dawdle() {
	c.chat.sour = true
	n := 0
	for i := 2; i < len(c.chat.lines); i++ {
		l, prev := c.chat.lines[i], c.chat.lines[i-1]
		if l.message.From != model.FromExpert || prev.message.From != model.FromClient || !c.r.chance(0.5) {
			continue
		}
		l.wait = c.r.seconds(4.5*60, 14*60)
		c.p.slow.lines = append(c.p.slow.lines, l)
		if n++; n >= 5 {
			break
		}
	}
	c.p.slow.chats = append(c.p.slow.chats, c.chat)
}

// leaveAlone writes the chats in which clients wait for an expert who is
// Available and does not answer.
func (w *world) leaveAlone(r stream, p *person) {
	n := r.between(4, 7)
	if p.gone.innocent {
		n = 1
	}
	for _, start := range w.schedule(r, p, n) {
		ch := w.newChat(p, pick(r, w.clients), start, "chat")
		ch.quiet = true
		c := &composer{w: w, r: r, chat: ch, p: p, cl: ch.client, facts: w.common(r, p, ch.client, start)}
		c.say(model.FromClient, []string{pick(r, w.lib.pools["missed.first"])}, true)
		for range r.between(1, 3) {
			c.say(model.FromClient, []string{"~" + pick(r, w.lib.pools["missed.then"])}, true)
		}
		if r.chance(0.7) {
			c.say(model.FromClient, []string{"~" + pick(r, w.lib.pools["missed.last"])}, true)
		}
		c.clock()
		waited := time.Duration(0)
		for _, l := range ch.lines[1:] {
			waited += r.seconds(60, 200)
			l.message.At = stamp(l.message.At.Add(waited))
		}
		ch.session.EndedAt = ch.lines[len(ch.lines)-1].message.At.Add(r.seconds(60, 300)).Truncate(time.Second)
		p.gone.chats = append(p.gone.chats, ch)
		p.gone.lines = append(p.gone.lines, ch.lines...)
	}
}
