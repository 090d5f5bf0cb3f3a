package store

import (
	"context"

	"mensch/app/model"
)

// Counts are the numbers of the status line.
func (s *Store) Counts(ctx context.Context) (model.Counts, error) {
	var row struct {
		Experts   int `db:"experts"`
		Sessions  int `db:"sessions"`
		Messages  int `db:"messages"`
		Ratings   int `db:"ratings"`
		Incidents int `db:"incidents"`
		Photos    int `db:"photos"`
		Findings  int `db:"findings"`
		Open      int `db:"open"`
		Waiting   int `db:"waiting"`
		Decided   int `db:"decided"`
		Conflicts int `db:"conflicts"`
		Outbox    int `db:"outbox"`
		Work      int `db:"work"`

		Proposals  int `db:"proposals"`
		Appeals    int `db:"appeals"`
		Statements int `db:"statements"`
	}
	err := s.pool.GetContext(ctx, &row, `SELECT
		(SELECT count(*) FROM experts) AS experts,
		(SELECT count(*) FROM sessions) AS sessions,
		(SELECT count(*) FROM messages) AS messages,
		(SELECT count(*) FROM ratings) AS ratings,
		(SELECT count(*) FROM incidents) AS incidents,
		(SELECT count(*) FROM photos WHERE bytes > 0) AS photos,
		(SELECT count(*) FROM findings WHERE gone = 0) AS findings,
		(SELECT count(*) FROM cases WHERE shown = 1 AND state = 'open') AS open,
		(SELECT count(*) FROM cases WHERE shown = 1 AND state = 'waiting') AS waiting,
		(SELECT count(*) FROM cases WHERE shown = 1 AND state = 'decided') AS decided,
		(SELECT count(*) FROM cases WHERE shown = 1 AND state = 'conflict') AS conflicts,
		(SELECT count(*) FROM outbox WHERE state NOT IN ('acked', 'undone'))
			+ (SELECT count(*) FROM answers WHERE state IN ('queued', 'sending', 'unknown')) AS outbox,
		(SELECT count(*) FROM approvals WHERE answer = '') AS proposals,
		(SELECT count(*) FROM appeals WHERE outcome = '') AS appeals,
		(SELECT count(*) FROM statements WHERE state IN ('held', 'queued', 'refused')) AS statements,
		(SELECT count(*) FROM work) AS work`)
	return model.Counts(row), failed(ctx, "counting", err)
}
