package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/evaluation"
	"mensch/app/model"
	"mensch/app/photos"
	"mensch/assets/demo"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/platform"
)

const (
	secret = "robin-secret-0123456789"
	other  = "sam-secret-0123456789"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what a run of menschctl said.
type answer struct {
	code     int
	out, err string
}

// do runs menschctl in process.
func do(t testing.TB, env map[string]string, stdin string, args ...string) answer {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, world{
		in: strings.NewReader(stdin), out: &out, err: &errs, env: func(name string) string { return env[name] },
	})
	return answer{code: code, out: out.String(), err: errs.String()}
}

// want checks the exit code.
func (a answer) want(t testing.TB, code int) answer {
	t.Helper()
	if a.code != code {
		t.Fatalf("exit code %d, want %d\nout: %s\nerr: %s", a.code, code, a.out, a.err)
	}
	return a
}

// lines decodes the JSON lines of an answer, which must hold no other fields.
func lines[T any](t testing.TB, a answer) []T {
	t.Helper()
	var all []T
	dec := json.NewDecoder(strings.NewReader(a.out))
	dec.DisallowUnknownFields()
	for dec.More() {
		var v T
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, a.out)
		}
		all = append(all, v)
	}
	if n := strings.Count(a.out, "\n"); n != len(all) {
		t.Fatalf("%d objects on %d lines", len(all), n)
	}
	return all
}

// site is a small platform, and a folder for a store.
type site struct {
	t        testing.TB
	platform *platform.Server
	base     string
	dir      string
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, dir: filepath.Join(t.TempDir(), "store")}
	var err error
	s.platform, err = platform.Open(t.Context(), t.TempDir(), platform.Options{Tick: -1, Tokens: []platform.Token{
		{Name: "Robin", Roles: []string{platform.RoleModerator}, Secret: secret},
		{Name: "Sam", Roles: []string{platform.RoleModerator}, Secret: other},
	}})
	must(t, err)
	web := httptest.NewServer(s.platform)
	s.base = web.URL
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		must(t, s.platform.Close())
	})
	now := time.Now().UTC().Truncate(time.Second)
	must(t, s.platform.Load(t.Context(), func(l *platform.Loader) error {
		for i, name := range photoNames(t)[:3] {
			id := fmt.Sprintf("e%d", i+1)
			raw, err := demo.Photos.ReadFile(name)
			must(t, err)
			photo, err := l.PutPhoto(raw)
			must(t, err)
			put := func(kind model.ChangeKind, id string, v any) { must(t, l.Put(kind, id, 1, v)) }
			put(model.ChangeExpert, id, model.Expert{
				ID: id, Version: 1, Cluster: "Home & Garden", ScreenName: "Expert " + id + "\x1b[31m", State: model.ExpertActive, JoinedAt: now.AddDate(-1, 0, 0),
			})
			put(model.ChangeProfile, id, model.Profile{ExpertID: id, Version: 1, Name: "Name " + id, Bio: "Roses since " + id, PhotoID: photo, UpdatedAt: now.AddDate(-1, 0, 0)})
			put(model.ChangeSession, "s-"+id, model.Session{
				ID: "s-" + id, Version: 1, ExpertID: id, ClientID: "c1", Cluster: "Home & Garden", Kind: "chat", StartedAt: now.Add(-time.Hour),
			})
			put(model.ChangeMessage, "m-"+id, model.Message{
				ID: "m-" + id, Session: "s-" + id, Seq: 1, Version: 1, From: model.FromExpert, At: now.Add(-time.Hour), Text: "Call me at +44 20 7946 0958 and we go on without the site.",
			})
			put(model.ChangeCase, id+".1", model.Case{ID: id + ".1", ExpertID: id, Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: now})
			put(model.ChangeIncident, "i-"+id, model.Incident{
				ID: "i-" + id, Version: 1, ExpertID: id, CaseID: id + ".1", Reporter: model.ReporterClient, Guideline: "contact-exchange", SessionID: "s-" + id, Text: "Wanted my number", At: now,
			})
		}
		return nil
	}))
	return s
}

