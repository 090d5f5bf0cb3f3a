// Package bulk is the screen that decides many cases at once: how many, which
// not and why, a sample to look at, and each case's own decision with its own
// undo.
package bulk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/queue"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what the screen needs of the use cases.
type Desk interface {
	PlanBulk(ctx context.Context, b app.Bulk, sample int, seed uint64, progress func(done, total int)) (app.BulkPlan, error)
	DecideBulk(ctx context.Context, b app.Bulk, progress func(done, total int)) (app.BulkDone, error)
	UndoMany(ctx context.Context, decisions []string) (undone int, stand map[string]string, err error)
	GuidelineIDs() []string
	Titles() map[string]string
}

// Source says what was picked.
type Source interface {
	Picked() queue.Picked
	Unpick()
}

// sampleSize is how many cases are drawn to be looked at.
const sampleSize = 8

// View is the screen.
type View struct {
	sh     *shell.Shell
	desk   Desk
	source Source
	work   *shell.Work
	titles map[string]string

	picked    queue.Picked
	key       string // of what is picked, to tell a new pick from coming back
	guideline string
	seed      uint64
	plan      app.BulkPlan
	planned   bool
	looked    map[string]bool // cases of the sample that were opened
	busy      bool
	done      *app.BulkDone
	until     time.Time
	stale     func() // stops the pending plan

	step      *show.Choice
	guide     *show.Picker
	rationale *show.Entry
	count     *show.Line
	meter     *show.Meter
	right     *show.Box
	scroll    *show.Scroll
	confirm   *show.Button
	undo      *show.Button
	again     *show.Button
	list      []*show.Tap
	selected  int
	body      *fyne.Container
}

var (
	_ shell.Screen  = (*View)(nil)
	_ shell.Actions = (*View)(nil)
	_ shell.Ticker  = (*View)(nil)
)

// steps are what can be done with many cases at once.
var steps = []model.Step{"", model.StepNote, model.StepWarning}

// New makes the screen over what the source has picked.
func New(sh *shell.Shell, desk Desk, source Source) *View {
	v := &View{sh: sh, desk: desk, source: source, titles: desk.Titles(), looked: map[string]bool{}}
	v.work = sh.Work(nil)
	v.step = show.NewChoice("Dismiss", "Note", "Warning")
	v.step.OnChanged = func(int) { v.changed(0) }
	v.guide = show.NewPicker("Guideline", v.guidelines)
	v.rationale = show.NewMultiline("Why these cases are decided together: colleagues read it on each of them")
	v.rationale.SetMinRowsVisible(4)
	v.rationale.OnChanged = func(string) { v.changed(600 * time.Millisecond) }
	v.count = show.NewLine("").Bold().Sized(look.Title)
	v.meter = show.NewMeter().Bare()
	v.meter.Hide()
	v.right = show.NewBox(12)
	v.scroll = show.NewScroll(show.NewGround("", 0, v.right).Pad(8, 14, 16, 16))
	v.confirm = show.NewButton("Decide", theme.ConfirmIcon(), v.decide).Primary()
	v.undo = show.NewButton("Undo all  (U)", theme.ContentUndoIcon(), v.undoAll)
	v.again = show.NewButton("Another sample  (s)", theme.ViewRefreshIcon(), v.resample).Quiet()
	left := show.NewScroll(show.NewGround("", 0, show.NewBox(14, v.count, v.meter,
		show.NewPanel("What to do with all of them", show.NewBox(10, v.step, v.guide, show.NewPara("Anything harder than a warning is decided case by case.").Muted().Small()), show.NewHint("f", "change")),
		show.NewPanel("Why", v.rationale, show.NewHint("e", "write")),
	)).Pad(16, 14, 8, 16))
	v.body = container.New(&halves{}, left, v.scroll)
	return v
}

// halves is a narrow column and a wide one.
type halves struct{}

func (halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := min(max(size.Width*0.36, 360), 620)
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[1].Resize(fyne.NewSize(size.Width-left, size.Height))
}
func (halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 300) }

// Title is the screen's name.
func (v *View) Title() string { return "Many at once" }

