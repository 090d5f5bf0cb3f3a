package community

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// plannedRating is a rating that a role decided before anybody rates.
type plannedRating struct {
	chat    *chat
	stars   int
	comment string
	deeds   []*deed
	edit    func(*model.Rating)
}

// ratingRoles casts self-raters, rings and bursts, and what looks like them.
func (k caster) ratingRoles() {
	w := k.w
	for i, how := range []string{"device", "payout", "address"} {
		p := k.take(1, "", nil)[0]
		d := w.did(p, "ratings", "ratings/self-"+how, 1+i/2)
		sock := k.helpers(3)
		for range k.r.between(5, 7) {
			k.plan(p, pick(k.r, sock), k.r.between(2, 80), 5, func(r *model.Rating) {
				switch how {
				case "device":
					r.Device = p.signals.Devices[0]
				case "payout":
					r.Payout = p.signals.Payout
				default:
					r.Address, r.Network = p.signals.Address, p.signals.Networks[0]
				}
			}, d)
		}
	}
	// A quick ring: helpers who rate the same four experts within days.
	k.ring(4, 8, 40, 9, "ratings/ring-quick", 1, 5)
	// A slow one, over three months, with some fours and some honest targets.
	k.ring(4, 7, 104, 100, "ratings/ring-slow", 3, 4)
	k.mutual()
	// A burst: fresh accounts, one night.
	p := k.take(1, "", nil)[0]
	d := w.did(p, "ratings", "ratings/burst", 1)
	for _, h := range k.helpers(14) {
		k.plan(p, h, 12, 5, nil, d)
	}
	// Decoys.
	for range 3 {
		q := k.anybody("")
		q.want = max(q.want, 12)
		q.fan = w.seems(q, "ratings", "decoy/honest-run", "honest five-star run: different clients, real chats, months")
	}
	for range 3 {
		q := k.anybody("")
		d := w.seems(q, "ratings", "decoy/shared-network", "clients behind the expert's carrier or café network, nothing else shared")
		for range 2 {
			k.plan(q, pick(k.r, w.clients), k.r.between(3, 90), k.r.between(4, 5), func(r *model.Rating) { r.Network = q.signals.Networks[0] }, d)
		}
	}
	a := k.anybody("")
	b := k.anybody("")
	for b == a {
		b = k.anybody("")
	}
	for _, two := range [][2]*person{{a, b}, {b, a}} {
		d := w.seems(two[0], "ratings", "decoy/mutual", "two experts asked each other for advice once, and rated it")
		d.Others = []string{two[1].id}
		k.plan(two[0], asClient(two[1]), k.r.between(10, 90), 5, nil, d)
	}
}

func asClient(p *person) *client {
	return &client{id: p.id, name: p.given, voice: p.voice, mood: calm, device: p.signals.Devices[0], network: p.signals.Networks[0], met: map[string]string{}}
}

// helpers are accounts that exist to rate.
func (k caster) helpers(n int) []*client {
	var out []*client
	for range n {
		k.w.sockets++
		c := &client{id: fmt.Sprintf("c%d", 70000+k.w.sockets*3), name: pick(k.r, origins["anglo"].female), met: map[string]string{}}
		c.voice, c.mood = clientVoice(k.r)
		c.device, c.network = token(k.r, "d"), token(k.r, "n")
		out = append(out, c)
	}
	return out
}

// plan lays a short call with its rating at some day before the base.
func (k caster) plan(p *person, by *client, day, stars int, edit func(*model.Rating), deeds ...*deed) {
	at := Base.AddDate(0, 0, -day).In(p.loc)
	at = time.Date(at.Year(), at.Month(), at.Day(), k.r.between(p.from, p.to), k.r.IntN(60), k.r.IntN(60), 0, p.loc)
	if at.After(Base.Add(-2 * time.Hour)) {
		at = Base.Add(-3 * time.Hour)
	}
	ch := k.w.newChat(p, by, at, "call")
	ch.quiet = true
	ch.session.EndedAt = stamp(ch.session.StartedAt.Add(k.r.seconds(65, 260)))
	ch.session.StartedAt = stamp(ch.session.StartedAt)
	key := at.Format(time.DateOnly)
	p.starts[key] = append(p.starts[key], at)
	k.w.planned = append(k.w.planned, plannedRating{
		chat: ch, stars: stars, comment: pick(k.r, k.w.lib.pools["rate.helper"]), deeds: deeds, edit: edit,
	})
	for _, d := range deeds {
		d.chats = append(d.chats, ch)
	}
}

