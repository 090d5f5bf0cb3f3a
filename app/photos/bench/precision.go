package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"mensch/app/model"
	"mensch/app/photos"
	"mensch/app/photos/evasions"
)

// altered is a photograph after an evasion.
type altered struct {
	from    *photo
	evasion evasions.Evasion
	data    []byte
	picture *photos.Picture
	hashes  model.PhotoHashes
}

const crossedEach = 32 // evasions of a photograph

// crossed looks up altered photographs among other photographs that were altered
// too: none of them is a copy, and what they share is the frame, the page or the
// caption. Every second photograph goes to the one side.
func (s *set) crossed(ctx context.Context, r *report, o Options) (tally, error) {
	var sides [2][]*photo
	for i, p := range s.all {
		if !s.isFiller(p) && len(sides[i&1]) < o.Crossed {
			sides[i&1] = append(sides[i&1], p)
		}
	}
	all := append(evasions.All(), evasions.Unseen()...)
	fillers := s.fillerImages()
	make1 := func(p *photo, k, side int) (altered, error) {
		// Both sides meet in the same evasions, others for each photograph.
		a := altered{from: p, evasion: all[(k*7+k/len(all))%len(all)]}
		var err error
		if a.data, err = a.evasion.Apply(o.Seed+uint64(1e6*(1+side)+k), p.picture.Image(), fillers); err != nil {
			return a, fmt.Errorf("%s of %s: %w", a.evasion.Name, p.name, err)
		}
		if a.picture, err = photos.Decode(bytes.NewReader(a.data)); err != nil {
			return a, fmt.Errorf("%s of %s: %w", a.evasion.Name, p.name, err)
		}
		a.hashes = photos.Hash(a.picture)
		return a, nil
	}
	bank := make([]altered, len(sides[0])*crossedEach)
	err := parallel(ctx, o.Workers, len(bank), func(k int) error {
		var err error
		bank[k], err = make1(sides[0][k/crossedEach], k, 0)
		bank[k].picture = nil // read again if it's looked at
		return err
	})
	if err != nil {
		return tally{}, err
	}
	byID := map[string]*altered{}
	m := photos.NewMatcher(func(_ context.Context, id string) (io.ReadCloser, error) {
		a := byID[id]
		if a == nil {
			return nil, model.ErrNotFound
		}
		return io.NopCloser(bytes.NewReader(a.data)), nil
	})
	var inBank [2]map[*photo]int // how many of a photograph: all, and those with fillers
	inBank[0], inBank[1] = map[*photo]int{}, map[*photo]int{}
	for i := range bank {
		a := &bank[i]
		if byID[a.hashes.PhotoID] != nil {
			continue // an evasion may leave two photos the same
		}
		byID[a.hashes.PhotoID] = a
		m.Add(a.hashes)
		inBank[0][a.from]++
		if a.evasion.Fillers() {
			inBank[1][a.from]++
		}
	}
	tallies := make([]tally, len(sides[1])*crossedEach)
	notes := make([][]string, len(tallies))
	err = parallel(ctx, o.Workers, len(tallies), func(k int) error {
		a, err := make1(sides[1][k/crossedEach], k, 1)
		if err != nil {
			return err
		}
		found, err := m.Match(ctx, a.hashes, a.picture)
		if err != nil {
			return err
		}
		t := &tallies[k]
		for p, n := range inBank[0] {
			if a.evasion.Fillers() {
				n -= inBank[1][p] // both show the same other photos
			}
			t.pairs[sortOf(a.from, p)] += n
		}
		for _, match := range found {
			b := byID[match.Other]
			if a.evasion.Fillers() && b.evasion.Fillers() {
				continue
			}
			sort := sortOf(a.from, b.from)
			if match.Kind == model.SimilarPortrait {
				t.portraits[sort]++
				continue
			}
			t.copies[sort]++
			notes[k] = append(notes[k], fmt.Sprintf("%s of %s is taken for %s of %s (%.3f, %s)", a.evasion.Name, a.from.name, b.evasion.Name, b.from.name, match.Score, match.Transform))
		}
		return nil
	})
	if err != nil {
		return tally{}, err
	}
	var sum tally
	for k := range tallies {
		sum.add(&tallies[k])
		for _, n := range notes[k] {
			r.detail("wrong: %s", n)
		}
	}
	return sum, nil
}

func (s *set) isFiller(p *photo) bool {
	for _, f := range s.fillers {
		if f == p {
			return true
		}
	}
	return false
}

// precision adds the table of false matches.
func precision(r *report, plain, crossed tally) {
	var rows [][]string
	row := func(name string, t *tally) {
		for i, sort := range sortNames {
			if t.pairs[i] == 0 {
				continue
			}
			n := float64(t.pairs[i])
			lo, hi := poisson(t.copies[i])
			rows = append(rows, []string{
				name, sort, fmt.Sprint(t.pairs[i]), fmt.Sprint(t.copies[i]), fmt.Sprintf("%.1e", float64(t.copies[i])/n),
				fmt.Sprintf("%.1e to %.1e", lo/n, hi/n), [sorts]string{"1e-6", "1e-4", "0"}[i], fmt.Sprintf("%.1e", float64(t.portraits[i])/n),
			})
		}
	}
	row("altered against originals", &plain)
	row("altered against altered", &crossed)
	all := plain
	all.add(&crossed)
	row("both", &all)
	r.table([]string{"pairs", "of", "number", "called a copy", "rate", "95 % interval", "goal", "called a similar portrait"}, rows)
}

// reliability adds how often matches of a probability were right.
func reliability(r *report, claims []claim) {
	var rows [][]string
	edges := []float64{0, 0.1, 0.5, 0.8, 0.9, 0.99, 1.0001}
	var brier float64
	for i := range len(edges) - 1 {
		n, right, sum := 0, 0, 0.0
		for _, c := range claims {
			if c.score >= edges[i] && c.score < edges[i+1] {
				n++
				sum += c.score
				if c.right {
					right++
				}
			}
		}
		if n > 0 {
			rows = append(rows, []string{fmt.Sprintf("%.2f to %.2f", edges[i], min(edges[i+1], 1)), fmt.Sprint(n), fmt.Sprintf("%.3f", sum/float64(n)), fmt.Sprintf("%.3f", float64(right)/float64(n))})
		}
	}
	for _, c := range claims {
		want := 0.0
		if c.right {
			want = 1
		}
		brier += (c.score - want) * (c.score - want)
	}
	r.table([]string{"probability said", "matches", "on average", "share that was right"}, rows)
	r.say("Brier score %.4f over %d matches.", brier/float64(max(len(claims), 1)), len(claims))
}
