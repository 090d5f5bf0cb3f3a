package metadata

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// text makes words of bytes: up to the first zero byte, valid UTF-8, without
// control characters, cut.
func text(b []byte) string {
	for i, c := range b {
		if c == 0 {
			b = b[:i]
			break
		}
	}
	s := strings.ToValidUTF8(string(head(b, maxText)), "�")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// tiff is a block of directories.
type tiff struct {
	data  []byte
	order binary.ByteOrder
}

// entry is one tag of a directory with its value's bytes.
type entry struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

// sizes of the kinds of value, by their number in the standard.
var sizes = [...]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

// directory calls each with every entry that lies whole in the block, and gives
// where the next directory begins.
func (t tiff) directory(at uint32, each func(entry)) (next uint32) {
	if uint64(at)+2 > uint64(len(t.data)) || at < 8 {
		return 0
	}
	count := int(t.order.Uint16(t.data[at:]))
	if count > maxEntries {
		return 0
	}
	for i := range count {
		p := uint64(at) + 2 + 12*uint64(i)
		if p+12 > uint64(len(t.data)) {
			return 0
		}
		e := entry{tag: t.order.Uint16(t.data[p:]), kind: t.order.Uint16(t.data[p+2:]), count: t.order.Uint32(t.data[p+4:])}
		if int(e.kind) >= len(sizes) || sizes[e.kind] == 0 {
			continue
		}
		n := sizes[e.kind] * uint64(e.count)
		begin := p + 8
		if n > 4 {
			begin = uint64(t.order.Uint32(t.data[p+8:]))
		}
		if begin+n > uint64(len(t.data)) {
			continue
		}
		e.value = t.data[begin : begin+n]
		each(e)
	}
	p := uint64(at) + 2 + 12*uint64(count)
	if p+4 > uint64(len(t.data)) {
		return 0
	}
	return t.order.Uint32(t.data[p:])
}

// number is an entry's first value, if it is a whole one.
func (t tiff) number(e entry) uint32 {
	switch {
	case e.kind == 3 && len(e.value) >= 2:
		return uint32(t.order.Uint16(e.value))
	case (e.kind == 4 || e.kind == 13) && len(e.value) >= 4:
		return t.order.Uint32(e.value)
	}
	return 0
}

// ratio is an entry's i-th fraction; NaN if there is none.
func (t tiff) ratio(e entry, i int) float64 {
	if e.kind != 5 || len(e.value) < 8*(i+1) {
		return math.NaN()
	}
	below := t.order.Uint32(e.value[8*i+4:])
	if below == 0 {
		return math.NaN()
	}
	return float64(t.order.Uint32(e.value[8*i:])) / float64(below)
}

// readExif reads a TIFF block into the facts. The place is given back and not
// kept in them.
func readExif(f *Facts, data []byte) (place Place, ok bool) {
	if len(data) < 8 {
		return place, false
	}
	t := tiff{data: data}
	switch string(data[:4]) {
	case "II*\x00":
		t.order = binary.LittleEndian
	case "MM\x00*":
		t.order = binary.BigEndian
	default:
		return place, false
	}
	f.Exif = true
	var maker, model string
	var sub, gps uint32
	next := t.directory(t.order.Uint32(data[4:]), func(e entry) {
		switch e.tag {
		case 0x010f:
			maker = text(e.value)
		case 0x0110:
			model = text(e.value)
		case 0x0112:
			if n := t.number(e); n >= 1 && n <= 8 {
				f.Turn = int(n)
			}
		case 0x0131:
			f.Software = text(e.value)
		case 0x0132:
			f.Changed = moment(e.value)
		case 0x013b:
			f.Author = text(e.value)
		case 0x8769:
			sub = t.number(e)
		case 0x8825:
			gps = t.number(e)
		case 0x83bb:
			f.IPTC = true
		case 0x8649:
			f.Photoshop = true
		}
	})
	f.Camera = model
	if !strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		f.Camera = strings.TrimSpace(maker + " " + model)
	}
	t.details(f, sub)
	place, ok = t.place(f, gps)
	t.thumbnail(f, next)
	return place, ok
}

func (t tiff) details(f *Facts, at uint32) {
	if at == 0 {
		return
	}
	var exposure, aperture, length float64
	var iso uint32
	t.directory(at, func(e entry) {
		switch e.tag {
		case 0x9003:
			f.Taken = moment(e.value)
		case 0xa434:
			f.Lens = text(e.value)
		case 0x829a:
			exposure = t.ratio(e, 0)
		case 0x829d:
			aperture = t.ratio(e, 0)
		case 0x8827:
			iso = t.number(e)
		case 0x920a:
			length = t.ratio(e, 0)
		}
	})
	var parts []string
	switch {
	case exposure > 0 && exposure < 0.3:
		parts = append(parts, fmt.Sprintf("1/%.0f s", 1/exposure))
	case exposure > 0:
		parts = append(parts, fmt.Sprintf("%.4g s", exposure))
	}
	if aperture > 0 {
		parts = append(parts, fmt.Sprintf("f/%.3g", aperture))
	}
	if iso > 0 {
		parts = append(parts, fmt.Sprintf("ISO %d", iso))
	}
	if length > 0 {
		parts = append(parts, fmt.Sprintf("%.4g mm", length))
	}
	f.Exposure = strings.Join(parts, ", ")
}

func (t tiff) place(f *Facts, at uint32) (Place, bool) {
	if at == 0 {
		return Place{}, false
	}
	degrees := func(e entry) float64 {
		d := t.ratio(e, 0)
		// Some writers leave minutes or seconds away.
		for i, part := range []float64{60, 3600} {
			if v := t.ratio(e, i+1); !math.IsNaN(v) {
				d += v / part
			}
		}
		return d
	}
	lat, long := math.NaN(), math.NaN()
	north, east := 1.0, 1.0
	t.directory(at, func(e entry) {
		switch e.tag {
		case 1:
			if text(e.value) == "S" {
				north = -1
			}
		case 2:
			lat = degrees(e)
		case 3:
			if text(e.value) == "W" {
				east = -1
			}
		case 4:
			long = degrees(e)
		}
	})
	if !(lat >= 0 && lat <= 90 && long >= 0 && long <= 180) {
		return Place{}, false
	}
	f.GPS = true
	return Place{Latitude: north * lat, Longitude: east * long}, true
}

func (t tiff) thumbnail(f *Facts, at uint32) {
	if at == 0 {
		return
	}
	var begin, size uint32
	t.directory(at, func(e entry) {
		switch e.tag {
		case 0x0201:
			begin = t.number(e)
		case 0x0202:
			size = t.number(e)
		}
	})
	end := uint64(begin) + uint64(size)
	if begin == 0 || size < 4 || size > maxThumb || end > uint64(len(t.data)) {
		return
	}
	if thumb := t.data[begin:end]; thumb[0] == 0xff && thumb[1] == 0xd8 {
		f.Thumbnail = thumb
	}
}

// moment reads "2006:01:02 15:04:05"; cameras whose clock was never set write
// zeros or blanks.
func moment(b []byte) time.Time {
	s := text(b)
	if !utf8.ValidString(s) || len(s) < 19 {
		return time.Time{}
	}
	at, err := time.Parse("2006:01:02 15:04:05", s[:19])
	if err != nil || at.Year() < 1970 || at.Year() > 2200 {
		return time.Time{}
	}
	return at
}
