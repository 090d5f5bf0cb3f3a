// Package hamming finds all hashes within a Hamming distance, exactly: what a
// linear scan finds is found, and nothing else.
//
// A hash is cut into substrings, each with a table of its own. Two hashes
// within r of each other agree in at least one substring within its share of r
// (the pigeonhole principle, with radii that add up to no more than needed), so
// looking up a few neighbours of each substring finds them all.
package hamming

import (
	"math/bits"
	"slices"
	"sync"

	"mensch/app/photos/memory"
)

// Hit is a hash that was found.
type Hit struct {
	ID       uint32 // as given to Add
	Distance int    // in bits
}

// cut is one substring: width bits from a shift, searched within a radius.
type cut struct{ shift, width, radius int }

// plan shares total bits and a radius among m substrings. The radii satisfy
// sum(radius+1) = r+1, the least that the pigeonhole principle asks for; -1
// leaves a substring out.
func plan(total, m, r int) []cut {
	cuts := make([]cut, m)
	shift := 0
	for i := range cuts {
		width := (total - shift) / (m - i)
		cuts[i] = cut{shift: shift, width: width, radius: (r+1)/m - 1}
		shift += width
	}
	for i := range (r + 1) % m {
		cuts[i].radius++
	}
	return cuts
}

// cost guesses what a query takes under a plan over n hashes: each probe is a
// read from a random place, each candidate a comparison of what lies there.
func cost(cuts []cut, n int, probe, candidate float64) float64 {
	var t float64
	for _, c := range cuts {
		probes, term := 0.0, 1.0
		for k := 0; k <= c.radius; k++ {
			probes += term
			term = term * float64(c.width-k) / float64(k+1)
		}
		t += probes * (probe + candidate*float64(n)/float64(uint64(1)<<c.width))
	}
	return t
}

func choose(total, n, r, least, most int, probe, candidate float64) []cut {
	var best []cut
	var low float64
	for m := least; m <= most; m++ {
		cuts := plan(total, m, r)
		if m < most && cuts[m-1].width > bits.Len(uint(n))+5 {
			continue // tables far larger than what they hold cost more to make than they save
		}
		if c := cost(cuts, n, probe, candidate); best == nil || c < low {
			best, low = cuts, c
		}
	}
	return best
}

// masks gives all values of width bits with at most radius ones.
func masks(width, radius int) []uint32 {
	var out []uint32
	var grow func(mask uint32, from, left int)
	grow = func(mask uint32, from, left int) {
		out = append(out, mask)
		if left == 0 {
			return
		}
		for b := from; b < width; b++ {
			grow(mask|1<<b, b+1, left-1)
		}
	}
	if radius >= 0 {
		grow(0, 0, min(radius, width))
	}
	// In the order of the table, so that near probes share cache lines.
	slices.Sort(out)
	return out
}

const (
	fewHashes = 3000 // below this a linear scan is faster than any table
	tailLeast = 4096 // hashes that may wait outside the tables
)

// roster is what both indexes have in common: hashes of type H in the order of
// Add, and the tables for each radius that was asked for.
type roster[H any] struct {
	mu     sync.RWMutex
	hashes []H
	ids    []uint32
	dead   map[uint32]int // ID -> hashes before this place are removed
	tables map[int]*tables
}

// tables find the first n hashes by their substrings. Of each cut the hashes
// with one key lie side by side, from start[key] on.
type tables struct {
	n     int
	cuts  []cut
	masks [][]uint32
	start [][]uint32
	at    [][]uint32 // places in hashes
	full  [][]uint64 // the hashes there, of 64-bit hashes
}

// cutTable sorts n hashes by their keys under a cut. hashes, unless nil, are
// kept in that order too.
func (t *tables) cutTable(c cut, key func(i int) uint32, hashes []uint64) {
	start := memory.Make[uint32](1<<c.width + 1)
	for i := range t.n {
		start[key(i)+1]++
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	next := slices.Clone(start[:len(start)-1])
	at := memory.Make[uint32](t.n)
	full := memory.Make[uint64](len(hashes))
	for i := range t.n {
		k := key(i)
		at[next[k]] = uint32(i)
		if hashes != nil {
			full[next[k]] = hashes[i]
		}
		next[k]++
	}
	t.start, t.at, t.full = append(t.start, start), append(t.at, at), append(t.full, full)
	t.masks = append(t.masks, masks(c.width, c.radius))
}

// batch is how many probes are under way at once: enough that the reads from
// random places wait for memory together, few enough to stay in the cache.
const batch = 128

// Add puts a hash into the index. An ID may have many hashes.
func (x *roster[H]) Add(id uint32, hash H) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.hashes = append(x.hashes, hash)
	x.ids = append(x.ids, id)
}

// Remove takes all hashes of an ID out; the ID may be added again.
func (x *roster[H]) Remove(id uint32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.dead == nil {
		x.dead = map[uint32]int{}
	}
	x.dead[id] = len(x.hashes)
	if len(x.dead) > 1024 && len(x.dead) > len(x.ids)/4 {
		x.compact()
	}
}

