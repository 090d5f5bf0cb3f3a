// Package bench measures the matcher: how many evasions it finds, how often it
// takes one picture for another, beside plain perceptual hashes, and how long
// all of it takes.
package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/evasions"
)

// ErrNoPhotos says that the folder holds no photographs to measure with.
var ErrNoPhotos = errors.New("no photographs to measure with")

// Options choose what is measured. The zero value is a run of some minutes.
type Options struct {
	Photos  int    // photographs that are altered, evenly drawn; 0: 20; negative: all
	Crossed int    // photographs on each side of altered against altered; 0: 64; negative: none
	Seed    uint64 // of the evasions
	Workers int    // at once; 0: as many as there are processors
	Scale   int    // photos in the large matcher; 0: 300,000; negative: no large matchers
	Large   int    // hashes in the large index; 0: 10,000,000; negative: left out
	Page    string // file that the tables are written to as Markdown; empty: none

	OnlySpeed bool      // leave out how well photos are matched
	FirstSync FirstSync // nil: left out
	Avatars   int       // photos of the first sync; 0: 10,000
}

// Run measures with the photographs below dataDir and prints the tables; they
// become the page of the repository if that is where it's run.
func Run(ctx context.Context, w io.Writer, dataDir string, o Options) error {
	const page = "assets/readme/photos.md"
	if _, err := os.Stat(filepath.Dir(page)); err == nil {
		o.Page = page
	}
	return RunWith(ctx, w, dataDir, o)
}

// RunWith is Run with options.
func RunWith(ctx context.Context, w io.Writer, dataDir string, o Options) error {
	s, err := load(dataDir)
	if err != nil {
		return err
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Photos == 0 {
		o.Photos = 20
	}
	if o.Crossed == 0 {
		o.Crossed = 64
	}
	r := &report{out: w}
	fmt.Fprintf(&r.page, "# How well photos are matched\n\nMade by `go run ./cmd/dev bench photos`; don't edit.\n")
	if !o.OnlySpeed {
		if err := s.quality(ctx, r, o); err != nil {
			return err
		}
	}
	if err := speeds(ctx, r, s, o); err != nil {
		return err
	}
	if r.err != nil || o.Page == "" {
		return r.err
	}
	if err := os.WriteFile(o.Page, []byte(strings.TrimRight(r.page.String(), "\n")+"\n"), 0o644); err != nil {
		return fmt.Errorf("writing the page of measurements: %w", err)
	}
	return nil
}

// open reads one of the set's photographs.
func (s *set) open(_ context.Context, id string) (io.ReadCloser, error) {
	p := s.byID[id]
	if p == nil {
		return nil, model.ErrNotFound
	}
	return os.Open(p.path)
}

// quality measures what is found and what is claimed wrongly.
func (s *set) quality(ctx context.Context, r *report, o Options) error {
	chosen := s.chosen(o.Photos)
	var plain, crossed tally
	var claims []claim
	for _, f := range []struct {
		name, words string
		all         []evasions.Evasion
	}{
		{"Evasions", "Found, in per cent.", evasions.All()},
		{"A second family of evasions", "Made independently of the first: other shapes, screens, filters and mixtures. What it showed has been mended where that was of use in general, and the odds were fitted on other photographs altered in both families, so it's no longer unseen.", evasions.Unseen()},
	} {
		r.heading(f.name)
		r.say("%s %d photographs x %d evasions among %d photographs; the plain hashes at one false match in a million general pairs.", f.words, len(chosen), len(f.all), len(s.all))
		results, err := s.family(ctx, r, f.all, chosen, o)
		if err != nil {
			return err
		}
		for i := range results {
			plain.add(&results[i].wrong)
			claims = append(claims, results[i].claims...)
		}
	}
	r.heading("Photos that are no copies")
	if o.Crossed > 0 {
		var err error
		if crossed, err = s.crossed(ctx, r, o); err != nil {
			return err
		}
	}
	precision(r, plain, crossed)
	r.say("Altered against altered: up to %d photographs, each altered in %d of the ways of both families, against as many others altered in the same ways. Pairs of one photograph's versions are not independent of each other, so the intervals are narrower than the truth.", o.Crossed, crossedEach)
	r.heading("Probabilities")
	reliability(r, claims)
	return nil
}

// chosen are n photographs, evenly drawn; all where n is negative.
func (s *set) chosen(n int) []*photo {
	if n < 0 || n > len(s.all) {
		n = len(s.all)
	}
	var out []*photo
	for i := range n {
		if p := s.all[i*len(s.all)/n]; !s.isFiller(p) {
			out = append(out, p)
		}
	}
	return out
}

// parallel runs do for 0 to n-1, some at once, until one fails.
func parallel(outer context.Context, workers, n int, do func(k int) error) error {
	group, ctx := errgroup.WithContext(outer)
	group.SetLimit(max(1, workers))
	for k := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return do(k)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return outer.Err()
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
	s.matcher = photos.NewMatcher(s.open)
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
