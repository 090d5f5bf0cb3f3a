// Package phrase finds phrases in text by rules over words: small patterns with
// choices, gaps and word classes, written as data. Matching is linear in the
// length of the text.
package phrase

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"mensch/app/transcripts/fold"
)

// Kind says what a token is.
type Kind uint8

// The kinds of token.
const (
	Word   Kind = iota + 1 // letters, with an apostrophe inside
	Number                 // ASCII digits
	Punct                  // one other character
	Line                   // a line break
)

// Token is a piece of a folded text.
type Token struct {
	A, B int32  // bytes in the reading
	ID   uint32 // the word's number in the book's rules, 0 if they have no such word
	Pair uint32 // the number of the two words that begin here, 0 if the rules have no such pair
	Note uint32 // the word's number in all that the book knows, rules or not; 0 if it doesn't. It is ID where there is one
	Wide uint8  // tokens of the pair: 2, or 3 with a hyphen between
	Kind Kind
	Cap  bool // the original begins with a capital
	End  bool // a sentence ends here
	Ask  bool // with a question mark
	Glue bool // no space before it
	Stop bool // in the book's class of stop words
}

// Match is one place where a rule holds: tokens [I, J).
type Match struct {
	Rule *Rule
	I, J int
}

// Rule is one phrase.
type Rule struct {
	Name  string  // family.kind
	Score float64 // how much it says, 0 to 1

	slots    []slot
	noNeg    bool
	question int8 // 1 only in a question, -1 never in one
}

type slot struct {
	set      []uint64 // word ids, nil for the special kinds
	kind     byte     // 'w' words, '#' number, '*' any word, 'C' capitalised word, '~' gap, '^' sentence start, '$' sentence end
	gap      int
	cross    bool // the gap may cross the end of a sentence
	optional bool
	capital  bool // a capitalised word will do as well
}

// Book is a set of rules over one vocabulary. It is immutable once made and
// safe for use by many goroutines.
type Book struct {
	Rules   []*Rule
	words   map[string]uint32
	pairs   map[[2]uint32]uint32
	needs   needs
	classes map[string][]uint64
	classID map[string][]uint32
	neg     []uint64
	stop    []uint64
	seconds [][]second // by first word, the pairs that it begins

	known dictionary
	ruled uint32 // numbers below are of words in rules
}

// second is the second word of a pair, and the pair's number.
type second struct{ word, pair uint32 }

