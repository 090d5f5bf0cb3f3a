package transcripts

import (
	_ "embed"
	"iter"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"

	"mensch/app/transcripts/fold"
)

var (
	//go:embed lexicon.txt
	lexiconText string
	//go:embed offence.txt
	offenceText string
)

// weight is what a word says by itself.
type weight struct {
	valence int8   // -5 (hateful) to 5 (delighted)
	cuss    int8   // 1 to 3: how surely an insult or an oath; 0 none
	classes uint32 // a bit for each class of offence.txt
}

// offenceWords are the words that people hide by spelling, and the names of the
// classes, by bit.
type offenceWords struct {
	words   map[string]weight
	classes []string
	hard    map[string]bool   // what is worth hiding
	bare    map[string]string // written without vowels
	shaped  map[shape][]string
}

// shape is what stays to see of a word with its middle starred out.
type shape struct {
	first byte
	size  int
}

// class gives the bits of classes by name.
func (o *offenceWords) class(names ...string) uint32 {
	var m uint32
	for i, n := range o.classes {
		for _, want := range names {
			if n == want {
				m |= 1 << i
			}
		}
	}
	return m
}

var lexicon = sync.OnceValue(func() *offenceWords {
	o := &offenceWords{words: make(map[string]weight, 8000), hard: map[string]bool{}, bare: map[string]string{}, shaped: map[shape][]string{}}
	for line := range strings.Lines(lexiconText) {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			continue
		}
		var w weight
		if n, err := strconv.Atoi(f[1]); err == nil {
			w.valence = int8(n)
		}
		if n, err := strconv.Atoi(f[2]); err == nil {
			w.cuss = int8(n) + 1
		}
		o.words[fold.New(f[0]).S] = w
	}
	for name, list := range namedLists(offenceText) {
		for _, s := range list {
			w := o.words[s]
			w.classes |= 1 << len(o.classes)
			o.words[s] = w
		}
		o.classes = append(o.classes, name)
	}
	worth := o.class("fuck", "shit", "ass", "strong", "slur", "fool", "vile")
	sure := o.class("fuck", "shit", "strong", "slur")
	for s, w := range o.words {
		if w.cuss < 3 && w.classes&worth == 0 || len(s) < 3 || !plainWord(s) {
			continue
		}
		o.hard[s] = true
		if w.cuss < 3 && w.classes&sure == 0 {
			continue
		}
		k := shape{s[0], len(s)}
		o.shaped[k] = append(o.shaped[k], s)
		if b := vowelless(s); len(b) >= 3 && b[0] == s[0] && len(b) < len(s) && o.words[b] == (weight{}) && !bareWords[b] {
			if was, ok := o.bare[b]; !ok || s < was {
				o.bare[b] = s
			}
		}
	}
	for _, list := range o.shaped {
		slices.Sort(list)
	}
	return o
})

// Valence says how bad (-5) or good (5) a word is in the word list, and whether
// the list has it.
func Valence(word string) (int, bool) {
	w := lexicon().words[word]
	return int(w.valence), w.valence != 0
}

// bareWords look like a hard word without its vowels, and are none.
var bareWords = map[string]bool{"hmm": true, "prcks": true, "crp": true, "hll": true, "pss": true, "psst": true, "shh": true, "brr": true, "dmn": true, "ths": true, "wht": true, "str": true, "spc": true, "spcs": true, "cck": true, "pps": true, "rtrd": true, "drk": true, "css": true, "ssl": true, "srm": true, "ngs": true, "dgs": true, "hrs": true, "trs": true, "trd": true, "tds": true, "tts": true, "cks": true, "dks": true, "pst": true, "bst": true, "nts": true, "sls": true, "lsr": true, "mrn": true, "jps": true, "gks": true, "wps": true, "fgs": true, "kks": true, "cns": true, "bns": true, "clts": true, "jrk": true, "nvl": true, "hmo": true, "hms": true, "prn": true, "rps": true}

func plainWord(s string) bool {
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return true
}

func vowelless(s string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("aeiou", c) {
			return -1
		}
		return c
	}, s)
}

// names visits the class names of a set of bits.
func (o *offenceWords) names(set uint32, visit func(int)) {
	for ; set != 0; set &= set - 1 {
		visit(bits.TrailingZeros32(set))
	}
}

// namedLists goes through the lists of a text: a line each, a name, a colon and
// its words, which are folded. Lines that begin with # say nothing.
func namedLists(text string) iter.Seq2[string, []string] {
	return func(yield func(name string, words []string) bool) {
		for line := range strings.Lines(text) {
			name, list, ok := strings.Cut(line, ":")
			if !ok || line[0] == '#' {
				continue
			}
			words := strings.Fields(list)
			for i, s := range words {
				words[i] = fold.New(s).S
			}
			if !yield(name, words) {
				return
			}
		}
	}
}
