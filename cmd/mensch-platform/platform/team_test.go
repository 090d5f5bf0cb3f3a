package platform_test

import (
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
)

func (f *fixture) team(token string, e model.TeamEvent) reply {
	f.t.Helper()
	return f.ask(token, "PUT", "/v1/team/"+e.ID, e)
}

func event(id string, kind model.TeamKind, more func(*model.TeamEvent)) model.TeamEvent {
	e := model.TeamEvent{ID: id, Kind: kind, CaseID: "e1.1", ExpertID: "e1", By: "whoever", At: day, Text: "because"}
	if kind == model.TeamHold {
		e.Until = day.Add(48 * time.Hour)
	}
	if more != nil {
		more(&e)
	}
	return e
}

func TestTeamEventsAreTakenOnceInOneOrder(t *testing.T) {
	f := start(t, nil)
	f.people(2)
	var first, again model.TeamEvent
	note := event("n1", model.TeamNote, nil)
	f.team(robin, note).want(201).into(&first)
	f.team(robin, note).want(200).into(&again)
	if first.By != "Robin" || first.Place < 1 || again != first {
		t.Errorf("%+v, then %+v", first, again)
	}
	note.Text = "something else"
	f.team(robin, note).want(422, "key-reused")
	f.team(reader, event("n2", model.TeamNote, nil)).want(403, "forbidden")
	f.team(robin, event("n3", model.TeamNote, func(e *model.TeamEvent) { e.ExpertID, e.CaseID = "e9", "e9.1" })).want(404, "not-found")
	f.team(robin, event("n4", model.TeamNote, func(e *model.TeamEvent) { e.CaseID = "e2.1" })).want(422, "invalid")
	f.team(robin, event("n5", model.TeamNote, func(e *model.TeamEvent) { e.At = day.Add(time.Hour) })).want(422, "invalid")
	f.team(robin, event("n6", model.TeamSkip, func(e *model.TeamEvent) { e.Text = "" })).want(422, "invalid")
	f.team(robin, event("n7", model.TeamNote, func(e *model.TeamEvent) { e.CaseID = "" })).want(201)
	f.team(senior, event("p1", model.TeamPin, func(e *model.TeamEvent) { e.Ref = "n1" })).want(201)
	f.team(senior, event("p2", model.TeamPin, func(e *model.TeamEvent) { e.Ref = "n99" })).want(404, "not-found")
	places := map[int64]bool{}
	all, _ := f.all("")
	for _, c := range all {
		if c.Kind == model.ChangeTeam {
			e := now[model.TeamEvent](f, model.ChangeTeam, c.ID)
			if places[e.Place] {
				t.Errorf("the place %d is given twice", e.Place)
			}
			places[e.Place] = true
		}
	}
	if len(places) != 3 {
		t.Errorf("the feed has %d team events", len(places))
	}
	// An erased account takes what was written about it along.
	f.ask(senior, "DELETE", "/v1/experts/e1", nil).want(204)
	all, _ = f.all("")
	for _, c := range all {
		if c.Kind == model.ChangeTeam && !c.Deleted {
			t.Errorf("%s is left", c.ID)
		}
	}
}

func TestHoldKeepsOthersOut(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	f.team(robin, event("h1", model.TeamHold, nil)).want(201)
	p := f.team(senior, event("h2", model.TeamHold, nil)).want(409, "lease-held").problem()
	if p.Lease == nil || p.Lease.Holder != "Robin" || !p.Lease.Expires.Equal(day.Add(48*time.Hour)) {
		t.Errorf("%+v", p)
	}
	f.ask(senior, "POST", "/v1/cases/e1.1/lease", nil).want(409, "lease-held")
	f.decide(senior, warning("e1", "d1", 1)).want(409, "lease-held")
	f.ask(robin, "POST", "/v1/cases/e1.1/lease", nil).want(201)
	f.team(robin, event("to1", model.TeamHand, func(e *model.TeamEvent) { e.To = "Nobody" })).want(422, "invalid")
	var list struct {
		Colleagues []struct {
			Name  string
			Roles []string
		}
	}
	f.ask(robin, "GET", "/v1/colleagues", nil).want(200).into(&list)
	other := ""
	for _, c := range list.Colleagues {
		if c.Name != "Robin" {
			other = c.Name
		}
		if len(c.Roles) == 0 {
			t.Errorf("%s has no role", c.Name)
		}
	}
	if other == "" {
		t.Fatalf("no colleague but Robin in %+v", list)
	}
	// Handing over gives up the hold and the lease at once.
	f.team(robin, event("to2", model.TeamHand, func(e *model.TeamEvent) { e.To = other })).want(201)
	f.ask(senior, "POST", "/v1/cases/e1.1/lease", nil).want(201)
	// Somebody else's lease stands in the way of a hold.
	f.team(robin, event("h3", model.TeamHold, nil)).want(409, "lease-held")
	// A colleague may end any hold.
	f.team(senior, event("h4", model.TeamHold, nil)).want(201)
	f.team(robin, event("r1", model.TeamResume, nil)).want(201)
	f.team(robin, event("r2", model.TeamResume, nil)).want(422, "invalid")
}

func TestReviewIsAnotherOnes(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	f.decide(robin, warning("e1", "d1", 1)).want(201)
	review := func(id string) model.TeamEvent {
		return event(id, model.TeamReview, func(e *model.TeamEvent) {
			e.Ref, e.Review = "d1", &model.Review{Outcome: model.Dismissed, Guideline: "contact-exchange"}
		})
	}
	f.team(robin, review("v1")).want(403, "forbidden")
	f.team(senior, review("v2")).want(201)
	f.team(senior, review("v2")).want(200)
	f.team(senior, review("v3")).want(422, "invalid")
	f.team(senior, event("v4", model.TeamReview, func(e *model.TeamEvent) {
		e.Ref, e.Review = "d9", &model.Review{Outcome: model.Dismissed, Guideline: "x"}
	})).want(404, "not-found")
	if got := now[model.TeamEvent](f, model.ChangeTeam, "v2"); got.Review == nil || got.Review.Outcome != model.Dismissed {
		t.Errorf("%+v", got)
	}
}

func TestEventsOfManyAtOnceHaveOneOrder(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	done := make(chan error)
	for i := range 8 {
		go func() {
			r, err := f.try(robin, "PUT", fmt.Sprintf("/v1/team/s%d", i), event(fmt.Sprintf("s%d", i), model.TeamSkip, nil))
			if err == nil && r.status != 201 {
				err = fmt.Errorf("status %d: %s", r.status, r.body)
			}
			done <- err
		}()
	}
	for range 8 {
		must(t, <-done)
	}
	seen := map[int64]bool{}
	for i := range 8 {
		seen[now[model.TeamEvent](f, model.ChangeTeam, fmt.Sprintf("s%d", i)).Place] = true
	}
	if len(seen) != 8 {
		t.Errorf("8 events at %d places", len(seen))
	}
}
