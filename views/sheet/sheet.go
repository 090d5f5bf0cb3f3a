// Package sheet is the contact sheet of a case: all its pairs of photos at a
// glance, and the accounts on which one picture stands as one group.
package sheet

import (
	"context"
	"fmt"
	"slices"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/verdict"
)

// Desk is what this screen needs of the use cases.
type Desk interface {
	CaseFile(ctx context.Context, caseID string) (app.CaseFile, error)
	PhotoGroup(ctx context.Context, photoID string) (app.PhotoGroup, error)
	shell.PhotoDesk
	verdict.Desk
}

// perPage is how many pairs stand on a page: what a large screen shows at once.
const perPage = 48

// onGroup is the selection of the group above the pairs.
const onGroup = -1

// View is the screen.
type View struct {
	sh      *shell.Shell
	desk    Desk
	work    *shell.Work // the case
	groups  *shell.Work
	photos  *shell.Work
	album   *shell.Album
	judging *verdict.Judge

	route    shell.Route
	file     app.CaseFile
	have     bool
	group    app.PhotoGroup
	groupOf  string
	selected int // pair; onGroup: the group
	page     int

	pictures []*show.Photo
	cards    []*card // of the page
	head     *groupPanel
	grid     *grid
	body     *show.Box
	foot     *show.Line
	scroll   *show.Scroll
	content  fyne.CanvasObject
}

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, album: shell.NewAlbum(desk, 2*perPage+mostAccounts)}
	v.work, v.groups, v.photos = sh.Work(nil), sh.Work(nil), sh.Work(nil)
	v.judging = verdict.New(sh, desk)
	v.judging.Stands, v.judging.Judged, v.judging.Undone = v.stands, v.onward, v.backTo
	v.grid = newGrid()
	v.foot = show.NewLine("").Muted().Small()
	v.body = show.NewBox(12)
	v.scroll = show.NewScroll(show.NewGround("", 0, v.body).Pad(14, 12, 14, 16))
	v.content = v.scroll
	return v
}

// Title is the expert's name.
func (v *View) Title() string {
	if !v.have {
		return "All pairs"
	}
	return "All pairs · " + show.SafeLine(v.file.Expert.ScreenName)
}

// HelpTitle names the screen in the help.
func (v *View) HelpTitle() string { return "All pairs" }

// Subtitle counts the pairs.
func (v *View) Subtitle() string {
	if !v.have {
		return "Reading"
	}
	open := 0
	for _, p := range v.file.Pairs {
		if p.Verdict == model.VerdictOpen {
			open++
		}
	}
	return fmt.Sprintf("%s   ·   %s, %d to judge", v.file.Expert.Cluster, show.Count(len(v.file.Pairs), "pair", "pairs"), open)
}

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Open shows a case, the route's finding selected.
func (v *View) Open(r shell.Route) {
	if r.CaseID != v.route.CaseID {
		v.have, v.file, v.group, v.groupOf = false, app.CaseFile{}, app.PhotoGroup{}, ""
		v.selected, v.page = 0, 0
		v.judging.Forget()
		v.fill()
	}
	v.route = r
	v.load(r.Finding)
}

// Leave cancels the loads.
func (v *View) Leave() {
	v.work.Cancel()
	v.groups.Cancel()
	v.photos.Cancel()
	v.groupOf = ""
}

// Refresh reads the case anew.
func (v *View) Refresh() {
	finding := ""
	if p, ok := v.pair(); ok {
		finding = p.FindingID
	}
	v.load(finding)
}

// Rethemed draws everything in the new colours.
func (v *View) Rethemed() { v.fill() }

func (v *View) load(finding string) {
	id := v.route.CaseID
	shell.Load(v.work, func(ctx context.Context) (app.CaseFile, error) { return v.desk.CaseFile(ctx, id) },
		func(file app.CaseFile, err error) {
			if err != nil {
				v.sh.Fail("reading the case", err)
				return
			}
			v.file, v.have = file, true
			if i := slices.IndexFunc(file.Pairs, func(p app.PhotoPair) bool { return p.FindingID == finding }); i >= 0 {
				v.selected = i
			}
			v.selected = min(v.selected, len(file.Pairs)-1)
			v.page = max(0, v.selected) / perPage
			v.fill()
			v.sh.Retitle()
			if len(file.Pairs) > 0 && v.groupOf != file.Pairs[0].Expert.PhotoID {
				v.loadGroup(file.Pairs[0].Expert.PhotoID)
			}
		})
}

