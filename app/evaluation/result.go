package evaluation

import (
	"slices"
	"strings"

	"mensch/app/scores"
)

// Result is what was measured of a detector on a file. Numbers that the file
// can't say are left out.
type Result struct {
	Detector  string              `json:"detector"`
	File      string              `json:"file"`
	Unit      string              `json:"unit"`    // what is counted: texts, spans, entities, pairs, experts, replies, talks
	Rows      int                 `json:"rows"`    // read
	Skipped   int                 `json:"skipped"` // that can't be read, or say too little
	Labelled  bool                `json:"labelled"`
	Positives int                 `json:"positives"`
	Negatives int                 `json:"negatives"`
	TP        int                 `json:"tp"`
	FP        int                 `json:"fp"`
	FN        int                 `json:"fn"`
	TN        int                 `json:"tn"`
	Measures                      // the detector's
	Intervals map[string]Interval `json:"intervals"` // 95 %, by the measure's name
	Baseline  *Baseline           `json:"baseline,omitempty"`
	Groups    []Group             `json:"groups,omitempty"` // parts of the file, by label, kind or plot
	Extra     map[string]float64  `json:"extra,omitempty"`
	Notes     []string            `json:"notes,omitempty"`

	Verdicts []Verdict `json:"-"` // row by row, where they were asked for
}

// Interval is a lower and an upper bound.
type Interval [2]float64

// Measures are the usual numbers, 0 to 1. Nil is what can't be said.
type Measures struct {
	Precision *float64 `json:"precision,omitempty"`
	Recall    *float64 `json:"recall,omitempty"`
	F1        *float64 `json:"f1,omitempty"`
	F2        *float64 `json:"f2,omitempty"`
	MacroF1   *float64 `json:"macro_f1,omitempty"`
	Accuracy  *float64 `json:"accuracy,omitempty"`
	FalseRate *float64 `json:"false_positive_rate,omitempty"` // share of what is no violation that is flagged
}

// Baseline is a naive method on the same rows.
type Baseline struct {
	Name string `json:"name"`
	Measures
}

// Group is a part of the file.
type Group struct {
	Name   string   `json:"name"`
	N      int      `json:"n"`
	Found  int      `json:"found"`
	Share  float64  `json:"share"`
	Range  Interval `json:"interval"`
	Wanted bool     `json:"wanted"` // what is found in it is right
}

// Verdict is what the detector says of one row.
type Verdict struct {
	Row   int     `json:"row"` // line, from 1
	Want  *bool   `json:"want,omitempty"`
	Got   bool    `json:"got"`
	Score float64 `json:"score"`
	Spans []Span  `json:"spans,omitempty"`
}

// Span is a mark: bytes [Start, End) of the row's text.
type Span struct {
	Label string `json:"label"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// measures gives the numbers of counts: those of a set that knows no negatives
// leave out what rests on them.
func measures(c scores.Counts, negatives bool) Measures {
	var m Measures
	set := func(to **float64, v float64) { *to = &v }
	if c.TP+c.FP > 0 && c.TP+c.FN > 0 {
		set(&m.Precision, c.Precision())
	}
	if c.TP+c.FN > 0 {
		set(&m.Recall, c.Recall())
		set(&m.F1, c.F1())
		set(&m.F2, c.F2())
	}
	if negatives && c.FP+c.TN > 0 {
		set(&m.FalseRate, c.FalseRate())
		set(&m.Accuracy, c.Accuracy())
		if c.TP+c.FN > 0 {
			set(&m.MacroF1, c.MacroF1())
		}
	}
	return m
}

// count fills a result from the decisions on its units.
func (r *Result) count(units []scores.Counts, negatives bool) {
	sum := scores.Sum(units)
	r.TP, r.FP, r.FN, r.TN = int(sum.TP), int(sum.FP), int(sum.FN), int(sum.TN)
	r.Positives, r.Negatives = r.TP+r.FN, r.FP+r.TN
	r.Measures = measures(sum, negatives)
	r.Intervals = map[string]Interval{}
	wilson := func(name string, v *float64, k, n float64) {
		if v != nil {
			low, high := scores.Wilson(k, n)
			r.Intervals[name] = Interval{low, high}
		}
	}
	wilson("precision", r.Precision, sum.TP, sum.TP+sum.FP)
	wilson("recall", r.Recall, sum.TP, sum.TP+sum.FN)
	wilson("accuracy", r.Accuracy, sum.TP+sum.TN, sum.N())
	wilson("false_positive_rate", r.FalseRate, sum.FP, sum.FP+sum.TN)
	drawn := func(name string, v *float64, f func(scores.Counts) float64) {
		if v != nil {
			low, high := scores.Bootstrap(units, f)
			r.Intervals[name] = Interval{low, high}
		}
	}
	drawn("f1", r.F1, scores.Counts.F1)
	drawn("f2", r.F2, scores.Counts.F2)
	drawn("macro_f1", r.MacroF1, scores.Counts.MacroF1)
}

func (r *Result) against(name string, c scores.Counts, negatives bool) {
	r.Baseline = &Baseline{Name: name, Measures: measures(c, negatives)}
}

// groups counts what was found in parts of a file.
type groups struct {
	names []string
	n     map[string]int
	found map[string]int
	want  map[string]bool
}

func (g *groups) add(name string, want, got bool) {
	if g.n == nil {
		g.n, g.found, g.want = map[string]int{}, map[string]int{}, map[string]bool{}
	}
	if g.n[name] == 0 {
		g.names = append(g.names, name)
	}
	g.n[name]++
	g.want[name] = want
	if got {
		g.found[name]++
	}
}

// list gives the groups in order, none where there is but one.
func (g *groups) list(most int) []Group {
	if len(g.names) < 2 || len(g.names) > most {
		return nil
	}
	slices.SortFunc(g.names, strings.Compare)
	out := make([]Group, 0, len(g.names))
	for _, name := range g.names {
		k, n := float64(g.found[name]), float64(g.n[name])
		low, high := scores.Wilson(k, n)
		out = append(out, Group{Name: name, N: g.n[name], Found: g.found[name], Share: scores.Share(k, n), Range: Interval{low, high}, Wanted: g.want[name]})
	}
	return out
}
