// Package platform is the reference platform of Mensch: the other end of the
// wire, with its own SQLite file. The demo runs it in process, the tests run
// the client against it, and an integrator reads it beside openapi.yaml.
package platform

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"golang.org/x/time/rate"

	"mensch/app/guidelines"
)

// Options are how a platform runs. The zero value is good.
type Options struct {
	Now         func() time.Time // the clock; nil: time.Now
	Tokens      []Token          // made known at opening; those of earlier openings stay known
	LeaseTime   time.Duration    // how long a lease holds; 0: 15 minutes
	FeedHorizon time.Duration    // how long tombstones stay in the feed; 0: 90 days; negative: for ever
	Rate        rate.Limit       // requests a second for each token; 0: 200
	Burst       int              // requests at once for each token; 0: 400
	MaxBody     int64            // bytes of a request's body; 0: 4 MiB
	Log         *slog.Logger     // nil: nothing is logged
	Pack        *guidelines.Pack // says which sanctions need a second person, and how long an expert may object; nil: none do, and six months
	Tick        time.Duration    // how often ended suspensions and old tombstones are looked for; 0: a minute; negative: never
}

func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.LeaseTime == 0 {
		o.LeaseTime = 15 * time.Minute
	}
	if o.FeedHorizon == 0 {
		o.FeedHorizon = 90 * 24 * time.Hour
	}
	if o.Rate == 0 {
		o.Rate = 200
	}
	if o.Burst == 0 {
		o.Burst = 400
	}
	if o.MaxBody == 0 {
		o.MaxBody = 4 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Tick == 0 {
		o.Tick = time.Minute
	}
}

// Server is a platform: an http.Handler over one folder.
type Server struct {
	opts    Options
	dir     string
	id      string
	secret  []byte
	writer  *sqlx.DB // one connection
	readers *sqlx.DB
	mux     http.Handler

	tokens      atomic.Pointer[[]*holder]
	strangers   *rate.Limiter
	maintenance atomic.Int64 // nanoseconds for Retry-After; 0: up

	stop func()
	wg   sync.WaitGroup
}

// Open opens the platform in dir, making it if it is not there: platform.db
// and photos/ab/<sha256>. One process may have it open at a time.
func Open(ctx context.Context, dir string, opts Options) (*Server, error) {
	opts.fill()
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "photos"), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder: %w", err)
	}
	s := &Server{opts: opts, dir: dir, strangers: rate.NewLimiter(min(opts.Rate, 20), min(opts.Burst, 100))}
	s.writer, s.readers, err = openDB(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	var err error
	if s.id, err = meta(ctx, s.writer, "server"); err != nil {
		return err
	}
	secret, err := meta(ctx, s.writer, "secret")
	if err != nil {
		return err
	}
	if s.secret, err = hex.DecodeString(secret); err != nil || len(s.secret) != 32 || s.id == "" {
		return errors.New("the file has lost its server id or its secret")
	}
	if err := s.AddTokens(ctx, s.opts.Tokens...); err != nil {
		return err
	}
	s.mux = s.routes()
	if err := s.Tick(ctx); err != nil {
		return err
	}
	if s.opts.Tick > 0 {
		ctx, cancel := context.WithCancel(context.Background())
		s.stop = cancel
		s.wg.Go(func() { s.run(ctx) })
	}
	return nil
}

// Close stops the platform. Requests under way must have ended: shut the HTTP
// server down first.
func (s *Server) Close() error {
	if s.stop != nil {
		s.stop()
	}
	s.wg.Wait()
	var errs []error
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the platform: %w", err)
	}
	return nil
}

// Now is the time by the platform's clock.
func (s *Server) Now() time.Time { return s.opts.Now().UTC() }

// ID names this platform; cursors are bound to it.
func (s *Server) ID() string { return s.id }

// SetMaintenance makes every request answer 503 with Retry-After (in whole
// seconds, at least one) until it is called with 0.
func (s *Server) SetMaintenance(retryAfter time.Duration) { s.maintenance.Store(int64(retryAfter)) }

func (s *Server) run(ctx context.Context) {
	tick := time.NewTicker(s.opts.Tick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
				s.opts.Log.ErrorContext(ctx, "the platform's housekeeping failed", "error", err)
			}
		}
	}
}

// Tick does what time brings: it lets suspensions begin and end, and forgets
// tombstones older than the horizon. It runs by itself every Options.Tick.
func (s *Server) Tick(ctx context.Context) error {
	if err := s.passTime(ctx); err != nil {
		return fmt.Errorf("ending suspensions: %w", err)
	}
	if err := s.expireProposals(ctx); err != nil {
		return fmt.Errorf("ending proposals: %w", err)
	}
	if s.opts.FeedHorizon > 0 {
		if _, err := s.CompactBefore(ctx, s.opts.Now().Add(-s.opts.FeedHorizon)); err != nil {
			return err
		}
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }
