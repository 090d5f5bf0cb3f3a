package guidelines

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Detector is what a pack says of one detector besides its numbers.
type Detector struct {
	Off bool `json:"off,omitempty"`
	// Add are words that it marks besides its own, in what an expert says to a
	// client. Only detectors of transcripts have them.
	Add []Phrase `json:"add,omitempty"`
	// Remove are words that it marks no more: a mark whose words these are, in
	// any spelling that folds to the same, falls away.
	Remove []string `json:"remove,omitempty"`
}

// Phrase is a lexicon's entry: one to eight words that stand together.
type Phrase struct {
	Words string  `json:"words"`
	Score float64 `json:"score"` // what it says by itself, above 0 to 1
}

// Reads says what a detector reads.
type Reads string

// What detectors read: each kind has work of its own.
const (
	ReadsSessions Reads = "transcripts"
	ReadsPhotos   Reads = "photos"
	ReadsProfiles Reads = "profiles"
	ReadsExperts  Reads = "ratings and attendance"
)

// Number is one of a detector's numbers.
type Number struct {
	Name     string
	Text     string // what it is
	Fallback float64
	Low      float64
	High     float64
	Step     float64 // one press of a key; a factor where Log is set
	Log      bool    // it is a matter of magnitude
}

// Known is a detector that a pack can speak of.
type Known struct {
	Name      string
	Title     string
	Guideline string // what its added words break
	Reads     Reads
	Numbers   []Number
}

// MinScore is the number that every detector has: the score from which its
// findings are shown.
const MinScore = "min_score"

var shownFrom = Number{Name: MinScore, Text: "Shown from this score", Fallback: 0.5, Low: 0, High: 1, Step: 0.05}

// read are the numbers of a detector that has a trained model beside its phrases.
func read(about string, score, alone, veto float64) []Number {
	return []Number{
		shownFrom,
		{"model_score", "The trained model marks a message " + about + " from this probability", score, 0.3, 1, 0.01, false},
		{"model_alone", "… and any other message from this one", alone, 0.3, 1, 0.01, false},
		{"model_veto", "Phrases count for nothing where the trained model gives less than this", veto, 0, 1, 0.01, false},
	}
}

// Catalogue are the detectors that Mensch has, in the order of the screens.
var Catalogue = []Known{
	{Name: "contact", Title: "Contact details", Guideline: "contact-exchange", Reads: ReadsSessions, Numbers: []Number{
		shownFrom,
		{"split_messages", "A number may be split over so many messages", 4, 1, 10, 1, false},
		{"split_minutes", "… within so many minutes", 15, 1, 120, 5, false},
	}},
	{Name: "incivility", Title: "Insults and threats", Guideline: "courtesy", Reads: ReadsSessions, Numbers: []Number{
		shownFrom,
		{"battle_messages", "A battle needs so many rude messages", 3, 2, 20, 1, false},
		{"model_score", "The trained model adds an offensive word's mark from this probability", 0.8, 0.5, 1, 0.01, false},
		{"model_alone", "The trained model speaks alone from this probability", 0.985, 0.5, 1, 0.005, false},
	}},
	{Name: "confidentiality", Title: "Confidences", Guideline: "confidentiality", Reads: ReadsSessions, Numbers: read("that tells of somebody advised", 0.85, 0.92, 0.3)},
	{Name: "solicitation", Title: "Begging for ratings", Guideline: "ratings", Reads: ReadsSessions, Numbers: read("that speaks of ratings", 0.8, 0.9, 0.6)},
	{Name: "disparagement", Title: "Running the community down", Guideline: "community-respect", Reads: ReadsSessions, Numbers: read("that speaks of the community", 0.8, 0.95, 0.5)},
	{Name: "expertise", Title: "Outside the expertise", Guideline: "expertise", Reads: ReadsSessions, Numbers: []Number{
		shownFrom,
		{"distance", "How far a topic must be from the expert's field", 1, 0, 5, 0.1, false},
	}},
	{Name: "copyright-notice", Title: "Copyright notices", Guideline: "copyright", Reads: ReadsSessions, Numbers: []Number{shownFrom}},
	{Name: "photo-match", Title: "Copied photos", Guideline: "false-photo", Reads: ReadsPhotos, Numbers: []Number{shownFrom}},
	{Name: "same-person", Title: "Accounts of one person", Guideline: "multiple-accounts", Reads: ReadsProfiles, Numbers: []Number{
		shownFrom,
		{"bits", "Weight of evidence, in bits, that makes two accounts one person", 7, 1, 40, 0.5, false},
	}},
	{Name: "plagiarism", Title: "Copied texts", Guideline: "plagiarism", Reads: ReadsProfiles, Numbers: []Number{
		shownFrom,
		{"share", "Share of a text that stands elsewhere", 0.15, 0.02, 1, 0.02, false},
	}},
	{Name: "credentials", Title: "Credentials and years", Guideline: "misrepresentation", Reads: ReadsProfiles, Numbers: []Number{shownFrom}},
	{Name: "self-rating", Title: "Ratings of oneself", Guideline: "ratings", Reads: ReadsExperts, Numbers: []Number{
		shownFrom,
		{"puppets", "Raters on one device that are too many", 3, 2, 50, 1, false},
	}},
	{Name: "rating-ring", Title: "Rings and bursts of ratings", Guideline: "ratings", Reads: ReadsExperts, Numbers: []Number{
		shownFrom,
		{"surplus", "How far a ring stands out, in nats", 0.54, 0.05, 5, 0.05, false},
		{"burst", "Ratings in a burst", 7, 2, 200, 1, false},
		{"chance", "How improbable by chance a burst must be", 1e-6, 1e-12, 0.1, 10, true},
	}},
	{Name: "promptness", Title: "Slow answers", Guideline: "promptness", Reads: ReadsExperts, Numbers: []Number{
		shownFrom,
		{"slow_seconds", "An answer is slow after so many seconds", 240, 30, 3600, 30, false},
		{"share", "Share of the answers that must be slow", 0.1, 0.01, 1, 0.01, false},
		{"turns", "… of so many answers at least", 8, 1, 100, 1, false},
	}},
	{Name: "availability", Title: "Available yet silent", Guideline: "availability", Reads: ReadsExperts, Numbers: []Number{
		shownFrom,
		{"silent_minutes", "Available yet silent after so many minutes", 15, 1, 240, 1, false},
		{"sessions", "… in so many sessions", 2, 1, 50, 1, false},
	}},
}

