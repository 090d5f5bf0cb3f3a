package sync

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	stdsync "sync"
	"time"

	"mensch/app/cases"
	"mensch/app/model"
)

// Sent says what a push did. It is also filled when the push ended early.
type Sent struct {
	Acked     int // confirmed by the platform
	Conflicts int // a person must choose
	Rejected  int // refused for good
	Unknown   int // left without an answer; the next push asks by key
	Waiting   int // put off, because the platform asked for it
}

// Any reports whether anything in the outbox moved.
func (s Sent) Any() bool { return s != Sent{} }

const (
	// rounds is how often one push takes up the same decision: send, ask what
	// became of it, send again.
	rounds = 3
	// The wait before the next push takes up a decision again.
	firstPause = 5 * time.Second
	maxPause   = 5 * time.Minute
)

// Push sends the decisions and proposals that are due, oldest first, until none
// is, and then the answers to proposals. Each is
// written down as sending before its request leaves; one without an answer
// becomes unknown, and is asked for by its key before it is sent again.
//
// One push at a time may run over a store. What a killed program left in
// sending is Store.RecoverOutbox's to turn into unknown, once when the program
// starts.
//
// The error is an *Error or the store's, and says why the push ended early; a
// decision that the platform refuses is no error of the push.
func Push(ctx context.Context, store Store, platform Platform, opt Options) (Sent, error) {
	opt = opt.withDefaults(platform)
	p := &pusher{store: store, platform: platform, opt: opt, tries: map[string]int{}}
	err := p.run(ctx)
	return p.sent, err
}

type pusher struct {
	store    Store
	platform Platform
	opt      Options
	sent     Sent
	tries    map[string]int
}

func (p *pusher) run(ctx context.Context) error {
	if err := p.unstick(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		entry, err := p.store.NextOutbox(ctx, p.opt.Now().UTC())
		if errors.Is(err, model.ErrNotFound) {
			return p.answers(ctx)
		}
		if err != nil {
			return fmt.Errorf("reading the outbox: %w", err)
		}
		if err := p.own(ctx); err != nil {
			return err
		}
		p.tries[entry.Decision.ID]++
		err = p.take(ctx, entry)
		if errors.Is(err, model.ErrStale) {
			continue // undone, or settled by another program, in the meantime
		}
		if err != nil {
			return err
		}
		p.tell()
	}
	return &Error{Op: "send the decisions", Kind: KindCancelled, Hint: "They are kept in the outbox.", Err: context.Cause(ctx)}
}

func (p *pusher) tell() {
	s := p.sent
	p.opt.Progress(Progress{Phase: PhaseSending, Done: int64(s.Acked + s.Conflicts + s.Rejected + s.Unknown + s.Waiting)})
}

// own refuses to send what was decided on one platform to another.
func (p *pusher) own(ctx context.Context) error {
	state, err := p.store.SyncState(ctx)
	if err != nil {
		return fmt.Errorf("reading whose decisions these are: %w", err)
	}
	if state.Server != "" && p.opt.Server != "" && state.Server != p.opt.Server {
		return foreign(state.Server, p.opt.Server, "the decisions in the outbox were made on its cases")
	}
	return nil
}

// take moves one entry as far as it goes. The error ends the push, ErrStale
// excepted.
func (p *pusher) take(ctx context.Context, entry model.OutboxEntry) error {
	from := entry.State
	if from == model.OutboxUnknown {
		got, err := p.ask(ctx, entry)
		if KindOf(err) != KindNotFound {
			return p.answered(ctx, entry, from, got, err, true)
		}
		if err := p.settle(ctx, entry, from, cases.OutboxMissing, model.OutboxChange{NotBefore: p.opt.Now().UTC(), LastError: entry.LastError}); err != nil {
			return err
		}
		from = model.OutboxQueued
	}
	// Only when this is on disk may the request leave: a program that dies from
	// here on leaves a mark that the platform must be asked.
	if err := p.settle(ctx, entry, from, cases.OutboxSend, model.OutboxChange{Attempt: true}); err != nil {
		return err
	}
	got, err := p.send(ctx, entry)
	return p.answered(ctx, entry, model.OutboxSending, got, err, false)
}

// landed is the platform's word that a decision or a proposal arrived.
type landed struct {
	receipt  *model.Receipt
	approval *model.Approval
}

func (p *pusher) send(ctx context.Context, entry model.OutboxEntry) (landed, error) {
	if entry.Kind == model.OutboxPropose {
		a, err := p.platform.Propose(ctx, entry.Decision)
		return landed{approval: &a}, err
	}
	r, err := p.platform.Decide(ctx, entry.Decision)
	return landed{receipt: &r}, err
}

