package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mensch/app/model"
)

type decisionRow struct {
	ID          string `db:"id"`
	Body        string `db:"body"`
	Standing    string `db:"standing"`
	CaseVersion int64  `db:"case_version"`
	ReceivedAt  int64  `db:"received_at"`
}

func (r decisionRow) receipt() (model.Receipt, error) {
	out := model.Receipt{Key: r.ID, CaseVersion: r.CaseVersion, ReceivedAt: at(r.ReceivedAt)}
	if err := json.Unmarshal([]byte(r.Body), &out.Decision); err != nil {
		return out, fmt.Errorf("reading decision %s: %w", r.ID, err)
	}
	return out, nil
}

// applyDecision takes a receipt from the feed in: one of a colleague's
// decision, or of one made here. How far the outbox has come with the latter is
// the push's to find out.
func applyDecision(a *applier, c model.Change) (bool, error) {
	r, err := decode(c, func(r model.Receipt) string { return r.Key })
	d := r.Decision
	if d.ID == "" {
		d.ID = r.Key
	}
	if err == nil && d.ID != c.ID {
		err = bad("the decision is %q", d.ID)
	}
	if err == nil {
		err = need(d.ExpertID, d.CaseID)
	}
	if err != nil {
		return false, err
	}
	if len(d.Evidence) == 0 {
		// The platform need not repeat what was sent to it.
		var ours string
		made, err := a.get(&ours, `SELECT d.body FROM decisions d JOIN outbox o ON o.decision_id = d.id WHERE d.id = ?`, c.ID)
		if err != nil {
			return false, err
		}
		var here model.Decision
		if made {
			if err := json.Unmarshal([]byte(ours), &here); err != nil {
				return false, err
			}
			d.Evidence = here.Evidence
		}
	}
	body, err := text(d)
	if err != nil {
		return false, err
	}
	applied, err := a.upsert(`INSERT INTO decisions (id, version, epoch, case_id, expert_id, outcome, reverses, decided_at, body, standing, case_version, received_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'confirmed', ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, case_id = excluded.case_id, expert_id = excluded.expert_id,
			outcome = excluded.outcome, reverses = excluded.reverses, decided_at = excluded.decided_at, body = excluded.body, standing = excluded.standing,
			case_version = excluded.case_version, received_at = excluded.received_at
		WHERE excluded.version > decisions.version OR decisions.epoch < ?`,
		c.ID, c.Version, a.sync.Epoch, d.CaseID, d.ExpertID, d.Outcome, d.Reverses, us(d.DecidedAt), body, r.CaseVersion, us(r.ReceivedAt))
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkCase, d.ExpertID)
	if err := a.moveStatements(c.ID, model.StatementQueued, a.store.now()); err != nil {
		return false, err
	}
	return true, a.keepStrikes(d)
}

// keepDecision keeps what was decided here, whatever the platform forgets.
func keepDecision(a *applier, id string) (bool, error) {
	var ours bool
	_, err := a.get(&ours, `SELECT EXISTS (SELECT 1 FROM outbox WHERE decision_id = ?)`, id)
	if err != nil || !ours {
		return false, err
	}
	_, err = a.exec(`UPDATE decisions SET epoch = ? WHERE id = ?`, a.sync.Epoch, id)
	return true, err
}

func goneDecision(a *applier, id string) error {
	var expert string
	_, err := a.get(&expert, `SELECT expert_id FROM decisions WHERE id = ?`, id)
	a.owe(model.WorkCase, expert)
	return err
}

