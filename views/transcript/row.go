package transcript

import (
	"fmt"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// messageRow draws one message: the client's at the left, the expert's at the
// right, marks in the colours of their guidelines, and below them what they
// are called and how they read when the text hides it.
type messageRow struct {
	widget.BaseWidget
	v      *View
	index  int
	day    *show.Line
	head   *show.Line
	text   *show.Para
	bubble *show.Ground
	foot   *show.Flow
	cords  []*canvas.Rectangle // that join the parts of split contacts
	knots  []*canvas.Rectangle // where they reach a part
	joins  []joint
	marks  []int // indexes into the view's marks, in the order of the highlights
	expert bool
}

const (
	edge      = 18 // space at both sides
	inner     = 11 // space in a bubble at both sides
	bubbleTop = 6
)

func newMessageRow(v *View) *messageRow {
	r := &messageRow{v: v, index: -1}
	r.day = show.NewLine("").Small().Bold().Muted().Centred()
	r.head = show.NewLine("").Small().Muted()
	r.text = show.NewPara("")
	r.text.OnMark(r.tapped, r.hovered)
	r.bubble = show.NewGround(look.Client, 0, r.text).Pad(inner, bubbleTop, inner, bubbleTop).Round(8)
	r.foot = show.NewFlow(4)
	for range mostCords {
		r.cords, r.knots = append(r.cords, canvas.NewRectangle(color.Transparent)), append(r.knots, canvas.NewRectangle(color.Transparent))
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *messageRow) tapped(highlight int) {
	if highlight < len(r.marks) {
		r.v.goTo(r.marks[highlight], false)
	}
}

func (r *messageRow) hovered(highlight int) {
	if highlight >= 0 && highlight < len(r.marks) {
		r.v.preview(r.marks[highlight])
	} else {
		r.v.preview(-1)
	}
}

// fill shows the message at an index.
func (r *messageRow) fill(i int) {
	v := r.v
	r.index = i
	m := v.messages[i]
	r.expert = m.From == model.FromExpert
	before, first := model.Message{}, i == 0
	if !first {
		before = v.messages[i-1]
	}
	r.day.Hide()
	if first || !sameDay(before, m) {
		r.day.SetText(show.Date(m.At))
		r.day.Show()
	}
	r.head.Hide()
	if first || before.From != m.From || r.day.Visible() || m.At.Sub(before.At).Minutes() > 10 {
		who := "Client"
		if r.expert {
			who = v.file.Expert.ScreenName
		}
		r.head.SetText(who + "  " + show.Clock(m.At))
		r.head.Show()
	}
	if r.expert {
		r.head.Right()
		r.bubble.Paint(look.Expert)
	} else {
		r.head.Left()
		r.bubble.Paint(look.Client)
	}

	r.marks = v.byMessage[m.ID]
	highlights := make([]show.Highlight, 0, len(r.marks))
	var foot []fyne.CanvasObject
	for _, k := range r.marks {
		mark := v.file.Marks[k]
		fill, edge := look.Tint(mark.Guideline), look.Edge(mark.Guideline)
		if v.only != "" && mark.Guideline != v.only {
			fill, edge = look.Fade(look.Of(look.Surface), fill, 0.35), look.Fade(look.Of(look.Surface), edge, 0.35)
		}
		if mark.Verdict == model.VerdictRejected {
			fill = look.Of(look.Track)
		}
		highlights = append(highlights, show.Highlight{
			Start: mark.Start, End: mark.End, Fill: fill, Edge: edge,
			Strong: k == v.current || v.together(k, v.current), Struck: mark.Verdict == model.VerdictRejected,
		})
		foot = append(foot, r.label(k, mark)...)
	}
	for n, h := range v.hitsOf(i) {
		highlights = append(highlights, show.Highlight{
			Start: h.start, End: h.end, Fill: look.Fade(look.Of(look.Surface), look.Of(theme.ColorNameWarning), 0.42),
			Edge: look.Of(theme.ColorNameWarning), Strong: v.isHit(i, n),
		})
	}
	r.joins = v.jointsAt(m.Seq)
	r.text.Set(m.Text, highlights)
	r.foot.Set(foot...)
	r.Refresh()
}

// label names a mark below its message.
func (r *messageRow) label(k int, mark app.Mark) []fyne.CanvasObject {
	text := mark.Title
	if mark.Parts > 0 {
		text += fmt.Sprintf(": part %d of %d", mark.Part, mark.Parts)
	} else if mark.Label != "" {
		text += ": " + mark.Label
	}
	switch mark.Verdict {
	case model.VerdictAccepted:
		text += ", accepted"
	case model.VerdictRejected:
		text += ", rejected"
	}
	chip := show.NewTap(show.NewGuidelineChip(mark.Guideline, text), func() { r.v.goTo(k, false) })
	out := []fyne.CanvasObject{chip}
	if mark.Parts > 0 {
		if mark.Part == mark.Parts { // where the reader has seen all of it
			out = append(out, show.NewGround("", 0, show.NewLine("together "+mark.Joined).Small().Role(look.Hidden).Whole()).Pad(1, 2, 6, 0))
		}
	} else if mark.Reading != "" {
		out = append(out, show.NewGround("", 0, show.NewLine("reads "+mark.Reading).Small().Role(look.Hidden).Whole()).Pad(1, 2, 6, 0))
	}
	return out
}

func sameDay(a, b model.Message) bool {
	x, y := a.At.UTC(), b.At.UTC()
	return x.YearDay() == y.YearDay() && x.Year() == y.Year()
}

// column is where the talk stands in a wide window: in the middle, so that the
// eye need not travel from side to side.
func column(width float32) (x, w float32) {
	w = min(width, 1000*look.Size(theme.SizeNameText)/13)
	return (width - w) / 2, w
}

// textWidth is how wide a message may run.
func textWidth(width float32) float32 {
	_, width = column(width)
	most := 620 * look.Size(theme.SizeNameText) / 13
	return max(60, min((width-2*edge)*0.8, most)-2*inner)
}

type rowPlace struct {
	day, head, bubble, foot float32 // y
	end                     float32
}

func (r *messageRow) places(width float32) rowPlace {
	var p rowPlace
	y := float32(2)
	if r.day.Visible() {
		y += 10
		p.day = y
		y += show.LineHeight(theme.SizeNameCaptionText, fyne.TextStyle{Bold: true}) + 6
	}
	if r.head.Visible() {
		y += 5
		p.head = y
		y += show.LineHeight(theme.SizeNameCaptionText, fyne.TextStyle{}) + 2
	}
	p.bubble = y
	y += r.text.HeightFor(textWidth(width)) + 2*bubbleTop
	p.foot = y + 3
	if len(r.marks) > 0 {
		y = p.foot + r.foot.HeightFor(textWidth(width)+2*inner)
	}
	p.end = y + 3
	return p
}

// HeightFor is the height of the message at a width.
func (r *messageRow) HeightFor(width float32) float32 { return r.places(width).end }

// CreateRenderer is called by Fyne.
func (r *messageRow) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{r.day, r.head, r.bubble, r.foot}
	for i := range r.cords {
		objects = append(objects, r.cords[i], r.knots[i])
	}
	return &messageRenderer{r, objects}
}

type messageRenderer struct {
	r       *messageRow
	objects []fyne.CanvasObject
}

func (x *messageRenderer) Layout(size fyne.Size) {
	r := x.r
	p := r.places(size.Width)
	tw := textWidth(size.Width)
	full := tw + 2*inner
	x0, cw := column(size.Width)
	right := x0 + cw - edge
	left := x0 + edge
	w := r.text.WidthFor(tw) + 2*inner
	bx := left
	if r.expert {
		left = right - full
		bx = right - w
	}
	r.day.Move(fyne.NewPos(0, p.day))
	r.day.Resize(fyne.NewSize(size.Width, r.day.MinSize().Height))
	r.head.Move(fyne.NewPos(left, p.head))
	r.head.Resize(fyne.NewSize(full, r.head.MinSize().Height))
	// The text keeps the width that it was wrapped for; the bubble is only as
	// wide as the longest line.
	r.bubble.Pad(inner, bubbleTop, inner-(full-w), bubbleTop)
	r.bubble.Move(fyne.NewPos(bx, p.bubble))
	r.bubble.Resize(fyne.NewSize(w, r.text.HeightFor(tw)+2*bubbleTop))
	fh := r.foot.HeightFor(full)
	r.foot.Move(fyne.NewPos(bx, p.foot))
	r.foot.Resize(fyne.NewSize(min(full, right-bx), fh))
	if r.expert {
		// Labels that do not fit below a short bubble begin further left.
		need := r.foot.Natural()
		fx := max(left, min(bx, right-need))
		r.foot.Move(fyne.NewPos(fx, p.foot))
		r.foot.Resize(fyne.NewSize(right-fx, fh))
	}
	x.cords(size, p, right)
}

// cords draws what joins the parts of split contacts: a line at the expert's
// side from the first part to the last, with a knot at each.
func (x *messageRenderer) cords(size fyne.Size, p rowPlace, right float32) {
	r := x.r
	middle := p.bubble + bubbleTop + show.LineHeight(theme.SizeNameText, fyne.TextStyle{})/2
	for i := range r.cords {
		cord, knot := r.cords[i], r.knots[i]
		cord.Hidden, knot.Hidden = i >= len(r.joins), true
		if cord.Hidden {
			continue
		}
		j := r.joins[i]
		seq := r.v.messages[r.index].Seq
		cord.FillColor, knot.FillColor = look.Edge(j.guideline), look.Edge(j.guideline)
		at := right + 4 + float32(i)*5
		top, end := float32(0), size.Height
		if seq == j.first {
			top = middle
		}
		if seq == j.last {
			end = middle
		}
		cord.Move(fyne.NewPos(at, top))
		cord.Resize(fyne.NewSize(2, max(0, end-top)))
		if slices.Contains(j.parts, seq) {
			knot.Hidden = false
			knot.Move(fyne.NewPos(right, middle-1))
			knot.Resize(fyne.NewSize(at-right+2, 2))
		}
	}
}

func (x *messageRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 30) }
func (x *messageRenderer) Refresh() {
	x.Layout(x.r.Size())
	for _, o := range x.objects {
		o.Refresh()
	}
}
func (x *messageRenderer) Objects() []fyne.CanvasObject { return x.objects }
func (x *messageRenderer) Destroy()                     {}

// estimate guesses a row's height from the length of its text.
func (v *View) estimate(i int, width float32) float32 {
	m := v.messages[i]
	line := look.Size(theme.SizeNameText)
	perLine := max(8, textWidth(width)/(line*0.52))
	lines := float32(1+len(m.Text)/int(perLine)) + float32(min(20, count(m.Text, '\n')))
	height := lines*(line*1.36+look.Size(theme.SizeNameLineSpacing)) + 2*bubbleTop + 5
	if i == 0 || v.messages[i-1].From != m.From {
		height += line * 1.6
	}
	if len(v.byMessage[m.ID]) > 0 {
		height += line * 1.8
	}
	return height
}

func count(s string, c byte) int {
	n := 0
	for i := range len(s) {
		if s[i] == c {
			n++
		}
	}
	return n
}

// marksIn are the marks of a message, in the order of its text.
func marksIn(all []app.Mark) map[string][]int {
	out := map[string][]int{}
	for k, m := range all {
		out[m.MessageID] = append(out[m.MessageID], k)
	}
	for _, ks := range out {
		slices.SortStableFunc(ks, func(a, b int) int { return all[a].Start - all[b].Start })
	}
	return out
}
