package show

import (
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The controls of this package give every key that they don't use themselves
// on to the canvas, where the shell's router hears them: a screen's keys work
// wherever the focus is, and an entry keeps what is typed into it.

func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	app := fyne.CurrentApp()
	if app == nil {
		return nil
	}
	return app.Driver().CanvasForObject(o)
}

func passKey(o fyne.CanvasObject, ev *fyne.KeyEvent) {
	if c := canvasOf(o); c != nil {
		if f := c.OnTypedKey(); f != nil {
			f(ev)
		}
	}
}

func passRune(o fyne.CanvasObject, r rune) {
	if c := canvasOf(o); c != nil {
		if f := c.OnTypedRune(); f != nil {
			f(r)
		}
	}
}

// chords are the listeners of canvases. Not every canvas lets a widget hand a
// shortcut back to it, so the shell says here who hears them.
var chords sync.Map

// HearChords makes f hear the shortcuts that no control of a canvas uses.
func HearChords(c fyne.Canvas, f func(fyne.Shortcut)) { chords.Store(c, f) }

// Chord hands a shortcut to the listener of a canvas.
func Chord(c fyne.Canvas, s fyne.Shortcut) {
	if f, ok := chords.Load(c); ok {
		f.(func(fyne.Shortcut))(s)
	}
}

// Button is a push button.
type Button struct {
	widget.Button
}

// NewButton makes a button; the icon may be nil.
func NewButton(label string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = label, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// Primary makes it the button that the screen is for.
func (b *Button) Primary() *Button { b.Importance = widget.HighImportance; return b }

// Quiet makes it a button without ground.
func (b *Button) Quiet() *Button { b.Importance = widget.LowImportance; return b }

// Danger marks a button that takes something away.
func (b *Button) Danger() *Button { b.Importance = widget.DangerImportance; return b }

// TypedKey presses the button at Space and Enter, and gives other keys on.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		if !b.Disabled() && b.OnTapped != nil {
			b.OnTapped()
		}
	default:
		passKey(b, ev)
	}
}

// TypedRune gives the rune on.
func (b *Button) TypedRune(r rune) {
	if r != ' ' {
		passRune(b, r)
	}
}

// Check is a check box with a label.
type Check struct {
	widget.Check
}

// NewCheck makes a check box.
func NewCheck(label string, changed func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = SafeLine(label), changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey gives on what the box does not use.
func (c *Check) TypedKey(ev *fyne.KeyEvent) {
	if ev.Name != fyne.KeySpace {
		passKey(c, ev)
	}
}

// TypedRune toggles at the space bar and gives other runes on.
func (c *Check) TypedRune(r rune) {
	if r == ' ' {
		c.Check.TypedRune(r)
		return
	}
	passRune(c, r)
}

// Entry is a field to type into. Esc leaves it; shortcuts that it doesn't know
// are given on.
type Entry struct {
	widget.Entry
	onEscape func()
}

// NewEntry makes a field of one line.
func NewEntry(placeholder string) *Entry {
	e := &Entry{}
	e.PlaceHolder = placeholder
	e.ExtendBaseWidget(e)
	return e
}

// NewMultiline makes a field of several wrapped lines.
func NewMultiline(placeholder string) *Entry {
	e := NewEntry(placeholder)
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	return e
}

// OnEscape sets what Esc does beside leaving the field.
func (e *Entry) OnEscape(f func()) { e.onEscape = f }

// TypedKey leaves the field at Esc.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	if ev.Name == fyne.KeyEscape {
		if c := canvasOf(e); c != nil {
			c.Unfocus()
		}
		if e.onEscape != nil {
			e.onEscape()
		}
		return
	}
	e.Entry.TypedKey(ev)
}

// TypedShortcut gives custom shortcuts on to the screen.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	e.Entry.TypedShortcut(s)
	if _, ok := s.(*desktop.CustomShortcut); ok {
		Chord(canvasOf(e), s)
	}
}

// AcceptsTab lets Tab go to the next control; a message needs no tabs.
func (e *Entry) AcceptsTab() bool { return false }

// Option is one line of a Picker.
type Option struct {
	Label  string
	Chosen bool
	Pick   func()
}

// Picker is a button that opens a list of options.
type Picker struct {
	Button
	options func() []Option
	multi   bool
}

// NewPicker makes a picker; options are asked for when it opens.
func NewPicker(label string, options func() []Option) *Picker {
	p := &Picker{options: options}
	p.Text = label
	p.Icon = theme.MenuDropDownIcon()
	p.IconPlacement = widget.ButtonIconTrailingText
	p.OnTapped = p.Open
	p.ExtendBaseWidget(p)
	return p
}

