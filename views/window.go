package views

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/queue"
	"mensch/views/shell"
)

// Desk is what all screens together need of the use cases. app.Desk satisfies
// it.
type Desk interface {
	shell.Desk
	queue.Desk
}

// Options replace parts of a window in tests and for pictures; the zero value
// is right for the program.
type Options struct {
	Do    func(func())                                  // runs on the UI thread; fyne.Do if nil
	Go    func(func())                                  // runs in the background; a goroutine if nil
	After func(d time.Duration, f func()) (stop func()) // a timer if nil
	Now   func() time.Time                              // the clock in UTC if nil
	Size  fyne.Size                                     // 1280 by 800 if zero
}

// New builds the main window with every screen and opens the queue. Show it
// with Window().Show or ShowAndRun, and call Start once the app runs. Closing
// the window stops all work.
func New(a fyne.App, desk Desk, opts Options) *shell.Shell {
	win := a.NewWindow("Mensch")
	win.SetMaster()
	sh := shell.New(shell.Options{App: a, Window: win, Desk: desk, Do: opts.Do, Go: opts.Go, After: opts.After, Now: opts.Now})
	sh.Add(shell.Queue, queue.New(sh, desk))
	if opts.Size.IsZero() {
		opts.Size = fyne.NewSize(1280, 800)
	}
	win.Resize(opts.Size)
	win.SetOnClosed(sh.Stop)
	return sh
}
