package shell

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"mensch/views/show"
)

// Key is a key of a screen: what is pressed, what it does in words (for the
// help), and the action. Make one with Rune, Named or Chord.
//
// Printable characters are heard as runes, everything else by name. This
// matters: a printable key arrives as both, and a field that is focused by the
// first must not receive the second.
type Key struct {
	rune  rune
	name  fyne.KeyName
	mod   fyne.KeyModifier
	label string
	quiet bool   // not in the help
	Text  string // what it does: "Open the case"
	Group string // heading in the help; empty: the screen's
	Run   func()
}

// Rune is a printable key, such as 'j'. It does not act while the focus is in
// a field.
func Rune(r rune, text string, run func()) Key { return Key{rune: r, Text: text, Run: run} }

// Named is a key with a name, such as fyne.KeyReturn (also the keypad's) or
// fyne.KeyUp. It does not act while the focus is in a field, except Esc, which
// leaves the field first.
func Named(name fyne.KeyName, text string, run func()) Key {
	return Key{name: name, Text: text, Run: run}
}

// Chord is a key with Ctrl (Cmd on a Mac) and perhaps Shift or Alt; it acts
// also while the focus is in a field. Not for A, C, V, X, Y and Z, which
// belong to the fields.
func Chord(name fyne.KeyName, more fyne.KeyModifier, text string, run func()) Key {
	return Key{name: name, mod: fyne.KeyModifierShortcutDefault | more, Text: text, Run: run}
}

// Labelled replaces how the help names the key, where one line stands for
// several keys ("1 – 9"). An empty label keeps the key out of the help.
func (k Key) Labelled(label string) Key {
	k.label, k.quiet = label, label == ""
	return k
}

// In puts the key under another heading of the help.
func (k Key) In(group string) Key { k.Group = group; return k }

// Label names the key as it stands on a keyboard.
func (k Key) Label() string {
	if k.label != "" {
		return k.label
	}
	if k.rune != 0 {
		if k.rune == ' ' {
			return "Space"
		}
		return string(k.rune)
	}
	var parts []string
	if k.mod&fyne.KeyModifierControl != 0 {
		parts = append(parts, "Ctrl")
	}
	if k.mod&fyne.KeyModifierSuper != 0 {
		parts = append(parts, "Cmd")
	}
	if k.mod&fyne.KeyModifierAlt != 0 {
		parts = append(parts, "Alt")
	}
	if k.mod&fyne.KeyModifierShift != 0 {
		parts = append(parts, "Shift")
	}
	name, ok := keyNames[k.name]
	if !ok {
		name = string(k.name)
	}
	return strings.Join(append(parts, name), "+")
}

var keyNames = map[fyne.KeyName]string{
	fyne.KeyReturn: "Enter", fyne.KeyEnter: "Enter", fyne.KeyEscape: "Esc", fyne.KeyBackspace: "Backspace",
	fyne.KeyPageUp: "Page up", fyne.KeyPageDown: "Page down", fyne.KeyUp: "Up", fyne.KeyDown: "Down",
	fyne.KeyLeft: "Left", fyne.KeyRight: "Right", fyne.KeyDelete: "Del", fyne.KeyEqual: "+", fyne.KeyMinus: "-",
}

// router hears every key that no field keeps.
type router struct {
	sh     *Shell
	chords map[string]bool // registered at the canvas
}

func (r *router) attach(c fyne.Canvas) {
	show.HearChords(c, r.heard)
	c.SetOnTypedRune(func(char rune) {
		defer r.sh.caught("answering a key")
		r.typed(func(k Key) bool { return k.rune == char && char != 0 }, char == '?' || char == ' ')
	})
	c.SetOnTypedKey(func(ev *fyne.KeyEvent) {
		defer r.sh.caught("answering a key")
		name := ev.Name
		if name == fyne.KeyEnter {
			name = fyne.KeyReturn
		}
		r.typed(func(k Key) bool {
			return k.mod == 0 && k.rune == 0 && k.name != "" && (k.name == name || k.name == fyne.KeyEnter && name == fyne.KeyReturn)
		}, name == fyne.KeyEscape)
	})
}

// typed runs the first key that fits: the open overlay's, the screen's, then
// the window's own.
func (r *router) typed(fits func(Key) bool, closes bool) {
	sh := r.sh
	if sh.overlay != nil {
		for _, k := range sh.overlayKeys {
			if fits(k) {
				k.Run()
				return
			}
		}
		if closes {
			sh.CloseOverlay()
		}
		return
	}
	if top := sh.win.Canvas().Overlays().Top(); top != nil {
		if closes {
			top.Hide()
			sh.win.Canvas().Overlays().Remove(top)
		}
		return
	}
	for _, k := range sh.keys() {
		if fits(k) {
			k.Run()
			return
		}
	}
}

// listen registers the chords of the present keys at the canvas. A chord that
// no screen in sight has any more stays registered and does nothing.
func (r *router) listen() {
	c := r.sh.win.Canvas()
	for _, k := range r.sh.keys() {
		if k.mod == 0 {
			continue
		}
		names := []fyne.KeyName{k.name}
		if k.name == fyne.KeyReturn {
			names = append(names, fyne.KeyEnter)
		}
		for _, name := range names {
			r.chord(c, &desktop.CustomShortcut{KeyName: name, Modifier: k.mod})
		}
	}
}

func (r *router) chord(c fyne.Canvas, s *desktop.CustomShortcut) {
	if !r.chords[s.ShortcutName()] {
		r.chords[s.ShortcutName()] = true
		c.AddShortcut(s, r.heard)
	}
}

// heard answers a chord.
func (r *router) heard(shortcut fyne.Shortcut) {
	s, ok := shortcut.(*desktop.CustomShortcut)
	if !ok {
		return
	}
	defer r.sh.caught("answering a key")
	name := s.KeyName
	if name == fyne.KeyEnter {
		name = fyne.KeyReturn
	}
	r.typed(func(k Key) bool { return k.mod == s.Modifier && k.name == name }, false)
}

// Press is what has to be pressed, the same for the same key.
func (k Key) Press() string {
	k.label = ""
	return k.Label()
}

// AllKeys are the keys that act now: the screen's, then the window's own.
func (s *Shell) AllKeys() []Key { return s.keys() }

// ConfirmKey is how the key that confirms is called: Ctrl+Enter, on a Mac
// Cmd+Enter.
func ConfirmKey() string { return Chord(fyne.KeyReturn, 0, "", nil).Label() }
