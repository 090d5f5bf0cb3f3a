package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
	platform "mensch/app/sync"
	"mensch/assets"
	"mensch/store"
)

// bench is a desk with a case to decide, whose clock can be moved on.
type bench struct {
	*place
	at time.Time
}

func newBench(t *testing.T, to platform.Transparency) *bench {
	t.Helper()
	b := &bench{at: t0}
	clock := func() time.Time { return b.at }
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	must(t, err)
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{Seal: audit.Seal, Way: cases.Trace, Live: cases.LiveOn, Now: clock})
	must(t, err)
	desk, err := app.NewDesk(t.Context(), app.Options{Store: s, Pack: pack, Models: assets.Models(), Now: clock, Moderator: "mira", Transparency: to})
	must(t, err)
	t.Cleanup(func() { must(t, desk.Close()) })
	b.place = &place{Desk: desk, store: s, t: t}
	b.told(
		asChange(t, model.ChangeExpert, "e1", 1, model.Expert{ID: "e1", Version: 1, Cluster: "Law", ScreenName: "Ana", State: model.ExpertActive, JoinedAt: t0.AddDate(-1, 0, 0)}),
		asChange(t, model.ChangeProfile, "e1", 1, model.Profile{ExpertID: "e1", Version: 1, Name: "Ana", UpdatedAt: t0.AddDate(-1, 0, 0)}),
		asChange(t, model.ChangeCase, "e1.1", 1, model.Case{ID: "e1.1", ExpertID: "e1", Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: t0}),
		asChange(t, model.ChangeIncident, "i1", 1, model.Incident{ID: "i1", Version: 1, ExpertID: "e1", CaseID: "e1.1", Reporter: model.ReporterClient, Guideline: "contact-exchange", Text: "He gave me his number", At: t0}),
	)
	b.detect()
	return b
}

func suspend(message string) app.Draft {
	return app.Draft{
		CaseID: "e1.1", Outcome: model.Sanctioned, Incidents: []string{"i1"}, Rationale: "Read it all.", Message: message,
		Sanctions: []app.DraftSanction{{Guideline: "contact-exchange", Step: model.StepSuspension, Days: 7, DepartedReason: "It was the whole session."}},
	}
}

// lose decides, and lets a colleague's decision stand in its way.
func (b *bench) lose(draft app.Draft) model.Decision {
	b.t.Helper()
	ctx := b.t.Context()
	d, err := b.Decide(ctx, draft)
	must(b.t, err)
	from, kind := model.OutboxQueued, model.CaseConflict
	must(b.t, b.store.SettleOutbox(ctx, model.OutboxChange{
		DecisionID: d.ID, From: from, To: model.OutboxConflict, At: b.at, CaseState: kind, Case: &model.Case{ID: "e1.1", Version: 2, State: model.CaseDecided},
		Theirs: &model.Decision{ID: "x1", CaseID: "e1.1", ExpertID: "e1", Moderator: "kim", Outcome: model.Dismissed},
	}))
	return d
}

func (b *bench) says(letter string, days ...string) {
	b.t.Helper()
	for _, d := range days {
		if !strings.Contains(letter, d) {
			b.t.Errorf("the letter does not name %s:\n%s", d, letter)
		}
	}
}

// TestDecidedAgainForToday: what is kept against another decision is drawn up for
// the day on which that is said, and whoever says so sees it first.
func TestDecidedAgainForToday(t *testing.T) {
	b := newBench(t, nil)
	ctx := t.Context()
	old := b.lose(suspend(""))
	b.says(old.Message, "8 March 2026", "1 March 2027")
	b.at = t0.AddDate(0, 0, 10)
	p, err := b.PreviewAgain(ctx, old.ID)
	must(t, err)
	if len(p.Problems) > 0 {
		t.Fatalf("it cannot be made anew: %v", p.Problems)
	}
	b.says(p.Message, "18 March 2026", "11 March 2027")
	for _, day := range []string{" 8 March 2026", "1 March 2027.", old.ID} {
		if strings.Contains(strings.ReplaceAll(p.Message, "11 March 2027", ""), day) {
			t.Errorf("the letter still says %q:\n%s", day, p.Message)
		}
	}
	if e, err := b.store.OutboxEntry(ctx, old.ID); err != nil || e.State != model.OutboxConflict {
		t.Errorf("a look at it made it %v, %v", e.State, err)
	}
	d, err := b.DecideAgain(ctx, old.ID, "")
	must(t, err)
	s := d.Sanctions[0]
	if strings.ReplaceAll(d.Message, d.ID, "") != strings.ReplaceAll(p.Message, p.Decision.ID, "") || d.ID == old.ID || d.CaseVersion != 2 || !d.DecidedAt.Equal(b.at) ||
		!s.StartsAt.Equal(b.at) || !s.EndsAt.Equal(b.at.AddDate(0, 0, 7)) || s.ID == old.Sanctions[0].ID || s.DecisionID != d.ID || s.DepartedReason != "It was the whole session." ||
		!s.StrikesExpire.Equal(b.at.AddDate(0, 0, int(old.Sanctions[0].StrikesExpire.Sub(t0).Hours()/24))) {
		t.Errorf("it was decided as %+v", d)
	}
	kept, err := b.store.OutboxEntry(ctx, d.ID)
	must(t, err)
	if kept.State != model.OutboxQueued || kept.Decision.Message != d.Message || kept.Back != model.CaseDecided || !kept.NotBefore.After(b.at) {
		t.Errorf("the outbox has %+v", kept)
	}
	statements, err := b.Statements(ctx, model.StatementHeld, 0, 10)
	must(t, err)
	if len(statements) != 1 || !strings.Contains(statements[0].Body, "2026-03-18") {
		t.Errorf("its statements of reasons are %+v", statements)
	}
	_, err = b.Verify(ctx)
	must(t, err)
}

