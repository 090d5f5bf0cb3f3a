package guidelines

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"mensch/app/model"
)

// Effect is what a condition does where it holds.
type Effect string

// The effects.
const (
	Raise    Effect = "raise"    // adds points to the case's priority
	Find     Effect = "find"     // adds a finding that rests on those in Which
	Suppress Effect = "suppress" // takes the findings in Which out of sight, with the reason
)

// Condition is a rule over the facts of a case, written in expr-lang
// (expr-lang.org). When is true or false over Facts:
//
//	expert.id, cluster, state (active, suspended, banned), age_days, languages,
//	       sessions (with clients, in the last 30 days)
//	findings   a list: guideline, detector, score, advisory, accepted, age_days,
//	           marks (how many), labels (of the marks), messages (how many), session
//	incidents  a list: guideline, reporter (client, expert, staff), age_days, text
//	strikes    a list: guideline, count, age_days, live
//
// for example
//
//	count(findings, .guideline == "contact-exchange" && .score > 0.6) >= 2 && expert.age_days < 30
//
// Which chooses findings: it is asked of each, called finding, and may use
// everything above too. Conditions are tried in their order; what one has
// suppressed is not among the findings of the next, and what one adds is not
// either, so that no condition feeds itself. Findings that a moderator accepted
// or rejected are never suppressed.
//
// A condition is bounded: MaxCondition characters, predicates two deep, one in
// Which as that is asked of each finding, the strongest MaxFacts findings,
// incidents and strikes of the case, as many labels of each, MaxFactText
// characters of a text, and a budget of memory. There is no clock, no disk and
// no loop in it but over these lists.
type Condition struct {
	ID        string  `json:"id"`
	Title     string  `json:"title"`
	When      string  `json:"when"`
	Then      Effect  `json:"then"`
	Which     string  `json:"which,omitempty"`     // of find and suppress; empty: all
	Points    int     `json:"points,omitempty"`    // of raise, 1 to 50
	Guideline string  `json:"guideline,omitempty"` // of find
	Score     float64 `json:"score,omitempty"`     // of find, above 0 to 1
	Advisory  bool    `json:"advisory,omitempty"`  // of find: a hint, no violation
	Reason    string  `json:"reason"`              // in words, shown to the moderator
	Off       bool    `json:"off,omitempty"`

	when, which *vm.Program
}

// Bounds of conditions.
const (
	MaxCondition  = 2000 // characters
	MaxConditions = 100
	MaxFacts      = 100
	MaxFactText   = 2000 // characters
	maxNodes      = 400
	maxPredicates = 12
	maxDepth      = 2 // predicates within predicates
	memoryBudget  = 100_000
)

// Facts are what conditions are asked of.
type Facts struct {
	Expert    ExpertFacts    `expr:"expert"`
	Findings  []FindingFacts `expr:"findings"`
	Incidents []ReportFacts  `expr:"incidents"`
	Strikes   []StrikeFacts  `expr:"strikes"`
	Finding   FindingFacts   `expr:"finding"` // in Which only
}

// ExpertFacts describe the expert.
type ExpertFacts struct {
	ID        string   `expr:"id"`
	Cluster   string   `expr:"cluster"`
	State     string   `expr:"state"`
	AgeDays   float64  `expr:"age_days"`
	Languages []string `expr:"languages"`
	Sessions  int      `expr:"sessions"`
}

// FindingFacts describe one finding.
type FindingFacts struct {
	Guideline string   `expr:"guideline"`
	Detector  string   `expr:"detector"`
	Score     float64  `expr:"score"`
	Advisory  bool     `expr:"advisory"`
	Accepted  bool     `expr:"accepted"`
	AgeDays   float64  `expr:"age_days"`
	Marks     int      `expr:"marks"`
	Labels    []string `expr:"labels"`
	Messages  int      `expr:"messages"`
	Session   string   `expr:"session"`
}

// ReportFacts describe one incident.
type ReportFacts struct {
	Guideline string  `expr:"guideline"`
	Reporter  string  `expr:"reporter"`
	AgeDays   float64 `expr:"age_days"`
	Text      string  `expr:"text"`
}

// StrikeFacts describe one strike.
type StrikeFacts struct {
	Guideline string  `expr:"guideline"`
	Count     int     `expr:"count"`
	AgeDays   float64 `expr:"age_days"`
	Live      bool    `expr:"live"`
}

