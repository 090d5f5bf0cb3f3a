package compare

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/shell"
)

// blinkTime is how long each photo is shown while blinking: long enough to
// see, short enough for the eye to catch what jumps.
const blinkTime = 600 * time.Millisecond

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	const view, way, table, look = "View", "Pairs", "Photos on the table", "Evidence"
	return append(v.judging.Keys(v.judged),
		shell.Rune('d', "Decide the case", func() { v.sh.Open(shell.Route{Screen: shell.Decide, CaseID: v.route.CaseID}) }).In("Verdict"),

		shell.Rune('n', "Next pair", func() { v.goTo(v.at + 1) }).In(way),
		shell.Rune('p', "Previous pair", func() { v.goTo(v.at - 1) }).In(way),
		shell.Rune('N', "Next pair to judge", v.nextOpen).In(way),
		shell.Rune('j', "Next pair", func() { v.goTo(v.at + 1) }).In(way).Labelled(""),
		shell.Rune('k', "Previous pair", func() { v.goTo(v.at - 1) }).In(way).Labelled(""),
		shell.Rune('c', "All pairs on one sheet", func() {
			v.sh.Open(shell.Route{Screen: shell.Sheet, CaseID: v.route.CaseID, Finding: v.sh.Route().Finding})
		}).In(way),

		shell.Rune('2', "Two, three or four photos", func() { v.count(2) }).In(table),
		shell.Rune('3', "Two, three or four photos", func() { v.count(3) }).In(table),
		shell.Rune('4', "Two, three or four photos", func() { v.count(4) }).In(table),
		shell.Rune('>', "Lay another photo beside them", func() { v.count(min(mostSeats, len(v.seats)+1)) }).In(table),
		shell.Rune('<', "Take the photo in hand away", v.drop).In(table),
		shell.Rune('.', "Take the next photo in hand", func() { v.take(v.hand + 1) }).In(table),
		shell.Rune(',', "Take the previous photo in hand", func() { v.take(v.hand - 1) }).In(table),
		shell.Rune('R', "Reference: in hand, or the expert's", v.refer).In(table),

		shell.Rune('+', "Zoom in", func() { v.zoom(1.25) }).In(view),
		shell.Rune('=', "Zoom in", func() { v.zoom(1.25) }).In(view).Labelled(""),
		shell.Rune('-', "Zoom out", func() { v.zoom(0.8) }).In(view),
		shell.Rune('0', "The whole photo", v.reset).In(view),
		shell.Rune('1', "One pixel to one", v.fullSize).In(view),
		shell.Named(fyne.KeyLeft, "Move, or move the loupe", func() { v.move(-0.1, 0) }).In(view).Labelled("arrows"),
		shell.Named(fyne.KeyRight, "Move", func() { v.move(0.1, 0) }).In(view).Labelled(""),
		shell.Named(fyne.KeyUp, "Move", func() { v.move(0, -0.1) }).In(view).Labelled(""),
		shell.Named(fyne.KeyDown, "Move", func() { v.move(0, 0.1) }).In(view).Labelled(""),
		shell.Rune('m', "Turn and mirror to match", v.toggleAligned).In(view),
		shell.Rune('f', "Outline the matched region", v.toggleOutline).In(view),
		shell.Rune('s', "Side by side", func() { v.setMode(sideBySide) }).In(view),
		shell.Rune('w', "Swipe one over the other", func() { v.toggleMode(swipe) }).In(view),
		shell.Rune('l', "Onion skin: one over the other", func() { v.toggleMode(onion) }).In(view),
		shell.Rune('b', "Blink between both", func() { v.toggleMode(blink) }).In(view),
		shell.Rune('x', "Show the difference", func() { v.toggleMode(heat) }).In(view),
		shell.Rune('[', "Less of the other, or lower threshold", func() { v.adjust(-1) }).In(view),
		shell.Rune(']', "More of the other, or higher threshold", func() { v.adjust(1) }).In(view),
		shell.Rune(' ', "Show or blur the photos", v.toggleVeil).In(view).Labelled("Space"),

		shell.Rune('i', "What the files say, side by side", func() { v.toggleDrawer(drawerFacts) }).In(look),
		shell.Rune('P', "Read the place of the photo in hand", v.askPlace).In(look),
		shell.Rune('h', "Histograms", func() { v.toggleDrawer(drawerTones) }).In(look),
		shell.Rune('z', "Loupe at the same place of all", v.toggleLoupe).In(look),
		shell.Rune('{', "Loupe smaller, larger", func() { v.magnify(-1) }).In(look),
		shell.Rune('}', "Loupe smaller, larger", func() { v.magnify(1) }).In(look),
		shell.Chord(fyne.KeyLeft, 0, "Move the loupe by one pixel", func() { v.step(-1, 0) }).In(look).Labelled("Ctrl+arrows"),
		shell.Chord(fyne.KeyRight, 0, "Move the loupe", func() { v.step(1, 0) }).In(look).Labelled(""),
		shell.Chord(fyne.KeyUp, 0, "Move the loupe", func() { v.step(0, -1) }).In(look).Labelled(""),
		shell.Chord(fyne.KeyDown, 0, "Move the loupe", func() { v.step(0, 1) }).In(look).Labelled(""),
	)
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
	v.sighted()
}

// sighted counts the photos on the table, unless they are blurred.
func (v *View) sighted() {
	if v.blurred() {
		return
	}
	for _, s := range v.seats {
		if s.photo != nil {
			v.sh.Sighted(v.route.CaseID, s.side.PhotoID)
		}
	}
}

func (v *View) toggleLoupe() {
	v.loupe.on = !v.loupe.on
	v.parts.update()
	v.redraw()
}

func (v *View) magnify(by int) {
	if v.loupe.on {
		v.loupe = v.loupe.magnified(by)
		v.redraw()
	}
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
		v.panes[0].redraw()
		v.beat()
	})
}

// adjust moves what the mode has to move, by one notch.
func (v *View) adjust(by int) {
	switch v.mode {
	case heat:
		v.turn(float64(v.threshold + 2*by))
	case swipe, onion:
		v.turn(100*v.share + 10*float64(by))
	}
}

// turn sets what the mode has to move to a slider's value.
func (v *View) turn(value float64) {
	if v.mode == heat {
		v.threshold = min(mostThreshold, max(leastThreshold, int(value)))
	} else {
		v.share = min(1, max(0, value/100))
	}
	v.moved()
}
