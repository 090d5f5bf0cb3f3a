package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// outboxLine is what outbox --json and decide --json print of a decision.
type outboxLine struct {
	Decision  string            `json:"decision"`
	Case      string            `json:"case"`
	Expert    string            `json:"expert"`
	Kind      model.OutboxKind  `json:"kind"` // decide, or propose for what a second person must agree to
	Outcome   model.Outcome     `json:"outcome"`
	State     model.OutboxState `json:"state"`
	NotBefore time.Time         `json:"not_before"`
	Attempts  int               `json:"attempts"`
	Error     string            `json:"error,omitempty"`
	Theirs    *model.Decision   `json:"theirs,omitempty"` // that stands at the platform, in a conflict
}

func newOutboxLine(e model.OutboxEntry) outboxLine {
	return outboxLine{
		Kind: e.Kind, Decision: e.Decision.ID, Case: e.Decision.CaseID, Expert: e.Decision.ExpertID, Outcome: e.Decision.Outcome,
		State: e.State, NotBefore: e.NotBefore, Attempts: e.Attempts, Error: e.LastError, Theirs: e.Theirs,
	}
}

func (t *tool) outboxCommand() *cobra.Command {
	var all bool
	var retry, mine, theirs string
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "Say how far decisions have come",
		Long: `List the decisions made here that the platform has not confirmed, newest first.
The states are queued, sending, unknown (sent, no answer: the platform will be
asked), conflict (the case changed meanwhile), rejected, acked and undone.

A conflict is ended with --keep-theirs, which drops the decision made here, or
--keep-mine, which decides anew on the case as it is now: the letter is drawn up
for today, and shown.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				for _, do := range []struct {
					id string
					it func(string) error
				}{
					{retry, func(id string) error { return desk.RetryOutbox(ctx, id) }},
					{mine, func(id string) error { return t.decideAgain(ctx, desk, id) }},
					{theirs, func(id string) error { return desk.ResolveConflict(ctx, id, false) }},
				} {
					if do.id == "" {
						continue
					}
					if err := do.it(do.id); err != nil {
						return decisionError(do.id, err)
					}
				}
				return t.outbox(ctx, desk, all)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "also those that the platform confirmed or that were undone")
	f.StringVar(&retry, "retry", "", "let the decision of this `ID` be sent again at once")
	f.StringVar(&mine, "keep-mine", "", "end the conflict of the decision of this `ID`: decide anew")
	f.StringVar(&theirs, "keep-theirs", "", "end the conflict of the decision of this `ID`: drop it")
	cmd.MarkFlagsMutuallyExclusive("retry", "keep-mine", "keep-theirs")
	return cmd
}

func (t *tool) decideAgain(ctx context.Context, desk *app.Desk, id string) error {
	again, err := desk.DecideAgain(ctx, id, "")
	if err != nil || t.json {
		return err
	}
	t.sayf("Decided anew as %s. Until it is sent, “menschctl undo %s” takes it back.", again.ID, again.ID)
	if again.Message != "" {
		t.sayf("%s\n", again.Message)
	}
	return nil
}

func decisionError(id string, err error) error {
	if errors.Is(err, model.ErrNotFound) {
		return fmt.Errorf("there is no decision %s in this store's outbox", id)
	}
	return err
}

func (t *tool) outbox(ctx context.Context, desk *app.Desk, all bool) error {
	n := 0
	err := eachOutbox(ctx, desk, func(e model.OutboxEntry) (bool, error) {
		if !all && (e.State == model.OutboxAcked || e.State == model.OutboxUndone) {
			return true, nil
		}
		n++
		line := newOutboxLine(e)
		if t.json {
			return true, t.emit(line)
		}
		t.sayf("%s  %-8s  case %s, %s", line.Decision, line.State, line.Case, line.Outcome)
		if line.Error != "" {
			t.sayf("    %s", oneLine(line.Error))
		}
		return true, nil
	})
	if err == nil && n == 0 && !t.json {
		t.sayf("Nothing waits.")
	}
	return err
}

// eachOutbox pages the outbox, newest first, until do gives false.
func eachOutbox(ctx context.Context, desk *app.Desk, do func(model.OutboxEntry) (bool, error)) error {
	const page = 200
	for after := int64(0); ; {
		entries, err := desk.Outbox(ctx, after, page)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if more, err := do(e); err != nil || !more {
				return err
			}
			after = e.Seq
		}
		if len(entries) < page {
			return nil
		}
	}
}

func outboxEntry(ctx context.Context, desk *app.Desk, id string) (entry model.OutboxEntry, err error) {
	found := false
	err = eachOutbox(ctx, desk, func(e model.OutboxEntry) (bool, error) {
		if e.Decision.ID == id {
			entry, found = e, true
		}
		return !found, nil
	})
	if err == nil && !found {
		err = fmt.Errorf("decision %s: %w", id, model.ErrNotFound)
	}
	return entry, err
}

// deliver waits out the undo time, sends, and says how it ended.
func (t *tool) deliver(ctx context.Context, desk *app.Desk, entry model.OutboxEntry) error {
	show, end := t.progress()
	defer end()
	for {
		wait := time.Until(entry.NotBefore)
		for ; wait > 0; wait = time.Until(entry.NotBefore) {
			show("seconds until it is sent:", int64(wait.Seconds())+1, 0)
			select {
			case <-ctx.Done():
				return fmt.Errorf("the decision is kept, and goes with the next sync: %w", ctx.Err())
			case <-time.After(min(wait, time.Second)):
			}
		}
		_, failed := desk.Push(ctx)
		id := entry.Decision.ID
		var err error
		if entry, err = outboxEntry(context.WithoutCancel(ctx), desk, id); err != nil {
			return err
		}
		switch entry.State {
		case model.OutboxAcked, model.OutboxConflict, model.OutboxRejected, model.OutboxUndone:
			end()
			return t.delivered(entry)
		}
		if failed != nil {
			return failed
		}
		if !entry.NotBefore.After(time.Now()) {
			// It is due and was not taken: another program is sending it.
			entry.NotBefore = time.Now().Add(time.Second)
		}
	}
}

func (t *tool) delivered(entry model.OutboxEntry) error {
	if t.json {
		if err := t.emit(newOutboxLine(entry)); err != nil {
			return err
		}
	}
	if entry.State != model.OutboxAcked {
		return &app.Refusal{Why: fmt.Sprintf("The decision %s is not in force (%s). %s", entry.Decision.ID, entry.State, entry.LastError)}
	}
	if !t.json {
		if entry.Kind == model.OutboxPropose {
			t.sayf("Proposal %s waits for a second person.", entry.Decision.ID)
		} else {
			t.sayf("The platform confirmed decision %s.", entry.Decision.ID)
		}
	}
	return nil
}

func (t *tool) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "undo DECISION",
		Short: "Take a decision, a proposal or an answer back that was not sent",
		Args:  args(1, 1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			ctx := cmd.Context()
			return t.onKept(ctx, func(desk *app.Desk) error {
				if err := desk.Undo(ctx, ids[0]); err != nil {
					return decisionError(ids[0], err)
				}
				entry, err := outboxEntry(ctx, desk, ids[0])
				if errors.Is(err, model.ErrNotFound) {
					t.sayf("Answer %s is taken back.", ids[0])
					return nil
				}
				if err != nil {
					return err
				}
				if t.json {
					return t.emit(newOutboxLine(entry))
				}
				t.sayf("Decision %s is taken back; the case is as before.", ids[0])
				return nil
			})
		},
	}
}
