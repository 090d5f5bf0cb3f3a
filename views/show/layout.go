package show

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
)

// Tall is an object whose height follows from its width, such as wrapped text.
// The containers of this package ask it, so that nothing has to be laid out
// twice.
type Tall interface {
	HeightFor(width float32) float32
}

// HeightFor is how high an object wants to be at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	if o == nil || !o.Visible() {
		return 0
	}
	if t, ok := o.(Tall); ok {
		return t.HeightFor(width)
	}
	return o.MinSize().Height
}

// Gap is an empty space of a fixed size.
func Gap(width, height float32) fyne.CanvasObject {
	r := canvas.NewRectangle(color.Transparent)
	r.SetMinSize(fyne.NewSize(width, height))
	return r
}

// Box stacks objects from top to bottom, each as wide as the box.
type Box struct {
	widget.BaseWidget
	objects []fyne.CanvasObject
	gap     float32
}

// NewBox makes a box with a gap between its objects.
func NewBox(gap float32, objects ...fyne.CanvasObject) *Box {
	b := &Box{objects: objects, gap: gap}
	b.ExtendBaseWidget(b)
	return b
}

// Set replaces the objects.
func (b *Box) Set(objects ...fyne.CanvasObject) {
	b.objects = objects
	b.Refresh()
}

// Objects are the box's objects.
func (b *Box) Objects() []fyne.CanvasObject { return b.objects }

// HeightFor is the height of all objects at a width.
func (b *Box) HeightFor(width float32) float32 {
	height, n := float32(0), 0
	for _, o := range b.objects {
		if !o.Visible() {
			continue
		}
		height += HeightFor(o, width)
		n++
	}
	if n > 1 {
		height += b.gap * float32(n-1)
	}
	return height
}

// CreateRenderer is called by Fyne.
func (b *Box) CreateRenderer() fyne.WidgetRenderer { return &boxRenderer{b} }

type boxRenderer struct{ box *Box }

func (r *boxRenderer) Layout(size fyne.Size) {
	y := float32(0)
	for _, o := range r.box.objects {
		if !o.Visible() {
			continue
		}
		h := HeightFor(o, size.Width)
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, h))
		y += h + r.box.gap
	}
}

func (r *boxRenderer) MinSize() fyne.Size {
	width := float32(0)
	for _, o := range r.box.objects {
		if o.Visible() {
			width = max(width, o.MinSize().Width)
		}
	}
	return fyne.NewSize(width, r.box.HeightFor(max(r.box.Size().Width, width)))
}

func (r *boxRenderer) Refresh() {
	r.Layout(r.box.Size())
	for _, o := range r.box.objects {
		o.Refresh()
	}
	canvas.Refresh(r.box)
}
func (r *boxRenderer) Objects() []fyne.CanvasObject { return r.box.objects }
func (r *boxRenderer) Destroy()                     {}

// Cell is one column of a Row: a fixed width, or a share of what is left, or
// (both zero) the object's own least width.
type Cell struct {
	Object fyne.CanvasObject
	Width  float32
	Share  float32
	Top    bool // at the top, else in the middle
	Fill   bool // as high as the row
}

// Fix is a cell of a fixed width, in units of the text scale 1.
func Fix(o fyne.CanvasObject, width float32) Cell { return Cell{Object: o, Width: width} }

// Grow is a cell that takes a share of what is left.
func Grow(o fyne.CanvasObject, share float32) Cell { return Cell{Object: o, Share: share} }

// Own is a cell as wide as its object wants.
func Own(o fyne.CanvasObject) Cell { return Cell{Object: o} }

// Row puts cells beside each other. Fixed widths grow with the text scale.
type Row struct {
	widget.BaseWidget
	cells []Cell
	gap   float32
	objs  []fyne.CanvasObject
}

