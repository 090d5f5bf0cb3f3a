package faulttest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/app/sync"
	"mensch/cmd/mensch-platform/platform"
)

// change lets the community go on living: edits, deletions, new messages.
func (w *world) change(round int) {
	w.t.Helper()
	all := w.feed()
	err := w.platform.Load(w.t.Context(), func(l *platform.Loader) error {
		id := fmt.Sprintf("e%03d", round%40)
		mid := fmt.Sprintf("m-new-%d", round)
		if err := l.Put(model.ChangeMessage, mid, 1, model.Message{
			ID: mid, Session: "s-" + id, Seq: int64(100 + round), Version: 1, From: model.FromClient, At: began, Text: w.words(20),
		}); err != nil {
			return err
		}
		first := fmt.Sprintf("m-%s-1", id)
		if _, there := all["message "+first]; there {
			if err := l.Delete(model.ChangeMessage, first); err != nil {
				return err
			}
		}
		return l.Put(model.ChangeProfile, id, int64(10+round), model.Profile{
			ExpertID: id, Version: int64(10 + round), Name: "Renamed", Bio: w.words(50), UpdatedAt: began,
		})
	})
	must(w.t, err)
}

func TestPullThroughABadNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)
	h := w.hasty(secret)
	deadline := time.Now().Add(10 * time.Second)
	good, bad := 0, 0
	for round := 0; round < 40 && time.Now().Before(deadline); round++ {
		how := w.sicken()
		_, err := sync.Pull(t.Context(), w.store, h, sync.Options{PageSize: 1 + w.rand.IntN(200)})
		switch sync.KindOf(err) {
		case "":
			if err != nil {
				t.Fatalf("%s: %v", how, err)
			}
			good++
		case sync.KindLost, sync.KindUnreachable:
			bad++
		default:
			t.Fatalf("%s: %v", how, err)
		}
		w.heal()
		w.change(round)
	}
	t.Logf("%d pulls went through, %d were cut", good, bad)
	if bad == 0 {
		t.Error("no pull was cut: the faults do nothing")
	}
	res, err := sync.Pull(t.Context(), w.store, w.connect(secret), sync.Options{})
	must(t, err)
	if len(res.Notes()) > 0 || res.PhotoFaults > 0 {
		t.Errorf("%q", res.Notes())
	}
	w.same()
	if state, err := w.store.SyncState(t.Context()); err != nil || state.Sweeping || state.Epoch != 0 {
		t.Errorf("%+v %v: the feed was begun again", state, err)
	}
}

// The same small pages are cut at ever later bytes, until they arrive.
func TestPullCutAtEveryHundredBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	h, err := sync.NewHTTP("http://"+w.proxy.Listen, secret, sync.HTTPOptions{Tries: 1, HeaderTimeout: time.Second, IdleTimeout: time.Second})
	must(t, err)
	defer h.Close()
	cut := 0
	for n := 1; ; n += 97 {
		w.toxic("limit_data", "downstream", map[string]any{"bytes": n})
		_, err := sync.Pull(t.Context(), w.store, h, sync.Options{PageSize: 5, Workers: 1})
		w.heal()
		if err == nil {
			break
		}
		if k := sync.KindOf(err); k != sync.KindLost && k != sync.KindUnreachable {
			t.Fatalf("cut at byte %d: %v", n, err)
		}
		cut++
	}
	if cut < 10 {
		t.Errorf("cut only %d times", cut)
	}
	_, err = sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	w.same()
}

func TestFeedCompactedBehindTheCursor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	h := w.connect(secret)
	_, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	for round := range 10 {
		w.change(round)
	}
	// Whole objects go while nobody looks, and even their tombstones.
	must(t, w.platform.Load(t.Context(), func(l *platform.Loader) error {
		for _, id := range []string{"r-e007", "r-e008"} {
			if err := l.Delete(model.ChangeRating, id); err != nil {
				return err
			}
		}
		return nil
	}))
	n, err := w.platform.CompactBefore(t.Context(), time.Now().Add(time.Hour))
	must(t, err)
	if n == 0 {
		t.Fatal("nothing was compacted")
	}
	// The network fails in the middle of the sweep: nothing may be taken for
	// deleted that was only not read yet.
	before := len(w.stored())
	dying := &mortal{Platform: h, pages: 5, then: func() { w.toxic("limit_data", "downstream", map[string]any{"bytes": 700}) }}
	_, err = sync.Pull(t.Context(), w.store, dying, sync.Options{PageSize: 20, Server: h.Server()})
	if k := sync.KindOf(err); k != sync.KindLost {
		t.Fatalf("the cut sweep ended with %v", err)
	}
	if state, err := w.store.SyncState(t.Context()); err != nil || !state.Sweeping {
		t.Fatalf("%+v %v", state, err)
	}
	if now := len(w.stored()); now < before-12 {
		t.Errorf("a sweep that was cut left %d of %d objects", now, before)
	}
	w.heal()
	res, err := sync.Pull(t.Context(), w.store, h, sync.Options{PageSize: 100})
	must(t, err)
	if !res.Swept {
		t.Errorf("%+v", res)
	}
	w.same()
}

func TestAnotherPlatformBehindTheAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	h := w.connect(secret)
	_, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	second := newWorld(t, 3)
	// The proxy now leads to another platform: its cursors are foreign.
	w.proxy.Stop()
	w.proxy.Upstream = second.proxy.Upstream
	must(t, w.proxy.Start())
	res, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	if !res.Swept || res.Removed == 0 {
		t.Errorf("%+v", res)
	}
	w.direct = second.direct
	w.same()
}

func TestWrongTokenTouchesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	h := w.connect(secret)
	_, err := sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	wrong := w.connect("no-such-token-0123456789")
	_, err = sync.Pull(t.Context(), w.store, wrong, sync.Options{})
	if sync.KindOf(err) != sync.KindUnauthorized {
		t.Fatal(err)
	}
	_, _, err = wrong.Whoami(t.Context())
	if sync.KindOf(err) != sync.KindUnauthorized {
		t.Fatal(err)
	}
	w.same()
}

// alien adds changes of an unknown kind to the feed.
type alien struct{ sync.Platform }

func (a alien) Changes(ctx context.Context, cursor string, limit int) (model.ChangePage, error) {
	page, err := a.Platform.Changes(ctx, cursor, limit)
	page.Changes = append([]model.Change{
		{Kind: "hologram", ID: "h1", Version: 1, Data: []byte(`{"depth":3}`)},
		{Kind: model.ChangeExpert, ID: "e-bad", Version: 1, Data: []byte(`"not an expert"`)},
	}, page.Changes...)
	return page, err
}

func TestChangesOfAnUnknownKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	res, err := sync.Pull(t.Context(), w.store, alien{w.connect(secret)}, sync.Options{Server: w.direct})
	must(t, err)
	if res.Counts.Unknown != 1 || res.Counts.Bad != 1 || res.UnknownKinds["hologram"] != 1 || len(res.Notes()) != 2 {
		t.Errorf("%+v %q", res, res.Notes())
	}
	w.same()
}

// mortal is a platform that something happens to after so many pages.
type mortal struct {
	sync.Platform
	pages int
	then  func()
}

func (m *mortal) Changes(ctx context.Context, cursor string, limit int) (model.ChangePage, error) {
	if m.pages--; m.pages == 0 {
		m.then()
	}
	return m.Platform.Changes(ctx, cursor, limit)
}
