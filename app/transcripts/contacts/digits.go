package contacts

import (
	"slices"
	"strings"

	"mensch/app/transcripts/phrase"
)

// numberWords are the digits in words, in the languages that the program reads,
// as package fold gives them (without accents).
var numberWords = func() map[string]string {
	m := map[string]string{}
	for _, line := range []string{
		"zero one two three four five six seven eight nine",
		"null eins zwei drei vier funf sechs sieben acht neun",
		"cero uno dos tres cuatro cinco seis siete ocho nueve",
		"zero un deux trois quatre cinq six sept huit neuf",
		"zero uno due tre quattro cinque sei sette otto nove",
		"zero um dois tres quatro cinco seis sete oito nove",
		"nul een twee drie vier vijf zes zeven acht negen",
		"noll ett tva tre fyra fem sex sju atta nio",
		"zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec",
		"ноль один два три четыре пять шесть семь восемь девять",
		"nought uno duo tri quad fife sax sevn ait niner",
	} {
		for i, w := range strings.Fields(line) {
			if w != "sax" && w != "duo" && w != "tri" && w != "quad" {
				m[w] = string(rune('0' + i))
			}
		}
	}
	for w, v := range map[string]string{
		"oh": "0", "zwo": "2", "fuenf": "5", "ein": "1", "eine": "1", "une": "1", "una": "1", "naught": "0", "ought": "0", "nil": "0", "tree": "3", "thre": "3", "fower": "4", "foor": "4", "fve": "5", "sevin": "7", "eigth": "8", "eigt": "8", "nien": "9", "wun": "1",
		"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
		"twenty": "20", "thirty": "30", "forty": "40", "fourty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90",
		"dreizehn": "13", "zehn": "10", "elf": "11", "zwolf": "12", "zwanzig": "20", "dreissig": "30", "vierzig": "40", "funfzig": "50", "sechzig": "60", "siebzig": "70", "achtzig": "80", "neunzig": "90",
		"diez": "10", "once": "11", "doce": "12", "veinte": "20", "treinta": "30", "cuarenta": "40", "cincuenta": "50", "sesenta": "60", "setenta": "70", "ochenta": "80", "noventa": "90",
		"dix": "10", "onze": "11", "douze": "12", "vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", "soixante": "60",
	} {
		m[w] = v
	}
	return m
}()

// weakWords are words of their own; they are digits only among digits.
var weakWords = set("sex elf once un um une una ein eine een oh nil tree acht sei due tre null dos sept nova ought nove fem ten")

var homophones = map[string]string{"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "o": "0", "niner": "9", "tu": "2"}

var leet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "9", "g")

// wordBegins are the first two letters of the words that unit knows, by number.
var wordBegins = func() (set [1 << 10 / 64]uint64) {
	add := func(w string) {
		if len(w) > 1 {
			k := wordBegin(w)
			set[k/64] |= 1 << (k % 64)
		}
	}
	for w := range numberWords {
		add(w)
	}
	for w := range homophones {
		add(w)
	}
	for w := range multiples {
		add(w)
	}
	for w := range powers {
		add(w)
	}
	return set
}()

// wordBegin numbers the first two letters of a word; other bytes share their numbers.
func wordBegin(s string) int { return int(s[0]&31)<<5 | int(s[1]&31) }

// begins says at the price of one look whether a number word may stand at the
// begin of s: most words need not be looked up.
func begins(s string) bool {
	if len(s) < 2 {
		return false
	}
	k := wordBegin(s)
	return wordBegins[k/64]>>(k%64)&1 == 1
}

// unit is one piece of a number as it is written.
type unit struct {
	digits string
	i, j   int // tokens
	words  bool
	leet   bool // a letter stands for a digit
	weak   bool
	tens   bool
}

// multiples are the words that say how often the next digit comes, and powers
// are noughts.
var (
	multiples = map[string]int{"double": 2, "triple": 3, "treble": 3, "doble": 2, "doppel": 2, "dubbel": 2}
	powers    = map[string]string{"hundred": "00", "thousand": "000"}
)

