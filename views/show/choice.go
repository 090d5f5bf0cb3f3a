package show

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
)

// Choice shows a few options beside each other, one of them chosen. With the
// focus, the arrows and the digits choose.
type Choice struct {
	widget.BaseWidget
	OnChanged func(int)

	options []string
	chosen  int
	focused bool
	taps    []*Tap
	grounds []*Ground
	lines   []*Line
	flow    *Flow
	frame   *Ground
}

// NewChoice makes a choice; the first option is chosen.
func NewChoice(options ...string) *Choice {
	c := &Choice{options: options}
	var objects []fyne.CanvasObject
	for i, o := range options {
		line := NewLine(o).Whole()
		ground := NewGround(look.Raised, 0, line).Pad(9, 3, 9, 3).Round(4)
		tap := NewTap(ground, func() { c.Choose(i) })
		c.lines, c.grounds, c.taps = append(c.lines, line), append(c.grounds, ground), append(c.taps, tap)
		objects = append(objects, tap)
	}
	c.flow = NewFlow(6, objects...)
	c.frame = NewGround("", 0, c.flow).Pad(3, 3, 3, 3).Round(5)
	c.ExtendBaseWidget(c)
	c.paint()
	return c
}

// None leaves no option chosen, where the first would be a suggestion.
func (c *Choice) None() {
	c.chosen = -1
	c.paint()
}

// Chosen is the index of the chosen option, -1 after None.
func (c *Choice) Chosen() int { return c.chosen }

// Value is the chosen option.
func (c *Choice) Value() string {
	if c.chosen < 0 || c.chosen >= len(c.options) {
		return ""
	}
	return c.options[c.chosen]
}

// Choose chooses an option; what is out of range is left.
func (c *Choice) Choose(i int) {
	if i < 0 || i >= len(c.options) {
		return
	}
	changed := c.chosen != i
	c.chosen = i
	c.paint()
	if changed && c.OnChanged != nil {
		c.OnChanged(i)
	}
}

func (c *Choice) paint() {
	for i, g := range c.grounds {
		if i == c.chosen {
			g.Paint(theme.ColorNamePrimary)
			c.lines[i].Role(theme.ColorNameForegroundOnPrimary)
		} else {
			g.Paint(look.Raised)
			c.lines[i].Role(theme.ColorNameForeground)
		}
		c.lines[i].Refresh()
	}
	c.frame.Stroke("")
	if c.focused {
		c.frame.Stroke(theme.ColorNamePrimary)
	}
	c.frame.Refresh()
}

// FocusGained frames the choice.
func (c *Choice) FocusGained() { c.focused = true; c.paint() }

// FocusLost takes the frame away.
func (c *Choice) FocusLost() { c.focused = false; c.paint() }

// TypedKey moves the choice with the arrows, and gives other keys on.
func (c *Choice) TypedKey(ev *fyne.KeyEvent) {
	switch ev.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		c.Choose(c.chosen - 1)
	case fyne.KeyRight, fyne.KeyDown:
		c.Choose(c.chosen + 1)
	default:
		passKey(c, ev)
	}
}

// TypedRune chooses by digit, and gives other runes on.
func (c *Choice) TypedRune(r rune) {
	if n := int(r - '1'); n >= 0 && n < len(c.options) {
		c.Choose(n)
		return
	}
	passRune(c, r)
}

// TypedShortcut gives chords on.
func (c *Choice) TypedShortcut(s fyne.Shortcut) {
	if cv := canvasOf(c); cv != nil {
		Chord(cv, s)
	}
}

// HeightFor is the height at a width.
func (c *Choice) HeightFor(width float32) float32 { return HeightFor(c.frame, width) }

// Natural is the width that all options beside each other take.
func (c *Choice) Natural() float32 { return c.flow.Natural() + 6 }

// CreateRenderer is called by Fyne.
func (c *Choice) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(c.frame) }
