// Package compare is the screen that lays two to four photos side by side: the
// expert's and those that it is said to be a copy of. All are moved together
// through the alignments that the matcher found.
package compare

import (
	"context"
	"fmt"
	"image"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/photos/metadata"
	"mensch/views/shell"
	"mensch/views/show"
	"mensch/views/verdict"
)

// Desk is what this screen needs of the use cases.
type Desk interface {
	CaseFile(ctx context.Context, caseID string) (app.CaseFile, error)
	Photo(ctx context.Context, photoID string, maxPixels int) (image.Image, error)
	PhotoMetadata(ctx context.Context, photoID string) (app.PhotoMetadata, error)
	PhotoPlace(ctx context.Context, photoID string) (metadata.Place, bool, error)
	PhotoGroup(ctx context.Context, photoID string) (app.PhotoGroup, error)
	verdict.Desk
	Titles() map[string]string
}

// maxPixels is how large a photo is decoded for comparing: above it no screen
// shows more, and four of them with their pyramids stay under 350 MB.
const maxPixels = 16_000_000

// mode is how the photos are laid out.
type mode int

const (
	sideBySide mode = iota
	swipe
	onion
	blink
	heat
	modes
)

var modeNames = [modes]string{"Side by side", "Swipe", "Onion skin", "Blink", "Difference"}

// View is the screen.
type View struct {
	sh      *shell.Shell
	desk    Desk
	content fyne.CanvasObject
	work    *shell.Work // the case
	photos  *shell.Work // the photos on the table
	groups  *shell.Work // who else shows the picture
	details *shell.Work // what the files say

	route   shell.Route
	file    app.CaseFile
	at      int     // the pair in sight
	seats   []*seat // the photos on the table, the expert's first
	ref     int     // the seat that the others are laid against
	hand    int     // the seat that keys act on
	group   app.PhotoGroup
	groupOf string // whose photo's group it is
	view    viewport
	changed *changes // between the reference and the seat in hand; nil: to be counted

	mode      mode
	aligned   bool    // the other photos turned and mirrored to lie like the reference
	outlined  bool    // the matched region drawn
	veil      *bool   // this screen's own choice to blur; nil: as the settings say
	share     float64 // of onion skin and swipe
	threshold int     // of the difference
	loupe     loupe
	flipped   bool // which photo blink shows
	stopBlink func()
	hurried   bool   // photos on the move on a large screen: drawn coarsely
	stopRest  func() // of the timer that draws them finely again

	judging *verdict.Judge
	panes   [mostSeats]*pane
	parts   *parts
}

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, view: wholePhoto, outlined: true, share: 0.5, threshold: 24, loupe: loupe{x: 0.5, y: 0.5, scale: 200}}
	v.work, v.photos, v.groups, v.details = sh.Work(nil), sh.Work(nil), sh.Work(nil), sh.Work(nil)
	for i := range v.panes {
		p := newPane(i, v.paint)
		p.zoomed, p.dragged, p.opened, p.pointed = v.zoomAt, v.drag, v.reset, v.point
		p.pressed = func(p *pane) {
			if i := v.seatOf(p); i >= 0 {
				v.take(i)
			}
		}
		p.hurried = func() bool { return v.hurried }
		v.panes[i] = p
	}
	v.judging = verdict.New(sh, desk)
	v.judging.Stands, v.judging.Judged, v.judging.Undone = v.stands, v.onward, v.backTo
	v.parts = newParts(v)
	v.content = v.parts.content
	return v
}

// Title is the expert's name.
func (v *View) Title() string {
	if v.file.Expert.ScreenName == "" {
		return "Compare photos"
	}
	return "Compare photos · " + show.SafeLine(v.file.Expert.ScreenName)
}

// HelpTitle names the screen in the help.
func (v *View) HelpTitle() string { return "Compare" }

// Subtitle says which pair is in sight.
func (v *View) Subtitle() string {
	if len(v.file.Pairs) == 0 {
		return v.file.Expert.Cluster
	}
	open := 0
	for _, p := range v.file.Pairs {
		if p.Verdict == model.VerdictOpen {
			open++
		}
	}
	left := fmt.Sprintf("%d to judge", open)
	if open == 0 {
		left = "all judged"
	}
	return fmt.Sprintf("%s   ·   pair %d of %d, %s", v.file.Expert.Cluster, v.at+1, len(v.file.Pairs), left)
}

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Open shows a case's pairs, beginning with the finding that the route names.
func (v *View) Open(route shell.Route) {
	if route.CaseID != v.route.CaseID {
		v.file, v.seats, v.veil = app.CaseFile{}, nil, nil
		v.judging.Forget()
		v.group, v.groupOf, v.at = app.PhotoGroup{}, "", 0
	}
	v.route = route
	v.mode = sideBySide
	v.load(route.Finding)
}

