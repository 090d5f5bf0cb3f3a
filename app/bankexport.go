package app

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/pdq"
)

// BankExported says what went into an exported file.
type BankExported struct {
	Path   string
	Bytes  int64
	Items  int
	Photos int // of a ZIP file: pictures in it
}

// exportedItem is an item as an exported list has it. ReadHashList reads it back.
type exportedItem struct {
	SHA256   string `json:"sha256,omitempty"`
	PHash    string `json:"phash,omitempty"`
	DHash    string `json:"dhash,omitempty"`
	PDQ      string `json:"pdq,omitempty"`
	Quality  int    `json:"quality,omitempty"`
	Name     string `json:"name"`
	Source   string `json:"source,omitempty"`
	Licence  string `json:"licence,omitempty"`
	Note     string `json:"note,omitempty"`
	Disabled bool   `json:"disabled,omitempty"`
	Added    string `json:"added"`
}

var exportColumns = []string{"sha256", "phash", "dhash", "pdq", "quality", "name", "source", "licence", "note", "disabled", "added"}

func (e exportedItem) row() []string {
	quality := ""
	if e.PDQ != "" {
		quality = strconv.Itoa(e.Quality)
	}
	return []string{
		e.SHA256, e.PHash, e.DHash, e.PDQ, quality, guarded(e.Name), guarded(e.Source), guarded(e.Licence), guarded(e.Note), strconv.FormatBool(e.Disabled), e.Added,
	}
}

// ExportBank writes a bank into a new file, as its name ends: .csv, .json, or .zip
// with the pictures in it. Imported again, it gives the same bank. That it was
// exported stands in the audit log.
func (d *Desk) ExportBank(ctx context.Context, bankID, path string, progress func(done, total int)) (BankExported, error) {
	out := BankExported{Path: path}
	bank, err := d.bank(ctx, func(b model.Bank) bool { return b.ID == bankID })
	if err != nil {
		return out, fmt.Errorf("bank %s: %w", bankID, err)
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	w := &bankWriter{desk: d, bank: bank, progress: progress, out: &out}
	var write func(context.Context, io.Writer) error
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv":
		write = w.csv
	case ".json":
		write = w.json
	case ".zip":
		write = w.zip
	default:
		return out, &Refusal{Why: "A bank is exported as a .csv, .json or .zip file. Nothing was written; let the name end in one of these."}
	}
	out.Bytes, err = newFile(path, func(file io.Writer) error {
		buffered := bufio.NewWriter(file)
		if err := write(ctx, buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
	if err != nil {
		return out, fmt.Errorf("exporting the bank %s: %w", bank.Name, err)
	}
	detail := fmt.Sprintf(`{"items":%d,"photos":%d}`, out.Items, out.Photos)
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "export", "bank:"+bankID, detail); err != nil {
		return out, fmt.Errorf("noting the export in the audit log: %w", err)
	}
	return out, nil
}

// bankWriter writes one bank.
type bankWriter struct {
	desk     *Desk
	bank     model.Bank
	progress func(done, total int)
	out      *BankExported
}

// each gives every item to a function, page by page.
func (w *bankWriter) each(ctx context.Context, do func(model.BankItem) error) error {
	read := func(ctx context.Context, after string, limit int) ([]model.BankItem, error) {
		return w.desk.store.BankItems(ctx, w.bank.ID, after, limit)
	}
	return eachPage(ctx, read, func(i model.BankItem) string { return i.ID }, func(page []model.BankItem) error {
		for _, item := range page {
			if err := do(item); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
}

// items gives every item as it is exported, and counts them.
func (w *bankWriter) items(ctx context.Context, do func(exportedItem) error) error {
	return w.each(ctx, func(item model.BankItem) error {
		e, err := w.desk.exportedItem(ctx, item)
		if err != nil {
			return err
		}
		w.out.Items++
		w.progress(w.out.Items, w.bank.Items)
		return do(e)
	})
}

func (d *Desk) exportedItem(ctx context.Context, item model.BankItem) (exportedItem, error) {
	e := exportedItem{
		SHA256: item.PhotoID, Name: item.Name, Source: item.Source, Licence: item.Licence, Note: item.Note, Disabled: item.Disabled,
		Added: item.AddedAt.UTC().Format(time.RFC3339Nano),
	}
	h, err := d.store.HashesOf(ctx, item.PhotoID)
	if notFound(err) {
		return e, nil
	}
	if err != nil {
		return e, fmt.Errorf("reading the hashes of %s: %w", item.Name, err)
	}
	if h.PHash != 0 {
		e.PHash = fmt.Sprintf("%016x", h.PHash)
	}
	if h.DHash != 0 {
		e.DHash = fmt.Sprintf("%016x", h.DHash)
	}
	if hashes := photos.PDQ(h); len(hashes) > 0 {
		e.PDQ, e.Quality = pdq.Format(hashes[0]), h.Quality
	}
	if item.HashOnly && item.PhotoID == derivedID(e.PHash, e.DHash, e.PDQ) {
		e.SHA256 = "" // a name of ours, and no file's
	}
	return e, nil
}

func (w *bankWriter) csv(ctx context.Context, file io.Writer) error {
	table := csv.NewWriter(file)
	if err := table.Write(exportColumns); err != nil {
		return err
	}
	err := w.items(ctx, func(e exportedItem) error { return table.Write(e.row()) })
	table.Flush()
	return errors.Join(err, table.Error())
}

func (w *bankWriter) json(ctx context.Context, file io.Writer) error {
	head, err := json.Marshal(map[string]any{"name": w.bank.Name, "kind": w.bank.Kind})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(file, "{\"bank\":%s,\"items\":[", head); err != nil {
		return err
	}
	separator := "\n"
	err = w.items(ctx, func(e exportedItem) error {
		raw, err := json.Marshal(e)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(file, "%s%s", separator, raw)
		separator = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, "\n]}\n")
	return err
}

func (w *bankWriter) zip(ctx context.Context, file io.Writer) error {
	archive := zip.NewWriter(file)
	manifest, err := archive.Create(bankManifest)
	if err != nil {
		return err
	}
	if err := w.json(ctx, manifest); err != nil {
		return err
	}
	err = w.each(ctx, func(item model.BankItem) error {
		if item.HashOnly {
			return nil
		}
		if err := w.desk.packPhoto(ctx, archive, item.PhotoID); err != nil {
			return fmt.Errorf("packing %s: %w", item.Name, err)
		}
		w.out.Photos++
		w.progress(w.out.Photos, w.bank.Items-w.bank.HashOnly)
		return nil
	})
	return errors.Join(err, archive.Close())
}

func (d *Desk) packPhoto(ctx context.Context, archive *zip.Writer, photoID string) (err error) {
	info, err := d.store.PhotoInfo(ctx, photoID)
	if err != nil {
		return err
	}
	photo, err := d.store.OpenPhoto(ctx, photoID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, photo.Close()) }()
	ext := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}[info.MediaType]
	// Stored as it is: photos hardly pack.
	part, err := archive.CreateHeader(&zip.FileHeader{Name: "photos/" + photoID + ext, Method: zip.Store})
	if err != nil {
		return err
	}
	_, err = io.Copy(part, photo)
	return err
}
