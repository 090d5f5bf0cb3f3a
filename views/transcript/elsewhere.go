package transcript

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// elsewhere looks for the words of the current mark, or for those that are
// looked for here, in all other transcripts of the store.
func (v *View) elsewhere() {
	phrase := ""
	if v.find.shown {
		phrase = v.find.entry.Text
	} else if m, ok := v.Current(); ok {
		if i := v.index(m.Seq); i >= 0 {
			if text := v.messages[i].Text; m.Start >= 0 && m.Start < m.End && m.End <= len(text) {
				phrase = text[m.Start:m.End]
			}
		}
	}
	if phrase = strings.TrimSpace(phrase); phrase == "" {
		v.sh.Tell("Go to a mark, or find words (/), to look for the same words in other transcripts.")
		return
	}
	session := v.route.Session
	shell.Load(v.seek, func(ctx context.Context) ([]app.PhraseHit, error) { return v.desk.Elsewhere(ctx, phrase, session) },
		func(hits []app.PhraseHit, err error) {
			switch {
			case err != nil:
				v.sh.Fail("looking for the words elsewhere", err)
			case len(hits) == 0:
				v.sh.Tell("No other transcript has the words “" + show.SafeLine(phrase) + "”.")
			default:
				v.showElsewhere(phrase, hits)
			}
		})
}

type hitRow struct {
	show.Box
	who  *show.Line
	when *show.Line
	text *show.Para
}

func newHitRow() fyne.CanvasObject {
	r := &hitRow{who: show.NewLine(""), when: show.NewLine("").Small().Muted().Right().Min(110), text: show.NewPara("").Lines(2)}
	r.Set(show.NewGround("", 0, show.NewBox(2, show.NewRow(8, show.Grow(r.who, 1), show.Own(r.when)), r.text)).Pad(14, 6, 14, 7))
	r.ExtendBaseWidget(r)
	return r
}

func (v *View) showElsewhere(phrase string, hits []app.PhraseHit) {
	list := show.NewList(newHitRow, func(i int, o fyne.CanvasObject, _ bool) {
		r, h := o.(*hitRow), hits[i]
		who, to := h.ScreenName, h.ClientID
		if h.From == model.FromClient {
			who, to = to, who
		}
		r.who.SetText(who + " to " + to + "   " + h.Cluster)
		r.when.SetText(show.DateTime(h.At))
		text, start, end := around(h.Text, h.Start, h.End)
		r.text.Set(text, []show.Highlight{{Start: start, End: end, Fill: look.Fade(look.Of(look.Surface), look.Of(theme.ColorNameWarning), 0.42), Edge: look.Of(theme.ColorNameWarning)}})
	})
	list.Estimate = func(int, float32) float32 { return 74 }
	list.SetCount(len(hits))
	open := func() {
		i := list.Selected()
		if i < 0 {
			return
		}
		h := hits[i]
		v.sh.CloseOverlay()
		from := v.route
		if m, ok := v.Current(); ok {
			from.Finding, from.Message = m.FindingID, m.MessageID
		}
		from.Text = ""
		v.trail, v.leads = append(v.trail, from), true
		v.sh.Open(shell.Route{Screen: shell.Transcript, Session: h.SessionID, Message: h.MessageID, Text: h.Text[h.Start:h.End]})
	}
	list.OnOpen = func(int) { open() }
	title := show.Count(len(hits), "other message has", "other messages have") + " the words “" + show.SafeLine(phrase) + "”"
	foot := show.NewRow(14, show.Own(show.NewHint("j k", "choose")), show.Own(show.NewHint("Enter", "open there")), show.Own(show.NewHint("Esc", "close; there: come back")), show.Grow(show.Gap(1, 1), 1))
	body := show.NewBanded(show.NewGround("", 0, show.NewLine(title).Bold()).Pad(14, 10, 14, 8).Below(), show.NewGround("", 0, foot).Pad(14, 7, 14, 7).Above(), list)
	canvas := v.sh.Window().Canvas().Size()
	size := fyne.NewSize(min(760*look.Size(theme.SizeNameText)/13, canvas.Width-60), min(560*look.Size(theme.SizeNameText)/13, canvas.Height-60))
	v.sh.Overlay(body, size,
		shell.Rune('j', "Next", func() { list.Step(1) }), shell.Named(fyne.KeyDown, "Next", func() { list.Step(1) }),
		shell.Rune('k', "Before", func() { list.Step(-1) }), shell.Named(fyne.KeyUp, "Before", func() { list.Step(-1) }),
		shell.Named(fyne.KeyPageDown, "A page on", func() { list.Step(list.PageRows()) }), shell.Named(fyne.KeyPageUp, "A page back", func() { list.Step(-list.PageRows()) }),
		shell.Named(fyne.KeyReturn, "Open", open))
	list.Select(0)
}

// around cuts a long message to what stands about the words.
func around(text string, start, end int) (string, int, int) {
	const before = 60
	if start <= before {
		return text, start, end
	}
	cut := start - before
	for cut > 0 && text[cut]&0xC0 == 0x80 {
		cut--
	}
	if i := strings.IndexByte(text[cut:start], ' '); i >= 0 {
		cut += i + 1
	}
	const dots = "… "
	return dots + text[cut:], start - cut + len(dots), end - cut + len(dots)
}
