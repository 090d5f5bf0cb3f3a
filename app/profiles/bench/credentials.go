package bench

import (
	"context"
	"fmt"
	"io/fs"
	"strings"

	"mensch/app/profiles"
	"mensch/app/scores"
)

// headline is a profile's line with the credentials in it, where somebody
// labelled them.
type headline struct {
	Headline    string   `json:"headline"`
	Credentials []string `json:"credentials"`
}

// measureCredentials compares the degrees and licences that are found in
// headlines with labelled ones. Without labels it only counts.
func measureCredentials(_ context.Context, t *table, dataDir string) error {
	var units, naive []counts
	lines, found, labelled := 0, 0, false
	headlines, err := scores.Load[headline](dataDir, "credentials/counselchat_headlines.jsonl")
	if err != nil {
		return err
	}
	for _, h := range headlines {
		lines++
		var got []string
		for _, c := range profiles.Extract(h.Headline) {
			got = append(got, h.Headline[c.Start:c.End])
		}
		found += len(got)
		labelled = labelled || h.Credentials != nil
		units = append(units, compareLists(h.Credentials, got))
		var dotted []string
		for _, w := range strings.FieldsFunc(h.Headline, func(r rune) bool { return r == ' ' || r == ',' }) {
			if len(w) >= 2 && len(w) <= 6 && strings.ToUpper(w) == w {
				dotted = append(dotted, w)
			}
		}
		naive = append(naive, compareLists(h.Credentials, dotted))
	}
	if lines == 0 {
		return fmt.Errorf("no headline in the labelled set: %w", fs.ErrNotExist)
	}
	if !labelled {
		t.add(Row{Name: "credentials found", Value: float64(found), Target: "F1 >= 0.90", Note: fmt.Sprintf("in %d headlines; this set has no labels to compare with", lines)})
		return nil
	}
	sum := total(units)
	low, high := interval(units, counts.f1)
	t.add(Row{
		Name: "credentials F1", Value: sum.f1(), Low: low, High: high, Baseline: fmt.Sprintf("%.3f", total(naive).f1()), Target: ">= 0.90",
		Note: fmt.Sprintf("precision %.3f, recall %.3f; naive: short words in capitals", sum.precision(), sum.recall()),
	})
	return nil
}

// compareLists counts what is in both lists, letters only.
func compareLists(want, got []string) counts {
	fold := func(s string) string {
		return strings.ToUpper(strings.Map(func(r rune) rune {
			if r == '.' || r == ' ' || r == ',' {
				return -1
			}
			return r
		}, s))
	}
	left := map[string]int{}
	for _, w := range want {
		left[fold(w)]++
	}
	var c counts
	for _, g := range got {
		if left[fold(g)] > 0 {
			left[fold(g)]--
			c.tp++
		} else {
			c.fp++
		}
	}
	c.fn = float64(len(want)) - c.tp
	return c
}
