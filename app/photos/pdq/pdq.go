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

	"mensch/app/photos/hamming"
)

const (
	grid    = 64  // samples a side
	freqs   = 16  // frequencies a side
	largest = 512 // pixels a side; more are sampled down to it first
)

// Trusted is the quality from which exchanges use a hash, Radius the distance
// within which they call two hashes a match.
const (
	Trusted = 50
	Radius  = 31
)

// ErrFormat says that a text is no hash.
var ErrFormat = errors.New("a PDQ hash has 64 hex digits")

// Hash computes the hash of an image and its quality, 0 (flat, worthless) to
// 100. The image is taken as it is: turn it upright before.
func Hash(img image.Image) (hash hamming.Hash256, quality int) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if w < 1 || h < 1 {
		return hash, 0
	}
	// The reference samples large pictures down without averaging.
	tw, th := w, h
	if w > largest || h > largest {
		tw, th = largest, largest
	}
	luma := make([]float32, tw*th)
	at := reader(img)
	for y := range th {
		sy := b.Min.Y + y*h/th
		for x := range tw {
			r, g, bl := at(b.Min.X+x*w/tw, sy)
			luma[y*tw+x] = 0.299*float32(r) + 0.587*float32(g) + 0.114*float32(bl)
		}
	}
	return FromLuma(luma, tw, th)
}

// FromLuma computes the hash of luma values from 0 to 255, row by row. The
// slice is overwritten. A slice that is no w x h gives the zero hash.
func FromLuma(luma []float32, w, h int) (hash hamming.Hash256, quality int) {
	if w < 1 || h < 1 || len(luma) != w*h {
		return hash, 0
	}
	alongRows, alongCols := (w+2*grid-1)/(2*grid), (h+2*grid-1)/(2*grid)
	other := make([]float32, len(luma))
	for range 2 {
		for y := range h {
			box(luma[y*w:], other[y*w:], w, 1, alongRows)
		}
		for x := range w {
			box(other[x:], luma[x:], h, w, alongCols)
		}
	}
	var small [grid][grid]float32
	for i := range grid {
		y := int((float64(i) + 0.5) * float64(h) / grid)
		for j := range grid {
			x := int((float64(j) + 0.5) * float64(w) / grid)
			small[i][j] = luma[y*w+x]
		}
	}
	return transform(&small), gradients(&small)
}

// box averages n values, stride apart, over a window; at the ends the window
// is cut off.
func box(in, out []float32, n, stride, window int) {
	half := (window + 2) / 2
	var sum float32
	count, left, right := 0, 0, 0
	for range min(half-1, n) {
		sum += in[right*stride]
		count++
		right++
	}
	for i := range n {
		if right < n {
			sum += in[right*stride]
			count++
			right++
		} else if count > 1 && right-left > half-1 && i+half > n {
			sum -= in[left*stride]
			count--
			left++
		}
		if count > window {
			sum -= in[left*stride]
			count--
			left++
		}
		out[i*stride] = sum / float32(count)
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

func transform(p *[grid][grid]float32) (hash hamming.Hash256) {
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
	var out [freqs * freqs]float32
	for i := range freqs {
		for j := range freqs {
			var sum float32
			for k := range grid {
				sum += half[i][k] * waves[j][k]
			}
			out[i*freqs+j] = sum
		}
	}
	sorted := out
	slices.Sort(sorted[:])
	median := sorted[(len(sorted)-1)/2]
	for k, v := range out {
		if v > median {
			hash[k>>6] |= 1 << (k & 63)
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
