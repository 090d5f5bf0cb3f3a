package casefile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/casefile"
	"mensch/views/queue"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T) (*viewstest.Window, *viewstest.Desk, *casefile.View, map[string]*viewstest.Other) {
	t.Helper()
	desk := viewstest.NewDesk(60)
	w := viewstest.NewWindow(t, desk)
	others := map[string]*viewstest.Other{shell.Transcript: {}, shell.Compare: {}, shell.Decide: {}}
	v := casefile.New(w.Shell, desk)
	q := queue.New(w.Shell, desk)
	w.Add(shell.Queue, q)
	w.Add(shell.Case, v)
	for name, o := range others {
		w.Add(name, o)
	}
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Queue})
	w.Pump.Settle()
	w.Type("j")
	for {
		if r, ok := q.SelectedRow(); !ok || r.PhotoID != "" {
			break
		}
		w.Type("j")
	}
	w.Press(fyne.KeyReturn)
	if w.Current() != shell.Screen(v) || len(v.File().Findings) == 0 {
		t.Fatalf("Enter led to %q with %d findings", w.Current().Title(), len(v.File().Findings))
	}
	return w, desk, v, others
}

func TestVerdictsByKeyMoveOn(t *testing.T) {
	w, desk, v, _ := open(t)
	ids := v.File().Findings
	w.Type("ar")
	if desk.Verdict(ids[0].ID, -1) != model.VerdictAccepted || desk.Verdict(ids[1].ID, -1) != model.VerdictRejected {
		t.Fatalf("kept %v", desk.Verdicts)
	}
	if v.SelectedFinding() != 2 {
		t.Fatalf("selected %d", v.SelectedFinding())
	}
	w.Type("kka")
	if got := desk.Verdict(ids[0].ID, -1); got != model.VerdictOpen {
		t.Fatalf("the same verdict again left %q", got)
	}
	desk.Faults["JudgeFinding"] = errors.New("no space")
	w.Type("r")
	if got := v.File().Findings[0].Verdict; got != model.VerdictOpen || w.Notice() == "" {
		t.Fatalf("a verdict that was not kept is shown as %q, notice %q", got, w.Notice())
	}
	w.Type("jjjjjjjjjjjjjjjj")
	if v.SelectedFinding() != len(ids)-1 {
		t.Fatalf("j ran to %d of %d", v.SelectedFinding(), len(ids))
	}
}

// A sync that lands in the middle of judging must not show an older verdict.
func TestAReloadDoesNotTakeAVerdictBack(t *testing.T) {
	w, desk, v, _ := open(t)
	desk.Slow = 20 * time.Millisecond
	press := w.Win.Canvas().OnTypedRune()
	press('a')
	w.Changed()
	press('a')
	press('r')
	w.Pump.Settle()
	w.Pump.Advance(2 * time.Second)
	for i, want := range []model.Verdict{model.VerdictAccepted, model.VerdictAccepted, model.VerdictRejected, model.VerdictOpen} {
		if got := v.File().Findings[i].Verdict; got != want || desk.Verdict(v.File().Findings[i].ID, -1) != want {
			t.Errorf("finding %d is shown as %q, want %q", i, got, want)
		}
	}
}

func TestKeysLeadToTheEvidence(t *testing.T) {
	w, _, v, o := open(t)
	id := v.File().Case.ID
	w.Press(fyne.KeyReturn)
	if r := o[shell.Transcript].Route; r.Session != "s-101" || r.Finding != v.File().Findings[0].ID || r.CaseID != id {
		t.Fatalf("Enter led to %+v", r)
	}
	w.Press(fyne.KeyEscape)
	w.Type("jj")
	w.Press(fyne.KeyReturn)
	if r := o[shell.Compare].Route; r.Finding != "f-photo" {
		t.Fatalf("Enter on a match led to %+v", r)
	}
	w.Press(fyne.KeyEscape)
	if v.SelectedFinding() != 2 {
		t.Fatalf("coming back selected %d", v.SelectedFinding())
	}
	w.Type("t")
	if o[shell.Transcript].Route.Session == "" {
		t.Fatal("t led nowhere")
	}
	w.Press(fyne.KeyEscape)
	w.Type("x")
	if r := o[shell.Decide].Route; r.Intent != "dismiss" || r.CaseID != id {
		t.Fatalf("x led to %+v", r)
	}
}

