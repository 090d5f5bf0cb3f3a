package views

import (
	"time"

	"fyne.io/fyne/v2"

	"mensch/views/bank"
	"mensch/views/bulk"
	"mensch/views/casefile"
	"mensch/views/compare"
	"mensch/views/dashboard"
	"mensch/views/decide"
	"mensch/views/firstrun"
	"mensch/views/quality"
	"mensch/views/queue"
	"mensch/views/reviews"
	"mensch/views/rules"
	"mensch/views/secondlook"
	"mensch/views/settings"
	"mensch/views/sheet"
	"mensch/views/shell"
	"mensch/views/sync"
	"mensch/views/transcript"
)

// Desk is what all screens together need of the use cases. app.Desk satisfies
// it.
type Desk interface {
	shell.Desk
	queue.Desk
	casefile.Desk
	transcript.Desk
	decide.Desk
	compare.Desk
	sheet.Desk
	sync.Desk
	bank.Desk
	rules.Desk
	bulk.Desk
	reviews.Desk
	secondlook.ApprovalDesk
	secondlook.AppealDesk
	dashboard.Desk
	quality.Desk
}

// watched is a desk that tells when its data changed, from any goroutine but
// the UI thread.
type watched interface {
	Watch(fn func()) (cancel func())
}

// Options replace parts of a window in tests and for pictures; the zero value
// is right for the program.
type Options struct {
	Do    func(func())                                  // runs on the UI thread; fyne.Do if nil
	Go    func(func())                                  // runs in the background; a goroutine if nil
	After func(d time.Duration, f func()) (stop func()) // a timer if nil
	Now   func() time.Time                              // the clock in UTC if nil
	Size  fyne.Size                                     // 1280 by 740 if zero: with title and menu bar it fits a screen of 1280 by 800

	Window    fyne.Window       // the window to build in; a new master window if nil
	Doors     firstrun.Doors    // adds the first-run screen
	Languages []string          // that messages can be written in
	Navigated func(shell.Route) // told of each route that is shown
}

// New builds the main window with every screen and opens the queue. Show it
// with Window().Show or ShowAndRun, and call Start once the app runs. Closing
// the window stops all work.
func New(a fyne.App, desk Desk, opts Options) *shell.Shell {
	win := opts.Window
	if win == nil {
		win = a.NewWindow("Mensch")
		win.SetMaster()
	}
	sh := shell.New(shell.Options{App: a, Window: win, Desk: desk, Do: opts.Do, Go: opts.Go, After: opts.After, Now: opts.Now, Navigated: opts.Navigated})
	cases := queue.New(sh, desk)
	sh.Add(shell.Queue, cases)
	sh.Add(shell.Bulk, bulk.New(sh, desk, cases))
	sh.Add(shell.Case, casefile.New(sh, desk))
	sh.Add(shell.Transcript, transcript.New(sh, desk))
	sh.Add(shell.Decide, decide.New(sh, desk))
	sh.Add(shell.Compare, compare.New(sh, desk))
	sh.Add(shell.Sheet, sheet.New(sh, desk))
	sh.Add(shell.Sync, sync.New(sh, desk))
	sh.Add(shell.Bank, bank.New(sh, desk))
	sh.Add(shell.Rules, rules.New(sh, desk))
	sh.Add(shell.Reviews, reviews.New(sh, desk))
	sh.Add(shell.Approval, secondlook.NewApproval(sh, desk))
	sh.Add(shell.Appeal, secondlook.NewAppeal(sh, desk))
	sh.Add(shell.Dashboard, dashboard.New(sh, desk))
	sh.Add(shell.Quality, quality.New(sh, desk))
	var connect func()
	if opts.Doors != nil {
		sh.Add(shell.FirstRun, firstrun.New(sh, opts.Doors))
		connect = func() { sh.Open(shell.Route{Screen: shell.FirstRun}) }
	}
	sh.Add(shell.Settings, settings.New(sh, opts.Languages, connect))
	if opts.Size.IsZero() {
		opts.Size = fyne.NewSize(1280, 740)
	}
	win.Resize(opts.Size)
	forget := func() {}
	if w, ok := desk.(watched); ok {
		forget = w.Watch(func() { sh.Do(sh.Changed) })
	}
	win.SetOnClosed(func() {
		forget()
		sh.Stop()
	})
	return sh
}
