package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mensch/app/model"
)

// JudgementStore keeps what moderators say of matches.
type JudgementStore interface {
	// JudgeMatch keeps a word on a finding's match: the verdict, the photo's
	// place in a bank (nil: none) and the audit row in one transaction; what
	// the word before did to a bank is taken back.
	JudgeMatch(ctx context.Context, findingID string, word model.MatchWord, item *model.BankItem, by string, at time.Time) (model.MatchJudgement, error)
	// UndoMatch takes the last word on a match back; ErrStale if it is not the last.
	UndoMatch(ctx context.Context, seq int64, by string, at time.Time) (model.MatchJudgement, error)
	// MatchJudgements pages all words by Seq, those taken back among them.
	MatchJudgements(ctx context.Context, afterSeq int64, limit int) ([]model.MatchJudgement, error)
	// MatchWords gives the words that stand on findings.
	MatchWords(ctx context.Context, findingIDs []string) (map[string]model.MatchWord, error)
}

// MatchJudged is a verdict on a match as it was kept.
type MatchJudged struct {
	Judgement model.MatchJudgement
	Bank      string // the name of the bank that the photo went into; empty for none
}

// verdictBank is what the settings remember and make for a word.
var verdictBank = map[model.MatchWord]struct{ setting, name string }{
	model.WordStock:   {"bank-for-stock", "Stock pictures found here"},
	model.WordGraphic: {"bank-for-graphics", "Graphics found here"},
}

// JudgeMatch keeps what the moderator says of two photos. The finding is
// accepted or rejected by it; a stock picture also goes into a stock bank and a
// graphic into a legitimate one, so that their next appearance is known. bankID
// names the bank and is remembered; empty takes the bank remembered, else the
// only one of its kind, else makes one.
//
// UndoMatch takes the verdict back, WordOpen opens the match again.
func (d *Desk) JudgeMatch(ctx context.Context, findingID string, word model.MatchWord, bankID string) (MatchJudged, error) {
	var out MatchJudged
	switch word {
	case model.WordOpen, model.WordSamePicture, model.WordSamePerson, model.WordStock, model.WordGraphic, model.WordUnrelated:
	default:
		return out, &Refusal{Why: fmt.Sprintf("There is no verdict %q on a pair of photos. Nothing was kept.", word)}
	}
	f, err := d.store.Finding(ctx, findingID)
	if err != nil {
		return out, fmt.Errorf("reading finding %s: %w", findingID, err)
	}
	if f.Match == nil {
		return out, &Refusal{Why: "This finding compares no photos. Nothing was kept."}
	}
	item, bank, err := d.bankedBy(ctx, f, word, bankID)
	if err != nil {
		return out, err
	}
	out.Bank = bank.Name
	if out.Judgement, err = d.store.JudgeMatch(ctx, findingID, word, item, d.Moderator(), d.now().UTC()); err != nil {
		return MatchJudged{}, fmt.Errorf("keeping the verdict on finding %s: %w", findingID, err)
	}
	if item != nil {
		d.changed()
	}
	return out, d.refreshCases(ctx, f.ExpertID)
}

// bankedBy says into which bank a word puts the expert's photo, making and
// remembering the bank; nil if it goes nowhere.
func (d *Desk) bankedBy(ctx context.Context, f model.Finding, word model.MatchWord, bankID string) (*model.BankItem, model.Bank, error) {
	kind := word.BankKind()
	if kind == "" {
		return nil, model.Bank{}, nil
	}
	if f.Match.Bank != "" {
		from, err := d.bank(ctx, func(b model.Bank) bool { return b.ID == f.Match.Bank })
		switch {
		case notFound(err):
		case err != nil:
			return nil, from, err
		case word == model.WordGraphic && from.Kind == model.BankCopyrighted:
			return nil, from, &Refusal{Why: fmt.Sprintf("“%s” holds copyrighted pictures, among which a graphic is no more allowed than a photo. Nothing was kept; say “same picture” or “unrelated”.", from.Name)}
		case word == model.WordStock && from.Kind == model.BankStock:
			return nil, model.Bank{}, nil // it is known as a stock picture by what it was matched with
		}
	}
	bank, err := d.verdictBank(ctx, word, bankID)
	if err != nil {
		return nil, bank, err
	}
	item := &model.BankItem{
		ID: "i" + uuid.NewString(), BankID: bank.ID, PhotoID: f.Match.Query, Name: "Profile photo in case " + f.CaseID,
		Source: "a moderator's verdict", AddedAt: d.now().UTC(),
	}
	return item, bank, nil
}

