// Package reviews is the screen of what waits for a second look: proposals
// that need a second person, and appeals.
package reviews

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what this screen needs of the use cases.
type Desk interface {
	Approvals(ctx context.Context, filter model.ApprovalFilter, after string, limit int) ([]model.Approval, error)
	Appeals(ctx context.Context, open bool, after string, limit int) ([]model.Appeal, error)
	ExpertNames(ctx context.Context, ids []string) (map[string]string, error)
}

// page is how many proposals and appeals are loaded at a time.
const page = 200

// entry is one line: a proposal or an appeal.
type entry struct {
	approval *model.Approval
	appeal   *model.Appeal
}

// View is the screen.
type View struct {
	sh      *shell.Shell
	desk    Desk
	work    *shell.Work
	all     bool // closed ones, too
	entries []entry
	names   map[string]string
	cut     bool // there are more than were loaded

	list   *show.List
	empty  *show.Para
	toggle *show.Button
	body   *fyne.Container
}

var (
	_ shell.Screen    = (*View)(nil)
	_ shell.Refresher = (*View)(nil)
	_ shell.Ticker    = (*View)(nil)
	_ shell.Actions   = (*View)(nil)
)

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, work: sh.Work(nil)}
	v.list = show.NewList(newRow, func(i int, o fyne.CanvasObject, _ bool) { v.fill(i, o.(*row)) })
	v.list.OnOpen = func(int) { v.open() }
	v.empty = show.NewPara("").Muted()
	v.toggle = show.NewButton("", nil, v.toggleAll)
	v.body = container.New(&covered{}, v.list, show.NewGround("", 0, v.empty).Pad(18, 16, 18, 16))
	return v
}

// covered lays the empty state over the list.
type covered struct{}

func (*covered) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Resize(size)
	o[1].Resize(fyne.NewSize(size.Width, show.HeightFor(o[1], size.Width)))
}

func (*covered) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(640, 200) }

// row is one line of the list.
type row struct {
	show.Box
	kind, state     *show.Chip
	who, what, when *show.Line
}

func newRow() fyne.CanvasObject {
	r := &row{
		kind: show.NewChip("", look.Info), state: show.NewChip("", look.Muted), who: show.NewLine("").Bold(),
		what: show.NewLine("").Muted(), when: show.NewLine("").Muted().Small().Right(),
	}
	r.Set(show.NewGround("", 0, show.NewRow(12,
		show.Fix(r.kind, 92), show.Grow(show.NewBox(2, r.who, r.what), 1), show.Own(r.state), show.Fix(r.when, 150))).Pad(16, 8, 16, 8))
	r.ExtendBaseWidget(r)
	return r
}

func (v *View) fill(i int, r *row) {
	if i >= len(v.entries) {
		return
	}
	now := v.sh.Now()
	switch e := v.entries[i]; {
	case e.approval != nil:
		a := e.approval
		r.kind.Set("Proposal", theme.ColorNameWarning)
		r.who.SetText(v.name(a.ExpertID))
		r.what.SetText("Proposed by " + a.Proposer + ", " + show.Ago(a.AskedAt, now) + " ago")
		r.state.Set(approvalState(*a, now, v.sh.Settings().Moderator))
		r.when.SetText("")
		if left := a.Expires.Sub(now); a.Answer == "" && left > 0 {
			r.when.SetText("expires in " + show.Ago(now.Add(-left), now))
		}
	default:
		a := e.appeal
		r.kind.Set("Appeal", theme.ColorNameError)
		r.who.SetText(v.name(a.ExpertID))
		r.what.SetText(show.SafeLine(a.Text))
		if a.Outcome == "" {
			text := "To answer"
			if n := len(a.Files); n > 0 {
				text += ", " + show.Count(n, "file", "files")
			}
			r.state.Set(text, theme.ColorNameWarning)
		} else {
			r.state.Set(show.Capital(a.Outcome), look.Muted)
		}
		r.when.SetText(show.Ago(a.At, now) + " ago")
	}
}

func approvalState(a model.Approval, now time.Time, me string) (string, fyne.ThemeColorName) {
	switch cases.ApprovalAt(a, now) {
	case cases.ApprovalYes:
		return "Approved", theme.ColorNameSuccess
	case cases.ApprovalNo:
		return "Refused", theme.ColorNameError
	case cases.ApprovalExpired:
		return "Expired", look.Muted
	case cases.ApprovalWithdrawn:
		return "Withdrawn", look.Muted
	case cases.ApprovalOpen:
	}
	if a.Proposer == me {
		return "Yours: a colleague answers", look.Muted
	}
	return "Waits for a second person", theme.ColorNameWarning
}

func (v *View) name(expertID string) string {
	if n := v.names[expertID]; n != "" {
		return n
	}
	return expertID
}

// Title is the screen's name.
func (v *View) Title() string { return "Second looks" }

// Subtitle says what is in sight.
func (v *View) Subtitle() string {
	text := "Proposals and appeals that wait"
	if v.all {
		text = "Proposals and appeals, answered ones too"
	}
	if v.cut {
		text += fmt.Sprintf(": the first %d of each, more follow as these are answered", page)
	}
	return text
}

