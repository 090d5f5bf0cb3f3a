package viewstest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/calibration"
	"mensch/app/model"
)

// Outbox gives a decision in each state that one can be in.
func (d *Desk) Outbox(ctx context.Context, afterSeq int64, _ int) ([]model.OutboxEntry, error) {
	if err := d.enter(ctx, "Outbox"); err != nil || afterSeq != 0 {
		return nil, err
	}
	make1 := func(seq int64, caseID string, state model.OutboxState, guideline string, step model.Step, ago time.Duration, said string) model.OutboxEntry {
		return model.OutboxEntry{
			Seq: seq, State: state, LastError: said, NotBefore: Noon.Add(-ago).Add(time.Minute), UpdatedAt: Noon.Add(-ago + 90*time.Second),
			Decision: model.Decision{
				ID: fmt.Sprintf("d%d", seq), CaseID: caseID, Moderator: "Ruth Adler", Outcome: model.Sanctioned, DecidedAt: Noon.Add(-ago),
				Sanctions: []model.Sanction{{Guideline: guideline, Step: step}},
				Message:   "Dear Marlene,\n\nin two sessions you gave clients a private phone number and offered to go on elsewhere. Our rules keep advice on the platform, where it is safe for both sides.\n\nThis is a warning. It stays on your record until 20 May 2027.",
				Rationale: "Two sessions, both quoted. Nothing similar before.",
			},
		}
	}
	conflict := make1(5, "e000412.1", model.OutboxConflict, "contact-exchange", model.StepWarning, 9*time.Minute, "The case changed at the platform since you saw it.")
	conflict.Theirs = &model.Decision{
		ID: "other", CaseID: "e000412.1", Moderator: "Robin Vale", Outcome: model.Sanctioned, DecidedAt: Noon.Add(-10 * time.Minute),
		Sanctions: []model.Sanction{{Guideline: "contact-exchange", Step: model.StepNote}}, Message: "Dear Marlene,\n\nplease keep contact details out of your sessions.",
	}
	// As long as letters are that quote what was written.
	long := strings.Repeat("\n\nYou wrote: “You can reach me more cheaply at [number], then we needn't wait for the program each time. I do that with most of my clients.”", 5)
	conflict.Decision.Message, conflict.Theirs.Message = conflict.Decision.Message+long, conflict.Theirs.Message+long
	return []model.OutboxEntry{
		conflict,
		make1(6, "e000077.2", model.OutboxQueued, "courtesy", model.StepNote, 20*time.Second, ""),
		make1(4, "e000190.1", model.OutboxUnknown, "false-photo", model.StepPhotoRemoval, 14*time.Minute, "The connection broke before an answer came."),
		make1(3, "e000031.1", model.OutboxRejected, "ratings", model.StepSuspension, 50*time.Minute, "The platform refuses it: your role may not suspend for more than 30 days."),
		make1(2, "e000555.1", model.OutboxAcked, "multiple-accounts", model.StepBan, 3*time.Hour, ""),
		make1(1, "e000018.3", model.OutboxUndone, "battles", model.StepWarning, 26*time.Hour, ""),
	}, nil
}

// ResolveConflict only remembers that it was called.
func (d *Desk) ResolveConflict(ctx context.Context, _ string, _ bool) error {
	return d.enter(ctx, "ResolveConflict")
}

// PreviewAgain shows the lost decision with a letter of today.
func (d *Desk) PreviewAgain(ctx context.Context, decisionID string) (app.Preview, error) {
	if err := d.enter(ctx, "PreviewAgain"); err != nil {
		return app.Preview{}, err
	}
	entries, err := d.Outbox(ctx, 0, 100)
	if err != nil {
		return app.Preview{}, err
	}
	for _, e := range entries {
		if e.Decision.ID == decisionID {
			again := e.Decision
			again.DecidedAt = Noon
			return app.Preview{Message: again.Message, Decision: again, SideEffects: []string{"Closes 2 incidents.", "Adds 1 strike, until 20 May 2027."}}, nil
		}
	}
	return app.Preview{}, model.ErrNotFound
}

// DecideAgain only remembers that it was called.
func (d *Desk) DecideAgain(ctx context.Context, _, _ string) (model.Decision, error) {
	return model.Decision{}, d.enter(ctx, "DecideAgain")
}

// RetryOutbox only remembers that it was called.
func (d *Desk) RetryOutbox(ctx context.Context, _ string) error { return d.enter(ctx, "RetryOutbox") }

