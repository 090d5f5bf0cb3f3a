package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"mensch/app/model"
)

// Banks are the named sets of known images.
func (d *Desk) Banks(ctx context.Context) ([]model.Bank, error) { return d.store.Banks(ctx) }

// BankItems pages a bank by item ID.
func (d *Desk) BankItems(ctx context.Context, bankID, after string, limit int) ([]model.BankItem, error) {
	return d.store.BankItems(ctx, bankID, after, limit)
}

// CreateBank makes an empty bank.
func (d *Desk) CreateBank(ctx context.Context, name string, kind model.BankKind) error {
	_, err := d.createBank(ctx, name, kind)
	return err
}

func (d *Desk) createBank(ctx context.Context, name string, kind model.BankKind) (model.Bank, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 {
		return model.Bank{}, &Refusal{Why: "A bank needs a name of 1 to 80 characters. No bank was made."}
	}
	switch kind {
	case model.BankStock, model.BankBanned, model.BankCopyrighted, model.BankLegitimate:
	default:
		return model.Bank{}, &Refusal{Why: fmt.Sprintf("There is no kind of bank called %q; there are stock, banned, copyrighted and legitimate. No bank was made.", kind)}
	}
	if b, err := d.bank(ctx, called(name)); err == nil {
		return b, &Refusal{Why: fmt.Sprintf("There is a bank called “%s” already. No bank was made.", b.Name)}
	} else if !notFound(err) {
		return model.Bank{}, err
	}
	bank := model.Bank{ID: "b" + uuid.NewString(), Name: name, Kind: kind, CreatedAt: d.now().UTC()}
	if err := d.store.CreateBank(ctx, bank); err != nil {
		return bank, fmt.Errorf("making bank %s: %w", name, err)
	}
	return bank, nil
}

// EnsureBank gives the bank of that name, making it if it is not there.
func (d *Desk) EnsureBank(ctx context.Context, name string, kind model.BankKind) (model.Bank, error) {
	b, err := d.bank(ctx, called(name))
	if notFound(err) {
		return d.createBank(ctx, name, kind)
	}
	return b, err
}

// bank is the first bank that fits; model.ErrNotFound if there is none.
func (d *Desk) bank(ctx context.Context, fits func(model.Bank) bool) (model.Bank, error) {
	banks, err := d.store.Banks(ctx)
	if err != nil {
		return model.Bank{}, fmt.Errorf("reading the banks: %w", err)
	}
	if i := slices.IndexFunc(banks, fits); i >= 0 {
		return banks[i], nil
	}
	return model.Bank{}, fmt.Errorf("reading the banks: %w", model.ErrNotFound)
}

// called fits the bank of a name; names differ by more than case.
func called(name string) func(model.Bank) bool {
	return func(b model.Bank) bool { return strings.EqualFold(b.Name, name) }
}

// FindBankItems pages the items of a bank that pass a filter, by item ID.
func (d *Desk) FindBankItems(ctx context.Context, filter model.BankItemFilter, after string, limit int) ([]model.BankItem, error) {
	return d.store.FindBankItems(ctx, filter, after, limit)
}

// BankItem gives one item.
func (d *Desk) BankItem(ctx context.Context, itemID string) (model.BankItem, error) {
	return d.store.BankItem(ctx, itemID)
}

// DescribeBankItem changes what people say of an item.
func (d *Desk) DescribeBankItem(ctx context.Context, itemID string, text model.BankItemText) error {
	for _, part := range []struct {
		name string
		text *string
	}{{"name", &text.Name}, {"source", &text.Source}, {"licence", &text.Licence}, {"note", &text.Note}} {
		*part.text = strings.TrimSpace(*part.text)
		if len(*part.text) > maxField || !utf8.ValidString(*part.text) {
			return &Refusal{Why: fmt.Sprintf("The %s is longer than %d bytes. Nothing was changed; shorten it.", part.name, maxField)}
		}
	}
	if text.Name == "" {
		return &Refusal{Why: "An item needs a name. Nothing was changed."}
	}
	if err := d.store.DescribeBankItem(ctx, itemID, text, d.Moderator(), d.now().UTC()); err != nil {
		return fmt.Errorf("describing bank item %s: %w", itemID, err)
	}
	d.changed()
	return nil
}

// newItemID names a new item; later ones come later in the order of their IDs.
func newItemID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness to give
		return "i" + uuid.NewString()
	}
	return "i" + id.String()
}

// DisableBankItem takes one item out of matching, or puts it back.
func (d *Desk) DisableBankItem(ctx context.Context, itemID string, disabled bool) error {
	if err := d.store.DisableBankItem(ctx, itemID, disabled, d.Moderator(), d.now().UTC()); err != nil {
		return fmt.Errorf("changing bank item %s: %w", itemID, err)
	}
	d.changed()
	return nil
}
