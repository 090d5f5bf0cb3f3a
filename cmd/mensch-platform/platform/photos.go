package platform

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// photoPath is where a photo's bytes lie; id must have passed isPhotoID.
func (s *Server) photoPath(id string) string { return s.pathUnder("photos", id) }

func (s *Server) pathUnder(folder, id string) string {
	return filepath.Join(s.dir, folder, id[:2], id)
}

// isPhotoID reports whether id is a SHA-256 in lower-case hex: nothing else
// ever becomes part of a path.
func isPhotoID(id string) bool {
	if len(id) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func (s *Server) photo(w http.ResponseWriter, r *http.Request, _ *holder) {
	s.serveKept(w, r, kept{noun: "photo", folder: "photos", query: "SELECT media_type FROM photos WHERE id = ?"})
}

// kept is where bytes lie that are named by their hash, and where they are
// noted. With attachment they are served as something no browser runs.
type kept struct {
	noun, folder, query string
	attachment          bool
}

// serveKept serves the bytes that the path's ID names.
func (s *Server) serveKept(w http.ResponseWriter, r *http.Request, k kept) {
	id := r.PathValue("id")
	none := refuse(http.StatusNotFound, notFound, "There is no %s of that name.", k.noun)
	if !isPhotoID(id) {
		s.fail(w, r, none)
		return
	}
	var mediaType string
	err := s.readers.GetContext(r.Context(), &mediaType, k.query, id)
	if errors.Is(err, sql.ErrNoRows) {
		s.fail(w, r, none)
		return
	}
	if err != nil {
		s.fail(w, r, fmt.Errorf("reading %s %s: %w", k.noun, id, err))
		return
	}
	file, err := os.Open(s.pathUnder(k.folder, id))
	if errors.Is(err, fs.ErrNotExist) {
		s.fail(w, r, none) // erased meanwhile
		return
	}
	if err != nil {
		s.fail(w, r, fmt.Errorf("opening %s %s: %w", k.noun, id, err))
		return
	}
	defer func() { _ = file.Close() }()
	h := w.Header()
	if k.attachment {
		mediaType = "application/octet-stream"
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("Content-Type", mediaType)
	h.Set("ETag", `"`+id+`"`)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	// ServeContent answers If-None-Match, If-Range and Range by the ETag.
	http.ServeContent(w, r, "", time.Time{}, file)
}

func (s *Server) savePhoto(bytes []byte) (string, error) { return s.saveUnder("photos", bytes) }

// saveUnder writes the bytes under their hash, whole or not at all, and on the
// disk before the name appears.
func (s *Server) saveUnder(where string, bytes []byte) (string, error) {
	sum := sha256.Sum256(bytes)
	id := hex.EncodeToString(sum[:])
	path := s.pathUnder(where, id)
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(bytes)) {
		return id, nil
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("making the folder of %s: %w", where, err)
	}
	file, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return "", fmt.Errorf("writing %s of %s: %w", id, where, err)
	}
	_, err = file.Write(bytes)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return "", fmt.Errorf("writing %s of %s: %w", id, where, err)
	}
	return id, nil
}

// dropPhotos takes away the photos that no profile shows any more. It runs
// after the erasing transaction: a file without a row is harmless, a row
// without a file is not.
func (s *Server) dropPhotos(ctx context.Context, ids []string) error {
	for _, id := range ids {
		err := s.write(ctx, func(t *tx) error {
			result, err := t.ExecContext(ctx, `DELETE FROM photos WHERE id = ? AND NOT EXISTS (
				SELECT 1 FROM objects WHERE kind = 'profile' AND deleted = 0 AND json_extract(data, '$.photo_id') = photos.id)`, id)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 {
				return err
			}
			if err := os.Remove(s.photoPath(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("dropping photo %s: %w", id, err)
		}
	}
	return nil
}
