package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"mensch/app/model"
)

// desk is a platform that takes decisions, with a script of how each request
// for one ends.
type desk struct {
	mu     stdsync.Mutex
	landed map[string]int // how often a decision took effect
	posts  int
	asks   int
	script []func(w http.ResponseWriter, land func(), answer func())
	ask    func(w http.ResponseWriter) bool // true: handled
}

func hangUp(w http.ResponseWriter) {
	conn, _, _ := w.(http.Hijacker).Hijack()
	_ = conn.Close()
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// What was sent is read before it is acted on, as any server does.
	_, _ = io.Copy(io.Discard, r.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	receipt := func(key string, status int) {
		writeJSON(w, status, model.Receipt{Key: key, Decision: model.Decision{ID: key}, CaseVersion: 4, ReceivedAt: time.Now().UTC()})
	}
	if key, ok := strings.CutPrefix(r.URL.Path, "/v1/decisions/"); ok {
		d.asks++
		switch {
		case d.ask != nil && d.ask(w):
		case d.landed[key] > 0:
			receipt(key, 200)
		default:
			writeProblem(w, 404, "not-found", nil)
		}
		return
	}
	d.posts++
	key := r.Header.Get("Idempotency-Key")
	land := func() {
		if d.landed[key] == 0 {
			d.landed[key]++
		}
	}
	answer := func() { receipt(key, 201) }
	if len(d.script) > 0 {
		step := d.script[0]
		d.script = d.script[1:]
		step(w, land, answer)
		return
	}
	land()
	answer()
}

type step = func(w http.ResponseWriter, land, answer func())

func refuse(status int, kind string, more map[string]any) step {
	return func(w http.ResponseWriter, _, _ func()) { writeProblem(w, status, kind, more) }
}

func TestPush(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	lost := func(w http.ResponseWriter, _, _ func()) { hangUp(w) }
	landedButLost := func(w http.ResponseWriter, land, _ func()) { land(); hangUp(w) }
	cases := []struct {
		name    string
		script  []step
		want    model.OutboxState
		says    string
		sent    Sent
		kind    Kind // of Push's error
		posts   int
		asks    int
		landed  int
		waits   time.Duration // NotBefore is at least so far ahead
		caseIs  model.CaseState
		atMost  time.Duration // and at most; 0: not checked
		history string
	}{
		{
			name: "confirmed", want: model.OutboxAcked, sent: Sent{Acked: 1}, posts: 1, landed: 1,
			caseIs: model.CaseDecided, history: "queued>sending>acked",
		},
		{
			name: "the answer is cut off", script: []step{landedButLost}, want: model.OutboxAcked, sent: Sent{Acked: 1},
			posts: 1, asks: 1, landed: 1, caseIs: model.CaseDecided, history: "queued>sending>unknown>acked",
		},
		{
			name: "the question is cut off", script: []step{lost}, want: model.OutboxAcked, sent: Sent{Acked: 1},
			posts: 2, asks: 1, landed: 1, caseIs: model.CaseDecided, history: "queued>sending>unknown>queued>sending>acked",
		},
		{
			name: "cut off again and again", script: slices.Repeat([]step{lost}, 9), want: model.OutboxUnknown, sent: Sent{Unknown: 1},
			posts: -1, asks: 2, says: "asked before it is sent again", waits: firstPause / 2, atMost: maxPause,
			history: "queued>sending>unknown>queued>sending>unknown>queued>sending>unknown",
		},
		{
			name: "a gateway fails", script: []step{func(w http.ResponseWriter, land, _ func()) { land(); w.WriteHeader(504) }},
			want: model.OutboxAcked, sent: Sent{Acked: 1}, posts: 1, asks: 1, landed: 1, caseIs: model.CaseDecided,
			history: "queued>sending>unknown>acked",
		},
		{
			name: "conflict", script: []step{refuse(412, "stale-case", map[string]any{"decision": model.Decision{ID: "d9", Moderator: "Ben"}})},
			want: model.OutboxConflict, says: "Ben decided", sent: Sent{Conflicts: 1}, posts: 1, caseIs: model.CaseConflict,
			history: "queued>sending>conflict",
		},
		{
			name: "a conflict with itself", script: []step{func(w http.ResponseWriter, land, _ func()) {
				land()
				writeProblem(w, 412, "stale-case", map[string]any{"decision": model.Decision{ID: "d1"}})
			}},
			want: model.OutboxAcked, sent: Sent{Acked: 1}, posts: 1, asks: 1, landed: 1, caseIs: model.CaseDecided,
			history: "queued>sending>unknown>acked",
		},
		{
			name: "invalid", script: []step{refuse(422, "invalid", map[string]any{"detail": "The step is not on the ladder."})},
			want: model.OutboxRejected, says: "The step is not on the ladder", sent: Sent{Rejected: 1}, posts: 1, caseIs: model.CaseOpen,
			history: "queued>sending>rejected",
		},
		{
			name: "forbidden", script: []step{refuse(403, "forbidden", nil)}, want: model.OutboxRejected, says: "does not allow",
			sent: Sent{Rejected: 1}, posts: 1, caseIs: model.CaseOpen, history: "queued>sending>rejected",
		},
		{
			name: "lease lost", script: []step{refuse(409, "lease-lost", nil)}, want: model.OutboxConflict, says: "ran out",
			sent: Sent{Conflicts: 1}, posts: 1, caseIs: model.CaseConflict, history: "queued>sending>conflict",
		},
		{
			name: "lease held", script: []step{refuse(409, "lease-held", map[string]any{"lease": model.Lease{Holder: "Ben", Expires: now.Add(9 * time.Minute)}})},
			want: model.OutboxQueued, says: "Ben holds the case until 12:09", sent: Sent{Waiting: 1}, posts: 1,
			waits: 9 * time.Minute, atMost: 9 * time.Minute, history: "queued>sending>queued",
		},
		{
			name: "wrong token", script: []step{refuse(401, "unauthorized", nil)}, want: model.OutboxQueued, says: "token",
			kind: KindUnauthorized, posts: 1, history: "queued>sending>queued",
		},
		{
			name: "throttled", script: []step{func(w http.ResponseWriter, _, _ func()) {
				w.Header().Set("Retry-After", "120")
				writeProblem(w, 429, "throttled", nil)
			}},
			want: model.OutboxQueued, says: "for 2m0s", sent: Sent{Waiting: 1}, kind: KindThrottled, posts: 1,
			waits: 2 * time.Minute, atMost: 2 * time.Minute, history: "queued>sending>queued",
		},
		{
			name: "out of service", script: []step{refuse(503, "unavailable", nil)}, want: model.OutboxQueued, says: "out of service",
			sent: Sent{Waiting: 1}, kind: KindUnavailable, posts: 1, waits: firstPause / 2, atMost: firstPause, history: "queued>sending>queued",
		},
		{
			name: "another's receipt", script: []step{func(w http.ResponseWriter, land, _ func()) {
				land()
				writeJSON(w, 201, model.Receipt{Key: "d9", Decision: model.Decision{ID: "d9"}, ReceivedAt: now})
			}},
			want: model.OutboxAcked, sent: Sent{Acked: 1}, posts: 1, asks: 1, landed: 1, caseIs: model.CaseDecided,
			history: "queued>sending>unknown>acked",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := &desk{landed: map[string]int{}, script: c.script}
			store, h := newMemory(), serve(t, d.ServeHTTP)
			store.queue("d1", 1)
			sent, err := Push(context.Background(), store, h, Options{Now: func() time.Time { return now }})
			if KindOf(err) != c.kind {
				t.Fatalf("error %v, want kind %q", err, c.kind)
			}
			e := store.entry("d1")
			if e.State != c.want || sent != c.sent || !strings.Contains(e.LastError, c.says) {
				t.Errorf("%s %q, %+v", e.State, e.LastError, sent)
			}
			// The HTTP client itself sends a request again whose kept connection
			// proves dead, for its key makes that safe.
			if c.posts >= 0 && d.posts != c.posts || d.asks != c.asks || d.landed["d1"] != c.landed {
				t.Errorf("%d posts, %d questions, landed %d", d.posts, d.asks, d.landed["d1"])
			}
			if wait := e.NotBefore.Sub(now); c.waits > 0 && wait < c.waits || c.atMost > 0 && wait > c.atMost {
				t.Errorf("waits %s", wait)
			}
			history := "queued"
			for _, change := range store.log {
				history += ">" + string(change.To)
			}
			if history != c.history {
				t.Errorf("history %s, want %s", history, c.history)
			}
			last := store.log[len(store.log)-1]
			if last.CaseState != c.caseIs {
				t.Errorf("the case becomes %q, want %q", last.CaseState, c.caseIs)
			}
			if (last.Receipt != nil) != (c.want == model.OutboxAcked) {
				t.Errorf("receipt %v in state %s", last.Receipt, last.To)
			}
			if strings.Contains(fmt.Sprintf("%+v", store.log), testToken) {
				t.Error("the token was stored")
			}
		})
	}
}

