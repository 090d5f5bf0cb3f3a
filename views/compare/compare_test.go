package compare_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/photos/metadata"
	"mensch/views/compare"
	"mensch/views/shell"
	"mensch/views/viewstest"
)

type desk struct {
	*viewstest.Base
	mu     sync.Mutex
	judged []string
	asked  []string
	choose bool // no bank is remembered
	places int
	viewstest.Exposures
}

func (d *desk) CaseFile(_ context.Context, id string) (app.CaseFile, error) {
	pair := func(n string, at float64) app.PhotoPair {
		return app.PhotoPair{
			FindingID: "f" + n, Guideline: "false-photo", Reason: "A stock photo, mirrored.",
			Expert: app.PhotoSide{PhotoID: "left", Title: "Marlene K. · Law"}, Other: app.PhotoSide{PhotoID: "right" + n, Title: "Portrait " + n, Source: "Stock"},
			Match: model.Match{
				Kind: model.AlteredCopy, Score: at, Distance: 7, Transform: "mirrored, cropped to 62 %",
				Region: model.Region{Width: 1, Height: 1}, OtherRegion: model.Region{X: 0.2, Y: 0.2, Width: 0.6, Height: 0.6}, Affine: [6]float64{-0.6, 0, 0.8, 0, 0.6, 0.2},
			},
		}
	}
	hash := pair("3", 0.7)
	hash.Other.PhotoID = ""
	return app.CaseFile{Case: model.Case{ID: id}, Expert: model.Expert{ScreenName: "Marlene K."}, Pairs: []app.PhotoPair{pair("1", 0.99), pair("2", 0.9), hash}}, nil
}

func (d *desk) Photo(_ context.Context, id string, _ int) (image.Image, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, id)
	img := image.NewRGBA(image.Rect(0, 0, 320, 400))
	for y := range 400 {
		for x := range 320 {
			img.SetRGBA(x, y, color.RGBA{uint8(x / 2), uint8(y / 2), uint8((x ^ y) & 255), 255})
		}
	}
	return img, nil
}

func (d *desk) JudgeMatch(_ context.Context, id string, word model.MatchWord, bank string) (app.MatchJudged, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if word == model.WordStock && bank == "" && d.choose {
		return app.MatchJudged{}, app.ErrChooseBank
	}
	d.judged = append(d.judged, strings.TrimSpace(id+" "+string(word)+" "+bank))
	return app.MatchJudged{Judgement: model.MatchJudgement{Seq: int64(len(d.judged))}, Bank: bank}, nil
}

func (d *desk) UndoMatch(_ context.Context, judgement int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.judged = append(d.judged, fmt.Sprint("undo ", judgement))
	return nil
}

func (d *desk) VerdictBanks(context.Context, model.MatchWord) ([]model.Bank, string, error) {
	return []model.Bank{{ID: "b1", Name: "One"}, {ID: "b2", Name: "Two"}}, "", nil
}

func (d *desk) PhotoMetadata(_ context.Context, id string) (app.PhotoMetadata, error) {
	f := app.PhotoMetadata{}
	f.Format, f.Bytes, f.GPS = "JPEG", 1000+len(id), true
	return f, nil
}

func (d *desk) PhotoPlace(context.Context, string) (metadata.Place, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.places++
	return metadata.Place{Latitude: 1, Longitude: -2}, true, nil
}

func (d *desk) PhotoGroup(_ context.Context, id string) (app.PhotoGroup, error) {
	return app.PhotoGroup{Experts: 4, Photos: []app.GroupPhoto{
		{Side: app.PhotoSide{PhotoID: id}, Affine: [6]float64{0: 1, 4: 1}},
		{Side: app.PhotoSide{PhotoID: "elsewhere", Title: "Nobody of this case"}, Affine: [6]float64{0: 1, 4: 1}},
	}}, nil
}

func open(t *testing.T) (*viewstest.Window, *desk, *compare.View) {
	t.Helper()
	d := &desk{Base: viewstest.NewBase()}
	w := viewstest.NewWindow(t, d)
	v := compare.New(w.Shell, d)
	w.Add(shell.Compare, v)
	w.LoadSettings()
	w.Pump.Settle()
	w.Open(shell.Route{Screen: shell.Compare, CaseID: "e1.1", Finding: "f2"})
	w.Pump.Settle()
	return w, d, v
}

// TestWhatIsUncoveredHereCounts: each photo once, when it is shown and not blurred.
func TestWhatIsUncoveredHereCounts(t *testing.T) {
	w, d, _ := open(t)
	w.Type(" ")
	if w.Settings().BlurPhotos {
		t.Fatal("this test begins with photos in sight")
	}
	if d.Seen() != 2 {
		t.Errorf("%d counted of two photos in sight", d.Seen())
	}
	w.Type("  ")
	w.Type(" ")
	if d.Seen() != 2 {
		t.Errorf("looked at again, they count as %d", d.Seen())
	}
}

func TestBeginsWithTheNamedFinding(t *testing.T) {
	_, d, v := open(t)
	if !strings.Contains(v.Subtitle(), "pair 2 of 3") || strings.Join(d.asked, " ") != "left right2" && strings.Join(d.asked, " ") != "right2 left" {
		t.Fatalf("%q with the photos %v", v.Subtitle(), d.asked)
	}
}

func TestVerdictsByKeyGoOnToTheNextOpenPair(t *testing.T) {
	w, d, v := open(t)
	w.Type("a")
	if !strings.Contains(v.Subtitle(), "pair 3 of 3") {
		t.Fatalf("after a verdict: %q", v.Subtitle())
	}
	w.Type("r")
	if !strings.Contains(v.Subtitle(), "pair 1 of 3") {
		t.Fatalf("after two verdicts: %q", v.Subtitle())
	}
	w.Type("pnno")
	if got, want := strings.Join(d.judged, ", "), "f2 same picture, f3 unrelated, f3"; got != want {
		t.Fatalf("judged %q, want %q", got, want)
	}
}

func pixels(w *viewstest.Window) image.Image { return w.Win.Canvas().Capture() }

func differ(a, b image.Image) int {
	n := 0
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y += 3 {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x += 3 {
			if a.At(x, y) != b.At(x, y) {
				n++
			}
		}
	}
	return n
}

func TestEveryViewKeyChangesThePicture(t *testing.T) {
	w, _, _ := open(t)
	for _, key := range []string{"f", "+", "+", "+", "-", "m", "w", "]", "l", "x", "s", " ", "0"} {
		before := pixels(w)
		w.Type(key)
		if n := differ(before, pixels(w)); n < 20 {
			t.Errorf("%q changed %d pixels", key, n)
		}
	}
	before := pixels(w)
	w.Type("++")
	w.Press(fyne.KeyRight)
	if differ(before, pixels(w)) < 20 {
		t.Error("an arrow moved nothing")
	}
}

func TestBlinkingStopsOnLeaving(t *testing.T) {
	w, _, v := open(t)
	w.Type("b")
	before := pixels(w)
	w.Pump.Advance(700_000_000)
	if differ(before, pixels(w)) < 20 {
		t.Error("nothing blinked")
	}
	v.Leave()
	w.Pump.Advance(5_000_000_000)
}
