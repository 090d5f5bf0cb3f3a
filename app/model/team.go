package model

import (
	"fmt"
	"maps"
	"time"
)

// TeamKind names what a moderator does with a case besides deciding it.
type TeamKind string

// The kinds of team event.
const (
	TeamNote   TeamKind = "note"   // a remark on a case, or, without a case, on the account
	TeamPin    TeamKind = "pin"    // keeps a note on top
	TeamUnpin  TeamKind = "unpin"  // lets it go again
	TeamHold   TeamKind = "hold"   // keeps the case until a time, beyond the lease
	TeamResume TeamKind = "resume" // ends a hold; anybody may, so that no case is locked away
	TeamHand   TeamKind = "hand"   // hands the case to a named colleague
	TeamReturn TeamKind = "return" // ends a hand-over without a decision
	TeamHelp   TeamKind = "help"   // asks colleagues a question
	TeamAnswer TeamKind = "answer" // answers it
	TeamSkip   TeamKind = "skip"   // leaves the case to others, with the reason
	TeamReview TeamKind = "review" // a second moderator's blind verdict on a decided case
)

// Limits of a team event.
const (
	MaxTeamText = 4000                // characters of a note, reason or question
	MaxHold     = 30 * 24 * time.Hour // how long a case may be held at a time
	// SkipRest is how long a case that somebody skipped is not shown to them.
	SkipRest = 4 * time.Hour
)

// TeamEvent is one thing that a moderator did with a case besides deciding it.
// Events are never changed; what they come to is the case's Handling.
type TeamEvent struct {
	ID       string    `json:"id"`
	Kind     TeamKind  `json:"kind"`
	CaseID   string    `json:"case_id,omitempty"` // empty only for a note on the account
	ExpertID string    `json:"expert_id"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until,omitzero"` // hold
	To       string    `json:"to,omitempty"`   // hand
	Text     string    `json:"text,omitempty"`
	Ref      string    `json:"ref,omitempty"` // pin, unpin: the note; review: the decision
	Review   *Review   `json:"review,omitempty"`
	// Place is the event's place in the order of the platform, 0 until it was
	// taken there.
	Place int64 `json:"place,omitempty"`
}

// Review is what a second moderator would have decided, without having seen
// the first decision.
type Review struct {
	Outcome   Outcome `json:"outcome"` // dismissed or sanctioned
	Guideline string  `json:"guideline"`
	Step      Step    `json:"step,omitempty"` // of a sanction
}

// Note is a team event of its kind, ready to be shown.
type Note struct {
	ID       string    `json:"id"`
	CaseID   string    `json:"case_id,omitempty"` // empty: on the account
	ExpertID string    `json:"expert_id"`
	Author   string    `json:"author"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	PinnedBy string    `json:"pinned_by,omitempty"`
	Sent     string    `json:"sent,omitempty"` // a TeamState other than taken
	Problem  string    `json:"problem,omitempty"`
}

// LinkedNote is a note on another account that shares a signal with this one.
type LinkedNote struct {
	Note
	ScreenName string   `json:"screen_name"`
	Cluster    string   `json:"cluster"`
	Shared     []string `json:"shared"` // the signals, in words
}

// TeamState says how far an event made here has come.
type TeamState string

// The states of a team event in the store.
const (
	TeamTaken   TeamState = "taken"   // the platform has it
	TeamQueued  TeamState = "queued"  // waits to be sent
	TeamRefused TeamState = "refused" // the platform refused it; it does not count
	TeamLocal   TeamState = "local"   // the platform has no place for such things; it counts here
)

// TeamEntry is an event made here and how far it has come.
type TeamEntry struct {
	Event     TeamEvent
	State     TeamState
	Attempts  int
	LastError string // a sentence for the moderator
}

// Handling is what the team events of a case come to.
type Handling struct {
	HoldBy     string    `json:"hold_by,omitempty"`
	HoldReason string    `json:"hold_reason,omitempty"`
	HoldAt     time.Time `json:"hold_at,omitzero"`
	HoldUntil  time.Time `json:"hold_until,omitzero"`

	HandedTo   string    `json:"handed_to,omitempty"`
	HandedBy   string    `json:"handed_by,omitempty"`
	HandedNote string    `json:"handed_note,omitempty"`
	HandedAt   time.Time `json:"handed_at,omitzero"`

	HelpBy   string    `json:"help_by,omitempty"`
	HelpText string    `json:"help_text,omitempty"`
	HelpAt   time.Time `json:"help_at,omitzero"`
	Answers  []Answer  `json:"answers,omitempty"` // to the questions, oldest first

	Skips     int                  `json:"skips,omitempty"`
	SkippedAt map[string]time.Time `json:"skipped_at,omitempty"` // the last time by moderator
}

// Answer is what a colleague said to a question.
type Answer struct {
	Question string    `json:"question"`
	Asked    string    `json:"asked"` // who
	By       string    `json:"by"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
}

// Empty reports whether nothing has to be shown.
func (h Handling) Empty() bool {
	return h.HoldBy == "" && h.HandedTo == "" && h.HelpBy == "" && h.Skips == 0 && len(h.Answers) == 0
}

// Held reports whether somebody holds the case at a time.
func (h Handling) Held(now time.Time) bool { return h.HoldBy != "" && now.Before(h.HoldUntil) }

