// Package transcript is the screen of one session: both sides of the talk, the
// marks that detectors left, and the moderator's verdict on each.
package transcript

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what the transcript needs of the use cases.
type Desk interface {
	Transcript(ctx context.Context, sessionID string) (app.TranscriptView, error)
	Messages(ctx context.Context, sessionID string, afterSeq int64, limit int) ([]model.Message, error)
	JudgeMark(ctx context.Context, findingID string, span int, v model.Verdict) error
	Elsewhere(ctx context.Context, phrase, butSession string) ([]app.PhraseHit, error)
}

// page is how many messages are read at a time.
const page = 250

// View is the transcript's screen.
type View struct {
	sh   *shell.Shell
	desk Desk
	work *shell.Work // head and pages
	seek *shell.Work // find

	route     shell.Route
	file      app.TranscriptView
	have      bool
	whole     bool // all messages are there
	messages  []model.Message
	byMessage map[string][]int
	current   int                    // mark, -1 if there is none
	hover     int                    // mark under the pointer, -1
	judging   map[mark]model.Verdict // on their way to the store
	again     bool                   // the marks are being read anew
	pending   int64                  // seq to go to once it is read; 0: none
	only      string                 // guideline whose marks are walked and listed; empty: all
	shown     []int                  // the marks of that guideline, in order
	said      []verdictBefore        // verdicts given here, newest last, for taking back
	joints    []joint                // split contacts
	leads     bool                   // the route that is opened now follows a phrase
	trail     []shell.Route          // transcripts that a search for a phrase led away from

	list  *show.List
	find  *findBar
	side  *sidePane
	strip *strip
	body  *fyne.Container
}

// mark names a mark.
type mark struct {
	finding string
	span    int
}

// verdictBefore is a verdict that was given, and what stood there before.
type verdictBefore struct {
	mark
	session string
	before  model.Verdict
}

var (
	_ shell.Screen    = (*View)(nil)
	_ shell.Refresher = (*View)(nil)
	_ shell.Themed    = (*View)(nil)
)

// New makes the transcript's screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, current: -1, hover: -1, byMessage: map[string][]int{}, judging: map[mark]model.Verdict{}}
	v.work, v.seek = sh.Work(nil), sh.Work(nil)
	v.list = show.NewList(
		func() fyne.CanvasObject { return newMessageRow(v) },
		func(i int, o fyne.CanvasObject, _ bool) { o.(*messageRow).fill(i) })
	v.list.Estimate = v.estimate
	v.list.Plain = true
	v.strip = newStrip(v)
	v.list.OnScroll = func(int, int) { v.strip.Refresh() }
	v.find = newFindBar(v)
	v.side = newSidePane(v)
	v.body = container.New(&layout{v}, v.find.root, v.list, v.strip, v.side.root)
	return v
}

// Title says with whom the session was.
func (v *View) Title() string {
	if !v.have {
		return "Transcript"
	}
	return show.Capital(v.file.Session.Kind) + " with " + v.file.Session.ClientID
}

// HelpTitle names the screen in the help.
func (v *View) HelpTitle() string { return "Transcript" }

// Subtitle says whose session it is, and when it was.
func (v *View) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	s := v.file.Expert.ScreenName + ", " + v.file.Session.Cluster + ", " + show.DateTime(v.file.Session.StartedAt)
	if !v.whole {
		s += fmt.Sprintf("   reading %s of %s", show.Number(int64(len(v.messages))), show.Count(v.file.Messages, "message", "messages"))
	}
	return s
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Open shows a session; a finding or a message in the route says where to
// begin, else it is the first mark to judge.
func (v *View) Open(r shell.Route) {
	same := v.have && v.whole && r.Session == v.route.Session
	if r.Session != v.route.Session {
		v.only, v.said = "", nil
		if len(v.trail) > 0 && !v.leads {
			v.trail = nil // opened from another screen, not on the way of a phrase
		}
	}
	v.leads = false
	jump := r != v.route
	v.route = r
	if same {
		v.reread(jump)
		return
	}
	v.have, v.whole, v.messages, v.current, v.hover, v.pending = false, false, nil, -1, -1, 0
	v.file, v.byMessage, v.joints = app.TranscriptView{}, map[string][]int{}, nil
	v.sift()
	v.find.close()
	v.list.SetCount(0)
	v.side.fill()
	v.strip.Refresh()
	shell.Load(v.work, func(ctx context.Context) (app.TranscriptView, error) {
		return v.desk.Transcript(ctx, r.Session)
	}, func(f app.TranscriptView, err error) {
		if err != nil {
			v.sh.Fail("reading the transcript", err)
			return
		}
		v.take(f)
		v.start()
		v.read(0)
	})
}

