package store

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

// decided makes a store with a case of version 1 and the decision d1 on it.
func decided(t *testing.T) *Store {
	t.Helper()
	s := openStore(t)
	apply(t, s, expertChange("e1", 1), incidentChange("i1", 1, "e1", 1), caseChange("e1", 1, 1, model.CaseOpen))
	refresh(t, s, "e1")
	ok(t, s.Decide(t.Context(), decision("d1", "e1", 1, 1), model.CaseOpen, model.CaseWaiting, t0.Add(time.Minute)))
	return s
}

func settle(t *testing.T, s *Store, id string, from, to model.OutboxState, more ...func(*model.OutboxChange)) {
	t.Helper()
	c := model.OutboxChange{DecisionID: id, From: from, To: to, At: t0}
	for _, m := range more {
		m(&c)
	}
	ok(t, s.SettleOutbox(t.Context(), c))
}

func withReceipt(id string, version int64) func(*model.OutboxChange) {
	return func(c *model.OutboxChange) {
		c.Receipt = &model.Receipt{Key: id, Decision: decision(id, "e1", 1, version-1), CaseVersion: version, ReceivedAt: t0.Add(time.Hour)}
		c.CaseState = model.CaseDecided
	}
}

func state(t *testing.T, s *Store) (model.CaseState, int64) {
	t.Helper()
	c := must(s.Case(t.Context(), "e1.1"))(t)
	return c.State, c.Version
}

func expectState(t *testing.T, s *Store, step string, want model.CaseState, version int64) {
	t.Helper()
	if got, v := state(t, s); got != want || v != version {
		t.Errorf("%s: %s at version %d, want %s at %d", step, got, v, want, version)
	}
}

