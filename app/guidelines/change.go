package guidelines

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Bytes writes a pack as a file: indented JSON that Load reads again.
func (p *Pack) Bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(p); err != nil {
		return nil, fmt.Errorf("write the rule pack: %w", err)
	}
	return b.Bytes(), nil
}

// Clone gives a pack that may be changed without changing the first. A changed
// pack is a draft: only Bytes and Load make it one that is in force.
func (p *Pack) Clone() (*Pack, error) {
	data, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	out, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("copy the rule pack: %w", err)
	}
	out.Digest = p.Digest
	out.index = maps.Clone(p.index)
	return out, nil
}

// Check loads a draft: its faults are an *InvalidError.
func (p *Pack) Check() (*Pack, error) {
	data, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	return Load(bytes.NewReader(data))
}

// NextVersion names the version behind another: 2026.1 gives 2026.1+1, and that
// 2026.1+2.
func NextVersion(version string) string {
	base, n := version, 0
	if i := strings.LastIndexByte(version, '+'); i >= 0 {
		if k, err := strconv.Atoi(version[i+1:]); err == nil {
			base, n = version[:i], k
		}
	}
	return base + "+" + strconv.Itoa(n+1)
}

// Touched says what a change of rules may change in the findings.
type Touched struct {
	// Detectors that say something else now, by name. True: they can only say
	// less, so that only what they found before is to be read anew.
	Detectors map[string]bool
	// Cases says that priorities or conditions changed: cases are ranked anew.
	Cases bool
}

// Any reports whether anything is to be detected or ranked anew.
func (t Touched) Any() bool { return t.Cases || len(t.Detectors) > 0 }

// Reads are the kinds of things that must be read anew, with the detectors that
// ask for it; narrow says that all of them can only say less.
func (t Touched) Reads() map[Reads]Reread {
	out := map[Reads]Reread{}
	for name, less := range t.Detectors {
		known, ok := KnownDetector(name)
		if !ok {
			continue
		}
		r, seen := out[known.Reads]
		r.Narrow = less && (!seen || r.Narrow)
		r.Detectors = append(r.Detectors, name)
		out[known.Reads] = r
	}
	for k, r := range out {
		slices.Sort(r.Detectors)
		out[k] = r
	}
	return out
}

// Reread says who asks for something to be read anew.
type Reread struct {
	Detectors []string
	Narrow    bool // only where they found something
}

// TouchedBy compares two packs.
func TouchedBy(before, after *Pack) Touched {
	t := Touched{Detectors: map[string]bool{}}
	note := func(name string, less bool) {
		if was, ok := t.Detectors[name]; ok {
			less = less && was
		}
		t.Detectors[name] = less
	}
	for _, k := range Catalogue {
		a, b := before.Detectors[k.Name], after.Detectors[k.Name]
		if a.Off != b.Off {
			note(k.Name, b.Off)
		}
		if b.Off && a.Off {
			continue // whatever else changed, it says nothing
		}
		if !slices.Equal(a.Add, b.Add) {
			note(k.Name, subset(b.Add, a.Add))
		}
		if !slices.Equal(a.Remove, b.Remove) {
			note(k.Name, subset(a.Remove, b.Remove))
		}
		for _, name := range paramNames(before, after, k.Name) {
			x, had := before.Params[k.Name][name]
			y, has := after.Params[k.Name][name]
			if had == has && x == y {
				continue
			}
			note(k.Name, name == MinScore && had && has && y > x)
		}
		if k.Reads != ReadsSessions {
			continue
		}
		if !slices.Equal(before.Allow.Phrases, after.Allow.Phrases) {
			note(k.Name, subset(before.Allow.Phrases, after.Allow.Phrases))
		}
	}
	if !slices.Equal(before.Allow.Domains, after.Allow.Domains) {
		note("contact", subset(before.Allow.Domains, after.Allow.Domains))
	}
	if !slices.Equal(before.Allow.Hotlines, after.Allow.Hotlines) {
		less := subset(before.Allow.Hotlines, after.Allow.Hotlines)
		note("contact", less)
		note("confidentiality", less) // a hotline's number is nobody's secret
	}
	severities := func(p *Pack) map[string]int {
		out := map[string]int{}
		for _, g := range p.Guidelines {
			out[g.ID] = g.Severity
		}
		return out
	}
	t.Cases = !alike(before.Priority, after.Priority) || !maps.Equal(severities(before), severities(after)) ||
		before.Appeal.Hours != after.Appeal.Hours || !slices.EqualFunc(before.Conditions, after.Conditions, sameCondition)
	return t
}

func sameCondition(a, b Condition) bool {
	a.when, a.which, b.when, b.which = nil, nil, nil, nil
	return a == b
}

// subset reports whether every entry of a stands in b.
func subset[T comparable](a, b []T) bool {
	return !slices.ContainsFunc(a, func(x T) bool { return !slices.Contains(b, x) })
}

func paramNames(before, after *Pack, detector string) []string {
	names := map[string]float64{}
	maps.Copy(names, before.Params[detector])
	maps.Copy(names, after.Params[detector])
	return sorted(names)
}

