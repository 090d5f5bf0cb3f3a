package store

import (
	"math"
	"slices"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/store/storetest"
)

// TestStatisticsAgainstPlainCounting counts the same by loops over what was
// made.
func TestStatisticsAgainstPlainCounting(t *testing.T) {
	s := openFilled(t)
	ok(t, storetest.FillQueue(t.Context(), s.dir, 4000, t0))
	made := must(storetest.FillDecisions(t.Context(), s.dir, t0))(t)
	day := 24 * time.Hour
	p := model.Period{From: t0.Add(-21 * day), To: t0, Span: day}
	got := must(s.Statistics(t.Context(), p))(t)

	// Every case that is open, or decided with a decision, has a life.
	type life struct{ opened, closed time.Time }
	var lives []life
	closed := map[string]storetest.Made{}
	for _, m := range made {
		closed[m.CaseID] = m
	}
	for after, filter := (model.QueueKey{}), (model.QueueFilter{}); ; {
		page := must(s.QueuePage(t.Context(), filter, after, 1000))(t)
		for _, r := range page {
			l := life{opened: r.OpenedAt}
			if m, ok := closed[r.CaseID]; ok {
				l.closed = m.Decided
				if m.Reversed {
					l.closed = m.Decided.Add(time.Minute)
				}
			}
			lives = append(lives, l)
			after = r.Key
		}
		if len(page) < 1000 {
			break
		}
	}
	for i, f := range got.Flow {
		from := p.From.Add(time.Duration(i) * day)
		to := from.Add(day)
		var want model.FlowPoint
		for _, l := range lives {
			in := func(x time.Time) bool { return !x.Before(from) && x.Before(to) }
			if in(l.opened) {
				want.Opened++
			}
			if !l.closed.IsZero() && in(l.closed) {
				want.Decided++
			}
			if l.opened.Before(to) && (l.closed.IsZero() || !l.closed.Before(to)) {
				want.Backlog++
			}
		}
		if f.Opened != want.Opened || f.Decided != want.Decided || f.Backlog != want.Backlog {
			t.Fatalf("day %d: %+v, counted %+v", i, f, want)
		}
	}

	quantile := func(sorted []float64, q float64) float64 {
		return sorted[int(math.Ceil(q*float64(len(sorted))-1e-9))-1]
	}
	var all []float64
	perDay := map[int][]float64{}
	steps := map[model.StepCount]int{}
	reversed, sanctioned := 0, 0
	weeks := map[int]int{}
	for _, m := range made {
		if !m.Expires.IsZero() && !m.Reversed && !m.Expires.Before(t0) {
			weeks[int(m.Expires.Sub(t0)/(7*day))]++
		}
		if m.Decided.Before(p.From) || !m.Decided.Before(p.To) {
			continue
		}
		h := m.Decided.Sub(m.Opened).Hours()
		all = append(all, h)
		i := int(m.Decided.Sub(p.From) / day)
		perDay[i] = append(perDay[i], h)
		steps[model.StepCount{Guideline: m.Guideline, Step: model.Step(m.Step)}]++
		if m.Step != "dismissed" {
			sanctioned++
			if m.Reversed {
				reversed++
			}
		}
	}
	slices.Sort(all)
	if len(all) < 300 || got.Overall.Decisions != len(all) || math.Abs(got.Overall.Median-quantile(all, .5)) > 1e-6 || math.Abs(got.Overall.P90-quantile(all, .9)) > 1e-6 {
		t.Errorf("overall %+v, counted %d, %.3f, %.3f", got.Overall, len(all), quantile(all, .5), quantile(all, .9))
	}
	for i, x := range got.Times {
		slices.Sort(perDay[i])
		if x.Decisions != len(perDay[i]) || x.Decisions > 0 && (math.Abs(x.Median-quantile(perDay[i], .5)) > 1e-6 || math.Abs(x.P90-quantile(perDay[i], .9)) > 1e-6) {
			t.Errorf("day %d: %+v of %v", i, x, perDay[i])
		}
	}
	for _, x := range got.Steps {
		if steps[model.StepCount{Guideline: x.Guideline, Step: x.Step}] != x.Count {
			t.Errorf("%+v, counted %d", x, steps[model.StepCount{Guideline: x.Guideline, Step: x.Step}])
		}
	}
	if len(got.Steps) != len(steps) {
		t.Errorf("%d kinds of step, counted %d", len(got.Steps), len(steps))
	}
	gotReversed, gotSanctioned := 0, 0
	for _, x := range got.Reversals {
		gotReversed += x.Reversed
		gotSanctioned += x.Decided
	}
	if gotReversed != reversed || gotSanctioned != sanctioned || reversed == 0 {
		t.Errorf("%d of %d reversed, counted %d of %d", gotReversed, gotSanctioned, reversed, sanctioned)
	}
	for i, x := range got.Expiring {
		if x.Strikes != weeks[i] || x.Experts != weeks[i] {
			t.Errorf("week %d: %+v, counted %d", i, x, weeks[i])
		}
	}
	total, verdicts := 0, 0
	for _, a := range got.Ages {
		total += a.Cases
	}
	waiting := must(s.CountQueue(t.Context(), model.QueueFilter{States: []model.CaseState{model.CaseOpen, model.CaseAppealed, model.CaseConflict, model.CaseProposed}}))(t)
	if total != waiting {
		t.Errorf("the ages are of %d cases, %d wait", total, waiting)
	}
	for _, d := range got.Detectors {
		verdicts += d.Accepted + d.Rejected
		if d.Accepted != 2*d.Rejected {
			t.Errorf("%+v", d)
		}
	}
	if verdicts == 0 {
		t.Error("no verdict is counted")
	}
}

