package cases

import (
	"time"

	"mensch/app/model"
)

// DecisionState is where a decision stands.
type DecisionState string

// The states of a decision.
const (
	DecisionDraft     DecisionState = "draft"     // being made
	DecisionProposed  DecisionState = "proposed"  // waits for the second person
	DecisionConfirmed DecisionState = "confirmed" // on its way: the outbox says how far
	DecisionStanding  DecisionState = "standing"  // the platform has it
	DecisionRefused   DecisionState = "refused"   // the second person said no, or nobody said anything in time
	DecisionLost      DecisionState = "lost"      // another one stands in its place
	DecisionReversed  DecisionState = "reversed"  // taken back by a decision of its own
)

// DecisionEvent names what happens to a decision.
type DecisionEvent string

// The events of a decision.
const (
	DecisionPropose DecisionEvent = "propose"
	DecisionConfirm DecisionEvent = "confirm"
	DecisionApprove DecisionEvent = "approve"
	DecisionRefuse  DecisionEvent = "refuse"
	DecisionUndo    DecisionEvent = "undo"    // before it is sent, or when the platform refused it
	DecisionStand   DecisionEvent = "stand"   // the platform confirms it
	DecisionLose    DecisionEvent = "lose"    // another decision is kept
	DecisionRedraft DecisionEvent = "redraft" // what did not come to be is taken up again
	DecisionReverse DecisionEvent = "reverse"
	// DecisionRestore: the platform no longer has what took it back.
	DecisionRestore DecisionEvent = "restore"
)

var decisionMachine = machine[DecisionState, DecisionEvent]{name: "decision", on: map[DecisionState]map[DecisionEvent]DecisionState{
	DecisionDraft:     {DecisionPropose: DecisionProposed, DecisionConfirm: DecisionConfirmed},
	DecisionProposed:  {DecisionApprove: DecisionConfirmed, DecisionRefuse: DecisionRefused, DecisionUndo: DecisionDraft, DecisionLose: DecisionLost},
	DecisionConfirmed: {DecisionUndo: DecisionDraft, DecisionStand: DecisionStanding, DecisionLose: DecisionLost},
	DecisionRefused:   {DecisionRedraft: DecisionDraft},
	DecisionLost:      {DecisionRedraft: DecisionDraft},
	DecisionStanding:  {DecisionReverse: DecisionReversed, DecisionStand: DecisionStanding},
	DecisionReversed:  {DecisionReverse: DecisionReversed, DecisionRestore: DecisionStanding},
}}

// NextDecision is the only code that says where a decision goes. An event that
// cannot happen gives *TransitionError, and the state stays as it is.
func NextDecision(state DecisionState, event DecisionEvent) (DecisionState, error) {
	return decisionMachine.next(state, event)
}

// SanctionState is where a sanction stands.
type SanctionState string

// The states of a sanction.
const (
	SanctionPending  SanctionState = "pending"  // its decision does not stand yet
	SanctionActive   SanctionState = "active"   // it holds
	SanctionEnded    SanctionState = "ended"    // its time is over; its strikes may still count
	SanctionDropped  SanctionState = "dropped"  // its decision came to nothing
	SanctionReversed SanctionState = "reversed" // taken back, strikes and all
)

// SanctionEvent names what happens to a sanction.
type SanctionEvent string

// The events of a sanction.
const (
	SanctionBegin   SanctionEvent = "begin"
	SanctionEnd     SanctionEvent = "end"
	SanctionDrop    SanctionEvent = "drop"
	SanctionReverse SanctionEvent = "reverse"
)

var sanctionMachine = machine[SanctionState, SanctionEvent]{name: "sanction", on: map[SanctionState]map[SanctionEvent]SanctionState{
	SanctionPending:  {SanctionBegin: SanctionActive, SanctionDrop: SanctionDropped, SanctionReverse: SanctionReversed},
	SanctionActive:   {SanctionEnd: SanctionEnded, SanctionReverse: SanctionReversed},
	SanctionEnded:    {SanctionReverse: SanctionReversed},
	SanctionDropped:  {},
	SanctionReversed: {},
}}

