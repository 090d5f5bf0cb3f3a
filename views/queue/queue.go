// Package queue is the list of cases by urgency: filters, rows, and the reasons
// of the selected row's priority.
package queue

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what the queue needs of the use cases.
type Desk interface {
	Queue(ctx context.Context, filter model.QueueFilter, after model.QueueKey, limit int) ([]model.QueueRow, error)
	QueueOutline(ctx context.Context, filter model.QueueFilter, pageSize int) (model.QueueOutline, error)
	QueueFilter(ctx context.Context) (model.QueueFilter, error)
	SaveQueueFilter(ctx context.Context, filter model.QueueFilter) error
	Clusters(ctx context.Context) ([]string, error)
	GuidelineIDs() []string
	Titles() map[string]string
	Claim(ctx context.Context, caseID string) (model.Lease, error)
	Release(ctx context.Context, caseID string) error
	ViewsDesk
	shell.PhotoDesk
}

// View is the queue's screen.
type View struct {
	sh     *shell.Shell
	desk   Desk
	work   *shell.Work // outline and pages
	side   *shell.Work // clusters, photos
	pages  *pages
	album  *shell.Album
	titles map[string]string

	filter   model.QueueFilter
	clusters []string
	ready    bool // the kept filter is read
	loaded   bool // a first snapshot is there
	anchor   string
	sleep    func() // stops the pending look for missing pages
	picks    pick
	tabs     *tabs

	bar     *filterBar
	list    *show.List
	rows    map[fyne.CanvasObject]*rowView
	details *details
	empty   *show.Para
	body    *fyne.Container
}

var (
	_ shell.Screen    = (*View)(nil)
	_ shell.Refresher = (*View)(nil)
	_ shell.Walker    = (*View)(nil)
	_ shell.Ticker    = (*View)(nil)
)

// New makes the queue's screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, titles: desk.Titles(), rows: map[fyne.CanvasObject]*rowView{}, album: shell.NewAlbum(desk, 100)}
	v.work, v.side = sh.Work(nil), sh.Work(nil)
	v.pages = newPages(desk, v.work)
	v.pages.failed = func(err error) { sh.Fail("reading the queue", err) }
	v.pages.landed = v.landed
	v.filter = whole()
	v.unpick()
	v.tabs = newTabs(v)
	v.bar = newFilterBar(v)
	v.list = show.NewList(v.makeRow, v.fillRow)
	v.list.OnSelect = func(int) { v.detail() }
	v.list.OnOpen = func(int) { v.open("") }
	v.list.OnScroll = func(int, int) { v.look() }
	v.details = newDetails(v)
	v.empty = show.NewPara("").Muted()
	v.empty.Hide()
	header := show.NewGround(look.Surface, 0, columns(
		show.NewLine("Priority").Small().Muted(), show.NewLine("Expert").Small().Muted(),
		show.NewLine("Guidelines, and why first").Small().Muted(), show.NewLine("Reports").Small().Muted().Right(),
		show.NewLine("Findings").Small().Muted().Right(), show.NewLine("Age").Small().Muted().Right(),
		show.NewLine("State").Small().Muted())).Pad(rowLeft, 5, rowRight, 5).Below()
	table := container.New(&tableLayout{}, header, v.list, show.NewGround("", 0, v.empty).Pad(28, 40, 28, 0))
	v.body = container.New(&splitLayout{}, show.NewBox(0, v.tabs.root, v.bar.root), table, v.details.root)
	return v
}

// Title is the screen's name.
func (v *View) Title() string { return "Queue" }

