package vectors

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func numbers(t *rapid.T, n int, name string) []float32 {
	return rapid.SliceOfN(rapid.Float32Range(-1e4, 1e4), n, n).Draw(t, name)
}

// The wide sums have to be those of one number after the other, to the last bit.
func TestWideSumsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		dst := numbers(t, n, "dst")
		a, b, c, d := numbers(t, n, "a"), numbers(t, n, "b"), numbers(t, n, "c"), numbers(t, n, "d")
		k, l := rapid.Float32Range(-3, 3).Draw(t, "k"), rapid.Float32Range(-3, 3).Draw(t, "l")
		for name, sum := range map[string]struct {
			do   func(dst []float32)
			want func(i int) float32
		}{
			"scale":       {func(x []float32) { Scale(x, a, k) }, func(i int) float32 { return a[i] * k }},
			"sum":         {func(x []float32) { Sum(x, a, b) }, func(i int) float32 { return a[i] + b[i] }},
			"add squares": {func(x []float32) { AddSquares(x, a, k) }, func(i int) float32 { return dst[i] + float32(float32(a[i]*a[i])*k) }},
			"normalise": {func(x []float32) { Normalise(x, a, b, c, d, 3) }, func(i int) float32 {
				mean := b[i] * d[i]
				spread := float32(c[i]*d[i]) - float32(mean*mean)
				return (a[i] - mean) / (float32(math.Sqrt(float64(max(spread, 0)))) + 3)
			}},
			"sub":        {func(x []float32) { Sub(x, a, b) }, func(i int) float32 { return a[i] - b[i] }},
			"add scaled": {func(x []float32) { AddScaled(x, a, k) }, func(i int) float32 { return dst[i] + float32(a[i]*k) }},
			"add two":    {func(x []float32) { AddTwo(x, a, b, k) }, func(i int) float32 { return dst[i] + float32((a[i]+b[i])*k) }},
			"add four": {func(x []float32) { AddFour(x, a, b, c, d, k, l) }, func(i int) float32 {
				return dst[i] + float32(float32((a[i]+b[i])*k)+float32((c[i]+d[i])*l))
			}},
		} {
			got := append(slices.Clone(dst), 77) // what is behind must stay
			sum.do(got[:n])
			for i := range n {
				if math.Float32bits(got[i]) != math.Float32bits(sum.want(i)) {
					t.Fatalf("%s of %d numbers: at %d %v, want %v", name, n, i, got[i], sum.want(i))
				}
			}
			if got[n] != 77 {
				t.Fatalf("%s of %d numbers writes behind its end", name, n)
			}
		}
	})
}

func BenchmarkAddFour(b *testing.B) {
	x := make([]float32, 5*420)
	for b.Loop() {
		AddFour(x[:420], x[420:840], x[840:1260], x[1260:1680], x[1680:], 0.1, 0.2)
	}
}
