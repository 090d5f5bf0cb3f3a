package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/hamming"
)

// BankHash is a known image of which only a hash is known: the SHA-256 of its
// file, goimagehash's 64-bit perception hash, or both.
type BankHash struct {
	SHA256  string // 64 lower-case hex digits; empty if not known
	PHash   string // 16 lower-case hex digits; empty if not known
	Name    string
	Source  string
	Licence string
	Note    string
}

const (
	// bareRadius is how many of 64 bits may differ between a photo and a hash
	// that came without its photo. There is nothing to verify such a match by,
	// so it is narrower than the radius of photos.
	bareRadius = 6
	bareClass  = "hash"

	maxHashList = 64 << 20 // bytes of a list
	maxHashRows = 2_000_000
	maxField    = 500 // bytes of a name, source, licence or note
)

// ErrHashList says that a list of hashes cannot be read as one.
var ErrHashList = errors.New("the list of hashes cannot be read")

// ReadHashList reads a list of hashes: CSV with a header line, a JSON array of
// objects, or JSON Lines. The columns or members are sha256, phash, name,
// source, licence and note; others are left. Lines that cannot be used are named
// in skipped; an error wraps ErrHashList or is the reader's.
func ReadHashList(r io.Reader) (hashes []BankHash, skipped []string, err error) {
	counted := &io.LimitedReader{R: r, N: maxHashList + 1}
	in := bufio.NewReader(counted)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	list := &hashList{}
	switch first, err := firstByte(in); {
	case errors.Is(err, io.EOF):
		return nil, nil, fmt.Errorf("%w: it is empty", ErrHashList)
	case err != nil:
		return nil, nil, fmt.Errorf("reading the list of hashes: %w", err)
	case first == '[' || first == '{':
		err := list.json(in, first == '[')
		if err != nil {
			return nil, nil, err
		}
	default:
		if err := list.csv(in); err != nil {
			return nil, nil, err
		}
	}
	if counted.N <= 0 {
		return nil, nil, fmt.Errorf("%w: it is longer than %d MiB", ErrHashList, maxHashList>>20)
	}
	return list.hashes, list.skipped, nil
}

// firstByte gives the first byte that is no space, and leaves it unread.
func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\t' && b != '\r' && b != '\n' {
			return b, in.UnreadByte()
		}
	}
}

type hashList struct {
	rows    int
	hashes  []BankHash
	skipped []string
}

func (l *hashList) json(in io.Reader, array bool) error {
	dec := json.NewDecoder(in)
	if array {
		if _, err := dec.Token(); err != nil {
			return fmt.Errorf("%w: %w", ErrHashList, err)
		}
	}
	for !array || dec.More() {
		var row map[string]any
		err := dec.Decode(&row)
		if errors.Is(err, io.EOF) && !array {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: entry %d: %w", ErrHashList, l.rows+1, err)
		}
		if err := l.add("entry", func(name string) string {
			s, _ := row[name].(string)
			return s
		}); err != nil {
			return err
		}
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("%w: it is not complete: %w", ErrHashList, err)
	}
	return nil
}

func (l *hashList) csv(in io.Reader) error {
	table := csv.NewReader(in)
	table.FieldsPerRecord, table.ReuseRecord, table.TrimLeadingSpace = -1, true, true
	header, err := table.Read()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrHashList, err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	_, sha := at["sha256"]
	_, phash := at["phash"]
	if !sha && !phash {
		return fmt.Errorf("%w: its first line names neither a column sha256 nor one phash", ErrHashList)
	}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrHashList, err)
		}
		if err := l.add("row", func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return strings.Clone(row[i])
			}
			return ""
		}); err != nil {
			return err
		}
	}
}

// add takes one entry in, or notes why not.
func (l *hashList) add(what string, field func(string) string) error {
	if l.rows++; l.rows > maxHashRows {
		return fmt.Errorf("%w: it has more than %d entries", ErrHashList, maxHashRows)
	}
	skip := func(why string) error {
		l.skipped = append(l.skipped, fmt.Sprintf("%s %d: %s", what, l.rows, why))
		return nil
	}
	hash := func(name string, digits int) (string, bool) {
		s := strings.ToLower(strings.TrimSpace(field(name)))
		s = strings.TrimPrefix(s, "p:") // as goimagehash writes it
		if s == "" {
			return "", true
		}
		_, err := hex.DecodeString(s)
		return s, err == nil && len(s) == digits
	}
	var h BankHash
	var ok bool
	if h.SHA256, ok = hash("sha256", 64); !ok {
		return skip("its sha256 is not 64 hexadecimal digits")
	}
	if h.PHash, ok = hash("phash", 16); !ok {
		return skip("its phash is not 16 hexadecimal digits")
	}
	if h.SHA256 == "" && h.PHash == "" {
		return skip("it has neither sha256 nor phash")
	}
	if n, _ := strconv.ParseUint(h.PHash, 16, 64); h.PHash != "" && (bits.OnesCount64(n) < 8 || bits.OnesCount64(n) > 56) {
		// A flat picture's hash lies near that of every other flat picture.
		return skip("its phash is that of a picture without features, which would match too much")
	}
	for name, to := range map[string]*string{"name": &h.Name, "source": &h.Source, "licence": &h.Licence, "note": &h.Note} {
		s := strings.TrimSpace(field(name))
		if !utf8.ValidString(s) || len(s) > maxField {
			return skip(fmt.Sprintf("its %s is longer than %d bytes or not UTF-8", name, maxField))
		}
		*to = s
	}
	if h.Name == "" {
		h.Name = h.SHA256 + h.PHash
	}
	l.hashes = append(l.hashes, h)
	return nil
}

