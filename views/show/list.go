package show

import (
	"image/color"
	"sort"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
)

// List shows any number of rows and holds objects only for those in sight.
// Fyne's own list takes the keyboard focus from a screen's keys, and lays all
// rows out anew for every height that is set; this one does neither, so that
// 100,000 cases and 5,000 messages of different heights scroll alike.
//
// All rows have the height of the template, unless Estimate is set: then each
// row is as high as its object wants at the list's width, and Estimate guesses
// for those that were not in sight yet.
type List struct {
	widget.BaseWidget
	// Create makes a row's object, Update fills it. The object is reused for
	// other rows.
	Create func() fyne.CanvasObject
	Update func(i int, o fyne.CanvasObject, selected bool)
	// Estimate guesses the height of a row at a width.
	Estimate func(i int, width float32) float32
	// OnSelect is called when the selection changes by hand or by Select,
	// OnOpen when a row is tapped twice.
	OnSelect func(i int)
	OnOpen   func(i int)
	// OnScroll is called with the first and the last row in sight.
	OnScroll func(first, last int)
	// Plain leaves the hairlines and the grounds of rows away.
	Plain bool

	count    int
	selected int
	view     *container.Scroll
	content  *listContent
	rows     map[int]*listRow
	free     []*listRow
	tops     []float32 // with Estimate: where each row begins, and the end
	known    []bool    // with Estimate: its height is measured
	width    float32
	height   float32 // of a row without Estimate
	scale    float32
	first    int
	last     int
	lastTap  time.Time
	tapped   int
}

// NewList makes an empty list.
func NewList(create func() fyne.CanvasObject, update func(i int, o fyne.CanvasObject, selected bool)) *List {
	l := &List{Create: create, Update: update, selected: -1, rows: map[int]*listRow{}, first: 0, last: -1, tapped: -1}
	l.content = &listContent{list: l}
	l.content.ExtendBaseWidget(l.content)
	l.view = container.NewVScroll(l.content)
	l.view.OnScrolled = func(fyne.Position) { l.place() }
	l.ExtendBaseWidget(l)
	return l
}

// Count is the number of rows.
func (l *List) Count() int { return l.count }

// SetCount changes the number of rows and fills those in sight anew. A
// selection beyond the end moves to the last row.
func (l *List) SetCount(n int) {
	l.count = n
	if l.selected >= n {
		l.selected = n - 1
	}
	l.tops, l.known = nil, nil
	l.Refresh()
}

// Grow adds rows at the end; what is in sight and the heights that are known
// stay.
func (l *List) Grow(n int) {
	if n <= l.count || l.Estimate == nil || len(l.tops) != l.count+1 {
		l.SetCount(n)
		return
	}
	for i := l.count; i < n; i++ {
		l.tops = append(l.tops, l.tops[i]+l.Estimate(i, l.width))
		l.known = append(l.known, false)
	}
	l.count = n
	l.content.Resize(fyne.NewSize(l.width, max(l.Page(), l.top(n))))
	l.view.Refresh()
	l.place()
}

// Selected is the selected row, -1 if there is none.
func (l *List) Selected() int { return l.selected }

// Select selects a row and brings it to sight; out of range it does nothing.
func (l *List) Select(i int) {
	if i < 0 || i >= l.count {
		return
	}
	l.Mark(i)
	l.Reveal(i)
	if l.OnSelect != nil {
		l.OnSelect(i)
	}
}

// Mark selects a row without scrolling and without OnSelect; -1 selects none.
func (l *List) Mark(i int) {
	old := l.selected
	l.selected = i
	l.RefreshRow(old)
	l.RefreshRow(i)
}

// Step selects the row a number of rows further, held within the list.
func (l *List) Step(by int) {
	if l.count == 0 {
		return
	}
	l.Select(min(max(l.selected+by, 0), l.count-1))
}

// PageRows is how many rows are in sight at once, at least one.
func (l *List) PageRows() int { return max(1, l.last-l.first) }

// Sight are the first and the last row in sight; last is -1 in an empty list.
func (l *List) Sight() (first, last int) { return l.first, l.last }

// RefreshRow fills one row anew, if it is in sight.
func (l *List) RefreshRow(i int) {
	if r, ok := l.rows[i]; ok {
		l.fill(r, i)
		if l.Estimate != nil {
			l.known[i] = false
			l.place()
		}
	}
}

// RefreshRows fills all rows in sight anew.
func (l *List) RefreshRows() {
	for i, r := range l.rows {
		l.fill(r, i)
	}
}

func (l *List) fill(r *listRow, i int) {
	r.index = i
	r.paint()
	l.Update(i, r.object, i == l.selected)
}

// Reveal scrolls as little as needed to bring a row to sight.
func (l *List) Reveal(i int) {
	if i < 0 || i >= l.count || l.view.Size().Height <= 0 {
		return
	}
	// Heights become known on the way, so the place is looked up again.
	for range 60 {
		top, bottom := l.top(i), l.top(i+1)
		y, page := l.view.Offset.Y, l.view.Size().Height
		switch {
		case top < y:
			y = top
		case bottom > y+page:
			y = max(0, min(top, bottom-page))
		default:
			return
		}
		l.scroll(y)
	}
}

