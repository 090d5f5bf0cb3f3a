package sync

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mensch/app/model"
)

const testToken = "s3cret-t0ken"

var quick = HTTPOptions{
	Tries: 4, FirstWait: time.Millisecond, MaxWait: 50 * time.Millisecond,
	HeaderTimeout: 300 * time.Millisecond, IdleTimeout: 300 * time.Millisecond,
}

// serve runs a handler and connects to it. Every error that the test sees is
// checked for the token.
func serve(t testing.TB, handler http.HandlerFunc) *HTTP {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	h, err := NewHTTP(srv.URL, testToken, quick)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func wantKind(t testing.TB, err error, kind Kind) {
	t.Helper()
	_ = asKind(t, err, kind)
}

// asKind is wantKind for a test that looks closer.
func asKind(t testing.TB, err error, kind Kind) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got error %v of kind %q, want kind %q", err, KindOf(err), kind)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, e, e), testToken) {
		t.Fatalf("the error holds the token: %v", err)
	}
	if msg := e.Error(); !strings.HasPrefix(msg, "Could not ") || !strings.HasSuffix(msg, ".") {
		t.Fatalf("no sentence: %q", msg)
	}
	return e
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func writeProblem(w http.ResponseWriter, status int, kind string, more map[string]any) {
	body := map[string]any{"type": "urn:mensch:problem:" + kind, "title": kind, "status": status}
	for k, v := range more {
		body[k] = v
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

var onePage = model.ChangePage{
	Changes: []model.Change{{Kind: model.ChangeExpert, ID: "e1", Version: 1, Data: json.RawMessage(`{"id":"e1"}`)}},
	Cursor:  "c1",
}

func TestBaseAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://Platform.Example/mensch/": "https://platform.example/mensch",
		"https://platform.example:443":     "https://platform.example",
		" http://127.0.0.1:8080 ":          "http://127.0.0.1:8080",
		"http://[::1]:80/":                 "http://[::1]",
		"http://localhost":                 "http://localhost",
	} {
		h, err := NewHTTP(in, testToken, HTTPOptions{})
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if h.Server() != want {
			t.Errorf("%q became %q, want %q", in, h.Server(), want)
		}
	}
	for _, in := range []string{
		"", "platform.example", "http://platform.example", "http://192.168.1.7", "http://localhost.evil.example",
		"https://user:" + testToken + "@platform.example", "https://platform.example/?x=1", "https://platform.example/#a",
		"ftp://platform.example", "file:///etc/passwd", "https:platform.example", "https://%zz", "javascript:alert(1)",
	} {
		_, err := NewHTTP(in, testToken, HTTPOptions{})
		wantKind(t, err, KindInvalid)
	}
	for _, token := range []string{"", "two words", "line\nbreak", "ünicode", strings.Repeat("x", 5000)} {
		_, err := NewHTTP("https://platform.example", token, HTTPOptions{})
		e := asKind(t, err, KindInvalid)
		if token != "" && strings.Contains(e.Error(), token) {
			t.Errorf("the error repeats the token %q", token)
		}
	}
}

func TestAddressesAfterResolving(t *testing.T) {
	own := func(base, ip string) bool {
		u, err := checkBase(base)
		if err != nil {
			t.Fatal(err)
		}
		return newGuard(u, time.Second).own(netip.MustParseAddr(ip))
	}
	for _, c := range []struct {
		base, ip string
		want     bool
	}{
		{"https://p.example", "203.0.113.7", true},
		{"https://p.example", "10.1.2.3", true},
		{"https://p.example", "127.0.0.1", false},
		{"https://p.example", "169.254.169.254", false},
		{"https://p.example", "fe80::1", false},
		{"https://p.example", "0.0.0.0", false},
		{"https://p.example", "224.0.0.1", false},
		{"https://localhost", "127.0.0.1", true},
		{"http://localhost", "127.0.0.1", true},
		{"http://localhost", "::1", true},
		{"http://localhost", "10.1.2.3", false},
	} {
		if got := own(c.base, c.ip); got != c.want {
			t.Errorf("%s at %s: %v, want %v", c.base, c.ip, got, c.want)
		}
	}
	for ip, want := range map[string]bool{
		"203.0.113.7": true, "2001:db8::1": true, "10.0.0.1": false, "192.168.0.1": false, "172.16.0.1": false,
		"100.64.0.1": false, "127.0.0.1": false, "::1": false, "169.254.169.254": false, "fd00::1": false,
		"fe80::1": false, "64:ff9b::a9fe:a9fe": false, "255.255.255.255": false,
	} {
		if got := publicAddr(netip.MustParseAddr(ip)); got != want {
			t.Errorf("public(%s) = %v", ip, got)
		}
	}
	// The check holds where the connection is made, whatever the name said.
	u, _ := checkBase("https://p.example")
	if _, err := newGuard(u, time.Second).dial(context.Background(), "tcp", "localhost:1"); err == nil || !strings.Contains(err.Error(), "may not") {
		t.Errorf("a foreign host at a loopback address: %v", err)
	}
}

