package luma

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"sync"
)

const fastBits = 10

// codes is a Huffman table: what the next fastBits bits mean, and the rest by
// length.
type codes struct {
	symbol [1 << fastBits]uint16 // length<<8 | symbol; 0: the code is longer
	// direct is value<<16 | run<<8 | bits, where code and value fit; 0: they don't.
	direct [1 << fastBits]int32
	most   [17]int32 // by length: one more than the last code, shifted to 16 bits
	shift  [17]int32 // by length: place in vals of a code, less the code
	vals   []byte
}

// newCodes makes the tables of a Huffman code; false where it's none.
func newCodes(counts [16]byte, vals []byte, frequencies bool) (*codes, bool) {
	c := &codes{vals: vals}
	code, at := int32(0), int32(0)
	for i, n := range counts {
		length := i + 1
		c.shift[length] = at - code
		for range n {
			if code >= 1<<length {
				return nil, false
			}
			if length <= fastBits {
				first := int(code) << (fastBits - length)
				for k := range 1 << (fastBits - length) {
					c.symbol[first+k] = uint16(length)<<8 | uint16(vals[at])
				}
			}
			code++
			at++
		}
		c.most[length] = code << (16 - length)
		code <<= 1
	}
	if !frequencies {
		return c, true
	}
	for i, s := range c.symbol {
		length, run, size := int(s>>8), int(s>>4&15), int(s&15)
		if s == 0 || size == 0 || length+size > fastBits {
			continue
		}
		value := extend(int32(i>>(fastBits-length-size))&(1<<size-1), size)
		c.direct[i] = value<<16 | int32(run)<<8 | int32(length+size)
	}
	return c, true
}

// extend gives the signed value of size bits.
func extend(v int32, size int) int32 {
	if v < 1<<size>>1 {
		v += -1<<size + 1
	}
	return v
}

// bits are those of one stretch between restarts. Behind its end lie zeros.
type bits struct {
	data []byte // with bitsSpare bytes of nothing behind
	at   int
	acc  uint64 // the next bits, the first at the top
	n    int    // how many of them are there
	end  int    // of the data, in bits
}

const bitsSpare = 64

// left is how many bits were not read; it's negative once more were than there are.
func (b *bits) left() int { return b.end - (8*b.at - b.n) }

// place gives where a frequency stands in a block whose columns lie along.
var place = func() (t [64]uint8) {
	x, y := 0, 0
	for i := range t {
		t[i] = uint8(8*x + y)
		switch {
		case (x+y)%2 == 0 && x == 7:
			y++
		case (x+y)%2 == 0 && y == 0:
			x++
		case (x+y)%2 == 0:
			x, y = x+1, y-1
		case y == 7:
			x++
		case x == 0:
			y++
		default:
			x, y = x-1, y+1
		}
	}
	return t
}()

// block reads one block. dc is the constant before it; out, unless nil, gets the
// frequencies times quant, and has to be zero. It gives the new constant and
// whether there was anything beside it.
func (b *bits) block(c *component, dc int32, quant *[64]int32, out *[64]int32) (value int32, detail, ok bool) {
	data, at, acc, n := b.data, b.at, b.acc, b.n
	if n < 32 {
		if at > len(data)-8 {
			return 0, false, false
		}
		acc |= binary.BigEndian.Uint64(data[at:]) >> n
		at += (63 - n) >> 3
		n |= 56
	}
	s := c.dc.symbol[acc>>(64-fastBits)]
	if s == 0 {
		if s = c.dc.long(acc); s == 0 {
			return 0, false, false
		}
	}
	acc <<= s >> 8
	n -= int(s >> 8)
	if size := int(s & 255); size > 0 {
		if size > 15 {
			return 0, false, false
		}
		dc += extend(int32(acc>>(64-size)), size)
		acc <<= size
		n -= size
	}
	if out != nil {
		out[0] = dc * quant[0]
	}
	ac := c.ac
	for k := 1; k < 64; k++ {
		if n < 32 {
			if at > len(data)-8 {
				return 0, false, false
			}
			acc |= binary.BigEndian.Uint64(data[at:]) >> n
			at += (63 - n) >> 3
			n |= 56
		}
		e := ac.direct[acc>>(64-fastBits)]
		if e != 0 {
			k += int(e >> 8 & 255)
			if k > 63 {
				return 0, false, false
			}
			acc <<= e & 255
			n -= int(e & 255)
			if out != nil {
				out[place[k]&63] = e >> 16 * quant[k]
				detail = true
			}
			continue
		}
		s := ac.symbol[acc>>(64-fastBits)]
		if s == 0 {
			if s = ac.long(acc); s == 0 {
				return 0, false, false
			}
		}
		acc <<= s >> 8
		n -= int(s >> 8)
		run, size := int(s>>4&15), int(s&15)
		if size == 0 {
			if run == 0 {
				break
			}
			if run != 15 { // a run of blocks is of progressive files alone
				return 0, false, false
			}
			k += 15
			continue
		}
		k += run
		if k > 63 {
			return 0, false, false
		}
		v := extend(int32(acc>>(64-size)), size)
		acc <<= size
		n -= size
		if out != nil {
			out[place[k]&63] = v * quant[k]
			detail = true
		}
	}
	b.at, b.acc, b.n = at, acc, n
	return dc, detail, true
}

