package store

import (
	"context"
	"encoding/json"
	"fmt"

	"mensch/app/model"
)

type expertRow struct {
	ID         string `db:"id"`
	Version    int64  `db:"version"`
	Cluster    string `db:"cluster"`
	ScreenName string `db:"screen_name"`
	State      string `db:"state"`
	Languages  string `db:"languages"`
	Timezone   string `db:"timezone"`
	JoinedAt   int64  `db:"joined_at"`
	Signals    string `db:"signals"`
}

const expertColumns = `e.id, e.version, e.cluster, e.screen_name, e.state, e.languages, e.timezone, e.joined_at, e.signals`

func (r expertRow) expert() (model.Expert, error) {
	e := model.Expert{
		ID: r.ID, Version: r.Version, Cluster: r.Cluster, ScreenName: r.ScreenName, State: model.ExpertState(r.State),
		Timezone: r.Timezone, JoinedAt: at(r.JoinedAt),
	}
	var err error
	if e.Languages, err = unwords(r.Languages); err != nil {
		return e, fmt.Errorf("reading the languages of expert %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Signals), &e.Signals); err != nil {
		return e, fmt.Errorf("reading the signals of expert %s: %w", r.ID, err)
	}
	return e, nil
}

func applyExpert(a *applier, c model.Change) (bool, error) {
	e, err := decode(c, func(e model.Expert) string { return e.ID })
	if err != nil {
		return false, err
	}
	signals, err := text(e.Signals)
	if err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO experts (id, version, epoch, cluster, screen_name, state, languages, timezone, joined_at, signals)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, cluster = excluded.cluster,
			screen_name = excluded.screen_name, state = excluded.state, languages = excluded.languages, timezone = excluded.timezone,
			joined_at = excluded.joined_at, signals = excluded.signals
		WHERE excluded.version > experts.version OR experts.epoch < ?`,
		c.ID, c.Version, a.sync.Epoch, e.Cluster, e.ScreenName, e.State, words(e.Languages), e.Timezone, us(e.JoinedAt), signals)
	if err != nil || !applied {
		return false, err
	}
	a.oweExpert(c.ID)
	return true, nil
}

// oweExpert queues all that is read of an expert but transcripts and photo.
func (a *applier) oweExpert(id string) {
	a.owe(model.WorkProfile, id)
	a.owe(model.WorkExpert, id)
	a.owe(model.WorkCase, id)
}

func goneExpert(a *applier, id string) error {
	if _, err := a.exec(`DELETE FROM findings WHERE expert_id = ?`, id); err != nil {
		return err
	}
	a.oweExpert(id)
	return nil
}

// Expert gives one expert, or model.ErrNotFound.
func (s *Store) Expert(ctx context.Context, id string) (model.Expert, error) {
	e, err := expertByID(ctx, s.reader, id)
	return e, failed(ctx, "reading expert "+id, err)
}

func expertByID(ctx context.Context, from getter, id string) (model.Expert, error) {
	var row expertRow
	if err := from.GetContext(ctx, &row, `SELECT `+expertColumns+` FROM experts e WHERE e.id = ?`, id); err != nil {
		return model.Expert{}, err
	}
	return row.expert()
}

// Experts pages all experts with their profiles by expert ID. An expert
// without a profile has an empty one.
func (s *Store) Experts(ctx context.Context, after string, limit int) ([]model.ExpertProfile, error) {
	const doing = "reading the experts"
	var rows []struct {
		expertRow
		Profile profileRow `db:"profile"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+expertColumns+`, `+joinedProfileColumns+`
		FROM experts e LEFT JOIN profiles p ON p.expert_id = e.id WHERE e.id > ? ORDER BY e.id LIMIT ?`, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	out := make([]model.ExpertProfile, 0, len(rows))
	for _, r := range rows {
		expert, err := r.expert()
		if err != nil {
			return nil, failed(ctx, doing, err)
		}
		both := model.ExpertProfile{Expert: expert}
		if r.Profile.ExpertID != "" {
			if both.Profile, err = r.Profile.profile(); err != nil {
				return nil, failed(ctx, doing, err)
			}
		}
		out = append(out, both)
	}
	return out, nil
}

// Clusters are the fields of advice that experts stand in, in order.
func (s *Store) Clusters(ctx context.Context) ([]string, error) {
	clusters := []string{}
	err := s.reader.SelectContext(ctx, &clusters, `SELECT DISTINCT cluster FROM experts WHERE cluster <> '' ORDER BY cluster`)
	return clusters, failed(ctx, "reading the clusters", err)
}
