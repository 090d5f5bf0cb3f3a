package calibration

import (
	"math"
	"slices"
	"time"
)

// Dated is a verdict with its time.
type Dated struct {
	Verdict
	At time.Time
}

// Watching says how drift is looked for. The zero value is the default.
type Watching struct {
	Recent  time.Duration // verdicts of this last stretch are held against those before; 30 days if 0
	Odds    float64       // the change of the odds to look for, as a factor; 2 if 0
	Limit   float64       // of the sum; 4.5 if 0: a stable detector crosses it about once in 800 verdicts (drift_test measures it)
	Windows int           // for the picture of the course; 8 if 0
}

func (w Watching) filled() Watching {
	if w.Recent <= 0 {
		w.Recent = 30 * 24 * time.Hour
	}
	if w.Odds <= 1 {
		w.Odds = 2
	}
	if w.Limit <= 0 {
		w.Limit = 4.5
	}
	if w.Windows <= 0 {
		w.Windows = 8
	}
	return w
}

// Window is a stretch of time: how many findings were judged, how many
// accepted, and how many would have been if the scores were right.
type Window struct {
	From, To time.Time
	Count    int
	Accepted int
	Expected float64
}

// Drift is what watching found.
type Drift struct {
	Direction int       // -1: fewer are accepted than the scores say, 1: more, 0: no drift
	Since     time.Time // when it began, as far as the verdicts tell
	Count     int       // verdicts since then
	Accepted  int
	Expected  float64 // accepted, if the scores were right
	Windows   []Window
	Reference Curve // what the verdicts before the recent stretch say
}

// Watch looks for a change in how often a detector's findings are accepted.
// Two cumulative sums of log-likelihood ratios (E. S. Page, Biometrika 41,
// 1954; risk-adjusted as in Steiner et al., Biostatistics 1, 2000) hold the
// verdicts of the recent stretch against what the verdicts before it say of
// their scores: one for odds of acceptance grown by the factor, one for shrunk
// ones. The scores themselves are allowed for, so that a week of weak findings
// is no drift. now ends the recent stretch.
func Watch(verdicts []Dated, o Options, w Watching, now time.Time) Drift {
	w = w.filled()
	list := slices.Clone(verdicts)
	slices.SortStableFunc(list, func(a, b Dated) int { return a.At.Compare(b.At) })
	begin := now.Add(-w.Recent)
	cut := 0
	for cut < len(list) && list[cut].At.Before(begin) {
		cut++
	}
	before := make([]Verdict, cut)
	for i, v := range list[:cut] {
		before[i] = v.Verdict
	}
	d := Drift{Reference: Fit(before, o)}
	d.Windows = course(list, d.Reference, w.Windows, now)
	for _, direction := range []int{-1, 1} {
		factor := w.Odds
		if direction < 0 {
			factor = 1 / w.Odds
		}
		sum, from := 0.0, cut
		for i := cut; i < len(list); i++ {
			p := min(max(d.Reference.At(list[i].Score), 0.005), 0.995)
			step := -math.Log1p(p * (factor - 1)) // of a rejected one
			if list[i].Accepted {
				step += math.Log(factor)
			}
			if sum += step; sum <= 0 {
				sum, from = 0, i+1
				continue
			}
		}
		// The sum as it stands now: a drift that has passed needs no warning.
		if sum >= w.Limit && d.Direction == 0 {
			d.Direction, d.Since = direction, list[from].At
			for _, v := range list[from:] {
				d.Count++
				d.Expected += d.Reference.At(v.Score)
				if v.Accepted {
					d.Accepted++
				}
			}
		}
	}
	return d
}

// course cuts the time of all verdicts into equal windows.
func course(list []Dated, c Curve, n int, now time.Time) []Window {
	if len(list) == 0 {
		return nil
	}
	first := list[0].At
	length := now.Sub(first)/time.Duration(n) + 1
	if length <= 0 {
		return nil
	}
	out := make([]Window, n)
	for i := range out {
		out[i].From, out[i].To = first.Add(time.Duration(i)*length), first.Add(time.Duration(i+1)*length)
	}
	for _, v := range list {
		w := &out[min(max(int(v.At.Sub(first)/length), 0), n-1)]
		w.Count++
		w.Expected += c.At(v.Score)
		if v.Accepted {
			w.Accepted++
		}
	}
	return out
}
