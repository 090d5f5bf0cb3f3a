package bench

import (
	"testing"

	"mensch/app/transcripts"
	"mensch/assets"
)

// TestContrived asks of each class of made-up contacts that nearly all are found,
// and of harmless talk that none is.
func TestContrived(t *testing.T) {
	r, err := transcripts.New(nil, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	least := map[string]float64{"handles": 0.85, "mail: the provider alone": 0.85, "harmless talk": 0}
	for _, c := range contrive(r, 5, 25) {
		want, ok := least[c.name]
		if !ok {
			want = 0.95
		}
		if share := c.Recall(); !c.harmless && share < want {
			t.Errorf("%s: %.3f found of %.0f, want %.2f; such as %q", c.name, share, c.TP+c.FN, want, c.missed)
		}
		if c.harmless && c.FP > 0 {
			t.Errorf("%s: %.0f of %.0f flagged, such as %q", c.name, c.FP, c.FP+c.TN, c.missed)
		}
	}
}
