package photos

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"

	"mensch/app/model"
	"mensch/app/photos/evasions"
)

// hung hangs a photo into the middle of a wall, of whose area it takes a share.
func hung(wall, photo image.Image, share float64) image.Image {
	const side = 720
	out := image.NewNRGBA(image.Rect(0, 0, side, side))
	draw.Draw(out, out.Rect, wall, image.Point{}, draw.Src)
	n := int(side * math.Sqrt(share))
	at := image.Rect(0, 0, n, n).Add(image.Pt((side-n)/2, (side-n)/2))
	b := photo.Bounds()
	m := min(b.Dx(), b.Dy())
	draw.ApproxBiLinear.Scale(out, at, photo, image.Rect(0, 0, m, m).Add(b.Min), draw.Src, nil)
	return out
}

// frames are the same for everybody, and the photo takes 20 to 40 % of them: a
// plain wall, and what the evasions have of that kind.
func frames(t *testing.T) map[string]func(image.Image) []byte {
	t.Helper()
	wall := image.NewUniform(color.NRGBA{214, 202, 180, 255})
	out := map[string]func(image.Image) []byte{}
	for _, share := range []float64{0.2, 0.3, 0.4} {
		out[fmt.Sprintf("on %.0f %% of a wall", 100*share)] = func(photo image.Image) []byte { return encodeJPEG(t, hung(wall, photo, share)) }
	}
	for _, e := range append(evasions.All(), evasions.Unseen()...) {
		switch e.Name {
		case "wide beige frame", "far away on a colour", "phone, light", "phone, dark", "desktop":
			out[e.Name] = func(photo image.Image) []byte {
				data, err := e.Apply(5, photo, nil)
				if err != nil {
					t.Fatal(err)
				}
				return data
			}
		}
	}
	if len(out) != 8 {
		t.Fatalf("%d frames: an evasion has another name", len(out))
	}
	return out
}

// strangers holds different persons' photos in each frame against each other: what
// they share is the frame, and that makes none a copy of another.
func strangers(t *testing.T, photos map[string]image.Image) {
	t.Helper()
	for name, framed := range frames(t) {
		files, who := map[string][]byte{}, map[string]string{}
		m := NewMatcher(func(_ context.Context, id string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(files[id])), nil
		})
		for person, photo := range photos {
			data := framed(photo)
			p, err := Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			files[p.ID], who[p.ID] = data, person
			m.Add(Hash(p))
		}
		if len(files) != len(photos) {
			t.Fatalf("%s: %d pictures of %d photos: they show no difference", name, len(files), len(photos))
		}
		for id, data := range files {
			for _, x := range match(t, m, data) {
				switch x.Kind {
				case model.SameFile, model.SamePicture, model.AlteredCopy:
					if x.Other != id {
						t.Errorf("%s: %s is called a copy of %s: %s, %s, %.2f at distance %d", name, who[id], who[x.Other], x.Kind, x.Transform, x.Score, x.Distance)
					}
				case model.SimilarPortrait, model.Unrelated:
				}
			}
		}
	}
}

func TestTheSameFrameMakesNoCopies(t *testing.T) {
	photos := map[string]image.Image{}
	for i := range 4 {
		photos[fmt.Sprintf("painting %d", i)] = painting(uint64(100 + i))
	}
	strangers(t, photos)
}

// TestTheSameFrameMakesNoCopiesOfFaces does the same with persons of one studio,
// who are alike already.
func TestTheSameFrameMakesNoCopiesOfFaces(t *testing.T) {
	paths, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "photos", "london_ccby", "*_neutral.jpg"))
	if len(paths) == 0 {
		t.Skip("the photographs for measuring are not beside the repository")
	}
	photos := map[string]image.Image{}
	for _, path := range paths[:min(len(paths), 5)] {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		photos[filepath.Base(path)] = p.Image()
	}
	strangers(t, photos)
}
