package show

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
)

// Chip is a short label on a tinted ground.
type Chip struct {
	widget.BaseWidget
	text      string
	guideline string
	role      fyne.ThemeColorName
}

// NewChip is a chip in a colour of the theme: coloured text on a faint tint of
// the same colour.
func NewChip(text string, role fyne.ThemeColorName) *Chip {
	c := &Chip{text: SafeLine(text), role: role}
	c.ExtendBaseWidget(c)
	return c
}

// NewGuidelineChip is a chip in a guideline's colour.
func NewGuidelineChip(guideline, title string) *Chip {
	c := &Chip{text: SafeLine(title), guideline: guideline}
	c.ExtendBaseWidget(c)
	return c
}

// Set changes a chip in a colour of the theme.
func (c *Chip) Set(text string, role fyne.ThemeColorName) {
	text = SafeLine(text)
	if c.text == text && c.role == role && c.guideline == "" {
		return
	}
	c.text, c.role, c.guideline = text, role, ""
	c.Refresh()
}

// SetGuideline changes a guideline's chip.
func (c *Chip) SetGuideline(guideline, title string) {
	title = SafeLine(title)
	if c.text == title && c.guideline == guideline {
		return
	}
	c.text, c.guideline = title, guideline
	c.Refresh()
}

// Text is what the chip says.
func (c *Chip) Text() string { return c.text }

// CreateRenderer is called by Fyne.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	r := &chipRenderer{chip: c, ground: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", color.Transparent)}
	r.style()
	return r
}

type chipRenderer struct {
	chip   *Chip
	ground *canvas.Rectangle
	text   *canvas.Text
}

func (r *chipRenderer) style() {
	r.ground.CornerRadius = 4
	r.text.TextSize = look.Size(theme.SizeNameCaptionText)
	r.text.Alignment = fyne.TextAlignCenter
	if r.chip.guideline != "" {
		r.ground.FillColor = look.Tint(r.chip.guideline)
		r.text.Color = look.Of(look.OnTint)
	} else {
		r.ground.FillColor = look.Fade(look.Of(look.Surface), look.Of(r.chip.role), 0.13)
		r.text.Color = look.Of(r.chip.role)
	}
	r.text.Text = Cut(r.chip.text, r.chip.Size().Width-12, r.text.TextSize, r.text.TextStyle)
}

func (r *chipRenderer) Layout(size fyne.Size) {
	r.ground.Resize(size)
	r.text.Text = Cut(r.chip.text, size.Width-12, r.text.TextSize, r.text.TextStyle)
	h := r.text.MinSize().Height
	r.text.Move(fyne.NewPos(0, (size.Height-h)/2))
	r.text.Resize(fyne.NewSize(size.Width, h))
	r.text.Refresh()
}

func (r *chipRenderer) MinSize() fyne.Size {
	m := fyne.MeasureText(r.chip.text, look.Size(theme.SizeNameCaptionText), fyne.TextStyle{})
	return fyne.NewSize(m.Width+13, m.Height+3)
}

func (r *chipRenderer) Refresh() {
	r.style()
	r.Layout(r.chip.Size())
	r.ground.Refresh()
}

func (r *chipRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.ground, r.text} }
func (r *chipRenderer) Destroy()                     {}

// Chips is one line of guideline chips for a table's cell: those that fit, and
// "+2" for the rest. Its chips are made once and reused.
type Chips struct {
	widget.BaseWidget
	ids    []string
	titles map[string]string
	chips  []*Chip
	more   *Line
	objs   []fyne.CanvasObject
}

// NewChips makes an empty line of chips.
func NewChips(titles map[string]string) *Chips {
	c := &Chips{titles: titles, more: NewLine("").Muted().Small()}
	for range 4 {
		chip := NewChip("", look.Muted)
		chip.Hide()
		c.chips = append(c.chips, chip)
		c.objs = append(c.objs, chip)
	}
	c.more.Hide()
	c.objs = append(c.objs, c.more)
	c.ExtendBaseWidget(c)
	return c
}

// Set shows the guidelines of these IDs.
func (c *Chips) Set(ids []string) {
	if len(ids) == len(c.ids) {
		same := true
		for i := range ids {
			same = same && ids[i] == c.ids[i]
		}
		if same {
			return
		}
	}
	c.ids = ids
	c.Refresh()
}

// CreateRenderer is called by Fyne.
func (c *Chips) CreateRenderer() fyne.WidgetRenderer { return &chipsRenderer{c} }

type chipsRenderer struct{ c *Chips }

func (r *chipsRenderer) Layout(size fyne.Size) {
	c := r.c
	x, shown := float32(0), 0
	const gap = 4
	for i, chip := range c.chips {
		if i >= len(c.ids) {
			chip.Hide()
			continue
		}
		title := c.titles[c.ids[i]]
		if title == "" {
			title = c.ids[i]
		}
		chip.SetGuideline(c.ids[i], title)
		m := chip.MinSize()
		room := size.Width - x
		if len(c.ids) > i+1 {
			room -= 26 * scale()
		}
		if m.Width > room && (i > 0 && room < 56) {
			for _, rest := range c.chips[i:] {
				rest.Hide()
			}
			break
		}
		m.Width = min(m.Width, room)
		chip.Show()
		chip.Move(fyne.NewPos(x, (size.Height-m.Height)/2))
		chip.Resize(m)
		x += m.Width + gap
		shown++
	}
	if rest := len(c.ids) - shown; rest > 0 {
		c.more.SetText("+" + Number(int64(rest)))
		c.more.Show()
		h := c.more.MinSize().Height
		c.more.Move(fyne.NewPos(x, (size.Height-h)/2))
		c.more.Resize(fyne.NewSize(max(0, size.Width-x), h))
	} else {
		c.more.Hide()
	}
}

