package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/cenkalti/backoff/v5"

	"mensch/app/model"
)

// Kind says what went wrong between here and the platform, as far as a caller
// decides differently on it.
type Kind string

// The kinds of Error.
const (
	KindUnreachable  Kind = "unreachable"  // no connection: the request never left
	KindLost         Kind = "lost"         // the connection broke or timed out after the request left; it may have arrived
	KindCancelled    Kind = "cancelled"    // the caller stopped it
	KindUnauthorized Kind = "unauthorized" // 401
	KindForbidden    Kind = "forbidden"    // 403
	KindNotFound     Kind = "not found"    // 404
	KindGone         Kind = "gone"         // 410: the feed was compacted behind the cursor
	KindForeign      Kind = "foreign"      // the cursor, or the outbox, belongs to another platform
	KindInvalid      Kind = "invalid"      // 400, 422, 428: refused for good
	KindStale        Kind = "stale"        // 412: the case changed
	KindLeaseHeld    Kind = "lease held"   // 409: somebody holds the case
	KindLeaseLost    Kind = "lease lost"   // 409: the case was claimed after our claim ran out
	KindRolledBack   Kind = "rolled back"  // 409: the audit log is not the continuation of what the platform knows
	KindClosed       Kind = "closed"       // 409: the proposal was answered already, or is over
	KindThrottled    Kind = "throttled"    // 429
	KindUnavailable  Kind = "unavailable"  // 503 in the platform's own words: it did nothing
	KindBroken       Kind = "broken"       // any other 5xx: it may have done something
	KindTooLarge     Kind = "too large"    // the answer is over its limit
	KindMalformed    Kind = "malformed"    // the answer is complete, and not one of the contract
	KindUnsafe       Kind = "unsafe"       // the address, the redirect or the certificate may not be trusted
)

// Error is what went wrong with the platform. Its text is a sentence or two for
// the moderator: what happened, what was kept, what to do. It never holds the
// token.
type Error struct {
	Op         string        // what was tried, after "Could not": "send the decision"
	Kind       Kind          // what went wrong
	RetryAfter time.Duration // the platform's wish, 0 to an hour; 0: none
	Hint       string        // what was kept and what to do, a sentence
	Err        error         // the cause; may be nil
	Problem    *Problem      // what the platform said about it; may be nil
}

// Problem is the platform's own account of an error (RFC 9457).
type Problem struct {
	Type     string          `json:"type"`
	Title    string          `json:"title"`
	Status   int             `json:"status"`
	Detail   string          `json:"detail"`
	Case     *model.Case     `json:"case,omitempty"`     // of a stale case
	Decision *model.Decision `json:"decision,omitempty"` // that stands on a stale case
	Lease    *model.Lease    `json:"lease,omitempty"`    // that holds the case
	Approval *model.Approval `json:"approval,omitempty"` // the proposal as it stands
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("Could not ")
	b.WriteString(e.Op)
	b.WriteString(": ")
	b.WriteString(e.what())
	b.WriteString(".")
	if e.Hint != "" {
		b.WriteString(" ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// As lets the back-off find the wait that the platform asked for.
func (e *Error) As(target any) bool {
	after, ok := target.(**backoff.RetryAfterError)
	if !ok || e.RetryAfter <= 0 {
		return false
	}
	*after = &backoff.RetryAfterError{Duration: e.RetryAfter}
	return true
}

func (e *Error) what() string {
	cause := ""
	if e.Err != nil {
		cause = " (" + tidy(e.Err.Error(), 200) + ")"
	}
	said := ""
	if e.Problem != nil {
		said = tidy(e.Problem.Detail, 300)
		if said == "" {
			said = tidy(e.Problem.Title, 300)
		}
	}
	saying := ""
	if said != "" {
		saying = ", it says: " + strings.TrimRight(said, ".")
	}
	switch e.Kind {
	case KindUnreachable:
		return "the platform cannot be reached" + cause
	case KindLost:
		return "the connection broke before the answer was complete" + cause
	case KindCancelled:
		return "it was stopped"
	case KindUnauthorized:
		return "the platform does not accept the token"
	case KindForbidden:
		return "the platform does not allow it to this token" + saying
	case KindNotFound:
		return "the platform does not have it" + saying
	case KindGone:
		return "the platform no longer keeps the changes since the last sync"
	case KindForeign:
		return "what is stored here belongs to another platform" + cause
	case KindInvalid:
		if e.Problem != nil && e.Problem.Status == 0 && said != "" {
			return strings.TrimRight(said, ".") // nobody but this program refuses it
		}
		return "the platform refuses it" + saying
	case KindRolledBack:
		return "the audit log is not the continuation of the one that the platform knows" + saying
	case KindStale:
		if e.Problem != nil && e.Problem.Decision != nil && e.Problem.Decision.Moderator != "" {
			return tidy(e.Problem.Decision.Moderator, 80) + " decided the case meanwhile"
		}
		return "the case changed at the platform meanwhile"
	case KindLeaseHeld:
		if e.Problem != nil && e.Problem.Lease != nil && e.Problem.Lease.Holder != "" {
			return fmt.Sprintf("%s holds the case until %s UTC", tidy(e.Problem.Lease.Holder, 80), e.Problem.Lease.Expires.UTC().Format("15:04"))
		}
		return "somebody else holds the case"
	case KindClosed:
		return "the proposal was answered already, or is over" + saying
	case KindLeaseLost:
		return "the claim on the case ran out and somebody else claimed it"
	case KindThrottled:
		return "the platform asks to send less" + wait(e.RetryAfter)
	case KindUnavailable:
		return "the platform is out of service for now" + wait(e.RetryAfter) + saying
	case KindBroken:
		return "the platform failed" + cause + saying
	case KindTooLarge:
		return "the answer is larger than allowed" + cause
	case KindUnsafe:
		return "the connection is not safe" + cause
	default:
		return "the answer is not one of a Mensch platform" + cause
	}
}

func wait(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return " for " + d.Round(time.Second).String()
}

// KindOf gives the kind of the *Error in err's chain, KindCancelled for a
// context's error, and "" for anything else.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return KindCancelled
	}
	return ""
}

// passing reports whether the same request may well succeed a little later.
func (k Kind) passing() bool {
	switch k {
	case KindUnreachable, KindLost, KindThrottled, KindUnavailable, KindBroken:
		return true
	}
	return false
}

// tidy makes foreign text fit for one line of a message.
func tidy(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		// Besides control characters, this drops the bidirectional marks
		// that could make a sentence read as something else.
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}
