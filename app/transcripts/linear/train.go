package linear

import (
	"math"
	"math/rand/v2"
)

// Example is one labelled text: its features, whether it is positive, and how
// much it weighs.
type Example struct {
	Feats  []uint32
	Yes    bool
	Weight float64
}

// Options say how to train.
type Options struct {
	Bits   int     // the table has 2^Bits weights
	Epochs int     // passes over the examples
	Rate   float64 // learning rate of AdaGrad
	L2     float64 // pull towards zero, per step
	Seed   uint64  // of the order of the examples
}

// Train fits a logistic regression by AdaGrad. The same examples and options
// give the same model: the order is drawn from the seed, and products are
// rounded before they are added, so that no machine fuses them.
func Train(ex []Example, o Options) (weights []float64, bias float64) {
	w := make([]float64, 1<<o.Bits)
	g2 := make([]float64, 1<<o.Bits)
	mask := uint32(len(w) - 1)
	biasG2 := 0.0
	rng := rand.New(rand.NewPCG(o.Seed, o.Seed^0x9e3779b97f4a7c15))
	order := make([]int, len(ex))
	for i := range order {
		order[i] = i
	}
	for range o.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			e := &ex[k]
			if len(e.Feats) == 0 {
				continue
			}
			x := 1 / math.Sqrt(float64(len(e.Feats)))
			z := 0.0
			for _, f := range e.Feats {
				z += w[f&mask]
			}
			z = float64(z*x) + bias
			p := 1 / (1 + math.Exp(-z))
			y := 0.0
			if e.Yes {
				y = 1
			}
			g := float64((p - y) * e.Weight)
			biasG2 += float64(g * g)
			bias -= float64(o.Rate * g / math.Sqrt(biasG2+1e-8))
			gx := float64(g * x)
			for _, f := range e.Feats {
				i := f & mask
				d := gx + float64(o.L2*w[i])
				g2[i] += float64(d * d)
				w[i] -= float64(o.Rate * d / math.Sqrt(g2[i]+1e-8))
			}
		}
	}
	return w, bias
}

// Calibrate fits slope and shift so that 1/(1+exp(-(slope*score+shift))) is the
// share of positives among examples of a score (Platt's method).
func Calibrate(scores []float64, yes []bool, weights []float64) (slope, shift float64) {
	a, b := 1.0, 0.0
	for range 200 {
		var ga, gb, haa, hab, hbb float64
		for i, s := range scores {
			p := 1 / (1 + math.Exp(-(float64(a*s) + b)))
			y := 0.0
			if yes[i] {
				y = 1
			}
			d, h := float64(weights[i]*(p-y)), float64(weights[i]*p*(1-p))
			ga += float64(d * s)
			gb += d
			haa += float64(h * s * s)
			hab += float64(h * s)
			hbb += h
		}
		haa, hbb = haa+1e-6, hbb+1e-6
		det := float64(haa*hbb) - float64(hab*hab)
		if det <= 0 {
			break
		}
		da := (float64(hbb*ga) - float64(hab*gb)) / det
		db := (float64(haa*gb) - float64(hab*ga)) / det
		a, b = a-da, b-db
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return a, b
}
