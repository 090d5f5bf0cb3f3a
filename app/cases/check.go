package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// MaxMessage is how many characters a message to an expert may have.
const MaxMessage = 20000

var placeholder = regexp.MustCompile(`\{\{[^{}]*\}\}|\{\{|\}\}`)

// Check says in words what stands against confirming a decision; empty if
// nothing does. Whether a sanction leaves the recommended step without a
// reason is Departure's to say, for it needs the record.
func Check(pack *guidelines.Pack, d model.Decision) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if d.Moderator == "" {
		add("Nobody is named as the moderator who decides.")
	}
	if d.CaseID == "" || d.ExpertID == "" {
		add("The decision names no case or no expert.")
	}
	if d.PackVersion != pack.Version {
		add("The decision was drafted under the rules %q, but %q are in force: draft it again.", d.PackVersion, pack.Version)
	}
	switch d.Outcome {
	case model.Dismissed:
		if len(d.Sanctions) > 0 {
			add("A dismissal cannot carry a sanction.")
		}
	case model.Sanctioned:
		if len(d.Sanctions) == 0 {
			add("Choose at least one sanction, or dismiss the case.")
		}
	case model.Reversed:
		if d.Reverses == "" {
			add("A reversal must name the decision that it takes back.")
		}
		if strings.TrimSpace(d.Rationale) == "" {
			add("Say why the earlier decision is taken back.")
		}
	default:
		add("Choose an outcome: sanction or dismiss.")
	}
	seen := map[string]bool{}
	for _, s := range d.Sanctions {
		key := s.Guideline + " " + string(s.Step) + " " + s.Field + " " + s.Cluster
		if seen[key] {
			add("The %s under “%s” is there twice.", stepName(s.Step), pack.Title(s.Guideline, guidelines.Fallback))
		}
		seen[key] = true
		out = append(out, checkSanction(pack, d, s)...)
	}
	for _, id := range guidelinesOf(d.Sanctions) {
		if Sum(id, d.Evidence).Count == 0 {
			add("Name at least one piece of evidence for “%s”.", pack.Title(id, guidelines.Fallback))
		}
	}
	out = append(out, checkMessage(d)...)
	return out
}

func checkSanction(pack *guidelines.Pack, d model.Decision, s model.Sanction) []string {
	var out []string
	g, ok := pack.Guideline(s.Guideline)
	if !ok {
		return []string{fmt.Sprintf("The rule pack %s has no guideline %q.", pack.Version, s.Guideline)}
	}
	add := func(format string, args ...any) {
		out = append(out, fmt.Sprintf("%s under “%s”: ", capital(stepName(s.Step)), g.Title)+fmt.Sprintf(format, args...))
	}
	if guidelines.StepRank(s.Step) < 0 {
		return []string{fmt.Sprintf("There is no step %q.", s.Step)}
	}
	if !slices.Contains(g.Steps(), s.Step) && !slices.ContainsFunc(pack.Account, func(r guidelines.Rung) bool { return r.Step == s.Step }) {
		add("this guideline does not know this step.")
	}
	if s.ID == "" {
		add("it has no ID.")
	}
	if s.ExpertID != d.ExpertID {
		add("it is about another expert than the decision.")
	}
	if s.DecisionID != d.ID {
		add("it belongs to another decision.")
	}
	if s.PackVersion != d.PackVersion {
		add("it was made under other rules than the decision.")
	}
	if s.StartsAt.IsZero() {
		add("it has no beginning.")
	}
	if !s.EndsAt.IsZero() && (s.Step != model.StepSuspension || !s.EndsAt.After(s.StartsAt)) {
		add("only a suspension has an end, and it lies after its beginning.")
	}
	if s.Step == model.StepFieldReset && !slices.Contains(guidelines.Fields, s.Field) {
		add("choose the field of the profile that is emptied.")
	}
	if s.Step == model.StepRatingVoid && len(s.Ratings) == 0 {
		add("choose the ratings that are voided.")
	}
	if s.Strikes < 0 || s.Strikes > max(g.StrikesFor(s.Step), 0) {
		add("it adds %s; the rules say %d.", count(s.Strikes, "strike", "strikes"), g.StrikesFor(s.Step))
	}
	if s.Strikes > 0 && !s.StrikesExpire.IsZero() && !s.StrikesExpire.After(s.StartsAt) {
		add("its strikes expire before they begin.")
	}
	return out
}

func checkMessage(d model.Decision) []string {
	var out []string
	if len(d.Sanctions) > 0 && strings.TrimSpace(d.Message) == "" {
		out = append(out, "The expert must be told: the message is empty.")
	}
	if found := placeholder.FindString(d.Message); found != "" {
		out = append(out, fmt.Sprintf("The message still has a placeholder without a value: %s", found))
	}
	if n := utf8.RuneCountInString(d.Message); n > MaxMessage {
		out = append(out, fmt.Sprintf("The message has %d characters; %d are allowed.", n, MaxMessage))
	}
	if !utf8.ValidString(d.Message) || strings.ContainsRune(d.Message, 0) {
		out = append(out, "The message holds bytes that are no text.")
	}
	return out
}