func TestTheTokenStaysHome(t *testing.T) {
	var leaked atomic.Int32
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			leaked.Add(1)
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte("picture"))
	}))
	defer other.Close()
	var posted atomic.Int32
	home := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+testToken {
			t.Errorf("no token on %s", r.URL)
		}
		switch {
		case r.Method == http.MethodPost:
			posted.Add(1)
			http.Redirect(w, r, "/v1/elsewhere", http.StatusTemporaryRedirect)
		case r.URL.Path == "/v1/me":
			http.Redirect(w, r, "/v1/moved", http.StatusFound)
		case r.URL.Path == "/v1/moved":
			writeJSON(w, 200, map[string]any{"name": "ann", "roles": []string{"moderator"}})
		case strings.HasPrefix(r.URL.Path, "/v1/photos/0"):
			http.Redirect(w, r, "https://169.254.169.254/latest/meta-data", http.StatusFound)
		case strings.HasPrefix(r.URL.Path, "/v1/photos/1"):
			http.Redirect(w, r, "http"+strings.TrimPrefix(other.URL, "https")+"/x", http.StatusFound)
		default:
			http.Redirect(w, r, other.URL+"/x", http.StatusFound)
		}
	}))
	defer home.Close()
	opt := quick
	opt.RootCAs = home.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	h, err := NewHTTP(home.URL, testToken, opt)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if name, roles, err := h.Whoami(ctx); err != nil || name != "ann" || len(roles) != 1 {
		t.Fatalf("a redirect at home: %q %v %v", name, roles, err)
	}
	_, err = h.Changes(ctx, "", 10)
	wantKind(t, err, KindUnsafe)
	_, err = h.Decide(ctx, model.Decision{ID: "d1", CaseID: "e1.1"})
	wantKind(t, err, KindUnsafe)
	if posted.Load() != 1 {
		t.Errorf("the decision was posted %d times", posted.Load())
	}
	for _, c := range []string{"0", "1", "2"} {
		_, _, err = h.Photo(ctx, strings.Repeat(c, 64))
		wantKind(t, err, KindUnsafe) // metadata address, no https, loopback
	}
	h.guard.foreign = func(netip.Addr) bool { return true }
	_, body, err := h.Photo(ctx, strings.Repeat("2", 64))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(body); err != nil || string(got) != "picture" {
		t.Fatalf("%q %v", got, err)
	}
	if leaked.Load() > 0 {
		t.Error("the token went to another host")
	}
	// The system's roots do not know this certificate.
	h, _ = NewHTTP(home.URL, testToken, quick)
	_, _, err = h.Whoami(ctx)
	wantKind(t, err, KindUnsafe)
}

