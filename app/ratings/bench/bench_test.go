package bench

import (
	"os"
	"strings"
	"testing"
)

// data is where the labelled sets stand beside the project.
const data = "../../../../shared/data/text"

func TestRun(t *testing.T) {
	if _, err := os.Stat(data); err != nil {
		t.Skipf("the labelled sets are absent: %v", err)
	}
	if os.Getenv("BENCH") == "" {
		t.Skip("takes a minute; BENCH=1 runs it")
	}
	var out strings.Builder
	if _, err := Run(t.Context(), &out, data); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
}

func TestRunWithoutData(t *testing.T) {
	var out strings.Builder
	if _, err := Run(t.Context(), &out, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "absent") {
		t.Errorf("the table does not say that the sets are absent:\n%s", out.String())
	}
}
