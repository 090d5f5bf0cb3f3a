// Package vectors does the sums over rows of pixels that blurring and comparing
// pictures consist of, eight numbers at a time where the processor can. The
// result is the same to the last bit either way.
package vectors

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

// AddBytes adds src times weight to sum; all of it has to fit.
func AddBytes(sum []uint32, src []uint8, weight uint32) {
	src = src[:len(sum)]
	i := 0
	if wider {
		if i = len(sum) &^ 7; i > 0 {
			addBytes8(&sum[0], &src[0], i, weight)
		}
	}
	for ; i < len(sum); i++ {
		sum[i] += uint32(src[i]) * weight
	}
}

// FromWhole sets dst to the whole numbers a, which are under 1<<31.
func FromWhole(dst []float32, a []uint32) {
	a = a[:len(dst)]
	i := 0
	if wider {
		if i = len(dst) &^ 7; i > 0 {
			fromWhole8(&dst[0], &a[0], i)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = float32(a[i])
	}
}

// Slide moves sums over a window on: fresh comes, old goes, and dst gets the sum
// over count.
func Slide(dst, sum, fresh, old []float32, count float32) {
	n := len(dst)
	sum, fresh, old = sum[:n], fresh[:n], old[:n]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			slide8(&dst[0], &sum[0], &fresh[0], &old[0], i, count)
		}
	}
	for ; i < n; i++ {
		v := float32(sum[i] + fresh[i])
		v -= old[i]
		sum[i] = v
		dst[i] = v / count
	}
}
