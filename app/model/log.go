package model

import "time"

// KnownLog is what a platform knows of a desk's audit log: whoever rolls the
// desk's store back cannot roll this back too.
type KnownLog struct {
	Origin string      `json:"origin"`
	Key    string      `json:"key"`   // the desk's verifier key, as golang.org/x/mod/sumdb/note writes it
	Heads  []KnownHead `json:"heads"` // newest first
}

// KnownHead is a signed head of an audit log, kept elsewhere than the log.
type KnownHead struct {
	Head       string    `json:"head"` // a signed note: app/audit.OpenHead reads it
	ReceivedAt time.Time `json:"received_at"`
}

// NewHead is a head on its way to the platform, with the proof that its log
// continues the one that the platform knows.
type NewHead struct {
	Key   string   `json:"key"`
	Head  string   `json:"head"`
	Proof []string `json:"proof,omitempty"` // hashes as golang.org/x/mod/sumdb/tlog writes them
}
