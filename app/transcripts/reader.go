package transcripts

import (
	_ "embed"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"
	"sync"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/transcripts/contacts"
	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/linear"
	"mensch/app/transcripts/phrase"
)

//go:embed rules.txt
var rules string

// Detector names of this package, as findings carry them.
const (
	DetectContact         = "contact"
	DetectIncivility      = "incivility"
	DetectConfidentiality = "confidentiality"
	DetectSolicitation    = "solicitation"
	DetectDisparagement   = "disparagement"
	DetectExpertise       = "expertise"
	DetectCopyright       = "copyright-notice"
)

// Reader finds violations in conversations. It is immutable after New and safe
// for use by many goroutines.
type Reader struct {
	*known
	words     *contacts.Words
	domains   map[string]bool
	hotlines  map[string]bool // digits without the trunk's 1
	params    map[string]map[string]float64
	models    modelSet
	civil     civilClasses
	ruled     *ruled
	lexicon   *offenceWords
	gist      map[string]gistEntry // nil where no model asks for it
	gistNotes []gistNote
	scratch   sync.Pool
}

// New makes a reader of a rule pack and the trained models in the folder. A nil
// pack stands for the built-in numbers; a nil folder, or one without a model,
// leaves the detectors to their rules. A model that can't be read is an error.
func New(pack *guidelines.Pack, models fs.FS) (*Reader, error) {
	k, err := knownWords()
	if err != nil {
		return nil, fmt.Errorf("read the phrase rules: %w", err)
	}
	b := k.book
	r := &Reader{known: k, words: contacts.NewWords(b), domains: map[string]bool{}, hotlines: map[string]bool{}, params: defaults, civil: newCivilClasses(b), ruled: newRuled(pack), lexicon: lexicon()}
	for _, d := range builtinDomains {
		r.domains[d] = true
	}
	for _, h := range builtinHotlines {
		r.hotlines[h] = true
	}
	if pack != nil {
		for _, d := range pack.Allow.Domains {
			r.domains[strings.TrimPrefix(strings.ToLower(strings.TrimSpace(d)), "www.")] = true
		}
		for _, h := range pack.Allow.Hotlines {
			r.hotlines[trunk(onlyDigits(h))] = true
		}
		r.params = map[string]map[string]float64{}
		for _, from := range []map[string]map[string]float64{defaults, pack.Params} {
			for d, ps := range from {
				if r.params[d] == nil {
					r.params[d] = map[string]float64{}
				}
				for k, v := range ps {
					r.params[d][k] = v
				}
			}
		}
	}
	if models != nil {
		if err := r.models.load(models); err != nil {
			return nil, fmt.Errorf("read the detectors' models: %w", err)
		}
		if r.gist, err = gistTable(); err != nil {
			return nil, err
		}
		if r.gistNotes, err = gistNotes(); err != nil {
			return nil, err
		}
	}
	r.scratch.New = func() any { return &scratch{matcher: b.NewMatcher()} }
	return r, nil
}

// defaults are the detectors' numbers where the rule pack gives none: the
// catalogue's. min_score is the score, 0 to 1, from which a detector speaks.
var defaults = func() map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for _, k := range guidelines.Catalogue {
		all[k.Name] = map[string]float64{}
		for _, n := range k.Numbers {
			all[k.Name][n.Name] = n.Fallback
		}
	}
	return all
}()

func (r *Reader) param(detector, name string) float64 {
	if v, ok := r.params[detector][name]; ok {
		return v
	}
	return defaults[detector][name]
}

// scratch is one goroutine's working memory.
type scratch struct {
	matcher *phrase.Matcher
	feats   linear.Features
	lines   []line
	toks    []phrase.Token // of all lines of a review
	weights []weight       // and theirs
	gist    []gistToken
	seam    []phrase.Token // of messages read as one
}

// clear lets go of the review before, whose lines must not be used any more.
func (sc *scratch) clear() {
	clear(sc.lines)
	sc.lines, sc.toks, sc.weights = sc.lines[:0], sc.toks[:0], sc.weights[:0]
	if cap(sc.toks) > longScratch {
		sc.lines, sc.toks, sc.weights, sc.gist, sc.seam = nil, nil, nil, nil, nil
	}
}

// longScratch is how many tokens a scratch keeps room for.
const longScratch = 1 << 16

// hit is a phrase rule that held in a message.
type hit struct {
	family, kind string
	score        float64
	i, j         int // tokens
}

// softens says whether a phrase takes the sting out of an insult.
func (h hit) softens() bool { return h.family == "civil" && (h.kind == "soft" || h.kind == "self") }

// minor says whether a phrase is no insult by itself.
func (h hit) minor() bool {
	return h.softens() || h.family == "civil" && (h.kind == "spar" || h.kind == "peer")
}

