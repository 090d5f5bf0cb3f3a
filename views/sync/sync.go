// Package sync is the screen of the way to the platform and back: how the sync
// stands, and what became of the decisions made here.
package sync

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what this screen needs of the use cases.
type Desk interface {
	Outbox(ctx context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error)
	ResolveConflict(ctx context.Context, decisionID string, keepMine bool) error
	PreviewAgain(ctx context.Context, decisionID string) (app.Preview, error)
	DecideAgain(ctx context.Context, decisionID, message string) (model.Decision, error)
	RetryOutbox(ctx context.Context, decisionID string) error
	Undo(ctx context.Context, decisionID string) error
	Statements(ctx context.Context, state model.StatementState, afterSeq int64, limit int) ([]model.StatementEntry, error)
	Titles() map[string]string
}

// pageSize is how many entries are loaded at a time.
const pageSize = 100

// View is the screen.
type View struct {
	sh      *shell.Shell
	desk    Desk
	content *fyne.Container
	work    *shell.Work

	entries []model.OutboxEntry
	reasons map[string][]model.StatementEntry // statements by decision
	more    bool

	list    *show.List
	empty   *show.Line
	head    *header
	details *details
}

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk}
	v.work = sh.Work(nil)
	v.head = newHeader(sh)
	v.details = newDetails(v)
	v.list = show.NewList(newRow, func(i int, o fyne.CanvasObject, _ bool) { v.fill(i, o.(*row)) })
	v.list.OnSelect = func(int) { v.details.update() }
	v.list.OnScroll = func(_, last int) {
		if v.more && last >= len(v.entries)-5 {
			v.loadMore()
		}
	}
	v.empty = show.NewLine("No decision was made here yet.").Muted().Centred()
	outbox := container.NewStack(v.list, show.Centre(v.empty))
	title := show.NewGround("", 0, show.NewLine("Decisions made here").Bold()).Pad(14, 12, 14, 6)
	left := container.NewBorder(title, nil, nil, nil, outbox)
	split := container.New(&halves{}, left, show.NewGround(look.Surface, 0, v.details.content).Beside())
	v.content = show.NewBanded(v.head.content, nil, split)
	v.head.changed = func() { show.Relaid(v.content) }
	return v
}

// halves gives the list three fifths and the details the rest.
type halves struct{}

func (*halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	w := size.Width * 0.56
	o[0].Resize(fyne.NewSize(w, size.Height))
	o[1].Move(fyne.NewPos(w, 0))
	o[1].Resize(fyne.NewSize(size.Width-w, size.Height))
}

func (*halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(640, 200) }

// row is one line of the outbox.
type row struct {
	show.Box
	who, what, when, note *show.Line
	state                 *show.Chip
}

func newRow() fyne.CanvasObject {
	r := &row{who: show.NewLine("").Bold(), what: show.NewLine(""), when: show.NewLine("").Muted().Small().Right(), note: show.NewLine("").Muted().Small(), state: show.NewChip("", look.Muted)}
	r.Set(show.NewGround("", 0, show.NewBox(2,
		show.NewRow(10, show.Fix(r.who, 110), show.Grow(r.what, 1), show.Fix(r.state, 128), show.Fix(r.when, 92)),
		r.note,
	)).Pad(14, 7, 14, 7))
	r.ExtendBaseWidget(r)
	return r
}

func (v *View) fill(i int, r *row) {
	if i >= len(v.entries) {
		return
	}
	e := v.entries[i]
	r.who.SetText(e.Decision.CaseID)
	r.what.SetText(said(e.Decision, v.desk.Titles()))
	words, role := way(e)
	r.state.Set(words, role)
	r.when.SetText(show.Ago(e.Decision.DecidedAt, v.sh.Now()))
	r.note.SetText(note(e, v.sh.Now()))
}

// way says how far an entry has come.
func way(e model.OutboxEntry) (string, fyne.ThemeColorName) {
	words, role := show.Outbox(e.State)
	if e.Kind == model.OutboxPropose && e.State == model.OutboxAcked {
		return "Proposed", role
	}
	return words, role
}

// said puts a decision into a few words.
func said(d model.Decision, titles map[string]string) string {
	if len(d.Sanctions) == 0 {
		return show.Capital(string(d.Outcome))
	}
	parts := make([]string, 0, len(d.Sanctions))
	for _, s := range d.Sanctions {
		title := titles[s.Guideline]
		if title == "" {
			title = s.Guideline
		}
		parts = append(parts, show.Step(s.Step)+" for “"+title+"”")
	}
	return strings.Join(parts, ", ")
}

