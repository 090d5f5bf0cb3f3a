package casefile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// TeamDesk is what the case's screen needs to work with colleagues.
type TeamDesk interface {
	AddAccountNote(ctx context.Context, caseID, text string) error
	PinNote(ctx context.Context, note model.Note, pinned bool) error
	Hold(ctx context.Context, caseID string, until time.Time, reason string) error
	Resume(ctx context.Context, caseID string) error
	Hand(ctx context.Context, caseID, to, note string) error
	Return(ctx context.Context, caseID string) error
	AskHelp(ctx context.Context, caseID, question string) error
	Answer(ctx context.Context, caseID, text string) error
	Skip(ctx context.Context, caseID, reason string) error
	Colleagues(ctx context.Context) ([]string, error)
	Attend(ctx context.Context, caseID string) (model.Lease, error)
	NextCase(ctx context.Context, filter model.QueueFilter, from string) (string, error)
	QueueFilter(ctx context.Context) (model.QueueFilter, error)
}

// teamKeys are the keys for working with colleagues.
func (v *View) teamKeys() []shell.Key {
	const g = "With colleagues"
	return []shell.Key{
		shell.Rune('N', "Add a note on the account", v.noteAccount).In(g),
		shell.Rune('p', "Pin the newest note, or let it go", v.pinNewest).In(g),
		shell.Rune('h', "Hold the case, or end the hold", v.hold).In(g),
		shell.Rune('H', "Hand the case to a colleague, or take that back", v.hand).In(g),
		shell.Rune('q', "Ask colleagues, or answer their question", v.help).In(g),
		shell.Rune('s', "Skip the case, with a reason", v.skip).In(g),
		shell.Rune('.', "Next free case of the view", v.nextFree).In(g),
	}
}

// tell does something with colleagues, and reads the case anew.
func (v *View) tell(doing, done string, do func(context.Context) error) {
	id := v.file.Case.ID
	shell.Act(v.sh, shell.Just(do), func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail(doing, err)
			return
		}
		if done != "" {
			v.sh.Tell(done)
		}
		v.reloadIf(id)
	})
}

func (v *View) noteAccount() {
	if !v.have {
		return
	}
	id := v.file.Case.ID
	v.sh.Ask(shell.Ask{
		Title: "A note on the account of " + v.file.Expert.ScreenName, Note: "Colleagues see it on every case of this account, and on accounts that share a device, payout account, phone, mail address or photo.",
		Fields: []shell.AskField{{Label: "Note", Lines: 4}}, Confirm: "Keep it",
		Then: func(a []string) {
			v.tell("keeping the note", "", func(ctx context.Context) error { return v.desk.AddAccountNote(ctx, id, a[0]) })
		},
	})
}

func (v *View) pinNewest() {
	if !v.have || len(v.file.Notes) == 0 {
		v.sh.Tell("There is no note to pin.")
		return
	}
	newest := slices.MaxFunc(v.file.Notes, func(a, b model.Note) int { return a.At.Compare(b.At) })
	v.pin(newest)
}

func (v *View) pin(n model.Note) {
	v.tell("pinning the note", "", func(ctx context.Context) error { return v.desk.PinNote(ctx, n, n.PinnedBy == "") })
}

// holdTimes are how long a case can be held by one key.
var holdTimes = []struct {
	label string
	until func(now time.Time) time.Time
}{
	{"4 hours", func(now time.Time) time.Time { return now.Add(4 * time.Hour) }},
	{"Tomorrow, 9:00", func(now time.Time) time.Time {
		t := now.Local().AddDate(0, 0, 1)
		return time.Date(t.Year(), t.Month(), t.Day(), 9, 0, 0, 0, t.Location())
	}},
	{"3 days", func(now time.Time) time.Time { return now.AddDate(0, 0, 3) }},
	{"A week", func(now time.Time) time.Time { return now.AddDate(0, 0, 7) }},
	{"2 weeks", func(now time.Time) time.Time { return now.AddDate(0, 0, 14) }},
}

