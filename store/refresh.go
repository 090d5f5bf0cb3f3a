package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
)

// exposure is how far back sessions count as clients exposed to the expert.
const exposure = 30 * 24 * time.Hour

// RefreshCase groups an expert's open incidents and findings into the open
// case, and stores the priority that rank computes. rank is called within the
// transaction, and must not call the store.
//
// Cases that are decided keep their priority. A case with nothing open in it
// stays, and leaves the open queue.
func (s *Store) RefreshCase(ctx context.Context, expertID string, now time.Time, rank func(model.CaseFacts) model.Priority) error {
	return s.RefreshCases(ctx, []string{expertID}, now, rank)
}

// RefreshCases does what RefreshCase does for many experts in one transaction.
func (s *Store) RefreshCases(ctx context.Context, expertIDs []string, now time.Time, rank func(model.CaseFacts) model.Priority) error {
	if len(expertIDs) == 0 {
		return nil
	}
	return s.write(ctx, "grouping cases", func(t *tx) error {
		for _, id := range expertIDs {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.refreshExpert(id, now, rank); err != nil {
				return fmt.Errorf("expert %s: %w", id, err)
			}
		}
		return nil
	})
}

func (t *tx) refreshExpert(expertID string, now time.Time, rank func(model.CaseFacts) model.Priority) error {
	if err := t.group(expertID, now); err != nil {
		return err
	}
	var rows []caseRow
	if err := t.list(&rows, `SELECT `+caseColumns+` FROM cases WHERE expert_id = ? ORDER BY round`, expertID); err != nil {
		return err
	}
	for _, row := range rows {
		if err := t.refresh(row, now, rank); err != nil {
			return err
		}
	}
	_, err := t.exec(`DELETE FROM work WHERE kind = ? AND id = ?`, model.WorkCase, expertID)
	return err
}

// A finding counts while it is seen, not refused and not a mere hint.
const (
	liveFinding  = `gone = 0 AND advisory = 0 AND verdict <> 'rejected' AND suppressed = ''`
	openIncident = `closed = 0`
)

// group puts what stands in no case into the open one, which it opens if
// there is something that needs it.
func (t *tx) group(expertID string, now time.Time) error {
	if err := t.adoptIncidents(expertID, now); err != nil {
		return err
	}
	var open []caseRow
	if err := t.list(&open, `SELECT `+caseColumns+` FROM cases WHERE expert_id = ? AND state = 'open' ORDER BY round`, expertID); err != nil {
		return err
	}
	if len(open) > 1 {
		if err := t.merge(open[0].ID, open[1:]); err != nil {
			return err
		}
	}
	var target string
	if len(open) > 0 {
		target = open[0].ID
	} else {
		var loose bool
		_, err := t.get(&loose, `SELECT EXISTS (SELECT 1 FROM findings WHERE expert_id = ?1 AND case_id = '' AND `+liveFinding+`)
			OR EXISTS (SELECT 1 FROM incidents WHERE expert_id = ?1 AND in_case = '' AND `+openIncident+`)`, expertID)
		if err != nil || !loose {
			return err
		}
		var round int
		if _, err := t.get(&round, `SELECT ifnull(max(round), 0) + 1 FROM cases WHERE expert_id = ?`, expertID); err != nil {
			return err
		}
		target = model.CaseID(expertID, round)
		if err := t.openCase(target, expertID, round, now); err != nil {
			return err
		}
	}
	if _, err := t.exec(`UPDATE findings SET case_id = ? WHERE expert_id = ? AND case_id = '' AND gone = 0`, target, expertID); err != nil {
		return err
	}
	if err := t.openAgain(target); err != nil {
		return err
	}
	_, err := t.exec(`UPDATE incidents SET in_case = ? WHERE expert_id = ? AND in_case = '' AND `+openIncident, target, expertID)
	return err
}

// adoptIncidents opens the cases that incidents name and that have not
// arrived: the feed may bring a case after its incidents.
func (t *tx) adoptIncidents(expertID string, now time.Time) error {
	var missing []struct {
		ID string `db:"in_case"`
		At int64  `db:"at"`
	}
	err := t.list(&missing, `SELECT in_case, min(at) AS at FROM incidents
		WHERE expert_id = ? AND in_case <> '' AND `+openIncident+` AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = in_case)
		GROUP BY in_case ORDER BY in_case`, expertID)
	if err != nil {
		return err
	}
	for _, m := range missing {
		round, err := strconv.Atoi(strings.TrimPrefix(m.ID, expertID+"."))
		if err != nil || round < 1 || model.CaseID(expertID, round) != m.ID {
			if _, err := t.get(&round, `SELECT ifnull(max(round), 0) + 1 FROM cases WHERE expert_id = ?`, expertID); err != nil {
				return err
			}
		}
		opened := at(m.At)
		if opened.After(now) {
			opened = now
		}
		if err := t.openCase(m.ID, expertID, round, opened); err != nil {
			return err
		}
	}
	return nil
}

// openCase makes a case that the platform does not have yet.
func (t *tx) openCase(id, expertID string, round int, opened time.Time) error {
	_, err := t.exec(`INSERT INTO cases (id, version, epoch, expert_id, round, platform_state, opened_at)
		VALUES (?, 0, (SELECT epoch FROM sync), ?, ?, 'open', ?)`, id, expertID, round, us(opened))
	return err
}

