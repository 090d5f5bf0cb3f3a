package model

import (
	"slices"
	"strings"
	"time"
)

// A moderator's word is on evidence, not on what a detector makes of it: when
// another version of the rules or of a detector finds the same words again, in
// a finding that is cut in another way, what was said of them holds on.

// Heir is what a new finding inherits from those that were judged before.
type Heir struct {
	Verdict  Verdict         // on the whole
	ByMarks  bool            // Verdict follows from those on the marks
	Marks    map[int]Verdict // span -> verdict
	JudgedBy string
	JudgedAt time.Time
}

// Empty reports whether nothing was inherited.
func (h Heir) Empty() bool { return h.Verdict == VerdictOpen && len(h.Marks) == 0 }

// Inherit gives what was said before of a new finding's evidence. judged are
// findings about the same expert that bear a verdict, as a whole or on a mark.
// Only what was said under the same guideline holds. A mark inherits from a
// judged one of the same message that has most of the same words; what was
// said last wins. Other evidence inherits if all of it was judged together
// before: one new event, account or passage opens the matter again.
func Inherit(f Finding, judged []Finding) Heir {
	h := Heir{Marks: map[int]Verdict{}}
	if len(f.Spans) > 0 {
		h.ByMarks = true
		said := make([]time.Time, len(f.Spans))
		for _, j := range judged {
			if j.Guideline != f.Guideline || j.ExpertID != f.ExpertID || j.ID == f.ID {
				continue
			}
			at := time.Time{}
			if j.JudgedAt != nil {
				at = *j.JudgedAt
			}
			// A finding accepted for one of its marks says nothing of the others.
			whole := j.Verdict
			if whole == VerdictAccepted && slices.ContainsFunc(j.Spans, func(s Span) bool { return s.Verdict == VerdictAccepted }) {
				whole = VerdictOpen
			}
			for _, old := range j.Spans {
				verdict := old.Verdict
				if verdict == VerdictOpen {
					verdict = whole
				}
				if verdict == VerdictOpen {
					continue
				}
				for i, s := range f.Spans {
					if s.SameWords(old) && (h.Marks[i] == VerdictOpen || at.After(said[i])) {
						h.Marks[i], said[i] = verdict, at
						if !at.Before(h.JudgedAt) {
							h.JudgedBy, h.JudgedAt = j.JudgedBy, at
						}
					}
				}
			}
		}
		h.Verdict = ofMarks(len(f.Spans), h.Marks)
		return h
	}
	want := f.evidence()
	if len(want) == 0 {
		return h
	}
	for _, j := range judged {
		if j.Guideline != f.Guideline || j.ExpertID != f.ExpertID || j.ID == f.ID || j.Verdict == VerdictOpen || j.JudgedAt == nil {
			continue
		}
		had := j.evidence()
		covered := true
		for key := range want {
			covered = covered && had.holds(key)
		}
		if covered && (h.Verdict == VerdictOpen || j.JudgedAt.After(h.JudgedAt)) {
			h.Verdict, h.JudgedBy, h.JudgedAt = j.Verdict, j.JudgedBy, *j.JudgedAt
		}
	}
	return h
}

// CoveredBy reports whether all of a finding's evidence stood in others under
// the same guideline: who decided on those has decided on it.
func CoveredBy(f Finding, others []Finding) bool {
	had := grounds{}
	var spans []Span
	for _, o := range others {
		if o.Guideline == f.Guideline && o.ExpertID == f.ExpertID {
			spans = append(spans, o.Spans...)
			for key := range o.evidence() {
				had[key] = true
			}
		}
	}
	for _, s := range f.Spans {
		found := false
		for _, o := range spans {
			found = found || s.SameWords(o)
		}
		if !found {
			return false
		}
	}
	rest := f.evidence()
	for key := range rest {
		if !had.holds(key) {
			return false
		}
	}
	return len(f.Spans)+len(rest) > 0
}

func ofMarks(n int, marks map[int]Verdict) Verdict {
	rejected := 0
	for _, v := range marks {
		switch v {
		case VerdictAccepted:
			return VerdictAccepted
		case VerdictRejected:
			rejected++
		}
	}
	if n > 0 && rejected == n {
		return VerdictRejected
	}
	return VerdictOpen
}

// SameWords reports whether two marks share more than half of the words of
// each, in bytes, or this one lies within the other. Where the message was
// edited between them, they must mark the very same words, wherever these stand
// now.
func (s Span) SameWords(o Span) bool {
	if s.Message != o.Message || s.End <= s.Start || o.End <= o.Start {
		return false
	}
	if s.edited(o) {
		return s.words() == o.words()
	}
	if o.Start <= s.Start && s.End <= o.End {
		return true
	}
	common := min(s.End, o.End) - max(s.Start, o.Start)
	return 2*common > s.End-s.Start && 2*common > o.End-o.Start
}

// grounds are the names of pieces of evidence.
type grounds map[string]bool

// holds reports whether a piece is among them. A passage of before sums were
// kept stands for the text as it reads now.
func (g grounds) holds(key string) bool {
	if g[key] {
		return true
	}
	at := strings.LastIndexByte(key, 0)
	return strings.HasPrefix(key, "passage\x00") && g[key[:at+1]]
}

// evidence names what a finding without marks rests on.
func (f Finding) evidence() grounds {
	out := grounds{}
	add := func(parts ...string) { out[strings.Join(parts, "\x00")] = true }
	for _, e := range f.Events {
		switch {
		case e.Kind == "profile":
			// Each edit makes a version; what is held against it is what the reason says.
			add("event", e.Kind, f.Detector, f.Reason, e.Text)
		case e.ID != "":
			add("event", e.Kind, e.ID)
		default:
			add("event", e.Kind, e.At.UTC().Format(time.RFC3339Nano))
		}
	}
	if m := f.Match; m != nil {
		add("match", m.Query, m.Other, m.ExpertID, m.BankItem)
	}
	for _, a := range f.Accounts {
		add("account", a.ExpertID)
	}
	for _, p := range f.Passages {
		add("passage", p.Field, p.OtherExpert, p.OtherField, p.Sum)
	}
	return out
}
