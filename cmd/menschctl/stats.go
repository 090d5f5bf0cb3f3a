package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

func (t *tool) statsCommand() *cobra.Command {
	var days int
	var asCSV bool
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Count cases, decisions and verdicts of a period",
		Long: `Count what the window's dashboards show over the last days: what came in and was
decided, the backlog and its age, the time to decision, decisions by guideline and
step, sanctions taken back, the detectors' precision by the moderators' verdicts,
strikes that expire, and how far second moderators agree (Cohen's kappa).

--csv prints one table with a number a line, safe to open in a spreadsheet;
--json prints all of it as one object.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || days > 3660 {
				return usagef("stats: --days is from 1 to 3660")
			}
			if asCSV && t.json {
				return usagef("stats: --csv and --json exclude each other")
			}
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error { return t.stats(ctx, desk, days, asCSV) })
		},
	}
	cmd.Flags().IntVar(&days, "days", 30, "so many days back")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print CSV")
	return cmd
}

func (t *tool) stats(ctx context.Context, desk *app.Desk, days int, asCSV bool) error {
	s, err := desk.Statistics(ctx, days)
	if err != nil {
		return err
	}
	switch {
	case t.json:
		return t.emit(s)
	case asCSV:
		raw, err := app.StatisticsCSV(s)
		if err != nil {
			return err
		}
		if _, err := t.out.Write(raw); err != nil {
			return fmt.Errorf("writing the answer: %w", err)
		}
		return nil
	}
	opened, decided := 0, 0
	for _, f := range s.Flow {
		opened += f.Opened
		decided += f.Decided
	}
	t.sayf("%s to %s", s.Period.From.Format("2006-01-02"), s.Period.To.AddDate(0, 0, -1).Format("2006-01-02"))
	t.sayf("%d cases opened, %d decided; %d wait now", opened, decided, s.Flow[len(s.Flow)-1].Backlog)
	for _, a := range s.Ages {
		t.sayf("  waiting %-14s %d", a.Label, a.Cases)
	}
	t.sayf("time to decision: median %.1f h, nine in ten within %.1f h (%d cases)", s.Overall.Median, s.Overall.P90, s.Overall.Decisions)
	for _, x := range s.Steps {
		t.sayf("  %-20s %-14s %d", oneLine(x.Guideline), x.Step, x.Count)
	}
	sanctions, reversed := 0, 0
	for _, r := range s.Reversals {
		sanctions += r.Decided
		reversed += r.Reversed
	}
	t.sayf("taken back: %d of %d sanctioning decisions", reversed, sanctions)
	for _, d := range s.Detectors {
		t.sayf("  detector %-18s precision %.2f (%.2f to %.2f), %d judged", oneLine(d.Detector), d.Precision, d.Low, d.High, d.Accepted+d.Rejected)
	}
	expiring := 0
	for _, e := range s.Expiring {
		expiring += e.Strikes
	}
	t.sayf("strikes that expire within eight weeks: %d", expiring)
	for _, a := range s.Agreement {
		t.sayf("%s", agreementLine(a))
	}
	return nil
}

func agreementLine(a model.Agreement) string {
	about := a.Guideline
	if about == "" {
		about = "all"
	}
	line := fmt.Sprintf("agreement on %s: %.0f %% of %d equal", oneLine(about), 100*a.Observed, a.Pairs)
	if a.Defined {
		line += fmt.Sprintf(", kappa %.2f (%.2f to %.2f)", a.Kappa, a.Low, a.High)
	}
	return strings.TrimSpace(line)
}
