package profiles

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"mensch/app/model"
)

const (
	shingle    = 5  // words in a row that are compared
	minShared  = 10 // shingles that must stand in both
	tooCommon  = 12 // texts that share a shingle, from which on it is a turn of phrase
	quotedSpan = 80 // bytes before a passage in which a source may be named
)

// textIndex finds which texts share runs of words.
type textIndex struct {
	texts map[string]*indexed // expert + "\x00" + field
	at    map[uint64][]string // shingle -> text keys
}

type indexed struct {
	expert, field string
	text          string
	since         time.Time
	words         []word
	shingles      []uint64
}

type word struct {
	text       string
	start, end int
}

func newTextIndex() *textIndex {
	return &textIndex{texts: map[string]*indexed{}, at: map[uint64][]string{}}
}

func (x *textIndex) put(expert, field, text string, since time.Time) {
	x.remove(expert, field)
	words := split(text)
	if len(words) < shingle {
		return
	}
	key := expert + "\x00" + field
	t := &indexed{expert: expert, field: field, text: text, since: since, words: words, shingles: shinglesOf(words)}
	x.texts[key] = t
	for _, s := range unique(t.shingles) {
		x.at[s] = append(x.at[s], key)
	}
}

func (x *textIndex) remove(expert, field string) {
	key := expert + "\x00" + field
	t, ok := x.texts[key]
	if !ok {
		return
	}
	for _, s := range unique(t.shingles) {
		x.at[s] = slices.DeleteFunc(x.at[s], func(k string) bool { return k == key })
		if len(x.at[s]) == 0 {
			delete(x.at, s)
		}
	}
	delete(x.texts, key)
}

func unique(s []uint64) []uint64 {
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}

func split(text string) []word {
	var out []word
	start := -1
	for i, r := range text {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '\'' || r == '’'
		switch {
		case letter && start < 0:
			start = i
		case !letter && start >= 0:
			out = append(out, word{strings.ToLower(text[start:i]), start, i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, word{strings.ToLower(text[start:]), start, len(text)})
	}
	return out
}

func shinglesOf(words []word) []uint64 {
	out := make([]uint64, 0, max(0, len(words)-shingle+1))
	for i := 0; i+shingle <= len(words); i++ {
		h := fnv.New64a()
		for _, w := range words[i : i+shingle] {
			_, _ = h.Write([]byte(w.text)) // a hash does not fail
			_, _ = h.Write([]byte{0})
		}
		out = append(out, h.Sum64())
	}
	return out
}

// reuse finds texts of the expert's profile that somebody else wrote before.
func (c *Community) reuse(m *member, own map[string]bool) []model.Finding {
	var out []model.Finding
	for _, field := range []string{"headline", "bio"} {
		t, ok := c.texts.texts[m.Expert.ID+"\x00"+field]
		if !ok {
			continue
		}
		if f, ok := c.copied(t, own); ok {
			out = append(out, f)
		}
	}
	return out
}

func (c *Community) copied(t *indexed, own map[string]bool) (model.Finding, bool) {
	shared := map[string]int{}
	for _, s := range unique(t.shingles) {
		holders := c.texts.at[s]
		if len(holders) > tooCommon {
			continue
		}
		for _, key := range holders {
			shared[key]++
		}
	}
	var best *indexed
	most := 0
	for _, key := range sortedKeys(shared) {
		other := c.texts.texts[key]
		if other.expert == t.expert || own[other.expert] || !c.older(other, t) || shared[key] <= most {
			continue
		}
		best, most = other, shared[key]
	}
	if best == nil || most < minShared && float64(most) < 0.9*float64(len(t.shingles)) || float64(most) < c.reuseAt*float64(len(t.shingles)) {
		return model.Finding{}, false
	}
	passages := passagesOf(t, best)
	passages = slices.DeleteFunc(passages, func(p model.Passage) bool { return attributed(t.text, p, c.members[best.expert]) })
	if len(passages) == 0 {
		return model.Finding{}, false
	}
	share := float64(most) / float64(len(t.shingles))
	name := best.expert
	if o, ok := c.members[best.expert]; ok {
		name = o.Expert.ScreenName
	}
	return model.Finding{
		Detector: Plagiarism, Guideline: "plagiarism", Score: min(0.99, 0.55+share/2), At: t.since, Passages: passages,
		Reason: fmt.Sprintf("%.0f %% of the %s stands, word for word, in what %s wrote earlier, without naming a source.", share*100, t.field, name),
	}, true
}

// older says who wrote first; at a tie the account that joined first.
func (c *Community) older(a, b *indexed) bool {
	if !a.since.Equal(b.since) {
		return a.since.Before(b.since)
	}
	x, y := c.members[a.expert], c.members[b.expert]
	if x != nil && y != nil && !x.Expert.JoinedAt.Equal(y.Expert.JoinedAt) {
		return x.Expert.JoinedAt.Before(y.Expert.JoinedAt)
	}
	return a.expert < b.expert
}

// passagesOf are the runs of words that stand in both texts.
func passagesOf(t, other *indexed) []model.Passage {
	where := map[uint64]int{}
	for i := len(other.shingles) - 1; i >= 0; i-- {
		where[other.shingles[i]] = i
	}
	var out []model.Passage
	for i := 0; i < len(t.shingles); {
		j, ok := where[t.shingles[i]]
		if !ok {
			i++
			continue
		}
		n := 1
		for i+n < len(t.shingles) && j+n < len(other.shingles) && t.shingles[i+n] == other.shingles[j+n] {
			n++
		}
		out = append(out, model.Passage{
			Field: t.field, Start: t.words[i].start, End: t.words[i+n+shingle-2].end,
			OtherExpert: other.expert, OtherField: other.field, OtherStart: other.words[j].start, OtherEnd: other.words[j+n+shingle-2].end,
		})
		i += n + shingle - 1
	}
	return out
}

var namesSource = regexp.MustCompile(`(?i)\b(source|quoted? from|quoting|in the words of|as .{2,40} (says|writes|put it)|according to|adapted from|with permission|courtesy of|citing|cited from|after|by)\b\s*:?`)

// attributed reports whether the text around a passage names where it is from:
// a source's words, with quotation marks or the other's name.
func attributed(text string, p model.Passage, other *member) bool {
	before := text[max(0, p.Start-quotedSpan):p.Start]
	after := text[p.End:min(len(text), p.End+quotedSpan)]
	around := strings.ToLower(before + " " + after)
	if other != nil {
		for _, name := range []string{other.Expert.ScreenName, other.Profile.Name} {
			if len(name) > 2 && strings.Contains(around, strings.ToLower(name)) {
				return true
			}
		}
	}
	quoted := strings.ContainsAny(before, "\"“«„") && strings.ContainsAny(after, "\"”»“")
	return quoted && namesSource.MatchString(around)
}
