package platform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"mensch/app/model"
)

// maxFileName is the longest name of a file that is kept, in bytes.
const maxFileName = 200

// keepFile keeps a file of an appeal under its hash. Its name is for people
// alone, and never becomes part of a path.
func (t *tx) keepFile(s *Server, name string, data []byte) (model.Attachment, error) {
	if len(data) == 0 || len(data) > model.MaxAttachmentBytes {
		return model.Attachment{}, refuse(http.StatusUnprocessableEntity, invalid, "A file has 1 byte to %d MiB.", model.MaxAttachmentBytes>>20)
	}
	name = filepath.Base(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_")))
	if name == "." || name == "" || len(name) > maxFileName {
		return model.Attachment{}, refuse(http.StatusUnprocessableEntity, invalid, "A file needs a name of at most %d bytes.", maxFileName)
	}
	id, err := s.saveUnder("files", data)
	if err != nil {
		return model.Attachment{}, err
	}
	out := model.Attachment{ID: id, Name: name, MediaType: fileType(data), Bytes: int64(len(data))}
	if _, err := t.ExecContext(t.ctx, "INSERT INTO files (id, bytes, media_type) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", id, out.Bytes, out.MediaType); err != nil {
		return out, fmt.Errorf("noting file %s: %w", id, err)
	}
	return out, nil
}

// fileType is told by the bytes, whatever the sender says: a picture, a PDF,
// plain text, or something that nobody should open unasked.
func fileType(data []byte) string {
	if kind := mediaType(data); kind != "application/octet-stream" {
		return kind
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if kind == "application/pdf" || kind == "text/plain" {
		return kind
	}
	return "application/octet-stream"
}

// file serves a file of an appeal, never as anything that a browser would run.
func (s *Server) file(w http.ResponseWriter, r *http.Request, _ *holder) {
	s.serveKept(w, r, kept{noun: "file", folder: "files", query: "SELECT media_type FROM files WHERE id = ?", attachment: true})
}

// dropFiles takes away the files that no appeal names any more.
func (s *Server) dropFiles(ctx context.Context, ids []string) error {
	for _, id := range ids {
		err := s.write(ctx, func(t *tx) error {
			result, err := t.ExecContext(ctx, `DELETE FROM files WHERE id = ?1 AND NOT EXISTS (
				SELECT 1 FROM objects, json_each(objects.data, '$.files') f WHERE kind = 'appeal' AND deleted = 0 AND json_extract(f.value, '$.id') = ?1)`, id)
			if err != nil {
				return err
			}
			if n, err := result.RowsAffected(); err != nil || n == 0 || !isPhotoID(id) {
				return err
			}
			if err := os.Remove(s.pathUnder("files", id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("dropping file %s: %w", id, err)
		}
	}
	return nil
}
