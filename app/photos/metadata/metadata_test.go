package metadata

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func picture(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(3 * x), uint8(5 * y), uint8(x ^ y), 255})
		}
	}
	return img
}

func encoded(t testing.TB, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture(48, 32), &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// with puts segments behind a JPEG's first marker.
func with(file []byte, segments ...[]byte) []byte {
	out := bytes.Clone(file[:2])
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, file[2:]...)
}

func segment(marker byte, body string) []byte {
	out := []byte{0xff, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(out, body...)
}

// exifBlock writes a TIFF block with the given order.
type exifBlock struct {
	order binary.AppendByteOrder
	data  []byte
}

type field struct {
	tag, kind uint16
	count     int
	value     []byte // padded to four bytes if it is no longer than that
}

func (b *exifBlock) ascii(tag uint16, s string) field {
	return field{tag, 2, len(s) + 1, append([]byte(s), 0)}
}

func (b *exifBlock) long(tag uint16, n int) field {
	return field{tag, 4, 1, b.order.AppendUint32(nil, uint32(n))}
}

func (b *exifBlock) short(tag uint16, n int) field {
	return field{tag, 3, 1, append(b.order.AppendUint16(nil, uint16(n)), 0, 0)}
}

func (b *exifBlock) ratios(tag uint16, n ...uint32) field {
	var v []byte
	for _, x := range n {
		v = b.order.AppendUint32(v, x)
	}
	return field{tag, 5, len(n) / 2, v}
}

// directory appends a directory and gives its place.
func (b *exifBlock) directory(next int, fields ...field) int {
	at := len(b.data)
	values := at + 2 + 12*len(fields) + 4
	var head, tail []byte
	head = b.order.AppendUint16(head, uint16(len(fields)))
	for _, f := range fields {
		head = b.order.AppendUint16(head, f.tag)
		head = b.order.AppendUint16(head, f.kind)
		head = b.order.AppendUint32(head, uint32(f.count))
		if len(f.value) <= 4 {
			head = append(head, append(bytes.Clone(f.value), 0, 0, 0, 0)[:4]...)
			continue
		}
		head = b.order.AppendUint32(head, uint32(values+len(tail)))
		tail = append(tail, f.value...)
	}
	head = b.order.AppendUint32(head, uint32(next))
	b.data = append(append(b.data, head...), tail...)
	return at
}

func sampleExif(order binary.AppendByteOrder, thumb []byte) []byte {
	b := &exifBlock{order: order}
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		b.data = []byte("II*\x00\x00\x00\x00\x00")
	} else {
		b.data = []byte("MM\x00*\x00\x00\x00\x00")
	}
	sub := b.directory(0,
		b.ratios(0x829a, 1, 125), b.ratios(0x829d, 28, 10), b.short(0x8827, 400), b.ascii(0x9003, "2024:05:06 07:08:09"),
		b.ratios(0x920a, 85, 1), b.ascii(0xa434, "Prime 85"))
	gps := b.directory(0,
		b.ascii(1, "S"), b.ratios(2, 33, 1, 30, 1, 36, 1), b.ascii(3, "E"), b.ratios(4, 151, 1, 12, 1, 0, 1))
	at := len(b.data)
	b.data = append(b.data, thumb...)
	second := b.directory(0, b.long(0x0201, at), b.long(0x0202, len(thumb)))
	first := b.directory(second,
		b.ascii(0x010f, "Nokon"), b.ascii(0x0110, "Nokon D1"), b.short(0x0112, 6), b.ascii(0x0131, "Retouch 3.1"),
		b.ascii(0x0132, "2025:01:02 03:04:05"), b.long(0x8769, sub), b.long(0x8825, gps))
	copy(b.data[4:], b.order.AppendUint32(nil, uint32(first)))
	return b.data
}

func TestJPEGQualityIsThatOfTheEncoder(t *testing.T) {
	for percent := 1; percent <= 100; percent++ {
		f := Read(encoded(t, percent))
		if f.Quality.Percent != percent || !f.Quality.Standard {
			// Below some 12 % every entry is cut at 255, and qualities look alike.
			if standardTable(0, f.Quality.Percent) == standardTable(0, percent) && standardTable(1, f.Quality.Percent) == standardTable(1, percent) {
				continue
			}
			t.Errorf("quality %d is read as %+v", percent, f.Quality)
		}
	}
}

func TestForeignTablesGiveTheNearestQuality(t *testing.T) {
	file := encoded(t, 80)
	at := bytes.Index(file, []byte{0xff, 0xdb}) + 5
	file[at]++ // one step of one table
	if q := Read(file).Quality; q.Standard || q.Percent < 78 || q.Percent > 82 {
		t.Fatalf("tables one step off quality 80 are read as %+v", q)
	}
}

