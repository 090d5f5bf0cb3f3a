package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/profiles"
	"mensch/app/scores"
)

// linkSets are labelled tables of records. Nothing is trained on their labels; the
// half that nobody tunes on is not drawn by record, which would part the pairs.
var linkSets = []struct {
	name, file string
	target     float64
}{
	{"restaurants", "linkage/restaurant.jsonl", 0.90},
	{"childcare sites of Chicago", "linkage/chicago_childcare.jsonl", 0.80},
}

func measureLinkage(ctx context.Context, t *table, dataDir string) error {
	for _, set := range linkSets {
		res, err := t.measure(ctx, "linkage", filepath.Join(dataDir, filepath.FromSlash(set.file)))
		if err != nil {
			return err
		}
		row := res.Row("linkage: "+set.name+", F1", "f1", set.target, true)
		row.Note = fmt.Sprintf("precision %.3f, recall %.3f; %.0f pairs compared of %.0f", *res.Precision, *res.Recall, res.Extra["pairs_compared"], res.Extra["pairs_in_all"])
		t.add(row)
	}
	return nil
}

// communityExperts is how many accounts the timed community has.
const communityExperts = 200_000

// measureCommunity times the comparison of one account with all others in a large
// community, and counts how many of the planted second accounts are found, and how
// many of a household's or an office's accounts are taken for one person's.
func measureCommunity(ctx context.Context, t *table, _ string) error {
	c, err := profiles.NewCommunity(nil, nil)
	if err != nil {
		return fmt.Errorf("making the community: %w", err)
	}
	rng := rand.New(rand.NewPCG(11, 11))
	given := strings.Fields("anna maria lena sofia carla emma nina laura julia tom peter marco luis jonas felix oliver david paul ivan omar ines clara hugo leon mia noah elias ida otto ruth")
	family := make([]string, 4000)
	for i := range family {
		for range 2 + rng.IntN(2) {
			family[i] += string("bcdfghklmnprstvz"[rng.IntN(16)]) + string("aeiou"[rng.IntN(5)])
		}
		family[i] += string("nrstlk"[rng.IntN(6)])
	}
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	person := func(i int) model.ExpertProfile {
		id := fmt.Sprintf("e%06d", i)
		return model.ExpertProfile{
			Expert: model.Expert{ID: id, ScreenName: id, Cluster: fmt.Sprint("c", rng.IntN(12)), JoinedAt: time.Unix(1.7e9, 0), Signals: model.Signals{
				Email: fmt.Sprintf("%s%d@mail.example", pick(given), i), Phone: fmt.Sprintf("+1415%07d", i), Payout: fmt.Sprint("p", i), Address: fmt.Sprint("a", i/3),
				Devices: []string{fmt.Sprint("d", i)}, Networks: []string{fmt.Sprint("n", i/40)},
			}},
			Profile: model.Profile{ExpertID: id, Name: pick(given) + " " + pick(family), BirthYear: 1950 + rng.IntN(50)},
		}
	}
	for i := range communityExperts {
		if i%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c.Put(person(i))
	}
	const planted = 500
	var took []float64
	var found, shared scores.Counts
	says := func(id string) bool {
		start := time.Now()
		list := c.Review(id)
		took = append(took, time.Since(start).Seconds()*1e3)
		return slices.ContainsFunc(list, func(f model.Finding) bool { return f.Detector == profiles.SamePerson && !f.Advisory })
	}
	for k := range planted {
		one := person(rng.IntN(communityExperts))
		second := person(communityExperts + k)
		second.Expert.Cluster = one.Expert.Cluster
		switch k % 3 { // what a second account shares
		case 0:
			second.Expert.Signals.Payout = one.Expert.Signals.Payout
		case 1:
			second.Expert.Signals.Phone, second.Profile.BirthYear = one.Expert.Signals.Phone, one.Profile.BirthYear
		case 2:
			second.Expert.Signals.Devices, second.Profile.Name, second.Profile.BirthYear = one.Expert.Signals.Devices, one.Profile.Name, one.Profile.BirthYear
		}
		c.Put(one)
		c.Put(second)
		found.Add(true, says(second.Expert.ID))
		// the neighbours of the same flat or office
		shared.Add(false, says(fmt.Sprintf("e%06d", rng.IntN(communityExperts))))
	}
	slices.Sort(took)
	low, high := scores.Wilson(found.TP, found.TP+found.FN)
	t.add(scores.Judge(scores.Row{Name: fmt.Sprintf("same person: second accounts planted among %d, recall", communityExperts), Value: found.Recall(), Low: low, High: high, N: planted, Target: 0.90, AtLeast: true, Note: "sharing a payout account, a phone and a year of birth, or a device, a name and a year of birth"}))
	low, high = scores.Wilson(shared.FP, shared.FP+shared.TN)
	t.add(scores.Judge(scores.Row{Name: "same person: accounts of shared flats and offices flagged", Value: shared.FalseRate(), Low: low, High: high, N: planted, Target: 0.005, Note: "three accounts a flat, forty a network"}))
	t.add(scores.Judge(scores.Row{Name: fmt.Sprintf("same person: comparing one account with %d others, ms", communityExperts), Value: took[len(took)/2], Low: took[len(took)/20], High: took[len(took)*19/20], N: len(took), Target: 5, Note: "median, and the 5th to 95th percentile; wall clock"}))
	return nil
}
