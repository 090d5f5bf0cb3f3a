package evaluation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
	"mensch/app/scores"
)

var (
	copyNames   = []string{"text", "copy", "suspicious", "suspicious_text", "answer", "a", "text1", "text_a", "s1", "sentence1", "body", "bio"}
	sourceNames = []string{"source", "original", "source_text", "original_text", "reference", "b", "text2", "text_b", "s2", "sentence2"}
)

// written is when the originals were; a copy comes a year later.
var written = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// pair is a text with what it may be a copy of.
type pair struct {
	row          row
	copy, source string
}

// pairs reads rows as pairs; or, where there are none, pairs each row with the
// row of its task that is labelled as the source.
func pairs(rows []row) []pair {
	var out []pair
	for _, r := range rows {
		a, b := r.str(copyNames...), r.str(sourceNames...)
		if a != "" && b != "" && len(b) > 40 {
			out = append(out, pair{r, a, b})
		}
	}
	if len(out) > 0 {
		return out
	}
	origin := map[string]string{}
	for _, r := range rows {
		switch strings.ToLower(r.str("category", "label", "kind", "class")) {
		case "orig", "original", "source", "reference":
			origin[r.str("task", "group", "topic")] = r.str(textNames...)
		}
	}
	if len(origin) == 0 {
		return nil
	}
	for _, r := range rows {
		a, b := r.str(textNames...), origin[r.str("task", "group", "topic")]
		if a != "" && b != "" && a != b {
			out = append(out, pair{r, a, b})
		}
	}
	return out
}

// copied asks the community whether somebody's texts are copies, and of whom.
func copied(c *profiles.Community, id string) (source string, score float64) {
	for _, f := range c.Review(id) {
		if f.Detector == profiles.Plagiarism && len(f.Passages) > 0 {
			return f.Passages[0].OtherExpert, f.Score
		}
	}
	return "", 0
}

// wordForWord stands in the reason of a finding about a text that is mostly
// another one's word for word.
const wordForWord = "word for word, in"

const copyist = "copyist"

// reuse measures copied and reworded text.
func (e *Evaluator) reuse(ctx context.Context, o Options, rows []row, res *Result) error {
	list := pairs(rows)
	if len(list) == 0 {
		return e.rewordings(ctx, rows, res)
	}
	c, err := profiles.NewCommunity(e.pack, e.models)
	if err != nil {
		return fmt.Errorf("make the index: %w", err)
	}
	authors := map[string]string{}
	for _, p := range list {
		if authors[p.source] == "" {
			id := author(len(authors))
			authors[p.source] = id
			c.Put(model.ExpertProfile{Expert: model.Expert{ID: id, ScreenName: id, JoinedAt: written}})
			c.AddText(id, "message:m", p.source, written)
		}
	}
	c.Put(model.ExpertProfile{Expert: model.Expert{ID: copyist, ScreenName: copyist, JoinedAt: written}})
	positive := o.positive()
	var units []scores.Counts
	var base scores.Counts
	var parts groups
	for i, p := range list {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller looks for it
		}
		word, want, ok := p.row.label(positive)
		res.Labelled = res.Labelled || ok
		c.AddText(copyist, "message:m", p.copy, written.AddDate(1, 0, 0))
		source, score := copied(c, copyist)
		c.RemoveText(copyist, "message:m")
		got := source == authors[p.source]
		var u scores.Counts
		u.Add(want, got)
		units = append(units, u)
		base.Add(want, strings.Contains(p.copy, firstWords(p.source, naiveWords)))
		if word != "" {
			parts.add(word, want, got)
		}
		if o.Verdicts {
			res.Verdicts = append(res.Verdicts, Verdict{Row: p.row.n, Want: &want, Got: got, Score: score})
		}
	}
	if !res.Labelled {
		res.Notes = append(res.Notes, "no pair has a label: all are taken as written independently, and what is found is false")
	}
	res.Unit = "pairs"
	res.count(units, true)
	res.against(naiveCopy, base, true)
	res.Groups = parts.list(60)
	return nil
}

const (
	naiveWords = 12
	naiveCopy  = "the first twelve words of the source"
)

func author(i int) string { return "a" + strconv.Itoa(i) }

func firstWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[:min(n, len(f))], " ")
}

// Rewording is how much of a text is changed: shares of the words, and whether
// the sentences are shuffled.
type Rewording struct {
	Name               string
	Replace, Drop, Add float64
	Shuffle            bool
}

// Rewordings are the ways in which a copy is told in other words.
func Rewordings() []Rewording {
	return []Rewording{
		{"copied", 0, 0, 0, false},
		{"lightly reworded", 0.12, 0.05, 0.05, false},
		{"heavily reworded", 0.3, 0.1, 0.1, true},
	}
}

