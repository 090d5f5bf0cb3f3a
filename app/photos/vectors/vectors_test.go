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
			"add squares": {func(x []float32) { AddSquares(x, a, k) }, func(i int) float32 { return dst[i] + float32(float32(a[i]*a[i])*k) }},
			"sub":         {func(x []float32) { Sub(x, a, b) }, func(i int) float32 { return a[i] - b[i] }},
			"add scaled":  {func(x []float32) { AddScaled(x, a, k) }, func(i int) float32 { return dst[i] + float32(a[i]*k) }},
			"add two":     {func(x []float32) { AddTwo(x, a, b, k) }, func(i int) float32 { return dst[i] + float32((a[i]+b[i])*k) }},
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

func TestWholeNumbersAndWindowsAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		src := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "src")
		sum := rapid.SliceOfN(rapid.Uint32Range(0, 1<<30), n, n).Draw(t, "sum")
		weight := rapid.Uint32Range(0, 1<<10).Draw(t, "weight")
		added := slices.Clone(sum)
		AddBytes(added, src, weight)
		floats := make([]float32, n)
		FromWhole(floats, added)
		fresh, old, sums := numbers(t, n, "fresh"), numbers(t, n, "old"), numbers(t, n, "sums")
		slid, out := slices.Clone(sums), make([]float32, n)
		Slide(out, slid, fresh, old, 7)
		for i := range n {
			if want := sum[i] + uint32(src[i])*weight; added[i] != want || floats[i] != float32(want) {
				t.Fatalf("bytes of %d numbers: at %d %v and %v, want %v", n, i, added[i], floats[i], want)
			}
			want := float32(sums[i] + fresh[i])
			want -= old[i]
			if slid[i] != want || out[i] != want/7 {
				t.Fatalf("window of %d numbers: at %d %v and %v, want %v", n, i, slid[i], out[i], want)
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
