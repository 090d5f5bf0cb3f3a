package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// asBefore is a finding as it was kept before marks and passages carried digests.
func asBefore(f model.Finding) model.Finding {
	f.Spans, f.Passages = slices.Clone(f.Spans), slices.Clone(f.Passages)
	for i := range f.Spans {
		f.Spans[i].Sum = ""
	}
	for i := range f.Passages {
		f.Passages[i].Sum = ""
	}
	f.ID = model.FindingID(f)
	return f
}

// kept are all findings in sight about an expert, by what they rest on.
func (p *place) kept(expert string) map[string]model.Finding {
	p.t.Helper()
	out := map[string]model.Finding{}
	for _, round := range []int{1, 2} {
		list, err := p.store.FindingsOf(p.t.Context(), model.CaseID(expert, round))
		must(p.t, err)
		for _, f := range list {
			key := fmt.Sprintf("round %d: %s, %s", round, f.Detector, f.Scope)
			for _, s := range f.Spans {
				key += fmt.Sprintf(" %s[%d:%d]", s.Message, s.Start, s.End)
			}
			if _, twice := out[key]; twice {
				p.t.Errorf("twice in sight: %s", key)
			}
			out[key] = f
		}
	}
	return out
}

// troubled puts an expert with findings of every kind into the store: a number
// and an insult in a chat, a bio that was another's, an answer that was
// another's, years that contradict each other, another's photo, another account
// in the cluster, and what a condition makes of it.
func (p *place) troubled(id string, n int) {
	p.t.Helper()
	bio := fmt.Sprintf("I have laid out gardens for %d years, from roof terraces in Lisbon to a walled orchard near York, and I still get excited about compost. "+
		"My clients say that I explain pruning so plainly that even their teenagers pick up the shears on a rainy Sunday afternoon in March.", 10+n)
	answer := fmt.Sprintf("A bed of type %d that drains badly wants raised sides before anything else, because roots that stand in water rot within days. "+
		"Fill it with coarse compost, mulch every spring with shredded bark, and let the earthworms carry it below. "+
		"Water deeply twice a week instead of sprinkling daily, so that roots grow towards the groundwater and survive a dry August without help.", n)
	if n > 2 { // what everybody writes is nobody's
		bio, answer = "I grow roses.", "Prune them in March."
	}
	photo := p.photo(jpegOf(p.t, scene(uint64(n)+70), 90))
	account := func(id string, since time.Time, payout, photo string, born int, degrees ...string) {
		p.told(
			asChange(p.t, model.ChangeExpert, id, 1, model.Expert{ID: id, Version: 1, Cluster: "garden", ScreenName: "Name " + id, State: model.ExpertActive, JoinedAt: since, Signals: model.Signals{Payout: payout, Devices: []string{payout}}}),
			asChange(p.t, model.ChangeProfile, id, 1, model.Profile{ExpertID: id, Version: 1, Name: "Name " + id, Bio: bio, PhotoID: photo, BirthYear: born, Degrees: degrees, UpdatedAt: since}),
		)
	}
	account(id+"-source", t0.AddDate(-2, 0, 0), "p-"+id, photo, 0)
	p.told(session(p.t, "s-source-"+id, id+"-source", t0.AddDate(0, -2, 0), answer)...)
	account(id, t0.AddDate(-1, 0, 0), "p-"+id, photo, 1990, "B.Sc. Horticulture, 1995")
	p.told(session(p.t, "s-copy-"+id, id, t0.AddDate(0, -1, 0), answer)...)
	p.talk(id, "s-chat-"+id, "client: Hello", fmt.Sprintf("Call me at +1 212 555 01%02d, it is cheaper outside of the site.", 70+n), "You are a stupid idiot.")
}

