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
// said last wins. A word on a whole finding that says otherwise than those on its
// marks holds for a finding of the very same marks. Other evidence inherits if all
// of it was judged together before: one new event, account or passage opens the
// matter again.
func Inherit(f Finding, judged []Finding) Heir {
	h := Heir{Marks: map[int]Verdict{}}
	about := knownOf(f, judged)
	if len(f.Spans) > 0 {
		h.ByMarks = true
		said := make([]time.Time, len(f.Spans))
		var whole *Finding // the last one of the same marks that was judged against their verdicts
		for n, j := range judged {
			if j.Guideline != f.Guideline || j.ExpertID != f.ExpertID || j.ID == f.ID {
				continue
			}
			at := time.Time{}
			if j.JudgedAt != nil {
				at = *j.JudgedAt
			}
			if j.Verdict != VerdictOpen && j.JudgedAt != nil && j.Verdict != j.byMarks() && (whole == nil || at.After(*whole.JudgedAt)) && about.sameMarks(f.Spans, j.Spans) {
				whole = &judged[n]
			}
			// A finding accepted for one of its marks says nothing of the others.
			rest := j.Verdict
			if rest == VerdictAccepted && slices.ContainsFunc(j.Spans, func(s Span) bool { return s.Verdict == VerdictAccepted }) {
				rest = VerdictOpen
			}
			for _, old := range j.Spans {
				verdict := old.Verdict
				if verdict == VerdictOpen {
					verdict = rest
				}
				if verdict == VerdictOpen {
					continue
				}
				for i, s := range f.Spans {
					if about.same(s, old) && (h.Marks[i] == VerdictOpen || at.After(said[i])) {
						h.Marks[i], said[i] = verdict, at
						if !at.Before(h.JudgedAt) {
							h.JudgedBy, h.JudgedAt = j.JudgedBy, at
						}
					}
				}
			}
		}
		h.Verdict = ofMarks(len(f.Spans), h.Marks)
		if whole != nil && h.Verdict != whole.Verdict && !h.JudgedAt.After(*whole.JudgedAt) {
			h.Verdict, h.ByMarks, h.JudgedBy, h.JudgedAt = whole.Verdict, false, whole.JudgedBy, *whole.JudgedAt
		}
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
		if about.covers(want, named(j)) && (h.Verdict == VerdictOpen || j.JudgedAt.After(h.JudgedAt)) {
			h.Verdict, h.JudgedBy, h.JudgedAt = j.Verdict, j.JudgedBy, *j.JudgedAt
		}
	}
	return h
}

// CoveredBy reports whether all of a finding's evidence stood in others under
// the same guideline: who decided on those has decided on it.
func CoveredBy(f Finding, others []Finding) bool {
	about := knownOf(f, others)
	for _, s := range f.Spans {
		if !slices.ContainsFunc(about.spans, func(o Span) bool { return about.same(s, o) }) {
			return false
		}
	}
	rest := f.evidence()
	return len(f.Spans)+len(rest) > 0 && about.covers(rest, named(others...))
}

func (f Finding) byMarks() Verdict {
	marks := make(map[int]Verdict, len(f.Spans))
	for i, s := range f.Spans {
		marks[i] = s.Verdict
	}
	return ofMarks(len(f.Spans), marks)
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

// A piece of evidence has a name, and maybe another by which it may be known.
type piece struct{ name, also string }

// known is what is known of the evidence that was judged, for telling what marks
// and passages of before sums were kept stand for.
type known struct {
	spans    []Span
	passages []Passage
}

func knownOf(f Finding, others []Finding) known {
	var k known
	for _, o := range others {
		if o.Guideline == f.Guideline && o.ExpertID == f.ExpertID && o.ID != f.ID {
			k.spans = append(k.spans, o.Spans...)
			k.passages = append(k.passages, o.Passages...)
		}
	}
	return k
}

// same reports whether a judged mark is of the same words as another. A judged
// one without a sum stands for the text of its message as it was when sums came:
// what inherited from it then says which that was.
func (k known) same(s, judged Span) bool {
	if !s.SameWords(judged) {
		return false
	}
	if s.words() == "" || judged.words() != "" {
		return true
	}
	other := false
	for _, o := range k.spans {
		if o.words() == "" || !o.SameWords(judged) {
			continue
		}
		if !o.edited(s) {
			return true
		}
		other = true
	}
	return !other
}

// sameMarks reports whether each of some marks is among others, and the other
// way round.
func (k known) sameMarks(marks, judged []Span) bool {
	all := func(list []Span, same func(Span) bool) bool {
		return !slices.ContainsFunc(list, func(s Span) bool { return !same(s) })
	}
	return all(marks, func(s Span) bool {
		return slices.ContainsFunc(judged, func(o Span) bool { return k.same(s, o) })
	}) && all(judged, func(o Span) bool {
		return slices.ContainsFunc(marks, func(s Span) bool { return k.same(s, o) })
	})
}

// covers reports whether all pieces are among those that were named.
func (k known) covers(want []piece, had map[string]bool) bool {
	for _, p := range want {
		if !had[p.name] && (p.also == "" || !had[p.also] || k.reads(p)) {
			return false
		}
	}
	return true
}

// reads reports whether it is known that the text of a passage read otherwise
// when sums came: what was said before is not of the text as it reads now.
func (k known) reads(p piece) bool {
	return slices.ContainsFunc(k.passages, func(o Passage) bool {
		return o.Sum != "" && o.piece().also == p.also && o.piece().name != p.name
	})
}

// named are the names of what findings without marks rest on.
func named(list ...Finding) map[string]bool {
	out := map[string]bool{}
	for _, f := range list {
		for _, p := range f.evidence() {
			out[p.name] = true
		}
	}
	return out
}

func called(parts ...string) string { return strings.Join(parts, "\x00") }

// piece names a passage. One of before sums were kept stands for any text.
func (p Passage) piece() piece {
	out := piece{name: called("passage", p.Field, p.OtherExpert, p.OtherField, p.Sum)}
	if p.Sum != "" {
		out.also = called("passage", p.Field, p.OtherExpert, p.OtherField, "")
	}
	return out
}

// evidence names what a finding without marks rests on.
func (f Finding) evidence() []piece {
	var out []piece
	add := func(parts ...string) { out = append(out, piece{name: called(parts...)}) }
	for _, e := range f.Events {
		when := e.At.UTC().Format(time.RFC3339Nano)
		switch {
		case e.Kind == "profile" && e.Text != "" && strings.Contains(f.Reason, e.Text):
			add("event", e.Kind, f.Detector, "", e.Text) // the words that are held against it
		case e.Kind == "profile":
			// Each edit makes a version; what is held against it is what the reason says.
			add("event", e.Kind, f.Detector, f.Reason, e.Text)
		case e.Kind == "finding":
			// A finding that is cut or named in another way is known by what it says.
			id, says := called("event", e.Kind, e.ID), called("event", e.Kind, when, e.Text)
			out = append(out, piece{id, says}, piece{says, id})
		case e.ID != "":
			add("event", e.Kind, e.ID)
		default:
			add("event", e.Kind, when)
		}
	}
	if m := f.Match; m != nil {
		add("match", m.Query, m.Other, m.ExpertID, m.BankItem)
	}
	for _, a := range f.Accounts {
		add("account", a.ExpertID)
	}
	for _, p := range f.Passages {
		out = append(out, p.piece())
	}
	return out
}
