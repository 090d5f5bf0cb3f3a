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
	plain  *hamming.Index64
	index  postings
	thumbs arena
}

// item is what the matcher keeps of one photo beside its features.
type item struct {
	id    string
	phash uint64
	dhash uint64
	pdq   hamming.Hash256 // zero where the photo has too little in it for one
	thumb place
	shape float32 // width over height
	drawn bool    // it's a graphic
}

// NewMatcher makes an empty matcher. open reads a photo that was added, for a
// closer look; it may be nil.
func NewMatcher(open func(ctx context.Context, photoID string) (io.ReadCloser, error)) *Matcher {
	return &Matcher{open: open, slots: map[string]uint32{}, plain: new(hamming.Index64)}
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
		it := item{id: h.PhotoID, phash: h.PHash, dhash: h.DHash, pdq: upright(h), shape: float32(h.Width) / float32(h.Height), drawn: h.Class == ClassGraphic}
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
		if m.dead >= rebuildLeast && m.dead > len(m.slots)/3 {
			m.rebuild()
		}
	}
}

const rebuildLeast = 2000 // removed photos before their room is won back

// rebuild makes everything anew from the photos that are left.
func (m *Matcher) rebuild() {
	items, index, thumbs := m.items, m.index, m.thumbs
	renamed := make([]uint32, len(items))
	m.items, m.dead, m.index, m.thumbs = make([]item, 0, len(m.slots)), 0, postings{}, arena{}
	m.plain = new(hamming.Index64)
	for old, it := range items {
		if it.id == "" {
			renamed[old] = gone
			continue
		}
		slot := uint32(len(m.items))
		renamed[old] = slot
		it.thumb = m.thumbs.add(thumbs.get(it.thumb))
		m.items = append(m.items, it)
		m.slots[it.id] = slot
		m.plain.Add(slot, it.phash)
	}
	index.each(func(p *posting) {
		if slot := renamed[p.slot]; slot != gone {
			m.index.add(slot, p.stored)
		}
	})
}

const gone = math.MaxUint32

// Len is the number of photos in the matcher.
func (m *Matcher) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.slots)
}

const (
	queryArea     = 420 * 420 // pixels that a query's features are found in
	queryFeatures = 320
	plainRadius   = 8   // bits of the plain hashes of candidates
	plainMost     = 6   // candidates by plain hash
	longlist      = 600 // photos whose votes are looked at
	shortlist     = 48  // photos whose geometry is worked out
	verified      = 12  // photos that are aligned, at least where there are as many
	closeLooks    = 6   // doubtful candidates that are compared in the other photo's file
	sureInliers   = 14  // features lying alike from which a photo is always aligned
)

