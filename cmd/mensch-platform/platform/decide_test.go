package platform_test

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

func TestADecisionChangesAllThatItShould(t *testing.T) {
	f := start(t, nil)
	f.people(2)
	before := now[model.Profile](f, model.ChangeProfile, "e1")
	_, cursor := f.all("")
	d := sanctioning("e1", "d1", 1,
		model.Sanction{Step: model.StepSuspension, EndsAt: day.AddDate(0, 0, 14)},
		model.Sanction{Step: model.StepFieldReset, Field: "degrees"},
		model.Sanction{Step: model.StepFieldReset, Field: "bio"},
		model.Sanction{Step: model.StepPhotoRemoval},
		model.Sanction{Step: model.StepRatingVoid, Ratings: []string{"r-e1-2", "erased"}})
	d.Moderator = "Somebody Else"
	var receipt model.Receipt
	f.decide(robin, d).want(201).into(&receipt)
	if receipt.Key != "d1" || receipt.CaseVersion != 2 || !receipt.ReceivedAt.Equal(day) || receipt.Decision.Moderator != "Robin" {
		t.Errorf("the receipt is %+v", receipt)
	}
	changes, _ := f.all(cursor)
	var kinds []string
	for _, c := range changes {
		kinds = append(kinds, fmt.Sprintf("%s %s %d", c.Kind, c.ID, c.Version))
	}
	slices.Sort(kinds)
	want := []string{"case e1.1 2", "decision d1 1", "expert e1 2", "incident i-e1 2", "profile e1 2", "rating r-e1-2 2"}
	if !slices.Equal(kinds, want) {
		t.Errorf("the feed shows %v, want %v", kinds, want)
	}
	if e := now[model.Expert](f, model.ChangeExpert, "e1"); e.State != model.ExpertSuspended || e.Version != 2 {
		t.Errorf("the expert is %+v", e)
	}
	p := now[model.Profile](f, model.ChangeProfile, "e1")
	if p.Bio != "" || p.Degrees != nil || p.PhotoID != "" || p.Name != before.Name || p.Headline != before.Headline {
		t.Errorf("the profile is %+v", p)
	}
	if r := now[model.Rating](f, model.ChangeRating, "r-e1-2"); !r.Void || r.Version != 2 {
		t.Errorf("the rating is %+v", r)
	}
	if i := now[model.Incident](f, model.ChangeIncident, "i-e1"); !i.Closed || i.Version != 2 {
		t.Errorf("the incident is %+v", i)
	}
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseDecided || c.Version != 2 {
		t.Errorf("the case is %+v", c)
	}
	if got := now[model.Receipt](f, model.ChangeDecision, "d1"); got.CaseVersion != 2 || len(got.Decision.Sanctions) != 5 {
		t.Errorf("the feed's receipt is %+v", got)
	}
	if e := now[model.Expert](f, model.ChangeExpert, "e2"); e.State != model.ExpertActive || e.Version != 1 {
		t.Errorf("another expert is %+v", e)
	}
}

