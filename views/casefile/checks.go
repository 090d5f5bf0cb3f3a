package casefile

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app/profiles"
	"mensch/views/look"
	"mensch/views/show"
)

// mostChecks is how many lines of the checklist are drawn.
const mostChecks = 20

// checksPanel lists what can be verified about the profile, what has expired
// first, and says how.
func (v *View) checksPanel() fyne.CanvasObject {
	var rows []fyne.CanvasObject
	list := v.file.Checks
	for _, expired := range []bool{true, false} {
		for _, c := range list {
			if c.Expired == expired && len(rows) < mostChecks {
				rows = append(rows, checkRow(c, v.sh.Now()))
			}
		}
	}
	if n := len(list) - len(rows); n > 0 {
		rows = append(rows, show.NewLine(fmt.Sprintf("and %d more", n)).Small().Muted())
	}
	return show.NewPanel("To verify", show.NewBox(9, rows...))
}

func checkRow(c profiles.Check, now time.Time) fyne.CanvasObject {
	words, role := validity(c, now)
	said := c.Text
	if c.Field == "gender" {
		said = show.Capital(said) // in the program's words, not the expert's
	}
	head := []show.Cell{show.Grow(show.NewPara(said).Lines(3), 1)}
	if words != "" {
		head = append(head, show.Own(show.NewChip(words, role)))
	}
	where := map[string]string{"degrees": "Degree", "credentials": "Credential", "headline": "In the headline", "bio": "In the bio", "gender": "Gender"}[c.Field]
	text := where + ". " + show.Capital(c.Prompt)
	if c.Number != "" {
		text += ", " + c.Number
	}
	return show.NewBox(1, show.NewRow(8, head...), show.NewPara(text+".").Small().Muted())
}

// soon is how long before its end a licence is worth a look.
const soon = 60 * 24 * time.Hour

// validity says how long a licence holds; empty where the profile does not say.
func validity(c profiles.Check, now time.Time) (string, fyne.ThemeColorName) {
	last := c.Expires.AddDate(0, 0, -1) // the last day on which it holds
	switch {
	case c.Expires.IsZero():
		return "", look.Muted
	case c.Expired:
		return "Expired " + show.Date(last), theme.ColorNameError
	case c.Expires.Sub(now) < soon:
		return "Until " + show.Date(last), theme.ColorNameWarning
	}
	return "Until " + show.Date(last), look.Muted
}
