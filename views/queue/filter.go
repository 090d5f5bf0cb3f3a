package queue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// filterBar is the row of filters above the list.
type filterBar struct {
	v                                                *View
	root                                             *show.Ground
	text                                             *show.Entry
	state, cluster, guideline, reporter, score, sort *show.Picker
	mine                                             *show.Check
	reset                                            *show.Button
	stop                                             func()
	showing                                          bool
}

var (
	states    = []model.CaseState{model.CaseOpen, model.CaseConflict, model.CaseAppealed, model.CaseProposed, model.CaseWaiting, model.CaseDecided}
	reporters = []model.Reporter{model.ReporterClient, model.ReporterExpert, model.ReporterStaff}
	sorts     = []model.QueueSort{model.SortPriority, model.SortOldest, model.SortNewest, model.SortHanded}
	scores    = []int{0, 20, 40, 60, 80}
)

func newFilterBar(v *View) *filterBar {
	b := &filterBar{v: v}
	b.text = show.NewEntry("Search what was said and written   /")
	b.text.OnChanged = func(s string) {
		if b.showing {
			return
		}
		if b.stop != nil {
			b.stop()
		}
		b.stop = v.sh.After(250*time.Millisecond, func() {
			b.stop = nil
			if v.filter.Text != s {
				v.filter.Text = s
				b.changed()
			}
		})
	}
	b.text.OnSubmitted = func(s string) {
		if b.stop != nil {
			b.stop()
			b.stop = nil
		}
		v.sh.Window().Canvas().Unfocus()
		if v.filter.Text != s {
			v.filter.Text = s
			b.changed()
		}
	}
	b.state = show.NewMultiPicker("State", func() []show.Option {
		return options(states, &v.filter.States, func(s model.CaseState) string { t, _ := show.CaseState(s); return t }, b.changed)
	})
	b.cluster = show.NewMultiPicker("Cluster", func() []show.Option {
		return options(v.clusters, &v.filter.Clusters, func(s string) string { return s }, b.changed)
	})
	b.guideline = show.NewMultiPicker("Guideline", func() []show.Option {
		return options(v.desk.GuidelineIDs(), &v.filter.Guidelines, b.title, b.changed)
	})
	b.reporter = show.NewMultiPicker("Reported by", func() []show.Option {
		return options(reporters, &v.filter.Reporters, func(r model.Reporter) string { return show.Capital(string(r)) }, b.changed)
	})
	b.score = show.NewPicker("Priority", func() []show.Option {
		return one(scores, v.filter.MinScore, scoreWords, func(n int) { v.filter.MinScore = n; b.changed() })
	})
	b.sort = show.NewPicker("Urgent first", func() []show.Option {
		return one(sorts, b.sorted(), sortWords, func(s model.QueueSort) { v.filter.Sort = s; b.changed() })
	})
	b.mine = show.NewCheck("Mine", func(on bool) {
		if !b.showing {
			b.setMine(on)
		}
	})
	b.reset = show.NewButton("Clear  (0)", nil, b.clear).Quiet()
	b.root = show.NewGround(look.Surface, 0, show.NewRow(6,
		show.Grow(b.text, 1), show.Own(b.state), show.Own(b.cluster), show.Own(b.guideline), show.Own(b.reporter), show.Own(b.score),
		show.Own(b.mine), show.Own(b.reset), show.Own(b.sort))).Pad(12, 7, 12, 7).Below()
	b.show()
	return b
}

func (b *filterBar) title(id string) string {
	if t := b.v.titles[id]; t != "" {
		return t
	}
	return id
}

func scoreWords(n int) string {
	if n == 0 {
		return "Any priority"
	}
	return fmt.Sprintf("Priority %d and more", n)
}

func sortWords(s model.QueueSort) string {
	switch s {
	case model.SortHanded:
		return "Handed over first"
	case model.SortOldest:
		return "Oldest first"
	case model.SortNewest:
		return "Newest first"
	}
	return "Urgent first"
}

