package secondlook

import (
	"context"
	"fmt"
	"image"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// AppealDesk is what the screen of appeals and reversals needs of the use cases.
type AppealDesk interface {
	Appeal(ctx context.Context, id string) (app.AppealFile, error)
	Review(ctx context.Context, decisionID string) (app.AppealFile, error)
	PreviewReview(ctx context.Context, draft app.ReviewDraft) (app.Preview, error)
	ConfirmReview(ctx context.Context, draft app.ReviewDraft) (model.Decision, error)
	PaperImage(ctx context.Context, fileID string, maxPixels int) (image.Image, error)
	Titles() map[string]string
	shell.PhotoDesk
}

// outcomes of a second look.
const (
	uphold   = "uphold"
	change   = "change"
	overturn = "overturn"
)

// Appeal is the screen of a decision that is looked at again: because the
// expert objects, or to take it back.
type Appeal struct {
	sh    *shell.Shell
	desk  AppealDesk
	work  *shell.Work
	look  *shell.Work // preview
	paper *paper

	route   shell.Route
	file    app.AppealFile
	have    bool
	outcome string
	preview app.Preview
	current bool
	wanted  bool
	sending bool
	stop    func()

	left, right           *show.Box
	leftS, rightS         *show.Scroll
	reason                *show.Entry
	letter                *show.Para
	effects, problems     *show.Box
	confirm               *show.Button
	upTap, chTap, overTap *show.Tap
	body                  *fyne.Container
}

var (
	_ shell.Screen = (*Appeal)(nil)
	_ shell.Themed = (*Appeal)(nil)
)

// NewAppeal makes the screen.
func NewAppeal(sh *shell.Shell, desk AppealDesk) *Appeal {
	v := &Appeal{sh: sh, desk: desk, work: sh.Work(nil), look: sh.Work(nil), paper: newPaper(sh, desk, desk.Titles())}
	v.left, v.right = show.NewBox(12), show.NewBox(12)
	v.leftS = show.NewScroll(show.NewGround("", 0, v.left).Pad(14, 12, 8, 16))
	v.rightS = show.NewScroll(show.NewGround("", 0, v.right).Pad(16, 14, 16, 16))
	v.reason = show.NewMultiline("Why; the expert is told, word for word")
	v.reason.SetMinRowsVisible(3)
	v.reason.OnChanged = func(string) { v.changed() }
	v.letter = show.NewPara("")
	v.effects, v.problems = show.NewBox(5), show.NewBox(5)
	v.confirm = show.NewButton("", theme.ConfirmIcon(), v.send).Primary()
	v.upTap = v.outcomeTap("It stands", "h", uphold)
	v.chTap = v.outcomeTap("Change it", "c", change)
	v.overTap = v.outcomeTap("Take it back", "o", overturn)
	v.body = container.New(&layout{}, v.leftS, show.NewGround(look.Surface, 0, v.rightS).Beside())
	return v
}

func (v *Appeal) outcomeTap(title, key, outcome string) *show.Tap {
	inner := show.NewRow(8, show.Grow(show.NewLine(title).Bold(), 1), show.Own(show.NewKeys(key)))
	return show.NewTap(show.NewGround("", 0, inner).Pad(12, 8, 10, 8).Round(5).Stroke(look.Line), func() { v.choose(outcome) })
}

// Title is the screen's name.
func (v *Appeal) Title() string {
	if v.route.Appeal == "" {
		return "Take a decision back"
	}
	return "An appeal"
}

// HelpTitle names the screen in the help.
func (v *Appeal) HelpTitle() string { return "Second look" }

// Subtitle says whom it is about.
func (v *Appeal) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	return v.file.Expert.ScreenName + ", " + v.file.Expert.Cluster
}

// Content is the screen.
func (v *Appeal) Content() fyne.CanvasObject { return v.body }

// Open shows an appeal, or a decision to take back.
func (v *Appeal) Open(r shell.Route) {
	if !v.have || v.route.Appeal != r.Appeal || v.route.Decision != r.Decision {
		v.have, v.current, v.wanted, v.sending = false, false, false, false
		v.file, v.preview, v.outcome = app.AppealFile{}, app.Preview{}, ""
		v.reason.SetText("")
		v.left.Set(show.NewLine("Reading the decision").Faint())
		v.right.Set()
		v.refresh()
	}
	v.route = r
	if r.Appeal == "" {
		v.outcome = overturn
	}
	shell.Load(v.work, func(ctx context.Context) (app.AppealFile, error) {
		if r.Appeal != "" {
			return v.desk.Appeal(ctx, r.Appeal)
		}
		return v.desk.Review(ctx, r.Decision)
	}, func(f app.AppealFile, err error) {
		if err != nil {
			v.sh.Fail("reading the decision", err)
			return
		}
		v.file, v.have = f, true
		v.fill()
		v.sh.Retitle()
		v.changed()
	})
}

