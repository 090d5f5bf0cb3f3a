package viewstest

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"mensch/views/shell"
	"mensch/views/show"
)

// Noon is the time at which tests take place.
var Noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// Window is a shell in a window of Fyne's test driver, with its pump.
type Window struct {
	*shell.Shell
	Pump *Pump
	Win  fyne.Window
	App  fyne.App
}

// NewWindow makes a window of 1280 by 800 over a desk.
func NewWindow(t testing.TB, desk shell.Desk) *Window {
	t.Helper()
	w := Offscreen(desk, fyne.NewSize(1280, 800))
	t.Cleanup(func() {
		w.Stop()
		if !w.Pump.Settle() {
			t.Error("work is still under way at the end of the test")
		}
		w.Win.Close()
	})
	return w
}

// Offscreen makes a window of a size without a test, for pictures.
func Offscreen(desk shell.Desk, size fyne.Size) *Window {
	app := test.NewApp()
	win := app.NewWindow("Mensch")
	pump := NewPump(Noon)
	sh := shell.New(shell.Options{App: app, Window: win, Desk: desk, Do: pump.Do, Go: pump.Go, After: pump.After, Now: pump.Now})
	win.Resize(size)
	return &Window{Shell: sh, Pump: pump, Win: win, App: app}
}

// LoadSettings reads the settings and waits for them: one that comes while a
// screen is drawn draws it again, and counts of calls would differ from run to run.
func (w *Window) LoadSettings() {
	w.Shell.LoadSettings()
	w.Pump.Settle()
}

// Type types printable characters the way a keyboard does: to what has the
// focus, else to the window. It settles after each.
func (w *Window) Type(text string) {
	for _, r := range text {
		c := w.Win.Canvas()
		if f := c.Focused(); f != nil {
			f.TypedRune(r)
		} else if h := c.OnTypedRune(); h != nil {
			h(r)
		}
		w.Pump.Settle()
	}
}

// Press presses keys with names: to what has the focus, else to the window.
func (w *Window) Press(names ...fyne.KeyName) {
	for _, name := range names {
		c := w.Win.Canvas()
		ev := &fyne.KeyEvent{Name: name}
		if f := c.Focused(); f != nil {
			f.TypedKey(ev)
		} else if h := c.OnTypedKey(); h != nil {
			h(ev)
		}
		w.Pump.Settle()
	}
}

// Chord presses a key with Ctrl (Cmd on a Mac).
func (w *Window) Chord(name fyne.KeyName) {
	s := &desktop.CustomShortcut{KeyName: name, Modifier: fyne.KeyModifierShortcutDefault}
	c := w.Win.Canvas()
	if f, ok := c.Focused().(fyne.Shortcutable); ok {
		f.TypedShortcut(s)
	} else {
		show.Chord(c, s)
	}
	w.Pump.Settle()
}
