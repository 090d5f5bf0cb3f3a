package platform

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"mensch/app/cases"
	"mensch/app/model"
)

// maxText is the longest text of an incident or appeal, in characters.
const maxText = 20000

func newID(prefix string) string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return prefix + hex.EncodeToString(b)
}

// report files an incident: into the expert's open case, or into the next
// round when the last was decided. The reporter's ID makes it repeatable.
func (s *Server) report(w http.ResponseWriter, r *http.Request, _ *holder) {
	var in model.Incident
	if err := readBody(r, &in); err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusCreated
	var out model.Incident
	err := s.write(r.Context(), func(t *tx) error {
		if wrong := t.checkIncident(in); wrong != "" {
			return refuse(http.StatusUnprocessableEntity, invalid, "%s", wrong)
		}
		if in.ID == "" {
			in.ID = newID("i")
		} else if before, err := t.find(model.ChangeIncident, in.ID); err == nil {
			out, err = sameIncident(t, before, in)
			status = http.StatusOK
			return err
		} else if !errors.Is(err, errNoObject) {
			return err
		}
		if _, err := load[model.Expert](t.ctx, t, model.ChangeExpert, in.ExpertID); errors.Is(err, errNoObject) {
			return refuse(http.StatusNotFound, notFound, "The platform has no expert %s.", in.ExpertID)
		} else if err != nil {
			return err
		}
		if in.At.IsZero() {
			in.At = t.now
		}
		in.At = in.At.UTC()
		c, err := t.caseForReport(in)
		if err != nil {
			return err
		}
		in.CaseID, in.Version, in.Closed = c.ID, 1, false
		out = in
		return t.put(model.ChangeIncident, in.ID, in.Version, in)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, out)
}

func (t *tx) checkIncident(in model.Incident) string {
	switch {
	case in.ID != "" && !printable(in.ID, maxKey):
		return "The id must be printable ASCII."
	case in.ExpertID == "":
		return "An incident must name the expert."
	case in.Reporter != model.ReporterClient && in.Reporter != model.ReporterExpert && in.Reporter != model.ReporterStaff:
		return "The reporter must be client, expert or staff."
	case in.Text == "" || utf8.RuneCountInString(in.Text) > maxText:
		return fmt.Sprintf("An incident needs a text of at most %d characters.", maxText)
	case in.At.After(t.now.Add(clockSkew)):
		return "The incident's time is in the future."
	}
	return ""
}

// sameIncident is the incident as it is now, if the request repeats the one
// that filed it.
func sameIncident(t *tx, before object, in model.Incident) (model.Incident, error) {
	other := refuse(http.StatusUnprocessableEntity, keyReused, "The id %s is of another incident.", in.ID)
	if before.Deleted {
		return model.Incident{}, other
	}
	was, err := load[model.Incident](t.ctx, t, model.ChangeIncident, in.ID)
	if err != nil {
		return was, err
	}
	if was.ExpertID != in.ExpertID || was.Reporter != in.Reporter || was.ReporterID != in.ReporterID ||
		was.SessionID != in.SessionID || was.Guideline != in.Guideline || was.Text != in.Text ||
		(!in.At.IsZero() && !was.At.Equal(in.At)) {
		return model.Incident{}, other
	}
	return was, nil
}

// caseForReport opens or reopens the case that an incident belongs to. The
// version goes up: who decides without having seen the report is told.
func (t *tx) caseForReport(in model.Incident) (model.Case, error) {
	cases, err := loadAll[model.Case](t, model.ChangeCase, "expert", in.ExpertID)
	if err != nil {
		return model.Case{}, err
	}
	var last model.Case
	for _, c := range cases {
		if c.Round > last.Round {
			last = c
		}
	}
	if last.Round == 0 || last.State == model.CaseDecided {
		last = model.Case{
			ID:       model.CaseID(in.ExpertID, last.Round+1),
			ExpertID: in.ExpertID,
			Round:    last.Round + 1,
			State:    model.CaseOpen,
			OpenedAt: in.At,
		}
	}
	last.Version++
	return last, t.put(model.ChangeCase, last.ID, last.Version, last)
}

// newAppeal is an appeal as it comes in: its files with their bytes.
type newAppeal struct {
	ID         string    `json:"id"`
	DecisionID string    `json:"decision_id"`
	Text       string    `json:"text"`
	Files      []newFile `json:"files"`
}

// newFile is a file as it comes in.
type newFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"` // base64 on the wire
}

