package sync

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"mensch/app/model"
)

// Result says what a pull did. It is also filled when the pull ended early.
type Result struct {
	Pages  int
	Counts model.PageResult // summed over the pages
	// UnknownKinds counts the changes of kinds that this program does not
	// know. They were skipped.
	UnknownKinds map[string]int
	Swept        bool // the whole feed was read again, and what it no longer has was deleted
	Removed      int  // how many things that were
	Photos       int  // fetched
	PhotoFaults  int  // photos that can not be had or read; the store knows why
	PhotosLater  int  // photos that failed for now; the next pull tries again
}

// Notes are sentences about what a moderator should know besides the counts.
func (r Result) Notes() []string {
	var notes []string
	if n := r.Counts.Unknown; n > 0 {
		kinds := ""
		if len(r.UnknownKinds) > 0 {
			kinds = " (" + kindList(r.UnknownKinds) + ")"
		}
		notes = append(notes, fmt.Sprintf("%d changes are of a kind that this version does not know%s. They were skipped and everything else was kept; a newer version of Mensch may know them.", n, kinds))
	}
	if n := r.Counts.Bad; n > 0 {
		notes = append(notes, fmt.Sprintf("%d changes could not be read. They were set aside and everything else was kept; tell whoever runs the platform.", n))
	}
	if r.Swept {
		notes = append(notes, fmt.Sprintf("The platform's feed was read from its beginning, because the place of the last sync is no longer in it; %d things that it no longer has were removed.", r.Removed))
	}
	if n := r.PhotoFaults; n > 0 {
		notes = append(notes, fmt.Sprintf("%d photos cannot be had or read; each one says why where it would stand.", n))
	}
	if n := r.PhotosLater; n > 0 {
		notes = append(notes, fmt.Sprintf("%d photos could not be fetched for now; the next sync tries again.", n))
	}
	return notes
}

// restarts is how often one pull may begin the feed again before it gives up on
// a platform whose feed is compacted faster than it can be read.
const restarts = 3

// Pull brings the store up to the platform: the changes page by page, each page
// and its cursor in one transaction, then the photos that are missing. It may be
// cut at any point, and called again. The error is an *Error or the store's.
func Pull(ctx context.Context, store Store, platform Platform, opt Options) (Result, error) {
	opt = opt.withDefaults(platform)
	p := &puller{store: store, platform: platform, opt: opt, limit: opt.PageSize}
	if err := p.changes(ctx); err != nil {
		return p.res, err
	}
	if err := p.photos(ctx); err != nil {
		return p.res, err
	}
	if err := p.files(ctx); err != nil {
		return p.res, err
	}
	return p.res, nil
}

type puller struct {
	store    Store
	platform Platform
	opt      Options
	state    model.SyncState
	limit    int
	begun    int // how often the feed was begun again
	res      Result
}

// fetched is a page on its way.
type fetched struct {
	cursor string
	page   model.ChangePage
	err    error
}

// fetch asks for the page behind a cursor while the caller does something else.
func (p *puller) fetch(ctx context.Context, cursor string) <-chan fetched {
	out := make(chan fetched, 1)
	limit := p.limit
	go func() {
		page, err := p.platform.Changes(ctx, cursor, limit)
		out <- fetched{cursor: cursor, page: page, err: err}
	}()
	return out
}

func (p *puller) changes(ctx context.Context) error {
	// Ends the page that is still on its way when an error ends the pull.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := p.adopt(ctx); err != nil {
		return err
	}
	var next <-chan fetched
	for stale := 0; ; {
		if next == nil {
			next = p.fetch(ctx, p.state.Cursor)
		}
		got := <-next
		next = nil
		if got.cursor != p.state.Cursor {
			continue // the store moved on meanwhile
		}
		if got.err != nil {
			if err := p.begin(ctx, got.err); err != nil {
				return err
			}
			continue
		}
		page := got.page
		if page.HasMore && page.Cursor == p.state.Cursor {
			return &Error{Op: "fetch the changes", Kind: KindMalformed, Hint: hintPull, Err: errors.New("the feed does not move on")}
		}
		if page.HasMore {
			next = p.fetch(ctx, page.Cursor)
		}
		res, err := p.store.ApplyPage(ctx, p.opt.Server, p.state.Cursor, page)
		if errors.Is(err, model.ErrStale) && stale < restarts {
			// Another program syncs the same store: go on from where it is.
			stale++
			if err := p.reread(ctx); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("keeping a page of changes: %w", err)
		}
		stale = 0
		p.state.Cursor = page.Cursor
		p.count(page, res)
		if !page.HasMore {
			break
		}
	}
	if !p.state.Sweeping {
		return nil
	}
	removed, err := p.store.EndSweep(ctx)
	if err != nil {
		return fmt.Errorf("removing what the platform no longer has: %w", err)
	}
	p.res.Swept, p.res.Removed = true, removed
	return nil
}