// Centre scrolls a row to the middle.
func (l *List) Centre(i int) {
	if i < 0 || i >= l.count {
		return
	}
	for range 20 {
		before := l.top(i)
		l.scroll(l.top(i) - (l.view.Size().Height-(l.top(i+1)-l.top(i)))/2)
		if l.top(i) == before && l.rows[i] != nil {
			return
		}
	}
}

// Under is how much of the top of a row is scrolled out of sight.
func (l *List) Under(i int) float32 { return l.view.Offset.Y - l.top(i) }

// Top scrolls so that as much of a row is out of sight above as Under says.
func (l *List) Top(i int, under float32) {
	if i >= 0 && i < l.count {
		l.scroll(l.top(i) + under)
	}
}

// ScrollTo scrolls to a share of the whole, from 0 to 1.
func (l *List) ScrollTo(share float32) {
	l.scroll(share * (l.top(l.count) - l.view.Size().Height))
}

// ScrollBy scrolls by a distance.
func (l *List) ScrollBy(dy float32) { l.scroll(l.view.Offset.Y + dy) }

// Offset is how far the list is scrolled; Extent is its whole height, and Page
// the height in sight.
func (l *List) Offset() float32 { return l.view.Offset.Y }

// Extent is the height of all rows.
func (l *List) Extent() float32 { return l.top(l.count) }

// Page is the height in sight.
func (l *List) Page() float32 { return l.view.Size().Height }

func (l *List) scroll(y float32) {
	y = max(0, min(y, l.top(l.count)-l.view.Size().Height))
	if y == l.view.Offset.Y {
		l.place()
		return
	}
	l.view.Offset.Y = y
	l.view.Refresh()
	l.place()
}

// top is where row i begins; top(count) is the end.
func (l *List) top(i int) float32 {
	if l.Estimate == nil {
		return float32(i) * l.rowHeight()
	}
	if len(l.tops) != l.count+1 {
		l.tops, l.known = make([]float32, l.count+1), make([]bool, l.count)
		y := float32(0)
		for j := range l.count {
			l.tops[j] = y
			y += l.Estimate(j, l.width)
		}
		l.tops[l.count] = y
	}
	return l.tops[i]
}

func (l *List) rowHeight() float32 {
	if l.height == 0 || l.scale != scale() {
		l.scale = scale()
		l.height = l.Create().MinSize().Height
	}
	return l.height
}

// place puts the rows in sight where they belong, making, filling and freeing
// objects as needed.
func (l *List) place() {
	page := l.view.Size().Height
	if page <= 0 || l.Update == nil {
		return
	}
	y := l.view.Offset.Y
	var first int
	if l.Estimate == nil {
		first = min(max(int(y/l.rowHeight()), 0), max(0, l.count-1))
	} else {
		l.top(0)
		first = max(0, sort.Search(l.count, func(i int) bool { return l.tops[i+1] > y }))
	}
	last := first - 1
	moved := false
	for i := first; i < l.count; i++ {
		if l.top(i) >= l.view.Offset.Y+page {
			break
		}
		last = i
		r := l.row(i)
		if l.Estimate != nil && !l.known[i] {
			moved = l.measure(i, r) || moved
		}
		r.Move(fyne.NewPos(0, l.top(i)))
		r.Resize(fyne.NewSize(l.width, l.top(i+1)-l.top(i)))
	}
	for i, r := range l.rows {
		if i < first || i > last {
			delete(l.rows, i)
			r.Hide()
			r.hovered = false
			l.free = append(l.free, r)
		}
	}
	l.content.gather()
	if moved {
		l.content.Resize(fyne.NewSize(l.width, max(page, l.top(l.count))))
		l.view.Refresh()
	}
	changed := first != l.first || last != l.last
	l.first, l.last = first, last
	if l.OnScroll != nil && (changed || moved) {
		l.OnScroll(first, last)
	}
}

// measure replaces the guessed height of a row by the true one. What stands
// below moves; if the row begins above the sight, its lower end stays instead.
func (l *List) measure(i int, r *listRow) bool {
	l.known[i] = true
	d := HeightFor(r.object, l.width) - (l.tops[i+1] - l.tops[i])
	if d > -0.5 && d < 0.5 {
		return false
	}
	if l.tops[i] < l.view.Offset.Y-1 {
		l.view.Offset.Y = max(0, l.view.Offset.Y+d)
	}
	for j := i + 1; j <= l.count; j++ {
		l.tops[j] += d
	}
	return true
}

func (l *List) row(i int) *listRow {
	if r, ok := l.rows[i]; ok {
		return r
	}
	var r *listRow
	if n := len(l.free); n > 0 {
		r, l.free = l.free[n-1], l.free[:n-1]
		r.Show()
	} else {
		r = &listRow{list: l, object: l.Create(), ground: canvas.NewRectangle(color.Transparent), edge: canvas.NewRectangle(color.Transparent), line: canvas.NewRectangle(color.Transparent)}
		r.ExtendBaseWidget(r)
	}
	l.rows[i] = r
	l.fill(r, i)
	return r
}