// TestFactsFollowTheDecision keeps what is counted in step with decisions
// however they come, go and change.
func TestFactsFollowTheDecision(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	apply(t, s, expertChange("e1", 1), caseChange("e1", 1, 1, model.CaseOpen), incidentChange("i1", 1, "e1", 1))
	refresh(t, s, "e1")
	p := model.Period{From: t0.Add(-time.Hour), To: t0.Add(time.Hour), Span: time.Hour}
	count := func() int {
		n := 0
		for _, x := range must(s.Statistics(ctx, p))(t).Steps {
			n += x.Count
		}
		return n
	}
	d := decision("d1", "e1", 1, 1)
	ok(t, s.Decide(ctx, d, model.CaseOpen, model.CaseWaiting, t0.Add(time.Minute)))
	if got := must(s.Statistics(ctx, p))(t).Steps; len(got) != 1 || got[0].Guideline != "courtesy" || got[0].Step != model.StepWarning {
		t.Fatalf("%+v", got)
	}
	ok(t, s.Undo(ctx, "d1", model.CaseOpen, "mira", t0))
	if count() != 0 {
		t.Error("an undone decision is counted")
	}
	d2 := decision("d2", "e1", 1, 1)
	apply(t, s, change(model.ChangeDecision, "d2", 1, model.Receipt{Key: "d2", Decision: d2, CaseVersion: 2, ReceivedAt: t0}))
	if count() != 1 {
		t.Error("a colleague's decision is not counted")
	}
	d2.Sanctions = append(d2.Sanctions, model.Sanction{ID: "x", DecisionID: "d2", ExpertID: "e1", Guideline: "ratings", Step: model.StepNote, StartsAt: t0})
	apply(t, s, change(model.ChangeDecision, "d2", 2, model.Receipt{Key: "d2", Decision: d2, CaseVersion: 2, ReceivedAt: t0}))
	if count() != 2 {
		t.Errorf("its newer version counts %d", count())
	}
	items := must(s.SampleItems(ctx, "kim", t0.Add(-time.Hour), 10))(t)
	if len(items) != 1 || items[0].Guideline != "courtesy" {
		t.Errorf("%+v", items)
	}
	if items := must(s.SampleItems(ctx, "mira", t0.Add(-time.Hour), 10))(t); len(items) != 0 {
		t.Errorf("mira is to review her own: %+v", items)
	}
	ok(t, s.AddTeamEvent(ctx, model.TeamEvent{
		ID: "r1", Kind: model.TeamReview, CaseID: "e1.1", ExpertID: "e1", By: "kim", At: t0, Ref: "d2",
		Review: &model.Review{Outcome: model.Sanctioned, Guideline: "ratings", Step: model.StepNote},
	}))
	if items := must(s.SampleItems(ctx, "kim", t0.Add(-time.Hour), 10))(t); len(items) != 0 {
		t.Errorf("kim is to review it again: %+v", items)
	}
	pairs := must(s.ReviewPairs(ctx, t0.Add(-time.Hour)))(t)
	if len(pairs) != 1 || pairs[0].First != "warning" || pairs[0].Second != "other guideline" || pairs[0].Reviewer != "kim" || pairs[0].Decider != "mira" {
		t.Errorf("%+v", pairs)
	}
	apply(t, s, tombstone(model.ChangeDecision, "d2", 3))
	if count() != 0 {
		t.Error("a decision that is gone is counted")
	}
}

// BenchmarkStatistics counts over 100,000 cases, half of them decided.
func BenchmarkStatistics(b *testing.B) {
	s := openFilled(b)
	ok(b, storetest.FillQueue(b.Context(), s.dir, 100_000, t0))
	made := must(storetest.FillDecisions(b.Context(), s.dir, t0))(b)
	b.Logf("%d decisions", len(made))
	for name, p := range map[string]model.Period{
		"30 days": {From: t0.AddDate(0, 0, -30), To: t0, Span: 24 * time.Hour},
		"a year":  {From: t0.AddDate(-1, 0, 0), To: t0, Span: 7 * 24 * time.Hour},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Statistics(b.Context(), p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
