// Package settings is the screen of the moderator's lasting choices.
package settings

import (
	"fmt"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"mensch/app"
	"mensch/views/shell"
	"mensch/views/show"
)

// View is the screen.
type View struct {
	sh      *shell.Shell
	content fyne.CanvasObject
	focus   fyne.Focusable

	moderator, server *show.Para
	blur              *show.Check
	grey, mute, veil  *show.Check
	budget            *show.Entry
	organisation      *show.Para
	undo, minutes     *show.Entry
	theme, scale      *show.Picker
	language          *show.Picker
	problem           *show.Para
	languages         []string
}

// New makes the screen. languages are those that messages can be written in;
// connect, if not nil, lets the moderator connect another platform.
func New(sh *shell.Shell, languages []string, connect func()) *View {
	v := &View{sh: sh, languages: languages}
	v.moderator, v.server = show.NewPara(""), show.NewPara("")
	v.blur = show.NewCheck("Blur photos until they are wanted", func(on bool) {
		v.change(func(s *app.Settings) { s.BlurPhotos = on })
	})
	v.grey = show.NewCheck("Photos without colours", func(on bool) { v.change(func(s *app.Settings) { s.GreyPhotos = on }) })
	v.mute = show.NewCheck("No passing notices", func(on bool) { v.change(func(s *app.Settings) { s.Mute = on }) })
	v.veil = show.NewCheck("Oaths and insults behind dots, until the pointer is on the text", func(on bool) { v.change(func(s *app.Settings) { s.VeilWords = on }) })
	v.budget = v.number("hard things", 0, 1000, "The budget of an hour", func(s *app.Settings, n int) { s.Exposures = n })
	v.organisation = show.NewPara("").Muted().Small()
	v.undo = v.number("seconds", 0, 600, "The undo time", func(s *app.Settings, n int) { s.UndoSeconds = n })
	v.minutes = v.number("minutes", 0, 1440, "The time between syncs", func(s *app.Settings, n int) { s.SyncMinutes = n })
	v.theme = show.NewPicker("", v.themes)
	v.scale = show.NewPicker("", v.scales)
	v.language = show.NewPicker("", v.messageLanguages)
	v.problem = show.NewPara("").Role(theme.ColorNameError)
	v.problem.Hide()
	v.focus = v.undo

	platform := []fyne.CanvasObject{
		field("You are known as", "The platform says who a token belongs to.", v.moderator),
		field("Platform", "", v.server),
	}
	if connect != nil {
		platform = append(platform, show.NewRow(0, show.Own(show.NewButton("Connect another platform …", theme.LoginIcon(), connect)), show.Grow(show.Gap(1, 1), 1)))
	}
	v.content = show.NewScroll(show.NewGround("", 0, show.NewBox(14,
		v.problem,
		show.NewPanel("Platform", show.NewBox(12, platform...)),
		show.NewPanel("Deciding", show.NewBox(12,
			field("Undo time in seconds", "How long a confirmed decision waits before it is sent; 0 sends at once.", narrow(v.undo)),
			field("Language of messages", "For an expert whose own language the rules are not written in.", narrow(v.language)),
		)),
		show.NewPanel("Sparing yourself", show.NewBox(12,
			field("Photos", "v shows a photo where it is blurred.", show.NewBox(4, v.blur, v.grey)),
			field("Words", "", v.veil),
			field("Notices", "Errors are always shown.", v.mute),
			field("Hard things within an hour", "Photos that you uncovered, or saw in a case unblurred, and severe transcripts, before a break is suggested; 0 never. Counted on this machine, for you alone: nothing of it is sent or exported.", narrow(v.budget)),
			v.organisation,
		)),
		show.NewPanel("Looking", show.NewBox(12,
			field("Colours", "", narrow(v.theme)),
			field("Size of text", "", narrow(v.scale)),
		)),
		show.NewPanel("Syncing", show.NewBox(12,
			field("Minutes between syncs", "0 syncs only by hand (Ctrl+R).", narrow(v.minutes)),
		)),
	)).Pad(24, 18, 24, 24))
	return v
}

// field is a setting's name and explanation beside its control.
func field(name, note string, control fyne.CanvasObject) fyne.CanvasObject {
	words := []fyne.CanvasObject{show.NewLine(name)}
	if note != "" {
		words = append(words, show.NewPara(note).Muted().Small())
	}
	return show.NewRow(24, show.Fix(show.NewBox(1, words...), 340), show.Grow(control, 1))
}

func narrow(o fyne.CanvasObject) fyne.CanvasObject {
	return show.NewRow(0, show.Fix(o, 180), show.Grow(show.Gap(1, 1), 1))
}

// number is a field for a whole number; what is no number, or out of its
// bounds, is said and not kept.
func (v *View) number(unit string, low, high int, what string, set func(*app.Settings, int)) *show.Entry {
	e := show.NewEntry(unit)
	e.OnSubmitted = func(text string) {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < low || n > high {
			v.say(fmt.Sprintf("%s must be a whole number from %d to %d. The old one is kept.", what, low, high))
			return
		}
		v.change(func(s *app.Settings) { set(s, n) })
		v.sh.Tell("Kept.")
	}
	return e
}

func (v *View) say(text string) {
	v.problem.SetText(text)
	if text == "" {
		v.problem.Hide()
	} else {
		v.problem.Show()
	}
	v.content.Refresh()
}