func (v *View) hold() {
	if !v.have {
		return
	}
	id := v.file.Case.ID
	if h := v.file.Handling; h.Held(v.sh.Now()) {
		v.tell("ending the hold", "The hold is ended.", func(ctx context.Context) error { return v.desk.Resume(ctx, id) })
		return
	}
	var labels []string
	for _, t := range holdTimes {
		labels = append(labels, t.label)
	}
	v.sh.Ask(shell.Ask{
		Title: "Hold this case", Note: "Nobody else decides it until then. Colleagues see that you hold it, and why; any of them may end the hold.",
		Fields:  []shell.AskField{{Label: "Why", Hint: "What you wait for", Lines: 2}, {Label: "Until", Choices: labels}},
		Confirm: "Hold it",
		Then: func(a []string) {
			until := holdTimes[max(0, slices.Index(labels, a[1]))].until(v.sh.Now())
			v.tell("holding the case", "Held until "+show.DateTime(until)+".", func(ctx context.Context) error { return v.desk.Hold(ctx, id, until, a[0]) })
		},
	})
}

func (v *View) hand() {
	if !v.have {
		return
	}
	id, me := v.file.Case.ID, v.sh.Settings().Moderator
	if h := v.file.Handling; h.HandedTo != "" && (h.HandedBy == me || h.HandedTo == me) {
		v.tell("ending the hand-over", "The case is in the queue for everybody again.", func(ctx context.Context) error { return v.desk.Return(ctx, id) })
		return
	}
	shell.Act(v.sh, v.desk.Colleagues, func(names []string, err error) {
		if err != nil {
			v.sh.Fail("reading the colleagues' names", err)
			return
		}
		if v.file.Case.ID != id {
			return
		}
		if len(names) == 0 {
			v.sh.Tell("No colleague is known yet. Names come with a sync from a platform that has several moderators.")
			return
		}
		to := shell.AskField{Label: "To", Choices: names}
		if len(names) > 12 {
			to = shell.AskField{Label: "To", Hint: "The colleague's name"}
		}
		v.sh.Ask(shell.Ask{
			Title: "Hand this case over", Note: "It comes first among the colleague's own cases, with your note. Your claim on it ends.",
			Fields:  []shell.AskField{{Label: "Note for the colleague", Hint: "What you found, and what is left to do", Lines: 3}, to},
			Confirm: "Hand it over",
			Then: func(a []string) {
				v.auto = "" // the claim goes with it
				v.tell("handing the case over", "Handed to "+a[1]+".", func(ctx context.Context) error { return v.desk.Hand(ctx, id, a[1], a[0]) })
			},
		})
	})
}

func (v *View) help() {
	if !v.have {
		return
	}
	id := v.file.Case.ID
	if h := v.file.Handling; h.HelpBy != "" {
		v.sh.Ask(shell.Ask{
			Title: h.HelpBy + " asks: " + h.HelpText, Fields: []shell.AskField{{Label: "Answer", Lines: 4}}, Confirm: "Answer",
			Then: func(a []string) {
				v.tell("keeping the answer", "Answered.", func(ctx context.Context) error { return v.desk.Answer(ctx, id, a[0]) })
			},
		})
		return
	}
	v.sh.Ask(shell.Ask{
		Title: "Ask colleagues for help", Note: "The case shows up in everybody's view “Help asked” until somebody answers.",
		Fields: []shell.AskField{{Label: "Question", Lines: 4}}, Confirm: "Ask",
		Then: func(a []string) {
			v.tell("asking for help", "Asked.", func(ctx context.Context) error { return v.desk.AskHelp(ctx, id, a[0]) })
		},
	})
}

// skipReasons are what most skips are for.
var skipReasons = []string{"I know the person", "Not my field", "I can't bear it now", "I am unsure", "Other"}

func (v *View) skip() {
	if !v.have {
		return
	}
	id := v.file.Case.ID
	v.sh.Ask(shell.Ask{
		Title: "Leave this case to others", Note: fmt.Sprintf("Skipping is counted and no decision. You won't be shown the case for %d hours.", int(model.SkipRest.Hours())),
		Fields: []shell.AskField{{Label: "Reason", Choices: skipReasons}, {Label: "In your words (needed for “Other”)", Hint: ""}}, Confirm: "Skip",
		Then: func(a []string) {
			reason := a[0]
			if words := strings.TrimSpace(a[1]); reason == "Other" {
				reason = words
			} else if words != "" {
				reason += ": " + words
			}
			shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.Skip(ctx, id, reason) }), func(_ shell.None, err error) {
				if err != nil {
					v.sh.Fail("skipping the case", err)
					return
				}
				v.auto = "" // the claim went with it
				v.goNext(id)
			})
		},
	})
}

