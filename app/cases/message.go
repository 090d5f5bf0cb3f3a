package cases

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
)

// maxQuote is how many characters of a passage a letter quotes.
const maxQuote = 280

// maxQuotes is how many passages a letter quotes for one guideline.
const maxQuotes = 5

// Compose writes the message to the expert in their language, or in English if
// the pack lacks it: for each guideline its title and words, what was seen in
// neutral words, what happens, and at last how and until when to object.
// Without sanctions there is nothing to tell, and the message is empty.
//
// A placeholder without a value gives *guidelines.UnresolvedError.
func Compose(pack *guidelines.Pack, lang string, expert model.ExpertProfile, sanctions []model.Sanction, evidence []model.Evidence) (string, error) {
	if len(sanctions) == 0 {
		return "", nil
	}
	lang = letterLanguage(pack, lang, sanctions)
	l := writer{pack: pack, lang: lang, letter: pack.Letters[lang]}
	base, err := l.base(expert, sanctions[0].DecisionID, sanctions[0].StartsAt)
	if err != nil {
		return "", fmt.Errorf("compose the message: %w", err)
	}
	l.add(l.letter.Opening, base)
	for _, id := range guidelinesOf(sanctions) {
		g, ok := pack.Guideline(id)
		if !ok {
			return "", fmt.Errorf("compose the message: the rule pack %s has no guideline %q", pack.Version, id)
		}
		l.rule(g, expert.Expert, sanctions, evidence)
	}
	if slices.ContainsFunc(evidence, func(e model.Evidence) bool { return e.Finding != nil }) {
		l.add(l.letter.Automated, base)
	} else {
		l.add(l.letter.Notified, base)
	}
	l.add(l.letter.Closing, base)
	if l.err != nil {
		return "", fmt.Errorf("compose the message: %w", l.err)
	}
	return strings.Join(l.parts, "\n\n"), nil
}

// ComposeReversal writes the message that takes sanctions back. Those that
// are named are the ones reversed; at is when.
func ComposeReversal(pack *guidelines.Pack, lang string, expert model.ExpertProfile, reversed []model.Sanction, at time.Time) (string, error) {
	if len(reversed) == 0 {
		return "", nil
	}
	lang = letterLanguage(pack, lang, reversed)
	l := writer{pack: pack, lang: lang, letter: pack.Letters[lang]}
	date, err := l.letter.FormatDate(at)
	if err != nil {
		return "", fmt.Errorf("compose the reversal: %w", err)
	}
	strikes := 0
	for _, s := range reversed {
		strikes += s.Strikes
	}
	var titles []string
	for _, id := range guidelinesOf(reversed) {
		titles = append(titles, pack.Title(id, lang))
	}
	l.add(l.letter.Reversal, guidelines.Vars{
		"expert": screenName(expert), "cluster": clean(expert.Expert.Cluster, 100), "date": date,
		"reference": reversed[0].DecisionID, "titles": strings.Join(titles, "; "),
		"strikes": strikes, "manystrikes": strikes != 1,
	})
	if l.err != nil {
		return "", fmt.Errorf("compose the reversal: %w", l.err)
	}
	return l.parts[0], nil
}

// ComposeUpheld writes the message that answers an appeal without a change.
func ComposeUpheld(pack *guidelines.Pack, lang string, expert model.ExpertProfile, decisionID string, decided time.Time) (string, error) {
	lang = pack.Language(lang)
	l := writer{pack: pack, lang: lang, letter: pack.Letters[lang]}
	base, err := l.base(expert, decisionID, decided)
	if err != nil {
		return "", fmt.Errorf("compose the answer to the appeal: %w", err)
	}
	l.add(l.letter.Upheld, base)
	if l.err != nil {
		return "", fmt.Errorf("compose the answer to the appeal: %w", l.err)
	}
	return l.parts[0], nil
}

// letterLanguage is one language for the whole letter: if a guideline lacks
// words in the expert's, all of it is English rather than a mixture.
func letterLanguage(pack *guidelines.Pack, lang string, sanctions []model.Sanction) string {
	lang = pack.Language(lang)
	for _, s := range sanctions {
		g, ok := pack.Guideline(s.Guideline)
		if !ok {
			continue
		}
		if _, ok := g.Templates[lang]; !ok {
			return guidelines.Fallback
		}
	}
	return lang
}

// guidelinesOf are the guidelines of sanctions, each once, in order.
func guidelinesOf(sanctions []model.Sanction) []string {
	var ids []string
	for _, s := range sanctions {
		if !slices.Contains(ids, s.Guideline) {
			ids = append(ids, s.Guideline)
		}
	}
	return ids
}

// writer collects a letter's paragraphs and its first error.
type writer struct {
	pack   *guidelines.Pack
	lang   string
	letter guidelines.Letter
	parts  []string
	err    error
}

func (l *writer) render(text string, vars guidelines.Vars) string {
	if l.err != nil {
		return ""
	}
	out, err := guidelines.Render(text, vars)
	if err != nil {
		l.err = err
	}
	return out
}

func (l *writer) add(text string, vars guidelines.Vars) {
	if out := l.render(text, vars); out != "" {
		l.parts = append(l.parts, out)
	}
}

func (l *writer) date(t time.Time) string {
	if t.IsZero() || l.err != nil {
		return ""
	}
	out, err := l.letter.FormatDate(t)
	if err != nil {
		l.err = err
	}
	return out
}

func (l *writer) base(expert model.ExpertProfile, reference string, at time.Time) (guidelines.Vars, error) {
	vars := guidelines.Vars{
		"expert": screenName(expert), "cluster": clean(expert.Expert.Cluster, 100), "reference": reference,
		"url": l.pack.URL, "version": l.pack.Version,
		"date": l.date(at), "until": l.date(l.pack.ObjectUntil(at)),
	}
	return vars, l.err
}

