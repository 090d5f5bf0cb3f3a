package viewstest

import (
	"context"
	"sync"

	"mensch/app"
)

// Base is the part of a desk that the shell needs, for tests of one screen.
// Embed it in a fake that has the screen's own methods.
type Base struct {
	mu    sync.Mutex
	Kept  app.Settings
	Now   app.SyncStatus
	Syncs int
}

// NewBase is a base with the settings of a new store, photos shown.
func NewBase() *Base {
	s := app.DefaultSettings()
	s.BlurPhotos, s.Theme, s.Moderator = false, "dark", "Robin Vale"
	return &Base{Kept: s}
}

// Status gives Now.
func (b *Base) Status(context.Context) (app.SyncStatus, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Now, nil
}

// Settings gives Kept.
func (b *Base) Settings(context.Context) (app.Settings, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Kept, nil
}

// SaveSettings keeps the settings in Kept.
func (b *Base) SaveSettings(_ context.Context, s app.Settings) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Kept = s
	return nil
}

// Undo does nothing.
func (b *Base) Undo(context.Context, string) error { return nil }

// Sync counts how often it was begun.
func (b *Base) Sync(context.Context, func(app.SyncStatus)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.Syncs++
	return nil
}

// Titles names three guidelines.
func (b *Base) Titles() map[string]string {
	return map[string]string{"false-photo": "Photo of somebody else", "contact-exchange": "Contact exchange", "courtesy": "Courtesy"}
}
