package transcripts

import (
	"fmt"
	"strings"

	"mensch/app/model"
	"mensch/app/transcripts/phrase"
)

// incivility finds insults, threats and abuse. Only the expert's words count
// against the expert; the client's show whether it was a fight.
func (v *view) incivility() {
	var threats, rude []evidence
	uncivil, client, fellow := 0, 0, false
	for i := range v.lines {
		l := &v.lines[i]
		score, marks := v.rude(l)
		if score < v.param(DetectIncivility, "min_score") {
			continue
		}
		if !l.expert() {
			client++
			continue
		}
		uncivil++
		for _, m := range marks {
			e := evidence{i, m.span, max(m.score, score*0.8), m.what}
			if m.kind == "threat" {
				threats = append(threats, e)
			} else {
				rude = append(rude, e)
			}
		}
		fellow = fellow || v.fellow(l)
	}
	guideline, how := "courtesy", ""
	switch {
	case client > 0 && uncivil > 0 && client+uncivil >= 3:
		guideline, how = "battles", fmt.Sprintf(" The client answers in kind (%s): it is a fight of both.", messages(client))
	case fellow:
		guideline, how = "battles", " It is aimed at another expert."
	case float64(uncivil) >= v.param(DetectIncivility, "battle_messages"):
		guideline, how = "battles", fmt.Sprintf(" It goes on over %s.", messages(uncivil))
	}
	v.find(DetectIncivility, guideline, threats, 0.99, func() string {
		return "The expert threatens: " + times(threats) + "." + how
	})
	v.find(DetectIncivility, guideline, rude, 0.99, func() string {
		return "The expert is uncivil: " + times(rude) + "." + how
	})
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// fellow says whether a message speaks of another expert.
func (v *view) fellow(l *line) bool {
	is := v.book.Class("fellow")
	for _, t := range l.toks {
		if is(t) {
			return true
		}
	}
	return false
}

// mark is a place in a message that is uncivil.
type mark struct {
	kind, what string
	score      float64
	span       model.Span
}

var civilWords = map[string]string{
	"insult": "an insult", "abuse": "abuse", "contempt": "contempt", "slur": "a slur", "threat": "a threat to the person", "profanity": "swearing at the client",
}

// rude scores one message and marks what is uncivil in it.
func (v *view) rude(l *line) (float64, []mark) {
	var marks []mark
	soft := ofFamily(l.hits, "civil")
	best := 0.0
	for _, h := range l.hits {
		if h.family != "civil" || h.kind == "soft" {
			continue
		}
		score := h.score
		for _, s := range soft {
			if s.kind == "soft" && s.i < h.j && s.j > h.i {
				score *= 0.3
				break
			}
		}
		best = max(best, score)
		if score >= 0.5 {
			marks = append(marks, mark{h.kind, civilWords[h.kind], score, l.hitSpan(h, h.kind)})
		}
	}
	if v.models.civility != nil {
		p := v.models.civility.score(l, v.sc)
		best = blend(best, p)
		if best >= v.param(DetectIncivility, "min_score") && len(marks) == 0 {
			a, b := v.worst(l)
			marks = append(marks, mark{"insult", "offensive words", best, l.span(a, b, "insult")})
		}
	}
	return best, marks
}

// worst gives the bytes of the reading to mark where no phrase says why: the
// offensive words, or the whole message.
func (v *view) worst(l *line) (int, int) {
	bad := [...]func(phrase.Token) bool{v.book.Class("slur"), v.book.Class("insult"), v.book.Class("profanity")}
	for _, is := range bad {
		for _, t := range l.toks {
			if is(t) {
				return int(t.A), int(t.B)
			}
		}
	}
	s := l.text.S
	a := len(s) - len(strings.TrimLeft(s, " \n"))
	return a, max(a, len(strings.TrimRight(s, " \n")))
}
