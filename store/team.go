package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

type teamRow struct {
	ID        string `db:"id"`
	Place     int64  `db:"place"`
	Body      string `db:"body"`
	State     string `db:"state"`
	Attempts  int    `db:"attempts"`
	LastError string `db:"last_error"`
}

const teamColumns = `id, place, body, state, attempts, last_error`

func (r teamRow) event() (model.TeamEvent, error) {
	var e model.TeamEvent
	if err := json.Unmarshal([]byte(r.Body), &e); err != nil {
		return e, fmt.Errorf("reading team event %s: %w", r.ID, err)
	}
	e.Place = r.Place
	return e, nil
}

func (r teamRow) entry() (model.TeamEntry, error) {
	e, err := r.event()
	return model.TeamEntry{Event: e, State: model.TeamState(r.State), Attempts: r.Attempts, LastError: r.LastError}, err
}

// applyTeam takes an event from the feed in: a colleague's, or one made here
// that the platform has taken.
func applyTeam(a *applier, c model.Change) (bool, error) {
	e, err := decode(c, func(e model.TeamEvent) string { return e.ID })
	if err == nil {
		err = need(e.ExpertID, e.By)
	}
	if err == nil && e.Place < 1 {
		err = bad("an event of the feed has a place")
	}
	if err == nil {
		if why := e.Wrong(); why != "" {
			err = bad("%s", why)
		}
	}
	if err != nil {
		return false, err
	}
	body, err := text(e)
	if err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO team_events (id, version, epoch, place, kind, case_id, expert_id, author, at, ref, body, state)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'taken')
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, place = excluded.place, kind = excluded.kind,
			case_id = excluded.case_id, expert_id = excluded.expert_id, author = excluded.author, at = excluded.at, ref = excluded.ref,
			body = excluded.body, state = 'taken', last_error = ''
		WHERE excluded.version > team_events.version OR team_events.epoch < ?`,
		c.ID, c.Version, a.sync.Epoch, e.Place, e.Kind, e.CaseID, e.ExpertID, e.By, us(e.At), e.Ref, body)
	if err != nil || !applied {
		return false, err
	}
	return true, a.handle(e.CaseID, "")
}

func goneTeam(a *applier, id string) error {
	var caseID string
	if _, err := a.get(&caseID, `SELECT case_id FROM team_events WHERE id = ?`, id); err != nil {
		return err
	}
	return a.handle(caseID, id)
}

// keepTeam keeps what was made here and has not been sent, when an older
// version of it is said to be gone.
func keepTeam(a *applier, id string) (bool, error) {
	var unsent bool
	_, err := a.get(&unsent, `SELECT EXISTS (SELECT 1 FROM team_events WHERE id = ? AND state IN ('queued', 'local'))`, id)
	return unsent, err
}

// handle writes anew what a case's events come to, leaving one out.
func (t *tx) handle(caseID, without string) error {
	if caseID == "" {
		return nil
	}
	var rows []teamRow
	// What is not yet taken comes behind what is: that is where it will stand.
	err := t.list(&rows, `SELECT `+teamColumns+` FROM team_events WHERE case_id = ? AND id <> ? AND state <> 'refused'
		ORDER BY place = 0, place, seq`, caseID, without)
	if err != nil {
		return err
	}
	var h model.Handling
	for _, r := range rows {
		e, err := r.event()
		if err != nil {
			return err
		}
		// One that cannot happen any more waits for the platform's word.
		if next, err := h.After(e); err == nil {
			h = next
		}
	}
	for _, q := range []string{`DELETE FROM handling WHERE case_id = ?`, `DELETE FROM skips WHERE case_id = ?`} {
		if _, err := t.exec(q, caseID); err != nil {
			return err
		}
	}
	if h.Empty() {
		return nil
	}
	body, err := text(h)
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO handling (case_id, hold_by, hold_until, handed_to, help, body) VALUES (?, ?, ?, ?, ?, ?)`,
		caseID, h.HoldBy, us(h.HoldUntil), h.HandedTo, h.HelpBy != "", body); err != nil {
		return err
	}
	for who, when := range h.SkippedAt {
		if _, err := t.exec(`INSERT INTO skips (who, case_id, at) VALUES (?, ?, ?)`, who, caseID, us(when)); err != nil {
			return err
		}
	}
	return nil
}

