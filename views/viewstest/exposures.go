package viewstest

import (
	"context"
	"sync/atomic"

	"mensch/app"
)

// Exposures is the part of a desk that counts what was looked at. A screen counts
// several things at once, each in the background.
type Exposures struct {
	seen   atomic.Int64
	Budget int // from which a break is suggested
}

// Seen is how much was looked at.
func (e *Exposures) Seen() int { return int(e.seen.Load()) }

// Expose counts one thing.
func (e *Exposures) Expose(ctx context.Context, _ string) (app.Exposure, error) {
	e.seen.Add(1)
	return e.Exposure(ctx)
}

// Exposure gives the count and the budget.
func (e *Exposures) Exposure(context.Context) (app.Exposure, error) {
	return app.Exposure{Seen: e.Seen(), Budget: e.Budget}, nil
}
