// Package casefile is the screen of one case: who it is about, what was
// reported and found, and what was decided before.
package casefile

import (
	"context"
	"slices"
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

// Desk is what the case's screen needs of the use cases.
type Desk interface {
	CaseFile(ctx context.Context, caseID string) (app.CaseFile, error)
	Grounds(ctx context.Context, f model.Finding) ([]app.Ground, error)
	Claim(ctx context.Context, caseID string) (model.Lease, error)
	Release(ctx context.Context, caseID string) error
	AddNote(ctx context.Context, caseID, text string) error
	JudgeFinding(ctx context.Context, findingID string, v model.Verdict) error
	ExportFile(ctx context.Context, caseID, path string, redacted bool) (app.Exported, error)
	Titles() map[string]string
	TeamDesk
	shell.PhotoDesk
}

// View is the case's screen.
type View struct {
	sh      *shell.Shell
	desk    Desk
	work    *shell.Work // the file
	photos  *shell.Work
	grounds *shell.Work // of the unfolded finding
	album   *shell.Album
	titles  map[string]string

	route    shell.Route
	file     app.CaseFile
	have     bool                     // file is of route.CaseID
	selected int                      // finding
	pending  map[string]model.Verdict // on their way to the store, by finding
	heading  *show.Line
	findings []*findingRow
	pictures []*show.Photo
	unfolded string       // the finding whose grounds are shown
	places   []app.Ground // what it rests on

	strip  *show.Flow
	main   *show.Box
	side   *show.Box
	mainS  *show.Scroll
	sideS  *show.Scroll
	note   *show.Entry
	graph  *graph            // of shared signals; nil without linked accounts
	linked fyne.CanvasObject // the panel with the graph; nil without linked accounts
	notes  *show.Ground
	body   *fyne.Container
	noting bool
	auto   string // the case that was claimed by opening it

	exporting bool

	decide, dismiss, claimB, sealB *show.Button
}

var (
	_ shell.Screen    = (*View)(nil)
	_ shell.Actions   = (*View)(nil)
	_ shell.Refresher = (*View)(nil)
	_ shell.Themed    = (*View)(nil)
)

// New makes the case's screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, titles: desk.Titles(), pending: map[string]model.Verdict{}, album: shell.NewAlbum(desk, 60)}
	v.work, v.photos, v.grounds = sh.Work(nil), sh.Work(nil), sh.Work(nil)
	v.strip = show.NewFlow(6)
	v.main, v.side = show.NewBox(12), show.NewBox(12)
	v.mainS = show.NewScroll(show.NewGround("", 0, v.main).Pad(14, 2, 8, 16))
	v.sideS = show.NewScroll(show.NewGround("", 0, v.side).Pad(6, 2, 14, 16))
	v.note = show.NewMultiline("A note for colleagues")
	v.note.SetMinRowsVisible(2)
	v.decide = show.NewButton("Decide  (d)", nil, func() { v.goDecide("sanction") }).Primary()
	v.dismiss = show.NewButton("Dismiss  (x)", nil, func() { v.goDecide("dismiss") })
	v.claimB = show.NewButton("Claim  (l)", nil, v.claim)
	v.sealB = show.NewButton("Seal as a file  (e)", nil, v.askExport)
	strip := show.NewGround("", 0, v.strip).Pad(14, 9, 14, 9)
	v.body = container.New(&layout{}, strip, v.mainS, v.sideS)
	return v
}

// Title is the expert's screen name.
func (v *View) Title() string {
	if !v.have {
		return "Case"
	}
	return v.file.Expert.ScreenName
}

// HelpTitle names the screen in the help.
func (v *View) HelpTitle() string { return "Case" }

// Subtitle says the cluster and the case.
func (v *View) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	s := v.file.Expert.Cluster
	if v.file.Case.Round > 1 {
		s += ", case " + show.Number(int64(v.file.Case.Round))
	}
	return s
}

