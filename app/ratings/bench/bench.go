// Package bench measures the detectors of ratings and attendance: planted rings
// in a real trust network, and reply links in annotated chat logs. Each row
// stands beside a naive baseline and carries a 95 % confidence interval. The
// sets are read from a folder that is not part of the project.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"mensch/app/evaluation"
	"mensch/app/scores"
)

// Run measures every row on the sets under dataDir and writes the table to w. A
// set that is absent is left out, and named in the table.
func Run(ctx context.Context, w io.Writer, dataDir string) ([]scores.Row, error) {
	eval, err := evaluation.New(nil, nil)
	if err != nil {
		return nil, fmt.Errorf("making the evaluator: %w", err)
	}
	var rows []scores.Row
	for _, s := range []struct {
		detector, path string
		read           func(evaluation.Result) []scores.Row
	}{
		{"ratings", "ratings/bitcoinotc.csv", rings},
		{"latency", "latency_irc", links},
	} {
		res, err := eval.MeasurePath(ctx, evaluation.Options{Detector: s.detector}, filepath.Join(dataDir, filepath.FromSlash(s.path)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			rows = append(rows, scores.Row{Name: s.detector + ": the set is absent"})
		case err != nil:
			return rows, fmt.Errorf("measuring %s: %w", s.detector, err)
		default:
			rows = append(rows, s.read(res)...)
		}
	}
	return rows, scores.Table(w, rows, true)
}

func rings(res evaluation.Result) []scores.Row {
	rows := []scores.Row{
		res.Row("ratings: planted rings of all kinds, F1", "f1", 0.85, true),
		res.Row("ratings: honest experts flagged", "false_positive_rate", 0.005, false),
	}
	for _, p := range evaluation.Plots() {
		rows = append(rows, res.GroupRow("ratings: rings, "+p.Name+", recall", p.Name, 0, true))
	}
	return rows
}

func links(res evaluation.Result) []scores.Row {
	return []scores.Row{res.Row("promptness: reply links right, talks of two", "accuracy", 0.90, true)}
}
