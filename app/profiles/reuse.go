package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"mensch/app/model"
)

const (
	shingle    = 5   // words in a row that make a passage word for word
	gap        = 4   // changed words that a passage steps over
	quotedSpan = 200 // bytes around a passage in which a source may be named
	answerLong = 40  // words from which on an answer is a work of its own
)

// reuse finds texts of the expert, their profile's and their answers, that
// somebody else wrote before.
func (c *Community) reuse(m *member, own map[string]bool) []model.Finding {
	var out []model.Finding
	for _, field := range c.texts.fields(m.Expert.ID) {
		t, _ := c.texts.of(m.Expert.ID, field)
		if f, ok := c.copied(t, own); ok {
			out = append(out, f)
		}
	}
	return out
}

// Copy says how much of a text stands in another one.
type Copy struct {
	Share    float64 // 0 to 1: of the neighbouring content words, also where the text was reworded
	Verbatim float64 // 0 to 1: of the words, word for word
	Common   int     // neighbouring pairs of content words in both
	Passages []model.Passage
}

// Compare says how much of a text stands in another one. It needs no index.
func Compare(text, other string) Copy {
	a, b := split(text), split(other)
	var out Copy
	out.Share, out.Common = likeness(neighbours(content(a)), neighbours(content(b)))
	out.Passages = passagesOf(a, b)
	covered := 0
	for _, p := range out.Passages {
		covered += len(split(text[p.Start:p.End]))
	}
	if len(a) > 0 {
		out.Verbatim = float64(covered) / float64(len(a))
	}
	return out
}

// leastPairs are the neighbouring pairs that make more than a sentence: two
// people may well have one sentence in common.
const leastPairs = 24

// Copied reports whether so much is shared that chance, a common subject and a
// sentence that goes round do not explain it; own is how much of what is shared
// stands in few other texts, 0 to 1, and share the limit, 0 to 1.
func (c Copy) Copied(own, share float64) bool {
	return float64(c.Common)*own >= leastPairs && c.Share*own >= share
}

func (c *Community) copied(t *indexed, own map[string]bool) (model.Finding, bool) {
	if strings.HasPrefix(t.field, messageField) && len(split(t.text)) < answerLong {
		return model.Finding{}, false
	}
	close := c.texts.similar(t, func(o *indexed) bool { return own[o.expert] || !c.older(o, t) })
	var best Copy
	var source *indexed
	for _, n := range close {
		got := Compare(t.text, n.text.text)
		if got.Copied(n.own, c.reuseAt) && (source == nil || got.Share > best.Share) {
			best, source = got, n.text
		}
	}
	if source == nil {
		return model.Finding{}, false
	}
	passages := best.Passages
	if len(passages) == 0 { // every sentence was reworded: the texts as wholes
		passages = []model.Passage{{End: len(t.text), OtherEnd: len(source.text)}}
	}
	for i := range passages {
		passages[i].Field, passages[i].OtherField, passages[i].OtherExpert = t.field, source.field, source.expert
	}
	passages = slices.DeleteFunc(passages, func(p model.Passage) bool { return attributed(t.text, p, c.members[source.expert]) })
	if len(passages) == 0 {
		return model.Finding{}, false
	}
	sum := model.TextSum(t.text)
	for i := range passages {
		passages[i].Sum = sum
	}
	name := source.expert
	if o, ok := c.members[source.expert]; ok {
		name = o.Expert.ScreenName
	}
	how := fmt.Sprintf("%.0f %% of the %s stands, word for word, in what %s wrote earlier", best.Verbatim*100, fieldName(t.field), name)
	if best.Verbatim < 0.5 {
		how = fmt.Sprintf("The %s follows, reworded, what %s wrote earlier (%d pairs of words in common, %.0f %% word for word)", fieldName(t.field), name, best.Common, best.Verbatim*100)
	}
	return model.Finding{
		Detector: Plagiarism, Guideline: "plagiarism", Score: min(0.99, 0.55+max(best.Share, best.Verbatim)/2), At: t.since, Passages: passages,
		Reason: how + ", without naming a source.",
	}, true
}

const messageField = "message:"

// fieldName says in words what a text is.
func fieldName(field string) string {
	if strings.HasPrefix(field, messageField) {
		return "answer"
	}
	return field
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

// passagesOf are the runs of words that stand in both texts, with a few changed
// words allowed within a run.
func passagesOf(a, b []word) []model.Passage {
	key := func(words []word, i int) string {
		var s strings.Builder
		for _, w := range words[i : i+shingle] {
			s.WriteString(w.text)
			s.WriteByte(0)
		}
		return s.String()
	}
	where := make(map[string]int, len(b))
	for i := len(b) - shingle; i >= 0; i-- {
		where[key(b, i)] = i
	}
	type run struct{ i, j, n, m int } // n words from a[i], m words from b[j]
	var runs []run
	for i := 0; i+shingle <= len(a); {
		j, ok := where[key(a, i)]
		if !ok {
			i++
			continue
		}
		n := shingle
		for i+n < len(a) && j+n < len(b) && a[i+n].text == b[j+n].text {
			n++
		}
		if k := len(runs) - 1; k >= 0 && i-runs[k].i-runs[k].n <= gap && j >= runs[k].j+runs[k].m && j-runs[k].j-runs[k].m <= gap {
			runs[k].n, runs[k].m = i+n-runs[k].i, j+n-runs[k].j
		} else {
			runs = append(runs, run{i, j, n, n})
		}
		i += n
	}
	out := make([]model.Passage, 0, len(runs))
	for _, r := range runs {
		out = append(out, model.Passage{Start: a[r.i].start, End: a[r.i+r.n-1].end, OtherStart: b[r.j].start, OtherEnd: b[r.j+r.m-1].end})
	}
	return out
}

var namesSource = regexp.MustCompile(`(?i)\b(source|quoted? (from|by)|quoting|i quote|in the words of|as .{2,40} (says|writes|wrote|put it|puts it)|according to|adapted from|with permission|courtesy of|citing|cited from|page \d+|p\. ?\d+|from the book|by [A-Z]\w+ [A-Z]\w+|quelle|zitiert|zitat|laut|fuente|citado|según)\b`)

// attributed reports whether the text around a passage names where it is from:
// a source's words, with quotation marks or the other's name.
func attributed(text string, p model.Passage, other *member) bool {
	from, to := max(0, p.Start-quotedSpan), min(len(text), p.End+quotedSpan)
	for from > 0 && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	before, after := text[from:p.Start], text[p.End:to]
	around := before + " " + after
	if other != nil {
		folded := strings.ToLower(around)
		for _, name := range []string{other.Expert.ScreenName, other.Profile.Name} {
			if len(name) > 2 && strings.Contains(folded, strings.ToLower(name)) {
				return true
			}
		}
	}
	quoted := strings.ContainsAny(before, "\"“«„‘") || strings.HasPrefix(text[p.Start:p.End], "\"")
	return quoted && namesSource.MatchString(around)
}
