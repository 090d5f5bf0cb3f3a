package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/model"
	platformlink "mensch/app/sync"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/platform"
	"mensch/store"
)

// childVariable makes the test binary be the program itself: it was built
// without the tag migrated_fynedo, so Fyne checks its thread rule, and with
// the race detector if the tests run with it.
const childVariable = "MENSCH_TEST_WINDOW"

func TestMain(m *testing.M) {
	// The tests' keys belong in no developer's keyring.
	keyring.MockInitWithError(errors.New("the tests have no keyring"))
	if os.Getenv(childVariable) != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// screen is a virtual display with a window manager.
type screen struct {
	t       *testing.T
	display string
}

func newScreen(t *testing.T) *screen {
	t.Helper()
	for _, name := range []string{"Xvfb", "openbox", "xdotool"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("%s is missing; `go run ./cmd/dev test` installs it", name)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(x) })
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not say its display: %v", err)
	}
	s := &screen{t: t, display: ":" + strings.TrimSpace(line)}
	wm := s.command("openbox")
	if err := wm.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(wm) })
	return s
}

func end(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()         // killed: the error says just that
	}
}

func (s *screen) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display, "LIBGL_ALWAYS_SOFTWARE=1")
	return cmd
}

// press types keys by xdotool's names, as a keyboard would.
func (s *screen) press(keys ...string) {
	s.t.Helper()
	args := append([]string{"key", "--clearmodifiers", "--delay", "60"}, keys...)
	if out, err := s.command("xdotool", args...).CombinedOutput(); err != nil {
		s.t.Fatalf("pressing %v: %v\n%s", keys, err, out)
	}
}

func (s *screen) write(text string) {
	s.t.Helper()
	if out, err := s.command("xdotool", "type", "--delay", "40", text).CombinedOutput(); err != nil {
		s.t.Fatalf("typing %q: %v\n%s", text, err, out)
	}
}

// capture keeps a picture of the whole display where ImageMagick is there, for
// whoever looks into a failure.
func (s *screen) capture(name string) {
	dir := os.Getenv("MENSCH_TEST_SHOTS")
	if dir == "" {
		return
	}
	if out, err := s.command("import", "-window", "root", filepath.Join(dir, name+".png")).CombinedOutput(); err != nil {
		s.t.Logf("no picture %s: %v %s", name, err, out)
	}
}

// window is the running program.
type window struct {
	t      *testing.T
	cmd    *exec.Cmd
	screen *screen

	mu    sync.Mutex
	lines []string
	more  chan struct{}
	done  chan error
}

func start(t *testing.T, s *screen, token string, args ...string) *window {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, screen: s, cmd: s.command(exe, args...), more: make(chan struct{}, 1), done: make(chan error, 1)}
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".cache"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.cmd.Env = append(w.cmd.Env, childVariable+"=1", "MENSCH_TOKEN="+token, "HOME="+home, "XDG_CACHE_HOME=", "XDG_CONFIG_HOME=", "LANG=C.UTF-8")
	out, err := w.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.cmd.Stdout = io.Discard
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			w.mu.Lock()
			w.lines = append(w.lines, lines.Text())
			w.mu.Unlock()
			select {
			case w.more <- struct{}{}:
			default:
			}
		}
		w.done <- w.cmd.Wait()
	}()
	t.Cleanup(func() {
		if w.cmd.ProcessState == nil {
			_ = w.cmd.Process.Kill() // it may just have ended
		}
		if t.Failed() {
			t.Log(w.log())
		}
	})
	return w
}

func (w *window) log() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.lines, "\n")
}

// await waits until a screen is shown again, behind the first seen ones.
func (w *window) await(name string, seen int) {
	w.t.Helper()
	limit := time.After(90 * time.Second)
	for w.shown(name) <= seen {
		select {
		case <-w.more:
		case <-time.After(200 * time.Millisecond):
		case <-limit:
			w.screen.capture("failed")
			w.t.Fatalf("the screen %q was not shown", name)
		}
	}
	w.settle()
}

func (w *window) shown(name string) int {
	return strings.Count(w.log(), "screen="+name+" ")
}

// settle waits until the program has been at rest for half a second: until then
// it reads, draws, or waits for a processor of a busy machine.
func (w *window) settle() {
	end := time.Now().Add(6 * time.Second)
	for calm := 0; calm < 8 && time.Now().Before(end); {
		time.Sleep(60 * time.Millisecond)
		calm++
		if w.busy() {
			calm = 0
		}
	}
}

