package photos

import "math"

// bend moves the places of a picture by a polynomial of the third degree. Its
// second is near what a camera does that looks at a picture from the side; what a
// wide lens or a bulging mirror does needs the third. It holds for x and then for
// y what the terms of bendBasis are taken times.
type bend [2 * bendTerms]float64

const (
	bendTerms = 10
	flatTerms = 3 // of them: shift, turn and stretch alone
)

// bendBasis gives the terms at u and v, shares of width and height from the
// middle, those of low degree first.
func bendBasis(u, v float64) [bendTerms]float64 {
	uu, uv, vv := u*u, u*v, v*v
	return [bendTerms]float64{1, u, v, uu, uv, vv, uu * u, uu * v, vv * u, vv * v}
}

func (b *bend) at(u, v float64) (x, y float64) {
	uu, uv, vv := u*u, u*v, v*v
	uuu, uuv, uvv, vvv := uu*u, uu*v, vv*u, vv*v
	x = b[0] + b[1]*u + b[2]*v + b[3]*uu + b[4]*uv + b[5]*vv + b[6]*uuu + b[7]*uuv + b[8]*uvv + b[9]*vvv
	c := b[bendTerms:]
	y = c[0] + c[1]*u + c[2]*v + c[3]*uu + c[4]*uv + c[5]*vv + c[6]*uuu + c[7]*uuv + c[8]*uvv + c[9]*vvv
	return x, y
}

// row gives, for the places at a height v from the middle, the polynomials of u
// that lead to where to maps them once they are bent.
func (b *bend) row(v float64, to affine) (x, y [4]float64) {
	vv := v * v
	along := func(c []float64) [4]float64 {
		return [4]float64{c[0] + c[2]*v + c[5]*vv + c[9]*vv*v, c[1] + c[4]*v + c[8]*vv, c[3] + c[7]*v, c[6]}
	}
	p, q := along(b[:bendTerms]), along(b[bendTerms:])
	p[0], p[1], q[0] = p[0]+0.5, p[1]+1, q[0]+v+0.5
	for i := range x {
		x[i], y[i] = to[0]*p[i]+to[1]*q[i], to[3]*p[i]+to[4]*q[i]
	}
	x[0], y[0] = x[0]+to[2], y[0]+to[5]
	return x, y
}

// bendMost is how far, in shares, a corner may be bent from where it would lie.
const bendMost = 0.2

// straight says whether a bend is one that cameras make.
func (b *bend) plausible() bool {
	for _, c := range [4][2]float64{{-0.5, -0.5}, {0.5, -0.5}, {-0.5, 0.5}, {0.5, 0.5}} {
		x, y := b.at(c[0], c[1])
		if !(math.Abs(x) < bendMost && math.Abs(y) < bendMost) {
			return false
		}
	}
	return true
}

// curve improves a bend by steps of Gauss and Newton over the blocks of the two
// pictures. It's false where that leads nowhere.
func (a *aligner) curve(g *grid, to affine, b bend, steps int) (bend, bool) {
	for range steps {
		a.lay(g, to, &b)
		by, ok := a.blockStep(g, bendTerms)
		if !ok {
			return b, false
		}
		move := 0.0
		for i, d := range by {
			b[i] -= d
			move = max(move, math.Abs(d))
		}
		if !b.plausible() {
			return b, false
		}
		if move < 0.001 {
			break
		}
	}
	return b, true
}

// settle improves a map by the blocks of the two pictures: a caption, which
// agrees with nothing, pulls no block but its own.
func (a *aligner) settle(g *grid, to affine, steps int) affine {
	for range steps {
		a.lay(g, to, nil)
		b, ok := a.blockStep(g, flatTerms)
		if !ok {
			return to
		}
		x, y := b[:flatTerms], b[flatTerms:]
		// About the middle: the place less x0 + x1 u + x2 v.
		step := affine{1 - x[1], -x[2], (x[1]+x[2])/2 - x[0], -y[1], 1 - y[2], (y[1]+y[2])/2 - y[0]}
		next := step.then(to)
		if d := math.Abs(next.det() / to.det()); !(d > 0.5 && d < 2) {
			return to
		}
		to = next
	}
	return to
}

// blockStep works out one step of Gauss and Newton for what has been laid over
// the grid: what the first terms of bendBasis are to be taken times and taken
// away, for x and then for y.
func (a *aligner) blockStep(g *grid, terms int) ([]float64, bool) {
	n := 2 * terms
	var sums [4 * bendTerms * bendTerms]float64
	var rows [2 * bendTerms][]float64
	for i := range n {
		rows[i] = sums[i*n:][:n]
	}
	r := make([]float64, n)
	a.blocks(g, func(x, y int, sum *cell) {
		s := sum.spot()
		if !s.complete || s.tt < blockFlat {
			return
		}
		fw, fh := float64(g.w), float64(g.h)
		basis := bendBasis((float64(x)+cellSide)/fw-0.5, (float64(y)+cellSide)/fh-0.5)
		// What is covered or has nothing in common must not pull.
		far := s.dx*s.dx + s.dy*s.dy
		w := max(s.corr, 0.05) / (1 + far)
		xx, xy, yy := w*s.xx*fw*fw, w*s.xy*fw*fh, w*s.yy*fh*fh
		bx, by := w*s.bx*fw, w*s.by*fh
		for i, p := range basis[:terms] {
			r[i] += p * bx
			r[terms+i] += p * by
			across, down := rows[i], rows[terms+i]
			for k, q := range basis[:i+1] { // the rest is the same, turned over
				pq := p * q
				across[k] += pq * xx
				down[k] += pq * xy
				down[terms+k] += pq * yy
			}
		}
	})
	for i := range terms {
		for k := range i {
			rows[k][i] = rows[i][k]
			rows[terms+k][i] = rows[terms+i][k]
			rows[terms+k][terms+i] = rows[terms+i][terms+k]
		}
	}
	for i := range terms {
		for k := range terms {
			rows[i][terms+k] = rows[terms+k][i]
		}
	}
	for i := range n {
		rows[i][i] = rows[i][i]*1.01 + 1e-3
	}
	return r, solve(rows[:n], r)
}
