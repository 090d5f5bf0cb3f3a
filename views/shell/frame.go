package shell

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"mensch/app"
	"mensch/views/look"
	"mensch/views/show"
)

type railItem struct {
	screen string
	title  string
	icon   func() fyne.Resource
}

// railItems are the screens of the rail, in the order of their chords.
var railItems = []railItem{
	{Queue, "Queue", theme.ListIcon},
	{Sync, "Sync", theme.ViewRefreshIcon},
	{Bank, "Banks", theme.MediaPhotoIcon},
	{Rules, "Rules", theme.DocumentIcon},
	{Settings, "Settings", theme.SettingsIcon},
	{Reviews, "Reviews", theme.VisibilityIcon},
	{Dashboard, "Numbers", theme.HistoryIcon},
}

// belongs says which item of the rail lights up for a screen.
func belongs(screen string) string {
	if top[screen] {
		return screen
	}
	switch screen {
	case Approval, Appeal:
		return Reviews
	case Quality:
		return Dashboard
	}
	return Queue
}

// frame is the rail at the left, the header above, the status line below, and
// the screen in the middle.
type frame struct {
	sh      *Shell
	root    *fyne.Container
	body    *fyne.Container
	rail    *show.Ground
	items   map[string]*railButton
	back    *show.Button
	title   *show.Line
	sub     *show.Line
	actions *fyne.Container
	header  *show.Ground
	dot     *show.Dot
	syncing *show.Line
	counts  *show.Line
	who     *show.Line
	status  *show.Ground
	bar     *show.Meter
	said    string // what the status line says
}

func newFrame(s *Shell) *frame {
	f := &frame{sh: s, items: map[string]*railButton{}, body: container.NewStack(), actions: container.NewHBox()}

	var buttons []fyne.CanvasObject
	buttons = append(buttons, show.Gap(1, 6))
	for _, item := range railItems {
		b := newRailButton(item.title, item.icon(), func() { s.Open(Route{Screen: item.screen}) })
		f.items[item.screen] = b
		buttons = append(buttons, b)
	}
	help := newRailButton("Keys  ?", theme.HelpIcon(), s.Help)
	f.rail = show.NewGround(look.Rail, 0, container.NewBorder(show.NewBox(2, buttons...), show.NewBox(0, help, show.Gap(1, 6)), nil, nil))

	f.back = show.NewButton("", theme.NavigateBackIcon(), s.Back).Quiet()
	f.title = show.NewLine("").Bold().Sized(look.Title).Whole()
	f.sub = show.NewLine("").Muted()
	f.header = show.NewGround(look.Surface, 0, show.NewRow(10, show.Own(f.back), show.Own(f.title), show.Grow(f.sub, 1), show.Own(f.actions))).
		Pad(12, 6, 12, 6).Below()

	f.dot = show.NewDot(look.Muted)
	f.syncing = show.NewLine("").Small().Muted().Whole()
	f.bar = show.NewMeter().Bare().Coloured(func(int) color.Color { return look.Of(theme.ColorNamePrimary) })
	f.bar.Hide()
	f.counts = show.NewLine("").Small().Muted()
	f.who = show.NewLine("").Small().Muted().Right().Whole()
	f.status = show.NewGround(look.Surface, 0, show.NewRow(8,
		show.Own(f.dot), show.Own(f.syncing), show.Fix(f.bar, 120), show.Grow(f.counts.Right(), 1), show.Own(f.who))).
		Pad(12, 4, 12, 4).Above()

	f.root = container.New(&frameLayout{f, s.notices.root, s.undo.root},
		f.body, f.header, s.notices.root, s.undo.root, f.status, f.rail)
	return f
}

// frameLayout places the frame's parts; Fyne's border would leave gaps.
type frameLayout struct {
	f             *frame
	notices, undo fyne.CanvasObject
}

