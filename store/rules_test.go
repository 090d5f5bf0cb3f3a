package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/model"
)

func pack(version string) model.PackVersion {
	return model.PackVersion{Version: version, Digest: "d-" + version, Body: []byte(`{"version":"` + version + `"}`), Author: "mira", Reason: "Fewer false alarms", Changes: []string{"Contact: 0.5 becomes 0.7"}, At: t0}
}

func TestVersionsOfTheRulesAreKeptForEver(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	if _, err := s.ActivePack(ctx); !errors.Is(err, model.ErrNotFound) {
		t.Fatalf("a new store: %v", err)
	}
	ok(t, s.SavePacks(ctx, 0, []model.PackVersion{pack("1"), pack("1+1")}, nil))
	active := must(s.ActivePack(ctx))(t)
	if active.Version != "1+1" || active.Seq != 2 || string(active.Body) != `{"version":"1+1"}` || active.Author != "mira" || len(active.Changes) != 1 || !active.At.Equal(t0) {
		t.Errorf("%+v", active)
	}
	if err := s.SavePacks(ctx, 1, []model.PackVersion{pack("1+2")}, nil); !errors.Is(err, model.ErrStale) {
		t.Errorf("a change on an old version: %v", err)
	}
	if err := s.SavePacks(ctx, 2, []model.PackVersion{pack("1")}, nil); err == nil {
		t.Error("a version's name was used twice")
	}
	ok(t, s.SavePacks(ctx, 2, []model.PackVersion{pack("1+2")}, nil))
	list := must(s.Packs(ctx, 0, 2))(t)
	if len(list) != 2 || list[0].Version != "1+2" || len(list[0].Body) != 0 {
		t.Errorf("%+v", list)
	}
	if rest := must(s.Packs(ctx, list[1].Seq, 10))(t); len(rest) != 1 || rest[0].Version != "1" {
		t.Errorf("the next page: %+v", rest)
	}
	if old := must(s.Pack(ctx, 1))(t); string(old.Body) != `{"version":"1"}` {
		t.Errorf("%+v", old)
	}
	for _, q := range []string{`UPDATE packs SET reason = 'x'`, `DELETE FROM packs`} {
		if err := s.write(ctx, "tampering", func(t *tx) error { _, err := t.exec(q); return err }); err == nil {
			t.Errorf("%s went through", q)
		}
	}
	n := 0
	for _, r := range must(s.AuditRows(ctx, 0, 0))(t) {
		if r.Action == "rules" {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d audit rows for 3 versions", n)
	}
}

func work(t testing.TB, s *Store, kind model.WorkKind) []string {
	t.Helper()
	var ids []string
	for _, w := range must(s.PendingWork(t.Context(), kind, "", 0))(t) {
		ids = append(ids, w.ID)
	}
	return ids
}

func TestOnlyWhatAChangeTouchesIsReadAnew(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), expertChange("e2", 1),
		change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", Version: 1, ExpertID: "e1", Kind: "chat", StartedAt: t0}),
		change(model.ChangeSession, "s2", 1, model.Session{ID: "s2", Version: 1, ExpertID: "e2", Kind: "chat", StartedAt: t0}))
	detect(t, s, "session:s1", "e1", finding("e1", "session:s1", 0.8))
	clear := func() {
		for _, k := range []model.WorkKind{model.WorkSession, model.WorkPhoto, model.WorkProfile, model.WorkExpert, model.WorkCase} {
			ok(t, s.FinishWork(ctx, must(s.PendingWork(ctx, k, "", 0))(t), nil))
		}
	}
	clear()
	for i, c := range []struct {
		work model.WorkFor
		want []string
	}{
		{model.WorkFor{Kind: model.WorkSession, Detectors: []string{"contact"}}, []string{"s1"}},
		{model.WorkFor{Kind: model.WorkSession, Detectors: []string{"incivility"}}, nil},
		{model.WorkFor{Kind: model.WorkSession}, []string{"s1", "s2"}},
		{model.WorkFor{Kind: model.WorkCase, Detectors: []string{"contact"}}, []string{"e1"}},
		{model.WorkFor{Kind: model.WorkExpert}, []string{"e1", "e2"}},
	} {
		ok(t, s.SavePacks(ctx, int64(i), []model.PackVersion{pack(fmt.Sprint(i))}, []model.WorkFor{c.work}))
		if got := work(t, s, c.work.Kind); !slices.Equal(got, c.want) {
			t.Errorf("%+v queued %v, want %v", c.work, got, c.want)
		}
		if got := must(s.WorkIDs(ctx, c.work, "", 10))(t); !slices.Equal(got, c.want) {
			t.Errorf("%+v would be for %v, want %v", c.work, got, c.want)
		}
		clear()
	}
}

