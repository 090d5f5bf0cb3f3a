package photos

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"mensch/app/photos/vectors"
)

// A scale space: the picture ever more blurred, half an octave a step, and the
// differences between the steps, whose extremes are blobs. Blobs stay where
// they are when a photo is resized, blurred, turned or cut.

const (
	stepsPerOctave = 2
	baseSigma      = 1.15 // blur of an octave's first level, in its pixels
	bornSigma      = 0.6  // blur that a photo has already
	contrastLeast  = 1.1  // of a blob, in greys
	edgeMost       = 12.0 // ratio of curvatures above which a blob is an edge
)

// blob is an extreme of the scale space.
type blob struct {
	x, y     float32 // in pixels of the picture that was given
	sigma    float32 // its size there
	response float32
	octave   int
	level    int
}

// octave holds the blurred levels of one size.
type octave struct {
	scale  float32 // pixels of the given picture in one of its own
	levels []*plane
}

var octaveKernels = func() [][]float32 {
	k := math.Pow(2, 1.0/stepsPerOctave)
	out := make([][]float32, stepsPerOctave+3)
	sigma := baseSigma
	for i := 1; i < len(out); i++ {
		next := sigma * k
		out[i] = gaussKernel(math.Sqrt(next*next - sigma*sigma))
		sigma = next
	}
	return out
}()

var firstKernel = gaussKernel(math.Sqrt(baseSigma*baseSigma - bornSigma*bornSigma))

// gaussKernel gives the middle weight and those of one side.
func gaussKernel(sigma float64) []float32 {
	radius := max(1, int(math.Ceil(sigma*2.4)))
	out := make([]float32, radius+1)
	var sum float64
	for i := range out {
		v := math.Exp(-float64(i*i) / (2 * sigma * sigma))
		out[i] = float32(v)
		if i > 0 {
			v *= 2
		}
		sum += v
	}
	for i := range out {
		out[i] /= float32(sum)
	}
	return out
}

