package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"mensch/app/model"
)

// AddNote keeps a remark on a case, with its audit row. A case that is not
// there gives model.ErrNotFound.
func (s *Store) AddNote(ctx context.Context, note model.Note) error {
	if note.ID == "" {
		return errors.New("adding a note: it needs an ID")
	}
	return s.write(ctx, "adding a note to case "+note.CaseID, func(t *tx) error {
		if _, err := caseByID(t.ctx, t, note.CaseID); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO notes (id, case_id, author, text, at) VALUES (?, ?, ?, ?, ?)`, note.ID, note.CaseID, note.Author, note.Text, us(note.At))
		if err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(note.Text))
		return t.audit(note.At, note.Author, "note", "note:"+note.ID, map[string]any{"case": note.CaseID, "sha256": hex.EncodeToString(sum[:])})
	})
}

// NotesOf gives a case's notes, oldest first.
func (s *Store) NotesOf(ctx context.Context, caseID string) ([]model.Note, error) {
	var rows []struct {
		ID     string `db:"id"`
		CaseID string `db:"case_id"`
		Author string `db:"author"`
		Text   string `db:"text"`
		At     int64  `db:"at"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, case_id, author, text, at FROM notes WHERE case_id = ? ORDER BY at, seq`, caseID)
	if err != nil {
		return nil, failed(ctx, "reading the notes of case "+caseID, err)
	}
	out := make([]model.Note, len(rows))
	for i, r := range rows {
		out[i] = model.Note{ID: r.ID, CaseID: r.CaseID, Author: r.Author, Text: r.Text, At: at(r.At)}
	}
	return out, nil
}
