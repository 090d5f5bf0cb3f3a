package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The heads of the audit log lie beside the database, not in it: a database
// that is put back to an earlier state must not take them along.
const (
	headsFile = "audit-heads.json"
	keptHeads = 32
	maxHeads  = 1 << 20 // bytes of the file
)

// KeptHeads gives the signed heads, newest first.
func (s *Store) KeptHeads(ctx context.Context) ([][]byte, error) {
	const doing = "reading the heads of the audit log"
	file, err := os.Open(filepath.Join(s.dir, headsFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	if info.Size() > maxHeads {
		return nil, failed(ctx, doing, fmt.Errorf("%s has %d bytes", headsFile, info.Size()))
	}
	var heads []string
	if err := json.NewDecoder(file).Decode(&heads); err != nil {
		return nil, failed(ctx, doing, fmt.Errorf("%s cannot be read: %w", headsFile, err))
	}
	out := make([][]byte, len(heads))
	for i, h := range heads {
		out[i] = []byte(h)
	}
	return out, nil
}

// KeepHead puts a signed head before the others; the oldest ones go. The file
// is replaced whole, so that a power cut leaves the old one or the new one.
func (s *Store) KeepHead(ctx context.Context, head []byte) error {
	const doing = "keeping the head of the audit log"
	heads, err := s.KeptHeads(ctx)
	if err != nil {
		return err
	}
	texts := []string{string(head)}
	for _, h := range heads {
		if !bytes.Equal(h, head) && len(texts) < keptHeads {
			texts = append(texts, string(h))
		}
	}
	raw, err := json.Marshal(texts)
	if err != nil {
		return failed(ctx, doing, err)
	}
	return failed(ctx, doing, replaceFile(filepath.Join(s.dir, headsFile), raw))
}

// replaceFile writes a file that is there whole or not at all.
func replaceFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Sync()
	}
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
