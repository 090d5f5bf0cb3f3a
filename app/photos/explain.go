package photos

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"

	"mensch/app/model"
)

const (
	// agreeHalf is the share of agreeing texture at which a copy is as likely
	// as not. Measured: different persons in one studio reach 0.33, general
	// pairs 0.15, while 99.8 in 100 copies that were lined up exceed 0.42.
	agreeHalf  = 0.37
	agreeSteep = 45.0 // how fast doubt goes away from there, per unit
	leastBlock = 16   // textured blocks that two pictures must have in common
	leastCover = 0.1  // share of the other photo's texture that the query must show
)

// probability is the calibrated chance that aligned pictures are one, or two
// photos of one sitting. inliers are the features that lie alike.
func probability(l likeness, inliers int) float64 {
	if l.blocks < leastBlock || l.cover < leastCover {
		return 0
	}
	half := agreeHalf
	if l.blocks < 40 { // few blocks agree by chance more easily
		half += 0.006 * float64(40-l.blocks)
	}
	// Screenshots and frames of two strangers agree in all but the photo: where
	// the other photo is more furniture than photograph, what is surely
	// photographed in it must agree, and something of its middle in any case.
	if l.natural < naturalLeast {
		half += max(0, vividLeast-l.vivid)
	}
	half += max(0, 0.2-l.middle)
	return logistic(agreeSteep*(l.agree-half) + 0.3*float64(min(inliers, 26)-12))
}

// Of clean photos 19 in 20 have 0.5 and more of their texture photographed,
// screenshots less; where it's less, a share of the surely photographed blocks
// has to agree.
const (
	naturalLeast = 0.5
	vividLeast   = 0.55
)

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// The closer look: shares of agreeing texture at up to closeArea pixels. There
// two photos of one sitting stay under 0.36 where copies have 0.45 and more,
// unless the query has too few pixels or is blurred, when nobody can tell.
const (
	closeArea   = 288 * 288
	closeLeast  = 150 * 150 // pixels under which the look decides nothing
	closeHalf   = 0.39
	closeSteep  = 40.0
	unseenScore = 0.9 // the most a match may score that had no closer look
)

// closer compares a candidate anew with the other photo's file, in much more
// detail than the small picture has. ok is false where that decides nothing.
func (m *Matcher) closer(ctx context.Context, q *query, c candidate) (l likeness, half float64, ok bool) {
	if m.open == nil {
		return l, 0, false
	}
	r, err := m.open(ctx, c.item.id)
	if err != nil {
		return l, 0, false // the store may have lost the file; the match stands without
	}
	other, err := Decode(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return l, 0, false
	}
	w, h := fit(other.base.w, other.base.h, closeArea)
	pitch := math.Sqrt(math.Abs(c.to.det()) * float64(q.pyramid[0].w) * float64(q.pyramid[0].h) / float64(w*h))
	if pitch < 1 {
		w, h = int(float64(w)*pitch), int(float64(h)*pitch)
	}
	a := newAligner(q.pyramid)
	// Where the match is no matter of furniture, every block may speak.
	a.graphic = q.hashes.Class == ClassGraphic || c.like.natural > 0.6
	to := c.to
	noisy := false
	for w*h >= closeLeast {
		fine := newGrid(other.base.resized(w, h))
		to, _ = a.refine(fine, to, 4)
		l = a.compare(fine, to)
		noisy = noisy || l.sharp > 1.3
		if l.sharp > 0.55 && l.sharp < 1.7 || l.agree > 0.6 {
			half = closeHalf
			if noisy && c.inliers >= 20 { // noise makes nothing alike: what agrees through it counts more
				return l, half - 0.06, true
			}
			// The less is to be seen, the more alike are two photos of one sitting.
			less := 1 - math.Sqrt(float64(w*h)/closeArea)
			return l, half + 0.07*min(1, less/0.3), true
		}
		// Blurred or noisy: its detail is that of a smaller picture.
		w, h = w*7/10, h*7/10
	}
	return l, 0, false
}

// judge makes the match of a candidate, or says that it is none.
func (m *Matcher) judge(ctx context.Context, q *query, c candidate, look bool) (model.Match, bool) {
	it := c.item
	out := model.Match{Query: q.hashes.PhotoID, Other: it.id, Class: q.hashes.Class, Score: probability(c.like, c.inliers)}
	out.Distance = bits.OnesCount64(it.phash ^ q.hashes.PHash)
	if it.id == q.hashes.PhotoID && it.id != "" {
		c.to, out.Score, out.Kind = identity, 1, model.SameFile
	} else if out.Score < 0.5 {
		return out, false
	}
	from, ok := c.to.inverse()
	if !ok {
		return out, false
	}
	out.Affine = from
	out.Region, out.OtherRegion = box(c.to), box(from)
	if out.Kind == model.SameFile {
		out.Transform = unchanged
		return out, true
	}
	words, altered := q.describe(c, from, float64(it.shape))
	out.Transform = words
	out.Kind = model.SamePicture
	if altered {
		out.Kind = model.AlteredCopy
		out.Distance = min(out.Distance, q.alignedDistance(c, c.mini))
	}
	l, half, seen := likeness{}, 0.0, false
	if look {
		l, half, seen = m.closer(ctx, q, c)
	}
	if !seen {
		out.Score = min(out.Score, unseenScore)
	} else if p := logistic(closeSteep * (l.agree - half)); p < 0.5 {
		if c.like.natural < naturalLeast || c.like.middle < 0.25 {
			return out, false // alike in their furniture, not in a person
		}
		out.Kind, out.Score, out.Transform = model.SimilarPortrait, p, "another photo"
	} else {
		out.Score = min(out.Score, p)
	}
	return out, true
}