func TestJPEGFacts(t *testing.T) {
	f := Read(encoded(t, 90))
	if f.Format != "JPEG" || f.Width != 48 || f.Height != 32 || f.Subsampling != "4:2:0" || f.Progressive || f.Colour != "YCbCr" || f.Depth != 8 || f.Exif || f.Trailing != 0 || len(f.Tables) != 2 {
		t.Fatalf("read %+v", f)
	}
	thumb := encoded(t, 50)
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		file := with(encoded(t, 90),
			segment(0xe1, "Exif\x00\x00"+string(sampleExif(order, thumb))),
			segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+`<x xmp:CreatorTool="Photo Shop 25"><Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType></x>`),
			segment(0xed, "Photoshop 3.0\x008BIM\x04\x04\x00\x00"),
			segment(0xeb, "JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x20jumb"),
			segment(0xfe, "hand made"))
		file = append(file, "and more"...)
		f := Read(file)
		if f.Camera != "Nokon D1" || f.Lens != "Prime 85" || f.Software != "Retouch 3.1" || f.Turn != 6 || f.Exposure != "1/125 s, f/2.8, ISO 400, 85 mm" {
			t.Errorf("read %+v", f)
		}
		if !f.Taken.Equal(time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)) || !f.Changed.Equal(time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)) {
			t.Errorf("taken %v, changed %v", f.Taken, f.Changed)
		}
		if !f.Exif || !f.GPS || !f.XMP || f.Tool != "Photo Shop 25" || f.Source != "trainedAlgorithmicMedia" || !f.Photoshop || !f.IPTC || !f.C2PA || f.Comment != "hand made" || f.Trailing != 8 {
			t.Errorf("marks %+v", f)
		}
		if !bytes.Equal(f.Thumbnail, thumb) {
			t.Errorf("the thumbnail has %d bytes of %d", len(f.Thumbnail), len(thumb))
		}
		place, ok := PlaceOf(file)
		if !ok || math.Abs(place.Latitude+33.51) > 1e-6 || math.Abs(place.Longitude-151.2) > 1e-6 {
			t.Errorf("the place is %+v, %v", place, ok)
		}
	}
	if _, ok := PlaceOf(encoded(t, 90)); ok {
		t.Error("a file without EXIF has a place")
	}
}

func TestProgressiveAndSubsamplingAreRead(t *testing.T) {
	frame := func(marker, factors byte) []byte {
		file := encoded(t, 90)
		at := bytes.Index(file, []byte{0xff, 0xc0})
		file[at+1] = marker
		file[at+11] = factors
		return file
	}
	for factors, want := range map[byte]string{0x11: "4:4:4", 0x21: "4:2:2", 0x22: "4:2:0", 0x12: "4:4:0", 0x41: "4:1:1", 0x33: "unusual"} {
		f := Read(frame(0xc2, factors))
		if !f.Progressive || f.Subsampling != want {
			t.Errorf("factors %x: %q, progressive %v", factors, f.Subsampling, f.Progressive)
		}
	}
}

func profile(tag string) []byte {
	icc := make([]byte, 144)
	copy(icc[36:], "acsp")
	icc[131] = 1
	copy(icc[132:], "desc")
	binary.BigEndian.PutUint32(icc[136:], 144)
	binary.BigEndian.PutUint32(icc[140:], uint32(len(tag)))
	return append(icc, tag...)
}

func TestProfileNames(t *testing.T) {
	v2 := "desc\x00\x00\x00\x00\x00\x00\x00\x0bDisplay P3\x00\x00"
	v4 := "mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\x00\x00\x00\x04\x00\x00\x00\x1c\x00P\x003"
	for tag, want := range map[string]string{v2: "Display P3", v4: "P3", "nonsense of sixteen": "without a name"} {
		if got := profileName(profile(tag)); got != want {
			t.Errorf("%q is called %q", tag, got)
		}
		icc := profile(tag)
		half := len(icc) / 2
		file := with(encoded(t, 90), segment(0xe2, "ICC_PROFILE\x00\x02\x02"+string(icc[half:])), segment(0xe2, "ICC_PROFILE\x00\x01\x02"+string(icc[:half])))
		if got := Read(file).Profile; got != want {
			t.Errorf("in two parts %q is called %q", tag, got)
		}
	}
}

