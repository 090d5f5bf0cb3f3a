package shell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"mensch/views/look"
)

// menu is the window's menu: the same actions as the keys, with their chords.
func (s *Shell) menu() *fyne.MainMenu {
	item := func(label string, key fyne.KeyName, run func()) *fyne.MenuItem {
		m := fyne.NewMenuItem(label, func() {
			defer s.caught("answering the menu")
			run()
		})
		if key != "" {
			m.Shortcut = &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
		}
		return m
	}
	theme := func(mode look.Mode) func() {
		return func() {
			v := s.settings
			v.Theme = string(mode)
			s.SaveSettings(v)
		}
	}
	quit := item("Quit", fyne.KeyQ, s.win.Close)
	quit.IsQuit = true
	var places []*fyne.MenuItem
	for i, r := range railItems {
		places = append(places, item(r.title, fyne.KeyName(rune('1'+i)), func() { s.Open(Route{Screen: r.screen}) }))
	}
	places = append(places, fyne.NewMenuItemSeparator(), item("Back", "", s.Back))
	return fyne.NewMainMenu(
		fyne.NewMenu("File", item("Sync now", fyne.KeyR, s.ToggleSync), fyne.NewMenuItemSeparator(), quit),
		fyne.NewMenu("Go", places...),
		fyne.NewMenu("View",
			item("Blur photos, or show them", fyne.KeyB, s.toggleBlur),
			fyne.NewMenuItemSeparator(),
			item("Dark", "", theme(look.Dark)), item("Light", "", theme(look.Light)), item("As the system", "", theme(look.System)),
			fyne.NewMenuItemSeparator(),
			item("Larger text", fyne.KeyEqual, func() { s.scaleText(0.1) }), item("Smaller text", fyne.KeyMinus, func() { s.scaleText(-0.1) })),
		fyne.NewMenu("Help", item("Keys of this screen", "", s.Help)),
	)
}
