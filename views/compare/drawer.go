package compare

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/show"
)

// What the drawer below the photos shows.
const (
	drawerShut = iota
	drawerFacts
	drawerTones
)

// drawer stands below the photos and holds evidence of all of them side by side.
type drawer struct {
	root   *fyne.Container
	box    *show.Box
	scroll *show.Scroll
	graphs []*graph
}

func newDrawer() *drawer {
	d := &drawer{box: show.NewBox(3)}
	d.scroll = show.NewScroll(show.NewGround("", 0, d.box).Pad(12, 6, 12, 8))
	d.root = container.NewStack(show.NewGround(theme.ColorNameBackground, 0, d.scroll).Above())
	d.root.Hide()
	return d
}

func (v *View) toggleDrawer(what int) {
	if v.parts.drawer == what {
		what = drawerShut
	}
	v.parts.drawer = what
	v.askFacts()
	v.parts.fillDrawer()
	show.Relaid(v.parts.photos)
	v.parts.updateModes()
	v.redraw()
}

// height is how much of a height the drawer takes.
func (p *parts) drawerHeight(height float32) float32 {
	switch p.drawer {
	case drawerFacts:
		return height * 0.47
	case drawerTones:
		return min(height*0.4, 196*look.Size(theme.SizeNameText)/13)
	}
	return 0
}

// fillDrawer shows the evidence of the photos that lie on the table now.
func (p *parts) fillDrawer() {
	d := p.evidence
	switch p.drawer {
	case drawerFacts:
		d.box.Set(p.factObjects()...)
	case drawerTones:
		d.box.Set(p.toneObjects()...)
	default:
		d.box.Set()
		d.root.Hide()
		return
	}
	d.root.Show()
	d.scroll.Refresh()
}

// columns is a row with a name and an object for each photo, as the panes
// stand.
func columns(name fyne.CanvasObject, values []fyne.CanvasObject) fyne.CanvasObject {
	cells := []show.Cell{{Object: name, Width: 116, Top: true}}
	for _, o := range values {
		cells = append(cells, show.Cell{Object: o, Share: 1, Top: true})
	}
	return show.NewRow(12, cells...)
}

func (p *parts) heads() []fyne.CanvasObject {
	v := p.v
	var out []fyne.CanvasObject
	for _, i := range v.order() {
		line := show.NewLine(v.name(i)).Bold()
		if i == v.hand {
			line.Role(theme.ColorNamePrimary)
		}
		out = append(out, line)
	}
	return out
}

func (p *parts) factObjects() []fyne.CanvasObject {
	v := p.v
	order := v.order()
	facts, places := make([]*app.PhotoMetadata, len(order)), make([]string, len(order))
	waiting := false
	for n, i := range order {
		s := v.seats[i]
		facts[n], places[n] = s.facts, s.place
		waiting = waiting || s.facts == nil && s.side.PhotoID != "" && s.side.Fault == ""
	}
	out := []fyne.CanvasObject{columns(show.NewLine("What the files say").Muted().Small(), p.heads())}
	if len(order) == 0 {
		return out
	}
	for _, row := range factRows(facts, places, 0) {
		values := make([]fyne.CanvasObject, len(order))
		for n := range order {
			text := row.values[n]
			switch {
			case facts[n] == nil:
				text = ""
			case text == "":
				text = "–"
			}
			para := show.NewPara(text)
			if row.differs[n] {
				para = show.NewPara("≠ " + text).Bold().Role(theme.ColorNameWarning)
			}
			values[n] = para
		}
		out = append(out, columns(show.NewLine(row.name).Muted(), values))
	}
	note := "≠ differs from the reference. What a file says can be written by hand; that it says nothing proves nothing."
	if waiting {
		note = "Reading the files …"
	}
	return append(out, show.NewGround("", 0, show.NewPara(note).Small().Muted()).Pad(0, 4, 0, 0))
}

func (p *parts) toneObjects() []fyne.CanvasObject {
	v := p.v
	d := p.evidence
	var graphs, words []fyne.CanvasObject
	for n, i := range v.order() {
		if n == len(d.graphs) {
			d.graphs = append(d.graphs, newGraph())
		}
		g := d.graphs[n]
		g.tones = v.seats[i].tones
		g.raster.SetMinSize(fyne.NewSize(40, 92*look.Size(theme.SizeNameText)/13))
		g.raster.Refresh()
		graphs = append(graphs, g.raster)
		text := ""
		if g.tones != nil {
			text = g.tones.words()
		}
		words = append(words, show.NewPara(text).Muted().Small())
	}
	return []fyne.CanvasObject{
		columns(show.NewLine("Histograms").Muted().Small(), p.heads()),
		columns(show.NewPara("Grey: lightness. Red, green and blue as they are. Dark at the left.").Muted().Small(), graphs),
		columns(show.NewLine(""), words),
	}
}
