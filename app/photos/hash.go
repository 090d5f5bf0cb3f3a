package photos

import (
	"math"

	"github.com/corona10/goimagehash"

	"mensch/app/model"
	"mensch/app/photos/vectors"
)

// The classes of a photo, as in model.PhotoHashes.Class.
const (
	ClassPhoto       = "photo"
	ClassGraphic     = "graphic"     // a logo or a drawing: allowed on a profile
	ClassFeatureless = "featureless" // too little in it to say what it shows
)

// hashSide is the side of the grey that goimagehash sees. It's the size that
// its perceptual hash shrinks to anyway; shrinking by area once is faster than
// its own resampling of the whole photo, and moves few bits.
const hashSide = 64

// Hash computes what the matcher needs of a photo. It doesn't fail: a photo
// with nothing in it has the class featureless and hashes of 0.
func Hash(p *Picture) model.PhotoHashes {
	h := model.PhotoHashes{PhotoID: p.ID, Method: Method, Width: p.Width, Height: p.Height}
	small := p.base.resized(hashSide, hashSide)
	h.Class = classify(p.base, small)
	if h.Class == ClassFeatureless {
		return h
	}
	h.PHash, h.DHash = plainHashes(small)
	h.PDQ, h.Quality = exchangeHashes(p.base)
	h.Views = encodeViews(p)
	return h
}

// plainHashes are goimagehash's, of a grey of hashSide x hashSide that is no
// part of a larger image: a part would hash to 0.
func plainHashes(small *plane) (perception, difference uint64) {
	g := small.gray()
	if p, err := goimagehash.PerceptionHash(g); err == nil && p != nil {
		perception = p.GetHash()
	}
	if d, err := goimagehash.DifferenceHash(g); err == nil && d != nil {
		difference = d.GetHash()
	}
	return perception, difference
}

// flatLeast is the standard deviation under which a picture is one flat colour.
const flatLeast = 2.5

// classify tells photos from graphics and from flat pictures.
func classify(base, small *plane) string {
	if deviation(small.pix) < flatLeast {
		return ClassFeatureless
	}
	// Blocks of 8x8 at a middling size. A drawing's blocks are flat, or hold
	// two greys with an edge between; a photo has blocks with more in them,
	// whatever frame or page is around it.
	w, h := fit(base.w, base.h, 256*256)
	m := base.resized(w, h)
	var flat, edge, rich int
	for by := 0; by+8 <= h; by += 8 {
		for bx := 0; bx+8 <= w; bx += 8 {
			// between counts the pixels that lie away from both greys.
			lo, hi, between := vectors.Eight(m.pix[by*w+bx:], w)
			switch {
			case hi-lo < 8:
				flat++
			case between < 24:
				edge++
			default:
				rich++
			}
		}
	}
	busy := edge + rich
	if busy == 0 || busy*200 < flat {
		return ClassFeatureless
	}
	if rich*100 < busy*18 {
		return ClassGraphic
	}
	return ClassPhoto
}

func deviation(pix []float32) float64 {
	if len(pix) == 0 {
		return 0
	}
	var sum, square float64
	for _, v := range pix {
		sum += float64(v)
		square += float64(v) * float64(v)
	}
	n := float64(len(pix))
	return math.Sqrt(max(0, square/n-sum/n*sum/n))
}
