package faulttest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	stdsync "sync"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/app/sync"
)

var built bool

var buildOnce = stdsync.OnceValues(func() (string, error) {
	built = true
	path := filepath.Join(os.TempDir(), fmt.Sprintf("menschctl-%d", os.Getpid()))
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "mensch/cmd/menschctl").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// menschctl builds the real program, once.
func menschctl(t testing.TB) string {
	t.Helper()
	path, err := buildOnce()
	must(t, err)
	return path
}

// moment is when the program dies, seen from a request.
type moment int

const (
	before moment = iota // the request never reaches the platform
	after                // the platform did its work; the answer is never sent
	middle               // half of the answer is sent
	later                // the answer is sent; death comes a little later
	moments
)

// trap stands before the platform and kills the program that asks.
type trap struct {
	next  http.Handler
	mu    stdsync.Mutex
	left  int // requests to let through before the deadly one; negative: none is
	only  string
	when  moment
	delay time.Duration
	kill  func()
	fired bool
}

// set makes the n-th request of the method (empty: any) deadly.
func (tr *trap) set(n int, method string, when moment, delay time.Duration, kill func()) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.left, tr.only, tr.when, tr.delay, tr.kill, tr.fired = n, method, when, delay, kill, false
}

func (tr *trap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Small pages, so that there are many places to die at.
	if q := r.URL.Query(); q.Has("limit") {
		q.Set("limit", "40")
		r.URL.RawQuery = q.Encode()
	}
	tr.mu.Lock()
	deadly := false
	if tr.left >= 0 && (tr.only == "" || tr.only == r.Method) {
		deadly = tr.left == 0
		tr.left--
	}
	when, delay, kill := tr.when, tr.delay, tr.kill
	if deadly {
		tr.fired = true
	}
	tr.mu.Unlock()
	if !deadly {
		tr.next.ServeHTTP(w, r)
		return
	}
	if when == before {
		kill()
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	tr.next.ServeHTTP(answer, r)
	if when == after {
		kill()
		panic(http.ErrAbortHandler)
	}
	for k, v := range answer.Header() {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", fmt.Sprint(answer.Body.Len()))
	w.WriteHeader(answer.Code)
	body := answer.Body.Bytes()
	if when == middle {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		kill()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
	time.AfterFunc(delay, kill)
}

// snare puts a trap before the world's platform.
func (w *world) snare() (*trap, string) {
	tr := &trap{next: w.platform, left: -1}
	web := httptest.NewServer(tr)
	w.t.Cleanup(web.Close)
	return tr, web.URL
}

// run runs menschctl on the world's store until it ends or is killed with
// SIGKILL, and says which.
func (w *world) run(tr *trap, n int, method string, when moment, args ...string) (killed bool) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), menschctl(w.t), append([]string{"--dir", w.dir}, args...)...)
	cmd.Env = append(os.Environ(), "MENSCH_TOKEN="+secret)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	started, dead := make(chan struct{}), make(chan struct{})
	delay := time.Duration(w.rand.IntN(150)) * time.Millisecond
	tr.set(n, method, when, delay, func() {
		<-started
		_ = cmd.Process.Kill()
		select {
		case <-dead:
		case <-time.After(10 * time.Second):
		}
	})
	must(w.t, cmd.Start())
	close(started)
	err := cmd.Wait()
	close(dead)
	tr.mu.Lock()
	fired := tr.fired
	tr.left = -1
	tr.mu.Unlock()
	if err != nil && !fired {
		w.t.Fatalf("menschctl %v: %v\n%s", args, err, said.String())
	}
	return err != nil
}

func TestKilledInTheMiddleOfASync(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	tr, base := w.snare()
	menschctl(t) // built before the time runs
	kills := 0
	deadline := time.Now().Add(25 * time.Second)
	for n := 0; n < 10 && time.Now().Before(deadline); n++ {
		// The first request asks who we are; pages and photos follow.
		if w.run(tr, w.rand.IntN(6), "", moment(n%int(moments)), "sync", "--server", base) {
			kills++
		}
		w.people(4)
		w.change(n)
	}
	t.Logf("killed %d times", kills)
	if kills < 2 {
		t.Errorf("killed only %d times", kills)
	}
	if w.run(tr, -1, "", before, "sync", "--server", base) {
		t.Fatal("killed without cause")
	}
	w.same()
	if state, err := w.store.SyncState(t.Context()); err != nil || state.Epoch != 0 || state.Server != base {
		t.Errorf("%+v %v: the feed was begun again", state, err)
	}
	// Every bit of detection work that the dead left was done.
	for _, kind := range []model.WorkKind{model.WorkSession, model.WorkPhoto, model.WorkProfile, model.WorkExpert, model.WorkCase} {
		work, err := w.store.PendingWork(t.Context(), kind, "", 10)
		must(t, err)
		if len(work) > 0 {
			t.Errorf("work is left: %+v", work)
		}
	}
}

func TestKilledInTheMiddleOfAPush(t *testing.T) {
	t.Parallel()
	const decided = 20
	w := newWorld(t, decided+2)
	tr, base := w.snare()
	h, err := sync.NewHTTP(base, secret, sync.HTTPOptions{})
	must(t, err)
	defer h.Close()
	_, err = sync.Pull(t.Context(), w.store, h, sync.Options{})
	must(t, err)
	outcomes := []model.Outcome{model.Sanctioned, model.Dismissed}
	var mine []model.Decision
	for i := range decided {
		mine = append(mine, w.decide(i, outcomes[i%2]))
	}
	kills := 0
	for n := 0; n < 60; n++ {
		if _, err := w.store.NextOutbox(t.Context(), time.Now().AddDate(1, 0, 0)); err != nil {
			if e := w.unsettled(); e == 0 {
				break
			}
		}
		if w.run(tr, w.rand.IntN(2), http.MethodPost, moment(n%int(moments)), "sync", "--server", base) {
			kills++
		}
	}
	t.Logf("killed %d times", kills)
	if kills < 2 {
		t.Errorf("killed only %d times", kills)
	}
	if w.run(tr, -1, "", before, "sync", "--server", base) {
		t.Fatal("killed without cause")
	}
	for _, d := range mine {
		if e, err := w.store.OutboxEntry(t.Context(), d.ID); err != nil || e.State != model.OutboxAcked {
			t.Errorf("%s: %+v %v", d.ID, e, err)
		}
		decisions, err := w.store.DecisionsOf(t.Context(), d.ExpertID)
		must(t, err)
		if len(decisions) != 1 || decisions[0].Key != d.ID {
			t.Errorf("%s has %d decisions", d.ExpertID, len(decisions))
		}
	}
	w.once(mine)
	w.same()
}

// unsettled counts the entries that are still on their way.
func (w *world) unsettled() int {
	w.t.Helper()
	entries, err := w.store.Outbox(w.t.Context(), 0, 1000)
	must(w.t, err)
	n := 0
	for _, e := range entries {
		switch e.State {
		case model.OutboxQueued, model.OutboxSending, model.OutboxUnknown:
			n++
		}
	}
	return n
}
