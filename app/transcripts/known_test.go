package transcripts

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/transcripts/fold"
	"mensch/app/transcripts/phrase"
)

// TestNothingHidesUnseen holds what is known of words beforehand against reading
// each of them: no word in disguise is passed over because it looks harmless.
func TestNothingHidesUnseen(t *testing.T) {
	t.Parallel()
	r, err := New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	hard := r.lexicon
	words := []string{"the", "don't", "jane", "f'uck", "scumfuks", "fuuuck", "btch", "cooool", "müll", "a", "k", "f", "u", "c", "shiit", "idiots", "retarder", "mothershitter"}
	for w := range hard.hard {
		words = append(words, w, w+"er")
	}
	slices.Sort(words)
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "words") {
			w := rapid.SampledFrom(words).Draw(t, "word")
			switch rapid.IntRange(0, 5).Draw(t, "how") {
			case 0:
				w = strings.NewReplacer("a", "@", "i", "1", "s", "$", "o", "0").Replace(w)
			case 1:
				w = w[:1] + strings.Repeat("*", max(0, len(w)-2)) + w[len(w)-1:]
			case 2:
				w = strings.Join(strings.Split(w, ""), rapid.SampledFrom([]string{" ", ".", "-"}).Draw(t, "between"))
			}
			b.WriteString(w + rapid.SampledFrom([]string{" ", ". ", "! ", ", ", "? ", "... ", "!! ", ") ", "*", "…", "\n", ":", "'"}).Draw(t, "behind"))
		}
		l := line{text: fold.New(b.String())}
		l.toks = r.book.Tokens(&l.text, nil)
		for k, tok := range l.toks {
			if tok.Kind == phrase.Line {
				continue
			}
			n, word := r.hidden(&l, k, nil)
			if n > 0 && !r.mayHide(&l, k, &r.notes[tok.Note]) {
				t.Fatalf("%q hides %q from token %d on, and is passed over", l.text.S, word, k)
			}
			s := l.text.S[tok.A:tok.B]
			w, lexical := hard.words[s]
			if known := r.notes[tok.Note]; known.lexical != lexical || known.weight != w {
				t.Fatalf("%q weighs %+v, the lexicon says %+v", s, known.weight, w)
			}
			if plain := hard.plain(s); tok.Kind == phrase.Word && !lexical && plain != "" {
				got := r.notes[tok.Note].plain
				if tok.Note == 0 && ofLetters(s) {
					got = r.book.Note(plain)
				}
				if got == 0 || r.book.Noted(got) != plain {
					t.Fatalf("%q is %q, read as %q", s, plain, r.book.Noted(got))
				}
			}
		}
	})
}
