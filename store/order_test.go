package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/model"
)

// reset empties a store, because opening one for each try takes longer than the try.
func reset(t testing.TB, s *Store) {
	t.Helper()
	ok(t, s.write(t.Context(), "emptying", func(w *tx) error {
		// The log is never emptied, not even here.
		for _, table := range []string{
			"mark_verdicts", "strikes", "outbox", "decision_facts", "decision_steps", "team_events", "handling", "skips", "decisions", "findings", "cases", "incidents", "appeals", "messages", "sessions", "ratings", "status_events",
			"profiles", "experts", "tombstones", "bad_changes", "work", "guideline_bits",
		} {
			if _, err := w.exec(`DELETE FROM ` + table); err != nil {
				return err
			}
		}
		_, err := w.exec(`UPDATE sync SET server = '', cursor = '', sweeping = 0, epoch = 0, reset_epoch = 0`)
		return err
	}))
}

// dump is all that the feed made of a store, in one text.
func dump(t testing.TB, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, q := range []string{
		`SELECT id, version, cluster, screen_name, state, signals FROM experts ORDER BY id`,
		`SELECT expert_id, version, name, bio, photo_id FROM profiles ORDER BY expert_id`,
		`SELECT id, version, expert_id, started_at FROM sessions ORDER BY id`,
		`SELECT id, version, session_id, seq, text FROM messages ORDER BY id`,
		`SELECT id, version, expert_id, stars FROM ratings ORDER BY id`,
		`SELECT id, version, expert_id, status FROM status_events ORDER BY id`,
		`SELECT id, version, expert_id, case_id, in_case, guideline, closed FROM incidents ORDER BY id`,
		`SELECT id, version, expert_id, round, state, overlay, shown, iif(state = 'decided', 0, score), iif(state = 'decided', 0, urgency), cluster, screen_name, photo_id, guidelines, reporter_bits, incidents, findings, lease_holder, lease_token FROM cases ORDER BY id`,
		`SELECT id, version, case_id, expert_id, outcome, body, standing, received_at FROM decisions ORDER BY id`,
		`SELECT id, version, case_id, outcome FROM appeals ORDER BY id`,
		`SELECT decision_id, sanction_id, expert_id, count FROM strikes ORDER BY 1, 2`,
		`SELECT kind, id, version FROM tombstones ORDER BY 1, 2`,
	} {
		rows, err := s.pool.QueryxContext(t.Context(), q)
		ok(t, err)
		for rows.Next() {
			cells, err := rows.SliceScan()
			ok(t, err)
			fmt.Fprintln(&b, cells...)
		}
		ok(t, rows.Err())
		ok(t, rows.Close()) //nolint:sqlclosecheck // closed in a loop
	}
	for _, e := range []string{"e1", "e2", "e3"} {
		fmt.Fprintln(&b, must(s.StrikesOf(t.Context(), e))(t))
	}
	for _, word := range []string{"alpha", "beta", "gamma"} {
		hits := must(s.Search(t.Context(), word, 0, 0))(t)
		slices.SortFunc(hits, func(a, b model.SearchHit) int {
			return strings.Compare(a.Kind+a.ExpertID+a.MessageID, b.Kind+b.ExpertID+b.MessageID)
		})
		for _, h := range hits {
			fmt.Fprintln(&b, word, h.Kind, h.ExpertID, h.MessageID)
		}
	}
	return b.String()
}

