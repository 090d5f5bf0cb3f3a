package scores

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCounts(t *testing.T) {
	c := Counts{TP: 6, FP: 2, FN: 3, TN: 9}
	for _, x := range []struct {
		name      string
		got, want float64
	}{
		{"precision", c.Precision(), 0.75},
		{"recall", c.Recall(), 6.0 / 9},
		{"F1", c.F1(), 12.0 / 17},
		{"F2", c.F2(), 30.0 / 44},
		{"macro-F1", c.MacroF1(), (12.0/17 + 18.0/23) / 2},
		{"accuracy", c.Accuracy(), 0.75},
		{"false rate", c.FalseRate(), 2.0 / 11},
		{"of nothing", Counts{}.F1(), 0},
	} {
		if math.Abs(x.got-x.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", x.name, x.got, x.want)
		}
	}
}

// TestBootstrap holds the interval of a share against Wilson's.
func TestBootstrap(t *testing.T) {
	units := make([]Counts, 1000)
	for i := range units {
		units[i].Add(true, i%4 != 0)
	}
	low, high := Bootstrap(units, Counts.Recall)
	wlow, whigh := Wilson(750, 1000)
	if math.Abs(low-wlow) > 0.008 || math.Abs(high-whigh) > 0.008 {
		t.Errorf("bootstrap %.4f to %.4f, Wilson %.4f to %.4f", low, high, wlow, whigh)
	}
	if again, _ := Bootstrap(units, Counts.Recall); again != low {
		t.Error("the same units give another interval")
	}
}

func TestBootstrapIsAnInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(t, "units")
		units := make([]Counts, n)
		for i := range units {
			units[i].Add(rapid.Bool().Draw(t, "want"), rapid.Bool().Draw(t, "got"))
		}
		low, high := Bootstrap(units, Counts.F1)
		if low < 0 || low > high || high > 1 {
			t.Fatalf("the interval is %v to %v", low, high)
		}
		slices.Reverse(units)
		if l, h := Bootstrap(units, Counts.F1); l != low || h != high {
			t.Fatalf("in another order it is %v to %v, not %v to %v", l, h, low, high)
		}
	})
}

func TestHalf(t *testing.T) {
	n := 0
	for i := range 2000 {
		if Half(string(rune('a'+i%26)) + string(rune(i+200))) {
			n++
		}
	}
	if n < 880 || n > 1120 {
		t.Errorf("%d of 2000 texts fall into the second half", n)
	}
}