// DecisionsOf gives the decisions on an expert, newest first: the platform's,
// and those made here that it has not confirmed, with a zero ReceivedAt.
// Undone, refused and merely proposed ones are not among them.
func (s *Store) DecisionsOf(ctx context.Context, expertID string) ([]model.Receipt, error) {
	const doing = "reading the decisions on an expert"
	var rows []decisionRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, body, standing, case_version, received_at FROM decisions
		WHERE expert_id = ? AND standing NOT IN ('void', 'proposed') ORDER BY decided_at DESC, id DESC`, expertID)
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, decisionRow.receipt)
}

// Decision gives a decision wherever it stands, or model.ErrNotFound. One that
// the platform has not confirmed has a zero ReceivedAt.
func (s *Store) Decision(ctx context.Context, id string) (model.Receipt, error) {
	doing := "reading decision " + id
	var row decisionRow
	if err := s.reader.GetContext(ctx, &row, `SELECT id, body, standing, case_version, received_at FROM decisions WHERE id = ?`, id); err != nil {
		return model.Receipt{}, failed(ctx, doing, err)
	}
	r, err := row.receipt()
	return r, failed(ctx, doing, err)
}

// Decide lands a decision in the outbox, with its local effect, its statements
// of reasons and its audit row, in one transaction. One whose case becomes
// proposed is sent as a proposal: it takes effect when the platform says so.
func (s *Store) Decide(ctx context.Context, d model.Decision, from, to model.CaseState, notBefore time.Time, statements ...model.StatementEntry) error {
	return s.write(ctx, "deciding case "+d.CaseID, func(t *tx) error { return t.decide(d, from, to, notBefore, statements) })
}

func (t *tx) decide(d model.Decision, from, to model.CaseState, notBefore time.Time, statements []model.StatementEntry) error {
	kind, standing, action, event := model.OutboxDecide, pending, "decide", "confirm"
	switch {
	case to == model.CaseProposed:
		kind, standing, action, event = model.OutboxPropose, proposed, "propose", "propose"
	case from == model.CaseConflict:
		event = "keep-ours"
	}
	if d.ID == "" || d.CaseID == "" || d.ExpertID == "" {
		return errors.New("a decision needs an ID, a case and an expert")
	}
	body, err := text(d)
	if err != nil {
		return err
	}
	row, err := caseByID(t.ctx, t, d.CaseID)
	if err != nil {
		return err
	}
	if row.ExpertID != d.ExpertID {
		return errors.New("the case is another expert's")
	}
	if row.Version != d.CaseVersion || row.State != string(from) {
		return model.ErrStale
	}
	n, err := t.exec(`INSERT INTO decisions (id, version, epoch, case_id, expert_id, outcome, reverses, decided_at, body, standing, case_version, received_at)
		VALUES (?, 0, (SELECT epoch FROM sync), ?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO NOTHING`,
		d.ID, d.CaseID, d.ExpertID, d.Outcome, d.Reverses, us(d.DecidedAt), body, standing, never)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("decision %s was made before: %w", d.ID, model.ErrStale)
	}
	if err := t.keepStrikes(d); err != nil {
		return err
	}
	if err := t.holdStatements(d.ID, statements, d.DecidedAt); err != nil {
		return err
	}
	t.because(d.CaseID, event)
	_, err = t.exec(`INSERT INTO outbox (decision_id, case_id, kind, state, back, not_before, attempts, last_error, theirs, updated_at) VALUES (?, ?, ?, 'queued', ?, ?, 0, '', '', ?)`,
		d.ID, d.CaseID, kind, from, us(notBefore), us(d.DecidedAt))
	if err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE cases SET overlay = ?, last_decision = ? WHERE id = ?`, to, d.ID, d.CaseID); err != nil {
		return err
	}
	if err := t.queue(model.WorkCase, d.ExpertID); err != nil {
		return err
	}
	return t.audit(d.DecidedAt, d.Moderator, action, "decision:"+d.ID, decideDetail(d, body, from, to))
}

