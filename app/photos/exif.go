package photos

import (
	"bytes"
	"encoding/binary"
)

// orientation reads the EXIF orientation of a file, 1 to 8; 1 where it has none
// or a broken one. Photos without a readable orientation are shown as they are,
// so no error is given.
func orientation(format string, data []byte) int {
	var tiff []byte
	switch format {
	case "jpeg":
		tiff = jpegExif(data)
	case "png":
		tiff = pngChunk(data, "eXIf")
	case "webp":
		tiff = riffChunk(data, "EXIF")
		tiff = bytes.TrimPrefix(tiff, []byte("Exif\x00\x00"))
	}
	return tiffOrientation(tiff)
}

// jpegExif gives the TIFF block of the APP1 segment, or nil.
func jpegExif(data []byte) []byte {
	var found []byte
	eachSegment(data, func(marker byte, body []byte) bool {
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			found = tiff
		}
		return found == nil
	})
	return found
}

// eachSegment walks the segments of a JPEG up to its first scan, until yield
// says no.
func eachSegment(data []byte, yield func(marker byte, body []byte) bool) {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		if marker == 0xff { // a fill byte
			at++
			continue
		}
		if marker == 0xda || marker == 0xd9 {
			return
		}
		if marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 { // markers without a length
			at += 2
			continue
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if length < 2 || at+2+length > len(data) {
			return
		}
		if !yield(marker, data[at+4:at+2+length]) {
			return
		}
		at += 2 + length
	}
}

// pngChunk gives the first chunk of a kind, or nil.
func pngChunk(data []byte, kind string) []byte {
	for at := 8; at+12 <= len(data); {
		length := int64(binary.BigEndian.Uint32(data[at:]))
		if int64(at)+12+length > int64(len(data)) {
			return nil
		}
		if string(data[at+4:at+8]) == kind {
			return data[at+8 : at+8+int(length)]
		}
		at += 12 + int(length)
	}
	return nil
}

// tiffOrientation reads tag 0x0112 of the first directory of a TIFF block.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	count := int64(order.Uint16(tiff[at:]))
	for i := range count {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[entry:]) != 0x0112 {
			continue
		}
		var turn int64
		switch order.Uint16(tiff[entry+2:]) {
		case 3: // SHORT, the kind the standard asks for
			turn = int64(order.Uint16(tiff[entry+8:]))
		case 4: // LONG, as some writers have it
			turn = int64(order.Uint32(tiff[entry+8:]))
		}
		if turn >= 1 && turn <= 8 {
			return int(turn)
		}
		return 1
	}
	return 1
}
