// Package shell is the frame that all screens stand in: the window, the way
// from screen to screen, the keyboard, the status line, errors and undo, and
// the running of work off the UI thread.
package shell

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/show"
)

// The names of the screens, for Route.Screen.
const (
	Queue      = "queue"
	Case       = "case"
	Compare    = "compare"
	Transcript = "transcript"
	Decide     = "decide"
	Sync       = "sync"
	Sheet      = "sheet"
	Bank       = "bank"
	Rules      = "rules"
	Settings   = "settings"
	FirstRun   = "firstrun"
	Reviews    = "reviews"
	Approval   = "approval"
	Appeal     = "appeal"
	Bulk       = "bulk"
	Quality    = "quality"
	Dashboard  = "dashboard"
)

// WholeGroup is the intent of a route to compare that begins with all photos of
// one picture, as many as the table holds.
const WholeGroup = "group"

// Route says which screen to show, and of what.
type Route struct {
	Screen   string
	CaseID   string
	Session  string // transcript: the session's ID
	Finding  string // compare, sheet, transcript: where to begin
	Message  string // transcript: where to begin, if no finding is named
	Intent   string // decide: "dismiss", "sanction" or "change"; compare: WholeGroup
	Decision string // approval: the proposal; appeal, decide: the decision that is looked at again
	Appeal   string // appeal, decide: the appeal that is answered
	Text     string // transcript: words to find; queue: words to filter by
}

// Screen is one screen. Its package makes it once, for the life of the window;
// Open shows it anew. All methods are called on the UI thread and return at
// once: what needs the desk is loaded through a Work.
type Screen interface {
	// Title and Subtitle stand in the header: the expert's name, the cluster.
	Title() string
	Subtitle() string
	// Content is made once.
	Content() fyne.CanvasObject
	// Keys are the screen's own keys, asked for at every key press and by
	// the help; they may change with what the screen shows.
	Keys() []Key
	// Open shows the route: it begins to load. It is also called when the
	// screen is come back to, with the route that it had.
	Open(route Route)
	// Leave is called before another screen is shown: cancel the loads.
	Leave()
}

// Actions is implemented by a screen that has buttons in the header.
type Actions interface{ Actions() []fyne.CanvasObject }

// Refresher is implemented by a screen that shows data which a sync or a
// decision may change. Refresh is called while it is in sight.
type Refresher interface{ Refresh() }

// Themed is implemented by a screen that keeps colours of its own and has to
// fetch them again when the theme changes.
type Themed interface{ Rethemed() }

// Ticker is implemented by a screen that shows times; Tick is called once a
// second while it is in sight.
type Ticker interface{ Tick(now time.Time) }

// Walker steps through the cases of the queue, for "next case". The queue
// screen is one.
type Walker interface {
	// Step finds the case before (-1) or behind (1) a case in the queue's
	// order and calls then with its ID on the UI thread; with an empty ID
	// where there is none.
	Step(caseID string, by int, then func(caseID string))
}

// Desk is what the shell itself needs of the use cases.
type Desk interface {
	Status(ctx context.Context) (app.SyncStatus, error)
	Settings(ctx context.Context) (app.Settings, error)
	SaveSettings(ctx context.Context, s app.Settings) error
	Undo(ctx context.Context, decisionID string) error
	Sync(ctx context.Context, progress func(app.SyncStatus)) error
}

// Options are what a window is built with. Only App, Window and Desk are
// needed; tests replace the rest.
type Options struct {
	App    fyne.App
	Window fyne.Window
	Desk   Desk
	Do     func(func())                                  // runs on the UI thread; fyne.Do
	Go     func(func())                                  // runs in the background; a goroutine
	After  func(d time.Duration, f func()) (stop func()) // runs off the UI thread after a time
	Now    func() time.Time
	// Navigated, if not nil, is told of each route that is shown.
	Navigated func(Route)
}

