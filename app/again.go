package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// againReason is why a sanction leaves the step that the record suggests by now.
const againReason = "It was decided before the decision that stands at the platform was known here."

// PreviewAgain shows a decision made here that lost to another, or that the
// platform refused, as it would go out if it were decided anew: on the case as it
// is now, with a letter drawn up for today. Nothing is written.
func (d *Desk) PreviewAgain(ctx context.Context, decisionID string) (Preview, error) {
	entry, err := d.lost(ctx, decisionID)
	if err != nil {
		return Preview{}, err
	}
	preview, _, err := d.prepareAgain(ctx, entry.Decision, "")
	return preview, err
}

// DecideAgain drops a decision made here that lost, or that the platform refused,
// and decides it anew as PreviewAgain shows it, as a decision of its own with its
// own undo time: both, or neither. A message that is not empty is sent instead of
// the one drawn up. A *Refusal leaves everything as it is.
func (d *Desk) DecideAgain(ctx context.Context, decisionID, message string) (model.Decision, error) {
	entry, err := d.lost(ctx, decisionID)
	if err != nil {
		return model.Decision{}, err
	}
	if err := d.roomFor(ctx, entry.Decision); err != nil {
		return model.Decision{}, err
	}
	preview, facts, err := d.prepareAgain(ctx, entry.Decision, message)
	if err != nil {
		return model.Decision{}, err
	}
	again := preview.Decision
	if len(preview.Problems) > 0 {
		return model.Decision{}, &Refusal{Why: "Your decision is kept as it is, and was not made anew. " + preview.Problems[0]}
	}
	drop, err := cases.NextOutbox(entry.State, cases.OutboxDrop)
	if err != nil {
		return model.Decision{}, fmt.Errorf("dropping decision %s: %w", decisionID, err)
	}
	event := cases.Event{Kind: cases.Confirm}
	switch {
	case len(preview.Proposal) > 0:
		event.Kind = cases.Propose
	case facts.Case.State == model.CaseConflict:
		event.Kind = cases.KeepOurs
	}
	to, err := cases.Next(facts.Case.State, event)
	if err != nil {
		return model.Decision{}, fmt.Errorf("deciding case %s again: %w", again.CaseID, err)
	}
	statements, err := d.statementsOf(again)
	if err != nil {
		return model.Decision{}, fmt.Errorf("deciding case %s again: %w", again.CaseID, err)
	}
	settings, err := d.Settings(ctx)
	if err != nil {
		return model.Decision{}, err
	}
	now := d.now().UTC()
	change := model.OutboxChange{DecisionID: decisionID, From: entry.State, To: drop, At: now, LastError: "Decided anew on the case as it is now."}
	err = d.store.DecideAgain(ctx, change, again, to, now.Add(time.Duration(settings.UndoSeconds)*time.Second), statements...)
	if errors.Is(err, model.ErrStale) {
		return model.Decision{}, &Refusal{Why: "The case has just changed again. Your decision is kept as it is, and was not made anew; look at the case and try once more."}
	}
	if err != nil {
		return model.Decision{}, fmt.Errorf("deciding case %s again: %w", again.CaseID, err)
	}
	d.changed()
	return again, d.refreshCases(ctx, again.ExpertID)
}

// lost gives an entry of the outbox that can be dropped.
func (d *Desk) lost(ctx context.Context, decisionID string) (model.OutboxEntry, error) {
	entry, err := d.store.OutboxEntry(ctx, decisionID)
	if err != nil {
		return entry, fmt.Errorf("reading the outbox: %w", err)
	}
	if entry.State != model.OutboxConflict && entry.State != model.OutboxRejected {
		return entry, &Refusal{Why: "This decision is in no conflict. Nothing was changed."}
	}
	return entry, nil
}

