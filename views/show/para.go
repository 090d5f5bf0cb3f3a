package show

import (
	"image/color"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
	"golang.org/x/text/unicode/bidi"

	"mensch/views/look"
)

// Highlight is a stretch of a Para with a coloured ground: byte offsets into
// the text that the Para was given.
type Highlight struct {
	Start, End int
	Fill       color.Color
	Edge       color.Color // underline; nil: none
	Strong     bool        // drawn on top, with a frame of the edge's colour
	Struck     bool        // struck through: rejected
}

// Para is wrapped text from outside: made safe, words wrapped, long words
// broken, highlights behind the very bytes that they name, and right-to-left
// text in its order.
type Para struct {
	widget.BaseWidget
	text    string
	marks   []Highlight
	role    fyne.ThemeColorName
	size    fyne.ThemeSizeName
	style   fyne.TextStyle
	onMark  func(int)
	onHover func(int)
	max     int // lines shown; 0: all

	width    float32
	lines    []paraLine
	valid    bool
	hover    int
	wrapped  int     // counts the layouts
	native   float32 // width of the longest line as laid out
	unveiled bool    // the pointer is on it
}

type paraLine struct {
	runs  []paraRun
	width float32
}

type paraRun struct {
	text   string
	x, w   float32
	mark   int // index into marks, -1: none
	hidden bool
	rtl    bool
	space  bool
}

// NewPara makes a paragraph in the foreground colour and the text size.
func NewPara(text string) *Para {
	p := &Para{text: text, role: theme.ColorNameForeground, size: theme.SizeNameText, hover: -1}
	p.ExtendBaseWidget(p)
	return p
}

// Muted makes it secondary text.
func (p *Para) Muted() *Para { return p.Role(look.Muted) }

// Role sets the colour by its name in the theme.
func (p *Para) Role(role fyne.ThemeColorName) *Para { p.role = role; return p }

// Small sets the caption size.
func (p *Para) Small() *Para { p.size = theme.SizeNameCaptionText; p.valid = false; return p }

// Bold makes it bold.
func (p *Para) Bold() *Para { p.style.Bold = true; p.valid = false; return p }

// Mono makes its characters equally wide.
func (p *Para) Mono() *Para { p.style.Monospace = true; p.valid = false; return p }

// Lines shows no more than n lines, the last one ending in an ellipsis.
func (p *Para) Lines(n int) *Para { p.max = n; p.valid = false; return p }

// OnMark is called with the index of a highlight that is tapped, OnHover with
// the one under the pointer, -1 when it leaves.
func (p *Para) OnMark(tapped, hovered func(int)) *Para {
	p.onMark, p.onHover = tapped, hovered
	return p
}

// Text is what the paragraph was given.
func (p *Para) Text() string { return p.text }

// Marks are the highlights.
func (p *Para) Marks() []Highlight { return p.marks }

// SetText changes the text and takes the highlights away.
func (p *Para) SetText(text string) {
	if p.text == text && len(p.marks) == 0 {
		return
	}
	p.Set(text, nil)
}

// Set changes text and highlights. Highlights out of the text, or off the
// boundaries of characters, are moved to what exists.
func (p *Para) Set(text string, marks []Highlight) {
	p.text, p.marks = text, make([]Highlight, 0, len(marks))
	for _, m := range marks {
		m.Start, m.End = clamp(text, m.Start), clamp(text, m.End)
		p.marks = append(p.marks, m)
	}
	p.valid = false
	p.Refresh()
}

