package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/audit"
	"mensch/app/model"
	platform "mensch/app/sync"
)

// Sync pulls what changed at the platform, reads it with the detectors, and
// sends what waits in the outbox and is due. The first error ends it; what
// landed before stays. progress, which may be nil, is called on the caller's
// goroutine and others.
func (d *Desk) Sync(ctx context.Context, progress func(SyncStatus)) error {
	if !d.syncing.TryLock() {
		return &Refusal{Why: "A sync is already under way. Nothing was started; wait for it, or cancel it first."}
	}
	defer d.syncing.Unlock()
	p, server := d.link()
	if p == nil {
		return &Refusal{Why: "No platform is connected. Everything in the store stays usable; connect one in the settings to sync."}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	d.mu.Lock()
	d.stop = cancel
	d.status.Running, d.status.Error, d.status.Phase, d.status.Done, d.status.Total = true, "", "changes", 0, 0
	d.status.Applied, d.status.Removed, d.status.Photos, d.status.Sent, d.status.Notes = 0, 0, 0, 0, nil
	d.mu.Unlock()
	tell := func(phase string, done, total int64) {
		d.mu.Lock()
		d.status.Phase, d.status.Done, d.status.Total = phase, done, total
		status := d.status
		d.mu.Unlock()
		if progress != nil {
			progress(status)
		}
		d.changed()
	}
	tell("changes", 0, 0)
	err := d.syncNow(ctx, p, server, tell)
	d.mu.Lock()
	d.stop = nil
	d.status.Running, d.status.Phase = false, ""
	switch {
	case err == nil:
		d.status.SyncedAt = d.now().UTC()
	case errors.Is(err, context.Canceled):
		d.status.Error = "The sync was cancelled. What had arrived is kept; the next sync goes on from there."
	default:
		d.status.Error = Sentence(err)
	}
	status := d.status
	d.mu.Unlock()
	if progress != nil {
		progress(status)
	}
	d.changed()
	return err
}

func (d *Desk) syncNow(ctx context.Context, p platform.Platform, server string, tell func(string, int64, int64)) error {
	if name, roles, err := p.Whoami(ctx); err != nil {
		return fmt.Errorf("asking the platform who we are: %w", err)
	} else if err := d.introduce(ctx, name, roles); err != nil {
		return err
	}
	if err := d.meet(ctx, p); err != nil {
		return err
	}
	options := platform.Options{
		Server:   server,
		Now:      d.now,
		Progress: func(p platform.Progress) { tell(p.Phase, p.Done, p.Total) },
	}
	pulled, err := platform.Pull(ctx, d.store, p, options)
	d.mu.Lock()
	d.status.Applied, d.status.Removed, d.status.Photos = pulled.Counts.Applied, pulled.Counts.Deleted+pulled.Removed, pulled.Photos
	d.status.Notes = pulled.Notes()
	d.mu.Unlock()
	if err != nil {
		return fmt.Errorf("pulling changes: %w", err)
	}
	if err := d.Detect(ctx, tell); err != nil {
		return fmt.Errorf("running the detectors: %w", err)
	}
	tell("sending", 0, 0)
	sent, err := d.Push(ctx)
	d.mu.Lock()
	d.status.Sent = sent
	d.mu.Unlock()
	if err != nil {
		return err
	}
	if err := d.regroup(ctx); err != nil {
		return err
	}
	tell("checking the audit log", 0, 0)
	return d.anchor(ctx, p, server)
}

// Connected tells whether a platform stands behind the desk, reachable or not.
func (d *Desk) Connected() bool {
	p, _ := d.link()
	return p != nil
}

// introduce keeps the name that the platform knows this moderator by.
func (d *Desk) introduce(ctx context.Context, name string, roles []string) error {
	d.mu.Lock()
	same := d.moderator == name && slices.Equal(d.roles, roles)
	d.moderator, d.roles = name, roles
	d.mu.Unlock()
	if same {
		return nil
	}
	if err := d.store.SetSetting(ctx, settingModerator, name); err != nil {
		return fmt.Errorf("keeping the moderator's name: %w", err)
	}
	if err := d.store.SetSetting(ctx, settingRoles, strings.Join(roles, ",")); err != nil {
		return fmt.Errorf("keeping the moderator's roles: %w", err)
	}
	return nil
}

// CancelSync ends a sync that is under way; what landed stays.
func (d *Desk) CancelSync() {
	d.mu.Lock()
	stop := d.stop
	d.mu.Unlock()
	if stop != nil {
		stop()
	}
}

// Push sends the decisions that are due, oldest first, and tells how many the
// platform confirmed. It does nothing without a platform.
func (d *Desk) Push(ctx context.Context) (acked int, err error) {
	p, server := d.link()
	if p == nil {
		return 0, nil
	}
	d.pushing.Lock()
	defer d.pushing.Unlock()
	told := d.pushTeam(ctx, p)
	due, err := d.due(ctx)
	if err != nil {
		return 0, errors.Join(err, told)
	}
	if due {
		if err := d.agree(ctx, p, server); err != nil {
			return 0, fmt.Errorf("checking the audit log before anything is sent: %w", err)
		}
	}
	sent, err := platform.Push(ctx, d.store, p, platform.Options{Server: server, Now: d.now})
	if sent.Any() {
		d.changed()
	}
	if err != nil {
		return sent.Acked, fmt.Errorf("sending decisions: %w", err)
	}
	if sent.Any() {
		told = errors.Join(d.anchor(ctx, p, server), told)
	}
	if to := d.publisher(); to != nil {
		_, err := d.publish(ctx, to)
		told = errors.Join(told, err)
	}
	return sent.Acked, told
}

// due reports whether anything in the outbox may be sent now.
func (d *Desk) due(ctx context.Context) (bool, error) {
	_, err := d.store.NextOutbox(ctx, d.now().UTC())
	if notFound(err) {
		_, err = d.store.NextAnswer(ctx, d.now().UTC())
	}
	if notFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the outbox: %w", err)
	}
	return true, nil
}

