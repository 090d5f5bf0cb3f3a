package shots

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/shell"
	"mensch/views/viewstest"
)

// teamScenes are the screens of working together.
func teamScenes() []Scene {
	return []Scene{
		{"queue-picked", func(w *viewstest.Window) { w.Type("  j V") }},
		{"queue-hold", func(w *viewstest.Window) {
			openCase(w)
			w.Type("h")
			w.Type("The payout bank answers on Thursday")
		}},
		{"case-team", func(w *viewstest.Window) {
			openCase(w)
			w.Type("h")
			w.Type("The payout bank answers on Thursday")
			w.Chord(fyne.KeyReturn)
			w.Type("q")
			w.Type("Is DE-4471 a real arborist's licence?")
			w.Chord(fyne.KeyReturn)
			w.Type("n")
			w.Press(fyne.KeyEscape)
		}},
		{"numbers", func(w *viewstest.Window) { openNumbers(w) }},
		{"numbers-one", func(w *viewstest.Window) {
			openNumbers(w)
			w.Type("llll")
			w.Press(fyne.KeyReturn)
			w.Pump.Advance(time.Second)
		}},
		{"numbers-end", func(w *viewstest.Window) { openNumbers(w); w.Type("jjjj") }},
		{"quality", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Quality}); w.Pump.Settle() }},
		{"quality-told", func(w *viewstest.Window) {
			w.Open(shell.Route{Screen: shell.Quality})
			w.Pump.Settle()
			w.Type("1")
			w.Chord(fyne.KeyReturn)
		}},
		{"bulk", func(w *viewstest.Window) {
			w.Type("*b")
			w.Type("e")
			w.Type("The same copied greeting, reported by one client in all of them")
			w.Press(fyne.KeyEscape)
			w.Pump.Advance(time.Second)
		}},
		{"bulk-done", func(w *viewstest.Window) {
			w.Type("    b")
			w.Type("e")
			w.Type("One quarrel")
			w.Press(fyne.KeyEscape)
			w.Pump.Advance(time.Second)
			w.Chord(fyne.KeyReturn)
		}},
	}
}

func openNumbers(w *viewstest.Window) {
	w.Open(shell.Route{Screen: shell.Dashboard})
	w.Pump.Settle()
	w.Pump.Advance(time.Second)
}