// compact forgets removed hashes; the tables are made anew when asked for.
func (x *roster[H]) compact() {
	k := 0
	for i, id := range x.ids {
		if i < x.dead[id] {
			continue
		}
		x.hashes[k], x.ids[k] = x.hashes[i], id
		k++
	}
	x.hashes, x.ids, x.dead, x.tables = x.hashes[:k], x.ids[:k], nil, nil
}

// Len is the number of hashes, removed ones not yet forgotten included.
func (x *roster[H]) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.hashes)
}

func (x *roster[H]) alive(i int) bool { return len(x.dead) == 0 || i >= x.dead[x.ids[i]] }

// behind reports whether too many hashes wait outside a radius's tables.
func (x *roster[H]) behind(radius int) bool {
	t, n := x.tables[radius], len(x.hashes)
	return t == nil || n-t.n > max(tailLeast, t.n/16)
}

// ready gives the tables of a radius, nil where a linear scan is as good. The
// caller holds the lock for reading; build takes it for writing.
func (x *roster[H]) ready(radius, most int, build func(radius int)) *tables {
	if len(x.hashes) > fewHashes && x.behind(radius) && radius < most {
		x.mu.RUnlock()
		build(radius)
		x.mu.RLock()
	}
	return x.tables[radius]
}

func (x *roster[H]) keep(radius int, t *tables) {
	if x.tables == nil {
		x.tables = map[int]*tables{}
	}
	x.tables[radius] = t
}

// Index64 is an index of 64-bit hashes. The zero value is empty and ready. It's
// safe for use by many goroutines.
type Index64 struct {
	roster[uint64]
}

// Search appends to hits every hash within radius of q (0 to 64), in no order.
// An ID with many hashes may come many times.
func (x *Index64) Search(q uint64, radius int, hits []Hit) []Hit {
	radius = min(radius, 64)
	if radius < 0 {
		return hits
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	t := x.ready(radius, 24, x.build)
	from := 0
	if t != nil {
		from = t.n
		hits = x.probe(t, q, radius, hits)
	}
	return x.scan(from, q, radius, hits)
}

func (x *Index64) scan(from int, q uint64, radius int, hits []Hit) []Hit {
	for i, h := range x.hashes[from:] {
		if d := bits.OnesCount64(h ^ q); d <= radius && x.alive(from+i) {
			hits = append(hits, Hit{x.ids[from+i], d})
		}
	}
	return hits
}

// probe looks the query's keys up in rounds: in the first all probes of a batch
// find where their hashes lie, in the second the first and the last of these are
// fetched, and only then they are compared. No round's reads depend on a branch,
// so that the processor has many of them under way at once.
func (x *Index64) probe(t *tables, q uint64, radius int, hits []Hit) []Hit {
	var from, to [batch]uint32
	for k, c := range t.cuts {
		key := uint32(q>>c.shift) & (1<<c.width - 1)
		start, full, at := t.start[k], t.full[k], t.at[k]
		last := uint32(len(full) - 1)
		for masks := t.masks[k]; len(masks) > 0; {
			round := masks[:min(batch, len(masks))]
			masks = masks[len(round):]
			for i, mask := range round {
				slot := key ^ mask
				from[i], to[i] = start[slot], start[slot+1]
			}
			var fetch uint64
			for i := range round {
				fetch |= full[min(from[i], last)] | full[min(to[i], last)]
			}
			x.fetched(fetch)
			for i := range round {
				for j := from[i]; j < to[i]; j++ {
					if j += uint32(near(full[j:to[i]], q, radius)); j == to[i] {
						break
					}
					place, diff := at[j], full[j]^q
					if x.alive(int(place)) && !found64(t.cuts[:k], diff) {
						hits = append(hits, Hit{x.ids[place], bits.OnesCount64(diff)})
					}
				}
			}
		}
	}
	return hits
}

// fetched keeps the compiler from leaving out reads that only fetch.
//
//go:noinline
func (*Index64) fetched(uint64) {}

// plainNear is near, one hash after the other.
func plainNear(hashes []uint64, q uint64, radius int) int {
	for i, h := range hashes {
		if bits.OnesCount64(h^q) <= radius {
			return i
		}
	}
	return len(hashes)
}

// found64 says whether an earlier table gave the hash already.
func found64(cuts []cut, diff uint64) bool {
	for _, c := range cuts {
		if bits.OnesCount32(uint32(diff>>c.shift)&(1<<c.width-1)) <= c.radius {
			return true
		}
	}
	return false
}

func (x *Index64) build(radius int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.behind(radius) {
		return // another goroutine was faster
	}
	n := len(x.hashes)
	t := &tables{n: n, cuts: choose(64, n, radius, 3, 8, probe64, candidate64)}
	for _, c := range t.cuts {
		low := uint64(1)<<c.width - 1
		t.cutTable(c, func(i int) uint32 { return uint32(x.hashes[i] >> c.shift & low) }, x.hashes[:n])
	}
	x.keep(radius, t)
}

// What a probe and a candidate take, in nanoseconds on a busy machine: only
// their ratio counts.
const (
	probe64     = 40
	candidate64 = 2.5
)

// Scan is the linear scan that Search has to agree with.
func (x *Index64) Scan(q uint64, radius int, hits []Hit) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.scan(0, q, radius, hits)
}
