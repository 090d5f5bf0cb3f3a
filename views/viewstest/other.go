package viewstest

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"mensch/views/shell"
)

// Other stands in for the screens that the one under test leads to.
type Other struct{ Route shell.Route }

// Title is the screen's name.
func (o *Other) Title() string { return "Other" }

// Subtitle is empty.
func (o *Other) Subtitle() string { return "" }

// Content is nothing.
func (o *Other) Content() fyne.CanvasObject { return container.NewWithoutLayout() }

// Keys are none.
func (o *Other) Keys() []shell.Key { return nil }

// Open keeps the route that led here.
func (o *Other) Open(r shell.Route) { o.Route = r }

// Leave does nothing.
func (o *Other) Leave() {}