func TestAReversalGivesBackWhatWasTaken(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	before := now[model.Profile](f, model.ChangeProfile, "e1")
	f.decide(robin, sanctioning("e1", "d1", 1,
		model.Sanction{Step: model.StepBan},
		model.Sanction{Step: model.StepFieldReset, Field: "degrees"},
		model.Sanction{Step: model.StepFieldReset, Field: "bio"},
		model.Sanction{Step: model.StepPhotoRemoval},
		model.Sanction{Step: model.StepRatingVoid, Ratings: []string{"r-e1-1", "r-e1-2"}})).want(201)
	// A second decision takes one of the ratings too, and suspends.
	f.decide(kim, sanctioning("e1", "d2", 2,
		model.Sanction{Step: model.StepSuspension, EndsAt: day.AddDate(0, 0, 3)},
		model.Sanction{Step: model.StepRatingVoid, Ratings: []string{"r-e1-2"}})).want(201)
	// Meanwhile the expert has written a new text.
	p := now[model.Profile](f, model.ChangeProfile, "e1")
	f.load(func(l *platform.Loader) {
		p.Bio, p.Version = "Roses, and honest ones.", p.Version+1
		must(t, l.Put(model.ChangeProfile, "e1", p.Version, p))
	})
	var appeal model.Appeal
	f.ask(robin, "POST", "/v1/appeals", map[string]string{"id": "a1", "decision_id": "d1", "text": "That is me."}).want(201).into(&appeal)
	f.ask(robin, "POST", "/v1/appeals", map[string]string{"id": "a1", "decision_id": "d1", "text": "That is me."}).want(200)
	f.ask(robin, "POST", "/v1/appeals", map[string]string{"id": "a1", "decision_id": "d1", "text": "Another."}).want(422, "key-reused")
	c := now[model.Case](f, model.ChangeCase, "e1.1")
	if c.State != model.CaseAppealed || appeal.CaseID != "e1.1" || appeal.ExpertID != "e1" {
		t.Fatalf("the case is %+v, the appeal %+v", c, appeal)
	}
	back := model.Decision{
		ID: "d3", CaseID: "e1.1", CaseVersion: c.Version, ExpertID: "e1", Outcome: model.Reversed,
		Reverses: "d1", Message: "You are right.", PackVersion: "1", DecidedAt: day,
	}
	f.decide(robin, back).want(403, "forbidden") // it was Robin's decision
	mute := back
	mute.Message = ""
	f.decide(kim, mute).want(422, "invalid")
	f.decide(kim, back).want(201)

	p = now[model.Profile](f, model.ChangeProfile, "e1")
	if p.PhotoID != before.PhotoID || !slices.Equal(p.Degrees, before.Degrees) || p.Bio != "Roses, and honest ones." {
		t.Errorf("the profile is %+v", p)
	}
	if now[model.Rating](f, model.ChangeRating, "r-e1-1").Void || !now[model.Rating](f, model.ChangeRating, "r-e1-2").Void {
		t.Error("the first rating must count again, the second not: another sanction stands")
	}
	if e := now[model.Expert](f, model.ChangeExpert, "e1"); e.State != model.ExpertSuspended {
		t.Errorf("the expert is %s, want suspended by what still stands", e.State)
	}
	if r := now[model.Receipt](f, model.ChangeDecision, "d1"); r.Decision.Sanctions[0].ReversedByID != "d3" {
		t.Errorf("the first decision's sanction is %+v", r.Decision.Sanctions[0])
	}
	if a := now[model.Appeal](f, model.ChangeAppeal, "a1"); a.Outcome != "overturned" || a.DecidedBy != "Kim" || a.Reason != "You are right." {
		t.Errorf("the appeal is %+v", a)
	}
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseDecided {
		t.Errorf("the case is %+v", c)
	}
	again := back
	again.ID, again.CaseVersion = "d4", c.Version+1
	f.decide(robin, again).want(422, "invalid") // taken back once
	f.ask(robin, "POST", "/v1/appeals", map[string]string{"decision_id": "d1", "text": "x"}).want(422, "invalid")
}

