package sync

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// HTTPOptions say how patient the HTTP adapter is. The zero value is good.
type HTTPOptions struct {
	Tries     int           // tries of a request that only reads; 0: 5
	FirstWait time.Duration // before the second try, doubled with jitter after that; 0: 500 ms
	MaxWait   time.Duration // longest wait between tries, also when the platform asks for more; 0: 60 s

	DialTimeout   time.Duration // 0: 10 s
	TLSTimeout    time.Duration // 0: 10 s
	HeaderTimeout time.Duration // from the request's end to the answer's first line; 0: 30 s
	IdleTimeout   time.Duration // without a byte of the answer; 0: 30 s
	TotalTimeout  time.Duration // of one try, a photo's excepted; 0: 3 min

	RootCAs   *x509.CertPool // nil: the system's
	UserAgent string         // empty: mensch
	// Notify is told before each wait for another try.
	Notify func(err error, wait time.Duration)
}

func (o HTTPOptions) withDefaults() HTTPOptions {
	set := func(d *time.Duration, to time.Duration) {
		if *d <= 0 {
			*d = to
		}
	}
	if o.Tries <= 0 {
		o.Tries = 5
	}
	set(&o.FirstWait, 500*time.Millisecond)
	set(&o.MaxWait, time.Minute)
	set(&o.DialTimeout, 10*time.Second)
	set(&o.TLSTimeout, 10*time.Second)
	set(&o.HeaderTimeout, 30*time.Second)
	set(&o.IdleTimeout, 30*time.Second)
	set(&o.TotalTimeout, 3*time.Minute)
	if o.UserAgent == "" {
		o.UserAgent = "mensch"
	}
	return o
}

// Limits of what is read of an answer.
const (
	maxJSON     = 32 << 20
	maxProblem  = 8 << 20
	maxRetry    = time.Hour
	maxRedirect = 5
)

// HTTP is the platform over its HTTP contract. It is safe for concurrent use.
type HTTP struct {
	base   *url.URL
	token  string
	opt    HTTPOptions
	guard  *guard
	client *http.Client
}

// NewHTTP connects to the platform at a base address such as
// https://platform.example/mensch with a bearer token. It sends nothing yet. The
// address must be https; http is taken only for this computer itself, because
// the token would travel readably.
func NewHTTP(base, token string, opt HTTPOptions) (*HTTP, error) {
	u, err := checkBase(base)
	if err != nil {
		return nil, err
	}
	if token == "" || len(token) > 4096 || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, &Error{
			Op: "use the token", Kind: KindInvalid,
			Hint:    "Copy the token again, without spaces or line breaks.",
			Problem: &Problem{Detail: "a token is 1 to 4096 printable characters without spaces"},
		}
	}
	h := &HTTP{base: u, token: token, opt: opt.withDefaults()}
	h.guard = newGuard(u, h.opt.DialTimeout)
	h.client = &http.Client{
		Transport: &bearer{base: u, token: token, agent: h.opt.UserAgent, next: &http.Transport{
			Proxy:                  h.guard.proxy,
			DialContext:            h.guard.dial,
			TLSClientConfig:        &tls.Config{RootCAs: h.opt.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    h.opt.TLSTimeout,
			ResponseHeaderTimeout:  h.opt.HeaderTimeout,
			MaxResponseHeaderBytes: 1 << 20,
			MaxIdleConnsPerHost:    maxWorkers,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true, // a custom DialContext would switch it off
		}},
		CheckRedirect: h.guard.redirect,
	}
	return h, nil
}

// Server is the base address, in the form under which the store keeps a cursor.
func (h *HTTP) Server() string { return h.base.String() }

// Close drops the connections that are kept for the next request.
func (h *HTTP) Close() { h.client.CloseIdleConnections() }

// call is one request of the contract.
type call struct {
	op, hint string
	method   string
	path     []string // escaped one by one
	query    url.Values
	header   http.Header
	body     any // marshalled as JSON
	foreign  bool
	long     bool // no limit on the whole, only on silence
	want     []int
}

// url gives the call's address below the base.
func (h *HTTP) url(c call) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(h.base.String(), "/"))
	for _, p := range c.path {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	if len(c.query) > 0 {
		b.WriteByte('?')
		b.WriteString(c.query.Encode())
	}
	return b.String()
}

