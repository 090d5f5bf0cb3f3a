package audit_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/audit"
	"mensch/app/model"
)

// chain builds n sound rows.
func chain(n int) []model.AuditRow {
	rows := make([]model.AuditRow, n)
	prev := ""
	for i := range rows {
		rows[i] = model.AuditRow{
			Seq: int64(i + 1), At: time.Date(2026, 3, 1, 0, 0, i, 1000, time.UTC), Actor: "mo", Action: "decide",
			Object: fmt.Sprintf("decision:%d", i), Detail: `{"outcome":"dismissed"}`, Prev: prev,
		}
		rows[i].Hash = audit.Seal(rows[i])
		prev = rows[i].Hash
	}
	return rows
}

func seq(rows []model.AuditRow) iter.Seq2[model.AuditRow, error] {
	return func(yield func(model.AuditRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestVerifySaysWhereAndHow(t *testing.T) {
	rows := chain(10)
	head := audit.Anchor{Seq: 10, Hash: rows[9].Hash}
	if got, err := audit.Verify(seq(rows), head); err != nil || got != head {
		t.Fatalf("a sound log gives %v, %v", got, err)
	}
	reseal := func(rows []model.AuditRow, from int) {
		for i := from; i < len(rows); i++ {
			if i > 0 {
				rows[i].Prev = rows[i-1].Hash
			}
			rows[i].Hash = audit.Seal(rows[i])
		}
	}
	for _, c := range []struct {
		name  string
		edit  func(rows []model.AuditRow) []model.AuditRow
		fault audit.Fault
		seq   int64
		last  int64
	}{
		{"altered", func(r []model.AuditRow) []model.AuditRow { r[4].Actor = "somebody"; return r }, audit.Altered, 5, 5},
		{"altered and sealed anew", func(r []model.AuditRow) []model.AuditRow {
			r[4].Actor = "somebody"
			r[4].Hash = audit.Seal(r[4])
			return r
		}, audit.Unlinked, 6, 6},
		{"everything sealed anew", func(r []model.AuditRow) []model.AuditRow { r[4].Actor = "x"; reseal(r, 4); return r }, audit.Replaced, 10, 10},
		{"one missing", func(r []model.AuditRow) []model.AuditRow { return slices.Delete(r, 4, 5) }, audit.Missing, 5, 5},
		{"three missing", func(r []model.AuditRow) []model.AuditRow { return slices.Delete(r, 4, 7) }, audit.Missing, 5, 7},
		{"the first missing", func(r []model.AuditRow) []model.AuditRow { return r[1:] }, audit.Missing, 1, 1},
		{"one twice", func(r []model.AuditRow) []model.AuditRow { return slices.Insert(r, 5, r[4]) }, audit.Reordered, 5, 5},
		{"two swapped", func(r []model.AuditRow) []model.AuditRow { r[4], r[5] = r[5], r[4]; return r }, audit.Missing, 5, 5},
		{"cut", func(r []model.AuditRow) []model.AuditRow { return r[:7] }, audit.Truncated, 8, 10},
		{"all gone", func([]model.AuditRow) []model.AuditRow { return nil }, audit.Truncated, 1, 10},
	} {
		_, err := audit.Verify(seq(c.edit(slices.Clone(rows))), head)
		var broken *audit.BrokenError
		if !errors.As(err, &broken) || !errors.Is(err, audit.ErrBroken) || broken.Fault != c.fault || broken.Seq != c.seq || broken.Last != c.last {
			t.Errorf("%s: got %v, want %s at %d to %d", c.name, err, c.fault, c.seq, c.last)
		}
	}
	boom := errors.New("boom")
	failing := func(yield func(model.AuditRow, error) bool) { yield(model.AuditRow{}, boom) }
	if _, err := audit.Verify(failing); !errors.Is(err, boom) || errors.Is(err, audit.ErrBroken) {
		t.Errorf("an unreadable log is not a broken one: %v", err)
	}
}

// TestAnyChangeIsFound changes any field of any row: the log never passes.
func TestAnyChangeIsFound(t *testing.T) {
	rows := chain(8)
	head := audit.Anchor{Seq: 8, Hash: rows[7].Hash}
	rapid.Check(t, func(t *rapid.T) {
		forged := slices.Clone(rows)
		i := rapid.IntRange(0, 7).Draw(t, "row")
		r := &forged[i]
		text := rapid.String().Draw(t, "text")
		switch rapid.IntRange(0, 7).Draw(t, "field") {
		case 0:
			r.Seq += rapid.Int64Range(-3, 3).Draw(t, "seq")
		case 1:
			r.At = r.At.Add(time.Duration(rapid.IntRange(-5000, 5000).Draw(t, "time")) * time.Microsecond)
		case 2:
			r.Actor = text
		case 3:
			r.Action = text
		case 4:
			r.Object = text
		case 5:
			r.Detail = text
		case 6:
			r.Prev = text
		case 7:
			r.Hash = text
		}
		if rapid.Bool().Draw(t, "seal") {
			r.Hash = audit.Seal(*r)
		}
		_, err := audit.Verify(seq(forged), head)
		if same := slices.Equal(forged, rows); same != (err == nil) {
			t.Fatalf("same %v, but %v", same, err)
		}
	})
}

// TestFieldsCannotFlow: what moves from one field into the next is another row.
func TestFieldsCannotFlow(t *testing.T) {
	a := model.AuditRow{Seq: 1, Actor: "ab", Action: "c"}
	b := model.AuditRow{Seq: 1, Actor: "a", Action: "bc"}
	if audit.Seal(a) == audit.Seal(b) {
		t.Error("two rows have one hash")
	}
}
