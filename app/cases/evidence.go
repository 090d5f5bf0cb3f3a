package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mensch/app/model"
)

// CloneEvidence copies evidence so that nothing of it is shared.
func CloneEvidence(evidence []model.Evidence) []model.Evidence {
	out := slices.Clone(evidence)
	for i := range out {
		if out[i].Finding != nil {
			f := cloneFinding(*out[i].Finding)
			out[i].Finding = &f
		}
	}
	return out
}

func cloneFinding(f model.Finding) model.Finding {
	f.Messages = slices.Clone(f.Messages)
	f.Spans = slices.Clone(f.Spans)
	f.Events = slices.Clone(f.Events)
	f.Passages = slices.Clone(f.Passages)
	f.Accounts = slices.Clone(f.Accounts)
	for i := range f.Accounts {
		f.Accounts[i].Signals = slices.Clone(f.Accounts[i].Signals)
	}
	if f.Match != nil {
		m := *f.Match
		f.Match = &m
	}
	if f.JudgedAt != nil {
		at := *f.JudgedAt
		f.JudgedAt = &at
	}
	return f
}

// CopyFinding copies a finding into evidence, with the messages that its marks
// stand in. A mark that the moderator rejected is no evidence and stays out; a
// rejected finding gives none. The messages of the expert get a quote that is
// fit for the letter: the marked passage, with what the finders point at taken
// out.
func CopyFinding(f model.Finding, messages []model.Message, finders ...Finder) []model.Evidence {
	if f.Verdict == model.VerdictRejected {
		return nil
	}
	f = cloneFinding(f)
	f.Spans = slices.DeleteFunc(f.Spans, func(s model.Span) bool { return s.Verdict == model.VerdictRejected })
	kind := EvidenceFinding
	if f.Match != nil {
		kind = EvidencePhoto
	}
	out := []model.Evidence{{Kind: kind, ID: f.ID, Guideline: f.Guideline, Text: findingInWords(f), Finding: &f}}
	for _, m := range messages {
		var marks []model.Span
		sum := model.TextSum(m.Text)
		for _, s := range f.Spans {
			if s.Message == m.ID && s.MadeOn(sum) { // else it was edited since, and says something else there
				marks = append(marks, s)
			}
		}
		if len(marks) == 0 && !slices.Contains(f.Messages, m.ID) {
			continue
		}
		e := model.Evidence{Kind: EvidenceMessage, ID: m.ID, Guideline: f.Guideline, Text: m.Text}
		if m.From == model.FromExpert && len(marks) > 0 {
			e.Quote = passage(m.Text, marks, finders)
		}
		out = append(out, e)
	}
	return out
}

func findingInWords(f model.Finding) string {
	text := f.Reason
	if m := f.Match; m != nil {
		text += fmt.Sprintf(" Photo %s beside %s: %s, distance %d", m.Query, m.Other, m.Kind, m.Distance)
		if m.Transform != "" {
			text += ", " + m.Transform
		}
		text += "."
	}
	for _, a := range f.Accounts {
		text += fmt.Sprintf(" Account %s in %s shares: %s.", a.ExpertID, a.Cluster, strings.Join(a.Signals, ", "))
	}
	return strings.TrimSpace(text)
}

// CopyIncident copies a report. Who reported stays out.
func CopyIncident(i model.Incident) model.Evidence {
	return model.Evidence{Kind: EvidenceIncident, ID: i.ID, Guideline: i.Guideline, Text: i.Text}
}

// CopyRating copies a rating. Who rated stays out, but for the pseudonym.
func CopyRating(r model.Rating, guideline string) model.Evidence {
	text := fmt.Sprintf("%d of 5 stars on %s", r.Stars, day(r.At))
	if r.Comment != "" {
		text += ": " + r.Comment
	}
	return model.Evidence{Kind: EvidenceRating, ID: r.ID, Guideline: guideline, Text: text}
}

// AboutProfile reports whether a finding is about the expert's profile or its
// photo, so that a decision on it must keep the profile as it was.
func AboutProfile(f model.Finding) bool {
	return strings.HasPrefix(f.Scope, "profile:") || strings.HasPrefix(f.Scope, "photo:")
}

// WithProfile adds a copy of the profile, once for each guideline that evidence
// about the profile or its photo stands under. Without a profile nothing is
// added.
func WithProfile(evidence []model.Evidence, p model.Profile) []model.Evidence {
	if p.ExpertID == "" {
		return evidence
	}
	var copied []string
	for _, e := range slices.Clone(evidence) {
		if e.Finding != nil && AboutProfile(*e.Finding) && !slices.Contains(copied, e.Guideline) {
			copied = append(copied, e.Guideline)
			evidence = append(evidence, CopyProfile(p, e.Guideline))
		}
	}
	return evidence
}

// CopyProfile copies a version of a profile.
func CopyProfile(p model.Profile, guideline string) model.Evidence {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("Name", p.Name)
	line("Headline", p.Headline)
	line("About", p.Bio)
	line("Gender", p.Gender)
	if p.BirthYear != 0 {
		line("Year of birth", strconv.Itoa(p.BirthYear))
	}
	line("Degrees", strings.Join(p.Degrees, "; "))
	line("Credentials", strings.Join(p.Credentials, "; "))
	line("Photo", p.PhotoID)
	return model.Evidence{
		Kind: EvidenceProfile, ID: fmt.Sprintf("%s@%d", p.ExpertID, p.Version), Guideline: guideline,
		Text: strings.TrimSuffix(b.String(), "\n"),
	}
}

// passage is the part of a message that holds its marks, with some words on
// either side, redacted.
func passage(text string, marks []model.Span, finders []Finder) string {
	const around = 60
	start, end := len(text), 0
	for _, m := range marks {
		start, end = min(start, m.Start), max(end, m.End)
	}
	start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
	if start >= end {
		start, end = 0, len(text)
	}
	from, to := widen(text, start, -around), widen(text, end, around)
	// The whole text is redacted before it is cut, so that no half of a
	// number slips through at the edge.
	blanks := find(text, finders)
	for _, b := range blanks {
		if b.Start < from && b.End > from {
			from = b.Start
		}
		if b.Start < to && b.End > to {
			to = b.End
		}
	}
	quote := strings.TrimSpace(blank(text, from, to, blanks))
	if from > 0 {
		quote = "… " + quote
	}
	if to < len(text) {
		quote += " …"
	}
	return quote
}

// widen moves an offset by so many bytes and on to the next space or end.
func widen(text string, at, by int) int {
	to := at + by
	if to <= 0 {
		return 0
	}
	if to >= len(text) {
		return len(text)
	}
	step := 1
	if by < 0 {
		step = -1
	}
	for to > 0 && to < len(text) && text[to] != ' ' {
		to += step
	}
	for to > 0 && to < len(text) && !utf8.RuneStart(text[to]) {
		to--
	}
	return to
}