// busy reports whether a thread of the program runs, could run or waits for the
// disk.
func (w *window) busy() bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", w.cmd.Process.Pid))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, path := range threads {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// The name before it may hold anything, but the last bracket ends it.
		if at := bytes.LastIndex(raw, []byte(") ")); at >= 0 && at+2 < len(raw) && (raw[at+2] == 'R' || raw[at+2] == 'D') {
			return true
		}
	}
	return false
}

// focus waits for the window and gives it the keyboard.
func (w *window) focus() {
	w.t.Helper()
	out, err := w.screen.command("xdotool", "search", "--sync", "--onlyvisible", "--name", "Mensch", "windowactivate").CombinedOutput()
	if err != nil {
		w.t.Fatalf("no window came up: %v\n%s", err, out)
	}
}

func eventually(t *testing.T, what string, limit time.Duration, holds func() (bool, error)) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		ok, err := holds()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if ok {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s did not happen within %s", what, limit)
		}
		time.Sleep(150 * time.Millisecond)
	}
}

// TestTheProgramInAWindow opens the demo (under the race detector, one cluster
// of it on a platform to connect to) in a real window, triages a case with
// keys alone, compares photos, sanctions, and looks at the platform: the
// sanction arrived once.
func TestTheProgramInAWindow(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a virtual display needs X11; the screens' own tests run everywhere")
	}
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	s := newScreen(t)
	storeDir, platformDir := filepath.Join(dir, "demo"), filepath.Join(dir, "demo", "platform")
	args, token, messages := []string{"-demo", "-dir", dir, "-v"}, "", 40000
	leave := func() {}
	if raced {
		storeDir, platformDir = dir, t.TempDir()
		v := newVillage(ctx, t, platformDir, storeDir, "Health & Medicine")
		args, token, messages, leave = []string{"-server", v.base, "-dir", dir, "-v"}, v.token, v.messages, v.stop
	}
	shortUndo(ctx, t, storeDir)
	w := start(t, s, token, args...)
	w.await("queue", 0)
	w.focus()

	db, err := store.Open(ctx, storeDir, store.Options{Seal: audit.Seal})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	eventually(t, "the first sync", 100*time.Second, func() (bool, error) {
		c, err := db.Counts(ctx)
		return c.Messages >= messages && c.Work == 0 && c.Open > 0, err
	})
	s.capture("queue")
	row, finding := caseWithPhotos(ctx, t, db)

	// Find the case by the expert's name, and open it.
	s.press("slash")
	w.settle()
	s.write(row.ScreenName)
	s.press("Return")
	w.settle()
	s.press("Escape")
	w.settle()
	// A slow machine may still show the unfiltered queue: then back, and again.
	opened := 0
	for range 6 {
		s.press("g", "Return")
		w.await("case", opened)
		opened = w.shown("case")
		if strings.Contains(w.log(), "screen=case case="+row.CaseID) {
			break
		}
		s.press("Escape")
		w.settle()
	}
	if !strings.Contains(w.log(), "screen=case case="+row.CaseID) {
		t.Fatalf("the case of %s was not opened", row.ScreenName)
	}
	s.capture("case")

	// Compare the photos and keep the match as evidence.
	s.press("c")
	w.await("compare", 0)
	s.press("space", "plus", "plus", "m", "Right", "0")
	s.capture("compare")
	s.press("a")
	eventually(t, "the verdict on the photos", 20*time.Second, func() (bool, error) {
		f, err := db.Finding(ctx, finding)
		return f.Verdict == model.VerdictAccepted, err
	})
	s.press("Escape")
	w.await("case", opened)

	sealed := filepath.Join(t.TempDir(), "sealed.zip")
	s.press("e")
	w.settle()
	s.press("ctrl+a")
	s.write(sealed)
	s.capture("seal")
	s.press("Return")
	checkSealed(t, storeDir, sealed, row.CaseID)

	// Decide, with the step that the record suggests.
	s.press("d")
	w.await("decide", 0)
	w.settle()
	s.capture("decide")
	s.press("ctrl+Return")
	var decided model.OutboxEntry
	eventually(t, "the decision", 30*time.Second, func() (bool, error) {
		list, err := db.Outbox(ctx, 0, 5)
		if len(list) > 0 {
			decided = list[0]
		}
		return len(list) == 1, err
	})
	s.capture("decided")
	if decided.Decision.CaseID != row.CaseID || len(decided.Decision.Sanctions) == 0 || decided.Decision.Message == "" {
		t.Fatalf("decided was %+v", decided.Decision)
	}
	eventually(t, "the platform's confirmation", 40*time.Second, func() (bool, error) {
		e, err := db.OutboxEntry(ctx, decided.Decision.ID)
		return e.State == model.OutboxAcked, err
	})
	s.press("ctrl+2")
	w.await("sync", 0)
	s.capture("sync")
	s.press("ctrl+q")
	select {
	case err := <-w.done:
		if err != nil {
			t.Fatalf("the program ended with %v", err)
		}
	case <-time.After(40 * time.Second):
		t.Fatal("the program did not end by Ctrl+Q")
	}
	for _, bad := range []string{"Error in Fyne call thread", "DATA RACE", "panic:", "level=ERROR"} {
		if strings.Contains(w.log(), bad) {
			t.Errorf("the log has %q", bad)
		}
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "crash.txt")); err != nil || len(bytes.TrimSpace(raw)) > 0 {
		t.Errorf("the crash file holds %q, %v", raw, err)
	}
	leave()
	arrivedOnce(ctx, t, platformDir, decided.Decision)
}

