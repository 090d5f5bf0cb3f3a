package cases

import (
	"fmt"
	"slices"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// Recommendation is the step that the rules and the record suggest.
type Recommendation struct {
	Guideline  string
	Title      string
	Step       model.Step // empty if the pack has no such guideline
	Days       int        // of a suspension, time served taken off
	Everywhere bool
	With       []model.Step // that go along
	Strikes    int          // that it would add
	Approval   bool         // needs a second person
	Why        []string     // how it got there, in sentences
	Steps      []model.Step // that a moderator may choose under this guideline
}

// Record is what counts for a recommendation.
type Record struct {
	Strikes   []model.Strike
	Sanctions []model.Sanction // earlier ones; their suspensions are time served
}

// Recommend gives the step for a guideline from an expert's strikes.
func Recommend(pack *guidelines.Pack, guidelineID string, strikes []model.Strike, now time.Time) Recommendation {
	return RecommendFor(pack, guidelineID, Record{Strikes: strikes}, now)
}

// RecommendFor gives the step for a guideline from an expert's record. The
// harder of two ladders counts: the guideline's own, by the live strikes under
// it, and the account's, by all live strikes. A rung's days are the whole
// suspension at that rung: what was served already under strikes that still
// count is taken off, down to one day.
func RecommendFor(pack *guidelines.Pack, guidelineID string, record Record, now time.Time) Recommendation {
	g, ok := pack.Guideline(guidelineID)
	if !ok {
		return Recommendation{Guideline: guidelineID, Title: guidelineID, Why: []string{
			fmt.Sprintf("The rule pack %s has no guideline %q.", pack.Version, guidelineID),
		}}
	}
	r := Recommendation{Guideline: g.ID, Title: g.Title, Steps: g.Steps()}
	own := liveStrikes(record.Strikes, g.ID, now)
	all := liveStrikes(record.Strikes, "", now)
	r.Why = append(r.Why, recordInWords(record.Strikes, g.ID, own, now))

	rung := reach(g.Ladder, own)
	r.Why = append(r.Why, fmt.Sprintf("%s, this guideline's ladder says %s.", fromStrikes(rung.FromStrikes), rungInWords(rung)))
	scope := g.ID
	if account, ok := reached(pack.Account, all); ok && harder(account, rung) {
		rung, scope = account, ""
		r.Why = append(r.Why, fmt.Sprintf("The whole record has %s; %s, the ladder of the account says %s, which is harder.",
			count(all, "live strike", "live strikes"), lower(fromStrikes(account.FromStrikes)), rungInWords(account)))
	}
	r.Step, r.Days, r.Everywhere, r.With = rung.Step, rung.Days, rung.Everywhere, slices.Clone(rung.With)
	r.Strikes = g.StrikesFor(r.Step)
	if !slices.Contains(r.Steps, r.Step) {
		r.Steps = append(r.Steps, r.Step)
		slices.SortFunc(r.Steps, func(a, b model.Step) int { return guidelines.StepRank(a) - guidelines.StepRank(b) })
	}
	if r.Step == model.StepSuspension {
		if served := served(record, scope, now); served > 0 {
			left := max(1, r.Days-served)
			r.Why = append(r.Why, fmt.Sprintf("%s of suspension were served already under strikes that still count, which leaves %s.",
				capital(count(served, "day", "days")), count(left, "day", "days")))
			r.Days = left
		}
	}
	if r.Strikes > 0 {
		expiry := "they do not expire"
		if g.StrikeDays > 0 {
			expiry = fmt.Sprintf("expiring after %s", count(g.StrikeDays, "day", "days"))
		}
		r.Why = append(r.Why, fmt.Sprintf("It adds %s, %s.", count(r.Strikes, "strike", "strikes"), expiry))
	}
	if why := approvalFor(pack, g, r.Step, r.Days); rung.Approval || why != "" {
		r.Approval = true
		if why == "" {
			why = "this rung asks for it"
		}
		r.Why = append(r.Why, fmt.Sprintf("A second person must approve it: %s.", why))
	}
	return r
}

// NeedsApproval says why sanctions need a second person, one sentence for each
// that does; empty if none does.
func NeedsApproval(pack *guidelines.Pack, sanctions []model.Sanction) []string {
	var why []string
	for _, s := range sanctions {
		g, ok := pack.Guideline(s.Guideline)
		if !ok {
			continue
		}
		days := 0
		if !s.EndsAt.IsZero() {
			days = int(s.EndsAt.Sub(s.StartsAt).Hours() / 24)
		}
		reason := approvalFor(pack, g, s.Step, days)
		if reason == "" && s.Step == model.StepSuspension && s.EndsAt.IsZero() {
			reason = "it has no end"
		}
		if reason == "" {
			for _, r := range slices.Concat(g.Ladder, pack.Account) {
				if r.Approval && r.Step == s.Step && (r.Days == 0 || days >= r.Days) {
					reason = "the ladder asks for it"
					break
				}
			}
		}
		if reason != "" {
			why = append(why, fmt.Sprintf("The %s under “%s” needs a second person: %s.", stepName(s.Step), g.Title, reason))
		}
	}
	return why
}

func approvalFor(pack *guidelines.Pack, g guidelines.Guideline, step model.Step, days int) string {
	a := pack.Approval
	switch {
	case slices.Contains(a.Steps, step):
		return fmt.Sprintf("every %s does", stepName(step))
	case a.Severe(step) && slices.Contains(a.Severities, g.Severity):
		return fmt.Sprintf("severity %d with a %s does", g.Severity, stepName(step))
	case step == model.StepSuspension && a.MinDays > 0 && days >= a.MinDays:
		return fmt.Sprintf("a suspension of %s or more does", count(a.MinDays, "day", "days"))
	}
	return ""
}

// liveStrikes counts the strikes that still count under a guideline; an empty
// one means all.
func liveStrikes(strikes []model.Strike, guideline string, now time.Time) int {
	n := 0
	for _, s := range strikes {
		if s.Live(now) && (guideline == "" || s.Guideline == guideline) {
			n += s.Count
		}
	}
	return n
}

func recordInWords(strikes []model.Strike, guideline string, live int, now time.Time) string {
	gone := 0
	for _, s := range strikes {
		if s.Guideline == guideline && !s.Live(now) {
			gone += s.Count
		}
	}
	text := "No live strike under this guideline."
	if live > 0 {
		text = capital(count(live, "live strike", "live strikes")) + " under this guideline."
	}
	if gone > 0 {
		verb, does := "have expired or were taken back", "do"
		if gone == 1 {
			verb, does = "has expired or was taken back", "does"
		}
		text += fmt.Sprintf(" %s %s and %s not count.", capital(count(gone, "more", "more")), verb, does)
	}
	return text
}

// reach is the highest rung that the strikes reach; a checked ladder starts at
// none.
func reach(ladder []guidelines.Rung, strikes int) guidelines.Rung {
	r, _ := reached(ladder, strikes)
	return r
}

func reached(ladder []guidelines.Rung, strikes int) (guidelines.Rung, bool) {
	var rung guidelines.Rung
	found := false
	for _, r := range ladder {
		if strikes >= r.FromStrikes {
			rung, found = r, true
		}
	}
	return rung, found
}

func harder(a, b guidelines.Rung) bool {
	if ra, rb := guidelines.StepRank(a.Step), guidelines.StepRank(b.Step); ra != rb {
		return ra > rb
	}
	return a.Days > b.Days
}

func rungInWords(r guidelines.Rung) string {
	text := stepName(r.Step)
	if r.Step == model.StepSuspension {
		text += " for " + count(r.Days, "day", "days")
	}
	if r.Everywhere {
		text += " in all clusters"
	}
	for _, w := range r.With {
		text += ", with " + stepName(w)
	}
	return text
}

func fromStrikes(n int) string {
	if n == 0 {
		return "Without live strikes to reach a higher rung"
	}
	return "From " + count(n, "live strike", "live strikes") + " upwards"
}

// served is how many whole days of suspension lie behind, under strikes that
// still count; overlapping suspensions count once.
func served(record Record, guideline string, now time.Time) int {
	live := map[string]bool{}
	for _, s := range record.Strikes {
		if s.Live(now) {
			live[s.SanctionID] = true
		}
	}
	var past []model.Sanction
	for _, s := range record.Sanctions {
		if s.Step == model.StepSuspension && s.ReversedByID == "" && live[s.ID] &&
			s.StartsAt.Before(now) && (guideline == "" || s.Guideline == guideline) {
			if s.EndsAt.IsZero() || s.EndsAt.After(now) {
				s.EndsAt = now
			}
			past = append(past, s)
		}
	}
	slices.SortFunc(past, func(a, b model.Sanction) int { return a.StartsAt.Compare(b.StartsAt) })
	var total time.Duration
	var until time.Time
	for _, s := range past {
		from := s.StartsAt
		if from.Before(until) {
			from = until
		}
		if s.EndsAt.After(from) {
			total += s.EndsAt.Sub(from)
			until = s.EndsAt
		}
	}
	return int(total.Hours() / 24)
}
