package casefile

import (
	"context"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// unfold shows below a finding what it rests on: the events, the accounts, the
// texts side by side; once more folds it.
func (v *View) unfold(i int) {
	if i >= len(v.findings) {
		v.sh.Tell("This finding is only counted here; decide on those above first.")
		return
	}
	f, r := v.file.Findings[i], v.findings[i]
	if v.unfolded == f.ID {
		v.unfolded, v.places = "", nil
		r.unfold()
		v.refreshScrolls()
		return
	}
	for k, other := range v.findings {
		if v.file.Findings[k].ID == v.unfolded {
			other.unfold()
		}
	}
	v.unfolded, v.places = f.ID, nil
	v.readGrounds(f, r)
	if len(f.Accounts) > 0 && v.linked != nil {
		v.sideS.Reveal(v.linked) // the graph of what they share
	}
}

// unfoldAgain shows the grounds once more after all was drawn anew.
func (v *View) unfoldAgain() {
	for i, r := range v.findings {
		if f := v.file.Findings[i]; f.ID == v.unfolded {
			v.readGrounds(f, r)
			return
		}
	}
	v.unfolded, v.places = "", nil
}

// firstPlace is where the first of the unfolded grounds can be read.
func (v *View) firstPlace() (shell.Route, bool) {
	for _, g := range v.places {
		if g.Session != "" {
			return shell.Route{Screen: shell.Transcript, CaseID: v.file.Case.ID, Session: g.Session, Message: g.Message}, true
		}
	}
	return shell.Route{}, false
}

// readGrounds reads what an unfolded finding rests on.
func (v *View) readGrounds(f model.Finding, r *findingRow) {
	shell.Load(v.grounds, func(ctx context.Context) ([]app.Ground, error) { return v.desk.Grounds(ctx, f) }, func(list []app.Ground, err error) {
		if v.unfolded != f.ID {
			return
		}
		if err != nil {
			v.unfolded = ""
			v.sh.Fail("reading what the finding rests on", err)
			return
		}
		var rows []fyne.CanvasObject
		for _, g := range list {
			rows = append(rows, v.groundRow(g))
		}
		if n := len(f.Events) + len(f.Accounts) + len(f.Passages) - len(list); n > 0 {
			rows = append(rows, show.NewLine("and "+show.Count(n, "more", "more")).Small().Muted())
		}
		v.places = list
		r.unfold(rows...)
		v.refreshScrolls()
		if v.selected < len(v.findings) && v.findings[v.selected] == r {
			v.mainS.Reveal(r.root)
		}
	})
}

// shortGround is the length of a text that is shown on one line with its title.
const shortGround = 90

func (v *View) groundRow(g app.Ground) fyne.CanvasObject {
	title := g.Title
	if !g.At.IsZero() {
		title += ", " + show.DateTime(g.At)
	}
	var there []show.Cell
	if g.Session != "" {
		there = append(there, show.Own(show.NewButton("Transcript", nil, func() {
			v.sh.Open(shell.Route{Screen: shell.Transcript, CaseID: v.file.Case.ID, Session: g.Session, Message: g.Message})
		}).Quiet()))
	}
	name, text := show.NewLine(title).Small().Muted(), show.NewPara(g.Text).Lines(12)
	if g.Other == "" && len(g.Text) < shortGround {
		// Of events there are many: one line each.
		cells := append([]show.Cell{show.Fix(name, 190), show.Grow(text, 1)}, there...)
		return show.NewGround(look.Raised, 0, show.NewRow(10, cells...)).Pad(10, 3, 10, 3).Round(4)
	}
	body := show.NewBox(2, show.NewRow(8, append([]show.Cell{show.Grow(name, 1)}, there...)...), text)
	if g.Other != "" {
		other := show.NewBox(2, show.NewLine(g.Other).Small().Muted(), show.NewPara(g.There).Lines(12))
		return show.NewGround(look.Raised, 0, show.NewRow(14, show.Cell{Object: body, Share: 1, Top: true}, show.Cell{Object: other, Share: 1, Top: true})).Pad(10, 7, 10, 7).Round(4)
	}
	return show.NewGround(look.Raised, 0, body).Pad(10, 5, 10, 5).Round(4)
}

// unfold puts what the finding rests on below it; nothing folds it.
func (r *findingRow) unfold(rows ...fyne.CanvasObject) {
	r.more.Set(rows...)
	if r.more.Hide(); len(rows) > 0 {
		r.more.Show()
	}
	r.root.Refresh()
}

// Unfolded is the finding whose grounds are shown, and how many they are, for
// tests.
func (v *View) Unfolded() (id string, n int) { return v.unfolded, len(v.places) }
