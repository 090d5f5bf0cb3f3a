package cases

import (
	"errors"
	"fmt"
	"slices"
)

// ErrIllegal is wrapped by every TransitionError.
var ErrIllegal = errors.New("this cannot happen now")

// TransitionError says that an event cannot happen in a state.
type TransitionError struct {
	Machine string // case, outbox, decision, sanction, approval or appeal
	From    string
	Event   string
	Why     string // in words; may be empty
}

func (e *TransitionError) Error() string {
	why := e.Why
	if why == "" {
		why = "this cannot happen now"
	}
	return fmt.Sprintf("%s in state %q, event %q: %s", e.Machine, e.From, e.Event, why)
}

// Unwrap makes every TransitionError an ErrIllegal.
func (e *TransitionError) Unwrap() error { return ErrIllegal }

// machine is a table of transitions. Its states and events are closed sets:
// whatever the table does not name is refused.
type machine[S, E ~string] struct {
	name string
	on   map[S]map[E]S
}

func (m machine[S, E]) next(from S, event E) (S, error) {
	row, ok := m.on[from]
	if !ok {
		return from, m.refuse(from, event, "there is no such state")
	}
	to, ok := row[event]
	if !ok {
		return from, m.refuse(from, event, "")
	}
	return to, nil
}

func (m machine[S, E]) refuse(from S, event E, why string) error {
	return &TransitionError{Machine: m.name, From: string(from), Event: string(event), Why: why}
}

// events are those that the state allows, in a stable order.
func (m machine[S, E]) events(from S) []E {
	var all []E
	for e := range m.on[from] {
		all = append(all, e)
	}
	slices.Sort(all)
	return all
}
