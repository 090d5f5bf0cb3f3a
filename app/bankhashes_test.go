package app

import (
	"errors"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"mensch/app/model"
)

const (
	sha = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	ph  = "c3a5f00f33cc9669"
)

func TestReadHashList(t *testing.T) {
	want := []BankHash{
		{SHA256: sha, Name: "Ann", Source: "Stock Ltd", Licence: "CC0"},
		{PHash: ph, Name: ph},
	}
	for name, text := range map[string]string{
		"csv":        "\xef\xbb\xbfSHA256, phash,name,source,licence,colour\r\n" + strings.ToUpper(sha) + ",,Ann,Stock Ltd,CC0,red\r\n,p:" + ph + "\r\n",
		"array":      ` [{"sha256":"` + sha + `","name":"Ann","source":"Stock Ltd","licence":"CC0","extra":[1]},{"phash":"` + ph + `"}]`,
		"JSON Lines": `{"sha256":"` + sha + `","name":"Ann","source":"Stock Ltd","licence":"CC0"}` + "\n" + `{"phash":"p:` + ph + `"}` + "\n",
	} {
		got, skipped, err := ReadHashList(strings.NewReader(text))
		if err != nil || len(skipped) > 0 || !slices.Equal(got, want) {
			t.Errorf("%s: %+v %q %v", name, got, skipped, err)
		}
	}
	for name, text := range map[string]string{
		"empty": " \n", "no header": sha + "\n" + sha, "binary": "\x89PNG\r\n\x1a\n", "cut array": `[{"phash":"` + ph + `"}`,
		"cut object": `{"phash":"` + ph, "no objects": `[1,2]`, "cut quote": "phash\n\"abc",
	} {
		if got, _, err := ReadHashList(strings.NewReader(text)); !errors.Is(err, ErrHashList) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	got, skipped, err := ReadHashList(strings.NewReader("phash,name\n" + ph + ",good\nxyz,\n0000000000000000,flat\n,none\n" + ph + "00,\n" + ph + "," + strings.Repeat("n", 600)))
	if err != nil || len(got) != 1 || len(skipped) != 5 || !strings.Contains(skipped[1], "row 3: its phash is that of a picture without features") {
		t.Errorf("%+v %q %v", got, skipped, err)
	}
}

func TestBareHashesMatchNearPhotos(t *testing.T) {
	var x bareIndex
	x.add(model.PhotoHashes{PhotoID: "known", PHash: 0xc3a5f00f33cc9669})
	for _, c := range []struct {
		mask  uint64
		class string
		want  bool
	}{
		{0, "photo", true}, {0x3f, "photo", true}, {0x7f, "photo", false}, {0, "featureless", false}, {0, bareClass, false},
	} {
		q := model.PhotoHashes{PhotoID: "q", PHash: 0xc3a5f00f33cc9669 ^ c.mask, Class: c.class}
		found := x.matches(q)
		if (len(found) == 1) != c.want {
			t.Errorf("mask %x, %s: %+v", c.mask, c.class, found)
		}
		if c.want && (found[0].Other != "known" || found[0].Distance != bits.OnesCount64(c.mask) || found[0].Score < 0.7 || found[0].Score > 1) {
			t.Errorf("%+v", found[0])
		}
	}
}

func FuzzReadHashList(f *testing.F) {
	f.Add("sha256,name\n" + sha + ",Ann\n")
	f.Add(`[{"phash":"` + ph + `"}]`)
	f.Add(`{"phash":"` + ph + `"}` + "\n{}")
	f.Add("phash\n\"" + ph + "\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		hashes, _, err := ReadHashList(strings.NewReader(text))
		if err != nil && hashes != nil {
			t.Fatal("hashes beside an error")
		}
		for _, h := range hashes {
			if len(h.SHA256) != 0 && len(h.SHA256) != 64 || len(h.PHash) != 0 && len(h.PHash) != 16 || h.SHA256+h.PHash == "" || h.Name == "" || len(h.photoID()) != 64 {
				t.Fatalf("%+v", h)
			}
		}
	})
}
