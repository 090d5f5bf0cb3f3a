package model

import "time"

// Sender says who wrote a message.
type Sender string

// The two sides of a session.
const (
	FromExpert Sender = "expert"
	FromClient Sender = "client"
)

// Session is one chat or call between an expert and a client; its messages are
// the transcript.
type Session struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	ExpertID  string    `json:"expert_id"`
	ClientID  string    `json:"client_id"` // pseudonymous
	Cluster   string    `json:"cluster"`
	Kind      string    `json:"kind"` // chat or call
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

// Message is one line of a transcript. Its JSON form is also the transcript
// file format of menschctl: one message a line.
type Message struct {
	ID      string    `json:"id"`
	Session string    `json:"session"`
	Seq     int64     `json:"seq,omitempty"` // order within the session, from 1
	Version int64     `json:"version,omitempty"`
	From    Sender    `json:"from"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
}

// Conversation is a session with its whole transcript, in order: what the
// transcript detectors read.
type Conversation struct {
	Session  Session
	Messages []Message
}
