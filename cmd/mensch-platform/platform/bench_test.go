package platform_test

import (
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

// BenchmarkFeed loads a community of the demo's size and pages through it.
func BenchmarkFeed(b *testing.B) {
	const messages = 45000
	s, err := platform.Open(b.Context(), b.TempDir(), platform.Options{Tokens: tokens, Tick: -1, Rate: 1e9, Burst: 1e9})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	begun := time.Now()
	must(b, s.Load(b.Context(), func(l *platform.Loader) error {
		for i := range messages {
			m := model.Message{ID: fmt.Sprintf("m%06d", i), Session: fmt.Sprintf("s%d", i/20), Seq: int64(i%20 + 1), Version: 1, From: model.FromClient, At: day, Text: "My tomatoes have brown spots on the lower leaves, and it rained all week. What should I do?"}
			if i%20 == 0 {
				if err := l.Put(model.ChangeSession, m.Session, 1, model.Session{ID: m.Session, Version: 1, ExpertID: "e1", ClientID: "c", Cluster: "Garden", Kind: "chat", StartedAt: day}); err != nil {
					return err
				}
			}
			if err := l.Put(model.ChangeMessage, m.ID, 1, m); err != nil {
				return err
			}
		}
		return nil
	}))
	loaded := float64(messages) / time.Since(begun).Seconds()
	b.ResetTimer()
	pages := 0
	for b.Loop() {
		cursor := ""
		for more := true; more; pages++ {
			page, status := pageOf(b, s, cursor, 500)
			if status != 200 {
				b.Fatal(status)
			}
			cursor, more = page.Cursor, page.HasMore
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(pages), "ms/page")
	b.ReportMetric(loaded, "loaded/s")
}
