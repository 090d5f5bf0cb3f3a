package shots

import (
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
	}
}
