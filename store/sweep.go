package store

import (
	"context"
	"fmt"

	"mensch/app/model"
)

// BeginSweep forgets the cursor and starts a new epoch. What EndSweep then
// deletes is what no page since has named.
func (s *Store) BeginSweep(ctx context.Context, server string) error {
	return s.write(ctx, "beginning the feed again", func(t *tx) error {
		_, err := t.exec(`UPDATE sync SET server = ?, cursor = '', sweeping = 1, epoch = epoch + 1`, server)
		return err
	})
}

// ResetServer forgets the cursor of another server and starts a sweep in which
// the versions that the store has count for nothing: they are the other
// server's.
func (s *Store) ResetServer(ctx context.Context, server string) error {
	return s.write(ctx, "turning the store to another platform", func(t *tx) error {
		_, err := t.exec(`UPDATE sync SET server = ?, cursor = '', synced_at = ?, sweeping = 1, epoch = epoch + 1, reset_epoch = epoch + 1`, server, never)
		return err
	})
}

// EndSweep deletes what the sweep did not see. Without a sweep it does nothing.
//
// It stays within one transaction: a crash leaves the sweep to be ended again.
func (s *Store) EndSweep(ctx context.Context) (deleted int, err error) {
	err = s.write(ctx, "removing what the platform no longer has", func(t *tx) error {
		deleted = 0
		a, err := s.newApplier(t)
		if err != nil || !a.sync.Sweeping {
			return err
		}
		for _, kind := range sweepOrder {
			n, err := a.sweep(ctx, nouns[kind])
			if err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			deleted += n
		}
		if _, err := t.exec(`DELETE FROM tombstones WHERE epoch < ?`, a.sync.Epoch); err != nil {
			return err
		}
		if err := a.flush(); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE sync SET sweeping = 0`)
		return err
	})
	if err != nil {
		return 0, err
	}
	return deleted, nil
}

// Parents last: what a child's loss asks for may need its parent's row.
var sweepOrder = []model.ChangeKind{
	model.ChangeTeam, model.ChangeMessage, model.ChangeRating, model.ChangeStatus, model.ChangeSession, model.ChangeIncident,
	model.ChangeAppeal, model.ChangeApproval, model.ChangeDecision, model.ChangeCase, model.ChangeProfile, model.ChangeExpert,
}

// sweep deletes a noun's rows of older epochs. A row of version 0 was made
// here and never came from the platform.
func (a *applier) sweep(ctx context.Context, n noun) (int, error) {
	const batch = 1000
	deleted := 0
	for after := ""; ; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		var ids []string
		err := a.list(&ids, `SELECT `+n.key+` FROM `+n.table+` WHERE epoch < ? AND version > 0 AND `+n.key+` > ? ORDER BY `+n.key+` LIMIT ?`, a.sync.Epoch, after, batch)
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			went, err := a.remove(n, id)
			if err != nil {
				return 0, err
			}
			if went {
				deleted++
			}
		}
		if len(ids) < batch {
			return deleted, nil
		}
		after = ids[len(ids)-1]
	}
}