// Shell is the frame.
type Shell struct {
	opts    Options
	win     fyne.Window
	ctx     context.Context
	stop    context.CancelFunc
	screens map[string]Screen
	walker  Walker
	trail   []Route // the way here; the last is in sight
	router  router

	settings app.Settings
	status   app.SyncStatus
	syncing  context.CancelFunc
	statusW  *Work

	faded map[string]bool // screens that still wear the last theme

	reminded time.Time // of a break
	sights   map[sight]time.Time

	changing, again bool // a change was answered just now; another waits

	overlay     fyne.CanvasObject
	overlayKeys []Key
	frame       *frame
	undo        *undoBar
	notices     *noticeBar
}

// New builds the frame in the window. Add the screens, then Open the first and
// Start.
func New(opts Options) *Shell {
	if opts.Do == nil {
		opts.Do = fyne.Do
	}
	if opts.Go == nil {
		opts.Go = func(f func()) { go f() }
	}
	if opts.After == nil {
		opts.After = realAfter
	}
	if opts.Now == nil {
		opts.Now = func() time.Time { return time.Now().UTC() }
	}
	s := &Shell{opts: opts, win: opts.Window, screens: map[string]Screen{}, faded: map[string]bool{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.settings = app.Settings{BlurPhotos: true, UndoSeconds: 60, Theme: string(look.System), TextScale: 1}
	s.wear(s.settings.Theme, s.settings.TextScale)
	s.router = router{sh: s, chords: map[string]bool{}}
	s.statusW = s.Work(nil)
	s.notices = newNoticeBar(s)
	s.undo = newUndoBar(s)
	s.frame = newFrame(s)
	s.win.SetPadded(false)
	s.win.SetContent(s.frame.root)
	s.win.SetMainMenu(s.menu())
	s.router.attach(s.win.Canvas())
	show.HearReveals(s.win.Canvas(), func() { s.expose("photo") })
	return s
}

// Add makes a screen known under one of the names.
func (s *Shell) Add(name string, screen Screen) {
	s.screens[name] = screen
	if w, ok := screen.(Walker); ok {
		s.walker = w
	}
}

// Has reports whether a screen of the name was added.
func (s *Shell) Has(name string) bool { return s.screens[name] != nil }

// Now is the present time in UTC.
func (s *Shell) Now() time.Time { return s.opts.Now() }

// Window is the window that the shell stands in.
func (s *Shell) Window() fyne.Window { return s.win }

// Start loads the settings and begins to watch the clock and the status. It
// ends with Stop.
func (s *Shell) Start() {
	s.LoadSettings()
	s.RefreshStatus()
	var beat func()
	n := 0
	beat = func() {
		if s.ctx.Err() != nil {
			return
		}
		n++
		s.Tick()
		if n%2 == 0 {
			s.RefreshStatus()
		}
		s.After(time.Second, beat)
	}
	s.After(time.Second, beat)
}

// Stop cancels all work. The window may be closed then.
func (s *Shell) Stop() {
	if c := s.Current(); c != nil {
		c.Leave()
	}
	s.stop()
}

// Tick moves what depends on the clock; Start calls it once a second.
func (s *Shell) Tick() {
	s.undo.tick(s.Now())
	s.frame.tick()
	if t, ok := s.Current().(Ticker); ok {
		t.Tick(s.Now())
	}
}

// Current is the screen in sight, nil before the first.
func (s *Shell) Current() Screen {
	if len(s.trail) == 0 {
		return nil
	}
	return s.screens[s.trail[len(s.trail)-1].Screen]
}

// Route is the route in sight.
func (s *Shell) Route() Route {
	if len(s.trail) == 0 {
		return Route{}
	}
	return s.trail[len(s.trail)-1]
}

// top are the screens that stand in the rail: going there starts the way anew.
var top = map[string]bool{Queue: true, Reviews: true, Sync: true, Bank: true, Rules: true, Settings: true, FirstRun: true, Dashboard: true}

// Open goes to a route. Back comes from it to where it was opened.
func (s *Shell) Open(r Route) {
	if !s.Has(r.Screen) {
		return
	}
	switch {
	case top[r.Screen]:
		s.show(func() { s.trail = []Route{r} })
	case len(s.trail) > 0 && s.Route().Screen == r.Screen:
		s.show(func() { s.trail[len(s.trail)-1] = r })
	default:
		s.show(func() { s.trail = append(s.trail, r) })
	}
}

// Replace goes to a route in place of the present one, so that Back skips it.
func (s *Shell) Replace(r Route) {
	if !s.Has(r.Screen) {
		return
	}
	s.show(func() {
		if len(s.trail) > 0 {
			s.trail = s.trail[:len(s.trail)-1]
		}
		if len(s.trail) > 0 && s.Route().Screen == r.Screen {
			s.trail = s.trail[:len(s.trail)-1]
		}
		s.trail = append(s.trail, r)
	})
}

// Back goes to where the screen was opened from; at the start of the way, to
// the queue.
func (s *Shell) Back() {
	if len(s.trail) > 1 {
		s.show(func() { s.trail = s.trail[:len(s.trail)-1] })
		return
	}
	if s.Route().Screen != Queue && s.Route().Screen != FirstRun && s.Has(Queue) {
		s.Open(Route{Screen: Queue})
	}
}

// Remember changes the present route without showing it anew, so that Back
// comes to the place that the screen has moved to.
func (s *Shell) Remember(r Route) {
	if len(s.trail) > 0 && s.Route().Screen == r.Screen {
		s.trail[len(s.trail)-1] = r
	}
}

func (s *Shell) show(move func()) {
	s.CloseOverlay()
	old := s.Current()
	if old != nil {
		old.Leave()
	}
	move()
	s.win.Canvas().Unfocus()
	next := s.Current()
	s.frame.set(next)
	if name := s.Route().Screen; s.faded[name] {
		s.faded[name] = false
		if t, ok := next.(Themed); ok {
			t.Rethemed()
		} else {
			next.Content().Refresh()
		}
	}
	next.Open(s.Route())
	if s.Route().Screen == Transcript {
		s.After(2*time.Second, s.Rest)
	}
	if s.opts.Navigated != nil {
		s.opts.Navigated(s.Route())
	}
	s.Retitle()
	s.router.listen()
}

// Step opens the case behind (1) or before (-1) the given one in the queue.
func (s *Shell) Step(caseID string, by int) {
	if s.walker == nil {
		return
	}
	s.walker.Step(caseID, by, func(id string) {
		if id == "" {
			s.Tell("There is no further case in the queue.")
			return
		}
		if s.Route().Screen != Case {
			s.Replace(Route{Screen: Case, CaseID: id})
			return
		}
		s.Open(Route{Screen: Case, CaseID: id})
	})
}

// StepOr is Step, with what to do where there is no further case.
func (s *Shell) StepOr(caseID string, by int, otherwise func()) {
	if s.walker == nil {
		otherwise()
		return
	}
	s.walker.Step(caseID, by, func(id string) {
		if id == "" {
			otherwise()
			return
		}
		s.Replace(Route{Screen: Case, CaseID: id})
	})
}

// Retitle shows the present screen's title, subtitle and actions again; a
// screen calls it when they changed.
func (s *Shell) Retitle() {
	s.frame.retitle()
	s.router.listen() // its chords may have changed, too
}

// changePause is how far apart two answers to Changed are at least: a sync
// that lands page after page must not keep a screen from ever being read.
const changePause = 700 * time.Millisecond

// Changed tells the screen in sight that data changed, and refreshes the
// status. Calls in quick succession are answered by one refresh at once and
// one at the end.
func (s *Shell) Changed() {
	if s.changing {
		s.again = true
		return
	}
	s.changing = true
	s.refreshed()
	s.After(changePause, func() {
		s.changing = false
		if s.again {
			s.again = false
			s.Changed()
		}
	})
}

func (s *Shell) refreshed() {
	if r, ok := s.Current().(Refresher); ok {
		r.Refresh()
	}
	s.RefreshStatus()
}

// Settings are the moderator's lasting choices as last loaded or saved.
func (s *Shell) Settings() app.Settings { return s.settings }

// LoadSettings reads the settings anew and applies them.
func (s *Shell) LoadSettings() {
	Act(s, s.opts.Desk.Settings, func(v app.Settings, err error) {
		if err != nil {
			s.Fail("reading the settings", err)
			return
		}
		s.use(v)
	})
}

// SaveSettings applies the settings at once and keeps them.
func (s *Shell) SaveSettings(v app.Settings) {
	s.use(v)
	Act(s, Just(func(ctx context.Context) error { return s.opts.Desk.SaveSettings(ctx, v) }), func(_ None, err error) {
		if err != nil {
			s.Fail("keeping the settings", err)
		}
	})
}

func (s *Shell) use(v app.Settings) {
	before := s.settings
	s.settings = v
	// One after the other: an icon that is resized before it is coloured anew
	// would be kept by Fyne in the old colour.
	if before.Theme != v.Theme {
		s.wear(v.Theme, before.TextScale)
		s.rethemed()
	}
	if before.TextScale != v.TextScale {
		s.wear(v.Theme, v.TextScale)
		s.rethemed()
	}
	if r, ok := s.Current().(Refresher); ok && before.BlurPhotos != v.BlurPhotos {
		r.Refresh()
	}
	s.spare(before)
	s.frame.retitle()
	s.frame.tick()
}

func (s *Shell) wear(mode string, scale float32) {
	s.opts.App.Settings().SetTheme(look.New(look.Mode(mode), scale))
}

// rethemed draws everything with the new colours.
func (s *Shell) rethemed() {
	for name, screen := range s.screens {
		// Those out of sight are drawn anew when they are shown.
		s.faded[name] = screen != s.Current()
		if t, ok := screen.(Themed); ok && !s.faded[name] {
			t.Rethemed()
		}
	}
	s.frame.rethemed()
}

// Blurred reports whether photos are blurred until wanted.
func (s *Shell) Blurred() bool { return s.settings.BlurPhotos }

// keys are all keys that act now: the screen's, then the window's.
func (s *Shell) keys() []Key {
	var out []Key
	if c := s.Current(); c != nil {
		out = append(out, c.Keys()...)
	}
	return append(out, s.own()...)
}

// own are the window's keys, the same on every screen.
func (s *Shell) own() []Key {
	const g = "Everywhere"
	keys := []Key{
		Rune('?', "Show these keys", s.Help).In(g),
		Named(fyne.KeyEscape, "Back", s.Back).In(g),
		Named(fyne.KeyBackspace, "Back", s.Back).In(g).Labelled(""),
		Rune('u', "Undo the last decision while it waits", s.undo.press).In(g),
	}
	for i, item := range railItems {
		if s.Has(item.screen) {
			keys = append(keys, Chord(fyne.KeyName(rune('1'+i)), 0, item.title, func() { s.Open(Route{Screen: item.screen}) }).In(g))
		}
	}
	return append(keys,
		Chord(fyne.KeyR, 0, "Sync now, or cancel the sync", s.ToggleSync).In(g),
		Chord(fyne.KeyB, 0, "Blur photos, or show them", s.toggleBlur).In(g),
		Chord(fyne.KeyB, fyne.KeyModifierShift, "Oaths behind dots, or shown", s.toggleVeil).In(g),
		Chord(fyne.KeyD, 0, "Dark or light", s.toggleTheme).In(g),
		Chord(fyne.KeyEqual, 0, "Larger text", func() { s.scaleText(0.1) }).In(g),
		Chord(fyne.KeyMinus, 0, "Smaller text", func() { s.scaleText(-0.1) }).In(g),
		Chord(fyne.KeyQ, 0, "Quit", s.win.Close).In(g),
	)
}

func (s *Shell) toggleBlur() {
	v := s.settings
	v.BlurPhotos = !v.BlurPhotos
	s.SaveSettings(v)
}

func (s *Shell) toggleTheme() {
	v := s.settings
	v.Theme = string(look.Dark)
	if look.IsDark() {
		v.Theme = string(look.Light)
	}
	s.SaveSettings(v)
}

func (s *Shell) scaleText(by float32) {
	v := s.settings
	if v.TextScale == 0 {
		v.TextScale = 1
	}
	v.TextScale = min(max(v.TextScale+by, 0.8), 2)
	s.SaveSettings(v)
}

// Hint is a key and its meaning for a row of hints at the foot of a screen.
func Hint(k Key) fyne.CanvasObject { return show.NewHint(k.Label(), k.Text) }
