package store

import (
	"bytes"
	"errors"
	"testing"

	"mensch/app/model"
)

func TestBankItemsAreFilteredDescribedAndCounted(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	data := []byte("a photo")
	ok(t, s.CreateBank(ctx, model.Bank{ID: "b", Name: "Stock", Kind: model.BankStock, CreatedAt: t0}))
	ok(t, s.SavePhoto(ctx, photoID(data), "image/png", bytes.NewReader(data)))
	ok(t, s.AddBankItems(ctx, []model.BankItem{
		{ID: "1", BankID: "b", PhotoID: photoID(data), Name: "Beach_1", Source: "Lyse", AddedAt: t0},
		{ID: "2", BankID: "b", PhotoID: photoID([]byte("x")), Name: "beach%2", Note: "of Lyse", Disabled: true, AddedAt: t0},
		{ID: "3", BankID: "b", PhotoID: photoID([]byte("y")), Name: "wood", Licence: `a\b`, AddedAt: t0},
	}))
	judge := func(expert, item string, words ...model.MatchWord) {
		t.Helper()
		f := model.Finding{
			ExpertID: expert, Detector: "photo-match", Scope: "photo:" + expert, Guideline: "false-photo", Score: 0.9, At: t0,
			Match: &model.Match{Query: "q", Other: "o", Bank: "b", BankItem: item, Kind: model.AlteredCopy, Score: 0.9},
		}
		f.ID = model.FindingID(f)
		detect(t, s, f.Scope, expert, f)
		for _, w := range words {
			must(s.JudgeMatch(ctx, f.ID, w, nil, "mira", t0))(t)
		}
	}
	judge("e1", "1", model.WordUnrelated, model.WordSamePicture)
	judge("e2", "1", model.WordSamePerson)
	judge("e3", "3", model.WordStock)
	judge("e4", "3", model.WordGraphic) // says nothing about whether it's the same
	for _, c := range []struct {
		words, state, want string
	}{
		{"", "", "123"},
		{"beach", "", "12"},
		{"LYSE beach", "", "12"},
		{"_", "", "1"},
		{"%", "", "2"},
		{`\`, "", "3"},
		{"a b", "", "123"},
		{"", model.ItemsMatched, "13"},
		{"", model.ItemsDisabled, "2"},
		{"", model.ItemsRefuted, "1"},
		{"", model.ItemsHashOnly, "23"},
		{"wood", model.ItemsRefuted, ""},
	} {
		got := ""
		for _, i := range must(s.FindBankItems(ctx, model.BankItemFilter{BankID: "b", Words: c.words, State: c.state}, "", 9))(t) {
			got += i.ID
		}
		if got != c.want {
			t.Errorf("%q, %q: %s, want %s", c.words, c.state, got, c.want)
		}
	}
	if _, err := s.FindBankItems(ctx, model.BankItemFilter{BankID: "b", State: "odd"}, "", 9); err == nil {
		t.Error("took a state that there is none of")
	}
	if i := must(s.BankItem(ctx, "1"))(t); i.Confirmed != 1 || i.Refuted != 1 || i.HashOnly {
		t.Errorf("%+v", i)
	}
	if b := must(s.Banks(ctx))(t)[0]; b.Items != 3 || b.Disabled != 1 || b.HashOnly != 2 || b.Confirmed != 2 || b.Refuted != 1 {
		t.Errorf("%+v", b)
	}
	ok(t, s.DescribeBankItem(ctx, "3", model.BankItemText{Name: "n", Source: "s", Licence: "l", Note: "secret words"}, "mira", t0))
	if i := must(s.BankItem(ctx, "3"))(t); i.Name != "n" || i.Source != "s" || i.Licence != "l" || i.Note != "secret words" {
		t.Errorf("%+v", i)
	}
	if err := s.DescribeBankItem(ctx, "9", model.BankItemText{Name: "n"}, "mira", t0); !errors.Is(err, model.ErrNotFound) {
		t.Error(err)
	}
	for _, r := range checkAudit(t, s) {
		if bytes.Contains([]byte(r.Detail), []byte("secret")) {
			t.Errorf("the log repeats what was noted: %s", r.Detail)
		}
	}
}

func TestStaleHashesAreQueued(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	data := []byte("a photo")
	id := photoID(data)
	ok(t, s.SavePhoto(ctx, id, "image/png", bytes.NewReader(data)))
	ok(t, s.FinishWork(ctx, []model.Work{{Kind: model.WorkPhoto, ID: id}}, nil))
	ok(t, s.SaveHashes(ctx, []model.PhotoHashes{{PhotoID: id, Method: 1, Class: "photo"}, {PhotoID: "bare", Method: 1, Class: "hash"}, {PhotoID: "lost", Method: 1, Class: "photo"}}))
	pending := func() int { return len(must(s.PendingWork(ctx, model.WorkPhoto, "", 0))(t)) }
	ok(t, s.QueueStaleHashes(ctx, 1))
	if pending() != 0 {
		t.Error("hashes of this method are computed again")
	}
	ok(t, s.QueueStaleHashes(ctx, 2))
	if work := must(s.PendingWork(ctx, model.WorkPhoto, "", 0))(t); len(work) != 1 || work[0].ID != id {
		t.Errorf("%+v", work)
	}
}
