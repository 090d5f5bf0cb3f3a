package statement_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/cases"
	"mensch/app/cases/statement"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
)

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func pack(t testing.TB) *guidelines.Pack {
	t.Helper()
	p, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func decision(t testing.TB, p *guidelines.Pack, choices ...cases.Choice) model.Decision {
	t.Helper()
	d := model.Decision{ID: "d1", ExpertID: "e1", Outcome: model.Sanctioned, PackVersion: p.Version, Evidence: []model.Evidence{
		{Kind: cases.EvidenceFinding, ID: "f1", Finding: &model.Finding{SessionID: "s1", At: now.AddDate(0, 0, -9)}},
		{Kind: cases.EvidenceIncident, ID: "i1"},
	}}
	for i, c := range choices {
		s, err := cases.NewSanction(p, fmt.Sprintf("0b9cf1a2-%d", i), d.ID, model.Expert{ID: "e1", Cluster: "Home & Garden"}, c, now)
		if err != nil {
			t.Fatal(err)
		}
		d.Sanctions = append(d.Sanctions, s)
	}
	return d
}

func TestStatements(t *testing.T) {
	p := pack(t)
	d := decision(t, p,
		cases.Choice{Guideline: "contact-exchange", Step: model.StepWarning},
		cases.Choice{Guideline: "contact-exchange", Step: model.StepSuspension, Days: 3},
		cases.Choice{Guideline: "false-photo", Step: model.StepPhotoRemoval},
		cases.Choice{Guideline: "ratings", Step: model.StepRatingVoid, Ratings: []string{"r1"}},
		cases.Choice{Guideline: "battles", Step: model.StepSuspension, Days: 10, Everywhere: true},
		cases.Choice{Guideline: "multiple-accounts", Step: model.StepBan},
		cases.Choice{Guideline: "confidentiality", Step: model.StepBan, Everywhere: true})
	all, err := statement.Of(p, d)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 6 {
		t.Fatalf("%d statements, want 6: a warning has none", len(all))
	}
	a := all[0]
	if a.PUID != "0b9cf1a2-1" || a.DecisionProvision != "DECISION_PROVISION_PARTIAL_SUSPENSION" || a.EndDateService != "2026-03-13" ||
		a.Category != "STATEMENT_CATEGORY_OTHER_VIOLATION_TC" || a.ContentDate != "2026-03-01" || a.ApplicationDate != "2026-03-10" ||
		a.AutomatedDetection != "Yes" || a.AutomatedDecision != "AUTOMATED_DECISION_NOT_AUTOMATED" || a.SourceType != "SOURCE_TYPE_OTHER_NOTIFICATION" {
		t.Errorf("got %+v", a)
	}
	if !strings.Contains(a.DecisionFacts, "2 items of evidence, dated 2026-03-01,") {
		t.Errorf("facts: %s", a.DecisionFacts)
	}
	if got := all[1].DecisionVisibility; len(got) != 1 || got[0] != "DECISION_VISIBILITY_CONTENT_REMOVED" || all[1].Specification[0] != "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING" {
		t.Errorf("got %+v", all[1])
	}
	if all[2].DecisionVisibility[0] != "DECISION_VISIBILITY_OTHER" || all[2].DecisionVisibilityOther == "" {
		t.Errorf("got %+v", all[2])
	}
	if all[3].DecisionAccount != "DECISION_ACCOUNT_SUSPENDED" || all[3].EndDateAccount != "2026-03-20" {
		t.Errorf("got %+v", all[3])
	}
	if all[4].DecisionProvision != "DECISION_PROVISION_PARTIAL_TERMINATION" || all[5].DecisionAccount != "DECISION_ACCOUNT_TERMINATED" {
		t.Errorf("got %+v and %+v", all[4], all[5])
	}
	d.Evidence = []model.Evidence{{Kind: cases.EvidenceMessage, ID: "m1"}}
	quiet, err := statement.Of(p, d)
	if err != nil || quiet[0].SourceType != "SOURCE_VOLUNTARY" || quiet[0].AutomatedDetection != "No" || quiet[0].ContentDate != "2026-03-10" {
		t.Errorf("got %+v, %v", quiet, err)
	}
	if none, err := statement.Of(p, model.Decision{Outcome: model.Dismissed, Sanctions: d.Sanctions}); none != nil || err != nil {
		t.Errorf("a dismissal gives %v, %v", none, err)
	}
}

// TestEverySanctionIsValid: any guideline, step, length and cluster gives a
// valid statement.
func TestEverySanctionIsValid(t *testing.T) {
	p := pack(t)
	rapid.Check(t, func(rt *rapid.T) {
		g := rapid.SampledFrom(p.Guidelines).Draw(rt, "guideline")
		c := cases.Choice{
			Guideline: g.ID, Step: rapid.SampledFrom(g.Steps()).Draw(rt, "step"), Field: "bio", Ratings: []string{"r1"},
			Days: rapid.IntRange(0, 3650).Draw(rt, "days"), Everywhere: rapid.Bool().Draw(rt, "everywhere"),
		}
		at := now.AddDate(0, 0, rapid.IntRange(0, 3000).Draw(rt, "at"))
		s, err := cases.NewSanction(p, "s1", "d1", model.Expert{ID: "e1", Cluster: "Pets"}, c, at)
		if err != nil {
			rt.Fatal(err)
		}
		d := model.Decision{Outcome: model.Sanctioned, Sanctions: []model.Sanction{s}}
		all, err := statement.Of(p, d)
		if err != nil || (len(all) == 1) != statement.Restricts(s.Step) {
			rt.Fatalf("%+v: %v, %v", c, all, err)
		}
	})
}

// TestOneFaultHoldsAllBack: a decision's statements are queued together or not
// at all.
func TestOneFaultHoldsAllBack(t *testing.T) {
	p := pack(t)
	bad := decision(t, p, cases.Choice{Guideline: "battles", Step: model.StepSuspension, Days: 3}, cases.Choice{Guideline: "battles", Step: model.StepBan})
	bad.Sanctions[1].ID = "not a puid"
	var invalid *statement.InvalidError
	if all, err := statement.Of(p, bad); !errors.As(err, &invalid) || all != nil {
		t.Errorf("got %v, %v; one fault must hold all back", all, err)
	}
	bad.Sanctions[1].ID = bad.Sanctions[0].ID
	invalid = nil
	if all, err := statement.Of(p, bad); !errors.As(err, &invalid) || all != nil || len(invalid.Problems) != 1 || invalid.Problems[0].Field != "puid" {
		t.Errorf("got %v, %v; a puid is unique within the platform", all, err)
	}
}

// canary fills every text that it can reach with a canary.
func canary(v reflect.Value, n *int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		canary(v.Elem(), n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(now.AddDate(0, 0, -*n%400)))
			return
		}
		for i := range v.NumField() {
			canary(v.Field(i), n)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		}
		for i := range v.Len() {
			canary(v.Index(i), n)
		}
	case reflect.String:
		*n++
		v.SetString(fmt.Sprintf("CANARY%d anna%d@example.com", *n, *n))
	case reflect.Int, reflect.Int64:
		v.SetInt(990000 + int64(*n))
	case reflect.Float64:
		v.SetFloat(0.9)
	}
}

// TestNoPersonalData puts a canary into every text of a decision and its
// evidence, for each guideline and step: none gets into the record.
func TestNoPersonalData(t *testing.T) {
	p := pack(t)
	for _, g := range p.Guidelines {
		for _, step := range g.Steps() {
			var d model.Decision
			n := 0
			canary(reflect.ValueOf(&d).Elem(), &n)
			for i := range d.Evidence {
				d.Evidence[i].Guideline = g.ID
			}
			s := d.Sanctions[0]
			s.Guideline, s.Step, s.PackVersion, s.ID, s.EndsAt = g.ID, step, p.Version, "0b9cf1a2", time.Time{}
			d.Outcome, d.Sanctions = model.Sanctioned, []model.Sanction{s}
			if n < 60 {
				t.Fatalf("only %d canaries", n)
			}
			all, err := statement.Of(p, d)
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			for _, leak := range []string{"CANARY", "anna", "@", "9900"} {
				if bytes.Contains(data, []byte(leak)) {
					t.Errorf("%s, %s: %q got into %s", g.ID, step, leak, data)
				}
			}
		}
	}
}
