package app

import (
	"errors"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/hamming"
	"mensch/app/photos/pdq"
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
	f.Add(`{"hashRecords":[{"hashValue":"` + sha + `","signalType":"ImagePDQ"}]}`)
	f.Add(sha + ",17,2020-07-31T18:47:52+0000,tags\n")
	f.Fuzz(func(t *testing.T, text string) {
		hashes, _, err := ReadHashList(strings.NewReader(text))
		if err != nil && hashes != nil {
			t.Fatal("hashes beside an error")
		}
		for _, h := range hashes {
			if len(h.SHA256) != 0 && len(h.SHA256) != 64 || len(h.PHash) != 0 && len(h.PHash) != 16 || len(h.PDQ) != 0 && len(h.PDQ) != 64 || h.SHA256+h.PHash+h.DHash+h.PDQ == "" || h.Name == "" || len(h.photoID()) != 64 {
				t.Fatalf("%+v", h)
			}
			if _, _, err := h.row(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestListsOfExchangesAreRead(t *testing.T) {
	const p1, p2 = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22", "30a10efd71cc3d429013d48d0ffffc52e34e0e17ada952a9d29685211ea9e5af"
	one := []BankHash{{PDQ: p1, Name: "17", Note: "a, b"}}
	for name, c := range map[string]struct {
		text    string
		want    []BankHash
		skipped []string
	}{
		"ThreatExchange": {
			`{"data":[{"id":"17","indicator":"` + p1 + `","type":"HASH_PDQ","status":"MALICIOUS","tags":["a","b"]},
			{"id":"18","indicator":"` + p2 + `","type":"HASH_PDQ","should_delete":true},{"id":"19","indicator":"d41d8cd98f00b204e9800998ecf8427e","type":"HASH_MD5"}],"paging":{}}`,
			one,
			[]string{"entry 2: the exchange has it as deleted", "entry 3: a hash of the type"},
		},
		"its table":      {"id,indicator,type,status,tags,owner_id\n17," + p1 + ",HASH_PDQ,MALICIOUS,\"a, b\",900\n18," + p2 + ",HASH_PDQ,NON_MALICIOUS,,\n", one, []string{"row 2: the exchange has it as non-malicious"}},
		"HMA's list":     {p1 + ",0000000000000017,2020-07-31T18:47:52+0000,a b\n" + p2 + ",18,2020-07-31T18:47:52+0000,\n", []BankHash{{PDQ: p1, Name: "0000000000000017", Note: "a b"}, {PDQ: p2, Name: "18"}}, nil},
		"HMA's matches":  {`{"matches":[{"signal_id":"17","signal_type":"pdq","signal_hash":"` + strings.ToUpper(p1) + `","tags":["a","b"]}]}`, one, nil},
		"HMA's contents": {`{"id":17,"signals":{"pdq":"` + p1 + `"},"note":"a, b"}`, one, nil},
		"StopNCII": {`{"count":2,"hasMoreRecords":false,"hashRecords":[{"hashValue":"` + p1 + `","signalType":"ImagePDQ","hashStatus":"Received","caseNumbers":{"9":"Received"},"note":"a, b","name":"17"},
			{"hashValue":"` + p2 + `","signalType":"ImagePDQ","hashStatus":"Withdrawn"}]}`, one, []string{"entry 2: the exchange has it as withdrawn"}},
		"NCMEC":                              {`[{"id":"17","fingerprints":{"md5":"d41d8cd98f00b204e9800998ecf8427e","pdq":"` + p1 + `"},"tags":["a","b"]}]`, one, nil},
		"quality":                            {"pdq,quality,name,note\n" + p1 + ",100,17,\"a, b\"\n" + p2 + ",49,18,\n" + p2 + ",101,19,\n" + strings.Repeat("0", 64) + ",100,20,\n", one, []string{"row 2: the quality of its PDQ hash is 49", "row 3: its quality is not", "row 4: its pdq is that of a picture without features"}},
		"worthless hashes beside a good one": {"sha256,pdq,quality,phash\n" + sha + "," + p1 + ",10,0000000000000000\n", []BankHash{{SHA256: sha, Name: sha}}, nil},
		"empty page":                         {`{"data":[]}`, nil, nil},
	} {
		got, skipped, err := ReadHashList(strings.NewReader(c.text))
		if err != nil || !slices.Equal(got, c.want) || len(skipped) != len(c.skipped) {
			t.Errorf("%s: %+v %q %v", name, got, skipped, err)
			continue
		}
		for i, s := range c.skipped {
			if !strings.HasPrefix(skipped[i], s) {
				t.Errorf("%s: %q, want %q", name, skipped[i], s)
			}
		}
	}
	if _, _, err := ReadHashList(strings.NewReader(p1 + "\n" + p2)); !errors.Is(err, ErrHashList) {
		t.Errorf("digits of an unknown kind: %v", err)
	}
}

func TestCellsAreGuardedAndUnguarded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+@\-|]{0,4}[a-z=]{0,3}`)).Draw(t, "cell")
		safe := guarded(s)
		if safe != "" && strings.ContainsRune("=+-@\t\r|%", rune(safe[0])) {
			t.Fatalf("%q begins like a formula", safe)
		}
		if got := unguarded(safe); got != s {
			t.Fatalf("%q came back as %q", s, got)
		}
	})
}

func TestTurnedCopiesAreFoundByPDQ(t *testing.T) {
	var x bareIndex
	r := rand.New(rand.NewPCG(1, 2))
	random := func() hamming.Hash256 { return hamming.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()} }
	known := random()
	x.add(model.PhotoHashes{PhotoID: "known", PDQ: photos.AppendPDQ(nil, known)})
	q := model.PhotoHashes{PhotoID: "q", Class: photos.ClassPhoto}
	for way := range 8 {
		h := random()
		if way == pdq.Mirrored {
			h = known
			h[1] ^= 1<<31 - 1 // 31 bits
		}
		q.PDQ = photos.AppendPDQ(q.PDQ, h)
	}
	found := x.matches(q)
	if len(found) != 1 || found[0].Distance != 31 || !strings.HasPrefix(found[0].Transform, "mirrored") || found[0].Affine != [6]float64{-1, 0, 1, 0, 1, 0} || found[0].Score < 0.7 {
		t.Errorf("%+v", found)
	}
	q.PDQ[32*pdq.Mirrored] ^= 0x80 // one bit too far
	if found := x.matches(q); len(found) != 0 {
		t.Errorf("%+v", found)
	}
	// The photo itself has come: it's matched as a photo from now on.
	x.remove("known")
	q.PDQ = photos.AppendPDQ(nil, known)
	if found := x.matches(q); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}
