package transcripts

import (
	"strings"

	"mensch/app/transcripts/phrase"
)

// maxDisguise is how long a hidden word can be, in bytes of the reading.
const maxDisguise = 24

// weigh looks up what each word of a line says by itself. Hard words that are
// hidden by spelling (sh1t, f*ck, f u c k, fuuuck, btch) become one token each,
// with the plain word behind it.
func (r *Reader) weigh(l *line) {
	masked := false
	var taken []bool
	for k := range l.toks {
		t := &l.toks[k]
		if t.Kind == phrase.Line {
			l.weights[k] = weight{}
			continue
		}
		n := &r.notes[t.Note]
		if !masked && r.mayHide(l, k, n) {
			if taken == nil && len(l.ents) > 0 {
				taken = l.inContacts()
			}
			q, _ := r.hidden(l, k, taken)
			masked = q > 0
		}
		l.weights[k] = n.weight
		if n.lexical || t.Kind != phrase.Word {
			continue
		}
		plain := n.plain
		if t.Note == 0 {
			s := l.text.S[t.A:t.B]
			if !ofLetters(s) {
				continue
			}
			plain = r.book.Note(r.lexicon.plain(s))
		}
		if plain != 0 {
			word := r.book.Noted(plain)
			l.alias(t.A, word)
			l.weights[k] = r.notes[plain].weight
			t.ID = r.book.Word(word)
		}
	}
	if masked { // seldom: the slow way, over the whole line
		r.unmask(l)
	}
}

// mayHide says at little cost whether a hard word in disguise may begin at token
// k, of which n is known.
func (r *Reader) mayHide(l *line, k int, n *note) bool {
	t := &l.toks[k]
	if k+1 >= len(l.toks) || !l.toks[k+1].Glue {
		return t.Kind == phrase.Word && t.B-t.A == 1 && apart(l, k)
	}
	s := l.text.S
	if !masks(s[t.A:t.B]) {
		return t.Kind == phrase.Word && t.B-t.A == 1 && apart(l, k)
	}
	// Most often a word ends a clause, with one sign behind it.
	sign := &l.toks[k+1]
	if t.Kind != phrase.Word || sign.Kind != phrase.Punct || k+2 < len(l.toks) && l.toks[k+2].Glue {
		return true
	}
	bit := uint8(beforeOther)
	switch c := s[sign.A]; c {
	case '.':
		bit = beforeDot
	case '!':
		bit = beforeBang
	case ',', '?', ':', ';', ')':
	default:
		return true
	}
	if t.Note != 0 {
		return n.hides&bit != 0
	}
	return ofLetters(s[t.A:t.B]) || !plainWord(s[t.A:t.B])
}

// masks says whether a token may begin a word with other characters inside.
func masks(s string) bool {
	c := s[0]
	return c >= 'a' && c <= 'z' || c == '$' || c == '@' || c >= '0' && c <= '9' && len(s) == 1
}

// apart says whether three letters stand alone from token k on.
func apart(l *line, k int) bool {
	if k+2 >= len(l.toks) {
		return false
	}
	for _, t := range l.toks[k+1 : k+3] {
		if t.Kind != phrase.Word || t.B-t.A != 1 {
			return false
		}
	}
	return true
}

// unmask joins the tokens of hidden words.
func (r *Reader) unmask(l *line) {
	out, weights := 0, l.weights[:0]
	at := make([]int, len(l.toks)+1) // where each token went
	taken := l.inContacts()
	put := func(t phrase.Token, w weight) {
		l.toks[out] = t
		out++
		weights = append(weights, w)
	}
	for k := 0; k < len(l.toks); {
		at[k] = out
		n, plain := r.hidden(l, k, taken)
		if n == 0 {
			put(l.toks[k], l.weights[k])
			k++
			continue
		}
		t := l.toks[k]
		t.B, t.End, t.Ask = l.toks[k+n-1].B, l.toks[k+n-1].End, false
		t.Kind, t.ID, t.Pair, t.Note = phrase.Word, r.book.Word(plain), 0, 0
		l.alias(t.A, plain)
		for q := range n {
			at[k+q] = out
		}
		put(t, r.lexicon.words[plain])
		k += n
	}
	at[len(l.toks)] = out
	l.toks, l.weights = l.toks[:out], weights
	for i := range l.ents {
		l.ents[i].I, l.ents[i].J = at[l.ents[i].I], at[l.ents[i].J]
	}
}

// inContacts says of each token whether it is part of a contact, which is no
// hidden word.
func (l *line) inContacts() []bool {
	taken := make([]bool, len(l.toks))
	for _, e := range l.ents { // each token is marked once
		for k := e.I; k < e.J && k < len(taken) && !(taken[k] && k > e.I); k++ {
			taken[k] = true
		}
	}
	return taken
}

