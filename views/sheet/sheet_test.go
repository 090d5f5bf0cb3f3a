package sheet_test

import (
	"context"
	"fmt"
	"image"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/sheet"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// desk has a case with many pairs.
type desk struct {
	*viewstest.Base
	mu    sync.Mutex
	pairs int
	said  []string
	asked map[string]int
}

func (d *desk) CaseFile(_ context.Context, id string) (app.CaseFile, error) {
	f := app.CaseFile{Case: model.Case{ID: id}, Expert: model.Expert{ScreenName: "Marlene K.", Cluster: "Law"}}
	for i := range d.pairs {
		f.Pairs = append(f.Pairs, app.PhotoPair{
			FindingID: fmt.Sprintf("f%d", i), Expert: app.PhotoSide{PhotoID: "own", Title: "Marlene K."},
			Other: app.PhotoSide{PhotoID: fmt.Sprintf("p%d", i), Title: fmt.Sprintf("Other %d", i)},
			Match: model.Match{Kind: model.AlteredCopy, Score: 0.9},
		})
	}
	return f, nil
}

func (d *desk) Photo(_ context.Context, id string, _ int) (image.Image, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked[id]++
	return image.NewRGBA(image.Rect(0, 0, 30, 30)), nil
}

func (d *desk) PhotoGroup(_ context.Context, id string) (app.PhotoGroup, error) {
	g := app.PhotoGroup{Experts: 3}
	for i := range 3 {
		g.Photos = append(g.Photos, app.GroupPhoto{Side: app.PhotoSide{PhotoID: fmt.Sprint(id, i), Title: fmt.Sprint("Account ", i)}})
	}
	return g, nil
}

func (d *desk) JudgeMatch(_ context.Context, id string, word model.MatchWord, _ string) (app.MatchJudged, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, id+" "+string(word))
	return app.MatchJudged{Judgement: model.MatchJudgement{Seq: int64(len(d.said))}}, nil
}

func (d *desk) UndoMatch(_ context.Context, seq int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said = append(d.said, fmt.Sprint("undo ", seq))
	return nil
}

func (d *desk) VerdictBanks(context.Context, model.MatchWord) ([]model.Bank, string, error) {
	return nil, "", nil
}

func open(t *testing.T, pairs int) (*viewstest.Window, *desk, *sheet.View) {
	t.Helper()
	d := &desk{Base: viewstest.NewBase(), pairs: pairs, asked: map[string]int{}}
	w := viewstest.NewWindow(t, d)
	v := sheet.New(w.Shell, d)
	w.Add(shell.Sheet, v)
	w.LoadSettings()
	w.Pump.Settle()
	w.Open(shell.Route{Screen: shell.Sheet, CaseID: "e1.1"})
	w.Pump.Settle()
	return w, d, v
}

func TestOnlyAPageOfPairsIsLoaded(t *testing.T) {
	w, d, v := open(t, 1000)
	if n := len(d.asked); n > 70 {
		t.Fatalf("%d photos were read for one page", n)
	}
	w.Press(fyne.KeyPageDown)
	if v.Selected() != 48 {
		t.Fatalf("a page down leads to pair %d", v.Selected())
	}
	for range 60 {
		w.Type("n")
	}
	if v.Selected() != 108 {
		t.Fatalf("60 pairs on is %d", v.Selected())
	}
	w.Press(fyne.KeyPageUp, fyne.KeyPageUp, fyne.KeyPageUp)
	if v.Selected() != 0 {
		t.Fatalf("back at the first page %d is selected", v.Selected())
	}
}

func TestArrowsWalkTheGridAndUpToTheGroup(t *testing.T) {
	w, _, v := open(t, 20)
	w.Press(fyne.KeyDown)
	across := v.Selected()
	if across < 3 || across > 6 {
		t.Fatalf("one row down is pair %d in a window of 1280", across)
	}
	w.Press(fyne.KeyRight, fyne.KeyUp)
	if v.Selected() != 1 {
		t.Fatalf("right and up is %d", v.Selected())
	}
	w.Press(fyne.KeyUp)
	if v.Selected() != -1 {
		t.Fatalf("up from the first row is %d, not the group", v.Selected())
	}
	w.Press(fyne.KeyUp, fyne.KeyLeft)
	w.Press(fyne.KeyDown)
	if v.Selected() != 0 {
		t.Fatalf("down from the group is %d", v.Selected())
	}
}

func TestVerdictsGoOnAndAreTakenBack(t *testing.T) {
	w, d, v := open(t, 4)
	w.Type("ae")
	if v.Selected() != 2 || !strings.Contains(v.Subtitle(), "4 pairs, 2 to judge") {
		t.Fatalf("pair %d, %q", v.Selected(), v.Subtitle())
	}
	w.Type("U")
	if v.Selected() != 1 || !strings.Contains(v.Subtitle(), "3 to judge") {
		t.Fatalf("taken back: pair %d, %q", v.Selected(), v.Subtitle())
	}
	w.Press(fyne.KeyUp)
	w.Type("a") // the group is no pair
	if got := strings.Join(d.said, ", "); got != "f0 same picture, f1 same person, undo 2" {
		t.Fatalf("said %q", got)
	}
}

func TestTheRouteRemembersWhereOneStood(t *testing.T) {
	w, _, _ := open(t, 9)
	w.Type("nn")
	if got := w.Route().Finding; got != "f2" {
		t.Fatalf("the route remembers %q", got)
	}
}