// merge moves what stands in later open cases into the first, where that may
// be: after an undo, what was found meanwhile had opened a round of its own. A
// case that the platform has, or that somebody wrote on, stays.
func (t *tx) merge(target string, later []caseRow) error {
	for _, c := range later {
		var used bool
		_, err := t.get(&used, `SELECT ?2 > 0 OR EXISTS (SELECT 1 FROM outbox WHERE case_id = ?1) OR EXISTS (SELECT 1 FROM team_events WHERE case_id = ?1)
			OR EXISTS (SELECT 1 FROM incidents WHERE in_case = ?1 AND case_id = ?1) OR EXISTS (SELECT 1 FROM decisions WHERE case_id = ?1)`, c.ID, c.Version)
		if err != nil {
			return err
		}
		if used {
			continue
		}
		for _, q := range []string{
			`UPDATE findings SET case_id = ? WHERE case_id = ?`,
			`UPDATE incidents SET in_case = ? WHERE in_case = ?`,
		} {
			if _, err := t.exec(q, target, c.ID); err != nil {
				return err
			}
		}
		if _, err := t.exec(`DELETE FROM cases WHERE id = ?`, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// refresh stores what the queue shows of one case.
func (t *tx) refresh(row caseRow, now time.Time, rank func(model.CaseFacts) model.Priority) error {
	facts, err := factsOf(t.ctx, t, row, now)
	if err != nil {
		return err
	}
	incidents := facts.Incidents
	open := row.State == string(model.CaseOpen)
	if !open {
		if incidents, err = incidentsOf(t.ctx, t, row.ID); err != nil {
			return err
		}
	}
	findings := 0
	guidelines := []string{}
	name := func(id string) {
		if id != "" && !slices.Contains(guidelines, id) {
			guidelines = append(guidelines, id)
		}
	}
	for _, f := range facts.Findings {
		if !f.Advisory {
			findings++
			name(f.Guideline)
		}
	}
	reporters := 0
	for _, i := range incidents {
		name(i.Guideline)
		reporters |= reporterBit(i.Reporter)
	}
	bits, err := t.guidelineBits(guidelines)
	if err != nil {
		return err
	}
	appealed := slices.ContainsFunc(facts.Appeals, func(a model.Appeal) bool { return a.Outcome == "" })
	quiet := len(facts.Incidents) == 0 && findings == 0 && !appealed
	priority := facts.Case.Priority
	if row.State != string(model.CaseDecided) || (priority.Score == 0 && len(priority.Reasons) == 0) {
		priority = rank(facts)
	}
	reasons, err := text(append([]model.PriorityReason{}, priority.Reasons...))
	if err != nil {
		return err
	}
	opened := row.OpenedAt
	if row.Version == 0 && row.Quiet && !quiet && open && row.Reasons != "[]" {
		opened = us(now) // it was closed for want of anything open, and opens anew
	}
	_, err = t.exec(`UPDATE cases SET quiet = ?, score = ?, reasons = ?, opened_at = ?, guidelines = ?, guideline_bits = ?, reporter_bits = ?,
			incidents = ?, findings = ? WHERE id = ?`,
		quiet, min(max(priority.Score, 0), 100), reasons, opened, words(guidelines), bits, reporters, len(incidents), findings, row.ID)
	return err
}

// factsOf reads on one view of the store all that a case is judged by.
func factsOf(ctx context.Context, from getter, row caseRow, now time.Time) (model.CaseFacts, error) {
	var facts model.CaseFacts
	var err error
	if facts.Case, err = row.noun(now); err != nil {
		return facts, err
	}
	facts.Expert, err = expertByID(ctx, from, row.ExpertID)
	if isNone(err) {
		facts.Expert, err = model.Expert{ID: row.ExpertID}, nil
	}
	if err != nil {
		return facts, err
	}
	all, err := incidentsOf(ctx, from, row.ID)
	if err != nil {
		return facts, err
	}
	facts.Incidents = slices.DeleteFunc(all, func(i model.Incident) bool { return i.Closed })
	if facts.Findings, err = findingsWhere(ctx, from, inSight+` AND verdict <> 'rejected' AND suppressed = ''`, row.ID); err != nil {
		return facts, err
	}
	if facts.Strikes, err = strikesOf(ctx, from, row.ExpertID); err != nil {
		return facts, err
	}
	appeals, err := appealsOf(ctx, from, row.ExpertID)
	if err != nil {
		return facts, err
	}
	facts.Appeals = slices.DeleteFunc(appeals, func(a model.Appeal) bool { return a.CaseID != row.ID })
	err = from.GetContext(ctx, &facts.Sessions, `SELECT count(*) FROM sessions WHERE expert_id = ? AND started_at > ?`, row.ExpertID, us(now.Add(-exposure)))
	return facts, err
}

// Bits of reporter_bits.
const otherReporter = 8

func reporterBit(r model.Reporter) int {
	switch r {
	case model.ReporterClient:
		return 1
	case model.ReporterExpert:
		return 2
	case model.ReporterStaff:
		return 4
	}
	return otherReporter
}

// sharedBit is what guidelines share that came after all others were taken.
// The 64th bit stays free: SQLite's numbers are signed.
const sharedBit = 62

func (t *tx) guidelineBits(guidelines []string) (int64, error) {
	var bits int64
	for _, g := range guidelines {
		var bit int
		found, err := t.get(&bit, `SELECT bit FROM guideline_bits WHERE guideline = ?`, g)
		if err != nil {
			return 0, err
		}
		if !found {
			if _, err := t.get(&bit, `SELECT min(count(*), ?) FROM guideline_bits`, sharedBit); err != nil {
				return 0, err
			}
			if _, err := t.exec(`INSERT INTO guideline_bits (guideline, bit) VALUES (?, ?)`, g, bit); err != nil {
				return 0, err
			}
		}
		bits |= 1 << bit
	}
	return bits, nil
}