// ring lets helpers rate a group of experts.
func (k caster) ring(experts, helpers, first, days int, kind string, subtlety, least int) {
	group := k.take(experts, "", nil)
	hs := k.helpers(helpers)
	var ids []string
	for _, p := range group {
		ids = append(ids, p.id)
	}
	for _, p := range group {
		d := k.w.did(p, "ratings", kind, subtlety)
		for _, id := range ids {
			if id != p.id {
				d.Others = append(d.Others, id)
			}
		}
		for _, h := range hs {
			if k.r.chance(0.12) {
				continue
			}
			k.plan(p, h, max(1, first-k.r.between(0, days)), k.r.between(least, 5), nil, d)
		}
	}
	if least < 5 { // camouflage: some of them rate an honest expert too
		for _, h := range hs[:3] {
			k.plan(k.anybody(""), h, k.r.between(5, 90), k.r.between(3, 5), nil)
		}
	}
}

// mutual is a ring of experts who rate each other, arranged in a chat.
func (k caster) mutual() {
	group := k.take(4, "", nil)
	for i, p := range group {
		d := k.w.did(p, "ratings", "ratings/ring-mutual", 2)
		for j, q := range group {
			if i == j {
				continue
			}
			d.Others = append(d.Others, q.id)
			for range k.r.between(2, 3) {
				k.plan(p, asClient(q), k.r.between(3, 75), 5, nil, d)
			}
		}
	}
	p, q := group[0], group[1]
	d := k.w.did(p, "ratings", "ratings/swap", 2)
	d.Others = []string{q.id}
	p.plots = append(p.plots, &assignment{script: k.w.lib.plots["ratings/swap"], deed: d, given: slots{"rival": q.screen, "happy": "yes"}, partner: q})
}

// rate lets clients rate.
func (w *world) rate() {
	r := w.stream("ratings")
	add := func(ch *chat, stars int, comment string) *model.Rating {
		rt := &model.Rating{
			Version: 1, ExpertID: ch.who.id, SessionID: ch.session.ID, RaterID: ch.client.id, Stars: stars, Comment: comment,
			At: stamp(ch.session.EndedAt.Add(r.long(4*time.Minute, 1.1))), Device: ch.client.device, Network: ch.client.network,
		}
		if rt.At.After(Base) {
			rt.At = Base
		}
		w.ratings = append(w.ratings, rt)
		return rt
	}
	for _, ch := range w.chats {
		if ch.quiet || !r.chance(0.6) {
			continue
		}
		stars := 5
		switch x := r.Float64(); {
		case ch.who.fan != nil:
			if ch.sour {
				continue
			}
		case ch.sour:
			stars = pick(r, []int{1, 1, 2, 2, 3})
		case ch.mood == cross && x < 0.6:
			stars = pick(r, []int{2, 3, 3, 4})
		case x > 0.97:
			stars = 2
		case x > 0.89:
			stars = 3
		case x > 0.66:
			stars = 4
		}
		comment := ""
		if r.chance(0.42) {
			comment = ch.client.voice.speak(r, strings.Join(splitTurns(expand(r, pick(r, w.lib.pools[fmt.Sprintf("rate.%d", stars)]), slots{"me": ch.who.given})), " "), false)
		}
		rt := add(ch, stars, comment)
		if ch.who.fan != nil {
			ch.who.fan.ratings = append(ch.who.fan.ratings, rt)
		}
	}
	for _, pl := range w.planned {
		comment := ""
		if r.chance(0.7) {
			comment = expand(r, pl.comment, slots{"me": pl.chat.who.given})
		}
		rt := add(pl.chat, pl.stars, comment)
		if pl.edit != nil {
			pl.edit(rt)
		}
		for _, d := range pl.deeds {
			d.ratings = append(d.ratings, rt)
		}
	}
	slices.SortStableFunc(w.ratings, func(a, b *model.Rating) int {
		if d := a.At.Compare(b.At); d != 0 {
			return d
		}
		return strings.Compare(a.SessionID, b.SessionID)
	})
	for i, rt := range w.ratings {
		rt.ID = fmt.Sprintf("r%d", 30001+i)
	}
}
