package sync

import (
	"context"
	"errors"
	"fmt"

	"mensch/app/cases"
	"mensch/app/model"
)

// answers sends the words on proposals that are due, oldest first, by the same
// states as decisions: written down as sending before the request leaves, and
// asked for after a request without an answer. An answer that the platform
// refuses, because somebody else was faster or the case changed, is at its end:
// whoever gave it looks again and answers anew.
func (p *pusher) answers(ctx context.Context) error {
	for ctx.Err() == nil {
		entry, err := p.store.NextAnswer(ctx, p.opt.Now().UTC())
		if errors.Is(err, model.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the answers to send: %w", err)
		}
		if err := p.own(ctx); err != nil {
			return err
		}
		p.tries[entry.Answer.ID]++
		err = p.takeAnswer(ctx, entry)
		if errors.Is(err, model.ErrStale) {
			continue
		}
		if err != nil {
			return err
		}
		p.tell()
	}
	return &Error{Op: "send the answers", Kind: KindCancelled, Hint: hintAnswer, Err: context.Cause(ctx)}
}

func (p *pusher) takeAnswer(ctx context.Context, entry model.AnswerEntry) error {
	from := entry.State
	if from == model.OutboxUnknown {
		a, err := p.platform.Approval(ctx, entry.Answer.ApprovalID)
		switch {
		case err == nil && a.AnswerKey == entry.Answer.ID:
			return p.answerLanded(ctx, entry, from, a)
		case err == nil && a.Answer != "":
			return p.answerRefused(ctx, entry, from, &Error{
				Op: "answer the proposal", Kind: KindClosed, Hint: hintClosed, Problem: &Problem{Approval: &a},
			})
		case err != nil:
			return p.answerFailed(ctx, entry, from, err, true)
		}
		if err := p.settleAnswer(ctx, entry, from, cases.OutboxMissing, model.AnswerChange{NotBefore: p.opt.Now(), LastError: entry.LastError}); err != nil {
			return err
		}
		from = model.OutboxQueued
	}
	if err := p.settleAnswer(ctx, entry, from, cases.OutboxSend, model.AnswerChange{Attempt: true}); err != nil {
		return err
	}
	a, err := p.platform.Answer(ctx, entry.Answer)
	if err != nil {
		return p.answerFailed(ctx, entry, model.OutboxSending, err, false)
	}
	return p.answerLanded(ctx, entry, model.OutboxSending, a)
}

func (p *pusher) answerLanded(ctx context.Context, entry model.AnswerEntry, from model.OutboxState, a model.Approval) error {
	// What came of a request is written down also when the caller gave up.
	if err := p.settleAnswer(context.WithoutCancel(ctx), entry, from, cases.OutboxAck, model.AnswerChange{Approval: &a}); err != nil {
		return err
	}
	p.sent.Acked++
	return nil
}

func (p *pusher) answerRefused(ctx context.Context, entry model.AnswerEntry, from model.OutboxState, e *Error) error {
	change := model.AnswerChange{LastError: e.Error()}
	if e.Problem != nil {
		change.Approval = e.Problem.Approval
	}
	if err := p.settleAnswer(ctx, entry, from, cases.OutboxReject, change); err != nil {
		return err
	}
	p.sent.Rejected++
	return nil
}

func (p *pusher) answerFailed(ctx context.Context, entry model.AnswerEntry, from model.OutboxState, err error, asked bool) error {
	ctx = context.WithoutCancel(ctx)
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Op: "answer the proposal", Kind: KindLost, Hint: hintAnswer, Err: err}
		if KindOf(err) == KindCancelled {
			e.Kind = KindCancelled
		}
	}
	now := p.opt.Now()
	notBefore := now.Add(pauseAfter(e, entry.Attempts))
	retry := func(event cases.OutboxEvent) error {
		change := model.AnswerChange{NotBefore: notBefore, LastError: e.Error()}
		if err := p.settleAnswer(ctx, entry, from, event, change); err != nil {
			return err
		}
		return e
	}
	switch e.Kind {
	case KindClosed, KindStale, KindInvalid, KindForbidden, KindNotFound, KindGone, KindForeign:
		return p.answerRefused(ctx, entry, from, e)
	case KindThrottled, KindUnavailable, KindUnauthorized, KindUnreachable, KindUnsafe:
		p.sent.Waiting++
		return retry(cases.OutboxRetry)
	}
	if asked || p.tries[entry.Answer.ID] >= rounds {
		p.sent.Unknown++
		return retry(cases.OutboxLost)
	}
	// The same push asks what became of it next.
	if err := p.settleAnswer(ctx, entry, from, cases.OutboxLost, model.AnswerChange{NotBefore: now, LastError: e.Error()}); err != nil {
		return err
	}
	if e.Kind == KindCancelled {
		return e
	}
	return nil
}

func (p *pusher) settleAnswer(ctx context.Context, entry model.AnswerEntry, from model.OutboxState, event cases.OutboxEvent, change model.AnswerChange) error {
	to, err := cases.NextOutbox(from, event)
	if err != nil {
		return fmt.Errorf("settling answer %s: %w", entry.Answer.ID, err)
	}
	change.AnswerID, change.From, change.To, change.At = entry.Answer.ID, from, to, p.opt.Now().UTC()
	change.NotBefore = change.NotBefore.UTC()
	if err := p.store.SettleAnswer(ctx, change); err != nil {
		return fmt.Errorf("keeping what became of answer %s: %w", entry.Answer.ID, err)
	}
	return nil
}
