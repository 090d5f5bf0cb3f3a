package store

import (
	"context"
	"time"

	"mensch/app/model"
)

// JudgedFindings pages the verdicts on findings by the time and ID of the last
// one seen, oldest first, with the scores that detectors gave. Verdicts that
// were inherited are not among them: each word of a moderator counts once.
func (s *Store) JudgedFindings(ctx context.Context, after model.JudgedFinding, limit int) ([]model.JudgedFinding, error) {
	var rows []struct {
		ID        string  `db:"id"`
		Detector  string  `db:"detector"`
		Guideline string  `db:"guideline"`
		Score     float64 `db:"score"`
		Verdict   string  `db:"verdict"`
		At        int64   `db:"judged_at"`
	}
	from := us(after.At)
	if after.FindingID == "" {
		from = never
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, detector, guideline, score, verdict, judged_at FROM findings
		WHERE verdict <> '' AND inherited = 0 AND (judged_at, id) > (?, ?) ORDER BY judged_at, id LIMIT ?`, from, after.FindingID, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the verdicts", err)
	}
	out := make([]model.JudgedFinding, len(rows))
	for i, r := range rows {
		out[i] = model.JudgedFinding{FindingID: r.ID, Detector: r.Detector, Guideline: r.Guideline, Score: r.Score, Verdict: model.Verdict(r.Verdict), At: at(r.At)}
	}
	return out, nil
}

type calibrationRow struct {
	Detector string  `db:"detector"`
	A        float64 `db:"a"`
	B        float64 `db:"b"`
	C        float64 `db:"c"`
	Verdicts int     `db:"verdicts"`
	Accepted int     `db:"accepted"`
	At       int64   `db:"at"`
}

func (r calibrationRow) calibration() (model.Calibration, error) {
	return model.Calibration{Detector: r.Detector, A: r.A, B: r.B, C: r.C, Verdicts: r.Verdicts, Accepted: r.Accepted, At: at(r.At)}, nil
}

// Calibrations are all detectors' calibrations, by name.
func (s *Store) Calibrations(ctx context.Context) ([]model.Calibration, error) {
	var rows []calibrationRow
	if err := s.reader.SelectContext(ctx, &rows, `SELECT detector, a, b, c, verdicts, accepted, at FROM calibrations ORDER BY detector`); err != nil {
		return nil, failed(ctx, "reading the calibrations", err)
	}
	return each(rows, calibrationRow.calibration)
}

// SaveCalibrations keeps calibrations, queues the ranking of the cases that
// their detectors have findings in, and writes an audit row each.
func (s *Store) SaveCalibrations(ctx context.Context, list []model.Calibration, by string, when time.Time) error {
	if len(list) == 0 {
		return nil
	}
	return s.write(ctx, "keeping calibrations", func(t *tx) error {
		for _, c := range list {
			if _, err := t.exec(`INSERT INTO calibrations (detector, a, b, c, verdicts, accepted, at) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET a = excluded.a, b = excluded.b, c = excluded.c, verdicts = excluded.verdicts, accepted = excluded.accepted, at = excluded.at`,
				c.Detector, c.A, c.B, c.C, c.Verdicts, c.Accepted, us(when)); err != nil {
				return err
			}
			if err := t.queueFor(model.WorkFor{Kind: model.WorkCase, Detectors: []string{c.Detector}}); err != nil {
				return err
			}
			detail := map[string]any{"a": c.A, "b": c.B, "c": c.C, "verdicts": c.Verdicts, "accepted": c.Accepted}
			if err := t.audit(when, by, "calibrate", "detector:"+c.Detector, detail); err != nil {
				return err
			}
		}
		return nil
	})
}

// DetectorCounts says of each detector how many findings are in sight, and how
// many were accepted and rejected: each word of a moderator once.
func (s *Store) DetectorCounts(ctx context.Context) ([]model.DetectorCount, error) {
	var rows []struct {
		Detector string `db:"detector"`
		Findings int    `db:"findings"`
		Accepted int    `db:"accepted"`
		Rejected int    `db:"rejected"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT detector, sum(gone = 0 AND suppressed = '' AND verdict <> 'rejected') AS findings,
		sum(verdict = 'accepted' AND inherited = 0) AS accepted, sum(verdict = 'rejected' AND inherited = 0) AS rejected FROM findings GROUP BY detector ORDER BY detector`)
	if err != nil {
		return nil, failed(ctx, "counting findings", err)
	}
	out := make([]model.DetectorCount, len(rows))
	for i, r := range rows {
		out[i] = model.DetectorCount{Detector: r.Detector, Findings: r.Findings, Accepted: r.Accepted, Rejected: r.Rejected}
	}
	return out, nil
}
