package training

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const dataDir = "../../../../shared/data/text"

// TestSame trains twice and wants the same bytes, and those that are shipped.
func TestSame(t *testing.T) {
	if testing.Short() {
		t.Skip("training takes a while")
	}
	if _, err := os.Stat(dataDir); err != nil {
		t.Skip("the labelled sets (../shared/data/text) are not here")
	}
	out := t.TempDir()
	if d := os.Getenv("TRAIN_OUT"); d != "" {
		out = d
	}
	if err := Train(dataDir, out); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("TRAIN_OUT") != "" {
		return
	}
	files, err := filepath.Glob(filepath.Join(out, "*.bin"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no models: %v", err)
	}
	for _, f := range files {
		got, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		shipped, err := os.ReadFile(filepath.Join("../../../assets/models", filepath.Base(f)))
		if err != nil || !bytes.Equal(got, shipped) {
			t.Errorf("%s differs from the one that is shipped (%v): run “go run ./cmd/dev train”", filepath.Base(f), err)
		}
	}
}
