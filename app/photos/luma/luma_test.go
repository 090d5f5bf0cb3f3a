package luma

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// picture is noise over slopes: blocks with all frequencies, and flat ones.
func picture(r *rand.Rand, w, h, rough int) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := (x*3 + y*2) & 255
			if rough > 0 && x/16%2 == 0 {
				v += r.IntN(rough)
			}
			m.Pix[y*m.Stride+x] = uint8(v)
		}
	}
	return m
}

func encoded(t interface{ Fatal(...any) }, m image.Image, quality int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// agrees fails where the luma is not that of image/jpeg, and tells whether the
// file was taken.
func agrees(t interface{ Fatalf(string, ...any) }, data []byte) bool {
	got, plain := Decode(data)
	if got == nil {
		return false
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("image/jpeg does not read what is taken: %v", err)
	}
	if got.Rect != img.Bounds() {
		t.Fatalf("size %v, want %v", got.Rect, img.Bounds())
	}
	var pix []byte
	var stride int
	switch m := img.(type) {
	case *image.Gray:
		pix, stride = m.Pix, m.Stride
	case *image.YCbCr:
		pix, stride = m.Y, m.YStride
	default:
		t.Fatalf("%T has no luma", img)
	}
	if _, gray := img.(*image.Gray); gray != plain {
		t.Fatalf("grey: %v, want %v", plain, gray)
	}
	for y := range got.Rect.Dy() {
		if !bytes.Equal(got.Pix[y*got.Stride:][:got.Rect.Dx()], pix[y*stride:][:got.Rect.Dx()]) {
			t.Fatalf("row %d of %v differs", y, got.Rect)
		}
	}
	return true
}

func TestLumaIsThatOfTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 70).Draw(t, "w"), rapid.IntRange(1, 70).Draw(t, "h")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		gray := picture(r, w, h, rapid.IntRange(0, 255).Draw(t, "rough"))
		var m image.Image = gray
		if rapid.Bool().Draw(t, "colours") {
			c := image.NewRGBA(gray.Rect)
			for i, v := range gray.Pix {
				c.Pix[4*i], c.Pix[4*i+1], c.Pix[4*i+2], c.Pix[4*i+3] = v, 255-v, uint8(i), 255
			}
			m = c
		}
		if !agrees(t, encoded(t, m, rapid.IntRange(1, 100).Draw(t, "quality"))) {
			t.Fatal("a plain file is not taken")
		}
	})
}

// resampled makes of a grey file of enough blocks one of luma and two colours:
// the blocks are dealt out among the channels. Pictures have nothing of it, but
// every ratio of sampling can be had so.
func resampled(data []byte, h, v byte, w, height int) []byte {
	frame := bytes.Index(data, []byte{0xff, sof0})
	scan := bytes.Index(data, []byte{0xff, sos})
	out := append([]byte(nil), data[:frame]...)
	out = append(out, 0xff, sof0, 0, 17, 8, byte(height>>8), byte(height), byte(w>>8), byte(w), 3, 1, h<<4|v, 0, 2, 0x11, 0, 3, 0x11, 0)
	out = append(out, data[frame+2+11:scan]...)
	out = append(out, 0xff, sos, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0)
	return append(out, data[scan+2+8:]...)
}

func TestAllRatiosOfSampling(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][2]byte{{1, 1}, {1, 2}, {2, 1}, {2, 2}, {4, 1}, {4, 2}} {
		h, v := int(s[0]), int(s[1])
		units := 12 // three across and four down
		blocks := units * (h*v + 2)
		data := encoded(t, picture(r, 8*blocks, 8, 90), 80)
		file := resampled(data, s[0], s[1], 3*8*h-5, 4*8*v-3)
		if !agrees(t, file) {
			t.Errorf("sampling %d x %d is not taken", h, v)
		}
	}
}

