package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/zalando/go-keyring"
)

// The tests' keys belong in no developer's keyring.
func TestMain(m *testing.M) {
	keyring.MockInitWithError(errors.New("the tests have no keyring"))
	os.Exit(m.Run())
}

// copyStore takes the database as a backup would, or puts it back.
func copyStore(t *testing.T, from, to string) {
	t.Helper()
	for _, extra := range []string{"", "-wal", "-shm"} {
		must(t, ignoreMissing(os.Remove(filepath.Join(to, "mensch.db"+extra))))
		raw, err := os.ReadFile(filepath.Join(from, "mensch.db"+extra))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, "mensch.db"+extra), raw, 0o600))
	}
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// tamper changes the database behind the program's back.
func tamper(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sqlx.ConnectContext(t.Context(), "sqlite3", filepath.Join(dir, "mensch.db"))
	must(t, err)
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	must(t, db.Close())
}

// decided has one decision at the platform, and so a head there.
func decided(t *testing.T) *site {
	t.Helper()
	s := newSite(t).synced()
	s.noUndo()
	s.do("decide", "e1.1", "--sanction", "contact-exchange", "--send").want(t, exitDone)
	return s
}

func TestVerifyComparesTheLogWithWhatIsKnown(t *testing.T) {
	s := decided(t)
	got := lines[verifyLine](t, s.do("verify", "--json").want(t, exitDone))[0]
	if got.Rows < 3 || got.Kept == 0 || got.Known == 0 || got.Unasked != "" {
		t.Fatalf("%+v", got)
	}
	if got := lines[verifyLine](t, s.do("verify", "--offline", "--json").want(t, exitDone))[0]; got.Kept == 0 || got.Known != 0 || got.Unasked == "" {
		t.Errorf("%+v", got)
	}
}

func TestVerifyFindsARollBack(t *testing.T) {
	s := decided(t)
	backup := t.TempDir()
	copyStore(t, s.dir, backup)
	s.do("decide", "e2.1", "--dismiss", "--send").want(t, exitDone)
	before := lines[verifyLine](t, s.do("verify", "--json").want(t, exitDone))[0]
	copyStore(t, backup, s.dir)

	a := s.do("verify", "--json", "--offline").want(t, exitDamage)
	if got := lines[verifyLine](t, a)[0]; got.OK || !strings.Contains(got.Fault, "rolled back") || got.Rows >= before.Rows {
		t.Errorf("the heads beside the store do not tell: %+v", got)
	}
	// Who can write the store's folder can take those heads, too. The platform's stay.
	must(t, os.Remove(filepath.Join(s.dir, "audit-heads.json")))
	s.do("verify", "--offline").want(t, exitDone)
	a = s.do("verify", "--json").want(t, exitDamage)
	if got := lines[verifyLine](t, a)[0]; !strings.Contains(got.Fault, "rolled back") {
		t.Errorf("%+v", got)
	}
	// Nothing is sent from such a store, and it says why.
	a = s.do("decide", "e3.1", "--dismiss", "--send")
	if a.code == exitDone || !strings.Contains(a.err, "audit log") {
		t.Errorf("code %d: %s", a.code, a.err)
	}
	if a := s.do("sync"); a.code == exitDone || !strings.Contains(a.err, "menschctl verify") {
		t.Errorf("code %d: %s", a.code, a.err)
	}
	// A store that was rightly restored begins a new log, and says so in it.
	s.do("key", "--renew").want(t, exitRefused)
	s.do("key", "--renew", "--reason", "restored after a disk failed").want(t, exitDone)
	s.do("sync").want(t, exitDone)
	if got := lines[verifyLine](t, s.do("verify", "--json").want(t, exitDone))[0]; got.Known != 1 {
		t.Errorf("%+v", got)
	}
}

