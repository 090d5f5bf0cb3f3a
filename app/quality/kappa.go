// Package quality says how far two moderators agree who did not see each
// other's decision, and draws the cases that are given to a second one.
package quality

import (
	"cmp"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"

	"mensch/app/model"
)

// Table counts how often the first rater chose a row's category and the second
// a column's. It is square.
type Table [][]float64

// Kappa is Cohen's kappa with its large-sample standard error.
type Kappa struct {
	N        float64
	Observed float64 // share of equal choices
	Chance   float64 // share of equal choices by chance alone
	Kappa    float64 // 1: they always agree; 0: as chance would have it
	SE       float64
	Low      float64 // 95 % interval, within -1 and 1
	High     float64
	// Defined is false where kappa is none: without pairs, and where both chose
	// one and the same category throughout, so that chance alone explains it.
	Defined bool
}

// Of is Cohen's kappa (J. Cohen: A Coefficient of Agreement for Nominal Scales,
// 1960) of a table of counts, with the standard error for a kappa that is not
// zero (J. L. Fleiss, J. Cohen, B. S. Everitt: Large Sample Standard Errors of
// Kappa and Weighted Kappa, 1969, formula 13).
func Of(t Table) Kappa {
	var k Kappa
	n := len(t)
	rows, columns := make([]float64, n), make([]float64, n)
	for i := range t {
		for j := range t {
			k.N += t[i][j]
			rows[i] += t[i][j]
			columns[j] += t[i][j]
		}
	}
	if k.N == 0 {
		return k
	}
	for i := range t {
		rows[i] /= k.N
		columns[i] /= k.N
		k.Observed += t[i][i] / k.N
		k.Chance += rows[i] * columns[i]
	}
	if 1-k.Chance < 1e-12 {
		return k
	}
	k.Defined = true
	k.Kappa = (k.Observed - k.Chance) / (1 - k.Chance)
	var agree, differ float64
	for i := range t {
		x := 1 - (rows[i]+columns[i])*(1-k.Kappa)
		agree += t[i][i] / k.N * x * x
		for j := range t {
			if i != j {
				y := columns[i] + rows[j]
				differ += t[i][j] / k.N * y * y
			}
		}
	}
	z := k.Kappa - k.Chance*(1-k.Kappa)
	variance := (agree + (1-k.Kappa)*(1-k.Kappa)*differ - z*z) / (k.N * (1 - k.Chance) * (1 - k.Chance))
	k.SE = math.Sqrt(max(0, variance))
	const normal = 1.959963984540054
	k.Low, k.High = max(-1, k.Kappa-normal*k.SE), min(1, k.Kappa+normal*k.SE)
	return k
}

// Pairs makes the table of choices: one category for each word that occurs.
func Pairs(first, second []string) Table {
	at := map[string]int{}
	for _, w := range slices.Concat(first, second) {
		if _, ok := at[w]; !ok {
			at[w] = len(at)
		}
	}
	t := make(Table, len(at))
	for i := range t {
		t[i] = make([]float64, len(at))
	}
	for i := range min(len(first), len(second)) {
		t[at[first[i]]][at[second[i]]]++
	}
	return t
}

// Agreement is the agreement of the pairs: for all together first, then for
// each guideline, the most reviewed first.
func Agreement(pairs []model.ReviewPair) []model.Agreement {
	byGuideline := map[string][]model.ReviewPair{}
	for _, p := range pairs {
		byGuideline[p.Guideline] = append(byGuideline[p.Guideline], p)
	}
	out := []model.Agreement{}
	for g, list := range byGuideline {
		out = append(out, agreement(g, list))
	}
	slices.SortFunc(out, func(a, b model.Agreement) int {
		return cmp.Or(cmp.Compare(b.Pairs, a.Pairs), cmp.Compare(a.Guideline, b.Guideline))
	})
	if len(pairs) == 0 {
		return out
	}
	return append([]model.Agreement{agreement("", pairs)}, out...)
}

func agreement(guideline string, pairs []model.ReviewPair) model.Agreement {
	var first, second []string
	for _, p := range pairs {
		first, second = append(first, p.First), append(second, p.Second)
	}
	k := Of(Pairs(first, second))
	return model.Agreement{
		Guideline: guideline, Pairs: len(pairs), Observed: k.Observed, Kappa: k.Kappa, Low: k.Low, High: k.High, Defined: k.Defined,
	}
}

// Draw takes n items at random, in strata by guideline: each guideline gives
// as many as any other until it has no more, so that rare ones are seen too.
// The same items and seed give the same draw, in whatever order they come.
func Draw(items []model.SampleItem, n int, seed uint64) []model.SampleItem {
	strata := map[string][]model.SampleItem{}
	for _, x := range items {
		strata[x.Guideline] = append(strata[x.Guideline], x)
	}
	names := make([]string, 0, len(strata))
	for g, list := range strata {
		names = append(names, g)
		// A place that only the item and the seed give: a new item moves none.
		slices.SortFunc(list, func(a, b model.SampleItem) int {
			return cmp.Or(cmp.Compare(place(a.DecisionID, seed), place(b.DecisionID, seed)), cmp.Compare(a.DecisionID, b.DecisionID))
		})
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a, seed), place(b, seed)), cmp.Compare(a, b))
	})
	var out []model.SampleItem
	for round := 0; len(out) < n; round++ {
		before := len(out)
		for _, g := range names {
			if round < len(strata[g]) && len(out) < n {
				out = append(out, strata[g][round])
			}
		}
		if len(out) == before {
			break
		}
	}
	return out
}

func place(id string, seed uint64) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash does not fail
	return rand.NewPCG(seed, h.Sum64()).Uint64()
}
