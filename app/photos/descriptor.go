package photos

import (
	"math"

	"mensch/app/photos/vectors"
)

// A description is a histogram of gradients, 4 x 4 cells of 8 directions over a
// square of twelve sigmas turned by the feature's direction, made into bits by
// a fixed rotation of the 128 numbers. It says what is around a place
// irrespective of brightness, contrast, size and turn.

const (
	cells      = 4
	headings   = 8
	samples    = 16 // of the square's side
	patchWidth = 14 // sigmas
)

type descriptor struct {
	patch [(samples + 2) * (samples + 2)]float32
	hist  [cells * cells * headings]float32
}

// cellShare says to which two cells a sample along one axis belongs, and how far.
var cellShare = func() (t [samples]struct {
	first int
	share [2]float32
},
) {
	for i := range t {
		pos := (float64(i)+0.5)*cells/samples - 0.5
		f := math.Floor(pos)
		t[i].first = int(f)
		t[i].share = [2]float32{float32(1 - (pos - f)), float32(pos - f)}
	}
	return t
}()

// window weighs samples by their nearness to the middle.
var window = func() (t [samples * samples]float32) {
	for y := range samples {
		for x := range samples {
			dx, dy := float64(x)-samples/2+0.5, float64(y)-samples/2+0.5
			t[y*samples+x] = float32(math.Exp(-(dx*dx + dy*dy) / (2 * (samples / 2.0) * (samples / 2.0))))
		}
	}
	return t
}()

// read fills the histogram.
func (d *descriptor) read(p *plane, x, y, sigma, angle float32) {
	sin64, cos64 := math.Sincos(float64(angle))
	step := sigma * patchWidth / samples
	sin, cos := float32(sin64)*step, float32(cos64)*step
	const n = samples + 2
	half := float32(n-1) / 2
	reach := half*step*math.Sqrt2 + 1
	inside := x >= reach && y >= reach && x+reach < float32(p.w-1) && y+reach < float32(p.h-1)
	for j := range n {
		v := float32(j) - half
		px, py := x-half*cos-v*sin, y-half*sin+v*cos
		row := d.patch[j*n : (j+1)*n]
		if !inside {
			for i := range row {
				row[i] = p.at(px, py)
				px += cos
				py += sin
			}
			continue
		}
		for i := range row { // at, without asking for the border
			ix, iy := int(px), int(py)
			fx, fy := px-float32(ix), py-float32(iy)
			pix := p.pix[iy*p.w+ix:]
			low := pix[p.w : p.w+2]
			a, c := pix[0], low[0]
			top, bottom := a+(pix[1]-a)*fx, c+(low[1]-c)*fx
			row[i] = top + (bottom-top)*fy
			px += cos
			py += sin
		}
	}
	// With a margin of cells around, so that no sample has to ask where it lies.
	var hist [512]float32
	var sizes, turns [samples]float32
	for j := range samples {
		at := (j+1)*n + 1
		vectors.Gradients(sizes[:], turns[:], d.patch[at+1:], d.patch[at-1:], d.patch[at+n:], d.patch[at-n:])
		cy := &cellShare[j]
		for i, size := range sizes {
			size *= window[j*samples+i]
			pos := turns[i] * headings
			h0 := int(pos)
			f := pos - float32(h0)
			h0 &= headings - 1
			h1 := (h0 + 1) & (headings - 1)
			cx := &cellShare[i]
			a, b := size*(1-f), size*f
			w00, w01 := cx.share[0]*cy.share[0], cx.share[1]*cy.share[0]
			w10, w11 := cx.share[0]*cy.share[1], cx.share[1]*cy.share[1]
			cell := ((cy.first+1)*(cells+2) + cx.first + 1) * headings
			k0, k1 := cell+h0, cell+h1
			hist[k0&511] += a * w00
			hist[k1&511] += b * w00
			hist[(k0+headings)&511] += a * w01
			hist[(k1+headings)&511] += b * w01
			k0, k1 = k0+(cells+2)*headings, k1+(cells+2)*headings
			hist[k0&511] += a * w10
			hist[k1&511] += b * w10
			hist[(k0+headings)&511] += a * w11
			hist[(k1+headings)&511] += b * w11
		}
	}
	for row := range cells {
		copy(d.hist[row*cells*headings:][:cells*headings], hist[((row+1)*(cells+2)+1)*headings:])
	}
	// Square roots of shares: no single strong edge rules the description.
	var sum float32
	for _, v := range d.hist {
		sum += v
	}
	if sum > 0 {
		for i, v := range d.hist {
			d.hist[i] = float32(math.Sqrt(float64(v / sum)))
		}
	}
}