// decideDetail is what the audit log says of a decision. The texts stay in the
// decision, which can be erased; the digest ties the log to them.
func decideDetail(d model.Decision, body string, from, to model.CaseState) any {
	type sanction struct {
		Guideline string     `json:"guideline"`
		Step      model.Step `json:"step"`
		Strikes   int        `json:"strikes,omitempty"`
	}
	sum := sha256.Sum256([]byte(body))
	detail := struct {
		Case      string          `json:"case"`
		Version   int64           `json:"case_version"`
		Expert    string          `json:"expert"`
		Outcome   model.Outcome   `json:"outcome"`
		Sanctions []sanction      `json:"sanctions,omitempty"`
		Evidence  int             `json:"evidence"`
		Reverses  string          `json:"reverses,omitempty"`
		From      model.CaseState `json:"from"`
		To        model.CaseState `json:"to"`
		Digest    string          `json:"sha256"` // of the decision's JSON as it went into the outbox
	}{
		Case: d.CaseID, Version: d.CaseVersion, Expert: d.ExpertID, Outcome: d.Outcome, Evidence: len(d.Evidence), Reverses: d.Reverses,
		From: from, To: to, Digest: hex.EncodeToString(sum[:]),
	}
	for _, s := range d.Sanctions {
		detail.Sanctions = append(detail.Sanctions, sanction{s.Guideline, s.Step, s.Strikes})
	}
	return detail
}

// Undo takes a decision back that is not on its way, with all its local
// effects. The case is then in the state to, or in the platform's if that has
// moved on meanwhile.
func (s *Store) Undo(ctx context.Context, decisionID string, to model.CaseState, by string, when time.Time) error {
	return s.write(ctx, "undoing decision "+decisionID, func(t *tx) error {
		entry, err := t.outboxRow(decisionID)
		if err != nil {
			return err
		}
		if entry.State != string(model.OutboxQueued) {
			// An entry comes back to queued only when it surely did not arrive.
			return model.ErrStale
		}
		if _, err := t.exec(`UPDATE outbox SET state = 'undone', updated_at = ? WHERE decision_id = ?`, us(when), decisionID); err != nil {
			return err
		}
		if err := t.stand(decisionID, void); err != nil {
			return err
		}
		if err := t.moveStatements(decisionID, model.StatementDropped, when); err != nil {
			return err
		}
		t.because(entry.CaseID, "undo")
		t.becauseOf(decisionID, "undo")
		if entry.Kind == string(model.OutboxPropose) {
			t.because(entry.CaseID, "refuse")
		}
		if err := t.overlay(entry.CaseID, decisionID, overlayOf(to)); err != nil {
			return err
		}
		if err := t.forget(entry.CaseID, decisionID); err != nil {
			return err
		}
		return t.audit(when, by, "undo", "decision:"+decisionID, map[string]any{"case": entry.CaseID, "to": to})
	})
}

// stand notes where a decision made here stands, unless the platform has
// confirmed it, and queues its expert's case.
func (t *tx) stand(decisionID, standing string) error {
	if _, err := t.exec(`UPDATE decisions SET standing = ? WHERE id = ? AND version = 0`, standing, decisionID); err != nil {
		return err
	}
	var expert string
	found, err := t.get(&expert, `SELECT expert_id FROM decisions WHERE id = ?`, decisionID)
	if err != nil || !found {
		return err // a colleague's proposal has no decision here
	}
	return t.queue(model.WorkCase, expert)
}

// overlayOf is the overlay that shows a case in a state: none where the state
// is the platform's to say.
func overlayOf(state model.CaseState) string {
	switch state {
	case model.CaseWaiting, model.CaseConflict, model.CaseProposed:
		return string(state)
	}
	return ""
}

// overlay lays a state over the platform's, or takes it away, if the decision is
// the newest on the case: an older one has no more say.
func (t *tx) overlay(caseID, decisionID, overlay string) error {
	_, err := t.exec(`UPDATE cases SET overlay = ? WHERE id = ? AND last_decision = ?`, overlay, caseID, decisionID)
	return err
}

// forget takes a decision that is over off its case.
func (t *tx) forget(caseID, decisionID string) error {
	_, err := t.exec(`UPDATE cases SET last_decision = '' WHERE id = ? AND last_decision = ?`, caseID, decisionID)
	return err
}
