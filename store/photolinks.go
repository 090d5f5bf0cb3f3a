package store

import (
	"context"

	"mensch/app/model"
)

// PhotoLinks pages the findings in sight that two photos show one picture, by
// finding ID. Hints that portraits are alike and what was rejected are among
// them: the caller decides.
func (s *Store) PhotoLinks(ctx context.Context, after string, limit int) ([]model.PhotoLink, error) {
	var rows []struct {
		ID       string  `db:"id"`
		ExpertID string  `db:"expert_id"`
		Query    string  `db:"query"`
		Other    string  `db:"other"`
		Kind     string  `db:"kind"`
		Score    float64 `db:"score"`
		Verdict  string  `db:"verdict"`
	}
	// The bounds of scope are those of the index findings_photo.
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, expert_id, ifnull(body ->> '$.match.query', '') AS query, ifnull(body ->> '$.match.other', '') AS other,
			ifnull(body ->> '$.match.kind', '') AS kind, score, verdict
		FROM findings INDEXED BY findings_photo
		WHERE scope >= 'photo:' AND scope < 'photo;' AND id > ? AND gone = 0 ORDER BY id LIMIT ?`, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading which photos show one picture", err)
	}
	out := make([]model.PhotoLink, len(rows))
	for i, r := range rows {
		out[i] = model.PhotoLink{
			FindingID: r.ID, ExpertID: r.ExpertID, Query: r.Query, Other: r.Other, Kind: model.MatchKind(r.Kind), Score: r.Score, Verdict: model.Verdict(r.Verdict),
		}
	}
	return out, nil
}
