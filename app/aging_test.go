package app_test

import (
	"bytes"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
	"mensch/store"
)

// TestCasesAge lets a case wait: it rises though nothing about it changed.
func TestCasesAge(t *testing.T) {
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	must(t, err)
	now := t0
	clock := func() time.Time { return now }
	s, err := store.Open(t.Context(), t.TempDir(), store.Options{Seal: audit.Seal, Now: clock})
	must(t, err)
	desk, err := app.NewDesk(t.Context(), app.Options{Store: s, Pack: pack, Now: clock, Moderator: "mira"})
	must(t, err)
	t.Cleanup(func() { must(t, desk.Close()) })
	p := &place{Desk: desk, store: s, t: t}
	p.expert("e1", "garden", jpegOf(t, scene(1), 90))
	p.told(session(t, "s1", "e1", t0.Add(-time.Hour), "call me on (415) 555-2671")...)
	score := func() int {
		t.Helper()
		p.detect()
		rows, err := s.QueuePage(t.Context(), model.QueueFilter{}, model.QueueKey{}, 10)
		must(t, err)
		if len(rows) != 1 {
			t.Fatalf("%d cases", len(rows))
		}
		return rows[0].Priority.Score
	}
	first := score()
	now = now.Add(10 * time.Minute)
	if got := score(); got != first {
		t.Errorf("after ten minutes %d, at first %d: it is ranked at every turn", got, first)
	}
	now = now.Add(20 * time.Hour)
	later := score()
	if later <= first {
		t.Errorf("after a day %d, at first %d", later, first)
	}
	now = now.Add(90 * 24 * time.Hour)
	last := score()
	if last <= later {
		t.Errorf("after three months %d, after a day %d", last, later)
	}
	now = now.Add(90 * 24 * time.Hour)
	if got := score(); got != last {
		t.Errorf("past its aim a case gains points: %d, then %d", last, got)
	}
}
