package metadata

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// walkJPEG calls each with every segment up to the first scan, until it says
// false. It gives where the scan begins, -1 if there is none.
func walkJPEG(data []byte, each func(marker byte, body []byte) bool) int {
	at := 2
	for range maxSegments {
		for at < len(data) && data[at] != 0xff {
			at++ // what stands between segments is skipped, as decoders do
		}
		for at+1 < len(data) && data[at+1] == 0xff {
			at++
		}
		if at+1 >= len(data) {
			return -1
		}
		marker := data[at+1]
		if marker == 0x00 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 {
			at += 2
			continue
		}
		if marker == 0xd9 || at+4 > len(data) {
			return -1
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if length < 2 || at+2+length > len(data) {
			return -1
		}
		if !each(marker, data[at+4:at+2+length]) {
			return -1
		}
		at += 2 + length
		if marker == 0xda {
			return at
		}
	}
	return -1
}

func hasExif(body []byte) bool { return bytes.HasPrefix(body, []byte("Exif\x00")) && len(body) > 6 }

func trimExif(body []byte) []byte {
	if hasExif(body) {
		return body[6:]
	}
	return body
}

func readJPEG(f *Facts, data []byte) {
	var profile [][]byte
	size := 0
	adobe := -1
	scan := walkJPEG(data, func(marker byte, body []byte) bool {
		switch {
		case marker == 0xdb:
			readTables(f, body)
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			readFrame(f, marker, body)
		case marker == 0xe1 && hasExif(body):
			readExif(f, body[6:])
		case marker == 0xe1 && bytes.HasPrefix(body, []byte("http://ns.adobe.com/xap/1.0/\x00")):
			readXMP(f, body[29:])
		case marker == 0xe2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")) && len(body) > 14:
			if size += len(body); size <= maxProfile {
				profile = append(profile, body[12:])
			}
		case marker == 0xeb && bytes.Contains(head(body, 64), []byte("jumb")):
			f.C2PA = true
		case marker == 0xed && bytes.HasPrefix(body, []byte("Photoshop 3.0\x00")):
			f.Photoshop = true
			f.IPTC = f.IPTC || bytes.Contains(body, []byte("8BIM\x04\x04"))
		case marker == 0xee && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
			adobe = int(body[11])
		case marker == 0xfe && f.Comment == "":
			f.Comment = text(body)
		}
		return true
	})
	// The parts of a profile are numbered, and may stand in any order.
	slices.SortStableFunc(profile, func(a, b []byte) int { return int(a[0]) - int(b[0]) })
	var whole []byte
	for _, part := range profile {
		whole = append(whole, part[2:]...)
	}
	if len(whole) > 0 {
		f.Profile = profileName(whole)
	}
	if adobe == 0 && f.Colour == "YCbCr" {
		f.Colour = "RGB"
	}
	f.Quality = quality(f.Tables)
	if end := pictureEnd(data, scan); end > 0 {
		f.Trailing = len(data) - end
	}
}

// pictureEnd walks the scans from the first one on, and gives where the picture
// ends; 0 if it does not. What follows may be a second picture, as phones write
// it, or anything at all.
func pictureEnd(data []byte, at int) int {
	if at < 0 {
		return 0
	}
	for at+1 < len(data) {
		next := bytes.IndexByte(data[at:], 0xff)
		if next < 0 || at+next+1 >= len(data) {
			return 0
		}
		at += next
		switch marker := data[at+1]; {
		case marker == 0xd9:
			return at + 2
		case marker == 0xff:
			at++
		case marker == 0x00 || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8:
			at += 2 // a stuffed byte, or a marker without a length
		default:
			if at+4 > len(data) {
				return 0
			}
			at += 2 + max(2, int(binary.BigEndian.Uint16(data[at+2:])))
		}
	}
	return 0
}

func head(b []byte, n int) []byte { return b[:min(n, len(b))] }

func readFrame(f *Facts, marker byte, body []byte) {
	if len(body) < 6 || f.Width > 0 {
		return
	}
	parts := int(body[5])
	if len(body) < 6+3*parts {
		return
	}
	f.Depth = int(body[0])
	f.Height, f.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	f.Progressive = marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce
	switch parts {
	case 1:
		f.Colour = "grey"
	case 3:
		f.Colour = "YCbCr"
		f.Subsampling = subsampling(body[7], body[10], body[13])
	case 4:
		f.Colour = "CMYK"
	}
}

// subsampling names how much coarser the colours are than the lightness; each
// argument holds a component's factors across and down.
func subsampling(y, cb, cr byte) string {
	h, v := int(y>>4), int(y&15)
	ch, cv := int(cb>>4), int(cb&15)
	if cb != cr || ch == 0 || cv == 0 || h%ch != 0 || v%cv != 0 {
		return "unusual"
	}
	switch [2]int{h / ch, v / cv} {
	case [2]int{1, 1}:
		return "4:4:4"
	case [2]int{2, 1}:
		return "4:2:2"
	case [2]int{2, 2}:
		return "4:2:0"
	case [2]int{1, 2}:
		return "4:4:0"
	case [2]int{4, 1}:
		return "4:1:1"
	case [2]int{4, 2}:
		return "4:1:0"
	}
	return "unusual"
}

func readTables(f *Facts, body []byte) {
	for len(body) > 0 && len(f.Tables) < 4 {
		wide, number := body[0]>>4, int(body[0]&15)
		size := 64
		if wide == 1 {
			size = 128
		}
		if wide > 1 || number > 3 || len(body) < 1+size {
			return
		}
		t := Table{Number: number}
		for i := range 64 {
			if wide == 1 {
				t.Values[i] = binary.BigEndian.Uint16(body[1+2*i:])
			} else {
				t.Values[i] = uint16(body[1+i])
			}
		}
		f.Tables = append(f.Tables, t)
		body = body[1+size:]
	}
}

// The example tables of ITU-T T.81, annex K, in zigzag order, from which the
// Independent JPEG Group's library makes those of each quality.
var annexK = [2][64]uint16{
	{
		16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
		56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
	},
	{
		17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// standardTable is the Independent JPEG Group's table of a quality, 1 to 100.
func standardTable(which, percent int) [64]uint16 {
	scale := 200 - 2*percent
	if percent < 50 {
		scale = 5000 / percent
	}
	var out [64]uint16
	for i, v := range annexK[which] {
		out[i] = uint16(min(255, max(1, (int(v)*scale+50)/100)))
	}
	return out
}

// quality finds the standard tables that lie nearest to those of a file.
func quality(tables []Table) Quality {
	if len(tables) == 0 {
		return Quality{}
	}
	best, nearest := 0, math.Inf(1)
	for percent := 1; percent <= 100; percent++ {
		sum := 0.0
		for _, t := range tables {
			want := standardTable(min(t.Number, 1), percent)
			for i, v := range t.Values {
				// In ratios: a step more means much in a fine table and little in a coarse one.
				sum += math.Abs(math.Log(float64(max(v, 1)) / float64(want[i])))
			}
		}
		if sum < nearest {
			best, nearest = percent, sum
		}
	}
	return Quality{Percent: best, Standard: nearest == 0}
}