func screenName(expert model.ExpertProfile) string {
	name := clean(expert.Expert.ScreenName, 80)
	if name == "" {
		name = clean(expert.Expert.ID, 80)
	}
	return name
}

// rule writes what concerns one guideline.
func (l *writer) rule(g guidelines.Guideline, expert model.Expert, sanctions []model.Sanction, evidence []model.Evidence) {
	t := g.Templates[l.lang]
	words := t.Words
	if words == "" {
		words = g.Paragraph
	}
	l.add(l.letter.Rule, guidelines.Vars{"title": t.Title, "words": words})
	var mine []model.Sanction
	for _, s := range sanctions {
		if s.Guideline == g.ID {
			mine = append(mine, s)
		}
	}
	seen, sum := l.seen(g.ID, expert, mine, evidence)
	text := l.render(t.Seen, seen)
	if sum.Count > 0 {
		text += " " + l.render(l.letter.Basis, seen)
	}
	if text != "" {
		l.parts = append(l.parts, text)
	}
	var quotes []string
	for _, e := range evidence {
		if e.Quote != "" && (e.Guideline == "" || e.Guideline == g.ID) && len(quotes) < maxQuotes {
			quotes = append(quotes, l.render(l.letter.Quote, guidelines.Vars{"quote": clean(e.Quote, maxQuote), "date": ""}))
		}
	}
	if len(quotes) > 0 {
		l.parts = append(l.parts, strings.Join(quotes, "\n"))
	}
	var happens []string
	for _, s := range mine {
		vars := l.step(s)
		happens = append(happens, l.render(l.letter.Steps[s.Step], vars))
		if s.Strikes > 0 {
			happens = append(happens, l.render(l.letter.Strikes, vars))
		}
	}
	l.parts = append(l.parts, strings.Join(happens, "\n"))
}

func (l *writer) step(s model.Sanction) guidelines.Vars {
	days := Days(s)
	return guidelines.Vars{
		"cluster": clean(s.Cluster, 100), "days": days, "several": days != 1, "until": l.date(s.EndsAt),
		"field": l.letter.Fields[s.Field], "ratings": len(s.Ratings), "manyratings": len(s.Ratings) != 1,
		"strikes": s.Strikes, "manystrikes": s.Strikes != 1, "strikesuntil": l.date(s.StrikesExpire),
	}
}

func (l *writer) seen(id string, expert model.Expert, mine []model.Sanction, evidence []model.Evidence) (guidelines.Vars, Basis) {
	sum := Sum(id, evidence)
	when := ""
	if first, last := l.date(sum.First), l.date(sum.Last); first != "" {
		text := l.letter.Range
		if first == last {
			text = l.letter.Single
		}
		when = l.render(text, guidelines.Vars{"first": first, "last": last})
	}
	ratings := 0
	for _, s := range mine {
		ratings += len(s.Ratings)
	}
	return guidelines.Vars{
		"count": sum.Count, "several": sum.Count != 1, "sessions": sum.Sessions, "manysessions": sum.Sessions != 1,
		"when": when, "accounts": sum.Accounts, "ratings": ratings, "cluster": clean(expert.Cluster, 100),
	}, sum
}

// Basis is what a sanction rests on, in numbers and days only.
type Basis struct {
	Count    int // pieces of evidence
	Sessions int
	Accounts int // other accounts that findings link
	Ratings  int
	Found    bool      // a detector pointed at it
	Reported bool      // people pointed at it
	First    time.Time // when the earliest happened; zero if not known
	Last     time.Time
}

// Sum counts the evidence for a guideline; evidence without a guideline counts
// for each. A message that a finding marks is one piece with the finding, and
// so is the profile that one is about.
func Sum(guideline string, evidence []model.Evidence) Basis {
	var b Basis
	sessions, accounts, ratings := map[string]bool{}, map[string]bool{}, map[string]bool{}
	note := func(t time.Time) {
		if t.IsZero() {
			return
		}
		if b.First.IsZero() || t.Before(b.First) {
			b.First = t
		}
		if t.After(b.Last) {
			b.Last = t
		}
	}
	marked, profile := map[string]bool{}, false
	for _, e := range evidence {
		if e.Finding != nil {
			profile = profile || AboutProfile(*e.Finding) && (e.Guideline == "" || e.Guideline == guideline)
			for _, m := range e.Finding.Messages {
				marked[m] = true
			}
			for _, m := range e.Finding.Spans {
				marked[m.Message] = true
			}
		}
	}
	for _, e := range evidence {
		if e.Guideline != "" && e.Guideline != guideline || e.Kind == EvidenceMessage && marked[e.ID] || e.Kind == EvidenceProfile && profile {
			continue
		}
		b.Count++
		b.Reported = b.Reported || e.Kind == EvidenceIncident
		f := e.Finding
		if f == nil {
			continue
		}
		b.Found = true
		if f.SessionID != "" {
			sessions[f.SessionID] = true
		}
		for _, a := range f.Accounts {
			accounts[a.ExpertID] = true
		}
		note(f.At)
		for _, ev := range f.Events {
			note(ev.At)
			if ev.Kind == "rating" && ev.ID != "" {
				ratings[ev.ID] = true
			}
		}
	}
	b.Sessions, b.Accounts, b.Ratings = len(sessions), len(accounts), len(ratings)
	return b
}

// The kinds of evidence.
const (
	EvidenceFinding  = "finding"
	EvidenceIncident = "incident"
	EvidenceMessage  = "message"
	EvidencePhoto    = "photo"
	EvidenceProfile  = "profile"
	EvidenceRating   = "rating"
)