// KnownDetector finds a detector of the catalogue by its name.
func KnownDetector(name string) (Known, bool) {
	i := slices.IndexFunc(Catalogue, func(k Known) bool { return k.Name == name })
	if i < 0 {
		return Known{}, false
	}
	return Catalogue[i], true
}

// Shown is the score from which a detector's findings are shown.
func (p *Pack) Shown(detector string) float64 { return p.Param(detector, MinScore, 0) }

// Off reports whether the pack silences a detector.
func (p *Pack) Off(detector string) bool { return p.Detectors[detector].Off }

// Bounds of a lexicon.
const (
	maxEntries = 2000
	maxWords   = 8
)

func (v *validator) detectors(p *Pack) {
	for _, name := range sorted(p.Detectors) {
		d, at := p.Detectors[name], "detectors."+name
		known, ok := KnownDetector(name)
		if !ok {
			v.add("", at, "there is no such detector")
			continue
		}
		if len(d.Add) > 0 && known.Reads != ReadsSessions {
			v.add("", at+".add", "%s reads no transcripts and has no lexicon", name)
		}
		if len(d.Add)+len(d.Remove) > maxEntries {
			v.add("", at, "has %d words; %d are allowed", len(d.Add)+len(d.Remove), maxEntries)
		}
		for i, a := range d.Add {
			v.phrase(field(at+".add", i)+".words", a.Words)
			if !(a.Score > 0 && a.Score <= 1) { // also true of what is no number
				v.add("", field(at+".add", i)+".score", "is %v, but must be above 0, and 1 at most", a.Score)
			}
		}
		for i, r := range d.Remove {
			v.phrase(field(at+".remove", i), r)
		}
	}
	for i, w := range p.Allow.Phrases {
		v.phrase(field("allow.phrases", i), w)
	}
	if len(p.Allow.Phrases) > maxEntries {
		v.add("", "allow.phrases", "has %d entries; %d are allowed", len(p.Allow.Phrases), maxEntries)
	}
	for _, k := range Catalogue {
		for _, n := range k.Numbers {
			if x, ok := p.Params[k.Name][n.Name]; ok && (math.IsNaN(x) || x < n.Low || x > n.High) {
				v.add("", "params."+k.Name+"."+n.Name, "is %v, but must be from %v to %v", x, n.Low, n.High)
			}
		}
	}
}

func (v *validator) phrase(at, words string) {
	switch n := len(strings.Fields(words)); {
	case n == 0:
		v.add("", at, "is empty")
	case n > maxWords:
		v.add("", at, "has %d words; %d are allowed", n, maxWords)
	case utf8.RuneCountInString(words) > 200:
		v.add("", at, "has more than 200 characters")
	case strings.ContainsAny(words, "\n\r"):
		v.add("", at, "must stand in one line")
	}
}
