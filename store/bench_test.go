package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/store/storetest"
)

// fillCases makes a queue of n cases, one in 20 of them with nothing open in it.
func fillCases(t testing.TB, s *Store, n int) {
	t.Helper()
	ok(t, storetest.FillQueue(context.Background(), s.dir, n, t0))
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

func messagePage(n, size int) model.ChangePage {
	texts := []string{
		"Hello, thank you for taking the time. My roses have yellow leaves since last week, what could that be?",
		"That sounds like chlorosis to me. Could you tell me how often you water them, and what soil they stand in?",
		"Twice a day, and the soil is rather heavy. I have also used some fertiliser from the market.",
		"I would let it dry out for a few days, and mix in sand. Please don't cut anything before the buds are out.",
	}
	page := model.ChangePage{Cursor: fmt.Sprint(n + 1), HasMore: true}
	for i := range size {
		k := n*size + i
		id := fmt.Sprintf("m%08d", k)
		page.Changes = append(page.Changes, change(model.ChangeMessage, id, 1, model.Message{
			ID: id, Session: fmt.Sprintf("s%06d", k/20), Seq: int64(k%20 + 1), From: model.FromClient, At: t0.Add(time.Duration(k) * time.Second), Text: fmt.Sprint(texts[k%4], " ", k),
		}))
	}
	return page
}

// TestIngestSpeed holds the promise of the first sync: 40,000 messages well
// under 20 s. On an idle machine it takes about 2.
func TestIngestSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 40,000 messages")
	}
	s := openStore(t)
	pages := make([]model.ChangePage, 40)
	for n := range pages {
		pages[n] = messagePage(n, 1000)
	}
	begin := time.Now()
	from := ""
	for _, p := range pages {
		must(s.ApplyPage(t.Context(), testServer, from, p))(t)
		from = p.Cursor
	}
	took := time.Since(begin)
	t.Logf("40,000 messages in %v", took)
	if took > 20*time.Second {
		t.Errorf("40,000 messages took %v", took)
	}
	if c := must(s.Counts(t.Context()))(t); c.Messages != 40_000 || c.Work != 2000 {
		t.Errorf("%+v", c)
	}
}

func BenchmarkIngestMessages(b *testing.B) {
	s := openStore(b)
	from, n := "", 0
	for b.Loop() {
		p := messagePage(n, 1000)
		if _, err := s.ApplyPage(b.Context(), testServer, from, p); err != nil {
			b.Fatal(err)
		}
		from, n = p.Cursor, n+1
	}
	b.ReportMetric(float64(n*1000)/b.Elapsed().Seconds(), "messages/s")
}

func BenchmarkDecide(b *testing.B) {
	s := openStore(b)
	fillCases(b, s, 1)
	n := 0
	for b.Loop() {
		id := fmt.Sprintf("d%d", n)
		d := decision(id, "e0000000", 1, 1)
		if err := s.Decide(b.Context(), d, must(s.Case(b.Context(), d.CaseID))(b).State, model.CaseWaiting, t0); err != nil {
			b.Fatal(err)
		}
		if err := s.Undo(b.Context(), id, model.CaseOpen, "mira", t0); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func BenchmarkRefreshCases(b *testing.B) {
	s := openStore(b)
	fillCases(b, s, 1000)
	experts := make([]string, 1000)
	for i := range experts {
		experts[i] = fmt.Sprintf("e%07d", i)
	}
	for b.Loop() {
		if err := s.RefreshCases(b.Context(), experts, t0, rank); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*1000)/b.Elapsed().Seconds(), "experts/s")
}

func BenchmarkSearch(b *testing.B) {
	s := openStore(b)
	from := ""
	for n := range 40 {
		p := messagePage(n, 1000)
		must(s.ApplyPage(b.Context(), testServer, from, p))(b)
		from = p.Cursor
	}
	for name, typed := range map[string]string{"common": "roses", "rare": "39998", "prefix": "fert", "two": "heavy soil"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(b.Context(), typed, 0, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
