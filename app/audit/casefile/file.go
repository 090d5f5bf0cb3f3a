// Package casefile writes a case as one sealed file that outlives the program:
// a ZIP with a page to read and print, the same as JSON with its schema, the
// photos, the proofs from the audit log, and a signature over all of it. It
// can be checked without the store, and any changed byte is found and named.
package casefile

import (
	"time"

	"mensch/app/audit"
	"mensch/app/model"
)

// Format is the version of the file format.
const Format = 1

// File is all that a case file tells.
type File struct {
	Format      int    `json:"format"`
	ExportedAt  string `json:"exported_at"` // RFC 3339, to the second
	ExportedBy  string `json:"exported_by,omitempty"`
	Redacted    bool   `json:"redacted"` // the expert's variant
	PackVersion string `json:"pack_version"`

	Case       model.Case       `json:"case"`
	Expert     model.Expert     `json:"expert"`
	Profile    model.Profile    `json:"profile"`
	Guidelines []Guideline      `json:"guidelines"` // those that the case is about
	Incidents  []model.Incident `json:"incidents"`
	Findings   []model.Finding  `json:"findings"`
	Strikes    []model.Strike   `json:"strikes"`
	Decisions  []model.Receipt  `json:"decisions"` // newest first
	Approvals  []model.Approval `json:"approvals"`
	Appeals    []model.Appeal   `json:"appeals"`
	Notes      []model.Note     `json:"notes"`
	Sessions   []Transcript     `json:"transcripts"`
	Pairs      []Pair           `json:"pairs"`
	Photos     []Photo          `json:"photos"`   // filled by Write
	Timeline   []Moment         `json:"timeline"` // oldest first
}

// Guideline is a rule as it stood when the file was made.
type Guideline struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Paragraph string `json:"paragraph"`
	Severity  int    `json:"severity"`
}

// Transcript is a session with its messages, in order.
type Transcript struct {
	Session  model.Session   `json:"session"`
	Messages []model.Message `json:"messages"`
}

// Pair is two photos that a finding compares.
type Pair struct {
	FindingID string        `json:"finding"`
	Expert    string        `json:"expert_photo"`          // photo ID
	Other     string        `json:"other_photo,omitempty"` // photo ID; empty where only a hash is known, or it must not be shown
	Title     string        `json:"title"`                 // whose photo or what picture the other is
	Source    string        `json:"source,omitempty"`      // bank, source and licence
	Match     model.Match   `json:"match"`
	Reason    string        `json:"reason"`
	Verdict   model.Verdict `json:"verdict,omitempty"`
}

// Photo is a picture in the file.
type Photo struct {
	ID        string `json:"id"`             // SHA-256 of its bytes
	Path      string `json:"path,omitempty"` // in the ZIP; empty if it could not be had
	MediaType string `json:"media_type,omitempty"`
	Bytes     int64  `json:"bytes,omitempty"`
	Fault     string `json:"fault,omitempty"` // why it is not there, in words
}

// Moment is one thing that happened.
type Moment struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Text string    `json:"text"`
}

// Proof ties a case file to the audit log.
type Proof struct {
	Head []byte      `json:"-"`    // a signed head (audit.SignHead); its own entry in the ZIP
	Rows []ProvenRow `json:"rows"` // those about the case
}

// ProvenRow is a row of the audit log with the proof that it stands there. In
// the redacted variant the row itself is left out.
type ProvenRow struct {
	Row   *model.AuditRow `json:"row,omitempty"`
	Proof audit.Inclusion `json:"inclusion"`
}

// fill makes lists of nothing empty lists, so that the JSON has one shape.
func (f *File) fill() {
	f.Guidelines = full(f.Guidelines)
	f.Incidents = full(f.Incidents)
	f.Findings = full(f.Findings)
	f.Strikes = full(f.Strikes)
	f.Decisions = full(f.Decisions)
	f.Approvals = full(f.Approvals)
	f.Appeals = full(f.Appeals)
	f.Notes = full(f.Notes)
	f.Sessions = full(f.Sessions)
	f.Pairs = full(f.Pairs)
	f.Photos = full(f.Photos)
	f.Timeline = full(f.Timeline)
}

func full[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