// HandlingError says why a team event cannot happen now.
type HandlingError struct {
	Why    string // a sentence
	Holder string // who holds the case, if that is why
	Until  time.Time
}

func (e *HandlingError) Error() string { return e.Why }

// After is the handling after an event: the only code that says what an event
// comes to, at the platform and here. An event that cannot happen gives
// *HandlingError, and the handling stays as it is.
func (h Handling) After(e TeamEvent) (Handling, error) {
	refuse := func(why string) (Handling, error) { return h, &HandlingError{Why: why} }
	if why := e.Wrong(); why != "" {
		return refuse(why)
	}
	// One that has a place was held against the platform's clock when it came.
	if e.Place == 0 && (e.Kind == TeamHold || e.Kind == TeamHand) && h.Held(e.At) && h.HoldBy != e.By {
		return h, &HandlingError{
			Why:    fmt.Sprintf("%s holds the case until %s.", h.HoldBy, h.HoldUntil.UTC().Format("2 January, 15:04 UTC")),
			Holder: h.HoldBy, Until: h.HoldUntil,
		}
	}
	switch e.Kind {
	case TeamHold:
		h.HoldBy, h.HoldReason, h.HoldAt, h.HoldUntil = e.By, e.Text, e.At, e.Until
		if h.HandedTo == e.By {
			h.HandedTo, h.HandedBy, h.HandedNote, h.HandedAt = "", "", "", time.Time{} // taken up
		}
	case TeamResume:
		if h.HoldBy == "" {
			return refuse("Nobody holds the case.")
		}
		h.HoldBy, h.HoldReason, h.HoldAt, h.HoldUntil = "", "", time.Time{}, time.Time{}
	case TeamHand:
		h.HoldBy, h.HoldReason, h.HoldAt, h.HoldUntil = "", "", time.Time{}, time.Time{}
		h.HandedTo, h.HandedBy, h.HandedNote, h.HandedAt = e.To, e.By, e.Text, e.At
	case TeamReturn:
		if h.HandedTo == "" {
			return refuse("The case is handed to nobody.")
		}
		h.HandedTo, h.HandedBy, h.HandedNote, h.HandedAt = "", "", "", time.Time{}
	case TeamHelp:
		h.HelpBy, h.HelpText, h.HelpAt = e.By, e.Text, e.At
	case TeamAnswer:
		if h.HelpBy == "" {
			return refuse("Nobody asks for help with the case.")
		}
		h.Answers = append(h.Answers[:len(h.Answers):len(h.Answers)], Answer{Question: h.HelpText, Asked: h.HelpBy, By: e.By, Text: e.Text, At: e.At})
		h.HelpBy, h.HelpText, h.HelpAt = "", "", time.Time{}
	case TeamSkip:
		h.Skips++
		h.SkippedAt = maps.Clone(h.SkippedAt)
		if h.SkippedAt == nil {
			h.SkippedAt = map[string]time.Time{}
		}
		h.SkippedAt[e.By] = e.At
		if h.HandedTo == e.By {
			h.HandedTo, h.HandedBy, h.HandedNote, h.HandedAt = "", "", "", time.Time{}
		}
	}
	return h, nil
}

// Wrong says what is wrong with an event as such, in a sentence; empty: nothing.
func (e TeamEvent) Wrong() string {
	if e.ExpertID == "" || e.By == "" || e.At.IsZero() {
		return "A team event names its expert, its moderator and its time."
	}
	if e.CaseID == "" && e.Kind != TeamNote && e.Kind != TeamPin && e.Kind != TeamUnpin {
		return "A team event names its case."
	}
	n := 0
	for range e.Text {
		n++
	}
	if n > MaxTeamText {
		return fmt.Sprintf("The text may have %d characters, and has %d.", MaxTeamText, n)
	}
	switch e.Kind {
	case TeamNote:
		if e.Text == "" {
			return "The note is empty."
		}
	case TeamPin, TeamUnpin:
		if e.Ref == "" {
			return "The note to pin is not named."
		}
	case TeamHold:
		switch {
		case e.Text == "":
			return "A hold needs a reason that colleagues can read."
		case !e.Until.After(e.At):
			return "A hold must end later than now."
		case e.Until.Sub(e.At) > MaxHold:
			return "A case can be held for 30 days at a time."
		}
	case TeamHand:
		switch {
		case e.To == "":
			return "Name the colleague who takes the case over."
		case e.To == e.By:
			return "A case cannot be handed to yourself; hold it instead."
		case e.Text == "":
			return "A hand-over needs a note for the colleague."
		}
	case TeamHelp:
		if e.Text == "" {
			return "Write the question that you need help with."
		}
	case TeamAnswer:
		if e.Text == "" {
			return "The answer is empty."
		}
	case TeamSkip:
		if e.Text == "" {
			return "Skipping a case needs a reason."
		}
	case TeamReview:
		switch {
		case e.Ref == "" || e.Review == nil || e.Review.Guideline == "":
			return "A review names its decision, a guideline and an outcome."
		case e.Review.Outcome == Dismissed && e.Review.Step == "", e.Review.Outcome == Sanctioned && e.Review.Step != "":
		default:
			return "A review either dismisses or names a step."
		}
	case TeamResume, TeamReturn:
	default:
		return fmt.Sprintf("There is no team event %q.", string(e.Kind))
	}
	return ""
}
