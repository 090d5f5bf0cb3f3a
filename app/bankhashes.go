package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/bits"
	"slices"
	"strconv"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/hamming"
	"mensch/app/photos/pdq"
)

// How many bits may differ between a photo and a hash that came without its
// photo. There is nothing to verify such a match by, so the radius is narrower
// than that of photos; of PDQ it's the exchanges' own.
const (
	bareRadius     = 6  // of 64, perception hash
	bareDifference = 10 // of 64, difference hash beside a perception hash that is near
	aloneRadius    = 3  // of 64, difference hash alone, which strangers share more easily
)

// bareClass is the class of hashes that came without their photo.
const bareClass = "hash"

// photoID names a hash that came without its photo, in the form of a photo's ID.
func (h BankHash) photoID() string {
	if h.SHA256 != "" {
		return h.SHA256
	}
	return derivedID(h.PHash, h.DHash, h.PDQ)
}

// derivedID is the name of a picture of which no SHA-256 is known.
func derivedID(phash, dhash, pdq string) string {
	text := "phash:" + phash
	if dhash != "" || pdq != "" {
		text = "hashes:" + phash + ":" + dhash + ":" + pdq
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// row is how the store keeps the hashes; ok is false where none but the file's
// own is known.
func (h BankHash) row() (row model.PhotoHashes, ok bool, err error) {
	row = model.PhotoHashes{PhotoID: h.photoID(), Method: photos.Method, Class: bareClass}
	for _, part := range []struct {
		text string
		to   *uint64
	}{{h.PHash, &row.PHash}, {h.DHash, &row.DHash}} {
		if part.text == "" {
			continue
		}
		if *part.to, err = strconv.ParseUint(part.text, 16, 64); err != nil {
			return row, false, fmt.Errorf("reading hash %q: %w", part.text, err)
		}
	}
	if h.PDQ != "" {
		hash, err := pdq.Parse(h.PDQ)
		if err != nil {
			return row, false, err
		}
		row.PDQ, row.Quality = photos.AppendPDQ(nil, hash), 100
	}
	return row, h.PHash+h.DHash+h.PDQ != "", nil
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
		row, ok, err := h.row()
		if err != nil {
			return result, err
		}
		if ok {
			fresh.add(row)
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
		added := h.AddedAt
		if added.IsZero() {
			added = d.now().UTC()
		}
		items = append(items, model.BankItem{
			ID: newItemID(), BankID: bankID, PhotoID: id, Name: h.Name, Source: h.Source, Licence: h.Licence, Note: h.Note, Disabled: h.Disabled, AddedAt: added,
		})
		row, ok, err := h.row()
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		// A photo that is here has hashes of its own, which say more.
		known, err := d.store.HashesOf(ctx, id)
		switch {
		case notFound(err):
		case err != nil:
			return nil, nil, fmt.Errorf("reading the hashes of photo %s: %w", id, err)
		case known.Class != bareClass:
			continue
		default: // another list knew another hash of the same file
			row.PHash, row.DHash = cmp.Or(row.PHash, known.PHash), cmp.Or(row.DHash, known.DHash)
			if len(row.PDQ) == 0 {
				row.PDQ, row.Quality = known.PDQ, known.Quality
			}
		}
		rows = append(rows, row)
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
	slots map[string]uint32
	rows  []bareRow
	near  hamming.Index64  // perception hashes
	alone hamming.Index64  // difference hashes of what has no perception hash
	wide  hamming.Index256 // PDQ
}

type bareRow struct {
	id         string
	difference uint64 // 0: not known
}

func (x *bareIndex) add(h model.PhotoHashes) {
	if x.slots == nil {
		x.slots = map[string]uint32{}
	}
	x.remove(h.PhotoID)
	slot := uint32(len(x.rows))
	x.slots[h.PhotoID] = slot
	x.rows = append(x.rows, bareRow{h.PhotoID, h.DHash})
	switch {
	case h.PHash != 0:
		x.near.Add(slot, h.PHash)
	case h.DHash != 0:
		x.alone.Add(slot, h.DHash)
	}
	for _, hash := range photos.PDQ(h)[:min(1, len(h.PDQ)/32)] {
		x.wide.Add(slot, hash)
	}
}

// remove takes a hash out, such as when its photo has come.
func (x *bareIndex) remove(photoID string) {
	if slot, known := x.slots[photoID]; known {
		x.near.Remove(slot)
		x.alone.Remove(slot)
		x.wide.Remove(slot)
		delete(x.slots, photoID)
	}
}

// bareHit is the nearest that a hash came to a photo.
type bareHit struct {
	score    float64
	distance int
	words    string
	way      int
}

const unseen = "not known: only the other photo's hash is"

// matches gives the hashes near a photo's, best first. Neither a hash nor a
// picture without features matches anything.
func (x *bareIndex) matches(q model.PhotoHashes) []model.Match {
	if q.Class == bareClass || q.Class == photos.ClassFeatureless || len(x.rows) == 0 {
		return nil
	}
	best := map[uint32]bareHit{}
	take := func(slot uint32, h bareHit) {
		if known, ok := best[slot]; !ok || h.score > known.score {
			best[slot] = h
		}
	}
	for _, hit := range x.near.Search(q.PHash, bareRadius, nil) {
		if other := x.rows[hit.ID].difference; other == 0 || bits.OnesCount64(other^q.DHash) <= bareDifference {
			take(hit.ID, bareHit{score: 0.99 - 0.04*float64(hit.Distance), distance: hit.Distance, words: unseen})
		}
	}
	for _, hit := range x.alone.Search(q.DHash, aloneRadius, nil) {
		take(hit.ID, bareHit{score: 0.95 - 0.05*float64(hit.Distance), distance: hit.Distance, words: unseen})
	}
	for way, hash := range photos.PDQ(q) {
		for _, hit := range x.wide.Search(hash, pdq.Radius, nil) {
			h := bareHit{score: 0.99 - 0.0075*float64(hit.Distance), distance: hit.Distance, way: way, words: unseen}
			if way != pdq.Upright {
				h.words = photos.WayInWords(way) + ", as far as its PDQ hash tells"
			}
			take(hit.ID, h)
		}
	}
	out := make([]model.Match, 0, len(best))
	for slot, h := range best {
		out = append(out, model.Match{
			Query: q.PhotoID, Other: x.rows[slot].id, Class: q.Class, Kind: model.SamePicture,
			Score: h.score, Distance: h.distance, Transform: h.words,
			Region:      model.Region{Width: 1, Height: 1},
			OtherRegion: model.Region{Width: 1, Height: 1},
			Affine:      wayMaps[h.way],
		})
	}
	slices.SortFunc(out, func(a, b model.Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Other, b.Other))
	})
	return out
}

// wayMaps take a point of a photo to where it stands in the turned one, as
// model.Match.Affine has it.
var wayMaps = [8][6]float64{
	pdq.Upright: {1, 0, 0, 0, 1, 0}, pdq.Turned90: {0, -1, 1, 1, 0, 0}, pdq.Turned180: {-1, 0, 1, 0, -1, 1}, pdq.Turned270: {0, 1, 0, -1, 0, 1},
	pdq.Mirrored: {-1, 0, 1, 0, 1, 0}, pdq.Overturned: {1, 0, 0, 0, -1, 1}, pdq.Transposed: {0, 1, 0, 1, 0, 0}, pdq.CounterTransposed: {0, -1, 1, -1, 0, 1},
}
