package store

import (
	"context"

	"mensch/app/model"
)

type messageRow struct {
	ID      string `db:"id"`
	Session string `db:"session_id"`
	Seq     int64  `db:"seq"`
	Version int64  `db:"version"`
	Sender  string `db:"sender"`
	At      int64  `db:"at"`
	Text    string `db:"text"`
}

const messageColumns = `id, session_id, seq, version, sender, at, text`

func (r messageRow) message() (model.Message, error) {
	return model.Message{ID: r.ID, Session: r.Session, Seq: r.Seq, Version: r.Version, From: model.Sender(r.Sender), At: at(r.At), Text: r.Text}, nil
}

func applyMessage(a *applier, c model.Change) (bool, error) {
	m, err := decode(c, func(m model.Message) string { return m.ID })
	if err == nil {
		err = need(m.Session)
	}
	if err == nil && m.Seq < 1 {
		err = bad("seq is %d, and starts at 1", m.Seq)
	}
	if err == nil && m.From != model.FromExpert && m.From != model.FromClient {
		err = bad("from is %q, neither expert nor client", m.From)
	}
	if err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO messages (version, epoch, id, session_id, seq, sender, at, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, session_id = excluded.session_id, seq = excluded.seq,
			sender = excluded.sender, at = excluded.at, text = excluded.text
		WHERE excluded.version > messages.version OR messages.epoch < ?`,
		c.Version, a.sync.Epoch, c.ID, m.Session, m.Seq, m.From, us(m.At), m.Text)
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkSession, m.Session)
	a.sessions[m.Session] = struct{}{}
	return true, nil
}

func goneMessage(a *applier, id string) error {
	var session string
	if _, err := a.get(&session, `SELECT session_id FROM messages WHERE id = ?`, id); err != nil {
		return err
	}
	a.owe(model.WorkSession, session)
	a.sessions[session] = struct{}{}
	return nil
}

// Messages pages a transcript by Seq. Messages that share a Seq, which a
// platform should not send, come on one page: it may be longer than limit.
func (s *Store) Messages(ctx context.Context, sessionID string, afterSeq int64, limit int) ([]model.Message, error) {
	doing := "reading the transcript of " + sessionID
	limit = capped(limit)
	var rows []messageRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+messageColumns+` FROM messages WHERE session_id = ? AND seq > ? ORDER BY seq, id LIMIT ?`, sessionID, afterSeq, limit)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	if len(rows) == limit {
		last := rows[len(rows)-1]
		var more []messageRow
		err := s.reader.SelectContext(ctx, &more, `SELECT `+messageColumns+` FROM messages WHERE session_id = ? AND seq = ? AND id > ? ORDER BY id`, sessionID, last.Seq, last.ID)
		if err != nil {
			return nil, failed(ctx, doing, err)
		}
		rows = append(rows, more...)
	}
	return each(rows, messageRow.message)
}

// Message gives one message, or model.ErrNotFound.
func (s *Store) Message(ctx context.Context, id string) (model.Message, error) {
	var row messageRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+messageColumns+` FROM messages WHERE id = ?`, id); err != nil {
		return model.Message{}, failed(ctx, "reading message "+id, err)
	}
	return row.message()
}

// transcript gives all messages of a session in order.
func transcript(ctx context.Context, from getter, sessionID string) ([]model.Message, error) {
	var rows []messageRow
	if err := from.SelectContext(ctx, &rows, `SELECT `+messageColumns+` FROM messages WHERE session_id = ? ORDER BY seq, id`, sessionID); err != nil {
		return nil, err
	}
	return each(rows, messageRow.message)
}
