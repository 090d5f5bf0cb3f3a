// Package compare is the screen that lays two photos side by side: the
// expert's and the one that it is said to be a copy of. Both are moved
// together through the alignment that the matcher found.
package compare

import (
	"context"
	"fmt"
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Desk is what this screen needs of the use cases.
type Desk interface {
	CaseFile(ctx context.Context, caseID string) (app.CaseFile, error)
	Photo(ctx context.Context, photoID string, maxPixels int) (image.Image, error)
	JudgeFinding(ctx context.Context, findingID string, v model.Verdict) error
	Titles() map[string]string
}

// maxPixels is how large a photo is decoded for comparing: above it no screen
// shows more, and two of them with their pyramids stay under 250 MB.
const maxPixels = 24_000_000

// mode is how the two photos are laid out.
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
	photos  *shell.Work // the two photos

	route shell.Route
	file  app.CaseFile
	at    int
	left  *pyramid
	other *pyramid
	view  viewport
	geo   geometry

	mode      mode
	aligned   bool    // the other photo turned and mirrored to lie like the expert's
	outlined  bool    // the matched region drawn
	veil      *bool   // this screen's own choice to blur; nil: as the settings say
	share     float64 // of onion skin and swipe
	threshold int     // of the difference
	flipped   bool    // which photo blink shows
	stopBlink func()

	leftPane  *pane
	rightPane *pane
	parts     *parts
}

// New makes the screen.
func New(sh *shell.Shell, desk Desk) *View {
	v := &View{sh: sh, desk: desk, view: wholePhoto, outlined: true, share: 0.5, threshold: 24}
	v.work = sh.Work(nil)
	v.photos = sh.Work(nil)
	v.leftPane, v.rightPane = newPane(false, v.paint), newPane(true, v.paint)
	for _, p := range []*pane{v.leftPane, v.rightPane} {
		p.zoomed, p.dragged, p.opened = v.zoomAt, v.drag, v.reset
	}
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

// Subtitle says which pair is in sight.
func (v *View) Subtitle() string {
	if len(v.file.Pairs) == 0 {
		return v.file.Expert.Cluster
	}
	return fmt.Sprintf("%s   ·   pair %d of %d", v.file.Expert.Cluster, v.at+1, len(v.file.Pairs))
}

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Open shows a case's pairs, beginning with the finding that the route names.
func (v *View) Open(route shell.Route) {
	if route.CaseID != v.route.CaseID {
		v.file, v.left, v.other, v.veil = app.CaseFile{}, nil, nil, nil
	}
	v.route = route
	v.mode = sideBySide
	v.load(route.Finding)
}

// Leave cancels the loads and stops blinking.
func (v *View) Leave() {
	v.work.Cancel()
	v.photos.Cancel()
	v.setMode(sideBySide)
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
			before, had := v.pair()
			v.file, v.at = file, 0
			for i, p := range file.Pairs {
				if p.FindingID == finding {
					v.at = i
				}
			}
			now, has := v.pair()
			if had && has && before.FindingID == now.FindingID && v.left != nil && v.other != nil {
				v.parts.update()
				v.sh.Retitle()
				return
			}
			v.showPair()
		})
}

func (v *View) pair() (app.PhotoPair, bool) {
	if v.at < 0 || v.at >= len(v.file.Pairs) {
		return app.PhotoPair{}, false
	}
	return v.file.Pairs[v.at], true
}

// showPair loads the two photos of the pair in sight.
func (v *View) showPair() {
	v.photos.Cancel()
	v.left, v.other, v.view = nil, nil, wholePhoto
	v.parts.update()
	v.sh.Retitle()
	pair, ok := v.pair()
	if !ok {
		v.leftPane.say("No photo of this case is matched with another.")
		v.rightPane.say("")
		return
	}
	v.fetch(v.leftPane, pair.Expert, func(p *pyramid) { v.left = p })
	v.fetch(v.rightPane, pair.Other, func(p *pyramid) { v.other = p })
}