// mirrorOf says where each number of the histogram comes from in the mirrored
// picture. Its direction is mirrored too, so that the square is flipped across
// its own axis: rows swap, headings turn round.
var mirrorOf = func() (t [cells * cells * headings]uint8) {
	for r := range cells {
		for c := range cells {
			for h := range headings {
				t[(r*cells+c)*headings+h] = uint8(((cells-1-r)*cells+c)*headings + (headings-h)%headings)
			}
		}
	}
	return t
}()

// flips are the fixed random signs of the two rounds of the rotation.
var flips = func() (t [2][128]float32) {
	state := uint64(0x9e3779b97f4a7c15)
	for i := range t {
		for k := range t[i] {
			state ^= state << 13
			state ^= state >> 7
			state ^= state << 17
			t[i][k] = 1
			if state>>40&1 == 1 {
				t[i][k] = -1
			}
		}
	}
	return t
}()

// sign makes the bits. margins, if wanted, get the distance of the word's bits
// from flipping.
func (d *descriptor) sign(margins *[wordBits]float32, mirrored bool) sig {
	var v [128]float32
	if mirrored {
		for i, from := range mirrorOf {
			v[i] = d.hist[from]
		}
	} else {
		v = d.hist
	}
	vectors.Sub(v[:], v[:], meanHist[:])
	vectors.Mul(v[:], v[:], flips[0][:])
	vectors.Hadamard(&v)
	vectors.Mul(v[:], v[:], flips[1][:])
	vectors.Hadamard(&v)
	s := sig{vectors.Positive((*[64]float32)(v[:64])), vectors.Positive((*[64]float32)(v[64:]))}
	if margins != nil {
		for i := range margins {
			m := v[i]
			if m < 0 {
				m = -m
			}
			margins[i] = m
		}
	}
	return s
}

// meanHist is the mean description over photographs. The lower half is the
// upper one's mirror image, so that a picture and its mirror fare alike.
var meanHist = func() (t [128]float32) {
	half := [64]float32{
		0.0614, 0.0414, 0.0329, 0.0420, 0.0595, 0.0531, 0.0479, 0.0565,
		0.1235, 0.0679, 0.0394, 0.0398, 0.0509, 0.0496, 0.0521, 0.0857,
		0.1225, 0.0810, 0.0503, 0.0453, 0.0452, 0.0392, 0.0418, 0.0729,
		0.0616, 0.0553, 0.0483, 0.0487, 0.0483, 0.0373, 0.0340, 0.0436,
		0.0789, 0.0518, 0.0418, 0.0574, 0.0791, 0.0648, 0.0520, 0.0610,
		0.1888, 0.0861, 0.0458, 0.0520, 0.0667, 0.0591, 0.0547, 0.0946,
		0.1872, 0.0942, 0.0555, 0.0554, 0.0587, 0.0492, 0.0464, 0.0876,
		0.0804, 0.0617, 0.0537, 0.0590, 0.0627, 0.0506, 0.0426, 0.0530,
	}
	copy(t[:64], half[:])
	for i := 64; i < 128; i++ {
		t[i] = half[mirrorOf[i]]
	}
	return t
}()
