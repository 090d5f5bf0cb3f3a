package photos

import (
	"image"
	"image/color"
	"math"

	"mensch/app/photos/vectors"
)

// baseArea is the most pixels of the grey that all else is computed from: room
// for a photo that is a small part of a screenshot, at a bounded cost.
const baseArea = 800 * 800

// plane is a grey picture, 0 black to 255 white.
type plane struct {
	w, h int
	pix  []float32
}

func newPlane(w, h int) *plane { return &plane{w: w, h: h, pix: make([]float32, w*h)} }

// turned gives the plane upright by an EXIF orientation.
func (p *plane) turned(turn int) *plane {
	if turn <= 1 || turn > 8 {
		return p
	}
	out := newPlane(p.w, p.h)
	if turn >= 5 {
		out = newPlane(p.h, p.w)
	}
	for y := range out.h {
		for x := range out.w {
			sx, sy := unturn(turn, x, y, p.w, p.h)
			out.pix[y*out.w+x] = p.pix[sy*p.w+sx]
		}
	}
	return out
}

// fit gives a size of the same shape with at most area pixels, never larger
// than w x h, at least 1 x 1.
func fit(w, h, area int) (int, int) {
	if w*h <= area {
		return w, h
	}
	s := math.Sqrt(float64(area) / (float64(w) * float64(h)))
	return max(1, int(float64(w)*s)), max(1, int(float64(h)*s))
}

// shrinkImage gives the luma of an image of sRGB over white, averaged down to at
// most area pixels.
func shrinkImage(img image.Image, area int) *plane {
	b := img.Bounds()
	w, h := fit(b.Dx(), b.Dy(), area)
	return shrinkRows(b.Dx(), b.Dy(), w, h, lumaRows(img, nil, 255))
}

// shrinkRows averages rows of luma, w x h in all, down to tw x th.
func shrinkRows(w, h, tw, th int, row func(y int, buf []uint8) []uint8) *plane {
	s := newShrinker(w, h, tw, th)
	buf := make([]uint8, w)
	for y := range h {
		s.add(row(y, buf))
	}
	return s.out
}

// resized gives the plane averaged down (or, where it must grow, interpolated)
// to w x h.
func (p *plane) resized(w, h int) *plane {
	if w == p.w && h == p.h {
		return p
	}
	src := p
	if w < p.w || h < p.h {
		src = src.averaged(min(w, p.w), min(h, p.h))
	}
	if src.w == w && src.h == h {
		return src
	}
	out := newPlane(w, h)
	sx, sy := float32(src.w)/float32(w), float32(src.h)/float32(h)
	for y := range h {
		for x := range w {
			out.pix[y*w+x] = src.at((float32(x)+0.5)*sx-0.5, (float32(y)+0.5)*sy-0.5)
		}
	}
	return out
}

// at samples between pixels; coordinates beyond the border take the border.
func (p *plane) at(x, y float32) float32 {
	x = min(max(x, 0), float32(p.w-1))
	y = min(max(y, 0), float32(p.h-1))
	ix, iy := int(x), int(y)
	fx, fy := x-float32(ix), y-float32(iy)
	jx, jy := min(ix+1, p.w-1), min(iy+1, p.h-1)
	a, b := p.pix[iy*p.w+ix], p.pix[iy*p.w+jx]
	c, d := p.pix[jy*p.w+ix], p.pix[jy*p.w+jx]
	top, bottom := a+(b-a)*fx, c+(d-c)*fx
	return top + (bottom-top)*fy
}

func (p *plane) averaged(w, h int) *plane {
	out := newPlane(w, h)
	// Down the rows first into one row of sums, then along it: both by the
	// exact share of each source pixel in each target pixel.
	cols := newAlong(p.w, w)
	sum := make([]float32, p.w)
	for y, r := range spans(p.h, h) {
		clear(sum)
		for k := r.from; k <= r.to; k++ {
			vectors.AddScaled(sum, p.pix[k*p.w:(k+1)*p.w], r.weight(k))
		}
		cols.row(sum, r.scale, out.pix[y*w:(y+1)*w])
	}
	return out
}

// along averages sums of columns along rows of one length.
type along struct {
	cols []span
	few  []fewTaps // the same where no span has more of them; else nil
}

// fewTaps is a span of at most four, with weights of 0 for what it lacks: all
// are summed up the same way, without asking how many there are.
type fewTaps struct {
	from   int
	weight [4]float32
	scale  float32
}