// candidate is a photo that may show the query's picture.
type candidate struct {
	slot     uint32
	mirrored bool
	agreement
	to   affine // from the other photo to the query, in shares
	bent *bend  // of the other photo before that; nil where it's flat
	like likeness
	item item
	mini []byte // the other photo's small picture
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
		m.mu.RUnlock()
		looks := 0
		for _, c := range found {
			match, ok, looked := m.judge(ctx, query, c, looks < closeLooks)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if looked {
				looks++
			}
			if ok {
				out = append(out, match)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b model.Match) int {
		if (a.Kind == model.SameFile) != (b.Kind == model.SameFile) {
			if a.Kind == model.SameFile {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.Score, a.Score) // of equals the better aligned stays first
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
	aligner  *aligner // of the one goroutine that looks the query up
}

// graphic says whether both the query and another photo are drawings.
func (q *query) graphic(other item) bool { return other.drawn && q.hashes.Class == ClassGraphic }

func (m *Matcher) prepare(q model.PhotoHashes, p *Picture) *query {
	w, h := grown(p.base.w, p.base.h, min(queryArea, max(bankArea, p.base.w*p.base.h)))
	pyramid := newPyramid(p.base, 12)
	return &query{
		hashes: q, picture: p, features: extract(p.base.resized(w, h), queryFeatures, true),
		pyramid: pyramid, aligner: newAligner(pyramid), shape: shapeOf(p.base.w, p.base.h),
	}
}

// candidates finds, aligns and compares the photos that may show the query's
// picture, best first.
func (m *Matcher) candidates(q *query) []candidate {
	list := m.geometry(q)
	// A photo with few features to find, or one whose features led astray, may
	// still have the same plain hash.
	hits := m.plain.Search(q.hashes.PHash, plainRadius, nil)
	slices.SortFunc(hits, func(a, b hamming.Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	plain := 0
	for _, hit := range hits {
		if m.items[hit.ID].id == "" || plain == plainMost {
			continue
		}
		plain++
		list = append(list, candidate{slot: hit.ID, to: identity})
	}
	if slot, ok := m.slots[q.hashes.PhotoID]; ok && !slices.ContainsFunc(list, func(c candidate) bool { return c.slot == slot }) {
		list = append(list, candidate{slot: slot, to: identity})
	}
	for i := range list {
		m.verify(q, q.aligner, &list[i])
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.like.odds(), a.like.odds()), cmp.Compare(a.item.id, b.item.id))
	})
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

// hitRooms are rooms for hits, used again for the next query.
var hitRooms = sync.Pool{New: func() any { return new([]hit) }}

// geometry finds the photos of which features lie as in the query.
func (m *Matcher) geometry(q *query) []candidate {
	// The more photos, the more resemblances by chance.
	most, radius := 64, 22
	if n := len(m.items); n > 100_000 {
		most, radius = 40, 17
	} else if n > 20_000 {
		most, radius = 48, 19
	}
	room := hitRooms.Get().(*[]hit)
	defer hitRooms.Put(room)
	hits := m.index.look(q.features, most, radius, (*room)[:0])
	*room = hits
	votes := make([]float32, len(m.items))
	var touched []uint32
	for i := range hits {
		h := &hits[i]
		if votes[h.slot] == 0 {
			touched = append(touched, h.slot)
		}
		votes[h.slot] += weights[h.distance]
	}
	touched = slices.DeleteFunc(touched, func(s uint32) bool { return m.items[s].id == "" })
	touched = top(touched, votes, longlist)

	// Of the photos with most votes, those whose votes agree in turn and scale.
	for i, s := range touched {
		votes[s] = float32(-1 - i) // who is chosen, and where they stand
	}
	// Sorted by photo and side, those of one in the order in which they came.
	place := make([]uint32, 2*len(touched)+1)
	side := func(h *hit) int {
		i := 2 * int(-1-votes[h.slot])
		if h.mirrored {
			i++
		}
		return i
	}
	chosen := hits[:0]
	for _, h := range hits {
		if votes[h.slot] < 0 {
			chosen = append(chosen, h)
			place[side(&h)+1]++
		}
	}
	for i := 1; i < len(place); i++ {
		place[i] += place[i-1]
	}
	grouped := make([]hit, len(chosen))
	next := slices.Clone(place)
	for i := range chosen {
		k := side(&chosen[i])
		grouped[next[k]] = chosen[i]
		next[k]++
	}
	type group struct {
		hits     []hit
		weight   float32
		mirrored bool
	}
	groups := make([]group, 0, len(place))
	for i := range place[1:] {
		if hs := grouped[place[i]:place[i+1]]; len(hs) >= 2 {
			groups = append(groups, group{hs, m.consistency(q, hs), i&1 == 1})
		}
	}
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(b.weight, a.weight) })
	var list []candidate
	var pairs []pair
	for _, g := range groups[:min(len(groups), shortlist)] {
		slot := g.hits[0].slot
		r := math.Sqrt(float64(m.items[slot].shape))
		pairs = pairs[:0]
		for _, h := range g.hits {
			pairs = append(pairs, pairOf(&q.features[h.feature], h, m.index.of(h), q.shape, shape{r, 1 / r}))
		}
		a := agree(pairs)
		if a.inliers < 2 || !plausible(a.m) {
			continue
		}
		c := candidate{slot: slot, mirrored: g.mirrored, agreement: a}
		if to, ok := m.toQuery(c, q.shape); ok {
			c.to = to
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.weight, a.weight) })
	// A photo on many accounts has many good candidates: none is left out.
	n := min(len(list), verified)
	for n < len(list) && list[n].inliers >= sureInliers {
		n++
	}
	return list[:n]
}

// top keeps the count photos with most votes.
func top(slots []uint32, votes []float32, count int) []uint32 {
	if len(slots) > 4*count {
		// Most photos have a chance vote or two: a threshold first.
		var bins [256]int
		for _, s := range slots {
			bins[min(int(votes[s]*8), 255)]++
		}
		least, sum := 255, 0
		for ; least > 0 && sum+bins[least] < count; least-- {
			sum += bins[least]
		}
		slots = slices.DeleteFunc(slots, func(s uint32) bool { return int(votes[s]*8) < least })
	}
	slices.SortFunc(slots, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(votes[b], votes[a]), cmp.Compare(a, b))
	})
	return slots[:min(len(slots), count)]
}