// rewrite changes a text; words come from the vocabulary.
func rewrite(rng *rand.Rand, text string, vocabulary []string, w Rewording) string {
	sentences := strings.SplitAfter(text, ". ")
	if w.Shuffle {
		rng.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
	}
	var out []string
	for _, s := range sentences {
		for _, x := range strings.Fields(s) {
			switch p := rng.Float64(); {
			case p < w.Replace:
				out = append(out, vocabulary[rng.IntN(len(vocabulary))])
			case p < w.Replace+w.Drop:
			case p < w.Replace+w.Drop+w.Add:
				out = append(out, x, vocabulary[rng.IntN(len(vocabulary))])
			default:
				out = append(out, x)
			}
		}
	}
	return strings.Join(out, " ")
}

const (
	longText  = 60  // words of a text that is measured
	rewritten = 400 // texts of each rewording
)

// rewordings compares texts of as many authors with each other, where every find
// is false, and then with rewordings of them.
func (e *Evaluator) rewordings(ctx context.Context, rows []row, res *Result) error {
	var texts, authors []string
	seen := map[string]bool{}
	for _, r := range rows {
		if s := r.str(textNames...); len(strings.Fields(s)) >= longText && !seen[s] {
			seen[s] = true
			texts = append(texts, s)
			who := r.str("author", "author_id", "expert", "user")
			if who == "" {
				who = author(len(authors))
			}
			authors = append(authors, who)
		}
	}
	if len(texts) < 2 {
		return &ShapeError{res.Detector, fmt.Sprintf("pair of texts (text and source), nor two texts of %d words", longText)}
	}
	res.Skipped += len(rows) - len(texts)
	c, err := profiles.NewCommunity(e.pack, e.models)
	if err != nil {
		return fmt.Errorf("make the index: %w", err)
	}
	var vocabulary []string
	for i, s := range texts {
		c.Put(model.ExpertProfile{Expert: model.Expert{ID: authors[i], ScreenName: authors[i], JoinedAt: written}})
		c.AddText(authors[i], "message:"+strconv.Itoa(i), s, written.Add(time.Duration(i)*time.Minute))
		if i%7 == 0 {
			vocabulary = append(vocabulary, strings.Fields(s)...)
		}
	}
	var units []scores.Counts
	var base scores.Counts
	var parts groups
	flagged, reposts := 0.0, 0.0
	judged := map[string]bool{}
	for i, who := range authors {
		if i%64 == 0 && ctx.Err() != nil {
			return ctx.Err() //nolint:wrapcheck // the caller looks for it
		}
		if judged[who] {
			continue
		}
		judged[who] = true
		mine := map[string]bool{} // field -> taken for a copy
		for _, f := range c.Review(who) {
			if f.Detector == profiles.Plagiarism && len(f.Passages) > 0 {
				mine[f.Passages[0].Field] = strings.Contains(f.Reason, wordForWord)
			}
		}
		for k := i; k < len(authors); k++ {
			if authors[k] != who {
				continue
			}
			repost, got := mine["message:"+strconv.Itoa(k)]
			if got && repost {
				reposts++
				continue
			}
			if got {
				flagged++
			}
			var u scores.Counts
			u.Add(false, got)
			units = append(units, u)
			base.Add(false, false)
			parts.add("independent", false, got)
		}
	}
	each := float64(len(texts)) * float64(len(texts)-1) / 2
	low, high := scores.Wilson(flagged, each)
	res.Extra = map[string]float64{"false_pairs_in_a_million": flagged / each * 1e6, "false_pairs_low": low * 1e6, "false_pairs_high": high * 1e6, "pairs": each, "reposts": reposts}
	c.Put(model.ExpertProfile{Expert: model.Expert{ID: copyist, ScreenName: copyist, JoinedAt: written}})
	for k, w := range Rewordings() {
		rng := rand.New(rand.NewPCG(9, uint64(k)))
		traced, naive := 0.0, 0.0
		for range rewritten {
			if ctx.Err() != nil {
				return ctx.Err() //nolint:wrapcheck // the caller looks for it
			}
			i := rng.IntN(len(texts))
			s := rewrite(rng, texts[i], vocabulary, w)
			c.AddText(copyist, "message:m", s, written.AddDate(1, 0, 0))
			source, _ := copied(c, copyist)
			c.RemoveText(copyist, "message:m")
			var u scores.Counts
			u.Add(true, source != "")
			units = append(units, u)
			parts.add(w.Name, true, source != "")
			simple := strings.Contains(s, firstWords(texts[i], naiveWords))
			base.Add(true, simple)
			if source == authors[i] {
				traced++
			}
			if simple {
				naive++
			}
		}
		res.Extra["traced: "+w.Name] = traced / rewritten
		res.Extra["naive: "+w.Name] = naive / rewritten
	}
	res.Unit = "texts"
	res.count(units, true)
	res.against(naiveCopy, base, true)
	res.Groups = parts.list(60)
	res.Notes = append(res.Notes, fmt.Sprintf("%d texts are compared with all others (%.0f pairs), and %d copies of each rewording with them; %.0f that stand word for word in another are taken for reposts", len(texts), each, rewritten, reposts))
	return nil
}
