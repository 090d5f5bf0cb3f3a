package photos

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
)

// Limits of how far into an animation Decode looks for its first full picture.
const (
	maxFrames      = 16
	maxFramePixels = 2 * MaxPixels // of all frames that are looked at
)

// film composes the frames of an animation on its canvas until there is a
// picture: no hole in it, and not one flat colour, as when it fades in.
type film struct {
	canvas *image.NRGBA
	seen   *image.NRGBA // the fullest picture so far
	full   int          // how good seen is: 0 none, 1 flat, 2 with holes, 3 a picture
}

func newFilm(w, h int) *film { return &film{canvas: image.NewNRGBA(image.Rect(0, 0, w, h))} }

// show lays a frame on the canvas and says whether that made a picture.
func (f *film) show(frame image.Image, at image.Point, op draw.Op) bool {
	b := frame.Bounds()
	draw.Draw(f.canvas, image.Rectangle{at, at.Add(b.Size())}, frame, b.Min, op)
	size := f.canvas.Rect.Size()
	w, h := fit(size.X, size.Y, hashSide*hashSide)
	full := 1
	if deviation(shrinkRows(size.X, size.Y, w, h, lumaRows(f.canvas, nil, 255)).pix) >= flatLeast {
		full = 2
		if f.canvas.Opaque() {
			full = 3
		}
	}
	if full > f.full {
		f.full = full
		f.seen = f.canvas
		if full < 3 { // more frames will be laid on the canvas
			f.seen = image.NewNRGBA(f.canvas.Rect)
			copy(f.seen.Pix, f.canvas.Pix)
		}
	}
	return full == 3
}

// clear takes a frame's place back to nothing.
func (f *film) clear(r image.Rectangle) {
	draw.Draw(f.canvas, r, image.Transparent, image.Point{}, draw.Src)
}

// decodeGIF gives the first full picture of a GIF.
func decodeGIF(data []byte, size image.Point) (image.Image, error) {
	first, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	screen := image.Rectangle{Max: size}
	if p, ok := first.(*image.Paletted); ok && first.Bounds() == screen && p.Opaque() {
		if deviation(shrinkImage(p, hashSide*hashSide).pix) >= flatLeast {
			return first, nil
		}
	}
	ends := gifFrames(data, maxFrames)
	if len(ends) < 2 {
		f := newFilm(size.X, size.Y)
		f.show(first, first.Bounds().Min, draw.Over)
		return f.seen, nil
	}
	// The decoder takes all frames or one, so it's given a file that ends after
	// those that are wanted.
	few := append(bytes.Clone(data[:ends[len(ends)-1]]), ';')
	all, err := gif.DecodeAll(bytes.NewReader(few))
	if err != nil {
		// Damaged further on: the first frame is there.
		f := newFilm(size.X, size.Y)
		f.show(first, first.Bounds().Min, draw.Over)
		return f.seen, nil //nolint:nilerr // a picture to look at is better than none
	}
	f := newFilm(size.X, size.Y)
	for i, frame := range all.Image {
		var before *image.NRGBA
		disposal := all.Disposal[i]
		if disposal == gif.DisposalPrevious {
			before = image.NewNRGBA(f.canvas.Rect)
			copy(before.Pix, f.canvas.Pix)
		}
		if f.show(frame, frame.Rect.Min, draw.Over) {
			break
		}
		switch disposal {
		case gif.DisposalBackground:
			f.clear(frame.Rect)
		case gif.DisposalPrevious:
			f.canvas = before
		}
	}
	return f.seen, nil
}

// gifFrames gives where the first frames end in the file, as far as it's whole
// and they hold no more pixels than are to be decoded.
func gifFrames(data []byte, most int) (ends []int) {
	const header = 13
	if len(data) < header {
		return nil
	}
	at := header
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	at += table(data[10])
	skipBlocks := func() bool {
		for at < len(data) {
			n := int(data[at])
			at += 1 + n
			if n == 0 {
				return true
			}
		}
		return false
	}
	pixels := 0
	for at < len(data) && len(ends) < most {
		switch data[at] {
		case 0x21: // an extension and its label
			at += 2
			if !skipBlocks() {
				return ends
			}
		case 0x2c:
			if at+10 > len(data) {
				return ends
			}
			w, h := int(data[at+5])|int(data[at+6])<<8, int(data[at+7])|int(data[at+8])<<8
			if pixels += w * h; pixels > maxFramePixels {
				return ends
			}
			at += 10 + table(data[at+9]) + 1 // and the size of the codes
			if !skipBlocks() {
				return ends
			}
			ends = append(ends, at)
		default:
			return ends
		}
	}
	return ends
}

// decodeFilm gives the first full picture of an animated WebP.
func decodeFilm(data []byte, size image.Point) (image.Image, error) {
	frames, err := webpFrames(data, maxFrames)
	if err != nil {
		return nil, err
	}
	f := newFilm(size.X, size.Y)
	pixels := 0
	for i, frame := range frames {
		config, err := decodeConfig("webp", frame.still)
		if err == nil && !image.Rect(0, 0, config.Width, config.Height).Add(frame.at).In(f.canvas.Rect) {
			err = fmt.Errorf("%w: a frame lies outside of the picture", ErrNotImage)
		}
		if pixels += config.Width * config.Height; pixels > maxFramePixels {
			break
		}
		var img image.Image
		if err == nil {
			img, err = decodeStillWebP(frame.still)
		}
		if err != nil {
			if i > 0 {
				break // damaged further on
			}
			return nil, err
		}
		op := draw.Over
		if frame.replace {
			op = draw.Src
		}
		if f.show(img, frame.at, op) {
			break
		}
		if frame.clear {
			f.clear(img.Bounds().Add(frame.at))
		}
	}
	return f.seen, nil
}
