package metadata

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strings"
	"time"
	"unicode/utf16"
)

// walkPNG calls each with every chunk until it says false, and gives where the
// picture ends, 0 if it does not.
func walkPNG(data []byte, each func(kind string, body []byte) bool) int {
	at := 8
	for range maxSegments {
		if at+12 > len(data) {
			return 0
		}
		length := uint64(binary.BigEndian.Uint32(data[at:]))
		if uint64(at)+12+length > uint64(len(data)) {
			return 0
		}
		kind := string(data[at+4 : at+8])
		if !each(kind, data[at+8:at+8+int(length)]) {
			return 0
		}
		at += 12 + int(length)
		if kind == "IEND" {
			return at
		}
	}
	return 0
}

func readPNG(f *Facts, data []byte) {
	end := walkPNG(data, func(kind string, body []byte) bool {
		switch kind {
		case "IHDR":
			if len(body) >= 13 {
				f.Width, f.Height = int(binary.BigEndian.Uint32(body)), int(binary.BigEndian.Uint32(body[4:]))
				f.Depth = int(body[8])
				f.Colour = map[byte]string{0: "grey", 2: "RGB", 3: "palette", 4: "grey + alpha", 6: "RGB + alpha"}[body[9]]
				f.Progressive = body[12] == 1
			}
		case "eXIf":
			readExif(f, trimExif(body))
		case "iCCP":
			if name, rest, ok := bytes.Cut(head(body, maxProfile), []byte{0}); ok && len(rest) > 1 && f.Profile == "" {
				f.Profile = "without a name"
				if said := profileName(inflated(rest[1:], maxProfile)); said != f.Profile {
					f.Profile = said
				} else if n := text(name); n != "" {
					f.Profile = n
				}
			}
		case "sRGB":
			if f.Profile == "" {
				f.Profile = "sRGB (named, not embedded)"
			}
		case "acTL":
			if len(body) >= 4 {
				f.Frames = int(binary.BigEndian.Uint32(body))
			}
		case "tIME":
			if len(body) >= 7 {
				f.Changed = time.Date(int(binary.BigEndian.Uint16(body)), time.Month(body[2]), int(body[3]), int(body[4]), int(body[5]), int(body[6]), 0, time.UTC)
			}
		case "caBX":
			f.C2PA = true
		case "tEXt", "zTXt", "iTXt":
			readText(f, kind, body)
		}
		return true
	})
	if end > 0 {
		f.Trailing = len(data) - end
	}
}

func readText(f *Facts, kind string, body []byte) {
	key, rest, ok := bytes.Cut(body, []byte{0})
	if !ok || len(key) > 79 {
		return
	}
	name := text(key)
	if name == "XML:com.adobe.xmp" {
		if !f.XMP { // a file of a thousand packed texts must not be unpacked a thousand times
			readXMP(f, itxt(rest, maxXMP))
		}
		return
	}
	if len(f.Keywords) == maxKeywords {
		return
	}
	f.Keywords = append(f.Keywords, name)
	var value []byte
	switch kind {
	case "tEXt":
		value = rest
	case "zTXt":
		if len(rest) > 1 {
			value = inflated(rest[1:], maxText)
		}
	case "iTXt":
		value = itxt(rest, maxText)
	}
	switch name {
	case "Software":
		f.Software = text(value)
	case "Author":
		f.Author = text(value)
	case "Comment":
		f.Comment = text(value)
	}
}

// itxt gives the text of an iTXt chunk behind its keyword, of a packed one at
// most so many bytes.
func itxt(rest []byte, most int64) []byte {
	if len(rest) < 2 {
		return nil
	}
	packed := rest[0] == 1
	_, rest, ok := bytes.Cut(rest[2:], []byte{0})
	if !ok {
		return nil
	}
	_, rest, ok = bytes.Cut(rest, []byte{0})
	if !ok {
		return nil
	}
	if packed {
		return inflated(rest, most)
	}
	return rest
}

// inflated unpacks zlib data up to a limit; broken data gives what came before
// the break.
func inflated(b []byte, most int64) []byte {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, most)) // what could be read is enough for a name
	_ = r.Close()
	return out
}

// walkRIFF calls each with every chunk until it says false, and gives where the
// file ends by its own header.
func walkRIFF(data []byte, each func(kind string, body []byte) bool) int {
	end := min(uint64(len(data)), 8+uint64(binary.LittleEndian.Uint32(data[4:])))
	at := uint64(12)
	for range maxSegments {
		if at+8 > end {
			break
		}
		length := uint64(binary.LittleEndian.Uint32(data[at+4:]))
		if at+8+length > end {
			break
		}
		if !each(string(data[at:at+4]), data[at+8:at+8+length]) {
			break
		}
		at += 8 + length + length&1
	}
	return int(end)
}

