package cases

import (
	"fmt"
	"slices"

	"mensch/app/model"
)

// EventKind names what happens to a case.
type EventKind string

// The events of a case.
const (
	// Confirm: a moderator confirms a decision here; it begins its undo time.
	// On a decided case only a reversal can be confirmed.
	Confirm EventKind = "confirm"
	// Propose: a moderator proposes a decision that needs a second person. In
	// a conflict it is the way to keep ours.
	Propose EventKind = "propose"
	// Approve: the second person says yes; the decision goes its way.
	Approve EventKind = "approve"
	// Refuse: the second person says no, the proposal expires, or the
	// proposer takes it back.
	Refuse EventKind = "refuse"
	// Undo: the decision is taken back before it was sent.
	Undo EventKind = "undo"
	// Ack: the platform confirms the decision, or has the proposal, that was
	// sent from here.
	Ack EventKind = "ack"
	// Reject: the platform refuses the decision for good; nothing happened
	// there.
	Reject EventKind = "reject"
	// Collide: the platform says that the case changed since the moderator
	// saw it.
	Collide EventKind = "collide"
	// Stands: a decision stands at the platform that was not sent from here.
	// It is also how the platform itself records a decision.
	Stands EventKind = "stands"
	// KeepTheirs: in a conflict, the decision at the platform is kept.
	KeepTheirs EventKind = "keep-theirs"
	// KeepOurs: in a conflict, the moderator decides anew on the present
	// version: another decision with another ID.
	KeepOurs EventKind = "keep-ours"
	// Appealed: the expert objects to a decision on the case.
	Appealed EventKind = "appealed"
	// Reopened: the platform opens the case again, for it has lost the
	// decision or voided it.
	Reopened EventKind = "reopened"
)

// Event is one thing that happens to a case. Back is where the case stood
// before the decision that Undo, Refuse or Reject takes back, or before the
// conflict; empty means CaseOpen. No other event reads it.
type Event struct {
	Kind EventKind
	Back model.CaseState
}

var caseMachine = machine[model.CaseState, EventKind]{name: "case", on: map[model.CaseState]map[EventKind]model.CaseState{
	model.CaseOpen: {
		Confirm: model.CaseWaiting, Propose: model.CaseProposed,
		Stands: model.CaseDecided, Appealed: model.CaseAppealed, Reopened: model.CaseOpen,
	},
	model.CaseWaiting: {
		Undo: "", Reject: "", Ack: model.CaseDecided, Collide: model.CaseConflict, Stands: model.CaseConflict,
		Appealed: model.CaseWaiting, Reopened: model.CaseConflict,
	},
	model.CaseProposed: {
		Approve: model.CaseWaiting, Refuse: "", Stands: model.CaseDecided,
		Appealed: model.CaseProposed, Reopened: model.CaseProposed,
		// Of the proposal itself on its way to the platform.
		Ack: model.CaseProposed, Reject: "", Collide: model.CaseConflict,
	},
	model.CaseConflict: {
		KeepTheirs: model.CaseDecided, KeepOurs: model.CaseWaiting, Propose: model.CaseProposed, Stands: model.CaseConflict,
		Appealed: model.CaseConflict, Reopened: model.CaseOpen,
	},
	model.CaseDecided: {
		Confirm: model.CaseWaiting, Propose: model.CaseProposed, Stands: model.CaseDecided,
		Ack: model.CaseDecided, Appealed: model.CaseAppealed, Reopened: model.CaseOpen,
	},
	model.CaseAppealed: {
		Confirm: model.CaseWaiting, Propose: model.CaseProposed, Stands: model.CaseDecided,
		Appealed: model.CaseAppealed, Reopened: model.CaseOpen,
	},
}}

// CaseStates are all states of a case.
var CaseStates = []model.CaseState{
	model.CaseOpen, model.CaseWaiting, model.CaseProposed,
	model.CaseConflict, model.CaseDecided, model.CaseAppealed,
}

// EventKinds are all events of a case.
var EventKinds = []EventKind{
	Confirm, Propose, Approve, Refuse, Undo, Ack, Reject, Collide, Stands, KeepTheirs, KeepOurs, Appealed, Reopened,
}

// backStates are where a decision can have started.
var backStates = []model.CaseState{model.CaseOpen, model.CaseDecided, model.CaseAppealed, model.CaseConflict}

// Next is the only code that says where a case goes. An event that cannot
// happen gives *TransitionError, and the state stays as it is.
func Next(state model.CaseState, event Event) (model.CaseState, error) {
	to, err := caseMachine.next(state, event.Kind)
	if err != nil {
		return state, err
	}
	if to != "" {
		return to, nil
	}
	if event.Back == "" {
		return model.CaseOpen, nil
	}
	if !slices.Contains(backStates, event.Back) {
		return state, caseMachine.refuse(state, event.Kind, fmt.Sprintf("no decision starts from the state %q", event.Back))
	}
	return event.Back, nil
}

// EventsOf are the kinds of event that can happen in a state.
func EventsOf(state model.CaseState) []EventKind {
	return caseMachine.events(state)
}

// Fold replays a case's events from the beginning and gives the state they
// lead to. It remembers where each decision started, so that events which take
// one back need no Back; a Back that contradicts the history is an error.
func Fold(events []Event) (model.CaseState, error) {
	state, back := model.CaseOpen, model.CaseOpen
	for i, e := range events {
		switch e.Kind {
		case Undo, Reject, Refuse:
			if e.Back != "" && e.Back != back {
				return state, fmt.Errorf("event %d: %w", i+1, caseMachine.refuse(state, e.Kind,
					fmt.Sprintf("goes back to %q, but the decision started from %q", e.Back, back)))
			}
			e.Back = back
		case Confirm, Propose, KeepOurs:
			back = state
		case Appealed:
			// An appeal that arrives meanwhile is there when the decision is
			// taken back.
			if back == model.CaseDecided || back == model.CaseOpen {
				back = model.CaseAppealed
			}
		}
		next, err := Next(state, e)
		if err != nil {
			return state, fmt.Errorf("event %d: %w", i+1, err)
		}
		state = next
	}
	return state, nil
}

// CheckFold compares a stored state with the fold of its events.
func CheckFold(stored model.CaseState, events []Event) error {
	folded, err := Fold(events)
	if err != nil {
		return fmt.Errorf("fold the events of the case: %w", err)
	}
	if folded != stored {
		return fmt.Errorf("the case stands at %q, but its events lead to %q", stored, folded)
	}
	return nil
}
