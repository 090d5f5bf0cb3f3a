// Package shots paints every screen of the window without a display, from a
// made-up community, so that a person can look at them.
package shots

import (
	"fmt"
	"image/png"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"mensch/app"
	"mensch/app/model"
	"mensch/views"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// Scene is one picture: how to come to it from the queue.
type Scene struct {
	Name string
	Go   func(*viewstest.Window)
}

// Scenes are all pictures, in the order of a moderator's work.
func Scenes() []Scene {
	return append([]Scene{
		{"queue", func(*viewstest.Window) {}},
		{"queue-filter", func(w *viewstest.Window) {
			for range 4 {
				w.Win.Canvas().FocusNext()
			}
			w.Press(fyne.KeyReturn)
		}},
		{"error", func(w *viewstest.Window) {
			w.Fail("keeping the verdict", fmt.Errorf("writing to the store: %w", model.ErrFull))
		}},
		{"case", func(w *viewstest.Window) { openCase(w); w.Type("a") }},
		{"case-end", func(w *viewstest.Window) {
			openCase(w)
			w.Type("v")
			w.Press(fyne.KeyPageDown, fyne.KeyPageDown)
		}},
		{"case-grounds", func(w *viewstest.Window) {
			openCase(w)
			w.Type("jjjjj")
			w.Press(fyne.KeyReturn)
		}},
		{"case-seal", func(w *viewstest.Window) { openCase(w); w.Type("e") }},
		{"compare", func(w *viewstest.Window) { openCompare(w) }},
		{"compare-aligned", func(w *viewstest.Window) { openCompare(w); w.Type(" m++") }},
		{"compare-swipe", func(w *viewstest.Window) { openCompare(w); w.Type(" w") }},
		{"compare-four", func(w *viewstest.Window) { openCompare(w); w.Type(" 4m") }},
		{"compare-difference", func(w *viewstest.Window) { openCompare(w); w.Type(" 4..x") }},
		{"compare-files", func(w *viewstest.Window) { openCompare(w); w.Type(" i3") }},
		{"compare-histograms", func(w *viewstest.Window) { openCompare(w); w.Type(" h4") }},
		{"compare-loupe", func(w *viewstest.Window) {
			openCompare(w)
			w.Type(" z}")
			w.Press(fyne.KeyLeft, fyne.KeyUp, fyne.KeyUp)
		}},
		{"compare-bank", func(w *viewstest.Window) { openCompare(w); w.Type(" aB") }},
		{"compare-help", func(w *viewstest.Window) { openCompare(w); w.Type("?") }},
		{"sheet", func(w *viewstest.Window) { openCase(w); w.Type("C a") }},
		{"sync", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Sync}) }},
		{"sync-again", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Sync}); w.Pump.Settle(); w.Type("2") }},
		{"bank", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Bank}); w.Pump.Settle(); w.Type("jj ") }},
		{"bank-import", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Bank}); w.Pump.Settle(); w.Type("i") }},
		{"bank-describe", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Bank}); w.Pump.Settle(); w.Type("je") }},
		{"bank-refuted", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Bank}); w.Pump.Settle(); w.Type("fffj ") }},
		{"settings", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Settings}) }},
		{"firstrun", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.FirstRun}) }},
		{"transcript", func(w *viewstest.Window) { openCase(w); w.Type("tnna") }},
		{"transcript-find", func(w *viewstest.Window) {
			w.Open(shell.Route{Screen: shell.Transcript, CaseID: "e000002.1", Session: "s-long", Text: "you"})
			w.Pump.Settle()
			w.Pump.Advance(time.Second)
		}},
		{"decide", func(w *viewstest.Window) {
			openCase(w)
			w.Type("aad>")
			w.Pump.Advance(time.Second)
		}},
		{"dismiss", func(w *viewstest.Window) {
			openCase(w)
			w.Type("x")
			w.Pump.Advance(time.Second)
		}},
		{"undo", func(w *viewstest.Window) {
			openCase(w)
			w.Type("aad")
			w.Pump.Advance(time.Second)
			w.Chord(fyne.KeyReturn)
		}},
		{"queue-help", func(w *viewstest.Window) { w.Type("?") }},
	}, slices.Concat(teamScenes(), ruleScenes(), transcriptScenes(), reviewScenes())...)
}

func openCompare(w *viewstest.Window) {
	openCase(w)
	w.Type("c")
}

// openCase opens a case of an expert with a photo.
func openCase(w *viewstest.Window) {
	w.Type("jj")
	w.Press(fyne.KeyReturn)
}

// Render paints every scene as PNG into a folder, or those whose names fit one
// of the patterns of path.Match: dark and light, at 1280 by 800 and at 2560 by
// 1440 pixels. The names are scene-coat-width.png.
func Render(outDir string, patterns ...string) error {
	scenes, err := fitting(Scenes(), patterns)
	if err != nil {
		return err
	}
	return RenderSome(outDir, scenes, []fyne.Size{{Width: 1280, Height: 800}, {Width: 2560, Height: 1440}}, []string{"dark", "light"})
}

func fitting(all []Scene, patterns []string) ([]Scene, error) {
	if len(patterns) == 0 {
		return all, nil
	}
	var some []Scene
	for _, scene := range all {
		for _, p := range patterns {
			fits, err := path.Match(p, scene.Name)
			if err != nil {
				return nil, fmt.Errorf("the pattern %q: %w", p, err)
			}
			if fits {
				some = append(some, scene)
				break
			}
		}
	}
	if len(some) == 0 {
		return nil, fmt.Errorf("no scene fits %q", patterns)
	}
	return some, nil
}

// RenderSome is Render for some scenes, sizes and coats.
func RenderSome(outDir string, scenes []Scene, sizes []fyne.Size, coats []string) error {
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return fmt.Errorf("making the folder for pictures: %w", err)
	}
	for _, coat := range coats {
		for _, size := range sizes {
			for _, scene := range scenes {
				name := fmt.Sprintf("%s-%s-%d.png", scene.Name, coat, int(size.Width))
				if err := paint(filepath.Join(outDir, name), scene, size, coat); err != nil {
					return fmt.Errorf("painting %s: %w", name, err)
				}
			}
		}
	}
	return nil
}

func paint(file string, scene Scene, size fyne.Size, coat string) (err error) {
	desk := viewstest.NewDesk(1204)
	desk.Dress(func(s *app.Settings) { s.Theme = coat })
	a := test.NewApp()
	defer a.Quit()
	pump := viewstest.NewPump(viewstest.Noon)
	sh := views.New(a, desk, views.Options{Do: pump.Do, Go: pump.Go, After: pump.After, Now: pump.Now, Size: size, Doors: viewstest.NoDoors{}, Languages: []string{"en", "de", "es"}})
	w := &viewstest.Window{Shell: sh, Pump: pump, Win: sh.Window(), App: a}
	defer w.Win.Close()
	sh.LoadSettings()
	sh.RefreshStatus()
	pump.Settle()
	sh.Open(shell.Route{Screen: shell.Queue})
	if !pump.Settle() {
		return fmt.Errorf("the queue did not come to rest")
	}
	scene.Go(w)
	if !pump.Settle() {
		return fmt.Errorf("the screen did not come to rest")
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	return png.Encode(f, w.Win.Canvas().Capture())
}
