package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"mensch/app/model"
)

// fillCases makes a store of n experts with a case each, as a sync and the
// detectors would leave it. It writes the tables directly: the detectors' way
// takes minutes.
func fillCases(t testing.TB, s *Store, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	guidelines := []string{"courtesy", "contact-exchange", "false-photo", "ratings", "plagiarism", "multiple-accounts", "battles", "promptness"}
	states := []string{"open", "open", "open", "decided", "decided", "decided", "decided", "appealed"}
	ok(t, s.write(context.Background(), "filling", func(w *tx) error {
		if _, err := w.guidelineBits(guidelines); err != nil {
			return err
		}
		for i := range n {
			id := fmt.Sprintf("e%07d", i)
			cluster := fmt.Sprintf("Cluster %d", i%12)
			if _, err := w.exec(`INSERT INTO experts (id, version, epoch, cluster, screen_name, state, languages, timezone, joined_at, signals) VALUES (?, 1, 0, ?, ?, 'active', '[]', '', 0, '{}')`,
				id, cluster, "Expert "+id); err != nil {
				return err
			}
			if _, err := w.exec(`INSERT INTO profiles (expert_id, version, epoch, name, headline, bio, gender, birth_year, degrees, credentials, photo_id, updated_at) VALUES (?, 1, 0, ?, '', ?, '', 0, '[]', '[]', '', 0)`,
				id, "Name "+id, "I advise on roses and other matters"); err != nil {
				return err
			}
			g := guidelines[rng.IntN(len(guidelines))]
			bits, err := w.guidelineBits([]string{g})
			if err != nil {
				return err
			}
			state, overlay := states[rng.IntN(len(states))], ""
			if i%1000 == 7 {
				state, overlay = "open", "conflict"
			}
			_, err = w.exec(`INSERT INTO cases (id, version, epoch, expert_id, round, platform_state, overlay, opened_at, quiet, score, reasons, cluster, guidelines, guideline_bits, reporter_bits, incidents, findings)
				VALUES (?, 1, 0, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 2)`,
				id+".1", id, state, overlay, us(t0.Add(-time.Duration(rng.IntN(1<<22))*time.Second)), i%20 == 3, rng.IntN(101),
				`[{"points":40,"text":"a client gave a phone number"},{"points":12,"text":"two reports within a week"}]`, cluster, words([]string{g}), bits, 1<<rng.IntN(3))
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func BenchmarkQueue(b *testing.B) {
	s := openStore(b)
	fillCases(b, s, 100_000)
	filters := map[string]model.QueueFilter{
		"all":       {},
		"open":      {States: []model.CaseState{model.CaseOpen}},
		"rare":      {States: []model.CaseState{model.CaseConflict, model.CaseWaiting}},
		"newest":    {Sort: model.SortNewest},
		"cluster":   {Clusters: []string{"Cluster 3"}},
		"guideline": {States: []model.CaseState{model.CaseOpen}, Guidelines: []string{"false-photo"}, Reporters: []model.Reporter{model.ReporterStaff}, MinScore: 50},
	}
	for name, f := range filters {
		b.Run("outline/"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.QueueOutline(b.Context(), f, 200); err != nil {
					b.Fatal(err)
				}
			}
		})
		outline := must(s.QueueOutline(b.Context(), f, 200))(b)
		b.Run("page/"+name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				if _, err := s.QueuePage(b.Context(), f, outline.Before[i%len(outline.Before)], 200); err != nil {
					b.Fatal(err)
				}
				i += 7
			}
		})
	}
}
