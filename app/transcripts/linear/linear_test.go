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
		f := []uint32{3, 2}
		if yes {
			f = []uint32{3, 1}
		}
		ex = append(ex, Example{f, yes, 1})
	}
	return ex
}

func TestTrain(t *testing.T) {
	t.Parallel()
	o := Options{Bits: 6, Epochs: 5, Rate: 0.3, L2: 1e-6, Seed: 9}
	w, bias := Train(examples(), o)
	m := New(w, bias, 1, 0)
	if p := m.Probability([]uint32{1, 3}); p < 0.9 {
		t.Errorf("a sure yes has %.2f", p)
	}
	if p := m.Probability([]uint32{2, 3}); p > 0.1 {
		t.Errorf("a sure no has %.2f", p)
	}
	w2, bias2 := Train(examples(), o)
	if !bytes.Equal(m.Encode(), New(w2, bias2, 1, 0).Encode()) {
		t.Error("training twice gives two models")
	}
	back, err := Decode(m.Encode())
	if err != nil || back.Score([]uint32{1, 3}) != m.Score([]uint32{1, 3}) {
		t.Errorf("decoded model differs (%v)", err)
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
	f.Add(New(make([]float64, 4), 0, 1, 0).Encode())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err == nil && (m.Probability([]uint32{1, 1 << 30}) < 0 || math.IsNaN(m.bias)) {
			t.Fatal("a model was taken that can't score")
		}
	})
}
