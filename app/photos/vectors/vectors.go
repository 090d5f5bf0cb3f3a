// Package vectors does the sums over rows of pixels that blurring and comparing
// pictures consist of, eight numbers at a time where the processor can. The
// result is the same to the last bit either way.
package vectors

import "math"

// The slices of one call have the same length; longer ones are cut to that of
// dst.

// Scale sets dst to a times k.
func Scale(dst, a []float32, k float32) {
	a = a[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			scale8(&dst[0], &a[0], i, k)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = a[i] * k
	}
}

// AddTwo adds (a + b) times k to dst.
func AddTwo(dst, a, b []float32, k float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			addTwo8(&dst[0], &a[0], &b[0], i, k)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] += float32((a[i] + b[i]) * k)
	}
}

// AddFour adds (a + b) times k and (c + d) times l to dst.
func AddFour(dst, a, b, c, d []float32, k, l float32) {
	n := len(dst)
	a, b, c, d = a[:n], b[:n], c[:n], d[:n]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			addFour8(&dst[0], &a[0], &b[0], &c[0], &d[0], i, k, l)
		}
	}
	for ; i < n; i++ {
		dst[i] += float32(float32((a[i]+b[i])*k) + float32((c[i]+d[i])*l))
	}
}

// AddScaled adds a times k to dst.
func AddScaled(dst, a []float32, k float32) {
	a = a[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			addScaled8(&dst[0], &a[0], i, k)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] += float32(a[i] * k)
	}
}

// Sub sets dst to a less b.
func Sub(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			sub8(&dst[0], &a[0], &b[0], i)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = a[i] - b[i]
	}
}

// Sum sets dst to a plus b.
func Sum(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			sum8(&dst[0], &a[0], &b[0], i)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = a[i] + b[i]
	}
}

// AddSquares adds the squares of a, times k, to dst.
func AddSquares(dst, a []float32, k float32) {
	a = a[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			addSquares8(&dst[0], &a[0], i, k)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] += float32(float32(a[i]*a[i]) * k)
	}
}

// Normalise sets dst to a less its neighbours' mean, over their deviation and
// soft. sums and squares are those of the neighbours, share is one over their
// number.
func Normalise(dst, a, sums, squares, share []float32, soft float32) {
	n := len(dst)
	a, sums, squares, share = a[:n], sums[:n], squares[:n], share[:n]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			normalise8(&dst[0], &a[0], &sums[0], &squares[0], &share[0], i, soft)
		}
	}
	for ; i < n; i++ {
		mean := sums[i] * share[i]
		spread := float32(squares[i]*share[i]) - float32(mean*mean)
		dst[i] = (a[i] - mean) / (float32(math.Sqrt(float64(max(spread, 0)))) + soft)
	}
}
