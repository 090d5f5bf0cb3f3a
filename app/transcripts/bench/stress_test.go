package bench

import (
	"fmt"
	"os"
	"testing"

	"mensch/app/model"
	"mensch/app/transcripts"
	"mensch/assets"
)

func TestStressTmp(t *testing.T) {
	r, err := transcripts.New(nil, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]int{}
	type c struct{ n, k int }
	by := map[string]*c{}
	var order []string
	for _, x := range made(1, 60) {
		got := false
		for _, f := range by2(r, x) {
			for _, s := range f.Spans {
				if x.move || !x.want || s.Label != "off-platform" && s.Label != "promotion" {
					got = true
				}
			}
		}
		if by[x.class] == nil {
			by[x.class] = &c{}
			order = append(order, x.class)
		}
		by[x.class].n++
		if got {
			by[x.class].k++
		}
		if got != x.want && shown[x.class] < 40 && os.Getenv("SHOW") != "" {
			shown[x.class]++
			fmt.Printf("  %s: %q\n", x.class, x.texts)
		}
	}
	for _, o := range order {
		fmt.Printf("%-40s %d/%d = %.3f\n", o, by[o].k, by[o].n, float64(by[o].k)/float64(by[o].n))
	}
}

func by2(r *transcripts.Reader, x contrived) []model.Finding {
	return by(r.Review(said(x.texts...)), transcripts.DetectContact)
}
