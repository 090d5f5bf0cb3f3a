package app

import (
	"context"
	"time"

	"mensch/app/model"
)

// TeamStore is the store as working together sees it.
type TeamStore interface {
	// AddTeamEvent keeps an event made here, with what it comes to and its
	// audit row, and queues it for the platform. An event that cannot happen
	// now gives *model.HandlingError.
	AddTeamEvent(ctx context.Context, e model.TeamEvent) error
	// NextTeamEvent is the oldest event that waits to be sent and is due, or
	// model.ErrNotFound. SettleTeamEvent says what became of it.
	NextTeamEvent(ctx context.Context, now time.Time) (model.TeamEntry, error)
	SettleTeamEvent(ctx context.Context, id string, to model.TeamState, place int64, notBefore time.Time, lastError string) error
	// UnsentTeamEvents are those of a case (of all with an empty ID) that the
	// platform has not taken, newest first.
	UnsentTeamEvents(ctx context.Context, caseID string) ([]model.TeamEntry, error)
	TeamEventsOf(ctx context.Context, caseID string) ([]model.TeamEvent, error)
	Handling(ctx context.Context, caseID string) (model.Handling, error)
	// NotesAbout are the notes on an account and all its cases; LinkedNotes
	// those on other accounts that share a signal with it, or that named says
	// are linked, with the shared signals in words.
	NotesAbout(ctx context.Context, expertID string) ([]model.Note, error)
	LinkedNotes(ctx context.Context, expertID string, named map[string][]string) ([]model.LinkedNote, error)

	// Views are the moderator's own views of the queue by slot, 1 to 9.
	Views(ctx context.Context) ([]model.QueueView, error)
	SaveView(ctx context.Context, view model.QueueView) error
	DropView(ctx context.Context, slot int) error
	CountQueue(ctx context.Context, filter model.QueueFilter) (int, error)
	// FreeCase is the first case of a filtered queue, other than those named,
	// or model.ErrNotFound.
	FreeCase(ctx context.Context, filter model.QueueFilter, but []string) (string, error)
	// QueueIDs gives the cases of a filtered queue in its order, at most limit.
	QueueIDs(ctx context.Context, filter model.QueueFilter, limit int) ([]string, error)

	// NoteExposure counts what was looked at; Exposures counts since a time.
	// Neither is read by anything that leaves the machine.
	NoteExposure(ctx context.Context, at time.Time, kind string) error
	Exposures(ctx context.Context, since time.Time) (int, error)
}

// StatisticsStore is the store as the dashboards and the quality sample see it.
type StatisticsStore interface {
	// Statistics counts all but the precisions' intervals and the agreement.
	Statistics(ctx context.Context, p model.Period) (model.Statistics, error)
	// ReviewPairs are blind reviews since a time, with what was decided.
	ReviewPairs(ctx context.Context, since time.Time) ([]model.ReviewPair, error)
	// SampleItems are standing decisions since a time that the reviewer
	// neither made nor reviewed, newest first.
	SampleItems(ctx context.Context, reviewer string, since time.Time, limit int) ([]model.SampleItem, error)
	DecisionByID(ctx context.Context, id string) (model.Receipt, error)
}