func clamp(text string, at int) int {
	at = min(max(at, 0), len(text))
	for at < len(text) && at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// HeightFor is the height of the wrapped text.
func (p *Para) HeightFor(width float32) float32 {
	p.wrap(width)
	return float32(len(p.lines)) * p.lineHeight()
}

// WidthFor is the width that the wrapped text really needs, at most width.
func (p *Para) WidthFor(width float32) float32 {
	p.wrap(width)
	return min(width, p.native+1)
}

func (p *Para) lineHeight() float32 {
	return LineHeight(p.size, p.style) + look.Size(theme.SizeNameLineSpacing)
}

// atoms are the smallest stretches that are laid out: a word, a space, a named
// hidden character, cut where highlights begin and end.
func (p *Para) atoms() []paraRun {
	text := p.shown()
	var out []paraRun
	markAt := p.markAt()
	next := 0 // the next byte where the highlight may change
	mark := -1
	add := func(r rune, at int, text string, hidden bool) {
		for next < len(markAt) && markAt[next].at <= at {
			mark = markAt[next].mark
			next++
		}
		space := unicode.IsSpace(r) && !hidden
		if n := len(out) - 1; n >= 0 && !hidden && r != '\n' {
			last := &out[n]
			if last.mark == mark && !last.hidden && last.space == space && last.text != "\n" && len(last.text) < 400 {
				last.text += text
				return
			}
		}
		out = append(out, paraRun{text: text, mark: mark, hidden: hidden, space: space})
	}
	if clean(text) && len(p.marks) == 0 {
		for i, r := range text {
			add(r, i, text[i:i+1], false)
		}
		return out
	}
	for _, piece := range Pieces(text) {
		if piece.Hidden {
			add('x', piece.Start, piece.Text, true)
			continue
		}
		for i, r := range text[piece.Start:piece.End] {
			at := piece.Start + i
			switch r {
			case '\r':
			case '\t', 0x00a0, 0x2007, 0x202f:
				add(' ', at, " ", false)
			default:
				add(r, at, string(r), false)
			}
		}
	}
	return out
}

type markChange struct{ at, mark int }

// markAt gives the places where the highlight in force changes. Of several
// over one byte the strong one counts, else the one that begins last.
func (p *Para) markAt() []markChange {
	if len(p.marks) == 0 {
		return nil
	}
	var at []int
	for _, m := range p.marks {
		at = append(at, m.Start, m.End)
	}
	slices.Sort(at)
	at = slices.Compact(at)
	out := make([]markChange, 0, len(at))
	for _, b := range at {
		best := -1
		for i, m := range p.marks {
			if m.Start > b || b >= m.End {
				continue
			}
			if best < 0 || m.Strong || !p.marks[best].Strong && m.Start >= p.marks[best].Start {
				best = i
			}
		}
		out = append(out, markChange{b, best})
	}
	return out
}

func (p *Para) wrap(width float32) {
	if p.valid && p.width == width {
		return
	}
	p.width, p.valid, p.native = width, true, 0
	p.wrapped++
	size := look.Size(p.size)
	measure := func(s string) float32 { return fyne.MeasureText(s, size, p.style).Width }
	p.lines = p.lines[:0]
	var line []paraRun
	x := float32(0)
	end := func() {
		p.lines = append(p.lines, p.finish(line, width))
		line, x = nil, 0
	}
	var word []paraRun
	wordWidth := float32(0)
	flush := func() {
		if len(word) == 0 {
			return
		}
		if x > 0 && x+wordWidth > width {
			end()
		}
		for _, a := range word {
			for a.w > width-x && a.w > 0 {
				// Longer than a line: break it where it is full.
				head, rest := split(a.text, width-x, measure)
				if head == "" && x > 0 {
					end()
					continue
				}
				if head == "" || rest == "" {
					break
				}
				b := a
				b.text, b.w = head, measure(head)
				b.x = x
				line = append(line, b)
				end()
				a.text, a.w = rest, measure(rest)
			}
			a.x = x
			line = append(line, a)
			x += a.w
		}
		word, wordWidth = nil, 0
	}
	// Most lines of a chat fit: one measurement then does.
	for _, a := range p.atoms() {
		switch {
		case a.text == "\n":
			flush()
			end()
		case a.space:
			flush()
			a.w = measure(a.text)
			if x > 0 || a.mark >= 0 {
				a.x = x
				line = append(line, a)
				x += a.w
			}
		default:
			a.w = measure(a.text)
			word = append(word, a)
			wordWidth += a.w
		}
		if p.max > 0 && len(p.lines) > p.max {
			break
		}
	}
	flush()
	if len(line) > 0 || len(p.lines) == 0 {
		end()
	}
	if p.max > 0 && len(p.lines) > p.max {
		p.lines = p.lines[:p.max]
		last := &p.lines[p.max-1]
		if n := len(last.runs); n > 0 {
			r := &last.runs[n-1]
			r.text = Cut(r.text+"……", max(size, width-r.x), size, p.style)
			for len(r.text) > 6 && r.text[len(r.text)-6:] == "……" {
				r.text = r.text[:len(r.text)-3]
			}
			r.w = measure(r.text)
		}
	}
	for _, l := range p.lines {
		p.native = max(p.native, l.width)
	}
}

// split gives as many leading characters as fit into a width, and the rest.
func split(text string, width float32, measure func(string) float32) (string, string) {
	runes := []rune(text)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return string(runes[:low]), string(runes[low:])
}

// finish joins the atoms of a line to runs, and orders them for the eye where
// the line holds right-to-left text.
func (p *Para) finish(atoms []paraRun, width float32) paraLine {
	for len(atoms) > 0 && atoms[len(atoms)-1].space {
		atoms = atoms[:len(atoms)-1]
	}
	rtl := false
	for _, a := range atoms {
		rtl = rtl || strong(a.text) == bidi.RightToLeft
	}
	if rtl {
		return p.finishRTL(atoms, width)
	}
	var out paraLine
	for _, a := range atoms {
		out.width = a.x + a.w
		if n := len(out.runs) - 1; n >= 0 && out.runs[n].mark == a.mark && !out.runs[n].hidden && !a.hidden {
			out.runs[n].text += a.text
			out.runs[n].w = a.x + a.w - out.runs[n].x
			continue
		}
		out.runs = append(out.runs, a)
	}
	return out
}

// strong is the direction of the first letter of a text that has one, Neutral
// if none has.
func strong(text string) bidi.Direction {
	for _, r := range text {
		props, _ := bidi.LookupRune(r)
		switch props.Class() {
		case bidi.L:
			return bidi.LeftToRight
		case bidi.R, bidi.AL:
			return bidi.RightToLeft
		}
	}
	return bidi.Neutral
}

// finishRTL orders the atoms of a line by two levels of direction: the
// paragraph's, and stretches of the other one in it. Deeper nesting needs the
// control characters, which are shown by name instead of being obeyed.
func (p *Para) finishRTL(atoms []paraRun, width float32) paraLine {
	base := strong(p.text) == bidi.RightToLeft
	atoms = p.finer(atoms)
	dir := make([]bidi.Direction, len(atoms))
	last := bidi.LeftToRight
	if base {
		last = bidi.RightToLeft
	}
	edge := last
	for i, a := range atoms {
		switch {
		case a.hidden:
			dir[i] = bidi.LeftToRight
		case strings.ContainsAny(a.text, "0123456789") && strong(a.text) == bidi.Neutral:
			dir[i] = last // numbers follow the letters before them
		default:
			if dir[i] = strong(a.text); dir[i] != bidi.Neutral {
				last = dir[i]
			}
		}
	}
	for i := 0; i < len(dir); {
		if dir[i] != bidi.Neutral {
			i++
			continue
		}
		j := i
		for j < len(dir) && dir[j] == bidi.Neutral {
			j++
		}
		before, after := edge, edge
		if i > 0 {
			before = dir[i-1]
		}
		if j < len(dir) {
			after = dir[j]
		}
		if before != after {
			before = edge
		}
		for ; i < j; i++ {
			dir[i] = before
		}
	}
	var runs []paraRun
	for i, a := range atoms {
		a.rtl = dir[i] == bidi.RightToLeft
		if a.rtl {
			a.text = mirrored(a.text)
		} else if n := len(runs) - 1; n >= 0 && runs[n].mark == a.mark && !runs[n].hidden && !a.hidden && !runs[n].rtl {
			runs[n].text += a.text
			runs[n].w += a.w
			continue
		}
		runs = append(runs, a)
	}
	if base {
		slices.Reverse(runs)
	}
	for i := 0; i < len(runs); {
		j := i
		for j < len(runs) && runs[j].rtl != base {
			j++
		}
		slices.Reverse(runs[i:j])
		i = max(j, i+1)
	}
	out := paraLine{runs: runs}
	for _, r := range runs {
		out.width += r.w
	}
	x := float32(0)
	if base {
		x = max(0, width-out.width)
		out.width = width
	}
	for i := range runs {
		runs[i].x = x
		x += runs[i].w
	}
	return out
}

// finer cuts atoms into letters and what stands between them: the drawing of a
// text knows only one direction for punctuation at its end.
func (p *Para) finer(atoms []paraRun) []paraRun {
	letter := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }
	size := look.Size(p.size)
	var out []paraRun
	for _, a := range atoms {
		if a.hidden || a.space {
			out = append(out, a)
			continue
		}
		start, before := 0, false
		add := func(end int) {
			if end > start {
				b := a
				b.text = a.text[start:end]
				b.w = fyne.MeasureText(b.text, size, p.style).Width
				out = append(out, b)
				start = end
			}
		}
		for i, r := range a.text {
			if l := letter(r); i > 0 && l != before {
				add(i)
				before = l
			} else {
				before = l
			}
		}
		add(len(a.text))
	}
	return out
}

