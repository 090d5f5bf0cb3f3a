package store

import (
	"context"
	"strconv"

	"mensch/app/model"
)

// Where a decision stands.
const (
	pending   = "pending"   // made here, on its way
	confirmed = "confirmed" // the platform's word
	disputed  = "conflict"  // the platform had another one; a person must choose
	proposed  = "proposed"  // waits for a second person
	void      = "void"      // undone, or refused by the platform
)

const inForce = `standing IN ('pending', 'confirmed')`

// keepStrikes writes the strikes that a decision's sanctions add.
func (t *tx) keepStrikes(d model.Decision) error {
	if _, err := t.exec(`DELETE FROM strikes WHERE decision_id = ?`, d.ID); err != nil {
		return err
	}
	for i, s := range d.Sanctions {
		if s.Strikes <= 0 {
			continue
		}
		id, expert, when := s.ID, s.ExpertID, s.StartsAt
		if id == "" {
			id = d.ID + "#" + strconv.Itoa(i)
		}
		if expert == "" {
			expert = d.ExpertID
		}
		if when.IsZero() {
			when = d.DecidedAt
		}
		_, err := t.exec(`INSERT INTO strikes (decision_id, sanction_id, expert_id, guideline, count, at, expires, reversed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET count = count + excluded.count`,
			d.ID, id, expert, s.Guideline, s.Strikes, us(when), us(s.StrikesExpire), s.ReversedByID != "")
		if err != nil {
			return err
		}
	}
	return nil
}

// StrikesOf gives an expert's record, newest first: expired and reversed
// strikes are in it, those of a decision that was undone or refused are not.
func (s *Store) StrikesOf(ctx context.Context, expertID string) ([]model.Strike, error) {
	list, err := strikesOf(ctx, s.reader, expertID)
	return list, failed(ctx, "reading the strikes of "+expertID, err)
}

func strikesOf(ctx context.Context, from getter, expertID string) ([]model.Strike, error) {
	var rows []struct {
		SanctionID string `db:"sanction_id"`
		ExpertID   string `db:"expert_id"`
		Guideline  string `db:"guideline"`
		Count      int    `db:"count"`
		At         int64  `db:"at"`
		Expires    int64  `db:"expires"`
		Reversed   bool   `db:"reversed"`
	}
	// What takes a decision back is any later one that names it. Whether a strike
	// counts is asked here, not noted there, so that it does not matter which of
	// the two came first, and an undone reversal leaves no trace.
	err := from.SelectContext(ctx, &rows, `SELECT s.sanction_id, s.expert_id, s.guideline, s.count, s.at, s.expires,
			s.reversed OR EXISTS (SELECT 1 FROM decisions r WHERE r.reverses = s.decision_id AND r.reverses <> '' AND r.`+inForce+`) AS reversed
		FROM strikes s JOIN decisions d ON d.id = s.decision_id
		WHERE s.expert_id = ? AND d.`+inForce+` ORDER BY s.at DESC, s.decision_id, s.sanction_id`, expertID)
	if err != nil {
		return nil, err
	}
	out := make([]model.Strike, len(rows))
	for i, r := range rows {
		out[i] = model.Strike{
			SanctionID: r.SanctionID, ExpertID: r.ExpertID, Guideline: r.Guideline, Count: r.Count, At: at(r.At), Expires: at(r.Expires), Reversed: r.Reversed,
		}
	}
	return out, nil
}
