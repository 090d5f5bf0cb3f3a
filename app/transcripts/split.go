package transcripts

import (
	"slices"
	"strings"
	"time"

	"mensch/app/transcripts/contacts"
	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// segment is the part of a message that may be a part of a contact: bytes [a, b)
// of its reading.
type segment struct {
	line, a, b int
	whole      bool // the whole message
	hopeful    bool // it looks like a part of a contact
	text       string
}

// ends are the digits with which a message begins and ends.
type ends struct {
	head, tail contacts.End
	whole      bool // they are the same, and all of the message
}

const (
	edge       = 44 // bytes of a long message's end that are read with what follows
	seamTokens = 10 // of them, that must look like a part of a contact
)

// split finds contacts that are spread over several messages of the expert's. The
// digits at the end of one, those that the next consist of, and those at the begin
// of the last may be one number; and the messages' ends are read as if they were
// one, with a space between them and without.
func (v *view) split(ev []evidence) []evidence {
	most := int(v.param(DetectContact, "split_messages"))
	within := time.Duration(v.param(DetectContact, "split_minutes") * float64(time.Minute))
	for i := 0; i+1 < len(v.lines); i++ {
		if !v.lines[i].expert() || len(v.lines[i].toks) == 0 {
			continue
		}
		var last int
		if ev, last = v.dictated(ev, i, most, within); last > i {
			i = last - 1 // the last may begin another one
			continue
		}
		if ev, last = v.pasted(ev, i, most, within); last > i {
			i = last - 1
		}
	}
	return ev
}

// follows says whether message k is near enough to message i to go on with it.
func (v *view) follows(i, k int, within time.Duration) bool {
	a, b := v.lines[i].msg.At, v.lines[k].msg.At
	return a.IsZero() || b.IsZero() || b.Sub(a) <= within
}

// dictated finds a number that is given in pieces from message i on, and the last
// message that it reaches into, -1 for none.
func (v *view) dictated(ev []evidence, i, most int, within time.Duration) ([]evidence, int) {
	first := &v.lines[i]
	tail := first.ends.tail
	if tail.Digits == "" || v.called(first) {
		return ev, -1
	}
	type piece struct {
		line int
		end  contacts.End
	}
	pieces := []piece{{i, tail}}
	asked, talks := false, false // a client's message stands between; and it is a question
	for k := i + 1; k < len(v.lines) && len(pieces) < most+1 && k-i < 2*most; k++ {
		l := &v.lines[k]
		if !l.expert() {
			if len(l.toks) > 2 || l.digits() { // more than a "?" or an "ok"
				talks = true
				asked = asked || strings.Contains(l.text.S, "?")
			}
			continue
		}
		head := l.ends.head
		if head.Digits == "" || v.called(l) || !v.follows(i, k, within) {
			break
		}
		pieces = append(pieces, piece{k, head})
		if !l.ends.whole {
			break
		}
	}
	cue := v.words.Announced(first.toks[:min(tail.I, len(first.toks))])
	for k := i - 1; !cue && k >= max(0, i-2); k-- {
		if l := &v.lines[k]; l.expert() {
			cue = v.words.Announced(l.toks)
			break
		}
	}
	for n := len(pieces); n >= 2; n-- {
		var digits strings.Builder
		years := 0
		for _, p := range pieces[:n] {
			digits.WriteString(p.end.Digits)
			if d := p.end.Digits; len(d) == 4 && (d[:2] == "19" || d[:2] == "20") {
				years++
			}
		}
		d := digits.String()
		if len(d) > 13 || v.hotlines[trunk(d)] || years > 0 && (years > 1 || n < 3) {
			continue
		}
		ok := cue && !asked && (len(d) >= 9 || len(d) >= 7 && !talks) && !contacts.Counting(d)
		if !cue && !talks && len(d) >= 9 && contacts.Dialable(d) {
			ok = n >= 3 || len(d) >= 10 && len(pieces[1].end.Digits) >= 4
		}
		if !ok {
			continue
		}
		for q, p := range pieces[:n] {
			sp := v.lines[p.line].span(p.end.A, p.end.B, "split")
			sp.Reading = d
			what := ""
			if q == 0 {
				what = kindWords[contacts.Phone]
			}
			ev = append(ev, evidence{p.line, sp, 0.75, what})
		}
		return ev, pieces[n-1].line
	}
	return ev, -1
}

// called says whether a message holds a whole phone number.
func (v *view) called(l *line) bool {
	return slices.ContainsFunc(l.ents, func(e contacts.Entity) bool { return e.Kind == contacts.Phone && e.Score >= 0.5 })
}

// pasted finds a contact in the end of message i and those that follow.
func (v *view) pasted(ev []evidence, i, most int, within time.Duration) ([]evidence, int) {
	if l := &v.lines[i]; !l.counts && !l.signs { // "jane.doe", and then "@gmail.com"
		k := i + 1
		for k < len(v.lines) && !v.lines[k].expert() {
			k++
		}
		if k >= len(v.lines) || !v.lines[k].signs {
			return ev, -1
		}
	}
	segs := append(make([]segment, 0, 8), v.tailOf(i))
	ats, hopeful := 0, 0
	for k := i + 1; k < len(v.lines) && len(segs) < most && k-i < 2*most; k++ {
		if !v.lines[k].expert() {
			continue
		}
		if !v.follows(i, k, within) {
			break
		}
		s := v.headOf(k)
		segs = append(segs, s)
		if !s.whole {
			break
		}
	}
	if len(segs) < 2 {
		return ev, -1
	}
	for _, s := range segs {
		if s.hopeful {
			hopeful++
		}
		if strings.ContainsAny(s.text, "@") {
			ats++
		}
	}
	if hopeful < 2 && ats == 0 {
		return ev, -1
	}
	if hopeful >= 2 {
		if more, last := v.joined(ev, segs, " "); last > i {
			return more, last
		}
	}
	return v.joined(ev, segs, "")
}

func (l *line) digits() bool {
	return slices.ContainsFunc(l.toks, func(t phrase.Token) bool { return t.Kind == phrase.Number })
}

// tailOf and headOf give the part of a message that another one may go on with.
func (v *view) tailOf(k int) segment {
	l := &v.lines[k]
	from := 0
	if !short(l) {
		for from = max(0, len(l.toks)-1); from > 0 && len(l.text.S)-int(l.toks[from-1].A) <= edge; from-- {
		}
		for from > 0 && from < len(l.toks)-1 && l.toks[from].Glue {
			from++ // the middle of a word
		}
	}
	return v.segment(k, from, len(l.toks))
}

func (v *view) headOf(k int) segment {
	l := &v.lines[k]
	to := len(l.toks)
	if !short(l) {
		for to = min(1, to); to < len(l.toks) && int(l.toks[to].B) <= edge; to++ {
		}
	}
	return v.segment(k, 0, to)
}

func (v *view) segment(k, i, j int) segment {
	l := &v.lines[k]
	s := segment{line: k, whole: i == 0 && j == len(l.toks)}
	if i >= j {
		return s
	}
	s.a, s.b = int(l.toks[i].A), int(l.toks[j-1].B)
	seam := l.toks[i:j]
	if n := len(seam); !s.whole && n > seamTokens { // only what is near the next message counts
		if i > 0 {
			seam = seam[n-seamTokens:]
		} else {
			seam = seam[:seamTokens]
		}
	}
	s.hopeful = v.hopeful(l, seam)
	s.text = v.masked(l, l.toks[i:j], s.a, s.b, s.hopeful)
	return s
}

// joined looks for contacts in segments read as one, and gives the last message
// that one reaches into, -1 for none.
func (v *view) joined(ev []evidence, segs []segment, sep string) ([]evidence, int) {
	var b strings.Builder
	offs := make([]int, len(segs))
	for q, s := range segs {
		offs[q] = b.Len()
		b.WriteString(s.text)
		b.WriteString(sep)
	}
	text := b.String()
	t := fold.New(text)
	if len(t.S) != len(text) {
		return ev, -1
	}
	last := -1
	v.sc.seam = v.book.Tokens(&t, v.sc.seam[:0])
	for _, e := range v.words.Find(&t, v.sc.seam) {
		if e.Kind != contacts.Phone && e.Kind != contacts.Email && e.Kind != contacts.Handle || e.Score < 0.5 {
			continue
		}
		first, final := piece(offs, e.A), piece(offs, e.B-1)
		if first == final {
			continue
		}
		if e.Kind == contacts.Phone {
			d := strings.TrimPrefix(e.Value, "+")
			if v.hotlines[trunk(d)] || len(d) < 7 || !e.Cued && !(e.Obfuscated && len(d) >= 10 && contacts.Dialable(d)) || slices.ContainsFunc(segs[first:final+1], func(s segment) bool { return !s.hopeful }) {
				continue
			}
		}
		for q := first; q <= final; q++ {
			l, s := &v.lines[segs[q].line], segs[q]
			a, z := max(e.A-offs[q], 0), min(e.B-offs[q], len(s.text))
			if a >= z {
				continue
			}
			sp := l.span(s.a+a, s.a+z, "split")
			if sp.Reading == "" {
				sp.Reading = e.Value
			}
			what := ""
			if q == first {
				what = kindWords[e.Kind]
			}
			ev = append(ev, evidence{s.line, sp, e.Score, what})
		}
		last = max(last, segs[final].line)
	}
	return ev, last
}

// masked is a part of a reading with the words blanked out that can't be a part
// of a contact: "last bit 943" holds 943. Its length is the part's.
func (v *view) masked(l *line, toks []phrase.Token, a, b int, hope bool) string {
	s := l.text.S[a:b]
	if !hope || strings.Contains(s, "@") || !strings.ContainsAny(s, "0123456789") {
		return s
	}
	out := []byte(s)
	for _, t := range toks {
		if t.Kind == phrase.Word && !v.words.Piece(t) && (t.B-t.A > 1 || !t.Glue) && !v.words.Cue(t) {
			for k := int(t.A); k < int(t.B); k++ {
				out[k-a] = ' '
			}
		}
	}
	return string(out)
}

func short(l *line) bool { return len(l.text.S) <= 60 && len(l.toks) <= 24 && len(l.toks) > 0 }

func piece(offs []int, at int) int {
	k := 0
	for k+1 < len(offs) && offs[k+1] <= at {
		k++
	}
	return k
}

// hopeful says whether tokens look like a part of a contact: digits, number words,
// letters set apart, an "at", a provider; and few other words.
func (v *view) hopeful(l *line, toks []phrase.Token) bool {
	words, parts := 0, 0
	for _, t := range toks {
		switch t.Kind {
		case phrase.Number:
			parts++
		case phrase.Word:
			switch w := l.text.S[t.A:t.B]; {
			case v.words.Piece(t):
				parts++
			case t.B-t.A > 1:
				words++
			case w != "i" && w != "a":
				parts++
			}
		case phrase.Punct:
			if l.text.S[t.A] == '@' {
				parts++
			}
		}
	}
	return parts > 0 && words <= 6
}
