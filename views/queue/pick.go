package queue

import (
	"errors"
	"slices"

	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
)

// Picked is what was picked of the queue to be decided at once: the cases, or
// all that a filter leaves.
type Picked struct {
	Cases  []string
	All    bool
	Filter model.QueueFilter
	Count  int
}

// pick holds the picked rows.
type pick struct {
	ids  map[string]bool
	all  bool
	from int // the row that a range begins at
}

// Picked gives what is picked; without any, the selected row.
func (v *View) Picked() Picked {
	if v.picks.all {
		return Picked{All: true, Filter: v.filter, Count: v.pages.outline.Total}
	}
	var p Picked
	for id := range v.picks.ids {
		p.Cases = append(p.Cases, id)
	}
	slices.Sort(p.Cases)
	if len(p.Cases) == 0 {
		if r, ok := v.selected(); ok {
			p.Cases = []string{r.CaseID}
		}
	}
	p.Count = len(p.Cases)
	return p
}

// Unpick forgets what was picked.
func (v *View) Unpick() { v.unpick(); v.list.RefreshRows() }

func (v *View) unpick() { v.picks = pick{ids: map[string]bool{}, from: -1} }

func (v *View) isPicked(id string) bool { return v.picks.all || v.picks.ids[id] }

// toggle picks the selected row or lets it go, and moves on.
func (v *View) toggle() {
	r, ok := v.selected()
	if !ok {
		return
	}
	if v.picks.all {
		v.unpick()
	}
	if v.picks.ids[r.CaseID] {
		delete(v.picks.ids, r.CaseID)
	} else {
		v.picks.ids[r.CaseID] = true
	}
	v.picks.from = v.list.Selected()
	v.list.RefreshRows()
	v.list.Step(1)
	v.sh.Retitle()
}

// span picks all rows from the last picked one to the selected one.
func (v *View) span() {
	to := v.list.Selected()
	from := v.picks.from
	if to < 0 || from < 0 || v.picks.all {
		v.toggle()
		return
	}
	if from > to {
		from, to = to, from
	}
	missing := 0
	for i := from; i <= to; i++ {
		if r, ok := v.pages.row(i); ok {
			v.picks.ids[r.CaseID] = true
		} else {
			missing++
		}
	}
	v.list.RefreshRows()
	v.sh.Retitle()
	if missing > 0 {
		v.sh.Tell(show.Count(missing, "row of the range is", "rows of the range are") + " not read yet and not picked. Scroll over the range first, or pick all of the filter with *.")
	}
}

// every picks all that the filter leaves.
func (v *View) every() {
	all := !v.picks.all
	v.unpick()
	v.picks.all = all && v.pages.outline.Total > 0
	v.list.RefreshRows()
	v.sh.Retitle()
}

func (v *View) none() {
	v.unpick()
	v.list.RefreshRows()
	v.sh.Retitle()
}

// picked says in the header how many are picked.
func (v *View) pickedWords() string {
	switch n := len(v.picks.ids); {
	case v.picks.all:
		return ", all picked"
	case n > 0:
		return ", " + show.Number(int64(n)) + " picked"
	}
	return ""
}

// bulk opens what decides all that is picked.
func (v *View) bulk() {
	if v.Picked().Count == 0 {
		v.sh.Tell("No case is picked. Space picks the selected one, V a range, * all of the filter.")
		return
	}
	v.sh.Open(shell.Route{Screen: shell.Bulk})
}

func (v *View) pickKeys() []shell.Key {
	const g = "Many at once"
	return []shell.Key{
		shell.Rune(' ', "Pick the case, or let it go", v.toggle).In(g),
		shell.Rune('V', "Pick the range from the last picked case", v.span).In(g),
		shell.Rune('*', "Pick all of the filter, or none", v.every).In(g),
		shell.Rune('-', "Pick none", v.none).In(g),
		shell.Rune('b', "Decide all that is picked", v.bulk).In(g),
	}
}

func notFound(err error) bool { return errors.Is(err, model.ErrNotFound) }
