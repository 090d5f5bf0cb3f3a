package compare

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"pgregory.net/rapid"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/photos/metadata"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

// opened is the screen over the made-up community, photos shown.
func opened(t *testing.T) (*viewstest.Window, *viewstest.Desk, *View) {
	t.Helper()
	d := viewstest.NewDesk(30)
	d.Dress(func(s *app.Settings) { s.BlurPhotos = false })
	w := viewstest.NewWindow(t, d)
	v := New(w.Shell, d)
	w.Add(shell.Compare, v)
	w.LoadSettings()
	w.Pump.Settle()
	w.Open(shell.Route{Screen: shell.Compare, CaseID: "e000002.1"})
	w.Pump.Settle()
	return w, d, v
}

func titles(v *View) string {
	var out []string
	for _, i := range v.order() {
		out = append(out, v.seats[i].side.Title)
	}
	return strings.Join(out, " | ")
}

func shown(v *View) int {
	n := 0
	for _, s := range v.parts.sides {
		if s.Visible() {
			n++
		}
	}
	return n
}

func TestTwoToFourPhotosLieOnTheTable(t *testing.T) {
	w, _, v := opened(t)
	for key, want := range map[string]int{"2": 2, "3": 3, "4": 4} {
		if w.Type(key); shown(v) != want || len(v.seats) != want {
			t.Errorf("%s shows %d of %d photos", key, shown(v), len(v.seats))
		}
	}
	w.Type("4")
	if v.seats[3].pair >= 0 || v.seats[3].photo == nil {
		t.Fatalf("the fourth photo is %+v, not one of the same picture elsewhere", v.seats[3].side)
	}
	w.Type(">")
	if len(v.seats) != mostSeats {
		t.Fatalf("%d photos lie on the table", len(v.seats))
	}
	w.Type(".<<<<")
	if len(v.seats) != 2 || v.seats[0].side.PhotoID != "photo-2" {
		t.Fatalf("after taking all away: %s", titles(v))
	}
}

// Whatever photo is the reference, each pane shows the same place of the scene.
func TestAnyPhotoCanBeTheReference(t *testing.T) {
	w, _, v := opened(t)
	w.Type("4m")
	for hand := range v.seats {
		if v.seats[hand].photo == nil {
			continue
		}
		v.take(hand)
		w.Pump.Settle()
		if hand != v.ref {
			w.Type("R")
		}
		if v.ref != hand {
			t.Fatalf("the reference is %d instead of %d", v.ref, hand)
		}
		if got := v.seatOf(v.panes[0]); got != hand {
			t.Errorf("the first pane shows %d", got)
		}
		base := v.frame(v.ref, v.place(v.ref, 400, 300))
		bw, bh := v.seats[v.ref].photo.size()
		bx, by := base.apply(120, 90)
		sx, sy := v.seats[v.ref].align.inverse().apply(bx/bw, by/bh)
		for i, s := range v.seats {
			if s.photo == nil || !s.tied {
				continue
			}
			x, y := v.frame(i, v.place(i, 400, 300)).apply(120, 90)
			pw, ph := s.photo.size()
			ex, ey := s.align.inverse().apply(x/pw, y/ph)
			if math.Abs(ex-sx) > 1e-9 || math.Abs(ey-sy) > 1e-9 {
				t.Errorf("against %d, photo %d shows %v,%v of the expert's photo instead of %v,%v", v.ref, i, ex, ey, sx, sy)
			}
		}
	}
	if w.Type("R"); v.ref != 0 {
		t.Fatalf("the expert's photo is not the reference again: %d", v.ref)
	}
}

func TestTheLoupeLiesOnTheSamePlaceOfAllPhotos(t *testing.T) {
	w, _, v := opened(t)
	w.Type("z")
	p := v.panes[1]
	p.MouseMoved(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(p.Size().Width*0.3, p.Size().Height/2)}})
	lx, ly := v.under(0, v.place(0, 1, 1))
	rx, ry := v.under(1, v.place(1, 1, 1))
	width, _ := v.seats[1].photo.size()
	if math.Abs(lx+rx-width) > 1e-6 || math.Abs(ly-ry) > 1e-6 { // the other photo is mirrored
		t.Fatalf("the loupe lies at %v,%v and %v,%v", lx, ly, rx, ry)
	}
	if math.Abs(rx/width-0.3) > 0.01 {
		t.Errorf("the loupe lies at %v of the photo under the pointer, not at the pointer", rx/width)
	}
	before := v.loupe
	w.Press(fyne.KeyRight)
	w.Chord(fyne.KeyDown)
	_, h := v.seats[0].photo.size()
	if v.loupe.x <= before.x || math.Abs((v.loupe.y-before.y)*h-1) > 1e-6 {
		t.Errorf("an arrow and a fine step moved it from %+v to %+v", before, v.loupe)
	}
	for range 5 {
		w.Type("}")
	}
	if v.loupe.scale != 800 {
		t.Errorf("the largest magnification is %d", v.loupe.scale)
	}
	// What is under the middle of the glass is the pixel that the caption names.
	c := v.seats[0].photo.levels[0].RGBAAt(int(lx), int(ly))
	v.loupe = before
	v.parts.zoom()
	if note := v.parts.captions[0].note.Text(); !strings.Contains(note, value(v.seats[0].photo, lx, ly)[strings.Index(value(v.seats[0].photo, lx, ly), "#"):]) || c.A != 255 {
		t.Errorf("the caption says %q", note)
	}
	w.Type(" ")
	if note := v.parts.captions[0].note.Text(); note != "blurred" {
		t.Errorf("blurred, the caption says %q", note)
	}
}

func TestTheGlassShowsThePixelUnderItsMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := func(name string, lo, hi float64) float64 { return rapid.Float64Range(lo, hi).Draw(t, name) }
		frame := affine{a: f("a", 0.1, 3), d: f("d", -0.5, 0.5), b: f("b", -0.5, 0.5), e: f("e", 0.6, 3)}
		if rapid.Bool().Draw(t, "mirrored") {
			frame.a, frame.d = -frame.a, -frame.d
		}
		if math.Abs(frame.det()) < 0.05 {
			return
		}
		l := loupe{scale: rapid.SampledFrom(loupeScales).Draw(t, "scale")}
		px, py := f("x", 2, 58), f("y", 2, 38)
		side := 31
		m := l.through(frame, px, py, float64(side)/2, 1)
		x, y := m.apply(float64(side)/2, float64(side)/2)
		if math.Abs(x-px) > 1e-6 || math.Abs(y-py) > 1e-6 {
			t.Fatalf("the middle shows %v,%v instead of %v,%v", x, y, px, py)
		}
		if got, want := 1/m.density(), float64(l.scale)/100; math.Abs(got-want) > 1e-6 {
			t.Fatalf("at %d %% one pixel is %v wide", l.scale, got)
		}
	})
}

func TestChangedShareIsThatOfTheCommonArea(t *testing.T) {
	a, b := gradient(400, 300), gradient(400, 300)
	for y := range 60 {
		for x := range 400 {
			b.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
		}
	}
	g := geometry{leftW: 400, leftH: 300, rightW: 400, rightH: 300, align: identity}
	if got := changesBetween(newPyramid(a), newPyramid(b), g).beyond(24); math.Abs(got-0.2) > 0.01 {
		t.Errorf("a fifth was painted over, and %.3f differs", got)
	}
	// Half of the photo lies outside the other: what is shared is the same.
	half := image.NewRGBA(image.Rect(0, 0, 200, 300))
	for y := range 300 {
		for x := range 200 {
			half.SetRGBA(x, y, a.RGBAAt(x, y))
		}
	}
	g.rightW, g.align = 200, affine{a: 2, e: 1}
	c := changesBetween(newPyramid(a), newPyramid(half), g)
	if c.beyond(8) > 0.01 || c.total < 60_000 || c.total > 80_000 {
		t.Errorf("of %d common points %.3f differ", c.total, c.beyond(8))
	}
}

func TestSliderMovesTheThresholdAndLeavesTheKeys(t *testing.T) {
	w, _, v := opened(t)
	w.Type("x")
	if !v.parts.slider.Visible() {
		t.Fatal("no slider")
	}
	words := v.parts.zoomed.Text()
	v.parts.slider.SetValue(90)
	if v.threshold != 90 || v.parts.zoomed.Text() == words {
		t.Fatalf("the threshold is %d, %q", v.threshold, v.parts.zoomed.Text())
	}
	w.Win.Canvas().Focus(v.parts.slider)
	w.Type("[n")
	if v.threshold != 88 || v.at != 1 {
		t.Fatalf("with the focus on the slider: threshold %d, pair %d", v.threshold, v.at)
	}
}

func TestVerdictsAreTakenBack(t *testing.T) {
	w, d, v := opened(t)
	w.Type("t")
	if v.at != 1 || v.file.Pairs[0].Word != model.WordStock || !strings.Contains(w.Notice(), "Lyse Stock") {
		t.Fatalf("pair %d, %q, %q", v.at, v.file.Pairs[0].Word, w.Notice())
	}
	w.Type("U")
	if v.at != 0 || v.file.Pairs[0].Word != model.WordOpen || v.file.Pairs[0].Verdict != model.VerdictOpen || d.Called("UndoMatch") != 1 {
		t.Fatalf("taken back: pair %d, %q", v.at, v.file.Pairs[0].Word)
	}
	w.Type("U")
	if d.Called("UndoMatch") != 1 {
		t.Fatal("something else was taken back")
	}
	w.Type("B2")
	if v.file.Pairs[0].Word != model.WordStock {
		t.Fatalf("into a chosen bank: %q", v.file.Pairs[0].Word)
	}
}

