package transcripts

import (
	"maps"
	"slices"
	"sync"

	"mensch/app/transcripts/contacts"
	"mensch/app/transcripts/phrase"
)

// known is what is known of words by themselves: the book of rules, and by a
// word's note in it what the lexicon says and what the word may hide. A message's
// words are looked up once, when it is cut into tokens.
type known struct {
	book  *phrase.Book
	notes []note
}

// note is what is known of a word. The one with number 0 is that of a word that
// is not known.
type note struct {
	weight  weight
	plain   uint32 // the note of the hard word that it is an odd spelling of, 0 if it is none
	lexical bool   // the lexicon has it
	hides   uint8  // behind which signs it is a hard word in disguise
}

// What follows a word without a space.
const (
	beforeDot = 1 << iota
	beforeBang
	beforeOther // a sign that no spelling uses for a letter
)

var knownWords = sync.OnceValues(func() (*known, error) {
	l := lexicon()
	words := slices.Concat(slices.Sorted(maps.Keys(l.words)), slices.Sorted(maps.Keys(l.bare)), stems, contacts.Vocabulary())
	book, err := phrase.Parse(rules, words...)
	if err != nil {
		return nil, err
	}
	k := &known{book, make([]note, book.Notes())}
	for id := range k.notes {
		word := book.Noted(uint32(id))
		if word == "" {
			continue
		}
		n := &k.notes[id]
		n.weight, n.lexical = l.words[word]
		if plain := l.plain(word); !n.lexical && plain != "" {
			n.plain = book.Note(plain)
		}
		for sign, bit := range map[string]uint8{".": beforeDot, "!": beforeBang, ",": beforeOther} {
			if l.unmasked(word+sign) != "" {
				n.hides |= bit
			}
		}
	}
	return k, nil
})

// ofLetters says whether a word may be a hard one in disguise: a letter three
// times, or the first letters of a stem.
func ofLetters(s string) bool {
	if len(s) < 3 {
		return false
	}
	a, b := s[0], s[1]
	for i := 2; i < len(s); i++ {
		c := s[i]
		if c == a && c == b {
			return true
		}
		if k := stemBegin(a, b, c); stemBegins[k/64]>>(k%64)&1 == 1 {
			return true
		}
		a, b = b, c
	}
	return false
}

// stemBegin numbers three letters; other bytes share their numbers.
func stemBegin(a, b, c byte) int { return int(a&31)<<10 | int(b&31)<<5 | int(c&31) }

// stemBegins are the first three letters of the stems, by number.
var stemBegins = func() (set [1 << 15 / 64]uint64) {
	for _, s := range stems {
		k := stemBegin(s[0], s[1], s[2])
		set[k/64] |= 1 << (k % 64)
	}
	return set
}()
