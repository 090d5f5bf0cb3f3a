package compare

import (
	"image"
	"image/draw"
)

// pyramid is a photo in halving sizes, so that a crop at any zoom is drawn
// from about as many pixels as it shows (mip-mapping: L. Williams, Pyramidal
// Parametrics, SIGGRAPH 1983).
type pyramid struct {
	levels []*image.RGBA // levels[0] is the photo itself
}

// smallestLevel is the longer side, in pixels, of the coarsest level: so
// coarse that a face in it cannot be recognised, which is what blurring uses.
const smallestLevel = 12

func newPyramid(img image.Image) *pyramid {
	base, ok := img.(*image.RGBA)
	if !ok || base.Rect.Min != (image.Point{}) {
		base = image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
		op := draw.Src
		if o, known := img.(interface{ Opaque() bool }); !known || !o.Opaque() {
			draw.Draw(base, base.Rect, image.White, image.Point{}, draw.Src)
			op = draw.Over // a logo without a ground stands on white, as the platform shows it
		}
		draw.Draw(base, base.Rect, img, img.Bounds().Min, op)
	}
	p := &pyramid{levels: []*image.RGBA{base}}
	for {
		last := p.levels[len(p.levels)-1]
		if max(last.Rect.Dx(), last.Rect.Dy()) <= smallestLevel {
			return p
		}
		p.levels = append(p.levels, halve(last))
	}
}

// halve averages squares of two by two pixels; an odd last row or column
// stands for itself.
func halve(src *image.RGBA) *image.RGBA {
	sw, sh := src.Rect.Dx(), src.Rect.Dy()
	w, h := max(1, (sw+1)/2), max(1, (sh+1)/2)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		top := src.Pix[2*y*src.Stride:]
		bottom := top
		if 2*y+1 < sh {
			bottom = src.Pix[(2*y+1)*src.Stride:]
		}
		row := dst.Pix[y*dst.Stride:]
		for x := range w {
			left := 8 * x
			right := left
			if 2*x+1 < sw {
				right = left + 4
			}
			for c := range 4 {
				sum := uint(top[left+c]) + uint(top[right+c]) + uint(bottom[left+c]) + uint(bottom[right+c])
				row[4*x+c] = uint8((sum + 2) / 4)
			}
		}
	}
	return dst
}

func (p *pyramid) size() (w, h float64) {
	return float64(p.levels[0].Rect.Dx()), float64(p.levels[0].Rect.Dy())
}

// level picks the finest level that is not more than twice as fine as a
// drawing of so many photo pixels per drawn pixel needs.
func (p *pyramid) level(density float64) int {
	i := 0
	for i < len(p.levels)-1 && density >= 2 {
		density /= 2
		i++
	}
	return i
}
