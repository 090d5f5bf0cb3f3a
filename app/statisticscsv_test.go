package app

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

func TestStatisticsCSVIsNoFormula(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	evil := []string{"=HYPERLINK(1)", "+1", "-1", "@SUM", "\tx", "\rx"}
	s := model.Statistics{Flow: []model.FlowPoint{{At: at, Opened: 2, Decided: 1, Backlog: 1}}, Overall: model.TimePoint{Decisions: 1, Median: 2.5, P90: 3}}
	for _, e := range evil {
		s.Steps = append(s.Steps, model.StepCount{Guideline: e, Step: model.Step(e), Count: 1})
		s.Detectors = append(s.Detectors, model.DetectorVerdicts{Detector: e, Accepted: 1, Precision: 1})
		s.Agreement = append(s.Agreement, model.Agreement{Guideline: e, Pairs: 3, Kappa: -0.25, Defined: true})
	}
	raw, err := StatisticsCSV(s)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil || len(rows) < 40 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	texts := 0
	for _, r := range rows {
		for _, cell := range r[:4] {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a formula: %q", cell)
			}
			if strings.HasPrefix(cell, "'") {
				texts++
			}
		}
	}
	if texts == 0 || rows[1][0] != "opened" || rows[1][1] != "2026-03-01T00:00:00Z" || rows[1][4] != "2" {
		t.Errorf("%q", rows[1])
	}
}
