package store

import (
	"context"
	"encoding/json"
	"fmt"

	"mensch/app/model"
)

// lifeCase is the noun of the cases among those whose moves are noted; their
// history is in a table of its own.
const lifeCase = "case"

type movedRow struct {
	Noun   string `db:"noun"`
	ID     string `db:"id"`
	Stored string `db:"stored"`
}

// lifeTable says where a noun stands and which column holds how far that was
// noted. A decision is also moved by the one that takes it back.
type lifeTable struct {
	noun   model.LifeNoun
	table  string
	column string
	stored string // SQL of the state
	shown  string // SQL of the same, as the row's text has it
}

var lifeTables = []lifeTable{
	{
		noun: model.LifeDecision, table: "decisions", column: "standing",
		stored: `iif(standing = 'confirmed' AND EXISTS (SELECT 1 FROM decisions r WHERE r.reverses = decisions.id AND r.reverses <> '' AND r.standing = 'confirmed'), 'reversed', standing)`,
		shown:  `standing`,
	},
	{noun: model.LifeApproval, table: "approvals", column: "answer", stored: `answer`, shown: `ifnull(json_extract(body, '$.answer'), '')`},
	{noun: model.LifeAppeal, table: "appeals", column: "outcome", stored: `outcome`, shown: `outcome`},
}

// selectMoved finds what stands elsewhere than its history was written up to;
// the index of each table holds nothing else.
var selectMoved = func() string {
	query := `SELECT 'case' AS noun, id, state AS stored FROM cases WHERE state <> logged`
	for _, l := range lifeTables {
		query += fmt.Sprintf(` UNION ALL SELECT '%s', id, %s FROM %s WHERE %s <> logged`, l.noun, l.stored, l.table, l.column)
	}
	return query
}()

// noteDrift remembers what stands, before anything is done, elsewhere than its
// history says. No transaction of the store leaves such a row: something else
// changed it, and no history is written for that, so that verifying finds it.
func (t *tx) noteDrift() error {
	if t.store.way == nil {
		return nil
	}
	var rows []movedRow
	if err := t.list(&rows, selectMoved); err != nil || len(rows) == 0 {
		return err
	}
	t.drift = map[movedRow]bool{}
	for _, r := range rows {
		t.drift[r] = true
	}
	return nil
}