func (p *puller) count(page model.ChangePage, res model.PageResult) {
	c := &p.res.Counts
	c.Applied += res.Applied
	c.Stale += res.Stale
	c.Deleted += res.Deleted
	c.Unknown += res.Unknown
	c.Bad += res.Bad
	p.res.Pages++
	if res.Unknown > 0 {
		if p.res.UnknownKinds == nil {
			p.res.UnknownKinds = map[string]int{}
		}
		for _, change := range page.Changes {
			name := tidy(string(change.Kind), 40)
			if _, seen := p.res.UnknownKinds[name]; !known[change.Kind] && (seen || len(p.res.UnknownKinds) < 20) {
				p.res.UnknownKinds[name]++
			}
		}
	}
	done := int64(c.Applied + c.Stale + c.Deleted + c.Unknown + c.Bad)
	total := int64(0)
	if page.Total > 0 {
		total = done + page.Total
	} else if !page.HasMore {
		total = done
	}
	p.opt.Progress(Progress{Phase: PhaseChanges, Done: done, Total: total})
}

var known = map[model.ChangeKind]bool{
	model.ChangeExpert: true, model.ChangeProfile: true, model.ChangeSession: true, model.ChangeMessage: true,
	model.ChangeRating: true, model.ChangeStatus: true, model.ChangeIncident: true, model.ChangeCase: true,
	model.ChangeDecision: true, model.ChangeAppeal: true, model.ChangeApproval: true, model.ChangeTeam: true,
}

// adopt reads where the store stands. A store of another platform is turned to
// this one, beginning with a sweep so that nothing of two feeds is mixed.
func (p *puller) adopt(ctx context.Context) error {
	if err := p.reread(ctx); err != nil || p.state.Server == "" || p.state.Server == p.opt.Server {
		return err
	}
	left, err := unsent(ctx, p.store)
	if err != nil {
		return err
	}
	if left > 0 {
		return foreign(p.state.Server, p.opt.Server, fmt.Sprintf("%d decisions for it are not confirmed", left))
	}
	return p.reset(ctx)
}

func (p *puller) reset(ctx context.Context) error {
	if err := p.store.ResetServer(ctx, p.opt.Server); err != nil {
		return fmt.Errorf("turning the store to %s: %w", p.opt.Server, err)
	}
	if err := p.reread(ctx); err != nil {
		return err
	}
	if p.state.Sweeping {
		return nil
	}
	return p.sweep(ctx)
}

func (p *puller) sweep(ctx context.Context) error {
	if err := p.store.BeginSweep(ctx, p.opt.Server); err != nil {
		return fmt.Errorf("beginning the feed again: %w", err)
	}
	return p.reread(ctx)
}

func (p *puller) reread(ctx context.Context) error {
	state, err := p.store.SyncState(ctx)
	if err != nil {
		return fmt.Errorf("reading where the last sync ended: %w", err)
	}
	p.state = state
	return nil
}

// begin does what an error of the feed asks for, or gives the error back.
func (p *puller) begin(ctx context.Context, err error) error {
	kind := KindOf(err)
	switch {
	case kind == KindTooLarge && p.limit > 1:
		// A page of fewer changes may fit.
		p.limit = max(p.limit/8, 1)
		return nil
	case kind == KindGone && p.begun < restarts:
		p.begun++
		return p.sweep(ctx)
	case kind == KindForeign && p.begun < restarts:
		// The address is the same, the feed behind it is another one: what is
		// here may be of a platform that was set up anew.
		p.begun++
		return p.reset(ctx)
	}
	return err
}

// unsent counts the decisions that some platform has yet to confirm.
func unsent(ctx context.Context, store Store) (int, error) {
	const limit = 200
	n := 0
	for after := int64(0); ; {
		entries, err := store.Outbox(ctx, after, limit)
		if err != nil {
			return 0, fmt.Errorf("reading the outbox: %w", err)
		}
		for _, e := range entries {
			switch e.State {
			case model.OutboxQueued, model.OutboxSending, model.OutboxUnknown:
				n++
			}
			after = e.Seq
		}
		if len(entries) < limit {
			return n, nil
		}
	}
}

// foreign refuses to mix two platforms in one store.
func foreign(theirs, ours, why string) error {
	return &Error{
		Op: "work with " + ours, Kind: KindForeign, Err: fmt.Errorf("%s; %s", theirs, why),
		Hint: "Nothing was changed. Connect to " + theirs + " again and send or undo them first, or use another data folder for " + ours + ".",
	}
}

func kindList(kinds map[string]int) string {
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	return strings.Join(sorted(names), ", ")
}
