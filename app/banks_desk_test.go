package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mensch/app"
	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/pdq"
)

// bank makes a bank and gives its ID.
func (p *place) bank(name string, kind model.BankKind) string {
	p.t.Helper()
	b, err := p.EnsureBank(p.t.Context(), name, kind)
	must(p.t, err)
	return b.ID
}

func (p *place) items(bankID string) []model.BankItem {
	p.t.Helper()
	items, err := p.BankItems(p.t.Context(), bankID, "", 1000)
	must(p.t, err)
	return items
}

func (p *place) findings(expert string) []model.Finding {
	p.t.Helper()
	list, err := p.store.FindingsOf(p.t.Context(), expert+".1")
	must(p.t, err)
	return slices.DeleteFunc(list, func(f model.Finding) bool { return f.Match == nil })
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, data := range files {
		method := zip.Deflate
		if len(data) == 0 {
			method = zip.Store // a compressor for each of 50,000 empty files takes half a minute
		}
		part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		must(t, err)
		_, err = part.Write(data)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func TestAZIPOfPhotosBecomesABank(t *testing.T) {
	p := newPlace(t)
	bank := p.bank("Stock", model.BankStock)
	path := write(t, filepath.Join(t.TempDir(), "stock.zip"), zipped(t, map[string][]byte{
		"a/one.jpg": jpegOf(t, scene(1), 90), `..\..\two.jpg`: jpegOf(t, scene(2), 90), "../../etc/three.jpg": jpegOf(t, scene(3), 90),
		"notes.txt": []byte("no picture"), ".hidden.jpg": {1}, "__MACOSX/one.jpg": {1}, "a/": nil,
	}))
	var steps []int
	got, err := p.ImportBank(t.Context(), bank, path, func(done, total int) { steps = append(steps, done, total) })
	must(t, err)
	if got.Added != 3 || got.Known != 0 || len(got.Skipped) != 1 || !strings.Contains(got.Skipped[0], "notes.txt: is not a picture") {
		t.Errorf("%+v", got)
	}
	var names []string
	for _, i := range p.items(bank) {
		names = append(names, i.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"one.jpg", "three.jpg", "two.jpg"}) {
		t.Errorf("%q", names)
	}
	if !slices.Equal(steps, []int{4, 4}) {
		t.Errorf("%v", steps)
	}
}

func TestZIPBombsAreRefused(t *testing.T) {
	p := newPlace(t)
	bank := p.bank("Stock", model.BankStock)
	dir := t.TempDir()
	// One file of 20 MiB of zeroes in 20 KiB.
	got, err := p.ImportBank(t.Context(), bank, write(t, filepath.Join(dir, "tight.zip"), zipped(t, map[string][]byte{"a.jpg": make([]byte, 20<<20), "b.jpg": jpegOf(t, scene(1), 80)})), nil)
	must(t, err)
	if got.Added != 1 || len(got.Skipped) != 1 || !strings.Contains(got.Skipped[0], "packed more tightly") {
		t.Errorf("%+v", got)
	}
	got, err = p.ImportBank(t.Context(), bank, write(t, filepath.Join(dir, "large.zip"), zipped(t, map[string][]byte{"a.jpg": make([]byte, 33<<20)})), nil)
	must(t, err)
	if got.Added != 0 || len(got.Skipped) != 1 || !strings.Contains(got.Skipped[0], "larger than 32 MiB") {
		t.Errorf("%+v", got)
	}
	many := map[string][]byte{}
	for i := range 50_001 {
		many[fmt.Sprintf("%d.jpg", i)] = nil
	}
	whole := zipped(t, map[string][]byte{"a.jpg": {1}})
	table := bytes.Clone(whole)
	table[len(table)-7] = 0xff // its table of contents claims to be gigabytes long
	for name, data := range map[string][]byte{
		"many": zipped(t, many), "empty": {}, "no zip": []byte("PK\x03\x04 and nothing more"), "cut": whole[:len(whole)-30], "table": table,
	} {
		_, err := p.ImportBank(t.Context(), bank, write(t, filepath.Join(dir, name+".zip"), data), nil)
		var refusal *app.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Why, "Nothing was imported") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(p.items(bank)); n != 1 {
		t.Errorf("%d items", n)
	}
}

// told is what an item is, without what the import itself says.
func told(items []model.BankItem) []model.BankItem {
	out := slices.Clone(items)
	for i := range out {
		out[i].ID, out[i].BankID = "", ""
	}
	slices.SortFunc(out, func(a, b model.BankItem) int { return strings.Compare(a.PhotoID, b.PhotoID) })
	return out
}

func TestAnExportedBankComesBackAsItWas(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	bank := p.bank("Stock", model.BankStock)
	files := make([]app.BankFile, 3)
	for i := range files {
		data := jpegOf(t, scene(uint64(i+1)), 90)
		files[i] = app.BankFile{Name: name(i), Source: "Lyse, “Stock”", Licence: "CC BY", Note: "=SUM(A1:A9)", Open: opener(data)}
	}
	_, err := p.AddToBank(ctx, bank, files, nil)
	must(t, err)
	_, err = p.AddHashesToBank(ctx, bank, []app.BankHash{
		{PHash: "c3a5f00f33cc9669", Name: "'=quoted", Note: "a\nb"},
		{SHA256: strings.Repeat("ab", 32), PDQ: strings.Repeat("5a", 32), Name: "-1"},
		{PDQ: strings.Repeat("3c", 32), DHash: "0123456789abcdef", Name: "@x", Disabled: true},
		{SHA256: strings.Repeat("cd", 32), Name: "only its file's"},
	}, nil)
	must(t, err)
	must(t, p.DisableBankItem(ctx, p.items(bank)[1].ID, true))
	want := p.items(bank)
	for _, ext := range []string{".zip", ".json", ".csv"} {
		path := filepath.Join(t.TempDir(), "bank"+ext)
		done, err := p.ExportBank(ctx, bank, path, nil)
		must(t, err)
		if done.Items != 7 || ext == ".zip" && done.Photos != 3 || done.Bytes == 0 {
			t.Errorf("%s: %+v", ext, done)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", ext, info.Mode(), err)
		}
		if _, err := p.ExportBank(ctx, bank, path, nil); err == nil {
			t.Errorf("%s: overwritten", ext)
		}
		other := newPlace(t)
		again := other.bank("Stock", model.BankStock)
		got, err := other.ImportBank(ctx, again, path, nil)
		must(t, err)
		if got.Added != 7 || len(got.Skipped) > 0 {
			t.Errorf("%s: %+v", ext, got)
		}
		a, b := told(want), told(other.items(again))
		if ext != ".zip" { // the pictures stay behind: their hashes come along
			for i := range a {
				a[i].HashOnly = true
			}
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s:\n%+v\n%+v", ext, a, b)
		}
		// And what was exported from there is the same file.
		second := filepath.Join(t.TempDir(), "again"+ext)
		_, err = other.ExportBank(ctx, again, second, nil)
		must(t, err)
		if ext == ".csv" {
			if x, y := sortedRows(t, path), sortedRows(t, second); !reflect.DeepEqual(x, y) {
				t.Errorf("%v\n%v", x, y)
			}
		}
	}
	if _, err := p.ExportBank(ctx, bank, filepath.Join(t.TempDir(), "bank.xls"), nil); err == nil {
		t.Error("a kind of file that nobody knows")
	}
}

func sortedRows(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("%q begins like a formula", cell)
			}
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return slices.Compare(a, b) })
	return rows
}