var mirrors = strings.NewReplacer("(", ")", ")", "(", "[", "]", "]", "[", "{", "}", "}", "{", "<", ">", ">", "<", "«", "»", "»", "«")

// mirrored gives a stretch of a right-to-left line as it has to be drawn: words
// as they are, punctuation from the right, its brackets turned around.
func mirrored(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) }) {
		return text
	}
	runes := []rune(mirrors.Replace(text))
	slices.Reverse(runes)
	return string(runes)
}

// MarkAt is the highlight at a place of the widget, -1 if there is none.
func (p *Para) MarkAt(pos fyne.Position) int {
	n := int(pos.Y / p.lineHeight())
	if n < 0 || n >= len(p.lines) {
		return -1
	}
	for _, r := range p.lines[n].runs {
		if pos.X >= r.x && pos.X < r.x+r.w {
			return r.mark
		}
	}
	return -1
}

// Tapped tells which highlight was tapped.
func (p *Para) Tapped(ev *fyne.PointEvent) {
	if p.onMark != nil {
		if m := p.MarkAt(ev.Position); m >= 0 {
			p.onMark(m)
		}
	}
}

// MouseIn tells which highlight the pointer is on.
func (p *Para) MouseIn(ev *desktop.MouseEvent) {
	p.Unveil(true)
	p.MouseMoved(ev)
}

