package app_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/guidelines"
	"mensch/app/model"
)

// talk puts a chat between an expert and a client into the store; lines of the
// client begin with "client: ".
func (p *place) talk(expert, id string, lines ...string) {
	p.t.Helper()
	ctx := p.t.Context()
	state, err := p.store.SyncState(ctx)
	must(p.t, err)
	change := func(kind model.ChangeKind, id string, v any) model.Change {
		data, err := json.Marshal(v)
		must(p.t, err)
		return model.Change{Kind: kind, ID: id, Version: 1, Data: data}
	}
	changes := []model.Change{change(model.ChangeSession, id, model.Session{ID: id, Version: 1, ExpertID: expert, ClientID: "c1", Cluster: "Garden", Kind: "chat", StartedAt: t0.Add(-time.Hour)})}
	for i, text := range lines {
		m := model.Message{ID: fmt.Sprintf("%s-%d", id, i), Session: id, Seq: int64(i + 1), From: model.FromExpert, At: t0.Add(-time.Hour + time.Duration(i)*time.Minute), Text: text}
		if rest, ok := strings.CutPrefix(text, "client: "); ok {
			m.From, m.Text = model.FromClient, rest
		}
		changes = append(changes, change(model.ChangeMessage, m.ID, m))
	}
	_, err = p.store.ApplyPage(ctx, "https://platform.example", state.Cursor, model.ChangePage{Changes: changes, Cursor: state.Cursor + "+"})
	must(p.t, err)
}

// ruled is a store with three experts: one gives a number, one is polite, one
// says a word that no lexicon has.
func ruled(t *testing.T) *place {
	p := newPlace(t)
	for i, id := range []string{"e1", "e2", "e3"} {
		p.expert(id, "Garden", jpegOf(t, scene(uint64(i)+40), 90))
	}
	p.talk("e1", "s1", "client: Hello", "Call me at +1 212 555 0176, it is cheaper outside of the site.")
	p.talk("e2", "s2", "client: Hello", "Good morning, how can I help you today?")
	p.talk("e3", "s3", "client: Hello", "You are a real flibberty, that is what you are.", "Nothing more to say.")
	must(t, p.Detect(t.Context(), nil))
	return p
}

func (p *place) open() []string {
	p.t.Helper()
	rows, err := p.Queue(p.t.Context(), model.QueueFilter{States: []model.CaseState{model.CaseOpen}}, model.QueueKey{}, 50)
	must(p.t, err)
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.CaseID)
	}
	slices.Sort(ids)
	return ids
}

func (p *place) draft(edit func(pack *guidelines.Pack)) (*guidelines.Pack, app.Rules) {
	p.t.Helper()
	rules, err := p.Rules(p.t.Context())
	must(p.t, err)
	if rules.Pack.Detectors == nil {
		rules.Pack.Detectors = map[string]guidelines.Detector{}
	}
	edit(rules.Pack)
	return rules.Pack, rules
}

