package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"mensch/app/model"
)

// order is how the queue's index is walked for one sort.
type order struct {
	column string // of cases
	desc   bool
	index  string // shown, column, id, and all that filters read
	state  string // the same behind shown, state
}

var orders = map[model.QueueSort]order{
	"":                 {column: "urgency", index: "queue_urgency", state: "queue_state_urgency"},
	model.SortPriority: {column: "urgency", index: "queue_urgency", state: "queue_state_urgency"},
	model.SortOldest:   {column: "opened_at", index: "queue_opened", state: "queue_state_opened"},
	model.SortNewest:   {column: "opened_at", desc: true, index: "queue_opened", state: "queue_state_opened"},
	// An urgency is below 101 << 40. What is handed over goes before all that.
	model.SortHanded: {column: handedFirst, index: "queue_urgency", state: "queue_state_urgency"},
}

const handedFirst = `(urgency - 140737488355328 * (id IN (SELECT case_id FROM handling WHERE handed_to <> '')))`

func (o order) by() string {
	if o.desc {
		return o.column + " DESC, id DESC"
	}
	return o.column + ", id"
}

// key turns a column's value into a rank that ascends along the queue, and back.
func (o order) key(v int64) int64 {
	if o.desc {
		return -v
	}
	return v
}

// queueQuery is a filter as conditions on the columns of the queue's indexes.
type queueQuery struct {
	order  order
	states []model.CaseState
	where  []string
	args   []any
	slow   bool // a condition has a search of its own, which is best made once
}

func (s *Store) queueQuery(ctx context.Context, from getter, f model.QueueFilter) (queueQuery, error) {
	o, known := orders[f.Sort]
	if !known {
		return queueQuery{}, fmt.Errorf("the queue has no order %q", f.Sort)
	}
	q := queueQuery{order: o, states: distinct(f.States)}
	if len(f.Clusters) > 0 {
		q.add(`cluster IN (?)`, f.Clusters)
	}
	if f.MinScore > 0 {
		q.add(`score >= ?`, f.MinScore)
	}
	if f.LeasedBy != "" {
		q.add(`lease_holder = ? AND lease_expires > ?`, f.LeasedBy, us(s.now()))
	}
	q.addTeam(f, us(s.now()))
	if len(f.Reporters) > 0 {
		bits := 0
		for _, r := range f.Reporters {
			bits |= reporterBit(r)
		}
		q.add(`reporter_bits & ? <> 0`, bits)
	}
	if len(f.Guidelines) > 0 {
		if err := q.addGuidelines(ctx, from, f.Guidelines); err != nil {
			return q, err
		}
	}
	if strings.TrimSpace(f.Text) != "" {
		match := matchAll(f.Text)
		if match == "" {
			q.add(`0`) // no word in it that could stand anywhere
		} else {
			q.add(`expert_id IN (`+expertsWithWords+`)`, match, match, match)
			q.slow = true
		}
	}
	return q, nil
}

// addTeam adds what colleagues did with cases. The handled ones are few: SQLite
// reads them once and looks each row up in them.
func (q *queueQuery) addTeam(f model.QueueFilter, now int64) {
	if f.Mine {
		q.add(`((lease_holder = ? AND lease_expires > ?) OR id IN (SELECT case_id FROM handling WHERE (hold_by = ? AND hold_until > ?) OR handed_to = ?))`,
			f.Me, now, f.Me, now, f.Me)
	}
	if f.OnHold {
		q.add(`id IN (SELECT case_id FROM handling WHERE hold_by <> '' AND hold_until > ?)`, now)
	}
	if f.HelpAsked {
		q.add(`id IN (SELECT case_id FROM handling WHERE help = 1)`)
	}
	if f.WaitingDays > 0 {
		q.add(`opened_at <= ?`, now-int64(f.WaitingDays)*(24*time.Hour).Microseconds())
	}
	if f.HideSkipped {
		q.add(`id NOT IN (SELECT case_id FROM skips WHERE who = ? AND at > ?)`, f.Me, now-model.SkipRest.Microseconds())
	}
	if f.Free {
		q.add(`(lease_holder IN ('', ?) OR lease_expires <= ?) AND id NOT IN (SELECT case_id FROM handling
			WHERE (hold_by NOT IN ('', ?) AND hold_until > ?) OR handed_to NOT IN ('', ?))`, f.Me, now, f.Me, now, f.Me)
	}
}

