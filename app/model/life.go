package model

import "time"

// LifeNoun names what has a history of its own beside the case.
type LifeNoun string

// The nouns with a history.
const (
	LifeDecision LifeNoun = "decision"
	LifeApproval LifeNoun = "approval"
	LifeAppeal   LifeNoun = "appeal"
)

// LifeEvent is one thing that happened to a decision, a proposal or an appeal:
// a row of a log that only grows.
type LifeEvent struct {
	Seq  int64     `json:"seq"`
	Noun LifeNoun  `json:"noun"`
	ID   string    `json:"id"`
	Kind string    `json:"kind"`
	From string    `json:"from"`
	To   string    `json:"to"`
	At   time.Time `json:"at"`
}

// Life is where the store says that a decision, a proposal or an appeal stands,
// and what happened to it, oldest first. The words of Stored are the store's:
// the standing of a decision, the answer to a proposal, the outcome of an
// appeal. Shown is the same as its text has it, where that has it too.
type Life struct {
	Noun    LifeNoun
	ID      string
	Stored  string
	Shown   string
	History []LifeEvent
}

// ExpertRecord is what the store has of an expert's sanctions: the decisions
// that are in force, and those that take one of them back, with their histories,
// and the strikes that count because of them.
type ExpertRecord struct {
	ExpertID  string
	Decisions []Decision
	Histories map[string][]LifeEvent // by decision
	Strikes   []Strike
}
