package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

func teamEvent(id string, kind model.TeamKind, by string, more func(*model.TeamEvent)) model.TeamEvent {
	e := model.TeamEvent{ID: id, Kind: kind, CaseID: "e1.1", ExpertID: "e1", By: by, At: t0, Text: "because"}
	if kind == model.TeamHold {
		e.Until = t0.Add(24 * time.Hour)
	}
	if more != nil {
		more(&e)
	}
	return e
}

func TestTeamEventsAreKeptSentOnceAndFolded(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
	ok(t, s.AddTeamEvent(ctx, teamEvent("h1", model.TeamHold, "mira", nil)))
	var no *model.HandlingError
	if err := s.AddTeamEvent(ctx, teamEvent("h2", model.TeamHold, "kim", nil)); !errors.As(err, &no) || no.Holder != "mira" {
		t.Errorf("kim holds what mira holds: %v", err)
	}
	ok(t, s.AddTeamEvent(ctx, teamEvent("q1", model.TeamHelp, "mira", nil)))
	if h := must(s.Handling(ctx, "e1.1"))(t); h.HoldBy != "mira" || h.HelpText != "because" {
		t.Errorf("%+v", h)
	}

	// They leave in their order: what waits holds back what is behind it.
	next := must(s.NextTeamEvent(ctx, t0))(t)
	if next.Event.ID != "h1" {
		t.Fatalf("first is %s", next.Event.ID)
	}
	ok(t, s.SettleTeamEvent(ctx, "h1", model.TeamQueued, 0, t0.Add(time.Minute), "no network"))
	if _, err := s.NextTeamEvent(ctx, t0); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("q1 overtook h1: %v", err)
	}
	if n := must(s.NextTeamEvent(ctx, t0.Add(time.Minute)))(t); n.Event.ID != "h1" || n.Attempts != 1 {
		t.Errorf("%+v", n)
	}
	ok(t, s.SettleTeamEvent(ctx, "h1", model.TeamTaken, 4, time.Time{}, ""))
	if err := s.SettleTeamEvent(ctx, "h1", model.TeamTaken, 4, time.Time{}, ""); !errors.Is(err, model.ErrStale) {
		t.Errorf("settled twice: %v", err)
	}
	ok(t, s.SettleTeamEvent(ctx, "q1", model.TeamRefused, 0, time.Time{}, "Not so."))
	if h := must(s.Handling(ctx, "e1.1"))(t); h.HelpBy != "" || h.HoldBy != "mira" {
		t.Errorf("a refused event counts: %+v", h)
	}
	if left := must(s.UnsentTeamEvents(ctx, "e1.1"))(t); len(left) != 1 || left[0].LastError != "Not so." {
		t.Errorf("%+v", left)
	}

	// The feed brings the same event again, and a colleague's.
	taken := teamEvent("h1", model.TeamHold, "mira", func(e *model.TeamEvent) { e.Place = 4 })
	skip := teamEvent("s1", model.TeamSkip, "kim", func(e *model.TeamEvent) { e.Place = 5 })
	apply(t, s, change(model.ChangeTeam, "h1", 1, taken), change(model.ChangeTeam, "s1", 1, skip))
	h := must(s.Handling(ctx, "e1.1"))(t)
	if h.HoldBy != "mira" || h.Skips != 1 || !h.SkippedAt["kim"].Equal(t0) {
		t.Errorf("%+v", h)
	}
	if events := must(s.TeamEventsOf(ctx, "e1.1"))(t); len(events) != 2 {
		t.Errorf("doubled or lost: %+v", events)
	}
	// An erased account takes its events with it.
	apply(t, s, tombstone(model.ChangeTeam, "h1", 2))
	if h := must(s.Handling(ctx, "e1.1"))(t); h.HoldBy != "" || h.Skips != 1 {
		t.Errorf("%+v", h)
	}
	for _, r := range checkAudit(t, s) {
		if strings.Contains(r.Detail, "because") {
			t.Errorf("the log holds words: %s", r.Detail)
		}
	}
}

