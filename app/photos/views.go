package photos

import (
	"bytes"
	"errors"
	"image/jpeg"
	"math"

	"mensch/app/photos/luma"
)

// What model.PhotoHashes.Views holds: the features, 20 bytes each, and the
// photo itself, very small, as the body of a grey JPEG (its headers are always
// the same and are put back when it's read):
//
//	1 byte   number of features
//	each     x, y, sigma, angle (a byte each), 16 bytes of description
//	2 bytes  width and height of the small picture
//	the rest its JPEG data from after the last header on

const (
	bankArea     = 240 * 240 // pixels that a bank photo's features are found in
	bankFeatures = 80
	featureBytes = 20
	thumbArea    = 96 * 96
	thumbQuality = 70
)

var errViews = errors.New("the hashes of the photo are damaged")

// stored is a feature as the index keeps it.
type stored struct {
	x, y, sigma, angle uint8
	sig                sig
}

func (f feature) store() stored {
	s := math.Log2(float64(f.sigma)/0.004) * 24
	return stored{
		x: unit8(f.x * 255), y: unit8(f.y * 255), sigma: unit8(float32(s)),
		angle: uint8(int(f.angle*(256/(2*math.Pi))+0.5) & 255), sig: f.sig,
	}
}

func unit8(v float32) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

var sigmaTable = func() (t [256]float32) {
	for i := range t {
		t[i] = float32(0.004 * math.Pow(2, float64(i)/24))
	}
	return t
}()

func (s stored) turn() float32 { return float32(s.angle) * (2 * math.Pi / 256) }

// encodeViews computes and packs the views of a photo.
func encodeViews(p *Picture) []byte {
	w, h := grown(p.base.w, p.base.h, bankArea)
	features := extract(p.base.resized(w, h), bankFeatures, false)
	out := make([]byte, 0, 1+len(features)*featureBytes+2+1800)
	out = append(out, byte(len(features)))
	for _, f := range features {
		s := f.store()
		out = append(out, s.x, s.y, s.sigma, s.angle)
		for _, half := range s.sig {
			for i := range 8 {
				out = append(out, byte(half>>(8*i)))
			}
		}
	}
	return appendThumb(out, p.base)
}

// grown gives a size of the same shape with about area pixels, smaller or
// larger, no side under 24 or (for panoramas) over 1024.
func grown(w, h, area int) (int, int) {
	s := math.Sqrt(float64(area) / (float64(w) * float64(h)))
	side := func(n int) int { return min(max(int(float64(n)*s+0.5), 24), 1024) }
	return side(w), side(h)
}

// thumbSize gives the size of the small picture, each side at most 255.
func thumbSize(w, h int) (int, int) {
	s := math.Sqrt(thumbArea / (float64(w) * float64(h)))
	side := func(n int) int { return min(max(int(float64(n)*s+0.5), 16), 255) }
	return side(w), side(h)
}

// jpegHead is what every grey JPEG of thumbQuality begins with; sizeAt is where
// its height and width stand.
var jpegHead, sizeAt = func() ([]byte, int) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, newPlane(8, 8).gray(), &jpeg.Options{Quality: thumbQuality}); err != nil {
		return nil, 0
	}
	data := b.Bytes()
	at, size := 2, 0
	for at+4 < len(data) {
		marker, length := data[at+1], int(data[at+2])<<8|int(data[at+3])
		if marker == 0xc0 {
			size = at + 5
		}
		at += 2 + length
		if marker == 0xda {
			break
		}
	}
	return data[:at], size
}()

func appendThumb(out []byte, base *plane) []byte {
	w, h := thumbSize(base.w, base.h)
	var b bytes.Buffer
	err := jpeg.Encode(&b, base.resized(w, h).gray(), &jpeg.Options{Quality: thumbQuality})
	if err != nil || b.Len() < len(jpegHead) {
		return append(out, 0, 0)
	}
	return append(append(out, byte(w), byte(h)), b.Bytes()[len(jpegHead):]...)
}

// decodeThumb reads a small picture from its two bytes of size on.
func decodeThumb(data []byte) (*plane, error) {
	if len(data) < 4 || data[0] == 0 || data[1] == 0 {
		return nil, errViews
	}
	file := make([]byte, 0, len(jpegHead)+len(data))
	file = append(append(file, jpegHead...), data[2:]...)
	file[sizeAt], file[sizeAt+1] = 0, data[1]
	file[sizeAt+2], file[sizeAt+3] = 0, data[0]
	if m, _ := luma.Decode(file); m != nil {
		return shrinkImage(m, math.MaxInt), nil
	}
	img, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, errors.Join(errViews, err)
	}
	return shrinkImage(img, math.MaxInt), nil
}

// splitViews gives the features and the small picture's bytes.
func splitViews(views []byte) ([]stored, []byte, error) {
	if len(views) < 1 {
		return nil, nil, errViews
	}
	n := int(views[0])
	if len(views) < 1+n*featureBytes+2 {
		return nil, nil, errViews
	}
	out := make([]stored, n)
	for i := range out {
		b := views[1+i*featureBytes:]
		s := stored{x: b[0], y: b[1], sigma: b[2], angle: b[3]}
		for k := range 8 {
			s.sig[0] |= uint64(b[4+k]) << (8 * k)
			s.sig[1] |= uint64(b[12+k]) << (8 * k)
		}
		out[i] = s
	}
	return out, views[1+n*featureBytes:], nil
}
