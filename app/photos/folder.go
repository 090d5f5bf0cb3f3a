package photos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"mensch/app/model"
)

// Folder is a folder of photos as a bank, without a store. It's safe for use by
// many goroutines.
type Folder struct {
	Matcher *Matcher
	Hashes  []model.PhotoHashes // of each photo once
	Left    []LeftOut           // files that are no photos that can be read
	Took    time.Duration       // for reading and hashing all of them, on all cores

	names map[string][]string // files by photo ID: a folder may hold one twice
	where map[string]string   // photo ID to a path with its bytes
}

// LeftOut is a file that couldn't be read as a photo, and why.
type LeftOut struct {
	Name string // below the folder, with forward slashes
	Err  error
}

// ReadFolder hashes every file in a folder and below, on all cores; files whose
// name begins with a dot are passed over. progress may be nil.
func ReadFolder(ctx context.Context, dir string, progress func(done, total int)) (*Folder, error) {
	dir, names, err := FolderFiles(ctx, dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{names: map[string][]string{}, where: map[string]string{}}
	f.Matcher = NewMatcher(func(_ context.Context, id string) (io.ReadCloser, error) { return os.Open(f.where[id]) })
	hashes := make([]model.PhotoHashes, len(names))
	faults := make([]error, len(names))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	begin := time.Now()
	for i, name := range names {
		if gctx.Err() != nil {
			break
		}
		if progress != nil {
			progress(i, len(names))
		}
		group.Go(func() error {
			hashes[i], _, faults[i] = HashFile(filepath.Join(dir, filepath.FromSlash(name)))
			return gctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.Took = time.Since(begin)
	for i, name := range names {
		if faults[i] != nil {
			f.Left = append(f.Left, LeftOut{name, faults[i]})
			continue
		}
		id := hashes[i].PhotoID
		if f.names[id] == nil {
			f.Hashes = append(f.Hashes, hashes[i])
			f.where[id] = filepath.Join(dir, filepath.FromSlash(name))
		}
		f.names[id] = append(f.names[id], name)
	}
	f.Matcher.Add(f.Hashes...)
	return f, nil
}

// FolderFiles are the files in a folder and below, with forward slashes, in
// order. Files and folders whose name begins with a dot are passed over. Of a
// path to a file, root is the folder that the file is in.
func FolderFiles(ctx context.Context, dir string) (root string, names []string, err error) {
	if info, err := os.Stat(dir); err == nil && info.Mode().IsRegular() {
		return filepath.Dir(dir), []string{filepath.Base(dir)}, nil
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") && path != dir {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(name))
		}
		return ctx.Err()
	})
	if err != nil {
		return "", nil, fmt.Errorf("reading the folder %s: %w", dir, err)
	}
	slices.Sort(names)
	return dir, names, nil
}

// HashFile reads a photo from a file and hashes it. The picture comes with it,
// for a Match.
func HashFile(path string) (model.PhotoHashes, *Picture, error) {
	file, err := os.Open(path)
	if err != nil {
		var fault *fs.PathError
		if errors.As(err, &fault) {
			err = fault.Err // whoever reports it names the file
		}
		return model.PhotoHashes{}, nil, err
	}
	defer func() { _ = file.Close() }() // only read
	return HashReader(file)
}

// HashReader reads a photo of at most MaxBytes and hashes it.
func HashReader(r io.Reader) (model.PhotoHashes, *Picture, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return model.PhotoHashes{}, nil, err
	}
	p, err := Decode(bytes.NewReader(raw))
	if err != nil {
		return model.PhotoHashes{}, nil, err
	}
	h := Hash(p)
	h.PhotoID = p.ID
	return h, p, nil
}

// Names are the files of a photo below the folder, with forward slashes.
func (f *Folder) Names(photoID string) []string { return f.names[photoID] }
