package transcripts

import (
	"strings"

	"mensch/app/transcripts/linear"
	"mensch/app/transcripts/phrase"
)

// gistDetectors are the detectors that have a model beside their phrases, in the
// order in which a line keeps what the models say.
var gistDetectors = [...]string{DetectConfidentiality, DetectDisparagement, DetectSolicitation}

// gistFiles are their models' files.
var gistFiles = [...]string{"confidences.bin", "disparagement.bin", "solicitation.bin"}

// gistAbout are the words that a message holds which is about what a detector
// looks for: somebody advised, the community, a rating.
var gistAbout = [...]uint8{1 << holdClient, 1<<holdUs | 1<<holdExpert, 1 << holdStars}

// gist is what a model of discretion says of a line: of its window that says
// most, and of the one that says most among those that hold a word of what it is
// about.
type gist struct {
	whole, about gistWindow
}

// gistWindow is a window and its probability.
type gistWindow struct {
	p    float64
	i, j int
}

// gists asks the models about a line once.
func (v *view) gists(l *line) *[len(gistDetectors)]gist {
	if l.gists != nil {
		return l.gists
	}
	l.gists = new([len(gistDetectors)]gist)
	if len(l.toks) < gistLeast {
		return l.gists
	}
	v.sc.gist = v.gistTokens(l, v.sc.gist)
	gistWindows(l, func(i, j int) {
		var held uint8
		for _, t := range v.sc.gist[i:j] {
			held |= t.hold
		}
		v.gistFeatures(l, v.sc.gist, i, j, &v.sc.feats)
		for n, m := range v.models.gist {
			if m == nil {
				continue
			}
			g, w := &l.gists[n], gistWindow{m.Probability(v.sc.feats), i, j}
			if w.p > g.whole.p {
				g.whole = w
			}
			if held&gistAbout[n] != 0 && w.p > g.about.p {
				g.about = w
			}
		}
	})
	return l.gists
}

// gistLeast is how many tokens a message has at least that a model reads.
const gistLeast = 3

// modelled sets what the model of a detector says beside what its phrases saw.
// Phrases in a message of which the model is sure that it is harmless are
// dropped, unless other messages have part in it, and the expert's messages
// without any that it is sure of are added. what says in words what such a message
// does, label names its mark.
func (v *view) modelled(detector, what, label string, ev []evidence) []evidence {
	n := 0
	for gistDetectors[n] != detector {
		n++
	}
	m := v.models.gist[n]
	if m == nil {
		return ev
	}
	score, alone, veto := v.param(detector, "model_score"), v.param(detector, "model_alone"), v.param(detector, "model_veto")
	seen := map[int]bool{}
	out := ev[:0:0]
	for _, e := range ev {
		seen[e.line] = true
		if l := &v.lines[e.line]; len(l.toks) < gistLeast || v.joint[e.line] || v.gists(l)[n].whole.p >= veto {
			out = append(out, e)
		}
	}
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() || seen[i] {
			continue
		}
		g, least := v.gists(l)[n].about, score
		if g.p < least {
			g, least = v.gists(l)[n].whole, alone
		}
		if g.p < least {
			continue
		}
		v.sc.gist = v.gistTokens(l, v.sc.gist)
		if v.permit(detector, i, v.sc.gist) {
			v.gistFeatures(l, v.sc.gist, g.i, g.j, &v.sc.feats)
			if m.Probability(v.sc.feats) < least {
				continue
			}
		}
		a, b := v.gistSpan(l, m, g, least)
		out = append(out, evidence{i, l.span(int(l.toks[a].A), int(l.toks[b-1].B), label), g.p, what + v.gistReason(l, m, a, b)})
	}
	return out
}

// permit takes the words that the rule pack allows from what a model reads of a
// message, and says whether there are any.
func (v *view) permit(detector string, i int, toks []gistToken) bool {
	found := false
	l := &v.lines[i]
	for _, s := range v.permitted(detector, i) {
		for k := range l.toks {
			if a, b := l.text.Span(int(l.toks[k].A), int(l.toks[k].B)); s.start <= a && b <= s.end {
				toks[k], found = gistToken{}, true
			}
		}
	}
	return found
}

// gistSpan gives the tokens to mark in the window that says most: one sentence
// of it where that says enough by itself, without what stands around its words.
func (v *view) gistSpan(l *line, m *textModel, g gistWindow, least float64) (a, b int) {
	a, b = g.i, g.j
	best := 0.0
	from := g.i
	for k := g.i; k < g.j; k++ {
		if !l.toks[k].End && k+1 < g.j {
			continue
		}
		if k+1-from >= gistLeast {
			v.gistFeatures(l, v.sc.gist, from, k+1, &v.sc.feats)
			if p := m.Probability(v.sc.feats); p >= least && p > best {
				best, a, b = p, from, k+1
			}
		}
		from = k + 1
	}
	for b-a > 1 && l.toks[b-1].Kind != phrase.Word && l.toks[b-1].Kind != phrase.Number {
		b--
	}
	for b-a > 1 && l.toks[a].Kind != phrase.Word && l.toks[a].Kind != phrase.Number {
		a++
	}
	return a, b
}

// gistReason says that a model found tokens [a, b), and which of their words
// weigh most: those without which it would be least sure.
func (v *view) gistReason(l *line, m *textModel, a, b int) string {
	toks := v.sc.gist
	var feats linear.Features
	v.gistFeatures(l, toks, a, b, &feats)
	all := m.Score(feats)
	type word struct {
		k    int
		loss float64
	}
	var top [2]word
	for k := a; k < b; k++ {
		t := l.toks[k]
		if t.Kind != phrase.Word || t.B-t.A < 3 || v.civil.stop(t) {
			continue
		}
		kept := toks[k]
		toks[k] = gistToken{}
		v.gistFeatures(l, toks, a, b, &feats)
		toks[k] = kept
		switch w := (word{k, all - m.Score(feats)}); {
		case w.loss > top[0].loss:
			top[0], top[1] = w, top[0]
		case w.loss > top[1].loss:
			top[1] = w
		}
	}
	if top[1].loss > 0 && top[1].k < top[0].k {
		top[0], top[1] = top[1], top[0]
	}
	var heavy []string
	for _, w := range top {
		if w.loss > 0 {
			from, to := l.text.Span(int(l.toks[w.k].A), int(l.toks[w.k].B))
			heavy = append(heavy, "“"+l.msg.Text[from:to]+"”")
		}
	}
	switch len(heavy) {
	case 0:
		return " (as the trained model reads it)"
	case 1:
		return " (as the trained model reads it; " + heavy[0] + " weighs most)"
	}
	return " (as the trained model reads it; " + strings.Join(heavy, " and ") + " weigh most)"
}
