package store

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mensch/app/model"
)

// wholeQueue reads all that is shown.
func wholeQueue(t testing.TB, s *Store) []model.QueueRow {
	t.Helper()
	var rows []model.QueueRow
	for after := (model.QueueKey{}); ; {
		page := must(s.QueuePage(t.Context(), model.QueueFilter{Sort: model.SortOldest}, after, 1000))(t)
		rows = append(rows, page...)
		if len(page) < 1000 {
			break
		}
		after = page[len(page)-1].Key
	}
	return rows
}

// reporterBitsOf reads what the rows do not show.
func reporterBitsOf(t testing.TB, s *Store) map[string]int {
	t.Helper()
	reporters := map[string]int{}
	var bits []struct {
		ID   string `db:"id"`
		Bits int    `db:"reporter_bits"`
	}
	ok(t, s.pool.Select(&bits, `SELECT id, reporter_bits FROM cases`))
	for _, b := range bits {
		reporters[b.ID] = b.Bits
	}
	return reporters
}

// sorted filters and sorts the queue the long way.
func sorted(all []model.QueueRow, reporters map[string]int, f model.QueueFilter) []model.QueueRow {
	has := func(list []string, any []string) bool {
		return len(any) == 0 || slices.ContainsFunc(list, func(x string) bool { return slices.Contains(any, x) })
	}
	rows := slices.DeleteFunc(slices.Clone(all), func(r model.QueueRow) bool {
		reporter := len(f.Reporters) == 0
		for _, p := range f.Reporters {
			reporter = reporter || reporters[r.CaseID]&reporterBit(p) != 0
		}
		return !reporter || (len(f.States) > 0 && !slices.Contains(f.States, r.State)) || (len(f.Clusters) > 0 && !slices.Contains(f.Clusters, r.Cluster)) ||
			!has(r.Guidelines, f.Guidelines) || r.Priority.Score < f.MinScore || (f.LeasedBy != "" && r.LeaseHolder != f.LeasedBy)
	})
	slices.SortFunc(rows, func(a, b model.QueueRow) int {
		switch f.Sort {
		case model.SortOldest:
			return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.CaseID, b.CaseID))
		case model.SortNewest:
			return -cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.CaseID, b.CaseID))
		}
		return cmp.Or(cmp.Compare(b.Priority.Score, a.Priority.Score), cmp.Compare(a.OpenedAt.Unix(), b.OpenedAt.Unix()), cmp.Compare(a.CaseID, b.CaseID))
	})
	return rows
}

func ids(rows []model.QueueRow) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.CaseID
	}
	return out
}

func TestQueuePagesAreTheSortedWhole(t *testing.T) {
	s := openStore(t)
	fillCases(t, s, 3000)
	ok(t, s.write(t.Context(), "leasing", func(w *tx) error {
		_, err := w.exec(`UPDATE cases SET lease_holder = iif(substr(expert_id, -1) = '4', 'mira', 'kim'), lease_expires = ? + iif(substr(expert_id, -2, 1) > '4', 1, -1) WHERE substr(expert_id, -1) IN ('4', '5')`, us(t0))
		return err
	}))
	// Many cases of one second and score, as a first sync makes them.
	ok(t, s.write(t.Context(), "evening", func(w *tx) error {
		_, err := w.exec(`UPDATE cases SET opened_at = ?, score = 50 WHERE expert_id > 'e0002500'`, us(t0))
		return err
	}))
	rng := rand.New(rand.NewPCG(3, 4))
	some := func(n int) bool { return rng.IntN(n) == 0 }
	all, reporters := wholeQueue(t, s), reporterBitsOf(t, s)
	if n := len(all); n < 2500 || n >= 3000 {
		t.Fatalf("%d of 3000 cases are shown: empty open ones should not be", n)
	}
	for i := range 60 {
		var f model.QueueFilter
		f.Sort = []model.QueueSort{"", model.SortPriority, model.SortOldest, model.SortNewest}[rng.IntN(4)]
		for _, st := range []model.CaseState{model.CaseOpen, model.CaseDecided, model.CaseConflict, model.CaseAppealed, model.CaseOpen, model.CaseProposed} {
			if some(3) {
				f.States = append(f.States, st)
			}
		}
		if some(3) {
			f.Clusters = []string{"Cluster 3", "Cluster 5", "No such"}
		}
		if some(3) {
			f.Guidelines = []string{"false-photo", "unheard-of", "ratings"}
		}
		if some(4) {
			f.Reporters = []model.Reporter{model.ReporterStaff, model.ReporterClient}
		}
		if some(4) {
			f.MinScore = rng.IntN(100)
		}
		if some(5) {
			f.LeasedBy = "mira"
		}
		size := []int{1, 7, 100, 1000, 5000}[rng.IntN(5)]
		t.Run(fmt.Sprintf("%d %+v by %d", i, f, size), func(t *testing.T) {
			want := sorted(all, reporters, f)
			if size == 1 && len(want) > 100 {
				size = 50
			}
			outline := must(s.QueueOutline(t.Context(), f, size))(t)
			if outline.Total != len(want) || outline.PageSize != size || len(outline.Before) != max(1, (len(want)+size-1)/size) {
				t.Fatalf("outline of %d in %d pages of %d, want %d", outline.Total, len(outline.Before), outline.PageSize, len(want))
			}
			var got []model.QueueRow
			for p, before := range outline.Before {
				page := must(s.QueuePage(t.Context(), f, before, size))(t)
				if p+1 < len(outline.Before) && (len(page) != size || page[size-1].Key != outline.Before[p+1]) {
					t.Fatalf("page %d has %d rows and ends at %+v, the outline says %+v", p, len(page), page[len(page)-1].Key, outline.Before[p+1])
				}
				got = append(got, page...)
			}
			if !reflect.DeepEqual(ids(got), ids(want)) {
				t.Errorf("got  %v\nwant %v", ids(got), ids(want))
			}
			for i := 1; i < len(got); i++ {
				if got[i].Key.Rank < got[i-1].Key.Rank {
					t.Fatalf("the rank falls at row %d", i)
				}
			}
		})
	}
	if _, err := s.QueuePage(t.Context(), model.QueueFilter{Sort: "size"}, model.QueueKey{}, 1); err == nil {
		t.Error("sorted by an order that is none")
	}
}

