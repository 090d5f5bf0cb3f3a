package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
	"mensch/app/scores"
)

// The mix of rewriting: how much of a text is changed.
var rewritings = []struct {
	name               string
	replace, drop, add float64 // shares of the words
	shuffle            bool    // sentences
	target             string
}{
	{"copied", 0, 0, 0, false, ">= 0.95"},
	{"lightly reworded", 0.12, 0.05, 0.05, false, ">= 0.95"},
	{"heavily reworded", 0.3, 0.1, 0.1, true, ">= 0.80"},
}

// base is when the originals were written.
var base = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const leastText = 60 // words of a text that is measured

// readTexts reads what people wrote, each text once.
func readTexts(dataDir string) ([]string, error) {
	seen := map[string]bool{}
	var out []string
	add := func(r map[string]any) {
		for _, key := range []string{"text", "body", "answer", "selftext"} {
			s, ok := r[key].(string)
			if ok && len(strings.Fields(s)) >= leastText && !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	for _, name := range []string{"topics/reddit_clusters.jsonl", "contact/counselchat_offplatform.jsonl"} {
		rows, err := scores.Load[map[string]any](dataDir, name)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			add(r)
		}
	}
	return out, nil
}

// rewrite changes a text by a mix; words come from the vocabulary.
func rewrite(rng *rand.Rand, text string, vocabulary []string, replace, drop, add float64, shuffle bool) string {
	sentences := strings.SplitAfter(text, ". ")
	if shuffle {
		rng.Shuffle(len(sentences), func(i, j int) { sentences[i], sentences[j] = sentences[j], sentences[i] })
	}
	var out []string
	for _, s := range sentences {
		for _, w := range strings.Fields(s) {
			switch x := rng.Float64(); {
			case x < replace:
				out = append(out, vocabulary[rng.IntN(len(vocabulary))])
			case x < replace+drop:
			case x < replace+drop+add:
				out = append(out, w, vocabulary[rng.IntN(len(vocabulary))])
			default:
				out = append(out, w)
			}
		}
	}
	return strings.Join(out, " ")
}

func author(i int) string { return "a" + strconv.Itoa(i) }

// copied asks the community whether somebody's texts are copies, and of whom.
func copied(c *profiles.Community, id string) (source string, verbatim bool) {
	for _, f := range c.Review(id) {
		if f.Detector == profiles.Plagiarism {
			return f.Passages[0].OtherExpert, strings.Contains(f.Reason, "word for word, in")
		}
	}
	return "", false
}

func measureReuse(ctx context.Context, t *table, dataDir string) error {
	texts, err := readTexts(dataDir)
	if err != nil {
		return err
	}
	if len(texts) == 0 {
		return fmt.Errorf("no long text in the labelled sets: %w", fs.ErrNotExist)
	}
	c, err := profiles.NewCommunity(nil, nil)
	if err != nil {
		return fmt.Errorf("making the index: %w", err)
	}
	var vocabulary []string
	for i, s := range texts {
		c.Put(model.ExpertProfile{Expert: model.Expert{ID: author(i), ScreenName: author(i), JoinedAt: base}})
		c.AddText(author(i), "message:m", s, base.Add(time.Duration(i)*time.Minute))
		if i%7 == 0 {
			vocabulary = append(vocabulary, strings.Fields(s)...)
		}
	}
	// Everybody against everybody: what is flagged and is no repost is false.
	flagged, reposts := 0, 0
	for i := range texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch source, verbatim := copied(c, author(i)); {
		case verbatim:
			reposts++
		case source != "":
			flagged++
		}
	}
	pairs := float64(len(texts)) * float64(len(texts)-1) / 2
	low, high := scores.Wilson(float64(flagged), pairs)
	t.add(Row{
		Name: "reuse, false pairs in a million", Value: float64(flagged) / pairs * 1e6, Low: low * 1e6, High: high * 1e6, Target: "<= 1",
		Note: fmt.Sprintf("%d texts of others, %.0f million pairs; %d that stand word for word in another are taken for reposts", len(texts), pairs/1e6, reposts),
	})
	const sample = 400
	for k, mix := range rewritings {
		rng := rand.New(rand.NewPCG(9, uint64(k)))
		var right, wrong, naive float64
		for range sample {
			i := rng.IntN(len(texts))
			copyOf := rewrite(rng, texts[i], vocabulary, mix.replace, mix.drop, mix.add, mix.shuffle)
			c.Put(model.ExpertProfile{Expert: model.Expert{ID: "copyist", ScreenName: "copyist", JoinedAt: base}})
			c.AddText("copyist", "message:m", copyOf, base.AddDate(1, 0, 0))
			switch source, _ := copied(c, "copyist"); source {
			case author(i):
				right++
			case "":
			default:
				wrong++
			}
			if strings.Contains(copyOf, firstWords(texts[i], 12)) {
				naive++
			}
			c.RemoveText("copyist", "message:m")
		}
		low, high := scores.Wilson(right+wrong, sample)
		t.add(Row{
			Name: "reuse recall, " + mix.name, Value: (right + wrong) / sample, Low: low, High: high, Baseline: fmt.Sprintf("%.3f", naive/sample), Target: mix.target,
			Note: fmt.Sprintf("%.0f of %d traced to the text they were made from, %.0f to another; naive: the first twelve words", right, sample, wrong),
		})
	}
	return nil
}

