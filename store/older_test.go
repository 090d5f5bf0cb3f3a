package store

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

// The schemas before the histories: of cases, and of all else.
const (
	beforeCaseHistories = "0006_reviews.sql"
	beforeLives         = "0009_lives.sql"
)

// before are the steps of the schema up to the one with a name.
func before(t testing.TB, name string) []migration {
	t.Helper()
	at := slices.IndexFunc(migrations, func(m migration) bool { return m.name == name })
	if at < 0 {
		t.Fatalf("there is no migration %s", name)
	}
	return migrations[:at]
}

// old writes rows as the program of another time wrote them.
type old struct {
	t     testing.TB
	s     *Store
	lives bool // proposals and the histories of cases are there
}

func (o *old) exec(query string, args ...any) {
	o.t.Helper()
	must(o.s.writer.ExecContext(o.t.Context(), query, args...))(o.t)
}

func (o *old) body(v any) string {
	o.t.Helper()
	return string(must(json.Marshal(v))(o.t))
}

// oldCase is a case as it stood, with its history if the program wrote one.
type oldCase struct {
	expert, platform, overlay, last string
	history                         string // "confirm open waiting, ack waiting decided"
}

func (o *old) putCase(c oldCase) {
	o.t.Helper()
	o.exec(`INSERT INTO experts (id, version, epoch, cluster, screen_name, state, languages, timezone, joined_at, signals) VALUES (?, 1, 1, 'Garden', ?, 'active', '[]', '', ?, '{}')`, c.expert, c.expert, us(t0))
	id := c.expert + ".1"
	o.exec(`INSERT INTO cases (id, version, epoch, expert_id, round, platform_state, overlay, last_decision, opened_at, quiet) VALUES (?, 3, 1, ?, 1, ?, ?, ?, ?, 0)`,
		id, c.expert, c.platform, c.overlay, c.last, us(t0.Add(-time.Hour)))
	if !o.lives {
		return
	}
	for _, e := range strings.Split(c.history, ", ") {
		if f := strings.Fields(e); len(f) == 3 {
			o.exec(`INSERT INTO case_events (case_id, kind, from_state, to_state, decision_id, at) VALUES (?, ?, ?, ?, ?, ?)`, id, f[0], f[1], f[2], c.last, us(t0))
		}
	}
	o.exec(`UPDATE cases SET logged = state WHERE id = ?`, id)
}

// oldDecision is a decision as it stood. outbox is its state there, "" if it was
// a colleague's; propose says that it was sent for a second person.
type oldDecision struct {
	id, expert, standing, reverses, outbox string
	propose                                bool
	conflict                               bool // theirs is kept beside it
	at                                     time.Time
}

func (o *old) putDecision(d oldDecision) {
	o.t.Helper()
	body := decision(d.id, d.expert, 1, 2)
	body.DecidedAt, body.Reverses = d.at, d.reverses
	if d.at.IsZero() {
		body.DecidedAt = t0
	}
	if d.reverses != "" {
		body.Outcome, body.Sanctions = model.Reversed, nil
	}
	version, received, seen := int64(0), us(time.Time{}), int64(0)
	if d.standing == confirmed {
		version, received, seen = 1, us(t0.Add(time.Minute)), 3
	}
	o.exec(`INSERT INTO decisions (id, version, epoch, case_id, expert_id, outcome, reverses, decided_at, body, standing, case_version, received_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.id, version, body.CaseID, d.expert, body.Outcome, d.reverses, us(body.DecidedAt), o.body(body), d.standing, seen, received)
	for _, s := range body.Sanctions {
		o.exec(`INSERT INTO strikes (decision_id, sanction_id, expert_id, guideline, count, at, expires, reversed) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
			d.id, s.ID, d.expert, s.Guideline, s.Strikes, us(s.StartsAt), us(s.StrikesExpire))
	}
	if d.outbox == "" {
		return
	}
	theirs := ""
	if d.conflict {
		theirs = o.body(decision("theirs-"+d.id, d.expert, 1, 2))
	}
	o.exec(`INSERT INTO outbox (decision_id, case_id, state, back, not_before, attempts, last_error, theirs, updated_at) VALUES (?, ?, ?, 'open', ?, 1, '', ?, ?)`,
		d.id, body.CaseID, d.outbox, us(t0), theirs, us(t0))
	if d.propose {
		o.exec(`UPDATE outbox SET kind = 'propose' WHERE decision_id = ?`, d.id)
	}
}

