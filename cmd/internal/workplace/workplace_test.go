package workplace_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/model"
	"mensch/assets/demo"
	"mensch/cmd/internal/workplace"
	platformdemo "mensch/cmd/mensch-platform/demo"
)

// TestTheMainJob walks the whole way without a window: sync the demo, find,
// triage, decide, send, and look at the platform.
func TestTheMainJob(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 240*time.Second)
	defer cancel()
	far, err := platformdemo.Start(ctx, platformdemo.Options{Dir: t.TempDir(), Photos: demo.Photos, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := far.Stop(); err != nil {
			t.Error(err)
		}
	}()
	dir := t.TempDir()
	desk, err := workplace.Open(ctx, workplace.Config{Dir: dir, Server: far.Base, Token: far.Token})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := desk.Close(); err != nil {
			t.Error(err)
		}
	}()
	start := time.Now()
	phases := map[string]time.Duration{}
	if err := desk.Sync(ctx, func(s app.SyncStatus) { phases[s.Phase] = time.Since(start) }); err != nil {
		t.Fatal(err)
	}
	t.Logf("sync and detection took %s: %v", time.Since(start), phases)
	status, err := desk.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", status.Counts)
	if c := status.Counts; c.Experts < 300 || c.Messages < 40000 || c.Findings == 0 || c.Open == 0 || c.Work != 0 {
		t.Fatalf("after a sync the counts are %+v", c)
	}

	settings, err := desk.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	settings.UndoSeconds = 0
	if err := desk.SaveSettings(ctx, settings); err != nil {
		t.Fatal(err)
	}
	rows, err := desk.Queue(ctx, model.QueueFilter{States: []model.CaseState{model.CaseOpen}}, model.QueueKey{}, 5)
	if err != nil || len(rows) < 2 {
		t.Fatalf("the queue gives %d rows, %v", len(rows), err)
	}
	decision := decideFirst(ctx, t, desk, rows[0].CaseID)
	if _, err := desk.Decide(ctx, app.Draft{CaseID: rows[0].CaseID, Outcome: model.Dismissed, Rationale: "again"}); err == nil {
		t.Error("a case was decided twice")
	}
	if n, err := desk.Push(ctx); err != nil || n != 1 {
		t.Fatalf("push confirmed %d decisions, %v", n, err)
	}
	if n, err := desk.Push(ctx); err != nil || n != 0 {
		t.Fatalf("a second push confirmed %d decisions, %v", n, err)
	}
	entries, err := desk.Outbox(ctx, 0, 10)
	if err != nil || len(entries) != 1 || entries[0].State != model.OutboxAcked || entries[0].Decision.ID != decision.ID {
		t.Fatalf("the outbox holds %+v, %v", entries, err)
	}
	if err := desk.Sync(ctx, nil); err != nil {
		t.Fatal(err)
	}
	file, err := desk.CaseFile(ctx, rows[0].CaseID)
	if err != nil || file.Case.State != model.CaseDecided {
		t.Fatalf("after the decision came back the case is %s, %v", file.Case.State, err)
	}
	if len(file.Decisions) == 0 || file.Decisions[0].ReceivedAt.IsZero() {
		t.Fatalf("the decisions are %+v", file.Decisions)
	}
	n := 0
	for _, d := range file.Decisions {
		if d.Decision.ID == decision.ID {
			n++
		}
	}
	if n != 1 {
		t.Fatalf("the decision stands %d times in the history", n)
	}
	undo(ctx, t, desk, rows[1].CaseID)
	if v, err := desk.Verify(ctx); err != nil || v.Rows == 0 || v.Kept == 0 || v.Known == 0 {
		t.Fatalf("verify found %+v, %v", v, err)
	}
}

func decideFirst(ctx context.Context, t *testing.T, desk *app.Desk, caseID string) model.Decision {
	t.Helper()
	file, err := desk.CaseFile(ctx, caseID)
	if err != nil {
		t.Fatal(err)
	}
	advice, err := desk.Recommend(ctx, caseID)
	if err != nil || len(advice) == 0 {
		t.Fatalf("no recommendation: %v", err)
	}
	draft := app.Draft{CaseID: caseID, Outcome: model.Sanctioned, Rationale: "seen in the evidence", Sanctions: []app.DraftSanction{{
		Guideline: advice[0].Guideline, Step: model.StepWarning, DepartedReason: "first contact with this expert",
	}}}
	for _, f := range file.Findings {
		if f.Guideline == advice[0].Guideline && !f.Advisory {
			if err := desk.JudgeFinding(ctx, f.ID, model.VerdictAccepted); err != nil {
				t.Fatal(err)
			}
			draft.Findings = append(draft.Findings, f.ID)
		}
	}
	for _, i := range file.Incidents {
		draft.Incidents = append(draft.Incidents, i.ID)
	}
	preview, err := desk.Preview(ctx, draft)
	if err != nil {
		t.Fatal(err)
	}
	if preview.Message == "" || len(preview.SideEffects) == 0 {
		t.Fatalf("the preview is %+v", preview)
	}
	t.Logf("%s\n%v", preview.Message, preview.SideEffects)
	decision, err := desk.Decide(ctx, draft)
	if err != nil {
		t.Fatal(err)
	}
	return decision
}

// undo takes a decision back in its undo time; the case is open as before and
// nothing is sent.
func undo(ctx context.Context, t *testing.T, desk *app.Desk, caseID string) {
	t.Helper()
	settings, err := desk.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	settings.UndoSeconds = 60
	if err := desk.SaveSettings(ctx, settings); err != nil {
		t.Fatal(err)
	}
	decision, err := desk.Decide(ctx, app.Draft{CaseID: caseID, Outcome: model.Dismissed, Rationale: "nothing to see"})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := desk.Push(ctx); err != nil || n != 0 {
		t.Fatalf("push confirmed %d decisions in the undo time, %v", n, err)
	}
	if err := desk.Undo(ctx, decision.ID); err != nil {
		t.Fatal(err)
	}
	var refusal *app.Refusal
	if err := desk.Undo(ctx, decision.ID); !errors.As(err, &refusal) {
		t.Fatalf("a second undo says %v", err)
	}
	file, err := desk.CaseFile(ctx, caseID)
	if err != nil || file.Case.State != model.CaseOpen {
		t.Fatalf("after undo the case is %s, %v", file.Case.State, err)
	}
}
