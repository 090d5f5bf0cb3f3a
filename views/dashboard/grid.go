package dashboard

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
	"mensch/views/show"
)

const gap = 12

// grid lays cards out in as many columns as there is room for; one that is
// enlarged stands alone.
type grid struct {
	widget.BaseWidget
	cards   []*card
	only    int // the enlarged card, -1: none
	page    func() float32
	resized func()
}

func newGrid(cards []*card, page func() float32, resized func()) *grid {
	g := &grid{cards: cards, only: -1, page: page, resized: resized}
	g.ExtendBaseWidget(g)
	return g
}

func columns(width float32) int {
	unit := look.Size(theme.SizeNameText) / 13
	return max(1, min(3, int(width/(430*unit))))
}

// cell is the size of a card at the grid's width.
func (g *grid) cell(width float32) fyne.Size {
	if g.only >= 0 {
		return fyne.NewSize(width, max(300, g.page()-24))
	}
	n := float32(columns(width))
	w := (width - gap*(n-1)) / n
	return fyne.NewSize(w, max(250, w*0.56))
}

// HeightFor is the height at a width.
func (g *grid) HeightFor(width float32) float32 {
	cell := g.cell(width)
	if g.only >= 0 {
		return cell.Height
	}
	n := columns(width)
	rows := (len(g.cards) + n - 1) / n
	return float32(rows)*(cell.Height+gap) - gap
}

// CreateRenderer is called by Fyne.
func (g *grid) CreateRenderer() fyne.WidgetRenderer { return &gridRenderer{g} }

type gridRenderer struct{ g *grid }

func (r *gridRenderer) Layout(size fyne.Size) {
	cell, n := r.g.cell(size.Width), columns(size.Width)
	changed := false
	for i, c := range r.g.cards {
		at := fyne.NewPos(float32(i%n)*(cell.Width+gap), float32(i/n)*(cell.Height+gap))
		if r.g.only >= 0 {
			at = fyne.Position{}
			if i != r.g.only {
				c.Hide()
				continue
			}
		}
		c.Show()
		changed = changed || c.Size() != cell
		c.Move(at)
		c.Resize(cell)
	}
	if changed {
		r.g.resized()
	}
}
func (r *gridRenderer) MinSize() fyne.Size { return fyne.NewSize(300, 200) }
func (r *gridRenderer) Refresh()           { r.Layout(r.g.Size()) }
func (r *gridRenderer) Objects() []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, len(r.g.cards))
	for i, c := range r.g.cards {
		out[i] = c
	}
	return out
}
func (r *gridRenderer) Destroy() {}

// card is a chart with its title and what it comes to.
type card struct {
	widget.BaseWidget
	chart  chart
	tapped func()
	ground *show.Ground
	title  *show.Line
	note   *show.Line
	image  *canvas.Image
	none   *show.Line
	drawn  fyne.Size // what the image was drawn for
}

func newCard(c chart, tapped func()) *card {
	x := &card{chart: c, tapped: tapped, title: show.NewLine(c.title).Bold(), note: show.NewLine("").Small().Muted(), none: show.NewLine("").Muted().Centred()}
	x.image = canvas.NewImageFromImage(nil)
	x.image.FillMode = canvas.ImageFillContain
	x.image.ScaleMode = canvas.ImageScaleSmooth
	x.ground = show.NewGround(look.Surface, 0, show.Gap(1, 1)).Round(6).Stroke(look.Line)
	x.ExtendBaseWidget(x)
	return x
}

func (x *card) choose(on bool) {
	x.ground.Stroke(look.Line)
	if on {
		x.ground.Stroke(theme.ColorNamePrimary)
	}
	x.ground.Refresh()
}

// Tapped selects the card, and enlarges it the second time.
func (x *card) Tapped(*fyne.PointEvent) { x.tapped() }

// room is the place of the chart within the card.
func (x *card) room(size fyne.Size) (fyne.Position, fyne.Size) {
	line := show.LineHeight(theme.SizeNameText, fyne.TextStyle{Bold: true})
	top := 10 + line + show.LineHeight(theme.SizeNameCaptionText, fyne.TextStyle{}) + 4
	return fyne.NewPos(6, top), fyne.NewSize(max(10, size.Width-12), max(10, size.Height-top-6))
}

// CreateRenderer is called by Fyne.
func (x *card) CreateRenderer() fyne.WidgetRenderer { return &cardRenderer{x} }

type cardRenderer struct{ x *card }

func (r *cardRenderer) Layout(size fyne.Size) {
	x := r.x
	x.ground.Resize(size)
	line := show.LineHeight(theme.SizeNameText, fyne.TextStyle{Bold: true})
	x.title.Move(fyne.NewPos(12, 8))
	x.title.Resize(fyne.NewSize(size.Width-24, line))
	x.note.Move(fyne.NewPos(12, 8+line+1))
	x.note.Resize(fyne.NewSize(size.Width-24, show.LineHeight(theme.SizeNameCaptionText, fyne.TextStyle{})))
	at, room := x.room(size)
	x.image.Move(at)
	x.image.Resize(room)
	x.none.Move(at.AddXY(0, room.Height/2-line))
	x.none.Resize(fyne.NewSize(room.Width, line))
}
func (r *cardRenderer) MinSize() fyne.Size { return fyne.NewSize(120, 120) }
func (r *cardRenderer) Refresh() {
	r.Layout(r.x.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}

func (r *cardRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.x.ground, r.x.title, r.x.note, r.x.image, r.x.none}
}
func (r *cardRenderer) Destroy() {}
