package store

import (
	"context"
	"fmt"
	"time"

	"mensch/app/model"
)

const firstOutcome = `outcome IN ('dismissed', 'sanctioned')`

// Statistics counts all that the dashboards show but the agreement, which
// ReviewPairs is for. It reads one view of the store and ends with the context.
func (s *Store) Statistics(ctx context.Context, p model.Period) (model.Statistics, error) {
	out := model.Statistics{Period: p}
	if p.Spans() < 1 || p.Spans() > 2000 {
		return out, fmt.Errorf("counting: a period of %d spans", p.Spans())
	}
	err := s.readSlowly(ctx, "counting for the dashboards", func(g getter) error {
		for _, count := range []func(context.Context, getter, *model.Statistics) error{
			s.flow, s.ages, s.times, s.steps, s.reversals, s.detectors, s.expiring,
		} {
			if err := count(ctx, g, &out); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// spans are the beginnings of a period's spans.
func spans(p model.Period) []time.Time {
	out := make([]time.Time, p.Spans())
	for i := range out {
		out[i] = p.From.Add(time.Duration(i) * p.Span)
	}
	return out
}

// flow counts by the lives of cases: from when they were opened to the last
// decision on them, if they are decided now. A case that was decided before
// Mensch knew it, so that no decision is here, has no life that could be counted.
func (s *Store) flow(ctx context.Context, g getter, out *model.Statistics) error {
	p := out.Period
	var rows []struct {
		Span   int  `db:"span"`
		Closed bool `db:"closed"`
		N      int  `db:"n"`
	}
	err := g.SelectContext(ctx, &rows, `WITH last AS MATERIALIZED (SELECT case_id, max(decided_at) AS at FROM decision_facts WHERE `+inForce+` GROUP BY case_id),
		life AS MATERIALIZED (SELECT c.opened_at AS opened, iif(c.state IN ('decided', 'waiting'), l.at, NULL) AS closed
			FROM cases c LEFT JOIN last l ON l.case_id = c.id WHERE c.shown = 1 AND NOT (c.state = 'decided' AND l.at IS NULL) AND c.opened_at < ?2)
		SELECT iif(opened < ?1, -1, (opened - ?1) / ?3) AS span, 0 AS closed, count(*) AS n FROM life GROUP BY 1
		UNION ALL
		SELECT iif(max(closed, opened) < ?1, -1, (max(closed, opened) - ?1) / ?3), 1, count(*) FROM life WHERE closed IS NOT NULL AND max(closed, opened) < ?2 GROUP BY 1`,
		us(p.From), us(p.To), p.Span.Microseconds())
	if err != nil {
		return err
	}
	out.Flow = make([]model.FlowPoint, 0, p.Spans())
	for _, at := range spans(p) {
		out.Flow = append(out.Flow, model.FlowPoint{At: at})
	}
	backlog := 0
	for _, r := range rows {
		switch {
		case r.Span < 0 && r.Closed:
			backlog -= r.N
		case r.Span < 0:
			backlog += r.N
		case r.Span < len(out.Flow) && r.Closed:
			out.Flow[r.Span].Decided = r.N
		case r.Span < len(out.Flow):
			out.Flow[r.Span].Opened = r.N
		}
	}
	for i := range out.Flow {
		backlog += out.Flow[i].Opened - out.Flow[i].Decided
		out.Flow[i].Backlog = backlog
	}
	return nil
}

// ageBands are the bands of the backlog's age, by their upper end.
var ageBands = []struct {
	label string
	under time.Duration
}{
	{"under a day", 24 * time.Hour},
	{"1 to 3 days", 3 * 24 * time.Hour},
	{"3 to 7 days", 7 * 24 * time.Hour},
	{"1 to 2 weeks", 14 * 24 * time.Hour},
	{"2 to 4 weeks", 28 * 24 * time.Hour},
	{"over 4 weeks", 0},
}

func (s *Store) ages(ctx context.Context, g getter, out *model.Statistics) error {
	now := s.now()
	after := us(now) + 1
	for _, b := range ageBands {
		from := int64(0)
		if b.under > 0 {
			from = us(now.Add(-b.under)) + 1
		}
		n := 0
		if err := g.GetContext(ctx, &n, `SELECT count(*) FROM cases INDEXED BY queue_opened WHERE shown = 1 AND opened_at >= ? AND opened_at < ?
			AND state IN ('open', 'appealed', 'conflict', 'proposed')`, from, after); err != nil {
			return err
		}
		out.Ages = append(out.Ages, model.AgeBand{Label: b.label, Cases: n})
		after = from
	}
	return nil
}

// times tells how long each case waited for its first decision, of those that
// were first decided in the period: for each span, and for all of it.
func (s *Store) times(ctx context.Context, g getter, out *model.Statistics) error {
	p := out.Period
	var rows []struct {
		Span   int     `db:"span"`
		N      int     `db:"n"`
		Median float64 `db:"median"`
		P90    float64 `db:"p90"`
	}
	// The nearest rank: the smallest value that half, or nine tenths, do not
	// exceed. Span -1 is the whole period.
	err := g.SelectContext(ctx, &rows, `WITH firsts AS (SELECT case_id, min(decided_at) AS at FROM decision_facts WHERE `+inForce+` AND `+firstOutcome+` GROUP BY case_id),
		waits AS (SELECT (f.at - ?1) / ?3 AS span, max(0, f.at - c.opened_at) AS wait FROM firsts f JOIN cases c ON c.id = f.case_id WHERE f.at >= ?1 AND f.at < ?2),
		ranked AS MATERIALIZED (SELECT span, wait, row_number() OVER (ORDER BY wait) AS ka, row_number() OVER (PARTITION BY span ORDER BY wait) AS k FROM waits),
		sizes AS MATERIALIZED (SELECT span, count(*) AS n FROM ranked GROUP BY span)
		SELECT r.span, s.n, max(iif(r.k = (s.n + 1) / 2, r.wait, 0)) / 3600000000.0 AS median, max(iif(r.k = (9 * s.n + 9) / 10, r.wait, 0)) / 3600000000.0 AS p90
			FROM ranked r JOIN sizes s ON s.span = r.span WHERE r.k IN ((s.n + 1) / 2, (9 * s.n + 9) / 10) GROUP BY r.span, s.n
		UNION ALL
		SELECT -1, t.n, max(iif(r.ka = (t.n + 1) / 2, r.wait, 0)) / 3600000000.0, max(iif(r.ka = (9 * t.n + 9) / 10, r.wait, 0)) / 3600000000.0
			FROM (SELECT sum(n) AS n FROM sizes) t JOIN ranked r ON r.ka IN ((t.n + 1) / 2, (9 * t.n + 9) / 10) GROUP BY t.n`,
		us(p.From), us(p.To), p.Span.Microseconds())
	if err != nil {
		return err
	}
	for _, at := range spans(p) {
		out.Times = append(out.Times, model.TimePoint{At: at})
	}
	out.Overall.At = p.From
	for _, r := range rows {
		t := &out.Overall
		if r.Span >= len(out.Times) {
			continue
		}
		if r.Span >= 0 {
			t = &out.Times[r.Span]
		}
		t.Decisions, t.Median, t.P90 = r.N, r.Median, r.P90
	}
	return nil
}

func (s *Store) steps(ctx context.Context, g getter, out *model.Statistics) error {
	out.Steps = []model.StepCount{}
	var rows []struct {
		Guideline string `db:"guideline"`
		Step      string `db:"step"`
		N         int    `db:"n"`
	}
	err := g.SelectContext(ctx, &rows, `SELECT guideline, step, count(*) AS n FROM (
			SELECT s.guideline, s.step FROM decision_facts f JOIN decision_steps s ON s.decision_id = f.decision_id
				WHERE f.decided_at >= ?1 AND f.decided_at < ?2 AND f.`+inForce+` AND f.outcome = 'sanctioned'
			UNION ALL
			SELECT guideline, 'dismissed' FROM decision_facts WHERE decided_at >= ?1 AND decided_at < ?2 AND `+inForce+` AND outcome = 'dismissed')
		GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`, us(out.Period.From), us(out.Period.To))
	for _, r := range rows {
		out.Steps = append(out.Steps, model.StepCount{Guideline: r.Guideline, Step: model.Step(r.Step), Count: r.N})
	}
	return err
}

func (s *Store) reversals(ctx context.Context, g getter, out *model.Statistics) error {
	p := out.Period
	var rows []struct {
		Span     int `db:"span"`
		Decided  int `db:"decided"`
		Reversed int `db:"reversed"`
	}
	err := g.SelectContext(ctx, &rows, `SELECT (f.decided_at - ?1) / ?3 AS span, count(*) AS decided,
			sum(EXISTS (SELECT 1 FROM decision_facts r WHERE r.reverses = f.decision_id AND r.reverses <> '' AND r.`+inForce+`)) AS reversed
		FROM decision_facts f WHERE f.decided_at >= ?1 AND f.decided_at < ?2 AND f.`+inForce+` AND f.outcome = 'sanctioned' GROUP BY 1`,
		us(p.From), us(p.To), p.Span.Microseconds())
	if err != nil {
		return err
	}
	for _, at := range spans(p) {
		out.Reversals = append(out.Reversals, model.ReversalPoint{At: at})
	}
	for _, r := range rows {
		if r.Span >= 0 && r.Span < len(out.Reversals) {
			out.Reversals[r.Span].Decided, out.Reversals[r.Span].Reversed = r.Decided, r.Reversed
		}
	}
	return nil
}

func (s *Store) detectors(ctx context.Context, g getter, out *model.Statistics) error {
	out.Detectors = []model.DetectorVerdicts{}
	var rows []struct {
		Detector string `db:"detector"`
		Accepted int    `db:"accepted"`
		Rejected int    `db:"rejected"`
	}
	err := g.SelectContext(ctx, &rows, `SELECT ifnull(json_extract(body, '$.detector'), '') AS detector, sum(verdict = 'accepted') AS accepted, sum(verdict = 'rejected') AS rejected
		FROM findings INDEXED BY findings_judged WHERE verdict <> '' AND inherited = 0 AND judged_at >= ? AND judged_at < ? GROUP BY 1 ORDER BY 1`, us(out.Period.From), us(out.Period.To))
	for _, r := range rows {
		out.Detectors = append(out.Detectors, model.DetectorVerdicts{Detector: r.Detector, Accepted: r.Accepted, Rejected: r.Rejected})
	}
	return err
}

// expiryWeeks is how far ahead strikes that expire are told.
const expiryWeeks = 8

func (s *Store) expiring(ctx context.Context, g getter, out *model.Statistics) error {
	now, week := s.now(), 7*24*time.Hour
	var rows []struct {
		Week    int `db:"week"`
		Strikes int `db:"strikes"`
		Experts int `db:"experts"`
	}
	err := g.SelectContext(ctx, &rows, `SELECT (s.expires - ?1) / ?3 AS week, sum(s.count) AS strikes, count(DISTINCT s.expert_id) AS experts
		FROM strikes s JOIN decision_facts d ON d.decision_id = s.decision_id
		WHERE s.expires >= ?1 AND s.expires < ?2 AND s.reversed = 0 AND d.`+inForce+`
			AND NOT EXISTS (SELECT 1 FROM decision_facts r WHERE r.reverses = s.decision_id AND r.reverses <> '' AND r.`+inForce+`) GROUP BY 1`,
		us(now), us(now.Add(expiryWeeks*week)), week.Microseconds())
	if err != nil {
		return err
	}
	for i := range expiryWeeks {
		out.Expiring = append(out.Expiring, model.ExpiryWeek{At: now.Add(time.Duration(i) * week)})
	}
	for _, r := range rows {
		if r.Week >= 0 && r.Week < expiryWeeks {
			out.Expiring[r.Week].Strikes, out.Expiring[r.Week].Experts = r.Strikes, r.Experts
		}
	}
	return nil
}

// ReviewPairs gives the decisions of others' blind reviews made since a time,
// with what was decided and what the review says, oldest first.
func (s *Store) ReviewPairs(ctx context.Context, since time.Time) ([]model.ReviewPair, error) {
	const doing = "reading the quality sample"
	var rows []struct {
		DecisionID string `db:"decision_id"`
		CaseID     string `db:"case_id"`
		Guideline  string `db:"guideline"`
		First      string `db:"first"`
		Second     string `db:"second"`
		Decider    string `db:"decider"`
		Reviewer   string `db:"reviewer"`
		At         int64  `db:"at"`
	}
	// What a moderator would have sanctioned under another guideline is, under
	// this one, a dismissal: the two did not see the same breach.
	err := s.reader.SelectContext(ctx, &rows, `SELECT f.decision_id, f.case_id, f.guideline, iif(f.outcome = 'sanctioned', f.step, 'dismissed') AS first,
			CASE WHEN json_extract(e.body, '$.review.outcome') = 'dismissed' THEN 'dismissed'
				WHEN json_extract(e.body, '$.review.guideline') <> f.guideline THEN 'other guideline'
				ELSE json_extract(e.body, '$.review.step') END AS second,
			f.moderator AS decider, e.author AS reviewer, e.at
		FROM team_events e JOIN decision_facts f ON f.decision_id = e.ref
		WHERE e.kind = 'review' AND e.state <> 'refused' AND e.at >= ? AND f.moderator <> e.author AND f.`+firstOutcome+` ORDER BY e.at, e.seq`, us(since))
	if err != nil {
		return nil, failed(ctx, doing, err)
	}
	out := make([]model.ReviewPair, len(rows))
	for i, r := range rows {
		out[i] = model.ReviewPair{
			DecisionID: r.DecisionID, CaseID: r.CaseID, Guideline: r.Guideline, First: r.First, Second: r.Second,
			Decider: r.Decider, Reviewer: r.Reviewer, At: at(r.At),
		}
	}
	return out, nil
}

// SampleItems gives the standing decisions made since a time that a moderator
// neither made nor reviewed, at most limit, newest first.
func (s *Store) SampleItems(ctx context.Context, reviewer string, since time.Time, limit int) ([]model.SampleItem, error) {
	var rows []struct {
		DecisionID string `db:"decision_id"`
		CaseID     string `db:"case_id"`
		Guideline  string `db:"guideline"`
	}
	err := s.reader.SelectContext(ctx, &rows, `SELECT f.decision_id, f.case_id, f.guideline FROM decision_facts f
		WHERE f.decided_at >= ? AND f.standing = 'confirmed' AND f.`+firstOutcome+` AND f.moderator <> ? AND f.guideline <> ''
			AND NOT EXISTS (SELECT 1 FROM team_events e WHERE e.kind = 'review' AND e.ref = f.decision_id AND e.author = ? AND e.state <> 'refused')
			AND NOT EXISTS (SELECT 1 FROM decision_facts r WHERE r.reverses = f.decision_id AND r.reverses <> '')
		ORDER BY f.decided_at DESC, f.decision_id LIMIT ?`, us(since), reviewer, reviewer, capped(limit))
	if err != nil {
		return nil, failed(ctx, "drawing the quality sample", err)
	}
	out := make([]model.SampleItem, len(rows))
	for i, r := range rows {
		out[i] = model.SampleItem(r)
	}
	return out, nil
}

// DecisionByID gives one decision with what the platform said of it, or
// model.ErrNotFound.
func (s *Store) DecisionByID(ctx context.Context, id string) (model.Receipt, error) {
	doing := "reading decision " + id
	var row decisionRow
	if err := s.reader.GetContext(ctx, &row, `SELECT id, body, standing, case_version, received_at FROM decisions WHERE id = ?`, id); err != nil {
		return model.Receipt{}, failed(ctx, doing, err)
	}
	r, err := row.receipt()
	return r, failed(ctx, doing, err)
}
