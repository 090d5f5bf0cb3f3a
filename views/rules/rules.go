// Package rules is the screen of the rules: what the detectors read by, what
// follows from a violation, how the detectors fare, and what a change would do
// before it is put in force.
package rules

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what the screen needs of the use cases.
type Desk interface {
	Rules(ctx context.Context) (app.Rules, error)
	RulesAt(ctx context.Context, seq int64) (*guidelines.Pack, error)
	CheckRules(draft *guidelines.Pack) []guidelines.Problem
	RuleChanges(draft *guidelines.Pack) []string
	PreviewRules(ctx context.Context, draft *guidelines.Pack, progress func(phase string, done, total int64)) (app.RulesPreview, error)
	SaveRules(ctx context.Context, draft *guidelines.Pack, seq int64, reason string) (model.PackVersion, error)
	ImportRules(ctx context.Context, path string) (*guidelines.Pack, error)
	ExportRules(ctx context.Context, draft *guidelines.Pack, path string) error
	Detect(ctx context.Context, progress func(phase string, done, total int64)) error
	Quotes(ctx context.Context, f model.Finding, limit int) ([]app.Quote, error)
}

// mostUndo is how many steps back a draft remembers.
const mostUndo = 100

// View is the screen.
type View struct {
	sh   *shell.Shell
	desk Desk
	work *shell.Work // reading the rules
	look *shell.Work // checking a draft
	run  *shell.Work // previews
	read *shell.Work // quotes of a preview

	rules    app.Rules
	have     bool
	draft    *guidelines.Pack
	back     []*guidelines.Pack // the draft before each change, newest last
	problems []guidelines.Problem
	changes  []string
	saving   bool
	stop     func() // of the check that waits

	items   []item
	at      int
	number  int // of the item's numbers, the one that keys move
	numbers []*numberRow
	fields  []fyne.Focusable
	faults  []fault // problem lines of the item in sight

	list    *show.List
	detail  *show.Box
	scroll  *show.Scroll
	state   *show.Para
	bar     *show.Box
	editor  fyne.CanvasObject
	pane    *previewPane
	content *fyne.Container
}

// fault is a line below a field that says what is wrong with it.
type fault struct {
	field string
	line  *show.Para
}

var (
	_ shell.Screen    = (*View)(nil)
	_ shell.Refresher = (*View)(nil)
	_ shell.Themed    = (*View)(nil)
	_ shell.Actions   = (*View)(nil)
)

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk}
	v.work, v.look, v.run, v.read = sh.Work(nil), sh.Work(nil), sh.Work(nil), sh.Work(nil)
	v.list = show.NewList(newItemRow, func(i int, o fyne.CanvasObject, _ bool) { o.(*itemRow).fill(v, i) })
	v.list.OnSelect = func(i int) { v.choose(i) }
	v.detail = show.NewBox(14)
	v.scroll = show.NewScroll(show.NewGround("", 0, v.detail).Pad(22, 16, 22, 24))
	v.state = show.NewPara("")
	v.bar = show.NewBox(6)
	foot := show.NewGround(look.Surface, 0, v.bar).Pad(22, 8, 16, 8).Above()
	v.editor = container.New(&columns{}, show.NewGround(look.Surface, 0, v.list), show.NewBanded(nil, foot, v.scroll))
	v.pane = newPreviewPane(v)
	v.pane.root.Hide()
	v.content = container.NewStack(v.editor, v.pane.root)
	return v
}

// columns lays out the list of rules beside the one that is chosen.
type columns struct{}

func (*columns) Layout(o []fyne.CanvasObject, size fyne.Size) {
	s := look.Size(theme.SizeNameText) / 13
	left := min(280*s, size.Width*0.36)
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[1].Resize(fyne.NewSize(size.Width-left, size.Height))
}

func (*columns) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(700, 260) }

// Title is the screen's name.
func (v *View) Title() string {
	if v.pane.shown {
		return "Rules: what the change would do"
	}
	return "Rules"
}

// HelpTitle names the screen in the help.
func (v *View) HelpTitle() string { return "Rules" }

