package platform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
	"mensch/cmd/mensch-platform/platform/contracttest"
)

// The tokens of the tests; each name is also its role's.
const (
	robin  = "robin-secret-0123456789" // moderator
	kim    = "kim-secret-0123456789"   // moderator
	senior = "senior-secret-0123456789"
	reader = "reader-secret-0123456789"
)

var tokens = []platform.Token{
	{Name: "Robin", Roles: []string{platform.RoleModerator}, Secret: robin},
	{Name: "Kim", Roles: []string{platform.RoleModerator}, Secret: kim},
	{Name: "Sam", Roles: []string{platform.RoleModerator, platform.RoleSenior}, Secret: senior},
	{Name: "Rae", Roles: []string{platform.RoleReader}, Secret: reader},
}

// day is when the tests' clock starts.
var day = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fixture is a platform behind HTTP, every request and answer held to the
// contract.
type fixture struct {
	t     testing.TB
	s     *platform.Server
	base  string
	clock *clock
	dir   string
}

func start(t testing.TB, change func(*platform.Options)) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{now: day}, dir: t.TempDir()}
	opts := platform.Options{Now: f.clock.Now, Tokens: tokens, Tick: -1}
	if change != nil {
		change(&opts)
	}
	s, err := platform.Open(t.Context(), f.dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	f.s = s
	web := httptest.NewServer(contracttest.Handler(t, s))
	f.base = web.URL
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *fixture) load(do func(*platform.Loader)) {
	f.t.Helper()
	err := f.s.Load(context.Background(), func(l *platform.Loader) error {
		do(l)
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// people puts experts e1 to en with a profile each, a session with two
// messages, two ratings, and an incident in an open case.
func (f *fixture) people(n int) {
	f.t.Helper()
	f.load(func(l *platform.Loader) {
		for i := range n {
			id := fmt.Sprintf("e%d", i+1)
			photo, err := l.PutPhoto(append([]byte("\xff\xd8\xff\xe0photo of "), id...))
			must(f.t, err)
			must(f.t, l.Put(model.ChangeExpert, id, 1, model.Expert{
				ID: id, Version: 1, Cluster: "Home & Garden", ScreenName: "name " + id,
				State: model.ExpertActive, JoinedAt: day.AddDate(-1, 0, 0),
			}))
			must(f.t, l.Put(model.ChangeProfile, id, 1, model.Profile{
				ExpertID: id, Version: 1, Name: "Name " + id, Headline: "Gardens", Bio: "Twenty years of roses.",
				Degrees: []string{"BSc Horticulture"}, PhotoID: photo, UpdatedAt: day.AddDate(-1, 0, 0),
			}))
			must(f.t, l.Put(model.ChangeSession, "s-"+id, 1, model.Session{
				ID: "s-" + id, Version: 1, ExpertID: id, ClientID: "c1", Cluster: "Home & Garden", Kind: "chat", StartedAt: day.Add(-time.Hour),
			}))
			for m := range 2 {
				mid := fmt.Sprintf("m-%s-%d", id, m+1)
				must(f.t, l.Put(model.ChangeMessage, mid, 1, model.Message{
					ID: mid, Session: "s-" + id, Seq: int64(m + 1), Version: 1, From: model.FromExpert, At: day.Add(-time.Hour), Text: "Call me <later> & soon",
				}))
				rid := fmt.Sprintf("r-%s-%d", id, m+1)
				must(f.t, l.Put(model.ChangeRating, rid, 1, model.Rating{
					ID: rid, Version: 1, ExpertID: id, SessionID: "s-" + id, RaterID: "c1", Stars: 5, At: day,
				}))
			}
			must(f.t, l.Put(model.ChangeCase, id+".1", 1, model.Case{
				ID: id + ".1", ExpertID: id, Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: day,
			}))
			must(f.t, l.Put(model.ChangeIncident, "i-"+id, 1, model.Incident{
				ID: "i-" + id, Version: 1, ExpertID: id, CaseID: id + ".1", Reporter: model.ReporterClient, Text: "Rude", At: day,
			}))
		}
	})
}

// reply is what came back.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

func (r reply) into(v any) {
	r.t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		r.t.Fatalf("reading %s: %v", r.body, err)
	}
}

type problem struct {
	Type     string          `json:"type"`
	Status   int             `json:"status"`
	Detail   string          `json:"detail"`
	Case     *model.Case     `json:"case"`
	Decision *model.Decision `json:"decision"`
	Lease    *model.Lease    `json:"lease"`
}

// want checks the status, and for an error the problem's type.
func (r reply) want(status int, kind ...string) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if len(kind) == 1 {
		p := r.problem()
		if p.Type != "urn:mensch:problem:"+kind[0] || p.Status != status {
			r.t.Fatalf("problem %q with status %d, want %q with %d: %s", p.Type, p.Status, kind[0], status, p.Detail)
		}
	}
	return r
}

func (r reply) problem() problem {
	r.t.Helper()
	var p problem
	r.into(&p)
	return p
}

// ask sends a request; headers come in pairs, and the first token is who asks.
func (f *fixture) ask(token, method, path string, body any, headers ...string) reply {
	f.t.Helper()
	r, err := f.try(token, method, path, body, headers...)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

// try is ask for goroutines, which may not end the test.
func (f *fixture) try(token, method, path string, body any, headers ...string) (reply, error) {
	var reader io.Reader
	if body != nil {
		raw, ok := body.([]byte)
		if !ok {
			var err error
			if raw, err = json.Marshal(body); err != nil {
				return reply{}, err
			}
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.base+path, reader)
	if err != nil {
		return reply{}, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	return reply{t: f.t, status: res.StatusCode, header: res.Header, body: raw}, err
}

func (f *fixture) page(cursor string, limit int) model.ChangePage {
	f.t.Helper()
	var page model.ChangePage
	f.ask(reader, "GET", fmt.Sprintf("/v1/changes?cursor=%s&limit=%d", cursor, limit), nil).want(200).into(&page)
	return page
}

// all reads the feed from a cursor to its end.
func (f *fixture) all(cursor string) ([]model.Change, string) {
	f.t.Helper()
	var out []model.Change
	for {
		page := f.page(cursor, 1000)
		out = append(out, page.Changes...)
		cursor = page.Cursor
		if !page.HasMore {
			return out, cursor
		}
	}
}

// now reads an object as the feed has it.
func now[T any](f *fixture, kind model.ChangeKind, id string) T {
	f.t.Helper()
	var out T
	all, _ := f.all("")
	for _, c := range all {
		if c.Kind == kind && c.ID == id {
			must(f.t, json.Unmarshal(c.Data, &out))
			return out
		}
	}
	f.t.Fatalf("the feed has no %s %s", kind, id)
	return out
}

// warning is a good decision on an expert's first case.
func warning(expert, key string, version int64) model.Decision {
	return sanctioning(expert, key, version, model.Sanction{Step: model.StepWarning})
}

func sanctioning(expert, key string, version int64, sanctions ...model.Sanction) model.Decision {
	d := model.Decision{
		ID: key, CaseID: expert + ".1", CaseVersion: version, ExpertID: expert, Moderator: "Robin",
		Outcome: model.Sanctioned, Message: "Please keep contacts here.", PackVersion: "1", DecidedAt: day,
	}
	for i, s := range sanctions {
		s.ID = fmt.Sprintf("%s-%d", key, i+1)
		s.DecisionID, s.ExpertID, s.Guideline, s.PackVersion = key, expert, "contact-exchange", "1"
		s.Strikes = 1
		if s.StartsAt.IsZero() {
			s.StartsAt = day
		}
		d.Sanctions = append(d.Sanctions, s)
	}
	return d
}

func (f *fixture) decide(token string, d model.Decision) reply {
	f.t.Helper()
	return f.ask(token, "POST", "/v1/cases/"+d.CaseID+"/decisions", d, "Idempotency-Key", d.ID, "If-Match", fmt.Sprintf(`"%d"`, d.CaseVersion))
}