func TestMoreGuidelinesThanBits(t *testing.T) {
	s := openStore(t)
	var experts []string
	for i := range 70 {
		e := fmt.Sprintf("e%02d", i)
		experts = append(experts, e)
		apply(t, s, change(model.ChangeIncident, "i"+e, 1, model.Incident{ID: "i" + e, ExpertID: e, CaseID: e + ".1", Guideline: fmt.Sprintf("rule-%02d", i), At: t0}))
	}
	refresh(t, s, experts...)
	for _, i := range []int{0, 31, 61, 62, 63, 69} {
		rule := fmt.Sprintf("rule-%02d", i)
		f := model.QueueFilter{Guidelines: []string{rule}}
		rows := must(s.QueuePage(t.Context(), f, model.QueueKey{}, 0))(t)
		if len(rows) != 1 || rows[0].Guidelines[0] != rule {
			t.Errorf("%s: %+v", rule, rows)
		}
		if o := must(s.QueueOutline(t.Context(), f, 10))(t); o.Total != 1 {
			t.Errorf("%s: %+v", rule, o)
		}
	}
	both := must(s.QueuePage(t.Context(), model.QueueFilter{Guidelines: []string{"rule-01", "rule-66"}}, model.QueueKey{}, 0))(t)
	if len(both) != 2 {
		t.Errorf("%+v", both)
	}
}

// A page that sorts, or reads the table to filter, is slow at 100,000 cases.
// The plan shows that at any size.
func TestQueueReadsNothingButItsIndex(t *testing.T) {
	s := openStore(t)
	fillCases(t, s, 50)
	for _, f := range []model.QueueFilter{
		{},
		openOnly,
		{Sort: model.SortNewest},
		{Sort: model.SortOldest, States: []model.CaseState{model.CaseOpen, model.CaseConflict}},
		{States: []model.CaseState{model.CaseOpen}, Clusters: []string{"Cluster 3"}, Guidelines: []string{"ratings"}, Reporters: []model.Reporter{model.ReporterStaff}, MinScore: 3, LeasedBy: "mira"},
	} {
		q := must(s.queueQuery(t.Context(), s.reader, f))(t)
		query, args, err := q.page(model.QueueKey{Rank: 9, CaseID: "e"}, 200)
		ok(t, err)
		var plan []struct {
			ID      int    `db:"id"`
			Parent  int    `db:"parent"`
			NotUsed int    `db:"notused"`
			Detail  string `db:"detail"`
		}
		ok(t, s.pool.Select(&plan, `EXPLAIN QUERY PLAN `+query, args...))
		covering := 0
		for _, p := range plan {
			if strings.Contains(p.Detail, "cases USING COVERING INDEX queue_") {
				covering++
			}
			// The 200 rows of a page may be sorted once more, the cases may not.
			if strings.Contains(p.Detail, "SCAN cases") || strings.Contains(p.Detail, "cases USING INDEX") {
				t.Errorf("%+v: %s", f, p.Detail)
			}
		}
		if want := max(1, len(f.States)); covering != want {
			t.Errorf("%+v: %d covering indexes, want %d: %+v", f, covering, want, plan)
		}
	}
}
