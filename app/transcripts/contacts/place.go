package contacts

import (
	"strings"

	"mensch/app/transcripts/phrase"
)

// streetTails are the endings of street names that are written in one word.
var streetTails = []string{"strasse", "straße", "str", "weg", "gasse", "platz", "allee", "ufer", "damm", "vej", "gade", "gatan", "vagen", "veien", "gata", "straat", "laan", "plein", "utca", "katu", "tie", "kuja", "stræde", "vangen", "alle"}

// addresses finds street addresses and post boxes.
func (p *page) addresses() {
	for i := 0; i < len(p.toks); i++ {
		if p.taken[i] {
			continue
		}
		t := p.toks[i]
		switch {
		case t.Kind == phrase.Number && t.B-t.A <= 6 && p.char(i-1) != '.' && p.char(i-1) != '$':
			p.houseFirst(i)
		case p.streetWord(t):
			p.streetFirst(i)
		case t.Kind == phrase.Word && t.B-t.A > 5 && i+1 < len(p.toks) && p.toks[i+1].Kind == phrase.Number && p.tail(i):
			p.toAddress(i, i+2, 0.7)
		case t.Kind == phrase.Word && t.B-t.A > 5 && p.char(i+1) == '.' && i+2 < len(p.toks) && p.toks[i+2].Kind == phrase.Number && p.toks[i+2].B-p.toks[i+2].A <= 4 && p.tail(i): // "Gartenstr. 12"
			p.toAddress(i, i+3, 0.7)
		case t.Kind == phrase.Word && t.Cap && i+2 < len(p.toks) && p.toks[i+1].Kind == phrase.Number && p.toks[i+1].B-p.toks[i+1].A <= 4 && !p.glued(i+1) && p.street(p.toks[i+2]) && !p.toks[i+2].Cap && p.toks[i+2].B-p.toks[i+2].A > 3: // "Hauptgasse 50 street"
			p.toAddress(i, i+3, 0.6)
		case t.Kind == phrase.Word:
			p.box(i)
		}
	}
}

func (p *page) tail(i int) bool {
	w := p.text(i)
	for _, e := range streetTails {
		if len(w) > len(e)+3 && strings.HasSuffix(w, e) && p.toks[i].Cap {
			return true
		}
	}
	return false
}

// houseFirst reads "12 Baker Street" and "22829 Jagerij 64 Apt. 591".
func (p *page) houseFirst(i int) {
	j := i + 1
	if j < len(p.toks) && p.toks[j].Kind == phrase.Word && p.glued(j) && p.toks[j].B-p.toks[j].A == 1 {
		j++ // 12a
	}
	if j < len(p.toks) && p.glued(j) {
		return
	}
	if j < len(p.toks) && p.toks[j].Kind == phrase.Number && p.toks[j].B-p.toks[j].A <= 5 && (j+1 >= len(p.toks) || !p.glued(j+1)) {
		j++ // a lot and a house
	}
	cued := p.placeCue(i)
	caps, words := 0, 0
	for k := j; k < min(len(p.toks), j+7); k++ {
		t := p.toks[k]
		switch {
		case t.Kind == phrase.Line || t.End && t.Kind == phrase.Punct && p.char(k) != '.':
			return
		case t.Kind == phrase.Punct:
			if c := p.char(k); c != '.' && c != '\'' && c != '-' {
				return
			}
			continue
		case p.street(t) && words > 0 && words <= 4:
			score := 0.5
			if caps > 0 {
				score = 0.75
			}
			if t.Cap {
				score += 0.05
			}
			end := k + 1
			if p.char(end) == '.' {
				end++
			}
			p.toAddress(i, end, score)
			return
		case p.streetWord(t) && words == 0 && (t.Cap || cued || p.flatAfter(k)):
			p.streetFrom(i, k)
			return
		case (p.tail(k) || t.Kind == phrase.Number && caps > 0) && t.B-t.A <= 30:
			end := k + 1
			if t.Kind != phrase.Number && end < len(p.toks) && p.toks[end].Kind == phrase.Number {
				end++
			}
			if p.unitNear(end) || cued {
				p.toAddress(i, end, 0.8)
			} else if p.tail(k) {
				p.toAddress(i, end, 0.6)
			}
			return
		case t.Kind == phrase.Number:
			if words == 0 {
				return
			}
		}
		if t.Cap {
			caps++
		}
		words++
	}
	// no street word in any language we know, but the place for an address
	if cued && caps > 0 {
		k := j
		for k < len(p.toks) && k-j < 5 && p.toks[k].Kind == phrase.Word && p.toks[k].Cap {
			k++
		}
		if k < len(p.toks) && p.char(k) == ',' {
			p.toAddress(i, k, 0.6)
		}
	}
}

// flatAfter says whether a house number with a flat or a suite follows the street
// whose word stands at token k: "rue du centre 320, apt. 169".
func (p *page) flatAfter(k int) bool {
	for q := k + 1; q < min(len(p.toks), k+6); q++ {
		if p.toks[q].Kind == phrase.Line {
			return false
		}
		if p.toks[q].Kind == phrase.Number {
			return p.unitNear(q + 1)
		}
	}
	return false
}

// placeCue says whether the words before token i announce a place: "lives at",
// "our office is at", "address:".
func (p *page) placeCue(i int) bool {
	if i == 0 {
		return false
	}
	switch p.text(i - 1) {
	case "at", "to", "on", "of", "same", ":", "off", "in", "is", "\n":
	default:
		return false
	}
	return p.near(i, i, 7, 0, p.place)
}

