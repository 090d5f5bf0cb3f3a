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
	"time"

	"mensch/app/model"
	"mensch/app/photos"
)

// maxPhotoFile is the largest photo file that is read at all, in bytes.
const maxPhotoFile = 32 << 20

// importBatch is how many photos are read before they land in the store: few, so
// that a cancelled import loses little.
const importBatch = 64

// BankFile is one photo to be put into a bank.
type BankFile struct {
	Name     string
	Source   string
	Licence  string
	Note     string
	Disabled bool
	AddedAt  time.Time // zero: now
	Open     func() (io.ReadCloser, error)
}

// ImportBank puts what is at path into a bank: a photo, every photo in a folder
// and below it, every photo in a ZIP file, what ExportBank wrote, or a list of
// hashes as ReadHashList takes it. What cannot be read is named in the result,
// and the rest goes in. A cancelled import keeps what is in. Photos are matched
// by the next Detect.
func (d *Desk) ImportBank(ctx context.Context, bankID, path string, progress func(done, total int)) (Import, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Import{}, &Refusal{Why: fmt.Sprintf("There is nothing to be read at %s. Nothing was imported; check the name.", path)}
	}
	if info.IsDir() {
		files, err := folderFiles(ctx, path)
		if err != nil {
			return Import{}, err
		}
		return d.AddToBank(ctx, bankID, files, progress)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".json", ".jsonl", ".ndjson", ".te", ".txt":
		return d.importList(ctx, bankID, path, progress)
	case ".zip":
		return d.importZIP(ctx, bankID, path, progress)
	}
	return d.AddToBank(ctx, bankID, []BankFile{{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}}, progress)
}

func folderFiles(ctx context.Context, path string) ([]BankFile, error) {
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
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return files, nil
}

func (d *Desk) importList(ctx context.Context, bankID, path string, progress func(done, total int)) (result Import, err error) {
	file, err := os.Open(path)
	if err != nil {
		return result, fmt.Errorf("reading %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hashes, skipped, err := ReadHashList(file)
	if err != nil {
		return result, fmt.Errorf("%s: %w", path, err)
	}
	result, err = d.AddHashesToBank(ctx, bankID, hashes, progress)
	for _, s := range skipped {
		result.Skipped = append(result.Skipped, filepath.Base(path)+", "+s)
	}
	return result, err
}

// AddToBank puts photos into a bank, reading and hashing them on all cores.
func (d *Desk) AddToBank(ctx context.Context, bankID string, files []BankFile, progress func(done, total int)) (Import, error) {
	var result Import
	before, err := d.bankSize(ctx, bankID)
	if err != nil {
		return result, err
	}
	taken, done := 0, 0
	for batch := range slices.Chunk(files, importBatch) {
		kept, err := d.keepPhotos(ctx, batch)
		if err != nil {
			return result, err
		}
		var items []model.BankItem
		var hashes []model.PhotoHashes
		for i, k := range kept {
			f := batch[i]
			if k.why != "" {
				result.Skipped = append(result.Skipped, f.Name+": "+k.why)
				continue
			}
			taken++
			added := f.AddedAt
			if added.IsZero() {
				added = d.now().UTC()
			}
			items = append(items, model.BankItem{
				ID: newItemID(), BankID: bankID, PhotoID: k.id, Name: itemName(f.Name), Source: f.Source, Licence: f.Licence, Note: f.Note, Disabled: f.Disabled, AddedAt: added,
			})
			if k.hashes.PhotoID != "" {
				hashes = append(hashes, k.hashes)
			}
		}
		if err := d.store.SaveHashes(ctx, hashes); err != nil {
			return result, fmt.Errorf("keeping the hashes: %w", err)
		}
		if err := d.store.AddBankItems(ctx, items); err != nil {
			return result, fmt.Errorf("adding to the bank: %w", err)
		}
		if done += len(batch); progress != nil {
			progress(done, len(files))
		}
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

// itemName makes of a file's name what an item may be called.
func itemName(name string) string {
	name = strings.TrimSpace(strings.ToValidUTF8(name, "�"))
	for len(name) > maxField {
		r := []rune(name)
		name = string(r[:len(r)-1-(len(name)-maxField)/4])
	}
	if name == "" {
		return "without a name"
	}
	return name
}

func (d *Desk) bankSize(ctx context.Context, bankID string) (int, error) {
	b, err := d.bank(ctx, func(b model.Bank) bool { return b.ID == bankID })
	if err != nil {
		return 0, fmt.Errorf("bank %s: %w", bankID, err)
	}
	return b.Items, nil
}

// keptPhoto is a photo that is in the store now, or why it's not.
type keptPhoto struct {
	id, why string
	hashes  model.PhotoHashes // without an ID where the store has them
}

func (d *Desk) keepPhotos(ctx context.Context, files []BankFile) ([]keptPhoto, error) {
	kept := make([]keptPhoto, len(files))
	return kept, onAllCores(ctx, len(files), func(ctx context.Context, i int) (err error) {
		if err := ctx.Err(); err != nil {
			return err
		}
		kept[i], err = d.keepPhoto(ctx, files[i])
		return err
	})
}

// keepPhoto stores a photo's bytes after proving that they decode, and hashes it.
func (d *Desk) keepPhoto(ctx context.Context, f BankFile) (k keptPhoto, err error) {
	file, err := f.Open()
	if err != nil {
		// One bad file does not end an import; it is named in the result.
		return keptPhoto{why: "cannot be opened" + saying(err)}, nil
	}
	data, err := io.ReadAll(io.LimitReader(file, maxPhotoFile+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return keptPhoto{why: "cannot be read" + saying(err)}, nil
	}
	if len(data) > maxPhotoFile {
		return keptPhoto{why: "is larger than 32 MiB"}, nil
	}
	sum := sha256.Sum256(data)
	k.id = hex.EncodeToString(sum[:])
	known, err := d.store.HashesOf(ctx, k.id)
	if err != nil && !notFound(err) {
		return k, fmt.Errorf("reading the hashes of photo %s: %w", k.id, err)
	}
	if err != nil || known.Method != photos.Method || known.Class == bareClass {
		pic, err := photos.Decode(bytes.NewReader(data))
		if err != nil {
			why := faultWords(err)
			if why == "" {
				why = "cannot be decoded"
			}
			return keptPhoto{why: why}, nil
		}
		k.hashes = photos.Hash(pic)
	}
	if err := d.store.SavePhoto(ctx, k.id, http.DetectContentType(data), bytes.NewReader(data)); err != nil {
		return k, fmt.Errorf("keeping photo %s: %w", f.Name, err)
	}
	return k, nil
}

// saying adds what a refusal says to the words about a file.
func saying(err error) string {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return ": " + refusal.Why
	}
	return ""
}