// NewRow makes a row with a gap between its cells.
func NewRow(gap float32, cells ...Cell) *Row {
	r := &Row{cells: cells, gap: gap}
	for _, c := range cells {
		r.objs = append(r.objs, c.Object)
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *Row) widths(width float32) []float32 {
	out := make([]float32, len(r.cells))
	left, shares, n := width, float32(0), 0
	for i, c := range r.cells {
		if !c.Object.Visible() {
			continue
		}
		n++
		switch {
		case c.Share > 0:
			shares += c.Share
		case c.Width > 0:
			out[i] = c.Width * scale()
			left -= out[i]
		default:
			out[i] = c.Object.MinSize().Width
			left -= out[i]
		}
	}
	if n > 1 {
		left -= r.gap * float32(n-1)
	}
	for i, c := range r.cells {
		if c.Share > 0 && c.Object.Visible() {
			out[i] = max(0, left*c.Share/shares)
		}
	}
	return out
}

// HeightFor is the height of the highest cell at a width.
func (r *Row) HeightFor(width float32) float32 {
	height := float32(0)
	for i, w := range r.widths(width) {
		height = max(height, HeightFor(r.cells[i].Object, w))
	}
	return height
}

// CreateRenderer is called by Fyne.
func (r *Row) CreateRenderer() fyne.WidgetRenderer { return &rowRenderer{r} }

type rowRenderer struct{ row *Row }

func (r *rowRenderer) Layout(size fyne.Size) {
	x := float32(0)
	for i, w := range r.row.widths(size.Width) {
		c := r.row.cells[i]
		if !c.Object.Visible() {
			continue
		}
		h := min(HeightFor(c.Object, w), size.Height)
		y := (size.Height - h) / 2
		if c.Fill {
			h, y = size.Height, 0
		}
		if c.Top {
			y = 0
		}
		c.Object.Move(fyne.NewPos(x, y))
		c.Object.Resize(fyne.NewSize(w, h))
		x += w + r.row.gap
	}
}

func (r *rowRenderer) MinSize() fyne.Size {
	size, n := fyne.Size{}, 0
	for _, c := range r.row.cells {
		if !c.Object.Visible() {
			continue
		}
		n++
		m := c.Object.MinSize()
		if c.Width > 0 {
			m.Width = c.Width * scale()
		}
		size.Width += m.Width
		size.Height = max(size.Height, m.Height)
	}
	if n > 1 {
		size.Width += r.row.gap * float32(n-1)
	}
	if w := r.row.Size().Width; w > 0 {
		size.Height = r.row.HeightFor(w)
	}
	return size
}

func (r *rowRenderer) Refresh() {
	r.Layout(r.row.Size())
	for _, c := range r.row.cells {
		c.Object.Refresh()
	}
	canvas.Refresh(r.row)
}
func (r *rowRenderer) Objects() []fyne.CanvasObject { return r.row.objs }
func (r *rowRenderer) Destroy()                     {}

func scale() float32 { return look.Size(theme.SizeNameText) / 13 }

// Flow puts objects beside each other and wraps them to the next line.
type Flow struct {
	widget.BaseWidget
	objects []fyne.CanvasObject
	gap     float32
}

// NewFlow makes a flow with the same gap in both directions.
func NewFlow(gap float32, objects ...fyne.CanvasObject) *Flow {
	f := &Flow{objects: objects, gap: gap}
	f.ExtendBaseWidget(f)
	return f
}

// Set replaces the objects.
func (f *Flow) Set(objects ...fyne.CanvasObject) {
	f.objects = objects
	f.Refresh()
}

func (f *Flow) place(width float32, put func(o fyne.CanvasObject, x, y float32, size fyne.Size)) float32 {
	x, y, line := float32(0), float32(0), float32(0)
	for _, o := range f.objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		m.Width = min(m.Width, width)
		if x > 0 && x+m.Width > width {
			x, y, line = 0, y+line+f.gap, 0
		}
		if put != nil {
			put(o, x, y, m)
		}
		x += m.Width + f.gap
		line = max(line, m.Height)
	}
	return y + line
}

// HeightFor is the height of all lines at a width.
func (f *Flow) HeightFor(width float32) float32 { return f.place(width, nil) }

// CreateRenderer is called by Fyne.
func (f *Flow) CreateRenderer() fyne.WidgetRenderer { return &flowRenderer{f} }

type flowRenderer struct{ flow *Flow }

func (r *flowRenderer) Layout(size fyne.Size) {
	r.flow.place(size.Width, func(o fyne.CanvasObject, x, y float32, s fyne.Size) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(s)
	})
}

func (r *flowRenderer) MinSize() fyne.Size {
	width := float32(0)
	for _, o := range r.flow.objects {
		width = max(width, min(o.MinSize().Width, 120))
	}
	return fyne.NewSize(width, r.flow.place(max(r.flow.Size().Width, width), nil))
}

func (r *flowRenderer) Refresh() {
	r.Layout(r.flow.Size())
	for _, o := range r.flow.objects {
		o.Refresh()
	}
	canvas.Refresh(r.flow)
}
func (r *flowRenderer) Objects() []fyne.CanvasObject { return r.flow.objects }
func (r *flowRenderer) Destroy()                     {}