func photoNames(t testing.TB) []string {
	t.Helper()
	var names []string
	entries, err := demo.Photos.ReadDir("photos")
	must(t, err)
	for _, e := range entries {
		names = append(names, "photos/"+e.Name())
	}
	return names
}

// do runs menschctl on the site's store with its token.
func (s *site) do(args ...string) answer {
	s.t.Helper()
	return do(s.t, map[string]string{"MENSCH_TOKEN": secret}, "", append([]string{"--dir", s.dir}, args...)...)
}

func (s *site) synced() *site {
	s.t.Helper()
	s.do("sync", "--server", s.base).want(s.t, exitDone)
	return s
}

// noUndo lets decisions go at once.
func (s *site) noUndo() {
	s.t.Helper()
	desk, err := workplace.Open(s.t.Context(), workplace.Config{Dir: s.dir, Offline: true})
	must(s.t, err)
	settings, err := desk.Settings(s.t.Context())
	must(s.t, err)
	settings.UndoSeconds = 0
	must(s.t, desk.SaveSettings(s.t.Context(), settings))
	must(s.t, desk.Close())
}

func TestNoWindowIsLinked(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "mensch/cmd/menschctl").Output()
	must(t, err)
	for _, pkg := range strings.Fields(string(out)) {
		for _, bad := range []string{"fyne.io/", "github.com/go-gl/", "mensch/views", "mensch/cmd/mensch-platform"} {
			if strings.HasPrefix(pkg, bad) {
				t.Errorf("menschctl links %s", pkg)
			}
		}
	}
}

func TestHelpNamesEveryCommandAndCode(t *testing.T) {
	help := do(t, nil, "", "help").want(t, exitDone).out
	for _, word := range []string{"sync", "import", "bank", "match", "review", "queue", "decide", "outbox", "undo", "verify", "MENSCH_TOKEN", "130", "\n  7 "} {
		if !strings.Contains(help, word) {
			t.Errorf("the help does not say %q", word)
		}
	}
	for _, args := range [][]string{{"nonsense"}, {"sync", "extra"}, {"sync", "--token", "x"}, {"match"}, {"decide", "a", "b"}, {"queue", "--sort", "sideways"}, {"queue", "--state", "lost"}} {
		a := do(t, nil, "", append([]string{"--dir", t.TempDir()}, args...)...).want(t, exitUsage)
		if a.out != "" || a.err == "" {
			t.Errorf("%v: %+v", args, a)
		}
	}
}

func TestTheTokenIsReadFromSafePlacesOnly(t *testing.T) {
	s := newSite(t)
	file := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(file, []byte(secret+"\n"), 0o644))
	a := do(t, nil, "", "--dir", s.dir, "--server", s.base, "--token-file", file, "sync").want(t, exitToken)
	if !strings.Contains(a.err, "chmod 600") || strings.Contains(a.err, secret) {
		t.Error(a.err)
	}
	must(t, os.Chmod(file, 0o600))
	do(t, nil, "", "--dir", s.dir, "--server", s.base, "--token-file", file, "sync").want(t, exitDone)
	do(t, nil, "", "--dir", s.dir, "--token-file", filepath.Join(t.TempDir(), "none"), "sync").want(t, exitToken)
	// A wrong one is not accepted, and what is stored stays.
	a = do(t, map[string]string{"MENSCH_TOKEN": "wrong-token"}, "", "--dir", s.dir, "sync").want(t, exitToken)
	if !strings.Contains(a.err, "does not accept the token") || strings.Contains(a.err, "wrong-token") {
		t.Error(a.err)
	}
	if rows := lines[model.QueueRow](t, s.do("queue", "--json").want(t, exitDone)); len(rows) != 3 {
		t.Errorf("%d cases", len(rows))
	}
	// The address is never one that would show the token to others.
	do(t, map[string]string{"MENSCH_TOKEN": secret}, "", "--dir", t.TempDir(), "--server", "http://platform.example", "sync").want(t, exitUsage)
	// The store holds the token nowhere.
	must(t, filepath.WalkDir(s.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%s holds the token", path)
		}
		return err
	}))
}