func TestAnswersThatAreCut(t *testing.T) {
	whole, _ := json.Marshal(onePage)
	cuts := []struct {
		name string
		cut  func(w http.ResponseWriter)
	}{
		{"by length", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write(whole[:len(whole)-7])
		}},
		{"without length", func(w http.ResponseWriter) {
			conn, buf, _ := w.(http.Hijacker).Hijack()
			_, _ = fmt.Fprintf(buf, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n%s", whole[:20])
			_ = buf.Flush()
			_ = conn.Close()
		}},
		{"in the header", func(w http.ResponseWriter) {
			conn, buf, _ := w.(http.Hijacker).Hijack()
			_, _ = fmt.Fprint(buf, "HTTP/1.1 200 OK\r\nContent-Ty")
			_ = buf.Flush()
			_ = conn.Close()
		}},
		{"packed", func(w http.ResponseWriter) {
			var z bytes.Buffer
			zw := gzip.NewWriter(&z)
			_, _ = zw.Write(whole)
			_ = zw.Close()
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(z.Bytes()[:z.Len()-4])
		}},
		{"by silence", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
			_, _ = w.Write(whole[:20])
			w.(http.Flusher).Flush()
			time.Sleep(500 * time.Millisecond)
		}},
	}
	for _, c := range cuts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			h := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if tries.Add(1) <= 2 {
					c.cut(w)
					return
				}
				_, _ = w.Write(whole)
			})
			page, err := h.Changes(context.Background(), "", 10)
			if err != nil || len(page.Changes) != 1 || page.Cursor != "c1" {
				t.Fatalf("%+v %v", page, err)
			}
			if tries.Load() != 3 {
				t.Errorf("%d tries", tries.Load())
			}
			// A decision is never sent twice by itself.
			tries.Store(0)
			_, err = h.Decide(context.Background(), model.Decision{ID: "d1", CaseID: "c"})
			wantKind(t, err, KindLost)
			if tries.Load() != 1 {
				t.Errorf("the decision was sent %d times", tries.Load())
			}
		})
	}
}

func TestAnswersThatAreWrong(t *testing.T) {
	big := bytes.Repeat([]byte(" "), 1<<20)
	cases := []struct {
		name, media, body string
		kind              Kind
	}{
		{"page of a hotel", "text/html; charset=utf-8", "<html>Welcome</html>", KindMalformed},
		{"no type", "-", `{"changes":[],"cursor":"c","has_more":false}`, KindMalformed},
		{"no cursor", "application/json", `{"changes":[],"has_more":false}`, KindMalformed},
		{"no changes", "application/json", `{"cursor":"c","has_more":false}`, KindMalformed},
		{"no has_more", "application/json", `{"changes":[],"cursor":"c"}`, KindMalformed},
		{"something follows", "application/json", `{"changes":[],"cursor":"c","has_more":false}{}`, KindMalformed},
		{"junk follows", "application/json", `{"changes":[],"cursor":"c","has_more":false}x`, KindMalformed},
		{"wrong shape", "application/json", `{"changes":{},"cursor":"c","has_more":false}`, KindMalformed},
		{"list", "application/json", `[]`, KindMalformed},
		{"empty", "application/json", ``, KindLost},
		{"huge", "application/json", "huge", KindTooLarge},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["Content-Type"] = []string{c.media}
				if c.media == "-" {
					w.Header()["Content-Type"] = nil
				}
				if c.body != "huge" {
					_, _ = io.WriteString(w, c.body)
					return
				}
				// Packed, so that only what comes out of it is over the limit.
				w.Header().Set("Content-Encoding", "gzip")
				w.(http.Flusher).Flush()
				z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
				for range 40 {
					_ = z.Flush()
					_, _ = z.Write(big)
				}
				_ = z.Close()
			})
			h.opt.IdleTimeout = 10 * time.Second // a busy machine packs slowly
			_, err := h.Changes(context.Background(), "", 10)
			wantKind(t, err, c.kind)
		})
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		status int
		name   string // of the problem; empty: no problem document
		kind   Kind
	}{
		{401, "unauthorized", KindUnauthorized},
		{401, "", KindUnauthorized},
		{403, "forbidden", KindForbidden},
		{404, "not-found", KindNotFound},
		{404, "", KindMalformed},
		{410, "cursor-gone", KindGone},
		{410, "", KindMalformed},
		{400, "cursor-foreign", KindForeign},
		{400, "invalid", KindInvalid},
		{412, "stale-case", KindStale},
		{409, "lease-held", KindLeaseHeld},
		{409, "lease-lost", KindLeaseLost},
		{428, "precondition-required", KindInvalid},
		{422, "key-reused", KindInvalid},
		{429, "throttled", KindThrottled},
		{429, "", KindThrottled},
		{503, "unavailable", KindUnavailable},
		{503, "", KindBroken},
		{502, "", KindBroken},
		{500, "never-heard-of", KindBroken},
		{418, "never-heard-of", KindInvalid},
		{304, "", KindMalformed},
	} {
		h := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if c.name == "" {
				w.Header().Set("Content-Type", "text/plain")
				w.WriteHeader(c.status)
				return
			}
			writeProblem(w, c.status, c.name, map[string]any{"detail": "because of " + testToken + "\x1b[31m\u202e."})
		})
		_, err := h.Decide(context.Background(), model.Decision{ID: "d", CaseID: "c"})
		e := asKind(t, err, c.kind)
		if strings.ContainsAny(e.Error(), "\x1b\u202e") {
			t.Errorf("control characters came through: %q", e.Error())
		}
	}
}

