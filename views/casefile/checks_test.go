package casefile

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"mensch/app/profiles"
	"mensch/views/look"
)

func TestHowLongALicenceHolds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		expires time.Time
		words   string
		role    fyne.ThemeColorName
	}{
		{time.Time{}, "", look.Muted},
		{time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), "Expired 31 Aug 2026", theme.ColorNameError},
		{time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "Until 31 Dec 2026", theme.ColorNameWarning},
		{time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC), "Until 31 Dec 2028", look.Muted},
	} {
		words, role := validity(profiles.Check{Expires: c.expires, Expired: !c.expires.IsZero() && now.After(c.expires)}, now)
		if words != c.words || role != c.role {
			t.Errorf("%v: %q in %s", c.expires, words, role)
		}
	}
}
