package workplace_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/model"
)

func TestQualitySampleIsBlindAndChangesNothing(t *testing.T) {
	o := newOffice(t, 6)
	ctx := t.Context()
	settings, err := o.mira.Settings(ctx)
	check(t, err)
	settings.UndoSeconds = 0
	check(t, o.mira.SaveSettings(ctx, settings))
	done, err := o.mira.DecideBulk(ctx, app.Bulk{Cases: []string{"e0.1", "e1.1", "e2.1"}, Step: model.StepWarning, Guideline: "courtesy", Rationale: "SECRET-RATIONALE"}, nil)
	check(t, err)
	if len(done.Decided) != 3 {
		t.Fatalf("%+v", done)
	}
	if _, err := o.mira.DecideBulk(ctx, app.Bulk{Cases: []string{"e3.1"}, Rationale: "SECRET-RATIONALE"}, nil); err != nil {
		t.Fatal(err)
	}
	check(t, o.mira.Sync(ctx, nil))
	if _, err := o.mira.NextReview(ctx); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("Mira reviews her own decisions: %v", err)
	}
	check(t, o.kim.Sync(ctx, nil))
	seen := map[string]bool{}
	disagreed := ""
	for i := range 4 {
		blind, err := o.kim.NextReview(ctx)
		if err != nil || blind.Guideline != "courtesy" || len(blind.Evidence) == 0 || len(blind.Steps) == 0 || blind.Left != 3-i || seen[blind.DecisionID] {
			t.Fatalf("review %d: %+v, %v", i, blind, err)
		}
		seen[blind.DecisionID] = true
		// The strikes of the decision itself would tell it, as what became of the account.
		if len(blind.Strikes) != 0 || blind.Expert.State != "" || blind.Decided.IsZero() {
			t.Errorf("the blind case has the record %+v of an expert %q, %v", blind.Strikes, blind.Expert.State, blind.Decided)
		}
		raw, err := json.Marshal(blind)
		check(t, err)
		for _, secret := range []string{"SECRET-RATIONALE", "Mira", "warning you", "verdict\":\"a", done.Decided[0].Message} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("the blind case tells %q", secret)
			}
		}
		r := model.Review{Outcome: model.Sanctioned, Guideline: "courtesy", Step: model.StepWarning}
		if i == 1 {
			r = model.Review{Outcome: model.Dismissed, Guideline: "courtesy"}
		}
		got, err := o.kim.JudgeBlind(ctx, blind.DecisionID, r)
		if err != nil || got.First.Moderator != "Mira" || got.Agrees != (got.First.Outcome == r.Outcome) {
			t.Fatalf("%+v, %v", got, err)
		}
		if !got.Agrees {
			disagreed = blind.DecisionID
		}
	}
	if _, err := o.kim.NextReview(ctx); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("the sample does not end: %v", err)
	}
	since := time.Now().Add(-time.Hour)
	check(t, o.kim.Sync(ctx, nil))
	check(t, o.mira.Sync(ctx, nil))
	for name, desk := range map[string]*app.Desk{"Kim": o.kim, "Mira": o.mira} {
		all, err := desk.Agreement(ctx, since)
		if err != nil || len(all) != 2 || all[0].Pairs != 4 || all[1].Guideline != "courtesy" {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
		diff, err := desk.Disagreements(ctx, since)
		if err != nil || len(diff) == 0 && disagreed != "" {
			t.Errorf("%s: %+v, %v", name, diff, err)
		}
	}
	// What was decided stands as it did.
	for _, id := range []string{"e0.1", "e1.1", "e2.1", "e3.1"} {
		file, err := o.mira.CaseFile(ctx, id)
		if err != nil || file.Case.State != model.CaseDecided || len(file.Decisions) != 1 {
			t.Errorf("%s: %s with %d decisions, %v", id, file.Case.State, len(file.Decisions), err)
		}
	}
	stats, err := o.kim.Statistics(ctx, 30)
	if err != nil || stats.Overall.Decisions != 4 || len(stats.Agreement) != 2 || stats.Flow[len(stats.Flow)-1].Backlog != 2 {
		t.Errorf("%+v, %v", stats.Overall, err)
	}
}
