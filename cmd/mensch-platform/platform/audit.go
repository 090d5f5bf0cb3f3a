package platform

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"

	"mensch/app/audit"
	"mensch/app/model"
)

// auditSchema is made at every opening where it is missing: a platform's file
// may be older than it.
const auditSchema = `
CREATE TABLE IF NOT EXISTS audit_heads ( -- what desks said of their audit logs; none is ever changed
	n        INTEGER PRIMARY KEY,
	origin   TEXT NOT NULL,
	holder   TEXT NOT NULL, -- whose token brought the first one
	key      TEXT NOT NULL, -- the desk's verifier key, bound by the first one
	size     INTEGER NOT NULL,
	head     TEXT NOT NULL, -- the signed note
	received INTEGER NOT NULL -- Unix milliseconds
) STRICT;
CREATE INDEX IF NOT EXISTS audit_heads_origin ON audit_heads (origin, n);
`

// headsShown is how many heads of one log are answered, the newest first.
const headsShown = 32

type headRow struct {
	Holder   string `db:"holder"`
	Key      string `db:"key"`
	Head     string `db:"head"`
	Received int64  `db:"received"`
}

// heads answers what is known of a desk's audit log.
func (s *Server) heads(w http.ResponseWriter, r *http.Request, _ *holder) {
	origin := r.PathValue("origin")
	var rows []headRow
	err := s.readers.SelectContext(r.Context(), &rows, `SELECT holder, key, head, received FROM audit_heads WHERE origin = ? ORDER BY n DESC LIMIT ?`, origin, headsShown)
	if err == nil && len(rows) == 0 {
		err = refuse(http.StatusNotFound, notFound, "The platform has no audit log called %s.", strconv.QuoteToASCII(origin))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, http.StatusOK, knownLog(origin, rows))
}

func knownLog(origin string, rows []headRow) model.KnownLog {
	known := model.KnownLog{Origin: origin, Key: rows[0].Key}
	for _, row := range rows {
		known.Heads = append(known.Heads, model.KnownHead{Head: row.Head, ReceivedAt: time.UnixMilli(row.Received).UTC()})
	}
	return known
}

// keepHead takes the head of a desk's audit log, if it continues the one that
// is known: a desk that was rolled back cannot overwrite what it said before.
func (s *Server) keepHead(w http.ResponseWriter, r *http.Request, h *holder) {
	var in model.NewHead
	if err := readBody(r, &in); err != nil {
		s.fail(w, r, err)
		return
	}
	origin := r.PathValue("origin")
	head, err := checkHead(origin, in)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusCreated
	var out model.KnownLog
	err = s.write(r.Context(), func(t *tx) error {
		var last headRow
		err := t.GetContext(t.ctx, &last, `SELECT holder, key, head, received FROM audit_heads WHERE origin = ? ORDER BY n DESC LIMIT 1`, origin)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return fmt.Errorf("reading the last head of %s: %w", origin, err)
		default:
			again, err := continues(origin, last, h.name, in, head)
			if err != nil {
				return err
			}
			if again {
				status, out = http.StatusOK, knownLog(origin, []headRow{last})
				return nil
			}
		}
		row := headRow{Holder: h.name, Key: in.Key, Head: in.Head, Received: millis(t.now)}
		_, err = t.ExecContext(t.ctx, `INSERT INTO audit_heads (origin, holder, key, size, head, received) VALUES (?, ?, ?, ?, ?, ?)`,
			origin, row.Holder, row.Key, head.Size, row.Head, row.Received)
		if err != nil {
			return fmt.Errorf("keeping the head of %s: %w", origin, err)
		}
		out = knownLog(origin, []headRow{row})
		return nil
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, out)
}

// checkHead reads a head that must be of the origin and signed by its key.
func checkHead(origin string, in model.NewHead) (audit.Head, error) {
	wrong := func(format string, args ...any) (audit.Head, error) {
		return audit.Head{}, refuse(http.StatusUnprocessableEntity, invalid, format, args...)
	}
	if !printable(origin, maxKey) {
		return wrong("The log's name must be printable ASCII.")
	}
	key, err := note.NewVerifier(in.Key)
	if err != nil || key.Name() != origin {
		return wrong("The key must be a verifier key of that name.")
	}
	head, err := audit.OpenHead([]byte(in.Head), note.VerifierList(key))
	if err != nil {
		return wrong("The head cannot be taken: %s.", err)
	}
	if head.Origin != origin {
		return wrong("The head is of the log %s.", strconv.QuoteToASCII(head.Origin))
	}
	return head, nil
}

// continues checks a head against the last one; again says that it is the same.
func continues(origin string, last headRow, name string, in model.NewHead, head audit.Head) (again bool, err error) {
	if last.Holder != name {
		return false, refuse(http.StatusForbidden, forbidden, "The audit log %s is another moderator's.", origin)
	}
	if last.Key != in.Key {
		return false, refuse(http.StatusConflict, logRolledBack, "The audit log %s is signed with another key than before.", origin)
	}
	key, err := note.NewVerifier(last.Key)
	if err != nil {
		return false, fmt.Errorf("reading the key of %s: %w", origin, err)
	}
	before, err := audit.OpenHead([]byte(last.Head), note.VerifierList(key))
	if err != nil {
		return false, fmt.Errorf("reading the last head of %s: %w", origin, err)
	}
	proof, err := audit.ParseProof(in.Proof)
	if err != nil {
		return false, refuse(http.StatusUnprocessableEntity, invalid, "The proof cannot be read: %s.", err)
	}
	if err := audit.CheckGrowth(before, head, proof); err != nil {
		return false, refuse(http.StatusConflict, logRolledBack, "The log %s does not continue the one of %d rows that the platform knows.", origin, before.Size)
	}
	return before.Size == head.Size, nil
}
