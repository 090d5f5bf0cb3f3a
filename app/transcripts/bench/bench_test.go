package bench

import (
	"os"
	"testing"

	"mensch/assets"
)

const dataDir = "../../../../shared/data/text"

func TestTargets(t *testing.T) {
	if _, err := os.Stat(dataDir); err != nil {
		t.Skip("the labelled sets (../shared/data/text) are not here")
	}
	if testing.Short() {
		t.Skip("measuring takes a while")
	}
	rows, err := Run(t.Context(), t.Output(), dataDir, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if !r.Met && r.Target != 0 {
			t.Errorf("missed: %s: %.4f, want %.4f (%s)", r.Name, r.Value, r.Target, r.Note)
		}
	}
}
