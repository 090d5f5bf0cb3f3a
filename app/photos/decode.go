package photos

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"mensch/app/photos/luma"
)

// Limits of what Decode takes: checked before a pixel is decoded.
const (
	MaxBytes  = 32 << 20   // of the file
	MaxPixels = 50_000_000 // width times height; half as many where a channel has 16 bits
	// maxScanned bounds the pixels of all scans of a progressive JPEG together:
	// each goes over the whole picture, however few bytes it has.
	maxScanned = 1_500_000_000
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

// ForeignError says that the bytes are a picture of a kind that is not read. It
// wraps ErrNotImage.
type ForeignError struct{ Kind string } // such as "HEIC"

func (e *ForeignError) Error() string { return e.Kind + " pictures are not read" }

func (e *ForeignError) Unwrap() error { return ErrNotImage }

// Picture is a decoded photo. It's read-only and may be shared by goroutines.
type Picture struct {
	ID          string // SHA-256 of the file's bytes, 64 lower-case hex digits
	Format      string // jpeg, png, gif or webp
	Width       int    // of the upright picture, in pixels
	Height      int
	Orientation int // EXIF orientation of the file, 1 to 8; 1 is upright

	img      image.Image // as stored, before turning it upright; of a JPEG perhaps its luma alone
	file     []byte      // of such a JPEG, for its colours; nil: img has them
	colours  *colours    // what turns its colours into sRGB; nil: nothing has to
	backdrop uint8       // the grey behind what is transparent
	base     *plane      // upright luma over the backdrop, shrunk to at most baseArea pixels
}

// Decode reads a photo: JPEG, PNG, GIF and WebP, of animations the first full
// picture. It turns the picture upright by its EXIF orientation, and its colours
// into sRGB by its colour profile. The errors wrap ErrTooLarge, ErrNotImage (as
// a ForeignError does) or ErrTruncated, or are those of r.
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
		if kind := foreign(data); kind != "" {
			return nil, fmt.Errorf("decoding a photo: %w", &ForeignError{kind})
		}
		return nil, fmt.Errorf("decoding a photo: %w", ErrNotImage)
	}
	source := data
	if format == "jpeg" {
		source = withAdobe(data)
	}
	config, err := decodeConfig(format, source)
	if err != nil {
		return nil, decodeError(format, source, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, fmt.Errorf("decoding a %s: %w: it has no pixels", format, ErrNotImage)
	}
	if tooLarge(format, source, config) {
		return nil, fmt.Errorf("decoding a %s: %w: %d x %d pixels", format, ErrTooLarge, config.Width, config.Height)
	}
	sum := sha256.Sum256(data)
	p := &Picture{
		ID: hex.EncodeToString(sum[:]), Format: format, Orientation: orientation(format, data),
		colours: coloursOf(profile(format, data)),
	}
	if format == "jpeg" && p.colours == nil {
		// Few ever ask for the colours, and the luma alone takes a quarter of the time.
		if grey, plain := luma.Decode(source); grey != nil {
			p.img = grey
			if !plain {
				p.file = source
			}
			p.shrink()
			return p, nil
		}
	}
	img, err := decodeImage(format, source, config)
	if err != nil {
		return nil, decodeError(format, source, err)
	}
	if m, ok := img.(*image.CMYK); ok && len(source) != len(data) {
		for i := range m.Pix { // undo what the decoder does for Adobe's files
			m.Pix[i] = 255 - m.Pix[i]
		}
	}
	p.img = img
	p.shrink()
	return p, nil
}

// tooLarge says whether a picture would cost more than it may.
func tooLarge(format string, data []byte, config image.Config) bool {
	pixels := int64(config.Width) * int64(config.Height)
	switch config.ColorModel {
	case color.Gray16Model, color.NRGBA64Model, color.RGBA64Model:
		pixels *= 2
	}
	if pixels > MaxPixels {
		return true
	}
	return format == "jpeg" && pixels*int64(bytes.Count(data, []byte("\xff\xda"))) > maxScanned
}

