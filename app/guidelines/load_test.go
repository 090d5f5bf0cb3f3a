package guidelines_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
)

func defaultPack(t testing.TB) *guidelines.Pack {
	t.Helper()
	p, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ids are the names that the detectors use.
var ids = []string{
	"courtesy", "promptness", "community-respect", "availability", "confidentiality", "expertise", "mensch",
	"misrepresentation", "false-photo", "contact-exchange", "multiple-accounts", "ratings", "battles", "copyright", "plagiarism",
}

func TestDefaultPackHasEveryParagraph(t *testing.T) {
	p := defaultPack(t)
	if len(p.Guidelines) != len(ids) {
		t.Errorf("%d guidelines, want %d", len(p.Guidelines), len(ids))
	}
	for _, id := range ids {
		g, ok := p.Guideline(id)
		if !ok {
			t.Errorf("no guideline %s", id)
			continue
		}
		for _, lang := range []string{"en", "de", "es"} {
			if g.Templates[lang].Seen == "" {
				t.Errorf("%s says nothing in %s", id, lang)
			}
		}
	}
	source, err := os.ReadFile("../../assets/guidelines/community-guidelines.txt")
	if err != nil {
		t.Fatal(err)
	}
	bullets := 0
	for _, line := range strings.Split(string(source), "\n") {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "•")
		if !ok {
			continue
		}
		bullets++
		text = strings.Join(strings.Fields(text), " ")
		found := false
		for _, g := range p.Guidelines {
			found = found || g.Paragraph == text
		}
		if !found {
			t.Errorf("no guideline has the paragraph %q", text)
		}
	}
	if bullets != 13 {
		t.Errorf("the source has %d paragraphs, want 13", bullets)
	}
}