func handlingOf(ctx context.Context, from getter, caseID string) (model.Handling, error) {
	var body string
	var h model.Handling
	err := from.GetContext(ctx, &body, `SELECT body FROM handling WHERE case_id = ?`, caseID)
	if isNone(err) {
		return h, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(body), &h)
	}
	return h, err
}

// Handling tells what the team events of a case come to.
func (s *Store) Handling(ctx context.Context, caseID string) (model.Handling, error) {
	h, err := handlingOf(ctx, s.reader, caseID)
	return h, failed(ctx, "reading how case "+caseID+" is handled", err)
}

// AddTeamEvent keeps an event made here, with what it comes to and its audit
// row, and queues it for the platform. A case that is not there gives
// model.ErrNotFound; an event that cannot happen now, *model.HandlingError.
func (s *Store) AddTeamEvent(ctx context.Context, e model.TeamEvent) error {
	doing := "keeping a " + string(e.Kind) + " on case " + e.CaseID
	if e.ID == "" {
		return errors.New(doing + ": it needs an ID")
	}
	return s.write(ctx, doing, func(t *tx) error {
		if e.CaseID != "" {
			row, err := caseByID(t.ctx, t, e.CaseID)
			if err != nil {
				return err
			}
			if row.ExpertID != e.ExpertID {
				return errors.New("the case is another expert's")
			}
		} else if _, err := expertByID(t.ctx, t, e.ExpertID); err != nil {
			return err
		}
		h, err := handlingOf(t.ctx, t, e.CaseID)
		if err != nil {
			return err
		}
		if _, err := h.After(e); err != nil {
			return err
		}
		e.Place = 0
		body, err := text(e)
		if err != nil {
			return err
		}
		_, err = t.exec(`INSERT INTO team_events (id, version, epoch, place, kind, case_id, expert_id, author, at, ref, body, state)
			VALUES (?, 0, (SELECT epoch FROM sync), 0, ?, ?, ?, ?, ?, ?, ?, 'queued')`,
			e.ID, e.Kind, e.CaseID, e.ExpertID, e.By, us(e.At), e.Ref, body)
		if err != nil {
			return err
		}
		if err := t.handle(e.CaseID, ""); err != nil {
			return err
		}
		return t.audit(e.At, e.By, string(e.Kind), "team:"+e.ID, teamDetail(e))
	})
}

// teamDetail is what the audit log says of an event: the words stay in the
// event, which can be erased; the digest ties the log to them.
func teamDetail(e model.TeamEvent) any {
	detail := map[string]any{"expert": e.ExpertID}
	put := func(key, value string) {
		if value != "" {
			detail[key] = value
		}
	}
	put("case", e.CaseID)
	put("to", e.To)
	put("ref", e.Ref)
	if !e.Until.IsZero() {
		detail["until"] = e.Until
	}
	if e.Review != nil {
		detail["review"] = e.Review
	}
	if e.Text != "" {
		sum := sha256.Sum256([]byte(e.Text))
		detail["sha256"] = hex.EncodeToString(sum[:])
	}
	return detail
}

// NextTeamEvent is the oldest event that waits to be sent and whose time has
// come, or model.ErrNotFound. Events of one case are sent in their order: one
// that waits holds back those behind it.
func (s *Store) NextTeamEvent(ctx context.Context, now time.Time) (model.TeamEntry, error) {
	var row teamRow
	err := s.reader.GetContext(ctx, &row, `SELECT `+teamColumns+` FROM team_events e WHERE state = 'queued' AND not_before <= ?
		AND NOT EXISTS (SELECT 1 FROM team_events b WHERE b.state = 'queued' AND b.seq < e.seq AND b.case_id = e.case_id AND b.not_before > ?)
		ORDER BY seq LIMIT 1`, us(now), us(now))
	if err != nil {
		return model.TeamEntry{}, failed(ctx, "reading what to send next", err)
	}
	e, err := row.entry()
	return e, failed(ctx, "reading what to send next", err)
}

