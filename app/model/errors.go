package model

import "errors"

// Errors of a store that a caller decides on.
var (
	// ErrNotFound says that a named thing is not in the store.
	ErrNotFound = errors.New("not found")
	// ErrStale says that the thing changed since it was read; nothing was written.
	ErrStale = errors.New("changed meanwhile")
	// ErrNewerStore says that a newer version of the program made the store; nothing was touched.
	ErrNewerStore = errors.New("the store was made by a newer version of Mensch")
	// ErrForeignStore says that the file is no store of Mensch.
	ErrForeignStore = errors.New("the file is not a Mensch store")
	// ErrFull says that the disk is full; the transaction was rolled back.
	ErrFull = errors.New("the disk is full")
	// ErrCorrupt says that the store is damaged.
	ErrCorrupt = errors.New("the store is damaged")
)
