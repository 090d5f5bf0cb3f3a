package phrase

import "math/bits"

// needed is how many of the words that a rule can't do without are looked for
// before it is tried: its rarest ones.
const needed = 3

// needs says for each word which rules it may help to hold. A rule is a bit; a
// rule is tried only in a text that has a word for each of its rarest slots. Few
// rules are, and the others cost their share of a few words of bits.
type needs struct {
	wide int      // words of bits, for one slot of all rules
	row  []int32  // by word or pair, where its bits begin; 0 has none
	bits []uint64 // for each word: the rules whose rarest slot has it, then the second, the third
	some []some   // the same without the words of bits that are nought, as most are
	from []int32  // by word or pair, where its part of some begins; it ends where the next one's begins
	free []uint64 // the rules that have no second slot, and no third
}

func newNeeds(rules, words int) needs {
	n := needs{wide: (rules + 63) / 64, row: make([]int32, words)}
	n.bits = make([]uint64, needed*n.wide)
	n.free = make([]uint64, needed*n.wide)
	return n
}

// some is a word of bits that is not nought, and its place among the bits.
type some struct {
	at   int
	bits uint64
}

// pack fills in some and from once all rules are added.
func (n *needs) pack() {
	n.from = make([]int32, 1, len(n.row)+1)
	for id := range n.row {
		for at, w := range n.of(uint32(id)) {
			if w != 0 {
				n.some = append(n.some, some{at, w})
			}
		}
		n.from = append(n.from, int32(len(n.some)))
	}
}

// join adds a word's bits to those seen.
func (n *needs) join(seen []uint64, id uint32) {
	for _, w := range n.some[n.from[id]:n.from[id+1]] {
		seen[w.at] |= w.bits
	}
}

// add notes the words of a rule's slots, the rarest slot first.
func (n *needs) add(rule int, slots [][]uint32) {
	at, bit := rule/64, uint64(1)<<(rule%64)
	for k := range needed {
		if k >= len(slots) {
			n.free[k*n.wide+at] |= bit
			continue
		}
		for _, id := range slots[k] {
			if n.row[id] == 0 {
				n.row[id] = int32(len(n.bits))
				n.bits = append(n.bits, make([]uint64, needed*n.wide)...)
			}
			n.bits[int(n.row[id])+k*n.wide+at] |= bit
		}
	}
}

// of gives a word's bits, nil if no rule needs it.
func (n *needs) of(id uint32) []uint64 {
	if id == 0 || n.row[id] == 0 {
		return nil
	}
	return n.bits[n.row[id]:][:needed*n.wide]
}

// Matcher finds the matches of a book in one text after another, with its own
// scratch memory. It is for one goroutine.
type Matcher struct {
	book *Book
	seen []uint64 // the rules for which a slot's word was seen, slot by slot
}

// NewMatcher gives a matcher over the book.
func (b *Book) NewMatcher() *Matcher {
	return &Matcher{book: b, seen: make([]uint64, needed*b.needs.wide)}
}

// Find calls visit for each match of each rule, the first at each place and not
// overlapping another of the same rule: in the order of the rules' rarest words
// in the text, and of the rules.
func (m *Matcher) Find(toks []Token, visit func(Match)) {
	n := &m.book.needs
	seen := m.seen
	copy(seen, n.free)
	for k := range toks {
		if t := &toks[k]; t.ID != 0 {
			n.join(seen, t.ID)
			if t.Pair != 0 {
				n.join(seen, t.Pair)
			}
		}
	}
	due, left := seen[:n.wide], uint64(0)
	for k := range due {
		for q := 1; q < needed; q++ {
			due[k] &= seen[q*n.wide+k]
		}
		left |= due[k]
	}
	for k := 0; k < len(toks) && left != 0; k++ {
		if t := &toks[k]; t.ID != 0 {
			left = m.try(n.of(t.ID), due, toks, visit)
			if t.Pair != 0 {
				left = m.try(n.of(t.Pair), due, toks, visit)
			}
		}
	}
}

// try scans a text for the rules that are due and whose rarest slot has a word,
// and gives the bits of what is due after that, all together.
func (m *Matcher) try(word, due []uint64, toks []Token, visit func(Match)) (left uint64) {
	for k, d := range due {
		if d == 0 {
			continue
		}
		if word != nil {
			now := d & word[k]
			due[k] &^= now
			for ; now != 0; now &= now - 1 {
				m.book.scan(m.book.Rules[k*64+bits.TrailingZeros64(now)], toks, visit)
			}
		}
		left |= due[k]
	}
	return left
}
