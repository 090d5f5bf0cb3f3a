package photos

import (
	"cmp"
	"math/bits"
	"slices"
)

// postings are the features of all photos by their words. A word's features
// lie in a chain of blocks in large slabs, so that adding moves nothing and the
// garbage collector has nothing to look through.
type postings struct {
	heads []uint32 // by word: the latest block, from 1 on; 0 is none
	slabs [][]block
	used  uint32 // blocks
}

const (
	blockItems = 10
	slabBlocks = 2048
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
		p.heads = make([]uint32, 1<<wordBits)
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
	}
	b := p.block(head)
	b.items[b.n] = posting{s, slot}
	b.n++
}

// each calls yield with every feature.
func (p *postings) each(yield func(*posting)) {
	for i := uint32(1); i <= p.used; i++ {
		b := p.block(i)
		for k := range b.items[:b.n] {
			yield(&b.items[k])
		}
	}
}

// probes are sets of a word's bits to flip, as ranks by sureness, likeliest
// first: what a true match's word most likely looks like.
var probes = func() [][]uint8 {
	type set struct {
		ranks []uint8
		cost  float64
	}
	var all []set
	var grow func(ranks []uint8, from int, cost float64)
	grow = func(ranks []uint8, from int, cost float64) {
		all = append(all, set{slices.Clone(ranks), cost})
		if len(ranks) == 6 {
			return
		}
		for r := from; r < wordBits; r++ {
			m := (float64(r) + 0.7) / wordBits
			grow(append(ranks, uint8(r)), r+1, cost+m*m)
		}
	}
	grow(nil, 0, 0)
	slices.SortStableFunc(all, func(a, b set) int { return cmp.Compare(a.cost, b.cost) })
	out := make([][]uint8, 160)
	for i := range out {
		out[i] = all[i].ranks
	}
	return out
}()

// hit is a feature of the query that resembles one of a photo.
type hit struct {
	slot     uint32
	at       uint32 // the block
	feature  uint16 // of the query
	distance uint8
	place    uint8 // in the block; the top bit says that the query is mirrored
}

const hitMirrored = 0x80

func (h hit) mirrored() bool { return h.place&hitMirrored != 0 }

func (p *postings) of(h hit) *posting { return &p.block(h.at).items[h.place&^hitMirrored] }

// look appends the features that resemble the query's, among those of the
// most probes likeliest words.
func (p *postings) look(features []feature, most, radius int, hits []hit) []hit {
	if p.heads == nil {
		return hits
	}
	for i := range features {
		f := &features[i]
		hits = p.lookOne(hit{feature: uint16(i)}, f.sig, &f.margins, most, radius, hits)
		hits = p.lookOne(hit{feature: uint16(i), place: hitMirrored}, f.mirrored, &f.mirroredMargins, most, radius, hits)
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
	for _, ranks := range probes[:most] {
		probe := word
		for _, r := range ranks {
			probe ^= 1 << order[r]
		}
		for at := p.heads[probe]; at != 0; {
			b := p.block(at)
			for k := range b.items[:b.n] {
				it := &b.items[k]
				d := bits.OnesCount64(it.sig[0]^s[0]) + bits.OnesCount64(it.sig[1]^s[1])
				if d <= radius {
					h := proto
					h.slot, h.at, h.distance = it.slot, at, uint8(d)
					h.place |= uint8(k)
					hits = append(hits, h)
				}
			}
			at = b.next
		}
	}
	return hits
}
