package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
)

func queueIDs(t testing.TB, s *Store, f model.QueueFilter) string {
	t.Helper()
	out := ""
	for _, r := range must(s.QueuePage(t.Context(), f, model.QueueKey{}, 0))(t) {
		out += fmt.Sprintf("%s:%s:%d+%d ", r.CaseID, r.State, r.Incidents, r.Findings)
	}
	return out
}

var openOnly = model.QueueFilter{States: []model.CaseState{model.CaseOpen}}

func TestRefreshOpensAndClosesCases(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	expect := func(step, want string) {
		t.Helper()
		if got := queueIDs(t, s, openOnly); got != want {
			t.Errorf("%s: open queue %q, want %q", step, got, want)
		}
	}
	apply(t, s, expertChange("e1", 1))
	refresh(t, s, "e1")
	expect("nothing reported", "")

	hint := finding("e1", "profile:e1", 0.9)
	hint.Advisory, hint.Detector = true, "same-person"
	hint.ID = model.FindingID(hint)
	detect(t, s, "profile:e1", "e1", hint)
	refresh(t, s, "e1")
	expect("a hint alone", "")

	one, two := finding("e1", "session:s1", 0.5), finding("e1", "session:s1", 0.6)
	detect(t, s, "session:s1", "e1", one, two)
	refresh(t, s, "e1")
	expect("two findings", "e1.1:open:0+2 ")
	if list := must(s.FindingsOf(ctx, "e1.1"))(t); len(list) != 3 || list[0].ID != two.ID || list[2].ID != hint.ID || list[0].CaseID != "e1.1" {
		t.Errorf("the case's findings, hint last: %+v", list)
	}

	apply(t, s, incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
	expect("an incident in the same round", "e1.1:open:1+2 ")

	for _, f := range []model.Finding{one, two} {
		ok(t, s.JudgeFinding(ctx, f.ID, -1, model.VerdictRejected, "mira", t0))
	}
	refresh(t, s, "e1")
	expect("findings rejected, incident open", "e1.1:open:1+0 ")
	closed := model.Incident{ID: "i1", ExpertID: "e1", CaseID: "e1.1", Closed: true}
	apply(t, s, change(model.ChangeIncident, "i1", 2, closed))
	refresh(t, s, "e1")
	expect("incident closed too", "")
	if got := queueIDs(t, s, model.QueueFilter{}); got != "" {
		t.Errorf("an empty case is in the unfiltered queue: %q", got)
	}
	if c := must(s.Counts(ctx))(t); c.Open != 0 {
		t.Errorf("counted %d open", c.Open)
	}
	must(s.Case(ctx, "e1.1"))(t) // whoever looks at it still can

	ok(t, s.JudgeFinding(ctx, one.ID, -1, model.VerdictOpen, "mira", t0))
	refresh(t, s, "e1")
	expect("a verdict taken back", "e1.1:open:0+1 ")
}

func TestVerdictsSurviveDetection(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1))
	f := finding("e1", "session:s1", 0.5)
	detect(t, s, "session:s1", "e1", f)
	refresh(t, s, "e1")
	ok(t, s.JudgeFinding(ctx, f.ID, 1, model.VerdictAccepted, "mira", t0))
	check := func(step string, whole, first, second model.Verdict) {
		t.Helper()
		got := must(s.Finding(ctx, f.ID))(t)
		if got.Verdict != whole || got.Spans[0].Verdict != first || got.Spans[1].Verdict != second || got.CaseID != "e1.1" {
			t.Errorf("%s: %q, marks %q and %q, case %q", step, got.Verdict, got.Spans[0].Verdict, got.Spans[1].Verdict, got.CaseID)
		}
	}
	check("one mark accepted", model.VerdictAccepted, "", model.VerdictAccepted)

	f.Reason, f.Verdict = "in other words", model.VerdictRejected // a detector's verdict is not one
	detect(t, s, "session:s1", "e1", f)
	check("seen again", model.VerdictAccepted, "", model.VerdictAccepted)
	if got := must(s.Finding(ctx, f.ID))(t); got.Reason != "in other words" || got.JudgedBy != "mira" || got.JudgedAt == nil || !got.JudgedAt.Equal(t0) {
		t.Errorf("%+v", got)
	}
	detect(t, s, "session:s1", "e1")
	if list := must(s.FindingsOf(ctx, "e1.1"))(t); len(list) != 0 {
		t.Errorf("not seen any more, but listed: %+v", list)
	}
	detect(t, s, "session:s1", "e1", f)
	check("not seen and seen again", model.VerdictAccepted, "", model.VerdictAccepted)

	ok(t, s.JudgeFinding(ctx, f.ID, 0, model.VerdictRejected, "mira", t0))
	ok(t, s.JudgeFinding(ctx, f.ID, 1, model.VerdictRejected, "mira", t0))
	check("all marks rejected", model.VerdictRejected, model.VerdictRejected, model.VerdictRejected)
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "" {
		t.Errorf("open: %q", got)
	}
	ok(t, s.JudgeFinding(ctx, f.ID, -1, model.VerdictAccepted, "mira", t0))
	check("a word on the whole goes before the marks", model.VerdictAccepted, model.VerdictRejected, model.VerdictRejected)
	ok(t, s.JudgeFinding(ctx, f.ID, -1, model.VerdictOpen, "mira", t0))
	check("and taken back leaves the marks'", model.VerdictRejected, model.VerdictRejected, model.VerdictRejected)

	if err := s.JudgeFinding(ctx, f.ID, 2, model.VerdictRejected, "mira", t0); err == nil {
		t.Error("judged a mark that is not there")
	}
	if err := s.JudgeFinding(ctx, f.ID, 0, "maybe", "mira", t0); err == nil {
		t.Error("took a verdict that is none")
	}
	if rows := checkAudit(t, s); len(rows) != 5 || rows[0].Action != "judge" || rows[0].Actor != "mira" || rows[0].Object != "finding:"+f.ID {
		t.Errorf("%+v", rows)
	}
}