// hidden says how many tokens from k on hide a hard word, and which; 0: none.
// taken are the tokens of contacts, nil for none.
func (r *Reader) hidden(l *line, k int, taken []bool) (int, string) {
	t := l.toks[k]
	if t.Glue && k > 0 && l.toks[k-1].Kind != phrase.Punct {
		return 0, ""
	}
	if taken != nil && taken[k] {
		return 0, ""
	}
	if t.Kind == phrase.Word && t.B-t.A == 1 && apart(l, k) {
		return r.spaced(l, k)
	}
	if !masks(l.text.S[t.A:t.B]) {
		return 0, ""
	}
	j, letters, others := k+1, 0, 0
	for j < len(l.toks) && l.toks[j].Glue && l.toks[j].Kind != phrase.Line && int(l.toks[j].B-t.A) <= maxDisguise {
		j++
	}
	for _, q := range l.toks[k:j] {
		if q.Kind == phrase.Word {
			letters += int(q.B - q.A)
		} else {
			others++
		}
	}
	if letters < 1 || others == 0 || j == k+1 {
		return 0, ""
	}
	for ; j > k+1; j-- { // without what ends the sentence
		s := l.text.S[t.A:l.toks[j-1].B]
		if plain := r.lexicon.unmasked(s); plain != "" {
			return j - k, plain
		}
		if q := l.toks[j-1]; q.Kind != phrase.Punct || strings.ContainsAny(l.text.S[q.A:q.B], "*$@#") {
			break
		}
	}
	return 0, ""
}

// spaced joins letters that stand alone: f u c k.
func (r *Reader) spaced(l *line, k int) (int, string) {
	var buf [16]byte
	n := 0
	for n < len(buf) && k+n < len(l.toks) {
		t := l.toks[k+n]
		if t.Kind != phrase.Word || t.B-t.A != 1 {
			break
		}
		buf[n] = l.text.S[t.A]
		n++
	}
	for ; n >= 3; n-- {
		if s := string(buf[:n]); r.lexicon.hard[s] && (n > 3 || s == "ass" || s == "fag") {
			return n, s
		}
	}
	return 0, ""
}

var unleet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "$", "s", "@", "a", "!", "i", "|", "i", "+", "t", ".", "", "-", "", "_", "", "*", "", "'", "", "\"", "", "~", "")

// unmasked reads a run of letters with other characters among them.
func (o *offenceWords) unmasked(s string) string {
	if !plainWord(s[:1]) && s[0] != '$' && s[0] != '@' && (s[0] < '0' || s[0] > '9') {
		return ""
	}
	if strings.Contains(s, "..") || strings.Contains(s, "--") {
		return ""
	}
	s = strings.TrimRight(s, "!")
	if len(s) < 3 {
		return ""
	}
	if p := unleet.Replace(s); o.hard[p] && (len(p) > 3 || len(s) == len(p)) {
		return p
	}
	if strings.ContainsRune(s, '1') {
		if p := unleet.Replace(strings.ReplaceAll(s, "1", "l")); len(p) > 3 && o.hard[p] {
			return p
		}
	}
	if !strings.ContainsAny(s, ".-_'\"~") {
		if p := o.plain(unleet.Replace(s)); len(p) > 3 {
			return p
		}
	}
	// starred out: each character that is no letter stands for one or, alone,
	// for some
	last := s[len(s)-1:]
	if !strings.ContainsAny(s, "*#%$@&!") || !plainWord(s[:1]) || !plainWord(last) && (len(s) < 4 || !strings.Contains("*#$@", last)) {
		return ""
	}
	for _, cand := range o.shaped[shape{s[0], len(s)}] {
		if fits(cand, s) {
			return cand
		}
	}
	return ""
}

// fits says whether a word agrees with what is left to see of it.
func fits(word, seen string) bool {
	starred := 0
	for i := range len(seen) {
		if c := seen[i]; c >= 'a' && c <= 'z' {
			if c != word[i] {
				return false
			}
		} else {
			starred++
		}
	}
	return starred > 0 && starred < len(seen)-1 || starred == len(seen)-1 && len(seen) == 4
}

// stems are so hard that any word with one inside is: #fuckthem, scumfuks.
var stems = []string{"fuck", "shit", "bitch", "cunt", "nigger", "nigga", "faggot", "asshole", "dumbass", "libtard", "whore", "retard"}

var stemless = map[string]bool{"shitake": true, "shiitake": true, "scunthorpe": true, "retarder": true, "retardant": true, "retardants": true, "mishit": true, "cushitic": true, "retardancy": true}

// plain gives the hard word behind an odd spelling of letters alone; "": none.
func (o *offenceWords) plain(s string) string {
	if len(s) < 3 || len(s) > 40 {
		return ""
	}
	if p, ok := o.bare[s]; ok {
		return p
	}
	long := false
	for i := 2; i < len(s); i++ {
		if s[i] == s[i-1] && s[i] == s[i-2] {
			long = true
			break
		}
	}
	if long {
		for _, keep := range []int{1, 2} {
			if p := squeeze(s, keep); o.hard[p] {
				return p
			}
		}
	}
	if len(s) < 6 || len(s) > 30 {
		return ""
	}
	for _, stem := range stems {
		if strings.Contains(s, stem) && !stemless[s] {
			return stem
		}
	}
	return ""
}

// squeeze shortens runs of three and more of a letter.
func squeeze(s string, keep int) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		n := j - i
		if n >= 3 {
			n = keep
		}
		for range n {
			b = append(b, s[i])
		}
		i = j
	}
	return string(b)
}
