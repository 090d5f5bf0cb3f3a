package statement_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mensch/app/cases"
	"mensch/app/cases/statement"
	"mensch/app/model"
)

type edit = func(s *statement.Statement)

// incompatible is a statement with every field that its ground knows, and so
// with one of each kind of restriction.
func incompatible() statement.Statement {
	return statement.Statement{
		DecisionVisibility: []string{"DECISION_VISIBILITY_CONTENT_REMOVED"}, EndDateVisibility: "2026-04-01",
		DecisionMonetary: "DECISION_MONETARY_SUSPENSION", EndDateMonetary: "2026-04-01",
		DecisionProvision: "DECISION_PROVISION_PARTIAL_SUSPENSION", EndDateService: "2026-04-01",
		DecisionAccount: "DECISION_ACCOUNT_SUSPENDED", EndDateAccount: "2026-04-01", AccountType: "ACCOUNT_TYPE_PRIVATE",
		DecisionGround: "DECISION_GROUND_INCOMPATIBLE_CONTENT", DecisionGroundURL: "https://example.org/rules",
		IncompatibleGround: "Community guidelines 1: ratings", IncompatibleExplanation: "They were bought.", IncompatibleIllegal: "No",
		Category: "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", CategoryAddition: []string{"STATEMENT_CATEGORY_CONSUMER_INFORMATION"},
		Specification: []string{"KEYWORD_INAUTHENTIC_USER_REVIEWS"},
		ContentType:   []string{"CONTENT_TYPE_TEXT"}, ContentLanguage: "EN", ContentDate: "2026-03-01", TerritorialScope: []string{"DE"},
		ApplicationDate: "2026-03-10", DecisionFacts: "Two ratings were bought.",
		SourceType: "SOURCE_ARTICLE_16", SourceIdentity: "A rights holder", AutomatedDetection: "Yes", AutomatedDecision: "AUTOMATED_DECISION_NOT_AUTOMATED",
		PUID: "0b9cf1a2-1",
	}
}

func illegal() statement.Statement {
	s := incompatible()
	s.DecisionGround = "DECISION_GROUND_ILLEGAL_CONTENT"
	s.IllegalGround, s.IllegalExplanation = "UrhG § 97", "The text is a copy."
	s.IncompatibleGround, s.IncompatibleExplanation, s.IncompatibleIllegal = "", "", ""
	return s
}

// least is a statement with what is always required, and one restriction.
func least() statement.Statement {
	return statement.Statement{
		DecisionAccount: "DECISION_ACCOUNT_TERMINATED", DecisionGround: "DECISION_GROUND_INCOMPATIBLE_CONTENT",
		IncompatibleGround: "Community guidelines 1: ratings", IncompatibleExplanation: "They were bought.",
		Category: "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", ContentType: []string{"CONTENT_TYPE_OTHER"}, ContentTypeOther: "Ratings",
		ContentDate: "2026-03-01", ApplicationDate: "2026-03-10", DecisionFacts: "Two ratings were bought.", SourceType: "SOURCE_VOLUNTARY",
		AutomatedDetection: "No", AutomatedDecision: "AUTOMATED_DECISION_FULLY", PUID: "s1",
	}
}

// long has n characters and twice as many bytes: the form counts characters.
func long(n int) string { return strings.Repeat("ä", n) }

