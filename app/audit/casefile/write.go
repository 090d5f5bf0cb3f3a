package casefile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"mensch/app/audit"
)

// The entries of a case file. Photos stand under photos/.
const (
	entryPage     = "case.html"
	entryData     = "case.json"
	entrySchema   = "case.schema.json"
	entryProof    = "audit/rows.json"
	entryHead     = "audit/head.txt"
	entryManifest = "manifest.txt" // signed; names the SHA-256 of all others
)

// The limits of a case file.
const (
	MaxPhoto = 32 << 20  // bytes of one photo; a larger one is left out and said so
	MaxBytes = 512 << 20 // of the whole file
	maxFiles = 5000
)

//go:embed case.schema.json
var schemaJSON []byte

// Schema is the JSON Schema of case.json.
func Schema() []byte { return bytes.Clone(schemaJSON) }

// ErrTooLarge says that a case file would be, or is, larger than MaxBytes.
var ErrTooLarge = errors.New("the case file is larger than 512 MiB")

// Photos opens a photo by its ID.
type Photos func(id string) (mediaType string, r io.ReadCloser, err error)

var (
	photoPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	extensions   = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}
)

// Write seals a case file. The same input gives the same bytes, whatever the
// machine. Photos that are missing or too large are named in the file with the
// reason; everything else that fails gives an error and no sound file.
func Write(w io.Writer, f File, photos Photos, proof Proof, signer note.Signer) error {
	f.Format = Format
	at, err := time.Parse(time.RFC3339, f.ExportedAt)
	if err != nil {
		return fmt.Errorf("seal the case file: when it is exported is not said: %w", err)
	}
	f.ExportedAt = at.UTC().Truncate(time.Second).Format(time.RFC3339)
	entries := map[string][]byte{}
	pictures, err := collect(&f, photos, entries)
	if err != nil {
		return err
	}
	f.fill()
	proof.Rows = full(proof.Rows)

	data, err := encode(f)
	if err != nil {
		return fmt.Errorf("seal the case file: write its JSON: %w", err)
	}
	if err := checkSchema(data); err != nil {
		return fmt.Errorf("seal the case file: %w", err)
	}
	page, err := render(f, pictures)
	if err != nil {
		return fmt.Errorf("seal the case file: write its page: %w", err)
	}
	rows, err := encode(proof)
	if err != nil {
		return fmt.Errorf("seal the case file: write its proofs: %w", err)
	}
	entries[entryPage], entries[entryData], entries[entrySchema] = page, data, Schema()
	entries[entryProof], entries[entryHead] = rows, proof.Head
	manifest, err := sign(f, entries, signer)
	if err != nil {
		return fmt.Errorf("seal the case file: %w", err)
	}
	entries[entryManifest] = manifest
	var sum int64
	for _, e := range entries {
		sum += int64(len(e))
	}
	if sum > MaxBytes {
		return ErrTooLarge
	}
	if err := pack(w, entries, at.UTC()); err != nil {
		return fmt.Errorf("seal the case file: %w", err)
	}
	return nil
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// collect reads the photos that the file shows, each once.
func collect(f *File, photos Photos, entries map[string][]byte) (map[string]picture, error) {
	f.Photos = nil
	pictures := map[string]picture{}
	ids := []string{f.Profile.PhotoID}
	for _, p := range f.Pairs {
		ids = append(ids, p.Expert, p.Other)
	}
	var sum int64
	seen := map[string]bool{"": true}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		p := Photo{ID: id}
		data, kind, fault := read(id, photos)
		if fault != "" {
			p.Fault = fault
			f.Photos = append(f.Photos, p)
			continue
		}
		if sum += int64(len(data)); sum > MaxBytes {
			return nil, ErrTooLarge
		}
		p.MediaType, p.Bytes, p.Path = kind, int64(len(data)), "photos/"+id+extensions[kind]
		f.Photos = append(f.Photos, p)
		entries[p.Path] = data
		pictures[id] = picture{kind: kind, data: data}
	}
	return pictures, nil
}

// read gives a photo's bytes, or in words why they are not there.
func read(id string, photos Photos) (data []byte, kind, fault string) {
	if !photoPattern.MatchString(id) {
		return nil, "", "Only a hash is known of this picture."
	}
	if photos == nil {
		return nil, "", "The photo was not at hand."
	}
	kind, r, err := photos(id)
	if err != nil {
		return nil, "", "The photo was not at hand."
	}
	defer r.Close() //nolint:errcheck // it is only read
	if kind, _, _ = strings.Cut(kind, ";"); extensions[kind] == "" {
		return nil, "", "The photo is of a kind that this file cannot carry."
	}
	data, err = io.ReadAll(io.LimitReader(r, MaxPhoto+1))
	switch {
	case err != nil:
		return nil, "", "The photo could not be read."
	case len(data) > MaxPhoto:
		return nil, "", "The photo is larger than 32 MiB."
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != id {
		return nil, "", "The photo's bytes are not those that its name says."
	}
	return data, kind, ""
}

// sign writes the manifest: what the file is, and the SHA-256 of every entry.
func sign(f File, entries map[string][]byte, signer note.Signer) ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "Mensch case file %d\ncase %s\nexported %s\n", Format, oneLine(f.Case.ID), f.ExportedAt)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		sum := sha256.Sum256(entries[name])
		fmt.Fprintf(&b, "sha256 %s %s\n", hex.EncodeToString(sum[:]), name)
	}
	return audit.Sign(b.String(), signer)
}

// oneLine keeps a foreign ID from writing lines of its own into the manifest.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return '?'
		}
		return r
	}, text)
}

// pack writes the ZIP in the one form that Verify accepts: sorted, stored
// plain, with one time, so that the entries determine every byte.
func pack(w io.Writer, entries map[string][]byte, at time.Time) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		e, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at})
		if err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
		if _, err := e.Write(entries[name]); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("end the file: %w", err)
	}
	return nil
}
