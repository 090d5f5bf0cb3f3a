package views_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"mensch/app"
	"mensch/app/model"
	"mensch/views"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

var _ views.Desk = (*app.Desk)(nil)

func open(t *testing.T) (*viewstest.Window, *viewstest.Desk) {
	t.Helper()
	desk := viewstest.NewDesk(300)
	a := test.NewTempApp(t)
	pump := viewstest.NewPump(viewstest.Noon)
	sh := views.New(a, desk, views.Options{Do: pump.Do, Go: pump.Go, After: pump.After, Now: pump.Now, Doors: viewstest.NoDoors{}})
	w := &viewstest.Window{Shell: sh, Pump: pump, Win: sh.Window(), App: a}
	t.Cleanup(func() {
		w.Win.Close()
		if !pump.Settle() {
			t.Error("work is still under way after the window closed")
		}
	})
	sh.LoadSettings()
	sh.Open(shell.Route{Screen: shell.Queue})
	pump.Settle()
	return w, desk
}

// routes leads to every screen, each from the queue.
func routes(w *viewstest.Window) map[string]func() {
	inCase := func() {
		for w.Route().Screen != shell.Case {
			w.Open(shell.Route{Screen: shell.Case, CaseID: "e000002.1"})
			w.Pump.Settle()
		}
	}
	to := func(screen string) func() { return func() { w.Open(shell.Route{Screen: screen}) } }
	return map[string]func(){
		shell.Queue: func() {}, shell.Case: inCase,
		shell.Transcript: func() { inCase(); w.Type("t") },
		shell.Compare:    func() { inCase(); w.Type("c") },
		shell.Sheet:      func() { inCase(); w.Type("C") },
		shell.Decide:     func() { inCase(); w.Type("d") },
		shell.Sync:       to(shell.Sync), shell.Bank: to(shell.Bank), shell.Settings: to(shell.Settings), shell.FirstRun: to(shell.FirstRun),
	}
}

// No two keys of a screen are the same, and none hides one of the window's.
func TestNoKeyIsTakenTwice(t *testing.T) {
	w, _ := open(t)
	for name, there := range routes(w) {
		w.Open(shell.Route{Screen: shell.Queue})
		w.Pump.Settle()
		there()
		w.Pump.Advance(time.Second)
		if w.Route().Screen != name {
			t.Errorf("on the way to %s the window shows %s", name, w.Route().Screen)
			continue
		}
		seen := map[string]string{}
		for _, k := range w.AllKeys() {
			id, group := k.Press(), k.Group
			// A screen may answer Esc and Backspace in its own way before Back.
			if before, ok := seen[id]; ok && id != "Esc" && id != "Backspace" {
				t.Errorf("%s: %s is both %q and %q (%s)", name, id, before, k.Text, group)
			}
			seen[id] = k.Text
			if k.Text == "" || k.Run == nil {
				t.Errorf("%s: %s says or does nothing", name, id)
			}
		}
		if len(w.HelpLines()) < 8 {
			t.Errorf("%s: the help has only %d lines", name, len(w.HelpLines()))
		}
	}
}

// Wherever Tab leads on a screen, ? opens the help: only a field keeps it.
func TestKeysWorkWhereverTheFocusIs(t *testing.T) {
	w, _ := open(t)
	for name, there := range routes(w) {
		w.Open(shell.Route{Screen: shell.Queue})
		w.Pump.Settle()
		there()
		w.Pump.Advance(time.Second)
		c := w.Win.Canvas()
		c.Unfocus()
		seen := map[fyne.Focusable]bool{}
		for range 60 {
			c.FocusNext()
			f := c.Focused()
			if f == nil || seen[f] {
				break
			}
			seen[f] = true
			_, field := f.(interface{ SelectedText() string })
			kind := reflect.TypeOf(f).String()
			w.Type("?")
			if w.OverlayOpen() == field {
				t.Errorf("%s: with the focus on %s, help open: %v", name, kind, w.OverlayOpen())
			}
			if w.OverlayOpen() {
				w.Press(fyne.KeyEscape)
			}
			if w.Route().Screen != name {
				t.Fatalf("%s: Esc left the help for %s", name, w.Route().Screen)
			}
			c.Focus(f)
			if c.Focused() != f {
				break // the field changed the screen
			}
		}
	}
}

