package transcripts

import (
	"mensch/app/transcripts/linear"
	"mensch/app/transcripts/phrase"
)

// windowTokens is how much of a message a model reads at a time, cut at the end
// of a sentence: an insult in a long letter weighs as much as one alone.
const windowTokens = 30

// CivilityFeatures gives the features of each window of a text, as the civility
// model is trained on and asked about.
func (r *Reader) CivilityFeatures(text string) []linear.Features {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	m := said(text)
	l := r.read(&m, sc)
	var out []linear.Features
	r.windows(&l, func(i, j int) {
		var f linear.Features
		r.civilFeatures(&l, i, j, &f)
		out = append(out, f)
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

// civilFeatures fills in what a window shows: its words and letters, and as
// signs the phrases that the rules saw and the classes of its words, alone and
// beside the one who is spoken to or of.
func (r *Reader) civilFeatures(l *line, i, j int, f *linear.Features) {
	f.Words = r.wordFeatures(l, i, j, f.Words[:0])
	f.Signs = f.Signs[:0]
	for _, h := range l.around(i, j) {
		if (h.family == "civil" && !h.minor() || h.family == "hate") && h.i < j && h.j > i && !l.quiet(h.i, h.j) {
			f.Signs = append(f.Signs, mix(hash(hash(signSeed, h.family), h.kind)))
		}
	}
	var counts [32]uint8
	var seen [signKinds][32]bool
	you, other, group, neg, are := -99, -99, -99, -99, -99 // where each stood last
	var down, worst, oaths, sure, up int
	anyYou := false
	for k := i; k < j; k++ {
		t, w := l.toks[k], l.weights[k]
		if l.muted(k) {
			continue
		}
		if t.Kind == phrase.Word {
			switch {
			case r.civil.you(t):
				you, anyYou = k, true
				r.look(l, i, k, &seen, signYouAfter)
			case r.civil.they(t):
				other = k
			}
			if r.civil.neg(t) {
				neg = k
			}
			if r.civil.are(t) {
				are = k
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
		if w.classes == 0 {
			if t.End {
				you, other, group, neg, are = -99, -99, -99, -99, -99
			}
			continue
		}
		r.lexicon.names(w.classes, func(c int) {
			counts[c] = min(counts[c]+1, 3)
			if k-you <= 4 {
				seen[signYou][c] = true
			}
			if k-other <= 5 {
				seen[signOther][c] = true
			}
			if k-group <= 5 {
				seen[signGroup][c] = true
			}
			if k-neg <= 3 {
				seen[signNeg][c] = true
			}
			if k-are <= 2 {
				seen[signAre][c] = true
			}
		})
		if w.classes&r.civil.groups != 0 {
			group = k
			r.look(l, i, k, &seen, signGroupAfter)
		}
	}
	sign := func(x, y uint32) { f.Signs = append(f.Signs, mix(signSeed+x*64+y)) }
	for c, n := range counts {
		if n == 0 || r.civil.groups>>c&1 == 1 {
			continue
		}
		for q := range uint32(n) {
			sign(uint32(c), q)
		}
		if anyYou {
			sign(uint32(c), 8)
		}
		for kind := range seen {
			if seen[kind][c] {
				sign(uint32(c), 10+uint32(kind))
			}
		}
	}
	for k, n := range []int{down, worst, oaths, sure, up} {
		for q := range uint32(min(n, 3)) {
			sign(100+uint32(k), q)
		}
		if n > 0 && anyYou {
			sign(100+uint32(k), 8)
		}
	}
	if anyYou {
		sign(120, 0)
	}
	if shouted(l, i, j) {
		sign(121, 0)
	}
}

const signSeed = 0x51ed270b

// The ways in which a class of words stands beside others.
const (
	signYou        = iota // after "you"
	signYouAfter          // before "you"
	signOther             // after "he", "they", "these people"
	signGroup             // after the name of a group
	signGroupAfter        // before it
	signNeg               // after "not"
	signAre               // after "are"
	signKinds
)

// look notes the classes that stand in the four tokens before k, in its sentence.
func (r *Reader) look(l *line, i, k int, seen *[signKinds][32]bool, kind int) {
	for q := k - 1; q >= max(i, k-4) && !l.toks[q].End; q-- {
		r.lexicon.names(l.weights[q].classes, func(c int) { seen[kind][c] = true })
	}
}

// shouted says whether most letters of tokens [i, j) are capitals.
func shouted(l *line, i, j int) bool {
	a, b := l.text.Span(int(l.toks[i].A), int(l.toks[j-1].B))
	big, small := 0, 0
	for _, c := range []byte(l.msg.Text[a:b]) {
		switch {
		case c >= 'A' && c <= 'Z':
			big++
		case c >= 'a' && c <= 'z':
			small++
		}
	}
	return big > 8 && big > 2*small
}

// civilClasses are the word classes that the civility detector knows.
type civilClasses struct {
	bad             []func(phrase.Token) bool
	you, stop, they func(phrase.Token) bool
	neg, are        func(phrase.Token) bool
	hard, mild      func(phrase.Token) bool
	fellow, notName func(phrase.Token) bool
	hypo, mine      func(phrase.Token) bool
	clientOne       func(phrase.Token) bool
	other, of       func(phrase.Token) bool
	relayed, ours   func(phrase.Token) bool
	groups, insults uint32
	rough           uint32
	plain           uint32 // hard words of medicine, law and the bedroom
}

func newCivilClasses(b *phrase.Book) civilClasses {
	c := civilClasses{
		you: b.Class("you"), stop: b.Class("stop"), they: b.Class("they"), neg: b.Class("neg"), are: b.Class("are"),
		hard: b.Class("hard"), mild: b.Class("insult"), fellow: b.Class("fellow"), notName: b.Class("not-name"), hypo: b.Class("hypo"), mine: b.Class("own"), other: b.Class("else"), of: b.Class("of"), ours: b.Class("ours"), relayed: b.Class("relayed"), clientOne: b.Class("client-one"), groups: lexicon().class("group", "politics"), insults: lexicon().class("strong", "slur"), rough: lexicon().class("strong", "slur", "fuck", "shit", "ass", "fool", "vile", "mental", "beast", "shut"), plain: lexicon().class("sexual", "harm", "doom"),
	}
	for _, n := range []string{"insult", "hard-insult", "profanity", "slur", "harm"} {
		c.bad = append(c.bad, b.Class(n))
	}
	return c
}

// wordFeatures gives the hashed features of tokens for the linear models: words,
// pairs of words, letters in groups of three to five within words. They are
// taken from the reading, so spelling tricks of the alphabet make no
// difference. buf is appended to.
func (r *Reader) wordFeatures(l *line, i, j int, buf []uint32) []uint32 {
	out := buf
	prev := uint32(0)
	for k := i; k < j; k++ {
		t := l.toks[k]
		s := l.word(t)
		if l.muted(k) && l.weights[k] != (weight{}) {
			prev = 0
			continue
		}
		if t.Glue && k > 0 && l.toks[k-1].Kind == phrase.Punct && l.text.S[l.toks[k-1].A] == '@' {
			s = "user" // whom a post names says nothing
		}
		topic := l.weights[k].classes != 0 && l.weights[k].classes&^r.civil.groups == 0
		if topic {
			s = "topic" // what is spoken of offends nobody; a set can be full of it
		}
		h := hash(2166136261, s)
		if t.Kind == phrase.Number {
			h = 0x9e3779b9 // a number is a number
		}
		w := mix(h ^ 0x77)
		if !topic {
			out = append(out, w, w)
		}
		if prev != 0 {
			out = append(out, mix(prev*31+h))
		}
		prev = h
		if t.Kind != phrase.Word || topic || len(s) < 3 {
			continue
		}
		if len(s) > 40 {
			s = s[:40]
		}
		out = letters(s, 3, 5, 0, out)
	}
	return out
}

// letters adds the groups of least to most letters of a word, with the gaps
// before and after it; those of another salt are other features.
func letters(s string, least, most int, salt uint32, out []uint32) []uint32 {
	for n := least; n <= most; n++ {
		for i := -1; i+n <= len(s)+1; i++ {
			h := uint32(2166136261) + uint32(n)
			for q := i; q < i+n; q++ {
				c := byte('_')
				if q >= 0 && q < len(s) {
					c = s[q]
				}
				h = (h ^ uint32(c)) * prime
			}
			out = append(out, mix(h^salt))
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
