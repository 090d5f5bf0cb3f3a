package sync

import (
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// header tells how the sync stands.
type header struct {
	sh      *shell.Shell
	content fyne.CanvasObject
	state   *show.Line
	note    *show.Para
	bar     *show.Meter
	button  *show.Button
	numbers *show.Flow
	last    app.SyncStatus
	drawn   bool
	changed func() // its height may have changed
}

func newHeader(sh *shell.Shell) *header {
	h := &header{sh: sh, state: show.NewLine("").Bold(), note: show.NewPara("").Muted(), bar: show.NewMeter().Bare(), numbers: show.NewFlow(22)}
	h.bar.Hide()
	h.button = show.NewButton("Sync now  (s)", theme.ViewRefreshIcon(), sh.ToggleSync).Primary()
	h.content = show.NewGround(look.Surface, 0, show.NewBox(10,
		show.NewRow(16, show.Grow(show.NewBox(2, h.state, h.note), 1), show.Fix(h.bar, 220), show.Own(h.button)),
		h.numbers,
	)).Pad(16, 12, 16, 12).Below()
	return h
}

func (h *header) update() {
	st := h.sh.Status()
	if h.drawn && !st.Running && reflect.DeepEqual(st, h.last) {
		return
	}
	h.last, h.drawn = st, true
	switch {
	case st.Running:
		h.state.SetText("Syncing: " + st.Phase)
		text := show.Number(st.Done)
		if st.Total > 0 {
			text += " of " + show.Number(st.Total)
		}
		h.note.SetText(text + " so far. You can go on working, or cancel: what has arrived stays.")
		h.button.SetText("Cancel  (s)")
	case st.Error != "":
		h.state.SetText("The last sync did not come to its end")
		h.note.SetText(st.Error)
		h.button.SetText("Sync now  (s)")
	case st.Server == "":
		h.state.SetText("No platform is connected")
		h.note.SetText("What the store holds can be worked on. Decisions wait in the outbox.")
		h.button.SetText("Sync now  (s)")
	case st.SyncedAt.IsZero():
		h.state.SetText("Not synced yet")
		h.note.SetText("Press s to bring the platform's cases here.")
		h.button.SetText("Sync now  (s)")
	default:
		h.state.SetText("In step with the platform")
		h.note.SetText("Last synced at " + show.DateTime(st.SyncedAt) + ".")
		h.button.SetText("Sync now  (s)")
	}
	if st.Running && st.Total > 0 {
		h.bar.Show()
		h.bar.Set(int(100 * st.Done / max(1, st.Total)))
	} else {
		h.bar.Hide()
	}
	c := st.Counts
	h.numbers.Set(
		number(c.Experts, "expert", "experts"), number(c.Sessions, "session", "sessions"), number(c.Messages, "message", "messages"),
		number(c.Ratings, "rating", "ratings"), number(c.Photos, "photo", "photos"), number(c.Incidents, "incident", "incidents"),
		number(c.Findings, "finding", "findings"), number(c.Open, "open case", "open cases"), number(c.Outbox, "in the outbox", "in the outbox"),
		number(c.Conflicts, "conflict", "conflicts"), number(c.Proposals, "proposal", "proposals"), number(c.Appeals, "appeal", "appeals"),
		number(c.Statements, "statement of reasons to publish", "statements of reasons to publish"), number(c.Work, "left to read", "left to read"),
	)
	h.changed()
}

func number(n int, what, many string) fyne.CanvasObject {
	if n != 1 {
		what = many
	}
	return show.NewRow(5, show.Own(show.NewLine(show.Number(int64(n))).Bold().Whole()), show.Own(show.NewLine(what).Muted().Small().Whole()))
}

// details shows one decision and what can be done about it.
type details struct {
	v       *View
	content fyne.CanvasObject
	body    *show.Box
	shown   string
}

func newDetails(v *View) *details {
	d := &details{v: v, body: show.NewBox(12)}
	d.content = show.NewScroll(show.NewGround("", 0, d.body).Pad(18, 14, 18, 18))
	return d
}

func (d *details) update() {
	e, ok := d.v.selected()
	if !ok {
		d.shown = ""
		d.body.Set(show.NewPara("Choose a decision to see how far it has come.").Muted())
		return
	}
	reasons := d.v.reasons[e.Decision.ID]
	key := e.Decision.ID + string(e.State) + e.LastError
	for _, st := range reasons {
		key += string(st.State) + st.LastError
	}
	if key == d.shown {
		return
	}
	d.shown = key
	words, role := way(e)
	parts := []fyne.CanvasObject{
		show.NewRow(8, show.Grow(show.NewLine("Case "+e.Decision.CaseID).Bold().Sized(look.Title), 1), show.Own(show.NewChip(words, role))),
		show.NewPara(explain(e.State)).Muted(),
	}
	if e.LastError != "" && e.State != model.OutboxConflict {
		parts = append(parts, show.NewPara(e.LastError).Role(theme.ColorNameWarning))
	}
	// Above the letters, which can be longer than the window.
	parts = append(parts, show.NewFlow(8, d.buttons(e)...))
	if inConflict(e) && e.Theirs != nil {
		parts = append(parts, show.NewRow(12, top(d.decision("Yours", e.Decision)), top(d.decision("At the platform", *e.Theirs))))
	} else {
		parts = append(parts, d.decision("The decision", e.Decision))
	}
	if len(reasons) > 0 {
		parts = append(parts, statements(reasons))
	}
	d.body.Set(parts...)
	d.content.Refresh()
}

// statements says how far the statements of reasons of a decision have come.
func statements(list []model.StatementEntry) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, st := range list {
		text, role := "Goes out when the decision stands", look.Muted
		switch st.State {
		case model.StatementHeld:
		case model.StatementQueued:
			text, role = "Waits to be published", theme.ColorNameWarning
		case model.StatementSent:
			text, role = "Published "+show.DateTime(st.UpdatedAt), theme.ColorNameSuccess
		case model.StatementRefused:
			text, role = "Refused by the database", theme.ColorNameError
		case model.StatementDropped:
			text = "Not needed: the decision came to nothing"
		}
		rows = append(rows, show.NewRow(8, show.Own(show.NewChip(text, role)), show.Grow(show.NewLine(st.PUID).Small().Muted(), 1)))
		if st.LastError != "" {
			rows = append(rows, show.NewPara(st.LastError).Small().Role(theme.ColorNameWarning))
		}
	}
	return show.NewPanel("Statement of reasons", show.NewBox(6, rows...))
}

