package casefile_test

import (
	"testing"

	"mensch/views/casefile"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// counting is a desk that counts what was looked at.
type counting struct {
	*viewstest.Desk
	viewstest.Exposures
}

// TestUnblurredPhotosOfACaseCountOnce: with blurring off a case's photos are seen
// as it is opened, each once; blurred ones count when they are uncovered.
func TestUnblurredPhotosOfACaseCountOnce(t *testing.T) {
	for _, blur := range []bool{false, true} {
		desk := &counting{Desk: viewstest.NewDesk(60)}
		w := viewstest.NewWindow(t, desk)
		v := casefile.New(w.Shell, desk)
		w.Add(shell.Case, v)
		w.Add(shell.Compare, &viewstest.Other{})
		w.LoadSettings()
		s := w.Settings()
		s.BlurPhotos = blur
		w.SaveSettings(s)
		open := func() {
			w.Open(shell.Route{Screen: shell.Case, CaseID: "e000002.1"})
			w.Pump.Settle()
		}
		open()
		shown := map[string]bool{}
		f := v.File()
		for _, p := range f.Pairs[:min(len(f.Pairs), 3)] {
			shown[p.Expert.PhotoID], shown[p.Other.PhotoID] = true, true
		}
		if len(shown) < 2 {
			t.Fatal("the case shows no photos")
		}
		first := desk.Seen()
		switch {
		case blur && first != 0:
			t.Errorf("%d blurred photos were counted", first)
		case !blur && first < len(shown):
			t.Errorf("of at least %d photos in sight %d were counted", len(shown), first)
		}
		w.Open(shell.Route{Screen: shell.Compare, CaseID: "e000002.1"})
		open()
		v.Refresh()
		w.Pump.Settle()
		if desk.Seen() != first {
			t.Errorf("blurred %v: seen again, %d photos became %d", blur, first, desk.Seen())
		}
		w.Type("v")
		w.Pump.Settle()
		if blur && desk.Seen() < len(shown) {
			t.Errorf("uncovered, %d were counted", desk.Seen())
		}
	}
}
