package bench

import (
	"fmt"
	"io/fs"
	"slices"

	"mensch/app/evaluation"
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
	var unseen []evaluation.Post
	for _, p := range posts {
		if unseenTopics[p.Sub] {
			unseen = append(unseen, evaluation.Post{Cluster: p.Cluster, Topic: p.Sub, Text: p.Text})
		}
	}
	talks, err := evaluation.Fields(b.ctx, r, unseen)
	if err != nil {
		return fmt.Errorf("measure talk outside the field: %w", err)
	}
	limit := talks.Limit(0.02)
	at := talks.At(func(d float64) bool { return d > limit })
	shipped := talks.At(func(d float64) bool { return d >= 1 })
	b.rate("expertise: talk outside the field at 2 % false positives, topics never trained on, recall", int(at.TP), int(at.TP+at.FN), 0.50, true,
		fmt.Sprintf("limit there %.2f; at the shipped limit recall %.2f, false positives %.3f", limit, shipped.Recall(), shipped.FalseRate()))
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
