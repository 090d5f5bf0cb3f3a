//go:build unix

package photos

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/corona10/goimagehash"
	"golang.org/x/image/draw"
)

// photograph is one of the demo's portraits, as large as asked.
func photograph(tb testing.TB, w, h int) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "assets", "demo", "photos", "f00.jpg"))
	if err != nil {
		tb.Fatal(err)
	}
	src, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(img, img.Rect, src, src.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// plainly is what the two libraries do by themselves: decode, and hash the whole
// picture twice.
func plainly(data []byte) error {
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if _, err := goimagehash.PerceptionHash(img); err != nil {
		return err
	}
	_, err = goimagehash.DifferenceHash(img)
	return err
}

// processor is what this process has used of the processors.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkReading times a photo from its bytes to all that the matcher needs,
// in processor time, and beside it in the same run what the libraries cost by
// themselves: cpu-ms/op against plain-ms/op and jpeg-ms/op (decoding alone).
// The goals are 12 ms for the first and 35 ms for the last size on one core;
// photos/s is for one core too.
func BenchmarkReading(b *testing.B) {
	for _, size := range []struct{ w, h int }{{400, 400}, {1024, 1024}, {1632, 1224}} {
		b.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(b *testing.B) {
			data := photograph(b, size.w, size.h)
			var ours, plain, alone time.Duration
			n := 0
			for b.Loop() {
				n++
				start := processor(b)
				p, err := Decode(bytes.NewReader(data))
				if err != nil {
					b.Fatal(err)
				}
				Hash(p)
				hashed := processor(b)
				if err := plainly(data); err != nil {
					b.Fatal(err)
				}
				plained := processor(b)
				if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
					b.Fatal(err)
				}
				ours, plain, alone = ours+hashed-start, plain+plained-hashed, alone+processor(b)-plained
			}
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(n) }
			b.ReportMetric(ms(ours), "cpu-ms/op")
			b.ReportMetric(ms(plain), "plain-ms/op")
			b.ReportMetric(ms(alone), "jpeg-ms/op")
			b.ReportMetric(ms(ours)/ms(plain), "of-plain")
			b.ReportMetric(1000/ms(ours), "photos/s")
		})
	}
}
