package sync

import (
	"context"
	"net/http"

	"mensch/app/model"
)

// HeadKeeper is a platform that keeps heads of audit logs, out of reach of
// whoever could roll a store back. *HTTP is one; not every Platform need be.
// Errors are *Error: KindNotFound where nothing is known of the log yet,
// KindRolledBack where a head does not continue what is known.
type HeadKeeper interface {
	KnownLog(ctx context.Context, origin string) (model.KnownLog, error)
	KeepHead(ctx context.Context, origin string, head model.NewHead) error
}

const hintHead = "The audit log itself is kept here; the next sync tries again."

// KnownLog implements HeadKeeper.
func (h *HTTP) KnownLog(ctx context.Context, origin string) (model.KnownLog, error) {
	c := call{
		op: "ask what the platform knows of the audit log", hint: hintHead, method: http.MethodGet,
		path: []string{"v1", "audit", origin}, want: []int{http.StatusOK},
	}
	if err := usable(c, origin); err != nil {
		return model.KnownLog{}, err
	}
	return retry(ctx, h, c, func() (model.KnownLog, error) {
		var known model.KnownLog
		err := h.json(ctx, c, &known)
		if err == nil && (known.Origin != origin || known.Key == "" || len(known.Heads) == 0) {
			err = h.malformed(c, "the heads of another log")
		}
		return known, err
	})
}

// KeepHead implements HeadKeeper. The same head may be sent any number of times.
func (h *HTTP) KeepHead(ctx context.Context, origin string, head model.NewHead) error {
	c := call{
		op: "leave the audit log's head with the platform", hint: hintHead, method: http.MethodPut,
		path: []string{"v1", "audit", origin}, body: head, want: []int{http.StatusCreated, http.StatusOK},
	}
	if err := usable(c, origin); err != nil {
		return err
	}
	_, err := retry(ctx, h, c, func() (struct{}, error) {
		var known model.KnownLog
		err := h.json(ctx, c, &known)
		if err == nil && (len(known.Heads) == 0 || known.Heads[0].Head != head.Head && known.Key != head.Key) {
			err = h.malformed(c, "another head than was sent")
		}
		return struct{}{}, err
	})
	return err
}

var _ HeadKeeper = (*HTTP)(nil)
