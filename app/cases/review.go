package cases

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// Errors of the second look.
var (
	// ErrSamePerson says that somebody would judge their own work.
	ErrSamePerson = errors.New("somebody who took part cannot judge this")
	// ErrNoReason says that an answer needs a reason.
	ErrNoReason = errors.New("a reason is needed")
	// ErrTooLate says that the time for an answer is over.
	ErrTooLate = errors.New("the time for this is over")
)

// Ask makes the proposal of a decision that needs a second person.
func Ask(pack *guidelines.Pack, id string, d model.Decision, now time.Time) (model.Approval, error) {
	if d.Moderator == "" {
		return model.Approval{}, errors.New("propose a decision: nobody is named as its proposer")
	}
	return model.Approval{
		ID: id, Version: 1, DecisionID: d.ID, CaseID: d.CaseID, ExpertID: d.ExpertID, CaseVersion: d.CaseVersion,
		Proposer: d.Moderator, Decision: &d, AskedAt: now.UTC(),
		Expires: now.UTC().Add(time.Duration(pack.Approval.Hours) * time.Hour),
	}, nil
}

// ApprovalAt is where a proposal stands at a time.
func ApprovalAt(a model.Approval, now time.Time) ApprovalState {
	switch a.Answer {
	case string(ApprovalYes), string(ApprovalNo), string(ApprovalWithdrawn), string(ApprovalExpired):
		return ApprovalState(a.Answer)
	}
	if !now.Before(a.Expires) {
		return ApprovalExpired
	}
	return ApprovalOpen
}

// Answer records the second person's word: ApprovalAgree or ApprovalDecline by
// somebody other than the proposer, a refusal with a reason; or the proposer's
// ApprovalWithdraw. What expired cannot be answered (ErrTooLate).
func Answer(a model.Approval, who string, event ApprovalEvent, reason string, now time.Time) (model.Approval, error) {
	reason = strings.TrimSpace(reason)
	state := ApprovalAt(a, now)
	same := strings.EqualFold(strings.TrimSpace(who), strings.TrimSpace(a.Proposer))
	switch {
	case strings.TrimSpace(who) == "":
		return a, errors.New("answer a proposal: nobody is named")
	case state == ApprovalExpired:
		return a, fmt.Errorf("answer the proposal of %s: %w", a.Proposer, ErrTooLate)
	case event == ApprovalExpire:
		return a, fmt.Errorf("answer the proposal of %s: it expires by itself, on %s", a.Proposer, day(a.Expires))
	case event == ApprovalWithdraw && !same:
		return a, fmt.Errorf("withdraw the proposal of %s: only they can", a.Proposer)
	case event != ApprovalWithdraw && same:
		return a, fmt.Errorf("answer the proposal of %s: %w", a.Proposer, ErrSamePerson)
	case event == ApprovalDecline && reason == "":
		return a, fmt.Errorf("refuse the proposal of %s: %w", a.Proposer, ErrNoReason)
	}
	to, err := NextApproval(state, event)
	if err != nil {
		return a, fmt.Errorf("answer the proposal of %s: %w", a.Proposer, err)
	}
	if to == state { // said already; the first word stays
		return a, nil
	}
	a.Answer, a.Approver, a.Reason, a.AnsweredAt = string(to), who, reason, now.UTC()
	return a, nil
}

// TookPart are those who had a hand in a decision: who made it, and who
// approved or refused it.
func TookPart(d model.Decision, approvals []model.Approval) []string {
	var who []string
	add := func(name string) {
		if name = strings.TrimSpace(name); name != "" && !slices.ContainsFunc(who, func(w string) bool { return strings.EqualFold(w, name) }) {
			who = append(who, name)
		}
	}
	add(d.Moderator)
	add(d.ApprovedBy)
	for _, a := range approvals {
		if a.DecisionID == d.ID {
			add(a.Proposer)
			add(a.Approver)
		}
	}
	return who
}

// MayJudge says whether somebody may decide an appeal against a decision, or
// ErrSamePerson if they took part in it.
func MayJudge(who string, d model.Decision, approvals []model.Approval) error {
	who = strings.TrimSpace(who)
	if who == "" {
		return errors.New("decide an appeal: nobody is named")
	}
	for _, name := range TookPart(d, approvals) {
		if strings.EqualFold(name, who) {
			return fmt.Errorf("decide the appeal against a decision of %s: %w", d.Moderator, ErrSamePerson)
		}
	}
	return nil
}