// consistency is the weight of the largest party of hits that turn and scale
// the query alike; hits by chance are of all parties.
func (m *Matcher) consistency(q *query, hits []hit) float32 {
	const turns, scales = 16, 14
	var votes [turns][scales]float32
	last := -1
	for _, h := range hits {
		f := &q.features[h.feature]
		s := m.index.of(h)
		angle := f.angle
		if h.mirrored {
			angle = math.Pi - angle
		}
		t := (s.turn() - angle) * (turns / (2 * math.Pi))
		t = float32(modulo(float64(t)+4*turns, turns))
		k := float32(math.Log2(float64(sigmaTable[s.sigma]/f.sigma)))*1.5 + scales/2
		ti, ki := int(t), int(min(max(k, 0), scales-1))
		w := weights[h.distance]
		if int(h.feature) == last { // one feature that resembles many is one voice
			w *= 0.3
		}
		last = int(h.feature)
		votes[ti][ki] += w
	}
	var best float32
	for t := range turns {
		for k := range scales {
			// Neighbours share: the true value may lie at a bin's border.
			u := (t + 1) % turns
			v := votes[t][k] + votes[u][k]
			if k+1 < scales {
				v += votes[t][k+1] + votes[u][k+1]
			}
			best = max(best, v)
		}
	}
	return best
}

// modulo is math.Mod of what is positive, and exact where n is a power of two.
func modulo(x, n float64) float64 { return x - n*math.Floor(x/n) }

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
func (m *Matcher) verify(q *query, a *aligner, c *candidate) {
	c.item = m.items[c.slot]
	a.graphic = q.graphic(c.item)
	c.mini = m.thumbs.get(c.item.thumb)
	thumb, err := decodeThumb(c.mini)
	if err != nil {
		return
	}
	// Compare no finer than the query can be seen.
	pitch := pitchOf(c.to, a.query[0], thumb.w, thumb.h)
	if pitch < 0.7 && min(thumb.w, thumb.h) >= 48 {
		s := max(pitch, 0.5)
		thumb = thumb.averaged(int(float64(thumb.w)*s+0.5), int(float64(thumb.h)*s+0.5))
	}
	coarse := a.coarse.of(thumb.averaged((thumb.w+1)/2, (thumb.h+1)/2))
	to, corr := a.refine(coarse, c.to, 6)
	if corr < wellAligned && c.inliers != 2 { // two features lie alike by chance
		// From farther away: what is blurred more pulls from farther.
		least := a.least.of(thumb.averaged((thumb.w+3)/4, (thumb.h+3)/4))
		far, _ := a.refine(least, c.to, 10)
		if again, better := a.refine(coarse, far, 6); better > corr {
			to, corr = again, better
		}
	}
	if corr < coarseLeast {
		return
	}
	fine, limit := a.fine.of(thumb), coarseLeast
	if c.inliers >= bendInliers {
		limit = bentLeast
	}
	if to, corr = a.refine(fine, to, 4); corr < limit {
		return
	}
	to = a.settle(fine, to, 2)
	c.like = a.compare(fine, to, nil)
	c.to = to
	if c.like.moved < bendFrom || c.inliers < bendInliers {
		return
	}
	// Perhaps it was photographed from the side.
	b, ok := a.curve(coarse, to, bend{}, 4)
	if ok {
		b, ok = a.curve(fine, to, b, 3)
	}
	if !ok {
		return
	}
	if l := a.compare(fine, to, &b); l.moved < bendGain*c.like.moved && l.both > c.like.both {
		c.like, c.bent = l, &b
	}
}

const (
	bendFrom    = 0.11 // likeness.moved in the small picture from which a bend is tried
	bendInliers = 5    // features lying alike without which it's not worth trying
	bendGain    = 0.75 // what it must leave of that
)

const (
	coarseLeast = 0.36 // correlation that an alignment must have to be worth a closer look; of true ones 99 in 100 have over 0.6
	bentLeast   = 0.2  // and one of what may be bent: its detail has less in common until it is
	wellAligned = 0.55 // under which another way to the alignment is tried
)

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