func TestDecideLandsEverythingOrNothing(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	expectState(t, s, "decided", model.CaseWaiting, 1)
	entry := must(s.OutboxEntry(ctx, "d1"))(t)
	want := model.OutboxEntry{Kind: model.OutboxDecide, Decision: decision("d1", "e1", 1, 1), State: model.OutboxQueued, NotBefore: t0.Add(time.Minute), UpdatedAt: t0, Back: model.CaseOpen, Seq: 1}
	if !reflect.DeepEqual(entry, want) {
		t.Errorf("got  %+v\nwant %+v", entry, want)
	}
	if strikes := must(s.StrikesOf(ctx, "e1"))(t); len(strikes) != 1 || strikes[0].Reversed {
		t.Errorf("strikes: %+v", strikes)
	}
	if list := must(s.DecisionsOf(ctx, "e1"))(t); len(list) != 1 || !list[0].ReceivedAt.IsZero() || list[0].Decision.Evidence[0].Text != "call me" {
		t.Errorf("decisions: %+v", list)
	}
	rows := checkAudit(t, s)
	if len(rows) != 1 || rows[0].Action != "decide" || rows[0].Object != "decision:d1" || rows[0].Actor != "mira" || strings.Contains(rows[0].Detail, "call me") {
		t.Errorf("audit: %+v", rows)
	}
	if work := must(s.PendingWork(ctx, model.WorkCase, "", 0))(t); len(work) != 1 {
		t.Errorf("the new strike changes the expert's cases: %v", work)
	}
	rows2 := must(s.QueuePage(ctx, model.QueueFilter{}, model.QueueKey{}, 0))(t)
	if len(rows2) != 1 || rows2[0].Outbox != model.OutboxQueued || rows2[0].State != model.CaseWaiting {
		t.Errorf("queue: %+v", rows2)
	}

	for name, try := range map[string]struct {
		d    model.Decision
		from model.CaseState
		want error
	}{
		"decided meanwhile":   {decision("d2", "e1", 1, 1), model.CaseOpen, model.ErrStale},
		"another version":     {decision("d2", "e1", 1, 0), model.CaseWaiting, model.ErrStale},
		"the same ID again":   {decision("d1", "e1", 1, 1), model.CaseWaiting, model.ErrStale},
		"a case not there":    {decision("d2", "e1", 7, 1), model.CaseOpen, model.ErrNotFound},
		"the wrong expert":    {func() model.Decision { d := decision("d2", "e2", 1, 1); d.CaseID = "e1.1"; return d }(), model.CaseWaiting, nil},
		"without an identity": {model.Decision{CaseID: "e1.1", ExpertID: "e1", CaseVersion: 1}, model.CaseWaiting, nil},
	} {
		err := s.Decide(ctx, try.d, try.from, model.CaseWaiting, t0)
		if err == nil || (try.want != nil && !errors.Is(err, try.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(must(s.Outbox(ctx, 0, 0))(t)); n != 1 || len(checkAudit(t, s)) != 1 {
		t.Error("a refused decision left something")
	}
}

func TestUndoRemovesEveryLocalEffect(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	ok(t, s.Undo(ctx, "d1", model.CaseOpen, "mira", t0))
	expectState(t, s, "undone", model.CaseOpen, 1)
	if list := must(s.StrikesOf(ctx, "e1"))(t); len(list) != 0 {
		t.Errorf("strikes: %v", list)
	}
	if list := must(s.DecisionsOf(ctx, "e1"))(t); len(list) != 0 {
		t.Errorf("decisions: %v", list)
	}
	if e := must(s.OutboxEntry(ctx, "d1"))(t); e.State != model.OutboxUndone {
		t.Errorf("%+v", e)
	}
	if c := must(s.Counts(ctx))(t); c.Outbox != 0 || c.Open != 1 {
		t.Errorf("%+v", c)
	}
	if _, err := s.NextOutbox(ctx, t0.AddDate(1, 0, 0)); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("an undone decision is next: %v", err)
	}
	if err := s.Undo(ctx, "d1", model.CaseOpen, "mira", t0); !errors.Is(err, model.ErrStale) {
		t.Errorf("twice: %v", err)
	}
	ok(t, s.Decide(ctx, decision("d2", "e1", 1, 1), model.CaseOpen, model.CaseWaiting, t0))
	settle(t, s, "d2", model.OutboxQueued, model.OutboxSending, func(c *model.OutboxChange) { c.Attempt = true })
	if err := s.Undo(ctx, "d2", model.CaseOpen, "mira", t0); !errors.Is(err, model.ErrStale) {
		t.Errorf("on its way: %v", err)
	}
	// It surely did not arrive, so it can be taken back again.
	settle(t, s, "d2", model.OutboxSending, model.OutboxQueued)
	ok(t, s.Undo(ctx, "d2", model.CaseOpen, "mira", t0))
	if rows := checkAudit(t, s); len(rows) != 4 || rows[1].Action != "undo" {
		t.Errorf("%+v", rows)
	}
}

func TestAckLandsTheReceipt(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	if _, err := s.NextOutbox(ctx, t0); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("before the undo time is over: %v", err)
	}
	if e := must(s.NextOutbox(ctx, t0.Add(time.Minute)))(t); e.Decision.ID != "d1" {
		t.Errorf("%+v", e)
	}
	ok(t, s.SaveLease(ctx, model.Lease{CaseID: "e1.1", Holder: "mira", Token: 2, Expires: t0.Add(time.Hour)}))
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending, func(c *model.OutboxChange) { c.Attempt = true })
	if err := s.SettleOutbox(ctx, model.OutboxChange{DecisionID: "d1", From: model.OutboxQueued, To: model.OutboxSending}); !errors.Is(err, model.ErrStale) {
		t.Errorf("from another state: %v", err)
	}
	if err := s.SettleOutbox(ctx, model.OutboxChange{DecisionID: "d1", From: model.OutboxSending, To: model.OutboxAcked}); err == nil {
		t.Error("acknowledged without a receipt")
	}
	settle(t, s, "d1", model.OutboxSending, model.OutboxAcked, withReceipt("d1", 2))
	expectState(t, s, "acked", model.CaseDecided, 2)
	if c := must(s.Case(ctx, "e1.1"))(t); c.Lease != nil {
		t.Errorf("the lease outlives the decision: %+v", c.Lease)
	}
	list := must(s.DecisionsOf(ctx, "e1"))(t)
	if len(list) != 1 || !list[0].ReceivedAt.Equal(t0.Add(time.Hour)) || list[0].CaseVersion != 2 {
		t.Errorf("%+v", list)
	}
	// The feed brings the same receipt, without its evidence, and the case.
	receipt := model.Receipt{Key: "d1", Decision: decision("d1", "e1", 1, 1), CaseVersion: 2, ReceivedAt: t0.Add(time.Hour)}
	receipt.Decision.Evidence = nil
	apply(t, s, change(model.ChangeDecision, "d1", 1, receipt), caseChange("e1", 1, 2, model.CaseDecided))
	list = must(s.DecisionsOf(ctx, "e1"))(t)
	if len(list) != 1 || len(list[0].Decision.Evidence) != 1 {
		t.Errorf("doubled, or its evidence lost: %+v", list)
	}
	if strikes := must(s.StrikesOf(ctx, "e1"))(t); len(strikes) != 1 {
		t.Errorf("strikes doubled: %+v", strikes)
	}
	if rows := checkAudit(t, s); len(rows) != 2 || rows[1].Action != "outbox" {
		t.Errorf("%+v", rows)
	}
}