// scratch holds the planes of one scale space. They come to some megabytes a
// photo and are used again for the next.
type scratch struct {
	slab  []float32
	used  int
	line  []float32
	marks []uint8
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// numbers gives room for n numbers of any value.
func (s *scratch) numbers(n int) []float32 {
	if s.used+n > len(s.slab) {
		// What was given out of the old slab stays with those who have it.
		s.slab, s.used = make([]float32, max(2*len(s.slab), n, 1<<18)), 0
	}
	out := s.slab[s.used : s.used+n : s.used+n]
	s.used += n
	return out
}

func (s *scratch) plane(w, h int) *plane { return &plane{w: w, h: h, pix: s.numbers(w * h)} }

// blurred convolves with a kernel of gaussKernel, the border repeated. Two taps
// a pass halve the traffic with memory, which is what it costs.
func (s *scratch) blurred(p *plane, kernel []float32) *plane {
	w, h := p.w, p.h
	radius := len(kernel) - 1
	out := s.plane(w, h)
	if cap(s.line) < w+2*radius {
		s.line = make([]float32, 2*(w+2*radius))
	}
	padded := s.line[:w+2*radius]
	dst := padded[radius : radius+w]
	row := func(y int) []float32 { return p.pix[min(max(y, 0), h-1)*w:][:w] }
	for y := range h {
		vectors.Scale(dst, row(y), kernel[0])
		for i := 1; i <= radius; i += 2 {
			if i == radius {
				vectors.AddTwo(dst, row(y-i), row(y+i), kernel[i])
				break
			}
			vectors.AddFour(dst, row(y-i), row(y+i), row(y-i-1), row(y+i+1), kernel[i], kernel[i+1])
		}
		for i := range radius {
			padded[i], padded[radius+w+i] = dst[0], dst[w-1]
		}
		line := out.pix[y*w:][:w]
		vectors.Scale(line, dst, kernel[0])
		for i := 1; i <= radius; i += 2 {
			a, b := padded[radius-i:][:w], padded[radius+i:][:w]
			if i == radius {
				vectors.AddTwo(line, a, b, kernel[i])
				break
			}
			vectors.AddFour(line, a, b, padded[radius-i-1:][:w], padded[radius+i+1:][:w], kernel[i], kernel[i+1])
		}
	}
	return out
}

// halved takes every second pixel.
func (s *scratch) halved(p *plane) *plane {
	out := s.plane((p.w+1)/2, (p.h+1)/2)
	for y := range out.h {
		row := p.pix[2*y*p.w:]
		dst := out.pix[y*out.w : (y+1)*out.w]
		for x := range dst {
			dst[x] = row[2*x]
		}
	}
	return out
}

// scaleSpace gives the octaves of a picture, down to a dozen pixels. They're
// good until the scratch is used anew.
func (s *scratch) scaleSpace(p *plane) []octave {
	var out []octave
	first := s.blurred(p, firstKernel)
	for scale := float32(1); min(first.w, first.h) >= 12 && len(out) < 7; scale *= 2 {
		o := octave{scale: scale, levels: make([]*plane, stepsPerOctave+3)}
		o.levels[0] = first
		for i := 1; i < len(o.levels); i++ {
			o.levels[i] = s.blurred(o.levels[i-1], octaveKernels[i])
		}
		out = append(out, o)
		first = s.halved(o.levels[stepsPerOctave])
	}
	return out
}

// blobs finds the extremes over place and size.
func (s *scratch) blobs(space []octave) []blob {
	var out []blob
	const faint = contrastLeast * 0.8
	for n, o := range space {
		w, h := o.levels[0].w, o.levels[0].h
		var diff [stepsPerOctave + 2][]float32
		for i := range diff {
			diff[i] = s.numbers(w * h)
			vectors.Sub(diff[i], o.levels[i+1].pix, o.levels[i].pix)
		}
		s.marks = slices.Grow(s.marks[:0], w/8+1)[:w/8+1]
		for l := 1; l <= stepsPerOctave; l++ {
			mid, low, high := diff[l], diff[l-1], diff[l+1]
			look := func(x, y int) {
				at := y*w + x
				if v := mid[at]; v < faint && v > -faint || !extreme(v, at, w, mid, low, high) {
					return
				}
				if b, ok := refine(x, y, l, w, diff[:]); ok {
					b.x *= o.scale
					b.y *= o.scale
					b.sigma *= o.scale
					b.octave = n
					out = append(out, b)
				}
			}
			for y := 2; y < h-2; y++ {
				// Most places slope, and many are told apart at once. Marks begin at
				// the second place of a row, which is to be the third.
				row := func(diff []float32, y int) []float32 { return diff[y*w+1:][:w-2] }
				marked := vectors.Peaks(s.marks, row(mid, y), row(mid, y-1), row(mid, y+1), row(low, y), row(high, y), faint)
				for i, m := range s.marks[:marked/8] {
					for ; m != 0; m &= m - 1 {
						look(2+8*i+bits.TrailingZeros8(m), y)
					}
				}
				for x := 2 + marked; x < w-2; x++ {
					look(x, y)
				}
			}
		}
	}
	return out
}

func extreme(v float32, at, w int, mid, low, high []float32) bool {
	if v > 0 {
		if mid[at-1] >= v || mid[at+1] > v {
			return false
		}
		for _, row := range [3]int{at - w, at, at + w} {
			for k := row - 1; k <= row+1; k++ {
				if k != at && mid[k] > v || low[k] >= v || high[k] > v {
					return false
				}
			}
		}
		return true
	}
	if mid[at-1] <= v || mid[at+1] < v {
		return false
	}
	for _, row := range [3]int{at - w, at, at + w} {
		for k := row - 1; k <= row+1; k++ {
			if k != at && mid[k] < v || low[k] <= v || high[k] < v {
				return false
			}
		}
	}
	return true
}

// refine fits a parabola along each axis and drops edges and faint blobs.
func refine(x, y, l, w int, diff [][]float32) (blob, bool) {
	d := diff[l]
	at := y*w + x
	v := d[at]
	dx, dy := (d[at+1]-d[at-1])/2, (d[at+w]-d[at-w])/2
	ds := (diff[l+1][at] - diff[l-1][at]) / 2
	dxx, dyy := d[at+1]+d[at-1]-2*v, d[at+w]+d[at-w]-2*v
	dss := diff[l+1][at] + diff[l-1][at] - 2*v
	dxy := (d[at+w+1] - d[at+w-1] - d[at-w+1] + d[at-w-1]) / 4
	det := dxx*dyy - dxy*dxy
	trace := dxx + dyy
	if det <= 0 || trace*trace*edgeMost > (edgeMost+1)*(edgeMost+1)*det {
		return blob{}, false
	}
	ox := clampHalf(-(dyy*dx - dxy*dy) / det)
	oy := clampHalf(-(dxx*dy - dxy*dx) / det)
	var os float32
	if dss != 0 {
		os = clampHalf(-ds / dss)
	}
	peak := v + (dx*ox+dy*oy+ds*os)/2
	if peak < contrastLeast && peak > -contrastLeast {
		return blob{}, false
	}
	if peak < 0 {
		peak = -peak
	}
	sigma := baseSigma * math.Pow(2, (float64(l)+float64(os))/stepsPerOctave)
	level := l
	if os > 0.25 {
		level++
	}
	return blob{x: float32(x) + ox, y: float32(y) + oy, sigma: float32(sigma), response: peak, level: level}, true
}

func clampHalf(v float32) float32 { return min(max(v, -0.5), 0.5) }
