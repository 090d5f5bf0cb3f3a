package rules

import (
	"context"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// previewPane shows what a draft would change: the cases that come and go, and
// for each the findings with the words that they mark.
type previewPane struct {
	v      *View
	shown  bool
	have   bool
	busy   bool
	result app.RulesPreview

	root   *fyne.Container
	head   *show.Box
	list   *show.List
	detail *show.Box
	scroll *show.Scroll
	phase  *show.Line
	meter  *show.Meter
}

func newPreviewPane(v *View) *previewPane {
	p := &previewPane{v: v, head: show.NewBox(6), detail: show.NewBox(12), phase: show.NewLine(""), meter: show.NewMeter().Bare()}
	p.list = show.NewList(newCaseRow, func(i int, o fyne.CanvasObject, _ bool) { o.(*caseRow).fill(p.result.Cases[i]) })
	p.list.OnSelect = func(int) { p.show() }
	p.list.OnOpen = func(int) { p.open() }
	p.scroll = show.NewScroll(show.NewGround("", 0, p.detail).Pad(20, 14, 20, 20))
	p.root = show.NewBanded(show.NewGround(look.Surface, 0, p.head).Pad(16, 10, 16, 10).Below(), nil, container.New(&halves{}, p.list, p.scroll))
	return p
}

// halves lays out the changed cases beside the one that is chosen.
type halves struct{}

func (*halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := min(max(size.Width*0.36, 300), 520)
	o[0].Move(fyne.NewPos(0, 0))
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[1].Resize(fyne.NewSize(size.Width-left, size.Height))
}

func (*halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(700, 220) }

// start runs the draft over the store.
func (p *previewPane) start() {
	v := p.v
	draft, err := v.draft.Clone()
	if err != nil {
		v.sh.Fail("looking at what the rules would do", err)
		return
	}
	p.shown, p.have, p.busy = true, false, true
	p.result = app.RulesPreview{}
	p.list.SetCount(0)
	p.detail.Set()
	p.phase.SetText("Beginning")
	p.meter.Set(0)
	p.header()
	v.editor.Hide()
	p.root.Show()
	v.sh.Window().Canvas().Unfocus()
	v.sh.Retitle()
	shell.Load(v.run, func(ctx context.Context) (app.RulesPreview, error) {
		return v.desk.PreviewRules(ctx, draft, func(phase string, done, total int64) {
			v.sh.Do(func() {
				if !p.busy {
					return
				}
				text := show.Capital(phase)
				if total > 0 {
					text += fmt.Sprintf(": %s of %s", show.Number(done), show.Number(total))
					p.meter.Set(int(100 * done / total))
				}
				p.phase.SetText(text)
			})
		})
	}, func(result app.RulesPreview, err error) {
		p.busy = false
		if err != nil {
			p.close()
			v.sh.Fail("looking at what the rules would do", err)
			return
		}
		p.result, p.have = result, true
		p.list.SetCount(len(result.Cases))
		p.header()
		if len(result.Cases) > 0 {
			p.list.Select(0)
		} else {
			p.show()
		}
	})
}

// close goes back to the rules, and ends a preview under way.
func (p *previewPane) close() {
	if !p.shown {
		return
	}
	p.v.run.Cancel()
	p.v.read.Cancel()
	p.shown, p.busy, p.have = false, false, false
	p.root.Hide()
	p.v.editor.Show()
	p.v.content.Refresh()
	p.v.sh.Retitle()
}

func (p *previewPane) rethemed() {
	if p.shown {
		p.header()
		p.show()
		p.list.Refresh()
	}
}

// sentence is what the change would do, in one.
func sentence(r app.RulesPreview) string {
	if r.Opened+r.Closed+r.Moved+r.Added+r.Gone+r.Altered == 0 {
		return "With this change nothing in this store would be otherwise."
	}
	parts := []string{fmt.Sprintf("With this change %s, %d fewer", show.Count(r.Opened, "more case", "more cases"), r.Closed)}
	if r.Moved > 0 {
		parts = append(parts, show.Count(r.Moved, "other case changes", "other cases change")+" priority")
	}
	return strings.Join(parts, "; ") + "."
}

func (p *previewPane) header() {
	var parts []fyne.CanvasObject
	r := p.result
	switch {
	case p.busy:
		parts = append(parts, show.NewRow(12, show.Grow(p.phase, 1), show.Fix(p.meter, 200), show.Own(show.NewButton("Cancel  (Esc)", theme.CancelIcon(), p.close).Quiet())))
	case len(r.Problems) > 0:
		parts = append(parts, show.NewPara("The draft has faults: "+r.Problems[0].String()).Role(theme.ColorNameError))
	default:
		parts = append(parts, show.NewPara(sentence(r)).Bold())
		notes := []string{fmt.Sprintf("%s more, %d fewer, %d marked otherwise", show.Count(r.Added, "finding", "findings"), r.Gone, r.Altered)}
		if r.Read > 0 {
			notes = append(notes, show.Number(int64(r.Read))+" things were read anew")
		}
		if r.Stale > 0 {
			notes = append(notes, fmt.Sprintf("%s not read yet by the rules in force and may count as changed", show.Count(int(r.Stale), "thing was", "things were")))
		}
		if r.Cut {
			notes = append(notes, fmt.Sprintf("the first %s cases are listed", show.Number(int64(len(r.Cases)))))
		}
		parts = append(parts, show.NewPara(strings.Join(notes, "   ·   ")).Small().Muted())
		for _, f := range r.Faults {
			parts = append(parts, show.NewPara("Could not be asked: "+f).Small().Role(theme.ColorNameWarning))
		}
	}
	p.head.Set(parts...)
	show.Relaid(p.root)
}

// show explains the chosen case, and reads the words of its findings.
func (p *previewPane) show() {
	i := p.list.Selected()
	if i < 0 || i >= len(p.result.Cases) {
		p.detail.Set()
		p.scroll.Refresh()
		return
	}
	c := p.result.Cases[i]
	word, role := caseWord(c)
	parts := []fyne.CanvasObject{
		show.NewRow(10, show.Own(show.NewLine(c.ScreenName).Bold().Sized(look.Title).Whole()), show.Grow(show.NewLine(c.Cluster).Muted(), 1), show.Own(show.NewChip(word, role))),
		show.NewPara(fmt.Sprintf("Its priority is %d now and would be %d.", c.Before, c.After)).Muted(),
	}
	type waiting struct {
		finding app.FindingChange
		box     *show.Box
	}
	var wait []waiting
	for _, f := range c.Findings {
		sign, role := "Goes", theme.ColorNameError
		switch {
		case f.Altered:
			sign, role = "Marks other words", look.Info
		case f.Added:
			sign, role = "Comes", theme.ColorNameSuccess
		}
		body := []fyne.CanvasObject{
			show.NewRow(8, show.Own(show.NewChip(sign, role)), show.Own(show.NewGuidelineChip(f.Finding.Guideline, p.v.titleOf(f.Finding.Guideline))),
				show.Grow(show.NewLine("").Muted(), 1), show.Own(show.NewLine(show.Percent(f.Finding.Score)).Whole())),
			show.NewPara(f.Finding.Reason),
		}
		if f.Why != "" {
			body = append(body, show.NewPara(f.Why).Muted())
		}
		quotes := show.NewBox(6)
		body = append(body, quotes)
		wait = append(wait, waiting{f, quotes})
		parts = append(parts, show.NewGround(look.Surface, 0, show.NewBox(7, body...)).Pad(14, 10, 14, 10).Round(6))
	}
	if len(c.Findings) == 0 {
		parts = append(parts, show.NewPara("Its findings stay; only its place in the queue changes.").Muted())
	}
	p.detail.Set(parts...)
	p.scroll.ScrollTo(0)
	p.scroll.Refresh()
	p.v.read.Cancel()
	for _, w := range wait {
		f := w.finding.Finding
		shell.Also(p.v.read, func(ctx context.Context) ([]app.Quote, error) { return p.v.desk.Quotes(ctx, f, 4) }, func(quotes []app.Quote, err error) {
			if err != nil {
				w.box.Set(show.NewPara("The words cannot be read: " + app.Sentence(err)).Small().Role(theme.ColorNameError))
			} else {
				var lines []fyne.CanvasObject
				for _, q := range quotes {
					var marks []show.Highlight
					for _, s := range q.Spans {
						marks = append(marks, show.Highlight{Start: s.Start, End: s.End, Fill: look.Tint(f.Guideline), Edge: look.Edge(f.Guideline)})
					}
					text := show.NewPara("")
					text.Set(q.Text, marks)
					lines = append(lines, show.NewBox(1, show.NewLine(q.Who+"  "+show.DateTime(q.At)).Small().Muted(), text))
				}
				w.box.Set(lines...)
			}
			p.detail.Refresh()
			p.scroll.Refresh()
		})
	}
}

func caseWord(c app.CaseChange) (string, fyne.ThemeColorName) {
	switch {
	case c.Opened:
		return "New case", theme.ColorNameSuccess
	case c.Closed:
		return "No case any more", theme.ColorNameError
	case c.After > c.Before:
		return "More urgent", theme.ColorNameWarning
	case c.After < c.Before:
		return "Less urgent", look.Info
	}
	return "Other findings", look.Info
}

// open goes to the transcript of the chosen case's first finding, else to the
// case; Esc comes back.
func (p *previewPane) open() {
	i := p.list.Selected()
	if i < 0 || i >= len(p.result.Cases) {
		return
	}
	c := p.result.Cases[i]
	for _, f := range c.Findings {
		if f.Finding.SessionID != "" && len(f.Finding.Spans) > 0 {
			r := shell.Route{Screen: shell.Transcript, CaseID: c.CaseID, Session: f.Finding.SessionID, Message: f.Finding.Spans[0].Message}
			if !f.Added {
				r.Finding = f.Finding.ID
			}
			p.v.sh.Open(r)
			return
		}
	}
	if c.CaseID != "" {
		p.v.sh.Open(shell.Route{Screen: shell.Case, CaseID: c.CaseID})
	}
}

func (p *previewPane) keys() []shell.Key {
	return []shell.Key{
		shell.Rune('j', "Next changed case", func() { p.list.Step(1) }),
		shell.Named(fyne.KeyDown, "Next changed case", func() { p.list.Step(1) }),
		shell.Rune('k', "Changed case before", func() { p.list.Step(-1) }),
		shell.Named(fyne.KeyUp, "Changed case before", func() { p.list.Step(-1) }),
		shell.Named(fyne.KeyReturn, "Open the transcript, or the case", p.open),
		shell.Rune(' ', "Scroll on", func() { p.scroll.ScrollBy(p.scroll.Page() * 0.85) }).Labelled("Space"),
		shell.Named(fyne.KeyPageDown, "A page of cases on", func() { p.list.Step(p.list.PageRows()) }),
		shell.Named(fyne.KeyPageUp, "A page of cases back", func() { p.list.Step(-p.list.PageRows()) }),
		shell.Rune('s', "Put the change in force", p.v.askSave),
		shell.Named(fyne.KeyEscape, "Back to the rules, or cancel", p.close),
	}
}

// caseRow is a changed case in the list.
type caseRow struct {
	show.Box
	name *show.Line
	note *show.Line
	chip *show.Chip
	move *show.Line
}

func newCaseRow() fyne.CanvasObject {
	r := &caseRow{name: show.NewLine(""), note: show.NewLine("").Small().Muted(), chip: show.NewChip("", look.Muted), move: show.NewLine("").Small().Muted().Right().Min(84)}
	r.Set(show.NewGround("", 0, show.NewRow(8, show.Grow(show.NewBox(1, r.name, r.note), 1), show.Own(r.chip), show.Own(r.move))).Pad(14, 6, 12, 6))
	r.ExtendBaseWidget(r)
	return r
}

func (r *caseRow) fill(c app.CaseChange) {
	r.name.SetText(c.ScreenName)
	added, gone := 0, 0
	for _, f := range c.Findings {
		switch {
		case f.Altered:
		case f.Added:
			added++
		default:
			gone++
		}
	}
	r.note.SetText(fmt.Sprintf("%s   +%d −%d", c.Cluster, added, gone))
	r.chip.Set(caseWord(c))
	r.move.SetText(fmt.Sprintf("%d to %d", c.Before, c.After))
}
