// Package store keeps everything that Mensch knows in one folder: a SQLite
// database, and the photos as files. It is the only place with SQL.
//
// One connection writes, with every commit on the disk before it is
// acknowledged (synchronous=FULL); a pool of connections reads. Several
// processes may open the same folder: SQLite's locks keep them apart, and a
// writer waits for another one.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"mensch/app/model"
)

const (
	fileName = "mensch.db"
	// applicationID is "Mnsh"; file(1) and Open know a store by it.
	applicationID = 0x4d6e7368
	// busyWait is how long SQLite itself waits for another process's lock; it
	// does not look at the context meanwhile, so it is short and repeated.
	busyWait = 250 * time.Millisecond
	// busyPatience is how long a writer waits in all.
	busyPatience = 30 * time.Second
)

// Options are what the store needs from outside.
type Options struct {
	// Seal computes the hash of an audit row from the row and its Prev. Needed.
	Seal func(model.AuditRow) string
	// Way gives what a case's history needs to end in a state; cause names the
	// event that is known to have happened. nil: no history is written.
	Way func(history []model.CaseEvent, to model.CaseState, cause string) []model.CaseEvent
	// Live is the same for decisions, proposals and appeals; it is there if Way is.
	Live func(l model.Life, cause string) []model.LifeEvent
	// Now tells the time of what has no time of its own, such as when a photo
	// was fetched. nil: time.Now.
	Now func() time.Time
}

// Store is the local store. Its methods may be called from any goroutine.
// It satisfies app.Store, where each method is described.
type Store struct {
	dir    string
	writer *sqlx.DB
	pool   *sqlx.DB // of readers
	reader view     // quick reads on any connection of the pool
	seal   func(model.AuditRow) string
	way    func(history []model.CaseEvent, to model.CaseState, cause string) []model.CaseEvent
	live   func(l model.Life, cause string) []model.LifeEvent
	now    func() time.Time
}

// Open opens the store in a folder, making both if they are not there, and
// brings an older one up to date after a copy of it was kept beside it.
//
// A store of a newer version gives model.ErrNewerStore and another program's
// database model.ErrForeignStore, both with the file untouched; a file that is
// no database, or a damaged one, gives model.ErrCorrupt.
func Open(ctx context.Context, dir string, opt Options) (*Store, error) {
	return open(ctx, dir, opt, migrations)
}

func open(ctx context.Context, dir string, opt Options, steps []migration) (*Store, error) {
	if opt.Seal == nil {
		return nil, errors.New("opening the store: Options.Seal is needed")
	}
	if (opt.Way == nil) != (opt.Live == nil) {
		return nil, errors.New("opening the store: Options.Way and Options.Live go together")
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if err := os.MkdirAll(filepath.Join(dir, photoFolder), 0o700); err != nil {
		return nil, fmt.Errorf("making the store's folder: %w", mapped(err))
	}
	path, err := filepath.Abs(filepath.Join(dir, fileName))
	if err != nil {
		return nil, fmt.Errorf("finding the store's folder: %w", err)
	}
	if err := inspect(ctx, path, len(steps)); err != nil {
		return nil, fmt.Errorf("opening the store in %s: %w", dir, mapped(err))
	}
	s := &Store{dir: dir, seal: opt.Seal, now: opt.Now}
	if err := s.connect(ctx, path, steps); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the store in %s: %w", dir, mapped(err)), s.Close())
	}
	s.way, s.live = opt.Way, opt.Live // not before: an older store has no histories
	s.sweepTemporary()
	return s, nil
}

func (s *Store) connect(ctx context.Context, path string, steps []migration) error {
	pragmas := url.Values{
		"_busy_timeout": {fmt.Sprint(busyWait.Milliseconds())},
		"_foreign_keys": {"on"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_txlock":       {"immediate"},
		"_cache_size":   {"-32000"},
	}
	var err error
	if s.writer, err = sqlx.Open("sqlite3", address(path, pragmas)); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	// Two processes that begin a store together get in each other's way once.
	if err := patiently(ctx, func() error { return s.writer.PingContext(ctx) }); err != nil {
		return err
	}
	if err := s.migrate(ctx, path, steps); err != nil {
		return err
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	s.pool, err = sqlx.Open("sqlite3", address(path, url.Values{
		"mode":          {"ro"},
		"_busy_timeout": {"5000"},
		"_query_only":   {"on"},
		"_cache_size":   {"-16000"},
	}))
	if err != nil {
		return err
	}
	s.pool.SetMaxOpenConns(readers)
	s.pool.SetMaxIdleConns(readers)
	s.reader = view{s.pool}
	return s.pool.PingContext(ctx)
}

// address is SQLite's URI of a file; the path may hold any character.
func address(path string, params url.Values) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: params.Encode()}).String()
}