func (o *old) putApproval(id, expert, answer string) {
	o.t.Helper()
	d := decision(id, expert, 1, 2)
	a := model.Approval{ID: id, Version: 1, DecisionID: id, CaseID: d.CaseID, ExpertID: expert, CaseVersion: 2, Proposer: "mira", Decision: &d, AskedAt: t0, Expires: t0.Add(72 * time.Hour), Answer: answer}
	if answer != "" {
		a.Approver, a.AnsweredAt = "kim", t0.Add(time.Hour)
	}
	o.exec(`INSERT INTO approvals (id, version, epoch, case_id, expert_id, proposer, answer, asked_at, expires, body) VALUES (?, 1, 1, ?, ?, 'mira', ?, ?, ?, ?)`,
		id, d.CaseID, expert, answer, us(t0), us(a.Expires), o.body(a))
}

func (o *old) putAppeal(id, decisionID, expert, outcome string) {
	o.t.Helper()
	by, when := "", us(time.Time{})
	if outcome != "" {
		by, when = "noor", us(t0.Add(2*time.Hour))
	}
	o.exec(`INSERT INTO appeals (id, version, epoch, case_id, decision_id, expert_id, text, at, outcome, decided_by, decided_at) VALUES (?, 1, 1, ?, ?, ?, 'No', ?, ?, ?, ?)`,
		id, expert+".1", decisionID, expert, us(t0.Add(time.Hour)), outcome, by, when)
}

