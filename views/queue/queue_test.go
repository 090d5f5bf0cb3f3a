package queue_test

import (
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/queue"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T, cases int) (*viewstest.Window, *viewstest.Desk, *queue.View, *viewstest.Other, *viewstest.Other) {
	t.Helper()
	desk := viewstest.NewDesk(cases)
	w := viewstest.NewWindow(t, desk)
	v, c, d := queue.New(w.Shell, desk), &viewstest.Other{}, &viewstest.Other{}
	w.Add(shell.Queue, v)
	w.Add(shell.Case, c)
	w.Add(shell.Decide, d)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Queue})
	if !w.Pump.Settle() {
		t.Fatal("the queue does not come to rest")
	}
	return w, desk, v, c, d
}

func current(t *testing.T, v *queue.View) model.QueueRow {
	t.Helper()
	r, ok := v.SelectedRow()
	if !ok {
		t.Fatal("no row is selected")
	}
	return r
}

func TestTheMostUrgentIsSelectedAndKeysMove(t *testing.T) {
	w, _, v, c, d := open(t, 400)
	first := current(t, v)
	w.Type("jj")
	w.Press(fyne.KeyDown, fyne.KeyUp)
	third := current(t, v)
	if third.CaseID == first.CaseID || third.Priority.Score > first.Priority.Score {
		t.Fatalf("j moved from %v to %v", first, third)
	}
	w.Type("k")
	w.Press(fyne.KeyReturn)
	if c.Route.CaseID == "" || c.Route.CaseID == third.CaseID {
		t.Fatalf("Enter opened %q", c.Route.CaseID)
	}
	w.Press(fyne.KeyEscape)
	if got := current(t, v).CaseID; got != c.Route.CaseID {
		t.Fatalf("back at the queue %s is selected instead of %s", got, c.Route.CaseID)
	}
	w.Type("G")
	w.Pump.Advance(time.Second)
	last := current(t, v)
	w.Type("g")
	if current(t, v).CaseID != first.CaseID || last.Priority.Score > third.Priority.Score {
		t.Fatal("g and G do not lead to the ends")
	}
	w.Type("x")
	if d.Route.Intent != "dismiss" || d.Route.CaseID != first.CaseID {
		t.Fatalf("x opened %+v", d.Route)
	}
	w.Press(fyne.KeyEscape)
	if w.Current() != shell.Screen(c) {
		t.Fatal("from deciding, Esc leads to the case")
	}
}

func TestSearchKeepsItsLettersAndEscLeavesIt(t *testing.T) {
	w, desk, v, _, _ := open(t, 400)
	w.Type("/")
	w.Type("astrid j")
	if w.Win.Canvas().Focused() == nil {
		t.Fatal("/ does not lead to the search")
	}
	before := desk.Called("QueueOutline")
	w.Pump.Advance(time.Second)
	if n := desk.Called("QueueOutline") - before; n != 1 {
		t.Errorf("eight letters read the queue %d times", n)
	}
	if v.Rows() != 0 || desk.Kept().Text != "astrid j" {
		t.Errorf("%d rows for %q", v.Rows(), desk.Kept().Text)
	}
	w.Press(fyne.KeyBackspace, fyne.KeyBackspace)
	w.Pump.Advance(time.Second)
	if v.Rows() == 0 || current(t, v).ScreenName != "Astrid Vang" {
		t.Errorf("%d rows", v.Rows())
	}
	w.Press(fyne.KeyEscape)
	w.Type("0")
	w.Pump.Advance(time.Second)
	if desk.Kept().Text != "" || v.Rows() < 300 {
		t.Errorf("0 left %q and %d rows", desk.Kept().Text, v.Rows())
	}
}

func TestTheFilterIsKept(t *testing.T) {
	w, desk, v, _, _ := open(t, 400)
	w.Type("ms")
	kept := desk.Kept()
	if !kept.Mine || kept.Sort != model.SortOldest {
		t.Fatalf("kept %+v", kept)
	}
	for w.Type("g"); ; w.Type("j") {
		r := current(t, v)
		if r.LeaseHolder != "Ruth Adler" {
			t.Fatalf("%s is held by %q", r.CaseID, r.LeaseHolder)
		}
		if v.Selected() == v.Rows()-1 {
			break
		}
	}
	again := queue.New(w.Shell, desk)
	w.Add(shell.Queue, again)
	w.Open(shell.Route{Screen: shell.Queue})
	w.Pump.Settle()
	if again.Rows() != v.Rows() {
		t.Errorf("a new start shows %d cases instead of %d", again.Rows(), v.Rows())
	}
}