// photoID names a hash that came without its photo, in the form of a photo's ID.
func (h BankHash) photoID() string {
	if h.SHA256 != "" {
		return h.SHA256
	}
	sum := sha256.Sum256([]byte("phash:" + h.PHash))
	return hex.EncodeToString(sum[:])
}

// AddHashesToBank puts hashes into a bank, and reviews the experts whose photos
// they match.
func (d *Desk) AddHashesToBank(ctx context.Context, bankID string, hashes []BankHash, progress func(done, total int)) (Import, error) {
	var result Import
	before, err := d.bankSize(ctx, bankID)
	if err != nil {
		return result, err
	}
	d.detect.Lock()
	defer d.detect.Unlock()
	if d.indexes == nil {
		if d.indexes, err = d.loadIndexes(ctx); err != nil {
			return result, err
		}
	}
	done := 0
	for batch := range slices.Chunk(hashes, recordsPage) {
		items, rows, err := d.bankRows(ctx, bankID, batch)
		if err != nil {
			return result, err
		}
		// Hashes first: an item without its hash would never match, a hash
		// without an item stands nowhere and does no harm.
		if err := d.store.SaveHashes(ctx, rows); err != nil {
			return result, fmt.Errorf("keeping the hashes: %w", err)
		}
		if err := d.store.AddBankItems(ctx, items); err != nil {
			return result, fmt.Errorf("adding to the bank: %w", err)
		}
		d.indexes.add(rows...)
		if done += len(batch); progress != nil {
			progress(done, len(hashes))
		}
	}
	after, err := d.bankSize(ctx, bankID)
	if err != nil {
		return result, err
	}
	result.Added = after - before
	result.Known = len(hashes) - result.Added
	detail := fmt.Sprintf(`{"added":%d,"known":%d,"hashes":true}`, result.Added, result.Known)
	if err := d.store.AppendAudit(ctx, d.now().UTC(), d.Moderator(), "import", "bank:"+bankID, detail); err != nil {
		return result, fmt.Errorf("noting the import in the audit log: %w", err)
	}
	fresh, exact := &bareIndex{}, map[string]struct{}{}
	for _, h := range hashes {
		exact[h.photoID()] = struct{}{}
		if n, err := strconv.ParseUint(h.PHash, 16, 64); err == nil {
			fresh.add(model.PhotoHashes{PhotoID: h.photoID(), PHash: n})
		}
	}
	if err := d.reviewMatches(ctx, fresh, exact); err != nil {
		return result, err
	}
	d.changed()
	return result, nil
}

func (d *Desk) bankRows(ctx context.Context, bankID string, batch []BankHash) ([]model.BankItem, []model.PhotoHashes, error) {
	var items []model.BankItem
	var rows []model.PhotoHashes
	for _, h := range batch {
		id := h.photoID()
		items = append(items, model.BankItem{
			ID: "i" + uuid.NewString(), BankID: bankID, PhotoID: id, Name: h.Name, Source: h.Source, Licence: h.Licence, Note: h.Note, AddedAt: d.now().UTC(),
		})
		if h.PHash == "" {
			continue
		}
		// A photo that is here has hashes of its own, which say more.
		if _, err := d.store.HashesOf(ctx, id); err == nil {
			continue
		} else if !notFound(err) {
			return nil, nil, fmt.Errorf("reading the hashes of photo %s: %w", id, err)
		}
		n, err := strconv.ParseUint(h.PHash, 16, 64)
		if err != nil {
			return nil, nil, fmt.Errorf("reading hash %q: %w", h.PHash, err)
		}
		rows = append(rows, model.PhotoHashes{PhotoID: id, Method: photos.Method, PHash: n, Class: bareClass})
	}
	return items, rows, nil
}

// reviewMatches reviews every expert whose photo is near a hash, or is one of
// the exact files.
func (d *Desk) reviewMatches(ctx context.Context, near *bareIndex, exact map[string]struct{}) error {
	experts := map[string]struct{}{}
	err := eachPage(ctx, d.store.Hashes, func(h model.PhotoHashes) string { return h.PhotoID }, func(page []model.PhotoHashes) error {
		for _, h := range page {
			if _, same := exact[h.PhotoID]; !same && len(near.matches(h)) == 0 {
				continue
			}
			if err := d.showing(ctx, h.PhotoID, experts); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the hashes of photos: %w", err)
	}
	if err := d.loadBanks(ctx, d.indexes); err != nil {
		return err
	}
	return d.reviewPhotos(ctx, nil, experts)
}

// bareIndex finds hashes that came without their photos.
type bareIndex struct {
	ids  []string
	bits []uint64
	near hamming.Index64
}

func (x *bareIndex) add(h model.PhotoHashes) {
	slot := uint32(len(x.ids))
	x.ids, x.bits = append(x.ids, h.PhotoID), append(x.bits, h.PHash)
	x.near.Add(slot, h.PHash)
}

// matches gives the hashes near a photo's. Neither a hash nor a picture without
// features matches anything.
func (x *bareIndex) matches(q model.PhotoHashes) []model.Match {
	if q.Class == bareClass || q.Class == photos.ClassFeatureless || x.near.Len() == 0 {
		return nil
	}
	var out []model.Match
	for _, hit := range x.near.Search(q.PHash, bareRadius, nil) {
		out = append(out, model.Match{
			Query: q.PhotoID, Other: x.ids[hit.ID], Class: q.Class, Kind: model.SamePicture,
			Score:    0.99 - 0.04*float64(hit.Distance),
			Distance: hit.Distance, Transform: "not known: only the other photo's hash is",
			Region:      model.Region{Width: 1, Height: 1},
			OtherRegion: model.Region{Width: 1, Height: 1},
			Affine:      [6]float64{1, 0, 0, 0, 1, 0},
		})
	}
	return out
}
