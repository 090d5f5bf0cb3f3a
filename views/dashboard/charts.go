package dashboard

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/go-analyze/charts"
	"github.com/golang/freetype/truetype"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// coat are the colours and the font that charts wear, taken from the theme on
// the UI thread so that they can be drawn off it.
type coat struct {
	palette charts.ColorPalette
	font    *truetype.Font
	scale   float64 // of a point in pixels, with the moderator's size of text
}

// wear takes the present theme's coat. scale is how many pixels a unit of the
// canvas has.
func wear(scale float32) coat {
	of := func(name fyne.ThemeColorName) charts.Color { return rgba(look.Of(name)) }
	text, muted := of(theme.ColorNameForeground), of(look.Muted)
	c := coat{scale: float64(scale) * float64(look.Size(theme.SizeNameText)) / 13}
	c.palette = charts.MakeTheme(charts.ThemeOption{
		IsDarkMode: look.IsDark(), AxisStrokeColor: of(look.Line), AxisSplitLineColor: of(look.Line), BackgroundColor: of(look.Surface),
		TextColor: text, TextColorTitle: text, TextColorLabel: text, TextColorLegend: text, TextColorMark: text, TextColorXAxis: muted, TextColorYAxis: muted,
		SeriesColors: []charts.Color{
			of(theme.ColorNamePrimary), of(theme.ColorNameWarning), of(look.Info), of(theme.ColorNameError), rgba(look.Edge("plagiarism")), rgba(look.Edge("copyright")), rgba(look.Edge("ratings")),
		},
	})
	if font, err := truetype.Parse(theme.Current().Font(fyne.TextStyle{}).Content()); err == nil {
		c.font = font
	} // else the library's own
	return c
}

func rgba(c color.Color) charts.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return charts.Color{R: n.R, G: n.G, B: n.B, A: n.A}
}

// chart is one card of the dashboard.
type chart struct {
	name  string // for files
	title string
	// note is what the chart comes to, in words.
	note func(model.Statistics, map[string]string) string
	draw func(*charts.Painter, coat, model.Statistics, map[string]string) error
	// empty reports that there is nothing to draw.
	empty func(model.Statistics) bool
}

// paint draws a chart as PNG at a size in pixels.
func (x chart) paint(c coat, s model.Statistics, titles map[string]string, width, height int) ([]byte, error) {
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: "png", Width: max(width, 80), Height: max(height, 60), Theme: c.palette, Font: c.font})
	if err := x.draw(p, c, s, titles); err != nil {
		return nil, fmt.Errorf("drawing %s: %w", x.name, err)
	}
	return p.Bytes()
}

func decoded(raw []byte) (image.Image, error) { return png.Decode(bytes.NewReader(raw)) }

func (c coat) size(points float64) charts.FontStyle {
	return charts.FontStyle{FontSize: points * c.scale, Font: c.font}
}

func (c coat) pad() charts.Box {
	n := int(8 * c.scale)
	return charts.NewBox(n/2, n, n, n/2)
}

func whole(v float64) string { return show.Number(int64(math.Round(v))) }

// axis is a category axis whose labels don't crowd.
func (c coat) axis(labels []string, most int) charts.CategoryAxisOption {
	a := charts.CategoryAxisOption{Labels: labels, LabelFontStyle: c.size(9)}
	if len(labels) > most {
		a.LabelCount = most
	}
	return a
}

func (c coat) values(format func(float64) string) []charts.ValueAxisOption {
	zero := 0.0
	return []charts.ValueAxisOption{{LabelFontStyle: c.size(9), Min: &zero, LabelCount: 5, PreferNiceIntervals: charts.Ptr(true), ValueFormatter: format}}
}

func (c coat) legend(names ...string) charts.LegendOption {
	return charts.LegendOption{SeriesNames: names, FontStyle: c.size(9.5), Symbol: charts.SymbolSquare, Padding: charts.NewBox(0, 0, 0, int(6*c.scale))}
}

func (c coat) line(p *charts.Painter, labels []string, format func(float64) string, names []string, series ...[]float64) error {
	o := charts.NewLineChartOptionWithData(series)
	o.Theme, o.Padding = c.palette, c.pad()
	o.XAxis, o.YAxis, o.Legend = c.axis(labels, 7), c.values(format), c.legend(names...)
	o.XAxis.BoundaryGap = charts.Ptr(false)
	o.LineStrokeWidth = 2 * c.scale
	o.Symbol = charts.Symbol{Shape: charts.SymbolNone}
	o.ValueFormatter = format
	return p.LineChart(o)
}