// Actions are the header's buttons.
func (v *View) Actions() []fyne.CanvasObject {
	if !v.have {
		return nil
	}
	v.claimB.SetText("Claim  (l)")
	if v.mine() {
		v.claimB.SetText("Release  (l)")
	}
	return []fyne.CanvasObject{v.sealB, v.claimB, v.dismiss, v.decide}
}

// Content is the screen.
func (v *View) Content() fyne.CanvasObject { return v.body }

// Open shows a case.
func (v *View) Open(r shell.Route) {
	same := v.have && v.route.CaseID == r.CaseID
	v.route = r
	if !same {
		v.have = false
		v.file = app.CaseFile{}
		v.selected, v.unfolded, v.places = 0, "", nil
		v.note.SetText("")
		v.blank()
	}
	v.load()
}

// Leave cancels the loads.
func (v *View) Leave() {
	v.work.Cancel()
	v.photos.Cancel()
	v.grounds.Cancel()
	v.letGo()
}

// Refresh reads the case anew.
func (v *View) Refresh() { v.load() }

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() {
	if v.have {
		v.fill()
	}
	v.body.Refresh()
}

func (v *View) load() {
	id := v.route.CaseID
	shell.Load(v.work, func(ctx context.Context) (app.CaseFile, error) { return v.desk.CaseFile(ctx, id) },
		func(f app.CaseFile, err error) {
			if err != nil {
				v.sh.Fail("reading the case", err)
				return
			}
			fresh := !v.have
			v.file, v.have = f, true
			for i := range v.file.Findings {
				// What was read may be older than what was judged just now.
				if verdict, ok := v.pending[v.file.Findings[i].ID]; ok {
					v.file.Findings[i].Verdict = verdict
				}
			}
			if fresh {
				v.selected = max(0, slices.IndexFunc(f.Findings, func(x model.Finding) bool { return x.Verdict == model.VerdictOpen }))
			}
			v.selected = min(v.selected, max(0, len(f.Findings)-1))
			v.fill()
			if fresh {
				v.mainS.ScrollTo(0)
				v.sideS.ScrollTo(0)
				v.attend()
			}
			v.sh.Retitle()
		})
}

// blank clears the screen while another case is read.
func (v *View) blank() {
	v.findings, v.pictures = nil, nil
	v.strip.Set()
	v.main.Set(show.NewLine("Reading the case").Faint())
	v.side.Set()
	v.refreshScrolls()
}

func (v *View) refreshScrolls() {
	v.mainS.Refresh()
	v.sideS.Refresh()
	v.body.Refresh()
}

// mine reports whether this moderator holds the case.
func (v *View) mine() bool {
	l := v.file.Case.Lease
	return l != nil && l.Holder == v.sh.Settings().Moderator && l.Expires.After(v.sh.Now())
}

func (v *View) title(guideline string) string {
	if t := v.titles[guideline]; t != "" {
		return t
	}
	return guideline
}

func (v *View) claim() {
	if !v.have {
		return
	}
	id, mine := v.file.Case.ID, v.mine()
	if v.auto == id {
		v.auto = "" // from now on it is the moderator's word that counts
	}
	doing := "claiming the case"
	if mine {
		doing = "releasing the case"
	}
	shell.Act(v.sh, func(ctx context.Context) (shell.None, error) {
		if mine {
			return shell.None{}, v.desk.Release(ctx, id)
		}
		_, err := v.desk.Claim(ctx, id)
		return shell.None{}, err
	}, func(_ shell.None, err error) {
		if err != nil {
			v.sh.Fail(doing, err)
			return
		}
		v.reloadIf(id)
	})
}

// reloadIf reads the case anew if it is still the one in sight.
func (v *View) reloadIf(caseID string) {
	if v.route.CaseID == caseID && v.sh.Current() == shell.Screen(v) {
		v.load()
	}
}

func (v *View) goDecide(intent string) {
	if v.have {
		v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: v.file.Case.ID, Intent: intent})
	}
}

// pick moves the selection among the findings.
func (v *View) pick(by int) {
	if len(v.findings) == 0 {
		return
	}
	v.choose(min(max(v.selected+by, 0), len(v.findings)-1))
}

