// Package bench measures the matcher: how many evasions it finds, how often it
// takes one picture for another, beside plain perceptual hashes, and how long
// all of it takes.
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/evasions"
	"mensch/app/scores"
)

// ErrNoPhotos says that the folder holds no photographs to measure with.
var ErrNoPhotos = errors.New("no photographs to measure with")

// Options choose what is measured. The zero value is a run of some minutes.
type Options struct {
	Photos  int    // photographs that are altered, evenly drawn; 0: 40; negative: all
	Seed    uint64 // of the evasions
	Workers int    // at once; 0: 1
	Scale   int    // photos in the large matcher; 0: 300,000; negative: left out
	Large   int    // hashes in the large index; 0: 10,000,000; negative: left out
}

// Run measures with the photographs below dataDir and prints the tables.
func Run(ctx context.Context, w io.Writer, dataDir string) error {
	return RunWith(ctx, w, dataDir, Options{})
}

// RunWith is Run with options.
func RunWith(ctx context.Context, w io.Writer, dataDir string, o Options) error {
	set, err := load(dataDir)
	if err != nil {
		return err
	}
	if err := set.evasions(ctx, w, o); err != nil {
		return err
	}
	if err := speeds(ctx, w, set, o); err != nil {
		return err
	}
	return nil
}

// photo is one photograph of the set.
type photo struct {
	path, name string
	studio     string // the person, of studio portraits; else empty
	picture    *photos.Picture
	hashes     model.PhotoHashes
	plain      plain
}

type set struct {
	all     []*photo
	byID    map[string]*photo
	fillers []*photo // put into collages and beside screenshots
	matcher *photos.Matcher
}

func load(dataDir string) (*set, error) {
	files, err := filepath.Glob(filepath.Join(dataDir, "*", "*.jpg"))
	if err != nil {
		return nil, fmt.Errorf("looking for photographs: %w", err)
	}
	slices.Sort(files)
	s := &set{byID: map[string]*photo{}}
	s.matcher = photos.NewMatcher(func(_ context.Context, id string) (io.ReadCloser, error) {
		p := s.byID[id]
		if p == nil {
			return nil, model.ErrNotFound
		}
		return os.Open(p.path)
	})
	for _, f := range files {
		folder := filepath.Base(filepath.Dir(f))
		if folder == "bridge_mods" && !strings.Contains(f, "orig") {
			continue // copies of one photo
		}
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("reading a photograph: %w", err)
		}
		p, err := photos.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", f, err)
		}
		it := &photo{path: f, name: folder + "/" + filepath.Base(f), picture: p, hashes: photos.Hash(p)}
		if person, _, ok := strings.Cut(filepath.Base(f), "_"); ok && strings.HasPrefix(folder, "london") {
			it.studio = person
		}
		it.plain = hashPlain(p.Image())
		if folder == "kodak" && len(s.fillers) < 3 && len(s.all)%5 == 0 {
			s.fillers = append(s.fillers, it)
		}
		s.all = append(s.all, it)
		s.byID[p.ID] = it
		s.matcher.Add(it.hashes)
	}
	if len(s.all) == 0 {
		return nil, fmt.Errorf("%w in %s", ErrNoPhotos, dataDir)
	}
	return s, nil
}

// result is one altered photo, looked up.
type result struct {
	evasion    int
	found      bool // as a copy
	portrait   bool // only as a similar portrait
	falseOther int  // copies claimed of unrelated photos
	falseMate  int  // of another person in the same studio
	falseSelf  int  // of another photo of the same person
	pairs      [3]int
	took       time.Duration
	own        [methods]int // plain distances to the original
	notes      []string
	missed     string
}