func newAlong(from, to int) *along {
	a := &along{cols: spans(from, to)}
	if from < 4 {
		return a
	}
	few := make([]fewTaps, to)
	for i, c := range a.cols {
		if c.to-c.from >= 4 {
			return a
		}
		f := fewTaps{from: min(c.from, from-4), scale: c.scale}
		for k := c.from; k <= c.to; k++ {
			f.weight[k-f.from] = c.weight(k)
		}
		few[i] = f
	}
	a.few = few
	return a
}

// row averages one row of sums.
func (a *along) row(sum []float32, scale float32, out []float32) {
	if a.few != nil {
		out = out[:len(a.few)]
		for x := range a.few {
			c := &a.few[x]
			s := sum[c.from:][:4:4]
			t := float32(s[0]*c.weight[0]) + float32(s[1]*c.weight[1])
			t += float32(s[2] * c.weight[2])
			t += float32(s[3] * c.weight[3])
			out[x] = t * c.scale * scale
		}
		return
	}
	out = out[:len(a.cols)]
	for x := range a.cols {
		c := &a.cols[x]
		t := sum[c.from] * c.first
		if c.to > c.from {
			for _, v := range sum[c.from+1 : c.to] {
				t += v
			}
			t += sum[c.to] * c.last
		}
		out[x] = t * c.scale * scale
	}
}

// span is the run of source pixels that make one target pixel.
type span struct {
	from, to    int     // inclusive
	first, last float32 // share of the first and the last
	scale       float32 // one over the sum of the shares
}

func (s span) weight(k int) float32 {
	switch k {
	case s.from:
		return s.first
	case s.to:
		return s.last
	}
	return 1
}

func spans(from, to int) []span {
	out := make([]span, to)
	step := float64(from) / float64(to)
	for i := range out {
		a, b := float64(i)*step, float64(i+1)*step
		lo, hi := int(a), min(int(math.Ceil(b-1e-9))-1, from-1)
		s := span{from: lo, to: max(hi, lo), scale: float32(1 / step)}
		s.first, s.last = float32(float64(lo+1)-a), float32(b-float64(s.to))
		if s.to == s.from {
			s.first = float32(b - a)
			s.last = s.first
		}
		out[i] = s
	}
	return out
}

// shrinker averages rows of bytes down as they come: first down the columns,
// which is most of the work and goes in whole numbers, then along the row.
type shrinker struct {
	out    *plane
	cols   *along
	rows   []span
	y, row int // the source row that comes next, the target row in work
	sum    []uint32
	total  uint32 // of the weights in sum
	line   []float32
}

// wholeRow is the weight of a row that lies in one target row as a whole. Sums
// of bytes stay in 32 bits for some 16,000 rows, and the largest picture has
// about a hundred for a row of the smallest.
const wholeRow = 1 << 10

func newShrinker(w, h, tw, th int) *shrinker {
	return &shrinker{out: newPlane(tw, th), cols: newAlong(w, tw), rows: spans(h, th), sum: make([]uint32, w), line: make([]float32, w)}
}

func (s *shrinker) add(src []uint8) {
	for s.row < len(s.rows) {
		r := s.rows[s.row]
		if s.y < r.from {
			break
		}
		out := s.out.pix[s.row*s.out.w : (s.row+1)*s.out.w]
		if r.from == r.to && s.out.w == len(src) { // a copy
			for x, v := range src[:len(out)] {
				out[x] = float32(v)
			}
		} else {
			s.take(src, uint32(r.weight(s.y)*wholeRow+0.5))
			if s.y < r.to {
				break
			}
			vectors.FromWhole(s.line, s.sum)
			s.cols.row(s.line, 1/float32(max(s.total, 1)), out)
			clear(s.sum)
			s.total = 0
		}
		if s.y < r.to {
			break
		}
		s.row++ // the row may have a share in the next target row too
	}
	s.y++
}

func (s *shrinker) take(src []uint8, weight uint32) {
	vectors.AddBytes(s.sum, src, weight)
	s.total += weight
}

