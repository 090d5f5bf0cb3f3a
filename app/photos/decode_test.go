package photos

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
)

// scene is a small picture with a bright top left, so that turns show.
func scene(w, h int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(40 + 30*math.Sin(float64(x)/7)*math.Cos(float64(y)/5))
			if x < w/2 && y < h/2 {
				v += 150
			}
			p.SetNRGBA(x, y, color.NRGBA{v, v, v, 255})
		}
	}
	return p
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withOrientation puts an EXIF block into a JPEG.
func withOrientation(data []byte, turn uint16, order binary.AppendByteOrder) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = append(order.AppendUint16(order.AppendUint16(tiff, 0x010f), 2), make([]byte, 8)...)
	tiff = order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3), 1)
	tiff = append(order.AppendUint16(tiff, turn), 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	return append(append(out, body...), data[2:]...)
}

// brightest names the quarter of a picture that is brightest.
func brightest(p *plane) string {
	var sums [4]float32
	for y := range p.h {
		for x := range p.w {
			k := 0
			if x >= p.w/2 {
				k++
			}
			if y >= p.h/2 {
				k += 2
			}
			sums[k] += p.pix[y*p.w+x]
		}
	}
	best := 0
	for k, s := range sums {
		if s > sums[best] {
			best = k
		}
	}
	return [4]string{"top left", "top right", "bottom left", "bottom right"}[best]
}

func TestOrientationTurnsUpright(t *testing.T) {
	file := encodeJPEG(t, scene(96, 64))
	for turn, want := range map[uint16]string{
		1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left",
		5: "top left", 6: "top right", 7: "bottom right", 8: "bottom left",
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p, err := Decode(bytes.NewReader(withOrientation(file, turn, order)))
			if err != nil {
				t.Fatal(err)
			}
			if p.Orientation != int(turn) {
				t.Fatalf("orientation %d is read as %d", turn, p.Orientation)
			}
			if got := brightest(p.base); got != want {
				t.Errorf("orientation %d: the light is at the %s, want %s", turn, got, want)
			}
			wantW, wantH := 96, 64
			if turn >= 5 {
				wantW, wantH = 64, 96
			}
			img := p.Image()
			if p.Width != wantW || p.Height != wantH || img.Bounds().Dx() != wantW || img.Bounds().Dy() != wantH {
				t.Errorf("orientation %d: %d x %d, image %v", turn, p.Width, p.Height, img.Bounds())
			}
			if got := brightest(shrinkImage(img, 1<<20)); got != want {
				t.Errorf("orientation %d: the image's light is at the %s, want %s", turn, got, want)
			}
		}
	}
}

func TestKindsOfPixels(t *testing.T) {
	src := scene(80, 60)
	grey16 := image.NewGray16(src.Rect)
	cmyk := image.NewCMYK(src.Rect)
	alpha := image.NewNRGBA(src.Rect)
	pal := image.NewPaletted(src.Rect, func() (p color.Palette) {
		for i := range 256 {
			p = append(p, color.Gray{uint8(i)})
		}
		return p
	}())
	rgba64 := image.NewRGBA64(src.Rect)
	ycc := image.NewYCbCr(src.Rect, image.YCbCrSubsampleRatio420)
	for i := range ycc.Cb {
		ycc.Cb[i], ycc.Cr[i] = 128, 128
	}
	for y := range 60 {
		for x := range 80 {
			c := src.NRGBAAt(x, y)
			grey16.Set(x, y, c)
			cmyk.SetCMYK(x, y, color.CMYK{K: 255 - c.R})
			// Half of white paper showing through black gives the same greys.
			alpha.SetNRGBA(x, y, color.NRGBA{0, 0, 0, 255 - c.R})
			pal.Set(x, y, c)
			rgba64.Set(x, y, c)
			ycc.Y[ycc.YOffset(x, y)] = c.R
		}
	}
	want := shrinkImage(src, 1<<20)
	for name, img := range map[string]image.Image{
		"grey 16": grey16, "cmyk": cmyk, "alpha over white": alpha, "palette": pal, "rgba 64": rgba64, "ycbcr": ycc,
	} {
		got := shrinkImage(img, 1<<20)
		for i, v := range got.pix {
			if d := v - want.pix[i]; d > 1.5 || d < -1.5 {
				t.Errorf("%s: pixel %d is %v, want %v", name, i, v, want.pix[i])
				break
			}
		}
	}
}

