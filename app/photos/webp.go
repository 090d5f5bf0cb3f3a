package photos

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"

	"golang.org/x/image/webp"
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

// webpFrame is one frame of an animation, as a file of its own.
type webpFrame struct {
	still   []byte
	at      image.Point
	replace bool // takes the place of what is under it, instead of lying over it
	clear   bool // goes away before the next frame
}

// webpCanvas gives the size of an animation; ok is false for a still picture.
func webpCanvas(data []byte) (size image.Point, ok bool) {
	header := riffChunk(data, "VP8X")
	if len(header) < 10 || header[0]&0x02 == 0 {
		return size, false
	}
	return image.Pt(uint24(header[4:])+1, uint24(header[7:])+1), true
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// webpFrames gives the first frames of an animation, which golang.org/x/image/webp
// does not know.
func webpFrames(data []byte, most int) ([]webpFrame, error) {
	var frames []webpFrame
	var fault error
	whole := eachChunk(data, 12, func(name string, body []byte) bool {
		if name == "ANMF" {
			f, err := readFrame(body)
			if err != nil {
				fault = err
				return false
			}
			frames = append(frames, f)
		}
		return len(frames) < most
	})
	switch {
	case len(frames) > 0:
		return frames, nil // what is damaged behind them is no matter
	case fault != nil:
		return nil, fault
	case !whole:
		return nil, fmt.Errorf("decoding a webp: %w: the animation has no frame", ErrTruncated)
	}
	return nil, fmt.Errorf("decoding a webp: %w: the animation has no frame", ErrNotImage)
}

func readFrame(body []byte) (f webpFrame, err error) {
	if len(body) < 16 {
		return f, fmt.Errorf("decoding a webp: %w: a frame has no header", ErrTruncated)
	}
	f.at = image.Pt(2*uint24(body), 2*uint24(body[3:]))
	f.replace, f.clear = body[15]&0x02 != 0, body[15]&0x01 != 0
	var alpha, pixels []byte
	var kind string
	eachChunk(body, 16, func(name string, body []byte) bool {
		switch name {
		case "ALPH":
			alpha = body
		case "VP8 ", "VP8L":
			kind, pixels = name, body
		}
		return pixels == nil
	})
	if pixels == nil {
		return f, fmt.Errorf("decoding a webp: %w: a frame has no pixels", ErrTruncated)
	}
	out := append(make([]byte, 0, len(body)+64), "RIFF\x00\x00\x00\x00WEBP"...)
	if alpha != nil {
		extended := make([]byte, 10)
		extended[0] = 0x10             // has alpha
		copy(extended[4:], body[6:12]) // width-1 and height-1, 24 bits each, as in ANMF
		out = appendChunk(out, "VP8X", extended)
		out = appendChunk(out, "ALPH", alpha)
	}
	out = appendChunk(out, kind, pixels)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	f.still = out
	return f, nil
}

// decodeStillWebP reads one picture.
func decodeStillWebP(data []byte) (image.Image, error) {
	img, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	switch m := img.(type) {
	case *image.YCbCr:
		fullRange(m)
	case *image.NYCbCrA:
		fullRange(&m.YCbCr)
	}
	return img, nil
}

// fullRange widens the numbers of a lossy WebP, which go from 16 to 235 (colours
// 16 to 240), to those of a JPEG, as which the decoder hands them out
// (golang/go#40173). Blacks would be grey and whites dull.
func fullRange(m *image.YCbCr) {
	for i, v := range m.Y {
		m.Y[i] = wideLuma[v]
	}
	for _, plane := range [][]uint8{m.Cb, m.Cr} {
		for i, v := range plane {
			plane[i] = wideChroma[v]
		}
	}
}

var wideLuma, wideChroma = func() (luma, chroma [256]uint8) {
	for i := range 256 {
		luma[i] = unit8(float32(i-16) * 255 / 219)
		chroma[i] = unit8(float32(i-128)*255/224 + 128)
	}
	return luma, chroma
}()

func appendChunk(out []byte, name string, body []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	out = append(out, body...)
	if len(body)&1 == 1 {
		out = append(out, 0)
	}
	return out
}
