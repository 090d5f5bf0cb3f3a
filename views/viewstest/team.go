package viewstest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mensch/app"
	"mensch/app/model"
)

// team keeps a team event of the made-up community, as a store would.
func (d *Desk) team(ctx context.Context, method string, e model.TeamEvent) error {
	if err := d.enter(ctx, method); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e.ID, e.By, e.At = fmt.Sprintf("t%d", len(d.Team)), d.settings.Moderator, Noon
	if i, ok := d.byCase[e.CaseID]; ok {
		e.ExpertID = d.rows[i].ExpertID
		next, err := d.rows[i].Handling.After(e)
		var no *model.HandlingError
		if errors.As(err, &no) {
			return &app.Refusal{Why: no.Why}
		}
		if err != nil {
			return err
		}
		d.rows[i].Handling = next
	}
	d.Team = append(d.Team, e)
	return nil
}

// Did are the team events so far.
func (d *Desk) Did() []model.TeamEvent {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]model.TeamEvent(nil), d.Team...)
}

// Handle sets what colleagues did with a case.
func (d *Desk) Handle(caseID string, h model.Handling) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i, ok := d.byCase[caseID]; ok {
		d.rows[i].Handling = h
	}
}

// AddAccountNote keeps a note on an account.
func (d *Desk) AddAccountNote(ctx context.Context, caseID, text string) error {
	return d.team(ctx, "AddAccountNote", model.TeamEvent{Kind: model.TeamNote, CaseID: caseID, Text: text})
}

// PinNote pins a note.
func (d *Desk) PinNote(ctx context.Context, note model.Note, pinned bool) error {
	kind := model.TeamPin
	if !pinned {
		kind = model.TeamUnpin
	}
	return d.team(ctx, "PinNote", model.TeamEvent{Kind: kind, CaseID: note.CaseID, Ref: note.ID})
}

// Hold holds a case.
func (d *Desk) Hold(ctx context.Context, caseID string, until time.Time, reason string) error {
	return d.team(ctx, "Hold", model.TeamEvent{Kind: model.TeamHold, CaseID: caseID, Until: until, Text: reason})
}

// Resume ends a hold.
func (d *Desk) Resume(ctx context.Context, caseID string) error {
	return d.team(ctx, "Resume", model.TeamEvent{Kind: model.TeamResume, CaseID: caseID})
}

// Hand hands a case over.
func (d *Desk) Hand(ctx context.Context, caseID, to, note string) error {
	return d.team(ctx, "Hand", model.TeamEvent{Kind: model.TeamHand, CaseID: caseID, To: to, Text: note})
}

// Return ends a hand-over.
func (d *Desk) Return(ctx context.Context, caseID string) error {
	return d.team(ctx, "Return", model.TeamEvent{Kind: model.TeamReturn, CaseID: caseID})
}

// AskHelp asks for help.
func (d *Desk) AskHelp(ctx context.Context, caseID, question string) error {
	return d.team(ctx, "AskHelp", model.TeamEvent{Kind: model.TeamHelp, CaseID: caseID, Text: question})
}

// Answer answers a question.
func (d *Desk) Answer(ctx context.Context, caseID, text string) error {
	return d.team(ctx, "Answer", model.TeamEvent{Kind: model.TeamAnswer, CaseID: caseID, Text: text})
}

// Skip skips a case.
func (d *Desk) Skip(ctx context.Context, caseID, reason string) error {
	return d.team(ctx, "Skip", model.TeamEvent{Kind: model.TeamSkip, CaseID: caseID, Text: reason})
}

// Colleagues are two.
func (d *Desk) Colleagues(ctx context.Context) ([]string, error) {
	return []string{"Jonas Meier", "Kim Larsen"}, d.enter(ctx, "Colleagues")
}

// Attend claims an opened case, unless a colleague has it.
func (d *Desk) Attend(ctx context.Context, caseID string) (model.Lease, error) {
	d.mu.Lock()
	i, ok := d.byCase[caseID]
	if ok && d.rows[i].LeaseHolder != "" && d.rows[i].LeaseHolder != d.settings.Moderator {
		l := model.Lease{CaseID: caseID, Holder: d.rows[i].LeaseHolder, Token: 9, Expires: d.rows[i].LeaseUntil}
		d.mu.Unlock()
		return l, d.enter(ctx, "Attend")
	}
	d.mu.Unlock()
	if err := d.enter(ctx, "Attend"); err != nil {
		return model.Lease{}, err
	}
	return d.Claim(ctx, caseID)
}

// NextCase is the first case that nobody has.
func (d *Desk) NextCase(ctx context.Context, f model.QueueFilter, from string) (string, error) {
	if err := d.enter(ctx, "NextCase"); err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f.HideSkipped = true
	for _, r := range d.filtered(f) {
		if r.CaseID != from && r.LeaseHolder == "" && r.State == model.CaseOpen && !r.Handling.Held(Noon) && r.Handling.HandedTo == "" {
			return r.CaseID, nil
		}
	}
	return "", model.ErrNotFound
}