func TestFeedOvertakesTheAck(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
	apply(t, s, change(model.ChangeDecision, "d1", 1, model.Receipt{Key: "d1", Decision: decision("d1", "e1", 1, 1), CaseVersion: 2, ReceivedAt: t0.Add(time.Second)}),
		caseChange("e1", 1, 3, model.CaseAppealed))
	expectState(t, s, "the answer is still out", model.CaseWaiting, 3)
	if list := must(s.DecisionsOf(ctx, "e1"))(t); len(list) != 1 || list[0].ReceivedAt.IsZero() {
		t.Errorf("%+v", list)
	}
	settle(t, s, "d1", model.OutboxSending, model.OutboxAcked, withReceipt("d1", 2))
	expectState(t, s, "the platform has moved on", model.CaseAppealed, 3)
	if list := must(s.DecisionsOf(ctx, "e1"))(t); len(list) != 1 || !list[0].ReceivedAt.Equal(t0.Add(time.Second)) {
		t.Errorf("%+v", list)
	}
}

func TestConflictKeepsBothVersionsVisible(t *testing.T) {
	for _, end := range []string{"theirs", "ours", "ours, with the platform's answer"} {
		t.Run(end, func(t *testing.T) {
			s := decided(t)
			ctx := t.Context()
			settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
			theirs := decision("x9", "e1", 1, 1)
			settle(t, s, "d1", model.OutboxSending, model.OutboxConflict, func(c *model.OutboxChange) {
				c.Theirs, c.CaseState, c.LastError = &theirs, model.CaseConflict, "A colleague decided."
				if end == "ours, with the platform's answer" {
					c.Case = &model.Case{ID: "e1.1", Version: 2, State: model.CaseDecided}
				}
			})
			if end == "ours, with the platform's answer" {
				expectState(t, s, "conflict", model.CaseConflict, 2)
			} else {
				expectState(t, s, "conflict", model.CaseConflict, 1)
				apply(t, s, caseChange("e1", 1, 2, model.CaseDecided))
				expectState(t, s, "the feed brings theirs", model.CaseConflict, 2)
			}
			if e := must(s.OutboxEntry(ctx, "d1"))(t); e.Theirs == nil || e.Theirs.ID != "x9" || e.LastError != "A colleague decided." {
				t.Errorf("%+v", e)
			}
			if strikes := must(s.StrikesOf(ctx, "e1"))(t); len(strikes) != 0 {
				t.Errorf("a decision in conflict gives strikes: %v", strikes)
			}
			if list := must(s.DecisionsOf(ctx, "e1"))(t); len(list) != 1 {
				t.Errorf("%+v", list)
			}
			if c := must(s.Counts(ctx))(t); c.Conflicts != 1 {
				t.Errorf("%+v", c)
			}
			settle(t, s, "d1", model.OutboxConflict, model.OutboxUndone, func(c *model.OutboxChange) {
				if end == "theirs" {
					c.CaseState = model.CaseDecided
				}
			})
			expectState(t, s, "resolved", model.CaseDecided, 2)
			if end == "theirs" {
				return
			}
			ok(t, s.Decide(ctx, decision("d2", "e1", 1, 2), model.CaseDecided, model.CaseWaiting, t0))
			expectState(t, s, "decided anew", model.CaseWaiting, 2)
			if e := must(s.OutboxEntry(ctx, "d2"))(t); e.Back != model.CaseDecided {
				t.Errorf("%+v", e)
			}
			ok(t, s.Undo(ctx, "d2", model.CaseDecided, "mira", t0))
			expectState(t, s, "undone", model.CaseDecided, 2)
			checkAudit(t, s)
		})
	}
}

func TestTheirsIsKeptBeforeTheFeedBringsIt(t *testing.T) {
	s := decided(t)
	settle(t, s, "d1", model.OutboxQueued, model.OutboxConflict, func(c *model.OutboxChange) {
		theirs := decision("x9", "e1", 1, 1)
		c.Theirs = &theirs
	})
	expectState(t, s, "conflict without a word on the case", model.CaseConflict, 1)
	settle(t, s, "d1", model.OutboxConflict, model.OutboxUndone, func(c *model.OutboxChange) { c.CaseState = model.CaseDecided })
	expectState(t, s, "theirs", model.CaseDecided, 1)
}

