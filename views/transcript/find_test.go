package transcript

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

func TestFindingSeesThroughDisguise(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, words string
		want        []string
	}{
		{"Call me, call ME", "call me", []string{"Call me", "call ME"}},
		{"g\u200barden.guru at night", "garden.guru", []string{"g\u200barden.guru"}},
		{"ｃａｌｌ ｍｅ", "call me", []string{"ｃａｌｌ ｍｅ"}},
		{"cаll me", "call", []string{"cаll"}}, // a Cyrillic а
		{"the number is ５５５", "555", []string{"５５５"}},
		{"nothing here", "call", nil},
		{"\u202e\u202c\u200b", "x", nil},
		{"é\u0301\u200b", "\u200b", []string{"\u200b"}},
	} {
		hits, err := search(context.Background(), []model.Message{{Text: c.text}}, c.words)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range hits {
			got = append(got, c.text[h.start:h.end])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q", c.words, c.text, got)
		}
	}
	long := []model.Message{{Text: strings.Repeat("a\u200b", 200_000)}}
	begin := time.Now()
	if hits, err := search(context.Background(), long, "aa"); err != nil || len(hits) != mostHits {
		t.Errorf("%d hits, %v", len(hits), err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
