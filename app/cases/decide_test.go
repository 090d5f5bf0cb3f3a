package cases_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
)

var now = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func pack(t interface{ Fatal(...any) }) *guidelines.Pack {
	p, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func strike(guideline string, n, ago int) model.Strike {
	return model.Strike{SanctionID: guideline + "-s", ExpertID: "e1", Guideline: guideline, Count: n, At: now.Add(-days(ago)), Expires: now.Add(days(365 - ago))}
}

func TestPriority(t *testing.T) {
	p := pack(t)
	facts := model.CaseFacts{
		Case:   model.Case{OpenedAt: now.Add(-days(3))},
		Expert: model.Expert{State: model.ExpertActive},
		Incidents: []model.Incident{
			{Reporter: model.ReporterClient, ReporterID: "c1", Guideline: "confidentiality", Text: "He threatened me."},
			{Reporter: model.ReporterExpert, ReporterID: "e7", Text: "Read this"},
		},
		Findings: []model.Finding{{Guideline: "contact-exchange", Score: 0.91}, {Guideline: "multiple-accounts", Score: 1, Advisory: true}},
		Strikes:  []model.Strike{strike("courtesy", 2, 10)},
		Sessions: 40,
		Appeals:  []model.Appeal{{At: now.Add(-days(1))}},
	}
	got := cases.Prioritise(p, facts, now)
	all := ""
	sum := 0
	for i, r := range got.Reasons {
		all += r.Text + "\n"
		sum += r.Points
		if i > 0 && r.Points > got.Reasons[i-1].Points {
			t.Errorf("reasons are not heaviest first: %v", got.Reasons)
		}
	}
	for _, want := range []string{
		"Be discreet: severity 5 of 5", "“threatened”", "2 reports from 2 people", "clients and other experts alike",
		"Overdue: open for 3 days, and the aim is 8 hours", "2 live strikes", "40 sessions",
		"Strongest finding: Don't exchange contact information with clients, 91 %", "1 hint", "appealed",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no reason says %q:\n%s", want, all)
		}
	}
	if got.Score != min(sum, 100) {
		t.Errorf("score %d, reasons sum to %d", got.Score, sum)
	}
	hint := cases.Prioritise(p, model.CaseFacts{Findings: []model.Finding{{Guideline: "multiple-accounts", Score: 1, Advisory: true}}}, now)
	if hint.Score > p.Priority.Advisory {
		t.Errorf("a mere hint scores %d: %v", hint.Score, hint.Reasons)
	}
	if none := cases.Prioritise(p, model.CaseFacts{}, now); none.Score != 0 || len(none.Reasons) != 0 {
		t.Errorf("nothing scores %v", none)
	}
}

