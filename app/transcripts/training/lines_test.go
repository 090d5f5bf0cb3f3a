package training

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLines reads the lines that the models of discretion are trained on: each
// is filled in wholly, each set has enough of both kinds, and none stands in the
// sets that are measured on.
func TestLines(t *testing.T) {
	t.Parallel()
	all, err := written()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string][2]int{}
	last := uint32(0)
	for _, l := range all {
		if strings.ContainsAny(l.text, "{}[]|") {
			t.Errorf("%s: %q is not filled in", l.set, l.text)
		}
		if l.text == "" || l.share <= 0 || l.share > 1 {
			t.Errorf("%s: %q weighs %v", l.set, l.text, l.share)
		}
		if l.line == last {
			continue
		}
		last = l.line
		n := count[l.set]
		if l.yes {
			n[0]++
		} else {
			n[1]++
		}
		count[l.set] = n
	}
	if n := count[harmlessSet]; n[0] > 0 || n[1] < 300 {
		t.Errorf("%d harmless answers break a rule, and %d do not", n[0], n[1])
	}
	for _, set := range discretionSets {
		if n := count[set]; n[0] < 1500 || n[1] < 2000 {
			t.Errorf("%s has %d lines that break the rule and %d that do not", set, n[0], n[1])
		}
	}
	measured, err := filepath.Glob("../bench/own/*.txt")
	if err != nil || len(measured) == 0 {
		t.Fatalf("no sets to measure on: %v", err)
	}
	known := map[string]bool{}
	for _, f := range measured {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); len(line) > 20 && line[1] == ' ' {
				known[strings.ToLower(line[2:])] = true
			}
		}
	}
	for _, l := range all {
		if known[strings.ToLower(l.text)] {
			t.Errorf("%s by %q: %q is a line of those that are measured on", l.set, l.by, l.text)
		}
	}
}

// TestKindsOf groups made-up vectors: words that point the same way are of one
// kind, and the mood of a word that the list lacks is that of its like.
func TestKindsOf(t *testing.T) {
	t.Parallel()
	dirs := [][]float32{}
	for i := range 40 {
		x := make([]float32, 4)
		x[i%4] = 1
		dirs = append(dirs, direction(x))
	}
	of := cluster(dirs, 4)
	for i := range dirs {
		if of[i] != of[i%4] {
			t.Errorf("direction %d is in group %d, its like in %d", i, of[i], of[i%4])
		}
	}
	if !slices.Equal(of, cluster(dirs, 4)) {
		t.Error("the same directions are grouped otherwise the second time")
	}
	words := []string{"awful", "terrible", "horrible", "xyzzyb", "lovely", "wonderful", "great", "xyzzyg"}
	bad, good := []float32{1, 0}, []float32{0, 1}
	moods := mood(words, [][]float32{bad, bad, bad, bad, good, good, good, good})
	if moods[3] >= 0 || moods[7] <= 0 {
		t.Errorf("the moods of unknown words are %d and %d", moods[3], moods[7])
	}
}
