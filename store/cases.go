package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"mensch/app/model"
)

type caseRow struct {
	ID            string `db:"id"`
	ExpertID      string `db:"expert_id"`
	Round         int    `db:"round"`
	Version       int64  `db:"version"`
	State         string `db:"state"`
	PlatformState string `db:"platform_state"`
	Overlay       string `db:"overlay"`
	OpenedAt      int64  `db:"opened_at"`
	Quiet         bool   `db:"quiet"`
	Score         int    `db:"score"`
	Reasons       string `db:"reasons"`
	LeaseHolder   string `db:"lease_holder"`
	LeaseToken    int64  `db:"lease_token"`
	LeaseExpires  int64  `db:"lease_expires"`
}

const caseColumns = `id, expert_id, round, version, state, platform_state, overlay, opened_at, quiet, score, reasons, lease_holder, lease_token, lease_expires`

// noun gives the case as a caller sees it: a lease that ran out is none.
func (r caseRow) noun(now time.Time) (model.Case, error) {
	c := model.Case{
		ID: r.ID, ExpertID: r.ExpertID, Round: r.Round, Version: r.Version, State: model.CaseState(r.State), OpenedAt: at(r.OpenedAt),
		Priority: model.Priority{Score: r.Score},
	}
	if r.LeaseHolder != "" && r.LeaseExpires > us(now) {
		c.Lease = &model.Lease{CaseID: r.ID, Holder: r.LeaseHolder, Token: r.LeaseToken, Expires: at(r.LeaseExpires)}
	}
	if err := json.Unmarshal([]byte(r.Reasons), &c.Priority.Reasons); err != nil {
		return c, fmt.Errorf("reading the priority of case %s: %w", r.ID, err)
	}
	return c, nil
}

// platformStates are those that a platform may send: the others are made here.
var platformStates = map[model.CaseState]bool{
	model.CaseOpen: true, model.CaseProposed: true, model.CaseDecided: true, model.CaseAppealed: true,
}

// applyCase takes the platform's version and state in. What a decision made
// here says (the overlay) stays until the outbox is settled.
func applyCase(a *applier, c model.Change) (bool, error) {
	v, err := decode(c, func(v model.Case) string { return v.ID })
	if err == nil {
		err = need(v.ExpertID)
	}
	if err == nil && v.Round < 1 {
		err = bad("round is %d, and starts at 1", v.Round)
	}
	if err == nil && !platformStates[v.State] {
		err = bad("the state %q is not known", v.State)
	}
	if err != nil {
		return false, err
	}
	var lease model.Lease
	if v.Lease != nil && v.Lease.Holder != "" {
		lease = *v.Lease
	}
	applied, err := a.upsert(`INSERT INTO cases (version, epoch, id, expert_id, round, platform_state, opened_at, lease_holder, lease_token, lease_expires)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, expert_id = excluded.expert_id, round = excluded.round,
			platform_state = excluded.platform_state, opened_at = excluded.opened_at,
			lease_holder = iif(lease_ours = 1 AND lease_token >= excluded.lease_token, lease_holder, excluded.lease_holder),
			lease_expires = iif(lease_ours = 1 AND lease_token >= excluded.lease_token, lease_expires, excluded.lease_expires),
			lease_token = iif(lease_ours = 1 AND lease_token >= excluded.lease_token, lease_token, excluded.lease_token),
			lease_ours = iif(lease_ours = 1 AND lease_token >= excluded.lease_token, 1, 0)
		WHERE excluded.version > cases.version OR cases.epoch < ?11`,
		c.Version, a.sync.Epoch, c.ID, v.ExpertID, v.Round, v.State, us(v.OpenedAt), lease.Holder, lease.Token, us(lease.Expires))
	if err != nil || !applied {
		return false, err
	}
	a.owe(model.WorkCase, v.ExpertID)
	return true, nil
}

// keepCase keeps what was written about a case here: it becomes a case that
// the platform does not have.
func keepCase(a *applier, id string) (bool, error) {
	var used bool
	_, err := a.get(&used, `SELECT EXISTS (SELECT 1 FROM outbox WHERE case_id = ?1) OR EXISTS (SELECT 1 FROM team_events WHERE case_id = ?1)`, id)
	if err != nil || !used {
		return false, err
	}
	var expert string
	if _, err := a.get(&expert, `SELECT expert_id FROM cases WHERE id = ?`, id); err != nil {
		return false, err
	}
	a.owe(model.WorkCase, expert)
	_, err = a.exec(`UPDATE cases SET version = 0, epoch = ?, lease_holder = '', lease_token = 0, lease_expires = 0, lease_ours = 0 WHERE id = ?`, a.sync.Epoch, id)
	return true, err
}

func goneCase(a *applier, id string) error {
	var expert string
	if _, err := a.get(&expert, `SELECT expert_id FROM cases WHERE id = ?`, id); err != nil {
		return err
	}
	a.owe(model.WorkCase, expert)
	// Its findings stand open again.
	_, err := a.exec(`UPDATE findings SET case_id = '' WHERE case_id = ?`, id)
	return err
}

// Case gives one case, or model.ErrNotFound. Version is the platform's; State
// is what a decision made here says, until the platform has answered it.
func (s *Store) Case(ctx context.Context, id string) (model.Case, error) {
	doing := "reading case " + id
	row, err := caseByID(ctx, s.reader, id)
	if err != nil {
		return model.Case{}, failed(ctx, doing, err)
	}
	c, err := row.noun(s.now())
	return c, failed(ctx, doing, err)
}

func caseByID(ctx context.Context, from getter, id string) (caseRow, error) {
	var row caseRow
	err := from.GetContext(ctx, &row, `SELECT `+caseColumns+` FROM cases WHERE id = ?`, id)
	return row, err
}

// CaseFacts gathers what a case's priority is computed from: its open
// incidents, its findings but the rejected ones, its appeals, and the expert's
// record. An expert who has not arrived has only an ID.
func (s *Store) CaseFacts(ctx context.Context, caseID string) (model.CaseFacts, error) {
	var facts model.CaseFacts
	err := s.read(ctx, "reading case "+caseID, func(g getter) error {
		row, err := caseByID(ctx, g, caseID)
		if err != nil {
			return err
		}
		facts, err = factsOf(ctx, g, row, s.now())
		return err
	})
	return facts, err
}

// SaveLease keeps a lease that the platform gave to us, unless a newer one is known.
func (s *Store) SaveLease(ctx context.Context, lease model.Lease) error {
	return s.write(ctx, "keeping the lease on case "+lease.CaseID, func(t *tx) error {
		n, err := t.exec(`UPDATE cases SET lease_holder = ?, lease_token = ?, lease_expires = ?, lease_ours = 1 WHERE id = ? AND lease_token <= ?`,
			lease.Holder, lease.Token, us(lease.Expires), lease.CaseID, lease.Token)
		if err != nil || n > 0 {
			return err
		}
		var there bool
		if _, err := t.get(&there, `SELECT EXISTS (SELECT 1 FROM cases WHERE id = ?)`, lease.CaseID); err != nil {
			return err
		}
		if !there {
			return model.ErrNotFound
		}
		return model.ErrStale
	})
}

// DropLease forgets the lease on a case. A case without one is left alone.
func (s *Store) DropLease(ctx context.Context, caseID string) error {
	return s.write(ctx, "dropping the lease on case "+caseID, func(t *tx) error {
		_, err := t.exec(`UPDATE cases SET lease_holder = '', lease_token = 0, lease_expires = 0, lease_ours = 0 WHERE id = ?`, caseID)
		return err
	})
}
