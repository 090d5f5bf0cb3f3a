package photos

import "math"

// bend moves the places of a picture by a polynomial of the second degree, which
// is near what a camera does that looks at a picture from the side, and what a
// wide lens does. It holds for x and then for y what 1, u, v, uu, uv and vv are
// taken times, where u and v are shares of width and height from the middle.
type bend [12]float64

const bendTerms = 6

func bendBasis(u, v float64) [bendTerms]float64 {
	return [bendTerms]float64{1, u, v, u * u, u * v, v * v}
}

func (b *bend) at(u, v float64) (x, y float64) {
	uu, uv, vv := u*u, u*v, v*v
	return b[0] + b[1]*u + b[2]*v + b[3]*uu + b[4]*uv + b[5]*vv,
		b[6] + b[7]*u + b[8]*v + b[9]*uu + b[10]*uv + b[11]*vv
}

// along gives what at gives for one v as polynomials of u: of what 1, u and uu
// are taken times.
func (b *bend) along(v float64) (x, y [3]float64) {
	return [3]float64{b[0] + b[2]*v + b[5]*v*v, b[1] + b[4]*v, b[3]},
		[3]float64{b[6] + b[8]*v + b[11]*v*v, b[7] + b[10]*v, b[9]}
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
		const n = 2 * bendTerms
		var m [n][n]float64
		var r [n]float64
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
			for i, p := range basis {
				r[i] += p * bx
				r[bendTerms+i] += p * by
				for k, q := range basis {
					pq := p * q
					m[i][k] += pq * xx
					m[i][bendTerms+k] += pq * xy
					m[bendTerms+i][k] += pq * xy
					m[bendTerms+i][bendTerms+k] += pq * yy
				}
			}
		})
		var rows [n][]float64
		for i := range m {
			m[i][i] = m[i][i]*1.01 + 1e-3
			rows[i] = m[i][:]
		}
		if !solve(rows[:], r[:]) {
			return b, false
		}
		move := 0.0
		for i, d := range r {
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
