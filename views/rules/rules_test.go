package rules_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/guidelines"
	"mensch/views/rules"
	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/viewstest"
)

func open(t *testing.T) (*viewstest.Window, *viewstest.Desk, *rules.View) {
	t.Helper()
	desk := viewstest.NewDesk(60)
	w := viewstest.NewWindow(t, desk)
	v := rules.New(w.Shell, desk)
	w.Add(shell.Rules, v)
	w.Open(shell.Route{Screen: shell.Rules})
	w.Pump.Settle()
	return w, desk, v
}

func wait(w *viewstest.Window) { w.Pump.Advance(time.Second) }

func TestKeysMoveNumbersAndSwitches(t *testing.T) {
	w, _, v := open(t)
	if v.Chosen() != "detector:contact" {
		t.Fatalf("begins at %s", v.Chosen())
	}
	w.Type("++")
	wait(w)
	if got := v.Draft().Shown("contact"); got != 0.65 {
		t.Errorf("two steps more: %v", got)
	}
	w.Type("n-")
	if got := v.Draft().Param("contact", "split_messages", 4); got != 3 {
		t.Errorf("the next number a step less: %v", got)
	}
	w.Press(fyne.KeyRight)
	w.Type("N-")
	wait(w)
	if c := v.Changes(); len(c) != 1 || !strings.Contains(c[0], "0.55 becomes 0.6") {
		t.Errorf("%q", c)
	}
	w.Type("j ")
	wait(w)
	if !v.Draft().Off("incivility") || v.Chosen() != "detector:incivility" {
		t.Errorf("space at %s leaves it on", v.Chosen())
	}
	w.Type("z")
	wait(w)
	if v.Draft().Off("incivility") {
		t.Error("z takes nothing back")
	}
	w.Type("Z")
	wait(w)
	if len(v.Changes()) != 0 || v.Draft().Shown("contact") != 0.55 {
		t.Errorf("discarded, and %q", v.Changes())
	}
}

func TestAConditionIsWrittenWithItsFaultsBesideIt(t *testing.T) {
	w, desk, v := open(t)
	w.Type("c")
	wait(w)
	if !strings.HasPrefix(v.Chosen(), "condition:") || len(v.Problems()) > 0 {
		t.Fatalf("%s, %v", v.Chosen(), v.Problems())
	}
	e, ok := w.Win.Canvas().Focused().(*show.Entry)
	if !ok {
		t.Fatal("the focus is in no field")
	}
	e.SetText("expert.colour == 3")
	wait(w)
	if p := v.Problems(); len(p) != 1 || !strings.HasSuffix(p[0].Field, ".when") || !strings.Contains(p[0].Text, "colour") {
		t.Fatalf("%v", p)
	}
	w.Press(fyne.KeyEscape)
	w.Type("s")
	if w.OverlayOpen() || len(desk.Ruled()) > 0 {
		t.Error("faulty rules could be put in force")
	}
	w.Type("e")
	w.Win.Canvas().Focused().(*show.Entry).SetText("expert.age_days < 3")
	wait(w)
	if len(v.Problems()) > 0 {
		t.Errorf("%v", v.Problems())
	}
	w.Press(fyne.KeyEscape)
	w.Type("D")
	wait(w)
	if len(v.Changes()) != 0 {
		t.Errorf("taken out again, and %q", v.Changes())
	}
}

func TestAPreviewIsWalkedThroughAndSaved(t *testing.T) {
	w, desk, v := open(t)
	w.Type("+p")
	wait(w)
	p, ok := v.Preview()
	if !ok || p.Opened != 14 || p.Closed != 31 {
		t.Fatalf("%v %+v", ok, p)
	}
	w.Type("jj")
	wait(w)
	if desk.Called("Quotes") < 3 {
		t.Error("walking reads no words")
	}
	w.Press(fyne.KeyEscape)
	if v.Title() != "Rules" {
		t.Errorf("Esc leaves %q", v.Title())
	}
	w.Type("s")
	if !w.OverlayOpen() {
		t.Fatal("nobody asks for the reason")
	}
	w.Chord(fyne.KeyReturn)
	wait(w)
	if len(desk.Ruled()) > 0 {
		t.Error("put in force without a reason")
	}
	w.Win.Canvas().Focused().(*show.Entry).SetText("Too many order numbers.")
	w.Chord(fyne.KeyReturn)
	wait(w)
	if got := desk.Ruled(); len(got) != 1 || got[0] != "Too many order numbers." || desk.Called("Detect") != 1 {
		t.Fatalf("%q, %d runs of the detectors", got, desk.Called("Detect"))
	}
	if len(v.Changes()) > 0 || !strings.Contains(v.Subtitle(), "2026.1+2") {
		t.Errorf("after saving: %q, %q", v.Changes(), v.Subtitle())
	}
}