// Subtitle says which version is in force, since when and by whom.
func (v *View) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	s := "Version " + v.rules.Pack.Version
	if len(v.rules.History) > 0 {
		h := v.rules.History[0]
		return s + ", put in force by " + h.Author + ", " + show.DateTime(h.At)
	}
	return s + ", as Mensch ships them"
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Actions are the buttons of the header.
func (v *View) Actions() []fyne.CanvasObject {
	if v.pane.shown {
		return []fyne.CanvasObject{show.NewButton("Back to the rules (Esc)", nil, v.pane.close).Quiet()}
	}
	return []fyne.CanvasObject{
		show.NewButton("Import … (i)", theme.FolderOpenIcon(), v.askImport).Quiet(),
		show.NewButton("Export … (x)", theme.DocumentSaveIcon(), v.askExport).Quiet(),
	}
}

// Open shows the rules in force; a draft that was begun stays.
func (v *View) Open(shell.Route) {
	v.Refresh()
}

// Refresh reads the rules and how the detectors fare anew.
func (v *View) Refresh() {
	if v.saving {
		return
	}
	shell.Load(v.work, v.desk.Rules, func(r app.Rules, err error) {
		if err != nil {
			v.sh.Fail("reading the rules", err)
			return
		}
		if v.changed() && r.Seq != v.rules.Seq {
			v.sh.Tell("Somebody put other rules in force. Yours are still a draft; look at the differences before you go on.")
		}
		keep := v.draft
		edited := v.changed()
		first := !v.have
		v.rules, v.have = r, true
		if edited {
			v.draft = keep
			v.fillItems()
			v.bottom()
		} else {
			same := keep != nil && keep.Version == r.Pack.Version
			draft, err := r.Pack.Clone()
			if err != nil {
				v.sh.Fail("reading the rules", err)
				return
			}
			v.draft, v.back = draft, nil
			v.problems, v.changes = nil, nil
			v.fillItems()
			if first || !same || !v.typing() {
				v.show()
			}
			v.bottom()
		}
		v.sh.Retitle()
	})
}

// changed reports whether there is a draft that differs.
func (v *View) changed() bool { return len(v.back) > 0 }

// typing reports whether the focus is in one of the fields.
func (v *View) typing() bool {
	_, ok := v.sh.Window().Canvas().Focused().(*show.Entry)
	return ok
}