func (l *frameLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	rail := 66 * look.Size(theme.SizeNameText) / 13
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	width := size.Width - rail
	put(l.f.rail, 0, 0, rail, size.Height)
	y := float32(0)
	if l.f.header.Visible() {
		h := max(46, show.HeightFor(l.f.header, width))
		put(l.f.header, rail, y, width, h)
		y += h
	}
	if h := show.HeightFor(l.notices, width); h > 0 {
		put(l.notices, rail, y, width, h)
		y += h
	}
	low := size.Height
	if l.f.status.Visible() {
		h := show.HeightFor(l.f.status, width)
		low -= h
		put(l.f.status, rail, low, width, h)
	}
	if h := show.HeightFor(l.undo, width); h > 0 {
		low -= h
		put(l.undo, rail, low, width, h)
	}
	put(l.f.body, rail, y, width, low-y)
}

func (l *frameLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(860, 520) }

// relayout is called when a bar came or went.
func (f *frame) relayout() {
	if f == nil {
		return
	}
	f.root.Refresh()
}

func (f *frame) set(screen Screen) {
	f.body.Objects = []fyne.CanvasObject{screen.Content()}
	f.body.Refresh()
	here := belongs(f.sh.Route().Screen)
	for name, b := range f.items {
		b.choose(name == here)
		if f.sh.Has(name) {
			b.Show()
		} else {
			b.Hide()
		}
	}
	if len(f.sh.trail) > 1 {
		f.back.Show()
	} else {
		f.back.Hide()
	}
}

func (f *frame) retitle() {
	if f == nil {
		return
	}
	c := f.sh.Current()
	if c == nil {
		return
	}
	f.title.SetText(c.Title())
	f.sub.SetText(c.Subtitle())
	f.actions.Objects = nil
	if a, ok := c.(Actions); ok {
		f.actions.Objects = a.Actions()
	}
	f.actions.Refresh()
	f.header.Refresh()
	f.sh.win.SetTitle("Mensch – " + c.Title())
}

// tick shows the status line.
func (f *frame) tick() {
	st := f.sh.status
	role, text := look.Muted, "Not synced yet"
	bar := -1
	switch {
	case st.Running:
		role = theme.ColorNamePrimary
		text = phase(st)
		if st.Total > 0 {
			bar = int(100 * st.Done / st.Total)
		}
	case st.Error != "":
		role, text = theme.ColorNameError, "Sync failed"
		if !st.SyncedAt.IsZero() {
			text += ", last " + show.Ago(st.SyncedAt, f.sh.Now()) + " ago"
		}
	case !st.SyncedAt.IsZero():
		role, text = theme.ColorNameSuccess, "Synced"
		if ago := show.Ago(st.SyncedAt, f.sh.Now()); ago != "now" {
			text += " " + ago + " ago"
		}
	}
	who := f.sh.settings.Moderator
	c := st.Counts
	counts := show.Count(c.Open, "open case", "open cases")
	if n := c.Proposals + c.Appeals; n > 0 {
		counts += "   " + show.Count(n, "second look", "second looks")
	}
	if c.Waiting > 0 {
		counts += "   " + show.Number(int64(c.Waiting)) + " sending"
	}
	if c.Conflicts > 0 {
		counts += "   " + show.Count(c.Conflicts, "conflict", "conflicts")
	}
	if c.Work > 0 {
		counts += "   " + show.Number(int64(c.Work)) + " to read"
	}
	// Once a second the whole window would be painted anew for nothing.
	now := fmt.Sprint(role, text, bar, counts, who)
	if now == f.said {
		return
	}
	f.said = now
	f.dot.Set(role)
	f.syncing.SetText(text)
	f.counts.SetText(counts)
	f.who.SetText(who)
	if bar >= 0 {
		f.bar.Set(bar)
		f.bar.Show()
	} else {
		f.bar.Hide()
	}
	f.status.Refresh()
}

