package compare

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
)

// seatOf is the seat that a pane shows; -1 for none.
func (v *View) seatOf(p *pane) int {
	if order := v.order(); p.at < len(order) {
		return order[p.at]
	}
	return -1
}

// laid reports whether two photos lie over each other in the first pane.
func (v *View) laid() bool {
	if v.mode == sideBySide || v.reference() == nil {
		return false
	}
	i := v.other()
	return i != v.ref && v.seats[i].photo != nil
}

// paint draws a pane; false leaves it empty.
func (v *View) paint(p *pane, dst *image.RGBA) bool {
	i := v.seatOf(p)
	if i < 0 || v.seats[i].photo == nil {
		return false
	}
	ground := rgba(look.Of(look.Track))
	g := v.place(i, float64(dst.Rect.Dx()), float64(dst.Rect.Dy()))
	m := v.frame(i, g)
	line := max(2, int(2*p.density))
	if p.at == 0 && v.laid() {
		v.paintBoth(p, dst, g)
	} else {
		drawPhoto(dst, v.seats[i].photo, m, ground, v.blurred())
		v.outline(dst, m, i, g, line)
		v.tone(dst)
	}
	v.glass(p, dst, i, g, m)
	return true
}

// paintBoth lays the other photo, aligned, over the reference.
func (v *View) paintBoth(p *pane, dst *image.RGBA, g geometry) {
	ground := rgba(look.Of(look.Track))
	other := v.other()
	behind := ground
	if v.mode == heat {
		behind = outside
	}
	h := v.place(other, g.paneW, g.paneH)
	over := p.second()
	drawPhoto(dst, v.seats[v.ref].photo, g.left(v.view), behind, v.blurred())
	drawPhoto(over, v.seats[other].photo, h.rightAligned(v.view), behind, v.blurred())
	switch v.mode {
	case swipe:
		at := int(v.share * float64(dst.Rect.Dx()))
		for y := range dst.Rect.Dy() {
			copy(dst.Pix[y*dst.Stride+4*at:(y+1)*dst.Stride], over.Pix[y*over.Stride+4*at:(y+1)*over.Stride])
		}
		v.tone(dst)
		drawLine(dst, float64(at), 0, float64(at), g.paneH, max(2, int(2*p.density)), rgba(look.Of(theme.ColorNamePrimary)))
	case onion:
		blend(dst, over, v.share)
		v.tone(dst)
	case blink:
		if v.flipped {
			copy(dst.Pix, over.Pix)
		}
		v.tone(dst)
	case heat:
		difference(dst, over, v.threshold, ground)
	}
}

// tone is where a drawing takes on what the moderator set for their own good
// beyond blurring: grey in place of colour.
func (v *View) tone(dst *image.RGBA) {
	if v.greyed() {
		greyed(dst)
	}
}

// outline draws the matched region of a seat's photo, drawn through m: the
// expert's for the pair in sight, another's for its own pair.
func (v *View) outline(dst *image.RGBA, m affine, i int, g geometry, width int) {
	var r model.Region
	switch s := v.seats[i]; {
	case s.pair >= 0 && s.pair < len(v.file.Pairs):
		r = v.file.Pairs[s.pair].Match.OtherRegion
	case i == 0:
		pair, _ := v.pair()
		r = pair.Match.Region
	}
	if !v.outlined || v.blurred() || r.Width <= 0 || r.Height <= 0 {
		return
	}
	w, h := g.rightW, g.rightH
	back := m.inverse()
	c := rgba(look.Of(theme.ColorNameWarning))
	corner := func(dx, dy float64) (float64, float64) {
		return back.apply((r.X+dx*r.Width)*w, (r.Y+dy*r.Height)*h)
	}
	x0, y0 := corner(0, 0)
	x1, y1 := corner(1, 0)
	x2, y2 := corner(1, 1)
	x3, y3 := corner(0, 1)
	for _, e := range [][4]float64{{x0, y0, x1, y1}, {x1, y1, x2, y2}, {x2, y2, x3, y3}, {x3, y3, x0, y0}} {
		if x0, y0, x1, y1, ok := clipped(e[0], e[1], e[2], e[3], dst.Rect); ok {
			drawLine(dst, x0, y0, x1, y1, width, c)
		}
	}
}

// clipped cuts a line to a rectangle (Liang and Barsky, 1984); false if nothing
// of it is left. Zoomed in, an outline may be a hundred thousand pixels long.
func clipped(x0, y0, x1, y1 float64, r image.Rectangle) (a, b, c, d float64, ok bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := x1-x0, y1-y0
	for _, e := range [][2]float64{{-dx, x0 - float64(r.Min.X)}, {dx, float64(r.Max.X-1) - x0}, {-dy, y0 - float64(r.Min.Y)}, {dy, float64(r.Max.Y-1) - y0}} {
		switch p, q := e[0], e[1]; {
		case p == 0 && q < 0:
			return 0, 0, 0, 0, false
		case p < 0:
			t0 = math.Max(t0, q/p)
		case p > 0:
			t1 = math.Min(t1, q/p)
		}
	}
	return x0 + t0*dx, y0 + t0*dy, x0 + t1*dx, y0 + t1*dy, t0 <= t1
}

// under gives the pixel of a seat's photo that lies under the loupe.
func (v *View) under(i int, g geometry) (x, y float64) {
	x, y = v.loupe.x, v.loupe.y
	if i != v.ref {
		x, y = g.align.apply(x, y)
	}
	return x * g.rightW, y * g.rightH
}

// glass draws the loupe into a pane.
func (v *View) glass(p *pane, dst *image.RGBA, i int, g geometry, m affine) {
	if !v.loupe.on {
		return
	}
	side := int(loupeSide*p.density) | 1 // odd, so that one pixel is the middle
	px, py := v.under(i, g)
	x, y := m.inverse().apply(px, py)
	density := 1.0
	if i != v.ref {
		density = g.pixels().density()
	}
	density *= float64(p.coarse) // the magnification is that of the screen
	drawLoupe(dst, v.seats[i].photo, v.loupe.through(m, px, py, float64(side)/2, density), x, y, side, v.blurred())
}

func fill(dst *image.RGBA, c color.RGBA) { fillRow(dst.Pix, c) }
