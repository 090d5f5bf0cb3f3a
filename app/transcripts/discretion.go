package transcripts

import (
	"strings"

	"mensch/app/transcripts/phrase"
)

// confidentiality finds facts of other clients in the expert's words. A name
// alone is no fact.
func (v *view) confidentiality() {
	ev := v.phrases("confid", map[string]string{
		"client": "what another client said or lives through", "named": "a client by name", "told": "what a client told them", "between": "what was said in confidence",
		"show": "another client's messages", "expert": "this client's story, told to others", "have": "another client's chat", "notes": "notes on another client",
	})
	ev = append(ev, v.persons()...)
	ev = v.modelled(DetectConfidentiality, "what another client said or lives through", "confidential client", ev)
	v.find(DetectConfidentiality, "confidentiality", ev, 0.97, func() string {
		return "The expert gives away " + times(ev) + "."
	})
}

// enoughPrivate is how much must be told of somebody to give them away. A name
// or a place alone is less, a name with a place, an illness, an affair are more.
const (
	enoughPrivate = 0.6
	surePrivate   = 0.65
)

// reachPrivate is how many tokens before and after somebody is brought up what
// is told of them may stand.
const (
	reachBefore = 10
	reachAfter  = 20
)

// persons finds where an expert brings up somebody they advise, and tells
// enough of them.
func (v *view) persons() []evidence {
	var ev []evidence
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() {
			continue
		}
		for _, s := range l.hits {
			if s.family != "seen" || v.hypothetical(l, s.i) || v.familiar(l, s.i) {
				continue
			}
			enough := enoughPrivate
			if s.kind == "maybe" { // anybody may be meant, a client or not
				enough = surePrivate
			}
			told := map[string]float64{}
			from, to := s.i, s.j
			take := func(l *line, lo, hi int, here bool) {
				for _, p := range l.around(lo, hi) {
					if p.family != "private" || p.i < lo || p.j > hi || v.yours(l, p.i) {
						continue
					}
					told[p.kind] = max(told[p.kind], p.score)
					if here {
						from, to = min(from, p.i), max(to, p.j)
					}
				}
			}
			take(l, s.i-reachBefore, s.j+reachAfter, true)
			if _, ok := told["name"]; !ok && v.nameIn(l, s.i, s.j+4) {
				told["name"] = 0.35
			}
			if total(told) < enough {
				// it may go on in the expert's next message
				if k := i + 1; k < len(v.lines) && v.lines[k].expert() && !v.hypothetical(&v.lines[k], 0) {
					take(&v.lines[k], 0, reachAfter, false)
					v.together(i)
				}
			}
			if total(told) >= enough {
				h := s
				h.i, h.j = from, to
				ev = append(ev, evidence{i, l.hitSpan(h, "confidential client"), s.score, "what another client said or lives through"})
				break // once a message
			}
		}
	}
	return ev
}

func total(told map[string]float64) float64 {
	return told["name"] + told["place"] + told["job"] + told["ail"] + told["life"] + told["kin"] + told["ask"] + told["told"] + told["your"] + told["reach"]
}

// hypothetical says whether the sentence up to token k only supposes something,
// or tells of a book or of somebody famous.
func (v *view) hypothetical(l *line, k int) bool {
	for q := k - 1; q >= 0 && !l.toks[q].End && k-q <= 12; q-- {
		if v.is(l, q, ",") { // if you want, ask her
			break
		}
		if v.civil.hypo(l.toks[q]) {
			return true
		}
	}
	return k < len(l.toks) && v.civil.hypo(l.toks[k])
}

// yours says whether token k belongs to the client who is spoken to.
func (v *view) yours(l *line, k int) bool {
	for q := k - 1; q >= max(0, k-3) && !l.toks[q].End; q-- {
		if v.civil.you(l.toks[q]) {
			return true
		}
	}
	return false
}

// familiar says whether who begins at token k is somebody of the expert's or the
// client's own: my doctor, your teacher.
func (v *view) familiar(l *line, k int) bool {
	return k > 0 && (v.civil.mine(l.toks[k-1]) || v.civil.you(l.toks[k-1])) && !v.civil.clientOne(l.toks[k])
}

// nameIn says whether a name stands among tokens [i, j).
func (v *view) nameIn(l *line, i, j int) bool {
	for k := i; k < min(j, len(l.toks)); k++ {
		if v.named(l.toks[k]) && (k > 0 && !l.toks[k-1].End) {
			return true
		}
	}
	return false
}