func TestAProblemThatIsCut(t *testing.T) {
	h := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Content-Length", "200")
		w.WriteHeader(404)
		_, _ = io.WriteString(w, `{"type":"urn:mensch:problem:not-found"`)
	})
	_, err := h.Decision(context.Background(), "d1")
	wantKind(t, err, KindLost)
}

func TestConflictCarriesTheirs(t *testing.T) {
	h := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("If-Match"); got != `"7"` {
			t.Errorf("If-Match %s", got)
		}
		if got := r.Header.Get("Idempotency-Key"); got != "d1" {
			t.Errorf("Idempotency-Key %s", got)
		}
		if r.URL.EscapedPath() != "/v1/cases/e%2F1.1/decisions" {
			t.Errorf("path %s", r.URL.EscapedPath())
		}
		writeProblem(w, 412, "stale-case", map[string]any{
			"case":     model.Case{ID: "e/1.1", Version: 8},
			"decision": model.Decision{ID: "d9", Moderator: "Ben"},
		})
	})
	_, err := h.Decide(context.Background(), model.Decision{ID: "d1", CaseID: "e/1.1", CaseVersion: 7})
	e := asKind(t, err, KindStale)
	if e.Problem.Decision == nil || e.Problem.Decision.ID != "d9" || e.Problem.Case.Version != 8 {
		t.Errorf("%+v", e.Problem)
	}
	if !strings.Contains(e.Error(), "Ben decided the case meanwhile") {
		t.Error(e.Error())
	}
	for _, id := range []string{"", ".", "..", "a b", "a\nb", strings.Repeat("a", 300)} {
		_, err := h.Decide(context.Background(), model.Decision{ID: "d1", CaseID: id})
		wantKind(t, err, KindInvalid)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"0", "", 0},
		{"7", "", 7 * time.Second},
		{" 7 ", "", 7 * time.Second},
		{"-7", "", 0},
		{"1.5", "", 0},
		{"soon", "", 0},
		{"99999999999999999999999999", "", time.Hour},
		{strings.Repeat("9", 400), "", time.Hour},
		{"Sun, 01 Mar 2026 12:00:30 GMT", "", 30 * time.Second},
		{"Sun, 01 Mar 2026 11:00:00 GMT", "", 0},
		{"Mon, 01 Mar 2027 12:00:00 GMT", "", time.Hour},
		// The platform's clock is an hour behind ours.
		{"Sun, 01 Mar 2026 11:00:30 GMT", "Sun, 01 Mar 2026 11:00:00 GMT", 30 * time.Second},
	} {
		header := http.Header{}
		header.Set("Retry-After", c.value)
		header.Set("Date", c.date)
		if got := retryAfter(header, now); got != c.want {
			t.Errorf("%q at %q: %s, want %s", c.value, c.date, got, c.want)
		}
	}
}

