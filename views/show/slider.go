package show

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Slider is a slider that leaves every key to the screen, which has keys of its
// own for what it moves.
type Slider struct {
	widget.Slider
}

// NewSlider makes a slider. changed is called while it is dragged, not by Put.
func NewSlider(least, most, step float64, changed func(float64)) *Slider {
	s := &Slider{}
	s.Min, s.Max, s.Step, s.OnChanged = least, most, step, changed
	s.Orientation = widget.Horizontal
	s.ExtendBaseWidget(s)
	return s
}

// Put moves the slider without calling what listens to it.
func (s *Slider) Put(value float64) {
	if s.Value == value {
		return
	}
	heard := s.OnChanged
	s.OnChanged = nil
	s.SetValue(value)
	s.OnChanged = heard
}

// TypedKey gives the key on.
func (s *Slider) TypedKey(ev *fyne.KeyEvent) { passKey(s, ev) }

// TypedRune gives the rune on.
func (s *Slider) TypedRune(r rune) { passRune(s, r) }
