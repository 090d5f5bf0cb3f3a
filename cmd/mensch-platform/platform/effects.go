package platform

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"mensch/app/cases"
	"mensch/app/model"
)

// undo is what a decision took away, so that a reversal can give it back.
type undo struct {
	Fields  map[string]json.RawMessage `json:"fields,omitempty"`
	Photo   string                     `json:"photo,omitempty"`
	Ratings []string                   `json:"ratings,omitempty"`
}

// field is a resettable field of a profile.
type field struct {
	get func(*model.Profile) any // pointer to the field
	nil func(*model.Profile) bool
}

func text(at func(*model.Profile) *string) field {
	return field{
		get: func(p *model.Profile) any { return at(p) },
		nil: func(p *model.Profile) bool { return *at(p) == "" },
	}
}

func list(at func(*model.Profile) *[]string) field {
	return field{
		get: func(p *model.Profile) any { return at(p) },
		nil: func(p *model.Profile) bool { return len(*at(p)) == 0 },
	}
}

var profileFields = map[string]field{
	"name":        text(func(p *model.Profile) *string { return &p.Name }),
	"headline":    text(func(p *model.Profile) *string { return &p.Headline }),
	"bio":         text(func(p *model.Profile) *string { return &p.Bio }),
	"gender":      text(func(p *model.Profile) *string { return &p.Gender }),
	"degrees":     list(func(p *model.Profile) *[]string { return &p.Degrees }),
	"credentials": list(func(p *model.Profile) *[]string { return &p.Credentials }),
}

// clear empties the field and returns what it held.
func (f field) clear(p *model.Profile) (json.RawMessage, error) {
	held, err := json.Marshal(f.get(p))
	if err != nil {
		return nil, err
	}
	switch v := f.get(p).(type) {
	case *string:
		*v = ""
	case *[]string:
		*v = nil
	}
	return held, nil
}

// takeEffect changes all that a decision changes but the expert's state, which
// follows from the sanctions on file (settleState).
func (t *tx) takeEffect(d model.Decision) (undo, error) {
	var back undo
	if err := t.noteBase(d.ExpertID); err != nil {
		return back, err
	}
	if d.Reverses != "" {
		if err := t.reverse(d); err != nil {
			return back, err
		}
	}
	if err := t.changeProfile(d, &back); err != nil {
		return back, err
	}
	if err := t.voidRatings(d, &back); err != nil {
		return back, err
	}
	if err := t.closeIncidents(d.CaseID); err != nil {
		return back, err
	}
	return back, t.settleAppeals(d)
}

func (t *tx) changeProfile(d model.Decision, back *undo) error {
	touches := func(s model.Sanction) bool { return s.Step == model.StepFieldReset || s.Step == model.StepPhotoRemoval }
	if !slices.ContainsFunc(d.Sanctions, touches) {
		return nil
	}
	p, err := load[model.Profile](t.ctx, t, model.ChangeProfile, d.ExpertID)
	if errors.Is(err, errNoObject) {
		return nil // nothing left to take away
	}
	if err != nil {
		return err
	}
	changed := false
	for _, s := range d.Sanctions {
		switch f := profileFields[s.Field]; {
		case s.Step == model.StepPhotoRemoval && p.PhotoID != "":
			back.Photo, p.PhotoID, changed = p.PhotoID, "", true
		case s.Step == model.StepFieldReset && !f.nil(&p):
			held, err := f.clear(&p)
			if err != nil {
				return fmt.Errorf("resetting %s of %s: %w", s.Field, d.ExpertID, err)
			}
			if back.Fields == nil {
				back.Fields = map[string]json.RawMessage{}
			}
			back.Fields[s.Field], changed = held, true
		}
	}
	if !changed {
		return nil
	}
	return t.putProfile(p)
}

func (t *tx) putProfile(p model.Profile) error {
	p.Version++
	p.UpdatedAt = t.now
	return t.put(model.ChangeProfile, p.ExpertID, p.Version, p)
}

