package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"mensch/app"
)

// syncLine is what sync --json prints.
type syncLine struct {
	Server    string    `json:"server"`
	SyncedAt  time.Time `json:"synced_at"`
	Applied   int       `json:"applied"` // changes taken in
	Removed   int       `json:"removed"`
	Photos    int       `json:"photos"` // fetched
	Sent      int       `json:"sent"`   // decisions that the platform confirmed
	Experts   int       `json:"experts"`
	Messages  int       `json:"messages"`
	Findings  int       `json:"findings"`
	Open      int       `json:"open"` // cases
	Conflicts int       `json:"conflicts"`
	Outbox    int       `json:"outbox"` // decisions that are not confirmed yet
	Notes     []string  `json:"notes"`
}

func (t *tool) syncCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sync",
		Short: "Fetch changes, run the detectors, send decisions",
		Long: `Fetch what changed at the platform, read it with the detectors, and send the
decisions whose undo time is over. It may be interrupted at any time: what
arrived is kept, and the next sync goes on from there. Notes (changes of a kind
that this version does not know, photos that cannot be had) are printed and no
failure.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			desk, err := t.online(ctx)
			return with(desk, err, func(desk *app.Desk) error { return t.sync(ctx, desk) })
		},
	}
}

func (t *tool) sync(ctx context.Context, desk *app.Desk) error {
	show, end := t.progress()
	err := desk.Sync(ctx, func(s app.SyncStatus) {
		if s.Running {
			show(s.Phase, s.Done, s.Total)
		}
	})
	end()
	status, failed := desk.Status(context.WithoutCancel(ctx))
	if err == nil {
		err = failed
	}
	if err == nil && t.server != "" {
		// Only an address that a whole sync went through is kept.
		err = desk.Remember(ctx, status.Server)
	}
	for _, note := range status.Notes {
		if !t.json {
			t.sayf("%s", note)
		}
	}
	if err != nil {
		return err
	}
	c := status.Counts
	if t.json {
		notes := status.Notes
		if notes == nil {
			notes = []string{}
		}
		return t.emit(syncLine{
			Server: status.Server, SyncedAt: status.SyncedAt, Applied: status.Applied, Removed: status.Removed, Photos: status.Photos, Sent: status.Sent,
			Experts: c.Experts, Messages: c.Messages, Findings: c.Findings, Open: c.Open, Conflicts: c.Conflicts, Outbox: c.Outbox, Notes: notes,
		})
	}
	t.sayf("Synced with %s: %d changes, %d photos, %d removed, %d decisions confirmed.", status.Server, status.Applied, status.Photos, status.Removed, status.Sent)
	t.sayf("%d open cases, %d findings, %d decisions not confirmed yet, %d conflicts.", c.Open, c.Findings, c.Outbox, c.Conflicts)
	return nil
}
