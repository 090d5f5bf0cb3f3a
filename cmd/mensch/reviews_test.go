package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/audit"
	"mensch/app/cases"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/platform"
	"mensch/store"
	"mensch/views/shell"
)

// team is a small platform that enforces second persons, and the stores of the
// moderators who sit at windows.
type team struct {
	t       *testing.T
	base    string
	tokens  map[string]string
	dirs    map[string]string
	decided atomic.Int64 // decisions and proposals that arrived
}

func newTeam(ctx context.Context, t *testing.T, undo map[string]int) *team {
	t.Helper()
	m := &team{t: t, tokens: map[string]string{}, dirs: map[string]string{}}
	pack, err := workplace.Pack()
	fatal(t, err)
	far, err := platform.Open(ctx, t.TempDir(), platform.Options{Pack: pack, Tick: -1})
	fatal(t, err)
	for name, roles := range map[string][]string{
		"Mira": {platform.RoleModerator}, "Kim": {platform.RoleModerator, platform.RoleApprover}, "Noor": {platform.RoleModerator}, "Ulla": {platform.RoleModerator},
	} {
		m.tokens[name] = platform.NewSecret()
		fatal(t, far.AddTokens(ctx, platform.Token{Name: name, Roles: roles, Secret: m.tokens[name]}))
	}
	day := time.Now().UTC().Add(-36 * time.Hour).Truncate(time.Second)
	fatal(t, far.Load(ctx, func(l *platform.Loader) error {
		for n, guideline := range []string{"confidentiality", "confidentiality", "courtesy", "courtesy"} {
			id := fmt.Sprintf("e%d", n+1)
			at := day.Add(time.Duration(n) * time.Minute)
			err := errors.Join(
				l.Put(model.ChangeExpert, id, 1, model.Expert{ID: id, Version: 1, Cluster: "Law", ScreenName: "Expert " + id, State: model.ExpertActive, JoinedAt: at}),
				l.Put(model.ChangeProfile, id, 1, model.Profile{ExpertID: id, Version: 1, Name: "Expert " + id, Bio: "Law for everybody.", UpdatedAt: at}),
				l.Put(model.ChangeCase, id+".1", 1, model.Case{ID: id + ".1", ExpertID: id, Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: at}),
				l.Put(model.ChangeIncident, "i-"+id, 1, model.Incident{
					ID: "i-" + id, Version: 1, ExpertID: id, CaseID: id + ".1", Reporter: model.ReporterClient, Guideline: guideline, Text: "Not what I had expected here.", At: at,
				}),
			)
			if err != nil {
				return err
			}
		}
		return nil
	}))
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && (strings.HasSuffix(r.URL.Path, "/decisions") || strings.HasSuffix(r.URL.Path, "/proposals")) {
			m.decided.Add(1)
		}
		far.ServeHTTP(w, r)
	}))
	m.base = web.URL
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		fatal(t, far.Close())
	})
	for name := range m.tokens {
		m.dirs[name] = t.TempDir()
		desk, err := workplace.Open(ctx, workplace.Config{Dir: m.dirs[name]})
		fatal(t, err)
		settings := app.DefaultSettings()
		settings.UndoSeconds, settings.SyncMinutes = undo[name], 0
		fatal(t, errors.Join(desk.SaveSettings(ctx, settings), desk.Close()))
	}
	return m
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// seat is one moderator's window, on a display of its own, with their store.
type seat struct {
	*window
	s  *screen
	db *store.Store
}

func (m *team) sit(ctx context.Context, name string) *seat {
	m.t.Helper()
	s := newScreen(m.t)
	w := start(m.t, s, m.tokens[name], "-server", m.base, "-dir", m.dirs[name], "-v")
	w.await("queue", 0)
	w.focus()
	db, err := store.Open(ctx, m.dirs[name], store.Options{Seal: audit.Seal, Way: cases.Trace, Live: cases.LiveOn})
	fatal(m.t, err)
	m.t.Cleanup(func() { fatal(m.t, db.Close()) })
	k := &seat{window: w, s: s, db: db}
	var counts model.Counts
	defer func() {
		if m.t.Failed() {
			s.capture("failed-" + name)
			m.t.Logf("%s's store counts %+v", name, counts)
		}
	}()
	eventually(m.t, name+"'s first sync", 60*time.Second, func() (bool, error) {
		var err error
		counts, err = db.Counts(ctx)
		return counts.Experts == 4 && counts.Work == 0, err
	})
	return k
}

