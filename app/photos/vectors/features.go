package vectors

import "math"

// Mul sets dst to a times b.
func Mul(dst, a, b []float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	i := 0
	if wide {
		if i = len(dst) &^ 7; i > 0 {
			mul8(&dst[0], &a[0], &b[0], i)
		}
	}
	for ; i < len(dst); i++ {
		dst[i] = a[i] * b[i]
	}
}

// Hadamard is the fast Walsh-Hadamard transform, not scaled.
func Hadamard(v *[128]float32) {
	if wide {
		hadamard128(v)
		return
	}
	for h := 1; h < 128; h *= 2 {
		for i := 0; i < 128; i += 2 * h {
			a, b := v[i:i+h], v[i+h:i+2*h]
			for k := range a {
				x, y := a[k], b[k]
				a[k], b[k] = x+y, x-y
			}
		}
	}
}

// Positive says which numbers are above zero, the first in the lowest bit.
func Positive(v *[64]float32) (bits uint64) {
	if wide {
		return positive64(v)
	}
	for i, x := range v {
		if x > 0 {
			bits |= 1 << i
		}
	}
	return bits
}

// Gradients sets size and turn to the length and the direction (from 0 to 1) of
// the gradients of right less left and below less above.
func Gradients(size, turn, right, left, below, above []float32) {
	n := len(size)
	turn, right, left, below, above = turn[:n], right[:n], left[:n], below[:n], above[:n]
	i := 0
	if wide {
		if i = n &^ 7; i > 0 {
			gradients8(&size[0], &turn[0], &right[0], &left[0], &below[0], &above[0], i)
		}
	}
	for ; i < n; i++ {
		size[i], turn[i] = polar(right[i]-left[i], below[i]-above[i])
	}
}

// A polynomial for atan(q)/2pi, good to a hundredth of a degree's tenth.
const (
	atan1 = 0.15915494
	atan3 = -0.05296058
	atan5 = 0.0308116
	atan7 = 0.0121087
)

// polar gives the length of a gradient and its turn from 0 to 1.
func polar(x, y float32) (size, turn float32) {
	ax, ay := x, y
	if ax < 0 {
		ax = -ax
	}
	if ay < 0 {
		ay = -ay
	}
	hi, lo := max(ax, ay), min(ax, ay)
	if hi == 0 {
		return 0, 0
	}
	q := lo / hi
	s := float32(q * q)
	t := float32(s * atan7)
	t = float32(s * (atan5 - t))
	t = float32(s * (atan3 + t))
	t = q * (atan1 + t)
	if ay > ax {
		t = 0.25 - t
	}
	if x < 0 {
		t = 0.5 - t
	}
	if y < 0 {
		t = 1 - t
	}
	if t >= 1 {
		t--
	}
	return float32(math.Sqrt(float64(float32(x*x) + float32(y*y)))), t
}

// Peaks marks the places of row, from 1 to before the last but seven, that may be
// extremes: at least faint from zero, beyond the one before, and not within any
// other neighbour in the row, in those beside it and at the same place of two
// more rows, low (beyond it, too) and high. The mark of place 1+i is bit i%8 of
// marks[i/8]; it gives how many places are told of.
func Peaks(marks []uint8, row, above, below, low, high []float32, faint float32) int {
	n := (len(row) - 2) &^ 7
	if n <= 0 {
		return 0
	}
	_, _, _, _, _ = marks[n/8-1], above[n], below[n], low[n], high[n]
	if wide {
		peaks8(&marks[0], &row[0], &above[0], &below[0], &low[0], &high[0], n, faint)
		return n
	}
	clear(marks[:n/8])
	for i := range n {
		x := i + 1
		v := row[x]
		top := v >= faint && v > row[x-1] && v >= row[x+1] && v >= above[x] && v >= below[x] && v > low[x] && v >= high[x]
		pit := v <= -faint && v < row[x-1] && v <= row[x+1] && v <= above[x] && v <= below[x] && v < low[x] && v <= high[x]
		if top || pit {
			marks[i/8] |= 1 << (i % 8)
		}
	}
	return n
}