func TestThrottling(t *testing.T) {
	var tries atomic.Int32
	wait := "0"
	h := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if tries.Add(1) <= 2 {
			w.Header().Set("Retry-After", wait)
			writeProblem(w, 429, "throttled", nil)
			return
		}
		writeJSON(w, 200, onePage)
	})
	if _, err := h.Changes(context.Background(), "", 10); err != nil {
		t.Fatal(err)
	}
	h.opt.MaxWait = 2 * time.Second
	tries.Store(1)
	wait = "1"
	start := time.Now()
	if _, err := h.Changes(context.Background(), "", 10); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < time.Second {
		t.Errorf("came back after %s, not a second", took)
	}
	// A wish longer than anybody would wait for is handed up.
	tries.Store(0)
	wait = "600"
	_, err := h.Changes(context.Background(), "", 10)
	if e := asKind(t, err, KindThrottled); e.RetryAfter != 10*time.Minute || tries.Load() != 1 {
		t.Errorf("%s after %d tries", e.RetryAfter, tries.Load())
	}
}

func TestUnreachableAndCancelled(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	h, _ := NewHTTP(srv.URL, testToken, quick)
	srv.Close()
	_, err := h.Decide(context.Background(), model.Decision{ID: "d", CaseID: "c"})
	wantKind(t, err, KindUnreachable)

	block := make(chan struct{})
	h = serve(t, func(w http.ResponseWriter, r *http.Request) { <-block })
	defer close(block)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = h.Changes(ctx, "", 10)
	wantKind(t, err, KindCancelled)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is gone: %v", err)
	}
	// The platform's own silence is no cancelling.
	_, err = h.Decide(context.Background(), model.Decision{ID: "d", CaseID: "c"})
	if e := asKind(t, err, KindLost); !strings.Contains(e.Error(), "timeout") {
		t.Errorf("it does not say why: %v", e)
	}
}

func TestPhotoGoesOnWhereItBroke(t *testing.T) {
	photo := make([]byte, 300_000)
	for i := range photo {
		photo[i] = byte(rand.Uint32())
	}
	for _, ranges := range []bool{true, false} {
		var served atomic.Int64
		h := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body := photo
			status := 200
			if from := r.Header.Get("Range"); from != "" && ranges {
				var off int
				_, _ = fmt.Sscanf(from, "bytes=%d-", &off)
				if off == 0 || off > len(photo) {
					t.Errorf("range %q", from)
				}
				body, status = photo[off:], 206
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", off, len(photo)-1, len(photo)))
			}
			w.Header().Set("Content-Type", "image/jpeg")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			w.WriteHeader(status)
			n := len(body)
			if ranges || served.Load() < int64(len(photo)) {
				n = min(n, 1+rand.IntN(120_000))
			}
			served.Add(int64(n))
			_, _ = w.Write(body[:n])
		})
		h.opt.Tries = 50
		media, body, err := h.Photo(context.Background(), strings.Repeat("a", 64))
		if err != nil || media != "image/jpeg" {
			t.Fatal(media, err)
		}
		got, err := io.ReadAll(body)
		if err != nil || !bytes.Equal(got, photo) {
			t.Fatalf("ranges %v: %d bytes, %v", ranges, len(got), err)
		}
		if ranges && served.Load() != int64(len(photo)) {
			t.Errorf("%d bytes served for %d", served.Load(), len(photo))
		}
		_ = body.Close()
	}
}

func TestPhotosThatAreRefused(t *testing.T) {
	h := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path[len("/v1/photos/")] {
		case 'a':
			w.Header().Set("Content-Type", "text/html")
		case 'b':
			w.Header().Set("Content-Type", "image/svg+xml")
		case 'c':
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Content-Length", strconv.Itoa(MaxPhoto+1))
		case 'd':
			w.Header().Set("Content-Type", "image/png")
			chunk := make([]byte, 1<<20)
			for range 40 {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case 'e':
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = gzip.NewWriter(w).Write([]byte("x"))
		}
	})
	for c, kind := range map[string]Kind{"a": KindMalformed, "b": KindMalformed, "c": KindTooLarge, "d": KindTooLarge, "e": KindMalformed} {
		_, body, err := h.Photo(context.Background(), strings.Repeat(c, 64))
		if err == nil {
			var n int64
			n, err = io.Copy(io.Discard, body)
			if n > MaxPhoto {
				t.Errorf("%d bytes came through", n)
			}
			_ = body.Close()
		}
		wantKind(t, err, kind)
	}
	_, _, err := h.Photo(context.Background(), "../../v1/me")
	wantKind(t, err, KindInvalid)
}

