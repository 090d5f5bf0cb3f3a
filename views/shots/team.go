package shots

import (
	"time"

	"fyne.io/fyne/v2"

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
