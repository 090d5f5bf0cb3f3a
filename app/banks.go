package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"mensch/app/model"
)

// maxPhotoFile is the largest photo file that is read at all, in bytes.
const maxPhotoFile = 32 << 20

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

// BankFile is one photo to be put into a bank.
type BankFile struct {
	Name    string
	Source  string
	Licence string
	Note    string
	Open    func() (io.ReadCloser, error)
}

// ImportBank puts the photo at path, or every photo in the folder at path and
// below, into a bank. A file that cannot be read is named in the result, and
// the rest goes in. Matching runs with the next Detect.
func (d *Desk) ImportBank(ctx context.Context, bankID, path string, progress func(done, total int)) (Import, error) {
	var files []BankFile
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
			return nil // links and devices are not followed
		}
		files = append(files, BankFile{Name: entry.Name(), Open: func() (io.ReadCloser, error) { return os.Open(name) }})
		return ctx.Err()
	})
	if err != nil {
		return Import{}, fmt.Errorf("reading %s: %w", path, err)
	}
	return d.AddToBank(ctx, bankID, files, progress)
}

// AddToBank puts photos into a bank.
func (d *Desk) AddToBank(ctx context.Context, bankID string, files []BankFile, progress func(done, total int)) (Import, error) {
	var result Import
	before, err := d.bankSize(ctx, bankID)
	if err != nil {
		return result, err
	}
	var items []model.BankItem
	flush := func() error {
		if err := d.store.AddBankItems(ctx, items); err != nil {
			return fmt.Errorf("adding to the bank: %w", err)
		}
		items = items[:0]
		return nil
	}
	taken := 0
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return result, err
		}
		id, why, err := d.keepPhoto(ctx, f)
		if err != nil {
			return result, err
		}
		if why != "" {
			result.Skipped = append(result.Skipped, f.Name+": "+why)
		} else {
			taken++
			items = append(items, model.BankItem{
				ID: "i" + uuid.NewString(), BankID: bankID, PhotoID: id, Name: f.Name, Source: f.Source, Licence: f.Licence, Note: f.Note, AddedAt: d.now().UTC(),
			})
		}
		if len(items) == workPage {
			if err := flush(); err != nil {
				return result, err
			}
		}
		if progress != nil {
			progress(i+1, len(files))
		}
	}
	if err := flush(); err != nil {
		return result, err
	}
	after, err := d.bankSize(ctx, bankID)
	if err != nil {
		return result, err
	}
	result.Added = after - before
	result.Known = taken - result.Added
	detail := fmt.Sprintf(`{"added":%d,"known":%d,"skipped":%d}`, result.Added, result.Known, len(result.Skipped))
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "import", "bank:"+bankID, detail); err != nil {
		return result, fmt.Errorf("noting the import in the audit log: %w", err)
	}
	d.changed()
	return result, nil
}

func (d *Desk) bankSize(ctx context.Context, bankID string) (int, error) {
	b, err := d.bank(ctx, func(b model.Bank) bool { return b.ID == bankID })
	if err != nil {
		return 0, fmt.Errorf("bank %s: %w", bankID, err)
	}
	return b.Items, nil
}

// keepPhoto stores a photo's bytes after proving that they decode; why tells
// in words why they are not kept.
func (d *Desk) keepPhoto(ctx context.Context, f BankFile) (id, why string, err error) {
	file, err := f.Open()
	if err != nil {
		return "", "cannot be opened", nil //nolint:nilerr // one bad file does not end an import; it is named in the result
	}
	data, err := io.ReadAll(io.LimitReader(file, maxPhotoFile+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return "", "cannot be read", nil //nolint:nilerr // as above
	}
	if len(data) > maxPhotoFile {
		return "", "is larger than 32 MiB", nil
	}
	if why := undecodable(data); why != "" {
		return "", why, nil
	}
	sum := sha256.Sum256(data)
	id = hex.EncodeToString(sum[:])
	if err := d.store.SavePhoto(ctx, id, http.DetectContentType(data), bytes.NewReader(data)); err != nil {
		return "", "", fmt.Errorf("keeping photo %s: %w", f.Name, err)
	}
	return id, "", nil
}

// DisableBankItem takes one item out of matching, or puts it back.
func (d *Desk) DisableBankItem(ctx context.Context, itemID string, disabled bool) error {
	if err := d.store.DisableBankItem(ctx, itemID, disabled, d.Moderator(), d.now().UTC()); err != nil {
		return fmt.Errorf("changing bank item %s: %w", itemID, err)
	}
	d.changed()
	return nil
}
