package decide_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/casefile"
	"mensch/views/decide"
	"mensch/views/queue"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// open accepts the first two findings of a case (courtesy and contact
// exchange) and goes to decide it.
func open(t *testing.T, keys string) (*viewstest.Window, *viewstest.Desk, *decide.View, string) {
	t.Helper()
	desk := viewstest.NewDesk(60)
	w := viewstest.NewWindow(t, desk)
	v := decide.New(w.Shell, desk)
	w.Add(shell.Queue, queue.New(w.Shell, desk))
	w.Add(shell.Case, casefile.New(w.Shell, desk))
	w.Add(shell.Decide, v)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Queue})
	w.Pump.Settle()
	w.Press(fyne.KeyReturn)
	id := w.Route().CaseID
	w.Type("aa" + keys)
	w.Pump.Advance(time.Second)
	if w.Current() != shell.Screen(v) {
		t.Fatalf("%q led to %q", keys, w.Current().Title())
	}
	return w, desk, v, id
}

func TestAcceptedFindingsMakeTheDecision(t *testing.T) {
	w, desk, v, id := open(t, "d")
	d := v.Draft()
	if d.CaseID != id || d.Outcome != model.Sanctioned || len(d.Sanctions) != 2 || len(d.Findings) != 2 || d.Findings[0] != "f-courtesy" {
		t.Fatalf("begins with %+v", d)
	}
	if s := d.Sanctions[0]; s.Guideline != "courtesy" || s.Step != model.StepSuspension || s.Days != 14 || s.DepartedReason != "" {
		t.Fatalf("the first sanction is %+v", s)
	}
	message, effects, problems := v.Shown()
	if !strings.HasPrefix(message, "Dear ") || len(effects) == 0 || len(problems) != 0 {
		t.Fatalf("shows %q, %v, %v", message, effects, problems)
	}
	w.Chord(fyne.KeyReturn)
	if len(desk.Drafts) != 1 || desk.Drafts[0].Message != message {
		t.Fatalf("kept %+v", desk.Drafts)
	}
	if u := w.Undoable(); len(u) != 1 || u[0].CaseID != id || u[0].Until.Sub(viewstest.Noon) < 50*time.Second {
		t.Fatalf("to undo: %+v", u)
	}
	if r := w.Route(); r.Screen != shell.Case || r.CaseID == id || r.CaseID == "" {
		t.Fatalf("goes on to %+v", r)
	}
	w.Type("u")
	if len(desk.Undone) != 1 || desk.Undone[0] != "d1" || len(w.Undoable()) != 0 {
		t.Fatalf("undone %v", desk.Undone)
	}
	w.Press(fyne.KeyEscape)
	if w.Route().Screen != shell.Queue {
		t.Fatalf("Esc led to %+v", w.Route())
	}
}

func TestDepartingNeedsAReason(t *testing.T) {
	w, desk, v, _ := open(t, "d")
	w.Type(">")
	w.Pump.Advance(time.Second)
	if s := v.Draft().Sanctions[0]; s.Step != model.StepBan {
		t.Fatalf("> led to %+v", s)
	}
	if _, _, p := v.Shown(); len(p) != 1 || !strings.Contains(p[0], "departs") {
		t.Fatalf("problems %v", p)
	}
	w.Chord(fyne.KeyReturn)
	if len(desk.Drafts) != 0 || !strings.Contains(w.Notice(), "departs") {
		t.Fatalf("confirmed without a reason; notice %q", w.Notice())
	}
	v.Reason("courtesy", "Second threat against the same client.")
	w.Pump.Advance(time.Second)
	w.Chord(fyne.KeyReturn)
	if len(desk.Drafts) != 1 || desk.Drafts[0].Sanctions[0].DepartedReason != "Second threat against the same client." {
		t.Fatalf("kept %+v", desk.Drafts)
	}
}

func TestTheMessageIsTheModerators(t *testing.T) {
	w, desk, v, _ := open(t, "d")
	before, _, _ := v.Shown()
	w.Type("e")
	w.Type("Hello jx12. ")
	w.Pump.Advance(time.Second)
	d := v.Draft()
	if !strings.Contains(d.Message, "Hello jx12. ") || d.Outcome != model.Sanctioned || len(d.Sanctions) != 2 {
		t.Fatalf("typing made %+v", d)
	}
	w.Press(fyne.KeyEscape)
	w.Type("3")
	w.Pump.Advance(time.Second)
	if m, _, _ := v.Shown(); !strings.Contains(m, "Hello jx12. ") {
		t.Fatal("choosing a guideline threw the moderator's words away")
	}
	w.Type("3t")
	w.Pump.Advance(time.Second)
	if m, _, _ := v.Shown(); m != before {
		t.Fatalf("t composed %q", m)
	}
	w.Type("e")
	w.Type("X")
	w.Chord(fyne.KeyReturn) // at once, before the preview came
	w.Pump.Advance(time.Second)
	if len(desk.Drafts) != 1 || !strings.Contains(desk.Drafts[0].Message, "X") {
		t.Fatalf("sent %+v", desk.Drafts)
	}
}

func TestEvidenceByKeyAndComingBack(t *testing.T) {
	w, _, v, _ := open(t, "d")
	n := len(v.Draft().Findings)
	// Four guidelines are in sight at most; the next lines are evidence.
	for range 12 {
		w.Type("j")
		w.Type(" ")
		if len(v.Draft().Findings)+len(v.Draft().Incidents) < n {
			break
		}
	}
	got := v.Draft()
	w.Press(fyne.KeyEscape)
	w.Type("d")
	w.Pump.Advance(time.Second)
	again := v.Draft()
	if strings.Join(again.Findings, ",") != strings.Join(got.Findings, ",") || strings.Join(again.Incidents, ",") != strings.Join(got.Incidents, ",") || len(again.Sanctions) != len(got.Sanctions) {
		t.Fatalf("coming back changed %+v to %+v", got, again)
	}
}

func TestDismissal(t *testing.T) {
	w, desk, v, id := open(t, "x")
	if v.Title() != "Dismiss the case" {
		t.Fatal(v.Title())
	}
	w.Type("w")
	w.Type("Harmless sarcasm, s and x.")
	w.Chord(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if len(desk.Drafts) != 1 {
		t.Fatalf("kept %+v", desk.Drafts)
	}
	if d := desk.Drafts[0]; d.Outcome != model.Dismissed || d.CaseID != id || d.Rationale != "Harmless sarcasm, s and x." || len(d.Sanctions) != 0 {
		t.Fatalf("kept %+v", d)
	}
}

func TestAFailureKeepsTheForm(t *testing.T) {
	w, desk, v, _ := open(t, "d")
	desk.Faults["Decide"] = errors.New("the lease is lost")
	w.Chord(fyne.KeyReturn)
	if w.Current() != shell.Screen(v) || !strings.Contains(w.Notice(), "the lease is lost") || len(w.Undoable()) != 0 {
		t.Fatalf("on %q, notice %q", w.Current().Title(), w.Notice())
	}
	delete(desk.Faults, "Decide")
	w.Chord(fyne.KeyReturn)
	if len(desk.Drafts) != 1 || len(desk.Drafts[0].Sanctions) != 2 {
		t.Fatalf("the second try kept %+v", desk.Drafts)
	}
	w.Chord(fyne.KeyReturn)
	if len(desk.Drafts) != 1 {
		t.Fatal("confirmed twice")
	}
}
