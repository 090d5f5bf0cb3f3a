package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mensch/app/model"
	"mensch/app/quality"
	"mensch/app/scores"
)

// The quality sample looks back so far, and gives so many cases a round.
const (
	sampleBack  = 90 * 24 * time.Hour
	sampleSize  = 20
	sampleLimit = 10_000
)

// BlindCase is a decided case as the second moderator sees it: what the first
// one saw, and nothing of what they made of it.
type BlindCase struct {
	DecisionID string
	CaseID     string
	Guideline  string // the one that the case is judged by
	Title      string // of the guideline
	Text       string // of the guideline, for the second look
	Expert     model.Expert
	Profile    model.Profile
	Evidence   []model.Evidence // as it was copied, without anybody's verdict
	Pairs      []PhotoPair      // of the evidence's photos, without anybody's verdict
	Strikes    []model.Strike   // those that the first moderator found, newest first
	Decided    time.Time        // when it was; Strikes are read as of then
	Steps      []model.Step     // of the guideline's ladder
	Left       int              // cases of the sample after this one
}

// NextReview draws the next case of the quality sample for this moderator: a
// standing decision of a colleague's, at random in strata by guideline, the
// same for the same moderator and week. model.ErrNotFound if none is left.
func (d *Desk) NextReview(ctx context.Context) (BlindCase, error) {
	items, err := d.reviewable(ctx)
	if err != nil {
		return BlindCase{}, err
	}
	for i, item := range items {
		receipt, err := d.store.DecisionByID(ctx, item.DecisionID)
		if notFound(err) {
			continue
		}
		if err != nil {
			return BlindCase{}, fmt.Errorf("reading decision %s: %w", item.DecisionID, err)
		}
		blind, err := d.blind(ctx, item, receipt.Decision)
		if err != nil {
			return BlindCase{}, err
		}
		blind.Left = len(items) - i - 1
		return blind, nil
	}
	return BlindCase{}, model.ErrNotFound
}

// reviewable is what is left of this week's sample. What was reviewed counts
// towards its size, so that the sample ends.
func (d *Desk) reviewable(ctx context.Context) ([]model.SampleItem, error) {
	now := d.now().UTC()
	items, err := d.store.SampleItems(ctx, d.Moderator(), now.Add(-sampleBack), sampleLimit)
	if err != nil {
		return nil, fmt.Errorf("drawing the quality sample: %w", err)
	}
	pairs, err := d.store.ReviewPairs(ctx, week(now))
	if err != nil {
		return nil, fmt.Errorf("reading the quality sample: %w", err)
	}
	done := 0
	for _, p := range pairs {
		if p.Reviewer == d.Moderator() {
			done++
		}
	}
	return quality.Draw(items, max(0, sampleSize-done), seedOf(d.Moderator(), week(now))), nil
}

// week is the Monday that a time's week begins with.
func week(t time.Time) time.Time {
	day := t.UTC().Truncate(24 * time.Hour)
	return day.AddDate(0, 0, -int(day.Weekday()+6)%7)
}

// seedOf gives each moderator a sample of their own each week.
func seedOf(moderator string, week time.Time) uint64 {
	seed := uint64(week.Unix())
	for _, c := range []byte(moderator) {
		seed = seed*1099511628211 ^ uint64(c)
	}
	return seed
}

