package transcript

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// sidePane explains the current mark and lists all of them.
type sidePane struct {
	v       *View
	root    *show.Ground
	card    *show.Box
	list    *show.List
	heading *show.Line
	filter  *show.Flow
	rows    map[fyne.CanvasObject]*markRow
}

type markRow struct {
	dot   *show.Dot
	words *show.Line
	title *show.Line
	state *show.Line
}

func newSidePane(v *View) *sidePane {
	s := &sidePane{v: v, card: show.NewBox(9), rows: map[fyne.CanvasObject]*markRow{}}
	s.heading = show.NewLine("Marks").Bold().Muted().Small()
	s.list = show.NewList(s.make, s.update)
	s.filter = show.NewFlow(5)
	s.list.OnSelect = func(i int) {
		if i < len(v.shown) && v.shown[i] != v.current {
			v.goTo(v.shown[i], true)
		}
	}
	top := show.NewGround("", 0, s.card).Pad(16, 14, 14, 12)
	head := show.NewGround("", 0, show.NewBox(6, s.heading, s.filter)).Pad(16, 8, 14, 7).Above()
	s.root = show.NewGround(look.Surface, 0, container.New(&sideLayout{}, top, head, s.list)).Beside()
	return s
}

// sideLayout is a card and a heading over a list that takes the rest.
type sideLayout struct{}

func (sideLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, part := range o[:2] {
		h := show.HeightFor(part, size.Width)
		part.Move(fyne.NewPos(0, y))
		part.Resize(fyne.NewSize(size.Width, h))
		y += h
	}
	o[2].Move(fyne.NewPos(0, y))
	o[2].Resize(fyne.NewSize(size.Width, max(0, size.Height-y)))
}
func (sideLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(280, 200) }

func (s *sidePane) make() fyne.CanvasObject {
	r := &markRow{dot: show.NewDot(look.Muted), words: show.NewLine(""), title: show.NewLine("").Small().Muted(), state: show.NewLine("").Small().Right().Min(60)}
	o := show.NewGround("", 0, show.NewRow(9, show.Own(r.dot), show.Grow(show.NewBox(1, r.words, r.title), 1), show.Own(r.state))).Pad(14, 5, 12, 5)
	s.rows[o] = r
	return o
}

func (s *sidePane) update(i int, o fyne.CanvasObject, _ bool) {
	if i >= len(s.v.shown) {
		return
	}
	r := s.rows[o]
	m := s.v.file.Marks[s.v.shown[i]]
	r.dot.Coloured(look.Edge(m.Guideline))
	words := "· · ·"
	if i := s.v.index(m.Seq); i >= 0 {
		text := s.v.messages[i].Text
		if m.Start >= 0 && m.End <= len(text) && m.Start < m.End {
			words = text[m.Start:m.End]
		}
	}
	r.words.SetText(words)
	title := m.Title
	if m.Parts > 0 {
		title += fmt.Sprintf(", part %d of %d", m.Part, m.Parts)
	}
	r.title.SetText(title)
	switch m.Verdict {
	case model.VerdictOpen:
		r.state.SetText("")
	default:
		r.state.Set(show.Verdict(m.Verdict))
	}
}

// fill shows all marks anew.
func (s *sidePane) fill() {
	s.list.SetCount(len(s.v.shown))
	s.list.Mark(slices.Index(s.v.shown, s.v.current))
	s.chips()
	s.show()
}

