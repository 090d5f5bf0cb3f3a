package model

import (
	"testing"
	"time"
)

func judgedFinding(v Verdict, day int, spans ...Span) Finding {
	when := time.Date(2026, 3, day, 0, 0, 0, 0, time.UTC)
	f := Finding{ExpertID: "e1", Detector: "contact", Guideline: "contact-exchange", Spans: spans, Verdict: v, JudgedBy: "mira"}
	if f.ID = FindingID(f); v != VerdictOpen {
		f.JudgedAt = &when
	}
	return f
}

// TestAWordOnTheWholeOutranksThoseOnItsMarks judges a whole finding against what
// was said of its marks: found again, it is what was said of the whole.
func TestAWordOnTheWholeOutranksThoseOnItsMarks(t *testing.T) {
	mark := func(begin int, v Verdict) Span {
		return Span{Message: "m1", Start: begin, End: begin + 5, Verdict: v}
	}
	now := Finding{ExpertID: "e1", Detector: "contact", Guideline: "contact-exchange", Spans: []Span{{Message: "m1", Start: 0, End: 6}, {Message: "m1", Start: 10, End: 15}}}
	for _, c := range []struct {
		name   string
		judged Finding
		want   Verdict
	}{
		{"rejected, one mark accepted", judgedFinding(VerdictRejected, 1, mark(0, VerdictAccepted), mark(10, VerdictOpen)), VerdictRejected},
		{"accepted, all marks rejected", judgedFinding(VerdictAccepted, 1, mark(0, VerdictRejected), mark(10, VerdictRejected)), VerdictAccepted},
		{"accepted with one of its marks", judgedFinding(VerdictAccepted, 1, mark(0, VerdictAccepted), mark(10, VerdictRejected)), VerdictAccepted},
		{"rejected, and another mark since", judgedFinding(VerdictRejected, 1, mark(0, VerdictOpen)), VerdictOpen},
	} {
		if h := Inherit(now, []Finding{c.judged}); h.Verdict != c.want {
			t.Errorf("%s: found again it is %q, want %q", c.name, h.Verdict, c.want)
		}
	}
	later := judgedFinding(VerdictAccepted, 2, mark(0, VerdictAccepted), mark(10, VerdictRejected))
	later.ID = "later"
	if h := Inherit(now, []Finding{judgedFinding(VerdictRejected, 1, mark(0, VerdictAccepted), mark(10, VerdictOpen)), later}); h.Verdict != VerdictAccepted {
		t.Errorf("what was said last does not win: %q", h.Verdict)
	}
}

// TestAVerdictOfBeforeSumsHoldsForTheTextOfThen lets a finding with a sum inherit
// from one without, and then edits the text.
func TestAVerdictOfBeforeSumsHoldsForTheTextOfThen(t *testing.T) {
	mark := func(text string, end int) []Span {
		spans := []Span{{Message: "m1", Start: 5, End: end}}
		Said(spans, func(string) string { return text })
		return spans
	}
	old := judgedFinding(VerdictRejected, 1, Span{Message: "m1", Start: 5, End: 17})
	first := judgedFinding(VerdictOpen, 1, mark("call 415-555-2671", 17)...)
	if h := Inherit(first, []Finding{old}); h.Verdict != VerdictRejected {
		t.Fatalf("the same words are %q", h.Verdict)
	}
	first = judgedFinding(VerdictRejected, 1, first.Spans...)
	other := judgedFinding(VerdictOpen, 1, mark("call 212-555-0143", 17)...)
	for _, list := range [][]Finding{{old, first}, {first, old}} {
		if h := Inherit(other, list); !h.Empty() {
			t.Errorf("other words in their place are %+v", h)
		}
		if CoveredBy(other, list) {
			t.Error("other words in their place count as decided")
		}
		if h := Inherit(judgedFinding(VerdictOpen, 1, mark("call 415-555-2671", 16)...), list); h.Verdict != VerdictRejected {
			t.Errorf("the same words, cut in another way, are %q", h.Verdict)
		}
	}

	bio := func(v Verdict, sum string) Finding {
		f := judgedFinding(v, 1)
		f.Passages = []Passage{{Field: "bio", End: 9, OtherExpert: "e2", OtherField: "bio", Sum: sum}}
		f.ID = FindingID(f)
		return f
	}
	old, first, other = bio(VerdictRejected, ""), bio(VerdictRejected, TextSum("a")), bio(VerdictOpen, TextSum("b"))
	if h := Inherit(first, []Finding{old}); h.Verdict != VerdictRejected {
		t.Errorf("the same bio is %q", h.Verdict)
	}
	if h := Inherit(other, []Finding{old, first}); h.Verdict != VerdictOpen || CoveredBy(other, []Finding{old, first}) {
		t.Errorf("another bio is %q", h.Verdict)
	}
}

// TestASumIsKnownByWhatItRestsOn gives what a condition found another finding of
// the same evidence to rest on, as another version of a detector names it.
func TestASumIsKnownByWhatItRestsOn(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	sum := func(v Verdict, id, text string) Finding {
		f := judgedFinding(v, 2)
		f.Events = []Event{{Kind: "rule", ID: "r", At: at}, {Kind: "finding", ID: id, At: at, Text: text}}
		f.ID = id + text
		return f
	}
	old := sum(VerdictRejected, "f1", "A number.")
	for _, c := range []struct {
		id, text string
		want     Verdict
	}{
		{"f2", "A number.", VerdictRejected},
		{"f1", "A phone number.", VerdictRejected},
		{"f2", "An address.", VerdictOpen},
	} {
		if h := Inherit(sum(VerdictOpen, c.id, c.text), []Finding{old}); h.Verdict != c.want {
			t.Errorf("resting on %s, %q: %q, want %q", c.id, c.text, h.Verdict, c.want)
		}
	}
}