func opener(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// logo is a drawing of a few flat colours.
func logo() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	draw.Draw(img, img.Rect, image.NewUniform(color.NRGBA{250, 250, 250, 255}), image.Point{}, draw.Src)
	for y := range 300 {
		for x := range 300 {
			dx, dy := x-150, y-150
			switch r := dx*dx + dy*dy; {
			case r < 50*50 && (x/13+y/17)%2 == 0, r > 80*80 && r < 110*110 && dx*dy > 300:
				img.SetNRGBA(x, y, color.NRGBA{20, 60, 140, 255})
			case r < 120*120 && x+2*y > 520:
				img.SetNRGBA(x, y, color.NRGBA{200, 30, 30, 255})
			}
		}
	}
	return img
}

// A match with what is known to be good silences every finding about the
// picture: also one against another bank, also a copy, also a logo.
func TestLegitimateBanksSilence(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	licensed, emblem := scene(1), logo()
	p.expert("e1", "Garden", jpegOf(t, licensed, 90))
	p.expert("e2", "Garden", jpegOf(t, mirror(licensed), 85))
	p.expert("e3", "Law", jpegOf(t, emblem, 90))
	copyrighted := p.bank("Press", model.BankCopyrighted)
	add := func(bank string, data []byte) {
		t.Helper()
		_, err := p.AddToBank(ctx, bank, []app.BankFile{{Name: "x", Open: opener(data)}}, nil)
		must(t, err)
		p.detect()
	}
	add(copyrighted, jpegOf(t, emblem, 80))
	if c := p.class("e3"); c != photos.ClassGraphic {
		t.Fatalf("the emblem is a %s", c)
	}
	for _, id := range []string{"e1", "e2", "e3"} {
		if len(p.findings(id)) == 0 {
			t.Fatalf("nothing is found about the photo of %s", id)
		}
	}
	good := p.bank("Partners", model.BankLegitimate)
	add(good, jpegOf(t, licensed, 70))
	for _, id := range []string{"e1", "e2"} {
		if f := p.findings(id); len(f) != 0 {
			t.Errorf("%s: %+v", id, f)
		}
	}
	add(good, jpegOf(t, emblem, 70))
	if f := p.findings("e3"); len(f) != 0 {
		t.Errorf("the partner's logo: %+v", f)
	}
	// Taken out of matching, it silences no longer.
	for _, i := range p.items(good) {
		must(t, p.DisableBankItem(ctx, i.ID, true))
	}
	p.detect()
	for _, id := range []string{"e1", "e2", "e3"} {
		if len(p.findings(id)) == 0 {
			t.Errorf("%s is still silenced", id)
		}
	}
}

