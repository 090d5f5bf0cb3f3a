// Package quality is the screen of the quality sample: a colleague's decided
// case, judged blind by a second moderator, and how far the two agree.
package quality

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/secondlook"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what the screen needs of the use cases.
type Desk interface {
	NextReview(ctx context.Context) (app.BlindCase, error)
	JudgeBlind(ctx context.Context, decisionID string, r model.Review) (app.Reviewed, error)
	Agreement(ctx context.Context, since time.Time) ([]model.Agreement, error)
	Disagreements(ctx context.Context, since time.Time) ([]model.ReviewPair, error)
	Titles() map[string]string
	shell.PhotoDesk
}

// back is how far the agreement looks back.
const back = 90 * 24 * time.Hour

// View is the screen.
type View struct {
	sh     *shell.Shell
	desk   Desk
	work   *shell.Work
	table  *shell.Work
	titles map[string]string

	blind    app.BlindCase
	have     bool   // a case is in sight
	drawn    string // whose evidence stands in main
	reviewed *app.Reviewed
	busy     bool
	differ   []model.ReviewPair
	exhibits *secondlook.Exhibits

	choice  *show.Choice
	steps   []model.Step // by the choice; the first is a dismissal
	main    *show.Box
	side    *show.Box
	mainS   *show.Scroll
	sideS   *show.Scroll
	confirm *show.Button
	agrees  []fyne.CanvasObject
	body    *fyne.Container
}

var (
	_ shell.Screen  = (*View)(nil)
	_ shell.Actions = (*View)(nil)
)

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, titles: desk.Titles(), main: show.NewBox(12), side: show.NewBox(12)}
	v.work, v.table, v.exhibits = sh.Work(nil), sh.Work(nil), secondlook.NewExhibits(sh, desk, v.titles)
	v.mainS = show.NewScroll(show.NewGround("", 0, v.main).Pad(14, 12, 8, 16))
	v.sideS = show.NewScroll(show.NewGround("", 0, v.side).Pad(6, 12, 14, 16))
	v.confirm = show.NewButton("Decide so  ("+shell.ConfirmKey()+")", theme.ConfirmIcon(), v.judge).Primary()
	v.body = container.New(&halves{}, v.mainS, v.sideS)
	return v
}

// halves is a wide column and a narrow one.
type halves struct{}

func (halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	side := min(max(size.Width*0.4, 380), 700)
	o[0].Resize(fyne.NewSize(size.Width-side, size.Height))
	o[1].Move(fyne.NewPos(size.Width-side, 0))
	o[1].Resize(fyne.NewSize(side, size.Height))
}
func (halves) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 300) }

// Title is the screen's name.
func (v *View) Title() string { return "Quality sample" }

// Subtitle says how many cases are left.
func (v *View) Subtitle() string {
	if !v.have {
		return ""
	}
	return show.Count(v.blind.Left, "case", "cases") + " after this one"
}

