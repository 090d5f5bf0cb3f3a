package bench

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mensch/app/photos/evasions"
	"mensch/app/scores"
)

func TestIntervals(t *testing.T) {
	for _, c := range []struct {
		hits, n int
		lo, hi  float64
	}{{0, 0, 0, 1}, {10, 10, 0.722, 1}, {0, 10, 0, 0.278}, {50, 100, 0.404, 0.596}} {
		lo, hi := scores.Wilson(float64(c.hits), float64(c.n))
		if math.Abs(lo-c.lo) > 0.002 || math.Abs(hi-c.hi) > 0.002 {
			t.Errorf("%d of %d: %.3f to %.3f", c.hits, c.n, lo, hi)
		}
	}
	if lo, hi := poisson(0); lo != 0 || hi != 3 {
		t.Errorf("none: %v to %v", lo, hi)
	}
	if lo, hi := poisson(10); math.Abs(lo-4.8) > 0.1 || math.Abs(hi-18.4) > 0.1 {
		t.Errorf("ten: %v to %v", lo, hi)
	}
}

func TestLimitKeepsFalseMatchesRare(t *testing.T) {
	var h histogram
	h.count[5], h.count[20], h.count[30] = 1, 9, 990
	for share, want := range map[float64]int{1e-6: 4, 0.001: 19, 0.01: 29} {
		if got := h.limit(share); got != want {
			t.Errorf("at %v the limit is %d, want %d", share, got, want)
		}
	}
}

func TestNoPhotos(t *testing.T) {
	var out strings.Builder
	if err := Run(context.Background(), &out, t.TempDir(), Options{}); !errors.Is(err, ErrNoPhotos) {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestTableOfAFewPhotos(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "photos")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the photographs for measuring are not beside the repository")
	}
	// A few of them: the whole set takes minutes.
	few := t.TempDir()
	for _, f := range []string{"kodak/k04.jpg", "london_ccby/001_neutral.jpg", "london_ccby/002_neutral.jpg", "faker_cc0/f10.jpg"} {
		data, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Skip(err)
		}
		path := filepath.Join(few, f)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := load(few)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	r := &report{out: &out}
	var some []evasions.Evasion
	for i, e := range append(evasions.All(), evasions.Unseen()...) {
		if i%8 == 0 {
			some = append(some, e)
		}
	}
	ctx, o := context.Background(), Options{Crossed: 1}
	results, err := s.family(ctx, r, some, s.chosen(1), o)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, x := range results {
		if x.found {
			found++
		}
	}
	if found*10 < len(results)*9 {
		t.Errorf("%d of %d evasions are found", found, len(results))
	}
	crossed, err := s.crossed(ctx, r, o)
	if err != nil {
		t.Fatal(err)
	}
	if n := crossed.copies[general] + crossed.copies[studio]; n > 0 {
		t.Errorf("%d strangers are called copies", n)
	}
	precision(r, results[0].wrong, crossed)
	reliability(r, results[0].claims)
	for _, text := range []string{out.String(), r.page.String()} {
		for _, want := range []string{"mean of 20", "screenshot, collage", "PDQ 256", "altered against altered", "Brier"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is missing in\n%s", want, text)
			}
		}
	}
}
