package compare

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/verdict"
)

// parts are the widgets around the panes.
type parts struct {
	v       *View
	content fyne.CanvasObject

	captions [mostSeats]*caption
	sides    [mostSeats]*fyne.Container
	panes    *fyne.Container

	drawer   int // which one is open
	evidence *drawer

	kind    *show.Chip
	rule    *show.Chip
	verdict *show.Chip
	reason  *show.Para
	facts   *show.Box
	list    *show.Box
	modes   *show.Flow
	slider  *show.Slider
	zoomed  *show.Line
	foot    *show.Row
	side    *show.Scroll
	photos  *fyne.Container
	words   []wordButton
}

// wordButton is a verdict's button.
type wordButton struct {
	word   model.MatchWord
	button *show.Button
}

// caption names the photo of a pane.
type caption struct {
	ground    *show.Ground
	name      *show.Line
	note      *show.Line
	reference *show.Line
}

func newCaption() *caption {
	c := &caption{name: show.NewLine("").Bold(), note: show.NewLine("").Muted().Small(), reference: show.NewLine("Reference").Small().Role(theme.ColorNamePrimary).Whole()}
	c.ground = show.NewGround(look.Surface, 0, show.NewBox(1, show.NewRow(6, show.Grow(c.name, 1), show.Own(c.reference)), c.note)).Pad(12, 7, 12, 7).Below()
	return c
}

// sideWidth is the width of the panel at the right, in units of the text scale 1.
const sideWidth = 316

func newParts(v *View) *parts {
	p := &parts{v: v, evidence: newDrawer()}
	p.kind, p.rule, p.verdict = show.NewChip("", look.Muted), show.NewChip("", look.Muted), show.NewChip("", look.Muted)
	p.reason = show.NewPara("")
	p.facts, p.list = show.NewBox(5), show.NewBox(2)
	p.modes = show.NewFlow(4)
	p.zoomed = show.NewLine("").Muted().Small().Right()
	p.slider = show.NewSlider(0, 100, 1, v.turn)
	sides := make([]fyne.CanvasObject, mostSeats)
	for i := range p.captions {
		p.captions[i] = newCaption()
		p.sides[i] = show.NewBanded(p.captions[i].ground, nil, v.panes[i])
		sides[i] = p.sides[i]
	}
	p.panes = container.New(&paneLayout{}, sides...)
	// The slider is as wide as three buttons; the words beside it take the rest.
	p.slider.Hide()
	p.foot = show.NewRow(10, show.Fix(p.slider, 220), show.Grow(p.zoomed, 1))
	tools := show.NewGround(look.Surface, 0, show.NewBox(4, p.modes, p.foot)).Pad(10, 6, 10, 6).Above()
	p.side = show.NewScroll(show.NewGround("", 10, show.NewBox(10,
		show.NewPanel("What was found", show.NewBox(8, show.NewFlow(6, p.kind, p.rule, p.verdict), p.reason)),
		show.NewPanel("The match in numbers", p.facts),
		show.NewPanel("Pairs of this case", p.list, show.NewHint("c", "sheet")),
	)))
	sidebar := show.NewBanded(nil, show.NewGround("", 10, p.verdicts()).Above(), p.side)
	p.photos = container.New(&workLayout{p}, p.panes, p.evidence.root, tools)
	p.content = container.New(&sideLayout{}, p.photos, sidebar)
	return p
}

// verdicts are the buttons of the five verdicts, two beside each other.
func (p *parts) verdicts() fyne.CanvasObject {
	button := func(label string, word model.MatchWord) show.Cell {
		b := show.NewButton(label, nil, func() { p.v.judge(word) })
		p.words = append(p.words, wordButton{word, b})
		return show.Grow(b, 1)
	}
	return show.NewBox(6,
		show.NewRow(6, button("Same picture (a)", model.WordSamePicture), button("Same person (e)", model.WordSamePerson)),
		show.NewRow(6, button("Stock (t)", model.WordStock), button("Graphic (g)", model.WordGraphic)),
		show.NewRow(6, button("Unrelated (r)", model.WordUnrelated)))
}

// paneLayout puts the visible panes beside each other, four of them in two
// rows, with a hairline's space between.
type paneLayout struct{}

func (*paneLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	var seen []fyne.CanvasObject
	for _, o := range objects {
		if o.Visible() {
			seen = append(seen, o)
		}
	}
	const gap = 2
	across, down := max(1, len(seen)), 1
	if across == 4 {
		across, down = 2, 2
	}
	w, h := (size.Width-gap*float32(across-1))/float32(across), (size.Height-gap*float32(down-1))/float32(down)
	for i, o := range seen {
		o.Move(fyne.NewPos(float32(i%across)*(w+gap), float32(i/across)*(h+gap)))
		o.Resize(fyne.NewSize(w, h))
	}
}

func (*paneLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 160) }

// workLayout puts the drawer and the tools below the panes.
type workLayout struct{ p *parts }

