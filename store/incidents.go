package store

import (
	"context"

	"mensch/app/model"
)

type incidentRow struct {
	ID         string `db:"id"`
	Version    int64  `db:"version"`
	ExpertID   string `db:"expert_id"`
	InCase     string `db:"in_case"`
	Reporter   string `db:"reporter"`
	ReporterID string `db:"reporter_id"`
	SessionID  string `db:"session_id"`
	Guideline  string `db:"guideline"`
	Text       string `db:"text"`
	At         int64  `db:"at"`
	Closed     bool   `db:"closed"`
}

const incidentColumns = `id, version, expert_id, in_case, reporter, reporter_id, session_id, guideline, text, at, closed`

func (r incidentRow) incident() (model.Incident, error) {
	return model.Incident{
		ID: r.ID, Version: r.Version, ExpertID: r.ExpertID, CaseID: r.InCase, Reporter: model.Reporter(r.Reporter), ReporterID: r.ReporterID,
		SessionID: r.SessionID, Guideline: r.Guideline, Text: r.Text, At: at(r.At), Closed: r.Closed,
	}, nil
}

func applyIncident(a *applier, c model.Change) (bool, error) {
	i, err := decode(c, func(i model.Incident) string { return i.ID })
	if err == nil {
		err = need(i.ExpertID)
	}
	if err != nil {
		return false, err
	}
	var before string
	if _, err := a.get(&before, `SELECT expert_id FROM incidents WHERE id = ?`, c.ID); err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO incidents (version, epoch, id, expert_id, case_id, in_case, reporter, reporter_id, session_id, guideline, text, at, closed)
		VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, expert_id = excluded.expert_id, case_id = excluded.case_id,
			in_case = iif(excluded.case_id <> '' OR excluded.expert_id <> incidents.expert_id, excluded.case_id, incidents.in_case),
			reporter = excluded.reporter, reporter_id = excluded.reporter_id, session_id = excluded.session_id, guideline = excluded.guideline,
			text = excluded.text, at = excluded.at, closed = excluded.closed
		WHERE excluded.version > incidents.version OR incidents.epoch < ?13`,
		c.Version, a.sync.Epoch, c.ID, i.ExpertID, i.CaseID, i.Reporter, i.ReporterID, i.SessionID, i.Guideline, i.Text, us(i.At), i.Closed)
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkCase, i.ExpertID, before)
	return true, nil
}

func goneIncident(a *applier, id string) error {
	var expert string
	_, err := a.get(&expert, `SELECT expert_id FROM incidents WHERE id = ?`, id)
	a.owe(model.WorkCase, expert)
	return err
}

// Incident gives one incident, or model.ErrNotFound.
func (s *Store) Incident(ctx context.Context, id string) (model.Incident, error) {
	var row incidentRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+incidentColumns+` FROM incidents WHERE id = ?`, id); err != nil {
		return model.Incident{}, failed(ctx, "reading incident "+id, err)
	}
	return row.incident()
}

// IncidentsOf gives a case's incidents, closed ones included, oldest first.
func (s *Store) IncidentsOf(ctx context.Context, caseID string) ([]model.Incident, error) {
	list, err := incidentsOf(ctx, s.reader, caseID)
	return list, failed(ctx, "reading the incidents of case "+caseID, err)
}

func incidentsOf(ctx context.Context, from getter, caseID string) ([]model.Incident, error) {
	var rows []incidentRow
	if err := from.SelectContext(ctx, &rows, `SELECT `+incidentColumns+` FROM incidents WHERE in_case = ? ORDER BY at, id`, caseID); err != nil {
		return nil, err
	}
	return each(rows, incidentRow.incident)
}
