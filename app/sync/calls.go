package sync

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"mensch/app/model"
)

// What was kept and what to do, for each direction.
const (
	hintPull  = "What was fetched so far is kept; the next sync goes on from there."
	hintPush  = "The decision is kept in the outbox."
	hintLease = "The case can still be read, and decided without a claim."
	maxCursor = 4096
	maxTaken  = 10 * maxPage // changes in a page, whatever was asked for
)

var photoID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Whoami implements Platform.
func (h *HTTP) Whoami(ctx context.Context) (name string, roles []string, err error) {
	c := call{
		op: "log in", hint: "What is stored here can still be read.",
		method: http.MethodGet, path: []string{"v1", "me"}, want: []int{http.StatusOK},
	}
	type me struct {
		Name  string   `json:"name"`
		Roles []string `json:"roles"`
	}
	who, err := retry(ctx, h, c, func() (me, error) {
		var m me
		err := h.json(ctx, c, &m)
		if err == nil && m.Name == "" {
			err = h.malformed(c, "no name")
		}
		return m, err
	})
	return who.Name, who.Roles, err
}

// Changes implements Platform.
func (h *HTTP) Changes(ctx context.Context, cursor string, limit int) (model.ChangePage, error) {
	limit = min(max(limit, 1), maxPage)
	c := call{
		op: "fetch the changes", hint: hintPull, method: http.MethodGet, path: []string{"v1", "changes"},
		query: url.Values{"cursor": {cursor}, "limit": {strconv.Itoa(limit)}}, want: []int{http.StatusOK},
	}
	return retry(ctx, h, c, func() (model.ChangePage, error) {
		// Pointers, because a member that is missing is not one that is empty.
		var wire struct {
			Changes *[]model.Change `json:"changes"`
			Cursor  string          `json:"cursor"`
			HasMore *bool           `json:"has_more"`
			Total   int64           `json:"total"`
		}
		if err := h.json(ctx, c, &wire); err != nil {
			return model.ChangePage{}, err
		}
		switch {
		case wire.Changes == nil || wire.HasMore == nil || wire.Cursor == "":
			return model.ChangePage{}, h.malformed(c, "a page without changes, cursor or has_more")
		case len(wire.Cursor) > maxCursor:
			return model.ChangePage{}, h.malformed(c, "a cursor of over 4096 bytes")
		case len(*wire.Changes) > maxTaken:
			return model.ChangePage{}, h.malformed(c, fmt.Sprintf("%d changes where %d were asked for", len(*wire.Changes), limit))
		}
		return model.ChangePage{Changes: *wire.Changes, Cursor: wire.Cursor, HasMore: *wire.HasMore, Total: max(wire.Total, 0)}, nil
	})
}

// Decide implements Platform. It sends once: whether and when to send again is
// the outbox's to say.
func (h *HTTP) Decide(ctx context.Context, d model.Decision) (model.Receipt, error) {
	c := call{
		op: "send the decision", hint: hintPush, method: http.MethodPost,
		path: []string{"v1", "cases", d.CaseID, "decisions"}, body: d,
		header: http.Header{
			"Idempotency-Key": {d.ID},
			"If-Match":        {`"` + strconv.FormatInt(d.CaseVersion, 10) + `"`},
		},
		want: []int{http.StatusCreated, http.StatusOK},
	}
	if err := usable(c, d.ID, d.CaseID); err != nil {
		return model.Receipt{}, err
	}
	return h.receipt(ctx, c, d.ID)
}

// Decision implements Platform.
func (h *HTTP) Decision(ctx context.Context, key string) (model.Receipt, error) {
	c := call{
		op: "ask what became of the decision", hint: hintPush, method: http.MethodGet,
		path: []string{"v1", "decisions", key}, want: []int{http.StatusOK},
	}
	if err := usable(c, key); err != nil {
		return model.Receipt{}, err
	}
	return retry(ctx, h, c, func() (model.Receipt, error) { return h.receipt(ctx, c, key) })
}

