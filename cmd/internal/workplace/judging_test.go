package workplace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
	"mensch/store"
)

// judgingDesk is a desk with one expert and a finding for each match.
func judgingDesk(t *testing.T, banks []model.Bank, matches ...model.Match) (*app.Desk, []model.Finding) {
	t.Helper()
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), dir, store.Options{Seal: audit.Seal, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range banks {
		if err := db.CreateBank(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	scope := model.ScopeFindings{Scope: "photo:e1", ExpertID: "e1"}
	for _, m := range matches {
		m.Query, m.Score = strings.Repeat("a", 64), 0.98
		if m.Kind == "" {
			m.Kind = model.AlteredCopy
		}
		f := model.Finding{ExpertID: "e1", Detector: "photo-match", Scope: scope.Scope, Guideline: "false-photo", Score: 0.98, Reason: "a copy", Match: &m, At: now}
		f.ID = model.FindingID(f)
		scope.Findings = append(scope.Findings, f)
	}
	if err := db.FinishWork(t.Context(), nil, []model.ScopeFindings{scope}); err != nil {
		t.Fatal(err)
	}
	page := model.ChangePage{Cursor: "1", Changes: []model.Change{{Kind: model.ChangeExpert, ID: "e1", Version: 1, Data: []byte(`{"id":"e1","version":1,"cluster":"Garden","screen_name":"Ada"}`)}}}
	if _, err := db.ApplyPage(t.Context(), "https://platform.example", "", page); err != nil {
		t.Fatal(err)
	}
	if err := db.RefreshCase(t.Context(), "e1", now, func(model.CaseFacts) model.Priority { return model.Priority{Score: 50} }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	desk, err := workplace.Open(t.Context(), workplace.Config{Dir: dir, Offline: true, Moderator: "mira"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := desk.Close(); err != nil {
			t.Error(err)
		}
	})
	return desk, scope.Findings
}

func bankOf(t *testing.T, desk *app.Desk, kind model.BankKind) []model.BankItem {
	t.Helper()
	banks, err := desk.Banks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var items []model.BankItem
	for _, b := range banks {
		if b.Kind != kind {
			continue
		}
		page, err := desk.BankItems(t.Context(), b.ID, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page...)
	}
	return items
}

func TestStockVerdictFillsABankAndIsTakenBack(t *testing.T) {
	desk, findings := judgingDesk(t, nil, model.Match{Other: strings.Repeat("b", 64), ExpertID: "e2"})
	judged, err := desk.JudgeMatch(t.Context(), findings[0].ID, model.WordStock, "")
	if err != nil || judged.Bank == "" {
		t.Fatalf("judged %+v, %v", judged, err)
	}
	items := bankOf(t, desk, model.BankStock)
	if len(items) != 1 || items[0].PhotoID != findings[0].Match.Query || items[0].Disabled {
		t.Fatalf("the stock bank holds %+v", items)
	}
	if err := desk.UndoMatch(t.Context(), judged.Judgement.Seq); err != nil {
		t.Fatal(err)
	}
	if items := bankOf(t, desk, model.BankStock); len(items) != 1 || !items[0].Disabled {
		t.Fatalf("after taking it back the bank holds %+v", items)
	}
	var no *app.Refusal
	if err := desk.UndoMatch(t.Context(), judged.Judgement.Seq); !errors.As(err, &no) {
		t.Fatalf("taking it back twice: %v", err)
	}
	if rows, err := desk.Verify(t.Context()); err != nil || rows.Rows == 0 {
		t.Fatalf("the log has %d rows, %v", rows.Rows, err)
	}
}

func TestTheBankOfAVerdictIsChosenOnceAndRemembered(t *testing.T) {
	banks := []model.Bank{{ID: "b1", Name: "One", Kind: model.BankStock}, {ID: "b2", Name: "Two", Kind: model.BankStock}, {ID: "b3", Name: "Press", Kind: model.BankCopyrighted}}
	desk, findings := judgingDesk(t, banks,
		model.Match{Other: strings.Repeat("b", 64), ExpertID: "e2"},
		model.Match{Other: strings.Repeat("c", 64), Bank: "b1", BankItem: "i1"},
		model.Match{Other: strings.Repeat("d", 64), Bank: "b3", BankItem: "i3"})
	if _, err := desk.JudgeMatch(t.Context(), findings[0].ID, model.WordStock, ""); !errors.Is(err, app.ErrChooseBank) {
		t.Fatalf("two banks and none chosen: %v", err)
	}
	var no *app.Refusal
	if _, err := desk.JudgeMatch(t.Context(), findings[0].ID, model.WordStock, "b3"); !errors.As(err, &no) {
		t.Fatalf("a copyrighted bank for a stock picture: %v", err)
	}
	for _, bank := range []string{"b2", ""} {
		if judged, err := desk.JudgeMatch(t.Context(), findings[0].ID, model.WordStock, bank); err != nil || judged.Bank != "Two" {
			t.Fatalf("bank %q: %+v, %v", bank, judged, err)
		}
	}
	// What was matched with a stock picture is known already.
	if judged, err := desk.JudgeMatch(t.Context(), findings[1].ID, model.WordStock, ""); err != nil || judged.Bank != "" {
		t.Fatalf("a copy of a stock picture: %+v, %v", judged, err)
	}
	if _, err := desk.JudgeMatch(t.Context(), findings[2].ID, model.WordGraphic, ""); !errors.As(err, &no) {
		t.Fatalf("a graphic among copyrighted pictures: %v", err)
	}
	if _, err := desk.JudgeMatch(t.Context(), findings[0].ID, "nonsense", ""); !errors.As(err, &no) {
		t.Fatalf("a word that there is not: %v", err)
	}
}

func TestAcceptingAMatchSaysWhatItIs(t *testing.T) {
	desk, findings := judgingDesk(t, nil,
		model.Match{Other: strings.Repeat("b", 64), ExpertID: "e2"},
		model.Match{Other: strings.Repeat("c", 64), ExpertID: "e3"},
		model.Match{Other: strings.Repeat("d", 64), ExpertID: "e4", Kind: model.SimilarPortrait})
	want := map[string]model.MatchWord{}
	for i, v := range []model.Verdict{model.VerdictRejected, model.VerdictAccepted, model.VerdictAccepted} {
		if err := desk.JudgeFinding(t.Context(), findings[i].ID, v); err != nil {
			t.Fatal(err)
		}
		want[findings[i].ID] = []model.MatchWord{model.WordUnrelated, model.WordSamePicture, model.WordSamePerson}[i]
	}
	file, err := desk.CaseFile(t.Context(), "e1.1")
	if err != nil || len(file.Pairs) != 3 {
		t.Fatalf("the case has %d pairs, %v", len(file.Pairs), err)
	}
	for _, p := range file.Pairs {
		if p.Word != want[p.FindingID] || p.Verdict != p.Word.Verdict() {
			t.Errorf("the %s is %q, %q", p.Match.Kind, p.Word, p.Verdict)
		}
	}
}