// unitNear says whether "Apt." or "Suite" follows within two signs, or on the next
// line, which may be a quoted one.
func (p *page) unitNear(i int) bool {
	lines := 0
	for k := i; k < min(len(p.toks), i+8); k++ {
		if p.unitMark(p.toks[k]) {
			return true
		}
		if p.toks[k].Kind == phrase.Line {
			lines++
		}
		if isWord(p.toks[k]) || lines > 1 || lines == 0 && k >= i+3 {
			return false
		}
	}
	return false
}

// streetFirst reads "rue de la Paix 12", "ul. Zamkowa 33".
func (p *page) streetFirst(i int) { p.streetFrom(i, i) }

func (p *page) streetFrom(from, i int) {
	caps := 0
	for k := i + 1; k < min(len(p.toks), i+7); k++ {
		t := p.toks[k]
		switch {
		case t.Kind == phrase.Line:
			return
		case t.Kind == phrase.Number && (caps > 0 || from < i) && t.B-t.A <= 5:
			p.toAddress(from, k+1, 0.75)
			return
		case t.Kind == phrase.Punct:
			if c := p.char(k); c != '.' && c != '\'' && c != ',' && c != '-' {
				return
			}
		case t.Kind == phrase.Word && !t.Cap && !particles[p.text(k)] && from == i && !p.placeCue(i):
			return
		case t.Cap:
			caps++
			if from < i && caps > 0 && (k+1 >= len(p.toks) || p.toks[k+1].Kind != phrase.Word && p.toks[k+1].Kind != phrase.Number) {
				p.toAddress(from, k+1, 0.75)
				return
			}
		}
	}
}

// particles stand inside street names.
var particles = set("de la le les du des del della dello di da do dos das el los las of the van von der den det y e i a al aux au en sur st san santa")

// box reads post boxes and military post: "P.O. Box 242", "PSC 4574, Box 8393".
func (p *page) box(i int) {
	switch p.text(i) {
	case "fpo", "apo", "dpo":
		if i+2 < len(p.toks) && (p.text(i+1) == "aa" || p.text(i+1) == "ae" || p.text(i+1) == "ap") && p.toks[i+2].Kind == phrase.Number && p.toks[i+2].B-p.toks[i+2].A == 5 {
			from := i
			if i >= 3 && p.toks[i-1].Kind == phrase.Line && p.text(i-3) == "usns" {
				from = i - 3
			}
			p.toAddress(from, i+3, 0.8)
		}
	case "box", "postfach", "apartado", "bp":
		if i+1 >= len(p.toks) || p.toks[i+1].Kind != phrase.Number || p.toks[i+1].B-p.toks[i+1].A > 6 {
			return
		}
		from := i
		for k := i - 1; k >= max(0, i-5); k-- {
			switch p.text(k) {
			case "p", "o", "po", "post", "office", ".", ",":
				if p.text(k) != "," && p.text(k) != "." {
					from = k
				}
				continue
			case "psc", "unit", "cmr":
				from = k
			}
			if p.toks[k].Kind == phrase.Number {
				continue
			}
			break
		}
		if from < i || p.text(i) == "postfach" {
			p.toAddress(from, i+2, 0.7)
		}
	}
}

// toAddress notes an address over tokens [i, j), with the flat, the town, the
// state and the post code that follow on the same or the next lines.
func (p *page) toAddress(i, j int, score float64) {
	k, parts := j, 0
	for k < len(p.toks) && k-j < 24 && parts < 6 {
		n := k
		for n < len(p.toks) && (p.char(n) == ',' || p.char(n) == '.' || p.toks[n].Kind == phrase.Line) && n-k < 3 {
			n++
		}
		if n >= len(p.toks) {
			break
		}
		// quoted and listed lines begin with a sign of their own
		for n > k && n < len(p.toks) && (p.char(n) == '>' || p.char(n) == '?') && n-k < 8 {
			n++
		}
		if n >= len(p.toks) {
			break
		}
		t := p.toks[n]
		switch {
		case p.unitMark(t):
			m := n + 1
			if p.char(m) == '.' || p.char(m) == '#' {
				m++
			}
			if m < len(p.toks) && isWord(p.toks[m]) {
				j, k = m+1, m+1
				parts++
				continue
			}
		case n > k && t.Kind == phrase.Word && t.Cap && parts < 4: // a town after a comma or a line break
			m := n
			for m < len(p.toks) && p.toks[m].Kind == phrase.Word && p.toks[m].Cap && m-n < 4 {
				m++
			}
			if m < len(p.toks) && p.toks[m].Kind == phrase.Number && p.toks[m].B-p.toks[m].A >= 4 && p.toks[m].B-p.toks[m].A <= 6 {
				j, k = m+1, m+1
				parts = 6
				continue
			}
			k = m
			parts++
			continue
		case t.Kind == phrase.Number && t.B-t.A >= 4 && t.B-t.A <= 6 && n-j <= 8:
			j, k = n+1, n+1
			parts = 6
			continue
		}
		break
	}
	for q := i; q < j; q++ {
		if p.taken[q] {
			j = q
			break
		}
	}
	own := p.near(i, j, 6, 2, p.own)
	p.add(Entity{Kind: Address, I: i, J: j, Value: strings.Join(strings.Fields(p.s[p.toks[i].A:p.toks[max(i, j-1)].B]), " "), Score: score, Cued: own})
}
