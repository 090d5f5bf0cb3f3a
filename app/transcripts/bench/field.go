package bench

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"

	"mensch/app/scores"
	"mensch/app/transcripts"
	"mensch/app/transcripts/training"
)

// unseenTopics are kept from the background; experts and talk in them measure
// how it does on topics that nobody has trained on.
var unseenTopics = map[string]bool{"gardening": true, "dogs": true, "occult": true, "stocks": true, "Health": true, "Cooking": true, "legaladvice": true, "techsupport": true, "relationships": true, "MechanicAdvice": true, "woodworking": true}

// fields measures talk outside the expert's field: experts with a history of 25
// texts, conversations of four more texts of their own topic or of another
// cluster's.
func (b *bench) fields() error {
	t, err := training.New(b.dir)
	if err != nil {
		return err
	}
	raw, err := t.Background(unseenTopics)
	if err != nil {
		return err
	}
	r, err := transcripts.New(nil, backgroundFS(raw))
	if err != nil {
		return fmt.Errorf("make the reader: %w", err)
	}
	posts, err := scores.Load[training.Post](b.dir, "topics/reddit_clusters.jsonl")
	if err != nil {
		return err
	}
	bySub, cluster := map[string][]string{}, map[string]string{}
	var subs []string
	for _, p := range posts {
		if unseenTopics[p.Sub] {
			if len(bySub[p.Sub]) == 0 {
				subs = append(subs, p.Sub)
			}
			bySub[p.Sub] = append(bySub[p.Sub], p.Text)
			cluster[p.Sub] = p.Cluster
		}
	}
	slices.Sort(subs)
	rng := rand.New(rand.NewPCG(3, 3))
	draw := func(sub string, n int) []string {
		var out []string
		for range n {
			out = append(out, bySub[sub][rng.IntN(len(bySub[sub]))])
		}
		return out
	}
	var in, out []float64
	for range 40 {
		for _, s := range subs {
			var f transcripts.Field
			// the history and the talk come from different halves
			half := len(bySub[s]) / 2
			for range 25 {
				r.Learn(&f, bySub[s][rng.IntN(half)])
			}
			own := []string{}
			for range 4 {
				own = append(own, bySub[s][half+rng.IntN(len(bySub[s])-half)])
			}
			if d, ok := r.Distance(&f, own); ok {
				in = append(in, d)
			}
			o := s
			for cluster[o] == cluster[s] {
				o = subs[rng.IntN(len(subs))]
			}
			if d, ok := r.Distance(&f, draw(o, 4)); ok {
				out = append(out, d)
			}
		}
	}
	slices.Sort(in)
	at := in[int(0.98*float64(len(in)))]
	hit, shipped, false2 := 0, 0, 0
	for _, d := range out {
		if d > at {
			hit++
		}
		if d >= 1 {
			shipped++
		}
	}
	for _, d := range in {
		if d >= 1 {
			false2++
		}
	}
	b.rate("expertise: talk outside the field at 2 % false positives, topics never trained on, recall", hit, len(out), 0.50, true, fmt.Sprintf("limit there %.2f; at the shipped limit recall %.2f, false positives %.3f", at, ratio(shipped, len(out)), ratio(false2, len(in))))
	return nil
}

type backgroundFS []byte

// Open refuses every file; ReadFile gives the one that is there.
func (m backgroundFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadFile gives the background of words.
func (m backgroundFS) ReadFile(name string) ([]byte, error) {
	if name != "background.bin" {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Clone(m), nil
}
