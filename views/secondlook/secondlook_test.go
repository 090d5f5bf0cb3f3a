package secondlook_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/reviews"
	"mensch/views/secondlook"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T, r shell.Route) (*viewstest.Window, *viewstest.Desk, *secondlook.Approval, *secondlook.Appeal) {
	t.Helper()
	desk := viewstest.NewDesk(20)
	w := viewstest.NewWindow(t, desk)
	approval, appeal := secondlook.NewApproval(w.Shell, desk), secondlook.NewAppeal(w.Shell, desk)
	w.Add(shell.Reviews, reviews.New(w.Shell, desk))
	w.Add(shell.Approval, approval)
	w.Add(shell.Appeal, appeal)
	w.LoadSettings()
	w.Open(r)
	w.Pump.Settle()
	w.Pump.Advance(time.Second)
	return w, desk, approval, appeal
}

func keys(w *viewstest.Window) string {
	var out []string
	for _, k := range w.Current().Keys() {
		out = append(out, k.Label())
	}
	return " " + strings.Join(out, " ") + " "
}

// TestTheProposalComesAfterTheOwnView walks from the list to an answer, by keys.
func TestTheProposalComesAfterTheOwnView(t *testing.T) {
	w, desk, v, _ := open(t, shell.Route{Screen: shell.Reviews})
	w.Press(fyne.KeyReturn)
	if w.Route().Screen != shell.Approval || w.Route().Decision != "p1" {
		t.Fatalf("Enter led to %+v", w.Route())
	}
	if f := v.File(); f.Approval.Decision != nil || len(f.Evidence) == 0 {
		t.Fatalf("the proposal stands there before the view: %+v", f.Approval)
	}
	if k := keys(w); strings.Contains(k, " a ") || strings.Contains(k, " r ") || strings.Contains(k, " w ") {
		t.Fatalf("keys before the own view: %s", k)
	}
	w.Type("a")
	w.Chord(fyne.KeyReturn)
	if len(desk.Answers) != 0 || len(desk.OwnViews) != 0 || !strings.Contains(w.Notice(), "Choose first") {
		t.Fatalf("answered %v, saw %v, notice %q", desk.Answers, desk.OwnViews, w.Notice())
	}
	w.Type("1")
	w.Chord(fyne.KeyReturn)
	if desk.OwnViews["p1"] != "dismiss" || v.File().Approval.Decision == nil {
		t.Fatalf("the view is %v, the proposal %+v", desk.OwnViews, v.File().Approval)
	}
	w.Type("r")
	if len(desk.Answers) != 0 || !strings.Contains(w.Notice(), "why you refuse") {
		t.Fatalf("refused without a reason; notice %q", w.Notice())
	}
	w.Type("It is her brother-in-law, ar.")
	w.Press(fyne.KeyEscape)
	w.Type("r")
	if len(desk.Answers) != 1 || desk.Answers[0].Answer != "no" || desk.Answers[0].Reason != "It is her brother-in-law, ar." || desk.Answers[0].OwnView != "dismiss" {
		t.Fatalf("answered %+v", desk.Answers)
	}
	if u := w.Undoable(); len(u) != 1 || u[0].DecisionID != "k-p1" {
		t.Fatalf("to undo: %+v", u)
	}
	if k := keys(w); strings.Contains(k, " a ") || !strings.Contains(k, " z ") {
		t.Fatalf("keys after the answer: %s", k)
	}
	w.Type("z")
	if len(desk.Answers) != 0 {
		t.Fatalf("undone, and still %+v", desk.Answers)
	}
	w.Type("a")
	if len(desk.Answers) != 1 || desk.Answers[0].Answer != "yes" {
		t.Fatalf("answered %+v", desk.Answers)
	}
}

// TestTheProposerOnlyWithdraws hides what the platform would refuse.
func TestTheProposerOnlyWithdraws(t *testing.T) {
	w, desk, _, _ := open(t, shell.Route{Screen: shell.Approval, Decision: "p2"})
	if k := keys(w); strings.Contains(k, " a ") || !strings.Contains(k, " w ") {
		t.Fatalf("the proposer's keys: %s", k)
	}
	w.Type("ar1")
	w.Type("w")
	if len(desk.Answers) != 1 || desk.Answers[0].Answer != "withdrawn" {
		t.Fatalf("answered %+v", desk.Answers)
	}
	w.Open(shell.Route{Screen: shell.Approval, Decision: "p3"})
	w.Pump.Settle()
	if k := keys(w); strings.Contains(k, " a ") || strings.Contains(k, " w ") {
		t.Fatalf("keys of one that is over: %s", k)
	}
}

