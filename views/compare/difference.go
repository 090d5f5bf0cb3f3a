package compare

import (
	"image"
	"image/color"
)

// outside marks, in the drawing of a second photo, what does not belong to it:
// nothing is different where there is nothing to compare.
var outside = color.RGBA{}

// The levels of the difference: from a JPEG's noise to black against white.
const (
	leastThreshold = 2
	mostThreshold  = 160
)

// difference paints in a where it differs from b: grey where alike, from
// yellow to red where the lightness differs by more than threshold (0 to 255),
// dark where b has no picture, and the ground where a has none.
func difference(a, b *image.RGBA, threshold int, ground color.RGBA) {
	banded(a.Rect.Dx(), a.Rect.Dy(), func(top, bottom int) {
		x, y := a.Pix[top*a.Stride:bottom*a.Stride], b.Pix[top*b.Stride:bottom*b.Stride]
		for i := 0; i+4 <= len(x); i += 4 {
			if x[i+3] == 0 {
				x[i], x[i+1], x[i+2], x[i+3] = ground.R, ground.G, ground.B, 255
				continue
			}
			la := luma(x[i:])
			if y[i+3] == 0 {
				g := uint8(la / 4)
				x[i], x[i+1], x[i+2] = g, g, g
				continue
			}
			d := la - luma(y[i:])
			if d < 0 {
				d = -d
			}
			if d <= threshold {
				g := uint8(64 + la/4)
				x[i], x[i+1], x[i+2] = g, g, g
				continue
			}
			over := min(255, (d-threshold)*3)
			x[i], x[i+1], x[i+2] = 255, uint8(220-over*200/255), 40
		}
	})
}

// changes counts, of two photos laid over each other, how many points differ by
// how much of 255. It answers for every threshold at once.
type changes struct {
	by    [256]int
	total int // points where both have a picture
}

// changeSide is the longer side, in points, of the grid that changes are counted
// on: finer than a caption's letters, coarser than a JPEG's noise.
const changeSide = 640

// changesBetween lays one photo over another, whose place in the first g gives.
func changesBetween(left, other *pyramid, g geometry) *changes {
	w, h := left.size()
	scale := min(1, changeSide/max(w, h))
	area := image.Rect(0, 0, max(1, int(w*scale)), max(1, int(h*scale)))
	g.paneW, g.paneH = float64(area.Dx()), float64(area.Dy())
	a, b := image.NewRGBA(area), image.NewRGBA(area)
	drawPhoto(a, left, g.left(wholePhoto), outside, false)
	drawPhoto(b, other, g.rightAligned(wholePhoto), outside, false)
	c := &changes{}
	for i := 0; i+4 <= len(a.Pix); i += 4 {
		if a.Pix[i+3] == 0 || b.Pix[i+3] == 0 {
			continue
		}
		d := luma(a.Pix[i:]) - luma(b.Pix[i:])
		c.by[max(d, -d)]++
		c.total++
	}
	return c
}

// beyond is the share of the common area that differs by more than a threshold.
func (c *changes) beyond(threshold int) float64 {
	if c.total == 0 {
		return 0
	}
	n := 0
	for d := threshold + 1; d < len(c.by); d++ {
		n += c.by[d]
	}
	return float64(n) / float64(c.total)
}
