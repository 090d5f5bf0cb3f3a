package app

import (
	"context"
	"fmt"

	"mensch/app/model"
)

// Claim takes the lease on a case, so that no colleague works on it at the
// same time. It asks the platform; without one, or without a network, it fails
// and the case may still be worked on: the platform settles who was first.
func (d *Desk) Claim(ctx context.Context, caseID string) (model.Lease, error) {
	p, _ := d.link()
	if p == nil {
		return model.Lease{}, &Refusal{Why: "No platform is connected, so the case is not reserved. You can work on it; if a colleague decides first, you will be asked."}
	}
	lease, err := p.Lease(ctx, caseID)
	if err != nil {
		return model.Lease{}, fmt.Errorf("reserving case %s: %w", caseID, err)
	}
	if err := d.store.SaveLease(ctx, lease); err != nil {
		return lease, fmt.Errorf("keeping the lease on case %s: %w", caseID, err)
	}
	return lease, nil
}

// Release gives the lease on a case back. A case that is not held is left alone.
func (d *Desk) Release(ctx context.Context, caseID string) error {
	p, _ := d.link()
	held, err := d.store.Case(ctx, caseID)
	if err != nil {
		return fmt.Errorf("reading case %s: %w", caseID, err)
	}
	if p == nil || held.Lease == nil || held.Lease.Holder != d.Moderator() {
		return nil
	}
	if err := p.ReleaseLease(ctx, *held.Lease); err != nil {
		return fmt.Errorf("releasing case %s: %w", caseID, err)
	}
	if err := d.store.DropLease(ctx, caseID); err != nil {
		return fmt.Errorf("dropping the lease on case %s: %w", caseID, err)
	}
	return nil
}
