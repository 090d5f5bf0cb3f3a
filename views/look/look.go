// Package look is the appearance of Mensch: one theme in a dark and a light
// coat, its own colours and sizes, and the colour that each guideline has on
// every screen.
package look

import (
	"image/color"
	"math"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours of Mensch beyond Fyne's own names.
const (
	Surface  fyne.ThemeColorName = "menschSurface"  // a panel on the background
	Raised   fyne.ThemeColorName = "menschRaised"   // a header, a card on a panel
	Rail     fyne.ThemeColorName = "menschRail"     // the navigation at the side
	Muted    fyne.ThemeColorName = "menschMuted"    // secondary text
	Faint    fyne.ThemeColorName = "menschFaint"    // hints, units, what is still loading
	Line     fyne.ThemeColorName = "menschLine"     // hairlines
	Selected fyne.ThemeColorName = "menschSelected" // the chosen row
	Client   fyne.ThemeColorName = "menschClient"   // the client's side of a transcript
	Expert   fyne.ThemeColorName = "menschExpert"   // the expert's side of a transcript
	Track    fyne.ThemeColorName = "menschTrack"    // the empty part of a bar
	Info     fyne.ThemeColorName = "menschInfo"     // neutral notices
	OnTint   fyne.ThemeColorName = "menschOnTint"   // text on a tinted chip
	Hidden   fyne.ThemeColorName = "menschHidden"   // characters made visible
	RailInk  fyne.ThemeColorName = "menschRailInk"  // icons and captions of the navigation
	RailHere fyne.ThemeColorName = "menschRailHere" // the ground of where one is
	RailOn   fyne.ThemeColorName = "menschRailOn"   // the ink of where one is
)

// Sizes of Mensch beyond Fyne's own names.
const (
	Tiny  fyne.ThemeSizeName = "menschTiny"  // captions of the rail, units
	Title fyne.ThemeSizeName = "menschTitle" // a screen's title
)

// Mode says which coat is worn.
type Mode string

// The modes; System follows the desktop.
const (
	System Mode = "system"
	Dark   Mode = "dark"
	Light  Mode = "light"
)

// Theme is the look in one mode and text scale.
type Theme struct {
	base  fyne.Theme
	mode  Mode
	scale float32
}

var _ fyne.Theme = (*Theme)(nil)

// now is the theme that Tint, Edge and Dark answer for: there is one window.
var now atomic.Pointer[Theme]

// New makes a theme. The scale multiplies text sizes and is held between 0.8
// and 2; zero means 1.
func New(mode Mode, scale float32) *Theme {
	switch mode {
	case Dark, Light:
	default:
		mode = System
	}
	if scale == 0 {
		scale = 1
	}
	scale = min(max(scale, 0.8), 2)
	t := &Theme{base: theme.DefaultTheme(), mode: mode, scale: scale}
	now.Store(t)
	return t
}

// Scale is the text scale in use.
func (t *Theme) Scale() float32 { return t.scale }

// Mode is the mode in use.
func (t *Theme) Mode() Mode { return t.mode }

func (t *Theme) dark(v fyne.ThemeVariant) bool {
	switch t.mode {
	case Dark:
		return true
	case Light:
		return false
	}
	return v != theme.VariantLight
}

type pair struct{ dark, light color.NRGBA }

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func two(dark, light uint32) pair { return pair{rgb(dark), rgb(light)} }

// The palette: ink and slate, one teal accent, and quiet signal colours that
// keep a contrast of at least 4.5 to 1 as text (see the test).
var palette = map[fyne.ThemeColorName]pair{
	theme.ColorNameBackground:          two(0x12171d, 0xf3f5f7),
	Surface:                            two(0x182028, 0xffffff),
	Raised:                             two(0x202a34, 0xe9edf1),
	Rail:                               two(0x0d1116, 0x1d2a33),
	RailInk:                            two(0xa9b6c2, 0xb9c6d0),
	RailHere:                           two(0x1d4a4b, 0x2a6365),
	RailOn:                             two(0xffffff, 0xffffff),
	Line:                               two(0x2a3540, 0xd5dce3),
	Selected:                           two(0x1d3a40, 0xd3e9e7),
	Client:                             two(0x202933, 0xffffff),
	Expert:                             two(0x1a2f36, 0xe3f0f0),
	Track:                              two(0x2b3641, 0xdde3e9),
	Info:                               two(0x7fb2dd, 0x1f5f99),
	OnTint:                             two(0xe6ebf1, 0x1a232d),
	Hidden:                             two(0xf0b75e, 0x8a4b00),
	Muted:                              two(0xa3b0be, 0x4f5c69),
	Faint:                              two(0x8594a3, 0x626f7c),
	theme.ColorNameForeground:          two(0xe6ebf1, 0x1a232d),
	theme.ColorNamePlaceHolder:         two(0x8594a3, 0x626f7c),
	theme.ColorNameDisabled:            two(0x66727f, 0x8b96a1),
	theme.ColorNameDisabledButton:      two(0x1c242d, 0xe4e8ec),
	theme.ColorNameButton:              two(0x26323d, 0xe2e7ec),
	theme.ColorNameHover:               two(0x22303a, 0xe6edf1),
	theme.ColorNamePressed:             two(0x2d4049, 0xcfdde1),
	theme.ColorNamePrimary:             two(0x4fb3a9, 0x0f6f68),
	theme.ColorNameForegroundOnPrimary: two(0x06211f, 0xffffff),
	theme.ColorNameHyperlink:           two(0x6cc4bb, 0x0f6f68),
	theme.ColorNameFocus:               two(0x2f6e6a, 0x7fc4be),
	theme.ColorNameSelection:           two(0x1f4a4c, 0xb9dfdb),
	theme.ColorNameError:               two(0xf0857a, 0xae3226),
	theme.ColorNameForegroundOnError:   two(0x2b0906, 0xffffff),
	theme.ColorNameWarning:             two(0xe0ad4f, 0x855300),
	theme.ColorNameForegroundOnWarning: two(0x261a00, 0xffffff),
	theme.ColorNameSuccess:             two(0x6cc08f, 0x1b7045),
	theme.ColorNameForegroundOnSuccess: two(0x06210f, 0xffffff),
	theme.ColorNameHeaderBackground:    two(0x182028, 0xffffff),
	theme.ColorNameInputBackground:     two(0x1d2731, 0xffffff),
	theme.ColorNameInputBorder:         two(0x5f7080, 0x84919e),
	theme.ColorNameMenuBackground:      two(0x202a34, 0xffffff),
	theme.ColorNameOverlayBackground:   two(0x1b242d, 0xffffff),
	theme.ColorNameScrollBarBackground: two(0x151b22, 0xe9edf1),
	theme.ColorNameSeparator:           two(0x2a3540, 0xd5dce3),
}

// Color is a colour of the present coat.
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	dark := t.dark(v)
	if p, ok := palette[name]; ok {
		if dark {
			return p.dark
		}
		return p.light
	}
	switch name {
	case theme.ColorNameScrollBar:
		if dark {
			return color.NRGBA{R: 0x8a, G: 0x99, B: 0xa8, A: 0x70}
		}
		return color.NRGBA{R: 0x50, G: 0x5c, B: 0x68, A: 0x70}
	case theme.ColorNameShadow:
		if dark {
			return color.NRGBA{A: 0x58}
		}
		return color.NRGBA{R: 0x1a, G: 0x23, B: 0x2d, A: 0x1e}
	}
	if dark {
		v = theme.VariantDark
	} else {
		v = theme.VariantLight
	}
	return t.base.Color(name, v)
}

