package shots

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/shell"
	"mensch/views/viewstest"
)

// ruleScenes are the pictures of the rules.
func ruleScenes() []Scene {
	open := func(w *viewstest.Window, keys string) {
		w.Open(shell.Route{Screen: shell.Rules})
		w.Pump.Settle()
		w.Type(keys)
		w.Pump.Advance(time.Second)
	}
	return []Scene{
		{"rules", func(w *viewstest.Window) { open(w, "+++") }},
		{"rules-drift", func(w *viewstest.Window) { open(w, "j") }},
		{"rules-words", func(w *viewstest.Window) { open(w, "jjjjjjjjjjjjjjj") }},
		{"rules-condition", func(w *viewstest.Window) {
			open(w, "JD")
			open(w, "c")
			w.Type(" && expert.colour")
			w.Pump.Advance(time.Second)
		}},
		{"rules-ladder", func(w *viewstest.Window) { open(w, "JJ+") }},
		{"rules-version", func(w *viewstest.Window) { open(w, "JJJ") }},
		{"rules-preview", func(w *viewstest.Window) {
			open(w, "++p")
			w.Type("jjjjjjjjjjjjjjj")
			w.Pump.Settle()
		}},
		{"rules-save", func(w *viewstest.Window) { open(w, "++s") }},
		{"rules-help", func(w *viewstest.Window) { open(w, "?"); w.Press(fyne.KeyDown) }},
	}
}

// transcriptScenes are further pictures of transcripts.
func transcriptScenes() []Scene {
	open := func(w *viewstest.Window, session, keys string) {
		w.Open(shell.Route{Screen: shell.Transcript, CaseID: "e000002.1", Session: session})
		w.Pump.Settle()
		w.Type(keys)
		w.Pump.Advance(time.Second)
	}
	return []Scene{
		{"transcript-split", func(w *viewstest.Window) { open(w, "s-split", "n") }},
		{"transcript-only", func(w *viewstest.Window) { open(w, "s-101", "nnnao") }},
		{"transcript-elsewhere", func(w *viewstest.Window) { open(w, "s-101", "nnnwj") }},
		{"transcript-long", func(w *viewstest.Window) { open(w, "s-long", "nnnnnnnnnnnnnnn") }},
	}
}
