package platform

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"mensch/app/model"
)

// problemType is the urn that ends each problem's type.
type problemType string

// The types of problem that the contract names.
const (
	unauthorized         problemType = "unauthorized"
	forbidden            problemType = "forbidden"
	notFound             problemType = "not-found"
	cursorGone           problemType = "cursor-gone"
	cursorForeign        problemType = "cursor-foreign"
	invalid              problemType = "invalid"
	staleCase            problemType = "stale-case"
	leaseLost            problemType = "lease-lost"
	leaseHeld            problemType = "lease-held"
	preconditionRequired problemType = "precondition-required"
	keyReused            problemType = "key-reused"
	approvalRequired     problemType = "approval-required"
	proposalOpen         problemType = "proposal-open"
	proposalClosed       problemType = "proposal-closed"
	throttled            problemType = "throttled"
	unavailable          problemType = "unavailable"
	logRolledBack        problemType = "log-rolled-back"
)

var titles = map[problemType]string{
	unauthorized:         "A valid token is needed",
	forbidden:            "The token's roles do not allow this",
	notFound:             "There is no such thing here",
	cursorGone:           "The feed was compacted behind this cursor",
	cursorForeign:        "The cursor is not of this server",
	invalid:              "The request cannot be taken as it is",
	staleCase:            "The case changed since it was read",
	leaseLost:            "The lease is no longer yours",
	leaseHeld:            "Somebody else holds the case",
	preconditionRequired: "If-Match is needed",
	keyReused:            "The key was used for another decision",
	approvalRequired:     "A second person must agree first",
	proposalOpen:         "A proposal waits for a second person",
	proposalClosed:       "The proposal was answered already, or is over",
	throttled:            "Too many requests",
	unavailable:          "The platform cannot answer now",
	logRolledBack:        "The audit log is not the continuation of the one that is known",
}

// problem is an RFC 9457 answer. It is also the error that the steps of a
// request return, so that a refusal rolls its transaction back.
type problem struct {
	Type     string          `json:"type"`
	Title    string          `json:"title"`
	Status   int             `json:"status"`
	Detail   string          `json:"detail,omitempty"`
	Case     *model.Case     `json:"case,omitempty"`
	Decision *model.Decision `json:"decision,omitempty"`
	Lease    *model.Lease    `json:"lease,omitempty"`
	Approval *model.Approval `json:"approval,omitempty"`

	retryAfter time.Duration
	allow      string
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

func refuse(status int, kind problemType, format string, args ...any) *problem {
	return &problem{
		Type:   "urn:mensch:problem:" + string(kind),
		Title:  titles[kind],
		Status: status,
		Detail: fmt.Sprintf(format, args...),
	}
}

// fail answers with err: as it is when it is a problem, else as 500 without
// its words, which go to the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var p *problem
	switch {
	case errors.As(err, &p):
	case r.Context().Err() != nil:
		// The other side is gone; nobody reads the answer.
		p = refuse(http.StatusServiceUnavailable, unavailable, "The request was cut off.")
		p.retryAfter = time.Second
	default:
		s.opts.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		p = refuse(http.StatusInternalServerError, unavailable, "The platform could not do this. It is noted in its log.")
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	switch p.Status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		h.Set("Retry-After", strconv.Itoa(max(1, int((p.retryAfter+time.Second-1)/time.Second))))
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="mensch"`)
	case http.StatusMethodNotAllowed:
		h.Set("Allow", p.allow)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

// answer writes a JSON body.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		s.fail(w, r, fmt.Errorf("encoding the answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}