func TestSuspensionsEndByThemselves(t *testing.T) {
	f := start(t, nil)
	f.people(2)
	f.load(func(l *platform.Loader) { // banned elsewhere, before any decision here
		e := now[model.Expert](f, model.ChangeExpert, "e2")
		e.State, e.Version = model.ExpertBanned, 2
		must(t, l.Put(model.ChangeExpert, "e2", 2, e))
	})
	end := day.AddDate(0, 0, 3)
	f.decide(robin, sanctioning("e1", "d1", 1, model.Sanction{Step: model.StepSuspension, EndsAt: end})).want(201)
	f.decide(robin, sanctioning("e2", "d2", 1, model.Sanction{Step: model.StepSuspension, EndsAt: end})).want(201)
	later := sanctioning("e1", "d3", 2, model.Sanction{Step: model.StepSuspension, StartsAt: end.AddDate(0, 0, 1), EndsAt: end.AddDate(0, 0, 2)})
	f.decide(robin, later).want(201)
	state := func(id string) model.ExpertState { return now[model.Expert](f, model.ChangeExpert, id).State }
	for _, step := range []struct {
		at   time.Time
		want model.ExpertState
	}{
		{end.Add(-time.Minute), model.ExpertSuspended},
		{end, model.ExpertActive},
		{end.AddDate(0, 0, 1), model.ExpertSuspended},
		{end.AddDate(0, 0, 2), model.ExpertActive},
	} {
		f.clock.pass(step.at.Sub(f.clock.Now()))
		must(t, f.s.Tick(t.Context()))
		if got := state("e1"); got != step.want {
			t.Errorf("at %s the expert is %s, want %s", step.at, got, step.want)
		}
	}
	if got := state("e2"); got != model.ExpertBanned {
		t.Errorf("the end of a suspension made a banned expert %s", got)
	}
}

func TestTheSameKeyTwiceIsOneDecision(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	d := warning("e1", "d1", 1)
	first := f.decide(robin, d).want(201)
	_, cursor := f.all("")
	f.clock.pass(time.Hour)
	again := f.decide(robin, d).want(200)
	if !bytes.Equal(first.body, again.body) {
		t.Errorf("the receipts differ:\n%s\n%s", first.body, again.body)
	}
	if asked := f.ask(reader, "GET", "/v1/decisions/d1", nil).want(200); !bytes.Equal(first.body, asked.body) {
		t.Errorf("asked for by key: %s", asked.body)
	}
	other := d
	other.Message = "Another text"
	f.decide(robin, other).want(422, "key-reused")
	f.decide(kim, d).want(422, "key-reused") // it was Robin's
	if changes, _ := f.all(cursor); len(changes) != 0 {
		t.Errorf("the repetitions left %v in the feed", changes)
	}
}

func TestAStaleDecisionIsToldWhatStands(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	f.ask(kim, "POST", "/v1/incidents", model.Incident{ExpertID: "e1", Reporter: model.ReporterExpert, Text: "Again", At: day}).want(201)
	p := f.decide(robin, warning("e1", "d1", 1)).want(412, "stale-case").problem()
	if p.Case == nil || p.Case.Version != 2 || p.Decision != nil {
		t.Errorf("the problem is %+v", p)
	}
	f.decide(kim, warning("e1", "d2", 2)).want(201)
	f.ask(kim, "POST", "/v1/cases/e1.1/lease", nil).want(201)
	p = f.decide(robin, warning("e1", "d1", 2)).want(412, "stale-case").problem()
	if p.Case == nil || p.Case.State != model.CaseDecided || p.Case.Lease == nil || p.Case.Lease.Holder != "Kim" ||
		p.Decision == nil || p.Decision.ID != "d2" || p.Decision.Moderator != "Kim" {
		t.Errorf("the problem is %+v", p)
	}
	f.ask(reader, "GET", "/v1/decisions/d1", nil).want(404, "not-found")
}

func TestACaseThatADetectorFound(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	d := warning("e1", "d1", 0)
	d.CaseID = "e1.2"
	var r model.Receipt
	f.decide(robin, d).want(201).into(&r)
	c := now[model.Case](f, model.ChangeCase, "e1.2")
	if r.CaseVersion != 1 || c.Version != 1 || c.Round != 2 || c.State != model.CaseDecided || c.ExpertID != "e1" {
		t.Errorf("receipt %+v, case %+v", r, c)
	}
	second := warning("e1", "d2", 0)
	second.CaseID = "e1.2"
	if p := f.decide(kim, second).want(412, "stale-case").problem(); p.Decision == nil || p.Decision.ID != "d1" {
		t.Errorf("the problem is %+v", p)
	}
}