func TestAPreviewSaysWhatSavingDoes(t *testing.T) {
	for _, c := range []struct {
		name                        string
		edit                        func(p *guidelines.Pack)
		opened, closed, added, gone int
		after                       []string
		moved                       bool
	}{
		{"silence", func(p *guidelines.Pack) { p.Detectors["contact"] = guidelines.Detector{Off: true} }, 0, 1, 0, 1, nil, false},
		{"a higher threshold", func(p *guidelines.Pack) { p.Params["contact"]["min_score"] = 1 }, 0, 1, 0, 1, nil, false},
		{"a word", func(p *guidelines.Pack) {
			p.Detectors["incivility"] = guidelines.Detector{Add: []guidelines.Phrase{{Words: "flibberty", Score: 0.8}}}
		}, 1, 0, 1, 0, []string{"e1.1", "e3.1"}, false},
		{"allowed words", func(p *guidelines.Pack) {
			p.Allow.Phrases = []string{"call me at +1 212 555 0176"}
		}, 0, 0, 0, 0, []string{"e1.1"}, true},
		{"a condition that suppresses", func(p *guidelines.Pack) {
			p.Conditions = append(p.Conditions, guidelines.Condition{ID: "x", Title: "X", When: `expert.cluster == "Garden"`, Then: guidelines.Suppress, Which: `finding.guideline == "contact-exchange"`, Reason: "Gardeners may give their number."})
		}, 0, 1, 0, 1, nil, false},
		{"a condition that finds", func(p *guidelines.Pack) {
			p.Conditions = append(p.Conditions, guidelines.Condition{ID: "x", Title: "X", When: `len(findings) > 0`, Then: guidelines.Find, Guideline: "mensch", Score: 0.6, Reason: "It adds up to something."})
		}, 0, 0, 1, 0, []string{"e1.1"}, false},
		{"a severity", func(p *guidelines.Pack) {
			for i := range p.Guidelines {
				if p.Guidelines[i].ID == "contact-exchange" {
					p.Guidelines[i].Severity = 1
				}
			}
		}, 0, 0, 0, 0, []string{"e1.1"}, true},
		{"a letter", func(p *guidelines.Pack) { p.Name = "Other guidelines" }, 0, 0, 0, 0, []string{"e1.1"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ruled(t)
			ctx := t.Context()
			if got := p.open(); !slices.Equal(got, []string{"e1.1"}) {
				t.Fatalf("before: %v", got)
			}
			draft, rules := p.draft(c.edit)
			audit := func() int {
				rows, err := p.store.AuditRows(ctx, 0, 1000)
				must(t, err)
				return len(rows)
			}
			rows := audit()
			preview, err := p.PreviewRules(ctx, draft, nil)
			must(t, err)
			if preview.Opened != c.opened || preview.Closed != c.closed || preview.Added != c.added || preview.Gone != c.gone || (preview.Moved > 0) != c.moved || len(preview.Problems) > 0 || len(preview.Faults) > 0 {
				t.Errorf("%+v", preview)
			}
			if got := p.open(); !slices.Equal(got, []string{"e1.1"}) || audit() != rows {
				t.Errorf("a preview changed something: %v", got)
			}
			kept, err := p.SaveRules(ctx, draft, rules.Seq, "We tried it.")
			must(t, err)
			must(t, p.Detect(ctx, nil))
			if got := p.open(); !slices.Equal(got, c.after) {
				t.Errorf("after saving %v are open, want %v", got, c.after)
			}
			// The preview of what is in force changes nothing.
			again, _ := p.draft(func(*guidelines.Pack) {})
			none, err := p.PreviewRules(ctx, again, nil)
			must(t, err)
			if len(none.Changes) > 0 || len(none.Cases) > 0 {
				t.Errorf("%+v", none)
			}
			if now, err := p.Rules(ctx); err != nil || now.Pack.Version != kept.Version || len(now.History) != 2 || now.History[0].Reason != "We tried it." || now.History[0].Author != "mira" || now.Work != 0 {
				t.Errorf("%+v, %v", now, err)
			}
		})
	}
}

func TestSavingQueuesOnlyWhatTheChangeTouches(t *testing.T) {
	p := ruled(t)
	ctx := t.Context()
	draft, rules := p.draft(func(pack *guidelines.Pack) { pack.Params["contact"]["min_score"] = 0.6 })
	_, err := p.SaveRules(ctx, draft, rules.Seq, "Fewer of the weak ones.")
	must(t, err)
	pending := func(kind model.WorkKind) int {
		list, err := p.store.PendingWork(ctx, kind, "", 100)
		must(t, err)
		return len(list)
	}
	if s, o := pending(model.WorkSession), pending(model.WorkPhoto)+pending(model.WorkProfile)+pending(model.WorkExpert)+pending(model.WorkCase); s != 1 || o != 0 {
		t.Errorf("%d sessions and %d other things are queued, of a change that touches one session", s, o)
	}
	draft, rules = p.draft(func(pack *guidelines.Pack) { pack.Guidelines[0].StrikeDays = 99 })
	must(t, p.Detect(ctx, nil))
	_, err = p.SaveRules(ctx, draft, rules.Seq, "Shorter.")
	must(t, err)
	if s := pending(model.WorkSession) + pending(model.WorkCase); s != 0 {
		t.Errorf("a ladder queued %d things", s)
	}
}

