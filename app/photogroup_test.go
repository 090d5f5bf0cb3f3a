package app

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func through(m [6]float64, x, y float64) (float64, float64) {
	return m[0]*x + m[1]*y + m[2], m[3]*x + m[4]*y + m[5]
}

// Whatever way matches were found in, chaining them leads a point of the first
// photo to where it stands in each.
func TestAlignmentsChainMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c", "d", "e"}
		truth := map[string][6]float64{"a": {0: 1, 4: 1}}
		for _, n := range names[1:] {
			f := func(l string) float64 { return rapid.Float64Range(0.4, 1.5).Draw(t, n+l) }
			m := [6]float64{f("a"), 0.2 * f("b"), f("c"), -0.2 * f("d"), f("e"), f("f")}
			if rapid.Bool().Draw(t, n+"mirrored") {
				m[0] = -m[0]
			}
			truth[n] = m
		}
		var steps []alignStep
		for i, n := range names[1:] {
			from := names[rapid.IntRange(0, i).Draw(t, n+"from")]
			s := alignStep{from, n, chained(inverted(truth[from]), truth[n])}
			if rapid.Bool().Draw(t, n+"backwards") {
				s = alignStep{n, from, inverted(s.affine)}
			}
			steps = append(steps, s)
		}
		steps = append(steps, alignStep{"a", "by hash alone", [6]float64{}})
		got := alignments("a", steps)
		if len(got) != len(names) {
			t.Fatalf("%d photos are aligned", len(got))
		}
		for n, want := range truth {
			wx, wy := through(want, 0.3, 0.8)
			x, y := through(got[n], 0.3, 0.8)
			if math.Abs(x-wx) > 1e-6 || math.Abs(y-wy) > 1e-6 {
				t.Fatalf("%s: %v,%v instead of %v,%v", n, x, y, wx, wy)
			}
		}
	})
}
