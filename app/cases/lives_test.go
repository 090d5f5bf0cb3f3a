package cases_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/cases"
	"mensch/app/model"
)

// storedWords are all words that a store has for where a noun stands.
var storedWords = map[model.LifeNoun][]string{
	model.LifeDecision: {"proposed", "pending", "conflict", "confirmed", "reversed", "void"},
	model.LifeApproval: {"", "yes", "no", "expired", "withdrawn"},
	model.LifeAppeal:   {"", "upheld", "changed", "overturned"},
}

// TestLivesFold: whatever a store says next, and whatever is known to have
// happened, the events that are noted for it fold to what it says; and no other
// word passes that stands for another state.
func TestLivesFold(t *testing.T) {
	causes := []string{
		"", "", "undo", "refuse", "lose", "stand", "confirm", "propose", "approve", "reverse", "restore", "redraft",
		"agree", "decline", "expire", "withdraw", "take", "release", "uphold", "change", "overturn", "nonsense",
	}
	rapid.Check(t, func(t *rapid.T) {
		noun := rapid.SampledFrom([]model.LifeNoun{model.LifeDecision, model.LifeApproval, model.LifeAppeal}).Draw(t, "noun")
		words := storedWords[noun]
		l := model.Life{Noun: noun, ID: "x"}
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			l.Stored = rapid.SampledFrom(words).Draw(t, "stored")
			l.Shown = l.Stored
			l.History = append(l.History, cases.LiveOn(l, rapid.SampledFrom(causes).Draw(t, "cause"))...)
			if err := cases.CheckLife(l); err != nil {
				t.Fatalf("%+v: %v", l.History, err)
			}
			state, err := cases.FoldLife(noun, l.History)
			if err != nil {
				t.Fatal(err)
			}
			for _, other := range words {
				wrong := l
				wrong.Stored, wrong.Shown = other, other
				again := cases.LiveOn(wrong, "")
				if err := cases.CheckLife(wrong); (err == nil) != (len(again) == 0) {
					t.Fatalf("at %q %q passes or not: %v, and needs %+v", state, other, err, again)
				}
			}
			if n := len(l.History); n > 0 {
				torn := l
				torn.History = l.History[:n-1]
				if before, err := cases.FoldLife(noun, torn.History); err == nil && before != state && cases.CheckLife(torn) == nil && l.Stored != "void" && l.Stored != "" {
					t.Fatalf("the end of %+v can be torn off", l.History)
				}
				forged := l
				forged.History = append([]model.LifeEvent(nil), l.History...)
				forged.History[n-1].To = "elsewhere"
				if cases.CheckLife(forged) == nil {
					t.Fatalf("a forged event passes: %+v", forged.History)
				}
			}
		}
	})
}

func TestLiveOnTellsWhatIsKnown(t *testing.T) {
	kinds := func(events []model.LifeEvent) string {
		var all []string
		for _, e := range events {
			all = append(all, e.Kind)
		}
		return strings.Join(all, " ")
	}
	for _, c := range []struct {
		noun          model.LifeNoun
		stored, cause []string
		want          string
	}{
		{model.LifeDecision, []string{"pending", "confirmed"}, []string{"", ""}, "confirm stand"},
		{model.LifeDecision, []string{"proposed", "confirmed"}, []string{"", ""}, "propose approve stand"},
		{model.LifeDecision, []string{"proposed", "void"}, []string{"", "refuse"}, "propose refuse"},
		{model.LifeDecision, []string{"pending", "void"}, []string{"", "undo"}, "confirm undo"},
		{model.LifeDecision, []string{"pending", "conflict", "void"}, []string{"", "", "lose"}, "confirm lose"},
		{model.LifeDecision, []string{"confirmed", "reversed"}, []string{"", ""}, "confirm stand reverse"},
		{model.LifeDecision, []string{"confirmed", "void"}, []string{"", ""}, "confirm stand told"},
		{model.LifeApproval, []string{"", "expired"}, []string{"", ""}, "expire"},
		{model.LifeApproval, []string{"yes", ""}, []string{"", ""}, "agree told"},
		{model.LifeAppeal, []string{"", "overturned"}, []string{"", ""}, "take overturn"},
	} {
		l := model.Life{Noun: c.noun, ID: "x"}
		for i, stored := range c.stored {
			l.Stored = stored
			l.History = append(l.History, cases.LiveOn(l, c.cause[i])...)
		}
		if got := kinds(l.History); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.noun, c.stored, got, c.want)
		}
	}
	if err := cases.CheckLife(model.Life{Noun: model.LifeApproval, ID: "p1", Stored: "", Shown: "yes"}); err == nil || !strings.Contains(err.Error(), "p1") {
		t.Errorf("a text that says otherwise: %v", err)
	}
}

