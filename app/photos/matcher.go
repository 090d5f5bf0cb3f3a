package photos

import (
	"context"
	"io"
	"math/bits"
	"slices"
	"sync"

	"mensch/app/model"
	"mensch/app/photos/hamming"
)

// Matcher finds the photos that show one picture with a query. It's safe for
// use by many goroutines.
type Matcher struct {
	open func(ctx context.Context, photoID string) (io.ReadCloser, error)

	mu    sync.RWMutex
	slots map[string]uint32 // photo ID -> slot
	items []item
	plain hamming.Index64
}

// item is what the matcher keeps of one photo.
type item struct {
	id    string
	phash uint64
	class byte
}

// NewMatcher makes an empty matcher. open reads a photo that was added, for a
// closer look; it may be nil.
func NewMatcher(open func(ctx context.Context, photoID string) (io.ReadCloser, error)) *Matcher {
	return &Matcher{open: open, slots: map[string]uint32{}}
}

// Add puts photos into the matcher. Hashes of another Method are left out, and
// a photo that is there already is replaced.
func (m *Matcher) Add(photos ...model.PhotoHashes) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range photos {
		if h.Method != Method || h.Class == ClassFeatureless {
			continue
		}
		m.remove(h.PhotoID)
		slot := uint32(len(m.items))
		m.items = append(m.items, item{id: h.PhotoID, phash: h.PHash})
		m.slots[h.PhotoID] = slot
		m.plain.Add(slot, h.PHash)
	}
}

// Remove takes a photo out.
func (m *Matcher) Remove(photoID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(photoID)
}

func (m *Matcher) remove(photoID string) {
	if slot, ok := m.slots[photoID]; ok {
		m.plain.Remove(slot)
		delete(m.slots, photoID)
		m.items[slot] = item{}
	}
}

// Len is the number of photos in the matcher.
func (m *Matcher) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.slots)
}

// plainRadius is how many bits of the 64-bit perceptual hash a plain copy may
// differ in.
const plainRadius = 6

// Match gives the photos that show one picture with the query, best first,
// unrelated ones left out. q are the query's hashes, p the query itself.
func (m *Matcher) Match(ctx context.Context, q model.PhotoHashes, p *Picture) ([]model.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []model.Match
	if q.Class == ClassFeatureless {
		return nil, nil
	}
	for _, hit := range m.plain.Search(q.PHash, plainRadius, nil) {
		it := m.items[hit.ID]
		kind := model.SamePicture
		if it.id == q.PhotoID {
			kind = model.SameFile
		}
		out = append(out, model.Match{
			Query: q.PhotoID, Other: it.id, Class: q.Class, Kind: kind, Score: 1 - float64(hit.Distance)/40,
			Distance: bits.OnesCount64(it.phash ^ q.PHash), Transform: unchanged,
			Region: model.Region{Width: 1, Height: 1}, OtherRegion: model.Region{Width: 1, Height: 1},
			Affine: [6]float64{1, 0, 0, 0, 1, 0},
		})
	}
	slices.SortFunc(out, func(a, b model.Match) int { return a.Distance - b.Distance })
	return out, nil
}
