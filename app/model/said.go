package model

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// sumHalf is the length of each half of Span.Sum.
const sumHalf = 16

// Said notes in a finding's marks what their words are, given the texts of
// their messages, so that they are known again when a message is edited. A mark
// that does not lie within its text is left as it is.
func Said(spans []Span, text func(message string) string) {
	sums := map[string]string{}
	seen := map[string]int{} // of the same words marked twice each is a mark of its own
	for i := range spans {
		s := &spans[i]
		said := text(s.Message)
		if !s.Within(said) {
			continue
		}
		whole, known := sums[s.Message]
		if !known {
			whole = TextSum(said)
			sums[s.Message] = whole
		}
		words := said[s.Start:s.End]
		key := s.Message + "\x00" + words
		s.Sum = whole + sum(strconv.Itoa(seen[key])+":"+words)
		seen[key]++
	}
}

// Within reports whether a mark lies within a text: in one that was edited or
// erased since, it may not.
func (s Span) Within(text string) bool { return 0 <= s.Start && s.Start < s.End && s.End <= len(text) }

// TextSum is the digest of a message's text that marks in it carry.
func TextSum(text string) string { return sum(text) }

// MadeOn reports whether a message whose text has this TextSum is what the mark
// was made on. Marks of before sums were kept are taken at their word.
func (s Span) MadeOn(textSum string) bool {
	return len(s.Sum) != 2*sumHalf || s.Sum[:sumHalf] == textSum
}

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:sumHalf/2])
}

// words is the half of the sum that is about the marked words alone.
func (s Span) words() string {
	if len(s.Sum) != 2*sumHalf {
		return ""
	}
	return s.Sum[sumHalf:]
}

// edited reports whether the message read differently when the other mark was
// made; it does not know for marks without sums.
func (s Span) edited(o Span) bool {
	return len(s.Sum) == 2*sumHalf && len(o.Sum) == 2*sumHalf && s.Sum[:sumHalf] != o.Sum[:sumHalf]
}
