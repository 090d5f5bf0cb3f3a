package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"mensch/cmd/mensch-platform/community"
	"mensch/cmd/mensch-platform/platform"
)

// bankNote is the platform's note that keeps the demo's banks: they belong to
// the moderators and are not on the wire.
const bankNote = "demo-bank"

// Fill generates the community of a seed and loads it into an empty platform,
// all in one transaction. A platform that was filled before is left as it is,
// whatever the seed: decisions may have been made on it. One that holds
// anything else is refused.
func Fill(ctx context.Context, s *platform.Server, photos fs.FS, seed int64) error {
	mark, err := s.Seeded(ctx)
	if err != nil || mark != "" {
		return err
	}
	if size, err := s.Size(ctx); err != nil {
		return err
	} else if size > 0 {
		return errors.New("the platform is not empty, so no demo community goes into it")
	}
	c, err := community.Generate(seed, photos)
	if err != nil {
		return fmt.Errorf("generating the demo community: %w", err)
	}
	pack, err := Rules()
	if err != nil {
		return err
	}
	banks, err := json.Marshal(c.Bank)
	if err != nil {
		return fmt.Errorf("writing the demo's banks: %w", err)
	}
	err = s.Load(ctx, func(l *platform.Loader) error {
		for _, id := range slices.Sorted(maps.Keys(c.Photos)) {
			if got, err := l.PutPhoto(c.Photos[id]); err != nil {
				return err
			} else if got != id {
				return fmt.Errorf("photo %s has the hash %s", id, got)
			}
		}
		for name, data := range c.Files {
			if _, err := l.PutFile(name, data); err != nil {
				return err
			}
		}
		err := c.Visit(func(it community.Item) error { return l.Put(it.Kind, it.ID, it.Version, it.Value) })
		if err != nil {
			return err
		}
		if err := putProposals(l, pack, c, s.Now()); err != nil {
			return err
		}
		if err := l.Note(bankNote, string(banks)); err != nil {
			return err
		}
		return l.MarkSeeded("seed " + strconv.FormatInt(seed, 10))
	})
	if err != nil {
		return err
	}
	return s.Tick(ctx)
}

// Banks are the pictures of the moderator's demo banks; Server.ReadPhoto gives
// their bytes.
func (d *Demo) Banks(ctx context.Context) ([]community.BankPhoto, error) {
	note, err := d.Server.Note(ctx, bankNote)
	if err != nil || note == "" {
		return nil, err
	}
	var banks []community.BankPhoto
	if err := json.Unmarshal([]byte(note), &banks); err != nil {
		return nil, fmt.Errorf("reading the demo's banks: %w", err)
	}
	return banks, nil
}
