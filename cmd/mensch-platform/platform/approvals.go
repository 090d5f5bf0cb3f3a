package platform

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"mensch/app/cases"
	"mensch/app/model"
)

// proposalsSchema is version 2 of the file.
const proposalsSchema = `
CREATE TABLE proposals ( -- the approval itself is an object; this is what the platform needs besides
	key         TEXT PRIMARY KEY, -- of the decision
	case_id     TEXT NOT NULL,
	expert_id   TEXT NOT NULL,
	hash        BLOB NOT NULL, -- of the request that was accepted
	back        TEXT NOT NULL, -- where the case goes if it comes to nothing
	expires     INTEGER NOT NULL, -- Unix milliseconds
	open        INTEGER NOT NULL,
	answer_key  TEXT NOT NULL DEFAULT '',
	answer_hash BLOB
) STRICT;
CREATE INDEX proposals_open ON proposals (case_id) WHERE open = 1;

CREATE TABLE files ( -- that experts sent with appeals
	id         TEXT PRIMARY KEY,
	bytes      INTEGER NOT NULL,
	media_type TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE statements ( -- what came in at the stand-in of the transparency database
	puid TEXT PRIMARY KEY,
	uuid TEXT NOT NULL,
	body TEXT NOT NULL,
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

// proposalHours is how long a proposal waits where no rule pack says it.
const proposalHours = 72

// maxReason is the longest reason of an answer, in characters.
const maxReason = 4000

type proposalRow struct {
	Key        string `db:"key"`
	CaseID     string `db:"case_id"`
	ExpertID   string `db:"expert_id"`
	Hash       []byte `db:"hash"`
	Back       string `db:"back"`
	Expires    int64  `db:"expires"`
	Open       bool   `db:"open"`
	AnswerKey  string `db:"answer_key"`
	AnswerHash []byte `db:"answer_hash"`
}

func (t *tx) proposal(key string) (proposalRow, error) {
	var row proposalRow
	err := t.GetContext(t.ctx, &row, "SELECT * FROM proposals WHERE key = ?", key)
	if errors.Is(err, sql.ErrNoRows) {
		return row, errNoObject
	}
	if err != nil {
		return row, fmt.Errorf("reading proposal %s: %w", key, err)
	}
	return row, nil
}

// openProposal is the approval that waits on a case, nil if none does.
func (t *tx) openProposal(caseID string) (*model.Approval, error) {
	var key string
	err := t.GetContext(t.ctx, &key, "SELECT key FROM proposals WHERE case_id = ? AND open = 1 LIMIT 1", caseID)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // none waits, which is no error
	}
	if err != nil {
		return nil, fmt.Errorf("looking for a proposal on %s: %w", caseID, err)
	}
	a, err := load[model.Approval](t.ctx, t, model.ChangeApproval, key)
	if err != nil {
		return nil, err
	}
	return &a, nil
}

func (t *tx) fileProposal(a model.Approval, hash []byte, back model.CaseState) error {
	_, err := t.ExecContext(t.ctx, `INSERT INTO proposals (key, case_id, expert_id, hash, back, expires, open, answer_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.CaseID, a.ExpertID, hash, back, millis(a.Expires), a.Answer == "", a.AnswerKey)
	if err != nil {
		return fmt.Errorf("writing proposal %s: %w", a.ID, err)
	}
	return nil
}