// Run keeps the desk going until ctx ends: it sends what comes due, and syncs
// every so many minutes as the settings say. Failures show in the status and
// are tried again.
func (d *Desk) Run(ctx context.Context) {
	// Whoever starts the desk syncs at the start if they want to; the clock
	// counts from here.
	d.mu.Lock()
	d.tried = d.now()
	d.mu.Unlock()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	wait := time.Duration(0)
	next := time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := time.Now(); now.After(next) {
			if _, err := d.Push(ctx); err != nil && ctx.Err() == nil {
				d.fail(err)
				wait = min(max(2*wait, 5*time.Second), 5*time.Minute)
				next = now.Add(wait)
			} else {
				wait = 0
			}
		}
		d.rankIfIdle(ctx)
		d.syncIfDue(ctx)
	}
}

// rankIfIdle ranks what is left to be ranked, but not while a sync brings more.
func (d *Desk) rankIfIdle(ctx context.Context) {
	d.mu.Lock()
	running := d.status.Running
	d.mu.Unlock()
	if running {
		return
	}
	if err := d.regroup(ctx); err != nil && ctx.Err() == nil {
		d.fail(err)
	}
}

func (d *Desk) syncIfDue(ctx context.Context) {
	settings, err := d.Settings(ctx)
	if err != nil || settings.SyncMinutes <= 0 {
		return
	}
	d.mu.Lock()
	due := d.platform != nil && !d.status.Running && d.now().Sub(d.lastSync()) >= time.Duration(settings.SyncMinutes)*time.Minute
	if due {
		d.tried = d.now()
	}
	d.mu.Unlock()
	if due {
		// The error stands in the status; the next try comes after the same time.
		_ = d.Sync(ctx, nil)
	}
}

// lastSync is the later of the last success and the last automatic try.
func (d *Desk) lastSync() time.Time {
	if d.tried.After(d.status.SyncedAt) {
		return d.tried
	}
	return d.status.SyncedAt
}

func (d *Desk) fail(err error) {
	d.mu.Lock()
	d.status.Error = Sentence(err)
	d.mu.Unlock()
	d.changed()
}

// Sentence puts an error into words for the moderator: the innermost sentence
// made for them if there is one, else what was being done and what failed.
func Sentence(err error) string {
	var refusal *Refusal
	var link *platform.Error
	switch {
	case errors.As(err, &refusal):
		return refusal.Why
	case errors.As(err, &link):
		return link.Error()
	case errors.Is(err, audit.ErrBroken), errors.Is(err, audit.ErrHead):
		return "The audit log of this store is not what it was: " + broken(err) + ". Nothing was sent. Run “menschctl verify”, and tell whoever looks after the store; if it was rightly put back from a copy, “menschctl key --renew” begins a new log."
	case errors.Is(err, model.ErrFull):
		return "The disk is full. Nothing that was under way was kept, all earlier work is; free some space and try again."
	case errors.Is(err, model.ErrCorrupt):
		return "The store is damaged. Nothing was written; run “menschctl verify”, and go back to a copy if it confirms the damage."
	case errors.Is(err, model.ErrNewerStore):
		return "The store was made by a newer version of Mensch. Nothing was touched; update the program."
	case errors.Is(err, model.ErrForeignStore):
		return "The file is not a Mensch store. Nothing was touched; choose another folder."
	case errors.Is(err, model.ErrStale):
		return "Somebody changed this meanwhile. Nothing was written; look at it again and repeat what you did."
	case errors.Is(err, context.Canceled):
		return "It was cancelled. What was done before is kept."
	}
	return "Something failed: " + err.Error() + ". Nothing that was confirmed before is lost."
}

// broken is the innermost account of what is wrong with the audit log.
func broken(err error) string {
	var row *audit.BrokenError
	var back *audit.RollbackError
	switch {
	case errors.As(err, &back):
		return back.Error()
	case errors.As(err, &row):
		return row.Error()
	}
	return err.Error()
}
