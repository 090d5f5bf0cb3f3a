package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mensch/app/cases"
	"mensch/app/model"
)

// SecondLook is a decision, or a proposal of one, as whoever looks at it again
// sees it: with the evidence that was copied into it.
type SecondLook struct {
	Case      model.Case
	Expert    model.Expert
	Profile   model.Profile
	Evidence  []model.Evidence
	Incidents []model.Incident
	Strikes   []model.Strike // live and expired, newest first
	Pairs     []PhotoPair
}

// ApprovalFile is a proposal as the second person sees it. Until they have said
// what they would do, Approval.Decision is nil.
type ApprovalFile struct {
	SecondLook
	Approval model.Approval
	State    cases.ApprovalState
	Mine     bool   // this moderator proposed it
	Changed  bool   // the case changed since it was proposed
	OwnView  string // what this moderator would have decided; empty before they said it
	Revealed bool   // Approval.Decision may be seen
	Barred   string // why this moderator may not answer; empty: they may
	Steps    []model.Step
	Effects  []string           // what a yes does; after it is revealed
	Answer   *model.AnswerEntry // given here, on its way or at its end
}

// ViewDismiss is the own view of somebody who would dismiss the case; any other
// is a step of the ladder.
const ViewDismiss = "dismiss"

// Roles are what the platform lets this moderator do; empty: it never said.
func (d *Desk) Roles() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.roles)
}

// May reports whether an action is worth offering. While the platform has not
// said what this moderator may do, all is: the platform enforces it.
func (d *Desk) May(do cases.Action) bool {
	roles := d.Roles()
	return len(roles) == 0 || cases.May(roles, do)
}

// Approvals lists the proposals, newest first.
func (d *Desk) Approvals(ctx context.Context, filter model.ApprovalFilter, after string, limit int) ([]model.Approval, error) {
	list, err := d.store.Approvals(ctx, filter, after, limit)
	for i := range list {
		if show, err := d.mayReveal(ctx, list[i]); err != nil {
			return nil, err
		} else if !show {
			list[i].Decision = nil
		}
	}
	return list, err
}

// mayReveal says whether this moderator may see what was proposed: the proposer
// may, whoever answers only after they said what they would do, and everybody
// when it is over.
func (d *Desk) mayReveal(ctx context.Context, a model.Approval) (bool, error) {
	if d.proposed(a) || cases.ApprovalAt(a, d.now()) != cases.ApprovalOpen || !d.May(cases.MayApprove) {
		return true, nil
	}
	view, err := d.store.OwnView(ctx, a.ID, d.Moderator())
	if err != nil && !notFound(err) {
		return false, fmt.Errorf("reading your view of proposal %s: %w", a.ID, err)
	}
	return view != "", nil
}

func (d *Desk) proposed(a model.Approval) bool { return strings.EqualFold(a.Proposer, d.Moderator()) }

// Approval gathers a proposal for the second person: the evidence, and what was
// proposed only once they have said what they would do.
func (d *Desk) Approval(ctx context.Context, id string) (ApprovalFile, error) {
	var file ApprovalFile
	a, err := d.store.Approval(ctx, id)
	if err != nil {
		return file, fmt.Errorf("reading proposal %s: %w", id, err)
	}
	if a.Decision == nil {
		return file, &Refusal{Why: "The platform sent this proposal without its decision. Nothing was changed; tell whoever runs the platform."}
	}
	decision := *a.Decision
	file.Approval, file.State, file.Mine = a, cases.ApprovalAt(a, d.now()), d.proposed(a)
	if file.SecondLook, err = d.secondLook(ctx, decision); err != nil {
		return file, err
	}
	file.Changed = file.State == cases.ApprovalOpen && file.Case.Version != a.CaseVersion
	if file.OwnView, err = d.store.OwnView(ctx, id, d.Moderator()); err != nil && !notFound(err) {
		return file, fmt.Errorf("reading your view of proposal %s: %w", id, err)
	}
	if file.Revealed, err = d.mayReveal(ctx, a); err != nil {
		return file, err
	}
	if file.Barred, err = d.barred(ctx, a); err != nil {
		return file, err
	}
	answer, err := d.store.AnswerTo(ctx, id)
	if err != nil && !notFound(err) {
		return file, fmt.Errorf("reading your answer to proposal %s: %w", id, err)
	}
	if err == nil {
		file.Answer = &answer
	}
	for _, g := range guidelinesOf(decision.Evidence) {
		if rule, ok := d.pack().Guideline(g); ok {
			for _, s := range rule.Steps() {
				if !slices.Contains(file.Steps, s) {
					file.Steps = append(file.Steps, s)
				}
			}
		}
	}
	if !file.Revealed {
		file.Approval.Decision = nil
		return file, nil
	}
	facts, err := d.store.CaseFacts(ctx, a.CaseID)
	if err != nil && !notFound(err) {
		return file, fmt.Errorf("reading case %s: %w", a.CaseID, err)
	}
	file.Effects = cases.SideEffects(d.pack(), decision, facts)
	return file, nil
}

