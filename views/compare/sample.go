package compare

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"
	"runtime"
	"sync"
)

// fraction is how many bits of a fixed-point coordinate lie behind the point.
const fraction = 16

// bandPixels is how many pixels a goroutine draws at least: below it, starting
// one costs more than it saves.
const bandPixels = 60_000

// banded runs draw over bands of rows on all cores, and waits for them.
func banded(width, height int, draw func(top, bottom int)) {
	n := min(runtime.GOMAXPROCS(0), width*height/bandPixels)
	if n < 2 {
		draw(0, height)
		return
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { draw(i*height/n, (i+1)*height/n) })
	}
	wg.Wait()
}

// drawPhoto fills dst with the photo as seen through m, which maps a pixel of
// dst to a pixel of the photo's full size. What lies outside the photo is
// background. coarsest forces the blurred, coarsest level.
func drawPhoto(dst *image.RGBA, p *pyramid, m affine, background color.RGBA, coarsest bool) {
	index := p.level(m.density())
	if coarsest {
		index = len(p.levels) - 1
	}
	src := p.levels[index]
	fullW, fullH := p.size()
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	// Pixel centres lie at halves; the sampler below wants corners.
	m = m.then(scaling(float64(sw)/fullW, float64(sh)/fullH))
	w, h := dst.Rect.Dx(), dst.Rect.Dy()
	du, dv := int64(math.Round(m.a*(1<<fraction))), int64(math.Round(m.d*(1<<fraction)))
	banded(w, h, func(top, bottom int) {
		for y := top; y < bottom; y++ {
			u0, v0 := m.apply(0.5, float64(y)+0.5)
			u := int64(math.Round(u0 * (1 << fraction)))
			v := int64(math.Round(v0 * (1 << fraction)))
			row := dst.Pix[y*dst.Stride : y*dst.Stride+4*w]
			sampleRow(row, src, sw, sh, u, v, du, dv, background)
		}
	})
}

// inside gives the steps i, from a first to before a last, at which begin + i *
// step lies in [0, end).
func inside(begin, step, end int64, n int) (first, last int) {
	switch {
	case step == 0:
		if begin < 0 || begin >= end {
			return 0, 0
		}
		return 0, n
	case step < 0: // the same, looked at from the other side
		begin, step = end-1-begin, -step
	}
	if begin < 0 {
		first = int(min((-begin+step-1)/step, int64(n)))
	}
	if begin >= end {
		return 0, 0
	}
	last = int(min((end-1-begin)/step+1, int64(n)))
	return min(first, last), last
}

// sampleRow draws one row by bilinear interpolation, stepping through the
// source in fixed point.
func sampleRow(row []uint8, src *image.RGBA, sw, sh int, u, v, du, dv int64, background color.RGBA) {
	n := len(row) / 4
	first, last := inside(u, du, int64(sw)<<fraction, n)
	if f, l := inside(v, dv, int64(sh)<<fraction, n); f > first || l < last {
		first, last = max(first, f), min(last, l)
	}
	if first >= last {
		fillRow(row, background)
		return
	}
	fillRow(row[:4*first], background)
	fillRow(row[4*last:], background)
	u, v = u+int64(first)*du, v+int64(first)*dv
	const half = 1 << (fraction - 1)
	pix, stride := src.Pix, src.Stride
	if dv == 0 {
		// Neither turned nor slanted, as most are: the same two source rows all along.
		cv := max(v-half, 0)
		y := int(cv >> fraction)
		upper := pix[y*stride : y*stride+4*sw]
		lower := upper
		if y+1 < sh {
			lower = pix[(y+1)*stride : (y+1)*stride+4*sw]
		}
		sampleLevel(row[4*first:4*last], upper, lower, u-half, du, uint64(cv>>8)&0xff)
		return
	}
	for i := 4 * first; i < 4*last; i, u, v = i+4, u+du, v+dv {
		cu, cv := max(u-half, 0), max(v-half, 0)
		x, y := int(cu>>fraction), int(cv>>fraction)
		fx, fy := uint64(cu>>8)&0xff, uint64(cv>>8)&0xff
		at := y*stride + 4*x
		right, below := 4, stride
		if x+1 >= sw {
			right = 0
		}
		if y+1 >= sh {
			below = 0
		}
		// The weights of the four pixels, of which each adds to 256 with the rest.
		w11 := fx * fy >> 8
		w01, w10 := fx-w11, fy-w11
		w00 := 256 - fx - fy + w11
		sum := w00*spread(pix[at:]) + w01*spread(pix[at+right:]) + w10*spread(pix[at+below:]) + w11*spread(pix[at+below+right:])
		sum >>= 8
		binary.LittleEndian.PutUint32(row[i:], uint32(sum&0x00ff00ff)|uint32(sum>>24)&0xff00ff00|0xff000000)
	}
}

