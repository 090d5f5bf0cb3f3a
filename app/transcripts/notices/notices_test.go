package notices

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestFind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
	}{
		{"© 2019 Jane Roe. All rights reserved.", "© 2019 Jane Roe"},
		{"Text here. Copyright (c) 2004-2007 Example Ltd", "Copyright (c) 2004-2007 Example Ltd"},
		{"Copyright Example Press", "Copyright Example Press"},
		{"copyrighted by the Regents of Somewhere", "copyrighted by the Regents of Somewhere"},
		{"I think the copyright law of 1976 is hard", ""},
		{"who holds the copyright?", ""},
		{"options (a), (b) and (c) are fine", ""},
		{"You must keep the copyright notice", ""},
		{"Copyright: GPL", ""},
		{"#define TAG_COPYRIGHT 0x8298", ""},
	} {
		got := Find(c.text)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("Find(%q) = %q, want none", c.text, c.text[got[0].Start:got[0].End])
		case c.want != "" && (len(got) != 1 || c.text[got[0].Start:got[0].End] != c.want):
			t.Errorf("Find(%q) = %v, want %q", c.text, got, c.want)
		}
	}
}

func TestLinear(t *testing.T) {
	t.Parallel()
	s := strings.Repeat("copyright (c) ", 1<<20/14)
	begin := time.Now()
	Find(s)
	if d := time.Since(begin); d > 5*time.Second {
		t.Errorf("1 MB took %v", d)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"© 2019 X", "(c)", "Copyright\n\n1999", "copr. é 2001", "&copy; <s>É"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, n := range Find(s) {
			if n.Start < last || n.End <= n.Start || n.End > len(s) {
				t.Fatalf("span %d:%d of %q", n.Start, n.End, s)
			}
			if utf8.ValidString(s) && (!utf8.RuneStart(s[n.Start]) || n.End < len(s) && !utf8.RuneStart(s[n.End])) {
				t.Fatalf("span %d:%d of %q splits a character", n.Start, n.End, s)
			}
			last = n.End
		}
	})
}
