package profiles

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mensch/app/model"
)

var (
	yearIn     = regexp.MustCompile(`\b(19[3-9]\d|20[0-4]\d)\b`)
	experience = regexp.MustCompile(`(?i)\b(\d{1,2})\+?\s*(?:years?|yrs?)(?:'|’)?\s+(?:of\s+)?(?:(?:professional|clinical|hands-on|practical|teaching|full-time)\s+)?(?:experience|practice|in practice|practising|practicing)\b`)
	notice     = regexp.MustCompile(`(?i)(?:©|\(c\)|\bcopyright\b)\s*(?:©|\(c\))?\s*(?:19|20)\d{2}\b[^.\n]{0,60}|(?:©|\bcopyright\b)[^.\n]{1,50}\ball rights reserved\b|\ball rights reserved\b`)
)

// youngestGraduate is the age below which a degree is not believed.
const youngestGraduate = 17

// credentials finds years in a profile that contradict each other, and notices
// of somebody's copyright in its text.
func credentials(e model.ExpertProfile) []model.Finding {
	var out []model.Finding
	if f, ok := impossibleYears(e); ok {
		out = append(out, f)
	}
	if f, ok := copyrightNotice(e); ok {
		out = append(out, f)
	}
	return out
}

// impossibleYears compares degrees and experience with the year of birth.
func impossibleYears(e model.ExpertProfile) (model.Finding, bool) {
	born := e.Profile.BirthYear
	if born == 0 {
		return model.Finding{}, false
	}
	var why []string
	for _, list := range [][]string{e.Profile.Degrees, e.Profile.Credentials} {
		for _, d := range list {
			for _, text := range yearIn.FindAllString(d, -1) {
				year, err := strconv.Atoi(text)
				if err != nil {
					continue
				}
				if age := year - born; age < youngestGraduate {
					why = append(why, fmt.Sprintf("“%s” would have been earned at the age of %d", d, age))
				}
			}
		}
	}
	if !e.Profile.UpdatedAt.IsZero() {
		for _, m := range experience.FindAllStringSubmatch(e.Profile.Bio+" "+e.Profile.Headline, -1) {
			years, err := strconv.Atoi(m[1])
			if err != nil {
				continue
			}
			if age := e.Profile.UpdatedAt.Year() - born - years; age < 15 {
				why = append(why, fmt.Sprintf("“%s” would have begun at the age of %d", m[0], age))
			}
		}
	}
	if len(why) == 0 {
		return model.Finding{}, false
	}
	return model.Finding{
		Detector: Credentials, Guideline: "misrepresentation", Score: min(0.95, 0.75+0.1*float64(len(why))),
		Events: []model.Event{{Kind: "profile", ID: fmt.Sprintf("%s@%d", e.Expert.ID, e.Profile.Version), At: e.Profile.UpdatedAt, Text: fmt.Sprintf("born in %d", born)}},
		Reason: "The profile's years contradict each other: " + strings.Join(why, "; ") + ".",
	}, true
}

// copyrightNotice finds a notice in the profile's text. Whose it is a person
// must judge: an expert may hold it themself, so their own name silences it.
func copyrightNotice(e model.ExpertProfile) (model.Finding, bool) {
	at := notice.FindStringIndex(e.Profile.Bio)
	if at == nil {
		return model.Finding{}, false
	}
	words := strings.ToLower(e.Profile.Bio[at[0]:at[1]])
	for _, name := range strings.Fields(strings.ToLower(e.Profile.Name + " " + e.Expert.ScreenName)) {
		if len(name) > 3 && strings.Contains(words, name) {
			return model.Finding{}, false
		}
	}
	return model.Finding{
		Detector: Notice, Guideline: "copyright", Score: 0.85,
		Passages: []model.Passage{{Field: "bio", Start: at[0], End: at[1], OtherField: "notice"}},
		Reason:   fmt.Sprintf("The bio carries a copyright notice (“%s”), so its text is likely taken from elsewhere.", strings.TrimSpace(e.Profile.Bio[at[0]:at[1]])),
	}, true
}
