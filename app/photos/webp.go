package photos

import (
	"encoding/binary"
	"fmt"
)

// riffChunk gives the first top-level chunk of a kind, or nil.
func riffChunk(data []byte, kind string) []byte {
	var found []byte
	eachChunk(data, 12, func(name string, body []byte) bool {
		if name == kind {
			found = body
		}
		return found == nil
	})
	return found
}

// eachChunk walks RIFF chunks from an offset until yield says no; it says
// whether the last chunk it saw was whole.
func eachChunk(data []byte, at int, yield func(name string, body []byte) bool) bool {
	for at+8 <= len(data) {
		length := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if int64(at)+8+length > int64(len(data)) {
			return false
		}
		if !yield(string(data[at:at+4]), data[at+8:at+8+int(length)]) {
			return true
		}
		at += 8 + int(length) + int(length&1)
	}
	return true
}

// stillWebP gives a file that the decoder reads: the file itself, or of an
// animation (which golang.org/x/image/webp does not know) a file of its first
// frame alone. A first frame smaller than the canvas is taken alone.
func stillWebP(data []byte) ([]byte, error) {
	header := riffChunk(data, "VP8X")
	if len(header) < 10 || header[0]&0x02 == 0 {
		return data, nil
	}
	var frame []byte
	whole := eachChunk(data, 12, func(name string, body []byte) bool {
		if name == "ANMF" {
			frame = body
		}
		return frame == nil
	})
	if len(frame) < 16 {
		kind := ErrNotImage
		if !whole {
			kind = ErrTruncated
		}
		return nil, fmt.Errorf("decoding a webp: %w: the animation has no frame", kind)
	}
	var alpha, pixels []byte
	var kind string
	eachChunk(frame, 16, func(name string, body []byte) bool {
		switch name {
		case "ALPH":
			alpha = body
		case "VP8 ", "VP8L":
			kind, pixels = name, body
		}
		return pixels == nil
	})
	if pixels == nil {
		return nil, fmt.Errorf("decoding a webp: %w: the first frame has no pixels", ErrTruncated)
	}
	out := append(make([]byte, 0, len(frame)+64), "RIFF\x00\x00\x00\x00WEBP"...)
	if alpha != nil {
		extended := make([]byte, 10)
		extended[0] = 0x10              // has alpha
		copy(extended[4:], frame[6:12]) // width-1 and height-1, 24 bits each, as in ANMF
		out = appendChunk(out, "VP8X", extended)
		out = appendChunk(out, "ALPH", alpha)
	}
	out = appendChunk(out, kind, pixels)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

func appendChunk(out []byte, name string, body []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)&1 == 1 {
		out = append(out, 0)
	}
	return out
}