func TestPriorityOnlyRises(t *testing.T) {
	p := pack(t)
	id := rapid.SampledFrom([]string{"", "courtesy", "ratings", "confidentiality", "unknown"})
	incident := rapid.Custom(func(t *rapid.T) model.Incident {
		return model.Incident{
			ID: rapid.StringN(1, 3, -1).Draw(t, "id"), Guideline: id.Draw(t, "guideline"), Text: rapid.String().Draw(t, "text"),
			Reporter:   rapid.SampledFrom([]model.Reporter{model.ReporterClient, model.ReporterExpert, model.ReporterStaff}).Draw(t, "reporter"),
			ReporterID: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "who"),
		}
	})
	finding := rapid.Custom(func(t *rapid.T) model.Finding {
		return model.Finding{
			Guideline: id.Draw(t, "guideline"), Score: rapid.Float64Range(0, 1).Draw(t, "score"), Advisory: rapid.Bool().Draw(t, "advisory"),
			Verdict: rapid.SampledFrom([]model.Verdict{"", "accepted", "rejected"}).Draw(t, "verdict"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		facts := model.CaseFacts{
			Case:      model.Case{OpenedAt: now.Add(-time.Duration(rapid.IntRange(-10, 3000).Draw(t, "hours")) * time.Hour)},
			Incidents: rapid.SliceOfN(incident, 0, 5).Draw(t, "incidents"),
			Findings:  rapid.SliceOfN(finding, 0, 5).Draw(t, "findings"),
			Strikes:   []model.Strike{strike("courtesy", rapid.IntRange(0, 9).Draw(t, "strikes"), 1)},
			Sessions:  rapid.IntRange(0, 500).Draw(t, "sessions"),
		}
		before := cases.Prioritise(p, facts, now)
		sum := 0
		for _, r := range before.Reasons {
			if r.Points <= 0 || r.Text == "" {
				t.Fatalf("a reason without points or words: %v", r)
			}
			sum += r.Points
		}
		if before.Score != min(sum, 100) {
			t.Fatalf("score %d of %d", before.Score, sum)
		}
		more := facts
		if rapid.Bool().Draw(t, "more incidents") {
			more.Incidents = append(slices.Clone(facts.Incidents), incident.Draw(t, "one more"))
		} else {
			more.Findings = append(slices.Clone(facts.Findings), finding.Draw(t, "one more"))
		}
		if after := cases.Prioritise(p, more, now); after.Score < before.Score {
			t.Fatalf("more to look at lowers the score from %d to %d", before.Score, after.Score)
		}
		if later := cases.Prioritise(p, facts, now.Add(time.Hour*5)); later.Score < before.Score {
			t.Fatalf("waiting lowers the score from %d to %d", before.Score, later.Score)
		}
	})
}

func TestRecommend(t *testing.T) {
	p := pack(t)
	expired := strike("contact-exchange", 1, 5)
	expired.Expires = now.Add(-time.Hour)
	reversed := strike("contact-exchange", 1, 5)
	reversed.Reversed = true
	for _, c := range []struct {
		name      string
		guideline string
		strikes   []model.Strike
		step      model.Step
		days      int
		why       string
	}{
		{"first time", "contact-exchange", nil, model.StepWarning, 0, "No live strike"},
		{"expired and reversed ones do not count", "contact-exchange", []model.Strike{expired, reversed}, model.StepWarning, 0, "2 more have expired or were taken back"},
		{"second time", "contact-exchange", []model.Strike{strike("contact-exchange", 1, 5)}, model.StepSuspension, 3, "From 1 live strike upwards"},
		{"others' strikes alone", "contact-exchange", []model.Strike{strike("courtesy", 2, 5)}, model.StepWarning, 0, "No live strike"},
		{"whole record", "contact-exchange", []model.Strike{strike("courtesy", 2, 5), strike("ratings", 4, 5)}, model.StepSuspension, 14, "whole record has 6 live strikes"},
		{"ban", "contact-exchange", []model.Strike{strike("contact-exchange", 5, 5)}, model.StepBan, 0, "second person"},
		{"photo", "false-photo", nil, model.StepPhotoRemoval, 0, "photo removal"},
		{"grave", "confidentiality", nil, model.StepSuspension, 7, "severity 5 with a suspension"},
	} {
		r := cases.Recommend(p, c.guideline, c.strikes, now)
		why := strings.Join(r.Why, " ")
		if r.Step != c.step || r.Days != c.days || !strings.Contains(why, c.why) {
			t.Errorf("%s: got %s for %d days (%s), want %s for %d days, %q", c.name, r.Step, r.Days, why, c.step, c.days, c.why)
		}
	}
	if r := cases.Recommend(p, "nonsense", nil, now); r.Step != "" || len(r.Why) == 0 {
		t.Errorf("an unknown guideline gives %v", r)
	}
}

func TestTimeServed(t *testing.T) {
	p := pack(t)
	record := cases.Record{
		Strikes: []model.Strike{{SanctionID: "s1", Guideline: "contact-exchange", Count: 2, At: now.Add(-days(30)), Expires: now.Add(days(30))}},
		Sanctions: []model.Sanction{
			{ID: "s1", Guideline: "contact-exchange", Step: model.StepSuspension, StartsAt: now.Add(-days(30)), EndsAt: now.Add(-days(27))},
			{ID: "s0", Guideline: "contact-exchange", Step: model.StepSuspension, StartsAt: now.Add(-days(900)), EndsAt: now.Add(-days(800))},
		},
	}
	r := cases.RecommendFor(p, "contact-exchange", record, now)
	if r.Step != model.StepSuspension || r.Days != 11 || !strings.Contains(strings.Join(r.Why, " "), "3 days of suspension were served") {
		t.Errorf("got %s for %d days: %v; want 14 - 3 days", r.Step, r.Days, r.Why)
	}
	record.Sanctions[0].EndsAt = time.Time{} // still running, since 30 days
	if r := cases.RecommendFor(p, "contact-exchange", record, now); r.Days != 1 {
		t.Errorf("got %d days, want 1 at least and no more", r.Days)
	}
	record.Sanctions[0].ReversedByID = "d9"
	if r := cases.RecommendFor(p, "contact-exchange", record, now); r.Days != 14 {
		t.Errorf("got %d days; a suspension that was taken back is not time served", r.Days)
	}
}

// TestMoreStrikesNeverMilder: a longer record never gives a milder step.
func TestMoreStrikesNeverMilder(t *testing.T) {
	p := pack(t)
	rapid.Check(t, func(t *rapid.T) {
		g := rapid.SampledFrom(p.Guidelines).Draw(t, "guideline")
		other := rapid.SampledFrom(p.Guidelines).Draw(t, "other")
		n := rapid.IntRange(0, 12).Draw(t, "strikes")
		record := []model.Strike{strike(g.ID, n, 3)}
		a := cases.Recommend(p, g.ID, record, now)
		b := cases.Recommend(p, g.ID, append(record, strike(other.ID, 1, 2)), now)
		ra, rb := guidelines.StepRank(a.Step), guidelines.StepRank(b.Step)
		if rb < ra || rb == ra && b.Days < a.Days {
			t.Fatalf("%s: %s %d days became %s %d days", g.ID, a.Step, a.Days, b.Step, b.Days)
		}
		if len(a.Why) < 2 || !slices.Contains(a.Steps, a.Step) {
			t.Fatalf("%v", a)
		}
	})
}

func expert() model.ExpertProfile {
	return model.ExpertProfile{Expert: model.Expert{ID: "e1", ScreenName: "Green{{.thumb}}\u202e Anna\n", Cluster: "Home & Garden", State: model.ExpertActive, Languages: []string{"de-AT"}}}
}

func decision(t *testing.T, p *guidelines.Pack, choices ...cases.Choice) model.Decision {
	t.Helper()
	d := model.Decision{
		ID: "d1", CaseID: "e1.1", ExpertID: "e1", Moderator: "mo", Outcome: model.Sanctioned, PackVersion: p.Version, DecidedAt: now,
		Evidence: []model.Evidence{{Kind: cases.EvidenceFinding, ID: "f1", Text: "secret words", Finding: &model.Finding{ID: "f1", SessionID: "s1", At: now.Add(-days(2))}}},
	}
	for i, c := range choices {
		s, err := cases.NewSanction(p, "s"+string(rune('1'+i)), d.ID, expert().Expert, c, now)
		if err != nil {
			t.Fatal(err)
		}
		d.Sanctions = append(d.Sanctions, s)
	}
	msg, err := cases.Compose(p, "en", expert(), d.Sanctions, d.Evidence)
	if err != nil {
		t.Fatal(err)
	}
	d.Message = msg
	return d
}

func TestCompose(t *testing.T) {
	p := pack(t)
	d := decision(t, p,
		cases.Choice{Guideline: "contact-exchange", Step: model.StepSuspension, Days: 3},
		cases.Choice{Guideline: "ratings", Step: model.StepRatingVoid, Ratings: []string{"r1", "r2"}})
	for _, want := range []string{
		"Don't exchange contact information", "Exchanging personal contact information of any type", "Don't manipulate ratings",
		"suspended in Home & Garden for 3 days, until 13 March 2026", "2 ratings no longer count", "1 strike ", "2 strikes",
		"on 8 March 2026", "from 1 session", "24 September 2026", "A program pointed us", "Reference: d1", "Green{ {.thumb} } Anna",
	} {
		if !strings.Contains(d.Message, want) {
			t.Errorf("the message does not say %q:\n%s", want, d.Message)
		}
	}
	if strings.Contains(d.Message, "secret words") {
		t.Error("the message quotes evidence that was not made fit for it")
	}
	d.Evidence[0].Quote = "write to [email]"
	de, err := cases.Compose(p, "de-AT", expert(), d.Sanctions, d.Evidence)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"für 3 Tage gesperrt, bis zum 13. März 2026", "2 Bewertungen zählen nicht mehr", "am 8. März 2026", "24. September 2026", "Sie schrieben: „write to [email]“"} {
		if !strings.Contains(de, want) {
			t.Errorf("the German message does not say %q:\n%s", want, de)
		}
	}
	fr, err := cases.Compose(p, "fr", expert(), d.Sanctions, nil)
	if err != nil || !strings.Contains(fr, "Hello") || !strings.Contains(fr, "was reported to us") {
		t.Errorf("a language that the pack lacks falls back to English: %v\n%s", err, fr)
	}
	if empty, err := cases.Compose(p, "en", expert(), nil, nil); empty != "" || err != nil {
		t.Errorf("nothing to tell gives %q, %v", empty, err)
	}
	if _, err := cases.Compose(p, "en", expert(), []model.Sanction{{Guideline: "nonsense"}}, nil); err == nil {
		t.Error("an unknown guideline is composed")
	}
}

