package evaluation

import (
	"context"
	"strings"

	"mensch/app/profiles"
	"mensch/app/scores"
)

// credentials compares the degrees and licences found in a line with those that
// somebody listed.
func (e *Evaluator) credentials(_ context.Context, o Options, rows []row, res *Result) error {
	var units []scores.Counts
	var base scores.Counts
	found := 0
	for _, r := range rows {
		s := r.str("headline", "text", "bio", "line")
		if s == "" {
			res.Skipped++
			continue
		}
		want, there := r.list("credentials", "labels", "codes", "degrees", "spans", "entities")
		res.Labelled = res.Labelled || there
		var got []string
		v := Verdict{Row: r.n}
		for _, c := range profiles.Extract(s) {
			got = append(got, s[c.Start:c.End])
			v.Got, v.Score = true, 1
			v.Spans = append(v.Spans, Span{string(c.Kind), c.Start, c.End})
		}
		found += len(got)
		units = append(units, sameLetters(want, got))
		var short []string
		for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
			if len(w) >= 2 && len(w) <= 6 && strings.ToUpper(w) == w {
				short = append(short, w)
			}
		}
		base = base.Plus(sameLetters(want, short))
		if o.Verdicts {
			res.Verdicts = append(res.Verdicts, v)
		}
	}
	if len(units) == 0 {
		return &ShapeError{res.Detector, "headline or text"}
	}
	res.Unit = "credentials"
	res.Extra = map[string]float64{"found": float64(found)}
	if !res.Labelled {
		res.Notes = append(res.Notes, "no row lists its credentials: what is found is only counted")
		return nil
	}
	res.count(units, false)
	res.against("short words in capitals", base, false)
	return nil
}

// sameLetters counts what stands in both lists, by letters and digits alone.
func sameLetters(want, got []string) scores.Counts {
	key := func(s string) string {
		return strings.ToUpper(strings.Map(func(r rune) rune {
			if strings.ContainsRune(". ,-'’", r) {
				return -1
			}
			return r
		}, s))
	}
	left := map[string]int{}
	for _, w := range want {
		left[key(w)]++
	}
	var c scores.Counts
	for _, g := range got {
		if left[key(g)] > 0 {
			left[key(g)]--
			c.TP++
		} else {
			c.FP++
		}
	}
	c.FN = float64(len(want)) - c.TP
	return c
}
