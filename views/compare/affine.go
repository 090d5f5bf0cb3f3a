package compare

import "math"

// affine maps a point: x' = a x + b y + c, y' = d x + e y + f.
type affine struct{ a, b, c, d, e, f float64 }

var identity = affine{a: 1, e: 1}

// newAffine gives a match's alignment; false, and one photo over the whole of
// the other, where a match by hash alone carries none.
func newAffine(m [6]float64) (affine, bool) {
	t := affine{m[0], m[1], m[2], m[3], m[4], m[5]}
	if det := t.det(); math.Abs(det) < 1e-9 || math.IsNaN(det) || math.IsInf(det, 0) {
		return identity, false
	}
	return t, true
}

func (m affine) apply(x, y float64) (float64, float64) {
	return m.a*x + m.b*y + m.c, m.d*x + m.e*y + m.f
}

func (m affine) det() float64 { return m.a*m.e - m.b*m.d }

// then gives the map that applies m first and n after it.
func (m affine) then(n affine) affine {
	return affine{
		n.a*m.a + n.b*m.d, n.a*m.b + n.b*m.e, n.a*m.c + n.b*m.f + n.c,
		n.d*m.a + n.e*m.d, n.d*m.b + n.e*m.e, n.d*m.c + n.e*m.f + n.f,
	}
}

// inverse undoes m, whose determinant is not zero.
func (m affine) inverse() affine {
	det := m.det()
	inv := affine{a: m.e / det, b: -m.b / det, d: -m.d / det, e: m.a / det}
	inv.c = -(inv.a*m.c + inv.b*m.f)
	inv.f = -(inv.d*m.c + inv.e*m.f)
	return inv
}

// density is how many target units one source unit covers.
func (m affine) density() float64 { return math.Sqrt(math.Abs(m.det())) }

func scaling(x, y float64) affine { return affine{a: x, e: y} }