func (v *View) fetch(pane *pane, side app.PhotoSide, keep func(*pyramid)) {
	if side.Fault != "" {
		pane.say(side.Fault)
		return
	}
	if side.PhotoID == "" {
		pane.say("There is no photo to show: only its hash is known.")
		return
	}
	pane.say("Loading the photo …")
	shell.Also(v.photos, func(ctx context.Context) (*pyramid, error) {
		img, err := v.desk.Photo(ctx, side.PhotoID, maxPixels)
		if err != nil {
			return nil, err
		}
		return newPyramid(img), nil
	}, func(p *pyramid, err error) {
		if err != nil {
			pane.say("The photo cannot be shown.")
			v.sh.Fail("reading a photo", err)
			return
		}
		keep(p)
		v.measure()
		pane.say("")
		v.parts.update()
		v.redraw()
	})
}

// measure prepares the geometry once both photos are there.
func (v *View) measure() {
	pair, ok := v.pair()
	if !ok || v.left == nil {
		return
	}
	v.geo.leftW, v.geo.leftH = v.left.size()
	v.geo.rightW, v.geo.rightH = v.geo.leftW, v.geo.leftH
	if v.other != nil {
		v.geo.rightW, v.geo.rightH = v.other.size()
	}
	v.geo.align = newAffine(pair.Match.Affine)
}

func (v *View) blurred() bool {
	if v.veil != nil {
		return *v.veil
	}
	return v.sh.Blurred()
}

// sized is the geometry of a drawing of so many pixels.
func (v *View) sized(dst *image.RGBA) geometry {
	g := v.geo
	g.paneW, g.paneH = float64(dst.Rect.Dx()), float64(dst.Rect.Dy())
	return g
}

// paint draws a pane; false leaves it empty.
func (v *View) paint(p *pane, dst *image.RGBA) bool {
	ground := rgba(look.Of(look.Track))
	if !p.right && v.mode != sideBySide && v.left != nil && v.other != nil {
		v.paintBoth(p, dst)
		return true
	}
	g := v.sized(dst)
	pair, _ := v.pair()
	line := max(2, int(2*p.density))
	if !p.right {
		if v.left == nil {
			return false
		}
		m := g.left(v.view)
		drawPhoto(dst, v.left, m, ground, v.blurred())
		v.outline(dst, m, g.leftW, g.leftH, pair.Match.Region, line)
		return true
	}
	if v.other == nil {
		return false
	}
	if v.left == nil { // nothing to be tied to
		g.leftW, g.leftH = v.other.size()
		g.rightW, g.rightH, g.align = g.leftW, g.leftH, identity
	}
	m := g.right(v.view)
	if v.aligned {
		m = g.rightAligned(v.view)
	}
	drawPhoto(dst, v.other, m, ground, v.blurred())
	v.outline(dst, m, g.rightW, g.rightH, pair.Match.OtherRegion, line)
	return true
}

// paintBoth lays the other photo, aligned, over the expert's.
func (v *View) paintBoth(p *pane, dst *image.RGBA) {
	ground := rgba(look.Of(look.Track))
	g := v.sized(dst)
	over := p.second()
	drawPhoto(dst, v.left, g.left(v.view), ground, v.blurred())
	drawPhoto(over, v.other, g.rightAligned(v.view), ground, v.blurred())
	switch v.mode {
	case swipe:
		at := int(v.share * float64(dst.Rect.Dx()))
		for y := range dst.Rect.Dy() {
			copy(dst.Pix[y*dst.Stride+4*at:(y+1)*dst.Stride], over.Pix[y*over.Stride+4*at:(y+1)*over.Stride])
		}
		drawLine(dst, float64(at), 0, float64(at), g.paneH, max(2, int(2*p.density)), rgba(look.Of(theme.ColorNamePrimary)))
	case onion:
		blend(dst, over, v.share)
	case blink:
		if v.flipped {
			copy(dst.Pix, over.Pix)
		}
	case heat:
		difference(dst, over, v.threshold)
	}
}

