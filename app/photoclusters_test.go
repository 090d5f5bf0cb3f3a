package app

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mensch/app/model"
)

func TestLinksThatJoinNothing(t *testing.T) {
	j := &joinedPhotos{parent: map[string]string{}}
	j.add(model.PhotoLink{Query: "a", Other: "b", Kind: model.SimilarPortrait})
	j.add(model.PhotoLink{Query: "a", Other: "b", Kind: model.AlteredCopy, Verdict: model.VerdictRejected})
	j.add(model.PhotoLink{Query: "a", Other: "b", Kind: model.Unrelated})
	j.add(model.PhotoLink{Query: "a", Kind: model.SameFile})
	if g := j.groups(); len(g) != 0 {
		t.Errorf("%+v", g)
	}
	j.add(model.PhotoLink{Query: "a", Other: "a", Kind: model.SameFile})
	if g := j.groups(); len(g) != 1 || !slices.Equal(g[0].photos, []string{"a"}) || len(g[0].links) != 1 {
		t.Errorf("one file on two accounts: %+v", g)
	}
}

// The groups are the connected components, whatever the order of the links.
func TestGroupsAreConnectedComponents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 12
		edges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int {
			return [2]int{rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")}
		}), 0, 20).Draw(t, "edges")
		photo := func(i int) string { return fmt.Sprintf("%02d", i) }
		j := &joinedPhotos{parent: map[string]string{}}
		var reach [n][n]bool
		for _, e := range edges {
			j.add(model.PhotoLink{Query: photo(e[0]), Other: photo(e[1]), Kind: model.AlteredCopy})
			reach[e[0]][e[1]], reach[e[1]][e[0]], reach[e[0]][e[0]], reach[e[1]][e[1]] = true, true, true, true
		}
		for k := range n {
			for a := range n {
				for b := range n {
					reach[a][b] = reach[a][b] || reach[a][k] && reach[k][b]
				}
			}
		}
		links := 0
		group := map[string]int{}
		for i, g := range j.groups() {
			links += len(g.links)
			for _, id := range g.photos {
				if _, twice := group[id]; twice {
					t.Fatalf("%s is in two groups", id)
				}
				group[id] = i
			}
		}
		if links != len(edges) {
			t.Fatalf("%d links of %d", links, len(edges))
		}
		for a := range n {
			for b := range n {
				ga, ina := group[photo(a)]
				gb, inb := group[photo(b)]
				if (ina && inb && ga == gb) != reach[a][b] {
					t.Fatalf("%d and %d: joined %v, want %v", a, b, ina && inb && ga == gb, reach[a][b])
				}
			}
		}
	})
}