// restarted puts a restart behind every unit of a picture of one grey: its
// blocks are all alike, so that they can be cut apart.
func restarted(t *testing.T, units int) []byte {
	t.Helper()
	one := encoded(t, picture(rand.New(rand.NewPCG(1, 1)), 8, 8, 0), 60)
	scan := bytes.Index(one, []byte{0xff, sos})
	frame := bytes.Index(one, []byte{0xff, sof0})
	body := one[scan+10 : len(one)-2]
	out := append([]byte(nil), one[:frame]...)
	out = append(out, 0xff, dri, 0, 4, 0, 1)
	out = append(out, one[frame:scan+10]...)
	width := len(out) - len(one[frame:scan+10]) + 7
	out[width], out[width+1] = byte(8*units>>8), byte(8*units)
	for i := range units {
		if i > 0 {
			out = append(out, 0xff, rst0+byte(i-1)&7)
		}
		out = append(out, body...)
	}
	return append(out, 0xff, eoi)
}

func TestRestarts(t *testing.T) {
	if !agrees(t, restarted(t, 21)) {
		t.Error("a file with restarts is not taken")
	}
}

func TestWhatIsNotTaken(t *testing.T) {
	whole := encoded(t, picture(rand.New(rand.NewPCG(5, 6)), 64, 48, 50), 75)
	for name, data := range map[string][]byte{
		"nothing":          nil,
		"no JPEG":          []byte("\x89PNG\r\n\x1a\n 0000"),
		"cut off":          whole[:len(whole)-40],
		"no end":           whole[:len(whole)-2],
		"more behind":      append(append([]byte(nil), whole[:len(whole)-2]...), 0x12, 0x34, 0xff, eoi),
		"progressive":      bytes.Replace(whole, []byte{0xff, sof0}, []byte{0xff, 0xc2}, 1),
		"an enormous size": bytes.Replace(whole, []byte{8, 0, 48, 0, 64}, []byte{8, 0xff, 0xff, 0xff, 0xff}, 1),
		"no restart there": bytes.Replace(restarted(t, 9), []byte{0xff, rst0 + 3}, []byte{0xff, rst0 + 4}, 1),
		"two channels":     bytes.Replace(whole, []byte{0, 64, 1}, []byte{0, 64, 2}, 1),
	} {
		if m, _ := Decode(data); m != nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestTheBlockIsTheSameEitherWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b [64]int32
		for range rapid.IntRange(0, 64).Draw(t, "frequencies") {
			b[rapid.IntRange(0, 63).Draw(t, "at")] = rapid.Int32Range(-1<<20, 1<<20).Draw(t, "value")
		}
		c := b
		var got, want [64]byte
		inverse(&b, got[:], 8)
		plainInverse(&c, want[:], 8)
		if got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	f.Add(encoded(f, picture(r, 33, 20, 200), 90))
	f.Add(encoded(f, picture(r, 16, 16, 20), 30))
	c := image.NewYCbCr(image.Rect(0, 0, 40, 24), image.YCbCrSubsampleRatio420)
	for i := range c.Y {
		c.Y[i] = uint8(r.IntN(256))
	}
	f.Add(encoded(f, c, 70))
	f.Add(resampled(encoded(f, picture(r, 8*6*4, 8, 90), 80), 2, 2, 32, 32))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		if i := bytes.Index(data, []byte{0xff, sof0}); i >= 0 && len(data) > i+9 && (data[i+5] > 2 || data[i+7] > 2) {
			return // larger than a round of fuzzing has time for
		}
		agrees(t, data)
	})
}

func BenchmarkDecode(b *testing.B) {
	m := image.NewYCbCr(image.Rect(0, 0, 1632, 1224), image.YCbCrSubsampleRatio420)
	copy(m.Y, picture(rand.New(rand.NewPCG(1, 2)), 1632, 1224, 30).Pix)
	data := encoded(b, m, 88)
	b.Run("luma", func(b *testing.B) {
		for b.Loop() {
			if m, _ := Decode(data); m == nil {
				b.Fatal("not taken")
			}
		}
	})
	b.Run("standard", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
