package store

import (
	"context"
	"slices"
	"time"

	"mensch/app/model"
)

// WeighingFacts are what the rules' conditions are asked of: for each expert,
// their open case, or what stands in none, with the findings in sight and those
// that a condition has suppressed. Rejected findings are not among them. An
// expert without any finding in sight is left out, unless all are wanted.
func (s *Store) WeighingFacts(ctx context.Context, expertIDs []string, all bool, now time.Time) ([]model.CaseFacts, error) {
	var out []model.CaseFacts
	err := s.read(ctx, "reading the facts for the rules", func(g getter) error {
		for _, id := range expertIDs {
			if err := ctx.Err(); err != nil {
				return err
			}
			facts, err := weighingFacts(ctx, g, id, all, now)
			if err != nil {
				return err
			}
			if all || len(facts.Findings) > 0 {
				out = append(out, facts)
			}
		}
		return nil
	})
	return out, err
}

const inOpenCase = `(case_id = '' OR EXISTS (SELECT 1 FROM cases c WHERE c.id = findings.case_id AND c.state = 'open'))`

func weighingFacts(ctx context.Context, g getter, expertID string, all bool, now time.Time) (model.CaseFacts, error) {
	var facts model.CaseFacts
	var err error
	facts.Findings, err = findingsWhere(ctx, g, `expert_id = ? AND gone = 0 AND verdict <> 'rejected' AND `+inOpenCase, expertID)
	if err != nil || len(facts.Findings) == 0 && !all {
		return facts, err
	}
	var rows []caseRow
	if err = g.SelectContext(ctx, &rows, `SELECT `+caseColumns+` FROM cases WHERE expert_id = ? AND state = 'open' ORDER BY round LIMIT 1`, expertID); err != nil {
		return facts, err
	}
	findings := facts.Findings
	if len(rows) > 0 {
		if facts, err = factsOf(ctx, g, rows[0], now); err != nil {
			return facts, err
		}
	} else {
		if facts.Expert, err = expertByID(ctx, g, expertID); err != nil && !isNone(err) {
			return facts, err
		}
		facts.Expert.ID = expertID
		if facts.Strikes, err = strikesOf(ctx, g, expertID); err != nil {
			return facts, err
		}
		if err = g.GetContext(ctx, &facts.Sessions, `SELECT count(*) FROM sessions WHERE expert_id = ? AND started_at > ?`, expertID, us(now.Add(-exposure))); err != nil {
			return facts, err
		}
	}
	facts.Findings = findings
	return facts, nil
}

