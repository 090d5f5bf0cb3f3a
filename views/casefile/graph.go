package casefile

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/show"
)

// How much of a graph is drawn; the rest is counted below it.
const (
	mostAccounts = 12
	mostSignals  = 16
)

// graph draws which signals accounts share: the case's account at the left, the
// others at the right, and between them each signal, with a line to every
// account that has it. Lines to an account of the same cluster are red.
type graph struct {
	widget.BaseWidget
	own     *node
	signals []*node
	others  []*node
	edges   []edge
	rest    string
}

// node is an account or a signal.
type node struct {
	ground *canvas.Rectangle
	text   *canvas.Text
	label  string
	bold   bool
	role   fyne.ThemeColorName
}

// edge joins a signal with an account; other is -1 for the case's own.
type edge struct {
	signal, other int
	same          bool // the account is in the same cluster
	line          *canvas.Line
}

func newNode(label string, role fyne.ThemeColorName, bold bool) *node {
	n := &node{ground: canvas.NewRectangle(color.Transparent), text: canvas.NewText("", color.Transparent), label: show.SafeLine(label), role: role, bold: bold}
	n.ground.CornerRadius, n.ground.StrokeWidth = 4, 1
	return n
}

// newGraph draws what a case's account and those linked with it share.
func newGraph(file app.CaseFile) *graph {
	g := &graph{own: newNode("This account", theme.ColorNamePrimary, true)}
	at := map[string]int{file.Expert.ID: -1}
	for i, l := range file.Linked {
		if i == mostAccounts {
			break
		}
		role := look.Muted
		if l.Same {
			role = theme.ColorNameError
		}
		at[l.Expert.ID] = i
		g.others = append(g.others, newNode(l.Expert.ScreenName, role, true))
	}
	times := map[string]int{}
	for _, s := range file.Shared {
		if len(g.signals) == mostSignals {
			break
		}
		label := show.Capital(strings.TrimPrefix(strings.TrimPrefix(s.Words, "the "), "same "))
		if times[label]++; times[label] > 1 {
			label += fmt.Sprintf(" %d", times[label])
		}
		role, drawn := look.Muted, 0
		for _, id := range s.Accounts {
			k, ok := at[id]
			if !ok {
				continue
			}
			drawn++
			same := k >= 0 && file.Linked[k].Same
			if same {
				role = theme.ColorNameError
			}
			g.edges = append(g.edges, edge{signal: len(g.signals), other: k, same: same, line: canvas.NewLine(color.Transparent)})
		}
		if drawn < 2 { // with accounts that are not drawn
			g.edges = g.edges[:len(g.edges)-drawn]
			continue
		}
		g.signals = append(g.signals, newNode(label, role, false))
	}
	// The line to the own account is as red as the signal.
	for i := range g.edges {
		if e := &g.edges[i]; e.other < 0 {
			e.same = g.signals[e.signal].role == theme.ColorNameError
		}
	}
	var rest []string
	if n := len(file.Linked) - len(g.others); n > 0 {
		rest = append(rest, show.Count(n, "more account", "more accounts"))
	}
	if n := len(file.Shared) - len(g.signals); n > 0 {
		rest = append(rest, show.Count(n, "more signal", "more signals"))
	}
	g.rest = strings.Join(rest, " and ")
	g.ExtendBaseWidget(g)
	return g
}

// Words says what the graph shows, for tests and for whoever reads it aloud.
func (g *graph) Words() []string {
	var out []string
	for i, s := range g.signals {
		var to []string
		for _, e := range g.edges {
			switch {
			case e.signal != i:
			case e.other < 0:
				to = append(to, g.own.label)
			default:
				to = append(to, g.others[e.other].label)
			}
		}
		out = append(out, s.label+": "+strings.Join(to, ", "))
	}
	return out
}

func rowHeight() float32 { return show.LineHeight(theme.SizeNameCaptionText, fyne.TextStyle{}) + 8 }

const rowGap = 7

func (g *graph) rows() int { return max(1, len(g.signals), len(g.others)) }

