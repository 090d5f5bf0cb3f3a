package shell

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// Sentence says an error for the moderator: what was being done, and why it
// did not work.
func Sentence(doing string, err error) string {
	failed := show.Capital(doing) + " did not work"
	var p *Panic
	var no *app.Refusal
	switch {
	case errors.As(err, &no):
		return no.Why
	case errors.As(err, &p):
		return failed + ": the program made a mistake. Nothing that was kept is lost."
	case errors.Is(err, model.ErrNotFound):
		return failed + ": it is no longer in the store. Another sync may have taken it away."
	case errors.Is(err, context.DeadlineExceeded):
		return failed + ": it took too long."
	}
	why := app.Sentence(err)
	if strings.HasPrefix(why, "Something failed") {
		return failed + ": " + err.Error() + "."
	}
	return failed + ". " + why
}

// noticeBar is the line below the header that says what went wrong, or, for a
// few seconds, what went well.
type noticeBar struct {
	sh      *Shell
	root    *show.Ground
	text    *show.Line
	detail  *show.Para
	more    *show.Button
	close   *show.Button
	opened  bool
	full    string
	stop    func()
	isError bool
}

func newNoticeBar(s *Shell) *noticeBar {
	n := &noticeBar{sh: s}
	n.text = show.NewLine("")
	n.detail = show.NewPara("").Small().Mono()
	n.detail.Hide()
	n.more = show.NewButton("Details", nil, n.toggle).Quiet()
	n.close = show.NewButton("", theme.CancelIcon(), n.hide).Quiet()
	n.root = show.NewGround(look.Raised, 0, show.NewBox(6,
		show.NewRow(8, show.Grow(n.text, 1), show.Own(n.more), show.Own(n.close)), n.detail)).Pad(14, 4, 8, 4)
	n.root.Hide()
	return n
}

func (n *noticeBar) toggle() {
	n.opened = !n.opened
	if n.opened {
		n.detail.SetText(n.full)
		n.detail.Show()
		n.more.SetText("Less")
	} else {
		n.detail.Hide()
		n.more.SetText("Details")
	}
	n.root.Refresh()
	n.sh.frame.relayout()
}

func (n *noticeBar) hide() {
	if n.stop != nil {
		n.stop()
		n.stop = nil
	}
	n.isError = false
	n.root.Hide()
	n.sh.frame.relayout()
}

func (n *noticeBar) say(text string, edge color.Color, details string, role fyne.ThemeColorName) {
	if n.stop != nil {
		n.stop()
		n.stop = nil
	}
	n.text.Set(text, role)
	n.full = details
	n.opened = false
	n.detail.Hide()
	n.more.SetText("Details")
	if details == "" {
		n.more.Hide()
	} else {
		n.more.Show()
	}
	n.root.Edge(edge)
	n.root.Show()
	n.root.Refresh()
	n.sh.frame.relayout()
}

// Fail shows an error: doing says what was being done, as in "keeping the
// note". The error's whole chain is behind Details. A cancelled context is no
// error.
func (s *Shell) Fail(doing string, err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	details := ""
	for e := err; e != nil; e = errors.Unwrap(e) {
		details += fmt.Sprintf("%s\n", e)
	}
	var p *Panic
	if errors.As(err, &p) {
		details += p.Stack
	}
	s.notices.say(Sentence(doing, err), look.Of(theme.ColorNameError), details, theme.ColorNameForeground)
	s.notices.isError = true
}

// Tell shows a sentence for six seconds; an error in sight stays.
func (s *Shell) Tell(text string) {
	if s.notices.isError || s.settings.Mute {
		return
	}
	s.notices.say(text, look.Of(theme.ColorNamePrimary), "", theme.ColorNameForeground)
	s.notices.stop = s.After(6*time.Second, s.notices.hide)
}

// Notice is the sentence in sight, empty if there is none.
func (s *Shell) Notice() string {
	if !s.notices.root.Visible() {
		return ""
	}
	return s.notices.text.Text()
}

// CloseNotice takes the sentence away.
func (s *Shell) CloseNotice() { s.notices.hide() }