func (b *filterBar) sorted() model.QueueSort {
	if b.v.filter.Sort == "" {
		return model.SortPriority
	}
	return b.v.filter.Sort
}

// options are those of a filter of several values.
func options[T comparable](all []T, chosen *[]T, name func(T) string, changed func()) []show.Option {
	var out []show.Option
	for _, x := range all {
		out = append(out, show.Option{Label: name(x), Chosen: slices.Contains(*chosen, x), Pick: func() {
			if i := slices.Index(*chosen, x); i >= 0 {
				*chosen = slices.Delete(slices.Clone(*chosen), i, i+1)
			} else {
				*chosen = append(slices.Clone(*chosen), x)
			}
			changed()
		}})
	}
	return out
}

// one are the options of a filter of one value.
func one[T comparable](all []T, chosen T, name func(T) string, pick func(T)) []show.Option {
	var out []show.Option
	for _, x := range all {
		out = append(out, show.Option{Label: name(x), Chosen: x == chosen, Pick: func() { pick(x) }})
	}
	return out
}

// label names a filter's button: the filter, and what is chosen.
func label[T any](filter string, chosen []T, name func(T) string) string {
	switch len(chosen) {
	case 0:
		return filter
	case 1:
		return filter + ": " + name(chosen[0])
	}
	return fmt.Sprintf("%s: %d", filter, len(chosen))
}

// show makes the bar say what the filter is.
func (b *filterBar) show() {
	b.showing = true
	defer func() { b.showing = false }()
	f := b.v.filter
	if b.text.Text != f.Text {
		b.text.SetText(f.Text)
	}
	b.state.SetText(label("State", f.States, func(s model.CaseState) string { t, _ := show.CaseState(s); return t }))
	b.cluster.SetText(label("Cluster", f.Clusters, func(s string) string { return show.Cut(s, 110, look.Size("text"), fyne.TextStyle{}) }))
	b.guideline.SetText(label("Guideline", f.Guidelines, b.title))
	b.reporter.SetText(label("Reported by", f.Reporters, func(r model.Reporter) string { return string(r) }))
	if f.MinScore == 0 {
		b.score.SetText("Priority")
	} else {
		b.score.SetText(fmt.Sprintf("Priority ≥ %d", f.MinScore))
	}
	b.sort.SetText(sortWords(f.Sort))
	b.mine.SetChecked(f.Mine)
	if b.narrows() {
		b.reset.Show()
	} else {
		b.reset.Hide()
	}
	b.root.Refresh()
}

// narrows reports whether the filter leaves anything out beyond the state.
func (b *filterBar) narrows() bool {
	f := b.v.filter
	f.Sort, f.States = "", nil
	return !isZero(f)
}

// words says the filter for the header.
func (b *filterBar) words() string {
	if b.narrows() {
		return ", filtered"
	}
	return ""
}

// changed keeps the filter and reads the queue from the start.
func (b *filterBar) changed() {
	v := b.v
	b.show()
	f := v.filter
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.SaveQueueFilter(ctx, f) }), func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail("keeping the filter", err)
		}
	})
	v.tabs.show()
	v.list.ScrollTo(0)
	v.reload()
}

func (b *filterBar) search() { b.v.sh.Window().Canvas().Focus(b.text) }

func (b *filterBar) setMine(on bool) {
	b.v.filter.LeasedBy = ""
	b.v.filter.Mine = on
	b.changed()
}

func (b *filterBar) toggleMine() { b.setMine(!b.v.filter.Mine) }

func (b *filterBar) nextSort() {
	i := slices.Index(sorts, b.sorted())
	b.v.filter.Sort = sorts[(i+1)%len(sorts)]
	b.changed()
}

func (b *filterBar) clear() {
	f := &b.v.filter
	*f = model.QueueFilter{States: f.States, Sort: f.Sort, HideSkipped: true}
	b.changed()
}
