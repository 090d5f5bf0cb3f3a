package store

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/model"
)

func matched(t *testing.T, s *Store, query string) model.Finding {
	t.Helper()
	f := model.Finding{
		ExpertID: "e1", Detector: "photo-match", Scope: "photo:e1", Guideline: "false-photo", Score: 0.97, Reason: "a copy", At: t0,
		Match: &model.Match{Query: query, Other: strings.Repeat("b", 64), Kind: model.AlteredCopy, Class: "photo", Score: 0.97, Distance: 5},
	}
	f.ID = model.FindingID(f)
	detect(t, s, f.Scope, "e1", f)
	return f
}

func stockItem(bank, photo, id string) *model.BankItem {
	return &model.BankItem{ID: id, BankID: bank, PhotoID: photo, Name: "found", AddedAt: t0}
}

func TestAWordOnAMatchLandsWithItsBankAndAuditRow(t *testing.T) {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1))
	ok(t, s.CreateBank(t.Context(), model.Bank{ID: "b1", Name: "Stock", Kind: model.BankStock, CreatedAt: t0}))
	photo := strings.Repeat("a", 64)
	f := matched(t, s, photo)

	j := must(s.JudgeMatch(t.Context(), f.ID, model.WordStock, stockItem("b1", photo, "i1"), "mira", t0))(t)
	if j.Seq == 0 || j.ItemID != "i1" || j.Score != 0.97 || j.Distance != 5 || j.Kind != model.AlteredCopy {
		t.Fatalf("kept %+v", j)
	}
	if got := must(s.Finding(t.Context(), f.ID))(t); got.Verdict != model.VerdictAccepted || got.JudgedBy != "mira" {
		t.Fatalf("the finding is %q by %q", got.Verdict, got.JudgedBy)
	}
	if item := must(s.BankItem(t.Context(), "i1"))(t); item.PhotoID != photo || item.Disabled {
		t.Fatalf("the bank has %+v", item)
	}
	if words := must(s.MatchWords(t.Context(), []string{f.ID, "none"}))(t); len(words) != 1 || words[f.ID] != model.WordStock {
		t.Fatalf("the words are %v", words)
	}

	// Another word takes the picture out of the bank again; undoing that word
	// puts it back, undoing the first one takes it out.
	k := must(s.JudgeMatch(t.Context(), f.ID, model.WordUnrelated, nil, "mira", t0))(t)
	if !must(s.BankItem(t.Context(), "i1"))(t).Disabled {
		t.Fatal("the picture is no stock picture any more and still in the bank")
	}
	if _, err := s.UndoMatch(t.Context(), j.Seq, "mira", t0); !errors.Is(err, model.ErrStale) {
		t.Fatalf("undoing a word that is not the last one: %v", err)
	}
	must(s.UndoMatch(t.Context(), k.Seq, "mira", t0))(t)
	if must(s.BankItem(t.Context(), "i1"))(t).Disabled || must(s.Finding(t.Context(), f.ID))(t).Verdict != model.VerdictAccepted {
		t.Fatal("the word before does not stand again")
	}
	must(s.UndoMatch(t.Context(), j.Seq, "mira", t0))(t)
	if !must(s.BankItem(t.Context(), "i1"))(t).Disabled || must(s.Finding(t.Context(), f.ID))(t).Verdict != model.VerdictOpen {
		t.Fatal("the first word still stands")
	}
	if _, err := s.UndoMatch(t.Context(), j.Seq, "mira", t0); !errors.Is(err, model.ErrStale) {
		t.Fatalf("undoing twice: %v", err)
	}
	log := must(s.MatchJudgements(t.Context(), 0, 0))(t)
	if len(log) != 2 || !log[0].Undone || !log[1].Undone {
		t.Fatalf("the log is %+v", log)
	}
	var actions []string
	for _, r := range checkAudit(t, s) {
		actions = append(actions, r.Action)
	}
	if n := len(slices.DeleteFunc(actions, func(a string) bool { return a != "judge" })); n != 4 {
		t.Fatalf("%d audit rows on two words and two undos", n)
	}
}

func TestAPictureThatStoodInTheBankStaysThere(t *testing.T) {
	s := openStore(t)
	apply(t, s, expertChange("e1", 1))
	ok(t, s.CreateBank(t.Context(), model.Bank{ID: "b1", Name: "Stock", Kind: model.BankStock, CreatedAt: t0}))
	photo := strings.Repeat("a", 64)
	ok(t, s.AddBankItems(t.Context(), []model.BankItem{*stockItem("b1", photo, "old")}))
	f := matched(t, s, photo)
	j := must(s.JudgeMatch(t.Context(), f.ID, model.WordStock, stockItem("b1", photo, "new"), "mira", t0))(t)
	if j.ItemID != "" {
		t.Fatalf("the word claims item %q", j.ItemID)
	}
	must(s.UndoMatch(t.Context(), j.Seq, "mira", t0))(t)
	if must(s.BankItem(t.Context(), "old"))(t).Disabled {
		t.Fatal("undoing took out a picture that somebody else had put in")
	}
}

// Whatever is said and taken back in whatever order: undoing everything leaves
// the finding open and no picture in the bank, and at each moment the picture is
// in the bank exactly when the word that stands is "stock".
func TestWordsAndUndosAreInverse(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := openStore(t)
		apply(t, s, expertChange("e1", 1))
		ok(t, s.CreateBank(t.Context(), model.Bank{ID: "b1", Name: "Stock", Kind: model.BankStock, CreatedAt: t0}))
		photo := strings.Repeat("a", 64)
		f := matched(t, s, photo)
		var stack []model.MatchJudgement
		check := func() {
			want := model.WordOpen
			if len(stack) > 0 {
				want = stack[len(stack)-1].Word
			}
			items := must(s.BankItems(t.Context(), "b1", "", 10))(t)
			banked := len(items) == 1 && !items[0].Disabled
			if got := must(s.Finding(t.Context(), f.ID))(t).Verdict; got != want.Verdict() || banked != (want == model.WordStock) || len(items) > 1 {
				rt.Fatalf("%q stands: the verdict is %q, the picture is in the bank: %v (%d items)", want, got, banked, len(items))
			}
		}
		for n := range rapid.IntRange(1, 8).Draw(rt, "steps") {
			if len(stack) > 0 && rapid.Bool().Draw(rt, "undo") {
				must(s.UndoMatch(t.Context(), stack[len(stack)-1].Seq, "mira", t0))(t)
				stack = stack[:len(stack)-1]
			} else {
				word := rapid.SampledFrom([]model.MatchWord{model.WordOpen, model.WordSamePicture, model.WordStock, model.WordUnrelated}).Draw(rt, "word")
				var item *model.BankItem
				if word == model.WordStock {
					item = stockItem("b1", photo, "i"+string(rune('a'+n)))
				}
				stack = append(stack, must(s.JudgeMatch(t.Context(), f.ID, word, item, "mira", t0))(t))
			}
			check()
		}
	})
}