// Leave cancels the loads.
func (v *Appeal) Leave() {
	v.work.Cancel()
	v.look.Cancel()
	v.paper.photos.Cancel()
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
	v.wanted = false
}

// Rethemed draws everything in the new colours.
func (v *Appeal) Rethemed() {
	if v.have {
		v.fill()
	}
	v.body.Refresh()
}

// File is what is in sight, for tests.
func (v *Appeal) File() app.AppealFile { return v.file }

// Shown is the preview in sight, for tests.
func (v *Appeal) Shown() app.Preview { return v.preview }

func (v *Appeal) refresh() {
	v.leftS.Refresh()
	v.rightS.Refresh()
	v.body.Refresh()
}

func (v *Appeal) barred() bool { return !v.have || v.file.Barred != "" }

func (v *Appeal) fill() {
	f := v.file
	v.paper.pictures = nil
	var left []fyne.CanvasObject
	if f.Appeal != nil {
		left = append(left, v.objection())
	}
	left = append(left, v.paper.decision("The decision", f.First, f.Approvals), v.paper.evidence(f.SecondLook), v.paper.person(f.SecondLook))
	v.left.Set(left...)
	var right []fyne.CanvasObject
	switch {
	case f.Appeal != nil && f.Appeal.Outcome != "":
		right = append(right, show.NewFlow(6, show.NewChip(show.Capital(f.Appeal.Outcome), look.Info),
			show.NewChip("By "+f.Appeal.DecidedBy+", "+show.Date(f.Appeal.DecidedAt), look.Muted)), show.NewPara(f.Appeal.Reason))
	case f.Barred != "":
		right = append(right, show.NewPara(f.Barred).Role(theme.ColorNameWarning))
	default:
		right = append(right, v.form()...)
	}
	v.right.Set(right...)
	v.showPreview()
	v.refresh()
}

func (v *Appeal) form() []fyne.CanvasObject {
	var out []fyne.CanvasObject
	if v.route.Appeal != "" {
		out = append(out, show.NewPara("What do you conclude?").Bold(), show.NewRow(8, show.Grow(v.upTap, 1), show.Grow(v.chTap, 1), show.Grow(v.overTap, 1)))
		v.upTap.Choose(v.outcome == uphold, look.Selected)
		v.chTap.Choose(v.outcome == change, look.Selected)
		v.overTap.Choose(v.outcome == overturn, look.Selected)
	}
	if v.outcome == "" {
		return append(out, show.NewPara("A decision that is taken back gives everything back: strikes, ratings, the photo, the account.").Muted())
	}
	return append(out, show.NewRow(8, show.Grow(show.NewLine("Reason").Bold().Muted().Small(), 1), show.Own(show.NewHint("w", "write"))), v.reason,
		v.problems, v.effects, v.confirm,
		show.NewPanel("Message to the expert, word for word", v.letter))
}

// objection draws the expert's own words and files.
func (v *Appeal) objection() fyne.CanvasObject {
	a := v.file.Appeal
	rows := []fyne.CanvasObject{show.NewPara(a.Text), show.NewLine("Received " + show.DateTime(a.At)).Small().Muted()}
	for _, f := range v.file.Files {
		foot := show.NewPara(fmt.Sprintf("%s, %s, %s bytes", f.Name, f.MediaType, show.Number(f.Bytes))).Small().Muted()
		if f.Fault != "" {
			rows = append(rows, foot, show.NewPara(f.Fault).Small().Role(theme.ColorNameWarning))
			continue
		}
		if !f.Picture {
			rows = append(rows, foot)
			continue
		}
		photo := show.NewPhoto(280, 200)
		photo.Blank(f.Name)
		v.paper.pictures = append(v.paper.pictures, photo)
		blur, id := v.sh.Blurred(), f.ID
		shell.Also(v.paper.photos, func(ctx context.Context) (shell.Picture, error) {
			img, err := v.desk.PaperImage(ctx, id, 560*400)
			if err != nil {
				return shell.Picture{}, err
			}
			return shell.Picture{Clear: img, Blurred: show.Blur(img)}, nil
		}, func(pic shell.Picture, err error) {
			if err != nil {
				photo.Fail(shell.Sentence("showing the picture", err))
				return
			}
			photo.Set(pic.Clear, pic.Blurred, blur)
		})
		rows = append(rows, show.NewRow(0, show.Own(photo), show.Grow(show.Gap(1, 1), 1)), foot)
	}
	return show.NewPanel("What the expert says", show.NewBox(6, rows...))
}

