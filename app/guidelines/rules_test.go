package guidelines_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/guidelines"
	"mensch/app/model"
)

func conditions(list ...map[string]any) func(m map[string]any) {
	return func(m map[string]any) {
		all := make([]any, len(list))
		for i, c := range list {
			base := map[string]any{"id": "one", "title": "One", "then": "raise", "points": 5, "when": "true", "reason": "A reason in words."}
			for k, v := range c {
				if v == nil {
					delete(base, k)
				} else {
					base[k] = v
				}
			}
			all[i] = base
		}
		m["conditions"] = all
	}
}

func TestFaultsOfRulesAreLaidAtTheirField(t *testing.T) {
	for _, c := range []struct {
		name, field, text string
		edit              func(m map[string]any)
	}{
		{"a name that is not known", "conditions[0].when", "column 1: unknown name expertise", conditions(map[string]any{"when": "expertise.age_days < 3"})},
		{"a field that is not known", "conditions[0].when", "age_year", conditions(map[string]any{"when": "expert.age_year < 3"})},
		{"on the second line", "conditions[0].when", "line 2, column", conditions(map[string]any{"when": "expert.age_days < 3 &&\n  strike > 2"})},
		{"another type", "conditions[0].when", "bool", conditions(map[string]any{"when": "expert.age_days + 3"})},
		{"types that don't go together", "conditions[0].when", "mismatched", conditions(map[string]any{"when": `expert.cluster > 3`})},
		{"a syntax error", "conditions[1].when", "column", conditions(map[string]any{}, map[string]any{"id": "two", "when": "count(findings, .score >"})},
		{"a loop", "conditions[0].when", "ranges", conditions(map[string]any{"when": "len(1..1000000) > 3"})},
		{"a loop by predicates", "conditions[0].when", "deep", conditions(map[string]any{"when": "any(findings, any(findings, any(findings, .score > 0.5)))"})},
		{"a large text", "conditions[0].when", "unknown name repeat", conditions(map[string]any{"when": `len(repeat("x", 100000000)) > 3`})},
		{"the clock", "conditions[0].when", "unknown name now", conditions(map[string]any{"when": `now() > now()`})},
		{"finding in when", "conditions[0].when", "only known in", conditions(map[string]any{"when": `finding.score > 0.5`})},
		{"too long", "conditions[0].when", "allowed", conditions(map[string]any{"when": strings.Repeat("true && ", 300) + "true"})},
		{"which without need", "conditions[0].which", "goes with", conditions(map[string]any{"which": "finding.score > 0.5"})},
		{"suppressing everything", "conditions[0].which", "must say", conditions(map[string]any{"then": "suppress", "points": nil})},
		{"a fault in which", "conditions[0].which", "a finding has no field colour", conditions(map[string]any{"then": "suppress", "points": nil, "which": "finding.colour == 3"})},
		{"a finding of no guideline", "conditions[0].guideline", "no guideline", conditions(map[string]any{"then": "find", "points": nil, "guideline": "style", "score": 0.5})},
		{"no reason", "conditions[0].reason", "needed", conditions(map[string]any{"reason": "why"})},
		{"the same ID", "conditions[1].id", "twice", conditions(map[string]any{}, map[string]any{})},
		{"no effect", "conditions[0].then", "none of", conditions(map[string]any{"then": "ban"})},
		{"no such detector", "detectors.telepathy", "no such", func(m map[string]any) { m["detectors"] = map[string]any{"telepathy": map[string]any{"off": true}} }},
		{"a lexicon of photos", "detectors.photo-match.add", "no lexicon", func(m map[string]any) {
			m["detectors"] = map[string]any{"photo-match": map[string]any{"add": []any{map[string]any{"words": "x", "score": 0.5}}}}
		}},
		{"a score of nothing", "detectors.contact.add[0].score", "above 0", func(m map[string]any) {
			m["detectors"] = map[string]any{"contact": map[string]any{"add": []any{map[string]any{"words": "x", "score": 0}}}}
		}},
		{"nine words", "detectors.contact.remove[0]", "9 words", func(m map[string]any) {
			m["detectors"] = map[string]any{"contact": map[string]any{"remove": []any{"a b c d e f g h i"}}}
		}},
		{"a threshold above one", "params.contact.min_score", "from 0 to 1", func(m map[string]any) {
			m["params"].(map[string]any)["contact"].(map[string]any)["min_score"] = 1.5
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := guidelines.Load(bytes.NewReader(change(t, c.edit)))
			var invalid *guidelines.InvalidError
			if !errors.As(err, &invalid) {
				t.Fatalf("loaded: %v", err)
			}
			for _, p := range invalid.Problems {
				if p.Field == c.field && strings.Contains(p.Text, c.text) {
					return
				}
			}
			t.Errorf("no fault at %s with %q: %v", c.field, c.text, err)
		})
	}
}

