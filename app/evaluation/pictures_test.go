package evaluation

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/draw"

	"mensch/app/photos"
	"mensch/app/photos/evasions"
)

// scene is a made-up photograph, another one for each seed.
func scene(seed uint64) image.Image {
	r := rand.New(rand.NewPCG(seed, 11))
	img := image.NewNRGBA(image.Rect(0, 0, 240, 240))
	small := image.NewNRGBA(image.Rect(0, 0, 30, 30))
	for i := range small.Pix {
		small.Pix[i] = uint8(r.IntN(256)) | uint8(i&3/3*255)
	}
	draw.CatmullRom.Scale(img, img.Rect, small, small.Rect, draw.Src, nil)
	for range 40 {
		x, y, w := r.IntN(240), r.IntN(240), 4+r.IntN(30)
		c := color.NRGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		draw.Draw(img, image.Rect(x, y, x+w, y+w/2+3), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

func photoFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o600)); err != nil {
		t.Fatal(err)
	}
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// folders is a bank of 12 photos, queries made of the first six by two
// evasions each, and 3 queries of photos that are not in the bank.
func folders(t *testing.T) (bank, queries string, evasionNames []string) {
	t.Helper()
	dir := t.TempDir()
	bank, queries = filepath.Join(dir, "bank"), filepath.Join(dir, "queries")
	var chosen []evasions.Evasion
	for _, e := range evasions.All() {
		if strings.HasPrefix(e.Name, "mirror") || len(chosen) < 1 {
			chosen = append(chosen, e)
		}
	}
	for i := range 12 {
		photoFile(t, filepath.Join(bank, "sub", fmt.Sprintf("b%02d.jpg", i)), jpegOf(t, scene(uint64(i))))
	}
	photoFile(t, filepath.Join(bank, "notes.txt"), []byte("no photo"))
	for i := range 6 {
		for k, e := range chosen {
			data, err := e.Apply(uint64(i), scene(uint64(i)), nil)
			if err != nil {
				t.Fatal(err)
			}
			photoFile(t, filepath.Join(queries, fmt.Sprintf("q%02d-%d.jpg", i, k)), data)
		}
	}
	for _, e := range chosen {
		evasionNames = append(evasionNames, e.Name)
	}
	for i := range 3 {
		photoFile(t, filepath.Join(queries, fmt.Sprintf("stranger%d.jpg", i)), jpegOf(t, scene(uint64(100+i))))
	}
	return bank, queries, evasionNames
}

func TestPicturesAreCountedByPairs(t *testing.T) {
	bank, queries, names := folders(t)
	var truth strings.Builder
	for i := range 6 {
		for k, name := range names {
			fmt.Fprintf(&truth, `{"query":"queries/q%02d-%d.jpg","bank":["sub/b%02d.jpg"],"evasion":%q}`+"\n", i, k, i, name)
		}
	}
	truth.WriteString("{\"query\":\"stranger0.jpg\",\"bank\":null}\n{\"query\":\"nobody.jpg\",\"bank\":\"b00\"}\n{\"query\":\"stranger1\",\"bank\":\"b99\"}\n")
	path := filepath.Join(t.TempDir(), "truth.jsonl")
	photoFile(t, path, []byte(truth.String()))
	res, claims, err := MeasurePictures(t.Context(), Pictures{Bank: bank, Queries: queries, Truth: path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 6 * len(names)
	if res.Positives != n || res.Positives+res.Negatives != 12*(n+3) || res.Rows != n+3 || res.Skipped != 2 {
		t.Errorf("%+v", res)
	}
	// Plain copies and mirrored ones of busy pictures are found, and nobody else.
	if res.TP != n || res.FP != 0 || res.Extra["the right one first"] != 1 {
		t.Errorf("%+v", res)
	}
	if res.Baseline == nil || *res.Baseline.Recall >= *res.Recall {
		t.Errorf("plain pHash is said to find mirrored photos too: %+v", res.Baseline)
	}
	if len(res.Groups) != len(names) {
		t.Errorf("%+v", res.Groups)
	}
	notes := strings.Join(res.Notes, "\n")
	for _, want := range []string{"notes.txt", "nobody.jpg", "b99", "1 queries aren't named"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note of %s: %s", want, notes)
		}
	}
	right := 0
	for _, c := range claims {
		if c.Right && c.Match != "" {
			right++
		}
	}
	if right != n {
		t.Errorf("%d right claims of %d", right, n)
	}
	// A wrong truth is not met.
	photoFile(t, path, []byte(strings.ReplaceAll(truth.String(), "sub/b0", "sub/b1")))
	if res, _, err = MeasurePictures(t.Context(), Pictures{Bank: bank, Queries: queries, Truth: path}, nil); err != nil || res.TP != 0 || res.FP != n {
		t.Errorf("%+v %v", res, err)
	}
}

func TestTruthIsReadInEveryShape(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.jpg", "x/b.png"} {
		photoFile(t, filepath.Join(dir, name), jpegOf(t, scene(uint64(len(name)))))
	}
	bank, err := photos.ReadFolder(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, h := range bank.Hashes {
		names[h.PhotoID] = bank.Names(h.PhotoID)[0]
	}
	read := func(text string) (string, error) {
		all, err := readTruth(strings.NewReader(text), []string{"one.jpg", "two.jpg", "deep/three.JPG"}, bank, &Result{})
		var out []string
		for _, q := range all {
			for id := range maps.Keys(q.copies) {
				out = append(out, q.file+"="+names[id])
			}
			for id := range maps.Keys(q.alike) {
				out = append(out, q.file+"~"+names[id])
			}
		}
		slices.Sort(out)
		return strings.Join(out, " "), err
	}
	for text, want := range map[string]string{
		"query,bank\none.jpg,a.jpg\ntwo.jpg,\n":                                        "one.jpg=a.jpg",
		"query\tmatch\none.jpg\tb\n":                                                   "one.jpg=x/b.png",
		"one.jpg,a.jpg\ntwo.jpg,x/b.png,framed\n":                                      "one.jpg=a.jpg two.jpg=x/b.png",
		`{"query":"one.jpg","bank":"a.jpg"}`:                                           "one.jpg=a.jpg",
		`{"one.jpg":"a.jpg","two":["a.jpg","b.png"],"three.jpg":null}`:                 "one.jpg=a.jpg two.jpg=a.jpg two.jpg=x/b.png",
		`{"one.jpg":{"original":"bank/a.jpg","evasion":"framed"}}`:                     "one.jpg=a.jpg",
		`[{"file":"three","source":"A.JPG"},{"file":"one","source":"none"}]`:           "deep/three.JPG=a.jpg",
		`{"query":"one","bank":"a","kind":"same person"}`:                              "one.jpg~a.jpg",
		"query,reference,label\none,a,0\ntwo,a,1\n":                                    "two.jpg=a.jpg",
		"query,bank\none,a;b\n":                                                        "one.jpg=a.jpg one.jpg=x/b.png",
		`{"query":"some\\queries\\one.jpg","bank":"/elsewhere/bank/x/b.png"}` + "\n{}": "one.jpg=x/b.png",
	} {
		got, err := read(text)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"", "no table", `{"query":"nine.jpg"}`, "\x00\xff", "[1,2]"} {
		if got, err := read(text); !errors.Is(err, ErrNoRows) && err == nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func FuzzTruth(f *testing.F) {
	f.Add([]byte("query,bank\none.jpg,a.jpg\n"))
	f.Add([]byte(`{"one.jpg":["a.jpg",null,{"x":[]}]}`))
	f.Add([]byte("a\tb\n\"c"))
	bank, err := photos.ReadFolder(f.Context(), f.TempDir(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, err := readTruth(bytes.NewReader(raw), []string{"one.jpg", "x/two"}, bank, &Result{})
		if err == nil && len(all) != 2 {
			t.Errorf("%d queries", len(all))
		}
	})
}