func TestRejectedAndTriedAgain(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
	settle(t, s, "d1", model.OutboxSending, model.OutboxRejected, func(c *model.OutboxChange) { c.CaseState, c.LastError = model.CaseOpen, "No right to." })
	expectState(t, s, "rejected", model.CaseOpen, 1)
	if n := len(must(s.StrikesOf(ctx, "e1"))(t)) + len(must(s.DecisionsOf(ctx, "e1"))(t)); n != 0 {
		t.Error("a refused decision has effects")
	}
	if c := must(s.Counts(ctx))(t); c.Outbox != 1 {
		t.Errorf("a refused decision wants somebody's eye: %+v", c)
	}
	settle(t, s, "d1", model.OutboxRejected, model.OutboxQueued)
	expectState(t, s, "queued again", model.CaseWaiting, 1)
	if n := len(must(s.StrikesOf(ctx, "e1"))(t)); n != 1 {
		t.Error("and its strike is not back")
	}
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
	settle(t, s, "d1", model.OutboxSending, model.OutboxRejected, func(c *model.OutboxChange) { c.CaseState = model.CaseOpen })
	ok(t, s.Decide(ctx, decision("d2", "e1", 1, 1), model.CaseOpen, model.CaseWaiting, t0))
	err := s.SettleOutbox(ctx, model.OutboxChange{DecisionID: "d1", From: model.OutboxRejected, To: model.OutboxQueued, At: t0})
	if !errors.Is(err, model.ErrStale) {
		t.Errorf("sent again though the case was decided anew: %v", err)
	}
	expectState(t, s, "decided anew", model.CaseWaiting, 1)
	settle(t, s, "d1", model.OutboxRejected, model.OutboxUndone)
	expectState(t, s, "the old one dropped", model.CaseWaiting, 1)
	if err := s.SettleOutbox(ctx, model.OutboxChange{DecisionID: "d2", From: model.OutboxQueued, To: "lost"}); err == nil {
		t.Error("took a state that is none")
	}
}

func TestRecoverOutbox(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	settle(t, s, "d1", model.OutboxQueued, model.OutboxSending)
	if n := must(s.RecoverOutbox(ctx, t0.Add(time.Hour)))(t); n != 1 {
		t.Errorf("%d recovered", n)
	}
	e := must(s.NextOutbox(ctx, t0.Add(time.Hour)))(t)
	if e.State != model.OutboxUnknown || e.LastError == "" {
		t.Errorf("%+v", e)
	}
	if n := must(s.RecoverOutbox(ctx, t0))(t); n != 0 {
		t.Errorf("%d recovered", n)
	}
	expectState(t, s, "unknown", model.CaseWaiting, 1)
	settle(t, s, "d1", model.OutboxUnknown, model.OutboxAcked, withReceipt("d1", 2))
	expectState(t, s, "it had arrived", model.CaseDecided, 2)
}

func TestReversalTakesStrikesBack(t *testing.T) {
	s := decided(t)
	ctx := t.Context()
	settle(t, s, "d1", model.OutboxQueued, model.OutboxAcked, withReceipt("d1", 2))
	live := func() (n int) {
		for _, k := range must(s.StrikesOf(ctx, "e1"))(t) {
			if k.Live(t0) {
				n += k.Count
			}
		}
		return n
	}
	reversal := decision("d2", "e1", 1, 2)
	reversal.Outcome, reversal.Sanctions, reversal.Reverses = model.Reversed, nil, "d1"
	ok(t, s.Decide(ctx, reversal, model.CaseDecided, model.CaseWaiting, t0))
	if live() != 0 || len(must(s.StrikesOf(ctx, "e1"))(t)) != 1 {
		t.Error("a reversed strike counts, or is not in the history")
	}
	ok(t, s.Undo(ctx, "d2", model.CaseDecided, "mira", t0))
	if live() != 1 {
		t.Error("an undone reversal still reverses")
	}
	// A reversal that came before what it reverses.
	other := decision("x2", "e2", 1, 1)
	other.Outcome, other.Sanctions, other.Reverses = model.Reversed, nil, "x1"
	apply(t, s, change(model.ChangeDecision, "x2", 1, model.Receipt{Key: "x2", Decision: other}), change(model.ChangeDecision, "x1", 1, model.Receipt{Key: "x1", Decision: decision("x1", "e2", 1, 1)}))
	if k := must(s.StrikesOf(ctx, "e2"))(t); len(k) != 1 || !k[0].Reversed {
		t.Errorf("%+v", k)
	}
}

func TestOutboxPages(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	for _, e := range []string{"e1", "e2", "e3", "e4", "e5"} {
		apply(t, s, incidentChange("i"+e, 1, e, 1))
		refresh(t, s, e)
		ok(t, s.Decide(ctx, decision("d"+e, e, 1, 0), model.CaseOpen, model.CaseWaiting, t0))
	}
	var got []string
	for after := int64(0); ; {
		page := must(s.Outbox(ctx, after, 2))(t)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, e.Decision.ID)
			after = e.Seq
		}
	}
	if want := []string{"de5", "de4", "de3", "de2", "de1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if e := must(s.NextOutbox(ctx, t0))(t); e.Decision.ID != "de1" {
		t.Errorf("the oldest first, not %s", e.Decision.ID)
	}
}
