package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

// later is a schema of a version that this program does not have.
func later(t testing.TB, more ...string) []migration {
	t.Helper()
	steps := append([]migration(nil), migrations...)
	for i, sql := range more {
		steps = append(steps, migration{name: fmt.Sprintf("later %d", i+1), sql: sql})
	}
	return steps
}

func copies(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.copy"))
	ok(t, err)
	return names
}

func TestMigrationKeepsACopy(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	s := must(Open(ctx, dir, testOptions()))(t)
	apply(t, s, expertChange("e1", 1))
	ok(t, s.Close())
	if got := copies(t, dir); len(got) != 0 {
		t.Fatalf("a new store was copied: %v", got)
	}
	// Two steps at once, then one a time, until more copies were made than are kept.
	alter := []string{`ALTER TABLE banks ADD COLUMN colour TEXT`, `CREATE TABLE more (x INTEGER) STRICT`}
	clock := t0
	reopen := func() *Store {
		clock = clock.Add(time.Hour)
		opt := testOptions()
		opt.Now = func() time.Time { return clock }
		return must(open(ctx, dir, opt, later(t, alter...)))(t)
	}
	s = reopen()
	must(s.Expert(ctx, "e1"))(t)
	ok(t, s.Close())
	first := copies(t, dir)
	if len(first) != 1 {
		t.Fatalf("copies: %v", first)
	}
	db := must(sqlx.ConnectContext(ctx, "sqlite3", first[0]))(t)
	version, application, err := identity(ctx, db)
	if err != nil || version != len(migrations) || application != applicationID {
		t.Errorf("the copy has version %d of application %x, %v", version, application, err)
	}
	if _, err := expertByID(ctx, db, "e1"); err != nil {
		t.Errorf("the copy lacks what the store had: %v", err)
	}
	ok(t, db.Close())
	for i := range keptCopies + 1 {
		alter = append(alter, fmt.Sprintf(`CREATE TABLE more%d (x INTEGER) STRICT`, i))
		ok(t, reopen().Close())
	}
	got := copies(t, dir)
	if len(got) != keptCopies {
		t.Errorf("copies: %v", got)
	}
	if _, err := os.Stat(first[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the oldest copy was kept: %v", err)
	}
	ok(t, reopen().Close())
	if again := copies(t, dir); len(again) != keptCopies || again[keptCopies-1] != got[keptCopies-1] {
		t.Errorf("an up to date store was copied: %v", again)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	ok(t, must(Open(ctx, dir, testOptions()))(t).Close())
	_, err := open(ctx, dir, testOptions(), later(t, `CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nothing VALUES (1)`))
	if err == nil {
		t.Fatal("a broken migration went through")
	}
	s := must(Open(ctx, dir, testOptions()))(t)
	var n int
	ok(t, s.pool.Get(&n, `SELECT count(*) FROM sqlite_master WHERE name = 'half'`))
	if n != 0 {
		t.Error("half of the migration stayed")
	}
	ok(t, s.Close())
}

func TestNewerAndForeignStoresAreNotTouched(t *testing.T) {
	ctx := t.Context()
	build := map[string]struct {
		make func(path string) error
		want error
	}{
		"newer": {func(path string) error {
			s, err := open(ctx, filepath.Dir(path), testOptions(), later(t, `CREATE TABLE future (x INTEGER) STRICT`))
			if err != nil {
				return err
			}
			return s.Close()
		}, model.ErrNewerStore},
		"another program's": {func(path string) error {
			return sqlite(ctx, path, `PRAGMA application_id = 42; CREATE TABLE t (x)`)
		}, model.ErrForeignStore},
		"a database without a name": {func(path string) error {
			return sqlite(ctx, path, `CREATE TABLE t (x)`)
		}, model.ErrForeignStore},
		"no database": {func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("My diary. "), 1000), 0o600)
		}, model.ErrCorrupt},
		"a short file": {func(path string) error { return os.WriteFile(path, []byte("hello"), 0o600) }, model.ErrCorrupt},
	}
	for name, c := range build {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, fileName)
			ok(t, c.make(path))
			before := must(os.ReadFile(path))(t)
			_, err := Open(ctx, dir, testOptions())
			if !errors.Is(err, c.want) {
				t.Fatalf("%v", err)
			}
			if !bytes.Equal(before, must(os.ReadFile(path))(t)) {
				t.Error("the file was changed")
			}
			if left := must(filepath.Glob(path + "-*"))(t); len(left) != 0 {
				t.Errorf("files were left beside it: %v", left)
			}
		})
	}
}

// While a newer program runs, its version stands in the write-ahead log only.
func TestNewerStoreInUse(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	ok(t, must(Open(ctx, dir, testOptions()))(t).Close())
	path := filepath.Join(dir, fileName)
	ok(t, os.Mkdir(filepath.Join(dir, "held"), 0o700))
	newer := must(open(ctx, dir, testOptions(), later(t, `CREATE TABLE future (x INTEGER) STRICT`)))(t)
	before := must(os.ReadFile(path))(t)
	if _, err := Open(ctx, dir, testOptions()); !errors.Is(err, model.ErrNewerStore) {
		t.Errorf("%v", err)
	}
	if !bytes.Equal(before, must(os.ReadFile(path))(t)) {
		t.Error("the file was changed")
	}
	ok(t, newer.Close())
}

func sqlite(ctx context.Context, path, script string) error {
	db, err := sqlx.ConnectContext(ctx, "sqlite3", path)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, script)
	return errors.Join(err, db.Close())
}