func TestLeasesFence(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	const path = "/v1/cases/e1.1/lease"
	var first, again, second model.Lease
	f.ask(robin, "POST", path, nil).want(201).into(&first)
	if first.Holder != "Robin" || first.Token != 1 || !first.Expires.Equal(day.Add(15*time.Minute)) || first.CaseID != "e1.1" {
		t.Errorf("the lease is %+v", first)
	}
	f.clock.pass(time.Minute)
	f.ask(robin, "POST", path, nil).want(201).into(&again)
	if again.Token != first.Token || !again.Expires.After(first.Expires) {
		t.Errorf("taken again it is %+v", again)
	}
	if p := f.ask(kim, "POST", path, nil).want(409, "lease-held").problem(); p.Lease == nil || p.Lease.Holder != "Robin" {
		t.Errorf("the problem is %+v", p)
	}
	if p := f.decide(kim, warning("e1", "d1", 1)).want(409, "lease-held").problem(); p.Lease == nil {
		t.Errorf("the problem is %+v", p)
	}
	f.ask(kim, "PUT", path, first).want(409, "lease-lost")
	f.ask(kim, "DELETE", path+"?token=1", nil).want(409, "lease-lost")

	// It runs out; until somebody else takes it, it can be had again.
	f.clock.pass(time.Hour)
	f.ask(robin, "PUT", path, first).want(200)
	f.clock.pass(time.Hour)
	f.ask(kim, "POST", path, nil).want(201).into(&second)
	if second.Token != 2 || second.Holder != "Kim" {
		t.Errorf("the second lease is %+v", second)
	}
	f.ask(robin, "PUT", path, first).want(409, "lease-lost")
	f.ask(kim, "DELETE", path+"?token=2", nil).want(204)
	f.ask(kim, "DELETE", path+"?token=2", nil).want(204)
	f.ask(kim, "PUT", path, second).want(409, "lease-lost")

	// Nobody holds it, and still the old token is too old.
	late := warning("e1", "d2", 1)
	late.LeaseToken = first.Token
	f.decide(robin, late).want(409, "lease-lost")

	var third model.Lease
	f.ask(robin, "POST", path, nil).want(201).into(&third)
	late.LeaseToken = third.Token
	f.clock.pass(time.Hour) // ran out, but nobody has a newer one
	f.decide(robin, late).want(201)
	f.ask(kim, "POST", path, nil).want(201) // the decision released it
}

func TestReportsOpenTheNextRound(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	f.load(func(l *platform.Loader) {
		must(t, l.Put(model.ChangeExpert, "e2", 1, model.Expert{ID: "e2", Version: 1, Cluster: "Pets", ScreenName: "Bo", State: model.ExpertActive, JoinedAt: day}))
	})
	report := func(expert, id string) (in model.Incident) {
		f.ask(robin, "POST", "/v1/incidents", model.Incident{ID: id, ExpertID: expert, Reporter: model.ReporterClient, ReporterID: "c1", Text: "He wrote his number", At: day}).want(201).into(&in)
		return in
	}
	if in := report("e2", ""); in.CaseID != "e2.1" || in.ID == "" || in.Version != 1 {
		t.Errorf("the first report is %+v", in)
	}
	if in := report("e1", "x1"); in.CaseID != "e1.1" {
		t.Errorf("a report to an open case is %+v", in)
	}
	f.decide(robin, warning("e1", "d1", 2)).want(201)
	if in := report("e1", "x2"); in.CaseID != "e1.2" {
		t.Errorf("a report after the decision is %+v", in)
	}
	if c := now[model.Case](f, model.ChangeCase, "e1.2"); c.Round != 2 || c.State != model.CaseOpen || c.Version != 1 {
		t.Errorf("the next round is %+v", c)
	}
	var same model.Incident
	f.ask(robin, "POST", "/v1/incidents", model.Incident{ID: "x1", ExpertID: "e1", Reporter: model.ReporterClient, ReporterID: "c1", Text: "He wrote his number", At: day}).want(200).into(&same)
	if same.CaseID != "e1.1" || !same.Closed {
		t.Errorf("the repeated report is %+v", same)
	}
	f.ask(robin, "POST", "/v1/incidents", model.Incident{ID: "x1", ExpertID: "e1", Reporter: model.ReporterStaff, Text: "Another", At: day}).want(422, "key-reused")
}

