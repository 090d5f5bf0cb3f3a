package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
)

// Made is a decision that FillDecisions wrote.
type Made struct {
	ID, CaseID, Moderator, Guideline, Step string // the step of a dismissal is "dismissed"
	Opened, Decided                        time.Time
	Reversed                               bool
	Expires                                time.Time // of its strike, zero if it has none
}

// FillDecisions gives each decided case that FillQueue made one decision, by
// four moderators, and takes every 17th sanction back. It also judges three
// findings for each tenth case, two of them accepted.
func FillDecisions(ctx context.Context, dir string, now time.Time) (made []Made, err error) {
	db, err := sqlx.ConnectContext(ctx, "sqlite3", filepath.Join(dir, "mensch.db")+"?_busy_timeout=10000&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("filling in decisions: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	var cases []struct {
		ID       string `db:"id"`
		ExpertID string `db:"expert_id"`
		OpenedAt int64  `db:"opened_at"`
	}
	if err := db.SelectContext(ctx, &cases, `SELECT id, expert_id, opened_at FROM cases WHERE state = 'decided' AND shown = 1 ORDER BY id`); err != nil {
		return nil, err
	}
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	const decision = `INSERT INTO decisions (id, version, epoch, case_id, expert_id, outcome, reverses, decided_at, body, standing, case_version, received_at)
		VALUES (?, 1, 0, ?, ?, ?, ?, ?, ?, 'confirmed', 2, ?)`
	rng := rand.New(rand.NewPCG(3, 4))
	steps := []string{"note", "warning", "warning", "suspension"}
	for i, c := range cases {
		m := Made{
			ID: fmt.Sprintf("d%07d", i), CaseID: c.ID, Moderator: fmt.Sprintf("Moderator %d", i%4), Guideline: guidelines[rng.IntN(len(guidelines))],
			Opened: time.UnixMicro(c.OpenedAt).UTC(), Step: "dismissed",
		}
		m.Decided = m.Opened.Add(time.Duration(rng.ExpFloat64() * float64(30*time.Hour))).Truncate(time.Microsecond)
		if m.Decided.After(now) {
			m.Decided = now.Add(-time.Second)
		}
		m.Decided = later(m.Decided, m.Opened)
		outcome, body := "dismissed", fmt.Sprintf(`{"moderator":%q,"evidence":[{"kind":"incident","id":"i","guideline":%q}]}`, m.Moderator, m.Guideline)
		if i%3 != 0 {
			m.Step, outcome = steps[rng.IntN(len(steps))], "sanctioned"
			m.Expires = m.Decided.AddDate(0, 0, 20+rng.IntN(120))
			m.Reversed = i%17 == 0
			body = fmt.Sprintf(`{"moderator":%q,"sanctions":[{"guideline":%q,"step":%q}],"evidence":[{"guideline":"other"}]}`, m.Moderator, m.Guideline, m.Step)
		}
		if _, err := tx.ExecContext(ctx, decision, m.ID, c.ID, c.ExpertID, outcome, "", m.Decided.UnixMicro(), body, m.Decided.UnixMicro()); err != nil {
			return nil, err
		}
		if outcome == "sanctioned" {
			if _, err := tx.ExecContext(ctx, `INSERT INTO strikes (decision_id, sanction_id, expert_id, guideline, count, at, expires, reversed) VALUES (?, ?, ?, ?, 1, ?, ?, 0)`,
				m.ID, m.ID+"-s", c.ExpertID, m.Guideline, m.Decided.UnixMicro(), m.Expires.UnixMicro()); err != nil {
				return nil, err
			}
		}
		if m.Reversed {
			if _, err := tx.ExecContext(ctx, decision, m.ID+"-r", c.ID, c.ExpertID, "reversed", m.ID, m.Decided.Add(time.Minute).UnixMicro(), `{"moderator":"Moderator 9"}`, 0); err != nil {
				return nil, err
			}
		}
		for k := range 3 {
			if i%10 != 0 {
				break
			}
			verdict := "accepted"
			if k == 2 {
				verdict = "rejected"
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO findings (id, expert_id, case_id, scope, session_id, guideline, score, advisory, at, body, verdict, judged_by, judged_at)
				VALUES (?, ?, ?, '', '', ?, 0.9, 0, ?, ?, ?, 'm', ?)`, fmt.Sprintf("f%d-%d", i, k), c.ExpertID, c.ID, m.Guideline, c.OpenedAt,
				fmt.Sprintf(`{"detector":"detector-%d"}`, i%7), verdict, m.Decided.UnixMicro()); err != nil {
				return nil, err
			}
		}
		made = append(made, m)
	}
	return made, tx.Commit()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
