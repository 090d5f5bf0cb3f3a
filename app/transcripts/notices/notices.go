// Package notices finds copyright notices in text: the sign or the word, with a
// year or a holder. Talk about copyright is no notice.
package notices

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Notice is one copyright notice: bytes [Start, End) of the text, on rune
// boundaries, and how likely it is one, 0 to 1.
type Notice struct {
	Start, End int
	Score      float64
	Gap        int // words between the sign and what makes it a notice
}

// reach is how far behind the word a year or a holder may stand, in bytes.
const reach = 90

// Find gives the notices of a text in order. The work is linear in its length.
func Find(text string) []Notice {
	var out []Notice
	for i := 0; i < len(text); {
		n, word := mark(text[i:])
		if n == 0 || word && i > 0 && joined(text[i-1]) && !strings.HasSuffix(text[:i], "SPDX-File") {
			i++
			continue
		}
		end, score, gap := notice(text, i, i+n, word)
		if score == 0 {
			i += n
			continue
		}
		out = append(out, Notice{i, end, score, gap})
		i = end
	}
	return out
}

func joined(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// mark gives the length of a copyright sign or word at the begin of s.
func mark(s string) (n int, word bool) {
	switch c := s[0]; c {
	case '(':
		if len(s) >= 3 && (s[1] == 'c' || s[1] == 'C') && s[2] == ')' {
			if len(s) >= 11 && strings.EqualFold(s[3:11], "opyright") {
				return 11, true
			}
			return 3, false
		}
	case '\\':
		if strings.HasPrefix(s, "\\(co") {
			return 4, false
		}
	case 0xc2:
		if len(s) >= 2 && s[1] == 0xa9 {
			return 2, false
		}
	case '&':
		if strings.HasPrefix(s, "&copy;") || strings.HasPrefix(s, "&#169;") {
			return 6, false
		}
		if len(s) >= 6 && strings.EqualFold(s[:6], "&#xa9;") {
			return 6, false
		}
	case 'c', 'C':
		if len(s) >= 9 && strings.EqualFold(s[:9], "copyright") {
			n := 9
			for _, tail := range []string{"ed", "s"} {
				if len(s) >= n+len(tail) && strings.EqualFold(s[n:n+len(tail)], tail) {
					n += len(tail)
					break
				}
			}
			return n, true
		}
		if len(s) >= 5 && strings.EqualFold(s[:5], "copr.") {
			return 5, true
		}
	}
	return 0, false
}

// between are the words that may stand between the mark and what it is about.
var between = map[string]bool{
	"c": true, "by": true, "of": true, "to": true, "or": true, "copr": true, "copyright": true, "copyrighted": true, "the": true, "holders": true, "s": true, "year": true, "years": true, "is": true, "and": true, "copy": true, "in": true, "text": true, "copyrighttext": true, "p": true, "r": true,
}

// noHolder are words that begin with a capital behind "copyright" and are no
// holder's name.
var noHolder = map[string]bool{
	"law": true, "laws": true, "act": true, "license": true, "licence": true, "licenses": true, "notice": true, "notices": true, "holder": true, "holders": true, "owner": true, "owners": true, "grant": true, "statement": true, "information": true, "symbol": true, "sign": true,
	"date": true, "issue": true, "issues": true, "and": true, "or": true, "as": true, "gpl": true, "lgpl": true, "bsd": true, "mit": true, "apache": true, "assignment": true, "documentation": true, "txt": true, "infringement": true, "if": true, "in": true, "it": true, "this": true,
	"you": true, "for": true, "united": true, "patent": true, "patents": true, "trademark": true, "trademarks": true, "string": true, "fmt": true, "see": true, "section": true, "act's": true, "protection": true, "protected": true, "material": true, "claim": true, "claims": true, "the": true, "a": true, "is": true,
	"i": true, "we": true, "with": true, "curdir": true, "copyright": true, "html": true, "version": true, "disclaimer": true, "related": true, "rights": true, "all": true, "public": true, "subject": true, "not": true, "no": true, "any": true, "its": true, "name": true, "file": true,
	"office": true, "page": true, "status": true, "terms": true, "policy": true, "agent": true, "questions": true, "however": true, "but": true, "so": true, "please": true, "my": true, "your": true, "his": true, "her": true, "that": true, "when": true,
}

// notice reads what stands behind a mark at text[i:j].
func notice(text string, i, j int, word bool) (end int, score float64, gap int) {
	stop := min(len(text), j+reach)
	sign := !word && text[i] != '(' || text[i] == '\\'
	years, yearEnd, firstEnd := 0, 0, 0
	holder, holderEnd := false, 0
	words, lines, cut := 0, 0, false
	caps := allCaps(text[i:j])
	k := j
scan:
	for k < stop {
		r, n := utf8.DecodeRuneInString(text[k:])
		switch {
		case r == '\n':
			if lines++; lines > 1 {
				break scan
			}
			k += n
		case r == '<': // a tag, or an address behind a name
			if e := strings.IndexByte(text[k:stop], '>'); e > 1 && !unicode.IsDigit(rune(text[k+1])) {
				k += e + 1
				continue
			}
			k += n
		case r == ';' || r == '{' || r == '}' || r == '|' || r == '=' || r == '\\' || r == '?':
			break scan
		case unicode.IsDigit(r):
			e := k
			for e < len(text) && text[e] >= '0' && text[e] <= '9' {
				e++
			}
			if e == k {
				k += n
				continue
			}
			if year(text[k:e]) && words <= 12 && (e >= len(text) || text[e] != 'x') {
				if years++; years == 1 {
					gap = words
				}
				if years == 1 {
					firstEnd = e
				}
				yearEnd = e
			}
			k = e
		case unicode.IsLetter(r):
			e := k
			for e < len(text) {
				r, n := utf8.DecodeRuneInString(text[e:])
				if !unicode.IsLetter(r) && r != '\'' && !(unicode.IsDigit(r) && e > k) {
					break
				}
				e += n
			}
			w := text[k:e]
			low := strings.ToLower(w)
			k = e
			if low == "c" || (low == "copyright" || low == "copr") && words == 0 {
				word = word || low == "copyright"
				continue
			}
			if !holder && years == 0 && low == "see" || low == "excluded" {
				break scan
			}
			if between[low] && words == 0 {
				continue
			}
			if words == 0 && noHolder[low] && years == 0 {
				words += 100 // talk about copyright; only a year can save it
				if low != "the" {
					break scan
				}
			}
			words++
			if words <= 2 && unicode.IsUpper(firstRune(w)) && len(w) > 1 && !noHolder[low] && !caps && lines == 0 && !cut {
				holder, holderEnd = true, e
			}
		default:
			if words == 0 && (r == '.' || r == ',' || r == '-' || r == '!') {
				cut = true // a holder follows the word, not its sentence
			}
			k += n
		}
		if years > 0 && words > 6 {
			break
		}
	}
	switch {
	case years > 0 && (word || sign):
		return extent(text, max(yearEnd, holderEnd)), 0.95, gap
	case years > 0: // "(c) 2004": a year right behind it
		if firstEnd-j <= 8 {
			return extent(text, yearEnd), 0.9, gap
		}
		if words <= 6 && holder {
			return extent(text, yearEnd), 0.75, gap
		}
	case holder && (word || sign):
		return extent(text, holderEnd), 0.8, gap
	}
	return 0, 0, 0
}

// extent lets a notice run on to the end of its line, at most 120 bytes.
func extent(text string, from int) int {
	k := from
	for k < len(text) && k-from < 120 && text[k] != '\n' {
		if text[k] == '.' && k+1 < len(text) && text[k+1] == ' ' {
			break
		}
		k++
	}
	for k > from && !utf8.RuneStart(text[min(k, len(text)-1)]) && k < len(text) {
		k--
	}
	return max(from, from+len(strings.TrimRight(text[from:k], " \t\r*/#-")))
}

func year(s string) bool {
	return len(s) == 4 && (s[:2] == "19" || s[:2] == "20" || s[:2] == "18") && s <= "2099"
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func allCaps(s string) bool {
	if len(s) < 4 {
		return false
	}
	return strings.ToUpper(s) == s
}
