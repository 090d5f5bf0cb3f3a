package viewstest

import (
	"context"
	"fmt"
	"time"

	"mensch/app"
	"mensch/app/model"
)

// Outbox is a made-up outbox, newest first: one entry of each state.
func (d *Desk) Outbox(ctx context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error) {
	if err := d.enter(ctx, "Outbox"); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	states := []model.OutboxState{
		model.OutboxQueued, model.OutboxSending, model.OutboxConflict, model.OutboxUnknown,
		model.OutboxRejected, model.OutboxAcked, model.OutboxAcked, model.OutboxUndone,
	}
	problems := map[model.OutboxState]string{
		model.OutboxConflict: "Somebody else decided this case at 11:48. Both decisions stand side by side below.",
		model.OutboxUnknown:  "The platform did not answer. It will be asked whether the decision arrived before it is sent again.",
		model.OutboxRejected: "The platform refuses the decision: this account is not allowed to ban.",
	}
	var out []model.OutboxEntry
	for i, state := range states {
		e := model.OutboxEntry{
			Decision: model.Decision{
				ID: fmt.Sprintf("o%d", i), CaseID: d.rows[i%len(d.rows)].CaseID, ExpertID: d.rows[i%len(d.rows)].ExpertID, Moderator: d.settings.Moderator,
				Outcome: model.Sanctioned, DecidedAt: Noon.Add(-time.Duration(i) * 11 * time.Minute), PackVersion: "1.0.0", Language: "en",
				Message:   "Dear " + d.rows[i%len(d.rows)].ScreenName + ",\n\nwe looked at your sessions. Please keep all contact on the platform.",
				Rationale: "Second time in two months.",
				Sanctions: []model.Sanction{{ID: fmt.Sprintf("sa%d", i), Guideline: "contact-exchange", Step: model.StepWarning, Strikes: 1}},
			},
			State: state, Attempts: i % 4, LastError: problems[state], UpdatedAt: Noon.Add(-time.Duration(i) * 10 * time.Minute), Seq: int64(len(states) - i),
		}
		switch state {
		case model.OutboxQueued:
			e.NotBefore = Noon.Add(42 * time.Second)
		case model.OutboxConflict:
			theirs := e.Decision
			theirs.ID, theirs.Moderator, theirs.Outcome = "theirs", "Jonas Meier", model.Dismissed
			theirs.Sanctions, theirs.Message = nil, ""
			theirs.Rationale = "The client wrote the address first."
			theirs.DecidedAt = Noon.Add(-12 * time.Minute)
			e.Theirs = &theirs
		case model.OutboxAcked:
			if i%2 == 0 {
				e.Decision.Outcome, e.Decision.Sanctions, e.Decision.Message = model.Dismissed, nil, ""
			}
		}
		if (afterSeq == 0 || e.Seq < afterSeq) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// ResolveConflict counts the call.
func (d *Desk) ResolveConflict(ctx context.Context, _ string, _ bool) error {
	return d.enter(ctx, "ResolveConflict")
}

// RetryOutbox counts the call.
func (d *Desk) RetryOutbox(ctx context.Context, _ string) error { return d.enter(ctx, "RetryOutbox") }

// Banks are four made-up banks, one of each kind.
func (d *Desk) Banks(ctx context.Context) ([]model.Bank, error) {
	return []model.Bank{
		{ID: "b-stock", Name: "Stock photos", Kind: model.BankStock, CreatedAt: Noon.Add(-900 * time.Hour), Items: 402},
		{ID: "b-banned", Name: "Banned accounts", Kind: model.BankBanned, CreatedAt: Noon.Add(-800 * time.Hour), Items: 23},
		{ID: "b-copy", Name: "Copyrighted", Kind: model.BankCopyrighted, CreatedAt: Noon.Add(-700 * time.Hour), Items: 57},
		{ID: "b-legit", Name: "Licensed logos", Kind: model.BankLegitimate, CreatedAt: Noon.Add(-600 * time.Hour), Items: 9},
	}, d.enter(ctx, "Banks")
}

// CreateBank counts the call.
func (d *Desk) CreateBank(ctx context.Context, _ string, _ model.BankKind) error {
	return d.enter(ctx, "CreateBank")
}

// BankItems is a page of made-up items.
func (d *Desk) BankItems(ctx context.Context, bankID, after string, limit int) ([]model.BankItem, error) {
	if err := d.enter(ctx, "BankItems"); err != nil {
		return nil, err
	}
	sizes := map[string]int{"b-stock": 402, "b-banned": 23, "b-copy": 57, "b-legit": 9}
	var out []model.BankItem
	for i := range sizes[bankID] {
		item := model.BankItem{
			ID: fmt.Sprintf("%s-%04d", bankID, i), BankID: bankID, PhotoID: fmt.Sprintf("bank-%d", i%40), Name: fmt.Sprintf("smiling-gardener-%04d.jpg", i),
			Source: "Lyse Stock", Licence: "CC BY 4.0", Disabled: i%11 == 5, AddedAt: Noon.Add(-time.Duration(i) * time.Hour),
		}
		if i%13 == 7 {
			item.PhotoID, item.Note = "", "Only the hash is known."
		}
		if item.ID > after && len(out) < limit {
			out = append(out, item)
		}
	}
	return out, nil
}

// ImportBank pretends to read a folder of ten files.
func (d *Desk) ImportBank(ctx context.Context, _, _ string, progress func(done, total int)) (app.Import, error) {
	for i := 1; i <= 10; i++ {
		progress(i, 10)
	}
	return app.Import{Added: 7, Known: 2, Skipped: []string{"broken.jpg: the file is truncated"}}, d.enter(ctx, "ImportBank")
}

// DisableBankItem counts the call.
func (d *Desk) DisableBankItem(ctx context.Context, _ string, _ bool) error {
	return d.enter(ctx, "DisableBankItem")
}

// Detect counts the call.
func (d *Desk) Detect(ctx context.Context, progress func(phase string, done, total int64)) error {
	progress("hashing", 1, 1)
	return d.enter(ctx, "Detect")
}
