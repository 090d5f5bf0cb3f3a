package transcripts

import (
	"slices"
	"strings"

	"mensch/app/model"
	"mensch/app/transcripts/contacts"
	"mensch/app/transcripts/phrase"
)

// told are the facts by which a client can be known, as clients said them to
// one expert, hashed: by fact, the sessions in which it was said.
type told struct {
	facts   map[uint64][]string
	clients map[string]*confided // by session
}

// confided is what one client said in one session.
type confided struct {
	client string
	facts  []uint64
	own    []uint64        // what the expert said there
	people map[string]bool // the names that the client gave of people
	names  map[string]bool // all that they wrote with a capital, but at a sentence's begin
}

func (t *told) forget(session string) {
	c := t.clients[session]
	if c == nil {
		return
	}
	delete(t.clients, session)
	for _, f := range c.facts {
		t.facts[f] = slices.DeleteFunc(t.facts[f], func(s string) bool { return s == session })
		if len(t.facts[f]) == 0 {
			delete(t.facts, f)
		}
	}
}

// fact is something by which a person can be known.
type fact struct {
	key  uint64
	what string
	a, b int    // bytes of the reading
	who  string // the first of two names
}

// factsOf gives the facts in a line that stand for themselves: an address of
// any kind, a number, a full name.
func (r *Reader) factsOf(l *line, visit func(fact)) {
	for _, e := range l.ents {
		what := map[contacts.Kind]string{contacts.Email: "a mail address", contacts.Phone: "a phone number", contacts.Address: "an address", contacts.IBAN: "an account number", contacts.Handle: "a name on a messenger"}[e.Kind]
		if what == "" || e.Value == "" {
			continue
		}
		v := e.Value
		if e.Kind == contacts.Phone { // with and without the country's code
			if v = onlyDigits(v); r.hotlines[trunk(v)] {
				continue
			}
			v = v[max(0, len(v)-8):]
		}
		visit(fact{hash64(string(e.Kind) + " " + v), what, e.A, e.B, ""})
	}
	for k := 0; k < len(l.toks); k++ { // long numbers, however they are grouped
		if l.toks[k].Kind != phrase.Number {
			continue
		}
		from, last, digits := k, k, ""
		for ; k < len(l.toks) && len(digits) < 20; k++ {
			if t := l.toks[k]; t.Kind == phrase.Number {
				digits += l.text.S[t.A:t.B]
				last = k
			} else if t.Kind != phrase.Punct || strings.IndexByte("-./()", l.text.S[t.A]) < 0 {
				break
			}
		}
		if len(digits) >= 7 && !r.hotlines[trunk(digits)] {
			visit(fact{hash64("phone " + digits[max(0, len(digits)-8):]), "a number", int(l.toks[from].A), int(l.toks[last].B), ""})
		}
	}
	for k := 0; k+1 < len(l.toks); k++ {
		a, b := l.toks[k], l.toks[k+1]
		if !r.named(a) || !r.named(b) || a.End || l.text.S[a.B:b.A] != " " {
			continue
		}
		first := sounds(l.text.S[a.A:a.B])
		visit(fact{hash64("name " + first + " " + sounds(l.text.S[b.A:b.B])), "a full name", int(a.A), int(b.B), first})
	}
}

// named says whether a token may be a name.
func (r *Reader) named(t phrase.Token) bool {
	return t.Kind == phrase.Word && t.Cap && t.B-t.A > 2 && !r.civil.stop(t) && !r.civil.notName(t)
}

// sounds is a name as one may misspell it: its first letter and its consonants,
// doubled ones once.
func sounds(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if i > 0 && strings.IndexByte("aeiouyh'", c) >= 0 {
			continue
		}
		switch c {
		case 'c', 'q':
			c = 'k'
		case 'z':
			c = 's'
		case 'v', 'w':
			c = 'f'
		}
		if n := len(b); n > 0 && b[n-1] == c {
			continue
		}
		b = append(b, c)
	}
	return string(b)
}

