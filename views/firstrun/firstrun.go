// Package firstrun is the screen of a program that has no platform yet: it
// offers the demo community, or to connect one.
package firstrun

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/views/look"
	"mensch/views/shell"
	"mensch/views/show"
)

// Doors are the ways out of this screen. Both are called off the UI thread,
// and the window is built anew when they return without an error.
type Doors interface {
	// OpenDemo prepares the demo community and opens it.
	OpenDemo(ctx context.Context) error
	// Connect proves the address and the token, and keeps them.
	Connect(ctx context.Context, server, token string) error
}

// View is the screen.
type View struct {
	sh      *shell.Shell
	doors   Doors
	content fyne.CanvasObject
	work    *shell.Work

	demo, connect *show.Button
	server, token *show.Entry
	state         *show.Para
	running       bool
}

// New makes the screen.
func New(sh *shell.Shell, doors Doors) *View {
	v := &View{sh: sh, doors: doors}
	v.work = sh.Work(nil)
	v.demo = show.NewButton("Open the demo community  (d)", theme.AccountIcon(), v.openDemo).Primary()
	v.server, v.token = show.NewEntry("https://moderation.example.com"), show.NewEntry("Token")
	v.token.Password = true
	v.connect = show.NewButton("Connect  (Enter)", theme.LoginIcon(), v.tryConnect)
	v.server.OnSubmitted = func(string) { v.sh.Window().Canvas().Focus(v.token) }
	v.token.OnSubmitted = func(string) { v.tryConnect() }
	v.state = show.NewPara("").Role(look.Info)

	card := func(title, words string, rest ...fyne.CanvasObject) fyne.CanvasObject {
		body := append([]fyne.CanvasObject{show.NewLine(title).Bold().Sized(look.Title), show.NewPara(words).Muted()}, rest...)
		return show.NewGround(look.Surface, 0, show.NewBox(12, body...)).Pad(22, 20, 22, 22).Round(8).Stroke(look.Line)
	}
	column := func(o fyne.CanvasObject) fyne.CanvasObject {
		return show.NewRow(0, show.Grow(show.Gap(1, 1), 1), show.Fix(o, 620), show.Grow(show.Gap(1, 1), 1))
	}
	v.content = show.NewScroll(show.NewGround("", 0, column(show.NewBox(16,
		show.NewLine("Welcome to Mensch").Bold().Sized(theme.SizeNameHeadingText),
		show.NewPara("Mensch brings reported incidents, profiles, photos and transcripts onto this machine, shows what may break the community guidelines and why, and carries your decisions back. It works with the network cable out."),
		card("Open the demo community", "A made-up community of experts with everything that can go wrong in one. It runs on this machine alone and nothing leaves it. The first time takes about half a minute.",
			show.NewRow(0, show.Own(v.demo), show.Grow(show.Gap(1, 1), 1))),
		card("Connect to a platform", "Ask whoever runs your platform for its address and a moderator's token. The token is kept in the system's keyring, never in a file.",
			v.server, v.token,
			show.NewRow(0, show.Own(v.connect), show.Grow(show.Gap(1, 1), 1))),
		v.state,
	))).Pad(24, 34, 24, 24))
	return v
}

func (v *View) openDemo() {
	v.run("Preparing the demo community …", "opening the demo community", v.doors.OpenDemo)
}

func (v *View) tryConnect() {
	if v.running {
		return
	}
	server, token := strings.TrimSpace(v.server.Text), strings.TrimSpace(v.token.Text)
	switch {
	case server == "":
		v.state.SetText("Type the platform's address first.")
		v.sh.Window().Canvas().Focus(v.server)
		return
	case token == "":
		v.state.SetText("Type your token first.")
		v.sh.Window().Canvas().Focus(v.token)
		return
	}
	v.run("Connecting …", "connecting to the platform", func(ctx context.Context) error { return v.doors.Connect(ctx, server, token) })
}

// run does one thing at a time; both doors build the window anew.
func (v *View) run(says, doing string, what func(context.Context) error) {
	if v.running {
		return
	}
	v.running = true
	v.state.SetText(says)
	v.demo.Disable()
	v.connect.Disable()
	shell.Act(v.sh, shell.Just(what), func(_ shell.None, err error) {
		v.running = false
		v.demo.Enable()
		v.connect.Enable()
		v.state.SetText("")
		if err != nil {
			v.sh.Fail(doing, err)
		}
	})
}

// Title is the screen's name.
func (v *View) Title() string { return "Welcome" }

// Subtitle is empty: there is nothing yet.
func (v *View) Subtitle() string { return "" }

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Keys are the screen's keys.
func (v *View) Keys() []shell.Key {
	return []shell.Key{
		shell.Rune('d', "Open the demo community", v.openDemo),
		shell.Rune('c', "Connect to a platform: type its address", func() { v.sh.Window().Canvas().Focus(v.server) }),
		shell.Named(fyne.KeyReturn, "Connect", v.tryConnect),
	}
}

// Open shows the screen.
func (v *View) Open(shell.Route) {}

// Leave does nothing: opening the demo goes on.
func (v *View) Leave() {}