func TestSyncQueueAndVerify(t *testing.T) {
	s := newSite(t)
	if a := s.do("queue").want(t, exitFailed); !strings.Contains(a.err, "there is no store") {
		t.Error(a.err)
	}
	if _, err := os.Stat(s.dir); err == nil {
		t.Error("looking made a store")
	}
	s.do("sync").want(t, exitUsage) // no address is known yet
	got := lines[syncLine](t, s.do("--json", "sync", "--server", s.base).want(t, exitDone))
	if len(got) != 1 || got[0].Server != s.base || got[0].Applied != 18 || got[0].Photos != 3 || got[0].Experts != 3 || got[0].Open != 3 || got[0].Findings < 3 || len(got[0].Notes) != 0 {
		t.Errorf("%+v", got)
	}
	// The address is remembered.
	if got = lines[syncLine](t, s.do("--json", "sync").want(t, exitDone)); got[0].Applied != 0 || got[0].SyncedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	rows := lines[model.QueueRow](t, s.do("queue", "--json", "--limit", "2").want(t, exitDone))
	if len(rows) != 2 || rows[0].Priority.Score < rows[1].Priority.Score || len(rows[0].Priority.Reasons) == 0 || len(rows[0].Guidelines) == 0 {
		t.Errorf("%+v", rows)
	}
	if rows = lines[model.QueueRow](t, s.do("queue", "--json", "--cluster", "Elsewhere").want(t, exitDone)); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
	if text := s.do("queue").want(t, exitDone).out; strings.Contains(text, "\x1b") || !strings.Contains(text, "Expert e1") {
		t.Errorf("a name steers the terminal: %q", text)
	}
	if got := lines[verifyLine](t, s.do("verify", "--json").want(t, exitDone)); !got[0].OK {
		t.Errorf("%+v", got)
	}
	// The platform is away: all stays readable, and the code says to try again.
	if a := do(t, map[string]string{"MENSCH_TOKEN": secret}, "", "--dir", s.dir, "--server", "http://127.0.0.1:1", "sync").want(t, exitPlatform); !strings.Contains(a.err, "cannot be reached") {
		t.Error(a.err)
	}
	s.do("queue").want(t, exitDone)
}

func TestVerifyFindsDamage(t *testing.T) {
	s := newSite(t).synced()
	must(t, os.WriteFile(filepath.Join(s.dir, "mensch.db"), bytes.Repeat([]byte("no database "), 1000), 0o600))
	for _, extra := range []string{"-wal", "-shm"} {
		_ = os.Remove(filepath.Join(s.dir, "mensch.db"+extra))
	}
	a := s.do("verify", "--json").want(t, exitDamage)
	if got := lines[verifyLine](t, a); len(got) != 1 || got[0].OK || got[0].Fault == "" {
		t.Errorf("%+v", got)
	}
	s.do("verify", filepath.Join(s.dir, "mensch.db"), "--key", "nonsense").want(t, exitUsage)
	s.do("verify", filepath.Join(s.dir, "mensch.db")).want(t, exitFailed) // that is no case file
	do(t, nil, "", "--dir", t.TempDir(), "verify", filepath.Join(s.dir, "mensch.db")).want(t, exitUsage)
}