// allowed are the functions that conditions may call: none makes something
// large out of something small.
var allowed = []string{"all", "none", "any", "one", "filter", "map", "count", "sum", "len", "abs", "ceil", "floor", "round", "max", "min", "mean", "median", "lower", "upper", "trim", "hasPrefix", "hasSuffix", "first", "last", "uniq"}

// compile checks an expression; whole is for when, in which there is no finding.
func compile(source string, whole bool) (*vm.Program, error) {
	if n := utf8.RuneCountInString(source); n > MaxCondition {
		return nil, fmt.Errorf("has %d characters; %d are allowed", n, MaxCondition)
	}
	guard := &guard{whole: whole}
	options := []expr.Option{expr.Env(Facts{}), expr.AsBool(), expr.WarnOnAny(), expr.MaxNodes(maxNodes), expr.DisableAllBuiltins(), expr.Patch(guard)}
	for _, name := range allowed {
		options = append(options, expr.EnableBuiltin(name))
	}
	program, err := expr.Compile(source, options...)
	if err != nil {
		return nil, place(err)
	}
	if guard.fault != "" {
		return nil, errors.New(guard.fault)
	}
	if n := len(predicates(program.Node())); n > maxPredicates {
		return nil, fmt.Errorf("has %d predicates; %d are allowed", n, maxPredicates)
	}
	most := maxDepth
	if !whole {
		most-- // each finding is one more loop around it
	}
	if deep(program.Node()) > most {
		return nil, fmt.Errorf("has predicates more than %d deep, which could take too long", most)
	}
	return program, nil
}

// place puts a compiler's error into one line, with where it is.
func place(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return errors.New(strings.ReplaceAll(err.Error(), "\n", " "))
	}
	said := unexpected.ReplaceAllString(nouns.Replace(at.Message), "“$1” is not expected here")
	if at.Line > 1 {
		return fmt.Errorf("line %d, column %d: %s", at.Line, at.Column+1, said)
	}
	return fmt.Errorf("column %d: %s", at.Column+1, said)
}

var unexpected = regexp.MustCompile(`unexpected token \w+\("(.*)"\)`)

// nouns puts the compiler's names of types into words.
var nouns = strings.NewReplacer(
	"type guidelines.ExpertFacts", "expert", "type guidelines.FindingFacts", "a finding", "type guidelines.ReportFacts", "an incident", "type guidelines.StrikeFacts", "a strike",
	"guidelines.ExpertFacts", "expert", "guidelines.FindingFacts", "finding", "guidelines.ReportFacts", "incident", "guidelines.StrikeFacts", "strike",
)

// guard finds what the language has and conditions must not.
type guard struct {
	whole bool
	fault string
}

// Visit is called for each node, children first.
func (g *guard) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		switch n.Operator {
		case "..":
			g.fault = "ranges (..) are not allowed: there is no loop but over the facts"
		case "matches":
			if _, fixed := n.Right.(*ast.StringNode); !fixed {
				g.fault = "the pattern of “matches” must be a text that stands there"
			}
		case "**", "^":
			g.fault = "powers are not allowed"
		}
	case *ast.IdentifierNode:
		switch {
		case g.whole && n.Value == "finding":
			g.fault = "“finding” is only known in “which”; here the list is “findings”"
		case n.Value == "$env":
			g.fault = "$env is not allowed"
		}
	}
}

// deep is how deep predicates stand within predicates.
func deep(node ast.Node) int {
	most := 0
	for _, p := range predicates(node) {
		most = max(most, 1+deep(p.Node))
	}
	return most
}

func predicates(node ast.Node) []*ast.PredicateNode {
	d := &depth{}
	ast.Walk(&node, d)
	return d.predicates
}

type depth struct{ predicates []*ast.PredicateNode }

// Visit is called for each node.
func (d *depth) Visit(node *ast.Node) {
	if p, ok := (*node).(*ast.PredicateNode); ok {
		d.predicates = append(d.predicates, p)
	}
}

