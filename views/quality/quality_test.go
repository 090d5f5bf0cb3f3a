package quality_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/quality"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func TestASampleIsJudgedBlindByKeys(t *testing.T) {
	desk := viewstest.NewDesk(10)
	w := viewstest.NewWindow(t, desk)
	v, c := quality.New(w.Shell, desk), &viewstest.Other{}
	w.Add(shell.Quality, v)
	w.Add(shell.Case, c)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Quality})
	w.Pump.Settle()
	blind, told := v.Blind()
	if blind.DecisionID != "d-first" || told != nil {
		t.Fatalf("%+v, %+v", blind, told)
	}
	shown := desk.Called("Photo")
	if shown != 2 {
		t.Errorf("the pair of photos was asked for %d times, not twice", shown)
	}
	// Before the verdict neither the case nor the next one can be opened.
	w.Type("on")
	if c.Route.CaseID != "" || desk.Called("NextReview") != 1 {
		t.Errorf("o opened %q before the verdict", c.Route.CaseID)
	}
	// Nothing is suggested, so nothing is decided unchosen.
	w.Chord(fyne.KeyReturn)
	if _, told = v.Blind(); told != nil || desk.Called("JudgeBlind") != 0 {
		t.Fatalf("an unchosen verdict was kept: %+v", told)
	}
	w.Type("3") // the focus is in the choice: warning
	w.Chord(fyne.KeyReturn)
	if _, told = v.Blind(); told == nil || !told.Agrees || desk.Judged[0].Step != model.StepWarning || desk.Judged[0].Guideline != "contact-exchange" {
		t.Fatalf("told %+v of %+v", told, desk.Judged)
	}
	w.Type("n1") // dismiss
	w.Chord(fyne.KeyReturn)
	if _, told = v.Blind(); told == nil || told.Agrees || desk.Judged[1].Outcome != model.Dismissed {
		t.Fatalf("told %+v of %+v", told, desk.Judged)
	}
	w.Type("o")
	if !strings.HasPrefix(c.Route.CaseID, "e") {
		t.Errorf("o opened %q", c.Route.CaseID)
	}
	w.Press(fyne.KeyEscape)
	w.Pump.Settle()
	w.Type("n")
	if b, _ := v.Blind(); b.DecisionID != "" {
		t.Errorf("the sample does not end: %+v", b)
	}
	w.Type("D")
	if c.Route.CaseID == "" || w.Current() != shell.Screen(c) {
		t.Error("D opens no case")
	}
}
