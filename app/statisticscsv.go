package app

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
)

// StatisticsCSV writes statistics as one table with a number a line: measure,
// from (the span's beginning, empty where it is of the whole period), about
// (a guideline, detector or band), step, value. Times are RFC 3339 in UTC.
//
// A spreadsheet takes a cell that begins with =, +, -, @, a tab or a carriage
// return for a formula; texts that do are led in by an apostrophe. Numbers are
// written by this program alone, and stay numbers when they are below zero.
func StatisticsCSV(s model.Statistics) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := func(measure string, from time.Time, about, step string, value float64) {
		at := ""
		if !from.IsZero() {
			at = from.UTC().Format(time.RFC3339)
		}
		// The error is kept, and given by Flush.
		_ = w.Write([]string{safeCell(measure), at, safeCell(about), safeCell(step), strconv.FormatFloat(value, 'f', -1, 64)})
	}
	_ = w.Write([]string{"measure", "from", "about", "step", "value"})
	for _, f := range s.Flow {
		row("opened", f.At, "", "", float64(f.Opened))
		row("decided", f.At, "", "", float64(f.Decided))
		row("backlog", f.At, "", "", float64(f.Backlog))
	}
	for _, a := range s.Ages {
		row("waiting", time.Time{}, a.Label, "", float64(a.Cases))
	}
	for _, t := range append([]model.TimePoint{{Decisions: s.Overall.Decisions, Median: s.Overall.Median, P90: s.Overall.P90}}, s.Times...) {
		if t.Decisions > 0 {
			row("hours to decision, median", t.At, "", "", t.Median)
			row("hours to decision, 90 %", t.At, "", "", t.P90)
		}
	}
	for _, x := range s.Steps {
		row("decisions", time.Time{}, x.Guideline, string(x.Step), float64(x.Count))
	}
	for _, r := range s.Reversals {
		row("sanctioning decisions", r.At, "", "", float64(r.Decided))
		row("taken back since", r.At, "", "", float64(r.Reversed))
	}
	for _, d := range s.Detectors {
		row("findings accepted", time.Time{}, d.Detector, "", float64(d.Accepted))
		row("findings rejected", time.Time{}, d.Detector, "", float64(d.Rejected))
		row("precision", time.Time{}, d.Detector, "", d.Precision)
		row("precision, low", time.Time{}, d.Detector, "", d.Low)
		row("precision, high", time.Time{}, d.Detector, "", d.High)
	}
	for _, e := range s.Expiring {
		row("strikes that expire", e.At, "", "", float64(e.Strikes))
		row("experts whose strikes expire", e.At, "", "", float64(e.Experts))
	}
	for _, a := range s.Agreement {
		about := a.Guideline
		if about == "" {
			about = "all"
		}
		row("reviewed", time.Time{}, about, "", float64(a.Pairs))
		row("equal", time.Time{}, about, "", a.Observed)
		if a.Defined {
			row("kappa", time.Time{}, about, "", a.Kappa)
			row("kappa, low", time.Time{}, about, "", a.Low)
			row("kappa, high", time.Time{}, about, "", a.High)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("writing the statistics: %w", err)
	}
	return b.Bytes(), nil
}

// safeCell keeps a spreadsheet from taking a text for a formula.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
