package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"mensch/app/model"
)

// Loader fills a platform in bulk. It is good only inside the function that
// Load calls, and only from one goroutine.
type Loader struct {
	s *Server
	t *tx
}

// Load runs do in one transaction: all that it puts lands, or nothing. Split
// very large loads into several calls, because decisions wait meanwhile.
func (s *Server) Load(ctx context.Context, do func(*Loader) error) error {
	err := s.write(ctx, func(t *tx) error {
		err := do(&Loader{s: s, t: t})
		return err
	})
	if err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	return nil
}

// Put adds an object, or replaces it by a higher version. The data is a noun
// of app/model or its JSON. A session goes before its messages. A decision's
// data is a model.Receipt: it counts as made, so that it can be asked for and
// reversed, but it has no effect on anything else here; load the expert in
// the state that it led to.
func (l *Loader) Put(kind model.ChangeKind, id string, version int64, data any) error {
	if id == "" || version < 1 {
		return fmt.Errorf("%s %q version %d: an id and a version from 1 are needed", kind, id, version)
	}
	if kind == model.ChangeDecision {
		raw, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("writing decision %s: %w", id, err)
		}
		var receipt model.Receipt
		if err := json.Unmarshal(raw, &receipt); err != nil {
			return fmt.Errorf("reading decision %s: %w", id, err)
		}
		return l.t.record(receipt, version, requestHash(receipt.Decision), undo{})
	}
	return l.t.put(kind, id, version, data)
}

// Delete replaces an object by its tombstone.
func (l *Loader) Delete(kind model.ChangeKind, id string) error {
	o, err := l.t.find(kind, id)
	if errors.Is(err, errNoObject) || (err == nil && o.Deleted) {
		return fmt.Errorf("%s %s: %w", kind, id, model.ErrNotFound)
	}
	if err != nil {
		return err
	}
	return l.t.bury(o)
}

// PutPhoto keeps a photo and returns its ID, the SHA-256 of its bytes.
func (l *Loader) PutPhoto(photo []byte) (string, error) {
	if len(photo) == 0 {
		return "", errors.New("an empty photo")
	}
	id, err := l.s.savePhoto(photo)
	if err != nil {
		return "", err
	}
	if _, err := l.t.ExecContext(l.t.ctx, "INSERT INTO photos (id, bytes, media_type) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
		id, len(photo), mediaType(photo)); err != nil {
		return "", fmt.Errorf("noting photo %s: %w", id, err)
	}
	return id, nil
}

// mediaType is a picture's type, or octet-stream: nothing that a browser would
// run.
func mediaType(photo []byte) string {
	switch found := http.DetectContentType(photo); found {
	case "image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp":
		return found
	}
	if bytes.HasPrefix(photo, []byte("II*\x00")) || bytes.HasPrefix(photo, []byte("MM\x00*")) {
		return "image/tiff"
	}
	return "application/octet-stream"
}

// Seeded is the mark that MarkSeeded left, or empty.
func (s *Server) Seeded(ctx context.Context) (string, error) {
	return meta(ctx, s.readers, "seeded")
}

// MarkSeeded says what the platform was filled with. Called in the last Load,
// it makes sure that a half-filled platform is filled again.
func (l *Loader) MarkSeeded(mark string) error {
	return setMeta(l.t.ctx, l.t.Tx, "seeded", mark)
}
