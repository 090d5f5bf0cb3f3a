// Package linear holds small linear models over hashed features: logistic
// regression with weights of one byte, trained and stored the same way each
// time.
package linear

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
)

// Features are hashes of what a text shows. Of Words there are many, and each
// says little: n of them weigh 1/sqrt(n) each. Signs are few and weigh the same
// in a long text as in a short one.
type Features struct {
	Words []uint32
	Signs []uint32
}

// Model is a trained model. It is immutable and safe for use by many
// goroutines.
type Model struct {
	words table
	signs table
	bias  float64
	slope float64 // calibration: p = 1/(1+exp(-(slope*z+shift)))
	shift float64
}

// table holds weights in steps of scale.
type table struct {
	bits    int
	scale   float64
	weights []int8
}

var (
	errMagic = errors.New("is no model of this format")
	errSize  = errors.New("has a wrong size")
	errSum   = errors.New("is damaged: its checksum differs")
)

const (
	magic  = "MNLM2\n"
	header = len(magic) + 2 + 5*8
)

// New quantises weights to a model. The lengths of both tables are powers of
// two, at most 2^24.
func New(w Weights, slope, shift float64) *Model {
	return &Model{words: quantise(w.Words), signs: quantise(w.Signs), bias: w.Bias, slope: slope, shift: shift}
}

func quantise(weights []float64) table {
	t := table{weights: make([]int8, len(weights))}
	for n := len(weights); n > 1; n >>= 1 {
		t.bits++
	}
	top := 0.0
	for _, w := range weights {
		top = max(top, math.Abs(w))
	}
	if top == 0 {
		top = 1
	}
	t.scale = top / 127
	for i, w := range weights {
		t.weights[i] = int8(math.Round(w / t.scale))
	}
	return t
}

func (t *table) sum(feats []uint32) float64 {
	mask := uint32(len(t.weights) - 1)
	sum := 0
	for _, f := range feats {
		sum += int(t.weights[f&mask])
	}
	return float64(float64(sum) * t.scale)
}

// Score gives the linear score of features: hashes, of which the model uses the
// low bits.
func (m *Model) Score(f Features) float64 {
	z := m.bias + m.signs.sum(f.Signs)
	if len(f.Words) > 0 {
		z += float64(m.words.sum(f.Words) / math.Sqrt(float64(len(f.Words))))
	}
	return z
}

// Probability gives the calibrated score, 0 to 1.
func (m *Model) Probability(f Features) float64 {
	return 1 / (1 + math.Exp(-(float64(m.slope*m.Score(f)) + m.shift)))
}

// Sign gives the weight of a sign.
func (m *Model) Sign(f uint32) float64 {
	return float64(m.signs.weights[f&uint32(len(m.signs.weights)-1)]) * m.signs.scale
}

// Encode gives the model as bytes, the same for the same model.
func (m *Model) Encode() []byte {
	b := make([]byte, 0, header+len(m.words.weights)+len(m.signs.weights)+4)
	b = append(b, magic...)
	b = append(b, byte(m.words.bits), byte(m.signs.bits))
	for _, f := range []float64{m.words.scale, m.signs.scale, m.bias, m.slope, m.shift} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	for _, t := range []table{m.words, m.signs} {
		for _, w := range t.weights {
			b = append(b, byte(w))
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// Decode reads a model's bytes.
func Decode(b []byte) (*Model, error) {
	if len(b) < header+4 || string(b[:len(magic)]) != magic {
		return nil, errMagic
	}
	m := &Model{words: table{bits: int(b[len(magic)])}, signs: table{bits: int(b[len(magic)+1])}}
	for _, t := range []*table{&m.words, &m.signs} {
		if t.bits < 1 || t.bits > 24 {
			return nil, errSize
		}
	}
	if len(b) != header+1<<m.words.bits+1<<m.signs.bits+4 {
		return nil, errSize
	}
	if crc32.ChecksumIEEE(b[:len(b)-4]) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return nil, errSum
	}
	for i, f := range []*float64{&m.words.scale, &m.signs.scale, &m.bias, &m.slope, &m.shift} {
		*f = math.Float64frombits(binary.LittleEndian.Uint64(b[len(magic)+2+8*i:]))
		if math.IsNaN(*f) || math.IsInf(*f, 0) {
			return nil, errSize
		}
	}
	rest := b[header:]
	for _, t := range []*table{&m.words, &m.signs} {
		t.weights = make([]int8, 1<<t.bits)
		for i := range t.weights {
			t.weights[i] = int8(rest[i])
		}
		rest = rest[len(t.weights):]
	}
	return m, nil
}
