package linkage

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Model is what a table of records says about its own agreements. It is
// read-only after Train.
type Model struct {
	fields []prepared
	m, u   [][]float64 // by field and level; level 0 is disagreement
	prior  float64     // of any pair to be one thing
	seen   [][]float64 // how often the levels were seen in the table at large
}

// Pair is two records, by their places in the table, and the probability, 0 to
// 1, that they are about one thing.
type Pair struct {
	A, B        int
	Probability float64
}

const (
	rounds      = 60
	randomPairs = 100_000
	floor       = 1e-4 // no level is impossible
	guessed     = 20   // pairs that the first guess counts for
)

// Train learns a model from records, each a value per field. Of pairs in the
// table at large it learns how often strangers agree; of the blocked pairs how
// often the same agree.
func Train(fields []Field, records [][]string) *Model {
	all := float64(len(records)) * float64(len(records)-1) / 2
	// The first guess: a quarter of the records have another one.
	mod := &Model{prior: min(0.5, float64(len(records))/8/max(all, 1))}
	for f, field := range fields {
		values := make([]string, len(records))
		for i, r := range records {
			values[i] = r[f]
		}
		mod.fields = append(mod.fields, prepare(field, values))
	}
	pairs := mod.block()
	mod.m, mod.u = make([][]float64, len(fields)), make([][]float64, len(fields))
	rng := rand.New(rand.NewPCG(1, 2))
	mod.seen = make([][]float64, len(fields))
	for f, field := range mod.fields {
		mod.seen[f] = strangers(field, len(records), rng)
		mod.u[f] = mod.apart(f, nil)
		// The first guess: two of one thing agree well nine times in ten.
		mod.m[f] = make([]float64, field.levels())
		for l := range mod.m[f] {
			mod.m[f][l] = mod.guess(f, l)
		}
	}
	levels := make([][]int8, len(pairs))
	for i, p := range pairs {
		levels[i] = mod.compare(p[0], p[1])
	}
	mod.maximise(levels, all)
	return mod
}

// strangers counts how often two records at large agree in a field: over all pairs
// where they are few, else over random ones.
func strangers(field prepared, n int, rng *rand.Rand) []float64 {
	counts := make([]float64, field.levels())
	see := func(a, b int) {
		if l := field.level(a, b); l >= 0 {
			counts[l]++
		}
	}
	if n*(n-1)/2 <= randomPairs {
		for a := range n {
			for b := range a {
				see(a, b)
			}
		}
		return counts
	}
	for range randomPairs {
		if a, b := rng.IntN(n), rng.IntN(n); a != b {
			see(a, b)
		}
	}
	return counts
}

// strangersGuessed is how many pairs the first guess about strangers counts for:
// a handful of records say little about chance.
const strangersGuessed = 10

// apart are the shares of the levels among strangers: what was seen in the table
// at large without what is one thing, and the guess that strangers differ.
func (mod *Model) apart(f int, one []float64) []float64 {
	counts := make([]float64, len(mod.seen[f]))
	guess := strangersGuessed * 0.9
	for l := range counts {
		if l > 0 {
			guess = strangersGuessed * 0.1 / math.Exp2(float64(l))
		}
		counts[l] = mod.seen[f][l] + guess
		if one != nil {
			counts[l] = max(guess, counts[l]-one[l])
		}
	}
	return shares(counts)
}

// guess is what is believed of a field before the records are seen: two of one
// thing mostly agree, the better the likelier.
func (mod *Model) guess(f, l int) float64 {
	n := len(mod.u[f])
	if n == 2 {
		return []float64{0.25, 0.75}[l]
	}
	// The top has half, the next half of the rest, and so on.
	share := 0.5
	for range n - 1 - l {
		share /= 2
	}
	if l == 0 {
		share *= 2
	}
	return share
}

func shares(counts []float64) []float64 {
	total := 0.0
	for _, c := range counts {
		total += c
	}
	out := make([]float64, len(counts))
	for i, c := range counts {
		out[i] = max(floor, (c+0.01)/(total+0.01*float64(len(counts))))
	}
	return out
}

