package compare

import (
	"fmt"
	"image"
	"math"

	"fyne.io/fyne/v2/theme"

	"mensch/views/look"
)

// loupe is a magnifying glass over every photo at the same place.
type loupe struct {
	on    bool
	x, y  float64 // shares of the reference's width and height
	scale int     // screen pixels to one of the reference, in per cent
}

// loupeScales are the magnifications, in per cent.
var loupeScales = []int{100, 200, 400, 800}

// loupeSide is the glass's side in units of the screen.
const loupeSide = 190

// magnified gives the next scale up or down.
func (l loupe) magnified(by int) loupe {
	at := 0
	for i, s := range loupeScales {
		if s == l.scale {
			at = i
		}
	}
	l.scale = loupeScales[min(max(at+by, 0), len(loupeScales)-1)]
	return l
}

// moved shifts the glass by shares of the reference's size and keeps it on it.
func (l loupe) moved(dx, dy float64) loupe {
	l.x, l.y = min(max(l.x+dx, 0), 1), min(max(l.y+dy, 0), 1)
	return l
}

// through maps a pixel of the glass, whose middle lies at half, to a pixel of a
// photo. frame maps a pixel of the pane to one of that photo, and says how it
// lies; (px, py) is the photo's pixel under the glass's middle, density how
// many pixels of the photo one of the reference covers.
func (l loupe) through(frame affine, px, py, half, density float64) affine {
	s := density / frame.density() * 100 / float64(l.scale)
	m := affine{a: frame.a * s, b: frame.b * s, d: frame.d * s, e: frame.e * s}
	m.c = px - (m.a+m.b)*half
	m.f = py - (m.d+m.e)*half
	return m
}

// drawLoupe lays the glass over a drawing, its middle at (x, y).
func drawLoupe(dst *image.RGBA, p *pyramid, m affine, x, y float64, side int, coarsest bool) {
	glass := image.NewRGBA(image.Rect(0, 0, side, side))
	ground := rgba(look.Of(look.Track))
	if coarsest {
		drawPhoto(glass, p, m, ground, true)
	} else {
		drawPixels(glass, p, m, ground.R, ground.G, ground.B)
	}
	left, top := int(x)-side/2, int(y)-side/2
	r := float64(side) / 2
	rim, cross := rgba(look.Of(theme.ColorNamePrimary)), rgba(look.Of(theme.ColorNameWarning))
	thick := max(2, float64(side)/90)
	for gy := range side {
		for gx := range side {
			at := image.Pt(left+gx, top+gy)
			d := math.Hypot(float64(gx)+0.5-r, float64(gy)+0.5-r)
			if d > r || !at.In(dst.Rect) {
				continue
			}
			c := glass.RGBAAt(gx, gy)
			if d > r-thick {
				c = rim
			} else if away := max(abs(gx-side/2), abs(gy-side/2)); (gx == side/2 || gy == side/2) && away > side/24 && away < side/8 {
				c = cross // a cross with a free middle: the pixel itself must be seen
			}
			dst.SetRGBA(at.X, at.Y, c)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// drawPixels draws the photo's own pixels as they are, as squares where they
// are enlarged: the values must be those of the file. Shrunk, it draws as
// drawPhoto does.
func drawPixels(dst *image.RGBA, p *pyramid, m affine, r, g, b uint8) {
	if m.density() > 1.01 {
		drawPhoto(dst, p, m, rgba(look.Of(look.Track)), false)
		return
	}
	src := p.levels[0]
	for y := range dst.Rect.Dy() {
		for x := range dst.Rect.Dx() {
			u, v := m.apply(float64(x)+0.5, float64(y)+0.5)
			i := dst.PixOffset(x, y)
			at := image.Pt(int(math.Floor(u)), int(math.Floor(v)))
			if !at.In(src.Rect) {
				dst.Pix[i], dst.Pix[i+1], dst.Pix[i+2], dst.Pix[i+3] = r, g, b, 255
				continue
			}
			copy(dst.Pix[i:i+4], src.Pix[src.PixOffset(at.X, at.Y):])
			dst.Pix[i+3] = 255
		}
	}
}

// value says the place and the colours of a pixel of a photo.
func value(p *pyramid, x, y float64) string {
	at := image.Pt(int(math.Floor(x)), int(math.Floor(y)))
	if !at.In(p.levels[0].Rect) {
		return "outside this photo"
	}
	c := p.levels[0].RGBAAt(at.X, at.Y)
	return fmt.Sprintf("%d, %d   ·   %d %d %d   #%02x%02x%02x", at.X, at.Y, c.R, c.G, c.B, c.R, c.G, c.B)
}
