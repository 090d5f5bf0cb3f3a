package secondlook

import (
	"context"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// ApprovalDesk is what the second person's screen needs of the use cases.
type ApprovalDesk interface {
	Approval(ctx context.Context, id string) (app.ApprovalFile, error)
	SeeProposal(ctx context.Context, id, view string) (app.ApprovalFile, error)
	AnswerApproval(ctx context.Context, id string, event cases.ApprovalEvent, reason string) (model.ApprovalAnswer, error)
	UndoAnswer(ctx context.Context, approvalID string) error
	Titles() map[string]string
	shell.PhotoDesk
}

// Approval is the screen of a proposal: the evidence first, then what this
// moderator would do, and only then what was proposed.
type Approval struct {
	sh    *shell.Shell
	desk  ApprovalDesk
	work  *shell.Work
	paper *paper

	route  shell.Route
	file   app.ApprovalFile
	have   bool
	chosen int // among views
	views  []string
	taps   []*show.Tap
	busy   bool

	left, right   *show.Box
	leftS, rightS *show.Scroll
	reason        *show.Entry
	body          *fyne.Container
}

var (
	_ shell.Screen    = (*Approval)(nil)
	_ shell.Refresher = (*Approval)(nil)
	_ shell.Themed    = (*Approval)(nil)
)

// NewApproval makes the screen.
func NewApproval(sh *shell.Shell, desk ApprovalDesk) *Approval {
	v := &Approval{sh: sh, desk: desk, work: sh.Work(nil), paper: newPaper(sh, desk, desk.Titles()), chosen: -1}
	v.left, v.right = show.NewBox(12), show.NewBox(12)
	v.leftS = show.NewScroll(show.NewGround("", 0, v.left).Pad(14, 12, 8, 16))
	v.rightS = show.NewScroll(show.NewGround("", 0, v.right).Pad(16, 14, 16, 16))
	v.reason = show.NewMultiline("Why; needed to refuse")
	v.reason.SetMinRowsVisible(2)
	v.body = container.New(&layout{}, v.leftS, show.NewGround(look.Surface, 0, v.rightS).Beside())
	return v
}

// Title is the screen's name.
func (v *Approval) Title() string { return "A second person's look" }

// HelpTitle names the screen in the help.
func (v *Approval) HelpTitle() string { return "Proposal" }

// Subtitle says whom it is about.
func (v *Approval) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	return v.file.Expert.ScreenName + ", " + v.file.Expert.Cluster
}

// Content is the screen.
func (v *Approval) Content() fyne.CanvasObject { return v.body }

// Open shows a proposal.
func (v *Approval) Open(r shell.Route) {
	if !v.have || v.route.Decision != r.Decision {
		v.have, v.chosen, v.busy = false, -1, false
		v.file = app.ApprovalFile{}
		v.reason.SetText("")
		v.left.Set(show.NewLine("Reading the evidence").Faint())
		v.right.Set()
		v.refresh()
	}
	v.route = r
	v.Refresh()
}

// Leave cancels the loads.
func (v *Approval) Leave() {
	v.work.Cancel()
	v.paper.photos.Cancel()
}

// Refresh reads the proposal anew.
func (v *Approval) Refresh() {
	id := v.route.Decision
	shell.Load(v.work, func(ctx context.Context) (app.ApprovalFile, error) { return v.desk.Approval(ctx, id) }, v.take)
}

// Rethemed draws everything in the new colours.
func (v *Approval) Rethemed() {
	if v.have {
		v.fill()
	}
	v.body.Refresh()
}

// File is the proposal in sight, for tests.
func (v *Approval) File() app.ApprovalFile { return v.file }

func (v *Approval) take(f app.ApprovalFile, err error) {
	if err != nil {
		v.sh.Fail("reading the proposal", err)
		return
	}
	same := v.have && len(v.file.Evidence) == len(f.Evidence)
	v.file, v.have = f, true
	if same {
		v.fillRight() // the photos stay as they were shown
	} else {
		v.fill()
	}
	v.sh.Retitle()
}

func (v *Approval) refresh() {
	v.leftS.Refresh()
	v.rightS.Refresh()
	v.body.Refresh()
}

// deciding reports whether this moderator is the second person and has not
// seen the proposal.
func (v *Approval) deciding() bool { return v.have && !v.file.Revealed && v.file.Barred == "" }

// open reports whether this moderator may answer now.
func (v *Approval) open() bool {
	return v.have && v.file.Revealed && v.file.Barred == "" && !v.answered()
}

// answered reports whether an answer of here is on its way.
func (v *Approval) answered() bool {
	a := v.file.Answer
	return a != nil && a.State != model.OutboxRejected && a.State != model.OutboxUndone
}

func (v *Approval) fill() {
	f := v.file
	v.paper.pictures = nil
	v.left.Set(v.paper.evidence(f.SecondLook), v.paper.person(f.SecondLook))
	v.fillRight()
}

