package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// Recommend says, for each guideline that the case's open incidents and
// findings name, which step the expert's record suggests, the gravest first.
func (d *Desk) Recommend(ctx context.Context, caseID string) ([]Recommendation, error) {
	facts, err := d.store.CaseFacts(ctx, caseID)
	if err != nil {
		return nil, fmt.Errorf("reading case %s: %w", caseID, err)
	}
	record, err := d.record(ctx, facts)
	if err != nil {
		return nil, err
	}
	// Accepted findings come first, then open ones, then what reporters chose.
	var named []string
	add := func(id string) {
		if id != "" && !slices.Contains(named, id) {
			named = append(named, id)
		}
	}
	for _, want := range []model.Verdict{model.VerdictAccepted, model.VerdictOpen} {
		for _, f := range facts.Findings {
			if !f.Advisory && f.Verdict == want {
				add(f.Guideline)
			}
		}
	}
	for _, i := range facts.Incidents {
		add(i.Guideline)
	}
	for _, f := range facts.Findings {
		if f.Advisory && f.Verdict == model.VerdictAccepted {
			add(f.Guideline)
		}
	}
	// The moderator may see what no detector and no reporter saw.
	for _, g := range d.pack().Guidelines {
		add(g.ID)
	}
	out := make([]Recommendation, 0, len(named))
	for _, id := range named {
		if _, ok := d.pack().Guideline(id); !ok {
			continue // a reporter's own word, which no rule is called by
		}
		r := cases.RecommendFor(d.pack(), id, record, d.now().UTC())
		out = append(out, Recommendation{
			Guideline: r.Guideline, Title: r.Title, Step: r.Step, Days: r.Days, Strikes: r.Strikes, Why: r.Why, Steps: r.Steps,
		})
	}
	return out, nil
}

func (d *Desk) record(ctx context.Context, facts model.CaseFacts) (cases.Record, error) {
	record := cases.Record{Strikes: facts.Strikes}
	decisions, err := d.store.DecisionsOf(ctx, facts.Case.ExpertID)
	if err != nil {
		return record, fmt.Errorf("reading the decisions on %s: %w", facts.Case.ExpertID, err)
	}
	for _, r := range decisions {
		record.Sanctions = append(record.Sanctions, r.Decision.Sanctions...)
	}
	return record, nil
}

// Preview shows a draft as it would go out: the exact message, what it does,
// and why it cannot be confirmed, if it cannot. Nothing is written.
func (d *Desk) Preview(ctx context.Context, draft Draft) (Preview, error) {
	preview, _, err := d.prepare(ctx, draft)
	return preview, err
}

func (d *Desk) prepare(ctx context.Context, draft Draft) (Preview, model.CaseFacts, error) {
	var preview Preview
	facts, err := d.store.CaseFacts(ctx, draft.CaseID)
	if err != nil {
		return preview, facts, fmt.Errorf("reading case %s: %w", draft.CaseID, err)
	}
	expert, err := d.expertProfile(ctx, facts.Case.ExpertID)
	if err != nil {
		return preview, facts, fmt.Errorf("reading expert %s: %w", facts.Case.ExpertID, err)
	}
	record, err := d.record(ctx, facts)
	if err != nil {
		return preview, facts, err
	}
	now := d.now().UTC().Truncate(time.Millisecond)
	decision := model.Decision{
		ID: uuid.NewString(), CaseID: facts.Case.ID, CaseVersion: facts.Case.Version, ExpertID: facts.Case.ExpertID,
		Moderator: d.Moderator(), Outcome: draft.Outcome, Language: draft.Language, Rationale: draft.Rationale,
		PackVersion: d.pack().Version, DecidedAt: now,
	}
	if decision.Language == "" {
		decision.Language = d.pack().LanguageOf(expert.Expert)
	}
	if lease := facts.Case.Lease; lease != nil && lease.Holder == d.Moderator() && lease.Expires.After(now) {
		decision.LeaseToken = lease.Token
	}
	if decision.Evidence, err = d.evidence(ctx, draft, expert.Profile); err != nil {
		return preview, facts, err
	}
	changing, err := d.against(ctx, draft, &decision, &record)
	if err != nil {
		return preview, facts, err
	}
	sanctions, problems, err := d.sanctions(draft, decision, expert.Expert, record, now)
	if err != nil {
		return preview, facts, err
	}
	decision.Sanctions, preview.Problems = sanctions, append(changing, problems...)
	preview.Message = draft.Message
	if preview.Message == "" && draft.Outcome == model.Sanctioned && len(decision.Sanctions) > 0 {
		text, err := cases.Compose(d.pack(), decision.Language, expert, decision.Sanctions, decision.Evidence)
		var unresolved *guidelines.UnresolvedError
		switch {
		case errors.As(err, &unresolved):
			preview.Problems = append(preview.Problems, "The message cannot be written: "+unresolved.Error()+".")
		case err != nil:
			return preview, facts, fmt.Errorf("composing the message: %w", err)
		}
		preview.Message = text
		if draft.Reverses != "" {
			preview.Message = cases.WithReason(text, draft.Rationale)
		}
	}
	decision.Message = preview.Message
	preview.Problems = append(preview.Problems, cases.Check(d.pack(), decision)...)
	preview.Problems = append(preview.Problems, busy(facts.Case.State)...)
	if !d.May(cases.MayDecide) {
		preview.Problems = append(preview.Problems, "Your roles at the platform don't include deciding.")
	}
	if len(preview.Problems) == 0 {
		if _, err := d.statementsOf(decision); err != nil {
			preview.Problems = statementProblems(err)
		}
	}
	preview.SideEffects = cases.SideEffects(d.pack(), decision, facts)
	if draft.Reverses != "" {
		preview.SideEffects = append([]string{"Takes the earlier decision back, and stands in its place."}, preview.SideEffects...)
	}
	preview.Proposal = cases.NeedsApproval(d.pack(), decision.Sanctions)
	preview.Decision = decision
	return preview, facts, nil
}