// sampleLevel is sampleRow within the photo between two rows of it, fy of 256
// below the upper one.
func sampleLevel(row, upper, lower []uint8, u, du int64, fy uint64) {
	lower = lower[:len(upper)]
	last := len(upper) - 4
	for ; len(row) >= 4; row, u = row[4:], u+du {
		cu := max(u, 0)
		at := int(cu>>fraction) * 4
		next := min(at+4, last)
		fx := uint64(cu>>8) & 0xff
		above := (256-fx)*spread(upper[at:]) + fx*spread(upper[next:])
		below := (256-fx)*spread(lower[at:]) + fx*spread(lower[next:])
		const lanes = 0x00ff00ff00ff00ff
		sum := (256-fy)*(above>>8&lanes) + fy*(below>>8&lanes)
		sum >>= 8
		binary.LittleEndian.PutUint32(row, uint32(sum&0x00ff00ff)|uint32(sum>>24)&0xff00ff00|0xff000000)
	}
}

// spread lays a pixel's four bytes 16 bits apart, so that one multiplication
// weighs them all: 255 times 256 is the most that a lane has to hold.
func spread(pixel []uint8) uint64 {
	p := uint64(binary.LittleEndian.Uint32(pixel))
	return p&0x00ff00ff | p>>8&0x00ff00ff<<32
}

// fillRow paints pixels in one colour, doubling what is painted.
func fillRow(row []uint8, c color.RGBA) {
	if len(row) < 4 {
		return
	}
	row[0], row[1], row[2], row[3] = c.R, c.G, c.B, c.A
	for n := 4; n < len(row); n *= 2 {
		copy(row[n:], row[:n])
	}
}

// drawLine draws a line of the given width in pixels, clipped to dst.
func drawLine(dst *image.RGBA, x0, y0, x1, y1 float64, width int, c color.RGBA) {
	steps := int(math.Max(math.Abs(x1-x0), math.Abs(y1-y0))) + 1
	if steps > 1<<15 { // far outside: nothing of use would be seen
		return
	}
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		cx, cy := int(x0+t*(x1-x0)), int(y0+t*(y1-y0))
		for dy := range width {
			for dx := range width {
				if p := image.Pt(cx+dx-width/2, cy+dy-width/2); p.In(dst.Rect) {
					dst.SetRGBA(p.X, p.Y, c)
				}
			}
		}
	}
}

// blend mixes b into a by share (0 to 1), both of one size.
func blend(a, b *image.RGBA, share float64) {
	k := int(share * 256)
	banded(a.Rect.Dx(), a.Rect.Dy(), func(top, bottom int) {
		x, y := a.Pix[top*a.Stride:bottom*a.Stride], b.Pix[top*b.Stride:bottom*b.Stride]
		for i := range x {
			x[i] = uint8((int(x[i])*(256-k) + int(y[i])*k) >> 8)
		}
	})
}

// greyed takes the colours out of a drawing.
func greyed(dst *image.RGBA) {
	banded(dst.Rect.Dx(), dst.Rect.Dy(), func(top, bottom int) {
		row := dst.Pix[top*dst.Stride : bottom*dst.Stride]
		for i := 0; i+4 <= len(row); i += 4 {
			l := uint8(luma(row[i:]))
			row[i], row[i+1], row[i+2] = l, l, l
		}
	})
}

// luma is the lightness of a pixel, 0 to 255 (ITU-R BT.601).
func luma(pixel []uint8) int {
	return (299*int(pixel[0]) + 587*int(pixel[1]) + 114*int(pixel[2]) + 500) / 1000
}
