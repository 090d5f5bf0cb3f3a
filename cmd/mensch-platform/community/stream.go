package community

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// stream is a source of choices. Each part of the community draws from a
// stream of its own name, so that more text in one part leaves the others as
// they were.
type stream struct{ *rand.Rand }

func newStream(seed int64, name string) stream {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return stream{rand.New(rand.NewPCG(uint64(seed), h.Sum64()))}
}

func (s stream) chance(p float64) bool { return s.Float64() < p }

// between gives an integer from lo to hi, both included.
func (s stream) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + s.IntN(hi-lo+1)
}

func (s stream) seconds(lo, hi float64) time.Duration {
	return time.Duration((lo + s.Float64()*(hi-lo)) * float64(time.Second))
}

// long gives a duration around the median with the heavy tail of human pauses.
func (s stream) long(median time.Duration, spread float64) time.Duration {
	return time.Duration(float64(median) * math.Exp(s.NormFloat64()*spread))
}

func pick[T any](s stream, xs []T) T {
	return xs[s.IntN(len(xs))]
}

// some gives n different elements, or all of them, in random order.
func some[T any](s stream, xs []T, n int) []T {
	order := s.Perm(len(xs))
	if n > len(xs) {
		n = len(xs)
	}
	out := make([]T, 0, max(n, 0))
	for _, i := range order[:max(n, 0)] {
		out = append(out, xs[i])
	}
	return out
}
