package quality

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/model"
)

func near(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.Abs(got-want) > by {
		t.Errorf("%s is %.4f, published %.4f", what, got, want)
	}
}

// The published examples.
func TestKappaOfPublishedTables(t *testing.T) {
	// J. L. Fleiss, B. Levin, M. C. Paik: Statistical Methods for Rates and
	// Proportions, 3rd edition, table 18.1: 100 patients in three categories.
	k := Of(Table{{75, 1, 4}, {5, 4, 1}, {0, 0, 10}})
	near(t, "Fleiss: kappa", k.Kappa, 0.68, 0.005)
	near(t, "Fleiss: observed", k.Observed, 0.89, 1e-9)
	near(t, "Fleiss: chance", k.Chance, 0.66, 0.005)
	// The book goes on with a kappa rounded to .68, which takes .0007 off.
	near(t, "Fleiss: standard error", k.SE, 0.087, 0.001)

	// J. Cohen: Weighted kappa (1968), table 1, unweighted: 200 patients.
	k = Of(Table{{88, 10, 2}, {14, 40, 6}, {18, 10, 12}})
	near(t, "Cohen: observed", k.Observed, 0.70, 1e-9)
	near(t, "Cohen: chance", k.Chance, 0.41, 1e-9)
	near(t, "Cohen: kappa", k.Kappa, 0.492, 0.0005)

	// The grant proposals of the English Wikipedia's article “Cohen's kappa”.
	k = Of(Table{{20, 5}, {10, 15}})
	near(t, "proposals: kappa", k.Kappa, 0.4, 1e-9)
	k = Of(Table{{45, 15}, {25, 15}})
	near(t, "same agreement, other margins", k.Kappa, 0.1304, 0.0001)
	k = Of(Table{{25, 35}, {5, 35}})
	near(t, "same agreement, margins apart", k.Kappa, 0.2593, 0.0001)
}

func TestKappaOfNothingIsNone(t *testing.T) {
	for _, table := range []Table{nil, {}, {{0, 0}, {0, 0}}, {{12}}, {{12, 0}, {0, 0}}} {
		if k := Of(table); k.Defined || math.IsNaN(k.Kappa) || math.IsNaN(k.Low) {
			t.Errorf("%v gives %+v", table, k)
		}
	}
}

func TestKappaLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(t, "categories")
		table, turned := make(Table, n), make(Table, n)
		for i := range table {
			table[i], turned[i] = make([]float64, n), make([]float64, n)
		}
		for i := range table {
			for j := range table {
				table[i][j] = float64(rapid.IntRange(0, 30).Draw(t, "count"))
				turned[j][i] = table[i][j]
			}
		}
		k, back := Of(table), Of(turned)
		if k.Defined != back.Defined || math.Abs(k.Kappa-back.Kappa) > 1e-9 || math.Abs(k.SE-back.SE) > 1e-9 {
			t.Fatalf("who is first matters: %+v, %+v", k, back)
		}
		if !k.Defined {
			return
		}
		if k.Kappa > 1+1e-9 || k.Kappa < -1-1e-9 || k.Low > k.Kappa+1e-9 || k.High < k.Kappa-1e-9 || math.IsNaN(k.SE) {
			t.Fatalf("%+v", k)
		}
		if (k.Observed == 1) != (math.Abs(k.Kappa-1) < 1e-12) {
			t.Fatalf("kappa %v for an agreement of %v", k.Kappa, k.Observed)
		}
	})
}

// The standard error is what drawing the pairs anew shows.
func TestKappaInterval(t *testing.T) {
	var first, second []string
	add := func(n int, a, b string) {
		for range n {
			first, second = append(first, a), append(second, b)
		}
	}
	add(75, "p", "p")
	add(1, "p", "n")
	add(4, "p", "o")
	add(5, "n", "p")
	add(4, "n", "n")
	add(1, "n", "o")
	add(10, "o", "o")
	k := Of(Pairs(first, second))
	near(t, "kappa from pairs", k.Kappa, 0.68, 0.005)
	near(t, "the lower end", k.Low, 0.51, 0.01)
	near(t, "the upper end", k.High, 0.85, 0.01)
}

func TestDrawIsStratifiedAndSeeded(t *testing.T) {
	var items []model.SampleItem
	for i := range 300 {
		g := "common"
		if i%100 == 0 {
			g = "rare"
		}
		items = append(items, model.SampleItem{DecisionID: fmt.Sprint("d", i), Guideline: g})
	}
	count := func(list []model.SampleItem, g string) (n int) {
		for _, x := range list {
			if x.Guideline == g {
				n++
			}
		}
		return n
	}
	a := Draw(items, 10, 7)
	if len(a) != 10 || count(a, "rare") != 3 || count(a, "common") != 7 {
		t.Errorf("%v", a)
	}
	slices.Reverse(items)
	if !slices.Equal(a, Draw(items, 10, 7)) {
		t.Error("the order of the items matters")
	}
	if slices.Equal(a, Draw(items, 10, 8)) {
		t.Error("the seed does not matter")
	}
	if n := len(Draw(items, 1000, 7)); n != 300 {
		t.Errorf("drew %d of 300", n)
	}
	// Each item is as likely as any other of its stratum.
	hits := map[string]int{}
	for seed := range uint64(3000) {
		for _, x := range Draw(items[:60], 6, seed) {
			hits[x.DecisionID]++
		}
	}
	for id, n := range hits {
		if n < 200 || n > 400 {
			t.Errorf("%s is drawn %d times, some 300 are right", id, n)
		}
	}
}

func TestAgreementPerGuideline(t *testing.T) {
	pairs := []model.ReviewPair{
		{Guideline: "a", First: "warning", Second: "warning"},
		{Guideline: "a", First: "dismissed", Second: "dismissed"},
		{Guideline: "b", First: "warning", Second: "dismissed"},
	}
	got := Agreement(pairs)
	if len(got) != 3 || got[0].Guideline != "" || got[0].Pairs != 3 || got[1].Guideline != "a" || got[1].Kappa != 1 || !got[1].Defined || got[2].Pairs != 1 {
		t.Errorf("%+v", got)
	}
	if len(Agreement(nil)) != 0 {
		t.Error("agreement of nothing")
	}
}
