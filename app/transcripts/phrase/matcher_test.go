package phrase

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/transcripts/fold"
)

// TestEveryRuleIsTried holds the matches against those of trying every rule
// everywhere, whatever the text lacks.
func TestEveryRuleIsTried(t *testing.T) {
	t.Parallel()
	rules := sample
	for i := range 150 { // more rules than a word has bits
		a, b, c := string(rune('a'+i%7)), string(rune('d'+i%11)), string(rune('a'+i%13))
		rules += "many.one 0.5 | " + a + "|" + c + " ~2 " + b + "? ~1 " + c + "|" + a + "_" + b + "\n"
	}
	book, err := Parse(rules, "other", "words")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields("feed give the old cat dog guinea pig guinea-pig not don't buy have called Rex 2 woof hungry . ? ! , - other a b c d e f g h i j k l m n")
	m := book.NewMatcher()
	order := func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.I, b.I), cmp.Compare(a.J, b.J), cmp.Compare(slices.Index(book.Rules, a.Rule), slices.Index(book.Rules, b.Rule)))
	}
	rapid.Check(t, func(t *rapid.T) {
		text := fold.New(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 30).Draw(t, "words"), " "))
		toks := book.Tokens(&text, nil)
		var got, want []Match
		m.Find(toks, func(x Match) { got = append(got, x) })
		for _, r := range book.Rules {
			book.scan(r, toks, func(x Match) { want = append(want, x) })
		}
		slices.SortFunc(got, order)
		slices.SortFunc(want, order)
		if !slices.Equal(got, want) {
			t.Fatalf("%q: found %v, all rules tried give %v", text.S, got, want)
		}
	})
}

// TestDictionary holds the table against a map.
func TestDictionary(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[a-c']{0,20}|[aä€]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.SliceOfNDistinct(word, 0, 200, rapid.ID).Draw(t, "known")
		d := newDictionary(append([]string{""}, known...))
		want := map[string]uint32{}
		for i, w := range known {
			if w != "" {
				want[w] = uint32(i + 1)
			}
		}
		text := strings.Join(append(rapid.SliceOfN(word, 1, 20).Draw(t, "unknown"), known...), "")
		for range 50 {
			a := rapid.IntRange(0, len(text)).Draw(t, "a")
			b := min(len(text), a+rapid.IntRange(0, 24).Draw(t, "n"))
			if got := d.number(text, a, b); got != want[text[a:b]] {
				t.Fatalf("%q in %q has number %d, want %d", text[a:b], text, got, want[text[a:b]])
			}
		}
		for w, n := range want {
			if got := d.number(w, 0, len(w)); got != n {
				t.Fatalf("%q has number %d, want %d", w, got, n)
			}
		}
	})
}
