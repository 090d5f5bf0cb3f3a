package faulttest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/app/sync"
)

// decide queues a decision on an expert's first case, as the desk does.
func (w *world) decide(expert int, outcome model.Outcome) model.Decision {
	w.t.Helper()
	id := fmt.Sprintf("e%03d", expert)
	c, err := w.store.Case(w.t.Context(), id+".1")
	must(w.t, err)
	now := time.Now().UTC().Truncate(time.Millisecond)
	d := model.Decision{
		ID: "d-" + id, CaseID: c.ID, CaseVersion: c.Version, ExpertID: id, Moderator: "Robin", Outcome: outcome,
		Rationale: w.words(100), PackVersion: "1", DecidedAt: now,
	}
	if outcome == model.Sanctioned {
		d.Message = "Please stay courteous. " + w.words(100)
		d.Sanctions = []model.Sanction{{
			ID: "x-" + id, DecisionID: d.ID, ExpertID: id, Guideline: "courtesy", Step: model.StepWarning, StartsAt: now, Strikes: 1, PackVersion: "1",
		}}
	}
	must(w.t, w.store.Decide(w.t.Context(), d, c.State, model.CaseWaiting, now))
	return d
}

// ahead is a clock that runs far ahead with each look, so that no back-off has
// to be waited for.
func ahead() func() time.Time {
	now := time.Now()
	return func() time.Time {
		now = now.Add(time.Minute)
		return now
	}
}

func TestPushThroughABadNetwork(t *testing.T) {
	t.Parallel()
	const experts, decided = 60, 50
	w := newWorld(t, experts)
	_, err := sync.Pull(t.Context(), w.store, w.connect(secret), sync.Options{})
	must(t, err)
	h := w.hasty(secret)
	// A colleague decides five of the cases first.
	colleague, err := sync.NewHTTP(w.direct, other, sync.HTTPOptions{})
	must(t, err)
	defer colleague.Close()
	outcomes := []model.Outcome{model.Sanctioned, model.Dismissed}
	var mine []model.Decision
	for i := range decided {
		mine = append(mine, w.decide(i, outcomes[i%2]))
	}
	for i := range 5 {
		theirs := mine[i]
		theirs.ID, theirs.Outcome, theirs.Sanctions, theirs.Moderator = fmt.Sprintf("theirs-%d", i), model.Dismissed, nil, "Sam"
		_, err := colleague.Decide(t.Context(), theirs)
		must(t, err)
	}
	clock := ahead()
	pushes, cut, unknown := 0, 0, 0
	for deadline := time.Now().Add(20 * time.Second); ; pushes++ {
		if _, err := w.store.NextOutbox(t.Context(), clock().AddDate(1, 0, 0)); err != nil {
			break
		}
		if time.Now().After(deadline) {
			h = w.connect(secret) // whatever is left goes through a good network
		} else {
			w.sicken()
		}
		few := &few{Store: w.store, left: 6}
		_, err := sync.Push(t.Context(), few, h, sync.Options{Now: clock})
		unknown += few.unknown
		switch sync.KindOf(err) {
		case "":
			must(t, err)
		case sync.KindLost, sync.KindUnreachable:
			cut++
		default:
			t.Fatal(err)
		}
		w.heal()
	}
	t.Logf("%d pushes, %d ended early, %d answers lost", pushes, cut, unknown)
	if cut == 0 || unknown == 0 {
		t.Error("nothing was lost on the way: the faults do nothing")
	}
	for i, d := range mine {
		e, err := w.store.OutboxEntry(t.Context(), d.ID)
		must(t, err)
		want := model.OutboxAcked
		if i < 5 {
			want = model.OutboxConflict
			if e.Theirs == nil || e.Theirs.ID != fmt.Sprintf("theirs-%d", i) || e.Theirs.Moderator != "Sam" {
				t.Errorf("%s: theirs %+v", d.ID, e.Theirs)
			}
		}
		if e.State != want || want == model.OutboxAcked && e.LastError != "" {
			t.Errorf("%s is %s (%s), want %s", d.ID, e.State, e.LastError, want)
		}
	}
	w.once(mine)
}

// few lets a push take up only so many entries, so that each push meets
// another fault, and counts the answers that were lost.
type few struct {
	sync.Store
	left, unknown int
}

func (f *few) NextOutbox(ctx context.Context, now time.Time) (model.OutboxEntry, error) {
	if f.left--; f.left < 0 {
		return model.OutboxEntry{}, model.ErrNotFound
	}
	return f.Store.NextOutbox(ctx, now)
}

func (f *few) SettleOutbox(ctx context.Context, change model.OutboxChange) error {
	if change.From == model.OutboxSending && change.To == model.OutboxUnknown {
		f.unknown++
	}
	return f.Store.SettleOutbox(ctx, change)
}

// once checks that every acked decision stands at the platform, once, with its
// effects, and that no other does.
func (w *world) once(mine []model.Decision) {
	w.t.Helper()
	feed := w.feed()
	for _, d := range mine {
		e, err := w.store.OutboxEntry(w.t.Context(), d.ID)
		must(w.t, err)
		_, there := feed["decision "+d.ID]
		if there != (e.State == model.OutboxAcked) {
			w.t.Errorf("%s is %s here; at the platform: %v", d.ID, e.State, there)
		}
		// One decision, by whomever, moved the case by exactly one version.
		var c model.Case
		decode(w.t, feed["case "+d.CaseID], &c)
		if c.Version != d.CaseVersion+1 || c.State != model.CaseDecided {
			w.t.Errorf("case %s: %+v after a decision on version %d", d.CaseID, c, d.CaseVersion)
		}
	}
}

