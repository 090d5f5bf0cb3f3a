package compare

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// parts are the widgets around the two panes.
type parts struct {
	v       *View
	content fyne.CanvasObject

	leftName, leftNote   *show.Line
	rightName, rightNote *show.Line
	rightSide            *fyne.Container
	panes                *fyne.Container

	kind    *show.Chip
	rule    *show.Chip
	verdict *show.Chip
	reason  *show.Para
	facts   *show.Box
	list    *show.Box
	modes   *show.Flow
	zoomed  *show.Line
	side    *show.Scroll
	photos  *fyne.Container
	accept  *show.Button
	reject  *show.Button
}

// sideWidth is the width of the panel at the right, in units of the text scale 1.
const sideWidth = 316

func newParts(v *View) *parts {
	p := &parts{v: v}
	p.leftName, p.leftNote = show.NewLine("").Bold(), show.NewLine("").Muted().Small()
	p.rightName, p.rightNote = show.NewLine("").Bold(), show.NewLine("").Muted().Small()
	p.kind, p.rule, p.verdict = show.NewChip("", look.Muted), show.NewChip("", look.Muted), show.NewChip("", look.Muted)
	p.reason = show.NewPara("")
	p.facts, p.list = show.NewBox(5), show.NewBox(2)
	p.modes = show.NewFlow(4)
	p.zoomed = show.NewLine("").Muted().Small().Right()
	p.accept = show.NewButton("Same picture (A)", theme.ConfirmIcon(), func() { v.judge(model.VerdictAccepted) }).Primary()
	p.reject = show.NewButton("Unrelated (R)", theme.CancelIcon(), func() { v.judge(model.VerdictRejected) })

	p.rightSide = show.NewBanded(p.caption(p.rightName, p.rightNote), nil, v.rightPane)
	left := show.NewBanded(p.caption(p.leftName, p.leftNote), nil, v.leftPane)
	p.panes = container.New(&pairLayout{}, left, p.rightSide)
	tools := show.NewGround(look.Surface, 0, show.NewRow(10, show.Grow(p.modes, 1), show.Fix(p.zoomed, 150))).Pad(10, 6, 10, 6).Above()
	p.side = show.NewScroll(show.NewGround("", 10, show.NewBox(10,
		show.NewPanel("What was found", show.NewBox(8, show.NewFlow(6, p.kind, p.rule, p.verdict), p.reason)),
		show.NewPanel("The match in numbers", p.facts),
		show.NewPanel("Pairs of this case", p.list),
	)))
	buttons := show.NewBox(6, p.accept, p.reject)
	sidebar := show.NewBanded(nil, show.NewGround("", 10, buttons), p.side)
	p.photos = show.NewBanded(nil, tools, p.panes)
	p.content = container.New(&sideLayout{}, p.photos, sidebar)
	return p
}

func (p *parts) caption(name, note *show.Line) fyne.CanvasObject {
	return show.NewGround(look.Surface, 0, show.NewBox(1, name, note)).Pad(12, 7, 12, 7).Below()
}

// pairLayout halves the room, or gives all of it to the one that is in sight,
// with a hairline's space between.
type pairLayout struct{}

func (*pairLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := size.Width
	if o[1].Visible() {
		left = (size.Width - 2) / 2
	}
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left+2, 0))
	o[1].Resize(fyne.NewSize(max(0, size.Width-left-2), size.Height))
}

func (*pairLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 160) }

// sideLayout gives the sidebar its width and the rest to the panes.
type sideLayout struct{}

