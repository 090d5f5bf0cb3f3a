package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

func photoID(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func leftovers(t *testing.T, s *Store) []string {
	t.Helper()
	return must(filepath.Glob(filepath.Join(s.dir, photoFolder, tempPrefix+"*")))(t)
}

func TestPhotos(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	bytesOf := []byte("a picture, or so")
	id := photoID(bytesOf)
	other := photoID([]byte("never sent"))
	apply(t, s, expertChange("e1", 1), change(model.ChangeProfile, "e1", 1, model.Profile{ExpertID: "e1", PhotoID: id}),
		change(model.ChangeProfile, "e2", 1, model.Profile{ExpertID: "e2", Name: "No account yet", PhotoID: id}), change(model.ChangeProfile, "e3", 1, model.Profile{ExpertID: "e3", PhotoID: other}))
	missing := must(s.MissingPhotos(ctx, "", 10))(t)
	if len(missing) != 2 || missing[0] >= missing[1] {
		t.Fatalf("missing: %v", missing)
	}
	if rest := must(s.MissingPhotos(ctx, missing[0], 10))(t); !reflect.DeepEqual(rest, missing[1:]) {
		t.Errorf("behind the first: %v", rest)
	}

	ok(t, s.SavePhoto(ctx, id, "image/png", bytes.NewReader(bytesOf)))
	if got := must(s.MissingPhotos(ctx, "", 10))(t); !reflect.DeepEqual(got, []string{other}) {
		t.Errorf("missing: %v", got)
	}
	file := must(s.OpenPhoto(ctx, id))(t)
	if got := must(io.ReadAll(file))(t); !bytes.Equal(got, bytesOf) {
		t.Errorf("read %q", got)
	}
	ok(t, file.Close())
	if _, err := os.Stat(filepath.Join(s.dir, "photos", id[:2], id)); err != nil {
		t.Error(err)
	}
	if got := must(s.PhotoInfo(ctx, id))(t); got != (model.Photo{ID: id, Bytes: int64(len(bytesOf)), MediaType: "image/png", FetchedAt: t0}) {
		t.Errorf("%+v", got)
	}
	work := must(s.PendingWork(ctx, model.WorkPhoto, "", 0))(t)
	if len(work) != 1 || work[0].ID != id {
		t.Fatalf("work: %v", work)
	}
	ok(t, s.FinishWork(ctx, work, nil))
	ok(t, s.SavePhoto(ctx, id, "image/png", bytes.NewReader(bytesOf)))
	if work := must(s.PendingWork(ctx, model.WorkPhoto, "", 0))(t); len(work) != 0 {
		t.Errorf("the same bytes again are no work: %v", work)
	}
	owners := must(s.PhotoOwners(ctx, id))(t)
	if want := []model.PhotoOwner{{ExpertID: "e1", Cluster: "Garden", Name: "Name e1"}, {ExpertID: "e2", Name: "No account yet"}}; !reflect.DeepEqual(owners, want) {
		t.Errorf("owners: %+v", owners)
	}

	ok(t, s.FaultPhoto(ctx, other, "The platform does not have this photo."))
	if got := must(s.MissingPhotos(ctx, "", 10))(t); len(got) != 0 {
		t.Errorf("asked for again at once: %v", got)
	}
	if got := must(s.PhotoInfo(ctx, other))(t); got.Fault != "The platform does not have this photo." || got.Bytes != 0 {
		t.Errorf("%+v", got)
	}
	s.now = func() time.Time { return t0.Add(25 * time.Hour) }
	if got := must(s.MissingPhotos(ctx, "", 10))(t); len(got) != 1 {
		t.Errorf("not asked for after a day: %v", got)
	}
	ok(t, s.FaultPhoto(ctx, id, "cut off"))
	if got := must(s.PhotoInfo(ctx, id))(t); got.Fault != "cut off" || got.Bytes == 0 {
		t.Errorf("a fault lost the bytes: %+v", got)
	}
	ok(t, s.SavePhoto(ctx, id, "image/png", bytes.NewReader(bytesOf)))
	if got := must(s.PhotoInfo(ctx, id))(t); got.Fault != "" {
		t.Errorf("%+v", got)
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

type failing struct{ after io.Reader }

func (f failing) Read(p []byte) (int, error) {
	n, err := f.after.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestPhotosThatAreRefused(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	data := []byte("something")
	id := photoID(data)
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for name, try := range map[string]struct {
		ctx context.Context
		id  string
		r   io.Reader
	}{
		"other bytes":     {ctx, id, strings.NewReader("something else")},
		"nothing":         {ctx, photoID(nil), strings.NewReader("")},
		"cut off":         {ctx, id, failing{bytes.NewReader(data[:4])}},
		"cancelled":       {cancelled, id, bytes.NewReader(data)},
		"too large":       {ctx, id, io.LimitReader(zeroes{}, maxPhoto+1)},
		"a path":          {ctx, "../../" + id[6:], bytes.NewReader(data)},
		"upper case":      {ctx, strings.ToUpper(id), bytes.NewReader(data)},
		"one digit short": {ctx, id[1:], bytes.NewReader(data)},
		"empty":           {ctx, "", bytes.NewReader(data)},
	} {
		if err := s.SavePhoto(try.ctx, try.id, "image/png", try.r); err == nil {
			t.Errorf("%s: taken", name)
		}
		if _, err := s.OpenPhoto(ctx, try.id); !errors.Is(err, model.ErrNotFound) {
			t.Errorf("%s: opens, %v", name, err)
		}
	}
	if left := leftovers(t, s); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if err := s.FaultPhoto(ctx, "../x", "no"); err == nil {
		t.Error("noted a fault of a path")
	}
	if c := must(s.Counts(ctx))(t); c.Photos != 0 {
		t.Errorf("%+v", c)
	}
	large := bytes.Repeat([]byte{7}, maxPhoto)
	ok(t, s.SavePhoto(ctx, photoID(large), "image/png", bytes.NewReader(large)))
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestOpenSweepsUnfinishedPhotos(t *testing.T) {
	dir := t.TempDir()
	ok(t, must(Open(t.Context(), dir, testOptions()))(t).Close())
	old, young := filepath.Join(dir, photoFolder, tempPrefix+"1"), filepath.Join(dir, photoFolder, tempPrefix+"2")
	for _, f := range []string{old, young} {
		ok(t, os.WriteFile(f, []byte("half"), 0o600))
	}
	past := time.Now().Add(-48 * time.Hour)
	ok(t, os.Chtimes(old, past, past))
	ok(t, must(Open(t.Context(), dir, testOptions()))(t).Close())
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("yesterday's: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("another process's: %v", err)
	}
}

func TestHashes(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	list := []model.PhotoHashes{
		{PhotoID: "a", Method: 1, Width: 4, Height: 5, PHash: math.MaxUint64, DHash: 1 << 63, Class: "photo", Views: []byte{0, 1, 255}, PDQ: []byte{7, 0, 9}, Quality: 88},
		{PhotoID: "b", Method: 1, Class: "graphic"},
		{PhotoID: "c", Method: 1},
	}
	ok(t, s.SaveHashes(ctx, list))
	ok(t, s.SaveHashes(ctx, nil))
	list[1].Method, list[1].PHash = 2, 77
	ok(t, s.SaveHashes(ctx, list[1:2]))
	first := must(s.Hashes(ctx, "", 2))(t)
	rest := must(s.Hashes(ctx, "b", 2))(t)
	if got := append(first, rest...); !reflect.DeepEqual(got, list) {
		t.Errorf("got  %+v\nwant %+v", got, list)
	}
	if got := must(s.HashesOf(ctx, "a"))(t); !reflect.DeepEqual(got, list[0]) {
		t.Errorf("%+v", got)
	}
}

func TestBanks(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	data := []byte("stock")
	id := photoID(data)
	ok(t, s.CreateBank(ctx, model.Bank{ID: "b1", Name: "Stock", Kind: model.BankStock, CreatedAt: t0}))
	ok(t, s.CreateBank(ctx, model.Bank{ID: "b2", Name: "Banned", Kind: model.BankBanned, CreatedAt: t0}))
	if err := s.CreateBank(ctx, model.Bank{ID: "b1", Name: "Again", Kind: model.BankStock}); err == nil {
		t.Error("made twice")
	}
	ok(t, s.SavePhoto(ctx, id, "image/png", bytes.NewReader(data)))
	ok(t, s.FinishWork(ctx, []model.Work{{Kind: model.WorkPhoto, ID: id}}, nil))
	item := model.BankItem{ID: "x", BankID: "b1", PhotoID: id, Name: "beach.jpg", Source: "s", Licence: "CC0", Note: "n", AddedAt: t0}
	hashOnly := model.BankItem{ID: "y", BankID: "b1", Name: "only a hash", AddedAt: t0, HashOnly: true}
	same, elsewhere := item, item
	same.ID, same.Name = "z", "the same photo"
	elsewhere.ID, elsewhere.BankID = "w", "b2"
	ok(t, s.AddBankItems(ctx, []model.BankItem{item, hashOnly, same}))
	ok(t, s.AddBankItems(ctx, []model.BankItem{item, elsewhere}))
	if work := must(s.PendingWork(ctx, model.WorkPhoto, "", 0))(t); len(work) != 1 {
		t.Errorf("work: %v", work)
	}
	if got := must(s.BankItems(ctx, "b1", "", 10))(t); !reflect.DeepEqual(got, []model.BankItem{item, hashOnly}) {
		t.Errorf("%+v", got)
	}
	if got := must(s.BankItems(ctx, "b1", "x", 10))(t); len(got) != 1 || got[0].ID != "y" {
		t.Errorf("%+v", got)
	}
	banks := must(s.Banks(ctx))(t)
	if len(banks) != 2 || banks[0].Name != "Banned" || banks[0].Items != 1 || banks[1].Items != 2 || banks[1].Kind != model.BankStock {
		t.Errorf("%+v", banks)
	}
	if got := must(s.PhotoOwners(ctx, id))(t); len(got) != 2 || got[0].ItemID != "x" || got[1].ItemID != "w" {
		t.Errorf("owners: %+v", got)
	}
	ok(t, s.FinishWork(ctx, []model.Work{{Kind: model.WorkPhoto, ID: id}}, nil))
	ok(t, s.DisableBankItem(ctx, "x", true, "mira", t0))
	ok(t, s.DisableBankItem(ctx, "x", true, "mira", t0)) // changes nothing, and is not logged
	if got := must(s.PhotoOwners(ctx, id))(t); len(got) != 1 {
		t.Errorf("a disabled item still counts: %+v", got)
	}
	if work := must(s.PendingWork(ctx, model.WorkPhoto, "", 0))(t); len(work) != 1 {
		t.Errorf("what it matched is not judged anew: %v", work)
	}
	if got := must(s.BankItem(ctx, "x"))(t); !got.Disabled {
		t.Errorf("%+v", got)
	}
	for name, err := range map[string]error{
		"no such bank": s.AddBankItems(ctx, []model.BankItem{{ID: "q", BankID: "nope"}}),
		"no such item": s.DisableBankItem(ctx, "nope", true, "mira", t0),
	} {
		if !errors.Is(err, model.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.AddBankItems(ctx, []model.BankItem{{ID: "q", BankID: "b1", PhotoID: "../x"}}); err == nil {
		t.Error("took a path for a photo")
	}
	if rows := checkAudit(t, s); len(rows) != 3 {
		t.Errorf("%+v", rows)
	}
}

func TestNotesAndSettings(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
	for _, n := range []model.TeamEvent{
		{ID: "n2", Kind: model.TeamNote, CaseID: "e1.1", ExpertID: "e1", By: "kim", Text: "second", At: t0.Add(time.Second)},
		{ID: "n1", Kind: model.TeamNote, CaseID: "e1.1", ExpertID: "e1", By: "mira", Text: "first", At: t0},
	} {
		ok(t, s.AddTeamEvent(ctx, n))
	}
	if got := must(s.NotesOf(ctx, "e1.1"))(t); len(got) != 2 || got[0].Text != "first" || got[1].Author != "kim" || !got[1].At.Equal(t0.Add(time.Second)) {
		t.Errorf("%+v", got)
	}
	if rows := checkAudit(t, s); len(rows) != 2 || rows[0].Action != "note" || strings.Contains(rows[0].Detail, "second") {
		t.Errorf("%+v", rows)
	}
	if got := must(s.Setting(ctx, "theme"))(t); got != "" {
		t.Errorf("%q", got)
	}
	ok(t, s.SetSetting(ctx, "theme", "dark"))
	ok(t, s.SetSetting(ctx, "theme", "light"))
	if got := must(s.Setting(ctx, "theme"))(t); got != "light" {
		t.Errorf("%q", got)
	}
}
