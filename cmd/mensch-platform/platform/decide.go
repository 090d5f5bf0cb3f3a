package platform

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mensch/app/cases"
	"mensch/app/model"
)

// clockSkew is how far a peer's clock may be ahead of ours.
const clockSkew = 5 * time.Minute

// maxKey is the longest Idempotency-Key, in bytes.
const maxKey = 200

// decide takes a decision exactly once: the key's row, the effects and the
// receipt land in one transaction, and there is one writer. A request that was
// accepted before is answered from its row, whatever became of the case since.
func (s *Server) decide(w http.ResponseWriter, r *http.Request, h *holder) {
	d, err := readDecision(r, h.name)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	hash := requestHash(d)
	var receipt []byte
	status := http.StatusCreated
	err = s.write(r.Context(), func(t *tx) error {
		before, err := t.decisionByKey(d.ID)
		switch {
		case err == nil && string(before.Hash) == string(hash):
			receipt, status = []byte(before.Receipt), http.StatusOK
			return nil
		case err == nil:
			return refuse(http.StatusUnprocessableEntity, keyReused, "The key %s stands for another decision.", d.ID)
		case !errors.Is(err, errNoObject):
			return err
		}
		if _, err := t.proposal(d.ID); err == nil {
			return refuse(http.StatusUnprocessableEntity, keyReused, "The key %s stands for a proposal.", d.ID)
		} else if !errors.Is(err, errNoObject) {
			return err
		}
		if s.opts.Pack != nil {
			if why := cases.NeedsApproval(s.opts.Pack, d.Sanctions); len(why) > 0 {
				return refuse(http.StatusUnprocessableEntity, approvalRequired, "Propose it instead. %s", strings.Join(why, " "))
			}
		}
		receipt, err = t.accept(d, hash)
		return err
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, json.RawMessage(receipt))
}

// decision answers whether a key arrived.
func (s *Server) decision(w http.ResponseWriter, r *http.Request, _ *holder) {
	var receipt string
	err := s.readers.GetContext(r.Context(), &receipt, "SELECT receipt FROM decisions WHERE key = ?", r.PathValue("key"))
	if errors.Is(err, sql.ErrNoRows) {
		s.fail(w, r, refuse(http.StatusNotFound, notFound, "No decision came with this key."))
		return
	}
	if err != nil {
		s.fail(w, r, fmt.Errorf("reading a receipt: %w", err))
		return
	}
	s.answer(w, r, http.StatusOK, json.RawMessage(receipt))
}

// readDecision reads the request's headers and body into one decision.
func readDecision(r *http.Request, moderator string) (model.Decision, error) {
	var none model.Decision
	key := r.Header.Get("Idempotency-Key")
	if !printable(key, maxKey) {
		return none, refuse(http.StatusBadRequest, invalid, "Idempotency-Key must be the decision's ID: 1 to %d printable ASCII characters.", maxKey)
	}
	match := r.Header.Get("If-Match")
	if match == "" {
		return none, refuse(http.StatusPreconditionRequired, preconditionRequired, `Send If-Match with the case's version in quotes, such as "3".`)
	}
	version, err := parseVersion(match)
	if err != nil {
		return none, refuse(http.StatusBadRequest, invalid, `If-Match must be the case's version in quotes, such as "3".`)
	}
	var d model.Decision
	if err := readBody(r, &d); err != nil {
		return none, err
	}
	switch {
	case d.ID != key:
		return none, refuse(http.StatusUnprocessableEntity, invalid, "The decision's id and Idempotency-Key differ.")
	case d.CaseID != r.PathValue("id"):
		return none, refuse(http.StatusUnprocessableEntity, invalid, "The decision's case_id and the address differ.")
	case d.CaseVersion != version:
		return none, refuse(http.StatusUnprocessableEntity, invalid, "The decision's case_version and If-Match differ.")
	}
	if wrong := checkDecision(d); wrong != "" {
		return none, refuse(http.StatusUnprocessableEntity, invalid, "%s", wrong)
	}
	// Nobody decides in another's name, whatever the body says.
	d.Moderator, d.ApprovedBy = moderator, ""
	return d, nil
}

// checkDecision says in words what is wrong with a decision as such.
func checkDecision(d model.Decision) string {
	if round(d.ExpertID, d.CaseID) == 0 {
		return "case_id must be the expert_id, a dot and the round."
	}
	switch d.Outcome {
	case model.Sanctioned:
		if len(d.Sanctions) == 0 {
			return "A sanctioning decision needs a sanction."
		}
	case model.Dismissed, model.Reversed:
		if len(d.Sanctions) > 0 {
			return "Only a sanctioning decision may carry sanctions."
		}
		if d.Outcome == model.Reversed && d.Reverses == "" {
			return "A reversal must name the decision that it reverses."
		}
		if d.Outcome == model.Dismissed && d.Reverses != "" {
			return "A dismissal reverses nothing."
		}
	default:
		return "The outcome must be dismissed, sanctioned or reversed."
	}
	seen := map[string]bool{}
	for _, sanction := range d.Sanctions {
		if sanction.ID == "" || seen[sanction.ID] {
			return "Each sanction needs an id of its own."
		}
		seen[sanction.ID] = true
		if sanction.DecisionID != d.ID || sanction.ExpertID != d.ExpertID {
			return "A sanction must name its decision and the decision's expert."
		}
		if wrong := checkSanction(sanction); wrong != "" {
			return wrong
		}
	}
	return ""
}

func checkSanction(s model.Sanction) string {
	if s.Guideline == "" {
		return "A sanction must name its guideline."
	}
	if s.Strikes < 0 {
		return "Strikes cannot be below zero."
	}
	switch s.Step {
	case model.StepNote, model.StepWarning, model.StepPhotoRemoval:
	case model.StepFieldReset:
		if _, ok := profileFields[s.Field]; !ok {
			return "A field reset must name a field of the profile: name, headline, bio, gender, degrees or credentials."
		}
	case model.StepRatingVoid:
		if len(s.Ratings) == 0 {
			return "A rating void must name the ratings."
		}
	case model.StepSuspension:
		if s.StartsAt.IsZero() {
			return "A suspension needs a start."
		}
		if !s.EndsAt.IsZero() && !s.EndsAt.After(s.StartsAt) {
			return "A suspension must end after it starts."
		}
	case model.StepBan:
		if s.StartsAt.IsZero() || !s.EndsAt.IsZero() {
			return "A ban needs a start and has no end."
		}
	default:
		return "Unknown step " + strconv.Quote(string(s.Step)) + "."
	}
	return ""
}

// acceptedRow is a decision as it was taken.
type acceptedRow struct {
	Key      string `db:"key"`
	CaseID   string `db:"case_id"`
	ExpertID string `db:"expert_id"`
	Hash     []byte `db:"hash"`
	Receipt  string `db:"receipt"`
	Undo     string `db:"undo"`
	Reversed string `db:"reversed"`
	N        int64  `db:"n"`
}

func (t *tx) decisionByKey(key string) (acceptedRow, error) {
	var row acceptedRow
	err := t.GetContext(t.ctx, &row, "SELECT * FROM decisions WHERE key = ?", key)
	if errors.Is(err, sql.ErrNoRows) {
		return row, errNoObject
	}
	if err != nil {
		return row, fmt.Errorf("reading decision %s: %w", key, err)
	}
	return row, nil
}

// accept checks a new decision against what stands, and lets it take effect.
// It returns the receipt.
func (t *tx) accept(d model.Decision, hash []byte) ([]byte, error) {
	c, err := t.admit(d)
	if err != nil {
		return nil, err
	}
	if c.State, err = cases.Next(c.State, cases.Event{Kind: cases.Stands}); err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, invalid, "%s", err)
	}
	return t.enact(c, d, hash)
}