// maximise fits m and the prior to the blocked pairs; u stays as it is among
// strangers. The prior is that of all pairs, since what blocking leaves out has
// no chance of being one thing.
func (mod *Model) maximise(levels [][]int8, all float64) {
	if len(levels) == 0 {
		return
	}
	for range rounds {
		sums := make([][]float64, len(mod.m))
		for f := range sums {
			sums[f] = make([]float64, len(mod.m[f]))
		}
		mass := 0.0
		for _, v := range levels {
			p := mod.posterior(v)
			mass += p
			for f, l := range v {
				if l >= 0 {
					sums[f][l] += p
				}
			}
		}
		mod.prior = min(0.5, max(1e-9, mass/all))
		for f := range sums {
			if all <= randomPairs { // those of one thing are among the pairs that were seen
				mod.u[f] = mod.apart(f, sums[f])
			}
			// The guess stays in with a small weight, so that a field that few
			// records fill learns no accident.
			for l := range sums[f] {
				sums[f][l] += guessed * mod.guess(f, l)
			}
			mod.m[f] = shares(sums[f])
		}
	}
}

func (mod *Model) compare(a, b int) []int8 {
	out := make([]int8, len(mod.fields))
	for f, field := range mod.fields {
		out[f] = int8(field.level(a, b))
	}
	return out
}

func (mod *Model) bits(v []int8) float64 {
	sum := 0.0
	for f, l := range v {
		if l >= 0 {
			sum += math.Log2(mod.m[f][l] / mod.u[f][l])
		}
	}
	return sum
}

func (mod *Model) posterior(v []int8) float64 {
	odds := mod.prior / (1 - mod.prior) * math.Exp2(mod.bits(v))
	return odds / (1 + odds)
}

// Weights are the bits of evidence of a field's levels, level 0 (disagreement)
// first.
func (mod *Model) Weights(field int) []float64 {
	out := make([]float64, len(mod.m[field]))
	for l := range out {
		out[l] = math.Log2(mod.m[field][l] / mod.u[field][l])
	}
	return out
}

// Pairs gives the blocked pairs that are more likely one thing than not, in
// the order of the table.
func (mod *Model) Pairs(limit float64) []Pair {
	var out []Pair
	for _, p := range mod.block() {
		if pr := mod.posterior(mod.compare(p[0], p[1])); pr >= limit {
			out = append(out, Pair{p[0], p[1], pr})
		}
	}
	return out
}

// Compared is how many pairs blocking leaves to be compared.
func (mod *Model) Compared() int { return len(mod.block()) }

// block gives the pairs of records that share a key, each once.
func (mod *Model) block() [][2]int {
	blocks := map[string][]int{}
	for f, field := range mod.fields {
		if !field.telling() {
			continue
		}
		for i := range field.values {
			for _, k := range field.keys(i) {
				k = string(rune('a'+f)) + k
				blocks[k] = append(blocks[k], i)
			}
		}
	}
	var out [][2]int
	for _, members := range blocks {
		if len(members) > largestBlock {
			continue
		}
		for i, a := range members {
			for _, b := range members[i+1:] {
				if a != b {
					out = append(out, [2]int{min(a, b), max(a, b)})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b [2]int) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return slices.Compact(out)
}

// largestBlock bounds the records of one key: a key that more share tells
// nothing, and the work stays linear in the table.
const largestBlock = 24

// Groups joins pairs into groups of records about one thing. A group is kept
// together only by pairs, so that A is B and B is C make A, B and C one.
func Groups(n int, pairs []Pair) [][]int {
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, p := range pairs {
		parent[find(p.A)] = find(p.B)
	}
	by := map[int][]int{}
	for i := range n {
		by[find(i)] = append(by[find(i)], i)
	}
	var out [][]int
	for _, g := range by {
		if len(g) > 1 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b []int) int { return cmp.Compare(a[0], b[0]) })
	return out
}