// fillRight draws what to do with the evidence; that itself stays as it is.
func (v *Approval) fillRight() {
	f := v.file
	var out []fyne.CanvasObject
	out = append(out, v.head())
	v.taps, v.views = nil, nil
	switch {
	case v.deciding():
		out = append(out, v.question()...)
	case f.Approval.Decision != nil:
		out = append(out, v.proposal()...)
	default:
		out = append(out, show.NewPara(f.Barred).Muted())
	}
	v.right.Set(out...)
	v.refresh()
}

// head says how the proposal stands.
func (v *Approval) head() fyne.CanvasObject {
	f, now := v.file, v.sh.Now()
	text, role := "", theme.ColorNameWarning
	switch f.State {
	case cases.ApprovalOpen:
		text = "Waits for a second person until " + show.DateTime(f.Approval.Expires)
		if f.Approval.Expires.Sub(now) < 12*time.Hour {
			role = theme.ColorNameError
		}
	case cases.ApprovalYes:
		text, role = "Approved by "+f.Approval.Approver, theme.ColorNameSuccess
	case cases.ApprovalNo:
		text, role = "Refused by "+f.Approval.Approver, theme.ColorNameError
	case cases.ApprovalExpired:
		text, role = "Expired: nobody answered in time", look.Muted
	case cases.ApprovalWithdrawn:
		text, role = "Withdrawn by "+f.Approval.Proposer, look.Muted
	}
	rows := []fyne.CanvasObject{show.NewFlow(6, show.NewChip(text, role), show.NewChip("Proposed by "+f.Approval.Proposer, look.Info))}
	if f.Approval.Reason != "" {
		rows = append(rows, show.NewPara("Reason: "+f.Approval.Reason))
	}
	if f.Changed {
		rows = append(rows, show.NewPara("The case changed since it was proposed: something new was reported. Look at the case before you answer.").Role(theme.ColorNameWarning))
	}
	if a := f.Answer; a != nil && f.State == cases.ApprovalOpen {
		words, role := show.Outbox(a.State)
		rows = append(rows, show.NewFlow(6, show.NewChip("Your answer: "+a.Answer.Answer, look.Info), show.NewChip(words, role)))
		if a.LastError != "" {
			rows = append(rows, show.NewPara(a.LastError).Role(theme.ColorNameWarning))
		}
	}
	return show.NewBox(8, rows...)
}

// question asks for an own view before the proposal is shown.
func (v *Approval) question() []fyne.CanvasObject {
	options := append([]model.Step{}, v.file.Steps...)
	v.views = []string{app.ViewDismiss}
	for _, s := range options {
		v.views = append(v.views, string(s))
	}
	rows := []fyne.CanvasObject{
		show.NewPara("What would you decide on this evidence?").Bold(),
		show.NewPara("You see what was proposed once you have said it. Your view is kept with your answer.").Muted(),
	}
	for i, view := range v.views {
		name := "Dismiss the case"
		if view != app.ViewDismiss {
			name = show.Step(model.Step(view))
		}
		tap := show.NewTap(show.NewGround("", 0, show.NewRow(8, show.Grow(show.NewLine(name), 1), show.Own(show.NewKeys(strconv.Itoa(i+1))))).
			Pad(12, 7, 10, 7).Round(5).Stroke(look.Line), func() { v.choose(i) })
		tap.Choose(i == v.chosen, look.Selected)
		v.taps = append(v.taps, tap)
		rows = append(rows, tap)
	}
	see := show.NewButton("Show the proposal  ("+shell.ConfirmKey()+")", theme.VisibilityIcon(), v.see).Primary()
	if v.chosen < 0 || v.busy {
		see.Disable()
	}
	return append(rows, see)
}

func (v *Approval) choose(i int) {
	if !v.deciding() || i >= len(v.views) {
		return
	}
	v.chosen = i
	v.fillRight()
}

func (v *Approval) see() {
	if !v.deciding() || v.busy {
		return
	}
	if v.chosen < 0 {
		v.sh.Tell("Choose first what you would decide.")
		return
	}
	v.busy = true
	id, view := v.route.Decision, v.views[v.chosen]
	shell.Act(v.sh, func(ctx context.Context) (app.ApprovalFile, error) { return v.desk.SeeProposal(ctx, id, view) }, func(f app.ApprovalFile, err error) {
		v.busy = false
		if v.route.Decision == id {
			v.take(f, err)
			v.rightS.ScrollTo(0)
		}
	})
}

