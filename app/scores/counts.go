package scores

import (
	"cmp"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// Counts are right and wrong decisions, of one unit or of many: what was there
// and found, found and not there, there and not found, neither.
type Counts struct{ TP, FP, FN, TN float64 }

// Add notes one decision.
func (c *Counts) Add(want, got bool) {
	switch {
	case want && got:
		c.TP++
	case want:
		c.FN++
	case got:
		c.FP++
	default:
		c.TN++
	}
}

// Plus is the sum of two.
func (c Counts) Plus(o Counts) Counts {
	return Counts{c.TP + o.TP, c.FP + o.FP, c.FN + o.FN, c.TN + o.TN}
}

// Sum adds up the counts of many units.
func Sum(units []Counts) Counts {
	var sum Counts
	for _, u := range units {
		sum = sum.Plus(u)
	}
	return sum
}

// N is how many decisions there are.
func (c Counts) N() float64 { return c.TP + c.FP + c.FN + c.TN }

// Precision is the share of what was found that is there; of nothing it is 0.
func (c Counts) Precision() float64 { return Share(c.TP, c.TP+c.FP) }

// Recall is the share of what is there that was found; of nothing it is 0.
func (c Counts) Recall() float64 { return Share(c.TP, c.TP+c.FN) }

// Accuracy is the share of right decisions.
func (c Counts) Accuracy() float64 { return Share(c.TP+c.TN, c.N()) }

// FalseRate is the share of what is not there that was found all the same.
func (c Counts) FalseRate() float64 { return Share(c.FP, c.FP+c.TN) }

// F1 is the harmonic mean of precision and recall.
func (c Counts) F1() float64 { return Share(2*c.TP, 2*c.TP+c.FP+c.FN) }

// F2 counts recall four times as much as precision.
func (c Counts) F2() float64 { return Share(5*c.TP, 5*c.TP+4*c.FN+c.FP) }

// MacroF1 is the mean of the F1 of both classes, what is there and what isn't.
func (c Counts) MacroF1() float64 { return (c.F1() + Share(2*c.TN, 2*c.TN+c.FP+c.FN)) / 2 }

// Share is k of n, 0 of nothing.
func Share(k, n float64) float64 {
	if n == 0 {
		return 0
	}
	return k / n
}

const (
	draws = 1000
	tail  = draws * 25 / 1000 // of the draws at either end lie outside the interval
)

// Bootstrap is the 95 % interval of a number over independent units, by drawing
// them anew with a fixed seed (B. Efron: Bootstrap Methods, Annals of
// Statistics 7, 1979). Of no units it is 0 to 0.
func Bootstrap(units []Counts, number func(Counts) float64) (low, high float64) {
	if len(units) == 0 {
		return 0, 0
	}
	// Most units are alike: drawing how often each kind comes is drawing them.
	kinds := map[Counts]int{}
	for _, u := range units {
		kinds[u]++
	}
	list := make([]Counts, 0, len(kinds))
	for k := range kinds {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b Counts) int {
		return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a.TP, b.TP), cmp.Compare(a.FP, b.FP), cmp.Compare(a.FN, b.FN), cmp.Compare(a.TN, b.TN))
	})
	at := make([]int, len(list)) // where each kind ends
	n := 0
	for i, k := range list {
		n += kinds[k]
		at[i] = n
	}
	rng := rand.New(rand.NewPCG(7, 7))
	values := make([]float64, draws)
	for i := range values {
		var sum Counts
		for range n {
			x := rng.IntN(n)
			k := 0
			for x >= at[k] {
				k++
			}
			sum = sum.Plus(list[k])
		}
		values[i] = number(sum)
	}
	slices.SortFunc(values, cmp.Compare[float64])
	return values[tail], values[draws-1-tail]
}

// Half says which half of a set a text falls into, by its hash: what is tuned on
// one half is measured on the other.
func Half(text string) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	v := h.Sum64()
	v ^= v >> 33
	v *= 0xff51afd7ed558ccd
	return v>>63 == 1
}
