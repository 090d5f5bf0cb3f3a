package show

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// NewBanded puts one object above and one below a third that takes what is
// left. Either may be nil. Unlike Fyne's border it asks a Tall object how high
// it wants to be at the width it gets, also after its content changed and the
// returned container was refreshed.
func NewBanded(top, bottom, middle fyne.CanvasObject) *fyne.Container {
	l := &banded{top: top, bottom: bottom, middle: middle}
	objects := []fyne.CanvasObject{middle}
	for _, o := range []fyne.CanvasObject{top, bottom} {
		if o != nil {
			objects = append(objects, o)
		}
	}
	return container.New(l, objects...)
}

type banded struct{ top, bottom, middle fyne.CanvasObject }

// Layout is called by Fyne.
func (b *banded) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	above, below := HeightFor(b.top, size.Width), HeightFor(b.bottom, size.Width)
	if b.top != nil {
		b.top.Move(fyne.NewPos(0, 0))
		b.top.Resize(fyne.NewSize(size.Width, above))
	}
	if b.bottom != nil {
		b.bottom.Move(fyne.NewPos(0, size.Height-below))
		b.bottom.Resize(fyne.NewSize(size.Width, below))
	}
	b.middle.Move(fyne.NewPos(0, above))
	b.middle.Resize(fyne.NewSize(size.Width, max(0, size.Height-above-below)))
}

// MinSize is called by Fyne.
func (b *banded) MinSize([]fyne.CanvasObject) fyne.Size { return b.middle.MinSize() }

// Relaid lays a container out again, after something in it changed its height.
func Relaid(c *fyne.Container) {
	if c.Layout != nil {
		c.Layout.Layout(c.Objects, c.Size())
	}
	c.Refresh()
}
