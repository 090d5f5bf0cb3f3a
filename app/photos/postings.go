package photos

import (
	"cmp"
	"slices"

	"mensch/app/photos/memory"
)

// postings are the features of all photos by their words. The latest lie in
// chains of small blocks, so that adding moves nothing; once there are many of
// them they are frozen into a segment, where the features of a word lie side by
// side and are read at the speed of memory. Segments of like size are merged, so
// that there are few. All of it is in large pieces without pointers, which the
// garbage collector need not look through.
type postings struct {
	segments []segment

	heads []uint32 // by word: the latest block, from 1 on; 0 is none
	some  words    // that have one
	slabs [][]block
	used  uint32 // blocks
	fresh int    // features in the blocks
}

// segment holds features by word: those of w lie from start[w] to start[w+1].
type segment struct {
	start []uint32
	items []posting
	some  words // that have features; nil where most have
}

// words is a set of words. It's small enough to stay in the cache, where what
// it saves, a look at the place of a word that has nothing, is a read from memory.
type words []uint64

func newWords() words { return make(words, 1<<wordBits/64) }

func (s words) add(w uint32) { s[w>>6] |= 1 << (w & 63) }

// among puts those of all that are in the set into out, in their order, and
// gives how many they are; a nil set has all.
func (s words) among(all, out []uint32) int {
	if s == nil {
		return copy(out, all)
	}
	n := 0
	for _, w := range all {
		out[n] = w
		n += int(s[w>>6] >> (w & 63) & 1)
	}
	return n
}

// wordsMost is the share of words with features from which asking for it costs
// more than it saves.
const wordsMost = 0.75

// note makes the set of words that have features.
func (s *segment) note() {
	some, n := newWords(), 0
	for w := range uint32(1 << wordBits) {
		if s.start[w] < s.start[w+1] {
			some.add(w)
			n++
		}
	}
	if float64(n) < wordsMost*(1<<wordBits) {
		s.some = some
	}
}

const (
	blockItems  = 5
	slabBlocks  = 4096
	mostProbes  = 96        // words looked up of one feature
	freezeAt    = 128 << 10 // features in blocks
	segmentMost = 8 << 20   // features of a segment that is merged with others: a merge needs the room twice
	mergeRatio  = 3         // a segment at most so many times as large as the next is merged with it
)

type block struct {
	items [blockItems]posting
	next  uint32
	n     uint32
}

type posting struct {
	stored
	slot uint32
}

func (p *postings) block(i uint32) *block { return &p.slabs[(i-1)/slabBlocks][(i-1)%slabBlocks] }

func (p *postings) add(slot uint32, s stored) {
	if p.heads == nil {
		p.heads, p.some = memory.Make[uint32](1<<wordBits), newWords()
	}
	word := s.sig.word()
	head := p.heads[word]
	if head == 0 || p.block(head).n == blockItems {
		if p.used%slabBlocks == 0 {
			p.slabs = append(p.slabs, make([]block, slabBlocks))
		}
		p.used++
		p.block(p.used).next = head
		head = p.used
		p.heads[word] = head
		p.some.add(word)
	}
	b := p.block(head)
	b.items[b.n] = posting{s, slot}
	b.n++
	if p.fresh++; p.fresh >= freezeAt {
		p.freeze()
	}
}

// freeze makes a segment of the blocks.
func (p *postings) freeze() {
	if p.fresh == 0 {
		return
	}
	s := segment{start: memory.Make[uint32](1<<wordBits + 1), items: memory.Make[posting](p.fresh)[:0]}
	for word, at := range p.heads {
		s.start[word] = uint32(len(s.items))
		for at != 0 {
			b := p.block(at)
			s.items = append(s.items, b.items[:b.n]...)
			at = b.next
		}
	}
	s.start[1<<wordBits] = uint32(len(s.items))
	s.note()
	p.segments = append(p.segments, s)
	p.heads, p.some, p.slabs, p.used, p.fresh = nil, nil, nil, 0, 0
	for n := len(p.segments); n >= 2; n-- {
		a, b := p.segments[n-2], p.segments[n-1]
		if len(a.items) > mergeRatio*len(b.items) || len(a.items)+len(b.items) > segmentMost {
			break
		}
		p.segments = append(p.segments[:n-2], merged(a, b))
	}
}

func merged(a, b segment) segment {
	out := segment{start: memory.Make[uint32](1<<wordBits + 1), items: memory.Make[posting](len(a.items) + len(b.items))[:0]}
	for w := range 1 << wordBits {
		out.start[w] = uint32(len(out.items))
		out.items = append(out.items, a.items[a.start[w]:a.start[w+1]]...)
		out.items = append(out.items, b.items[b.start[w]:b.start[w+1]]...)
	}
	out.start[1<<wordBits] = uint32(len(out.items))
	out.note()
	return out
}