// digitWord says whether a word that stands alone may be a piece of a number.
func digitWord(s string) bool {
	if _, yes := chain(s); yes {
		return true
	}
	return len(s) == 1 || numberWords[s] != "" || multiples[s] != 0 || powers[s] != "" || homophones[s] != "" || len(s) <= 4 && strings.Trim(s, "olis") == ""
}

// unitAt reads a piece of a number at token i, ok false if there is none.
func (p *page) unitAt(i int) (u unit, ok bool) { return p.unit(i, false) }

// unit does the same; twice says that a word such as "double" stands before it:
// behind that another one makes no sense, and a row of them is not followed.
func (p *page) unit(i int, twice bool) (u unit, ok bool) {
	t := p.toks[i]
	if p.taken[i] || !isWord(t) {
		return u, false
	}
	if t.Note != 0 && p.hints[t.Note]&mayDigit == 0 && t.Kind == phrase.Word && (i+1 >= len(p.toks) || !p.glued(i+1) || !isWord(p.toks[i+1])) {
		return u, false // most words
	}
	// single letters set apart: "f i v e"
	if t.Kind == phrase.Word && t.B-t.A == 1 {
		if d, j := p.apart(i); d != "" {
			return unit{digits: d, i: i, j: j, words: true}, true
		}
	}
	// the glued chunk of letters and digits from here on
	j, letters := i, false
	for j < len(p.toks) && j-i < 40 && (j == i || p.glued(j)) && isWord(p.toks[j]) {
		if j > i && p.ext(j) && p.toks[j-1].Kind == phrase.Number && !letters {
			break // an extension begins
		}
		letters = letters || p.toks[j].Kind == phrase.Word
		j++
	}
	s := p.s[t.A:p.toks[j-1].B]
	if letters && t.Kind == phrase.Number && t.B-t.A >= 9 {
		return unit{digits: p.text(i), i: i, j: i + 1}, true // "2029996584now"
	}
	if !letters {
		return unit{digits: s, i: i, j: j}, true
	}
	if len(s) > 80 || len(s) > 4 && j == i+1 && !begins(s) {
		return u, false
	}
	if d, yes := numberWords[s]; yes {
		u = unit{digits: d, i: i, j: j, words: true, weak: weakWords[s], tens: len(d) == 2 && d[1] == '0' && d != "10"}
		return u, true
	}
	if n := multiples[s]; n != 0 {
		if j < len(p.toks) && !twice {
			if v, yes := p.unit(j, true); yes && len(v.digits) == 1 {
				return unit{digits: strings.Repeat(v.digits, n), i: i, j: v.j, words: true}, true
			}
		}
		return u, false
	}
	if d := powers[s]; d != "" {
		return unit{digits: d, i: i, j: j, words: true, weak: true}, true
	}
	if j > i+1 { // letters and digits mixed: "f1ve", "4l5"
		if d, yes := numberWords[leet.Replace(s)]; yes {
			return unit{digits: d, i: i, j: j, words: true}, true
		}
	}
	if d, yes := chain(s); yes {
		return unit{digits: d, i: i, j: j, words: true}, true
	}
	if j > i+1 || len(s) == 1 {
		if d, yes := lookDigits(s); yes {
			return unit{digits: d, i: i, j: j, leet: true, weak: len(s) == 1}, true
		}
	}
	if len(s) <= 4 && strings.Trim(s, "olis") == "" { // "SSS"
		d, _ := lookDigits("0" + s)
		return unit{digits: d[1:], i: i, j: j, leet: true, weak: true}, true
	}
	if d, yes := homophones[s]; yes {
		return unit{digits: d, i: i, j: j, words: true, weak: true}, true
	}
	return u, false
}