func TestNotesComeUpOnLinkedAccounts(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	person := func(id string, signals model.Signals) model.Change {
		return change(model.ChangeExpert, id, 1, model.Expert{ID: id, Version: 1, Cluster: "Garden", ScreenName: "Name " + id, State: model.ExpertActive, JoinedAt: t0, Signals: signals})
	}
	photo := strings.Repeat("ab", 32)
	face := func(id string) model.Change {
		return change(model.ChangeProfile, id, 1, model.Profile{ExpertID: id, Version: 1, Name: id, PhotoID: photo, UpdatedAt: t0})
	}
	apply(t, s,
		person("me", model.Signals{Devices: []string{"d1", "d2"}, Payout: "p", Phone: "+1", Email: "A@x.example", Networks: []string{"office"}, Address: "street"}),
		person("device", model.Signals{Devices: []string{"d9", "d2"}}), person("payout", model.Signals{Payout: "p"}), person("phone", model.Signals{Phone: "+1"}),
		person("mail", model.Signals{Email: "a@X.example"}), person("photo", model.Signals{}), person("office", model.Signals{Networks: []string{"office"}, Address: "street"}),
		person("named", model.Signals{}), person("stranger", model.Signals{}), face("me"), face("photo"))
	for _, id := range []string{"me", "device", "payout", "phone", "mail", "photo", "office", "named", "stranger"} {
		ok(t, s.AddTeamEvent(ctx, model.TeamEvent{ID: "n-" + id, Kind: model.TeamNote, ExpertID: id, By: "mira", At: t0, Text: "watch " + id}))
	}
	got := must(s.LinkedNotes(ctx, "me", map[string][]string{"named": {"reworded bio"}}))(t)
	var why []string
	for _, n := range got {
		why = append(why, n.ExpertID+": "+strings.Join(n.Shared, ", "))
	}
	want := []string{
		"device: the same device", "mail: the same mail address", "named: reworded bio", "payout: the same payout account",
		"phone: the same phone", "photo: the same photo",
	}
	if !slices.Equal(why, want) {
		t.Errorf("got %q", why)
	}

	ok(t, s.AddTeamEvent(ctx, model.TeamEvent{ID: "n2", Kind: model.TeamNote, ExpertID: "me", By: "kim", At: t0.Add(time.Hour), Text: "later"}))
	pin := func(id string, kind model.TeamKind) {
		ok(t, s.AddTeamEvent(ctx, model.TeamEvent{ID: id, Kind: kind, ExpertID: "me", By: "ruth", At: t0, Ref: "n2"}))
	}
	pin("p1", model.TeamPin)
	if notes := must(s.NotesAbout(ctx, "me"))(t); len(notes) != 2 || notes[0].Text != "later" || notes[0].PinnedBy != "ruth" || notes[0].Sent != "queued" {
		t.Errorf("%+v", notes)
	}
	pin("p2", model.TeamUnpin)
	if notes := must(s.NotesAbout(ctx, "me"))(t); notes[0].Text != "watch me" || notes[1].PinnedBy != "" {
		t.Errorf("%+v", notes)
	}
}

