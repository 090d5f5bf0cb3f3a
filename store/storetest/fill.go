// Package storetest fills stores for tests of what is large: queues that take
// the detectors' way too long to come about.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // the driver of the file
)

var (
	guidelines = []string{"courtesy", "contact-exchange", "false-photo", "ratings", "plagiarism", "multiple-accounts", "battles", "promptness"}
	// states with how often they come; the rest is conflict, one in a thousand.
	states = []string{"open", "open", "open", "decided", "decided", "decided", "decided", "appealed"}
)

// FillQueue writes n experts with a profile and a case each into the store in
// dir, which store.Open must have made: e0000000 with case e0000000.1 and so
// on, in 12 clusters, of all guidelines, states and scores, the same for the
// same n. The cases were opened in the seven weeks before now. One open case in
// 20 has nothing open in it, and is in no queue.
//
// It writes the tables as a sync and the detectors would leave them, without
// incidents and findings behind the numbers. 100,000 take some five seconds.
func FillQueue(ctx context.Context, dir string, n int, now time.Time) (err error) {
	db, err := sqlx.ConnectContext(ctx, "sqlite3", filepath.Join(dir, "mensch.db")+"?_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		return fmt.Errorf("filling a queue: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("filling a queue: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("filling a queue: %w", err), tx.Rollback())
		}
	}()
	for bit, g := range guidelines {
		if _, err := tx.ExecContext(ctx, `INSERT INTO guideline_bits (guideline, bit) VALUES (?, ?) ON CONFLICT DO NOTHING`, g, bit); err != nil {
			return err
		}
	}
	if err := fill(ctx, tx, n, now); err != nil {
		return err
	}
	for _, query := range histories {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func fill(ctx context.Context, tx *sqlx.Tx, n int, now time.Time) error {
	prepare := func(query string) *sqlx.Stmt {
		stmt, err := tx.PreparexContext(ctx, query)
		if err != nil {
			return nil // the first use tells
		}
		return stmt
	}
	expert := prepare(`INSERT INTO experts (id, version, epoch, cluster, screen_name, state, languages, timezone, joined_at, signals)
		VALUES (?, 1, 0, ?, ?, 'active', '[]', '', 0, '{}')`)
	profile := prepare(`INSERT INTO profiles (expert_id, version, epoch, name, headline, bio, gender, birth_year, degrees, credentials, photo_id, updated_at)
		VALUES (?, 1, 0, ?, '', 'I advise on roses and other matters', '', 0, '[]', '[]', '', 0)`)
	of := prepare(`INSERT INTO cases (id, version, epoch, expert_id, round, platform_state, overlay, opened_at, quiet, score, reasons, guidelines, guideline_bits,
			reporter_bits, incidents, findings)
		VALUES (?, 1, 0, ?, 1, ?, ?, ?, ?, ?, '[{"points":40,"text":"a client gave a phone number"},{"points":12,"text":"two reports within a week"}]', ?,
			(SELECT 1 << bit FROM guideline_bits WHERE guideline = ?), ?, 1, 2)`)
	if expert == nil || profile == nil || of == nil {
		return errors.New("the store has another schema")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		id, cluster := fmt.Sprintf("e%07d", i), fmt.Sprintf("Cluster %d", i%12)
		if _, err := expert.ExecContext(ctx, id, cluster, "Expert "+id); err != nil {
			return err
		}
		if _, err := profile.ExecContext(ctx, id, "Name "+id); err != nil {
			return err
		}
		g := guidelines[rng.IntN(len(guidelines))]
		state, overlay := states[rng.IntN(len(states))], ""
		if i%1000 == 7 {
			state, overlay = "open", "conflict"
		}
		opened := now.Add(-time.Duration(rng.IntN(1<<22)) * time.Second)
		_, err := of.ExecContext(ctx, id+".1", id, state, overlay, opened.UnixMicro(), i%20 == 3, rng.IntN(101), `["`+g+`"]`, g, 1<<rng.IntN(3))
		if err != nil {
			return err
		}
	}
	return nil
}

// histories leave the events behind that the states of the cases are the fold of.
var histories = []string{
	`INSERT INTO case_events (case_id, kind, from_state, to_state, decision_id, at)
	SELECT id, 'confirm', 'open', 'waiting', '', opened_at FROM cases WHERE state IN ('waiting', 'conflict')`,
	`INSERT INTO case_events (case_id, kind, from_state, to_state, decision_id, at)
	SELECT id, CASE state WHEN 'decided' THEN 'stands' WHEN 'appealed' THEN 'appealed' ELSE 'collide' END, iif(state = 'conflict', 'waiting', 'open'), state, '', opened_at
	FROM cases WHERE state IN ('decided', 'appealed', 'conflict')`,
	`UPDATE cases SET logged = state`,
}
