package workplace_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/model"
)

func TestBulkDecidesEachCaseByItself(t *testing.T) {
	o := newOffice(t, 8)
	ctx := t.Context()
	desk := o.mira
	check(t, o.kim.Hold(ctx, "e7.1", time.Now().Add(time.Hour), "mine"))
	check(t, o.kim.Sync(ctx, nil))
	check(t, desk.Sync(ctx, nil))

	filter := model.QueueFilter{}
	b := app.Bulk{Filter: &filter, Step: model.StepWarning, Guideline: "courtesy", Rationale: "The same rude greeting in all of them."}
	var no *app.Refusal
	for _, wrong := range []app.Bulk{
		{Filter: &filter, Step: model.StepBan, Guideline: "courtesy", Rationale: "x"},
		{Filter: &filter, Step: model.StepNote, Rationale: "x"},
		{Filter: &filter},
		{Rationale: "x"},
	} {
		if _, err := desk.PlanBulk(ctx, wrong, 3, 1, nil); !errors.As(err, &no) {
			t.Errorf("%+v is planned: %v", wrong, err)
		}
	}
	seen := 0
	plan, err := desk.PlanBulk(ctx, b, 3, 42, func(done, total int) { seen = done*100 + total })
	check(t, err)
	if len(plan.Decide) != 7 || len(plan.Left) != 1 || plan.Left[0].CaseID != "e7.1" || plan.Left[0].Why != "Kim holds it: mine" || seen != 808 {
		t.Fatalf("decides %d, leaves %+v, progress %d", len(plan.Decide), plan.Left, seen)
	}
	again, err := desk.PlanBulk(ctx, b, 3, 42, nil)
	check(t, err)
	names := func(cases []app.BulkCase) (ids []string) {
		for _, c := range cases {
			ids = append(ids, c.CaseID)
		}
		return ids
	}
	if len(plan.Sample) != 3 || !slices.Equal(names(plan.Sample), names(again.Sample)) {
		t.Errorf("the sample is %v, then %v", names(plan.Sample), names(again.Sample))
	}
	if entries, err := desk.Outbox(ctx, 0, 50); err != nil || len(entries) != 0 {
		t.Fatalf("planning left %d decisions, %v", len(entries), err)
	}

	done, err := desk.DecideBulk(ctx, b, nil)
	check(t, err)
	if len(done.Decided) != 7 || len(done.Failed) != 1 || done.Failed[0].CaseID != "e7.1" {
		t.Fatalf("decided %d, failed %+v", len(done.Decided), done.Failed)
	}
	ids := map[string]bool{}
	var all []string
	for _, d := range done.Decided {
		ids[d.ID] = true
		all = append(all, d.ID)
		if len(d.Evidence) != 1 || d.Evidence[0].ID != "i-"+d.ExpertID || len(d.Sanctions) != 1 || d.Message == "" {
			t.Errorf("%s rests on %+v", d.CaseID, d.Evidence)
		}
	}
	entries, err := desk.Outbox(ctx, 0, 50)
	if err != nil || len(entries) != 7 || len(ids) != 7 {
		t.Fatalf("the outbox has %d entries for %d decisions, %v", len(entries), len(ids), err)
	}
	// Nothing leaves within the undo time, and all of it can be taken back.
	if n, err := desk.Push(ctx); err != nil || n != 0 {
		t.Fatalf("%d were sent, %v", n, err)
	}
	n, stand, err := desk.UndoMany(ctx, append(all, "no-such-decision"))
	if err != nil || n != 7 || len(stand) != 1 {
		t.Fatalf("%d undone, %v stand, %v", n, stand, err)
	}
	if got := o.ids(desk, model.QueueFilter{States: []model.CaseState{model.CaseOpen}}); len(got) != len("e0.1 ")*8-1 {
		t.Errorf("open again are %s", got)
	}

	// One that changes meanwhile fails by itself; the rest goes out.
	settings, err := desk.Settings(ctx)
	check(t, err)
	settings.UndoSeconds = 0
	check(t, desk.SaveSettings(ctx, settings))
	b = app.Bulk{Cases: []string{"e0.1", "e1.1", "e9.1", "e2.1"}, Rationale: "Reports of one quarrel."}
	if _, err := desk.Decide(ctx, app.Draft{CaseID: "e1.1", Outcome: model.Dismissed, Rationale: "by itself"}); err != nil {
		t.Fatal(err)
	}
	done, err = desk.DecideBulk(ctx, b, nil)
	check(t, err)
	if len(done.Decided) != 2 || len(done.Failed) != 2 {
		t.Fatalf("decided %d, failed %+v", len(done.Decided), done.Failed)
	}
	if n, err := desk.Push(ctx); err != nil || n != 3 {
		t.Errorf("%d were confirmed, %v", n, err)
	}
	if rows, err := desk.Verify(ctx); err != nil {
		t.Errorf("%+v, %v", rows, err)
	}
}
