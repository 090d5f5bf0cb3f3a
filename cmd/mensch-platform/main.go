// Command mensch-platform is the reference platform of Mensch: the other end of
// the wire, for the demo, the tests and integrators. Its contract is the
// OpenAPI document that it serves at /openapi.yaml.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	photos "mensch/assets/demo"
	"mensch/cmd/mensch-platform/demo"
	"mensch/cmd/mensch-platform/platform"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "mensch-platform:", err)
		os.Exit(1)
	}
}

// settings are the flags.
type settings struct {
	addr, dir, tokens, cert, key string
	seed                         int64
	rate                         float64
	verbose                      bool
}

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("mensch-platform", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8470", "`address` to listen at")
	flags.StringVar(&s.dir, "dir", "mensch-platform-data", "`folder` of the platform's file and photos; made if it is not there")
	flags.Int64Var(&s.seed, "seed", 0, "fill an empty platform with the demo community of this `number`; 0: leave it empty")
	flags.StringVar(&s.tokens, "tokens", "", "`file` of tokens, a line each: name:role,role:secret (default: tokens in -dir, made at the first start)")
	flags.StringVar(&s.cert, "cert", "", "PEM `file` of the certificate, to serve https")
	flags.StringVar(&s.key, "key", "", "PEM `file` of the certificate's key")
	flags.Float64Var(&s.rate, "rate", 200, "requests a second that each token may make; twice as many at once")
	flags.BoolVar(&s.verbose, "v", false, "log every request")
	flags.Usage = func() {
		_, _ = fmt.Fprint(stderr, "Usage: mensch-platform [flags]\n\nThe environment variable MENSCH_TOKEN, if set, is the secret of one more moderator.\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case (s.cert == "") != (s.key == ""):
		return s, errors.New("-cert and -key go together")
	case s.rate <= 0:
		return s, errors.New("-rate must be above 0")
	}
	return s, nil
}

func run(ctx context.Context, args []string, env func(string) string, stdout, stderr io.Writer) (err error) {
	set, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(set.dir, 0o700); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	tokens, where, err := gatherTokens(set, env)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if set.verbose {
		level = slog.LevelDebug
	}
	pack, err := demo.Rules()
	if err != nil {
		return err
	}
	s, err := platform.Open(ctx, set.dir, platform.Options{
		Pack:   pack,
		Tokens: tokens,
		Rate:   rate.Limit(set.rate),
		Burst:  max(1, int(2*set.rate)),
		Log:    slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if set.seed != 0 {
		if err := demo.Fill(ctx, s, photos.Photos, set.seed); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", set.addr)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	scheme := "http"
	if set.cert != "" {
		scheme = "https"
	} else if ip, ok := listener.Addr().(*net.TCPAddr); ok && !ip.IP.IsLoopback() {
		_, _ = fmt.Fprintln(stderr, "Warning: without -cert and -key, tokens and transcripts cross the network readably; Mensch will refuse to connect.")
	}
	_, _ = fmt.Fprintf(stdout, "Platform %s at %s://%s\nTokens: %s\nContract: %s://%s/openapi.yaml\n",
		s.ID(), scheme, listener.Addr(), where, scheme, listener.Addr())
	return serve(ctx, platform.NewHTTPServer(s), listener, set)
}

// serve answers until the context ends, then lets requests under way finish.
func serve(ctx context.Context, web *http.Server, listener net.Listener, set settings) error {
	failed := make(chan error, 1)
	go func() {
		if set.cert != "" {
			failed <- web.ServeTLS(listener, set.cert, set.key)
		} else {
			failed <- web.Serve(listener)
		}
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := web.Shutdown(late); err != nil {
		return errors.Join(fmt.Errorf("waiting for the last requests: %w", err), web.Close())
	}
	return nil
}

// gatherTokens reads the tokens and says where they are. Without a file of the
// operator's, the first start makes one in the platform's folder: a token of
// each role.
func gatherTokens(set settings, env func(string) string) ([]platform.Token, string, error) {
	path := set.tokens
	if path == "" {
		path = filepath.Join(set.dir, "tokens")
		if err := makeTokens(path); err != nil {
			return nil, "", err
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, "", fmt.Errorf("opening the tokens: %w", err)
	}
	defer func() { _ = file.Close() }()
	tokens, err := readTokens(file)
	if err != nil {
		return nil, "", fmt.Errorf("reading the tokens in %s: %w", path, err)
	}
	where := path
	if secret := env("MENSCH_TOKEN"); secret != "" {
		tokens = append(tokens, platform.Token{Name: "moderator (MENSCH_TOKEN)", Roles: []string{platform.RoleModerator}, Secret: secret})
		where += ", and MENSCH_TOKEN"
	}
	return tokens, where, nil
}
