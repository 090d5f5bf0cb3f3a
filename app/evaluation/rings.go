package evaluation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"mensch/app/model"
	"mensch/app/ratings"
	"mensch/app/scores"
)

// Plot says what kind of ring is planted.
type Plot struct {
	Name            string
	Mutual          bool
	Experts, Raters [2]int
	Density         float64
	Days            [2]int
	Camouflage      float64 // ratings to honest experts for each in the ring
	HonestFor       [2]int  // honest ratings that each expert of the ring has
}

// Plots are the rings that the detector is measured against.
func Plots() []Plot {
	return []Plot{
		{"dense, quick", false, [2]int{3, 5}, [2]int{8, 12}, 0.9, [2]int{5, 20}, 0, [2]int{0, 4}},
		{"slow", false, [2]int{4, 6}, [2]int{10, 14}, 0.7, [2]int{60, 120}, 0, [2]int{2, 6}},
		{"slow, half-dense", false, [2]int{4, 7}, [2]int{10, 16}, 0.5, [2]int{60, 120}, 0, [2]int{2, 8}},
		{"slow, half-dense, camouflaged", false, [2]int{5, 8}, [2]int{10, 16}, 0.5, [2]int{60, 120}, 1, [2]int{3, 10}},
		{"mutual, slow, half-dense, camouflaged", true, [2]int{8, 14}, [2]int{0, 0}, 0.5, [2]int{60, 120}, 1, [2]int{2, 8}},
	}
}

// plant adds rings of a plot to honest ratings: their ratings, and who is in.
func plant(rng *rand.Rand, background []model.Rating, p Plot, rings int, mark string) (planted []model.Rating, guilty []string) {
	between := func(r [2]int) int { return r[0] + rng.IntN(r[1]-r[0]+1) }
	first, last := background[0].At, background[0].At
	for _, r := range background {
		if r.At.Before(first) {
			first = r.At
		}
		if r.At.After(last) {
			last = r.At
		}
	}
	add := func(rater, expert string, at time.Time, stars int) {
		planted = append(planted, model.Rating{ID: fmt.Sprintf("p%s-%d", mark, len(planted)), RaterID: rater, ExpertID: expert, Stars: stars, At: at})
	}
	for n := range rings {
		var members, raters []string
		for i := range between(p.Experts) {
			members = append(members, fmt.Sprintf("x%s-%d-%d", mark, n, i))
		}
		if p.Mutual {
			raters = members
		} else {
			for i := range between(p.Raters) {
				raters = append(raters, fmt.Sprintf("y%s-%d-%d", mark, n, i))
			}
		}
		span := time.Duration(between(p.Days)) * 24 * time.Hour
		start := first.Add(time.Duration(rng.Float64() * max(0, float64(last.Sub(first)-span))))
		when := func() time.Time { return start.Add(time.Duration(rng.Float64() * float64(span))) }
		for _, r := range raters {
			given := 0
			for _, x := range members {
				if x != r && rng.Float64() < p.Density {
					add(r, x, when(), 4+rng.IntN(2))
					given++
				}
			}
			for range int(float64(given)*p.Camouflage + 0.5) {
				add(r, background[rng.IntN(len(background))].ExpertID, when(), 4+rng.IntN(2))
			}
		}
		for _, x := range members {
			guilty = append(guilty, x)
			for range between(p.HonestFor) {
				add(background[rng.IntN(len(background))].RaterID, x, when(), 3+rng.IntN(3))
			}
		}
	}
	return planted, guilty
}

const (
	ringsPlanted  = 6 // of each plot
	plantings     = 3
	fewestHonest  = 200 // ratings among which a ring can be told from chance
	goodFromStars = 4
)

// stars reads a rating: 1 to 5 as they are, other scales by sign or tenths.
func stars(r row, wide bool) (int, bool) {
	v, ok := r.num("stars", "rating", "score", "value")
	if !ok {
		return 0, false
	}
	if wide { // a trust network: above zero is good
		switch {
		case v >= 2:
			return 5, true
		case v == 1:
			return 4, true
		}
		return 1, true
	}
	return min(5, max(1, int(v+0.5))), true
}

