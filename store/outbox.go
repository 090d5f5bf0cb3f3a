package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"mensch/app/model"
)

type outboxRow struct {
	Seq        int64  `db:"seq"`
	DecisionID string `db:"decision_id"`
	CaseID     string `db:"case_id"`
	Kind       string `db:"kind"`
	State      string `db:"state"`
	Back       string `db:"back"`
	NotBefore  int64  `db:"not_before"`
	Attempts   int    `db:"attempts"`
	LastError  string `db:"last_error"`
	Theirs     string `db:"theirs"`
	UpdatedAt  int64  `db:"updated_at"`
	Body       string `db:"body"`
}

const selectOutbox = `SELECT o.seq, o.decision_id, o.case_id, o.kind, o.state, o.back, o.not_before, o.attempts, o.last_error, o.theirs, o.updated_at, d.body
	FROM outbox o JOIN decisions d ON d.id = o.decision_id`

func (r outboxRow) entry() (model.OutboxEntry, error) {
	e := model.OutboxEntry{
		Kind: model.OutboxKind(r.Kind), State: model.OutboxState(r.State), Back: model.CaseState(r.Back), NotBefore: at(r.NotBefore), Attempts: r.Attempts, LastError: r.LastError, UpdatedAt: at(r.UpdatedAt), Seq: r.Seq,
	}
	if err := json.Unmarshal([]byte(r.Body), &e.Decision); err != nil {
		return e, fmt.Errorf("reading decision %s: %w", r.DecisionID, err)
	}
	if r.Theirs != "" {
		e.Theirs = new(model.Decision)
		if err := json.Unmarshal([]byte(r.Theirs), e.Theirs); err != nil {
			return e, fmt.Errorf("reading what stands against decision %s: %w", r.DecisionID, err)
		}
	}
	return e, nil
}

func (t *tx) outboxRow(decisionID string) (outboxRow, error) {
	var row outboxRow
	found, err := t.get(&row, selectOutbox+` WHERE o.decision_id = ?`, decisionID)
	if err == nil && !found {
		err = model.ErrNotFound
	}
	return row, err
}

// NextOutbox is the oldest entry that is queued or unknown and whose time has
// come, or model.ErrNotFound.
func (s *Store) NextOutbox(ctx context.Context, now time.Time) (model.OutboxEntry, error) {
	return s.oneOutbox(ctx, "reading what to send next",
		` WHERE o.state IN ('queued', 'unknown') AND o.not_before <= ? ORDER BY o.seq LIMIT 1`, us(now))
}

// OutboxEntry gives the entry of one decision, or model.ErrNotFound.
func (s *Store) OutboxEntry(ctx context.Context, decisionID string) (model.OutboxEntry, error) {
	return s.oneOutbox(ctx, "reading the outbox", ` WHERE o.decision_id = ?`, decisionID)
}

func (s *Store) oneOutbox(ctx context.Context, doing, where string, args ...any) (model.OutboxEntry, error) {
	var row outboxRow
	if err := s.reader.GetContext(ctx, &row, selectOutbox+where, args...); err != nil {
		return model.OutboxEntry{}, failed(ctx, doing, err)
	}
	entry, err := row.entry()
	return entry, failed(ctx, doing, err)
}

// Outbox pages all entries, newest first; afterSeq 0 starts.
func (s *Store) Outbox(ctx context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error) {
	if afterSeq <= 0 {
		afterSeq = math.MaxInt64
	}
	var rows []outboxRow
	err := s.reader.SelectContext(ctx, &rows, selectOutbox+` WHERE o.seq < ? ORDER BY o.seq DESC LIMIT ?`, afterSeq, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading the outbox", err)
	}
	return each(rows, outboxRow.entry)
}

// RecoverOutbox turns what a dead process left in sending into unknown.
func (s *Store) RecoverOutbox(ctx context.Context, now time.Time) (int, error) {
	var left int64
	err := s.write(ctx, "recovering the outbox", func(t *tx) (err error) {
		left, err = t.exec(`UPDATE outbox SET state = 'unknown', updated_at = ?1, not_before = ?1,
			last_error = 'The program ended while this was being sent; the platform will be asked whether it arrived.' WHERE state = 'sending'`, us(now))
		if err != nil {
			return err
		}
		answers, err := t.exec(`UPDATE answers SET state = 'unknown', updated_at = ?1, not_before = ?1,
			last_error = 'The program ended while this was being sent; the platform will be asked whether it arrived.' WHERE state = 'sending'`, us(now))
		left += answers
		return err
	})
	return int(left), err
}

// standingOf says what an outbox state makes of the decision.
var standingOf = map[model.OutboxState]string{
	model.OutboxQueued: pending, model.OutboxSending: pending, model.OutboxUnknown: pending,
	model.OutboxAcked: confirmed, model.OutboxConflict: disputed, model.OutboxRejected: void, model.OutboxUndone: void,
}

