package app_test

import (
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
)

// judgedBefore puts findings of a detector with verdicts into the store, from
// old to new.
func (p *place) judgedBefore(n int, score float64, accepted func(i int) bool, from time.Time, step time.Duration) {
	p.t.Helper()
	ctx := p.t.Context()
	var list []model.Finding
	for i := range n {
		f := model.Finding{
			ExpertID: "old", Detector: "contact", Guideline: "contact-exchange", Score: score, Reason: "A number.", SessionID: "s-old", At: from,
			Spans: []model.Span{{Message: fmt.Sprintf("old-%d-%v-%d", from.Unix(), score, i), Start: 0, End: 9, Label: "phone"}},
		}
		f.ID = model.FindingID(f)
		list = append(list, f)
	}
	scope := fmt.Sprintf("session:old-%d-%v", from.Unix(), score)
	must(p.t, p.store.FinishWork(ctx, nil, []model.ScopeFindings{{Scope: scope, ExpertID: "old", Findings: list}}))
	for i, f := range list {
		v := model.VerdictRejected
		if accepted(i) {
			v = model.VerdictAccepted
		}
		must(p.t, p.store.JudgeFinding(ctx, f.ID, -1, v, "mira", from.Add(time.Duration(i)*step)))
	}
}

func (p *place) score(session string) (float64, int) {
	p.t.Helper()
	view, err := p.Transcript(p.t.Context(), session)
	must(p.t, err)
	if len(view.Marks) == 0 {
		p.t.Fatal("nothing is marked")
	}
	rows, err := p.Queue(p.t.Context(), model.QueueFilter{Text: "Name e1"}, model.QueueKey{}, 5)
	must(p.t, err)
	if len(rows) != 1 {
		p.t.Fatalf("%d cases", len(rows))
	}
	return view.Marks[0].Score, rows[0].Priority.Score
}

func TestVerdictsCalibrateWhatIsShownAndRanked(t *testing.T) {
	p := ruled(t)
	ctx := t.Context()
	before, priority := p.score("s1")
	// A few verdicts change nothing.
	p.judgedBefore(10, 0.9, func(int) bool { return false }, t0.AddDate(0, 0, -100), time.Hour)
	must(t, p.Detect(ctx, nil))
	if s, _ := p.score("s1"); s != before {
		t.Errorf("ten verdicts moved %v to %v", before, s)
	}
	for _, s := range []float64{0.7, 0.95} {
		p.judgedBefore(60, s, func(i int) bool { return i%4 == 0 }, t0.AddDate(0, 0, -90), time.Hour)
	}
	must(t, p.Detect(ctx, nil))
	after, lower := p.score("s1")
	if after > before-0.2 || lower >= priority {
		t.Errorf("one in four is accepted, and %v becomes %v, priority %d becomes %d", before, after, priority, lower)
	}
	rules, err := p.Rules(ctx)
	must(t, err)
	fare := rules.Fares[0]
	if fare.Name != "contact" || fare.Curve.IsIdentity() || fare.Curve.Verdicts != 130 || fare.Count.Accepted != 30 || fare.Error > 0.15 || fare.Warning != "" {
		t.Errorf("%+v", fare)
	}
	// Nothing new: nothing is kept again.
	rows, err := p.store.AuditRows(ctx, 0, 10000)
	must(t, err)
	must(t, p.Detect(ctx, nil))
	again, err := p.store.AuditRows(ctx, 0, 10000)
	must(t, err)
	if len(again) != len(rows) {
		t.Errorf("%d more audit rows without a new verdict", len(again)-len(rows))
	}
}

func TestDriftIsToldInASentence(t *testing.T) {
	p := ruled(t)
	p.judgedBefore(120, 0.8, func(i int) bool { return i%5 != 0 }, t0.AddDate(0, 0, -120), 12*time.Hour)
	p.judgedBefore(40, 0.8, func(i int) bool { return i%10 == 0 }, t0.AddDate(0, 0, -20), 8*time.Hour)
	rules, err := p.Rules(t.Context())
	must(t, err)
	fare := rules.Fares[0]
	if fare.Drift.Direction != -1 || fare.Warning == "" || len(fare.Drift.Windows) == 0 {
		t.Errorf("%+v", fare.Drift)
	}
	t.Log(fare.Warning)
}