func TestVerifyNamesTheRow(t *testing.T) {
	open := `DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;`
	for name, c := range map[string]struct{ sql, says string }{
		"a changed word":  {`UPDATE audit SET actor = 'Nobody' WHERE seq = 2`, "row 2 was altered"},
		"a changed time":  {`UPDATE audit SET at = at + 1 WHERE seq = 3`, "row 3 was altered"},
		"a flipped bit":   {`UPDATE audit SET detail = replace(detail, substr(detail, 2, 1), '_') WHERE seq = 2`, "row 2 was altered"},
		"a row taken out": {`DELETE FROM audit WHERE seq = 2`, "row 2 is missing"},
		"the end cut off": {`DELETE FROM audit WHERE seq >= (SELECT max(seq) FROM audit)`, "rolled back"},
	} {
		t.Run(name, func(t *testing.T) {
			s := decided(t)
			tamper(t, s.dir, open, c.sql)
			got := lines[verifyLine](t, s.do("verify", "--offline", "--json").want(t, exitDamage))[0]
			if got.OK || !strings.Contains(got.Fault, c.says) {
				t.Errorf("it says %q", got.Fault)
			}
		})
	}
}

func TestExportIsSealed(t *testing.T) {
	s := decided(t)
	out := filepath.Join(t.TempDir(), "case.zip")
	done := lines[exportLine](t, s.do("export", "e1.1", "--out", out, "--json").want(t, exitDone))[0]
	if done.Path != out || done.Bytes == 0 || done.Key == "" {
		t.Fatalf("%+v", done)
	}
	if info, err := os.Stat(out); err != nil || info.Size() != done.Bytes || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%+v, %v", info, err)
	}
	if a := s.do("export", "e1.1", "--out", out).want(t, exitRefused); !strings.Contains(a.err, "already") {
		t.Error(a.err)
	}
	// Anywhere, without a store.
	report := lines[verifyLine](t, do(t, nil, "", "--dir", t.TempDir(), "verify", out, "--key", done.Key, "--json").want(t, exitDone))[0]
	if report.Case != "e1.1" || report.Entries < 5 || report.Rows < 2 {
		t.Fatalf("%+v", report)
	}
	s.do("verify", out).want(t, exitDone) // the store's own key
	raw, err := os.ReadFile(out)
	must(t, err)
	for _, name := range []string{"case.html", "case.json", "audit/rows.json", "audit/head.txt", "manifest.txt"} {
		path := filepath.Join(t.TempDir(), "changed.zip")
		must(t, os.WriteFile(path, flip(t, raw, name), 0o600))
		got := lines[verifyLine](t, do(t, nil, "", "--dir", t.TempDir(), "verify", path, "--key", done.Key, "--json").want(t, exitDamage))[0]
		if !strings.Contains(got.Fault, name) {
			t.Errorf("a byte of %s was changed, and it says %q", name, got.Fault)
		}
	}
	// The expert's copy tells nothing of the moderator or the reporter.
	redacted := filepath.Join(t.TempDir(), "redacted.zip")
	s.do("export", "e1.1", "--out", redacted, "--redacted").want(t, exitDone)
	page := entry(t, redacted, "case.html")
	if strings.Contains(page, "Robin") || !strings.Contains(page, "Redacted") {
		t.Error("the redacted page names the moderator, or does not say what it is")
	}
	s.do("verify", redacted).want(t, exitDone)
	s.do("export", "e9.1", "--out", filepath.Join(t.TempDir(), "x.zip")).want(t, exitFailed)
}

// flip changes the last byte of an entry's content.
func flip(t *testing.T, raw []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	must(t, err)
	for _, f := range z.File {
		if f.Name == name {
			at, err := f.DataOffset()
			must(t, err)
			out := bytes.Clone(raw)
			out[at+int64(f.UncompressedSize64)-2] ^= 1
			return out
		}
	}
	t.Fatalf("there is no %s", name)
	return nil
}

func entry(t *testing.T, path, name string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	must(t, err)
	defer func() { _ = z.Close() }()
	f, err := z.Open(name)
	must(t, err)
	raw, err := io.ReadAll(f)
	must(t, err)
	return string(raw)
}
