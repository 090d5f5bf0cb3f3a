package phrase

import (
	"slices"
	"strings"
	"testing"

	"mensch/app/transcripts/fold"
)

const sample = `
= neg not don't
= animal cat dog guinea_pig
pet.feed 0.5 | feed|give ~3 @animal
pet.no 0.5 -neg | buy ~2 @animal
pet.ask 0.5 +q | have ~1 @animal
pet.name 0.5 | called <cap>
pet.count 0.5 | # @animal
pet.start 0.5 | ^ woof $
pet.far 0.5 | hungry ~~3 @animal
`

func TestFind(t *testing.T) {
	t.Parallel()
	b, err := Parse(sample)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Feed the old cat now", []string{"pet.feed:Feed the old cat"}},
		{"give it to a very big old dog", nil},
		{"feed me. Cat!", nil},
		{"feed the guinea-pig", []string{"pet.feed:feed the guinea-pig"}},
		{"don't buy a dog", nil},
		{"I do not care. Buy a dog", []string{"pet.no:Buy a dog"}},
		{"do you have a cat?", []string{"pet.ask:have a cat"}},
		{"I have a cat.", nil},
		{"it is called Rex", []string{"pet.name:called Rex"}},
		{"it is called off", nil},
		{"2 cat", []string{"pet.count:2 cat"}},
		{"well. woof!", []string{"pet.start:woof"}},
		{"a woof", nil},
		{"I am hungry. The cat too", []string{"pet.far:hungry. The cat"}},
		{"ｆｅｅｄ the сat", []string{"pet.feed:ｆｅｅｄ the сat"}},
	} {
		f := fold.New(c.text)
		toks := b.Tokens(&f, nil)
		var got []string
		b.NewMatcher().Find(toks, func(m Match) {
			x, _ := f.Span(int(toks[m.I].A), int(toks[m.I].B))
			_, y := f.Span(int(toks[m.J-1].A), int(toks[m.J-1].B))
			got = append(got, m.Rule.Name+":"+c.text[x:y])
		})
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"a 0.5", "a x | b", "a 2 | b", "a 0.5 -what | b", "a 0.5 | ~99 b", "a 0.5 | @none", "a 0.5 | # *", "= lonely", "a 0.5 | one_two_three"} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzFind(f *testing.F) {
	b, err := Parse(sample)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("feed the cat. guinea-pig")
	f.Add("2 \xff cat\n\nhungry?!")
	f.Fuzz(func(t *testing.T, s string) {
		x := fold.New(s)
		toks := b.Tokens(&x, nil)
		last := int32(0)
		for _, k := range toks {
			if k.A < last || k.B <= k.A || int(k.B) > len(x.S) {
				t.Fatalf("token %+v of %q", k, x.S)
			}
			last = k.B
		}
		b.NewMatcher().Find(toks, func(m Match) {
			if m.I < 0 || m.J <= m.I || m.J > len(toks) {
				t.Fatalf("match %+v of %d tokens", m, len(toks))
			}
		})
	})
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Fuzz(func(_ *testing.T, s string) {
		if !strings.Contains(s, "\x00") {
			_, _ = Parse(s)
		}
	})
}
