package app

import (
	"context"
	"fmt"

	"mensch/app/cases"
	"mensch/app/model"
)

// Outbox lists the decisions made here, newest first, with how far each has
// come. afterSeq 0 starts; then the Seq of the last entry seen.
func (d *Desk) Outbox(ctx context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error) {
	return d.store.Outbox(ctx, afterSeq, limit)
}

// RetryOutbox lets a decision whose time has not come, or that the platform
// refused, try again at once.
func (d *Desk) RetryOutbox(ctx context.Context, decisionID string) error {
	entry, err := d.store.OutboxEntry(ctx, decisionID)
	if err != nil {
		return fmt.Errorf("reading the outbox: %w", err)
	}
	to := entry.State
	if entry.State == model.OutboxRejected {
		if to, err = cases.NextOutbox(entry.State, cases.OutboxRequeue); err != nil {
			return fmt.Errorf("trying decision %s again: %w", decisionID, err)
		}
	}
	if to != model.OutboxQueued && to != model.OutboxUnknown {
		return &Refusal{Why: "This decision is not waiting to be sent, so there is nothing to try again. Nothing was changed."}
	}
	err = d.store.SettleOutbox(ctx, model.OutboxChange{
		DecisionID: decisionID, From: entry.State, To: to, NotBefore: d.now().UTC(), LastError: entry.LastError, At: d.now().UTC(),
	})
	if err != nil {
		return fmt.Errorf("trying decision %s again: %w", decisionID, err)
	}
	d.changed()
	return nil
}

// ResolveConflict ends a conflict: either the decision that stands at the
// platform is taken over and ours is dropped, or ours is decided anew as
// DecideAgain does it. A *Refusal leaves the conflict as it is.
func (d *Desk) ResolveConflict(ctx context.Context, decisionID string, keepMine bool) error {
	if keepMine {
		_, err := d.DecideAgain(ctx, decisionID, "")
		return err
	}
	entry, err := d.lost(ctx, decisionID)
	if err != nil {
		return err
	}
	to, err := cases.NextOutbox(entry.State, cases.OutboxDrop)
	if err != nil {
		return fmt.Errorf("resolving the conflict: %w", err)
	}
	change := model.OutboxChange{DecisionID: decisionID, From: entry.State, To: to, At: d.now().UTC(), LastError: "Dropped for the decision that stands at the platform."}
	if entry.State == model.OutboxConflict {
		if change.CaseState, err = cases.Next(model.CaseConflict, cases.Event{Kind: cases.KeepTheirs}); err != nil {
			return fmt.Errorf("resolving the conflict: %w", err)
		}
	}
	if err := d.store.SettleOutbox(ctx, change); err != nil {
		return fmt.Errorf("resolving the conflict: %w", err)
	}
	d.changed()
	return d.refreshCases(ctx, entry.Decision.ExpertID)
}

// roomFor refuses to decide anew on a case that waits for the answer to a
// proposal, or for another decision of here to be sent: asked before anything
// is dropped, for ours would be lost.
func (d *Desk) roomFor(ctx context.Context, ours model.Decision) error {
	// One whose time is over counts too, until the platform has said so.
	open, err := d.store.Approvals(ctx, model.ApprovalFilter{Open: true, CaseID: ours.CaseID}, "", 10)
	if err != nil {
		return fmt.Errorf("reading the proposals on case %s: %w", ours.CaseID, err)
	}
	for _, a := range open {
		if a.DecisionID == ours.ID {
			continue
		}
		return &Refusal{Why: fmt.Sprintf("%s has proposed something on this case, and nothing else can be decided until that is answered. "+
			"Your decision is kept and stays in conflict. Keep it once the proposal is refused, withdrawn or expired, or take what stands at the platform.", orSomebody(a.Proposer))}
	}
	held, err := d.store.Case(ctx, ours.CaseID)
	if err != nil {
		return fmt.Errorf("reading case %s: %w", ours.CaseID, err)
	}
	if why := busy(held.State); len(why) > 0 {
		return &Refusal{Why: "Your decision is kept as it is. " + why[0]}
	}
	return nil
}

func orSomebody(name string) string {
	if name == "" {
		return "A colleague"
	}
	return name
}