// admit checks who decides what: the expert is there, the case is as the
// moderator saw it, nobody else holds it, and no proposal waits on it.
func (t *tx) admit(d model.Decision) (model.Case, error) {
	if _, err := load[model.Expert](t.ctx, t, model.ChangeExpert, d.ExpertID); errors.Is(err, errNoObject) {
		return model.Case{}, refuse(http.StatusNotFound, notFound, "The platform has no expert %s.", d.ExpertID)
	} else if err != nil {
		return model.Case{}, err
	}
	c, err := t.caseForDecision(d)
	if err != nil {
		return c, err
	}
	if err := t.checkLease(d); err != nil {
		return c, err
	}
	open, err := t.openProposal(c.ID)
	if err != nil || open == nil {
		return c, err
	}
	p := refuse(http.StatusConflict, proposalOpen, "A proposal of %s on case %s waits for a second person.", open.Proposer, c.ID)
	p.Case, p.Decision = &c, open.Decision
	return c, p
}

// enact lets a decision take effect on its case, which has its new state
// already. It returns the receipt.
func (t *tx) enact(c model.Case, d model.Decision, hash []byte) ([]byte, error) {
	back, err := t.takeEffect(d)
	if err != nil {
		return nil, err
	}
	left, err := t.openAppeals(d.CaseID)
	if err != nil {
		return nil, err
	}
	if left > 0 {
		if c.State, err = cases.Next(c.State, cases.Event{Kind: cases.Appealed}); err != nil {
			return nil, err
		}
	}
	c.Version++
	if err := t.put(model.ChangeCase, c.ID, c.Version, c); err != nil {
		return nil, err
	}
	receipt := model.Receipt{Key: d.ID, Decision: d, CaseVersion: c.Version, ReceivedAt: t.now}
	if err := t.record(receipt, 1, hash, back); err != nil {
		return nil, err
	}
	// After the record: the sanctions that count are on file now.
	if err := t.settleState(d.ExpertID); err != nil {
		return nil, err
	}
	if _, err := t.ExecContext(t.ctx, "UPDATE leases SET expires = 0 WHERE case_id = ?", d.CaseID); err != nil {
		return nil, fmt.Errorf("releasing the lease of %s: %w", d.CaseID, err)
	}
	raw, err := json.Marshal(receipt)
	if err != nil {
		return nil, fmt.Errorf("writing the receipt: %w", err)
	}
	return raw, nil
}

