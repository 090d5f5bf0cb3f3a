// Package statement writes the record of a sanction in the form of the DSA
// Transparency Database, and checks it offline against every rule of that
// form. Its free text comes from the rule pack's templates, which know numbers
// and days only: nothing that an expert, a client or a moderator wrote can
// reach it.
package statement

import (
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// BatchSize is how many statements one request carries at most.
const BatchSize = 100

// Statement is one statement of reasons, as the database takes it.
type Statement struct {
	DecisionVisibility      []string `json:"decision_visibility,omitempty"`
	DecisionVisibilityOther string   `json:"decision_visibility_other,omitempty"`
	DecisionMonetary        string   `json:"decision_monetary,omitempty"`
	DecisionMonetaryOther   string   `json:"decision_monetary_other,omitempty"`
	DecisionProvision       string   `json:"decision_provision,omitempty"`
	DecisionAccount         string   `json:"decision_account,omitempty"`
	AccountType             string   `json:"account_type,omitempty"`

	EndDateVisibility string `json:"end_date_visibility_restriction,omitempty"`
	EndDateMonetary   string `json:"end_date_monetary_restriction,omitempty"`
	EndDateService    string `json:"end_date_service_restriction,omitempty"`
	EndDateAccount    string `json:"end_date_account_restriction,omitempty"`

	DecisionGround          string `json:"decision_ground"`
	DecisionGroundURL       string `json:"decision_ground_reference_url,omitempty"`
	IllegalGround           string `json:"illegal_content_legal_ground,omitempty"`
	IllegalExplanation      string `json:"illegal_content_explanation,omitempty"`
	IncompatibleGround      string `json:"incompatible_content_ground,omitempty"`
	IncompatibleExplanation string `json:"incompatible_content_explanation,omitempty"`
	IncompatibleIllegal     string `json:"incompatible_content_illegal,omitempty"`

	Category          string   `json:"category"`
	CategoryAddition  []string `json:"category_addition,omitempty"`
	Specification     []string `json:"category_specification,omitempty"`
	SpecificationElse string   `json:"category_specification_other,omitempty"`

	ContentType      []string `json:"content_type"`
	ContentTypeOther string   `json:"content_type_other,omitempty"`
	ContentLanguage  string   `json:"content_language,omitempty"`
	ContentDate      string   `json:"content_date"`
	TerritorialScope []string `json:"territorial_scope,omitempty"`

	ApplicationDate    string `json:"application_date"`
	DecisionFacts      string `json:"decision_facts"`
	SourceType         string `json:"source_type"`
	SourceIdentity     string `json:"source_identity,omitempty"`
	AutomatedDetection string `json:"automated_detection"`
	AutomatedDecision  string `json:"automated_decision"`
	PUID               string `json:"puid"`
}

// Restricts reports whether a step restricts anything: a note or a warning has
// no place in the database.
func Restricts(step model.Step) bool {
	switch step {
	case model.StepFieldReset, model.StepPhotoRemoval, model.StepRatingVoid, model.StepSuspension, model.StepBan:
		return true
	}
	return false
}

// Of writes the statements of a decision: one for each sanction that
// restricts something, each checked. A decision that restricts nothing gives
// none. A statement with a fault, or two of one sanction, gives *InvalidError,
// and none is returned: they are queued together or not at all.
func Of(pack *guidelines.Pack, d model.Decision) ([]Statement, error) {
	if d.Outcome != model.Sanctioned {
		return nil, nil
	}
	var out []Statement
	for _, s := range d.Sanctions {
		if !Restricts(s.Step) {
			continue
		}
		st, err := write(pack, d, s)
		if err != nil {
			return nil, fmt.Errorf("write the statement of reasons of sanction %s: %w", s.ID, err)
		}
		problems := Validate(st)
		if slices.ContainsFunc(out, func(o Statement) bool { return o.PUID == st.PUID }) {
			problems = append(problems, Problem{Field: "puid", Text: "is the same in two statements: the database would keep the first alone"})
		}
		if len(problems) > 0 {
			return nil, fmt.Errorf("write the statement of reasons of sanction %s: %w", s.ID, &InvalidError{Problems: problems})
		}
		out = append(out, st)
	}
	return out, nil
}

func write(pack *guidelines.Pack, d model.Decision, s model.Sanction) (Statement, error) {
	g, ok := pack.Guideline(s.Guideline)
	if !ok {
		return Statement{}, fmt.Errorf("the rule pack %s has no guideline %q", pack.Version, s.Guideline)
	}
	basis := cases.Sum(g.ID, d.Evidence)
	vars := guidelines.Vars{
		"count": basis.Count, "several": basis.Count != 1, "sessions": basis.Sessions, "manysessions": basis.Sessions != 1,
		"accounts": basis.Accounts, "ratings": max(len(s.Ratings), basis.Ratings), "step": string(s.Step),
		"first": date(basis.First), "last": "",
	}
	if last := date(basis.Last); last != vars["first"] {
		vars["last"] = last
	}
	facts, err := guidelines.Render(g.DSA.Facts, vars)
	if err != nil {
		return Statement{}, fmt.Errorf("the facts of guideline %s: %w", g.ID, err)
	}
	explanation, err := guidelines.Render(g.DSA.Explanation, vars)
	if err != nil {
		return Statement{}, fmt.Errorf("the explanation of guideline %s: %w", g.ID, err)
	}
	content := basis.First
	if content.After(s.StartsAt) || date(content) < firstContentDay {
		content = s.StartsAt
	}
	st := Statement{
		DecisionGround: "DECISION_GROUND_INCOMPATIBLE_CONTENT", DecisionGroundURL: pack.URL,
		// The pinned version, not the present one: the decision was made under it.
		IncompatibleGround:      cut(fmt.Sprintf("Community guidelines %s: %s", s.PackVersion, g.Title), 500),
		IncompatibleExplanation: explanation,
		Category:                g.DSA.Category, CategoryAddition: g.DSA.Additions,
		Specification: g.DSA.Keywords, SpecificationElse: g.DSA.KeywordOther,
		ContentType: g.DSA.ContentTypes, ContentTypeOther: g.DSA.ContentOther, ContentLanguage: pack.DSA.Language,
		ContentDate: date(content), TerritorialScope: pack.DSA.Territory, AccountType: pack.DSA.AccountType,
		ApplicationDate: date(s.StartsAt), DecisionFacts: facts,
		SourceType: "SOURCE_VOLUNTARY", AutomatedDetection: "No", AutomatedDecision: "AUTOMATED_DECISION_NOT_AUTOMATED",
		PUID: s.ID,
	}
	if basis.Reported {
		st.SourceType = "SOURCE_TYPE_OTHER_NOTIFICATION"
	}
	if basis.Found {
		st.AutomatedDetection = "Yes"
	}
	restrict(&st, s)
	return st, nil
}

// restrict says what the sanction restricts, and until when.
func restrict(st *Statement, s model.Sanction) {
	end := ""
	if !s.EndsAt.IsZero() {
		// The form knows no later day; an earlier one would be untrue by
		// years, and none would say that there is no end.
		end = date(s.EndsAt)
		if end > lastDay {
			end = lastDay
		}
	}
	switch s.Step {
	case model.StepFieldReset, model.StepPhotoRemoval:
		st.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}
	case model.StepRatingVoid:
		st.DecisionVisibility = []string{"DECISION_VISIBILITY_OTHER"}
		st.DecisionVisibilityOther = "Ratings no longer count towards the standing of the account"
	case model.StepSuspension:
		if s.Cluster != "" {
			st.DecisionProvision, st.EndDateService = "DECISION_PROVISION_PARTIAL_SUSPENSION", end
		} else {
			st.DecisionAccount, st.EndDateAccount = "DECISION_ACCOUNT_SUSPENDED", end
		}
	case model.StepBan:
		if s.Cluster != "" {
			st.DecisionProvision = "DECISION_PROVISION_PARTIAL_TERMINATION"
		} else {
			st.DecisionAccount = "DECISION_ACCOUNT_TERMINATED"
		}
	}
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit])
}
