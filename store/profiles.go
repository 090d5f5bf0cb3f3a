package store

import (
	"context"
	"fmt"

	"mensch/app/model"
)

type profileRow struct {
	ExpertID    string `db:"expert_id"`
	Version     int64  `db:"version"`
	Name        string `db:"name"`
	Headline    string `db:"headline"`
	Bio         string `db:"bio"`
	Gender      string `db:"gender"`
	BirthYear   int    `db:"birth_year"`
	Degrees     string `db:"degrees"`
	Credentials string `db:"credentials"`
	PhotoID     string `db:"photo_id"`
	UpdatedAt   int64  `db:"updated_at"`
}

const (
	profileColumns       = `expert_id, version, name, headline, bio, gender, birth_year, degrees, credentials, photo_id, updated_at`
	joinedProfileColumns = `ifnull(p.expert_id, '') "profile.expert_id", ifnull(p.version, 0) "profile.version", ifnull(p.name, '') "profile.name",
		ifnull(p.headline, '') "profile.headline", ifnull(p.bio, '') "profile.bio", ifnull(p.gender, '') "profile.gender",
		ifnull(p.birth_year, 0) "profile.birth_year", ifnull(p.degrees, '') "profile.degrees", ifnull(p.credentials, '') "profile.credentials",
		ifnull(p.photo_id, '') "profile.photo_id", ifnull(p.updated_at, 0) "profile.updated_at"`
)

func (r profileRow) profile() (model.Profile, error) {
	p := model.Profile{
		ExpertID: r.ExpertID, Version: r.Version, Name: r.Name, Headline: r.Headline, Bio: r.Bio, Gender: r.Gender,
		BirthYear: r.BirthYear, PhotoID: r.PhotoID, UpdatedAt: at(r.UpdatedAt),
	}
	var err error
	if p.Degrees, err = unwords(r.Degrees); err != nil {
		return p, fmt.Errorf("reading the degrees of %s: %w", r.ExpertID, err)
	}
	if p.Credentials, err = unwords(r.Credentials); err != nil {
		return p, fmt.Errorf("reading the credentials of %s: %w", r.ExpertID, err)
	}
	return p, nil
}

func applyProfile(a *applier, c model.Change) (bool, error) {
	p, err := decode(c, func(p model.Profile) string { return p.ExpertID })
	if err != nil {
		return false, err
	}
	if p.PhotoID != "" && !isPhotoID(p.PhotoID) {
		return false, bad("the photo is named by no SHA-256")
	}
	var before string
	if _, err := a.get(&before, `SELECT photo_id FROM profiles WHERE expert_id = ?`, c.ID); err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO profiles (version, epoch, expert_id, name, headline, bio, gender, birth_year, degrees, credentials, photo_id, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (expert_id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, name = excluded.name,
			headline = excluded.headline, bio = excluded.bio, gender = excluded.gender, birth_year = excluded.birth_year,
			degrees = excluded.degrees, credentials = excluded.credentials, photo_id = excluded.photo_id, updated_at = excluded.updated_at
		WHERE excluded.version > profiles.version OR profiles.epoch < ?`,
		c.Version, a.sync.Epoch, c.ID, p.Name, p.Headline, p.Bio, p.Gender, p.BirthYear, words(p.Degrees), words(p.Credentials), p.PhotoID, us(p.UpdatedAt))
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkProfile, c.ID)
	if before != p.PhotoID {
		// Who else shows the old photo has one owner less to be compared with.
		if err := a.owePhoto(before); err != nil {
			return false, err
		}
	}
	return true, a.owePhoto(p.PhotoID)
}

// owePhoto notes a photo's work if its bytes are here; else their arrival queues it.
func (a *applier) owePhoto(id string) error {
	if id == "" {
		return nil
	}
	var here bool
	if _, err := a.get(&here, `SELECT EXISTS (SELECT 1 FROM photos WHERE id = ? AND bytes > 0)`, id); err != nil {
		return err
	}
	if here {
		a.owe(model.WorkPhoto, id)
	}
	return nil
}

func goneProfile(a *applier, id string) error {
	var photo string
	if _, err := a.get(&photo, `SELECT photo_id FROM profiles WHERE expert_id = ?`, id); err != nil {
		return err
	}
	if err := a.owePhoto(photo); err != nil {
		return err
	}
	a.owe(model.WorkProfile, id)
	a.owe(model.WorkCase, id)
	// The texts and the photo that these findings quote are erased with it.
	_, err := a.exec(`DELETE FROM findings WHERE expert_id = ?1 AND (scope = 'profile:' || ?1 OR scope = 'photo:' || ?1 OR scope LIKE 'photo:%:' || ?1)`, id)
	return err
}

// Profile gives the present version of an expert's profile, or model.ErrNotFound.
func (s *Store) Profile(ctx context.Context, expertID string) (model.Profile, error) {
	doing := "reading the profile of " + expertID
	var row profileRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+profileColumns+` FROM profiles WHERE expert_id = ?`, expertID); err != nil {
		return model.Profile{}, failed(ctx, doing, err)
	}
	p, err := row.profile()
	return p, failed(ctx, doing, err)
}