// fits reports whether a row is in a filter by what colleagues did.
func (d *Desk) fits(f model.QueueFilter, r model.QueueRow) bool {
	me, h := d.settings.Moderator, r.Handling
	_, skipped := h.SkippedAt[me]
	return (!f.Mine || r.LeaseHolder == me || h.HoldBy == me || h.HandedTo == me) && (!f.OnHold || h.Held(Noon)) &&
		(!f.HelpAsked || h.HelpBy != "") && (!f.HideSkipped || !skipped) &&
		(f.WaitingDays == 0 || !r.OpenedAt.After(Noon.AddDate(0, 0, -f.WaitingDays)))
}

// QueueViews are the views with their counts.
func (d *Desk) QueueViews(ctx context.Context) ([]model.QueueView, error) {
	if err := d.enter(ctx, "QueueViews"); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	open := []model.CaseState{model.CaseOpen, model.CaseConflict, model.CaseAppealed}
	out := []model.QueueView{
		{Slot: 1, Name: "Mine", Filter: model.QueueFilter{States: open, Mine: true}},
		{Slot: 2, Name: "Urgent", Filter: model.QueueFilter{States: open, MinScore: 60}},
		{Slot: 3, Name: "Appeals", Filter: model.QueueFilter{States: []model.CaseState{model.CaseAppealed}}},
		{Slot: 4, Name: "Help asked", Filter: model.QueueFilter{States: open, HelpAsked: true}},
		{Slot: 5, Name: "On hold", Filter: model.QueueFilter{States: open, OnHold: true}},
		{Slot: 6, Name: "Waiting long", Filter: model.QueueFilter{States: open, WaitingDays: 7}},
	}
	out = append(out, d.Views...)
	for i := range out {
		out[i].Count = len(d.filtered(out[i].Filter))
	}
	return out, nil
}

// SaveView keeps a view.
func (d *Desk) SaveView(ctx context.Context, view model.QueueView) error {
	if err := d.enter(ctx, "SaveView"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if view.Slot == 0 {
		view.Slot = 7 + len(d.Views)
	}
	view.Own = true
	d.Views = append(d.Views, view)
	return nil
}

// DropView gives a view up.
func (d *Desk) DropView(ctx context.Context, slot int) error {
	if err := d.enter(ctx, "DropView"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, v := range d.Views {
		if v.Slot == slot {
			d.Views = append(d.Views[:i:i], d.Views[i+1:]...)
			break
		}
	}
	return nil
}

// Rows are all cases, whatever their state.
func (d *Desk) Rows() []model.QueueRow {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]model.QueueRow(nil), d.rows...)
}

// PlanBulk leaves out what colleagues have.
func (d *Desk) PlanBulk(ctx context.Context, b app.Bulk, sample int, seed uint64, progress func(done, total int)) (app.BulkPlan, error) {
	if err := d.enter(ctx, "PlanBulk"); err != nil {
		return app.BulkPlan{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var plan app.BulkPlan
	rows := d.rows
	if b.Filter != nil {
		rows = d.filtered(*b.Filter)
	}
	for _, r := range rows {
		in := b.Filter != nil
		for _, id := range b.Cases {
			in = in || id == r.CaseID
		}
		if !in {
			continue
		}
		c := app.BulkCase{
			CaseID: r.CaseID, ScreenName: r.ScreenName, Cluster: r.Cluster, Findings: r.Findings, Incidents: r.Incidents, Guidelines: r.Guidelines,
			Strongest: "The expert gives an email address and a phone number, both spelled out to hide them from filters.",
		}
		switch {
		case r.State == model.CaseAppealed:
			c.Why = "It is appealed: an appeal is decided by itself."
		case r.LeaseHolder != "" && r.LeaseHolder != d.settings.Moderator:
			c.Why = r.LeaseHolder + " works on it now."
		}
		if c.Why != "" {
			plan.Left = append(plan.Left, c)
			continue
		}
		plan.Decide = append(plan.Decide, c)
	}
	for i := range min(sample, len(plan.Decide)) {
		plan.Sample = append(plan.Sample, plan.Decide[(i*7+int(seed%5))%len(plan.Decide)])
	}
	progress(len(rows), len(rows))
	plan.Effects = []string{fmt.Sprintf("Decides %d cases", len(plan.Decide)), "Closes 12 incidents"}
	return plan, nil
}

// DecideBulk decides all but the last, which fails.
func (d *Desk) DecideBulk(ctx context.Context, b app.Bulk, progress func(done, total int)) (app.BulkDone, error) {
	if err := d.enter(ctx, "DecideBulk"); err != nil {
		return app.BulkDone{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	var out app.BulkDone
	for i, id := range b.Cases {
		if i == len(b.Cases)-1 && i > 1 {
			out.Failed = append(out.Failed, app.BulkCase{CaseID: id, ScreenName: names[i%len(names)], Why: "Somebody changed this meanwhile. Nothing was written; look at it again and repeat what you did."})
			continue
		}
		out.Decided = append(out.Decided, model.Decision{ID: "bulk-" + id, CaseID: id, Rationale: b.Rationale})
		progress(i+1, len(b.Cases))
	}
	d.Bulks = append(d.Bulks, b)
	return out, nil
}

// UndoMany takes all back.
func (d *Desk) UndoMany(ctx context.Context, decisions []string) (undone int, stand map[string]string, err error) {
	if err := d.enter(ctx, "UndoMany"); err != nil {
		return 0, nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Undone = append(d.Undone, decisions...)
	return len(decisions), nil, nil
}