// solicitation finds begging and trading for ratings.
func (v *view) solicitation() {
	ev := v.phrases("rating", map[string]string{
		"ask": "asks for a good rating", "trade": "trades a favour for a rating", "change": "asks to change a rating", "fake": "asks for ratings by others than the client", "swap": "offers a rating for a rating",
		"exchange": "offers a rating for a rating", "pressure": "puts pressure on the client's rating",
	})
	ev = v.modelled(DetectSolicitation, "asks or trades for a good rating", "rating", ev)
	v.find(DetectSolicitation, "ratings", ev, 0.98, func() string { return "The expert " + times(ev) + "." })
}

// disparagement finds the expert running down the platform, its people or the
// other experts before a client: who is meant and what is said of them, in one
// sentence, or who is meant in the sentence before.
func (v *view) disparagement() {
	var ev []evidence
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() {
			continue
		}
		began := len(ev)
		for _, c := range l.hits {
			if len(ev)-began >= manyMarks {
				break
			}
			if c.family == "disparage" {
				if from, to := v.sentence(l, c.i); !v.denied(l, c, c, from, to) && !v.notOurs(l, c) {
					ev = append(ev, evidence{i, l.hitSpan(c, "disparagement"), c.score, ranDown(c.kind)})
				}
				continue
			}
			if c.family != "commun" || v.notOurs(l, c) || c.kind == "maybe" && !v.oursIn(i) {
				continue
			}
			if c.kind == "maybe" {
				v.together(i)
			}
			from, to := v.sentence(l, c.i)
			for _, d := range l.around(from, to) {
				if d.family != "verdict" || d.i < from || d.j > to || d.i-c.j > verdictReach || c.i-d.j > verdictReach || v.denied(l, c, d, from, to) {
					continue
				}
				h := c
				h.i, h.j = min(c.i, d.i), max(c.j, d.j)
				ev = append(ev, evidence{i, l.hitSpan(h, "disparagement"), d.score, ranDown(c.kind)})
				break
			}
		}
	}
	ev = v.modelled(DetectDisparagement, "runs down the platform, its people or the other experts", "disparagement", ev)
	ev = v.left(DetectDisparagement, ev)
	v.find(DetectDisparagement, "community-respect", ev, 0.95, func() string { return "The expert " + times(ev) + " before a client." })
}

func ranDown(kind string) string {
	switch kind {
	case "experts":
		return "runs down the other experts"
	case "leave":
		return "tells the client not to use the platform"
	}
	return "runs down the platform or its people"
}

// oursIn says whether the expert's message i, or the one before it, speaks of
// this community: "they" and "the company" can be anybody.
func (v *view) oursIn(i int) bool {
	for k := i; k >= max(0, i-1); k-- {
		if !v.lines[k].expert() {
			continue
		}
		for _, t := range v.lines[k].toks {
			if v.civil.ours(t) {
				return true
			}
		}
	}
	return false
}

// together notes that message i says something only with the one beside it.
func (v *view) together(i int) {
	if v.joint == nil {
		v.joint = map[int]bool{}
	}
	v.joint[i] = true
}

// manyMarks is how many marks of one kind a message gets at most.
const manyMarks = 20

// verdictReach is how many tokens lie at most between whom it is about and what
// is said of them.
const verdictReach = 12

// is says whether token k reads so.
func (v *view) is(l *line, k int, word string) bool {
	return l.text.S[l.toks[k].A:l.toks[k].B] == word
}

// longSentence is how many tokens of a sentence are read before and after whom
// it is about.
const longSentence = 40

// sentence gives the tokens of the sentence around token k.
func (v *view) sentence(l *line, k int) (from, to int) {
	for from = k; from > 0 && k-from < longSentence && !l.toks[from-1].End; from-- {
	}
	for to = k; to < len(l.toks)-1 && to-k < longSentence && !l.toks[to].End; to++ {
	}
	if to-from <= 3 && to+1 < len(l.toks) && l.toks[to].Ask { // LivePerson? A sinking ship.
		for to++; to < len(l.toks)-1 && to-k < longSentence && !l.toks[to].End; to++ {
		}
	}
	return from, min(to+1, len(l.toks))
}

// notOurs says whether a place or people belong to somebody else: your company,
// the management of your building.
func (v *view) notOurs(l *line, c hit) bool {
	if c.kind == "name" { // the name is nobody else's
		return false
	}
	if c.i > 0 && (v.civil.you(l.toks[c.i-1]) || v.civil.other(l.toks[c.i-1])) {
		return true
	}
	if c.i > 1 && v.civil.you(l.toks[c.i-2]) && l.toks[c.i-1].Kind == phrase.Word || c.i > 0 && strings.HasSuffix(l.text.S[l.toks[c.i-1].A:l.toks[c.i-1].B], "'s") {
		return true // your insurance company, your landlord's management
	}
	if c.kind != "us" && c.kind != "maybe" {
		return false
	}
	if c.j < len(l.toks) && v.civil.you(l.toks[c.j]) { // the site you used
		return true
	}
	// a website for shoes
	return c.j+1 < len(l.toks) && v.civil.of(l.toks[c.j]) && !v.civil.ours(l.toks[c.j+1]) && !v.civil.mine(l.toks[c.j+1])
}