// TestEachRule breaks a valid statement in one way at a time: it is refused for
// that alone, with a sentence that names the field. What lies just inside the
// rule is allowed.
func TestEachRule(t *testing.T) {
	for name, base := range map[string]func() statement.Statement{"incompatible": incompatible, "illegal": illegal, "least": least} {
		if problems := statement.Validate(base()); len(problems) > 0 {
			t.Fatalf("%s: %v", name, problems)
		}
	}
	for _, c := range []struct {
		rule   string
		of     func() statement.Statement
		field  string
		breaks edit
		border edit // nil: the statement itself is the border
	}{
		{"facts are needed", least, "decision_facts", func(s *statement.Statement) { s.DecisionFacts = "" }, func(s *statement.Statement) { s.DecisionFacts = "x" }},
		{"facts are no blanks", least, "decision_facts", func(s *statement.Statement) { s.DecisionFacts = " \n" }, func(s *statement.Statement) { s.DecisionFacts = " x" }},
		{"facts have 5000 characters", least, "decision_facts", func(s *statement.Statement) { s.DecisionFacts = long(5001) }, func(s *statement.Statement) { s.DecisionFacts = long(5000) }},
		{"facts are filled in", least, "decision_facts", func(s *statement.Statement) { s.DecisionFacts = "{{.count}} ratings" }, func(s *statement.Statement) { s.DecisionFacts = "{2} ratings" }},
		{"facts are text", least, "decision_facts", func(s *statement.Statement) { s.DecisionFacts = "\xff" }, nil},
		{"a ground is needed", incompatible, "decision_ground", func(s *statement.Statement) { s.DecisionGround = "" }, nil},
		{"the content's type is needed", incompatible, "content_type", func(s *statement.Statement) { s.ContentType = []string{} }, nil},
		{"the content's types differ", incompatible, "content_type[1]", func(s *statement.Statement) { s.ContentType = []string{"CONTENT_TYPE_TEXT", "CONTENT_TYPE_TEXT"} }, func(s *statement.Statement) { s.ContentType = []string{"CONTENT_TYPE_TEXT", "CONTENT_TYPE_IMAGE"} }},
		{"another type is named", least, "content_type_other", func(s *statement.Statement) { s.ContentTypeOther = "" }, nil},
		{"another type is named shortly", least, "content_type_other", func(s *statement.Statement) { s.ContentTypeOther = long(501) }, func(s *statement.Statement) { s.ContentTypeOther = long(500) }},
		{"only another type is named", incompatible, "content_type_other", func(s *statement.Statement) { s.ContentTypeOther = "Ratings" }, nil},
		{"a category is needed", least, "category", func(s *statement.Statement) { s.Category = "" }, nil},
		{"the source is needed", least, "source_type", func(s *statement.Statement) { s.SourceType = "" }, nil},
		{"automated detection is needed", least, "automated_detection", func(s *statement.Statement) { s.AutomatedDetection = "" }, nil},
		{"automated decision is needed", least, "automated_decision", func(s *statement.Statement) { s.AutomatedDecision = "" }, nil},

		{"the content's day is needed", least, "content_date", func(s *statement.Statement) { s.ContentDate = "" }, nil},
		{"the content's day is not before 2000", least, "content_date", func(s *statement.Statement) { s.ContentDate = "1999-12-31" }, func(s *statement.Statement) { s.ContentDate = "2000-01-01" }},
		{"the content's day is not after 2038-01-01", least, "content_date", func(s *statement.Statement) { s.ContentDate = "2038-01-02" }, func(s *statement.Statement) { s.ContentDate = "2038-01-01" }},
		{"the content's day has its form", least, "content_date", func(s *statement.Statement) { s.ContentDate = "2026-3-10" }, nil},
		{"the content's day is one of the calendar", least, "content_date", func(s *statement.Statement) { s.ContentDate = "2027-02-29" }, func(s *statement.Statement) { s.ContentDate = "2028-02-29" }},
		{"the content's day has no hour", least, "content_date", func(s *statement.Statement) { s.ContentDate = "2026-03-10 00:00:00" }, nil},
		{"the day of application is needed", incompatible, "application_date", func(s *statement.Statement) { s.ApplicationDate = "" }, nil},
		{"the day of application is not before 2020", incompatible, "application_date", func(s *statement.Statement) { s.ApplicationDate = "2019-12-31" }, func(s *statement.Statement) { s.ApplicationDate = "2020-01-01" }},
		{"the day of application is not after 2038-01-01", incompatible, "application_date", func(s *statement.Statement) { s.ApplicationDate = "2038-01-02" }, nil},
		{"the day of application may be the last", least, "application_date", func(s *statement.Statement) { s.ApplicationDate = "2038-01-02" }, func(s *statement.Statement) { s.ApplicationDate = "2038-01-01" }},
		{"the day of application has its form", incompatible, "application_date", func(s *statement.Statement) { s.ApplicationDate = "10.3.2026" }, nil},

		{"a puid is needed", least, "puid", func(s *statement.Statement) { s.PUID = "" }, nil},
		{"a puid has 500 characters", least, "puid", func(s *statement.Statement) { s.PUID = strings.Repeat("a", 501) }, func(s *statement.Statement) { s.PUID = strings.Repeat("a", 500) }},
		{"a puid has no blank", least, "puid", func(s *statement.Statement) { s.PUID = "a b" }, func(s *statement.Statement) { s.PUID = "azAZ09-_" }},
		{"a puid has no other sign between its ranges", least, "puid", func(s *statement.Statement) { s.PUID = "a:b" }, nil},
		{"a puid has no other letter", least, "puid", func(s *statement.Statement) { s.PUID = "ä" }, nil},
		{"a puid ends with its line", least, "puid", func(s *statement.Statement) { s.PUID = "a\n" }, nil},

		{"a restriction is needed", least, "decision_visibility", func(s *statement.Statement) { s.DecisionAccount = "" }, func(s *statement.Statement) { *s = only(*s, "visibility") }},
		{"one of money is enough", least, "decision_visibility", func(s *statement.Statement) { s.DecisionAccount = "" }, func(s *statement.Statement) { *s = only(*s, "monetary") }},
		{"one of the service is enough", least, "decision_visibility", func(s *statement.Statement) { s.DecisionAccount = "" }, func(s *statement.Statement) { *s = only(*s, "provision") }},
		{"another visibility is named", least, "decision_visibility_other", func(s *statement.Statement) { s.DecisionVisibility = []string{"DECISION_VISIBILITY_OTHER"} }, func(s *statement.Statement) {
			s.DecisionVisibility, s.DecisionVisibilityOther = []string{"DECISION_VISIBILITY_OTHER"}, "x"
		}},
		{"another visibility is named shortly", least, "decision_visibility_other", func(s *statement.Statement) {
			s.DecisionVisibility, s.DecisionVisibilityOther = []string{"DECISION_VISIBILITY_OTHER"}, long(501)
		}, func(s *statement.Statement) {
			s.DecisionVisibility, s.DecisionVisibilityOther = []string{"DECISION_VISIBILITY_OTHER"}, long(500)
		}},
		{"only another visibility is named", incompatible, "decision_visibility_other", func(s *statement.Statement) { s.DecisionVisibilityOther = "x" }, nil},
		{"another matter of money is named", least, "decision_monetary_other", func(s *statement.Statement) { s.DecisionMonetary = "DECISION_MONETARY_OTHER" }, func(s *statement.Statement) {
			s.DecisionMonetary, s.DecisionMonetaryOther = "DECISION_MONETARY_OTHER", long(500)
		}},
		{"only another matter of money is named", incompatible, "decision_monetary_other", func(s *statement.Statement) { s.DecisionMonetaryOther = "x" }, nil},

		{"illegal content has its law", illegal, "illegal_content_legal_ground", func(s *statement.Statement) { s.IllegalGround = "" }, nil},
		{"the law has 500 characters", illegal, "illegal_content_legal_ground", func(s *statement.Statement) { s.IllegalGround = long(501) }, func(s *statement.Statement) { s.IllegalGround = long(500) }},
		{"illegal content is explained", illegal, "illegal_content_explanation", func(s *statement.Statement) { s.IllegalExplanation = "" }, nil},
		{"illegal content is explained in 2000 characters", illegal, "illegal_content_explanation", func(s *statement.Statement) { s.IllegalExplanation = long(2001) }, func(s *statement.Statement) { s.IllegalExplanation = long(2000) }},
		{"illegal content has no other ground", illegal, "incompatible_content_ground", func(s *statement.Statement) { s.IncompatibleGround = "x" }, nil},
		{"illegal content has no other explanation", illegal, "incompatible_content_explanation", func(s *statement.Statement) { s.IncompatibleExplanation = "x" }, nil},
		{"illegal content is not asked whether it is illegal", illegal, "incompatible_content_illegal", func(s *statement.Statement) { s.IncompatibleIllegal = "Yes" }, nil},
		{"incompatible content has its rule", incompatible, "incompatible_content_ground", func(s *statement.Statement) { s.IncompatibleGround = "" }, nil},
		{"the rule has 500 characters", incompatible, "incompatible_content_ground", func(s *statement.Statement) { s.IncompatibleGround = long(501) }, func(s *statement.Statement) { s.IncompatibleGround = long(500) }},
		{"incompatible content is explained", incompatible, "incompatible_content_explanation", func(s *statement.Statement) { s.IncompatibleExplanation = "" }, nil},
		{"incompatible content is explained in 2000 characters", incompatible, "incompatible_content_explanation", func(s *statement.Statement) { s.IncompatibleExplanation = long(2001) }, func(s *statement.Statement) { s.IncompatibleExplanation = long(2000) }},
		{"incompatible content has no law", incompatible, "illegal_content_legal_ground", func(s *statement.Statement) { s.IllegalGround = "x" }, nil},
		{"incompatible content has no explanation of a law", incompatible, "illegal_content_explanation", func(s *statement.Statement) { s.IllegalExplanation = "x" }, nil},

		{"additions differ", incompatible, "category_addition[1]", func(s *statement.Statement) { s.CategoryAddition = append(s.CategoryAddition, s.CategoryAddition[0]) }, func(s *statement.Statement) {
			s.CategoryAddition = append(s.CategoryAddition, "STATEMENT_CATEGORY_VIOLENCE")
		}},
		{"a keyword is one", incompatible, "category_specification[0]", func(s *statement.Statement) { s.Specification = []string{"KEYWORD_"} }, func(s *statement.Statement) { s.Specification = []string{"KEYWORD_COPYRIGHT_INFRINGEMENT"} }},
		{"another keyword is named", incompatible, "category_specification_other", func(s *statement.Statement) { s.Specification = []string{"KEYWORD_OTHER"} }, func(s *statement.Statement) {
			s.Specification, s.SpecificationElse = []string{"KEYWORD_OTHER"}, "x"
		}},
		{"the rules have a web address", incompatible, "decision_ground_reference_url", func(s *statement.Statement) { s.DecisionGroundURL = "example.org/rules" }, func(s *statement.Statement) { s.DecisionGroundURL = "" }},
		{"a territory is a country", incompatible, "territorial_scope[0]", func(s *statement.Statement) { s.TerritorialScope = []string{"Europe"} }, func(s *statement.Statement) { s.TerritorialScope = []string{"DE", "FR"} }},
		{"a language is a code", incompatible, "content_language", func(s *statement.Statement) { s.ContentLanguage = "english" }, func(s *statement.Statement) { s.ContentLanguage = "" }},
		{"nobody gave notice of what was found", least, "source_identity", func(s *statement.Statement) { s.SourceIdentity = "x" }, func(s *statement.Statement) {
			s.SourceType, s.SourceIdentity = "SOURCE_TRUSTED_FLAGGER", "x"
		}},
	} {
		s := c.of()
		c.breaks(&s)
		refusedFor(t, c.rule, s, c.field)
		if c.border == nil {
			continue
		}
		s = c.of()
		c.border(&s)
		if problems := statement.Validate(s); len(problems) > 0 {
			t.Errorf("%s: the border is refused: %v", c.rule, problems)
		}
	}
}

