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