func (v *View) loadGroup(photoID string) {
	v.groupOf = photoID
	shell.Load(v.groups, func(ctx context.Context) (app.PhotoGroup, error) { return v.desk.PhotoGroup(ctx, photoID) },
		func(g app.PhotoGroup, err error) {
			if err != nil {
				v.sh.Fail("reading who shows the picture", err)
				return
			}
			v.group = g
			v.fill()
		})
}

func (v *View) pair() (app.PhotoPair, bool) {
	if v.selected < 0 || v.selected >= len(v.file.Pairs) {
		return app.PhotoPair{}, false
	}
	return v.file.Pairs[v.selected], true
}

// grouped reports whether there is a group worth a place of its own: more
// accounts, or more photos, than the pairs below tell of.
func (v *View) grouped() bool {
	told := map[string]bool{}
	for _, p := range v.file.Pairs {
		told[p.Expert.PhotoID], told[p.Other.PhotoID] = true, true
	}
	return v.group.Experts > 2 || slices.ContainsFunc(v.group.Photos, func(g app.GroupPhoto) bool { return !told[g.Side.PhotoID] })
}

// fill draws the page.
func (v *View) fill() {
	v.photos.Cancel()
	v.pictures, v.cards, v.head = nil, nil, nil
	var objects []fyne.CanvasObject
	switch {
	case !v.have:
		objects = append(objects, show.NewLine("Reading the case").Faint())
	case len(v.file.Pairs) == 0:
		objects = append(objects, show.NewPara("No photo of this case is matched with another.").Muted())
	default:
		if v.grouped() {
			v.head = v.newGroupPanel()
			objects = append(objects, v.head.root)
		}
		begin := v.page * perPage
		end := min(begin+perPage, len(v.file.Pairs))
		taps := make([]fyne.CanvasObject, 0, end-begin)
		for i := begin; i < end; i++ {
			c := v.newCard(i)
			v.cards = append(v.cards, c)
			taps = append(taps, c.root)
		}
		v.grid.set(taps)
		objects = append(objects, v.grid)
		if len(v.file.Pairs) > perPage {
			v.foot.SetText(fmt.Sprintf("Pairs %d to %d of %d. Page down and page up turn the page.", begin+1, end, len(v.file.Pairs)))
			objects = append(objects, v.foot)
		}
	}
	v.body.Set(objects...)
	v.paint()
	v.scroll.Refresh()
}

// paint marks the selection.
func (v *View) paint() {
	if v.selected == onGroup && v.head == nil {
		v.selected = 0
	}
	if v.head != nil {
		v.head.choose(v.selected == onGroup)
	}
	for i, c := range v.cards {
		c.choose(v.page*perPage+i == v.selected)
	}
}

// choose selects a pair, on its page, or the group.
func (v *View) choose(i int) {
	if len(v.file.Pairs) == 0 {
		return
	}
	least := 0
	if v.head != nil {
		least = onGroup
	}
	v.selected = min(max(i, least), len(v.file.Pairs)-1)
	if page := max(0, v.selected) / perPage; page != v.page {
		v.page = page
		v.fill()
		v.scroll.ScrollTo(0)
	}
	v.paint()
	if p, ok := v.pair(); ok {
		route := v.route
		route.Finding = p.FindingID
		v.sh.Remember(route)
		v.scroll.Reveal(v.cards[v.selected-v.page*perPage].root)
		return
	}
	v.scroll.ScrollTo(0)
}

