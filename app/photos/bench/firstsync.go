package bench

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"runtime"
	"time"

	"golang.org/x/image/draw"
)

// FirstSync brings photos that nobody had into an empty store, as a first sync
// does, up to where all are hashed, and calls done at the end of each part.
type FirstSync func(ctx context.Context, photos [][]byte, done func(part string)) error

// avatarSide is the side of the photos of a first sync, in pixels.
const avatarSide = 400

// avatars makes n profile photos of the set's photographs: other parts of them,
// some mirrored, encoded anew. No two are the same file.
func (s *set) avatars(ctx context.Context, workers, n int) ([][]byte, error) {
	out := make([][]byte, n)
	err := parallel(ctx, workers, min(n, len(s.all)), func(k int) error {
		src := s.all[k].picture.Image()
		b := src.Bounds()
		img := image.NewRGBA(image.Rect(0, 0, avatarSide, avatarSide))
		for i := k; i < n; i += len(s.all) {
			r := rand.New(rand.NewPCG(uint64(i), 9))
			side := int(float64(min(b.Dx(), b.Dy())) * (0.6 + 0.35*r.Float64()))
			at := image.Pt(b.Min.X+r.IntN(b.Dx()-side+1), b.Min.Y+r.IntN(b.Dy()-side+1))
			draw.ApproxBiLinear.Scale(img, img.Rect, src, image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}, draw.Src, nil)
			if r.IntN(2) == 0 {
				mirror(img)
			}
			var file bytes.Buffer
			if err := jpeg.Encode(&file, img, &jpeg.Options{Quality: 80 + r.IntN(15)}); err != nil {
				return fmt.Errorf("encoding an avatar: %w", err)
			}
			out[i] = file.Bytes()
		}
		return nil
	})
	return out, err
}

func mirror(img *image.RGBA) {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for l, r := 0, len(row)-4; l < r; l, r = l+4, r-4 {
			for c := range 4 {
				row[l+c], row[r+c] = row[r+c], row[l+c]
			}
		}
	}
}

// firstSync times a first sync of many avatars.
func (s *set) firstSync(ctx context.Context, report *report, o Options) error {
	if o.FirstSync == nil {
		return nil
	}
	n := o.Avatars
	if n == 0 {
		n = 10_000
	}
	photos, err := s.avatars(ctx, o.Workers, n)
	if err != nil {
		return err
	}
	runtime.GC()
	var rows [][]string
	row := func(part, goal string, cpu, clock time.Duration) {
		each := cpu / time.Duration(n)
		rows = append(rows, []string{
			part, each.Round(10 * time.Microsecond).String(), fmt.Sprintf("%.0f", 2/each.Seconds()), goal,
			fmt.Sprintf("%.0f", float64(n)/clock.Seconds()),
		})
	}
	began, clock := cpuTime(), time.Now()
	last, lastClock := began, clock
	err = o.FirstSync(ctx, photos, func(part string) {
		now, nowClock := cpuTime(), time.Now()
		row(part, "", now-last, nowClock.Sub(lastClock))
		last, lastClock = now, nowClock
	})
	if err != nil {
		return fmt.Errorf("syncing for the first time: %w", err)
	}
	row("all of it", "150", last-began, lastClock.Sub(clock))
	report.say("The first sync of %d avatars of %d x %d: the desk's own, of a platform that answers at once, into a store that lets nothing acknowledged be lost, up to where every photo can be found. Matching each with all others comes behind it and takes as long as the verdicts below, decoding and hashing left out. By the clock it ran on %d processors, with the waits for the disk.",
		n, avatarSide, avatarSide, runtime.GOMAXPROCS(0))
	report.table([]string{"first sync", "processor time a photo", "photos/s on two processors", "goal", "photos/s by the clock"}, rows)
	return nil
}
