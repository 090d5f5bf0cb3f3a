package casefile

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
)

func linked(id, name string, same bool) app.LinkedExpert {
	return app.LinkedExpert{Expert: model.Expert{ID: id, ScreenName: name}, Same: same}
}

// TestSharedSignalsAreDrawn holds the lines against who shares what, and their
// colour against whether it is the same cluster.
func TestSharedSignalsAreDrawn(t *testing.T) {
	test.NewApp().Settings().SetTheme(look.New(look.Dark, 1))
	g := newGraph(app.CaseFile{
		Expert: model.Expert{ID: "e1"}, Linked: []app.LinkedExpert{linked("e2", "Ann", true), linked("e3", "A name that is much too long for the column it stands in", false)},
		Shared: []app.SharedSignal{
			{Words: "the same device", Accounts: []string{"e1", "e2"}},
			{Words: "the same device", Accounts: []string{"e2", "e3"}},
			{Words: "the same network", Accounts: []string{"e1", "e3"}},
			{Words: "the same name", Accounts: []string{"e1", "gone"}},
		},
	})
	want := []string{"Device: This account, Ann", "Device 2: Ann, A name that is much too long for the column it stands in", "Network: This account, A name that is much too long for the column it stands in"}
	if got := g.Words(); !slices.Equal(got, want) {
		t.Errorf("drawn %q", got)
	}
	for _, width := range []float32{240, 320, 400, 900, 1600} {
		g.Resize(fyne.NewSize(width, g.HeightFor(width)))
		r := test.WidgetRenderer(g)
		r.Layout(g.Size())
		for _, n := range append(append([]*node{g.own}, g.signals...), g.others...) {
			a, s := n.ground.Position(), n.ground.Size()
			if a.X < 0 || a.X+s.Width > width+0.5 || a.Y < 0 || a.Y+s.Height > g.HeightFor(width) {
				t.Errorf("at %v %q lies at %v, %v", width, n.label, a, s)
			}
			if n.text.Text == "" || n.text.MinSize().Width > s.Width {
				t.Errorf("at %v %q is written as %q in %v", width, n.label, n.text.Text, s.Width)
			}
		}
		for _, e := range g.edges {
			red := e.line.StrokeColor == look.Of(theme.ColorNameError)
			if want := g.signals[e.signal].role == theme.ColorNameError && (e.other < 0 || e.other == 0); red != want {
				t.Errorf("the line of %s to %d is red: %v", g.signals[e.signal].label, e.other, red)
			}
			if e.line.Position1.X >= e.line.Position2.X {
				t.Errorf("at %v a line goes from %v to %v", width, e.line.Position1, e.line.Position2)
			}
		}
	}
}

func TestAGraphOfManyCountsTheRest(t *testing.T) {
	test.NewApp().Settings().SetTheme(look.New(look.Dark, 1))
	file := app.CaseFile{Expert: model.Expert{ID: "e0"}}
	for i := range 40 {
		id := strings.Repeat("x", i+1)
		file.Linked = append(file.Linked, linked(id, id, true))
		file.Shared = append(file.Shared, app.SharedSignal{Words: "the same device", Accounts: []string{"e0", id}})
	}
	g := newGraph(file)
	if len(g.others) != mostAccounts || len(g.signals) != mostAccounts || g.rest != "28 more accounts and 28 more signals" {
		t.Errorf("%d accounts, %d signals, %q", len(g.others), len(g.signals), g.rest)
	}
}