// Actions are the header's buttons.
func (v *View) Actions() []fyne.CanvasObject {
	if !v.have {
		return nil
	}
	if v.reviewed != nil {
		return []fyne.CanvasObject{
			show.NewButton("Open the case  (o)", nil, v.openCase), show.NewButton("Next  (n)", theme.NavigateNextIcon(), v.next).Primary(),
		}
	}
	return []fyne.CanvasObject{v.confirm}
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Open draws a case, unless one is under way.
func (v *View) Open(shell.Route) {
	v.count()
	if !v.have {
		v.next()
	}
}

// Leave cancels the loads.
func (v *View) Leave() {
	v.work.Cancel()
	v.table.Cancel()
	v.exhibits.Cancel()
	v.drawn = "" // photos that did not come are asked for anew
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() {
	v.drawn = ""
	v.show()
}

func (v *View) title(id string) string {
	if t := v.titles[id]; t != "" {
		return t
	}
	return id
}

// next draws the next case of the sample.
func (v *View) next() {
	if v.busy || v.have && v.reviewed == nil {
		return
	}
	shell.Load(v.work, v.desk.NextReview, func(b app.BlindCase, err error) {
		v.reviewed = nil
		if errors.Is(err, model.ErrNotFound) {
			v.blind, v.have, v.drawn = app.BlindCase{}, false, ""
			v.main.Set(show.NewPara("This week's sample is done, or no colleague's decision is there to look at. Thank you.").Muted())
			v.refresh()
			return
		}
		if err != nil {
			v.sh.Fail("drawing the quality sample", err)
			return
		}
		v.blind, v.have = b, true
		labels := []string{"Dismiss"}
		v.steps = []model.Step{""}
		for _, s := range b.Steps {
			labels, v.steps = append(labels, show.Step(s)), append(v.steps, s)
		}
		v.choice = show.NewChoice(labels...)
		v.choice.None() // one chosen already would be a suggestion, and move kappa
		v.show()
		v.mainS.ScrollTo(0)
		v.sh.Window().Canvas().Focus(v.choice)
	})
}

// judge keeps the verdict, and then tells what was decided first.
func (v *View) judge() {
	if !v.have || v.busy || v.reviewed != nil {
		return
	}
	if v.choice.Chosen() < 0 {
		v.sh.Tell("Choose first what you would decide: by the arrows, or by its digit.")
		v.sh.Window().Canvas().Focus(v.choice)
		return
	}
	r := model.Review{Outcome: model.Dismissed, Guideline: v.blind.Guideline}
	if step := v.steps[v.choice.Chosen()]; step != "" {
		r.Outcome, r.Step = model.Sanctioned, step
	}
	id := v.blind.DecisionID
	v.busy = true
	shell.Act(v.sh, func(ctx context.Context) (app.Reviewed, error) { return v.desk.JudgeBlind(ctx, id, r) }, func(done app.Reviewed, err error) {
		v.busy = false
		if err != nil {
			v.sh.Fail("keeping the verdict", err)
			return
		}
		v.reviewed = &done
		v.sh.Window().Canvas().Unfocus()
		v.show()
		v.count()
	})
}

func (v *View) openCase() {
	if v.have && v.reviewed != nil {
		v.sh.Open(shell.Route{Screen: shell.Case, CaseID: v.blind.CaseID})
	}
}

// openDiffering opens the newest case on which two moderators differ.
func (v *View) openDiffering() {
	if len(v.differ) == 0 {
		v.sh.Tell("There is no decision that a second moderator saw otherwise.")
		return
	}
	v.sh.Open(shell.Route{Screen: shell.Case, CaseID: v.differ[0].CaseID})
}

// count reads the agreement.
func (v *View) count() {
	since := v.sh.Now().Add(-back)
	type result struct {
		agreement []model.Agreement
		differ    []model.ReviewPair
	}
	shell.Load(v.table, func(ctx context.Context) (result, error) {
		var r result
		var err error
		if r.agreement, err = v.desk.Agreement(ctx, since); err != nil {
			return r, err
		}
		r.differ, err = v.desk.Disagreements(ctx, since)
		return r, err
	}, func(r result, err error) {
		if err != nil {
			v.sh.Fail("counting the agreement", err)
			return
		}
		v.differ = r.differ
		v.agrees = []fyne.CanvasObject{v.agreementPanel(r.agreement)}
		if len(r.differ) > 0 {
			v.agrees = append(v.agrees, v.differPanel(r.differ))
		}
		v.show()
	})
}

func (v *View) agreementPanel(list []model.Agreement) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for _, a := range list {
		name := "All together"
		if a.Guideline != "" {
			name = v.title(a.Guideline)
		}
		kappa := "no κ: all the same"
		if a.Defined {
			kappa = fmt.Sprintf("κ %.2f  (%.2f to %.2f)", a.Kappa, a.Low, a.High)
		}
		rows = append(rows, show.NewRow(10, show.Grow(show.NewLine(name), 1.2), show.Fix(show.NewLine(show.Count(a.Pairs, "pair", "pairs")).Muted().Right(), 68),
			show.Fix(show.NewLine(fmt.Sprintf("%.0f %%", 100*a.Observed)).Muted().Right(), 48), show.Grow(show.NewLine(kappa).Right(), 1.2)))
	}
	if len(rows) == 0 {
		rows = append(rows, show.NewPara("No decision was reviewed in the last 90 days.").Muted())
	}
	rows = append(rows, show.NewPara("Cohen's kappa of first and second moderator with its 95 % interval: 1 they always agree, 0 as chance would have it.").Small().Muted())
	return show.NewPanel("Agreement, 90 days", show.NewBox(6, rows...))
}

func stepWords(step string) string {
	if step == string(model.StepDismissed) {
		return "dismissed"
	}
	return strings.ToLower(show.Step(model.Step(step)))
}

func (v *View) differPanel(list []model.ReviewPair) fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i, p := range list {
		if i == 12 {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d more", len(list)-i)).Small().Muted())
			break
		}
		rows = append(rows, show.NewTap(show.NewGround("", 0, show.NewRow(8,
			show.Own(show.NewGuidelineChip(p.Guideline, v.title(p.Guideline))),
			show.Grow(show.NewLine(stepWords(p.First)+" by "+p.Decider+", "+stepWords(p.Second)+" by "+p.Reviewer).Small(), 1))).Pad(4, 4, 4, 4),
			func() { v.sh.Open(shell.Route{Screen: shell.Case, CaseID: p.CaseID}) }))
	}
	return show.NewPanel("Seen otherwise by the second", show.NewBox(2, append(rows,
		show.NewPara("The first decision stands. From the case it can be reversed, by a decision of its own.").Small().Muted())...), show.NewHint("D", "open the newest"))
}