// note says what an entry waits for.
func note(e model.OutboxEntry, now time.Time) string {
	switch {
	case e.State == model.OutboxQueued && e.Attempts == 0 && e.NotBefore.After(now):
		return fmt.Sprintf("Can be undone for %d s", int(e.NotBefore.Sub(now).Seconds())+1)
	case e.State == model.OutboxQueued && e.NotBefore.After(now):
		return fmt.Sprintf("Tried %s; again in %d s. %s", show.Count(e.Attempts, "time", "times"), int(e.NotBefore.Sub(now).Seconds())+1, e.LastError)
	case e.LastError != "":
		return e.LastError
	case e.State == model.OutboxAcked && e.Kind == model.OutboxPropose:
		return "Laid before a second person at " + show.DateTime(e.UpdatedAt)
	case e.State == model.OutboxAcked:
		return "Confirmed by the platform at " + show.DateTime(e.UpdatedAt)
	case e.State == model.OutboxQueued:
		return "Waits to be sent"
	}
	return ""
}

// Title is the screen's name.
func (v *View) Title() string { return "Sync and outbox" }

// Subtitle names the platform.
func (v *View) Subtitle() string {
	if s := v.sh.Status().Server; s != "" {
		return s
	}
	return "No platform is connected"
}

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	return []shell.Key{
		shell.Rune('j', "Next decision", func() { v.list.Step(1) }),
		shell.Rune('k', "Previous decision", func() { v.list.Step(-1) }),
		shell.Named(fyne.KeyDown, "Next decision", func() { v.list.Step(1) }).Labelled(""),
		shell.Named(fyne.KeyUp, "Previous decision", func() { v.list.Step(-1) }).Labelled(""),
		shell.Named(fyne.KeyReturn, "Open its case", v.openCase),
		shell.Rune('s', "Sync now, or cancel the sync", v.sh.ToggleSync),
		shell.Rune('t', "Try to send it again", v.retry),
		shell.Rune('z', "Undo it while it waits", v.undoSelected),
		shell.Rune('1', "In a conflict: keep the platform's decision", v.keepTheirs),
		shell.Rune('2', "In a conflict: decide yours anew", v.decideAgain),
	}
}

// Open loads the outbox.
func (v *View) Open(shell.Route) { v.head.update(); v.Refresh() }

// Leave cancels the loads.
func (v *View) Leave() { v.work.Cancel() }

// Tick counts down what waits, and follows the sync.
func (v *View) Tick(time.Time) {
	v.head.update()
	v.list.RefreshRows()
	if v.waiting() {
		v.Refresh()
	}
}

// waiting reports whether an entry in sight may change by itself.
func (v *View) waiting() bool {
	for _, e := range v.entries {
		switch e.State {
		case model.OutboxQueued, model.OutboxSending, model.OutboxUnknown:
			return true
		}
	}
	return false
}

// Refresh loads the outbox again, as far as it was loaded.
func (v *View) Refresh() {
	if v.work.Pending() {
		return
	}
	n := max(pageSize, len(v.entries))
	type loaded struct {
		entries    []model.OutboxEntry
		statements []model.StatementEntry
	}
	shell.Load(v.work, func(ctx context.Context) (loaded, error) {
		var l loaded
		var err error
		if l.entries, err = v.desk.Outbox(ctx, 0, n); err != nil {
			return l, err
		}
		l.statements, err = v.desk.Statements(ctx, "", 0, 5*n)
		return l, err
	}, func(l loaded, err error) {
		if err != nil {
			v.sh.Fail("reading the outbox", err)
			return
		}
		v.reasons = map[string][]model.StatementEntry{}
		for _, st := range l.statements {
			v.reasons[st.DecisionID] = append(v.reasons[st.DecisionID], st)
		}
		v.take(l.entries, len(l.entries) == n)
	})
}

func (v *View) loadMore() {
	if v.work.Pending() || len(v.entries) == 0 {
		return
	}
	after := v.entries[len(v.entries)-1].Seq
	shell.Also(v.work, func(ctx context.Context) ([]model.OutboxEntry, error) { return v.desk.Outbox(ctx, after, pageSize) },
		func(entries []model.OutboxEntry, err error) {
			if err != nil {
				v.sh.Fail("reading the outbox", err)
				return
			}
			v.take(append(v.entries, entries...), len(entries) == pageSize)
		})
}