// each calls yield with every feature.
func (p *postings) each(yield func(*posting)) {
	for _, s := range p.segments {
		for i := range s.items {
			yield(&s.items[i])
		}
	}
	for i := uint32(1); i <= p.used; i++ {
		b := p.block(i)
		for k := range b.items[:b.n] {
			yield(&b.items[k])
		}
	}
}

// probe is a set of a word's bits to flip, as ranks by sureness: those of an
// earlier probe, and one more.
type probe struct{ parent, rank uint8 }

// probes go from the word itself on, likeliest first: what a true match's word
// most likely looks like.
var probes = func() (out [mostProbes]probe) {
	type set struct {
		ranks []uint8
		cost  float64
	}
	var all []set
	var grow func(ranks []uint8, from int, cost float64)
	grow = func(ranks []uint8, from int, cost float64) {
		all = append(all, set{slices.Clone(ranks), cost})
		if len(ranks) == 5 {
			return
		}
		for r := from; r < 12; r++ {
			m := (float64(r) + 0.7) / wordBits
			grow(append(ranks, uint8(r)), r+1, cost+m*m)
		}
	}
	grow(nil, 0, 0)
	slices.SortStableFunc(all, func(a, b set) int { return cmp.Compare(a.cost, b.cost) })
	for i := 1; i < mostProbes; i++ {
		ranks := all[i].ranks
		last := len(ranks) - 1
		// One bit less is likelier, and was before.
		parent := slices.IndexFunc(all[:i], func(s set) bool { return slices.Equal(s.ranks, ranks[:last]) })
		out[i] = probe{uint8(parent), ranks[last]}
	}
	return out
}()

// hit is a feature of the query that resembles one of a photo.
type hit struct {
	slot     uint32
	at       uint32 // the block, or the place in the segment
	feature  uint16 // of the query
	segment  uint16 // from 1 on; 0 for the blocks
	distance uint8
	place    uint8 // in the block
	mirrored bool
}

func (p *postings) of(h hit) *posting {
	if h.segment > 0 {
		return &p.segments[h.segment-1].items[h.at]
	}
	return &p.block(h.at).items[h.place]
}

// look appends the features that resemble the query's, among those of the
// most probes likeliest words.
func (p *postings) look(features []feature, most, radius int, hits []hit) []hit {
	for i := range features {
		f := &features[i]
		hits = p.lookOne(hit{feature: uint16(i)}, f.sig, &f.margins, most, radius, hits)
		hits = p.lookOne(hit{feature: uint16(i), mirrored: true}, f.mirrored, &f.mirroredMargins, most, radius, hits)
	}
	return hits
}

func (p *postings) lookOne(proto hit, s sig, margins *[wordBits]float32, most, radius int, hits []hit) []hit {
	var order [wordBits]uint8
	for k := range order {
		order[k] = uint8(k)
	}
	for a := 1; a < wordBits; a++ { // short: insertion is fastest
		for b := a; b > 0 && margins[order[b]] < margins[order[b-1]]; b-- {
			order[b], order[b-1] = order[b-1], order[b]
		}
	}
	word := s.word()
	var likely, there [mostProbes + 1]uint32
	likely[0] = word
	for i := 1; i < most; i++ {
		likely[i] = likely[probes[i].parent] ^ 1<<order[probes[i].rank]
	}
	var from, to [mostProbes]uint32
	for k := range p.segments {
		seg := &p.segments[k]
		// In rounds, as the index of hashes does it: find all, fetch all, and only
		// then compare, so that the reads wait for memory together.
		n := seg.some.among(likely[:most], there[:])
		for i, w := range there[:n] {
			from[i], to[i] = seg.start[w], seg.start[w+1]
		}
		last := uint32(len(seg.items) - 1)
		var fetch uint32
		for i := range there[:n] {
			fetch |= seg.items[min(from[i], last)].slot
		}
		fetched(fetch)
		for i := range there[:n] {
			at := from[i]
			items := seg.items[at:to[i]]
			for j := range items {
				if d := items[j].sig.distance(s); d <= radius {
					h := proto
					h.slot, h.at, h.segment, h.distance = items[j].slot, at+uint32(j), uint16(k+1), uint8(d)
					hits = append(hits, h)
				}
			}
		}
	}
	if p.heads == nil {
		return hits
	}
	n := p.some.among(likely[:most], there[:])
	for _, w := range there[:n] {
		for at := p.heads[w]; at != 0; {
			b := p.block(at)
			for k := range b.items[:b.n] {
				it := &b.items[k]
				if d := it.sig.distance(s); d <= radius {
					h := proto
					h.slot, h.at, h.place, h.distance = it.slot, at, uint8(k), uint8(d)
					hits = append(hits, h)
				}
			}
			at = b.next
		}
	}
	return hits
}

// fetched keeps the compiler from leaving out reads that only fetch.
//
//go:noinline
func fetched(uint32) {}
