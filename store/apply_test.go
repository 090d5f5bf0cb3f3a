package store

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

// everything is one full object of each kind.
func everything() (model.Expert, model.Profile, model.Session, model.Message, model.Rating, model.StatusEvent, model.Incident, model.Case, model.Receipt, model.Appeal) {
	return model.Expert{
			ID: "e1", Version: 4, Cluster: "Garden", ScreenName: "Rosie <3", State: model.ExpertSuspended, Languages: []string{"en", "de"}, Timezone: "Europe/Berlin",
			JoinedAt: t0, Signals: model.Signals{Email: "a@b.example", Devices: []string{"d1", "d2"}},
		}, model.Profile{
			ExpertID: "e1", Version: 2, Name: "Rosa & Sons", Headline: "Gardener", Bio: "Æðelberht’s roses 🌹", Gender: "f", BirthYear: 1970, Degrees: []string{"M.Sc. \"Botany\""},
			Credentials: []string{"RHS"}, PhotoID: strings.Repeat("ab", 32), UpdatedAt: t0,
		}, model.Session{ID: "s1", Version: 1, ExpertID: "e1", ClientID: "c1", Cluster: "Garden", Kind: "chat", StartedAt: t0, EndedAt: t0.Add(time.Hour)},
		model.Message{ID: "m1", Session: "s1", Seq: 1, Version: 1, From: model.FromClient, At: t0.Add(time.Microsecond), Text: "Hello\nthere"},
		model.Rating{
			ID: "r1", Version: 9, ExpertID: "e1", SessionID: "s1", RaterID: "c1", Stars: 5, Comment: "great", At: t0, Device: "d1", Network: "n", Payout: "p", Address: "a", Void: true,
		},
		model.StatusEvent{ID: "st1", Version: 1, ExpertID: "e1", Status: model.Available, At: t0},
		model.Incident{
			ID: "i1", Version: 1, ExpertID: "e1", CaseID: "e1.1", Reporter: model.ReporterStaff, ReporterID: "x", SessionID: "s1", Guideline: "courtesy", Text: "rude", At: t0, Closed: true,
		},
		model.Case{ID: "e1.1", ExpertID: "e1", Round: 1, Version: 3, State: model.CaseAppealed, OpenedAt: t0, Lease: &model.Lease{CaseID: "e1.1", Holder: "kim", Token: 7, Expires: t0.Add(time.Minute)}},
		model.Receipt{Key: "d1", Decision: decision("d1", "e1", 1, 2), CaseVersion: 3, ReceivedAt: t0},
		model.Appeal{ID: "a1", Version: 1, CaseID: "e1.1", DecisionID: "d1", ExpertID: "e1", Text: "unfair", At: t0, Outcome: "upheld", DecidedBy: "kim", DecidedAt: t0}
}

