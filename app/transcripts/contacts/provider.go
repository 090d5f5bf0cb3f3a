package contacts

import (
	"regexp"
	"strings"

	"mensch/app/transcripts/phrase"
)

// leastGlued is the shortest word that can hold a name, "at" and a provider.
const leastGlued = 7

// gluedMail is a mail address whose signs are written as words without spaces:
// "janedoeatgmaildotcom".
var gluedMail = regexp.MustCompile(`^([a-z0-9]{0,40})at(gmail|googlemail|yahoo|ymail|hotmail|outlook|icloud|protonmail|proton|aol|gmx|web|yandex|zoho|fastmail|tutanota|posteo|libero|orange|wanadoo|live)(?:(?:dot|punkt|punto|ponto|point)([a-z]{2,4}))?$`)

// mayGlue says at little cost whether a word may be one: an "at" with a provider's
// first letters behind it.
func mayGlue(w string) bool {
	for {
		k := strings.Index(w, "at")
		if k < 0 || k+5 > len(w) {
			return false
		}
		w = w[k+2:]
		switch w[:3] {
		case "gma", "goo", "yah", "yma", "hot", "out", "icl", "pro", "aol", "gmx", "web", "yan", "zoh", "fas", "tut", "pos", "lib", "ora", "wan", "liv":
			return true
		}
	}
}

// gluedMails finds such addresses; the ending may also follow as "_dot_com".
func (p *page) gluedMails() {
	for i := range p.toks {
		t := p.toks[i]
		if p.taken[i] || t.Kind != phrase.Word || t.B-t.A < leastGlued || t.B-t.A > 80 || !mayGlue(p.text(i)) {
			continue
		}
		m := gluedMail.FindStringSubmatch(p.text(i))
		if m == nil {
			continue
		}
		from, j, host := i, i+1, m[2]
		if m[3] != "" {
			if !tlds[m[3]] {
				continue
			}
			host += "." + m[3]
		} else if k, spelled := p.dot(j); k > 0 && k < len(p.toks) && (spelled || p.glued(k)) && tlds[p.text(k)] {
			host, j = host+"."+p.text(k), k+1
		} else if m[2] == "web" || m[2] == "live" || m[2] == "orange" || m[2] == "proton" {
			continue // a word of its own
		}
		for from > 0 && p.glued(from) && (isWord(p.toks[from-1]) || p.char(from-1) == '.' || p.char(from-1) == '_') {
			from--
		}
		name := p.s[p.toks[from].A:t.A] + m[1]
		if len(name) < 3 {
			continue
		}
		p.add(Entity{Kind: Email, I: from, J: j, Value: name + "@" + host, Score: 0.9, Obfuscated: true})
	}
}

// mailWords are the providers whose names nobody uses for anything else.
var mailWords = set("gmail googlemail ymail hotmail protonmail gmx tutanota fastmail posteo yahoo icloud aol")

// providers finds names that are given with the provider alone: "my gmail is
// jane.doe", "jane_doe on yahoo", "janedoe88 (gmail)".
func (p *page) providers() {
	for i := range p.toks {
		if p.taken[i] || p.toks[i].Kind != phrase.Word || !roots[p.text(i)] {
			continue
		}
		root := p.text(i)
		sure := mailWords[root]
		at, from, j := p.nameAfter(i)
		if at < 0 {
			if at, from, j = p.nameBefore(i); at >= 0 && from <= at {
				// "attachments on gmail": a word is a name where one is announced
				sure = sure && (p.char(i-1) == '(' || p.near(from, from, 5, 0, p.own))
			}
		}
		if at < 0 || from > at {
			continue
		}
		v := p.s[p.toks[from].A:p.toks[j-1].B]
		if odd := oddName(v); !odd && !(sure && p.unknown(from, j)) || !sure && !p.near(min(from, i), max(j, i+1), 6, 3, p.own) && !odd {
			continue
		}
		p.add(Entity{Kind: Email, I: from, J: j, Value: v + "@" + root, Score: 0.75, Obfuscated: true, Cued: true})
	}
}

// oddName says whether a name is none that a word could be: with digits, an
// underscore or a dot inside.
func oddName(v string) bool {
	if len(v) < 4 || len(v) > 40 {
		return false
	}
	letters := strings.ContainsAny(v, "abcdefghijklmnopqrstuvwxyz")
	return letters && (strings.ContainsAny(v, "0123456789_") || strings.Contains(strings.Trim(v, "."), "."))
}

// unknown says whether tokens [i, j) are one word that no rule knows, of a length
// that a name has, at the end of its clause.
func (p *page) unknown(i, j int) bool {
	return j == i+1 && p.toks[i].Kind == phrase.Word && p.toks[i].ID == 0 && p.toks[i].B-p.toks[i].A >= 5 && (j >= len(p.toks) || p.toks[j].Kind != phrase.Word || p.stop(p.toks[j]) && p.text(j) != "of")
}

// nameAfter reads the name behind a service's: "gmail: jane", "my gmail is jane".
// It gives the token where it was announced, and its own tokens; -1 if there is
// none.
func (p *page) nameAfter(i int) (at, from, j int) {
	k, link := p.past(i), false
	for ; k < len(p.toks) && k-i < 6; k++ {
		switch p.text(k) {
		case ":", "=", "is", "→", ">", "live", "name", "id", "username", "handle", "ist", "es", "est", "e":
			link = true
			continue
		case "-", "(", "address", "account", "adresse", "user", "as":
			continue
		}
		break
	}
	if !link || k >= len(p.toks) || p.taken[k] || !isWord(p.toks[k]) {
		return -1, 0, 0
	}
	return k, k, p.name(k)
}

// past gives the token behind a word at token i, which may be written in two:
// "tele gram".
func (p *page) past(i int) int {
	t := p.toks[i]
	if t.Pair != 0 && !p.messenger(phrase.Token{ID: t.ID}) && p.messenger(t) {
		return i + int(t.Wide)
	}
	return i + 1
}

// nameBefore reads the name before a service's: "jane on instagram", "jane
// (gmail)".
func (p *page) nameBefore(i int) (at, from, j int) {
	k := i - 1
	if k < 1 {
		return -1, 0, 0
	}
	switch p.text(k) {
	case "on", "at", "(", "-", "en", "sur", "bei", "auf", "no":
	default:
		return -1, 0, 0
	}
	j = k
	if p.text(k) == "-" && p.glued(i) {
		return -1, 0, 0
	}
	k--
	if p.char(k) == ',' {
		j, k = k, k-1
	}
	if k < 0 || p.taken[k] || !isWord(p.toks[k]) {
		return -1, 0, 0
	}
	from = k
	for from > 0 && j-from < 12 && p.glued(from) && !p.taken[from-1] && (isWord(p.toks[from-1]) || strings.IndexByte("._-", p.char(from-1)) >= 0 && p.char(from-1) != 0) {
		from--
	}
	return k, from, j
}