// eventOf is what an outbox state does to the case, for its history.
var eventOf = map[model.OutboxState]string{
	model.OutboxAcked: "ack", model.OutboxConflict: "collide", model.OutboxRejected: "reject", model.OutboxUndone: "keep-theirs",
}

// SettleOutbox moves an entry. With acked it also lands the receipt; with
// acked, rejected and undone the case is what the platform says again, unless
// the change's CaseState is one that only this side knows (waiting, conflict).
func (s *Store) SettleOutbox(ctx context.Context, change model.OutboxChange) error {
	doing := "moving decision " + change.DecisionID + " in the outbox"
	if err := settles(change); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return s.write(ctx, doing, func(t *tx) error { return t.settle(change) })
}

// DecideAgain drops a decision made here that lost and lands another in its
// place, both or neither: with the platform's state of the case under it, as
// Decide.
func (s *Store) DecideAgain(ctx context.Context, drop model.OutboxChange, d model.Decision, to model.CaseState, notBefore time.Time, statements ...model.StatementEntry) error {
	doing := "deciding case " + d.CaseID + " again"
	if err := settles(drop); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return s.write(ctx, doing, func(t *tx) error {
		shown, err := caseByID(t.ctx, t, d.CaseID)
		if err != nil {
			return err
		}
		if err := t.settle(drop); err != nil {
			return err
		}
		under, err := caseByID(t.ctx, t, d.CaseID)
		if err != nil {
			return err
		}
		if overlayOf(model.CaseState(under.State)) != "" {
			return model.ErrStale // another decision of here, or a proposal, is on the case
		}
		if err := t.decide(d, model.CaseState(under.State), to, notBefore, statements); err != nil {
			return err
		}
		if shown.State == string(model.CaseConflict) && to == model.CaseWaiting {
			t.because(d.CaseID, "keep-ours")
		}
		return nil
	})
}

// settles says what is wrong with a change of the outbox before anything is done.
func settles(change model.OutboxChange) error {
	if _, known := standingOf[change.To]; !known {
		return fmt.Errorf("there is no state %q", change.To)
	}
	if change.To == model.OutboxAcked && change.Receipt == nil && change.Approval == nil {
		return errors.New("an acknowledged decision needs its receipt")
	}
	return nil
}

func (t *tx) settle(change model.OutboxChange) error {
	entry, err := t.outboxRow(change.DecisionID)
	if err != nil {
		return err
	}
	if entry.State != string(change.From) {
		return model.ErrStale
	}
	if err := t.moveOutbox(entry, change); err != nil {
		return err
	}
	standing := standingOf[change.To]
	switch {
	case entry.Kind == string(model.OutboxPropose) && change.To == model.OutboxAcked && change.Approval == nil,
		entry.Kind != string(model.OutboxPropose) && change.To == model.OutboxAcked && change.Receipt == nil:
		return errors.New("the platform's word is about something else")
	case entry.Kind == string(model.OutboxPropose) && (standing == pending || standing == confirmed):
		standing = proposed
		if change.Approval != nil && cameToNothing(*change.Approval) {
			standing = void
		}
	}
	if event := eventOf[change.To]; event != "" {
		t.because(entry.CaseID, event)
	}
	switch {
	case change.To == model.OutboxUndone && change.From == model.OutboxConflict:
		t.becauseOf(change.DecisionID, "lose")
	case change.To == model.OutboxRejected, change.To == model.OutboxUndone:
		t.becauseOf(change.DecisionID, "undo")
	}
	if change.To == model.OutboxAcked && change.Approval != nil {
		if err := t.landApproval(entry, *change.Approval); err != nil {
			return err
		}
	} else if change.To == model.OutboxAcked {
		if err := t.landReceipt(entry, change); err != nil {
			return err
		}
	} else if err := t.settleCase(entry, change); err != nil {
		return err
	}
	if change.Case != nil {
		if err := t.takeCase(entry, *change.Case); err != nil {
			return err
		}
	}
	if err := t.stand(change.DecisionID, standing); err != nil {
		return err
	}
	switch standing {
	case confirmed:
		err = t.moveStatements(change.DecisionID, model.StatementQueued, change.At)
	case void:
		err = t.moveStatements(change.DecisionID, model.StatementDropped, change.At)
	case pending, proposed, disputed:
		err = t.moveStatements(change.DecisionID, model.StatementHeld, change.At)
	}
	if err != nil {
		return err
	}
	return t.auditSettled(entry, change)
}

func (t *tx) moveOutbox(entry outboxRow, change model.OutboxChange) error {
	theirs := entry.Theirs
	if change.Theirs != nil {
		var err error
		if theirs, err = text(change.Theirs); err != nil {
			return err
		}
	}
	notBefore := entry.NotBefore
	if !change.NotBefore.IsZero() {
		notBefore = us(change.NotBefore)
	}
	attempts := entry.Attempts
	if change.Attempt {
		attempts++
	}
	_, err := t.exec(`UPDATE outbox SET state = ?, not_before = ?, attempts = ?, last_error = ?, theirs = ?, updated_at = ? WHERE seq = ?`,
		change.To, notBefore, attempts, change.LastError, theirs, us(change.At), entry.Seq)
	return err
}