func TestQueueFiltersByWhatColleaguesDo(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	for i := range 6 {
		id := fmt.Sprintf("e%d", i)
		apply(t, s, expertChange(id, 1), incidentChange("i"+id, 1, id, 1))
		refresh(t, s, id)
	}
	add := func(expert string, e model.TeamEvent) {
		e.ID, e.CaseID, e.ExpertID, e.At, e.Text = string(e.Kind)+expert, expert+".1", expert, t0, "because"
		ok(t, s.AddTeamEvent(ctx, e))
	}
	add("e1", model.TeamEvent{Kind: model.TeamHold, By: "mira", Until: t0.Add(time.Hour)})
	add("e2", model.TeamEvent{Kind: model.TeamHand, By: "kim", To: "mira"})
	add("e3", model.TeamEvent{Kind: model.TeamHelp, By: "kim"})
	add("e4", model.TeamEvent{Kind: model.TeamSkip, By: "mira"})
	ok(t, s.SaveLease(ctx, model.Lease{CaseID: "e5.1", Holder: "kim", Token: 1, Expires: t0.Add(time.Minute)}))
	is := func(name string, f model.QueueFilter, want string) {
		t.Helper()
		if got := strings.ReplaceAll(strings.TrimSpace(queueIDs(t, s, f)), ":open:1+0", ""); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if n := must(s.CountQueue(ctx, f))(t); n != len(strings.Fields(want)) {
			t.Errorf("%s counts %d", name, n)
		}
	}
	is("mine", model.QueueFilter{Mine: true, Me: "mira"}, "e1.1 e2.1")
	is("mine, handed first", model.QueueFilter{Mine: true, Me: "mira", Sort: model.SortHanded}, "e2.1 e1.1")
	is("kim's", model.QueueFilter{Mine: true, Me: "kim"}, "e5.1")
	is("on hold", model.QueueFilter{OnHold: true}, "e1.1")
	is("help", model.QueueFilter{HelpAsked: true}, "e3.1")
	is("not skipped", model.QueueFilter{HideSkipped: true, Me: "mira"}, "e0.1 e1.1 e2.1 e3.1 e5.1")
	is("kim skipped nothing", model.QueueFilter{HideSkipped: true, Me: "kim", MinScore: 1}, "e0.1 e1.1 e2.1 e3.1 e4.1 e5.1")
	is("free for mira", model.QueueFilter{Free: true, Me: "mira"}, "e0.1 e1.1 e2.1 e3.1 e4.1")
	is("free for kim", model.QueueFilter{Free: true, Me: "kim"}, "e0.1 e3.1 e4.1 e5.1")
	is("handed first", model.QueueFilter{Sort: model.SortHanded}, "e2.1 e0.1 e1.1 e3.1 e4.1 e5.1")
	is("waiting long", model.QueueFilter{WaitingDays: 7}, "")
	if row := must(s.QueuePage(ctx, model.QueueFilter{HelpAsked: true}, model.QueueKey{}, 5))(t); len(row) != 1 || row[0].Handling.HelpBy != "kim" {
		t.Errorf("%+v", row)
	}
	// The order survives paging by key.
	f := model.QueueFilter{Sort: model.SortHanded}
	var ids []string
	for after := (model.QueueKey{}); ; {
		page := must(s.QueuePage(ctx, f, after, 2))(t)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			ids = append(ids, r.CaseID)
		}
		after = page[len(page)-1].Key
	}
	if got := strings.Join(ids, " "); got != "e2.1 e0.1 e1.1 e3.1 e4.1 e5.1" {
		t.Errorf("paged: %s", got)
	}
	if id := must(s.FreeCase(ctx, model.QueueFilter{Free: true, Me: "kim"}, []string{"e0.1"}))(t); id != "e3.1" {
		t.Errorf("the free case is %s", id)
	}
}

func TestViewsAndExposureAreKept(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	ok(t, s.SaveView(ctx, model.QueueView{Slot: 7, Name: "Tarot", Filter: model.QueueFilter{Clusters: []string{"Spirituality"}, Mine: true}}))
	ok(t, s.SaveView(ctx, model.QueueView{Slot: 7, Name: "Tarot 2", Filter: model.QueueFilter{MinScore: 3}}))
	if v := must(s.Views(ctx))(t); len(v) != 1 || v[0].Name != "Tarot 2" || v[0].Filter.MinScore != 3 {
		t.Errorf("%+v", v)
	}
	ok(t, s.DropView(ctx, 7))
	if v := must(s.Views(ctx))(t); len(v) != 0 {
		t.Errorf("%+v", v)
	}
	if s.SaveView(ctx, model.QueueView{Slot: 10, Name: "x"}) == nil {
		t.Error("took slot 10")
	}
	for i := range 5 {
		ok(t, s.NoteExposure(ctx, t0.Add(time.Duration(i)*20*time.Minute), "photo"))
	}
	if n := must(s.Exposures(ctx, t0.Add(30*time.Minute)))(t); n != 3 {
		t.Errorf("%d", n)
	}
	ok(t, s.NoteExposure(ctx, t0.Add(48*time.Hour), "photo"))
	if n := must(s.Exposures(ctx, t0.Add(-time.Hour)))(t); n != 1 {
		t.Errorf("yesterday's is kept: %d", n)
	}
	if rows := checkAudit(t, s); len(rows) != 0 {
		t.Errorf("the log knows of it: %+v", rows)
	}
}
