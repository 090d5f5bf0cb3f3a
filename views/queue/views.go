package queue

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// ViewsDesk is what the queue needs for its views and for working together.
type ViewsDesk interface {
	QueueViews(ctx context.Context) ([]model.QueueView, error)
	SaveView(ctx context.Context, view model.QueueView) error
	DropView(ctx context.Context, slot int) error
	NextCase(ctx context.Context, filter model.QueueFilter, from string) (string, error)
}

// tabs are the views of the queue above its filter, each with its key and how
// many cases are in it.
type tabs struct {
	v     *View
	root  *show.Ground
	flow  *show.Flow
	work  *shell.Work
	views []model.QueueView
}

func newTabs(v *View) *tabs {
	t := &tabs{v: v, flow: show.NewFlow(4), work: v.sh.Work(nil)}
	t.root = show.NewGround(look.Surface, 0, t.flow).Pad(10, 5, 10, 0)
	return t
}

// load counts the views anew.
func (t *tabs) load() {
	shell.Load(t.work, t.v.desk.QueueViews, func(views []model.QueueView, err error) {
		if err != nil {
			t.v.sh.Fail("counting the views of the queue", err)
			return
		}
		t.views = views
		t.show()
	})
}

func (t *tabs) show() {
	chosen := t.chosen()
	var out []fyne.CanvasObject
	for i, x := range t.views {
		count := show.NewLine(show.Number(int64(x.Count))).Small().Muted().Whole()
		name := show.NewLine(x.Name).Whole()
		if i == chosen {
			name.Bold()
		}
		tap := show.NewTap(show.NewGround("", 0, show.NewRow(6,
			show.Own(show.NewLine(fmt.Sprint(x.Slot)).Small().Faint().Whole()), show.Own(name), show.Own(count))).Pad(8, 3, 8, 3),
			func() { t.open(x.Slot) })
		tap.Choose(i == chosen, look.Selected)
		out = append(out, tap)
	}
	t.flow.Set(out...)
	t.root.Refresh()
	t.v.body.Refresh()
}

// chosen is the view that the filter is, -1 if it is none.
func (t *tabs) chosen() int {
	now := plain(t.v.filter)
	return slices.IndexFunc(t.views, func(x model.QueueView) bool { return reflect.DeepEqual(plain(x.Filter), now) })
}

// plain is a filter with one way to say each thing.
func plain(f model.QueueFilter) model.QueueFilter {
	f.Me = ""
	if f.Sort == "" {
		f.Sort = model.SortPriority
	}
	f.States = slices.Sorted(slices.Values(f.States))
	f.Clusters = slices.Sorted(slices.Values(f.Clusters))
	f.Guidelines = slices.Sorted(slices.Values(f.Guidelines))
	f.Reporters = slices.Sorted(slices.Values(f.Reporters))
	return f
}

// open shows a view; the one that is shown already gives way to the whole queue.
func (t *tabs) open(slot int) {
	i := slices.IndexFunc(t.views, func(x model.QueueView) bool { return x.Slot == slot })
	if i < 0 {
		t.v.sh.Tell(fmt.Sprintf("No view stands under the key %d. W keeps the present filter as one.", slot))
		return
	}
	if i == t.chosen() {
		t.v.filter = whole()
	} else {
		t.v.filter = t.views[i].Filter
	}
	t.v.unpick()
	t.v.bar.changed()
}

// whole is the filter of the queue as Mensch comes.
func whole() model.QueueFilter {
	return model.QueueFilter{States: []model.CaseState{model.CaseOpen, model.CaseConflict, model.CaseAppealed}, HideSkipped: true}
}

