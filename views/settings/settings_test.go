package settings_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"mensch/views/settings"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T) (*viewstest.Window, *viewstest.Base) {
	t.Helper()
	d := viewstest.NewBase()
	w := viewstest.NewWindow(t, d)
	w.Add(shell.Settings, settings.New(w.Shell, []string{"en", "de"}, nil))
	w.LoadSettings()
	w.Pump.Settle()
	w.Open(shell.Route{Screen: shell.Settings})
	w.Pump.Settle()
	return w, d
}

// retype replaces what stands in the focused field.
func retype(w *viewstest.Window, text string) {
	for range 6 {
		w.Press(fyne.KeyDelete)
		w.Press(fyne.KeyBackspace)
	}
	w.Type(text)
	w.Press(fyne.KeyReturn)
}

func TestUndoTimeByKeyboard(t *testing.T) {
	w, d := open(t)
	w.Type("e")
	retype(w, "45")
	if d.Kept.UndoSeconds != 45 {
		t.Fatalf("the undo time is %d", d.Kept.UndoSeconds)
	}
	for _, bad := range []string{"601", "-1", "x", ""} {
		retype(w, bad)
		if d.Kept.UndoSeconds != 45 {
			t.Fatalf("%q was kept as %d", bad, d.Kept.UndoSeconds)
		}
	}
}

func TestBlurByKey(t *testing.T) {
	w, d := open(t)
	was := d.Kept.BlurPhotos
	w.Type("b")
	if d.Kept.BlurPhotos == was {
		t.Fatal("B changed nothing")
	}
}