// withAdobe gives a JPEG of four inks the mark of Adobe's files, without which
// the decoder does not take it; anything else comes back as it is.
func withAdobe(data []byte) []byte {
	inks, marked := false, false
	eachSegment(data, func(marker byte, body []byte) bool {
		switch {
		case marker >= 0xc0 && marker <= 0xc2:
			inks = len(body) > 5 && body[5] == 4
		case marker == 0xee && bytes.HasPrefix(body, []byte("Adobe")):
			marked = true
		}
		return true
	})
	if !inks || marked {
		return data
	}
	out := append(make([]byte, 0, len(data)+16), data[:2]...)
	out = append(out, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	return append(out, data[2:]...)
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
	p := &Picture{ID: id, Format: "memory", Orientation: 1, img: img}
	p.shrink()
	return p, nil
}

// shrink works out the size, the backdrop and the base.
func (p *Picture) shrink() {
	b := p.img.Bounds()
	p.Width, p.Height = b.Dx(), b.Dy()
	w, h := fit(b.Dx(), b.Dy(), baseArea)
	over := func(backdrop uint8) *plane {
		return shrinkRows(b.Dx(), b.Dy(), w, h, lumaRows(p.img, p.colours, backdrop))
	}
	p.backdrop = 255
	base := over(255)
	if !opaque(p.img) {
		// Over white, as pages are; but a white drawing would vanish there.
		if white := deviation(base.pix); white < vanished {
			if black := over(0); deviation(black.pix) > 2*white {
				p.backdrop, base = 0, black
			}
		}
	}
	p.base = base.turned(p.Orientation)
	if p.Orientation >= 5 {
		p.Width, p.Height = p.Height, p.Width
	}
}

// vanished is the standard deviation under which a picture over white is looked
// at over black too.
const vanished = 12

func opaque(img image.Image) bool {
	switch m := img.(type) {
	case *image.YCbCr, *image.Gray, *image.Gray16, *image.CMYK:
		return true
	case interface{ Opaque() bool }:
		return m.Opaque()
	}
	return true
}

// Image gives the whole upright picture in the colours of sRGB, without
// transparency: as it was hashed. The result is made anew at each call and
// belongs to the caller.
func (p *Picture) Image() image.Image {
	img := p.img
	if p.file != nil {
		// The file was proved whole; were it refused all the same, grey is better
		// than nothing.
		if coloured, err := jpeg.Decode(bytes.NewReader(p.file)); err == nil {
			img = coloured
		}
	}
	flat := p.colours.draw(img)
	if !opaque(img) {
		back := uint32(p.backdrop)
		for i := 0; i < len(flat.Pix); i += 4 {
			px := flat.Pix[i : i+4 : i+4]
			alpha := uint32(px[3])
			for k := range 3 {
				px[k] = uint8((uint32(px[k])*alpha + back*(255-alpha) + 127) / 255)
			}
			px[3] = 255
		}
	}
	if p.Orientation == 1 {
		return flat
	}
	out := image.NewNRGBA(image.Rect(0, 0, p.Width, p.Height))
	for y := range p.Height {
		for x := range p.Width {
			sx, sy := unturn(p.Orientation, x, y, flat.Rect.Dx(), flat.Rect.Dy())
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

// foreign names the kind of a picture that is known but not read; empty: none.
func foreign(data []byte) string {
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		switch string(data[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			// The general brand is of both kinds; the list behind it tells.
			if bytes.Contains(data[:min(len(data), 64)], []byte("avif")) {
				return "AVIF"
			}
			return "HEIC"
		case "avif", "avis":
			return "AVIF"
		}
		return ""
	}
	for _, k := range []struct{ mark, kind string }{
		{"II*\x00", "TIFF"},
		{"MM\x00*", "TIFF"},
		{"BM", "BMP"},
		{"8BPS", "Photoshop"},
		{"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a", "JPEG XL"},
		{"\xff\x0a", "JPEG XL"},
		{"\x00\x00\x00\x0cjP  ", "JPEG 2000"},
		{"\xff\x4f\xff\x51", "JPEG 2000"},
	} {
		if bytes.HasPrefix(data, []byte(k.mark)) {
			return k.kind
		}
	}
	if head := bytes.TrimSpace(data[:min(len(data), 512)]); bytes.HasPrefix(head, []byte("<svg")) || bytes.HasPrefix(head, []byte("<?xml")) && bytes.Contains(head, []byte("<svg")) {
		return "SVG"
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
	if size, animated := webpCanvas(data); animated {
		return image.Config{Width: size.X, Height: size.Y, ColorModel: color.NRGBAModel}, nil
	}
	return webp.DecodeConfig(r)
}

func decodeImage(format string, data []byte, config image.Config) (image.Image, error) {
	r := bytes.NewReader(data)
	size := image.Pt(config.Width, config.Height)
	switch format {
	case "jpeg":
		return jpeg.Decode(r)
	case "png":
		return png.Decode(r)
	case "gif":
		return decodeGIF(data, size)
	}
	if _, animated := webpCanvas(data); animated {
		return decodeFilm(data, size)
	}
	return decodeStillWebP(data)
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
