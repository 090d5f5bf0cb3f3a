package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"mensch/app/audit/casefile"
	"mensch/cmd/internal/workplace"
)

// checkSealed waits for a sealed case file, checks it with the store's key, and
// changes one byte of each entry: the check fails and names the entry.
func checkSealed(t *testing.T, storeDir, path, caseID string) {
	t.Helper()
	var raw []byte
	eventually(t, "the sealed file", 30*time.Second, func() (bool, error) {
		var err error
		raw, err = os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	})
	public, err := workplace.Keys{Dir: storeDir}.Public()
	if err != nil {
		t.Fatal(err)
	}
	key, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	report, err := casefile.Verify(bytes.NewReader(raw), int64(len(raw)), note.VerifierList(key))
	if err != nil || report.File.Case.ID != caseID || len(report.File.Photos) == 0 {
		t.Fatalf("the sealed file tells %+v, %v", report, err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		at, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		changed := bytes.Clone(raw)
		changed[at+int64(f.UncompressedSize64)/2] ^= 0x10 //nolint:gosec // it was read whole
		_, err = casefile.Verify(bytes.NewReader(changed), int64(len(changed)), note.VerifierList(key))
		var tampered *casefile.TamperedError
		if !errors.As(err, &tampered) || tampered.Entry != f.Name {
			t.Errorf("a byte of %s was changed, and the check says %v", f.Name, err)
		}
	}
}
