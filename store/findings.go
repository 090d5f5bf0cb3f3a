package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

type findingRow struct {
	ID       string `db:"id"`
	CaseID   string `db:"case_id"`
	Body     string `db:"body"`
	Verdict  string `db:"verdict"`
	JudgedBy string `db:"judged_by"`
	JudgedAt int64  `db:"judged_at"`
	Reason   string `db:"suppressed"`
}

const findingColumns = `id, case_id, body, verdict, judged_by, judged_at, suppressed`

type markRow struct {
	FindingID string `db:"finding_id"`
	Span      int    `db:"span"`
	Verdict   string `db:"verdict"`
}

func (r findingRow) finding() (model.Finding, error) {
	var f model.Finding
	if err := json.Unmarshal([]byte(r.Body), &f); err != nil {
		return f, fmt.Errorf("reading finding %s: %w", r.ID, err)
	}
	f.CaseID, f.Verdict, f.JudgedBy, f.Suppressed = r.CaseID, model.Verdict(r.Verdict), r.JudgedBy, r.Reason
	if r.JudgedAt != never {
		judged := at(r.JudgedAt)
		f.JudgedAt = &judged
	}
	return f, nil
}

// findingsWhere gives findings with the verdicts on their marks, strongest first.
func findingsWhere(ctx context.Context, from getter, where string, args ...any) ([]model.Finding, error) {
	var rows []findingRow
	if err := from.SelectContext(ctx, &rows, `SELECT `+findingColumns+` FROM findings WHERE `+where+` ORDER BY advisory, score DESC, id`, args...); err != nil {
		return nil, err
	}
	out, err := each(rows, findingRow.finding)
	if err != nil || len(out) == 0 {
		return out, err
	}
	const batch = 10_000 // SQLite takes some 32,000 arguments
	for begin := 0; begin < len(out); begin += batch {
		if err := addMarks(ctx, from, out[begin:min(begin+batch, len(out))]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func addMarks(ctx context.Context, from getter, findings []model.Finding) error {
	ids := make([]string, len(findings))
	place := make(map[string]int, len(findings))
	for i, f := range findings {
		ids[i] = f.ID
		place[f.ID] = i
	}
	query, args, err := sqlx.In(`SELECT finding_id, span, verdict FROM mark_verdicts WHERE finding_id IN (?)`, ids)
	if err != nil {
		return err
	}
	var marks []markRow
	if err := from.SelectContext(ctx, &marks, query, args...); err != nil {
		return err
	}
	for _, m := range marks {
		if spans := findings[place[m.FindingID]].Spans; m.Span >= 0 && m.Span < len(spans) {
			spans[m.Span].Verdict = model.Verdict(m.Verdict)
		}
	}
	return nil
}

// Finding gives one finding, also one that the detectors no longer see but
// that was judged, or model.ErrNotFound.
func (s *Store) Finding(ctx context.Context, id string) (model.Finding, error) {
	var f model.Finding
	err := s.read(ctx, "reading finding "+id, func(g getter) (err error) {
		f, err = findingByID(ctx, g, id)
		return err
	})
	return f, err
}

func findingByID(ctx context.Context, from getter, id string) (model.Finding, error) {
	list, err := findingsWhere(ctx, from, `id = ?`, id)
	if err != nil {
		return model.Finding{}, err
	}
	if len(list) == 0 {
		return model.Finding{}, model.ErrNotFound
	}
	return list[0], nil
}

// inSight are a case's findings: while it is open, those that the detectors
// see; later what they saw then, which the decision was about, and not the same
// evidence found again. Its argument is the case's ID.
const inSight = `case_id = ? AND CASE WHEN EXISTS (SELECT 1 FROM cases c WHERE c.id = findings.case_id AND c.state <> 'open') THEN gone <> 1 AND again = 0 ELSE gone = 0 END`

// FindingsOf gives a case's findings, strongest first, hints last. Rejected
// ones are among them; those that the detectors no longer see are not, while
// the case is open.
func (s *Store) FindingsOf(ctx context.Context, caseID string) ([]model.Finding, error) {
	var list []model.Finding
	err := s.read(ctx, "reading the findings of case "+caseID, func(g getter) (err error) {
		list, err = findingsWhere(ctx, g, inSight, caseID)
		return err
	})
	return list, err
}

// FindingsOfSession gives the findings about one transcript.
func (s *Store) FindingsOfSession(ctx context.Context, sessionID string) ([]model.Finding, error) {
	if sessionID == "" {
		return nil, nil
	}
	var list []model.Finding
	err := s.read(ctx, "reading the findings in session "+sessionID, func(g getter) (err error) {
		list, err = findingsWhere(ctx, g, `session_id = ? AND session_id <> '' AND gone = 0`, sessionID)
		return err
	})
	return list, err
}

// replaceScope puts new findings of a scope in the place of those it had.
func (t *tx) replaceScope(scope model.ScopeFindings) error {
	var had []struct {
		ID       string `db:"id"`
		ExpertID string `db:"expert_id"`
	}
	if err := t.list(&had, `SELECT id, expert_id FROM findings WHERE scope = ? AND gone = 0`, scope.Scope); err != nil {
		return err
	}
	seen := make(map[string]struct{}, len(scope.Findings))
	touched := map[string]struct{}{scope.ExpertID: {}}
	for _, f := range scope.Findings {
		f.Scope = scope.Scope
		if f.ExpertID == "" {
			f.ExpertID = scope.ExpertID
		}
		if f.ID == "" {
			f.ID = model.FindingID(f)
		}
		seen[f.ID] = struct{}{}
		touched[f.ExpertID] = struct{}{}
		if err := t.keepFinding(f); err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, err)
		}
	}
	for _, h := range had {
		if _, still := seen[h.ID]; still {
			continue
		}
		touched[h.ExpertID] = struct{}{}
		if err := t.dropFinding(h.ID); err != nil {
			return fmt.Errorf("finding %s: %w", h.ID, err)
		}
	}
	for id := range touched {
		if id == "" {
			continue
		}
		if err := t.queue(model.WorkCase, id); err != nil {
			return err
		}
	}
	return nil
}

// keepFinding writes a finding; its verdict, its case and its marks' verdicts
// stay if it was there before.
func (t *tx) keepFinding(f model.Finding) error {
	f.CaseID, f.Verdict, f.JudgedBy, f.JudgedAt, f.Suppressed = "", model.VerdictOpen, "", nil, ""
	f.Spans = append([]model.Span(nil), f.Spans...)
	for i := range f.Spans {
		f.Spans[i].Verdict = model.VerdictOpen
	}
	body, err := text(f)
	if err != nil {
		return err
	}
	var known bool
	if _, err := t.get(&known, `SELECT EXISTS (SELECT 1 FROM findings WHERE id = ?)`, f.ID); err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO findings (id, expert_id, case_id, scope, session_id, guideline, score, advisory, at, body, detector)
		VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET expert_id = excluded.expert_id, scope = excluded.scope, session_id = excluded.session_id, guideline = excluded.guideline,
			score = excluded.score, advisory = excluded.advisory, at = excluded.at, body = excluded.body, gone = 0`,
		f.ID, f.ExpertID, f.Scope, f.SessionID, f.Guideline, f.Score, f.Advisory, us(f.At), body, f.Detector)
	if err != nil || known {
		return err
	}
	return t.inherit(f)
}

// dropFinding takes away a finding that is no longer seen. One that was judged,
// or that stands in a case which is not open, is only put out of sight: if it is
// seen again, it must not open the matter anew.
func (t *tx) dropFinding(id string) error {
	const decided = `EXISTS (SELECT 1 FROM cases c WHERE c.id = findings.case_id AND c.state <> 'open')`
	n, err := t.exec(`UPDATE findings SET gone = iif(`+decided+`, 2, 1) WHERE id = ?1 AND (verdict <> '' OR EXISTS (SELECT 1 FROM mark_verdicts m WHERE m.finding_id = ?1) OR `+decided+`)`, id)
	if err != nil || n > 0 {
		return err
	}
	_, err = t.exec(`DELETE FROM findings WHERE id = ?`, id)
	return err
}

// JudgeFinding keeps a verdict on a whole finding (span < 0) or on one of its
// marks. A finding on which nobody gave a verdict as a whole is rejected when
// all its marks are, and accepted when one of them is.
func (s *Store) JudgeFinding(ctx context.Context, findingID string, span int, verdict model.Verdict, by string, when time.Time) error {
	switch verdict {
	case model.VerdictOpen, model.VerdictAccepted, model.VerdictRejected:
	default:
		return fmt.Errorf("judging finding %s: there is no verdict %q", findingID, verdict)
	}
	return s.write(ctx, "judging finding "+findingID, func(t *tx) error {
		f, err := findingByID(t.ctx, t, findingID)
		if err != nil {
			return err
		}
		if span >= len(f.Spans) {
			return errors.New("it has no such mark")
		}
		detail := map[string]any{"verdict": verdict, "guideline": f.Guideline, "case": f.CaseID}
		if span < 0 {
			err = t.judged(f, verdict, by, when)
		} else {
			detail["mark"] = span
			f.Spans[span].Verdict = verdict
			_, err = t.exec(`INSERT INTO mark_verdicts (finding_id, span, verdict, judged_by, judged_at) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET verdict = excluded.verdict, judged_by = excluded.judged_by, judged_at = excluded.judged_at`,
				findingID, span, verdict, by, us(when))
		}
		if err != nil {
			return err
		}
		_, err = t.exec(`UPDATE findings SET verdict = ?, judged_by = ?, judged_at = ?, inherited = 0 WHERE id = ? AND by_marks = 1 AND verdict <> ?1`,
			ofMarks(f.Spans), by, us(when), findingID)
		if err != nil {
			return err
		}
		if verdict == model.VerdictOpen {
			err = t.reopen(f, span)
		} else {
			err = t.overrule(f)
		}
		if err != nil {
			return err
		}
		if err := t.queue(model.WorkCase, f.ExpertID); err != nil {
			return err
		}
		return t.audit(when, by, "judge", "finding:"+findingID, detail)
	})
}

func ofMarks(spans []model.Span) model.Verdict {
	rejected := 0
	for _, s := range spans {
		switch s.Verdict {
		case model.VerdictAccepted:
			return model.VerdictAccepted
		case model.VerdictRejected:
			rejected++
		}
	}
	if rejected > 0 && rejected == len(spans) {
		return model.VerdictRejected
	}
	return model.VerdictOpen
}