func (r *chipsRenderer) MinSize() fyne.Size { return fyne.NewSize(0, r.c.chips[0].MinSize().Height) }

func (r *chipsRenderer) Refresh() {
	r.Layout(r.c.Size())
	for _, o := range r.c.objs {
		o.Refresh()
	}
}
func (r *chipsRenderer) Objects() []fyne.CanvasObject { return r.c.objs }
func (r *chipsRenderer) Destroy()                     {}

// Meter is a number from 0 to 100 with a bar behind it: a case's priority, a
// finding's score.
type Meter struct {
	widget.BaseWidget
	value   int
	blank   bool
	numeral bool
	colour  func(int) color.Color
}

// NewMeter makes a meter coloured by heat, the number before the bar.
func NewMeter() *Meter {
	m := &Meter{numeral: true, colour: look.Heat}
	m.ExtendBaseWidget(m)
	return m
}

// Coloured sets how the bar is coloured.
func (m *Meter) Coloured(f func(int) color.Color) *Meter { m.colour = f; return m }

// Bare leaves the number away.
func (m *Meter) Bare() *Meter { m.numeral = false; return m }

// Set shows a value from 0 to 100.
func (m *Meter) Set(value int) {
	value = min(max(value, 0), 100)
	if m.value == value && !m.blank {
		return
	}
	m.value, m.blank = value, false
	m.Refresh()
}

// Blank shows nothing, while the value is still loading.
func (m *Meter) Blank() {
	if !m.blank {
		m.blank = true
		m.Refresh()
	}
}

// Value is what the meter shows.
func (m *Meter) Value() int { return m.value }

// CreateRenderer is called by Fyne.
func (m *Meter) CreateRenderer() fyne.WidgetRenderer {
	r := &meterRenderer{
		m: m, track: canvas.NewRectangle(color.Transparent), bar: canvas.NewRectangle(color.Transparent),
		text: canvas.NewText("", color.Transparent),
	}
	r.Refresh()
	return r
}

type meterRenderer struct {
	m          *Meter
	track, bar *canvas.Rectangle
	text       *canvas.Text
}

func (r *meterRenderer) Layout(size fyne.Size) {
	x := float32(0)
	if r.m.numeral {
		num := fyne.MeasureText("100", r.text.TextSize, r.text.TextStyle)
		r.text.Move(fyne.NewPos(0, (size.Height-num.Height)/2))
		r.text.Resize(num)
		x = num.Width + 7
	}
	y := size.Height/2 - 2.5
	r.track.Move(fyne.NewPos(x, y))
	r.track.Resize(fyne.NewSize(max(0, size.Width-x), 5))
	r.bar.Move(fyne.NewPos(x, y))
	r.bar.Resize(fyne.NewSize(max(0, size.Width-x)*float32(r.m.value)/100, 5))
}

func (r *meterRenderer) MinSize() fyne.Size {
	return fyne.NewSize(30, LineHeight(theme.SizeNameText, fyne.TextStyle{Bold: true}))
}

func (r *meterRenderer) Refresh() {
	r.text.TextSize = look.Size(theme.SizeNameText)
	r.text.TextStyle = fyne.TextStyle{Bold: true}
	r.text.Alignment = fyne.TextAlignTrailing
	r.text.Color = look.Of(theme.ColorNameForeground)
	r.text.Text = Number(int64(r.m.value))
	r.track.FillColor = look.Of(look.Track)
	r.bar.FillColor = r.m.colour(r.m.value)
	r.track.CornerRadius, r.bar.CornerRadius = 2.5, 2.5
	if r.m.blank {
		r.text.Text = ""
		r.bar.FillColor = color.Transparent
	}
	if !r.m.numeral {
		r.text.Text = ""
	}
	r.Layout(r.m.Size())
	r.track.Refresh()
	r.bar.Refresh()
	r.text.Refresh()
}

func (r *meterRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.track, r.bar, r.text}
}
func (r *meterRenderer) Destroy() {}

// Dot is a small coloured circle.
type Dot struct {
	widget.BaseWidget
	role   fyne.ThemeColorName
	colour color.Color
	circle *canvas.Circle
}

// NewDot makes a dot in a colour of the theme.
func NewDot(role fyne.ThemeColorName) *Dot {
	d := &Dot{role: role, circle: canvas.NewCircle(color.Transparent)}
	d.ExtendBaseWidget(d)
	return d
}

// Set changes the colour.
func (d *Dot) Set(role fyne.ThemeColorName) { d.role, d.colour = role, nil; d.Refresh() }

// Coloured sets a colour that is not in the theme.
func (d *Dot) Coloured(c color.Color) *Dot { d.colour = c; d.Refresh(); return d }

// CreateRenderer is called by Fyne.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	r := &dotRenderer{d}
	r.paint()
	return r
}

type dotRenderer struct{ d *Dot }

func (r *dotRenderer) paint() {
	if r.d.circle.FillColor = r.d.colour; r.d.colour == nil {
		r.d.circle.FillColor = look.Of(r.d.role)
	}
}

func (r *dotRenderer) Layout(size fyne.Size) {
	r.d.circle.Move(fyne.NewPos((size.Width-8)/2, (size.Height-8)/2))
	r.d.circle.Resize(fyne.NewSize(8, 8))
}
func (r *dotRenderer) MinSize() fyne.Size           { return fyne.NewSize(8, 8) }
func (r *dotRenderer) Refresh()                     { r.paint(); r.d.circle.Refresh() }
func (r *dotRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.d.circle} }
func (r *dotRenderer) Destroy()                     {}