// save asks for a name, and keeps the filter and the order as a view.
func (t *tabs) save() {
	filter := t.v.filter
	keys := []string{"First free"}
	for i := range 9 {
		keys = append(keys, fmt.Sprint(i+1))
	}
	t.v.sh.Ask(shell.Ask{
		Title: "Keep this filter as a view", Note: "Under the key of a view that Mensch comes with, it takes that one's place until you give it up (X).",
		Fields: []shell.AskField{{Label: "Name"}, {Label: "Key", Choices: keys}}, Confirm: "Keep it",
		Then: func(a []string) {
			slot := max(0, slices.Index(keys, a[1]))
			shell.Act(t.v.sh, shell.Just(func(ctx context.Context) error {
				return t.v.desk.SaveView(ctx, model.QueueView{Slot: slot, Name: a[0], Filter: filter})
			}), func(_ shell.None, err error) {
				if err != nil {
					t.v.sh.Fail("keeping the view", err)
					return
				}
				t.load()
			})
		},
	})
}

// drop gives the shown view up, if it is the moderator's own.
func (t *tabs) drop() {
	i := t.chosen()
	if i < 0 || !t.views[i].Own {
		t.v.sh.Tell("The filter is no view of your own, so there is none to give up.")
		return
	}
	view := t.views[i]
	shell.Act(t.v.sh, shell.Just(func(ctx context.Context) error { return t.v.desk.DropView(ctx, view.Slot) }), func(_ shell.None, err error) {
		if err != nil {
			t.v.sh.Fail("giving the view up", err)
			return
		}
		t.v.sh.Tell("The view " + view.Name + " is given up.")
		t.load()
	})
}

func (t *tabs) keys() []shell.Key {
	var out []shell.Key
	for i := range 9 {
		k := shell.Rune(rune('1'+i), "Show a view, or the whole queue again", func() { t.open(i + 1) })
		if i == 0 {
			k = k.Labelled("1 – 9")
		} else {
			k = k.Labelled("")
		}
		out = append(out, k)
	}
	return append(out,
		shell.Rune('W', "Keep the filter as a view", t.save),
		shell.Rune('X', "Give up the view", t.drop),
	)
}

// next opens the most urgent case of the view that nobody has.
func (v *View) next() {
	filter := v.filter
	shell.Act(v.sh, func(ctx context.Context) (string, error) { return v.desk.NextCase(ctx, filter, "") }, func(id string, err error) {
		if notFound(err) {
			v.sh.Tell("No free case is left in this view.")
			return
		}
		if err != nil {
			v.sh.Fail("finding the next case", err)
			return
		}
		v.anchor = id
		v.sh.Open(shell.Route{Screen: shell.Case, CaseID: id})
	})
}

// handling says in a word or two what colleagues did with a case.
func handling(row model.QueueRow, me string, v *View) (string, fyne.ThemeColorName) {
	h := row.Handling
	switch {
	case h.HandedTo == me && me != "":
		return "For you, from " + h.HandedBy, theme.ColorNamePrimary
	case h.HelpBy != "":
		return "Help asked", theme.ColorNameError
	case h.Held(v.sh.Now()):
		if h.HoldBy == me {
			return "On hold, yours", theme.ColorNameWarning
		}
		return "On hold, " + h.HoldBy, theme.ColorNameWarning
	case h.HandedTo != "":
		return "For " + h.HandedTo, look.Muted
	}
	return "", look.Muted
}

// handlingRows are the words of it for the pane of the selected row.
func (v *View) handlingRows(h model.Handling) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	add := func(head, text string) {
		out = append(out, show.NewBox(1, show.NewPara(head).Small().Muted(), show.NewPara(text)))
	}
	now := v.sh.Now()
	if h.HandedTo != "" {
		add(fmt.Sprintf("%s handed it to %s", h.HandedBy, h.HandedTo), h.HandedNote)
	}
	if h.HelpBy != "" {
		add(h.HelpBy+" asks for help", h.HelpText)
	}
	if h.Held(now) {
		add(fmt.Sprintf("%s holds it until %s", h.HoldBy, show.DateTime(h.HoldUntil)), h.HoldReason)
	}
	if h.Skips > 0 {
		out = append(out, show.NewLine("Skipped by "+show.Count(len(h.SkippedAt), "colleague", "colleagues")+", "+show.Count(h.Skips, "time", "times")).Small().Muted())
	}
	return out
}
