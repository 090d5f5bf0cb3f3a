package guidelines

import (
	"slices"
	"strings"
	"time"

	"mensch/app/model"
)

// Format is the version of the file format that this program reads.
const Format = 1

// Fallback is the language that every pack has, for experts whose own language
// it lacks.
const Fallback = "en"

// Pack is a checked set of guidelines. It is read-only after Load, and safe
// for use by many goroutines.
type Pack struct {
	Format     int               `json:"format"`
	Version    string            `json:"version"` // pinned in every sanction
	Name       string            `json:"name"`
	URL        string            `json:"url,omitempty"` // where experts read the rules
	Guidelines []Guideline       `json:"guidelines"`
	Account    []Rung            `json:"account_ladder,omitempty"` // by the live strikes of all guidelines together
	Approval   Approval          `json:"approval"`
	Appeal     Appeal            `json:"appeal"`
	Letters    map[string]Letter `json:"letters"` // by language
	Priority   Priority          `json:"priority"`
	DSA        PackDSA           `json:"dsa"`
	Allow      Allow             `json:"allow"`
	// Wellness is how moderators are spared, unless they choose otherwise.
	Wellness *Wellness `json:"wellness,omitempty"`
	// Params are the detectors' numbers, by detector and name.
	Params map[string]map[string]float64 `json:"params"`
	// Detectors silences detectors, and adds to and takes from their words.
	Detectors map[string]Detector `json:"detectors,omitempty"`
	// Conditions are rules over the facts of a case, tried in their order.
	Conditions []Condition `json:"conditions,omitempty"`

	// Digest is the SHA-256 of the pack's bytes, in hex.
	Digest string `json:"-"`

	index map[string]int
}

// Wellness is the organisation's default for sparing its moderators.
type Wellness struct {
	Blur             bool `json:"blur"`               // photos are blurred until they are wanted
	Grey             bool `json:"grey"`               // photos show no colours
	Mute             bool `json:"mute"`               // no passing notices
	Veil             bool `json:"veil"`               // oaths stand behind dots
	ExposuresPerHour int  `json:"exposures_per_hour"` // hard things before a break is suggested; 0: never
}

// Guideline is one rule.
type Guideline struct {
	ID         string              `json:"id"`
	Label      string              `json:"label,omitempty"` // a word or two for where there is little room; empty: Title
	Title      string              `json:"title"`
	Paragraph  string              `json:"paragraph"`             // the rule's text, as published
	Severity   int                 `json:"severity"`              // 1 (a matter of style) to 5 (harm to people)
	Strikes    int                 `json:"strikes"`               // that a sanction from a warning upwards adds, 0 to 10
	StrikeDays int                 `json:"strike_days"`           // until they expire, 0 (never) to 3650
	ByStep     map[model.Step]int  `json:"by_step,omitempty"`     // strikes of a step where they differ
	Ladder     []Rung              `json:"ladder"`                // by live strikes of this guideline, the first from 0
	OtherSteps []model.Step        `json:"other_steps,omitempty"` // that a moderator may choose although no rung has them
	Templates  map[string]Template `json:"templates"`             // by language
	DSA        DSA                 `json:"dsa"`
}

// Rung is one step of a ladder.
type Rung struct {
	FromStrikes int          `json:"from_strikes"` // live strikes before the new one, at least
	Step        model.Step   `json:"step"`
	Days        int          `json:"days,omitempty"`       // of a suspension; the whole time at this rung, time served included
	Everywhere  bool         `json:"everywhere,omitempty"` // in all clusters; else in the account's own
	With        []model.Step `json:"with,omitempty"`       // steps that go with it, such as removing the photo
	Approval    bool         `json:"approval,omitempty"`   // needs a second person
}

// Template holds a guideline's words in one language.
type Template struct {
	Title string `json:"title"`
	Words string `json:"words,omitempty"` // the rule in this language; empty: Paragraph
	Seen  string `json:"seen"`            // what was seen, in neutral words; variables in VarsSeen
}

// Letter holds the words of a message to an expert in one language.
type Letter struct {
	Opening   string                `json:"opening"`   // VarsLetter
	Rule      string                `json:"rule"`      // VarsRule
	Basis     string                `json:"basis"`     // how much it rests on; VarsSeen
	Quote     string                `json:"quote"`     // one quoted passage; VarsQuote
	Steps     map[model.Step]string `json:"steps"`     // what happens; VarsStep
	Strikes   string                `json:"strikes"`   // VarsStep
	Automated string                `json:"automated"` // a program pointed at it; VarsLetter
	Notified  string                `json:"notified"`  // people pointed at it; VarsLetter
	Closing   string                `json:"closing"`   // how to object, and until when; VarsLetter
	Reversal  string                `json:"reversal"`  // the whole letter that takes a decision back; VarsReversal
	Upheld    string                `json:"upheld"`    // the whole letter that answers an appeal without change; VarsLetter
	Fields    map[string]string     `json:"fields"`    // names of a profile's fields
	Months    []string              `json:"months"`    // twelve
	Date      string                `json:"date"`      // VarsDate
	Single    string                `json:"single"`    // one day: VarsWhen
	Range     string                `json:"range"`     // several: VarsWhen
}

// Approval says which sanctions need a second person.
type Approval struct {
	Severities  []int        `json:"severities"`             // a severe step under a guideline of such a severity
	SevereSteps []model.Step `json:"severe_steps,omitempty"` // the severe steps; none: a suspension and a ban
	Steps       []model.Step `json:"steps"`                  // always
	MinDays     int          `json:"min_days"`               // a suspension of so many days or more; 0: no such limit
	Hours       int          `json:"hours"`                  // until a proposal expires, 1 to 720
}