// Pending is a decision that can still be taken back.
type Pending struct {
	DecisionID string
	CaseID     string
	Text       string // "Warning for Marlene K."
	Until      time.Time
	Together   []string // IDs of other decisions that are taken back with it
}

// undoBar counts down to the sending of the last decisions.
type undoBar struct {
	sh      *Shell
	root    *show.Ground
	text    *show.Line
	left    *show.Meter
	button  *show.Button
	waiting []Pending
	undoing bool
}

func newUndoBar(s *Shell) *undoBar {
	u := &undoBar{sh: s}
	u.text = show.NewLine("")
	u.left = show.NewMeter().Bare().Coloured(func(int) color.Color { return look.Of(theme.ColorNameWarning) })
	u.button = show.NewButton("Undo  (u)", theme.ContentUndoIcon(), u.press)
	u.root = show.NewGround(look.Raised, 0, show.NewRow(12, show.Grow(u.text, 1), show.Fix(u.left, 180), show.Own(u.button))).
		Pad(14, 6, 10, 6).Above()
	u.root.Hide()
	return u
}

// OfferUndo shows the bar that counts down to the sending of a decision.
func (s *Shell) OfferUndo(p Pending) {
	if !p.Until.After(s.Now()) {
		return
	}
	s.undo.waiting = append(s.undo.waiting, p)
	s.undo.tick(s.Now())
}

// Undoable are the decisions that can still be taken back, oldest first.
func (s *Shell) Undoable() []Pending { return s.undo.waiting }

func (u *undoBar) tick(now time.Time) {
	kept := u.waiting[:0]
	for _, p := range u.waiting {
		if p.Until.After(now) {
			kept = append(kept, p)
		}
	}
	u.waiting = kept
	was := u.root.Visible()
	if len(kept) == 0 {
		if was {
			u.root.Hide()
			u.sh.frame.relayout()
		}
		return
	}
	last := kept[len(kept)-1]
	left := last.Until.Sub(now)
	seconds := int((left + time.Second - 1) / time.Second)
	text := fmt.Sprintf("%s. Sent in %d s.", last.Text, seconds)
	if n := len(kept) - 1; n > 0 {
		text += fmt.Sprintf("  %d more waiting.", n)
	}
	u.text.SetText(text)
	full := max(1, u.sh.settings.UndoSeconds)
	u.left.Set(100 * seconds / full)
	if !was {
		u.root.Show()
		u.sh.frame.relayout()
	}
}

// press takes the last decision back.
func (u *undoBar) press() {
	if len(u.waiting) == 0 || u.undoing {
		return
	}
	p := u.waiting[len(u.waiting)-1]
	u.undoing = true
	sh := u.sh
	Act(sh, Just(func(ctx context.Context) error {
		errs := []error{sh.opts.Desk.Undo(ctx, p.DecisionID)}
		for _, id := range p.Together {
			errs = append(errs, sh.opts.Desk.Undo(ctx, id))
		}
		return errors.Join(errs...)
	}), func(_ None, err error) {
		u.undoing = false
		if err != nil {
			if errors.Is(err, model.ErrStale) {
				u.drop(p)
				sh.Fail("undoing the decision", &app.Refusal{Why: "It is too late to undo: the decision is already on its way. Reverse it with a decision of its own."})
				return
			}
			sh.Fail("undoing the decision", err)
			return
		}
		u.drop(p)
		sh.Tell("Undone: " + p.Text + ". Nothing was sent.")
		sh.Changed()
	})
}

// DropUndo takes decisions that were taken back elsewhere off the bar.
func (s *Shell) DropUndo(decisions ...string) {
	for _, id := range decisions {
		s.undo.drop(Pending{DecisionID: id})
	}
}

func (u *undoBar) drop(p Pending) {
	for i, w := range u.waiting {
		if w.DecisionID == p.DecisionID {
			u.waiting = append(u.waiting[:i:i], u.waiting[i+1:]...)
			break
		}
	}
	u.tick(u.sh.Now())
}
