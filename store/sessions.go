package store

import (
	"context"

	"mensch/app/model"
)

type sessionRow struct {
	ID        string `db:"id"`
	Version   int64  `db:"version"`
	ExpertID  string `db:"expert_id"`
	ClientID  string `db:"client_id"`
	Cluster   string `db:"cluster"`
	Kind      string `db:"kind"`
	StartedAt int64  `db:"started_at"`
	EndedAt   int64  `db:"ended_at"`
}

const sessionColumns = `id, version, expert_id, client_id, cluster, kind, started_at, ended_at`

func (r sessionRow) session() (model.Session, error) {
	return model.Session{
		ID: r.ID, Version: r.Version, ExpertID: r.ExpertID, ClientID: r.ClientID, Cluster: r.Cluster, Kind: r.Kind,
		StartedAt: at(r.StartedAt), EndedAt: at(r.EndedAt),
	}, nil
}

func applySession(a *applier, c model.Change) (bool, error) {
	v, err := decode(c, func(v model.Session) string { return v.ID })
	if err == nil {
		err = need(v.ExpertID)
	}
	if err != nil {
		return false, err
	}
	var before string
	if _, err := a.get(&before, `SELECT expert_id FROM sessions WHERE id = ?`, c.ID); err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO sessions (version, epoch, id, expert_id, client_id, cluster, kind, started_at, ended_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, expert_id = excluded.expert_id,
			client_id = excluded.client_id, cluster = excluded.cluster, kind = excluded.kind, started_at = excluded.started_at, ended_at = excluded.ended_at
		WHERE excluded.version > sessions.version OR sessions.epoch < ?`,
		c.Version, a.sync.Epoch, c.ID, v.ExpertID, v.ClientID, v.Cluster, v.Kind, us(v.StartedAt), us(v.EndedAt))
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkSession, c.ID)
	a.owe(model.WorkExpert, v.ExpertID, before)
	// The sessions of the last days are part of a case's priority.
	a.owe(model.WorkCase, v.ExpertID)
	return true, nil
}

func goneSession(a *applier, id string) error {
	var expert string
	if _, err := a.get(&expert, `SELECT expert_id FROM sessions WHERE id = ?`, id); err != nil {
		return err
	}
	a.owe(model.WorkSession, id)
	a.owe(model.WorkExpert, expert)
	a.owe(model.WorkCase, expert)
	// What these findings quote is erased with it.
	_, err := a.exec(`DELETE FROM findings WHERE (session_id = ?1 AND session_id <> '') OR scope = 'session:' || ?1`, id)
	return err
}

// Session gives one session, or model.ErrNotFound.
func (s *Store) Session(ctx context.Context, id string) (model.Session, error) {
	v, err := sessionByID(ctx, s.reader, id)
	return v, failed(ctx, "reading session "+id, err)
}

func sessionByID(ctx context.Context, from getter, id string) (model.Session, error) {
	var row sessionRow
	if err := from.GetContext(ctx, &row, `SELECT `+sessionColumns+` FROM sessions WHERE id = ?`, id); err != nil {
		return model.Session{}, err
	}
	return row.session()
}

// SessionsOf pages an expert's sessions by ID.
func (s *Store) SessionsOf(ctx context.Context, expertID, after string, limit int) ([]model.Session, error) {
	const doing = "reading the sessions of an expert"
	var rows []sessionRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+sessionColumns+` FROM sessions WHERE expert_id = ? AND id > ? ORDER BY id LIMIT ?`,
		expertID, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, sessionRow.session)
}

// Conversation gives a session with its whole transcript, or model.ErrNotFound.
func (s *Store) Conversation(ctx context.Context, sessionID string) (model.Conversation, error) {
	var conv model.Conversation
	err := s.read(ctx, "reading session "+sessionID, func(g getter) (err error) {
		if conv.Session, err = sessionByID(ctx, g, sessionID); err != nil {
			return err
		}
		conv.Messages, err = transcript(ctx, g, sessionID)
		return err
	})
	return conv, err
}

// ConversationsOf gives every transcript of an expert, oldest first. It holds
// no view of the store while each runs; an error of each ends it and comes back.
func (s *Store) ConversationsOf(ctx context.Context, expertID string, each func(model.Conversation) error) error {
	const doing = "reading the transcripts of an expert"
	const batch = 50
	for last := (sessionRow{StartedAt: never - 1}); ; {
		var rows []sessionRow
		err := s.reader.SelectContext(ctx, &rows, `SELECT `+sessionColumns+` FROM sessions
			WHERE expert_id = ? AND (started_at, id) > (?, ?) ORDER BY started_at, id LIMIT ?`, expertID, last.StartedAt, last.ID, batch)
		if err != nil {
			return failed(ctx, doing, err)
		}
		for _, r := range rows {
			messages, err := transcript(ctx, s.reader, r.ID)
			if err != nil {
				return failed(ctx, doing, err)
			}
			session, err := r.session()
			if err != nil {
				return failed(ctx, doing, err)
			}
			if err := each(model.Conversation{Session: session, Messages: messages}); err != nil {
				return err
			}
			last = r
		}
		if len(rows) < batch {
			return nil
		}
	}
}
