// Package contacts finds ways to reach a person in text: mail addresses, phone
// numbers, web addresses, handles, street addresses, bank and crypto accounts,
// also when they are written so that a filter should not see them. It says what
// is there; whether giving it breaks a rule is for package transcripts to say.
package contacts

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// Kind is a way to reach or to pay somebody.
type Kind string

// The kinds of contact.
const (
	Email   Kind = "email"
	Phone   Kind = "phone"
	URL     Kind = "url"
	Handle  Kind = "handle" // a name on a messenger or network
	Address Kind = "address"
	Payment Kind = "payment" // a name at a payment service
	IBAN    Kind = "iban"
	Crypto  Kind = "crypto"
)

// Entity is a contact in a text.
type Entity struct {
	Kind       Kind
	A, B       int    // bytes in the reading
	I, J       int    // tokens
	Value      string // normalised: lower case mail, digits with a leading +, host and path
	Score      float64
	Obfuscated bool   // written so as not to be seen
	Service    string // the messenger, network or payment service, where one is named
	Cued       bool   // words around it say what it is
}

// Words is what the finder needs of a rule book: classes of words by name, and
// what a word may be a part of, by its note.
type Words struct {
	Book  *phrase.Book
	hints []uint8
	pages sync.Pool

	phoneCue, strongCue, notPhone, messenger, payer, own, stop, unitWord, street, streetWord, unitMark, place func(phrase.Token) bool
}

// NewWords looks up the classes in the book, which must know the Vocabulary.
func NewWords(b *phrase.Book) *Words {
	w := &Words{
		Book: b, hints: make([]uint8, b.Notes()), phoneCue: b.Class("phone-cue"), strongCue: b.Class("phone-strong"), notPhone: b.Class("not-phone"),
		messenger: b.Class("messenger"), payer: b.Class("payer"), own: b.Class("own"), stop: b.Class("stop"),
		unitWord: b.Class("unit"), street: b.Class("street"), streetWord: b.Class("street-before"), unitMark: b.Class("street-unit"), place: b.Class("place-cue"),
	}
	for id := range w.hints {
		word := b.Noted(uint32(id))
		if word == "" { // none, or a pair
			word = "-"
		}
		h := hints[word]
		if t := (phrase.Token{ID: uint32(id)}); id > 0 && (w.messenger(t) || w.payer(t) || w.streetWord(t)) {
			h |= mayName
		}
		if digitWord(word) {
			h |= mayDigit
		}
		if dotWords[word] {
			h |= isDot
		}
		if piece(word) {
			h |= isPiece
		}
		w.hints[id] = h
	}
	return w
}

// Vocabulary gives the words that the finder knows by themselves.
func Vocabulary() []string {
	return slices.Sorted(maps.Keys(hints))
}

// page is a text under the finders' eyes.
type page struct {
	*Words
	t     *fold.Text
	s     string
	toks  []phrase.Token
	taken []bool // token belongs to an entity already
	out   []Entity
	tries int // phone library look-ups left
	run   run // memory of the row of number pieces that is read
}

// Find gives the contacts in a text, in order, not overlapping. toks are the
// text's tokens by the book of w.
func (w *Words) Find(t *fold.Text, toks []phrase.Token) []Entity {
	if !w.worth(t.S, toks) {
		return nil
	}
	p := w.open(t, toks)
	defer p.close()
	p.emails()
	p.gluedMails()
	p.urls()
	p.payments()
	p.ibans()
	p.cryptos()
	p.addresses()
	p.phones()
	p.handles()
	p.providers()
	slices.SortFunc(p.out, func(a, b Entity) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(b.B, a.B)) })
	return p.out
}

// open gives a page to find contacts on; close it.
func (w *Words) open(t *fold.Text, toks []phrase.Token) *page {
	p, ok := w.pages.Get().(*page)
	if !ok {
		p = &page{}
	}
	*p = page{Words: w, t: t, s: t.S, toks: toks, taken: slices.Grow(p.taken[:0], len(toks))[:len(toks)], tries: 48, run: p.run}
	clear(p.taken)
	return p
}

// close gives the page's memory back; what was found stays.
func (p *page) close() {
	w := p.Words
	clear(p.run.units[:cap(p.run.units)]) // they hold on to the text
	clear(p.run.seps[:cap(p.run.seps)])
	*p = page{taken: p.taken, run: p.run}
	if cap(p.taken) <= 4096 {
		w.pages.Put(p)
	}
}

