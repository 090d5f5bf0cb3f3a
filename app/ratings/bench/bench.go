// Package bench measures the detectors of ratings and attendance: planted rings
// in a real trust network, and reply links in annotated chat logs. Each row
// stands beside a naive baseline and carries a 95 % confidence interval. The
// sets are read from a folder that is not part of the project.
package bench

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"mensch/app/model"
	"mensch/app/ratings"
	"mensch/app/scores"
)

// row is one measured number.
type row struct {
	name      string
	value     float64
	low, high float64
	naive     string
	target    string
	note      string
}

// Run measures every row on the sets under dataDir and writes the table to w. A
// set that is absent is named in the table and left out.
func Run(ctx context.Context, w io.Writer, dataDir string) error {
	var rows []row
	steps := []struct {
		name string
		run  func(context.Context, string) ([]row, error)
	}{{"rings", measureRings}, {"reply links", measureLinks}}
	for _, s := range steps {
		got, err := s.run(ctx, dataDir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			got = []row{{name: s.name, value: math.NaN(), note: "the set is absent"}}
		case err != nil:
			return fmt.Errorf("measuring %s: %w", s.name, err)
		}
		rows = append(rows, got...)
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, "row\tvalue\t95 %\tnaive\ttarget\tnote")
	for _, r := range rows {
		value, interval := fmt.Sprintf("%.4g", r.value), ""
		if math.IsNaN(r.value) {
			value = "-"
		}
		if r.high > r.low {
			interval = fmt.Sprintf("%.4f-%.4f", r.low, r.high)
		}
		_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", r.name, value, interval, r.naive, r.target, r.note)
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// honest reads a trust network as ratings by stars: above zero is good.
func honest(dataDir string) ([]model.Rating, error) {
	f, err := os.Open(filepath.Join(dataDir, "ratings", "bitcoinotc.csv"))
	if err != nil {
		return nil, fmt.Errorf("opening the trust network: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the trust network: %w", err)
	}
	var out []model.Rating
	for i, l := range lines {
		score, err1 := strconv.Atoi(l[2])
		at, err2 := strconv.ParseFloat(l[3], 64)
		if err1 != nil || err2 != nil {
			if i == 0 {
				continue // the head
			}
			return nil, fmt.Errorf("line %d of the trust network is no rating", i+1)
		}
		stars := 1
		switch {
		case score >= 2:
			stars = 5
		case score == 1:
			stars = 4
		}
		out = append(out, model.Rating{ID: fmt.Sprintf("h%d", i), RaterID: l[0], ExpertID: l[1], Stars: stars, At: time.Unix(int64(at), 0).UTC()})
	}
	return out, nil
}

// plot says what kind of ring is planted.
type plot struct {
	name            string
	mutual          bool
	experts, raters [2]int
	density         float64
	days            [2]int
	camouflage      float64 // ratings to honest experts for each in the ring
	honestFor       [2]int  // honest ratings that each expert of the ring has
}

var plots = []plot{
	{"dense, quick", false, [2]int{3, 5}, [2]int{8, 12}, 0.9, [2]int{5, 20}, 0, [2]int{0, 4}},
	{"slow", false, [2]int{4, 6}, [2]int{10, 14}, 0.7, [2]int{60, 120}, 0, [2]int{2, 6}},
	{"slow, half-dense", false, [2]int{4, 7}, [2]int{10, 16}, 0.5, [2]int{60, 120}, 0, [2]int{2, 8}},
	{"slow, half-dense, camouflaged", false, [2]int{5, 8}, [2]int{10, 16}, 0.5, [2]int{60, 120}, 1, [2]int{3, 10}},
	{"mutual, slow, half-dense, camouflaged", true, [2]int{8, 14}, [2]int{0, 0}, 0.5, [2]int{60, 120}, 1, [2]int{2, 8}},
}

// plant adds rings of a plot to the honest ratings: their ratings, and who is in.
func plant(rng *rand.Rand, background []model.Rating, p plot, rings int, mark string) (planted []model.Rating, guilty map[string]int) {
	guilty = map[string]int{}
	between := func(r [2]int) int { return r[0] + rng.IntN(r[1]-r[0]+1) }
	first, last := background[0].At, background[0].At
	for _, r := range background {
		if r.At.Before(first) {
			first = r.At
		}
		if r.At.After(last) {
			last = r.At
		}
	}
	add := func(rater, expert string, at time.Time, stars int) {
		planted = append(planted, model.Rating{ID: fmt.Sprintf("p%s-%d", mark, len(planted)), RaterID: rater, ExpertID: expert, Stars: stars, At: at})
	}
	for n := range rings {
		var experts, raters []string
		for i := range between(p.experts) {
			experts = append(experts, fmt.Sprintf("x%s-%d-%d", mark, n, i))
		}
		if p.mutual {
			raters = experts
		} else {
			for i := range between(p.raters) {
				raters = append(raters, fmt.Sprintf("y%s-%d-%d", mark, n, i))
			}
		}
		span := time.Duration(between(p.days)) * 24 * time.Hour
		start := first.Add(time.Duration(rng.Float64() * float64(last.Sub(first)-span)))
		when := func() time.Time { return start.Add(time.Duration(rng.Float64() * float64(span))) }
		for _, r := range raters {
			given := 0
			for _, x := range experts {
				if x != r && rng.Float64() < p.density {
					add(r, x, when(), 4+rng.IntN(2))
					given++
				}
			}
			for range int(float64(given)*p.camouflage + 0.5) {
				add(r, background[rng.IntN(len(background))].ExpertID, when(), 4+rng.IntN(2))
			}
		}
		for _, x := range experts {
			guilty[x] = n
			for range between(p.honestFor) {
				add(background[rng.IntN(len(background))].RaterID, x, when(), 3+rng.IntN(3))
			}
		}
	}
	return planted, guilty
}

const (
	ringsPlanted = 6 // of each plot
	trials       = 3
)

func measureRings(ctx context.Context, dataDir string) ([]row, error) {
	background, err := honest(dataDir)
	if err != nil {
		return nil, err
	}
	experts := map[string]bool{}
	for _, r := range background {
		experts[r.ExpertID] = true
	}
	var rows []row
	var all trial
	for seed := range trials {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("planting rings: %w", err)
		}
		rng := rand.New(rand.NewPCG(1, uint64(seed)))
		l := ratings.NewLedger(nil)
		for _, r := range background {
			l.PutRating(r)
		}
		var planted []model.Rating
		guilty := map[string]string{}
		for i, p := range plots {
			more, who := plant(rng, background, p, ringsPlanted, strconv.Itoa(i))
			planted = append(planted, more...)
			for id := range who {
				guilty[id] = p.name
			}
		}
		for _, r := range planted {
			l.PutRating(r)
		}
		naive := allFives(background, planted)
		for id, plot := range guilty {
			all.add(plot, len(l.Review(id)) > 0, naive[id])
		}
		for id := range experts {
			all.add("", len(l.Review(id)) > 0, naive[id])
		}
	}
	found, planted := 0.0, 0.0
	for _, p := range plots {
		k, n := all.found[p.name], all.planted[p.name]
		found, planted = found+k, planted+n
		low, high := scores.Wilson(k, n)
		rows = append(rows, row{"rings recall, " + p.name, k / n, low, high, fmt.Sprintf("%.3f", all.naive[p.name]/n), "", fmt.Sprintf("%.0f of %.0f experts", k, n)})
	}
	low, high := scores.Wilson(found, planted)
	fp, clean := all.found[""], all.planted[""]
	flow, fhigh := scores.Wilson(fp, clean)
	f1 := func(recall, fpr float64) float64 {
		return 2 * recall * planted / (recall*planted + planted + fpr*clean)
	}
	naiveFound := 0.0
	for _, p := range plots {
		naiveFound += all.naive[p.name]
	}
	rows = append(
		rows,
		row{
			"rings F1, all kinds", f1(found/planted, fp/clean), f1(low, fhigh), f1(high, flow), fmt.Sprintf("%.3f", f1(naiveFound/planted, all.naive[""]/clean)), ">= 0.85",
			fmt.Sprintf("precision %.3f, recall %.3f; naive: five ratings or more, all of them good", found/(found+fp), found/planted),
		},
		row{"honest experts flagged", fp / clean, flow, fhigh, fmt.Sprintf("%.4f", all.naive[""]/clean), "<= 0.005", fmt.Sprintf("%.0f of %.0f", fp, clean)},
	)
	return rows, nil
}

// trial counts decisions by plot; the plot of the honest is empty.
type trial struct{ planted, found, naive map[string]float64 }

func (t *trial) add(plot string, found, naive bool) {
	if t.planted == nil {
		t.planted, t.found, t.naive = map[string]float64{}, map[string]float64{}, map[string]float64{}
	}
	t.planted[plot]++
	if found {
		t.found[plot]++
	}
	if naive {
		t.naive[plot]++
	}
}

// allFives is the naive detector: at least five ratings, all of them good.
func allFives(lists ...[]model.Rating) map[string]bool {
	goods, all := map[string]int{}, map[string]int{}
	for _, list := range lists {
		for _, r := range list {
			all[r.ExpertID]++
			if r.Stars >= 4 {
				goods[r.ExpertID]++
			}
		}
	}
	out := map[string]bool{}
	for id, n := range all {
		out[id] = n >= 5 && goods[id] == n
	}
	return out
}