func (v *Appeal) choose(outcome string) {
	if v.barred() || v.route.Appeal == "" {
		return
	}
	if outcome == change {
		v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: v.file.First.CaseID, Intent: "change", Decision: v.file.First.ID, Appeal: v.route.Appeal})
		return
	}
	v.outcome = outcome
	v.fill()
	v.changed()
}

func (v *Appeal) draft() app.ReviewDraft {
	return app.ReviewDraft{AppealID: v.route.Appeal, DecisionID: v.file.First.ID, Overturn: v.outcome == overturn, Reason: strings.TrimSpace(v.reason.Text)}
}

func (v *Appeal) changed() {
	if v.barred() || v.outcome == "" {
		return
	}
	v.current = false
	v.showPreview()
	if v.stop != nil {
		v.stop()
	}
	v.stop = v.sh.After(120*time.Millisecond, func() {
		v.stop = nil
		v.ask()
	})
}

func (v *Appeal) ask() {
	draft := v.draft()
	shell.Load(v.look, func(ctx context.Context) (app.Preview, error) { return v.desk.PreviewReview(ctx, draft) }, func(p app.Preview, err error) {
		if err != nil {
			v.wanted = false
			v.sh.Fail("composing the answer", err)
			p = app.Preview{Problems: []string{shell.Sentence("composing the answer", err)}}
		}
		v.preview, v.current = p, true
		v.showPreview()
		if v.wanted {
			v.wanted = false
			v.send()
		}
	})
}

func (v *Appeal) showPreview() {
	v.letter.SetText(v.preview.Message)
	v.effects.Set(lines("What it does", v.preview.SideEffects, look.Muted)...)
	v.problems.Set(lines("Before it can be confirmed", v.preview.Problems, theme.ColorNameWarning)...)
	hide := func(b *show.Box, on bool) {
		if on {
			b.Show()
		} else {
			b.Hide()
		}
	}
	hide(v.effects, len(v.preview.SideEffects) > 0)
	hide(v.problems, len(v.preview.Problems) > 0)
	text := "Let it stand"
	if v.outcome == overturn {
		text = "Take it back"
	}
	v.confirm.SetText(text + "  (" + shell.ConfirmKey() + ")")
	if v.sending || v.current && len(v.preview.Problems) > 0 {
		v.confirm.Disable()
	} else {
		v.confirm.Enable()
	}
	v.right.Refresh()
	v.rightS.Refresh()
}

func (v *Appeal) send() {
	if v.barred() || v.sending || v.outcome == "" {
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
	v.showPreview()
	draft, name := v.draft(), v.file.Expert.ScreenName
	draft.Message = v.preview.Message // what was seen is what is sent
	shell.Act(v.sh, func(ctx context.Context) (model.Decision, error) { return v.desk.ConfirmReview(ctx, draft) }, func(d model.Decision, err error) {
		v.sending = false
		if err != nil {
			v.showPreview()
			v.sh.Fail("keeping the decision", err)
			return
		}
		here := v.sh.Current() == shell.Screen(v)
		v.have = false
		text := "Answer to the appeal of " + name
		if draft.AppealID == "" {
			text = "Reversal for " + name
		}
		if seconds := v.sh.Settings().UndoSeconds; seconds > 0 {
			v.sh.OfferUndo(shell.Pending{DecisionID: d.ID, CaseID: d.CaseID, Text: text, Until: v.sh.Now().Add(time.Duration(seconds) * time.Second)})
		} else {
			v.sh.Tell(text + ": on its way to the platform.")
		}
		v.sh.RefreshStatus()
		if here {
			v.sh.Back()
		}
	})
}

// Keys are the screen's keys.
func (v *Appeal) Keys() []shell.Key {
	keys := []shell.Key{
		shell.Rune('j', "Down", func() { v.leftS.ScrollBy(60) }),
		shell.Named(fyne.KeyDown, "Down", func() { v.leftS.ScrollBy(60) }),
		shell.Rune('k', "Up", func() { v.leftS.ScrollBy(-60) }),
		shell.Named(fyne.KeyUp, "Up", func() { v.leftS.ScrollBy(-60) }),
		shell.Rune(' ', "A page on", func() { v.leftS.ScrollBy(v.leftS.Page() * 0.85) }),
		shell.Rune('v', "Show the pictures, or blur them", v.paper.reveal),
	}
	if v.barred() {
		return keys
	}
	if v.route.Appeal != "" {
		keys = append(keys,
			shell.Rune('h', "The decision stands", func() { v.choose(uphold) }),
			shell.Rune('c', "Change it", func() { v.choose(change) }),
			shell.Rune('o', "Take it back", func() { v.choose(overturn) }))
	}
	return append(keys,
		shell.Rune('w', "Write why", func() {
			if v.outcome != "" {
				v.sh.Window().Canvas().Focus(v.reason)
			}
		}),
		shell.Chord(fyne.KeyReturn, 0, "Confirm", v.send))
}