// TestRecordsFold: the strikes that a store would keep pass, and each way to
// bend one is named.
func TestRecordsFold(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	now := start.AddDate(0, 0, 10)
	stood := []model.LifeEvent{{Kind: "confirm", From: "draft", To: "confirmed"}, {Kind: "stand", From: "confirmed", To: "standing"}}
	reversed := append(append([]model.LifeEvent(nil), stood...), model.LifeEvent{Kind: "reverse", From: "standing", To: "reversed"})
	sanction := func(id string, days int) model.Sanction {
		return model.Sanction{
			ID: "s-" + id, DecisionID: id, ExpertID: "e1", Guideline: "courtesy", Step: model.StepSuspension,
			StartsAt: start, EndsAt: start.AddDate(0, 0, days), Strikes: 2, StrikesExpire: start.AddDate(1, 0, 0),
		}
	}
	record := func() model.ExpertRecord {
		r := model.ExpertRecord{
			ExpertID: "e1",
			Decisions: []model.Decision{
				{ID: "d1", ExpertID: "e1", Outcome: model.Sanctioned, Sanctions: []model.Sanction{sanction("d1", 7)}},
				{ID: "d2", ExpertID: "e1", Outcome: model.Sanctioned, Sanctions: []model.Sanction{sanction("d2", 70)}},
				// Another sanction in the place of the second.
				{ID: "d3", ExpertID: "e1", Outcome: model.Sanctioned, Reverses: "d2", Sanctions: []model.Sanction{sanction("d3", 20)}},
			},
			Histories: map[string][]model.LifeEvent{"d1": stood, "d2": reversed, "d3": stood},
		}
		r.Strikes = cases.Strikes(r.Decisions)
		return r
	}
	good := record()
	if err := cases.CheckRecord(good, now); err != nil {
		t.Fatal(err)
	}
	if len(good.Strikes) != 3 || good.Strikes[0].Reversed || !good.Strikes[1].Reversed || good.Strikes[2].Reversed {
		t.Fatalf("the strikes are %+v", good.Strikes)
	}
	for name, bend := range map[string]func(*model.ExpertRecord){
		"s-d1":  func(r *model.ExpertRecord) { r.Strikes[0].Count++ },
		"s-d2":  func(r *model.ExpertRecord) { r.Strikes[1].Reversed = false },
		"s-d3":  func(r *model.ExpertRecord) { r.Strikes[2].Expires = now },
		"lacks": func(r *model.ExpertRecord) { r.Strikes = r.Strikes[1:] },
		"s-d9":  func(r *model.ExpertRecord) { r.Strikes = append(r.Strikes, model.Strike{SanctionID: "s-d9", Count: 1}) },
		"sanction s-d1 is stored as \"reversed\"": func(r *model.ExpertRecord) {
			r.Decisions = append([]model.Decision(nil), r.Decisions...)
			r.Decisions[0].Sanctions = []model.Sanction{sanction("d1", 7)}
			r.Decisions[0].Sanctions[0].ReversedByID = "d3"
			r.Strikes = cases.Strikes(r.Decisions)
		},
		"sanction s-d2 is stored as \"reversed\"": func(r *model.ExpertRecord) { r.Histories["d2"] = stood },
	} {
		r := record()
		bend(&r)
		if err := cases.CheckRecord(r, now); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("bent at %s: %v", name, err)
		}
	}
	// A reversal on its way counts, and is no event yet.
	r := record()
	r.Histories["d2"], r.Histories["d3"] = stood, stood[:1]
	if err := cases.CheckRecord(r, now); err != nil {
		t.Errorf("a reversal that waits to be sent: %v", err)
	}
}
