package ratings

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/model"
)

var start = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func expert(id string) model.Expert {
	return model.Expert{ID: id, Cluster: "Pets", Signals: model.Signals{
		Payout: "p-" + id, Address: "a-" + id, Devices: []string{"d-" + id}, Networks: []string{"n-" + id},
	}}
}

// market is an honest community: clients who rate some of many experts well.
func market(seed uint64) *Ledger {
	rng := rand.New(rand.NewPCG(seed, 1))
	l := NewLedger(nil)
	for e := range 60 {
		l.PutExpert(expert(fmt.Sprintf("e%d", e)))
	}
	for c := range 300 {
		for range 1 + rng.IntN(4) {
			e := int(60 * rng.Float64() * rng.Float64())
			l.PutRating(model.Rating{
				ID: fmt.Sprintf("h%d-%d", c, rng.Int64()), ExpertID: fmt.Sprintf("e%d", e), RaterID: fmt.Sprintf("c%d", c), Device: fmt.Sprintf("dc%d", c), Network: "n-carrier",
				Stars: []int{5, 5, 5, 4, 4, 3, 1}[rng.IntN(7)], At: start.Add(time.Duration(rng.IntN(300*24)) * time.Hour),
			})
		}
	}
	return l
}

func review(l *Ledger, id, detector string) bool {
	for _, f := range l.Review(id) {
		if f.Detector == detector {
			return true
		}
	}
	return false
}

func TestHonestMarket(t *testing.T) {
	for seed := range uint64(5) {
		l := market(seed)
		for e := range 60 {
			if got := l.Review(fmt.Sprintf("e%d", e)); len(got) > 0 {
				t.Errorf("seed %d: %+v", seed, got)
			}
		}
	}
}

