package photos

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"mensch/app/model"
)

// portrait says whether two pictures that are not the same are alike in pose
// and light, as two photos of one sitting are: a good part of what looks
// photographed in both agrees, though not in its detail.
func (l *likeness) portrait() bool {
	return l.blocks >= portraitBlocks && l.natural >= 0.5 && l.mean > portraitMean && l.both > portraitBoth && l.middle > 0.25
}

const (
	portraitBlocks = 40
	portraitMean   = 0.7
	portraitBoth   = 0.42
)

// The closer look: where the small picture leaves doubt, the pictures are
// compared in more detail.
const (
	closeArea   = 288 * 288 // pixels at most
	closeShrink = 0.7       // a side, while one picture has detail that the other lacks
	closeGain   = 0.5       // what shrinking has to leave of their difference in detail, if it was blur
	closeStep   = 0.92      // and each step by itself, to go on
	closeBlocks = 64        // under which a comparison isn't shrunk further
	unseenScore = 0.9       // the most that a doubtful match may score without a closer look
)

// closer compares a candidate anew with the other photo's file, in much more
// detail than the small picture has. ok is false where it can't be read.
func (m *Matcher) closer(ctx context.Context, q *query, c candidate) (best likeness, ok bool) {
	if m.open == nil {
		return best, false
	}
	r, err := m.open(ctx, c.item.id)
	if err != nil {
		return best, false // the store may have lost the file; the small picture has to do
	}
	other, err := Decode(r)
	if err = errors.Join(err, r.Close()); err != nil {
		return best, false
	}
	w, h := fit(other.base.w, other.base.h, closeArea)
	if pitch := pitchOf(c.to, q.pyramid[0], w, h); pitch < 1 {
		w, h = int(float64(w)*pitch), int(float64(h)*pitch)
	}
	a := q.aligner
	a.graphic = q.graphic(c.item)
	to := c.to
	var finest likeness
	for min(w, h) >= 2*blockSide {
		fine := a.fine.of(other.base.resized(w, h))
		if c.bent != nil {
			if b, ok := a.curve(fine, to, *c.bent, 3); ok {
				c.bent = &b
			}
		} else {
			to, _ = a.refine(fine, to, 3)
			to = a.settle(fine, to, 2)
		}
		l := a.compare(fine, to, c.bent)
		if ok && (l.blocks < closeBlocks || unlike(l.sharp) > closeStep*unlike(best.sharp)) {
			break
		}
		if !ok {
			finest = l
		}
		best, ok = l, true
		if alike(l.sharp) {
			return best, true
		}
		// Blurred or noisy: its detail is that of a smaller picture.
		w, h = int(float64(w)*closeShrink), int(float64(h)*closeShrink)
	}
	if ok && unlike(best.sharp) > closeGain*unlike(finest.sharp) {
		// No blur and no noise makes two photographs unlike at every size.
		best = finest
	}
	return best, ok
}

// alike says whether two pictures have about as much fine detail.
func alike(sharp float64) bool { return sharp > 0.8 && sharp < 1.3 }

// unlike is how far they are from that.
func unlike(sharp float64) float64 { return math.Abs(math.Log(min(max(sharp, 0.2), 3))) }

// judge makes the match of a candidate, or says that it is none. look allows a
// closer look; looked says that it was taken.
func (m *Matcher) judge(ctx context.Context, q *query, c candidate, look bool) (out model.Match, ok, looked bool) {
	it := c.item
	out = model.Match{Query: q.hashes.PhotoID, Other: it.id, Class: q.hashes.Class}
	whole := q.distances(it)
	out.Whole, out.Distance = &whole, whole.PHash
	if !it.drawn {
		out.Class = ClassPhoto // what a page of letters has in common with a photo is no drawing
	}
	from, invertible := c.to.inverse()
	if it.id == q.hashes.PhotoID && it.id != "" {
		c.to, from = identity, identity
		out.Score, out.Kind, out.Transform = 1, model.SameFile, unchanged
		out.Affine = from
		out.Region, out.OtherRegion = box(c.to), box(from)
		return out, true, false
	}
	odds := c.like.odds()
	if !invertible || odds < hopeless && !c.like.portrait() {
		return out, false, false
	}
	most := 1.0
	if odds > hopeless && (odds < doubtless || c.like.drawn) {
		most = unseenScore
		if look {
			looked = true
			if l, ok := m.closer(ctx, q, c); ok && l.telling >= nearLeast {
				odds, most = l.oddsAfter(odds), 1
			}
		}
	}
	out.Score = min(logistic(odds), most)
	out.Affine = from
	out.Region, out.OtherRegion = box(c.to), box(from)
	if odds < 0 {
		out.Kind, out.Transform = model.SimilarPortrait, "another photo"
		return out, c.like.portrait(), looked
	}
	words, altered := q.describe(c, from, float64(it.shape))
	out.Transform = words
	out.Kind = model.SamePicture
	if altered {
		out.Kind = model.AlteredCopy
		if out.Laid = q.laidDistances(c); out.Laid != nil {
			out.Distance = min(out.Distance, out.Laid.PHash)
		}
	}
	return out, true, looked
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
	if c.bent != nil {
		words = append(words, "seen at an angle")
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
