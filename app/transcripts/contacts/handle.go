package contacts

import (
	"strings"

	"mensch/app/transcripts/phrase"
)

// handles finds names on messengers and networks: "@jane_d" beside a network's
// name, "skype: live:jane", "my insta is jane.doe", "jane#1234".
func (p *page) handles() {
	for i := 0; i < len(p.toks); i++ {
		if p.taken[i] {
			continue
		}
		t := p.toks[i]
		switch {
		case p.char(i) == '@' && !p.glued(i) && p.spelledName(i+1) > 0:
			j := p.spelledName(i + 1)
			if k := p.find(i, j, 8, 5, p.messenger); k >= 0 {
				p.add(Entity{Kind: Handle, I: i, J: j, Value: strings.ReplaceAll(p.s[p.toks[i].A:p.toks[j-1].B], " ", ""), Score: 0.85, Cued: true, Service: p.text(k), Obfuscated: true})
			}
		case p.char(i) == '@' && !p.glued(i) && i+1 < len(p.toks) && p.glued(i+1) && (isWord(p.toks[i+1]) || p.char(i+1) == '_'):
			j := p.name(i + 1)
			if n := p.toks[j-1].B - p.toks[i].B; n < 3 || n > 40 {
				continue
			}
			e := Entity{Kind: Handle, I: i, J: j, Value: p.s[p.toks[i+1].A:p.toks[j-1].B], Score: 0.3}
			if k := p.find(i, j, 8, 5, p.messenger); k >= 0 {
				e.Score, e.Cued, e.Service = 0.9, true, p.text(k)
			} else if k := p.find(i, j, 6, 4, p.payer); k >= 0 {
				e.Kind, e.Score, e.Cued, e.Service = Payment, 0.9, true, p.text(k)
			} else if p.near(i, j, 5, 3, p.own) {
				e.Score, e.Cued = 0.6, true
			}
			p.add(e)
		case p.messenger(t) || p.payer(t):
			p.named(i)
			p.called(i, p.text(i))
		case t.Kind == phrase.Number && i+1 < len(p.toks) && p.glued(i+1) && p.toks[i+1].Kind == phrase.Word && leetServices[leet.Replace(p.s[t.A:p.toks[i+1].B])]: // "1nsta"
			p.called(i+1, leet.Replace(p.s[t.A:p.toks[i+1].B]))
		case t.Kind == phrase.Word && p.char(i+1) == '#' && p.glued(i+1) && i+2 < len(p.toks) && p.glued(i+2) && p.toks[i+2].Kind == phrase.Number && p.toks[i+2].B-p.toks[i+2].A == 4:
			if p.near(i, i+3, 8, 5, p.messenger) {
				p.add(Entity{Kind: Handle, I: i, J: i + 3, Value: p.s[t.A:p.toks[i+2].B], Score: 0.85, Cued: true, Service: "discord"})
			}
		}
	}
}

// ambiguous are the services whose names are words of their own.
var ambiguous = set("signal line zoom wise stripe crypto wallet messenger discord snap session_app session x eth btc bitcoin patreon instagram_line reddit kik ig vk fb tg")

// spelledName reads a name whose signs are written out or set apart: "jane dot
// doe nine nine", "j a n e _ d". It gives the token after it, 0 if there is none.
func (p *page) spelledName(i int) int {
	if i >= len(p.toks) || !isWord(p.toks[i]) {
		return 0
	}
	// single characters set apart
	j, n := i, 0
	for j < len(p.toks) && j-i < 60 && p.toks[j].B-p.toks[j].A == 1 && (isWord(p.toks[j]) || p.char(j) == '.' || p.char(j) == '_' || p.char(j) == '-') && (j == i || p.toks[j].A-p.toks[j-1].B <= 1) {
		if isWord(p.toks[j]) {
			n++
		}
		j++
	}
	if n >= 4 {
		return j
	}
	// signs and digits in words
	j, n = i+1, 0
	for j < len(p.toks) && j-i < 24 && p.toks[j].Kind == phrase.Word {
		w := p.text(j)
		if (dotWords[w] || barWords[w] != "") && j+1 < len(p.toks) && isWord(p.toks[j+1]) {
			n, j = n+1, j+2
			continue
		}
		if d := numberWords[w]; d != "" && !weakWords[w] {
			n, j = n+1, j+1
			continue
		}
		break
	}
	if n >= 2 || n == 1 && !p.stop(p.toks[i]) && (dotWords[p.text(i+1)] || barWords[p.text(i+1)] != "") {
		return j
	}
	return 0
}

func (p *page) find(i, j, before, after int, is func(phrase.Token) bool) int {
	for k := i - 1; k >= max(0, i-before); k-- {
		if is(p.toks[k]) {
			return k
		}
	}
	for k := j; k < min(len(p.toks), j+after); k++ {
		if is(p.toks[k]) {
			return k
		}
	}
	return -1
}

// leetServices are the services that people write with digits for letters.
var leetServices = set("insta instagram whatsapp telegram skype snapchat facebook discord")

// seekers are the words with which one is told whom to look for.
var seekers = set("find follow add look search called am i'm im as suche such busca agregame sigueme suivez")

