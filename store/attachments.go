package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"mensch/app/model"
)

// fileFolder holds the files of appeals, apart from the photos: no detector
// reads them.
const fileFolder = "files"

func (s *Store) filePath(id string) (string, error) {
	if !isPhotoID(id) {
		return "", fmt.Errorf("%q is no file's name, which is a SHA-256 in 64 lower-case hex digits", id)
	}
	return filepath.Join(s.dir, fileFolder, id[:2], id), nil
}

// MissingFiles are IDs that an appeal names and no file holds. One that could
// not be had is left out for a day.
func (s *Store) MissingFiles(ctx context.Context, after string, limit int) ([]string, error) {
	ids := []string{}
	err := s.reader.SelectContext(ctx, &ids, `SELECT DISTINCT json_extract(f.value, '$.id') FROM appeals, json_each(appeals.files) f
		WHERE appeals.files <> '[]' AND json_extract(f.value, '$.id') > ?
			AND NOT EXISTS (SELECT 1 FROM attachments h WHERE h.id = json_extract(f.value, '$.id') AND (h.bytes > 0 OR (h.fault <> '' AND h.faulted_at > ?)))
		ORDER BY 1 LIMIT ?`, after, us(s.now().Add(-faultPause)), capped(limit))
	return ids, failed(ctx, "listing the files to fetch", err)
}

// SaveFile keeps a file's bytes under their SHA-256, which must be id.
func (s *Store) SaveFile(ctx context.Context, id string, r io.Reader) error {
	path, err := s.filePath(id)
	if err != nil {
		return fmt.Errorf("keeping a file: %w", err)
	}
	size, err := s.savePhotoFile(ctx, path, id, io.LimitReader(r, model.MaxAttachmentBytes+1))
	if err == nil && size > model.MaxAttachmentBytes {
		err = errors.Join(fmt.Errorf("it is larger than %d MiB", model.MaxAttachmentBytes>>20), os.Remove(path))
	}
	if err != nil {
		return failed(ctx, "keeping file "+id, err)
	}
	return s.write(ctx, "keeping file "+id, func(t *tx) error {
		_, err := t.exec(`INSERT INTO attachments (id, bytes, fetched_at, fault, faulted_at) VALUES (?, ?, ?, '', ?)
			ON CONFLICT DO UPDATE SET bytes = excluded.bytes, fetched_at = excluded.fetched_at, fault = '', faulted_at = excluded.faulted_at`,
			id, size, us(s.now()), never)
		return err
	})
}

// FaultFile remembers why a file could not be had.
func (s *Store) FaultFile(ctx context.Context, id, fault string) error {
	if !isPhotoID(id) {
		return fmt.Errorf("noting a file's fault: %q is no file's name", id)
	}
	return s.write(ctx, "noting the fault of file "+id, func(t *tx) error {
		_, err := t.exec(`INSERT INTO attachments (id, bytes, fetched_at, fault, faulted_at) VALUES (?, 0, ?, ?, ?)
			ON CONFLICT DO UPDATE SET fault = excluded.fault, faulted_at = excluded.faulted_at`, id, never, fault, us(s.now()))
		return err
	})
}

// FileFault says why a file is not here; empty if it is.
func (s *Store) FileFault(ctx context.Context, id string) (string, error) {
	var row struct {
		Bytes int64  `db:"bytes"`
		Fault string `db:"fault"`
	}
	err := s.reader.GetContext(ctx, &row, `SELECT bytes, fault FROM attachments WHERE id = ?`, id)
	switch {
	case isNone(err):
		return "The file has not arrived yet; the next sync fetches it.", nil
	case err != nil:
		return "", failed(ctx, "reading about file "+id, err)
	case row.Bytes > 0:
		return "", nil
	}
	return row.Fault, nil
}

// OpenFile opens a file's bytes, or gives model.ErrNotFound.
func (s *Store) OpenFile(_ context.Context, id string) (io.ReadCloser, error) {
	path, err := s.filePath(id)
	if err != nil {
		return nil, fmt.Errorf("opening a file: %w (%w)", model.ErrNotFound, err)
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("opening file %s: %w", id, model.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("opening file %s: %w", id, err)
	}
	return file, nil
}
