package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"mensch/app/model"
)

// work runs jobs side by side until the first error or the end of all.
func sideBySide(t *testing.T, jobs ...func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Go(func() {
			if err := job(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestReadersSeeWholePagesWhileOneWrites(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	const pages = 40
	done := make(chan struct{})
	reader := func(look func() error) func() error {
		return func() error {
			for {
				select {
				case <-done:
					return nil
				default:
				}
				if err := look(); err != nil {
					return err
				}
			}
		}
	}
	sideBySide(t,
		func() error {
			defer close(done)
			for n := range pages {
				from := ""
				if n > 0 {
					from = fmt.Sprint(n)
				}
				if _, err := s.ApplyPage(ctx, testServer, from, crashChanges(n)); err != nil {
					return err
				}
				if err := s.RefreshCase(ctx, "e1", t0, rank); err != nil {
					return err
				}
			}
			return nil
		},
		reader(func() error {
			c, err := s.Counts(ctx)
			if c.Messages%(crashPage-1) != 0 {
				return fmt.Errorf("%d messages are visible: part of a page", c.Messages)
			}
			return err
		}),
		reader(func() error {
			_, err := s.QueueOutline(ctx, model.QueueFilter{}, 10)
			return err
		}),
		reader(func() error {
			_, err := s.Search(ctx, "word", 0, 20)
			return err
		}),
		reader(func() error {
			conv, err := s.Conversation(ctx, "s1")
			if errors.Is(err, model.ErrNotFound) {
				return nil
			}
			if n := len(conv.Messages); n != 0 && n != crashPage-1 {
				return fmt.Errorf("part of a transcript: %d", n)
			}
			return err
		}),
	)
}

// The window and menschctl may have one store open together.
func TestTwoProcessesWriteOneStore(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	const writers, rows = 3, 40
	stores := make([]*Store, writers)
	open := make([]func() error, writers)
	for i := range stores {
		// Each begins the store at the same time, too.
		open[i] = func() (err error) { stores[i], err = Open(ctx, dir, testOptions()); return err }
	}
	sideBySide(t, open...)
	if t.Failed() {
		return
	}
	jobs := make([]func() error, writers)
	for i, s := range stores {
		jobs[i] = func() error {
			for n := range rows {
				if err := s.AppendAudit(ctx, t0, fmt.Sprint("writer ", i), "test", fmt.Sprint(n), "{}"); err != nil {
					return err
				}
				if err := s.SetSetting(ctx, fmt.Sprint(i), fmt.Sprint(n)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	sideBySide(t, jobs...)
	if n := len(checkAudit(t, stores[0])); n != writers*rows {
		t.Errorf("%d rows, want %d", n, writers*rows)
	}
	for _, s := range stores {
		ok(t, s.Close())
	}
}

func TestWriterWaitsForAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	one, two := must(Open(ctx, dir, testOptions()))(t), must(Open(ctx, dir, testOptions()))(t)
	held, release := make(chan struct{}), make(chan struct{})
	sideBySide(t,
		func() error {
			return one.write(ctx, "holding the lock", func(*tx) error {
				close(held)
				<-release
				return nil
			})
		},
		func() error {
			<-held
			// Longer than SQLite itself waits.
			time.AfterFunc(2*busyWait, func() { close(release) })
			impatient, cancel := context.WithTimeout(ctx, busyWait/4)
			defer cancel()
			if err := two.SetSetting(impatient, "a", "b"); !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("a writer that was told not to wait: %w", err)
			}
			return two.SetSetting(ctx, "a", "c")
		})
	if got := must(one.Setting(ctx, "a"))(t); got != "c" {
		t.Errorf("%q", got)
	}
	ok(t, one.Close())
	ok(t, two.Close())
}

func TestCancelledPageLeavesNothing(t *testing.T) {
	s := openStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	page := crashChanges(0)
	seal := s.now
	s.now = func() time.Time { cancel(); return seal() } // called within the page, for the bad change
	page.Changes = append(page.Changes, model.Change{Kind: model.ChangeExpert, ID: "bad", Version: 1}, expertChange("e2", 1))
	_, err := s.ApplyPage(ctx, testServer, "", page)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if c := must(s.Counts(t.Context()))(t); c.Messages != 0 || c.Experts != 0 {
		t.Errorf("%+v", c)
	}
	if _, err := s.Search(ctx, "word", 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := s.QueuePage(ctx, model.QueueFilter{}, model.QueueKey{}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestConversationsOfReadsOldestFirst(t *testing.T) {
	s := openStore(t)
	ctx := t.Context()
	const n = 120 // more than are read at a time
	var page []model.Change
	for i := range n {
		id := fmt.Sprintf("s%03d", (i*37)%n)
		page = append(page, change(model.ChangeSession, id, 1, model.Session{ID: id, ExpertID: "e1", StartedAt: t0.Add(time.Duration(i/2) * time.Minute)}),
			change(model.ChangeMessage, "m"+id, 1, model.Message{ID: "m" + id, Session: id, Seq: 1, From: model.FromClient}))
	}
	apply(t, s, page...)
	last, seen := time.Time{}, map[string]bool{}
	ok(t, s.ConversationsOf(ctx, "e1", func(c model.Conversation) error {
		if c.Session.StartedAt.Before(last) || seen[c.Session.ID] || len(c.Messages) != 1 {
			t.Errorf("%+v after %v", c, last)
		}
		last, seen[c.Session.ID] = c.Session.StartedAt, true
		// The store is free meanwhile, for writing too.
		return s.SetSetting(ctx, "seen", c.Session.ID)
	}))
	if len(seen) != n {
		t.Errorf("%d of %d", len(seen), n)
	}
	stop := errors.New("enough")
	if err := s.ConversationsOf(ctx, "e1", func(model.Conversation) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
	var ids []string
	for after := ""; ; {
		list := must(s.SessionsOf(ctx, "e1", after, 50))(t)
		if len(list) == 0 {
			break
		}
		for _, v := range list {
			ids = append(ids, v.ID)
			after = v.ID
		}
	}
	if len(ids) != n || ids[0] != "s000" || ids[n-1] != "s119" {
		t.Errorf("%v", ids)
	}
}

func TestMessagesPageBySeq(t *testing.T) {
	s := openStore(t)
	var page []model.Change
	for i, seq := range []int64{1, 2, 2, 2, 3, 4, math.MaxInt64} {
		id := fmt.Sprintf("m%d", i)
		page = append(page, change(model.ChangeMessage, id, 1, model.Message{ID: id, Session: "s1", Seq: seq, From: model.FromClient}))
	}
	apply(t, s, page...)
	got := ""
	for after := int64(0); ; {
		list := must(s.Messages(t.Context(), "s1", after, 2))(t)
		if len(list) == 0 {
			break
		}
		for _, m := range list {
			got += m.ID + " "
			after = m.Seq
		}
	}
	if got != "m0 m1 m2 m3 m4 m5 m6 " {
		t.Errorf("%s", got)
	}
}
