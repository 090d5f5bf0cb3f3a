package store

import (
	"context"

	"mensch/app/model"
)

type eventRow struct {
	Seq        int64  `db:"seq"`
	CaseID     string `db:"case_id"`
	Kind       string `db:"kind"`
	From       string `db:"from_state"`
	To         string `db:"to_state"`
	DecisionID string `db:"decision_id"`
	At         int64  `db:"at"`
}

const eventColumns = `seq, case_id, kind, from_state, to_state, decision_id, at`

func (r eventRow) event() (model.CaseEvent, error) {
	return model.CaseEvent{
		Seq: r.Seq, CaseID: r.CaseID, Kind: r.Kind, From: model.CaseState(r.From), To: model.CaseState(r.To), DecisionID: r.DecisionID, At: at(r.At),
	}, nil
}

// because notes which event moves a case in this transaction, for its history;
// becauseOf does so for a decision.
func (t *tx) because(caseID, kind string) {
	if t.causes == nil {
		t.causes = map[string]string{}
	}
	t.causes[caseID] = kind
}

// logCase writes the history of a case that moved in this transaction.
func (t *tx) logCase(id, state string) error {
	var decision string
	if _, err := t.get(&decision, `SELECT last_decision FROM cases WHERE id = ?`, id); err != nil {
		return err
	}
	var rows []eventRow
	if err := t.list(&rows, `SELECT `+eventColumns+` FROM case_events WHERE case_id = ? ORDER BY seq`, id); err != nil {
		return err
	}
	history, err := each(rows, eventRow.event)
	if err != nil {
		return err
	}
	for _, e := range t.store.way(history, model.CaseState(state), t.causes[id]) {
		if _, err := t.exec(`INSERT INTO case_events (case_id, kind, from_state, to_state, decision_id, at) VALUES (?, ?, ?, ?, ?, ?)`,
			id, e.Kind, e.From, e.To, decision, us(t.store.now())); err != nil {
			return err
		}
	}
	_, err = t.exec(`UPDATE cases SET logged = state WHERE id = ?`, id)
	return err
}

// CaseEvents gives a case's history, oldest first.
func (s *Store) CaseEvents(ctx context.Context, caseID string) ([]model.CaseEvent, error) {
	const doing = "reading the history of a case"
	var rows []eventRow
	if err := s.reader.SelectContext(ctx, &rows, `SELECT `+eventColumns+` FROM case_events WHERE case_id = ? ORDER BY seq`, caseID); err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, eventRow.event)
}

// EachHistory calls do with every case's state and its history. What it reads
// of one case belongs together.
func (s *Store) EachHistory(ctx context.Context, do func(caseID string, state model.CaseState, history []model.CaseEvent) error) error {
	const page = 500
	for after := ""; ; {
		var cases []struct {
			ID    string `db:"id"`
			State string `db:"state"`
		}
		var rows []eventRow
		err := s.read(ctx, "reading the histories of the cases", func(g getter) error {
			if err := g.SelectContext(ctx, &cases, `SELECT id, state FROM cases WHERE id > ? ORDER BY id LIMIT ?`, after, page); err != nil || len(cases) == 0 {
				return err
			}
			return g.SelectContext(ctx, &rows, `SELECT `+eventColumns+` FROM case_events WHERE case_id > ? AND case_id <= ? ORDER BY case_id, seq`, after, cases[len(cases)-1].ID)
		})
		if err != nil || len(cases) == 0 {
			return err
		}
		histories := map[string][]model.CaseEvent{}
		for _, r := range rows {
			e, err := r.event()
			if err != nil {
				return err
			}
			histories[r.CaseID] = append(histories[r.CaseID], e)
		}
		for _, c := range cases {
			if err := do(c.ID, model.CaseState(c.State), histories[c.ID]); err != nil {
				return err
			}
		}
		after = cases[len(cases)-1].ID
	}
}