// row moves by rows of the grid; from the first row up to the group.
func (v *View) row(by int) {
	across := v.grid.across()
	switch {
	case v.selected == onGroup && by > 0:
		v.choose(0)
	case v.selected != onGroup && by < 0 && v.selected < across:
		v.choose(onGroup)
	case v.selected != onGroup:
		v.choose(v.selected + by*across)
	}
}

func (v *View) turn(by int) {
	last := (len(v.file.Pairs) - 1) / perPage
	if page := min(max(v.page+by, 0), last); page != v.page {
		v.choose(page * perPage)
	}
}

// nextOpen goes to the next pair to judge.
func (v *View) nextOpen() {
	for i := 1; i <= len(v.file.Pairs); i++ {
		at := (max(0, v.selected) + i) % len(v.file.Pairs)
		if v.file.Pairs[at].Verdict == model.VerdictOpen {
			v.choose(at)
			return
		}
	}
	v.sh.Tell("Every pair of this case is judged. d decides the case.")
}

// open shows the selection large: a pair, or as many of the group as fit.
func (v *View) open() {
	r := shell.Route{Screen: shell.Compare, CaseID: v.route.CaseID}
	if p, ok := v.pair(); ok {
		r.Finding = p.FindingID
	} else if v.selected == onGroup {
		r.Intent = shell.WholeGroup
	} else {
		return
	}
	v.sh.Open(r)
}

func (v *View) stands(finding string, word model.MatchWord, given model.Verdict) {
	for i := range v.file.Pairs {
		if v.file.Pairs[i].FindingID != finding {
			continue
		}
		v.file.Pairs[i].Word, v.file.Pairs[i].Verdict = word, given
		if at := i - v.page*perPage; at >= 0 && at < len(v.cards) {
			v.cards[at].said(v.file.Pairs[i])
		}
	}
	v.sh.Retitle()
}

func (v *View) onward(finding string, word model.MatchWord) {
	if p, ok := v.pair(); ok && p.FindingID == finding && word != model.WordOpen {
		v.nextOpen()
	}
}

func (v *View) backTo(finding string) {
	if i := slices.IndexFunc(v.file.Pairs, func(p app.PhotoPair) bool { return p.FindingID == finding }); i >= 0 {
		v.choose(i)
	}
}

// reveal shows all photos, or blurs them again.
func (v *View) reveal() {
	on := slices.ContainsFunc(v.pictures, (*show.Photo).Hidden)
	for _, p := range v.pictures {
		p.Reveal(on)
	}
}

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	return append(v.judging.Keys(v.pair),
		shell.Rune('d', "Decide the case", func() { v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: v.route.CaseID}) }).In("Verdict"),
		shell.Named(fyne.KeyReturn, "Compare the pair, or the group", v.open),
		shell.Named(fyne.KeyLeft, "Walk", func() { v.choose(v.selected - 1) }).Labelled("arrows"),
		shell.Named(fyne.KeyRight, "Walk", func() { v.choose(v.selected + 1) }).Labelled(""),
		shell.Named(fyne.KeyUp, "Walk", func() { v.row(-1) }).Labelled(""),
		shell.Named(fyne.KeyDown, "Walk", func() { v.row(1) }).Labelled(""),
		shell.Rune('n', "Next pair", func() { v.choose(v.selected + 1) }),
		shell.Rune('j', "Next pair", func() { v.choose(v.selected + 1) }).Labelled(""),
		shell.Rune('p', "Previous pair", func() { v.choose(v.selected - 1) }),
		shell.Rune('k', "Previous pair", func() { v.choose(v.selected - 1) }).Labelled(""),
		shell.Rune('N', "Next pair to judge", v.nextOpen),
		shell.Named(fyne.KeyPageDown, "Next page", func() { v.turn(1) }),
		shell.Named(fyne.KeyPageUp, "Page before", func() { v.turn(-1) }),
		shell.Rune('v', "Show the photos, or blur them", v.reveal),
		shell.Rune(' ', "Show the photos, or blur them", v.reveal),
		shell.Rune('c', "Compare the pair, or the group", v.open),
	)
}

// Selected is the selected pair's index, -1 for the group, for tests.
func (v *View) Selected() int { return v.selected }