// barred says why this moderator may not answer a proposal.
func (d *Desk) barred(ctx context.Context, a model.Approval) (string, error) {
	switch {
	case cases.ApprovalAt(a, d.now()) != cases.ApprovalOpen:
		return "This proposal is over.", nil
	case d.proposed(a):
		return "You proposed it; somebody else must answer. You can withdraw it.", nil
	case !d.May(cases.MayApprove):
		return "Your roles at the platform don't include answering proposals.", nil
	case a.Decision.Answers == "":
		return "", nil
	}
	return d.tookPart(ctx, a.Decision.Reverses)
}

// tookPart says that this moderator took part in a decision; empty if not.
func (d *Desk) tookPart(ctx context.Context, decisionID string) (string, error) {
	first, err := d.store.Decision(ctx, decisionID)
	if notFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading decision %s: %w", decisionID, err)
	}
	approvals, err := d.approvalOf(ctx, decisionID)
	if err != nil {
		return "", err
	}
	if cases.MayJudge(d.Moderator(), first.Decision, approvals) != nil {
		return "You took part in the decision that is objected to. Somebody who took no part must look at it.", nil
	}
	return "", nil
}

func (d *Desk) approvalOf(ctx context.Context, decisionID string) ([]model.Approval, error) {
	a, err := d.store.Approval(ctx, decisionID)
	if notFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the approval of %s: %w", decisionID, err)
	}
	return []model.Approval{a}, nil
}

func guidelinesOf(evidence []model.Evidence) []string {
	var ids []string
	for _, e := range evidence {
		if e.Guideline != "" && !slices.Contains(ids, e.Guideline) {
			ids = append(ids, e.Guideline)
		}
	}
	return ids
}

// secondLook gathers what the first look saw, out of the decision itself.
func (d *Desk) secondLook(ctx context.Context, decision model.Decision) (SecondLook, error) {
	look := SecondLook{Evidence: decision.Evidence}
	var err error
	if look.Case, err = d.store.Case(ctx, decision.CaseID); err != nil && !notFound(err) {
		return look, fmt.Errorf("reading case %s: %w", decision.CaseID, err)
	}
	if look.Expert, err = d.store.Expert(ctx, decision.ExpertID); notFound(err) {
		look.Expert = model.Expert{ID: decision.ExpertID, ScreenName: decision.ExpertID} // erased meanwhile
	} else if err != nil {
		return look, fmt.Errorf("reading expert %s: %w", decision.ExpertID, err)
	}
	if look.Profile, err = d.store.Profile(ctx, decision.ExpertID); err != nil && !notFound(err) {
		return look, fmt.Errorf("reading the profile of %s: %w", decision.ExpertID, err)
	}
	if look.Strikes, err = d.store.StrikesOf(ctx, decision.ExpertID); err != nil {
		return look, fmt.Errorf("reading the strikes of %s: %w", decision.ExpertID, err)
	}
	if look.Incidents, err = d.store.IncidentsOf(ctx, decision.CaseID); err != nil {
		return look, fmt.Errorf("reading the incidents of %s: %w", decision.CaseID, err)
	}
	file := CaseFile{Expert: look.Expert}
	for _, e := range decision.Evidence {
		if e.Finding != nil {
			file.Findings = append(file.Findings, *e.Finding)
		}
	}
	if err := d.addPairs(ctx, &file); err != nil {
		return look, err
	}
	look.Pairs = file.Pairs
	return look, nil
}

// SeeProposal keeps what this moderator would decide on the evidence (a step,
// or ViewDismiss), and shows what was proposed.
func (d *Desk) SeeProposal(ctx context.Context, id, view string) (ApprovalFile, error) {
	a, err := d.store.Approval(ctx, id)
	if err != nil {
		return ApprovalFile{}, fmt.Errorf("reading proposal %s: %w", id, err)
	}
	if view = strings.TrimSpace(view); view == "" {
		return ApprovalFile{}, &Refusal{Why: "Say first what you would decide. The proposal is shown after that; nothing was kept."}
	}
	if why, err := d.barred(ctx, a); err != nil {
		return ApprovalFile{}, err
	} else if why == "" {
		held, err := d.store.Case(ctx, a.CaseID)
		if err != nil && !notFound(err) {
			return ApprovalFile{}, fmt.Errorf("reading case %s: %w", a.CaseID, err)
		}
		if err := d.store.KeepOwnView(ctx, id, d.Moderator(), view, held.Version, d.now().UTC()); err != nil {
			return ApprovalFile{}, fmt.Errorf("keeping your view of proposal %s: %w", id, err)
		}
	}
	return d.Approval(ctx, id)
}

