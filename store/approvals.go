package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"mensch/app/model"
)

type approvalRow struct {
	ID   string `db:"id"`
	Body string `db:"body"`
}

func (r approvalRow) approval() (model.Approval, error) {
	var a model.Approval
	if err := json.Unmarshal([]byte(r.Body), &a); err != nil {
		return a, fmt.Errorf("reading proposal %s: %w", r.ID, err)
	}
	return a, nil
}

func applyApproval(a *applier, c model.Change) (bool, error) {
	v, err := decode(c, func(v model.Approval) string { return v.ID })
	if err == nil {
		err = need(v.ExpertID, v.CaseID, v.Proposer)
	}
	if err == nil && v.Decision != nil && v.Decision.ID != v.ID {
		err = bad("the proposed decision is %q", v.Decision.ID)
	}
	if err != nil {
		return false, err
	}
	v.Version = c.Version
	return a.takeApproval(v, a.sync.Epoch, a.sync.ResetEpoch)
}

// takeApproval takes a proposal in if it is newer, and lets what it came to
// take its course here.
func (t *tx) takeApproval(v model.Approval, epoch, resetEpoch int64) (bool, error) {
	body, err := text(v)
	if err != nil {
		return false, err
	}
	n, err := t.exec(`INSERT INTO approvals (id, version, epoch, case_id, expert_id, proposer, answer, asked_at, expires, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, case_id = excluded.case_id, expert_id = excluded.expert_id,
			proposer = excluded.proposer, answer = excluded.answer, asked_at = excluded.asked_at, expires = excluded.expires, body = excluded.body
		WHERE excluded.version > approvals.version OR approvals.epoch < ?`,
		v.ID, v.Version, epoch, v.CaseID, v.ExpertID, v.Proposer, v.Answer, us(v.AskedAt), us(v.Expires), body, resetEpoch)
	if err != nil || n == 0 {
		return false, err
	}
	if cameToNothing(v) {
		t.becauseOf(v.ID, endOf[v.Answer])
		if err := t.stand(v.ID, void); err != nil {
			return false, err
		}
		if err := t.moveStatements(v.ID, model.StatementDropped, v.AnsweredAt); err != nil {
			return false, err
		}
	}
	return true, t.queue(model.WorkCase, v.ExpertID)
}

// endOf is what an answer that is no yes does to the decision.
var endOf = map[string]string{"no": "refuse", "expired": "refuse", "withdrawn": "undo"}

func cameToNothing(a model.Approval) bool { return a.Answer != "" && a.Answer != "yes" }

func goneApproval(a *applier, id string) error {
	var expert string
	_, err := a.get(&expert, `SELECT expert_id FROM approvals WHERE id = ?`, id)
	a.owe(model.WorkCase, expert)
	return err
}

// landApproval makes a proposal of here one that the platform has.
func (t *tx) landApproval(entry outboxRow, a model.Approval) error {
	if a.ID != entry.DecisionID {
		return fmt.Errorf("the answer is about proposal %s", a.ID)
	}
	var sync syncRow
	if _, err := t.get(&sync, selectSync); err != nil {
		return err
	}
	if _, err := t.takeApproval(a, sync.Epoch, sync.ResetEpoch); err != nil {
		return err
	}
	if a.Answer == "" {
		if _, err := t.exec(`UPDATE cases SET platform_state = 'proposed', version = ?1 WHERE id = ?2 AND version < ?1`, a.CaseVersion, entry.CaseID); err != nil {
			return err
		}
	}
	// Proposing ends the lease that it was done under.
	if _, err := t.exec(`UPDATE cases SET lease_holder = '', lease_expires = 0, lease_ours = 0 WHERE id = ? AND lease_ours = 1`, entry.CaseID); err != nil {
		return err
	}
	return t.overlay(entry.CaseID, entry.DecisionID, "")
}