// outline draws a region of a photo that is drawn through m.
func (v *View) outline(dst *image.RGBA, m affine, w, h float64, r model.Region, width int) {
	if !v.outlined || v.blurred() || r.Width <= 0 || r.Height <= 0 || r.Width >= 0.995 && r.Height >= 0.995 {
		return
	}
	back := m.inverse()
	x0, y0 := back.apply(r.X*w, r.Y*h)
	x1, y1 := back.apply((r.X+r.Width)*w, r.Y*h)
	x2, y2 := back.apply((r.X+r.Width)*w, (r.Y+r.Height)*h)
	x3, y3 := back.apply(r.X*w, (r.Y+r.Height)*h)
	c := rgba(look.Of(theme.ColorNameWarning))
	drawLine(dst, x0, y0, x1, y1, width, c)
	drawLine(dst, x1, y1, x2, y2, width, c)
	drawLine(dst, x2, y2, x3, y3, width, c)
	drawLine(dst, x3, y3, x0, y0, width, c)
}

func (v *View) redraw() {
	v.leftPane.redraw()
	v.rightPane.redraw()
	v.parts.zoom()
}

func (v *View) paneGeometry(p *pane) geometry {
	g := v.geo
	g.paneW, g.paneH = float64(p.Size().Width)*p.density, float64(p.Size().Height)*p.density
	return g
}

func (v *View) zoomAt(p *pane, factor, x, y float64) {
	if v.left == nil {
		return
	}
	if p.right && !v.aligned {
		v.zoom(factor)
		return
	}
	v.view = v.paneGeometry(p).zoomedAt(v.view, factor, x, y)
	v.redraw()
}

func (v *View) drag(p *pane, dx, dy float64) {
	if v.left == nil {
		return
	}
	v.view = v.paneGeometry(p).panned(v.view, dx, dy, p.right, v.aligned)
	v.redraw()
}

func (v *View) zoom(factor float64) {
	v.view = v.view.zoomed(factor)
	v.redraw()
}

func (v *View) pan(dx, dy float64) {
	v.view.x += dx / v.view.zoom
	v.view.y += dy / v.view.zoom
	v.view = v.view.clamped()
	v.redraw()
}

func (v *View) reset() {
	v.view = wholePhoto
	v.redraw()
}

// fullSize shows one pixel of the expert's photo as one of the screen.
func (v *View) fullSize() {
	if v.left == nil {
		return
	}
	g := v.paneGeometry(v.leftPane)
	v.view.zoom = 1
	v.zoom(1 / fit(g.paneW, g.paneH, g.leftW, g.leftH))
}

// judge keeps the verdict and goes on to the next open pair.
func (v *View) judge(verdict model.Verdict) {
	pair, ok := v.pair()
	if !ok {
		return
	}
	shell.Act(v.sh, shell.Just(func(ctx context.Context) error { return v.desk.JudgeFinding(ctx, pair.FindingID, verdict) }),
		func(_ shell.None, err error) {
			if err != nil {
				v.sh.Fail("keeping the verdict", err)
				return
			}
			for i := range v.file.Pairs {
				if v.file.Pairs[i].FindingID == pair.FindingID {
					v.file.Pairs[i].Verdict = verdict
				}
			}
			v.sh.Tell(verdictSaid(verdict))
			v.parts.update()
			if now, ok := v.pair(); ok && now.FindingID == pair.FindingID && verdict != model.VerdictOpen {
				v.nextOpen()
			}
			v.sh.RefreshStatus()
		})
}

func verdictSaid(verdict model.Verdict) string {
	switch verdict {
	case model.VerdictAccepted:
		return "Kept as evidence: both show the same picture."
	case model.VerdictRejected:
		return "Dropped: the two photos are unrelated."
	}
	return "The verdict is open again."
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
}

func (v *View) goTo(at int) {
	if at < 0 || at >= len(v.file.Pairs) || at == v.at {
		return
	}
	v.at = at
	route := v.route
	route.Finding = v.file.Pairs[at].FindingID
	v.sh.Remember(route)
	v.showPair()
}

// cleanTransform is the match's transform, or what its absence means.
func cleanTransform(m model.Match) string {
	if strings.TrimSpace(m.Transform) == "" {
		return "none found"
	}
	return m.Transform
}
