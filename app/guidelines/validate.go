package guidelines

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mensch/app/model"
)

var (
	idPattern      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	versionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]{0,39}$`)
	langPattern    = regexp.MustCompile(`^[a-z]{2,3}(-[a-z0-9]{2,8})*$`)
	paramPattern   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	domainPattern  = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]{2,}$`)
	hotlinePattern = regexp.MustCompile(`^\+?[0-9]{3,15}$`)
	keywordPattern = regexp.MustCompile(`^KEYWORD_[A-Z]+(_[A-Z]+)*$`)
	countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)
)

type validator struct {
	problems []Problem
}

func (v *validator) add(guideline, field, format string, args ...any) {
	v.problems = append(v.problems, Problem{Guideline: guideline, Field: field, Text: fmt.Sprintf(format, args...)})
}

func field(name string, i int) string {
	return fmt.Sprintf("%s[%d]", name, i)
}

// length checks a text's length in characters.
func (v *validator) length(guideline, field, text string, low, high int) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && low > 0:
		v.add(guideline, field, "is missing")
	case n < low:
		v.add(guideline, field, "has %d characters; %d at least are needed", n, low)
	case n > high:
		v.add(guideline, field, "has %d characters; %d are allowed", n, high)
	}
}

func (v *validator) between(guideline, field string, n, low, high int) {
	if n < low || n > high {
		v.add(guideline, field, "is %d, but must be from %d to %d", n, low, high)
	}
}

func (v *validator) text(guideline, field, text string, vars []string) {
	if err := checkText(text, vars); err != nil {
		v.add(guideline, field, "%v", err)
	}
}

func (v *validator) pack(p *Pack) {
	if p.Format != Format {
		v.add("", "format", "is %d, but this program reads format %d", p.Format, Format)
		return
	}
	if !versionPattern.MatchString(p.Version) {
		v.add("", "version", "%q is no version: letters, digits, dots, 40 characters at most", p.Version)
	}
	v.length("", "name", p.Name, 1, 200)
	if p.URL != "" {
		if u, err := url.Parse(p.URL); err != nil || u.Scheme != "https" || u.Host == "" {
			v.add("", "url", "%q is no https address", p.URL)
		}
	}
	v.letters(p)
	if len(p.Guidelines) == 0 {
		v.add("", "guidelines", "are missing")
	}
	seen := map[string]bool{}
	for i, g := range p.Guidelines {
		name := g.ID
		if name == "" {
			name = fmt.Sprintf("#%d", i+1)
		}
		if seen[g.ID] {
			v.add(name, "id", "is used twice")
		}
		seen[g.ID] = true
		v.guideline(name, g, p)
	}
	if len(p.Account) > 0 {
		v.ladder("", "account_ladder", p.Account, false)
	}
	v.approval(p.Approval)
	v.between("", "appeal.months", p.Appeal.Months, 6, 60)
	v.between("", "appeal.grace_days", p.Appeal.GraceDays, 0, 90)
	v.between("", "appeal.hours", p.Appeal.Hours, 1, 24*365)
	v.priority(p.Priority)
	v.packDSA(p.DSA)
	v.allow(p.Allow)
	v.params(p.Params)
	v.detectors(p)
	v.conditions(p)
}