// Subtitle says how many cases the filter leaves.
func (v *View) Subtitle() string {
	if !v.loaded {
		return "Reading"
	}
	return show.Count(v.pages.outline.Total, "case", "cases") + v.bar.words() + v.pickedWords()
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Open shows the queue where it was left.
func (v *View) Open(r shell.Route) {
	if r.Text != "" {
		v.filter.Text = r.Text
		v.bar.show()
	}
	if !v.ready {
		shell.Load(v.side, func(ctx context.Context) (first, error) {
			var f first
			var err error
			if f.clusters, err = v.desk.Clusters(ctx); err != nil {
				return f, err
			}
			f.filter, err = v.desk.QueueFilter(ctx)
			return f, err
		}, func(f first, err error) {
			if err != nil {
				v.sh.Fail("reading the kept filter", err)
			}
			v.ready = true
			v.clusters = f.clusters
			if !isZero(f.filter) {
				v.filter = f.filter
			}
			v.bar.show()
			v.reload()
		})
		return
	}
	v.reload()
}

type first struct {
	clusters []string
	filter   model.QueueFilter
}

func isZero(f model.QueueFilter) bool {
	return !f.Mine && !f.OnHold && !f.HelpAsked && f.WaitingDays == 0 && len(f.States)+len(f.Clusters)+len(f.Guidelines)+len(f.Reporters) == 0 && f.MinScore == 0 && f.Text == "" && f.LeasedBy == "" && f.Sort == ""
}

// Leave cancels the loads.
func (v *View) Leave() {
	v.work.Cancel()
	v.side.Cancel()
	v.tabs.work.Cancel()
	clear(v.pages.loading)
	if v.sleep != nil {
		v.sleep()
		v.sleep = nil
	}
}

// Refresh reads the queue anew and keeps the selected case.
func (v *View) Refresh() {
	if v.ready {
		v.reload()
		v.list.RefreshRows()
	}
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() { v.body.Refresh() }

// Tick moves the ages once a minute.
func (v *View) Tick(now time.Time) {
	if now.Second() == 0 {
		v.list.RefreshRows()
	}
}

// reload reads the outline and the rows in sight, and changes the list in one
// step when they are there.
func (v *View) reload() {
	filter := v.filter
	first, last := v.list.Sight()
	sight := max(last-first, 30)
	v.tabs.load()
	clear(v.pages.loading)
	shell.Load(v.work, func(ctx context.Context) (snapshot, error) {
		return read(ctx, v.desk, filter, first, sight)
	}, func(s snapshot, err error) {
		if err != nil {
			v.sh.Fail("reading the queue", err)
			v.loaded = true
			v.state()
			return
		}
		selected, index := v.anchor, v.list.Selected()
		v.pages.take(s)
		v.loaded = true
		v.list.SetCount(s.outline.Total)
		at := v.pages.find(selected)
		if at < 0 {
			at = max(0, min(index, s.outline.Total-1))
		}
		if s.outline.Total == 0 {
			at = -1
		}
		v.list.Mark(at)
		v.detail()
		v.state()
		v.look()
	})
	v.state()
}

// state shows the count, or why the list is empty.
func (v *View) state() {
	v.empty.Hide()
	if v.loaded && v.pages.outline.Total == 0 {
		text := "No case is waiting. Well done."
		if st := v.sh.Status(); st.SyncedAt.IsZero() {
			text = "Nothing has been synced yet."
			if st.Running {
				text = "The first sync is under way. Cases appear here as soon as they are ranked."
			}
		}
		if v.bar.narrows() {
			text = "No case fits the filter. Press 0 to clear it."
		}
		v.empty.SetText(text)
		v.empty.Show()
	}
	v.sh.Retitle()
}

// look loads the missing pages of the rows in sight, a moment after the last
// scrolling: pages that are only passed are not read.
func (v *View) look() {
	first, last := v.list.Sight()
	missing := false
	for i := first; i <= last && i < v.list.Count(); i += max(1, min(pageSize, last-i)) {
		_, ok := v.pages.row(i)
		missing = missing || !ok
	}
	if !missing {
		v.pages.want(first, last)
		return
	}
	if v.sleep != nil {
		v.sleep()
	}
	v.sleep = v.sh.After(40*time.Millisecond, func() {
		v.sleep = nil
		v.pages.want(v.list.Sight())
	})
}

// landed fills the rows of a page that came, and looks for what is missing
// still.
func (v *View) landed(page int) {
	first, last := v.list.Sight()
	for i := max(first, page*pageSize); i <= min(last, page*pageSize+pageSize-1); i++ {
		v.list.RefreshRow(i)
	}
	if sel := v.list.Selected(); sel/pageSize == page {
		v.detail()
	}
	v.pages.want(first, last)
}

// selected is the selected row, if it is there.
func (v *View) selected() (model.QueueRow, bool) {
	if v.list.Selected() < 0 {
		return model.QueueRow{}, false
	}
	return v.pages.row(v.list.Selected())
}

// detail shows the selected row in the pane.
func (v *View) detail() {
	r, ok := v.selected()
	if ok {
		v.anchor = r.CaseID
	}
	v.details.show(r, ok)
}

func (v *View) open(intent string) {
	r, ok := v.selected()
	if !ok {
		return
	}
	v.sh.Open(shell.Route{Screen: shell.Case, CaseID: r.CaseID})
	if intent != "" {
		v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: r.CaseID, Intent: intent})
	}
}

// claim leases the selected case, or gives the lease back.
func (v *View) claim() {
	r, ok := v.selected()
	if !ok {
		return
	}
	mine := r.LeaseHolder != "" && r.LeaseHolder == v.sh.Settings().Moderator
	doing := "claiming the case"
	if mine {
		doing = "releasing the case"
	}
	shell.Act(v.sh, func(ctx context.Context) (shell.None, error) {
		if mine {
			return shell.None{}, v.desk.Release(ctx, r.CaseID)
		}
		_, err := v.desk.Claim(ctx, r.CaseID)
		return shell.None{}, err
	}, func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail(doing, err)
			return
		}
		v.reload()
	})
}