func (p *place) class(expert string) string {
	p.t.Helper()
	profile, err := p.store.Profile(p.t.Context(), expert)
	must(p.t, err)
	h, err := p.store.HashesOf(p.t.Context(), profile.PhotoID)
	must(p.t, err)
	return h.Class
}

func TestPDQListsOfExchangesMatchAlsoTurnedCopies(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	known := scene(1)
	p.expert("e1", "Garden", jpegOf(t, known, 60))
	p.expert("e2", "Cars", jpegOf(t, mirror(known), 80))
	p.expert("e3", "Law", jpegOf(t, scene(9), 90))
	p.detect()
	hash, quality := pdq.Hash(known)
	if quality < pdq.Trusted {
		t.Fatal("the scene has too little in it")
	}
	list := write(t, filepath.Join(t.TempDir(), "hashes.json"), []byte(`{"hashRecords":[
		{"hashValue":"`+pdq.Format(hash)+`","signalType":"ImagePDQ","hashStatus":"Active","caseNumbers":{"x":"Active"}},
		{"hashValue":"`+strings.Repeat("5a", 32)+`","signalType":"ImagePDQ","hashStatus":"Withdrawn"},
		{"hashValue":"d41d8cd98f00b204e9800998ecf8427e","signalType":"VideoMD5"}]}`))
	bank := p.bank("Exchange", model.BankBanned)
	got, err := p.ImportBank(ctx, bank, list, nil)
	must(t, err)
	if got.Added != 1 || len(got.Skipped) != 2 {
		t.Errorf("%+v", got)
	}
	p.detect()
	for id, words := range map[string]string{"e1": "", "e2": "mirrored"} {
		var found []model.Finding
		for _, f := range p.findings(id) {
			if f.Match.Bank == bank {
				found = append(found, f)
			}
		}
		if len(found) != 1 || found[0].Match.Distance > pdq.Radius || !strings.Contains(found[0].Reason, words) || found[0].Guideline != "false-photo" {
			t.Errorf("%s: %+v", id, found)
		}
	}
	for _, f := range p.findings("e3") {
		if f.Match.Bank == bank {
			t.Errorf("a stranger matches: %+v", f.Match)
		}
	}
}

