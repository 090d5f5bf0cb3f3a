package cases

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// Prioritise says how urgent a case is, from 0 to 100, and why: the score is
// the sum of the reasons, capped at 100. Reasons come heaviest first.
func Prioritise(pack *guidelines.Pack, facts model.CaseFacts, now time.Time) model.Priority {
	w := pack.Priority
	var reasons []model.PriorityReason
	add := func(points float64, format string, args ...any) {
		if n := int(math.Round(points)); n > 0 {
			reasons = append(reasons, model.PriorityReason{Points: n, Text: fmt.Sprintf(format, args...)})
		}
	}

	worst, severity := gravest(pack, facts)
	if severity > 0 {
		add(float64(w.Severity*severity)/5, "%s: severity %d of 5", worst, severity)
	}
	if why := harm(pack, facts); why != "" {
		add(float64(w.Harm), "%s", why)
	}
	if n := len(facts.Incidents); n > 0 {
		add(float64(w.Incident)*(1-math.Pow(0.5, float64(n))), "%s", reports(facts.Incidents))
		points, why := reporters(w.Reporter, facts.Incidents)
		add(points, "%s", why)
	}
	if points, why := age(w, facts.Case.OpenedAt, max(severity, 1), now); why != "" {
		add(points, "%s", why)
	}
	if live := liveStrikes(facts.Strikes, "", now); live > 0 {
		add(math.Min(1, float64(live)/6)*float64(w.Strikes), "%s on the record", count(live, "live strike", "live strikes"))
	}
	if facts.Sessions > 0 && (facts.Expert.State == model.ExpertActive || facts.Expert.State == "") {
		share := math.Min(1, math.Log1p(float64(facts.Sessions))/math.Log1p(100))
		add(share*float64(w.Exposure), "%s with clients in the last 30 days", count(facts.Sessions, "session", "sessions"))
	}
	if f, ok := strongest(facts.Findings); ok {
		add(math.Max(0, math.Min(1, f.Score))*float64(w.Finding), "Strongest finding: %s, %.0f %%%s", pack.Title(f.Guideline, guidelines.Fallback), 100*f.Score, accepted(f))
	}
	if hints := advisories(facts.Findings); hints > 0 {
		add(math.Min(float64(w.Advisory), float64(hints)), "%s that break no rule by themselves", count(hints, "hint", "hints"))
	}
	if why := openAppeal(pack, facts.Appeals, now); why != "" {
		add(float64(w.Appeal), "%s", why)
	}

	slices.SortStableFunc(reasons, func(a, b model.PriorityReason) int { return b.Points - a.Points })
	p := model.Priority{Reasons: reasons}
	for _, r := range reasons {
		p.Score += r.Points
	}
	p.Score = min(p.Score, 100)
	return p
}

// gravest is the gravest guideline that a report or a finding names.
func gravest(pack *guidelines.Pack, facts model.CaseFacts) (title string, severity int) {
	look := func(id string) {
		if g, ok := pack.Guideline(id); ok && g.Severity > severity {
			title, severity = g.Title, g.Severity
		}
	}
	for _, f := range facts.Findings {
		if counts(f) {
			look(f.Guideline)
		}
	}
	for _, i := range facts.Incidents {
		look(i.Guideline)
	}
	return title, severity
}

// counts says whether a finding speaks of a violation that nobody has denied.
func counts(f model.Finding) bool {
	return !f.Advisory && f.Verdict != model.VerdictRejected
}

func accepted(f model.Finding) string {
	if f.Verdict == model.VerdictAccepted {
		return ", accepted"
	}
	return ""
}

func strongest(findings []model.Finding) (model.Finding, bool) {
	var best model.Finding
	found := false
	for _, f := range findings {
		if counts(f) && (!found || f.Score > best.Score) {
			best, found = f, true
		}
	}
	return best, found
}

func advisories(findings []model.Finding) int {
	n := 0
	for _, f := range findings {
		if f.Advisory && f.Verdict != model.VerdictRejected {
			n++
		}
	}
	return n
}

// harm says where harm to people shows: a mark that means it, or the words of
// a report.
func harm(pack *guidelines.Pack, facts model.CaseFacts) string {
	for _, f := range facts.Findings {
		if !counts(f) {
			continue
		}
		for _, s := range f.Spans {
			if s.Verdict != model.VerdictRejected && slices.Contains(pack.Priority.HarmMarks, s.Label) {
				return fmt.Sprintf("Possible harm to somebody: %s marked in a transcript", s.Label)
			}
		}
	}
	for _, i := range facts.Incidents {
		for _, word := range words(i.Text) {
			if slices.Contains(pack.Priority.HarmWords, word) {
				return fmt.Sprintf("Possible harm to somebody: a report says “%s”", word)
			}
		}
	}
	return ""
}

func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && r != '-'
	})
}

func reports(incidents []model.Incident) string {
	people := map[string]bool{}
	named := true
	for _, i := range incidents {
		named = named && i.ReporterID != ""
		people[string(i.Reporter)+" "+i.ReporterID] = true
	}
	text := count(len(incidents), "report", "reports")
	if named && len(incidents) > 1 {
		text += " from " + count(len(people), "person", "people")
	}
	return text
}

var reporterNames = map[model.Reporter]string{
	model.ReporterClient: "clients", model.ReporterExpert: "other experts", model.ReporterStaff: "staff",
}

func reporters(full int, incidents []model.Incident) (points float64, why string) {
	kinds := map[model.Reporter]bool{}
	for _, i := range incidents {
		if _, ok := reporterNames[i.Reporter]; ok {
			kinds[i.Reporter] = true
		}
	}
	var names []string
	for _, k := range []model.Reporter{model.ReporterClient, model.ReporterExpert, model.ReporterStaff} {
		if kinds[k] {
			names = append(names, reporterNames[k])
		}
	}
	switch {
	case kinds[model.ReporterStaff] && len(kinds) == 1:
		return float64(full), "Reported by staff"
	case kinds[model.ReporterStaff]:
		return float64(full), "Reported by " + list(names)
	case len(kinds) > 1:
		return float64(full) / 2, "Reported by " + list(names) + " alike"
	}
	return 0, ""
}

func age(w guidelines.Priority, opened time.Time, severity int, now time.Time) (points float64, why string) {
	if opened.IsZero() || !now.After(opened) {
		return 0, ""
	}
	waited := now.Sub(opened)
	aim := time.Duration(w.SLAHours[severity-1]) * time.Hour
	share := math.Min(1, float64(waited)/float64(aim))
	text := fmt.Sprintf("Open for %s; the aim is %s", span(waited), span(aim))
	if waited > aim {
		text = fmt.Sprintf("Overdue: open for %s, and the aim is %s", span(waited), span(aim))
	}
	return share * float64(w.Age), text
}

func openAppeal(pack *guidelines.Pack, appeals []model.Appeal, now time.Time) string {
	var oldest time.Time
	for _, a := range appeals {
		if a.Outcome == "" && (oldest.IsZero() || a.At.Before(oldest)) {
			oldest = a.At
		}
	}
	if oldest.IsZero() {
		return ""
	}
	aim := time.Duration(pack.Appeal.Hours) * time.Hour
	if waited := now.Sub(oldest); waited > aim {
		return fmt.Sprintf("An appeal has waited %s; the aim is %s", span(waited), span(aim))
	}
	return "The expert has appealed"
}

// span writes a duration as people say it.
func span(d time.Duration) string {
	switch hours := int(d.Hours()); {
	case hours < 1:
		return "less than an hour"
	case hours < 48:
		return count(hours, "hour", "hours")
	default:
		return count(hours/24, "day", "days")
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
