package bench

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	if err := Run(context.Background(), &out, t.TempDir()); !errors.Is(err, ErrNoPhotos) {
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
	if err := s.evasions(context.Background(), &out, Options{Photos: 1}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"mean of 91", "screenshot, collage", "PDQ 256", "false matches, general pairs: 0 of"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
