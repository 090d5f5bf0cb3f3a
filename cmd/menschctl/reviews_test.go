package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/platform"
)

// bench is a platform that enforces second persons, with a store for each of
// three moderators.
type bench struct {
	base  string
	dirs  map[string]string
	token map[string]string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	ctx := t.Context()
	b := &bench{dirs: map[string]string{}, token: map[string]string{}}
	pack, err := workplace.Pack()
	must(t, err)
	var tokens []platform.Token
	for name, roles := range map[string][]string{"Mira": {platform.RoleModerator}, "Kim": {platform.RoleModerator, platform.RoleApprover}, "Noor": {platform.RoleModerator}} {
		b.token[name] = platform.NewSecret()
		tokens = append(tokens, platform.Token{Name: name, Roles: roles, Secret: b.token[name]})
	}
	far, err := platform.Open(ctx, t.TempDir(), platform.Options{Tick: -1, Tokens: tokens, Pack: pack})
	must(t, err)
	web := httptest.NewServer(far)
	b.base = web.URL
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		must(t, far.Close())
	})
	day := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	must(t, far.Load(ctx, func(l *platform.Loader) error {
		for _, put := range []func() error{
			func() error {
				return l.Put(model.ChangeExpert, "e1", 1, model.Expert{ID: "e1", Version: 1, Cluster: "Law", ScreenName: "Ana", State: model.ExpertActive, JoinedAt: day})
			},
			func() error {
				return l.Put(model.ChangeCase, "e1.1", 1, model.Case{ID: "e1.1", ExpertID: "e1", Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: day})
			},
			func() error {
				return l.Put(model.ChangeIncident, "i1", 1, model.Incident{ID: "i1", Version: 1, ExpertID: "e1", CaseID: "e1.1", Reporter: model.ReporterClient, Guideline: "confidentiality", Text: "She told on somebody.", At: day})
			},
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	}))
	for name := range b.token {
		b.dirs[name] = filepath.Join(t.TempDir(), name)
		desk, err := workplace.Open(ctx, workplace.Config{Dir: b.dirs[name], Offline: true})
		must(t, err)
		settings := app.DefaultSettings()
		settings.UndoSeconds = 0
		must(t, desk.SaveSettings(ctx, settings))
		must(t, desk.Close())
		b.do(t, name, "sync").want(t, exitDone)
	}
	return b
}

func (b *bench) do(t *testing.T, who string, args ...string) answer {
	t.Helper()
	return do(t, map[string]string{"MENSCH_TOKEN": b.token[who]}, "", append([]string{"--dir", b.dirs[who], "--server", b.base, "--json"}, args...)...)
}

func (b *bench) sync(t *testing.T, who ...string) {
	t.Helper()
	for range 2 {
		for _, w := range who {
			b.do(t, w, "sync").want(t, exitDone)
		}
	}
}

