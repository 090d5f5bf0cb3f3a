package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/cases"
	"mensch/app/model"
	platform "mensch/app/sync"
	"mensch/assets"
	"mensch/cmd/internal/workplace"
	"mensch/store"
)

// newcomers is a platform of experts who have nothing but a photo each. It
// answers at once; what it isn't asked for, it doesn't have.
type newcomers struct {
	platform.Platform
	changes []model.Change
	photos  map[string][]byte
}

func newNewcomers(photos [][]byte, now time.Time) (*newcomers, error) {
	n := &newcomers{photos: make(map[string][]byte, len(photos))}
	add := func(kind model.ChangeKind, id string, v any) error {
		data, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("writing a change: %w", err)
		}
		n.changes = append(n.changes, model.Change{Kind: kind, ID: id, Version: 1, Data: data})
		return nil
	}
	for i, data := range photos {
		sum := sha256.Sum256(data)
		photo, id, name := hex.EncodeToString(sum[:]), fmt.Sprintf("e%06d", i), "Expert "+strconv.Itoa(i)
		n.photos[photo] = data
		err := errors.Join(
			add(model.ChangeExpert, id, model.Expert{ID: id, Version: 1, Cluster: "cluster " + strconv.Itoa(i%12), ScreenName: name, State: model.ExpertActive, JoinedAt: now}),
			add(model.ChangeProfile, id, model.Profile{ExpertID: id, Version: 1, Name: name, PhotoID: photo, UpdatedAt: now}),
		)
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *newcomers) Whoami(context.Context) (string, []string, error) { return "bench", nil, nil }

func (n *newcomers) Changes(_ context.Context, cursor string, limit int) (model.ChangePage, error) {
	from, err := strconv.Atoi("0" + cursor)
	if err != nil {
		return model.ChangePage{}, fmt.Errorf("reading the cursor: %w", err)
	}
	to := min(from+limit, len(n.changes))
	return model.ChangePage{Cursor: strconv.Itoa(to), Changes: n.changes[from:to], HasMore: to < len(n.changes)}, nil
}

func (n *newcomers) Photo(_ context.Context, id string) (string, io.ReadCloser, error) {
	return "image/jpeg", io.NopCloser(bytes.NewReader(n.photos[id])), nil
}

// firstSync lets a desk with an empty store sync with a platform that has the
// photos, and ends it once they are hashed.
func firstSync(ctx context.Context, photos [][]byte, done func(part string)) (err error) {
	pack, err := workplace.Pack()
	if err != nil {
		return err
	}
	from, err := newNewcomers(photos, time.Now())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mensch-bench-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := store.Open(ctx, dir, store.Options{Seal: audit.Seal, Way: cases.Trace, Live: cases.LiveOn, Now: time.Now})
	if err != nil {
		return fmt.Errorf("opening a store: %w", err)
	}
	desk, err := app.NewDesk(ctx, app.Options{Store: db, Platform: from, Server: "https://platform.example", Pack: pack, Models: assets.Models()})
	if err != nil {
		return errors.Join(fmt.Errorf("opening a desk: %w", err), db.Close())
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	phase, hashed := "", false
	err = desk.Sync(ctx, func(s app.SyncStatus) {
		switch {
		case hashed:
			return
		case s.Phase != phase && phase == platform.PhasePhotos:
			done("fetched and kept")
		case s.Phase != phase && phase == platform.PhaseChanges && s.Phase == platform.PhasePhotos:
			done("experts and profiles")
		}
		phase = s.Phase
		if s.Phase == "hashing photos" && s.Done == int64(len(photos)) {
			done("decoded, hashed, indexed and written")
			hashed = true
			stop() // what comes next has times of its own
		}
	})
	if hashed && errors.Is(err, context.Canceled) {
		return nil
	}
	if err == nil {
		err = errors.New("the sync never came to hashing all photos")
	}
	return err
}