func TestPushWritesSendingFirst(t *testing.T) {
	store := newMemory()
	store.queue("d1", 1)
	h := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if state := store.entry("d1").State; state != model.OutboxSending {
			t.Errorf("the request left while the entry was %s", state)
		}
		(&desk{landed: map[string]int{}}).ServeHTTP(w, r)
	})
	if sent, err := Push(context.Background(), store, h, Options{}); err != nil || sent.Acked != 1 {
		t.Fatal(sent, err)
	}
}

func TestPushOfflineKeepsAll(t *testing.T) {
	store := newMemory()
	store.queue("d1", 1)
	store.queue("d2", 2)
	h, _ := NewHTTP("http://127.0.0.1:1", testToken, quick)
	sent, err := Push(context.Background(), store, h, Options{})
	wantKind(t, err, KindUnreachable)
	if e := store.entry("d1"); sent.Any() || e.State != model.OutboxQueued || !e.NotBefore.After(time.Now()) {
		t.Errorf("%+v %+v", sent, e)
	}
	if e := store.entry("d2"); e.Attempts != 0 {
		t.Errorf("the second was tried in vain: %+v", e)
	}
}

func TestPushCancelledInFlight(t *testing.T) {
	store := newMemory()
	store.queue("d1", 1)
	d := &desk{landed: map[string]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	d.script = []step{func(w http.ResponseWriter, land, _ func()) {
		land()
		cancel()
		time.Sleep(20 * time.Millisecond)
		hangUp(w)
	}}
	h := serve(t, d.ServeHTTP)
	if _, err := Push(ctx, store, h, Options{}); KindOf(err) != KindCancelled {
		t.Fatal(err)
	}
	if e := store.entry("d1"); e.State != model.OutboxUnknown {
		t.Fatalf("%+v", e)
	}
	if sent, err := Push(context.Background(), store, h, Options{}); err != nil || sent.Acked != 1 || d.landed["d1"] != 1 || d.posts != 1 {
		t.Fatal(sent, err, d.landed, d.posts)
	}
}

func TestPushAsksAfterADeath(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		store := newMemory()
		store.queue("d1", 1)
		store.outbox["d1"].State = model.OutboxSending
		d := &desk{landed: map[string]int{}}
		if arrived {
			d.landed["d1"] = 1
		}
		h := serve(t, d.ServeHTTP)
		if sent, err := Push(context.Background(), store, h, Options{}); err != nil || sent.Any() {
			t.Fatalf("another's request was touched: %+v %v", sent, err)
		}
		if n, _ := store.RecoverOutbox(context.Background(), time.Now()); n != 1 {
			t.Fatal(n)
		}
		sent, err := Push(context.Background(), store, h, Options{})
		posts := 1
		if arrived {
			posts = 0
		}
		if err != nil || sent.Acked != 1 || d.landed["d1"] != 1 || d.posts != posts || d.asks != 1 {
			t.Errorf("%+v %v %+v", sent, err, d)
		}
	}
}

