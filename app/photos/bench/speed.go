package bench

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"golang.org/x/image/draw"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/hamming"
)

var started = time.Now()

// speeds prints how long hashing, the index and a large matcher take.
func speeds(ctx context.Context, r *report, s *set, o Options) error {
	r.heading("Speed")
	if err := hashing(r, s); err != nil {
		return err
	}
	if err := s.firstSync(ctx, r, o); err != nil {
		return err
	}
	if err := indexes(ctx, r, o); err != nil {
		return err
	}
	n := o.Scale
	if n == 0 {
		n = 300_000
	}
	if n < 0 {
		return nil
	}
	var rows [][]string
	for _, size := range []int{10_000, n} {
		if size > n {
			continue
		}
		row, err := scale(ctx, r, s, size)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	r.say("The whole verdict, photo in, explained matches out, on one core: half of the queries are copies (cropped off the middle and stretched, 400 x 400), half are photos that nobody has. The other photos are made up of the features of real ones.")
	r.table([]string{"photos", "median", "p95", "goal", "p95 of copies", "p95 of others", "memory", "goal", "copies found first", "others called copies"}, rows)
	return nil
}

// hashing times decoding and all hashes of one photo at common sizes.
func hashing(r *report, s *set) error {
	var rows [][]string
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
		rows = append(rows, []string{fmt.Sprintf("%d x %d", size[0], size[1]), at(took, 0.5).String(), at(took, 0.95).String(), map[int]string{400: "12ms", 1632: "35ms"}[size[0]]})
	}
	r.table([]string{"decode and hash one photo, processor time", "median", "p95", "goal"}, rows)
	return nil
}

// indexes times the exact index beside a linear scan, over random hashes.
func indexes(ctx context.Context, report *report, o Options) error {
	r := rand.New(rand.NewPCG(5, 6))
	var rows [][]string
	// The linear scan, on its own machine, took so many microseconds:
	// goal and scan together say how many times faster than a scan is asked for.
	row := func(bits, n, radius int, goal, scan float64, search, linear func(hits []hamming.Hit) []hamming.Hit) {
		var hits []hamming.Hit
		slow := rate(func() { hits = linear(hits[:0]) })
		fast := rate(func() { hits = search(hits[:0]) })
		rows = append(rows, []string{
			fmt.Sprint(bits), fmt.Sprint(n), fmt.Sprint(radius), fmt.Sprintf("%.0f", fast), fmt.Sprintf("%.0f", goal),
			fmt.Sprintf("%.1f", slow), fmt.Sprintf("%.0f", fast/slow), fmt.Sprintf("%.0f", goal*scan/1e6),
		})
	}
	sizes := []int{1_000_000}
	if o.Large >= 0 {
		sizes = append(sizes, max(o.Large, 10_000_000))
	}
	for _, n := range sizes {
		if err := ctx.Err(); err != nil {
			return err
		}
		var x hamming.Index64
		for i := range n {
			x.Add(uint32(i), r.Uint64())
		}
		query := func(radius int, search func(uint64, int, []hamming.Hit) []hamming.Hit) func([]hamming.Hit) []hamming.Hit {
			return func(hits []hamming.Hit) []hamming.Hit { return search(r.Uint64(), radius, hits) }
		}
		if n > 1_000_000 {
			row(64, n, 8, 20_000, 3660, query(8, x.Search), query(8, x.Scan))
			continue
		}
		row(64, n, 8, 60_000, 333, query(8, x.Search), query(8, x.Scan))
		row(64, n, 11, 10_000, 333, query(11, x.Search), query(11, x.Scan))
	}
	var y hamming.Index256
	random := func() hamming.Hash256 { return hamming.Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()} }
	for i := range 1_000_000 {
		y.Add(uint32(i), random())
	}
	row(256, 1_000_000, 31, 7000, 1640,
		func(hits []hamming.Hit) []hamming.Hit { return y.Search(random(), 31, hits) },
		func(hits []hamming.Hit) []hamming.Hit { return y.Scan(random(), 31, hits) })
	report.say("The exact index over random hashes, one query at a time, in processor time. The goals were set on a machine whose linear scan took 333 microseconds over a million 64-bit hashes, so the last two columns compare the ratio of index to scan.")
	report.table([]string{"bits", "hashes", "within", "queries/s", "goal", "linear scan/s", "index to scan", "asked"}, rows)
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

// scale times matches and counts memory with a community's worth of photos: the
// set's own, but for every fourth, and made-up ones of their features.
func scale(ctx context.Context, report *report, s *set, n int) ([]string, error) {
	debug.FreeOSMemory()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var pool []model.PhotoHashes
	var copied, strangers []*photo
	for i, p := range s.all {
		if i%4 == 3 {
			strangers = append(strangers, p)
			continue
		}
		copied = append(copied, p)
		pool = append(pool, p.hashes)
	}
	m := photos.NewMatcher(s.open)
	m.Add(pool...)
	r := rand.New(rand.NewPCG(7, 8))
	for i := len(pool); i < n; i++ {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		m.Add(photos.Synthetic("synthetic-"+strconv.Itoa(i), r, pool))
	}
	debug.FreeOSMemory()
	runtime.ReadMemStats(&after)
	look := func(p *photo) (time.Duration, []model.Match, error) {
		var b bytes.Buffer
		src := p.picture.Image()
		img := image.NewRGBA(image.Rect(0, 0, 400, 400))
		// Cropped, off the middle, and a little stretched, so that it's no plain copy.
		side := min(src.Bounds().Dx(), src.Bounds().Dy())
		draw.BiLinear.Scale(img, img.Rect, src, image.Rect(side/10, side/10, side*85/100, side*88/100), draw.Src, nil)
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
			return 0, nil, fmt.Errorf("encoding: %w", err)
		}
		began := cpuTime()
		q, err := photos.Decode(&b)
		if err != nil {
			return 0, nil, fmt.Errorf("decoding: %w", err)
		}
		matches, err := m.Match(ctx, photos.Hash(q), q)
		return cpuTime() - began, matches, err
	}
	const tries = 60
	var took [2][]time.Duration
	found, wrong := 0, 0
	for i := range tries {
		p := copied[i*len(copied)/tries]
		d, matches, err := look(p)
		if err != nil {
			return nil, err
		}
		took[0] = append(took[0], d)
		if len(matches) > 0 && matches[0].Other == p.picture.ID {
			found++
		} else {
			report.detail("not found among %d: %s", n, p.name)
		}
		p = strangers[i*len(strangers)/tries]
		if d, matches, err = look(p); err != nil {
			return nil, err
		}
		took[1] = append(took[1], d)
		for _, x := range matches {
			if x.Kind != model.SimilarPortrait {
				wrong++
			}
		}
	}
	all := slices.Concat(took[0], took[1])
	for _, t := range [][]time.Duration{all, took[0], took[1]} {
		slices.Sort(t)
	}
	large := n > 100_000
	return []string{
		fmt.Sprint(m.Len()), at(all, 0.5).String(), at(all, 0.95).String(), map[bool]string{true: "150ms", false: "60ms"}[large],
		at(took[0], 0.95).String(), at(took[1], 0.95).String(), fmt.Sprintf("%.0f MiB", float64(after.HeapAlloc-before.HeapAlloc)/(1<<20)), map[bool]string{true: "1430 MiB", false: ""}[large],
		fmt.Sprintf("%d of %d", found, tries), fmt.Sprintf("%d of %d", wrong, tries),
	}, nil
}
