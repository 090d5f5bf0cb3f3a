package platform

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

// object is one noun as the platform keeps it.
type object struct {
	Seq     int64            `db:"seq"`
	Kind    model.ChangeKind `db:"kind"`
	ID      string           `db:"id"`
	Version int64            `db:"version"`
	Deleted bool             `db:"deleted"`
	Expert  string           `db:"expert"`
	Ref     string           `db:"ref"`
	At      int64            `db:"at"`
	Data    sql.NullString   `db:"data"`
}

func (o object) change() model.Change {
	c := model.Change{Kind: o.Kind, ID: o.ID, Version: o.Version, Deleted: o.Deleted}
	if o.Data.Valid {
		c.Data = json.RawMessage(o.Data.String)
	}
	return c
}

// errNoObject says that an object is not there, or was erased.
var errNoObject = errors.New("no such object")

// tx is one writing transaction with the clock that it runs by. Everything
// that changes an object goes through put or bury, which give it its place in
// the feed: with one writer, places are given out in commit order.
type tx struct {
	*sqlx.Tx
	ctx  context.Context
	now  time.Time
	seq  int64 // the newest place given out
	puts *sqlx.Stmt
}

func (s *Server) write(ctx context.Context, do func(*tx) error) error {
	return write(ctx, s.writer, func(inner *sqlx.Tx) error {
		t := &tx{Tx: inner, ctx: ctx, now: s.opts.Now().UTC()}
		if err := t.GetContext(ctx, &t.seq, "SELECT seq FROM feed WHERE one = 1"); err != nil {
			return fmt.Errorf("reading the feed's end: %w", err)
		}
		begun := t.seq
		if err := do(t); err != nil {
			return err
		}
		if t.seq == begun {
			return nil
		}
		if _, err := t.ExecContext(ctx, "UPDATE feed SET seq = ? WHERE one = 1", t.seq); err != nil {
			return fmt.Errorf("moving the feed's end: %w", err)
		}
		return nil
	})
}

// find reads an object, tombstones included.
func (t *tx) find(kind model.ChangeKind, id string) (object, error) {
	return findObject(t.ctx, t.Tx, kind, id)
}

func findObject(ctx context.Context, q sqlx.QueryerContext, kind model.ChangeKind, id string) (object, error) {
	var o object
	err := sqlx.GetContext(ctx, q, &o, "SELECT * FROM objects WHERE kind = ? AND id = ?", kind, id)
	if errors.Is(err, sql.ErrNoRows) {
		return object{}, errNoObject
	}
	if err != nil {
		return object{}, fmt.Errorf("reading %s %s: %w", kind, id, err)
	}
	return o, nil
}

// load reads a living object into a struct.
func load[T any](ctx context.Context, q sqlx.QueryerContext, kind model.ChangeKind, id string) (T, error) {
	var out T
	o, err := findObject(ctx, q, kind, id)
	if err != nil {
		return out, err
	}
	if o.Deleted {
		return out, errNoObject
	}
	if err := json.Unmarshal([]byte(o.Data.String), &out); err != nil {
		return out, fmt.Errorf("reading %s %s: %w", kind, id, err)
	}
	return out, nil
}

// loadAll reads the living objects of a kind by owner or reference, in the
// order of the feed.
func loadAll[T any](t *tx, kind model.ChangeKind, column, value string) ([]T, error) {
	var rows []string
	query := "SELECT data FROM objects WHERE kind = ? AND deleted = 0 AND " + map[string]string{
		"expert": "expert = ?", "ref": "ref = ?",
	}[column] + " ORDER BY seq"
	if err := t.SelectContext(t.ctx, &rows, query, kind, value); err != nil {
		return nil, fmt.Errorf("reading each %s of %s: %w", kind, value, err)
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		if err := json.Unmarshal([]byte(row), &out[i]); err != nil {
			return nil, fmt.Errorf("reading a %s of %s: %w", kind, value, err)
		}
	}
	return out, nil
}

// put writes an object at its new version and moves it to the feed's end. A
// version that is not above the stored one is refused: a reader would never
// take it.
func (t *tx) put(kind model.ChangeKind, id string, version int64, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("writing %s %s: %w", kind, id, err)
	}
	expert, ref, err := owner(kind, raw)
	if err != nil {
		return fmt.Errorf("writing %s %s: %w", kind, id, err)
	}
	return t.place(object{Kind: kind, ID: id, Version: version, Expert: expert, Ref: ref, Data: sql.NullString{String: string(raw), Valid: true}})
}

// bury replaces an object with its tombstone.
func (t *tx) bury(o object) error {
	// Owner and reference are links between accounts; a tombstone needs none.
	return t.place(object{Kind: o.Kind, ID: o.ID, Version: o.Version + 1, Deleted: true})
}

func (t *tx) place(o object) error {
	if t.puts == nil {
		stmt, err := t.PreparexContext(t.ctx, `
			INSERT INTO objects (seq, kind, id, version, deleted, expert, ref, at, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (kind, id) DO UPDATE SET
				seq = excluded.seq, version = excluded.version, deleted = excluded.deleted,
				expert = excluded.expert, ref = excluded.ref, at = excluded.at, data = excluded.data
			WHERE excluded.version > objects.version`)
		if err != nil {
			return fmt.Errorf("preparing to write: %w", err)
		}
		t.puts = stmt // closed with the transaction
	}
	t.seq++
	result, err := t.puts.ExecContext(t.ctx, t.seq, o.Kind, o.ID, o.Version, o.Deleted, o.Expert, o.Ref, millis(t.now), o.Data)
	if err != nil {
		return fmt.Errorf("writing %s %s: %w", o.Kind, o.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("writing %s %s: version %d is not above the one that is there", o.Kind, o.ID, o.Version)
	}
	return nil
}

// owner reads from an object's data whose it is and what it belongs to.
func owner(kind model.ChangeKind, raw []byte) (expert, ref string, err error) {
	var links struct {
		ID        string `json:"id"`
		ExpertID  string `json:"expert_id"`
		Session   string `json:"session"`
		SessionID string `json:"session_id"`
		CaseID    string `json:"case_id"`
		Decision  struct {
			ExpertID string `json:"expert_id"`
			CaseID   string `json:"case_id"`
		} `json:"decision"`
	}
	if err := json.Unmarshal(raw, &links); err != nil {
		return "", "", fmt.Errorf("reading whose it is: %w", err)
	}
	switch kind {
	case model.ChangeExpert:
		return links.ID, "", nil
	case model.ChangeMessage:
		return "", links.Session, nil
	case model.ChangeRating:
		return links.ExpertID, links.SessionID, nil
	case model.ChangeIncident, model.ChangeAppeal, model.ChangeApproval, model.ChangeTeam:
		return links.ExpertID, links.CaseID, nil
	case model.ChangeDecision:
		return links.Decision.ExpertID, links.Decision.CaseID, nil
	case model.ChangeProfile, model.ChangeSession, model.ChangeStatus, model.ChangeCase:
		return links.ExpertID, "", nil
	}
	return "", "", fmt.Errorf("unknown kind %q", strings.ToValidUTF8(string(kind), "?"))
}
