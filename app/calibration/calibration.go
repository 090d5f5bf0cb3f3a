// Package calibration turns a detector's scores into probabilities on the
// verdicts that moderators gave, and watches whether they still are. It is
// pure: verdicts in, numbers out; no clock, no store.
package calibration

import "math"

// Verdict is a score that a detector gave with what a moderator said of it.
type Verdict struct {
	Score    float64 // 0 to 1, as the detector gave it
	Accepted bool
}

// Options say how much verdicts weigh. The zero value is Defaults.
type Options struct {
	Minimum  int     // with fewer verdicts scores stay as they are
	Strength float64 // of the belief that scores are right already, in verdicts: so many weigh as much as the belief
}

// Defaults suit a detector whose scores were calibrated on other data: thirty
// verdicts begin to count, and a handful of odd ones move a score by little.
var Defaults = Options{Minimum: 30, Strength: 20}

// Curve maps scores to probabilities. It is beta calibration (Kull, Silva
// Filho, Flach: Beta calibration, AISTATS 2017), which has Platt's logistic
// curve and the identity among its shapes:
//
//	logit p = A ln s - B ln(1-s) + C, with A, B >= 0
//
// so that a higher score never gives a lower probability. The zero value is
// not a curve; Identity is.
type Curve struct {
	A float64 `json:"a"`
	B float64 `json:"b"`
	C float64 `json:"c"`
	// What it was made from.
	Verdicts int `json:"verdicts"`
	Accepted int `json:"accepted"`
}

// Identity leaves scores as they are.
var Identity = Curve{A: 1, B: 1}

// edge keeps one odd verdict on a sure finding from bending the whole curve:
// scores beyond it count as it.
const edge = 0.02

// IsIdentity reports whether the curve leaves scores as they are.
func (c Curve) IsIdentity() bool { return c.A == 1 && c.B == 1 && c.C == 0 }

// At is the probability, 0 to 1, that a moderator accepts a finding of the
// score. Where a score is not a number, or the curve is none, the score is
// given back, cut to 0 to 1.
func (c Curve) At(score float64) float64 {
	if math.IsNaN(score) {
		return 0
	}
	score = min(max(score, 0), 1)
	if c.IsIdentity() || (c.A == 0 && c.B == 0 && c.C == 0) {
		return score
	}
	return sigmoid(c.logit(features(score)))
}

type row [3]float64

func features(score float64) row {
	s := min(max(score, edge), 1-edge)
	return row{math.Log(s), -math.Log(1 - s), 1}
}

func (c Curve) logit(x row) float64 { return c.A*x[0] + c.B*x[1] + c.C }

func sigmoid(z float64) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-z))
	}
	e := math.Exp(z)
	return e / (1 + e)
}

// Fit makes the curve of a detector's verdicts, in any order: the most
// probable one under the verdicts and the belief that scores are right as they
// are. With fewer verdicts than the minimum it is Identity, with the counts.
func Fit(verdicts []Verdict, o Options) Curve {
	if o == (Options{}) {
		o = Defaults
	}
	c := Identity
	xs := make([]row, 0, len(verdicts))
	ys := make([]float64, 0, len(verdicts))
	for _, v := range verdicts {
		if math.IsNaN(v.Score) {
			continue
		}
		y := 0.0
		if v.Accepted {
			y = 1
			c.Accepted++
		}
		xs, ys = append(xs, features(v.Score)), append(ys, y)
	}
	c.Verdicts = len(xs)
	if c.Verdicts == 0 || c.Verdicts < o.Minimum {
		return c
	}
	w := climb(xs, ys, precision(o.Strength))
	c.A, c.B, c.C = w[0], w[1], w[2]
	return c
}

// precision of the prior around the identity. The slopes are held harder than
// the offset: how often a detector is right differs from site to site more
// than how its scores rank. A verdict carries at most a quarter of information
// about the offset, so that strength verdicts weigh as much as the prior.
func precision(strength float64) row {
	k := max(strength, 1e-3) / 4
	return row{8 * k, 8 * k, k}
}

var identity = row{1, 1, 0}

// climb minimises the penalised logistic loss over A, B >= 0 by Newton's
// method on the coordinates that are free, with halved steps. The loss is
// strictly convex, so what it finds is the only minimum.
func climb(xs []row, ys []float64, tau row) row {
	w := identity
	loss := func(w row) float64 {
		sum := 0.0
		for j := range w {
			sum += tau[j] * (w[j] - identity[j]) * (w[j] - identity[j]) / 2
		}
		for i, x := range xs {
			z := w[0]*x[0] + w[1]*x[1] + w[2]*x[2]
			sum += softplus(z) - ys[i]*z
		}
		return sum
	}
	now := loss(w)
	for range 100 {
		var g row
		var h [3]row
		for j := range w {
			g[j], h[j][j] = tau[j]*(w[j]-identity[j]), tau[j]
		}
		for i, x := range xs {
			p := sigmoid(w[0]*x[0] + w[1]*x[1] + w[2]*x[2])
			for j := range w {
				g[j] += (p - ys[i]) * x[j]
				for k := range w {
					h[j][k] += p * (1 - p) * x[j] * x[k]
				}
			}
		}
		// A slope that stands at zero and would fall stays there.
		for j := range 2 {
			if w[j] <= 0 && g[j] > 0 {
				g[j], h[j] = 0, row{}
				for k := range w {
					h[k][j] = 0
				}
				h[j][j] = 1
			}
		}
		step := solve(h, g)
		share := 1.0
		moved := false
		for range 40 {
			next := row{max(0, w[0]-share*step[0]), max(0, w[1]-share*step[1]), w[2] - share*step[2]}
			if l := loss(next); l < now {
				moved = now-l > 1e-13*(1+math.Abs(now))
				w, now = next, l
				break
			}
			share /= 2
		}
		if !moved {
			break
		}
	}
	return w
}

func softplus(z float64) float64 {
	if z > 0 {
		return z + math.Log1p(math.Exp(-z))
	}
	return math.Log1p(math.Exp(z))
}

// solve gives h⁻¹g of a positive definite h, by elimination.
func solve(h [3]row, g row) row {
	for j := range g {
		for k := j + 1; k < len(g); k++ {
			f := h[k][j] / h[j][j]
			for m := j; m < len(g); m++ {
				h[k][m] -= f * h[j][m]
			}
			g[k] -= f * g[j]
		}
	}
	for j := len(g) - 1; j >= 0; j-- {
		for k := j + 1; k < len(g); k++ {
			g[j] -= h[j][k] * g[k]
		}
		g[j] /= h[j][j]
	}
	return g
}
