// Package bench measures the profile detectors: record linkage, second accounts in
// a large community, text reuse, credentials. Each row stands beside a naive
// baseline and carries a 95 % confidence interval. Labelled sets are read from a
// folder that is not part of the project.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"mensch/app/evaluation"
	"mensch/app/scores"
)

type table struct {
	eval *evaluation.Evaluator
	rows []scores.Row
}

func (t *table) add(r scores.Row) { t.rows = append(t.rows, r) }

func (t *table) measure(ctx context.Context, detector, path string) (evaluation.Result, error) {
	res, err := t.eval.MeasurePath(ctx, evaluation.Options{Detector: detector}, path)
	if err != nil {
		return res, fmt.Errorf("measuring %s: %w", detector, err)
	}
	return res, nil
}

// Run measures every row on the labelled sets under dataDir and writes the table
// to w. A set that is absent is left out, and named in the table.
func Run(ctx context.Context, w io.Writer, dataDir string) ([]scores.Row, error) {
	eval, err := evaluation.New(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("making the evaluator: %w", err)
	}
	t := &table{eval: eval}
	for _, s := range []struct {
		name string
		run  func(context.Context, *table, string) error
	}{
		{"linkage", measureLinkage},
		{"same person", measureCommunity},
		{"reuse", measureReuse},
		{"index", measureIndex},
		{"credentials", measureCredentials},
	} {
		if err := ctx.Err(); err != nil {
			return t.rows, fmt.Errorf("measuring profiles: %w", err)
		}
		switch err := s.run(ctx, t, dataDir); {
		case errors.Is(err, fs.ErrNotExist):
			t.add(scores.Row{Name: s.name + ": the labelled set is absent"})
		case err != nil:
			return t.rows, fmt.Errorf("measuring %s: %w", s.name, err)
		}
	}
	return t.rows, scores.Table(w, t.rows, true)
}
