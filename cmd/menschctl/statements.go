package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// statementLine is what statements --json prints of a statement of reasons.
type statementLine struct {
	PUID      string               `json:"puid"` // the sanction's ID
	Decision  string               `json:"decision"`
	State     model.StatementState `json:"state"` // held, queued, sent, refused or dropped
	Attempts  int                  `json:"attempts"`
	Error     string               `json:"error,omitempty"`
	UpdatedAt time.Time            `json:"updated_at"`
	Statement json.RawMessage      `json:"statement"` // in the database's form
}

func (t *tool) statementsCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "statements",
		Short: "Publish statements of reasons",
		Long: `Each sanction that restricts something queues a statement of reasons in the form
of the DSA Transparency Database, checked before it is queued. It is held until
its decision stands, and then published with each push, up to 100 at a time. To
publish twice does no harm: a statement is known by its sanction's ID.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var state string
	list := &cobra.Command{
		Use: "list", Short: "List the statements of reasons, newest first", Args: args(0, 0),
		RunE: t.onStore(func(ctx context.Context, desk *app.Desk, _ []string) error {
			return t.statements(ctx, desk, model.StatementState(state))
		}),
	}
	list.Flags().StringVar(&state, "state", "", "only those that are held, queued, sent, refused or dropped")
	var again bool
	send := &cobra.Command{
		Use: "send", Short: "Publish what is due", Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := t.existing(); err != nil {
				return err
			}
			desk, err := t.online(cmd.Context())
			return with(desk, err, func(desk *app.Desk) error {
				done, err := desk.Publish(cmd.Context(), again)
				if t.json {
					if failed := t.emit(map[string]int{"sent": done.Sent, "refused": done.Refused}); failed != nil && err == nil {
						err = failed
					}
				} else {
					t.sayf("%d published, %d refused.", done.Sent, done.Refused)
				}
				if err == nil && done.Refused > 0 {
					err = errPartly
				}
				return err
			})
		},
	}
	send.Flags().BoolVar(&again, "again", false, "also those that the database refused before")
	root.AddCommand(list, send)
	return root
}

func (t *tool) statements(ctx context.Context, desk *app.Desk, state model.StatementState) error {
	const page = 200
	n := 0
	for after := int64(0); ; {
		list, err := desk.Statements(ctx, state, after, page)
		if err != nil {
			return fmt.Errorf("reading the statements of reasons: %w", err)
		}
		for _, e := range list {
			n++
			after = e.Seq
			line := statementLine{PUID: e.PUID, Decision: e.DecisionID, State: e.State, Attempts: e.Attempts, Error: e.LastError, UpdatedAt: e.UpdatedAt, Statement: json.RawMessage(e.Body)}
			if t.json {
				if err := t.emit(line); err != nil {
					return err
				}
				continue
			}
			t.sayf("%s  %-7s  decision %s", line.PUID, line.State, line.Decision)
			if line.Error != "" {
				t.sayf("    %s", oneLine(line.Error))
			}
		}
		if len(list) < page {
			break
		}
	}
	if n == 0 && !t.json {
		t.sayf("There is none.")
	}
	return nil
}
