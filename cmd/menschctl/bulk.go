package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// bulkLine is what bulk prints of each case.
type bulkLine struct {
	app.BulkCase
	Decision string `json:"decision,omitempty"` // empty in a dry run, and where it was left out
	Sampled  bool   `json:"sampled,omitempty"`  // in the random sample to look at
}

func (t *tool) bulkCommand() *cobra.Command {
	var dismiss, dryRun bool
	var step, guideline, rationale string
	var sample int
	var seed uint64
	filter := model.QueueFilter{States: []model.CaseState{model.CaseOpen}}
	cmd := &cobra.Command{
		Use:   "bulk [CASE…]",
		Short: "Dismiss many cases, or give each a note or a warning",
		Long: `Decide many cases at once, each by a decision of its own: its own evidence, its own
audit row, its own place in the outbox, its own undo. One that cannot be decided
is named with why, and stops no other (exit code 7).

The cases are those named, or, with --all, the open ones that the filter leaves
(--cluster, --guideline-of, --min, --text). At most 1000. --dry-run decides
nothing: it shows how many would be decided, which not and why, and marks a
random sample to look at (“menschctl decide CASE”).`,
		Args: cobra.ArbitraryArgs,
	}
	var all bool
	cmd.RunE = func(cmd *cobra.Command, ids []string) error {
		b := app.Bulk{Cases: ids, Guideline: guideline, Rationale: rationale}
		switch {
		case dismiss == (step != ""):
			return usagef("bulk: give either --dismiss or --step")
		case all == (len(ids) > 0):
			return usagef("bulk: name the cases, or give --all with a filter")
		case step != "" && guideline == "":
			return usagef("bulk: --step needs --guideline")
		case strings.TrimSpace(rationale) == "":
			return usagef("bulk: say with --rationale why these cases are decided together")
		}
		b.Step = model.Step(step)
		if all {
			b.Cases, b.Filter = nil, &filter
		}
		ctx := cmd.Context()
		return t.onKept(ctx, func(desk *app.Desk) error { return t.bulk(ctx, desk, b, dryRun, sample, seed) })
	}
	f := cmd.Flags()
	f.BoolVar(&dismiss, "dismiss", false, "dismiss them")
	f.StringVar(&step, "step", "", "note or warning")
	f.StringVar(&guideline, "guideline", "", "the guideline of the note or warning")
	f.StringVar(&rationale, "rationale", "", "why, for colleagues")
	f.BoolVar(&all, "all", false, "all open cases that the filter leaves")
	f.StringSliceVar(&filter.Clusters, "cluster", nil, "with --all: only experts of these clusters")
	f.StringSliceVar(&filter.Guidelines, "guideline-of", nil, "with --all: only cases with a finding or incident of these guidelines")
	f.IntVar(&filter.MinScore, "min", 0, "with --all: only cases of at least this priority")
	f.StringVar(&filter.Text, "text", "", "with --all: `words` that the transcripts or the profile hold")
	f.BoolVar(&dryRun, "dry-run", false, "decide nothing; show what would be decided")
	f.IntVar(&sample, "sample", 8, "so many cases are drawn to be looked at")
	f.Uint64Var(&seed, "seed", 1, "which cases the sample draws")
	return cmd
}

func (t *tool) bulk(ctx context.Context, desk *app.Desk, b app.Bulk, dryRun bool, sample int, seed uint64) error {
	show, end := t.progress()
	plan, err := desk.PlanBulk(ctx, b, sample, seed, func(done, total int) { show("looking at case", int64(done), int64(total)) })
	end()
	if err != nil {
		return err
	}
	sampled := map[string]bool{}
	for _, c := range plan.Sample {
		sampled[c.CaseID] = true
	}
	decisions := map[string]string{}
	left := plan.Left
	if !dryRun {
		b.Filter, b.Cases = nil, nil
		for _, c := range plan.Decide {
			b.Cases = append(b.Cases, c.CaseID)
		}
		if len(b.Cases) > 0 {
			done, err := desk.DecideBulk(ctx, b, func(done, total int) { show("deciding case", int64(done), int64(total)) })
			end()
			for _, d := range done.Decided {
				decisions[d.CaseID] = d.ID
			}
			left = append(left, done.Failed...)
			if err != nil {
				return err
			}
		}
	}
	failed := map[string]bool{}
	for _, c := range left {
		failed[c.CaseID] = true
		if err := t.bulkLine(bulkLine{BulkCase: c}); err != nil {
			return err
		}
	}
	n := 0
	for _, c := range plan.Decide {
		if failed[c.CaseID] {
			continue
		}
		n++
		if err := t.bulkLine(bulkLine{BulkCase: c, Decision: decisions[c.CaseID], Sampled: sampled[c.CaseID]}); err != nil {
			return err
		}
	}
	if dryRun {
		t.sayf("%d cases would be decided, %d left out.", n, len(left))
	} else {
		t.sayf("%d cases are decided, %d left out. Each waits out the undo time (“menschctl undo ID”).", n, len(left))
	}
	if len(left) > 0 {
		return errPartly
	}
	return nil
}

func (t *tool) bulkLine(l bulkLine) error {
	if t.json {
		if l.Guidelines == nil {
			l.Guidelines = []string{}
		}
		return t.emit(l)
	}
	mark := " "
	if l.Sampled {
		mark = "*"
	}
	rest := fmt.Sprintf("%d findings, %d incidents", l.Findings, l.Incidents)
	switch {
	case l.Why != "":
		rest = "left out: " + oneLine(l.Why)
	case l.Decision != "":
		rest = l.Decision + "  " + rest
	}
	t.sayf("%s %s  %s (%s)  %s", mark, l.CaseID, oneLine(l.ScreenName), oneLine(l.Cluster), rest)
	return nil
}
