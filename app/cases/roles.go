package cases

import "slices"

// The roles that a platform gives a moderator's token.
const (
	RoleReader    = "reader"    // reads the feed, photos and decisions
	RoleModerator = "moderator" // decides, too
	RoleApprover  = "approver"  // answers proposals of others
	RoleSenior    = "senior"    // a moderator who also answers proposals and erases experts
)

// Roles are all roles.
var Roles = []string{RoleReader, RoleModerator, RoleApprover, RoleSenior}

// Action is something that a role may or may not do.
type Action string

// The actions.
const (
	MayRead    Action = "read"
	MayDecide  Action = "decide"
	MayApprove Action = "answer proposals"
	MayLease   Action = "lease"
	MayReport  Action = "report"
	MayAppeal  Action = "appeal"
	MayPublish Action = "send statements of reasons"
	MayTeam    Action = "work with colleagues"
	MayErase   Action = "erase"
)

// May is the one place that says which role does what. The window hides what
// it refuses, and the platform enforces it.
func May(roles []string, do Action) bool {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(roles, n) })
	}
	switch do {
	case MayRead:
		return has(Roles...)
	case MayDecide, MayLease, MayReport, MayAppeal, MayPublish, MayTeam:
		return has(RoleModerator, RoleSenior)
	case MayApprove:
		return has(RoleApprover, RoleSenior)
	case MayErase:
		return has(RoleSenior)
	}
	return false
}