func (t *tx) voidRatings(d model.Decision, back *undo) error {
	for _, s := range d.Sanctions {
		if s.Step != model.StepRatingVoid {
			continue
		}
		for _, id := range s.Ratings {
			rating, err := load[model.Rating](t.ctx, t, model.ChangeRating, id)
			if errors.Is(err, errNoObject) {
				continue // erased meanwhile: as void as can be
			}
			if err != nil {
				return err
			}
			if rating.ExpertID != d.ExpertID {
				return refuse(http.StatusUnprocessableEntity, invalid, "The rating %s is of another expert.", id)
			}
			if rating.Void {
				continue
			}
			if err := t.putRating(rating, true); err != nil {
				return err
			}
			back.Ratings = append(back.Ratings, id)
		}
	}
	return nil
}

func (t *tx) putRating(rating model.Rating, void bool) error {
	rating.Void = void
	rating.Version++
	return t.put(model.ChangeRating, rating.ID, rating.Version, rating)
}

func (t *tx) closeIncidents(caseID string) error {
	incidents, err := loadAll[model.Incident](t, model.ChangeIncident, "ref", caseID)
	if err != nil {
		return err
	}
	for _, incident := range incidents {
		if incident.Closed {
			continue
		}
		incident.Closed = true
		incident.Version++
		if err := t.put(model.ChangeIncident, incident.ID, incident.Version, incident); err != nil {
			return err
		}
	}
	return nil
}

// settleAppeals answers the appeal that a decision names, or, where it names
// none, all that are open on the case, by the rules of app/cases: not by
// anybody who took part in the decision that is objected to, and with a reason.
func (t *tx) settleAppeals(d model.Decision) error {
	appeals, err := loadAll[model.Appeal](t, model.ChangeAppeal, "ref", d.CaseID)
	if err != nil {
		return err
	}
	answered := d.Answers == ""
	for _, appeal := range appeals {
		if appeal.Outcome != "" || d.Answers != "" && appeal.ID != d.Answers {
			continue
		}
		answered = true
		first, approvals, err := t.partIn(appeal.DecisionID)
		if err != nil {
			return fmt.Errorf("answering appeal %s: %w", appeal.ID, err)
		}
		event := cases.AppealUphold
		switch {
		case d.Reverses == appeal.DecisionID && d.Outcome == model.Reversed:
			event = cases.AppealOverturn
		case d.Reverses == appeal.DecisionID:
			event = cases.AppealChange
		}
		reason := cmp.Or(d.Message, d.Rationale)
		if d.Answers != "" {
			reason = cmp.Or(d.Rationale, d.Message)
		}
		appeal, err = cases.DecideAppeal(appeal, first, approvals, d.Moderator, event, reason, t.now)
		switch {
		case errors.Is(err, cases.ErrSamePerson):
			return tookPart(first)
		case err != nil:
			return refuse(http.StatusUnprocessableEntity, invalid, "The appeal cannot be answered so: %v.", err)
		}
		appeal.Version++
		if err := t.put(model.ChangeAppeal, appeal.ID, appeal.Version, appeal); err != nil {
			return err
		}
	}
	if !answered {
		return refuse(http.StatusUnprocessableEntity, invalid, "No appeal %s waits for an answer on case %s.", d.Answers, d.CaseID)
	}
	return nil
}

func tookPart(first model.Decision) *problem {
	return refuse(http.StatusForbidden, forbidden, "Somebody who took no part in the decision of %s must decide about the objection to it.", first.Moderator)
}

// partIn is a decision and the approval that it needed, for who took part.
func (t *tx) partIn(key string) (model.Decision, []model.Approval, error) {
	row, err := t.decisionByKey(key)
	if err != nil {
		return model.Decision{}, nil, err
	}
	var first model.Receipt
	if err := json.Unmarshal([]byte(row.Receipt), &first); err != nil {
		return model.Decision{}, nil, err
	}
	approval, err := load[model.Approval](t.ctx, t, model.ChangeApproval, key)
	if errors.Is(err, errNoObject) {
		return first.Decision, nil, nil
	}
	return first.Decision, []model.Approval{approval}, err
}