func TestLeases(t *testing.T) {
	expires := time.Now().Add(time.Minute).UTC()
	h := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.URL.Path == "/v1/cases/held/lease":
			writeProblem(w, 409, "lease-held", map[string]any{"lease": model.Lease{CaseID: "held", Holder: "Ben", Token: 3, Expires: expires}})
		case r.Method == http.MethodPost:
			writeJSON(w, 201, model.Lease{CaseID: "c", Holder: "ann", Token: 4, Expires: expires})
		case r.Method == http.MethodPut && string(body) == `{"token":4}`:
			writeJSON(w, 200, model.Lease{CaseID: "c", Holder: "ann", Token: 4, Expires: expires})
		case r.Method == http.MethodDelete && r.URL.RawQuery == "token=4":
			w.WriteHeader(http.StatusNoContent)
		default:
			t.Errorf("%s %s %s", r.Method, r.URL, body)
		}
	})
	ctx := context.Background()
	lease, err := h.Lease(ctx, "c")
	if err != nil || lease.Token != 4 {
		t.Fatal(lease, err)
	}
	if lease, err = h.RenewLease(ctx, lease); err != nil {
		t.Fatal(err)
	}
	if err := h.ReleaseLease(ctx, lease); err != nil {
		t.Fatal(err)
	}
	_, err = h.Lease(ctx, "held")
	if e := asKind(t, err, KindLeaseHeld); !strings.Contains(e.Error(), "Ben holds the case until "+expires.Format("15:04")) {
		t.Error(e)
	}
}

// canned answers every request with the same bytes, without a network.
type canned struct {
	status int
	header http.Header
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Header: c.header, Body: io.NopCloser(bytes.NewReader(c.body)), ContentLength: -1,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
	}, nil
}

func FuzzAnswers(f *testing.F) {
	page, _ := json.Marshal(onePage)
	receipt, _ := json.Marshal(model.Receipt{Key: "d", Decision: model.Decision{ID: "d"}, ReceivedAt: time.Now()})
	f.Add(200, "application/json", "", page)
	f.Add(200, "application/json", "", receipt)
	f.Add(412, "application/problem+json", "3", []byte(`{"type":"urn:mensch:problem:stale-case","case":{"id":"c"},"decision":{"id":"d"}}`))
	f.Add(429, "application/problem+json", "Sun, 01 Mar 2026 12:00:30 GMT", []byte(`{}`))
	f.Add(206, "image/png", "", []byte("\x89PNG"))
	f.Add(302, "", "", []byte{})
	h, err := NewHTTP("http://127.0.0.1:9", testToken, HTTPOptions{Tries: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, status int, media, after string, body []byte) {
		h.client.Transport = canned{status: status, header: http.Header{"Content-Type": {media}, "Retry-After": {after}}, body: body}
		ctx := context.Background()
		check := func(err error) {
			var e *Error
			if err == nil {
				return
			}
			if !errors.As(err, &e) {
				t.Fatalf("%T is no *Error: %v", err, err)
			}
			if e.Error() == "" || e.RetryAfter < 0 || e.RetryAfter > maxRetry {
				t.Fatalf("%+v", e)
			}
		}
		page, err := h.Changes(ctx, "", 10)
		check(err)
		if err == nil && (page.Cursor == "" || page.Changes == nil) {
			t.Fatalf("a page without a cursor or changes came through: %+v", page)
		}
		receipt, err := h.Decide(ctx, model.Decision{ID: "d", CaseID: "c"})
		check(err)
		if err == nil && receipt.Key != "d" {
			t.Fatalf("another's receipt came through: %+v", receipt)
		}
		_, rc, err := h.Photo(ctx, strings.Repeat("a", 64))
		check(err)
		if err == nil {
			_, err = io.Copy(io.Discard, rc)
			check(err)
			_ = rc.Close()
		}
	})
}