// phase says what a running sync does.
func phase(st app.SyncStatus) string {
	name := map[string]string{
		"changes": "Fetching changes", "photos": "Fetching photos", "hashing": "Reading photos",
		"detecting": "Looking for findings", "cases": "Ordering cases", "sending": "Sending decisions",
	}[st.Phase]
	if name == "" {
		name = "Syncing"
	}
	if st.Total > 0 {
		return name + "  " + show.Number(st.Done) + " of " + show.Number(st.Total)
	}
	if st.Done > 0 {
		return name + "  " + show.Number(st.Done)
	}
	return name
}

func (f *frame) rethemed() {
	for _, b := range f.items {
		b.Refresh()
	}
	f.root.Refresh()
	canvas.Refresh(f.root)
}

// Status is the sync's state and the counts, as last heard.
func (s *Shell) Status() app.SyncStatus { return s.status }

// RefreshStatus asks the desk for the status again.
func (s *Shell) RefreshStatus() {
	if s.statusW.Pending() {
		return
	}
	Load(s.statusW, s.opts.Desk.Status, func(st app.SyncStatus, err error) {
		if err != nil {
			st = s.status
			st.Running, st.Error = false, Sentence("reading the status", err)
		}
		s.setStatus(st)
	})
}

func (s *Shell) setStatus(st app.SyncStatus) {
	ended := s.status.Running && !st.Running
	s.status = st
	s.frame.tick()
	if ended {
		if r, ok := s.Current().(Refresher); ok {
			r.Refresh()
		}
		s.LoadSettings() // the platform may have said who the moderator is
	}
}

// Syncing reports whether a sync that this window began is under way.
func (s *Shell) Syncing() bool { return s.syncing != nil }

// ToggleSync begins a sync, or cancels the one under way.
func (s *Shell) ToggleSync() {
	if s.syncing != nil {
		s.syncing()
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.syncing = cancel
	st := s.status
	st.Running, st.Error = true, ""
	s.setStatus(st)
	s.opts.Go(func() {
		_, err := guard(ctx, func(ctx context.Context) (None, error) {
			return None{}, s.opts.Desk.Sync(ctx, func(st app.SyncStatus) {
				s.Do(func() {
					if s.syncing != nil {
						st.Running = true
						s.setStatus(st)
					}
				})
			})
		})
		cancel()
		s.Do(func() {
			s.syncing = nil
			st := s.status
			st.Running = false
			if err != nil && !errors.Is(err, context.Canceled) {
				st.Error = Sentence("syncing", err)
				s.Fail("syncing", err)
			}
			s.setStatus(st)
			s.RefreshStatus()
		})
	})
}

// railButton is an icon with a caption. It does not take the focus: the chords
// reach the screens by key.
type railButton struct {
	show.Tap
	label  *show.Line
	ground *show.Ground
	icon   *widget.Icon
	res    fyne.Resource
	on     bool
}

func newRailButton(title string, icon fyne.Resource, tapped func()) *railButton {
	b := &railButton{res: icon}
	b.icon = widget.NewIcon(icon)
	b.label = show.NewLine(title).Sized(look.Tiny).Centred()
	b.ground = show.NewGround("", 0, show.NewBox(1, container.NewCenter(container.NewGridWrap(fyne.NewSize(20, 20), b.icon)), b.label)).
		Pad(2, 7, 2, 6).Round(6)
	b.Init(b, show.NewGround("", 0, b.ground).Pad(6, 0, 6, 0), tapped)
	b.choose(false)
	return b
}

func (b *railButton) choose(on bool) {
	b.on = on
	ink, ground := look.RailInk, fyne.ThemeColorName("")
	if on {
		ink, ground = look.RailOn, look.RailHere
	}
	b.label.Role(ink)
	b.label.Refresh()
	b.icon.SetResource(show.Tinted(b.res, ink))
	b.ground.Paint(ground)
}

// RailNumber is the digit that goes to a screen of the rail with Ctrl; 0 if it
// is not in the rail.
func RailNumber(screen string) int {
	return slices.IndexFunc(railItems, func(r railItem) bool { return r.screen == screen }) + 1
}