func (*sideLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := min(sideWidth*look.Size(theme.SizeNameText)/13, size.Width*0.4)
	objects[0].Resize(fyne.NewSize(size.Width-w, size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(w, size.Height))
	objects[1].Move(fyne.NewPos(size.Width-w, 0))
}

func (*sideLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(640, 320) }

// update shows the pair in sight.
func (p *parts) update() {
	p.fill()
	p.side.Refresh()
	show.Relaid(p.photos)
}

func (p *parts) fill() {
	v := p.v
	pair, ok := v.pair()
	p.setPanes(ok)
	for _, b := range []*show.Button{p.accept, p.reject} {
		if ok {
			b.Enable()
		} else {
			b.Disable()
		}
	}
	p.updateModes()
	p.updateList()
	p.zoom()
	if !ok {
		p.kind.Hide()
		p.rule.Hide()
		p.verdict.Hide()
		p.reason.SetText("No finding of this case compares photos.")
		p.facts.Set()
		return
	}
	p.leftName.SetText(pair.Expert.Title)
	p.leftNote.SetText(noteOf("On the profile", pair.Expert, v.left))
	p.rightName.SetText(pair.Other.Title)
	p.rightNote.SetText(noteOf("The other photo", pair.Other, v.other))
	p.kind.Show()
	p.kind.Set(show.Capital(string(pair.Match.Kind)), roleOf(pair.Match.Kind))
	p.rule.Show()
	p.rule.SetGuideline(pair.Guideline, v.desk.Titles()[pair.Guideline])
	words, role := show.Verdict(pair.Verdict)
	if pair.Advisory && pair.Verdict == model.VerdictOpen {
		words, role = "A hint, no violation", look.Info
	}
	p.verdict.Show()
	p.verdict.Set(words, role)
	p.reason.SetText(pair.Reason)
	p.facts.Set(
		fact("Probability", show.Percent(pair.Match.Score)),
		fact("Hash distance", fmt.Sprintf("%d of 64 bits", pair.Match.Distance)),
		fact("How it was changed", cleanTransform(pair.Match)),
		fact("Matched region", shareOf(pair.Match.Region)+" of this, "+shareOf(pair.Match.OtherRegion)+" of the other"),
	)
}

// setPanes gives a mode that lays both photos over each other all the room.
func (p *parts) setPanes(pair bool) {
	wide := pair && p.v.mode != sideBySide && p.v.left != nil && p.v.other != nil
	if wide == !p.rightSide.Visible() {
		return
	}
	if wide {
		p.rightSide.Hide()
	} else {
		p.rightSide.Show()
	}
	show.Relaid(p.panes)
}

func noteOf(kind string, side app.PhotoSide, photo *pyramid) string {
	note := kind
	if side.Source != "" {
		note = side.Source
	}
	if photo != nil {
		w, h := photo.size()
		note += fmt.Sprintf("   ·   %.0f × %.0f px", w, h)
	}
	return note
}

func roleOf(kind model.MatchKind) fyne.ThemeColorName {
	switch kind {
	case model.SameFile, model.SamePicture, model.AlteredCopy:
		return theme.ColorNameError
	case model.SimilarPortrait:
		return theme.ColorNameWarning
	}
	return look.Muted
}

func shareOf(r model.Region) string { return show.Percent(min(1, r.Width*r.Height)) }

func fact(name, value string) fyne.CanvasObject {
	return show.NewBox(0, show.NewLine(name).Muted().Small(), show.NewPara(value))
}

func (p *parts) updateModes() {
	v := p.v
	objects := make([]fyne.CanvasObject, 0, int(modes)+3)
	for m := sideBySide; m < modes; m++ {
		b := show.NewButton(modeNames[m], nil, func() { v.setMode(m) }).Quiet()
		if m == v.mode {
			b = show.NewButton(modeNames[m], nil, func() { v.setMode(sideBySide) }).Primary()
		}
		objects = append(objects, b)
	}
	align := show.NewButton("As uploaded", theme.ViewRefreshIcon(), v.toggleAligned).Quiet()
	if v.aligned {
		align = show.NewButton("Aligned", theme.ViewRefreshIcon(), v.toggleAligned)
	}
	hide := show.NewButton("Blur", theme.VisibilityOffIcon(), v.toggleVeil).Quiet()
	if v.blurred() {
		hide = show.NewButton("Show photos", theme.VisibilityIcon(), v.toggleVeil)
	}
	p.modes.Set(append(objects, align, hide)...)
}

func (p *parts) updateList() {
	rows := make([]fyne.CanvasObject, 0, len(p.v.file.Pairs))
	for i, pair := range p.v.file.Pairs {
		_, role := show.Verdict(pair.Verdict)
		row := show.NewGround("", 0, show.NewRow(7, show.Fix(show.NewDot(role), 10), show.Grow(show.NewLine(pair.Other.Title), 1),
			show.Own(show.NewLine(show.Percent(pair.Match.Score)).Muted().Small().Whole()))).Pad(6, 3, 6, 3)
		tap := show.NewTap(row, func() { p.v.goTo(i) })
		tap.Choose(i == p.v.at, look.Selected)
		rows = append(rows, tap)
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewLine("None").Faint())
	}
	p.list.Set(rows...)
}

// zoom shows the numbers that change with every move of the wheel.
func (p *parts) zoom() {
	text := fmt.Sprintf("Zoom %s", show.Percent(p.v.view.zoom))
	switch p.v.mode {
	case swipe, onion:
		text = fmt.Sprintf("%s other   ·   %s", show.Percent(p.v.share), text)
	case heat:
		text = fmt.Sprintf("from %d of 255   ·   %s", p.v.threshold, text)
	}
	p.zoomed.SetText(text)
}
