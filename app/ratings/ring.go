package ratings

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mensch/app/model"
)

// A ring is a group of raters and a group of experts with far more good ratings
// between them than their habits explain. How many to expect follows from how
// much each rater rates and how often each expert is rated, so that busy honest
// raters, popular experts and ratings strewn over them as camouflage weigh
// little. A rater counts from two experts of the ring on, and pays a price for
// being counted, as does each expert: what is left is the ring's surplus, in
// nats.
const (
	raterPrice    = 0.6 // times the logarithm of how many there are, in nats
	expertPrice   = 0.85
	repeats       = 3   // ratings of one rater for one expert that count
	leastDevotion = 0.3 // of the raters' good ratings that go to the ring; honest raters spread theirs
	busy          = 150 // experts that a rater rated, from which on nothing follows
	ringTry       = 48  // experts that are tried for a ring
	ringMost      = 40  // experts in a ring
	ringShare     = 0.6 // of the ring's own ratings that its experts' popularity is without
	ringDensity   = 0.3 // of the ring's raters that each of its experts has
)

// ring is a block of the ledger that stands out.
type ring struct {
	experts  []string // the reviewed one first
	raters   map[string]int
	surplus  float64
	devotion float64 // 0 to 1: of the good ratings that its raters gave
	density  float64 // 0 to 1: of the pairs of its raters and experts
	leaning  float64 // 0 to 1: of the good ratings that its experts got
}

// tie is what one rater gave one expert: how many good ratings count.
type tie struct {
	other string
	n     int
}

// ties are one side's counted good ratings, by the other side's name in order,
// and their sum.
func ties(counts map[string]int) (list []tie, sum float64) {
	list = make([]tie, 0, len(counts))
	for k, n := range counts {
		n = min(n, repeats)
		list = append(list, tie{k, n})
		sum += float64(n)
	}
	slices.SortFunc(list, func(a, b tie) int { return cmp.Compare(a.other, b.other) })
	return list, sum
}

// ringRater is a rater as a growing ring sees them.
type ringRater struct {
	rate    float64 // good ratings given
	to      []tie   // nothing of busy raters
	hits    int     // of them in the ring
	experts int     // of the ring that they rated
	worth   float64 // their surplus
}

// grower grows a ring around an expert.
type grower struct {
	ledger *Ledger
	raters map[string]*ringRater
	from   map[string][]tie
	got    map[string]float64
	active []*ringRater // those with an expert of the ring
	size   int          // experts in the ring
	sum    float64      // good ratings that they have
	inside float64      // those of them by raters of two or more of the ring
	total  float64      // good ratings in the ledger
	price  float64      // of a rater
}

func (g *grower) rater(id string) *ringRater {
	r, ok := g.raters[id]
	if !ok {
		r = &ringRater{}
		if given := g.ledger.given[id]; len(given) <= busy {
			r.to, r.rate = ties(given)
		}
		g.raters[id] = r
	}
	return r
}

func (g *grower) expert(id string) []tie {
	list, ok := g.from[id]
	if !ok {
		list, g.got[id] = ties(g.ledger.got[id])
		g.from[id] = list
	}
	return list
}

// expected is how many good ratings a rater would give the ring by habit. Most of the
// ring's own ratings is left out of its experts' popularity, or a small
// ledger's ring would explain itself.
func (g *grower) expected(rate, got, inside float64, experts int) float64 {
	return rate * max(got-ringShare*inside, float64(experts)/2) / g.total
}

// gain is how much the ring's worth grows by another expert, before the price.
func (g *grower) gain(id string) float64 {
	got, inside := g.sum+g.got[id], g.inside
	worthy := 0
	touched := map[*ringRater]int{}
	for _, t := range g.from[id] {
		r := g.raters[t.other]
		if r == nil || r.experts == 0 || r.to == nil {
			continue
		}
		if r.worth > 0 {
			worthy++
		}
		if r.experts == 1 {
			inside += float64(r.hits)
		}
		inside += float64(t.n)
		touched[r] = t.n
	}
	if all := g.worthy(); all > 0 && float64(worthy) < ringDensity*float64(all) {
		return 0 // an expert whom few of the ring rate is camouflage
	}
	sum := 0.0
	for _, r := range g.active {
		k, n := r.hits, r.experts
		if t := touched[r]; t > 0 {
			k, n = k+t, n+1
		}
		if n > 1 {
			sum += g.surplus(k, n, g.expected(r.rate, got, inside, g.size+1)) - r.worth
		}
	}
	return sum
}

func (g *grower) take(id string) {
	g.sum += g.got[id]
	g.size++
	for _, t := range g.from[id] {
		r := g.rater(t.other)
		if r.to == nil {
			continue
		}
		switch r.experts {
		case 0:
			g.active = append(g.active, r)
		case 1:
			g.inside += float64(r.hits + t.n)
		default:
			g.inside += float64(t.n)
		}
		r.hits += t.n
		r.experts++
	}
	for _, r := range g.active {
		r.worth = g.surplus(r.hits, r.experts, g.expected(r.rate, g.sum, g.inside, g.size))
	}
}

func (g *grower) worthy() int {
	n := 0
	for _, r := range g.active {
		if r.worth > 0 {
			n++
		}
	}
	return n
}