func (v *View) choose(i int) {
	old := v.selected
	v.selected = i
	if old < len(v.findings) {
		v.findings[old].paint(false)
	}
	v.findings[i].paint(true)
	v.mainS.Refresh()
	v.mainS.Reveal(v.findings[i].root)
}

// judge keeps a verdict on the selected finding, and moves on to the next one;
// the same verdict again takes it back.
func (v *View) judge(verdict model.Verdict) {
	if v.selected >= len(v.findings) {
		return // none, or one that is only counted
	}
	i := v.selected
	f := &v.file.Findings[i]
	before := f.Verdict
	if before == verdict {
		verdict = model.VerdictOpen
	}
	id, caseID := f.ID, v.file.Case.ID
	f.Verdict = verdict
	v.findings[i].set(f.Verdict)
	v.count()
	if verdict != model.VerdictOpen {
		v.pick(1)
	}
	v.pending[id] = verdict
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.JudgeFinding(ctx, id, verdict) }), func(_ shell.None, err error) {
		if v.pending[id] == verdict {
			delete(v.pending, id)
		}
		if v.work.Pending() {
			v.load() // it began before the verdict was kept
		}
		if err == nil {
			return
		}
		v.sh.Fail("keeping the verdict", err)
		if v.file.Case.ID != caseID {
			return
		}
		for j := range v.file.Findings {
			if v.file.Findings[j].ID == id && v.file.Findings[j].Verdict == verdict {
				v.file.Findings[j].Verdict = before
				if j >= len(v.findings) {
					continue
				}
				v.findings[j].set(before)
				v.count()
			}
		}
	})
}

// evidence opens what the selected finding rests on.
func (v *View) evidence() {
	if v.selected >= len(v.file.Findings) {
		return
	}
	f := v.file.Findings[v.selected]
	switch {
	case f.Match != nil:
		v.compare(f.ID)
	case f.SessionID != "":
		v.sh.Open(shell.Route{Screen: shell.Transcript, CaseID: v.file.Case.ID, Session: f.SessionID, Finding: f.ID})
	default:
		v.unfold(v.selected)
	}
}

// compare opens the pair of a finding; without one, of the selected finding,
// else the first.
func (v *View) compare(finding string) {
	if len(v.file.Pairs) == 0 {
		v.sh.Tell("No photos are to be compared in this case.")
		return
	}
	if finding == "" && v.selected < len(v.file.Findings) && v.file.Findings[v.selected].Match != nil {
		finding = v.file.Findings[v.selected].ID
	}
	if !slices.ContainsFunc(v.file.Pairs, func(p app.PhotoPair) bool { return p.FindingID == finding }) {
		finding = v.file.Pairs[0].FindingID
	}
	v.sh.Open(shell.Route{Screen: shell.Compare, CaseID: v.file.Case.ID, Finding: finding})
}

// sheet opens all pairs of photos at a glance.
func (v *View) sheet() {
	if len(v.file.Pairs) == 0 {
		v.sh.Tell("No photos are to be compared in this case.")
		return
	}
	v.sh.Open(shell.Route{Screen: shell.Sheet, CaseID: v.file.Case.ID})
}

// transcript opens the session of the selected finding, else the one with most
// marks.
func (v *View) transcript() {
	if v.selected < len(v.file.Findings) && v.file.Findings[v.selected].ID == v.unfolded {
		if r, ok := v.firstPlace(); ok {
			v.sh.Open(r)
			return
		}
	}
	r := shell.Route{Screen: shell.Transcript, CaseID: v.file.Case.ID}
	if v.selected < len(v.file.Findings) {
		r.Session, r.Finding = v.file.Findings[v.selected].SessionID, v.file.Findings[v.selected].ID
	}
	if r.Session == "" && len(v.file.Sessions) > 0 {
		r.Session, r.Finding = v.file.Sessions[0].Session.ID, ""
	}
	if r.Session == "" {
		v.sh.Tell("No session belongs to this case.")
		return
	}
	v.sh.Open(r)
}

// addNote leads to the field, keepNote keeps what is in it.
func (v *View) addNote() {
	if v.have {
		v.sideS.Reveal(v.notes)
		v.sh.Window().Canvas().Focus(v.note)
	}
}