func TestOpenTakesUpWhatDiedWhileBeingMade(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	ok(t, sqlite(t.Context(), path, `PRAGMA journal_mode = WAL`))
	if info := must(os.Stat(path))(t); info.Size() == 0 {
		t.Fatal("this tests a file with a header and nothing else")
	}
	ok(t, must(Open(t.Context(), dir, testOptions()))(t).Close())
	dir = t.TempDir()
	ok(t, os.WriteFile(filepath.Join(dir, fileName), nil, 0o600))
	ok(t, must(Open(t.Context(), dir, testOptions()))(t).Close())
}

func TestOpenInAFolderWithAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a b?c#d%41&é;'\"")
	s := must(Open(t.Context(), dir, testOptions()))(t)
	apply(t, s, expertChange("e1", 1))
	ok(t, s.Close())
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		t.Error(err)
	}
	entries := must(os.ReadDir(dir))(t)
	if len(entries) != 2 {
		t.Errorf("a closed store is one file and the photos, not %v", entries)
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil {
		t.Error("opened without a seal")
	}
}

func TestConnectionsAreAsSafeAsPromised(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		ok(t, s.writer.GetContext(ctx, &got, `PRAGMA `+pragma))
		if got != want {
			t.Errorf("the writer's %s is %s, want %s", pragma, got, want)
		}
	}
	if _, err := s.pool.ExecContext(ctx, `DELETE FROM experts`); err == nil {
		t.Error("a reader wrote")
	}
	for _, sql := range []string{`UPDATE audit SET actor = 'x'`, `DELETE FROM audit`} {
		ok(t, s.AppendAudit(ctx, t0, "mira", "sync", "", ""))
		if _, err := s.writer.ExecContext(ctx, sql); err == nil {
			t.Errorf("%s went through", sql)
		}
	}
	var loose []string
	ok(t, s.pool.SelectContext(ctx, &loose, `SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`))
	if len(loose) != 0 {
		t.Errorf("tables that are not STRICT: %v", loose)
	}
}

func TestFullDisk(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
	var pages int
	ok(t, s.writer.GetContext(ctx, &pages, `PRAGMA page_count`))
	limit := func(n int) {
		var now int
		ok(t, s.writer.GetContext(ctx, &now, fmt.Sprintf(`PRAGMA max_page_count = %d`, n)))
	}
	limit(pages + 2)
	before := must(s.SyncState(ctx))(t)
	var page []model.Change
	for i := range 2000 {
		id := fmt.Sprintf("m%d", i)
		page = append(page, change(model.ChangeMessage, id, 1, model.Message{ID: id, Session: "s1", Seq: int64(i + 1), From: model.FromClient, Text: strings.Repeat(id+" ", 20)}))
	}
	_, err := s.ApplyPage(ctx, testServer, before.Cursor, model.ChangePage{Changes: page, Cursor: "next"})
	if !errors.Is(err, model.ErrFull) {
		t.Fatalf("%v", err)
	}
	d := decision("d1", "e1", 1, 0)
	d.Rationale = strings.Repeat("because ", 10_000)
	if err := s.Decide(ctx, d, model.CaseOpen, model.CaseWaiting, t0); !errors.Is(err, model.ErrFull) {
		t.Fatalf("%v", err)
	}
	if after := must(s.SyncState(ctx))(t); after != before {
		t.Errorf("the cursor moved: %+v", after)
	}
	c := must(s.Counts(ctx))(t)
	if c.Messages != 0 || c.Outbox != 0 || c.Open != 1 || len(checkAudit(t, s)) != 0 {
		t.Errorf("half a transaction stayed: %+v", c)
	}
	ok(t, s.CheckIntegrity(ctx))
	limit(1 << 30)
	must(s.ApplyPage(ctx, testServer, before.Cursor, model.ChangePage{Changes: page, Cursor: "next"}))(t)
	ok(t, s.Decide(ctx, d, model.CaseOpen, model.CaseWaiting, t0))
	if c := must(s.Counts(ctx))(t); c.Messages != 2000 {
		t.Errorf("%+v", c)
	}
	ok(t, s.CheckIntegrity(ctx))
}

func TestIntegrityCheckFindsDamage(t *testing.T) {
	ctx := t.Context()
	t.Run("a foreign key", func(t *testing.T) {
		s := openStore(t)
		_, err := s.writer.ExecContext(ctx, `PRAGMA foreign_keys = OFF; INSERT INTO bank_items VALUES ('i', 'no bank', '', '', '', '', '', 0, 0)`)
		ok(t, err)
		if err := s.CheckIntegrity(ctx); !errors.Is(err, model.ErrCorrupt) {
			t.Errorf("%v", err)
		}
	})
	t.Run("an index out of step", func(t *testing.T) {
		s := openStore(t)
		apply(t, s, expertChange("e1", 1))
		_, err := s.writer.ExecContext(ctx, `DELETE FROM experts_text`)
		ok(t, err)
		if err := s.CheckIntegrity(ctx); !errors.Is(err, model.ErrCorrupt) {
			t.Errorf("%v", err)
		}
	})
	t.Run("overwritten pages", func(t *testing.T) {
		dir := t.TempDir()
		s := must(Open(ctx, dir, testOptions()))(t)
		fillCases(t, s, 500)
		ok(t, s.Close())
		path := filepath.Join(dir, fileName)
		data := must(os.ReadFile(path))(t)
		for i := 4096 * 10; i < len(data); i += 97 {
			data[i] ^= 0xff
		}
		ok(t, os.WriteFile(path, data, 0o600))
		s, err := Open(ctx, dir, testOptions())
		if err == nil {
			err = s.CheckIntegrity(ctx)
			ok(t, s.Close())
		}
		if !errors.Is(err, model.ErrCorrupt) {
			t.Errorf("%v", err)
		}
	})
}
