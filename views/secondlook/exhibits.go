package secondlook

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
)

// Exhibits draws the evidence of a decision for another screen that looks at it
// again, as the screens of this package do. All methods are called on the UI
// thread.
type Exhibits struct{ paper *paper }

// NewExhibits makes one for a screen.
func NewExhibits(sh *shell.Shell, desk shell.PhotoDesk, titles map[string]string) *Exhibits {
	return &Exhibits{newPaper(sh, desk, titles)}
}

// Evidence draws a decision's evidence, its photos in pairs. What was drawn
// before is no longer revealed by Reveal.
func (x *Exhibits) Evidence(evidence []model.Evidence, pairs []app.PhotoPair) fyne.CanvasObject {
	x.paper.pictures = nil
	return x.paper.evidence(app.SecondLook{Evidence: evidence, Pairs: pairs})
}

// Record says the strikes as they stood at a time, a line each.
func (x *Exhibits) Record(strikes []model.Strike, at time.Time) []fyne.CanvasObject {
	return x.paper.record(strikes, at)
}

// Reveal shows all photos, or blurs them again.
func (x *Exhibits) Reveal() { x.paper.reveal() }

// Cancel ends the loads of photos.
func (x *Exhibits) Cancel() { x.paper.photos.Cancel() }