func (v *validator) guideline(name string, g Guideline, p *Pack) {
	if !idPattern.MatchString(g.ID) {
		v.add(name, "id", "%q is no ID: small letters and digits, joined by hyphens", g.ID)
	}
	v.length(name, "title", g.Title, 1, 120)
	v.length(name, "paragraph", g.Paragraph, 10, 4000)
	v.between(name, "severity", g.Severity, 1, 5)
	v.between(name, "strikes", g.Strikes, 0, 10)
	v.between(name, "strike_days", g.StrikeDays, 0, 3650)
	for step, n := range g.ByStep {
		if StepRank(step) < 0 {
			v.add(name, "by_step."+string(step), "is no step")
		}
		v.between(name, "by_step."+string(step), n, 0, 10)
	}
	v.ladder(name, "ladder", g.Ladder, true)
	for i, s := range g.OtherSteps {
		if StepRank(s) < 0 {
			v.add(name, field("other_steps", i), "%q is no step", s)
		}
	}
	if _, ok := g.Templates[Fallback]; !ok {
		v.add(name, "templates."+Fallback, "is missing")
	}
	for _, lang := range sorted(g.Templates) {
		t := g.Templates[lang]
		if _, ok := p.Letters[lang]; !ok {
			v.add(name, "templates."+lang, "there is no letter in this language")
		}
		v.length(name, "templates."+lang+".title", t.Title, 1, 120)
		v.length(name, "templates."+lang+".words", t.Words, 0, 4000)
		v.length(name, "templates."+lang+".seen", t.Seen, 10, 2000)
		v.text(name, "templates."+lang+".seen", t.Seen, VarsSeen)
	}
	v.dsa(name, g.DSA)
}

// ladder checks that the rungs climb: from fewer strikes to more, from milder
// to harder.
func (v *validator) ladder(name, where string, rungs []Rung, fromZero bool) {
	if len(rungs) == 0 {
		v.add(name, where, "has no rung")
		return
	}
	if fromZero && rungs[0].FromStrikes != 0 {
		v.add(name, field(where, 0)+".from_strikes", "is %d, but the first rung starts at 0", rungs[0].FromStrikes)
	}
	for i, r := range rungs {
		at := field(where, i)
		v.between(name, at+".from_strikes", r.FromStrikes, 0, 1000)
		if StepRank(r.Step) < 0 {
			v.add(name, at+".step", "%q is no step", r.Step)
			continue
		}
		if r.Step == model.StepSuspension {
			v.between(name, at+".days", r.Days, 1, 3650)
		} else if r.Days != 0 {
			v.add(name, at+".days", "only a suspension has days")
		}
		for j, w := range r.With {
			if StepRank(w) < 0 || w == model.StepSuspension || w == model.StepBan || w == r.Step {
				v.add(name, field(at+".with", j), "%q cannot go with %s", w, r.Step)
			}
		}
		if i == 0 {
			continue
		}
		before := rungs[i-1]
		if r.FromStrikes <= before.FromStrikes {
			v.add(name, at+".from_strikes", "is %d, but must be more than the %d of the rung below", r.FromStrikes, before.FromStrikes)
		}
		if StepRank(r.Step) < StepRank(before.Step) {
			v.add(name, at+".step", "%s is milder than the %s of the rung below", r.Step, before.Step)
		}
		if r.Step == before.Step && r.Step == model.StepSuspension && r.Days < before.Days {
			v.add(name, at+".days", "is %d, fewer than the %d of the rung below", r.Days, before.Days)
		}
	}
}

func (v *validator) letters(p *Pack) {
	if _, ok := p.Letters[Fallback]; !ok {
		v.add("", "letters."+Fallback, "is missing")
	}
	for _, lang := range sorted(p.Letters) {
		l := p.Letters[lang]
		at := "letters." + lang
		if !langPattern.MatchString(lang) {
			v.add("", at, "%q is no language tag in small letters", lang)
		}
		for _, t := range []struct {
			name, text string
			vars       []string
		}{
			{"opening", l.Opening, VarsLetter},
			{"rule", l.Rule, VarsRule},
			{"basis", l.Basis, VarsSeen},
			{"quote", l.Quote, VarsQuote},
			{"strikes", l.Strikes, VarsStep},
			{"automated", l.Automated, VarsLetter},
			{"notified", l.Notified, VarsLetter},
			{"closing", l.Closing, VarsLetter},
			{"reversal", l.Reversal, VarsReversal},
			{"upheld", l.Upheld, VarsLetter},
			{"date", l.Date, VarsDate},
			{"single", l.Single, VarsWhen},
			{"range", l.Range, VarsWhen},
		} {
			v.length("", at+"."+t.name, t.text, 1, 4000)
			v.text("", at+"."+t.name, t.text, t.vars)
		}
		if !strings.Contains(l.Closing, "{{.until}}") {
			v.add("", at+".closing", "must say until when the expert may object: {{.until}}")
		}
		for _, step := range AllSteps {
			text, ok := l.Steps[step]
			if !ok {
				v.add("", at+".steps."+string(step), "is missing")
				continue
			}
			v.length("", at+".steps."+string(step), text, 1, 2000)
			v.text("", at+".steps."+string(step), text, VarsStep)
		}
		for step := range l.Steps {
			if StepRank(step) < 0 {
				v.add("", at+".steps."+string(step), "is no step")
			}
		}
		for _, f := range Fields {
			v.length("", at+".fields."+f, l.Fields[f], 1, 60)
		}
		if len(l.Months) != 12 {
			v.add("", at+".months", "has %d names, not 12", len(l.Months))
		}
	}
}