func (t *tx) openAppeals(caseID string) (int, error) {
	appeals, err := loadAll[model.Appeal](t, model.ChangeAppeal, "ref", caseID)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, a := range appeals {
		if a.Outcome == "" {
			n++
		}
	}
	return n, nil
}

// reverse takes back a decision: its sanctions count no more, and what it took
// away returns, unless the expert has filled the field since or another
// standing sanction took the same thing. Incidents stay closed.
func (t *tx) reverse(d model.Decision) error {
	row, err := t.decisionByKey(d.Reverses)
	if errors.Is(err, errNoObject) || (err == nil && row.ExpertID != d.ExpertID) {
		return refuse(http.StatusUnprocessableEntity, invalid, "There is no decision %s about this expert to reverse.", d.Reverses)
	}
	if err != nil {
		return err
	}
	if row.Reversed != "" {
		return refuse(http.StatusUnprocessableEntity, invalid, "The decision %s was reversed by %s already.", row.Key, row.Reversed)
	}
	if err := t.strike(row.Key, d.ID); err != nil {
		return err
	}
	o, err := t.find(model.ChangeDecision, row.Key)
	if err != nil {
		return fmt.Errorf("reversing %s: %w", row.Key, err)
	}
	var receipt model.Receipt
	if err := json.Unmarshal([]byte(o.Data.String), &receipt); err != nil {
		return fmt.Errorf("reversing %s: %w", row.Key, err)
	}
	for i := range receipt.Decision.Sanctions {
		receipt.Decision.Sanctions[i].ReversedByID = d.ID
	}
	if err := t.put(model.ChangeDecision, row.Key, o.Version+1, receipt); err != nil {
		return err
	}
	var back undo
	if err := json.Unmarshal([]byte(row.Undo), &back); err != nil {
		return fmt.Errorf("reversing %s: %w", row.Key, err)
	}
	return t.giveBack(d.ExpertID, back)
}

// strike makes a decision's sanctions count no more.
func (t *tx) strike(key, by string) error {
	if _, err := t.ExecContext(t.ctx, "UPDATE decisions SET reversed = ? WHERE key = ?", by, key); err != nil {
		return fmt.Errorf("reversing %s: %w", key, err)
	}
	if _, err := t.ExecContext(t.ctx, "UPDATE sanctions SET reversed = 1 WHERE decision = ?", key); err != nil {
		return fmt.Errorf("reversing %s: %w", key, err)
	}
	return nil
}

func (t *tx) giveBack(expertID string, back undo) error {
	receipts, err := loadAll[model.Receipt](t, model.ChangeDecision, "expert", expertID)
	if err != nil {
		return err
	}
	// stands says whether a sanction not taken back still does the same.
	stands := func(same func(model.Sanction) bool) bool {
		return slices.ContainsFunc(receipts, func(r model.Receipt) bool {
			return slices.ContainsFunc(r.Decision.Sanctions, func(s model.Sanction) bool { return s.ReversedByID == "" && same(s) })
		})
	}
	for _, id := range back.Ratings {
		if stands(func(s model.Sanction) bool { return s.Step == model.StepRatingVoid && slices.Contains(s.Ratings, id) }) {
			continue
		}
		rating, err := load[model.Rating](t.ctx, t, model.ChangeRating, id)
		if errors.Is(err, errNoObject) {
			continue
		}
		if err != nil {
			return err
		}
		if err := t.putRating(rating, false); err != nil {
			return err
		}
	}
	p, err := load[model.Profile](t.ctx, t, model.ChangeProfile, expertID)
	if errors.Is(err, errNoObject) {
		return nil
	}
	if err != nil {
		return err
	}
	changed := false
	if back.Photo != "" && p.PhotoID == "" && !stands(func(s model.Sanction) bool { return s.Step == model.StepPhotoRemoval }) {
		p.PhotoID, changed = back.Photo, true
	}
	for name, held := range back.Fields {
		f := profileFields[name]
		if f.get == nil || !f.nil(&p) || stands(func(s model.Sanction) bool { return s.Step == model.StepFieldReset && s.Field == name }) {
			continue
		}
		if err := json.Unmarshal(held, f.get(&p)); err != nil {
			return fmt.Errorf("giving back %s of %s: %w", name, expertID, err)
		}
		changed = true
	}
	if !changed {
		return nil
	}
	return t.putProfile(p)
}

