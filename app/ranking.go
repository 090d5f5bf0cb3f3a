package app

import (
	"context"
	"fmt"

	"mensch/app/model"
)

func (d *Desk) rankCases(ctx context.Context, work []model.Work) error {
	ids := make([]string, 0, len(work))
	for _, w := range work {
		ids = append(ids, w.ID)
	}
	return d.refreshCases(ctx, ids...)
}

func (d *Desk) refreshCases(ctx context.Context, expertIDs ...string) error {
	now := d.now().UTC()
	if err := d.weigh(ctx, now, expertIDs); err != nil {
		return err
	}
	r := d.ruling.Load()
	err := d.store.RefreshCases(ctx, expertIDs, now, func(facts model.CaseFacts) model.Priority {
		return r.prioritise(facts, now)
	})
	if err != nil {
		return fmt.Errorf("ranking cases: %w", err)
	}
	return nil
}

// regroup ranks the cases that a decision, its way to the platform or an
// answer left to be ranked, so that nothing seems unread between two syncs. A
// run of the detectors that is under way ends with the same.
func (d *Desk) regroup(ctx context.Context) error {
	if !d.detect.TryLock() {
		return nil
	}
	defer d.detect.Unlock()
	ranked := false
	err := d.drain(ctx, model.WorkCase, "ranking cases", func(string, int64, int64) { ranked = true }, d.rankCases)
	if ranked {
		d.changed()
	}
	return err
}