// show explains the mark under the pointer, else the current one.
func (s *sidePane) show() {
	v := s.v
	k := v.current
	if v.hover >= 0 {
		k = v.hover
	}
	open := 0
	for _, m := range v.file.Marks {
		if m.Verdict == model.VerdictOpen {
			open++
		}
	}
	switch {
	case len(v.file.Marks) == 0:
		s.heading.SetText("No marks")
	case open == 0:
		s.heading.SetText(show.Count(len(v.file.Marks), "mark", "marks") + ", all judged")
	default:
		s.heading.SetText(show.Count(len(v.file.Marks), "mark", "marks") + fmt.Sprintf(", %d to judge", open))
	}
	if k < 0 || k >= len(v.file.Marks) {
		text := "No detector marked anything in this transcript."
		if !v.have {
			text = ""
		}
		s.card.Set(show.NewPara(text).Muted())
		s.root.Refresh()
		return
	}
	m := v.file.Marks[k]
	meter := show.NewMeter().Coloured(func(int) color.Color { return look.Edge(m.Guideline) })
	meter.Set(int(m.Score*100 + 0.5))
	parts := []fyne.CanvasObject{
		show.NewRow(8, show.Own(show.NewGuidelineChip(m.Guideline, m.Title)), show.Grow(show.NewLine(m.Label).Muted(), 1),
			show.Own(show.NewLine(fmt.Sprintf("%d of %d", k+1, len(v.file.Marks))).Small().Muted().Whole())),
		show.NewPara(m.Reason),
		meter,
	}
	if who := v.who(m); who != "" {
		parts = append(parts, show.NewLine(who).Small().Muted())
	}
	if m.Parts > 0 {
		parts = append(parts, show.NewBox(2, show.NewLine(fmt.Sprintf("Part %d of %d, read together", m.Part, m.Parts)).Small().Muted(), show.NewPara(m.Joined).Role(look.Hidden)))
	} else if m.Reading != "" {
		parts = append(parts, show.NewBox(2, show.NewLine("Read without its disguise").Small().Muted(), show.NewPara(m.Reading).Role(look.Hidden)))
	}
	verdict, role := show.Verdict(m.Verdict)
	parts = append(parts,
		show.NewRow(6,
			show.Grow(show.NewButton("Accept  (a)", theme.ConfirmIcon(), func() { s.act(k, model.VerdictAccepted) }), 1),
			show.Grow(show.NewButton("Reject  (r)", theme.CancelIcon(), func() { s.act(k, model.VerdictRejected) }), 1)),
		show.NewRow(10, show.Grow(show.NewLine(verdict).Role(role).Small(), 1), show.Own(show.NewHint("p", "before")), show.Own(show.NewHint("n", "next")), show.Own(show.NewHint("w", "elsewhere"))))
	s.card.Set(parts...)
	s.root.Refresh()
}

func (s *sidePane) act(k int, verdict model.Verdict) {
	s.v.hover = -1
	if k != s.v.current {
		s.v.goTo(k, false)
	}
	s.v.judge(verdict)
}

// strip is the map of the whole conversation: who spoke, where the marks are,
// and what is in sight. A tap or a drag goes there.
type strip struct {
	widget.BaseWidget
	v      *View
	raster *canvas.Raster
}

func newStrip(v *View) *strip {
	s := &strip{v: v}
	s.raster = canvas.NewRaster(s.draw)
	s.ExtendBaseWidget(s)
	return s
}

func (s *strip) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
	fill := func(x0, y0, x1, y1 int, c color.Color) {
		draw.Draw(img, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, w, h, look.Of(look.Surface))
	n := len(s.v.messages)
	if n == 0 {
		return img
	}
	unit := max(1, w/26)
	y := func(i int) int { return i * h / n }
	first, last := s.v.list.Sight()
	if last >= first {
		fill(0, y(first), w, max(y(last+1), y(first)+4*unit), look.Of(look.Track))
	}
	client, expert := look.Fade(look.Of(look.Surface), look.Of(look.Muted), 0.35), look.Fade(look.Of(look.Surface), look.Of(theme.ColorNamePrimary), 0.45)
	for i, m := range s.v.messages {
		top, end := y(i), max(y(i+1)-1, y(i)+1)
		if m.From == model.FromExpert {
			fill(w/2, top, w-8*unit, end, expert)
		} else {
			fill(8*unit, top, w/2, end, client)
		}
	}
	for k, m := range s.v.file.Marks {
		i := s.v.index(m.Seq)
		if i < 0 {
			continue
		}
		c := look.Edge(m.Guideline)
		if s.v.only != "" && m.Guideline != s.v.only {
			c = look.Of(look.Track)
		}
		if m.Verdict == model.VerdictRejected {
			c = look.Of(look.Faint)
		}
		top := y(i)
		x0 := 5 * unit
		if k == s.v.current {
			x0 = 1 * unit
		}
		fill(x0, top, w-x0, top+3*unit, c)
	}
	for _, hit := range s.v.find.hits {
		fill(w-4*unit, y(hit.message), w, y(hit.message)+2*unit, look.Of(theme.ColorNameWarning))
	}
	return img
}

func (s *strip) to(pos fyne.Position) {
	n := len(s.v.messages)
	if n == 0 || s.Size().Height <= 0 {
		return
	}
	s.v.list.Centre(min(max(int(pos.Y/s.Size().Height*float32(n)), 0), n-1))
}

// Tapped goes to a place.
func (s *strip) Tapped(ev *fyne.PointEvent) { s.to(ev.Position) }

// Dragged goes along.
func (s *strip) Dragged(ev *fyne.DragEvent) { s.to(ev.Position) }

// DragEnd does nothing.
func (s *strip) DragEnd() {}

// Cursor shows that the map can be pressed.
func (s *strip) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is called by Fyne.
func (s *strip) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.raster) }

// Refresh draws the map anew.
func (s *strip) Refresh() { s.raster.Refresh() }
