package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"mensch/app/model"
)

type syncRow struct {
	Server     string `db:"server"`
	Cursor     string `db:"cursor"`
	SyncedAt   int64  `db:"synced_at"`
	Sweeping   bool   `db:"sweeping"`
	Epoch      int64  `db:"epoch"`
	ResetEpoch int64  `db:"reset_epoch"`
}

const selectSync = `SELECT server, cursor, synced_at, sweeping, epoch, reset_epoch FROM sync`

// SyncState tells where the last sync ended.
func (s *Store) SyncState(ctx context.Context) (model.SyncState, error) {
	var row syncRow
	if err := s.reader.GetContext(ctx, &row, selectSync); err != nil {
		return model.SyncState{}, failed(ctx, "reading where the last sync ended", err)
	}
	return model.SyncState{Server: row.Server, Cursor: row.Cursor, SyncedAt: at(row.SyncedAt), Sweeping: row.Sweeping, Epoch: row.Epoch}, nil
}

// noun is how one kind of change lands.
type noun struct {
	table string
	key   string
	// apply takes the data in if it is newer than what the store has; false: it
	// is not. A badChange error means that the data cannot be read.
	apply func(*applier, model.Change) (bool, error)
	// gone does what the loss of a row asks for, while the row is there still.
	gone func(*applier, string) error
	// keep says, where it is set, that a row stays in spite of its deletion.
	keep func(*applier, string) (bool, error)
}

var nouns = map[model.ChangeKind]noun{
	model.ChangeExpert:   {table: "experts", key: "id", apply: applyExpert, gone: goneExpert},
	model.ChangeProfile:  {table: "profiles", key: "expert_id", apply: applyProfile, gone: goneProfile},
	model.ChangeSession:  {table: "sessions", key: "id", apply: applySession, gone: goneSession},
	model.ChangeMessage:  {table: "messages", key: "id", apply: applyMessage, gone: goneMessage},
	model.ChangeRating:   {table: "ratings", key: "id", apply: applyRating, gone: goneRating},
	model.ChangeStatus:   {table: "status_events", key: "id", apply: applyStatus, gone: goneStatus},
	model.ChangeIncident: {table: "incidents", key: "id", apply: applyIncident, gone: goneIncident},
	model.ChangeCase:     {table: "cases", key: "id", apply: applyCase, gone: goneCase, keep: keepCase},
	model.ChangeDecision: {table: "decisions", key: "id", apply: applyDecision, gone: goneDecision, keep: keepDecision},
	model.ChangeAppeal:   {table: "appeals", key: "id", apply: applyAppeal, gone: goneAppeal},
	model.ChangeApproval: {table: "approvals", key: "id", apply: applyApproval, gone: goneApproval},
	model.ChangeTeam:     {table: "team_events", key: "id", apply: applyTeam, gone: goneTeam, keep: keepTeam},
}

// badChange says why a change's data cannot be read.
type badChange struct{ why error }

func (b badChange) Error() string { return b.why.Error() }

func bad(format string, args ...any) error { return badChange{fmt.Errorf(format, args...)} }

// applier lands changes in a transaction.
type applier struct {
	*tx
	sync     syncRow
	anyTomb  bool // the table has rows at all: most pages need not ask it
	anyBad   bool
	work     map[model.Work]struct{}
	sessions map[string]struct{} // whose experts' attendance must be weighed again
}

func (s *Store) newApplier(t *tx) (*applier, error) {
	a := &applier{tx: t, work: map[model.Work]struct{}{}, sessions: map[string]struct{}{}}
	if _, err := t.get(&a.sync, selectSync); err != nil {
		return nil, err
	}
	if _, err := t.get(&a.anyTomb, `SELECT EXISTS (SELECT 1 FROM tombstones)`); err != nil {
		return nil, err
	}
	_, err := t.get(&a.anyBad, `SELECT EXISTS (SELECT 1 FROM bad_changes)`)
	return a, err
}

// ApplyPage lands a page of changes and its cursor in one transaction.
func (s *Store) ApplyPage(ctx context.Context, server, from string, page model.ChangePage) (model.PageResult, error) {
	var res model.PageResult
	err := s.write(ctx, "keeping a page of changes", func(t *tx) error {
		res = model.PageResult{}
		a, err := s.newApplier(t)
		if err != nil {
			return err
		}
		if a.sync.Cursor != from || (a.sync.Server != "" && a.sync.Server != server) {
			return model.ErrStale
		}
		for _, c := range page.Changes {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := a.apply(c, &res); err != nil {
				return fmt.Errorf("%s %s: %w", c.Kind, c.ID, err)
			}
		}
		if err := a.flush(); err != nil {
			return err
		}
		synced := a.sync.SyncedAt
		if !page.HasMore {
			synced = us(s.now())
		}
		_, err = t.exec(`UPDATE sync SET server = ?, cursor = ?, synced_at = ?`, server, page.Cursor, synced)
		return err
	})
	if err != nil {
		return model.PageResult{}, err
	}
	return res, nil
}

func (a *applier) apply(c model.Change, res *model.PageResult) error {
	n, known := nouns[c.Kind]
	if !known {
		res.Unknown++
		return nil
	}
	if c.ID == "" || len(c.ID) > maxID || c.Version < 1 {
		res.Bad++
		return a.setAside(c, errors.New("no usable id or version"))
	}
	if a.anyTomb {
		buried, err := a.buried(c)
		if err != nil {
			return err
		}
		if buried {
			res.Stale++
			return nil
		}
	}
	if c.Deleted {
		return a.bury(n, c, res)
	}
	applied, err := n.apply(a, c)
	var fault badChange
	if errors.As(err, &fault) {
		res.Bad++
		return a.setAside(c, fault)
	}
	if err != nil {
		return err
	}
	if !applied {
		res.Stale++
		return a.mark(n, c.ID)
	}
	res.Applied++
	if a.anyTomb {
		if _, err := a.exec(`DELETE FROM tombstones WHERE kind = ? AND id = ?`, c.Kind, c.ID); err != nil {
			return err
		}
	}
	return a.clearBad(c)
}

