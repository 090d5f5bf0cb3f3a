package cases

import "mensch/app/model"

// OutboxEvent names what happens to a decision on its way to the platform.
type OutboxEvent string

// The events of an outbox entry.
const (
	// OutboxSend: a request begins.
	OutboxSend OutboxEvent = "send"
	// OutboxAck: the platform has the decision and it stands.
	OutboxAck OutboxEvent = "ack"
	// OutboxRetry: the decision did surely not arrive; it is tried again later.
	OutboxRetry OutboxEvent = "retry"
	// OutboxLost: there was no answer, or the program died: nobody knows.
	OutboxLost OutboxEvent = "lost"
	// OutboxMissing: the platform was asked by key and has no such decision.
	OutboxMissing OutboxEvent = "missing"
	// OutboxCollide: the case changed at the platform.
	OutboxCollide OutboxEvent = "collide"
	// OutboxReject: the platform refuses the decision for good.
	OutboxReject OutboxEvent = "reject"
	// OutboxUndo: the moderator takes the decision back before it is sent.
	OutboxUndo OutboxEvent = "undo"
	// OutboxDrop: the moderator gives up a decision that collided or was
	// refused; one that replaces it is an entry of its own.
	OutboxDrop OutboxEvent = "drop"
	// OutboxRequeue: what made the platform refuse is mended (a role was
	// given, a token renewed); the same decision is sent again.
	OutboxRequeue OutboxEvent = "requeue"
)

var outboxMachine = machine[model.OutboxState, OutboxEvent]{name: "outbox", on: map[model.OutboxState]map[OutboxEvent]model.OutboxState{
	model.OutboxQueued: {
		OutboxSend: model.OutboxSending, OutboxUndo: model.OutboxUndone,
		// Settled by what the feed brought, without asking.
		OutboxAck: model.OutboxAcked, OutboxCollide: model.OutboxConflict,
	},
	model.OutboxSending: {
		OutboxAck: model.OutboxAcked, OutboxRetry: model.OutboxQueued, OutboxLost: model.OutboxUnknown,
		OutboxCollide: model.OutboxConflict, OutboxReject: model.OutboxRejected,
	},
	model.OutboxUnknown: {
		// A failed question leaves it unknown: it must never be undone or
		// sent anew before the platform said that it has no such key.
		OutboxAck: model.OutboxAcked, OutboxMissing: model.OutboxQueued, OutboxRetry: model.OutboxUnknown,
		OutboxLost: model.OutboxUnknown, OutboxReject: model.OutboxRejected,
	},
	model.OutboxConflict: {
		OutboxDrop: model.OutboxUndone, OutboxAck: model.OutboxAcked,
	},
	model.OutboxRejected: {
		OutboxDrop: model.OutboxUndone, OutboxRequeue: model.OutboxQueued, OutboxAck: model.OutboxAcked,
	},
	// The two ends. Hearing of a confirmation twice changes nothing.
	model.OutboxAcked:  {OutboxAck: model.OutboxAcked},
	model.OutboxUndone: {},
}}

// OutboxStates are all states of an outbox entry.
var OutboxStates = []model.OutboxState{
	model.OutboxQueued, model.OutboxSending, model.OutboxAcked, model.OutboxConflict,
	model.OutboxRejected, model.OutboxUnknown, model.OutboxUndone,
}

// OutboxEvents are all events of an outbox entry.
var OutboxEvents = []OutboxEvent{
	OutboxSend, OutboxAck, OutboxRetry, OutboxLost, OutboxMissing, OutboxCollide,
	OutboxReject, OutboxUndo, OutboxDrop, OutboxRequeue,
}

// NextOutbox is the only code that says where an outbox entry goes. An event
// that cannot happen gives *TransitionError, and the state stays as it is.
func NextOutbox(state model.OutboxState, event OutboxEvent) (model.OutboxState, error) {
	return outboxMachine.next(state, event)
}

// OutboxDone reports whether an entry has reached one of its two ends: the
// platform has it, or it was taken back.
func OutboxDone(state model.OutboxState) bool {
	return state == model.OutboxAcked || state == model.OutboxUndone
}
