package photos

import (
	"cmp"
	"context"
	"io"
	"math"
	"slices"
	"sync"

	"mensch/app/model"
	"mensch/app/photos/hamming"
)

// Matcher finds the photos that show one picture with a query. It's safe for
// use by many goroutines.
type Matcher struct {
	open func(ctx context.Context, photoID string) (io.ReadCloser, error)

	mu     sync.RWMutex
	slots  map[string]uint32 // photo ID -> slot
	items  []item
	dead   int
	plain  hamming.Index64
	index  postings
	thumbs arena
}

// item is what the matcher keeps of one photo beside its features.
type item struct {
	id    string
	phash uint64
	thumb place
	shape float32 // width over height
}

// NewMatcher makes an empty matcher. open reads a photo that was added, for a
// closer look; it may be nil.
func NewMatcher(open func(ctx context.Context, photoID string) (io.ReadCloser, error)) *Matcher {
	return &Matcher{open: open, slots: map[string]uint32{}}
}

// Add puts photos into the matcher. Hashes of another Method and featureless
// photos are left out, and a photo that is there already is replaced.
func (m *Matcher) Add(photos ...model.PhotoHashes) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range photos {
		m.remove(h.PhotoID)
		if h.Method != Method || h.Class == ClassFeatureless || h.Width <= 0 || h.Height <= 0 {
			continue
		}
		slot := uint32(len(m.items))
		it := item{id: h.PhotoID, phash: h.PHash, shape: float32(h.Width) / float32(h.Height)}
		if features, thumb, err := splitViews(h.Views); err == nil {
			for _, f := range features {
				m.index.add(slot, f)
			}
			it.thumb = m.thumbs.add(thumb)
		}
		m.items = append(m.items, it)
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
		m.dead++
	}
}

// Len is the number of photos in the matcher.
func (m *Matcher) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.slots)
}

const (
	queryArea     = 480 * 480 // pixels that a query's features are found in
	queryFeatures = 320
	plainRadius   = 10 // bits of the plain hashes of candidates
	hitRadius     = 24 // bits of the descriptions of like features
	shortlist     = 60 // photos whose geometry is looked at
	verified      = 12 // photos that are aligned
)

// candidate is a photo that may show the query's picture.
type candidate struct {
	slot     uint32
	mirrored bool
	agreement
	to   affine // from the other photo to the query, in shares
	like likeness
	coarse float64
}

// Match gives the photos that show one picture with the query, best first,
// unrelated ones left out. q are the query's hashes, p the query itself; a nil p
// is replaced by the very small picture in q, which finds less. A featureless
// query matches nothing but its own file.
func (m *Matcher) Match(ctx context.Context, q model.PhotoHashes, p *Picture) ([]model.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if p == nil {
		if _, thumb, err := splitViews(q.Views); err == nil {
			if small, err := decodeThumb(thumb); err == nil {
				p = &Picture{ID: q.PhotoID, Width: q.Width, Height: q.Height, Orientation: 1, base: small, img: small.gray()}
			}
		}
	}
	var out []model.Match
	if p != nil && q.Class != ClassFeatureless {
		query := m.prepare(q, p)
		m.mu.RLock()
		found := m.candidates(query)
		for _, c := range found {
			if match, ok := m.judge(query, c); ok {
				out = append(out, match)
			}
		}
		m.mu.RUnlock()
	}
	slices.SortStableFunc(out, func(a, b model.Match) int {
		if (a.Kind == model.SameFile) != (b.Kind == model.SameFile) {
			if a.Kind == model.SameFile {
				return -1
			}
			return 1
		}
		if c := cmp.Compare(b.Score, a.Score); c != 0 {
			return c
		}
		return cmp.Compare(a.Other, b.Other)
	})
	return out, ctx.Err()
}

// query is a photo made ready to be looked up.
type query struct {
	hashes   model.PhotoHashes
	picture  *Picture
	features []feature
	pyramid  pyramid
	shape    shape
}

func (m *Matcher) prepare(q model.PhotoHashes, p *Picture) *query {
	w, h := grown(p.base.w, p.base.h, min(queryArea, max(bankArea, p.base.w*p.base.h)))
	return &query{
		hashes: q, picture: p, features: extract(p.base.resized(w, h), queryFeatures, true),
		pyramid: newPyramid(p.base, 12), shape: shapeOf(p.base.w, p.base.h),
	}
}