// Subtitle says how many cases are picked.
func (v *View) Subtitle() string {
	s := show.Count(v.picked.Count, "case picked", "cases picked")
	if v.picked.All {
		s += ", all of the filter"
	}
	return s
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Actions are the header's buttons.
func (v *View) Actions() []fyne.CanvasObject {
	if v.done != nil {
		return []fyne.CanvasObject{v.undo}
	}
	return []fyne.CanvasObject{v.again, v.confirm}
}

// Open takes over what is picked; coming back from a case of the sample, the
// plan is as it was left.
func (v *View) Open(shell.Route) {
	picked := v.source.Picked()
	key := fmt.Sprintf("%v %+v %q", picked.All, picked.Filter, picked.Cases)
	if key == v.key {
		v.show()
		return
	}
	v.picked, v.key = picked, key
	v.plan, v.planned, v.done, v.selected = app.BulkPlan{}, false, nil, 0
	v.looked = map[string]bool{}
	v.seed = uint64(v.sh.Now().UnixNano())
	v.rationale.SetText("")
	v.show()
	v.sh.Window().Canvas().Focus(v.step)
}

// Leave cancels the planning. Deciding goes on: each case is whole by itself.
func (v *View) Leave() { v.work.Cancel() }

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() { v.show() }

// Tick counts the undo time down.
func (v *View) Tick(now time.Time) {
	if v.done == nil {
		return
	}
	// How long is left stands in the window's undo bar.
	if v.until.After(now) {
		v.undo.Enable()
	} else {
		v.undo.Disable()
	}
}

func (v *View) request() app.Bulk {
	b := app.Bulk{Step: steps[v.step.Chosen()], Rationale: strings.TrimSpace(v.rationale.Text)}
	if b.Step != "" {
		b.Guideline = v.guideline
	}
	if v.picked.All {
		f := v.picked.Filter
		b.Filter = &f
	} else {
		b.Cases = v.picked.Cases
	}
	return b
}

func (v *View) guidelines() []show.Option {
	var out []show.Option
	for _, id := range v.desk.GuidelineIDs() {
		out = append(out, show.Option{Label: v.title(id), Chosen: id == v.guideline, Pick: func() {
			v.guideline = id
			v.changed(0)
		}})
	}
	return out
}

func (v *View) title(id string) string {
	if t := v.titles[id]; t != "" {
		return t
	}
	return id
}

// changed plans anew, a moment after the last letter.
func (v *View) changed(wait time.Duration) {
	if v.busy || v.done != nil {
		return
	}
	v.planned = false
	v.show()
	if v.stale != nil {
		v.stale()
		v.stale = nil
	}
	if wait == 0 {
		v.replan()
		return
	}
	v.stale = v.sh.After(wait, func() {
		v.stale = nil
		v.replan()
	})
}

// missing says what has to be filled in first; empty: nothing.
func (v *View) missing() string {
	b := v.request()
	switch {
	case v.picked.Count == 0:
		return "No case is picked. Go back to the queue (Esc) and pick some with Space."
	case b.Step != "" && b.Guideline == "":
		return "Choose the guideline (g)."
	case b.Rationale == "":
		return "Say why these cases are decided together (e)."
	}
	return ""
}

func (v *View) replan() {
	if v.missing() != "" || v.busy || v.done != nil {
		v.show()
		return
	}
	b, seed := v.request(), v.seed
	shell.Load(v.work, func(ctx context.Context) (app.BulkPlan, error) {
		return v.desk.PlanBulk(ctx, b, sampleSize, seed, func(done, total int) {
			if done%25 == 0 || done == total {
				v.sh.Do(func() { v.progress("Looking at", done, total) })
			}
		})
	}, func(p app.BulkPlan, err error) {
		v.meter.Hide()
		if err != nil {
			v.sh.Fail("planning", err)
			return
		}
		v.plan, v.planned = p, true
		v.selected = min(v.selected, max(0, len(p.Sample)-1))
		v.show()
	})
}

func (v *View) progress(doing string, done, total int) {
	if done >= total {
		v.meter.Hide()
		return
	}
	v.count.SetText(fmt.Sprintf("%s case %d of %d", doing, done, total))
	v.meter.Show()
	v.meter.Set(100 * done / max(1, total))
}

func (v *View) resample() {
	v.seed++
	v.looked = map[string]bool{}
	v.changed(0)
}

// decide confirms: each case by itself.
func (v *View) decide() {
	if v.busy || v.done != nil {
		return
	}
	if why := v.missing(); why != "" {
		v.sh.Tell(why)
		return
	}
	if !v.planned || len(v.plan.Decide) == 0 {
		v.sh.Tell("There is nothing to decide yet.")
		return
	}
	b := v.request()
	// What was shown is what is decided: nothing that came into the filter since.
	b.Filter, b.Cases = nil, nil
	for _, c := range v.plan.Decide {
		b.Cases = append(b.Cases, c.CaseID)
	}
	v.busy = true
	v.show()
	shell.Act(v.sh, func(ctx context.Context) (app.BulkDone, error) {
		return v.desk.DecideBulk(ctx, b, func(done, total int) {
			if done%10 == 0 || done == total {
				v.sh.Do(func() { v.progress("Deciding", done, total) })
			}
		})
	}, func(d app.BulkDone, err error) {
		v.busy = false
		v.meter.Hide()
		if err != nil {
			v.sh.Fail("deciding them", err)
			if len(d.Decided) == 0 {
				v.show()
				return
			}
		}
		v.done = &d
		v.until = v.sh.Now().Add(time.Duration(v.sh.Settings().UndoSeconds) * time.Second)
		v.offer(d)
		v.source.Unpick()
		v.key = ""
		v.show()
		v.Tick(v.sh.Now())
		v.sh.Changed()
	})
}

// offer puts all of it into the window's undo bar as one.
func (v *View) offer(d app.BulkDone) {
	if len(d.Decided) == 0 {
		return
	}
	p := shell.Pending{DecisionID: d.Decided[0].ID, CaseID: d.Decided[0].CaseID, Text: show.Count(len(d.Decided), "case", "cases") + " decided together", Until: v.until}
	for _, x := range d.Decided[1:] {
		p.Together = append(p.Together, x.ID)
	}
	v.sh.OfferUndo(p)
}

func (v *View) undoAll() {
	if v.done == nil || v.busy || len(v.done.Decided) == 0 {
		return
	}
	var ids []string
	for _, d := range v.done.Decided {
		ids = append(ids, d.ID)
	}
	v.busy = true
	type result struct {
		undone int
		stand  map[string]string
	}
	shell.Act(v.sh, func(ctx context.Context) (result, error) {
		n, stand, err := v.desk.UndoMany(ctx, ids)
		return result{n, stand}, err
	}, func(r result, err error) {
		v.busy = false
		if err != nil {
			v.sh.Fail("undoing them", err)
			return
		}
		v.sh.DropUndo(ids...)
		text := show.Count(r.undone, "decision is", "decisions are") + " undone; nothing of it was sent."
		if len(r.stand) > 0 {
			text += " " + show.Count(len(r.stand), "stands", "stand") + ": it was too late."
		}
		v.sh.Tell(text)
		v.sh.Changed()
		v.sh.Open(shell.Route{Screen: shell.Queue})
	})
}

// pick moves among the sample; look opens the case.
func (v *View) pick(by int) {
	if len(v.list) == 0 {
		return
	}
	v.selected = min(max(v.selected+by, 0), len(v.list)-1)
	v.paint()
	v.scroll.Reveal(v.list[v.selected])
}

func (v *View) paint() {
	for i, t := range v.list {
		t.Choose(i == v.selected, look.Selected)
	}
}

func (v *View) look() {
	if v.selected < len(v.plan.Sample) && v.done == nil {
		id := v.plan.Sample[v.selected].CaseID
		v.looked[id] = true
		v.sh.Open(shell.Route{Screen: shell.Case, CaseID: id})
	}
}

// show draws what there is.
func (v *View) show() {
	v.list = nil
	if v.step.Chosen() == 0 {
		v.guide.Hide()
	} else {
		v.guide.Show()
		v.guide.SetText("Guideline  (g)")
		if v.guideline != "" {
			v.guide.SetText(v.title(v.guideline))
		}
	}
	v.confirm.Disable()
	v.confirm.SetText("Decide")
	switch {
	case v.done != nil:
		v.showDone()
	case v.busy:
	case v.missing() != "":
		v.count.SetText(show.Count(v.picked.Count, "case is picked", "cases are picked"))
		v.right.Set(show.NewPara(v.missing()).Muted())
	case !v.planned:
		v.count.SetText("Looking at the cases")
		v.right.Set(show.NewLine("Looking at the cases").Faint())
	default:
		v.showPlan()
	}
	v.body.Refresh()
	v.sh.Retitle()
}

func (v *View) showPlan() {
	p := v.plan
	v.count.SetText(show.Count(len(p.Decide), "case", "cases") + " will be decided")
	var effects []fyne.CanvasObject
	for _, e := range p.Effects {
		effects = append(effects, show.NewPara(e))
	}
	effects = append(effects, show.NewPara("Each case gets a decision of its own, with its own evidence, and can be taken back by itself.").Small().Muted())
	out := []fyne.CanvasObject{show.NewPanel("What it does", show.NewBox(4, effects...))}
	if len(p.Decide) > 0 {
		v.confirm.Enable()
		v.confirm.SetText(fmt.Sprintf("Decide %s  (%s)", show.Count(len(p.Decide), "case", "cases"), shell.ConfirmKey()))
		var rows []fyne.CanvasObject
		for i, c := range p.Sample {
			t := v.sampleRow(i, c)
			v.list = append(v.list, t)
			rows = append(rows, t)
		}
		seen := 0
		for _, c := range p.Sample {
			if v.looked[c.CaseID] {
				seen++
			}
		}
		out = append(out, show.NewPanel(fmt.Sprintf("A random sample, %d of %d looked at", seen, len(p.Sample)), show.NewBox(2, rows...),
			show.NewHint("Enter", "open"), show.NewHint("s", "another sample")))
		v.paint()
	}
	if len(p.Left) > 0 {
		out = append(out, v.leftOut(show.Count(len(p.Left), "case is", "cases are")+" left out", p.Left))
	}
	v.right.Set(out...)
}

func (v *View) sampleRow(i int, c app.BulkCase) *show.Tap {
	chips := make([]fyne.CanvasObject, 0, len(c.Guidelines))
	for _, g := range c.Guidelines {
		chips = append(chips, show.NewGuidelineChip(g, v.title(g)))
	}
	rests := show.Count(c.Findings, "finding", "findings") + ", " + show.Count(c.Incidents, "report", "reports")
	if v.looked[c.CaseID] {
		rests += ", looked at"
	}
	return show.NewTap(show.NewGround("", 0, show.NewBox(3,
		show.NewRow(10, show.Grow(show.NewLine(c.ScreenName+", "+c.Cluster).Bold(), 1), show.Own(show.NewLine(rests).Small().Muted().Whole())),
		show.NewFlow(4, chips...), show.NewPara(c.Strongest).Lines(2))).Pad(8, 6, 8, 7), func() {
		if v.selected == i {
			v.look()
			return
		}
		v.selected = i
		v.paint()
	})
}

// leftOut groups cases by why nothing happens to them.
func (v *View) leftOut(title string, cases []app.BulkCase) fyne.CanvasObject {
	var whys []string
	names := map[string][]string{}
	for _, c := range cases {
		if names[c.Why] == nil {
			whys = append(whys, c.Why)
		}
		name := c.ScreenName
		if name == "" {
			name = c.CaseID
		}
		names[c.Why] = append(names[c.Why], name)
	}
	slices.SortStableFunc(whys, func(a, b string) int { return len(names[b]) - len(names[a]) })
	var rows []fyne.CanvasObject
	for i, why := range whys {
		if i == 30 {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d other reasons", len(whys)-i)).Small().Muted())
			break
		}
		list := names[why]
		who := strings.Join(list[:min(6, len(list))], ", ")
		if len(list) > 6 {
			who += fmt.Sprintf(" and %d more", len(list)-6)
		}
		rows = append(rows, show.NewBox(1, show.NewPara(why), show.NewPara(who).Small().Muted()))
	}
	return show.NewPanel(title, show.NewBox(8, rows...))
}

func (v *View) showDone() {
	d := v.done
	v.count.SetText(show.Count(len(d.Decided), "case is", "cases are") + " decided")
	out := []fyne.CanvasObject{show.NewPanel("Decided", show.NewBox(4,
		show.NewPara(show.Count(len(d.Decided), "decision waits", "decisions wait")+" out the undo time on the way to the platform, each by itself. The screen Sync shows how far it is."),
		show.NewPara("U takes all of them back in time; in the case itself, each one by itself.").Small().Muted()))}
	if len(d.Failed) > 0 {
		out = append(out, v.leftOut(show.Count(len(d.Failed), "case was", "cases were")+" not decided", d.Failed))
	}
	v.right.Set(out...)
}

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	focus := func(f fyne.Focusable) func() { return func() { v.sh.Window().Canvas().Focus(f) } }
	return []shell.Key{
		shell.Rune('f', "Choose what to do: the arrows change it", focus(v.step)),
		shell.Rune('g', "Choose the guideline", func() {
			if v.guide.Visible() {
				v.guide.Open()
			}
		}),
		shell.Rune('e', "Write why", focus(v.rationale)),
		shell.Rune('j', "Next case of the sample", func() { v.pick(1) }),
		shell.Named(fyne.KeyDown, "Next case of the sample", func() { v.pick(1) }),
		shell.Rune('k', "Case of the sample before", func() { v.pick(-1) }),
		shell.Named(fyne.KeyUp, "Case of the sample before", func() { v.pick(-1) }),
		shell.Named(fyne.KeyReturn, "Open the case of the sample", v.look),
		shell.Rune('s', "Draw another sample", v.resample),
		shell.Chord(fyne.KeyReturn, 0, "Decide them all", v.decide),
		shell.Rune('U', "Undo all of them", v.undoAll),
		shell.Named(fyne.KeyPageDown, "A page on", func() { v.scroll.ScrollBy(v.scroll.Page() * 0.85) }),
		shell.Named(fyne.KeyPageUp, "A page back", func() { v.scroll.ScrollBy(-v.scroll.Page() * 0.85) }),
	}
}

// Plan is what is planned, Done what was done (nil before), for tests.
func (v *View) Plan() (app.BulkPlan, *app.BulkDone) { return v.plan, v.done }
