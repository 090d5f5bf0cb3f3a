package transcripts

import (
	"unicode"
	"unicode/utf8"

	"mensch/app/transcripts/fold"
)

// Oaths gives the words of a text that are insults or oaths by themselves, as
// byte offsets. It is for hiding them from a reader's eye, not for judging
// anybody: it reads words alone, in no context.
func Oaths(text string) [][2]int {
	var out [][2]int
	words := lexicon().words
	look := func(start, end int) {
		// The surest only, and in the form that the lexicon has.
		if w, ok := words[fold.New(text[start:end]).S]; ok && w.cuss >= 2 {
			out = append(out, [2]int{start, end})
		}
	}
	start := -1
	for i, r := range text {
		inside := unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) || r == '\u200b' || r == '\''
		switch {
		case inside && start < 0:
			start = i
		case !inside && start >= 0:
			look(start, i)
			start = -1
		}
	}
	if start >= 0 {
		look(start, len(text))
	}
	return out
}

// Veil puts a dot in place of each byte of the oaths in a text but the first
// letter of each, so that offsets into the text stay what they are.
func Veil(text string) string {
	spans := Oaths(text)
	if len(spans) == 0 {
		return text
	}
	b := []byte(text)
	for _, s := range spans {
		_, n := utf8.DecodeRuneInString(text[s[0]:s[1]])
		for i := s[0] + n; i < s[1]; i++ {
			b[i] = '.'
		}
	}
	return string(b)
}