// A case from the queue to its decision and back, without the mouse.
func TestACaseByKeysAlone(t *testing.T) {
	w, desk := open(t)
	w.Press(fyne.KeyReturn)
	id := w.Route().CaseID
	w.Type("l")
	w.Press(fyne.KeyReturn)
	if w.Route().Screen != shell.Transcript {
		t.Fatalf("Enter led to %s", w.Route().Screen)
	}
	w.Type("aar")
	w.Press(fyne.KeyEscape)
	w.Type("aa")
	w.Type("d")
	w.Pump.Advance(time.Second)
	w.Chord(fyne.KeyReturn)
	if len(desk.Drafts) != 1 || desk.Drafts[0].CaseID != id || len(desk.Drafts[0].Sanctions) != 2 {
		t.Fatalf("decided %+v; notice %q", desk.Drafts, w.Notice())
	}
	next := w.Route()
	if next.Screen != shell.Case || next.CaseID == id {
		t.Fatalf("goes on to %+v", next)
	}
	w.Pump.Advance(2 * time.Second)
	w.Type("u")
	if fmt.Sprint(desk.Undone) != "[d1]" {
		t.Fatalf("undone %v", desk.Undone)
	}
	for _, v := range []model.Verdict{desk.Verdict("f-courtesy", 0), desk.Verdict("f-courtesy", -1)} {
		if v != model.VerdictAccepted {
			t.Errorf("kept %v", desk.Verdicts)
		}
	}
}

// Every screen is drawn in both coats and in large text without a fault.
func TestEveryScreenInEveryCoat(t *testing.T) {
	w, _ := open(t)
	for name, there := range routes(w) {
		w.Open(shell.Route{Screen: shell.Queue})
		w.Pump.Settle()
		there()
		w.Pump.Advance(time.Second)
		for _, change := range []func(*app.Settings){
			func(s *app.Settings) { s.Theme = "light" }, func(s *app.Settings) { s.TextScale = 1.6 },
			func(s *app.Settings) { s.Theme, s.TextScale = "dark", 0.9 },
		} {
			s := w.Settings()
			change(&s)
			w.SaveSettings(s)
			w.Pump.Settle()
			w.Win.Resize(fyne.NewSize(1000, 640))
			w.Win.Resize(fyne.NewSize(1600, 900))
			if n := w.Notice(); n != "" {
				t.Errorf("%s: %s", name, n)
				w.CloseNotice()
			}
		}
	}
}

// From the case to the sheet, from there to the pair or the whole group, and
// back the same way.
func TestFromTheSheetToTheTableAndBack(t *testing.T) {
	w, _ := open(t)
	w.Open(shell.Route{Screen: shell.Case, CaseID: "e000002.1"})
	w.Pump.Settle()
	w.Type("Cn")
	w.Press(fyne.KeyReturn)
	if r := w.Route(); r.Screen != shell.Compare || r.Finding != "f-photo-2" {
		t.Fatalf("Enter on the second pair leads to %+v", r)
	}
	w.Press(fyne.KeyEscape)
	if r := w.Route(); r.Screen != shell.Sheet || r.Finding != "f-photo-2" {
		t.Fatalf("back from the table: %+v", r)
	}
	w.Press(fyne.KeyUp, fyne.KeyReturn)
	if r := w.Route(); r.Screen != shell.Compare || r.Intent != shell.WholeGroup {
		t.Fatalf("Enter on the group leads to %+v", r)
	}
	w.Type("c")
	if w.Route().Screen != shell.Sheet {
		t.Fatalf("c leads to %s", w.Route().Screen)
	}
}
