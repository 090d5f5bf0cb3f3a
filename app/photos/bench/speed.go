package bench

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/image/draw"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/hamming"
)

var started = time.Now()

// speeds prints how long hashing, the index and a large matcher take.
func speeds(ctx context.Context, w io.Writer, s *set, o Options) error {
	if err := hashing(w, s); err != nil {
		return err
	}
	if err := indexes(ctx, w, o); err != nil {
		return err
	}
	n := o.Scale
	if n == 0 {
		n = 300_000
	}
	for _, size := range []int{10_000, n} {
		if size > n || size <= 0 {
			continue
		}
		if err := scale(ctx, w, s, size); err != nil {
			return err
		}
	}
	return nil
}

// hashing times decoding and all hashes of one photo at common sizes.
func hashing(w io.Writer, s *set) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "decode and hash one photo (processor time)\tmedian\tp95")
	for _, size := range [][2]int{{400, 400}, {1024, 1024}, {1632, 1224}} {
		var files [][]byte
		for i := range 12 {
			src := s.all[i*len(s.all)/12].picture.Image()
			img := image.NewRGBA(image.Rect(0, 0, size[0], size[1]))
			draw.BiLinear.Scale(img, img.Rect, src, src.Bounds(), draw.Src, nil)
			var b bytes.Buffer
			if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
				return fmt.Errorf("encoding: %w", err)
			}
			files = append(files, b.Bytes())
		}
		var took []time.Duration
		for range 3 {
			for _, f := range files {
				began := cpuTime()
				p, err := photos.Decode(bytes.NewReader(f))
				if err != nil {
					return fmt.Errorf("decoding: %w", err)
				}
				photos.Hash(p)
				took = append(took, cpuTime()-began)
			}
		}
		slices.Sort(took)
		fmt.Fprintf(tw, "%d x %d\t%v\t%v\n", size[0], size[1], at(took, 0.5), at(took, 0.95))
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	fmt.Fprintln(w)
	return nil
}

// indexes times the exact index beside a linear scan, over random hashes.
func indexes(ctx context.Context, w io.Writer, o Options) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "index\thashes\twithin\tqueries/s\tlinear scan/s\tgoal")
	r := rand.New(rand.NewPCG(5, 6))
	sizes := []int{1_000_000}
	if o.Large >= 0 {
		sizes = append(sizes, max(o.Large, 10_000_000))
	}
	for _, n := range sizes {
		var x hamming.Index64
		for i := range n {
			x.Add(uint32(i), r.Uint64())
		}
		for _, c := range []struct {
			radius int
			goal   string
		}{{8, map[bool]string{true: "60000", false: "20000"}[n == 1_000_000]}, {11, map[bool]string{true: "10000"}[n == 1_000_000]}} {
			if err := ctx.Err(); err != nil {
				return err
			}
			if c.goal == "" {
				continue
			}
			fast := rate(func() { x.Search(r.Uint64(), c.radius, nil) })
			slow := rate(func() { x.Scan(r.Uint64(), c.radius, nil) })
			fmt.Fprintf(tw, "64 bits\t%d\t%d\t%.0f\t%.0f\t%s\n", n, c.radius, fast, slow, c.goal)
		}
	}
	var y hamming.Index256
	random := func() hamming.Hash256 { return hamming.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()} }
	for i := range 1_000_000 {
		y.Add(uint32(i), random())
	}
	fast := rate(func() { y.Search(random(), 31, nil) })
	slow := rate(func() { y.Scan(random(), 31, nil) })
	fmt.Fprintf(tw, "256 bits\t1000000\t31\t%.0f\t%.0f\t7000\n", fast, slow)
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	fmt.Fprintln(w)
	return nil
}

// rate is how often f runs in a second, after a first run that may build.
func rate(f func()) float64 {
	f()
	began := cpuTime()
	n := 0
	for cpuTime()-began < time.Second {
		for range 4 {
			f()
		}
		n += 4
	}
	return float64(n) / (cpuTime() - began).Seconds()
}

// scale times matches and counts memory with a community's worth of photos:
// the set's own, and made-up ones of their features.
func scale(ctx context.Context, w io.Writer, s *set, n int) error {
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	pool := make([]model.PhotoHashes, len(s.all))
	for i, p := range s.all {
		pool[i] = p.hashes
	}
	m := photos.NewMatcher(nil)
	m.Add(pool...)
	r := rand.New(rand.NewPCG(7, 8))
	began := time.Now()
	for i := len(pool); i < n; i++ {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m.Add(photos.Synthetic("synthetic-"+strconv.Itoa(i), r, pool))
	}
	filled := time.Since(began)
	debug.FreeOSMemory()
	runtime.ReadMemStats(&after)
	var took []time.Duration
	found := 0
	var missed []string
	const tries = 60
	for i := range tries {
		p := s.all[i*len(s.all)/tries]
		var b bytes.Buffer
		src := p.picture.Image()
		img := image.NewRGBA(image.Rect(0, 0, 400, 400))
		// Cropped, off the middle, and a little stretched, so that it's no plain copy.
		side := min(src.Bounds().Dx(), src.Bounds().Dy())
		draw.BiLinear.Scale(img, img.Rect, src, image.Rect(side/10, side/10, side*85/100, side*88/100), draw.Src, nil)
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
			return fmt.Errorf("encoding: %w", err)
		}
		began := cpuTime()
		q, err := photos.Decode(&b)
		if err != nil {
			return fmt.Errorf("decoding: %w", err)
		}
		matches, err := m.Match(ctx, photos.Hash(q), q)
		if err != nil {
			return err
		}
		took = append(took, cpuTime()-began)
		if len(matches) > 0 && matches[0].Other == p.picture.ID {
			found++
		} else {
			missed = append(missed, p.name)
		}
	}
	slices.Sort(took)
	fmt.Fprintf(w, "matcher of %d photos: filled in %v, %.0f MiB; whole verdict of a cropped and stretched 400 x 400 photo: median %v, p95 %v of processor time; %d of %d found first\n",
		m.Len(), filled.Round(time.Millisecond), float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), at(took, 0.5), at(took, 0.95), found, tries)
	if len(missed) > 0 {
		fmt.Fprintf(w, "  not found: %s\n", strings.Join(missed, ", "))
	}
	return nil
}
