package transcript

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/look"
	"mensch/views/show"
)

// sift finds the marks that are walked and listed.
func (v *View) sift() {
	v.shown = v.shown[:0]
	if v.have && v.only != "" && !slices.ContainsFunc(v.file.Marks, func(m app.Mark) bool { return m.Guideline == v.only }) {
		v.only = ""
	}
	for k, m := range v.file.Marks {
		if v.only == "" || m.Guideline == v.only {
			v.shown = append(v.shown, k)
		}
	}
}

// setOnly walks and lists the marks of one guideline; empty: all.
func (v *View) setOnly(guideline string) {
	v.only = guideline
	v.sift()
	v.side.fill()
	v.list.RefreshRows()
	v.strip.Refresh()
	if guideline != "" && !slices.Contains(v.shown, v.current) && len(v.shown) > 0 {
		next := v.beside(v.current, 1)
		if next < 0 {
			next = v.shown[0]
		}
		v.goTo(next, true)
	}
}

func (v *View) toggleOnly() {
	m, ok := v.Current()
	switch {
	case v.only != "":
		v.setOnly("")
	case ok:
		v.setOnly(m.Guideline)
	}
}

// nextOnly goes from guideline to guideline, and then to all.
func (v *View) nextOnly() {
	all := v.guidelines()
	if len(all) == 0 {
		return
	}
	i := slices.Index(all, v.only) + 1
	if i == len(all) {
		v.setOnly("")
		return
	}
	v.setOnly(all[i])
}

// guidelines are those that marks name, in the order of the text.
func (v *View) guidelines() []string {
	var out []string
	for _, m := range v.file.Marks {
		if !slices.Contains(out, m.Guideline) {
			out = append(out, m.Guideline)
		}
	}
	return out
}

// chips fills the row by which marks are filtered.
func (s *sidePane) chips() {
	all := s.v.guidelines()
	if len(all) < 2 {
		s.filter.Set()
		return
	}
	var out []fyne.CanvasObject
	for _, g := range all {
		n, title := 0, g
		for _, m := range s.v.file.Marks {
			if m.Guideline == g {
				n, title = n+1, m.Title
			}
		}
		chip := show.NewTap(show.NewGround("", 2, show.NewGuidelineChip(g, title+"  "+strconv.Itoa(n))), func() {
			if s.v.only == g {
				s.v.setOnly("")
			} else {
				s.v.setOnly(g)
			}
		})
		chip.Choose(s.v.only == g, look.Muted)
		out = append(out, chip)
	}
	s.filter.Set(out...)
	s.root.Refresh()
}

// who says who said a mark's words to whom, and when.
func (v *View) who(m app.Mark) string {
	i := v.index(m.Seq)
	if i < 0 {
		return ""
	}
	said := v.messages[i]
	from, to := v.file.Expert.ScreenName, v.file.Session.ClientID
	if said.From == model.FromClient {
		from, to = to, from
	}
	return from + " to " + to + ", " + show.Clock(said.At)
}