func TestPushUnknownStaysUntilAnswered(t *testing.T) {
	store := newMemory()
	store.queue("d1", 1)
	store.outbox["d1"].State = model.OutboxUnknown
	d := &desk{landed: map[string]int{}, ask: func(w http.ResponseWriter) bool { w.WriteHeader(404); return true }}
	h := serve(t, d.ServeHTTP)
	// A 404 of some gateway is no word of the platform.
	sent, err := Push(context.Background(), store, h, Options{})
	wantKind(t, err, KindMalformed)
	if e := store.entry("d1"); e.State != model.OutboxUnknown || sent.Unknown != 1 || d.posts != 0 {
		t.Errorf("%+v %+v %d posts", e, sent, d.posts)
	}
}

func TestPushFullDisk(t *testing.T) {
	store := newMemory()
	store.queue("d1", 1)
	store.broken = model.ErrFull
	d := &desk{landed: map[string]int{}}
	h := serve(t, d.ServeHTTP)
	if _, err := Push(context.Background(), store, h, Options{}); !errors.Is(err, model.ErrFull) {
		t.Fatal(err)
	}
	if e := store.entry("d1"); e.State != model.OutboxSending || d.posts != 1 {
		t.Fatalf("%+v", e)
	}
	// Space is made: the same program finds out what became of it.
	store.broken = nil
	sent, err := Push(context.Background(), store, h, Options{})
	if err != nil || sent.Acked != 1 || d.posts != 1 || d.asks != 1 || d.landed["d1"] != 1 {
		t.Fatal(sent, err, d)
	}
}

func TestPushManyInOrder(t *testing.T) {
	store := newMemory()
	for i := range 50 {
		store.queue(fmt.Sprintf("d%02d", i), int64(i+1))
	}
	d := &desk{landed: map[string]int{}}
	d.script = []step{
		refuse(422, "invalid", nil),
		func(w http.ResponseWriter, land, _ func()) { land(); hangUp(w) },
		func(w http.ResponseWriter, _, _ func()) { hangUp(w) },
		refuse(412, "stale-case", nil),
	}
	var seen []Progress
	sent, err := Push(context.Background(), store, serve(t, d.ServeHTTP), Options{Progress: func(p Progress) { seen = append(seen, p) }})
	if err != nil || sent != (Sent{Acked: 48, Conflicts: 1, Rejected: 1}) {
		t.Fatal(sent, err)
	}
	for key, n := range d.landed {
		if n != 1 {
			t.Errorf("%s landed %d times", key, n)
		}
	}
	if len(d.landed) != 48 || seen[len(seen)-1] != (Progress{Phase: PhaseSending, Done: 50}) {
		t.Errorf("%d landed, %v", len(d.landed), seen[len(seen)-1])
	}
}
