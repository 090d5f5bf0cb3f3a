// Package decide is the screen on which a moderator concludes a case: which
// guideline, on what evidence, with which step, in which words.
package decide

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what deciding needs of the use cases.
type Desk interface {
	CaseFile(ctx context.Context, caseID string) (app.CaseFile, error)
	Recommend(ctx context.Context, caseID string) ([]app.Recommendation, error)
	Preview(ctx context.Context, draft app.Draft) (app.Preview, error)
	Decide(ctx context.Context, draft app.Draft) (model.Decision, error)
	Titles() map[string]string
}

// View is the screen.
type View struct {
	sh     *shell.Shell
	desk   Desk
	work   *shell.Work // file and recommendations
	look   *shell.Work // preview
	titles map[string]string

	route    shell.Route
	file     app.CaseFile
	have     bool
	outcome  model.Outcome
	choices  []*choice
	evidence []*piece
	items    []item // what the cursor walks over
	cursor   int
	others   bool // guidelines that nothing names are shown

	preview   app.Preview
	current   bool // preview is of the draft as it stands
	edited    bool // the message is the moderator's own
	composing bool // the message is being set by the program
	wanted    bool // confirm as soon as the preview is there
	sending   bool
	stop      func()

	form      *show.Box
	formS     *show.Scroll
	result    *show.Box
	sanction  *show.Tap
	dismiss   *show.Tap
	message   *show.Entry
	restore   *show.Button
	rationale *show.Entry
	confirm   *show.Button
	effects   *show.Box
	problems  *show.Box
	messageP  *show.Ground
	right     *fyne.Container
	body      *fyne.Container
}

// item is a thing that the cursor can stand on.
type item struct {
	ground *show.Ground
	toggle func()
}

type loaded struct {
	file app.CaseFile
	recs []app.Recommendation
}

var (
	_ shell.Screen = (*View)(nil)
	_ shell.Themed = (*View)(nil)
)

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, titles: desk.Titles()}
	v.work, v.look = sh.Work(nil), sh.Work(nil)
	v.form = show.NewBox(12)
	v.formS = show.NewScroll(show.NewGround("", 0, v.form).Pad(14, 12, 8, 16))
	v.buildRight()
	v.sanction = v.outcomeTap("Sanction", "s", model.Sanctioned)
	v.dismiss = v.outcomeTap("Dismiss", "x", model.Dismissed)
	v.body = container.New(&layout{}, v.formS, v.right)
	return v
}

// Title says what is done here.
func (v *View) Title() string {
	switch {
	case v.route.Intent == "change":
		return "Change the decision"
	case v.outcome == model.Dismissed:
		return "Dismiss the case"
	}
	return "Decide the case"
}

// HelpTitle names the screen in the help.
func (v *View) HelpTitle() string { return "Decide" }

// Subtitle says about whom.
func (v *View) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	return v.file.Expert.ScreenName + ", " + v.file.Expert.Cluster
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Open begins a decision on a case, or goes on with the one that was left.
func (v *View) Open(r shell.Route) {
	same := v.have && r.CaseID == v.route.CaseID && r.Decision == v.route.Decision && r.Appeal == v.route.Appeal
	v.route = r
	if !same {
		v.have, v.edited, v.wanted, v.sending, v.current, v.others = false, false, false, false, false, false
		v.file, v.choices, v.evidence, v.items, v.cursor = app.CaseFile{}, nil, nil, nil, 0
		v.outcome = model.Sanctioned
		v.setMessage("")
		v.rationale.SetText("")
		v.form.Set(show.NewLine("Reading the case").Faint())
		v.preview = app.Preview{}
		v.showPreview()
		v.body.Refresh()
	}
	if r.Intent == "dismiss" {
		v.outcome = model.Dismissed
	} else if r.Intent == "sanction" || r.Intent == "change" {
		v.outcome = model.Sanctioned
	}
	id := r.CaseID
	shell.Load(v.work, func(ctx context.Context) (loaded, error) {
		var l loaded
		var err error
		if l.file, err = v.desk.CaseFile(ctx, id); err != nil {
			return l, err
		}
		l.recs, err = v.desk.Recommend(ctx, id)
		return l, err
	}, func(l loaded, err error) {
		if err != nil {
			v.sh.Fail("preparing the decision", err)
			return
		}
		v.take(l)
	})
}