func TestAPhotoOfNoFindingIsNotJudged(t *testing.T) {
	w, d, v := opened(t)
	w.Type("4")
	v.take(3)
	w.Pump.Settle()
	w.Type("a")
	if d.Called("JudgeMatch") != 0 {
		t.Fatal("a verdict on a photo that no finding compares")
	}
}

func TestFilesSideBySideMarkWhatDiffers(t *testing.T) {
	w, d, v := opened(t)
	w.Type("i")
	if d.Called("PhotoMetadata") != 2 {
		t.Fatalf("%d files were read", d.Called("PhotoMetadata"))
	}
	if w.Type("P"); d.Called("PhotoPlace") != 1 || v.seats[1].place == "" {
		t.Fatal("the place was not read when asked for")
	}
	taken := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	one := &app.PhotoMetadata{Facts: metadata.Facts{Format: "JPEG", Bytes: 10, Width: 3, Height: 4, Taken: taken, GPS: true, Quality: metadata.Quality{Percent: 90, Standard: true}}}
	two := &app.PhotoMetadata{Facts: metadata.Facts{Format: "JPEG", Bytes: 10, Width: 3, Height: 5}, ThumbnailDiffers: true}
	rows := map[string]factRow{}
	for _, r := range factRows([]*app.PhotoMetadata{one, two, nil}, []string{"", "", ""}, 0) {
		rows[r.name] = r
	}
	for name, want := range map[string][]bool{"Format": {false, false, false}, "Pixels": {false, true, false}, "Taken": {false, true, false}, "Place": {false, true, false}, "Thumbnail": {false, true, false}} {
		r, ok := rows[name]
		if !ok || r.differs[0] != want[0] || r.differs[1] != want[1] || r.differs[2] != want[2] {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if rows["Place"].values[0] != "present" {
		t.Errorf("the place is said to be %q", rows["Place"].values[0])
	}
	if _, ok := rows["Camera"]; ok {
		t.Error("a line on which no file says anything")
	}
}

func TestOutlinesAreClippedNotLost(t *testing.T) {
	r := image.Rect(0, 0, 100, 80)
	x0, y0, x1, y1, ok := clipped(-1e6, 40, 1e6, 40, r)
	if !ok || x0 < -1 || x1 > 100 || math.Abs(y0-40) > 1e-6 || math.Abs(y1-40) > 1e-6 {
		t.Errorf("a line across is cut to %v,%v %v,%v %v", x0, y0, x1, y1, ok)
	}
	if _, _, _, _, ok := clipped(-5, -5, -5, 200, r); ok {
		t.Error("a line outside is drawn")
	}
}

func TestInsideIsWhereItSaysItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin, step, end := rapid.Int64Range(-500, 500).Draw(t, "begin"), rapid.Int64Range(-40, 40).Draw(t, "step"), rapid.Int64Range(1, 300).Draw(t, "end")
		n := rapid.IntRange(0, 60).Draw(t, "n")
		first, last := inside(begin, step, end, n)
		for i := range n {
			at := begin + int64(i)*step
			if in := at >= 0 && at < end; in != (i >= first && i < last) {
				t.Fatalf("step %d lies at %d of %d; inside is said to be %d to %d", i, at, end, first, last)
			}
		}
	})
}

func TestHistogramsCountEveryPixel(t *testing.T) {
	p := newPyramid(gradient(2000, 500))
	tones := tonesOf(p)
	for channel := range tones.count {
		sum := 0
		for _, n := range tones.count[channel] {
			sum += n
		}
		if sum != tones.total {
			t.Errorf("channel %d counts %d of %d", channel, sum, tones.total)
		}
	}
	if tones.count[3][128] != tones.total {
		t.Errorf("blue is 128 everywhere, and %d of %d say so", tones.count[3][128], tones.total)
	}
	if words := tones.words(); !strings.HasPrefix(words, "mean ") {
		t.Errorf("the words are %q", words)
	}
}

// On a large screen photos are drawn coarsely while they move and finely when
// they rest; the place that the loupe shows stays the same.
func TestWhatMovesOnALargeScreenIsDrawnCoarselyUntilItRests(t *testing.T) {
	w, _, v := opened(t)
	w.Type("z+")
	if v.hurried {
		t.Fatal("a small window hurries")
	}
	w.Win.Resize(fyne.NewSize(2560, 1440))
	w.Win.Canvas().Capture()
	fine := v.panes[0].buffer.Rect
	w.Type("+")
	w.Win.Canvas().Capture()
	if half := v.panes[0].buffer.Rect; half.Dx() != (fine.Dx()+1)/2 || !v.hurried {
		t.Fatalf("while it moves it is drawn at %v of %v", half, fine)
	}
	w.Pump.Advance(time.Second)
	w.Win.Canvas().Capture()
	if now := v.panes[0].buffer.Rect; now != fine || v.hurried {
		t.Fatalf("at rest it is drawn at %v of %v", now, fine)
	}
}