// line is one message under the detectors' eyes.
type line struct {
	msg  *model.Message
	text fold.Text
	toks []phrase.Token
	ents []contacts.Entity
	hits []hit

	counts  bool                      // it holds a digit, in figures or in words
	signs   bool                      // it holds a sign of a mail address
	ends    ends                      // the digits at its begin and its end
	tone    tone                      // what the model says of it, once it was asked
	gists   *[len(gistDetectors)]gist // what the models of discretion say, once they were asked
	weights []weight                  // of each token
	aliases map[int32]string          // the plain words behind hidden ones, by where they begin
	mutes   []bool                    // of each token: said of oneself, quoted, or denied; nil: none
}

// mute takes the sting out of words that are said of oneself, quoted or denied,
// to the end of their sentence.
func (l *line) mute() {
	for _, h := range l.hits {
		if h.family != "counter" && (h.family != "civil" || h.kind != "self") {
			continue
		}
		if l.mutes == nil {
			l.mutes = make([]bool, len(l.toks))
		}
		for k := h.i; k < h.j; k++ {
			l.mutes[k] = true
		}
		if h.family == "counter" {
			for k := h.j; k < len(l.toks) && k-h.j < longSentence && !l.toks[k].End; k++ {
				l.mutes[k] = true
			}
		}
	}
}

func (l *line) muted(k int) bool { return l.mutes != nil && l.mutes[k] }

// quiet says whether all of tokens [i, j) are muted.
func (l *line) quiet(i, j int) bool {
	for k := i; k < j; k++ {
		if !l.muted(k) {
			return false
		}
	}
	return true
}

// alias notes the plain word behind a hidden one.
func (l *line) alias(at int32, word string) {
	if l.aliases == nil {
		l.aliases = map[int32]string{}
	}
	l.aliases[at] = word
}

// word gives a token as it is read.
func (l *line) word(t phrase.Token) string {
	if l.aliases != nil {
		if w, ok := l.aliases[t.A]; ok {
			return w
		}
	}
	return l.text.S[t.A:t.B]
}

// around gives the phrases that touch tokens [lo, hi), and a few before them; the
// phrases are in order of their begin, and none is longer than longPhrase.
func (l *line) around(lo, hi int) []hit {
	a := sort.Search(len(l.hits), func(k int) bool { return l.hits[k].i >= lo-longPhrase })
	b := sort.Search(len(l.hits), func(k int) bool { return l.hits[k].i > hi })
	return l.hits[a:max(a, b)]
}

// longPhrase is how many tokens a phrase takes at most.
const longPhrase = 64

func (l *line) expert() bool { return l.msg.From == model.FromExpert }

// said is a text without a conversation, as if an expert had written it.
func said(text string) model.Message {
	return model.Message{ID: "text", From: model.FromExpert, Text: text}
}

// span marks bytes [a, b) of the reading, in the original.
func (l *line) span(a, b int, label string) model.Span {
	from, to := l.text.Span(a, b)
	s := model.Span{Message: l.msg.ID, Start: from, End: to, Label: label}
	if read := l.text.S[a:b]; !strings.EqualFold(read, l.msg.Text[from:to]) {
		s.Reading = read
	}
	return s
}

func (l *line) hitSpan(h hit, label string) model.Span {
	return l.span(int(l.toks[h.i].A), int(l.toks[h.j-1].B), label)
}

// read folds, cuts and matches one message, in memory of its own.
func (r *Reader) read(m *model.Message, sc *scratch) line {
	toks, weights := len(sc.toks), len(sc.weights)
	var l line
	r.skim(&l, m, sc)
	l.toks, l.weights = slices.Clone(l.toks), slices.Clone(l.weights)
	sc.toks, sc.weights = sc.toks[:toks], sc.weights[:weights]
	return l
}

// skim does the same in the scratch, into l: the line lives until that is cleared.
func (r *Reader) skim(l *line, m *model.Message, sc *scratch) {
	*l = line{msg: m, text: fold.New(m.Text)}
	n := len(sc.toks)
	sc.toks = r.book.Tokens(&l.text, sc.toks)
	l.toks = sc.toks[n:len(sc.toks):len(sc.toks)]
	n = len(sc.weights)
	sc.weights = slices.Grow(sc.weights, len(l.toks))[:n+len(l.toks)]
	l.weights = sc.weights[n:len(sc.weights):len(sc.weights)]
	l.ents = r.words.Find(&l.text, l.toks)
	if l.expert() {
		if l.counts, l.signs = r.words.Hints(l.text.S, l.toks); l.counts {
			l.ends.head, l.ends.tail, l.ends.whole = r.words.Ends(&l.text, l.toks)
		}
	}
	r.weigh(l)
	sc.matcher.Find(l.toks, func(m phrase.Match) {
		family, kind, _ := strings.Cut(m.Rule.Name, ".")
		l.hits = append(l.hits, hit{family, kind, m.Rule.Score, m.I, m.J})
	})
	if len(l.hits) > 1 {
		slices.SortStableFunc(l.hits, func(a, b hit) int { return a.i - b.i })
	}
	l.mute()
}