// Parse reads rules. Lines are
//
//	# a comment
//	= class word word two_words @other-class
//	family.kind score [-neg] [+q|-q] | slots
//
// A slot is words joined by "|" (words, @class, two_words), "?" behind it makes
// it optional; "~n" is a gap of up to n tokens within the sentence, "~~n" across
// sentences; "#" a number, "*" any word, "<cap>" a capitalised
// word that is no stop word, also among choices, "^" and "$"
// the begin and end of a sentence. -neg drops a match in a negated clause.
//
// The book also knows the words of more, which no rule has: their tokens carry
// a Note, and no ID.
func Parse(text string, more ...string) (*Book, error) {
	b := &Book{words: map[string]uint32{}, pairs: map[[2]uint32]uint32{}, classes: map[string][]uint64{}, classID: map[string][]uint32{}}
	sc := bufio.NewScanner(strings.NewReader(text))
	sc.Buffer(nil, 1<<20)
	type pending struct {
		line int
		text string
	}
	var rules []pending
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '=':
			f := strings.Fields(line[1:])
			if len(f) < 2 {
				return nil, fmt.Errorf("line %d: a class needs a name and words", n)
			}
			for _, w := range f[1:] {
				ids, err := b.ids(w)
				if err != nil {
					return nil, fmt.Errorf("line %d: %w", n, err)
				}
				b.classID[f[0]] = append(b.classID[f[0]], ids...)
			}
		default:
			rules = append(rules, pending{n, line})
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	type raw struct {
		rule *Rule
		ids  [][]uint32
	}
	var raws []raw
	for _, p := range rules {
		r, ids, err := b.rule(p.text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
		raws = append(raws, raw{r, ids})
	}
	n := len(b.words) + len(b.pairs) + 1
	set := func(ids []uint32) []uint64 {
		s := make([]uint64, (n+63)/64)
		for _, id := range ids {
			s[id/64] |= 1 << (id % 64)
		}
		return s
	}
	b.learn(uint32(n), more)
	b.seconds = make([][]second, n)
	for p, id := range b.pairs {
		b.seconds[p[0]] = append(b.seconds[p[0]], second{p[1], id})
	}
	for name, ids := range b.classID {
		b.classes[name] = set(ids)
	}
	b.neg = b.classes["neg"]
	// A rule is tried where its rarest words stand; the stop words are in
	// every other line.
	stop := b.classes["stop"]
	b.stop = stop
	cost := func(ids []uint32) int {
		n := 0
		for _, id := range ids {
			if n++; has(stop, id) {
				n += 40
			}
		}
		return n
	}
	b.needs = newNeeds(len(raws), n)
	for k, x := range raws {
		r := x.rule
		var needed [][]uint32
		for i := range r.slots {
			if r.slots[i].kind != 'w' {
				continue
			}
			r.slots[i].set = set(x.ids[i])
			if !r.slots[i].optional && !r.slots[i].capital {
				needed = append(needed, x.ids[i])
			}
		}
		b.Rules = append(b.Rules, r)
		if len(needed) == 0 {
			return nil, fmt.Errorf("rule %s has no word that it needs", r.Name)
		}
		slices.SortStableFunc(needed, func(a, b []uint32) int { return cost(a) - cost(b) })
		b.needs.add(k, needed)
	}
	b.needs.pack()
	return b, nil
}

// learn numbers the words of the rules, as they are, and those of more from n on.
func (b *Book) learn(n uint32, more []string) {
	b.ruled = n
	words := make([]string, n, int(n)+len(more))
	for w, id := range b.words {
		words[id] = w
	}
	seen := map[string]bool{}
	for _, w := range more {
		if b.words[w] == 0 && !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	b.known = newDictionary(words)
}

// Notes is how many numbers there are for words, from 0 on.
func (b *Book) Notes() int { return len(b.known.words) }

// Noted gives the word with a number, "" if the number is none of a word.
func (b *Book) Noted(note uint32) string { return b.known.words[note] }

// Note gives a word's number in all that the book knows, 0 if it doesn't.
func (b *Book) Note(word string) uint32 { return b.known.number(word, 0, len(word)) }

func (b *Book) id(word string) uint32 {
	if id, ok := b.words[word]; ok {
		return id
	}
	id := uint32(len(b.words) + len(b.pairs) + 1)
	b.words[word] = id
	return id
}

// ids gives the numbers of one alternative: a word, a pair, or a class.
func (b *Book) ids(w string) ([]uint32, error) {
	if strings.HasPrefix(w, "@") {
		ids, ok := b.classID[w[1:]]
		if !ok {
			return nil, fmt.Errorf("no class %s before this line", w)
		}
		return ids, nil
	}
	w = fold.New(w).S
	switch parts := strings.Split(w, "_"); len(parts) {
	case 1:
		return []uint32{b.id(w)}, nil
	case 2:
		p := [2]uint32{b.id(parts[0]), b.id(parts[1])}
		if id, ok := b.pairs[p]; ok {
			return []uint32{id}, nil
		}
		id := uint32(len(b.words) + len(b.pairs) + 1)
		b.pairs[p] = id
		return []uint32{id}, nil
	default:
		return nil, fmt.Errorf("%q joins more than two words", w)
	}
}

func (b *Book) rule(line string) (*Rule, [][]uint32, error) {
	head, body, ok := strings.Cut(line, " | ")
	h := strings.Fields(head)
	if !ok || len(h) < 2 {
		return nil, nil, fmt.Errorf("want “name score | pattern”, got %q", line)
	}
	score, err := strconv.ParseFloat(h[1], 64)
	if err != nil || score <= 0 || score > 1 {
		return nil, nil, fmt.Errorf("score %q is not in (0, 1]", h[1])
	}
	r := &Rule{Name: h[0], Score: score}
	for _, f := range h[2:] {
		switch f {
		case "-neg":
			r.noNeg = true
		case "+q":
			r.question = 1
		case "-q":
			r.question = -1
		default:
			return nil, nil, fmt.Errorf("unknown flag %q", f)
		}
	}
	var all [][]uint32
	for _, f := range strings.Fields(body) {
		var s slot
		var ids []uint32
		if len(f) > 1 && strings.HasSuffix(f, "?") {
			s.optional = true
			f = f[:len(f)-1]
		}
		switch {
		case f == "#" || f == "*" || f == "^" || f == "$":
			s.kind = f[0]
		case f == "<cap>":
			s.kind = 'C'
		case strings.HasPrefix(f, "~"):
			s.kind = '~'
			s.cross = strings.HasPrefix(f, "~~")
			if s.gap, err = strconv.Atoi(strings.TrimLeft(f, "~")); err != nil || s.gap < 1 || s.gap > 12 {
				return nil, nil, fmt.Errorf("gap %q is not 1 to 12", f)
			}
		default:
			s.kind = 'w'
			for w := range strings.SplitSeq(f, "|") {
				if w == "<cap>" {
					s.capital = true
					continue
				}
				x, err := b.ids(w)
				if err != nil {
					return nil, nil, err
				}
				ids = append(ids, x...)
			}
		}
		r.slots = append(r.slots, s)
		all = append(all, ids)
	}
	if len(r.slots) == 0 || len(r.slots) > 16 {
		return nil, nil, fmt.Errorf("a rule has 1 to 16 slots, got %d", len(r.slots))
	}
	return r, all, nil
}

// Class gives a test for the words of a class; of a class that the book does
// not have, it holds for none.
func (b *Book) Class(name string) func(Token) bool {
	set := b.classes[name]
	return func(t Token) bool { return t.ID != 0 && (has(set, t.ID) || t.Pair != 0 && has(set, t.Pair)) }
}

// Word gives a word's number, 0 if the book has no such word.
func (b *Book) Word(s string) uint32 { return b.words[s] }

func has(set []uint64, id uint32) bool {
	return int(id/64) < len(set) && set[id/64]&(1<<(id%64)) != 0
}

// The kinds of byte that a token begins with.
const (
	byteOther = iota // a sign, or a part of a character that is not ASCII
	byteSpace
	byteLine
	byteDigit
	byteLetter
)

var byteKinds = func() (kinds [256]uint8) {
	kinds[' '], kinds['\n'] = byteSpace, byteLine
	for c := '0'; c <= '9'; c++ {
		kinds[c] = byteDigit
	}
	for c := 'a'; c <= 'z'; c++ {
		kinds[c] = byteLetter
	}
	return kinds
}()

// longestNumber is how many digits a number has at most that is a word.
const longestNumber = 4

// Tokens cuts a text into tokens, appending to buf. What is in buf already
// belongs to other texts.
func (b *Book) Tokens(t *fold.Text, buf []Token) []Token {
	s := t.S
	out, begin := buf, len(buf)
	for i := 0; i < len(s); {
		c := s[i]
		kind := byteKinds[c]
		if kind == byteSpace {
			i++
			continue
		}
		a := i
		k := Token{A: int32(i), Glue: i > 0 && byteKinds[s[i-1]] != byteSpace && byteKinds[s[i-1]] != byteLine}
		switch {
		case kind == byteLine:
			i++
			k.Kind, k.End = Line, true
		case kind == byteDigit:
			for i < len(s) && byteKinds[s[i]] == byteDigit {
				i++
			}
			k.Kind = Number
			if i-a <= longestNumber {
				k.Note = b.known.number(s, a, i)
			}
		case kind == byteLetter || letter(s, i) > 0:
			for i < len(s) && byteKinds[s[i]] == byteLetter {
				i++
			}
			if i < len(s) && (s[i] == '\'' || s[i] >= utf8.RuneSelf) {
				i = wordEnd(s, a, i)
			}
			k.Kind = Word
			k.Note = b.known.number(s, a, i)
			k.Cap = capital(t, a)
		default:
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			k.Kind = Punct
			k.Ask = c == '?'
			k.Note = b.known.number(s, a, i)
			k.End = (c == '.' || c == '!' || c == '?') && (i >= len(s) || s[i] == ' ' || s[i] == '\n' || s[i] == '.' || s[i] == '!' || s[i] == '?' || letter(s, i) > 0 && capital(t, i))
		}
		if k.Note < b.ruled {
			k.ID = k.Note
		}
		k.Stop = k.Cap && k.ID != 0 && has(b.stop, k.ID)
		k.B = int32(i)
		if k.ID != 0 && len(out) > begin {
			b.pair(s, out[begin:], k)
		}
		out = append(out, k)
	}
	return out
}

// wordEnd gives the end of a word that begins at byte a and goes on at byte i.
func wordEnd(s string, a, i int) int {
	for i < len(s) {
		n := letter(s, i)
		if n == 0 && s[i] == '\'' && i+1 < len(s) && letter(s, i+1) > 0 && i > a {
			n = 1
		}
		if n == 0 {
			break
		}
		i += n
	}
	return i
}

// pair notes at the last of the tokens, or the one before a hyphen, that it
// begins a pair with k.
func (b *Book) pair(s string, toks []Token, k Token) {
	last, wide := len(toks)-1, uint8(2)
	if k.A-toks[last].B > 1 {
		return
	}
	if toks[last].Kind == Punct && s[toks[last].A] == '-' && last > 0 {
		last, wide = last-1, 3
	}
	for _, p := range b.seconds[toks[last].ID] {
		if p.word == k.ID {
			toks[last].Pair, toks[last].Wide = p.pair, wide
		}
	}
}

func letter(s string, i int) int {
	c := s[i]
	if c < utf8.RuneSelf {
		if c >= 'a' && c <= 'z' {
			return 1
		}
		return 0
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	if unicode.IsLetter(r) || unicode.Is(unicode.Mc, r) {
		return n
	}
	return 0
}

func capital(t *fold.Text, i int) bool {
	a := i
	if !t.Identity() {
		a, _ = t.Span(i, i+1)
	}
	if a >= len(t.Src) {
		return false
	}
	if c := t.Src[a]; c < utf8.RuneSelf {
		return c >= 'A' && c <= 'Z'
	}
	r, _ := utf8.DecodeRuneInString(t.Src[a:])
	return unicode.IsUpper(r)
}

func (b *Book) scan(r *Rule, toks []Token, visit func(Match)) {
	first := &r.slots[0]
	words := !first.optional && first.kind == 'w'
	for i := 0; i < len(toks); {
		// Most tokens end here: no call for them.
		if t := &toks[i]; words && !has(first.set, t.ID) && (t.Pair == 0 || !has(first.set, t.Pair)) && !first.capital {
			i++
			continue
		}
		var tried [16]uint64
		j := b.try(r, toks, i, 0, i, &tried)
		if j <= i || !b.allowed(r, toks, i, j) {
			i++
			continue
		}
		visit(Match{r, i, j})
		i = j
	}
}

// try matches the slots from k on at token i and gives the end, or -1. tried
// remembers what has failed, so that no state is visited twice.
func (b *Book) try(r *Rule, toks []Token, i, k, begin int, tried *[16]uint64) int {
	if k == len(r.slots) {
		return i
	}
	off := i - begin
	if off >= 64 || tried[k]&(1<<off) != 0 {
		return -1
	}
	tried[k] |= 1 << off
	s := &r.slots[k]
	if s.kind == '~' {
		for n := 0; ; n++ {
			if j := b.try(r, toks, i+n, k+1, begin, tried); j >= 0 {
				return j
			}
			if n == s.gap || i+n >= len(toks) || toks[i+n].End && !s.cross {
				return -1
			}
		}
	}
	switch {
	case s.kind == '^':
		if i == 0 || toks[i-1].End {
			return b.try(r, toks, i, k+1, begin, tried)
		}
		return -1
	case s.kind == '$':
		if i == len(toks) || toks[i].End {
			return b.try(r, toks, i, k+1, begin, tried)
		}
		return -1
	}
	if i < len(toks) {
		if n := s.wide(&toks[i]); n > 0 {
			if j := b.try(r, toks, i+n, k+1, begin, tried); j >= 0 {
				return j
			}
			if n > 1 && has(s.set, toks[i].ID) {
				if j := b.try(r, toks, i+1, k+1, begin, tried); j >= 0 {
					return j
				}
			}
		}
	}
	if s.optional {
		return b.try(r, toks, i, k+1, begin, tried)
	}
	return -1
}

// wide gives how many tokens the slot takes at a token, 0 if it doesn't hold.
func (s *slot) wide(t *Token) int {
	ok := false
	switch s.kind {
	case 'w':
		if t.Pair != 0 && has(s.set, t.Pair) {
			return int(t.Wide)
		}
		ok = t.ID != 0 && has(s.set, t.ID) || s.capital && proper(t)
	case '#':
		ok = t.Kind == Number
	case '*':
		ok = t.Kind == Word
	case 'C':
		ok = proper(t)
	}
	if ok {
		return 1
	}
	return 0
}

// proper says whether a token may be a name: a word with a capital that is no
// stop word, which a sentence begins with.
func proper(t *Token) bool { return t.Kind == Word && t.Cap && !t.Stop && t.B-t.A > 1 }

// allowed applies the rule's conditions on the clause around it.
func (b *Book) allowed(r *Rule, toks []Token, i, j int) bool {
	if r.noNeg && b.neg != nil {
		from := i
		for from > 0 && i-from < 6 && !toks[from-1].End {
			from--
		}
		if anyNeg(b.neg, toks[from:j]) {
			return false
		}
	}
	if r.question != 0 {
		end := j
		for end < len(toks) && end-j < 40 && !toks[end].End {
			end++
		}
		asked := end < len(toks) && toks[end].Ask
		if asked != (r.question > 0) {
			return false
		}
	}
	return true
}

func anyNeg(set []uint64, toks []Token) bool {
	for _, t := range toks {
		if t.ID != 0 && has(set, t.ID) {
			return true
		}
	}
	return false
}
