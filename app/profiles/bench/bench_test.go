package bench

import (
	"os"
	"strings"
	"testing"

	"mensch/app/evaluation"
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
	if _, err := Run(t.Context(), &out, data); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
}

// TestSmallSets measures what is quick.
func TestSmallSets(t *testing.T) {
	if _, err := os.Stat(data); err != nil {
		t.Skipf("the labelled sets are absent: %v", err)
	}
	eval, err := evaluation.New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := table{eval: eval}
	if err := measureLinkage(t.Context(), &got, data); err != nil {
		t.Fatal(err)
	}
	if err := measureCredentials(t.Context(), &got, data); err != nil {
		t.Fatal(err)
	}
	for _, r := range got.rows {
		if r.Target != 0 && !r.Met {
			t.Errorf("%s is %.3f, want %s", r.Name, r.Value, r.Goal())
		}
	}
}

func TestRunWithoutData(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a large community")
	}
	t.Setenv("MENSCH_BENCH_TEXTS", "1000")
	var out strings.Builder
	if _, err := Run(t.Context(), &out, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "absent") {
		t.Errorf("the table does not say that the sets are absent:\n%s", out.String())
	}
}