// Step finds the case before or behind a case.
func (v *View) Step(caseID string, by int, then func(string)) {
	at := v.pages.find(caseID)
	if at < 0 {
		at = v.list.Selected()
	}
	at += by
	if at < 0 || at >= v.pages.outline.Total {
		then("")
		return
	}
	found := func() {
		r, ok := v.pages.row(at)
		if !ok {
			then("")
			return
		}
		v.anchor = r.CaseID
		v.list.Mark(at)
		v.list.Reveal(at)
		then(r.CaseID)
	}
	if _, ok := v.pages.row(at); ok {
		found()
		return
	}
	v.pages.load(at/pageSize, found)
}

// Keys are the queue's keys.
func (v *View) Keys() []shell.Key {
	keys := []shell.Key{
		shell.Rune('j', "Next case", func() { v.list.Step(1) }),
		shell.Named(fyne.KeyDown, "Next case", func() { v.list.Step(1) }),
		shell.Rune('k', "Case before", func() { v.list.Step(-1) }),
		shell.Named(fyne.KeyUp, "Case before", func() { v.list.Step(-1) }),
		shell.Named(fyne.KeyReturn, "Open the case", func() { v.open("") }),
		shell.Rune('o', "Open the case", func() { v.open("") }),
		shell.Rune('d', "Decide the case", func() { v.open("sanction") }),
		shell.Rune('x', "Dismiss the case", func() { v.open("dismiss") }),
		shell.Rune('l', "Claim the case, or release it", v.claim),
		shell.Rune('v', "Show the photo, or blur it", v.details.reveal),
		shell.Rune('g', "First case", func() { v.list.Select(0) }),
		shell.Named(fyne.KeyHome, "First case", func() { v.list.Select(0) }),
		shell.Rune('G', "Last case", func() { v.list.Select(v.list.Count() - 1) }),
		shell.Named(fyne.KeyEnd, "Last case", func() { v.list.Select(v.list.Count() - 1) }),
		shell.Named(fyne.KeyPageDown, "A page on", func() { v.list.Step(v.list.PageRows()) }),
		shell.Named(fyne.KeyPageUp, "A page back", func() { v.list.Step(-v.list.PageRows()) }),
		shell.Rune('/', "Search", v.bar.search),
		shell.Chord(fyne.KeyF, 0, "Search", v.bar.search),
		shell.Rune('m', "Only mine, or all", v.bar.toggleMine),
		shell.Rune('s', "Next order: urgent, oldest, newest", v.bar.nextSort),
		shell.Rune('0', "Clear the filter", v.bar.clear),
		shell.Rune('.', "Open the next free case", v.next),
	}
	return append(append(keys, v.tabs.keys()...), v.pickKeys()...)
}

// tableLayout is a header over a list; a third object lies over the list.
type tableLayout struct{}

func (tableLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := show.HeightFor(o[0], size.Width)
	o[0].Resize(fyne.NewSize(size.Width, h))
	for _, below := range o[1:] {
		below.Move(fyne.NewPos(0, h))
		below.Resize(fyne.NewSize(size.Width, size.Height-h))
	}
}
func (tableLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(500, 200) }

// splitLayout is a bar over a table with a pane at its right side.
type splitLayout struct{}

func (splitLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := show.HeightFor(o[0], size.Width)
	o[0].Resize(fyne.NewSize(size.Width, h))
	side := min(max(size.Width*0.27, 300), 440)
	o[1].Move(fyne.NewPos(0, h))
	o[1].Resize(fyne.NewSize(size.Width-side, size.Height-h))
	o[2].Move(fyne.NewPos(size.Width-side, h))
	o[2].Resize(fyne.NewSize(side, size.Height-h))
}
func (splitLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 300) }

// SelectedRow is the selected row, if it is there.
func (v *View) SelectedRow() (model.QueueRow, bool) { return v.selected() }

// Selected is the index of the selected row, -1 if there is none.
func (v *View) Selected() int { return v.list.Selected() }

// Rows is how many cases the filter leaves.
func (v *View) Rows() int { return v.list.Count() }

// ScrollTo scrolls to a share of the queue, from 0 to 1.
func (v *View) ScrollTo(share float32) { v.list.ScrollTo(share) }

// InSight are the rows in sight that are there.
func (v *View) InSight() []model.QueueRow {
	var out []model.QueueRow
	first, last := v.list.Sight()
	for i := first; i <= last; i++ {
		if r, ok := v.pages.row(i); ok {
			out = append(out, r)
		}
	}
	return out
}