func (c coat) bars(p *charts.Painter, flat, stacked bool, labels []string, format func(float64) string, names []string, series ...[]float64) error {
	o := charts.NewBarChartOptionWithData(series)
	o.Theme, o.Padding, o.Horizontal = c.palette, c.pad(), flat
	o.CategoryAxis, o.ValueAxis = c.axis(labels, 16), c.values(format)
	o.StackSeries = charts.Ptr(stacked)
	o.ValueFormatter = format
	if len(names) > 0 {
		o.Legend = c.legend(names...)
	} else {
		o.Legend.Show = charts.Ptr(false)
	}
	if !stacked {
		for i := range o.SeriesList {
			o.SeriesList[i].Label.Show = charts.Ptr(true)
			o.SeriesList[i].Label.FontStyle = c.size(9)
			o.SeriesList[i].Label.ValueFormatter = format
		}
	}
	return p.BarChart(o)
}

// shares are flat bars on a fixed scale, whose labels say the values: beside a
// full bar there is no room for them.
func (c coat) shares(p *charts.Painter, labels []string, format func(float64) string, low, high float64, values []float64) error {
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Theme, o.Padding, o.Horizontal = c.palette, c.pad(), true
	o.CategoryAxis = c.axis(labels, 16)
	o.ValueAxis = c.values(format)
	o.ValueAxis[0].Min, o.ValueAxis[0].Max = &low, &high
	o.Legend.Show = charts.Ptr(false)
	o.ValueFormatter = format
	return p.BarChart(o)
}

func days(points int, at func(int) time.Time) []string {
	out := make([]string, points)
	for i := range out {
		out[i] = at(i).Format("2 Jan")
	}
	return out
}

func titled(titles map[string]string, id string) string {
	if t := titles[id]; t != "" {
		return t
	}
	if id == "" {
		return "All"
	}
	return id
}

// allCharts are the cards in their order.
var allCharts = []chart{
	{name: "flow", title: "Opened and decided", note: flowNote, draw: drawFlow, empty: func(s model.Statistics) bool {
		return !slices.ContainsFunc(s.Flow, func(f model.FlowPoint) bool { return f.Opened+f.Decided > 0 })
	}},
	{name: "backlog", title: "Backlog", note: backlogNote, draw: drawBacklog, empty: func(s model.Statistics) bool {
		return !slices.ContainsFunc(s.Flow, func(f model.FlowPoint) bool { return f.Backlog > 0 })
	}},
	{name: "age", title: "How long cases have waited", note: ageNote, draw: drawAges, empty: func(s model.Statistics) bool {
		return !slices.ContainsFunc(s.Ages, func(a model.AgeBand) bool { return a.Cases > 0 })
	}},
	{name: "time", title: "Time to decision", note: timeNote, draw: drawTimes, empty: func(s model.Statistics) bool { return s.Overall.Decisions == 0 }},
	{name: "guidelines", title: "Decisions by guideline", note: stepNote, draw: drawGuidelines, empty: func(s model.Statistics) bool { return len(s.Steps) == 0 }},
	{name: "reversals", title: "Sanctions taken back", note: reversalNote, draw: drawReversals, empty: func(s model.Statistics) bool {
		return !slices.ContainsFunc(s.Reversals, func(r model.ReversalPoint) bool { return r.Decided > 0 })
	}},
	{name: "precision", title: "Precision of the detectors", note: precisionNote, draw: drawPrecision, empty: func(s model.Statistics) bool { return len(s.Detectors) == 0 }},
	{name: "strikes", title: "Strikes that expire", note: strikeNote, draw: drawStrikes, empty: func(s model.Statistics) bool {
		return !slices.ContainsFunc(s.Expiring, func(e model.ExpiryWeek) bool { return e.Strikes > 0 })
	}},
	{name: "agreement", title: "Agreement of second moderators", note: agreementNote, draw: drawAgreement, empty: func(s model.Statistics) bool { return len(s.Agreement) == 0 }},
}

func flowNote(s model.Statistics, _ map[string]string) string {
	opened, decided := 0, 0
	for _, f := range s.Flow {
		opened += f.Opened
		decided += f.Decided
	}
	return show.Count(opened, "case", "cases") + " opened, " + show.Number(int64(decided)) + " decided"
}

