package store

import (
	"context"
	"strings"
	"unicode"

	"mensch/app/model"
)

// maxWords is how many words of a search count.
const maxWords = 16

// matchAll makes an FTS query that finds texts with all words of what a person
// typed, the last one as a beginning. Each word is quoted, and holds nothing
// but letters and digits, so no query syntax is left. Empty: no word in it.
func matchAll(typed string) string {
	words := strings.FieldsFunc(typed, func(r rune) bool {
		return r == unicode.ReplacementChar || (!unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r))
	})
	quoted := make([]string, 0, len(words))
	for _, w := range words[:min(len(words), maxWords)] {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			quoted = append(quoted, w)
		}
	}
	if len(quoted) == 0 {
		return ""
	}
	return `"` + strings.Join(quoted, `" "`) + `*"`
}

// expertsWithWords takes the match three times.
const expertsWithWords = `SELECT s.expert_id FROM messages_text f CROSS JOIN messages m ON m.docid = f.docid CROSS JOIN sessions s ON s.id = m.session_id WHERE f.text MATCH ?
	UNION SELECT p.expert_id FROM profiles_text f CROSS JOIN profiles p ON p.docid = f.docid WHERE profiles_text MATCH ?
	UNION SELECT e.id FROM experts_text f CROSS JOIN experts e ON e.docid = f.docid WHERE f.screen_name MATCH ?`

// The hits of a search are keyed by where they stand: profiles first, then
// screen names, then messages, each from the newest row back.
const hitRange = int64(1) << 40

var hitQueries = []struct{ kind, query string }{
	{"profile", `SELECT f.docid, p.expert_id, '' AS session_id, '' AS message_id, p.updated_at AS at, snippet(profiles_text, '', '', '…', -1, 24) AS snippet
		FROM profiles_text f CROSS JOIN profiles p ON p.docid = f.docid WHERE profiles_text MATCH ? AND f.docid < ? ORDER BY f.docid DESC LIMIT ?`},
	{"profile", `SELECT f.docid, e.id AS expert_id, '' AS session_id, '' AS message_id, e.joined_at AS at, e.screen_name AS snippet
		FROM experts_text f CROSS JOIN experts e ON e.docid = f.docid WHERE experts_text MATCH ? AND f.docid < ? ORDER BY f.docid DESC LIMIT ?`},
	{"message", `SELECT f.docid, s.expert_id, m.session_id, m.id AS message_id, m.at, snippet(messages_text, '', '', '…', -1, 24) AS snippet
		FROM messages_text f CROSS JOIN messages m ON m.docid = f.docid CROSS JOIN sessions s ON s.id = m.session_id
		WHERE messages_text MATCH ? AND f.docid < ? ORDER BY f.docid DESC LIMIT ?`},
}

// Search finds the texts that hold all words, the last as a beginning: in
// profiles, screen names and messages. after is the Key of the last hit seen,
// 0 starts.
func (s *Store) Search(ctx context.Context, words string, after int64, limit int) ([]model.SearchHit, error) {
	hits := []model.SearchHit{}
	match := matchAll(words)
	if match == "" {
		return hits, nil
	}
	limit = capped(limit)
	err := s.readSlowly(ctx, "searching", func(g getter) error {
		for i, part := range hitQueries {
			end := int64(i+1) * hitRange // the key of a hit is this less its docid
			below := min(end-after, hitRange)
			if below <= 1 || len(hits) >= limit {
				continue
			}
			var rows []struct {
				DocID     int64  `db:"docid"`
				ExpertID  string `db:"expert_id"`
				SessionID string `db:"session_id"`
				MessageID string `db:"message_id"`
				At        int64  `db:"at"`
				Snippet   string `db:"snippet"`
			}
			if err := g.SelectContext(ctx, &rows, part.query, match, below, limit-len(hits)); err != nil {
				return err
			}
			for _, r := range rows {
				hits = append(hits, model.SearchHit{
					Key: end - r.DocID, Kind: part.kind, ExpertID: r.ExpertID, SessionID: r.SessionID, MessageID: r.MessageID, Snippet: r.Snippet, At: at(r.At),
				})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return hits, nil
}