func (p *pusher) ask(ctx context.Context, entry model.OutboxEntry) (landed, error) {
	if entry.Kind == model.OutboxPropose {
		a, err := p.platform.Approval(ctx, entry.Decision.ID)
		return landed{approval: &a}, err
	}
	r, err := p.platform.Decision(ctx, entry.Decision.ID)
	return landed{receipt: &r}, err
}

// answered settles an entry by what came of a request. asked says that the
// request only asked for the key.
func (p *pusher) answered(ctx context.Context, entry model.OutboxEntry, from model.OutboxState, got landed, err error, asked bool) error {
	// Whatever the answer was, it must be written down, also when the caller
	// has just given up.
	keep := context.WithoutCancel(ctx)
	if err == nil {
		change := model.OutboxChange{Receipt: got.receipt, Approval: got.approval, CaseState: caseAfter(entry, cases.Ack)}
		if err := p.settle(keep, entry, from, cases.OutboxAck, change); err != nil {
			return err
		}
		p.sent.Acked++
		return nil
	}
	var e *Error
	if !errors.As(err, &e) {
		// Some other platform's error: nothing is known of what it did.
		e = &Error{Op: "send the decision", Kind: KindLost, Hint: hintPush, Err: err}
		if KindOf(err) == KindCancelled {
			e.Kind = KindCancelled
		}
	}
	if asked {
		return p.unanswered(keep, entry, from, e)
	}
	switch e.Kind {
	case KindStale:
		change := model.OutboxChange{LastError: e.Error(), CaseState: caseAfter(entry, cases.Collide)}
		if e.Problem != nil {
			change.Theirs, change.Case = e.Problem.Decision, e.Problem.Case
		}
		if change.Theirs != nil && change.Theirs.ID == entry.Decision.ID {
			// What stands there is this very decision.
			return p.lost(keep, entry, from, e)
		}
		return p.over(keep, entry, from, cases.OutboxCollide, change, &p.sent.Conflicts)
	case KindLeaseLost:
		change := model.OutboxChange{LastError: e.Error(), CaseState: caseAfter(entry, cases.Collide)}
		return p.over(keep, entry, from, cases.OutboxCollide, change, &p.sent.Conflicts)
	case KindInvalid, KindForbidden, KindNotFound, KindGone, KindForeign:
		change := model.OutboxChange{LastError: e.Error(), CaseState: caseAfter(entry, cases.Reject)}
		return p.over(keep, entry, from, cases.OutboxReject, change, &p.sent.Rejected)
	case KindLeaseHeld:
		// The colleague may decide, then this becomes a conflict, or give the
		// case back. Others' cases are not concerned: the push goes on.
		until := p.opt.Now().Add(time.Minute)
		if e.Problem != nil && e.Problem.Lease != nil {
			until = clamp(e.Problem.Lease.Expires, until, p.opt.Now().Add(maxRetry))
		}
		p.sent.Waiting++
		return p.settle(keep, entry, from, cases.OutboxRetry, model.OutboxChange{NotBefore: until, LastError: e.Error()})
	case KindThrottled, KindUnavailable:
		p.sent.Waiting++
		wait := max(e.RetryAfter, jitter(firstPause))
		if err := p.settle(keep, entry, from, cases.OutboxRetry, model.OutboxChange{NotBefore: p.opt.Now().Add(wait), LastError: e.Error()}); err != nil {
			return err
		}
		return e // it asked for fewer requests, not for the next decision
	case KindUnauthorized, KindUnreachable, KindUnsafe:
		// Nothing arrived, and nothing else would.
		change := model.OutboxChange{NotBefore: entry.NotBefore, LastError: e.Error()}
		if e.Kind == KindUnreachable {
			change.NotBefore = p.opt.Now().Add(pause(entry.Attempts))
		}
		if err := p.settle(keep, entry, from, cases.OutboxRetry, change); err != nil {
			return err
		}
		return e
	}
	return p.lost(keep, entry, from, e)
}

// lost leaves an entry unknown after a request that may have arrived. The same
// push asks for it next, a few times.
func (p *pusher) lost(ctx context.Context, entry model.OutboxEntry, from model.OutboxState, e *Error) error {
	notBefore := p.opt.Now()
	if p.tries[entry.Decision.ID] >= rounds {
		notBefore = notBefore.Add(pause(entry.Attempts))
		p.sent.Unknown++
	}
	said := *e
	said.Hint = "It may have arrived: the platform is asked before it is sent again."
	err := p.settle(ctx, entry, from, cases.OutboxLost, model.OutboxChange{NotBefore: notBefore, LastError: said.Error()})
	if err == nil && e.Kind == KindCancelled {
		return e
	}
	return err
}

