package look

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		x := float64(v) / 65535
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

// Every text colour must be readable (WCAG AA, 4.5 to 1) on every ground that
// it stands on, in both coats.
func TestTextIsReadable(t *testing.T) {
	test.NewTempApp(t)
	grounds := []fyne.ThemeColorName{theme.ColorNameBackground, Surface, Raised, Client, Expert, Selected, theme.ColorNameHover}
	texts := []fyne.ThemeColorName{
		theme.ColorNameForeground, Muted, theme.ColorNameError, theme.ColorNameWarning,
		theme.ColorNameSuccess, theme.ColorNamePrimary, Hidden, Info,
	}
	for _, mode := range []Mode{Dark, Light} {
		th := New(mode, 1)
		for _, ground := range grounds {
			for _, text := range texts {
				if got := contrast(th.Color(text, 0), th.Color(ground, 0)); got < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", mode, text, ground, got)
				}
			}
		}
		for _, ground := range []fyne.ThemeColorName{theme.ColorNameBackground, Surface} {
			if got := contrast(th.Color(Faint, 0), th.Color(ground, 0)); got < 4.5 {
				t.Errorf("%s: faint text on %s has a contrast of %.2f", mode, ground, got)
			}
		}
		for _, p := range [][2]fyne.ThemeColorName{
			{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary},
			{theme.ColorNameForegroundOnError, theme.ColorNameError},
			{theme.ColorNameForegroundOnWarning, theme.ColorNameWarning},
			{theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess},
		} {
			if got := contrast(th.Color(p[0], 0), th.Color(p[1], 0)); got < 4.5 {
				t.Errorf("%s: %s on %s has a contrast of %.2f", mode, p[0], p[1], got)
			}
		}
		for guideline := range hues {
			if got := contrast(th.Color(OnTint, 0), Tint(guideline)); got < 4.5 {
				t.Errorf("%s: text on the tint of %s has a contrast of %.2f", mode, guideline, got)
			}
			if got := contrast(Edge(guideline), th.Color(Surface, 0)); got < 3 {
				t.Errorf("%s: the edge of %s has a contrast of %.2f to a panel", mode, guideline, got)
			}
		}
	}
}

func TestScaleIsHeldInBounds(t *testing.T) {
	test.NewTempApp(t)
	for give, want := range map[float32]float32{0: 1, 0.1: 0.8, 1.5: 1.5, 9: 2} {
		if got := New(System, give).Scale(); got != want {
			t.Errorf("scale %v became %v, want %v", give, got, want)
		}
	}
	if New("sepia", 1).Mode() != System {
		t.Error("an unknown mode must fall back to the system's")
	}
	if big, small := New(Dark, 2).Size(theme.SizeNameText), New(Dark, 1).Size(theme.SizeNameText); big != 2*small {
		t.Errorf("text grew from %v to %v", small, big)
	}
}
