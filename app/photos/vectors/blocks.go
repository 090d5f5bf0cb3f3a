package vectors

// Side is the side of the squares that Middling looks at.
const Side = 12

// nearShare of the way from one end to the other counts as the end.
const nearShare = 0.15

// Middling counts the numbers of a square of Side x Side that are near neither
// its least nor its largest one. Rows lie stride apart.
func Middling(p []float32, stride int) int {
	p = p[:(Side-1)*stride+Side]
	if wide {
		return middling12(&p[0], stride)
	}
	lo, hi := p[0], p[0]
	for y := range Side {
		for _, v := range p[y*stride:][:Side] {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	near := nearShare * (hi - lo)
	lo, hi = lo+near, hi-near
	n := 0
	for y := range Side {
		for _, v := range p[y*stride:][:Side] {
			if v > lo && v < hi {
				n++
			}
		}
	}
	return n
}
