package training

import (
	"embed"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"mensch/app/scores"
	"mensch/app/transcripts/linear"
)

// lines are what the models of discretion are trained on, written for it.
//
//go:embed lines/*.txt
var lines embed.FS

// discretionSets are the sets of lines, by the model that they train.
var discretionSets = []string{"confidences", "disparagement", "solicitation"}

// harmlessSet are answers as experts write them all day, which every model must
// leave alone, and harmlessShare what one of them weighs.
const (
	harmlessSet   = "harmless"
	harmlessShare = 2
)

// told is one text that was written for training, with its slots filled.
type told struct {
	text  string
	yes   bool
	set   string
	by    string  // who wrote it
	line  uint32  // the same for all fillings of a line
	share float64 // how much it weighs among them
}

// fillings is how often a line with slots or choices is filled in.
const fillings = 12

// written reads the lines that were written for training.
func written() ([]told, error) {
	slots := map[string][]string{}
	var out []told
	files, err := lines.ReadDir("lines")
	if err != nil {
		return nil, fmt.Errorf("list the lines to train on: %w", err)
	}
	names := []string{"slots.txt"} // before the lines that have them
	for _, f := range files {
		if f.Name() != "slots.txt" {
			names = append(names, f.Name())
		}
	}
	for _, name := range names {
		raw, err := lines.ReadFile("lines/" + name)
		if err != nil {
			return nil, fmt.Errorf("read the lines to train on: %w", err)
		}
		set, by, _ := strings.Cut(strings.TrimSuffix(name, ".txt"), "_")
		for line := range strings.Lines(string(raw)) {
			line = strings.TrimSpace(line)
			if def, ok := strings.CutPrefix(line, "= "); ok {
				name, list, _ := strings.Cut(def, " ")
				slots[name] = strings.Split(list, "|")
				continue
			}
			if len(line) < 3 || line[0] != '+' && line[0] != '-' {
				continue
			}
			h := fnv.New32a()
			h.Write([]byte(line))
			rng := rand.New(rand.NewPCG(uint64(h.Sum32()), 11))
			var texts []string
			for range fillings {
				if len(texts) == 1 && !strings.ContainsAny(line, "[{") {
					break
				}
				if t := fill(line[2:], slots, rng); !slices.Contains(texts, t) {
					texts = append(texts, t)
				}
			}
			for _, t := range texts {
				out = append(out, told{t, line[0] == '+', set, by, h.Sum32(), 1 / math.Sqrt(float64(len(texts)))})
			}
		}
	}
	return out, nil
}

// fill takes one choice of each [a|b] and one word for each {slot}.
func fill(line string, slots map[string][]string, rng *rand.Rand) string {
	for {
		before, rest, ok := strings.Cut(line, "[")
		list, after, ok2 := strings.Cut(rest, "]")
		if !ok || !ok2 {
			break
		}
		choices := strings.Split(list, "|")
		line = before + choices[rng.IntN(len(choices))] + after
	}
	for {
		before, rest, ok := strings.Cut(line, "{")
		slot, after, ok2 := strings.Cut(rest, "}")
		if !ok || !ok2 || len(slots[slot]) == 0 {
			return strings.TrimSpace(strings.ReplaceAll(line, "  ", " "))
		}
		line = before + slots[slot][rng.IntN(len(slots[slot]))] + after
	}
}

// discretionOptions say how the models of discretion are trained.
var discretionOptions = linear.Options{WordBits: 18, SignBits: 12, Epochs: 5, Rate: 0.15, L2: 1e-4, SignL2: 1e-4, Seed: 3, Domains: 1}

// otherWeight is how much a line of another set weighs.
const otherWeight = 0.3

// discretionFolds is how many parts the writers are cut into for calibration.
const discretionFolds = 4

// backgroundOneIn says of how many harmless texts of a set one is trained on, and
// backgroundShares what it weighs: therapists' answers are what an expert writes,
// the others are many.
var (
	backgroundOneIn  = map[string]uint32{"counselchat": 1, "irc": 3, "sms": 2, "reddit": 4}
	backgroundShares = map[string]float64{"counselchat": 2, "irc": 1, "sms": 1, "reddit": 1}
)

// piece is a text as the models of discretion read it.
type piece struct {
	windows []linear.Features
	told
	background bool
}

