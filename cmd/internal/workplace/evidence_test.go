package workplace_test

import (
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

// TestADecisionKeepsTheProfile: what a finding about the profile rests on
// stands in the decision, whatever the expert writes afterwards.
func TestADecisionKeepsTheProfile(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	write := func(version int64, bio string) {
		t.Helper()
		check(t, c.far.Load(ctx, func(l *platform.Loader) error {
			return l.Put(model.ChangeProfile, "e1", version, model.Profile{
				ExpertID: "e1", Version: version, Name: "Ana", BirthYear: 1998, Bio: bio, UpdatedAt: time.Now().UTC().Truncate(time.Second),
			})
		}))
		c.sync(c.mira, c.kim)
	}
	write(2, "With 30 years of experience I am one of the senior people.")
	var about model.Finding
	for _, f := range c.file(c.mira, "e1.1").Findings {
		if cases.AboutProfile(f) {
			about = f
		}
	}
	if about.ID == "" {
		t.Fatal("nothing was found in a profile that claims more years than it has")
	}
	draft := app.Draft{
		CaseID: "e1.1", Outcome: model.Sanctioned, Findings: []string{about.ID}, Rationale: "Nobody begins before birth.",
		Sanctions: []app.DraftSanction{{Guideline: about.Guideline, Step: model.StepNote, DepartedReason: "It is the first time."}},
	}
	d, err := c.mira.Decide(ctx, draft)
	check(t, err)
	var kept []model.Evidence
	for _, e := range d.Evidence {
		if e.Kind == cases.EvidenceProfile {
			kept = append(kept, e)
		}
	}
	if len(kept) != 1 || kept[0].ID != "e1@2" || kept[0].Guideline != about.Guideline || !strings.Contains(kept[0].Text, "With 30 years") || !strings.Contains(kept[0].Text, "Year of birth: 1998") {
		t.Fatalf("the decision keeps %+v of the profile", kept)
	}
	if n := cases.Sum(about.Guideline, d.Evidence).Count; n != 1 {
		t.Errorf("one finding counts as %d pieces of evidence", n)
	}
	c.sync(c.mira)
	write(3, "I'm discreet.")
	for _, desk := range []*app.Desk{c.mira, c.kim, c.late(t)} {
		list := c.file(desk, "e1.1").Decisions
		if len(list) != 1 {
			t.Fatalf("%s has %d decisions", desk.Moderator(), len(list))
		}
		var text string
		for _, e := range list[0].Decision.Evidence {
			if e.Kind == cases.EvidenceProfile {
				text += e.ID + ": " + e.Text
			}
		}
		if text != kept[0].ID+": "+kept[0].Text {
			t.Errorf("after a later profile %s reads %q", desk.Moderator(), text)
		}
	}
}

// TestAProposalIsNotOverrun: while a colleague's proposal waits, ours cannot be
// decided anew, and must not be dropped for trying.
func TestAProposalIsNotOverrun(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	ours, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepWarning, 0))
	check(t, err)
	theirs, err := c.kim.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	_, err = c.kim.Push(ctx)
	check(t, err)
	_, err = c.mira.Push(ctx)
	check(t, err)
	c.sync(c.mira)
	c.state(c.mira, "e1.1", model.CaseConflict)
	err = c.mira.ResolveConflict(ctx, ours.ID, true)
	refused(t, err, "Kim has proposed")
	refused(t, err, "stays in conflict")
	c.state(c.mira, "e1.1", model.CaseConflict)
	list, err := c.mira.Outbox(ctx, 0, 5)
	if err != nil || len(list) != 1 || list[0].State != model.OutboxConflict || list[0].Decision.ID != ours.ID || len(list[0].Decision.Sanctions) != 1 {
		t.Fatalf("of ours is left %+v, %v", list, err)
	}

	// When it is off the table, ours goes out after all.
	_, err = c.kim.AnswerApproval(ctx, theirs.ID, cases.ApprovalWithdraw, "")
	check(t, err)
	c.sync(c.kim, c.mira)
	check(t, c.mira.ResolveConflict(ctx, ours.ID, true))
	c.sync(c.mira, c.kim)
	c.state(c.kim, "e1.1", model.CaseDecided)
	if f := c.file(c.kim, "e1.1"); len(f.Decisions) != 1 || f.Decisions[0].Decision.Moderator != "Mira" {
		t.Errorf("in the end %+v stands", f.Decisions)
	}
}
