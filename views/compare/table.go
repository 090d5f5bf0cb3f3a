package compare

import (
	"context"
	"slices"

	"mensch/app"
	"mensch/views/shell"
)

// mostSeats is how many photos lie on the table at once.
const mostSeats = 4

// seat is one photo on the table.
type seat struct {
	side  app.PhotoSide
	pair  int    // the case's pair that it belongs to; -1: none
	align affine // from the expert's photo to this one, between shares
	tied  bool   // the alignment was found, not assumed
	photo *pyramid
	tones *tones
	facts *app.PhotoMetadata
	asked bool   // the facts are on their way
	place string // where it says that it was taken, once somebody asked
	words string // in place of the photo
}

// ownSeat is the seat of the expert's photo.
func ownSeat(pair app.PhotoPair) *seat {
	return &seat{side: pair.Expert, pair: -1, align: identity, tied: true}
}

func pairSeat(at int, pair app.PhotoPair) *seat {
	align, tied := newAffine(pair.Match.Affine)
	return &seat{side: pair.Other, pair: at, align: align, tied: tied}
}

// candidates are all photos that can lie beside the expert's: those of the
// case's pairs, then those that show the same picture on other accounts.
func (v *View) candidates() []*seat {
	var out []*seat
	if len(v.seats) == 0 {
		return nil
	}
	own := v.seats[0].side.PhotoID
	known := map[string]bool{own: true}
	for i, p := range v.file.Pairs {
		if p.Expert.PhotoID == own {
			out = append(out, pairSeat(i, p))
			known[p.Other.PhotoID] = true
		}
	}
	for _, g := range v.group.Photos {
		if !known[g.Side.PhotoID] {
			align, tied := newAffine(g.Affine)
			out = append(out, &seat{side: g.Side, pair: -1, align: align, tied: tied})
		}
	}
	return out
}

func (v *View) seated(s *seat) int {
	return slices.IndexFunc(v.seats, func(t *seat) bool {
		return s.pair >= 0 && t.pair == s.pair || s.pair < 0 && t.pair < 0 && t.side.PhotoID == s.side.PhotoID
	})
}

// other is the seat that is compared with the reference by what compares two:
// the one in hand or, where that is the reference, that of the pair in sight.
func (v *View) other() int {
	if v.hand != v.ref {
		return v.hand
	}
	next := v.ref
	for i, s := range v.seats {
		if i != v.ref && (next == v.ref || s.pair == v.at) {
			next = i
		}
	}
	return next
}

// order are the seats as the panes show them: the reference first.
func (v *View) order() []int {
	out := make([]int, 0, len(v.seats))
	if v.ref < len(v.seats) {
		out = append(out, v.ref)
	}
	for i := range v.seats {
		if i != v.ref {
			out = append(out, i)
		}
	}
	return out
}

// sit lays photos on the table, keeping those that lie there already.
func (v *View) sit(seats []*seat, hand int) {
	before := v.seats
	var kept []*seat
	for _, s := range seats {
		for _, b := range before {
			if b.side.PhotoID == s.side.PhotoID && b.side.PhotoID != "" && b != s {
				s.photo, s.tones, s.facts, s.asked, s.place = b.photo, b.tones, b.facts, b.asked, b.place
			}
		}
		kept = append(kept, s)
	}
	var reference *seat
	if v.ref < len(before) {
		reference = before[v.ref]
	}
	v.seats, v.hand, v.ref = kept, hand, 0
	if i := slices.Index(kept, reference); i > 0 {
		v.ref = i
	}
	v.changed = nil
	for _, s := range kept {
		if s.photo == nil {
			v.fetch(s)
		}
	}
	v.askFacts()
	v.parts.update()
	v.redraw()
	v.sighted()
}

// lay begins a table with a pair: the expert's photo and the other one.
func (v *View) lay(at int) {
	pair := v.file.Pairs[at]
	v.photos.Cancel()
	v.view, v.ref = wholePhoto, 0
	v.loupe.x, v.loupe.y = 0.5, 0.5
	own := ownSeat(pair)
	if len(v.seats) > 0 && v.seats[0].side.PhotoID == pair.Expert.PhotoID && v.seats[0].photo != nil {
		own = v.seats[0]
	}
	v.sit([]*seat{own, pairSeat(at, pair)}, 1)
	if v.groupOf != pair.Expert.PhotoID {
		v.loadGroup(pair.Expert.PhotoID)
	}
}

// loadGroup asks which other accounts show the picture.
func (v *View) loadGroup(photoID string) {
	v.group, v.groupOf = app.PhotoGroup{}, photoID
	if photoID == "" {
		return
	}
	shell.Load(v.groups, func(ctx context.Context) (app.PhotoGroup, error) { return v.desk.PhotoGroup(ctx, photoID) },
		func(g app.PhotoGroup, err error) {
			if err != nil {
				v.sh.Fail("reading who shows the picture", err)
				return
			}
			v.group = g
			if v.route.Intent == shell.WholeGroup && v.groupOf == photoID {
				v.count(mostSeats)
			}
			v.parts.update()
		})
}

// loaded is a photo made ready off the UI thread.
type loaded struct {
	photo *pyramid
	tones *tones
}