// lumaRows gives a function that reads one row of an image as luma, its colours
// turned into sRGB, over a grey backdrop. It may return the image's own bytes;
// they must not be written to.
func lumaRows(img image.Image, c *colours, backdrop uint8) func(y int, buf []uint8) []uint8 {
	b := img.Bounds()
	w := b.Dx()
	if c != nil && !c.suits(img) {
		c = nil
	}
	back := uint32(backdrop)
	over := func(luma uint8, alpha uint32) uint8 {
		return uint8((uint32(luma)*alpha + back*(255-alpha) + 127) / 255)
	}
	switch m := img.(type) {
	case *image.YCbCr:
		if c != nil {
			return turnedLuma(m, c)
		}
		// The luma plane as it is.
		return func(y int, _ []uint8) []uint8 { return m.Y[m.YOffset(b.Min.X, b.Min.Y+y):][:w] }
	case *image.Gray:
		row := func(y int) []uint8 { return m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:w] }
		if c == nil {
			return func(y int, _ []uint8) []uint8 { return row(y) }
		}
		return func(y int, buf []uint8) []uint8 {
			for x, v := range row(y) {
				buf[x] = c.gray[v]
			}
			return buf
		}
	case *image.NYCbCrA:
		luma := lumaRows(&m.YCbCr, c, 0)
		return func(y int, buf []uint8) []uint8 {
			row := luma(y, buf)
			alpha := m.A[m.AOffset(b.Min.X, b.Min.Y+y):][:w]
			for x := range buf {
				buf[x] = over(row[x], uint32(alpha[x]))
			}
			return buf
		}
	case *image.NRGBA:
		if c != nil {
			break
		}
		return func(y int, buf []uint8) []uint8 {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*w]
			for x := range buf {
				p := src[4*x : 4*x+4 : 4*x+4]
				buf[x] = over(luma8(p[0], p[1], p[2]), uint32(p[3]))
			}
			return buf
		}
	case *image.RGBA:
		if c != nil {
			break
		}
		return func(y int, buf []uint8) []uint8 {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*w]
			for x := range buf {
				p := src[4*x : 4*x+4 : 4*x+4]
				buf[x] = uint8(min(255, uint32(luma8(p[0], p[1], p[2]))+(back*(255-uint32(p[3]))+127)/255))
			}
			return buf
		}
	case *image.Paletted:
		var table [256]uint8
		for i, p := range m.Palette {
			if i < len(table) {
				n := color.NRGBAModel.Convert(p).(color.NRGBA)
				px := []uint8{n.R, n.G, n.B, n.A}
				if c != nil {
					c.turn(px)
				}
				table[i] = over(luma8(px[0], px[1], px[2]), uint32(n.A))
			}
		}
		return func(y int, buf []uint8) []uint8 {
			src := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:w]
			for x := range buf {
				buf[x] = table[src[x]]
			}
			return buf
		}
	case *image.CMYK:
		if c == nil {
			break
		}
		strip := make([]uint8, 4*w)
		return func(y int, buf []uint8) []uint8 {
			c.inks(m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*w], strip)
			for x := range buf {
				p := strip[4*x : 4*x+4 : 4*x+4]
				buf[x] = luma8(p[0], p[1], p[2])
			}
			return buf
		}
	}
	// The rest (inks, 16 bits, colours to be turned).
	strip := make([]uint8, 4*w)
	colour := colourRows(img)
	return func(y int, buf []uint8) []uint8 {
		colour(y, strip)
		if c != nil {
			c.turn(strip)
		}
		for x := range buf {
			p := strip[4*x : 4*x+4 : 4*x+4]
			buf[x] = over(luma8(p[0], p[1], p[2]), uint32(p[3]))
		}
		return buf
	}
}

// turnedLuma reads the luma of a JPEG whose colours are not sRGB: by a table, so
// that no pixel is turned into colours for it.
func turnedLuma(m *image.YCbCr, c *colours) func(y int, buf []uint8) []uint8 {
	b := m.Rect
	table := c.lumaTable()
	return func(y int, buf []uint8) []uint8 {
		luma := m.Y[m.YOffset(b.Min.X, b.Min.Y+y):][:b.Dx()]
		for x, v := range luma {
			at := m.COffset(b.Min.X+x, b.Min.Y+y)
			buf[x] = table[int(m.Cb[at]>>2)<<14|int(m.Cr[at]>>2)<<8|int(v)]
		}
		return buf
	}
}

// luma8 is the luma of JPEG, so that a re-encoded PNG gives the same grey.
func luma8(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

// gray gives the plane as an image of its own: never a part of a larger one,
// since goimagehash reads a part of exactly its target size as black.
func (p *plane) gray() *image.Gray {
	out := image.NewGray(image.Rect(0, 0, p.w, p.h))
	for i, v := range p.pix {
		out.Pix[i] = uint8(min(max(v+0.5, 0), 255))
	}
	return out
}
