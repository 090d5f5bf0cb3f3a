package shell

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// Panic is a panic in background work, caught.
type Panic struct {
	Value any
	Stack string
}

func (p *Panic) Error() string { return fmt.Sprintf("the program made a mistake: %v", p.Value) }

// Work is a piece of a screen that is filled off the UI thread. Loads of one
// Work that is cancelled, or replaced by a newer Load, never come back: their
// context ends, and their result is dropped. Use one Work for everything that
// belongs together (a screen's content), another for what is independent.
//
// All methods are called on the UI thread.
type Work struct {
	sh      *Shell
	ctx     context.Context
	cancel  context.CancelFunc
	round   int
	pending int
	busy    bool
	onBusy  func(bool)
}

// Work makes a Work. busy, if not nil, is called on the UI thread with true
// when a load takes longer than 150 ms, and with false when nothing is under
// way any more.
func (s *Shell) Work(busy func(bool)) *Work { return &Work{sh: s, onBusy: busy} }

// Cancel ends everything under way.
func (w *Work) Cancel() {
	w.round++
	if w.cancel != nil {
		w.cancel()
		w.cancel = nil
	}
	w.pending = 0
	w.setBusy(false)
}

// Pending reports whether something is under way.
func (w *Work) Pending() bool { return w.pending > 0 }

func (w *Work) setBusy(busy bool) {
	if w.busy != busy {
		w.busy = busy
		if w.onBusy != nil {
			w.onBusy(busy)
		}
	}
}

// Load cancels what the Work has under way, runs work in the background, and
// done on the UI thread with its result. A panic in work comes as an error of
// type *Panic. After a cancellation done is not called.
func Load[T any](w *Work, work func(context.Context) (T, error), done func(T, error)) {
	w.Cancel()
	Also(w, work, done)
}

// Also is Load beside what is under way.
func Also[T any](w *Work, work func(context.Context) (T, error), done func(T, error)) {
	if w.cancel == nil {
		w.ctx, w.cancel = context.WithCancel(w.sh.ctx)
	}
	ctx, round := w.ctx, w.round
	w.pending++
	if w.pending == 1 && w.onBusy != nil {
		w.sh.After(150*time.Millisecond, func() {
			if w.round == round && w.pending > 0 {
				w.setBusy(true)
			}
		})
	}
	w.sh.opts.Go(func() {
		value, err := guard(ctx, work)
		w.sh.Do(func() {
			if w.round != round {
				return
			}
			w.pending--
			if w.pending == 0 {
				w.setBusy(false)
			}
			if errors.Is(err, context.Canceled) && ctx.Err() != nil {
				return
			}
			done(value, err)
		})
	})
}

// Act runs work that must not be cut off by leaving the screen, such as
// keeping a verdict, and done on the UI thread. It ends with the program only.
func Act[T any](s *Shell, work func(context.Context) (T, error), done func(T, error)) {
	ctx := s.ctx
	s.opts.Go(func() {
		value, err := guard(ctx, work)
		s.Do(func() { done(value, err) })
	})
}

// None is the value of work that has no result.
type None struct{}

// Just makes work without a result out of a function that can only fail.
func Just(f func(context.Context) error) func(context.Context) (None, error) {
	return func(ctx context.Context) (None, error) { return None{}, f(ctx) }
}

func guard[T any](ctx context.Context, work func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &Panic{Value: v, Stack: string(debug.Stack())}
		}
	}()
	return work(ctx)
}

// Do runs f on the UI thread, soon. Use it from goroutines only.
func (s *Shell) Do(f func()) {
	s.opts.Do(func() {
		defer s.caught("drawing the window")
		f()
	})
}

// After runs f on the UI thread after a time, unless stop is called before.
func (s *Shell) After(d time.Duration, f func()) (stop func()) {
	return s.opts.After(d, func() { s.Do(f) })
}

// realAfter is After by the clock.
func realAfter(d time.Duration, f func()) func() {
	var once sync.Once
	stopped := make(chan struct{})
	t := time.AfterFunc(d, func() {
		select {
		case <-stopped:
		default:
			f()
		}
	})
	return func() {
		once.Do(func() { close(stopped) })
		t.Stop()
	}
}

// caught shows a panic on the UI thread as an error instead of ending the
// program with unsent work.
func (s *Shell) caught(doing string) {
	if v := recover(); v != nil {
		s.Fail(doing, &Panic{Value: v, Stack: string(debug.Stack())})
	}
}