// unanswered leaves an entry unknown after a question that was not answered
// either. Nothing else would be: the push ends.
func (p *pusher) unanswered(ctx context.Context, entry model.OutboxEntry, from model.OutboxState, e *Error) error {
	p.sent.Unknown++
	wait := pauseAfter(e, entry.Attempts)
	if e.Kind == KindCancelled || e.Kind == KindUnauthorized {
		wait = 0
	}
	err := p.settle(ctx, entry, from, cases.OutboxLost, model.OutboxChange{NotBefore: p.opt.Now().Add(wait), LastError: e.Error()})
	if err != nil {
		return err
	}
	return e
}

// settle writes one step of an entry's way. The state machine of app/cases says
// where the event leads.
func (p *pusher) settle(ctx context.Context, entry model.OutboxEntry, from model.OutboxState, event cases.OutboxEvent, change model.OutboxChange) error {
	to, err := cases.NextOutbox(from, event)
	if err != nil {
		return fmt.Errorf("settling decision %s: %w", entry.Decision.ID, err)
	}
	change.DecisionID, change.From, change.To, change.At = entry.Decision.ID, from, to, p.opt.Now().UTC()
	change.NotBefore = change.NotBefore.UTC()
	err = p.store.SettleOutbox(ctx, change)
	if err != nil && !errors.Is(err, model.ErrStale) && from == model.OutboxSending {
		// The disk is full, perhaps. The request is over, so the entry must
		// not stay in sending until the program starts anew.
		stuck.Store(stuckKey{p.store, entry.Decision.ID}, struct{}{})
	}
	if err != nil {
		return fmt.Errorf("keeping what became of decision %s: %w", entry.Decision.ID, err)
	}
	return nil
}

// stuck holds the entries whose request is over and whose outcome could not be
// written.
var stuck stdsync.Map

type stuckKey struct {
	store    Store
	decision string
}

// unstick turns what an earlier push could not settle into unknown.
func (p *pusher) unstick(ctx context.Context) error {
	var failed error
	stuck.Range(func(key, _ any) bool {
		k := key.(stuckKey)
		if k.store != p.store {
			return true
		}
		now := p.opt.Now().UTC()
		to, err := cases.NextOutbox(model.OutboxSending, cases.OutboxLost)
		if err != nil {
			failed = err
			return false
		}
		err = p.store.SettleOutbox(ctx, model.OutboxChange{
			DecisionID: k.decision, From: model.OutboxSending, To: to, NotBefore: now, At: now,
			LastError: "What the platform answered could not be written down here. It is asked again before anything is sent.",
		})
		if err != nil && !errors.Is(err, model.ErrStale) && !errors.Is(err, model.ErrNotFound) {
			failed = fmt.Errorf("keeping what became of decision %s: %w", k.decision, err)
			return false
		}
		stuck.Delete(key)
		return true
	})
	return failed
}

// caseAfter is where the decision's case goes. An event that the case's machine
// does not know leaves it where it is.
func caseAfter(entry model.OutboxEntry, kind cases.EventKind) model.CaseState {
	from := model.CaseWaiting
	if entry.Kind == model.OutboxPropose {
		from = model.CaseProposed
	}
	to, err := cases.Next(from, cases.Event{Kind: kind, Back: entry.Back})
	if err != nil {
		return ""
	}
	return to
}

// over ends an entry's way.
func (p *pusher) over(ctx context.Context, entry model.OutboxEntry, from model.OutboxState, event cases.OutboxEvent, change model.OutboxChange, count *int) error {
	if err := p.settle(ctx, entry, from, event, change); err != nil {
		return err
	}
	*count++
	return nil
}

// pause grows with the tries that something has had.
func pause(attempts int) time.Duration {
	return jitter(min(firstPause<<min(attempts, 10), maxPause))
}

// pauseAfter is the pause after a fault that passes: never less than the other
// side asks for.
func pauseAfter(err error, attempts int) time.Duration {
	wait := pause(attempts)
	var e *Error
	if errors.As(err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	return wait
}

// jitter spreads a pause over its upper half, so that many programs that were
// cut off together do not come back together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

func clamp(t, low, high time.Time) time.Time {
	if t.Before(low) {
		return low
	}
	if t.After(high) {
		return high
	}
	return t
}