func (v *validator) approval(a Approval) {
	for i, s := range a.Severities {
		v.between("", field("approval.severities", i), s, 1, 5)
	}
	steps := func(name string, list []model.Step) {
		for i, s := range list {
			if StepRank(s) < 0 {
				v.add("", field(name, i), "%q is no step", s)
			}
		}
	}
	steps("approval.severe_steps", a.SevereSteps)
	steps("approval.steps", a.Steps)
	v.between("", "approval.min_days", a.MinDays, 0, 3650)
	v.between("", "approval.hours", a.Hours, 1, 720)
}

func (v *validator) priority(p Priority) {
	for _, w := range []struct {
		name   string
		points int
	}{
		{"severity", p.Severity},
		{"harm", p.Harm},
		{"incident", p.Incident},
		{"reporter", p.Reporter},
		{"age", p.Age},
		{"strikes", p.Strikes},
		{"exposure", p.Exposure},
		{"finding", p.Finding},
		{"advisory", p.Advisory},
		{"appeal", p.Appeal},
	} {
		v.between("", "priority."+w.name, w.points, 0, 100)
	}
	if len(p.SLAHours) != 5 {
		v.add("", "priority.sla_hours", "has %d numbers, not 5", len(p.SLAHours))
	}
	for i, h := range p.SLAHours {
		v.between("", field("priority.sla_hours", i), h, 1, 24*365)
		if i > 0 && h > p.SLAHours[i-1] {
			v.add("", field("priority.sla_hours", i), "is longer than that of the milder severity before it")
		}
	}
	for i, w := range p.HarmWords {
		if w == "" || w != strings.ToLower(w) {
			v.add("", field("priority.harm_words", i), "%q is not in small letters", w)
		}
	}
	if slices.Contains(p.HarmMarks, "") {
		v.add("", "priority.harm_marks", "has an empty label")
	}
}

func (v *validator) allow(a Allow) {
	for i, d := range a.Domains {
		if !domainPattern.MatchString(d) {
			v.add("", field("allow.domains", i), "%q is no domain in small letters", d)
		}
	}
	for i, h := range a.Hotlines {
		if !hotlinePattern.MatchString(h) {
			v.add("", field("allow.hotlines", i), "%q is no number: 3 to 15 digits", h)
		}
	}
}

func (v *validator) params(params map[string]map[string]float64) {
	for _, detector := range sorted(params) {
		if !idPattern.MatchString(detector) {
			v.add("", "params."+detector, "is no detector's name")
		}
		for _, name := range sorted(params[detector]) {
			if !paramPattern.MatchString(name) {
				v.add("", "params."+detector+"."+name, "is no parameter's name")
			}
			if x := params[detector][name]; math.IsNaN(x) || math.IsInf(x, 0) {
				v.add("", "params."+detector+"."+name, "is no number")
			}
		}
	}
}

// Date writes a day in the letter's language.
func (l Letter) FormatDate(t time.Time) (string, error) {
	t = t.UTC()
	return Render(l.Date, Vars{"day": t.Day(), "month": l.Months[t.Month()-1], "year": t.Year()})
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
