// Package demo runs a reference platform with the generated community inside
// the calling program, at an address that only this computer reaches.
package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"mensch/app/guidelines"
	"mensch/assets"
	"mensch/cmd/mensch-platform/platform"
)

// Options are how a demo runs. Dir, Photos and Seed are needed; the rest has
// good defaults.
type Options struct {
	Dir    string // the platform's folder; what is in it is used again
	Photos fs.FS  // the demo's photographs
	Seed   int64  // which community
	Now    func() time.Time
	Log    *slog.Logger
	Tick   time.Duration // as in platform.Options
}

// Demo is a running platform.
type Demo struct {
	Base      string // its address, such as http://127.0.0.1:34567
	Token     string // of the person at the screen: moderator and senior
	Colleague string // of a second moderator, for leases, approvals and appeals
	Server    *platform.Server

	web  *http.Server
	done chan error
	once sync.Once
	err  error
}

// ColleagueFile is where the second moderator's token stands, in the demo's
// folder, for its owner alone.
const ColleagueFile = "colleague.token"

// The names that the demo's tokens stand for.
const (
	You       = "You"
	Colleague = "Robin Vale"
)

// Rules is the rule pack that Mensch ships: the platform enforces what it says
// of second persons and of objections.
func Rules() (*guidelines.Pack, error) {
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		return nil, fmt.Errorf("reading the rule pack: %w", err)
	}
	return pack, nil
}

// Start opens the platform in a folder, fills it if it is new, and serves it
// at a loopback address: the one of the last time where it is free, so that a
// store filled from it need not start over. The tokens are new each time. The
// context only ends the starting; Stop ends the demo.
func Start(ctx context.Context, opts Options) (*Demo, error) {
	d := &Demo{Token: platform.NewSecret(), Colleague: platform.NewSecret(), done: make(chan error, 1)}
	pack, err := Rules()
	if err != nil {
		return nil, fmt.Errorf("opening the demo: %w", err)
	}
	s, err := platform.Open(ctx, opts.Dir, platform.Options{Now: opts.Now, Log: opts.Log, Tick: opts.Tick, Rate: rate.Inf, Pack: pack})
	if err != nil {
		return nil, fmt.Errorf("opening the demo: %w", err)
	}
	d.Server = s
	listener, err := d.prepare(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("opening the demo: %w", errors.Join(err, s.Close()))
	}
	d.Base = "http://" + listener.Addr().String()
	d.web = platform.NewHTTPServer(s)
	go func() { d.done <- d.web.Serve(listener) }()
	return d, nil
}

func (d *Demo) prepare(ctx context.Context, opts Options) (net.Listener, error) {
	for _, name := range []string{You, Colleague} {
		if err := d.Server.RemoveTokens(ctx, name); err != nil {
			return nil, err
		}
	}
	both := []string{platform.RoleModerator, platform.RoleSenior}
	if err := d.Server.AddTokens(ctx,
		platform.Token{Name: You, Roles: both, Secret: d.Token},
		platform.Token{Name: Colleague, Roles: both, Secret: d.Colleague}); err != nil {
		return nil, err
	}
	if err := Fill(ctx, d.Server, opts.Photos, opts.Seed); err != nil {
		return nil, err
	}
	// For whoever wants to be the second moderator: menschctl reads it.
	if err := os.WriteFile(filepath.Join(opts.Dir, ColleagueFile), []byte(d.Colleague+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("writing the colleague's token: %w", err)
	}
	return listen(ctx, filepath.Join(opts.Dir, "port"))
}

// listen takes the port that a file remembers, or any, and remembers it.
func listen(ctx context.Context, memory string) (net.Listener, error) {
	var config net.ListenConfig
	if raw, err := os.ReadFile(memory); err == nil {
		if port, err := strconv.ParseUint(strings.TrimSpace(string(raw)), 10, 16); err == nil && port > 0 {
			if l, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.FormatUint(port, 10))); err == nil {
				return l, nil
			}
		}
	}
	l, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err == nil {
		err = os.WriteFile(memory, []byte(port+"\n"), 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("remembering the port: %w", errors.Join(err, l.Close()))
	}
	return l, nil
}

// Stop lets requests under way finish, for five seconds, and closes the
// platform. A second call returns what the first did.
func (d *Demo) Stop() error {
	d.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		err := d.web.Shutdown(ctx)
		if err != nil {
			err = errors.Join(err, d.web.Close())
		}
		if served := <-d.done; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		if err = errors.Join(err, d.Server.Close()); err != nil {
			d.err = fmt.Errorf("stopping the demo: %w", err)
		}
	})
	return d.err
}