func firstWords(s string, n int) string {
	f := strings.Fields(s)
	return strings.Join(f[:min(n, len(f))], " ")
}

// indexTexts is how large the timed index is; MENSCH_BENCH_TEXTS changes it.
const indexTexts = 1_000_000

// measureIndex times a query among a million made-up texts of sixty words whose
// frequencies follow Zipf's law, as those of a language do.
func measureIndex(ctx context.Context, t *table, _ string) error {
	n := indexTexts
	if s := os.Getenv("MENSCH_BENCH_TEXTS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1000 {
			return errors.New("MENSCH_BENCH_TEXTS is no number from 1000 on")
		}
	}
	rng := rand.New(rand.NewPCG(3, 3))
	zipf := rand.NewZipf(rng, 1.07, 8, 60_000)
	var s strings.Builder
	text := func() string {
		s.Reset()
		for range 60 {
			s.WriteString("w")
			s.WriteString(strconv.FormatUint(zipf.Uint64()+1000, 36))
			s.WriteByte(' ')
		}
		return s.String()
	}
	c, err := profiles.NewCommunity(nil, nil)
	if err != nil {
		return fmt.Errorf("making the index: %w", err)
	}
	const each = 20 // texts of one author
	var kept []string
	start := time.Now()
	for i := range n {
		if i%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		w := text()
		if len(kept) < 300 && i%(n/300) == 0 {
			kept = append(kept, w)
		}
		c.AddText(author(i/each), "message:"+strconv.Itoa(i%each), w, base)
	}
	filled := time.Since(start)
	c.Put(model.ExpertProfile{Expert: model.Expert{ID: "copyist", ScreenName: "copyist", JoinedAt: base}})
	var times []float64
	found := 0.0
	for _, w := range kept {
		c.AddText("copyist", "message:m", w, base.AddDate(1, 0, 0))
		start := time.Now()
		source, _ := copied(c, "copyist")
		times = append(times, time.Since(start).Seconds()*1e3)
		if source != "" {
			found++
		}
	}
	slices.Sort(times)
	t.add(Row{
		Name: fmt.Sprintf("index of %d texts, ms a query", n), Value: times[len(times)/2], Low: times[len(times)/20], High: times[len(times)*19/20], Target: "< 5",
		Note: fmt.Sprintf("median, and the 5th to 95th percentile; %.0f of %d copies found; filled in %s", found, len(kept), filled.Round(time.Second)),
	})
	return nil
}
