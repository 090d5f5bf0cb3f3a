package guidelines

import "slices"

// DSA says how a sanction under a guideline is recorded in the DSA
// Transparency Database. The texts are templates over VarsFacts: numbers and
// dates only, so that no personal data can reach them.
type DSA struct {
	Category     string   `json:"category"`
	Additions    []string `json:"category_addition,omitempty"`
	Keywords     []string `json:"category_specification,omitempty"`
	KeywordOther string   `json:"category_specification_other,omitempty"`
	ContentTypes []string `json:"content_type"`
	ContentOther string   `json:"content_type_other,omitempty"`
	Facts        string   `json:"facts"`       // decision_facts, 5000 characters at most
	Explanation  string   `json:"explanation"` // incompatible_content_explanation, 2000 at most
}

// PackDSA holds what all records of a platform share.
type PackDSA struct {
	Territory   []string `json:"territorial_scope,omitempty"` // ISO 3166-1 alpha-2
	Language    string   `json:"content_language,omitempty"`  // ISO 639-1, upper case
	AccountType string   `json:"account_type,omitempty"`
}

// Categories are the values of category and category_addition.
var Categories = []string{
	"STATEMENT_CATEGORY_ANIMAL_WELFARE",
	"STATEMENT_CATEGORY_CONSUMER_INFORMATION",
	"STATEMENT_CATEGORY_CYBER_VIOLENCE",
	"STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN",
	"STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
	"STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
	"STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
	"STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
	"STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
	"STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
	"STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
	"STATEMENT_CATEGORY_RISK_FOR_PUBLIC_SECURITY",
	"STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
	"STATEMENT_CATEGORY_SELF_HARM",
	"STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS",
	"STATEMENT_CATEGORY_VIOLENCE",
}

// ContentTypes are the values of content_type.
var ContentTypes = []string{
	"CONTENT_TYPE_APP", "CONTENT_TYPE_AUDIO", "CONTENT_TYPE_IMAGE", "CONTENT_TYPE_PRODUCT",
	"CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_TEXT", "CONTENT_TYPE_VIDEO", "CONTENT_TYPE_OTHER",
}

// AccountTypes are the values of account_type.
var AccountTypes = []string{"ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"}

func (v *validator) dsa(id string, d DSA) {
	if !slices.Contains(Categories, d.Category) {
		v.add(id, "dsa.category", "%q is no category of the DSA Transparency Database", d.Category)
	}
	for i, c := range d.Additions {
		if !slices.Contains(Categories, c) {
			v.add(id, field("dsa.category_addition", i), "%q is no category of the DSA Transparency Database", c)
		}
	}
	for i, k := range d.Keywords {
		if !keywordPattern.MatchString(k) {
			v.add(id, field("dsa.category_specification", i), "%q is no keyword: KEYWORD_ and capital letters", k)
		}
	}
	if slices.Contains(d.Keywords, "KEYWORD_OTHER") != (d.KeywordOther != "") {
		v.add(id, "dsa.category_specification_other", "goes with KEYWORD_OTHER, and only with it")
	}
	v.length(id, "dsa.category_specification_other", d.KeywordOther, 0, 500)
	if len(d.ContentTypes) == 0 {
		v.add(id, "dsa.content_type", "is missing")
	}
	for i, c := range d.ContentTypes {
		if !slices.Contains(ContentTypes, c) {
			v.add(id, field("dsa.content_type", i), "%q is no content type of the DSA Transparency Database", c)
		}
	}
	if slices.Contains(d.ContentTypes, "CONTENT_TYPE_OTHER") != (d.ContentOther != "") {
		v.add(id, "dsa.content_type_other", "goes with CONTENT_TYPE_OTHER, and only with it")
	}
	v.length(id, "dsa.content_type_other", d.ContentOther, 0, 500)
	// Room for the numbers that the variables become.
	v.length(id, "dsa.facts", d.Facts, 20, 4500)
	v.text(id, "dsa.facts", d.Facts, VarsFacts)
	v.length(id, "dsa.explanation", d.Explanation, 20, 1800)
	v.text(id, "dsa.explanation", d.Explanation, VarsFacts)
}

func (v *validator) packDSA(d PackDSA) {
	for i, t := range d.Territory {
		if !countryPattern.MatchString(t) {
			v.add("", field("dsa.territorial_scope", i), "%q is no ISO 3166-1 alpha-2 code", t)
		}
	}
	if d.Language != "" && !countryPattern.MatchString(d.Language) {
		v.add("", "dsa.content_language", "%q is no ISO 639-1 code in capitals", d.Language)
	}
	if d.AccountType != "" && !slices.Contains(AccountTypes, d.AccountType) {
		v.add("", "dsa.account_type", "%q is neither ACCOUNT_TYPE_BUSINESS nor ACCOUNT_TYPE_PRIVATE", d.AccountType)
	}
}
