package storetest_test

import (
	"testing"
	"time"

	"mensch/app/model"
	"mensch/store"
	"mensch/store/storetest"
)

func TestFillQueue(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	s, err := store.Open(ctx, dir, store.Options{Seal: func(model.AuditRow) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := storetest.FillQueue(ctx, dir, 500, time.Now()); err != nil {
		t.Fatal(err)
	}
	outline, err := s.QueueOutline(ctx, model.QueueFilter{}, 100)
	if err != nil || outline.Total < 475 || outline.Total >= 500 {
		t.Errorf("%+v, %v", outline, err)
	}
	rows, err := s.QueuePage(ctx, model.QueueFilter{Guidelines: []string{"false-photo"}}, model.QueueKey{}, 500)
	if err != nil || len(rows) == 0 || rows[0].Guidelines[0] != "false-photo" || rows[0].ScreenName == "" {
		t.Errorf("%+v, %v", rows, err)
	}
	if err := s.CheckIntegrity(ctx); err != nil {
		t.Error(err)
	}
	if err := storetest.FillQueue(ctx, t.TempDir(), 1, time.Now()); err == nil {
		t.Error("filled a store that is not there")
	}
}