func (v *View) take(entries []model.OutboxEntry, more bool) {
	chosen := ""
	if e, ok := v.selected(); ok {
		chosen = e.Decision.ID
	}
	grown := len(entries) != len(v.entries)
	v.entries, v.more = entries, more
	if grown {
		v.list.SetCount(len(entries))
	}
	at := min(0, len(entries)-1)
	for i, e := range entries {
		if e.Decision.ID == chosen {
			at = i
		}
	}
	v.list.Mark(at)
	v.list.RefreshRows()
	if len(entries) == 0 {
		v.empty.Show()
	} else {
		v.empty.Hide()
	}
	v.details.update()
}

func (v *View) selected() (model.OutboxEntry, bool) {
	i := v.list.Selected()
	if i < 0 || i >= len(v.entries) {
		return model.OutboxEntry{}, false
	}
	return v.entries[i], true
}

func (v *View) openCase() {
	if e, ok := v.selected(); ok {
		v.sh.Open(shell.Route{Screen: shell.Case, CaseID: e.Decision.CaseID})
	}
}

func (v *View) act(doing, said string, allowed func(model.OutboxEntry) bool, what func(context.Context, string) error) {
	e, ok := v.selected()
	if !ok || !allowed(e) {
		return
	}
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return what(ctx, e.Decision.ID) }), func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail(doing, err)
		} else {
			v.sh.Tell(said)
		}
		v.Refresh()
		v.sh.RefreshStatus()
	})
}

func (v *View) retry() {
	v.act("trying again", "It is tried again now.", canRetry, v.desk.RetryOutbox)
}

func (v *View) undoSelected() {
	v.act("undoing the decision", "Undone. Nothing was sent.", canUndo, v.desk.Undo)
}

func (v *View) keepTheirs() {
	v.act("resolving the conflict", "The platform's decision is kept; yours was dropped.", inConflict, func(ctx context.Context, id string) error {
		return v.desk.ResolveConflict(ctx, id, false)
	})
}

// decideAgain shows ours as it would go out today, its letter to be read and
// changed, and decides it anew if that is confirmed.
func (v *View) decideAgain() {
	e, ok := v.selected()
	if !ok || !inConflict(e) {
		return
	}
	shell.Act(v.sh, func(ctx context.Context) (app.Preview, error) { return v.desk.PreviewAgain(ctx, e.Decision.ID) }, func(p app.Preview, err error) {
		switch {
		case err != nil:
			v.sh.Fail("drawing your decision up anew", err)
			return
		case len(p.Problems) > 0:
			v.sh.Fail("drawing your decision up anew", &app.Refusal{Why: "Your decision is kept as it is and can't be made anew. " + p.Problems[0]})
			return
		}
		v.askAgain(e, p)
	})
}

func (v *View) askAgain(e model.OutboxEntry, p app.Preview) {
	confirm := "Decide it anew"
	if len(p.Proposal) > 0 { // its reasons are among the effects
		confirm = "Propose it anew"
	}
	ask := shell.Ask{
		Title: "Your decision on case " + e.Decision.CaseID + ", drawn up for today: " + said(p.Decision, v.desk.Titles()),
		Note:  strings.Join(p.SideEffects, " "), Confirm: confirm,
	}
	if p.Message != "" {
		ask.Fields = []shell.AskField{{Label: "Message to the expert", Value: p.Message, Lines: 12}}
	}
	ask.Then = func(answers []string) {
		message := "" // as it is drawn up when it is confirmed
		if len(answers) > 0 && answers[0] != p.Message {
			message = answers[0]
		}
		v.act("resolving the conflict", "Yours was decided anew on the case as it is now.", inConflict, func(ctx context.Context, id string) error {
			_, err := v.desk.DecideAgain(ctx, id, message)
			return err
		})
	}
	v.sh.Ask(ask)
}

func canRetry(e model.OutboxEntry) bool {
	return e.State == model.OutboxQueued || e.State == model.OutboxUnknown || e.State == model.OutboxRejected
}

func canUndo(e model.OutboxEntry) bool    { return e.State == model.OutboxQueued }
func inConflict(e model.OutboxEntry) bool { return e.State == model.OutboxConflict }