// ratings measures which experts are found to be in rings or to have rated
// themselves. Where no label says who is, rings are planted.
func (e *Evaluator) ratings(ctx context.Context, o Options, rows []row, res *Result) error {
	wide := false
	for _, r := range rows {
		if v, ok := r.num("stars", "rating", "score", "value"); ok && (v < 1 || v > 5) {
			wide = true
		}
	}
	positive := o.positive()
	var list []model.Rating
	var accounts []model.Expert
	guilty := map[string]bool{}
	for i, r := range rows {
		_, yes, labelled := r.label(positive)
		rater := r.str("rater", "rater_id", "source", "from", "client", "client_id", "user")
		if rater == "" {
			id := r.str("expert", "expert_id", "id", "account")
			if id == "" {
				res.Skipped++
				continue
			}
			x := model.Expert{ID: id, Cluster: r.str("cluster")}
			if s, ok := r.fields["signals"].(map[string]any); ok {
				g := newRow(0, s)
				x.Signals = model.Signals{Payout: g.str("payout"), Address: g.str("address"), Email: g.str("email"), Phone: g.str("phone")}
				x.Signals.Devices, _ = g.list("devices", "device")
				x.Signals.Networks, _ = g.list("networks", "network")
			}
			accounts = append(accounts, x)
			if labelled {
				res.Labelled = true
				guilty[id] = guilty[id] || yes
			}
			continue
		}
		expert := r.str("expert", "expert_id", "ratee", "ratee_id", "target_id", "target", "to")
		n, ok := stars(r, wide)
		at, timed := r.when("at", "unix_time", "time", "timestamp", "date")
		if expert == "" || !ok || !timed {
			res.Skipped++
			continue
		}
		id := r.str("id", "rating_id")
		if id == "" {
			id = "row" + strconv.Itoa(i)
		}
		list = append(list, model.Rating{
			ID: id, RaterID: rater, ExpertID: expert, Stars: n, At: at, SessionID: r.str("session", "session_id"),
			Device: r.str("device"), Network: r.str("network"), Payout: r.str("payout"), Address: r.str("address"),
		})
		if labelled {
			res.Labelled = true
			guilty[expert] = guilty[expert] || yes
		}
	}
	if len(list) == 0 {
		return &ShapeError{res.Detector, "rater, expert, stars and time"}
	}
	res.Unit = "experts"
	if res.Labelled {
		return e.weighed(ctx, list, accounts, guilty, res)
	}
	if len(list) < fewestHonest {
		return fmt.Errorf("%d ratings without labels are too few to plant rings in: %w", len(list), errNothing)
	}
	return e.planted(ctx, list, res)
}

func (e *Evaluator) weighed(ctx context.Context, list []model.Rating, accounts []model.Expert, guilty map[string]bool, res *Result) error {
	l := ratings.NewLedger(e.pack)
	for _, x := range accounts {
		l.PutExpert(x)
	}
	ids := map[string]bool{}
	for _, r := range list {
		l.PutRating(r)
		ids[r.ExpertID] = true
	}
	for id := range guilty {
		ids[id] = true
	}
	naive := allGood(list)
	var units []scores.Counts
	var base scores.Counts
	for id := range ids {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("measure ratings: %w", err)
		}
		var c scores.Counts
		c.Add(guilty[id], len(l.Review(id)) > 0)
		units = append(units, c)
		base.Add(guilty[id], naive[id])
	}
	res.count(units, true)
	res.against(naiveRing, base, true)
	return nil
}

const naiveRing = "five ratings or more, all of them good"

// planted takes ratings as honest and plants rings among them.
func (e *Evaluator) planted(ctx context.Context, background []model.Rating, res *Result) error {
	var honest []string
	seen := map[string]bool{}
	for _, r := range background {
		if !seen[r.ExpertID] {
			seen[r.ExpertID] = true
			honest = append(honest, r.ExpertID)
		}
	}
	slices.Sort(honest)
	var units []scores.Counts
	var base scores.Counts
	var parts, naiveParts groups
	for seed := range plantings {
		rng := rand.New(rand.NewPCG(1, uint64(seed)))
		l := ratings.NewLedger(e.pack)
		for _, r := range background {
			l.PutRating(r)
		}
		var all []model.Rating
		plots := map[string]string{}
		for i, p := range Plots() {
			more, who := plant(rng, background, p, ringsPlanted, strconv.Itoa(i))
			all = append(all, more...)
			for _, id := range who {
				plots[id] = p.Name
			}
		}
		for _, r := range all {
			l.PutRating(r)
		}
		naive := allGood(background, all)
		judge := func(id, plot string) {
			var c scores.Counts
			got := len(l.Review(id)) > 0
			c.Add(plot != "", got)
			units = append(units, c)
			base.Add(plot != "", naive[id])
			name := plot
			if plot == "" {
				name = "honest"
			}
			parts.add(name, plot != "", got)
			naiveParts.add(name, plot != "", naive[id])
		}
		var bad []string
		for id := range plots {
			bad = append(bad, id)
		}
		slices.Sort(bad)
		for _, id := range bad {
			judge(id, plots[id])
		}
		for k, id := range honest {
			if k%256 == 0 && ctx.Err() != nil {
				return fmt.Errorf("measure ratings: %w", ctx.Err())
			}
			judge(id, "")
		}
	}
	res.count(units, true)
	res.against(naiveRing, base, true)
	res.Groups = parts.list(60)
	res.Extra = map[string]float64{}
	for _, g := range naiveParts.list(60) {
		res.Extra["naive: "+g.Name] = g.Share
	}
	res.Notes = append(res.Notes, fmt.Sprintf("no rating has a label: all are taken as honest, and %d rings of each of %d kinds are planted, %d times over", ringsPlanted, len(Plots()), plantings))
	return nil
}

// allGood is the naive detector: at least five ratings, all of them good.
func allGood(lists ...[]model.Rating) map[string]bool {
	goods, all := map[string]int{}, map[string]int{}
	for _, list := range lists {
		for _, r := range list {
			all[r.ExpertID]++
			if r.Stars >= goodFromStars {
				goods[r.ExpertID]++
			}
		}
	}
	out := map[string]bool{}
	for id, n := range all {
		out[id] = n >= 5 && goods[id] == n
	}
	return out
}
