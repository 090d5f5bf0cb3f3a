package fold

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestReading(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Call ME at 5", "call me at 5"},
		{"full width", "ｃａｌｌ ５５５", "call 555"},
		{"zero width", "pho\u200bne\u00ad 5\u20605", "phone 55"},
		{"cyrillic look-alikes", "whаtsарр mе nоw", "whatsapp me now"},
		{"a wholly look-alike word among Latin", "my саr is red", "my car is red"},
		{"russian stays russian", "Работа у нас", "работа у нас"},
		{"greek mixed", "ρhοne", "phone"},
		{"mathematical", "𝗰𝗮𝗹𝗹 𝟱𝟱", "call 55"},
		{"squared", "🅲🅰🅻🅻", "call"},
		{"keycaps", "5️⃣5️⃣", "55"},
		{"arabic digits", "٥٥٥ ۱۲", "555 12"},
		{"devanagari digits", "९८७", "987"},
		{"accents", "fuçk Müller", "fuck muller"},
		{"dashes and quotes", "don’t — 5‑5", "don't - 5-5"},
		{"override", "call \u202e5682\u202c now", "call 2865 now"},
		{"small capitals", "ᴄᴀʟʟ", "call"},
		{"tab", "a\tb", "a b"},
	} {
		if got := New(c.in); got.S != c.want {
			t.Errorf("%s: New(%q).S = %q, want %q", c.name, c.in, got.S, c.want)
		}
	}
}

func TestSpanLeadsBack(t *testing.T) {
	t.Parallel()
	src := "ring mе: ５５５\u200b-1２ é!"
	f := New(src)
	i := strings.Index(f.S, "555-12")
	if i < 0 {
		t.Fatalf("reading %q", f.S)
	}
	a, b := f.Span(i, i+6)
	if got, want := src[a:b], "５５５\u200b-1２"; got != want {
		t.Errorf("span covers %q, want %q", got, want)
	}
	if a, b := f.Span(-3, 1000); a != 0 || b != len(src) {
		t.Errorf("a span out of range gave %d:%d", a, b)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Call", "ｃａ", "\u202eabc\u202c", "\xff\xfe", "e\u0301", "ﷺ", "5️⃣"} {
		f.Add(s, 0, 3)
	}
	f.Fuzz(func(t *testing.T, s string, i, j int) {
		x := New(s)
		if !utf8.ValidString(x.S) && utf8.ValidString(s) {
			t.Fatalf("reading of %q is invalid: %q", s, x.S)
		}
		a, b := x.Span(i, j)
		if a < 0 || b < a || b > len(s) {
			t.Fatalf("span %d:%d of %q (%d bytes)", a, b, s, len(s))
		}
		if utf8.ValidString(s) && (!boundary(s, a) || !boundary(s, b)) {
			t.Fatalf("span %d:%d of %q splits a character", a, b, s)
		}
		if y := New(x.S); len(x.S) > 0 && len(y.S) == 0 {
			t.Fatalf("the reading %q reads as nothing", x.S)
		}
	})
}

func boundary(s string, i int) bool { return i == len(s) || utf8.RuneStart(s[i]) }

func BenchmarkFoldASCII(b *testing.B) {
	s := strings.Repeat("Thank you for your question, I will look at it. ", 3)
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		New(s)
	}
}