// only leaves one restriction.
func only(s statement.Statement, kind string) statement.Statement {
	s.DecisionAccount = ""
	switch kind {
	case "visibility":
		s.DecisionVisibility = []string{"DECISION_VISIBILITY_CONTENT_DISABLED"}
	case "monetary":
		s.DecisionMonetary = "DECISION_MONETARY_TERMINATION"
	case "provision":
		s.DecisionProvision = "DECISION_PROVISION_TOTAL_TERMINATION"
	}
	return s
}

func refusedFor(t *testing.T, rule string, s statement.Statement, field string) {
	t.Helper()
	problems := statement.Validate(s)
	if len(problems) != 1 || problems[0].Field != field || problems[0].Text == "" || !strings.HasPrefix(problems[0].String(), field+" ") {
		t.Errorf("%s: got %q, want one sentence about %s", rule, problems, field)
	}
}

// TestEachEndOfARestriction: a restriction may end from the day of application
// to the form's last day, or never.
func TestEachEndOfARestriction(t *testing.T) {
	for field, c := range map[string]struct {
		end     func(s *statement.Statement) *string
		without edit
	}{
		"end_date_visibility_restriction": {func(s *statement.Statement) *string { return &s.EndDateVisibility }, func(s *statement.Statement) { s.DecisionVisibility = nil }},
		"end_date_monetary_restriction":   {func(s *statement.Statement) *string { return &s.EndDateMonetary }, func(s *statement.Statement) { s.DecisionMonetary = "" }},
		"end_date_service_restriction":    {func(s *statement.Statement) *string { return &s.EndDateService }, func(s *statement.Statement) { s.DecisionProvision = "" }},
		"end_date_account_restriction":    {func(s *statement.Statement) *string { return &s.EndDateAccount }, func(s *statement.Statement) { s.DecisionAccount = "" }},
	} {
		for _, day := range []string{"2026-03-09", "2019-12-31", "2038-01-02", "2026-02-30", "1.4.2026", "never"} {
			s := incompatible()
			*c.end(&s) = day
			refusedFor(t, day, s, field)
		}
		for _, day := range []string{"", "2026-03-10", "2038-01-01"} {
			s := incompatible()
			*c.end(&s) = day
			if problems := statement.Validate(s); len(problems) > 0 {
				t.Errorf("%s: %q is refused: %v", field, day, problems)
			}
		}
		s := incompatible()
		c.without(&s)
		refusedFor(t, "an end without its restriction", s, field)
	}
}

