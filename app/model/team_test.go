package model

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var teamNoon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func teamEvent(t *rapid.T, at time.Time) TeamEvent {
	people := rapid.SampledFrom([]string{"mira", "kim", "ruth"})
	e := TeamEvent{
		ID: "x", CaseID: "e1.1", ExpertID: "e1", By: people.Draw(t, "by"), At: at, Text: rapid.SampledFrom([]string{"", "why"}).Draw(t, "text"),
		Kind: rapid.SampledFrom([]TeamKind{TeamNote, TeamPin, TeamUnpin, TeamHold, TeamResume, TeamHand, TeamReturn, TeamHelp, TeamAnswer, TeamSkip, TeamReview, "dance"}).Draw(t, "kind"),
	}
	switch e.Kind {
	case TeamHold:
		e.Until = at.Add(time.Duration(rapid.IntRange(-5, 100).Draw(t, "hours")) * time.Hour)
	case TeamHand:
		e.To = people.Draw(t, "to")
	case TeamPin, TeamReview:
		e.Ref = "n1"
	}
	return e
}

// Whatever colleagues do in whatever order, no handling comes about that nobody
// can end, and a refused event changes nothing.
func TestHandlingHasAlwaysAWayOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Handling
		at := teamNoon
		skips := 0
		for range rapid.IntRange(0, 30).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "later")) * time.Hour)
			e := teamEvent(t, at)
			before := h
			next, err := h.After(e)
			var no *HandlingError
			if err != nil {
				if !errors.As(err, &no) || no.Why == "" {
					t.Fatalf("the refusal %v has no sentence", err)
				}
				if next.HoldBy != before.HoldBy || next.HandedTo != before.HandedTo || next.HelpBy != before.HelpBy || next.Skips != before.Skips {
					t.Fatalf("a refused %s changed %+v into %+v", e.Kind, before, next)
				}
				continue
			}
			h = next
			if e.Kind == TeamSkip {
				skips++
			}
			if (h.HoldBy == "") != h.HoldUntil.IsZero() || (h.HandedTo == "") != (h.HandedBy == "") || (h.HelpBy == "") != (h.HelpText == "") {
				t.Fatalf("half a handling: %+v", h)
			}
			if e.Kind == TeamHold && before.Held(at) && before.HoldBy != e.By {
				t.Fatalf("%s took the hold of %s", e.By, before.HoldBy)
			}
			if e.Kind == TeamHand && h.Held(at) {
				t.Fatal("a case is handed over and held by who handed it")
			}
		}
		if h.Skips != skips || len(h.SkippedAt) > 3 {
			t.Fatalf("%d skips are counted as %d by %d people", skips, h.Skips, len(h.SkippedAt))
		}
		out := func(kind TeamKind, by string) {
			e := TeamEvent{ID: "y", Kind: kind, CaseID: "e1.1", ExpertID: "e1", By: by, At: at, Text: "enough"}
			next, err := h.After(e)
			if err != nil {
				t.Fatalf("no way out by %s: %v", kind, err)
			}
			h = next
		}
		if h.HoldBy != "" {
			out(TeamResume, "somebody else")
		}
		if h.HandedTo != "" {
			out(TeamReturn, "somebody else")
		}
		if h.HelpBy != "" {
			out(TeamAnswer, "somebody else")
		}
		if h.HoldBy+h.HandedTo+h.HelpBy != "" {
			t.Fatalf("left over: %+v", h)
		}
	})
}

func TestHoldIsRefusedToColleagues(t *testing.T) {
	hold := TeamEvent{ID: "1", Kind: TeamHold, CaseID: "e1.1", ExpertID: "e1", By: "mira", At: teamNoon, Until: teamNoon.Add(48 * time.Hour), Text: "asked the bank"}
	h, err := Handling{}.After(hold)
	if err != nil || !h.Held(teamNoon.Add(47*time.Hour)) || h.Held(teamNoon.Add(48*time.Hour)) {
		t.Fatalf("%+v, %v", h, err)
	}
	theirs := hold
	theirs.By = "kim"
	_, err = h.After(theirs)
	var no *HandlingError
	if !errors.As(err, &no) || no.Holder != "mira" {
		t.Fatalf("kim's hold: %v", err)
	}
	// When it was taken by the platform, its clock has spoken.
	theirs.Place = 7
	if h, err = h.After(theirs); err != nil || h.HoldBy != "kim" {
		t.Fatalf("%+v, %v", h, err)
	}
	long := hold
	long.Until = teamNoon.Add(MaxHold + time.Second)
	if _, err := (Handling{}).After(long); err == nil {
		t.Error("held for over 30 days")
	}
}
