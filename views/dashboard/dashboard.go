// Package dashboard is the screen of the team's numbers, drawn as charts.
package dashboard

import (
	"context"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what the dashboard needs of the use cases.
type Desk interface {
	Statistics(ctx context.Context, days int) (model.Statistics, error)
	Titles() map[string]string
}

// periods are the choices of how far back to look.
var periods = []struct {
	label string
	days  int
}{{"7 days", 7}, {"30 days", 30}, {"90 days", 90}, {"A year", 365}}

// View is the screen.
type View struct {
	sh               *shell.Shell
	desk             Desk
	work             *shell.Work // counting
	brush            *shell.Work // drawing
	titles           map[string]string
	period           int
	stats            model.Statistics
	have             bool
	chosen           int
	cards            []*card
	grid             *grid
	scroll           *show.Scroll
	choice           *show.Choice
	csv, png, sample *show.Button
	waiting          func()
}

var (
	_ shell.Screen    = (*View)(nil)
	_ shell.Actions   = (*View)(nil)
	_ shell.Refresher = (*View)(nil)
	_ shell.Themed    = (*View)(nil)
)

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, titles: desk.Titles(), period: 1}
	v.work, v.brush = sh.Work(nil), sh.Work(nil)
	for i, c := range allCharts {
		v.cards = append(v.cards, newCard(c, func() { v.tap(i) }))
	}
	v.grid = newGrid(v.cards, func() float32 { return v.scroll.Page() }, v.redraw)
	v.scroll = show.NewScroll(show.NewGround("", 0, v.grid).Pad(14, 12, 14, 14))
	labels := make([]string, len(periods))
	for i, p := range periods {
		labels[i] = p.label
	}
	v.choice = show.NewChoice(labels...)
	v.choice.Choose(v.period)
	v.choice.OnChanged = v.look
	v.csv = show.NewButton("CSV  (e)", theme.DocumentSaveIcon(), v.exportCSV).Quiet()
	v.png = show.NewButton("PNG  (g)", theme.MediaPhotoIcon(), v.exportPNG).Quiet()
	v.sample = show.NewButton("Quality sample  (a)", theme.ConfirmIcon(), v.openSample).Quiet()
	v.cards[0].choose(true)
	return v
}

// Title is the screen's name.
func (v *View) Title() string { return "Numbers" }

// Subtitle says what is counted.
func (v *View) Subtitle() string {
	if !v.have {
		return "Counting"
	}
	p := v.stats.Period
	return show.Date(p.From) + " to " + show.Date(p.To.Add(-time.Second))
}

// Actions are the header's buttons.
func (v *View) Actions() []fyne.CanvasObject {
	width := v.choice.Natural()
	choice := container.NewGridWrap(fyne.NewSize(width, v.choice.HeightFor(width)), v.choice)
	return []fyne.CanvasObject{container.NewCenter(choice), v.csv, v.png, v.sample}
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.scroll }

// Open counts.
func (v *View) Open(shell.Route) { v.load() }

// Refresh counts anew.
func (v *View) Refresh() { v.load() }

