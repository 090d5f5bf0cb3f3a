package workplace_test

import (
	"context"
	"math"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets/demo"
	"mensch/cmd/internal/workplace"
	platformdemo "mensch/cmd/mensch-platform/demo"
)

// TestAPreviewOfTheDemoComesTrue changes the rules of a whole community, asks
// what that would do, does it, and counts.
func TestAPreviewOfTheDemoComesTrue(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 240*time.Second)
	defer cancel()
	far, err := platformdemo.Start(ctx, platformdemo.Options{Dir: t.TempDir(), Photos: demo.Photos, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := far.Stop(); err != nil {
			t.Error(err)
		}
	}()
	desk, err := workplace.Open(ctx, workplace.Config{Dir: t.TempDir(), Server: far.Base, Token: far.Token})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := desk.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := desk.Sync(ctx, nil); err != nil {
		t.Fatal(err)
	}
	count := func() int {
		o, err := desk.QueueOutline(ctx, model.QueueFilter{States: []model.CaseState{model.CaseOpen}}, 50)
		if err != nil {
			t.Fatal(err)
		}
		return o.Total
	}
	unmoved(ctx, t, desk)
	for _, c := range []struct {
		name string
		edit func(p *guidelines.Pack)
	}{
		{"contacts from 0.9, insults from 0.3", func(p *guidelines.Pack) {
			p.Params["contact"]["min_score"], p.Params["incivility"]["min_score"] = 0.9, 0.3
		}},
		{"no attendance, and what is weak out of sight", func(p *guidelines.Pack) {
			p.Detectors = map[string]guidelines.Detector{"promptness": {Off: true}, "availability": {Off: true}}
			p.Conditions = append(p.Conditions, guidelines.Condition{ID: "weak", Title: "Weak", When: "len(findings) == 1", Then: guidelines.Suppress, Which: "finding.score < 0.75", Reason: "One weak finding alone is not worth a case."})
		}},
	} {
		rules, err := desk.Rules(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !rules.May {
			t.Fatalf("the demo's moderator may not change rules: %s", rules.WhyNot)
		}
		before := count()
		c.edit(rules.Pack)
		start := time.Now()
		preview, err := desk.PreviewRules(ctx, rules.Pack, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: read %d things in %v; %d cases more, %d fewer, %d move; %d findings more, %d fewer, %d altered", c.name, preview.Read, time.Since(start), preview.Opened, preview.Closed, preview.Moved, preview.Added, preview.Gone, preview.Altered)
		if preview.Opened+preview.Closed == 0 {
			t.Errorf("%s: no case comes or goes", c.name)
		}
		if _, err := desk.SaveRules(ctx, rules.Pack, rules.Seq, "To see whether it comes true."); err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		if err := desk.Detect(ctx, nil); err != nil {
			t.Fatal(err)
		}
		t.Logf("reading anew took %v", time.Since(start))
		if got, want := count(), before+preview.Opened-preview.Closed; got != want {
			t.Errorf("%s: %d cases are open, and the preview said %d", c.name, got, want)
		}
		compare(ctx, t, desk, preview)
	}
}

// unmoved previews rules that have everything read anew, and say nothing else:
// whatever differs then is something that a preview reads in another way than
// the desk does.
func unmoved(ctx context.Context, t *testing.T, desk *app.Desk) {
	t.Helper()
	rules, err := desk.Rules(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rules.Pack.Allow.Phrases = append(rules.Pack.Allow.Phrases, "words that nobody in this community ever says")
	for _, known := range guidelines.Catalogue {
		if rules.Pack.Params[known.Name] == nil {
			rules.Pack.Params[known.Name] = map[string]float64{}
		}
		rules.Pack.Params[known.Name][guidelines.MinScore] = math.Nextafter(rules.Pack.Shown(known.Name), 0)
	}
	preview, err := desk.PreviewRules(ctx, rules.Pack, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(preview.Problems) > 0 {
		t.Fatalf("the rules are not valid: %v", preview.Problems)
	}
	t.Logf("nothing changed: read %d things", preview.Read)
	for _, c := range preview.Cases {
		for _, f := range c.Findings {
			t.Errorf("expert %s: finding %s of %s (%s) would change (added: %v) by rules that say the same", c.ExpertID, f.Finding.ID, f.Finding.Detector, f.Finding.Reason, f.Added)
		}
	}
}

// compare looks at some of the cases that a preview spoke of.
func compare(ctx context.Context, t *testing.T, desk *app.Desk, preview app.RulesPreview) {
	t.Helper()
	for _, c := range preview.Cases[:min(len(preview.Cases), 40)] {
		if c.CaseID == "" {
			continue
		}
		file, err := desk.CaseFile(ctx, c.CaseID)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, f := range file.Findings {
			seen[f.ID] = f.Suppressed == ""
		}
		for _, f := range c.Findings {
			if seen[f.Finding.ID] != f.Added {
				t.Errorf("case %s: finding %s (%s) was to be added: %v, and is in sight: %v", c.CaseID, f.Finding.ID, f.Finding.Reason, f.Added, seen[f.Finding.ID])
			}
		}
	}
}
