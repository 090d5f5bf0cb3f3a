package casefile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/mod/sumdb/note"

	"mensch/app/audit"
)

// ErrTampered is wrapped by every TamperedError.
var ErrTampered = errors.New("the case file is not as it was sealed")

// ErrNotCaseFile says that a file is none of ours.
var ErrNotCaseFile = errors.New("this is no Mensch case file")

// TamperedError says what in a case file is not as it was sealed.
type TamperedError struct {
	Entry string // such as case.html; empty: the ZIP around the entries
	Why   string
}

func (e *TamperedError) Error() string {
	if e.Entry == "" {
		return "the case file is not as it was sealed: " + e.Why
	}
	return fmt.Sprintf("the case file is not as it was sealed: %s: %s", e.Entry, e.Why)
}

// Unwrap makes every TamperedError an ErrTampered.
func (e *TamperedError) Unwrap() error { return ErrTampered }

// Report is what a sound case file was found to hold.
type Report struct {
	File    File
	Proof   Proof
	Head    audit.Head // of the audit log, when the file was sealed
	Entries []string   // all that was checked
}

// Verify reads a case file and checks all of it without any store: the
// signature, every entry, every byte of the ZIP, the schema, and that the rows
// of the audit log stand in the log whose signed head the file carries. Known
// are the keys of those whose files are trusted. A changed file gives
// *TamperedError with the entry at fault; a foreign one ErrNotCaseFile.
func Verify(r io.ReaderAt, size int64, known note.Verifiers) (*Report, error) {
	if size > MaxBytes+(64<<20) {
		return nil, ErrTooLarge
	}
	entries, err := unpack(r, size)
	if err != nil {
		return nil, err
	}
	manifest, ok := entries[entryManifest]
	if !ok {
		return nil, fmt.Errorf("%w: it has no %s", ErrNotCaseFile, entryManifest)
	}
	text, err := audit.Open(manifest, known)
	if err != nil {
		return nil, &TamperedError{Entry: entryManifest, Why: "no trusted key signed it: " + err.Error()}
	}
	if err := compare(text, entries); err != nil {
		return nil, err
	}
	report := &Report{Entries: slices.Sorted(maps.Keys(entries))}
	if err := report.read(entries); err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339, report.File.ExportedAt)
	if err != nil {
		return nil, &TamperedError{Entry: entryData, Why: "it does not say when it was exported"}
	}
	same := &comparer{r: r, size: size}
	if err := pack(same, entries, at.UTC()); err != nil || same.differs || same.at != size {
		return nil, &TamperedError{Entry: around(r, size, same.at), Why: fmt.Sprintf("byte %d of the ZIP is not what its entries ask for", same.at)}
	}
	if err := report.prove(entries, known); err != nil {
		return nil, err
	}
	return report, nil
}

// unpack reads the entries. They are stored plain, so that none can be larger
// than the file.
func unpack(r io.ReaderAt, size int64) (map[string][]byte, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCaseFile, err)
	}
	if len(z.File) > maxFiles {
		return nil, &TamperedError{Why: fmt.Sprintf("it has %d entries", len(z.File))}
	}
	entries := make(map[string][]byte, len(z.File))
	var sum uint64
	for _, f := range z.File {
		if _, twice := entries[f.Name]; twice {
			return nil, &TamperedError{Entry: f.Name, Why: "it is there twice"}
		}
		sum += f.UncompressedSize64
		if f.Method != zip.Store || f.UncompressedSize64 != f.CompressedSize64 || f.UncompressedSize64 > math.MaxInt64/2 || sum > uint64(size) { //nolint:gosec // size is a file's
			return nil, &TamperedError{Entry: f.Name, Why: "it is not stored plain"}
		}
		e, err := f.Open()
		if err != nil {
			return nil, &TamperedError{Entry: f.Name, Why: err.Error()}
		}
		data, err := io.ReadAll(io.LimitReader(e, size))
		if err == nil {
			err = e.Close()
		}
		if err != nil {
			return nil, &TamperedError{Entry: f.Name, Why: err.Error()}
		}
		entries[f.Name] = data
	}
	return entries, nil
}

