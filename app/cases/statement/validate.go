package statement

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mensch/app/guidelines"
)

// Problem is one fault of a statement. Its text goes on where the field's name
// ends, so that both make a sentence.
type Problem struct {
	Field string
	Text  string
}

func (p Problem) String() string { return p.Field + " " + p.Text }

// InvalidError lists everything that the database would refuse.
type InvalidError struct {
	Problems []Problem
}

func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return "the statement of reasons is not valid: " + strings.Join(lines, "; ")
}

// The form's days.
const (
	firstContentDay     = "2000-01-01"
	firstApplicationDay = "2020-01-01"
	lastDay             = "2038-01-01"
)

var (
	visibilities = prefixed("DECISION_VISIBILITY_", "CONTENT_REMOVED", "CONTENT_DISABLED", "CONTENT_DEMOTED",
		"CONTENT_AGE_RESTRICTED", "CONTENT_INTERACTION_RESTRICTED", "CONTENT_LABELLED", "OTHER")
	monetaries = prefixed("DECISION_MONETARY_", "SUSPENSION", "TERMINATION", "OTHER")
	provisions = prefixed("DECISION_PROVISION_", "PARTIAL_SUSPENSION", "TOTAL_SUSPENSION", "PARTIAL_TERMINATION", "TOTAL_TERMINATION")
	accounts   = prefixed("DECISION_ACCOUNT_", "SUSPENDED", "TERMINATED")
	grounds    = prefixed("DECISION_GROUND_", "ILLEGAL_CONTENT", "INCOMPATIBLE_CONTENT")
	sources    = []string{"SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY"}
	automation = prefixed("AUTOMATED_DECISION_", "FULLY", "PARTIALLY", "NOT_AUTOMATED")
	yesNo      = []string{"Yes", "No"}

	puidPattern    = regexp.MustCompile(`^[a-zA-Z0-9-_]+$`)
	keywordPattern = regexp.MustCompile(`^KEYWORD_[A-Z]+(_[A-Z]+)*$`)
	codePattern    = regexp.MustCompile(`^[A-Z]{2}$`)
)