func (s *set) evasions(ctx context.Context, w io.Writer, o Options) error {
	all := evasions.All()
	n := o.Photos
	if n == 0 {
		n = 40
	}
	if n < 0 || n > len(s.all) {
		n = len(s.all)
	}
	var chosen []*photo
	for i := range n {
		p := s.all[i*len(s.all)/n]
		if !slices.Contains(s.fillers, p) {
			chosen = append(chosen, p)
		}
	}
	fillers := make([]image.Image, len(s.fillers))
	for i, f := range s.fillers {
		fillers[i] = f.picture.Image()
	}
	results := make([]result, len(chosen)*len(all))
	var apart [methods]histogram
	var mu sync.Mutex
	var failed error
	work := make(chan int)
	var wg sync.WaitGroup
	for range max(1, o.Workers) {
		wg.Go(func() {
			for k := range work {
				p, e := chosen[k/len(all)], all[k%len(all)]
				r, far, err := s.try(ctx, p, e, o.Seed+uint64(k), fillers)
				r.evasion = k % len(all)
				mu.Lock()
				if err != nil && failed == nil {
					failed = fmt.Errorf("%s of %s: %w", e.Name, p.name, err)
				}
				results[k] = r
				for m := range far {
					apart[m].add(&far[m])
				}
				mu.Unlock()
			}
		})
	}
	for k := range results {
		if ctx.Err() != nil {
			break
		}
		work <- k
	}
	close(work)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return s.print(w, all, len(chosen), results, &apart)
}

// try alters one photo, looks it up and compares it with all others plainly.
func (s *set) try(ctx context.Context, p *photo, e evasions.Evasion, seed uint64, fillers []image.Image) (r result, far [methods]histogram, err error) {
	data, err := e.Apply(seed, p.picture.Image(), fillers)
	if err != nil {
		return r, far, err
	}
	began := cpuTime()
	q, err := photos.Decode(bytes.NewReader(data))
	if err != nil {
		return r, far, err
	}
	matches, err := s.matcher.Match(ctx, photos.Hash(q), q)
	r.took = cpuTime() - began
	if err != nil {
		return r, far, err
	}
	skip := func(x *photo) bool { return e.Fillers() && slices.Contains(s.fillers, x) }
	for _, m := range matches {
		x := s.byID[m.Other]
		if skip(x) {
			continue
		}
		copied := m.Kind != model.SimilarPortrait
		switch {
		case x == p:
			r.found, r.portrait = copied, !copied
		case !copied:
		case x.studio != "" && x.studio == p.studio:
			r.falseSelf++
		case x.studio != "" && p.studio != "":
			r.falseMate++
			r.notes = append(r.notes, fmt.Sprintf("%s of %s is taken for %s (%.2f, %s)", e.Name, p.name, x.name, m.Score, m.Transform))
		default:
			r.falseOther++
			r.notes = append(r.notes, fmt.Sprintf("%s of %s is taken for %s (%.2f, %s)", e.Name, p.name, x.name, m.Score, m.Transform))
		}
	}
	if !r.found {
		r.missed = fmt.Sprintf("%s of %s", e.Name, p.name)
		if r.portrait {
			r.missed += " (only a similar portrait)"
		}
	}
	mine := hashPlain(q.Image())
	r.own = mine.distances(&p.plain)
	for _, x := range s.all {
		switch {
		case x == p || skip(x):
		case x.studio != "" && x.studio == p.studio:
			r.pairs[2]++
		case x.studio != "" && p.studio != "":
			r.pairs[1]++
		default:
			r.pairs[0]++
			for m, d := range mine.distances(&x.plain) {
				far[m].count[d]++
			}
		}
	}
	return r, far, nil
}

