package sheet

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/verdict"
)

const (
	thumbSide    = 112 // units of the text scale 1
	cardWidth    = 2*thumbSide + 5 + 2*cardPad
	cardPad      = 9
	gridGap      = 10
	mostAccounts = 18 // of a group that are shown
)

// card is one pair.
type card struct {
	root *show.Tap
	edge *show.Ground
	word *show.Chip
}

func (v *View) newCard(i int) *card {
	pair := v.file.Pairs[i]
	c := &card{word: show.NewChip("", look.Muted)}
	score := show.Percent(pair.Match.Score)
	c.edge = show.NewGround(look.Surface, 0, show.NewBox(5,
		show.NewRow(5, show.Own(v.picture(pair.Expert)), show.Own(v.picture(pair.Other))),
		show.NewRow(6, show.Grow(show.NewLine(pair.Other.Title).Bold(), 1), show.Own(show.NewLine(score).Muted().Small().Whole())),
		show.NewFlow(4, show.NewChip(show.Capital(string(pair.Match.Kind)), verdict.Kind(pair.Match.Kind)), c.word),
	)).Pad(cardPad, cardPad, cardPad, cardPad).Round(6).Stroke(look.Line)
	c.root = show.NewTap(c.edge, func() {
		if v.selected == i {
			v.open()
			return
		}
		v.choose(i)
	})
	c.said(pair)
	return c
}

func (c *card) said(pair app.PhotoPair) { c.word.Set(verdict.Label(pair)) }

func (c *card) choose(on bool) { chosen(c.edge, on) }

// chosen paints a card as the selected one.
func chosen(g *show.Ground, on bool) {
	if on {
		g.Stroke(theme.ColorNamePrimary).Paint(look.Selected)
	} else {
		g.Stroke(look.Line).Paint(look.Surface)
	}
	g.Refresh()
}

// picture is one photo of a pair, blurred until wanted.
func (v *View) picture(side app.PhotoSide) *show.Photo {
	p := show.NewPhoto(thumbSide, thumbSide)
	v.into(p, side)
	return p
}

func (v *View) into(p *show.Photo, side app.PhotoSide) {
	p.Blank(side.Title)
	p.OnTap = nil
	if side.Fault != "" || side.PhotoID == "" {
		p.Fail(side.Fault)
		return
	}
	v.pictures = append(v.pictures, p)
	blur, caseID := v.sh.Blurred(), v.route.CaseID
	const pixels = 300 * 300
	v.album.Get(v.photos, side.PhotoID, pixels, 0, func(pic shell.Picture, err error) {
		if err != nil {
			p.Fail(err.Error())
			return
		}
		p.Set(pic.Clear, pic.Blurred, blur)
		if !blur {
			v.sh.Sighted(caseID, side.PhotoID)
		}
	})
}

// groupPanel shows who else shows the expert's picture.
type groupPanel struct {
	root *show.Tap
	edge *show.Ground
}

func (v *View) newGroupPanel() *groupPanel {
	g := v.group
	title := fmt.Sprintf("One picture on %s", show.Count(g.Experts, "account", "accounts"))
	banked := 0
	var faces []fyne.CanvasObject
	for i, p := range g.Photos {
		if p.Banked {
			banked++
		}
		if i >= mostAccounts {
			continue
		}
		photo := show.NewPhoto(58, 58)
		v.into(photo, p.Side)
		role := look.Muted
		if p.Banked {
			role = theme.ColorNameError
		}
		name := show.NewGround("", 0, show.NewPara(p.Side.Title).Small().Lines(2).Role(role)).Pad(0, 2, 0, 0)
		faces = append(faces, show.NewRow(7, show.Cell{Object: photo, Top: true}, show.Cell{Object: name, Width: 128, Top: true}))
	}
	if more := len(g.Photos) - mostAccounts; more > 0 {
		faces = append(faces, show.NewLine(fmt.Sprintf("and %d more", more)).Muted().Small().Whole())
	}
	if banked > 0 {
		title += ", and in a bank"
	}
	panel := &groupPanel{}
	panel.edge = show.NewHeaded(show.NewLine(title).Bold(), show.NewFlow(10, faces...), show.NewHint("Enter", "compare up to four"))
	panel.root = show.NewTap(panel.edge, func() {
		if v.selected == onGroup {
			v.open()
			return
		}
		v.choose(onGroup)
	})
	return panel
}

func (g *groupPanel) choose(on bool) { chosen(g.edge, on) }

// grid puts cards of one width into as many columns as fit.
type grid struct {
	widget.BaseWidget
	cards []fyne.CanvasObject
}

func newGrid() *grid {
	g := &grid{}
	g.ExtendBaseWidget(g)
	return g
}

func (g *grid) set(cards []fyne.CanvasObject) {
	g.cards = cards
	g.Refresh()
}

func scale() float32 { return look.Size(theme.SizeNameText) / 13 }

// columns is how many cards fit into a width, at least one.
func columns(width float32) int {
	return max(1, int((width+gridGap)/(cardWidth*scale()+gridGap)))
}

func (g *grid) across() int { return columns(g.Size().Width) }

func (g *grid) place(width float32, put func(o fyne.CanvasObject, pos fyne.Position, size fyne.Size)) float32 {
	across := columns(width)
	// What is left over goes between the cards: their photos have one size.
	w := cardWidth * scale()
	y := float32(0)
	for begin := 0; begin < len(g.cards); begin += across {
		row := g.cards[begin:min(begin+across, len(g.cards))]
		high := float32(0)
		for _, o := range row {
			high = max(high, show.HeightFor(o, w))
		}
		if put != nil {
			for i, o := range row {
				put(o, fyne.NewPos(float32(i)*(w+gridGap), y), fyne.NewSize(w, high))
			}
		}
		y += high + gridGap
	}
	return max(0, y-gridGap)
}

// HeightFor is the height of all rows at a width.
func (g *grid) HeightFor(width float32) float32 { return g.place(width, nil) }

// CreateRenderer is called by Fyne.
func (g *grid) CreateRenderer() fyne.WidgetRenderer { return &gridRenderer{g} }

type gridRenderer struct{ g *grid }

func (r *gridRenderer) Layout(size fyne.Size) {
	r.g.place(size.Width, func(o fyne.CanvasObject, pos fyne.Position, size fyne.Size) {
		o.Move(pos)
		o.Resize(size)
	})
}

func (r *gridRenderer) MinSize() fyne.Size {
	return fyne.NewSize(cardWidth*scale(), r.g.place(max(r.g.Size().Width, cardWidth*scale()), nil))
}

func (r *gridRenderer) Refresh() {
	r.Layout(r.g.Size())
	for _, o := range r.g.cards {
		o.Refresh()
	}
}
func (r *gridRenderer) Objects() []fyne.CanvasObject { return r.g.cards }
func (r *gridRenderer) Destroy()                     {}
