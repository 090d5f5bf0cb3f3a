package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mensch/app/model"
)

type bankItemRow struct {
	ID       string `db:"id"`
	BankID   string `db:"bank_id"`
	PhotoID  string `db:"photo_id"`
	Name     string `db:"name"`
	Source   string `db:"source"`
	Licence  string `db:"licence"`
	Note     string `db:"note"`
	Disabled bool   `db:"disabled"`
	AddedAt  int64  `db:"added_at"`
}

const bankItemColumns = `id, bank_id, photo_id, name, source, licence, note, disabled, added_at`

func (r bankItemRow) item() (model.BankItem, error) {
	return model.BankItem{
		ID: r.ID, BankID: r.BankID, PhotoID: r.PhotoID, Name: r.Name, Source: r.Source, Licence: r.Licence, Note: r.Note, Disabled: r.Disabled, AddedAt: at(r.AddedAt),
	}, nil
}

// Banks gives all banks by name. There are few.
func (s *Store) Banks(ctx context.Context) ([]model.Bank, error) {
	var rows []struct {
		ID        string `db:"id"`
		Name      string `db:"name"`
		Kind      string `db:"kind"`
		CreatedAt int64  `db:"created_at"`
		Items     int    `db:"items"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT b.id, b.name, b.kind, b.created_at, (SELECT count(*) FROM bank_items i WHERE i.bank_id = b.id) AS items
		FROM banks b ORDER BY b.name, b.id`)
	if err != nil {
		return nil, failed(ctx, "reading the banks", err)
	}
	out := make([]model.Bank, len(rows))
	for i, r := range rows {
		out[i] = model.Bank{ID: r.ID, Name: r.Name, Kind: model.BankKind(r.Kind), CreatedAt: at(r.CreatedAt), Items: r.Items}
	}
	return out, nil
}

// CreateBank makes an empty bank. An ID that is there already is an error.
func (s *Store) CreateBank(ctx context.Context, bank model.Bank) error {
	if bank.ID == "" || bank.Name == "" {
		return errors.New("making a bank: it needs an ID and a name")
	}
	return s.write(ctx, "making bank "+bank.Name, func(t *tx) error {
		_, err := t.exec(`INSERT INTO banks (id, name, kind, created_at) VALUES (?, ?, ?, ?)`, bank.ID, bank.Name, bank.Kind, us(bank.CreatedAt))
		if err != nil {
			return err
		}
		return t.audit(bank.CreatedAt, "", "bank", "bank:"+bank.ID, map[string]any{"name": bank.Name, "kind": bank.Kind})
	})
}

// BankItems pages a bank by item ID.
func (s *Store) BankItems(ctx context.Context, bankID, after string, limit int) ([]model.BankItem, error) {
	var rows []bankItemRow
	err := s.reader.SelectContext(ctx, &rows, `SELECT `+bankItemColumns+` FROM bank_items WHERE bank_id = ? AND id > ? ORDER BY id LIMIT ?`, bankID, after, capped(limit))
	if err != nil {
		return nil, failed(ctx, "reading a bank", err)
	}
	return each(rows, bankItemRow.item)
}

// BankItem gives one item, or model.ErrNotFound.
func (s *Store) BankItem(ctx context.Context, id string) (model.BankItem, error) {
	var row bankItemRow
	if err := s.reader.GetContext(ctx, &row, `SELECT `+bankItemColumns+` FROM bank_items WHERE id = ?`, id); err != nil {
		return model.BankItem{}, failed(ctx, "reading bank item "+id, err)
	}
	return row.item()
}

// AddBankItems puts items into banks and queues their photos. An item that is
// there already, by its ID or as the same photo in the same bank, is left.
func (s *Store) AddBankItems(ctx context.Context, items []model.BankItem) error {
	if len(items) == 0 {
		return nil
	}
	return s.write(ctx, "adding to a bank", func(t *tx) error {
		for _, i := range items {
			if i.ID == "" {
				return errors.New("an item needs an ID")
			}
			if i.PhotoID != "" && !isPhotoID(i.PhotoID) {
				return fmt.Errorf("item %s: the photo is named by no SHA-256", i.Name)
			}
			var bank bool
			if _, err := t.get(&bank, `SELECT EXISTS (SELECT 1 FROM banks WHERE id = ?)`, i.BankID); err != nil {
				return err
			}
			if !bank {
				return fmt.Errorf("bank %s: %w", i.BankID, model.ErrNotFound)
			}
			n, err := t.exec(`INSERT INTO bank_items (id, bank_id, photo_id, name, source, licence, note, disabled, added_at)
				SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?3 = '' OR NOT EXISTS (SELECT 1 FROM bank_items WHERE bank_id = ?2 AND photo_id = ?3)
				ON CONFLICT DO NOTHING`, i.ID, i.BankID, i.PhotoID, i.Name, i.Source, i.Licence, i.Note, i.Disabled, us(i.AddedAt))
			if err != nil {
				return err
			}
			if n > 0 {
				if err := t.queuePhoto(i.PhotoID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// queuePhoto queues a photo's work if its bytes are here; else their arrival does.
func (t *tx) queuePhoto(id string) error {
	_, err := t.exec(`INSERT INTO work (kind, id, stamp) SELECT 'photo', id, `+newStamp+` FROM photos WHERE id = ? AND bytes > 0
		ON CONFLICT DO UPDATE SET stamp = excluded.stamp`, id)
	return err
}

// DisableBankItem takes an item out of matching, or puts it back, and queues
// its photo so that what it matched is judged anew.
func (s *Store) DisableBankItem(ctx context.Context, id string, disabled bool, by string, when time.Time) error {
	return s.write(ctx, "changing bank item "+id, func(t *tx) error {
		var there bool
		if _, err := t.get(&there, `SELECT EXISTS (SELECT 1 FROM bank_items WHERE id = ?)`, id); err != nil {
			return err
		}
		if !there {
			return model.ErrNotFound
		}
		return t.setItem(id, disabled, by, when)
	})
}