// Review reads one conversation and gives what breaks the guidelines, one
// finding for each kind of evidence, in the order of the detectors. What a
// client says counts against the client only; it is read as context.
func (r *Reader) Review(c model.Conversation) []model.Finding {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	defer sc.clear()
	sc.lines = slices.Grow(sc.lines, len(c.Messages))[:len(c.Messages)]
	for i := range c.Messages {
		r.skim(&sc.lines[i], &c.Messages[i], sc)
	}
	return r.judge(c, sc.lines, sc)
}

// judge gives the findings of a conversation whose messages have been read.
func (r *Reader) judge(c model.Conversation, lines []line, sc *scratch) []model.Finding {
	v := &view{Reader: r, session: &c.Session, lines: lines, sc: sc}
	v.contact()
	v.incivility()
	v.confidentiality()
	v.solicitation()
	v.disparagement()
	v.expertise()
	v.copyright()
	v.added()
	return stamped(v.out, c)
}

// stamped notes in the marks of findings what their words are.
func stamped(list []model.Finding, c model.Conversation) []model.Finding {
	if len(list) == 0 {
		return list
	}
	texts := make(map[string]string, len(c.Messages))
	for _, m := range c.Messages {
		texts[m.ID] = m.Text
	}
	for i := range list {
		model.Said(list[i].Spans, func(id string) string { return texts[id] })
		list[i].ID = model.FindingID(list[i])
	}
	return list
}

// view is one review under way.
type view struct {
	*Reader
	session *model.Session
	lines   []line
	sc      *scratch
	out     []model.Finding

	colleague bool         // another expert is spoken of
	joint     map[int]bool // messages that say something together with the one before or after
}

// evidence is a mark with its weight and the message it stands in.
type evidence struct {
	line  int
	span  model.Span
	score float64
	what  string // for the reason, in words
}

// find notes a finding of the evidence if it is strong enough: each piece is
// taken as independent of the others, and no score passes cap.
func (v *view) find(detector, guideline string, ev []evidence, limit float64, reason func() string) *model.Finding {
	all := len(ev)
	if ev = v.left(detector, ev); len(ev) == 0 {
		return nil
	}
	slices.SortStableFunc(ev, func(a, b evidence) int {
		if a.line != b.line {
			return a.line - b.line
		}
		if a.span.Start != b.span.Start {
			return a.span.Start - b.span.Start
		}
		return b.span.End - a.span.End
	})
	best, miss := 0.0, 1.0
	f := model.Finding{ExpertID: v.session.ExpertID, Detector: detector, Guideline: guideline, SessionID: v.session.ID, Scope: "session:" + v.session.ID}
	for k, e := range ev {
		best = max(best, e.score)
		miss *= 1 - 0.5*e.score
		if n := len(f.Spans); n > 0 && f.Spans[n-1].Message == e.span.Message && e.span.Start < f.Spans[n-1].End {
			continue // inside the mark before it
		}
		f.Spans = append(f.Spans, e.span)
		if k == 0 || f.Messages[len(f.Messages)-1] != e.span.Message { // in the order of messages
			f.Messages = append(f.Messages, e.span.Message)
		}
		if f.At.IsZero() {
			f.At = v.lines[e.line].msg.At
		}
	}
	f.Score = min(limit, max(best, 1-miss))
	if f.Score < v.param(detector, "min_score") {
		return nil
	}
	if f.At.IsZero() {
		f.At = v.session.StartedAt
	}
	if f.Reason = reason(); len(ev) < all {
		f.Reason += " What the rules allow is not counted."
	}
	v.out = append(v.out, f)
	return &v.out[len(v.out)-1]
}

// times counts the kinds of evidence in words: "a phone number (2 times)".
func times(ev []evidence) string {
	var order []string
	n := map[string]int{}
	for _, e := range ev {
		if e.what == "" {
			continue
		}
		if n[e.what] == 0 {
			order = append(order, e.what)
		}
		n[e.what]++
	}
	for i, w := range order {
		if n[w] > 1 {
			order[i] = fmt.Sprintf("%s (%d times)", w, n[w])
		}
	}
	switch len(order) {
	case 0:
		return ""
	case 1:
		return order[0]
	}
	return strings.Join(order[:len(order)-1], ", ") + " and " + order[len(order)-1]
}

func onlyDigits(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, s)
}

// trunk drops the leading 1 of an eleven-digit North American number.
func trunk(d string) string {
	if len(d) == 11 && d[0] == '1' {
		return d[1:]
	}
	return d
}