// Close ends all connections. The last process that closes a store leaves a
// single file.
func (s *Store) Close() error {
	var errs []error
	if s.pool != nil {
		errs = append(errs, s.pool.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the store: %w", mapped(err))
	}
	return nil
}

// getter reads one row or many: the pool of readers, or a transaction.
type getter interface {
	GetContext(ctx context.Context, dest any, query string, args ...any) error
	SelectContext(ctx context.Context, dest any, query string, args ...any) error
}

// view reads without watching the context while a query runs: for each row the
// driver would start a goroutine to watch it, which takes longer than a page of
// rows. A query through it must be one that an index answers.
type view struct{ from getter }

func (v view) GetContext(ctx context.Context, dest any, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return v.from.GetContext(context.WithoutCancel(ctx), dest, query, args...)
}

func (v view) SelectContext(ctx context.Context, dest any, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return v.from.SelectContext(context.WithoutCancel(ctx), dest, query, args...)
}

// tx is a write transaction. It keeps prepared statements, because a page of
// changes runs the same few a thousand times.
type tx struct {
	*sqlx.Tx
	store *Store
	// ctx never ends by itself: the transaction as a whole is rolled back when
	// the caller's context ends, and the driver would start a goroutine for
	// each statement to watch it once more.
	ctx   context.Context
	stmts map[string]*sqlx.Stmt
	// causes are the events that this transaction knows to move something.
	causes map[string]string
	// drift is what was not as its history says before this transaction.
	drift map[movedRow]bool
}

// exec runs a statement and tells how many rows it changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	stmt, err := t.prepare(query) //nolint:sqlclosecheck // the transaction keeps its statements and closes them
	if err != nil {
		return 0, err
	}
	res, err := stmt.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// get reads one row into dest; false if there is none.
func (t *tx) get(dest any, query string, args ...any) (bool, error) {
	stmt, err := t.prepare(query) //nolint:sqlclosecheck // the transaction keeps its statements and closes them
	if err != nil {
		return false, err
	}
	err = stmt.GetContext(t.ctx, dest, args...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (t *tx) list(dest any, query string, args ...any) error {
	stmt, err := t.prepare(query) //nolint:sqlclosecheck // the transaction keeps its statements and closes them
	if err != nil {
		return err
	}
	return stmt.SelectContext(t.ctx, dest, args...)
}

func (t *tx) prepare(query string) (*sqlx.Stmt, error) {
	if stmt, ok := t.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := t.PreparexContext(t.ctx, query)
	if err != nil {
		return nil, err
	}
	t.stmts[query] = stmt
	return stmt, nil
}

// write runs fn in one transaction, which holds the only right to write from
// its beginning. doing names it in errors.
func (s *Store) write(ctx context.Context, doing string, fn func(*tx) error) error {
	var begun *sqlx.Tx
	err := patiently(ctx, func() (err error) {
		begun, err = s.writer.BeginTxx(ctx, nil)
		return err
	})
	if err != nil {
		return failed(ctx, doing, err)
	}
	t := &tx{Tx: begun, store: s, ctx: context.WithoutCancel(ctx), stmts: map[string]*sqlx.Stmt{}}
	done := false
	defer func() {
		// Also when fn panics: the lock must not outlive this call.
		if !done {
			_ = begun.Rollback()
		}
	}()
	if err := t.noteDrift(); err != nil {
		return failed(ctx, doing, err)
	}
	if err := fn(t); err != nil {
		return failed(ctx, doing, err)
	}
	if err := t.logMoves(); err != nil {
		return failed(ctx, doing, err)
	}
	if err := begun.Commit(); err != nil {
		return failed(ctx, doing, err)
	}
	done = true
	return nil
}

// read runs fn, whose queries are quick, on one consistent view of the store.
func (s *Store) read(ctx context.Context, doing string, fn func(getter) error) error {
	return s.readSlowly(ctx, doing, func(g getter) error { return fn(view{g}) })
}

// readSlowly is read for queries that may take long, and end with the context.
func (s *Store) readSlowly(ctx context.Context, doing string, fn func(getter) error) error {
	begun, err := s.pool.BeginTxx(ctx, nil)
	if err != nil {
		return failed(ctx, doing, err)
	}
	defer func() { _ = begun.Rollback() }() // nothing was written
	if err := fn(begun); err != nil {
		return failed(ctx, doing, err)
	}
	return nil
}

// patiently repeats fn while another process holds the lock.
func patiently(ctx context.Context, fn func() error) error {
	for start := time.Now(); ; {
		err := fn()
		var lite sqlite3.Error
		if !errors.As(err, &lite) || (lite.Code != sqlite3.ErrBusy && lite.Code != sqlite3.ErrLocked) || time.Since(start) > busyPatience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