// hardness orders the states of an expert.
var hardness = map[model.ExpertState]int{model.ExpertActive: 0, model.ExpertSuspended: 1, model.ExpertBanned: 2}

func hardest(steps []model.Step) model.ExpertState {
	state := model.ExpertActive
	for _, step := range steps {
		switch step {
		case model.StepBan:
			return model.ExpertBanned
		case model.StepSuspension:
			state = model.ExpertSuspended
		}
	}
	return state
}

// noteBase keeps the state that an expert has apart from the sanctions on
// file, so that the end of a suspension does not lift a ban that came from
// elsewhere. It notes it once, before the first sanction changes anything.
func (t *tx) noteBase(expertID string) error {
	e, err := load[model.Expert](t.ctx, t, model.ChangeExpert, expertID)
	if errors.Is(err, errNoObject) {
		return nil
	}
	if err != nil {
		return err
	}
	var steps []model.Step
	if err := t.SelectContext(t.ctx, &steps, "SELECT step FROM sanctions WHERE expert_id = ? AND reversed = 0", expertID); err != nil {
		return fmt.Errorf("reading the sanctions of %s: %w", expertID, err)
	}
	base := e.State
	if hardness[e.State] <= hardness[hardest(steps)] {
		base = model.ExpertActive
	}
	if _, err := t.ExecContext(t.ctx, "INSERT INTO base_states (expert_id, state) VALUES (?, ?) ON CONFLICT DO NOTHING", expertID, base); err != nil {
		return fmt.Errorf("noting the state of %s: %w", expertID, err)
	}
	return nil
}

// settleState gives an expert the state that follows from the sanctions in
// force now, and remembers which of them time has reached.
func (t *tx) settleState(expertID string) error {
	now, soon := millis(t.now), millis(t.now.Add(clockSkew))
	if _, err := t.ExecContext(t.ctx, `UPDATE sanctions SET phase = CASE WHEN ends <= ? THEN 2 WHEN starts <= ? THEN 1 ELSE 0 END WHERE expert_id = ?`,
		now, soon, expertID); err != nil {
		return fmt.Errorf("settling the sanctions of %s: %w", expertID, err)
	}
	e, err := load[model.Expert](t.ctx, t, model.ChangeExpert, expertID)
	if errors.Is(err, errNoObject) {
		return nil // erased
	}
	if err != nil {
		return err
	}
	var steps []model.Step
	if err := t.SelectContext(t.ctx, &steps, "SELECT step FROM sanctions WHERE expert_id = ? AND reversed = 0 AND phase = 1", expertID); err != nil {
		return fmt.Errorf("reading the sanctions of %s: %w", expertID, err)
	}
	var base model.ExpertState
	if err := t.GetContext(t.ctx, &base, "SELECT state FROM base_states WHERE expert_id = ?", expertID); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("reading the state of %s: %w", expertID, err)
	}
	state := hardest(steps)
	if hardness[base] > hardness[state] {
		state = base
	}
	if state == e.State {
		return nil
	}
	e.State = state
	e.Version++
	return t.put(model.ChangeExpert, e.ID, e.Version, e)
}

// passTime settles each expert whose sanction has begun or ended since.
func (s *Server) passTime(ctx context.Context) error {
	return s.write(ctx, func(t *tx) error {
		var experts []string
		if err := t.SelectContext(ctx, &experts, `SELECT DISTINCT expert_id FROM sanctions
			WHERE (phase = 0 AND starts <= ?) OR (phase < 2 AND ends <= ?)`,
			millis(t.now.Add(clockSkew)), millis(t.now)); err != nil {
			return fmt.Errorf("looking for sanctions that begin or end: %w", err)
		}
		for _, id := range experts {
			if err := t.noteBase(id); err != nil {
				return err
			}
			if err := t.settleState(id); err != nil {
				return err
			}
		}
		return nil
	})
}
