package ratings

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// The detectors' names.
const (
	SelfRating = "self-rating"
	RatingRing = "rating-ring"
)

const guideline = "ratings"

// Ledger holds every rating, by expert and by rater. It may be used from many
// goroutines.
type Ledger struct {
	mu       sync.RWMutex
	experts  map[string]model.Expert
	byExpert map[string]map[string]model.Rating // expert -> rating ID
	byRater  map[string]map[string]model.Rating // rater -> rating ID

	puppets int     // raters on one device
	surplus float64 // nats from which a ring stands out, times the logarithms of how many experts and raters there are

	given  map[string]map[string]int // rater -> expert -> good ratings
	got    map[string]map[string]int // expert -> rater -> good ratings
	good   int                       // good ratings in the ledger
	burst  int                       // ratings in a burst
	chance float64                   // how improbable by chance a burst must be
	least  map[string]float64        // score from which a detector speaks
}

// NewLedger makes an empty ledger. Of the pack it reads the parameters of
// self-rating (puppets) and rating-ring (surplus, burst, chance); nil takes the
// built-in ones.
func NewLedger(pack *guidelines.Pack) *Ledger {
	param := func(detector, name string, fallback float64) float64 {
		if pack == nil {
			return fallback
		}
		return pack.Param(detector, name, fallback)
	}
	return &Ledger{
		given: map[string]map[string]int{}, got: map[string]map[string]int{},
		experts: map[string]model.Expert{}, byExpert: map[string]map[string]model.Rating{}, byRater: map[string]map[string]model.Rating{},
		puppets: int(param(SelfRating, "puppets", 3)),
		surplus: param(RatingRing, "surplus", 0.54),
		burst:   int(param(RatingRing, "burst", 7)),
		chance:  param(RatingRing, "chance", 1e-6),
		least:   map[string]float64{SelfRating: param(SelfRating, "min_score", 0), RatingRing: param(RatingRing, "min_score", 0)},
	}
}

// PutExpert adds an expert or replaces their signals.
func (l *Ledger) PutExpert(e model.Expert) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.experts[e.ID] = e
}

// PutRating adds a rating or replaces an older version of it.
func (l *Ledger) PutRating(r model.Rating) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(r)
}

func (l *Ledger) put(r model.Rating) {
	add := func(index map[string]map[string]model.Rating, key string) {
		if index[key] == nil {
			index[key] = map[string]model.Rating{}
		}
		index[key][r.ID] = r
	}
	if old, ok := l.byExpert[r.ExpertID][r.ID]; ok {
		l.drop(old)
	}
	add(l.byExpert, r.ExpertID)
	add(l.byRater, r.RaterID)
	if good(r) {
		l.good++
		count(l.given, r.RaterID, r.ExpertID, 1)
		count(l.got, r.ExpertID, r.RaterID, 1)
	}
}

// good reports whether a rating lifts somebody else.
func good(r model.Rating) bool { return r.Stars >= 4 && !r.Void && r.RaterID != r.ExpertID }

func count(m map[string]map[string]int, a, b string, n int) {
	if m[a] == nil {
		m[a] = map[string]int{}
	}
	if m[a][b] += n; m[a][b] == 0 {
		if delete(m[a], b); len(m[a]) == 0 {
			delete(m, a)
		}
	}
}

func (l *Ledger) drop(r model.Rating) {
	if good(r) {
		l.good--
		count(l.given, r.RaterID, r.ExpertID, -1)
		count(l.got, r.ExpertID, r.RaterID, -1)
	}
	delete(l.byExpert[r.ExpertID], r.ID)
	delete(l.byRater[r.RaterID], r.ID)
	if len(l.byRater[r.RaterID]) == 0 {
		delete(l.byRater, r.RaterID)
	}
}

// RemoveRating takes a rating away.
func (l *Ledger) RemoveRating(expertID, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r, ok := l.byExpert[expertID][id]; ok {
		l.drop(r)
	}
}

// SetRatings replaces all ratings of an expert.
func (l *Ledger) SetRatings(expertID string, ratings []model.Rating) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.byExpert[expertID] {
		l.drop(r)
	}
	for _, r := range ratings {
		l.put(r)
	}
}

// Review gives the findings about the ratings that an expert received.
func (l *Ledger) Review(expertID string) []model.Finding {
	l.mu.RLock()
	defer l.mu.RUnlock()
	list := l.ratingsOf(expertID)
	if len(list) == 0 {
		return nil
	}
	var out []model.Finding
	if f, ok := l.selfRatings(expertID, list); ok {
		out = append(out, f)
	}
	if f, ok := l.oneDevice(expertID, list); ok {
		out = append(out, f)
	}
	if f, ok := l.ringFinding(expertID, list); ok {
		out = append(out, f)
	}
	if f, ok := l.bursts(expertID, list); ok {
		out = append(out, f)
	}
	return slices.DeleteFunc(out, func(f model.Finding) bool { return f.Score < l.least[f.Detector] })
}