// history is what a platform's feed may carry: a few things of each kind, in
// several versions, some of them deleted and some brought back.
func history(t *rapid.T) []model.Change {
	expert := rapid.SampledFrom([]string{"e1", "e2", "e3"})
	word := rapid.SampledFrom([]string{"alpha", "beta", "gamma", "alpha beta"})
	var all []model.Change
	add := func(kind model.ChangeKind, ids []string, make func(id string, version int64) any) {
		for _, id := range ids {
			for v := range int64(rapid.IntRange(0, 4).Draw(t, "versions")) {
				if rapid.IntRange(0, 4).Draw(t, "deleted") == 0 {
					all = append(all, tombstone(kind, id, v+1))
				} else {
					all = append(all, change(kind, id, v+1, make(id, v+1)))
				}
			}
		}
	}
	experts := []string{"e1", "e2", "e3"}
	add(model.ChangeExpert, experts, func(id string, v int64) any {
		return model.Expert{ID: id, Cluster: fmt.Sprintf("C%d", v), ScreenName: word.Draw(t, "name"), State: model.ExpertActive}
	})
	add(model.ChangeProfile, experts, func(id string, v int64) any {
		return model.Profile{ExpertID: id, Bio: word.Draw(t, "bio"), Name: fmt.Sprint(v), PhotoID: strings.Repeat(fmt.Sprint(v), 64)}
	})
	add(model.ChangeSession, []string{"s1", "s2"}, func(id string, _ int64) any {
		return model.Session{ID: id, ExpertID: expert.Draw(t, "expert"), StartedAt: t0}
	})
	add(model.ChangeMessage, []string{"m1", "m2", "m3"}, func(id string, v int64) any {
		return model.Message{ID: id, Session: rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "session"), Seq: v, From: model.FromExpert, Text: word.Draw(t, "text")}
	})
	add(model.ChangeRating, []string{"r1", "r2"}, func(id string, v int64) any {
		return model.Rating{ID: id, ExpertID: expert.Draw(t, "expert"), Stars: int(v)}
	})
	add(model.ChangeStatus, []string{"t1"}, func(id string, _ int64) any {
		return model.StatusEvent{ID: id, ExpertID: expert.Draw(t, "expert"), Status: model.Busy}
	})
	add(model.ChangeIncident, []string{"i1", "i2", "i3"}, func(id string, v int64) any {
		e := expert.Draw(t, "expert")
		return model.Incident{
			ID: id, ExpertID: e, CaseID: model.CaseID(e, rapid.IntRange(1, 2).Draw(t, "round")), Reporter: model.ReporterClient, Guideline: fmt.Sprintf("g%d", v),
			At: t0, Closed: rapid.Bool().Draw(t, "closed"),
		}
	})
	add(model.ChangeCase, []string{"e1.1", "e1.2", "e2.1"}, func(id string, v int64) any {
		c := model.Case{
			ID: id, ExpertID: id[:2], Round: int(id[3] - '0'), State: rapid.SampledFrom([]model.CaseState{model.CaseOpen, model.CaseDecided, model.CaseAppealed}).Draw(t, "state"),
			OpenedAt: t0.Add(-time.Hour),
		}
		if rapid.Bool().Draw(t, "leased") {
			c.Lease = &model.Lease{CaseID: id, Holder: "kim", Token: v, Expires: t0.Add(time.Hour)}
		}
		return c
	})
	add(model.ChangeDecision, []string{"d1", "d2"}, func(id string, v int64) any {
		d := decision(id, expert.Draw(t, "expert"), 1, v)
		if id == "d2" && rapid.Bool().Draw(t, "reverses") {
			d.Reverses, d.Outcome = "d1", model.Reversed
		}
		return model.Receipt{Key: id, Decision: d, CaseVersion: v, ReceivedAt: t0}
	})
	add(model.ChangeAppeal, []string{"a1"}, func(id string, _ int64) any {
		return model.Appeal{ID: id, ExpertID: expert.Draw(t, "expert"), CaseID: "e1.1", Outcome: ""}
	})
	return all
}

// feed lands changes in pages of random lengths, and runs the detectors' end.
func feed(t *rapid.T, tb testing.TB, s *Store, changes []model.Change) {
	from := ""
	for n := 0; len(changes) > 0; n++ {
		cut := rapid.IntRange(1, len(changes)).Draw(t, "page")
		next := fmt.Sprint(n)
		if _, err := s.ApplyPage(tb.Context(), testServer, from, model.ChangePage{Changes: changes[:cut], Cursor: next}); err != nil {
			t.Fatal(err)
		}
		from, changes = next, changes[cut:]
	}
	if err := s.RefreshCases(tb.Context(), []string{"e1", "e2", "e3"}, t0, rank); err != nil {
		t.Fatal(err)
	}
}

// TestAnyOrderEndsTheSame: the feed is at least once and may be compacted, so
// that changes may come twice and late. The end depends on none of that.
func TestAnyOrderEndsTheSame(t *testing.T) {
	one, two := openStore(t), openStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		changes := history(rt)
		reset(t, one)
		feed(rt, t, one, changes)
		again := slices.Clone(changes)
		for range rapid.IntRange(0, 2*len(changes)).Draw(rt, "doubles") {
			again = append(again, changes[rapid.IntRange(0, len(changes)-1).Draw(rt, "double")])
		}
		shuffled := rapid.Permutation(again).Draw(rt, "order")
		reset(t, two)
		feed(rt, t, two, shuffled)
		if a, b := dump(t, one), dump(t, two); a != b {
			rt.Fatalf("in order:\n%s\nshuffled:\n%s", a, b)
		}
	})
	ok(t, two.CheckIntegrity(t.Context()))
}

