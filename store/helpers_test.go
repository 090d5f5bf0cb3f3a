package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mensch/app/cases"
	"mensch/app/model"
)

// t0 is when everything happens.
var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// testSeal is a chain as app/audit's, without importing it.
func testSeal(row model.AuditRow) string {
	row.Hash = ""
	b, err := json.Marshal(row)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func testOptions() Options {
	return Options{Seal: testSeal, Way: cases.Trace, Live: cases.LiveOn, Now: func() time.Time { return t0 }}
}

func openStore(t testing.TB) *Store {
	t.Helper()
	s := openFilled(t)
	t.Cleanup(func() { checkHistories(t, s) }) // before it is closed
	return s
}

// openFilled opens a store that is filled past the store's own transactions, so
// that nothing wrote histories.
func openFilled(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), testOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// checkHistories holds everything in a test's store to its history, whatever
// the test did to it.
func checkHistories(t testing.TB, s *Store) {
	t.Helper()
	if err := foldAll(s); err != nil && !errors.Is(err, sql.ErrConnDone) && !strings.Contains(err.Error(), "database is closed") {
		t.Error(err)
	}
}

// foldAll names all that does not stand where its history leads.
func foldAll(s *Store) error {
	var wrong []error
	err := s.EachHistory(context.Background(), func(id string, state model.CaseState, history []model.CaseEvent) error {
		if err := cases.CheckHistory(state, history); err != nil {
			wrong = append(wrong, fmt.Errorf("case %s: %w: %+v", id, err, history))
		}
		return nil
	})
	lives := s.EachLife(context.Background(), func(l model.Life) error {
		if err := cases.CheckLife(l); err != nil {
			wrong = append(wrong, fmt.Errorf("%w: %+v", err, l.History))
		}
		return nil
	})
	records := s.EachRecord(context.Background(), func(r model.ExpertRecord) error {
		wrong = append(wrong, cases.CheckRecord(r, s.now()))
		return nil
	})
	wrong = append(wrong, err, lives, records)
	return errors.Join(wrong...)
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func change(kind model.ChangeKind, id string, version int64, data any) model.Change {
	b, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return model.Change{Kind: kind, ID: id, Version: version, Data: b}
}

func tombstone(kind model.ChangeKind, id string, version int64) model.Change {
	return model.Change{Kind: kind, ID: id, Version: version, Deleted: true}
}

const testServer = "https://platform.example"

// apply lands changes as the next page of the feed.
func apply(t testing.TB, s *Store, changes ...model.Change) model.PageResult {
	t.Helper()
	state, err := s.SyncState(t.Context())
	ok(t, err)
	res, err := s.ApplyPage(t.Context(), testServer, state.Cursor, model.ChangePage{Changes: changes, Cursor: state.Cursor + "+"})
	ok(t, err)
	return res
}

func expertChange(id string, version int64) model.Change {
	return change(model.ChangeExpert, id, version, model.Expert{
		ID: id, Version: version, Cluster: "Garden", ScreenName: "Name " + id, State: model.ExpertActive, JoinedAt: t0.AddDate(-1, 0, 0),
	})
}

func incidentChange(id string, version int64, expert string, round int) model.Change {
	return change(model.ChangeIncident, id, version, model.Incident{
		ID: id, ExpertID: expert, CaseID: model.CaseID(expert, round), Reporter: model.ReporterClient, Guideline: "courtesy", Text: "He was rude", At: t0,
	})
}

func caseChange(expert string, round int, version int64, state model.CaseState) model.Change {
	id := model.CaseID(expert, round)
	return change(model.ChangeCase, id, version, model.Case{ID: id, ExpertID: expert, Round: round, State: state, OpenedAt: t0.Add(-time.Hour)})
}

// rank gives a point for each incident and finding.
func rank(f model.CaseFacts) model.Priority {
	n := 10*len(f.Incidents) + len(f.Findings)
	return model.Priority{Score: n, Reasons: []model.PriorityReason{{Points: n, Text: fmt.Sprintf("%d things", n)}}}
}

func refresh(t testing.TB, s *Store, experts ...string) {
	t.Helper()
	for _, e := range experts {
		ok(t, s.RefreshCase(t.Context(), e, t0, rank))
	}
}

func finding(expert, scope string, score float64) model.Finding {
	f := model.Finding{
		ExpertID: expert, Detector: "contact", Scope: scope, Guideline: "contact-exchange", Score: score, Reason: "gives a number", SessionID: "s1",
		Messages: []string{"m1"}, Spans: []model.Span{{Message: "m1", Start: 0, End: int(score * 100)}, {Message: "m2", Start: 3, End: 9}}, At: t0,
	}
	f.ID = model.FindingID(f)
	return f
}

func detect(t testing.TB, s *Store, scope, expert string, findings ...model.Finding) {
	t.Helper()
	ok(t, s.FinishWork(t.Context(), nil, []model.ScopeFindings{{Scope: scope, ExpertID: expert, Findings: findings}}))
}

func decision(id, expert string, round int, version int64) model.Decision {
	return model.Decision{
		ID: id, CaseID: model.CaseID(expert, round), CaseVersion: version, ExpertID: expert, Moderator: "mira", Outcome: model.Sanctioned,
		Sanctions: []model.Sanction{{
			ID: id + "-s", DecisionID: id, ExpertID: expert, Guideline: "courtesy", Step: model.StepWarning, Strikes: 1, StartsAt: t0, StrikesExpire: t0.AddDate(0, 6, 0),
		}},
		Evidence: []model.Evidence{{Kind: "message", ID: "m1", Text: "call me"}}, PackVersion: "1", DecidedAt: t0,
	}
}

// checkAudit walks the whole log.
func checkAudit(t testing.TB, s *Store) []model.AuditRow {
	t.Helper()
	rows, err := s.AuditRows(context.Background(), 0, 0)
	ok(t, err)
	prev := ""
	for i, r := range rows {
		if r.Seq != int64(i+1) || r.Prev != prev || r.Hash != testSeal(r) {
			t.Fatalf("audit row %d: seq %d, prev %q (want %q), hash fits: %v", i+1, r.Seq, r.Prev, prev, r.Hash == testSeal(r))
		}
		prev = r.Hash
	}
	return rows
}
