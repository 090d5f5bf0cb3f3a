package queue_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func TestViewsOpenByTheirKeysAndCount(t *testing.T) {
	w, desk, v, _, _ := open(t, 300)
	all := v.Rows()
	w.Type("2")
	urgent := v.Rows()
	if urgent == 0 || urgent >= all || desk.Kept().MinScore != 60 {
		t.Fatalf("2 shows %d of %d cases with %+v", urgent, all, desk.Kept())
	}
	w.Type("2")
	if v.Rows() != all {
		t.Fatalf("2 again shows %d, not the whole queue of %d", v.Rows(), all)
	}
	desk.Handle(current(t, v).CaseID, model.Handling{HelpBy: "Kim Larsen", HelpText: "Is this a licence?", HelpAt: viewstest.Noon})
	w.Type("4")
	if v.Rows() != 1 {
		t.Fatalf("help is asked in %d cases", v.Rows())
	}
	w.Type("9")
	if !strings.Contains(w.Notice(), "No view stands under the key 9") {
		t.Errorf("9 says %q", w.Notice())
	}
	// A view of one's own: type the name, confirm by chord from the field.
	w.Type("0s")
	w.Type("W")
	w.Type("Oldest questions")
	w.Chord(fyne.KeyReturn)
	w.Type("1")
	w.Type("7")
	if desk.Kept().Sort != model.SortOldest || !desk.Kept().HelpAsked && len(desk.Views) != 1 {
		t.Errorf("7 shows %+v of %+v", desk.Kept(), desk.Views)
	}
	w.Type("X")
	if len(desk.Views) != 0 {
		t.Errorf("X leaves %+v", desk.Views)
	}
	lines := 0
	for _, l := range w.HelpLines() {
		if l.Keys == "1 – 9" {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("the help names the views' keys in %d lines", lines)
	}
}

func TestRowsArePickedByKeys(t *testing.T) {
	w, _, v, _, _ := open(t, 200)
	bulk := &viewstest.Other{}
	w.Add(shell.Bulk, bulk)
	if v.Picked().Count != 1 {
		t.Fatalf("without a pick the selected row counts: %+v", v.Picked())
	}
	w.Type(" j ")
	if p := v.Picked(); p.Count != 2 || p.All {
		t.Fatalf("two spaces pick %+v", p)
	}
	w.Type("gjjjjjjjV")
	if p := v.Picked(); p.Count != 6 && p.Count != 7 {
		t.Fatalf("a range picks %+v", p)
	}
	if !strings.Contains(v.Subtitle(), "picked") {
		t.Errorf("the header says %q", v.Subtitle())
	}
	w.Type("*")
	if p := v.Picked(); !p.All || p.Count != v.Rows() {
		t.Fatalf("* picks %+v of %d", p, v.Rows())
	}
	w.Type("-b")
	if v.Picked().Count != 1 {
		t.Errorf("- leaves %+v", v.Picked())
	}
	if w.Route().Screen != shell.Bulk {
		t.Errorf("b opens %q", w.Route().Screen)
	}
}

func TestNextFreeCaseIsOpened(t *testing.T) {
	w, desk, v, c, _ := open(t, 60)
	desk.Handle(current(t, v).CaseID, model.Handling{HoldBy: "Kim Larsen", HoldUntil: viewstest.Noon.AddDate(0, 0, 1)})
	w.Type(".")
	if c.Route.CaseID == "" || desk.Called("NextCase") != 1 {
		t.Fatalf(". opened %+v", c.Route)
	}
	if r, ok := v.SelectedRow(); ok && r.CaseID == c.Route.CaseID && r.Handling.HoldBy != "" {
		t.Error("a held case is next")
	}
}