func drawFlow(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	var opened, decided []float64
	for _, f := range s.Flow {
		opened, decided = append(opened, float64(f.Opened)), append(decided, float64(f.Decided))
	}
	return c.line(p, days(len(s.Flow), func(i int) time.Time { return s.Flow[i].At }), whole, []string{"Opened", "Decided"}, opened, decided)
}

func backlogNote(s model.Statistics, _ map[string]string) string {
	if len(s.Flow) == 0 {
		return ""
	}
	first, last := s.Flow[0].Backlog, s.Flow[len(s.Flow)-1].Backlog
	change := "as many as when the period began"
	if d := last - first; d > 0 {
		change = show.Number(int64(d)) + " more than when the period began"
	} else if d < 0 {
		change = show.Number(int64(-d)) + " fewer than when the period began"
	}
	return show.Count(last, "case", "cases") + " now, " + change
}

func drawBacklog(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	var left []float64
	for _, f := range s.Flow {
		left = append(left, float64(f.Backlog))
	}
	o := charts.NewLineChartOptionWithData([][]float64{left})
	o.Theme, o.Padding = c.palette, c.pad()
	o.XAxis, o.YAxis = c.axis(days(len(s.Flow), func(i int) time.Time { return s.Flow[i].At }), 7), c.values(whole)
	o.XAxis.BoundaryGap = charts.Ptr(false)
	o.LineStrokeWidth, o.Symbol = 2*c.scale, charts.Symbol{Shape: charts.SymbolNone}
	o.FillArea, o.FillOpacity = charts.Ptr(true), 60
	o.Legend.Show = charts.Ptr(false)
	o.ValueFormatter = whole
	return p.LineChart(o)
}

func ageNote(s model.Statistics, _ map[string]string) string {
	n, old := 0, 0
	for i, a := range s.Ages {
		n += a.Cases
		if i >= 3 {
			old += a.Cases
		}
	}
	return show.Count(n, "case waits", "cases wait") + ", " + show.Number(int64(old)) + " over a week"
}

// shortAges are the bands' names where there is little room.
var shortAges = []string{"< 1 d", "1–3 d", "3–7 d", "1–2 wk", "2–4 wk", "> 4 wk"}

func drawAges(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	var labels []string
	var values []float64
	for i, a := range s.Ages {
		label := a.Label
		if i < len(shortAges) {
			label = shortAges[i]
		}
		labels, values = append(labels, label), append(values, float64(a.Cases))
	}
	return c.bars(p, false, false, labels, whole, nil, values)
}

func span(hours float64) string {
	switch {
	case hours < 1:
		return fmt.Sprintf("%.0f min", hours*60)
	case hours < 48:
		return fmt.Sprintf("%.0f h", hours)
	}
	return fmt.Sprintf("%.0f d", hours/24)
}

func timeNote(s model.Statistics, _ map[string]string) string {
	return fmt.Sprintf("median %s, nine in ten within %s", span(s.Overall.Median), span(s.Overall.P90))
}

func drawTimes(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	var median, p90 []float64
	for _, t := range s.Times {
		m, n := t.Median, t.P90
		if t.Decisions == 0 {
			m, n = charts.GetNullValue(), charts.GetNullValue()
		}
		median, p90 = append(median, m), append(p90, n)
	}
	return c.line(p, days(len(s.Times), func(i int) time.Time { return s.Times[i].At }), span, []string{"Median", "Nine in ten"}, median, p90)
}

// stepOrder are the steps from the mildest on, with dismissals before.
var stepOrder = []model.Step{
	model.StepDismissed, model.StepNote, model.StepWarning, model.StepFieldReset, model.StepPhotoRemoval, model.StepRatingVoid, model.StepSuspension, model.StepBan,
}

func stepNote(s model.Statistics, _ map[string]string) string {
	sanctions, dismissed := 0, 0
	for _, x := range s.Steps {
		if x.Step == model.StepDismissed {
			dismissed += x.Count
		} else {
			sanctions += x.Count
		}
	}
	return show.Count(sanctions, "sanction", "sanctions") + ", " + show.Count(dismissed, "dismissal", "dismissals")
}