func chunk(kind, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, kind+body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func packed(s string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return out.String()
}

func TestPNGFacts(t *testing.T) {
	var out bytes.Buffer
	if err := png.Encode(&out, picture(30, 20)); err != nil {
		t.Fatal(err)
	}
	file := out.Bytes()
	const behindHeader = 8 + 25
	more := bytes.Join([][]byte{
		file[:behindHeader],
		chunk("iCCP", "ICC profile\x00\x00"+packed(string(profile("desc\x00\x00\x00\x00\x00\x00\x00\x05Wide\x00\x00\x00")))),
		chunk("tEXt", "Software\x00Paint 4"), chunk("tEXt", "parameters\x00a portrait, steps 20"),
		chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00<x xmp:CreatorTool='no' ><xmp:CreatorTool>Gimp</xmp:CreatorTool>"),
		chunk("eXIf", string(sampleExif(binary.BigEndian, nil))), chunk("caBX", "..."),
		file[behindHeader:], []byte("tail"),
	}, nil)
	f := Read(more)
	if f.Format != "PNG" || f.Width != 30 || f.Height != 20 || f.Profile != "Wide" || f.Tool != "Gimp" || !f.XMP || !f.C2PA || !f.GPS || f.Trailing != 4 {
		t.Fatalf("read %+v", f)
	}
	if strings.Join(f.Keywords, " ") != "Software parameters" || f.Camera != "Nokon D1" {
		t.Fatalf("texts %q, camera %q", f.Keywords, f.Camera)
	}
	if _, err := png.Decode(bytes.NewReader(more)); err != nil {
		t.Fatalf("the test's own file is broken: %v", err)
	}
}

func TestAZipBombInAPNGStaysSmall(t *testing.T) {
	bomb := packed(strings.Repeat("\x00", 64<<20))
	var out bytes.Buffer
	if err := png.Encode(&out, picture(3, 3)); err != nil {
		t.Fatal(err)
	}
	file := append(bytes.Clone(out.Bytes()[:33]), chunk("iCCP", "x\x00\x00"+bomb)...)
	if got := len(inflated([]byte(bomb), maxProfile)); got > maxProfile {
		t.Fatalf("%d bytes were unpacked", got)
	}
	if f := Read(file); f.Profile != "x" {
		t.Fatalf("the profile is called %q", f.Profile)
	}
}

func TestGIFAndWebPFacts(t *testing.T) {
	frame := image.NewPaletted(image.Rect(0, 0, 9, 7), color.Palette{color.Black, color.White})
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{frame, frame, frame}, Delay: []int{1, 1, 1}}); err != nil {
		t.Fatal(err)
	}
	if f := Read(append(out.Bytes(), 1, 2)); f.Format != "GIF" || f.Width != 9 || f.Height != 7 || f.Frames != 3 || f.Trailing != 2 {
		t.Fatalf("read %+v", f)
	}
	riff := func(chunks ...string) []byte {
		body := "WEBP" + strings.Join(chunks, "")
		return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
	}
	part := func(kind, body string) string {
		s := kind + string(binary.LittleEndian.AppendUint32(nil, uint32(len(body)))) + body
		return s + strings.Repeat("\x00", len(body)&1)
	}
	f := Read(riff(part("VP8X", "\x10\x00\x00\x00\x3f\x00\x00\x1f\x00\x00"), part("VP8L", "\x2f\x00\x00\x00\x00"),
		part("EXIF", string(sampleExif(binary.LittleEndian, nil))), part("XMP ", `<x xmp:CreatorTool="Tool"/>`)))
	if f.Format != "WebP" || f.Width != 64 || f.Height != 32 || !f.Lossless || f.Colour != "RGB + alpha" || f.Tool != "Tool" || f.Camera != "Nokon D1" || f.Trailing != 0 {
		t.Fatalf("read %+v", f)
	}
}

func TestNothingIsSaidOfOtherBytes(t *testing.T) {
	for _, s := range []string{"", "\xff", "\xff\xd8", "\xff\xd8\xff", "hello", "RIFF....WAVE"} {
		f := Read([]byte(s))
		if f.Width != 0 || f.Exif || f.Quality.Percent != 0 {
			t.Errorf("%q: %+v", s, f)
		}
	}
}

// What photographs in the wild hold must not be misread: every file has a size,
// and a JPEG its tables.
func TestPhotographs(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..", "shared", "data", "photos")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the photographs of ../shared/data are not here")
	}
	seen := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		ext := strings.ToLower(filepath.Ext(path))
		if err != nil || entry.IsDir() || ext != ".jpg" && ext != ".jpeg" && ext != ".png" && ext != ".webp" && ext != ".gif" || seen >= 300 {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		config, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil {
			return nil //nolint:nilerr // no picture that the standard library knows, so nothing to hold it against
		}
		seen++
		f := Read(data)
		if f.Width != config.Width || f.Height != config.Height {
			t.Errorf("%s is %d x %d, read as %d x %d", entry.Name(), config.Width, config.Height, f.Width, f.Height)
		}
		if f.Format == "JPEG" && (f.Quality.Percent == 0 || f.Subsampling == "" && f.Colour != "grey" && f.Colour != "CMYK") {
			t.Errorf("%s: %+v", entry.Name(), f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d photographs", seen)
}

func FuzzRead(f *testing.F) {
	f.Add(encoded(f, 90))
	f.Add(with(encoded(f, 90), segment(0xe1, "Exif\x00\x00"+string(sampleExif(binary.LittleEndian, encoded(f, 10))))))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,"))
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"))
	f.Add(sampleExif(binary.BigEndian, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, file := range [][]byte{data, with([]byte{0xff, 0xd8}, segment(0xe1, "Exif\x00\x00"+string(head(data, 60000))))} {
			got := Read(file)
			if got.Bytes != len(file) || len(got.Thumbnail) > maxThumb || len(got.Camera) > 2*maxText+1 || len(got.Comment) > 3*maxText || got.Trailing < 0 || got.Trailing > len(file) || got.Turn > 8 {
				t.Fatalf("read %+v", got)
			}
			place, ok := PlaceOf(file)
			if ok && !(math.Abs(place.Latitude) <= 90 && math.Abs(place.Longitude) <= 180) {
				t.Fatalf("the place is %+v", place)
			}
		}
		profileName(data)
	})
}
