package calibration

import (
	"math"

	"mensch/app/scores"
)

// Band is what became of the findings whose probability lay in [From, To).
type Band struct {
	From, To float64
	Count    int
	Accepted int
	Expected float64 // the mean probability; 0 if there is none
	Low      float64 // the 95 % interval of the share accepted; 0 to 1 if there is none
	High     float64
}

// Share is the share accepted, which is the detector's precision in the band; NaN if the band is empty.
func (b Band) Share() float64 { return float64(b.Accepted) / float64(b.Count) }

// Reliability sorts verdicts into n bands of equal width by the probability
// that the curve gave them: a detector is calibrated where Expected lies
// within the interval.
func Reliability(verdicts []Verdict, c Curve, n int) []Band {
	n = max(n, 1)
	bands := make([]Band, n)
	for i := range bands {
		bands[i].From, bands[i].To = float64(i)/float64(n), float64(i+1)/float64(n)
	}
	for _, v := range verdicts {
		p := c.At(v.Score)
		b := &bands[min(int(p*float64(n)), n-1)]
		b.Count++
		b.Expected += p
		if v.Accepted {
			b.Accepted++
		}
	}
	for i := range bands {
		b := &bands[i]
		b.Low, b.High = scores.Wilson(float64(b.Accepted), float64(b.Count))
		if b.Count > 0 {
			b.Expected /= float64(b.Count)
		}
	}
	return bands
}

// Brier is the mean squared error of the probabilities, 0 (perfect) to 1; a
// coin gives 0.25. NaN without verdicts.
func Brier(verdicts []Verdict, c Curve) float64 {
	sum := 0.0
	for _, v := range verdicts {
		p := c.At(v.Score)
		if v.Accepted {
			p = 1 - p
		}
		sum += p * p
	}
	return sum / float64(len(verdicts))
}

// Error is the expected calibration error over bands: the mean distance, by
// count, between the probability and the share accepted; NaN without verdicts.
func Error(bands []Band) float64 {
	sum, n := 0.0, 0
	for _, b := range bands {
		if b.Count > 0 {
			sum += math.Abs(b.Share()-b.Expected) * float64(b.Count)
			n += b.Count
		}
	}
	return sum / float64(n)
}