// sanctions makes the sanctions of a draft, with what goes along with the
// recommended step; problems say in words why one cannot stand.
func (d *Desk) sanctions(draft Draft, decision model.Decision, expert model.Expert, record cases.Record, now time.Time) (out []model.Sanction, problems []string, err error) {
	for _, s := range draft.Sanctions {
		choice := cases.Choice{Guideline: s.Guideline, Step: s.Step, Days: s.Days, Everywhere: s.Everywhere, Field: s.Field, DepartedReason: s.DepartedReason}
		if s.Step == model.StepRatingVoid {
			if choice.Ratings = ratingsOf(decision.Evidence, s.Guideline); len(choice.Ratings) == 0 {
				problems = append(problems, "To void ratings, name a finding that shows them as evidence.")
			}
		}
		sanction, err := cases.NewSanction(d.pack(), uuid.NewString(), decision.ID, expert, choice, now)
		if errors.Is(err, cases.ErrChoice) {
			problems = append(problems, capital(err.Error())+".")
			continue
		}
		if err != nil {
			return nil, nil, fmt.Errorf("making a sanction: %w", err)
		}
		advised := cases.RecommendFor(d.pack(), s.Guideline, record, now)
		if departed := cases.Departure(advised, sanction); departed != "" && s.DepartedReason == "" {
			problems = append(problems, departed+" Say why you choose otherwise.")
		}
		out = append(out, sanction)
		if sanction.Step == advised.Step {
			out = append(out, d.along(draft, advised, decision, expert, now)...)
		}
	}
	return out, problems, nil
}