func TestDecideUndoAndSend(t *testing.T) {
	s := newSite(t).synced()
	facts := lines[factsLine](t, s.do("decide", "e1.1", "--json").want(t, exitDone))[0]
	if facts.Expert != "e1" || len(facts.Incidents) != 1 || len(facts.Findings) == 0 || len(facts.Recommended) == 0 || facts.Recommended[0].Step == "" {
		t.Fatalf("%+v", facts)
	}
	s.do("decide", "e1.9").want(t, exitFailed)
	for _, bad := range []string{"nonsense", "contact-exchange:nonsense", "contact-exchange:warning:7", "contact-exchange:suspension:x", "a:b:c:d"} {
		s.do("decide", "e1.1", "--sanction", bad).want(t, exitUsage)
	}
	s.do("decide", "e1.1", "--dismiss", "--sanction", "contact-exchange").want(t, exitUsage)
	preview := lines[previewLine](t, s.do("decide", "e1.1", "--sanction", "contact-exchange", "--dry-run", "--json").want(t, exitDone))[0]
	if !preview.OK || preview.Message == "" || len(preview.SideEffects) == 0 || len(preview.Decision.Evidence) < 2 {
		t.Fatalf("%+v", preview)
	}
	if s.do("outbox", "--json").want(t, exitDone).out != "" {
		t.Error("a preview decided")
	}
	// Another step than the recommended one needs a reason.
	rungs := facts.Recommended[0].Steps
	departed := "contact-exchange:" + string(rungs[len(rungs)-1])
	if a := s.do("decide", "e1.1", "--sanction", departed).want(t, exitRefused); !strings.Contains(a.err, "ay why") {
		t.Error(a.err)
	}
	made := lines[outboxLine](t, s.do("decide", "e1.1", "--sanction", "contact-exchange", "--json").want(t, exitDone))[0]
	if made.State != model.OutboxQueued || made.Case != "e1.1" || time.Until(made.NotBefore) < 30*time.Second {
		t.Fatalf("%+v", made)
	}
	s.do("decide", "e1.1", "--dismiss").want(t, exitRefused) // it is decided already
	// Within the undo time nothing is sent.
	if got := lines[syncLine](t, s.do("sync", "--json").want(t, exitDone))[0]; got.Sent != 0 || got.Outbox != 1 {
		t.Errorf("%+v", got)
	}
	if undone := lines[outboxLine](t, s.do("undo", made.Decision, "--json").want(t, exitDone))[0]; undone.State != model.OutboxUndone {
		t.Errorf("%+v", undone)
	}
	s.do("undo", made.Decision).want(t, exitRefused)
	s.do("undo", "nonsense").want(t, exitFailed)
	s.noUndo()
	sent := lines[outboxLine](t, s.do("decide", "e1.1", "--sanction", "contact-exchange", "--send", "--json").want(t, exitDone))[0]
	if sent.State != model.OutboxAcked {
		t.Fatalf("%+v", sent)
	}
	// It arrived once: what comes back with the feed is the same decision.
	s.do("sync").want(t, exitDone)
	s.do("undo", sent.Decision).want(t, exitRefused)
	if all := lines[outboxLine](t, s.do("outbox", "--all", "--json").want(t, exitDone)); len(all) != 2 {
		t.Errorf("%+v", all)
	}
	if got := lines[verifyLine](t, s.do("verify", "--json").want(t, exitDone))[0]; got.Rows < 3 {
		t.Errorf("%+v", got)
	}
}

func TestAConflictIsAPersonsChoice(t *testing.T) {
	s := newSite(t).synced()
	s.noUndo()
	theirs := &site{t: t, base: s.base, dir: filepath.Join(t.TempDir(), "sam")}
	sam := func(args ...string) answer {
		return do(t, map[string]string{"MENSCH_TOKEN": other}, "", append([]string{"--dir", theirs.dir}, args...)...)
	}
	sam("sync", "--server", s.base).want(t, exitDone)
	theirs.noUndo()
	sam("decide", "e2.1", "--dismiss", "--send").want(t, exitDone)
	a := s.do("decide", "e2.1", "--sanction", "contact-exchange", "--send", "--json").want(t, exitRefused)
	mine := lines[outboxLine](t, a)[0]
	if mine.State != model.OutboxConflict || mine.Theirs == nil || mine.Theirs.Moderator != "Sam" || !strings.Contains(a.err, "Sam decided") {
		t.Fatalf("%+v %s", mine, a.err)
	}
	if rows := lines[model.QueueRow](t, s.do("queue", "--state", "conflict", "--json").want(t, exitDone)); len(rows) != 1 || rows[0].CaseID != "e2.1" {
		t.Errorf("%+v", rows)
	}
	s.do("outbox", "--keep-theirs", mine.Decision).want(t, exitDone)
	if s.do("outbox", "--json").want(t, exitDone).out != "" {
		t.Error("the conflict is still there")
	}
	if rows := lines[model.QueueRow](t, s.do("queue", "--state", "conflict", "--json").want(t, exitDone)); len(rows) != 0 {
		t.Errorf("%+v", rows)
	}
	s.do("outbox", "--keep-theirs", mine.Decision).want(t, exitRefused)
}