// TestComposeEverything: each guideline, step and language gives a letter
// without a placeholder, which the check lets pass.
func TestComposeEverything(t *testing.T) {
	p := pack(t)
	for _, g := range p.Guidelines {
		for _, step := range g.Steps() {
			for _, lang := range p.Languages() {
				c := cases.Choice{Guideline: g.ID, Step: step}
				switch step {
				case model.StepFieldReset:
					c.Field = "bio"
				case model.StepRatingVoid:
					c.Ratings = []string{"r1"}
				case model.StepSuspension:
					c.Days = 1
				}
				d := decision(t, p, c)
				msg, err := cases.Compose(p, lang, expert(), d.Sanctions, d.Evidence)
				if err != nil {
					t.Fatalf("%s, %s, %s: %v", g.ID, step, lang, err)
				}
				d.Message, d.Language = msg, lang
				if problems := cases.Check(p, d); len(problems) > 0 {
					t.Errorf("%s, %s, %s: %v", g.ID, step, lang, problems)
				}
				back, err := cases.ComposeReversal(p, lang, expert(), d.Sanctions, now)
				if err != nil || !strings.Contains(back, "d1") {
					t.Errorf("reversal of %s, %s, %s: %v %s", g.ID, step, lang, err, back)
				}
				if effects := cases.ReversalEffects(p, d, expert().Expert, now); len(effects) == 0 {
					t.Errorf("reversal of %s, %s has no effect", g.ID, step)
				}
			}
		}
	}
}

