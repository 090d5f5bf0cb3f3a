package shell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/views/look"
	"mensch/views/show"
)

// AskField is one line of a form.
type AskField struct {
	Label   string
	Hint    string   // what stands in an empty field
	Value   string   // what it begins with
	Lines   int      // above 1: a field of several lines
	Choices []string // choose one of these instead of typing
}

// Ask is a small form over the screen.
type Ask struct {
	Title   string
	Note    string
	Fields  []AskField
	Confirm string // "Hold the case"
	Then    func(answers []string)
}

// Ask shows a form with the focus in its first field. Ctrl+Enter confirms from
// everywhere, Enter from a field of one line, Esc gives up.
func (s *Shell) Ask(a Ask) {
	values := make([]func() string, len(a.Fields))
	confirm := func() {
		answers := make([]string, len(values))
		for i, v := range values {
			answers[i] = v()
		}
		s.CloseOverlay()
		a.Then(answers)
	}
	body := []fyne.CanvasObject{show.NewPara(a.Title).Bold()}
	if a.Note != "" {
		body = append(body, show.NewPara(a.Note).Muted())
	}
	var first fyne.Focusable
	for i, f := range a.Fields {
		var object fyne.CanvasObject
		var focus fyne.Focusable
		if len(f.Choices) > 0 {
			c := show.NewChoice(f.Choices...)
			for n, text := range f.Choices {
				if text == f.Value {
					c.Choose(n)
				}
			}
			values[i], object, focus = c.Value, c, c
		} else {
			e := show.NewEntry(f.Hint)
			if f.Lines > 1 {
				e = show.NewMultiline(f.Hint)
				e.SetMinRowsVisible(f.Lines)
			} else {
				e.OnSubmitted = func(string) { confirm() }
			}
			e.SetText(f.Value)
			e.OnEscape(s.CloseOverlay)
			values[i], object, focus = func() string { return e.Text }, e, e
		}
		if first == nil {
			first = focus
		}
		body = append(body, show.NewBox(3, show.NewLine(f.Label).Small().Muted(), object))
	}
	done := show.NewButton(a.Confirm+"  ("+ConfirmKey()+")", theme.ConfirmIcon(), confirm).Primary()
	body = append(body, show.NewRow(8, show.Grow(show.Gap(1, 1), 1), show.Own(show.NewButton("Cancel  (Esc)", nil, s.CloseOverlay).Quiet()), show.Own(done)))
	card := show.NewGround(look.Surface, 0, show.NewBox(12, body...)).Pad(20, 16, 20, 16)
	width := min(s.win.Canvas().Size().Width-80, 600)
	s.Overlay(card, fyne.NewSize(width, show.HeightFor(card, width)+4), Chord(fyne.KeyReturn, 0, a.Confirm, confirm))
	if first != nil {
		s.win.Canvas().Focus(first)
	}
}
