package store

import (
	"context"
	"math"
	"time"

	"mensch/app/model"
)

type statementRow struct {
	Seq        int64  `db:"seq"`
	PUID       string `db:"puid"`
	DecisionID string `db:"decision_id"`
	Body       string `db:"body"`
	State      string `db:"state"`
	NotBefore  int64  `db:"not_before"`
	Attempts   int    `db:"attempts"`
	LastError  string `db:"last_error"`
	UpdatedAt  int64  `db:"updated_at"`
}

const statementColumns = `seq, puid, decision_id, body, state, not_before, attempts, last_error, updated_at`

func (r statementRow) entry() (model.StatementEntry, error) {
	return model.StatementEntry{
		Seq: r.Seq, PUID: r.PUID, DecisionID: r.DecisionID, Body: r.Body, State: model.StatementState(r.State), NotBefore: at(r.NotBefore),
		Attempts: r.Attempts, LastError: r.LastError, UpdatedAt: at(r.UpdatedAt),
	}, nil
}

// holdStatements keeps the statements of a decision until it stands.
func (t *tx) holdStatements(decisionID string, list []model.StatementEntry, when time.Time) error {
	for _, st := range list {
		if _, err := t.exec(`INSERT INTO statements (puid, decision_id, body, state, not_before, updated_at) VALUES (?, ?, ?, 'held', ?, ?)`,
			st.PUID, decisionID, st.Body, us(when), us(when)); err != nil {
			return err
		}
	}
	return nil
}

// moveStatements moves a decision's statements that are held, or dropped since:
// one that is on its way stays.
func (t *tx) moveStatements(decisionID string, to model.StatementState, when time.Time) error {
	if when.IsZero() {
		when = t.store.now()
	}
	_, err := t.exec(`UPDATE statements SET state = ?1, not_before = ?2, updated_at = ?2 WHERE decision_id = ?3 AND state IN ('held', 'dropped') AND state <> ?1`,
		to, us(when), decisionID)
	return err
}

// DueStatements are the queued ones whose time has come, oldest first.
func (s *Store) DueStatements(ctx context.Context, now time.Time, limit int) ([]model.StatementEntry, error) {
	return s.statements(ctx, ` WHERE state = 'queued' AND not_before <= ? ORDER BY seq LIMIT ?`, us(now), capped(limit))
}

// Statements pages the queue, newest first; 0 starts. An empty state means all.
func (s *Store) Statements(ctx context.Context, state model.StatementState, afterSeq int64, limit int) ([]model.StatementEntry, error) {
	if afterSeq <= 0 {
		afterSeq = math.MaxInt64
	}
	return s.statements(ctx, ` WHERE seq < ?1 AND (?2 = '' OR state = ?2) ORDER BY seq DESC LIMIT ?3`, afterSeq, state, capped(limit))
}

func (s *Store) statements(ctx context.Context, where string, args ...any) ([]model.StatementEntry, error) {
	var rows []statementRow
	if err := s.reader.SelectContext(ctx, &rows, `SELECT `+statementColumns+` FROM statements`+where, args...); err != nil {
		return nil, failed(ctx, "reading the statements of reasons", err)
	}
	return each(rows, statementRow.entry)
}

// SettleStatements moves statements that are queued or refused, and counts the
// try: queueing without an error is none. Others are left. What was sent or refused has its audit row.
func (s *Store) SettleStatements(ctx context.Context, puids []string, to model.StatementState, lastError string, notBefore, when time.Time) error {
	return s.write(ctx, "moving statements of reasons", func(t *tx) error {
		for _, puid := range puids {
			n, err := t.exec(`UPDATE statements SET state = ?1, not_before = ?2, attempts = attempts + iif(?1 = 'queued' AND ?3 = '', 0, 1), last_error = ?3, updated_at = ?4
				WHERE puid = ?5 AND state IN ('queued', 'refused')`, to, us(notBefore), lastError, us(when), puid)
			if err != nil {
				return err
			}
			if n == 0 || to == model.StatementQueued {
				continue
			}
			detail := map[string]any{"state": to}
			if lastError != "" {
				detail["why"] = lastError
			}
			if err := t.audit(when, "mensch", "statement", "sanction:"+puid, detail); err != nil {
				return err
			}
		}
		return nil
	})
}
