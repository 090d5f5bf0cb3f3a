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

// holdAgainst reviews conversations against what their expert's other ones say,
// and gives the findings by session. What it reads for that is kept in h.
func (d *Desk) holdAgainst(ctx context.Context, h *histories, convs []model.Conversation) (map[string][]model.Finding, error) {
	byExpert := map[string][]model.Conversation{}
	for _, c := range convs {
		byExpert[c.Session.ExpertID] = append(byExpert[c.Session.ExpertID], c)
	}
	out := map[string][]model.Finding{}
	var mu sync.Mutex
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for expertID, own := range byExpert {
		group.Go(func() error {
			reader := d.reader()
			history := h.take(expertID)
			if history == nil {
				history = &transcripts.History{}
				err := d.store.ConversationsOf(gctx, expertID, func(c model.Conversation) error {
					reader.Remember(history, c)
					return nil
				})
				if err != nil {
					return fmt.Errorf("reading what %s talked about before: %w", expertID, err)
				}
			}
			for _, c := range own {
				found := reader.Against(c, history)
				reader.Remember(history, c)
				mu.Lock()
				out[c.Session.ID] = found
				mu.Unlock()
			}
			h.keep(expertID, history)
			return nil
		})
	}
	return out, group.Wait()
}