// Verdicts show in the item, in the bank, and, once there are enough, in scores.
func TestVerdictsCountForItemsAndScores(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	known := scene(1)
	// Few experts and several banks, as each expert is held against each other.
	var all []string
	for i := range 4 {
		bank := p.bank(fmt.Sprintf("Stock %d", i), model.BankStock)
		_, err := p.AddToBank(ctx, bank, []app.BankFile{{Name: "x", Open: opener(jpegOf(t, known, 90-i))}}, nil)
		must(t, err)
		all = append(all, bank)
	}
	bank := all[0]
	const experts = 10
	for i := range experts {
		p.expert(name(i), fmt.Sprintf("Cluster %d", i), jpegOf(t, known, 60+3*i))
	}
	p.detect()
	judge := func(i int, bank string, word model.MatchWord) model.Finding {
		t.Helper()
		for _, f := range p.findings(name(i)) {
			if f.Match.Bank == bank {
				_, err := p.JudgeMatch(ctx, f.ID, word, "")
				must(t, err)
				return f
			}
		}
		t.Fatalf("%s has no finding in %s", name(i), bank)
		return model.Finding{}
	}
	judge(0, bank, model.WordSamePicture)
	judge(1, bank, model.WordUnrelated)
	last := judge(2, bank, model.WordSamePerson)
	judge(2, bank, model.WordSamePicture) // they thought again: the last word counts
	item := p.items(bank)[0]
	if item.Confirmed != 2 || item.Refuted != 1 {
		t.Errorf("%+v", item)
	}
	banks, err := p.Banks(ctx)
	must(t, err)
	if banks[0].Confirmed != 2 || banks[0].Refuted != 1 {
		t.Errorf("%+v", banks[0])
	}
	refuted, err := p.FindBankItems(ctx, model.BankItemFilter{BankID: bank, State: model.ItemsRefuted}, "", 9)
	must(t, err)
	if len(refuted) != 1 {
		t.Errorf("%+v", refuted)
	}
	record, err := p.MatchRecord(ctx)
	must(t, err)
	if record.Calibrated() || record.Confirmed != 2 || record.Refuted != 1 || !record.Curve.IsIdentity() {
		t.Errorf("%+v", record)
	}
	file, err := p.CaseFile(ctx, name(2)+".1")
	must(t, err)
	if shown := score(file, last.ID); shown != last.Match.Score {
		t.Errorf("three verdicts move %v to %v", last.Match.Score, shown)
	}
	for i := 3; i < experts; i++ {
		for _, bank := range all {
			judge(i, bank, model.WordUnrelated)
		}
	}
	if record, err = p.MatchRecord(ctx); err != nil || !record.Calibrated() || record.Curve.IsIdentity() {
		t.Fatalf("%+v %v", record, err)
	}
	file, err = p.CaseFile(ctx, name(2)+".1")
	must(t, err)
	if shown := score(file, last.ID); shown > 0.6*last.Match.Score {
		t.Errorf("29 of 31 refuted, and %v is shown as %v", last.Match.Score, shown)
	}
	// The matcher's own score is what is kept, so a verdict is not weighed twice.
	if f, err := p.store.Finding(ctx, last.ID); err != nil || f.Match.Score != last.Match.Score {
		t.Errorf("%v, %v", f.Match.Score, err)
	}
}