// fill puts in all that can have been going on, as it stood.
func (o *old) fill() {
	o.putCase(oldCase{expert: "open", platform: "open"})

	o.putCase(oldCase{expert: "queued", platform: "open", overlay: "waiting", last: "d-queued", history: "confirm open waiting"})
	o.putDecision(oldDecision{id: "d-queued", expert: "queued", standing: pending, outbox: "queued"})
	o.putCase(oldCase{expert: "unknown", platform: "open", overlay: "waiting", last: "d-unknown", history: "confirm open waiting"})
	o.putDecision(oldDecision{id: "d-unknown", expert: "unknown", standing: pending, outbox: "unknown"})
	o.putCase(oldCase{expert: "sent", platform: "decided", last: "d-sent", history: "confirm open waiting, ack waiting decided"})
	o.putDecision(oldDecision{id: "d-sent", expert: "sent", standing: confirmed, outbox: "acked"})
	o.putCase(oldCase{expert: "theirs", platform: "decided", history: "stands open decided"})
	o.putDecision(oldDecision{id: "d-theirs", expert: "theirs", standing: confirmed})
	o.putCase(oldCase{expert: "undone", platform: "open", history: "confirm open waiting, undo waiting open"})
	o.putDecision(oldDecision{id: "d-undone", expert: "undone", standing: void, outbox: "undone"})
	o.putCase(oldCase{expert: "refused", platform: "open", last: "d-refused", history: "confirm open waiting, reject waiting open"})
	o.putDecision(oldDecision{id: "d-refused", expert: "refused", standing: void, outbox: "rejected"})
	o.putCase(oldCase{expert: "conflict", platform: "decided", overlay: "conflict", last: "d-conflict", history: "confirm open waiting, collide waiting conflict"})
	o.putDecision(oldDecision{id: "d-conflict", expert: "conflict", standing: disputed, outbox: "conflict", conflict: true})
	o.putCase(oldCase{expert: "lost", platform: "decided", history: "confirm open waiting, collide waiting conflict, keep-theirs conflict decided"})
	o.putDecision(oldDecision{id: "d-lost", expert: "lost", standing: void, outbox: "undone", conflict: true})

	o.putCase(oldCase{expert: "reversed", platform: "decided", last: "r-reversed", history: "confirm open waiting, ack waiting decided, confirm decided waiting, ack waiting decided"})
	o.putDecision(oldDecision{id: "d-reversed", expert: "reversed", standing: confirmed, outbox: "acked"})
	o.putDecision(oldDecision{id: "r-reversed", expert: "reversed", standing: confirmed, outbox: "acked", reverses: "d-reversed", at: t0.Add(24 * time.Hour)})
	o.putCase(oldCase{expert: "reversing", platform: "decided", overlay: "waiting", last: "r-reversing", history: "confirm open waiting, ack waiting decided, confirm decided waiting"})
	o.putDecision(oldDecision{id: "d-reversing", expert: "reversing", standing: confirmed, outbox: "acked"})
	o.putDecision(oldDecision{id: "r-reversing", expert: "reversing", standing: pending, outbox: "queued", reverses: "d-reversing", at: t0.Add(24 * time.Hour)})
	o.putCase(oldCase{expert: "unreversed", platform: "decided", last: "", history: "stands open decided, confirm decided waiting, undo waiting decided"})
	o.putDecision(oldDecision{id: "d-unreversed", expert: "unreversed", standing: confirmed})
	o.putDecision(oldDecision{id: "r-unreversed", expert: "unreversed", standing: void, outbox: "undone", reverses: "d-unreversed", at: t0.Add(24 * time.Hour)})

	o.putCase(oldCase{expert: "objecting", platform: "appealed", history: "stands open decided, appealed decided appealed"})
	o.putDecision(oldDecision{id: "d-objecting", expert: "objecting", standing: confirmed})
	o.putAppeal("a-open", "d-objecting", "objecting", "")
	for _, outcome := range []string{"upheld", "changed", "overturned"} {
		o.putCase(oldCase{expert: outcome, platform: "decided", history: "stands open decided, appealed decided appealed, stands appealed decided"})
		o.putDecision(oldDecision{id: "d-" + outcome, expert: outcome, standing: confirmed})
		if outcome != "upheld" {
			o.putDecision(oldDecision{id: "r-" + outcome, expert: outcome, standing: confirmed, reverses: "d-" + outcome, at: t0.Add(24 * time.Hour)})
		}
		o.putAppeal("a-"+outcome, "d-"+outcome, outcome, outcome)
	}
	if !o.lives {
		return
	}

	o.putCase(oldCase{expert: "proposing", platform: "open", overlay: "proposed", last: "d-proposing", history: "propose open proposed"})
	o.putDecision(oldDecision{id: "d-proposing", expert: "proposing", standing: proposed, outbox: "queued", propose: true})
	o.putCase(oldCase{expert: "proposed", platform: "proposed", last: "d-proposed", history: "propose open proposed, ack proposed proposed"})
	o.putDecision(oldDecision{id: "d-proposed", expert: "proposed", standing: proposed, outbox: "acked", propose: true})
	o.putApproval("d-proposed", "proposed", "")
	o.putCase(oldCase{expert: "asking", platform: "proposed", history: "propose open proposed"})
	o.putApproval("d-asking", "asking", "") // a colleague's: there is no decision yet
	o.putCase(oldCase{expert: "yes", platform: "decided", last: "d-yes", history: "propose open proposed, stands proposed decided"})
	o.putDecision(oldDecision{id: "d-yes", expert: "yes", standing: confirmed, outbox: "acked", propose: true})
	o.putApproval("d-yes", "yes", "yes")
	for _, answer := range []string{"no", "expired", "withdrawn"} {
		o.putCase(oldCase{expert: answer, platform: "open", last: "d-" + answer, history: "propose open proposed, refuse proposed open"})
		o.putDecision(oldDecision{id: "d-" + answer, expert: answer, standing: void, outbox: "acked", propose: true})
		o.putApproval("d-"+answer, answer, answer)
	}
	o.putCase(oldCase{expert: "overtaken", platform: "decided", overlay: "conflict", last: "d-overtaken", history: "propose open proposed, collide proposed conflict"})
	o.putDecision(oldDecision{id: "d-overtaken", expert: "overtaken", standing: disputed, outbox: "conflict", propose: true, conflict: true})
}

