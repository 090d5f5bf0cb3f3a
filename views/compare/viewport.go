package compare

import "math"

// Limits of the zoom: 1 shows the whole photo.
const (
	minZoom = 1
	maxZoom = 64
)

// viewport is where both panes look: a point of the expert's photo, as shares
// of its width and height, and a zoom.
type viewport struct {
	zoom float64
	x, y float64
}

var wholePhoto = viewport{zoom: 1, x: 0.5, y: 0.5}

func (v viewport) zoomed(factor float64) viewport {
	v.zoom = math.Min(maxZoom, math.Max(minZoom, v.zoom*factor))
	return v.clamped()
}

// clamped keeps the point on the photo, and in its middle while all of it is
// in view.
func (v viewport) clamped() viewport {
	reach := 0.5 * (1 - 1/v.zoom)
	v.x = math.Min(0.5+reach, math.Max(0.5-reach, v.x))
	v.y = math.Min(0.5+reach, math.Max(0.5-reach, v.y))
	return v
}

// geometry is one pane of a comparison: its size in pixels, the size of both
// photos, and the alignment from the expert's photo to the other.
type geometry struct {
	paneW, paneH   float64
	leftW, leftH   float64
	rightW, rightH float64
	align          affine // between shares of width and height
}

func fit(paneW, paneH, w, h float64) float64 { return math.Min(paneW/w, paneH/h) }

// left maps a pixel of the pane to a pixel of the expert's photo.
func (g geometry) left(v viewport) affine {
	s := fit(g.paneW, g.paneH, g.leftW, g.leftH) * v.zoom
	return affine{a: 1 / s, c: v.x*g.leftW - g.paneW/2/s, e: 1 / s, f: v.y*g.leftH - g.paneH/2/s}
}

// pixels is the alignment between pixels of the two photos.
func (g geometry) pixels() affine {
	return scaling(1/g.leftW, 1/g.leftH).then(g.align).then(scaling(g.rightW, g.rightH))
}

// rightAligned maps a pixel of the pane to a pixel of the other photo so that
// both panes show the same content at the same place, mirrored or turned back
// if need be.
func (g geometry) rightAligned(v viewport) affine { return g.left(v).then(g.pixels()) }

// right maps a pixel of the pane to a pixel of the other photo as it was
// uploaded. At zoom 1 all of it is in view; from zoom 2 both panes show the
// same content in the middle at the same size.
func (g geometry) right(v viewport) affine {
	own := fit(g.paneW, g.paneH, g.rightW, g.rightH) * v.zoom
	tied := fit(g.paneW, g.paneH, g.leftW, g.leftH) * v.zoom / g.pixels().density()
	t := math.Min(1, v.zoom-1)
	s := math.Exp((1-t)*math.Log(own) + t*math.Log(tied))
	ax, ay := g.align.apply(v.x, v.y)
	x, y := (1-t)*0.5+t*ax, (1-t)*0.5+t*ay
	return affine{a: 1 / s, c: x*g.rightW - g.paneW/2/s, e: 1 / s, f: y*g.rightH - g.paneH/2/s}
}

// panned moves the view so that the content under the pointer follows a drag
// of (dx, dy) pixels, over the left pane or, with right set, over the right
// one.
func (g geometry) panned(v viewport, dx, dy float64, right, aligned bool) viewport {
	if right && !aligned {
		m := g.right(v)
		// From pixels of the other photo back to the expert's, without the shift.
		back := g.pixels().inverse()
		back.c, back.f = 0, 0
		px, py := back.apply(dx*m.a, dy*m.e)
		v.x -= px / g.leftW
		v.y -= py / g.leftH
		return v.clamped()
	}
	m := g.left(v)
	v.x -= dx * m.a / g.leftW
	v.y -= dy * m.e / g.leftH
	return v.clamped()
}

// zoomedAt zooms so that the point of the expert's photo under a pixel of the
// left pane stays there.
func (g geometry) zoomedAt(v viewport, factor, x, y float64) viewport {
	px, py := g.left(v).apply(x, y)
	next := v.zoomed(factor)
	qx, qy := g.left(next).apply(x, y)
	next.x += (px - qx) / g.leftW
	next.y += (py - qy) / g.leftH
	return next.clamped()
}