// ratingsOf are an expert's valid ratings in order of time.
func (l *Ledger) ratingsOf(expertID string) []model.Rating {
	list := make([]model.Rating, 0, len(l.byExpert[expertID]))
	for _, r := range l.byExpert[expertID] {
		if !r.Void {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b model.Rating) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

func event(r model.Rating) model.Event {
	text := fmt.Sprintf("%d stars by %s", r.Stars, r.RaterID)
	if r.Stars == 1 {
		text = "1 star by " + r.RaterID
	}
	return model.Event{Kind: "rating", ID: r.ID, At: r.At, Text: text}
}

func events(list []model.Rating) []model.Event {
	out := make([]model.Event, 0, len(list))
	for _, r := range list {
		out = append(out, event(r))
	}
	return out
}

func newest(list []model.Rating) time.Time {
	var at time.Time
	for _, r := range list {
		if r.At.After(at) {
			at = r.At
		}
	}
	return at
}

// selfRatings are good ratings whose rater shares a device, a payout account
// or a street address with the expert.
func (l *Ledger) selfRatings(expertID string, list []model.Rating) (model.Finding, bool) {
	expert, known := l.experts[expertID]
	if !known {
		return model.Finding{}, false
	}
	var own []model.Rating
	shared := map[string]bool{}
	score := 0.0
	for _, r := range list {
		if r.Stars < 4 {
			continue // nobody lifts themself by a bad rating
		}
		how, s := sharedSignals(expert, r)
		if len(how) == 0 {
			continue
		}
		own = append(own, r)
		score = max(score, s)
		for _, h := range how {
			shared[h] = true
		}
	}
	if len(own) == 0 {
		return model.Finding{}, false
	}
	var names []string
	for _, n := range []string{"account", "device", "payout account", "street address"} {
		if shared[n] {
			names = append(names, n)
		}
	}
	return model.Finding{
		ExpertID: expertID, Detector: SelfRating, Guideline: guideline, Score: score, At: newest(own), Events: events(own),
		Reason: fmt.Sprintf("%s from the expert's own %s.", capital(counted(len(own), "good rating comes", "good ratings come")), strings.Join(names, " and ")),
	}, true
}

func sharedSignals(expert model.Expert, r model.Rating) (how []string, score float64) {
	if r.RaterID == expert.ID {
		how, score = append(how, "account"), 1
	}
	if r.Device != "" && slices.Contains(expert.Signals.Devices, r.Device) {
		how, score = append(how, "device"), max(score, 0.97)
	}
	if r.Payout != "" && r.Payout == expert.Signals.Payout {
		how, score = append(how, "payout account"), max(score, 0.99)
	}
	if r.Address != "" && r.Address == expert.Signals.Address {
		// A person of the same household is possible, and no honest client either.
		how, score = append(how, "street address"), max(score, 0.85)
	}
	return how, score
}

// oneDevice are good ratings of several raters from one device that is not the
// expert's: sock puppets.
func (l *Ledger) oneDevice(expertID string, list []model.Rating) (model.Finding, bool) {
	by := map[string][]model.Rating{}
	for _, r := range list {
		if r.Device != "" && r.Stars >= 4 {
			by[r.Device] = append(by[r.Device], r)
		}
	}
	var worst []model.Rating
	most := 0
	for _, device := range sortedKeys(by) {
		raters := map[string]bool{}
		for _, r := range by[device] {
			raters[r.RaterID] = true
		}
		if slices.Contains(l.experts[expertID].Signals.Devices, device) {
			continue // a self-rating already
		}
		if len(raters) > most {
			most, worst = len(raters), by[device]
		}
	}
	if most < l.puppets {
		return model.Finding{}, false
	}
	return model.Finding{
		ExpertID: expertID, Detector: SelfRating, Guideline: guideline, Score: min(0.99, 0.7+0.06*float64(most)), At: newest(worst), Events: events(worst),
		Reason: fmt.Sprintf("%d clients gave %s good ratings from one and the same device.", most, number(len(worst))),
	}, true
}

// burstWindow is how long a burst lasts at most.
const burstWindow = 48 * time.Hour

// bursts looks for many good ratings in two days, from raters who rated nobody
// else, where the expert's own pace makes that all but impossible.
func (l *Ledger) bursts(expertID string, list []model.Rating) (model.Finding, bool) {
	if len(list) < l.burst {
		return model.Finding{}, false
	}
	span := list[len(list)-1].At.Sub(list[0].At)
	var best []model.Rating
	for first, last := 0, 0; last < len(list); last++ {
		for list[last].At.Sub(list[first].At) > burstWindow {
			first++
		}
		if n := last + 1 - first; n > len(best) {
			best = list[first : last+1]
		}
	}
	var single []model.Rating
	for _, r := range best {
		if r.Stars >= 4 && l.targets(r.RaterID) == 1 {
			single = append(single, r)
		}
	}
	if len(single) < l.burst || float64(len(single)) < 0.7*float64(len(best)) {
		return model.Finding{}, false
	}
	// The pace outside of the burst, at least one rating a month.
	outside := max(1, float64(len(list)-len(best)))
	days := max(30, (span-burstWindow).Hours()/24)
	expected := outside / days * burstWindow.Hours() / 24
	if poissonTail(len(best), expected) > l.chance {
		return model.Finding{}, false
	}
	return model.Finding{
		ExpertID: expertID, Detector: RatingRing, Guideline: guideline, Score: min(0.95, 0.7+0.03*float64(len(single))), At: newest(single), Events: events(single),
		Reason: fmt.Sprintf("%d good ratings within two days by clients who rated nobody else, where the expert's usual pace gives %.1f.", len(single), expected),
	}, true
}

// targets is how many experts a rater rated.
func (l *Ledger) targets(rater string) int {
	seen := map[string]bool{}
	for _, r := range l.byRater[rater] {
		seen[r.ExpertID] = true
	}
	return len(seen)
}

// poissonTail is the probability of k or more events where lambda are expected.
func poissonTail(k int, lambda float64) float64 {
	if k <= 0 {
		return 1
	}
	if lambda <= 0 {
		return 0
	}
	// The sum from k on, so that tiny tails keep their digits.
	log := -lambda + float64(k)*math.Log(lambda) - lgamma(float64(k)+1)
	term := math.Exp(log)
	sum := 0.0
	for i := k; i < k+1000 && term > 0; i++ {
		sum += term
		term *= lambda / float64(i+1)
		if term < sum*1e-12 {
			break
		}
	}
	return min(1, sum)
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
