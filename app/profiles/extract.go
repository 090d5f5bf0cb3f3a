package profiles

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app/model"
)

// CredentialKind says what a credential is.
type CredentialKind string

// The kinds of credential.
const (
	Degree  CredentialKind = "degree"
	Licence CredentialKind = "licence"
)

// Credential is a degree or licence that a text names: bytes [Start, End) of
// it, on rune boundaries.
type Credential struct {
	Kind       CredentialKind
	Code       string // as it is compared: capitals without dots, such as PHD
	Start, End int
	Year       int // in which it was earned, 0 if the text does not say
}

var (
	// Letters behind a name. Dots and spaces between the letters are allowed.
	degreeLetters = regexp.MustCompile(`\b(Ph\.? ?D|PHD|Psy\.? ?D|PSYD|Ed\.? ?D|D\.? ?Min|Pharm\.? ?D|Th\.? ?D|M\. ?D|MD|J\. ?D|JD|D\. ?O|DDS|DVM|DPT|DSW|DNP|` +
		`M\.? ?Ed|MEd|MED|Ed\.? ?M|Ed\.? ?S|EdS|M\.? ?Div|MDIV|M\. ?A|MA|M\.? ?Sc|M\. ?S|MS|MSEd|MSW|M\. ?S\. ?W|MSN|MSc|MBA|MPH|MFA|MTh|MSC|DBH|MSSA|MSSW|MMFT|MAMFT|MAC|` +
		`LL\.? ?M|LL\.? ?B|B\. ?A|BA|B\.? ?Sc|B\. ?S|BS|BSc|BSN|BSW|BFA|BMus|BBA|BEd|AA|AAS)\b\.?`)
	degreeWords = regexp.MustCompile(`(?i)\b((?:master|bachelor|doctor|associate)(?:['’]?s)? (?:degree|of (?:arts|science|education|social work|philosophy|divinity|laws|fine arts|business administration|physical therapy|medicine))|` +
		`doctorate|master['’]?s in|bachelor['’]?s in|diploma in)\b`)
	licenceLetters = regexp.MustCompile(`\b(L\.? ?P\.? ?C\.?(?:[- ]?(?:MHSP|MH|S|C|I|A|T))?|LPCC(?:[- ]S)?|LPCA|ALPC|LAPC|LCPC|LCMHC(?:[- ]?[AS])?|LMHC(?:[- ]?A)?|LMHP|LMHCA|CMHC|` +
		`LMFT(?:[- ]?[AS])?|MFTI?|AMFT|IMFT|LAMFT|LCMFT|L\.? ?C\.? ?S\.? ?W\.?(?:[- ]?[CRAS])?|LMSW|LICSW|LISW(?:[- ]?S)?|LSW|ACSW|CSW|LGSW|LBSW|LGPC|LSCSW|LCSWA|RCSWI|RMFT|LCASA?|RP|` +
		`LADC|LCADC|CADC(?:[- ]?I+)?|CASAC|CAADC|LCDC|MAC|CAC(?:[- ]?I+)?|NCC|NCAC|CCMHC|ACS|BCC|CCTP|CDVP|CHT|CCH|C\.?Ht|RPT(?:[- ]?S)?|LPA|LP|HSP[- ]?P|` +
		`ATR(?:[- ]?BC)?|LCAT|BCBA|CSAT|CST|CGP|CFT|EMDR|RN|NP|APRN|PMHNP|CRNP|RD|LMT|RYT|CPA|CFP|CFA|EA|PE|Esq|FAAMFT|BC-TMH|DCC|TEFL|LPIC-\d)\b\.?`)
	licenceWords = regexp.MustCompile(`(?i)\b((?:board[- ]certified|licen[sc]ed|registered|state[- ]certified|certified)(?: [a-z]+(?: and [a-z]+)?){0,4}? (?:counsell?or|therapist|psychotherapist|psychologist|psychiatrist|physician|nurse|` +
		`social worker|hypnotherapist|coach|teacher|accountant|planner|arborist|trainer|dietitian|pharmacist|physiotherapist|vet|veterinarian|mediator|clinician|supervisor|specialist))\b`)
	numbered    = regexp.MustCompile(`(?i)\b(?:licen[cs]e|reg(?:istration)?|certificate|no)\b\.? ?(?:no\.? ?|number |# ?)?([A-Z]{0,3}-?\d{4,8})\b`)
	validTo     = regexp.MustCompile(`(?i)\b(?:valid (?:to|until|through)|expires?|exp\.?|renewal)\s*:? ?(20\d{2})(?:-(\d{2}))?\b`)
	nextLetters = regexp.MustCompile(`^[.]?\s*[,|/]\s*([A-Z]{2,6}(?:-[A-Z]{1,3})?)\b`)
	zip         = regexp.MustCompile(`^[ ,]*\d{5}\b`)
)

