package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mensch/app/model"
	platform "mensch/app/sync"
)

// openStates are those in which a case waits for a moderator.
var openStates = []model.CaseState{model.CaseOpen, model.CaseConflict, model.CaseAppealed}

// shippedViews are the views of the queue that Mensch comes with.
func shippedViews() []model.QueueView {
	return []model.QueueView{
		{Slot: 1, Name: "Mine", Filter: model.QueueFilter{States: openStates, Mine: true, Sort: model.SortHanded}},
		{Slot: 2, Name: "Urgent", Filter: model.QueueFilter{States: openStates, MinScore: 60, HideSkipped: true}},
		{Slot: 3, Name: "Appeals", Filter: model.QueueFilter{States: []model.CaseState{model.CaseAppealed}, Sort: model.SortOldest}},
		{Slot: 4, Name: "Help asked", Filter: model.QueueFilter{States: openStates, HelpAsked: true}},
		{Slot: 5, Name: "On hold", Filter: model.QueueFilter{States: openStates, OnHold: true}},
		{Slot: 6, Name: "Waiting long", Filter: model.QueueFilter{States: openStates, WaitingDays: 7, HideSkipped: true, Sort: model.SortOldest}},
	}
}

// QueueViews are the views of the queue with how many cases are in each: those
// that Mensch comes with, with the moderator's own in place of or beside them.
func (d *Desk) QueueViews(ctx context.Context) ([]model.QueueView, error) {
	kept, err := d.store.Views(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the views of the queue: %w", err)
	}
	views := shippedViews()
	for _, k := range kept {
		k.Own = true
		views = append(slices.DeleteFunc(views, func(v model.QueueView) bool { return v.Slot == k.Slot }), k)
	}
	slices.SortFunc(views, func(a, b model.QueueView) int { return a.Slot - b.Slot })
	views = slices.DeleteFunc(views, func(v model.QueueView) bool { return v.Name == "" })
	for i := range views {
		if views[i].Count, err = d.store.CountQueue(ctx, d.as(views[i].Filter)); err != nil {
			return nil, fmt.Errorf("counting the view %s: %w", views[i].Name, err)
		}
	}
	return views, nil
}

// maxViewName is the longest name of a view, in bytes.
const maxViewName = 60

// SaveView keeps a view under a key from 1 to 9; 0 takes the first free one.
func (d *Desk) SaveView(ctx context.Context, view model.QueueView) error {
	view.Name = strings.TrimSpace(view.Name)
	if view.Name == "" || len(view.Name) > maxViewName {
		return &Refusal{Why: fmt.Sprintf("A view needs a name of at most %d letters. Nothing was kept.", maxViewName)}
	}
	if view.Slot == 0 {
		kept, err := d.store.Views(ctx)
		if err != nil {
			return fmt.Errorf("reading the views of the queue: %w", err)
		}
		for slot := len(shippedViews()) + 1; slot <= 9 && view.Slot == 0; slot++ {
			if !slices.ContainsFunc(kept, func(v model.QueueView) bool { return v.Slot == slot && v.Name != "" }) {
				view.Slot = slot
			}
		}
		if view.Slot == 0 {
			return &Refusal{Why: "All keys from 1 to 9 have a view. Nothing was kept; give one of them up first, or name the key to replace."}
		}
	}
	if view.Slot < 1 || view.Slot > 9 {
		return &Refusal{Why: "A view stands under a key from 1 to 9. Nothing was kept."}
	}
	if err := d.store.SaveView(ctx, view); err != nil {
		return fmt.Errorf("keeping the view %s: %w", view.Name, err)
	}
	return nil
}

// DropView gives up a view of the moderator's own; the one that Mensch comes
// with takes its place again.
func (d *Desk) DropView(ctx context.Context, slot int) error {
	if err := d.store.DropView(ctx, slot); err != nil {
		return fmt.Errorf("giving up the view: %w", err)
	}
	return nil
}

// as fills in who asks.
func (d *Desk) as(f model.QueueFilter) model.QueueFilter {
	f.Me = d.Moderator()
	return f
}

// NextCase claims the first case of a view that no colleague works on, holds
// or was handed, and gives its ID; model.ErrNotFound if there is none. The case
// that the moderator comes from is passed over. Without a platform, or without
// a network, the case is given unclaimed.
func (d *Desk) NextCase(ctx context.Context, filter model.QueueFilter, from string) (string, error) {
	filter = d.as(filter)
	filter.Free, filter.HideSkipped = true, true
	if len(filter.States) == 0 {
		filter.States = openStates
	}
	if filter.Mine {
		filter.Sort = model.SortHanded
	}
	passed := []string{}
	if from != "" {
		passed = append(passed, from)
	}
	for range 20 {
		id, err := d.store.FreeCase(ctx, filter, passed)
		if err != nil {
			return "", err
		}
		_, err = d.Claim(ctx, id)
		if platform.KindOf(err) != platform.KindLeaseHeld {
			return id, nil // also unclaimed: the platform settles who was first
		}
		passed = append(passed, id) // a colleague was faster
	}
	return "", model.ErrNotFound
}

// Attend claims a case that the moderator opened, unless it needs no claim. It
// tells who works on it: the moderator, or the colleague who was first.
func (d *Desk) Attend(ctx context.Context, caseID string) (model.Lease, error) {
	held, err := d.store.Case(ctx, caseID)
	if err != nil {
		return model.Lease{}, fmt.Errorf("reading case %s: %w", caseID, err)
	}
	if p, _ := d.link(); p == nil || !slices.Contains(openStates, held.State) {
		return model.Lease{}, nil
	}
	lease, err := d.Claim(ctx, caseID)
	var e *platform.Error
	if errors.As(err, &e) && e.Kind == platform.KindLeaseHeld && e.Problem != nil && e.Problem.Lease != nil {
		return *e.Problem.Lease, nil
	}
	return lease, err
}
