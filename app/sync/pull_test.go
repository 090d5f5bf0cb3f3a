package sync

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	stdsync "sync"
	"sync/atomic"
	"testing"
	"time"

	"mensch/app/model"
)

// feed is a platform's changes feed; cursors are "<generation>:<place>".
type feed struct {
	mu         stdsync.Mutex
	generation string
	changes    []model.Change
	floor      int // compacted behind here
	photos     map[string][]byte
	asked      atomic.Int32
	before     func(w http.ResponseWriter, r *http.Request) bool // true: handled
}

// meet lets a function answer first; a request of a cancelled pull may still be
// under way.
func (f *feed) meet(before func(w http.ResponseWriter, r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
}

func (f *feed) grow(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range n {
		i := len(f.changes)
		f.changes = append(f.changes, model.Change{Kind: model.ChangeMessage, ID: fmt.Sprintf("m%d", i), Version: 1, Data: []byte(`{}`)})
	}
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.asked.Add(1)
	f.mu.Lock()
	first := f.before
	f.mu.Unlock()
	if first != nil && first(w, r) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if id, ok := strings.CutPrefix(r.URL.Path, "/v1/photos/"); ok {
		raw, ok := f.photos[id]
		if !ok {
			writeProblem(w, 404, "not-found", nil)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(raw)
		return
	}
	at := 0
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		generation, place, _ := strings.Cut(cursor, ":")
		at, _ = strconv.Atoi(place)
		switch {
		case generation != f.generation:
			writeProblem(w, 400, "cursor-foreign", nil)
			return
		case at < f.floor:
			writeProblem(w, 410, "cursor-gone", nil)
			return
		}
	}
	at = max(at, f.floor)
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	end := min(at+limit, len(f.changes))
	writeJSON(w, 200, model.ChangePage{
		Changes: append([]model.Change{}, f.changes[at:end]...), Cursor: f.generation + ":" + strconv.Itoa(end),
		HasMore: end < len(f.changes), Total: int64(len(f.changes) - end),
	})
}

func (f *feed) connect(t testing.TB) *HTTP {
	t.Helper()
	return serve(t, f.ServeHTTP)
}

func id(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func TestPull(t *testing.T) {
	f := &feed{generation: "g1"}
	f.grow(25)
	f.changes[3].Kind = "hologram"
	f.changes[4].Kind = "hologram"
	store, h := newMemory(), f.connect(t)
	var seen []Progress
	opt := Options{PageSize: 10, Progress: func(p Progress) { seen = append(seen, p) }}
	res, err := Pull(context.Background(), store, h, opt)
	if err != nil {
		t.Fatal(err)
	}
	if res.Pages != 3 || res.Counts.Applied != 23 || res.Counts.Unknown != 2 || res.UnknownKinds["hologram"] != 2 || res.Swept {
		t.Errorf("%+v", res)
	}
	if notes := res.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "hologram") {
		t.Errorf("%q", notes)
	}
	if want := []Progress{{PhaseChanges, 10, 25}, {PhaseChanges, 20, 25}, {PhaseChanges, 25, 25}}; !slices.Equal(seen, want) {
		t.Errorf("progress %v", seen)
	}
	if store.state.Server != h.Server() || store.state.Cursor != "g1:25" {
		t.Errorf("%+v", store.state)
	}
	// Nothing new costs one question.
	f.asked.Store(0)
	if res, err = Pull(context.Background(), store, h, opt); err != nil || res.Counts.Applied != 0 || f.asked.Load() != 1 {
		t.Errorf("%+v %v after %d questions", res, err, f.asked.Load())
	}
	f.grow(1)
	if res, err = Pull(context.Background(), store, h, opt); err != nil || res.Counts.Applied != 1 {
		t.Errorf("%+v %v", res, err)
	}
}

func TestPullGoesOnAfterACut(t *testing.T) {
	f := &feed{generation: "g1"}
	f.grow(100)
	var down atomic.Bool
	f.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if down.Load() || strings.HasSuffix(r.URL.Query().Get("cursor"), ":50") && !down.Swap(true) {
			w.WriteHeader(502)
			return true
		}
		return false
	})
	store, h := newMemory(), f.connect(t)
	res, err := Pull(context.Background(), store, h, Options{PageSize: 10})
	wantKind(t, err, KindBroken)
	if store.state.Cursor != "g1:50" || res.Counts.Applied != 50 {
		t.Fatalf("%+v %+v", store.state, res)
	}
	f.meet(nil)
	if res, err = Pull(context.Background(), store, h, Options{PageSize: 10}); err != nil || res.Counts.Applied != 50 {
		t.Fatalf("%+v %v", res, err)
	}
}

