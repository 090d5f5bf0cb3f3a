package photos

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"mensch/app/photos/vectors"
)

// sig is a feature's description: 128 bits, of which like places of like
// pictures share most. The lowest wordBits of the first half are the word that
// the index looks up.
type sig [2]uint64

const wordBits = 20

func (s sig) word() uint32 { return uint32(s[0] & (1<<wordBits - 1)) }

func (s sig) distance(o sig) int {
	return bits.OnesCount64(s[0]^o[0]) + bits.OnesCount64(s[1]^o[1])
}

// feature is a place of a picture with its size, direction and description.
type feature struct {
	x, y  float32 // in shares of the picture's width and height
	sigma float32 // in shares of the square root of its area
	angle float32 // 0 to 2 pi
	sig   sig
	// margins are how sure the bits of the word are; only of queries.
	margins [wordBits]float32
	// mirrored is the description of the same place in the mirrored picture;
	// only of queries.
	mirrored        sig
	mirroredMargins [wordBits]float32
}

// extract finds at most count features in p, spread over the picture. rich
// features are those of queries: more directions a place, margins, mirrors.
func extract(p *plane, count int, rich bool) []feature {
	scratch := scratches.Get().(*scratch)
	defer scratches.Put(scratch)
	scratch.used = 0
	space := scratch.scaleSpace(p)
	found := spread(scratch.blobs(space), count, p.w, p.h)
	out := make([]feature, 0, len(found))
	var d descriptor
	root := float32(math.Sqrt(float64(p.w) * float64(p.h)))
	for _, b := range found {
		o := space[b.octave]
		l := o.levels[b.level]
		x, y, sigma := b.x/o.scale, b.y/o.scale, b.sigma/o.scale
		var angles [3]float32
		for _, angle := range directions(l, x, y, sigma, rich, angles[:0]) {
			d.read(l, x, y, sigma, angle)
			f := feature{
				x: (b.x + 0.5) / float32(p.w), y: (b.y + 0.5) / float32(p.h),
				sigma: b.sigma / root, angle: angle,
			}
			if rich {
				f.sig = d.sign(&f.margins, false)
				f.mirrored = d.sign(&f.mirroredMargins, true)
			} else {
				f.sig = d.sign(nil, false)
			}
			out = append(out, f)
		}
	}
	return out
}

// spread picks count blobs, strong ones first, but none too near to a stronger
// one of like size: a photo cropped or covered keeps its share of them.
func spread(all []blob, count, w, h int) []blob {
	// Large blobs survive shrinking and blurring better than small ones.
	slices.SortFunc(all, func(a, b blob) int {
		return cmp.Compare(b.response*(1+0.25*float32(b.octave)), a.response*(1+0.25*float32(a.octave)))
	})
	if len(all) <= count {
		return all
	}
	if len(all) > 8*count {
		all = all[:8*count]
	}
	lo, hi := float32(0), float32(math.Sqrt(float64(w)*float64(h)/float64(count)))
	least := hi / 4 // of a cell's side: smaller ones are too many to clear
	var f field
	pick := func(radius float32) []blob {
		out := make([]blob, 0, count)
		f.clear(w, h, max(radius, least))
		for i := range all {
			b := &all[i]
			if !f.near(b, radius, out) {
				f.put(b, len(out))
				if out = append(out, *b); len(out) == count {
					break
				}
			}
		}
		return out
	}
	best := all[:count]
	for range 6 {
		mid := (lo + hi) / 2
		if got := pick(mid); len(got) == count {
			best, lo = got, mid
		} else {
			hi = mid
		}
	}
	return best
}

// field says which blobs lie near a place, without asking all of them.
type field struct {
	side       float32 // of a cell
	cols, rows int
	heads      []uint16 // by cell: one more than the number of its latest blob; 0: none
	next       []uint16 // by blob: of the one before it in the cell, likewise
}

func (f *field) clear(w, h int, side float32) {
	f.side, f.cols, f.rows = side, int(float32(w)/side)+1, int(float32(h)/side)+1
	f.heads = slices.Grow(f.heads[:0], f.cols*f.rows)[:f.cols*f.rows]
	clear(f.heads)
	f.next = f.next[:0]
}