func TestUnjudgedFindingsAreReplaced(t *testing.T) {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1), expertChange("e2", 1))
	one, two, three := finding("e1", "photo:e1", 0.1), finding("e1", "photo:e1", 0.2), finding("e1", "session:s9", 0.3)
	detect(t, s, "photo:e1", "e1", one, two)
	detect(t, s, "session:s9", "e1", three)
	detect(t, s, "photo:e1", "e1", two)
	if _, err := s.Finding(t.Context(), one.ID); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("replaced: %v", err)
	}
	must(s.Finding(t.Context(), two.ID))(t)
	must(s.Finding(t.Context(), three.ID))(t)
	refresh(t, s, "e1")
	// A session that is gone has no expert any more, and its case must change all the same.
	ok(t, s.FinishWork(t.Context(), nil, []model.ScopeFindings{{Scope: "session:s9"}}))
	if work := must(s.PendingWork(t.Context(), model.WorkCase, "", 0))(t); len(work) != 2 || work[0].ID != "e1" {
		t.Errorf("case work: %v", work)
	}
}

func TestWorkQueuedMeanwhileStays(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	put := func(version int64) {
		apply(t, s, change(model.ChangeSession, "s1", version, model.Session{ID: "s1", ExpertID: "e1"}))
	}
	put(1)
	read := must(s.PendingWork(ctx, model.WorkSession, "", 0))(t)
	put(2)
	ok(t, s.FinishWork(ctx, read, nil))
	if left := must(s.PendingWork(ctx, model.WorkSession, "", 0))(t); len(left) != 1 {
		t.Fatalf("the change that came while the detector read is lost: %v", left)
	}
	ok(t, s.FinishWork(ctx, must(s.PendingWork(ctx, model.WorkSession, "", 0))(t), nil))
	if left := must(s.PendingWork(ctx, model.WorkSession, "", 0))(t); len(left) != 0 {
		t.Fatalf("left: %v", left)
	}
	put(3)
	ok(t, s.FinishWork(ctx, []model.Work{{Kind: model.WorkSession, ID: "s1"}}, nil))
	if left := must(s.PendingWork(ctx, model.WorkSession, "", 0))(t); len(left) != 0 {
		t.Fatalf("work without a stamp stays: %v", left)
	}
}

func TestQueueAllWork(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), change(model.ChangeProfile, "e1", 1, model.Profile{ExpertID: "e1"}), change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e1"}))
	ok(t, s.write(ctx, "emptying", func(w *tx) error { _, err := w.exec(`DELETE FROM work`); return err }))
	for range 2 {
		ok(t, s.QueueAllWork(ctx))
		if c := must(s.Counts(ctx))(t); c.Work != 4 {
			t.Errorf("%d queued, want session, profile, expert and case", c.Work)
		}
	}
}