// caseForDecision is the case in the version that the moderator saw, or a new
// one where the platform has none: one that a detector found.
func (t *tx) caseForDecision(d model.Decision) (model.Case, error) {
	c, err := load[model.Case](t.ctx, t, model.ChangeCase, d.CaseID)
	if errors.Is(err, errNoObject) {
		if d.CaseVersion != 0 {
			return model.Case{}, refuse(http.StatusNotFound, notFound, "The platform has no case %s.", d.CaseID)
		}
		return model.Case{
			ID: d.CaseID, ExpertID: d.ExpertID, Round: round(d.ExpertID, d.CaseID),
			State: model.CaseOpen, OpenedAt: t.now,
		}, nil
	}
	if err != nil {
		return model.Case{}, err
	}
	if c.Version == d.CaseVersion {
		return c, nil
	}
	p := refuse(http.StatusPreconditionFailed, staleCase, "You saw version %d of case %s; it is at version %d.", d.CaseVersion, c.ID, c.Version)
	lease, err := t.lease(c.ID)
	if err != nil {
		return model.Case{}, err
	}
	if lease.live(t.now) {
		c.Lease = lease.model()
	}
	p.Case = &c
	if open, err := t.openProposal(c.ID); err != nil {
		return model.Case{}, err
	} else if open != nil {
		p.Decision = open.Decision
		return model.Case{}, p
	}
	var receipt string
	err = t.GetContext(t.ctx, &receipt, "SELECT receipt FROM decisions WHERE case_id = ? ORDER BY n DESC LIMIT 1", c.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return model.Case{}, fmt.Errorf("reading what stands for %s: %w", c.ID, err)
	default:
		var stands model.Receipt
		if err := json.Unmarshal([]byte(receipt), &stands); err != nil {
			return model.Case{}, fmt.Errorf("reading what stands for %s: %w", c.ID, err)
		}
		p.Decision = &stands.Decision
	}
	return model.Case{}, p
}

