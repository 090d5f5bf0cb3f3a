package contacts

import (
	"slices"
	"strings"

	"mensch/app/transcripts/phrase"
	"mvdan.cc/xurls/v2"
)

var tlds = func() map[string]bool {
	m := map[string]bool{}
	for _, t := range xurls.TLDs {
		m[t] = true
	}
	for _, t := range xurls.PseudoTLDs {
		delete(m, t)
	}
	m["example"], m["test"] = true, true
	return m
}()

// bareTLDs are the ones that a name without "www." or a path is believed with:
// those that are no word and no file's ending.
var bareTLDs = set("com net org info biz io co edu gov de uk fr es nl eu ca au ru ch at be br cz dk fi pl se us jp cn kr in nz za ie pt gr hu app dev shop online store club blog site website tv ly gg health care clinic coach life love guru")

// cleanTLDs are believed when the dot is written as a word.
var cleanTLDs = set("com net org info biz io co edu de uk fr es nl eu ca au ru ch br cz dk fi pl se tv app online")

var mailers = set("gmail googlemail yahoo ymail hotmail outlook icloud protonmail proton aol gmx web.de mail.ru yandex zoho fastmail tutanota hushmail posteo msn live.com qq 163 naver libero orange wanadoo laposte t-online freenet")

// roots are the first parts of the providers' names: "web" of web.de.
var roots = func() map[string]bool {
	m := map[string]bool{}
	for w := range mailers {
		r, _, _ := strings.Cut(w, ".")
		m[r] = true
	}
	return m
}()

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

