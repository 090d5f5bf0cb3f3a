package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// TestAVerdictHoldsForTheWordsItWasGivenOn rejects a mark, and then edits its
// message, starts the program anew and changes the rules: the same words stay
// rejected, others in their place are open.
func TestAVerdictHoldsForTheWordsItWasGivenOn(t *testing.T) {
	p := newPlace(t)
	p.expert("e1", "garden", jpegOf(t, scene(1), 90))
	version := int64(1)
	say := func(text string) {
		p.told(asChange(t, model.ChangeMessage, "m1", version, model.Message{ID: "m1", Session: "s1", Seq: 1, Version: version, From: model.FromExpert, At: t0, Text: text}))
		version++
		p.detect()
	}
	marks := func() map[string]model.Verdict {
		t.Helper()
		found, err := p.store.FindingsOfSession(t.Context(), "s1")
		must(t, err)
		conv, err := p.store.Conversation(t.Context(), "s1")
		must(t, err)
		out := map[string]model.Verdict{}
		for _, f := range found {
			for _, s := range f.Spans {
				if f.Detector == "contact" {
					out[conv.Messages[0].Text[s.Start:s.End]] = s.Verdict
				}
			}
		}
		return out
	}
	holds := func(when, words string, want model.Verdict) {
		t.Helper()
		if got, ok := marks()[words]; !ok || got != want {
			t.Errorf("%s: %q is %q in %v, want %q", when, words, got, marks(), want)
		}
	}
	p.told(asChange(t, model.ChangeSession, "s1", 1, model.Session{ID: "s1", Version: 1, ExpertID: "e1", ClientID: "c1", Cluster: "garden", Kind: "chat", StartedAt: t0, EndedAt: t0.Add(time.Hour)}))
	say("The feed store says call 415-555-2671.")
	view, err := p.Transcript(t.Context(), "s1")
	must(t, err)
	for _, m := range view.Marks {
		must(t, p.JudgeMark(t.Context(), m.FindingID, m.Span, model.VerdictRejected))
	}
	holds("judged", "415-555-2671", model.VerdictRejected)

	say("The feed store says call 212-555-0143.")
	holds("other words in its place", "212-555-0143", model.VerdictOpen)
	if open := p.open(); !slices.Contains(open, "e1.1") {
		t.Errorf("the other number is in no case: %v", open)
	}
	again, err := p.Transcript(t.Context(), "s1")
	must(t, err)
	if again.Edition == view.Edition {
		t.Error("the transcript does not tell that a message was edited")
	}

	say("Hello! The feed store says call 415-555-2671.")
	holds("the words back, at another place", "415-555-2671", model.VerdictRejected)
	p.Desk = p.reopened()
	say("Hello again! The feed store says call 415-555-2671.")
	holds("edited after a new start", "415-555-2671", model.VerdictRejected)
	draft, rules := p.draft(func(pack *guidelines.Pack) { pack.Params["contact"]["split_minutes"] = 20 })
	_, err = p.SaveRules(t.Context(), draft, rules.Seq, "Numbers are split over longer")
	must(t, err)
	p.detect()
	holds("under another version of the rules", "415-555-2671", model.VerdictRejected)
	if open := p.open(); slices.Contains(open, "e1.1") {
		t.Errorf("what was rejected is in a case: %v", open)
	}

	// Between an edit and the next reading no mark stands where it does not belong.
	p.told(asChange(t, model.ChangeMessage, "m1", version, model.Message{ID: "m1", Session: "s1", Seq: 1, Version: version, From: model.FromExpert, At: t0, Text: strings.Repeat("é", 60)}))
	between, err := p.Transcript(t.Context(), "s1")
	must(t, err)
	if len(between.Marks) != 0 {
		t.Errorf("marks on words that nobody read: %+v", between.Marks)
	}
}

// TestACaseShowsWhoSharesWhat lets the linked accounts of a case share a device
// that the case's own does not have.
func TestACaseShowsWhoSharesWhat(t *testing.T) {
	p := newPlace(t)
	account := func(id, cluster, phone string, devices ...string) []model.Change {
		return []model.Change{
			asChange(t, model.ChangeExpert, id, 1, model.Expert{ID: id, Version: 1, Cluster: cluster, ScreenName: id, State: model.ExpertActive, JoinedAt: t0.AddDate(-1, 0, 0), Signals: model.Signals{Email: "rosa.blum@example.org", Phone: phone, Payout: "p1", Devices: devices}}),
			asChange(t, model.ChangeProfile, id, 1, model.Profile{ExpertID: id, Version: 1, Name: "Rosa Blum", Bio: "I am " + id}),
		}
	}
	p.told(slices.Concat(account("e1", "garden", "+1 212 555 0143", "d1"), account("e2", "garden", "+1 212 555 0143", "d1", "d2"), account("e3", "garden", "", "d2"))...)
	p.detect()
	file, err := p.CaseFile(t.Context(), "e1.1")
	must(t, err)
	got := map[string][]string{}
	for _, s := range file.Shared {
		got[s.Words] = append(got[s.Words], strings.Join(s.Accounts, " "))
	}
	if len(file.Linked) != 2 || strings.Join(got["the same payout account"], "|") != "e1 e2 e3" && strings.Join(got["the same payout account"], "|") != "e1 e3 e2" {
		t.Errorf("linked with %d, shared %v", len(file.Linked), got)
	}
	if len(got["the same device"]) != 2 || len(got["the same phone number"]) != 1 || len(got["the same e-mail address"]) != 1 {
		t.Errorf("shared %v", got)
	}
}