// CreateRenderer is called by Fyne.
func (l *List) CreateRenderer() fyne.WidgetRenderer { return &listRenderer{l} }

type listRenderer struct{ l *List }

func (r *listRenderer) Layout(size fyne.Size) {
	l := r.l
	if l.width != size.Width {
		// Keep the row that is in sight: heights change with the width.
		keep := l.first
		l.width = size.Width
		if l.Estimate != nil && l.tops != nil {
			l.tops, l.known = nil, nil
			l.view.Offset.Y = l.top(min(keep, l.count))
		}
	}
	l.view.Resize(size)
	l.view.Offset.Y = max(0, min(l.view.Offset.Y, l.top(l.count)-size.Height))
	l.view.Refresh()
	l.place()
}

func (r *listRenderer) MinSize() fyne.Size { return fyne.NewSize(80, 60) }

func (r *listRenderer) Refresh() {
	l := r.l
	if l.scale != scale() {
		l.tops, l.known = nil, nil
	}
	for i := range l.rows {
		if i >= l.count {
			continue
		}
		l.fill(l.rows[i], i)
		if l.Estimate != nil && l.known != nil {
			l.known[i] = false
		}
	}
	l.content.Refresh()
	r.Layout(l.Size())
}
func (r *listRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.l.view} }
func (r *listRenderer) Destroy()                     {}

type listContent struct {
	widget.BaseWidget
	list    *List
	objects []fyne.CanvasObject
}

func (c *listContent) gather() {
	c.objects = c.objects[:0]
	for i := range c.list.rows {
		c.objects = append(c.objects, c.list.rows[i])
	}
	canvas.Refresh(c)
}

func (c *listContent) MinSize() fyne.Size { return fyne.NewSize(0, c.list.top(c.list.count)) }

func (c *listContent) CreateRenderer() fyne.WidgetRenderer { return &listContentRenderer{c} }

type listContentRenderer struct{ c *listContent }

func (r *listContentRenderer) Layout(fyne.Size)             {}
func (r *listContentRenderer) MinSize() fyne.Size           { return r.c.MinSize() }
func (r *listContentRenderer) Refresh()                     {}
func (r *listContentRenderer) Objects() []fyne.CanvasObject { return r.c.objects }
func (r *listContentRenderer) Destroy()                     {}

// listRow is the place of one row: its ground, and the object.
type listRow struct {
	widget.BaseWidget
	list               *List
	index              int
	object             fyne.CanvasObject
	ground, edge, line *canvas.Rectangle
	hovered            bool
}

func (r *listRow) paint() {
	r.ground.FillColor, r.edge.FillColor, r.line.FillColor = color.Transparent, color.Transparent, color.Transparent
	if !r.list.Plain {
		r.line.FillColor = look.Fade(look.Of(theme.ColorNameBackground), look.Of(look.Line), 0.7)
		if r.hovered {
			r.ground.FillColor = look.Of(theme.ColorNameHover)
		}
		if r.index == r.list.selected {
			r.ground.FillColor = look.Of(look.Selected)
			r.edge.FillColor = look.Of(theme.ColorNamePrimary)
		}
	}
	r.ground.Refresh()
	r.edge.Refresh()
}

func (r *listRow) Tapped(*fyne.PointEvent) {
	l := r.list
	if c := canvasOf(r); c != nil {
		c.Unfocus()
	}
	again := l.tapped == r.index && time.Since(l.lastTap) < 400*time.Millisecond
	l.tapped, l.lastTap = r.index, time.Now()
	l.Select(r.index)
	if again && l.OnOpen != nil {
		l.tapped = -1
		l.OnOpen(r.index)
	}
}

func (r *listRow) MouseIn(*desktop.MouseEvent)    { r.hovered = true; r.paint() }
func (r *listRow) MouseMoved(*desktop.MouseEvent) {}
func (r *listRow) MouseOut()                      { r.hovered = false; r.paint() }

func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	return &listRowRenderer{r, []fyne.CanvasObject{r.ground, r.line, r.edge, r.object}}
}

type listRowRenderer struct {
	r       *listRow
	objects []fyne.CanvasObject
}

func (r *listRowRenderer) Layout(size fyne.Size) {
	r.r.ground.Resize(size)
	r.r.edge.Resize(fyne.NewSize(3, size.Height))
	r.r.line.Move(fyne.NewPos(0, size.Height-1))
	r.r.line.Resize(fyne.NewSize(size.Width, 1))
	r.r.object.Resize(size)
}
func (r *listRowRenderer) MinSize() fyne.Size           { return r.r.object.MinSize() }
func (r *listRowRenderer) Refresh()                     { r.r.paint(); r.r.object.Refresh() }
func (r *listRowRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *listRowRenderer) Destroy()                     {}