// TestTheSchemaKnowsEveryField compares the published schema with the nouns.
func TestTheSchemaKnowsEveryField(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(guidelines.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	defs := root["$defs"].(map[string]any)
	var compare func(at string, typ reflect.Type, node map[string]any)
	compare = func(at string, typ reflect.Type, node map[string]any) {
		if ref, ok := node["$ref"].(string); ok {
			node = defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
		}
		switch typ.Kind() {
		case reflect.Slice:
			compare(at+"[]", typ.Elem(), node["items"].(map[string]any))
		case reflect.Map:
			compare(at+"{}", typ.Elem(), node["additionalProperties"].(map[string]any))
		case reflect.Struct:
			properties := node["properties"].(map[string]any)
			known := map[string]bool{}
			for i := range typ.NumField() {
				name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				if name == "" || name == "-" || !typ.Field(i).IsExported() {
					continue
				}
				known[name] = true
				sub, ok := properties[name].(map[string]any)
				if !ok {
					t.Errorf("the schema lacks %s.%s", at, name)
					continue
				}
				compare(at+"."+name, typ.Field(i).Type, sub)
			}
			for name := range properties {
				if !known[name] {
					t.Errorf("the schema has %s.%s, which no pack has", at, name)
				}
			}
			if node["additionalProperties"] != false {
				t.Errorf("%s may have any field", at)
			}
		}
	}
	compare("pack", reflect.TypeFor[guidelines.Pack](), root)
}

func TestAPackSurvivesBeingWritten(t *testing.T) {
	p := defaultPack(t)
	again, err := p.Check()
	if err != nil {
		t.Fatal(err)
	}
	if c := guidelines.Changes(p, again); len(c) > 0 {
		t.Errorf("writing changed it: %v", c)
	}
	if touched := guidelines.TouchedBy(p, again); touched.Any() {
		t.Errorf("%+v", touched)
	}
	draft, err := p.Clone()
	if err != nil {
		t.Fatal(err)
	}
	draft.Guidelines[0].Ladder[0].Step = model.StepBan
	if p.Guidelines[0].Ladder[0].Step == model.StepBan {
		t.Error("a draft shares its ladder with the pack in force")
	}
	if guidelines.NextVersion("2026.1") != "2026.1+1" || guidelines.NextVersion("2026.1+9") != "2026.1+10" || guidelines.NextVersion("a+b") != "a+b+1" {
		t.Error("versions do not count up")
	}
}

func draft(t *testing.T, edit func(p *guidelines.Pack)) *guidelines.Pack {
	t.Helper()
	p, err := defaultPack(t).Clone()
	if err != nil {
		t.Fatal(err)
	}
	if p.Detectors == nil {
		p.Detectors = map[string]guidelines.Detector{}
	}
	edit(p)
	out, err := p.Check()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTouchedIsNoMoreThanWhatChanged(t *testing.T) {
	base := defaultPack(t)
	for _, c := range []struct {
		name   string
		edit   func(p *guidelines.Pack)
		want   map[string]bool
		cases  bool
		change string
	}{
		{"higher threshold", func(p *guidelines.Pack) { p.Params["contact"]["min_score"] = 0.7 }, map[string]bool{"contact": true}, false, "0.5 becomes 0.7"},
		{"lower threshold", func(p *guidelines.Pack) { p.Params["contact"]["min_score"] = 0.3 }, map[string]bool{"contact": false}, false, "0.5 becomes 0.3"},
		{"off", func(p *guidelines.Pack) { p.Detectors["plagiarism"] = guidelines.Detector{Off: true} }, map[string]bool{"plagiarism": true}, false, "switched off"},
		{"words added", func(p *guidelines.Pack) {
			p.Detectors["incivility"] = guidelines.Detector{Add: []guidelines.Phrase{{Words: "dimwit", Score: 0.8}}}
		}, map[string]bool{"incivility": false}, false, "dimwit"},
		{"words removed", func(p *guidelines.Pack) {
			p.Detectors["incivility"] = guidelines.Detector{Remove: []string{"silly"}}
		}, map[string]bool{"incivility": true}, false, "silly"},
		{"a domain", func(p *guidelines.Pack) { p.Allow.Domains = append(p.Allow.Domains, "example.org") }, map[string]bool{"contact": true}, false, "example.org"},
		{"a domain less", func(p *guidelines.Pack) { p.Allow.Domains = p.Allow.Domains[1:] }, map[string]bool{"contact": false}, false, "no more"},
		{"a hotline", func(p *guidelines.Pack) { p.Allow.Hotlines = append(p.Allow.Hotlines, "5551239870") }, map[string]bool{"contact": true, "confidentiality": true}, false, "5551239870"},
		{"a ladder", func(p *guidelines.Pack) { p.Guidelines[0].StrikeDays = 90 }, map[string]bool{}, false, "180 becomes 90"},
		{"a severity", func(p *guidelines.Pack) { p.Guidelines[0].Severity = 3 }, map[string]bool{}, true, "2 becomes 3"},
		{"a condition", func(p *guidelines.Pack) { p.Conditions[0].Off = true }, map[string]bool{}, true, "switched off"},
	} {
		t.Run(c.name, func(t *testing.T) {
			after := draft(t, c.edit)
			got := guidelines.TouchedBy(base, after)
			if !reflect.DeepEqual(got.Detectors, c.want) || got.Cases != c.cases {
				t.Errorf("%+v", got)
			}
			if said := strings.Join(guidelines.Changes(base, after), "\n"); !strings.Contains(said, c.change) {
				t.Errorf("it says %q", said)
			}
		})
	}
}

var present = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func finding(id, guideline string, score float64) model.Finding {
	return model.Finding{ID: id, ExpertID: "e1", Detector: "contact", Guideline: guideline, Score: score, Reason: "It was seen.", At: present.AddDate(0, 0, -2), Spans: []model.Span{{Message: "m" + id, End: 4, Label: "phone"}}, Messages: []string{"m" + id}}
}

func load(t *testing.T, list ...map[string]any) *guidelines.Pack {
	t.Helper()
	p, err := guidelines.Load(bytes.NewReader(change(t, conditions(list...))))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestConditionsWeighACase(t *testing.T) {
	p := load(t,
		map[string]any{"id": "weak", "then": "suppress", "points": nil, "when": "expert.sessions < 5", "which": `finding.guideline == "courtesy" && finding.score < 0.6`},
		map[string]any{"id": "new", "when": `count(findings, .guideline == "contact-exchange" && .score > 0.6) >= 2 && expert.age_days < 30`},
		map[string]any{"id": "rude", "when": `any(findings, .guideline == "courtesy")`, "points": 9},
		map[string]any{"id": "business", "then": "find", "points": nil, "guideline": "mensch", "score": 0.7, "when": `len(findings) >= 2`, "which": `"phone" in finding.labels`},
	)
	accepted := finding("f4", "courtesy", 0.55)
	accepted.Verdict = model.VerdictAccepted
	rejected := finding("f5", "contact-exchange", 0.9)
	rejected.Verdict = model.VerdictRejected
	facts := model.CaseFacts{
		Expert:   model.Expert{ID: "e1", JoinedAt: present.AddDate(0, 0, -10)},
		Findings: []model.Finding{finding("f1", "contact-exchange", 0.9), finding("f2", "contact-exchange", 0.8), finding("f3", "courtesy", 0.5), rejected},
	}
	w := p.Weigh(facts, present)
	if len(w.Faults) > 0 || len(w.Suppressed) != 1 || w.Suppressed["f3"] == "" {
		t.Errorf("%+v", w)
	}
	if len(w.Raised) != 1 || w.Raised[0].Points != 5 {
		t.Errorf("raised %+v", w.Raised)
	}
	if len(w.Found) != 1 || w.Found[0].Guideline != "mensch" || len(w.Found[0].Events) != 3 {
		t.Errorf("found %+v", w.Found)
	}
	// What a moderator accepted is never taken out of sight.
	facts.Findings = append(facts.Findings, accepted)
	if w := p.Weigh(facts, present); w.Suppressed["f4"] != "" || len(w.Raised) != 2 {
		t.Errorf("%+v", w)
	}
	facts.Expert.JoinedAt = present.AddDate(-1, 0, 0)
	if w := p.Weigh(facts, present); len(w.Raised) != 1 || w.Raised[0].Points != 9 {
		t.Errorf("an old expert: %+v", w.Raised)
	}
}

func TestConditionsDependOnNothingElse(t *testing.T) {
	p := load(t,
		map[string]any{"id": "a", "then": "suppress", "points": nil, "when": "len(findings) > 3", "which": "finding.score < 0.4"},
		map[string]any{"id": "b", "then": "find", "points": nil, "guideline": "mensch", "score": 0.5, "when": "sum(findings, .score) > 2"},
	)
	rapid.Check(t, func(t *rapid.T) {
		var facts model.CaseFacts
		facts.Expert.ID = "e1"
		for i := range rapid.IntRange(0, 8).Draw(t, "findings") {
			f := finding(string(rune('a'+i)), "courtesy", rapid.Float64Range(0, 1).Draw(t, "score"))
			f.Verdict = rapid.SampledFrom([]model.Verdict{model.VerdictOpen, model.VerdictAccepted, model.VerdictRejected}).Draw(t, "verdict")
			facts.Findings = append(facts.Findings, f)
		}
		one := p.Weigh(facts, present)
		// What conditions found before is no food for them, and asking twice says the same.
		facts.Findings = append(facts.Findings, one.Found...)
		if two := p.Weigh(facts, present); !reflect.DeepEqual(one, two) {
			t.Fatalf("%+v\n%+v", one, two)
		}
		for _, f := range facts.Findings {
			if f.Verdict != model.VerdictOpen && one.Suppressed[f.ID] != "" {
				t.Fatalf("suppressed what a moderator judged: %s", f.ID)
			}
		}
	})
}

func TestAnExpensiveConditionIsBounded(t *testing.T) {
	p := load(t, map[string]any{"when": "sum(findings, sum(findings, .score)) > 1e9"}, map[string]any{"id": "two", "when": `len(map(findings, map(findings, upper(.guideline)))) > 1`})
	var facts model.CaseFacts
	for i := range 5000 {
		facts.Findings = append(facts.Findings, finding(string(rune('a'+i%26)), "courtesy", 0.5))
	}
	begin := time.Now()
	p.Weigh(facts, present)
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestAConditionOverLongTextsIsBounded asks a pattern of each of a hundred long
// reports for each of a hundred findings with thousands of marks.
func TestAConditionOverLongTextsIsBounded(t *testing.T) {
	slow := `all(incidents, not (.text matches "(a|b|ab)*c$"))`
	if _, err := guidelines.Load(bytes.NewReader(change(t, conditions(map[string]any{"then": "suppress", "points": nil, "which": "all(findings, " + slow + ")"})))); err == nil {
		t.Error("loops within loops are asked of each finding")
	}
	p := load(t, map[string]any{"then": "suppress", "points": nil, "when": "true", "which": slow + ` and "x" not in finding.labels`})
	var facts model.CaseFacts
	for i := range 100 {
		f := finding(string(rune('a'+i)), "courtesy", 0.5)
		for range 2000 {
			f.Spans = append(f.Spans, model.Span{Label: "insult"})
		}
		facts.Findings = append(facts.Findings, f)
		facts.Incidents = append(facts.Incidents, model.Incident{Text: strings.Repeat("ab", 100_000)})
	}
	begin := time.Now()
	if w := p.Weigh(facts, present); len(w.Faults) > 0 || len(w.Suppressed) != 100 {
		t.Errorf("suppressed %d, faults %v", len(w.Suppressed), w.Faults)
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func FuzzCondition(f *testing.F) {
	f.Add(`count(findings, .score > 0.6) >= 2`, `finding.score > 0.1`)
	f.Add(`any(incidents, .text matches "a+$")`, `"x" in finding.labels`)
	f.Add(`{"a": 1}.a == 1`, `finding`)
	var facts model.CaseFacts
	for i := range 4 {
		facts.Findings = append(facts.Findings, finding(string(rune('a'+i)), "courtesy", 0.5))
	}
	f.Fuzz(func(t *testing.T, when, which string) {
		data := change(t, conditions(map[string]any{"then": "suppress", "points": nil, "when": when, "which": which}))
		p, err := guidelines.Load(bytes.NewReader(data))
		if err != nil {
			return
		}
		p.Weigh(facts, present)
	})
}
