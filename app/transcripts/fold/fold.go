// Package fold reads text the way a person sees it: full-width and decorated
// letters as plain ones, look-alikes from other alphabets as the letters they
// pass for, digits of every script as 0 to 9, without the characters that show
// nothing. Every byte of the reading knows the bytes it came from, so what is
// found in the reading can be marked in the original.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text is a text and its reading. The zero Text is the empty text.
type Text struct {
	Src string // as it was written
	S   string // the reading: lower case, ASCII where the eye sees ASCII

	// from and to give, for each byte of S, the bytes of Src behind it. Both
	// are nil when every byte of S stands at its own place in Src.
	from, to []int32
}

// New reads src. Invalid UTF-8 is read as U+FFFD, byte by byte. The work is
// linear in the length of src.
func New(src string) Text {
	for i := range len(src) {
		if src[i] >= utf8.RuneSelf {
			return slow(src)
		}
	}
	return Text{Src: src, S: lowerASCII(src)}
}

// Span gives the bytes of Src behind the bytes [i, j) of the reading. Both ends
// stand on rune boundaries of Src. Indexes out of range are brought into range;
// an empty range gives an empty span.
func (t *Text) Span(i, j int) (start, end int) {
	i, j = max(i, 0), min(j, len(t.S))
	if i >= j {
		if i < len(t.S) {
			if t.from == nil {
				return i, i
			}
			return int(t.from[i]), int(t.from[i])
		}
		return len(t.Src), len(t.Src)
	}
	if t.from == nil {
		return i, j
	}
	start, end = int(t.from[i]), int(t.to[j-1])
	if t.to[i] > t.to[j-1] { // turned round by a bidi override
		start, end = int(t.from[j-1]), int(t.to[i])
	}
	return start, max(start, end)
}

// Identity says whether the reading differs from the text by case at most.
func (t *Text) Identity() bool { return t.from == nil }

func lowerASCII(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || c < ' ' && c != '\n' {
			var short [256]byte // most messages fit
			b := append(short[:0], s...)
			for k := i; k < len(b); k++ {
				switch c := b[k]; {
				case c >= 'A' && c <= 'Z':
					b[k] = c + 'a' - 'A'
				case c < ' ' && c != '\n':
					b[k] = ' '
				}
			}
			return string(b)
		}
	}
	return s
}

// item is one character of the reading before its word is judged.
type item struct {
	r        rune // lower case, without its marks
	like     byte // the ASCII character it looks like, 0 if none
	from, to int32
}

func slow(src string) Text {
	items := make([]item, 0, len(src))
	latin, foreign := 0, 0
	for i := 0; i < len(src); {
		r, n := utf8.DecodeRuneInString(src[i:])
		from, to := int32(i), int32(i+n)
		i += n
		if r < utf8.RuneSelf {
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			} else if r < ' ' && r != '\n' {
				r = ' '
			}
			if r >= 'a' && r <= 'z' {
				latin++
			}
			items = append(items, item{r, 0, from, to})
			continue
		}
		if r == rlo {
			items = append(items, item{rlo, 0, from, to})
			continue
		}
		if r == pdf || r == pdi {
			items = append(items, item{pdf, 0, from, to})
			continue
		}
		if invisible(r) {
			// What shows nothing belongs to the character before it, so that
			// a mark over "p<zero width>hone" covers the whole word.
			continue
		}
		for _, x := range plain(r) {
			it := item{r: x, from: from, to: to}
			if x >= utf8.RuneSelf {
				it.like = lookalike(x)
				if unicode.IsLetter(x) {
					if unicode.Is(unicode.Latin, x) {
						latin++
					} else {
						foreign++
					}
				}
			} else if x >= 'a' && x <= 'z' {
				latin++
			}
			items = append(items, it)
		}
	}
	items = turn(items)
	t := Text{Src: src}
	var b strings.Builder
	b.Grow(len(src))
	t.from = make([]int32, 0, len(src))
	t.to = make([]int32, 0, len(src))
	for i := 0; i < len(items); {
		if !wordRune(items[i].r) {
			it := items[i]
			if it.like != 0 && !alnum(it.like) {
				it.r = rune(it.like)
			}
			t.put(&b, it)
			i++
			continue
		}
		j, ascii, unlike, alien, roman := i, 0, 0, 0, 0
		for ; j < len(items) && wordRune(items[j].r); j++ {
			switch it := items[j]; {
			case it.r < utf8.RuneSelf:
				ascii++
			case it.like != 0 && alnum(it.like):
				alien++
				if unicode.Is(unicode.Latin, it.r) {
					roman++
				}
			default:
				unlike++
			}
		}
		// A word of another alphabet stays what it is. It is read as ASCII
		// when it mixes alphabets, or when all of it passes for ASCII in a
		// text that is mostly Latin.
		read := alien > 0 && (hasLetter(items[i:j]) || unlike == 0 && (ascii > 0 || roman == alien || latin > foreign))
		for ; i < j; i++ {
			it := items[i]
			if read && it.like != 0 && alnum(it.like) {
				it.r = rune(it.like)
			}
			t.put(&b, it)
		}
	}
	t.S = b.String()
	return t
}

