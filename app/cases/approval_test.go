package cases_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// TestThePackSaysWhatIsSevere: which steps need a second person, and under which
// guidelines, is data: a severity alone, a rung of a ladder, or a step always.
func TestThePackSaysWhatIsSevere(t *testing.T) {
	p := pack(t)
	grave := slices.IndexFunc(p.Guidelines, func(g guidelines.Guideline) bool { return g.Severity == 5 })
	mild := slices.IndexFunc(p.Guidelines, func(g guidelines.Guideline) bool { return g.Severity <= 2 })
	needs := func(at int, step model.Step) string {
		t.Helper()
		s, err := cases.NewSanction(p, "s", "d", expert().Expert, cases.Choice{Guideline: p.Guidelines[at].ID, Step: step, Days: 3, Field: "bio", Ratings: []string{"r1"}}, now)
		if err != nil {
			t.Fatal(err)
		}
		why := cases.NeedsApproval(p, []model.Sanction{s})
		if len(why) > 1 {
			t.Errorf("a %s needs a second person twice: %v", step, why)
		}
		return strings.Join(why, "")
	}
	others := []model.Step{model.StepNote, model.StepWarning, model.StepFieldReset, model.StepPhotoRemoval, model.StepRatingVoid}
	p.Guidelines[grave].Ladder, p.Guidelines[mild].Ladder, p.Account = nil, nil, nil

	// A pack that names no severe steps means those that close an account.
	for _, step := range others {
		if why := needs(grave, step); why != "" {
			t.Errorf("severity 5: %s", why)
		}
	}
	if why := needs(grave, model.StepSuspension); !strings.Contains(why, "severity 5 with a suspension") {
		t.Errorf("a suspension at severity 5: %q", why)
	}

	p.Approval.SevereSteps = []model.Step{model.StepPhotoRemoval, model.StepRatingVoid}
	for _, step := range []model.Step{model.StepPhotoRemoval, model.StepRatingVoid} {
		if why := needs(grave, step); !strings.Contains(why, "severity 5") {
			t.Errorf("a %s at severity 5, named as severe: %q", step, why)
		}
		if why := needs(mild, step); why != "" {
			t.Errorf("a %s at a low severity: %q", step, why)
		}
	}
	for _, step := range []model.Step{model.StepSuspension, model.StepFieldReset} {
		if why := needs(grave, step); why != "" {
			t.Errorf("a %s, which is not named: %q", step, why)
		}
	}

	p.Guidelines[mild].Ladder = []guidelines.Rung{{Step: model.StepFieldReset, Approval: true}}
	if why := needs(mild, model.StepFieldReset); !strings.Contains(why, "the ladder asks for it") {
		t.Errorf("a rung that asks for it: %q", why)
	}
	p.Approval.Steps = []model.Step{model.StepNote}
	if why := needs(mild, model.StepNote); !strings.Contains(why, "every note") {
		t.Errorf("a step that always needs it: %q", why)
	}
}

// TestSevereStepsAreSteps: a pack with severe steps can be read, and one that
// names something else can't.
func TestSevereStepsAreSteps(t *testing.T) {
	p := pack(t)
	for step, fault := range map[model.Step]string{model.StepFieldReset: "", "scolding": "approval.severe_steps"} {
		p.Approval.SevereSteps = []model.Step{step}
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		read, err := guidelines.Load(bytes.NewReader(raw))
		switch {
		case fault == "" && (err != nil || !read.Approval.Severe(step) || read.Approval.Severe(model.StepBan)):
			t.Errorf("%s: %v", step, err)
		case fault != "" && (err == nil || !strings.Contains(err.Error(), fault)):
			t.Errorf("%s: %v", step, err)
		}
	}
}