// logMoves writes the history of all that moved in this transaction, whatever
// moved it: it runs at the end of each.
func (t *tx) logMoves() error {
	if t.store.way == nil {
		return nil
	}
	var rows []movedRow
	if err := t.list(&rows, selectMoved); err != nil {
		return err
	}
	for _, r := range rows {
		if t.drift[r] {
			continue
		}
		var err error
		if r.Noun == lifeCase {
			err = t.logCase(r.ID, r.Stored)
		} else {
			err = t.logLife(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// becauseOf notes which event moves a decision in this transaction.
func (t *tx) becauseOf(decisionID, kind string) {
	t.because(lifeKey(string(model.LifeDecision), decisionID), kind)
}

func lifeKey(noun, id string) string { return noun + "\x00" + id }

func (t *tx) logLife(r movedRow) error {
	var rows []lifeRow
	if err := t.list(&rows, `SELECT `+lifeColumns+` FROM life_events WHERE noun = ? AND id = ? ORDER BY seq`, r.Noun, r.ID); err != nil {
		return err
	}
	l := model.Life{Noun: model.LifeNoun(r.Noun), ID: r.ID, Stored: r.Stored, Shown: r.Stored, History: historiesOf(rows)[r.ID]}
	for _, e := range t.store.live(l, t.causes[lifeKey(r.Noun, r.ID)]) {
		if _, err := t.exec(`INSERT INTO life_events (noun, id, kind, from_state, to_state, at) VALUES (?, ?, ?, ?, ?, ?)`,
			r.Noun, r.ID, e.Kind, e.From, e.To, us(t.store.now())); err != nil {
			return err
		}
	}
	for _, table := range lifeTables {
		if string(table.noun) != r.Noun {
			continue
		}
		if _, err := t.exec(`UPDATE `+table.table+` SET logged = `+table.column+` WHERE id = ?`, r.ID); err != nil {
			return err
		}
	}
	return nil
}

type lifeRow struct {
	Seq  int64  `db:"seq"`
	Noun string `db:"noun"`
	ID   string `db:"id"`
	Kind string `db:"kind"`
	From string `db:"from_state"`
	To   string `db:"to_state"`
	At   int64  `db:"at"`
}

const lifeColumns = `seq, noun, id, kind, from_state, to_state, at`

func historiesOf(rows []lifeRow) map[string][]model.LifeEvent {
	out := map[string][]model.LifeEvent{}
	for _, r := range rows {
		out[r.ID] = append(out[r.ID], model.LifeEvent{
			Seq: r.Seq, Noun: model.LifeNoun(r.Noun), ID: r.ID, Kind: r.Kind, From: r.From, To: r.To, At: at(r.At),
		})
	}
	return out
}

// EachLife calls do with where every decision, proposal and appeal stands and
// what happened to it. What it reads of one belongs together.
func (s *Store) EachLife(ctx context.Context, do func(model.Life) error) error {
	for _, table := range lifeTables {
		if err := s.eachLife(ctx, table, do); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) eachLife(ctx context.Context, table lifeTable, do func(model.Life) error) error {
	const page = 500
	for after := ""; ; {
		var states []struct {
			ID     string `db:"id"`
			Stored string `db:"stored"`
			Shown  string `db:"shown"`
		}
		var rows []lifeRow
		err := s.read(ctx, "reading the histories of the "+table.table, func(g getter) error {
			query := fmt.Sprintf(`SELECT id, %s AS stored, %s AS shown FROM %s WHERE id > ? ORDER BY id LIMIT ?`, table.stored, table.shown, table.table)
			if err := g.SelectContext(ctx, &states, query, after, page); err != nil || len(states) == 0 {
				return err
			}
			return g.SelectContext(ctx, &rows, `SELECT `+lifeColumns+` FROM life_events WHERE noun = ? AND id > ? AND id <= ? ORDER BY id, seq`,
				table.noun, after, states[len(states)-1].ID)
		})
		if err != nil || len(states) == 0 {
			return err
		}
		histories := historiesOf(rows)
		for _, l := range states {
			if err := do(model.Life{Noun: table.noun, ID: l.ID, Stored: l.Stored, Shown: l.Shown, History: histories[l.ID]}); err != nil {
				return err
			}
		}
		after = states[len(states)-1].ID
	}
}

// EachRecord calls do with the record of every expert on whom somebody decided:
// the decisions in force, what happened to them, and the strikes that count.
func (s *Store) EachRecord(ctx context.Context, do func(model.ExpertRecord) error) error {
	const page = 200
	const doing = "reading the records of the experts"
	for after := ""; ; {
		var experts []string
		if err := s.reader.SelectContext(ctx, &experts, `SELECT DISTINCT expert_id FROM decisions WHERE expert_id > ? ORDER BY expert_id LIMIT ?`, after, page); err != nil {
			return failed(ctx, doing, err)
		}
		if len(experts) == 0 {
			return nil
		}
		for _, id := range experts {
			var r model.ExpertRecord
			err := s.read(ctx, doing, func(g getter) (err error) {
				r, err = recordOf(ctx, g, id)
				return err
			})
			if err != nil {
				return err
			}
			if err := do(r); err != nil {
				return err
			}
		}
		after = experts[len(experts)-1]
	}
}

// bearing are the decisions in force on an expert, and those that take one of
// them back: by its ID, whomever the platform says that they are about.
const bearing = `(expert_id = ?1 OR reverses IN (SELECT id FROM decisions WHERE expert_id = ?1)) AND ` + inForce

func recordOf(ctx context.Context, g getter, expertID string) (model.ExpertRecord, error) {
	r := model.ExpertRecord{ExpertID: expertID}
	var bodies []string
	if err := g.SelectContext(ctx, &bodies, `SELECT body FROM decisions WHERE `+bearing+` ORDER BY decided_at, id`, expertID); err != nil {
		return r, err
	}
	for _, body := range bodies {
		var d model.Decision
		if err := json.Unmarshal([]byte(body), &d); err != nil {
			return r, fmt.Errorf("a decision on %s cannot be read: %w", expertID, err)
		}
		r.Decisions = append(r.Decisions, d)
	}
	var rows []lifeRow
	err := g.SelectContext(ctx, &rows, `SELECT `+lifeColumns+` FROM life_events
		WHERE noun = 'decision' AND id IN (SELECT id FROM decisions WHERE `+bearing+`) ORDER BY id, seq`, expertID)
	if err != nil {
		return r, err
	}
	r.Histories = historiesOf(rows)
	r.Strikes, err = strikesOf(ctx, g, expertID)
	return r, err
}