var (
	atWords  = set("at arroba ät chez aet chiocciola malpa собака arobase arobas apenstaartje apestaartje klammeraffe snabel snabela zavinac kukac")
	dotWords = set("dot punto punkt point ponto kropka d0t точка punt piste tecka")
	barWords = map[string]string{"underscore": "_", "underline": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+"}
	notLocal = set("look me us reach write mail email mails emails contact is are was it up in out back him her them you i the a an this that here there now work working available account found find meet see be stay stop sign signed posted check visit go home line again later soon or and so one look looking arrive arrived good bad based located only even just still")
)

// emails finds mail addresses around every "at".
func (p *page) emails() {
	for i := 1; i < len(p.toks); i++ {
		spelled, ok := p.atMark(i)
		if !ok {
			continue
		}
		li, ri := i-1, i+1
		bracket := false
		if strings.IndexByte("([{<*_-", p.char(li)) >= 0 && p.char(li) != 0 && strings.IndexByte(")]}>*_-", p.char(ri)) >= 0 && p.char(ri) != 0 {
			li, ri, bracket = li-1, ri+1, true
		}
		if p.text(i) == "a" && !bracket || li < 0 || ri >= len(p.toks) || p.taken[i] {
			continue
		}
		dom, j, doted := p.domain(ri)
		if dom == "" {
			continue
		}
		loc, k := p.local(li)
		if loc == "" {
			continue
		}
		last := dom[strings.LastIndexByte(dom, '.')+1:]
		named := mailers[dom] || mailers[strings.SplitN(dom, ".", 2)[0]]
		switch {
		case !strings.Contains(dom, "."):
			if !named || notLocal[loc] && !bracket || spelled && !named {
				continue
			}
		case !tlds[last]:
			continue
		case spelled && !bracket:
			if notLocal[loc] || !named && !doted {
				continue
			}
			if !named && !cleanTLDs[last] {
				continue
			}
		}
		e := Entity{Kind: Email, I: k, J: j, Value: loc + "@" + dom, Score: 0.97}
		e.Obfuscated = spelled || bracket || doted || strings.ContainsAny(p.s[p.toks[k].A:p.toks[j-1].B], " \n")
		if !strings.Contains(dom, ".") {
			e.Score = 0.8
		} else if spelled && !bracket {
			e.Score = 0.9
		}
		p.add(e)
	}
}

// atMark says whether token i stands for "@", and whether as a word.
func (p *page) atMark(i int) (spelled, ok bool) {
	if p.char(i) == '@' {
		return false, true
	}
	if p.toks[i].Kind != phrase.Word {
		return false, false
	}
	w := p.text(i)
	if w == "a" { // "jane (a) gmail.com"
		c, d := p.char(i-1), p.char(i+1)
		return true, (c == '(' || c == '[' || c == '{') && (d == ')' || d == ']' || d == '}')
	}
	return true, atWords[w]
}

// domain reads a host name from token i on: its text, the token after it, and
// whether a dot of it is written as a word or set apart.
func (p *page) domain(i int) (name string, end int, spelled bool) {
	var b strings.Builder
	end = i
	for k := i; k < len(p.toks) && b.Len() < 80; {
		label, n := p.label(k)
		if label == "" {
			break
		}
		if head, rest, ok := strings.Cut(label, "dot"); ok && roots[head] && (tlds[rest] || rest == "codotuk" || rest == "comdotbr") { // "gmailDOTcom"
			b.WriteString(head + "." + strings.ReplaceAll(rest, "dot", "."))
			return b.String(), n, true
		}
		b.WriteString(label)
		k = n
		end = k
		m, dotted := p.dot(k)
		known := mailers[label] || roots[label]
		if m < 0 {
			// "jane@web de", "jane@web,de"
			if p.char(k) == ',' && known {
				k++
			}
			if known && k < len(p.toks) && cleanTLDs[p.text(k)] && p.text(k) != "co" && (k+1 >= len(p.toks) || !p.glued(k+1) || !isWord(p.toks[k+1])) && b.Len() == len(label) {
				b.WriteString("." + p.text(k))
				return b.String(), k + 1, true
			}
			break
		}
		if tld, after := p.tldApart(m); tld != "" { // "w e b . d e"
			b.WriteString("." + tld)
			return b.String(), after, true
		}
		// After a dot with spaces a new sentence may begin: only a known
		// ending goes on.
		if dotted || m < len(p.toks) && !p.glued(m) {
			next, _ := p.label(m)
			if !tlds[next] && !mailers[next] || !dotted && (!cleanTLDs[next] && !known || p.glued(k)) {
				// "jane at mail dot example dot com"
				if after, x := p.label(m); after == "" || !dotted {
					break
				} else if y, d := p.dot(x); y < 0 || !d {
					break
				}
			}
			spelled = true
		}
		if m >= len(p.toks) || !isWord(p.toks[m]) {
			break
		}
		b.WriteByte('.')
		k = m
	}
	name = strings.TrimSuffix(b.String(), ".")
	// A word glued behind the ending ("gmail.com.Thanks") is no part of it.
	return name, end, spelled
}

// label reads one part of a host name: words, digits and hyphens without
// spaces, or single letters with spaces between.
func (p *page) label(i int) (string, int) {
	if i >= len(p.toks) || !isWord(p.toks[i]) {
		return "", i
	}
	if s, j := p.spaced(i); s != "" {
		return s, j
	}
	j := i + 1
	for j < len(p.toks) && j-i < 40 && p.glued(j) && (isWord(p.toks[j]) || p.char(j) == '-' && !(j+2 < len(p.toks) && dotWords[p.text(j+1)] && p.char(j+2) == '-') && j+1 < len(p.toks) && p.glued(j+1) && isWord(p.toks[j+1])) {
		j++
	}
	return p.s[p.toks[i].A:p.toks[j-1].B], j
}

// tldApart reads an ending of two letters set apart: "d e".
func (p *page) tldApart(i int) (string, int) {
	if i+1 >= len(p.toks) || p.glued(i+1) || p.toks[i].Kind != phrase.Word || p.toks[i+1].Kind != phrase.Word || p.toks[i].B-p.toks[i].A != 1 || p.toks[i+1].B-p.toks[i+1].A != 1 {
		return "", i
	}
	tld := p.text(i) + p.text(i+1)
	if !cleanTLDs[tld] || i+2 < len(p.toks) && isWord(p.toks[i+2]) && p.toks[i+2].B-p.toks[i+2].A == 1 {
		return "", i
	}
	return tld, i + 2
}

// spaced joins single characters set apart by spaces: "g m a i l".
func (p *page) spaced(i int) (string, int) {
	j := i
	for j < len(p.toks) && j-i < 60 && isWord(p.toks[j]) && p.toks[j].B-p.toks[j].A == 1 && (j == i || p.toks[j].A-p.toks[j-1].B == 1) {
		j++
	}
	if j-i < 3 {
		return "", i
	}
	var b strings.Builder
	for k := i; k < j; k++ {
		b.WriteString(p.text(k))
	}
	return b.String(), j
}

// dot reads a dot at token i, as a sign, in brackets or as a word, and gives the
// token after it, -1 if there is none.
func (p *page) dot(i int) (next int, spelled bool) {
	if i >= len(p.toks) {
		return -1, false
	}
	if p.char(i) == '.' {
		if p.char(i+1) == '.' {
			return -1, false
		}
		return i + 1, false
	}
	if p.toks[i].Kind == phrase.Word && p.hints[p.toks[i].Note]&isDot != 0 {
		return i + 1, true
	}
	if c := p.char(i); (c == '(' || c == '[' || c == '{' || c == '<' || c == '_' || c == '-' || c == '*') && i+2 < len(p.toks) {
		if close := p.char(i + 2); close == ')' || close == ']' || close == '}' || close == '>' || close == c && dotWords[p.text(i+1)] {
			if p.char(i+1) == '.' || p.toks[i+1].Kind == phrase.Word && dotWords[p.text(i+1)] {
				return i + 3, true
			}
		}
	}
	return -1, false
}

// local reads the part before the "at" that ends with token i, and gives its
// text and first token.
func (p *page) local(i int) (string, int) {
	if i < 0 || p.toks[i].Kind == phrase.Line {
		return "", i
	}
	var parts []string
	k := i
	for n := 0; k >= 0 && n < 24; n++ {
		t := p.toks[k]
		if !isWord(t) && p.char(k) != '_' && p.char(k) != '+' && p.char(k) != '%' {
			break
		}
		// single letters with spaces between
		if t.B-t.A == 1 && isWord(t) && !t.Glue {
			m := k
			for m > 0 && k-m < 60 && isWord(p.toks[m-1]) && p.toks[m-1].B-p.toks[m-1].A == 1 && p.toks[m].A-p.toks[m-1].B == 1 {
				m--
			}
			if k-m >= 2 {
				for ; k > m; k-- {
					parts = append(parts, p.text(k))
				}
				t = p.toks[k]
			}
		}
		parts = append(parts, p.text(k))
		if k == 0 {
			return join(parts), k
		}
		prev := k - 1
		switch {
		case t.Glue && (isWord(p.toks[prev]) || strings.IndexByte("_+%", p.char(prev)) >= 0 && p.char(prev) != 0):
			k = prev
		case t.Glue && (p.char(prev) == '.' || p.char(prev) == '-') && prev > 0 && p.glued(prev) && isWord(p.toks[prev-1]):
			parts = append(parts, string(p.char(prev)))
			k = prev - 1
		case p.toks[prev].Kind == phrase.Word && dotWords[p.text(prev)] && prev > 0 && isWord(p.toks[prev-1]):
			parts = append(parts, ".")
			k = prev - 1
		case p.toks[prev].Kind == phrase.Word && barWords[p.text(prev)] != "" && prev > 0 && isWord(p.toks[prev-1]):
			parts = append(parts, barWords[p.text(prev)])
			k = prev - 1
		case (p.char(prev) == ')' || p.char(prev) == ']') && prev > 2 && (p.char(prev-2) == '(' || p.char(prev-2) == '[') && isWord(p.toks[prev-3]) && (p.char(prev-1) == '.' || dotWords[p.text(prev-1)]):
			parts = append(parts, ".")
			k = prev - 3
		default:
			return join(parts), k
		}
	}
	if len(parts) == 0 {
		return "", i
	}
	return join(parts), min(k+1, i)
}

func join(parts []string) string {
	slices.Reverse(parts)
	return strings.Trim(strings.Join(parts, ""), ".-+%")
}
