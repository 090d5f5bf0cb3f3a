package platform

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
)

// leaseRow is the newest lease that a case was given. The row outlasts the
// lease, because its token must keep growing.
type leaseRow struct {
	CaseID  string `db:"case_id"`
	Holder  string `db:"holder"`
	Token   int64  `db:"token"`
	Expires int64  `db:"expires"`
}

func (l leaseRow) live(now time.Time) bool { return l.Expires > millis(now) }

func (l leaseRow) model() *model.Lease {
	return &model.Lease{CaseID: l.CaseID, Holder: l.Holder, Token: l.Token, Expires: time.UnixMilli(l.Expires).UTC()}
}

// lease is the zero row where the case never had one.
func (t *tx) lease(caseID string) (leaseRow, error) {
	row := leaseRow{CaseID: caseID}
	err := t.GetContext(t.ctx, &row, "SELECT * FROM leases WHERE case_id = ?", caseID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return row, fmt.Errorf("reading the lease of %s: %w", caseID, err)
	}
	return row, nil
}

func (t *tx) saveLease(row leaseRow) error {
	_, err := t.NamedExecContext(t.ctx, `INSERT INTO leases (case_id, holder, token, expires) VALUES (:case_id, :holder, :token, :expires)
		ON CONFLICT (case_id) DO UPDATE SET holder = excluded.holder, token = excluded.token, expires = excluded.expires`, row)
	if err != nil {
		return fmt.Errorf("writing the lease of %s: %w", row.CaseID, err)
	}
	return nil
}

func heldBy(row leaseRow) *problem {
	p := refuse(http.StatusConflict, leaseHeld, "%s holds the case.", row.Holder)
	p.Lease = row.model()
	return p
}

// checkLease is the fencing: a decision made under a lease that was passed on
// since is refused, also when the newer lease has ended.
func (t *tx) checkLease(d model.Decision) error {
	row, err := t.lease(d.CaseID)
	if err != nil {
		return err
	}
	if row.live(t.now) && row.Holder != d.Moderator {
		return heldBy(row)
	}
	if err := t.checkHold(d.CaseID, d.Moderator); err != nil {
		return err
	}
	// No token: the decision was made without a lease, and If-Match guards it.
	if d.LeaseToken != 0 && (d.LeaseToken != row.Token || row.Holder != d.Moderator) {
		return refuse(http.StatusConflict, leaseLost, "The lease %d of case %s was passed on; lease %d is the newest.", d.LeaseToken, d.CaseID, row.Token)
	}
	return nil
}

// takeLease claims a case. Who holds it already gets the same token with more
// time, so that opening a case twice does not fence off a decision on its way.
func (s *Server) takeLease(w http.ResponseWriter, r *http.Request, h *holder) {
	id := r.PathValue("id")
	var lease *model.Lease
	err := s.write(r.Context(), func(t *tx) error {
		if err := t.caseMayBe(id); err != nil {
			return err
		}
		row, err := t.lease(id)
		if err != nil {
			return err
		}
		if row.live(t.now) && row.Holder != h.name {
			return heldBy(row)
		}
		if err := t.checkHold(id, h.name); err != nil {
			return err
		}
		if !row.live(t.now) {
			row.Token++
		}
		row.Holder = h.name
		row.Expires = millis(t.now.Add(s.opts.LeaseTime))
		lease = row.model()
		return t.saveLease(row)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, http.StatusCreated, lease)
}

// caseMayBe passes a case that is there, or that a detector may have found on
// an expert who is there.
func (t *tx) caseMayBe(id string) error {
	none := refuse(http.StatusNotFound, notFound, "The platform has no case %s.", strconv.QuoteToASCII(id))
	dot := strings.LastIndexByte(id, '.')
	if dot < 1 || round(id[:dot], id) == 0 {
		return none
	}
	_, err := load[model.Expert](t.ctx, t, model.ChangeExpert, id[:dot])
	if errors.Is(err, errNoObject) {
		return none
	}
	return err
}

func (s *Server) renewLease(w http.ResponseWriter, r *http.Request, h *holder) {
	var asked struct {
		Token int64 `json:"token"`
	}
	if err := readBody(r, &asked); err != nil {
		s.fail(w, r, err)
		return
	}
	id := r.PathValue("id")
	var lease *model.Lease
	err := s.write(r.Context(), func(t *tx) error {
		row, err := t.mine(id, h.name, asked.Token)
		if err != nil {
			return err
		}
		if row.Expires == 0 {
			return refuse(http.StatusConflict, leaseLost, "The lease of case %s was released.", id)
		}
		// One that ran out while nobody else took the case still is the newest.
		row.Expires = millis(t.now.Add(s.opts.LeaseTime))
		lease = row.model()
		return t.saveLease(row)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, http.StatusOK, lease)
}

func (s *Server) releaseLease(w http.ResponseWriter, r *http.Request, h *holder) {
	token, err := strconv.ParseInt(r.URL.Query().Get("token"), 10, 64)
	if err != nil || token < 1 {
		s.fail(w, r, refuse(http.StatusBadRequest, invalid, "token must be the lease's token."))
		return
	}
	err = s.write(r.Context(), func(t *tx) error {
		row, err := t.mine(r.PathValue("id"), h.name, token)
		if err != nil {
			return err
		}
		row.Expires = 0
		return t.saveLease(row)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// mine is the case's newest lease, if it is this holder's and has this token.
func (t *tx) mine(caseID, holder string, token int64) (leaseRow, error) {
	row, err := t.lease(caseID)
	if err != nil {
		return row, err
	}
	if row.Token == 0 || row.Token != token || row.Holder != holder {
		p := refuse(http.StatusConflict, leaseLost, "The lease %d of case %s is not the newest, or not yours.", token, caseID)
		if row.live(t.now) {
			p.Lease = row.model()
		}
		return row, p
	}
	return row, nil
}