// TypedKey opens the list at Space, Enter and Down, and gives other keys on.
func (p *Picker) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyDown:
		p.Open()
	default:
		passKey(p, ev)
	}
}

// TypedRune gives the rune on.
func (p *Picker) TypedRune(r rune) {
	if r != ' ' {
		passRune(p, r)
	}
}

// Open shows the options below the picker.
func (p *Picker) Open() {
	if p.multi {
		p.openMulti()
		return
	}
	c := canvasOf(p)
	if c == nil {
		return
	}
	menu := fyne.NewMenu("")
	for _, o := range p.options() {
		item := fyne.NewMenuItem(SafeLine(o.Label), o.Pick)
		item.Checked = o.Chosen
		menu.Items = append(menu.Items, item)
	}
	if len(menu.Items) == 0 {
		return
	}
	pop := widget.NewPopUpMenu(menu, c)
	pop.ShowAtRelativePosition(fyne.NewPos(0, p.Size().Height+2), p)
}

// Centre puts an object in the middle at its least size.
func Centre(o fyne.CanvasObject) fyne.CanvasObject { return container.NewCenter(o) }

// Tap is an area that is pressed like a button and holds any object. It does
// not take the focus.
type Tap struct {
	widget.BaseWidget
	object  fyne.CanvasObject
	tapped  func()
	ground  *Ground
	hovered bool
	on      fyne.ThemeColorName // the ground when it is chosen
	chosen  bool
}

// NewTap makes an area.
func NewTap(o fyne.CanvasObject, tapped func()) *Tap {
	t := &Tap{}
	t.Init(t, o, tapped)
	return t
}

// Init makes an area that is embedded in the widget self.
func (t *Tap) Init(self fyne.Widget, o fyne.CanvasObject, tapped func()) {
	t.object, t.tapped = o, tapped
	t.ground = NewGround("", 0, o).Round(4)
	t.ExtendBaseWidget(self)
}

// Choose paints the area as the chosen one.
func (t *Tap) Choose(chosen bool, role fyne.ThemeColorName) {
	t.chosen, t.on = chosen, role
	t.paint()
}

func (t *Tap) paint() {
	switch {
	case t.chosen:
		t.ground.Paint(t.on)
	case t.hovered:
		t.ground.Paint(theme.ColorNameHover)
	default:
		t.ground.Paint("")
	}
}

// Tapped presses the area.
func (t *Tap) Tapped(*fyne.PointEvent) {
	if t.tapped != nil {
		t.tapped()
	}
}

// MouseIn lights the area.
func (t *Tap) MouseIn(*desktop.MouseEvent) { t.hovered = true; t.paint() }

// MouseMoved does nothing.
func (t *Tap) MouseMoved(*desktop.MouseEvent) {}

// MouseOut dims the area.
func (t *Tap) MouseOut() { t.hovered = false; t.paint() }

// Cursor shows that the area can be pressed.
func (t *Tap) Cursor() desktop.Cursor { return desktop.PointerCursor }

// HeightFor is the object's height.
func (t *Tap) HeightFor(width float32) float32 { return HeightFor(t.ground, width) }

// CreateRenderer is called by Fyne.
func (t *Tap) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.ground) }

// NewMultiPicker makes a picker whose options are checked and unchecked while
// the list stays open.
func NewMultiPicker(label string, options func() []Option) *Picker {
	p := NewPicker(label, options)
	p.OnTapped = p.openMulti
	p.multi = true
	return p
}

func (p *Picker) openMulti() {
	c := canvasOf(p)
	if c == nil {
		return
	}
	var rows []fyne.CanvasObject
	for _, o := range p.options() {
		check := NewCheck(o.Label, nil)
		check.Checked = o.Chosen
		check.OnChanged = func(bool) { o.Pick() }
		rows = append(rows, check)
	}
	if len(rows) == 0 {
		return
	}
	scroll := container.NewVScroll(NewGround("", 0, NewBox(0, rows...)).Pad(8, 4, 16, 4))
	pop := widget.NewPopUp(scroll, c)
	m := scroll.Content.MinSize()
	pos := fyne.CurrentApp().Driver().AbsolutePositionForObject(p).AddXY(0, p.Size().Height+2)
	m.Height = min(m.Height+4, c.Size().Height-pos.Y-12)
	m.Width = max(m.Width, p.Size().Width)
	pos.X = min(pos.X, c.Size().Width-m.Width-6)
	pop.Resize(m)
	pop.ShowAtPosition(pos)
	if first, ok := rows[0].(fyne.Focusable); ok {
		c.Focus(first)
	}
}