// once sends a request and gives an answer of a wanted status, its body guarded
// against silence and cut off after limit bytes. Every error is an *Error.
func (h *HTTP) once(ctx context.Context, c call, limit int64) (*http.Response, error) {
	var body io.Reader
	if c.body != nil {
		raw, err := json.Marshal(c.body)
		if err != nil {
			return nil, &Error{Op: c.op, Kind: KindInvalid, Hint: c.hint, Err: err}
		}
		body = bytes.NewReader(raw)
	}
	caller := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	watch := newWatch(h.opt, c.long, cancel)
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }})
	ctx = context.WithValue(ctx, foreignKey{}, c.foreign)
	fail := func(err error) error {
		defer watch.stop() // after the cause of the end has been read
		return h.failed(caller, ctx, c, err, sent.Load())
	}
	req, err := http.NewRequestWithContext(ctx, c.method, h.url(c), body)
	if err != nil {
		return nil, fail(err)
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json, application/problem+json")
	}
	if c.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return nil, fail(err)
	}
	resp.Body = &guardedBody{rc: resp.Body, watch: watch, left: limit, limit: limit, fail: func(err error) error {
		return h.failed(caller, ctx, c, err, true)
	}}
	if !slices.Contains(c.want, resp.StatusCode) {
		defer func() { _ = resp.Body.Close() }()
		return nil, h.problem(c, resp)
	}
	if resp.ContentLength > limit {
		defer func() { _ = resp.Body.Close() }()
		return nil, &Error{Op: c.op, Kind: KindTooLarge, Hint: c.hint, Err: fmt.Errorf("over %d MiB", limit>>20)}
	}
	return resp, nil
}

// failed turns a transport's error into an *Error.
func (h *HTTP) failed(caller, ctx context.Context, c call, err error, sent bool) error {
	var already *Error
	if errors.As(err, &already) {
		return err
	}
	e := &Error{Op: c.op, Hint: c.hint, Err: h.clean(err)}
	var unsafe *unsafeError
	var cert *tls.CertificateVerificationError
	switch {
	case caller.Err() != nil:
		e.Kind, e.Err = KindCancelled, context.Cause(caller)
	case errors.As(err, &unsafe):
		e.Kind, e.Err = KindUnsafe, unsafe
		e.Hint = "Nothing was sent there. " + c.hint
	case errors.As(err, &cert):
		e.Kind = KindUnsafe
		e.Hint = "Nothing was sent. Check the address and this computer's clock, or ask whoever runs the platform about its certificate."
	case sent:
		e.Kind = KindLost
		if cause := context.Cause(ctx); cause != nil {
			e.Err = cause
		}
	default:
		e.Kind = KindUnreachable
		if cause := context.Cause(ctx); cause != nil {
			e.Err = cause
		}
	}
	return e
}

// clean strips what an error says of the request, and the token wherever it
// should turn up.
func (h *HTTP) clean(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if err != nil && strings.Contains(err.Error(), h.token) {
		return errors.New(h.redact(err.Error()))
	}
	return err
}

func (h *HTTP) redact(s string) string { return strings.ReplaceAll(s, h.token, "[token]") }

// problem reads an answer that is none of those wanted.
func (h *HTTP) problem(c call, resp *http.Response) error {
	e := &Error{Op: c.op, Hint: c.hint, RetryAfter: retryAfter(resp.Header, time.Now())}
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	own := false
	if media == "application/problem+json" {
		var p Problem
		raw, err := io.ReadAll(io.LimitReader(resp.Body, maxProblem))
		if err != nil {
			// A status by itself says less than the problem that was cut off:
			// whether it is the platform that has no such thing, for one.
			return err
		}
		if json.Unmarshal(raw, &p) == nil {
			own = true
			p.Type, p.Title, p.Detail = h.redact(p.Type), h.redact(p.Title), h.redact(p.Detail)
			e.Problem = &p
		}
	}
	e.Err = fmt.Errorf("status %d", resp.StatusCode)
	e.Kind = kindOfStatus(resp.StatusCode, own)
	if own {
		if k, ok := kindOfProblem[strings.TrimPrefix(e.Problem.Type, "urn:mensch:problem:")]; ok {
			e.Kind = k
		}
	}
	if e.Kind == KindUnauthorized {
		e.Hint = "Enter the token again, or ask whoever runs the platform for a new one. " + c.hint
	}
	if e.Kind == KindMalformed {
		e.Hint = "Check the address; a log-in page of the network may be in between. " + c.hint
	}
	return e
}

var kindOfProblem = map[string]Kind{
	"unauthorized":          KindUnauthorized,
	"forbidden":             KindForbidden,
	"not-found":             KindNotFound,
	"cursor-gone":           KindGone,
	"cursor-foreign":        KindForeign,
	"invalid":               KindInvalid,
	"stale-case":            KindStale,
	"lease-lost":            KindLeaseLost,
	"lease-held":            KindLeaseHeld,
	"log-rolled-back":       KindRolledBack,
	"precondition-required": KindInvalid,
	"key-reused":            KindInvalid,
	"approval-required":     KindInvalid,
	"proposal-open":         KindStale,
	"proposal-closed":       KindClosed,
	"throttled":             KindThrottled,
	"unavailable":           KindUnavailable,
}

// kindOfStatus reads a status by itself. own says that the answer is a problem
// document: a 404 or 503 without one may come from a gateway in between, and
// says nothing of what the platform did or has.
func kindOfStatus(status int, own bool) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return KindUnauthorized
	case status == http.StatusForbidden:
		return KindForbidden
	case status == http.StatusTooManyRequests:
		return KindThrottled
	case status == http.StatusNotFound && own:
		return KindNotFound
	case status == http.StatusGone && own:
		return KindGone
	case status == http.StatusPreconditionFailed && own:
		return KindStale
	case status == http.StatusServiceUnavailable && own:
		return KindUnavailable
	case status == http.StatusRequestTimeout, status >= 500:
		return KindBroken
	case status >= 400 && own:
		return KindInvalid
	}
	return KindMalformed
}

