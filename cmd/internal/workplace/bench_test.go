package workplace_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/audit"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
)

// BenchmarkVerify checks a store with a million rows in its audit log: SQLite's
// own checks, every row and link, and the Merkle tree. It reports how long a
// million rows take.
func BenchmarkVerify(b *testing.B) {
	const rows = 1_000_000
	dir := b.TempDir()
	desk, err := workplace.Open(b.Context(), workplace.Config{Dir: dir, Offline: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := desk.Close(); err != nil {
			b.Error(err)
		}
	})
	fillLog(b, filepath.Join(dir, "mensch.db"), rows)
	b.ResetTimer()
	for range b.N {
		v, err := desk.Verify(b.Context())
		if err != nil || v.Rows != rows {
			b.Fatalf("%+v, %v", v, err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/million-rows")
}

// fillLog writes rows as the store does, many in one transaction.
func fillLog(b *testing.B, path string, rows int64) {
	b.Helper()
	db, err := sqlx.ConnectContext(b.Context(), "sqlite3", path)
	if err != nil {
		b.Fatal(err)
	}
	tx, err := db.BeginTxx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.PrepareContext(b.Context(), `INSERT INTO audit (seq, at, actor, action, object, detail, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	row := model.AuditRow{At: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Actor: "Robin Example", Action: "judge", Object: "finding:f0123456789abcdef01234567", Detail: `{"case":"e000042.1","verdict":"accepted","span":3}`}
	for row.Seq = 1; row.Seq <= rows; row.Seq++ {
		row.Prev = row.Hash
		row.At = row.At.Add(time.Second)
		row.Hash = audit.Seal(row)
		if _, err := insert.ExecContext(b.Context(), row.Seq, row.At.UnixMicro(), row.Actor, row.Action, row.Object, row.Detail, row.Prev, row.Hash); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}