func TestWhoMayNotSaveMayPreview(t *testing.T) {
	w, desk, v := open(t)
	desk.MayRule(false)
	v.Refresh()
	w.Pump.Settle()
	w.Type("+s")
	wait(w)
	if w.OverlayOpen() || !strings.Contains(w.Notice(), "senior") {
		t.Errorf("notice %q", w.Notice())
	}
	w.Type("p")
	wait(w)
	if _, ok := v.Preview(); !ok {
		t.Error("no preview")
	}
}

func TestAPreviewIsCancelledByLeaving(t *testing.T) {
	w, desk, v := open(t)
	desk.Slow = 20 * time.Millisecond
	w.Type("+")
	wait(w)
	c := w.Win.Canvas()
	c.OnTypedRune()('p')
	if v.Title() == "Rules" {
		t.Fatal("no preview begins")
	}
	c.OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	wait(w)
	if _, ok := v.Preview(); ok || v.Title() != "Rules" {
		t.Error("a cancelled preview came back")
	}
	desk.Slow = 0
	desk.Faults["PreviewRules"] = errors.New("the disk is gone")
	w.Type("p")
	wait(w)
	if v.Title() != "Rules" || w.Notice() == "" {
		t.Errorf("a failed preview: %q, %q", v.Title(), w.Notice())
	}
}

func TestFilesAndOldVersions(t *testing.T) {
	w, desk, v := open(t)
	w.Type("+x")
	w.Win.Canvas().Focused().(*show.Entry).SetText("/tmp/rules.json")
	w.Press(fyne.KeyReturn)
	wait(w)
	if p := desk.Exported("/tmp/rules.json"); p == nil || p.Shown("contact") != 0.6 {
		t.Fatalf("exported %v", p)
	}
	w.Type("Z")
	wait(w)
	w.Type("i")
	w.Win.Canvas().Focused().(*show.Entry).SetText("/tmp/rules.json")
	w.Press(fyne.KeyReturn)
	wait(w)
	if c := v.Changes(); v.Draft().Shown("contact") != 0.6 || len(c) != 1 {
		t.Errorf("imported: %v, %q", v.Draft().Shown("contact"), c)
	}
	w.Type("ZJJJj")
	wait(w)
	if v.Chosen() != "version:1" {
		t.Fatalf("at %s", v.Chosen())
	}
	w.Type("r")
	wait(w)
	if got := v.Draft().Shown("contact"); got != 0.5 {
		t.Errorf("restored: %v", got)
	}
}

func TestEveryRuleCanBeShown(t *testing.T) {
	w, _, v := open(t)
	seen := map[string]bool{}
	for range 80 {
		seen[v.Chosen()] = true
		w.Type("j")
	}
	wait(w)
	want := len(guidelines.Catalogue) + 1 + len(v.Draft().Guidelines) + len(v.Draft().Conditions) + 2
	if len(seen) != want {
		t.Errorf("%d rules were shown, want %d", len(seen), want)
	}
	if took := w.Pump.Longest(); took > 2*time.Second {
		t.Errorf("one step took %v", took)
	}
}

func TestAMagnitudeMovesByTens(t *testing.T) {
	w, _, v := open(t)
	for v.Chosen() != "detector:rating-ring" {
		w.Type("j")
	}
	w.Type("N+")
	if got := v.Draft().Param("rating-ring", "chance", 1e-6); got < 0.99e-5 || got > 1.01e-5 {
		t.Errorf("a step more than one in a million is %v", got)
	}
	w.Type("--")
	if got := v.Draft().Param("rating-ring", "chance", 1e-6); got < 0.99e-7 || got > 1.01e-7 {
		t.Errorf("two steps less is %v", got)
	}
	wait(w)
	if len(v.Problems()) > 0 {
		t.Errorf("%v", v.Problems())
	}
}