// older makes a store of an older schema and opens it with this program.
func older(t *testing.T, schema string) *Store {
	t.Helper()
	dir := t.TempDir()
	opt := testOptions()
	opt.Way, opt.Live = nil, nil // that program knew nothing of them, or wrote its own
	then := must(open(t.Context(), dir, opt, before(t, schema)))(t)
	o := &old{t: t, s: then, lives: schema == beforeLives}
	o.exec(`UPDATE sync SET epoch = 1`)
	o.fill()
	ok(t, then.Close())
	s := must(Open(t.Context(), dir, testOptions()))(t)
	t.Cleanup(func() { ok(t, s.Close()) })
	if n := len(copies(t, dir)); n != 1 {
		t.Errorf("%d copies of the older store are kept", n)
	}
	return s
}

// TestAnOlderStoreGetsItsHistories migrates a store in which everything was going
// on, and holds all of it to the histories that it got.
func TestAnOlderStoreGetsItsHistories(t *testing.T) {
	for _, schema := range []string{beforeLives, beforeCaseHistories} {
		t.Run(schema, func(t *testing.T) {
			s := older(t, schema)
			if err := foldAll(s); err != nil {
				t.Fatalf("after the migration: %v", err)
			}
			got := map[string]string{}
			ok(t, s.EachLife(t.Context(), func(l model.Life) error {
				var kinds []string
				for _, e := range l.History {
					kinds = append(kinds, e.Kind)
				}
				got[string(l.Noun)+" "+l.ID] = strings.Join(kinds, " ")
				return nil
			}))
			want := map[string]string{
				"decision d-queued": "confirm", "decision d-unknown": "confirm", "decision d-sent": "confirm stand", "decision d-theirs": "confirm stand", "decision d-undone": "", "decision d-refused": "",
				"decision d-conflict": "confirm", "decision d-lost": "", "decision d-reversed": "confirm stand reverse", "decision r-reversed": "confirm stand", "decision d-reversing": "confirm stand", "decision r-reversing": "confirm",
				"decision d-unreversed": "confirm stand", "decision r-unreversed": "", "decision d-objecting": "confirm stand", "appeal a-open": "",
				"decision d-upheld": "confirm stand", "appeal a-upheld": "take uphold", "decision d-changed": "confirm stand reverse", "decision r-changed": "confirm stand", "appeal a-changed": "take change",
				"decision d-overturned": "confirm stand reverse", "decision r-overturned": "confirm stand", "appeal a-overturned": "take overturn",
			}
			if schema == beforeLives {
				for id, kinds := range map[string]string{
					"decision d-proposing": "propose", "decision d-proposed": "propose", "approval d-proposed": "", "approval d-asking": "", "decision d-yes": "confirm stand", "approval d-yes": "agree",
					"decision d-no": "", "approval d-no": "decline", "decision d-expired": "", "approval d-expired": "expire", "decision d-withdrawn": "", "approval d-withdrawn": "withdraw", "decision d-overtaken": "confirm",
				} {
					want[id] = kinds
				}
			}
			for id, kinds := range want {
				if has, there := got[id]; !there || has != kinds {
					t.Errorf("the history of %s is %q (there: %v), want %q", id, has, there, kinds)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d histories, want %d", len(got), len(want))
			}
			states := map[string]model.CaseState{}
			ok(t, s.EachHistory(t.Context(), func(id string, state model.CaseState, history []model.CaseEvent) error {
				states[id] = state
				if (len(history) == 0) != (id == "open.1" || schema == beforeCaseHistories && state == model.CaseOpen) {
					t.Errorf("case %s, %s, has %d events", id, state, len(history))
				}
				return nil
			}))
			for id, state := range map[string]model.CaseState{"open.1": model.CaseOpen, "queued.1": model.CaseWaiting, "sent.1": model.CaseDecided, "conflict.1": model.CaseConflict, "objecting.1": model.CaseAppealed} {
				if states[id] != state {
					t.Errorf("case %s is %s, want %s", id, states[id], state)
				}
			}
			for expert, live := range map[string]int{"sent": 1, "undone": 0, "conflict": 0, "reversed": 0, "reversing": 0, "unreversed": 1, "overturned": 0, "upheld": 1} {
				n := 0
				for _, strike := range must(s.StrikesOf(t.Context(), expert))(t) {
					if strike.Live(t0) {
						n++
					}
				}
				if n != live {
					t.Errorf("%s has %d live strikes, want %d", expert, n, live)
				}
			}
		})
	}
}

// TestAnOlderStoreGoesOn lets what was under way come to its end after the
// migration.
func TestAnOlderStoreGoesOn(t *testing.T) {
	s := older(t, beforeLives)
	ctx := t.Context()
	step := func(doing string, err error) {
		t.Helper()
		ok(t, err)
		if err := foldAll(s); err != nil {
			t.Fatalf("after %s: %v", doing, err)
		}
	}
	version := func(expert string) int64 { return must(s.Case(ctx, expert+".1"))(t).Version }
	step("an undo", s.Undo(ctx, "d-queued", model.CaseOpen, "mira", t0))
	step("a receipt", s.SettleOutbox(ctx, model.OutboxChange{
		DecisionID: "d-unknown", From: model.OutboxUnknown, To: model.OutboxAcked, At: t0, CaseState: model.CaseDecided,
		Receipt: &model.Receipt{Key: "d-unknown", Decision: decision("d-unknown", "unknown", 1, 3), CaseVersion: 4, ReceivedAt: t0},
	}))
	drop := model.OutboxChange{DecisionID: "d-conflict", From: model.OutboxConflict, To: model.OutboxUndone, At: t0}
	step("deciding anew", s.DecideAgain(ctx, drop, decision("d-again", "conflict", 1, version("conflict")), model.CaseWaiting, t0))
	drop.DecisionID, drop.CaseState = "d-overtaken", model.CaseDecided
	step("keeping theirs", s.SettleOutbox(ctx, drop))
	step("trying again", s.SettleOutbox(ctx, model.OutboxChange{DecisionID: "d-refused", From: model.OutboxRejected, To: model.OutboxQueued, At: t0}))
	step("withdrawing what was not sent", s.Undo(ctx, "d-proposing", model.CaseOpen, "mira", t0))
	step("taking a reversal back", s.Undo(ctx, "r-reversing", model.CaseDecided, "mira", t0))
	for id, expert := range map[string]string{"d-proposed": "proposed", "d-asking": "asking"} {
		d := decision(id, expert, 1, 2)
		a := model.Approval{ID: id, Version: 2, DecisionID: id, CaseID: d.CaseID, ExpertID: expert, CaseVersion: 2, Proposer: "mira", Decision: &d, AskedAt: t0, Expires: t0.Add(time.Hour), Answer: "no", Approver: "kim", Reason: "No", AnsweredAt: t0}
		apply(t, s, change(model.ChangeApproval, id, 2, a), caseChange(expert, 1, 9, model.CaseOpen))
		step("a refusal of "+id, nil)
	}
	apply(t, s, change(model.ChangeAppeal, "a-open", 2, model.Appeal{ID: "a-open", CaseID: "objecting.1", DecisionID: "d-objecting", ExpertID: "objecting", Text: "No", At: t0, Outcome: "upheld", DecidedBy: "noor", DecidedAt: t0}),
		caseChange("objecting", 1, 9, model.CaseDecided))
	step("an answer to the appeal", nil)
	reversal := decision("r-sent", "sent", 1, version("sent"))
	reversal.Reverses, reversal.Outcome, reversal.Sanctions = "d-sent", model.Reversed, nil
	step("a reversal", s.Decide(ctx, reversal, model.CaseDecided, model.CaseWaiting, t0))
	for expert, want := range map[string]string{
		"queued": "open", "unknown": "decided", "conflict": "waiting", "overtaken": "decided", "refused": "waiting", "proposing": "open", "reversing": "decided", "proposed": "open", "objecting": "decided", "sent": "waiting",
	} {
		if got := must(s.Case(ctx, expert+".1"))(t).State; string(got) != want {
			t.Errorf("in the end the case of %s is %s, want %s", expert, got, want)
		}
	}
	checkAudit(t, s)
	ok(t, s.CheckIntegrity(ctx))
}