// landReceipt makes the decision one that the platform confirmed. If the feed
// brought the same receipt or the case's newer version first, those stand.
func (t *tx) landReceipt(entry outboxRow, change model.OutboxChange) error {
	r := change.Receipt
	if r.Key != "" && r.Key != change.DecisionID {
		return fmt.Errorf("the receipt is for decision %s", r.Key)
	}
	_, err := t.exec(`UPDATE decisions SET case_version = ?, received_at = ? WHERE id = ? AND version = 0`, r.CaseVersion, us(r.ReceivedAt), change.DecisionID)
	if err != nil {
		return err
	}
	state := change.CaseState
	if !platformStates[state] {
		state = model.CaseDecided
	}
	_, err = t.exec(`UPDATE cases SET platform_state = ?1, version = ?2 WHERE id = ?3 AND version < ?2`, state, r.CaseVersion, entry.CaseID)
	if err != nil {
		return err
	}
	// A decision ends the lease that it was made under.
	_, err = t.exec(`UPDATE cases SET lease_holder = '', lease_expires = 0, lease_ours = 0 WHERE id = ? AND lease_ours = 1`, entry.CaseID)
	if err != nil {
		return err
	}
	return t.overlay(entry.CaseID, change.DecisionID, "")
}

// takeCase takes in the case as the platform answered it, if that is newer than
// what the feed has brought.
func (t *tx) takeCase(entry outboxRow, c model.Case) error {
	if c.ID != entry.CaseID || !platformStates[c.State] {
		return nil // an answer about something else is no reason to fail
	}
	_, err := t.exec(`UPDATE cases SET platform_state = ?1, version = ?2 WHERE id = ?3 AND version < ?2`, c.State, c.Version, entry.CaseID)
	return err
}

// settleCase shows the case as an entry that is not acknowledged leaves it.
func (t *tx) settleCase(entry outboxRow, change model.OutboxChange) error {
	live := change.To == model.OutboxQueued || change.To == model.OutboxSending || change.To == model.OutboxUnknown
	again := live && (change.From == model.OutboxRejected || change.From == model.OutboxConflict)
	if again {
		var newest string
		if _, err := t.get(&newest, `SELECT last_decision FROM cases WHERE id = ?`, entry.CaseID); err != nil {
			return err
		}
		if newest != change.DecisionID {
			return model.ErrStale // the case was decided anew since
		}
	}
	overlay := overlayOf(change.CaseState)
	switch {
	case overlay == "" && live && !again:
		return nil // goes on as it was
	case overlay == "" && again && entry.Kind == string(model.OutboxPropose):
		overlay = string(model.CaseProposed)
	case overlay == "" && again:
		overlay = string(model.CaseWaiting)
	case overlay == "" && change.To == model.OutboxConflict:
		overlay = string(model.CaseConflict)
	}
	if err := t.overlay(entry.CaseID, change.DecisionID, overlay); err != nil || change.To != model.OutboxUndone {
		return err
	}
	if change.CaseState == model.CaseDecided && entry.Theirs != "" {
		// Theirs is kept, and the feed may not have brought it yet.
		if _, err := t.exec(`UPDATE cases SET platform_state = 'decided' WHERE id = ? AND platform_state = 'open'`, entry.CaseID); err != nil {
			return err
		}
	}
	return t.forget(entry.CaseID, change.DecisionID)
}

// auditSettled logs how a decision ended, and what a person made of that; the
// tries between are in the outbox.
func (t *tx) auditSettled(entry outboxRow, change model.OutboxChange) error {
	switch {
	case change.To == model.OutboxAcked, change.To == model.OutboxConflict, change.To == model.OutboxRejected, change.To == model.OutboxUndone:
	case change.From == model.OutboxConflict, change.From == model.OutboxRejected:
	default:
		return nil
	}
	detail := map[string]any{"case": entry.CaseID, "from": change.From, "to": change.To}
	if change.LastError != "" {
		detail["why"] = change.LastError
	}
	if change.Receipt != nil {
		detail["case_version"] = change.Receipt.CaseVersion
		detail["received_at"] = change.Receipt.ReceivedAt
	}
	if change.Approval != nil {
		detail["proposed_until"] = change.Approval.Expires
	}
	if change.Theirs != nil {
		detail["theirs"] = change.Theirs.ID
	}
	var d model.Decision
	if err := json.Unmarshal([]byte(entry.Body), &d); err != nil {
		return err
	}
	return t.audit(change.At, d.Moderator, "outbox", "decision:"+change.DecisionID, detail)
}