// Leave cancels the loads, stops blinking, and lets go of the photos: four of
// them are a third of a gigabyte.
func (v *View) Leave() {
	v.work.Cancel()
	v.photos.Cancel()
	v.groups.Cancel()
	v.details.Cancel()
	v.groupOf = ""
	v.hurried = false
	v.setMode(sideBySide)
	v.seats = nil
	for _, p := range v.panes {
		p.buffer, p.spare = nil, nil
	}
}

// Refresh loads the case again, after a verdict or a sync.
func (v *View) Refresh() {
	finding := ""
	if p, ok := v.pair(); ok {
		finding = p.FindingID
	}
	v.load(finding)
}

// Rethemed draws the photos on the new ground.
func (v *View) Rethemed() { v.redraw() }

func (v *View) load(finding string) {
	id := v.route.CaseID
	shell.Load(v.work, func(ctx context.Context) (app.CaseFile, error) { return v.desk.CaseFile(ctx, id) },
		func(file app.CaseFile, err error) {
			if err != nil {
				v.sh.Fail("reading the case", err)
				return
			}
			before := v.file.Pairs
			v.file, v.at = file, 0
			for i, p := range file.Pairs {
				if p.FindingID == finding {
					v.at = i
				}
			}
			v.sh.Retitle()
			if v.same(before) && len(v.seats) > 0 {
				v.parts.update()
				v.redraw() // blurring may have changed
				v.sighted()
				return
			}
			if len(file.Pairs) == 0 {
				v.seats = nil
				v.photos.Cancel()
				v.parts.update()
				v.redraw()
				return
			}
			v.lay(v.at)
		})
}

// same reports whether the case has the pairs that it had, so that what lies on
// the table still belongs to them.
func (v *View) same(before []app.PhotoPair) bool {
	if len(before) != len(v.file.Pairs) {
		return false
	}
	for i, p := range v.file.Pairs {
		b := before[i]
		if b.FindingID != p.FindingID || b.Expert.PhotoID != p.Expert.PhotoID || b.Other.PhotoID != p.Other.PhotoID {
			return false
		}
	}
	return true
}

func (v *View) pair() (app.PhotoPair, bool) {
	if v.at < 0 || v.at >= len(v.file.Pairs) {
		return app.PhotoPair{}, false
	}
	return v.file.Pairs[v.at], true
}

// goTo brings a pair to sight: its photo is taken in hand if it lies on the
// table, else it takes the place of the one in hand.
func (v *View) goTo(at int) {
	if at < 0 || at >= len(v.file.Pairs) || at == v.at && v.hand < len(v.seats) && v.seats[v.hand].pair == at {
		return
	}
	v.at = at
	v.remember()
	pair := v.file.Pairs[at]
	if len(v.seats) < 2 || v.seats[0].side.PhotoID != pair.Expert.PhotoID {
		v.lay(at)
	} else if next := pairSeat(at, pair); v.seated(next) >= 0 {
		v.take(v.seated(next))
	} else {
		v.view = wholePhoto
		seats := append([]*seat(nil), v.seats...)
		hand := max(1, v.hand)
		seats[hand] = next
		v.sit(seats, hand)
	}
	v.sh.Retitle()
}

func (v *View) remember() {
	route := v.route
	route.Finding = v.file.Pairs[v.at].FindingID
	v.sh.Remember(route)
}

// nextOpen goes to the next pair without a verdict, if there is one.
func (v *View) nextOpen() {
	for i := 1; i < len(v.file.Pairs); i++ {
		at := (v.at + i) % len(v.file.Pairs)
		if v.file.Pairs[at].Verdict == model.VerdictOpen {
			v.goTo(at)
			return
		}
	}
	if pair, ok := v.pair(); ok && pair.Verdict != model.VerdictOpen {
		v.sh.Tell("Every pair of this case is judged. d decides the case.")
	}
}

func (v *View) blurred() bool {
	if v.veil != nil {
		return *v.veil
	}
	return v.sh.Blurred()
}

// greyed reports whether the shell wants photos without colour.
func (v *View) greyed() bool {
	sh, ok := any(v.sh).(interface{ Greyed() bool })
	return ok && sh.Greyed()
}