func (l *workLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	tools := show.HeightFor(o[2], size.Width)
	left := max(0, size.Height-tools)
	drawer := l.p.drawerHeight(left)
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(size.Width, left-drawer))
	o[1].Move(fyne.NewPos(0, left-drawer))
	o[1].Resize(fyne.NewSize(size.Width, drawer))
	o[2].Move(fyne.NewPos(0, left))
	o[2].Resize(fyne.NewSize(size.Width, tools))
}

func (l *workLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 200) }

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
	p.setPanes()
	for _, w := range p.words {
		w.button.Importance = 0
		if ok && pair.Word == w.word && w.word != model.WordOpen {
			w.button.Primary()
		}
		if ok {
			w.button.Enable()
		} else {
			w.button.Disable()
		}
		w.button.Refresh()
	}
	p.updateModes()
	p.updateList()
	p.fillDrawer()
	p.zoom()
	if !ok {
		p.kind.Hide()
		p.rule.Hide()
		p.verdict.Hide()
		p.reason.SetText("No finding of this case compares photos.")
		p.facts.Set()
		return
	}
	if v.hand > 0 && v.hand < len(v.seats) && v.seats[v.hand].pair < 0 {
		p.kind.Hide()
		p.rule.Hide()
		p.verdict.Hide()
		p.reason.SetText("The photo in hand shows the same picture elsewhere. No finding of this case compares it, so there is no verdict on it here.")
		p.facts.Set(fact("This picture stands on", show.Count(v.group.Experts, "account", "accounts")))
		return
	}
	p.kind.Show()
	p.kind.Set(show.Capital(string(pair.Match.Kind)), verdict.Kind(pair.Match.Kind))
	p.rule.Show()
	p.rule.SetGuideline(pair.Guideline, v.desk.Titles()[pair.Guideline])
	p.verdict.Show()
	p.verdict.Set(verdict.Label(pair))
	p.reason.SetText(pair.Reason)
	facts := []fyne.CanvasObject{
		fact("Probability", show.Percent(pair.Match.Score)),
		fact("How it was changed", cleanTransform(pair.Match)),
		fact("Matched region", shareOf(pair.Match.Region)+" of this, "+shareOf(pair.Match.OtherRegion)+" of the other"),
	}
	if v.group.Experts > 1 {
		facts = append(facts, fact("This picture stands on", show.Count(v.group.Experts, "account", "accounts")))
	}
	if pair.Match.Whole != nil {
		facts = append(facts, fact("Distances of the hashes", distances(pair.Match.Whole)))
	} else {
		facts = append(facts, fact("Distance of the hashes", fmt.Sprintf("%d of 64 bits", pair.Match.Distance)))
	}
	if pair.Match.Laid != nil {
		facts = append(facts, fact("Laid over each other", distances(pair.Match.Laid)))
	}
	p.facts.Set(facts...)
}

// distances says in how many bits the hashes of two photos differ.
func distances(d *model.Distances) string {
	return fmt.Sprintf("pHash %d/64, dHash %d/64, PDQ %d/256", d.PHash, d.DHash, d.PDQ)
}

// setPanes shows as many panes as there are photos; a mode that lays two over
// each other has one pane, which takes all the room.
func (p *parts) setPanes() {
	v := p.v
	seen := max(1, len(v.seats))
	if v.laid() {
		seen = 1
	}
	for i, side := range p.sides {
		if i < seen {
			side.Show()
		} else {
			side.Hide()
		}
		seat := v.seatOf(v.panes[i])
		if seat < 0 {
			words := ""
			if i == 0 && v.route.CaseID != "" && len(v.file.Pairs) == 0 {
				words = "No photo of this case is matched with another."
			}
			v.panes[i].words.SetText(words)
			continue
		}
		v.panes[i].words.SetText(v.seats[seat].words)
	}
	show.Relaid(p.panes)
}

// name is what a seat's photo is called.
func (v *View) name(i int) string {
	if title := v.seats[i].side.Title; title != "" {
		return title
	}
	return "Without a name"
}

// note is what stands below a seat's name.
func (v *View) note(i int) string {
	s := v.seats[i]
	note := s.side.Source
	switch {
	case note != "":
	case i == 0:
		note = "On the profile"
	case s.pair < 0:
		note = "The same picture elsewhere, not of this case"
	default:
		note = "The other photo"
	}
	if s.photo != nil {
		w, h := s.photo.size()
		note += fmt.Sprintf("   ·   %.0f × %.0f px", w, h)
	}
	if !s.tied {
		note += "   ·   not aligned"
	}
	return note
}

func shareOf(r model.Region) string { return show.Percent(min(1, r.Width*r.Height)) }

func fact(name, value string) fyne.CanvasObject {
	return show.NewBox(0, show.NewLine(name).Muted().Small(), show.NewPara(value))
}

