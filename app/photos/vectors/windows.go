package vectors

import "math"

// Window is how many numbers next to each other NormaliseWindow and SumWindow
// take together.
const Window = 9

// window sums nine numbers by pairs of pairs.
func window(c []float32) float32 {
	c = c[:Window]
	return float32(float32(float32(c[0]+c[1])+float32(c[2]+c[3]))+float32(float32(c[4]+c[5])+float32(c[6]+c[7]))) + c[8]
}

// SumWindow sets dst to the sums of Window numbers of a from each place on.
func SumWindow(dst, a []float32) {
	n := len(dst)
	a = a[:n+Window-1]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			sumWindow8(&dst[0], &a[0], i)
		}
	}
	for ; i < n; i++ {
		dst[i] = window(a[i:])
	}
}

// NormaliseWindow sets dst to a less its neighbours' mean, over their deviation
// and soft. sums and squares are those of the neighbours' columns, share is one
// over the number of neighbours.
func NormaliseWindow(dst, a, sums, squares, share []float32, soft float32) {
	n := len(dst)
	a, share = a[:n], share[:n]
	sums, squares = sums[:n+Window-1], squares[:n+Window-1]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			normaliseWindow8(&dst[0], &a[0], &sums[0], &squares[0], &share[0], i, soft)
		}
	}
	for ; i < n; i++ {
		mean := window(sums[i:]) * share[i]
		spread := float32(window(squares[i:])*share[i]) - float32(mean*mean)
		dst[i] = (a[i] - mean) / (float32(math.Sqrt(float64(max(spread, 0)))) + soft)
	}
}

// SlideSquares moves sums of numbers and of their squares on: fresh comes, old
// goes.
func SlideSquares(sums, squares, fresh, old []float32) {
	n := len(sums)
	squares, fresh, old = squares[:n], fresh[:n], old[:n]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			slideSquares8(&sums[0], &squares[0], &fresh[0], &old[0], i)
		}
	}
	for ; i < n; i++ {
		f, o := fresh[i], old[i]
		s := float32(sums[i] + f)
		sums[i] = s - o
		q := float32(squares[i] + float32(f*f))
		squares[i] = q - float32(o*o)
	}
}

// Share sets dst to one over a, of numbers under one to one.
func Share(dst, a []float32) {
	a = a[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			share8(&dst[0], &a[0], i)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = 1 / max(a[i], 1)
	}
}

// Shift sets dst to a plus by.
func Shift(dst, a []float32, by float32) {
	a = a[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			shift8(&dst[0], &a[0], i, by)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = a[i] + by
	}
}
