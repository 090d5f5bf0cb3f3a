package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

type packRow struct {
	Seq     int64  `db:"seq"`
	Version string `db:"version"`
	Digest  string `db:"digest"`
	Body    []byte `db:"body"`
	Author  string `db:"author"`
	Reason  string `db:"reason"`
	Changes string `db:"changes"`
	At      int64  `db:"at"`
}

func (r packRow) pack() (model.PackVersion, error) {
	p := model.PackVersion{Seq: r.Seq, Version: r.Version, Digest: r.Digest, Body: r.Body, Author: r.Author, Reason: r.Reason, At: at(r.At)}
	if err := json.Unmarshal([]byte(r.Changes), &p.Changes); err != nil {
		return p, fmt.Errorf("reading version %s of the rules: %w", r.Version, err)
	}
	return p, nil
}

// ActivePack is the version of the rules in force, or model.ErrNotFound where
// none was put in force here.
func (s *Store) ActivePack(ctx context.Context) (model.PackVersion, error) {
	return s.packWhere(ctx, `seq = (SELECT max(seq) FROM packs)`)
}

// Pack is one version of the rules with its body, or model.ErrNotFound.
func (s *Store) Pack(ctx context.Context, seq int64) (model.PackVersion, error) {
	return s.packWhere(ctx, `seq = ?`, seq)
}

func (s *Store) packWhere(ctx context.Context, where string, args ...any) (model.PackVersion, error) {
	var row packRow
	if err := s.reader.GetContext(ctx, &row, `SELECT seq, version, digest, body, author, reason, changes, at FROM packs WHERE `+where, args...); err != nil {
		return model.PackVersion{}, failed(ctx, "reading a version of the rules", err)
	}
	return row.pack()
}

// Packs pages the versions of the rules, newest first, without their bodies;
// before 0 starts.
func (s *Store) Packs(ctx context.Context, before int64, limit int) ([]model.PackVersion, error) {
	var rows []packRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT seq, version, digest, x'' AS body, author, reason, changes, at FROM packs
		WHERE ?1 = 0 OR seq < ?1 ORDER BY seq DESC LIMIT ?2`, before, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the versions of the rules", err)
	}
	return each(rows, packRow.pack)
}

// SavePacks puts versions of the rules in force, one after the other, queues
// the work that the change asks for and writes the audit row, all in one
// transaction. after is the seq of the version that the change was made on (0:
// none); if another one is in force by now, it is model.ErrStale.
func (s *Store) SavePacks(ctx context.Context, after int64, versions []model.PackVersion, work []model.WorkFor) error {
	return s.write(ctx, "putting rules in force", func(t *tx) error {
		var last int64
		if _, err := t.get(&last, `SELECT ifnull(max(seq), 0) FROM packs`); err != nil {
			return err
		}
		if last != after {
			return model.ErrStale
		}
		for _, p := range versions {
			changes, err := text(append([]string{}, p.Changes...))
			if err != nil {
				return err
			}
			if _, err := t.exec(`INSERT INTO packs (version, digest, body, author, reason, changes, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				p.Version, p.Digest, p.Body, p.Author, p.Reason, changes, us(p.At)); err != nil {
				return err
			}
			detail := map[string]any{"digest": p.Digest, "reason": p.Reason, "changes": p.Changes}
			if err := t.audit(p.At, p.Author, "rules", "rules:"+p.Version, detail); err != nil {
				return err
			}
		}
		for _, w := range work {
			if err := t.queueFor(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// allOf says where all things of a kind of work stand.
var allOf = map[model.WorkKind]string{
	model.WorkSession: `SELECT id FROM sessions`,
	model.WorkPhoto:   `SELECT id FROM photos WHERE bytes > 0`,
	model.WorkProfile: `SELECT expert_id AS id FROM profiles`,
	model.WorkExpert:  `SELECT id FROM experts`,
	model.WorkCase:    `SELECT id FROM experts UNION SELECT expert_id FROM cases`,
}

// foundIn says in what detectors found something.
var foundIn = map[model.WorkKind]string{
	model.WorkSession: `SELECT DISTINCT session_id AS id FROM findings WHERE session_id <> '' AND gone = 0 AND detector IN (?)`,
	model.WorkPhoto:   `SELECT DISTINCT photo_id AS id FROM profiles WHERE photo_id <> '' AND expert_id IN (SELECT expert_id FROM findings WHERE gone = 0 AND detector IN (?))`,
	model.WorkProfile: `SELECT DISTINCT expert_id AS id FROM findings WHERE gone = 0 AND detector IN (?)`,
	model.WorkExpert:  `SELECT DISTINCT expert_id AS id FROM findings WHERE gone = 0 AND detector IN (?)`,
	model.WorkCase:    `SELECT DISTINCT expert_id AS id FROM findings WHERE gone = 0 AND detector IN (?)`,
}

func (t *tx) queueFor(w model.WorkFor) error {
	from, args := allOf[w.Kind], []any(nil)
	if w.Detectors != nil {
		var err error
		if from, args, err = sqlx.In(foundIn[w.Kind], w.Detectors); err != nil {
			return err
		}
	}
	if from == "" {
		return fmt.Errorf("there is no work of kind %q", w.Kind)
	}
	_, err := t.exec(`INSERT INTO work (kind, id, stamp) SELECT ?, id, `+newStamp+` FROM (`+from+`) WHERE true
		ON CONFLICT DO UPDATE SET stamp = excluded.stamp`, append([]any{w.Kind}, args...)...)
	return err
}

// WorkIDs pages by ID what a kind of work would be for.
func (s *Store) WorkIDs(ctx context.Context, w model.WorkFor, after string, limit int) ([]string, error) {
	from, args := allOf[w.Kind], []any(nil)
	if w.Detectors != nil {
		var err error
		if from, args, err = sqlx.In(foundIn[w.Kind], w.Detectors); err != nil {
			return nil, fmt.Errorf("reading what to look at: %w", err)
		}
	}
	var ids []string
	err := s.reader.SelectContext(ctx, &ids, `SELECT id FROM (`+from+`) WHERE id > ? ORDER BY id LIMIT ?`, append(args, after, capped(limit))...)
	return ids, failed(ctx, "reading what to look at", err)
}
