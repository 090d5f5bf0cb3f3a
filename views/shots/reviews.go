package shots

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/shell"
	"mensch/views/viewstest"
)

// reviewScenes are the second looks.
func reviewScenes() []Scene {
	approval := func(w *viewstest.Window) {
		w.Open(shell.Route{Screen: shell.Approval, CaseID: "e000002.1", Decision: "p1"})
		w.Pump.Settle()
	}
	appeal := func(w *viewstest.Window) {
		w.Open(shell.Route{Screen: shell.Appeal, CaseID: "e000002.1", Appeal: "a1"})
		w.Pump.Settle()
	}
	return []Scene{
		{"reviews", func(w *viewstest.Window) { w.Open(shell.Route{Screen: shell.Reviews}); w.Pump.Settle(); w.Type("d") }},
		{"approval-evidence", func(w *viewstest.Window) { approval(w); w.Type("v3") }},
		{"approval-proposal", func(w *viewstest.Window) { approval(w); w.Type("3"); w.Chord(fyne.KeyReturn) }},
		{"approval-own", func(w *viewstest.Window) {
			w.Open(shell.Route{Screen: shell.Approval, CaseID: "e000002.1", Decision: "p2"})
			w.Pump.Settle()
		}},
		{"appeal", appeal},
		{"appeal-overturn", func(w *viewstest.Window) {
			appeal(w)
			w.Type("vow")
			w.Type("The programme of the fair shows that he told it himself.")
			w.Press(fyne.KeyEscape)
			w.Pump.Advance(time.Second)
		}},
		{"reversal", func(w *viewstest.Window) {
			w.Open(shell.Route{Screen: shell.Appeal, CaseID: "e000002.1", Decision: "d-first"})
			w.Pump.Settle()
			w.Pump.Advance(time.Second)
		}},
	}
}