// shortUndo makes the demo's store beforehand, with an undo time that a test
// can wait for.
func shortUndo(ctx context.Context, t *testing.T, dir string) {
	t.Helper()
	desk, err := workplace.Open(ctx, workplace.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	settings := app.DefaultSettings()
	settings.UndoSeconds = 3
	if err := desk.SaveSettings(ctx, settings); err != nil {
		t.Fatal(err)
	}
	if err := desk.Close(); err != nil {
		t.Fatal(err)
	}
}

// caseWithPhotos is the most urgent open case in which a bank's photo was
// found on a profile, and that finding.
func caseWithPhotos(ctx context.Context, t *testing.T, db *store.Store) (model.QueueRow, string) {
	t.Helper()
	filter := model.QueueFilter{Guidelines: []string{"false-photo"}, States: []model.CaseState{model.CaseOpen}}
	rows, err := db.QueuePage(ctx, filter, model.QueueKey{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		findings, err := db.FindingsOf(ctx, row.CaseID)
		if err != nil {
			t.Fatal(err)
		}
		matches := 0
		id := ""
		for _, f := range findings {
			if f.Match != nil {
				matches++
				id = f.ID
			}
		}
		if matches == 1 && !strings.ContainsAny(row.ScreenName, "\"'\\") {
			return row, id
		}
	}
	t.Fatalf("none of %d cases has one photo finding", len(rows))
	return model.QueueRow{}, ""
}

// arrivedOnce reads the platform's whole feed, in its own folder and after the
// program ended.
func arrivedOnce(ctx context.Context, t *testing.T, dir string, d model.Decision) {
	t.Helper()
	far, err := platform.Open(ctx, dir, platform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(far)
	defer func() {
		web.Close()
		if err := far.Close(); err != nil {
			t.Error(err)
		}
	}()
	secret := platform.NewSecret()
	if err := far.AddTokens(ctx, platform.Token{Name: "Inspector", Roles: []string{platform.RoleReader}, Secret: secret}); err != nil {
		t.Fatal(err)
	}
	link, err := platformlink.NewHTTP(web.URL, secret, platformlink.HTTPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	onCase, same := 0, 0
	for cursor, more := "", true; more; {
		page, err := link.Changes(ctx, cursor, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Changes {
			if c.Kind != model.ChangeDecision || c.Deleted {
				continue
			}
			var r model.Receipt
			if err := json.Unmarshal(c.Data, &r); err != nil {
				t.Fatal(err)
			}
			if r.Decision.CaseID != d.CaseID {
				continue
			}
			onCase++
			if r.Key == d.ID {
				same++
				if r.Decision.Message != d.Message || len(r.Decision.Sanctions) != len(d.Sanctions) {
					t.Errorf("what arrived differs: %+v", r.Decision)
				}
			}
		}
		cursor, more = page.Cursor, page.HasMore
	}
	if same != 1 || onCase != 1 {
		t.Fatalf("the platform has %d decisions on the case, %d of them this one", onCase, same)
	}
}