// AppealInTime reports whether an objection came in time: at least six months,
// and what the rule pack adds.
func AppealInTime(pack *guidelines.Pack, d model.Decision, at time.Time) bool {
	return !at.After(pack.ObjectUntil(d.DecidedAt))
}

// DecideAppeal ends an appeal: AppealUphold, AppealChange or AppealOverturn, by
// somebody who took no part in the decision, with a reason.
func DecideAppeal(a model.Appeal, d model.Decision, approvals []model.Approval, who string, event AppealEvent, reason string, now time.Time) (model.Appeal, error) {
	if a.DecisionID != d.ID {
		return a, fmt.Errorf("decide appeal %s: it is against another decision", a.ID)
	}
	if err := MayJudge(who, d, approvals); err != nil {
		return a, err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return a, fmt.Errorf("decide appeal %s: %w", a.ID, ErrNoReason)
	}
	state := AppealTaken // deciding takes it in hand
	if a.Outcome != "" {
		state = AppealState(a.Outcome)
	}
	to, err := NextAppeal(state, event)
	if err != nil {
		return a, fmt.Errorf("decide appeal %s: %w", a.ID, err)
	}
	if to == AppealTaken || to == AppealOpen {
		return a, fmt.Errorf("decide appeal %s: %q is no outcome", a.ID, event)
	}
	if to == state {
		return a, nil
	}
	a.Outcome, a.Reason, a.DecidedBy, a.DecidedAt = string(to), reason, who, now.UTC()
	return a, nil
}

// NewReversal makes the decision that takes another one back as a whole, with
// its letter. It carries the evidence of the first, so that the second look
// shows what the first saw.
func NewReversal(pack *guidelines.Pack, id string, d model.Decision, expert model.ExpertProfile, moderator, lang, rationale string, caseVersion int64, now time.Time) (model.Decision, error) {
	if d.Outcome != model.Sanctioned {
		return model.Decision{}, fmt.Errorf("take decision %s back: only a sanction can be taken back", d.ID)
	}
	if strings.TrimSpace(rationale) == "" {
		return model.Decision{}, fmt.Errorf("take decision %s back: %w", d.ID, ErrNoReason)
	}
	var open []model.Sanction
	for _, s := range d.Sanctions {
		if s.ReversedByID == "" {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return model.Decision{}, fmt.Errorf("take decision %s back: that was done already", d.ID)
	}
	lang = letterLanguage(pack, lang, open)
	msg, err := ComposeReversal(pack, lang, expert, open, now)
	if err != nil {
		return model.Decision{}, fmt.Errorf("take decision %s back: %w", d.ID, err)
	}
	return model.Decision{
		ID: id, CaseID: d.CaseID, CaseVersion: caseVersion, ExpertID: d.ExpertID, Moderator: moderator,
		Outcome: model.Reversed, Evidence: CloneEvidence(d.Evidence), Message: msg, Language: lang, Rationale: rationale,
		PackVersion: pack.Version, Reverses: d.ID, DecidedAt: now.UTC(),
	}, nil
}

// Settle applies the reversals among an expert's decisions: every sanction of
// a decision that another one takes back carries that one's ID. The decisions
// given are left as they are.
func Settle(decisions []model.Decision) []model.Decision {
	by := map[string]string{}
	for _, d := range decisions {
		if d.Reverses != "" { // whether nothing or another sanction stands in its place
			by[d.Reverses] = d.ID
		}
	}
	out := slices.Clone(decisions)
	for i, d := range out {
		reversal, ok := by[d.ID]
		if !ok {
			continue
		}
		out[i].Sanctions = slices.Clone(d.Sanctions)
		for j := range out[i].Sanctions {
			if out[i].Sanctions[j].ReversedByID == "" {
				out[i].Sanctions[j].ReversedByID = reversal
			}
		}
	}
	return out
}

// Strikes are the strikes of an expert's decisions, reversed ones marked; the
// fold that a stored record must agree with.
func Strikes(decisions []model.Decision) []model.Strike {
	var out []model.Strike
	for _, d := range Settle(decisions) {
		for _, s := range d.Sanctions {
			if strike, ok := StrikeOf(s); ok {
				out = append(out, strike)
			}
		}
	}
	return out
}
