package platform

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// applicationID marks the file as a platform's ("MnsP"), so that no other
// program's database is opened by mistake.
const applicationID = 0x4d6e7350

// schemaVersion is the file's user_version. A newer file is refused.
var schemaVersion = 1 + len(additions)

// The schema holds each object once, at the place of its last commit: seq is
// the feed. That makes erasure final (no older entry keeps what was erased) and
// the feed as long as the community, not as its history.
const schema = `
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
	one   INTEGER PRIMARY KEY CHECK (one = 1),
	seq   INTEGER NOT NULL, -- the newest place given out
	floor INTEGER NOT NULL  -- tombstones at or before this place may be gone
) STRICT;
INSERT INTO feed (one, seq, floor) VALUES (1, 0, 0);

CREATE TABLE objects ( -- seq is no row id, so that what is left can be counted without reading it
	seq     INTEGER NOT NULL UNIQUE,
	kind    TEXT NOT NULL,
	id      TEXT NOT NULL,
	version INTEGER NOT NULL,
	deleted INTEGER NOT NULL DEFAULT 0,
	expert  TEXT NOT NULL DEFAULT '', -- whose it is; a message is its session's
	ref     TEXT NOT NULL DEFAULT '', -- session of a message or rating, case of an incident, decision or appeal
	at      INTEGER NOT NULL,         -- commit time, Unix milliseconds
	data    TEXT,                     -- JSON; NULL in a tombstone
	UNIQUE (kind, id),
	CHECK ((data IS NULL) = (deleted = 1))
) STRICT;
CREATE INDEX objects_expert ON objects (expert, kind);
CREATE INDEX objects_ref ON objects (ref, kind) WHERE ref <> '';
CREATE INDEX objects_tombstone ON objects (at) WHERE deleted = 1;

CREATE TABLE decisions (
	key       TEXT PRIMARY KEY,
	case_id   TEXT NOT NULL,
	expert_id TEXT NOT NULL,
	hash      BLOB NOT NULL, -- of the request that was accepted
	receipt   TEXT NOT NULL, -- as it was answered
	undo      TEXT NOT NULL, -- JSON: what the decision took away
	reversed  TEXT NOT NULL DEFAULT '', -- key of the decision that took it back
	n         INTEGER NOT NULL UNIQUE   -- order of acceptance
) STRICT;
CREATE INDEX decisions_case ON decisions (case_id, n);

CREATE TABLE sanctions (
	id        TEXT PRIMARY KEY,
	decision  TEXT NOT NULL REFERENCES decisions (key),
	expert_id TEXT NOT NULL,
	step      TEXT NOT NULL,
	starts    INTEGER NOT NULL, -- Unix milliseconds
	ends      INTEGER,          -- NULL: no end
	phase     INTEGER NOT NULL DEFAULT 0, -- 0 to come, 1 in force, 2 over
	reversed  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sanctions_expert ON sanctions (expert_id);
CREATE INDEX sanctions_decision ON sanctions (decision);

CREATE TABLE base_states ( -- an expert's state apart from sanctions, noted at the first one
	expert_id TEXT PRIMARY KEY,
	state     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE leases (
	case_id TEXT PRIMARY KEY,
	holder  TEXT NOT NULL,
	token   INTEGER NOT NULL, -- only grows, also over releases
	expires INTEGER NOT NULL  -- Unix milliseconds; 0 when released
) STRICT, WITHOUT ROWID;

CREATE TABLE photos (
	id         TEXT PRIMARY KEY,
	bytes      INTEGER NOT NULL,
	media_type TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
	hash  BLOB PRIMARY KEY, -- SHA-256 of the token
	name  TEXT NOT NULL,
	roles TEXT NOT NULL     -- JSON array
) STRICT, WITHOUT ROWID;
`

// additions bring a file of an older version up to date, one version each: the
// schema above is version 1.
var additions = []string{
	auditSchema + proposalsSchema,
}

// openDB opens the file with one writing connection and a pool of readers.
// synchronous=FULL: a decision that was acknowledged survives a power cut.
func openDB(ctx context.Context, dir string) (writer, readers *sqlx.DB, err error) {
	path := filepath.Join(dir, "platform.db")
	dsn := func(extra string) string {
		return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() +
			"?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=1" + extra
	}
	writer, err = sqlx.Open("sqlite3", dsn("&_txlock=immediate"))
	if err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	if err := migrate(ctx, writer); err != nil {
		_ = writer.Close()
		return nil, nil, fmt.Errorf("preparing %s: %w", path, err)
	}
	readers, err = sqlx.Open("sqlite3", dsn("&_query_only=1"))
	if err != nil {
		_ = writer.Close()
		return nil, nil, fmt.Errorf("opening %s for reading: %w", path, err)
	}
	readers.SetMaxOpenConns(8)
	readers.SetMaxIdleConns(8)
	return writer, readers, nil
}

func migrate(ctx context.Context, db *sqlx.DB) error {
	var version, application, tables int
	if err := db.GetContext(ctx, &version, "PRAGMA user_version"); err != nil {
		return err
	}
	if err := db.GetContext(ctx, &application, "PRAGMA application_id"); err != nil {
		return err
	}
	if err := db.GetContext(ctx, &tables, "SELECT count(*) FROM sqlite_schema"); err != nil {
		return err
	}
	switch {
	case application == applicationID && version == schemaVersion:
		return nil
	case application == applicationID && version < schemaVersion && version > 0:
		return write(ctx, db, func(tx *sqlx.Tx) error { return addTo(ctx, tx, version) })
	case application == applicationID && version > schemaVersion:
		return fmt.Errorf("the file has version %d, this program knows %d: %w", version, schemaVersion, ErrNewerFile)
	case application != 0 || version != 0 || tables != 0:
		return ErrForeignFile
	}
	return write(ctx, db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		server, secret := make([]byte, 8), make([]byte, 32)
		_, _ = rand.Read(server) // never fails
		_, _ = rand.Read(secret)
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ('server', ?), ('secret', ?)",
			hex.EncodeToString(server), hex.EncodeToString(secret)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
			return err
		}
		return addTo(ctx, tx, 1)
	})
}

// addTo brings a file of a version up to this program's.
func addTo(ctx context.Context, tx *sqlx.Tx, version int) error {
	for _, addition := range additions[version-1:] {
		if _, err := tx.ExecContext(ctx, addition); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", schemaVersion))
	return err
}

// Errors of opening a platform's file that a caller decides on.
var (
	// ErrForeignFile says that platform.db belongs to another program.
	ErrForeignFile = errors.New("the file is not a Mensch platform's")
	// ErrNewerFile says that a newer version of the platform made the file.
	ErrNewerFile = errors.New("a newer version made the file")
)

// write runs do in one writing transaction: all of it lands, or nothing.
func write(ctx context.Context, db *sqlx.DB, do func(*sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// read runs do over one unmoving picture of the file.
func read(ctx context.Context, db *sqlx.DB, do func(*sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("beginning to read: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return do(tx)
}

func meta(ctx context.Context, q sqlx.QueryerContext, key string) (string, error) {
	var value string
	err := sqlx.GetContext(ctx, q, &value, "SELECT value FROM meta WHERE key = ?", key)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading meta %q: %w", key, err)
	}
	return value, nil
}

func setMeta(ctx context.Context, tx *sqlx.Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	if err != nil {
		return fmt.Errorf("writing meta %q: %w", key, err)
	}
	return nil
}

func millis(t time.Time) int64 { return t.UnixMilli() }
