package transcripts

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"mensch/app/transcripts/linear"
	"mensch/app/transcripts/phrase"
)

var (
	//go:embed kinds.bin
	kindsBytes []byte
	//go:embed gist.txt
	gistText string
)

// What the trained models of discretion hold on to: whom it is about, and what
// is done. What stands before and after these words tells most.
const (
	holdClient = iota
	holdUs
	holdExpert
	holdStars
	holdTell
	holdYou
	holdMine
	holds
)

// gistToken is what the models of discretion read of one token.
type gistToken struct {
	word uint32 // its hash; 0 is not read
	code uint32 // the word itself where it only joins others, else its kind among few
	some uint32 // its kind among some, hashed; 0 unknown
	many uint32
	hold uint8 // bits of what it is
	who  uint8 // whom it means, of the who* below
	mood uint8 // how good or bad it is, of the mood* below
}

// Whom a token means, where it means somebody.
const (
	whoNobody = iota
	whoUs
	whoExpert
	whoClient
	whoYou
	whoMine
	whoThey
	whoName
	whoStars
)

// How good or bad what a token says is.
const (
	moodNone = iota
	moodSour // a little bad
	moodBad
	moodGood
	moodNotBad // denied
	moodNotGood
)

// gistReach is how many tokens before and after a word that is held on to are
// read with it.
const gistReach = 10

// Hashes of what has no word of its own.
const (
	gistName   = 0x1b873593
	gistNumber = 0xe6546b64
	gistUs     = 0x38495ab5
	gistOdd    = 0xc2b2ae35
)

// gistTokens reads the tokens of a line once.
func (r *Reader) gistTokens(l *line, buf []gistToken) []gistToken {
	out := buf[:0]
	begin, denied := true, -gistDenied-1
	var taken []bool
	if len(l.ents) > 0 {
		taken = l.inContacts()
	}
	for k := range l.toks {
		t := &l.toks[k]
		var g gistToken
		s, kind := l.text.S[t.A:t.B], t.Kind
		if taken != nil && taken[k] { // “five” within a phone number gives no stars
			s, kind = "", phrase.Number
		}
		switch kind {
		case phrase.Word:
			if l.aliases != nil {
				s = l.word(*t)
			}
			var w gistEntry
			var h uint32
			if t.Note != 0 && l.aliases == nil {
				n := &r.gistNotes[t.Note]
				w, h = n.gistEntry, n.hash
			} else {
				w, h = gistWord(r.gist, s), hash(2166136261, s)
			}
			g.word, g.code, g.hold = h, gistOdd, w.hold
			you, mine := r.civil.you(*t), r.civil.mine(*t)
			g.mood = moodOf(w.Mood, l.weights[k])
			if r.civil.neg(*t) {
				denied = k
			} else if g.mood != moodNone && k-denied <= gistDenied {
				if g.mood == moodGood {
					g.mood = moodNotGood
				} else {
					g.mood = moodNotBad
				}
			}
			switch {
			case s == "liveperson":
				g.code = gistUs
			case w.joins || you || mine || r.civil.stop(*t) || r.civil.neg(*t) || r.civil.they(*t) || r.civil.are(*t):
				g.code = h
			case !begin && r.named(*t):
				g.word, g.code = gistName, gistName
			case w.known:
				g.code = 0x5bd1e995 * (uint32(w.Few) + 1)
			}
			if w.known {
				g.some, g.many = 0x7feb352d*(uint32(w.Some)+1), 0x846ca68b*(uint32(w.Many)+1)
			}
			if you {
				g.hold |= 1 << holdYou
			}
			if mine {
				g.hold |= 1 << holdMine
			}
			switch {
			case g.hold&(1<<holdExpert) != 0:
				g.who = whoExpert
			case g.hold&(1<<holdUs) != 0:
				g.who = whoUs
			case g.hold&(1<<holdStars) != 0:
				g.who = whoStars
			case g.hold&(1<<holdClient) != 0:
				g.who = whoClient
			case you:
				g.who = whoYou
			case mine:
				g.who = whoMine
			case g.code == gistName:
				g.who = whoName
			case r.civil.they(*t):
				g.who = whoThey
			}
		case phrase.Number:
			g.word, g.code = gistNumber, gistNumber
			if len(s) == 1 {
				g.word = hash(2166136261, s)
			}
		case phrase.Punct:
			switch s[0] {
			case '.', '!', '?', ',', ':', '"', '%', '$', ';', '*':
				g.word = hash(2166136261, s[:1])
				g.code = g.word
			}
		}
		if begin = t.End || begin && t.Kind != phrase.Word; begin {
			denied = -gistDenied - 1
		}
		out = append(out, g)
	}
	for _, h := range l.hits { // phrases bring up more than words do
		n := holdClient
		switch {
		case h.family == "commun" && h.kind == "experts":
			n = holdExpert
		case h.family == "commun":
			n = holdUs
		case h.family != "seen":
			continue
		}
		out[h.i].hold |= 1 << n
		if n == holdClient {
			out[h.i].who = whoClient
		}
	}
	return out
}