// Approvals pages the proposals, newest first; after is the ID of the last one
// seen.
func (s *Store) Approvals(ctx context.Context, filter model.ApprovalFilter, after string, limit int) ([]model.Approval, error) {
	const doing = "listing the proposals"
	asked := struct {
		At int64  `db:"asked_at"`
		ID string `db:"id"`
	}{At: math.MaxInt64}
	if after != "" {
		if err := s.reader.GetContext(ctx, &asked, `SELECT asked_at, id FROM approvals WHERE id = ?`, after); err != nil {
			return nil, failed(ctx, doing, err)
		}
	}
	var rows []approvalRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT id, body FROM approvals WHERE (asked_at, id) < (?1, ?2) AND (?3 = 0 OR answer = '') AND (?4 = '' OR case_id = ?4)
		ORDER BY asked_at DESC, id DESC LIMIT ?5`, asked.At, asked.ID, filter.Open, filter.CaseID, capped(limit))
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	return each(rows, approvalRow.approval)
}

// Approval gives one proposal, or model.ErrNotFound.
func (s *Store) Approval(ctx context.Context, id string) (model.Approval, error) {
	doing := "reading proposal " + id
	var row approvalRow
	if err := s.reader.GetContext(ctx, &row, `SELECT id, body FROM approvals WHERE id = ?`, id); err != nil {
		return model.Approval{}, failed(ctx, doing, err)
	}
	a, err := row.approval()
	return a, failed(ctx, doing, err)
}

// KeepOwnView keeps what somebody would have decided before they saw the
// proposal, with its audit row. The first one stands.
func (s *Store) KeepOwnView(ctx context.Context, approvalID, who, view string, caseVersion int64, when time.Time) error {
	return s.write(ctx, "keeping a view of proposal "+approvalID, func(t *tx) error {
		n, err := t.exec(`INSERT INTO own_views (approval_id, who, view, case_version, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			approvalID, who, view, caseVersion, us(when))
		if err != nil || n == 0 {
			return err
		}
		return t.audit(when, who, "view", "decision:"+approvalID, map[string]any{"own_view": view, "case_version": caseVersion})
	})
}

// OwnView is what KeepOwnView kept, or model.ErrNotFound.
func (s *Store) OwnView(ctx context.Context, approvalID, who string) (view string, err error) {
	err = s.reader.GetContext(ctx, &view, `SELECT view FROM own_views WHERE approval_id = ? AND who = ?`, approvalID, who)
	return view, failed(ctx, "reading a view of proposal "+approvalID, err)
}

type answerRow struct {
	Seq       int64  `db:"seq"`
	ID        string `db:"id"`
	Body      string `db:"body"`
	State     string `db:"state"`
	NotBefore int64  `db:"not_before"`
	Attempts  int    `db:"attempts"`
	LastError string `db:"last_error"`
	UpdatedAt int64  `db:"updated_at"`
}

const answerColumns = `seq, id, body, state, not_before, attempts, last_error, updated_at`

func (r answerRow) entry() (model.AnswerEntry, error) {
	e := model.AnswerEntry{
		State: model.OutboxState(r.State), NotBefore: at(r.NotBefore), Attempts: r.Attempts, LastError: r.LastError, UpdatedAt: at(r.UpdatedAt), Seq: r.Seq,
	}
	if err := json.Unmarshal([]byte(r.Body), &e.Answer); err != nil {
		return e, fmt.Errorf("reading answer %s: %w", r.ID, err)
	}
	return e, nil
}

// AddAnswer queues an answer to a proposal, with its audit row. While another
// one of here is on its way it gives model.ErrStale.
func (s *Store) AddAnswer(ctx context.Context, a model.ApprovalAnswer, notBefore time.Time) error {
	body, err := text(a)
	if err != nil {
		return failed(ctx, "keeping an answer", err)
	}
	return s.write(ctx, "keeping the answer to proposal "+a.ApprovalID, func(t *tx) error {
		var under bool
		_, err := t.get(&under, `SELECT EXISTS (SELECT 1 FROM answers WHERE approval_id = ? AND state IN ('queued', 'sending', 'unknown', 'acked'))`, a.ApprovalID)
		if err != nil {
			return err
		}
		if under {
			return model.ErrStale
		}
		if _, err := t.exec(`INSERT INTO answers (id, approval_id, body, state, not_before, updated_at) VALUES (?, ?, ?, 'queued', ?, ?)`,
			a.ID, a.ApprovalID, body, us(notBefore), us(a.At)); err != nil {
			return err
		}
		return t.audit(a.At, a.By, "answer", "decision:"+a.ApprovalID, map[string]any{
			"answer": a.Answer, "key": a.ID, "case": a.CaseID, "case_version": a.CaseVersion, "own_view": a.OwnView,
		})
	})
}

