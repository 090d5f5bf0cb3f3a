package cases_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/cases"
	"mensch/app/model"
)

// TestAgainIsTheSameChoice: made once more on the same day, a sanction is as it
// was; on another day, what lasts lasts as long.
func TestAgainIsTheSameChoice(t *testing.T) {
	p := pack(t)
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SampledFrom(p.Guidelines).Draw(t, "guideline")
		c := cases.Choice{
			Guideline: g.ID, Step: rapid.SampledFrom([]model.Step{model.StepNote, model.StepWarning, model.StepFieldReset, model.StepPhotoRemoval, model.StepRatingVoid, model.StepSuspension, model.StepBan}).Draw(t, "step"), Days: rapid.SampledFrom([]int{0, 1, 7, 365}).Draw(t, "days"), DepartedReason: "why",
			Everywhere: rapid.Bool().Draw(t, "everywhere"), With: rapid.Bool().Draw(t, "along"), Field: "bio", Ratings: []string{"r1"},
		}
		first, err := cases.NewSanction(p, "s1", "d1", expert().Expert, c, now)
		if err != nil {
			t.Fatal(err)
		}
		same, err := cases.Again(p, "s1", "d1", expert().Expert, first, now)
		if err != nil || fmt.Sprint(same) != fmt.Sprint(first) {
			t.Fatalf("%+v became %+v, %v", first, same, err)
		}
		later := now.AddDate(0, 0, rapid.IntRange(1, 400).Draw(t, "later"))
		again, err := cases.Again(p, "s2", "d2", expert().Expert, first, later)
		if err != nil || cases.Days(again) != cases.Days(first) || again.Strikes != first.Strikes || !again.StartsAt.Equal(later) || again.StrikesExpire.IsZero() != first.StrikesExpire.IsZero() {
			t.Fatalf("%+v became %+v, %v", first, again, err)
		}
	})
}

// TestRedate moves letters of the program's own to another day by their words, as
// if somebody had changed them by hand: they say what the letter of that day says.
func TestRedate(t *testing.T) {
	p := pack(t)
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom([]string{"en", "de", "es"}).Draw(t, "language")
		was := model.Decision{ID: "d-first", Outcome: model.Sanctioned, Language: lang, DecidedAt: now.AddDate(0, 0, rapid.IntRange(0, 500).Draw(t, "day"))}
		is := model.Decision{ID: "d-again", Outcome: model.Sanctioned, Language: lang, DecidedAt: was.DecidedAt.AddDate(0, 0, rapid.IntRange(1, 90).Draw(t, "later"))}
		for i := range rapid.IntRange(1, 2).Draw(t, "sanctions") {
			c := cases.Choice{Guideline: p.Guidelines[i].ID, Step: model.StepSuspension, Days: rapid.IntRange(1, 60).Draw(t, "days")}
			for _, d := range []*model.Decision{&was, &is} {
				s, err := cases.NewSanction(p, "s", d.ID, expert().Expert, c, d.DecidedAt)
				if err != nil {
					t.Fatal(err)
				}
				d.Sanctions = append(d.Sanctions, s)
			}
		}
		letter := func(d model.Decision) string {
			text, err := cases.Compose(p, lang, expert(), d.Sanctions, nil)
			if err != nil {
				t.Fatal(err)
			}
			return text + "\n\nIn my own words, of 111 May 2026."
		}
		got, err := cases.Redate(p, letter(was), was, is)
		if errors.Is(err, cases.ErrRedate) {
			t.Skip("a day would become two")
		}
		if err != nil || got != letter(is) {
			t.Fatalf("%v\n%s\nwant\n%s", err, got, letter(is))
		}
	})
}

func TestRedateKeepsOtherDays(t *testing.T) {
	p := pack(t)
	was := model.Decision{ID: "d1", Language: "en", DecidedAt: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}
	is := model.Decision{ID: "d2", Language: "en", DecidedAt: time.Date(2026, 5, 11, 9, 0, 0, 0, time.UTC)}
	was.Sanctions, is.Sanctions = []model.Sanction{{Guideline: "courtesy"}}, []model.Sanction{{Guideline: "courtesy"}}
	got, err := cases.Redate(p, "On 1 May 2026, not 21 May 2026, you wrote on 11 May 2026 (d1, d11).", was, is)
	if want := "On 11 May 2026, not 21 May 2026, you wrote on 11 May 2026 (d2, d11)."; err != nil || got != want {
		t.Errorf("%v: %q, want %q", err, got, want)
	}
	// the end of the first is the day on which the second is decided
	was.Sanctions = []model.Sanction{{Guideline: "courtesy", EndsAt: was.DecidedAt}}
	is.Sanctions = []model.Sanction{{Guideline: "courtesy", EndsAt: is.DecidedAt.AddDate(0, 0, 1)}}
	if _, err := cases.Redate(p, strings.Repeat("1 May 2026 ", 2), was, is); !errors.Is(err, cases.ErrRedate) {
		t.Errorf("a day that would become two gives %v", err)
	}
}
