// Package luma reads the luma of a JPEG without its colours: the plane that
// hashes and features are made of. It takes the files that cameras and sites
// make most, sequential ones of a grey or of luma and two colours in one scan,
// and only whole ones; what it doesn't take, image/jpeg has to judge. The luma is
// that of image/jpeg to the last bit.
package luma

import (
	"encoding/binary"
	"image"
)

// The markers that are read.
const (
	sof0 = 0xc0 // baseline
	sof1 = 0xc1 // extended, of Huffman codes too
	dht  = 0xc4
	rst0 = 0xd0
	soi  = 0xd8
	eoi  = 0xd9
	sos  = 0xda
	dqt  = 0xdb
	dri  = 0xdd
	app0 = 0xe0
	appE = 0xee
	appF = 0xef
	com  = 0xfe
)

// component is one channel of the frame.
type component struct {
	id     byte
	h, v   int // sampling
	quant  int
	dc, ac *codes // of the scan
}

type decoder struct {
	data          []byte
	width, height int
	parts         []component
	quant         [4]*[64]int32 // in the order of the file
	codes         [2][4]*codes  // of constants and of frequencies
	interval      int           // units between restarts; 0: none
	jfif          bool
	adobe         bool
	transform     byte
}

// Decode gives the luma of a whole JPEG, which is its picture where it's grey
// (plain). It's nil for a file that this package doesn't take, damaged or not.
// How large a picture may be is the caller's to check.
func Decode(data []byte) (luma *image.Gray, plain bool) {
	if len(data) < 4 || data[0] != 0xff || data[1] != soi {
		return nil, false
	}
	d := decoder{data: data}
	at := 2
	for {
		// Marker and length, without what lies between markers in odd files.
		if at+4 > len(data) || data[at] != 0xff {
			return nil, false
		}
		marker, n := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		at += 4
		if n < 2 || at+n-2 > len(data) {
			return nil, false
		}
		body := data[at : at+n-2]
		at += n - 2
		if marker == sos {
			if !d.scanHead(body) {
				return nil, false
			}
			return d.scan(at), len(d.parts) == 1
		}
		if !d.segment(marker, body) {
			return nil, false
		}
	}
}

// segment reads what stands before the scan; false: it's not taken.
func (d *decoder) segment(marker byte, body []byte) bool {
	switch {
	case marker == sof0 || marker == sof1:
		return d.frame(body)
	case marker == dht:
		return d.huffman(body)
	case marker == dqt:
		return d.quantisation(body)
	case marker == dri:
		if len(body) != 2 {
			return false
		}
		d.interval = int(binary.BigEndian.Uint16(body))
		return true
	case marker == app0:
		if len(body) >= 5 {
			d.jfif = string(body[:5]) == "JFIF\x00"
		}
		return true
	case marker == appE:
		if len(body) >= 12 && string(body[:5]) == "Adobe" {
			d.adobe, d.transform = true, body[11]
		}
		return true
	}
	return marker > app0 && marker <= appF || marker == com
}

func (d *decoder) frame(body []byte) bool {
	if d.parts != nil || len(body) < 6 || body[0] != 8 {
		return false
	}
	n := int(body[5])
	if n != 1 && n != 3 || len(body) != 6+3*n {
		return false
	}
	d.height, d.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	if d.width == 0 || d.height == 0 {
		return false
	}
	d.parts = make([]component, n)
	for i := range d.parts {
		b := body[6+3*i:]
		c := component{id: b[0], h: int(b[1] >> 4), v: int(b[1] & 15), quant: int(b[2])}
		if c.quant > 3 {
			return false
		}
		for _, before := range d.parts[:i] {
			if before.id == c.id {
				return false
			}
		}
		switch {
		case n == 1:
			c.h, c.v = 1, 1 // one alone lies block by block, whatever is said
		case i == 0 && !(c.h == 1 && c.v <= 2 || c.h == 2 && c.v <= 2 || c.h == 4 && c.v <= 2) || c.v == 0:
			return false
		case i > 0 && (c.h != 1 || c.v != 1):
			return false // rare ratios
		}
		d.parts[i] = c
	}
	return true
}

func (d *decoder) quantisation(body []byte) bool {
	for len(body) > 0 {
		wide, id := body[0]>>4, body[0]&15
		if wide > 1 || id > 3 || len(body) < 1+64*(1+int(wide)) {
			return false
		}
		body = body[1:]
		t := new([64]int32)
		for i := range t {
			if wide == 0 {
				t[i] = int32(body[i])
			} else {
				t[i] = int32(binary.BigEndian.Uint16(body[2*i:]))
			}
		}
		d.quant[id] = t
		body = body[64*(1+int(wide)):]
	}
	return true
}

func (d *decoder) huffman(body []byte) bool {
	for len(body) > 0 {
		if len(body) < 17 {
			return false
		}
		kind, id := body[0]>>4, body[0]&15
		if kind > 1 || id > 1 {
			return false
		}
		total := 0
		for _, n := range body[1:17] {
			total += int(n)
		}
		if total == 0 || total > 256 || len(body) < 17+total {
			return false
		}
		c, ok := newCodes([16]byte(body[1:17]), body[17:17+total], kind == 1)
		if !ok {
			return false
		}
		d.codes[kind][id] = c
		body = body[17+total:]
	}
	return true
}

// scanHead proves that the scan holds all channels in the order of the frame,
// and that all they need is there.
func (d *decoder) scanHead(body []byte) bool {
	n := len(d.parts)
	if n == 0 || len(body) != 4+2*n || int(body[0]) != n {
		return false
	}
	for i := range d.parts {
		c := &d.parts[i]
		b := body[1+2*i:]
		if b[0] != c.id || b[1]>>4 > 1 || b[1]&15 > 1 {
			return false
		}
		c.dc, c.ac = d.codes[0][b[1]>>4], d.codes[1][b[1]&15]
		if c.dc == nil || c.ac == nil || i == 0 && d.quant[c.quant] == nil {
			return false
		}
	}
	if n == 3 && !d.jfif { // red, green and blue have no luma of their own
		if d.adobe && d.transform == 0 || d.parts[0].id == 'R' && d.parts[1].id == 'G' && d.parts[2].id == 'B' {
			return false
		}
	}
	return true
}