func (v *View) keepNote() {
	text, id := v.note.Text, v.file.Case.ID
	if !v.have || v.noting || trimmed(text) == "" {
		return
	}
	v.noting = true
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.AddNote(ctx, id, trimmed(text)) }), func(_ shell.None, err error) {
		v.noting = false
		if err != nil {
			v.sh.Fail("keeping the note", err)
			return
		}
		if v.route.CaseID == id && v.note.Text == text {
			v.note.SetText("")
			v.sh.Window().Canvas().Unfocus()
		}
		v.reloadIf(id)
	})
}

// reveal shows all photos of the case, or blurs them again.
func (v *View) reveal() {
	on := false
	for _, p := range v.pictures {
		on = on || p.Hidden()
	}
	for _, p := range v.pictures {
		p.Reveal(on)
	}
}

// Keys are the case's keys.
func (v *View) Keys() []shell.Key {
	return append([]shell.Key{
		shell.Rune('j', "Next finding", func() { v.pick(1) }),
		shell.Named(fyne.KeyDown, "Next finding", func() { v.pick(1) }),
		shell.Rune('k', "Finding before", func() { v.pick(-1) }),
		shell.Named(fyne.KeyUp, "Finding before", func() { v.pick(-1) }),
		shell.Rune('a', "Accept the finding", func() { v.judge(model.VerdictAccepted) }),
		shell.Rune('r', "Reject the finding", func() { v.judge(model.VerdictRejected) }),
		shell.Named(fyne.KeyReturn, "Open the evidence", v.evidence),
		shell.Rune('t', "Open the transcript", v.transcript),
		shell.Rune('c', "Compare the photos", func() { v.compare("") }),
		shell.Rune('C', "All pairs of photos on one sheet", v.sheet),
		shell.Rune('v', "Show the photos, or blur them", v.reveal),
		shell.Rune('d', "Decide", func() { v.goDecide("sanction") }),
		shell.Rune('x', "Dismiss", func() { v.goDecide("dismiss") }),
		shell.Rune('o', "Look at the proposal or the appeal", v.review),
		shell.Rune('z', "Take a decision back", v.takeBack),
		shell.Rune('l', "Claim the case, or release it", v.claim),
		shell.Rune('n', "Add a note", v.addNote),
		shell.Rune('e', "Seal the case as a file", v.askExport),
		shell.Chord(fyne.KeyReturn, 0, "Keep the note", v.keepNote),
		shell.Rune('J', "Next case", func() { v.sh.Step(v.route.CaseID, 1) }),
		shell.Rune(']', "Next case", func() { v.sh.Step(v.route.CaseID, 1) }),
		shell.Rune('K', "Case before", func() { v.sh.Step(v.route.CaseID, -1) }),
		shell.Rune('[', "Case before", func() { v.sh.Step(v.route.CaseID, -1) }),
		shell.Rune(' ', "A page on", func() { v.mainS.ScrollBy(v.mainS.Page() * 0.85) }),
		shell.Named(fyne.KeyPageDown, "A page on", func() { v.mainS.ScrollBy(v.mainS.Page() * 0.85) }),
		shell.Named(fyne.KeyPageUp, "A page back", func() { v.mainS.ScrollBy(-v.mainS.Page() * 0.85) }),
	}, v.teamKeys()...)
}

// File is the case in sight, for tests.
func (v *View) File() app.CaseFile { return v.file }

// SelectedFinding is the index of the selected finding.
func (v *View) SelectedFinding() int { return v.selected }

// layout is a strip above, the evidence at the left, the person at the right.
type layout struct{}

func (layout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := show.HeightFor(o[0], size.Width)
	o[0].Resize(fyne.NewSize(size.Width, h))
	side := min(max(size.Width*0.34, 360), 620)
	o[1].Move(fyne.NewPos(0, h))
	o[1].Resize(fyne.NewSize(size.Width-side, size.Height-h))
	o[2].Move(fyne.NewPos(size.Width-side, h))
	o[2].Resize(fyne.NewSize(side, size.Height-h))
}
func (layout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(760, 300) }

