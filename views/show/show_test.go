package show

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"mensch/views/look"
)

func dress(t testing.TB) {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.New(look.Dark, 1))
}

func in(t testing.TB, o fyne.CanvasObject, size fyne.Size) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, o)
	w.SetPadded(false)
	w.Resize(size)
	return w
}

// texts are the strings that a widget draws, in the order of the eye.
func texts(p *Para) []string {
	var out []string
	for _, l := range p.lines {
		line := ""
		for _, r := range l.runs {
			line += r.text
		}
		out = append(out, line)
	}
	return out
}

func TestParaWrapsAndBreaks(t *testing.T) {
	dress(t)
	long := "a " + strings.Repeat("Donaudampfschifffahrt", 12) + " end\nsecond"
	p := NewPara(long)
	in(t, p, fyne.NewSize(200, 400))
	p.wrap(200)
	if len(p.lines) < 8 {
		t.Fatalf("%d lines: %q", len(p.lines), texts(p))
	}
	for _, l := range p.lines {
		if l.width > 201 {
			t.Errorf("a line is %v wide", l.width)
		}
	}
	if got := strings.Join(texts(p), ""); strings.ReplaceAll(got, " ", "") != strings.NewReplacer(" ", "", "\n", "").Replace(long) {
		t.Errorf("text was lost: %q", got)
	}
	if last := texts(p)[len(p.lines)-1]; last != "second" {
		t.Errorf("the line end was lost: %q", last)
	}
	short := NewPara("one two three four five six seven eight").Lines(2)
	short.wrap(80)
	if n := len(short.lines); n != 2 || !strings.HasSuffix(texts(short)[1], "…") {
		t.Errorf("two lines became %q", texts(short))
	}
}

func TestParaMarksTheVeryBytes(t *testing.T) {
	dress(t)
	text := "Please wr\u200bite me at: jane (at) mail.io, ок? \u202etxt"
	start := strings.Index(text, "jane")
	p := NewPara("")
	in(t, p, fyne.NewSize(900, 60))
	p.Set(text, []Highlight{{Start: start, End: start + len("jane (at) mail.io"), Fill: color.White, Edge: color.Black}})
	p.wrap(900)
	marked, hidden := "", ""
	for _, r := range p.lines[0].runs {
		if r.mark == 0 {
			marked += r.text
		}
		if r.hidden {
			hidden += r.text
		}
	}
	if marked != "jane (at) mail.io" {
		t.Errorf("marked %q", marked)
	}
	if hidden != "‹ZWSP›‹RLO›" {
		t.Errorf("made visible: %q", hidden)
	}
	// Spans that a detector got wrong must not break the drawing.
	p.Set("äöü", []Highlight{{Start: -3, End: 99}, {Start: 1, End: 2}, {Start: 5, End: 3}})
	p.wrap(900)
	if got := strings.Join(texts(p), ""); got != "äöü" {
		t.Errorf("drew %q", got)
	}
}

func TestParaOrdersRightToLeft(t *testing.T) {
	dress(t)
	text := "שלום עולם call 555"
	p := NewPara(text)
	in(t, p, fyne.NewSize(400, 60))
	at := strings.Index(text, "עולם")
	p.Set(text, []Highlight{{Start: at, End: at + len("עולם"), Fill: color.White}})
	p.wrap(400)
	runs := p.lines[0].runs
	order := ""
	for _, r := range runs {
		order += "[" + strings.TrimSpace(r.text) + "]"
	}
	if want := "[call 555][עולם][שלום]"; strings.ReplaceAll(order, "[]", "") != want {
		t.Errorf("from left to right: %s, want %s", order, want)
	}
	if last := runs[len(runs)-1]; last.x+last.w < 398 {
		t.Errorf("a right-to-left line must end at the right side, it ends at %v", last.x+last.w)
	}
	for text, want := range map[string]string{
		"he said שלום עולם to me":  "he said עולם שלום to me",
		"שלום, (עולם)? yes, مرحبا": "مرحبا ,yes ?(עולם) ,שלום",
	} {
		p.SetText(text)
		p.wrap(400)
		// Every word is drawn by itself, from the left to the right.
		got := strings.Join(strings.Fields(texts(p)[0]), " ")
		if got != want {
			t.Errorf("from left to right: %q, want %q", got, want)
		}
	}
}

func TestCutEndsWithAnEllipsis(t *testing.T) {
	dress(t)
	huge := strings.Repeat("wide ", 300_000)
	start := time.Now()
	got := Cut(huge, 120, 13, fyne.TextStyle{})
	if !strings.HasSuffix(got, "…") || fyne.MeasureText(got, 13, fyne.TextStyle{}).Width > 120.5 {
		t.Errorf("cut to %q", got)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("cutting took %v", took)
	}
	if Cut("fits", 120, 13, fyne.TextStyle{}) != "fits" || Cut("x", 0, 13, fyne.TextStyle{}) != "" {
		t.Error("cut what fits, or kept what cannot be seen")
	}
}

func fixedList(n int) *List {
	l := NewList(func() fyne.CanvasObject { return NewGround("", 8, NewLine("template")) },
		func(i int, o fyne.CanvasObject, _ bool) { o.(*Ground).object.(*Line).SetText(fmt.Sprint("row ", i)) })
	l.SetCount(n)
	return l
}

