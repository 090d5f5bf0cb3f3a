package shell_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/viewstest"
)

type desk struct {
	settings app.Settings
	undone   []string
	undoErr  error
	syncs    atomic.Int32
	hold     chan struct{}
}

func (d *desk) Status(context.Context) (app.SyncStatus, error) {
	return app.SyncStatus{SyncedAt: viewstest.Noon.Add(-5 * time.Minute), Counts: model.Counts{Open: 1204, Waiting: 2}}, nil
}
func (d *desk) Settings(context.Context) (app.Settings, error) { return d.settings, nil }
func (d *desk) SaveSettings(_ context.Context, s app.Settings) error {
	d.settings = s
	return nil
}

func (d *desk) Undo(_ context.Context, id string) error {
	d.undone = append(d.undone, id)
	return d.undoErr
}

func (d *desk) Sync(ctx context.Context, progress func(app.SyncStatus)) error {
	d.syncs.Add(1)
	progress(app.SyncStatus{Phase: "photos", Done: 5, Total: 10})
	if d.hold != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.hold:
		}
	}
	return nil
}

type screen struct {
	name   string
	body   fyne.CanvasObject
	keys   []shell.Key
	opened []shell.Route
	left   int
	fresh  int
}

func (s *screen) Title() string              { return s.name }
func (s *screen) Subtitle() string           { return "sub" }
func (s *screen) Content() fyne.CanvasObject { return s.body }
func (s *screen) Keys() []shell.Key          { return s.keys }
func (s *screen) Open(r shell.Route)         { s.opened = append(s.opened, r) }
func (s *screen) Leave()                     { s.left++ }
func (s *screen) Refresh()                   { s.fresh++ }

func window(t *testing.T) (*viewstest.Window, *desk, *screen, *screen) {
	t.Helper()
	d := &desk{settings: app.Settings{Moderator: "mo", BlurPhotos: true, UndoSeconds: 60, Theme: "dark", TextScale: 1}}
	w := viewstest.NewWindow(t, d)
	q, c := &screen{name: "Queue", body: show.Gap(1, 1)}, &screen{name: "Case", body: show.Gap(1, 1)}
	w.Add(shell.Queue, q)
	w.Add(shell.Case, c)
	w.LoadSettings()
	w.RefreshStatus()
	w.Open(shell.Route{Screen: shell.Queue})
	w.Pump.Settle()
	return w, d, q, c
}

func TestTheWayAndBack(t *testing.T) {
	w, _, q, c := window(t)
	w.Open(shell.Route{Screen: shell.Case, CaseID: "e1.1"})
	w.Open(shell.Route{Screen: shell.Case, CaseID: "e2.1"})
	if w.Current() != shell.Screen(c) || c.opened[1].CaseID != "e2.1" || q.left != 1 {
		t.Fatalf("in sight %v, opened %v, queue left %d times", w.Current(), c.opened, q.left)
	}
	w.Press(fyne.KeyEscape)
	if w.Current() != shell.Screen(q) || len(q.opened) != 2 {
		t.Fatalf("Esc led to %q", w.Current().Title())
	}
	w.Open(shell.Route{Screen: "nowhere"})
	if w.Current() != shell.Screen(q) {
		t.Fatal("an unknown screen was shown")
	}
}

func TestKeysReachTheScreenWhereverTheFocusIs(t *testing.T) {
	w, _, q, _ := window(t)
	n, chords := 0, 0
	q.keys = []shell.Key{
		shell.Rune('j', "Next", func() { n++ }),
		shell.Named(fyne.KeyReturn, "Open", func() { n += 10 }),
		shell.Chord(fyne.KeyF, 0, "Find", func() { chords++ }),
	}
	entry, button, check := show.NewEntry("words"), show.NewButton("b", nil, nil), show.NewCheck("c", nil)
	q.body = container.NewVBox(entry, button, check)
	w.Open(shell.Route{Screen: shell.Queue})
	c := w.Win.Canvas()
	press := func(f fyne.Focusable) (int, int) {
		n, chords = 0, 0
		if f == nil {
			c.Unfocus()
		} else {
			c.Focus(f)
			if c.Focused() != f {
				t.Fatalf("%T did not take the focus", f)
			}
		}
		w.Type("j")
		w.Chord(fyne.KeyF)
		return n, chords
	}
	for _, f := range []fyne.Focusable{nil, button, check} {
		if runes, chord := press(f); runes != 1 || chord != 1 {
			t.Errorf("focus on %T: j acted %d times, Ctrl+F %d times", f, runes, chord)
		}
	}
	if runes, chord := press(entry); runes != 0 || chord != 1 || entry.Text != "j" {
		t.Errorf("in a field: j acted %d times, Ctrl+F %d times, the field holds %q", runes, chord, entry.Text)
	}
	w.Press(fyne.KeyEscape)
	if c.Focused() != nil || w.Current() != shell.Screen(q) {
		t.Error("Esc must leave the field and stay on the screen")
	}
	n = 0
	w.Press(fyne.KeyEnter)
	if n != 10 {
		t.Error("the keypad's Enter is no Enter")
	}
}