// MouseMoved tells which highlight the pointer is on.
func (p *Para) MouseMoved(ev *desktop.MouseEvent) {
	if p.onHover == nil {
		return
	}
	if m := p.MarkAt(ev.Position); m != p.hover {
		p.hover = m
		p.onHover(m)
	}
}

// MouseOut tells that the pointer left.
func (p *Para) MouseOut() {
	p.Unveil(false)
	if p.onHover != nil && p.hover >= 0 {
		p.hover = -1
		p.onHover(-1)
	}
}

// CreateRenderer is called by Fyne.
func (p *Para) CreateRenderer() fyne.WidgetRenderer {
	r := &paraRenderer{p: p}
	r.draw()
	return r
}

type paraRenderer struct {
	p       *Para
	drawn   int // the layout that was drawn
	objects []fyne.CanvasObject
	texts   []*canvas.Text
	rects   []*canvas.Rectangle
}

// draw fills the pools of rectangles and texts from the lines.
func (r *paraRenderer) draw() {
	p := r.p
	p.wrap(p.Size().Width)
	r.drawn = p.wrapped
	size, height := look.Size(p.size), p.lineHeight()
	fore, hidden := look.Of(p.role), look.Of(look.Hidden)
	textHeight := LineHeight(p.size, p.style)
	texts, rects := 0, 0
	rect := func() *canvas.Rectangle {
		if rects == len(r.rects) {
			r.rects = append(r.rects, canvas.NewRectangle(color.Transparent))
		}
		rects++
		return r.rects[rects-1]
	}
	place := func(o *canvas.Rectangle, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
		o.Show()
	}
	for i, line := range p.lines {
		y := float32(i) * height
		for j, run := range line.runs {
			// Neighbours of one mark share one ground.
			if run.mark >= 0 && run.mark < len(p.marks) && (j == 0 || line.runs[j-1].mark != run.mark) {
				m := p.marks[run.mark]
				for _, next := range line.runs[j+1:] {
					if next.mark != run.mark {
						break
					}
					run.w += next.w
				}
				box := rect()
				box.FillColor, box.StrokeColor, box.StrokeWidth, box.CornerRadius = m.Fill, nil, 0, 2
				if m.Strong {
					box.StrokeColor, box.StrokeWidth = m.Edge, 1.5
				}
				place(box, run.x, y-0.5, run.w, height-1.5)
				if m.Edge != nil {
					under := rect()
					under.FillColor, under.StrokeWidth, under.CornerRadius = m.Edge, 0, 0
					place(under, run.x, y+height-3.5, run.w, 1.5)
				}
				if m.Struck {
					strike := rect()
					strike.FillColor, strike.StrokeWidth, strike.CornerRadius = m.Edge, 0, 0
					place(strike, run.x, y+textHeight/2+0.5, run.w, 1)
				}
			}
			if texts == len(r.texts) {
				r.texts = append(r.texts, canvas.NewText("", fore))
			}
			t := r.texts[texts]
			texts++
			run = line.runs[j]
			t.Text, t.TextSize, t.TextStyle, t.Color = run.text, size, p.style, fore
			if run.mark >= 0 {
				t.Color = look.Of(look.OnTint)
			}
			if run.hidden {
				t.Color = hidden
			}
			t.Move(fyne.NewPos(run.x, y))
			t.Resize(fyne.NewSize(run.w, textHeight))
			t.Show()
		}
	}
	r.objects = r.objects[:0]
	for _, o := range r.rects[:rects] {
		r.objects = append(r.objects, o)
	}
	for _, o := range r.texts[:texts] {
		r.objects = append(r.objects, o)
	}
}

func (r *paraRenderer) Layout(size fyne.Size) {
	r.p.wrap(size.Width)
	if r.drawn != r.p.wrapped {
		r.draw()
	}
}

func (r *paraRenderer) MinSize() fyne.Size {
	width := r.p.Size().Width
	if width == 0 {
		return fyne.NewSize(20, r.p.lineHeight())
	}
	return fyne.NewSize(20, r.p.HeightFor(width))
}

func (r *paraRenderer) Refresh() {
	r.p.valid = false
	r.draw()
	canvas.Refresh(r.p)
}
func (r *paraRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *paraRenderer) Destroy()                     {}
