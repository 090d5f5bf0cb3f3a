package rules

import (
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
	"mensch/views/show"
)

// numeral is a number of the rules that keys and the pointer move.
type numeral struct {
	text  string
	low   float64
	high  float64
	step  float64
	log   bool
	now   float64 // in force
	value float64
	unit  string
	set   func(float64)
	field string // as faults name it
}

func (n numeral) words(x float64) string {
	if x == math.Trunc(x) && n.step >= 1 {
		return strconv.Itoa(int(x)) + n.unit
	}
	if n.log {
		return strconv.FormatFloat(x, 'g', 3, 64) + n.unit
	}
	return strconv.FormatFloat(x, 'f', 2, 64) + n.unit
}

// numberRow is a number with its slider.
type numberRow struct {
	numeral
	root  *show.Ground
	value *show.Line
	was   *show.Line
	bar   *slider
}

func (v *View) newNumber(n numeral) *numberRow {
	r := &numberRow{numeral: n}
	at := len(v.numbers)
	r.value = show.NewLine("").Bold().Right().Min(64)
	r.was = show.NewLine("").Small().Muted().Right().Min(64)
	r.bar = newSlider(n, func(x float64) {
		v.number = at
		v.setNumber(r, x)
	})
	less := show.NewButton("", theme.ContentRemoveIcon(), func() { v.number = at; v.move(-1) }).Quiet()
	more := show.NewButton("", theme.ContentAddIcon(), func() { v.number = at; v.move(1) }).Quiet()
	name := show.NewPara(n.text)
	line := v.newFault(n.field)
	r.root = show.NewGround("", 0, show.NewBox(2, show.NewRow(10, show.Grow(name, 1.1), show.Own(less), show.Grow(r.bar, 1), show.Own(more), show.Own(r.value), show.Own(r.was)), line)).Pad(8, 3, 8, 3).Round(5)
	v.numbers = append(v.numbers, r)
	r.update()
	return r
}

func (r *numberRow) update() {
	r.value.SetText(r.words(r.numeral.value))
	if r.numeral.value != r.now {
		r.was.SetText("was " + r.words(r.now))
	} else {
		r.was.SetText("")
	}
	r.bar.value = r.numeral.value
	r.bar.Refresh()
}

func (v *View) setNumber(r *numberRow, x float64) {
	if r.log {
		x = math.Pow(r.step, math.Round(math.Log(x)/math.Log(r.step)))
	} else {
		x = math.Round(x/r.step) * r.step
		x = math.Round(x*1e12) / 1e12
	}
	x = min(max(x, r.low), r.high)
	if x == r.numeral.value {
		v.light()
		return
	}
	r.numeral.value = x
	r.set(x)
	r.update()
	v.light()
}

// move moves the chosen number by a step.
func (v *View) move(by float64) {
	if v.number < 0 || v.number >= len(v.numbers) {
		return
	}
	r := v.numbers[v.number]
	if r.log {
		v.setNumber(r, r.numeral.value*math.Pow(r.step, by))
		return
	}
	v.setNumber(r, r.numeral.value+by*r.step)
}

// pick chooses another number.
func (v *View) pick(by int) {
	if n := len(v.numbers); n > 0 {
		v.number = (v.number + by + n) % n
		v.light()
		v.scroll.Reveal(v.numbers[v.number].root)
	}
}

// light shows which number the keys move.
func (v *View) light() {
	for i, r := range v.numbers {
		if i == v.number {
			r.root.Paint(look.Selected)
		} else {
			r.root.Paint("")
		}
	}
}

// slider is a bar with a knob; the value in force is a tick on it.
type slider struct {
	widget.BaseWidget
	numeral
	moved func(float64)
	track *canvas.Rectangle
	part  *canvas.Rectangle
	tick  *canvas.Rectangle
	knob  *canvas.Circle
}

func newSlider(n numeral, moved func(float64)) *slider {
	s := &slider{numeral: n, moved: moved, track: canvas.NewRectangle(nil), part: canvas.NewRectangle(nil), tick: canvas.NewRectangle(nil), knob: canvas.NewCircle(nil)}
	s.ExtendBaseWidget(s)
	return s
}

func (s *slider) share(x float64) float32 {
	if s.high <= s.low {
		return 0
	}
	if s.log {
		return float32(min(max(math.Log(x/s.low)/math.Log(s.high/s.low), 0), 1))
	}
	return float32(min(max((x-s.low)/(s.high-s.low), 0), 1))
}

func (s *slider) to(x float32) {
	const edge = 8
	if w := s.Size().Width - 2*edge; w > 0 {
		share := float64(min(max((x-edge)/w, 0), 1))
		if s.log {
			s.moved(s.low * math.Pow(s.high/s.low, share))
			return
		}
		s.moved(s.low + share*(s.high-s.low))
	}
}

// Tapped sets the value.
func (s *slider) Tapped(ev *fyne.PointEvent) { s.to(ev.Position.X) }

// Dragged sets the value.
func (s *slider) Dragged(ev *fyne.DragEvent) { s.to(ev.Position.X) }

// DragEnd does nothing.
func (s *slider) DragEnd() {}

// Cursor shows that the bar can be pressed.
func (s *slider) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer is called by Fyne.
func (s *slider) CreateRenderer() fyne.WidgetRenderer { return &sliderRenderer{s} }

type sliderRenderer struct{ s *slider }

func (r *sliderRenderer) Layout(size fyne.Size) {
	const edge = 8
	s := r.s
	w, y := size.Width-2*edge, size.Height/2
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	at := edge + w*s.share(s.value)
	put(s.track, edge, y-2, w, 4)
	put(s.part, edge, y-2, at-edge, 4)
	put(s.tick, edge+w*s.share(s.now)-1, y-7, 2, 14)
	put(s.knob, at-7, y-7, 14, 14)
}

func (r *sliderRenderer) MinSize() fyne.Size { return fyne.NewSize(90, 24) }

func (r *sliderRenderer) Refresh() {
	s := r.s
	s.track.FillColor, s.track.CornerRadius = look.Of(look.Track), 2
	s.part.FillColor, s.part.CornerRadius = look.Of(theme.ColorNamePrimary), 2
	s.tick.FillColor = look.Of(look.Muted)
	s.knob.FillColor = look.Of(theme.ColorNamePrimary)
	s.tick.Hidden = s.value == s.now
	r.Layout(s.Size())
	for _, o := range r.Objects() {
		canvas.Refresh(o)
	}
}

func (r *sliderRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.s.track, r.s.part, r.s.tick, r.s.knob}
}
func (r *sliderRenderer) Destroy() {}