// TestAnAppealIsAnsweredWithAReason walks the three outcomes.
func TestAnAppealIsAnsweredWithAReason(t *testing.T) {
	w, desk, _, v := open(t, shell.Route{Screen: shell.Reviews})
	w.Type("jj")
	w.Press(fyne.KeyReturn)
	if w.Route().Screen != shell.Appeal || w.Route().Appeal != "a2" {
		t.Fatalf("Enter led to %+v", w.Route())
	}
	w.Open(shell.Route{Screen: shell.Appeal, Appeal: "a1", CaseID: "e000002.1"})
	w.Pump.Settle()
	if f := v.File(); len(f.Files) != 2 || !f.Files[0].Picture || desk.Called("PaperImage") == 0 {
		t.Fatalf("the files are %+v", f.Files)
	}
	w.Type("o")
	w.Pump.Advance(time.Second)
	w.Chord(fyne.KeyReturn)
	if len(desk.Reviewed) != 0 || !strings.Contains(w.Notice(), "Say why") {
		t.Fatalf("confirmed without a reason; notice %q", w.Notice())
	}
	w.Type("w")
	w.Type("He told it himself, hco.")
	desk.Faults["ConfirmReview"] = errors.New("the disk is full")
	w.Chord(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if len(desk.Reviewed) != 0 || !strings.Contains(w.Notice(), "disk is full") || w.Route().Screen != shell.Appeal {
		t.Fatalf("a failure: %q on %s", w.Notice(), w.Route().Screen)
	}
	delete(desk.Faults, "ConfirmReview")
	w.Chord(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if len(desk.Reviewed) != 1 || !desk.Reviewed[0].Overturn || desk.Reviewed[0].AppealID != "a1" || !strings.Contains(desk.Reviewed[0].Message, "He told it himself, hco.") {
		t.Fatalf("kept %+v", desk.Reviewed)
	}
	if u := w.Undoable(); len(u) != 1 || u[0].DecisionID != "d-second" {
		t.Fatalf("to undo: %+v", u)
	}
	w.Open(shell.Route{Screen: shell.Appeal, Appeal: "a3"})
	w.Pump.Settle()
	w.Type("ho")
	w.Chord(fyne.KeyReturn)
	if len(desk.Reviewed) != 1 {
		t.Fatalf("an answered appeal was answered: %+v", desk.Reviewed)
	}
}

// TestReversalIsADecisionOfItsOwn takes one back that nobody objects to.
func TestReversalIsADecisionOfItsOwn(t *testing.T) {
	w, desk, _, v := open(t, shell.Route{Screen: shell.Appeal, Decision: "d-first", CaseID: "e000002.1"})
	if v.Title() != "Take a decision back" || len(v.Shown().SideEffects) == 0 {
		t.Fatalf("%q shows %+v", v.Title(), v.Shown())
	}
	w.Type("h")
	w.Type("w")
	w.Type("A mistake of mine.")
	w.Chord(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if len(desk.Reviewed) != 1 || !desk.Reviewed[0].Overturn || desk.Reviewed[0].AppealID != "" || desk.Reviewed[0].DecisionID != "d-first" {
		t.Fatalf("kept %+v", desk.Reviewed)
	}
}

// TestTheListSaysWhatWaits hides what is answered until it is asked for.
func TestTheListSaysWhatWaits(t *testing.T) {
	w, _, _, _ := open(t, shell.Route{Screen: shell.Reviews})
	list := w.Current().(*reviews.View)
	if n := len(list.Lines()); n != 4 {
		t.Fatalf("%d wait: %v", n, list.Lines())
	}
	w.Type("d")
	if n := len(list.Lines()); n != 6 {
		t.Fatalf("%d in all: %v", n, list.Lines())
	}
}