// findingRow is one finding with its verdict.
type findingRow struct {
	root   *show.Tap
	ground *show.Ground
	state  *show.Chip
	reason *show.Para
	accept *show.Button
	reject *show.Button

	buttons *show.Row
	more    *show.Box // what it rests on, unfolded
}

func (v *View) newFinding(i int) *findingRow {
	f := v.file.Findings[i]
	r := &findingRow{state: show.NewChip("", look.Info), reason: show.NewPara(f.Reason)}
	act := func(verdict model.Verdict) func() {
		return func() {
			v.choose(i)
			v.judge(verdict)
		}
	}
	r.accept = show.NewButton("Accept", theme.ConfirmIcon(), act(model.VerdictAccepted)).Quiet()
	r.reject = show.NewButton("Reject", theme.CancelIcon(), act(model.VerdictRejected)).Quiet()
	meter := show.NewMeter().Coloured(func(int) fyneColor { return look.Edge(f.Guideline) })
	meter.Set(int(f.Score*100 + 0.5))
	chips := []fyne.CanvasObject{show.NewGuidelineChip(f.Guideline, v.title(f.Guideline))}
	if f.Advisory {
		chips = append(chips, show.NewChip("Hint, no violation", look.Muted))
	}
	chips = append(chips, r.state, show.NewGround("", 0, show.NewLine(v.ground(f)).Small().Muted().Whole()).Pad(3, 2, 0, 0))
	left := show.NewBox(5, show.NewFlow(5, chips...), r.reason)
	r.buttons = show.NewRow(0, show.Own(r.accept), show.Own(r.reject))
	right := show.NewBox(0, meter, r.buttons)
	r.more = show.NewBox(5)
	r.more.Hide()
	r.ground = show.NewGround("", 0, show.NewBox(6, show.NewRow(12, show.Cell{Object: left, Share: 1, Top: true}, show.Cell{Object: right, Width: 168, Top: true}), r.more)).
		Pad(11, 8, 8, 8).Round(5)
	r.root = show.NewTap(r.ground, func() {
		if v.selected == i {
			v.evidence()
			return
		}
		v.choose(i)
	})
	r.set(f.Verdict)
	r.paint(i == v.selected)
	return r
}

func (r *findingRow) set(verdict model.Verdict) {
	r.state.Set(show.Verdict(verdict))
	if r.state.Show(); verdict == model.VerdictOpen {
		r.state.Hide()
	}
	r.reason.Role(theme.ColorNameForeground)
	if verdict == model.VerdictRejected {
		r.reason.Role(look.Faint)
	}
	r.reason.Refresh()
	r.root.Refresh()
}

func (r *findingRow) paint(selected bool) {
	if selected {
		r.buttons.Show()
		r.ground.Paint(look.Selected)
		r.ground.Edge(look.Of(theme.ColorNamePrimary))
		return
	}
	r.buttons.Hide()
	r.ground.Paint("")
	r.ground.Edge(nil)
}

// ground says what a finding rests on, and when it happened.
func (v *View) ground(f model.Finding) string {
	text := ""
	switch {
	case len(f.Spans) > 0:
		text = show.Count(len(f.Spans), "mark", "marks") + " in a session"
	case f.Match != nil:
		text = "A pair of photos"
	case len(f.Accounts) > 0:
		text = show.Count(len(f.Accounts), "linked account", "linked accounts")
	case len(f.Passages) > 0:
		text = show.Count(len(f.Passages), "passage", "passages") + " of text"
	case len(f.Events) > 0:
		text = show.Count(len(f.Events), "event", "events")
	}
	return text + ", " + show.Ago(f.At, v.sh.Now()) + " ago"
}

func trimmed(s string) string {
	const space = " \n\t\r"
	for len(s) > 0 && slices.Contains([]byte(space), s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && slices.Contains([]byte(space), s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// until says how long a time is away: "4 min".
func until(t, now time.Time) string { return show.Ago(now.Add(now.Sub(t)), now) }