func (v *View) take(f app.TranscriptView) {
	v.file, v.have = f, true
	for k := range v.file.Marks {
		// What was read may be older than what was judged just now.
		if verdict, ok := v.judging[mark{f.Marks[k].FindingID, f.Marks[k].Span}]; ok {
			v.file.Marks[k].Verdict = verdict
		}
	}
	v.byMessage = marksIn(f.Marks)
	v.joints = jointsOf(f.Marks)
	v.sift()
	v.side.fill()
	v.sh.Retitle()
}

// start chooses the mark to begin with.
func (v *View) start() {
	r := v.route
	first := -1
	if r.Finding != "" {
		first = slices.IndexFunc(v.file.Marks, func(m app.Mark) bool { return m.FindingID == r.Finding })
	}
	if first < 0 && r.Message != "" {
		first = slices.IndexFunc(v.file.Marks, func(m app.Mark) bool { return m.MessageID == r.Message })
	}
	if first < 0 && r.Message == "" {
		first = slices.IndexFunc(v.file.Marks, func(m app.Mark) bool { return m.Verdict == model.VerdictOpen })
		if first < 0 && len(v.file.Marks) > 0 {
			first = 0
		}
	}
	if first >= 0 {
		v.goTo(first, true)
	} else {
		v.side.show()
	}
	if r.Text != "" {
		v.find.open(r.Text)
	}
}

// read reads the messages behind seq, page by page.
func (v *View) read(after int64) {
	session := v.route.Session
	shell.Also(v.work, func(ctx context.Context) ([]model.Message, error) {
		return v.desk.Messages(ctx, session, after, page)
	}, func(ms []model.Message, err error) {
		if err != nil {
			v.sh.Fail("reading the messages", err)
			return
		}
		v.messages = append(v.messages, ms...)
		v.list.Grow(len(v.messages))
		if len(ms) < page {
			v.whole = true
		} else {
			v.read(ms[len(ms)-1].Seq)
		}
		v.arrived()
		v.sh.Retitle()
	})
}

// arrived goes to a place that waited for its message.
func (v *View) arrived() {
	if v.pending > 0 {
		if i := v.index(v.pending); i >= 0 {
			v.pending = 0
			v.list.Centre(i)
		}
	} else if v.route.Message != "" && v.current < 0 {
		if i := slices.IndexFunc(v.messages, func(m model.Message) bool { return m.ID == v.route.Message }); i >= 0 {
			v.route.Message = ""
			v.list.Centre(i)
		}
	}
	if v.whole {
		v.find.again()
	}
	v.strip.Refresh()
	v.side.list.RefreshRows()
}

// index is the place of a message by its seq, -1 if it is not there (yet).
func (v *View) index(seq int64) int {
	i := sort.Search(len(v.messages), func(i int) bool { return v.messages[i].Seq >= seq })
	if i < len(v.messages) && v.messages[i].Seq == seq {
		return i
	}
	return -1
}

