package cases_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/cases"
	"mensch/app/model"
)

// walk visits every state that a machine reaches from its start, and checks
// that each is an end or has a way to one.
func walk[S, E comparable](t *testing.T, name string, start S, events []E, ends []S, all int, next func(S, E) (S, error)) {
	t.Helper()
	reach := func(from S) []S {
		seen := []S{from}
		for i := 0; i < len(seen); i++ {
			for _, e := range events {
				to, err := next(seen[i], e)
				if err != nil {
					var refused *cases.TransitionError
					if !errors.As(err, &refused) || refused.Machine != name || to != seen[i] {
						t.Fatalf("%s: %v + %v gave %v, %v", name, seen[i], e, to, err)
					}
					continue
				}
				if !slices.Contains(seen, to) {
					seen = append(seen, to)
				}
			}
		}
		return seen
	}
	states := reach(start)
	if len(states) != all {
		t.Errorf("%s: %d states can be reached, want %d: %v", name, len(states), all, states)
	}
	for _, s := range states {
		onward := reach(s)
		if slices.Contains(ends, s) && len(onward) > 1 {
			t.Errorf("%s: the end %v goes on to %v", name, s, onward[1:])
		}
		if !slices.ContainsFunc(onward, func(s S) bool { return slices.Contains(ends, s) }) {
			t.Errorf("%s: %v has no way to an end", name, s)
		}
	}
}

func TestEveryMachineEnds(t *testing.T) {
	walk(t, "decision", cases.DecisionDraft, []cases.DecisionEvent{
		cases.DecisionPropose, cases.DecisionConfirm, cases.DecisionApprove, cases.DecisionRefuse, cases.DecisionUndo,
		cases.DecisionStand, cases.DecisionLose, cases.DecisionRedraft, cases.DecisionReverse,
	}, []cases.DecisionState{cases.DecisionReversed}, 7, cases.NextDecision)
	walk(t, "sanction", cases.SanctionPending, []cases.SanctionEvent{
		cases.SanctionBegin, cases.SanctionEnd, cases.SanctionDrop, cases.SanctionReverse,
	}, []cases.SanctionState{cases.SanctionDropped, cases.SanctionReversed}, 5, cases.NextSanction)
	walk(t, "approval", cases.ApprovalOpen, []cases.ApprovalEvent{
		cases.ApprovalAgree, cases.ApprovalDecline, cases.ApprovalExpire, cases.ApprovalWithdraw,
	}, []cases.ApprovalState{cases.ApprovalYes, cases.ApprovalNo, cases.ApprovalExpired, cases.ApprovalWithdrawn}, 5, cases.NextApproval)
	walk(t, "appeal", cases.AppealOpen, []cases.AppealEvent{
		cases.AppealTake, cases.AppealRelease, cases.AppealUphold, cases.AppealChange, cases.AppealOverturn,
	}, []cases.AppealState{cases.AppealUpheld, cases.AppealChanged, cases.AppealOverturned}, 5, cases.NextAppeal)
}

