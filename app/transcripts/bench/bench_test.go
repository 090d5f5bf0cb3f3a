package bench

import (
	"os"
	"slices"
	"strings"
	"testing"

	"mensch/assets"
)

const dataDir = "../../../../shared/data/text"

// known are the targets that are known to be missed: the row says by how much.
var known = []string{
	"confidentiality: own set, kept half, recall",
	"disparagement: own set, kept half",
}

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
			if slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(r.Name, k) }) {
				t.Logf("missed, as known: %s: %.4f, want %.4f", r.Name, r.Value, r.Target)
				continue
			}
			t.Errorf("missed: %s: %.4f, want %.4f (%s)", r.Name, r.Value, r.Target, r.Note)
		}
	}
}