func TestReview(t *testing.T) {
	text := `{"id":"m1","session":"s1","from":"expert","at":"2026-01-02T10:00:00Z","text":"Grüße! Call me on +44 20 7946 0958"}
{"id":"m2","session":"s1","from":"client","at":"2026-01-02T10:01:00Z","text":"You are an idiot."}

{"id":"m1","session":"s2","from":"expert","at":"2026-01-02T10:02:00Z","text":"Water them twice a week."}
`
	file := filepath.Join(t.TempDir(), "t.jsonl")
	must(t, os.WriteFile(file, []byte(text), 0o600))
	// It needs no store, and makes none.
	dir := filepath.Join(t.TempDir(), "none")
	for _, a := range []answer{do(t, nil, "", "--dir", dir, "review", file, "--json"), do(t, nil, text, "--dir", dir, "review", "-", "--json")} {
		found := lines[reviewLine](t, a.want(t, exitDone))
		if len(found) != 1 || found[0].Guideline != "contact-exchange" || found[0].Score <= 0.5 || found[0].Score > 1 || found[0].Reason == "" || len(found[0].Messages) != 1 || found[0].Messages[0] != "m1" {
			t.Fatalf("%+v", found)
		}
		marked := false
		for _, span := range found[0].Spans {
			marked = marked || "Grüße! Call me on +44 20 7946 0958"[span.Start:span.End] == "+44 20 7946 0958"
		}
		if !marked {
			t.Errorf("the number is not marked: %+v", found[0].Spans)
		}
		// The keys are the format's, no more and no fewer.
		var raw map[string]json.RawMessage
		must(t, json.Unmarshal([]byte(a.out), &raw))
		if len(raw) != 5 {
			t.Errorf("%s", a.out)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a review made a store")
	}
	a := do(t, nil, text+"{\n", "review", "-").want(t, exitFailed)
	if !strings.Contains(a.err, "line 5") || a.out != "" {
		t.Errorf("%+v", a)
	}
	do(t, nil, "", "review", filepath.Join(t.TempDir(), "none")).want(t, exitFailed)
	if a := do(t, nil, "", "review", "-", "--json").want(t, exitDone); a.out != "" {
		t.Error(a.out)
	}
}

func TestEvaluate(t *testing.T) {
	rows := "\xef\xbb\xbf{\"text\":\"my mail is jane@gmail.com\",\"label\":\"self_promotion\"}\r\n{\"text\":\"Water them twice a week.\",\"label\":\"none\",\"more\":1}\r\n"
	file := filepath.Join(t.TempDir(), "set.jsonl")
	must(t, os.WriteFile(file, []byte(rows), 0o600))
	dir := filepath.Join(t.TempDir(), "none")
	for _, a := range []answer{do(t, nil, "", "--dir", dir, "evaluate", "contact", file, "--json"), do(t, nil, rows, "--dir", dir, "evaluate", "contact", "-", "--json")} {
		got := lines[evaluation.Result](t, a.want(t, exitDone))
		if len(got) != 1 || got[0].TP != 1 || got[0].TN != 1 || *got[0].F1 != 1 || got[0].Baseline == nil || len(got[0].Intervals) == 0 {
			t.Errorf("%s", a.out)
		}
	}
	if a := do(t, nil, "", "evaluate", "contact", file, "--json", "--rows").want(t, exitDone); strings.Count(a.out, "\n") != 3 || strings.Contains(a.out, "jane") {
		t.Errorf("the rows are %s", a.out)
	}
	if a := do(t, nil, "", "evaluate", "contact", file).want(t, exitDone); !strings.Contains(a.out, "recall") || !strings.Contains(a.out, "naive") {
		t.Errorf("%s", a.out)
	}
	do(t, nil, "", "evaluate", "palmistry", file).want(t, exitUsage)
	do(t, nil, "", "evaluate", "contact").want(t, exitUsage)
	do(t, nil, "{}", "evaluate", "contact", "-").want(t, exitFailed)
	do(t, nil, "", "evaluate", "contact", filepath.Join(t.TempDir(), "none")).want(t, exitFailed)
	if _, err := os.Stat(dir); err == nil {
		t.Error("measuring made a store")
	}
}

// mirrored writes a mirrored copy of a demo photo.
func mirrored(t testing.TB, name, to string) {
	t.Helper()
	raw, err := demo.Photos.ReadFile(name)
	must(t, err)
	img, _, err := image.Decode(bytes.NewReader(raw))
	must(t, err)
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dx()-1-x, y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	file, err := os.Create(to)
	must(t, err)
	must(t, jpeg.Encode(file, out, &jpeg.Options{Quality: 85}))
	must(t, file.Close())
}

// bank makes a folder of photos, one of them damaged.
func bank(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "below"), 0o700))
	for i, name := range photoNames(t)[:6] {
		raw, err := demo.Photos.ReadFile(name)
		must(t, err)
		to := filepath.Join(dir, filepath.Base(name))
		if i == 5 {
			to = filepath.Join(dir, "below", filepath.Base(name))
		}
		must(t, os.WriteFile(to, raw, 0o600))
	}
	must(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("no picture"), 0o600))
	return dir
}

