package decide

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// outcomeTap is one of the two large choices above the form.
func (v *View) outcomeTap(title, key string, o model.Outcome) *show.Tap {
	inner := show.NewRow(8, show.Grow(show.NewLine(title).Bold(), 1), show.Own(show.NewKeys(key)))
	return show.NewTap(show.NewGround("", 0, inner).Pad(14, 9, 12, 9).Round(5).Stroke(look.Line), func() { v.setOutcome(o) })
}

// buildRight makes the pane that shows what would go out.
func (v *View) buildRight() {
	v.message = show.NewMultiline("The message to the expert")
	v.message.OnChanged = func(string) {
		if v.composing {
			return
		}
		v.edited = true
		v.restore.Show()
		v.messageP.Refresh()
		v.changed()
	}
	v.restore = show.NewButton("From the template  (t)", theme.ViewRefreshIcon(), v.recompose).Quiet()
	v.restore.Hide()
	v.rationale = show.NewMultiline("What you saw, and why it weighs as it does")
	v.rationale.SetMinRowsVisible(2)
	v.rationale.OnChanged = func(string) { v.changed() }
	v.confirm = show.NewButton("Confirm  ("+shell.ConfirmKey()+")", theme.ConfirmIcon(), v.send).Primary()
	v.effects, v.problems = show.NewBox(5), show.NewBox(5)
	head := show.NewRow(6, show.Grow(show.NewLine("Message to the expert, word for word").Bold().Muted().Small(), 1), show.Own(v.restore), show.Own(show.NewHint("e", "edit")))
	v.messageP = show.NewGround("", 0, container.New(&headed{}, head, v.message))
	v.result = show.NewBox(10, v.problems, v.effects, v.confirm)
	foot := show.NewGround("", 0, v.result)
	pane := container.New(&stacked{}, v.messageP, foot)
	v.right = container.NewStack(show.NewGround(look.Surface, 0, pane).Pad(16, 14, 16, 14).Beside())
}

// headed is a heading over an object that takes the rest.
type headed struct{}

func (headed) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := max(show.HeightFor(o[0], size.Width), 28)
	o[0].Resize(fyne.NewSize(size.Width, h))
	o[1].Move(fyne.NewPos(0, h+6))
	o[1].Resize(fyne.NewSize(size.Width, max(0, size.Height-h-6)))
}
func (headed) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 120) }

// stacked gives the lower object what it needs and the upper one the rest;
// without the upper one, the lower stands at the top.
type stacked struct{}

func (stacked) Layout(o []fyne.CanvasObject, size fyne.Size) {
	low := min(show.HeightFor(o[1], size.Width), size.Height)
	y := float32(0)
	if o[0].Visible() {
		y = max(0, size.Height-low)
		o[0].Resize(fyne.NewSize(size.Width, max(0, y-14)))
	}
	o[1].Move(fyne.NewPos(0, y))
	o[1].Resize(fyne.NewSize(size.Width, low))
}
func (stacked) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(260, 240) }

func (v *View) setMessage(text string) {
	v.composing = true
	v.message.SetText(text)
	v.composing = false
	if !v.edited {
		v.restore.Hide()
	}
}

// recompose throws the moderator's words away and composes the message anew.
func (v *View) recompose() {
	if !v.edited {
		return
	}
	v.edited = false
	v.restore.Hide()
	v.changed()
}

// showPreview lists what would happen, and what stands in the way.
func (v *View) showPreview() {
	list := func(title string, lines []string, role fyne.ThemeColorName) []fyne.CanvasObject {
		if len(lines) == 0 {
			return nil
		}
		out := []fyne.CanvasObject{show.NewLine(title).Bold().Small().Role(role)}
		for _, l := range lines {
			out = append(out, show.NewRow(8,
				show.Cell{Object: show.NewGround("", 0, show.NewDot(role)).Pad(0, 5, 0, 0), Top: true},
				show.Cell{Object: show.NewPara(l), Share: 1, Top: true}))
		}
		return out
	}
	v.effects.Set(list("What it does", v.preview.SideEffects, look.Muted)...)
	v.problems.Set(list("Before it can be confirmed", v.preview.Problems, theme.ColorNameWarning)...)
	set := func(o fyne.CanvasObject, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	set(v.effects, len(v.preview.SideEffects) > 0)
	set(v.problems, len(v.preview.Problems) > 0)
	v.showConfirm()
	v.right.Refresh()
}

// showConfirm lights the button when nothing stands in the way. A preview that
// is only being refreshed leaves it as it was: confirming waits for it.
func (v *View) showConfirm() {
	switch {
	case v.sending:
		v.confirm.SetText("Keeping the decision")
		v.confirm.Disable()
	case !v.have || v.current && len(v.preview.Problems) > 0:
		v.confirm.SetText("Confirm  (" + shell.ConfirmKey() + ")")
		v.confirm.Disable()
	default:
		text := "Confirm  (" + shell.ConfirmKey() + ")"
		switch {
		case v.outcome == model.Dismissed:
			text = "Dismiss the case  (" + shell.ConfirmKey() + ")"
		case len(v.preview.Proposal) > 0:
			text = "Propose to a second person  (" + shell.ConfirmKey() + ")"
		case v.route.Intent == "change":
			text = "Change the decision  (" + shell.ConfirmKey() + ")"
		}
		v.confirm.SetText(text)
		v.confirm.Enable()
	}
}
