package photos

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCountingIsAsGoodAsSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 144).Draw(t, "n")
		spread := rapid.SampledFrom([]float32{1, 4, 20, 500}).Draw(t, "spread")
		values := rapid.SliceOfN(rapid.Float32Range(-spread, spread), n, n).Draw(t, "values")
		some := rapid.IntRange(1, n-1).Draw(t, "some")
		width := rapid.Float32Range(0.1, 30).Draw(t, "width")
		if rapid.Bool().Draw(t, "exact") { // two values that are a width apart
			width = max(values[n-1]-values[0], values[0]-values[n-1], 0.1)
		}
		if got, want := crowded(slices.Clone(values), some, width), sortedCrowded(slices.Clone(values), some, width); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
