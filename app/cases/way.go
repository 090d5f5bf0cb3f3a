package cases

import "mensch/app/model"

// outside are the events by which a case moves that nobody here made: what the
// feed brings, in the order in which they are tried.
var outside = []EventKind{Stands, Appealed, Reopened, Propose, Refuse, KeepTheirs, Ack, Collide, Confirm}

// Way gives the events that lead a case from one state to another. Back is
// where the decision under way started, as Fold remembers it, and cause is the
// event that is known to have happened, if one is: it comes first where it is
// legal. What else moved meanwhile is told by the fewest events that explain
// it. Folding a history and then these events ends in the state to.
func Way(from, back, to model.CaseState, cause EventKind) []Event {
	if cause != "" {
		first := Event{Kind: cause}
		if mid, midBack, ok := walked(from, back, cause); ok {
			return append([]Event{first}, shortest(mid, midBack, to)...)
		}
	}
	return shortest(from, back, to)
}

// walked takes one event, and says where a decision under way started then.
func walked(from, back model.CaseState, kind EventKind) (to, newBack model.CaseState, ok bool) {
	e := Event{Kind: kind}
	switch kind {
	case Undo, Reject, Refuse:
		e.Back = back
	case Confirm, Propose, KeepOurs:
		back = from
	case Appealed:
		if back == model.CaseDecided || back == model.CaseOpen {
			back = model.CaseAppealed
		}
	}
	to, err := Next(from, e)
	return to, back, err == nil
}

// shortest searches breadth first; every state has a way to every other, which
// a test walks.
func shortest(from, back, to model.CaseState) []Event {
	if from == to {
		return nil
	}
	type place struct{ state, back model.CaseState }
	type step struct {
		place
		way []Event
	}
	seen := map[place]bool{{from, back}: true}
	for todo := []step{{place: place{from, back}}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0]
		for _, kind := range outside {
			next, nextBack, ok := walked(at.state, at.back, kind)
			p := place{next, nextBack}
			if !ok || seen[p] {
				continue
			}
			seen[p] = true
			way := append(append([]Event(nil), at.way...), Event{Kind: kind})
			if next == to {
				return way
			}
			todo = append(todo, step{p, way})
		}
	}
	return nil
}

// Trace gives the entries that a case's history needs so that it ends in the
// state to; cause names the event that is known to have happened, if one is.
// A history that does not fold goes on from where it ends.
func Trace(history []model.CaseEvent, to model.CaseState, cause string) []model.CaseEvent {
	state, back := model.CaseOpen, model.CaseOpen
	for _, e := range history {
		next, nextBack, ok := walked(state, back, EventKind(e.Kind))
		if !ok {
			next, nextBack = e.To, model.CaseOpen
		}
		state, back = next, nextBack
	}
	var out []model.CaseEvent
	for _, e := range Way(state, back, to, EventKind(cause)) {
		next, nextBack, _ := walked(state, back, e.Kind)
		out = append(out, model.CaseEvent{Kind: string(e.Kind), From: state, To: next})
		state, back = next, nextBack
	}
	return out
}

// CheckHistory compares a stored state with the fold of its history.
func CheckHistory(stored model.CaseState, history []model.CaseEvent) error {
	events := make([]Event, len(history))
	for i, e := range history {
		events[i] = Event{Kind: EventKind(e.Kind)}
	}
	return CheckFold(stored, events)
}
