package cases

import (
	"fmt"
	"slices"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// SideEffects says in sentences what a decision will do besides being told to
// the expert. The facts are those of its case.
func SideEffects(pack *guidelines.Pack, d model.Decision, facts model.CaseFacts) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, s := range d.Sanctions {
		if text := effect(s, facts.Expert); text != "" {
			add("%s", text)
		}
	}
	for _, id := range guidelinesOf(d.Sanctions) {
		strikes, expires := 0, time.Time{}
		for _, s := range d.Sanctions {
			if s.Guideline == id && s.Strikes > 0 {
				strikes += s.Strikes
				expires = s.StrikesExpire
			}
		}
		if strikes == 0 {
			continue
		}
		until := "that do not expire"
		if strikes == 1 {
			until = "that does not expire"
		}
		if !expires.IsZero() {
			until = "until " + day(expires)
		}
		add("Adds %s under “%s”, %s.", count(strikes, "strike", "strikes"), pack.Title(id, guidelines.Fallback), until)
	}
	if n := len(facts.Incidents); n > 0 {
		add("Closes %s.", count(n, "incident", "incidents"))
		if people := reportersOf(facts.Incidents); people > 0 {
			add("Notifies %s.", count(people, "reporter", "reporters"))
		}
	}
	if n := openAppeals(facts.Appeals); n > 0 {
		add("Answers %s.", count(n, "appeal", "appeals"))
	}
	switch {
	case d.Outcome == model.Dismissed:
		add("The expert is not told, and the record stays as it is.")
	case d.Message != "":
		add("Sends the expert the message as it stands here.")
	}
	for _, why := range NeedsApproval(pack, d.Sanctions) {
		add("%s", why)
	}
	return out
}

// ReversalEffects says in sentences what taking a decision back will do.
func ReversalEffects(pack *guidelines.Pack, reversed model.Decision, expert model.Expert, now time.Time) []string {
	var out []string
	for _, s := range reversed.Sanctions {
		if s.ReversedByID != "" {
			continue
		}
		where := "in all clusters"
		if s.Cluster != "" {
			where = "in " + s.Cluster
		}
		switch s.Step {
		case model.StepSuspension:
			if s.EndsAt.IsZero() || s.EndsAt.After(now) {
				out = append(out, fmt.Sprintf("Ends the suspension of %s %s.", nameOf(expert), where))
			}
		case model.StepBan:
			out = append(out, fmt.Sprintf("Opens the account of %s %s again.", nameOf(expert), where))
		case model.StepRatingVoid:
			out = append(out, fmt.Sprintf("Lets %s count again.", count(len(s.Ratings), "rating", "ratings")))
		case model.StepPhotoRemoval:
			out = append(out, "Puts the removed profile photo back.")
		case model.StepFieldReset:
			out = append(out, fmt.Sprintf("Puts back what stood in the profile's %s.", s.Field))
		}
		if strike, ok := StrikeOf(s); ok {
			if strike.Live(now) {
				out = append(out, fmt.Sprintf("Gives back %s under “%s”.", count(s.Strikes, "strike", "strikes"), pack.Title(s.Guideline, guidelines.Fallback)))
			} else {
				out = append(out, fmt.Sprintf("Marks %s under “%s” as taken back; they had expired.", count(s.Strikes, "strike", "strikes"), pack.Title(s.Guideline, guidelines.Fallback)))
			}
		}
	}
	if len(reversed.Sanctions) > 0 {
		out = append(out, "Sends the expert a message about it.")
	}
	return out
}

func effect(s model.Sanction, expert model.Expert) string {
	where := "in all clusters"
	if s.Cluster != "" {
		where = "in " + s.Cluster
	}
	switch s.Step {
	case model.StepSuspension:
		if s.EndsAt.IsZero() {
			return fmt.Sprintf("Suspends %s %s until further notice.", nameOf(expert), where)
		}
		return fmt.Sprintf("Suspends %s %s for %s, until %s.", nameOf(expert), where, count(Days(s), "day", "days"), day(s.EndsAt))
	case model.StepBan:
		return fmt.Sprintf("Closes the account of %s %s for good.", nameOf(expert), where)
	case model.StepRatingVoid:
		return fmt.Sprintf("Voids %s.", count(len(s.Ratings), "rating", "ratings"))
	case model.StepPhotoRemoval:
		return "Removes the profile photo."
	case model.StepFieldReset:
		return fmt.Sprintf("Empties the profile's %s.", s.Field)
	case model.StepWarning:
		return fmt.Sprintf("Warns %s.", nameOf(expert))
	}
	return ""
}

func nameOf(expert model.Expert) string {
	if name := clean(expert.ScreenName, 80); name != "" {
		return name
	}
	return expert.ID
}

func reportersOf(incidents []model.Incident) int {
	var people []string
	for _, i := range incidents {
		key := string(i.Reporter) + " " + i.ReporterID
		if i.ReporterID == "" {
			key = "incident " + i.ID
		}
		if i.Reporter != model.ReporterStaff && !slices.Contains(people, key) {
			people = append(people, key)
		}
	}
	return len(people)
}

func openAppeals(appeals []model.Appeal) int {
	n := 0
	for _, a := range appeals {
		if a.Outcome == "" {
			n++
		}
	}
	return n
}

func day(t time.Time) string {
	return t.UTC().Format("2 January 2006")
}