func (f *field) cell(b *blob) (x, y int) {
	return min(max(int(b.x/f.side), 0), f.cols-1), min(max(int(b.y/f.side), 0), f.rows-1)
}

// put puts a blob in; number counts from 0 on.
func (f *field) put(b *blob, number int) {
	x, y := f.cell(b)
	head := &f.heads[y*f.cols+x]
	f.next = append(f.next, *head)
	*head = uint16(number + 1)
}

// near says whether one of the blobs that were put in lies nearer than a radius,
// which is no larger than a cell, or than less where they are of other size.
func (f *field) near(b *blob, radius float32, blobs []blob) bool {
	x, y := f.cell(b)
	for v := max(y-1, 0); v <= min(y+1, f.rows-1); v++ {
		for u := max(x-1, 0); u <= min(x+1, f.cols-1); u++ {
			for k := f.heads[v*f.cols+u]; k != 0; k = f.next[k-1] {
				o := &blobs[k-1]
				dx, dy := o.x-b.x, o.y-b.y
				r := radius
				if ratio := o.sigma / b.sigma; ratio > 1.6 || ratio < 0.625 {
					r *= 0.4
				}
				if dx*dx+dy*dy < r*r {
					return true
				}
			}
		}
	}
	return false
}

// directionMost is more pixels than the radius of what directions looks at ever
// has, for no level is blurred that much.
const directionMost = 16

// directions appends the main directions of the gradient around a place.
func directions(p *plane, x, y, sigma float32, rich bool, out []float32) []float32 {
	const bins = 36
	var hist [bins]float32
	var sizes, turns [2*directionMost + 8]float32
	radius := min(int(4.2*sigma+0.5), directionMost)
	cx, cy := int(x+0.5), int(y+0.5)
	fall := -1 / (2 * (1.5 * sigma) * (1.5 * sigma))
	for dy := max(-radius, 1-cy); dy <= min(radius, p.h-2-cy); dy++ {
		// The disc's half width in this row.
		reach := int(math.Sqrt(float64(radius*radius - dy*dy)))
		from, to := max(cx-reach, 1), min(cx+reach, p.w-2)
		if from > to {
			continue
		}
		at := (cy+dy)*p.w + from
		n := to - from + 1
		// Up to a multiple of what goes at once, where there is something to read.
		if more := (n + 7) &^ 7; at+p.w+more <= len(p.pix) {
			n = more
		}
		vectors.Gradients(sizes[:n], turns[:n], p.pix[at+1:], p.pix[at-1:], p.pix[at+p.w:], p.pix[at-p.w:])
		for i, size := range sizes[:to-from+1] {
			bin := int(turns[i] * bins)
			if bin >= bins {
				bin = 0
			}
			dx := from + i - cx
			hist[bin] += size * gaussian(float32(dx*dx+dy*dy)*fall)
		}
	}
	for range 2 { // smooth
		prev, first := hist[bins-1], hist[0]
		for i := range bins {
			next := first
			if i+1 < bins {
				next = hist[i+1]
			}
			cur := hist[i]
			hist[i] = 0.25*prev + 0.5*cur + 0.25*next
			prev = cur
		}
	}
	top := slices.Max(hist[:])
	if top <= 0 {
		return append(out, 0)
	}
	share, most := float32(0.999), 1
	if rich {
		share, most = 0.75, 2
	}
	for i, v := range hist {
		prev, next := hist[(i+bins-1)%bins], hist[(i+1)%bins]
		if v < share*top || v <= prev || v < next || len(out) == most {
			continue
		}
		off := 0.5 * (prev - next) / (prev - 2*v + next)
		angle := (float32(i) + 0.5 + off) / bins * 2 * math.Pi
		out = append(out, angle)
	}
	if len(out) == 0 {
		out = append(out, 0)
	}
	return out
}

// gaussTable holds exp(-x) for x from 0 to 8.
var gaussTable = func() (t [513]float32) {
	for i := range t {
		t[i] = float32(math.Exp(-float64(i) / 64))
	}
	return t
}()

// gaussian is exp(x) for x <= 0, coarsely.
func gaussian(x float32) float32 {
	i := int(-x * 64)
	if i >= len(gaussTable) {
		return 0
	}
	return gaussTable[i]
}