func TestListHoldsOnlyWhatIsInSight(t *testing.T) {
	dress(t)
	l := fixedList(100_000)
	in(t, l, fyne.NewSize(400, 600))
	start := time.Now()
	for share := float32(0); share <= 1; share += 0.01 {
		l.ScrollTo(share)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("100 jumps took %v", took)
	}
	if n := len(l.rows) + len(l.free); n > 60 {
		t.Errorf("holds %d rows", n)
	}
	l.Select(99_999)
	if _, last := l.Sight(); last != 99_999 || l.Selected() != 99_999 {
		t.Errorf("the end is not in sight: %d", last)
	}
	if r := l.rows[99_999]; r == nil || r.object.(*Ground).object.(*Line).Text() != "row 99999" {
		t.Error("the last row is not filled")
	}
	l.SetCount(3)
	if l.Selected() != 2 || l.Offset() != 0 {
		t.Errorf("after shrinking: selected %d, offset %v", l.Selected(), l.Offset())
	}
	l.SetCount(0)
	l.Step(1)
	if l.Selected() != -1 {
		t.Error("an empty list has a selection")
	}
}

func TestListWithHeightsThatAreKnownLate(t *testing.T) {
	dress(t)
	const n = 5000
	text := func(i int) string { return strings.Repeat("word ", 3+i*7%90) }
	l := NewList(func() fyne.CanvasObject { return NewPara("") },
		func(i int, o fyne.CanvasObject, _ bool) { o.(*Para).SetText(text(i)) })
	l.Estimate = func(int, float32) float32 { return 40 }
	l.SetCount(n)
	in(t, l, fyne.NewSize(300, 500))
	check := func(what string) {
		t.Helper()
		for i, r := range l.rows {
			if want := HeightFor(r.object, l.width); r.Size().Height != want || r.Position().Y != l.tops[i] {
				t.Fatalf("%s: row %d stands at %v with height %v, want %v and %v", what, i, r.Position().Y, r.Size().Height, l.tops[i], want)
			}
		}
	}
	l.Select(2500)
	check("in the middle")
	if f, last := l.Sight(); f > 2500 || last < 2500 {
		t.Fatalf("row 2500 is not in sight: %d to %d", f, last)
	}
	// Scrolling up into rows of unknown height must not push what is in
	// sight away: the first row in sight keeps its distance.
	for range 200 {
		i := l.first + 1
		before := l.tops[i] - l.Offset()
		l.ScrollBy(-7)
		if after := l.tops[i] - l.Offset(); after-before > 8 || after-before < 6 {
			t.Fatalf("row %d moved by %v instead of 7", i, after-before)
		}
	}
	check("after scrolling up")
	start := time.Now()
	l.ScrollTo(1)
	l.Select(n - 1)
	if took := time.Since(start); took > time.Second {
		t.Errorf("to the end took %v", took)
	}
	check("at the end")
}

func TestChipsCountWhatDoesNotFit(t *testing.T) {
	dress(t)
	c := NewChips(map[string]string{"a": "Contact exchange", "b": "Incivility and more", "c": "Plagiarism"})
	in(t, c, fyne.NewSize(190, 30))
	c.Set([]string{"a", "b", "c"})
	if !c.more.Visible() || c.more.Text() != "+2" && c.more.Text() != "+1" {
		t.Errorf("more: %q", c.more.Text())
	}
	c.Set([]string{"c"})
	if c.more.Visible() || c.chips[0].Text() != "Plagiarism" {
		t.Errorf("one chip: more visible %v, %q", c.more.Visible(), c.chips[0].Text())
	}
}

func TestPhotoIsBlurredUntilWanted(t *testing.T) {
	dress(t)
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 31)
	}
	p := NewPhoto(40, 40)
	in(t, p, fyne.NewSize(40, 40))
	p.Set(img, Blur(img), true)
	shown := func() image.Image { return test.WidgetRenderer(p).Objects()[2].(*canvas.Image).Image }
	if !p.Hidden() || shown() == image.Image(img) {
		t.Fatal("the photo is shown before it is wanted")
	}
	test.Tap(p)
	if p.Hidden() || shown() != image.Image(img) {
		t.Fatal("a tap does not show it")
	}
	if b := Blur(img).Bounds(); b.Dx() < b.Dy() {
		t.Errorf("the blur lost the shape: %v", b)
	}
	if Initials("marlene‹RLO› kühn") != "MR" && Initials("marlene kühn") != "MK" {
		t.Error("initials")
	}
}

func TestWords(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "now", 5 * time.Minute: "5 min", 3 * time.Hour: "3 h", 50 * time.Hour: "2 d", 40 * 24 * time.Hour: "5 wk",
		800 * 24 * time.Hour: "2 y", -90 * time.Second: "in 1 min",
	} {
		if got := Ago(now.Add(-d), now); got != want {
			t.Errorf("%v ago is %q, want %q", d, got, want)
		}
	}
	if Number(1234567) != "1,234,567" || Number(-1000) != "-1,000" || Number(12) != "12" {
		t.Error("numbers are not grouped")
	}
	if Count(1, "case", "cases") != "1 case" || Count(1200, "case", "cases") != "1,200 cases" {
		t.Error("counts")
	}
}
