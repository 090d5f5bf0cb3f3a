package cases

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// Choice is a sanction as a moderator chooses it.
type Choice struct {
	Guideline      string
	Step           model.Step
	Days           int      // of a suspension; 0: no end
	Everywhere     bool     // in all clusters, else in the expert's own
	Field          string   // of a field reset
	Ratings        []string // of a rating void
	With           bool     // goes along with a harder one under the same guideline: adds no strikes
	DepartedReason string
}

// ErrChoice is wrapped by every error about a choice that makes no sanction.
var ErrChoice = errors.New("this is no sanction")

// NewSanction makes a sanction of a choice and pins what may not change later:
// its end, its strikes and their expiry, and the version of the rules.
func NewSanction(pack *guidelines.Pack, id, decisionID string, expert model.Expert, c Choice, at time.Time) (model.Sanction, error) {
	g, ok := pack.Guideline(c.Guideline)
	if !ok {
		return model.Sanction{}, fmt.Errorf("%w: the rule pack %s has no guideline %q", ErrChoice, pack.Version, c.Guideline)
	}
	if guidelines.StepRank(c.Step) < 0 {
		return model.Sanction{}, fmt.Errorf("%w: there is no step %q", ErrChoice, c.Step)
	}
	if c.Days < 0 || c.Days > 3650 {
		return model.Sanction{}, fmt.Errorf("%w: a suspension of %d days; 1 to 3650 are possible, and 0 for no end", ErrChoice, c.Days)
	}
	at = at.UTC()
	s := model.Sanction{
		ID: id, DecisionID: decisionID, ExpertID: expert.ID, Guideline: g.ID, Step: c.Step,
		StartsAt: at, Strikes: g.StrikesFor(c.Step), PackVersion: pack.Version, DepartedReason: c.DepartedReason,
	}
	if c.With {
		s.Strikes = 0
	}
	if s.Strikes > 0 && g.StrikeDays > 0 {
		s.StrikesExpire = at.AddDate(0, 0, g.StrikeDays)
	}
	switch c.Step {
	case model.StepSuspension:
		if c.Days > 0 {
			s.EndsAt = at.AddDate(0, 0, c.Days)
		}
	case model.StepFieldReset:
		s.Field = c.Field
	case model.StepRatingVoid:
		s.Ratings = slices.Clone(c.Ratings)
	}
	if (c.Step == model.StepSuspension || c.Step == model.StepBan) && !c.Everywhere {
		s.Cluster = expert.Cluster
	}
	return s, nil
}

// StrikeOf is the strike that a sanction adds; false if it adds none.
func StrikeOf(s model.Sanction) (model.Strike, bool) {
	if s.Strikes == 0 {
		return model.Strike{}, false
	}
	return model.Strike{
		SanctionID: s.ID, ExpertID: s.ExpertID, Guideline: s.Guideline, Count: s.Strikes,
		At: s.StartsAt, Expires: s.StrikesExpire, Reversed: s.ReversedByID != "",
	}, true
}

// Days is the length of a suspension in days, rounded up; 0 if it has no end.
func Days(s model.Sanction) int {
	if s.EndsAt.IsZero() || !s.EndsAt.After(s.StartsAt) {
		return 0
	}
	const day = 24 * time.Hour
	return int((s.EndsAt.Sub(s.StartsAt) + day - 1) / day)
}

// Departure says whether a sanction leaves the recommended step, and how;
// empty if it doesn't.
func Departure(r Recommendation, s model.Sanction) string {
	if r.Step == "" || slices.Contains(r.With, s.Step) {
		return ""
	}
	if s.Step != r.Step {
		return fmt.Sprintf("The record suggests %s, not %s.", stepName(r.Step), stepName(s.Step))
	}
	if s.Step == model.StepSuspension && Days(s) != r.Days {
		if s.EndsAt.IsZero() {
			return fmt.Sprintf("The record suggests %s, not a suspension without end.", count(r.Days, "day", "days"))
		}
		return fmt.Sprintf("The record suggests %s, not %d.", count(r.Days, "day", "days"), Days(s))
	}
	if everywhere := s.Cluster == ""; everywhere != r.Everywhere && (s.Step == model.StepSuspension || s.Step == model.StepBan) {
		if everywhere {
			return "The record suggests the account's own cluster, not all clusters."
		}
		return "The record suggests all clusters, not only the account's own."
	}
	return ""
}