// TestOwnWordsAreMovedToToday: a letter that was written by hand keeps its words.
func TestOwnWordsAreMovedToToday(t *testing.T) {
	b := newBench(t, nil)
	ctx := t.Context()
	old := b.lose(suspend("Dear Ana,\n\nas I told you on 11 March 2026 in my own words: you are suspended until 8 March 2026."))
	b.at = t0.AddDate(0, 0, 3)
	p, err := b.PreviewAgain(ctx, old.ID)
	must(t, err)
	if want := "Dear Ana,\n\nas I told you on 11 March 2026 in my own words: you are suspended until 11 March 2026."; p.Message != want {
		t.Errorf("the letter is %q", p.Message)
	}
	if !strings.Contains(strings.Join(p.SideEffects, " "), "moved to today") {
		t.Errorf("nobody is told: %v", p.SideEffects)
	}
	d, err := b.DecideAgain(ctx, old.ID, "Dear Ana, this is another letter.")
	must(t, err)
	if d.Message != "Dear Ana, this is another letter." {
		t.Errorf("what was changed is sent as %q", d.Message)
	}
}

// TestNotMadeAnewIsKept: what cannot be decided anew stays in its conflict.
func TestNotMadeAnewIsKept(t *testing.T) {
	b := newBench(t, nil)
	ctx := t.Context()
	old := b.lose(suspend(""))
	_, err := b.DecideAgain(ctx, old.ID, "Dear {{name}}")
	var refusal *app.Refusal
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Why, "kept as it is") {
		t.Errorf("it ended with %v", err)
	}
	e, err := b.store.OutboxEntry(ctx, old.ID)
	must(t, err)
	if e.State != model.OutboxConflict {
		t.Errorf("it is %s", e.State)
	}
}

// database takes statements of reasons, or refuses them.
type database struct {
	refuse bool
	got    []string
}

func (db *database) Publish(_ context.Context, batch []json.RawMessage) error {
	if db.refuse {
		return &platform.Error{Op: "publish", Kind: platform.KindInvalid}
	}
	for _, b := range batch {
		db.got = append(db.got, string(b))
	}
	return nil
}

func (db *database) PublishOne(ctx context.Context, body json.RawMessage) (bool, error) {
	return false, db.Publish(ctx, []json.RawMessage{body})
}

// TestRefusedStatementsArePublishedAgain: a statement that the database refused
// stays so until somebody says that it shall go once more.
func TestRefusedStatementsArePublishedAgain(t *testing.T) {
	db := &database{refuse: true}
	b := newBench(t, db)
	ctx := t.Context()
	d, err := b.Decide(ctx, suspend(""))
	must(t, err)
	must(t, b.store.SettleOutbox(ctx, model.OutboxChange{DecisionID: d.ID, From: model.OutboxQueued, To: model.OutboxSending, At: t0}))
	must(t, b.store.SettleOutbox(ctx, model.OutboxChange{
		DecisionID: d.ID, From: model.OutboxSending, To: model.OutboxAcked, At: t0, CaseState: model.CaseDecided,
		Receipt: &model.Receipt{Key: d.ID, Decision: d, CaseVersion: 2, ReceivedAt: t0},
	}))
	state := func(want model.StatementState, attempts int) {
		t.Helper()
		list, err := b.Statements(ctx, "", 0, 10)
		must(t, err)
		if len(list) != 1 || list[0].State != want || list[0].PUID != d.Sanctions[0].ID || list[0].Attempts != attempts {
			t.Fatalf("the statements are %+v, want one %s after %d tries", list, want, attempts)
		}
	}
	state(model.StatementQueued, 0)
	done, err := b.Publish(ctx, false)
	must(t, err)
	if done != (platform.Published{Refused: 1}) {
		t.Errorf("published %+v", done)
	}
	state(model.StatementRefused, 1)

	db.refuse = false
	if done, err = b.Publish(ctx, false); err != nil || done != (platform.Published{}) {
		t.Errorf("unasked it published %+v, %v", done, err)
	}
	state(model.StatementRefused, 1)
	if done, err = b.Publish(ctx, true); err != nil || done != (platform.Published{Sent: 1}) || len(db.got) != 1 {
		t.Errorf("asked it published %+v, %v: %v", done, err, db.got)
	}
	state(model.StatementSent, 2)
	if done, err = b.Publish(ctx, true); err != nil || done != (platform.Published{}) {
		t.Errorf("what is there was published again: %+v, %v", done, err)
	}
}