// Font is the font of a style.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return t.base.Font(style) }

// Icon is an icon by name.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

// Size is a size; texts grow with the scale, the rest stays.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 13 * t.scale
	case theme.SizeNameCaptionText:
		return 11.5 * t.scale
	case Tiny:
		return 10.5 * t.scale
	case theme.SizeNameHeadingText:
		return 20 * t.scale
	case theme.SizeNameSubHeadingText:
		return 14.5 * t.scale
	case Title:
		return 16 * t.scale
	case theme.SizeNameInlineIcon:
		return 16 * t.scale
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInnerPadding:
		return 6
	case theme.SizeNameLineSpacing:
		return 3
	case theme.SizeNameModalBlurRadius:
		return 0 // a blur of the whole window is slow without a graphics card
	case theme.SizeNameScrollBar:
		return 10
	case theme.SizeNameScrollBarSmall:
		return 5
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius:
		return 4
	case theme.SizeNameSeparatorThickness, theme.SizeNameInputBorder:
		return 1
	}
	return t.base.Size(name)
}

// Of is a colour of the theme that the program wears.
func Of(name fyne.ThemeColorName) color.Color {
	return theme.Current().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

// Size is a size of the theme that the program wears.
func Size(name fyne.ThemeSizeName) float32 { return theme.Current().Size(name) }

// IsDark reports whether the program wears the dark coat.
func IsDark() bool {
	t := now.Load()
	v := fyne.CurrentApp().Settings().ThemeVariant()
	if t == nil {
		return v != theme.VariantLight
	}
	return t.dark(v)
}

// hues spreads the guidelines over the colour wheel so that those that stand
// together in one transcript are far apart.
var hues = map[string]float64{
	"contact-exchange":  30,
	"courtesy":          356,
	"battles":           330,
	"confidentiality":   268,
	"ratings":           50,
	"community-respect": 205,
	"expertise":         178,
	"misrepresentation": 224,
	"false-photo":       296,
	"multiple-accounts": 128,
	"promptness":        95,
	"availability":      75,
	"copyright":         244,
	"plagiarism":        155,
	"mensch":            15,
}

func hue(guideline string) float64 {
	if h, ok := hues[guideline]; ok {
		return h
	}
	// A rule pack may bring guidelines of its own: any stable hue will do.
	sum := uint32(2166136261)
	for i := range len(guideline) {
		sum = (sum ^ uint32(guideline[i])) * 16777619
	}
	return float64(sum % 360)
}

// Tint is the background of a mark or chip of a guideline; OnTint is readable
// on it.
func Tint(guideline string) color.Color {
	if IsDark() {
		return hsl(hue(guideline), 0.46, 0.25)
	}
	return hsl(hue(guideline), 0.72, 0.88)
}

// Edge is the strong colour of a guideline: underlines, dots, the map.
func Edge(guideline string) color.Color {
	if IsDark() {
		return hsl(hue(guideline), 0.62, 0.64)
	}
	return hsl(hue(guideline), 0.62, 0.36)
}

// Heat is the colour of a priority from 0 to 100: calm, then amber, then red.
func Heat(score int) color.Color {
	switch {
	case score >= 70:
		return Of(theme.ColorNameError)
	case score >= 40:
		return Of(theme.ColorNameWarning)
	}
	return Of(theme.ColorNamePrimary)
}

// Fade mixes a colour with another: share 0 gives a, 1 gives b.
func Fade(a, b color.Color, share float64) color.Color {
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	mix := func(x, y uint32) uint8 {
		return uint8(math.Round((float64(x)*(1-share) + float64(y)*share) / 257))
	}
	return color.RGBA{R: mix(ar, br), G: mix(ag, bg), B: mix(ab, bb), A: mix(aa, ba)}
}

func hsl(h, s, l float64) color.NRGBA {
	c := (1 - math.Abs(2*l-1)) * s
	x := c * (1 - math.Abs(math.Mod(h/60, 2)-1))
	m := l - c/2
	var r, g, b float64
	switch int(h/60) % 6 {
	case 0:
		r, g = c, x
	case 1:
		r, g = x, c
	case 2:
		g, b = c, x
	case 3:
		g, b = x, c
	case 4:
		r, b = x, c
	default:
		r, b = c, x
	}
	to := func(v float64) uint8 { return uint8(math.Round((v + m) * 255)) }
	return color.NRGBA{R: to(r), G: to(g), B: to(b), A: 0xff}
}
