package cases_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/cases"
	"mensch/app/model"
)

// TestCaseWalk walks the case's machine at random: it never leaves the known
// states, an event that is refused changes nothing, and from every state
// something can happen that leads, in the end, to a decided case.
func TestCaseWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := model.CaseOpen
		back := []model.CaseState{"", model.CaseOpen, model.CaseDecided, model.CaseAppealed, model.CaseConflict, model.CaseWaiting, "nonsense"}
		for range rapid.IntRange(0, 40).Draw(t, "length") {
			e := cases.Event{
				Kind: rapid.SampledFrom(cases.EventKinds).Draw(t, "event"),
				Back: rapid.SampledFrom(back).Draw(t, "back"),
			}
			next, err := cases.Next(state, e)
			if err != nil {
				var refused *cases.TransitionError
				if !errors.As(err, &refused) || !errors.Is(err, cases.ErrIllegal) || next != state {
					t.Fatalf("%q + %v gave %q and %v", state, e, next, err)
				}
				continue
			}
			if !slices.Contains(cases.EventsOf(state), e.Kind) {
				t.Fatalf("%q took %q, which it does not list", state, e.Kind)
			}
			state = next
			if !slices.Contains(cases.CaseStates, state) {
				t.Fatalf("reached %q", state)
			}
		}
	})
}

func TestEveryCaseStateHasAWayOut(t *testing.T) {
	for _, from := range cases.CaseStates {
		reached := map[model.CaseState]bool{from: true}
		todo := []model.CaseState{from}
		for len(todo) > 0 {
			s := todo[0]
			todo = todo[1:]
			for _, kind := range cases.EventsOf(s) {
				next, err := cases.Next(s, cases.Event{Kind: kind})
				if err != nil {
					t.Fatalf("%q lists %q, but: %v", s, kind, err)
				}
				if !reached[next] {
					reached[next] = true
					todo = append(todo, next)
				}
			}
		}
		for _, goal := range cases.CaseStates {
			if !reached[goal] {
				t.Errorf("from %q there is no way to %q", from, goal)
			}
		}
	}
	if _, err := cases.Next("nonsense", cases.Event{Kind: cases.Confirm}); !errors.Is(err, cases.ErrIllegal) {
		t.Errorf("an unknown state takes an event: %v", err)
	}
	if _, err := cases.Next(model.CaseOpen, cases.Event{Kind: "nonsense"}); !errors.Is(err, cases.ErrIllegal) {
		t.Errorf("an unknown event is taken: %v", err)
	}
}