func (v *View) nextFree() { v.goNext(v.route.CaseID) }

// goNext opens the most urgent free case of the view that the queue was left
// with.
func (v *View) goNext(from string) {
	shell.Act(v.sh, func(ctx context.Context) (string, error) {
		filter, err := v.desk.QueueFilter(ctx)
		if err != nil {
			return "", err
		}
		return v.desk.NextCase(ctx, filter, from)
	}, func(id string, err error) {
		switch {
		case errors.Is(err, model.ErrNotFound):
			v.sh.Tell("No free case is left in this view of the queue.")
			v.sh.Open(shell.Route{Screen: shell.Queue})
		case err != nil:
			v.sh.Fail("finding the next case", err)
		default:
			v.sh.Open(shell.Route{Screen: shell.Case, CaseID: id})
			v.auto = id
		}
	})
}

// attend claims the case that was opened, and shows whose it is. That it could
// not be claimed is no error: the platform settles who was first.
func (v *View) attend() {
	id := v.file.Case.ID
	switch v.file.Case.State {
	case model.CaseOpen, model.CaseAppealed, model.CaseConflict:
	default:
		return
	}
	if v.mine() {
		return
	}
	shell.Act(v.sh, func(ctx context.Context) (model.Lease, error) { return v.desk.Attend(ctx, id) }, func(l model.Lease, err error) {
		if err != nil || l.Holder == "" {
			return
		}
		if l.Holder == v.sh.Settings().Moderator {
			if v.route.CaseID == id && v.sh.Route().CaseID == id {
				v.auto = id
			} else {
				v.release(id)
			}
		}
		if v.have && v.file.Case.ID == id {
			v.file.Case.Lease = &l
			v.strip.Set(v.chips()...)
			v.refreshScrolls()
			v.sh.Retitle()
		}
	})
}

// letGo gives back a claim that was taken by opening the case, when the
// moderator has gone elsewhere.
func (v *View) letGo() {
	id := v.auto
	if id == "" {
		return
	}
	v.sh.After(100*time.Millisecond, func() {
		if v.sh.Route().CaseID == id || v.auto != id {
			return
		}
		v.auto = ""
		v.release(id)
	})
}

func (v *View) release(id string) {
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.Release(ctx, id) }), func(shell.None, error) {
		// It runs out by itself where it could not be given back.
	})
}

