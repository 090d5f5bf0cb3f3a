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
	var threats, rude, sparring []evidence
	uncivil, client, fellow := 0, 0, false
	for i := range v.lines {
		v.colleague = v.colleague || v.fellow(&v.lines[i])
	}
	for i := range v.lines {
		l := &v.lines[i]
		score, marks := v.rude(l)
		sharp := false
		for _, h := range l.hits {
			if h.family != "civil" {
				continue
			}
			if h.kind == "peer" && !l.expert() {
				v.colleague = true // who has clients and a rank is an expert too
			}
			if h.kind == "spar" && !l.quiet(h.i, h.j) {
				sharp = true
				if l.expert() {
					sparring = append(sparring, evidence{i, l.hitSpan(h, "quarrel"), 0.5, "sharp words"})
				}
			}
		}
		rudely := score >= v.param(DetectIncivility, "min_score")
		if !l.expert() {
			if rudely || sharp {
				client++
				fellow = fellow || v.colleague && v.clientIsFellow(l)
			}
			continue
		}
		if !rudely {
			if sharp {
				uncivil++
			}
			continue
		}
		uncivil++
		for _, m := range marks {
			fellow = fellow || m.kind == "other"
			e := evidence{i, m.span, max(m.score, score*0.8), m.what}
			if m.kind == "threat" {
				threats = append(threats, e)
			} else {
				rude = append(rude, e)
			}
		}
		fellow = fellow || v.fellow(l)
	}
	for i := range v.lines {
		fellow = fellow || !v.lines[i].expert() && v.clientIsFellow(&v.lines[i])
	}
	guideline, how := "courtesy", ""
	switch {
	case client > 0 && uncivil > 1:
		guideline, how = "battles", fmt.Sprintf(" The client answers in kind (%s): it is a fight of both.", messages(client))
		rude = append(rude, sparring...)
	case fellow:
		guideline, how = "battles", " It is aimed at another expert."
	case len(threats)+len(rude) > 0 && float64(uncivil) >= v.param(DetectIncivility, "battle_messages"):
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

// clientIsFellow says whether who writes as a client is another expert: they
// have clients and a rank, or come under a screen name.
func (v *view) clientIsFellow(l *line) bool {
	for _, h := range l.hits {
		if h.family == "civil" && h.kind == "peer" {
			return true
		}
	}
	return false
}

// fellow says whether a message speaks of another expert.
func (v *view) fellow(l *line) bool {
	for k, t := range l.toks {
		if v.civil.fellow(t) {
			return true
		}
		// a screen name: words joined by a line, or a capital inside the word
		if t.Kind == phrase.Punct && t.Glue && l.text.S[t.A] == '_' && k > 0 && k+1 < len(l.toks) && l.toks[k+1].Glue && l.toks[k-1].Cap && l.toks[k+1].Cap {
			return true
		}
		if t.Kind == phrase.Word && t.Cap && t.B-t.A > 5 {
			a, b := l.text.Span(int(t.A), int(t.B))
			if w := l.msg.Text[a:b]; strings.ToUpper(w) != w && strings.ToLower(w[1:]) != w[1:] && !strings.HasPrefix(w, "Mc") && !strings.HasPrefix(w, "Mac") && !strings.Contains(w, "'") && !brands[strings.ToLower(w)] {
				return true
			}
		}
	}
	return false
}

// brands are names with a capital inside that are no screen names.
var brands = map[string]bool{"liveperson": true, "youtube": true, "whatsapp": true, "facebook": true, "paypal": true, "javascript": true, "linkedin": true, "wordpress": true, "powerpoint": true, "github": true, "typescript": true, "postgresql": true, "mongodb": true, "macbook": true, "tiktok": true, "photoshop": true, "freebsd": true, "chatgpt": true, "ebay": true, "homekit": true, "fastapi": true, "quickbooks": true, "turbotax": true}

// mark is a place in a message that is uncivil.
type mark struct {
	kind, what string
	score      float64
	span       model.Span
}

var civilWords = map[string]string{
	"insult": "an insult", "other": "an insult to another expert", "abuse": "abuse", "contempt": "contempt", "slur": "a slur", "threat": "a threat to the person", "profanity": "swearing at the client", "hate": "hatred of a group",
}

// rude scores one message and marks what is uncivil in it.
func (v *view) rude(l *line) (float64, []mark) {
	var marks []mark
	best := 0.0
	for _, h := range l.hits {
		if h.family == "hate" && (h.kind == "third" || h.kind == "jail") && !v.colleague {
			continue // of somebody who is not here: talk about the client's troubles
		}
		if h.family != "civil" && h.family != "hate" || h.minor() || h.kind == "other" && !v.colleague || l.quiet(h.i, h.j) {
			continue
		}
		score := h.score
		for _, s := range l.around(h.i, h.j) {
			if s.softens() && s.i < h.j && s.j > h.i {
				score *= 0.3
				break
			}
		}
		best = max(best, score)
		if score >= 0.5 {
			kind := h.kind
			if h.family == "hate" {
				kind = "hate"
				if h.kind == "third" {
					kind = "other"
				}
			}
			marks = append(marks, mark{kind, civilWords[kind], score, l.hitSpan(h, kind)})
		}
	}
	p, i, j := v.tone(l)
	if best > 0 {
		return blend(best, p), marks
	}
	// The model alone knows the tone, not the target: it needs a word that
	// offends, said to somebody.
	for _, s := range l.around(i, j) {
		if s.softens() && s.i < j && s.j > i {
			return best, marks
		}
	}
	if p >= v.param(DetectIncivility, "model_score") && (v.offensiveWord(l, i, j) || p >= v.param(DetectIncivility, "model_alone") && v.spokenTo(l, i, j) && v.offensive(l, i, j)) {
		a, b := v.worst(l, i, j)
		marks = append(marks, mark{"insult", "offensive words", p, l.span(a, b, "insult")})
		best = p
	}
	return best, marks
}

// offends gives the model's probability that the words offend, and the tokens of
// the window that does most.
func (r *Reader) offends(l *line, sc *scratch) (p float64, i, j int) {
	if r.models.civility == nil {
		return 0, 0, 0
	}
	r.windows(l, func(a, b int) {
		r.civilFeatures(l, a, b, &sc.feats)
		if q := r.models.civility.Probability(sc.feats); q > p {
			p, i, j = q, a, b
		}
	})
	return p, i, j
}

// Offence gives the probability, 0 to 1, that a text is offensive, abusive or
// hateful, whoever says it to whomever.
func (r *Reader) Offence(text string) float64 {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	m := said(text)
	l := r.read(&m, sc)
	p, _, _ := r.offends(&l, sc)
	for _, h := range l.hits {
		switch {
		case l.quiet(h.i, h.j):
		case h.family == "civil" && !h.minor() && h.kind != "other":
			p = blend(h.score*0.6, p)
		case h.family == "hate" && h.kind != "third":
			p = blend(h.score*0.7, p)
		}
	}
	return p
}

// offensiveWord says whether tokens [i, j) hold a hard insult, an oath said to
// somebody, or a milder insult beside the one who is spoken to. What is said of
// oneself, quoted or denied does not count.
func (r *Reader) offensiveWord(l *line, i, j int) bool {
	to := r.spokenTo(l, i, j)
	for k := i; k < j; k++ {
		t := l.toks[k]
		if t.Kind != phrase.Word || l.muted(k) || k > 0 && r.quoted(l, k-1) {
			continue
		}
		switch w := l.weights[k]; {
		case w.classes&r.civil.insults != 0:
			return true
		case r.civil.hard(t) && to:
			return true
		case (r.civil.mild(t) || w.cuss == 3 && w.classes&r.civil.plain == 0) && r.spokenTo(l, max(i, k-4), k): // "a stupid joke" is none to anybody
			return true
		}
	}
	return false
}

// quoted says whether token k is a quotation mark.
func (r *Reader) quoted(l *line, k int) bool {
	t := l.toks[k]
	return t.Kind == phrase.Punct && (l.text.S[t.A] == '"' || l.text.S[t.A] == '*' || strings.HasPrefix(l.text.S[t.A:], "“"))
}

// offensive says whether tokens [i, j) hold a word that offends, beyond those of
// violence, illness and the bedroom.
func (r *Reader) offensive(l *line, i, j int) bool {
	for k := i; k < j; k++ {
		if l.weights[k].classes&r.civil.rough != 0 && !l.muted(k) {
			return true
		}
	}
	return false
}

// spokenTo says whether tokens [i, j) speak to somebody.
func (r *Reader) spokenTo(l *line, i, j int) bool {
	for _, t := range l.toks[i:j] {
		if r.civil.you(t) {
			return true
		}
	}
	return false
}

// worst gives the bytes of the reading to mark in tokens [i, j) where no phrase
// says why: the offensive words, or all of them.
func (v *view) worst(l *line, i, j int) (int, int) {
	for _, is := range v.civil.bad {
		for _, t := range l.toks[i:j] {
			if is(t) {
				return int(t.A), int(t.B)
			}
		}
	}
	return int(l.toks[i].A), int(l.toks[j-1].B)
}