// NextSanction is the only code that says where a sanction goes. An event that
// cannot happen gives *TransitionError, and the state stays as it is.
func NextSanction(state SanctionState, event SanctionEvent) (SanctionState, error) {
	return sanctionMachine.next(state, event)
}

// SanctionAt is where a sanction of a standing decision stands at a time.
func SanctionAt(s model.Sanction, now time.Time) SanctionState {
	switch {
	case s.ReversedByID != "":
		return SanctionReversed
	case now.Before(s.StartsAt):
		return SanctionPending
	case s.EndsAt.IsZero() || now.Before(s.EndsAt):
		return SanctionActive
	default:
		return SanctionEnded
	}
}

// ApprovalState is where a proposal stands.
type ApprovalState string

// The states of an approval.
const (
	ApprovalOpen      ApprovalState = "open"
	ApprovalYes       ApprovalState = "yes"
	ApprovalNo        ApprovalState = "no"
	ApprovalExpired   ApprovalState = "expired"
	ApprovalWithdrawn ApprovalState = "withdrawn"
)

// ApprovalEvent names what happens to a proposal.
type ApprovalEvent string

// The events of an approval.
const (
	ApprovalAgree    ApprovalEvent = "agree"
	ApprovalDecline  ApprovalEvent = "decline"
	ApprovalExpire   ApprovalEvent = "expire"
	ApprovalWithdraw ApprovalEvent = "withdraw"
)

var approvalMachine = machine[ApprovalState, ApprovalEvent]{name: "approval", on: map[ApprovalState]map[ApprovalEvent]ApprovalState{
	ApprovalOpen: {
		ApprovalAgree: ApprovalYes, ApprovalDecline: ApprovalNo,
		ApprovalExpire: ApprovalExpired, ApprovalWithdraw: ApprovalWithdrawn,
	},
	// Hearing of an answer twice changes nothing.
	ApprovalYes:       {ApprovalAgree: ApprovalYes},
	ApprovalNo:        {ApprovalDecline: ApprovalNo},
	ApprovalExpired:   {ApprovalExpire: ApprovalExpired},
	ApprovalWithdrawn: {ApprovalWithdraw: ApprovalWithdrawn},
}}

// NextApproval is the only code that says where a proposal goes. An event that
// cannot happen gives *TransitionError, and the state stays as it is.
func NextApproval(state ApprovalState, event ApprovalEvent) (ApprovalState, error) {
	return approvalMachine.next(state, event)
}

// AppealState is where an appeal stands.
type AppealState string

// The states of an appeal. The last three are the outcomes in model.Appeal.
const (
	AppealOpen       AppealState = "open"
	AppealTaken      AppealState = "taken" // a moderator who took no part has it in hand
	AppealUpheld     AppealState = "upheld"
	AppealChanged    AppealState = "changed"
	AppealOverturned AppealState = "overturned"
)

// AppealEvent names what happens to an appeal.
type AppealEvent string

// The events of an appeal.
const (
	AppealTake     AppealEvent = "take"
	AppealRelease  AppealEvent = "release"
	AppealUphold   AppealEvent = "uphold"
	AppealChange   AppealEvent = "change"
	AppealOverturn AppealEvent = "overturn"
)

var appealMachine = machine[AppealState, AppealEvent]{name: "appeal", on: map[AppealState]map[AppealEvent]AppealState{
	AppealOpen: {AppealTake: AppealTaken},
	AppealTaken: {
		AppealTake: AppealTaken, AppealRelease: AppealOpen,
		AppealUphold: AppealUpheld, AppealChange: AppealChanged, AppealOverturn: AppealOverturned,
	},
	AppealUpheld: {AppealUphold: AppealUpheld}, AppealChanged: {AppealChange: AppealChanged}, AppealOverturned: {AppealOverturn: AppealOverturned},
}}

// NextAppeal is the only code that says where an appeal goes. An event that
// cannot happen gives *TransitionError, and the state stays as it is.
func NextAppeal(state AppealState, event AppealEvent) (AppealState, error) {
	return appealMachine.next(state, event)
}