func TestANoteIsTypedAndKept(t *testing.T) {
	w, desk, v, _ := open(t)
	w.Type("n")
	w.Type("jar of notes?")
	if v.SelectedFinding() != 0 || len(desk.Verdicts) != 0 || w.OverlayOpen() {
		t.Fatal("what was typed into the note acted on the screen")
	}
	w.Chord(fyne.KeyReturn)
	if len(desk.Notes) != 1 || desk.Notes[0].Text != "jar of notes?" {
		t.Fatalf("kept %+v", desk.Notes)
	}
	if n := v.File().Notes; len(n) != 2 || n[1].Text != "jar of notes?" {
		t.Fatalf("shows %+v", n)
	}
	w.Chord(fyne.KeyReturn)
	if len(desk.Notes) != 1 {
		t.Fatal("an empty note was kept")
	}
	w.Type("j")
	if v.SelectedFinding() != 1 {
		t.Fatal("the keys are dead after the note")
	}
}

func TestNextCaseAndBack(t *testing.T) {
	w, _, v, _ := open(t)
	first := v.File().Case.ID
	w.Type("J")
	second := v.File().Case.ID
	w.Type("K")
	if second == first || v.File().Case.ID != first {
		t.Fatalf("J led from %s to %s, K to %s", first, second, v.File().Case.ID)
	}
	w.Type("]]")
	w.Press(fyne.KeyEscape)
	if w.Current().Title() != "Queue" {
		t.Fatalf("Esc led to %q", w.Current().Title())
	}
}

func TestAMissingCaseIsSaid(t *testing.T) {
	w, _, _, _ := open(t)
	w.Open(shell.Route{Screen: shell.Case, CaseID: "nobody.1"})
	w.Pump.Settle()
	if w.Notice() == "" {
		t.Fatal("nothing is said")
	}
	w.Type("ardxnctlJ") // no key may break on an empty screen
}

func TestSealACaseByKeyboard(t *testing.T) {
	w, desk, v, _ := open(t)
	w.Type("e")
	if !w.OverlayOpen() {
		t.Fatal("e asks for no file")
	}
	w.Press(fyne.KeyReturn)
	if len(desk.Exports) != 1 || !strings.HasSuffix(desk.Exports[0], app.ExportName(v.File().Case.ID, false)) || w.OverlayOpen() {
		t.Fatalf("sealed to %v", desk.Exports)
	}
	if !strings.Contains(w.Notice(), desk.Exports[0]) {
		t.Errorf("it says %q", w.Notice())
	}
	desk.Faults["ExportFile"] = &app.Refusal{Why: "There is a file already. It was left as it is; choose another name."}
	w.Type("e")
	w.Press(fyne.KeyReturn)
	if !strings.Contains(w.Notice(), "left as it is") {
		t.Errorf("it says %q", w.Notice())
	}
}

// What rests on events or on texts is shown in place, and leads to the
// transcript in which it happened.
func TestEvidenceUnfoldsByKey(t *testing.T) {
	w, desk, v, others := open(t)
	at := slices.IndexFunc(v.File().Findings, func(f model.Finding) bool { return f.ID == "f-availability" })
	for range at {
		w.Type("j")
	}
	w.Press(fyne.KeyReturn)
	w.Pump.Settle()
	if id, n := v.Unfolded(); id != "f-availability" || n != 2 {
		t.Fatalf("unfolded %q with %d pieces, notice %q", id, n, w.Notice())
	}
	w.Changed() // a sync draws all anew
	w.Pump.Settle()
	if id, n := v.Unfolded(); id != "f-availability" || n != 2 {
		t.Errorf("after a sync %q with %d pieces", id, n)
	}
	w.Press(fyne.KeyReturn)
	w.Pump.Settle()
	if id, n := v.Unfolded(); id != "" || n != 0 {
		t.Errorf("once more left %q with %d pieces", id, n)
	}
	w.Press(fyne.KeyReturn)
	w.Pump.Settle()
	w.Type("k")
	w.Press(fyne.KeyReturn) // another one folds it
	w.Pump.Settle()
	if id, _ := v.Unfolded(); id != v.File().Findings[at-1].ID {
		t.Errorf("unfolded %q", id)
	}
	w.Type("j")
	w.Press(fyne.KeyReturn)
	w.Pump.Settle()
	w.Type("t")
	if r := others[shell.Transcript].Route; r.Session != "s-101" || r.Message != "s-101-m3" {
		t.Errorf("t led to %+v", r)
	}
	w.Open(shell.Route{Screen: shell.Case, CaseID: v.File().Case.ID})
	w.Pump.Settle()
	desk.Faults["Grounds"] = errors.New("the disk is gone")
	w.Type("k")
	w.Press(fyne.KeyReturn)
	w.Pump.Settle()
	if id, _ := v.Unfolded(); id != "" || !strings.Contains(w.Notice(), "what the finding rests on") {
		t.Errorf("a failure unfolds %q, notice %q", id, w.Notice())
	}
}