func score(file app.CaseFile, findingID string) float64 {
	for _, pair := range file.Pairs {
		if pair.FindingID == findingID {
			return pair.Match.Score
		}
	}
	return -1
}

func TestImportsCanBeCancelledAndKeepWhatIsIn(t *testing.T) {
	p := newPlace(t)
	bank := p.bank("Stock", model.BankStock)
	files := make([]app.BankFile, 100)
	img := scene(1)
	for i := range files {
		img.SetNRGBA(i, i, color.NRGBA{uint8(i), 0, 0, 255})
		files[i] = app.BankFile{Name: name(i), Open: opener(jpegOf(t, img, 50))}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := p.AddToBank(ctx, bank, files, func(done, _ int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if n := len(p.items(bank)); n == 0 || n >= 100 {
		t.Errorf("%d items", n)
	}
}

func TestItemsAreDescribedFoundAndRefused(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	bank := p.bank("Stock", model.BankStock)
	_, err := p.AddHashesToBank(ctx, bank, []app.BankHash{{PHash: "c3a5f00f33cc9669", Name: "a_b"}, {PHash: "c3a5f00f33cc0000", Name: "axb", Source: "100 % Lyse"}}, nil)
	must(t, err)
	find := func(words string) (names []string) {
		t.Helper()
		items, err := p.FindBankItems(ctx, model.BankItemFilter{BankID: bank, Words: words}, "", 9)
		must(t, err)
		for _, i := range items {
			names = append(names, i.Name)
		}
		return names
	}
	for words, want := range map[string][]string{"a_b": {"a_b"}, "A": {"a_b", "axb"}, "lyse AXB": {"axb"}, "100 %": {"axb"}, "none": nil, `\`: nil} {
		if got := find(words); !slices.Equal(got, want) {
			t.Errorf("%q: %q", words, got)
		}
	}
	item := p.items(bank)[0]
	must(t, p.DescribeBankItem(ctx, item.ID, model.BankItemText{Name: " new ", Source: "s", Licence: "l", Note: "n"}))
	if got := p.items(bank)[0]; got.Name != "new" || got.Source != "s" || got.Licence != "l" || got.Note != "n" {
		t.Errorf("%+v", got)
	}
	var refusal *app.Refusal
	for _, text := range []model.BankItemText{{}, {Name: "x", Note: strings.Repeat("n", 501)}, {Name: "\xff"}} {
		if err := p.DescribeBankItem(ctx, item.ID, text); !errors.As(err, &refusal) {
			t.Errorf("%+v: %v", text, err)
		}
	}
	if err := p.DescribeBankItem(ctx, "nobody", model.BankItemText{Name: "x"}); !errors.Is(err, model.ErrNotFound) {
		t.Error(err)
	}
}

// Hashes of an older method are computed anew, and what came as hashes stays.
func TestHashesOfAnOlderMethodAreComputedAnew(t *testing.T) {
	p := newPlace(t)
	ctx := t.Context()
	id := p.expert("e1", "Garden", jpegOf(t, scene(1), 90))
	p.detect()
	h, err := p.store.HashesOf(ctx, id)
	must(t, err)
	if len(photos.PDQ(h)) != 8 || h.Quality < pdq.Trusted {
		t.Errorf("%d hashes, quality %d", len(photos.PDQ(h)), h.Quality)
	}
	h.Method, h.PDQ = photos.Method-1, nil
	must(t, p.store.SaveHashes(ctx, []model.PhotoHashes{h}))
	must(t, p.store.QueueStaleHashes(ctx, photos.Method))
	again := p.reopened()
	must(t, again.Detect(ctx, nil))
	if h, err = p.store.HashesOf(ctx, id); err != nil || h.Method != photos.Method || len(photos.PDQ(h)) != 8 {
		t.Errorf("method %d, %v", h.Method, err)
	}
}
