package compare

import (
	"image"
	"image/color"
	"math"
)

// fraction is how many bits of a fixed-point coordinate lie behind the point.
const fraction = 16

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
	for y := range h {
		u0, v0 := m.apply(0.5, float64(y)+0.5)
		u := int64(math.Round(u0 * (1 << fraction)))
		v := int64(math.Round(v0 * (1 << fraction)))
		row := dst.Pix[y*dst.Stride : y*dst.Stride+4*w]
		sampleRow(row, src, sw, sh, u, v, du, dv, background)
	}
}

// sampleRow draws one row by bilinear interpolation, stepping through the
// source in fixed point.
func sampleRow(row []uint8, src *image.RGBA, sw, sh int, u, v, du, dv int64, background color.RGBA) {
	maxU, maxV := int64(sw)<<fraction, int64(sh)<<fraction
	const half = 1 << (fraction - 1)
	for i := 0; i+4 <= len(row); i, u, v = i+4, u+du, v+dv {
		if u < 0 || v < 0 || u >= maxU || v >= maxV {
			row[i], row[i+1], row[i+2], row[i+3] = background.R, background.G, background.B, 255
			continue
		}
		cu, cv := max(u-half, 0), max(v-half, 0)
		x, y := int(cu>>fraction), int(cv>>fraction)
		fx, fy := uint32(cu>>8)&0xff, uint32(cv>>8)&0xff
		at := y*src.Stride + 4*x
		right, below := 4, src.Stride
		if x+1 >= sw {
			right = 0
		}
		if y+1 >= sh {
			below = 0
		}
		p00 := src.Pix[at : at+3 : at+3]
		p01 := src.Pix[at+right : at+right+3 : at+right+3]
		p10 := src.Pix[at+below : at+below+3 : at+below+3]
		p11 := src.Pix[at+below+right : at+below+right+3 : at+below+right+3]
		w11 := fx * fy
		w01 := fx<<8 - w11
		w10 := fy<<8 - w11
		w00 := 1<<16 - w11 - w01 - w10
		row[i] = uint8((uint32(p00[0])*w00 + uint32(p01[0])*w01 + uint32(p10[0])*w10 + uint32(p11[0])*w11) >> 16)
		row[i+1] = uint8((uint32(p00[1])*w00 + uint32(p01[1])*w01 + uint32(p10[1])*w10 + uint32(p11[1])*w11) >> 16)
		row[i+2] = uint8((uint32(p00[2])*w00 + uint32(p01[2])*w01 + uint32(p10[2])*w10 + uint32(p11[2])*w11) >> 16)
		row[i+3] = 255
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
	for i := range a.Pix {
		a.Pix[i] = uint8((int(a.Pix[i])*(256-k) + int(b.Pix[i])*k) >> 8)
	}
}

// difference paints in a where it differs from b: grey where alike, from
// yellow to red where the lightness differs by more than threshold (0 to 255).
func difference(a, b *image.RGBA, threshold int) {
	for i := 0; i+4 <= len(a.Pix); i += 4 {
		la := (299*int(a.Pix[i]) + 587*int(a.Pix[i+1]) + 114*int(a.Pix[i+2])) / 1000
		lb := (299*int(b.Pix[i]) + 587*int(b.Pix[i+1]) + 114*int(b.Pix[i+2])) / 1000
		d := la - lb
		if d < 0 {
			d = -d
		}
		if d <= threshold {
			g := uint8(64 + la/4)
			a.Pix[i], a.Pix[i+1], a.Pix[i+2] = g, g, g
			continue
		}
		over := min(255, (d-threshold)*3)
		a.Pix[i], a.Pix[i+1], a.Pix[i+2] = 255, uint8(220-over*200/255), 40
	}
}