func (v *View) show() {
	side := []fyne.CanvasObject{}
	if v.have {
		// A verdict or the agreement's coming must not blur photos again.
		if v.drawn != v.blind.DecisionID {
			v.drawn = v.blind.DecisionID
			v.main.Set(v.evidence()...)
		}
		side = append(side, v.verdict())
	}
	v.side.Set(append(side, v.agrees...)...)
	v.refresh()
}

func (v *View) refresh() {
	v.mainS.Refresh()
	v.sideS.Refresh()
	v.body.Refresh()
	v.sh.Retitle()
}

// verdict is the choice, or what became of it.
func (v *View) verdict() fyne.CanvasObject {
	if v.reviewed == nil {
		return show.NewPanel("Your verdict under “"+v.blind.Title+"”", show.NewBox(10, v.choice,
			show.NewPara("You are not told who decided the case and how, until you have. Nothing that you choose here changes what stands.").Small().Muted()), show.NewHint("f", "choose"))
	}
	first := v.reviewed.First
	words, role := "You both decided the same", theme.ColorNameSuccess
	if !v.reviewed.Agrees {
		words, role = "You would have decided otherwise", theme.ColorNameWarning
	}
	was := "dismissed it"
	if len(first.Sanctions) > 0 {
		var steps []string
		for _, s := range first.Sanctions {
			steps = append(steps, strings.ToLower(show.Step(s.Step))+" for "+v.title(s.Guideline))
		}
		was = strings.Join(steps, ", ")
	}
	rows := []fyne.CanvasObject{
		show.NewLine(words).Bold().Role(role), show.NewPara(fmt.Sprintf("%s, on %s: %s.", first.Moderator, show.Date(first.DecidedAt), was)),
	}
	if first.Rationale != "" {
		rows = append(rows, show.NewPara(first.Rationale).Muted())
	}
	if !v.reviewed.Agrees {
		rows = append(rows, show.NewPara("The decision stands. If it should not, open the case (o) and decide its reversal.").Small().Muted())
	}
	return show.NewPanel("What was decided", show.NewBox(6, rows...))
}

// evidence is what the first moderator saw.
func (v *View) evidence() []fyne.CanvasObject {
	b := v.blind
	facts := show.NewFacts("Expert", b.Expert.ScreenName, "Cluster", b.Expert.Cluster)
	if b.Profile.Headline != "" {
		facts.Add("Headline", b.Profile.Headline)
	}
	about := []fyne.CanvasObject{facts}
	if b.Profile.Bio != "" {
		about = append(about, show.NewPara(b.Profile.Bio).Lines(6))
	}
	about = append(about, show.NewLine("Record before the decision").Muted().Small())
	return []fyne.CanvasObject{
		show.NewPanel("The rule", show.NewBox(6, show.NewFlow(5, show.NewGuidelineChip(b.Guideline, b.Title)), show.NewPara(b.Text))),
		v.exhibits.Evidence(b.Evidence, b.Pairs),
		show.NewPanel("Whom it is about", show.NewBox(6, append(about, v.exhibits.Record(b.Strikes, b.Decided)...)...)),
	}
}

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	out := []shell.Key{
		shell.Rune('f', "Choose: the arrows and digits change it", func() {
			if v.have && v.reviewed == nil {
				v.sh.Window().Canvas().Focus(v.choice)
			}
		}),
		shell.Chord(fyne.KeyReturn, 0, "Decide so", v.judge),
		shell.Rune('n', "Next case of the sample", v.next),
		shell.Rune('v', "Show or blur the photos", v.exhibits.Reveal),
		shell.Rune('o', "Open the case, once you have decided", v.openCase),
		shell.Rune('D', "Open the newest case seen otherwise", v.openDiffering),
		shell.Rune(' ', "A page on", func() { v.mainS.ScrollBy(v.mainS.Page() * 0.85) }),
		shell.Named(fyne.KeyPageDown, "A page on", func() { v.mainS.ScrollBy(v.mainS.Page() * 0.85) }),
		shell.Named(fyne.KeyPageUp, "A page back", func() { v.mainS.ScrollBy(-v.mainS.Page() * 0.85) }),
	}
	return out
}

// Blind is the case in sight, and what was told of it (nil before), for tests.
func (v *View) Blind() (app.BlindCase, *app.Reviewed) { return v.blind, v.reviewed }
