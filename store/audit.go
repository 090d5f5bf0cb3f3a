package store

import (
	"context"
	"time"

	"mensch/app/model"
)

type auditRow struct {
	Seq    int64  `db:"seq"`
	At     int64  `db:"at"`
	Actor  string `db:"actor"`
	Action string `db:"action"`
	Object string `db:"object"`
	Detail string `db:"detail"`
	Prev   string `db:"prev"`
	Hash   string `db:"hash"`
}

func (r auditRow) row() (model.AuditRow, error) {
	return model.AuditRow{Seq: r.Seq, At: at(r.At), Actor: r.Actor, Action: r.Action, Object: r.Object, Detail: r.Detail, Prev: r.Prev, Hash: r.Hash}, nil
}

// audit appends a row to the log; detail is written as JSON.
func (t *tx) audit(when time.Time, actor, action, object string, detail any) error {
	body, err := text(detail)
	if err != nil {
		return err
	}
	return t.auditText(when, actor, action, object, body)
}

func (t *tx) auditText(when time.Time, actor, action, object, detail string) error {
	var last auditRow
	if _, err := t.get(&last, `SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`); err != nil {
		return err
	}
	// The hash is over what can be read back, so over the time as it is kept.
	row := model.AuditRow{Seq: last.Seq + 1, At: at(us(when)), Actor: actor, Action: action, Object: object, Detail: detail, Prev: last.Hash}
	row.Hash = t.store.seal(row)
	_, err := t.exec(`INSERT INTO audit (seq, at, actor, action, object, detail, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		row.Seq, us(row.At), row.Actor, row.Action, row.Object, row.Detail, row.Prev, row.Hash)
	return err
}

// AppendAudit writes a row about what has no other trace in the store.
func (s *Store) AppendAudit(ctx context.Context, when time.Time, actor, action, object, detail string) error {
	return s.write(ctx, "writing the audit log", func(t *tx) error {
		return t.auditText(when, actor, action, object, detail)
	})
}

// AuditRowsAbout reads the rows about any of the objects, oldest first.
func (s *Store) AuditRowsAbout(ctx context.Context, objects []string, limit int) ([]model.AuditRow, error) {
	const doing = "reading the audit log of a case"
	names, err := text(objects)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	var rows []auditRow
	err = s.reader.SelectContext(ctx, &rows, `SELECT seq, at, actor, action, object, detail, prev, hash FROM audit
		WHERE object IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?`, names, limit)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, auditRow.row)
}

// AuditRows pages the log by Seq, oldest first.
func (s *Store) AuditRows(ctx context.Context, afterSeq int64, limit int) ([]model.AuditRow, error) {
	var rows []auditRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT seq, at, actor, action, object, detail, prev, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?`, afterSeq, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the audit log", err)
	}
	return each(rows, auditRow.row)
}
