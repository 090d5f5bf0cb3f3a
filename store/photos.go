package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mensch/app/model"
)

const (
	photoFolder = "photos"
	tempPrefix  = "incoming-"
	// maxPhoto is the most bytes a photo may have.
	maxPhoto = 32 << 20
	// faultPause is how long a photo that could not be had is left alone.
	faultPause = 24 * time.Hour
	// staleTemp is the age at which an unfinished file is nobody's any more.
	staleTemp = 24 * time.Hour
)

func isPhotoID(id string) bool {
	if len(id) != 2*sha256.Size {
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// photoPath is where a photo's file stands. The ID is checked before it
// becomes part of a path.
func (s *Store) photoPath(id string) (string, error) {
	if !isPhotoID(id) {
		return "", fmt.Errorf("%q is no photo's name, which is a SHA-256 in 64 lower-case hex digits", id)
	}
	return filepath.Join(s.dir, photoFolder, id[:2], id), nil
}

// MissingPhotos are IDs that a profile names and no file holds. One that could
// not be had is left out for a day.
func (s *Store) MissingPhotos(ctx context.Context, after string, limit int) ([]string, error) {
	ids := []string{}
	err := s.reader.SelectContext(ctx, &ids, `SELECT DISTINCT p.photo_id FROM profiles p
		WHERE p.photo_id <> '' AND p.photo_id > ?
			AND NOT EXISTS (SELECT 1 FROM photos h WHERE h.id = p.photo_id AND (h.bytes > 0 OR (h.fault <> '' AND h.faulted_at > ?)))
		ORDER BY p.photo_id LIMIT ?`, after, us(s.now().Add(-faultPause)), capped(limit))
	return ids, failed(ctx, "listing the photos to fetch", err)
}

// SavePhoto keeps a photo's bytes under their SHA-256, which must be id. The
// file has its name only once it is whole and on the disk.
func (s *Store) SavePhoto(ctx context.Context, id, mediaType string, r io.Reader) error {
	doing := "keeping photo " + id
	path, err := s.photoPath(id)
	if err != nil {
		return fmt.Errorf("keeping a photo: %w", err)
	}
	size, err := s.savePhotoFile(ctx, path, id, r)
	if err != nil {
		return failed(ctx, doing, err)
	}
	return s.write(ctx, doing, func(t *tx) error {
		var before struct {
			Bytes int64  `db:"bytes"`
			Fault string `db:"fault"`
		}
		if _, err := t.get(&before, `SELECT bytes, fault FROM photos WHERE id = ?`, id); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO photos (id, bytes, media_type, fetched_at, fault, faulted_at) VALUES (?, ?, ?, ?, '', ?)
			ON CONFLICT DO UPDATE SET bytes = excluded.bytes, media_type = excluded.media_type, fetched_at = excluded.fetched_at, fault = '', faulted_at = excluded.faulted_at`,
			id, size, mediaType, us(s.now()), never)
		if err != nil {
			return err
		}
		if before.Bytes > 0 && before.Fault == "" {
			return nil // the same bytes again: they were read
		}
		return t.queue(model.WorkPhoto, id)
	})
}

func (s *Store) savePhotoFile(ctx context.Context, path, id string, r io.Reader) (size int64, err error) {
	folder := filepath.Dir(path)
	_, statErr := os.Stat(folder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, err
	}
	if statErr != nil {
		if err := syncDir(filepath.Dir(folder)); err != nil {
			return 0, err
		}
	}
	temp, err := os.CreateTemp(filepath.Join(s.dir, photoFolder), tempPrefix+"*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(temp.Name())))
		}
	}()
	size, err = fill(ctx, temp, id, r)
	if err = errors.Join(err, temp.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return 0, err
	}
	return size, syncDir(folder)
}

// fill copies r into the file, hashing on the way, and makes it last.
func fill(ctx context.Context, file *os.File, id string, r io.Reader) (int64, error) {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(&untilDone{ctx, r}, maxPhoto+1))
	switch {
	case err != nil:
		return 0, err
	case size > maxPhoto:
		return 0, fmt.Errorf("it is larger than %d MiB", maxPhoto>>20)
	case size == 0:
		return 0, errors.New("it is empty")
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != id {
		return 0, fmt.Errorf("its bytes have the SHA-256 %s", got)
	}
	return size, file.Sync()
}

// untilDone ends a copy when its context does.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}

// FaultPhoto remembers why a photo could not be had or read.
func (s *Store) FaultPhoto(ctx context.Context, id, fault string) error {
	if !isPhotoID(id) {
		return fmt.Errorf("noting a photo's fault: %q is no photo's name", id)
	}
	return s.write(ctx, "noting the fault of photo "+id, func(t *tx) error {
		_, err := t.exec(`INSERT INTO photos (id, bytes, media_type, fetched_at, fault, faulted_at) VALUES (?, 0, '', ?, ?, ?)
			ON CONFLICT DO UPDATE SET fault = excluded.fault, faulted_at = excluded.faulted_at`, id, never, fault, us(s.now()))
		return err
	})
}

// OpenPhoto opens a photo's bytes, or gives model.ErrNotFound.
func (s *Store) OpenPhoto(_ context.Context, id string) (io.ReadCloser, error) {
	path, err := s.photoPath(id)
	if err != nil {
		return nil, fmt.Errorf("opening a photo: %w (%w)", model.ErrNotFound, err)
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("opening photo %s: %w", id, model.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("opening photo %s: %w", id, err)
	}
	return file, nil
}

// PhotoInfo tells what is known of a photo, or gives model.ErrNotFound. One
// that could not be had has no bytes and a fault.
func (s *Store) PhotoInfo(ctx context.Context, id string) (model.Photo, error) {
	var row struct {
		ID        string `db:"id"`
		Bytes     int64  `db:"bytes"`
		MediaType string `db:"media_type"`
		FetchedAt int64  `db:"fetched_at"`
		Fault     string `db:"fault"`
	}
	if err := s.reader.GetContext(ctx, &row, `SELECT id, bytes, media_type, fetched_at, fault FROM photos WHERE id = ?`, id); err != nil {
		return model.Photo{}, failed(ctx, "reading about photo "+id, err)
	}
	return model.Photo{ID: row.ID, Bytes: row.Bytes, MediaType: row.MediaType, FetchedAt: at(row.FetchedAt), Fault: row.Fault}, nil
}

// PhotoOwners says which profiles and enabled bank items show a photo.
func (s *Store) PhotoOwners(ctx context.Context, photoID string) ([]model.PhotoOwner, error) {
	if photoID == "" {
		return nil, nil
	}
	var rows []struct {
		ExpertID string `db:"expert_id"`
		Cluster  string `db:"cluster"`
		BankID   string `db:"bank_id"`
		ItemID   string `db:"item_id"`
		Name     string `db:"name"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT p.expert_id, ifnull(e.cluster, '') AS cluster, '' AS bank_id, '' AS item_id, ifnull(e.screen_name, p.name) AS name
			FROM profiles p LEFT JOIN experts e ON e.id = p.expert_id WHERE p.photo_id = ?1 AND p.photo_id <> ''
		UNION ALL SELECT '', '', bank_id, id, name FROM bank_items WHERE photo_id = ?1 AND photo_id <> '' AND disabled = 0
		ORDER BY 1, 3, 4`, photoID)
	if err != nil {
		return nil, failed(ctx, "reading who shows photo "+photoID, err)
	}
	out := make([]model.PhotoOwner, len(rows))
	for i, r := range rows {
		out[i] = model.PhotoOwner(r)
	}
	return out, nil
}

// sweepTemporary removes what a dead process left half written. It is no
// matter if it cannot: the next start tries again.
func (s *Store) sweepTemporary() {
	folder := filepath.Join(s.dir, photoFolder)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), tempPrefix) && time.Since(info.ModTime()) > staleTemp {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}