// Leave cancels the counting and the drawing.
func (v *View) Leave() {
	v.work.Cancel()
	v.brush.Cancel()
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() {
	for _, c := range v.cards {
		c.drawn = fyne.Size{}
		c.Refresh()
	}
	v.choice.Choose(v.period)
	v.scroll.Refresh()
	v.redraw()
}

func (v *View) load() {
	days := periods[v.period].days
	shell.Load(v.work, func(ctx context.Context) (model.Statistics, error) { return v.desk.Statistics(ctx, days) },
		func(s model.Statistics, err error) {
			if err != nil {
				v.sh.Fail("counting", err)
				return
			}
			v.stats, v.have = s, true
			for _, c := range v.cards {
				c.drawn = fyne.Size{}
				c.none.SetText("")
				c.note.SetText("")
				if c.chart.empty(s) {
					c.none.SetText("Nothing to show in this period")
					c.image.Image = nil
					c.image.Refresh()
				} else {
					c.note.SetText(c.chart.note(s, v.titles))
				}
			}
			v.redraw()
			v.sh.Retitle()
		})
}

func (v *View) look(i int) {
	if i < 0 || i >= len(periods) || v.period == i {
		return
	}
	v.period = i
	v.choice.Choose(i)
	v.load()
}

// redraw paints the cards whose size changed, a moment after the last change.
func (v *View) redraw() {
	if !v.have || v.waiting != nil {
		return
	}
	v.waiting = v.sh.After(60*time.Millisecond, func() {
		v.waiting = nil
		v.paint()
	})
}

type painted struct {
	card  *card
	size  fyne.Size
	image image.Image
	err   error
}

// paint draws off the UI thread; the colours are taken here, on it.
func (v *View) paint() {
	scale := v.sh.Window().Canvas().Scale()
	c, stats := wear(scale), v.stats
	type job struct {
		card *card
		size fyne.Size
	}
	var jobs []job
	for _, x := range v.cards {
		if !x.Visible() || x.chart.empty(stats) || x.drawn == x.Size() {
			continue
		}
		jobs = append(jobs, job{x, x.Size()})
	}
	if len(jobs) == 0 {
		return
	}
	shell.Load(v.brush, func(ctx context.Context) ([]painted, error) {
		out := make([]painted, 0, len(jobs))
		for _, j := range jobs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			_, room := j.card.room(j.size)
			p := painted{card: j.card, size: j.size}
			var raw []byte
			if raw, p.err = j.card.chart.paint(c, stats, v.titles, int(room.Width*scale), int(room.Height*scale)); p.err == nil {
				p.image, p.err = decoded(raw)
			}
			out = append(out, p)
		}
		return out, nil
	}, func(list []painted, err error) {
		if err != nil {
			v.sh.Fail("drawing the charts", err)
			return
		}
		for _, p := range list {
			if p.err != nil {
				v.sh.Fail("drawing a chart", p.err)
				continue
			}
			p.card.drawn, p.card.image.Image = p.size, p.image
			p.card.image.Refresh()
		}
		v.redraw() // what changed its size meanwhile
	})
}

func (v *View) tap(i int) {
	if v.chosen == i {
		v.enlarge()
		return
	}
	v.pick(i - v.chosen)
}

// pick moves the selection; where one card is enlarged, the next takes its
// place.
func (v *View) pick(by int) {
	v.cards[v.chosen].choose(false)
	v.chosen = min(max(v.chosen+by, 0), len(v.cards)-1)
	v.cards[v.chosen].choose(true)
	if v.grid.only >= 0 {
		v.grid.only = v.chosen
		v.scroll.Refresh()
		v.grid.Refresh()
	}
	v.scroll.Reveal(v.cards[v.chosen])
}

// enlarge shows the selected card alone, or all again.
func (v *View) enlarge() {
	if v.grid.only >= 0 {
		v.grid.only = -1
	} else {
		v.grid.only = v.chosen
	}
	v.scroll.ScrollTo(0)
	v.scroll.Refresh()
	v.grid.Refresh()
	if v.grid.only < 0 {
		v.scroll.Reveal(v.cards[v.chosen])
	}
}

// folder is where files are offered to go.
func folder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	for _, name := range []string{"Documents", "Downloads"} {
		if info, err := os.Stat(filepath.Join(home, name)); err == nil && info.IsDir() {
			return filepath.Join(home, name)
		}
	}
	return home
}

func (v *View) fileName(kind, ext string) string {
	return filepath.Join(folder(), fmt.Sprintf("mensch-%s-%s.%s", kind, v.stats.Period.To.Add(-time.Second).Format("2006-01-02"), ext))
}