func TestApproval(t *testing.T) {
	p := pack(t)
	d := decision(t, p, cases.Choice{Guideline: "confidentiality", Step: model.StepSuspension, Days: 7})
	if why := cases.NeedsApproval(p, d.Sanctions); len(why) != 1 || !strings.Contains(why[0], "severity 5") {
		t.Errorf("got %v", why)
	}
	a, err := cases.Ask(p, "a1", d, now)
	if err != nil || a.Proposer != "mo" || !a.Expires.Equal(now.Add(72*time.Hour)) {
		t.Fatalf("got %+v, %v", a, err)
	}
	for _, c := range []struct {
		name, who string
		event     cases.ApprovalEvent
		reason    string
		at        time.Time
		want      error
	}{
		{"the proposer agrees", "Mo ", cases.ApprovalAgree, "", now, cases.ErrSamePerson},
		{"no reason", "kim", cases.ApprovalDecline, " ", now, cases.ErrNoReason},
		{"too late", "kim", cases.ApprovalAgree, "", now.Add(73 * time.Hour), cases.ErrTooLate},
	} {
		if got, err := cases.Answer(a, c.who, c.event, c.reason, c.at); !errors.Is(err, c.want) || got != a {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	if _, err := cases.Answer(a, "kim", cases.ApprovalWithdraw, "", now); err == nil {
		t.Error("somebody else withdraws the proposal")
	}
	yes, err := cases.Answer(a, "kim", cases.ApprovalAgree, "", now)
	if err != nil || yes.Answer != "yes" || yes.Approver != "kim" || cases.ApprovalAt(yes, now.AddDate(1, 0, 0)) != cases.ApprovalYes {
		t.Errorf("got %+v, %v", yes, err)
	}
	if again, err := cases.Answer(yes, "lee", cases.ApprovalAgree, "", now); err != nil || again != yes {
		t.Errorf("the first word does not stay: %+v, %v", again, err)
	}
	if _, err := cases.Answer(yes, "lee", cases.ApprovalDecline, "no", now); !errors.Is(err, cases.ErrIllegal) {
		t.Errorf("a yes becomes a no: %v", err)
	}
	gone, err := cases.Answer(a, "mo", cases.ApprovalWithdraw, "", now)
	if err != nil || cases.ApprovalAt(gone, now) != cases.ApprovalWithdrawn {
		t.Errorf("got %+v, %v", gone, err)
	}
}

func TestAppealGivesEverythingBack(t *testing.T) {
	p := pack(t)
	d := decision(t, p,
		cases.Choice{Guideline: "ratings", Step: model.StepSuspension, Days: 14},
		cases.Choice{Guideline: "contact-exchange", Step: model.StepWarning})
	approvals := []model.Approval{{DecisionID: d.ID, Proposer: "mo", Approver: "kim"}}
	a := model.Appeal{ID: "p1", DecisionID: d.ID, At: now.AddDate(0, 6, 0)}
	if !cases.AppealInTime(p, d, a.At) || cases.AppealInTime(p, d, now.AddDate(0, 8, 0)) {
		t.Error("six months are in time, eight are not")
	}
	for _, who := range []string{"mo", "KIM"} {
		if _, err := cases.DecideAppeal(a, d, approvals, who, cases.AppealOverturn, "wrong", now); !errors.Is(err, cases.ErrSamePerson) {
			t.Errorf("%s judges their own work: %v", who, err)
		}
	}
	if _, err := cases.DecideAppeal(a, d, approvals, "lee", cases.AppealOverturn, "", now); !errors.Is(err, cases.ErrNoReason) {
		t.Errorf("no reason: %v", err)
	}
	if _, err := cases.DecideAppeal(a, d, approvals, "lee", cases.AppealRelease, "x", now); err == nil {
		t.Error("a release is an outcome")
	}
	done, err := cases.DecideAppeal(a, d, approvals, "lee", cases.AppealOverturn, "The photo is hers.", now)
	if err != nil || done.Outcome != "overturned" || done.Reason == "" {
		t.Fatalf("got %+v, %v", done, err)
	}
	if _, err := cases.DecideAppeal(done, d, approvals, "lee", cases.AppealUphold, "x", now); !errors.Is(err, cases.ErrIllegal) {
		t.Errorf("an outcome changes: %v", err)
	}

	before := cases.Strikes([]model.Decision{d})
	back, err := cases.NewReversal(p, "d2", d, expert(), "lee", "es", "The photo is hers.", 5, now.Add(days(1)))
	if err != nil {
		t.Fatal(err)
	}
	if problems := cases.Check(p, back); len(problems) > 0 {
		t.Errorf("the reversal has problems: %v", problems)
	}
	if !strings.Contains(back.Message, "3 puntos") || len(back.Evidence) != len(d.Evidence) {
		t.Errorf("got %s and %d pieces of evidence", back.Message, len(back.Evidence))
	}
	after := cases.Strikes([]model.Decision{d, back})
	if len(before) != 2 || len(after) != 2 {
		t.Fatalf("%d strikes before, %d after", len(before), len(after))
	}
	for i := range after {
		if !before[i].Live(now) || after[i].Live(now) {
			t.Errorf("strike %d: live before %v, after %v", i, before[i].Live(now), after[i].Live(now))
		}
	}
	if d.Sanctions[0].ReversedByID != "" {
		t.Error("settling changes what it was given")
	}
	settled := cases.Settle([]model.Decision{d, back})[0]
	if got := cases.SanctionAt(settled.Sanctions[0], now); got != cases.SanctionReversed {
		t.Errorf("the sanction is %s", got)
	}
	if _, err := cases.NewReversal(p, "d3", settled, expert(), "lee", "en", "again", 6, now); err == nil {
		t.Error("a decision is taken back twice")
	}
	// The evidence of the first is a copy: a later sync cannot empty it.
	back.Evidence[0].Finding.SessionID = "changed"
	if d.Evidence[0].Finding.SessionID == "changed" {
		t.Error("the evidence is shared")
	}
}

func TestCopyFinding(t *testing.T) {
	text := "Hello Maria, the roses need water. Write me at anna@example.com or +49 170 1234567 and we go on."
	mail := strings.Index(text, "anna@")
	phone := strings.Index(text, "+49")
	f := model.Finding{
		ID: "f1", Guideline: "contact-exchange", Reason: "An address is given.", SessionID: "s1", Messages: []string{"m1", "m2"},
		Spans: []model.Span{
			{Message: "m1", Start: mail, End: mail + len("anna@example.com"), Label: "email", Verdict: model.VerdictAccepted},
			{Message: "m1", Start: phone, End: phone + len("+49 170 1234567"), Label: "phone"},
			{Message: "m2", Start: 0, End: 2, Verdict: model.VerdictRejected},
		},
	}
	messages := []model.Message{
		{ID: "m1", From: model.FromExpert, Text: text}, {ID: "m2", From: model.FromClient, Text: "My number is 0170 7654321"}, {ID: "m3", Text: "unmarked"},
	}
	got := cases.CopyFinding(f, messages, cases.Words("name", "Maria"))
	if len(got) != 3 || got[0].Kind != cases.EvidenceFinding || got[1].ID != "m1" || got[2].ID != "m2" {
		t.Fatalf("got %+v", got)
	}
	if len(got[0].Finding.Spans) != 2 {
		t.Error("a rejected mark is evidence")
	}
	if got[1].Text != text {
		t.Error("the evidence itself is not kept whole")
	}
	quote := got[1].Quote
	for _, leak := range []string{"Maria", "anna@", "1234567", "49 170"} {
		if strings.Contains(quote, leak) {
			t.Errorf("the quote lets %q through: %s", leak, quote)
		}
	}
	if !strings.Contains(quote, "[address]") || !strings.Contains(quote, "[number]") {
		t.Errorf("got %q", quote)
	}
	if got[2].Quote != "" {
		t.Error("a client's words are quoted")
	}
	if n := cases.Sum("contact-exchange", got).Count; n != 1 {
		t.Errorf("a finding and its messages count %d times", n)
	}
	f.Verdict = model.VerdictRejected
	if got := cases.CopyFinding(f, messages); got != nil {
		t.Errorf("a rejected finding is evidence: %v", got)
	}
	got = cases.CopyFinding(model.Finding{ID: "f2", Reason: "Same picture.", Match: &model.Match{Query: "aa", Other: "bb", Kind: model.AlteredCopy, Distance: 6, Transform: "mirrored"}}, nil)
	if got[0].Kind != cases.EvidencePhoto || !strings.Contains(got[0].Text, "altered copy, distance 6, mirrored") {
		t.Errorf("got %+v", got)
	}
}

// TestProfileIsEvidence: one copy for each guideline, and one piece with what
// was found in it.
func TestProfileIsEvidence(t *testing.T) {
	about := func(id, scope, guideline string) model.Evidence {
		return cases.CopyFinding(model.Finding{ID: id, Scope: scope, Guideline: guideline, Reason: "Seen."}, nil)[0]
	}
	p := model.Profile{ExpertID: "e1", Version: 4, Name: "Anna", Bio: "Gardens.", PhotoID: "aa"}
	got := cases.WithProfile([]model.Evidence{
		about("f1", "profile:e1", "misrepresentation"), about("f2", "photo:aa:e1", "false-photo"), about("f3", "photo:e1", "false-photo"),
		about("f4", "session:s1", "contact-exchange"),
	}, p)
	if len(got) != 6 {
		t.Fatalf("got %+v", got)
	}
	for i, guideline := range []string{"misrepresentation", "false-photo"} {
		if e := got[4+i]; e.Kind != cases.EvidenceProfile || e.ID != "e1@4" || e.Guideline != guideline || !strings.Contains(e.Text, "About: Gardens.") {
			t.Errorf("got %+v", e)
		}
	}
	for guideline, want := range map[string]int{"misrepresentation": 1, "false-photo": 2, "contact-exchange": 1} {
		if n := cases.Sum(guideline, got).Count; n != want {
			t.Errorf("%s counts %d pieces, not %d", guideline, n, want)
		}
	}
	if n := cases.Sum("false-photo", got[5:]).Count; n != 1 {
		t.Errorf("a profile that stands alone counts %d times", n)
	}
	if got := cases.WithProfile(got[:1], model.Profile{}); len(got) != 1 {
		t.Errorf("a profile that is not here was copied: %+v", got)
	}
}

// TestRedactionHolds hides a number and an address anywhere in any text: they
// never come out, whole or in part of five digits.
func TestRedactionHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		secret := rapid.SampledFrom([]string{"017012345678", "0170 1234 5678", "(0170) 123-45678", "canary@example.org", "https://canary.example/x"}).Draw(t, "secret")
		text := before + " " + secret + " " + after
		f := model.Finding{ID: "f", Spans: []model.Span{{
			Message: "m", Start: rapid.IntRange(-5, len(text)+5).Draw(t, "start"), End: rapid.IntRange(-5, len(text)+5).Draw(t, "end"),
		}}}
		quote := cases.CopyFinding(f, []model.Message{{ID: "m", From: model.FromExpert, Text: text}})[1].Quote
		for _, out := range []string{cases.Redact(text), quote} {
			for _, part := range []string{"canary", "01701", "12345", "0170 1234", "1234 5678", "45678"} {
				if strings.Contains(out, part) && !strings.Contains(before+"\n"+after, part) {
					t.Fatalf("%q lets %q through: %q", text, part, out)
				}
			}
		}
	})
}

func FuzzRedact(f *testing.F) {
	f.Add("call 0170 1234567 or a@b.c", 3, 9)
	f.Add("x@x@yyy \xff\xfe 12345", -1, 99)
	f.Fuzz(func(t *testing.T, text string, a, b int) {
		find := func(string) []cases.Blank { return []cases.Blank{{Start: a, End: b}} }
		_ = cases.Redact(text, find)
		once := cases.Redact(text)
		if twice := cases.Redact(once); twice != once && len(text) < 200 && strings.Count(text, "@") < 3 {
			t.Fatalf("%q gives %q, and that %q", text, once, twice)
		}
	})
}
