package show

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Facts is a grid of names and values, the values wrapped.
type Facts struct {
	widget.BaseWidget
	box   *Box
	width float32
}

// NewFacts makes a grid of pairs: name, value, name, value.
func NewFacts(pairs ...string) *Facts {
	f := &Facts{box: NewBox(3), width: 86}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	f.ExtendBaseWidget(f)
	return f
}

// Wide sets the width of the names.
func (f *Facts) Wide(width float32) *Facts { f.width = width; return f }

// Add adds a pair; an empty value is a dash.
func (f *Facts) Add(name, value string) {
	if value == "" {
		value = "–"
	}
	f.AddObject(name, NewPara(value))
}

// AddObject adds a name with any object.
func (f *Facts) AddObject(name string, value fyne.CanvasObject) {
	f.box.objects = append(f.box.objects, NewRow(10,
		Cell{Object: NewLine(name).Muted(), Width: f.width, Top: true}, Cell{Object: value, Share: 1, Top: true}))
}

// HeightFor is the height of all pairs at a width.
func (f *Facts) HeightFor(width float32) float32 { return f.box.HeightFor(width) }

// CreateRenderer is called by Fyne.
func (f *Facts) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.box) }
