package dashboard_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/dashboard"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

func open(t *testing.T) (*viewstest.Window, *viewstest.Desk, *dashboard.View) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	desk := viewstest.NewDesk(10)
	w := viewstest.NewWindow(t, desk)
	v := dashboard.New(w.Shell, desk)
	w.Add(shell.Dashboard, v)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Dashboard})
	w.Pump.Settle()
	w.Pump.Advance(time.Second)
	return w, desk, v
}

func TestEveryChartIsDrawn(t *testing.T) {
	w, desk, v := open(t)
	if got := v.Drawn(); len(got) != 9 {
		t.Fatalf("drawn are %v, notice %q", got, w.Notice())
	}
	before := desk.Called("Statistics")
	w.Type("4")
	w.Pump.Advance(time.Second)
	if desk.Called("Statistics") != before+1 || !strings.Contains(v.Subtitle(), "2025") {
		t.Errorf("4 shows %q", v.Subtitle())
	}
	w.Type("p")
	w.Pump.Advance(time.Second)
	if !strings.Contains(v.Subtitle(), "17 Nov 2026") {
		t.Errorf("p after the last period shows %q", v.Subtitle())
	}
	w.Type("lj")
	if name, big := v.Chosen(); name == "flow" || big {
		t.Errorf("l and j lead to %q", name)
	}
	w.Press(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if _, big := v.Chosen(); !big {
		t.Error("Enter does not enlarge")
	}
	w.Press(fyne.KeyReturn)
	w.Pump.Advance(time.Second)
	if _, big := v.Chosen(); big {
		t.Error("Enter again does not show all")
	}
	w.Type("?")
	if !w.OverlayOpen() {
		t.Error("? shows no keys")
	}
}

func TestNumbersAndPicturesAreKept(t *testing.T) {
	w, _, _ := open(t)
	home := os.Getenv("HOME")
	w.Type("e")
	w.Chord(fyne.KeyReturn)
	raw, err := os.ReadFile(filepath.Join(home, "mensch-numbers-2026-11-23.csv"))
	if err != nil || !bytes.HasPrefix(raw, []byte("measure,from,about,step,value\nopened,2026-10-25T00:00:00Z,")) {
		t.Errorf("%.200s, %v", raw, err)
	}
	// A file that is there is never written over.
	w.Type("e")
	w.Chord(fyne.KeyReturn)
	if !strings.Contains(w.Notice(), "already") {
		t.Errorf("notice %q", w.Notice())
	}
	w.CloseNotice()
	w.Type("g")
	w.Chord(fyne.KeyReturn)
	f, err := os.Open(filepath.Join(home, "mensch-flow-2026-11-23.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if img, err := png.Decode(f); err != nil || img.Bounds().Dx() != 1600 {
		t.Errorf("%v", err)
	}
}

func TestAnEmptyPeriodSaysSo(t *testing.T) {
	w, desk, v := open(t)
	desk.Blank = true
	w.Type("1")
	w.Pump.Advance(time.Second)
	if got := v.Drawn(); len(got) != 0 {
		t.Errorf("drawn of nothing: %v", got)
	}
	w.Type("g")
	if w.OverlayOpen() || !strings.Contains(w.Notice(), "nothing to show") {
		t.Errorf("notice %q", w.Notice())
	}
}