// reread reads the marks anew, and what was edited or came since of the messages.
func (v *View) reread(jump bool) {
	session := v.route.Session
	v.again = true
	shell.Load(v.work, func(ctx context.Context) (app.TranscriptView, error) { return v.desk.Transcript(ctx, session) },
		func(f app.TranscriptView, err error) {
			v.again = false
			if err != nil {
				v.sh.Fail("reading the transcript", err)
				return
			}
			if f.Edition != v.file.Edition {
				v.renew(f, jump)
				return
			}
			v.takeAnew(f)
			if jump {
				v.start()
			}
			v.list.Refresh()
			v.side.show()
			v.strip.Refresh()
		})
}

// renew reads the messages again after some were edited, erased or came. What
// is shown stays in sight until they are there.
func (v *View) renew(f app.TranscriptView, jump bool) {
	session := v.route.Session
	shell.Also(v.work, func(ctx context.Context) ([]model.Message, error) {
		var all []model.Message
		for after := int64(0); ; after = all[len(all)-1].Seq {
			ms, err := v.desk.Messages(ctx, session, after, page)
			if all = append(all, ms...); err != nil || len(ms) < page {
				return all, err
			}
		}
	}, func(ms []model.Message, err error) {
		if err != nil {
			v.sh.Fail("reading the messages", err)
			return
		}
		at, under := v.anchor()
		v.messages = ms
		v.find.hits = nil // of the texts before
		v.takeAnew(f)
		v.list.SetCount(len(ms))
		if i := slices.IndexFunc(ms, func(m model.Message) bool { return m.ID == at }); i >= 0 {
			v.list.Top(i, under)
		}
		if jump {
			v.start()
		}
		v.find.again()
		v.side.show()
		v.strip.Refresh()
	})
}

// takeAnew takes marks that were read anew; the current one stays so, wherever
// it stands among them now.
func (v *View) takeAnew(f app.TranscriptView) {
	was, ok := v.Current()
	at := v.current
	v.hover = -1
	v.current = min(v.current, len(f.Marks)-1)
	if k := slices.IndexFunc(f.Marks, func(m app.Mark) bool { return m.FindingID == was.FindingID && m.Span == was.Span }); ok && k >= 0 {
		v.current = k
	}
	v.take(f)
	if v.current != at {
		v.side.list.Mark(slices.Index(v.shown, v.current))
	}
}

// anchor is the first message in sight, and how much of it is above the sight.
func (v *View) anchor() (id string, under float32) {
	first, last := v.list.Sight()
	if last < first || first >= len(v.messages) {
		return "", 0
	}
	return v.messages[first].ID, v.list.Under(first)
}

// Leave cancels the loads.
func (v *View) Leave() {
	v.work.Cancel()
	v.seek.Cancel()
	if !v.whole {
		v.have = false // a half-read transcript is read anew
	}
}

