package photos

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mensch/app/model"
	"mensch/app/photos/evasions"
)

// painting is a made-up photo: soft and hard shapes of all sizes.
func painting(seed uint64) image.Image {
	const n = 320
	r := rand.New(rand.NewPCG(seed, 9))
	p := image.NewNRGBA(image.Rect(0, 0, n, n))
	type wave struct{ x, y, phase, size float64 }
	var waves [14]wave
	for i := range waves {
		f := math.Pow(1.6, float64(i%7))
		waves[i] = wave{r.NormFloat64() * f * 2.5, r.NormFloat64() * f * 2.5, r.Float64() * 6, 20 / math.Sqrt(f)}
	}
	for y := range n {
		for x := range n {
			v := 128.0
			for _, w := range waves {
				v += w.size * math.Sin(w.x*float64(x)/n+w.y*float64(y)/n+w.phase)
			}
			g := uint8(min(max(v, 0), 255))
			p.SetNRGBA(x, y, color.NRGBA{g, uint8(float64(g) * 0.9), 255 - g, 255})
		}
	}
	for range 60 {
		cx, cy, size := r.Float64()*n, r.Float64()*n, 4+r.ExpFloat64()*16
		squash, c := 0.4+r.Float64(), color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for y := int(cy - size*2); y < int(cy+size*2); y++ {
			for x := int(cx - size*2); x < int(cx+size*2); x++ {
				if math.Hypot(float64(x)-cx, (float64(y)-cy)*squash) < size && image.Pt(x, y).In(p.Rect) {
					p.SetNRGBA(x, y, c)
				}
			}
		}
	}
	return p
}

func paintings(t testing.TB, n int) (*Matcher, []*Picture, map[string][]byte) {
	t.Helper()
	files := map[string][]byte{}
	m := NewMatcher(func(_ context.Context, id string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(files[id])), nil
	})
	var all []*Picture
	for i := range n {
		data := encodeJPEG(t, painting(uint64(i)))
		p, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		files[p.ID] = data
		all = append(all, p)
		h := Hash(p)
		if h.Class != ClassPhoto {
			t.Fatalf("painting %d is a %s", i, h.Class)
		}
		m.Add(h)
	}
	return m, all, files
}

