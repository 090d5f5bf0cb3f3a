// Package sync carries changes from the platform into the local store and
// decisions back. It holds the port that a platform is seen through
// (Platform), the adapter that speaks the contract over HTTP (NewHTTP), and the
// two directions: Pull and Push.
//
// Both directions may be cut at any byte, and begun again: a page of changes
// lands together with its cursor, a photo lands whole or not at all, and a
// decision is written down as "sending" before its request leaves. A decision
// whose answer was lost is asked for by its key before it is sent again, so that
// it is neither lost nor doubled.
package sync

import (
	"context"
	"io"
	"time"

	"mensch/app/model"
)

// Platform is the other end of the wire. *HTTP implements it. Errors are
// *Error, so that a caller can decide on their Kind.
type Platform interface {
	// Changes gives the page of the feed behind the cursor; the empty cursor
	// is the beginning. limit is 1 to 1000.
	Changes(ctx context.Context, cursor string, limit int) (model.ChangePage, error)
	// Photo opens a photo by the SHA-256 of its bytes. The reader ends with an
	// *Error if the photo could not be read to its end.
	Photo(ctx context.Context, id string) (mediaType string, body io.ReadCloser, err error)
	// Decide sends a decision under its ID as Idempotency-Key: the same
	// decision may be sent any number of times, and counts once.
	Decide(ctx context.Context, d model.Decision) (model.Receipt, error)
	// Decision asks what became of a decision: KindNotFound if it never came.
	Decision(ctx context.Context, key string) (model.Receipt, error)
	// Propose lays a decision before a second person, under its ID as
	// Idempotency-Key, as Decide sends one.
	Propose(ctx context.Context, d model.Decision) (model.Approval, error)
	// Approval tells how a proposal stands: KindNotFound if it never came.
	Approval(ctx context.Context, id string) (model.Approval, error)
	// Answer sends the second person's word, or the proposer's withdrawal,
	// under its ID as Idempotency-Key.
	Answer(ctx context.Context, a model.ApprovalAnswer) (model.Approval, error)
	// File opens a file of an appeal by the SHA-256 of its bytes.
	File(ctx context.Context, id string) (body io.ReadCloser, err error)
	Lease(ctx context.Context, caseID string) (model.Lease, error)
	RenewLease(ctx context.Context, lease model.Lease) (model.Lease, error)
	ReleaseLease(ctx context.Context, lease model.Lease) error
	// Whoami says whom the token belongs to, and what they may do.
	Whoami(ctx context.Context) (name string, roles []string, err error)
}

// Store is what Pull and Push need of the local store: a part of
// app.SyncStore, where each method is described.
type Store interface {
	SyncState(ctx context.Context) (model.SyncState, error)
	ApplyPage(ctx context.Context, server, from string, page model.ChangePage) (model.PageResult, error)
	BeginSweep(ctx context.Context, server string) error
	EndSweep(ctx context.Context) (deleted int, err error)
	ResetServer(ctx context.Context, server string) error

	MissingPhotos(ctx context.Context, after string, limit int) ([]string, error)
	SavePhoto(ctx context.Context, id, mediaType string, r io.Reader) error
	FaultPhoto(ctx context.Context, id, fault string) error

	NextOutbox(ctx context.Context, now time.Time) (model.OutboxEntry, error)
	SettleOutbox(ctx context.Context, change model.OutboxChange) error
	RecoverOutbox(ctx context.Context, now time.Time) (int, error)
	Outbox(ctx context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error)

	MissingFiles(ctx context.Context, after string, limit int) ([]string, error)
	SaveFile(ctx context.Context, id string, r io.Reader) error
	FaultFile(ctx context.Context, id, fault string) error

	NextAnswer(ctx context.Context, now time.Time) (model.AnswerEntry, error)
	SettleAnswer(ctx context.Context, change model.AnswerChange) error
}

// Options say how to pull and push. The zero value is good.
type Options struct {
	PageSize int // changes in a page, 1 to 1000; 0: 500
	Workers  int // photos fetched at a time, 1 to 16; 0: 4
	// Progress is told of every page, photo and decision, from any goroutine
	// but never from two at a time. It must return soon.
	Progress func(Progress)
	Now      func() time.Time // nil: time.Now
	// Server is the name under which the store keeps the cursor. Empty: the
	// platform's own base address, if it has a Server method as *HTTP does.
	Server string
}

// The phases of a Progress.
const (
	PhaseChanges = "changes"
	PhasePhotos  = "photos"
	PhaseSending = "sending"
)

// Progress says how far a pull or a push has come.
type Progress struct {
	Phase string
	Done  int64
	Total int64 // 0: not known
}

// MaxPhoto is the most bytes a photo may have.
const MaxPhoto = 32 << 20

const (
	defaultPage    = 500
	maxPage        = 1000
	defaultWorkers = 4
	maxWorkers     = 16
)

func (o Options) withDefaults(p Platform) Options {
	if o.PageSize <= 0 {
		o.PageSize = defaultPage
	}
	o.PageSize = min(o.PageSize, maxPage)
	if o.Workers <= 0 {
		o.Workers = defaultWorkers
	}
	o.Workers = min(o.Workers, maxWorkers)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if named, ok := p.(interface{ Server() string }); ok && o.Server == "" {
		o.Server = named.Server()
	}
	return o
}
