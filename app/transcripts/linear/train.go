package linear

import (
	"math"
	"math/rand/v2"
)

// Example is one labelled text: its features, the set it comes from, whether it
// is positive, and how much it weighs.
type Example struct {
	Features
	Domain int
	Yes    bool
	Weight float64
}

// Options say how to train.
type Options struct {
	WordBits int // the table of words has 2^WordBits weights
	SignBits int
	Epochs   int     // passes over the examples
	Rate     float64 // learning rate of AdaGrad
	L2       float64 // pull of a word's weight towards zero, per step
	SignL2   float64
	Seed     uint64 // of the order of the examples

	// Domains is how many sets the examples come from. Each set has a bias of
	// its own, so that how often it offends teaches nothing about words, and its
	// own weights beside the common ones (Daumé: Frustratingly Easy Domain
	// Adaptation, ACL 2007): what only that set says is learnt there and dropped.
	Domains int
	Own     bool
}

// Weights are what training gives.
type Weights struct {
	Words, Signs []float64
	Bias         float64
}

// trainer is one weight table with AdaGrad's memory.
type trainer struct {
	w, g2 []float64
	mask  uint32
}

func newTrainer(bits int) trainer {
	return trainer{make([]float64, 1<<bits), make([]float64, 1<<bits), uint32(1<<bits - 1)}
}

func (t *trainer) sum(feats []uint32, salt uint32) float64 {
	z := 0.0
	for _, f := range feats {
		z += t.w[own(f, salt)&t.mask]
	}
	return z
}

func (t *trainer) step(feats []uint32, salt uint32, g, rate, l2 float64) {
	for _, f := range feats {
		i := own(f, salt) & t.mask
		d := g + float64(l2*t.w[i])
		t.g2[i] += float64(d * d)
		t.w[i] -= float64(rate * d / math.Sqrt(t.g2[i]+1e-8))
	}
}

// own is a feature's place among a set's own weights; salt 0 is the common one.
func own(f, salt uint32) uint32 {
	if salt == 0 {
		return f
	}
	f = (f ^ salt) * 0x85ebca6b
	return f ^ f>>13
}

// Train fits a logistic regression by AdaGrad. The same examples and options
// give the same weights: the order is drawn from the seed, and products are
// rounded before they are added, so that no machine fuses them.
func Train(ex []Example, o Options) Weights {
	words, signs := newTrainer(o.WordBits), newTrainer(o.SignBits)
	ownWords, ownSigns := newTrainer(o.WordBits), newTrainer(o.SignBits)
	bias, biasG2 := make([]float64, o.Domains+1), make([]float64, o.Domains+1)
	rng := rand.New(rand.NewPCG(o.Seed, o.Seed^0x9e3779b97f4a7c15))
	order := make([]int, len(ex))
	for i := range order {
		order[i] = i
	}
	for range o.Epochs {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, k := range order {
			e := &ex[k]
			x := 1 / math.Sqrt(float64(max(1, len(e.Words))))
			salt := uint32(e.Domain+1) * 0x9e3779b9
			wz, sz := words.sum(e.Words, 0), signs.sum(e.Signs, 0)
			if o.Own {
				wz += ownWords.sum(e.Words, salt)
				sz += ownSigns.sum(e.Signs, salt)
			}
			z := float64(wz*x) + sz + bias[e.Domain]
			p := 1 / (1 + math.Exp(-z))
			y := 0.0
			if e.Yes {
				y = 1
			}
			g := float64((p - y) * e.Weight)
			biasG2[e.Domain] += float64(g * g)
			bias[e.Domain] -= float64(o.Rate * g / math.Sqrt(biasG2[e.Domain]+1e-8))
			gx := float64(g * x)
			words.step(e.Words, 0, gx, o.Rate, o.L2)
			signs.step(e.Signs, 0, g, o.Rate, o.SignL2)
			if o.Own {
				ownWords.step(e.Words, salt, gx, o.Rate, o.L2)
				ownSigns.step(e.Signs, salt, g, o.Rate, o.SignL2)
			}
		}
	}
	return Weights{Words: words.w, Signs: signs.w}
}

// Calibrate fits slope and shift so that 1/(1+exp(-(slope*score+shift))) is the
// share of positives among examples of a score (Platt's method).
func Calibrate(scores []float64, yes []bool, weights []float64) (slope, shift float64) {
	loss := func(a, b float64) float64 {
		l := 0.0
		for i, s := range scores {
			z := float64(a*s) + b
			if yes[i] {
				z = -z
			}
			l += float64(weights[i] * (max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))))
		}
		return l
	}
	a, b := 1.0, 0.0
	last := loss(a, b)
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
		haa, hbb = haa+1e-9, hbb+1e-9
		det := float64(haa*hbb) - float64(hab*hab)
		if det <= 0 {
			break
		}
		da := (float64(hbb*ga) - float64(hab*gb)) / det
		db := (float64(haa*gb) - float64(hab*ga)) / det
		next := loss(a-da, b-db)
		for range 40 { // Newton's step may overshoot
			if next <= last {
				break
			}
			da, db = da/2, db/2
			next = loss(a-da, b-db)
		}
		a, b, last = a-da, b-db, next
		if math.Abs(da)+math.Abs(db) < 1e-9 {
			break
		}
	}
	return a, b
}