func (d *Desk) blind(ctx context.Context, item model.SampleItem, decision model.Decision) (BlindCase, error) {
	b := BlindCase{DecisionID: item.DecisionID, CaseID: item.CaseID, Guideline: item.Guideline, Title: d.Titles()[item.Guideline], Decided: decision.DecidedAt}
	rule, ok := d.pack().Guideline(item.Guideline)
	if ok {
		b.Steps, b.Text = slices.Clone(rule.Steps()), rule.Paragraph
	} else {
		b.Title, b.Steps = item.Guideline, []model.Step{model.StepNote, model.StepWarning, model.StepSuspension, model.StepBan}
	}
	look, err := d.secondLook(ctx, decision)
	if err != nil {
		return b, err
	}
	b.Expert, b.Profile = look.Expert, look.Profile
	// What became of the account would tell the decision.
	b.Expert.State = ""
	for _, pair := range look.Pairs {
		pair.Verdict, pair.Word = model.VerdictOpen, ""
		b.Pairs = append(b.Pairs, pair)
	}
	for _, s := range look.Strikes {
		if s.At.Before(decision.DecidedAt) {
			b.Strikes = append(b.Strikes, s)
		}
	}
	for _, e := range decision.Evidence {
		// The copy holds the first moderator's verdicts; the second sees none.
		if e.Finding != nil {
			f := *e.Finding
			f.Verdict, f.JudgedBy, f.JudgedAt = model.VerdictOpen, "", nil
			f.Spans = slices.Clone(f.Spans)
			for i := range f.Spans {
				f.Spans[i].Verdict = model.VerdictOpen
			}
			e.Finding = &f
		}
		b.Evidence = append(b.Evidence, e)
	}
	return b, nil
}

// Reviewed is what a blind review turned out to be.
type Reviewed struct {
	First  model.Decision // what was decided, told only now
	Agrees bool
}

// JudgeBlind keeps a second moderator's blind verdict, and then tells the first
// one. It changes nothing of the decision, which stands.
func (d *Desk) JudgeBlind(ctx context.Context, decisionID string, r model.Review) (Reviewed, error) {
	receipt, err := d.store.DecisionByID(ctx, decisionID)
	if err != nil {
		return Reviewed{}, fmt.Errorf("reading decision %s: %w", decisionID, err)
	}
	first := receipt.Decision
	if first.Moderator == d.Moderator() {
		return Reviewed{}, &Refusal{Why: "This decision is your own; somebody else reviews it. Nothing was kept."}
	}
	err = d.team(ctx, model.TeamEvent{Kind: model.TeamReview, CaseID: first.CaseID, ExpertID: first.ExpertID, Ref: decisionID, Review: &r})
	if err != nil {
		return Reviewed{}, err
	}
	out := Reviewed{First: first}
	switch {
	case first.Outcome == model.Dismissed || len(first.Sanctions) == 0:
		out.Agrees = r.Outcome == model.Dismissed
	default:
		out.Agrees = r.Outcome == model.Sanctioned && r.Step == first.Sanctions[0].Step && r.Guideline == first.Sanctions[0].Guideline
	}
	return out, nil
}

// Disagreements are the reviews since a time that came to something else than
// the decision, newest first: where a reversal is worth thinking about.
func (d *Desk) Disagreements(ctx context.Context, since time.Time) ([]model.ReviewPair, error) {
	pairs, err := d.store.ReviewPairs(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("reading the quality sample: %w", err)
	}
	pairs = slices.DeleteFunc(pairs, func(p model.ReviewPair) bool { return p.First == p.Second })
	slices.Reverse(pairs)
	return pairs, nil
}

// Agreement is Cohen's kappa of the reviews since a time, for all together and
// for each guideline.
func (d *Desk) Agreement(ctx context.Context, since time.Time) ([]model.Agreement, error) {
	pairs, err := d.store.ReviewPairs(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("reading the quality sample: %w", err)
	}
	return quality.Agreement(pairs), nil
}

// Statistics count what the dashboards show over the last days, by day, or by
// week where that would be too many points.
func (d *Desk) Statistics(ctx context.Context, days int) (model.Statistics, error) {
	if days < 1 || days > 3660 {
		return model.Statistics{}, errors.New("counting: a period is from a day to ten years")
	}
	span := 24 * time.Hour
	if days > 92 {
		span *= 7
	}
	to := d.now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	p := model.Period{From: to.AddDate(0, 0, -days), To: to, Span: span}
	s, err := d.store.Statistics(ctx, p)
	if err != nil {
		return s, err
	}
	for i := range s.Detectors {
		x := &s.Detectors[i]
		n := float64(x.Accepted + x.Rejected)
		x.Precision = scores.Share(float64(x.Accepted), n)
		x.Low, x.High = scores.Wilson(float64(x.Accepted), n)
	}
	s.Agreement, err = d.Agreement(ctx, p.From)
	return s, err
}
