package sync

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"mensch/app/model"
)

// statementQueue is a StatementStore whose clock the test moves.
type statementQueue struct {
	entries []model.StatementEntry
	clock   time.Time
	broken  error // of SettleStatements
}

func newStatementQueue(n int) *statementQueue {
	q := &statementQueue{clock: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
	q.add(n)
	return q
}

func (q *statementQueue) add(n int) {
	for range n {
		puid := fmt.Sprintf("s%d", len(q.entries))
		q.entries = append(q.entries, model.StatementEntry{
			Seq: int64(len(q.entries) + 1), PUID: puid, Body: `{"puid":"` + puid + `"}`, State: model.StatementQueued, NotBefore: q.clock,
		})
	}
}

func (q *statementQueue) now() time.Time { return q.clock }

func (q *statementQueue) DueStatements(_ context.Context, now time.Time, limit int) ([]model.StatementEntry, error) {
	var out []model.StatementEntry
	for _, e := range q.entries {
		if e.State == model.StatementQueued && !e.NotBefore.After(now) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (q *statementQueue) SettleStatements(_ context.Context, puids []string, to model.StatementState, why string, notBefore, _ time.Time) error {
	if q.broken != nil {
		return q.broken
	}
	for _, puid := range puids {
		for i := range q.entries {
			if e := &q.entries[i]; e.PUID == puid && e.State == model.StatementQueued {
				e.State, e.LastError, e.NotBefore = to, why, notBefore
				e.Attempts++
			}
		}
	}
	return nil
}

func (q *statementQueue) count(state model.StatementState) int {
	n := 0
	for _, e := range q.entries {
		if e.State == state {
			n++
		}
	}
	return n
}

// database takes statements as the DSA Transparency Database does: a batch
// whole or not at all, and a puid once.
type database struct {
	mu      stdsync.Mutex
	stored  map[string]int // how often a puid was kept
	largest int            // batch
	refuses string         // a puid that it never takes
	// answer may spoil the answer to a request; land keeps what was sent.
	// true: it did.
	answer func(w http.ResponseWriter, land func()) bool
}

func (d *database) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	type one struct {
		PUID string `json:"puid"`
	}
	var in struct {
		Statements []one `json:"statements"`
		one
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		writeJSON(w, http.StatusInternalServerError, nil)
		return
	}
	list := in.Statements
	if strings.HasSuffix(r.URL.Path, "/api/v1/statement") {
		list = []one{in.one}
	}
	d.largest = max(d.largest, len(list))
	var existing []one
	errors := map[string][]string{}
	for _, st := range list {
		if d.stored[st.PUID] > 0 {
			existing = append(existing, st)
		}
		if st.PUID == d.refuses {
			errors["category"] = []string{"The category is wrong."}
		}
	}
	land := func() {
		if len(existing) == 0 && len(errors) == 0 && len(list) <= 100 {
			for _, st := range list {
				d.stored[st.PUID]++
			}
		}
	}
	if d.answer != nil && d.answer(w, land) {
		return
	}
	if len(existing) > 0 || len(errors) > 0 || len(list) > 100 {
		writeJSON(w, http.StatusUnprocessableEntity, map[string]any{"message": "Not stored.", "errors": errors, "existing": existing})
		return
	}
	land()
	writeJSON(w, http.StatusCreated, map[string]any{})
}

func (d *database) wantOnce(t *testing.T, n int) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for puid, times := range d.stored {
		if times != 1 {
			t.Errorf("%s was stored %d times", puid, times)
		}
	}
	if len(d.stored) != n || d.largest > 100 {
		t.Errorf("%d are stored, in batches of up to %d; want %d, and 100 at most", len(d.stored), d.largest, n)
	}
}

func TestPublishInBatches(t *testing.T) {
	for n, largest := range map[int]int{0: 0, 1: 1, 100: 100, 101: 100, 250: 100} {
		d := &database{stored: map[string]int{}}
		q := newStatementQueue(n)
		done, err := PushStatements(t.Context(), q, serve(t, d.ServeHTTP), q.now)
		if err != nil || done != (Published{Sent: n}) || q.count(model.StatementSent) != n || d.largest != largest {
			t.Errorf("%d: got %+v, %v, in batches of up to %d", n, done, err, d.largest)
		}
		d.wantOnce(t, n)
	}
}

// TestPublishAfterALostAnswer: whatever happens to the answer, and whatever was
// queued meanwhile, each statement is stored once and ends as sent.
func TestPublishAfterALostAnswer(t *testing.T) {
	for name, spoil := range map[string]func(w http.ResponseWriter, land func()){
		"it arrived, the answer is lost": func(w http.ResponseWriter, land func()) { land(); hangUp(w) },
		"it never arrived":               func(w http.ResponseWriter, _ func()) { hangUp(w) },
		"it arrived, a gateway broke":    func(w http.ResponseWriter, land func()) { land(); w.WriteHeader(http.StatusBadGateway) },
		"200 does not mean stored":       func(w http.ResponseWriter, _ func()) { writeJSON(w, http.StatusOK, map[string]any{}) },
		"202 does not mean stored":       func(w http.ResponseWriter, _ func()) { writeJSON(w, http.StatusAccepted, map[string]any{}) },
		"a refusal that is cut": func(w http.ResponseWriter, _ func()) {
			w.Header().Set("Content-Length", "90")
			w.WriteHeader(422)
			_, _ = w.Write([]byte(`{"exist`))
		},
		"200 from a gateway after it landed": func(w http.ResponseWriter, land func()) { land(); writeJSON(w, http.StatusOK, map[string]any{}) },
	} {
		t.Run(name, func(t *testing.T) {
			d := &database{stored: map[string]int{}}
			spoilt := 0
			d.answer = func(w http.ResponseWriter, land func()) bool {
				// The first batch, and one of those that then go by themselves.
				if spoilt++; spoilt != 1 && spoilt != 4 {
					return false
				}
				spoil(w, land)
				return true
			}
			q := newStatementQueue(7)
			h := serve(t, d.ServeHTTP)
			if done, err := PushStatements(t.Context(), q, h, q.now); err == nil || done != (Published{}) || q.count(model.StatementQueued) != 7 {
				t.Fatalf("got %+v, %v", done, err)
			}
			sent := 0
			for round := range 5 {
				if round < 3 {
					q.add(1) // meets those of before in a batch
				}
				q.clock = q.clock.Add(time.Hour)
				done, _ := PushStatements(t.Context(), q, h, q.now)
				sent += done.Sent
			}
			if sent != 10 || q.count(model.StatementSent) != 10 {
				t.Errorf("%d are told to be sent, %d are", sent, q.count(model.StatementSent))
			}
			d.wantOnce(t, 10)
		})
	}
}

// TestPublishWhenTheDiskIsFull: what was stored there and could not be marked
// here is met again, and not stored again.
func TestPublishWhenTheDiskIsFull(t *testing.T) {
	d := &database{stored: map[string]int{}}
	q := newStatementQueue(3)
	h := serve(t, d.ServeHTTP)
	q.broken = model.ErrFull
	if _, err := PushStatements(t.Context(), q, h, q.now); err == nil {
		t.Fatal("a full disk is not told")
	}
	q.broken = nil
	if done, err := PushStatements(t.Context(), q, h, q.now); err != nil || done != (Published{Sent: 3}) {
		t.Errorf("got %+v, %v", done, err)
	}
	d.wantOnce(t, 3)
}

// TestPublishOneRefused: one that is refused for good says why and holds up
// none of the others.
func TestPublishOneRefused(t *testing.T) {
	d := &database{stored: map[string]int{}, refuses: "s1"}
	q := newStatementQueue(4)
	done, err := PushStatements(t.Context(), q, serve(t, d.ServeHTTP), q.now)
	if err != nil || done != (Published{Sent: 3, Refused: 1}) {
		t.Fatalf("got %+v, %v", done, err)
	}
	if e := q.entries[1]; e.State != model.StatementRefused || !strings.Contains(e.LastError, "The category is wrong") {
		t.Errorf("got %+v", e)
	}
	d.wantOnce(t, 3)
}

// TestPublishWaits as long as the other side asks, and longer with each try.
func TestPublishWaits(t *testing.T) {
	d := &database{stored: map[string]int{}}
	d.answer = func(w http.ResponseWriter, _ func()) bool {
		w.Header().Set("Retry-After", "900")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	q := newStatementQueue(1)
	_, err := PushStatements(t.Context(), q, serve(t, d.ServeHTTP), q.now)
	wantKind(t, err, KindThrottled)
	if wait := q.entries[0].NotBefore.Sub(q.clock); wait != 15*time.Minute {
		t.Errorf("it waits %v, want 15m", wait)
	}
	lost := &Error{Kind: KindLost}
	if first, tenth := pauseAfter(lost, 0), pauseAfter(lost, 10); first > firstPause || tenth < maxPause/2 || tenth > maxPause {
		t.Errorf("it waits %v at first, %v at last", first, tenth)
	}
}