// Changes says in sentences how two packs differ, for a history that people
// read.
func Changes(before, after *Pack) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, k := range Catalogue {
		a, b := before.Detectors[k.Name], after.Detectors[k.Name]
		if a.Off != b.Off {
			say("%s: %s", k.Title, map[bool]string{true: "switched off", false: "switched on"}[b.Off])
		}
		for _, name := range paramNames(before, after, k.Name) {
			x, had := before.Params[k.Name][name]
			y, has := after.Params[k.Name][name]
			if had == has && x == y {
				continue
			}
			text := name
			for _, n := range k.Numbers {
				if n.Name == name {
					text = n.Text
					if !had {
						x = n.Fallback
					}
					if !has {
						y = n.Fallback
					}
				}
			}
			if x != y {
				say("%s: %s, %v becomes %v", k.Title, strings.ToLower(text[:1])+text[1:], x, y)
			}
		}
		lists(say, k.Title+": words added", phrases(a.Add), phrases(b.Add))
		lists(say, k.Title+": words left alone", a.Remove, b.Remove)
	}
	lists(say, "Allowed domains", before.Allow.Domains, after.Allow.Domains)
	lists(say, "Allowed numbers", before.Allow.Hotlines, after.Allow.Hotlines)
	lists(say, "Allowed words", before.Allow.Phrases, after.Allow.Phrases)
	conditionChanges(say, before.Conditions, after.Conditions)
	for _, g := range after.Guidelines {
		old, ok := before.find(g.ID)
		switch {
		case !ok:
			say("%s: a new guideline", g.Title)
		default:
			guidelineChanges(say, old, g)
		}
	}
	for _, g := range before.Guidelines {
		if _, ok := after.find(g.ID); !ok {
			say("%s: taken out", g.Title)
		}
	}
	for _, part := range []struct {
		name string
		a, b any
	}{
		{"The account's ladder", before.Account, after.Account},
		{"Second approval", before.Approval, after.Approval},
		{"Appeals", before.Appeal, after.Appeal},
		{"Letters", before.Letters, after.Letters},
		{"Priority", before.Priority, after.Priority},
		{"Records for the DSA database", dsaOf(before), dsaOf(after)},
		{"The pack's name", before.Name, after.Name},
		{"The rules' address", before.URL, after.URL},
	} {
		if !alike(part.a, part.b) {
			say("%s: changed", part.name)
		}
	}
	return out
}

func (p *Pack) find(id string) (Guideline, bool) {
	i := slices.IndexFunc(p.Guidelines, func(g Guideline) bool { return g.ID == id })
	if i < 0 {
		return Guideline{}, false
	}
	return p.Guidelines[i], true
}

func guidelineChanges(say func(string, ...any), a, b Guideline) {
	number := func(name string, x, y int) {
		if x != y {
			say("%s: %s, %d becomes %d", b.Title, name, x, y)
		}
	}
	number("severity", a.Severity, b.Severity)
	number("strikes", a.Strikes, b.Strikes)
	number("days until a strike expires", a.StrikeDays, b.StrikeDays)
	if !alike(a.Ladder, b.Ladder) || !maps.Equal(a.ByStep, b.ByStep) || !slices.Equal(a.OtherSteps, b.OtherSteps) {
		say("%s: the ladder changed", b.Title)
	}
	if a.Title != b.Title || a.Label != b.Label || a.Paragraph != b.Paragraph || !maps.Equal(a.Templates, b.Templates) || !alike(a.DSA, b.DSA) {
		say("%s: the texts changed", b.Title)
	}
}

func phrases(list []Phrase) []string {
	out := make([]string, 0, len(list))
	for _, p := range list {
		out = append(out, fmt.Sprintf("%s (%v)", p.Words, p.Score))
	}
	return out
}

func lists(say func(string, ...any), what string, a, b []string) {
	quote := func(list, without []string) (out []string) {
		for _, w := range list {
			if !slices.Contains(without, w) {
				out = append(out, "“"+w+"”")
			}
		}
		if len(out) > 6 {
			out = append(out[:6], fmt.Sprintf("and %d more", len(out)-6))
		}
		return out
	}
	if more := quote(b, a); len(more) > 0 {
		say("%s: %s", what, strings.Join(more, ", "))
	}
	if less := quote(a, b); len(less) > 0 {
		say("%s, no more: %s", what, strings.Join(less, ", "))
	}
}

func conditionChanges(say func(string, ...any), before, after []Condition) {
	at := func(list []Condition, id string) int {
		return slices.IndexFunc(list, func(c Condition) bool { return c.ID == id })
	}
	for _, c := range after {
		i := at(before, c.ID)
		switch {
		case i < 0:
			say("Condition “%s”: new", c.Title)
		case before[i].Off != c.Off:
			say("Condition “%s”: %s", c.Title, map[bool]string{true: "switched off", false: "switched on"}[c.Off])
		case !sameCondition(before[i], c):
			say("Condition “%s”: changed", c.Title)
		}
	}
	for _, c := range before {
		if at(after, c.ID) < 0 {
			say("Condition “%s”: taken out", c.Title)
		}
	}
}

func dsaOf(p *Pack) PackDSA {
	d := p.DSA
	if len(d.Territory) == 0 {
		d.Territory = nil
	}
	return d
}

// alike compares parts of packs as they are written, where no list and an empty
// one are the same.
func alike(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && bytes.Equal(x, y)
}