// Severe says whether a step needs a second person under the severities that the
// pack names.
func (a Approval) Severe(step model.Step) bool {
	if len(a.SevereSteps) == 0 {
		return step == model.StepSuspension || step == model.StepBan
	}
	return slices.Contains(a.SevereSteps, step)
}

// Appeal says how long an expert may object.
type Appeal struct {
	Months    int `json:"months"`               // 6 or more
	GraceDays int `json:"grace_days,omitempty"` // added for the way of the letter, 0 to 90
	Hours     int `json:"hours"`                // that an answer should take at most
}

// Priority holds the numbers of the queue's order.
type Priority struct {
	Severity  int      `json:"severity"`   // points of a severity-5 guideline
	Harm      int      `json:"harm"`       // a threat, or harm to somebody
	Incident  int      `json:"incident"`   // many reports
	Reporter  int      `json:"reporter"`   // reports of more than one kind of people, or of staff
	Age       int      `json:"age"`        // at the end of the time that the aim gives
	Strikes   int      `json:"strikes"`    // a long record
	Exposure  int      `json:"exposure"`   // many clients at present
	Finding   int      `json:"finding"`    // a finding of score 1
	Advisory  int      `json:"advisory"`   // however many hints
	Appeal    int      `json:"appeal"`     // an open appeal
	SLAHours  []int    `json:"sla_hours"`  // the aim by severity, five numbers, severity 1 first
	HarmMarks []string `json:"harm_marks"` // labels of spans that mean harm
	HarmWords []string `json:"harm_words"` // words in a report that mean harm, lower case
}

// Allow lists what is no violation: public sources, help lines that an expert
// ought to give, and harmless words.
type Allow struct {
	Domains  []string `json:"domains"`
	Hotlines []string `json:"hotlines"` // digits, a leading plus allowed
	// Phrases are words that no detector of transcripts marks.
	Phrases []string `json:"phrases,omitempty"`
}

// Guideline finds a guideline by its ID.
func (p *Pack) Guideline(id string) (Guideline, bool) {
	i, ok := p.index[id]
	if !ok {
		return Guideline{}, false
	}
	return p.Guidelines[i], true
}

// Title is the guideline's title in a language, or its ID if the pack has no
// such guideline.
func (p *Pack) Title(id, lang string) string {
	g, ok := p.Guideline(id)
	if !ok {
		return id
	}
	if t, ok := g.Templates[p.Language(lang)]; ok && t.Title != "" {
		return t.Title
	}
	return g.Title
}

// Param is a detector's number, or the fallback if the pack does not set it.
func (p *Pack) Param(detector, name string, fallback float64) float64 {
	if v, ok := p.Params[detector][name]; ok {
		return v
	}
	return fallback
}

// Languages are those that the pack can write in, the fallback first.
func (p *Pack) Languages() []string {
	langs := []string{Fallback}
	for lang := range p.Letters {
		if lang != Fallback {
			langs = append(langs, lang)
		}
	}
	slices.Sort(langs[1:])
	return langs
}

// Language picks the pack's language for a BCP 47 tag: de-AT gives de, and
// what the pack lacks gives the fallback.
func (p *Pack) Language(tag string) string {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	for tag != "" {
		if _, ok := p.Letters[tag]; ok {
			return tag
		}
		i := strings.LastIndexByte(tag, '-')
		if i < 0 {
			break
		}
		tag = tag[:i]
	}
	return Fallback
}

// LanguageOf picks the first of an expert's languages that the pack has.
func (p *Pack) LanguageOf(expert model.Expert) string {
	for _, tag := range expert.Languages {
		if lang := p.Language(tag); lang != Fallback || strings.HasPrefix(strings.ToLower(tag), Fallback) {
			return lang
		}
	}
	return Fallback
}

// Steps are the steps that a moderator may choose under the guideline, from
// the mildest to the hardest: a note, those of the ladder, and the others that
// the pack names.
func (g Guideline) Steps() []model.Step {
	allowed := map[model.Step]bool{model.StepNote: true, model.StepWarning: true}
	for _, r := range g.Ladder {
		allowed[r.Step] = true
		for _, w := range r.With {
			allowed[w] = true
		}
	}
	for _, s := range g.OtherSteps {
		allowed[s] = true
	}
	var steps []model.Step
	for _, s := range AllSteps {
		if allowed[s] {
			steps = append(steps, s)
		}
	}
	return steps
}

// StrikesFor is how many strikes a step adds: none for a note.
func (g Guideline) StrikesFor(step model.Step) int {
	if n, ok := g.ByStep[step]; ok {
		return n
	}
	if step == model.StepNote {
		return 0
	}
	return g.Strikes
}

// AllSteps are the steps from the mildest to the hardest.
var AllSteps = []model.Step{
	model.StepNote, model.StepWarning, model.StepFieldReset, model.StepPhotoRemoval,
	model.StepRatingVoid, model.StepSuspension, model.StepBan,
}

// StepRank orders steps from 0, the mildest; -1 for an unknown one.
func StepRank(step model.Step) int {
	return slices.Index(AllSteps, step)
}

// Fields are the parts of a profile that a field reset can empty.
var Fields = []string{"name", "headline", "bio", "gender", "degrees", "credentials"}

// ObjectUntil is the last moment at which an expert may object to a decision.
func (p *Pack) ObjectUntil(decided time.Time) time.Time {
	return decided.AddDate(0, p.Appeal.Months, p.Appeal.GraceDays)
}
