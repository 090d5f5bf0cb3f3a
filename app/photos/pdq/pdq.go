// Package pdq computes PDQ, the 256-bit perceptual hash that exchanges of known
// images speak (HMA, NCMEC, StopNCII), after its paper "The TMK+PDQF
// Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (2019).
//
// The luma is blurred by two passes of box filters, sampled at 64 x 64, turned
// into the 16 x 16 lowest frequencies without the constant, and each of these
// is compared with their median.
package pdq

import (
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"sync"

	"mensch/app/photos/hamming"
	"mensch/app/photos/vectors"
)

const (
	grid  = 64 // samples a side
	freqs = 16 // frequencies a side
)

// Trusted is the quality from which exchanges use a hash, Radius the distance
// within which they call two hashes a match.
const (
	Trusted = 50
	Radius  = 31
)

// ErrFormat says that a text is no hash.
var ErrFormat = errors.New("a PDQ hash has 64 hex digits")

// Dihedral are the hashes of a picture turned and mirrored in all eight ways.
type Dihedral [8]hamming.Hash256

// The places in Dihedral. Turns are clockwise.
const (
	Upright = iota
	Turned90
	Turned180
	Turned270
	Mirrored          // left and right exchanged
	Overturned        // top and bottom exchanged
	Transposed        // mirrored at the diagonal from the top left
	CounterTransposed // mirrored at the other diagonal
)

// Hash computes the hash of an image and its quality, 0 (flat, worthless) to
// 100. The image is taken as it is: turn it upright before. It's read at its
// full size, as the paper has it.
func Hash(img image.Image) (hash hamming.Hash256, quality int) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w < 1 || h < 1 {
		return hash, 0
	}
	luma := make([]float32, w*h)
	at := reader(img)
	for y := range h {
		for x := range w {
			r, g, bl := at(b.Min.X+x, b.Min.Y+y)
			luma[y*w+x] = 0.299*float32(r) + 0.587*float32(g) + 0.114*float32(bl)
		}
	}
	all, quality := FromLuma(luma, w, h)
	return all[Upright], quality
}

// rooms are as large as the luma, and used again for the next.
var rooms = sync.Pool{New: func() any { return new([]float32) }}

// FromLuma computes the hashes of luma values from 0 to 255, row by row. The
// slice is overwritten. A slice that is no w x h gives zero hashes.
func FromLuma(luma []float32, w, h int) (hashes Dihedral, quality int) {
	if w < 1 || h < 1 || len(luma) != w*h {
		return hashes, 0
	}
	alongRows, alongCols := (w+2*grid-1)/(2*grid), (h+2*grid-1)/(2*grid)
	room := rooms.Get().(*[]float32)
	defer rooms.Put(room)
	*room = slices.Grow((*room)[:0], len(luma))
	other := (*room)[:len(luma)] // written before it's read
	for range 2 {
		boxRows(luma, other, w, h, alongRows)
		boxColumns(other, luma, w, h, alongCols)
	}
	var small [grid][grid]float32
	for i := range grid {
		y := int((float64(i) + 0.5) * float64(h) / grid)
		for j := range grid {
			x := int((float64(j) + 0.5) * float64(w) / grid)
			small[i][j] = luma[y*w+x]
		}
	}
	f := transform(&small)
	for way := range hashes {
		hashes[way] = f.turned(way).bits()
	}
	return hashes, gradients(&small)
}

// boxRows averages every row over a window; at the ends the window is cut off.
// Four rows go side by side: a sum has to wait for the one before it, but not
// for those of other rows.
func boxRows(in, out []float32, w, h, window int) {
	y := 0
	for ; y+4 <= h; y += 4 {
		four(in[y*w:][:4*w], out[y*w:][:4*w], w, window)
	}
	for ; y < h; y++ {
		boxColumns(in[y*w:][:w], out[y*w:][:w], 1, w, window)
	}
}

func four(in, out []float32, n, window int) {
	half := (window + 2) / 2
	in0, in1, in2, in3 := in[:n], in[n:][:n], in[2*n:][:n], in[3*n:][:n]
	out0, out1, out2, out3 := out[:n], out[n:][:n], out[2*n:][:n], out[3*n:][:n]
	var sum0, sum1, sum2, sum3 float32
	count, left, right := 0, 0, 0
	take := func() {
		sum0, sum1, sum2, sum3 = sum0+in0[right], sum1+in1[right], sum2+in2[right], sum3+in3[right]
		count++
		right++
	}
	for range min(half-1, n) {
		take()
	}
	for i := 0; i < n; i++ {
		if count == window && right < n {
			// In the middle, where most values are, one comes and one goes.
			c := float32(count)
			s0, s1, s2, s3 := sum0, sum1, sum2, sum3
			for ; right < n; i, left, right = i+1, left+1, right+1 {
				s0, s1, s2, s3 = s0+in0[right], s1+in1[right], s2+in2[right], s3+in3[right]
				s0, s1, s2, s3 = s0-in0[left], s1-in1[left], s2-in2[left], s3-in3[left]
				out0[i], out1[i], out2[i], out3[i] = s0/c, s1/c, s2/c, s3/c
			}
			sum0, sum1, sum2, sum3 = s0, s1, s2, s3
			i--
			continue
		}
		add, drop := steps(i, n, half, window, count, left, right)
		if add {
			take()
		}
		if drop {
			sum0, sum1, sum2, sum3 = sum0-in0[left], sum1-in1[left], sum2-in2[left], sum3-in3[left]
			count--
			left++
		}
		c := float32(count)
		out0[i], out1[i], out2[i], out3[i] = sum0/c, sum1/c, sum2/c, sum3/c
	}
}

