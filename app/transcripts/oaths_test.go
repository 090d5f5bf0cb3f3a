package transcripts

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestVeilHidesOathsAndNothingElse(t *testing.T) {
	for _, plain := range []string{"", "My roses have yellow leaves.", "Watch the ten-day forecast, please!", "Ihre Rosen brauchen Wasser."} {
		if got := Veil(plain); got != plain {
			t.Errorf("%q became %q", plain, got)
		}
	}
	got := Veil("You fucking idiot, call me tomorrow")
	if strings.Contains(got, "fucking") || !strings.Contains(got, "call me tomorrow") || len(got) != len("You fucking idiot, call me tomorrow") {
		t.Errorf("%q", got)
	}
}

func TestVeilKeepsOffsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.SampledFrom([]string{"fuck", "ſhit", "rose", "é", "李小龙", "asshole", " ", ".", "\u200b", "\xff"})).Draw(t, "words")
		text := strings.Join(words, rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		got := Veil(text)
		if len(got) != len(text) || utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Fatalf("%q became %q", text, got)
		}
		for _, s := range Oaths(text) {
			if s[0] < 0 || s[1] > len(text) || s[0] >= s[1] {
				t.Fatalf("%q has the oath %v", text, s)
			}
		}
	})
}