// conditions checks and compiles the pack's conditions in place.
func (v *validator) conditions(p *Pack) {
	if len(p.Conditions) > MaxConditions {
		v.add("", "conditions", "there are %d; %d are allowed", len(p.Conditions), MaxConditions)
		return
	}
	seen := map[string]bool{}
	for i := range p.Conditions {
		c, at := &p.Conditions[i], field("conditions", i)
		if !idPattern.MatchString(c.ID) {
			v.add("", at+".id", "%q is no ID: small letters and digits, joined by hyphens", c.ID)
		}
		if seen[c.ID] {
			v.add("", at+".id", "%q is used twice", c.ID)
		}
		seen[c.ID] = true
		v.length("", at+".title", c.Title, 1, 120)
		v.length("", at+".reason", c.Reason, 10, 400)
		if strings.TrimSpace(c.When) == "" {
			v.add("", at+".when", "is missing")
		} else if program, err := compile(c.When, true); err != nil {
			v.add("", at+".when", "%v", err)
		} else {
			c.when = program
		}
		if strings.TrimSpace(c.Which) != "" {
			program, err := compile(c.Which, false)
			if err != nil {
				v.add("", at+".which", "%v", err)
			}
			c.which = program
		}
		v.effect(at, *c, p)
	}
}

func (v *validator) effect(at string, c Condition, p *Pack) {
	alone := func(holds bool, name string, of Effect) {
		if holds {
			v.add("", at+"."+name, "goes with “%s” only", of)
		}
	}
	switch c.Then {
	case Raise:
		v.between("", at+".points", c.Points, 1, 50)
		if c.Which != "" {
			v.add("", at+".which", "goes with “find” and “suppress” only")
		}
	case Find:
		found := false
		for _, g := range p.Guidelines {
			found = found || g.ID == c.Guideline
		}
		if !found {
			v.add("", at+".guideline", "%q is no guideline of this pack", c.Guideline)
		}
		if !(c.Score > 0 && c.Score <= 1) {
			v.add("", at+".score", "is %v, but must be above 0, and 1 at most", c.Score)
		}
	case Suppress:
		if strings.TrimSpace(c.Which) == "" {
			v.add("", at+".which", "must say which findings are suppressed")
		}
	default:
		v.add("", at+".then", "%q is none of raise, find, suppress", c.Then)
		return
	}
	alone(c.Then != Raise && c.Points != 0, "points", Raise)
	alone(c.Then != Find && c.Guideline != "", "guideline", Find)
	alone(c.Then != Find && c.Score != 0, "score", Find)
	alone(c.Then != Find && c.Advisory, "advisory", Find)
}

// DetectCondition is the detector that findings of conditions name.
const DetectCondition = "condition"

// ConditionScope is the scope of the findings that conditions make of an
// expert's case.
func ConditionScope(expertID string) string { return "conditions:" + expertID }

// Weighed is what a pack's conditions say of a case.
type Weighed struct {
	Raised     []model.PriorityReason
	Suppressed map[string]string // finding ID -> why
	Found      []model.Finding
	Faults     []error // conditions that could not be asked; they do not hold
}

// Weigh asks a pack's conditions of a case. Findings of conditions, and
// rejected ones, are not among the facts; suppressed ones are asked anew.
func (p *Pack) Weigh(facts model.CaseFacts, now time.Time) Weighed {
	w := Weighed{Suppressed: map[string]string{}}
	if len(p.Conditions) == 0 {
		return w
	}
	all := findingsFor(facts.Findings)
	env := factsOf(facts, now)
	for i := range p.Conditions {
		c := &p.Conditions[i]
		if c.Off || c.when == nil {
			continue
		}
		var kept []model.Finding
		env.Findings = env.Findings[:0]
		for _, f := range all {
			if w.Suppressed[f.ID] == "" {
				kept = append(kept, f)
				env.Findings = append(env.Findings, findingFacts(f, now))
			}
		}
		env.Finding = FindingFacts{}
		holds, err := ask(c.when, env)
		if err != nil {
			w.Faults = append(w.Faults, fmt.Errorf("condition %s: %w", c.ID, err))
			continue
		}
		if !holds {
			continue
		}
		if c.Then == Raise {
			w.Raised = append(w.Raised, model.PriorityReason{Points: c.Points, Text: c.Reason})
			continue
		}
		var chosen []model.Finding
		for k, f := range kept {
			if c.which != nil {
				env.Finding = env.Findings[k]
				if holds, err = ask(c.which, env); err != nil {
					w.Faults = append(w.Faults, fmt.Errorf("condition %s: %w", c.ID, err))
					break
				}
				if !holds {
					continue
				}
			}
			chosen = append(chosen, f)
		}
		switch c.Then {
		case Suppress:
			for _, f := range chosen {
				if f.Verdict == model.VerdictOpen {
					w.Suppressed[f.ID] = c.Reason
				}
			}
		case Find:
			if f, ok := composite(*c, facts.Expert.ID, chosen); ok {
				w.Found = append(w.Found, f)
			}
		}
	}
	return w
}