func prefixed(prefix string, names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

type checker struct {
	problems []Problem
}

func (c *checker) add(field, format string, args ...any) {
	c.problems = append(c.problems, Problem{Field: field, Text: fmt.Sprintf(format, args...)})
}

// Validate checks a statement against the rules of the database's form and
// says everything that is wrong; empty if nothing is.
func Validate(st Statement) []Problem {
	c := &checker{}
	c.decision(st)
	c.ground(st)

	c.one("category", st.Category, guidelines.Categories, true)
	c.many("category_addition", st.CategoryAddition, guidelines.Categories, false)
	for i, k := range st.Specification {
		if !keywordPattern.MatchString(k) {
			c.add(fmt.Sprintf("category_specification[%d]", i), "is %q, which is no keyword", k)
		}
	}
	c.other("category_specification_other", st.SpecificationElse, slices.Contains(st.Specification, "KEYWORD_OTHER"))
	c.many("content_type", st.ContentType, guidelines.ContentTypes, true)
	c.other("content_type_other", st.ContentTypeOther, slices.Contains(st.ContentType, "CONTENT_TYPE_OTHER"))
	c.one("account_type", st.AccountType, guidelines.AccountTypes, false)
	if st.ContentLanguage != "" && !codePattern.MatchString(st.ContentLanguage) {
		c.add("content_language", "is %q, which is no ISO 639-1 code in capitals", st.ContentLanguage)
	}
	for i, t := range st.TerritorialScope {
		if !codePattern.MatchString(t) {
			c.add(fmt.Sprintf("territorial_scope[%d]", i), "is %q, which is no ISO 3166-1 alpha-2 code", t)
		}
	}

	c.text("decision_facts", st.DecisionFacts, 5000, true)
	c.one("source_type", st.SourceType, sources, true)
	if st.SourceIdentity != "" && st.SourceType == "SOURCE_VOLUNTARY" {
		c.add("source_identity", "goes with a notice, not with SOURCE_VOLUNTARY")
	}
	c.one("automated_detection", st.AutomatedDetection, yesNo, true)
	c.one("automated_decision", st.AutomatedDecision, automation, true)
	switch {
	case st.PUID == "":
		c.add("puid", "is missing")
	case !puidPattern.MatchString(st.PUID):
		c.add("puid", "may have letters, digits, hyphens and underscores only")
	case len(st.PUID) > 500:
		c.add("puid", "has %d characters; 500 are allowed", len(st.PUID))
	}
	c.days(st)
	return c.problems
}

func (c *checker) decision(st Statement) {
	if len(st.DecisionVisibility) == 0 && st.DecisionMonetary == "" && st.DecisionProvision == "" && st.DecisionAccount == "" {
		c.add("decision_visibility", "is missing, and so are decision_monetary, decision_provision and decision_account: at least one is needed")
	}
	c.many("decision_visibility", st.DecisionVisibility, visibilities, false)
	c.other("decision_visibility_other", st.DecisionVisibilityOther, slices.Contains(st.DecisionVisibility, "DECISION_VISIBILITY_OTHER"))
	c.one("decision_monetary", st.DecisionMonetary, monetaries, false)
	c.other("decision_monetary_other", st.DecisionMonetaryOther, st.DecisionMonetary == "DECISION_MONETARY_OTHER")
	c.one("decision_provision", st.DecisionProvision, provisions, false)
	c.one("decision_account", st.DecisionAccount, accounts, false)
}

func (c *checker) ground(st Statement) {
	c.one("decision_ground", st.DecisionGround, grounds, true)
	illegal := st.DecisionGround == "DECISION_GROUND_ILLEGAL_CONTENT"
	incompatible := st.DecisionGround == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
	// Without a ground nobody can say which texts go with it: one fault, not five.
	if illegal || incompatible {
		c.grounded(st, illegal)
	}
	if st.DecisionGroundURL != "" {
		if u, err := url.Parse(st.DecisionGroundURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			c.add("decision_ground_reference_url", "is %q, which is no web address", st.DecisionGroundURL)
		}
	}
}

// grounded checks the texts that go with one of the two grounds.
func (c *checker) grounded(st Statement, illegal bool) {
	c.with("illegal_content_legal_ground", st.IllegalGround, 500, illegal)
	c.with("illegal_content_explanation", st.IllegalExplanation, 2000, illegal)
	c.with("incompatible_content_ground", st.IncompatibleGround, 500, !illegal)
	c.with("incompatible_content_explanation", st.IncompatibleExplanation, 2000, !illegal)
	if st.IncompatibleIllegal != "" && illegal {
		c.add("incompatible_content_illegal", "goes with DECISION_GROUND_INCOMPATIBLE_CONTENT only")
		return
	}
	c.one("incompatible_content_illegal", st.IncompatibleIllegal, yesNo, false)
}

func (c *checker) days(st Statement) {
	c.day("content_date", st.ContentDate, firstContentDay, true)
	applied := c.day("application_date", st.ApplicationDate, firstApplicationDay, true)
	for _, d := range []struct {
		field, day string
		has        bool
	}{
		{"end_date_visibility_restriction", st.EndDateVisibility, len(st.DecisionVisibility) > 0},
		{"end_date_monetary_restriction", st.EndDateMonetary, st.DecisionMonetary != ""},
		{"end_date_service_restriction", st.EndDateService, st.DecisionProvision != ""},
		{"end_date_account_restriction", st.EndDateAccount, st.DecisionAccount != ""},
	} {
		if d.day == "" {
			continue
		}
		if !d.has {
			c.add(d.field, "ends a restriction that the statement does not have")
		}
		if c.day(d.field, d.day, firstApplicationDay, false) && applied && d.day < st.ApplicationDate {
			c.add(d.field, "lies before the application_date")
		}
	}
}

// day checks a day and reports whether it may be compared with another: written
// in full, they compare as texts.
func (c *checker) day(field, day, first string, needed bool) bool {
	if day == "" {
		if needed {
			c.add(field, "is missing")
		}
		return false
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		c.add(field, "is %q, which is no day written as YYYY-MM-DD", day)
		return false
	}
	if day < first || day > lastDay {
		c.add(field, "is %s, but must lie from %s to %s", day, first, lastDay)
		return false
	}
	return true
}

func (c *checker) one(field, value string, allowed []string, needed bool) {
	switch {
	case value == "" && needed:
		c.add(field, "is missing")
	case value != "" && !slices.Contains(allowed, value):
		c.add(field, "is %q, which is not one of its values", value)
	}
}

func (c *checker) many(field string, values, allowed []string, needed bool) {
	if len(values) == 0 && needed {
		c.add(field, "is missing")
	}
	for i, v := range values {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !slices.Contains(allowed, v) {
			c.add(at, "is %q, which is not one of its values", v)
		}
		if slices.Contains(values[:i], v) {
			c.add(at, "is there twice")
		}
	}
}

// other checks a text that explains a value of its list called OTHER.
func (c *checker) other(field, text string, wanted bool) {
	c.with(field, text, 500, wanted)
}

// with checks a text that goes with something, and only with it.
func (c *checker) with(field, text string, limit int, wanted bool) {
	if !wanted && text != "" {
		c.add(field, "does not go with what the statement says")
	}
	c.text(field, text, limit, wanted)
}

func (c *checker) text(field, text string, limit int, needed bool) {
	if strings.TrimSpace(text) == "" {
		if needed {
			c.add(field, "is missing")
		}
		return
	}
	if !utf8.ValidString(text) {
		c.add(field, "is no UTF-8 text")
	}
	if n := utf8.RuneCountInString(text); n > limit {
		c.add(field, "has %d characters; %d are allowed", n, limit)
	}
	if strings.Contains(text, "{{") {
		c.add(field, "has a placeholder without a value")
	}
}
