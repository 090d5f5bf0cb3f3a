package show

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSafeNamesWhatHides(t *testing.T) {
	for give, want := range map[string]string{
		"call me":                     "call me",
		"txt\u202egnp.exe":            "txt‹RLO›gnp.exe",
		"a\u200bb\ufeffc":             "a‹ZWSP›b‹BOM›c",
		"bell\x07 and \x1b[31m":       "bell‹U+0007› and ‹U+001B›[31m",
		"tab\tand\r\nline":            "tab and\nline",
		"bad\xffbyte":                 "bad‹byte FF›byte",
		"👩\u200d👩\u200d👧 family":      "👩\u200d👩\u200d👧 family",
		"می\u200cخواهم":               "می\u200cخواهم",
		"pass\u200dword":              "pass‹ZWJ›word",
		"<b>bold</b> https://evil.io": "<b>bold</b> https://evil.io",
	} {
		if got := Safe(give); got != want {
			t.Errorf("Safe(%q) = %q, want %q", give, got, want)
		}
	}
	if got := Safe("z" + strings.Repeat("\u0301", 40)); got != "z"+strings.Repeat("\u0301", 4)+"‹+36 marks›" {
		t.Errorf("a heap of marks became %q", got)
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("txt\u202egnp.exe")
	f.Add("bad\xff\u0301\u0301\u0301\u0301\u0301\u0301x")
	f.Add("👩\u200d👩\n\r\t")
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, p := range Pieces(text) {
			if p.Start != at && strings.Trim(text[at:p.Start], "\r") != "" {
				t.Fatalf("%q: a gap from %d to %d", text, at, p.Start)
			}
			if p.End <= p.Start && p.Text != "" {
				t.Fatalf("%q: an empty piece at %d", text, p.Start)
			}
			if !utf8.ValidString(p.Text) {
				t.Fatalf("%q: shows invalid text %q", text, p.Text)
			}
			if strings.ContainsAny(p.Text, "\u202e\u202d\u200b\u2066\x07\x1b") {
				t.Fatalf("%q: still hides something in %q", text, p.Text)
			}
			at = p.End
		}
		if strings.Trim(text[at:], "\r") != "" {
			t.Fatalf("%q: ends at %d", text, at)
		}
	})
}