// composite is the finding of a condition. Without findings that it rests on
// there is none: a finding has evidence.
func composite(c Condition, expertID string, on []model.Finding) (model.Finding, bool) {
	if len(on) == 0 {
		return model.Finding{}, false
	}
	f := model.Finding{
		ExpertID: expertID, Detector: DetectCondition, Guideline: c.Guideline, Score: c.Score, Advisory: c.Advisory,
		Reason: c.Reason, Scope: ConditionScope(expertID),
		Events: []model.Event{{Kind: "rule", ID: c.ID, Text: c.Title}},
	}
	for _, g := range on {
		f.Events = append(f.Events, model.Event{Kind: "finding", ID: g.ID, At: g.At, Text: g.Reason})
		if g.At.After(f.At) {
			f.At = g.At
		}
	}
	f.Events[0].At = f.At
	f.ID = model.FindingID(f)
	return f, true
}

func ask(program *vm.Program, env Facts) (holds bool, err error) {
	machine := vm.VM{MemoryBudget: memoryBudget}
	out, err := machine.Run(program, env)
	if err != nil {
		return false, place(err)
	}
	holds, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("gave %T, not true or false", out)
	}
	return holds, nil
}

// findingsFor are the findings that conditions see, strongest first.
func findingsFor(list []model.Finding) []model.Finding {
	var out []model.Finding
	for _, f := range list {
		if f.Detector != DetectCondition && f.Verdict != model.VerdictRejected {
			out = append(out, f)
		}
	}
	if len(out) > MaxFacts {
		out = out[:MaxFacts]
	}
	return out
}

func factsOf(facts model.CaseFacts, now time.Time) Facts {
	days := func(at time.Time) float64 {
		if at.IsZero() {
			return 0
		}
		return math.Max(0, now.Sub(at).Hours()/24)
	}
	env := Facts{
		Expert: ExpertFacts{
			ID: facts.Expert.ID, Cluster: facts.Expert.Cluster, State: string(facts.Expert.State), AgeDays: days(facts.Expert.JoinedAt),
			Languages: facts.Expert.Languages, Sessions: facts.Sessions,
		},
	}
	for _, i := range first(facts.Incidents) {
		env.Incidents = append(env.Incidents, ReportFacts{Guideline: i.Guideline, Reporter: string(i.Reporter), AgeDays: days(i.At), Text: head(i.Text)})
	}
	for _, s := range first(facts.Strikes) {
		env.Strikes = append(env.Strikes, StrikeFacts{Guideline: s.Guideline, Count: s.Count, AgeDays: days(s.At), Live: s.Live(now)})
	}
	return env
}

func findingFacts(f model.Finding, now time.Time) FindingFacts {
	out := FindingFacts{
		Guideline: f.Guideline, Detector: f.Detector, Score: f.Score, Advisory: f.Advisory, Accepted: f.Verdict == model.VerdictAccepted,
		Marks: len(f.Spans), Messages: len(f.Messages), Session: f.SessionID,
	}
	if !f.At.IsZero() {
		out.AgeDays = math.Max(0, now.Sub(f.At).Hours()/24)
	}
	for _, s := range f.Spans {
		if s.Label != "" && len(out.Labels) < MaxFacts {
			out.Labels = append(out.Labels, s.Label)
		}
	}
	return out
}

// head is the begin of a text, as much as conditions see.
func head(text string) string {
	if len(text) <= MaxFactText {
		return text
	}
	n := 0
	for i := range text {
		if n++; n > MaxFactText {
			return text[:i]
		}
	}
	return text
}

func first[T any](list []T) []T { return list[:min(len(list), MaxFacts)] }