func (m *Matcher) candidates(q *query) []candidate {
	features := q.features
	hits := m.index.look(features, 40, hitRadius, nil)

	// The photos with most resemblances.
	votes := make([]float32, len(m.items))
	var touched []uint32
	for _, h := range hits {
		if votes[h.slot] == 0 {
			touched = append(touched, h.slot)
		}
		votes[h.slot] += float32(weigh(int(h.distance)))
	}
	touched = slices.DeleteFunc(touched, func(s uint32) bool { return m.items[s].id == "" })
	slices.SortFunc(touched, func(a, b uint32) int { return cmp.Compare(votes[b], votes[a]) })
	if len(touched) > shortlist {
		touched = touched[:shortlist]
	}

	// Of each the geometry that most follow.
	pairs := map[uint64][]pair{}
	chosen := map[uint32]bool{}
	for _, s := range touched {
		chosen[s] = true
	}
	for _, h := range hits {
		if !chosen[h.slot] {
			continue
		}
		key := uint64(h.slot) << 1
		if h.mirrored {
			key |= 1
		}
		r := math.Sqrt(float64(m.items[h.slot].shape))
		pairs[key] = append(pairs[key], pairOf(&features[h.feature], h, q.shape, shape{r, 1 / r}))
	}
	var list []candidate
	for _, s := range touched {
		for mirrored := range uint64(2) {
			ps := pairs[uint64(s)<<1|mirrored]
			if len(ps) < 2 {
				continue
			}
			a := agree(ps)
			if a.inliers < 2 || !plausible(a.m) {
				continue
			}
			c := candidate{slot: s, mirrored: mirrored == 1, agreement: a}
			if to, ok := m.toQuery(c, q.shape); ok {
				c.to = to
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.weight, a.weight) })
	if len(list) > verified {
		list = list[:verified]
	}
	for _, hit := range m.plain.Search(q.hashes.PHash, plainRadius, nil) {
		list = append(list, candidate{slot: hit.ID, to: identity})
	}

	a := newAligner(q.pyramid)
	for i := range list {
		m.verify(a, &list[i])
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.like.agree, a.like.agree) })
	var out []candidate
	seen := map[uint32]bool{}
	for _, c := range list {
		if !seen[c.slot] {
			seen[c.slot] = true
			out = append(out, c)
		}
	}
	return out
}

// toQuery turns a candidate's map, in units of the areas' roots and of the
// mirrored query, into one from the other photo's shares to the query's.
func (m *Matcher) toQuery(c candidate, qs shape) (affine, bool) {
	inv, ok := c.m.inverse()
	if !ok {
		return affine{}, false
	}
	r := math.Sqrt(float64(m.items[c.slot].shape))
	to := affine{r, 0, 0, 0, 1 / r, 0}.then(inv).then(affine{1 / qs.w, 0, 0, 0, 1 / qs.h, 0})
	if c.mirrored {
		to = to.then(affine{-1, 0, 1, 0, 1, 0})
	}
	return to, true
}

// verify aligns a candidate and compares.
func (m *Matcher) verify(a *aligner, c *candidate) {
	thumb, err := decodeThumb(m.thumbs.get(m.items[c.slot].thumb))
	if err != nil {
		return
	}
	// Compare no finer than the query can be seen.
	pitch := math.Sqrt(math.Abs(c.to.det()) * float64(a.query[0].w) * float64(a.query[0].h) / float64(thumb.w*thumb.h))
	if pitch < 0.7 && min(thumb.w, thumb.h) >= 48 {
		s := max(pitch, 0.5)
		thumb = thumb.averaged(int(float64(thumb.w)*s+0.5), int(float64(thumb.h)*s+0.5))
	}
	fine := newGrid(thumb)
	coarse := newGrid(thumb.averaged((thumb.w+1)/2, (thumb.h+1)/2))
	to, cc := a.refine(coarse, c.to, 8)
	c.coarse = cc
	to, corr := a.refine(fine, to, 5)
	if corr < 0.2 {
		return
	}
	c.like = a.compare(fine, to)
	c.to = to
}

// arena keeps many small byte strings in large slabs.
type arena struct{ slabs [][]byte }

type place struct{ slab, at, n uint32 }

const arenaSlab = 1 << 20

func (a *arena) add(data []byte) place {
	if len(a.slabs) == 0 || len(a.slabs[len(a.slabs)-1])+len(data) > arenaSlab {
		a.slabs = append(a.slabs, make([]byte, 0, max(arenaSlab, len(data))))
	}
	last := len(a.slabs) - 1
	at := len(a.slabs[last])
	a.slabs[last] = append(a.slabs[last], data...)
	return place{uint32(last), uint32(at), uint32(len(data))}
}

func (a *arena) get(p place) []byte {
	if int(p.slab) >= len(a.slabs) {
		return nil
	}
	return a.slabs[p.slab][p.at : p.at+p.n : p.at+p.n]
}
