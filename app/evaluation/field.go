package evaluation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"mensch/app/model"
	"mensch/app/scores"
	"mensch/app/transcripts"
)

// Post is a text of a topic within a cluster of advice.
type Post struct{ Cluster, Topic, Text string }

const (
	historyTexts = 25 // of an expert's own topic, that they are known by
	talkTexts    = 4  // in a conversation
	experts      = 40 // of each topic
	allowed      = 0.02
)

// FieldTalks are conversations measured by their distance from an expert's
// field: within it, and of another cluster's topics.
type FieldTalks struct{ Inside, Outside []float64 }

// Fields draws experts with a history of one topic each, and conversations of
// their own topic or of another cluster's, and gives how far each is from the
// expert's field. Topics with too few posts are left out. The draw is the same
// each time.
func Fields(ctx context.Context, r *transcripts.Reader, posts []Post) (FieldTalks, error) {
	by, cluster := map[string][]string{}, map[string]string{}
	for _, p := range posts {
		by[p.Topic] = append(by[p.Topic], p.Text)
		cluster[p.Topic] = p.Cluster
	}
	var topics []string
	clusters := map[string]bool{}
	for t, list := range by {
		if len(list) >= 2*historyTexts {
			topics = append(topics, t)
			clusters[cluster[t]] = true
		}
	}
	var out FieldTalks
	if len(clusters) < 2 {
		return out, nil
	}
	slices.Sort(topics)
	rng := rand.New(rand.NewPCG(3, 3))
	draw := func(list []string, n int) []string {
		var texts []string
		for range n {
			texts = append(texts, list[rng.IntN(len(list))])
		}
		return texts
	}
	for range experts {
		for _, t := range topics {
			if err := ctx.Err(); err != nil {
				return out, fmt.Errorf("measure fields: %w", err)
			}
			var f transcripts.Field
			half := len(by[t]) / 2 // the history and the talk come from different halves
			for _, s := range draw(by[t][:half], historyTexts) {
				r.Learn(&f, s)
			}
			if d, ok := r.Distance(&f, draw(by[t][half:], talkTexts)); ok {
				out.Inside = append(out.Inside, d)
			}
			other := t
			for cluster[other] == cluster[t] {
				other = topics[rng.IntN(len(topics))]
			}
			if d, ok := r.Distance(&f, draw(by[other], talkTexts)); ok {
				out.Outside = append(out.Outside, d)
			}
		}
	}
	return out, nil
}

// Limit is the distance that a share of the talks inside passes, at most.
func (t FieldTalks) Limit(share float64) float64 {
	in := slices.Sorted(slices.Values(t.Inside))
	if len(in) == 0 {
		return 1
	}
	return in[min(len(in)-1, int((1-share)*float64(len(in))))]
}

// At counts the talks that pass a limit.
func (t FieldTalks) At(passes func(float64) bool) scores.Counts {
	var c scores.Counts
	for _, d := range t.Outside {
		c.Add(true, passes(d))
	}
	for _, d := range t.Inside {
		c.Add(false, passes(d))
	}
	return c
}

func (e *Evaluator) field(ctx context.Context, o Options, rows []row, res *Result) error {
	if slices.ContainsFunc(rows, func(r row) bool { _, ok := r.list("history"); return ok }) {
		return e.fieldTalks(ctx, o, rows, res)
	}
	var posts []Post
	for _, r := range rows {
		p := Post{Cluster: r.str("cluster", "field", "category", "label"), Topic: r.str("sub", "topic", "subreddit", "cluster", "field", "category", "label"), Text: r.str(textNames...)}
		if p.Cluster == "" || p.Text == "" {
			res.Skipped++
			continue
		}
		posts = append(posts, p)
	}
	talks, err := Fields(ctx, e.reader, posts)
	if err != nil {
		return err
	}
	if len(talks.Inside) == 0 || len(talks.Outside) == 0 {
		return &ShapeError{res.Detector, fmt.Sprintf("cluster and text, with %d texts of a topic or more in two clusters or more, long enough to judge by; or history, messages and label", 2*historyTexts)}
	}
	limit := talks.Limit(allowed)
	at := talks.At(func(d float64) bool { return d > limit })
	var units []scores.Counts
	for _, u := range []struct {
		c scores.Counts
		n float64
	}{{scores.Counts{TP: 1}, at.TP}, {scores.Counts{FP: 1}, at.FP}, {scores.Counts{FN: 1}, at.FN}, {scores.Counts{TN: 1}, at.TN}} {
		for range int(u.n) {
			units = append(units, u.c)
		}
	}
	res.Unit, res.Labelled = "talks", true
	res.count(units, true)
	shipped := talks.At(func(d float64) bool { return d >= 1 })
	res.Extra = map[string]float64{"limit_at_2_percent": limit, "shipped_recall": shipped.Recall(), "shipped_false_positive_rate": shipped.FalseRate()}
	res.Notes = append(res.Notes, fmt.Sprintf("experts known by %d texts of their topic, talks of %d texts; measured where 2 %% of the talks inside the field are flagged, and (shipped_…) at the shipped limit", historyTexts, talkTexts))
	res.Baseline = &Baseline{Name: "guessing, at the same false positives", Measures: measures(scores.Counts{TP: allowed * float64(len(talks.Outside)), FN: (1 - allowed) * float64(len(talks.Outside)), FP: at.FP, TN: at.TN}, true)}
	return nil
}

// fieldTalks measures labelled conversations of experts whose earlier texts
// stand in history, at the shipped limit.
func (e *Evaluator) fieldTalks(ctx context.Context, o Options, rows []row, res *Result) error {
	short := 0
	far := map[int]float64{}
	list := talks(rows, res)
	list = slices.DeleteFunc(list, func(t talk) bool {
		var f transcripts.Field
		history, _ := t.row.list("history")
		for _, s := range history {
			e.reader.Learn(&f, s)
		}
		var texts []string
		for _, m := range t.conv.Messages {
			if m.From == model.FromExpert {
				texts = append(texts, m.Text)
			}
		}
		d, ok := e.reader.Distance(&f, texts)
		if !ok {
			short++
		}
		far[t.row.n] = d
		return !ok
	})
	res.Skipped += short
	if len(list) == 0 {
		return &ShapeError{res.Detector, "history of five texts and 200 words or more beside messages of 25 words or more"}
	}
	if short > 0 {
		res.Notes = append(res.Notes, fmt.Sprintf("%d rows have too short a history or talk to judge by", short))
	}
	return decide(ctx, o, res, list, func(t talk) judgement {
		return judgement{got: far[t.row.n] >= 1, score: min(1, max(0, far[t.row.n]/2))}
	}, "", nil)
}