func (v *View) exportCSV() {
	if !v.have {
		return
	}
	stats := v.stats
	v.sh.Ask(shell.Ask{
		Title: "Keep all numbers as CSV", Note: "One table: what, when or about what, and the number. No name of an expert or client is in it.",
		Fields: []shell.AskField{{Label: "File", Value: v.fileName("numbers", "csv")}}, Confirm: "Keep it",
		Then: func(a []string) {
			v.keep(a[0], func() ([]byte, error) { return app.StatisticsCSV(stats) })
		},
	})
}

func (v *View) exportPNG() {
	if !v.have {
		return
	}
	x := v.cards[v.chosen].chart
	if x.empty(v.stats) {
		v.sh.Tell("There is nothing to show in this chart.")
		return
	}
	stats, c := v.stats, wear(2)
	v.sh.Ask(shell.Ask{
		Title: "Keep “" + x.title + "” as a picture", Fields: []shell.AskField{{Label: "File", Value: v.fileName(x.name, "png")}}, Confirm: "Keep it",
		Then: func(a []string) {
			v.keep(a[0], func() ([]byte, error) { return x.paint(c, stats, v.titles, 1600, 900) })
		},
	})
}

// keep writes a file whole or not at all, and never over another one.
func (v *View) keep(path string, content func() ([]byte, error)) {
	path = strings.TrimSpace(path)
	if path == "" {
		return
	}
	shell.Act(v.sh, shell.Just(func(context.Context) error {
		raw, err := content()
		if err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if os.IsExist(err) {
			return &app.Refusal{Why: "There is a file of that name already. Nothing was written; choose another name."}
		}
		if err != nil {
			return fmt.Errorf("making the file: %w", err)
		}
		if _, err = f.Write(raw); err == nil {
			err = f.Close()
		} else {
			_ = f.Close()
		}
		if err != nil {
			_ = os.Remove(path)
			return fmt.Errorf("writing the file: %w", err)
		}
		return nil
	}), func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail("keeping the file", err)
			return
		}
		v.sh.Tell("Kept in " + path)
	})
}

func (v *View) openSample() { v.sh.Open(shell.Route{Screen: shell.Quality}) }

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	step := func(by int) func() {
		return func() {
			if v.grid.only < 0 {
				by *= columns(v.grid.Size().Width)
			}
			v.pick(by)
		}
	}
	out := []shell.Key{
		shell.Named(fyne.KeyRight, "Next chart", func() { v.pick(1) }),
		shell.Rune('l', "Next chart", func() { v.pick(1) }),
		shell.Named(fyne.KeyLeft, "Chart before", func() { v.pick(-1) }),
		shell.Rune('h', "Chart before", func() { v.pick(-1) }),
		shell.Named(fyne.KeyDown, "A row on", step(1)),
		shell.Rune('j', "A row on", step(1)),
		shell.Named(fyne.KeyUp, "A row back", step(-1)),
		shell.Rune('k', "A row back", step(-1)),
		shell.Named(fyne.KeyReturn, "Enlarge the chart, or show all", v.enlarge),
		shell.Rune('e', "Keep the numbers as CSV", v.exportCSV),
		shell.Rune('g', "Keep the chart as a picture", v.exportPNG),
		shell.Rune('a', "Agreement: the quality sample", v.openSample),
		shell.Rune('p', "Next period", func() { v.look((v.period + 1) % len(periods)) }),
	}
	for i, p := range periods {
		out = append(out, shell.Rune(rune('1'+i), p.label, func() { v.look(i) }))
	}
	return out
}

// Drawn are the names of the charts that are drawn, for tests.
func (v *View) Drawn() []string {
	var out []string
	for _, c := range v.cards {
		if c.image.Image != nil {
			out = append(out, c.chart.name)
		}
	}
	slices.Sort(out)
	return out
}

// Chosen is the selected chart's name, and whether it is enlarged.
func (v *View) Chosen() (string, bool) { return v.cards[v.chosen].chart.name, v.grid.only >= 0 }
