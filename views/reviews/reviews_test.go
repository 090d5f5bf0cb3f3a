package reviews_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"mensch/views/casefile"
	"mensch/views/reviews"
	"mensch/views/secondlook"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T) (*viewstest.Window, *reviews.View) {
	t.Helper()
	desk := viewstest.NewDesk(20)
	w := viewstest.NewWindow(t, desk)
	v := reviews.New(w.Shell, desk)
	w.Add(shell.Reviews, v)
	w.Add(shell.Appeal, secondlook.NewAppeal(w.Shell, desk))
	w.Add(shell.Case, casefile.New(w.Shell, desk))
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Reviews})
	w.Pump.Settle()
	return w, v
}

// TestWhatWaitsComesFirst looks at the order: what is open, by when it is due,
// then what was answered.
func TestWhatWaitsComesFirst(t *testing.T) {
	w, v := open(t)
	waiting := v.Lines()
	if len(waiting) != 4 {
		t.Fatalf("%d lines wait: %q", len(waiting), waiting)
	}
	w.Type("d")
	w.Pump.Settle()
	all := v.Lines()
	if len(all) != 6 || strings.Join(all[:4], "\n") != strings.Join(waiting, "\n") {
		t.Fatalf("with answered ones: %q, before: %q", all, waiting)
	}
	kinds := ""
	for _, line := range all {
		kinds += line[:3] + " "
	}
	// The first two expire in 52 and 69 hours; the appeals came 6 days and 28
	// hours ago and are due two weeks after.
	if kinds != "pro pro app app app pro " {
		t.Errorf("the kinds are %s: %q", kinds, all)
	}
	w.Type("d")
	w.Pump.Settle()
	if got := v.Lines(); len(got) != 4 {
		t.Errorf("only what waits: %q", got)
	}
}

// TestTheCursorStaysOnItsLine toggles the list under a chosen line.
func TestTheCursorStaysOnItsLine(t *testing.T) {
	w, _ := open(t)
	w.Type("jj") // the first appeal
	w.Type("d")
	w.Pump.Settle()
	w.Press(fyne.KeyReturn)
	if r := w.Route(); r.Screen != shell.Appeal || r.Appeal != "a2" {
		t.Errorf("Enter led to %+v", r)
	}
}

// TestTheCaseOfALineOpens goes to the case instead of the second look.
func TestTheCaseOfALineOpens(t *testing.T) {
	w, _ := open(t)
	w.Type("c")
	if r := w.Route(); r.Screen != shell.Case || r.CaseID != "e000002.1" {
		t.Errorf("c led to %+v", r)
	}
}