// KeepWeighing keeps what the conditions said: which findings are out of sight
// and why, and which they found. What stays as it was is not written.
func (s *Store) KeepWeighing(ctx context.Context, list []model.Weighing, scope func(expertID string) string) error {
	if len(list) == 0 {
		return nil
	}
	return s.write(ctx, "keeping what the rules' conditions say", func(t *tx) error {
		for _, w := range list {
			if err := t.keepWeighing(w, scope(w.ExpertID)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) keepWeighing(w model.Weighing, scope string) error {
	var had []struct {
		ID         string `db:"id"`
		Suppressed string `db:"suppressed"`
		Scope      string `db:"scope"`
	}
	if err := t.list(&had, `SELECT id, suppressed, scope FROM findings WHERE expert_id = ? AND gone = 0 AND (suppressed <> '' OR scope = ? OR `+inOpenCase+`)`, w.ExpertID, scope); err != nil {
		return err
	}
	var made []string
	for _, h := range had {
		if h.Scope == scope {
			made = append(made, h.ID)
		}
		if why := w.Suppressed[h.ID]; why != h.Suppressed {
			if _, err := t.exec(`UPDATE findings SET suppressed = ? WHERE id = ?`, why, h.ID); err != nil {
				return err
			}
		}
	}
	want := make([]string, 0, len(w.Found))
	for _, f := range w.Found {
		want = append(want, f.ID)
	}
	slices.Sort(made)
	slices.Sort(want)
	if slices.Equal(made, want) {
		return nil
	}
	return t.replaceScope(model.ScopeFindings{Scope: scope, ExpertID: w.ExpertID, Findings: w.Found})
}

// JudgedOf are an expert's findings that bear a verdict, as a whole or on a
// mark, those that the detectors no longer see among them.
func (s *Store) JudgedOf(ctx context.Context, expertID string) ([]model.Finding, error) {
	var list []model.Finding
	err := s.read(ctx, "reading the verdicts on "+expertID, func(g getter) (err error) {
		list, err = findingsWhere(ctx, g, judgedFinding+` AND expert_id = ?`, expertID)
		return err
	})
	return list, err
}

const judgedFinding = `(verdict <> '' OR EXISTS (SELECT 1 FROM mark_verdicts m WHERE m.finding_id = findings.id AND m.verdict <> ''))`

// inherit gives a finding that is new here what was said of its evidence
// before: verdicts, and the place in a case that was decided on it.
func (t *tx) inherit(f model.Finding) error {
	judged, err := findingsWhere(t.ctx, t, judgedFinding+` AND expert_id = ? AND guideline = ? AND id <> ?`, f.ExpertID, f.Guideline, f.ID)
	if err != nil {
		return err
	}
	decided, err := t.decided(f)
	if err != nil {
		return err
	}
	byCase := map[string][]model.Finding{}
	for _, d := range decided {
		byCase[d.CaseID] = append(byCase[d.CaseID], d)
		if d.JudgedAt != nil {
			judged = append(judged, d)
		}
	}
	for id, list := range byCase {
		if model.CoveredBy(f, list) {
			if _, err := t.exec(`UPDATE findings SET case_id = ?, again = 1 WHERE id = ?`, id, f.ID); err != nil {
				return err
			}
			break
		}
	}
	h := model.Inherit(f, judged)
	if h.Empty() {
		return nil
	}
	for span, verdict := range h.Marks {
		if _, err := t.exec(`INSERT INTO mark_verdicts (finding_id, span, verdict, judged_by, judged_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			f.ID, span, verdict, h.JudgedBy, us(h.JudgedAt)); err != nil {
			return err
		}
	}
	if h.Verdict == model.VerdictOpen {
		return nil
	}
	_, err = t.exec(`UPDATE findings SET verdict = ?, by_marks = ?, judged_by = ?, judged_at = ?, inherited = 1 WHERE id = ?`, h.Verdict, h.ByMarks, h.JudgedBy, us(h.JudgedAt), f.ID)
	return err
}

// reopen takes back what was said of the same evidence in findings that the
// detectors no longer see, after a moderator opened it again: else the next cut
// of it would inherit the older word. A span below 0 means the whole finding.
func (t *tx) reopen(f model.Finding, span int) error {
	others, err := findingsWhere(t.ctx, t, judgedFinding+` AND expert_id = ? AND guideline = ? AND id <> ? AND gone <> 0`, f.ExpertID, f.Guideline, f.ID)
	if err != nil {
		return err
	}
	opened := func(s model.Span) bool {
		for k, own := range f.Spans {
			if (span < 0 || span == k) && own.SameWords(s) {
				return true
			}
		}
		return false
	}
	for _, o := range others {
		if !slices.ContainsFunc(o.Spans, opened) && (len(f.Spans) > 0 || !model.CoveredBy(f, []model.Finding{o})) {
			continue
		}
		for i, s := range o.Spans {
			switch {
			case opened(s):
				o.Spans[i].Verdict = model.VerdictOpen
			case s.Verdict == model.VerdictOpen && o.Verdict == model.VerdictRejected:
				// A word on the whole stays with the marks that it still holds for.
				o.Spans[i].Verdict = o.Verdict
			}
			if _, err := t.exec(`INSERT INTO mark_verdicts (finding_id, span, verdict, judged_by, judged_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET verdict = excluded.verdict`, o.ID, i, o.Spans[i].Verdict, o.JudgedBy, judgedAt(o)); err != nil {
				return err
			}
		}
		if _, err := t.exec(`UPDATE findings SET verdict = ?, by_marks = 1 WHERE id = ?`, ofMarks(o.Spans), o.ID); err != nil {
			return err
		}
	}
	return nil
}

// openAgain lets only what the detectors see count in a case that is open, if it
// was decided before. What inherited from the decision inherits anew without it.
func (t *tx) openAgain(caseID string) error {
	var heirs []struct {
		ID       string `db:"id"`
		JudgedAt int64  `db:"judged_at"`
	}
	if err := t.list(&heirs, `SELECT id, judged_at FROM findings WHERE case_id = ? AND again = 1 AND inherited = 1`, caseID); err != nil {
		return err
	}
	if _, err := t.exec(`UPDATE findings SET again = 0, gone = min(gone, 1) WHERE case_id = ? AND (again = 1 OR gone = 2)`, caseID); err != nil {
		return err
	}
	for _, h := range heirs {
		if _, err := t.exec(`DELETE FROM mark_verdicts WHERE finding_id = ? AND judged_at = ?`, h.ID, h.JudgedAt); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE findings SET verdict = '', by_marks = 1, judged_by = '', judged_at = ?, inherited = 0 WHERE id = ?`, never, h.ID); err != nil {
			return err
		}
		f, err := findingByID(t.ctx, t, h.ID)
		if err != nil {
			return err
		}
		if err := t.inherit(f); err != nil {
			return err
		}
	}
	return nil
}

// overrule lets a word that a finding bears itself count instead of those that
// it had inherited from findings which the detectors no longer see.
func (t *tx) overrule(f model.Finding) error {
	others, err := findingsWhere(t.ctx, t, `verdict <> '' AND inherited = 0 AND gone <> 0 AND expert_id = ? AND guideline = ? AND id <> ?
		AND EXISTS (SELECT 1 FROM findings own WHERE own.id = ? AND own.verdict <> '' AND own.inherited = 0)`, f.ExpertID, f.Guideline, f.ID, f.ID)
	if err != nil {
		return err
	}
	for _, o := range others {
		if !model.CoveredBy(o, []model.Finding{f}) {
			continue
		}
		if _, err := t.exec(`UPDATE findings SET inherited = 1 WHERE id = ?`, o.ID); err != nil {
			return err
		}
	}
	return nil
}

func judgedAt(f model.Finding) int64 {
	if f.JudgedAt == nil {
		return never
	}
	return us(*f.JudgedAt)
}

// decided are the findings that stood in an expert's decided cases under the
// guideline. One that nobody judged by itself was rejected where its case was
// dismissed.
func (t *tx) decided(f model.Finding) ([]model.Finding, error) {
	list, err := findingsWhere(t.ctx, t, `expert_id = ? AND guideline = ? AND id <> ? AND EXISTS (SELECT 1 FROM cases c WHERE c.id = findings.case_id AND c.state <> 'open')`,
		f.ExpertID, f.Guideline, f.ID)
	if err != nil {
		return nil, err
	}
	type outcome struct {
		Outcome string `db:"outcome"`
		By      string `db:"by"`
		At      int64  `db:"decided_at"`
	}
	last := map[string]outcome{}
	for i := range list {
		l := &list[i]
		o, ok := last[l.CaseID]
		if !ok {
			if _, err := t.get(&o, `SELECT outcome, ifnull(json_extract(body, '$.moderator'), '') AS by, decided_at FROM decisions
				WHERE case_id = ? AND standing IN ('pending', 'confirmed') ORDER BY decided_at DESC, id LIMIT 1`, l.CaseID); err != nil {
				return nil, err
			}
			last[l.CaseID] = o
		}
		if l.Verdict != model.VerdictOpen || l.JudgedAt != nil || o.Outcome != string(model.Dismissed) {
			if l.Verdict == model.VerdictOpen {
				l.JudgedAt = nil
			}
			continue
		}
		when := at(o.At)
		l.Verdict, l.JudgedBy, l.JudgedAt = model.VerdictRejected, o.By, &when
	}
	return list, nil
}

// FindingsOfScope gives the findings of one detector run's scope, rejected and
// suppressed ones among them.
func (s *Store) FindingsOfScope(ctx context.Context, scope string) ([]model.Finding, error) {
	var list []model.Finding
	err := s.read(ctx, "reading the findings of "+scope, func(g getter) (err error) {
		list, err = findingsWhere(ctx, g, `scope = ? AND gone = 0`, scope)
		return err
	})
	return list, err
}
