package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/antzucaro/matchr"

	"mensch/app/profiles/linkage"
	"mensch/app/scores"
)

// linkSet is a labelled table of records.
type linkSet struct {
	file, label string
	target      string
	fields      []linkage.Field
}

var linkSets = []linkSet{
	{"linkage/restaurant.jsonl", "unique_id", ">= 0.90", []linkage.Field{
		{Name: "name", Kind: linkage.Text}, {Name: "address", Kind: linkage.Address}, {Name: "city", Kind: linkage.Text}, {Name: "cuisine", Kind: linkage.Text},
	}},
	{"linkage/chicago_childcare.jsonl", "True Id", ">= 0.80", []linkage.Field{
		{Name: "Site name", Kind: linkage.Text},
		{Name: "Address", Kind: linkage.Address},
		{Name: "Zip", Kind: linkage.Exact},
		{Name: "Phone", Kind: linkage.Phone},
		{Name: "Email Address", Kind: linkage.Web},
		{Name: "Website", Kind: linkage.Exact},
		{Name: "Center Director", Kind: linkage.Text},
		{Name: "Executive Director", Kind: linkage.Text},
	}},
}

func measureLinkage(_ context.Context, t *table, dataDir string) error {
	for _, set := range linkSets {
		var records [][]string
		var labels []string
		rows, err := scores.Load[map[string]string](dataDir, set.file)
		if err != nil {
			return err
		}
		for _, r := range rows {
			row := make([]string, len(set.fields))
			for i, f := range set.fields {
				row[i] = strings.TrimSpace(r[f.Name])
			}
			records = append(records, row)
			labels = append(labels, r[set.label])
		}
		model := linkage.Train(set.fields, records)
		found := map[[2]int]bool{}
		for _, g := range linkage.Groups(len(records), model.Pairs(0.8)) {
			for i, a := range g {
				for _, b := range g[i+1:] {
					found[[2]int{a, b}] = true
				}
			}
		}
		naive := map[[2]int]bool{}
		for i := range records {
			for j := i + 1; j < len(records); j++ {
				if matchr.JaroWinkler(strings.ToLower(records[i][0]), strings.ToLower(records[j][0]), false) > 0.92 {
					naive[[2]int{i, j}] = true
				}
			}
		}
		units, base := pairCounts(labels, found), pairCounts(labels, naive)
		low, high := interval(units, counts.f1)
		sum := total(units)
		name := strings.TrimSuffix(strings.TrimPrefix(set.file, "linkage/"), ".jsonl")
		t.add(Row{
			Name: "linkage F1, " + name, Value: sum.f1(), Low: low, High: high, Target: set.target,
			Baseline: fmt.Sprintf("%.3f", total(base).f1()),
			Note:     fmt.Sprintf("precision %.3f, recall %.3f; %d records, %d pairs compared of %d; naive: names alike", sum.precision(), sum.recall(), len(records), model.Compared(), len(records)*(len(records)-1)/2),
		})
	}
	return nil
}

// pairCounts counts decisions on pairs, by record, so that an interval can draw
// records.
func pairCounts(labels []string, found map[[2]int]bool) []counts {
	units := make([]counts, len(labels))
	for i := range labels {
		for j := i + 1; j < len(labels); j++ {
			same, said := labels[i] == labels[j], found[[2]int{i, j}]
			switch {
			case same && said:
				units[i].tp++
			case said:
				units[i].fp++
			case same:
				units[i].fn++
			}
		}
	}
	return slices.Clip(units)
}