func TestMatchAFolder(t *testing.T) {
	dir := bank(t)
	names := photoNames(t)
	query := filepath.Join(t.TempDir(), "query.jpg")
	mirrored(t, names[5], query)
	stranger := filepath.Join(t.TempDir(), "stranger.jpg")
	mirrored(t, names[40], stranger)
	none := filepath.Join(t.TempDir(), "none")
	a := do(t, nil, "", "--dir", none, "match", query, stranger, "--bank", dir, "--json").want(t, exitDone)
	found := lines[matchLine](t, a)
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	m := found[0]
	if m.Query != query || m.Match != "below/"+filepath.Base(names[5]) || m.Bank != dir || m.Kind != model.AlteredCopy || m.Score < 0.9 ||
		!strings.Contains(m.Transform, "mirrored") || m.Region.Width < 0.9 || m.Region.Height < 0.9 {
		t.Errorf("%+v", m)
	}
	var raw map[string]json.RawMessage
	must(t, json.Unmarshal([]byte(a.out), &raw))
	if len(raw) != 10 {
		t.Errorf("%s", a.out)
	}
	if m.Whole == nil || m.Whole.PHash < 16 || m.Laid == nil || m.Laid.PHash > 4 || m.Laid.PDQ > 31 || m.Distance != m.Laid.PHash {
		t.Errorf("%+v as they are, %+v laid over each other", m.Whole, m.Laid)
	}
	if !strings.Contains(a.err, "notes.txt is left out") {
		t.Errorf("%q", a.err)
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("a match made a store")
	}
	// The same file is the best match of itself.
	if found = lines[matchLine](t, do(t, nil, "", "match", filepath.Join(dir, filepath.Base(names[0])), "--bank", dir, "--json").want(t, exitDone)); found[0].Kind != model.SameFile || found[0].Distance != 0 {
		t.Errorf("%+v", found)
	}
	if a := do(t, nil, "", "match", filepath.Join(dir, "notes.txt"), "--bank", dir).want(t, exitFailed); !strings.Contains(a.err, "notes.txt") {
		t.Error(a.err)
	}
	do(t, nil, "", "match", filepath.Join(dir, "notes.txt"), query, "--bank", dir).want(t, exitPartly)
	do(t, nil, "", "match", query, "--bank", filepath.Join(dir, "none")).want(t, exitFailed)
}

