package views

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"mensch/views/look"
	"mensch/views/show"
)

// Splash is a window that says what is being prepared, until New builds the
// real content in it (Options.Window). Say changes the words.
type Splash struct {
	Window fyne.Window
	text   *show.Para
	box    *fyne.Container
}

// NewSplash makes the master window and shows it.
func NewSplash(a fyne.App, text string) *Splash {
	a.Settings().SetTheme(look.New(look.System, 1))
	s := &Splash{Window: a.NewWindow("Mensch"), text: show.NewPara(text).Muted()}
	s.Window.SetMaster()
	s.Window.SetPadded(false)
	column := show.NewRow(0, show.Grow(show.Gap(1, 1), 1), show.Fix(show.NewBox(10,
		show.NewLine("Mensch").Bold().Sized(theme.SizeNameHeadingText), s.text), 520), show.Grow(show.Gap(1, 1), 1))
	s.box = show.NewBanded(show.NewGround("", 0, column).Pad(24, 120, 24, 24), nil, show.Gap(1, 1))
	s.Window.SetContent(container.NewStack(s.box))
	s.Window.Resize(fyne.NewSize(1280, 740))
	s.Window.Show()
	return s
}

// Say changes the words. It runs on the UI thread.
func (s *Splash) Say(text string) {
	s.text.SetText(text)
	show.Relaid(s.box)
}