// readPieces reads the lines and the harmless background, without what is held out
// of that.
func (t *Trainer) readPieces() ([]piece, error) {
	all, err := written()
	if err != nil {
		return nil, err
	}
	var out []piece
	for _, l := range all {
		if l.set == harmlessSet {
			l.share = harmlessShare
		}
		out = append(out, piece{t.reader.GistFeatures(l.text), l, l.set == harmlessSet})
	}
	for _, s := range civilSources() {
		if backgroundOneIn[s.name] == 0 {
			continue
		}
		rows, err := scores.Load[row](t.dir, s.file)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if _, ok := s.use(r); !ok || HeldOut(r.Text) {
				continue
			}
			h := fnv.New32a()
			h.Write([]byte(r.Text))
			if h.Sum32()/7%backgroundOneIn[s.name] != 0 {
				continue
			}
			out = append(out, piece{t.reader.GistFeatures(clean(r.Text)), told{text: r.Text, set: s.name, line: h.Sum32(), share: backgroundShares[s.name]}, true})
		}
	}
	return out, nil
}

// Discretion trains the model of one set. Its probabilities are calibrated on
// lines of writers that models trained without them say them of, and on harmless
// texts alike: nobody words things as those do whom a model knows.
func (t *Trainer) Discretion(set string) (*linear.Model, error) {
	if t.pieces == nil {
		var err error
		if t.pieces, err = t.readPieces(); err != nil {
			return nil, err
		}
	}
	var writers []string
	for _, p := range t.pieces {
		if p.set == set && !slices.Contains(writers, p.by) {
			writers = append(writers, p.by)
		}
	}
	scored := make([]float64, len(t.pieces))
	folds := min(discretionFolds, len(writers))
	held := func(p *piece) int {
		if p.background {
			return int(p.line % uint32(folds))
		}
		return slices.Index(writers, p.by) % folds
	}
	var all sync.WaitGroup
	for k := range folds {
		all.Go(func() {
			m := linear.New(discretion(set, slices.DeleteFunc(slices.Clone(t.pieces), func(p piece) bool { return held(&p) == k })), 1, 0)
			for i := range t.pieces {
				if p := &t.pieces[i]; held(p) == k {
					scored[i] = strongest(m, p.windows)
				}
			}
		})
	}
	all.Wait()
	var z, weights []float64
	var yes []bool
	var sums [3]float64
	kind := func(p *piece) int {
		switch {
		case p.background:
			return 2
		case p.set != set:
			return -1
		case p.yes:
			return 0
		}
		return 1
	}
	for i := range t.pieces {
		if k := kind(&t.pieces[i]); k >= 0 {
			sums[k] += t.pieces[i].share
		}
	}
	for i := range t.pieces {
		p := &t.pieces[i]
		if k := kind(p); k >= 0 {
			z, yes, weights = append(z, scored[i]), append(yes, k == 0), append(weights, p.share/sums[k]*discretionShares[k])
		}
	}
	slope, shift := linear.Calibrate(z, yes, weights)
	return linear.New(discretion(set, t.pieces), slope, shift), nil
}

// discretionShares are how much of what a reader doubts about breaks the rule,
// looks like it, and is harmless talk.
var discretionShares = [3]float64{0.3, 0.4, 0.3}

// discretion fits weights to the pieces. Which window of a line tells is not
// known, so a first model chooses the one that it holds for the worst, of lines
// that look alike and are harmless too: the others of a line are chat as any. Of
// the background all are read, as all must be harmless.
func discretion(set string, pieces []piece) linear.Weights {
	quick := discretionOptions
	quick.Epochs = 2
	first := linear.New(linear.Train(examples(set, pieces, nil), quick), 1, 0)
	return linear.Train(examples(set, pieces, first), discretionOptions)
}

func examples(set string, pieces []piece, first *linear.Model) []linear.Example {
	var ex []linear.Example
	for _, p := range pieces {
		yes := p.yes && p.set == set
		best := 0
		if first != nil && !p.background {
			for k, w := range p.windows {
				if first.Score(w) > first.Score(p.windows[best]) {
					best = k
				}
			}
		}
		for k, w := range p.windows {
			if first != nil && !p.background && k != best {
				continue
			}
			e := linear.Example{Features: w, Yes: yes, Weight: p.share}
			if !p.background && p.set != set {
				e.Weight *= otherWeight
			}
			if yes && first == nil {
				e.Weight /= float64(len(p.windows))
			}
			ex = append(ex, e)
		}
	}
	return ex
}

func strongest(m *linear.Model, windows []linear.Features) float64 {
	z := math.Inf(-1)
	for _, w := range windows {
		z = max(z, m.Score(w))
	}
	return max(z, -30)
}
