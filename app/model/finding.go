package model

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CaseID derives a case's ID from its expert and round, the same way at the
// platform and here, so that a case found by a detector has a name that the
// platform knows before anybody reported it.
func CaseID(expertID string, round int) string {
	return expertID + "." + strconv.Itoa(round)
}

// Verdict is a moderator's word on a finding, a mark or a match.
type Verdict string

// The verdicts on a finding or one of its marks.
const (
	VerdictOpen     Verdict = ""
	VerdictAccepted Verdict = "accepted"
	VerdictRejected Verdict = "rejected"
)

// Finding is what a detector saw, with the evidence that made it. A finding
// without spans, events, a match or linked accounts does not exist.
type Finding struct {
	ID        string     `json:"id"` // derived by FindingID from the evidence: the same evidence gives the same finding
	ExpertID  string     `json:"expert_id"`
	CaseID    string     `json:"case_id,omitempty"`
	Detector  string     `json:"detector"`        // such as contact, incivility, same-person
	Scope     string     `json:"scope,omitempty"` // what was read, such as session:s12; a new run over a scope replaces its findings
	Guideline string     `json:"guideline"`
	Score     float64    `json:"score"` // 0 to 1
	Reason    string     `json:"reason"`
	Advisory  bool       `json:"advisory,omitempty"` // tells, but is no violation (one person in two clusters)
	SessionID string     `json:"session_id,omitempty"`
	Messages  []string   `json:"messages,omitempty"`
	Spans     []Span     `json:"spans,omitempty"`
	Events    []Event    `json:"events,omitempty"`
	Match     *Match     `json:"match,omitempty"`
	Accounts  []Linked   `json:"accounts,omitempty"`
	Passages  []Passage  `json:"passages,omitempty"`
	At        time.Time  `json:"at"`                // when what it shows happened
	Verdict   Verdict    `json:"verdict,omitempty"` // the moderator's
	JudgedBy  string     `json:"judged_by,omitempty"`
	JudgedAt  *time.Time `json:"judged_at,omitempty"`
	// Suppressed says why a condition of the rules keeps it out of sight; empty: it is in sight.
	Suppressed string `json:"suppressed,omitempty"`
}

// Span marks words of a message: byte offsets into its UTF-8 text, Start
// inclusive, End exclusive, both on rune boundaries.
type Span struct {
	Message string  `json:"message"`
	Start   int     `json:"start"`
	End     int     `json:"end"`
	Label   string  `json:"label,omitempty"`   // what the words are: phone, email, insult
	Reading string  `json:"reading,omitempty"` // the normalised reading where it differs from the text
	Sum     string  `json:"sum,omitempty"`     // of the message's text and of the marked words, as Said notes it
	Verdict Verdict `json:"verdict,omitempty"`
}

// Event is a thing with a time that a finding rests on: a rating, a silence, a
// status change.
type Event struct {
	Kind string    `json:"kind"` // rating, message, status, profile
	ID   string    `json:"id,omitempty"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// Linked is another account that shares signals with the expert's.
type Linked struct {
	ExpertID string   `json:"expert_id"`
	Cluster  string   `json:"cluster"`
	Signals  []string `json:"signals"` // in words, strongest first
}

// Passage is text that stands in two places, byte offsets as in Span.
type Passage struct {
	Field       string `json:"field"` // which text of the expert's: bio, headline, message:<id>
	Start       int    `json:"start"`
	End         int    `json:"end"`
	OtherExpert string `json:"other_expert,omitempty"`
	OtherField  string `json:"other_field"`
	OtherStart  int    `json:"other_start"`
	OtherEnd    int    `json:"other_end"`
	Sum         string `json:"sum,omitempty"` // TextSum of the expert's whole text as it was read: edited, it is other evidence
}

// ScopeFindings are all findings of one detector run over one scope: they
// replace what the scope had before.
type ScopeFindings struct {
	Scope    string
	ExpertID string // whose case changes, also when no finding is left
	Findings []Finding
}

// FindingID derives a finding's ID from its detector, expert, guideline and
// evidence: the same evidence gives the same ID, so that a verdict on it
// outlasts a new run of the detector.
func FindingID(f Finding) string {
	h := sha256.New()
	part := func(words ...string) {
		for _, w := range words {
			_, _ = fmt.Fprintf(h, "%d:%s", len(w), w) // a hash does not fail
		}
	}
	part(f.Detector, f.ExpertID, f.Guideline, f.SessionID)
	for _, s := range f.Spans {
		part("span", s.Message, strconv.Itoa(s.Start), strconv.Itoa(s.End))
		if w := s.words(); w != "" {
			part(w) // the same place in an edited message is other evidence
		}
	}
	for _, e := range f.Events {
		part("event", e.Kind, e.ID)
	}
	if f.Match != nil {
		part("match", f.Match.Query, f.Match.Other, f.Match.ExpertID, f.Match.BankItem)
	}
	for _, a := range f.Accounts {
		part("account", a.ExpertID)
	}
	for _, p := range f.Passages {
		part("passage", p.Field, p.OtherExpert, p.OtherField)
		if p.Sum != "" {
			part(p.Sum)
		}
	}
	return "f" + hex.EncodeToString(h.Sum(nil)[:12])
}

// StrongestFirst orders findings for reading: violations before hints, then by
// score, then by ID so that the order is always the same.
func StrongestFirst(a, b Finding) int {
	if a.Advisory != b.Advisory {
		if a.Advisory {
			return 1
		}
		return -1
	}
	if c := cmp.Compare(b.Score, a.Score); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}
