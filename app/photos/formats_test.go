package photos

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"math"
	"strings"
	"testing"

	"golang.org/x/image/webp"
)

// makeProfile writes a profile of the matrix and curve kind: primaries as
// fixed-point XYZ adapted to D50, one gamma for all.
func makeProfile(space string, primaries [9]float64, gamma float64) []byte {
	curve := append([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), byte(int(gamma*256)>>8), byte(int(gamma*256)), 0, 0)
	type tag struct {
		name string
		data []byte
	}
	tags := []tag{{"kTRC", curve}}
	if space == "RGB " {
		tags = nil
		for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
			b := []byte("XYZ \x00\x00\x00\x00")
			for k := range 3 {
				b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(primaries[3*i+k]*65536))))
			}
			tags = append(tags, tag{name, b})
		}
		for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
			tags = append(tags, tag{name, curve})
		}
	}
	head := make([]byte, 128)
	copy(head[8:], "\x02\x10\x00\x00mntr")
	copy(head[16:], space)
	copy(head[20:], "XYZ ")
	copy(head[36:], "acsp")
	for i, v := range []uint32{0xf6d6, 0x10000, 0xd32d} {
		binary.BigEndian.PutUint32(head[68+4*i:], v)
	}
	out := binary.BigEndian.AppendUint32(head, uint32(len(tags)))
	at := 132 + 12*len(tags)
	var body []byte
	for _, t := range tags {
		out = append(out, t.name...)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t.data)))
		body = append(body, t.data...)
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

var (
	// D50-adapted primaries of Adobe RGB (1998) and Display P3, from their specifications.
	adobeRGB = [9]float64{0.60974, 0.31111, 0.01947, 0.20528, 0.62567, 0.06087, 0.14919, 0.06322, 0.74457}
	displayP = [9]float64{0.51512, 0.24120, -0.00105, 0.29198, 0.69225, 0.04189, 0.15710, 0.06657, 0.78407}
)

// withProfile puts a profile into a JPEG, in pieces of at most so many bytes.
func withProfile(data, profile []byte, piece int) []byte {
	count := (len(profile) + piece - 1) / piece
	out := bytes.Clone(data[:2])
	for i := range count {
		part := profile[i*piece : min(len(profile), (i+1)*piece)]
		out = append(out, 0xff, 0xe2)
		out = binary.BigEndian.AppendUint16(out, uint16(len(part)+16))
		out = append(out, "ICC_PROFILE\x00"...)
		out = append(out, byte(i+1), byte(count))
		out = append(out, part...)
	}
	return append(out, data[2:]...)
}

// withChunk puts a chunk into a PNG after its header.
func withChunk(data []byte, kind string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, kind...), body...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return bytes.Join([][]byte{data[:33], chunk, data[33:]}, nil)
}

func pngProfileChunk(profile []byte) []byte {
	var b bytes.Buffer
	b.WriteString("name\x00\x00")
	w := zlib.NewWriter(&b)
	_, _ = w.Write(profile)
	_ = w.Close()
	return b.Bytes()
}

