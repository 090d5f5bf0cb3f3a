package profiles

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mensch/app/model"
)

const original = "Watering is the one thing nearly everybody does wrong, and it is not the amount, it is the rhythm. A little every evening teaches roots to stay where the drink is, in the top inch, " +
	"where the first hot day cooks them. Soak the bed until a finger goes in wet to the second joint, then let it go until the top is pale, and soak again."

func withBio(id, name, bio string, at time.Time) model.ExpertProfile {
	p := someone(id, name)
	p.Profile.Bio, p.Profile.UpdatedAt = bio, at
	return p
}

func copies(c *Community, id string) []model.Finding {
	var out []model.Finding
	for _, f := range c.Review(id) {
		if f.Detector == Plagiarism {
			out = append(out, f)
		}
	}
	return out
}

func TestPlagiarism(t *testing.T) {
	author := withBio("e1", "Jane Arlington", original, base)
	reworded := "Watering is a thing that nearly everybody gets wrong, and what counts is the rhythm and not the amount. A bit each evening teaches the roots to remain where the drink is, in the upper inch, " +
		"so that the first hot day cooks them. Soak your bed until the finger goes wet to its second joint, wait until the top looks pale, then soak once more."
	cases := []struct {
		name, bio string
		found     bool
	}{
		{"word for word", original, true},
		{"with another beginning", "Hello, I am Mary. " + original, true},
		{"reworded", reworded, true},
		{"one sentence in common", "I grow roses on clay, and dahlias in pots along a wall that faces north. Soak the bed until a finger goes in wet to the second joint. Ask me anything about slugs, fences and neighbours.", false},
		{"its own words on the same subject", "Most gardens get too much water too often. Give your plants a deep drink twice a week, early in the day, and mulch what you can so the sun does not steal it back by noon.", false},
		{"quoted with its source", "In the words of Jane Arlington: “" + original + "” I could not say it better.", false},
		{"quoted with a book", "There is a passage in Oda Ferrin's book, page 31, I quote: “" + original + "”", false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := communityOf(t, author, withBio("e2", "Mary Bexley", tc.bio, base.AddDate(0, 1, 0)))
			got := copies(c, "e2")
			if (len(got) > 0) != tc.found {
				t.Fatalf("found %v, want %v", got, tc.found)
			}
			if len(copies(c, "e1")) > 0 {
				t.Error("the author is taken for the copyist")
			}
			for _, f := range got {
				for _, p := range f.Passages {
					if p.Start < 0 || p.End > len(tc.bio) || p.Start >= p.End || p.OtherEnd > len(original) || p.OtherExpert != "e1" {
						t.Errorf("bad passage %+v", p)
					}
				}
			}
		})
	}
}

func TestOwnReuse(t *testing.T) {
	c := communityOf(t, withBio("e1", "Jane Arlington", original, base))
	c.AddText("e1", "message:m1", original, base.AddDate(0, 0, 3))
	if got := copies(c, "e1"); len(got) > 0 {
		t.Errorf("an author's own words are a finding: %+v", got)
	}
	// The same person's account in another cluster may say it too.
	other := withBio("e2", "Jane Arlington", original, base.AddDate(0, 1, 0))
	other.Expert.Cluster, other.Expert.Signals.Payout = "Pets", "p-e1"
	c.Put(other)
	if got := copies(c, "e2"); len(got) > 0 {
		t.Errorf("the same person's own words are a finding: %+v", got)
	}
}

func TestAnswersAreRead(t *testing.T) {
	c := communityOf(t, someone("e1", "Jane Arlington"), someone("e2", "Mary Bexley"))
	c.AddText("e1", "message:m1", original, base)
	c.AddText("e2", "message:m2", original, base.AddDate(0, 0, 9))
	if got := copies(c, "e2"); len(got) != 1 || got[0].Passages[0].Field != "message:m2" {
		t.Errorf("the copied answer gives %+v", got)
	}
	c.RemoveText("e1", "message:m1")
	if got := copies(c, "e2"); len(got) != 0 {
		t.Errorf("the source is gone, and there is still %+v", got)
	}
}

func TestIndexKeepsUp(t *testing.T) {
	x := newTextIndex()
	text := func(i int) string {
		var s strings.Builder
		for k := range 30 {
			s.WriteString("zz" + strconv.FormatInt(int64(i*30+k), 36) + " ")
		}
		return s.String()
	}
	const n = 9000
	for i := range n {
		x.put(fmt.Sprint(i), "bio", text(i), base)
	}
	for i := 0; i < n; i += 2 {
		x.remove(fmt.Sprint(i), "bio")
	}
	for i := range n {
		x.put(fmt.Sprint(i), "bio", text(i), base) // half of them again
	}
	x.put("copy", "bio", text(4321), base.AddDate(0, 0, 1))
	t1, _ := x.of("copy", "bio")
	got := x.similar(t1, func(*indexed) bool { return false })
	if len(got) == 0 || got[0].text.expert != "4321" {
		t.Fatalf("the original is not the nearest: %+v", got)
	}
	if x.size() != n+1 {
		t.Errorf("the index holds %d texts, want %d", x.size(), n+1)
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "I'm here, now.", "日本語のテキスト", "Ünïcödé x́", "\xff\xfe broken", strings.Repeat("a ", 300), "İ ẞ ﬁ"} {
		f.Add(s, original)
	}
	f.Fuzz(func(t *testing.T, s, other string) {
		last := 0
		for _, w := range split(s) {
			if w.start < last || w.end <= w.start || w.end > len(s) || w.text == "" {
				t.Fatalf("word %+v after byte %d of %q", w, last, s)
			}
			last = w.end
		}
		got := Compare(s, other)
		if got.Share < 0 || got.Share > 1 || got.Verbatim < 0 || got.Verbatim > 1.0001 {
			t.Fatalf("%+v", got)
		}
		for _, p := range got.Passages {
			if p.End > len(s) || p.OtherEnd > len(other) || p.Start >= p.End || p.OtherStart >= p.OtherEnd {
				t.Fatalf("passage %+v", p)
			}
			if utf8.ValidString(s) && !utf8.ValidString(s[p.Start:p.End]) {
				t.Fatalf("passage %+v cuts a letter", p)
			}
			attributed(s, p, nil)
		}
		Extract(s)
	})
}