func TestEveryNounComesBackAsItWent(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	e, p, v, m, r, st, i, c, rec, a := everything()
	res := apply(t, s,
		change(model.ChangeAppeal, a.ID, 1, a), change(model.ChangeDecision, rec.Key, 1, rec), change(model.ChangeCase, c.ID, 3, c), change(model.ChangeIncident, i.ID, 1, i),
		change(model.ChangeStatus, st.ID, 1, st), change(model.ChangeRating, r.ID, 9, r), change(model.ChangeMessage, m.ID, 1, m), change(model.ChangeSession, v.ID, 1, v),
		change(model.ChangeProfile, p.ExpertID, 2, p), change(model.ChangeExpert, e.ID, 4, e))
	if want := (model.PageResult{Applied: 10}); res != want {
		t.Fatalf("%+v, want %+v", res, want)
	}
	same := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
		}
	}
	same("expert", must(s.Expert(ctx, "e1"))(t), e)
	same("profile", must(s.Profile(ctx, "e1"))(t), p)
	same("experts", must(s.Experts(ctx, "", 0))(t), []model.ExpertProfile{{Expert: e, Profile: p}})
	same("session", must(s.Session(ctx, "s1"))(t), v)
	same("sessions", must(s.SessionsOf(ctx, "e1", "", 10))(t), []model.Session{v})
	same("conversation", must(s.Conversation(ctx, "s1"))(t), model.Conversation{Session: v, Messages: []model.Message{m}})
	same("messages", must(s.Messages(ctx, "s1", 0, 10))(t), []model.Message{m})
	same("rating", must(s.Rating(ctx, "r1"))(t), r)
	same("ratings", must(s.RatingsOf(ctx, "e1"))(t), []model.Rating{r})
	same("all ratings", must(s.Ratings(ctx, "", 10))(t), []model.Rating{r})
	same("status", must(s.StatusEventsOf(ctx, "e1"))(t), []model.StatusEvent{st})
	same("incident", must(s.Incident(ctx, "i1"))(t), i)
	same("incidents", must(s.IncidentsOf(ctx, "e1.1"))(t), []model.Incident{i})
	same("decisions", must(s.DecisionsOf(ctx, "e1"))(t), []model.Receipt{rec})
	same("appeals", must(s.AppealsOf(ctx, "e1"))(t), []model.Appeal{a})
	same("case", must(s.Case(ctx, "e1.1"))(t), func() model.Case { c.Priority.Reasons = []model.PriorityReason{}; return c }())
	same("clusters", must(s.Clusters(ctx))(t), []string{"Garden"})
	same("strikes", must(s.StrikesOf(ctx, "e1"))(t), []model.Strike{{SanctionID: "d1-s", ExpertID: "e1", Guideline: "courtesy", Count: 1, At: t0, Expires: t0.AddDate(0, 6, 0)}})
	same("missing photos", must(s.MissingPhotos(ctx, "", 10))(t), []string{p.PhotoID})

	for what, err := range map[string]error{
		"expert": second(s.Expert(ctx, "no")), "profile": second(s.Profile(ctx, "no")), "session": second(s.Session(ctx, "no")), "conversation": second(s.Conversation(ctx, "no")),
		"rating": second(s.Rating(ctx, "no")), "incident": second(s.Incident(ctx, "no")), "case": second(s.Case(ctx, "no")), "facts": second(s.CaseFacts(ctx, "no")),
		"finding": second(s.Finding(ctx, "no")), "photo": second(s.PhotoInfo(ctx, "no")), "open photo": second(s.OpenPhoto(ctx, strings.Repeat("0", 64))), "hashes": second(s.HashesOf(ctx, "no")),
		"bank item": second(s.BankItem(ctx, "no")), "outbox": second(s.OutboxEntry(ctx, "no")), "next": second(s.NextOutbox(ctx, t0)),
		"note": s.AddTeamEvent(ctx, model.TeamEvent{ID: "n", Kind: model.TeamNote, CaseID: "no"}), "lease": s.SaveLease(ctx, model.Lease{CaseID: "no"}), "judge": s.JudgeFinding(ctx, "no", -1, model.VerdictAccepted, "", t0),
	} {
		if !errors.Is(err, model.ErrNotFound) {
			t.Errorf("%s that is not there: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestOnlyNewerVersionsAndRememberedTombstones(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	rating := func(version int64, stars int) model.Change {
		return change(model.ChangeRating, "r1", version, model.Rating{ID: "r1", ExpertID: "e1", RaterID: "c", Stars: stars, At: t0})
	}
	for _, step := range []struct {
		name  string
		put   model.Change
		want  model.PageResult
		stars int // 0: gone
	}{
		{"first", rating(2, 2), model.PageResult{Applied: 1}, 2},
		{"again", rating(2, 2), model.PageResult{Stale: 1}, 2},
		{"older", rating(1, 1), model.PageResult{Stale: 1}, 2},
		{"newer", rating(5, 5), model.PageResult{Applied: 1}, 5},
		{"tombstone of an older version", tombstone(model.ChangeRating, "r1", 4), model.PageResult{Stale: 1}, 5},
		{"tombstone", tombstone(model.ChangeRating, "r1", 6), model.PageResult{Deleted: 1}, 0},
		{"tombstone again", tombstone(model.ChangeRating, "r1", 6), model.PageResult{Stale: 1}, 0},
		{"resurrection by an older version", rating(5, 5), model.PageResult{Stale: 1}, 0},
		{"newer than the tombstone", rating(7, 3), model.PageResult{Applied: 1}, 3},
		{"older tombstone after that", tombstone(model.ChangeRating, "r1", 6), model.PageResult{Stale: 1}, 3},
		{"tombstone of the unknown", tombstone(model.ChangeRating, "r2", 6), model.PageResult{Applied: 1}, 3},
	} {
		if got := apply(t, s, step.put); got != step.want {
			t.Errorf("%s: %+v, want %+v", step.name, got, step.want)
		}
		r, err := s.Rating(ctx, "r1")
		if step.stars == 0 && !errors.Is(err, model.ErrNotFound) || r.Stars != step.stars {
			t.Errorf("%s: %+v, %v", step.name, r, err)
		}
	}
	older := change(model.ChangeRating, "r2", 5, model.Rating{ID: "r2", ExpertID: "e1", Stars: 1})
	if got := apply(t, s, older); got.Stale != 1 {
		t.Errorf("an older version after a tombstone that came first: %+v", got)
	}
}

func TestPageAndCursor(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	if state := must(s.SyncState(ctx))(t); state != (model.SyncState{}) {
		t.Fatalf("before the first page: %+v", state)
	}
	page := model.ChangePage{Changes: []model.Change{expertChange("e1", 1)}, Cursor: "c1", HasMore: true}
	must(s.ApplyPage(ctx, testServer, "", page))(t)
	if state := must(s.SyncState(ctx))(t); state != (model.SyncState{Server: testServer, Cursor: "c1"}) {
		t.Fatalf("in the middle of a sync: %+v", state)
	}
	if _, err := s.ApplyPage(ctx, testServer, "", page); !errors.Is(err, model.ErrStale) {
		t.Errorf("from another cursor: %v", err)
	}
	if _, err := s.ApplyPage(ctx, "https://other.example", "c1", page); !errors.Is(err, model.ErrStale) {
		t.Errorf("from another server: %v", err)
	}
	must(s.ApplyPage(ctx, testServer, "c1", model.ChangePage{Cursor: "c2"}))(t)
	if state := must(s.SyncState(ctx))(t); state != (model.SyncState{Server: testServer, Cursor: "c2", SyncedAt: t0}) {
		t.Fatalf("after the last page: %+v", state)
	}
}

func TestUnknownAndBadChanges(t *testing.T) {
	s := openStore(t)
	raw := func(kind model.ChangeKind, id string, version int64, data string) model.Change {
		return model.Change{Kind: kind, ID: id, Version: version, Data: json.RawMessage(data)}
	}
	apply(t, s, expertChange("e1", 1))
	res := apply(t, s,
		raw("badge", "b1", 1, `{}`),
		raw("expert", "e1", 2, `{"id":"e1","screen_name":7}`),
		raw("expert", "e2", 1, `{"id":"e3"}`),
		raw("expert", "", 1, `{}`),
		raw("expert", "e4", 0, `{"id":"e4"}`),
		raw("expert", "e5", 1, ``),
		raw("expert", "e6", 1, `null`),
		raw("expert", strings.Repeat("x", 600), 1, `{}`),
		raw("message", "m1", 1, `{"id":"m1","session":"s1","from":"expert","text":"no seq"}`),
		raw("message", "m2", 1, `{"id":"m2","session":"s1","seq":1,"from":"robot"}`),
		raw("message", "m3", 1, `{"id":"m3","seq":1,"from":"expert"}`),
		raw("profile", "e1", 1, `{"expert_id":"e1","photo_id":"../../../etc/passwd"}`),
		raw("rating", "r1", 1, `{"id":"r1","expert_id":"e1","stars":6}`),
		raw("case", "e1.1", 1, `{"id":"e1.1","expert_id":"e1","round":1,"state":"waiting"}`),
		raw("case", "e1.1", 2, `{"id":"e1.1","expert_id":"e1","round":0,"state":"open"}`),
		raw("decision", "d1", 1, `{"key":"d1","decision":{"id":"d2"}}`),
		raw("session", "s1", 1, `{"id":"s1","expert_id":"e1","started_at":"yesterday"}`),
		expertChange("e9", 1))
	if want := (model.PageResult{Unknown: 1, Bad: 16, Applied: 1}); res != want {
		t.Fatalf("%+v, want %+v", res, want)
	}
	if e := must(s.Expert(t.Context(), "e1"))(t); e.Version != 1 || e.ScreenName != "Name e1" {
		t.Errorf("an unreadable version took the readable one's place: %+v", e)
	}
	aside := func() (n int) {
		ok(t, s.pool.Get(&n, `SELECT count(*) FROM bad_changes`))
		return n
	}
	if n := aside(); n != 15 {
		t.Errorf("%d changes kept aside, want 15 (two are of one case)", n)
	}
	apply(t, s, expertChange("e1", 3))
	if n := aside(); n != 14 {
		t.Errorf("%d kept aside after a readable version came", n)
	}
}

func TestChangesLeaveTheirWork(t *testing.T) {
	s := openStore(t)
	photo := strings.Repeat("ab", 32)
	all := func() map[model.WorkKind][]string {
		out := map[model.WorkKind][]string{}
		for _, k := range []model.WorkKind{model.WorkSession, model.WorkPhoto, model.WorkProfile, model.WorkExpert, model.WorkCase} {
			for _, w := range must(s.PendingWork(t.Context(), k, "", 0))(t) {
				out[k] = append(out[k], w.ID)
			}
		}
		ok(t, s.write(t.Context(), "emptying", func(w *tx) error { _, err := w.exec(`DELETE FROM work`); return err }))
		return out
	}
	ok(t, s.write(t.Context(), "a photo", func(w *tx) error {
		_, err := w.exec(`INSERT INTO photos VALUES (?, 9, 'image/png', 0, '', 0)`, photo)
		return err
	}))
	for _, step := range []struct {
		name string
		put  model.Change
		want map[model.WorkKind][]string
	}{
		{"message before its session", change(model.ChangeMessage, "m1", 1, model.Message{ID: "m1", Session: "s1", Seq: 1, From: model.FromExpert}), map[model.WorkKind][]string{"session": {"s1"}}},
		{"session", change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e1"}), map[model.WorkKind][]string{"session": {"s1"}, "expert": {"e1"}, "case": {"e1"}}},
		{"message", change(model.ChangeMessage, "m2", 1, model.Message{ID: "m2", Session: "s1", Seq: 2, From: model.FromExpert}), map[model.WorkKind][]string{"session": {"s1"}, "expert": {"e1"}}},
		{"same message", change(model.ChangeMessage, "m2", 1, model.Message{ID: "m2", Session: "s1", Seq: 2, From: model.FromExpert}), map[model.WorkKind][]string{}},
		{"expert", expertChange("e1", 1), map[model.WorkKind][]string{"profile": {"e1"}, "expert": {"e1"}, "case": {"e1"}}},
		{"profile", change(model.ChangeProfile, "e1", 1, model.Profile{ExpertID: "e1", PhotoID: photo}), map[model.WorkKind][]string{"profile": {"e1"}, "photo": {photo}}},
		{"profile without the photo", change(model.ChangeProfile, "e1", 2, model.Profile{ExpertID: "e1"}), map[model.WorkKind][]string{"profile": {"e1"}, "photo": {photo}}},
		{"rating", change(model.ChangeRating, "r1", 1, model.Rating{ID: "r1", ExpertID: "e1", Stars: 1}), map[model.WorkKind][]string{"expert": {"e1"}}},
		{"rating of another", change(model.ChangeRating, "r1", 2, model.Rating{ID: "r1", ExpertID: "e2", Stars: 1}), map[model.WorkKind][]string{"expert": {"e1", "e2"}}},
		{"status", change(model.ChangeStatus, "t1", 1, model.StatusEvent{ID: "t1", ExpertID: "e1", Status: model.Busy}), map[model.WorkKind][]string{"expert": {"e1"}}},
		{"incident", incidentChange("i1", 1, "e1", 1), map[model.WorkKind][]string{"case": {"e1"}}},
		{"case", caseChange("e1", 1, 1, model.CaseOpen), map[model.WorkKind][]string{"case": {"e1"}}},
		{"decision", change(model.ChangeDecision, "d1", 1, model.Receipt{Key: "d1", Decision: decision("d1", "e1", 1, 1)}), map[model.WorkKind][]string{"case": {"e1"}}},
		{"appeal", change(model.ChangeAppeal, "a1", 1, model.Appeal{ID: "a1", ExpertID: "e1", CaseID: "e1.1"}), map[model.WorkKind][]string{"case": {"e1"}}},
		{"message gone", tombstone(model.ChangeMessage, "m1", 2), map[model.WorkKind][]string{"session": {"s1"}, "expert": {"e1"}}},
		{"session gone", tombstone(model.ChangeSession, "s1", 2), map[model.WorkKind][]string{"session": {"s1"}, "expert": {"e1"}, "case": {"e1"}}},
		{"rating gone", tombstone(model.ChangeRating, "r1", 3), map[model.WorkKind][]string{"expert": {"e2"}}},
		{"incident gone", tombstone(model.ChangeIncident, "i1", 2), map[model.WorkKind][]string{"case": {"e1"}}},
	} {
		apply(t, s, step.put)
		if got := all(); !reflect.DeepEqual(got, step.want) {
			t.Errorf("%s: %v, want %v", step.name, got, step.want)
		}
	}
}

func TestErasureTakesFindingsAlong(t *testing.T) {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1), change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e1"}))
	f := finding("e1", "session:s1", 0.5)
	detect(t, s, "session:s1", "e1", f)
	ok(t, s.JudgeFinding(t.Context(), f.ID, -1, model.VerdictAccepted, "mira", t0))
	apply(t, s, tombstone(model.ChangeSession, "s1", 2))
	if _, err := s.Finding(t.Context(), f.ID); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("a finding that quotes an erased session: %v", err)
	}
}