func TestCaseStories(t *testing.T) {
	ev := func(kinds ...cases.EventKind) []cases.Event {
		var all []cases.Event
		for _, k := range kinds {
			all = append(all, cases.Event{Kind: k})
		}
		return all
	}
	for _, c := range []struct {
		name   string
		events []cases.Event
		want   model.CaseState
	}{
		{"decide and confirm", ev(cases.Confirm, cases.Ack), model.CaseDecided},
		{"undo", ev(cases.Confirm, cases.Undo), model.CaseOpen},
		{"undo of a reversal", ev(cases.Confirm, cases.Ack, cases.Confirm, cases.Undo), model.CaseDecided},
		{"undo after an appeal came in", ev(cases.Confirm, cases.Ack, cases.Confirm, cases.Appealed, cases.Undo), model.CaseAppealed},
		{"rejected answer to an appeal", ev(cases.Confirm, cases.Ack, cases.Appealed, cases.Confirm, cases.Reject), model.CaseAppealed},
		{"two people", ev(cases.Propose, cases.Approve, cases.Ack), model.CaseDecided},
		{"refused", ev(cases.Propose, cases.Refuse), model.CaseOpen},
		{"a proposal is overtaken", ev(cases.Propose, cases.Stands), model.CaseDecided},
		{"conflict, theirs", ev(cases.Confirm, cases.Collide, cases.KeepTheirs), model.CaseDecided},
		{"conflict, ours, undone", ev(cases.Confirm, cases.Stands, cases.KeepOurs, cases.Undo), model.CaseConflict},
		{"decided elsewhere", ev(cases.Stands, cases.Appealed, cases.Stands), model.CaseDecided},
	} {
		got, err := cases.Fold(c.events)
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
		if err := cases.CheckFold(c.want, c.events); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := cases.CheckFold(model.CaseOpen, ev(cases.Confirm)); err == nil {
		t.Error("a state that the events do not lead to passes")
	}
	if _, err := cases.Fold(ev(cases.Undo)); !errors.Is(err, cases.ErrIllegal) {
		t.Errorf("an illegal history folds: %v", err)
	}
	wrong := []cases.Event{{Kind: cases.Confirm}, {Kind: cases.Undo, Back: model.CaseDecided}}
	if _, err := cases.Fold(wrong); !errors.Is(err, cases.ErrIllegal) {
		t.Errorf("a Back that contradicts the history folds: %v", err)
	}
}

// TestOutboxWalk: whatever happens, a decision that may have arrived is never
// sent again or undone before the platform was asked for it.
func TestOutboxWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state := model.OutboxQueued
		perhaps := false // the platform may have it, and nobody asked
		for range rapid.IntRange(0, 60).Draw(t, "length") {
			e := rapid.SampledFrom(cases.OutboxEvents).Draw(t, "event")
			next, err := cases.NextOutbox(state, e)
			if err != nil {
				if !errors.Is(err, cases.ErrIllegal) || next != state {
					t.Fatalf("%q + %q gave %q and %v", state, e, next, err)
				}
				continue
			}
			if cases.OutboxDone(state) && next != state {
				t.Fatalf("%q is an end, but became %q", state, next)
			}
			switch e {
			case cases.OutboxLost:
				perhaps = true
			case cases.OutboxMissing, cases.OutboxAck, cases.OutboxReject, cases.OutboxCollide:
				perhaps = false
			case cases.OutboxSend, cases.OutboxUndo, cases.OutboxDrop:
				if perhaps {
					t.Fatalf("%q + %q, though the platform may have it", state, e)
				}
			}
			state = next
			if !slices.Contains(cases.OutboxStates, state) {
				t.Fatalf("reached %q", state)
			}
		}
	})
}

func TestEveryOutboxStateEnds(t *testing.T) {
	for _, from := range cases.OutboxStates {
		reached := map[model.OutboxState]bool{from: true}
		todo := []model.OutboxState{from}
		for len(todo) > 0 {
			s := todo[0]
			todo = todo[1:]
			for _, e := range cases.OutboxEvents {
				if next, err := cases.NextOutbox(s, e); err == nil && !reached[next] {
					reached[next] = true
					todo = append(todo, next)
				}
			}
		}
		if !reached[model.OutboxAcked] && !reached[model.OutboxUndone] {
			t.Errorf("%q has no way to an end", from)
		}
	}
}

// TestWayEndsWhereItShould takes every pair of states, each place where a
// decision can have started and every cause: what is recorded, folded behind
// any history that led there, ends in the state that is stored.
func TestWayEndsWhereItShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var history []cases.Event
		state, back := model.CaseOpen, model.CaseOpen
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			to := rapid.SampledFrom(cases.CaseStates).Draw(t, "to")
			cause := rapid.SampledFrom(append([]cases.EventKind{"", ""}, cases.EventKinds...)).Draw(t, "cause")
			way := cases.Way(state, back, to, cause)
			for _, e := range way {
				switch e.Kind {
				case cases.Confirm, cases.Propose, cases.KeepOurs:
					back, _ = cases.Fold(history)
				case cases.Appealed:
					if back == model.CaseDecided || back == model.CaseOpen {
						back = model.CaseAppealed
					}
				}
				history = append(history, e)
			}
			if err := cases.CheckFold(to, history); err != nil {
				t.Fatalf("%q to %q by %q gave %v: %v", state, to, cause, way, err)
			}
			state = to
		}
	})
}