// top is half of a row, its object at the upper edge.
func top(o fyne.CanvasObject) show.Cell {
	cell := show.Grow(o, 1)
	cell.Top = true
	return cell
}

func (d *details) decision(title string, dec model.Decision) fyne.CanvasObject {
	rows := []fyne.CanvasObject{
		show.NewPara(said(dec, d.v.desk.Titles())),
		show.NewPara("By " + dec.Moderator + ", " + show.DateTime(dec.DecidedAt)).Muted().Small(),
	}
	if dec.Message != "" {
		rows = append(rows, show.NewLine("Message to the expert").Muted().Small(), show.NewPara(dec.Message))
	}
	if dec.Rationale != "" {
		rows = append(rows, show.NewLine("For colleagues").Muted().Small(), show.NewPara(dec.Rationale))
	}
	return show.NewPanel(title, show.NewBox(7, rows...))
}

func (d *details) buttons(e model.OutboxEntry) []fyne.CanvasObject {
	out := []fyne.CanvasObject{show.NewButton("Open the case (Enter)", theme.FolderOpenIcon(), d.v.openCase)}
	if canUndo(e) {
		out = append(out, show.NewButton("Undo  (z)", theme.ContentUndoIcon(), d.v.undoSelected))
	}
	if canRetry(e) {
		out = append(out, show.NewButton("Try again now  (t)", theme.ViewRefreshIcon(), d.v.retry))
	}
	if inConflict(e) {
		out = append(out,
			show.NewButton("Keep the platform's (1)", theme.DownloadIcon(), d.v.keepTheirs),
			show.NewButton("Decide mine anew (2)", theme.UploadIcon(), d.v.decideAgain))
	}
	return out
}

// explain says what an outbox state means.
func explain(s model.OutboxState) string {
	switch s {
	case model.OutboxQueued:
		return "It waits here and has not been sent."
	case model.OutboxSending:
		return "It is being sent now."
	case model.OutboxAcked:
		return "The platform has it, once, and confirmed it."
	case model.OutboxConflict:
		return "The case changed at the platform since you saw it. Nothing was done; choose which decision counts."
	case model.OutboxRejected:
		return "The platform refuses it. Nothing was done there."
	case model.OutboxUnknown:
		return "It was sent, but no answer came. The platform is asked before anything is sent again, so it can't count twice."
	case model.OutboxUndone:
		return "It was taken back before it was sent, or dropped."
	}
	return ""
}