// FuzzCompose puts foreign names and quotes into a letter: it stays free of
// placeholders, control and direction characters.
func FuzzCompose(f *testing.F) {
	f.Add("Anna", "Home & Garden", "call me")
	f.Add("{{.x}}", "{{{{", "}}}\x00\u202e\xff")
	p := pack(f)
	f.Fuzz(func(t *testing.T, name, cluster, quote string) {
		e := model.ExpertProfile{Expert: model.Expert{ID: "e1", ScreenName: name, Cluster: cluster}}
		s, err := cases.NewSanction(p, "s1", "d1", e.Expert, cases.Choice{Guideline: "battles", Step: model.StepSuspension, Days: 7}, now)
		if err != nil {
			t.Fatal(err)
		}
		msg, err := cases.Compose(p, "es", e, []model.Sanction{s}, []model.Evidence{{Kind: "message", ID: "m", Quote: quote}})
		if err != nil {
			t.Fatal(err)
		}
		d := model.Decision{
			ID: "d1", CaseID: "c", ExpertID: "e1", Moderator: "m", Outcome: model.Sanctioned, PackVersion: p.Version,
			Sanctions: []model.Sanction{s}, Message: msg, Evidence: []model.Evidence{{Kind: "message", ID: "m"}},
		}
		if problems := cases.Check(p, d); len(problems) > 0 {
			t.Fatalf("%q, %q, %q: %v", name, cluster, quote, problems)
		}
		if strings.ContainsAny(msg, "\x00\u202e\u202d") {
			t.Fatalf("%q lets control characters through", msg)
		}
	})
}

func TestSideEffects(t *testing.T) {
	p := pack(t)
	d := decision(t, p,
		cases.Choice{Guideline: "ratings", Step: model.StepSuspension, Days: 14},
		cases.Choice{Guideline: "ratings", Step: model.StepRatingVoid, Ratings: []string{"r1", "r2"}, With: true})
	facts := model.CaseFacts{Expert: expert().Expert, Incidents: []model.Incident{
		{ID: "i1", Reporter: model.ReporterClient, ReporterID: "c1"}, {ID: "i2", Reporter: model.ReporterClient, ReporterID: "c1"}, {ID: "i3", Reporter: model.ReporterStaff},
	}}
	all := strings.Join(cases.SideEffects(p, d, facts), "\n")
	for _, want := range []string{"for 14 days, until 24 March 2026", "Voids 2 ratings.", "Adds 2 strikes", "until 9 March 2028", "Closes 3 incidents.", "Notifies 1 reporter.", "Sends the expert the message"} {
		if !strings.Contains(all, want) {
			t.Errorf("no sentence says %q:\n%s", want, all)
		}
	}
	back := strings.Join(cases.ReversalEffects(p, d, expert().Expert, now.Add(days(1))), "\n")
	for _, want := range []string{"Ends the suspension", "Lets 2 ratings count again.", "Gives back 2 strikes"} {
		if !strings.Contains(back, want) {
			t.Errorf("the reversal does not say %q:\n%s", want, back)
		}
	}
	if all := strings.Join(cases.SideEffects(p, model.Decision{Outcome: model.Dismissed}, facts), "\n"); !strings.Contains(all, "not told") {
		t.Errorf("a dismissal says %s", all)
	}
}