func TestImportAndMatchTheStore(t *testing.T) {
	s := newSite(t).synced()
	names := photoNames(t)
	// The folder's first three photos are those of the experts.
	line := lines[importLine](t, s.do("import", "--bank", "Stock", bank(t), "--json").want(t, exitPartly))[0]
	if line.Added != 6 || line.Known != 0 || len(line.Skipped) != 1 || !strings.Contains(line.Skipped[0], "notes.txt") {
		t.Errorf("%+v", line)
	}
	if line = lines[importLine](t, s.do("import", "--bank", "stock", bank(t), "--json").want(t, exitPartly))[0]; line.Added != 0 || line.Known != 6 {
		t.Errorf("%+v", line)
	}
	s.do("import", "--bank", "Odd", "--kind", "nonsense", bank(t)).want(t, exitRefused)
	s.do("import", bank(t)).want(t, exitUsage)
	s.do("import", "--bank", "Stock", filepath.Join(t.TempDir(), "none")).want(t, exitFailed)
	// Each expert's photo is now known to be a stock photo.
	for i := range 3 {
		facts := lines[factsLine](t, s.do("decide", fmt.Sprintf("e%d.1", i+1), "--json").want(t, exitDone))[0]
		found := false
		for _, f := range facts.Findings {
			found = found || f.Guideline == "false-photo"
		}
		if !found {
			t.Errorf("no finding about the photo of %s: %+v", facts.Expert, facts.Findings)
		}
	}
	query := filepath.Join(t.TempDir(), "query.jpg")
	mirrored(t, names[1], query)
	found := lines[matchLine](t, s.do("match", query, "--json").want(t, exitDone))
	banks := map[string]string{}
	for _, m := range found {
		banks[m.Bank] = m.Match
	}
	if len(found) != 2 || banks["experts"] != "e2" || banks["Stock"] != filepath.Base(names[1]) {
		t.Errorf("%+v", found)
	}
}

func TestImportHashes(t *testing.T) {
	s := newSite(t).synced()
	names := photoNames(t)
	raw, err := demo.Photos.ReadFile(names[0])
	must(t, err)
	sum := sha256.Sum256(raw)
	second, err := demo.Photos.ReadFile(names[1])
	must(t, err)
	pic, err := photos.Decode(bytes.NewReader(second))
	must(t, err)
	list := filepath.Join(t.TempDir(), "hashes.csv")
	must(t, os.WriteFile(list, fmt.Appendf(nil, "sha256,phash,name\n%s,,exact\n,%016x,near\n,nonsense,bad\n", hex.EncodeToString(sum[:]), photos.Hash(pic).PHash^0x5), 0o600))
	line := lines[importLine](t, s.do("import", "--bank", "Exchange", "--kind", "banned", list, "--json").want(t, exitPartly))[0]
	if line.Added != 2 || len(line.Skipped) != 1 {
		t.Errorf("%+v", line)
	}
	for expert, name := range map[string]string{"e1": "exact", "e2": "near", "e3": ""} {
		facts := lines[factsLine](t, s.do("decide", expert+".1", "--json").want(t, exitDone))[0]
		reason := ""
		for _, f := range facts.Findings {
			if f.Guideline == "false-photo" {
				reason = f.Reason
			}
		}
		if name == "" && reason != "" || !strings.Contains(reason, name) {
			t.Errorf("%s: %q, want one about %q", expert, reason, name)
		}
	}
	list = filepath.Join(t.TempDir(), "broken.json")
	must(t, os.WriteFile(list, []byte(`[{"phash":`), 0o600))
	s.do("import", "--bank", "Exchange", list).want(t, exitFailed)
}

func TestInterrupted(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"--dir", s.dir, "--server", s.base, "sync"}, world{
		in: strings.NewReader(""), out: &out, err: &errs, env: func(string) string { return secret },
	})
	if code != exitInterrupted {
		t.Errorf("%d %s", code, errs.String())
	}
}

func TestWordsForEveryRefusal(t *testing.T) {
	for _, err := range []error{&app.Refusal{Why: "No."}, model.ErrFull, model.ErrNewerStore, usagef("x"), errToken} {
		if w := words(fmt.Errorf("doing: %w", err)); w == "" || strings.Contains(w, "doing: No.") {
			t.Errorf("%v: %q", err, w)
		}
	}
}