// change returns the default pack's JSON with one thing changed.
func change(t testing.TB, edit func(pack map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(assets.RulePack(), &m); err != nil {
		t.Fatal(err)
	}
	edit(m)
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func rule(pack map[string]any, i int) map[string]any {
	return pack["guidelines"].([]any)[i].(map[string]any)
}

func TestLoadNamesTheFault(t *testing.T) {
	rung := func(m map[string]any, i int) map[string]any {
		return rule(m, 0)["ladder"].([]any)[i].(map[string]any)
	}
	for _, c := range []struct {
		name             string
		edit             func(m map[string]any)
		guideline, field string
		text             string
	}{
		{"severity too high", func(m map[string]any) { rule(m, 0)["severity"] = 6 }, "courtesy", "severity", "from 1 to 5"},
		{"severity a text", func(m map[string]any) { rule(m, 0)["severity"] = "high" }, "courtesy", "severity", "must be a number"},
		{"unknown field of a rule", func(m map[string]any) { rule(m, 1)["colour"] = "red" }, "promptness", "colour", "no field"},
		{"unknown field of the pack", func(m map[string]any) { m["rules"] = 1 }, "", "rules", "no field"},
		{"wrong type in the pack", func(m map[string]any) { m["approval"].(map[string]any)["hours"] = "x" }, "", "approval.hours", "must be a number"},
		{"no version", func(m map[string]any) { m["version"] = "" }, "", "version", "no version"},
		{"other format", func(m map[string]any) { m["format"] = 2 }, "", "format", "format 1"},
		{"same ID twice", func(m map[string]any) { rule(m, 1)["id"] = "courtesy" }, "courtesy", "id", "twice"},
		{"no ID", func(m map[string]any) { rule(m, 2)["id"] = "" }, "#3", "id", "no ID"},
		{"no rung", func(m map[string]any) { rule(m, 0)["ladder"] = []any{} }, "courtesy", "ladder", "no rung"},
		{"first rung not at zero", func(m map[string]any) { rung(m, 0)["from_strikes"] = 1 }, "courtesy", "ladder[0].from_strikes", "starts at 0"},
		{"rungs fall", func(m map[string]any) { rung(m, 1)["from_strikes"] = 0 }, "courtesy", "ladder[1].from_strikes", "must be more than"},
		{"milder higher up", func(m map[string]any) { rung(m, 4)["step"] = "warning" }, "courtesy", "ladder[4].step", "milder"},
		{"suspension without days", func(m map[string]any) { delete(rung(m, 2), "days") }, "courtesy", "ladder[2].days", "from 1"},
		{"shorter higher up", func(m map[string]any) { rung(m, 3)["days"] = 1 }, "courtesy", "ladder[3].days", "fewer"},
		{"warning with days", func(m map[string]any) { rung(m, 0)["days"] = 3 }, "courtesy", "ladder[0].days", "only a suspension"},
		{"no step", func(m map[string]any) { rung(m, 0)["step"] = "scold" }, "courtesy", "ladder[0].step", "no step"},
		{"unknown variable", func(m map[string]any) {
			rule(m, 0)["templates"].(map[string]any)["en"].(map[string]any)["seen"] = "You wrote {{.nonsense}}."
		}, "courtesy", "templates.en.seen", "{{.nonsense}} is not known"},
		{"loop in a text", func(m map[string]any) {
			rule(m, 0)["templates"].(map[string]any)["en"].(map[string]any)["seen"] = "{{range 1000000000}}x{{end}}"
		}, "courtesy", "templates.en.seen", "not allowed"},
		{"call in a text", func(m map[string]any) {
			rule(m, 0)["templates"].(map[string]any)["en"].(map[string]any)["seen"] = `{{printf "%999999999d" 1}}`
		}, "courtesy", "templates.en.seen", "no valid template"},
		{"no English", func(m map[string]any) { delete(rule(m, 0)["templates"].(map[string]any), "en") }, "courtesy", "templates.en", "missing"},
		{"objection of a month", func(m map[string]any) { m["appeal"].(map[string]any)["months"] = 1 }, "", "appeal.months", "from 6"},
		{"closing without a term", func(m map[string]any) {
			m["letters"].(map[string]any)["de"].(map[string]any)["closing"] = "Schade."
		}, "", "letters.de.closing", "until"},
		{"category", func(m map[string]any) { rule(m, 0)["dsa"].(map[string]any)["category"] = "X" }, "courtesy", "dsa.category", "no category"},
		{"domain", func(m map[string]any) { m["allow"].(map[string]any)["domains"] = []any{"http://x"} }, "", "allow.domains[0]", "no domain"},
		{"hotline", func(m map[string]any) { m["allow"].(map[string]any)["hotlines"] = []any{"call"} }, "", "allow.hotlines[0]", "no number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := guidelines.Load(bytes.NewReader(change(t, c.edit)))
			var invalid *guidelines.InvalidError
			if !errors.As(err, &invalid) {
				t.Fatalf("got %v, want an InvalidError", err)
			}
			for _, p := range invalid.Problems {
				if p.Guideline == c.guideline && p.Field == c.field && strings.Contains(p.Text, c.text) {
					return
				}
			}
			t.Errorf("got %v\nwant guideline %q, field %q: …%s…", err, c.guideline, c.field, c.text)
		})
	}
}

func TestLoadOfDamagedFiles(t *testing.T) {
	whole := assets.RulePack()
	for name, data := range map[string][]byte{
		"empty":     nil,
		"truncated": whole[:len(whole)/2],
		"not UTF-8": bytes.Replace(whole, []byte("courtesy"), []byte("court\xffsy"), 1),
		"two packs": append(bytes.Clone(whole), whole...),
		"a list":    []byte("[]"),
		"null":      []byte("null"),
	} {
		var invalid *guidelines.InvalidError
		if _, err := guidelines.Load(bytes.NewReader(data)); !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want an InvalidError", name, err)
		}
	}
	big := bytes.Repeat([]byte(" "), guidelines.MaxBytes+1)
	if _, err := guidelines.Load(bytes.NewReader(big)); !errors.Is(err, guidelines.ErrTooLarge) {
		t.Errorf("a large file: got %v", err)
	}
	_, err := guidelines.Load(strings.NewReader("{\n\n\"format\": \"one\"\n}"))
	if err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("a fault's line is missing: %v", err)
	}
}

