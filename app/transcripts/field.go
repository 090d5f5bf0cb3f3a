package transcripts

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"mensch/app/model"
	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// The share of an expert's own words in what is expected of them, and where two
// in a hundred conversations within the field lie, found on topics that the
// background was not trained on.
const (
	ownShare  = 0.1
	fieldEdge = 0.018
	fieldSpan = 0.3
)

// FieldSize is how many counters the background of words has.
const FieldSize = 1 << 15

// Field is what an expert's talk is about, learnt from their own texts: how
// often each word stands in it. The zero Field knows nothing. It is not safe for
// use by several goroutines.
type Field struct {
	counts map[uint32]float64
	total  float64
	texts  int

	sessions map[string][]uint32 // the words that each conversation gave
	order    []string            // the conversations, as they were learnt
}

// MaxFieldSessions is how many conversations a field keeps: of an expert's many,
// those learnt last.
const MaxFieldSessions = 200

// fieldWords gives the hashed words of a text that can say what it is about.
func (r *Reader) fieldWords(text string, visit func(uint32, phrase.Token)) {
	t := fold.New(text)
	for _, k := range r.book.Tokens(&t, nil) {
		if k.Kind != phrase.Word || k.B-k.A < 3 || r.civil.stop(k) {
			continue
		}
		w := t.S[k.A:k.B]
		w = strings.TrimSuffix(w, "'s")
		if len(w) > 4 && w[len(w)-1] == 's' && w[len(w)-2] != 's' {
			w = w[:len(w)-1] // plants, plant
		}
		visit(mix(hash(2166136261, w))%FieldSize, k)
	}
}

// FieldWords counts the words of a text into counts, of length FieldSize; it is
// what the background is trained with.
func (r *Reader) FieldWords(text string, counts []float64) {
	r.fieldWords(text, func(h uint32, _ phrase.Token) { counts[h]++ })
}

// Learn adds a text of the expert's to the field.
func (r *Reader) Learn(f *Field, text string) { f.add(r.distinct(text), 1) }

// distinct gives the words of texts, each once: a word said ten times in a
// conversation is one sign.
func (r *Reader) distinct(texts ...string) []uint32 {
	var out []uint32
	seen := map[uint32]bool{}
	for _, t := range texts {
		r.fieldWords(t, func(h uint32, _ phrase.Token) {
			if !seen[h] {
				seen[h] = true
				out = append(out, h)
			}
		})
	}
	return out
}

func (f *Field) add(words []uint32, n float64) {
	if f.counts == nil {
		f.counts = map[uint32]float64{}
	}
	for _, h := range words {
		if f.counts[h] += n; f.counts[h] <= 0 {
			delete(f.counts, h)
		}
	}
	f.total += n * float64(len(words))
	f.texts += int(n)
}

// LearnConversation adds a conversation of the expert's to the field, as it
// stands now, instead of what the field knew of it before. Of more than
// MaxFieldSessions the one learnt first is forgotten.
func (r *Reader) LearnConversation(f *Field, c model.Conversation) {
	f.Forget(c.Session.ID)
	texts := make([]string, len(c.Messages))
	for i := range c.Messages {
		texts[i] = c.Messages[i].Text
	}
	words := r.distinct(texts...)
	if f.sessions == nil {
		f.sessions = map[string][]uint32{}
	}
	f.sessions[c.Session.ID] = words
	f.order = append(f.order, c.Session.ID)
	f.add(words, 1)
	if len(f.order) > MaxFieldSessions {
		f.Forget(f.order[0])
	}
}

// Forget takes a conversation out of the field.
func (f *Field) Forget(session string) {
	words, ok := f.sessions[session]
	if !ok {
		return
	}
	f.add(words, -1)
	delete(f.sessions, session)
	f.order = slices.DeleteFunc(f.order, func(s string) bool { return s == session })
}