func TestHelpListsTheKeysAndHoldsTheOthers(t *testing.T) {
	w, _, q, _ := window(t)
	n := 0
	q.keys = []shell.Key{
		shell.Rune('j', "Next case", func() { n++ }), shell.Named(fyne.KeyDown, "Next case", func() { n++ }),
		shell.Rune('z', "Hidden", func() {}).Labelled(""),
	}
	all := ""
	for _, l := range w.HelpLines() {
		all += l.Group + "|" + l.Keys + "|" + l.Text + "\n"
	}
	for _, want := range []string{"Queue|j   Down|Next case", "Everywhere|?|Show these keys", "Everywhere|Ctrl+1|Queue"} {
		if !strings.Contains(all, want) {
			t.Errorf("the help lacks %q:\n%s", want, all)
		}
	}
	if strings.Contains(all, "Hidden") {
		t.Error("a hidden key stands in the help")
	}
	w.Type("?")
	if !w.OverlayOpen() {
		t.Fatal("? opened nothing")
	}
	w.Type("j")
	if n != 0 {
		t.Error("a key went through the help to the screen")
	}
	w.Press(fyne.KeyEscape)
	if w.OverlayOpen() {
		t.Error("Esc left the help open")
	}
	w.Type("j")
	if n != 1 {
		t.Error("keys are dead after the help")
	}
}

func TestALoadReplacesTheLastAndCatchesPanics(t *testing.T) {
	w, _, _, _ := window(t)
	work := w.Work(nil)
	var got []string
	first := make(chan struct{})
	shell.Load(work, func(ctx context.Context) (string, error) {
		defer close(first)
		<-ctx.Done()
		return "old", nil
	}, func(s string, _ error) { got = append(got, s) })
	shell.Load(work, func(context.Context) (string, error) { return "new", nil }, func(s string, _ error) { got = append(got, s) })
	<-first
	w.Pump.Settle()
	if len(got) != 1 || got[0] != "new" {
		t.Fatalf("came back: %v", got)
	}
	var failed error
	shell.Load(work, func(context.Context) (string, error) { panic("boom") }, func(_ string, err error) { failed = err })
	w.Pump.Settle()
	var p *shell.Panic
	if !errors.As(failed, &p) || p.Value != "boom" || p.Stack == "" {
		t.Fatalf("the panic came as %v", failed)
	}
	w.Do(func() { panic("on the UI thread") })
	w.Pump.Settle()
	if !strings.Contains(w.Notice(), "the program made a mistake") {
		t.Fatalf("notice: %q", w.Notice())
	}
}

func TestBusyComesLateAndGoes(t *testing.T) {
	w, _, _, _ := window(t)
	var states []bool
	work := w.Work(func(b bool) { states = append(states, b) })
	shell.Load(work, func(context.Context) (int, error) { return 1, nil }, func(int, error) {})
	w.Pump.Settle()
	w.Pump.Advance(time.Second)
	if len(states) != 0 {
		t.Fatalf("a quick load was called busy: %v", states)
	}
}

func TestUndoCountsDownAndTakesBack(t *testing.T) {
	w, d, q, _ := window(t)
	w.OfferUndo(shell.Pending{DecisionID: "d1", Text: "Warning for A", Until: viewstest.Noon.Add(60 * time.Second)})
	w.OfferUndo(shell.Pending{DecisionID: "d2", Text: "Ban for B", Until: viewstest.Noon.Add(60 * time.Second)})
	w.Type("u")
	if len(d.undone) != 1 || d.undone[0] != "d2" || len(w.Undoable()) != 1 || q.fresh == 0 {
		t.Fatalf("undone %v, left %v", d.undone, w.Undoable())
	}
	d.undoErr = model.ErrStale
	w.Type("u")
	if len(w.Undoable()) != 0 || !strings.Contains(w.Notice(), "too late to undo") {
		t.Fatalf("left %v, notice %q", w.Undoable(), w.Notice())
	}
	w.OfferUndo(shell.Pending{DecisionID: "d3", Text: "Note for C", Until: viewstest.Noon.Add(60 * time.Second)})
	w.Pump.Advance(61 * time.Second)
	w.Tick()
	if len(w.Undoable()) != 0 {
		t.Fatal("the time is over and undo is still offered")
	}
}

func TestSyncCanBeCancelled(t *testing.T) {
	w, d, _, _ := window(t)
	d.hold = make(chan struct{})
	w.ToggleSync()
	deadline := time.Now().Add(5 * time.Second)
	for d.syncs.Load() == 0 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if !w.Syncing() || !w.Status().Running {
		t.Fatal("no sync is under way")
	}
	w.ToggleSync()
	w.Pump.Settle()
	if w.Syncing() || w.Status().Running || w.Notice() != "" {
		t.Fatalf("after the cancel: %+v, notice %q", w.Status(), w.Notice())
	}
}

func TestTheThemeFollowsTheSettings(t *testing.T) {
	w, d, _, _ := window(t)
	dark := look.Of(theme.ColorNameBackground)
	w.Chord(fyne.KeyD)
	if d.settings.Theme != "light" || look.Of(theme.ColorNameBackground) == dark {
		t.Fatalf("theme %q", d.settings.Theme)
	}
	w.Chord(fyne.KeyEqual)
	if d.settings.TextScale < 1.05 || look.Size(theme.SizeNameText) <= 13 {
		t.Fatalf("scale %v, text %v", d.settings.TextScale, look.Size(theme.SizeNameText))
	}
}

func TestErrorsAreSentences(t *testing.T) {
	for err, want := range map[error]string{
		model.ErrFull:             "Keeping the note did not work. The disk is full.",
		model.ErrStale:            "Keeping the note did not work. Somebody changed this meanwhile.",
		errors.New("the moon"):    "Keeping the note did not work: the moon.",
		&app.Refusal{Why: "No."}:  "No.",
		&shell.Panic{Value: "oh"}: "Keeping the note did not work: the program made a mistake.",
	} {
		if got := shell.Sentence("keeping the note", err); !strings.HasPrefix(got, want) {
			t.Errorf("%v became %q", err, got)
		}
	}
}