// propose lays a decision before a second person, exactly once, as decide
// takes one.
func (s *Server) propose(w http.ResponseWriter, r *http.Request, h *holder) {
	d, err := readDecision(r, h.name)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	hash := requestHash(d)
	var out model.Approval
	status := http.StatusCreated
	err = s.write(r.Context(), func(t *tx) error {
		before, err := t.proposal(d.ID)
		switch {
		case err == nil && string(before.Hash) == string(hash):
			status = http.StatusOK
			out, err = load[model.Approval](t.ctx, t, model.ChangeApproval, d.ID)
			return err
		case err == nil:
			return refuse(http.StatusUnprocessableEntity, keyReused, "The key %s stands for another proposal.", d.ID)
		case !errors.Is(err, errNoObject):
			return err
		}
		if _, err := t.decisionByKey(d.ID); err == nil {
			return refuse(http.StatusUnprocessableEntity, keyReused, "The key %s stands for a decision.", d.ID)
		} else if !errors.Is(err, errNoObject) {
			return err
		}
		out, err = t.proposed(s, d, hash)
		return err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, out)
}

func (t *tx) proposed(s *Server, d model.Decision, hash []byte) (model.Approval, error) {
	var none model.Approval
	if d.Outcome != model.Sanctioned {
		return none, refuse(http.StatusUnprocessableEntity, invalid, "Only a sanction is proposed; decide the rest.")
	}
	c, err := t.admit(d)
	if err != nil {
		return none, err
	}
	if err := t.mayAnswerFor(d, d.Moderator); err != nil {
		return none, err
	}
	back := c.State
	if c.State, err = cases.Next(c.State, cases.Event{Kind: cases.Propose}); err != nil {
		return none, refuse(http.StatusUnprocessableEntity, invalid, "%s", err)
	}
	c.Version++
	if err := t.put(model.ChangeCase, c.ID, c.Version, c); err != nil {
		return none, err
	}
	hours := proposalHours
	if s.opts.Pack != nil {
		hours = s.opts.Pack.Approval.Hours
	}
	a := model.Approval{
		ID: d.ID, Version: 1, DecisionID: d.ID, CaseID: d.CaseID, ExpertID: d.ExpertID, CaseVersion: c.Version, Proposer: d.Moderator,
		Decision: &d, AskedAt: t.now, Expires: t.now.Add(time.Duration(hours) * time.Hour),
	}
	if err := t.fileProposal(a, hash, back); err != nil {
		return none, err
	}
	if _, err := t.ExecContext(t.ctx, "UPDATE leases SET expires = 0 WHERE case_id = ?", d.CaseID); err != nil {
		return none, fmt.Errorf("releasing the lease of %s: %w", d.CaseID, err)
	}
	return a, t.put(model.ChangeApproval, a.ID, a.Version, a)
}

// mayAnswerFor refuses somebody who took part in the first decision where the
// new one answers an appeal against it.
func (t *tx) mayAnswerFor(d model.Decision, who string) error {
	if d.Answers == "" {
		return nil
	}
	appeal, err := load[model.Appeal](t.ctx, t, model.ChangeAppeal, d.Answers)
	if errors.Is(err, errNoObject) || err == nil && appeal.CaseID != d.CaseID {
		return refuse(http.StatusUnprocessableEntity, invalid, "There is no appeal %s on case %s.", d.Answers, d.CaseID)
	}
	if err != nil {
		return err
	}
	first, approvals, err := t.partIn(appeal.DecisionID)
	if err != nil {
		return fmt.Errorf("reading who decided %s: %w", appeal.DecisionID, err)
	}
	if cases.MayJudge(who, first, approvals) != nil {
		return tookPart(first)
	}
	return nil
}

// approval tells how a proposal stands.
func (s *Server) approval(w http.ResponseWriter, r *http.Request, _ *holder) {
	a, err := load[model.Approval](r.Context(), s.readers, model.ChangeApproval, r.PathValue("id"))
	if errors.Is(err, errNoObject) {
		err = refuse(http.StatusNotFound, notFound, "No proposal came with this key.")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, http.StatusOK, a)
}

// word is the body of an answer.
type word struct {
	Answer      string `json:"answer"`
	Reason      string `json:"reason"`
	OwnView     string `json:"own_view"`
	CaseVersion int64  `json:"case_version"`
}

// answerApproval takes the second person's yes or no, or the proposer's
// withdrawal, exactly once by its key.
func (s *Server) answerApproval(w http.ResponseWriter, r *http.Request, h *holder) {
	key := r.Header.Get("Idempotency-Key")
	var in word
	switch err := readBody(r, &in); {
	case err != nil:
		s.fail(w, r, err)
		return
	case !printable(key, maxKey):
		s.fail(w, r, refuse(http.StatusBadRequest, invalid, "Idempotency-Key must be 1 to %d printable ASCII characters.", maxKey))
		return
	case utf8.RuneCountInString(in.Reason) > maxReason || utf8.RuneCountInString(in.OwnView) > maxReason:
		s.fail(w, r, refuse(http.StatusUnprocessableEntity, invalid, "A reason may have %d characters.", maxReason))
		return
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d", h.name, in.Answer, in.Reason, in.OwnView, in.CaseVersion))
	var out model.Approval
	status := http.StatusCreated
	err := s.write(r.Context(), func(t *tx) error {
		row, err := t.proposal(r.PathValue("id"))
		if errors.Is(err, errNoObject) {
			return refuse(http.StatusNotFound, notFound, "There is no such proposal.")
		}
		if err != nil {
			return err
		}
		a, err := load[model.Approval](t.ctx, t, model.ChangeApproval, row.Key)
		if errors.Is(err, errNoObject) {
			return refuse(http.StatusNotFound, notFound, "The expert was erased, and the proposal with them.")
		}
		if err != nil {
			return err
		}
		if row.AnswerKey == key {
			if string(row.AnswerHash) != string(sum[:]) {
				return refuse(http.StatusUnprocessableEntity, keyReused, "The key %s stands for another answer.", key)
			}
			out, status = a, http.StatusOK
			return nil
		}
		out, err = t.answered(row, a, h, in, key, sum[:])
		return err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, out)
}

var approvalEvents = map[string]cases.ApprovalEvent{
	string(cases.ApprovalYes): cases.ApprovalAgree, string(cases.ApprovalNo): cases.ApprovalDecline, string(cases.ApprovalWithdrawn): cases.ApprovalWithdraw,
}

func (t *tx) answered(row proposalRow, a model.Approval, h *holder, in word, key string, hash []byte) (model.Approval, error) {
	event, ok := approvalEvents[in.Answer]
	switch {
	case !ok:
		return a, refuse(http.StatusUnprocessableEntity, invalid, "The answer must be yes, no or withdrawn.")
	case event == cases.ApprovalWithdraw && !cases.May(h.roles, cases.MayDecide), event != cases.ApprovalWithdraw && !cases.May(h.roles, cases.MayApprove):
		return a, refuse(http.StatusForbidden, forbidden, "This token's roles may not answer so.")
	case cases.ApprovalAt(a, t.now) != cases.ApprovalOpen:
		p := refuse(http.StatusConflict, proposalClosed, "The proposal of %s is over: %s.", a.Proposer, cases.ApprovalAt(a, t.now))
		p.Approval = &a
		return a, p
	}
	next, err := cases.Answer(a, h.name, event, in.Reason, t.now)
	switch {
	case errors.Is(err, cases.ErrSamePerson):
		return a, refuse(http.StatusForbidden, forbidden, "Somebody else than %s must answer their proposal.", a.Proposer)
	case err != nil && event == cases.ApprovalWithdraw:
		return a, refuse(http.StatusForbidden, forbidden, "Only %s can withdraw their proposal.", a.Proposer)
	case err != nil:
		return a, refuse(http.StatusUnprocessableEntity, invalid, "%s.", err)
	}
	c, err := load[model.Case](t.ctx, t, model.ChangeCase, a.CaseID)
	if err != nil {
		return a, fmt.Errorf("reading the case of proposal %s: %w", a.ID, err)
	}
	if event == cases.ApprovalAgree && c.Version != in.CaseVersion {
		p := refuse(http.StatusPreconditionFailed, staleCase, "You saw version %d of case %s; it is at version %d.", in.CaseVersion, c.ID, c.Version)
		p.Case, p.Approval = &c, &a
		return a, p
	}
	next.AnswerKey, next.OwnView = key, in.OwnView
	if event != cases.ApprovalAgree {
		return t.closeProposal(row, c, next, hash)
	}
	if err := t.mayAnswerFor(*a.Decision, h.name); err != nil {
		return a, err
	}
	return t.approve(row, c, next, hash)
}

// approve lets the proposed decision take effect.
func (t *tx) approve(row proposalRow, c model.Case, a model.Approval, hash []byte) (model.Approval, error) {
	if err := t.markAnswered(row, a, hash); err != nil {
		return a, err
	}
	for _, kind := range []cases.EventKind{cases.Approve, cases.Ack} {
		var err error
		if c.State, err = cases.Next(c.State, cases.Event{Kind: kind}); err != nil {
			return a, refuse(http.StatusUnprocessableEntity, invalid, "%s", err)
		}
	}
	d := *a.Decision
	d.ApprovedBy = a.Approver
	a.Decision = &d
	a.Version++
	a.CaseVersion = c.Version + 1
	if err := t.put(model.ChangeApproval, a.ID, a.Version, a); err != nil {
		return a, err
	}
	_, err := t.enact(c, d, row.Hash)
	return a, err
}

// closeProposal ends a proposal that comes to nothing; the case is as before.
func (t *tx) closeProposal(row proposalRow, c model.Case, a model.Approval, hash []byte) (model.Approval, error) {
	if err := t.markAnswered(row, a, hash); err != nil {
		return a, err
	}
	var err error
	if c.State, err = cases.Next(c.State, cases.Event{Kind: cases.Refuse, Back: model.CaseState(row.Back)}); err != nil {
		return a, refuse(http.StatusUnprocessableEntity, invalid, "%s", err)
	}
	c.Version++
	if err := t.put(model.ChangeCase, c.ID, c.Version, c); err != nil {
		return a, err
	}
	a.Version++
	a.CaseVersion = c.Version
	return a, t.put(model.ChangeApproval, a.ID, a.Version, a)
}

func (t *tx) markAnswered(row proposalRow, a model.Approval, hash []byte) error {
	if _, err := t.ExecContext(t.ctx, "UPDATE proposals SET open = 0, answer_key = ?, answer_hash = ? WHERE key = ?", a.AnswerKey, hash, row.Key); err != nil {
		return fmt.Errorf("closing proposal %s: %w", row.Key, err)
	}
	return nil
}

// expireProposals ends the proposals that nobody answered in time.
func (s *Server) expireProposals(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		var rows []proposalRow
		if err := t.SelectContext(ctx, &rows, "SELECT * FROM proposals WHERE open = 1 AND expires <= ? ORDER BY key", millis(t.now)); err != nil {
			return fmt.Errorf("looking for proposals whose time is over: %w", err)
		}
		for _, row := range rows {
			a, err := load[model.Approval](ctx, t, model.ChangeApproval, row.Key)
			if err != nil {
				return err
			}
			c, err := load[model.Case](ctx, t, model.ChangeCase, row.CaseID)
			if err != nil {
				return err
			}
			to, err := cases.NextApproval(cases.ApprovalOpen, cases.ApprovalExpire)
			if err != nil {
				return err
			}
			a.Answer, a.AnsweredAt = string(to), t.now
			if _, err := t.closeProposal(row, c, a, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