// Leave cancels what is under way; a draft stays.
func (v *View) Leave() {
	v.work.Cancel()
	v.look.Cancel()
	if v.pane.busy {
		v.pane.close() // a preview that was cut off is no preview
	}
	v.run.Cancel()
	v.read.Cancel()
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() {
	v.show()
	v.bottom()
	v.pane.rethemed()
}

// edit changes the draft: the way back is kept, faults are looked for soon.
func (v *View) edit(change func(p *guidelines.Pack)) {
	if v.saving || !v.have {
		return
	}
	before, err := v.draft.Clone()
	if err != nil {
		v.sh.Fail("changing the rules", err)
		return
	}
	change(v.draft)
	if len(v.back) == mostUndo {
		v.back = v.back[1:]
	}
	v.back = append(v.back, before)
	v.touched()
}

func (v *View) touched() {
	v.list.RefreshRows()
	v.bottom()
	if v.stop != nil {
		v.stop()
	}
	v.stop = v.sh.After(200*time.Millisecond, func() {
		v.stop = nil
		v.check(nil)
	})
}

// check looks for faults, and for what differs, off the UI thread; then, if not
// nil, goes on with what is known now.
func (v *View) check(then func()) {
	draft, err := v.draft.Clone()
	if err != nil {
		v.sh.Fail("checking the rules", err)
		return
	}
	type checked struct {
		problems []guidelines.Problem
		changes  []string
	}
	shell.Load(v.look, func(context.Context) (checked, error) {
		return checked{v.desk.CheckRules(draft), v.desk.RuleChanges(draft)}, nil
	}, func(c checked, err error) {
		if err != nil {
			v.sh.Fail("checking the rules", err)
			return
		}
		v.problems, v.changes = c.problems, c.changes
		if len(c.changes) == 0 {
			v.back = nil // changed back by hand
		}
		v.showFaults()
		v.list.RefreshRows()
		v.bottom()
		if then != nil {
			then()
		}
	})
}

// undo takes the last change of the draft back.
func (v *View) undo() {
	if len(v.back) == 0 || v.saving {
		return
	}
	v.draft = v.back[len(v.back)-1]
	v.back = v.back[:len(v.back)-1]
	v.fillItems()
	v.show()
	v.touched()
}

// discard goes back to the rules in force.
func (v *View) discard() {
	if !v.changed() || v.saving {
		return
	}
	v.take(v.rules.Pack, false)
	v.back, v.changes, v.problems = nil, nil, nil
	v.bottom()
	v.sh.Tell("The draft is gone; the rules in force are shown.")
}

// take makes another pack the draft.
func (v *View) take(p *guidelines.Pack, remember bool) {
	copied, err := p.Clone()
	if err != nil {
		v.sh.Fail("reading the rules", err)
		return
	}
	if remember {
		v.back = append(v.back, v.draft)
	}
	v.draft = copied
	v.fillItems()
	v.show()
	v.touched()
}

// bottom says what the draft changes, and offers what can be done with it.
func (v *View) bottom() {
	var parts []fyne.CanvasObject
	switch {
	case !v.have:
	case v.saving:
		parts = append(parts, v.state)
	case !v.changed():
		text := "Nothing is changed. Move a number with + and -, edit words, then look at what it would do."
		if v.rules.Work > 0 {
			text = show.Count(int(v.rules.Work), "thing is", "things are") + " still to be read by the rules in force; the next sync does it."
		}
		if v.rules.Fault != "" {
			text = v.rules.Fault
		}
		parts = append(parts, show.NewPara(text).Muted())
	default:
		text := strings.Join(v.changes, "   ·   ")
		if len(v.changes) == 0 {
			text = "Changed."
		}
		line := show.NewPara(text).Lines(3)
		buttons := []show.Cell{
			show.Own(show.NewButton("What would it do?  (p)", theme.SearchIcon(), v.preview).Primary()),
			show.Own(show.NewButton("Put in force …  (s)", theme.ConfirmIcon(), v.askSave)),
			show.Own(show.NewButton("Undo  (z)", theme.ContentUndoIcon(), v.undo).Quiet()),
			show.Own(show.NewButton("Discard  (Z)", theme.CancelIcon(), v.discard).Quiet()),
			show.Grow(show.Gap(1, 1), 1),
		}
		parts = append(parts, line)
		if n := len(v.problems); n > 0 {
			parts = append(parts, show.NewPara(show.Count(n, "fault", "faults")+": "+v.problems[0].String()).Role(theme.ColorNameError).Lines(2))
		} else if !v.rules.May {
			parts = append(parts, show.NewPara(v.rules.WhyNot).Small().Muted())
		}
		parts = append(parts, show.NewRow(6, buttons...))
	}
	v.bar.Set(parts...)
	v.editor.Refresh()
	if c, ok := v.editor.(*fyne.Container); ok {
		if banded, ok := c.Objects[1].(*fyne.Container); ok {
			show.Relaid(banded)
		}
	}
}

// askSave asks for the reason and puts the draft in force.
func (v *View) askSave() {
	if v.changed() && !v.saving && (v.stop != nil || v.look.Pending()) {
		if v.stop != nil {
			v.stop()
			v.stop = nil
		}
		v.check(v.askSave)
		return
	}
	switch {
	case !v.changed() || v.saving:
		v.sh.Tell("Nothing is changed.")
		return
	case len(v.problems) > 0:
		v.sh.Tell("The rules have faults and cannot be put in force: " + v.problems[0].String())
		return
	case !v.rules.May:
		v.sh.Tell(v.rules.WhyNot)
		return
	}
	reason := show.NewMultiline("Why do the rules change?")
	reason.SetMinRowsVisible(3)
	run := func() {
		text := strings.TrimSpace(reason.Text)
		if text == "" {
			v.sh.Tell("Say why: colleagues read it in the history, and so does whoever checks a decision later.")
			return
		}
		v.sh.CloseOverlay()
		v.save(text)
	}
	reason.OnEscape(v.sh.CloseOverlay)
	changes := show.NewBox(3)
	var lines []fyne.CanvasObject
	for i, c := range v.changes {
		if i == 8 {
			lines = append(lines, show.NewPara(fmt.Sprintf("and %d more", len(v.changes)-8)).Muted())
			break
		}
		lines = append(lines, show.NewPara(c).Lines(2))
	}
	changes.Set(lines...)
	v.ask("Put these rules in force", reason, show.NewBox(10, changes, reason,
		show.NewPara("What the change touches is read anew. Decisions and verdicts stay as they are.").Small().Muted()),
		show.NewButton("Put in force  (Ctrl+Enter)", theme.ConfirmIcon(), run).Primary(), shell.Chord(fyne.KeyReturn, 0, "Put in force", run))
}

// ask shows a question over the screen.
func (v *View) ask(title string, focus fyne.Focusable, body fyne.CanvasObject, act *show.Button, keys ...shell.Key) {
	size := fyne.NewSize(min(560*look.Size(theme.SizeNameText)/13, v.sh.Window().Canvas().Size().Width-60), 0)
	all := show.NewGround(look.Surface, 0, show.NewBox(12, show.NewLine(title).Bold(), body,
		show.NewRow(8, show.Grow(show.Gap(1, 1), 1), show.Own(show.NewButton("Cancel  (Esc)", nil, v.sh.CloseOverlay).Quiet()), show.Own(act)))).Pad(18, 14, 18, 14)
	size.Height = all.HeightFor(size.Width-16) + 16
	v.sh.Overlay(all, size, keys...)
	if focus != nil {
		v.sh.Window().Canvas().Focus(focus)
	}
}

// save puts the draft in force and reads what it touches anew.
func (v *View) save(reason string) {
	draft, err := v.draft.Clone()
	if err != nil {
		v.sh.Fail("putting the rules in force", err)
		return
	}
	seq := v.rules.Seq
	v.saving = true
	v.state.SetText("Putting the rules in force …")
	v.pane.close()
	v.bottom()
	var kept model.PackVersion
	shell.Act(v.sh, func(ctx context.Context) (bool, error) {
		var err error
		if kept, err = v.desk.SaveRules(ctx, draft, seq, reason); err != nil {
			return false, err
		}
		return true, v.desk.Detect(ctx, func(phase string, done, _ int64) {
			v.sh.Do(func() {
				v.state.SetText(fmt.Sprintf("Version %s is in force. %s: %s", kept.Version, show.Capital(phase), show.Number(done)))
			})
		})
	}, func(saved bool, err error) {
		v.saving = false
		switch {
		case err != nil && saved:
			v.sh.Fail("reading by the new rules (they are in force; the next sync goes on)", err)
		case err != nil:
			v.sh.Fail("putting the rules in force", err)
		default:
			v.sh.Tell("Version " + kept.Version + " of the rules is in force.")
		}
		if saved {
			v.back, v.changes, v.problems = nil, nil, nil
		}
		v.Refresh()
		v.bottom()
		v.sh.RefreshStatus()
	})
}

// preview runs the draft over the store.
func (v *View) preview() {
	switch {
	case v.saving:
	case !v.changed():
		v.sh.Tell("Nothing is changed: there is nothing to look at yet.")
	default:
		v.pane.start()
	}
}

func (v *View) askImport() {
	path := show.NewEntry("/path/to/rules.json")
	run := func() {
		text := strings.TrimSpace(path.Text)
		if text == "" {
			return
		}
		v.sh.CloseOverlay()
		shell.Load(v.run, func(ctx context.Context) (*guidelines.Pack, error) { return v.desk.ImportRules(ctx, text) },
			func(p *guidelines.Pack, err error) {
				if err != nil {
					v.sh.Fail("reading the rules file", err)
					return
				}
				v.take(p, true)
				v.sh.Tell("The file is a draft now. Nothing is in force until you say so.")
			})
	}
	path.OnSubmitted = func(string) { run() }
	path.OnEscape(v.sh.CloseOverlay)
	v.ask("Import a rules file as a draft", path, path, show.NewButton("Import", theme.ConfirmIcon(), run).Primary())
}

func (v *View) askExport() {
	if !v.have {
		return
	}
	path := show.NewEntry("/path/to/rules.json")
	run := func() {
		text := strings.TrimSpace(path.Text)
		if text == "" {
			return
		}
		draft, err := v.draft.Clone()
		if err != nil {
			v.sh.Fail("writing the rules file", err)
			return
		}
		v.sh.CloseOverlay()
		shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.ExportRules(ctx, draft, text) }), func(_ shell.None, err error) {
			if err != nil {
				v.sh.Fail("writing the rules file", err)
				return
			}
			v.sh.Tell("The rules are in " + text + ".")
		})
	}
	path.OnSubmitted = func(string) { run() }
	path.OnEscape(v.sh.CloseOverlay)
	what := "the rules in force"
	if v.changed() {
		what = "the draft"
	}
	v.ask("Export "+what, path, path, show.NewButton("Export", theme.ConfirmIcon(), run).Primary())
}

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	if v.pane.shown {
		return v.pane.keys()
	}
	keys := []shell.Key{
		shell.Rune('j', "Next rule", func() { v.step(1) }),
		shell.Named(fyne.KeyDown, "Next rule", func() { v.step(1) }),
		shell.Rune('k', "Rule before", func() { v.step(-1) }),
		shell.Named(fyne.KeyUp, "Rule before", func() { v.step(-1) }),
		shell.Rune('J', "Next group", func() { v.group(1) }),
		shell.Rune('K', "Group before", func() { v.group(-1) }),
		shell.Rune(' ', "Switch on or off", v.toggle).Labelled("Space"),
		shell.Rune('n', "Next number", func() { v.pick(1) }),
		shell.Rune('N', "Number before", func() { v.pick(-1) }),
		shell.Rune('+', "A step more", func() { v.move(1) }),
		shell.Rune('=', "A step more", func() { v.move(1) }),
		shell.Named(fyne.KeyRight, "A step more", func() { v.move(1) }),
		shell.Rune('-', "A step less", func() { v.move(-1) }),
		shell.Named(fyne.KeyLeft, "A step less", func() { v.move(-1) }),
		shell.Rune('e', "Edit: go to the first field", v.focusFirst),
		shell.Rune('c', "Write a new condition", v.newCondition),
		shell.Rune('D', "Take the condition out", v.dropCondition),
		shell.Rune('p', "What would the change do?", v.preview),
		shell.Rune('s', "Put the change in force", v.askSave),
		shell.Rune('z', "Take back the last change of the draft", v.undo),
		shell.Rune('Z', "Discard the draft", v.discard),
		shell.Rune('r', "Make the chosen old version the draft", v.restore),
		shell.Rune('i', "Import a rules file", v.askImport),
		shell.Rune('x', "Export the rules file", v.askExport),
		shell.Named(fyne.KeyPageDown, "Scroll on", func() { v.scroll.ScrollBy(v.scroll.Page() * 0.85) }),
		shell.Named(fyne.KeyPageUp, "Scroll back", func() { v.scroll.ScrollBy(-v.scroll.Page() * 0.85) }),
	}
	return keys
}

func (v *View) focusFirst() {
	if len(v.fields) == 0 {
		v.sh.Tell("There is nothing to type here.")
		return
	}
	v.sh.Window().Canvas().Focus(v.fields[0])
	// One goes on writing where the text ends.
	v.fields[0].TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown})
	v.fields[0].TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
}

// Draft is the draft, for tests.
func (v *View) Draft() *guidelines.Pack { return v.draft }

// Chosen names the rule in sight, for tests.
func (v *View) Chosen() string {
	if v.at < 0 || v.at >= len(v.items) {
		return ""
	}
	return v.items[v.at].key()
}

// Changes are what the draft changes, in sentences, for tests.
func (v *View) Changes() []string { return v.changes }

// Problems are the draft's faults, for tests.
func (v *View) Problems() []guidelines.Problem { return v.problems }

// Preview is what the last preview said, for tests; ok is false while there is
// none.
func (v *View) Preview() (p app.RulesPreview, ok bool) { return v.pane.result, v.pane.have }
