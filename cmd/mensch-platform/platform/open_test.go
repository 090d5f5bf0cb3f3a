package platform_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
	"mensch/cmd/mensch-platform/platform/contracttest"
)

// reopen opens the closed platform of a fixture again.
func (f *fixture) reopen() {
	f.t.Helper()
	s, err := platform.Open(f.t.Context(), f.dir, platform.Options{Now: f.clock.Now, Tick: -1})
	must(f.t, err)
	f.s = s
	web := httptest.NewServer(contracttest.Handler(f.t, s))
	f.base = web.URL
	f.t.Cleanup(func() {
		web.Close()
		_ = s.Close()
	})
}

func request(method, target, token string) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), method, target, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func record(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestAReopenedPlatformIsTheSame(t *testing.T) {
	f := start(t, nil)
	f.people(2)
	must(t, f.s.Load(t.Context(), func(l *platform.Loader) error { return l.MarkSeeded("seed 7") }))
	first := f.page("", 5)
	id := f.s.ID()
	f.decide(robin, warning("e1", "d1", 1)).want(201)
	must(t, f.s.Close())
	f.reopen() // without tokens: they are known still
	if f.s.ID() != id {
		t.Errorf("the server is now %s, was %s", f.s.ID(), id)
	}
	if mark, err := f.s.Seeded(t.Context()); err != nil || mark != "seed 7" {
		t.Errorf("seeded: %q, %v", mark, err)
	}
	f.ask(reader, "GET", "/v1/changes?cursor="+first.Cursor, nil).want(200)
	f.decide(robin, warning("e1", "d1", 1)).want(200)
	must(t, f.s.AddTokens(t.Context(), platform.Token{Name: "Robin", Roles: []string{platform.RoleReader}, Secret: robin}))
	f.decide(robin, warning("e2", "d2", 1)).want(403, "forbidden")
}

func TestTokensAreNotInTheFile(t *testing.T) {
	f := start(t, nil)
	f.ask(robin, "GET", "/v1/me", nil).want(200)
	must(t, f.s.Close())
	raw, err := os.ReadFile(filepath.Join(f.dir, "platform.db"))
	must(t, err)
	if strings.Contains(string(raw), robin) {
		t.Error("a token stands in the file")
	}
	f.reopen()
	for name, token := range map[string]platform.Token{
		"short":     {Name: "x", Roles: []string{platform.RoleReader}, Secret: "short"},
		"nameless":  {Roles: []string{platform.RoleReader}, Secret: platform.NewSecret()},
		"no role":   {Name: "x", Secret: platform.NewSecret()},
		"some role": {Name: "x", Roles: []string{"king"}, Secret: platform.NewSecret()},
	} {
		if err := f.s.AddTokens(t.Context(), token); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
	if a, b := platform.NewSecret(), platform.NewSecret(); a == b || len(a) < 32 {
		t.Errorf("secrets %q and %q", a, b)
	}
}

func TestFilesOfOthersAreLeftAlone(t *testing.T) {
	for name, test := range map[string]struct {
		sql  string
		want error
	}{
		"another program's": {"CREATE TABLE t (a); PRAGMA application_id = 7", platform.ErrForeignFile},
		"a nameless one":    {"CREATE TABLE t (a)", platform.ErrForeignFile},
		"a newer one":       {"CREATE TABLE t (a); PRAGMA application_id = 1299084112; PRAGMA user_version = 99", platform.ErrNewerFile},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "platform.db")
			db, err := sqlx.Open("sqlite3", path)
			must(t, err)
			_, err = db.Exec(test.sql)
			must(t, err)
			must(t, db.Close())
			if s, err := platform.Open(t.Context(), dir, platform.Options{}); !errors.Is(err, test.want) {
				t.Errorf("opening gave %v, %v", s, err)
			}
		})
	}
}