// print writes the table of issue 3.
func (s *set) print(w io.Writer, all []evasions.Evasion, photosTried int, results []result, apart *[methods]histogram) error {
	var limits [methods]int
	for m := range limits {
		limits[m] = apart[m].limit(1e-6)
	}
	fmt.Fprintf(w, "%d photographs x %d evasions against %d photographs. Found, in per cent; plain hashes at one false match in a million general pairs.\n\n", photosTried, len(all), len(s.all))
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(tw, "group\tMensch\t95 %% interval\t%s\tweakest evasion\n", strings.Join(methodNames[:], "\t"))
	hit := make([]int, len(all))
	tried := make([]int, len(all))
	plainHit := make([][methods]int, len(all))
	var pairs, wrong [3]int
	portraits := 0
	var took []time.Duration
	var notes []string
	for _, r := range results {
		tried[r.evasion]++
		if r.found {
			hit[r.evasion]++
		}
		if r.portrait {
			portraits++
		}
		for m, d := range r.own {
			if d <= limits[m] {
				plainHit[r.evasion][m]++
			}
		}
		for i := range pairs {
			pairs[i] += r.pairs[i]
		}
		wrong[0] += r.falseOther
		wrong[1] += r.falseMate
		wrong[2] += r.falseSelf
		took = append(took, r.took)
		notes = append(notes, r.notes...)
	}
	row := func(name string, in func(e evasions.Evasion) bool) {
		var h, n int
		var plain [methods]int
		weakest, low := "", 2.0
		for i, e := range all {
			if !in(e) {
				continue
			}
			h += hit[i]
			n += tried[i]
			for m := range plain {
				plain[m] += plainHit[i][m]
			}
			if share := float64(hit[i]) / float64(max(tried[i], 1)); share < low {
				weakest, low = e.Name, share
			}
		}
		lo, hi := scores.Wilson(float64(h), float64(n))
		fmt.Fprintf(tw, "%s\t%.1f\t%.1f-%.1f", name, percent(h, n), 100*lo, 100*hi)
		for m := range plain {
			fmt.Fprintf(tw, "\t%.0f", percent(plain[m], n))
		}
		fmt.Fprintf(tw, "\t%s %.0f\n", weakest, 100*low)
	}
	for _, g := range evasions.Groups {
		row(g, func(e evasions.Evasion) bool { return e.Group == g })
	}
	row(fmt.Sprintf("mean of %d", len(all)), func(evasions.Evasion) bool { return true })
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	fmt.Fprintln(w)
	for i, name := range [3]string{"general pairs", "different persons in one studio", "other photo of the same person, called a copy"} {
		if pairs[i] > 0 {
			lo, hi := poisson(wrong[i])
			fmt.Fprintf(w, "false matches, %s: %d of %d, rate %.1e (95 %%: %.1e to %.1e)\n", name, wrong[i], pairs[i],
				float64(wrong[i])/float64(pairs[i]), lo/float64(pairs[i]), hi/float64(pairs[i]))
		}
	}
	fmt.Fprintf(w, "copies called only a similar portrait: %d of %d\n", portraits, len(results))
	for _, n := range notes[:min(len(notes), 20)] {
		fmt.Fprintln(w, "  wrong:", n)
	}
	shown := 0
	for _, r := range results {
		if r.missed != "" && shown < 40 {
			fmt.Fprintln(w, "  missed:", r.missed)
			shown++
		}
	}
	slices.Sort(took)
	fmt.Fprintf(w, "whole verdict, file in, matches out, against %d photos: median %v, p95 %v of processor time\n\n", len(s.all), at(took, 0.5), at(took, 0.95))
	return nil
}

func at(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(float64(len(sorted))*q), len(sorted)-1)].Round(10 * time.Microsecond)
}

func percent(a, n int) float64 { return 100 * float64(a) / float64(max(n, 1)) }

// poisson is the 95 % interval of a count (Byar's approximation; for none, the
// rule of three).
func poisson(n int) (float64, float64) {
	if n == 0 {
		return 0, 3
	}
	k := float64(n)
	lo := k * math.Pow(1-1/(9*k)-1.96/(3*math.Sqrt(k)), 3)
	k++
	return max(0, lo), k * math.Pow(1-1/(9*k)+1.96/(3*math.Sqrt(k)), 3)
}
