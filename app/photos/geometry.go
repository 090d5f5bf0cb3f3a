package photos

import (
	"cmp"
	"math"
	"slices"
)

// affine maps a point of the query to one of the other photo:
// x' = a x + b y + c, y' = d x + e y + f.
type affine [6]float64

var identity = affine{1, 0, 0, 0, 1, 0}

func (m affine) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[1]*y + m[2], m[3]*x + m[4]*y + m[5]
}

// then gives the map that does m first and n after.
func (m affine) then(n affine) affine {
	return affine{
		n[0]*m[0] + n[1]*m[3], n[0]*m[1] + n[1]*m[4], n[0]*m[2] + n[1]*m[5] + n[2],
		n[3]*m[0] + n[4]*m[3], n[3]*m[1] + n[4]*m[4], n[3]*m[2] + n[4]*m[5] + n[5],
	}
}

func (m affine) det() float64 { return m[0]*m[4] - m[1]*m[3] }

func (m affine) inverse() (affine, bool) {
	det := m.det()
	if math.Abs(det) < 1e-9 || math.IsNaN(det) {
		return affine{}, false
	}
	a, b, d, e := m[4]/det, -m[1]/det, -m[3]/det, m[0]/det
	return affine{a, b, -(a*m[2] + b*m[5]), d, e, -(d*m[2] + e*m[5])}, true
}

// pair is a hit as two places in units of the root of each picture's area.
type pair struct {
	qx, qy, qs, qa float64
	bx, by, bs, ba float64
	weight         float64
	feature        uint16
	sig            uint64 // of the other's feature, to count it once
}

// shape holds the sides of a picture in units of the root of its area.
type shape struct{ w, h float64 }

func shapeOf(w, h int) shape {
	r := math.Sqrt(float64(w) / float64(h))
	return shape{r, 1 / r}
}

func pairOf(f *feature, h hit, stored *posting, q, b shape) pair {
	x, a := float64(f.x), float64(f.angle)
	if h.mirrored {
		x, a = 1-x, math.Pi-a
	}
	return pair{
		qx: x * q.w, qy: float64(f.y) * q.h, qs: float64(f.sigma), qa: a,
		bx: float64(stored.x) / 255 * b.w, by: float64(stored.y) / 255 * b.h,
		bs: float64(sigmaTable[stored.sigma]), ba: float64(stored.turn()),
		weight: float64(weights[h.distance]), feature: h.feature,
		sig: stored.sig[0] ^ stored.sig[1]<<1 ^ uint64(stored.x)<<8 ^ uint64(stored.y),
	}
}

// weights say how much a resemblance at a distance speaks for a true match.
var weights = func() (t [129]float32) {
	for d := range t {
		t[d] = float32(math.Exp(-float64(d*d) / (2 * 11 * 11)))
	}
	return t
}()

// agreement is what the pairs of two pictures have in common.
type agreement struct {
	m       affine // in units of the roots of the areas, from the (mirrored) query
	inliers int    // different features that agree
	weight  float64
}

// agree finds the similarity that most pairs follow, made affine where there
// are enough of them.
func agree(pairs []pair) agreement {
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(b.weight, a.weight) })
	if len(pairs) > 120 {
		pairs = pairs[:120]
	}
	var best agreement
	for i := range pairs[:min(len(pairs), 50)] {
		p := &pairs[i]
		s := p.bs / p.qs
		turn := p.ba - p.qa
		sin, cos := math.Sincos(turn)
		m := affine{s * cos, -s * sin, 0, s * sin, s * cos, 0}
		x, y := m.apply(p.qx, p.qy)
		m[2], m[5] = p.bx-x, p.by-y
		w, n := support(m, pairs, p, 0.035, 0.16, nil)
		if w > best.weight {
			best = agreement{m: m, inliers: n, weight: w}
		}
	}
	if best.inliers < 2 {
		return best
	}
	for range 3 {
		in := make([]int, 0, len(pairs))
		support(best.m, pairs, nil, 0.05, 0, &in)
		m, ok := fitPairs(pairs, in)
		if !ok {
			break
		}
		w, n := support(m, pairs, nil, 0.04, 0, nil)
		if w < best.weight*0.7 {
			break
		}
		best = agreement{m: m, inliers: n, weight: w}
	}
	return best
}

