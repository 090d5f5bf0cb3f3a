package calibration_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/calibration"
)

func verdicts(t *rapid.T, low, high int) []calibration.Verdict {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calibration.Verdict {
		return calibration.Verdict{Score: rapid.Float64Range(0, 1).Draw(t, "score"), Accepted: rapid.Bool().Draw(t, "accepted")}
	}), low, high).Draw(t, "verdicts")
}

func TestACurveNeverFallsAndStaysAProbability(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := calibration.Options{Minimum: 1, Strength: rapid.Float64Range(0.1, 100).Draw(t, "strength")}
		c := calibration.Fit(verdicts(t, 0, 120), o)
		last := 0.0
		for i := 0; i <= 200; i++ {
			p := c.At(float64(i) / 200)
			if math.IsNaN(p) || p < 0 || p > 1 {
				t.Fatalf("%+v gives %v at %v", c, p, float64(i)/200)
			}
			if p < last-1e-12 {
				t.Fatalf("%+v falls from %v to %v at %v", c, last, p, float64(i)/200)
			}
			last = p
		}
	})
}

func TestAnAcceptedFindingLowersNoScoreOfItsKind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := calibration.Options{Minimum: 1, Strength: 20}
		list := verdicts(t, 1, 80)
		score := rapid.Float64Range(0, 1).Draw(t, "at")
		before := calibration.Fit(list, o).At(score)
		more := calibration.Fit(append(slices.Clone(list), calibration.Verdict{Score: score, Accepted: true}), o).At(score)
		less := calibration.Fit(append(slices.Clone(list), calibration.Verdict{Score: score}), o).At(score)
		if more < before-1e-6 || less > before+1e-6 {
			t.Fatalf("at %v: %v, with one more accepted %v, with one more rejected %v", score, before, more, less)
		}
	})
}

func TestTheOrderOfVerdictsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := verdicts(t, 30, 80)
		other := rapid.Permutation(list).Draw(t, "order")
		a, b := calibration.Fit(list, calibration.Options{}), calibration.Fit(other, calibration.Options{})
		for _, s := range []float64{0.1, 0.5, 0.9} {
			if math.Abs(a.At(s)-b.At(s)) > 1e-6 {
				t.Fatalf("%v and %v", a, b)
			}
		}
	})
}

func TestFewVerdictsMoveLittle(t *testing.T) {
	var few []calibration.Verdict
	for range calibration.Defaults.Minimum - 1 {
		few = append(few, calibration.Verdict{Score: 0.9})
	}
	if c := calibration.Fit(few, calibration.Options{}); !c.IsIdentity() || c.Verdicts != len(few) || c.Accepted != 0 {
		t.Errorf("below the minimum: %+v", c)
	}
	rapid.Check(t, func(t *rapid.T) {
		// Five verdicts, however odd, against a belief that weighs twenty.
		c := calibration.Fit(verdicts(t, 1, 5), calibration.Options{Minimum: 1, Strength: 20})
		for _, s := range []float64{0.3, 0.5, 0.7, 0.9} {
			if math.Abs(c.At(s)-s) > 1.0/3 {
				t.Fatalf("five verdicts move %v to %v", s, c.At(s))
			}
		}
	})
}

// world makes verdicts of a detector whose scores are odd in a known way.
func world(seed uint64, n int, truth func(score float64) float64) []calibration.Verdict {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]calibration.Verdict, n)
	for i := range out {
		s := 0.5 + r.Float64()/2
		out[i] = calibration.Verdict{Score: s, Accepted: r.Float64() < truth(s)}
	}
	return out
}

func TestAnOverconfidentDetectorIsPutRight(t *testing.T) {
	for name, truth := range map[string]func(float64) float64{
		"half as sure":    func(s float64) float64 { return s / 2 },
		"too modest":      func(s float64) float64 { return min(1, s+0.2*(1-s)) },
		"does not rank":   func(float64) float64 { return 0.4 },
		"right as it was": func(s float64) float64 { return s },
	} {
		t.Run(name, func(t *testing.T) {
			c := calibration.Fit(world(7, 2000, truth), calibration.Options{})
			for _, s := range []float64{0.55, 0.7, 0.85, 0.95} {
				if got := c.At(s); math.Abs(got-truth(s)) > 0.06 {
					t.Errorf("%v becomes %v, and %v of them are right", s, got, truth(s))
				}
			}
			fresh := world(8, 4000, truth)
			if e := calibration.Error(calibration.Reliability(fresh, c, 10)); e > 0.04 {
				t.Errorf("calibration error %v on verdicts not seen before", e)
			}
			if a, b := calibration.Brier(fresh, c), calibration.Brier(fresh, calibration.Identity); a > b+0.002 {
				t.Errorf("Brier %v, and %v without calibration", a, b)
			}
		})
	}
}

func TestReliabilityCountsEverythingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := verdicts(t, 0, 100)
		n := rapid.IntRange(1, 20).Draw(t, "bands")
		count, accepted := 0, 0
		for _, b := range calibration.Reliability(list, calibration.Identity, n) {
			count, accepted = count+b.Count, accepted+b.Accepted
			if b.Count > 0 && (b.Expected < b.From-1e-9 || b.Expected > b.To+1e-9 || b.Low > b.Share()+1e-9 || b.High < b.Share()-1e-9) {
				t.Fatalf("%+v", b)
			}
		}
		want := 0
		for _, v := range list {
			if v.Accepted {
				want++
			}
		}
		if count != len(list) || accepted != want {
			t.Fatalf("%d of %d, accepted %d of %d", count, len(list), accepted, want)
		}
	})
}

var present = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// course makes old verdicts at one rate and recent ones at another.
func course(seed uint64, old, recent int, before, since func(float64) float64) []calibration.Dated {
	var out []calibration.Dated
	for i, v := range world(seed, old, before) {
		out = append(out, calibration.Dated{Verdict: v, At: present.AddDate(0, 0, -200).Add(time.Duration(i) * 160 * 24 * time.Hour / time.Duration(max(old, 1)))})
	}
	for i, v := range world(seed+1000, recent, since) {
		out = append(out, calibration.Dated{Verdict: v, At: present.AddDate(0, 0, -29).Add(time.Duration(i) * 28 * 24 * time.Hour / time.Duration(max(recent, 1)))})
	}
	return out
}

func TestDriftIsSeenAndStabilityIsNot(t *testing.T) {
	same := func(s float64) float64 { return s }
	odds := func(f float64) func(float64) float64 {
		return func(s float64) float64 { return s * f / (s*f + 1 - s) }
	}
	seen := func(since func(float64) float64, recent, direction int) int {
		n := 0
		for seed := range uint64(300) {
			d := calibration.Watch(course(seed, 300, recent, same, since), calibration.Options{}, calibration.Watching{}, present)
			if d.Direction == direction {
				n++
			}
		}
		return n
	}
	// A third of the odds: noticed within a hundred verdicts nearly always.
	if n := seen(odds(1.0/3), 100, -1); n < 270 {
		t.Errorf("a fall was seen in %d of 300 runs", n)
	}
	if n := seen(odds(4), 100, 1); n < 240 {
		t.Errorf("a rise was seen in %d of 300 runs", n)
	}
	if n := seen(same, 100, 0); n < 285 {
		t.Errorf("a stable detector is left alone in %d of 300 runs", n)
	}
	// Weaker findings than before are no drift.
	weak := func(seed uint64) []calibration.Dated {
		list := course(seed, 300, 0, same, same)
		r := rand.New(rand.NewPCG(seed, 5))
		for i := range 100 {
			s := 0.5 + 0.1*r.Float64()
			list = append(list, calibration.Dated{Verdict: calibration.Verdict{Score: s, Accepted: r.Float64() < s}, At: present.AddDate(0, 0, -20).Add(time.Duration(i) * time.Hour)})
		}
		return list
	}
	alarms := 0
	for seed := range uint64(300) {
		if calibration.Watch(weak(seed), calibration.Options{}, calibration.Watching{}, present).Direction != 0 {
			alarms++
		}
	}
	if alarms > 20 {
		t.Errorf("a month of weak findings gave %d alarms in 300 runs", alarms)
	}
}

func TestDriftSaysWhatItSaw(t *testing.T) {
	d := calibration.Watch(course(3, 300, 120, func(s float64) float64 { return s }, func(float64) float64 { return 0.2 }), calibration.Options{}, calibration.Watching{}, present)
	if d.Direction != -1 || d.Count < 20 || float64(d.Accepted) >= d.Expected/2 || d.Since.Before(present.AddDate(0, 0, -30)) {
		t.Errorf("%+v", d)
	}
	count := 0
	for i, w := range d.Windows {
		count += w.Count
		if i > 0 && !w.From.Equal(d.Windows[i-1].To) {
			t.Errorf("a gap before window %d", i)
		}
	}
	if count != 420 {
		t.Errorf("the windows hold %d verdicts of 420", count)
	}
	if empty := calibration.Watch(nil, calibration.Options{}, calibration.Watching{}, present); empty.Direction != 0 || empty.Windows != nil {
		t.Errorf("without verdicts: %+v", empty)
	}
}