const (
	rlo = '\u202e'
	pdf = '\u202c'
	pdi = '\u2069'
)

// turn puts what a right-to-left override shows backwards into the order the
// reader sees, and drops the control characters.
func turn(items []item) []item {
	out := items[:0]
	open := -1
	reverse := func() {
		for a, z := open, len(out)-1; a < z; a, z = a+1, z-1 {
			out[a], out[z] = out[z], out[a]
		}
		open = -1
	}
	for _, it := range items {
		switch it.r {
		case rlo:
			if open < 0 {
				open = len(out)
			}
		case pdf, '\n':
			if open >= 0 {
				reverse()
			}
			if it.r == '\n' {
				out = append(out, it)
			}
		default:
			out = append(out, it)
		}
	}
	if open >= 0 {
		reverse()
	}
	return out
}

func (t *Text) put(b *strings.Builder, it item) {
	n, _ := b.WriteRune(it.r)
	for range n {
		t.from = append(t.from, it.from)
		t.to = append(t.to, it.to)
	}
}

func hasLetter(items []item) bool {
	for _, it := range items {
		if it.r >= 'a' && it.r <= 'z' {
			return true
		}
	}
	return false
}

func alnum(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// invisible says whether a character shows nothing of its own: zero width,
// bidi controls, variation selectors, combining marks, tags, fillers.
func invisible(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0', '\u17b4', '\u17b5':
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me)
}

// plain gives a character as one or more simple ones: compatibility form,
// lower case, no marks, digits as ASCII.
func plain(r rune) []rune {
	if v, ok := squared(r); ok {
		return []rune{v}
	}
	if d, ok := digit(r); ok {
		return []rune{d}
	}
	switch {
	case r >= 0xac00 && r <= 0xd7a3, r >= 0x4e00 && r <= 0x9fff:
		return []rune{r}
	}
	d := norm.NFKD.String(string(r))
	out := make([]rune, 0, 4)
	for _, x := range d {
		if unicode.Is(unicode.Mn, x) {
			continue
		}
		if v, ok := digit(x); ok {
			x = v
		}
		if unicode.IsSpace(x) && x != '\n' {
			x = ' '
		}
		if l := unicode.ToLower(x); l < utf8.RuneSelf || x >= utf8.RuneSelf && (lookalike(l) != 0 || lookalike(x) == 0) {
			x = l
		}
		out = append(out, x)
	}
	return out
}

// squared reads the letters in squares and circles, and the regional
// indicators, that have no compatibility form.
func squared(r rune) (rune, bool) {
	switch {
	case r >= 0x1f150 && r <= 0x1f169:
		return 'a' + r - 0x1f150, true
	case r >= 0x1f170 && r <= 0x1f189:
		return 'a' + r - 0x1f170, true
	case r >= 0x1f1e6 && r <= 0x1f1ff:
		return 'a' + r - 0x1f1e6, true
	case r >= 0x2776 && r <= 0x277e: // negative circled digits
		return '1' + r - 0x2776, true
	case r >= 0x24f5 && r <= 0x24fd: // double circled digits
		return '1' + r - 0x24f5, true
	case r >= 0x2780 && r <= 0x2788, r >= 0x278a && r <= 0x2792: // sans-serif circled digits
		return '1' + (r-0x2780)%10, true
	case r == 0x24ff:
		return '0', true
	}
	return 0, false
}

// digit gives the value of a decimal digit of any script as an ASCII digit.
func digit(r rune) (rune, bool) {
	if r < utf8.RuneSelf {
		return r, r >= '0' && r <= '9'
	}
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, x := range unicode.Nd.R16 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return '0' + (r-rune(x.Lo))%10, true
		}
	}
	for _, x := range unicode.Nd.R32 {
		if rune(x.Lo) <= r && r <= rune(x.Hi) {
			return '0' + (r-rune(x.Lo))%10, true
		}
	}
	return 0, false
}

var likeTable = func() map[rune]byte {
	m := make(map[rune]byte, 1024)
	for _, line := range lookalikes {
		for _, r := range line[1:] {
			if c := line[0]; alnum(c) || !unicode.IsLetter(r) {
				m[r] = c
			}
		}
	}
	m['\u0406'], m['\u0399'] = 'i', 'i'
	return m
}()

func lookalike(r rune) byte { return likeTable[r] }
