package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

func (t *tool) queueCommand() *cobra.Command {
	var filter model.QueueFilter
	var states, reporters []string
	var sort string
	var limit int
	cmd := &cobra.Command{
		Use:   "queue",
		Short: "List the cases, most urgent first",
		Long: `List the cases with their priority and its reasons. Without --state, cases that
need a person are listed: open, in conflict, appealed.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range states {
				if !slices.Contains([]model.CaseState{
					model.CaseOpen, model.CaseWaiting, model.CaseProposed, model.CaseConflict, model.CaseDecided, model.CaseAppealed,
				}, model.CaseState(s)) {
					return usagef("queue: there is no state %q", s)
				}
				filter.States = append(filter.States, model.CaseState(s))
			}
			if len(states) == 0 {
				filter.States = []model.CaseState{model.CaseOpen, model.CaseConflict, model.CaseAppealed}
			}
			for _, r := range reporters {
				filter.Reporters = append(filter.Reporters, model.Reporter(r))
			}
			switch filter.Sort = model.QueueSort(sort); filter.Sort {
			case model.SortPriority, model.SortOldest, model.SortNewest:
			default:
				return usagef("queue: there is no order %q", sort)
			}
			if limit < 0 {
				return usagef("queue: --limit must not be negative")
			}
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error { return t.queue(ctx, desk, filter, limit) })
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&states, "state", nil, "open, waiting, proposed, conflict, decided, appealed")
	f.StringSliceVar(&filter.Clusters, "cluster", nil, "only experts of these clusters")
	f.StringSliceVar(&filter.Guidelines, "guideline", nil, "only cases with a finding or incident of these guidelines")
	f.StringSliceVar(&reporters, "reporter", nil, "client, expert or staff")
	f.IntVar(&filter.MinScore, "min", 0, "only cases of at least this priority, 0 to 100")
	f.StringVar(&filter.Text, "text", "", "`words` that the transcripts or the profile hold")
	f.StringVar(&sort, "sort", string(model.SortPriority), "priority, oldest or newest")
	f.IntVar(&limit, "limit", 50, "so many cases; 0: all")
	return cmd
}

func (t *tool) queue(ctx context.Context, desk *app.Desk, filter model.QueueFilter, limit int) error {
	const page = 200
	n := 0
	for after := (model.QueueKey{}); limit == 0 || n < limit; {
		ask := page
		if limit > 0 {
			ask = min(page, limit-n)
		}
		rows, err := desk.Queue(ctx, filter, after, ask)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := t.printRow(row); err != nil {
				return err
			}
		}
		if n += len(rows); len(rows) < ask {
			break
		}
		after = rows[len(rows)-1].Key
	}
	if n == 0 && !t.json {
		t.sayf("No case.")
	}
	return nil
}

func (t *tool) printRow(row model.QueueRow) error {
	if t.json {
		if row.Guidelines == nil {
			row.Guidelines = []string{}
		}
		if row.Priority.Reasons == nil {
			row.Priority.Reasons = []model.PriorityReason{}
		}
		return t.emit(row)
	}
	t.sayf("%3d  %-8s  %s  %s (%s)  %s", row.Priority.Score, row.State, row.CaseID, oneLine(row.ScreenName), oneLine(row.Cluster), strings.Join(row.Guidelines, ", "))
	var why []string
	for _, r := range row.Priority.Reasons {
		why = append(why, fmt.Sprintf("%+d %s", r.Points, oneLine(r.Text)))
	}
	if len(why) > 0 {
		t.sayf("     %s", strings.Join(why, "; "))
	}
	return nil
}