// Ground is an object on a coloured ground with space around it.
type Ground struct {
	widget.BaseWidget
	object           fyne.CanvasObject
	role             fyne.ThemeColorName
	stroke           fyne.ThemeColorName
	radius           float32
	left, right      float32
	top, bottom      float32
	edge             color.Color // a bar at the left side
	rect             *canvas.Rectangle
	bar              *canvas.Rectangle
	colour           color.Color
	edgeTop, edgeLow bool
	edgeLeft         bool
}

// NewGround puts an object on a ground of a colour of the theme (empty: none)
// with space around it.
func NewGround(role fyne.ThemeColorName, space float32, o fyne.CanvasObject) *Ground {
	g := &Ground{object: o, role: role, left: space, right: space, top: space, bottom: space}
	g.rect, g.bar = canvas.NewRectangle(color.Transparent), canvas.NewRectangle(color.Transparent)
	g.ExtendBaseWidget(g)
	return g
}

// Pad sets the space around the object.
func (g *Ground) Pad(left, top, right, bottom float32) *Ground {
	g.left, g.top, g.right, g.bottom = left, top, right, bottom
	return g
}

// Round sets the radius of the corners.
func (g *Ground) Round(radius float32) *Ground { g.radius = radius; return g }

// Stroke draws a hairline around the ground.
func (g *Ground) Stroke(role fyne.ThemeColorName) *Ground { g.stroke = role; return g }

// Below and Above draw a hairline at the lower or the upper side.
func (g *Ground) Below() *Ground { g.edgeLow = true; return g }

// Above draws a hairline at the upper side.
func (g *Ground) Above() *Ground { g.edgeTop = true; return g }

// Beside draws a hairline at the left side.
func (g *Ground) Beside() *Ground { g.edgeLeft = true; return g }

// Edge sets a coloured bar at the left side; nil takes it away.
func (g *Ground) Edge(c color.Color) *Ground { g.edge = c; g.Refresh(); return g }

// Paint sets the colour of the ground by its name in the theme.
func (g *Ground) Paint(role fyne.ThemeColorName) {
	if g.role == role && g.colour == nil {
		return
	}
	g.role, g.colour = role, nil
	g.Refresh()
}

// Coloured sets a colour that is not in the theme; nil returns to the role.
func (g *Ground) Coloured(c color.Color) *Ground { g.colour = c; g.Refresh(); return g }

// HeightFor is the height of the object and the space around it.
func (g *Ground) HeightFor(width float32) float32 {
	return HeightFor(g.object, width-g.left-g.right) + g.top + g.bottom
}

// CreateRenderer is called by Fyne.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{g, []fyne.CanvasObject{g.rect, g.bar, g.object}}
	r.paint()
	return r
}

type groundRenderer struct {
	g    *Ground
	objs []fyne.CanvasObject
}

func (r *groundRenderer) paint() {
	g := r.g
	switch {
	case g.colour != nil:
		g.rect.FillColor = g.colour
	case g.role != "":
		g.rect.FillColor = look.Of(g.role)
	default:
		g.rect.FillColor = color.Transparent
	}
	g.rect.CornerRadius = g.radius
	g.rect.StrokeWidth = 0
	if g.stroke != "" {
		g.rect.StrokeColor, g.rect.StrokeWidth = look.Of(g.stroke), 1
	}
	g.bar.FillColor = color.Transparent
	if g.edge != nil {
		g.bar.FillColor = g.edge
	} else if g.edgeTop || g.edgeLow || g.edgeLeft {
		g.bar.FillColor = look.Of(look.Line)
	}
}

func (r *groundRenderer) Layout(size fyne.Size) {
	g := r.g
	g.rect.Resize(size)
	switch {
	case g.edge != nil:
		g.bar.Move(fyne.NewPos(0, 0))
		g.bar.Resize(fyne.NewSize(3, size.Height))
	case g.edgeLeft:
		g.bar.Move(fyne.NewPos(0, 0))
		g.bar.Resize(fyne.NewSize(1, size.Height))
	case g.edgeTop:
		g.bar.Move(fyne.NewPos(0, 0))
		g.bar.Resize(fyne.NewSize(size.Width, 1))
	case g.edgeLow:
		g.bar.Move(fyne.NewPos(0, size.Height-1))
		g.bar.Resize(fyne.NewSize(size.Width, 1))
	}
	g.object.Move(fyne.NewPos(g.left, g.top))
	g.object.Resize(fyne.NewSize(size.Width-g.left-g.right, size.Height-g.top-g.bottom))
}

func (r *groundRenderer) MinSize() fyne.Size {
	return r.g.object.MinSize().Add(fyne.NewSize(r.g.left+r.g.right, r.g.top+r.g.bottom))
}