func TestRulesAreRefusedInWords(t *testing.T) {
	p := ruled(t)
	ctx := t.Context()
	draft, rules := p.draft(func(pack *guidelines.Pack) { pack.Params["contact"]["min_score"] = 0.6 })
	refused := func(name string, err error, text string) {
		t.Helper()
		var refusal *app.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Why, text) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := p.SaveRules(ctx, draft, rules.Seq, " ")
	refused("without a reason", err, "say why")
	same, _ := p.draft(func(*guidelines.Pack) {})
	_, err = p.SaveRules(ctx, same, rules.Seq, "For nothing.")
	refused("without a change", err, "Nothing was changed")
	bad, _ := p.draft(func(pack *guidelines.Pack) { pack.Conditions[0].When = "expert.colour" })
	_, err = p.SaveRules(ctx, bad, rules.Seq, "Broken.")
	refused("with a fault", err, "conditions[0].when")
	if list := p.CheckRules(bad); len(list) != 1 || list[0].Field != "conditions[0].when" {
		t.Errorf("%+v", list)
	}
	if preview, err := p.PreviewRules(ctx, bad, nil); err != nil || len(preview.Problems) != 1 {
		t.Errorf("%+v, %v", preview, err)
	}
	_, err = p.SaveRules(ctx, draft, rules.Seq, "The first.")
	must(t, err)
	_, err = p.SaveRules(ctx, draft, rules.Seq, "The same from an old window.")
	refused("on an old version", err, "meanwhile")
	p.Connect(nil, "https://platform.example")
	other, now := p.draft(func(pack *guidelines.Pack) { pack.Params["contact"]["min_score"] = 0.7 })
	_, err = p.SaveRules(ctx, other, now.Seq, "Not mine to say.")
	refused("by somebody without the role", err, "not put in force")
	if now.May || now.WhyNot == "" {
		t.Errorf("%+v", now)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := p.PreviewRules(cancelled, other, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestTheRulesInForceOutlastTheDesk(t *testing.T) {
	p := ruled(t)
	ctx := t.Context()
	draft, rules := p.draft(func(pack *guidelines.Pack) { pack.Detectors["contact"] = guidelines.Detector{Off: true} })
	kept, err := p.SaveRules(ctx, draft, rules.Seq, "Off for a test.")
	must(t, err)
	again, err := app.NewDesk(ctx, app.Options{Store: p.store, Pack: rules.Pack, Now: func() time.Time { return t0 }})
	must(t, err)
	now, err := again.Rules(ctx)
	must(t, err)
	if now.Seq != kept.Seq || !now.Pack.Off("contact") {
		t.Errorf("%+v", now.Pack.Detectors)
	}
	first, err := again.RulesAt(ctx, now.History[len(now.History)-1].Seq)
	must(t, err)
	if first.Off("contact") || first.Version != "2026.1" {
		t.Errorf("the first version: %s, %+v", first.Version, first.Detectors)
	}
}

func TestRejectedStaysRejectedUnderOtherRules(t *testing.T) {
	p := ruled(t)
	ctx := t.Context()
	view, err := p.Transcript(ctx, "s1")
	must(t, err)
	if len(view.Marks) == 0 {
		t.Fatal("nothing is marked")
	}
	for _, m := range view.Marks {
		must(t, p.JudgeMark(ctx, m.FindingID, m.Span, model.VerdictRejected))
	}
	if got := p.open(); len(got) != 0 {
		t.Fatalf("all rejected, and open: %v", got)
	}
	for i, edit := range []func(pack *guidelines.Pack){
		func(pack *guidelines.Pack) { pack.Params["contact"]["min_score"] = 0.1 },
		func(pack *guidelines.Pack) { pack.Params["contact"]["split_messages"] = 2 },
		func(pack *guidelines.Pack) { pack.Allow.Phrases = []string{"cheaper outside of the site"} },
		func(pack *guidelines.Pack) { pack.Allow.Phrases = nil },
		func(pack *guidelines.Pack) { pack.Detectors["contact"] = guidelines.Detector{Off: true} },
		func(pack *guidelines.Pack) { pack.Detectors["contact"] = guidelines.Detector{} },
	} {
		draft, rules := p.draft(edit)
		_, err := p.SaveRules(ctx, draft, rules.Seq, "Again.")
		must(t, err)
		must(t, p.store.QueueAllWork(ctx))
		must(t, p.Detect(ctx, nil))
		if got := p.open(); len(got) != 0 {
			t.Fatalf("after change %d %v is open again", i, got)
		}
	}
}