// TestKilledAmidDecisions kills a platform while moderators decide, several
// times over, and asks the next one: what was confirmed is there, once, with
// all of its effects, and nothing is there in part.
func TestKilledAmidDecisions(t *testing.T) {
	if os.Getenv("MENSCH_TEST_CHILD") != "" {
		childPlatform(t)
		return
	}
	dir := t.TempDir()
	const experts = 400
	f := &fixture{t: t, clock: &clock{now: day}, dir: dir}
	s, err := platform.Open(t.Context(), dir, platform.Options{Now: f.clock.Now, Tokens: tokens, Tick: -1})
	must(t, err)
	f.s = s
	f.people(experts)
	must(t, s.Close())

	acked := map[string]int64{} // key to case version
	sent, unknown := 0, 0
	for round := range 4 {
		base, kill := startChild(t, dir)
		f.base = base
		time.AfterFunc(time.Duration(60+round*45)*time.Millisecond, kill)
		for sent < experts {
			sent++
			d := sanctioning(fmt.Sprintf("e%d", sent), fmt.Sprintf("d%d", sent), 1,
				model.Sanction{Step: model.StepFieldReset, Field: "bio"},
				model.Sanction{Step: model.StepRatingVoid, Ratings: []string{fmt.Sprintf("r-e%d-1", sent)}},
				model.Sanction{Step: model.StepBan})
			r, err := f.try(robin, "POST", "/v1/cases/"+d.CaseID+"/decisions", d, "Idempotency-Key", d.ID, "If-Match", `"1"`)
			if err != nil {
				unknown++
				break // the platform is dead
			}
			if r.status != 201 {
				t.Fatalf("status %d: %s", r.status, r.body)
			}
			var receipt model.Receipt
			must(t, json.Unmarshal(r.body, &receipt))
			acked[d.ID] = receipt.CaseVersion
		}
		kill()
	}
	if len(acked) == 0 || unknown == 0 {
		t.Fatalf("%d confirmed, %d cut off: nothing was tried", len(acked), unknown)
	}
	t.Logf("%d confirmed, %d cut off", len(acked), unknown)

	f.reopen()
	changes, _ := f.all("")
	type state struct {
		decided, banned, reset, void, closed, receipt bool
		versions                                      int64
	}
	states := map[string]*state{}
	of := func(expert string) *state {
		if states[expert] == nil {
			states[expert] = &state{}
		}
		return states[expert]
	}
	for _, c := range changes {
		var noun struct {
			ExpertID string `json:"expert_id"`
			State    string `json:"state"`
			Bio      string `json:"bio"`
			Void     bool   `json:"void"`
			Closed   bool   `json:"closed"`
			Decision struct {
				ExpertID string `json:"expert_id"`
			} `json:"decision"`
		}
		must(t, json.Unmarshal(c.Data, &noun))
		switch c.Kind {
		case model.ChangeCase:
			of(noun.ExpertID).decided = noun.State == "decided"
			of(noun.ExpertID).versions += c.Version
		case model.ChangeExpert:
			of(c.ID).banned = noun.State == "banned"
			of(c.ID).versions += c.Version
		case model.ChangeProfile:
			of(c.ID).reset = noun.Bio == ""
			of(c.ID).versions += c.Version
		case model.ChangeRating:
			s := of(noun.ExpertID)
			s.void = s.void || noun.Void
			s.versions += c.Version
		case model.ChangeIncident:
			of(noun.ExpertID).closed = noun.Closed
			of(noun.ExpertID).versions += c.Version
		case model.ChangeDecision:
			of(noun.Decision.ExpertID).receipt = true
		}
	}
	decided := 0
	for id, s := range states {
		switch *s {
		case state{true, true, true, true, true, true, 11}: // case, expert, profile, rating, incident at 2, one rating at 1
			decided++
		case state{versions: 6}:
			if _, ok := acked["d"+id[1:]]; ok {
				t.Errorf("%s was confirmed and is lost", id)
			}
		default:
			t.Errorf("%s is there in part, or twice: %+v", id, *s)
		}
	}
	if decided < len(acked) || decided > len(acked)+unknown {
		t.Errorf("%d are decided; %d were confirmed, %d cut off", decided, len(acked), unknown)
	}
	for key, version := range acked {
		var r model.Receipt
		f.ask(reader, "GET", "/v1/decisions/"+key, nil).want(200).into(&r)
		if r.CaseVersion != version {
			t.Errorf("%s: the receipt says version %d, it said %d", key, r.CaseVersion, version)
		}
	}
}

// startChild runs this test in another process as a platform and returns its
// address and what kills it at once.
func startChild(t *testing.T, dir string) (base string, kill func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledAmidDecisions$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), "MENSCH_TEST_CHILD="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the platform did not start: %v", err)
	}
	return strings.TrimSpace(line), func() { _ = cmd.Process.Kill() } // SIGKILL
}

func childPlatform(t *testing.T) {
	s, err := platform.Open(t.Context(), os.Getenv("MENSCH_TEST_CHILD"), platform.Options{Now: func() time.Time { return day }, Tick: -1})
	must(t, err)
	web := httptest.NewServer(s)
	fmt.Println(web.URL)
	time.Sleep(50 * time.Second) // killed long before
}