// long finds a code of more than fastBits bits: length<<8 | symbol, or 0.
func (c *codes) long(acc uint64) uint16 {
	top := int32(acc >> 48)
	for length := fastBits + 1; length <= 16; length++ {
		if top < c.most[length] {
			at := top>>(16-length) + c.shift[length]
			if at < 0 || int(at) >= len(c.vals) {
				return 0
			}
			return uint16(length)<<8 | uint16(c.vals[at])
		}
	}
	return 0
}

// stretches cuts the scan's data from at on where it's restarted, without the
// bytes that only say that no marker is meant. It's false unless the end of the
// picture comes right behind.
func stretches(data []byte, at int, buf []byte) (all []byte, ends []int, ok bool) {
	next := byte(rst0)
	for {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return buf, nil, false
		}
		buf = append(buf, data[at:at+i]...)
		at += i + 2
		switch data[at-1] {
		case 0:
			buf = append(buf, 0xff)
		case next:
			ends = append(ends, len(buf))
			buf = append(buf, make([]byte, bitsSpare)...)
			next = rst0 + (next+1-rst0)&7
		case eoi:
			ends = append(ends, len(buf))
			return append(buf, make([]byte, bitsSpare)...), ends, true
		default:
			return buf, nil, false
		}
	}
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// scan reads the scan's data from at on.
func (d *decoder) scan(at int) *image.Gray {
	kept := buffers.Get().(*[]byte)
	all, ends, ok := stretches(d.data, at, slices.Grow((*kept)[:0], len(d.data)-at+bitsSpare))
	defer func() {
		*kept = all
		buffers.Put(kept)
	}()
	first := d.parts[0]
	across, down := (d.width+8*first.h-1)/(8*first.h), (d.height+8*first.v-1)/(8*first.v)
	// Every block has two bits at least: what is made up costs no room.
	blocks := first.h * first.v
	for _, c := range d.parts[1:] {
		blocks += c.h * c.v
	}
	if !ok || across*down > 4*len(all)/blocks {
		return nil
	}
	out := image.NewGray(image.Rect(0, 0, 8*first.h*across, 8*first.v*down))
	var dc [3]int32
	b := bits{data: all[:ends[0]+bitsSpare], end: 8 * ends[0]}
	var coefficients [64]int32
	quant := d.quant[first.quant]
	units := across * down
	for unit := range units {
		if d.interval > 0 && unit > 0 && unit%d.interval == 0 {
			if left := b.left(); left < 0 || left > 7 || len(ends) < 2 {
				return nil
			}
			begin := ends[0] + bitsSpare
			ends = ends[1:]
			b = bits{data: all[begin : ends[0]+bitsSpare], end: 8 * (ends[0] - begin)}
			dc = [3]int32{}
		}
		x, y := unit%across*first.h, unit/across*first.v
		for i := range d.parts {
			c := &d.parts[i]
			for k := range c.h * c.v {
				if i > 0 {
					if dc[i], _, ok = b.block(c, dc[i], nil, nil); !ok {
						return nil
					}
					continue
				}
				var detail bool
				if dc[0], detail, ok = b.block(c, dc[0], quant, &coefficients); !ok {
					return nil
				}
				pix := out.Pix[8*((y+k/c.h)*out.Stride+x+k%c.h):]
				if !detail {
					flat(coefficients[0], pix, out.Stride)
					continue
				}
				inverse(&coefficients, pix, out.Stride)
				coefficients = [64]int32{}
			}
		}
		if b.left() < 0 {
			return nil
		}
	}
	if b.left() > 7 || len(ends) > 1 {
		return nil
	}
	out.Rect = image.Rect(0, 0, d.width, d.height)
	return out
}
