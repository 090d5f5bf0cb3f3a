package sync

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"mensch/app/model"
)

// Teamwork is a platform where moderators see each other's notes, holds and
// hand-overs. *HTTP implements it. A platform need not have it: what is done
// then stays on this machine.
type Teamwork interface {
	// TeamEvent hands an event over under its ID: it may be sent any number of
	// times, and counts once. It gives the event back with its place.
	TeamEvent(ctx context.Context, e model.TeamEvent) (model.TeamEvent, error)
	// Colleagues are the names that a case can be handed to.
	Colleagues(ctx context.Context) ([]string, error)
}

// TeamStore is what PushTeam needs of the local store: a part of
// app.TeamStore, where each method is described.
type TeamStore interface {
	NextTeamEvent(ctx context.Context, now time.Time) (model.TeamEntry, error)
	SettleTeamEvent(ctx context.Context, id string, to model.TeamState, place int64, notBefore time.Time, lastError string) error
}

// TeamSent says what became of the events that were due.
type TeamSent struct{ Taken, Refused, Local int }

// Any reports whether anything moved.
func (s TeamSent) Any() bool { return s != TeamSent{} }

const hintTeam = "It is kept here and sent later."

// PushTeam sends the team events that are due, oldest first. An event is
// named by its ID in the address, so that one whose answer was lost is simply
// sent again. The error says why the push ended early.
func PushTeam(ctx context.Context, store TeamStore, platform Platform, now func() time.Time) (TeamSent, error) {
	var sent TeamSent
	team, able := platform.(Teamwork)
	for ctx.Err() == nil {
		entry, err := store.NextTeamEvent(ctx, now().UTC())
		if errors.Is(err, model.ErrNotFound) {
			return sent, nil
		}
		if err != nil {
			return sent, fmt.Errorf("reading what colleagues are to be told: %w", err)
		}
		if !able {
			err = &Error{Op: "tell colleagues", Kind: KindMalformed}
		} else {
			var taken model.TeamEvent
			if taken, err = team.TeamEvent(ctx, entry.Event); err == nil {
				if err := settleTeam(ctx, store, entry, model.TeamTaken, taken.Place, time.Time{}, ""); err != nil {
					return sent, err
				}
				sent.Taken++
				continue
			}
		}
		if err := unsentTeam(ctx, store, entry, err, now(), &sent); err != nil {
			return sent, err
		}
	}
	return sent, context.Cause(ctx)
}

// unsentTeam keeps what came of a failed try. Its error ends the push.
func unsentTeam(ctx context.Context, store TeamStore, entry model.TeamEntry, err error, now time.Time, sent *TeamSent) error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Op: "tell colleagues", Kind: KindLost, Err: err}
	}
	// Whatever the answer was, it must be written down.
	keep := context.WithoutCancel(ctx)
	switch e.Kind {
	case KindInvalid, KindForbidden, KindLeaseHeld, KindStale, KindLeaseLost:
		said := *e
		said.Hint = "It does not count; look at the case again."
		sent.Refused++
		return settleTeam(keep, store, entry, model.TeamRefused, 0, time.Time{}, said.Error())
	case KindMalformed, KindNotFound:
		// The platform does not know team events, or not the account.
		sent.Local++
		return settleTeam(keep, store, entry, model.TeamLocal, 0, time.Time{}, "The platform has no place for this; it is kept on this machine.")
	}
	wait := pauseAfter(e, entry.Attempts)
	if e.Kind == KindCancelled {
		wait = 0
	}
	if err := settleTeam(keep, store, entry, model.TeamQueued, 0, now.Add(wait), e.Error()); err != nil {
		return err
	}
	return e
}

func settleTeam(ctx context.Context, store TeamStore, entry model.TeamEntry, to model.TeamState, place int64, notBefore time.Time, lastError string) error {
	err := store.SettleTeamEvent(ctx, entry.Event.ID, to, place, notBefore, lastError)
	if err != nil && !errors.Is(err, model.ErrStale) {
		return fmt.Errorf("keeping what became of team event %s: %w", entry.Event.ID, err)
	}
	return nil
}

// TeamEvent implements Teamwork.
func (h *HTTP) TeamEvent(ctx context.Context, e model.TeamEvent) (model.TeamEvent, error) {
	c := call{
		op: "tell colleagues about the " + string(e.Kind), hint: hintTeam, method: http.MethodPut,
		path: []string{"v1", "team", e.ID}, body: e, want: []int{http.StatusCreated, http.StatusOK},
	}
	if err := usable(c, e.ID); err != nil {
		return model.TeamEvent{}, err
	}
	var out model.TeamEvent
	if err := h.json(ctx, c, &out); err != nil {
		return model.TeamEvent{}, err
	}
	if out.ID != e.ID || out.Place < 1 {
		return model.TeamEvent{}, &Error{Op: c.op, Kind: KindLost, Hint: hintTeam, Err: errors.New("an answer about something else")}
	}
	return out, nil
}

// Colleagues implements Teamwork.
func (h *HTTP) Colleagues(ctx context.Context) ([]string, error) {
	c := call{
		op: "ask for the colleagues' names", hint: "Those known here can still be chosen.",
		method: http.MethodGet, path: []string{"v1", "colleagues"}, want: []int{http.StatusOK},
	}
	return retry(ctx, h, c, func() ([]string, error) {
		var answer struct {
			Colleagues []struct {
				Name string `json:"name"`
			} `json:"colleagues"`
		}
		if err := h.json(ctx, c, &answer); err != nil {
			return nil, err
		}
		names := make([]string, 0, len(answer.Colleagues))
		for _, x := range answer.Colleagues {
			if x.Name != "" && len(names) < 5000 {
				names = append(names, x.Name)
			}
		}
		return names, nil
	})
}

var _ Teamwork = (*HTTP)(nil)
