package phrase

// dictionary numbers words. It is read once for each word of each message, so it
// is a table of its own: a word of up to eight bytes, as most are, is compared as
// one number, and a longer one is only read when its first eight bytes agree.
type dictionary struct {
	places []place // a power of two of them, at most a quarter taken
	words  []string
	shift  uint8
}

// place holds a word; the one with number 0 is free.
type place struct {
	head   uint64 // its first eight bytes
	size   uint32
	number uint32
}

// newDictionary numbers words by their index; empty ones are not in it.
func newDictionary(words []string) dictionary {
	d := dictionary{words: words, shift: 64 - 4}
	for 1<<(64-d.shift) < 4*len(words) {
		d.shift--
	}
	d.places = make([]place, 1<<(64-d.shift))
	for n, w := range words {
		if w == "" || n == 0 {
			continue
		}
		h := head(w, 0, len(w))
		k := d.hash(h, w, len(w), len(w))
		for d.places[k].number != 0 {
			k = (k + 1) & (len(d.places) - 1)
		}
		d.places[k] = place{h, uint32(len(w)), uint32(n)}
	}
	return d
}

// number gives the number of the word in bytes [a, b) of s, 0 if it has none.
func (d *dictionary) number(s string, a, b int) uint32 {
	if a >= b {
		return 0
	}
	n := b - a
	h := head(s, a, n)
	for k := d.hash(h, s, b, n); ; k = (k + 1) & (len(d.places) - 1) {
		p := &d.places[k]
		if p.number == 0 {
			return 0
		}
		if p.head == h && int(p.size) == n && (n <= 8 || d.words[p.number] == s[a:b]) {
			return p.number
		}
	}
}

// hash gives the place to look first for a word of n bytes that ends before byte
// b of s.
func (d *dictionary) hash(h uint64, s string, b, n int) int {
	if n > 8 {
		h ^= eight(s[b-8:]) * 0xff51afd7ed558ccd
	}
	h ^= uint64(n) << 56
	h *= 0x9e3779b97f4a7c15
	return int((h ^ h>>29) * 0xbf58476d1ce4e5b9 >> d.shift)
}

// head packs the first eight of n bytes of s from a on.
func head(s string, a, n int) uint64 {
	if a+8 <= len(s) {
		h := eight(s[a:])
		if n < 8 {
			h &= 1<<(8*n) - 1
		}
		return h
	}
	var h uint64
	for k := a + min(n, 8) - 1; k >= a; k-- {
		h = h<<8 | uint64(s[k])
	}
	return h
}

// eight packs eight bytes of s, in one load.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
