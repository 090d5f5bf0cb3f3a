package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"mensch/app/cases/statement"
	"mensch/app/model"
)

// Transparency is where statements of reasons are published: the DSA
// Transparency Database, or a platform that hands them on. *HTTP implements it.
type Transparency interface {
	// Publish sends statements as one batch. Only nil means that all of them
	// are stored. KindInvalid means that none is: one of them is wrong or
	// there already.
	Publish(ctx context.Context, batch []json.RawMessage) error
	// PublishOne sends one. known says that it was there already.
	PublishOne(ctx context.Context, body json.RawMessage) (known bool, err error)
}

// StatementStore is what PushStatements needs of the local store.
type StatementStore interface {
	// DueStatements are the queued ones whose time has come, oldest first.
	DueStatements(ctx context.Context, now time.Time, limit int) ([]model.StatementEntry, error)
	// SettleStatements moves statements that are queued; others are left.
	SettleStatements(ctx context.Context, puids []string, to model.StatementState, lastError string, notBefore, at time.Time) error
}

// Published says what PushStatements did.
type Published struct {
	Sent    int // stored now, or found to be there already
	Refused int // the database refuses them; a person must look
}

const hintStatements = "The statements of reasons are kept and sent later."

// PushStatements publishes what is due, in batches. It is safe to repeat at any
// time: a statement is known by its puid, the ID of its sanction, so that one
// which arrived without an answer counts as sent when it is met again.
func PushStatements(ctx context.Context, store StatementStore, to Transparency, now func() time.Time) (Published, error) {
	var done Published
	for {
		due, err := store.DueStatements(ctx, now().UTC(), statement.BatchSize)
		if err != nil {
			return done, fmt.Errorf("reading the statements of reasons: %w", err)
		}
		if len(due) == 0 {
			return done, nil
		}
		batch := make([]json.RawMessage, len(due))
		puids := make([]string, len(due))
		for i, e := range due {
			batch[i], puids[i] = json.RawMessage(e.Body), e.PUID
		}
		settle := func(puids []string, state model.StatementState, why string, pause time.Duration) error {
			at := now().UTC()
			err := store.SettleStatements(context.WithoutCancel(ctx), puids, state, why, at.Add(pause), at)
			if err != nil {
				return fmt.Errorf("keeping what became of statements of reasons: %w", err)
			}
			return nil
		}
		err = to.Publish(ctx, batch)
		switch {
		case err == nil:
			done.Sent += len(due)
			if err := settle(puids, model.StatementSent, "", 0); err != nil {
				return done, err
			}
			continue
		case KindOf(err) != KindInvalid:
			if failed := settle(puids, model.StatementQueued, err.Error(), pauseAfter(err, due[0].Attempts)); failed != nil {
				return done, failed
			}
			return done, err
		}
		// One of them spoils the batch: each goes by itself.
		for i, e := range due {
			known, err := to.PublishOne(ctx, batch[i])
			switch {
			case err == nil || known:
				done.Sent++
				err = settle([]string{e.PUID}, model.StatementSent, "", 0)
			case KindOf(err) == KindInvalid:
				done.Refused++
				err = settle([]string{e.PUID}, model.StatementRefused, err.Error(), 0)
			default:
				if failed := settle(puids[i:], model.StatementQueued, err.Error(), pauseAfter(err, e.Attempts)); failed != nil {
					return done, failed
				}
			}
			if err != nil {
				return done, err
			}
		}
	}
}

// rejected is a 422 of the database.
type rejected struct {
	Message  string                     `json:"message"`
	Errors   map[string]json.RawMessage `json:"errors"`
	Existing json.RawMessage            `json:"existing"`
}

// Publish implements Transparency.
func (h *HTTP) Publish(ctx context.Context, batch []json.RawMessage) error {
	_, err := h.publish(ctx, "statements", map[string]any{"statements": batch})
	return err
}

// PublishOne implements Transparency.
func (h *HTTP) PublishOne(ctx context.Context, body json.RawMessage) (known bool, err error) {
	return h.publish(ctx, "statement", body)
}

func (h *HTTP) publish(ctx context.Context, address string, body any) (known bool, err error) {
	c := call{
		op: "publish the statements of reasons", hint: hintStatements, method: http.MethodPost,
		path: []string{"api", "v1", address}, body: body, want: []int{http.StatusCreated, http.StatusUnprocessableEntity},
	}
	resp, err := h.once(ctx, c, maxJSON)
	if err != nil {
		return false, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusCreated {
		return false, nil
	}
	var no rejected
	if err := json.NewDecoder(resp.Body).Decode(&no); err != nil {
		return false, h.malformed(c, "a refusal that cannot be read")
	}
	why := no.Message
	for _, field := range slices.Sorted(maps.Keys(no.Errors)) {
		why += " " + field + ": " + string(no.Errors[field])
	}
	known = len(no.Existing) > 0 && string(no.Existing) != "null" && string(no.Existing) != "[]"
	return known, &Error{
		Op: c.op, Kind: KindInvalid, Hint: "The others are not held up by it.",
		Problem: &Problem{Status: resp.StatusCode, Detail: tidy(h.redact(strings.TrimSpace(why)), 600)},
	}
}
