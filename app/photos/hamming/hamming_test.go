package hamming

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func sorted(hits []Hit) []Hit {
	slices.SortFunc(hits, func(a, b Hit) int {
		if a.ID != b.ID {
			return int(a.ID) - int(b.ID)
		}
		return a.Distance - b.Distance
	})
	return hits
}

// flip changes k random bits.
func flip(r *rand.Rand, h uint64, k int) uint64 {
	for range k {
		h ^= 1 << r.IntN(64)
	}
	return h
}

func TestIndex64AgreesWithAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.IntRange(0, 5000).Draw(t, "n")
		radius := rapid.IntRange(0, 14).Draw(t, "radius")
		centres := rapid.IntRange(1, 40).Draw(t, "centres")
		var x Index64
		seeds := make([]uint64, centres)
		for i := range seeds {
			seeds[i] = r.Uint64()
		}
		add := func(k int) {
			for range k {
				h := r.Uint64()
				if r.IntN(3) > 0 { // real hashes lie in clumps
					h = flip(r, seeds[r.IntN(centres)], r.IntN(20))
				}
				x.Add(uint32(r.IntN(n+1)), h)
			}
		}
		check := func() {
			for range 4 {
				q := flip(r, seeds[r.IntN(centres)], r.IntN(6))
				got, want := sorted(x.Search(q, radius, nil)), sorted(x.Scan(q, radius, nil))
				if !slices.Equal(got, want) {
					t.Fatalf("radius %d over %d: got %d hits, a scan %d", radius, x.Len(), len(got), len(want))
				}
			}
		}
		add(n)
		check()
		for range r.IntN(30) {
			x.Remove(uint32(r.IntN(n + 1)))
		}
		check()
		add(r.IntN(5000))
		check()
	})
}

func TestIndex256AgreesWithAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		n := rapid.IntRange(0, 4500).Draw(t, "n")
		radius := rapid.IntRange(0, 36).Draw(t, "radius")
		var x Index256
		centre := Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		near := func(k int) Hash256 {
			h := centre
			for range k {
				b := r.IntN(256)
				h[b>>6] ^= 1 << (b & 63)
			}
			return h
		}
		for i := range n {
			x.Add(uint32(i), near(r.IntN(90)))
		}
		check := func() {
			q := near(r.IntN(10))
			got, want := sorted(x.Search(q, radius, nil)), sorted(x.Scan(q, radius, nil))
			if !slices.Equal(got, want) {
				t.Fatalf("radius %d over %d: got %d hits, a scan %d", radius, n, len(got), len(want))
			}
		}
		check()
		x.Remove(uint32(r.IntN(n + 1)))
		check()
	})
}

func TestRemovedIDsMayComeBack(t *testing.T) {
	var x Index64
	for i := range 6000 {
		x.Add(uint32(i), uint64(i))
	}
	for i := range 5000 {
		x.Remove(uint32(i))
	}
	if hits := x.Search(3, 0, nil); len(hits) != 0 {
		t.Fatalf("a removed hash is found: %v", hits)
	}
	x.Add(3, 77777777)
	if hits := x.Search(77777777, 0, nil); len(hits) != 1 || hits[0].ID != 3 {
		t.Fatalf("an ID that came back is not found: %v", hits)
	}
	if hits := x.Search(5500, 0, nil); len(hits) != 1 {
		t.Fatalf("removing others lost a hash: %v", hits)
	}
}

func TestPlansSatisfyThePigeonholePrinciple(t *testing.T) {
	for _, total := range []int{64, 256} {
		for m := 3; m <= 24; m++ {
			for r := range 64 {
				sum, width := 0, 0
				for _, c := range plan(total, m, r) {
					sum += c.radius + 1
					width += c.width
				}
				if sum != r+1 || width != total {
					t.Fatalf("%d bits in %d for %d: radii %d, width %d", total, m, r, sum, width)
				}
			}
		}
	}
}

func benchmark64(b *testing.B, n, radius int, scan bool) {
	r := rand.New(rand.NewPCG(1, 2))
	x := &Index64{}
	x.hashes, x.ids = make([]uint64, 0, n), make([]uint32, 0, n)
	for i := range n {
		x.Add(uint32(i), r.Uint64())
	}
	var hits []Hit
	search := x.Search
	if scan {
		search = x.Scan
	}
	search(1, radius, nil)
	b.ResetTimer()
	for b.Loop() {
		hits = search(r.Uint64(), radius, hits[:0])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}

func TestTheFirstNearHashIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hashes := rapid.SliceOfN(rapid.Uint64(), 0, 40).Draw(t, "hashes")
		q, radius := rapid.Uint64().Draw(t, "q"), rapid.IntRange(0, 40).Draw(t, "radius")
		if got, want := near(hashes, q, radius), plainNear(hashes, q, radius); got != want {
			t.Fatalf("place %d, want %d", got, want)
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	for _, c := range []struct{ n, radius int }{{1_000_000, 8}, {1_000_000, 11}, {10_000_000, 8}} {
		for _, how := range []string{"index", "scan"} {
			b.Run(fmt.Sprintf("64-%d-r%d-%s", c.n, c.radius, how), func(b *testing.B) {
				benchmark64(b, c.n, c.radius, how == "scan")
			})
		}
	}
	for _, how := range []string{"index", "scan"} {
		b.Run("256-1000000-r31-"+how, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			x := &Index256{}
			x.hashes = make([]Hash256, 0, 1_000_000)
			for i := range 1_000_000 {
				x.Add(uint32(i), Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()})
			}
			search := x.Search
			if how == "scan" {
				search = x.Scan
			}
			search(Hash256{}, 31, nil)
			var hits []Hit
			b.ResetTimer()
			for b.Loop() {
				hits = search(Hash256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}, 31, hits[:0])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
		})
	}
}
