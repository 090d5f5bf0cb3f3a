package app

import (
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
)

// CaseFile is all that the case screen shows of one case.
type CaseFile struct {
	Case      model.Case
	Expert    model.Expert
	Profile   model.Profile
	Incidents []model.Incident
	Findings  []model.Finding // strongest first
	Strikes   []model.Strike  // live and expired, newest first
	Decisions []model.Receipt // newest first; one not yet confirmed has a zero ReceivedAt
	Appeals   []model.Appeal
	Notes     []model.Note   // on the account and all its cases, pinned ones first
	Sessions  []SessionMarks // the sessions that findings or incidents name, most marks first
	Pairs     []PhotoPair
	Linked    []LinkedExpert
	Shared    []SharedSignal   // what the expert and the linked accounts have in common
	Checks    []profiles.Check // what can be verified about the profile
	Timeline  []TimelineEvent  // oldest first
	Outbox    *model.OutboxEntry
	Proposals []model.Approval // on this case, newest first; an open one hides its decision

	LinkedNotes []model.LinkedNote // on accounts that share a signal
	Handling    model.Handling
	TeamEvents  []model.TeamEvent // of this case, oldest first
	Unsent      []model.TeamEntry // what colleagues were not told, newest first
}

// SessionMarks is a session with how many marks its transcript carries.
type SessionMarks struct {
	Session  model.Session
	Messages int
	Marks    int
}

// LinkedExpert is another account that a finding names.
type LinkedExpert struct {
	Expert  model.Expert
	Profile model.Profile
	Signals []string
	Same    bool // in the same cluster: a violation, else a hint
}

// TimelineEvent is one thing that happened to the expert.
type TimelineEvent struct {
	At   time.Time
	Kind string // joined, incident, finding, decision, sanction, note, profile, appeal
	Text string
}

// PhotoPair is two photos that a finding compares.
type PhotoPair struct {
	FindingID string
	Expert    PhotoSide
	Other     PhotoSide
	Match     model.Match
	Guideline string
	Advisory  bool
	Reason    string
	Verdict   model.Verdict
	Word      model.MatchWord // what the moderator said of it
}

// PhotoSide is one photo of a pair and where it stands.
type PhotoSide struct {
	PhotoID string
	Title   string // screen name and cluster, or the bank item's name
	Source  string // for a bank item: bank, source and licence
	Fault   string // why there is no picture to show
}

// TranscriptView is a transcript ready to be shown: its messages page by Seq
// through Desk.Messages.
type TranscriptView struct {
	Session  model.Session
	Expert   model.Expert
	Messages int
	Edition  uint64 // of the messages' texts: another one says that some were edited
	Marks    []Mark // in the order of the transcript
}

// Mark is one marked stretch of a message.
type Mark struct {
	FindingID string
	Span      int // its index in the finding's spans
	Seq       int64
	MessageID string
	Start     int
	End       int
	Label     string
	Reading   string
	Guideline string // ID
	Title     string // of the guideline
	Reason    string
	Score     float64
	Verdict   model.Verdict
	// Of a contact that is split over several messages: which part this is, from
	// 1, of how many, the first part's place in the list, and how the parts read
	// together. Parts is 0 where nothing is split.
	Part   int
	Parts  int
	First  int
	Joined string
}

// Draft is a decision in the making.
type Draft struct {
	CaseID    string
	Outcome   model.Outcome
	Sanctions []DraftSanction
	Findings  []string // IDs named as evidence
	Incidents []string
	Message   string // edited text; empty: composed from the templates
	Language  string
	Rationale string
	Reverses  string // the decision that this one changes; empty: none
	Answers   string // the appeal that this one answers; empty: none
}

// DraftSanction is one sanction of a draft.
type DraftSanction struct {
	Guideline      string
	Step           model.Step
	Days           int    // of a suspension; 0: no end
	Everywhere     bool   // in all clusters, else in the expert's
	Field          string // of a field reset
	DepartedReason string // why it is not the recommended step; needed if it is not
}

// Recommendation is the step of the ladder that the record suggests.
type Recommendation struct {
	Guideline string
	Title     string
	Step      model.Step
	Days      int
	Strikes   int // that it would add
	Why       []string
	Steps     []model.Step // of this guideline's ladder, for choosing another
}

// Preview is a draft as it would go out.
type Preview struct {
	Message     string
	SideEffects []string // "closes 3 incidents", in sentences
	Problems    []string // why it cannot be confirmed; empty: it can
	Proposal    []string // why a second person must agree first; empty: nobody must
	Decision    model.Decision
}

// SyncStatus is what the sync screen and the status line show.
type SyncStatus struct {
	Server   string
	Running  bool
	Phase    string // changes, photos, hashing, detecting, cases, sending
	Done     int64
	Total    int64 // 0: not known
	SyncedAt time.Time
	Error    string // the last run's, as a sentence; empty if it went well
	// Of the last run: what came, what went, and what else a moderator should
	// know, in sentences (changes of an unknown kind, photos that cannot be had).
	Applied int
	Removed int
	Photos  int
	Sent    int
	Notes   []string
	Counts  model.Counts
}

// Settings are the moderator's lasting choices.
type Settings struct {
	Moderator   string
	Server      string
	BlurPhotos  bool
	UndoSeconds int    // 0 to 600
	Theme       string // system, light or dark
	SyncMinutes int    // between automatic syncs; 0: only by hand
	TextScale   float32
	Language    string

	// These and BlurPhotos are the person's wellness; Organisation is the
	// default that the rule pack gives.
	GreyPhotos   bool
	Mute         bool
	VeilWords    bool
	Exposures    int      // hard things within an hour before a break is suggested, 0 (never) to 1000
	Organisation Wellness `json:"-"`
}

// Import says what became of an import into a bank.
type Import struct {
	Added   int
	Known   int
	Skipped []string // file name and why, in words
}