// support sums the weights of the pairs that follow m, each feature of either
// side counted once. The tolerance is near at the seed and grows with the
// distance from it.
func support(m affine, pairs []pair, seed *pair, near, grow float64, in *[]int) (float64, int) {
	scale := math.Sqrt(math.Abs(m.det()))
	turn := math.Atan2(m[3], m[0])
	var total float64
	n := 0
	var seenQ [120]uint16
	var seenB [120]uint64
next:
	for i := range pairs {
		p := &pairs[i]
		x, y := m.apply(p.qx, p.qy)
		dx, dy := x-p.bx, y-p.by
		tol := near
		if seed != nil {
			tol += grow * math.Hypot(p.bx-seed.bx, p.by-seed.by)
		}
		if dx*dx+dy*dy > tol*tol {
			continue
		}
		if r := p.bs / (p.qs * scale); r > 1.7 || r < 1/1.7 {
			continue
		}
		if d := math.Abs(math.Remainder(p.ba-p.qa-turn, 2*math.Pi)); d > 0.5 {
			continue
		}
		for k := range n {
			if seenQ[k] == p.feature || seenB[k] == p.sig {
				continue next
			}
		}
		seenQ[n], seenB[n] = p.feature, p.sig
		n++
		total += p.weight
		if in != nil {
			*in = append(*in, i)
		}
	}
	return total, n
}

// fitPairs fits a similarity to a few pairs, an affine map to many.
func fitPairs(pairs []pair, in []int) (affine, bool) {
	var sw, qx, qy, bx, by float64
	for _, i := range in {
		p := &pairs[i]
		sw += p.weight
		qx += p.weight * p.qx
		qy += p.weight * p.qy
		bx += p.weight * p.bx
		by += p.weight * p.by
	}
	if len(in) < 2 || sw == 0 {
		return affine{}, false
	}
	qx, qy, bx, by = qx/sw, qy/sw, bx/sw, by/sw
	var xx, xy, yy, ux, uy, vx, vy float64
	for _, i := range in {
		p := &pairs[i]
		x, y, u, v := p.qx-qx, p.qy-qy, p.bx-bx, p.by-by
		xx += p.weight * x * x
		xy += p.weight * x * y
		yy += p.weight * y * y
		ux += p.weight * u * x
		uy += p.weight * u * y
		vx += p.weight * v * x
		vy += p.weight * v * y
	}
	if xx+yy < 1e-6 {
		return affine{}, false
	}
	a, d := (ux+vy)/(xx+yy), (vx-uy)/(xx+yy)
	m := affine{a, -d, 0, d, a, 0}
	if len(in) >= 5 {
		// Ridge towards the similarity: pairs on a line leave a side free.
		ridge := 0.02 * sw * 0.1
		xx, yy := xx+ridge, yy+ridge
		ux, uy, vx, vy := ux+ridge*a, uy-ridge*d, vx+ridge*d, vy+ridge*a
		if det := xx*yy - xy*xy; det > 1e-9 {
			m[0], m[1] = (ux*yy-uy*xy)/det, (uy*xx-ux*xy)/det
			m[3], m[4] = (vx*yy-vy*xy)/det, (vy*xx-vx*xy)/det
		}
	}
	x, y := m.apply(qx, qy)
	m[2], m[5] = bx-x, by-y
	return m, plausible(m)
}

// plausible says whether a map is one that people make: no collapse, no wild
// stretch. The map is in units of the roots of the areas.
func plausible(m affine) bool {
	det := math.Abs(m.det())
	if !(det > 0.008 && det < 120) {
		return false
	}
	norm := (m[0]*m[0] + m[1]*m[1] + m[3]*m[3] + m[4]*m[4]) / det // r + 1/r of the two stretches
	return norm < 4.5
}