// TestSecondPersonsFromTheTerminal proposes, looks, agrees, publishes, objects
// and overturns, all without a window.
func TestSecondPersonsFromTheTerminal(t *testing.T) {
	b := newBench(t)
	out := lines[outboxLine](t, b.do(t, "Mira", "decide", "e1.1", "--sanction", "confidentiality:suspension:7", "--send").want(t, exitDone))
	if len(out) != 1 || out[0].Kind != model.OutboxPropose || out[0].State != model.OutboxAcked {
		t.Fatalf("proposed %+v", out)
	}
	id := out[0].Decision
	b.sync(t, "Mira", "Kim", "Noor")

	list := lines[approvalLine](t, b.do(t, "Kim", "approvals", "list").want(t, exitDone))
	if len(list) != 1 || list[0].ID != id || list[0].State != "open" || list[0].Decision != nil {
		t.Fatalf("Kim lists %+v", list)
	}
	show := lines[approvalFileLine](t, b.do(t, "Kim", "approvals", "show", id).want(t, exitDone))[0]
	if show.Decision != nil || len(show.Evidence) != 1 || show.Barred != "" {
		t.Fatalf("Kim sees %+v", show)
	}
	b.do(t, "Kim", "approvals", "approve", id).want(t, exitRefused)
	b.do(t, "Kim", "approvals", "show", "nothing").want(t, exitFailed)
	b.do(t, "Mira", "approvals", "approve", id).want(t, exitRefused)
	b.do(t, "Noor", "approvals", "refuse", id, "--reason", "x").want(t, exitRefused)
	show = lines[approvalFileLine](t, b.do(t, "Kim", "approvals", "show", id, "--view", "warning").want(t, exitDone))[0]
	if show.Decision == nil || show.OwnView != "warning" || len(show.Effects) == 0 {
		t.Fatalf("Kim sees %+v", show)
	}
	b.do(t, "Kim", "approvals", "refuse", id).want(t, exitRefused)
	show = lines[approvalFileLine](t, b.do(t, "Kim", "approvals", "approve", id, "--send").want(t, exitDone))[0]
	if show.State != "yes" || show.Approver != "Kim" || show.AnswerIs != "acked" {
		t.Fatalf("Kim's answer is %+v", show)
	}
	b.do(t, "Mira", "approvals", "withdraw", id).want(t, exitDone) // she has not heard of it yet
	b.sync(t, "Mira", "Noor")
	if st := lines[statementLine](t, b.do(t, "Mira", "statements", "list").want(t, exitDone)); len(st) != 1 || st[0].State != model.StatementSent || !json.Valid(st[0].Statement) {
		t.Fatalf("the statements are %+v", st)
	}
	b.do(t, "Mira", "statements", "send", "--again").want(t, exitDone)

	body, err := json.Marshal(map[string]any{"id": "a1", "decision_id": id, "text": "It was not me.", "files": []map[string]any{{"name": "x/../letter.txt", "data": []byte("Dear all")}}})
	must(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/v1/appeals", bytes.NewReader(body))
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+b.token["Noor"])
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	b.sync(t, "Noor", "Mira")
	if open := lines[appealLine](t, b.do(t, "Noor", "appeals", "list").want(t, exitDone)); len(open) != 1 || open[0].ID != "a1" {
		t.Fatalf("Noor lists %+v", open)
	}
	folder := t.TempDir()
	appeal := lines[appealLine](t, b.do(t, "Noor", "appeals", "show", "a1", "--files", folder).want(t, exitDone))[0]
	if appeal.Barred != "" || len(appeal.Kept) != 1 || filepath.Dir(appeal.Kept[0]) != folder || appeal.First.ID != id || len(appeal.Evidence) != 1 {
		t.Fatalf("Noor sees %+v", appeal)
	}
	if raw, err := os.ReadFile(appeal.Kept[0]); err != nil || string(raw) != "Dear all" {
		t.Errorf("the file is %q, %v", raw, err)
	}
	b.do(t, "Noor", "appeals", "decide", "a1").want(t, exitUsage)
	b.do(t, "Noor", "appeals", "decide", "a1", "--uphold", "--overturn").want(t, exitUsage)
	b.do(t, "Mira", "appeals", "decide", "a1", "--uphold", "--reason", "x").want(t, exitRefused)
	b.do(t, "Noor", "appeals", "decide", "a1", "--overturn").want(t, exitRefused)
	dry := lines[previewLine](t, b.do(t, "Noor", "appeals", "decide", "a1", "--overturn", "--reason", "She proved it.", "--dry-run").want(t, exitDone))[0]
	if !dry.OK || !strings.Contains(dry.Message, "She proved it.") {
		t.Fatalf("the preview is %+v", dry)
	}
	b.do(t, "Noor", "appeals", "decide", "a1", "--overturn", "--reason", "She proved it.", "--send").want(t, exitDone)
	b.sync(t, "Noor")
	if all := lines[appealLine](t, b.do(t, "Noor", "appeals", "list", "--all").want(t, exitDone)); len(all) != 1 || all[0].Outcome != "overturned" {
		t.Fatalf("in the end %+v", all)
	}
	desk, err := workplace.Open(context.Background(), workplace.Config{Dir: b.dirs["Noor"], Offline: true})
	must(t, err)
	file, err := desk.CaseFile(context.Background(), "e1.1")
	must(t, err)
	if len(file.Strikes) != 1 || file.Strikes[0].Live(time.Now()) || file.Expert.State != model.ExpertActive {
		t.Errorf("not everything is back: %+v, %s", file.Strikes, file.Expert.State)
	}
	must(t, desk.Close())
	b.do(t, "Noor", "verify").want(t, exitDone)
}