func (d *Desk) verdictBank(ctx context.Context, word model.MatchWord, bankID string) (model.Bank, error) {
	banks, remembered, err := d.VerdictBanks(ctx, word)
	if err != nil {
		return model.Bank{}, err
	}
	keep := verdictBank[word]
	if bankID != "" && bankID != remembered {
		if !slices.ContainsFunc(banks, func(b model.Bank) bool { return b.ID == bankID }) {
			return model.Bank{}, &Refusal{Why: fmt.Sprintf("That bank does not hold %s pictures. Nothing was kept; choose another one.", word.BankKind())}
		}
		if err := d.store.SetSetting(ctx, keep.setting, bankID); err != nil {
			return model.Bank{}, fmt.Errorf("remembering the bank: %w", err)
		}
		remembered = bankID
	}
	if i := slices.IndexFunc(banks, func(b model.Bank) bool { return b.ID == remembered }); i >= 0 {
		return banks[i], nil
	}
	if len(banks) == 1 {
		return banks[0], nil
	}
	if len(banks) > 1 {
		return model.Bank{}, ErrChooseBank
	}
	return d.EnsureBank(ctx, keep.name, word.BankKind())
}

// ErrChooseBank says that a verdict's photo could go into several banks, and
// that none was chosen yet.
var ErrChooseBank = errors.New("the bank is still to be chosen")

// VerdictBanks are the banks that a word's photo may go into, and the ID of the
// one remembered, empty if none is.
func (d *Desk) VerdictBanks(ctx context.Context, word model.MatchWord) (banks []model.Bank, chosen string, err error) {
	all, err := d.store.Banks(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("reading the banks: %w", err)
	}
	for _, b := range all {
		if b.Kind == word.BankKind() {
			banks = append(banks, b)
		}
	}
	keep, ok := verdictBank[word]
	if !ok {
		return nil, "", nil
	}
	if chosen, err = d.store.Setting(ctx, keep.setting); err != nil {
		return nil, "", fmt.Errorf("reading which bank was chosen: %w", err)
	}
	return banks, chosen, nil
}

// UndoMatch takes a verdict on a match back, with what it did to a bank.
func (d *Desk) UndoMatch(ctx context.Context, judgement int64) error {
	j, err := d.store.UndoMatch(ctx, judgement, d.Moderator(), d.now().UTC())
	if errors.Is(err, model.ErrStale) {
		return &Refusal{Why: "Something else was said of this pair since. Nothing was taken back."}
	}
	if err != nil {
		return fmt.Errorf("taking the verdict back: %w", err)
	}
	f, err := d.store.Finding(ctx, j.FindingID)
	if err != nil {
		return fmt.Errorf("reading finding %s: %w", j.FindingID, err)
	}
	if j.ItemID != "" {
		d.changed()
	}
	return d.refreshCases(ctx, f.ExpertID)
}

// matchWord is what a plain yes or no to a match says: of a similar portrait, a
// yes says that both show one person.
func matchWord(v model.Verdict, kind model.MatchKind) model.MatchWord {
	switch v {
	case model.VerdictAccepted:
		if kind == model.SimilarPortrait {
			return model.WordSamePerson
		}
		return model.WordSamePicture
	case model.VerdictRejected:
		return model.WordUnrelated
	}
	return model.WordOpen
}
