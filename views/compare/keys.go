package compare

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/app/model"
	"mensch/views/shell"
)

// blinkTime is how long each photo is shown while blinking: long enough to
// see, short enough for the eye to catch what jumps.
const blinkTime = 600 * time.Millisecond

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	const verdict, view, way = "Verdict", "View", "Pairs"
	return []shell.Key{
		shell.Rune('a', "Same picture: keep as evidence", func() { v.judge(model.VerdictAccepted) }).In(verdict),
		shell.Rune('r', "Unrelated: drop it", func() { v.judge(model.VerdictRejected) }).In(verdict),
		shell.Rune('o', "Open the verdict again", func() { v.judge(model.VerdictOpen) }).In(verdict),
		shell.Rune('d', "Decide the case", func() { v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: v.route.CaseID}) }).In(verdict),

		shell.Rune('n', "Next pair", func() { v.goTo(v.at + 1) }).In(way),
		shell.Rune('p', "Previous pair", func() { v.goTo(v.at - 1) }).In(way),
		shell.Rune('j', "Next pair", func() { v.goTo(v.at + 1) }).In(way).Labelled(""),
		shell.Rune('k', "Previous pair", func() { v.goTo(v.at - 1) }).In(way).Labelled(""),

		shell.Rune('+', "Zoom in", func() { v.zoom(1.25) }).In(view),
		shell.Rune('=', "Zoom in", func() { v.zoom(1.25) }).In(view).Labelled(""),
		shell.Rune('-', "Zoom out", func() { v.zoom(0.8) }).In(view),
		shell.Rune('0', "The whole photo", v.reset).In(view),
		shell.Rune('1', "One pixel to one", v.fullSize).In(view),
		shell.Named(fyne.KeyLeft, "Move", func() { v.pan(-0.1, 0) }).In(view).Labelled("arrows"),
		shell.Named(fyne.KeyRight, "Move", func() { v.pan(0.1, 0) }).In(view).Labelled(""),
		shell.Named(fyne.KeyUp, "Move", func() { v.pan(0, -0.1) }).In(view).Labelled(""),
		shell.Named(fyne.KeyDown, "Move", func() { v.pan(0, 0.1) }).In(view).Labelled(""),
		shell.Rune('m', "Turn and mirror the other photo to match", v.toggleAligned).In(view),
		shell.Rune('f', "Outline the matched region", v.toggleOutline).In(view),
		shell.Rune('s', "Side by side", func() { v.setMode(sideBySide) }).In(view),
		shell.Rune('w', "Swipe one over the other", func() { v.toggleMode(swipe) }).In(view),
		shell.Rune('l', "Lay one over the other (onion skin)", func() { v.toggleMode(onion) }).In(view),
		shell.Rune('b', "Blink between both", func() { v.toggleMode(blink) }).In(view),
		shell.Rune('x', "Show the difference", func() { v.toggleMode(heat) }).In(view),
		shell.Rune('[', "Less of the other photo, or more difference", func() { v.adjust(-1) }).In(view),
		shell.Rune(']', "More of the other photo, or less difference", func() { v.adjust(1) }).In(view),
		shell.Rune(' ', "Show or blur the photos", v.toggleVeil).In(view).Labelled("Space"),
	}
}

func (v *View) toggleAligned() {
	v.aligned = !v.aligned
	v.parts.update()
	v.redraw()
}

func (v *View) toggleOutline() {
	v.outlined = !v.outlined
	v.redraw()
}

func (v *View) toggleVeil() {
	veil := !v.blurred()
	v.veil = &veil
	v.parts.update()
	v.redraw()
}

func (v *View) toggleMode(m mode) {
	if v.mode == m {
		m = sideBySide
	}
	v.setMode(m)
}

func (v *View) setMode(m mode) {
	if v.stopBlink != nil {
		v.stopBlink()
		v.stopBlink = nil
	}
	v.mode, v.flipped = m, false
	if m == blink {
		v.beat()
	}
	v.parts.update()
	v.redraw()
}

func (v *View) beat() {
	v.stopBlink = v.sh.After(blinkTime, func() {
		if v.mode != blink {
			return
		}
		v.flipped = !v.flipped
		v.leftPane.redraw()
		v.beat()
	})
}

// adjust moves what the mode has to move, by one notch.
func (v *View) adjust(by int) {
	if v.mode == heat {
		v.threshold = min(160, max(4, v.threshold+8*by))
	} else {
		v.share = min(1, max(0, v.share+0.1*float64(by)))
	}
	v.parts.update()
	v.redraw()
}