// denied says whether the verdict is negated, asked, supposed, or what somebody
// else says.
func (v *view) denied(l *line, c, d hit, from, to int) bool {
	first := min(c.i, d.i)
	for k := from; k < first; k++ {
		// "clients say that ...", but not "I say"
		if v.civil.relayed(l.toks[k]) && (k == from || !v.civil.mine(l.toks[k-1])) {
			return true
		}
	}
	for k := first; k > from && first-k < 6; k-- { // it's not true that
		if v.civil.neg(l.toks[k-1]) && k < len(l.toks) && (v.is(l, k, "true") || v.is(l, k, "right") || v.is(l, k, "fair")) {
			return true
		}
	}
	if d.kind == "theirs" && d.i > 0 && v.civil.mine(l.toks[d.i-1]) { // I don't know
		return true
	}
	for k := first; k < max(c.i, d.i); k++ { // scammers pretend to be staff; our team never asks, so that mail was fraud
		if w := l.text.S[l.toks[k].A:l.toks[k].B]; w == "pretend" || w == "pretending" || d.kind == "bad" && (w == "mail" || w == "email" || w == "message" || w == "caller") {
			return true
		}
	}
	if d.kind == "bad" && c.kind == "us" { // everyone here wishes you well, it's awful
		for k := c.j + 1; k+1 < d.i; k++ {
			if v.is(l, k, ",") && (v.is(l, k+1, "it") || v.is(l, k+1, "it's") || v.is(l, k+1, "that") || v.is(l, k+1, "that's")) {
				return true
			}
		}
	}
	if d.kind == "bad" && d.j <= c.i && c.kind == "us" && (v.is(l, c.i, "everybody") || v.is(l, c.i, "everyone") || v.is(l, c.i, "anybody") || v.is(l, c.i, "people")) {
		for k := d.j; k < c.i; k++ { // "no joke, everybody here": of something else
			if l.toks[k].Kind == phrase.Punct {
				return true
			}
		}
	}
	if d.kind == "bad" {
		for k := max(from, d.i-4); k < d.i; k++ {
			if v.civil.neg(l.toks[k]) {
				return true
			}
		}
	}
	return l.toks[to-1].Ask && d.kind == "bad"
}

// phrases collects the expert's phrases of a family, with the words for each
// kind.
func (v *view) phrases(family string, words map[string]string) []evidence {
	var ev []evidence
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() {
			continue
		}
		for _, h := range l.hits {
			if h.family == family {
				ev = append(ev, evidence{i, l.hitSpan(h, label(family, h.kind)), h.score, words[h.kind]})
			}
		}
	}
	return ev
}

func label(family, kind string) string {
	return strings.TrimSuffix(map[string]string{"confid": "confidential", "rating": "rating", "disparage": "disparagement", "expertise": "expertise"}[family]+" "+kind, " ")
}

// expertise finds advice that a client may come to harm by when the expert's
// field is another: medicine and law given with certainty. Where the expert says
// that it is not their field, or sends the client to who knows, they did right.
// It is a prompt to look, no violation.
func (v *view) expertise() {
	if v.field("medic", "health", "law", "legal", "nurs", "doctor", "pharm") {
		return
	}
	ev := v.phrases("expertise", map[string]string{
		"stop": "stopping a treatment", "dose": "a dose", "doctor": "not to ask a doctor", "diagnose": "a diagnosis", "law": "a legal or tax matter", "sure": "", "limit": "limit",
	})
	var out []evidence
	heavy, careful := 0, 0
	for _, e := range ev {
		switch e.what {
		case "limit":
			careful++
			continue
		case "":
		default:
			heavy++
		}
		out = append(out, e)
	}
	if heavy == 0 || careful > 0 {
		return
	}
	f := v.find(DetectExpertise, "expertise", out, 0.9, func() string {
		return "The expert advises on " + times(out) + "; see whether that is their field."
	})
	if f != nil {
		f.Advisory = true
	}
}

// field says whether the session's cluster is one of these.
func (v *view) field(names ...string) bool {
	c := strings.ToLower(v.session.Cluster)
	for _, n := range names {
		if strings.Contains(c, n) {
			return true
		}
	}
	return false
}