// UndoAnswer takes an answer back that has not begun to be sent: else
// model.ErrStale.
func (s *Store) UndoAnswer(ctx context.Context, id, by string, when time.Time) error {
	return s.write(ctx, "undoing an answer", func(t *tx) error {
		var approval string
		found, err := t.get(&approval, `SELECT approval_id FROM answers WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if !found {
			return model.ErrNotFound
		}
		n, err := t.exec(`UPDATE answers SET state = 'undone', updated_at = ? WHERE id = ? AND state = 'queued'`, us(when), id)
		if err != nil {
			return err
		}
		if n == 0 {
			return model.ErrStale
		}
		return t.audit(when, by, "undo", "decision:"+approval, map[string]any{"key": id})
	})
}

// NextAnswer is the oldest answer that is queued or unknown and whose time has
// come, or model.ErrNotFound.
func (s *Store) NextAnswer(ctx context.Context, now time.Time) (model.AnswerEntry, error) {
	return s.oneAnswer(ctx, ` WHERE state IN ('queued', 'unknown') AND not_before <= ? ORDER BY seq LIMIT 1`, us(now))
}

// AnswerTo is the last answer to a proposal given here, or model.ErrNotFound.
func (s *Store) AnswerTo(ctx context.Context, approvalID string) (model.AnswerEntry, error) {
	return s.oneAnswer(ctx, ` WHERE approval_id = ? AND state <> 'undone' ORDER BY seq DESC LIMIT 1`, approvalID)
}

func (s *Store) oneAnswer(ctx context.Context, where string, args ...any) (model.AnswerEntry, error) {
	const doing = "reading the answers to proposals"
	var row answerRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+answerColumns+` FROM answers`+where, args...); err != nil {
		return model.AnswerEntry{}, failed(ctx, doing, err)
	}
	e, err := row.entry()
	return e, failed(ctx, doing, err)
}

// SettleAnswer moves an answer, and takes in the proposal as the platform
// answered it.
func (s *Store) SettleAnswer(ctx context.Context, change model.AnswerChange) error {
	return s.write(ctx, "moving answer "+change.AnswerID, func(t *tx) error {
		var row answerRow
		found, err := t.get(&row, `SELECT `+answerColumns+` FROM answers WHERE id = ?`, change.AnswerID)
		if err != nil {
			return err
		}
		if !found {
			return model.ErrNotFound
		}
		if row.State != string(change.From) {
			return model.ErrStale
		}
		notBefore, attempts := row.NotBefore, row.Attempts
		if !change.NotBefore.IsZero() {
			notBefore = us(change.NotBefore)
		}
		if change.Attempt {
			attempts++
		}
		if _, err := t.exec(`UPDATE answers SET state = ?, not_before = ?, attempts = ?, last_error = ?, updated_at = ? WHERE seq = ?`,
			change.To, notBefore, attempts, change.LastError, us(change.At), row.Seq); err != nil {
			return err
		}
		e, err := row.entry()
		if err != nil {
			return err
		}
		if a := change.Approval; a != nil && a.ID == e.Answer.ApprovalID {
			var sync syncRow
			if _, err := t.get(&sync, selectSync); err != nil {
				return err
			}
			if _, err := t.takeApproval(*a, sync.Epoch, sync.ResetEpoch); err != nil {
				return err
			}
		}
		if change.To != model.OutboxAcked && change.To != model.OutboxRejected {
			return nil
		}
		detail := map[string]any{"key": e.Answer.ID, "answer": e.Answer.Answer, "from": change.From, "to": change.To}
		if change.LastError != "" {
			detail["why"] = change.LastError
		}
		return t.audit(change.At, e.Answer.By, "outbox", "decision:"+e.Answer.ApprovalID, detail)
	})
}