// prepareAgain draws a decision up anew for today, with the message or, if that is
// empty, with a letter of its own.
func (d *Desk) prepareAgain(ctx context.Context, old model.Decision, message string) (Preview, model.CaseFacts, error) {
	var preview Preview
	facts, err := d.store.CaseFacts(ctx, old.CaseID)
	if err != nil {
		return preview, facts, fmt.Errorf("reading case %s: %w", old.CaseID, err)
	}
	expert, err := d.expertProfile(ctx, old.ExpertID)
	if err != nil {
		return preview, facts, fmt.Errorf("reading expert %s: %w", old.ExpertID, err)
	}
	record, err := d.record(ctx, facts)
	if err != nil {
		return preview, facts, err
	}
	now := d.now().UTC().Truncate(time.Millisecond)
	again := old
	again.ID, again.CaseVersion, again.LeaseToken = uuid.NewString(), facts.Case.Version, 0
	again.DecidedAt, again.PackVersion, again.Moderator = now, d.pack().Version, d.Moderator()
	again.Evidence = cases.CloneEvidence(old.Evidence)
	if lease := facts.Case.Lease; lease != nil && lease.Holder == d.Moderator() && lease.Expires.After(now) {
		again.LeaseToken = lease.Token
	}
	// What is decided anew does not count against the expert beside itself.
	ours := func(id string) bool {
		return slices.ContainsFunc(old.Sanctions, func(o model.Sanction) bool { return o.ID == id })
	}
	record.Strikes = slices.DeleteFunc(slices.Clone(record.Strikes), func(s model.Strike) bool { return ours(s.SanctionID) })
	record.Sanctions = slices.DeleteFunc(record.Sanctions, func(s model.Sanction) bool { return ours(s.ID) })
	again.Sanctions = nil
	for _, s := range old.Sanctions {
		sanction, err := cases.Again(d.pack(), uuid.NewString(), again.ID, expert.Expert, s, now)
		if errors.Is(err, cases.ErrChoice) {
			preview.Problems = append(preview.Problems, capital(err.Error())+".")
			continue
		}
		if err != nil {
			return preview, facts, fmt.Errorf("making a sanction: %w", err)
		}
		advised := cases.RecommendFor(d.pack(), s.Guideline, record, now)
		if departed := cases.Departure(advised, sanction); departed != "" && sanction.DepartedReason == "" && sanction.Strikes > 0 {
			sanction.DepartedReason = againReason
			preview.SideEffects = append(preview.SideEffects, departed+" Yours stays as you chose it.")
		}
		again.Sanctions = append(again.Sanctions, sanction)
	}
	if again.Message = message; message == "" {
		if again.Message, err = d.letterAgain(ctx, old, again, expert, &preview); err != nil {
			return preview, facts, err
		}
	}
	preview.Message, preview.Decision = again.Message, again
	preview.Problems = append(preview.Problems, cases.Check(d.pack(), again)...)
	if facts.Case.State != model.CaseConflict {
		preview.Problems = append(preview.Problems, busy(facts.Case.State)...)
	}
	if !d.May(cases.MayDecide) {
		preview.Problems = append(preview.Problems, "Your roles at the platform don't include deciding.")
	}
	if len(preview.Problems) == 0 {
		if _, err := d.statementsOf(again); err != nil {
			preview.Problems = statementProblems(err)
		}
	}
	preview.SideEffects = append(preview.SideEffects, cases.SideEffects(d.pack(), again, facts)...)
	preview.Proposal = cases.NeedsApproval(d.pack(), again.Sanctions)
	return preview, facts, nil
}

// letterAgain writes the letter of a decision made anew. Words that the moderator
// put in by hand stay, with the days moved; where that can't be done, the letter
// is written from the templates, and the preview says so.
func (d *Desk) letterAgain(ctx context.Context, old, again model.Decision, expert model.ExpertProfile, preview *Preview) (string, error) {
	compose := func(of model.Decision) (string, error) {
		switch {
		case of.Outcome == model.Sanctioned && len(of.Sanctions) > 0:
			text, err := cases.Compose(d.pack(), of.Language, expert, of.Sanctions, of.Evidence)
			if err == nil && of.Reverses != "" {
				text = cases.WithReason(text, of.Rationale)
			}
			return text, err
		case of.Outcome == model.Reversed:
			file, err := d.Review(ctx, of.Reverses)
			if err != nil {
				return "", err
			}
			reversal, err := cases.NewReversal(d.pack(), of.ID, file.First, expert, of.Moderator, of.Language, of.Rationale, of.CaseVersion, of.DecidedAt)
			if err != nil {
				return "", &Refusal{Why: "It cannot be decided anew: " + err.Error() + "."}
			}
			return cases.WithReason(reversal.Message, of.Rationale), nil
		}
		return of.Message, nil // it names no day of its own
	}
	fresh, err := compose(again)
	var unresolved *guidelines.UnresolvedError
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		preview.Problems = append(preview.Problems, refusal.Why)
		return old.Message, nil
	case errors.As(err, &unresolved):
		preview.Problems = append(preview.Problems, "The message cannot be written: "+unresolved.Error()+".")
		return "", nil
	case err != nil:
		return "", fmt.Errorf("composing the message: %w", err)
	}
	if old.PackVersion != d.pack().Version {
		preview.SideEffects = append(preview.SideEffects, "The rules have changed since you decided: the letter is written anew from their templates. What you had changed in it by hand is in the old letter.")
		return fresh, nil
	}
	if was, err := compose(old); err == nil && was == old.Message {
		return fresh, nil
	}
	moved, err := cases.Redate(d.pack(), old.Message, old, again)
	if err != nil {
		preview.SideEffects = append(preview.SideEffects, "The letter is written anew from the templates, for the days in your own words cannot be told apart. Your own words are in the old letter.")
		return fresh, nil //nolint:nilerr // it is told, and the letter can be changed
	}
	if moved != old.Message {
		preview.SideEffects = append(preview.SideEffects, "The letter keeps the words that you had put in by hand; the days in it are moved to today. Read it once more.")
	}
	return moved, nil
}
