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

// Model is a trained model. It is immutable and safe for use by many
// goroutines.
type Model struct {
	bits    int
	scale   float64
	bias    float64
	slope   float64 // calibration: p = 1/(1+exp(-(slope*z+shift)))
	shift   float64
	weights []int8
}

var (
	errMagic = errors.New("is no model of this format")
	errSize  = errors.New("has a wrong size")
	errSum   = errors.New("is damaged: its checksum differs")
)

const (
	magic  = "MNLM1\n"
	header = len(magic) + 1 + 4*8
)

// New quantises weights to a model. The length of weights is a power of two, at
// most 2^24.
func New(weights []float64, bias, slope, shift float64) *Model {
	m := &Model{bias: bias, slope: slope, shift: shift, weights: make([]int8, len(weights))}
	for n := len(weights); n > 1; n >>= 1 {
		m.bits++
	}
	top := 0.0
	for _, w := range weights {
		top = max(top, math.Abs(w))
	}
	if top == 0 {
		top = 1
	}
	m.scale = top / 127
	for i, w := range weights {
		m.weights[i] = int8(math.Round(w / m.scale))
	}
	return m
}

// Score gives the linear score of features: hashes, of which the model uses the
// low bits. Each feature weighs 1/sqrt(n) of n.
func (m *Model) Score(feats []uint32) float64 {
	if len(feats) == 0 {
		return m.bias
	}
	mask := uint32(len(m.weights) - 1)
	sum := 0
	for _, f := range feats {
		sum += int(m.weights[f&mask])
	}
	return float64(sum)*m.scale/math.Sqrt(float64(len(feats))) + m.bias
}

// Probability gives the calibrated score, 0 to 1.
func (m *Model) Probability(feats []uint32) float64 {
	return 1 / (1 + math.Exp(-(m.slope*m.Score(feats) + m.shift)))
}

// Weight gives a feature's weight.
func (m *Model) Weight(f uint32) float64 {
	return float64(m.weights[f&uint32(len(m.weights)-1)]) * m.scale
}

// Encode gives the model as bytes, the same for the same model.
func (m *Model) Encode() []byte {
	b := make([]byte, 0, header+len(m.weights)+4)
	b = append(b, magic...)
	b = append(b, byte(m.bits))
	for _, f := range []float64{m.scale, m.bias, m.slope, m.shift} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	for _, w := range m.weights {
		b = append(b, byte(w))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// Decode reads a model's bytes.
func Decode(b []byte) (*Model, error) {
	if len(b) < header+4 || string(b[:len(magic)]) != magic {
		return nil, errMagic
	}
	m := &Model{bits: int(b[len(magic)])}
	if m.bits < 1 || m.bits > 24 || len(b) != header+1<<m.bits+4 {
		return nil, errSize
	}
	if crc32.ChecksumIEEE(b[:len(b)-4]) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return nil, errSum
	}
	for i, f := range []*float64{&m.scale, &m.bias, &m.slope, &m.shift} {
		*f = math.Float64frombits(binary.LittleEndian.Uint64(b[len(magic)+1+8*i:]))
		if math.IsNaN(*f) || math.IsInf(*f, 0) {
			return nil, errSize
		}
	}
	m.weights = make([]int8, 1<<m.bits)
	for i := range m.weights {
		m.weights[i] = int8(b[header+i])
	}
	return m, nil
}
