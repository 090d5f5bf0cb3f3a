package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

// Views gives the kept views of the queue by their slot.
func (s *Store) Views(ctx context.Context) ([]model.QueueView, error) {
	const doing = "reading the views of the queue"
	var rows []struct {
		Slot   int    `db:"slot"`
		Name   string `db:"name"`
		Filter string `db:"filter"`
	}
	if err := s.reader.SelectContext(ctx, &rows, `SELECT slot, name, filter FROM saved_views ORDER BY slot`); err != nil {
		return nil, failed(ctx, doing, err)
	}
	out := make([]model.QueueView, len(rows))
	for i, r := range rows {
		out[i] = model.QueueView{Slot: r.Slot, Name: r.Name}
		if err := json.Unmarshal([]byte(r.Filter), &out[i].Filter); err != nil {
			return nil, failed(ctx, doing, err)
		}
	}
	return out, nil
}

// SaveView keeps a view in its slot, in place of the one that is there. One
// without a name says that the slot is to stay empty.
func (s *Store) SaveView(ctx context.Context, view model.QueueView) error {
	if view.Slot < 1 || view.Slot > 9 {
		return fmt.Errorf("keeping a view of the queue: there is no slot %d", view.Slot)
	}
	body, err := text(view.Filter)
	if err != nil {
		return err
	}
	return s.write(ctx, "keeping a view of the queue", func(t *tx) error {
		_, err := t.exec(`INSERT INTO saved_views (slot, name, filter) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, filter = excluded.filter`,
			view.Slot, view.Name, body)
		return err
	})
}

// DropView forgets what was kept in a slot.
func (s *Store) DropView(ctx context.Context, slot int) error {
	return s.write(ctx, "dropping a view of the queue", func(t *tx) error {
		_, err := t.exec(`DELETE FROM saved_views WHERE slot = ?`, slot)
		return err
	})
}

// CountQueue counts a filtered queue.
func (s *Store) CountQueue(ctx context.Context, filter model.QueueFilter) (int, error) {
	total := 0
	err := s.readQueue(ctx, filter, "counting the queue", func(g getter) error {
		q, err := s.queueQuery(ctx, g, filter)
		if err != nil {
			return err
		}
		index, conditions, args := q.along()
		query, args, err := sqlx.In(q.arm(index, `count(*)`, conditions...), append(args, q.args...)...)
		if err != nil {
			return err
		}
		return g.GetContext(ctx, &total, query, args...)
	})
	return total, err
}

// QueueIDs gives the cases of a filtered queue in its order, at most limit.
func (s *Store) QueueIDs(ctx context.Context, filter model.QueueFilter, limit int) ([]string, error) {
	var ids []string
	err := s.readQueue(ctx, filter, "reading the queue", func(g getter) error {
		q, err := s.queueQuery(ctx, g, filter)
		if err != nil {
			return err
		}
		index, conditions, args := q.along()
		query, args, err := sqlx.In(q.arm(index, `id`, conditions...)+` ORDER BY `+q.order.by()+` LIMIT ?`, append(append(args, q.args...), capped(limit))...)
		if err != nil {
			return err
		}
		return g.SelectContext(ctx, &ids, query, args...)
	})
	return ids, err
}

// FreeCase is the first case of a filtered queue, other than those named, or
// model.ErrNotFound.
func (s *Store) FreeCase(ctx context.Context, filter model.QueueFilter, but []string) (string, error) {
	ids, err := s.QueueIDs(ctx, filter, len(but)+1)
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		if !slices.Contains(but, id) {
			return id, nil
		}
	}
	return "", model.ErrNotFound
}

// NoteExposure counts a thing that was looked at. It leaves no audit row: what
// a person bears is nobody's business but theirs. What is older than a day goes.
func (s *Store) NoteExposure(ctx context.Context, when time.Time, kind string) error {
	if kind == "" {
		return errors.New("counting what was seen: it needs a kind")
	}
	return s.write(ctx, "counting what was seen", func(t *tx) error {
		if _, err := t.exec(`DELETE FROM exposure WHERE at < ?`, us(when.Add(-24*time.Hour))); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO exposure (at, kind) VALUES (?, ?)`, us(when), kind)
		return err
	})
}

// Exposures counts what was looked at since a time.
func (s *Store) Exposures(ctx context.Context, since time.Time) (int, error) {
	n := 0
	err := s.reader.GetContext(ctx, &n, `SELECT count(*) FROM exposure WHERE at > ?`, us(since))
	return n, failed(ctx, "counting what was seen", err)
}