func (v *View) redraw() {
	for i, p := range v.panes {
		if i == 0 || i < len(v.seats) {
			p.redraw()
		}
	}
	v.parts.zoom()
}

// A window whose panes have more pixels than this is drawn at half the
// resolution while the photos move: without a graphics card a frame of a large
// screen would else take longer than 40 ms. What has come to rest for restTime is
// drawn finely.
const (
	hurryPixels = 1_200_000
	restTime    = 140 * time.Millisecond
)

// moved draws what the moderator moves.
func (v *View) moved() {
	pixels := 0.0
	for i, p := range v.panes {
		if i == 0 || v.parts.sides[i].Visible() {
			screen := p.density * float64(p.coarse)
			pixels += float64(p.Size().Width) * float64(p.Size().Height) * screen * screen
		}
	}
	if pixels > hurryPixels {
		if v.stopRest != nil {
			v.stopRest()
		}
		v.hurried = true
		v.stopRest = v.sh.After(restTime, v.rest)
	}
	v.redraw()
}

// rest draws finely again what has stopped moving.
func (v *View) rest() {
	v.stopRest = nil
	if v.hurried {
		v.hurried = false
		v.redraw()
	}
}

func (v *View) paneGeometry(p *pane) (geometry, int, bool) {
	i := v.seatOf(p)
	if i < 0 || v.reference() == nil || v.seats[i].photo == nil {
		return geometry{}, -1, false
	}
	return v.place(i, float64(p.Size().Width)*p.density, float64(p.Size().Height)*p.density), i, true
}

func (v *View) zoomAt(p *pane, factor, x, y float64) {
	g, i, ok := v.paneGeometry(p)
	if !ok {
		return
	}
	if i != v.ref && (!v.aligned || !v.seats[i].tied) {
		v.zoom(factor)
		return
	}
	v.view = g.zoomedAt(v.view, factor, x, y)
	v.moved()
}

func (v *View) drag(p *pane, dx, dy float64) {
	g, i, ok := v.paneGeometry(p)
	if !ok {
		return
	}
	v.view = g.panned(v.view, dx, dy, i != v.ref, v.aligned && v.seats[i].tied)
	v.moved()
}

// point leads the loupe to a place of a pane.
func (v *View) point(p *pane, x, y float64) {
	g, i, ok := v.paneGeometry(p)
	if !ok || !v.loupe.on {
		return
	}
	px, py := v.frame(i, g).apply(x, y)
	if i != v.ref {
		px, py = g.pixels().inverse().apply(px, py)
	}
	v.loupe.x, v.loupe.y = px/g.leftW, py/g.leftH
	v.loupe = v.loupe.moved(0, 0)
	v.moved()
}

func (v *View) zoom(factor float64) {
	v.view = v.view.zoomed(factor)
	v.moved()
}

// move answers an arrow: it moves the loupe where it is on, else the photos.
func (v *View) move(dx, dy float64) {
	if v.loupe.on {
		v.loupe = v.loupe.moved(0.25*dx/v.view.zoom, 0.25*dy/v.view.zoom)
		v.moved()
		return
	}
	v.view.x += dx / v.view.zoom
	v.view.y += dy / v.view.zoom
	v.view = v.view.clamped()
	v.moved()
}

// step moves the loupe by single pixels of the reference.
func (v *View) step(dx, dy float64) {
	if r := v.reference(); r != nil && v.loupe.on {
		w, h := r.photo.size()
		v.loupe = v.loupe.moved(dx/w, dy/h)
		v.redraw()
	}
}

func (v *View) reset() {
	v.view = wholePhoto
	v.redraw()
}

// fullSize shows one pixel of the reference as one of the screen.
func (v *View) fullSize() {
	g, _, ok := v.paneGeometry(v.panes[0])
	if !ok {
		return
	}
	v.view.zoom = 1
	v.zoom(1 / fit(g.paneW, g.paneH, g.leftW, g.leftH))
}

// changes counts what differs between the reference and the seat in hand.
func (v *View) changes() *changes {
	i := v.other()
	if v.changed == nil && v.reference() != nil && i != v.ref && v.seats[i].photo != nil {
		v.changed = changesBetween(v.seats[v.ref].photo, v.seats[i].photo, v.place(i, 1, 1))
	}
	return v.changed
}

// cleanTransform is the match's transform, or what its absence means.
func cleanTransform(m model.Match) string {
	if strings.TrimSpace(m.Transform) == "" {
		return "none found"
	}
	return m.Transform
}