func TestPullCancelled(t *testing.T) {
	f := &feed{generation: "g1"}
	f.grow(100)
	ctx, cancel := context.WithCancel(context.Background())
	store := newMemory()
	n := 0
	store.onApply = func() {
		if n++; n == 3 {
			cancel()
		}
	}
	_, err := Pull(ctx, store, f.connect(t), Options{PageSize: 10})
	if KindOf(err) != KindCancelled {
		t.Fatal(err)
	}
	if store.state.Cursor != "g1:30" {
		t.Errorf("%+v", store.state)
	}
}

func TestPullSweepsAfterGone(t *testing.T) {
	f := &feed{generation: "g1"}
	f.grow(30)
	store, h := newMemory(), f.connect(t)
	if _, err := Pull(context.Background(), store, h, Options{PageSize: 10}); err != nil {
		t.Fatal(err)
	}
	// The feed is compacted: of the first forty only three objects are left,
	// rewritten at its end.
	f.grow(10)
	f.mu.Lock()
	for i := range 3 {
		c := f.changes[i]
		c.Version = 2
		f.changes = append(f.changes, c)
	}
	f.floor = 40
	f.mu.Unlock()
	// It is cut in the middle of the sweep, and goes on with it.
	ctx, cancel := context.WithCancel(context.Background())
	store.onApply = cancel
	if _, err := Pull(ctx, store, h, Options{PageSize: 2}); KindOf(err) != KindCancelled {
		t.Fatal(err)
	}
	if !store.state.Sweeping || len(store.objects) != 30 {
		t.Fatalf("%+v, %d objects", store.state, len(store.objects))
	}
	store.onApply = nil
	res, err := Pull(context.Background(), store, h, Options{PageSize: 2})
	if err != nil || !res.Swept || res.Removed != 27 {
		t.Fatalf("%+v %v", res, err)
	}
	if len(store.objects) != 3 || store.objects["message/m0"] != 2 || store.state.Sweeping {
		t.Errorf("%v %+v", store.objects, store.state)
	}
}

func TestPullGivesUpOnAFeedThatIsAlwaysGone(t *testing.T) {
	f := &feed{generation: "g1"}
	f.meet(func(w http.ResponseWriter, _ *http.Request) bool {
		writeProblem(w, 410, "cursor-gone", nil)
		return true
	})
	_, err := Pull(context.Background(), newMemory(), f.connect(t), Options{})
	wantKind(t, err, KindGone)
	if f.asked.Load() > 10 {
		t.Errorf("%d questions", f.asked.Load())
	}
}

func TestPullNeverMixesTwoPlatforms(t *testing.T) {
	old := &feed{generation: "g1"}
	old.grow(20)
	store := newMemory()
	h1 := old.connect(t)
	if _, err := Pull(context.Background(), store, h1, Options{}); err != nil {
		t.Fatal(err)
	}
	// The same address, another platform behind it.
	old.mu.Lock()
	old.generation, old.changes = "g2", nil
	old.mu.Unlock()
	old.grow(5)
	res, err := Pull(context.Background(), store, h1, Options{})
	if err != nil || !res.Swept || res.Removed != 15 || len(store.objects) != 5 {
		t.Fatalf("%+v %v, %d objects", res, err, len(store.objects))
	}
	// Another address, whose cursors happen to look alike.
	other := &feed{generation: "g2"}
	other.grow(2)
	h2 := other.connect(t)
	store.queue("d1", 1)
	_, err = Pull(context.Background(), store, h2, Options{})
	e := asKind(t, err, KindForeign)
	if !strings.Contains(e.Error(), h1.Server()) || len(store.objects) != 5 || store.state.Server != h1.Server() {
		t.Fatalf("%v; %+v", err, store.state)
	}
	if _, err := Push(context.Background(), store, h2, Options{}); KindOf(err) != KindForeign || store.entry("d1").State != model.OutboxQueued {
		t.Fatalf("a decision went to another platform: %v", err)
	}
	store.outbox["d1"].State = model.OutboxAcked
	res, err = Pull(context.Background(), store, h2, Options{})
	if err != nil || !res.Swept || len(store.objects) != 2 || store.state.Server != h2.Server() {
		t.Fatalf("%+v %v, %d objects, %+v", res, err, len(store.objects), store.state)
	}
}

func TestPullSharesAStore(t *testing.T) {
	f := &feed{generation: "g1"}
	f.grow(30)
	store := newMemory()
	n := 0
	store.onApply = func() {
		// Another program lands the same page first.
		if n++; n == 2 {
			store.state.Cursor = "g1:20"
		}
	}
	res, err := Pull(context.Background(), store, f.connect(t), Options{PageSize: 10})
	if err != nil || store.state.Cursor != "g1:30" || res.Counts.Applied != 20 {
		t.Fatalf("%+v %v %+v", res, err, store.state)
	}
}

