package store

import (
	"errors"
	"testing"

	"mensch/app/model"
)

func TestSweepDeletesWhatTheFeedNoLongerHas(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	message := change(model.ChangeMessage, "m1", 1, model.Message{ID: "m1", Session: "s1", Seq: 1, From: model.FromExpert, Text: "lilies"})
	session := change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e2"})
	apply(t, s, expertChange("e1", 3), expertChange("e2", 1), session, message, incidentChange("i1", 1, "e2", 1), caseChange("e2", 1, 1, model.CaseOpen),
		tombstone(model.ChangeRating, "r1", 4))
	detect(t, s, "session:s1", "e2", finding("e2", "session:s1", 0.5))
	refresh(t, s, "e1", "e2")

	ok(t, s.BeginSweep(ctx, testServer))
	if state := must(s.SyncState(ctx))(t); !state.Sweeping || state.Cursor != "" || state.Epoch != 1 {
		t.Fatalf("%+v", state)
	}
	// The same version again is no news, but it is still there. So is one whose
	// present version cannot be read.
	res := apply(t, s, expertChange("e1", 3), tombstone(model.ChangeRating, "r1", 4))
	if want := (model.PageResult{Stale: 2}); res != want {
		t.Fatalf("%+v, want %+v", res, want)
	}
	deleted := must(s.EndSweep(ctx))(t)
	if deleted != 5 {
		t.Errorf("deleted %d, want e2, s1, m1, i1 and e2.1", deleted)
	}
	if state := must(s.SyncState(ctx))(t); state.Sweeping {
		t.Error("the sweep goes on")
	}
	must(s.Expert(ctx, "e1"))(t)
	for what, err := range map[string]error{"expert": second(s.Expert(ctx, "e2")), "session": second(s.Session(ctx, "s1")), "case": second(s.Case(ctx, "e2.1"))} {
		if !errors.Is(err, model.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if hits := must(s.Search(ctx, "lilies", 0, 10))(t); len(hits) != 0 {
		t.Errorf("found %v", hits)
	}
	if res := apply(t, s, change(model.ChangeRating, "r1", 3, model.Rating{ID: "r1", ExpertID: "e1", Stars: 1})); res.Stale != 1 {
		t.Errorf("a tombstone was forgotten: %+v", res)
	}
	if n := must(s.EndSweep(ctx))(t); n != 0 {
		t.Errorf("a sweep that was not begun deleted %d", n)
	}
	ok(t, s.CheckIntegrity(ctx))
}

func TestSweepKeepsWhatWasMadeHere(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), expertChange("e2", 1), expertChange("e3", 1), incidentChange("i1", 1, "e1", 1), caseChange("e1", 1, 5, model.CaseOpen), caseChange("e2", 1, 5, model.CaseOpen))
	detect(t, s, "session:s1", "e3", finding("e3", "session:s1", 0.5))
	refresh(t, s, "e1", "e2", "e3")
	ok(t, s.Decide(ctx, decision("d1", "e1", 1, 5), model.CaseOpen, model.CaseWaiting, t0))
	ok(t, s.AddTeamEvent(ctx, model.TeamEvent{ID: "n1", Kind: model.TeamNote, CaseID: "e2.1", ExpertID: "e2", By: "mira", Text: "watch", At: t0}))
	ok(t, s.BeginSweep(ctx, testServer))
	apply(t, s, expertChange("e1", 1), expertChange("e2", 1), expertChange("e3", 1))
	must(s.EndSweep(ctx))(t)
	if c := must(s.Case(ctx, "e1.1"))(t); c.State != model.CaseWaiting || c.Version != 0 {
		t.Errorf("a case with a decision in the outbox: %+v", c)
	}
	must(s.OutboxEntry(ctx, "d1"))(t)
	if notes := must(s.NotesOf(ctx, "e2.1"))(t); len(notes) != 1 {
		t.Errorf("notes: %v", notes)
	}
	must(s.Case(ctx, "e3.1"))(t) // was never the platform's
	ok(t, s.CheckIntegrity(ctx))
}

func TestAnotherServersVersionsCountForNothing(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 9), tombstone(model.ChangeExpert, "e2", 9), expertChange("e3", 9))
	const other = "https://other.example"
	ok(t, s.ResetServer(ctx, other))
	state := must(s.SyncState(ctx))(t)
	if state.Server != other || state.Cursor != "" || !state.Sweeping || !state.SyncedAt.IsZero() {
		t.Fatalf("%+v", state)
	}
	put := func(from, to string, changes ...model.Change) model.PageResult {
		return must(s.ApplyPage(ctx, other, from, model.ChangePage{Changes: changes, Cursor: to}))(t)
	}
	if res := put("", "a", expertChange("e1", 2), expertChange("e2", 1)); res.Applied != 2 {
		t.Fatalf("%+v", res)
	}
	// Within the new feed versions count again, also over another 410.
	if res := put("a", "b", expertChange("e1", 1)); res.Stale != 1 {
		t.Fatalf("%+v", res)
	}
	ok(t, s.BeginSweep(ctx, other))
	if res := put("", "c", expertChange("e1", 1), expertChange("e2", 1), tombstone(model.ChangeExpert, "e3", 1)); res != (model.PageResult{Stale: 2, Deleted: 1}) {
		t.Fatalf("%+v", res)
	}
	must(s.EndSweep(ctx))(t)
	if e := must(s.Expert(ctx, "e1"))(t); e.Version != 2 {
		t.Errorf("%+v", e)
	}
}
