package hamming

import (
	"math/bits"
	"slices"
)

// Hash256 is a hash of 256 bits, such as PDQ's; word 0 holds the lowest bits.
type Hash256 [4]uint64

// Distance is the Hamming distance, 0 to 256.
func (h Hash256) Distance(o Hash256) int {
	return bits.OnesCount64(h[0]^o[0]) + bits.OnesCount64(h[1]^o[1]) +
		bits.OnesCount64(h[2]^o[2]) + bits.OnesCount64(h[3]^o[3])
}

// substring gives width bits from a shift; a substring may cross words.
func (h *Hash256) substring(c cut) uint32 {
	word, off := c.shift>>6, c.shift&63
	v := h[word] >> off
	if off+c.width > 64 {
		v |= h[word+1] << (64 - off)
	}
	return uint32(v) & (1<<c.width - 1)
}

// Index256 is an index of 256-bit hashes. The zero value is empty and ready.
// It's safe for use by many goroutines.
type Index256 struct {
	roster[Hash256]
}

// Search appends to hits every hash within radius of q (0 to 256), in no order.
func (x *Index256) Search(q Hash256, radius int, hits []Hit) []Hit {
	if radius < 0 {
		return hits
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.ready(radius, 64, x.build)
	from := 0
	if t != nil {
		from = t.n
		hits = x.probe(t, q, radius, hits)
	}
	return x.scan(from, q, radius, hits)
}

func (x *Index256) scan(from int, q Hash256, radius int, hits []Hit) []Hit {
	for i := from; i < len(x.hashes); i++ {
		if d := x.hashes[i].Distance(q); d <= radius && x.alive(i) {
			hits = append(hits, Hit{x.ids[i], d})
		}
	}
	return hits
}

// Scan is the linear scan that Search has to agree with.
func (x *Index256) Scan(q Hash256, radius int, hits []Hit) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.scan(0, q, radius, hits)
}

func (x *Index256) probe(t *tables, q Hash256, radius int, hits []Hit) []Hit {
	// The candidates are gathered first and compared after: the loads of one
	// list don't wait for the comparison of another.
	var few [2048]uint32
	for k, c := range t.cuts {
		key := q.substring(c)
		start, items := t.start[k], t.at[k]
		found := few[:0]
		for _, mask := range t.masks[k] {
			slot := key ^ mask
			if a, b := start[slot], start[slot+1]; a < b {
				found = append(found, items[a:b]...)
			}
		}
		for _, at := range found {
			h := &x.hashes[at]
			d := bits.OnesCount64(h[0]^q[0]) + bits.OnesCount64(h[1]^q[1]) +
				bits.OnesCount64(h[2]^q[2]) + bits.OnesCount64(h[3]^q[3])
			if d > radius || !x.alive(int(at)) {
				continue
			}
			diff := Hash256{h[0] ^ q[0], h[1] ^ q[1], h[2] ^ q[2], h[3] ^ q[3]}
			if !slices.ContainsFunc(t.cuts[:k], func(c cut) bool {
				return bits.OnesCount32(diff.substring(c)) <= c.radius
			}) {
				hits = append(hits, Hit{x.ids[at], d})
			}
		}
	}
	return hits
}

func (x *Index256) build(radius int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.behind(radius) {
		return
	}
	n := len(x.hashes)
	t := &tables{n: n, cuts: choose(256, n, radius, 10, 24, 10, 8)}
	for _, c := range t.cuts {
		t.cutTable(c, func(i int) uint32 { return x.hashes[i].substring(c) }, nil)
	}
	x.keep(radius, t)
}
