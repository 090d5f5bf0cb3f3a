package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

	HashOnly  bool `db:"hash_only"`
	Confirmed int  `db:"confirmed"`
	Refuted   int  `db:"refuted"`
}

// saidOfItems is what moderators said of matches with bank items: the last word
// on each finding that was not taken back.
const saidOfItems = `SELECT f.body ->> '$.match.bank_item' AS item,
		sum(j.word IN ('same picture', 'stock')) AS confirmed, sum(j.word IN ('same person', 'unrelated')) AS refuted
	FROM match_judgements j JOIN findings f ON f.id = j.finding_id
	WHERE j.undone = 0 AND j.seq = (SELECT max(k.seq) FROM match_judgements k WHERE k.finding_id = j.finding_id AND k.undone = 0)
	GROUP BY 1`

const noPicture = `NOT EXISTS (SELECT 1 FROM photos p WHERE p.id = i.photo_id AND p.bytes > 0)`

const bankItems = `WITH said AS (` + saidOfItems + `)
	SELECT i.id, i.bank_id, i.photo_id, i.name, i.source, i.licence, i.note, i.disabled, i.added_at, ` + noPicture + ` AS hash_only,
		ifnull(said.confirmed, 0) AS confirmed, ifnull(said.refuted, 0) AS refuted
	FROM bank_items i LEFT JOIN said ON said.item = i.id `

func (r bankItemRow) item() (model.BankItem, error) {
	return model.BankItem{
		ID: r.ID, BankID: r.BankID, PhotoID: r.PhotoID, Name: r.Name, Source: r.Source, Licence: r.Licence, Note: r.Note, Disabled: r.Disabled, AddedAt: at(r.AddedAt),
		HashOnly: r.HashOnly, Confirmed: r.Confirmed, Refuted: r.Refuted,
	}, nil
}

// Banks gives all banks by name, with what they hold. There are few.
func (s *Store) Banks(ctx context.Context) ([]model.Bank, error) {
	var rows []struct {
		ID        string `db:"id"`
		Name      string `db:"name"`
		Kind      string `db:"kind"`
		CreatedAt int64  `db:"created_at"`
		Items     int    `db:"items"`
		Disabled  int    `db:"disabled"`
		HashOnly  int    `db:"hash_only"`
		Confirmed int    `db:"confirmed"`
		Refuted   int    `db:"refuted"`
	}
	err := s.reader.SelectContext(ctx, &rows, `WITH said AS (`+saidOfItems+`), held AS (
			SELECT i.bank_id, count(*) AS items, sum(i.disabled) AS disabled, sum(`+noPicture+`) AS hash_only,
				sum(ifnull(said.confirmed, 0)) AS confirmed, sum(ifnull(said.refuted, 0)) AS refuted
			FROM bank_items i LEFT JOIN said ON said.item = i.id GROUP BY i.bank_id)
		SELECT b.id, b.name, b.kind, b.created_at, ifnull(h.items, 0) AS items, ifnull(h.disabled, 0) AS disabled, ifnull(h.hash_only, 0) AS hash_only,
			ifnull(h.confirmed, 0) AS confirmed, ifnull(h.refuted, 0) AS refuted
		FROM banks b LEFT JOIN held h ON h.bank_id = b.id ORDER BY b.name, b.id`)
	if err != nil {
		return nil, failed(ctx, "reading the banks", err)
	}
	out := make([]model.Bank, len(rows))
	for i, r := range rows {
		out[i] = model.Bank{
			ID: r.ID, Name: r.Name, Kind: model.BankKind(r.Kind), CreatedAt: at(r.CreatedAt),
			Items: r.Items, Disabled: r.Disabled, HashOnly: r.HashOnly, Confirmed: r.Confirmed, Refuted: r.Refuted,
		}
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
	return s.FindBankItems(ctx, model.BankItemFilter{BankID: bankID}, after, limit)
}

// FindBankItems pages the items of a bank that pass a filter, by item ID.
func (s *Store) FindBankItems(ctx context.Context, filter model.BankItemFilter, after string, limit int) ([]model.BankItem, error) {
	where := `WHERE i.bank_id = ? AND i.id > ?`
	args := []any{filter.BankID, after}
	switch filter.State {
	case "":
	case model.ItemsMatched:
		where += ` AND i.disabled = 0`
	case model.ItemsDisabled:
		where += ` AND i.disabled = 1`
	case model.ItemsRefuted:
		where += ` AND said.refuted > 0`
	case model.ItemsHashOnly:
		where += ` AND ` + noPicture
	default:
		return nil, fmt.Errorf("reading a bank: items have no state %q", filter.State)
	}
	for _, word := range strings.Fields(filter.Words) {
		where += ` AND (i.name || char(10) || i.source || char(10) || i.licence || char(10) || i.note) LIKE ? ESCAPE '\'`
		args = append(args, "%"+likeEscaper.Replace(word)+"%")
	}
	var rows []bankItemRow
	err := s.reader.SelectContext(ctx, &rows, bankItems+where+` ORDER BY i.id LIMIT ?`, append(args, capped(limit))...)
	if err != nil {
		return nil, failed(ctx, "reading a bank", err)
	}
	return each(rows, bankItemRow.item)
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// BankItem gives one item, or model.ErrNotFound.
func (s *Store) BankItem(ctx context.Context, id string) (model.BankItem, error) {
	var row bankItemRow
	if err := s.reader.GetContext(ctx, &row, bankItems+`WHERE i.id = ?`, id); err != nil {
		return model.BankItem{}, failed(ctx, "reading bank item "+id, err)
	}
	return row.item()
}

// DescribeBankItem changes what people say of an item. The audit log notes that
// it was changed, not what it says.
func (s *Store) DescribeBankItem(ctx context.Context, id string, text model.BankItemText, by string, when time.Time) error {
	return s.write(ctx, "describing bank item "+id, func(t *tx) error {
		n, err := t.exec(`UPDATE bank_items SET name = ?, source = ?, licence = ?, note = ? WHERE id = ?`, text.Name, text.Source, text.Licence, text.Note, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return model.ErrNotFound
		}
		return t.audit(when, by, "bank", "item:"+id, map[string]any{"described": true})
	})
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