func (h *HTTP) receipt(ctx context.Context, c call, key string) (model.Receipt, error) {
	var r model.Receipt
	if err := h.json(ctx, c, &r); err != nil {
		return model.Receipt{}, err
	}
	if r.Key != key || r.Decision.ID != key || r.ReceivedAt.IsZero() {
		return model.Receipt{}, h.malformed(c, "a receipt for something else")
	}
	return r, nil
}

// Lease implements Platform.
func (h *HTTP) Lease(ctx context.Context, caseID string) (model.Lease, error) {
	return h.lease(ctx, call{op: "claim the case", method: http.MethodPost, path: leasePath(caseID)}, caseID)
}

// RenewLease implements Platform.
func (h *HTTP) RenewLease(ctx context.Context, lease model.Lease) (model.Lease, error) {
	return h.lease(ctx, call{
		op: "renew the claim on the case", method: http.MethodPut, path: leasePath(lease.CaseID),
		body: map[string]int64{"token": lease.Token},
	}, lease.CaseID)
}

// ReleaseLease implements Platform.
func (h *HTTP) ReleaseLease(ctx context.Context, lease model.Lease) error {
	c := call{
		op: "give the case back", hint: "The claim runs out by itself.", method: http.MethodDelete,
		path: leasePath(lease.CaseID), query: url.Values{"token": {strconv.FormatInt(lease.Token, 10)}},
		want: []int{http.StatusNoContent, http.StatusOK},
	}
	if err := usable(c, lease.CaseID); err != nil {
		return err
	}
	resp, err := h.once(ctx, c, maxProblem)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func leasePath(caseID string) []string { return []string{"v1", "cases", caseID, "lease"} }

func (h *HTTP) lease(ctx context.Context, c call, caseID string) (model.Lease, error) {
	c.hint, c.want = hintLease, []int{http.StatusCreated, http.StatusOK}
	if err := usable(c, caseID); err != nil {
		return model.Lease{}, err
	}
	var l model.Lease
	if err := h.json(ctx, c, &l); err != nil {
		return model.Lease{}, err
	}
	if l.CaseID != caseID || l.Token <= 0 || l.Expires.IsZero() {
		return model.Lease{}, h.malformed(c, "a claim on something else")
	}
	return l, nil
}

func (h *HTTP) malformed(c call, why string) error {
	return &Error{Op: c.op, Kind: KindMalformed, Hint: c.hint, Err: errors.New(h.redact(why))}
}

// usable refuses names that cannot stand in a path or header: they would reach
// another resource, or none.
func usable(c call, names ...string) error {
	for _, n := range names {
		if n == "" || n == "." || n == ".." || len(n) > 256 || strings.ContainsFunc(n, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return &Error{
				Op: c.op, Kind: KindInvalid, Hint: c.hint,
				Problem: &Problem{Detail: "the name " + strconv.QuoteToASCII(tidy(n, 40)) + " cannot be sent"},
			}
		}
	}
	return nil
}

// Photo implements Platform. A photo whose connection breaks is taken up again
// at the byte where it broke.
func (h *HTTP) Photo(ctx context.Context, id string) (string, io.ReadCloser, error) {
	b := &photoBody{h: h, ctx: ctx, id: id, total: -1, back: h.backOff()}
	if !photoID.MatchString(id) {
		return "", nil, &Error{Op: b.call().op, Kind: KindInvalid, Problem: &Problem{Detail: "it is named by no SHA-256"}}
	}
	if err := b.open(); err != nil {
		return "", nil, err
	}
	return b.media, b, nil
}

// photoBody reads a photo over as many connections as it takes.
type photoBody struct {
	h     *HTTP
	ctx   context.Context
	id    string
	media string
	off   int64 // bytes handed on
	total int64 // -1: not told
	rc    io.ReadCloser
	back  backoff.BackOff
	cuts  int // since the last byte
	err   error
}

func (b *photoBody) call() call {
	c := call{
		op: "fetch a photo", hint: hintPull, method: http.MethodGet, path: []string{"v1", "photos", b.id},
		foreign: true, long: true, want: []int{http.StatusOK},
		// Offsets count the photo's own bytes, so nothing may be packed.
		header: http.Header{"Accept": {"image/*"}, "Accept-Encoding": {"identity"}},
	}
	if b.off > 0 {
		c.header["Range"] = []string{fmt.Sprintf("bytes=%d-", b.off)}
		c.header["If-Range"] = []string{`"` + b.id + `"`}
		c.want = append(c.want, http.StatusPartialContent)
	}
	return c
}

// open begins to read at off.
func (b *photoBody) open() error {
	c := b.call()
	resp, err := retry(b.ctx, b.h, c, func() (*http.Response, error) { return b.h.once(b.ctx, c, MaxPhoto) })
	if err != nil {
		return err
	}
	refuse := func(why string) error {
		_ = resp.Body.Close()
		return b.h.malformed(c, why)
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(media, "image/") || media == "image/svg+xml" {
		return refuse(fmt.Sprintf("content type %q", media))
	}
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return refuse(fmt.Sprintf("packed as %q", tidy(enc, 20)))
	}
	whole := resp.ContentLength
	if resp.StatusCode == http.StatusPartialContent {
		var from, to int64
		if _, err := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/", &from, &to); err != nil || from != b.off {
			return refuse("another part than was asked for")
		}
		if whole >= 0 {
			whole += b.off
		}
	} else if b.off > 0 {
		// It gave the whole again.
		if _, err := io.CopyN(io.Discard, resp.Body, b.off); err != nil {
			_ = resp.Body.Close()
			return b.h.failed(b.ctx, b.ctx, c, err, true)
		}
	}
	b.rc, b.media = resp.Body, media
	if b.total < 0 {
		b.total = whole
	}
	return nil
}