// compare checks the entries against the signed manifest.
func compare(text string, entries map[string][]byte) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 3 || lines[0] != fmt.Sprintf("Mensch case file %d", Format) {
		return fmt.Errorf("%w: the manifest is of another format", ErrNotCaseFile)
	}
	signed := map[string]bool{entryManifest: true}
	for _, line := range lines[3:] {
		sum, name, ok := strings.Cut(strings.TrimPrefix(line, "sha256 "), " ")
		if !ok {
			return &TamperedError{Entry: entryManifest, Why: fmt.Sprintf("it has a line %q", line)}
		}
		data, ok := entries[name]
		if !ok {
			return &TamperedError{Entry: name, Why: "it is missing"}
		}
		if is := sha256.Sum256(data); hex.EncodeToString(is[:]) != sum {
			return &TamperedError{Entry: name, Why: "its content was changed"}
		}
		signed[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if !signed[name] {
			return &TamperedError{Entry: name, Why: "it was added"}
		}
	}
	return nil
}

// read reads what the file says of itself. It was signed, so a fault here is
// the writer's.
func (rep *Report) read(entries map[string][]byte) error {
	for _, name := range []string{entryData, entryProof, entryHead, entryPage} {
		if _, ok := entries[name]; !ok {
			return &TamperedError{Entry: name, Why: "it is missing"}
		}
	}
	if err := checkSchema(entries[entryData]); err != nil {
		return &TamperedError{Entry: entryData, Why: err.Error()}
	}
	if err := json.Unmarshal(entries[entryData], &rep.File); err != nil {
		return &TamperedError{Entry: entryData, Why: err.Error()}
	}
	if err := json.Unmarshal(entries[entryProof], &rep.Proof); err != nil {
		return &TamperedError{Entry: entryProof, Why: err.Error()}
	}
	rep.Proof.Head = entries[entryHead]
	for _, p := range rep.File.Photos {
		if p.Path == "" {
			continue
		}
		data, ok := entries[p.Path]
		if !ok {
			return &TamperedError{Entry: p.Path, Why: "it is missing"}
		}
		if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.ID {
			return &TamperedError{Entry: p.Path, Why: "its bytes are not those that its name says"}
		}
	}
	return nil
}

// prove checks that each row stands in the log.
func (rep *Report) prove(entries map[string][]byte, known note.Verifiers) error {
	head, err := audit.OpenHead(entries[entryHead], known)
	if err != nil {
		return &TamperedError{Entry: entryHead, Why: err.Error()}
	}
	rep.Head = head
	for _, r := range rep.Proof.Rows {
		if r.Row != nil && (r.Row.Seq != r.Proof.Seq || r.Row.Hash != r.Proof.Hash || audit.Seal(*r.Row) != r.Row.Hash) {
			return &TamperedError{Entry: entryProof, Why: fmt.Sprintf("audit row %d does not fit its hash", r.Proof.Seq)}
		}
		if err := r.Proof.Check(head); err != nil {
			return &TamperedError{Entry: entryProof, Why: err.Error()}
		}
	}
	return nil
}

// comparer compares what is written with a file, and stops at the first
// difference.
type comparer struct {
	r       io.ReaderAt
	size    int64
	at      int64
	differs bool
}

var errDiffers = errors.New("it differs")

func (c *comparer) Write(p []byte) (int, error) {
	buf := make([]byte, min(len(p), 1<<16))
	for done := 0; done < len(p); {
		n := min(len(p)-done, len(buf))
		got, err := c.r.ReadAt(buf[:n], c.at)
		for i := range got {
			if buf[i] != p[done+i] {
				c.at += int64(i)
				c.differs = true
				return done + i, errDiffers
			}
		}
		c.at += int64(got)
		if got < n {
			c.differs = true
			return done + got, fmt.Errorf("%w: %w", errDiffers, err)
		}
		done += n
	}
	return len(p), nil
}

// around names the entry in whose neighbourhood a byte lies: its header stands
// right before its content.
func around(r io.ReaderAt, size, at int64) string {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return ""
	}
	for _, f := range z.File {
		start, err := f.DataOffset()
		if err == nil && at < start+int64(f.CompressedSize64) { //nolint:gosec // checked when it was read
			return f.Name
		}
	}
	return ""
}

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(entrySchema, doc); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	s, err := c.Compile(entrySchema)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return s, nil
})

// checkSchema checks case.json against the published schema.
func checkSchema(data []byte) error {
	s, err := compiled()
	if err != nil {
		return err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	if err := s.Validate(doc); err != nil {
		return fmt.Errorf("it does not keep to its schema: %w", err)
	}
	return nil
}
