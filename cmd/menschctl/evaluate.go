package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mensch/app/evaluation"
	"mensch/assets"
	"mensch/cmd/internal/workplace"
)

// verdictLine is what evaluate --rows prints for each row.
type verdictLine struct {
	File string `json:"file"`
	evaluation.Verdict
}

func (t *tool) evaluateCommand() *cobra.Command {
	var o evaluation.Options
	var pictures evaluation.Pictures
	cmd := &cobra.Command{
		Use:   "evaluate DETECTOR FILE...",
		Short: "Measure a detector on a labelled file",
		Long: `Measure a detector on labelled files (JSON Lines, JSON, CSV or TSV, plain or
gzip; “-” is standard input) and print precision, recall, F1, F2 and macro-F1 with
95 % confidence intervals, and a naive method on the same rows beside them. It
needs no store and no platform.

Detectors: ` + strings.Join(evaluation.Detectors(), ", ") + `.

A row has a text (text, message, tweet, …) and says what is true of it by y, label,
spans or copyrights; “go doc ./app/evaluation” has every shape. Fields that nobody
asks for are passed over; a row that cannot be read is counted and named.

evaluate photos --bank DIR --queries DIR --truth FILE measures the matcher on
pairs of a query and a bank photo. A row of the truth has a query, a bank photo
(or several, or none) and perhaps a group, such as how the photo was altered;
“go doc ./app/evaluation” has every shape.`,
		Args: args(1, -1),
		RunE: func(cmd *cobra.Command, given []string) error {
			folders := pictures.Bank != "" || pictures.Queries != "" || pictures.Truth != ""
			switch {
			case given[0] == "photos" || given[0] == "photo":
				if len(given) > 1 || pictures.Bank == "" || pictures.Queries == "" || pictures.Truth == "" {
					return usagef("evaluate photos takes --bank, --queries and --truth, and nothing else")
				}
				pictures.Half = o.Half
				return t.evaluatePictures(cmd.Context(), pictures, o.Verdicts)
			case folders:
				return usagef("--bank, --queries and --truth belong to evaluate photos")
			case len(given) < 2:
				return usagef("evaluate %s: which file?", oneLine(given[0]))
			}
			o.Detector = given[0]
			return t.evaluate(cmd.Context(), o, given[1:])
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.Positive, "positive", nil, "the `labels` that say that a row is a violation (default: all but none, benign, ham and the like)")
	flags.StringVar(&o.Half, "half", "", "only one half of the rows, `a or b`, drawn by a hash of their text")
	flags.BoolVar(&o.Verdicts, "rows", false, "print what is said of each row too, without its text")
	flags.BoolVar(&o.Disguise, "disguise", false, "contact, with marked words: hide them in known ways too, and count the points lost")
	flags.StringVar(&pictures.Bank, "bank", "", "photos: the `folder` of known photos")
	flags.StringVar(&pictures.Queries, "queries", "", "photos: the `folder` of photos to look up")
	flags.StringVar(&pictures.Truth, "truth", "", "photos: the `file` that says which shows which")
	return cmd
}

// evaluatePictures measures the matcher on two folders.
func (t *tool) evaluatePictures(ctx context.Context, o evaluation.Pictures, rows bool) error {
	show, end := t.progress()
	res, claims, err := evaluation.MeasurePictures(ctx, o, func(what string, done, total int) { show(what, int64(done), int64(total)) })
	end()
	if err != nil {
		return err
	}
	if rows {
		for _, c := range claims {
			if t.json {
				if err := t.emit(c); err != nil {
					return err
				}
				continue
			}
			t.sayf("%s  %s  %s: %.0f %%, %s", oneLine(c.Query), c.Kind, oneLine(c.Match), 100*c.Score, map[bool]string{true: "right", false: "wrong"}[c.Right])
		}
	}
	return t.printResult(res)
}

func (t *tool) evaluate(ctx context.Context, o evaluation.Options, paths []string) error {
	pack, err := workplace.Pack()
	if err != nil {
		return err
	}
	e, err := evaluation.New(pack, assets.Models())
	if err != nil {
		return fmt.Errorf("preparing the detectors: %w", err)
	}
	for _, path := range paths {
		o.File = ""
		var res evaluation.Result
		if path == "-" {
			o.File = "standard input"
			res, err = e.Measure(ctx, o, t.in)
		} else {
			res, err = e.MeasurePath(ctx, o, path)
		}
		var unknown *evaluation.UnknownError
		var bad *fs.PathError
		switch {
		case errors.As(err, &unknown):
			return usageError{err}
		case errors.As(err, &bad):
			return fmt.Errorf("%s cannot be read: %w", path, bad.Err)
		case err != nil:
			return err
		}
		if err := t.printResult(res); err != nil {
			return err
		}
	}
	return nil
}

func (t *tool) printResult(res evaluation.Result) error {
	for _, v := range res.Verdicts {
		if t.json {
			if err := t.emit(verdictLine{res.File, v}); err != nil {
				return err
			}
			continue
		}
		want := "?"
		if v.Want != nil {
			want = yesNo(*v.Want)
		}
		t.sayf("%s row %d: label %s, found %s (%.2f)", oneLine(res.File), v.Row, want, yesNo(v.Got), v.Score)
	}
	if t.json {
		return t.emit(res)
	}
	t.sayf("%s on %s: %d rows, %d %s (%d of them violations), %d skipped", res.Detector, oneLine(res.File), res.Rows, res.Positives+res.Negatives, res.Unit, res.Positives, res.Skipped)
	base := evaluation.Measures{}
	if res.Baseline != nil {
		base = res.Baseline.Measures
	}
	for _, m := range []struct {
		name        string
		value, base *float64
	}{
		{"precision", res.Precision, base.Precision},
		{"recall", res.Recall, base.Recall},
		{"f1", res.F1, base.F1},
		{"f2", res.F2, base.F2},
		{"macro_f1", res.MacroF1, base.MacroF1},
		{"accuracy", res.Accuracy, base.Accuracy},
		{"false_positive_rate", res.FalseRate, base.FalseRate},
	} {
		if m.value == nil {
			continue
		}
		line := fmt.Sprintf("  %-20s %.4f", m.name, *m.value)
		if in, ok := res.Intervals[m.name]; ok {
			line += fmt.Sprintf("  %.4f to %.4f", in[0], in[1])
		}
		if m.base != nil {
			line += fmt.Sprintf("  (naive %.4f)", *m.base)
		}
		t.sayf("%s", line)
	}
	if res.Baseline != nil {
		t.sayf("  naive: %s", res.Baseline.Name)
	}
	for _, g := range res.Groups {
		t.sayf("  %s: %d of %d found (%.4f, %.4f to %.4f)", oneLine(g.Name), g.Found, g.N, g.Share, g.Range[0], g.Range[1])
	}
	extra := make([]string, 0, len(res.Extra))
	for name := range res.Extra {
		extra = append(extra, name)
	}
	slices.Sort(extra)
	for _, name := range extra {
		t.sayf("  %s: %.4g", name, res.Extra[name])
	}
	for _, n := range res.Notes {
		t.sayf("  %s", oneLine(n))
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