func (v *View) change(f func(*app.Settings)) {
	before := v.sh.Settings()
	after := before
	f(&after)
	v.say("")
	if after != before {
		v.sh.SaveSettings(after)
	}
	v.update()
}

func (v *View) themes() []show.Option {
	return v.options([]string{"system", "light", "dark"}, v.sh.Settings().Theme, func(s *app.Settings, name string) { s.Theme = name })
}

func (v *View) options(names []string, now string, set func(*app.Settings, string)) []show.Option {
	out := make([]show.Option, 0, len(names))
	for _, name := range names {
		out = append(out, show.Option{Label: show.Capital(name), Chosen: name == now, Pick: func() {
			v.change(func(s *app.Settings) { set(s, name) })
		}})
	}
	return out
}

func (v *View) messageLanguages() []show.Option {
	out := v.options(v.languages, v.sh.Settings().Language, func(s *app.Settings, name string) { s.Language = name })
	for i, tag := range v.languages {
		out[i].Label = languageName(tag)
	}
	return out
}

// languageName is a language's English name, or its tag if it has none.
func languageName(tag string) string {
	parsed, err := language.Parse(tag)
	if err != nil {
		return show.Capital(tag)
	}
	if name := display.English.Languages().Name(parsed); name != "" {
		return name
	}
	return show.Capital(tag)
}

var scales = []float32{0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2}

func (v *View) scales() []show.Option {
	out := make([]show.Option, 0, len(scales))
	for _, n := range scales {
		out = append(out, show.Option{Label: show.Percent(float64(n)), Chosen: n == v.sh.Settings().TextScale, Pick: func() {
			v.change(func(s *app.Settings) { s.TextScale = n })
		}})
	}
	return out
}

// update shows the settings as they are.
func (v *View) update() {
	s := v.sh.Settings()
	v.moderator.SetText(s.Moderator)
	server := s.Server
	if server == "" {
		server = "None: Mensch works offline on what the store holds."
	}
	v.server.SetText(server)
	for _, x := range []struct {
		check *show.Check
		on    bool
	}{{v.blur, s.BlurPhotos}, {v.grey, s.GreyPhotos}, {v.mute, s.Mute}, {v.veil, s.VeilWords}} {
		x.check.Checked = x.on
		x.check.Refresh()
	}
	v.budget.SetText(strconv.Itoa(s.Exposures))
	v.organisation.SetText(organisationWords(s.Organisation))
	v.undo.SetText(strconv.Itoa(s.UndoSeconds))
	v.minutes.SetText(strconv.Itoa(s.SyncMinutes))
	v.theme.SetText(show.Capital(s.Theme))
	v.scale.SetText(show.Percent(float64(s.TextScale)))
	v.language.SetText(languageName(s.Language))
}

// Title is the screen's name.
func (v *View) Title() string { return "Settings" }

// Subtitle says where the settings are kept.
func (v *View) Subtitle() string { return "Kept in the store on this machine" }

// Content is the screen's content.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Keys are the screen's keys; the window's own change the theme, the blur and
// the size of text.
func (v *View) Keys() []shell.Key {
	return []shell.Key{
		shell.Rune('e', "Edit: go to the first field", func() { v.sh.Window().Canvas().Focus(v.focus) }),
		shell.Rune('b', "Blur photos, or show them", func() { v.change(func(s *app.Settings) { s.BlurPhotos = !s.BlurPhotos }) }),
		shell.Rune('g', "Photos without colours, or with", func() { v.change(func(s *app.Settings) { s.GreyPhotos = !s.GreyPhotos }) }),
		shell.Rune('w', "Oaths behind dots, or shown", func() { v.change(func(s *app.Settings) { s.VeilWords = !s.VeilWords }) }),
		shell.Rune('m', "Passing notices, or none", func() { v.change(func(s *app.Settings) { s.Mute = !s.Mute }) }),
		shell.Rune('o', "The organisation's choices", func() {
			v.change(func(s *app.Settings) {
				o := s.Organisation
				s.BlurPhotos, s.GreyPhotos, s.Mute, s.VeilWords, s.Exposures = o.Blur, o.Grey, o.Mute, o.Veil, o.Exposures
			})
		}),
		shell.Rune('t', "Choose the colours", v.theme.Open),
		shell.Rune('z', "Choose the size of text", v.scale.Open),
		shell.Rune('l', "Choose the language of messages", v.language.Open),
	}
}

// Open shows the settings.
func (v *View) Open(shell.Route) { v.say(""); v.update() }

// Refresh shows settings that were changed by a key.
func (v *View) Refresh() { v.update() }

// Leave does nothing: every change is kept at once.
func (v *View) Leave() {}

// organisationWords says the organisation's default.
func organisationWords(w app.Wellness) string {
	var on []string
	for _, x := range []struct {
		on   bool
		text string
	}{{w.Blur, "photos blurred"}, {w.Grey, "photos without colours"}, {w.Veil, "oaths behind dots"}, {w.Mute, "no passing notices"}} {
		if x.on {
			on = append(on, x.text)
		}
	}
	if w.Exposures > 0 {
		on = append(on, fmt.Sprintf("a break after %d hard things within an hour", w.Exposures))
	}
	if len(on) == 0 {
		return "Your organisation leaves all of this to you."
	}
	return "Your organisation's choice: " + strings.Join(on, ", ") + ". What you set otherwise is yours; o goes back to it."
}
