package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"mensch/app/model"
)

// failed wraps an error with what was being done, and gives the errors that a
// caller decides on their names.
func failed(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		// A cancelled statement comes back as SQLite's "interrupted", or as a
		// transaction that is over.
		err = fmt.Errorf("%w (%w)", cause, err)
	}
	return fmt.Errorf("%s: %w", doing, mapped(err))
}

// mapped adds the model's name to an error of SQLite or of the disk.
func mapped(err error) error {
	name := error(nil)
	var lite sqlite3.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return model.ErrNotFound
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		name = model.ErrFull
	case errors.As(err, &lite):
		switch {
		case lite.Code == sqlite3.ErrFull, lite.Code == sqlite3.ErrIoErr && (lite.SystemErrno == syscall.ENOSPC || lite.SystemErrno == syscall.EDQUOT):
			name = model.ErrFull
		case lite.Code == sqlite3.ErrCorrupt, lite.Code == sqlite3.ErrNotADB:
			name = model.ErrCorrupt
		}
	}
	if name == nil || errors.Is(err, name) {
		return err
	}
	return fmt.Errorf("%w (%w)", name, err)
}

// isNone reports that a row is not there.
func isNone(err error) bool {
	return errors.Is(err, sql.ErrNoRows) || errors.Is(err, model.ErrNotFound)
}
