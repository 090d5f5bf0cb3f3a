package store

import (
	"errors"
	"reflect"
	"testing"

	"mensch/app/model"
)

// lost makes a store with d1 in conflict with a colleague's decision.
func lost(t *testing.T) *Store {
	t.Helper()
	s := decided(t)
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
	theirs := decision("x9", "e1", 1, 1)
	settle(t, s, "d1", model.OutboxSending, model.OutboxConflict, func(c *model.OutboxChange) {
		c.Theirs, c.CaseState, c.Case = &theirs, model.CaseConflict, &model.Case{ID: "e1.1", Version: 2, State: model.CaseDecided}
	})
	expectState(t, s, "conflict", model.CaseConflict, 2)
	return s
}

func dropped(from model.OutboxState) model.OutboxChange {
	return model.OutboxChange{DecisionID: "d1", From: from, To: model.OutboxUndone, At: t0, LastError: "Decided anew."}
}

func kinds(t *testing.T, s *Store) []string {
	t.Helper()
	var out []string
	for _, e := range must(s.CaseEvents(t.Context(), "e1.1"))(t) {
		out = append(out, e.Kind)
	}
	return out
}

func TestDecidedAgainAtOnce(t *testing.T) {
	for to, kind := range map[model.CaseState]string{model.CaseWaiting: "keep-ours", model.CaseProposed: "propose"} {
		t.Run(string(to), func(t *testing.T) {
			s := lost(t)
			ctx := t.Context()
			ok(t, s.DecideAgain(ctx, dropped(model.OutboxConflict), decision("d2", "e1", 1, 2), to, t0, model.StatementEntry{PUID: "d2-s", DecisionID: "d2", Body: "{}"}))
			expectState(t, s, "decided again", to, 2)
			old, again := must(s.OutboxEntry(ctx, "d1"))(t), must(s.OutboxEntry(ctx, "d2"))(t)
			if old.State != model.OutboxUndone || old.LastError != "Decided anew." || again.State != model.OutboxQueued || again.Back != model.CaseDecided {
				t.Errorf("the old one is %+v, the new one %+v", old, again)
			}
			if got := kinds(t, s); got[len(got)-1] != kind {
				t.Errorf("the case's history ends with %v", got)
			}
			ok(t, s.Undo(ctx, "d2", again.Back, "mira", t0))
			expectState(t, s, "undone", model.CaseDecided, 2)
			checkAudit(t, s)
		})
	}
}

// TestDecidedAgainOrNotAtAll: whatever stops the second half, the first has not
// happened either.
func TestDecidedAgainOrNotAtAll(t *testing.T) {
	type kept struct {
		Outbox     []model.OutboxEntry
		Case       model.Case
		Decisions  []model.Receipt
		Strikes    []model.Strike
		Statements []model.StatementEntry
		Events     []model.CaseEvent
		Audit      []model.AuditRow
		Lives      []model.Life
	}
	see := func(t *testing.T, s *Store) kept {
		ctx := t.Context()
		k := kept{
			Outbox: must(s.Outbox(ctx, 0, 0))(t), Case: must(s.Case(ctx, "e1.1"))(t), Decisions: must(s.DecisionsOf(ctx, "e1"))(t), Strikes: must(s.StrikesOf(ctx, "e1"))(t),
			Statements: must(s.Statements(ctx, "", 0, 0))(t), Events: must(s.CaseEvents(ctx, "e1.1"))(t), Audit: checkAudit(t, s),
		}
		ok(t, s.EachLife(ctx, func(l model.Life) error { k.Lives = append(k.Lives, l); return nil }))
		return k
	}
	for name, try := range map[string]struct {
		fail string // SQL of a trigger that breaks the second half
		drop model.OutboxState
		d    model.Decision
		want error
	}{
		"the outbox cannot be written": {fail: `BEFORE INSERT ON outbox`, drop: model.OutboxConflict, d: decision("d2", "e1", 1, 2)},
		"the log cannot be written":    {fail: `BEFORE INSERT ON audit WHEN new.action = 'decide'`, drop: model.OutboxConflict, d: decision("d2", "e1", 1, 2)},
		"the history cannot":           {fail: `BEFORE INSERT ON life_events WHEN new.id = 'd2'`, drop: model.OutboxConflict, d: decision("d2", "e1", 1, 2)},
		"the case moved on":            {drop: model.OutboxConflict, d: decision("d2", "e1", 1, 1), want: model.ErrStale},
		"it is no conflict any more":   {drop: model.OutboxRejected, d: decision("d2", "e1", 1, 2), want: model.ErrStale},
		"it was made before":           {drop: model.OutboxConflict, d: decision("d1", "e1", 1, 2), want: model.ErrStale},
	} {
		t.Run(name, func(t *testing.T) {
			s := lost(t)
			before := see(t, s)
			if try.fail != "" {
				must(s.writer.ExecContext(t.Context(), `CREATE TRIGGER broken `+try.fail+` BEGIN SELECT raise(ABORT, 'the disk is broken'); END`))(t)
			}
			err := s.DecideAgain(t.Context(), dropped(try.drop), try.d, model.CaseWaiting, t0)
			if err == nil || try.want != nil && !errors.Is(err, try.want) {
				t.Fatalf("it ended with %v", err)
			}
			if after := see(t, s); !reflect.DeepEqual(before, after) {
				t.Errorf("before: %+v\nafter:  %+v", before, after)
			}
			if try.fail == "" {
				return
			}
			must(s.writer.ExecContext(t.Context(), `DROP TRIGGER broken`))(t)
			ok(t, s.DecideAgain(t.Context(), dropped(try.drop), try.d, model.CaseWaiting, t0))
			expectState(t, s, "when the disk works", model.CaseWaiting, 2)
		})
	}
}

// TestNotAgainOverAnother: a decision that was dropped for another one cannot
// come back over it.
func TestNotAgainOverAnother(t *testing.T) {
	s := decided(t)
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
	settle(t, s, "d1", model.OutboxSending, model.OutboxRejected, func(c *model.OutboxChange) { c.CaseState = model.CaseOpen })
	ok(t, s.Decide(t.Context(), decision("d2", "e1", 1, 1), model.CaseOpen, model.CaseWaiting, t0))
	if err := s.DecideAgain(t.Context(), dropped(model.OutboxRejected), decision("d3", "e1", 1, 1), model.CaseWaiting, t0); !errors.Is(err, model.ErrStale) {
		t.Fatalf("it ended with %v", err)
	}
	expectState(t, s, "as before", model.CaseWaiting, 1)
}