// along are the sanctions that the rules attach to the recommended step, such
// as removing the photo with a suspension for it. A field reset needs a field
// that only a person can name, and a rating void needs ratings.
func (d *Desk) along(draft Draft, advised cases.Recommendation, decision model.Decision, expert model.Expert, now time.Time) []model.Sanction {
	var out []model.Sanction
	for _, step := range advised.With {
		chosen := slices.ContainsFunc(draft.Sanctions, func(s DraftSanction) bool { return s.Guideline == advised.Guideline && s.Step == step })
		choice := cases.Choice{Guideline: advised.Guideline, Step: step, With: true}
		switch step {
		case model.StepRatingVoid:
			choice.Ratings = ratingsOf(decision.Evidence, advised.Guideline)
			chosen = chosen || len(choice.Ratings) == 0
		case model.StepFieldReset:
			chosen = true
		}
		if chosen {
			continue
		}
		if sanction, err := cases.NewSanction(d.pack(), uuid.NewString(), decision.ID, expert, choice, now); err == nil {
			out = append(out, sanction)
		}
	}
	return out
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// ratingsOf are the ratings that the evidence under a guideline shows.
func ratingsOf(evidence []model.Evidence, guideline string) []string {
	var ids []string
	for _, e := range evidence {
		if e.Finding == nil || e.Guideline != guideline {
			continue
		}
		for _, event := range e.Finding.Events {
			if event.Kind == "rating" && event.ID != "" && !slices.Contains(ids, event.ID) {
				ids = append(ids, event.ID)
			}
		}
	}
	return ids
}

// evidence copies what a draft names, with the messages that its marks stand
// in, their quotes freed of contact details, and with the profile as it is now
// where a finding is about it.
func (d *Desk) evidence(ctx context.Context, draft Draft, profile model.Profile) ([]model.Evidence, error) {
	var out []model.Evidence
	for _, id := range draft.Findings {
		f, err := d.store.Finding(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("reading finding %s: %w", id, err)
		}
		f = d.ruling.Load().calibrated([]model.Finding{f})[0] // as the moderator saw it
		var messages []model.Message
		if f.SessionID != "" {
			conv, err := d.store.Conversation(ctx, f.SessionID)
			if err != nil && !notFound(err) {
				return nil, fmt.Errorf("reading session %s: %w", f.SessionID, err)
			}
			messages = conv.Messages
		}
		out = append(out, cases.CopyFinding(f, messages, d.contacts)...)
	}
	for _, id := range draft.Incidents {
		i, err := d.store.Incident(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("reading incident %s: %w", id, err)
		}
		out = append(out, cases.CopyIncident(i))
	}
	return cases.WithProfile(out, profile), nil
}

// contacts points at the contact details in a text, so that no letter carries
// them on.
func (d *Desk) contacts(text string) []cases.Blank {
	found := d.reader().Contacts(text)
	out := make([]cases.Blank, 0, len(found))
	for _, c := range found {
		out = append(out, cases.Blank{Start: c.Start, End: c.End, Label: c.Kind})
	}
	return out
}

// Decide confirms a draft: the decision, its local effect and its audit row
// land together, and it waits out the undo time before it is sent.
func (d *Desk) Decide(ctx context.Context, draft Draft) (model.Decision, error) {
	preview, facts, err := d.prepare(ctx, draft)
	if err != nil {
		return model.Decision{}, err
	}
	if len(preview.Problems) > 0 {
		return model.Decision{}, &Refusal{Why: "The decision was not made. " + preview.Problems[0]}
	}
	return preview.Decision, d.confirm(ctx, preview.Decision, facts.Case.State)
}

func (d *Desk) confirm(ctx context.Context, decision model.Decision, from model.CaseState) error {
	event := cases.Event{Kind: cases.Confirm}
	switch {
	case len(cases.NeedsApproval(d.pack(), decision.Sanctions)) > 0:
		event.Kind = cases.Propose
	case from == model.CaseConflict:
		event.Kind = cases.KeepOurs
	}
	if why := busy(from); len(why) > 0 {
		return &Refusal{Why: "The decision was not made. " + why[0]}
	}
	statements, err := d.statementsOf(decision)
	if err != nil {
		return fmt.Errorf("deciding case %s: %w", decision.CaseID, err)
	}
	to, err := cases.Next(from, event)
	if err != nil {
		return fmt.Errorf("deciding case %s: %w", decision.CaseID, err)
	}
	settings, err := d.Settings(ctx)
	if err != nil {
		return err
	}
	notBefore := d.now().UTC().Add(time.Duration(settings.UndoSeconds) * time.Second)
	if err := d.store.Decide(ctx, decision, from, to, notBefore, statements...); err != nil {
		return fmt.Errorf("deciding case %s: %w", decision.CaseID, err)
	}
	d.changed()
	return nil
}

// Undo takes a decision, a proposal or an answer to one back that has not been
// sent; the case is as before.
func (d *Desk) Undo(ctx context.Context, decisionID string) error {
	entry, err := d.store.OutboxEntry(ctx, decisionID)
	if notFound(err) {
		return d.undoAnswer(ctx, decisionID)
	}
	if err != nil {
		return fmt.Errorf("reading the outbox: %w", err)
	}
	if _, err := cases.NextOutbox(entry.State, cases.OutboxUndo); err != nil {
		return &Refusal{Why: "The decision is on its way to the platform already and can't be taken back here. To change it, decide its reversal."}
	}
	held, err := d.store.Case(ctx, entry.Decision.CaseID)
	if err != nil {
		return fmt.Errorf("reading case %s: %w", entry.Decision.CaseID, err)
	}
	event := cases.Undo
	if entry.Kind == model.OutboxPropose {
		event = cases.Refuse
	}
	to, err := cases.Next(held.State, cases.Event{Kind: event, Back: entry.Back})
	if err != nil {
		return fmt.Errorf("undoing decision %s: %w", decisionID, err)
	}
	err = d.store.Undo(ctx, decisionID, to, d.Moderator(), d.now().UTC())
	if errors.Is(err, model.ErrStale) {
		return &Refusal{Why: "The decision was just sent and can't be taken back here. To change it, decide its reversal."}
	}
	if err != nil {
		return fmt.Errorf("undoing decision %s: %w", decisionID, err)
	}
	d.changed()
	return d.refreshCases(ctx, entry.Decision.ExpertID)
}