func plainColour(c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

func decoded(t *testing.T, data []byte) *Picture {
	t.Helper()
	p, err := Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func near(t *testing.T, what string, got color.Color, want [3]int, within int) {
	t.Helper()
	n := color.NRGBAModel.Convert(got).(color.NRGBA)
	for i, v := range []uint8{n.R, n.G, n.B} {
		if d := int(v) - want[i]; d > within || d < -within {
			t.Errorf("%s: %v, want about %v", what, n, want)
			return
		}
	}
}

func TestColourProfilesAreTurnedIntoSRGB(t *testing.T) {
	// By the formulas of the spaces: greens and oranges are stronger in sRGB, and
	// grey stays grey.
	adobe := makeProfile("RGB ", adobeRGB, 2.19921875)
	p3 := makeProfile("RGB ", displayP, 2.2)
	for _, c := range []struct {
		name    string
		profile []byte
		in      color.NRGBA
		want    [3]int
	}{
		{"Adobe green", adobe, color.NRGBA{100, 150, 100, 255}, [3]int{66, 151, 97}},
		{"Adobe grey", adobe, color.NRGBA{128, 128, 128, 255}, [3]int{128, 128, 128}},
		{"P3 orange", p3, color.NRGBA{200, 120, 60, 255}, [3]int{214, 116, 38}},
		{"P3 white", p3, color.NRGBA{255, 255, 255, 255}, [3]int{255, 255, 255}},
	} {
		img := plainColour(c.in)
		for kind, data := range map[string][]byte{
			"JPEG": withProfile(encodeJPEG(t, img), c.profile, 100), "PNG": withChunk(encodePNG(t, img), "iCCP", pngProfileChunk(c.profile)),
		} {
			p := decoded(t, data)
			if p.colours == nil {
				t.Fatalf("%s, %s: the profile is not seen", c.name, kind)
			}
			near(t, c.name+", "+kind, p.Image().At(16, 16), c.want, 4)
			luma := luma8(uint8(c.want[0]), uint8(c.want[1]), uint8(c.want[2]))
			if got := p.base.pix[16*32+16]; math.Abs(float64(got)-float64(luma)) > 4 {
				t.Errorf("%s, %s: hashed as %v, shown as %v", c.name, kind, got, luma)
			}
		}
	}
}

func TestAGreysProfileIsHeeded(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range grey.Pix {
		grey.Pix[i] = 128
	}
	// Linear light: half of it looks like 188 in sRGB. A curve of 1.8 is a little
	// brighter than sRGB's.
	for gamma, want := range map[float64]int{1: 188, 1.8: 147} {
		p := decoded(t, withProfile(encodeJPEG(t, grey), makeProfile("GRAY", [9]float64{}, gamma), 60))
		near(t, "shown", p.Image().At(9, 9), [3]int{want, want, want}, 2)
		if v := int(p.base.pix[0]); v < want-2 || v > want+2 {
			t.Errorf("hashed as %v", v)
		}
	}
}

func TestSRGBAndBrokenProfilesChangeNothing(t *testing.T) {
	file := encodeJPEG(t, scene(64, 48))
	want := decoded(t, file).base.pix
	good := makeProfile("RGB ", displayP, 2.2)
	huge := bytes.Clone(good)
	binary.BigEndian.PutUint32(huge[128:], 1<<31)
	far := bytes.Clone(good)
	binary.BigEndian.PutUint32(far[136:], 1<<31)
	singular := makeProfile("RGB ", [9]float64{}, 2.2)
	pieces := withProfile(file, good, 100)
	for name, data := range map[string][]byte{
		"cut off": withProfile(file, good[:200], 500), "a billion tags": withProfile(file, huge, 500), "a tag far away": withProfile(file, far, 500),
		"a missing piece": append(pieces[:2:2], pieces[2+118:]...), "nonsense": withProfile(file, bytes.Repeat([]byte{7}, 300), 500),
		"a bomb": withChunk(encodePNG(t, decoded(t, file).Image()), "iCCP", pngProfileChunk(make([]byte, maxProfile+5))),
	} {
		p := decoded(t, data)
		if p.colours != nil {
			t.Errorf("%s: taken seriously", name)
		}
		for i, v := range p.base.pix {
			if math.Abs(float64(v-want[i])) > 1.01 {
				t.Errorf("%s: pixel %d is %v, want %v", name, i, v, want[i])
				break
			}
		}
	}
	decoded(t, withProfile(file, singular, 500)) // whatever it gives, it must give something
}

// A picture saved in a wide space and the same one converted to sRGB are one.
func TestAConvertedCopyHashesAlike(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 200, 160))
	for i := range src.Pix {
		x, y := float64(i/4%200), float64(i/800)
		src.Pix[i] = uint8(128 + 90*math.Sin(x/17+float64(i%4))*math.Cos(y/13-float64(i%4)))
		if i%4 == 3 {
			src.Pix[i] = 255
		}
	}
	wide := decoded(t, withProfile(encodeJPEG(t, src), makeProfile("RGB ", adobeRGB, 2.2), 1000))
	converted := decoded(t, encodeJPEG(t, wide.Image()))
	var sum float64
	for i, v := range wide.base.pix {
		sum += math.Abs(float64(v - converted.base.pix[i]))
	}
	if mean := sum / float64(len(wide.base.pix)); mean > 1.5 {
		t.Errorf("on average %v apart", mean)
	}
	if a, b := Hash(wide), Hash(converted); a.PHash != b.PHash && bitsApart(a.PHash, b.PHash) > 2 {
		t.Errorf("%d bits apart", bitsApart(a.PHash, b.PHash))
	}
}

func bitsApart(a, b uint64) (n int) {
	for x := a ^ b; x != 0; x &= x - 1 {
		n++
	}
	return n
}