func TestConflictsShowAfterThePull(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	h := w.connect(secret)
	_, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	d := w.decide(0, model.Dismissed)
	sent, err := sync.Push(t.Context(), w.store, h, sync.Options{Now: ahead()})
	must(t, err)
	if sent.Acked != 1 {
		t.Fatalf("%+v", sent)
	}
	// Pulling the decision that was sent from here changes nothing and doubles
	// nothing.
	_, err = sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	w.same()
	decisions, err := w.store.DecisionsOf(t.Context(), d.ExpertID)
	must(t, err)
	if len(decisions) != 1 {
		t.Errorf("%d decisions where one was made", len(decisions))
	}
}

func TestPushIsThrottled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	h := w.connect(secret)
	_, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	d := w.decide(0, model.Sanctioned)
	w.platform.SetMaintenance(90 * time.Second)
	now := time.Now()
	_, err = sync.Push(t.Context(), w.store, h, sync.Options{Now: func() time.Time { return now }})
	if sync.KindOf(err) != sync.KindUnavailable {
		t.Fatal(err)
	}
	e, err := w.store.OutboxEntry(t.Context(), d.ID)
	must(t, err)
	if wait := e.NotBefore.Sub(now); e.State != model.OutboxQueued || wait < 89*time.Second || wait > 91*time.Second {
		t.Errorf("%s, waits %s", e.State, wait)
	}
	w.platform.SetMaintenance(0)
	sent, err := sync.Push(t.Context(), w.store, h, sync.Options{Now: ahead()})
	if err != nil || sent.Any() {
		t.Errorf("it did not wait: %+v %v", sent, err)
	}
	late := func() time.Time { return now.Add(2 * time.Minute) }
	if sent, err = sync.Push(t.Context(), w.store, h, sync.Options{Now: late}); err != nil || sent.Acked != 1 {
		t.Errorf("%+v %v", sent, err)
	}
	w.once([]model.Decision{d})
}

func TestRefusalsKeepTheDecision(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	_, err := sync.Pull(t.Context(), w.store, w.connect(secret), sync.Options{})
	must(t, err)
	first, second := w.decide(0, model.Sanctioned), w.decide(1, model.Sanctioned)
	now := time.Now()
	clock := func() time.Time { return now.Add(time.Minute) }
	// A reader's token: the platform says no for good.
	sent, err := sync.Push(t.Context(), w.store, w.connect(reads), sync.Options{Now: clock})
	if err != nil || sent.Rejected != 2 {
		t.Fatalf("%+v %v", sent, err)
	}
	// A wrong token: nothing is judged by it.
	third := w.decide(2, model.Sanctioned)
	_, err = sync.Push(t.Context(), w.store, w.connect("no-such-token-0123456789"), sync.Options{Now: clock})
	if sync.KindOf(err) != sync.KindUnauthorized {
		t.Fatal(err)
	}
	for _, c := range []struct {
		d    model.Decision
		want model.OutboxState
	}{{first, model.OutboxRejected}, {second, model.OutboxRejected}, {third, model.OutboxQueued}} {
		if e, err := w.store.OutboxEntry(t.Context(), c.d.ID); err != nil || e.State != c.want || e.LastError == "" {
			t.Errorf("%s: %+v %v", c.d.ID, e, err)
		}
	}
	if c, err := w.store.Case(t.Context(), first.CaseID); err != nil || c.State != model.CaseOpen {
		t.Errorf("the refused decision's case is %s (%v)", c.State, err)
	}
}

func decode(t testing.TB, raw string, v any) {
	t.Helper()
	must(t, json.Unmarshal([]byte(raw), v))
}

// A case that a colleague holds is not decided over their head: the decision
// waits until they give it back.
func TestLeases(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	h := w.connect(secret)
	_, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	sam := w.connect(other)
	theirs, err := sam.Lease(t.Context(), "e000.1")
	must(t, err)
	if theirs, err = sam.RenewLease(t.Context(), theirs); err != nil || theirs.Holder != "Sam" {
		t.Fatalf("%+v %v", theirs, err)
	}
	if _, err := h.Lease(t.Context(), "e000.1"); sync.KindOf(err) != sync.KindLeaseHeld {
		t.Fatal(err)
	}
	d := w.decide(0, model.Dismissed)
	now := time.Now()
	sent, err := sync.Push(t.Context(), w.store, h, sync.Options{Now: func() time.Time { return now.Add(time.Second) }})
	if err != nil || sent.Waiting != 1 {
		t.Fatalf("%+v %v", sent, err)
	}
	e, err := w.store.OutboxEntry(t.Context(), d.ID)
	must(t, err)
	if e.State != model.OutboxQueued || e.NotBefore.Before(now.Add(10*time.Minute)) {
		t.Errorf("%s until %s: %s", e.State, e.NotBefore, e.LastError)
	}
	must(t, sam.ReleaseLease(t.Context(), theirs))
	late := func() time.Time { return now.Add(time.Hour) }
	if sent, err = sync.Push(t.Context(), w.store, h, sync.Options{Now: late}); err != nil || sent.Acked != 1 {
		t.Fatalf("%+v %v", sent, err)
	}
	w.once([]model.Decision{d})
	// An older claim than the newest is worth nothing any more.
	mine, err := h.Lease(t.Context(), "e001.1")
	must(t, err)
	must(t, h.ReleaseLease(t.Context(), mine))
	_, err = sam.Lease(t.Context(), "e001.1")
	must(t, err)
	if _, err = h.RenewLease(t.Context(), mine); sync.KindOf(err) != sync.KindLeaseLost && sync.KindOf(err) != sync.KindLeaseHeld {
		t.Errorf("an old claim was renewed: %v", err)
	}
}
