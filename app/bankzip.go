package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync/atomic"
)

// Limits of a ZIP file that is imported.
const (
	maxZIPFiles     = 50_000
	maxZIPDirectory = 16 << 20 // bytes of its table of contents
	maxZIPBytes     = 4 << 30  // unpacked, of all files together
	maxZIPRatio     = 200      // unpacked bytes for a packed one; photos hardly pack at all
	zipRatioFrom    = 1 << 20  // unpacked bytes from which the ratio is looked at
)

// bankManifest is the file in an exported ZIP that says what its photos are.
const bankManifest = "bank.json"

// importZIP puts the photos of a ZIP file into a bank, and, if ExportBank wrote
// it, what was noted of them.
func (d *Desk) importZIP(ctx context.Context, bankID, name string, progress func(done, total int)) (result Import, err error) {
	file, err := os.Open(name)
	if err != nil {
		return result, fmt.Errorf("reading %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return result, fmt.Errorf("reading %s: %w", name, err)
	}
	archive, err := openZIP(file, info.Size())
	if err != nil {
		return result, err
	}
	noted, bare, skipped, err := readManifest(archive)
	if err != nil {
		return result, err
	}
	files, more := zipFiles(archive, noted)
	skipped = append(skipped, more...)
	result, err = d.AddToBank(ctx, bankID, files, progress)
	if err == nil && len(bare) > 0 {
		var hashes Import
		hashes, err = d.AddHashesToBank(ctx, bankID, bare, progress)
		result.Added += hashes.Added
		result.Known += hashes.Known
	}
	result.Skipped = append(skipped, result.Skipped...)
	return result, err
}

// openZIP reads a ZIP file's table of contents, once its size is known to be bearable.
func openZIP(r io.ReaderAt, size int64) (*zip.Reader, error) {
	if !bearable(r, size) {
		return nil, &Refusal{Why: "The ZIP file is damaged, or lists more files than Mensch takes at once. Nothing was imported; pack fewer files together."}
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, &Refusal{Why: "The file is no ZIP file that can be read, or it is damaged. Nothing was imported."}
	}
	if len(archive.File) > maxZIPFiles {
		return nil, &Refusal{Why: fmt.Sprintf("The ZIP file holds %d files; Mensch takes at most %d at once. Nothing was imported; pack fewer together.", len(archive.File), maxZIPFiles)}
	}
	return archive, nil
}

// bearable says whether the table of contents, which is read whole into memory,
// is small enough. It looks at the record that ends a ZIP file, as the reader will.
func bearable(r io.ReaderAt, size int64) bool {
	const record = 22
	tail := make([]byte, min(size, record+1<<16))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || at+record > len(tail) {
		return false
	}
	length, from := binary.LittleEndian.Uint32(tail[at+12:]), binary.LittleEndian.Uint32(tail[at+16:])
	// All ones stand for the larger form, which only files beyond the limits need.
	if length > maxZIPDirectory || from == 1<<32-1 {
		return false
	}
	end := size - int64(len(tail)) + int64(at)
	return end-int64(from) <= maxZIPDirectory
}

// zipFiles makes files to import of a ZIP file's contents.
func zipFiles(archive *zip.Reader, noted map[string]BankHash) (files []BankFile, skipped []string) {
	unpacked := new(atomic.Int64)
	for _, f := range archive.File {
		base := path.Base(strings.ReplaceAll(f.Name, `\`, "/"))
		if f.FileInfo().IsDir() || strings.HasPrefix(base, ".") || strings.HasPrefix(f.Name, "__MACOSX/") || f.Name == bankManifest {
			continue
		}
		if !f.Mode().IsRegular() {
			skipped = append(skipped, itemName(base)+": is no file but a link")
			continue
		}
		b := BankFile{Name: base, Open: func() (io.ReadCloser, error) { return openPacked(f, unpacked) }}
		id := strings.TrimSuffix(base, path.Ext(base))
		if h, ok := noted[id]; ok {
			b.Name, b.Source, b.Licence, b.Note, b.Disabled, b.AddedAt = h.Name, h.Source, h.Licence, h.Note, h.Disabled, h.AddedAt
		}
		files = append(files, b)
	}
	return files, skipped
}

// openPacked opens a file of a ZIP file unless it is a bomb.
func openPacked(f *zip.File, unpacked *atomic.Int64) (io.ReadCloser, error) {
	switch {
	case f.Flags&1 != 0:
		return nil, &Refusal{Why: "it is encrypted"}
	case f.UncompressedSize64 > maxPhotoFile:
		return nil, &Refusal{Why: "it is larger than 32 MiB"}
	case f.UncompressedSize64 > zipRatioFrom && f.UncompressedSize64/maxZIPRatio > f.CompressedSize64:
		return nil, &Refusal{Why: "it is packed more tightly than any photo can be"}
	case unpacked.Load() > maxZIPBytes:
		return nil, &Refusal{Why: "the ZIP file unpacks to more than 4 GiB"}
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	return &weighed{r, unpacked}, nil
}

// weighed counts what is unpacked.
type weighed struct {
	io.ReadCloser
	unpacked *atomic.Int64
}

func (w *weighed) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if w.unpacked.Add(int64(n)) > maxZIPBytes+maxPhotoFile {
		return n, errors.New("the ZIP file unpacks to too much")
	}
	return n, err
}

// readManifest reads what an export noted: of photos by their SHA-256, and the
// hashes of which there is no photo. Both are empty where it is no export.
func readManifest(archive *zip.Reader) (noted map[string]BankHash, bare []BankHash, skipped []string, err error) {
	held := map[string]bool{}
	var manifest *zip.File
	for _, f := range archive.File {
		base := path.Base(f.Name)
		held[strings.TrimSuffix(base, path.Ext(base))] = true
		if f.Name == bankManifest {
			manifest = f
		}
	}
	if manifest == nil {
		return nil, nil, nil, nil
	}
	r, err := manifest.Open()
	if err != nil {
		return nil, nil, nil, &Refusal{Why: "The list of items in the ZIP file cannot be read. Nothing was imported."}
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	hashes, skipped, err := ReadHashList(r)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", bankManifest, err)
	}
	noted = map[string]BankHash{}
	for _, h := range hashes {
		if h.SHA256 != "" && held[h.SHA256] {
			noted[h.SHA256] = h
		} else {
			bare = append(bare, h)
		}
	}
	return noted, bare, skipped, nil
}
