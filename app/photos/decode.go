package photos

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// Limits of what Decode takes: checked before a pixel is decoded.
const (
	MaxBytes  = 32 << 20   // of the file
	MaxPixels = 50_000_000 // width times height
)

// Errors of Decode; test with errors.Is.
var (
	// ErrTooLarge says that the file has more than MaxBytes, or the picture
	// more than MaxPixels by its own header.
	ErrTooLarge = errors.New("the photo is too large")
	// ErrNotImage says that the bytes are no JPEG, PNG, GIF or WebP, or a
	// damaged one, or one of a kind that is not read (such as JPEG 2000).
	ErrNotImage = errors.New("not a picture that can be read")
	// ErrTruncated says that the picture ends before its end.
	ErrTruncated = errors.New("the photo is cut off")
)

// Picture is a decoded photo. It's read-only and may be shared by goroutines.
type Picture struct {
	ID          string // SHA-256 of the file's bytes, 64 lower-case hex digits
	Format      string // jpeg, png, gif or webp
	Width       int    // of the upright picture, in pixels
	Height      int
	Orientation int // EXIF orientation of the file, 1 to 8; 1 is upright

	img  image.Image // as stored, before turning it upright
	base *plane      // upright luma over white, shrunk to at most baseArea pixels
}

// Decode reads a photo: JPEG, PNG, GIF and WebP, of animations the first frame.
// It turns the picture upright by its EXIF orientation. The errors wrap
// ErrTooLarge, ErrNotImage or ErrTruncated, or are those of r.
func Decode(r io.Reader) (*Picture, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading a photo: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("reading a photo: %w: over %d MiB", ErrTooLarge, MaxBytes>>20)
	}
	return decodeBytes(data)
}

// decodeBytes is Decode over bytes whose number was checked.
func decodeBytes(data []byte) (pic *Picture, err error) {
	// The decoders of the standard library are fuzzed, yet a photo comes from
	// strangers: a panic in a decoder must cost the photo, not the program.
	defer func() {
		if p := recover(); p != nil {
			pic, err = nil, fmt.Errorf("decoding a photo: %w: %v", ErrNotImage, p)
		}
	}()
	format := sniff(data)
	if format == "" {
		return nil, fmt.Errorf("decoding a photo: %w", ErrNotImage)
	}
	source := data
	if format == "webp" {
		if source, err = stillWebP(data); err != nil {
			return nil, err
		}
	}
	config, err := decodeConfig(format, source)
	if err != nil {
		return nil, decodeError(format, source, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, fmt.Errorf("decoding a %s: %w: it has no pixels", format, ErrNotImage)
	}
	if int64(config.Width)*int64(config.Height) > MaxPixels {
		return nil, fmt.Errorf("decoding a %s: %w: %d x %d pixels", format, ErrTooLarge, config.Width, config.Height)
	}
	img, err := decodeImage(format, source, config)
	if err != nil {
		return nil, decodeError(format, source, err)
	}
	sum := sha256.Sum256(data)
	return newPicture(hex.EncodeToString(sum[:]), format, img, orientation(format, data)), nil
}

// FromImage makes a Picture of an image that is in memory already, such as a
// screenshot's cut. The ID is the caller's.
func FromImage(id string, img image.Image) (*Picture, error) {
	if img == nil || img.Bounds().Empty() {
		return nil, fmt.Errorf("taking an image: %w: it has no pixels", ErrNotImage)
	}
	if int64(img.Bounds().Dx())*int64(img.Bounds().Dy()) > MaxPixels {
		return nil, fmt.Errorf("taking an image: %w", ErrTooLarge)
	}
	return newPicture(id, "memory", img, 1), nil
}

func newPicture(id, format string, img image.Image, turn int) *Picture {
	b := img.Bounds()
	p := &Picture{
		ID: id, Format: format, Width: b.Dx(), Height: b.Dy(), Orientation: turn, img: img,
		base: shrinkImage(img, baseArea).turned(turn),
	}
	if turn >= 5 {
		p.Width, p.Height = p.Height, p.Width
	}
	return p
}

// Image gives the whole upright picture in colour. The result is made anew at
// each call and belongs to the caller.
func (p *Picture) Image() image.Image {
	b := p.img.Bounds()
	if p.Orientation == 1 {
		out := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
		draw.Draw(out, out.Bounds(), p.img, b.Min, draw.Src)
		return out
	}
	flat := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Bounds(), p.img, b.Min, draw.Src)
	out := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	for y := range p.Height {
		for x := range p.Width {
			sx, sy := unturn(p.Orientation, x, y, b.Dx(), b.Dy())
			copy(out.Pix[y*out.Stride+4*x:][:4], flat.Pix[sy*flat.Stride+4*sx:][:4])
		}
	}
	return out
}

// unturn gives the stored pixel that stands at x, y of the upright picture; w
// and h are the stored size.
func unturn(turn, x, y, w, h int) (int, int) {
	switch turn {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

func sniff(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		return "jpeg"
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "png"
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return "gif"
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		return "webp"
	}
	return ""
}

func decodeConfig(format string, data []byte) (image.Config, error) {
	r := bytes.NewReader(data)
	switch format {
	case "jpeg":
		return jpeg.DecodeConfig(r)
	case "png":
		return png.DecodeConfig(r)
	case "gif":
		return gif.DecodeConfig(r)
	}
	return webp.DecodeConfig(r)
}

func decodeImage(format string, data []byte, config image.Config) (image.Image, error) {
	r := bytes.NewReader(data)
	switch format {
	case "jpeg":
		return jpeg.Decode(r)
	case "png":
		return png.Decode(r)
	case "gif":
		frame, err := gif.Decode(r)
		if err != nil {
			return nil, err
		}
		// The first frame may be smaller than the screen it stands on.
		screen := image.Rect(0, 0, config.Width, config.Height)
		if frame.Bounds() == screen {
			return frame, nil
		}
		out := image.NewNRGBA(screen)
		draw.Draw(out, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
		return out, nil
	}
	return webp.Decode(r)
}

// decodeError gives a decoder's error its type. The decoders tell the end of
// the data and damage apart in words only, so the file's own end mark decides.
func decodeError(format string, data []byte, err error) error {
	kind := ErrNotImage
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || cutOff(format, data) {
		kind = ErrTruncated
	}
	return fmt.Errorf("decoding a %s: %w: %w", format, kind, err)
}

func cutOff(format string, data []byte) bool {
	switch format {
	case "jpeg":
		return !bytes.Contains(data, []byte("\xff\xd9"))
	case "png":
		return !bytes.Contains(data, []byte("IEND"))
	case "gif":
		return !bytes.HasSuffix(data, []byte(";"))
	case "webp":
		return int64(binary.LittleEndian.Uint32(data[4:])) > int64(len(data)-8)
	}
	return false
}
