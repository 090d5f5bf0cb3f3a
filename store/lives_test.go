package store

import (
	"strings"
	"testing"

	"mensch/app/cases"
	"mensch/app/model"
)

// TestABentStateIsNamed bends each column that says where something stands, as
// a program that is not Mensch would, and looks whether the fold names it; also
// after the store has written again, which must not make it true.
func TestABentStateIsNamed(t *testing.T) {
	for _, bent := range []struct{ name, sql, want string }{
		{"case", `UPDATE cases SET state = 'appealed' WHERE id = 'e1.1'`, "case e1.1"},
		{"decision", `UPDATE decisions SET standing = 'void' WHERE id = 'd1'`, "decision d1"},
		{"reversed", `UPDATE decisions SET reverses = 'd1' WHERE id = 'd2'`, "decision d1"},
		{"approval", `UPDATE approvals SET answer = 'yes' WHERE id = 'p1'`, "approval p1"},
		{"approval's text", `UPDATE approvals SET body = json_set(body, '$.answer', 'yes') WHERE id = 'p1'`, "approval p1"},
		{"appeal", `UPDATE appeals SET outcome = 'upheld' WHERE id = 'a1'`, "appeal a1"},
		{"strike", `UPDATE strikes SET count = 7 WHERE decision_id = 'd1'`, "sanction d1-s"},
		{"expiry", `UPDATE strikes SET expires = expires - 1000000 WHERE decision_id = 'd1'`, "sanction d1-s"},
		{"strike gone", `DELETE FROM strikes WHERE decision_id = 'd1'`, "sanction d1-s"},
	} {
		t.Run(bent.name, func(t *testing.T) {
			s := openFilled(t)
			lived(t, s)
			if err := foldAll(s); err != nil {
				t.Fatal(err)
			}
			if _, err := s.writer.ExecContext(t.Context(), bent.sql); err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"at once", "after more was written"} {
				if err := foldAll(s); err == nil || !strings.Contains(err.Error(), bent.want) {
					t.Errorf("%s: %v", when, err)
				}
				ok(t, s.SetSetting(t.Context(), "theme", "dark"))
			}
		})
	}
}

// lived is a store in which a bit of everything happened.
func lived(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	receipt := func(id, expert string) model.Receipt {
		return model.Receipt{Key: id, Decision: model.Decision{
			ID: id, CaseID: expert + ".1", ExpertID: expert, Outcome: model.Sanctioned, DecidedAt: t0,
			Sanctions: []model.Sanction{{
				ID: id + "-s", DecisionID: id, ExpertID: expert, Guideline: "courtesy", Step: model.StepWarning, Strikes: 1, StartsAt: t0, StrikesExpire: t0.AddDate(0, 6, 0),
			}},
		}, CaseVersion: 2, ReceivedAt: t0}
	}
	page := model.ChangePage{Cursor: "1", Changes: []model.Change{
		change(model.ChangeExpert, "e1", 1, model.Expert{ID: "e1", Version: 1, Cluster: "Law", ScreenName: "Ana", State: model.ExpertActive, JoinedAt: t0}),
		change(model.ChangeCase, "e1.1", 2, model.Case{ID: "e1.1", ExpertID: "e1", Round: 1, Version: 2, State: model.CaseDecided, OpenedAt: t0}),
		change(model.ChangeDecision, "d1", 1, receipt("d1", "e1")),
		change(model.ChangeDecision, "d2", 1, receipt("d2", "e1")),
		change(model.ChangeAppeal, "a1", 1, model.Appeal{ID: "a1", Version: 1, CaseID: "e1.1", DecisionID: "d1", ExpertID: "e1", Text: "No.", At: t0}),
		change(model.ChangeApproval, "p1", 1, model.Approval{ID: "p1", Version: 1, DecisionID: "p1", CaseID: "e1.1", ExpertID: "e1", Proposer: "Mira", AskedAt: t0, Expires: t0.AddDate(0, 0, 3)}),
	}}
	must(s.ApplyPage(ctx, "https://platform", "", page))(t)
}

// TestAReversalIsAnEventOfBoth: what is taken back says so, and again not when
// the platform has lost what took it back.
func TestAReversalIsAnEventOfBoth(t *testing.T) {
	s := openStore(t)
	lived(t, s)
	ctx := t.Context()
	back := model.Receipt{Key: "d3", Decision: model.Decision{
		ID: "d3", CaseID: "e1.1", ExpertID: "e1", Outcome: model.Reversed, Reverses: "d1", DecidedAt: t0,
	}, CaseVersion: 3, ReceivedAt: t0}
	must(s.ApplyPage(ctx, "https://platform", "1", model.ChangePage{Cursor: "2", Changes: []model.Change{change(model.ChangeDecision, "d3", 1, back)}}))(t)
	kinds := func() string {
		var all []string
		ok(t, s.EachLife(ctx, func(l model.Life) error {
			if l.ID == "d1" {
				for _, e := range l.History {
					all = append(all, e.Kind)
				}
			}
			return cases.CheckLife(l)
		}))
		return strings.Join(all, " ")
	}
	if got := kinds(); got != "confirm stand reverse" {
		t.Errorf("taken back: %s", got)
	}
	must(s.ApplyPage(ctx, "https://platform", "2", model.ChangePage{Cursor: "3", Changes: []model.Change{tombstone(model.ChangeDecision, "d3", 2)}}))(t)
	if got := kinds(); got != "confirm stand reverse restore" {
		t.Errorf("given back: %s", got)
	}
	if _, err := s.writer.ExecContext(ctx, `DELETE FROM life_events`); err == nil {
		t.Error("what happened can be deleted")
	}
	if _, err := s.writer.ExecContext(ctx, `UPDATE life_events SET kind = 'confirm'`); err == nil {
		t.Error("what happened can be changed")
	}
}

// TestAReversalCountsWhomeverItNames: a decision is taken back by its ID, also
// where the platform says that what takes it back is about somebody else.
func TestAReversalCountsWhomeverItNames(t *testing.T) {
	s := openStore(t)
	back := decision("d2", "e1", 1, 1)
	back.Reverses, back.Outcome = "d1", model.Reversed
	_, err := s.ApplyPage(t.Context(), testServer, "", model.ChangePage{Cursor: "1", Changes: []model.Change{
		change(model.ChangeDecision, "d1", 1, model.Receipt{Key: "d1", Decision: decision("d1", "e2", 1, 1), CaseVersion: 1, ReceivedAt: t0}),
		change(model.ChangeDecision, "d2", 1, model.Receipt{Key: "d2", Decision: back, CaseVersion: 1, ReceivedAt: t0}),
	}})
	ok(t, err)
	if strikes := must(s.StrikesOf(t.Context(), "e2"))(t); len(strikes) != 1 || !strikes[0].Reversed {
		t.Errorf("the strikes are %+v", strikes)
	}
	ok(t, foldAll(s))
}