// Extract finds the degrees and licences that a text names, in order. Letters
// that are both a degree and a state stand for the state before a postal code.
func Extract(text string) []Credential {
	whole := text
	text, at := unglue(text)
	var out []Credential
	add := func(kind CredentialKind, from, to int) {
		for _, c := range out {
			if from < c.End && c.Start < to {
				return // inside another one
			}
		}
		code := strings.ToUpper(strings.Map(func(r rune) rune {
			if r == '.' || r == ' ' || r == '\'' || r == '’' {
				return -1
			}
			return r
		}, text[from:to]))
		if (code == "MA" || code == "MD") && zip.MatchString(text[to:]) {
			return
		}
		c := Credential{Kind: kind, Code: code, Start: from, End: to}
		rest, _, _ := strings.Cut(text[to:min(len(text), to+80)], ";")
		if y := yearIn.FindString(rest); y != "" {
			c.Year, _ = strconv.Atoi(y)
		}
		out = append(out, c)
	}
	for _, m := range licenceWords.FindAllStringIndex(text, -1) {
		add(Licence, m[0], m[1])
	}
	for _, m := range licenceLetters.FindAllStringIndex(text, -1) {
		add(Licence, m[0], m[1])
	}
	for _, m := range degreeWords.FindAllStringIndex(text, -1) {
		add(Degree, m[0], m[1])
	}
	for _, m := range degreeLetters.FindAllStringIndex(text, -1) {
		add(Degree, m[0], m[1])
	}
	// Capitals in a list with letters that are known are letters too.
	for i := 0; i < len(out); i++ {
		if m := nextLetters.FindStringSubmatchIndex(text[out[i].End:]); m != nil {
			add(Licence, out[i].End+m[2], out[i].End+m[3])
		}
	}
	slices.SortFunc(out, func(a, b Credential) int { return a.Start - b.Start })
	for i := range out {
		out[i].Start, out[i].End = at[out[i].Start], min(at[out[i].End-1]+1, len(whole))
	}
	return out
}

// unglue parts what a form joined: "Jane DoeLPC" and "LPCTherapist". at gives
// each byte's place in the original.
func unglue(s string) (parted string, at []int) {
	upper := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= 'A' && s[i] <= 'Z' }
	lower := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= 'a' && s[i] <= 'z' }
	out := make([]byte, 0, len(s)+8)
	at = make([]int, 0, len(s)+8)
	run := 0 // capitals up to here
	for i := range len(s) {
		joined := upper(i) && upper(i+1) && lower(i-1) && !lower(i+2) || // eLP
			upper(i) && lower(i+1) && lower(i-1) || // eLi
			upper(i) && lower(i+1) && (lower(i+2) || s[i+1] != 's') && run >= 2 || // PCThe
			upper(i) && lower(i+1) && i > 1 && s[i-1] == '.' && upper(i-2) // D.The
		if joined {
			out, at = append(out, ' '), append(at, i)
		}
		out, at = append(out, s[i]), append(at, i)
		if run++; !upper(i) {
			run = 0
		}
	}
	return string(out), at
}

// Check is one line of what a moderator can verify about a profile.
type Check struct {
	Field   string    // which text of the profile
	Text    string    // what it says
	Number  string    // of a licence, if it names one
	Expires time.Time // of a licence; zero: the profile does not say
	Expired bool
	Prompt  string // what to do, in words
}

// Checklist lists what can be verified about a profile, with what expired
// before now. A mismatch of pronoun and gender is only a prompt to look.
func Checklist(e model.ExpertProfile, now time.Time) []Check {
	var out []Check
	list := func(field string, lines []string) {
		for _, line := range lines {
			c := Check{Field: field, Text: line, Prompt: "ask for the certificate"}
			if m := numbered.FindStringSubmatch(line); m != nil {
				c.Number, c.Prompt = m[1], "look the number up in the register"
			}
			if m := validTo.FindStringSubmatch(line); m != nil {
				c.Expires = expiry(m[1], m[2])
				c.Expired = now.After(c.Expires)
				if c.Expired {
					c.Prompt = "expired: ask for the renewal"
				}
			}
			out = append(out, c)
		}
	}
	list("degrees", e.Profile.Degrees)
	list("credentials", e.Profile.Credentials)
	for _, field := range []struct{ name, text string }{{"headline", e.Profile.Headline}, {"bio", e.Profile.Bio}} {
		for _, c := range Extract(field.text) {
			out = append(out, Check{Field: field.name, Text: field.text[c.Start:c.End], Prompt: "ask for the certificate"})
		}
	}
	if p := pronounMismatch(e.Profile); p != "" {
		out = append(out, Check{Field: "gender", Text: p, Prompt: "only a prompt to look: people write in many ways"})
	}
	return out
}

// expiry is the end of the month, or of the year, that a licence is valid to.
func expiry(year, month string) time.Time {
	y, err := strconv.Atoi(year)
	if err != nil {
		return time.Time{}
	}
	m, err := strconv.Atoi(month)
	if err != nil || m < 1 || m > 12 {
		m = 12
	}
	return time.Date(y, time.Month(m)+1, 1, 0, 0, 0, 0, time.UTC)
}

var (
	sheWords = regexp.MustCompile(`(?i)\b(she|her|hers)\b`)
	heWords  = regexp.MustCompile(`(?i)\b(he|his|him)\b`)
	iWords   = regexp.MustCompile(`\b(I|I'm|I’m|I've|I’ve|my|My)\b`)
)

// pronounMismatch looks at a bio in the third person.
func pronounMismatch(p model.Profile) string {
	if iWords.MatchString(p.Bio) {
		return ""
	}
	she, he := len(sheWords.FindAllString(p.Bio, -1)), len(heWords.FindAllString(p.Bio, -1))
	switch {
	case p.Gender == "male" && she >= 2 && he == 0:
		return "the bio says “she”, the profile male"
	case p.Gender == "female" && he >= 2 && she == 0:
		return "the bio says “he”, the profile female"
	}
	return ""
}
