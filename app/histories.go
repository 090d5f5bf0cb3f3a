package app

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"mensch/app/model"
	"mensch/app/transcripts"
)

// maxHistories is how many experts' histories are kept in memory at once; the
// others are read from the store again when one of their sessions changes.
const maxHistories = 2000

// histories are what experts talked about before, to hold a conversation
// against: their field, and what their clients told them.
type histories struct {
	mu   sync.Mutex
	kept map[string]*transcripts.History
}

// take hands out an expert's history. While one holds it no other may: a page
// of work groups its sessions by expert.
func (h *histories) take(expertID string) *transcripts.History {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept[expertID]
}

func (h *histories) keep(expertID string, of *transcripts.History) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil || len(h.kept) >= maxHistories && h.kept[expertID] == nil {
		h.kept = map[string]*transcripts.History{}
	}
	h.kept[expertID] = of
}

// forget takes an erased session out of every history that knows it.
func (h *histories) forget(sessionID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, of := range h.kept {
		of.Forget(sessionID)
	}
}

// conversations reads sessions on all cores, in the order of ids. One that is
// not there, because it was erased or its messages came before it, is left empty.
func (d *Desk) conversations(ctx context.Context, ids []string) ([]model.Conversation, error) {
	out := make([]model.Conversation, len(ids))
	return out, onAllCores(ctx, len(ids), func(ctx context.Context, i int) error {
		conv, err := d.store.Conversation(ctx, ids[i])
		if notFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading session %s: %w", ids[i], err)
		}
		out[i] = conv
		return nil
	})
}

// reviewConversations reviews conversations by the rules in force, each by
// itself and beside its expert's other ones, and gives the findings in the order
// of convs. It is the only way in which sessions are read, so that a preview of
// other rules sees what a run of the detectors would.
func (d *Desk) reviewConversations(ctx context.Context, convs []model.Conversation) ([]model.ScopeFindings, error) {
	r := d.ruling.Load()
	out := make([]model.ScopeFindings, len(convs))
	byExpert := map[string][]int{}
	for i, c := range convs {
		if c.Session.ID != "" {
			byExpert[c.Session.ExpertID] = append(byExpert[c.Session.ExpertID], i)
		}
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for expertID, own := range byExpert {
		group.Go(func() error {
			history := r.histories.take(expertID)
			if history == nil {
				history = &transcripts.History{}
				err := d.store.ConversationsOf(gctx, expertID, func(c model.Conversation) error {
					r.reader.Remember(history, c, nil)
					return nil
				})
				if err != nil {
					return fmt.Errorf("reading what %s talked about before: %w", expertID, err)
				}
			}
			for _, i := range own {
				c := convs[i]
				found, read := r.readings.review(r.reader, c)
				found = append(found, r.reader.Against(c, history, read)...)
				r.reader.Remember(history, c, read)
				scope := "session:" + c.Session.ID
				out[i] = model.ScopeFindings{Scope: scope, ExpertID: expertID, Findings: d.sealed(found, scope)}
			}
			r.histories.keep(expertID, history)
			return nil
		})
	}
	return out, group.Wait()
}
