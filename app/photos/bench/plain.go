package bench

import (
	"image"
	"math/bits"

	"github.com/corona10/goimagehash"
	"golang.org/x/image/draw"

	"mensch/app/photos/hamming"
	"mensch/app/photos/pdq"
)

// The plain methods that stand beside the matcher.
const methods = 5

var methodNames = [methods]string{"aHash 64", "dHash 64", "pHash 64", "ext pHash 256", "PDQ 256"}

// plain holds the plain hashes of a photo.
type plain struct {
	a, d, p  uint64
	ext, pdq hamming.Hash256
}

func hashPlain(img image.Image) plain {
	// The library is slow on large photos and its hashes need no more.
	b := img.Bounds()
	if b.Dx()*b.Dy() > 400*400 {
		small := image.NewRGBA(image.Rect(0, 0, min(b.Dx(), 384), min(b.Dy(), 384)))
		draw.ApproxBiLinear.Scale(small, small.Rect, img, b, draw.Src, nil)
		img = small
	}
	white := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(white, white.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(white, white.Rect, img, img.Bounds().Min, draw.Over)
	var out plain
	if h, err := goimagehash.AverageHash(white); err == nil {
		out.a = h.GetHash()
	}
	if h, err := goimagehash.DifferenceHash(white); err == nil {
		out.d = h.GetHash()
	}
	if h, err := goimagehash.PerceptionHash(white); err == nil {
		out.p = h.GetHash()
	}
	if h, err := goimagehash.ExtPerceptionHash(white, 16, 16); err == nil {
		copy(out.ext[:], h.GetHash())
	}
	out.pdq, _ = pdq.Hash(white)
	return out
}

func (p *plain) distances(o *plain) [methods]int {
	return [methods]int{
		bits.OnesCount64(p.a ^ o.a), bits.OnesCount64(p.d ^ o.d), bits.OnesCount64(p.p ^ o.p),
		p.ext.Distance(o.ext), p.pdq.Distance(o.pdq),
	}
}

// histogram counts distances of unrelated pairs.
type histogram struct{ count [257]int }

func (h *histogram) add(o *histogram) {
	for d, n := range o.count {
		h.count[d] += n
	}
}

// limit is the largest distance at which at most a share of the pairs match;
// -1 where none is.
func (h *histogram) limit(share float64) int {
	total := 0
	for _, n := range h.count {
		total += n
	}
	sum := 0
	for d, n := range h.count {
		if sum += n; float64(sum) > share*float64(total) {
			return d - 1
		}
	}
	return len(h.count) - 1
}