func TestFirstFrameOfAnAnimatedGIF(t *testing.T) {
	pal := color.Palette{color.White, color.Black, color.Transparent}
	first := image.NewPaletted(image.Rect(10, 10, 30, 30), pal)
	for i := range first.Pix {
		first.Pix[i] = 1
	}
	second := image.NewPaletted(image.Rect(0, 0, 60, 40), pal)
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{
		Image: []*image.Paletted{first, second}, Delay: []int{9, 9},
		Config: image.Config{Width: 60, Height: 40, ColorModel: pal},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if p.Width != 60 || p.Height != 40 || p.base.pix[20*60+20] != 0 || p.base.pix[35*60+50] != 255 {
		t.Errorf("%d x %d, in the frame %v, beside it %v", p.Width, p.Height, p.base.pix[20*60+20], p.base.pix[35*60+50])
	}
}

// hugePNG is a PNG of 20,000 x 20,000 by its header.
func hugePNG(t testing.TB) []byte {
	data := encodePNG(t, scene(8, 8))
	binary.BigEndian.PutUint32(data[16:], 20000)
	binary.BigEndian.PutUint32(data[20:], 20000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

type endless struct{ n int }

func (e *endless) Read(p []byte) (int, error) { e.n += len(p); return len(p), nil }

func TestBadInputHasTypedErrors(t *testing.T) {
	whole := encodeJPEG(t, scene(300, 200))
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":              {nil, ErrNotImage},
		"text":                 {[]byte("<svg>no</svg>"), ErrNotImage},
		"cut JPEG":             {whole[:len(whole)/2], ErrTruncated},
		"JPEG header alone":    {whole[:4], ErrTruncated},
		"cut PNG":              {encodePNG(t, scene(300, 200))[:400], ErrTruncated},
		"huge PNG":             {hugePNG(t), ErrTooLarge},
		"damaged JPEG":         {append(append([]byte{0xff, 0xd8, 0xff, 0xc0, 0, 8}, bytes.Repeat([]byte{7}, 99)...), 0xff, 0xd9), ErrNotImage},
		"WebP without a frame": {[]byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00"), ErrNotImage},
	} {
		if _, err := Decode(bytes.NewReader(c.data)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	e := &endless{}
	if _, err := Decode(e); !errors.Is(err, ErrTooLarge) || e.n > 2*MaxBytes {
		t.Errorf("an endless file: %v after %d bytes", err, e.n)
	}
	broken := errors.New("the cable is out")
	if _, err := Decode(io.MultiReader(strings.NewReader("\xff\xd8"), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("a failing reader: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzDecode(f *testing.F) {
	f.Add(encodeJPEG(f, scene(24, 16)))
	f.Add(withOrientation(encodeJPEG(f, scene(24, 16)), 6, binary.BigEndian))
	f.Add(encodePNG(f, scene(9, 7)))
	f.Add(hugePNG(f))
	var b bytes.Buffer
	_ = gif.Encode(&b, scene(12, 9), nil)
	f.Add(b.Bytes())
	f.Add([]byte("RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x07\x00\x00\x07\x00\x00ANMF\x20\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		if format := sniff(data); format != "" { // a lawful bomb only costs time here
			if c, err := decodeConfig(format, data); err == nil && c.Width*c.Height > 1<<20 && c.Width*c.Height <= MaxPixels {
				return
			}
		}
		p, err := Decode(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrNotImage) && !errors.Is(err, ErrTruncated) {
				t.Fatalf("an untyped error: %v", err)
			}
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width*p.Height > MaxPixels {
			t.Fatalf("%d x %d", p.Width, p.Height)
		}
		Hash(p)
	})
}

func FuzzOrientation(f *testing.F) {
	f.Add("jpeg", withOrientation([]byte{0xff, 0xd8, 0xff, 0xd9}, 8, binary.LittleEndian))
	f.Add("png", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x08eXIfII*\x00\x08\x00\x00\x00"))
	f.Add("webp", []byte("RIFF\x20\x00\x00\x00WEBPEXIF\x08\x00\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		if turn := orientation(format, data); turn < 1 || turn > 8 {
			t.Fatalf("orientation %d", turn)
		}
		if turn := tiffOrientation(data); turn < 1 || turn > 8 {
			t.Fatalf("orientation %d", turn)
		}
	})
}

func TestWebP(t *testing.T) {
	// A black to white ramp downwards; the same animated, with the inverse as
	// its second frame; black on nothing.
	for name, c := range map[string]struct {
		data        string
		w, h        int
		top, bottom float32
	}{
		"still":       {"524946464800000057454250565038203c0000001004009d012a200018003e91449a48a5a422a130180800b0120969000be01ebfa236fbdc22a448178000fefafa08069c359102ec7637dedeffd7c000", 32, 24, 0, 255},
		"animated":    {"52494646c600000057454250565038580a000000020000001700000f0000414e494d06000000ffffffff0000414e4d464a0000000000000000001700000f0000640000025650382032000000b002009d012a180010002e6948a45222a5a5a58580684b480005cd14d40000fefc89e1c3b22c3eea10673db7a52e41800000414e4d46480000000000000000001700000f00006400000056503820300000005402009d012a180010002e6948a45200000684b480005cd14d400000fefd60ecec05411be1b305ecb165743dfe000000", 24, 16, 255, 0},
		"transparent": {"524946465000000057454250565038580a000000100000000f00000f0000414c504812000000010f30ff1111422c98cc5fba3b8388fe472e56503820180000003001009d012a1000100002003425a400037000fefbfd500000", 16, 16, 255, 255},
	} {
		data, err := hex.DecodeString(c.data)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		top, bottom := p.base.pix[p.base.w-1], p.base.pix[len(p.base.pix)-1]
		if p.Width != c.w || p.Height != c.h || top < c.top-25 || top > c.top+25 || bottom < c.bottom-25 || bottom > c.bottom+25 {
			t.Errorf("%s: %d x %d from %v to %v", name, p.Width, p.Height, top, bottom)
		}
	}
}