// leave ends the program by its own key, and looks at what it said.
func (k *seat) leave(t *testing.T) {
	t.Helper()
	k.s.press("ctrl+q")
	select {
	case err := <-k.done:
		fatal(t, err)
	case <-time.After(40 * time.Second):
		t.Fatal("the program did not end by Ctrl+Q")
	}
	for _, bad := range []string{"Error in Fyne call thread", "DATA RACE", "panic:", "level=ERROR"} {
		if strings.Contains(k.log(), bad) {
			t.Errorf("the log has %q", bad)
		}
	}
}

// open finds a case by the expert's name and opens it.
func (k *seat) open(t *testing.T, expert string) {
	t.Helper()
	want := "screen=case case=" + expert + ".1"
	seen := strings.Count(k.log(), want)
	for range 5 {
		k.s.press("ctrl+1")
		k.settle()
		k.s.press("slash")
		k.settle()
		k.s.press("ctrl+a")
		k.s.write("Expert " + expert)
		k.s.press("Return")
		k.settle()
		k.s.press("Escape")
		k.settle()
		k.s.press("g", "Return")
		k.settle()
		if strings.Count(k.log(), want) > seen {
			return
		}
	}
	k.s.capture("failed")
	t.Fatalf("the case of %s was not opened", expert)
}

// decide goes to decide the case in sight and chooses the first guideline.
func (k *seat) decide() {
	seen := k.shown("decide")
	k.s.press("d")
	k.await("decide", seen)
	k.s.press("1")
	k.settle()
	k.s.press("ctrl+Return")
}

func (k *seat) sync() {
	k.s.press("ctrl+r")
	k.settle()
}

func (k *seat) outbox(ctx context.Context, t *testing.T, expert string, state model.OutboxState) model.OutboxEntry {
	t.Helper()
	var found model.OutboxEntry
	defer func() {
		if t.Failed() {
			k.s.capture("failed-outbox")
			t.Logf("the outbox has %s %s: %s", found.Kind, found.State, found.LastError)
		}
	}()
	eventually(t, fmt.Sprintf("the decision on %s as %s", expert, state), 60*time.Second, func() (bool, error) {
		list, err := k.db.Outbox(ctx, 0, 20)
		for _, e := range list {
			if e.Decision.ExpertID == expert {
				found = e
				return e.State == state, nil
			}
		}
		return false, err
	})
	return found
}

func (k *seat) reviews() string { return fmt.Sprintf("ctrl+%d", shell.RailNumber(shell.Reviews)) }

