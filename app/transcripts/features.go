package transcripts

import (
	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// windowTokens is how much of a message a model reads at a time, cut at the end
// of a sentence: an insult in a long letter weighs as much as one alone.
const windowTokens = 30

// CivilityFeatures gives the features of each window of a text, as the civility
// model is trained on and asked about.
func (r *Reader) CivilityFeatures(text string) [][]uint32 {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	m := said(text)
	l := r.read(&m, sc)
	var out [][]uint32
	r.windows(&l, func(i, j int) {
		out = append(out, r.civilFeatures(&l, i, j, nil))
	})
	return out
}

// windows cuts the tokens of a line into pieces of whole sentences.
func (r *Reader) windows(l *line, visit func(i, j int)) {
	from := 0
	for k := range l.toks {
		n := k + 1 - from
		if n >= windowTokens/2 && l.toks[k].End || n >= windowTokens*2 {
			visit(from, k+1)
			from = k + 1
		}
	}
	if from < len(l.toks) {
		visit(from, len(l.toks))
	}
}

// civilFeatures adds to the words and letters of a window what the rules saw in
// it: phrases, and words of the classes with and without somebody spoken to.
func (r *Reader) civilFeatures(l *line, i, j int, buf []uint32) []uint32 {
	out := wordFeatures(&l.text, l.toks[i:j], buf)
	strong := func(name string) {
		h := hash(2166136261, name)
		for range 6 { // a rule says more than a letter
			out = append(out, mix(h))
		}
	}
	for _, h := range l.hits {
		if h.family == "civil" && h.i < j && h.j > i {
			strong("rule " + h.kind)
		}
	}
	you := false
	for _, t := range l.toks[i:j] {
		you = you || r.civil.you(t)
	}
	for k, is := range r.civil.bad {
		n := 0
		for _, t := range l.toks[i:j] {
			if is(t) {
				n++
			}
		}
		if n > 0 {
			strong(r.civil.names[k])
			if you {
				strong(r.civil.names[k] + " you")
			}
			if n > 1 {
				strong(r.civil.names[k] + " more")
			}
		}
	}
	// what the words say by themselves
	var down, worst, oaths, sure, up int
	for _, t := range l.toks[i:j] {
		if t.Kind != phrase.Word {
			continue
		}
		w, ok := r.civil.lexicon[l.text.S[t.A:t.B]]
		if !ok {
			continue
		}
		switch {
		case w.valence <= -4:
			worst++
		case w.valence <= -2:
			down++
		case w.valence >= 2:
			up++
		}
		switch w.cuss {
		case 2:
			oaths++
		case 3:
			sure++
		}
	}
	count := func(name string, n int) {
		if n > 0 {
			strong(name)
			if you {
				strong(name + " you")
			}
		}
		if n > 1 {
			strong(name + " more")
		}
	}
	count("down", down)
	count("worst", worst)
	count("oath", oaths)
	count("sure", sure)
	count("up", up)
	if you {
		strong("you")
	}
	return out
}

// civilClasses are the word classes that the civility model knows.
type civilClasses struct {
	names     []string
	bad       []func(phrase.Token) bool
	you, stop func(phrase.Token) bool
	hard      func(phrase.Token) bool
	mild      func(phrase.Token) bool
	fellow    func(phrase.Token) bool

	lexicon map[string]weight
}

func newCivilClasses(b *phrase.Book) civilClasses {
	c := civilClasses{you: b.Class("you"), stop: b.Class("stop"), hard: b.Class("hard"), mild: b.Class("insult"), fellow: b.Class("fellow"), lexicon: lexicon()}
	for _, n := range []string{"insult", "hard-insult", "profanity", "slur", "harm"} {
		c.names = append(c.names, n)
		c.bad = append(c.bad, b.Class(n))
	}
	return c
}

// wordFeatures gives the hashed features of tokens for the linear models: words,
// pairs of words, letters in groups of three to five within words. They are
// taken from the reading, so spelling tricks of the alphabet make no
// difference. buf is appended to.
func wordFeatures(t *fold.Text, toks []phrase.Token, buf []uint32) []uint32 {
	out := buf
	prev := uint32(0)
	for _, k := range toks {
		s := t.S[k.A:k.B]
		h := hash(2166136261, s)
		if k.Kind == phrase.Number {
			h = 0x9e3779b9 // a number is a number
		}
		w := mix(h ^ 0x77)
		out = append(out, w, w)
		if prev != 0 {
			out = append(out, mix(prev*31+h))
		}
		prev = h
		if k.Kind != phrase.Word || len(s) < 3 {
			continue
		}
		if len(s) > 40 {
			s = s[:40]
		}
		for n := 3; n <= 5; n++ {
			if len(s)+2 < n {
				break
			}
			for i := -1; i+n <= len(s)+1; i++ {
				h := uint32(2166136261) + uint32(n)
				for q := i; q < i+n; q++ {
					c := byte('_')
					if q >= 0 && q < len(s) {
						c = s[q]
					}
					h = (h ^ uint32(c)) * prime
				}
				out = append(out, mix(h))
			}
		}
	}
	return out
}

const prime = 16777619

func hash(h uint32, s string) uint32 {
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * prime
	}
	return h
}

func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	return h
}