func TestSuppressedFindingsAreOutOfSightAndComeBack(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	scope := func(id string) string { return "conditions:" + id }
	apply(t, s, expertChange("e1", 1))
	one, two := finding("e1", "session:s1", 0.5), finding("e1", "session:s1", 0.6)
	detect(t, s, "session:s1", "e1", one, two)
	refresh(t, s, "e1")
	weigh := func(suppressed map[string]string, made ...model.Finding) {
		ok(t, s.KeepWeighing(ctx, []model.Weighing{{ExpertID: "e1", Suppressed: suppressed, Found: made}}, scope))
		refresh(t, s, "e1")
	}
	weigh(map[string]string{one.ID: "It is a greeting."})
	if got := queueIDs(t, s, openOnly); got != "e1.1:open:0+1 " {
		t.Errorf("one of two suppressed: %q", got)
	}
	if f := must(s.Finding(ctx, one.ID))(t); f.Suppressed != "It is a greeting." {
		t.Errorf("%+v", f)
	}
	facts := must(s.WeighingFacts(ctx, []string{"e1", "e2"}, false, t0))(t)
	if len(facts) != 1 || len(facts[0].Findings) != 2 || facts[0].Case.ID != "e1.1" {
		t.Errorf("conditions see %+v", facts)
	}
	weigh(map[string]string{one.ID: "Both.", two.ID: "Both."})
	if got := queueIDs(t, s, openOnly); got != "" {
		t.Errorf("both suppressed: %q", got)
	}
	composite := model.Finding{ExpertID: "e1", Detector: "condition", Guideline: "mensch", Score: 0.7, Reason: "Together.", Events: []model.Event{{Kind: "rule", ID: "x", At: t0}, {Kind: "finding", ID: one.ID, At: t0}}, At: t0}
	composite.ID = model.FindingID(composite)
	weigh(nil, composite)
	if got := queueIDs(t, s, openOnly); got != "e1.1:open:0+3 " {
		t.Errorf("back, with one of a condition: %q", got)
	}
	weigh(nil)
	if got := queueIDs(t, s, openOnly); got != "e1.1:open:0+2 " {
		t.Errorf("the condition no longer holds: %q", got)
	}
}

// TestAWordOfAModeratorHoldsForEver lets detectors find the same conversation
// again and again in findings that are cut in other ways, while a moderator
// judges, and compares with a book of what was said of each mark.
func TestAWordOfAModeratorHoldsForEver(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1))
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		session := fmt.Sprintf("s%d", run)
		scope := "session:" + session
		said := map[int]model.Verdict{} // message -> the last word on its mark
		now := t0
		var shown []model.Finding
		for range rapid.IntRange(2, 8).Draw(t, "steps") {
			now = now.Add(time.Minute)
			if len(shown) > 0 && rapid.Bool().Draw(t, "judge") {
				f := shown[rapid.IntRange(0, len(shown)-1).Draw(t, "finding")]
				k := rapid.IntRange(0, len(f.Spans)-1).Draw(t, "mark")
				v := rapid.SampledFrom([]model.Verdict{model.VerdictAccepted, model.VerdictRejected, model.VerdictOpen}).Draw(t, "verdict")
				if err := s.JudgeFinding(ctx, f.ID, k, v, "mira", now); err != nil {
					t.Fatal(err)
				}
				said[f.Spans[k].Start/100] = v
				continue
			}
			// Another version of the rules: other marks, cut into one or two findings.
			var findings []model.Finding
			var spans []model.Span
			for m := range 5 {
				if rapid.Bool().Draw(t, "seen") {
					from := 100 * m
					spans = append(spans, model.Span{Message: session, Start: from + rapid.IntRange(0, 2).Draw(t, "from"), End: from + 20 + rapid.IntRange(0, 2).Draw(t, "to"), Label: "phone"})
				}
			}
			cut := 0
			if len(spans) > 1 {
				cut = rapid.IntRange(0, len(spans)-1).Draw(t, "cut")
			}
			for _, part := range [][]model.Span{spans[:cut], spans[cut:]} {
				if len(part) == 0 {
					continue
				}
				f := model.Finding{ExpertID: "e1", Detector: rapid.SampledFrom([]string{"contact", "contact-2"}).Draw(t, "detector"), Guideline: "contact-exchange", Score: 0.8, Reason: "It gives a number.", SessionID: session, Scope: scope, Spans: part, At: t0}
				f.ID = model.FindingID(f)
				findings = append(findings, f)
			}
			if err := s.FinishWork(ctx, nil, []model.ScopeFindings{{Scope: scope, ExpertID: "e1", Findings: findings}}); err != nil {
				t.Fatal(err)
			}
			var err error
			if shown, err = s.FindingsOfSession(ctx, session); err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(shown, func(a, b model.Finding) int { return a.Spans[0].Start - b.Spans[0].Start })
			for _, f := range shown {
				rejected := 0
				for _, sp := range f.Spans {
					want := said[sp.Start/100]
					if sp.Verdict != want {
						t.Fatalf("the mark at %d is %q after a new run; the moderator said %q", sp.Start, sp.Verdict, want)
					}
					if want == model.VerdictRejected {
						rejected++
					}
				}
				if rejected == len(f.Spans) && f.Verdict != model.VerdictRejected {
					t.Fatalf("all marks are rejected, and the finding is %q", f.Verdict)
				}
			}
		}
	})
}