// Leave cancels the loads; what was chosen stays for coming back.
func (v *View) Leave() {
	v.work.Cancel()
	v.look.Cancel()
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
	v.wanted = false
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() {
	if v.have {
		v.fill()
	}
	v.body.Refresh()
}

// take fills the form; choices made before on the same case stay.
func (v *View) take(l loaded) {
	before, pieces := v.choices, v.evidence
	v.file, v.have = l.file, true
	v.choices, v.evidence = nil, nil
	accepted := map[string]bool{}
	named := map[string]bool{}
	for _, f := range l.file.Findings {
		if f.Verdict == model.VerdictAccepted && !f.Advisory {
			accepted[f.Guideline] = true
		}
		if f.Verdict != model.VerdictRejected {
			named[f.Guideline] = true
		}
	}
	for _, i := range l.file.Incidents {
		named[i.Guideline] = true
	}
	for _, rec := range l.recs {
		c := v.newChoice(rec, named[rec.Guideline])
		c.on = accepted[rec.Guideline]
		if i := slices.IndexFunc(before, func(b *choice) bool { return b.rec.Guideline == rec.Guideline }); i >= 0 {
			c.keep(before[i])
		}
		v.choices = append(v.choices, c)
	}
	for _, f := range l.file.Findings {
		if f.Verdict == model.VerdictRejected {
			continue
		}
		v.evidence = append(v.evidence, v.newPiece(f.ID, false, f.Guideline, f.Reason, f.Verdict == model.VerdictAccepted))
	}
	for _, i := range l.file.Incidents {
		if i.Closed {
			continue
		}
		text := show.Capital(string(i.Reporter)) + " reported: " + i.Text
		v.evidence = append(v.evidence, v.newPiece(i.ID, true, i.Guideline, text, accepted[i.Guideline]))
	}
	for _, p := range v.evidence {
		for _, old := range pieces {
			// What was accepted since then counts as chosen.
			if old.id == p.id && old.incident == p.incident && old.touched {
				p.on, p.touched = old.on, true
			}
		}
	}
	v.fill()
	v.sh.Retitle()
	v.changed()
}

// draft is the decision as it stands.
func (v *View) draft() app.Draft {
	d := app.Draft{
		CaseID: v.route.CaseID, Outcome: v.outcome, Language: v.sh.Settings().Language, Rationale: strings.TrimSpace(v.rationale.Text),
	}
	if v.route.Intent == "change" {
		d.Reverses, d.Answers = v.route.Decision, v.route.Appeal
	}
	if v.edited {
		d.Message = v.message.Text
	}
	for _, p := range v.evidence {
		switch {
		case !p.on:
		case p.incident:
			d.Incidents = append(d.Incidents, p.id)
		default:
			d.Findings = append(d.Findings, p.id)
		}
	}
	if v.outcome == model.Sanctioned {
		for _, c := range v.choices {
			if c.on {
				d.Sanctions = append(d.Sanctions, c.sanction())
			}
		}
	}
	return d
}

// changed asks for a new preview, a moment after the last change.
func (v *View) changed() {
	if !v.have {
		return
	}
	v.current = false
	v.showConfirm()
	if v.stop != nil {
		v.stop()
	}
	v.stop = v.sh.After(120*time.Millisecond, func() {
		v.stop = nil
		v.ask()
	})
}

func (v *View) ask() {
	draft := v.draft()
	shell.Load(v.look, func(ctx context.Context) (app.Preview, error) { return v.desk.Preview(ctx, draft) },
		func(p app.Preview, err error) {
			if err != nil {
				v.wanted = false
				v.sh.Fail("composing the decision", err)
				p = app.Preview{Message: v.message.Text, Problems: []string{shell.Sentence("composing the decision", err)}}
			}
			v.preview, v.current = p, true
			if !v.edited {
				v.setMessage(p.Message)
			}
			v.showPreview()
			if v.wanted {
				v.wanted = false
				v.send()
			}
		})
}

// send confirms the decision, once its preview is of what stands on the screen.
func (v *View) send() {
	if !v.have || v.sending {
		return
	}
	if !v.current {
		v.wanted = true
		if v.stop != nil {
			v.stop()
			v.stop = nil
		}
		v.ask()
		return
	}
	if len(v.preview.Problems) > 0 {
		v.sh.Tell(v.preview.Problems[0])
		return
	}
	v.sending = true
	v.showConfirm()
	draft, name, what := v.draft(), v.file.Expert.ScreenName, v.words()
	if len(v.preview.Proposal) > 0 {
		what = "Proposal: " + strings.ToLower(what)
	}
	if draft.Message == "" && v.outcome == model.Sanctioned {
		draft.Message = v.preview.Message // what was seen is what is sent
	}
	shell.Act(v.sh, func(ctx context.Context) (model.Decision, error) { return v.desk.Decide(ctx, draft) },
		func(d model.Decision, err error) {
			v.sending = false
			if err != nil {
				v.showConfirm()
				v.sh.Fail("keeping the decision", err)
				return
			}
			v.done(d, what+" for "+name)
		})
}

// done offers the undo and goes on to the next case.
func (v *View) done(d model.Decision, text string) {
	here := v.sh.Current() == shell.Screen(v) && v.route.CaseID == d.CaseID
	if v.route.CaseID == d.CaseID {
		v.have = false // coming back begins anew
	}
	if seconds := v.sh.Settings().UndoSeconds; seconds > 0 {
		v.sh.OfferUndo(shell.Pending{
			DecisionID: d.ID, CaseID: d.CaseID, Text: text, Until: v.sh.Now().Add(time.Duration(seconds) * time.Second),
		})
	} else {
		v.sh.Tell(text + ": on its way to the platform.")
	}
	v.sh.RefreshStatus()
	if here {
		v.sh.StepOr(d.CaseID, 1, func() { v.sh.Open(shell.Route{Screen: shell.Queue}) })
	}
}

// words name the decision for the undo bar.
func (v *View) words() string {
	if v.outcome == model.Dismissed {
		return "Dismissal"
	}
	var out []string
	for _, c := range v.choices {
		if c.on {
			out = append(out, show.StepLength(c.step, c.days))
		}
	}
	if len(out) > 2 {
		return show.Count(len(out), "sanction", "sanctions")
	}
	return strings.Join(out, " and ")
}

func (v *View) setOutcome(o model.Outcome) {
	if !v.have || v.outcome == o || v.route.Intent == "change" {
		return
	}
	v.outcome = o
	v.fill()
	v.sh.Retitle()
	v.changed()
}

// walk moves the cursor over guidelines and evidence.
func (v *View) walk(by int) {
	if len(v.items) == 0 {
		return
	}
	old := v.cursor
	v.cursor = min(max(v.cursor+by, 0), len(v.items)-1)
	v.point(old, false)
	v.point(v.cursor, true)
	v.formS.Reveal(v.items[v.cursor].ground)
}

func (v *View) point(i int, on bool) {
	if i >= len(v.items) {
		return
	}
	if on {
		v.items[i].ground.Paint(look.Selected)
	} else {
		v.items[i].ground.Paint("")
	}
}

func (v *View) toggle() {
	if v.cursor < len(v.items) {
		v.items[v.cursor].toggle()
	}
}

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	keys := []shell.Key{
		shell.Chord(fyne.KeyReturn, 0, "Confirm the decision", v.send),
		shell.Rune('s', "Sanction", func() { v.setOutcome(model.Sanctioned) }),
		shell.Rune('x', "Dismiss", func() { v.setOutcome(model.Dismissed) }),
		shell.Rune('j', "Next line", func() { v.walk(1) }),
		shell.Named(fyne.KeyDown, "Next line", func() { v.walk(1) }),
		shell.Rune('k', "Line before", func() { v.walk(-1) }),
		shell.Named(fyne.KeyUp, "Line before", func() { v.walk(-1) }),
		shell.Rune(' ', "Choose the line, or leave it out", v.toggle),
		shell.Named(fyne.KeyReturn, "Choose the line, or leave it out", v.toggle),
		shell.Rune('>', "Harder step for the guideline", func() { v.stepBy(1) }),
		shell.Rune('<', "Milder step for the guideline", func() { v.stepBy(-1) }),
		shell.Rune('o', "Other guidelines", v.toggleOthers),
		shell.Rune('e', "Edit the message", func() {
			if v.outcome == model.Sanctioned {
				v.sh.Window().Canvas().Focus(v.message)
			}
		}),
		shell.Rune('w', "Write why, for colleagues", func() { v.sh.Window().Canvas().Focus(v.rationale) }),
		shell.Rune('t', "Write the message from the template again", v.recompose),
	}
	for i := range min(9, len(v.choices)) {
		keys = append(keys, shell.Rune(rune('1'+i), "Choose a guideline by its number", func() { v.pick(i) }).Labelled(map[bool]string{true: "1 – 9"}[i == 0]))
	}
	return keys
}

// Draft is the decision as it stands, for tests.
func (v *View) Draft() app.Draft { return v.draft() }

// Shown is the preview on the screen.
func (v *View) Shown() (message string, effects, problems []string) {
	return v.message.Text, v.preview.SideEffects, v.preview.Problems
}

// layout is the form at the left and the result at the right.
type layout struct{}

func (layout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	left := size.Width * 0.54
	o[0].Resize(fyne.NewSize(left, size.Height))
	o[1].Move(fyne.NewPos(left, 0))
	o[1].Resize(fyne.NewSize(size.Width-left, size.Height))
}
func (layout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 400) }

// Reason fills in why a guideline's step departs, for tests.
func (v *View) Reason(guideline, text string) {
	for _, c := range v.choices {
		if c.rec.Guideline == guideline {
			c.reason.SetText(text)
		}
	}
}