// AnswerApproval gives this moderator's word on a proposal: ApprovalAgree,
// ApprovalDecline with a reason, or the proposer's ApprovalWithdraw. It waits
// out the undo time and goes to the platform, which has the last word.
func (d *Desk) AnswerApproval(ctx context.Context, id string, event cases.ApprovalEvent, reason string) (model.ApprovalAnswer, error) {
	var none model.ApprovalAnswer
	a, err := d.store.Approval(ctx, id)
	if err != nil {
		return none, fmt.Errorf("reading proposal %s: %w", id, err)
	}
	now := d.now().UTC().Truncate(time.Millisecond)
	view := ""
	if event != cases.ApprovalWithdraw {
		why, err := d.barred(ctx, a)
		if err != nil {
			return none, err
		}
		if why != "" {
			return none, &Refusal{Why: why + " Nothing was sent."}
		}
		if view, err = d.store.OwnView(ctx, id, d.Moderator()); err != nil && !notFound(err) {
			return none, fmt.Errorf("reading your view of proposal %s: %w", id, err)
		}
		if view == "" {
			return none, &Refusal{Why: "Look at the evidence and say what you would decide before you answer the proposal. Nothing was sent."}
		}
	}
	next, err := cases.Answer(a, d.Moderator(), event, reason, now)
	switch {
	case errors.Is(err, cases.ErrNoReason):
		return none, &Refusal{Why: "Say why you refuse: the proposer has to learn from it. Nothing was sent."}
	case errors.Is(err, cases.ErrSamePerson):
		return none, &Refusal{Why: "You proposed it; somebody else must answer. Nothing was sent."}
	case errors.Is(err, cases.ErrTooLate), errors.Is(err, cases.ErrIllegal):
		return none, &Refusal{Why: "This proposal is over. Nothing was sent; the next sync shows how it ended."}
	case err != nil:
		return none, &Refusal{Why: capital(err.Error()) + ". Nothing was sent."}
	}
	held, err := d.store.Case(ctx, a.CaseID)
	if err != nil {
		return none, fmt.Errorf("reading case %s: %w", a.CaseID, err)
	}
	answer := model.ApprovalAnswer{
		ID: uuid.NewString(), ApprovalID: id, CaseID: a.CaseID, Answer: next.Answer, Reason: next.Reason, OwnView: view,
		CaseVersion: held.Version, By: d.Moderator(), At: now,
	}
	settings, err := d.Settings(ctx)
	if err != nil {
		return none, err
	}
	err = d.store.AddAnswer(ctx, answer, now.Add(time.Duration(settings.UndoSeconds)*time.Second))
	if errors.Is(err, model.ErrStale) {
		return none, &Refusal{Why: "You answered this proposal already. Nothing more was sent; undo that answer first, if it still waits."}
	}
	if err != nil {
		return none, fmt.Errorf("keeping your answer to proposal %s: %w", id, err)
	}
	d.changed()
	return answer, nil
}

// UndoAnswer takes the answer to a proposal back while it waits.
func (d *Desk) UndoAnswer(ctx context.Context, approvalID string) error {
	entry, err := d.store.AnswerTo(ctx, approvalID)
	if err != nil {
		return fmt.Errorf("reading your answer to proposal %s: %w", approvalID, err)
	}
	return d.undoAnswer(ctx, entry.Answer.ID)
}

func (d *Desk) undoAnswer(ctx context.Context, id string) error {
	err := d.store.UndoAnswer(ctx, id, d.Moderator(), d.now().UTC())
	if errors.Is(err, model.ErrStale) {
		return &Refusal{Why: "The answer is on its way to the platform already and can't be taken back."}
	}
	if err != nil {
		return fmt.Errorf("undoing an answer: %w", err)
	}
	d.changed()
	return nil
}

// ExpertNames gives the screen names of experts; one that is not here is left
// out.
func (d *Desk) ExpertNames(ctx context.Context, ids []string) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	for _, id := range ids {
		if _, have := names[id]; have {
			continue
		}
		expert, err := d.store.Expert(ctx, id)
		if notFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading expert %s: %w", id, err)
		}
		names[id] = expert.ScreenName + ", " + expert.Cluster
	}
	return names, nil
}

// waitingProposal is the proposal made here that the platform does not have
// yet, nil if there is none.
func (d *Desk) waitingProposal(ctx context.Context, c model.Case) (*model.OutboxEntry, error) {
	if c.State != model.CaseProposed && c.State != model.CaseConflict {
		return nil, nil //nolint:nilnil // none waits, which is no error
	}
	list, err := d.store.Outbox(ctx, 0, 50)
	if err != nil {
		return nil, fmt.Errorf("reading the outbox: %w", err)
	}
	for _, e := range list {
		if e.Decision.CaseID == c.ID && e.Kind == model.OutboxPropose && !cases.OutboxDone(e.State) {
			return &e, nil
		}
	}
	return nil, nil //nolint:nilnil // none waits, which is no error
}
