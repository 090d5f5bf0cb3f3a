package store

import (
	"context"
	"time"

	"mensch/app/model"
)

// queue puts work on the queue, or gives what is there a new stamp, so that
// whoever does it at this moment does not take it off.
func (t *tx) queue(kind model.WorkKind, id string) error {
	_, err := t.exec(`INSERT INTO work (kind, id, stamp) VALUES (?, ?, `+newStamp+`) ON CONFLICT DO UPDATE SET stamp = excluded.stamp`, kind, id)
	return err
}

// newStamp is never 0, which in model.Work stands for any.
const newStamp = `1 + (random() & 4611686018427387903)`

// PendingWork pages one kind of work by ID.
func (s *Store) PendingWork(ctx context.Context, kind model.WorkKind, after string, limit int) ([]model.Work, error) {
	var rows []struct {
		ID    string `db:"id"`
		Stamp int64  `db:"stamp"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, stamp FROM work WHERE kind = ? AND id > ? ORDER BY id LIMIT ?`, kind, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading what is left to detect", err)
	}
	out := make([]model.Work, len(rows))
	for i, r := range rows {
		out[i] = model.Work{Kind: kind, ID: r.ID, Stamp: r.Stamp}
	}
	return out, nil
}

// QueueAllWork queues everything again.
func (s *Store) QueueAllWork(ctx context.Context) error {
	return s.write(ctx, "queueing everything for the detectors", func(t *tx) error {
		for _, all := range []struct {
			kind model.WorkKind
			from string
		}{
			{model.WorkSession, `sessions`},
			{model.WorkPhoto, `(SELECT id FROM photos WHERE bytes > 0)`},
			{model.WorkProfile, `(SELECT expert_id AS id FROM profiles)`},
			{model.WorkExpert, `experts`},
			{model.WorkCase, `(SELECT id FROM experts UNION SELECT expert_id FROM cases)`},
		} {
			// "WHERE true" keeps SQLite's parser from reading ON as a join's.
			_, err := t.exec(`INSERT INTO work (kind, id, stamp) SELECT ?, id, `+newStamp+` FROM `+all.from+` WHERE true
				ON CONFLICT DO UPDATE SET stamp = excluded.stamp`, all.kind)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// QueueOpenCases queues the ranking of the open cases that were opened after an
// instant; the zero time takes all of them.
func (s *Store) QueueOpenCases(ctx context.Context, after time.Time) error {
	since := int64(0)
	if !after.IsZero() {
		since = us(after)
	}
	return s.write(ctx, "queueing open cases to be ranked anew", func(t *tx) error {
		_, err := t.exec(`INSERT INTO work (kind, id, stamp) SELECT DISTINCT ?, expert_id, `+newStamp+` FROM cases WHERE state = 'open' AND shown = 1 AND opened_at > ?
			ON CONFLICT DO UPDATE SET stamp = excluded.stamp`, model.WorkCase, since)
		return err
	})
}

// FinishWork takes done work off the queue and replaces the findings of each
// scope. Work that was queued again since it was read stays.
func (s *Store) FinishWork(ctx context.Context, done []model.Work, scopes []model.ScopeFindings) error {
	return s.write(ctx, "keeping findings", func(t *tx) error {
		for _, w := range done {
			if _, err := t.exec(`DELETE FROM work WHERE kind = ?1 AND id = ?2 AND (stamp = ?3 OR ?3 = 0)`, w.Kind, w.ID, w.Stamp); err != nil {
				return err
			}
		}
		for _, scope := range scopes {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.replaceScope(scope); err != nil {
				return err
			}
		}
		return nil
	})
}