func TestClaimAndRelease(t *testing.T) {
	w, desk, v, _, _ := open(t, 50)
	for current(t, v).LeaseHolder != "" {
		w.Type("j")
	}
	id := current(t, v).CaseID
	w.Type("l")
	if _, ok := desk.Leases[id]; !ok || current(t, v).LeaseHolder != "Ruth Adler" {
		t.Fatalf("l did not claim %s", id)
	}
	w.Type("l")
	if _, ok := desk.Leases[id]; ok {
		t.Fatal("l did not release the case")
	}
}

func TestThePhotoIsBlurredUntilWanted(t *testing.T) {
	w, _, v, _, _ := open(t, 50)
	for current(t, v).PhotoID == "" {
		w.Type("j")
	}
	if !v.PhotoHidden() {
		t.Fatal("the photo is shown before it is wanted")
	}
	w.Type("v")
	if v.PhotoHidden() {
		t.Fatal("v does not show it")
	}
	w.Type("v")
	w.Chord(fyne.KeyB)
	if v.PhotoHidden() {
		t.Fatal("the setting does not show it")
	}
	w.Chord(fyne.KeyB)
	if !v.PhotoHidden() {
		t.Fatal("the setting does not blur it again")
	}
}

func TestErrorsLeaveTheRowsThatAreThere(t *testing.T) {
	w, desk, v, _, _ := open(t, 400)
	n := v.Rows()
	desk.Faults["QueueOutline"] = errors.New("the disk went away")
	w.Changed()
	w.Pump.Settle()
	if v.Rows() != n || w.Notice() == "" {
		t.Fatalf("%d rows, notice %q", v.Rows(), w.Notice())
	}
}

func TestAChangeKeepsTheSelectedCase(t *testing.T) {
	w, desk, v, _, _ := open(t, 400)
	w.Type("jjjjj")
	id, at := current(t, v).CaseID, v.Selected()
	// A case before it leaves the queue.
	w.Type("k")
	gone := current(t, v).CaseID
	w.Type("j")
	desk.SetState(gone, model.CaseDecided)
	w.Changed()
	w.Pump.Settle()
	if got := current(t, v).CaseID; got != id || v.Selected() != at-1 {
		t.Fatalf("selected %s at %d, want %s at %d", got, v.Selected(), id, at-1)
	}
}

func TestStepWalksTheQueue(t *testing.T) {
	w, _, v, _, _ := open(t, 120)
	seen := map[string]bool{}
	id := current(t, v).CaseID
	for n := 1; id != ""; n++ {
		if seen[id] {
			t.Fatalf("%s comes twice", id)
		}
		seen[id] = true
		next := "?"
		v.Step(id, 1, func(s string) { next = s })
		w.Pump.Settle()
		if next == "?" {
			t.Fatal("Step never answered")
		}
		id = next
	}
	if len(seen) != v.Rows() {
		t.Fatalf("walked over %d of %d cases", len(seen), v.Rows())
	}
}

// A hundred thousand cases: opened, scrolled from end to end and jumped about
// in, no single call on the UI thread may be felt.
func TestAHundredThousandCasesDoNotStall(t *testing.T) {
	w, desk, v, _, _ := open(t, 100_000)
	if v.Rows() < 80_000 {
		t.Fatalf("%d rows", v.Rows())
	}
	w.Pump.Longest()
	before := desk.Called("Queue")
	var longest time.Duration
	start := time.Now()
	for step := range 400 {
		begin := time.Now()
		v.ScrollTo(float32(step) / 399)
		longest = max(longest, time.Since(begin))
	}
	whole := time.Since(start)
	w.Pump.Advance(time.Second)
	if r := v.InSight(); len(r) < 8 || r[len(r)-1].CaseID == "" {
		t.Fatalf("at the end %d rows are filled", len(r))
	}
	t.Logf("400 jumps over %d rows in %v, longest %v; longest answer %v", v.Rows(), whole, longest, w.Pump.Longest())
	if !viewstest.Race && (longest > 250*time.Millisecond || whole > 20*time.Second) {
		t.Errorf("a jump took %v, all %v", longest, whole)
	}
	if n := desk.Called("Queue") - before; n > 20 {
		t.Errorf("%d pages were read for what was only passed", n)
	}
}
