package photos

import "math"

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

// blurred convolves with a kernel of gaussKernel, the border repeated. Two taps
// a pass halve the traffic with memory, which is what it costs.
func (p *plane) blurred(kernel []float32) *plane {
	w, h := p.w, p.h
	radius := len(kernel) - 1
	out := newPlane(w, h)
	padded := make([]float32, w+2*radius)
	for y := range h {
		dst := padded[radius : radius+w]
		row := p.pix[y*w:][:w]
		for x, v := range row {
			dst[x] = v * kernel[0]
		}
		for i := 1; i <= radius; i += 2 {
			a, b := p.pix[max(y-i, 0)*w:][:w], p.pix[min(y+i, h-1)*w:][:w]
			if i == radius {
				addTwo(dst, a, b, kernel[i])
				break
			}
			c, d := p.pix[max(y-i-1, 0)*w:][:w], p.pix[min(y+i+1, h-1)*w:][:w]
			addFour(dst, a, b, c, d, kernel[i], kernel[i+1])
		}
		for i := range radius {
			padded[i], padded[radius+w+i] = dst[0], dst[w-1]
		}
		line := out.pix[y*w:][:w]
		for x, v := range dst {
			line[x] = v * kernel[0]
		}
		for i := 1; i <= radius; i += 2 {
			a, b := padded[radius-i:][:w], padded[radius+i:][:w]
			if i == radius {
				addTwo(line, a, b, kernel[i])
				break
			}
			addFour(line, a, b, padded[radius-i-1:][:w], padded[radius+i+1:][:w], kernel[i], kernel[i+1])
		}
	}
	return out
}

func addTwo(dst, a, b []float32, k float32) {
	a, b = a[:len(dst)], b[:len(dst)]
	for x := range dst {
		dst[x] += (a[x] + b[x]) * k
	}
}

func addFour(dst, a, b, c, d []float32, k, l float32) {
	a, b, c, d = a[:len(dst)], b[:len(dst)], c[:len(dst)], d[:len(dst)]
	for x := range dst {
		dst[x] += (a[x]+b[x])*k + (c[x]+d[x])*l
	}
}

// halved takes every second pixel.
func (p *plane) halved() *plane {
	out := newPlane((p.w+1)/2, (p.h+1)/2)
	for y := range out.h {
		row := p.pix[2*y*p.w:]
		dst := out.pix[y*out.w : (y+1)*out.w]
		for x := range dst {
			dst[x] = row[2*x]
		}
	}
	return out
}

// scaleSpace gives the octaves of a picture, down to a dozen pixels.
func scaleSpace(p *plane) []octave {
	var out []octave
	first := p.blurred(firstKernel)
	for scale := float32(1); min(first.w, first.h) >= 12 && len(out) < 7; scale *= 2 {
		o := octave{scale: scale, levels: make([]*plane, stepsPerOctave+3)}
		o.levels[0] = first
		for i := 1; i < len(o.levels); i++ {
			o.levels[i] = o.levels[i-1].blurred(octaveKernels[i])
		}
		out = append(out, o)
		first = o.levels[stepsPerOctave].halved()
	}
	return out
}

// blobs finds the extremes over place and size.
func blobs(space []octave) []blob {
	var out []blob
	for n, o := range space {
		w, h := o.levels[0].w, o.levels[0].h
		var diff [stepsPerOctave + 2][]float32
		for i := range diff {
			d := make([]float32, w*h)
			a, b := o.levels[i].pix, o.levels[i+1].pix
			for k := range d {
				d[k] = b[k] - a[k]
			}
			diff[i] = d
		}
		for l := 1; l <= stepsPerOctave; l++ {
			mid, low, high := diff[l], diff[l-1], diff[l+1]
			for y := 2; y < h-2; y++ {
				for x := 2; x < w-2; x++ {
					at := y*w + x
					v := mid[at]
					if v < contrastLeast*0.8 && v > -contrastLeast*0.8 {
						continue
					}
					if !extreme(v, at, w, mid, low, high) {
						continue
					}
					if b, ok := refine(v, x, y, l, w, diff[:]); ok {
						b.x *= o.scale
						b.y *= o.scale
						b.sigma *= o.scale
						b.octave = n
						out = append(out, b)
					}
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
func refine(v float32, x, y, l, w int, diff [][]float32) (blob, bool) {
	d := diff[l]
	at := y*w + x
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
