package bulk_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/bulk"
	"mensch/views/queue"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T) (*viewstest.Window, *viewstest.Desk, *queue.View, *bulk.View, *viewstest.Other) {
	t.Helper()
	desk := viewstest.NewDesk(120)
	w := viewstest.NewWindow(t, desk)
	q := queue.New(w.Shell, desk)
	v, c := bulk.New(w.Shell, desk, q), &viewstest.Other{}
	w.Add(shell.Queue, q)
	w.Add(shell.Bulk, v)
	w.Add(shell.Case, c)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Queue})
	w.Pump.Settle()
	return w, desk, q, v, c
}

func TestManyAreDecidedByKeysAndUndone(t *testing.T) {
	w, desk, q, v, c := open(t)
	w.Type("*b")
	if w.Current() != shell.Screen(v) || !strings.Contains(v.Subtitle(), "all of the filter") {
		t.Fatalf("b leads to %q, %q", w.Current().Title(), v.Subtitle())
	}
	w.Chord(fyne.KeyReturn)
	if !strings.Contains(w.Notice(), "Say why") || len(desk.Bulks) != 0 {
		t.Errorf("without a reason: %q", w.Notice())
	}
	// The choice has the focus; e leads to the reason, Esc back.
	w.Type("e")
	w.Type("one quarrel")
	w.Press(fyne.KeyEscape)
	w.Pump.Advance(time.Second)
	plan, _ := v.Plan()
	if len(plan.Decide) == 0 || len(plan.Left) == 0 || len(plan.Sample) == 0 {
		t.Fatalf("the plan decides %d, leaves %d, shows %d", len(plan.Decide), len(plan.Left), len(plan.Sample))
	}
	w.Type("j")
	w.Press(fyne.KeyReturn)
	if c.Route.CaseID != plan.Sample[1].CaseID {
		t.Fatalf("Enter opens %q, not %q", c.Route.CaseID, plan.Sample[1].CaseID)
	}
	w.Press(fyne.KeyEscape)
	w.Pump.Settle()
	if again, _ := v.Plan(); w.Current() != shell.Screen(v) || len(again.Decide) != len(plan.Decide) {
		t.Fatal("coming back lost the plan")
	}
	w.Chord(fyne.KeyReturn)
	_, done := v.Plan()
	if done == nil || len(done.Decided) != len(plan.Decide)-1 || len(done.Failed) != 1 || q.Picked().All {
		t.Fatalf("done: %+v", done)
	}
	if b := desk.Bulks[0]; b.Filter != nil || len(b.Cases) != len(plan.Decide) || b.Step != "" || b.Rationale != "one quarrel" {
		t.Errorf("asked for %+v", b)
	}
	if len(w.Undoable()) != 1 {
		t.Errorf("the bar offers %d", len(w.Undoable()))
	}
	w.Type("U")
	if len(desk.Undone) != len(done.Decided) || len(w.Undoable()) != 0 {
		t.Errorf("undone %d of %d, %d left in the bar", len(desk.Undone), len(done.Decided), len(w.Undoable()))
	}
}

func TestAWarningNeedsItsGuideline(t *testing.T) {
	w, desk, _, v, _ := open(t)
	w.Type("  b")
	w.Type("3") // in the choice: warning
	w.Type("e")
	w.Type("all of them rude")
	w.Press(fyne.KeyEscape)
	w.Pump.Advance(time.Second)
	if desk.Called("PlanBulk") != 0 {
		t.Error("planned without a guideline")
	}
	w.Chord(fyne.KeyReturn)
	if !strings.Contains(w.Notice(), "guideline") {
		t.Errorf("notice %q", w.Notice())
	}
	w.Type("g")
	w.Press(fyne.KeyDown, fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	w.Chord(fyne.KeyReturn)
	if len(desk.Bulks) != 1 || desk.Bulks[0].Step != model.StepWarning || desk.Bulks[0].Guideline == "" {
		t.Errorf("asked for %+v", desk.Bulks)
	}
	if _, done := v.Plan(); done == nil {
		t.Error("nothing is shown as done")
	}
	// When the undo time is over, it is said.
	w.Pump.Advance(61 * time.Second)
	w.Tick()
	w.Type("?")
	if !w.OverlayOpen() {
		t.Error("? shows no keys")
	}
}