func TestLanguage(t *testing.T) {
	p := defaultPack(t)
	for tag, want := range map[string]string{"": "en", "de": "de", "de-AT": "de", "DE_ch": "de", "es-419": "es", "fr": "en", "en-GB": "en", "deu": "en"} {
		if got := p.Language(tag); got != want {
			t.Errorf("%q: got %s, want %s", tag, got, want)
		}
	}
	if got := p.LanguageOf(model.Expert{Languages: []string{"fr", "es-MX", "en"}}); got != "es" {
		t.Errorf("the first known language is es, got %s", got)
	}
	if got := p.LanguageOf(model.Expert{Languages: []string{"en-US", "de"}}); got != "en" {
		t.Errorf("English stands first, got %s", got)
	}
	if got := p.Languages(); len(got) != 3 || got[0] != "en" {
		t.Errorf("languages %v", got)
	}
}

func TestSteps(t *testing.T) {
	p := defaultPack(t)
	g, _ := p.Guideline("false-photo")
	want := []model.Step{"note", "warning", "photo-removal", "suspension", "ban"}
	got := g.Steps()
	if len(got) != len(want) {
		t.Fatalf("steps %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("steps %v, want %v", got, want)
		}
	}
	if n := g.StrikesFor(model.StepNote); n != 0 {
		t.Errorf("a note adds %d strikes", n)
	}
	if n := g.StrikesFor(model.StepPhotoRemoval); n != g.Strikes {
		t.Errorf("a photo removal adds %d strikes, want %d", n, g.Strikes)
	}
}

func TestRender(t *testing.T) {
	got, err := guidelines.Render("{{.a}}{{if .b}} and b{{else}} alone{{end}}", guidelines.Vars{"a": "{{.c}}", "b": false})
	if err != nil || got != "{{.c}} alone" {
		t.Errorf("got %q, %v; a value must not be read as a template", got, err)
	}
	var unresolved *guidelines.UnresolvedError
	if _, err := guidelines.Render("x {{if .no}}y{{end}}", nil); !errors.As(err, &unresolved) || unresolved.Name != "no" {
		t.Errorf("got %v, want the placeholder's name", err)
	}
	if _, err := guidelines.Render("x {{.a.b}}", guidelines.Vars{"a": 1}); !errors.Is(err, guidelines.ErrTemplate) {
		t.Errorf("got %v, want ErrTemplate", err)
	}
	de := defaultPack(t).Letters["de"]
	if got, err := de.FormatDate(time.Date(2026, 3, 7, 23, 0, 0, 0, time.UTC)); err != nil || got != "7. März 2026" {
		t.Errorf("got %q, %v", got, err)
	}
}

// FuzzLoad reads any bytes: a pack or an error, never a panic, and what loads
// once can be used.
func FuzzLoad(f *testing.F) {
	f.Add(assets.RulePack())
	f.Add([]byte(`{"format":1,"guidelines":[{"id":"a"}]}`))
	f.Add([]byte(`{"letters":{"en":{"opening":"{{.x}}{{if .y}}"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := guidelines.Load(bytes.NewReader(data))
		if err != nil {
			if p != nil || err.Error() == "" {
				t.Fatal("an error comes without a pack and with words")
			}
			return
		}
		for _, g := range p.Guidelines {
			if got, ok := p.Guideline(g.ID); !ok || got.ID != g.ID {
				t.Fatalf("guideline %q cannot be found", g.ID)
			}
		}
		if _, ok := p.Letters[guidelines.Fallback]; !ok {
			t.Fatal("no fallback letter")
		}
	})
}

// FuzzRender reads any text as a template: it ends, and never panics.
func FuzzRender(f *testing.F) {
	f.Add("Hello {{.expert}}{{if .until}}, {{.until}}{{end}}")
	f.Add("{{range 9}}{{end}}{{define \"x\"}}{{end}}{{template \"x\"}}{{.a.b}}{{$x := 1}}")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := guidelines.Render(text, guidelines.Vars{"expert": "X", "until": ""})
		if err == nil && len(got) > len(text)+len(text) {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