// teamChips say in the strip who holds the case, whose it is and who asks.
func (v *View) teamChips() []fyne.CanvasObject {
	h, now := v.file.Handling, v.sh.Now()
	me := v.sh.Settings().Moderator
	var out []fyne.CanvasObject
	if h.Held(now) {
		who := h.HoldBy
		if who == me {
			who = "you"
		}
		out = append(out, show.NewChip("On hold by "+who+" until "+show.DateTime(h.HoldUntil), theme.ColorNameWarning))
	}
	if h.HandedTo != "" {
		who := h.HandedTo
		if who == me {
			who = "you"
		}
		out = append(out, show.NewChip("Handed to "+who, look.Info))
	}
	if h.HelpBy != "" {
		out = append(out, show.NewChip("Help asked", theme.ColorNameError))
	}
	if h.Skips > 0 {
		out = append(out, show.NewChip("Skipped "+times(h.Skips), look.Muted))
	}
	return out
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// handlingPanel is what colleagues said about handling the case; nil if nothing.
func (v *View) handlingPanel() fyne.CanvasObject {
	h, now := v.file.Handling, v.sh.Now()
	var rows []fyne.CanvasObject
	add := func(head, text string) {
		rows = append(rows, show.NewBox(1, show.NewPara(head).Small().Muted(), show.NewPara(text)))
	}
	if h.Held(now) {
		add(fmt.Sprintf("%s holds the case until %s", h.HoldBy, show.DateTime(h.HoldUntil)), h.HoldReason)
	}
	if h.HandedTo != "" {
		add(fmt.Sprintf("%s handed the case to %s, %s", h.HandedBy, h.HandedTo, since(h.HandedAt, now)), h.HandedNote)
	}
	if h.HelpBy != "" {
		add(fmt.Sprintf("%s asks for help, %s", h.HelpBy, since(h.HelpAt, now)), h.HelpText)
	}
	for _, a := range h.Answers {
		add(fmt.Sprintf("%s asked: %s", a.Asked, a.Question), "")
		rows[len(rows)-1] = show.NewBox(1, show.NewPara(fmt.Sprintf("%s asked: %s", a.Asked, a.Question)).Small().Muted(),
			show.NewPara(a.By+" answered: "+a.Text))
	}
	for _, u := range v.file.Unsent {
		if u.State == model.TeamRefused {
			rows = append(rows, show.NewPara("Your "+kindWords(u.Event.Kind)+" was not taken. "+u.LastError).Role(theme.ColorNameError))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	hints := []fyne.CanvasObject{}
	if h.HelpBy != "" {
		hints = append(hints, show.NewHint("q", "answer"))
	}
	if h.Held(now) {
		hints = append(hints, show.NewHint("h", "end the hold"))
	}
	return show.NewPanel("Colleagues", show.NewBox(8, rows...), hints...)
}

func kindWords(k model.TeamKind) string {
	switch k {
	case model.TeamHand:
		return "hand-over"
	case model.TeamHelp:
		return "question"
	case model.TeamResume:
		return "end of the hold"
	case model.TeamReturn:
		return "end of the hand-over"
	}
	return string(k)
}

// noteRow is one note: who, when, where, whether colleagues have it.
func (v *View) noteRow(n model.Note) fyne.CanvasObject {
	head := n.Author + ", " + since(n.At, v.sh.Now())
	switch {
	case n.CaseID == "":
		head += ", on the account"
	case n.CaseID != v.file.Case.ID && n.ExpertID == v.file.Case.ExpertID:
		head += ", on case " + strings.TrimPrefix(n.CaseID, n.ExpertID+".")
	}
	switch model.TeamState(n.Sent) {
	case model.TeamQueued:
		head += ", not sent yet"
	case model.TeamLocal:
		head += ", on this machine only"
	case model.TeamRefused:
		head += ", not taken by the platform"
	}
	cells := []show.Cell{show.Grow(show.NewLine(head).Small().Muted(), 1)}
	label := "Pin"
	if n.PinnedBy != "" {
		label = "Unpin"
		cells = append(cells, show.Own(show.NewChip("Pinned by "+n.PinnedBy, look.Info)))
	}
	cells = append(cells, show.Own(show.NewTap(show.NewGround("", 0, show.NewLine(label).Small().Role(theme.ColorNamePrimary).Whole()).Pad(4, 0, 4, 0), func() { v.pin(n) })))
	return show.NewBox(1, show.NewRow(6, cells...), show.NewPara(n.Text))
}

// linkedNotes are those on accounts that share a signal, with why they are shown.
func (v *View) linkedNotes() []fyne.CanvasObject {
	var rows []fyne.CanvasObject
	for i, n := range v.file.LinkedNotes {
		if i == 12 {
			rows = append(rows, show.NewLine(fmt.Sprintf("and %d more on linked accounts", len(v.file.LinkedNotes)-i)).Small().Muted())
			break
		}
		why := show.NewPara(fmt.Sprintf("On %s, %s, because of %s", n.ScreenName, n.Cluster, strings.Join(n.Shared, ", "))).Small().Role(theme.ColorNameWarning)
		rows = append(rows, show.NewGround(look.Raised, 0, show.NewBox(2, why, v.noteRow(n.Note))).Pad(9, 6, 9, 7).Round(4))
	}
	return rows
}

// since says how long ago something was: "4 min ago", "now".
func since(t, now time.Time) string {
	if ago := show.Ago(t, now); ago != "now" {
		return ago + " ago"
	}
	return "now"
}