// called reads a name that is a word and nothing else, behind or before a
// service's, where the words around it say that it is one: "find me on insta,
// janedoe", "look for janedoe on instagram", "IG: jdoe", "janedoe (instagram)".
func (p *page) called(i int, service string) {
	if p.taken[i] {
		return
	}
	seek := false
	for k := max(0, i-8); k < i; k++ {
		seek = seek || seekers[p.text(k)]
	}
	own := p.near(i, i, 4, 0, p.own)
	try := func(from, j int, cued bool) bool {
		v := p.s[p.toks[from].A:p.toks[j-1].B]
		if len(v) < 4 || len(v) > 40 || p.toks[from].Kind == phrase.Word && p.stop(p.toks[from]) {
			return false
		}
		switch odd := oddName(v); {
		case odd && (cued || seek || own), cued && p.unknown(from, j):
			return p.add(Entity{Kind: Handle, I: from, J: j, Value: v, Score: 0.7, Cued: true, Service: service})
		}
		return false
	}
	if at, from, j := p.nameAfter(i); at >= 0 {
		switch p.text(at - 1) {
		case "username", "handle", "id", "called", "name":
			own = true
		case ":":
			own = own || at >= 2 && p.text(at-2) == "live" // Skype's "live:name"
		}
		// "Skype: broken" is a topic; at a clause's begin or with "my" it is a name
		begins := i == 0 || p.toks[i-1].End || p.toks[i-1].Kind == phrase.Punct || p.toks[i-1].Kind == phrase.Line
		sure := own || begins && !ambiguous[service] || begins && p.char(i+1) == ':' && (service == "ig" || service == "kik" || service == "snap" || service == "fb" || service == "discord")
		if try(from, j, sure && (p.char(i+1) != ':' || p.toks[from].B-p.toks[from].A >= 5)) {
			return
		}
	}
	if at, from, j := p.nameBefore(i); at >= 0 && from <= at {
		if try(from, j, seek || p.char(i-1) == '(') {
			return
		}
	}
	// "find me on insta, janedoe", "add me on snap - janedoe", "on telegram I am janedoe"
	k := p.past(i)
	for ; k < min(len(p.toks), i+7); k++ {
		switch p.text(k) {
		case "called", "am", "i'm", "im":
			seek = true
			continue
		case ",", "-", "(", "i", "as", "under", "by", "–", "→", ">", "me", "my", "id", "is", "name", "and", "username", "handle":
			continue
		}
		break
	}
	if k > p.past(i) && k < len(p.toks) && isWord(p.toks[k]) && !p.taken[k] && (seek || own) {
		try(k, p.name(k), seek || p.text(k-1) == "under")
	}
}

// named reads the name behind a messenger's: "skype: jane.doe", "my telegram
// handle is jane_d", "wechat id janed88", "find me on insta as jane.doe".
func (p *page) named(i int) {
	pay := p.payer(p.toks[i])
	k, link := p.past(i), 0
	for ; k < len(p.toks) && k-i < 8; k++ {
		t := p.toks[k]
		if c := p.char(k); c != 0 {
			if c == ':' || c == '=' || c == '-' && !p.glued(k+1) || c == '>' {
				link += 2
				continue
			}
			if c == '(' || c == '"' || c == '\'' || c == '@' && p.glued(k+1) {
				continue
			}
			return
		}
		switch p.text(k) {
		case "is", "as", "under", "name":
			link += 2
			continue
		case "id", "username", "handle", "user", "nick", "account", "me", "my", "contact", "number", "no", "to", "by", "it's", "its", "live":
			link++
			continue
		}
		if p.text(k) == "at" {
			link++
			continue
		}
		if t.Kind == phrase.Line {
			return
		}
		break
	}
	if k >= len(p.toks) || p.taken[k] || !isWord(p.toks[k]) {
		return
	}
	if j := p.spelledName(k); j > 0 && (link > 0 || p.near(i, i, 4, 0, p.own)) {
		e := Entity{Kind: Handle, I: k, J: j, Value: strings.ReplaceAll(p.s[p.toks[k].A:p.toks[j-1].B], " ", ""), Score: 0.8, Cued: true, Service: p.text(i), Obfuscated: true}
		if pay {
			e.Kind = Payment
		}
		p.add(e)
		return
	}
	j := p.name(k)
	v := p.s[p.toks[k].A:p.toks[j-1].B]
	from := k
	if p.char(k-1) == '@' || p.char(k-1) == '_' {
		from--
	}
	for q := k + 1; q < j; q++ { // "wise decisions.If": a sentence begins
		if p.toks[q].Cap && !p.toks[k].Cap && p.char(q-1) == '.' {
			return
		}
	}
	odd := strings.ContainsAny(v, "0123456789_") && strings.ContainsAny(v, "abcdefghijklmnopqrstuvwxyz") || strings.Contains(strings.Trim(v, "."), ".") && j-k >= 3 && strings.IndexByte(v, '.') < len(v)-1
	if len(v) < 3 || len(v) > 40 {
		return
	}
	var score float64
	switch {
	case from < k:
		score = 0.9
	case odd && (link > 1 || link > 0 && !ambiguous[p.text(i)]):
		score = 0.88
	case odd && !ambiguous[p.text(i)] && p.near(i, i, 5, 0, p.own):
		score = 0.6
	case link >= 2 && p.toks[k].ID == 0 && !digitsOnly(v) && p.near(i, i, 4, 0, p.own) && (j >= len(p.toks) || p.toks[j].Kind != phrase.Word):
		score = 0.7 // a word that no rule knows, at the end of the clause
	case digitsOnly(v) && len(v) >= 5 && len(v) <= 12 && link > 0:
		score = 0.8
	default:
		return
	}
	e := Entity{Kind: Handle, I: from, J: j, Value: v, Score: score, Cued: true, Service: p.text(i)}
	if pay {
		e.Kind = Payment
	}
	p.add(e)
}