// Refresh reads the marks anew.
func (v *View) Refresh() {
	if v.have && v.whole {
		v.reread(false)
	}
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() {
	v.side.fill()
	v.list.Refresh()
	v.body.Refresh()
}

// goTo makes a mark the current one and brings it to sight; centre puts it in
// the middle.
func (v *View) goTo(k int, centre bool) {
	if k < 0 || k >= len(v.file.Marks) {
		return
	}
	old := v.current
	v.current = k
	seq := v.file.Marks[k].Seq
	if old >= 0 && old < len(v.file.Marks) {
		v.refreshParts(old)
	}
	v.refreshParts(k)
	if i := v.index(seq); i < 0 {
		v.pending = seq
	} else if centre {
		v.list.Centre(i)
	} else {
		v.list.Reveal(i)
	}
	v.side.show()
	at := slices.Index(v.shown, k)
	v.side.list.Mark(at)
	v.side.list.Reveal(at)
	v.strip.Refresh()
}

func (v *View) refreshSeq(seq int64) {
	if i := v.index(seq); i >= 0 {
		v.list.RefreshRow(i)
	}
}

// preview shows a mark in the pane while the pointer is on it; -1 returns to
// the current one.
func (v *View) preview(k int) {
	v.hover = k
	v.side.show()
}

func (v *View) step(by int) {
	if len(v.shown) == 0 {
		v.sh.Tell("No marks in this transcript.")
		return
	}
	next := v.beside(v.current, by)
	if next < 0 {
		v.sh.Tell(map[bool]string{true: "That was the last mark.", false: "This is the first mark."}[by > 0])
		return
	}
	v.goTo(next, true)
}

// beside is the mark behind or before another one, among those shown; -1: none.
func (v *View) beside(k, by int) int {
	if by > 0 {
		for _, s := range v.shown {
			if s > k {
				return s
			}
		}
		return -1
	}
	for _, s := range slices.Backward(v.shown) {
		if s < k {
			return s
		}
	}
	return -1
}

// judge keeps a verdict on the current mark, and moves on to the next one; the
// same verdict again takes it back.
func (v *View) judge(verdict model.Verdict) {
	if v.current < 0 || v.current >= len(v.file.Marks) {
		return
	}
	m := v.file.Marks[v.current]
	if m.Verdict == verdict {
		verdict = model.VerdictOpen
	}
	v.said = append(v.said, verdictBefore{mark{m.FindingID, m.Span}, v.route.Session, m.Verdict})
	v.keep(m, verdict)
	if next := v.beside(v.current, 1); verdict != model.VerdictOpen && next >= 0 {
		v.goTo(next, true)
	}
}

// unsay takes the last verdict that was given here back.
func (v *View) unsay() {
	for len(v.said) > 0 {
		last := v.said[len(v.said)-1]
		v.said = v.said[:len(v.said)-1]
		k := slices.IndexFunc(v.file.Marks, func(m app.Mark) bool { return m.FindingID == last.finding && m.Span == last.span })
		if last.session != v.route.Session || k < 0 {
			continue
		}
		v.goTo(k, true)
		v.keep(v.file.Marks[k], last.before)
		word, _ := show.Verdict(last.before)
		v.sh.Tell("Taken back. The mark is as before: " + strings.ToLower(word) + ".")
		return
	}
}

// keep shows a verdict at once, and keeps it; where that fails it is as before.
func (v *View) keep(m app.Mark, verdict model.Verdict) {
	v.set(m.FindingID, m.Span, verdict)
	session, key := v.route.Session, mark{m.FindingID, m.Span}
	v.judging[key] = verdict
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error {
		return v.desk.JudgeMark(ctx, m.FindingID, m.Span, verdict)
	}), func(_ shell.None, err error) {
		if v.judging[key] == verdict {
			delete(v.judging, key)
		}
		if v.again && v.work.Pending() {
			v.reread(false) // it began before the verdict was kept
		}
		if err != nil {
			v.sh.Fail("keeping the verdict", err)
			if v.route.Session == session {
				v.set(m.FindingID, m.Span, m.Verdict)
			}
		}
	})
}

func (v *View) set(finding string, span int, verdict model.Verdict) {
	for k := range v.file.Marks {
		m := &v.file.Marks[k]
		if m.FindingID == finding && m.Span == span {
			m.Verdict = verdict
			v.refreshSeq(m.Seq)
			v.side.list.RefreshRow(slices.Index(v.shown, k))
		}
	}
	v.side.show()
	v.strip.Refresh()
}