// proposal shows what was proposed, and how to answer it.
func (v *Approval) proposal() []fyne.CanvasObject {
	f := v.file
	var out []fyne.CanvasObject
	if f.OwnView != "" {
		own := "You would dismiss the case."
		if f.OwnView != app.ViewDismiss {
			own = "You would choose: " + strings.ToLower(show.Step(model.Step(f.OwnView))) + "."
		}
		out = append(out, show.NewPara(own).Bold())
	}
	if v.open() {
		out = append(out, v.reason, show.NewFlow(8,
			show.NewButton("Approve  (a)", theme.ConfirmIcon(), func() { v.answer(cases.ApprovalAgree) }).Primary(),
			show.NewButton("Refuse  (r)", theme.CancelIcon(), func() { v.answer(cases.ApprovalDecline) }).Danger()))
	} else if v.answered() && f.Answer.State == model.OutboxQueued {
		out = append(out, show.NewFlow(8, show.NewButton("Undo your answer  (z)", theme.ContentUndoIcon(), v.undo)))
	}
	if f.Barred != "" && f.State == cases.ApprovalOpen {
		out = append(out, show.NewPara(f.Barred).Muted())
	}
	if f.Mine && f.State == cases.ApprovalOpen && !v.answered() {
		out = append(out, show.NewFlow(8, show.NewButton("Withdraw it  (w)", theme.ContentUndoIcon(), func() { v.answer(cases.ApprovalWithdraw) })))
	}
	out = append(out, v.paper.decision("What was proposed", *f.Approval.Decision, nil))
	if effects := lines("What a yes does", f.Effects, look.Muted); f.State == cases.ApprovalOpen && len(effects) > 0 {
		out = append(out, show.NewBox(5, effects...))
	}
	return out
}

func (v *Approval) answer(event cases.ApprovalEvent) {
	withdraw := event == cases.ApprovalWithdraw
	if v.busy || withdraw && (!v.have || !v.file.Mine || v.answered()) || !withdraw && !v.open() {
		return
	}
	reason := strings.TrimSpace(v.reason.Text)
	if event == cases.ApprovalDecline && reason == "" {
		v.sh.Tell("Say why you refuse: the proposer has to learn from it.")
		v.sh.Window().Canvas().Focus(v.reason)
		return
	}
	v.busy = true
	id, name := v.route.Decision, v.file.Expert.ScreenName
	shell.Act(v.sh, func(ctx context.Context) (model.ApprovalAnswer, error) {
		return v.desk.AnswerApproval(ctx, id, event, reason)
	},
		func(a model.ApprovalAnswer, err error) {
			v.busy = false
			if err != nil {
				v.sh.Fail("keeping your answer", err)
				return
			}
			text := map[string]string{"yes": "Approval", "no": "Refusal", "withdrawn": "Withdrawal"}[a.Answer] + " of the proposal for " + name
			if seconds := v.sh.Settings().UndoSeconds; seconds > 0 {
				v.sh.OfferUndo(shell.Pending{DecisionID: a.ID, CaseID: a.CaseID, Text: text, Until: v.sh.Now().Add(time.Duration(seconds) * time.Second)})
			} else {
				v.sh.Tell(text + ": on its way to the platform.")
			}
			v.sh.RefreshStatus()
			if v.route.Decision == id && v.sh.Current() == shell.Screen(v) {
				v.Refresh()
			}
		})
}

func (v *Approval) undo() {
	if !v.have || v.file.Answer == nil || v.file.Answer.State != model.OutboxQueued {
		return
	}
	id := v.route.Decision
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.UndoAnswer(ctx, id) }), func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail("undoing your answer", err)
		} else {
			v.sh.Tell("Undone. Nothing was sent.")
		}
		v.Refresh()
	})
}

// Keys are the screen's keys; those that this moderator may not use are not
// among them.
func (v *Approval) Keys() []shell.Key {
	keys := []shell.Key{
		shell.Rune('j', "Down", func() { v.leftS.ScrollBy(60) }),
		shell.Named(fyne.KeyDown, "Down", func() { v.leftS.ScrollBy(60) }),
		shell.Rune('k', "Up", func() { v.leftS.ScrollBy(-60) }),
		shell.Named(fyne.KeyUp, "Up", func() { v.leftS.ScrollBy(-60) }),
		shell.Rune(' ', "A page on", func() { v.leftS.ScrollBy(v.leftS.Page() * 0.85) }),
		shell.Rune('v', "Show the photos, or blur them", v.paper.reveal),
		shell.Rune('o', "Open the case", func() {
			if v.have {
				v.sh.Open(shell.Route{Screen: shell.Case, CaseID: v.file.Approval.CaseID})
			}
		}),
	}
	if v.deciding() {
		for i := range min(9, len(v.views)) {
			keys = append(keys, shell.Rune(rune('1'+i), "What you would decide", func() { v.choose(i) }).Labelled(map[bool]string{true: "1 – 9"}[i == 0]))
		}
		keys = append(keys, shell.Chord(fyne.KeyReturn, 0, "Show the proposal", v.see))
	}
	if v.open() {
		keys = append(keys,
			shell.Rune('a', "Approve", func() { v.answer(cases.ApprovalAgree) }),
			shell.Rune('r', "Refuse", func() { v.answer(cases.ApprovalDecline) }),
			shell.Rune('e', "Write why", func() { v.sh.Window().Canvas().Focus(v.reason) }))
	}
	if v.have && v.file.Mine && v.file.State == cases.ApprovalOpen {
		keys = append(keys, shell.Rune('w', "Withdraw it", func() { v.answer(cases.ApprovalWithdraw) }))
	}
	if v.answered() {
		keys = append(keys, shell.Rune('z', "Undo your answer while it waits", v.undo))
	}
	return keys
}