// What a word may be a part of, for worth.
const (
	mayCount = 1 << iota // a digit in words
	mayHide              // a word that sounds like one
	maySign              // an at or a dot in words, a mail provider
	mayName              // a messenger, a payment service, a street
	mayDigit             // a piece of a number, by itself
	isDot                // a dot in words
	isPiece              // what a contact in several messages is made of
)

// hints are the words that a hidden contact is made of.
var hints = func() map[string]uint8 {
	m := map[string]uint8{}
	for w := range numberWords {
		m[w] |= mayCount
	}
	for w := range homophones {
		m[w] |= mayHide
	}
	for _, words := range []map[string]bool{dotWords, atWords, mailers, roots} {
		for w := range words {
			m[w] |= maySign
		}
	}
	for _, w := range []string{"at", "live", "orange", "web", "proton", "outlook", "mail", "me"} { // words of their own
		m[w] &^= maySign
	}
	for _, w := range endings {
		m[w] |= 0 // known, and a sign of nothing by itself
	}
	return m
}()

// worth says whether a text can hold a contact at all, at the price of one look
// at each byte: most lines of a chat can't.
func (w *Words) worth(s string, toks []phrase.Token) bool {
	for i := range len(s) {
		switch c := s[i]; c {
		case '@', '_', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return true
		case '.':
			if i+1 < len(s) && (s[i+1] >= 'a' && s[i+1] <= 'z' || i > 0 && s[i-1] == ' ' && s[i+1] == ' ') {
				return true
			}
		case '(', '[', '{', '-', '*', '<':
			for _, sign := range []string{"at)", "at]", "at}", "at-", "at*", "at>", " at ", "a)", "a]", "dot", ".)", ".]"} {
				if strings.HasPrefix(s[i+1:], sign) {
					return true
				}
			}
		}
	}
	// number words, whole or with their letters apart; names of services
	apart, words := 0, 0
	for _, t := range toks {
		if t.Kind != phrase.Word {
			continue
		}
		switch n := t.B - t.A; {
		case n == 1:
			if apart++; apart >= 4 {
				return true
			}
		case n <= 10:
			h := w.hints[t.Note]
			if t.Pair != 0 {
				h |= w.hints[t.Pair] & mayName
			}
			if h&(maySign|mayName) != 0 {
				return true
			}
			if h&mayCount != 0 || h&mayHide != 0 && words > 0 {
				if words++; words >= 3 {
					return true
				}
			}
		default: // "fivefivefivetwo", "janeatgmail"
			if _, ok := chain(s[t.A:min(t.B, t.A+80)]); ok {
				return true
			}
		}
		if t.B-t.A >= leastGlued && mayGlue(s[t.A:min(t.B, t.A+80)]) {
			return true
		}
	}
	return false
}

// add notes an entity over tokens [i, j) unless one of them is taken.
func (p *page) add(e Entity) bool {
	if e.I >= e.J {
		return false
	}
	for k := e.I; k < e.J; k++ {
		if p.taken[k] {
			return false
		}
	}
	for k := e.I; k < e.J; k++ {
		p.taken[k] = true
	}
	if e.B == 0 {
		e.A, e.B = int(p.toks[e.I].A), int(p.toks[e.J-1].B)
	}
	p.out = append(p.out, e)
	return true
}

func (p *page) text(i int) string { return p.s[p.toks[i].A:p.toks[i].B] }

// char gives the byte of a punctuation token, 0 for any other token.
func (p *page) char(i int) byte {
	if i < 0 || i >= len(p.toks) || p.toks[i].Kind != phrase.Punct {
		return 0
	}
	return p.s[p.toks[i].A]
}

// glued says whether token i follows the one before it without a space.
func (p *page) glued(i int) bool { return i > 0 && i < len(p.toks) && p.toks[i].Glue }

// at gives the index of the token that begins at or after byte a.
func (p *page) at(a int) int {
	i, _ := slices.BinarySearchFunc(p.toks, int32(a), func(t phrase.Token, x int32) int { return cmp.Compare(t.A, x) })
	return i
}

// near says whether a token in [i-before, i) or [j, j+after) holds.
func (p *page) near(i, j, before, after int, is func(phrase.Token) bool) bool {
	for k := max(0, i-before); k < i; k++ {
		if is(p.toks[k]) {
			return true
		}
	}
	for k := j; k < min(len(p.toks), j+after); k++ {
		if is(p.toks[k]) {
			return true
		}
	}
	return false
}

func isWord(t phrase.Token) bool { return t.Kind == phrase.Word || t.Kind == phrase.Number }