// TestSweepEndsAsAFreshSync: after a 410, whatever the store had, it ends as a
// store that never knew anything else than the new feed.
func TestSweepEndsAsAFreshSync(t *testing.T) {
	one, two := openStore(t), openStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		changes := history(rt)
		// The newest version of each thing; of some the platform knows nothing any more.
		newest := map[string]model.Change{}
		for _, c := range changes {
			if key := string(c.Kind) + " " + c.ID; c.Version >= newest[key].Version {
				newest[key] = c
			}
		}
		var compacted []model.Change
		for _, key := range slices.Sorted(maps.Keys(newest)) {
			if rapid.IntRange(0, 3).Draw(rt, "lost") > 0 {
				compacted = append(compacted, newest[key])
			}
		}
		reset(t, one)
		feed(rt, t, one, compacted)

		reset(t, two)
		feed(rt, t, two, rapid.Permutation(changes).Draw(rt, "order")[:rapid.IntRange(0, len(changes)).Draw(rt, "arrived")])
		if err := two.BeginSweep(t.Context(), testServer); err != nil {
			rt.Fatal(err)
		}
		feed(rt, t, two, compacted)
		if _, err := two.EndSweep(t.Context()); err != nil {
			rt.Fatal(err)
		}
		if err := two.RefreshCases(t.Context(), []string{"e1", "e2", "e3"}, t0, rank); err != nil {
			rt.Fatal(err)
		}
		if a, b := platformDump(t, one), platformDump(t, two); a != b {
			rt.Fatalf("fresh:\n%s\nswept:\n%s", a, b)
		}
	})
}

// platformDump leaves out the cases that RefreshCase makes: after a sweep they
// stay, as everything that was made here.
func platformDump(t testing.TB, s *Store) string {
	var keep []string
	for _, line := range strings.Split(dump(t, s), "\n") {
		if f := strings.Fields(line); len(f) > 3 && strings.Contains(f[0], ".") && f[1] == "0" {
			continue
		}
		keep = append(keep, line)
	}
	return strings.Join(keep, "\n")
}