// apart reads number words whose letters stand apart, with spaces or the same
// sign between them.
func (p *page) apart(i int) (digits string, end int) {
	var b strings.Builder
	j := i
	for j < len(p.toks) && b.Len() < 60 {
		t := p.toks[j]
		if t.Kind == phrase.Word && t.B-t.A == 1 {
			b.WriteString(p.text(j))
			j++
			continue
		}
		if c := p.char(j); b.Len() > 0 && (c == '-' || c == '_' || c == '*') && j+1 < len(p.toks) && p.toks[j+1].Kind == phrase.Word && p.toks[j+1].B-p.toks[j+1].A == 1 {
			j++
			continue
		}
		break
	}
	s := b.String()
	if len(s) < 3 {
		return "", i
	}
	// the longest run of whole number words from the begin
	k, out := 0, ""
	for k < len(s) {
		found := false
		for n := min(6, len(s)-k); n >= 3; n-- {
			if d, ok := numberWords[s[k:k+n]]; ok && len(d) == 1 {
				out += d
				k += n
				found = true
				break
			}
		}
		if !found {
			break
		}
	}
	if out == "" {
		return "", i
	}
	j = i
	for n := 0; n < k; j++ {
		if p.toks[j].Kind == phrase.Word {
			n++
		}
	}
	return out, j
}

// chain reads number words and digits written together: "fivefive5two".
func chain(s string) (string, bool) {
	if len(s) < 6 {
		return "", false
	}
	var b strings.Builder
	words := 0
	for k := 0; k < len(s); {
		if s[k] >= '0' && s[k] <= '9' {
			b.WriteByte(s[k])
			k++
			continue
		}
		if !begins(s[k:]) {
			return "", false
		}
		found := false
		for n := min(9, len(s)-k); n >= 3; n-- {
			if d, ok := numberWords[s[k:k+n]]; ok && !weakWords[s[k:k+n]] {
				b.WriteString(d)
				words++
				k += n
				found = true
				break
			}
		}
		if !found {
			return "", false
		}
	}
	return b.String(), words > 0 && b.Len() > 1
}

// lookDigits reads letters that stand for digits among digits: "4l5", "5O5".
func lookDigits(s string) (string, bool) {
	var b strings.Builder
	digits, sure := 0, true // sure: every letter looks like a digit to anybody
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' {
			b.WriteByte(c)
			digits++
			continue
		}
		sure = sure && strings.IndexByte("olisz", c) >= 0
		k := strings.IndexByte("oliszbetaqg", c)
		if k < 0 {
			return "", false
		}
		b.WriteByte("01152837499"[k])
	}
	return b.String(), digits > 0 && (digits*2 >= len(s)-1 || sure && len(s) <= 5) || len(s) == 1 && strings.Contains("oli", s)
}

// misspelled reads a number word with one letter wrong, doubled or left out:
// "fiive", "sevn", "thre".
func misspelled(w string) string {
	if len(w) < 3 || len(w) > 7 || weakWords[w] {
		return ""
	}
	for d, right := range englishDigits {
		if nearly(w, right) {
			return string(rune('0' + d))
		}
	}
	return ""
}

var englishDigits = strings.Fields("zero one two three four five six seven eight nine")

// nearly says whether two words differ by one letter more, less or other, or by
// two that changed places.
func nearly(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	k := 0
	for k < len(a) && a[k] == b[k] {
		k++
	}
	switch {
	case k == len(a):
		return true
	case len(a) < len(b):
		return a[k:] == b[k+1:]
	case a[k+1:] == b[k+1:]:
		return len(a) > 3
	}
	return k+1 < len(a) && a[k] == b[k+1] && a[k+1] == b[k] && a[k+2:] == b[k+2:]
}

// Piece says whether a word can be part of a contact that is spread over several
// messages: a number word, "at", "dot", a mail provider.
func (w *Words) Piece(t phrase.Token) bool { return w.hints[t.Note]&isPiece != 0 }

// piece says the same of a word by itself.
func piece(s string) bool {
	return numberWords[s] != "" || atWords[s] || dotWords[s] || mailers[s] || slices.Contains(endings, s)
}

// endings are those of an address that somebody gives in a message of its own.
var endings = []string{"com", "net", "org"}
