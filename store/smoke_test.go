package store

import (
	"testing"

	"mensch/app"
	"mensch/app/model"
)

var _ app.Store = (*Store)(nil)

func TestSmoke(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	res := apply(t, s,
		incidentChange("i1", 1, "e1", 1),
		change(model.ChangeMessage, "m1", 1, model.Message{ID: "m1", Session: "s1", Seq: 1, From: model.FromExpert, At: t0, Text: "Call me at 555"}),
		change(model.ChangeSession, "s1", 1, model.Session{ID: "s1", ExpertID: "e1", Kind: "chat", StartedAt: t0}),
		change(model.ChangeProfile, "e1", 1, model.Profile{ExpertID: "e1", Name: "Ann", Bio: "Roses & <b>tulips</b>", Degrees: []string{"M.Sc."}}),
		expertChange("e1", 1), caseChange("e1", 1, 3, model.CaseOpen))
	if want := (model.PageResult{Applied: 6}); res != want {
		t.Fatalf("%+v", res)
	}
	detect(t, s, "session:s1", "e1", finding("e1", "session:s1", 0.5))
	refresh(t, s, "e1")
	rows := must(s.QueuePage(ctx, model.QueueFilter{}, model.QueueKey{}, 10))(t)
	if len(rows) != 1 || rows[0].CaseID != "e1.1" || rows[0].Incidents != 1 || rows[0].Findings != 1 || rows[0].Cluster != "Garden" {
		t.Fatalf("%+v", rows)
	}
	for _, words := range []string{"555", "tulip", `"'*()`, "name e1"} {
		hits := must(s.Search(ctx, words, 0, 10))(t)
		t.Log(words, hits)
	}
	ok(t, s.Decide(ctx, decision("d1", "e1", 1, 3), model.CaseOpen, model.CaseWaiting, t0))
	if c := must(s.Case(ctx, "e1.1"))(t); c.State != model.CaseWaiting {
		t.Fatal(c)
	}
	ok(t, s.QueueAllWork(ctx))
	ok(t, s.CheckIntegrity(ctx))
	checkAudit(t, s)
	t.Log(must(s.Counts(ctx))(t))
}
