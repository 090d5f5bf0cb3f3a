package store

import (
	"context"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

// keptCopies is how many copies from before a migration stay beside the store.
const keptCopies = 3

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema; the first leads from nothing to
// user_version 1, the next to 2, and so on. None is ever changed once released.
type migration struct {
	name string
	sql  string
}

var migrations = func() []migration {
	names, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // the files are part of the program
	}
	steps := make([]migration, 0, len(names))
	for _, n := range names {
		text, err := migrationFiles.ReadFile("migrations/" + n.Name())
		if err != nil {
			panic(err)
		}
		steps = append(steps, migration{name: n.Name(), sql: string(text)})
	}
	return steps
}()

// inspect tells a store that may be opened from one that may not, without
// writing a byte. A file that is not there, or empty, may be opened.
func inspect(ctx context.Context, path string, newest int) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	head := make([]byte, 100)
	n, err := io.ReadFull(file, head)
	if err := errors.Join(file.Close(), ignoreEOF(err)); err != nil {
		return err
	}
	if n == 0 {
		return nil
	}
	if n < len(head) || string(head[:16]) != "SQLite format 3\x00" {
		return fmt.Errorf("%w: %s is not a SQLite database", model.ErrCorrupt, filepath.Base(path))
	}
	// SQLite's file format: bytes 60 and 68 of the header.
	version, application := int(binary.BigEndian.Uint32(head[60:])), int(binary.BigEndian.Uint32(head[68:]))
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		// The header's newest state may stand in the log still.
		return inspectLive(ctx, path, newest)
	}
	return judge(version, application, newest, func() (int, error) {
		db, err := sqlx.ConnectContext(ctx, "sqlite3", address(path, url.Values{"mode": {"ro"}, "immutable": {"1"}}))
		if err != nil {
			return 0, err
		}
		tables, err := countTables(ctx, db)
		return tables, errors.Join(err, db.Close())
	})
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func inspectLive(ctx context.Context, path string, newest int) error {
	db, err := sqlx.ConnectContext(ctx, "sqlite3", address(path, url.Values{"mode": {"ro"}, "_busy_timeout": {"5000"}}))
	if err != nil {
		return err
	}
	err = func() error {
		version, application, err := identity(ctx, db)
		if err != nil {
			return err
		}
		return judge(version, application, newest, func() (int, error) { return countTables(ctx, db) })
	}()
	return errors.Join(err, db.Close())
}

func judge(version, application, newest int, tables func() (int, error)) error {
	if application == 0 && version == 0 {
		// A store that died while it was made is a database with nothing in it.
		n, err := tables()
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
	if application != applicationID {
		return model.ErrForeignStore
	}
	if version > newest {
		return fmt.Errorf("%w (it has version %d, this program knows %d)", model.ErrNewerStore, version, newest)
	}
	return nil
}

func identity(ctx context.Context, db getter) (version, application int, err error) {
	if err := db.GetContext(ctx, &version, `PRAGMA user_version`); err != nil {
		return 0, 0, err
	}
	err = db.GetContext(ctx, &application, `PRAGMA application_id`)
	return version, application, err
}

func countTables(ctx context.Context, db getter) (int, error) {
	var n int
	err := db.GetContext(ctx, &n, `SELECT count(*) FROM sqlite_master`)
	return n, err
}

// migrate brings the schema up to date, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context, path string, steps []migration) error {
	version, _, err := identity(ctx, s.writer)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return model.ErrNewerStore // another process migrated it since inspect
	}
	if version > 0 && version < len(steps) {
		if err := s.keepCopy(ctx, path, version); err != nil {
			return fmt.Errorf("keeping a copy before the migration: %w", err)
		}
	}
	for i := version; i < len(steps); i++ {
		err := s.write(ctx, "migrating with "+steps[i].name, func(t *tx) error {
			now, _, err := identity(t.ctx, t)
			if err != nil || now > i {
				return err // another process was faster
			}
			if _, err := t.ExecContext(t.ctx, steps[i].sql); err != nil {
				return err
			}
			_, err = t.ExecContext(t.ctx, fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, i+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// keepCopy writes the whole store into a file beside it. The copy has its name
// only once it is complete.
func (s *Store) keepCopy(ctx context.Context, path string, version int) error {
	stamp := s.now().UTC().Format("20060102T150405.000000")
	final := fmt.Sprintf("%s.v%d-%s.copy", path, version, stamp)
	part := final + ".part"
	err := patiently(ctx, func() error {
		// SQLite refuses a file that is there.
		if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		_, err := s.writer.ExecContext(ctx, `VACUUM INTO ?`, part)
		return err
	})
	if err == nil {
		err = syncFile(part)
	}
	if err == nil {
		err = os.Rename(part, final)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(part)))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return err
	}
	return pruneCopies(path)
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// pruneCopies removes all but the newest few copies.
func pruneCopies(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), fileName+".v") && strings.HasSuffix(e.Name(), ".copy") {
			names = append(names, e.Name())
		}
	}
	// By the time in the name: the version before it has no fixed width.
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(copyTime(a), copyTime(b)) })
	for len(names) > keptCopies {
		if err := os.Remove(filepath.Join(filepath.Dir(path), names[0])); err != nil {
			return err
		}
		names = names[1:]
	}
	return nil
}

func copyTime(name string) string { return name[strings.LastIndex(name, "-")+1:] }

func syncFile(path string) (err error) {
	// Windows flushes only a file that is open for writing.
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// syncDir makes a rename last. Not every system can sync a folder.
func syncDir(dir string) (err error) {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Sync(); err != nil && !errors.Is(err, os.ErrInvalid) && !unsupported(err) {
		return err
	}
	return nil
}

// CheckIntegrity runs SQLite's own checks: of the file's structure with the
// full-text indexes against the texts, and of the foreign keys. Damage gives
// model.ErrCorrupt.
func (s *Store) CheckIntegrity(ctx context.Context) error {
	const doing = "checking the store"
	var faults []string
	if err := s.pool.SelectContext(ctx, &faults, `PRAGMA integrity_check`); err != nil {
		return failed(ctx, doing, err)
	}
	if len(faults) != 1 || faults[0] != "ok" {
		return fmt.Errorf("%s: %w: %s", doing, model.ErrCorrupt, strings.Join(faults, "; "))
	}
	var broken []struct {
		Table  string `db:"table"`
		RowID  *int64 `db:"rowid"`
		Parent string `db:"parent"`
		Key    int64  `db:"fkid"`
	}
	if err := s.pool.SelectContext(ctx, &broken, `PRAGMA foreign_key_check`); err != nil {
		return failed(ctx, doing, err)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s: %w: %d rows of %s name nothing in %s", doing, model.ErrCorrupt, len(broken), broken[0].Table, broken[0].Parent)
	}
	return nil
}
