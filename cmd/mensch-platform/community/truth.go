package community

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"mensch/app/model"
)

// Truth is who breaks what in the community. Tests read it; the platform does
// not serve it and the program never sees it.
type Truth struct {
	Seed       int64     `json:"seed"`
	Base       time.Time `json:"base"`
	Violations []Fact    `json:"violations"`
	Decoys     []Fact    `json:"decoys"` // what looks like a violation and is none
}

// Fact is one violation by one expert, or one decoy.
type Fact struct {
	ID        string     `json:"id"`
	Guideline string     `json:"guideline"` // broken; of a decoy: what it could be mistaken for
	Kind      string     `json:"kind"`      // such as "contact/phone-words"
	ExpertID  string     `json:"expert"`
	Others    []string   `json:"others,omitempty"`   // other experts in it: accomplices, victims, the same person's other accounts
	Evidence  []Evidence `json:"evidence,omitempty"` // messages
	Sessions  []string   `json:"sessions,omitempty"`
	Ratings   []string   `json:"ratings,omitempty"`
	Status    []string   `json:"status,omitempty"`
	PhotoID   string     `json:"photo,omitempty"`
	Source    string     `json:"source,omitempty"`    // of a copy: the photo ID, or <expert>/bio, or a message ID
	Transform string     `json:"transform,omitempty"` // of a photo copy, in words
	Field     string     `json:"field,omitempty"`     // of the profile
	Subtlety  int        `json:"subtlety"`            // 1 plain to 3 hard; 0 for a decoy
	Incidents []string   `json:"incidents,omitempty"` // reports that name it; empty: detectors alone must find it
	Past      bool       `json:"past,omitempty"`      // already decided by an earlier decision
	Note      string     `json:"note,omitempty"`
}

// Evidence is a message that shows a fact.
type Evidence struct {
	Session string       `json:"session"`
	Message string       `json:"message"`
	From    model.Sender `json:"from"`
}

// WriteTruth writes the truth as indented JSON.
func WriteTruth(w io.Writer, t Truth) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(t); err != nil {
		return fmt.Errorf("writing the truth: %w", err)
	}
	return nil
}

// deed is a fact in the making: it points at what has no number yet.
type deed struct {
	Fact
	innocent bool
	who      *person
	lines    []*chatLine
	chats    []*chat
	ratings  []*model.Rating
	status   []*model.StatusEvent
}

// did opens a violation by an expert.
func (w *world) did(p *person, guideline, kind string, subtlety int) *deed {
	d := &deed{Fact: Fact{Guideline: guideline, Kind: kind, ExpertID: p.id, Subtlety: subtlety}, who: p}
	w.deeds = append(w.deeds, d)
	return d
}

// seems opens a decoy.
func (w *world) seems(p *person, guideline, kind, note string) *deed {
	d := &deed{Fact: Fact{Guideline: guideline, Kind: kind, ExpertID: p.id, Note: note}, who: p, innocent: true}
	w.deeds = append(w.deeds, d)
	return d
}

func (d *deed) fact() Fact {
	f := d.Fact
	for _, l := range d.lines {
		f.Evidence = append(f.Evidence, Evidence{Session: l.message.Session, Message: l.message.ID, From: l.message.From})
	}
	for _, c := range d.chats {
		f.Sessions = append(f.Sessions, c.session.ID)
	}
	for _, r := range d.ratings {
		f.Ratings = append(f.Ratings, r.ID)
	}
	for _, s := range d.status {
		f.Status = append(f.Status, s.ID)
	}
	return f
}