func drawGuidelines(p *charts.Painter, c coat, s model.Statistics, titles map[string]string) error {
	totals, at := map[string]int{}, map[model.StepCount]int{}
	for _, x := range s.Steps {
		totals[x.Guideline] += x.Count
		at[model.StepCount{Guideline: x.Guideline, Step: x.Step}] = x.Count
	}
	ids := make([]string, 0, len(totals))
	for id := range totals {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		if totals[a] != totals[b] {
			return totals[a] - totals[b] // the longest bar on top
		}
		return len(a) - len(b)
	})
	if len(ids) > 10 {
		ids = ids[len(ids)-10:]
	}
	var labels, names []string
	for _, id := range ids {
		labels = append(labels, titled(titles, id))
	}
	var series [][]float64
	for _, step := range stepOrder {
		values, any := make([]float64, len(ids)), false
		for i, id := range ids {
			values[i] = float64(at[model.StepCount{Guideline: id, Step: step}])
			any = any || values[i] > 0
		}
		if !any {
			continue
		}
		name := show.Step(step)
		if step == model.StepDismissed {
			name = "Dismissed"
		}
		names, series = append(names, name), append(series, values)
	}
	return c.bars(p, true, true, labels, whole, names, series...)
}

func reversalNote(s model.Statistics, _ map[string]string) string {
	decided, reversed := 0, 0
	for _, r := range s.Reversals {
		decided += r.Decided
		reversed += r.Reversed
	}
	if decided == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d sanctioning decisions, %s", reversed, decided, percent(float64(reversed)/float64(decided)))
}

func percent(v float64) string { return strconv.FormatFloat(100*v, 'f', 1, 64) + " %" }

func percents(v float64) string { return fmt.Sprintf("%.0f %%", v) }

func drawReversals(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	var rate []float64
	for _, r := range s.Reversals {
		if r.Decided == 0 {
			rate = append(rate, 0)
			continue
		}
		rate = append(rate, 100*float64(r.Reversed)/float64(r.Decided))
	}
	return c.line(p, days(len(s.Reversals), func(i int) time.Time { return s.Reversals[i].At }), percents, []string{"Share taken back, by the day of the decision"}, rate)
}

func precisionNote(s model.Statistics, _ map[string]string) string {
	n := 0
	for _, d := range s.Detectors {
		n += d.Accepted + d.Rejected
	}
	return show.Count(n, "finding judged", "findings judged")
}

func drawPrecision(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	list := slices.Clone(s.Detectors)
	slices.SortFunc(list, func(a, b model.DetectorVerdicts) int { return (a.Accepted + a.Rejected) - (b.Accepted + b.Rejected) })
	if len(list) > 10 {
		list = list[len(list)-10:]
	}
	var labels []string
	var values []float64
	for _, d := range list {
		labels = append(labels, fmt.Sprintf("%s, %.0f %% of %d", show.Capital(d.Detector), 100*d.Precision, d.Accepted+d.Rejected))
		values = append(values, 100*d.Precision)
	}
	return c.shares(p, labels, percents, 0, 100, values)
}

func strikeNote(s model.Statistics, _ map[string]string) string {
	n := 0
	for _, e := range s.Expiring {
		n += e.Strikes
	}
	return show.Count(n, "strike", "strikes") + " within eight weeks"
}

func drawStrikes(p *charts.Painter, c coat, s model.Statistics, _ map[string]string) error {
	var values []float64
	for _, e := range s.Expiring {
		values = append(values, float64(e.Strikes))
	}
	return c.bars(p, false, false, days(len(s.Expiring), func(i int) time.Time { return s.Expiring[i].At }), whole, nil, values)
}

func agreementNote(s model.Statistics, _ map[string]string) string {
	if len(s.Agreement) == 0 {
		return ""
	}
	a := s.Agreement[0]
	if !a.Defined {
		return show.Count(a.Pairs, "pair", "pairs") + ", " + percent(a.Observed) + " equal"
	}
	return fmt.Sprintf("%s, %s equal, kappa %.2f (%.2f to %.2f)", show.Count(a.Pairs, "pair", "pairs"), percent(a.Observed), a.Kappa, a.Low, a.High)
}

func drawAgreement(p *charts.Painter, c coat, s model.Statistics, titles map[string]string) error {
	var labels []string
	var values []float64
	list := slices.Clone(s.Agreement)
	slices.Reverse(list)
	if len(list) > 10 {
		list = list[len(list)-10:]
	}
	for _, a := range list {
		value := "none"
		if a.Defined {
			value = strconv.FormatFloat(a.Kappa, 'f', 2, 64)
		}
		labels, values = append(labels, fmt.Sprintf("%s, %s of %d", titled(titles, a.Guideline), value, a.Pairs)), append(values, a.Kappa)
	}
	kappa := func(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }
	low := 0.0
	if slices.Min(values) < 0 {
		low = -1
	}
	return c.shares(p, labels, kappa, low, 1, values)
}