// json sends a request and decodes its whole answer into out.
func (h *HTTP) json(ctx context.Context, c call, out any) error {
	resp, err := h.once(ctx, c, maxJSON)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		return &Error{
			Op: c.op, Kind: KindMalformed, Err: fmt.Errorf("status %d, content type %q", resp.StatusCode, media),
			Hint: "Check the address; a log-in page of the network may be in between. " + c.hint,
		}
	}
	dec := json.NewDecoder(resp.Body)
	err = dec.Decode(out)
	if err == nil {
		// Only the end of the body shows that nothing is missing and nothing
		// follows.
		var more json.RawMessage
		if err = dec.Decode(&more); err == nil {
			err = errors.New("something follows the answer")
		} else if errors.Is(err, io.EOF) {
			return nil
		}
	} else if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return h.failed(ctx, ctx, c, err, true)
	}
	var already *Error
	if errors.As(err, &already) {
		return already
	}
	return &Error{Op: c.op, Kind: KindMalformed, Hint: c.hint, Err: h.clean(err)}
}

// retry tries a request that only reads until it succeeds, fails for good, or
// has been tried often enough.
func retry[T any](ctx context.Context, h *HTTP, c call, try func() (T, error)) (T, error) {
	res, err := backoff.Retry(ctx, func() (T, error) {
		res, err := try()
		var e *Error
		if errors.As(err, &e) && (!e.Kind.passing() || e.RetryAfter > h.opt.MaxWait) {
			return res, backoff.Permanent(err)
		}
		return res, err
	}, backoff.WithBackOff(h.backOff()), backoff.WithMaxTries(uint(h.opt.Tries)), backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(err error, wait time.Duration) {
			if h.opt.Notify != nil {
				h.opt.Notify(err, wait)
			}
		}))
	var e *Error
	if err != nil && !errors.As(err, &e) {
		err = &Error{Op: c.op, Kind: KindCancelled, Hint: c.hint, Err: err}
	}
	return res, err
}

func (h *HTTP) backOff() backoff.BackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = h.opt.FirstWait, 2, h.opt.MaxWait
	return b
}

// retryAfter reads Retry-After, in seconds or as a date, as 0 to an hour. A date
// is taken against the platform's own clock where it tells it.
func retryAfter(header http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(header.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if strings.Trim(v, "0123456789") == "" {
		// As a float, a number of any length is capped; out of range it is +Inf.
		seconds, _ := strconv.ParseFloat(v, 64)
		return time.Duration(min(seconds, maxRetry.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		now = theirs
	}
	return min(max(at.Sub(now), 0), maxRetry)
}

// bearer adds the token to requests to the base address's own host, and to no
// other: http.Client would also carry it to subdomains and other ports.
type bearer struct {
	base         *url.URL
	token, agent string
	next         http.RoundTripper
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	req.Header.Set("User-Agent", b.agent)
	if sameOrigin(b.base, req.URL) {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	return b.next.RoundTrip(req)
}

// watch ends a request that has fallen silent or taken too long.
type watch struct {
	idle   time.Duration
	timer  *time.Timer // runs out when nothing came for idle
	total  *time.Timer
	cancel context.CancelCauseFunc
}

func newWatch(opt HTTPOptions, long bool, cancel context.CancelCauseFunc) *watch {
	w := &watch{idle: opt.IdleTimeout, cancel: cancel}
	if !long {
		w.total = time.AfterFunc(opt.TotalTimeout, func() {
			cancel(fmt.Errorf("not done after %s", opt.TotalTimeout))
		})
	}
	return w
}

// feed puts the silence off.
func (w *watch) feed() {
	if w.timer == nil {
		w.timer = time.AfterFunc(w.idle, func() { w.cancel(fmt.Errorf("nothing came for %s", w.idle)) })
		return
	}
	w.timer.Reset(w.idle)
}

func (w *watch) rest() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watch) stop() {
	w.rest()
	if w.total != nil {
		w.total.Stop()
	}
	w.cancel(nil)
}

// guardedBody is an answer's body: capped, watched, its errors *Error.
type guardedBody struct {
	rc    io.ReadCloser
	watch *watch
	left  int64
	limit int64
	fail  func(error) error
}

func (b *guardedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, b.tooLarge()
	}
	// One byte over the limit is asked for, so that an answer of exactly the
	// limit still meets its end.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	b.watch.feed()
	n, err := b.rc.Read(p)
	// The reader may be slow to come back; only the platform's silence counts.
	b.watch.rest()
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, b.tooLarge()
	}
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = b.fail(err)
	}
	return n, err
}

func (b *guardedBody) tooLarge() error {
	err := b.fail(nil)
	var e *Error
	if errors.As(err, &e) && e.Kind != KindCancelled {
		e.Kind, e.Err = KindTooLarge, fmt.Errorf("over %d MiB", b.limit>>20)
	}
	return err
}

func (b *guardedBody) Close() error {
	err := b.rc.Close()
	b.watch.stop()
	return err
}
