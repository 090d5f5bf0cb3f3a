package vectors

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// bothWays runs f with the processor's wide registers and without, and fails
// where the results differ.
func bothWays(t *rapid.T, name string, f func() []float32) {
	got := f()
	was := wide
	wide = false
	want := f()
	wide = was
	if !slices.EqualFunc(got, want, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }) {
		t.Fatalf("%s: %v, want %v", name, got, want)
	}
}

func TestFeaturesAreTheSameEitherWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		// Few values, so that many are equal.
		few := func(name string, n int) []float32 {
			return rapid.SliceOfN(rapid.SampledFrom([]float32{-3, -1.5, -1, -0.2, 0, 0.2, 1, 1.5, 3, 700}), n, n).Draw(t, name)
		}
		a, b, c, d, e := few("a", n), few("b", n), few("c", n), few("d", n), few("e", n)
		bothWays(t, "mul", func() []float32 {
			out := make([]float32, n)
			Mul(out, a, b)
			return out
		})
		bothWays(t, "gradients", func() []float32 {
			size, turn := make([]float32, n), make([]float32, n)
			Gradients(size, turn, a, b, c, d)
			return append(size, turn...)
		})
		bothWays(t, "peaks", func() []float32 {
			marks := make([]uint8, n/8+1)
			k := Peaks(marks, a, b, c, d, e, 1)
			out := []float32{float32(k)}
			for _, m := range marks[:k/8] {
				out = append(out, float32(m))
			}
			return out
		})
		v := [128]float32(numbers(t, 128, "v"))
		bothWays(t, "hadamard", func() []float32 {
			v := v
			Hadamard(&v)
			return v[:]
		})
		bothWays(t, "positive", func() []float32 {
			bits := Positive((*[64]float32)(v[:64]))
			return []float32{float32(bits & 0xffff), float32(bits >> 16 & 0xffff), float32(bits >> 32 & 0xffff), float32(bits >> 48)}
		})
	})
}

func TestWindowsAreTheSameEitherWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		a, sums, squares, share := numbers(t, n, "a"), numbers(t, n+Window-1, "sums"), numbers(t, n+Window-1, "squares"), numbers(t, n, "share")
		bothWays(t, "sum of windows", func() []float32 {
			out := make([]float32, n)
			SumWindow(out, sums)
			return out
		})
		bothWays(t, "normalised windows", func() []float32 {
			out := make([]float32, n)
			NormaliseWindow(out, a, sums, squares, share, 3)
			return out
		})
		bothWays(t, "moving squares", func() []float32 {
			x, y := slices.Clone(sums[:n]), slices.Clone(squares[:n])
			SlideSquares(x, y, a, share)
			return append(x, y...)
		})
		bothWays(t, "shares", func() []float32 {
			out := make([]float32, n)
			Share(out, a)
			return out
		})
		bothWays(t, "shift", func() []float32 {
			out := make([]float32, n)
			Shift(out, a, -128)
			return out
		})
	})
}

func TestMomentsAreTheSameEitherWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 70).Draw(t, "n")
		a, b, c, d := numbers(t, n, "t"), numbers(t, n, "q"), numbers(t, n, "gx"), numbers(t, n, "gy")
		inside := rapid.SliceOfN(rapid.SampledFrom([]float32{0, 1}), n, n).Draw(t, "inside")
		bothWays(t, "moments", func() []float32 {
			m := Moments{Dot: 7}
			Align(&m, a, b, c, d, inside, 3, 0.8)
			return []float32{m.Dot, m.TT, m.QQ, m.X0, m.X1, m.Y0, m.Y1, m.XX0, m.XX1, m.XX2, m.XY0, m.XY1, m.XY2, m.YY0, m.YY1, m.YY2}
		})
	})
}

func TestMiddlingIsTheSameEitherWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stride := rapid.IntRange(Side, 20).Draw(t, "stride")
		p := rapid.SliceOfN(rapid.SampledFrom([]float32{0, 10, 14, 15, 16, 50, 85, 86, 99, 100, 101}), Side*stride, Side*stride).Draw(t, "p")
		bothWays(t, "middling", func() []float32 { return []float32{float32(Middling(p, stride))} })
		bothWays(t, "eight", func() []float32 {
			lo, hi, between := Eight(p, stride)
			return []float32{lo, hi, float32(between)}
		})
	})
}
