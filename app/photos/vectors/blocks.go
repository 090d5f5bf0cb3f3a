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

// Eight gives the least and the largest number of a square of 8 x 8, and how many
// are near neither. Rows lie stride apart.
func Eight(p []float32, stride int) (lo, hi float32, between int) {
	p = p[:7*stride+8]
	if wide {
		return eight(&p[0], stride)
	}
	lo, hi = p[0], p[0]
	for y := range 8 {
		for _, v := range p[y*stride:][:8] {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	near := nearShare * (hi - lo)
	for y := range 8 {
		for _, v := range p[y*stride:][:8] {
			if v-lo > near && hi-v > near {
				between++
			}
		}
	}
	return lo, hi, between
}