// TestSecondLooksInRealWindows walks, with keys alone and each moderator in a
// program and a store of their own: two proposals, one approved and one
// refused; an appeal that is overturned and gives the strikes back; two
// programs that decide one case; and an undo within 60 seconds, which sends
// nothing.
func TestSecondLooksInRealWindows(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a virtual display needs X11; the screens' own tests run everywhere")
	}
	if raced {
		t.Skip("the window of TestTheProgramInAWindow is raced; four more would take minutes")
	}
	t.Parallel() // most of it waits for windows
	ctx := t.Context()
	m := newTeam(ctx, t, map[string]int{"Mira": 1, "Kim": 1, "Noor": 1, "Ulla": 60})

	// Mira proposes twice.
	mira := m.sit(ctx, "Mira")
	var proposed []string
	for _, expert := range []string{"e1", "e2"} {
		mira.open(t, expert)
		mira.decide()
		e := mira.outbox(ctx, t, expert, model.OutboxAcked)
		if e.Kind != model.OutboxPropose || len(e.Decision.Sanctions) == 0 || e.Decision.Message == "" {
			t.Fatalf("on %s was sent %+v", expert, e)
		}
		proposed = append(proposed, e.Decision.ID)
	}

	// Kim sees the evidence, says what she would do, approves one and refuses
	// the other.
	kim := m.sit(ctx, "Kim")
	answered := map[string]string{}
	for n := range proposed {
		kim.s.press(kim.reviews())
		kim.await("reviews", n)
		kim.s.press("Return")
		kim.await("approval", n)
		// Not before her own view.
		kim.s.press("a", "2", "ctrl+Return")
		kim.settle()
		if n == 0 {
			kim.s.capture("approval")
			kim.s.press("a")
		} else {
			kim.s.press("e")
			kim.s.write("A warning is enough here.")
			kim.s.press("Escape", "r")
		}
		eventually(t, "Kim's answer", 60*time.Second, func() (bool, error) {
			for _, id := range proposed {
				e, err := kim.db.AnswerTo(ctx, id)
				if err == nil && e.State == model.OutboxAcked {
					answered[id] = e.Answer.Answer
				} else if err != nil && !errors.Is(err, model.ErrNotFound) {
					return false, err
				}
			}
			return len(answered) == n+1, nil
		})
	}
	yes, no := "", ""
	for id, a := range answered {
		switch a {
		case "yes":
			yes = id
		case "no":
			no = id
		}
	}
	if yes == "" || no == "" {
		t.Fatalf("the answers are %v", answered)
	}
	mira.sync()
	eventually(t, "the end of both proposals at Mira's", 60*time.Second, func() (bool, error) {
		d, err := mira.db.Decision(ctx, yes)
		if err != nil || d.ReceivedAt.IsZero() || d.Decision.ApprovedBy != "Kim" {
			return false, err
		}
		a, err := mira.db.Approval(ctx, no)
		return a.Answer == "no" && a.Reason == "A warning is enough here.", err
	})
	first, err := mira.db.Decision(ctx, yes)
	fatal(t, err)
	strikes, err := mira.db.StrikesOf(ctx, first.Decision.ExpertID)
	fatal(t, err)
	if len(strikes) == 0 || !strikes[0].Live(time.Now()) {
		t.Fatalf("what was approved adds %+v", strikes)
	}

	// Both look at one case; Kim is faster, and Mira is asked.
	mira.open(t, "e3")
	mira.settle()
	mira.s.press("l") // opening a case claims it; she gives it back
	mira.settle()
	seen := mira.shown("decide")
	mira.s.press("d")
	mira.await("decide", seen)
	kim.open(t, "e3")
	kim.decide()
	kim.outbox(ctx, t, "e3", model.OutboxAcked)
	mira.s.press("1")
	mira.settle()
	mira.s.press("ctrl+Return")
	lost := mira.outbox(ctx, t, "e3", model.OutboxConflict)
	if lost.Theirs == nil || lost.Theirs.Moderator != "Kim" {
		t.Fatalf("the conflict is %+v", lost)
	}
	mira.s.press(fmt.Sprintf("ctrl+%d", shell.RailNumber(shell.Sync)))
	mira.settle()
	mira.s.capture("conflict")
	mira.s.press("g", "1")
	eventually(t, "theirs to be kept", 30*time.Second, func() (bool, error) {
		c, err := mira.db.Case(ctx, "e3.1")
		return c.State == model.CaseDecided, err
	})
	mira.leave(t)
	kim.leave(t)

	// The expert objects; Noor, who took no part, takes it back.
	object(ctx, t, m, yes)
	noor := m.sit(ctx, "Noor")
	noor.s.press(noor.reviews())
	noor.await("reviews", 0)
	noor.s.press("Return")
	noor.await("appeal", 0)
	noor.s.press("o")
	noor.settle()
	noor.s.press("w")
	noor.s.write("She proved that it was told by the client.")
	noor.s.press("Escape")
	noor.settle()
	noor.s.capture("appeal")
	noor.s.press("ctrl+Return")
	back := noor.outbox(ctx, t, first.Decision.ExpertID, model.OutboxAcked)
	if back.Decision.Reverses != yes || !strings.Contains(back.Decision.Message, "She proved that it was told by the client.") {
		t.Fatalf("taken back by %+v", back.Decision)
	}
	noor.sync()
	eventually(t, "everything to be given back", 60*time.Second, func() (bool, error) {
		strikes, err := noor.db.StrikesOf(ctx, first.Decision.ExpertID)
		if err != nil || len(strikes) == 0 || strikes[0].Live(time.Now()) {
			return false, err
		}
		e, err := noor.db.Expert(ctx, first.Decision.ExpertID)
		return e.State == model.ExpertActive, err
	})
	noor.leave(t)

	// Ulla changes her mind within the 60 seconds.
	before := m.decided.Load()
	ulla := m.sit(ctx, "Ulla")
	ulla.open(t, "e4")
	ulla.decide()
	ulla.outbox(ctx, t, "e4", model.OutboxQueued)
	ulla.settle()
	ulla.s.press("u")
	ulla.outbox(ctx, t, "e4", model.OutboxUndone)
	ulla.sync()
	ulla.leave(t)
	if n := m.decided.Load(); n != before {
		t.Errorf("%d decisions were sent after an undo", n-before)
	}
	for name, dir := range m.dirs {
		desk, err := workplace.Open(ctx, workplace.Config{Dir: dir, Offline: true})
		fatal(t, err)
		if _, err := desk.Verify(ctx); err != nil {
			t.Errorf("%s's store: %v", name, err)
		}
		fatal(t, desk.Close())
	}
}

func object(ctx context.Context, t *testing.T, m *team, decision string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"id": "a1", "decision_id": decision, "text": "I told nothing."})
	fatal(t, err)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base+"/v1/appeals", bytes.NewReader(body))
	fatal(t, err)
	req.Header.Set("Authorization", "Bearer "+m.tokens["Noor"])
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	fatal(t, err)
	fatal(t, res.Body.Close())
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("the appeal is answered %d", res.StatusCode)
	}
}
