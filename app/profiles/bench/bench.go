// Package bench measures the profile detectors: record linkage, text reuse,
// credentials. Each row stands beside a naive baseline and carries a 95 %
// confidence interval. Labelled sets are read from a folder that is not part of
// the project.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"slices"
	"text/tabwriter"
)

// Row is one measured number.
type Row struct {
	Name     string
	Value    float64
	Low      float64 // 95 % confidence interval
	High     float64
	Baseline string // a naive method on the same set
	Target   string
	Note     string
}

type table struct{ rows []Row }

func (t *table) add(r Row) { t.rows = append(t.rows, r) }

// Run measures every row on the labelled sets under dataDir and writes the
// table to w. A set that is absent is named in the table and left out.
func Run(ctx context.Context, w io.Writer, dataDir string) error {
	t := &table{}
	steps := []struct {
		name string
		run  func(context.Context, *table, string) error
	}{
		{"linkage", measureLinkage},
		{"reuse", measureReuse},
		{"index", measureIndex},
		{"credentials", measureCredentials},
	}
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("measuring profiles: %w", err)
		}
		switch err := s.run(ctx, t, dataDir); {
		case errors.Is(err, fs.ErrNotExist):
			t.add(Row{Name: s.name, Value: math.NaN(), Note: "the labelled set is absent"})
		case err != nil:
			return fmt.Errorf("measuring %s: %w", s.name, err)
		}
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, "row\tvalue\t95 %\tnaive\ttarget\tnote")
	for _, r := range t.rows {
		value, interval := fmt.Sprintf("%.4g", r.Value), ""
		if math.IsNaN(r.Value) {
			value = "-"
		}
		if r.High > r.Low {
			interval = fmt.Sprintf("%.3f-%.3f", r.Low, r.High)
		}
		_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, value, interval, r.Baseline, r.Target, r.Note)
	}
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// counts are right, wrong and missed decisions.
type counts struct{ tp, fp, fn float64 }

func (c counts) precision() float64 { return c.tp / max(1e-9, c.tp+c.fp) }
func (c counts) recall() float64    { return c.tp / max(1e-9, c.tp+c.fn) }
func (c counts) f1() float64        { return 2 * c.tp / max(1e-9, 2*c.tp+c.fp+c.fn) }

// interval is the 95 % bootstrap interval of a number over independent units.
func interval(units []counts, number func(counts) float64) (low, high float64) {
	if len(units) == 0 {
		return 0, 0
	}
	rng := rand.New(rand.NewPCG(7, 7))
	values := make([]float64, 400)
	for i := range values {
		var sum counts
		for range units {
			u := units[rng.IntN(len(units))]
			sum.tp, sum.fp, sum.fn = sum.tp+u.tp, sum.fp+u.fp, sum.fn+u.fn
		}
		values[i] = number(sum)
	}
	slices.SortFunc(values, cmp.Compare[float64])
	return values[10], values[389]
}

func total(units []counts) counts {
	var sum counts
	for _, u := range units {
		sum.tp, sum.fp, sum.fn = sum.tp+u.tp, sum.fp+u.fp, sum.fn+u.fn
	}
	return sum
}