// Banks gives one of each kind.
func (d *Desk) Banks(ctx context.Context) ([]model.Bank, error) {
	return []model.Bank{
		{ID: "b-stock", Name: "Stock photos, Lyse Stock", Kind: model.BankStock, Items: 240, Disabled: 22, HashOnly: 34, Confirmed: 61, Refuted: 7},
		{ID: "b-banned", Name: "Banned accounts", Kind: model.BankBanned, Items: 31},
		{ID: "b-press", Name: "Press pictures", Kind: model.BankCopyrighted, Items: 1204, Confirmed: 12, Refuted: 3},
		{ID: "b-good", Name: "Partner logos", Kind: model.BankLegitimate, Items: 12},
	}, d.enter(ctx, "Banks")
}

// ExportFile remembers where to and writes nothing.
func (d *Desk) ExportFile(ctx context.Context, _, path string, redacted bool) (app.Exported, error) {
	if err := d.enter(ctx, "ExportFile"); err != nil {
		return app.Exported{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Exports = append(d.Exports, path)
	return app.Exported{Path: path, Bytes: 123456, SHA256: strings.Repeat("a", 64), Key: "mensch-test+0+A"}, nil
}

// CreateBank only remembers that it was called.
func (d *Desk) CreateBank(ctx context.Context, _ string, _ model.BankKind) error {
	return d.enter(ctx, "CreateBank")
}

// FindBankItems gives up to 240 items in pages.
func (d *Desk) FindBankItems(ctx context.Context, filter model.BankItemFilter, after string, limit int) ([]model.BankItem, error) {
	if err := d.enter(ctx, "FindBankItems"); err != nil {
		return nil, err
	}
	var out []model.BankItem
	for i := range 240 {
		item := model.BankItem{
			ID: fmt.Sprintf("%s-%03d", filter.BankID, i), BankID: filter.BankID, PhotoID: fmt.Sprintf("photo-%d", i%29), Name: fmt.Sprintf("smiling-gardener-%04d.jpg", 200+i),
			Source: "Lyse Stock", Licence: "CC BY", Disabled: i%11 == 4, HashOnly: i%7 == 3, AddedAt: Noon.Add(-time.Duration(i) * time.Hour),
		}
		switch i % 13 {
		case 1:
			item.Confirmed, item.Refuted, item.Note = 4, 1, "the catalogue's title page"
		case 2:
			item.Refuted = 3
		}
		fits := map[string]bool{
			"": true, model.ItemsMatched: !item.Disabled, model.ItemsDisabled: item.Disabled, model.ItemsRefuted: item.Refuted > 0, model.ItemsHashOnly: item.HashOnly,
		}[filter.State]
		if item.ID <= after || len(out) == limit || !fits || !strings.Contains(item.Name+item.Source+item.Note, filter.Words) {
			continue
		}
		out = append(out, item)
	}
	return out, nil
}

// DescribeBankItem only remembers that it was called.
func (d *Desk) DescribeBankItem(ctx context.Context, _ string, _ model.BankItemText) error {
	return d.enter(ctx, "DescribeBankItem")
}

// MatchRecord gives 83 verdicts, which are enough.
func (d *Desk) MatchRecord(ctx context.Context) (app.MatchRecord, error) {
	return app.MatchRecord{Curve: calibration.Curve{A: 1.1, B: 0.9, C: 0.4, Verdicts: 83, Accepted: 73}, Minimum: 30, Confirmed: 73, Refuted: 10}, d.enter(ctx, "MatchRecord")
}

// ExportBank writes nothing and tells of 240 items.
func (d *Desk) ExportBank(ctx context.Context, _, path string, progress func(done, total int)) (app.BankExported, error) {
	progress(240, 240)
	return app.BankExported{Path: path, Items: 240, Photos: 206}, d.enter(ctx, "ExportBank")
}

// ImportBank tells of three photos and one that cannot be read.
func (d *Desk) ImportBank(ctx context.Context, _, _ string, progress func(done, total int)) (app.Import, error) {
	progress(4, 4)
	return app.Import{Added: 2, Known: 1, Skipped: []string{"cut.jpg: is cut off or damaged"}}, d.enter(ctx, "ImportBank")
}

// DisableBankItem only remembers that it was called.
func (d *Desk) DisableBankItem(ctx context.Context, _ string, _ bool) error {
	return d.enter(ctx, "DisableBankItem")
}

// Detect only remembers that it was called.
func (d *Desk) Detect(ctx context.Context, _ func(string, int64, int64)) error {
	return d.enter(ctx, "Detect")
}

// NoDoors are the doors of a first run that lead nowhere.
type NoDoors struct{}

// OpenDemo does nothing.
func (NoDoors) OpenDemo(context.Context) error { return nil }

// Connect does nothing.
func (NoDoors) Connect(context.Context, string, string) error { return nil }