// TestVerdictsOutlastTheProgramThatTheyWereGivenIn judges findings of every
// kind as the program kept them before marks and passages carried digests, and
// lets the detectors of today run over the same store.
func TestVerdictsOutlastTheProgramThatTheyWereGivenIn(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	experts := []string{"rejected", "accepted", "closed", "summed"} // of the last only what the condition makes of it is rejected
	draft, rules := p.draft(func(pack *guidelines.Pack) {
		pack.Conditions = append(pack.Conditions, guidelines.Condition{ID: "sum", Title: "Sum", When: `len(findings) > 1`, Then: guidelines.Find, Guideline: "mensch", Score: 0.6, Reason: "It adds up to something."})
	})
	_, err := p.SaveRules(ctx, draft, rules.Seq, "A condition that finds")
	must(t, err)
	for n, id := range experts {
		p.troubled(id, n)
	}
	p.detect()
	// What they found, as the program kept it then.
	scopes := map[string]model.ScopeFindings{}
	for _, id := range experts {
		for _, f := range p.kept(id) {
			if f.Detector == guidelines.DetectCondition {
				continue // made anew, of what it rests on
			}
			s := scopes[f.Scope]
			s.Scope, s.ExpertID, s.Findings = f.Scope, id, append(s.Findings, asBefore(f))
			scopes[f.Scope] = s
		}
	}
	for _, s := range scopes {
		must(t, p.store.FinishWork(ctx, nil, []model.ScopeFindings{s}))
	}
	p.detect()
	detectors := map[string]bool{}
	for _, id := range experts {
		list := slices.Collect(maps.Values(p.kept(id)))
		sum := func(f model.Finding) bool { return f.Detector == guidelines.DetectCondition }
		slices.SortStableFunc(list, func(a, b model.Finding) int {
			switch {
			case sum(a) == sum(b):
				return 0
			case sum(a): // first: without what it rests on it is gone
				return -1
			}
			return 1
		})
		for _, f := range list {
			detectors[f.Detector] = true
			if f.ID != asBefore(f).ID {
				t.Fatalf("%s is not as it was kept before", f.Detector)
			}
			switch {
			case id == "accepted":
				must(t, p.JudgeFinding(ctx, f.ID, model.VerdictAccepted))
			case id == "rejected", id == "summed" && sum(f):
				must(t, p.JudgeFinding(ctx, f.ID, model.VerdictRejected))
			}
		}
	}
	for _, want := range []string{"contact", "incivility", "plagiarism", "credentials", "photo-match", "same-person", guidelines.DetectCondition} {
		if !detectors[want] {
			t.Errorf("nothing found by %s in %v: the test has no such verdict", want, detectors)
		}
	}
	var named []string
	for _, f := range p.kept("closed") {
		if !f.Advisory {
			named = append(named, f.ID)
		}
	}
	closed, err := p.Decide(ctx, app.Draft{CaseID: "closed.1", Outcome: model.Dismissed, Findings: named, Rationale: "Read it all."})
	must(t, err)
	p.detect()

	words := func() (n int) {
		t.Helper()
		list, err := p.store.JudgedFindings(ctx, model.JudgedFinding{}, 1000)
		must(t, err)
		return len(list)
	}
	counts := func() (n int) {
		t.Helper()
		list, err := p.store.DetectorCounts(ctx)
		must(t, err)
		for _, c := range list {
			n += c.Accepted + c.Rejected
		}
		return n
	}
	stats := func() (n int) {
		t.Helper()
		s, err := p.Statistics(ctx, 30)
		must(t, err)
		for _, d := range s.Detectors {
			n += d.Accepted + d.Rejected
		}
		return n
	}
	before := map[string]map[string]model.Finding{}
	for _, id := range experts {
		before[id] = p.kept(id)
	}
	open, said, counted, reported := p.open(), words(), counts(), stats()

	p.Desk = p.reopened()
	for range 2 { // and once more: nothing wavers
		must(t, p.store.QueueAllWork(ctx))
		p.detect()
		for _, id := range experts {
			after := p.kept(id)
			for key, f := range before[id] {
				now, ok := after[key]
				switch {
				case !ok:
					t.Errorf("%s: %s is no longer there", id, key)
				case now.Verdict != f.Verdict:
					t.Errorf("%s: %s was %q and is %q", id, key, f.Verdict, now.Verdict)
				case now.JudgedBy != f.JudgedBy:
					t.Errorf("%s: %s was judged by %q, it says %q", id, key, f.JudgedBy, now.JudgedBy)
				}
			}
			for key := range after {
				if _, ok := before[id][key]; !ok {
					t.Errorf("%s: %s is new", id, key)
				}
			}
		}
		if got := p.open(); !slices.Equal(got, open) {
			t.Errorf("open are %v, were %v", got, open)
		}
		if got := words(); got != said {
			t.Errorf("%d verdicts calibrate, %d were given", got, said)
		}
		if got := counts(); got != counted {
			t.Errorf("the rules count %d verdicts, %d were given", got, counted)
		}
		if got := stats(); got != reported {
			t.Errorf("the statistics count %d verdicts, %d were given", got, reported)
		}
	}

	// A dismissal that is taken back rejects nothing.
	must(t, p.Undo(ctx, closed.ID))
	p.detect()
	for key, f := range p.kept("closed") {
		if want := before["closed"][key]; f.Verdict != want.Verdict {
			t.Errorf("after the dismissal was undone %s is %q", key, f.Verdict)
		}
		delete(before["closed"], key)
	}
	if left := before["closed"]; len(left) > 0 || !slices.Contains(p.open(), "closed.1") {
		t.Errorf("after the dismissal was undone these are missing: %v, open are %v", left, p.open())
	}

	// Who changes their mind about a word given before says one word still.
	for _, f := range p.kept("accepted") {
		if f.Detector == "contact" {
			must(t, p.JudgeFinding(ctx, f.ID, model.VerdictRejected))
			if n, m := words(), counts(); n != said || m != counted {
				t.Errorf("another word in the place of one: %d calibrate, %d are counted, before %d and %d", n, m, said, counted)
			}
			must(t, p.JudgeFinding(ctx, f.ID, model.VerdictAccepted))
		}
	}

	// Nor is anything doubled in a case that is decided after the upgrade.
	named = nil
	for _, f := range p.kept("accepted") {
		if !f.Advisory {
			named = append(named, f.ID)
		}
	}
	_, err = p.Decide(ctx, app.Draft{CaseID: "accepted.1", Outcome: model.Dismissed, Findings: named, Rationale: "Read it all."})
	must(t, err)
	p.detect()
	if got, want := len(p.kept("accepted")), len(before["accepted"]); got != want {
		t.Errorf("the decided case shows %d findings, it had %d", got, want)
	}

	// What was said of the old words does not hold for others in their place.
	p.told(asChange(t, model.ChangeMessage, "s-chat-rejected-1", 2, model.Message{
		ID: "s-chat-rejected-1", Session: "s-chat-rejected", Seq: 2, Version: 2, From: model.FromExpert, At: t0.Add(-59 * time.Minute),
		Text: "Call me at +1 415 555 0143, it is cheaper outside of the site.",
	}))
	p.detect()
	view, err := p.Transcript(ctx, "s-chat-rejected")
	must(t, err)
	found := false
	for _, m := range view.Marks {
		if m.Label == "phone" {
			found = true
			if m.Verdict != model.VerdictOpen {
				t.Errorf("another number in the place of a rejected one is %q", m.Verdict)
			}
		}
	}
	if open := p.open(); !found || !slices.ContainsFunc(open, func(id string) bool { return strings.HasPrefix(id, "rejected.") }) {
		t.Errorf("the other number is marked: %v, open are %v", found, open)
	}
}
