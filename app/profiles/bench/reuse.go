package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
	"mensch/app/scores"
)

// base is when the originals were written.
var base = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func author(i int) string { return "a" + strconv.Itoa(i) }

// copied asks the community whether somebody's texts are copies, and of whom.
func copied(c *profiles.Community, id string) (source string) {
	for _, f := range c.Review(id) {
		if f.Detector == profiles.Plagiarism {
			return f.Passages[0].OtherExpert
		}
	}
	return ""
}

// measureReuse compares what many people wrote with each other, and rewordings of
// it with all of it.
func measureReuse(ctx context.Context, t *table, dataDir string) error {
	res, err := t.measure(ctx, "reuse", filepath.Join(dataDir, "topics", "reddit_clusters.jsonl"))
	if err != nil {
		return err
	}
	e := res.Extra
	t.add(scores.Judge(scores.Row{
		Name: "reuse: false pairs in a million", Value: e["false_pairs_in_a_million"], Low: e["false_pairs_low"], High: e["false_pairs_high"], N: res.Rows, Target: 1,
		Note: strings.Join(res.Notes, "; "),
	}))
	for _, w := range []struct {
		name  string
		least float64
	}{{"copied", 0.95}, {"lightly reworded", 0.95}, {"heavily reworded", 0.80}} {
		t.add(res.GroupRow("reuse: "+w.name+", recall", w.name, w.least, true))
	}
	row := res.Row("reuse: accuracy over independent texts and rewordings", "accuracy", 0.95, true)
	row.Note = fmt.Sprintf("precision %.4f", *res.Precision)
	t.add(row)
	answers, err := t.measure(ctx, "reuse", filepath.Join(dataDir, "contact", "counselchat_offplatform.jsonl"))
	if err != nil {
		return err
	}
	e = answers.Extra
	t.add(scores.Judge(scores.Row{Name: "reuse: false pairs in a million, therapists' answers to the same questions", Value: e["false_pairs_in_a_million"], Low: e["false_pairs_low"], High: e["false_pairs_high"], N: answers.Rows, Target: 1, Note: strings.Join(answers.Notes, "; ")}))
	return nil
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
		source := copied(c, "copyist")
		times = append(times, time.Since(start).Seconds()*1e3)
		if source != "" {
			found++
		}
	}
	slices.Sort(times)
	t.add(scores.Judge(scores.Row{
		Name: fmt.Sprintf("reuse: a query among %d texts, ms", n), Value: times[len(times)/2], Low: times[len(times)/20], High: times[len(times)*19/20], N: len(times), Target: 5,
		Note: fmt.Sprintf("median, and the 5th to 95th percentile; wall clock; %.0f of %d copies found; filled in %s", found, len(kept), filled.Round(time.Second)),
	}))
	return nil
}