func readWebP(f *Facts, data []byte) {
	f.Depth = 8
	end := walkRIFF(data, func(kind string, body []byte) bool {
		switch kind {
		case "VP8X":
			if len(body) >= 10 {
				f.Width, f.Height = 1+little24(body[4:]), 1+little24(body[7:])
				f.Colour = "RGB"
				if body[0]&0x10 != 0 {
					f.Colour = "RGB + alpha"
				}
			}
		case "VP8 ":
			if f.Width == 0 && len(body) >= 10 {
				f.Width, f.Height = int(binary.LittleEndian.Uint16(body[6:])&0x3fff), int(binary.LittleEndian.Uint16(body[8:])&0x3fff)
				f.Colour = "RGB"
			}
			f.Subsampling = "4:2:0"
		case "VP8L":
			f.Lossless = true
			if f.Width == 0 && len(body) >= 5 {
				bits := binary.LittleEndian.Uint32(body[1:])
				f.Width, f.Height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
				f.Colour = "RGB"
				if bits>>28&1 == 1 {
					f.Colour = "RGB + alpha"
				}
			}
		case "ANMF":
			f.Frames++
		case "ICCP":
			f.Profile = profileName(head(body, maxProfile))
		case "EXIF":
			readExif(f, trimExif(body))
		case "XMP ":
			readXMP(f, body)
		case "C2PA":
			f.C2PA = true
		}
		return true
	})
	f.Trailing = max(0, len(data)-end-end&1)
}

func little24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func readGIF(f *Facts, data []byte) {
	if len(data) < 13 {
		return
	}
	f.Width, f.Height = int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	f.Colour, f.Depth = "palette", 8
	at := 13
	if data[10]&0x80 != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	for range maxSegments {
		if at+1 >= len(data) {
			return
		}
		switch data[at] {
		case 0x3b:
			f.Trailing = len(data) - at - 1
			return
		case 0x2c:
			if at+11 > len(data) {
				return
			}
			f.Frames++
			f.Progressive = f.Progressive || data[at+9]&0x40 != 0
			flags := data[at+9]
			at += 10
			if flags&0x80 != 0 {
				at += 3 << (flags&7 + 1)
			}
			_, at = blocks(data, at+1)
		case 0x21:
			label := data[at+1]
			body, next := blocks(data, at+2)
			switch {
			case label == 0xfe && f.Comment == "":
				f.Comment = text(body)
			case label == 0xff && bytes.HasPrefix(body, []byte("XMP DataXMP")):
				readXMP(f, body[11:])
			}
			at = next
		default:
			return
		}
	}
}

// blocks joins the sub-blocks that begin at a place, up to the limit of XMP,
// and gives where they end. XMP in a GIF is no such block but reads as one: the
// lengths are characters of its text, so what is joined lacks some.
func blocks(data []byte, at int) (joined []byte, next int) {
	for at < len(data) {
		n := int(data[at])
		at++
		if n == 0 || at+n > len(data) {
			break
		}
		if len(joined) < maxXMP {
			joined = append(joined, data[at:at+n]...)
		}
		at += n
	}
	return joined, at
}

// readXMP looks for the few values that tell of editing, in either of the two
// ways that XMP writes them. No XML parser is let at a stranger's bytes.
func readXMP(f *Facts, body []byte) {
	body = head(body, maxXMP)
	if len(body) == 0 {
		return
	}
	f.XMP = true
	if f.Tool == "" {
		f.Tool = xmpValue(body, "xmp:CreatorTool")
	}
	if f.Source == "" {
		said := xmpValue(body, "Iptc4xmpExt:DigitalSourceType")
		f.Source = said[strings.LastIndexByte(said, '/')+1:]
	}
}

func xmpValue(body []byte, name string) string {
	if _, rest, ok := bytes.Cut(body, []byte(name+`="`)); ok {
		if value, _, ok := bytes.Cut(head(rest, 4*maxText), []byte(`"`)); ok {
			return text(value)
		}
	}
	if _, rest, ok := bytes.Cut(body, []byte("<"+name+">")); ok {
		if value, _, ok := bytes.Cut(head(rest, 4*maxText), []byte("<")); ok {
			return text(value)
		}
	}
	return ""
}

// profileName reads the description of an ICC profile.
func profileName(icc []byte) string {
	const unnamed = "without a name"
	if len(icc) < 132 || string(icc[36:40]) != "acsp" {
		return unnamed
	}
	count := binary.BigEndian.Uint32(icc[128:])
	for i := range min(count, 128) {
		at := 132 + 12*uint64(i)
		if at+12 > uint64(len(icc)) {
			return unnamed
		}
		if string(icc[at:at+4]) != "desc" {
			continue
		}
		begin, size := uint64(binary.BigEndian.Uint32(icc[at+4:])), uint64(binary.BigEndian.Uint32(icc[at+8:]))
		if begin+size > uint64(len(icc)) || size < 16 {
			return unnamed
		}
		if name := description(icc[begin : begin+size]); name != "" {
			return name
		}
		return unnamed
	}
	return unnamed
}

// description reads the text of a description tag: plain in version 2, UTF-16
// in version 4.
func description(tag []byte) string {
	switch string(tag[:4]) {
	case "desc":
		n := uint64(binary.BigEndian.Uint32(tag[8:]))
		if 12+n > uint64(len(tag)) {
			return ""
		}
		return text(tag[12 : 12+n])
	case "mluc":
		if len(tag) < 28 {
			return ""
		}
		size, at := uint64(binary.BigEndian.Uint32(tag[20:])), uint64(binary.BigEndian.Uint32(tag[24:]))
		if at+size > uint64(len(tag)) || size > 2*maxText {
			return ""
		}
		units := make([]uint16, size/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(tag[at+2*uint64(i):])
		}
		return text([]byte(string(utf16.Decode(units))))
	}
	return ""
}