func distinct(states []model.CaseState) []model.CaseState {
	seen := map[model.CaseState]bool{}
	out := make([]model.CaseState, 0, len(states))
	for _, s := range states {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func (q *queueQuery) add(condition string, args ...any) {
	q.where = append(q.where, condition)
	q.args = append(q.args, args...)
}

func (q *queueQuery) addGuidelines(ctx context.Context, from getter, guidelines []string) error {
	query, args, err := sqlx.In(`SELECT guideline, bit FROM guideline_bits WHERE guideline IN (?)`, guidelines)
	if err != nil {
		return err
	}
	var rows []struct {
		Guideline string `db:"guideline"`
		Bit       int    `db:"bit"`
	}
	if err := from.SelectContext(ctx, &rows, query, args...); err != nil {
		return err
	}
	var bits int64
	var shared []string
	for _, r := range rows {
		if r.Bit >= sharedBit {
			shared = append(shared, r.Guideline)
		} else {
			bits |= 1 << r.Bit
		}
	}
	if len(shared) == 0 {
		q.add(`guideline_bits & ? <> 0`, bits)
		return nil
	}
	// The shared bit says only that it may be one of them.
	q.add(`(guideline_bits & ? <> 0 OR (guideline_bits & ? <> 0 AND EXISTS (
		SELECT 1 FROM cases f, json_each(f.guidelines) g WHERE f.id = cases.id AND g.value IN (?))))`, bits, int64(1)<<sharedBit, shared)
	return nil
}

// arm is one SELECT of ranks and IDs along an index.
func (q queueQuery) arm(index string, columns string, conditions ...string) string {
	where := append(append([]string{`shown = 1`}, conditions...), q.where...)
	return `SELECT ` + columns + ` FROM cases INDEXED BY ` + index + ` WHERE ` + strings.Join(where, ` AND `)
}

// anchor is a place in the queue.
type anchor struct {
	Rank  int64  `db:"rank"`
	ID    string `db:"id"`
	Total int    `db:"total"`
}

// QueueOutline counts a filtered queue and finds the key before each page in
// one pass over an index.
func (s *Store) QueueOutline(ctx context.Context, filter model.QueueFilter, pageSize int) (model.QueueOutline, error) {
	outline := model.QueueOutline{PageSize: max(pageSize, 1)}
	err := s.readQueue(ctx, filter, "outlining the queue", func(g getter) error {
		q, err := s.queueQuery(ctx, g, filter)
		if err != nil {
			return err
		}
		var anchors []anchor
		if q.slow {
			anchors, outline.Total, err = q.outlineAtOnce(ctx, g, outline.PageSize)
		} else {
			anchors, outline.Total, err = q.outlineInSteps(ctx, g, outline.PageSize)
		}
		if err != nil {
			return err
		}
		outline.Before = make([]model.QueueKey, 1, len(anchors)+1)
		for _, a := range anchors {
			outline.Before = append(outline.Before, model.QueueKey{Rank: q.order.key(a.Rank), CaseID: a.ID})
		}
		if len(outline.Before) > 1 && (len(outline.Before)-1)*outline.PageSize == outline.Total {
			// The last page is full: nothing stands behind its last row.
			outline.Before = outline.Before[:len(outline.Before)-1]
		}
		return nil
	})
	if err != nil {
		return model.QueueOutline{}, err
	}
	return outline, nil
}

// readQueue reads with an eye on the context if the filter makes it slow.
func (s *Store) readQueue(ctx context.Context, filter model.QueueFilter, doing string, fn func(getter) error) error {
	if filter.Text != "" {
		return s.readSlowly(ctx, doing, fn)
	}
	return s.read(ctx, doing, fn)
}

// along gives the index to walk and the conditions on the states.
func (q queueQuery) along() (index string, conditions []string, args []any) {
	switch len(q.states) {
	case 0:
		return q.order.index, nil, nil
	case 1:
		return q.order.state, []string{`state = ?`}, []any{q.states[0]}
	}
	return q.order.index, []string{`state IN (?)`}, []any{q.states}
}

// outlineInSteps jumps from each page's last row to the next one's: SQLite
// passes every row once, and only the anchors cross over to Go. That is a
// tenth of what numbering the rows takes.
func (q queueQuery) outlineInSteps(ctx context.Context, from getter, pageSize int) ([]anchor, int, error) {
	index, conditions, args := q.along()
	query, args, err := sqlx.In(q.arm(index, `count(*)`, conditions...), append(args, q.args...)...)
	if err != nil {
		return nil, 0, err
	}
	total := 0
	if err := from.GetContext(ctx, &total, query, args...); err != nil {
		return nil, 0, err
	}
	var anchors []anchor
	for at := (model.QueueKey{}); (len(anchors)+1)*pageSize <= total; {
		index, conditions, args := q.along()
		behind, keys := q.behind(at)
		// The offset is the page's own size, counted from its key; it does not
		// grow along the queue.
		query, args, err := sqlx.In(q.arm(index, q.order.column+` AS rank, id, 0 AS total`, append(conditions, behind...)...)+
			` ORDER BY `+q.order.by()+` LIMIT 1 OFFSET ?`, append(append(append(args, keys...), q.args...), pageSize-1)...)
		if err != nil {
			return nil, 0, err
		}
		var next anchor
		if err := from.GetContext(ctx, &next, query, args...); err != nil {
			return nil, 0, err
		}
		anchors = append(anchors, next)
		at = model.QueueKey{Rank: q.order.key(next.Rank), CaseID: next.ID}
	}
	return anchors, total, nil
}

// outlineAtOnce numbers the rows, for filters that are dear to begin with.
func (q queueQuery) outlineAtOnce(ctx context.Context, from getter, pageSize int) ([]anchor, int, error) {
	index, conditions, args := q.along()
	inner := q.arm(index, q.order.column+` AS rank, id, row_number() OVER (ORDER BY `+q.order.by()+`) AS n`, conditions...)
	query, args, err := sqlx.In(`WITH q AS MATERIALIZED (`+inner+`) SELECT rank, id, (SELECT count(*) FROM q) AS total FROM q WHERE n % ? = 0 ORDER BY n`,
		append(append(args, q.args...), pageSize)...)
	if err != nil {
		return nil, 0, err
	}
	var anchors []anchor
	if err := from.SelectContext(ctx, &anchors, query, args...); err != nil {
		return nil, 0, err
	}
	if len(anchors) > 0 {
		return anchors, anchors[0].Total, nil
	}
	index, conditions, args = q.along()
	query, args, err = sqlx.In(q.arm(index, `count(*)`, conditions...), append(args, q.args...)...)
	if err != nil {
		return nil, 0, err
	}
	total := 0
	err = from.GetContext(ctx, &total, query, args...)
	return nil, total, err
}

// behind is the condition of standing after a key.
func (q queueQuery) behind(key model.QueueKey) ([]string, []any) {
	if key == (model.QueueKey{}) {
		return nil, nil
	}
	sign := `>`
	if q.order.desc {
		sign = `<`
	}
	return []string{`(` + q.order.column + `, id) ` + sign + ` (?, ?)`}, []any{q.order.key(key.Rank), key.CaseID}
}

type queueRow struct {
	Rank         int64   `db:"rank"`
	ID           string  `db:"id"`
	ExpertID     string  `db:"expert_id"`
	ScreenName   string  `db:"screen_name"`
	Cluster      string  `db:"cluster"`
	PhotoID      string  `db:"photo_id"`
	State        string  `db:"state"`
	Score        int     `db:"score"`
	Reasons      string  `db:"reasons"`
	Guidelines   string  `db:"guidelines"`
	Incidents    int     `db:"incidents"`
	Findings     int     `db:"findings"`
	OpenedAt     int64   `db:"opened_at"`
	LeaseHolder  string  `db:"lease_holder"`
	LeaseExpires int64   `db:"lease_expires"`
	Outbox       *string `db:"outbox"`
	Handling     *string `db:"handling"`
}

// QueuePage gives the rows behind a key, in the filter's order.
func (s *Store) QueuePage(ctx context.Context, filter model.QueueFilter, after model.QueueKey, limit int) ([]model.QueueRow, error) {
	var rows []queueRow
	var o order
	err := s.readQueue(ctx, filter, "reading the queue", func(g getter) error {
		q, err := s.queueQuery(ctx, g, filter)
		if err != nil {
			return err
		}
		o = q.order
		query, args, err := q.page(after, capped(limit))
		if err != nil {
			return err
		}
		return g.SelectContext(ctx, &rows, query, args...)
	})
	if err != nil {
		return nil, err
	}
	now := us(s.now())
	return each(rows, func(r queueRow) (model.QueueRow, error) {
		out := model.QueueRow{
			Key: model.QueueKey{Rank: o.key(r.Rank), CaseID: r.ID}, CaseID: r.ID, ExpertID: r.ExpertID, ScreenName: r.ScreenName, Cluster: r.Cluster,
			PhotoID: r.PhotoID, State: model.CaseState(r.State), Priority: model.Priority{Score: r.Score}, Incidents: r.Incidents, Findings: r.Findings,
			OpenedAt: at(r.OpenedAt),
		}
		if r.LeaseHolder != "" && r.LeaseExpires > now {
			out.LeaseHolder, out.LeaseUntil = r.LeaseHolder, at(r.LeaseExpires)
		}
		if r.Outbox != nil {
			out.Outbox = model.OutboxState(*r.Outbox)
		}
		if r.Handling != nil {
			if err := json.Unmarshal([]byte(*r.Handling), &out.Handling); err != nil {
				return out, fmt.Errorf("reading how case %s is handled: %w", r.ID, err)
			}
		}
		if err := json.Unmarshal([]byte(r.Reasons), &out.Priority.Reasons); err != nil {
			return out, fmt.Errorf("reading the priority of case %s: %w", r.ID, err)
		}
		var err error
		if out.Guidelines, err = unwords(r.Guidelines); err != nil {
			return out, fmt.Errorf("reading the guidelines of case %s: %w", r.ID, err)
		}
		return out, nil
	})
}

// page is the query of one page. With states it walks one index range for each
// and merges them, so that a rare state is found without passing all others.
func (q queueQuery) page(after model.QueueKey, limit int) (string, []any, error) {
	columns := q.order.column + ` AS rank, id`
	var arms []string
	var args []any
	if len(q.states) == 0 {
		conditions, keys := q.behind(after)
		arms = append(arms, q.arm(q.order.index, columns, conditions...))
		args = append(append(args, keys...), q.args...)
	}
	for _, state := range q.states {
		conditions, keys := q.behind(after)
		arms = append(arms, q.arm(q.order.state, columns, append([]string{`state = ?`}, conditions...)...))
		args = append(append(append(args, state), keys...), q.args...)
	}
	by, again := `rank, id`, `k.rank, k.id`
	if q.order.desc {
		by, again = `rank DESC, id DESC`, `k.rank DESC, k.id DESC`
	}
	query := `WITH k AS MATERIALIZED (` + strings.Join(arms, ` UNION ALL `) + ` ORDER BY ` + by + ` LIMIT ?)
		SELECT k.rank, c.id, c.expert_id, c.screen_name, c.cluster, c.photo_id, c.state, c.score, c.reasons,
			c.guidelines, c.incidents, c.findings, c.opened_at, c.lease_holder, c.lease_expires, o.state AS outbox, h.body AS handling
		FROM k CROSS JOIN cases c ON c.id = k.id
		LEFT JOIN outbox o ON o.decision_id = c.last_decision AND c.last_decision <> ''
		LEFT JOIN handling h ON h.case_id = k.id
		ORDER BY ` + again
	return sqlx.In(query, append(args, limit)...)
}