// appeal files an expert's objection, and opens the case again for it.
func (s *Server) appeal(w http.ResponseWriter, r *http.Request, _ *holder) {
	var in newAppeal
	if err := readBody(r, &in); err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusCreated
	var out model.Appeal
	err := s.write(r.Context(), func(t *tx) error {
		switch {
		case in.ID != "" && !printable(in.ID, maxKey):
			return refuse(http.StatusUnprocessableEntity, invalid, "The id must be printable ASCII.")
		case in.Text == "" || utf8.RuneCountInString(in.Text) > maxText:
			return refuse(http.StatusUnprocessableEntity, invalid, "An appeal needs a text of at most %d characters.", maxText)
		case len(in.Files) > model.MaxAttachments:
			return refuse(http.StatusUnprocessableEntity, invalid, "An appeal may bring %d files.", model.MaxAttachments)
		case in.ID == "":
			in.ID = newID("a")
		}
		was, err := load[model.Appeal](t.ctx, t, model.ChangeAppeal, in.ID)
		if err == nil {
			if was.DecisionID != in.DecisionID || was.Text != in.Text || len(was.Files) != len(in.Files) {
				return refuse(http.StatusUnprocessableEntity, keyReused, "The id %s is of another appeal.", in.ID)
			}
			out, status = was, http.StatusOK
			return nil
		}
		if !errors.Is(err, errNoObject) {
			return err
		}
		out, err = t.fileAppeal(s, in)
		return err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, out)
}

// inTime refuses an objection to a decision that is too old: six months, or
// what the rule pack says.
func (s *Server) inTime(d model.Decision, now time.Time) error {
	until := d.DecidedAt.AddDate(0, 6, 0)
	if s.opts.Pack != nil {
		until = s.opts.Pack.ObjectUntil(d.DecidedAt)
	}
	if now.After(until) {
		return refuse(http.StatusUnprocessableEntity, invalid, "The time for objecting to the decision %s ended on %s.", d.ID, until.Format(time.DateOnly))
	}
	return nil
}

func (t *tx) fileAppeal(s *Server, in newAppeal) (model.Appeal, error) {
	var none model.Appeal
	row, err := t.decisionByKey(in.DecisionID)
	if errors.Is(err, errNoObject) {
		return none, refuse(http.StatusNotFound, notFound, "There is no decision %s.", in.DecisionID)
	}
	if err != nil {
		return none, err
	}
	if row.Reversed != "" {
		return none, refuse(http.StatusUnprocessableEntity, invalid, "The decision %s was reversed already.", row.Key)
	}
	var first model.Receipt
	if err := json.Unmarshal([]byte(row.Receipt), &first); err != nil {
		return none, fmt.Errorf("reading decision %s: %w", row.Key, err)
	}
	if len(first.Decision.Sanctions) == 0 {
		return none, refuse(http.StatusUnprocessableEntity, invalid, "The decision %s sanctions nothing that could be objected to.", row.Key)
	}
	if err := s.inTime(first.Decision, t.now); err != nil {
		return none, err
	}
	c, err := load[model.Case](t.ctx, t, model.ChangeCase, row.CaseID)
	if errors.Is(err, errNoObject) {
		return none, refuse(http.StatusNotFound, notFound, "There is no case %s.", row.CaseID)
	}
	if err != nil {
		return none, err
	}
	if c.State, err = cases.Next(c.State, cases.Event{Kind: cases.Appealed}); err != nil {
		return none, refuse(http.StatusUnprocessableEntity, invalid, "%s", err)
	}
	if c.State == model.CaseProposed {
		// Where the case goes back to if the proposal comes to nothing.
		if _, err := t.ExecContext(t.ctx, "UPDATE proposals SET back = ? WHERE case_id = ? AND open = 1", model.CaseAppealed, c.ID); err != nil {
			return none, fmt.Errorf("noting the appeal on %s: %w", c.ID, err)
		}
	}
	c.Version++
	if err := t.put(model.ChangeCase, c.ID, c.Version, c); err != nil {
		return none, err
	}
	var files []model.Attachment
	for _, f := range in.Files {
		kept, err := t.keepFile(s, f.Name, f.Data)
		if err != nil {
			return none, err
		}
		files = append(files, kept)
	}
	out := model.Appeal{
		ID: in.ID, Version: 1, CaseID: row.CaseID, DecisionID: row.Key, ExpertID: row.ExpertID,
		Text: in.Text, Files: files, At: t.now,
	}
	return out, t.put(model.ChangeAppeal, out.ID, out.Version, out)
}

func (s *Server) erase(w http.ResponseWriter, r *http.Request, _ *holder) {
	err := s.EraseExpert(r.Context(), r.PathValue("id"))
	if errors.Is(err, model.ErrNotFound) {
		err = refuse(http.StatusNotFound, notFound, "The platform has no such expert.")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// EraseExpert takes an expert away with all that is theirs, each thing leaving
// a tombstone, and the photos that nobody else shows. The decisions about them
// stay, with the evidence copied into them: they are the record of what the
// platform did. An unknown expert gives model.ErrNotFound.
func (s *Server) EraseExpert(ctx context.Context, id string) error {
	var photos, files []string
	err := s.write(ctx, func(t *tx) error {
		if _, err := load[model.Expert](ctx, t, model.ChangeExpert, id); errors.Is(err, errNoObject) {
			return model.ErrNotFound
		} else if err != nil {
			return err
		}
		p, err := load[model.Profile](ctx, t, model.ChangeProfile, id)
		if err != nil && !errors.Is(err, errNoObject) {
			return err
		}
		photos, err = t.photosOf(id, p.PhotoID)
		if err != nil {
			return err
		}
		if err := t.SelectContext(ctx, &files, `SELECT DISTINCT json_extract(f.value, '$.id') FROM objects, json_each(objects.data, '$.files') f
			WHERE kind = 'appeal' AND deleted = 0 AND expert = ?`, id); err != nil {
			return fmt.Errorf("reading the files of their appeals: %w", err)
		}
		var theirs []object
		if err := t.SelectContext(ctx, &theirs, `SELECT * FROM objects WHERE deleted = 0 AND kind <> 'decision' AND (expert = ?1
			OR (kind = 'message' AND ref IN (SELECT id FROM objects WHERE kind = 'session' AND expert = ?1)))
			ORDER BY kind = 'expert', seq`, id); err != nil {
			return fmt.Errorf("reading what is theirs: %w", err)
		}
		for _, o := range theirs {
			if err := t.bury(o); err != nil {
				return err
			}
			if o.Kind == model.ChangeCase {
				if _, err := t.ExecContext(ctx, "UPDATE leases SET expires = 0 WHERE case_id = ?", o.ID); err != nil {
					return err
				}
			}
		}
		if _, err := t.ExecContext(ctx, "UPDATE proposals SET open = 0 WHERE expert_id = ?", id); err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, "DELETE FROM base_states WHERE expert_id = ?", id)
		return err
	})
	if err != nil {
		return fmt.Errorf("erasing expert %s: %w", id, err)
	}
	return errors.Join(s.dropPhotos(ctx, photos), s.dropFiles(ctx, files))
}

// photosOf are the photos that an expert shows, or showed until a decision
// removed them.
func (t *tx) photosOf(expertID, shown string) ([]string, error) {
	var removed []string
	if err := t.SelectContext(t.ctx, &removed, `SELECT json_extract(undo, '$.photo') FROM decisions
		WHERE expert_id = ? AND json_extract(undo, '$.photo') IS NOT NULL`, expertID); err != nil {
		return nil, fmt.Errorf("reading their removed photos: %w", err)
	}
	if shown != "" {
		removed = append(removed, shown)
	}
	return removed, nil
}