// steps says whether the window takes a value in, and whether it lets one go.
func steps(i, n, half, window, count, left, right int) (add, drop bool) {
	switch {
	case right < n:
		return true, count+1 > window
	case count > 1 && right-left > half-1 && i+half > n:
		return false, true
	}
	return false, count > window
}

// boxColumns averages every column over a window as boxRows does the rows, with
// the same sums in the same order.
func boxColumns(in, out []float32, w, n, window int) {
	half := (window + 2) / 2
	sum := make([]float32, w)
	count, left, right := 0, 0, 0
	take := func() {
		for x, v := range in[right*w : right*w+w] {
			sum[x] += v
		}
		count++
		right++
	}
	for range min(half-1, n) {
		take()
	}
	for i := range n {
		if count == window && right < n {
			c := float32(count)
			vectors.Slide(out[i*w:][:w], sum, in[right*w:][:w], in[left*w:][:w], c)
			left, right = left+1, right+1
			continue
		}
		add, drop := steps(i, n, half, window, count, left, right)
		if add {
			take()
		}
		if drop {
			for x, v := range in[left*w : left*w+w] {
				sum[x] -= v
			}
			count--
			left++
		}
		row := out[i*w : i*w+w]
		c := float32(count)
		for x, v := range sum {
			row[x] = v / c
		}
	}
}

// gradients is the quality: how much changes between neighbours.
func gradients(p *[grid][grid]float32) int {
	sum := 0
	step := func(a, b float32) {
		d := int((a - b) * 100 / 255)
		if d < 0 {
			d = -d
		}
		sum += d
	}
	for i := range grid {
		for j := range grid {
			if i+1 < grid {
				step(p[i][j], p[i+1][j])
			}
			if j+1 < grid {
				step(p[i][j], p[i][j+1])
			}
		}
	}
	return min(sum/90, 100)
}

var waves = func() (t [freqs][grid]float32) {
	for i := range freqs {
		for j := range grid {
			t[i][j] = float32(math.Sqrt(2.0/grid) * math.Cos(math.Pi/2/grid*float64(i+1)*float64(2*j+1)))
		}
	}
	return t
}()

// spectrum holds the lowest frequencies, those down the picture first.
type spectrum [freqs][freqs]float32

func transform(p *[grid][grid]float32) *spectrum {
	var half [freqs][grid]float32
	for i := range freqs {
		for j := range grid {
			var sum float32
			for k := range grid {
				sum += waves[i][k] * p[k][j]
			}
			half[i][j] = sum
		}
	}
	var out spectrum
	for i := range freqs {
		for j := range freqs {
			var sum float32
			for k := range grid {
				sum += half[i][k] * waves[j][k]
			}
			out[i][j] = sum
		}
	}
	return &out
}

// turned gives the frequencies of the turned picture: a cosine that is mirrored
// is itself where it has an even number of half waves, and its negative where
// the number is odd. There is no constant, so that place 0 has one half wave.
func (f *spectrum) turned(way int) *spectrum {
	var transpose, flipRows, flipCols bool // of the result: rows are frequencies down
	switch way {
	case Upright:
		return f
	case Turned90:
		transpose, flipCols = true, true
	case Turned180:
		flipRows, flipCols = true, true
	case Turned270:
		transpose, flipRows = true, true
	case Mirrored:
		flipCols = true
	case Overturned:
		flipRows = true
	case Transposed:
		transpose = true
	case CounterTransposed:
		transpose, flipRows, flipCols = true, true, true
	}
	var out spectrum
	for i := range freqs {
		for j := range freqs {
			v := f[i][j]
			if transpose {
				v = f[j][i]
			}
			if flipRows && i&1 == 0 {
				v = -v
			}
			if flipCols && j&1 == 0 {
				v = -v
			}
			out[i][j] = v
		}
	}
	return &out
}

func (f *spectrum) bits() (hash hamming.Hash256) {
	var sorted [freqs * freqs]float32
	for i := range f {
		copy(sorted[i*freqs:], f[i][:])
	}
	slices.Sort(sorted[:])
	median := sorted[(len(sorted)-1)/2]
	for i := range f {
		for j, v := range f[i] {
			if v > median {
				k := i*freqs + j
				hash[k>>6] |= 1 << (k & 63)
			}
		}
	}
	return hash
}

// reader gives a function that reads a pixel over white, 0 to 255.
func reader(img image.Image) func(x, y int) (r, g, b uint8) {
	return func(x, y int) (uint8, uint8, uint8) {
		r, g, b, a := img.At(x, y).RGBA()
		white := 0xffff - a
		return uint8((r + white) >> 8), uint8((g + white) >> 8), uint8((b + white) >> 8)
	}
}

// Format writes a hash as exchanges do: 64 hex digits, the last frequency first.
func Format(h hamming.Hash256) string {
	return fmt.Sprintf("%016x%016x%016x%016x", h[3], h[2], h[1], h[0])
}

// Parse reads what Format writes, in either case of letters.
func Parse(s string) (h hamming.Hash256, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != 32 {
		return h, fmt.Errorf("reading %.80q: %w", s, ErrFormat)
	}
	for i, b := range raw {
		k := 31 - i
		h[k>>3] |= uint64(b) << (8 * (k & 7))
	}
	return h, nil
}
