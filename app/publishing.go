package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"mensch/app/cases/statement"
	"mensch/app/model"
	platform "mensch/app/sync"
)

// statementsOf writes a decision's statements of reasons, each checked against
// the database's form.
func (d *Desk) statementsOf(decision model.Decision) ([]model.StatementEntry, error) {
	list, err := statement.Of(d.pack(), decision)
	if err != nil {
		return nil, err
	}
	out := make([]model.StatementEntry, 0, len(list))
	for _, st := range list {
		body, err := json.Marshal(st)
		if err != nil {
			return nil, fmt.Errorf("writing a statement of reasons: %w", err)
		}
		out = append(out, model.StatementEntry{PUID: st.PUID, DecisionID: decision.ID, Body: string(body)})
	}
	return out, nil
}

// statementProblems says in words why no valid statement can be written.
func statementProblems(err error) []string {
	var invalid *statement.InvalidError
	if !errors.As(err, &invalid) {
		return []string{"The statement of reasons cannot be written: " + err.Error() + "."}
	}
	out := make([]string, 0, len(invalid.Problems))
	for _, p := range invalid.Problems {
		out = append(out, "The statement of reasons has a fault: "+p.String()+".")
	}
	return out
}

// Statements lists the statements of reasons, newest first.
func (d *Desk) Statements(ctx context.Context, state model.StatementState, afterSeq int64, limit int) ([]model.StatementEntry, error) {
	return d.store.Statements(ctx, state, afterSeq, limit)
}

// Publish sends the statements of reasons that are due, and those that were
// refused once more if again is set. Where no place is known to publish them,
// they stay.
func (d *Desk) Publish(ctx context.Context, again bool) (platform.Published, error) {
	to := d.publisher()
	if to == nil {
		return platform.Published{}, &Refusal{Why: "No platform is connected and no other address for statements of reasons is set. They are kept; connect one in the settings."}
	}
	d.pushing.Lock()
	defer d.pushing.Unlock()
	if again {
		if err := d.requeueRefused(ctx); err != nil {
			return platform.Published{}, err
		}
	}
	return d.publish(ctx, to)
}

func (d *Desk) requeueRefused(ctx context.Context) error {
	for after := int64(0); ; {
		refused, err := d.store.Statements(ctx, model.StatementRefused, after, statement.BatchSize)
		if err != nil {
			return fmt.Errorf("reading the statements of reasons: %w", err)
		}
		if len(refused) == 0 {
			return nil
		}
		puids := make([]string, len(refused))
		for i, e := range refused {
			puids[i] = e.PUID
		}
		now := d.now().UTC()
		if err := d.store.SettleStatements(ctx, puids, model.StatementQueued, "", now, now); err != nil {
			return fmt.Errorf("queueing the statements of reasons again: %w", err)
		}
		after = refused[len(refused)-1].Seq
	}
}

func (d *Desk) publish(ctx context.Context, to platform.Transparency) (platform.Published, error) {
	done, err := platform.PushStatements(ctx, d.store, to, d.now)
	if done != (platform.Published{}) {
		d.changed()
	}
	if err != nil {
		return done, fmt.Errorf("publishing the statements of reasons: %w", err)
	}
	return done, nil
}

// publisher is where statements go: the address of their own if one is set,
// else the platform, if it takes them.
func (d *Desk) publisher() platform.Transparency {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.transparency != nil {
		return d.transparency
	}
	if to, ok := d.platform.(platform.Transparency); ok {
		return to
	}
	return nil
}
