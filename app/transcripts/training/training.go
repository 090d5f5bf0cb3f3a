// Package training makes the trained parts of the transcript detectors from the
// labelled sets, byte for byte the same each time.
package training

import (
	"embed"
	"fmt"
	"hash/fnv"
	"html"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

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
	for _, set := range discretionSets {
		m, err := t.Discretion(set)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(outDir, set+".bin"), m.Encode(), 0o644); err != nil {
			return fmt.Errorf("write the model of %s: %w", set, err)
		}
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
	read   []bag   // the labelled sets, once read
	pieces []piece // what the models of discretion are trained on, once read
}

func newTrainer(dir string) (*Trainer, error) {
	r, err := transcripts.New(nil, embed.FS{})
	if err != nil {
		return nil, fmt.Errorf("make the reader: %w", err)
	}
	return &Trainer{dir: dir, reader: r}, nil
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

// civilOptions are those that did best where a whole set was held out.
var civilOptions = linear.Options{WordBits: 18, SignBits: 12, Epochs: 5, Rate: 0.2, L2: 3e-3, SignL2: 3e-4, Seed: 1, Domains: 3, Own: true}

// civilWeights say how much one text of each set weighs: the small sets of talk
// to somebody more than the large set of tweets.
var civilWeights = map[string]float64{"davidson": 0.35, "convabuse": 3, "surge": 6, "counselchat": 3, "irc": 0.3, "sms": 0.5, "reddit": 0.15}

// civilDomains tell the sets apart where they offend more or less often by how
// they were gathered. The harmless sets count as talk.
var civilDomains = map[string]int{"davidson": 1, "surge": 2}

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

// bag is one text: its windows, of which one at least offends if the text does.
type bag struct {
	windows []linear.Features
	source  string
	yes     bool
}

// Civility trains the model of offensive words, without the sets named in
// leaveOut.
func (t *Trainer) Civility(leaveOut map[string]bool) (*linear.Model, error) {
	if t.read == nil {
		var err error
		if t.read, err = t.bags(); err != nil {
			return nil, err
		}
	}
	return fit(slices.DeleteFunc(slices.Clone(t.read), func(b bag) bool { return leaveOut[b.source] })), nil
}

// bags reads the labelled sets, without what is held out.
func (t *Trainer) bags() ([]bag, error) {
	var bags []bag
	for _, s := range civilSources() {
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
			bags = append(bags, bag{t.reader.CivilityFeatures(clean(r.Text)), s.name, yes})
		}
	}
	return bags, nil
}

var webAddress = regexp.MustCompile(`https?://\S+`)

// clean takes the traces of its site from a post: they tell sets apart, not
// words that offend.
func clean(s string) string {
	s = html.UnescapeString(html.UnescapeString(s))
	return strings.TrimPrefix(webAddress.ReplaceAllString(s, ""), "RT ")
}

// fit trains on all sets. The probabilities are calibrated on what models say of
// a set that they were not trained on: a model is too sure of its own sets.
func fit(bags []bag) *linear.Model {
	var z, weights []float64
	var yes []bool
	for _, set := range []string{"davidson", "convabuse", "surge"} {
		own := func(b bag) bool { return b.source == set }
		others := slices.DeleteFunc(slices.Clone(bags), own)
		mine := slices.DeleteFunc(slices.Clone(bags), func(b bag) bool { return !own(b) })
		if len(mine) == 0 || !slices.ContainsFunc(others, func(b bag) bool { return b.yes }) {
			continue
		}
		m := linear.New(train(others), 1, 0)
		n := 0
		for _, b := range mine {
			if b.yes {
				n++
			}
		}
		for _, b := range mine {
			w := offendingShare / float64(max(1, n))
			if !b.yes {
				w = (1 - offendingShare) / float64(max(1, len(mine)-n))
			}
			z, yes, weights = append(z, worst(m, b)), append(yes, b.yes), append(weights, w)
		}
	}
	slope, shift := linear.Calibrate(z, yes, weights)
	return linear.New(train(bags), slope, shift)
}

// offendingShare is how much of what a reader doubts about offends. The sets
// differ in it by how they were gathered, from one in eight to five in six.
const offendingShare = 0.4

// worst gives the score of a text: that of its worst window.
func worst(m *linear.Model, b bag) float64 {
	z := math.Inf(-1)
	for _, w := range b.windows {
		z = max(z, m.Score(w))
	}
	return max(z, -20)
}

// train fits weights to all windows, and again with the one window of each
// offensive text that the first model holds for the worst: which part of a text
// offends is not known.
func train(bags []bag) linear.Weights {
	m := linear.New(once(bags, nil), 1, 0)
	which := make([]int, len(bags))
	for i, b := range bags {
		for k, w := range b.windows {
			if m.Score(w) > m.Score(b.windows[which[i]]) {
				which[i] = k
			}
		}
	}
	return once(bags, which)
}

func once(bags []bag, which []int) linear.Weights {
	var ex []linear.Example
	for i, b := range bags {
		for k, f := range b.windows {
			e := linear.Example{Features: f, Domain: civilDomains[b.source], Yes: b.yes, Weight: civilWeights[b.source]}
			if b.yes {
				if which == nil {
					e.Weight /= float64(len(b.windows))
				} else if k != which[i] {
					continue
				}
			}
			ex = append(ex, e)
		}
	}
	return linear.Train(ex, civilOptions)
}