func (p *parts) updateModes() {
	v := p.v
	var objects []fyne.CanvasObject
	tool := func(label string, icon fyne.Resource, on bool, run func()) {
		b := show.NewButton(label, icon, run).Quiet()
		if on {
			b.Primary()
		}
		objects = append(objects, b)
	}
	for m := sideBySide; m < modes; m++ {
		tool(modeNames[m], nil, m == v.mode, func() { v.toggleMode(m) })
	}
	align := "As uploaded"
	if v.aligned {
		align = "Aligned"
	}
	tool(align, theme.ViewRefreshIcon(), v.aligned, v.toggleAligned)
	tool("Loupe", theme.SearchIcon(), v.loupe.on, v.toggleLoupe)
	tool("Histograms", nil, p.drawer == drawerTones, func() { v.toggleDrawer(drawerTones) })
	tool("Files", theme.InfoIcon(), p.drawer == drawerFacts, func() { v.toggleDrawer(drawerFacts) })
	tool("Sheet", theme.GridIcon(), false, func() { v.sh.Open(shell.Route{Screen: shell.Sheet, CaseID: v.route.CaseID}) })
	if v.blurred() {
		tool("Show", theme.VisibilityIcon(), false, v.toggleVeil)
	} else {
		tool("Blur", theme.VisibilityOffIcon(), false, v.toggleVeil)
	}
	p.modes.Set(objects...)
}

func (p *parts) updateList() {
	rows := make([]fyne.CanvasObject, 0, len(p.v.file.Pairs))
	for i, pair := range p.v.file.Pairs {
		_, role := show.Verdict(pair.Verdict)
		right := show.Percent(pair.Match.Score)
		if pair.Word != model.WordOpen {
			right = string(pair.Word)
		}
		row := show.NewGround("", 0, show.NewRow(7, show.Fix(show.NewDot(role), 10), show.Grow(show.NewLine(pair.Other.Title), 1),
			show.Own(show.NewLine(right).Muted().Small().Whole()))).Pad(6, 3, 6, 3)
		tap := show.NewTap(row, func() { p.v.goTo(i) })
		tap.Choose(i == p.v.at, look.Selected)
		rows = append(rows, tap)
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewLine("None").Faint())
	}
	p.list.Set(rows...)
}

// zoom shows what changes with every move of the wheel and the pointer.
func (p *parts) zoom() {
	v := p.v
	text := fmt.Sprintf("zoom %s", show.Percent(v.view.zoom))
	switch {
	case v.mode == swipe && v.laid(), v.mode == onion && v.laid():
		text = fmt.Sprintf("%s of the other photo   ·   %s", show.Percent(v.share), text)
		p.slide(0, 100, 100*v.share)
	case v.mode == heat && v.laid():
		if c := v.changes(); c != nil {
			text = fmt.Sprintf("%.1f %% of the common area differs by more than %d of 255   ·   %s", 100*c.beyond(v.threshold), v.threshold, text)
		}
		p.slide(leastThreshold, mostThreshold, float64(v.threshold))
	case p.slider.Visible():
		p.slider.Hide()
		p.foot.Refresh()
	}
	if v.loupe.on {
		text = fmt.Sprintf("loupe %d %%   ·   %s", v.loupe.scale, text)
	}
	p.zoomed.SetText(text)
	for n, i := range v.order() {
		p.captions[n].show(v, i)
	}
	if len(v.seats) == 0 {
		p.captions[0].name.SetText("")
		p.captions[0].note.SetText("")
		p.captions[0].reference.Hide()
	}
}

// slide shows the slider of what a mode has to move.
func (p *parts) slide(least, most, value float64) {
	p.slider.Min, p.slider.Max = least, most
	p.slider.Put(value)
	if !p.slider.Visible() {
		p.slider.Show()
		p.foot.Refresh()
	}
}

// valueOf says what lies under the loupe in a seat's photo.
func (v *View) valueOf(i int) string {
	x, y := v.under(i, v.place(i, 1, 1))
	return value(v.seats[i].photo, x, y)
}

// show writes a seat's caption; under the loupe it holds the pixel's colours.
func (c *caption) show(v *View, i int) {
	s := v.seats[i]
	name, note := v.name(i), v.note(i)
	if n := v.other(); i == v.ref && n != i && v.laid() {
		name += "   and   " + v.name(n)
	}
	if v.loupe.on && s.photo != nil && v.reference() != nil {
		note = "blurred"
		if !v.blurred() {
			note = v.valueOf(i)
			if n := v.other(); i == v.ref && v.laid() {
				note += "      the other: " + v.valueOf(n)
			}
		}
	}
	c.name.SetText(name)
	c.note.SetText(note)
	if i == v.ref && len(v.seats) > 1 {
		c.reference.Show()
	} else {
		c.reference.Hide()
	}
	role := look.Surface
	if i == v.hand && len(v.seats) > 1 {
		role = look.Selected
	}
	c.ground.Paint(role)
}
