package shell

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"mensch/views/look"
	"mensch/views/show"
)

// HelpLine is one line of the help: keys and what they do.
type HelpLine struct{ Group, Keys, Text string }

// HelpLines are all keys of the present screen and of the window. Keys that do
// the same thing share a line.
func (s *Shell) HelpLines() []HelpLine {
	var out []HelpLine
	at := map[string]int{}
	for _, k := range s.keys() {
		if k.quiet || k.Text == "" {
			continue
		}
		group := k.Group
		if group == "" {
			group = s.Current().Title()
			if g, ok := s.Current().(interface{ HelpTitle() string }); ok {
				group = g.HelpTitle()
			}
		}
		id := group + "\x00" + k.Text
		if i, ok := at[id]; ok {
			out[i].Keys += "   " + k.Label()
			continue
		}
		at[id] = len(out)
		out = append(out, HelpLine{Group: group, Keys: k.Label(), Text: k.Text})
	}
	return out
}

// Help shows the keys over the screen.
func (s *Shell) Help() {
	if s.Current() == nil {
		return
	}
	var groups []string
	rows := map[string][]fyne.CanvasObject{}
	for _, l := range s.HelpLines() {
		if rows[l.Group] == nil {
			groups = append(groups, l.Group)
		}
		rows[l.Group] = append(rows[l.Group], show.NewRow(10,
			show.Fix(show.NewKeys(l.Keys), 146), show.Grow(show.NewLine(l.Text), 1)))
	}
	total := 0
	for _, g := range groups {
		total += len(rows[g]) + 2
	}
	// The screen's groups fill the left column to the middle, the window's keys
	// close the right one.
	var left, right []fyne.CanvasObject
	filled := 0
	for _, g := range groups {
		section := append([]fyne.CanvasObject{show.NewLine(g).Bold()}, rows[g]...)
		box := show.NewGround("", 0, show.NewBox(5, section...)).Pad(0, 0, 0, 14)
		if filled += len(rows[g]) + 2; g == "Everywhere" || len(left) > 0 && filled > (total+1)/2+2 {
			right = append(right, box)
		} else {
			left = append(left, box)
		}
	}
	body := show.NewRow(28,
		show.Cell{Object: show.NewBox(0, left...), Share: 1, Top: true},
		show.Cell{Object: show.NewBox(0, right...), Share: 1, Top: true})
	card := show.NewGround("", 0, show.NewBox(14,
		show.NewRow(8, show.Grow(show.NewLine("Keys").Bold().Sized(look.Title), 1), show.Own(show.NewHint("Esc", "Close"))),
		body)).Pad(22, 16, 22, 10)
	size := s.win.Canvas().Size()
	width := min(size.Width-80, 880)
	scroll := show.NewScroll(card)
	s.Overlay(scroll, fyne.NewSize(width, min(size.Height-80, show.HeightFor(card, width)+4)))
}

// Overlay shows an object over the screen until Esc, or until CloseOverlay.
// While it is open only the given keys act.
func (s *Shell) Overlay(o fyne.CanvasObject, size fyne.Size, keys ...Key) {
	s.CloseOverlay()
	pop := widget.NewModalPopUp(o, s.win.Canvas())
	pop.Resize(size)
	pop.Show()
	s.overlay, s.overlayKeys = pop, keys
	for _, k := range keys {
		if k.mod != 0 {
			s.router.chord(s.win.Canvas(), &desktop.CustomShortcut{KeyName: k.name, Modifier: k.mod})
		}
	}
}

// CloseOverlay takes the overlay away.
func (s *Shell) CloseOverlay() {
	if s.overlay == nil {
		return
	}
	o := s.overlay
	s.overlay, s.overlayKeys = nil, nil
	o.Hide()
}

// OverlayOpen reports whether something is shown over the screen.
func (s *Shell) OverlayOpen() bool { return s.overlay != nil }
