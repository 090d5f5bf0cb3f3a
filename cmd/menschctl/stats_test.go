package main

import (
	"encoding/csv"
	"strings"
	"testing"

	"mensch/app/model"
)

func TestStats(t *testing.T) {
	s := newSite(t).synced()
	s.do("bulk", "--all", "--dismiss", "--rationale", "one quarrel").want(t, exitDone)
	got := lines[model.Statistics](t, s.do("stats", "--json").want(t, exitDone))[0]
	if got.Overall.Decisions < 2 || len(got.Flow) != 30 || len(got.Steps) == 0 || got.Steps[0].Step != model.StepDismissed {
		t.Errorf("%+v", got.Overall)
	}
	rows, err := csv.NewReader(strings.NewReader(s.do("stats", "--csv", "--days", "7").want(t, exitDone).out)).ReadAll()
	if err != nil || len(rows) < 20 || rows[0][0] != "measure" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if out := s.do("stats").want(t, exitDone).out; !strings.Contains(out, "time to decision: median") {
		t.Error(out)
	}
	s.do("stats", "--days", "0").want(t, exitUsage)
	s.do("stats", "--csv", "--json").want(t, exitUsage)
}