// gistSubject is how many tokens before something good or bad may stand whom it
// is said of.
const gistSubject = 14

// gistDenied is how many tokens after a negation are denied by it.
const gistDenied = 4

func moodOf(mood int8, w weight) uint8 {
	switch {
	case w.cuss >= 3 || mood <= -18:
		return moodBad
	case mood <= -8:
		return moodSour
	case mood >= 14:
		return moodGood
	}
	return moodNone
}

// gistWord looks a word up; a form with an apostrophe (he's, they'd) is of its
// word's kind.
func gistWord(table map[string]gistEntry, s string) gistEntry {
	w, ok := table[s]
	if !ok {
		if cut := strings.IndexByte(s, '\''); cut > 0 {
			w = table[s[:cut]]
		}
	}
	return w
}

// gistWindows cuts a line into sentences and pairs of sentences: what is told
// may stand in one, and whom it is about in the one before.
func gistWindows(l *line, visit func(i, j int)) {
	before, from := -1, 0
	for k := range l.toks {
		n := k + 1 - from
		last := k+1 == len(l.toks)
		if !last && (n < gistShort || !l.toks[k].End) && n < gistLong {
			continue
		}
		if last && n < gistShort && before >= 0 {
			visit(before, k+1)
			return
		}
		visit(from, k+1)
		if before >= 0 && k+1-before <= gistLong {
			visit(before, k+1)
		}
		before, from = from, k+1
	}
}

// gistShort is a sentence too short to be read alone, gistLong a window that is
// cut, in tokens.
const (
	gistShort = 5
	gistLong  = 50
)

// gistFeatures fills in what a window shows to the models of discretion.
func (r *Reader) gistFeatures(l *line, toks []gistToken, i, j int, f *linear.Features) {
	words, signs := f.Words[:0], f.Signs[:0]
	var a, b gistToken // the tokens before
	for k := i; k < j; k++ {
		g := toks[k]
		if g.word == 0 {
			continue
		}
		words = append(words, mix(g.word^0x11))
		if g.some != 0 {
			words = append(words, mix(g.some^0x22), mix(g.many^0x33))
		}
		if g.code == gistOdd {
			odd := l.word(l.toks[k]) // its kind is not known: it may be misspelt
			words = letters(odd[:min(len(odd), 24)], 3, 4, 0xaa, words)
		}
		if b.word != 0 {
			if g.some != 0 {
				words = append(words, mix(b.word*61+g.some^0xb2), mix(b.some*67+g.word^0xb3))
			}
			words = append(words, mix(b.word*31+g.word), mix(b.code*37+g.code^0x44), mix(b.word*41+g.code^0x55), mix(b.code*43+g.word^0x66))
			if a.word != 0 {
				words = append(words, mix((a.code*37+b.code)*47+g.code^0x77), mix(a.code*53+g.code^0x88))
			}
		}
		a, b = b, g
		if g.hold == 0 {
			continue
		}
		for n := range uint32(holds) {
			if g.hold>>n&1 == 0 {
				continue
			}
			anchor := (n + 1) * 0x9e3779b1
			for q := max(i, k-gistReach); q < min(j, k+gistReach+1); q++ {
				o := &toks[q]
				if q == k || o.word == 0 {
					continue
				}
				side := anchor
				if q > k {
					side ^= 0x27d4eb2f
				}
				words = append(words, mix(side+o.code))
				if o.some != 0 {
					words = append(words, mix(side+o.some^0x99))
				}
			}
		}
	}
	var held, down, up, caps uint32
	for k := i; k < j; k++ {
		held |= uint32(toks[k].hold)
		switch v := l.weights[k].valence; {
		case v <= -2:
			down++
		case v >= 2:
			up++
		}
		if toks[k].word == gistName {
			caps++
		}
	}
	sign := func(x uint32) {
		x = mix(signSeed + x*0x9e3779b1)
		for _, s := range signs {
			if s == x {
				return
			}
		}
		signs = append(signs, x)
	}
	first := uint32(whoNobody) // whom the window brings up first
	for k := i; k < j && first == whoNobody; k++ {
		first = uint32(toks[k].who)
	}
	sign(3000 + first)
	for k := i; k < j; k++ {
		mood := uint32(toks[k].mood)
		if mood == moodNone {
			continue
		}
		near, reach := uint32(whoNobody), uint32(0) // whom it is said of
		for q := k - 1; q >= max(i, k-gistSubject) && !l.toks[q].End && near == whoNobody; q-- {
			near = uint32(toks[q].who)
		}
		for q := k + 1; q < min(j, k+gistSubject/2) && near == whoNobody && !l.toks[q-1].End; q++ {
			near, reach = uint32(toks[q].who), 1
		}
		open := uint32(whoNobody)
		for q := k - 1; q >= max(i, k-longSentence) && !l.toks[q].End; q-- {
			if toks[q].who != whoNobody {
				open = uint32(toks[q].who)
			}
		}
		sign(3100 + mood*32 + near*2 + reach)
		sign(3400 + mood*16 + open)
		sign(3600 + (mood*16+near)*16 + open)
		sign(6000 + mood*16 + first)
	}
	sign(1000 + min(down, 3))
	sign(1010 + min(up, 3))
	sign(1020 + min(caps, 2))
	for n := range uint32(holds) {
		if held>>n&1 == 0 {
			continue
		}
		sign(n)
		sign(100 + n*8 + min(down, 2))
		for m := range n {
			if held>>m&1 == 1 {
				sign(200 + n*16 + m)
			}
		}
	}
	if l.toks[j-1].Ask || j > i+1 && l.toks[j-2].Ask {
		sign(1030)
	}
	families := uint32(0)
	for _, h := range l.around(i, j) {
		if h.i >= j || h.j <= i {
			continue
		}
		if n := slices.Index(gistFamilies, h.family); n >= 0 {
			sign(hash(hash(signSeed, h.family), h.kind))
			families |= 1 << n
		}
	}
	if families != 0 {
		sign(2000 + families)
	}
	f.Words, f.Signs = words, signs
}

