package app

import (
	"context"
	"errors"
	"fmt"

	"mensch/app/cases"
	"mensch/app/model"
)

// maxFaults is how many differences a verification names one by one.
const maxFaults = 20

// verifyHistories checks that every case, decision, sanction, proposal and
// appeal stands where the fold of its events leads, and that every record has
// the strikes that its decisions add. It goes through all before it gives an
// error, which wraps model.ErrCorrupt and names each difference. n is how many
// were checked.
func (d *Desk) verifyHistories(ctx context.Context) (n int, err error) {
	var faults []error
	found := 0
	note := func(err error) {
		n++
		if err == nil {
			return
		}
		if found++; found <= maxFaults {
			faults = append(faults, err)
		}
	}
	err = d.store.EachHistory(ctx, func(id string, state model.CaseState, history []model.CaseEvent) error {
		if err := cases.CheckHistory(state, history); err != nil {
			note(fmt.Errorf("case %s: %w", id, err))
			return nil
		}
		note(nil)
		return nil
	})
	if err == nil {
		err = d.store.EachLife(ctx, func(l model.Life) error {
			note(cases.CheckLife(l))
			return nil
		})
	}
	now := d.now().UTC()
	if err == nil {
		err = d.store.EachRecord(ctx, func(r model.ExpertRecord) error {
			note(cases.CheckRecord(r, now))
			return nil
		})
	}
	if err != nil {
		return n, fmt.Errorf("checking what stands against its history: %w", err)
	}
	if found > maxFaults {
		faults = append(faults, fmt.Errorf("and %d more", found-maxFaults))
	}
	if found > 0 {
		return n, fmt.Errorf("what stands is not where its history leads: %w: %w", model.ErrCorrupt, errors.Join(faults...))
	}
	return n, nil
}
