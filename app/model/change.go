package model

import (
	"encoding/json"
	"time"
)

// ChangeKind names the noun that a change carries.
type ChangeKind string

// The kinds of change in the platform's feed. A reader skips a kind that it
// does not know, counts it, and says so.
const (
	ChangeExpert   ChangeKind = "expert"
	ChangeProfile  ChangeKind = "profile"
	ChangeSession  ChangeKind = "session"
	ChangeMessage  ChangeKind = "message"
	ChangeRating   ChangeKind = "rating"
	ChangeStatus   ChangeKind = "status"
	ChangeIncident ChangeKind = "incident"
	ChangeCase     ChangeKind = "case"
	ChangeDecision ChangeKind = "decision" // Data is a Receipt
	ChangeAppeal   ChangeKind = "appeal"
	ChangeTeam     ChangeKind = "team" // Data is a TeamEvent
	ChangeApproval ChangeKind = "approval"
)

// Change is one entry of the platform's feed: the whole object at that
// version, or a tombstone. ID is the object's; a profile's is its expert's, a
// decision's its key.
type Change struct {
	Kind    ChangeKind      `json:"kind"`
	ID      string          `json:"id"`
	Version int64           `json:"version"` // goes up with each change of the object; tombstones count too
	Deleted bool            `json:"deleted,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"` // absent in a tombstone
}

// ChangePage is one answer of GET /v1/changes.
type ChangePage struct {
	Changes []Change `json:"changes"`
	Cursor  string   `json:"cursor"` // opaque; asks for what follows this page
	HasMore bool     `json:"has_more"`
	Total   int64    `json:"total,omitempty"` // how many changes the feed has left after this page, if known
}

// PageResult counts what became of a page.
type PageResult struct {
	Applied int // new or newer versions
	Stale   int // older than or equal to what the store has
	Deleted int // tombstones that took something away
	Unknown int // of a kind that this program does not know
	Bad     int // known kind, but the data could not be read; kept aside in the store
}

// Photo is a photo's place in the store.
type Photo struct {
	ID        string    `json:"id"` // SHA-256 of the bytes, lower-case hex
	Bytes     int64     `json:"bytes"`
	MediaType string    `json:"media_type"`
	FetchedAt time.Time `json:"fetched_at"`
	Fault     string    `json:"fault,omitempty"` // why it cannot be read, in words; empty if it can
}

// WorkKind names what a detector has still to read.
type WorkKind string

// The kinds of detection work that a page of changes leaves behind.
const (
	WorkSession WorkKind = "session" // transcript detectors; ID is the session's
	WorkPhoto   WorkKind = "photo"   // hash and match; ID is the photo's
	WorkProfile WorkKind = "profile" // profile detectors; ID is the expert's
	WorkExpert  WorkKind = "expert"  // ratings, promptness, linkage; ID is the expert's
	WorkCase    WorkKind = "case"    // group and prioritise; ID is the expert's
)

// Work is one item that a detector has still to read.
type Work struct {
	Kind WorkKind
	ID   string
	// Stamp is the store's: work that was queued again while it was being done
	// has another one, and is not taken off. 0 takes it off in any case.
	Stamp int64
}

// SyncState is what the store remembers of its platform.
type SyncState struct {
	Server   string    `json:"server"` // the base address that the cursor belongs to
	Cursor   string    `json:"cursor"`
	SyncedAt time.Time `json:"synced_at"`
	Sweeping bool      `json:"sweeping"` // a mark-and-sweep after 410 is under way
	Epoch    int64     `json:"epoch"`    // mark of the present sweep
}