// TestOutboxStories tells random stories of deciding, undoing, sending and
// syncing, and checks after each step what must always be true.
func TestOutboxStories(t *testing.T) {
	s := openStore(t)
	rapid.Check(t, func(rt *rapid.T) {
		reset(t, s)
		ctx := t.Context()
		apply(t, s, incidentChange("i1", 1, "e1", 1), caseChange("e1", 1, 1, model.CaseOpen))
		refresh(t, s, "e1")
		version, made := int64(1), 0
		platform := map[string]bool{} // what the platform has
		var last string
		entry := func() (model.OutboxEntry, bool) {
			if last == "" {
				return model.OutboxEntry{}, false
			}
			return must(s.OutboxEntry(ctx, last))(t), true
		}
		move := func(from, to model.OutboxState, more func(*model.OutboxChange)) {
			c := model.OutboxChange{DecisionID: last, From: from, To: to, At: t0}
			if more != nil {
				more(&c)
			}
			if err := s.SettleOutbox(ctx, c); err != nil {
				rt.Fatal(err)
			}
		}
		need := func(states ...model.OutboxState) {
			e, there := entry()
			if !there || !slices.Contains(states, e.State) {
				rt.Skip()
			}
		}
		receipt := func(id string) *model.Receipt {
			return &model.Receipt{Key: id, Decision: decision(id, "e1", 1, version-1), CaseVersion: version, ReceivedAt: t0}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"decide": func(rt *rapid.T) {
				c := must(s.Case(ctx, "e1.1"))(t)
				if c.State != model.CaseOpen && c.State != model.CaseDecided {
					rt.Skip()
				}
				made++
				last = fmt.Sprintf("d%d", made)
				if err := s.Decide(ctx, decision(last, "e1", 1, c.Version), c.State, model.CaseWaiting, t0); err != nil {
					rt.Fatal(err)
				}
			},
			"undo": func(rt *rapid.T) {
				need(model.OutboxQueued)
				e, _ := entry()
				if err := s.Undo(ctx, last, e.Back, "mira", t0); err != nil {
					rt.Fatal(err)
				}
			},
			"send":    func(*rapid.T) { need(model.OutboxQueued); move(model.OutboxQueued, model.OutboxSending, nil) },
			"die":     func(*rapid.T) { need(model.OutboxSending); must(s.RecoverOutbox(ctx, t0))(t) },
			"retry":   func(*rapid.T) { need(model.OutboxSending); move(model.OutboxSending, model.OutboxQueued, nil) },
			"missing": func(*rapid.T) { need(model.OutboxUnknown); move(model.OutboxUnknown, model.OutboxQueued, nil) },
			"ack": func(rt *rapid.T) {
				need(model.OutboxSending, model.OutboxUnknown)
				e, _ := entry()
				version++
				platform[last] = true
				if rapid.Bool().Draw(rt, "feed first") {
					apply(t, s, change(model.ChangeDecision, last, 1, receipt(last)), caseChange("e1", 1, version, model.CaseDecided))
				}
				move(e.State, model.OutboxAcked, func(c *model.OutboxChange) { c.Receipt, c.CaseState = receipt(last), model.CaseDecided })
			},
			"reject": func(*rapid.T) {
				need(model.OutboxSending)
				e, _ := entry()
				move(model.OutboxSending, model.OutboxRejected, func(c *model.OutboxChange) { c.CaseState = e.Back })
			},
			"requeue": func(*rapid.T) { need(model.OutboxRejected); move(model.OutboxRejected, model.OutboxQueued, nil) },
			"collide": func(*rapid.T) {
				need(model.OutboxSending)
				version++
				move(model.OutboxSending, model.OutboxConflict, func(c *model.OutboxChange) { c.CaseState = model.CaseConflict })
			},
			"drop": func(*rapid.T) {
				need(model.OutboxConflict, model.OutboxRejected)
				e, _ := entry()
				move(e.State, model.OutboxUndone, nil)
			},
			"again": func(rt *rapid.T) {
				need(model.OutboxConflict, model.OutboxRejected)
				e, _ := entry()
				made++
				id := fmt.Sprintf("d%d", made)
				drop := model.OutboxChange{DecisionID: last, From: e.State, To: model.OutboxUndone, At: t0}
				if err := s.DecideAgain(ctx, drop, decision(id, "e1", 1, must(s.Case(ctx, "e1.1"))(t).Version), model.CaseWaiting, t0); err != nil {
					rt.Fatal(err)
				}
				last = id
			},
			"sync": func(*rapid.T) {
				apply(t, s, caseChange("e1", 1, version, model.CaseDecided))
				for id := range platform {
					apply(t, s, change(model.ChangeDecision, id, 1, receipt(id)))
				}
			},
			"refresh": func(*rapid.T) { refresh(t, s, "e1") },
			"": func(rt *rapid.T) {
				c := must(s.Case(ctx, "e1.1"))(t)
				e, there := entry()
				live := there && (e.State == model.OutboxQueued || e.State == model.OutboxSending || e.State == model.OutboxUnknown)
				switch {
				case live && c.State != model.CaseWaiting, !live && c.State == model.CaseWaiting,
					there && e.State == model.OutboxConflict && c.State != model.CaseConflict, (!there || e.State != model.OutboxConflict) && c.State == model.CaseConflict:
					rt.Fatalf("the case is %s while the decision is %s", c.State, e.State)
				}
				want := len(platform)
				if live {
					want++
				}
				if strikes := must(s.StrikesOf(ctx, "e1"))(t); len(strikes) != want {
					rt.Fatalf("%d strikes, want %d", len(strikes), want)
				}
				seen := map[string]bool{}
				for _, r := range must(s.DecisionsOf(ctx, "e1"))(t) {
					if seen[r.Decision.ID] || r.ReceivedAt.IsZero() == platform[r.Decision.ID] || len(r.Decision.Evidence) != 1 {
						rt.Fatalf("%s is doubled, or confirmed where it is not, or without evidence: %+v", r.Decision.ID, r)
					}
					seen[r.Decision.ID] = true
				}
				for id := range platform {
					if !seen[id] {
						rt.Fatalf("%s is lost", id)
					}
				}
			},
		})
	})
	checkAudit(t, s)
	ok(t, s.CheckIntegrity(t.Context()))
}
