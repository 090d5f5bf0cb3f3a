package evaluation

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/antzucaro/matchr"

	"mensch/app/profiles/linkage"
	"mensch/app/scores"
)

// identities are the fields that say which records are one thing.
var identities = []string{"true id", "true_id", "unique_id", "cluster_id", "entity_id", "id_true", "person_id", "canonical_id", "rec_id", "label", "y"}

var febrl = regexp.MustCompile(`^rec-(\d+)-(?:org|dup-\d+)$`)

// linkAt is the probability from which a pair is one thing.
const linkAt = 0.8

// kindOfField guesses how a column is compared, by its name.
func kindOfField(name string) (k linkage.Kind, use bool) {
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	switch {
	case slices.Contains([]string{"id", "index", "row", "source", "split", "rec_id", "relationship"}, name):
		return 0, false
	case has("email", "e-mail"):
		return linkage.Web, true
	case has("phone", "telephone", "mobile", "fax"):
		return linkage.Phone, true
	case has("address", "street") && !has("street_number"):
		return linkage.Address, true
	case has("zip", "postcode", "postal", "website", "url", "state", "birth", "dob", "year", "date", "ssn", "soc_sec", "street_number", "gender", "payout", "device", "network"):
		return linkage.Exact, true
	}
	return linkage.Text, true
}

// linkage measures which records are found to be about one thing, after learning
// from these records without their labels.
func (e *Evaluator) linkage(ctx context.Context, _ Options, rows []row, res *Result) error {
	id := ""
	for _, name := range identities {
		if v := rows[0].str(name); v != "" {
			id = name
			break
		}
	}
	if id == "" {
		return &ShapeError{res.Detector, "true identity (True Id, unique_id, cluster_id, …)"}
	}
	seen := map[string]bool{}
	for _, r := range rows[:min(len(rows), 200)] {
		for k := range r.fields {
			seen[k] = true
		}
	}
	names := make([]string, 0, len(seen))
	for k := range seen {
		names = append(names, k)
	}
	slices.Sort(names)
	var fields []linkage.Field
	for _, n := range names {
		if k, use := kindOfField(n); use && n != id {
			fields = append(fields, linkage.Field{Name: n, Kind: k})
		}
	}
	if len(fields) == 0 {
		return &ShapeError{res.Detector, "field besides the identity"}
	}
	records, labels := make([][]string, len(rows)), make([]string, len(rows))
	name := -1
	for i, f := range fields {
		if f.Kind == linkage.Text && (name < 0 || strings.Contains(f.Name, "name") && !strings.Contains(fields[name].Name, "name")) {
			name = i
		}
	}
	for i, r := range rows {
		records[i] = make([]string, len(fields))
		for k, f := range fields {
			records[i][k] = strings.TrimSpace(r.str(f.Name))
		}
		labels[i] = r.str(id)
		if m := febrl.FindStringSubmatch(labels[i]); m != nil {
			labels[i] = m[1]
		}
		if labels[i] == "" {
			labels[i] = fmt.Sprint("\x00", i) // nobody else
		}
	}
	model := linkage.Train(fields, records)
	found := pairsOf(linkage.Groups(len(records), model.Pairs(linkAt)))
	units := linkCounts(labels, found)
	res.Unit, res.Labelled = "pairs", true
	res.count(units, false)
	res.TN = len(rows)*(len(rows)-1)/2 - res.TP - res.FP - res.FN
	res.Negatives = res.FP + res.TN
	res.Extra = map[string]float64{"pairs_compared": float64(model.Compared()), "pairs_in_all": float64(len(rows)) * float64(len(rows)-1) / 2}
	if ctx.Err() != nil {
		return ctx.Err() //nolint:wrapcheck // the caller looks for it
	}
	const fewEnough = 20_000 // records of which all pairs can be compared
	if name >= 0 && len(rows) <= fewEnough {
		naive := map[[2]int]bool{}
		for i := range records {
			if i%64 == 0 && ctx.Err() != nil {
				return ctx.Err() //nolint:wrapcheck // the caller looks for it
			}
			a := strings.ToLower(records[i][name])
			for j := i + 1; j < len(records); j++ {
				if a != "" && matchr.JaroWinkler(a, strings.ToLower(records[j][name]), false) > 0.92 {
					naive[[2]int{i, j}] = true
				}
			}
		}
		res.against(fmt.Sprintf("%s alike by Jaro-Winkler over 0.92", fields[name].Name), scores.Sum(linkCounts(labels, naive)), false)
	}
	return nil
}

func pairsOf(groups [][]int) map[[2]int]bool {
	found := map[[2]int]bool{}
	for _, g := range groups {
		for i, a := range g {
			for _, b := range g[i+1:] {
				found[[2]int{min(a, b), max(a, b)}] = true
			}
		}
	}
	return found
}

// linkCounts counts decisions on pairs, by the earlier record, so that an
// interval can draw records.
func linkCounts(labels []string, found map[[2]int]bool) []scores.Counts {
	units := make([]scores.Counts, len(labels))
	same := map[string][]int{}
	for i, l := range labels {
		for _, k := range same[l] {
			if !found[[2]int{k, i}] {
				units[k].FN++
			}
		}
		same[l] = append(same[l], i)
	}
	for p := range found {
		if labels[p[0]] == labels[p[1]] {
			units[p[0]].TP++
		} else {
			units[p[0]].FP++
		}
	}
	return units
}