func TestIncidentsBeforeTheirCase(t *testing.T) {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1), incidentChange("i1", 1, "e1", 3))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "e1.3:open:1+0 " {
		t.Fatalf("%q", got)
	}
	if c := must(s.Case(t.Context(), "e1.3"))(t); c.Version != 0 || c.Round != 3 || !c.OpenedAt.Equal(t0) {
		t.Errorf("%+v", c)
	}
	apply(t, s, caseChange("e1", 3, 2, model.CaseOpen))
	refresh(t, s, "e1")
	if c := must(s.Case(t.Context(), "e1.3"))(t); c.Version != 2 || !c.OpenedAt.Equal(t0.Add(-time.Hour)) {
		t.Errorf("%+v", c)
	}
	// One that the platform has put in no case, nor in one with a name of ours.
	apply(t, s, change(model.ChangeIncident, "i2", 1, model.Incident{ID: "i2", ExpertID: "e1", Reporter: model.ReporterStaff}),
		change(model.ChangeIncident, "i3", 1, model.Incident{ID: "i3", ExpertID: "e2", CaseID: "ticket-77", Reporter: model.ReporterStaff}))
	refresh(t, s, "e1", "e2")
	if got := queueIDs(t, s, model.QueueFilter{Reporters: []model.Reporter{model.ReporterStaff}}); got != "e1.3:open:2+0 ticket-77:open:1+0 " {
		t.Fatalf("%q", got)
	}
}

func TestNextRoundAfterADecision(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), incidentChange("i1", 1, "e1", 1), caseChange("e1", 1, 1, model.CaseOpen))
	f := finding("e1", "session:s1", 0.5)
	detect(t, s, "session:s1", "e1", f)
	refresh(t, s, "e1")
	ok(t, s.Decide(ctx, decision("d1", "e1", 1, 1), model.CaseOpen, model.CaseWaiting, t0))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "" {
		t.Fatalf("open: %q", got)
	}
	// The same finding again is no new matter, also after it was not seen for a while.
	detect(t, s, "session:s1", "e1")
	if list := must(s.FindingsOf(ctx, "e1.1"))(t); len(list) != 1 {
		t.Errorf("what the decision was about is out of sight: %v", list)
	}
	detect(t, s, "session:s1", "e1", f)
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "" {
		t.Fatalf("open: %q", got)
	}
	later := finding("e1", "session:s2", 0.7)
	later.Spans = []model.Span{{Message: "m7", Start: 0, End: 12}} // other words: those of m1 and m2 were decided on
	later.ID = model.FindingID(later)
	detect(t, s, "session:s2", "e1", later)
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "e1.2:open:0+1 " {
		t.Fatalf("open: %q", got)
	}
	// Undone: what was found meanwhile joins the case again.
	ok(t, s.Undo(ctx, "d1", model.CaseOpen, "mira", t0))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, model.QueueFilter{}); got != "e1.1:open:1+2 " {
		t.Fatalf("after the undo: %q", got)
	}
	ok(t, s.CheckIntegrity(ctx))
}

func TestTwoOpenCasesStayWherePeopleWrote(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
	ok(t, s.Decide(ctx, decision("d1", "e1", 1, 0), model.CaseOpen, model.CaseWaiting, t0))
	detect(t, s, "session:s2", "e1", finding("e1", "session:s2", 0.7))
	refresh(t, s, "e1")
	ok(t, s.AddTeamEvent(ctx, model.TeamEvent{ID: "n", Kind: model.TeamNote, CaseID: "e1.2", ExpertID: "e1", By: "mira", Text: "new matter", At: t0}))
	ok(t, s.Undo(ctx, "d1", model.CaseOpen, "mira", t0))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "e1.1:open:1+0 e1.2:open:0+1 " {
		t.Fatalf("%q", got)
	}
}

func TestPlatformCaseTombstone(t *testing.T) {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1), caseChange("e1", 4, 2, model.CaseOpen))
	detect(t, s, "session:s1", "e1", finding("e1", "session:s1", 0.5))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "e1.4:open:0+1 " {
		t.Fatalf("%q", got)
	}
	apply(t, s, tombstone(model.ChangeCase, "e1.4", 3))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "e1.1:open:0+1 " {
		t.Fatalf("its finding stands open again: %q", got)
	}
}