// maxID is the longest ID, in bytes, that the store takes.
const maxID = 512

// buried reports whether the thing was deleted at this version or a later one.
func (a *applier) buried(c model.Change) (bool, error) {
	var version int64
	found, err := a.get(&version, `SELECT version FROM tombstones WHERE kind = ? AND id = ? AND epoch >= ?`, c.Kind, c.ID, a.sync.ResetEpoch)
	if err != nil || !found || version < c.Version {
		return false, err
	}
	_, err = a.exec(`UPDATE tombstones SET epoch = ? WHERE kind = ? AND id = ?`, a.sync.Epoch, c.Kind, c.ID)
	return true, err
}

// bury deletes a thing and remembers its deletion, so that an older version
// that comes again does not bring it back.
func (a *applier) bury(n noun, c model.Change, res *model.PageResult) error {
	var row struct {
		Version int64 `db:"version"`
		Epoch   int64 `db:"epoch"`
	}
	found, err := a.get(&row, `SELECT version, epoch FROM `+n.table+` WHERE `+n.key+` = ?`, c.ID)
	if err != nil {
		return err
	}
	if found && row.Version >= c.Version && row.Epoch >= a.sync.ResetEpoch {
		res.Stale++
		return a.mark(n, c.ID)
	}
	if found {
		found, err = a.remove(n, c.ID)
		if err != nil {
			return err
		}
	}
	_, err = a.exec(`INSERT INTO tombstones (kind, id, version, epoch) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET version = excluded.version, epoch = excluded.epoch`, c.Kind, c.ID, c.Version, a.sync.Epoch)
	if err != nil {
		return err
	}
	a.anyTomb = true
	if found {
		res.Deleted++
	} else {
		res.Applied++
	}
	return a.clearBad(c)
}

// remove deletes one row of a noun, and reports whether it went.
func (a *applier) remove(n noun, id string) (bool, error) {
	if n.keep != nil {
		kept, err := n.keep(a, id)
		if err != nil || kept {
			return false, err
		}
	}
	if err := n.gone(a, id); err != nil {
		return false, err
	}
	_, err := a.exec(`DELETE FROM `+n.table+` WHERE `+n.key+` = ?`, id)
	return true, err
}

// mark tells a sweep that the feed still has a thing.
func (a *applier) mark(n noun, id string) error {
	if !a.sync.Sweeping {
		return nil
	}
	_, err := a.exec(`UPDATE `+n.table+` SET epoch = ? WHERE `+n.key+` = ? AND epoch < ?`, a.sync.Epoch, id, a.sync.Epoch)
	return err
}

// setAside keeps a change that cannot be read, for whoever asks why it is
// missing. What the store has of the thing stays.
func (a *applier) setAside(c model.Change, why error) error {
	a.anyBad = true
	_, err := a.exec(`INSERT INTO bad_changes (kind, id, version, data, fault, seen_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET version = excluded.version, data = excluded.data, fault = excluded.fault, seen_at = excluded.seen_at
		WHERE excluded.version >= bad_changes.version`,
		c.Kind, c.ID, c.Version, string(c.Data), why.Error(), us(a.store.now()))
	if err != nil {
		return err
	}
	if n, ok := nouns[c.Kind]; ok {
		return a.mark(n, c.ID)
	}
	return nil
}

// clearBad forgets an unreadable version once a newer one was read.
func (a *applier) clearBad(c model.Change) error {
	if !a.anyBad {
		return nil
	}
	_, err := a.exec(`DELETE FROM bad_changes WHERE kind = ? AND id = ? AND version < ?`, c.Kind, c.ID, c.Version)
	return err
}

// decode reads a change's data and checks that it is the thing it says.
func decode[T any](c model.Change, id func(T) string) (T, error) {
	var v T
	if len(c.Data) == 0 {
		return v, bad("no data")
	}
	if err := json.Unmarshal(c.Data, &v); err != nil {
		return v, bad("reading the data: %w", err)
	}
	if got := id(v); got != c.ID {
		return v, bad("the data is of %q", got)
	}
	return v, nil
}

// need refuses a noun whose references are missing.
func need(names ...string) error {
	for _, n := range names {
		if n == "" {
			return bad("a needed member is empty")
		}
		if len(n) > maxID {
			return bad("an id is longer than %d bytes", maxID)
		}
	}
	return nil
}

// upsert runs an INSERT … ON CONFLICT … WHERE, and reports whether it landed.
// Every such statement ends with newer and takes resetEpoch as last argument.
func (a *applier) upsert(query string, args ...any) (bool, error) {
	n, err := a.exec(query, append(args, a.sync.ResetEpoch)...)
	return n > 0, err
}

// owe notes detection work; flush queues it.
func (a *applier) owe(kind model.WorkKind, ids ...string) {
	for _, id := range ids {
		if id != "" {
			a.work[model.Work{Kind: kind, ID: id}] = struct{}{}
		}
	}
}

func (a *applier) flush() error {
	for id := range a.sessions {
		var expert string
		if _, err := a.get(&expert, `SELECT expert_id FROM sessions WHERE id = ?`, id); err != nil {
			return err
		}
		a.owe(model.WorkExpert, expert)
	}
	for w := range a.work {
		if err := a.queue(w.Kind, w.ID); err != nil {
			return err
		}
	}
	return nil
}
