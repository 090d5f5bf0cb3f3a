package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
	"mensch/app/transcripts/notices"
)

var (
	yearIn     = regexp.MustCompile(`\b(19[3-9]\d|20[0-4]\d)\b`)
	experience = regexp.MustCompile(`(?i)\b(\d{1,2})\+?\s*(?:years?|yrs?)(?:'|’)?\s+(?:of\s+)?(?:(?:professional|clinical|hands-on|practical|teaching|full-time)\s+)?(?:experience|practice|in practice|practising|practicing)\b`)
)

// youngestGraduate is the age below which a degree is not believed.
const youngestGraduate = 17

// credentials finds years in a profile that contradict each other, and notices
// of somebody's copyright in its text.
func credentials(e model.ExpertProfile, said []claim) []model.Finding {
	var out []model.Finding
	if f, ok := impossibleYears(e); ok {
		out = append(out, f)
	}
	if f, ok := overclaims(e, said); ok {
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

// claimRule says how a title is claimed, and what bears it out.
type claimRule struct {
	rank string
	says *regexp.Regexp
	has  *regexp.Regexp // what the lists of degrees and credentials say of those who have it
}

// claim is a title that an expert gives themself in an answer.
type claim struct {
	field string // such as message:<id>
	text  string
	rank  string
	at    time.Time
}

// claims are the titles that only a doctorate or a licence gives, in the first person, by rank.
var claims = []claimRule{
	{
		"a physician", regexp.MustCompile(`(?i)\bI(?:['’]m| am|['’]ve been| have been)(?: also)? an? (?:(?:board[- ]certified|licen[sc]ed|registered|practi[cs]ing|medical|real) )+(?:physician|psychiatrist|surgeon|doctor)\b`),
		regexp.MustCompile(`(?i)\b(M\.? ?D|D\.?O|MBBS|MBChB|physician|psychiatr|medicine|surgeon|Dr\. ?med|Staatsexamen)\b`),
	},
	{
		"a licensed psychologist", regexp.MustCompile(`(?i)\bI(?:['’]m| am|['’]ve been| have been)(?: also)? an? (?:(?:board[- ]certified|licen[sc]ed|registered|clinical) )+psychologist\b`),
		regexp.MustCompile(`(?i)(Ph\.? ?D|Psy\.? ?D|psycholog|doctor)`),
	},
	{
		"a doctorate", regexp.MustCompile(`(?i)\b(?:I (?:have|hold|earned|did|got) (?:a|my)|with (?:a|my)|yes,?(?: a| I have a)?) (?:Ph\.? ?D|doctorate)\b`),
		regexp.MustCompile(`(?i)(Ph\.? ?D|Psy\.? ?D|Ed\.? ?D|D\.? ?Phil|Dr\b|doctor)`),
	},
	{
		"a lawyer or judge", regexp.MustCompile(`(?i)\bI(?:['’]m| am|['’]ve been| have been)(?: also)? an? (?:(?:licen[sc]ed|admitted|practi[cs]ing|real) )+(?:lawyer|attorney|solicitor|barrister|judge)\b`),
		regexp.MustCompile(`(?i)(J\.? ?D|LL\.? ?[BM]|law|bar\b|attorney|solicitor|barrister|Esq)`),
	},
}

// claimsIn are the titles that a text claims, each rank once.
func claimsIn(field, text string, at time.Time) []claim {
	var out []claim
	for _, c := range claims {
		if m := c.says.FindString(text); m != "" {
			out = append(out, claim{field: field, text: m, rank: c.rank, at: at})
		}
	}
	return out
}

// overclaims finds titles that the expert claims in the profile's text or in
// answers, and that the profile's own lists do not bear out. With empty lists
// there is nothing to contradict: only a prompt to verify.
func overclaims(e model.ExpertProfile, said []claim) (model.Finding, bool) {
	lists := strings.Join(append(append([]string{}, e.Profile.Degrees...), e.Profile.Credentials...), "\n")
	all := append(claimsIn("bio", e.Profile.Bio, e.Profile.UpdatedAt), claimsIn("headline", e.Profile.Headline, e.Profile.UpdatedAt)...)
	all = append(all, said...)
	var why []string
	f := model.Finding{Detector: Credentials, Guideline: "misrepresentation", Score: 0.75, Advisory: lists == ""}
	for _, got := range all {
		i := slices.IndexFunc(claims, func(c claimRule) bool { return c.rank == got.rank })
		if claims[i].has.MatchString(lists) {
			continue
		}
		kind, id := "profile", fmt.Sprintf("%s@%d", e.Expert.ID, e.Profile.Version)
		if m, ok := strings.CutPrefix(got.field, messageField); ok {
			kind, id = "message", m
		}
		f.Events = append(f.Events, model.Event{Kind: kind, ID: id, At: got.at, Text: "“" + got.text + "”"})
		why = append(why, fmt.Sprintf("“%s” (%s)", got.text, fieldName(got.field)))
	}
	if len(why) == 0 {
		return model.Finding{}, false
	}
	f.Reason = "The expert claims what the profile's list of degrees and credentials does not bear out: " + strings.Join(why, "; ") + "."
	if f.Advisory {
		f.Reason = "The expert claims a title, and the profile lists no degree or credential to verify: " + strings.Join(why, "; ") + "."
	}
	return f, true
}

// copyrightNotice finds a notice in the profile's text. Whose it is a person
// must judge: an expert may hold it themself, so their own name silences it.
func copyrightNotice(e model.ExpertProfile) (model.Finding, bool) {
	f := model.Finding{Detector: Notice, Guideline: "copyright"}
	var words []string
	for _, field := range []struct{ name, text string }{{"headline", e.Profile.Headline}, {"bio", e.Profile.Bio}} {
		for _, n := range notices.Find(field.text) {
			said := strings.TrimSpace(field.text[n.Start:n.End])
			if n.Score < 0.5 || ownName(e, said) {
				continue
			}
			f.Score = max(f.Score, n.Score)
			f.Passages = append(f.Passages, model.Passage{Field: field.name, Start: n.Start, End: n.End, OtherField: "notice", Sum: model.TextSum(field.text)})
			words = append(words, "“"+said+"”")
		}
	}
	if len(words) == 0 {
		return model.Finding{}, false
	}
	f.Reason = fmt.Sprintf("The profile carries a copyright notice (%s), so its text is likely taken from elsewhere.", strings.Join(words, ", "))
	return f, true
}

// ownName reports whether words name the expert.
func ownName(e model.ExpertProfile, words string) bool {
	words = plain(words)
	for _, part := range append(foldName(e.Profile.Name).parts, plain(e.Expert.ScreenName)) {
		if len(part) > 3 && strings.Contains(words, part) {
			return true
		}
	}
	return false
}