func (v *View) fetch(s *seat) {
	switch {
	case s.side.Fault != "":
		s.words = s.side.Fault
		return
	case s.side.PhotoID == "":
		s.words = "There is no photo to show: only its hash is known."
		return
	}
	s.words = "Loading the photo …"
	shell.Also(v.photos, func(ctx context.Context) (loaded, error) {
		img, err := v.desk.Photo(ctx, s.side.PhotoID, maxPixels)
		if err != nil {
			return loaded{}, err
		}
		p := newPyramid(img)
		return loaded{p, tonesOf(p)}, nil
	}, func(l loaded, err error) {
		// The same photo may have taken another seat while it was on its way.
		for _, t := range append(slices.Clone(v.seats), s) {
			if t.side.PhotoID != s.side.PhotoID {
				continue
			}
			t.words = "The photo cannot be shown."
			if err == nil {
				t.photo, t.tones, t.words = l.photo, l.tones, ""
			}
		}
		v.sh.Fail("reading a photo", err)
		v.changed = nil
		v.parts.update()
		v.redraw()
		v.sighted()
	})
}

// count lays two, three or four photos on the table.
func (v *View) count(n int) {
	if len(v.seats) == 0 {
		return
	}
	seats, hand := slices.Clone(v.seats), v.hand
	for i := len(seats) - 1; i > 0 && len(seats) > n; i-- {
		if i != v.ref && i != hand {
			seats = slices.Delete(seats, i, i+1)
			if hand > i {
				hand--
			}
		}
	}
	all := v.candidates()
	for i := range all {
		if len(seats) >= n {
			break
		}
		// From the pair in sight on, so that what follows it lies beside it.
		c := all[(i+v.at)%len(all)]
		if !slices.ContainsFunc(seats, func(s *seat) bool { return s.pair == c.pair && s.side.PhotoID == c.side.PhotoID }) {
			seats = append(seats, c)
		}
	}
	if len(seats) < n {
		v.sh.Tell("There are no further photos of this picture to lay beside it.")
	}
	v.sit(seats, hand)
}

// drop takes the photo in hand off the table; two always stay.
func (v *View) drop() {
	if len(v.seats) <= 2 || v.hand == 0 {
		v.sh.Tell("The expert's photo and one to compare it with stay on the table.")
		return
	}
	seats := slices.Delete(slices.Clone(v.seats), v.hand, v.hand+1)
	v.sit(seats, min(v.hand, len(seats)-1))
	v.inSight()
}

// take takes the next photo of the table in hand.
func (v *View) take(i int) {
	if len(v.seats) == 0 || i == v.hand {
		return
	}
	v.hand = (i + len(v.seats)) % len(v.seats)
	v.inSight()
	v.changed = nil
	v.parts.update()
	v.redraw()
}

// inSight makes the pair of the photo in hand the one in sight.
func (v *View) inSight() {
	if v.hand >= len(v.seats) || v.seats[v.hand].pair < 0 || v.seats[v.hand].pair == v.at {
		return
	}
	v.at = v.seats[v.hand].pair
	v.remember()
	v.sh.Retitle()
}

// refer makes the photo in hand the one that all others are laid against, or
// the expert's again.
func (v *View) refer() {
	if len(v.seats) < 2 {
		return
	}
	next := v.hand
	if next == v.ref {
		next = 0
	}
	if !v.seats[next].tied || v.seats[next].photo == nil {
		v.sh.Tell("This photo is tied to no other, so it can't be the reference.")
		return
	}
	// What is in the middle of the view, and under the glass, stays there.
	step := v.seats[v.ref].align.inverse().then(v.seats[next].align)
	v.view.x, v.view.y = step.apply(v.view.x, v.view.y)
	v.view = v.view.clamped()
	v.loupe.x, v.loupe.y = step.apply(v.loupe.x, v.loupe.y)
	v.loupe = v.loupe.moved(0, 0)
	v.ref, v.changed = next, nil
	v.parts.update()
	v.redraw()
}

// place is the geometry of a seat in a pane of so many pixels.
func (v *View) place(i int, w, h float64) geometry {
	g := geometry{paneW: w, paneH: h, align: identity, leftW: 1, leftH: 1, rightW: 1, rightH: 1}
	if r := v.reference(); r != nil {
		g.leftW, g.leftH = r.photo.size()
		g.align = r.align.inverse().then(v.seats[i].align)
	}
	g.rightW, g.rightH = g.leftW, g.leftH
	if p := v.seats[i].photo; p != nil {
		g.rightW, g.rightH = p.size()
		if v.reference() == nil { // nothing to be tied to
			g.leftW, g.leftH = p.size()
		}
	}
	return g
}

// reference is the seat that all others are tied to, nil until its photo is there.
func (v *View) reference() *seat {
	if v.ref < len(v.seats) && v.seats[v.ref].photo != nil {
		return v.seats[v.ref]
	}
	return nil
}

// frame maps a pixel of a pane to a pixel of the seat's photo.
func (v *View) frame(i int, g geometry) affine {
	switch {
	case i == v.ref || v.reference() == nil:
		return g.left(v.view)
	case v.aligned && v.seats[i].tied:
		return g.rightAligned(v.view)
	}
	return g.right(v.view)
}
