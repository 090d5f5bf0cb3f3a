package scores

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "set.jsonl"), []byte("{\"y\":1}\n{\"y\":2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows, err := Load[struct{ Y int }](dir, "set.jsonl")
	if err != nil || len(rows) != 2 || rows[1].Y != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if _, err := Load[struct{}](dir, "none/set.jsonl"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("an absent set gives %v", err)
	}
	if _, err := Load[struct{ Y string }](dir, "set.jsonl"); err == nil {
		t.Fatal("a number was read as a string")
	}
}

func TestWilson(t *testing.T) {
	// Worked by hand for 8 of 10: 0.490 to 0.943.
	low, high := Wilson(8, 10)
	if math.Abs(low-0.4902) > 5e-4 || math.Abs(high-0.9433) > 5e-4 {
		t.Errorf("8 of 10: %v to %v", low, high)
	}
	if low, high := Wilson(0, 0); low != 0 || high != 1 {
		t.Errorf("0 of 0: %v to %v", low, high)
	}
	if low, high := Wilson(10, 10); low < 0.6 || high != 1 {
		t.Errorf("10 of 10: %v to %v", low, high)
	}
}
