package transcripts_test

import (
	"bytes"
	"strings"
	"testing"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/transcripts"
	"mensch/assets"
)

func reviewWith(t *testing.T, edit func(p *guidelines.Pack), said ...string) []model.Finding {
	t.Helper()
	p, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		t.Fatal(err)
	}
	p.Detectors = map[string]guidelines.Detector{}
	edit(p)
	if p, err = p.Check(); err != nil {
		t.Fatal(err)
	}
	r, err := transcripts.New(p, assets.Models())
	if err != nil {
		t.Fatal(err)
	}
	c := model.Conversation{Session: model.Session{ID: "s1", ExpertID: "e1", Kind: "chat"}}
	for i, text := range said {
		from := model.FromExpert
		if rest, ok := strings.CutPrefix(text, "client: "); ok {
			from, text = model.FromClient, rest
		}
		c.Messages = append(c.Messages, model.Message{ID: string(rune('a' + i)), Session: "s1", Seq: int64(i + 1), From: from, Text: text})
	}
	return r.Review(c)
}

func marked(list []model.Finding, detector string, said ...string) []string {
	var out []string
	for _, f := range list {
		if f.Detector != detector {
			continue
		}
		for _, s := range f.Spans {
			out = append(out, said[s.Message[0]-'a'][s.Start:s.End])
		}
	}
	return out
}

func TestWordsOfThePackAreMarkedHoweverTheyAreWritten(t *testing.T) {
	add := func(p *guidelines.Pack) {
		p.Detectors["incivility"] = guidelines.Detector{Add: []guidelines.Phrase{{Words: "Flibberty Goof", Score: 0.8}}}
	}
	said := []string{"Hello there.", "You are such a ｆlibberty g\u200booƒ, my friend", "client: flibberty goof yourself"}
	list := reviewWith(t, add, said...)
	got := marked(list, "incivility", said...)
	if len(got) != 1 || !strings.Contains(got[0], "ｆlibberty") {
		t.Fatalf("marked %q in %+v", got, list)
	}
	for _, f := range list {
		if f.Detector == "incivility" && (f.Guideline != "courtesy" || f.Score < 0.5 || !strings.Contains(f.Reason, "flibberty goof")) {
			t.Errorf("%+v", f)
		}
	}
	if got := marked(reviewWith(t, func(p *guidelines.Pack) {
		add(p)
		p.Detectors["incivility"] = guidelines.Detector{Off: true, Add: p.Detectors["incivility"].Add}
	}, said...), "incivility", said...); len(got) > 0 {
		t.Errorf("switched off, and marks %q", got)
	}
}

func TestAllowedWordsAreNotMarked(t *testing.T) {
	said := []string{"Hi.", "Call me at +1 212 555 0176 tonight.", "Or write to desk@harbourlane.com please"}
	all := marked(reviewWith(t, func(*guidelines.Pack) {}, said...), "contact", said...)
	if len(all) < 2 {
		t.Fatalf("only %q are marked without the rules", all)
	}
	for name, edit := range map[string]func(p *guidelines.Pack){
		"for all detectors": func(p *guidelines.Pack) { p.Allow.Phrases = []string{"call me at +1 212 555 0176 tonight"} },
		"for one detector": func(p *guidelines.Pack) {
			p.Detectors["contact"] = guidelines.Detector{Remove: []string{"CALL ME at +1 212 555 0176 tonight"}}
		},
	} {
		got := marked(reviewWith(t, edit, said...), "contact", said...)
		if len(got) == 0 || strings.Contains(strings.Join(got, "|"), "0176") || !strings.Contains(strings.Join(got, "|"), "harbourlane") {
			t.Errorf("%s: %q", name, got)
		}
	}
	other := marked(reviewWith(t, func(p *guidelines.Pack) {
		p.Detectors["incivility"] = guidelines.Detector{Remove: []string{"call me at +1 212 555 0176 tonight"}}
	}, said...), "contact", said...)
	if len(other) != len(all) {
		t.Errorf("words of another detector: %q", other)
	}
}
