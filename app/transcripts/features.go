package transcripts

import (
	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// Features gives the hashed features of a text for the linear models: words,
// pairs of words, letters in groups of three to five within words. They are
// taken from the reading, so spelling tricks of the alphabet make no difference.
// buf is appended to.
func Features(t *fold.Text, toks []phrase.Token, buf []uint32) []uint32 {
	const prime = 16777619
	out := buf
	prev := uint32(0)
	for _, k := range toks {
		s := t.S[k.A:k.B]
		h := uint32(2166136261)
		for i := range len(s) {
			h = (h ^ uint32(s[i])) * prime
		}
		if k.Kind == phrase.Number {
			h = 0x9e3779b9 // a number is a number
		}
		w := mix(h ^ 0x77)
		out = append(out, w)
		if prev != 0 {
			out = append(out, mix(prev*31+h))
		}
		prev = h
		if k.Kind != phrase.Word || len(s) < 3 {
			continue
		}
		for n := 3; n <= 5; n++ {
			if len(s)+2 < n {
				break
			}
			for i := -1; i+n <= len(s)+1; i++ {
				h := uint32(2166136261) + uint32(n)
				for q := i; q < i+n; q++ {
					c := byte('_')
					if q >= 0 && q < len(s) {
						c = s[q]
					}
					h = (h ^ uint32(c)) * prime
				}
				out = append(out, mix(h))
			}
		}
		if len(out)-len(buf) > 1<<14 {
			break // the begin says enough
		}
	}
	return out
}

func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x7feb352d
	h ^= h >> 15
	return h
}