func (r *groundRenderer) Refresh() {
	r.paint()
	r.Layout(r.g.Size())
	r.g.rect.Refresh()
	r.g.bar.Refresh()
	r.g.object.Refresh()
}
func (r *groundRenderer) Objects() []fyne.CanvasObject { return r.objs }
func (r *groundRenderer) Destroy()                     {}

// NewPanel is a titled section on a panel's ground. The heading may carry
// objects at its right side.
func NewPanel(title string, body fyne.CanvasObject, right ...fyne.CanvasObject) *Ground {
	return NewHeaded(NewLine(title).Bold().Muted().Small(), body, right...)
}

// NewHeaded is NewPanel with a heading that the caller may change.
func NewHeaded(title *Line, body fyne.CanvasObject, right ...fyne.CanvasObject) *Ground {
	cells := []Cell{Grow(title, 1)}
	for _, o := range right {
		cells = append(cells, Own(o))
	}
	return NewGround(look.Surface, 0, NewBox(8, NewRow(6, cells...), body)).
		Pad(12, 9, 12, 11).Round(6).Stroke(look.Line)
}

// Scroll scrolls one object vertically at the full width. Its height follows
// from the width, so the object may hold wrapped text.
type Scroll struct {
	widget.BaseWidget
	inner *tallContent
	view  *container.Scroll
}

// NewScroll scrolls an object.
func NewScroll(o fyne.CanvasObject) *Scroll {
	s := &Scroll{inner: &tallContent{object: o}}
	s.inner.ExtendBaseWidget(s.inner)
	s.view = container.NewVScroll(s.inner)
	s.ExtendBaseWidget(s)
	return s
}

// Offset is how far the content is scrolled.
func (s *Scroll) Offset() float32 { return s.view.Offset.Y }

// ScrollTo scrolls to an offset, as far as the content goes.
func (s *Scroll) ScrollTo(y float32) {
	y = min(y, s.inner.MinSize().Height-s.view.Size().Height)
	s.view.ScrollToOffset(fyne.NewPos(0, max(0, y)))
}

// ScrollBy scrolls by a distance.
func (s *Scroll) ScrollBy(dy float32) { s.ScrollTo(s.Offset() + dy) }

// Page is the height that is seen at once.
func (s *Scroll) Page() float32 { return s.view.Size().Height }

// Reveal scrolls as little as needed to bring an object of the content to sight.
func (s *Scroll) Reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	y := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s.inner.object).Y
	switch {
	case y < s.Offset():
		s.ScrollTo(y - 8)
	case y+o.Size().Height > s.Offset()+s.Page():
		s.ScrollTo(y + o.Size().Height - s.Page() + 8)
	}
}

// CreateRenderer is called by Fyne.
func (s *Scroll) CreateRenderer() fyne.WidgetRenderer { return &scrollRenderer{s} }

type scrollRenderer struct{ s *Scroll }

func (r *scrollRenderer) Layout(size fyne.Size) {
	r.s.inner.width = size.Width
	r.s.view.Resize(size)
	r.s.view.Refresh()
}
func (r *scrollRenderer) MinSize() fyne.Size { return fyne.NewSize(40, 40) }
func (r *scrollRenderer) Refresh() {
	r.s.inner.Refresh()
	r.s.view.Refresh()
}
func (r *scrollRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.s.view} }
func (r *scrollRenderer) Destroy()                     {}

type tallContent struct {
	widget.BaseWidget
	object fyne.CanvasObject
	width  float32
}

func (t *tallContent) CreateRenderer() fyne.WidgetRenderer { return &tallRenderer{t} }

type tallRenderer struct{ t *tallContent }

func (r *tallRenderer) Layout(size fyne.Size) {
	r.t.object.Resize(fyne.NewSize(size.Width, max(size.Height, HeightFor(r.t.object, size.Width))))
}

func (r *tallRenderer) MinSize() fyne.Size {
	return fyne.NewSize(0, HeightFor(r.t.object, r.t.width))
}

func (r *tallRenderer) Refresh() {
	r.Layout(r.t.Size())
	r.t.object.Refresh()
}
func (r *tallRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.t.object} }
func (r *tallRenderer) Destroy()                     {}

// Natural is the width of all objects on one line.
func (f *Flow) Natural() float32 {
	width := float32(0)
	for _, o := range f.objects {
		if o.Visible() {
			width += o.MinSize().Width + f.gap
		}
	}
	return max(0, width-f.gap)
}
