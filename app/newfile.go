package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// newFile writes a file that only its owner may read and that has its name only
// once it is whole; what stands at the name already is left. It gives the file's
// size in bytes.
func newFile(path string, fill func(io.Writer) error) (size int64, err error) {
	if _, err := os.Lstat(path); err == nil {
		return 0, &Refusal{Why: fmt.Sprintf("There is a file %s already. It was left as it is; choose another name.", path)}
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".export-*") // 0600: it is about real people
	if err != nil {
		return 0, &Refusal{Why: fmt.Sprintf("Nothing can be written in %s. Choose another folder.", filepath.Dir(path))}
	}
	err = fill(temp)
	if err == nil {
		err = temp.Sync()
	}
	info, failed := temp.Stat()
	err = errors.Join(err, failed, temp.Close())
	if err == nil {
		// Link refuses to replace what came to be at the name meanwhile; a file
		// system without links gets a rename.
		if err = os.Link(temp.Name(), path); err == nil {
			err = os.Remove(temp.Name())
		} else if !errors.Is(err, os.ErrExist) {
			err = os.Rename(temp.Name(), path)
		}
	}
	if err != nil {
		return 0, errors.Join(err, ignoreMissing(os.Remove(temp.Name())))
	}
	return info.Size(), nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