// HeightFor is the height at any width.
func (g *graph) HeightFor(float32) float32 {
	return float32(g.rows())*(rowHeight()+rowGap) - rowGap + 2
}

// CreateRenderer is called by Fyne.
func (g *graph) CreateRenderer() fyne.WidgetRenderer {
	r := &graphRenderer{g: g}
	for _, e := range g.edges {
		r.objects = append(r.objects, e.line)
	}
	for _, n := range r.nodes() {
		r.objects = append(r.objects, n.ground, n.text)
	}
	return r
}

type graphRenderer struct {
	g       *graph
	objects []fyne.CanvasObject
}

func (r *graphRenderer) nodes() []*node {
	return append(append([]*node{r.g.own}, r.g.signals...), r.g.others...)
}

func (r *graphRenderer) Layout(size fyne.Size) {
	g := r.g
	surface := look.Of(look.Surface)
	small := look.Size(theme.SizeNameCaptionText)
	high := rowHeight()
	// The words take what they need, and the lines between them the rest; where
	// it is narrow signals and names are cut.
	left, middle, right := wide(small, g.own), wide(small, g.signals...), wide(small, g.others...)
	gap := max((size.Width-left-middle-right)/2, 22)
	if room := size.Width - left - 2*gap; middle+right > room {
		middle = min(middle, max(room/2, room-right))
		right = room - middle
	}
	gap = min(gap, 160)
	place := func(n *node, x, y, w float32) {
		c := look.Of(n.role)
		n.ground.FillColor, n.ground.StrokeColor = look.Fade(surface, c, 0.12), look.Fade(surface, c, 0.5)
		n.ground.Move(fyne.NewPos(x, y))
		n.ground.Resize(fyne.NewSize(w, high))
		n.text.TextSize, n.text.TextStyle, n.text.Color = small, fyne.TextStyle{Bold: n.bold}, look.Of(theme.ColorNameForeground)
		n.text.Text = show.Cut(n.label, w-14, small, n.text.TextStyle)
		m := n.text.MinSize()
		n.text.Move(fyne.NewPos(x+7, y+(high-m.Height)/2))
		n.text.Resize(fyne.NewSize(w-14, m.Height))
	}
	height := g.HeightFor(0)
	tops := func(n int) func(int) float32 {
		each := height / float32(max(1, n))
		return func(i int) float32 { return each*(float32(i)+0.5) - high/2 }
	}
	own, signal, other := tops(1), tops(len(g.signals)), tops(len(g.others))
	place(g.own, 0, own(0), left)
	for i, n := range g.signals {
		place(n, left+gap, signal(i), middle)
	}
	for i, n := range g.others {
		place(n, left+gap+middle+gap, other(i), right)
	}
	for i := range g.edges {
		e := &g.edges[i]
		y := signal(e.signal) + high/2
		a, b := fyne.NewPos(left, own(0)+high/2), fyne.NewPos(left+gap, y)
		if e.other >= 0 {
			a, b = fyne.NewPos(left+gap+middle, y), fyne.NewPos(left+gap+middle+gap, other(e.other)+high/2)
		}
		e.line.Position1, e.line.Position2 = a, b
		e.line.StrokeWidth, e.line.StrokeColor = 1.5, look.Fade(surface, look.Of(look.Muted), 0.7)
		if e.same {
			e.line.StrokeColor = look.Of(theme.ColorNameError)
		}
	}
}

// wide is how wide the widest of some nodes is with its whole label.
func wide(size float32, nodes ...*node) float32 {
	most := float32(0)
	for _, n := range nodes {
		most = max(most, fyne.MeasureText(n.label, size, fyne.TextStyle{Bold: n.bold}).Width+15)
	}
	return most
}

func (r *graphRenderer) MinSize() fyne.Size { return fyne.NewSize(240, r.g.HeightFor(0)) }

func (r *graphRenderer) Refresh() {
	r.Layout(r.g.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}

func (r *graphRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *graphRenderer) Destroy()                     {}
