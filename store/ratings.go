package store

import (
	"context"

	"mensch/app/model"
)

type ratingRow struct {
	ID        string `db:"id"`
	Version   int64  `db:"version"`
	ExpertID  string `db:"expert_id"`
	SessionID string `db:"session_id"`
	RaterID   string `db:"rater_id"`
	Stars     int    `db:"stars"`
	Comment   string `db:"comment"`
	At        int64  `db:"at"`
	Device    string `db:"device"`
	Network   string `db:"network"`
	Payout    string `db:"payout"`
	Address   string `db:"address"`
	Void      bool   `db:"void"`
}

const ratingColumns = `id, version, expert_id, session_id, rater_id, stars, comment, at, device, network, payout, address, void`

func (r ratingRow) rating() (model.Rating, error) {
	return model.Rating{
		ID: r.ID, Version: r.Version, ExpertID: r.ExpertID, SessionID: r.SessionID, RaterID: r.RaterID, Stars: r.Stars, Comment: r.Comment,
		At: at(r.At), Device: r.Device, Network: r.Network, Payout: r.Payout, Address: r.Address, Void: r.Void,
	}, nil
}

func applyRating(a *applier, c model.Change) (bool, error) {
	r, err := decode(c, func(r model.Rating) string { return r.ID })
	if err == nil {
		err = need(r.ExpertID)
	}
	if err == nil && (r.Stars < 1 || r.Stars > 5) {
		err = bad("%d stars, not 1 to 5", r.Stars)
	}
	if err != nil {
		return false, err
	}
	var before string
	if _, err := a.get(&before, `SELECT expert_id FROM ratings WHERE id = ?`, c.ID); err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO ratings (version, epoch, id, expert_id, session_id, rater_id, stars, comment, at, device, network, payout, address, void)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, expert_id = excluded.expert_id, session_id = excluded.session_id,
			rater_id = excluded.rater_id, stars = excluded.stars, comment = excluded.comment, at = excluded.at, device = excluded.device,
			network = excluded.network, payout = excluded.payout, address = excluded.address, void = excluded.void
		WHERE excluded.version > ratings.version OR ratings.epoch < ?`,
		c.Version, a.sync.Epoch, c.ID, r.ExpertID, r.SessionID, r.RaterID, r.Stars, r.Comment, us(r.At), r.Device, r.Network, r.Payout, r.Address, r.Void)
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkExpert, r.ExpertID, before)
	return true, nil
}

func goneRating(a *applier, id string) error {
	var expert string
	_, err := a.get(&expert, `SELECT expert_id FROM ratings WHERE id = ?`, id)
	a.owe(model.WorkExpert, expert)
	return err
}

// Rating gives one rating, or model.ErrNotFound.
func (s *Store) Rating(ctx context.Context, id string) (model.Rating, error) {
	var row ratingRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+ratingColumns+` FROM ratings WHERE id = ?`, id); err != nil {
		return model.Rating{}, failed(ctx, "reading rating "+id, err)
	}
	return row.rating()
}

// RatingsOf gives all ratings of an expert, void ones included, oldest first.
func (s *Store) RatingsOf(ctx context.Context, expertID string) ([]model.Rating, error) {
	var rows []ratingRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+ratingColumns+` FROM ratings WHERE expert_id = ? ORDER BY at, id`, expertID)
	if err != nil {
		return nil, failed(ctx, "reading the ratings of "+expertID, err)
	}
	return each(rows, ratingRow.rating)
}

// Ratings pages all ratings by ID.
func (s *Store) Ratings(ctx context.Context, after string, limit int) ([]model.Rating, error) {
	var rows []ratingRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+ratingColumns+` FROM ratings WHERE id > ? ORDER BY id LIMIT ?`, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the ratings", err)
	}
	return each(rows, ratingRow.rating)
}
