package shell_test

import (
	"image"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/viewstest"
)

// bearing is a desk that counts what was looked at.
type bearing struct {
	*viewstest.Base
	viewstest.Exposures
}

func newBearing() *bearing {
	return &bearing{Base: viewstest.NewBase(), Exposures: viewstest.Exposures{Budget: 3}}
}

// album is a screen with one photo.
type album struct{ photo *show.Photo }

func (a *album) Title() string              { return "Album" }
func (a *album) Subtitle() string           { return "" }
func (a *album) Content() fyne.CanvasObject { return a.photo }
func (a *album) Keys() []shell.Key          { return nil }
func (a *album) Open(shell.Route)           {}
func (a *album) Leave()                     {}

func TestABreakIsSuggestedAndNeverInTheWay(t *testing.T) {
	desk := newBearing()
	w := viewstest.NewWindow(t, desk)
	img := image.NewRGBA(image.Rect(0, 0, 40, 40))
	a := &album{photo: show.NewPhoto(60, 60)}
	w.Add(shell.Queue, a)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Queue})
	w.Pump.Settle()
	a.photo.Set(img, show.Blur(img), true)
	for i := range 3 {
		if w.Notice() != "" {
			t.Errorf("after %d photos: %q", i, w.Notice())
		}
		a.photo.Reveal(true)
		w.Pump.Settle()
		a.photo.Reveal(false)
	}
	if desk.Seen() != 3 || !strings.Contains(w.Notice(), "A break now is well spent") || w.OverlayOpen() {
		t.Fatalf("%d counted, notice %q", desk.Seen(), w.Notice())
	}
	// It is said once, and goes by itself.
	w.Pump.Advance(7 * time.Second)
	a.photo.Reveal(true)
	w.Pump.Settle()
	if w.Notice() != "" || desk.Seen() != 4 {
		t.Errorf("again: %q, %d", w.Notice(), desk.Seen())
	}
	// Showing what is not blurred is nothing that is counted.
	a.photo.Reveal(true)
	w.Pump.Settle()
	if desk.Seen() != 4 {
		t.Errorf("counted %d", desk.Seen())
	}
}

// TestPhotosInSightCountOnceADay: with blurring off, what a case shows counts once,
// however often the screen is drawn.
func TestPhotosInSightCountOnceADay(t *testing.T) {
	desk := newBearing()
	w := viewstest.NewWindow(t, desk)
	count := func(want int, caseID string, ids ...string) {
		t.Helper()
		w.Shell.Sighted(caseID, ids...)
		w.Pump.Settle()
		if desk.Seen() != want {
			t.Errorf("%d counted, want %d", desk.Seen(), want)
		}
	}
	count(2, "e1.1", "p1", "p2")
	count(2, "e1.1", "p2", "p1", "")
	count(3, "e2.1", "p1")
	if !strings.Contains(w.Notice(), "A break now is well spent") {
		t.Errorf("nobody suggests a break: %q", w.Notice())
	}
	w.Pump.Advance(25 * time.Hour)
	count(4, "e1.1", "p1")
}

func TestOathsStandBehindDotsUntilThePointerComes(t *testing.T) {
	desk := newBearing()
	w := viewstest.NewWindow(t, desk)
	a := &album{photo: show.NewPhoto(60, 60)}
	w.Add(shell.Queue, a)
	w.Open(shell.Route{Screen: shell.Queue})
	s := w.Settings()
	s.VeilWords, s.Mute = true, true
	w.SaveSettings(s)
	w.Pump.Settle()
	p := show.NewPara("You fucking idiot")
	p.HeightFor(400)
	if got := p.Drawn(); strings.Contains(got, "fucking") || len(got) == 0 {
		t.Errorf("drawn is %q", got)
	}
	p.MouseIn(nil)
	p.HeightFor(400)
	if got := p.Drawn(); !strings.Contains(got, "fucking") {
		t.Errorf("under the pointer %q", got)
	}
	w.Tell("something passing")
	if w.Notice() != "" {
		t.Errorf("muted, and still said: %q", w.Notice())
	}
	s.VeilWords, s.Mute = false, false
	w.SaveSettings(s)
	w.Pump.Settle()
	p.MouseOut()
	p = show.NewPara("You fucking idiot")
	p.HeightFor(400)
	if !strings.Contains(p.Drawn(), "fucking") {
		t.Errorf("unveiled %q", p.Drawn())
	}
}
