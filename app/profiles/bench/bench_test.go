package bench

import (
	"os"
	"strings"
	"testing"
)

// data is where the labelled sets stand beside the project.
const data = "../../../../shared/data/text"

func TestRun(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("takes minutes; BENCH=1 runs it")
	}
	if _, err := os.Stat(data); err != nil {
		t.Skipf("the labelled sets are absent: %v", err)
	}
	var out strings.Builder
	if err := Run(t.Context(), &out, data); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
}

func TestLinkageOnLabelledSets(t *testing.T) {
	if _, err := os.Stat(data); err != nil {
		t.Skipf("the labelled sets are absent: %v", err)
	}
	var got table
	if err := measureLinkage(t.Context(), &got, data); err != nil {
		t.Fatal(err)
	}
	for i, least := range []float64{0.90, 0.80} {
		if got.rows[i].Value < least {
			t.Errorf("%s is %.3f, less than %.2f", got.rows[i].Name, got.rows[i].Value, least)
		}
	}
}

func TestRunWithoutData(t *testing.T) {
	t.Setenv("MENSCH_BENCH_TEXTS", "1000")
	var out strings.Builder
	if err := Run(t.Context(), &out, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "absent") {
		t.Errorf("the table does not say that the sets are absent:\n%s", out.String())
	}
}