// TestEachEnumeration takes every value of the form, and none besides.
func TestEachEnumeration(t *testing.T) {
	list := func(prefix, names string) []string {
		out := strings.Fields(names)
		for i := range out {
			out[i] = prefix + out[i]
		}
		return out
	}
	categories := list("STATEMENT_CATEGORY_", `ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN
		DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS
		NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS
		RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE`)
	for _, c := range []struct {
		field  string
		values []string
		set    func(s *statement.Statement, v string)
	}{
		{"decision_visibility[0]", list("DECISION_VISIBILITY_", `CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED
			CONTENT_INTERACTION_RESTRICTED CONTENT_LABELLED OTHER`), func(s *statement.Statement, v string) {
			s.DecisionVisibility = []string{v}
			if v == "DECISION_VISIBILITY_OTHER" {
				s.DecisionVisibilityOther = "x"
			}
		}},
		{"decision_monetary", list("DECISION_MONETARY_", "SUSPENSION TERMINATION OTHER"), func(s *statement.Statement, v string) {
			s.DecisionMonetary = v
			if v == "DECISION_MONETARY_OTHER" {
				s.DecisionMonetaryOther = "x"
			}
		}},
		{"decision_provision", list("DECISION_PROVISION_", "PARTIAL_SUSPENSION TOTAL_SUSPENSION PARTIAL_TERMINATION TOTAL_TERMINATION"), func(s *statement.Statement, v string) { s.DecisionProvision = v }},
		{"decision_account", list("DECISION_ACCOUNT_", "SUSPENDED TERMINATED"), func(s *statement.Statement, v string) { s.DecisionAccount = v }},
		{"account_type", list("ACCOUNT_TYPE_", "BUSINESS PRIVATE"), func(s *statement.Statement, v string) { s.AccountType = v }},
		{"decision_ground", list("DECISION_GROUND_", "ILLEGAL_CONTENT INCOMPATIBLE_CONTENT"), func(s *statement.Statement, v string) {
			if v == "DECISION_GROUND_ILLEGAL_CONTENT" {
				*s = illegal()
			}
			s.DecisionGround = v
		}},
		{"incompatible_content_illegal", []string{"Yes", "No"}, func(s *statement.Statement, v string) { s.IncompatibleIllegal = v }},
		{"category", categories, func(s *statement.Statement, v string) { s.Category = v }},
		{"category_addition[0]", categories, func(s *statement.Statement, v string) { s.CategoryAddition = []string{v} }},
		{"content_type[0]", list("CONTENT_TYPE_", "APP AUDIO IMAGE PRODUCT SYNTHETIC_MEDIA TEXT VIDEO OTHER"), func(s *statement.Statement, v string) {
			s.ContentType = []string{v}
			if v == "CONTENT_TYPE_OTHER" {
				s.ContentTypeOther = "x"
			}
		}},
		{"source_type", strings.Fields("SOURCE_ARTICLE_16 SOURCE_TRUSTED_FLAGGER SOURCE_TYPE_OTHER_NOTIFICATION SOURCE_VOLUNTARY"), func(s *statement.Statement, v string) {
			s.SourceType = v
			if v == "SOURCE_VOLUNTARY" {
				s.SourceIdentity = ""
			}
		}},
		{"automated_detection", []string{"Yes", "No"}, func(s *statement.Statement, v string) { s.AutomatedDetection = v }},
		{"automated_decision", list("AUTOMATED_DECISION_", "FULLY PARTIALLY NOT_AUTOMATED"), func(s *statement.Statement, v string) { s.AutomatedDecision = v }},
	} {
		for _, v := range c.values {
			s := incompatible()
			c.set(&s, v)
			if problems := statement.Validate(s); len(problems) > 0 {
				t.Errorf("%s: %s is refused: %v", c.field, v, problems)
			}
			for _, wrong := range []string{strings.ToLower(v), v + " ", v + "_X", strings.TrimLeft(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")} {
				if wrong == "" {
					continue
				}
				s := incompatible()
				c.set(&s, wrong)
				refusedFor(t, wrong, s, c.field)
			}
		}
	}
}

// TestTheFormsNames: what is always required is there under its name, and what
// is not said is left out.
func TestTheFormsNames(t *testing.T) {
	names := func(s statement.Statement) []string {
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		var out []string
		for k := range m {
			out = append(out, k)
		}
		slices.Sort(out)
		return out
	}
	want := strings.Fields(`application_date automated_decision automated_detection category content_date content_type content_type_other
		decision_account decision_facts decision_ground incompatible_content_explanation incompatible_content_ground puid source_type`)
	if got := names(least()); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	all := append(want, strings.Fields(`decision_visibility decision_visibility_other decision_monetary decision_monetary_other decision_provision
		illegal_content_legal_ground illegal_content_explanation incompatible_content_illegal account_type category_addition
		category_specification category_specification_other decision_ground_reference_url territorial_scope content_language source_identity
		end_date_visibility_restriction end_date_monetary_restriction end_date_service_restriction end_date_account_restriction`)...)
	for i := range reflect.TypeFor[statement.Statement]().NumField() {
		tag, _, _ := strings.Cut(reflect.TypeFor[statement.Statement]().Field(i).Tag.Get("json"), ",")
		if at := slices.Index(all, tag); at >= 0 {
			all = slices.Delete(all, at, at+1)
		} else {
			t.Errorf("the form has no %s", tag)
		}
	}
	if len(all) > 0 {
		t.Errorf("the form also has %v", all)
	}
}

// TestTheGuidelinesPlaceInTheForm is the proposed mapping, and the puid.
func TestTheGuidelinesPlaceInTheForm(t *testing.T) {
	p := pack(t)
	for id, want := range map[string][2]string{
		"false-photo":       {"SCAMS_AND_FRAUD", "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING"},
		"multiple-accounts": {"SCAMS_AND_FRAUD", "KEYWORD_INAUTHENTIC_ACCOUNTS"},
		"ratings":           {"SCAMS_AND_FRAUD", "KEYWORD_INAUTHENTIC_USER_REVIEWS"},
		"misrepresentation": {"CONSUMER_INFORMATION", "KEYWORD_MISLEADING_INFO_GOODS_SERVICES"},
		"confidentiality":   {"DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", ""},
		"copyright":         {"INTELLECTUAL_PROPERTY_INFRINGEMENTS", "KEYWORD_COPYRIGHT_INFRINGEMENT"},
		"plagiarism":        {"INTELLECTUAL_PROPERTY_INFRINGEMENTS", "KEYWORD_COPYRIGHT_INFRINGEMENT"},
		"battles":           {"CYBER_VIOLENCE", "KEYWORD_CYBER_HARASSMENT"},
		"contact-exchange":  {"OTHER_VIOLATION_TC", "KEYWORD_OTHER"},
		"courtesy":          {"OTHER_VIOLATION_TC", "KEYWORD_OTHER"},
		"availability":      {"OTHER_VIOLATION_TC", "KEYWORD_OTHER"},
	} {
		d := decision(t, p, cases.Choice{Guideline: id, Step: model.StepSuspension, Days: 3}, cases.Choice{Guideline: id, Step: model.StepWarning})
		all, err := statement.Of(p, d)
		if err != nil || len(all) != 1 {
			t.Errorf("%s: %d statements, %v; a warning has none", id, len(all), err)
			continue
		}
		if got := [2]string{strings.TrimPrefix(all[0].Category, "STATEMENT_CATEGORY_"), strings.Join(all[0].Specification, " ")}; got != want {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
		if all[0].PUID != d.Sanctions[0].ID {
			t.Errorf("%s: the puid is %s, not the sanction's ID %s", id, all[0].PUID, d.Sanctions[0].ID)
		}
	}
}
