// Package app is what a moderator does with Mensch, without a window: sync,
// detect, triage, decide. The desktop program and menschctl both call it.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/photos"
	platform "mensch/app/sync"
)

// Options are what a Desk is made of.
type Options struct {
	Store    Store
	Platform platform.Platform // nil: works offline until Connect
	Server   string            // base address of Platform
	Pack     *guidelines.Pack
	Models   fs.FS // trained parts of the detectors
	Now      func() time.Time
	// Moderator names who decides where the platform has not said it.
	Moderator string
	// Transparency is where statements of reasons go; nil: to the platform.
	Transparency platform.Transparency
	Keys         Keys // nil: no heads are signed, and no case files sealed
}

// Desk is one moderator's place of work: a store, a platform, the rules and
// the detectors. Its methods may be called from any goroutine; none waits for
// the network unless its name says so (Sync, Claim, Release).
type Desk struct {
	store  Store
	models fs.FS
	now    func() time.Time
	ruling atomic.Pointer[ruling]
	// shipped are the rules that the program brings along.
	shipped *guidelines.Pack
	keys    Keys
	log     auditLog

	mu        sync.Mutex
	platform  platform.Platform
	server    string
	moderator string
	roles     []string
	status    SyncStatus
	watchers  map[int]func()
	nextWatch int
	read      map[string]time.Time // severe transcripts, by session
	stop      context.CancelFunc   // of the run under way
	tried     time.Time            // when a sync was last started by the clock

	syncing sync.Mutex // one sync at a time
	pushing sync.Mutex // one push at a time
	detect  sync.Mutex // one run of the detectors at a time; guards indexes
	indexes *indexes

	transparency platform.Transparency // guarded by mu; nil: the platform
}

// NewDesk wires a desk. It recovers what a killed process left in the outbox.
func NewDesk(ctx context.Context, o Options) (*Desk, error) {
	if o.Store == nil || o.Pack == nil {
		return nil, errors.New("opening the desk: a store and a rule pack are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Desk{
		store: o.Store, shipped: o.Pack, models: o.Models, now: o.Now,
		platform: o.Platform, server: o.Server, moderator: o.Moderator,
		watchers: map[int]func(){}, keys: o.Keys, transparency: o.Transparency,
	}
	if err := d.loadRuling(ctx); err != nil {
		return nil, err
	}
	d.status.Server = o.Server
	if _, err := d.store.RecoverOutbox(ctx, d.now()); err != nil {
		return nil, fmt.Errorf("recovering the outbox: %w", err)
	}
	if err := d.store.QueueStaleHashes(ctx, photos.Method); err != nil {
		return nil, fmt.Errorf("looking for hashes of an older version: %w", err)
	}
	state, err := d.store.SyncState(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the state of the sync: %w", err)
	}
	d.status.SyncedAt = state.SyncedAt
	if d.moderator == "" {
		if d.moderator, err = d.store.Setting(ctx, settingModerator); err != nil {
			return nil, fmt.Errorf("reading the moderator's name: %w", err)
		}
	}
	roles, err := d.store.Setting(ctx, settingRoles)
	if err != nil {
		return nil, fmt.Errorf("reading the moderator's roles: %w", err)
	}
	if roles != "" {
		d.roles = strings.Split(roles, ",")
	}
	return d, nil
}

// Close ends a sync that is under way, and closes the store.
func (d *Desk) Close() error {
	d.CancelSync()
	d.syncing.Lock()
	defer d.syncing.Unlock()
	d.pushing.Lock()
	defer d.pushing.Unlock()
	return d.store.Close()
}

// Connect puts another platform behind the desk, or none (nil).
func (d *Desk) Connect(p platform.Platform, server string) {
	d.CancelSync()
	d.mu.Lock()
	d.platform, d.server, d.status.Server = p, server, server
	d.mu.Unlock()
	d.changed()
}

func (d *Desk) link() (platform.Platform, string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.platform, d.server
}

// Moderator is the name that decisions carry.
func (d *Desk) Moderator() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.moderator == "" {
		return "moderator"
	}
	return d.moderator
}

// Watch calls fn, on some goroutine, whenever the status or the outbox
// changed, until the returned function is called.
func (d *Desk) Watch(fn func()) (cancel func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.nextWatch
	d.nextWatch++
	d.watchers[id] = fn
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.watchers, id)
	}
}

func (d *Desk) changed() {
	d.mu.Lock()
	fns := make([]func(), 0, len(d.watchers))
	for _, fn := range d.watchers {
		fns = append(fns, fn)
	}
	d.mu.Unlock()
	for _, fn := range fns {
		fn()
	}
}

// Status tells how the sync stands, with fresh counts.
func (d *Desk) Status(ctx context.Context) (SyncStatus, error) {
	counts, err := d.store.Counts(ctx)
	if err != nil {
		return SyncStatus{}, fmt.Errorf("counting: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.Counts = counts
	return d.status, nil
}

// GuidelineIDs are the rules of the pack, in its order.
func (d *Desk) GuidelineIDs() []string {
	ids := make([]string, 0, len(d.pack().Guidelines))
	for _, g := range d.pack().Guidelines {
		ids = append(ids, g.ID)
	}
	return ids
}

// Titles gives each rule's short name by its ID.
func (d *Desk) Titles() map[string]string {
	titles := make(map[string]string, len(d.pack().Guidelines))
	for _, g := range d.pack().Guidelines {
		titles[g.ID] = g.Title
		if g.Label != "" {
			titles[g.ID] = g.Label
		}
	}
	return titles
}

func notFound(err error) bool { return errors.Is(err, model.ErrNotFound) }