func (b *photoBody) Read(p []byte) (int, error) {
	for {
		if b.err != nil {
			return 0, b.err
		}
		if b.rc == nil {
			if b.err = b.open(); b.err != nil {
				if !b.again(b.err) {
					return 0, b.err
				}
				continue
			}
		}
		n, err := b.rc.Read(p)
		b.off += int64(n)
		if n > 0 {
			b.cuts = 0
			b.back.Reset()
		}
		if b.off > MaxPhoto {
			b.err = &Error{Op: b.call().op, Kind: KindTooLarge, Hint: hintPull, Err: fmt.Errorf("over %d MiB", MaxPhoto>>20)}
			return n, b.err
		}
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			if b.total < 0 || b.off == b.total {
				b.err = io.EOF
				return n, io.EOF
			}
			err = b.h.failed(b.ctx, b.ctx, b.call(), io.ErrUnexpectedEOF, true)
		}
		if err != nil {
			_ = b.rc.Close()
			b.rc = nil
			b.err = err
			if !b.again(err) {
				return n, err
			}
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
}

// again waits and clears the error if another try makes sense.
func (b *photoBody) again(err error) bool {
	b.cuts++
	if KindOf(err) != KindLost || b.cuts >= b.h.opt.Tries {
		return false
	}
	wait := b.back.NextBackOff()
	if b.cuts == 1 {
		// A connection that carried bytes and broke is taken up at once.
		wait = 0
	}
	if b.h.opt.Notify != nil {
		b.h.opt.Notify(err, wait)
	}
	select {
	case <-b.ctx.Done():
		return false
	case <-time.After(wait):
		b.err = nil
		return true
	}
}

func (b *photoBody) Close() error {
	b.err = errors.New("closed")
	if b.rc == nil {
		return nil
	}
	return b.rc.Close()
}

var _ Platform = (*HTTP)(nil)
