package compare

import (
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
	for i := 4 * first; i < 4*last; i, u, v = i+4, u+du, v+dv {
		cu, cv := max(u-half, 0), max(v-half, 0)
		x, y := int(cu>>fraction), int(cv>>fraction)
		fx, fy := uint32(cu>>8)&0xff, uint32(cv>>8)&0xff
		at := y*stride + 4*x
		right, below := 4, stride
		if x+1 >= sw {
			right = 0
		}
		if y+1 >= sh {
			below = 0
		}
		p00 := pix[at : at+3 : at+3]
		p01 := pix[at+right : at+right+3 : at+right+3]
		p10 := pix[at+below : at+below+3 : at+below+3]
		p11 := pix[at+below+right : at+below+right+3 : at+below+right+3]
		w11 := fx * fy
		w01 := fx<<8 - w11
		w10 := fy<<8 - w11
		w00 := 1<<16 - w11 - w01 - w10
		out := row[i : i+4 : i+4]
		out[0] = uint8((uint32(p00[0])*w00 + uint32(p01[0])*w01 + uint32(p10[0])*w10 + uint32(p11[0])*w11) >> 16)
		out[1] = uint8((uint32(p00[1])*w00 + uint32(p01[1])*w01 + uint32(p10[1])*w10 + uint32(p11[1])*w11) >> 16)
		out[2] = uint8((uint32(p00[2])*w00 + uint32(p01[2])*w01 + uint32(p10[2])*w10 + uint32(p11[2])*w11) >> 16)
		out[3] = 255
	}
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
