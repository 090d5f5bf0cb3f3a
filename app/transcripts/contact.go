package transcripts

import (
	"fmt"
	"sort"
	"strings"

	"mensch/app/transcripts/contacts"
	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

var kindWords = map[contacts.Kind]string{
	contacts.Email: "an email address", contacts.Phone: "a phone number", contacts.URL: "a web address", contacts.Handle: "a name on a messenger or network",
	contacts.Address: "a street address", contacts.Payment: "a payment account", contacts.IBAN: "a bank account", contacts.Crypto: "a crypto wallet",
}

var moveWords = map[string]string{
	"move": "to go on elsewhere", "add": "to be reached on another service", "direct": "business past the platform", "pay": "payment past the platform",
	"meet": "to meet in person", "hint": "to be found outside", "ask": "for the client's contact", "give": "to be reached directly", "accept": "to use the client's contact",
}

// contact finds contacts that the expert gives or asks for, and business moved
// off the platform. A contact that the client gives unasked is no finding.
func (v *view) contact() {
	var ev []evidence
	asked := -1
	for i := range v.lines {
		l := &v.lines[i]
		if !l.expert() {
			if asked >= 0 && i-asked <= 3 {
				for _, e := range l.ents {
					if e.Score >= 0.5 && e.Kind != contacts.URL && e.Kind != contacts.Address {
						ev = append(ev, evidence{i, l.span(e.A, e.B, string(e.Kind)), 0.5 * e.Score, "the client's " + strings.SplitN(kindWords[e.Kind], " ", 2)[1]})
					}
				}
			}
			continue
		}
		n := len(ev)
		ev = v.contactIn(i, ev)
		for _, e := range ev[n:] {
			if e.what == moveWords["ask"] {
				asked = i
			}
		}
	}
	ev = v.split(ev)
	v.find(DetectContact, "contact-exchange", ev, 0.99, func() string {
		var given, wants []evidence
		client := false
		for _, e := range ev {
			switch {
			case strings.HasPrefix(e.what, "the client's"):
				client = true
			case strings.HasPrefix(e.what, "a"):
				given = append(given, e)
			default:
				wants = append(wants, e)
			}
		}
		var parts []string
		if w := times(given); w != "" {
			parts = append(parts, "gives "+w)
		}
		if w := times(wants); w != "" {
			parts = append(parts, "offers or asks "+w)
		}
		s := "The expert " + strings.Join(parts, ", and ") + "."
		if client {
			s += " The client answers with a contact of their own."
		}
		for _, e := range ev {
			if e.span.Label == "split" {
				s += " It is spread over several messages."
				break
			}
		}
		return s
	})
}

// contactIn collects the evidence in one message of the expert's.
func (v *view) contactIn(i int, ev []evidence) []evidence {
	l := &v.lines[i]
	var by cues
	for _, h := range l.hits {
		switch h.family {
		case "resource":
			by.help = append(by.help, h)
		case "promo":
			by.promo = append(by.promo, h)
		case "contact":
			by.contact = append(by.contact, h)
			ev = append(ev, evidence{i, l.hitSpan(h, "off-platform"), h.score, moveWords[h.kind]})
		}
	}
	for _, e := range l.ents {
		score := v.weigh(l, e, by)
		if score < 0.2 {
			continue
		}
		ev = append(ev, evidence{i, l.span(e.A, e.B, string(e.Kind)), score, kindWords[e.Kind]})
	}
	for _, h := range by.promo {
		ev = append(ev, evidence{i, l.hitSpan(h, "promotion"), h.score, "their own business"})
	}
	return ev
}

// cues are the phrases of a message that say whose a contact is, in its order.
type cues struct{ help, promo, contact []hit }

// weigh says how much a contact in the expert's words is one of the expert's
// own.
func (v *view) weigh(l *line, e contacts.Entity, by cues) float64 {
	switch e.Kind {
	case contacts.Phone:
		if v.hotlines[trunk(strings.TrimPrefix(e.Value, "+"))] {
			return 0
		}
		if near(e, by.help, 30) && !near(e, by.promo, 8) && !near(e, by.contact, 6) {
			return 0.1
		}
		if tollFree(e.Value) && !near(e, by.promo, 10) {
			return 0.3 * e.Score
		}
		return e.Score
	case contacts.Email:
		if _, d, ok := strings.Cut(e.Value, "@"); ok && v.allowed(d) {
			return 0
		}
		return e.Score
	case contacts.URL:
		host, path, _ := strings.Cut(e.Value, "/")
		if e.Service != "" && path != "" && !v.allowed(host) {
			return 0.85 * e.Score
		}
		if v.allowed(host) {
			return 0
		}
		if e.Obfuscated {
			return 0.8
		}
		if near(e, by.promo, 25) || near(e, by.contact, 12) {
			return 0.85
		}
		if path == "" && v.signature(l, e) {
			return 0.7
		}
		return 0
	case contacts.Address:
		if e.Cued || near(e, by.contact, 10) {
			return e.Score
		}
		return 0
	}
	return e.Score
}

// practice are the words in the host names of people who sell their help.
var practice = []string{"therap", "counsel", "coach", "psych", "lcsw", "lmft", "lpc", "heal", "wellness", "consult", "tutor", "lawyer", "legal", "tarot", "reading", "advis", "mentor", "doctor", "clinic"}

// signature says whether a web address stands as a person's own at the end of a
// message: behind a sign-off or a name, or alone after the last sentence.
func (v *view) signature(l *line, e contacts.Entity) bool {
	left := 0
	for k := e.J; k < len(l.toks) && left <= 6; k++ {
		if l.toks[k].Kind == phrase.Word {
			left++
		}
	}
	if left > 6 || strings.HasSuffix(strings.SplitN(e.Value, "/", 2)[0], ".org") && left > 0 {
		return false
	}
	is := v.book.Class("signoff")
	for k := max(0, e.I-10); k < e.I; k++ {
		if is(l.toks[k]) || l.text.S[l.toks[k].A:l.toks[k].B] == "~" {
			return true
		}
	}
	for _, w := range practice {
		if strings.Contains(e.Value, w) && !strings.HasSuffix(e.Value, ".org") {
			return true
		}
	}
	return e.I > 0 && l.toks[e.I-1].Kind == phrase.Punct && strings.ContainsAny(l.text.S[l.toks[e.I-1].A:l.toks[e.I-1].B], ".!-(") && !strings.HasSuffix(e.Value, ".org")
}

// near says whether one of the hits, which are in the order of the text, stands
// within n tokens of the entity.
func near(e contacts.Entity, hits []hit, n int) bool {
	from := sort.Search(len(hits), func(k int) bool { return hits[k].i > e.I-n-longPhrase })
	for _, h := range hits[from:] {
		if h.i >= e.J+n {
			return false
		}
		if h.j > e.I-n {
			return true
		}
	}
	return false
}

// allowed says whether a host is the platform's own or a known source of help.
func (v *view) allowed(host string) bool {
	for h := host; h != ""; {
		if v.domains[h] {
			return true
		}
		if strings.HasSuffix(h, ".gov") || strings.HasSuffix(h, ".edu") {
			return true
		}
		_, rest, ok := strings.Cut(h, ".")
		if !ok || !strings.Contains(rest, ".") {
			return false
		}
		h = rest
	}
	return false
}

func tollFree(d string) bool {
	d = trunk(strings.TrimPrefix(d, "+"))
	if len(d) != 10 {
		return false
	}
	switch d[:3] {
	case "800", "888", "877", "866", "855", "844", "833":
		return true
	}
	return false
}

// Contacts gives every contact in a text, whoever's it is and whether or not it
// breaks a rule, as byte ranges of the text.
func (r *Reader) Contacts(text string) []Contact {
	t := fold.New(text)
	toks := r.book.Tokens(&t, nil)
	var out []Contact
	for _, e := range r.words.Find(&t, toks) {
		a, b := t.Span(e.A, e.B)
		out = append(out, Contact{Kind: string(e.Kind), Start: a, End: b, Value: e.Value, Score: e.Score, Obfuscated: e.Obfuscated, Service: e.Service})
	}
	return out
}

// Contact is a way to reach or to pay somebody, as it stands in a text.
type Contact struct {
	Kind       string  // email, phone, url, handle, address, payment, iban, crypto
	Start, End int     // bytes of the text, on rune boundaries
	Value      string  // normalised
	Score      float64 // how likely it is what Kind says, 0 to 1
	Obfuscated bool    // written so that a filter should not see it
	Service    string  // the messenger, network or payment service, if known
}

// String gives the contact for a log: its kind and place, never its value.
func (c Contact) String() string { return fmt.Sprintf("%s at %d:%d", c.Kind, c.Start, c.End) }