func TestCheck(t *testing.T) {
	p := pack(t)
	good := func() model.Decision {
		return decision(t, p, cases.Choice{Guideline: "contact-exchange", Step: model.StepSuspension, Days: 3})
	}
	if problems := cases.Check(p, good()); len(problems) > 0 {
		t.Fatalf("a good decision has problems: %v", problems)
	}
	for _, c := range []struct {
		name string
		edit func(d *model.Decision)
		want string
	}{
		{"placeholder", func(d *model.Decision) { d.Message += " {{.until}}" }, "placeholder without a value: {{.until}}"},
		{"no message", func(d *model.Decision) { d.Message = " " }, "message is empty"},
		{"long message", func(d *model.Decision) { d.Message = strings.Repeat("x", cases.MaxMessage+1) }, "are allowed"},
		{"no evidence", func(d *model.Decision) { d.Evidence = nil }, "at least one piece of evidence"},
		{"evidence of another rule", func(d *model.Decision) { d.Evidence[0].Guideline = "ratings" }, "at least one piece of evidence"},
		{"old rules", func(d *model.Decision) { d.PackVersion = "2019.1" }, "draft it again"},
		{"no sanction", func(d *model.Decision) { d.Sanctions = nil }, "at least one sanction"},
		{"dismissal with a sanction", func(d *model.Decision) { d.Outcome = model.Dismissed }, "dismissal cannot"},
		{"reversal of nothing", func(d *model.Decision) { d.Outcome = model.Reversed }, "must name the decision"},
		{"no outcome", func(d *model.Decision) { d.Outcome = "" }, "Choose an outcome"},
		{"nobody", func(d *model.Decision) { d.Moderator = "" }, "Nobody is named"},
		{"foreign step", func(d *model.Decision) { d.Sanctions[0].Step = model.StepRatingVoid }, "does not know this step"},
		{"unknown step", func(d *model.Decision) { d.Sanctions[0].Step = "scold" }, "no step"},
		{"unknown rule", func(d *model.Decision) { d.Sanctions[0].Guideline = "nonsense" }, "no guideline"},
		{"ends before it starts", func(d *model.Decision) { d.Sanctions[0].EndsAt = now.Add(-time.Hour) }, "lies after"},
		{"more strikes than the rules", func(d *model.Decision) { d.Sanctions[0].Strikes = 9 }, "the rules say 1"},
		{"another expert", func(d *model.Decision) { d.Sanctions[0].ExpertID = "e2" }, "another expert"},
		{"twice", func(d *model.Decision) { d.Sanctions = append(d.Sanctions, d.Sanctions[0]) }, "there twice"},
	} {
		d := good()
		c.edit(&d)
		if all := strings.Join(cases.Check(p, d), "\n"); !strings.Contains(all, c.want) {
			t.Errorf("%s: no problem says %q:\n%s", c.name, c.want, all)
		}
	}
}

func TestNewSanctionPinsTheRules(t *testing.T) {
	p := pack(t)
	e := expert().Expert
	s, err := cases.NewSanction(p, "s1", "d1", e, cases.Choice{Guideline: "ratings", Step: model.StepSuspension, Days: 14, Everywhere: true}, now)
	if err != nil {
		t.Fatal(err)
	}
	if s.Cluster != "" || s.PackVersion != p.Version || s.Strikes != 2 || !s.StrikesExpire.Equal(now.AddDate(0, 0, 730)) || cases.Days(s) != 14 {
		t.Errorf("got %+v", s)
	}
	if strike, ok := cases.StrikeOf(s); !ok || strike.Count != 2 || !strike.Live(now) || strike.Live(now.AddDate(2, 0, 1)) {
		t.Errorf("got %+v", strike)
	}
	for _, c := range []cases.Choice{{Guideline: "nonsense", Step: model.StepNote}, {Guideline: "ratings", Step: "scold"}, {Guideline: "ratings", Step: model.StepSuspension, Days: -1}} {
		if _, err := cases.NewSanction(p, "s1", "d1", e, c, now); !errors.Is(err, cases.ErrChoice) {
			t.Errorf("%v: got %v", c, err)
		}
	}
	r := cases.Recommend(p, "ratings", []model.Strike{strike("ratings", 2, 3)}, now)
	if text := cases.Departure(r, s); !strings.Contains(text, "not all clusters") {
		t.Errorf("a harder scope is a departure: %q", text)
	}
	s.Cluster = e.Cluster
	if text := cases.Departure(r, s); text != "" {
		t.Errorf("the recommended step is no departure: %q", text)
	}
	s.EndsAt = now.AddDate(0, 0, 20)
	if text := cases.Departure(r, s); !strings.Contains(text, "14 days, not 20") {
		t.Errorf("got %q", text)
	}
}
