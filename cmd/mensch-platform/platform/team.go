package platform

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"mensch/app/cases"
	"mensch/app/model"
)

// team takes a team event once: its ID is in the address, and one that is
// there already is answered as it was taken. Its place is that of the feed, so
// that everybody folds the events in one order.
func (s *Server) team(w http.ResponseWriter, r *http.Request, h *holder) {
	var in model.TeamEvent
	if err := readBody(r, &in); err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusCreated
	var out model.TeamEvent
	err := s.write(r.Context(), func(t *tx) error {
		// Nobody acts in another's name, whatever the body says.
		in.By, in.Place, in.At = h.name, 0, in.At.UTC()
		if in.ID != r.PathValue("id") || !printable(in.ID, maxKey) {
			return refuse(http.StatusUnprocessableEntity, invalid, "The event's id must be the address's: 1 to %d printable ASCII characters.", maxKey)
		}
		if in.At.After(t.now.Add(clockSkew)) {
			return refuse(http.StatusUnprocessableEntity, invalid, "The event's time is in the future.")
		}
		if why := in.Wrong(); why != "" {
			return refuse(http.StatusUnprocessableEntity, invalid, "%s", why)
		}
		before, err := t.find(model.ChangeTeam, in.ID)
		switch {
		case err == nil && before.Deleted:
			return refuse(http.StatusUnprocessableEntity, keyReused, "The id %s is of another event.", in.ID)
		case err == nil:
			if out, err = load[model.TeamEvent](t.ctx, t, model.ChangeTeam, in.ID); err != nil {
				return err
			}
			same := in
			same.Place = out.Place
			if !sameEvent(out, same) {
				return refuse(http.StatusUnprocessableEntity, keyReused, "The id %s is of another event.", in.ID)
			}
			status = http.StatusOK
			return nil
		case !errors.Is(err, errNoObject):
			return err
		}
		if err := s.mayHappen(t, in); err != nil {
			return err
		}
		in.Place = t.seq + 1
		out = in
		return t.put(model.ChangeTeam, in.ID, 1, in)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, status, out)
}

func sameEvent(a, b model.TeamEvent) bool {
	review := a.Review == nil && b.Review == nil || a.Review != nil && b.Review != nil && *a.Review == *b.Review
	return a.Kind == b.Kind && a.CaseID == b.CaseID && a.ExpertID == b.ExpertID && a.By == b.By && a.At.Equal(b.At) &&
		a.Until.Equal(b.Until) && a.To == b.To && a.Text == b.Text && a.Ref == b.Ref && review
}

// mayHappen checks an event against what stands, and does what it does to the
// case's lease.
func (s *Server) mayHappen(t *tx, e model.TeamEvent) error {
	if _, err := load[model.Expert](t.ctx, t, model.ChangeExpert, e.ExpertID); errors.Is(err, errNoObject) {
		return refuse(http.StatusNotFound, notFound, "The platform has no expert %s.", e.ExpertID)
	} else if err != nil {
		return err
	}
	if e.CaseID != "" && round(e.ExpertID, e.CaseID) == 0 {
		return refuse(http.StatusUnprocessableEntity, invalid, "case_id must be the expert_id, a dot and the round.")
	}
	switch e.Kind {
	case model.TeamPin, model.TeamUnpin:
		note, err := load[model.TeamEvent](t.ctx, t, model.ChangeTeam, e.Ref)
		if errors.Is(err, errNoObject) || err == nil && (note.Kind != model.TeamNote || note.ExpertID != e.ExpertID) {
			return refuse(http.StatusNotFound, notFound, "There is no note %s on the account.", e.Ref)
		}
		return err
	case model.TeamReview:
		return t.mayReview(e)
	case model.TeamNote:
		return nil
	case model.TeamHand:
		if !slices.Contains(s.colleagueNames(), e.To) {
			return refuse(http.StatusUnprocessableEntity, invalid, "There is no moderator of that name to hand the case to.")
		}
	}
	row, err := t.lease(e.CaseID)
	if err != nil {
		return err
	}
	taking := e.Kind == model.TeamHold || e.Kind == model.TeamHand
	if taking && row.live(t.now) && row.Holder != e.By {
		return heldBy(row)
	}
	h, err := t.handling(e.CaseID)
	if err != nil {
		return err
	}
	// By this clock, not the sender's: whether a hold has ended is ours to say.
	now := e
	if e.Kind == model.TeamHand || e.Kind == model.TeamHold && e.Until.After(t.now) {
		now.At = t.now
	}
	if _, err := h.After(now); err != nil {
		var no *model.HandlingError
		if !errors.As(err, &no) {
			return err
		}
		if no.Holder != "" {
			p := refuse(http.StatusConflict, leaseHeld, "%s", no.Why)
			p.Lease = &model.Lease{CaseID: e.CaseID, Holder: no.Holder, Token: max(row.Token, 1), Expires: no.Until}
			return p
		}
		return refuse(http.StatusUnprocessableEntity, invalid, "%s", no.Why)
	}
	if (e.Kind == model.TeamHand || e.Kind == model.TeamSkip) && row.live(t.now) && row.Holder == e.By {
		row.Expires = 0 // what is given away is not claimed any more
		return t.saveLease(row)
	}
	return nil
}

// mayReview passes a review of a decision by somebody who did not make it and
// has not reviewed it before.
func (t *tx) mayReview(e model.TeamEvent) error {
	receipt, err := load[model.Receipt](t.ctx, t, model.ChangeDecision, e.Ref)
	if errors.Is(err, errNoObject) {
		return refuse(http.StatusNotFound, notFound, "There is no decision %s.", e.Ref)
	}
	if err != nil {
		return err
	}
	if receipt.Decision.CaseID != e.CaseID {
		return refuse(http.StatusUnprocessableEntity, invalid, "The decision %s is on another case.", e.Ref)
	}
	if receipt.Decision.Moderator == e.By {
		return refuse(http.StatusForbidden, forbidden, "Nobody reviews a decision of their own.")
	}
	events, err := loadAll[model.TeamEvent](t, model.ChangeTeam, "ref", e.CaseID)
	if err != nil {
		return err
	}
	for _, x := range events {
		if x.Kind == model.TeamReview && x.Ref == e.Ref && x.By == e.By {
			return refuse(http.StatusUnprocessableEntity, invalid, "You reviewed the decision before.")
		}
	}
	return nil
}

// handling is what the events of a case come to.
func (t *tx) handling(caseID string) (model.Handling, error) {
	var h model.Handling
	if caseID == "" {
		return h, nil
	}
	events, err := loadAll[model.TeamEvent](t, model.ChangeTeam, "ref", caseID)
	if err != nil {
		return h, err
	}
	slices.SortFunc(events, func(a, b model.TeamEvent) int { return int(a.Place - b.Place) })
	for _, e := range events {
		if next, err := h.After(e); err == nil {
			h = next
		}
	}
	return h, nil
}

// checkHold refuses a claim or a decision on a case that a colleague holds.
func (t *tx) checkHold(caseID, by string) error {
	h, err := t.handling(caseID)
	if err != nil {
		return err
	}
	if !h.Held(t.now) || h.HoldBy == by {
		return nil
	}
	p := refuse(http.StatusConflict, leaseHeld, "%s holds the case until %s: %s", h.HoldBy, h.HoldUntil.UTC().Format("2 January, 15:04 UTC"), h.HoldReason)
	row, err := t.lease(caseID)
	if err != nil {
		return err
	}
	p.Lease = &model.Lease{CaseID: caseID, Holder: h.HoldBy, Token: max(row.Token, 1), Expires: h.HoldUntil}
	return p
}

// colleagues answers who a case can be handed to.
func (s *Server) colleagues(w http.ResponseWriter, r *http.Request, _ *holder) {
	type colleague struct {
		Name  string   `json:"name"`
		Roles []string `json:"roles"`
	}
	out := []colleague{}
	for _, name := range s.colleagueNames() {
		c := colleague{Name: name}
		for _, h := range *s.tokens.Load() {
			if h.name != name {
				continue
			}
			for _, role := range h.roles {
				if !slices.Contains(c.Roles, role) {
					c.Roles = append(c.Roles, role)
				}
			}
		}
		out = append(out, c)
	}
	s.answer(w, r, http.StatusOK, map[string]any{"colleagues": out})
}

// colleagueNames are those who may decide, by name.
func (s *Server) colleagueNames() []string {
	var names []string
	for _, h := range *s.tokens.Load() {
		if cases.May(h.roles, cases.MayDecide) && !slices.Contains(names, h.name) {
			names = append(names, h.name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}

// PutTeamEvent loads an event at its place, for a community that has a past.
func (l *Loader) PutTeamEvent(e model.TeamEvent) error {
	if why := e.Wrong(); why != "" {
		return fmt.Errorf("loading team event %s: %s", e.ID, why)
	}
	return l.Put(model.ChangeTeam, e.ID, 1, e)
}