// gistFamilies are the phrases that the models of discretion know of.
var gistFamilies = []string{"confid", "seen", "private", "commun", "verdict", "disparage", "rating"}

// GistFeatures gives the features of each window of a text, as the models of
// discretion are trained on and asked about.
func (r *Reader) GistFeatures(text string) []linear.Features {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	m := said(text)
	l := r.read(&m, sc)
	toks := r.gistTokens(&l, nil)
	var out []linear.Features
	gistWindows(&l, func(i, j int) {
		var f linear.Features
		r.gistFeatures(&l, toks, i, j, &f)
		out = append(out, f)
	})
	return out
}

// gistEntry is what is known of a word: its kind, what it is to hold on to, and
// whether it only joins others.
type gistEntry struct {
	Kind
	known bool
	joins bool
	hold  uint8
}

// gistNote is what is known of a word that the book of rules numbers, so that
// most words of a message need not be looked up.
type gistNote struct {
	gistEntry
	hash uint32
}

// gistNotes are the words that the book numbers, by their notes.
var gistNotes = sync.OnceValues(func() ([]gistNote, error) {
	table, err := gistTable()
	if err != nil {
		return nil, err
	}
	k, err := knownWords()
	if err != nil {
		return nil, err
	}
	notes := make([]gistNote, k.book.Notes())
	for id := range notes {
		if word := k.book.Noted(uint32(id)); word != "" {
			notes[id] = gistNote{gistWord(table, word), hash(2166136261, word)}
		}
	}
	return notes, nil
})

// gistLists are the lists of gist.txt that are held on to, in the order of the
// bits; the last two are classes of the phrases' book.
var gistLists = [...]string{"client", "us", "expert", "stars", "tell"}

// gistTable are all words that are known.
var gistTable = sync.OnceValues(func() (map[string]gistEntry, error) {
	table, err := decodeKinds(kindsBytes)
	if err != nil {
		return nil, fmt.Errorf("read the kinds of words: %w", err)
	}
	words := make(map[string]gistEntry, len(table))
	for w, k := range table {
		words[w] = gistEntry{Kind: k, known: true}
	}
	for name, list := range namedLists(gistText) {
		n := slices.Index(gistLists[:], name)
		for _, s := range list {
			w := words[s]
			if n >= 0 {
				w.hold |= 1 << n
			} else {
				w.joins = true
			}
			words[s] = w
		}
	}
	return words, nil
})
