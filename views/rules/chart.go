package rules

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/app"
	"mensch/app/calibration"
	"mensch/views/look"
	"mensch/views/show"
)

// fareParts say how a detector fares on this site.
func fareParts(f app.Fare) fyne.CanvasObject {
	n := f.Count.Accepted + f.Count.Rejected
	facts := show.NewFacts("In sight", show.Count(f.Count.Findings, "finding", "findings"), "Judged", fmt.Sprintf("%d accepted, %d rejected", f.Count.Accepted, f.Count.Rejected))
	total := 0
	for _, b := range f.Bands {
		total += b.Count
	}
	if n > 0 {
		facts.Add("Precision", show.Percent(float64(f.Count.Accepted)/float64(n)))
	}
	switch {
	case total == 0:
		facts.Add("Scores", "as the detector gives them; nothing was judged yet")
	case f.Curve.IsIdentity() && total < calibration.Defaults.Minimum:
		facts.Add("Scores", fmt.Sprintf("as the detector gives them; calibrated from %d verdicts on", calibration.Defaults.Minimum))
	case f.Curve.IsIdentity():
		facts.Add("Scores", "as the detector gives them: they fit the verdicts")
	default:
		facts.Add("Scores", fmt.Sprintf("calibrated on %d verdicts: 0.50 becomes %.2f, 0.90 becomes %.2f", f.Curve.Verdicts, f.Curve.At(0.5), f.Curve.At(0.9)))
	}
	if total > 0 && !math.IsNaN(f.Error) {
		facts.Add("Off by", fmt.Sprintf("%.1f points on average (Brier score %.3f)", 100*f.Error, f.Brier))
	}
	if total == 0 {
		return facts
	}
	words := show.NewBox(3, show.NewLine("By band").Small().Muted())
	lines := []fyne.CanvasObject{show.NewLine("Score, judged, accepted").Small().Muted()}
	for _, b := range f.Bands {
		if b.Count > 0 {
			lines = append(lines, show.NewRow(8, show.Fix(show.NewLine(fmt.Sprintf("%.1f to %.1f", b.From, b.To)).Small(), 80), show.Fix(show.NewLine(fmt.Sprint(b.Count)).Small().Right(), 44),
				show.Grow(show.NewLine(show.Percent(b.Share())+fmt.Sprintf("  (%.0f to %.0f)", 100*b.Low, 100*b.High)).Small(), 1)))
		}
	}
	words.Set(lines...)
	return show.NewRow(20, show.Grow(show.NewBox(12, facts, words), 1.2), show.Grow(show.NewBox(6,
		show.NewLine("Accepted, by the score that was shown").Small().Muted(), newPlot(func(img *image.RGBA, unit float64) { reliability(img, unit, f.Bands) }, 190),
		show.NewLine("Accepted over time, and expected by the scores (line)").Small().Muted(), newPlot(func(img *image.RGBA, unit float64) { course(img, unit, f.Drift.Windows) }, 92)), 1))
}

// plot draws pixels at the size that it has.
type plot struct {
	widget.BaseWidget
	raster *canvas.Raster
	height float32
}

func newPlot(paint func(img *image.RGBA, unit float64), height float32) *plot {
	p := &plot{height: height}
	p.raster = canvas.NewRaster(func(w, h int) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, max(w, 1), max(h, 1)))
		unit := 1.0
		if p.Size().Height > 0 {
			unit = float64(h) / float64(p.Size().Height)
		}
		if w > 20 && h > 20 {
			paint(img, unit)
		}
		return img
	})
	p.ExtendBaseWidget(p)
	return p
}

func (p *plot) HeightFor(float32) float32 { return p.height }

// MinSize is called by Fyne.
func (p *plot) MinSize() fyne.Size { return fyne.NewSize(120, p.height) }

// CreateRenderer is called by Fyne.
func (p *plot) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.raster) }

func box(img *image.RGBA, x0, y0, x1, y1 float64, c color.Color) {
	draw.Draw(img, image.Rect(int(x0+0.5), int(y0+0.5), max(int(x1+0.5), int(x0+0.5)+1), max(int(y1+0.5), int(y0+0.5)+1)), image.NewUniform(c), image.Point{}, draw.Src)
}

// line draws a straight line of a width in pixels.
func line(img *image.RGBA, x0, y0, x1, y1, width float64, c color.Color) {
	steps := int(math.Max(math.Abs(x1-x0), math.Abs(y1-y0))) + 1
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		x, y := x0+(x1-x0)*t, y0+(y1-y0)*t
		box(img, x-width/2, y-width/2, x+width/2, y+width/2, c)
	}
}

// reliability draws, for each band, what share was accepted with its interval,
// against the diagonal on which scores are right.
func reliability(img *image.RGBA, unit float64, bands []calibration.Band) {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	side := math.Min(w, h)
	w = math.Min(w, side*1.6)
	edge := 8 * unit
	x := func(p float64) float64 { return edge + p*(w-2*edge) }
	y := func(p float64) float64 { return h - edge - p*(h-2*edge) }
	box(img, 0, 0, w, h, look.Of(look.Raised))
	for _, p := range []float64{0.25, 0.5, 0.75} {
		box(img, 0, y(p), w, y(p)+unit, look.Of(look.Line))
		box(img, x(p), 0, x(p)+unit, h, look.Of(look.Line))
	}
	line(img, x(0), y(0), x(1), y(1), unit, look.Of(look.Faint))
	most := 1
	for _, b := range bands {
		most = max(most, b.Count)
	}
	ink, pale := look.Of(theme.ColorNamePrimary), look.Fade(look.Of(look.Raised), look.Of(theme.ColorNamePrimary), 0.35)
	for _, b := range bands {
		if b.Count == 0 {
			continue
		}
		at := x(b.Expected)
		box(img, at-unit, y(b.High), at+unit, y(b.Low), pale)
		r := unit * (2.5 + 4*math.Sqrt(float64(b.Count)/float64(most)))
		box(img, at-r, y(b.Share())-r, at+r, y(b.Share())+r, ink)
	}
}

// course draws the share accepted in each stretch of time as a bar, and what
// the scores let expect as a line over it.
func course(img *image.RGBA, unit float64, windows []calibration.Window) {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	box(img, 0, 0, w, h, look.Of(look.Raised))
	if len(windows) == 0 {
		return
	}
	step := w / float64(len(windows))
	y := func(p float64) float64 { return h - p*(h-2*unit) }
	for i, win := range windows {
		if win.Count == 0 {
			continue
		}
		x := float64(i) * step
		box(img, x+step*0.15, y(float64(win.Accepted)/float64(win.Count)), x+step*0.85, h, look.Fade(look.Of(look.Raised), look.Of(theme.ColorNamePrimary), 0.6))
		e := y(win.Expected / float64(win.Count))
		box(img, x+step*0.08, e-unit, x+step*0.92, e+unit, look.Of(theme.ColorNameForeground))
	}
}
