package transcripts

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/transcripts/fold"
)

// ruled are the words that a rule pack adds to detectors and takes from them,
// by the first word of each. All are compared as they are read: folded, so that
// no spelling with look-alikes or hidden characters slips through.
type ruled struct {
	permit map[string][]entry            // words that no detector marks
	remove map[string]map[string][]entry // by detector
	add    map[string]map[string][]entry
}

type entry struct {
	words []string
	score float64
}

func newRuled(pack *guidelines.Pack) *ruled {
	r := &ruled{permit: map[string][]entry{}, remove: map[string]map[string][]entry{}, add: map[string]map[string][]entry{}}
	if pack == nil {
		return r
	}
	put := func(into map[string][]entry, words string, score float64) {
		if cut := cutWords(fold.New(words).S); len(cut) > 0 {
			e := entry{score: score}
			for _, c := range cut {
				e.words = append(e.words, c.text)
			}
			into[e.words[0]] = append(into[e.words[0]], e)
		}
	}
	for _, p := range pack.Allow.Phrases {
		put(r.permit, p, 0)
	}
	for name, d := range pack.Detectors {
		for _, words := range d.Remove {
			if r.remove[name] == nil {
				r.remove[name] = map[string][]entry{}
			}
			put(r.remove[name], words, 0)
		}
		for _, a := range d.Add {
			if d.Off {
				break
			}
			if r.add[name] == nil {
				r.add[name] = map[string][]entry{}
			}
			put(r.add[name], a.Words, a.Score)
		}
	}
	return r
}

// part is a word of a reading and where it stands.
type part struct {
	text string
	a, b int
}

// cutWords cuts a folded text into words of letters, digits and apostrophes
// inside; in a text without any, each other character is one.
func cutWords(s string) []part {
	var out []part
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		if !wordly(c) {
			if !unicode.IsSpace(c) && !unicode.IsPunct(c) {
				out = append(out, part{s[i : i+n], i, i + n}) // a picture, a sign
			}
			i += n
			continue
		}
		j := i + n
		for j < len(s) {
			c, n := utf8.DecodeRuneInString(s[j:])
			if !wordly(c) {
				if c != '\'' || j+1 >= len(s) {
					break
				}
				if next, _ := utf8.DecodeRuneInString(s[j+1:]); !wordly(next) {
					break
				}
			}
			j += n
		}
		out = append(out, part{s[i:j], i, j})
		i = j
	}
	return out
}

func wordly(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) }

// eachEntry calls visit for every place where an entry stands, with
// the bytes of the reading that it takes.
func eachEntry(entries map[string][]entry, parts []part, visit func(e entry, a, b int)) {
	for i := range parts {
		for _, e := range entries[parts[i].text] {
			if i+len(e.words) > len(parts) {
				continue
			}
			same := true
			for k, w := range e.words {
				same = same && parts[i+k].text == w
			}
			if same {
				visit(e, parts[i].a, parts[i+len(e.words)-1].b)
			}
		}
	}
}

// left are the parts of evidence that no permitted words take away: a mark
// falls where it lies within words that the pack allows, for all detectors or
// for this one.
func (v *view) left(detector string, ev []evidence) []evidence {
	own := v.ruled.remove[detector]
	if len(v.ruled.permit) == 0 && len(own) == 0 {
		return ev
	}
	permitted := map[int][]stretch{}
	of := func(line int) []stretch {
		if known, ok := permitted[line]; ok {
			return known
		}
		permitted[line] = v.permitted(detector, line)
		return permitted[line]
	}
	out := ev[:0:0]
	for _, e := range ev {
		inside := false
		for _, s := range of(e.line) {
			inside = inside || s.start <= e.span.Start && e.span.End <= s.end
		}
		if !inside {
			out = append(out, e)
		}
	}
	return out
}

// stretch are bytes of a message.
type stretch struct{ start, end int }

// permitted are the words of a message that the pack allows, for all detectors or
// for this one.
func (v *view) permitted(detector string, line int) []stretch {
	var list []stretch
	own := v.ruled.remove[detector]
	if len(v.ruled.permit) == 0 && len(own) == 0 {
		return nil
	}
	l := &v.lines[line]
	parts := cutWords(l.text.S)
	for _, entries := range []map[string][]entry{v.ruled.permit, own} {
		eachEntry(entries, parts, func(_ entry, a, b int) {
			from, to := l.text.Span(a, b)
			list = append(list, stretch{from, to})
		})
	}
	return list
}

// added marks the words that the pack adds to the detectors of transcripts, in
// what the expert says, where nothing of the same detector marks them already.
func (v *view) added() {
	if len(v.ruled.add) == 0 {
		return
	}
	marked := map[string][]model.Span{}
	for _, f := range v.out {
		marked[f.Detector] = append(marked[f.Detector], f.Spans...)
	}
	parts := make([][]part, len(v.lines))
	for _, known := range guidelines.Catalogue {
		entries := v.ruled.add[known.Name]
		if len(entries) == 0 {
			continue
		}
		var ev []evidence
		for i := range v.lines {
			l := &v.lines[i]
			if !l.expert() {
				continue
			}
			if parts[i] == nil {
				parts[i] = cutWords(l.text.S)
			}
			eachEntry(entries, parts[i], func(e entry, a, b int) {
				s := l.span(a, b, "listed")
				for _, m := range marked[known.Name] {
					if m.Message == s.Message && m.Start <= s.Start && s.End <= m.End {
						return
					}
				}
				ev = append(ev, evidence{line: i, span: s, score: e.score, what: "“" + strings.Join(e.words, " ") + "”"})
			})
		}
		ev = v.left(known.Name, ev)
		v.find(known.Name, known.Guideline, ev, 0.99, func() string {
			return fmt.Sprintf("The expert writes %s, which the list of this community names.", times(ev))
		})
	}
}
