// Package training makes the trained parts of the transcript detectors from the
// labelled sets, byte for byte the same each time.
package training

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"mensch/app/scores"
	"mensch/app/transcripts"
	"mensch/app/transcripts/linear"
)

// Train reads the labelled sets under dataDir and writes the models to outDir. A
// set that is not there is an error that wraps fs.ErrNotExist.
func Train(dataDir, outDir string) error {
	t, err := newTrainer(dataDir)
	if err != nil {
		return err
	}
	m, err := t.Civility(nil)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(outDir, 0o755); err != nil {
		return fmt.Errorf("make the models' folder: %w", err)
	}
	if err := os.WriteFile(filepath.Join(outDir, "civility.bin"), m.Encode(), 0o644); err != nil {
		return fmt.Errorf("write the civility model: %w", err)
	}
	bg, err := t.Background(nil)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(outDir, "background.bin"), bg, 0o644); err != nil {
		return fmt.Errorf("write the background of words: %w", err)
	}
	return nil
}

// Background counts the words of talk about anything, without the topics named
// in leaveOut.
func (t *Trainer) Background(leaveOut map[string]bool) ([]byte, error) {
	counts := make([]float64, transcripts.FieldSize)
	posts, err := scores.Load[Post](t.dir, "topics/reddit_clusters.jsonl")
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		if !leaveOut[p.Sub] {
			t.reader.FieldWords(p.Text, counts)
		}
	}
	return transcripts.EncodeBackground(counts), nil
}

// Post is a text of a topic within a cluster.
type Post struct {
	Cluster string `json:"cluster"`
	Sub     string `json:"sub"`
	Text    string `json:"text"`
}

// HeldOut says whether a text is kept from training, to measure on: one in
// five, by its hash.
func HeldOut(text string) bool {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()%5 == 0
}

// Trainer holds what training needs.
type Trainer struct {
	dir    string
	reader *transcripts.Reader
}

func newTrainer(dir string) (*Trainer, error) {
	r, err := transcripts.New(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("make the reader: %w", err)
	}
	return &Trainer{dir, r}, nil
}

// New makes a trainer over the labelled sets, to fit models for measuring.
func New(dataDir string) (*Trainer, error) { return newTrainer(dataDir) }

// source is a labelled set: how many of its texts are used, and what each says.
type source struct {
	name, file string
	limit      int
	use        func(row) (yes, ok bool)
}

type row struct {
	Text  string `json:"text"`
	Y     int    `json:"y"`
	Split string `json:"split"`
	Cls   int    `json:"cls"`
	Label string `json:"label"`
}

// civilOptions are those that did best on what was held out.
var civilOptions = linear.Options{Bits: 18, Epochs: 6, Rate: 0.3, L2: 3e-5, Seed: 1}

// civilWeights say how much one text of each set weighs: the small sets of talk
// to somebody more than the large set of tweets.
var civilWeights = map[string]float64{"davidson": 0.35, "convabuse": 3, "surge": 6, "counselchat": 3, "irc": 0.3, "sms": 0.5, "reddit": 0.15}

func civilSources() []source {
	byY := func(r row) (bool, bool) { return r.Y == 1, true }
	no := func(r row) (bool, bool) { return false, r.Label != "spam" }
	return []source{
		{"davidson", "toxicity/davidson.jsonl", 0, byY},
		{"convabuse", "toxicity/convabuse.jsonl", 0, byY},
		{"surge", "toxicity/surge.jsonl", 0, byY},
		{"counselchat", "contact/counselchat_offplatform.jsonl", 0, no},
		{"irc", "contact/irc_benign_negatives.jsonl", 6000, no},
		{"sms", "contact/sms_spam_ham.jsonl", 0, no},
		{"reddit", "topics/reddit_clusters.jsonl", 4000, no},
	}
}

// Civility trains the model of offensive words, without the sets named in
// leaveOut.
func (t *Trainer) Civility(leaveOut map[string]bool) (*linear.Model, error) {
	var ex, cal []linear.Example
	for _, s := range civilSources() {
		if leaveOut[s.name] {
			continue
		}
		rows, err := scores.Load[row](t.dir, s.file)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, r := range rows {
			if s.limit > 0 && n >= s.limit {
				break
			}
			yes, ok := s.use(r)
			held := HeldOut(r.Text)
			if s.name == "convabuse" {
				held = r.Split == "valid"
			}
			if !ok || held {
				continue
			}
			n++
			for _, f := range t.reader.CivilityFeatures(r.Text) {
				e := linear.Example{Feats: f, Yes: yes, Weight: civilWeights[s.name]}
				if n%8 == 0 {
					cal = append(cal, e)
				} else {
					ex = append(ex, e)
				}
				if yes {
					break // which part of a text offends is not known
				}
			}
		}
	}
	w, bias := linear.Train(ex, civilOptions)
	m := linear.New(w, bias, 1, 0)
	scores, yes, weights := make([]float64, len(cal)), make([]bool, len(cal)), make([]float64, len(cal))
	for i, e := range cal {
		scores[i], yes[i], weights[i] = m.Score(e.Feats), e.Yes, e.Weight
	}
	a, b := linear.Calibrate(scores, yes, weights)
	// The sets hold more harmless talk than the texts that people doubt about:
	// the point of balance is moved to where both errors weigh the same.
	return linear.New(w, bias, a, b+0.4), nil
}
