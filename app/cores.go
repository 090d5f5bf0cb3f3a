package app

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// onAllCores does something for 0 to n-1, as many at once as there are
// processors, and gives the first error; the others are told by their context.
func onAllCores(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error { return do(gctx, i) })
	}
	return group.Wait()
}
