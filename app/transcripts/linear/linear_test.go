package linear

import (
	"bytes"
	"math"
	"testing"
)

// examples: feature 1 speaks for yes, 2 for no, 3 for nothing.
func examples() []Example {
	var ex []Example
	for i := range 400 {
		yes := i%2 == 0
		f := Features{Words: []uint32{3, 2}, Signs: []uint32{5}}
		if yes {
			f = Features{Words: []uint32{3, 1}, Signs: []uint32{6}}
		}
		ex = append(ex, Example{Features: f, Yes: yes, Weight: 1})
	}
	return ex
}

func TestTrain(t *testing.T) {
	t.Parallel()
	o := Options{WordBits: 6, SignBits: 4, Epochs: 5, Rate: 0.3, L2: 1e-6, Seed: 9, Domains: 1, Own: true}
	m := New(Train(examples(), o), 1, 0)
	if p := m.Probability(Features{Words: []uint32{1, 3}, Signs: []uint32{6}}); p < 0.9 {
		t.Errorf("a sure yes has %.2f", p)
	}
	if p := m.Probability(Features{Words: []uint32{2, 3}, Signs: []uint32{5}}); p > 0.1 {
		t.Errorf("a sure no has %.2f", p)
	}
	if !bytes.Equal(m.Encode(), New(Train(examples(), o), 1, 0).Encode()) {
		t.Error("training twice gives two models")
	}
	back, err := Decode(m.Encode())
	if err != nil || back.Score(Features{Words: []uint32{1, 3}}) != m.Score(Features{Words: []uint32{1, 3}}) {
		t.Errorf("decoded model differs (%v)", err)
	}
}

// TestDomains wants what only one set says to stay with that set.
func TestDomains(t *testing.T) {
	t.Parallel()
	var ex []Example
	for i := range 600 {
		yes, d := i%2 == 0, i%3
		f := Features{Words: []uint32{2}}
		if yes {
			f.Words = []uint32{1}
		}
		if d == 1 { // this set offends with word 7 alone, as the others never do
			f.Words = append(f.Words, 7)
			yes = true
		}
		ex = append(ex, Example{Features: f, Domain: d, Yes: yes, Weight: 1})
	}
	m := New(Train(ex, Options{WordBits: 8, SignBits: 2, Epochs: 8, Rate: 0.2, L2: 1e-5, Seed: 1, Domains: 3, Own: true}), 1, 0)
	if z1, z7 := m.Score(Features{Words: []uint32{1}}), m.Score(Features{Words: []uint32{7}}); z1 < 1.2*z7 {
		t.Errorf("the word of all sets weighs %.2f, that of one set %.2f", z1, z7)
	}
}

func TestCalibrate(t *testing.T) {
	t.Parallel()
	// at score 2 three of four are yes, at -2 one of four
	var s, w []float64
	var y []bool
	for i := range 400 {
		s, w = append(s, 2, -2), append(w, 1, 1)
		y = append(y, i%4 != 0, i%4 == 0)
	}
	a, b := Calibrate(s, y, w)
	if p := 1 / (1 + math.Exp(-(a*2 + b))); math.Abs(p-0.75) > 0.01 {
		t.Errorf("calibrated to %.3f, want 0.75", p)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(New(Weights{Words: make([]float64, 4), Signs: make([]float64, 2)}, 1, 0).Encode())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err == nil && (m.Probability(Features{Words: []uint32{1, 1 << 30}, Signs: []uint32{9}}) < 0 || math.IsNaN(m.bias)) {
			t.Fatal("a model was taken that can't score")
		}
	})
}
