package photos

import (
	"bytes"
	"compress/zlib"
	"io"
)

// profile gives the colour profile that a file carries, or nil.
func profile(format string, data []byte) []byte {
	switch format {
	case "jpeg":
		return jpegProfile(data)
	case "png":
		return pngProfile(pngChunk(data, "iCCP"))
	case "webp":
		return riffChunk(data, "ICCP")
	}
	return nil
}

// jpegProfile joins the numbered pieces of the APP2 segments. Pieces that are
// missing or twice there make no profile.
func jpegProfile(data []byte) []byte {
	var pieces [256][]byte
	total, size := 0, 0
	eachSegment(data, func(marker byte, body []byte) bool {
		rest, ok := bytes.CutPrefix(body, []byte("ICC_PROFILE\x00"))
		if marker != 0xe2 || !ok || len(rest) < 2 {
			return true
		}
		number, of := int(rest[0]), int(rest[1])
		if number == 0 || of == 0 || number > of || total != 0 && of != total || pieces[number] != nil {
			total = -1
			return false
		}
		total = of
		pieces[number] = rest[2:]
		size += len(rest) - 2
		return size <= maxProfile
	})
	if total <= 0 || size > maxProfile {
		return nil
	}
	out := make([]byte, 0, size)
	for _, p := range pieces[1 : total+1] {
		if p == nil {
			return nil
		}
		out = append(out, p...)
	}
	return out
}

// pngProfile unpacks an iCCP chunk: a name, a zero, the method 0, and the
// profile under zlib, of which no more is unpacked than a profile may have.
func pngProfile(chunk []byte) []byte {
	name := bytes.IndexByte(chunk, 0)
	if name < 0 || name+2 > len(chunk) || chunk[name+1] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(chunk[name+2:]))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(out) > maxProfile {
		return nil
	}
	return out
}
