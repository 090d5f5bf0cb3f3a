// Package viewstest holds what the tests of the screens share: a desk with a
// rich made-up community, a pump that runs background work and the UI thread
// without races, and a keyboard.
package viewstest

import (
	"sync"
	"time"
)

// Pump runs what the shell starts in the background in real goroutines, and
// what comes back on the goroutine of the test, as the UI thread of a real
// window would. Its clock stands still unless moved.
type Pump struct {
	mu      sync.Mutex
	wake    *sync.Cond
	queue   []func()
	timers  []*timer
	under   int
	now     time.Time
	longest time.Duration // of one call on the UI thread
}

type timer struct {
	at   time.Time
	f    func()
	done bool
}

// NewPump makes a pump whose clock stands at now.
func NewPump(now time.Time) *Pump {
	p := &Pump{now: now}
	p.wake = sync.NewCond(&p.mu)
	return p
}

// Go runs f in the background.
func (p *Pump) Go(f func()) {
	p.mu.Lock()
	p.under++
	p.mu.Unlock()
	go func() {
		defer func() {
			p.mu.Lock()
			p.under--
			p.wake.Broadcast()
			p.mu.Unlock()
		}()
		f()
	}()
}

// Do runs f at the next Settle.
func (p *Pump) Do(f func()) {
	p.mu.Lock()
	p.queue = append(p.queue, f)
	p.wake.Broadcast()
	p.mu.Unlock()
}

// After runs f when the clock is moved past d.
func (p *Pump) After(d time.Duration, f func()) func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := &timer{at: p.now.Add(d), f: f}
	p.timers = append(p.timers, t)
	return func() {
		p.mu.Lock()
		t.done = true
		p.mu.Unlock()
	}
}

// Now is the pump's clock.
func (p *Pump) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// Settle runs all that comes back to the UI thread until nothing is under way.
// It reports false if that takes longer than a minute.
func (p *Pump) Settle() bool {
	late := time.AfterFunc(60*time.Second, func() {
		p.mu.Lock()
		p.wake.Broadcast()
		p.mu.Unlock()
	})
	defer late.Stop()
	end := time.Now().Add(60 * time.Second)
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for len(p.queue) > 0 {
			f := p.queue[0]
			p.queue = p.queue[1:]
			p.mu.Unlock()
			start := time.Now()
			f()
			took := time.Since(start)
			p.mu.Lock()
			p.longest = max(p.longest, took)
		}
		if p.under == 0 {
			return true
		}
		if time.Now().After(end) {
			return false
		}
		p.wake.Wait()
	}
}

// Advance moves the clock, runs the timers that are due, and settles.
func (p *Pump) Advance(d time.Duration) bool {
	p.mu.Lock()
	end := p.now.Add(d)
	for {
		var due *timer
		for _, t := range p.timers {
			if !t.done && !t.at.After(end) && (due == nil || t.at.Before(due.at)) {
				due = t
			}
		}
		if due == nil {
			break
		}
		due.done = true
		if due.at.After(p.now) {
			p.now = due.at
		}
		p.mu.Unlock()
		due.f()
		if !p.Settle() {
			return false
		}
		p.mu.Lock()
	}
	p.now = end
	kept := p.timers[:0]
	for _, t := range p.timers {
		if !t.done {
			kept = append(kept, t)
		}
	}
	p.timers = kept
	p.mu.Unlock()
	return p.Settle()
}

// Longest is how long the longest call on the UI thread took since the last
// call of Longest: what a moderator would feel as a stall.
func (p *Pump) Longest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.longest
	p.longest = 0
	return d
}
