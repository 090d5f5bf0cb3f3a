package scores

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	var b strings.Builder
	rows := []Row{
		Judge(Row{Name: "a | b", Value: 0.9, Low: 0.8, High: 0.95, N: 10, Baseline: "0.5", Target: 0.85, AtLeast: true, Note: "how"}),
		Judge(Row{Name: "c", Value: 0.9, Target: 0.5}),
		{Name: "d", Value: 3},
	}
	if err := Table(&b, rows, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 5 || !strings.Contains(lines[2], `a \| b`) || !strings.Contains(lines[2], "≥ 0.85, met") || !strings.Contains(lines[3], "≤ 0.5, missed") || strings.Contains(lines[4], "met") {
		t.Errorf("%s", b.String())
	}
}

func TestInsert(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	if err := os.WriteFile(path, []byte("top\n<!-- scores -->\nold\n<!-- /scores -->\nbottom\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice is once
		if err := Insert(path, "scores", "| new |\n"); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if want := "top\n<!-- scores -->\n\n| new |\n\n<!-- /scores -->\nbottom\n"; err != nil || string(raw) != want {
		t.Errorf("%q, %v", raw, err)
	}
	if err := Insert(path, "other", "x"); !errors.Is(err, ErrNoMarks) {
		t.Errorf("a file without the marks: %v", err)
	}
}