// Actions are the header's buttons.
func (v *View) Actions() []fyne.CanvasObject {
	v.toggle.SetText("Answered ones too  (d)")
	if v.all {
		v.toggle.SetText("Only what waits  (d)")
	}
	return []fyne.CanvasObject{v.toggle}
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	return []shell.Key{
		shell.Rune('j', "Next line", func() { v.list.Step(1) }),
		shell.Rune('k', "Line before", func() { v.list.Step(-1) }),
		shell.Named(fyne.KeyDown, "Next line", func() { v.list.Step(1) }).Labelled(""),
		shell.Named(fyne.KeyUp, "Line before", func() { v.list.Step(-1) }).Labelled(""),
		shell.Named(fyne.KeyReturn, "Look at it", v.open),
		shell.Rune('c', "Open its case", v.openCase),
		shell.Rune('d', "Answered ones too, or only what waits", v.toggleAll),
	}
}

// Open loads the list.
func (v *View) Open(shell.Route) { v.Refresh() }

// Leave cancels the loads.
func (v *View) Leave() { v.work.Cancel() }

// Tick counts down what expires.
func (v *View) Tick(time.Time) { v.list.RefreshRows() }

func (v *View) toggleAll() {
	v.all = !v.all
	v.Refresh()
}

type loaded struct {
	approvals []model.Approval
	appeals   []model.Appeal
	names     map[string]string
}

// Refresh loads the list anew.
func (v *View) Refresh() {
	all := v.all
	shell.Load(v.work, func(ctx context.Context) (loaded, error) {
		var l loaded
		var err error
		if l.approvals, err = v.desk.Approvals(ctx, model.ApprovalFilter{Open: !all}, "", page); err != nil {
			return l, err
		}
		if l.appeals, err = v.desk.Appeals(ctx, !all, "", page); err != nil {
			return l, err
		}
		var ids []string
		for _, a := range l.approvals {
			ids = append(ids, a.ExpertID)
		}
		for _, a := range l.appeals {
			ids = append(ids, a.ExpertID)
		}
		l.names, err = v.desk.ExpertNames(ctx, ids)
		return l, err
	}, func(l loaded, err error) {
		if err != nil {
			v.sh.Fail("reading what waits for a second look", err)
			return
		}
		v.take(l)
	})
}

func (v *View) take(l loaded) {
	kept := v.key(v.list.Selected())
	v.names, v.entries, v.cut = l.names, nil, len(l.approvals) == page || len(l.appeals) == page
	v.sh.Retitle()
	for i := range l.approvals {
		v.entries = append(v.entries, entry{approval: &l.approvals[i]})
	}
	for i := range l.appeals {
		v.entries = append(v.entries, entry{appeal: &l.appeals[i]})
	}
	// What waits comes first, what is due soonest at the top.
	slices.SortStableFunc(v.entries, func(a, b entry) int {
		if x, y := a.open(), b.open(); x != y {
			if x {
				return -1
			}
			return 1
		}
		if a.open() {
			return a.due().Compare(b.due())
		}
		return b.due().Compare(a.due())
	})
	v.list.SetCount(len(v.entries))
	at := min(0, len(v.entries)-1)
	for i := range v.entries {
		if kept != "" && v.key(i) == kept {
			at = i
		}
	}
	v.list.Mark(at)
	v.list.RefreshRows()
	v.empty.SetText("")
	if len(v.entries) == 0 {
		v.empty.SetText("Nothing waits for a second look. Proposals and appeals arrive with the sync.")
	}
	v.body.Refresh()
}

func (e entry) open() bool {
	if e.approval != nil {
		return e.approval.Answer == ""
	}
	return e.appeal.Outcome == ""
}

// due is when it expires, or, for an appeal, two weeks after it came.
func (e entry) due() time.Time {
	if e.approval != nil {
		return e.approval.Expires
	}
	return e.appeal.At.AddDate(0, 0, 14)
}

func (v *View) key(i int) string {
	if i < 0 || i >= len(v.entries) {
		return ""
	}
	if e := v.entries[i]; e.approval != nil {
		return "p " + e.approval.ID
	}
	return "a " + v.entries[i].appeal.ID
}

func (v *View) open() {
	i := v.list.Selected()
	if i < 0 || i >= len(v.entries) {
		return
	}
	if a := v.entries[i].approval; a != nil {
		v.sh.Open(shell.Route{Screen: shell.Approval, CaseID: a.CaseID, Decision: a.ID})
		return
	}
	a := v.entries[i].appeal
	v.sh.Open(shell.Route{Screen: shell.Appeal, CaseID: a.CaseID, Appeal: a.ID})
}

func (v *View) openCase() {
	i := v.list.Selected()
	if i < 0 || i >= len(v.entries) {
		return
	}
	var id string
	if a := v.entries[i].approval; a != nil {
		id = a.CaseID
	} else {
		id = v.entries[i].appeal.CaseID
	}
	v.sh.Open(shell.Route{Screen: shell.Case, CaseID: id})
}

// Lines are the kinds and names in sight, for tests.
func (v *View) Lines() []string {
	var out []string
	for _, e := range v.entries {
		if e.approval != nil {
			out = append(out, fmt.Sprint("proposal ", v.name(e.approval.ExpertID)))
		} else {
			out = append(out, fmt.Sprint("appeal ", v.name(e.appeal.ExpertID)))
		}
	}
	return out
}

var _ Desk = (*app.Desk)(nil)