// SettleTeamEvent says what became of a queued event: taken at a place, put
// off until notBefore, refused, or left here for good. Another state than
// queued now gives model.ErrStale.
func (s *Store) SettleTeamEvent(ctx context.Context, id string, to model.TeamState, place int64, notBefore time.Time, lastError string) error {
	return s.write(ctx, "keeping what became of team event "+id, func(t *tx) error {
		var row struct {
			State  string `db:"state"`
			CaseID string `db:"case_id"`
			Author string `db:"author"`
		}
		found, err := t.get(&row, `SELECT state, case_id, author FROM team_events WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if !found {
			return model.ErrNotFound
		}
		if row.State != string(model.TeamQueued) {
			return model.ErrStale
		}
		// Version 1: it came to be the platform's, and the feed will bring the same.
		version := 0
		if to == model.TeamTaken {
			version = 1
		}
		if _, err := t.exec(`UPDATE team_events SET state = ?, place = ?, version = ?, attempts = attempts + 1, not_before = ?, last_error = ? WHERE id = ?`,
			to, place, version, us(notBefore), lastError, id); err != nil {
			return err
		}
		if to == model.TeamQueued {
			return nil
		}
		if err := t.handle(row.CaseID, ""); err != nil {
			return err
		}
		if to == model.TeamRefused {
			return t.audit(s.now(), row.Author, "refused", "team:"+id, map[string]any{"case": row.CaseID, "why": lastError})
		}
		return nil
	})
}

// UnsentTeamEvents counts the events that wait, and those that were refused,
// of one case, or of all with an empty ID.
func (s *Store) UnsentTeamEvents(ctx context.Context, caseID string) ([]model.TeamEntry, error) {
	const doing = "reading what colleagues were not told"
	var rows []teamRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+teamColumns+` FROM team_events WHERE state IN ('queued', 'refused', 'local') AND version = 0
		AND (? = '' OR case_id = ?) ORDER BY seq DESC LIMIT 500`, caseID, caseID)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, teamRow.entry)
}

// TeamEventsOf gives a case's events as they count, oldest first.
func (s *Store) TeamEventsOf(ctx context.Context, caseID string) ([]model.TeamEvent, error) {
	doing := "reading the team events of case " + caseID
	var rows []teamRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+teamColumns+` FROM team_events WHERE case_id = ? AND state <> 'refused' ORDER BY place = 0, place, seq`, caseID)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, teamRow.event)
}

// notesWhere gives notes with who pinned them; pinned ones first, then by time.
func notesWhere(ctx context.Context, from getter, where string, args ...any) ([]model.Note, error) {
	var rows []struct {
		teamRow
		Pin *string `db:"pin"`
	}
	err := from.SelectContext(ctx, &rows, `SELECT e.id, e.place, e.body, e.state, e.attempts, e.last_error,
			(SELECT iif(p.kind = 'pin', p.author, '') FROM team_events p WHERE p.kind IN ('pin', 'unpin') AND p.ref = e.id AND p.state <> 'refused'
				ORDER BY p.place = 0 DESC, p.place DESC, p.seq DESC LIMIT 1) AS pin
		FROM team_events e WHERE e.kind = 'note' AND `+where+` ORDER BY e.at, e.seq`, args...)
	if err != nil {
		return nil, err
	}
	out := make([]model.Note, 0, len(rows))
	for _, r := range rows {
		e, err := r.event()
		if err != nil {
			return nil, err
		}
		n := model.Note{ID: e.ID, CaseID: e.CaseID, ExpertID: e.ExpertID, Author: e.By, Text: e.Text, At: e.At, Problem: r.LastError}
		if r.State != string(model.TeamTaken) {
			n.Sent = r.State
		}
		if r.Pin != nil {
			n.PinnedBy = *r.Pin
		}
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b model.Note) int {
		return pinnedFirst(a.PinnedBy != "", b.PinnedBy != "")
	})
	return out, nil
}

func pinnedFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// NotesOf gives a case's notes: pinned ones first, then oldest first.
func (s *Store) NotesOf(ctx context.Context, caseID string) ([]model.Note, error) {
	list, err := notesWhere(ctx, s.reader, `e.case_id = ?`, caseID)
	return list, failed(ctx, "reading the notes of case "+caseID, err)
}

// NotesAbout gives the notes on an account and on all its cases.
func (s *Store) NotesAbout(ctx context.Context, expertID string) ([]model.Note, error) {
	list, err := notesWhere(ctx, s.reader, `e.expert_id = ?`, expertID)
	return list, failed(ctx, "reading the notes on "+expertID, err)
}

// LinkedNotes gives the notes on other accounts that share a device, the payout
// account, the phone, the mail address or the photo with an expert, or that a
// linkage finding names with them. named says why those are linked. Networks
// and street addresses are left out: whole offices share them.
func (s *Store) LinkedNotes(ctx context.Context, expertID string, named map[string][]string) ([]model.LinkedNote, error) {
	var out []model.LinkedNote
	err := s.readSlowly(ctx, "reading the notes on linked accounts", func(g getter) error {
		me, err := expertByID(ctx, g, expertID)
		if isNone(err) {
			me, err = model.Expert{ID: expertID}, nil
		}
		if err != nil {
			return err
		}
		devices, ids := words(me.Signals.Devices), make([]string, 0, len(named))
		for id := range named {
			ids = append(ids, id)
		}
		var rows []struct {
			ID         string `db:"id"`
			ScreenName string `db:"screen_name"`
			Cluster    string `db:"cluster"`
			Device     bool   `db:"device"`
			Payout     bool   `db:"payout"`
			Phone      bool   `db:"phone"`
			Mail       bool   `db:"mail"`
			Photo      bool   `db:"photo"`
		}
		err = g.SelectContext(ctx, &rows, `WITH noted AS MATERIALIZED (SELECT DISTINCT expert_id AS id FROM team_events WHERE kind = 'note' AND state <> 'refused' AND expert_id <> ?1)
			SELECT * FROM (SELECT e.id, e.screen_name, e.cluster,
				EXISTS (SELECT 1 FROM json_each(e.signals, '$.devices') a JOIN json_each(?2) b ON a.value = b.value) AS device,
				?3 <> '' AND ifnull(json_extract(e.signals, '$.payout'), '') = ?3 AS payout,
				?4 <> '' AND ifnull(json_extract(e.signals, '$.phone'), '') = ?4 AS phone,
				?5 <> '' AND lower(ifnull(json_extract(e.signals, '$.email'), '')) = ?5 AS mail,
				ifnull((SELECT p.photo_id <> '' AND p.photo_id = m.photo_id FROM profiles p, profiles m WHERE p.expert_id = e.id AND m.expert_id = ?1), 0) AS photo
			FROM noted JOIN experts e ON e.id = noted.id)
			WHERE device OR payout OR phone OR mail OR photo OR id IN (SELECT value FROM json_each(?6)) ORDER BY id LIMIT 100`,
			expertID, devices, me.Signals.Payout, me.Signals.Phone, strings.ToLower(me.Signals.Email), words(ids))
		if err != nil {
			return err
		}
		for _, r := range rows {
			var shared []string
			for _, x := range []struct {
				on   bool
				text string
			}{{r.Device, "the same device"}, {r.Payout, "the same payout account"}, {r.Phone, "the same phone"}, {r.Mail, "the same mail address"}, {r.Photo, "the same photo"}} {
				if x.on {
					shared = append(shared, x.text)
				}
			}
			for _, text := range named[r.ID] {
				if !slices.Contains(shared, text) {
					shared = append(shared, text)
				}
			}
			notes, err := notesWhere(ctx, g, `e.expert_id = ? AND e.state <> 'refused'`, r.ID)
			if err != nil {
				return err
			}
			for _, n := range notes {
				out = append(out, model.LinkedNote{Note: n, ScreenName: r.ScreenName, Cluster: r.Cluster, Shared: shared})
			}
		}
		return nil
	})
	return out, err
}
