package model

import "time"

// Reporter says what kind of person reported an incident.
type Reporter string

// The kinds of reporter.
const (
	ReporterClient Reporter = "client"
	ReporterExpert Reporter = "expert"
	ReporterStaff  Reporter = "staff"
)

// Incident is a report from a client, an expert or staff about an expert.
type Incident struct {
	ID         string    `json:"id"`
	Version    int64     `json:"version"`
	ExpertID   string    `json:"expert_id"`
	CaseID     string    `json:"case_id"`
	Reporter   Reporter  `json:"reporter"`
	ReporterID string    `json:"reporter_id,omitempty"`
	SessionID  string    `json:"session_id,omitempty"`
	Guideline  string    `json:"guideline,omitempty"` // what the reporter chose; may be empty or wrong
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
	Closed     bool      `json:"closed,omitempty"`
}

// CaseState is where a case stands. The only code that changes it is the
// transition function in app/cases.
type CaseState string

// The states of a case.
const (
	CaseOpen     CaseState = "open"     // needs a moderator
	CaseWaiting  CaseState = "waiting"  // decided here, on its way to the platform
	CaseProposed CaseState = "proposed" // decided, waits for a second person
	CaseConflict CaseState = "conflict" // decided here and elsewhere; a person must choose
	CaseDecided  CaseState = "decided"  // confirmed by the platform
	CaseAppealed CaseState = "appealed" // the expert objects
)

// Case is the unit of work: all incidents and findings about one expert that
// are open together. Its ID is CaseID(expert, round): the round goes up by one
// when something new is reported after a decision.
type Case struct {
	ID       string    `json:"id"`
	ExpertID string    `json:"expert_id"`
	Round    int       `json:"round"`   // from 1
	Version  int64     `json:"version"` // the platform's; 0 while the platform has no such case
	State    CaseState `json:"state"`
	OpenedAt time.Time `json:"opened_at"`
	Lease    *Lease    `json:"lease,omitempty"`
	Priority Priority  `json:"-"`
}

// Lease is a moderator's expiring claim on a case. A decision carries the
// token; the platform refuses one with a token older than the newest it gave.
type Lease struct {
	CaseID  string    `json:"case_id"`
	Holder  string    `json:"holder"`
	Token   int64     `json:"token"`
	Expires time.Time `json:"expires"`
}

// Priority orders the queue and says why.
type Priority struct {
	Score   int              `json:"score"` // 0 to 100
	Reasons []PriorityReason `json:"reasons"`
}

// PriorityReason is one contribution to a Priority, in words.
type PriorityReason struct {
	Points int    `json:"points"`
	Text   string `json:"text"`
}

// CaseFacts is all that a case's priority and state are computed from.
type CaseFacts struct {
	Case      Case
	Expert    Expert
	Incidents []Incident // open ones
	Findings  []Finding  // open and accepted ones
	Strikes   []Strike
	Appeals   []Appeal
	Sessions  int // sessions in the last 30 days: how many clients are exposed
}
