package model

import "time"

// Outcome is what a moderator concluded.
type Outcome string

// The outcomes of a decision.
const (
	Dismissed  Outcome = "dismissed"
	Sanctioned Outcome = "sanctioned"
	Reversed   Outcome = "reversed"
)

// Step is one rung of a guideline's sanction ladder.
type Step string

// The steps, from the mildest to the hardest.
const (
	StepNote         Step = "note"
	StepWarning      Step = "warning"
	StepFieldReset   Step = "field-reset"
	StepPhotoRemoval Step = "photo-removal"
	StepRatingVoid   Step = "rating-void"
	StepSuspension   Step = "suspension"
	StepBan          Step = "ban"
)

// Sanction is the enforcement of one guideline.
type Sanction struct {
	ID             string    `json:"id"`
	DecisionID     string    `json:"decision_id"`
	ExpertID       string    `json:"expert_id"`
	Guideline      string    `json:"guideline"`
	Step           Step      `json:"step"`
	Cluster        string    `json:"cluster,omitempty"` // where it holds; empty: everywhere
	Field          string    `json:"field,omitempty"`   // for a field reset: name, headline, bio, gender, degrees, credentials
	Ratings        []string  `json:"ratings,omitempty"` // for a rating void
	StartsAt       time.Time `json:"starts_at"`
	EndsAt         time.Time `json:"ends_at,omitzero"` // for a suspension; zero: no end
	Strikes        int       `json:"strikes"`
	StrikesExpire  time.Time `json:"strikes_expire,omitzero"`
	PackVersion    string    `json:"pack_version"`
	ReversedByID   string    `json:"reversed_by,omitempty"` // the decision that took it back
	DepartedReason string    `json:"departed_reason,omitempty"`
}

// Strike is what a sanction adds to an expert's record; it expires, and stays
// in the history.
type Strike struct {
	SanctionID string    `json:"sanction_id"`
	ExpertID   string    `json:"expert_id"`
	Guideline  string    `json:"guideline"`
	Count      int       `json:"count"`
	At         time.Time `json:"at"`
	Expires    time.Time `json:"expires,omitzero"` // zero: never
	Reversed   bool      `json:"reversed,omitempty"`
}

// Live reports whether the strike still counts at the given time.
func (s Strike) Live(at time.Time) bool {
	return !s.Reversed && (s.Expires.IsZero() || at.Before(s.Expires))
}

// Evidence is one piece that a decision rests on, copied into the decision so
// that a later sync or erasure does not empty it.
type Evidence struct {
	Kind      string   `json:"kind"` // finding, incident, message, photo, profile, rating
	ID        string   `json:"id"`
	Guideline string   `json:"guideline,omitempty"`
	Text      string   `json:"text"`
	Quote     string   `json:"quote,omitempty"` // the expert's own words, client data taken out: fit for the letter
	Finding   *Finding `json:"finding,omitempty"`
}

// Decision is what a moderator concluded on a case. Its ID is the
// Idempotency-Key on the wire.
type Decision struct {
	ID          string     `json:"id"`
	CaseID      string     `json:"case_id"`
	CaseVersion int64      `json:"case_version"` // the version that the moderator saw: If-Match
	ExpertID    string     `json:"expert_id"`
	Moderator   string     `json:"moderator"`
	LeaseToken  int64      `json:"lease_token,omitempty"`
	Outcome     Outcome    `json:"outcome"`
	Sanctions   []Sanction `json:"sanctions,omitempty"`
	Evidence    []Evidence `json:"evidence,omitempty"`
	Message     string     `json:"message,omitempty"` // the exact text to the expert
	Language    string     `json:"language,omitempty"`
	Rationale   string     `json:"rationale,omitempty"` // for colleagues, never for the expert
	PackVersion string     `json:"pack_version"`
	Reverses    string     `json:"reverses,omitempty"`
	Answers     string     `json:"answers,omitempty"`     // the appeal that this decision answers
	ApprovedBy  string     `json:"approved_by,omitempty"` // the second person, where one was needed; the platform's word
	DecidedAt   time.Time  `json:"decided_at"`
}

// Receipt is the platform's word that a decision arrived and stands.
type Receipt struct {
	Key         string    `json:"key"`
	Decision    Decision  `json:"decision"`
	CaseVersion int64     `json:"case_version"` // after the decision
	ReceivedAt  time.Time `json:"received_at"`
}

// OutboxState is how far a decision has come on its way to the platform.
type OutboxState string

// The states of an outbox entry.
const (
	OutboxQueued   OutboxState = "queued"   // waits for its time (undo) or its turn
	OutboxSending  OutboxState = "sending"  // a request is under way, or was when the program died
	OutboxAcked    OutboxState = "acked"    // the platform confirmed it
	OutboxConflict OutboxState = "conflict" // the case changed at the platform; a person must choose
	OutboxRejected OutboxState = "rejected" // the platform refuses it for good
	OutboxUnknown  OutboxState = "unknown"  // sent, no answer: ask by key before anything else
	OutboxUndone   OutboxState = "undone"   // taken back before it was sent
)

// OutboxKind says what an entry asks of the platform.
type OutboxKind string

// The kinds of outbox entry.
const (
	OutboxDecide  OutboxKind = "decide"  // let the decision stand
	OutboxPropose OutboxKind = "propose" // lay it before a second person
)

// OutboxEntry is a decision made here that the platform has not yet confirmed,
// or how that ended.
type OutboxEntry struct {
	Kind      OutboxKind  `json:"kind"`
	Decision  Decision    `json:"decision"`
	State     OutboxState `json:"state"`
	NotBefore time.Time   `json:"not_before"` // end of the undo time, or of the back-off
	Attempts  int         `json:"attempts"`
	LastError string      `json:"last_error,omitempty"` // a sentence for the moderator
	Theirs    *Decision   `json:"theirs,omitempty"`     // in a conflict: the decision that stands at the platform
	Back      CaseState   `json:"back"`                 // where the case stood before the decision: what an undo goes back to
	UpdatedAt time.Time   `json:"updated_at"`
	Seq       int64       `json:"seq"` // order of confirmation here
}

// AuditRow is one entry of the tamper-evident log: Hash covers the row and the
// hash of the row before it.
type AuditRow struct {
	Seq    int64     `json:"seq"` // from 1, no gaps
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Action string    `json:"action"` // such as decide, undo, judge, note, settings
	Object string    `json:"object"` // such as decision:<id>
	Detail string    `json:"detail"` // JSON
	Prev   string    `json:"prev"`   // hex SHA-256; empty for the first
	Hash   string    `json:"hash"`   // hex SHA-256
}

// OutboxChange moves an outbox entry to another state.
type OutboxChange struct {
	DecisionID string
	From       OutboxState // must be its state now, else ErrStale
	To         OutboxState
	NotBefore  time.Time // earliest next try
	Attempt    bool      // counts as a try
	LastError  string    // a sentence for the moderator; empty clears it
	Receipt    *Receipt  // when a decision is acked
	Approval   *Approval // when a proposal is acked
	Theirs     *Decision // when in conflict
	CaseState  CaseState // the case's new state; empty: unchanged
	Case       *Case     // the case as the platform answered it, where it did; taken in if newer
	At         time.Time
}