func TestLeases(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	lease := func(holder string, token int64, d time.Duration) model.Lease {
		return model.Lease{CaseID: "e1.1", Holder: holder, Token: token, Expires: t0.Add(d)}
	}
	feed := func(version int64, l *model.Lease) {
		apply(t, s, change(model.ChangeCase, "e1.1", version, model.Case{ID: "e1.1", ExpertID: "e1", Round: 1, State: model.CaseOpen, OpenedAt: t0, Lease: l}))
	}
	holder := func() string {
		if l := must(s.Case(ctx, "e1.1"))(t).Lease; l != nil {
			return fmt.Sprint(l.Holder, l.Token)
		}
		return ""
	}
	expect := func(step, want string) {
		t.Helper()
		if got := holder(); got != want {
			t.Errorf("%s: %q, want %q", step, got, want)
		}
	}
	kim := lease("kim", 3, time.Minute)
	feed(1, &kim)
	expect("a colleague's in the feed", "kim3")
	feed(2, nil)
	expect("given back", "")
	ok(t, s.SaveLease(ctx, lease("mira", 5, time.Minute)))
	expect("ours", "mira5")
	feed(3, nil)
	expect("the feed does not know ours yet", "mira5")
	if err := s.SaveLease(ctx, lease("mira", 4, time.Minute)); !errors.Is(err, model.ErrStale) {
		t.Errorf("an older token: %v", err)
	}
	kim = lease("kim", 6, time.Minute)
	feed(4, &kim)
	expect("passed on", "kim6")
	ok(t, s.SaveLease(ctx, lease("mira", 7, -time.Minute)))
	expect("ran out", "")
	ok(t, s.SaveLease(ctx, lease("mira", 8, time.Minute)))
	incidents(t, s)
	if got := queueIDs(t, s, model.QueueFilter{LeasedBy: "mira"}); got != "e1.1:open:1+0 " {
		t.Errorf("leased by mira: %q", got)
	}
	ok(t, s.DropLease(ctx, "e1.1"))
	expect("dropped", "")
	if got := queueIDs(t, s, model.QueueFilter{LeasedBy: "mira"}); got != "" {
		t.Errorf("leased by mira: %q", got)
	}
}

func incidents(t *testing.T, s *Store) {
	t.Helper()
	apply(t, s, incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
}

func TestCaseFacts(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, incidentChange("i1", 1, "e1", 1), change(model.ChangeIncident, "i2", 1, model.Incident{ID: "i2", ExpertID: "e1", CaseID: "e1.1", Closed: true}),
		change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e1", StartedAt: t0.AddDate(0, 0, -29)}),
		change(model.ChangeSession, "s2", 1, model.Session{ID: "s2", ExpertID: "e1", StartedAt: t0.AddDate(0, 0, -31)}),
		change(model.ChangeAppeal, "a1", 1, model.Appeal{ID: "a1", ExpertID: "e1", CaseID: "e1.1"}), change(model.ChangeAppeal, "a2", 1, model.Appeal{ID: "a2", ExpertID: "e1", CaseID: "e1.9"}))
	accepted, rejected := finding("e1", "session:s1", 0.5), finding("e1", "session:s1", 0.6)
	detect(t, s, "session:s1", "e1", accepted, rejected)
	refresh(t, s, "e1")
	ok(t, s.JudgeFinding(ctx, accepted.ID, -1, model.VerdictAccepted, "mira", t0))
	ok(t, s.JudgeFinding(ctx, rejected.ID, -1, model.VerdictRejected, "mira", t0))
	facts := must(s.CaseFacts(ctx, "e1.1"))(t)
	if len(facts.Incidents) != 1 || len(facts.Findings) != 1 || facts.Findings[0].Verdict != model.VerdictAccepted || len(facts.Appeals) != 1 || facts.Sessions != 1 || facts.Expert.ID != "e1" {
		t.Errorf("%+v", facts)
	}
}

func TestRefreshManyAndAPanickingRank(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, incidentChange("i1", 1, "e1", 1), incidentChange("i2", 1, "e2", 1))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.RefreshCases(ctx, []string{"e1", "e2"}, t0, func(f model.CaseFacts) model.Priority {
			if f.Expert.ID == "e2" {
				panic("rank")
			}
			return model.Priority{}
		})
	}()
	if got := queueIDs(t, s, model.QueueFilter{}); got != "" {
		t.Errorf("half of it landed: %q", got)
	}
	ok(t, s.RefreshCases(ctx, []string{"e1", "e2"}, t0, rank)) // the writer is free again
	if got := queueIDs(t, s, model.QueueFilter{}); got != "e1.1:open:1+0 e2.1:open:1+0 " {
		t.Errorf("%q", got)
	}
	if c := must(s.Counts(ctx))(t); c.Work != 0 {
		t.Errorf("%d work left", c.Work)
	}
}
