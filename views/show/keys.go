package show

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/views/look"
)

// NewKeys draws the names of keys as caps; three spaces separate two of them.
func NewKeys(labels string) fyne.CanvasObject {
	var caps []fyne.CanvasObject
	for _, l := range strings.Split(labels, "   ") {
		text := NewLine(l).Small().Centred().Whole().Min(10)
		caps = append(caps, NewGround(look.Raised, 0, text).Pad(6, 1, 6, 1).Round(4).Stroke(look.Line))
	}
	return NewFlow(4, caps...)
}

// NewHint is a key with its meaning, for a row of hints.
func NewHint(key, text string) fyne.CanvasObject {
	capText := NewLine(key).Small().Muted().Centred().Whole().Min(9)
	return NewRow(5,
		Own(NewGround(look.Raised, 0, capText).Pad(5, 0, 5, 0).Round(4).Stroke(look.Line)),
		Own(NewLine(text).Small().Muted().Whole()))
}

// Tinted gives an icon in the colour that the theme has under a name.
func Tinted(icon fyne.Resource, role fyne.ThemeColorName) fyne.Resource {
	return theme.NewColoredResource(icon, role)
}

// Transparent is no colour.
var Transparent = color.Transparent