// Distance says how far texts are from a field: 0 and below inside it, 1 and more
// outside. It is the mean surprise of their words by the expert's own
// history, against how surprising the words are to anybody. ok is false where
// history or texts are too short to say.
func (r *Reader) Distance(f *Field, texts []string) (d float64, ok bool) {
	bg := r.models.background
	if bg == nil || f.texts < 5 || f.total < 200 {
		return 0, false
	}
	gain, weight, n := 0.0, 0.0, 0
	seen := map[uint32]bool{}
	for _, text := range texts {
		r.fieldWords(text, func(h uint32, _ phrase.Token) {
			if seen[h] {
				return
			}
			seen[h] = true
			n++
			p := bg.prob(h)
			w := min(-math.Log(p)-5, 6) // rare words say what a talk is about
			if w <= 0 {
				return
			}
			q := ownShare*f.counts[h]/f.total + (1-ownShare)*p
			gain += w * math.Log(q/p)
			weight += w
		})
	}
	if n < 25 {
		return 0, false
	}
	return 1 - (gain/weight+fieldEdge)/fieldSpan, true
}

// OutsideField reviews a conversation against the expert's own history, and
// gives an advisory finding where its words are far from it. There must be
// history enough to judge by (five texts and 200 words at least), and the
// conversation is not part of it: the field forgets it. An expert who told the
// client that it is not their field did right.
func (r *Reader) OutsideField(c model.Conversation, f *Field) []model.Finding {
	f.Forget(c.Session.ID)
	var texts []string
	for _, m := range c.Messages {
		texts = append(texts, m.Text)
	}
	d, ok := r.Distance(f, texts)
	limit := r.param(DetectExpertise, "distance")
	if !ok || d < limit || r.limited(c) {
		return nil
	}
	// the words that are least the expert's
	type odd struct {
		span model.Span
		w    float64
	}
	var odds []odd
	for i := range c.Messages {
		m := &c.Messages[i]
		t := fold.New(m.Text)
		r.fieldWords(m.Text, func(h uint32, k phrase.Token) {
			if f.counts[h] == 0 && m.From == model.FromExpert {
				a, b := t.Span(int(k.A), int(k.B))
				odds = append(odds, odd{model.Span{Message: m.ID, Start: a, End: b, Label: "another field"}, -math.Log(r.models.background.prob(h))})
			}
		})
	}
	if len(odds) == 0 {
		return nil
	}
	slices.SortStableFunc(odds, func(a, b odd) int {
		switch {
		case a.w > b.w:
			return -1
		case a.w < b.w:
			return 1
		}
		return 0
	})
	odds = odds[:min(len(odds), 8)]
	fd := model.Finding{
		ExpertID: c.Session.ExpertID, Detector: DetectExpertise, Guideline: "expertise", SessionID: c.Session.ID, Scope: "session:" + c.Session.ID, Advisory: true,
		Score: min(0.9, 0.5+(d-limit)/2), At: c.Session.StartedAt,
		Reason: fmt.Sprintf("The conversation's words are far from what the expert has talked about in %d earlier texts; see whether they told the client that it is not their field.", f.texts),
	}
	for _, o := range odds {
		fd.Spans = append(fd.Spans, o.span)
		if !slices.Contains(fd.Messages, o.span.Message) {
			fd.Messages = append(fd.Messages, o.span.Message)
		}
	}
	return stamped([]model.Finding{fd}, c)
}

// limited says whether the expert told the client where their field ends.
func (r *Reader) limited(c model.Conversation) bool {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	for i := range c.Messages {
		if c.Messages[i].From != model.FromExpert {
			continue
		}
		l := r.read(&c.Messages[i], sc)
		for _, h := range l.hits {
			if h.family == "expertise" && h.kind == "limit" {
				return true
			}
		}
	}
	return false
}

// background is how often words stand in talk about anything.
type background struct{ logs []float64 }

func (b *background) prob(h uint32) float64 { return b.logs[h%FieldSize] }

// EncodeBackground packs word counts, of length FieldSize, a byte each: the
// logarithm of the frequency in steps of a sixteenth.
func EncodeBackground(counts []float64) []byte {
	total := 0.0
	for _, c := range counts {
		total += c + 0.5
	}
	out := append([]byte(nil), backgroundMagic...)
	for _, c := range counts {
		out = append(out, byte(min(255, math.Round(-math.Log((c+0.5)/total)*16))))
	}
	return out
}

const backgroundMagic = "MNBG1\n"

func decodeBackground(b []byte) (*background, error) {
	if len(b) != len(backgroundMagic)+FieldSize || string(b[:len(backgroundMagic)]) != backgroundMagic {
		return nil, fmt.Errorf("is no word background of this format")
	}
	bg := &background{logs: make([]float64, FieldSize)}
	for i, v := range b[len(backgroundMagic):] {
		bg.logs[i] = math.Exp(-float64(v) / 16)
	}
	return bg, nil
}