func named(t testing.TB, name string) evasions.Evasion {
	t.Helper()
	for _, e := range evasions.All() {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no evasion is called %s", name)
	return evasions.Evasion{}
}

func match(t testing.TB, m *Matcher, data []byte) []model.Match {
	t.Helper()
	p, err := Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	found, err := m.Match(context.Background(), Hash(p), p)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEvasionsAreFoundAndExplained(t *testing.T) {
	m, all, files := paintings(t, 24)
	for _, c := range []struct {
		evasion string
		kind    model.MatchKind
		words   string // all of these must be said
	}{
		{"jpeg 40", model.SamePicture, "unchanged"},
		{"half size", model.SamePicture, "unchanged"},
		{"mirrored", model.AlteredCopy, "mirrored"},
		{"turned 90", model.AlteredCopy, "turned right"},
		{"turned 270", model.AlteredCopy, "turned left"},
		{"turned 180", model.AlteredCopy, "turned upside down"},
		{"rotated -10, filled", model.AlteredCopy, "rotated by"},
		{"crop 50 %", model.AlteredCopy, "cropped to 50 %"},
		{"mirrored, crop 30 %", model.AlteredCopy, "mirrored|cropped to 7"},
		{"stretched", model.AlteredCopy, "stretched by 25 %"},
		{"circle on white", model.AlteredCopy, "cut to a circle"},
		{"thick black frame", model.AlteredCopy, "framed"},
		{"emoji on the face", model.AlteredCopy, "covered in part"},
		{"phone, light", model.AlteredCopy, "set into a larger picture"},
		{"four in a square", model.AlteredCopy, "set into a larger picture"},
		{"pale", model.SamePicture, "paler"},
	} {
		data, err := named(t, c.evasion).Apply(3, all[5].Image(), nil)
		if err != nil {
			t.Fatal(err)
		}
		found := match(t, m, data)
		if len(found) != 1 || found[0].Other != all[5].ID {
			t.Errorf("%s: %d matches, want the one", c.evasion, len(found))
			continue
		}
		f := found[0]
		if f.Kind != c.kind || f.Score < 0.5 || f.Score > 1 {
			t.Errorf("%s is %s with %.2f, want %s", c.evasion, f.Kind, f.Score, c.kind)
		}
		switch {
		case f.Whole == nil || f.Distance > f.Whole.PHash:
			t.Errorf("%s: the distances are %+v, the least %d", c.evasion, f.Whole, f.Distance)
		case c.evasion == "mirrored" && (f.Laid == nil || f.Whole.PHash < 16 || f.Laid.PHash > 4 || f.Laid.DHash > 8 || f.Laid.PDQ > 31):
			t.Errorf("mirrored: %+v apart, and %+v laid over each other", f.Whole, f.Laid)
		case strings.HasPrefix(c.evasion, "crop") && f.Laid != nil:
			t.Errorf("%s: %+v laid over what isn't there", c.evasion, f.Laid)
		}
		for _, w := range strings.Split(c.words, "|") {
			if !strings.Contains(f.Transform, w) {
				t.Errorf("%s is told as %q, want %q", c.evasion, f.Transform, w)
			}
		}
	}
	found := match(t, m, files[all[7].ID])
	if len(found) != 1 || found[0].Kind != model.SameFile || found[0].Score != 1 || found[0].Distance != 0 {
		t.Errorf("the same file: %+v", found)
	}
	for i := range 8 {
		if found := match(t, m, encodeJPEG(t, painting(uint64(1000+i)))); len(found) != 0 {
			t.Errorf("a stranger matches: %+v", found[0])
		}
	}
}

func TestRegionsAndTheMapAgree(t *testing.T) {
	m, all, _ := paintings(t, 6)
	// "head" is the part from (0.24, 0.08) of a width of 0.52 and a height of 0.56.
	data, err := named(t, "head").Apply(3, all[2].Image(), nil)
	if err != nil {
		t.Fatal(err)
	}
	found := match(t, m, data)
	if len(found) != 1 {
		t.Fatalf("%d matches", len(found))
	}
	f := found[0]
	near := func(a, b float64) bool { return math.Abs(a-b) < 0.015 }
	r := f.OtherRegion
	if !near(r.X, 0.24) || !near(r.Y, 0.08) || !near(r.Width, 0.52) || !near(r.Height, 0.56) {
		t.Errorf("region in the other photo %+v", r)
	}
	if q := f.Region; !near(q.X, 0) || !near(q.Y, 0) || !near(q.Width, 1) || !near(q.Height, 1) {
		t.Errorf("region in the query %+v", q)
	}
	x, y := affine(f.Affine).apply(0.5, 0.5)
	if !near(x, 0.24+0.26) || !near(y, 0.08+0.28) {
		t.Errorf("the middle maps to %.3f, %.3f", x, y)
	}
}

func TestAddReplaceRemove(t *testing.T) {
	m, all, files := paintings(t, 5)
	m.Add(Hash(all[1]), Hash(all[1]))
	if m.Len() != 5 {
		t.Fatalf("%d photos, want 5", m.Len())
	}
	m.Remove(all[1].ID)
	m.Remove("never there")
	if found := match(t, m, files[all[1].ID]); m.Len() != 4 || len(found) != 0 {
		t.Fatalf("a removed photo is found: %v", found)
	}
	m.Add(Hash(all[1]))
	if found := match(t, m, files[all[1].ID]); len(found) != 1 || found[0].Kind != model.SameFile {
		t.Fatalf("a photo that came back: %v", found)
	}
	h := Hash(all[0])
	h.Method++
	m.Remove(all[0].ID)
	m.Add(h)
	if m.Len() != 4 {
		t.Error("hashes of another method were taken")
	}
	// What the store gives back damaged must not break anything.
	h.Method = Method
	for _, cut := range []int{0, 1, 2, 700, len(h.Views) - 40} {
		g := h
		g.Views = h.Views[:cut]
		m.Add(g)
		match(t, m, files[all[0].ID])
	}
	noPicture, err := m.Match(context.Background(), Hash(all[3]), nil)
	if err != nil || len(noPicture) == 0 || noPicture[0].Kind != model.SameFile {
		t.Errorf("without the picture: %v, %v", noPicture, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Match(ctx, Hash(all[3]), all[3]); err == nil {
		t.Error("a cancelled match gives no error")
	}
}

func TestManyRemovalsAreForgotten(t *testing.T) {
	m, all, files := paintings(t, 3)
	h := Hash(all[0])
	for range 3 * rebuildLeast {
		m.Add(h) // each replaces the one before
	}
	if len(m.items) > 2*rebuildLeast+8 {
		t.Errorf("%d places are kept for 3 photos", len(m.items))
	}
	for _, p := range all {
		if found := match(t, m, files[p.ID]); len(found) != 1 || found[0].Kind != model.SameFile {
			t.Errorf("after the rebuilding: %v", found)
		}
	}
}

func TestClasses(t *testing.T) {
	flat := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	logo := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	for y := range 300 {
		for x := range 300 {
			c := color.NRGBA{255, 255, 255, 255}
			if math.Hypot(float64(x)-150, float64(y)-150) < 110 {
				c = color.NRGBA{20, 60, 160, 255}
			}
			if x > 120 && x < 180 && y > 60 && y < 240 {
				c = color.NRGBA{250, 200, 30, 255}
			}
			logo.SetNRGBA(x, y, c)
		}
	}
	for want, img := range map[string]image.Image{ClassFeatureless: flat, ClassGraphic: logo, ClassPhoto: painting(4)} {
		p, err := Decode(bytes.NewReader(encodeJPEG(t, img)))
		if err != nil {
			t.Fatal(err)
		}
		if h := Hash(p); h.Class != want {
			t.Errorf("a %s is taken for a %s", want, h.Class)
		}
	}
	m, _, _ := paintings(t, 3)
	p, err := FromImage("flat", flat)
	if err != nil {
		t.Fatal(err)
	}
	m.Add(Hash(p))
	if found, err := m.Match(context.Background(), Hash(p), p); err != nil || len(found) != 0 {
		t.Errorf("a featureless photo matches %v, %v", found, err)
	}
}

// TestRealPhotos is a small, fixed part of the score: real photographs, every
// fourth evasion, and different persons of one studio.
func TestRealPhotos(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "photos")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*.jpg"))
	if len(files) == 0 {
		t.Skip("the photographs for measuring are not beside the repository")
	}
	paths := map[string]string{}
	m := NewMatcher(func(_ context.Context, id string) (io.ReadCloser, error) { return os.Open(paths[id]) })
	var studio []*Picture
	for i, f := range files {
		isStudio := strings.Contains(f, "london")
		if strings.Contains(f, "bridge") || !isStudio && i%4 != 0 || isStudio && i%3 == 2 {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		paths[p.ID] = f
		m.Add(Hash(p))
		if isStudio {
			studio = append(studio, p)
		}
	}
	tried, found := 0, 0
	for i, e := range evasions.All() {
		if i%4 != 1 {
			continue
		}
		p := studio[i*7%len(studio)]
		data, err := e.Apply(uint64(i), p.Image(), nil)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		person := filepath.Base(paths[p.ID])[:3]
		for _, x := range match(t, m, data) {
			switch other := paths[x.Other]; {
			case x.Other == p.ID && x.Kind != model.SimilarPortrait:
				found++
			case !strings.HasPrefix(filepath.Base(other), person):
				t.Errorf("%s of %s matches %s: %s, %.2f", e.Name, paths[p.ID], other, x.Kind, x.Score)
			}
		}
	}
	if found < tried-1 {
		t.Errorf("%d of %d evasions are found", found, tried)
	}
}

func FuzzViews(f *testing.F) {
	p, err := FromImage("x", painting(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(Hash(p).Views)
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, views []byte) {
		if _, thumb, err := splitViews(views); err == nil {
			if g, err := decodeThumb(thumb); err == nil && (g.w < 1 || g.h < 1) {
				t.Fatal("an empty picture")
			}
		}
	})
}