func TestPullHalvesAPageThatIsTooLarge(t *testing.T) {
	f := &feed{generation: "g1"}
	f.grow(100)
	f.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if limit, _ := strconv.Atoi(r.URL.Query().Get("limit")); limit <= 20 {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(maxJSON+1))
		return true
	})
	res, err := Pull(context.Background(), newMemory(), f.connect(t), Options{PageSize: 100})
	if err != nil || res.Counts.Applied != 100 {
		t.Fatalf("%+v %v", res, err)
	}
}

func TestPullStopsWhenTheFeedStandsStill(t *testing.T) {
	f := &feed{generation: "g1"}
	f.meet(func(w http.ResponseWriter, _ *http.Request) bool {
		writeJSON(w, 200, model.ChangePage{Changes: []model.Change{}, Cursor: "same", HasMore: true})
		return true
	})
	_, err := Pull(context.Background(), newMemory(), f.connect(t), Options{})
	wantKind(t, err, KindMalformed)
}

func TestPullPhotos(t *testing.T) {
	f := &feed{generation: "g1", photos: map[string][]byte{}}
	store := newMemory()
	for i := range 40 {
		raw := []byte(fmt.Sprintf("photo %d", i))
		f.photos[id(raw)] = raw
		store.wanted = append(store.wanted, id(raw))
	}
	missing := id([]byte("never uploaded"))
	spoilt := id([]byte("as it should be"))
	page := id([]byte("a page"))
	f.photos[spoilt] = []byte("as it is not")
	store.wanted = append(store.wanted, missing, spoilt, page)
	var busy, most atomic.Int32
	f.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if n := busy.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer busy.Add(-1)
		time.Sleep(2 * time.Millisecond)
		if strings.HasSuffix(r.URL.Path, page) {
			w.Header().Set("Content-Type", "text/html")
			return true
		}
		return false
	})
	var last Progress
	res, err := Pull(context.Background(), store, f.connect(t), Options{Workers: 3, Progress: func(p Progress) { last = p }})
	if err != nil {
		t.Fatal(err)
	}
	if res.Photos != 40 || res.PhotoFaults != 3 || len(store.photos) != 40 || len(store.faults) != 3 {
		t.Errorf("%+v, %d photos, %v", res, len(store.photos), store.faults)
	}
	for id, say := range map[string]string{missing: "does not have", spoilt: "other bytes", page: "content type"} {
		if !strings.Contains(store.faults[id], say) {
			t.Errorf("fault %q, want %q", store.faults[id], say)
		}
	}
	if last != (Progress{PhasePhotos, 43, 43}) {
		t.Errorf("last progress %+v", last)
	}
	if n := most.Load(); n > 3 || n < 2 {
		t.Errorf("%d at a time", n)
	}
}

func TestPullPhotosOneFailsForNow(t *testing.T) {
	f := &feed{generation: "g1", photos: map[string][]byte{}}
	store := newMemory()
	var bad string
	for i := range 20 {
		raw := []byte(fmt.Sprintf("photo %d", i))
		bad = id(raw)
		f.photos[bad] = raw
		store.wanted = append(store.wanted, bad)
	}
	f.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, bad) {
			w.WriteHeader(500)
			return true
		}
		return false
	})
	h := f.connect(t)
	res, err := Pull(context.Background(), store, h, Options{})
	if err != nil || res.Photos != 19 || res.PhotosLater != 1 || len(store.faults) != 0 {
		t.Fatalf("%+v %v", res, err)
	}
	// All fail: the pull says so instead of trying thousands.
	store.photos = map[string][]byte{}
	f.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/v1/photos/") {
			w.WriteHeader(500)
			return true
		}
		return false
	})
	_, err = Pull(context.Background(), store, h, Options{})
	wantKind(t, err, KindBroken)
	// A wrong token ends it at once, and blames no photo.
	f.meet(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/v1/photos/") {
			writeProblem(w, 401, "unauthorized", nil)
			return true
		}
		return false
	})
	_, err = Pull(context.Background(), store, h, Options{})
	wantKind(t, err, KindUnauthorized)
	if len(store.faults) != 0 {
		t.Errorf("%v", store.faults)
	}
	// So does a store that cannot write.
	f.meet(nil)
	full := &fullStore{memory: store}
	if _, err = Pull(context.Background(), full, h, Options{}); !errors.Is(err, model.ErrFull) {
		t.Errorf("%v", err)
	}
}

type fullStore struct{ *memory }

func (f *fullStore) SavePhoto(context.Context, string, string, io.Reader) error { return model.ErrFull }
