package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"unicode"

	"github.com/mattn/go-isatty"

	"mensch/app"
	"mensch/app/sync"
	"mensch/cmd/internal/workplace"
)

// tool is one run of menschctl.
type tool struct {
	world
	dir       string
	server    string
	tokenFile string
	json      bool
	quiet     bool
	unsaid    error // why a line could not be printed
}

// token reads the token from the environment or the file; empty: neither is
// given, and the keyring may have it.
func (t *tool) token() (string, error) {
	if token := strings.TrimSpace(t.env("MENSCH_TOKEN")); token != "" {
		return token, nil
	}
	if t.tokenFile == "" {
		return "", nil
	}
	file, err := os.Open(t.tokenFile)
	if err != nil {
		return "", fmt.Errorf("%w: the file cannot be opened: %w", errToken, err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("%w: the file cannot be read: %w", errToken, err)
	}
	// Of the opened file, so that nobody can exchange it in between. Windows has
	// no such modes.
	if !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%w: %s may be read by others; run “chmod 600” on it, and ask for a new token if others may have seen it", errToken, t.tokenFile)
	}
	raw, err := io.ReadAll(io.LimitReader(file, 8192))
	if err != nil {
		return "", fmt.Errorf("%w: the file cannot be read: %w", errToken, err)
	}
	token := string(bytes.TrimSpace(raw))
	if token == "" {
		return "", fmt.Errorf("%w: %s is empty", errToken, t.tokenFile)
	}
	return token, nil
}

// folder is the store's folder.
func (t *tool) folder() string {
	if t.dir != "" {
		return t.dir
	}
	return workplace.Folder()
}

// existing refuses to make a new store where one is only to be read.
func (t *tool) existing() error {
	if !workplace.Configured(t.folder()) {
		return fmt.Errorf("there is no store in %s; run “menschctl sync --server ADDRESS”, or name another folder with --dir", t.folder())
	}
	return nil
}

// offline opens the desk without a platform: what needs none asks no keyring.
func (t *tool) offline(ctx context.Context) (*app.Desk, error) {
	return workplace.Open(ctx, workplace.Config{Dir: t.folder(), Offline: true})
}

// onKept does something on the store that is there, without a platform.
func (t *tool) onKept(ctx context.Context, do func(*app.Desk) error) error {
	if err := t.existing(); err != nil {
		return err
	}
	desk, err := t.offline(ctx)
	return with(desk, err, do)
}

// online opens the desk and connects it.
func (t *tool) online(ctx context.Context) (*app.Desk, error) {
	token, err := t.token()
	if err != nil {
		return nil, err
	}
	if t.server != "" {
		// Before a store is made for an address that cannot be one.
		probe := token
		if probe == "" {
			probe = "none"
		}
		if _, err := sync.NewHTTP(t.server, probe, sync.HTTPOptions{}); err != nil {
			return nil, usageError{err}
		}
	}
	desk, err := workplace.Open(ctx, workplace.Config{Dir: t.folder(), Server: t.server, Token: token})
	if err != nil {
		return nil, err
	}
	switch {
	case desk.Server() == "":
		err = usagef("the store belongs to no platform yet; name it with --server")
	case !desk.Connected():
		err = fmt.Errorf("%w for %s: set MENSCH_TOKEN, or name a file with --token-file", errToken, desk.Server())
	}
	if err != nil {
		return nil, errors.Join(err, desk.Close())
	}
	return desk, nil
}

// with runs do with a desk, and closes it.
func with(desk *app.Desk, err error, do func(*app.Desk) error) error {
	if err != nil {
		return err
	}
	err = do(desk)
	if failed := desk.Close(); failed != nil && err == nil {
		err = failed
	}
	return err
}

// emit prints one JSON object on a line.
func (t *tool) emit(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err := t.out.Write(b.Bytes())
	return err
}

// sayf prints a line for people: on standard output, or beside the JSON.
func (t *tool) sayf(format string, args ...any) {
	if t.json {
		if !t.quiet {
			t.tellf(format, args...)
		}
		return
	}
	if _, err := fmt.Fprintln(t.out, plain(fmt.Sprintf(format, args...))); err != nil && t.unsaid == nil {
		t.unsaid = err
	}
}

// tellf prints a line beside the answer. Nobody is left to tell if it fails.
func (t *tool) tellf(format string, args ...any) {
	_, _ = fmt.Fprintln(t.err, plain(fmt.Sprintf(format, args...)))
}

// progress gives a function that shows how far something is, on a terminal.
func (t *tool) progress() (show func(phase string, done, total int64), end func()) {
	file, ok := t.err.(*os.File)
	if t.quiet || !ok || !isatty.IsTerminal(file.Fd()) {
		return func(string, int64, int64) {}, func() {}
	}
	shown := false
	return func(phase string, done, total int64) {
			shown = true
			if total > 0 {
				_, _ = fmt.Fprintf(t.err, "\r\x1b[K%s %d of %d", plain(phase), done, total)
			} else {
				_, _ = fmt.Fprintf(t.err, "\r\x1b[K%s %d", plain(phase), done)
			}
		}, func() {
			if shown {
				_, _ = fmt.Fprint(t.err, "\r\x1b[K")
			}
		}
}

// plain keeps foreign text from steering the terminal: control characters and
// marks that turn the direction of reading are shown as what they are.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || r == '\u00a0' {
			return r
		}
		return '�'
	}, strings.ToValidUTF8(s, "�"))
}

// oneLine also takes out line breaks, for a cell of a table.
func oneLine(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// shorten cuts a text to so many characters.
func shorten(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
