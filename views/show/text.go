package show

import (
	"image/color"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
)

// Line is one line of text, cut with an ellipsis where it does not fit. Text
// from outside is made safe.
type Line struct {
	widget.BaseWidget
	text   string
	role   fyne.ThemeColorName
	size   fyne.ThemeSizeName
	style  fyne.TextStyle
	align  fyne.TextAlign
	colour color.Color
	min    float32
	fit    bool
}

// NewLine makes a line in the foreground colour and the text size.
func NewLine(text string) *Line {
	l := &Line{text: SafeLine(text), role: theme.ColorNameForeground, size: theme.SizeNameText}
	l.ExtendBaseWidget(l)
	return l
}

// Muted, Faint, Bold, Small and the rest set the appearance and give the line
// back, so that a line is made in one expression.
func (l *Line) Muted() *Line { return l.Role(look.Muted) }

// Faint makes the line a hint.
func (l *Line) Faint() *Line { return l.Role(look.Faint) }

// Bold makes the line bold.
func (l *Line) Bold() *Line { l.style.Bold = true; return l }

// Mono makes the line's characters equally wide.
func (l *Line) Mono() *Line { l.style.Monospace = true; return l }

// Small sets the caption size.
func (l *Line) Small() *Line { return l.Sized(theme.SizeNameCaptionText) }

// Role sets the colour by its name in the theme.
func (l *Line) Role(name fyne.ThemeColorName) *Line { l.role, l.colour = name, nil; return l }

// Coloured sets a colour that is not in the theme; nil returns to the role.
func (l *Line) Coloured(c color.Color) *Line { l.colour = c; return l }

// Sized sets the size by its name in the theme.
func (l *Line) Sized(name fyne.ThemeSizeName) *Line { l.size = name; return l }

// Right aligns the line to the right.
func (l *Line) Right() *Line { l.align = fyne.TextAlignTrailing; return l }

// Left aligns the line to the left, as it is when it is made.
func (l *Line) Left() *Line { l.align = fyne.TextAlignLeading; return l }

// Centred aligns the line to the middle.
func (l *Line) Centred() *Line { l.align = fyne.TextAlignCenter; return l }

// Min keeps the line at least this wide; else it may shrink to nothing.
func (l *Line) Min(width float32) *Line { l.min = width; return l }

// Whole makes the line ask for the width of its text, so that it is not cut.
func (l *Line) Whole() *Line { l.fit = true; return l }

// Text is what the line says.
func (l *Line) Text() string { return l.text }

// SetText changes what the line says.
func (l *Line) SetText(text string) {
	text = SafeLine(text)
	if text == l.text {
		return
	}
	l.text = text
	l.Refresh()
}

// Set changes text and colour at once.
func (l *Line) Set(text string, role fyne.ThemeColorName) {
	text = SafeLine(text)
	if text == l.text && role == l.role && l.colour == nil {
		return
	}
	l.text, l.role, l.colour = text, role, nil
	l.Refresh()
}

// CreateRenderer is called by Fyne.
func (l *Line) CreateRenderer() fyne.WidgetRenderer {
	r := &lineRenderer{line: l, text: canvas.NewText("", color.Transparent)}
	r.style()
	return r
}

type lineRenderer struct {
	line *Line
	text *canvas.Text
}

func (r *lineRenderer) style() {
	l := r.line
	r.text.TextSize = look.Size(l.size)
	r.text.TextStyle = l.style
	r.text.Alignment = l.align
	if r.text.Color = l.colour; r.text.Color == nil {
		r.text.Color = look.Of(l.role)
	}
	r.text.Text = Cut(l.text, l.Size().Width, r.text.TextSize, l.style)
}

func (r *lineRenderer) Layout(size fyne.Size) {
	text := Cut(r.line.text, size.Width, r.text.TextSize, r.text.TextStyle)
	height := r.text.MinSize().Height
	changed := text != r.text.Text
	r.text.Text = text
	r.text.Move(fyne.NewPos(0, (size.Height-height)/2))
	r.text.Resize(fyne.NewSize(size.Width, height))
	if changed {
		r.text.Refresh()
	}
}

func (r *lineRenderer) MinSize() fyne.Size {
	size := look.Size(r.line.size)
	if r.line.fit {
		full := fyne.MeasureText(r.line.text, size, r.line.style)
		return fyne.NewSize(max(full.Width+1, r.line.min), max(full.Height, LineHeight(r.line.size, r.line.style)))
	}
	return fyne.NewSize(r.line.min, LineHeight(r.line.size, r.line.style))
}

func (r *lineRenderer) Refresh() {
	r.style()
	r.Layout(r.line.Size())
	r.text.Refresh()
}

func (r *lineRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.text} }
func (r *lineRenderer) Destroy()                     {}

// LineHeight is how high one line of a size is.
func LineHeight(size fyne.ThemeSizeName, style fyne.TextStyle) float32 {
	return fyne.MeasureText("Mg", look.Size(size), style).Height
}

// Cut shortens a text with an ellipsis until it is no wider than width.
func Cut(text string, width, size float32, style fyne.TextStyle) string {
	if text == "" || width <= 0 {
		return ""
	}
	// No font's letters are narrower than a tenth of their size on average,
	// so a megabyte of text costs no more than a line of it.
	if most := int(width/(size*0.1)) + 8; len(text) > 4*most {
		cut := 4 * most
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	if fyne.MeasureText(text, size, style).Width <= width+0.5 {
		return text
	}
	runes := []rune(strings.TrimSuffix(text, "…"))
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if fyne.MeasureText(string(runes[:mid])+"…", size, style).Width <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	for low > 0 && runes[low-1] == ' ' {
		low--
	}
	return string(runes[:low]) + "…"
}
