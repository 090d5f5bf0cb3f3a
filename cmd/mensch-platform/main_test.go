package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mensch/cmd/mensch-platform/platform"
)

func TestReadTokens(t *testing.T) {
	got, err := readTokens(strings.NewReader("# comment\n\n Robin Vale : moderator , senior : a:secret:with:colons \r\nRae:reader:0123456789abcdef\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []platform.Token{
		{Name: "Robin Vale", Roles: []string{"moderator", "senior"}, Secret: "a:secret:with:colons"},
		{Name: "Rae", Roles: []string{"reader"}, Secret: "0123456789abcdef"},
	}
	if !slices.EqualFunc(got, want, func(a, b platform.Token) bool {
		return a.Name == b.Name && slices.Equal(a.Roles, b.Roles) && a.Secret == b.Secret
	}) {
		t.Errorf("got %+v", got)
	}
	_, err = readTokens(strings.NewReader("ok:reader:secret\n\nthe-secret-alone"))
	if err == nil || !strings.Contains(err.Error(), "line 3") || strings.Contains(err.Error(), "alone") {
		t.Errorf("the error is %v", err)
	}
	if _, err := readTokens(strings.NewReader(strings.Repeat("x", 1<<20))); err == nil {
		t.Error("an endless line was taken")
	}
}

func TestFlags(t *testing.T) {
	for name, args := range map[string][]string{
		"argument":      {"serve"},
		"cert alone":    {"-cert", "c.pem"},
		"rate":          {"-rate", "0"},
		"unknown":       {"-token", "secret"},
		"seed in words": {"-seed", "one"},
	} {
		var out bytes.Buffer
		if _, err := parse(args, &out); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
	var out bytes.Buffer
	if _, err := parse([]string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "MENSCH_TOKEN") {
		t.Errorf("help gave %v and %q", err, out.String())
	}
}

// output is a buffer that a running program writes and the test reads.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func TestRunServesAndStops(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	const secret = "from-the-environment"
	env := func(name string) string { return map[string]string{"MENSCH_TOKEN": secret}[name] }
	ctx, cancel := context.WithCancel(t.Context())
	var stdout, stderr output
	done := make(chan error, 1)
	go func() { done <- run(ctx, []string{"-addr", "127.0.0.1:0", "-dir", dir}, env, &stdout, &stderr) }()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(stdout.String(), "Contract:"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come up: %s", stderr.String())
		}
	}
	_, rest, _ := strings.Cut(stdout.String(), " at ")
	base, _, _ := strings.Cut(rest, "\n")
	path := filepath.Join(dir, "tokens")
	if !strings.HasPrefix(base, "http://127.0.0.1:") || !strings.Contains(stdout.String(), "Tokens: "+path) || strings.Contains(stdout.String(), secret) {
		t.Errorf("it says %s", stdout.String())
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the tokens: %v, %v", info, err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := readTokens(file)
	_ = file.Close()
	if err != nil || len(tokens) != 4 {
		t.Fatalf("the tokens: %v, %v", tokens, err)
	}
	for _, token := range append(tokens, platform.Token{Name: "moderator (MENSCH_TOKEN)", Roles: []string{"moderator"}, Secret: secret}) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token.Secret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var me struct{ Name string }
		err = json.NewDecoder(res.Body).Decode(&me)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || me.Name != token.Name {
			t.Errorf("%s is answered %d %+v %v", token.Name, res.StatusCode, me, err)
		}
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := makeTokens(path); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Error("the tokens were made again")
	}
}
