package contacts

import (
	"strings"

	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// End is a row of digits at the begin or the end of a text: bytes [A, B) of its
// reading and its first token.
type End struct {
	Digits string
	A, B   int
	I      int
}

const (
	leadWords = 3  // "and then last": what may stand before the digits of a message that goes on
	mostPiece = 9  // digits of a piece
	endTokens = 60 // of a long text, that are its end
)

// leads are the words with which somebody goes on to dictate.
var leads = set("then and next last bit end now rest final finally second third part followed by is it's the ok okay so plus und dann als nachstes y luego despues et puis e depois ate ultimos")

// Ends gives the digits with which a text ends and those with which it begins,
// after a few words; whole says that they are the same and that nothing else is
// there. Amounts, measures and times are no such digits.
func (w *Words) Ends(t *fold.Text, toks []phrase.Token) (head, tail End, whole bool) {
	if len(toks) > 2*endTokens {
		head, _, _ = w.ends(t, toks[:endTokens])
		_, tail, _ = w.ends(t, toks[len(toks)-endTokens:])
		tail.I += len(toks) - endTokens
		return head, tail, false
	}
	return w.ends(t, toks)
}

func (w *Words) ends(t *fold.Text, toks []phrase.Token) (head, tail End, whole bool) {
	p := w.open(t, toks)
	defer p.close()
	words, runs := 0, 0
	for i := 0; i < len(toks); {
		u, ok := p.unitAt(i)
		if !ok || u.weak {
			if toks[i].Kind == phrase.Word {
				if words++; !leads[p.text(i)] {
					words += leadWords + 1
				}
				tail = End{}
			}
			i++
			continue
		}
		digits, last, j, odd := u.digits, u.digits, u.j, false
		for {
			sep, k := p.separator(j)
			if k < 0 || k >= len(toks) || strings.ContainsAny(sep, "\n=<>") {
				break
			}
			v, ok := p.unitAt(k)
			if !ok {
				break
			}
			if c := strings.Trim(sep, " "); (c == "," || c == ".") && (len(v.digits) > 1 || len(last) > 1) {
				odd = true // a list, a sum of money, a version
			}
			digits += v.digits
			j, last = v.j, v.digits
		}
		runs++
		switch c := p.char(j); {
		case odd, p.money(i), p.glued(i) && p.char(i-1) != '(' && p.char(i-1) != '-' && p.char(i-1) != 0, j < len(toks) && p.unitWord(toks[j]), c == '%' || c == '$' || p.glued(j) && (c == ':' || c == '/' || c == '\''), len(digits) > mostPiece, p.nearBefore(i, 3, p.notPhone) && !p.firstPart(i):
			tail = End{}
		default:
			e := End{digits, int(toks[i].A), int(toks[j-1].B), i}
			if runs == 1 && words <= leadWords {
				head = e
			}
			tail = e
		}
		i = max(j, i+1)
	}
	return head, tail, runs == 1 && head.Digits != "" && head == tail
}

// firstPart says whether "first part" or the like stands before token i.
func (p *page) firstPart(i int) bool {
	for k := i - 1; k >= max(1, i-3); k-- {
		if p.text(k) == "part" {
			switch p.text(k - 1) {
			case "first", "second", "next", "last", "other", "one":
				return true
			}
		}
	}
	return false
}

// Hints says what a text has that a contact in pieces is made of: digits, in
// figures, in words or in letters set apart; and signs, an at, a dot in words or a
// provider.
func (w *Words) Hints(s string, toks []phrase.Token) (digits, signs bool) {
	apart := 0
	for _, t := range toks {
		switch {
		case t.Kind == phrase.Number:
			digits = true
		case t.Kind == phrase.Punct:
			signs = signs || s[t.A] == '@'
		case t.Kind != phrase.Word:
		case t.B-t.A == 1:
			if apart++; apart >= 3 {
				digits = true
			}
		case t.B-t.A <= 10:
			h := w.hints[t.Note]
			digits = digits || h&mayCount != 0
			signs = signs || h&maySign != 0
		}
	}
	return digits, signs
}

// Announced says whether words announce a phone number.
func (w *Words) Announced(toks []phrase.Token) bool {
	for k := len(toks) - 1; k >= max(0, len(toks)-10); k-- {
		if w.strongCue(toks[k]) || w.phoneCue(toks[k]) && k+4 >= len(toks) {
			return true
		}
	}
	return false
}

// Cue says whether a word goes with a phone number.
func (w *Words) Cue(t phrase.Token) bool { return w.phoneCue(t) || w.strongCue(t) }

// Counting says whether digits count up or down.
func Counting(digits string) bool { return counting(digits) }