func hash64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// learnTold notes what the client of a conversation says.
func (r *Reader) learnTold(t *told, c model.Conversation, g *Reading) {
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	me := &confided{client: c.Session.ClientID, people: map[string]bool{}, names: map[string]bool{}}
	heard := map[uint64]fact{}
	for i := range c.Messages {
		l := r.again(g, &c, i, sc)
		if l.expert() {
			r.factsOf(&l, func(f fact) { me.own = append(me.own, f.key) })
			continue
		}
		r.factsOf(&l, func(f fact) { heard[f.key] = f })
		for _, h := range l.hits {
			if h.family != "who" {
				continue
			}
			if w := l.toks[h.j-1]; r.named(w) {
				me.people[sounds(l.text.S[w.A:w.B])] = true
			}
		}
		begin := true
		for _, w := range l.toks {
			if !begin && r.named(w) {
				me.names[sounds(l.text.S[w.A:w.B])] = true
			}
			begin = w.End || begin && w.Kind != phrase.Word
		}
	}
	for key, f := range heard {
		if f.who == "" || me.people[f.who] { // New York is nobody
			me.facts = append(me.facts, key)
		}
	}
	slices.Sort(me.facts)
	slices.Sort(me.own)
	me.own = slices.Compact(me.own)
	if t.facts == nil {
		t.facts, t.clients = map[uint64][]string{}, map[string]*confided{}
	}
	t.clients[c.Session.ID] = me
	for _, f := range me.facts {
		t.facts[f] = append(t.facts[f], c.Session.ID)
	}
}

// toldOn finds what another client told this expert, in what the expert writes
// to this one: an address, a number, a full name, or a first name together with
// another name that the same client gave. What this client knows is no secret,
// and one first name alone says little.
func (r *Reader) toldOn(c model.Conversation, t *told, g *Reading) []model.Finding {
	if len(t.clients) == 0 {
		return nil
	}
	sc := r.scratch.Get().(*scratch)
	defer r.scratch.Put(sc)
	v := &view{Reader: r, session: &c.Session, sc: sc}
	known := map[uint64]bool{}
	knownNames := map[string]bool{}
	var ev []evidence
	for i := range c.Messages {
		l := r.again(g, &c, i, sc)
		v.lines = append(v.lines, l)
		if !l.expert() {
			r.factsOf(&l, func(f fact) { known[f.key] = true })
			for _, w := range l.toks {
				if r.named(w) {
					knownNames[sounds(l.text.S[w.A:w.B])] = true
				}
			}
			continue
		}
		r.factsOf(&l, func(f fact) {
			if !known[f.key] && t.byAnother(f.key, c.Session.ClientID) {
				ev = append(ev, evidence{i, l.span(f.a, f.b, "confidential"), 0.85, f.what + " that another client gave"})
			}
		})
		if e, ok := v.pairOf(i, &l, t, knownNames); ok {
			ev = append(ev, e)
		}
	}
	ev = v.left(DetectConfidentiality, ev)
	v.find(DetectConfidentiality, "confidentiality", ev, 0.97, func() string {
		return "The expert writes " + times(ev) + " in another session, and this client did not."
	})
	return stamped(v.out, c)
}

// ownFact is in how many sessions an expert says what they say of themself.
const ownFact = 3

// byAnother says whether one other client than this one gave a fact. What
// several clients know is public; what the expert keeps saying is their own.
func (t *told) byAnother(key uint64, client string) bool {
	from := ""
	for _, s := range t.facts[key] {
		c := t.clients[s].client
		if c == client || from != "" && c != from {
			return false
		}
		from = c
	}
	if from == "" {
		return false
	}
	said := 0
	for _, c := range t.clients {
		if _, ok := slices.BinarySearch(c.own, key); ok {
			said++
		}
	}
	return said < ownFact
}

// pairOf finds the first name of somebody that another client spoke of, and
// another name from the same session near it.
func (v *view) pairOf(i int, l *line, t *told, known map[string]bool) (evidence, bool) {
	type name struct {
		at    phrase.Token
		sound string
	}
	var names []name
	for _, w := range l.toks {
		if v.named(w) {
			if s := sounds(l.text.S[w.A:w.B]); !known[s] {
				names = append(names, name{w, s})
			}
		}
	}
	if len(names) < 2 || len(names) > 40 {
		return evidence{}, false
	}
	for _, a := range names {
		for _, b := range names {
			if b.sound == a.sound || max(a.at.A, b.at.A)-min(a.at.B, b.at.B) >= 80 {
				continue
			}
			from := "" // whom several clients speak of is known to all
			for _, c := range t.clients {
				if !c.people[a.sound] || !c.names[b.sound] || c.client == from {
					continue
				}
				if from != "" || c.client == v.session.ClientID {
					from = ""
					break
				}
				from = c.client
			}
			if from != "" {
				return evidence{i, l.span(int(min(a.at.A, b.at.A)), int(max(a.at.B, b.at.B)), "confidential"), 0.75, "names that another client gave together"}, true
			}
		}
	}
	return evidence{}, false
}