func TestFourInks(t *testing.T) {
	p, err := decodeBytes(adobeCMYK(t, true))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Adobe's inverted inks", p.Image().At(4, 4), [3]int{198, 46, 139}, 4)
	// The same without Adobe's mark is not inverted: 255 is full ink.
	p, err = decodeBytes(adobeCMYK(t, false))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "inks without a mark", p.Image().At(4, 4), [3]int{198, 46, 139}, 4)
	if v := p.base.pix[0]; v < 95 || v > 110 {
		t.Errorf("hashed as %v", v)
	}
}

// adobeCMYK writes a flat JPEG of four inks by hand: standard tables of a grey
// JPEG for all of its components.
func adobeCMYK(t *testing.T, adobe bool) []byte {
	t.Helper()
	inks := [4]uint8{20, 200, 90, 40}
	var grey bytes.Buffer
	if err := jpeg.Encode(&grey, image.NewGray(image.Rect(0, 0, 8, 8)), &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	out := []byte{0xff, 0xd8}
	if adobe {
		out = append(out, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	}
	eachSegment(grey.Bytes(), func(marker byte, body []byte) bool {
		if marker == 0xdb || marker == 0xc4 {
			out = append(out, 0xff, marker)
			out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
			out = append(out, body...)
		}
		return true
	})
	out = append(out, 0xff, 0xc0, 0, 20, 8, 0, 8, 0, 8, 4)
	for i := range 4 {
		out = append(out, byte(i+1), 0x11, 0)
	}
	out = append(out, 0xff, 0xda, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
	// One block of each ink: the size and bits of its constant, then the end.
	var bits []byte
	put := func(value uint32, n int) {
		for i := n - 1; i >= 0; i-- {
			bits = append(bits, byte(value>>i&1))
		}
	}
	codes := map[int][2]int{ // the standard table of constants: size -> code, its length
		0: {0, 2}, 1: {2, 3}, 2: {3, 3}, 3: {4, 3}, 4: {5, 3}, 5: {6, 3}, 6: {14, 4}, 7: {30, 5}, 8: {62, 6}, 9: {126, 7}, 10: {254, 8}, 11: {510, 9},
	}
	for _, ink := range inks {
		v := int(ink)
		if adobe {
			v = 255 - v
		}
		dc := 8 * (v - 128) // quantised by 1
		size := 0
		for m := max(dc, -dc); m > 0; m >>= 1 {
			size++
		}
		put(uint32(codes[size][0]), codes[size][1])
		if dc < 0 {
			dc += 1<<size - 1
		}
		put(uint32(dc), size)
		put(0b1010, 4) // end of block
	}
	for len(bits)%8 != 0 {
		bits = append(bits, 1)
	}
	for i := 0; i < len(bits); i += 8 {
		var b byte
		for _, bit := range bits[i : i+8] {
			b = b<<1 | bit
		}
		if out = append(out, b); b == 0xff {
			out = append(out, 0)
		}
	}
	return append(out, 0xff, 0xd9)
}

func TestSixteenBits(t *testing.T) {
	img := image.NewNRGBA64(image.Rect(0, 0, 40, 40))
	opaque := image.NewRGBA64(image.Rect(0, 0, 40, 40))
	grey := image.NewGray16(image.Rect(0, 0, 40, 40))
	for y := range 40 {
		for x := range 40 {
			img.SetNRGBA64(x, y, color.NRGBA64{uint16(x * 1600), uint16(y * 1600), 30000, 0x8000})
			opaque.SetRGBA64(x, y, color.RGBA64{uint16(x * 1600), uint16(y * 1600), 30000, 0xffff})
			grey.SetGray16(x, y, color.Gray16{uint16(x * 1600)})
		}
	}
	p := decoded(t, encodePNG(t, opaque))
	near(t, "colours", p.Image().At(20, 10), [3]int{125, 62, 117}, 1)
	p = decoded(t, encodePNG(t, img))
	near(t, "half transparent over white", p.Image().At(20, 10), [3]int{190, 158, 186}, 2)
	p = decoded(t, encodePNG(t, grey))
	near(t, "grey", p.Image().At(30, 3), [3]int{187, 187, 187}, 1)
	if v := p.base.pix[3*40+30]; v != 187 {
		t.Errorf("hashed as %v", v)
	}
}

func TestWhatIsWhiteOnNothingIsLaidOverBlack(t *testing.T) {
	logo := image.NewNRGBA(image.Rect(0, 0, 128, 128))
	for y := range 128 {
		for x := range 128 {
			if (x*x/90+y*y/130)%3 == 0 {
				logo.SetNRGBA(x, y, color.NRGBA{250, 252, 255, 255})
			}
		}
	}
	white := decoded(t, encodePNG(t, logo))
	if white.backdrop != 0 || Hash(white).Class == ClassFeatureless {
		t.Errorf("a white logo vanishes: backdrop %d, %s", white.backdrop, Hash(white).Class)
	}
	near(t, "shown as hashed", white.Image().At(127, 0), [3]int{0, 0, 0}, 0)
	for i := range logo.Pix {
		if i%4 != 3 {
			logo.Pix[i] = 20
		}
	}
	if dark := decoded(t, encodePNG(t, logo)); dark.backdrop != 255 {
		t.Error("a dark logo is laid over black")
	}
}

func TestAnimationsGiveTheirFirstFullPicture(t *testing.T) {
	pal := color.Palette{color.Black, color.White, color.NRGBA{200, 30, 30, 255}, color.Transparent}
	frame := func(r image.Rectangle, paint func(x, y int) uint8) *image.Paletted {
		p := image.NewPaletted(r, pal)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				p.SetColorIndex(x, y, paint(x, y))
			}
		}
		return p
	}
	all := image.Rect(0, 0, 60, 40)
	black := frame(all, func(int, int) uint8 { return 0 })
	left := frame(image.Rect(0, 0, 30, 40), func(x, y int) uint8 { return uint8((x/5 + y/5) % 2) })
	later := frame(all, func(x, y int) uint8 { return 2 * uint8((x/9+y/9)%2) })
	encode := func(disposal byte, frames ...*image.Paletted) []byte {
		g := &gif.GIF{Image: frames, Config: image.Config{Width: 60, Height: 40, ColorModel: pal}}
		for range frames {
			g.Delay, g.Disposal = append(g.Delay, 9), append(g.Disposal, disposal)
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	// It fades in from black: the second frame, over the first, is the picture.
	data := encode(gif.DisposalNone, black, left, later)
	p := decoded(t, data)
	near(t, "fading in, left", p.Image().At(7, 2), [3]int{255, 255, 255}, 0)
	near(t, "fading in, right", p.Image().At(50, 2), [3]int{0, 0, 0}, 0)
	if n := len(gifFrames(data, 9)); n != 3 {
		t.Errorf("%d frames are seen", n)
	}
	// What is cleared after each frame leaves a hole: the third is the first full one.
	p = decoded(t, encode(gif.DisposalBackground, black, left, later))
	near(t, "cleared, right", p.Image().At(10, 2), [3]int{200, 30, 30}, 0)
	// Cut off behind the first frame, and flat: still a picture.
	cut := data[:gifFrames(data, 1)[0]+30]
	if p, err := Decode(bytes.NewReader(cut)); err == nil && p.Width != 60 {
		t.Errorf("%d wide", p.Width)
	}
}

func TestAnimatedWebPIsComposed(t *testing.T) {
	// Frames cut from stills of the ramp in TestWebP: 24 x 16, black to white.
	still, err := hex.DecodeString("52494646c600000057454250565038580a000000020000001700000f0000414e494d06000000ffffffff0000414e4d464a0000000000000000001700000f0000640000025650382032000000b002009d012a180010002e6948a45222a5a5a58580684b480005cd14d40000fefc89e1c3b22c3eea10673db7a52e41800000414e4d46480000000000000000001700000f00006400000056503820300000005402009d012a180010002e6948a45200000684b480005cd14d400000fefd60ecec05411be1b305ecb165743dfe000000")
	if err != nil {
		t.Fatal(err)
	}
	// The same on a canvas of 64 x 40, the frame at 8, 6.
	wide := bytes.Clone(still)
	binary.LittleEndian.PutUint16(wide[24:], 63)
	binary.LittleEndian.PutUint16(wide[27:], 39)
	frame := bytes.Index(wide, []byte("ANMF")) + 8
	wide[frame], wide[frame+3] = 4, 3
	p := decoded(t, wide)
	if p.Width != 64 || p.Height != 40 {
		t.Errorf("%d x %d", p.Width, p.Height)
	}
	near(t, "beside the frame", p.Image().At(1, 1), [3]int{255, 255, 255}, 0)
	near(t, "the frame's dark end", p.Image().At(12, 21), [3]int{0, 0, 0}, 14)
	wide[frame+6] = 200 // the frame says that it's wider than the canvas: its pixels count
	decoded(t, wide)
	wide[frame] = 40
	if _, err := Decode(bytes.NewReader(wide)); !errors.Is(err, ErrNotImage) {
		t.Errorf("a frame outside: %v", err)
	}
}

func TestLossyWebPHasBlackAndWhite(t *testing.T) {
	data, err := hex.DecodeString("524946464800000057454250565038203c0000001004009d012a200018003e91449a48a5a422a130180800b0120969000be01ebfa236fbdc22a448178000fefafa08069c359102ec7637dedeffd7c000")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	p := decoded(t, data)
	near(t, "black", p.Image().At(0, 0), [3]int{0, 0, 0}, 1)
	near(t, "white", p.Image().At(31, 23), [3]int{255, 255, 255}, 2)
	if y := raw.(*image.YCbCr).Y[0]; y != 16 {
		t.Errorf("the decoder gives %d now: fullRange widens twice", y)
	}
}

func TestForeignKindsAreNamed(t *testing.T) {
	for mark, kind := range map[string]string{
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic": "HEIC", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1": "AVIF",
		"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif": "AVIF", "II*\x00\x08\x00\x00\x00": "TIFF", "BM\x00\x00\x00\x00": "BMP",
		"\xff\x0aabc": "JPEG XL", "<?xml version='1.0'?>\n<svg>": "SVG", "\x00\x00\x00\x0cjP  \r\n": "JPEG 2000",
	} {
		_, err := Decode(strings.NewReader(mark))
		var f *ForeignError
		if !errors.As(err, &f) || f.Kind != kind || !errors.Is(err, ErrNotImage) {
			t.Errorf("%q: %v", mark, err)
		}
	}
	if _, err := Decode(strings.NewReader("\x00\x00\x00\x18ftypmp42....")); !errors.Is(err, ErrNotImage) || errors.As(err, new(*ForeignError)) {
		t.Errorf("a film: %v", err)
	}
}

func TestBombsAreNotDecoded(t *testing.T) {
	// 7,000 x 7,000 fit in 8 bits and not in 16.
	deep := bytes.Clone(encodePNG(t, image.NewGray16(image.Rect(0, 0, 8, 8))))
	binary.BigEndian.PutUint32(deep[16:], 7000)
	binary.BigEndian.PutUint32(deep[20:], 7000)
	binary.BigEndian.PutUint32(deep[29:], crc32.ChecksumIEEE(deep[12:29]))
	// A progressive JPEG of a hundred scans over 36 megapixels.
	scans := bytes.Clone(encodeJPEG(t, scene(16, 16)))
	at := bytes.Index(scans, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(scans[at+5:], 6000)
	binary.BigEndian.PutUint16(scans[at+7:], 6000)
	scans = append(scans, bytes.Repeat([]byte{0xff, 0xda, 0, 2}, 100)...)
	// An animated WebP whose canvas is all that is large.
	canvas := append([]byte("RIFF\x26\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\xff\xff\xff\xff\xff\xff"), "ANMF\x00\x00\x00\x00"...)
	for name, data := range map[string][]byte{"16 bits": deep, "scans": scans, "canvas": canvas} {
		if _, err := Decode(bytes.NewReader(data)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzProfile(f *testing.F) {
	f.Add(makeProfile("RGB ", displayP, 2.2))
	f.Add(makeProfile("GRAY", [9]float64{}, 1.8))
	f.Add(makeProfile("CMYK", displayP, 1))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) < 132 || len(raw) > 1<<16 {
			return
		}
		c, err := newColours(raw)
		if c != nil && err != nil {
			t.Fatal("colours beside an error")
		}
		if c != nil && c.channels == 3 {
			for _, v := range []float32{0, 1, 127, 254, 255} {
				if r, g, b := c.at3(v, 255-v, v); !(r >= 0 && g >= 0 && b >= 0 && r <= 255.5 && g <= 255.5 && b <= 255.5) {
					t.Fatalf("%v gives %v %v %v", v, r, g, b)
				}
			}
		}
	})
}

func FuzzAnimation(f *testing.F) {
	var b bytes.Buffer
	_ = gif.Encode(&b, scene(12, 9), nil)
	f.Add(b.Bytes())
	f.Add([]byte("GIF89a\x04\x00\x04\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x2c\x00\x00\x00\x00\x04\x00\x04\x00\x00\x02\x02\x04\x00\x3b"))
	f.Fuzz(func(t *testing.T, data []byte) {
		last := 0
		for _, end := range gifFrames(data, maxFrames) {
			if end <= last || end > len(data) {
				t.Fatalf("a frame ends at %d of %d, the last at %d", end, len(data), last)
			}
			last = end
		}
		frames, err := webpFrames(data, maxFrames)
		if err == nil && (len(frames) == 0 || len(frames) > maxFrames) {
			t.Fatalf("%d frames", len(frames))
		}
	})
}