// Keys are the transcript's keys.
func (v *View) Keys() []shell.Key {
	keys := []shell.Key{
		shell.Rune('n', "Next mark", func() { v.step(1) }),
		shell.Rune('p', "Mark before", func() { v.step(-1) }),
		shell.Rune('a', "Accept the mark", func() { v.judge(model.VerdictAccepted) }),
		shell.Rune('r', "Reject the mark", func() { v.judge(model.VerdictRejected) }),
		shell.Rune('j', "Scroll on", func() { v.list.ScrollBy(64) }),
		shell.Named(fyne.KeyDown, "Scroll on", func() { v.list.ScrollBy(64) }),
		shell.Rune('k', "Scroll back", func() { v.list.ScrollBy(-64) }),
		shell.Named(fyne.KeyUp, "Scroll back", func() { v.list.ScrollBy(-64) }),
		shell.Rune(' ', "A page on", func() { v.list.ScrollBy(v.list.Page() * 0.85) }),
		shell.Named(fyne.KeyPageDown, "A page on", func() { v.list.ScrollBy(v.list.Page() * 0.85) }),
		shell.Named(fyne.KeyPageUp, "A page back", func() { v.list.ScrollBy(-v.list.Page() * 0.85) }),
		shell.Rune('g', "To the start", func() { v.list.Reveal(0) }),
		shell.Named(fyne.KeyHome, "To the start", func() { v.list.Reveal(0) }),
		shell.Rune('G', "To the end", func() { v.list.Reveal(v.list.Count() - 1) }),
		shell.Named(fyne.KeyEnd, "To the end", func() { v.list.Reveal(v.list.Count() - 1) }),
		shell.Rune('/', "Find in the transcript", func() { v.find.open("") }),
		shell.Chord(fyne.KeyF, 0, "Find in the transcript", func() { v.find.open("") }),
		shell.Named(fyne.KeyF3, "Next place found", func() { v.find.step(1) }),
		shell.Rune('f', "Next place found", func() { v.find.step(1) }),
		shell.Rune('F', "Place found before", func() { v.find.step(-1) }),
		shell.Rune('d', "Decide the case", func() {
			if v.route.CaseID != "" {
				v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: v.route.CaseID, Intent: "sanction"})
			}
		}),
		shell.Rune('o', "Only marks of this guideline, or all", v.toggleOnly),
		shell.Rune('O', "Marks of the next guideline", v.nextOnly),
		shell.Rune('w', "The same words in other transcripts", v.elsewhere),
		shell.Named(fyne.KeyEscape, "Close the search, else back", v.escape),
	}
	for digit := range 10 {
		k := shell.Rune(rune('0'+digit), "To that tenth of the conversation", func() { v.list.ScrollTo(float32(digit) / 9) })
		if digit == 0 {
			keys = append(keys, k.Labelled("0 to 9"))
		} else {
			keys = append(keys, k.Labelled(""))
		}
	}
	if len(v.said) > 0 {
		keys = append(keys, shell.Rune('u', "Take the last verdict back", v.unsay))
	}
	return keys
}

func (v *View) escape() {
	if v.find.shown {
		v.find.close()
		return
	}
	if n := len(v.trail); n > 0 {
		r := v.trail[n-1]
		v.trail = v.trail[:n-1]
		v.leads = true
		v.sh.Open(r)
		return
	}
	v.sh.Back()
}

// Current is the current mark, for tests.
func (v *View) Current() (app.Mark, bool) {
	if v.current < 0 || v.current >= len(v.file.Marks) {
		return app.Mark{}, false
	}
	return v.file.Marks[v.current], true
}

// Marks are all marks with their verdicts.
func (v *View) Marks() []app.Mark { return v.file.Marks }

// InSight are the messages in sight.
func (v *View) InSight() []model.Message {
	first, last := v.list.Sight()
	if last >= len(v.messages) || last < first {
		return nil
	}
	return v.messages[first : last+1]
}

// Scroll scrolls to a share of the transcript, from 0 to 1.
func (v *View) Scroll(share float32) { v.list.ScrollTo(share) }

// layout is the search above the messages, the map beside them, and a pane.
type layout struct{ v *View }

func (l *layout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	side := min(max(size.Width*0.27, 310), 440)
	const strip = 26
	width := size.Width - side
	y := float32(0)
	if o[0].Visible() {
		y = show.HeightFor(o[0], width)
		o[0].Resize(fyne.NewSize(width, y))
	}
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	put(o[1], 0, y, width-strip, size.Height-y)
	put(o[2], width-strip, y, strip, size.Height-y)
	put(o[3], width, 0, side, size.Height)
}
func (l *layout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(700, 300) }