// ringAround grows the ring around an expert that has the greatest surplus.
func (l *Ledger) ringAround(expertID string) ring {
	g := &grower{ledger: l, raters: map[string]*ringRater{}, from: map[string][]tie{}, got: map[string]float64{}, total: float64(l.good)}
	// The more raters and experts there are, the more rings could come by chance.
	g.price = raterPrice * math.Log(float64(max(len(l.given), 8)))
	expert := expertPrice * math.Log(float64(max(len(l.got), 8)))
	own := g.expert(expertID)
	if len(own) < 2 {
		return ring{}
	}
	// Who else do the expert's raters lift? One who rates few says most.
	pull := map[string]float64{}
	for _, t := range own {
		r := g.rater(t.other)
		for _, to := range r.to {
			if to.other != expertID {
				pull[to.other] += float64(to.n) / (1 + r.rate)
			}
		}
	}
	candidates := sortedKeys(pull)
	slices.SortStableFunc(candidates, func(a, b string) int { return cmp.Compare(pull[b], pull[a]) })
	candidates = candidates[:min(len(candidates), ringTry)]
	for _, id := range candidates {
		g.expert(id)
	}
	group := []string{expertID}
	g.take(expertID)
	worth := 0.0
	for len(group) < ringMost {
		next, most := -1, expert
		for i, id := range candidates {
			if id == "" {
				continue
			}
			// The first companion need not pay yet: raters count from two on.
			if v := g.gain(id); v > most || len(group) == 1 && next < 0 {
				next, most = i, v
			}
		}
		if next < 0 {
			break
		}
		group = append(group, candidates[next])
		g.take(candidates[next])
		candidates[next] = ""
	}
	for _, r := range g.active {
		worth += r.worth
	}
	out := ring{experts: group, raters: map[string]int{}, surplus: worth - expert*float64(len(group))}
	inside, given, got, pairs := 0.0, 0.0, 0.0, 0.0
	for _, id := range sortedKeys(g.raters) {
		if r := g.raters[id]; r.worth > 0 {
			out.raters[id] = r.hits
			inside, given, pairs = inside+float64(r.hits), given+r.rate, pairs+float64(r.experts)
		}
	}
	for _, id := range group {
		got += g.got[id]
	}
	if inside > 0 {
		out.devotion, out.leaning = inside/given, inside/got
		out.density = pairs / float64(len(out.raters)*len(group))
	}
	return out
}

// surplus is how much a rater's k good ratings to so many experts of a group
// exceed the expectation, in nats, less the price; never below zero.
func (g *grower) surplus(k, experts int, expected float64) float64 {
	if experts < 2 || float64(k) <= expected {
		return 0
	}
	n := float64(k)
	return max(0, n*math.Log(n/expected)-n+expected-g.price)
}

// standsOut reports whether a ring is more than chance and custom make.
func (l *Ledger) standsOut(r ring) bool {
	if len(r.raters) < 3 || len(r.experts) < 3 && len(r.raters) < 5 || r.devotion < leastDevotion {
		return false
	}
	size := math.Log(float64(max(len(l.got), 8))) * math.Log(float64(max(len(l.given), 8)))
	// Raters who rate hardly anybody else count more: honest ones spread theirs.
	return r.surplus*(0.5+r.devotion) >= l.surplus*size
}

// lifted are the ratings by which a ring lifts an expert. Whom few of the ring
// rate is not lifted by it, but its camouflage.
func lifted(list []model.Rating, r ring) []model.Rating {
	var theirs []model.Rating
	raters := map[string]bool{}
	for _, x := range list {
		if r.raters[x.RaterID] > 0 && good(x) {
			theirs = append(theirs, x)
			raters[x.RaterID] = true
		}
	}
	if len(raters) < 2 || float64(len(raters)) < ringDensity*float64(len(r.raters)) {
		return nil
	}
	return theirs
}

// partners is how many others' rings are grown for an expert whose own does not
// stand out: one on the edge of a ring does not see it whole.
const partners = 5

// companions are the experts with whom an expert shares the most good raters,
// those who rate few people; at most as many as partners.
func (l *Ledger) companions(expertID string) []string {
	shared := map[string]int{}
	for rater := range l.got[expertID] {
		to := l.given[rater]
		if len(to) > busy {
			continue
		}
		for id := range to {
			if id != expertID {
				shared[id]++
			}
		}
	}
	ids := sortedKeys(shared)
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(shared[b], shared[a]) })
	return ids[:min(len(ids), partners)]
}

// ringFinding reports the ring around an expert, or the one around a partner
// that has the expert in it, if it stands out.
func (l *Ledger) ringFinding(expertID string, list []model.Rating) (model.Finding, bool) {
	r := l.ringAround(expertID)
	if len(r.experts) < 2 {
		return model.Finding{}, false
	}
	found := l.standsOut(r)
	near := append(slices.Clone(r.experts[1:min(len(r.experts), partners+1)]), l.companions(expertID)...)
	for _, id := range near {
		if found {
			break
		}
		if other := l.ringAround(id); slices.Contains(other.experts, expertID) && l.standsOut(other) {
			other.experts = append([]string{expertID}, slices.DeleteFunc(other.experts, func(x string) bool { return x == expertID })...)
			r, found = other, true
		}
	}
	theirs := lifted(list, r)
	if !found || len(theirs) == 0 {
		return model.Finding{}, false
	}
	f := model.Finding{
		ExpertID: expertID, Detector: RatingRing, Guideline: guideline, Score: min(0.98, 0.6+r.surplus/200), At: newest(theirs), Events: events(theirs),
		Reason: fmt.Sprintf("%d accounts give %.0f %% of their good ratings to this expert and to %s, far more than their and the experts' habits explain; %s.",
			len(r.raters), 100*r.devotion, counted(len(r.experts)-1, "other", "others"), counted(len(theirs), "of them went here", "of them went here")),
	}
	for _, id := range r.experts[1:] {
		f.Accounts = append(f.Accounts, model.Linked{ExpertID: id, Cluster: l.experts[id].Cluster, Signals: []string{"rated by the same accounts"}})
	}
	return f, true
}