func TestWhatWasDecidedOpensNoNewCase(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1))
	spans := []model.Span{{Message: "m1", Start: 0, End: 10, Label: "phone"}, {Message: "m2", Start: 0, End: 10, Label: "phone"}, {Message: "m3", Start: 5, End: 9, Label: "phone"}}
	made := func(spans ...model.Span) model.Finding {
		f := model.Finding{ExpertID: "e1", Detector: "contact", Guideline: "contact-exchange", Score: 0.8, Reason: "It gives a number.", SessionID: "s1", Scope: "session:s1", Spans: spans, At: t0}
		f.ID = model.FindingID(f)
		return f
	}
	detect(t, s, "session:s1", "e1", made(spans[0], spans[1]))
	refresh(t, s, "e1")
	d := decision("d1", "e1", 1, 0)
	d.Outcome, d.Sanctions = model.Dismissed, nil
	ok(t, s.Decide(ctx, d, model.CaseOpen, model.CaseWaiting, t0))
	// The same words, each in a finding of its own.
	detect(t, s, "session:s1", "e1", made(spans[0]), made(spans[1]))
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "" {
		t.Errorf("what was dismissed opened %q", got)
	}
	// With something new: only that is open.
	fresh := made(spans...)
	detect(t, s, "session:s1", "e1", fresh)
	refresh(t, s, "e1")
	if got := queueIDs(t, s, openOnly); got != "e1.2:open:0+1 " {
		t.Errorf("something new: %q", got)
	}
	f := must(s.Finding(ctx, fresh.ID))(t)
	if f.Spans[0].Verdict != model.VerdictRejected || f.Spans[1].Verdict != model.VerdictRejected || f.Spans[2].Verdict != model.VerdictOpen {
		t.Errorf("%+v", f.Spans)
	}
}

func TestVerdictsCountOnceForCalibration(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1))
	one := finding("e1", "session:s1", 0.5)
	detect(t, s, "session:s1", "e1", one)
	ok(t, s.JudgeFinding(ctx, one.ID, -1, model.VerdictRejected, "mira", t0))
	again := one
	again.Detector = "contact-2"
	again.ID = model.FindingID(again)
	detect(t, s, "session:s1", "e1", again)
	if f := must(s.Finding(ctx, again.ID))(t); f.Verdict != model.VerdictRejected {
		t.Errorf("%+v", f)
	}
	list := must(s.JudgedFindings(ctx, model.JudgedFinding{}, 10))(t)
	if len(list) != 1 || list[0].FindingID != one.ID || list[0].Score != 0.5 || list[0].Detector != "contact" {
		t.Errorf("%+v", list)
	}
	if rest := must(s.JudgedFindings(ctx, list[0], 10))(t); len(rest) != 0 {
		t.Errorf("%+v", rest)
	}
	ok(t, s.SaveCalibrations(ctx, []model.Calibration{{Detector: "contact", A: 1, B: 0.5, C: -0.2, Verdicts: 40, Accepted: 20}}, "mira", t0))
	if c := must(s.Calibrations(ctx))(t); len(c) != 1 || c[0].B != 0.5 || !c[0].At.Equal(t0) {
		t.Errorf("%+v", c)
	}
	counts := must(s.DetectorCounts(ctx))(t)
	if len(counts) != 2 || counts[0].Detector != "contact" || counts[0].Rejected != 1 || counts[0].Findings != 0 {
		t.Errorf("%+v", counts)
	}
}
