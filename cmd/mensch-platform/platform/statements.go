package platform

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"mensch/app/cases/statement"
)

// These two addresses stand in for the DSA Transparency Database, so that the
// way of a statement of reasons can be walked without it: 201 alone means
// stored, a batch is taken whole or not at all, and a puid that is there
// already answers 422 with existing.

// stored is how a statement that was taken is answered.
type stored struct {
	UUID string `json:"uuid"`
	PUID string `json:"puid"`
}

// rejection is the answer to what is not taken.
type rejection struct {
	Message  string              `json:"message"`
	Errors   map[string][]string `json:"errors,omitempty"`
	Existing []stored            `json:"existing,omitempty"`
}

func (s *Server) oneStatement(w http.ResponseWriter, r *http.Request, _ *holder) {
	var one json.RawMessage
	if err := readBody(r, &one); err != nil {
		s.fail(w, r, err)
		return
	}
	s.takeStatements(w, r, []json.RawMessage{one}, func(list []stored) any { return list[0] })
}

func (s *Server) manyStatements(w http.ResponseWriter, r *http.Request, _ *holder) {
	var in struct {
		Statements []json.RawMessage `json:"statements"`
	}
	if err := readBody(r, &in); err != nil {
		s.fail(w, r, err)
		return
	}
	s.takeStatements(w, r, in.Statements, func(list []stored) any { return map[string]any{"statements": list} })
}

// errRejected rolls a batch back.
var errRejected = errors.New("rejected")

func (s *Server) takeStatements(w http.ResponseWriter, r *http.Request, bodies []json.RawMessage, shape func([]stored) any) {
	no := rejection{Message: "The statements are not stored.", Errors: map[string][]string{}}
	if n := len(bodies); n == 0 || n > statement.BatchSize {
		no.Errors["statements"] = []string{fmt.Sprintf("must be 1 to %d", statement.BatchSize)}
		s.answer(w, r, http.StatusUnprocessableEntity, no)
		return
	}
	var kept []stored
	err := s.write(r.Context(), func(t *tx) error {
		for i, body := range bodies {
			at := fmt.Sprintf("statement_%d", i)
			var st statement.Statement
			if err := json.Unmarshal(body, &st); err != nil {
				no.Errors[at] = append(no.Errors[at], "cannot be read")
				continue
			}
			for _, p := range statement.Validate(st) {
				no.Errors[at] = append(no.Errors[at], p.String())
			}
			var known string
			err := t.GetContext(t.ctx, &known, "SELECT uuid FROM statements WHERE puid = ?", st.PUID)
			switch {
			case err == nil:
				no.Errors[at] = append(no.Errors[at], "puid: The identifier given is not unique within this platform.")
				no.Existing = append(no.Existing, stored{known, st.PUID})
				continue
			case !errors.Is(err, sql.ErrNoRows):
				return fmt.Errorf("looking for statement %s: %w", st.PUID, err)
			}
			one := stored{uuid.NewString(), st.PUID}
			if _, err := t.ExecContext(t.ctx, "INSERT INTO statements (puid, uuid, body, at) VALUES (?, ?, ?, ?)", one.PUID, one.UUID, string(body), millis(t.now)); err != nil {
				return fmt.Errorf("keeping statement %s: %w", st.PUID, err)
			}
			kept = append(kept, one)
		}
		if len(no.Errors) > 0 {
			return errRejected
		}
		return nil
	})
	switch {
	case errors.Is(err, errRejected):
		s.answer(w, r, http.StatusUnprocessableEntity, no)
	case err != nil:
		s.fail(w, r, err)
	default:
		s.answer(w, r, http.StatusCreated, shape(kept))
	}
}