// box is the part of a picture that the other's frame, mapped by m, takes in.
func box(m affine) model.Region {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range [4][2]float64{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
		x, y := m.apply(c[0], c[1])
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, 1), min(y1, 1)
	return model.Region{X: x0, Y: y0, Width: max(0, x1-x0), Height: max(0, y1-y0)}
}

// shown is the share of the unit square that m maps into the unit square.
func shown(m affine) float64 {
	const n = 48
	in := 0
	for y := range n {
		for x := range n {
			u, v := m.apply((float64(x)+0.5)/n, (float64(y)+0.5)/n)
			if u >= 0 && u <= 1 && v >= 0 && v <= 1 {
				in++
			}
		}
	}
	return float64(in) / (n * n)
}

// describe says in words what was done to the other photo to make the query,
// and whether that is more than a new encoding or tone.
func (q *query) describe(c candidate, from affine, otherShape float64) (string, bool) {
	var words []string
	// The map between pixels: shares times the sides.
	r := math.Sqrt(otherShape)
	px := affine{1 / r, 0, 0, 0, r, 0}.then(c.to).then(affine{q.shape.w, 0, 0, 0, q.shape.h, 0})
	a, b, d, e := px[0], px[1], px[3], px[4]
	if px.det() < 0 {
		words = append(words, "mirrored")
		a, d = -a, -d
	}
	angle := math.Atan2(d-b, a+e) * 180 / math.Pi
	quarter := math.Round(angle / 90)
	rest := angle - 90*quarter
	if k := int(quarter+4) % 4; math.Abs(rest) > 25 {
		words = append(words, fmt.Sprintf("rotated by %.0f°", angle))
	} else {
		switch k {
		case 1:
			words = append(words, "turned right")
		case 2:
			words = append(words, "turned upside down")
		case 3:
			words = append(words, "turned left")
		}
		if math.Abs(rest) >= 1.5 {
			words = append(words, fmt.Sprintf("rotated by %.0f°", rest))
		}
	}
	kept, inset := shown(c.to), shown(from)
	if kept < 0.965 {
		words = append(words, fmt.Sprintf("cropped to %.0f %%", 100*kept))
	}
	// The two stretches of the map.
	s := a*a + b*b + d*d + e*e
	root := math.Sqrt(max(0, s*s-4*px.det()*px.det()))
	if low := s - root; low > 0 {
		if stretch := math.Sqrt((s + root) / low); stretch > 1.045 {
			words = append(words, fmt.Sprintf("stretched by %.0f %%", 100*(stretch-1)))
		}
	}
	region := box(c.to)
	round := q.round(region)
	switch {
	case round:
		words = append(words, "cut to a circle")
	case inset < 0.3:
		words = append(words, fmt.Sprintf("set into a larger picture (%.0f %% of it)", 100*inset))
	case inset < 0.94:
		words = append(words, "framed")
	}
	geometry := len(words) > 0
	covered := c.like.covered > 0.05 && !round
	if covered {
		words = append(words, "covered in part")
	}
	switch {
	case c.like.gain > 0 && c.like.gain < 0.72:
		words = append(words, "paler")
	case c.like.gain > 1.35:
		words = append(words, "more contrast")
	}
	switch {
	case c.like.shift > 22:
		words = append(words, "brighter")
	case c.like.shift < -22:
		words = append(words, "darker")
	}
	if len(words) == 0 {
		return unchanged, false
	}
	return strings.Join(words, ", "), geometry || covered
}

// round says whether a part of the query is a disc on a plain ground.
func (q *query) round(r model.Region) bool {
	p := q.pyramid[0]
	w, h := r.Width*float64(p.w), r.Height*float64(p.h)
	if w < 24 || h < 24 || w/h > 1.15 || h/w > 1.15 {
		return false
	}
	var ground []float32
	for i := range 40 { // in the corners, outside the circle
		t := (float64(i%10)+0.5)/10*0.11 + 0.008
		u, v := t, 0.12-t
		if i/10&1 == 1 {
			u = 1 - u
		}
		if i/10&2 == 2 {
			v = 1 - v
		}
		ground = append(ground, p.at(float32((r.X+u*r.Width)*float64(p.w)), float32((r.Y+v*r.Height)*float64(p.h))))
	}
	if deviation(ground) > 4 {
		return false
	}
	// Just inside the circle it has to look otherwise, on most of the way round.
	plain := ground[0]
	other := 0
	const around = 36
	for i := range around {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / around)
		v := p.at(float32((r.X+(0.5+0.46*cos)*r.Width)*float64(p.w)), float32((r.Y+(0.5+0.46*sin)*r.Height)*float64(p.h)))
		if d := v - plain; d > 8 || d < -8 {
			other++
		}
	}
	return other > around/2
}

// alignedDistance is the distance of the plain hashes once the query is laid
// over the other photo, where it covers it whole; else 64.
func (q *query) alignedDistance(c candidate, thumb []byte) int {
	if shown(c.to) < 0.97 {
		return 64
	}
	other, err := decodeThumb(thumb)
	if err != nil {
		return 64
	}
	laid := newPlane(hashSide, hashSide)
	q.pyramid.warp(c.to, hashSide, hashSide, laid.pix, make([]bool, hashSide*hashSide))
	a, _ := plainHashes(laid)
	b, _ := plainHashes(other.resized(hashSide, hashSide))
	return bits.OnesCount64(a ^ b)
}
