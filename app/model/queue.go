package model

import "time"

// QueueSort orders the queue.
type QueueSort string

// The orders of the queue.
const (
	SortPriority QueueSort = "priority" // urgent first
	SortOldest   QueueSort = "oldest"
	SortNewest   QueueSort = "newest"
	SortHanded   QueueSort = "handed" // what was handed over, then by priority
)

// QueueFilter says which cases the queue shows. Empty lists mean: all.
type QueueFilter struct {
	States     []CaseState `json:"states,omitempty"`
	Clusters   []string    `json:"clusters,omitempty"`
	Guidelines []string    `json:"guidelines,omitempty"`
	Reporters  []Reporter  `json:"reporters,omitempty"`
	MinScore   int         `json:"min_score,omitempty"`
	Text       string      `json:"text,omitempty"`      // words that the transcripts or the profile hold
	LeasedBy   string      `json:"leased_by,omitempty"` // cases this moderator holds
	Sort       QueueSort   `json:"sort,omitempty"`      // empty: priority

	Mine        bool `json:"mine,omitempty"`         // leased or held by me, or handed to me
	OnHold      bool `json:"on_hold,omitempty"`      // somebody holds them
	HelpAsked   bool `json:"help_asked,omitempty"`   // a question waits for an answer
	WaitingDays int  `json:"waiting_days,omitempty"` // opened at least so many days ago
	HideSkipped bool `json:"hide_skipped,omitempty"` // without what I skipped within SkipRest
	Free        bool `json:"free,omitempty"`         // neither leased, held by nor handed to a colleague
	// Me is who asks; the desk sets it.
	Me string `json:"-"`
}

// QueueKey is a place in the queue's order: the page after it starts right
// behind it. The zero key is the start.
type QueueKey struct {
	Rank   int64  `json:"rank"` // the sort column's value, so that ascending order is the queue's order
	CaseID string `json:"case_id"`
}

// QueueOutline is the shape of a filtered queue: how many rows, and the key
// before every page, so that a list may jump anywhere and still page by key.
type QueueOutline struct {
	Total    int
	PageSize int
	Before   []QueueKey // Before[i] is the key to pass for page i; Before[0] is the zero key
}

// QueueRow is one line of the queue.
type QueueRow struct {
	Key         QueueKey    `json:"-"`
	CaseID      string      `json:"case"`
	ExpertID    string      `json:"expert"`
	ScreenName  string      `json:"screen_name"`
	Cluster     string      `json:"cluster"`
	PhotoID     string      `json:"photo,omitempty"`
	State       CaseState   `json:"state"`
	Priority    Priority    `json:"priority"`
	Guidelines  []string    `json:"guidelines"`
	Incidents   int         `json:"incidents"`
	Findings    int         `json:"findings"`
	OpenedAt    time.Time   `json:"opened_at"`
	LeaseHolder string      `json:"lease_holder,omitempty"`
	LeaseUntil  time.Time   `json:"lease_until,omitzero"`
	Outbox      OutboxState `json:"outbox,omitempty"`
	Handling    Handling    `json:"handling,omitzero"`
}

// Counts are the numbers of the shell's status line.
type Counts struct {
	Experts   int
	Sessions  int
	Messages  int
	Ratings   int
	Incidents int
	Photos    int
	Findings  int
	Open      int // cases by state
	Waiting   int
	Decided   int
	Conflicts int
	Outbox    int // entries neither acked nor undone
	Work      int // detection work left

	Proposals  int // that wait for a second person
	Appeals    int // that wait for an answer
	Statements int // of reasons, not yet published
}

// SearchHit is a place where searched words stand.
type SearchHit struct {
	Key       int64     `json:"key"`  // pass it as after for what follows
	Kind      string    `json:"kind"` // message or profile
	ExpertID  string    `json:"expert_id"`
	SessionID string    `json:"session_id,omitempty"`
	MessageID string    `json:"message_id,omitempty"`
	Snippet   string    `json:"snippet"`
	At        time.Time `json:"at"`
}

// QueueView is a named filter of the queue that a key opens.
type QueueView struct {
	Slot   int         `json:"slot"` // 1 to 9: the key
	Name   string      `json:"name"`
	Filter QueueFilter `json:"filter"`
	Own    bool        `json:"own,omitempty"` // the moderator's, not one that Mensch comes with
	Count  int         `json:"count"`         // cases in it
}
