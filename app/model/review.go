package model

import "time"

// Approval is a proposal and the second person's yes or no to it. Its ID is
// that of the decision that it is about.
type Approval struct {
	ID          string    `json:"id"`
	Version     int64     `json:"version"`
	DecisionID  string    `json:"decision_id"`
	CaseID      string    `json:"case_id"`
	ExpertID    string    `json:"expert_id"`
	CaseVersion int64     `json:"case_version"` // after the proposal
	Proposer    string    `json:"proposer"`
	Approver    string    `json:"approver,omitempty"`
	Answer      string    `json:"answer,omitempty"`     // yes, no, withdrawn, expired, or empty while open
	AnswerKey   string    `json:"answer_key,omitempty"` // of the answer that was taken
	Reason      string    `json:"reason,omitempty"`
	OwnView     string    `json:"own_view,omitempty"` // what the second person would have decided before they saw the proposal
	AskedAt     time.Time `json:"asked_at"`
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	Expires     time.Time `json:"expires"`
	Decision    *Decision `json:"decision,omitempty"` // as it was proposed
}

// ApprovalAnswer is a word on a proposal on its way to the platform. Its ID is
// the Idempotency-Key on the wire.
type ApprovalAnswer struct {
	ID          string    `json:"id"`
	ApprovalID  string    `json:"approval_id"`
	CaseID      string    `json:"case_id"`
	Answer      string    `json:"answer"` // yes, no or withdrawn
	Reason      string    `json:"reason,omitempty"`
	OwnView     string    `json:"own_view,omitempty"`
	CaseVersion int64     `json:"case_version"` // that was looked at; a yes counts for no other
	By          string    `json:"by"`
	At          time.Time `json:"at"`
}

// AnswerEntry is an answer in the outbox.
type AnswerEntry struct {
	Answer    ApprovalAnswer `json:"answer"`
	State     OutboxState    `json:"state"`
	NotBefore time.Time      `json:"not_before"`
	Attempts  int            `json:"attempts"`
	LastError string         `json:"last_error,omitempty"`
	UpdatedAt time.Time      `json:"updated_at"`
	Seq       int64          `json:"seq"`
}

// AnswerChange moves an answer in the outbox to another state.
type AnswerChange struct {
	AnswerID  string
	From      OutboxState // must be its state now, else ErrStale
	To        OutboxState
	NotBefore time.Time
	Attempt   bool
	LastError string
	Approval  *Approval // as the platform answered it, where it did; taken in if newer
	At        time.Time
}

// ApprovalFilter says which proposals a list shows.
type ApprovalFilter struct {
	Open   bool   // only those without an answer
	CaseID string // of one case; empty: all
}

// Attachment is a file that an expert sent with an appeal.
type Attachment struct {
	ID        string `json:"id"` // SHA-256 of the bytes, lower-case hex
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Bytes     int64  `json:"bytes"`
}

// The most that an appeal may bring.
const (
	MaxAttachments     = 8
	MaxAttachmentBytes = 8 << 20
)

// Appeal is the expert's objection to a decision.
type Appeal struct {
	ID         string       `json:"id"`
	Version    int64        `json:"version"`
	CaseID     string       `json:"case_id"`
	DecisionID string       `json:"decision_id"`
	ExpertID   string       `json:"expert_id"`
	Text       string       `json:"text"`
	Files      []Attachment `json:"files,omitempty"`
	At         time.Time    `json:"at"`
	Outcome    string       `json:"outcome,omitempty"` // upheld, changed, overturned, or empty while open
	Reason     string       `json:"reason,omitempty"`  // of the outcome, in words
	DecidedBy  string       `json:"decided_by,omitempty"`
	DecidedAt  time.Time    `json:"decided_at,omitzero"`
}

// StatementState is how far a statement of reasons has come.
type StatementState string

// The states of a queued statement of reasons.
const (
	StatementHeld    StatementState = "held"    // its decision does not stand yet
	StatementQueued  StatementState = "queued"  // waits to be sent
	StatementSent    StatementState = "sent"    // the database has it
	StatementRefused StatementState = "refused" // the database refuses it; a person must look
	StatementDropped StatementState = "dropped" // its decision came to nothing
)

// StatementEntry is a statement of reasons in the queue. Its PUID is the ID of
// the sanction.
type StatementEntry struct {
	PUID       string         `json:"puid"`
	DecisionID string         `json:"decision_id"`
	Body       string         `json:"body"` // JSON in the form of the DSA Transparency Database
	State      StatementState `json:"state"`
	NotBefore  time.Time      `json:"not_before"`
	Attempts   int            `json:"attempts"`
	LastError  string         `json:"last_error,omitempty"`
	UpdatedAt  time.Time      `json:"updated_at"`
	Seq        int64          `json:"seq"`
}

// CaseEvent is one entry of a case's history, which is only added to: the
// case's state is what its events lead to.
type CaseEvent struct {
	Seq        int64     `json:"seq"`
	CaseID     string    `json:"case_id"`
	Kind       string    `json:"kind"` // an event of the case's state machine
	From       CaseState `json:"from"`
	To         CaseState `json:"to"`
	DecisionID string    `json:"decision_id,omitempty"`
	At         time.Time `json:"at"`
}