// record notes a decision under its key, with its sanctions, and emits it.
func (t *tx) record(receipt model.Receipt, version int64, hash []byte, back undo) error {
	d := receipt.Decision
	raw, err := json.Marshal(receipt)
	if err != nil {
		return fmt.Errorf("writing receipt %s: %w", d.ID, err)
	}
	undoJSON, err := json.Marshal(back)
	if err != nil {
		return fmt.Errorf("writing decision %s: %w", d.ID, err)
	}
	if _, err := t.ExecContext(t.ctx, `INSERT INTO decisions (key, case_id, expert_id, hash, receipt, undo, n)
		VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(n), 0) + 1 FROM decisions))`,
		receipt.Key, d.CaseID, d.ExpertID, hash, string(raw), string(undoJSON)); err != nil {
		return fmt.Errorf("writing decision %s: %w", d.ID, err)
	}
	for _, sanction := range d.Sanctions {
		if err := t.recordSanction(sanction); err != nil {
			return err
		}
	}
	return t.put(model.ChangeDecision, receipt.Key, version, receipt)
}

func (t *tx) recordSanction(s model.Sanction) error {
	var taken bool
	if err := t.GetContext(t.ctx, &taken, "SELECT EXISTS (SELECT 1 FROM sanctions WHERE id = ?)", s.ID); err != nil {
		return fmt.Errorf("looking for sanction %s: %w", s.ID, err)
	}
	if taken {
		return refuse(http.StatusUnprocessableEntity, invalid, "The sanction id %s is taken.", s.ID)
	}
	var ends sql.NullInt64
	if !s.EndsAt.IsZero() {
		ends = sql.NullInt64{Int64: millis(s.EndsAt), Valid: true}
	}
	_, err := t.ExecContext(t.ctx, `INSERT INTO sanctions (id, decision, expert_id, step, starts, ends, reversed) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.DecisionID, s.ExpertID, s.Step, millis(s.StartsAt), ends, s.ReversedByID != "")
	if err != nil {
		return fmt.Errorf("writing sanction %s: %w", s.ID, err)
	}
	return nil
}

// requestHash tells a repeated request from another one under the same key.
func requestHash(d model.Decision) []byte {
	raw, err := json.Marshal(d)
	if err != nil {
		// Times outside of the years 0 to 9999, which no JSON can bring in.
		raw = fmt.Appendf(nil, "%#v", d)
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// round is the round in a case's ID, or 0 if the ID is not one of that expert.
func round(expertID, caseID string) int {
	rest, ok := strings.CutPrefix(caseID, expertID+".")
	if !ok || expertID == "" {
		return 0
	}
	n, err := strconv.Atoi(rest)
	if err != nil || n < 1 || model.CaseID(expertID, n) != caseID {
		return 0
	}
	return n
}

// parseVersion reads an If-Match of one strong tag: the version in quotes.
func parseVersion(tag string) (int64, error) {
	if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return 0, errors.New("not a quoted version")
	}
	n, err := strconv.ParseUint(tag[1:len(tag)-1], 10, 63)
	return int64(n), err
}

// printable reports whether a text from outside is plain and short enough to
// be a name.
func printable(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for _, c := range []byte(s) {
		if c < 0x21 || c > 0x7e {
			return false
		}
	}
	return true
}

// readBody reads one JSON value and nothing behind it.
func readBody(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return refuse(http.StatusUnsupportedMediaType, invalid, "Send Content-Type: application/json.")
	}
	dec := json.NewDecoder(r.Body)
	err := dec.Decode(into)
	if err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = errors.New("more than one value")
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return refuse(http.StatusRequestEntityTooLarge, invalid, "The body may have %d bytes.", tooLarge.Limit)
	}
	return refuse(http.StatusBadRequest, invalid, "The body cannot be read: %v.", err)
}