func TestSelfRating(t *testing.T) {
	cases := []struct {
		name   string
		change func(*model.Rating)
		found  bool
	}{
		{"the expert's device", func(r *model.Rating) { r.Device = "d-e1" }, true},
		{"the expert's payout account", func(r *model.Rating) { r.Payout = "p-e1" }, true},
		{"the expert's street address", func(r *model.Rating) { r.Address = "a-e1" }, true},
		{"the expert's account", func(r *model.Rating) { r.RaterID = "e1" }, true},
		{"the expert's network alone", func(r *model.Rating) { r.Network = "n-e1" }, false},
		{"a bad rating from the expert's device", func(r *model.Rating) { r.Device, r.Stars = "d-e1", 1 }, false},
		{"a void rating", func(r *model.Rating) { r.Device, r.Void = "d-e1", true }, false},
		{"no tokens at all", func(r *model.Rating) { r.Device, r.Payout, r.Address, r.Network = "", "", "", "" }, false},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			l := market(1)
			r := model.Rating{ID: "r", ExpertID: "e1", RaterID: "c900", Stars: 5, At: start, Device: "dx", Payout: "px", Address: "ax", Network: "nx"}
			tc.change(&r)
			l.PutRating(r)
			if got := review(l, "e1", SelfRating); got != tc.found {
				t.Errorf("found %v, want %v", got, tc.found)
			}
		})
	}
	t.Run("an expert without tokens", func(t *testing.T) {
		l := NewLedger(nil)
		l.PutExpert(model.Expert{ID: "e1"})
		l.PutRating(model.Rating{ID: "r", ExpertID: "e1", RaterID: "c1", Stars: 5, At: start})
		if got := l.Review("e1"); len(got) > 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestOneDevice(t *testing.T) {
	l := market(2)
	for i := range 4 {
		l.PutRating(model.Rating{ID: fmt.Sprint("s", i), ExpertID: "e5", RaterID: fmt.Sprint("c80", i), Device: "d-puppets", Stars: 5, At: start.AddDate(0, i, 0)})
	}
	if !review(l, "e5", SelfRating) {
		t.Error("four clients on one device are not found")
	}
}

func TestRing(t *testing.T) {
	l := market(3)
	rng := rand.New(rand.NewPCG(3, 3))
	n := 0
	for x := 40; x < 45; x++ {
		for c := range 10 {
			if rng.Float64() < 0.7 {
				n++
				l.PutRating(model.Rating{ID: fmt.Sprint("x", n), ExpertID: fmt.Sprint("e", x), RaterID: fmt.Sprint("y", c), Stars: 4 + rng.IntN(2), At: start.AddDate(0, 0, rng.IntN(110))})
			}
		}
	}
	l.PutRating(model.Rating{ID: "camouflage", ExpertID: "e3", RaterID: "y1", Stars: 5, At: start})
	for x := 40; x < 45; x++ {
		id := fmt.Sprint("e", x)
		if !review(l, id, RatingRing) {
			t.Errorf("%s of the ring is not found", id)
		}
	}
	for x := range 40 {
		if id := fmt.Sprint("e", x); review(l, id, RatingRing) {
			t.Errorf("%s, whom the ring rates as camouflage or not at all, is flagged", id)
		}
	}
}

func TestMutualRatingsAreNoEvidence(t *testing.T) {
	l := market(4)
	for _, p := range [][2]string{{"e7", "e8"}, {"e8", "e7"}, {"e9", "e7"}, {"e7", "e9"}} {
		l.PutRating(model.Rating{ID: p[0] + p[1], ExpertID: p[0], RaterID: p[1], Stars: 5, At: start})
	}
	for _, id := range []string{"e7", "e8", "e9"} {
		if got := l.Review(id); len(got) > 0 {
			t.Errorf("%+v", got)
		}
	}
}

func TestBurst(t *testing.T) {
	l := market(5)
	for i := range 14 {
		l.PutRating(model.Rating{ID: fmt.Sprint("b", i), ExpertID: "e50", RaterID: fmt.Sprint("z", i), Stars: 5, At: start.AddDate(0, 3, 0).Add(time.Duration(i) * time.Hour)})
	}
	if !review(l, "e50", RatingRing) {
		t.Error("fourteen new clients in a night are not found")
	}
	// An honest run of five stars by new clients, over months.
	for i := range 14 {
		l.PutRating(model.Rating{ID: fmt.Sprint("q", i), ExpertID: "e51", RaterID: fmt.Sprint("w", i), Stars: 5, At: start.AddDate(0, 0, i*11)})
	}
	if got := l.Review("e51"); len(got) > 0 {
		t.Errorf("an honest run: %+v", got)
	}
}

// TestOrderIsNothing says that what is found depends on what is in the ledger,
// and not on the way there.
func TestOrderIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []model.Rating
		for i := range rapid.IntRange(5, 60).Draw(t, "ratings") {
			all = append(all, model.Rating{
				ID: fmt.Sprint("r", i), ExpertID: fmt.Sprint("e", rapid.IntRange(0, 5).Draw(t, "expert")), RaterID: fmt.Sprint("c", rapid.IntRange(0, 8).Draw(t, "rater")),
				Stars: rapid.IntRange(1, 5).Draw(t, "stars"), At: start.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hour")) * time.Hour),
				Device: fmt.Sprint("d-e", rapid.IntRange(0, 40).Draw(t, "device")),
			})
		}
		fill := func(l *Ledger) {
			for e := range 6 {
				l.PutExpert(expert(fmt.Sprint("e", e)))
			}
		}
		straight, winding := NewLedger(nil), NewLedger(nil)
		fill(straight)
		fill(winding)
		for _, r := range all {
			straight.PutRating(r)
		}
		for range rapid.IntRange(0, 30).Draw(t, "detours") {
			r := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				r.Stars, r.Void = 6-r.Stars, true
				winding.PutRating(r)
			case 1:
				winding.RemoveRating(r.ExpertID, r.ID)
			default:
				winding.SetRatings(r.ExpertID, nil)
			}
		}
		for _, i := range rapid.Permutation(seq(len(all))).Draw(t, "order") {
			winding.PutRating(all[i])
		}
		for e := range 6 {
			id := fmt.Sprint("e", e)
			if a, b := straight.Review(id), winding.Review(id); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s:\n%+v\n%+v", id, a, b)
			}
		}
	})
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