func TestErasureLeavesTombstonesOnly(t *testing.T) {
	f := start(t, nil)
	f.people(2)
	photo := now[model.Profile](f, model.ChangeProfile, "e1").PhotoID
	f.decide(robin, sanctioning("e1", "d1", 1, model.Sanction{Step: model.StepPhotoRemoval})).want(201)
	_, cursor := f.all("")
	f.ask(senior, "DELETE", "/v1/experts/e1", nil).want(204)
	changes, _ := f.all(cursor)
	gone := map[string]bool{}
	for _, c := range changes {
		if !c.Deleted || c.Data != nil {
			t.Errorf("erasing left %+v", c)
		}
		gone[string(c.Kind)+" "+c.ID] = true
	}
	for _, want := range []string{"expert e1", "profile e1", "session s-e1", "message m-e1-1", "message m-e1-2", "rating r-e1-1", "rating r-e1-2", "case e1.1", "incident i-e1"} {
		if !gone[want] {
			t.Errorf("no tombstone of %s", want)
		}
	}
	if len(gone) != 9 {
		t.Errorf("tombstones: %v", gone)
	}
	f.ask(reader, "GET", "/v1/photos/"+photo, nil).want(404, "not-found")
	f.ask(reader, "GET", "/v1/decisions/d1", nil).want(200) // the record stays
	f.ask(senior, "DELETE", "/v1/experts/e1", nil).want(404, "not-found")
	f.decide(robin, warning("e1", "d2", 2)).want(404, "not-found")
	if e := now[model.Expert](f, model.ChangeExpert, "e2"); e.State != model.ExpertActive {
		t.Errorf("the other expert is %+v", e)
	}
}

func TestFiftyAtOnceAreOneDecision(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	_, cursor := f.all("")
	d := sanctioning("e1", "d1", 1, model.Sanction{Step: model.StepRatingVoid, Ratings: []string{"r-e1-1"}})
	replies := make([]reply, 50)
	var wg sync.WaitGroup
	for i := range replies {
		wg.Go(func() {
			r, err := f.try(robin, "POST", "/v1/cases/e1.1/decisions", d, "Idempotency-Key", "d1", "If-Match", `"1"`)
			if err != nil {
				t.Error(err)
			}
			replies[i] = r
		})
	}
	wg.Wait()
	status := map[int]int{}
	for _, r := range replies {
		status[r.status]++
		if !bytes.Equal(r.body, replies[0].body) {
			t.Errorf("two receipts: %s and %s", r.body, replies[0].body)
		}
	}
	if status[201] != 1 || status[200] != 49 {
		t.Errorf("the answers were %v", status)
	}
	versions := map[string]int64{}
	changes, _ := f.all(cursor)
	for _, c := range changes {
		versions[string(c.Kind)] = c.Version
	}
	if len(changes) != 4 || versions["decision"] != 1 || versions["case"] != 2 || versions["rating"] != 2 || versions["incident"] != 2 {
		t.Errorf("the feed shows %v", changes)
	}
}

func TestOfTwentyModeratorsOneDecides(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	status := make([]int, 20)
	var wg sync.WaitGroup
	for i := range status {
		wg.Go(func() {
			d := warning("e1", fmt.Sprintf("d%d", i), 1)
			r, err := f.try([]string{robin, kim}[i%2], "POST", "/v1/cases/e1.1/decisions", d, "Idempotency-Key", d.ID, "If-Match", `"1"`)
			if err != nil {
				t.Error(err)
			}
			status[i] = r.status
		})
	}
	wg.Wait()
	slices.Sort(status)
	if status[0] != 201 || status[1] != 412 || status[19] != 412 {
		t.Errorf("the answers were %v", status)
	}
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.Version != 2 {
		t.Errorf("the case is %+v", c)
	}
}
