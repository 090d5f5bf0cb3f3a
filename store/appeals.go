package store

import (
	"context"
	"encoding/json"
	"fmt"

	"mensch/app/model"
)

type appealRow struct {
	ID         string `db:"id"`
	Version    int64  `db:"version"`
	CaseID     string `db:"case_id"`
	DecisionID string `db:"decision_id"`
	ExpertID   string `db:"expert_id"`
	Text       string `db:"text"`
	At         int64  `db:"at"`
	Outcome    string `db:"outcome"`
	DecidedBy  string `db:"decided_by"`
	DecidedAt  int64  `db:"decided_at"`
	Reason     string `db:"reason"`
	Files      string `db:"files"`
}

const appealColumns = `id, version, case_id, decision_id, expert_id, text, at, outcome, decided_by, decided_at, reason, files`

func (r appealRow) appeal() (model.Appeal, error) {
	a := model.Appeal{
		ID: r.ID, Version: r.Version, CaseID: r.CaseID, DecisionID: r.DecisionID, ExpertID: r.ExpertID, Text: r.Text, At: at(r.At),
		Outcome: r.Outcome, DecidedBy: r.DecidedBy, DecidedAt: at(r.DecidedAt), Reason: r.Reason,
	}
	if r.Files != "[]" {
		if err := json.Unmarshal([]byte(r.Files), &a.Files); err != nil {
			return a, fmt.Errorf("reading the files of appeal %s: %w", r.ID, err)
		}
	}
	return a, nil
}

func applyAppeal(a *applier, c model.Change) (bool, error) {
	v, err := decode(c, func(v model.Appeal) string { return v.ID })
	if err == nil {
		err = need(v.ExpertID)
	}
	if err == nil && len(v.Files) > model.MaxAttachments {
		err = bad("it brings %d files; %d are taken", len(v.Files), model.MaxAttachments)
	}
	if err != nil {
		return false, err
	}
	if v.Files == nil {
		v.Files = []model.Attachment{}
	}
	files, err := text(v.Files)
	if err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO appeals (version, epoch, id, case_id, decision_id, expert_id, text, at, outcome, decided_by, decided_at, reason, files)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, case_id = excluded.case_id, decision_id = excluded.decision_id,
			expert_id = excluded.expert_id, text = excluded.text, at = excluded.at, outcome = excluded.outcome, decided_by = excluded.decided_by,
			decided_at = excluded.decided_at, reason = excluded.reason, files = excluded.files
		WHERE excluded.version > appeals.version OR appeals.epoch < ?`,
		c.Version, a.sync.Epoch, c.ID, v.CaseID, v.DecisionID, v.ExpertID, v.Text, us(v.At), v.Outcome, v.DecidedBy, us(v.DecidedAt), v.Reason, files)
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkCase, v.ExpertID)
	return true, nil
}

func goneAppeal(a *applier, id string) error {
	var expert string
	_, err := a.get(&expert, `SELECT expert_id FROM appeals WHERE id = ?`, id)
	a.owe(model.WorkCase, expert)
	return err
}

// AppealsOf gives an expert's appeals, newest first.
func (s *Store) AppealsOf(ctx context.Context, expertID string) ([]model.Appeal, error) {
	list, err := appealsOf(ctx, s.reader, expertID)
	return list, failed(ctx, "reading the appeals of "+expertID, err)
}

func appealsOf(ctx context.Context, from getter, expertID string) ([]model.Appeal, error) {
	var rows []appealRow
	if err := from.SelectContext(ctx, &rows, `SELECT `+appealColumns+` FROM appeals WHERE expert_id = ? ORDER BY at DESC, id DESC`, expertID); err != nil {
		return nil, err
	}
	return each(rows, appealRow.appeal)
}

// Appeal gives one appeal, or model.ErrNotFound.
func (s *Store) Appeal(ctx context.Context, id string) (model.Appeal, error) {
	var row appealRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+appealColumns+` FROM appeals WHERE id = ?`, id); err != nil {
		return model.Appeal{}, failed(ctx, "reading appeal "+id, err)
	}
	a, err := row.appeal()
	return a, failed(ctx, "reading appeal "+id, err)
}

// Appeals pages the appeals, the oldest first; after is the ID of the last one
// seen. open leaves out those that were answered.
func (s *Store) Appeals(ctx context.Context, open bool, after string, limit int) ([]model.Appeal, error) {
	const doing = "listing the appeals"
	key := struct {
		At int64  `db:"at"`
		ID string `db:"id"`
	}{At: never - 1}
	if after != "" {
		if err := s.reader.GetContext(ctx, &key, `SELECT at, id FROM appeals WHERE id = ?`, after); err != nil {
			return nil, failed(ctx, doing, err)
		}
	}
	var rows []appealRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+appealColumns+` FROM appeals WHERE (at, id) > (?1, ?2) AND (?3 = 0 OR outcome = '')
		ORDER BY at, id LIMIT ?4`, key.At, key.ID, open, capped(limit))
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, appealRow.appeal)
}
