package photos

import (
	"encoding/binary"
	"sync"

	"mensch/app/model"
	"mensch/app/photos/hamming"
	"mensch/app/photos/pdq"
)

// pdqArea is the most pixels that PDQ is computed of. At this size the hash is
// that of the photo at full size but for a bit or two of 256; under it the
// windows and samples of the method fall otherwise, and a dozen bits go.
const pdqArea = 512 * 512

// lumas are rooms for luma, used again for the next photo.
var lumas = sync.Pool{New: func() any { return new([]float32) }}

// exchangeHashes gives the PDQ hashes of a picture, as model.PhotoHashes keeps
// them; none where the picture has too little in it to be trusted with one.
func exchangeHashes(base *plane) (hashes []byte, quality int) {
	w, h := fit(base.w, base.h, pdqArea)
	luma := base.resized(w, h).pix
	if w == base.w && h == base.h {
		// PDQ writes over what it's given, and all else needs the base.
		kept := lumas.Get().(*[]float32)
		defer lumas.Put(kept)
		*kept = append((*kept)[:0], luma...)
		luma = *kept
	}
	all, quality := pdq.FromLuma(luma, w, h)
	if quality < pdq.Trusted {
		return nil, quality
	}
	hashes = make([]byte, 0, 32*len(all))
	for _, h := range all {
		hashes = AppendPDQ(hashes, h)
	}
	return hashes, quality
}

// AppendPDQ appends a hash in the form that model.PhotoHashes keeps.
func AppendPDQ(out []byte, h hamming.Hash256) []byte {
	for _, word := range h {
		out = binary.LittleEndian.AppendUint64(out, word)
	}
	return out
}

// PDQ gives the PDQ hashes that were kept of a photo: eight, of it and of its
// turned and mirrored selves in the order of pdq.Dihedral; one, where only the
// hash is known; or none.
func PDQ(h model.PhotoHashes) []hamming.Hash256 {
	out := make([]hamming.Hash256, 0, len(h.PDQ)/32)
	for raw := h.PDQ; len(raw) >= 32; raw = raw[32:] {
		var hash hamming.Hash256
		for i := range hash {
			hash[i] = binary.LittleEndian.Uint64(raw[8*i:])
		}
		out = append(out, hash)
	}
	return out
}

// wayWords says in words what was done to a picture whose hash is that of the
// other one turned or mirrored.
var wayWords = [8]string{
	pdq.Upright: unchanged, pdq.Turned90: "turned by 90 degrees", pdq.Turned180: "turned by 180 degrees", pdq.Turned270: "turned by 270 degrees",
	pdq.Mirrored: "mirrored", pdq.Overturned: "mirrored and turned by 180 degrees",
	pdq.Transposed: "mirrored and turned by 90 degrees", pdq.CounterTransposed: "mirrored and turned by 270 degrees",
}

// WayInWords says what the way of pdq.Dihedral is.
func WayInWords(way int) string {
	if way < 0 || way >= len(wayWords) {
		return unchanged
	}
	return wayWords[way]
}
