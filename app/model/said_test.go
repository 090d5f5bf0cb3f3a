package model

import (
	"strings"
	"testing"
	"time"
)

func markOf(text, words string) Span {
	at := strings.LastIndex(text, words)
	spans := []Span{{Message: "m", Start: at, End: at + len(words)}}
	Said(spans, func(string) string { return text })
	return spans[0]
}

func TestAnEditedMessageIsOtherEvidence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name              string
		text, words       string
		laterText, laters string
		same, sameID      bool
	}{
		{"not edited", "order 415 555 2671", "415 555 2671", "order 415 555 2671", "415 555 2671", true, true},
		{"not edited, cut otherwise", "order 415 555 2671", "order 415 555 2671", "order 415 555 2671", "415 555 2671", true, false},
		{"other words at its place", "order 415 555 2671", "415 555 2671", "order 212 555 0143", "212 555 0143", false, false},
		{"something before it", "order 415 555 2671", "415 555 2671", "Your order 415 555 2671", "415 555 2671", true, false},
		{"something behind it", "order 415 555 2671", "415 555 2671", "order 415 555 2671, thanks", "415 555 2671", true, true},
	} {
		old, now := markOf(c.text, c.words), markOf(c.laterText, c.laters)
		if got := now.SameWords(old); got != c.same {
			t.Errorf("%s: same words %v", c.name, got)
		}
		id := func(s Span) string {
			return FindingID(Finding{Detector: "contact", ExpertID: "e", Guideline: "g", SessionID: "s", Spans: []Span{s}})
		}
		if got := id(old) == id(now); got != c.sameID {
			t.Errorf("%s: same ID %v", c.name, got)
		}
		if !now.MadeOn(TextSum(c.laterText)) || old.MadeOn(TextSum(c.laterText)) != (c.text == c.laterText) {
			t.Errorf("%s: where the marks stand is told wrong", c.name)
		}
	}
	// a verdict of before sums were kept is taken at its place
	at := time.Unix(1, 0)
	plain := markOf("order 415 555 2671", "415 555 2671")
	plain.Sum = ""
	judged := Finding{ID: "old", ExpertID: "e", Guideline: "g", Verdict: VerdictRejected, JudgedAt: &at, Spans: []Span{plain}}
	f := Finding{ID: "new", ExpertID: "e", Guideline: "g", Spans: []Span{markOf("order 415 555 2671", "415 555 2671")}}
	if h := Inherit(f, []Finding{judged}); h.Verdict != VerdictRejected {
		t.Errorf("a verdict of before was lost: %+v", h)
	}
	// the same words marked twice are two marks, and stay so
	later := []Span{{Message: "m", Start: 0, End: 4}, {Message: "m", Start: 10, End: 14}, {Message: "m", Start: 3, End: 99}}
	Said(later, func(string) string { return "fool, and fool" })
	first := markOf("fool", "fool")
	if !later[0].SameWords(first) || later[1].SameWords(first) {
		t.Errorf("one verdict holds for both: %+v", later)
	}
	if later[2].Sum != "" || !later[2].MadeOn(TextSum("anything")) {
		t.Error("a mark outside of its text was summed")
	}
}

// TestAVerdictOnAProfileHoldsForWhatItSaid holds verdicts on a profile's texts and
// years against later versions of it.
func TestAVerdictOnAProfileHoldsForWhatItSaid(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 0)
	verdict := func(old, now Finding) Verdict {
		for _, f := range []*Finding{&old, &now} {
			f.ExpertID, f.Guideline = "e", "g"
			f.ID = FindingID(*f)
		}
		old.Verdict, old.JudgedAt = VerdictRejected, &at
		if old.ID == now.ID {
			return old.Verdict
		}
		return Inherit(now, []Finding{old}).Verdict
	}
	copied := func(bio string, end int) Finding {
		f := Finding{Detector: "plagiarism", Passages: []Passage{{Field: "bio", End: end, OtherExpert: "o", OtherField: "bio"}}}
		if bio != "" {
			f.Passages[0].Sum = TextSum(bio)
		}
		return f
	}
	years := func(version, reason string) Finding {
		return Finding{Detector: "credentials", Reason: reason, Events: []Event{{Kind: "profile", ID: "e@" + version, Text: "born in 1990"}}}
	}
	for _, c := range []struct {
		name     string
		old, now Finding
		want     Verdict
	}{
		{"the same text, cut otherwise", copied("a b c", 3), copied("a b c", 5), VerdictRejected},
		{"a text that was edited", copied("a b c", 3), copied("a b c d", 3), VerdictOpen},
		{"a verdict of before sums were kept", copied("", 3), copied("a b c", 3), VerdictRejected},
		{"another version that says the same", years("1", "“M.A. 1999” at the age of 9"), years("2", "“M.A. 1999” at the age of 9"), VerdictRejected},
		{"another version that says more", years("1", "“M.A. 1999” at the age of 9"), years("2", "“M.A. 1999” at the age of 9; “M.D. 2001” at 11"), VerdictOpen},
	} {
		if got := verdict(c.old, c.now); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
