package viewstest

import (
	"context"
	"math"
	"time"

	"mensch/app"
	"mensch/app/model"
)

// Statistics are made up, the same for the same days.
func (d *Desk) Statistics(ctx context.Context, days int) (model.Statistics, error) {
	if err := d.enter(ctx, "Statistics"); err != nil {
		return model.Statistics{}, err
	}
	day := 24 * time.Hour
	span := day
	if days > 92 {
		span = 7 * day
	}
	to := Noon.Truncate(day).Add(day)
	s := model.Statistics{Period: model.Period{From: to.Add(-time.Duration(days) * day), To: to, Span: span}}
	if d.Blank {
		return s, nil
	}
	backlog := 640
	for i := range s.Period.Spans() {
		at := s.Period.From.Add(time.Duration(i) * span)
		wave := math.Sin(float64(i)*0.9) + 0.6*math.Sin(float64(i)*2.3)
		opened, decided := int(58+16*wave), int(60+18*math.Sin(float64(i)*0.7+1))
		backlog += opened - decided
		s.Flow = append(s.Flow, model.FlowPoint{At: at, Opened: opened, Decided: decided, Backlog: backlog})
		s.Times = append(s.Times, model.TimePoint{At: at, Decisions: decided, Median: 7 + 2*wave, P90: 31 + 9*wave})
		s.Reversals = append(s.Reversals, model.ReversalPoint{At: at, Decided: decided / 2, Reversed: max(0, int(2+2*wave))})
	}
	s.Overall = model.TimePoint{Decisions: 1700, Median: 7.4, P90: 33}
	for i, label := range []string{"under a day", "1 to 3 days", "3 to 7 days", "1 to 2 weeks", "2 to 4 weeks", "over 4 weeks"} {
		s.Ages = append(s.Ages, model.AgeBand{Label: label, Cases: []int{212, 168, 121, 64, 31, 9}[i]})
	}
	for i, id := range ids {
		for k, step := range []model.Step{model.StepDismissed, model.StepNote, model.StepWarning, model.StepSuspension, model.StepBan} {
			if n := (190 - 13*i) / (k + 1) * (5 - k) / 5; n > 0 {
				s.Steps = append(s.Steps, model.StepCount{Guideline: id, Step: step, Count: n})
			}
		}
	}
	for i, name := range []string{"contact", "incivility", "photo-match", "plagiarism", "same-person", "solicitation", "confidentiality", "ratings"} {
		accepted, rejected := 240-23*i, 4+5*i
		p := float64(accepted) / float64(accepted+rejected)
		s.Detectors = append(s.Detectors, model.DetectorVerdicts{Detector: name, Accepted: accepted, Rejected: rejected, Precision: p, Low: p - 0.05, High: min(1, p+0.03)})
	}
	for i := range 8 {
		s.Expiring = append(s.Expiring, model.ExpiryWeek{At: Noon.AddDate(0, 0, 7*i), Strikes: 12 + (i*7)%11, Experts: 9 + (i*5)%7})
	}
	s.Agreement, _ = d.Agreement(ctx, s.Period.From)
	return s, nil
}

// Agreement is made up.
func (d *Desk) Agreement(ctx context.Context, _ time.Time) ([]model.Agreement, error) {
	return []model.Agreement{
		{Pairs: 118, Observed: 0.89, Kappa: 0.78, Low: 0.69, High: 0.87, Defined: true},
		{Guideline: "contact-exchange", Pairs: 44, Observed: 0.95, Kappa: 0.88, Low: 0.76, High: 1, Defined: true},
		{Guideline: "courtesy", Pairs: 38, Observed: 0.84, Kappa: 0.61, Low: 0.42, High: 0.8, Defined: true},
		{Guideline: "false-photo", Pairs: 22, Observed: 0.86, Kappa: 0.72, Low: 0.5, High: 0.94, Defined: true},
		{Guideline: "ratings", Pairs: 14, Observed: 1},
	}, d.enter(ctx, "Agreement")
}

// NextReview is a made-up decided case; two are in the sample.
func (d *Desk) NextReview(ctx context.Context) (app.BlindCase, error) {
	if err := d.enter(ctx, "NextReview"); err != nil {
		return app.BlindCase{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.Judged)
	if n >= 2 {
		return app.BlindCase{}, model.ErrNotFound
	}
	return app.BlindCase{
		DecisionID: []string{"d-first", "d-second"}[n], CaseID: d.rows[n].CaseID, Guideline: "contact-exchange", Title: titles["contact-exchange"],
		Text:   "Don't exchange contact information with clients, and don't ask for it: everything that you advise on stays on the platform.",
		Expert: model.Expert{ScreenName: "GardenGuru_77", Cluster: "Home & Garden"}, Profile: model.Profile{Headline: "Gardens that forgive", Bio: "Twenty years of roses."},
		Evidence: evidence(), Pairs: d.look().Pairs, Strikes: d.look().Strikes, Decided: Noon.AddDate(0, 0, -9),
		Steps: []model.Step{model.StepNote, model.StepWarning, model.StepSuspension, model.StepBan}, Left: 1 - n,
	}, nil
}

// JudgeBlind keeps the verdict; the first decision was a warning.
func (d *Desk) JudgeBlind(ctx context.Context, decisionID string, r model.Review) (app.Reviewed, error) {
	if err := d.enter(ctx, "JudgeBlind"); err != nil {
		return app.Reviewed{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Judged = append(d.Judged, r)
	return app.Reviewed{
		First: model.Decision{
			ID: decisionID, Moderator: "Jonas Meier", Outcome: model.Sanctioned, DecidedAt: Noon.AddDate(0, 0, -9), Rationale: "Second time in a month.",
			Sanctions: []model.Sanction{{Guideline: "contact-exchange", Step: model.StepWarning}},
		},
		Agrees: r.Step == model.StepWarning,
	}, nil
}

// Disagreements is one.
func (d *Desk) Disagreements(ctx context.Context, _ time.Time) ([]model.ReviewPair, error) {
	return []model.ReviewPair{{
		DecisionID: "d-9", CaseID: d.rows[3].CaseID, Guideline: "courtesy", First: "suspension", Second: "warning", Decider: "Jonas Meier", Reviewer: "Kim Larsen", At: Noon,
	}}, d.enter(ctx, "Disagreements")
}
