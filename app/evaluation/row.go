package evaluation

import (
	"fmt"
	"strings"

	"mensch/app/scores"
)

// Row gives one measure of a result as a row of the table of scores: precision,
// recall, f1, f2, macro_f1, accuracy or false_positive_rate. A measure that the
// result doesn't have is 0.
func (r Result) Row(name, measure string, target float64, atLeast bool) scores.Row {
	row := scores.Row{Name: name, Target: target, AtLeast: atLeast, N: r.Positives + r.Negatives, Note: strings.Join(r.Notes, "; ")}
	if v := r.named(measure); v != nil {
		row.Value = *v
	}
	if in, ok := r.Intervals[measure]; ok {
		row.Low, row.High = in[0], in[1]
	}
	if r.Baseline != nil {
		if v := r.Baseline.named(measure); v != nil {
			row.Baseline = fmt.Sprintf("%.3g", *v)
			row.Note = strings.TrimPrefix(row.Note+"; naive: "+r.Baseline.Name, "; ")
		}
	}
	return scores.Judge(row)
}

// GroupRow gives a part of a result as a row.
func (r Result) GroupRow(name, group string, target float64, atLeast bool) scores.Row {
	row := scores.Row{Name: name, Target: target, AtLeast: atLeast}
	for _, g := range r.Groups {
		if g.Name == group {
			row.Value, row.Low, row.High, row.N = g.Share, g.Range[0], g.Range[1], g.N
		}
	}
	if v, ok := r.Extra["naive: "+group]; ok {
		row.Baseline = fmt.Sprintf("%.3g", v)
	}
	return scores.Judge(row)
}

func (m Measures) named(measure string) *float64 {
	switch measure {
	case "precision":
		return m.Precision
	case "recall":
		return m.Recall
	case "f1":
		return m.F1
	case "f2":
		return m.F2
	case "macro_f1":
		return m.MacroF1
	case "accuracy":
		return m.Accuracy
	case "false_positive_rate":
		return m.FalseRate
	}
	return nil
}
