package store

import (
	"context"

	"mensch/app/model"
)

type statusRow struct {
	ID       string `db:"id"`
	Version  int64  `db:"version"`
	ExpertID string `db:"expert_id"`
	Status   string `db:"status"`
	At       int64  `db:"at"`
}

func (r statusRow) event() (model.StatusEvent, error) {
	return model.StatusEvent{ID: r.ID, Version: r.Version, ExpertID: r.ExpertID, Status: model.Availability(r.Status), At: at(r.At)}, nil
}

func applyStatus(a *applier, c model.Change) (bool, error) {
	e, err := decode(c, func(e model.StatusEvent) string { return e.ID })
	if err == nil {
		err = need(e.ExpertID, string(e.Status))
	}
	if err != nil {
		return false, err
	}
	var before string
	if _, err := a.get(&before, `SELECT expert_id FROM status_events WHERE id = ?`, c.ID); err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO status_events (version, epoch, id, expert_id, status, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, expert_id = excluded.expert_id, status = excluded.status, at = excluded.at
		WHERE excluded.version > status_events.version OR status_events.epoch < ?`,
		c.Version, a.sync.Epoch, c.ID, e.ExpertID, e.Status, us(e.At))
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkExpert, e.ExpertID, before)
	return true, nil
}

func goneStatus(a *applier, id string) error {
	var expert string
	_, err := a.get(&expert, `SELECT expert_id FROM status_events WHERE id = ?`, id)
	a.owe(model.WorkExpert, expert)
	return err
}

// StatusEventsOf gives an expert's changes of status, oldest first.
func (s *Store) StatusEventsOf(ctx context.Context, expertID string) ([]model.StatusEvent, error) {
	var rows []statusRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, version, expert_id, status, at FROM status_events WHERE expert_id = ? ORDER BY at, id`, expertID)
	if err != nil {
		return nil, failed(ctx, "reading when "+expertID+" was available", err)
	}
	return each(rows, statusRow.event)
}
