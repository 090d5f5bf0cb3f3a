package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"

	"mensch/app/model"
)

// Loader fills a platform in bulk. It is good only inside the function that
// Load calls, and only from one goroutine.
type Loader struct {
	s   *Server
	t   *tx
	ctx context.Context
}

// Load runs do in one transaction: all that it puts lands, or nothing. Split
// very large loads into several calls, because decisions wait meanwhile.
func (s *Server) Load(ctx context.Context, do func(*Loader) error) error {
	err := s.write(ctx, func(t *tx) error {
		// A cancellable context costs a goroutine for each statement; Put
		// looks at it instead.
		t.ctx = context.WithoutCancel(ctx)
		return do(&Loader{s: s, t: t, ctx: ctx})
	})
	if err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	return nil
}

// Put adds an object, or replaces it by a higher version. The data is a noun
// of app/model or its JSON. A decision goes before the appeals against it. Its
// data is a model.Receipt: it counts as made, so that it can be asked for and
// reversed, but it has no effect on anything else here; load the expert in
// the state that it led to.
func (l *Loader) Put(kind model.ChangeKind, id string, version int64, data any) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if id == "" || version < 1 {
		return fmt.Errorf("%s %q version %d: an id and a version from 1 are needed", kind, id, version)
	}
	if kind == model.ChangeDecision {
		return l.putDecision(id, version, data)
	}
	if kind == model.ChangeApproval {
		return l.putApproval(id, version, data)
	}
	if kind == model.ChangeAppeal {
		if err := l.checkAppeal(id, data); err != nil {
			return err
		}
	}
	return l.t.put(kind, id, version, data)
}

// checkAppeal makes sure that the decision objected to is there: whoever
// answers the appeal is compared with who made it.
func (l *Loader) checkAppeal(id string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("writing appeal %s: %w", id, err)
	}
	var appeal model.Appeal
	if err := json.Unmarshal(raw, &appeal); err != nil {
		return fmt.Errorf("reading appeal %s: %w", id, err)
	}
	if _, err := l.t.decisionByKey(appeal.DecisionID); err != nil {
		return fmt.Errorf("appeal %s is against decision %q: %w", id, appeal.DecisionID, err)
	}
	return nil
}

func (l *Loader) putDecision(id string, version int64, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("writing decision %s: %w", id, err)
	}
	var receipt model.Receipt
	if err := json.Unmarshal(raw, &receipt); err != nil {
		return fmt.Errorf("reading decision %s: %w", id, err)
	}
	if receipt.Key != id || receipt.Decision.ID != id {
		return fmt.Errorf("decision %s has the key %q", id, receipt.Key)
	}
	d := receipt.Decision
	if _, err := l.t.decisionByKey(id); err == nil {
		// A later version of one that is on file: it can only have been reversed.
		return l.t.put(model.ChangeDecision, id, version, receipt)
	} else if !errors.Is(err, errNoObject) {
		return err
	}
	if err := l.t.record(receipt, version, requestHash(d), undo{}); err != nil {
		return err
	}
	if d.Reverses == "" {
		return nil
	}
	return l.t.strike(d.Reverses, d.ID)
}

// putApproval files a proposal with its decision; an open one can be answered.
func (l *Loader) putApproval(id string, version int64, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("writing approval %s: %w", id, err)
	}
	var a model.Approval
	if err := json.Unmarshal(raw, &a); err != nil {
		return fmt.Errorf("reading approval %s: %w", id, err)
	}
	if a.ID != id || a.DecisionID != id || a.Decision == nil || a.Decision.ID != id {
		return fmt.Errorf("approval %s is of another decision", id)
	}
	if err := l.t.fileProposal(a, requestHash(*a.Decision), model.CaseOpen); err != nil {
		return err
	}
	return l.t.put(model.ChangeApproval, id, version, a)
}

// PutFile keeps a file of an appeal and returns its ID, the SHA-256 of its bytes.
func (l *Loader) PutFile(name string, data []byte) (model.Attachment, error) {
	return l.t.keepFile(l.s, name, data)
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

// ReadPhoto gives a photo's bytes, or model.ErrNotFound.
func (s *Server) ReadPhoto(id string) ([]byte, error) {
	if !isPhotoID(id) {
		return nil, fmt.Errorf("photo %q: %w", id, model.ErrNotFound)
	}
	raw, err := os.ReadFile(s.photoPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("photo %s: %w", id, model.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("reading photo %s: %w", id, err)
	}
	return raw, nil
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

// Note keeps a text of the caller's under a key, beside the community and not
// on the wire.
func (l *Loader) Note(key, value string) error {
	return setMeta(l.t.ctx, l.t.Tx, "note:"+key, value)
}

// Note reads what Loader.Note kept, or empty.
func (s *Server) Note(ctx context.Context, key string) (string, error) {
	return meta(ctx, s.readers, "note:"+key)
}

// Size is how many living objects the platform holds.
func (s *Server) Size(ctx context.Context) (int64, error) {
	var n int64
	if err := s.readers.GetContext(ctx, &n, "SELECT count(*) FROM objects WHERE deleted = 0"); err != nil {
		return 0, fmt.Errorf("counting: %w", err)
	}
	return n, nil
}
