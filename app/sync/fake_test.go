package sync

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	stdsync "sync"
	"time"

	"mensch/app/model"
)

// memory is a Store that keeps just what the tests look at.
type memory struct {
	mu      stdsync.Mutex
	state   model.SyncState
	objects map[string]int64 // kind/id to version
	touched map[string]bool
	wanted  []string // photos that profiles name
	photos  map[string][]byte
	faults  map[string]string
	outbox  map[string]*model.OutboxEntry
	log     []model.OutboxChange
	answers []*model.AnswerEntry

	answered []model.AnswerChange
	broken   error // of SettleOutbox
	onApply  func()
}

func newMemory() *memory {
	return &memory{
		objects: map[string]int64{}, photos: map[string][]byte{}, faults: map[string]string{},
		outbox: map[string]*model.OutboxEntry{},
	}
}

func (m *memory) SyncState(context.Context) (model.SyncState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, nil
}

func (m *memory) ApplyPage(_ context.Context, server, from string, page model.ChangePage) (model.PageResult, error) {
	if m.onApply != nil {
		m.onApply()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var res model.PageResult
	if from != m.state.Cursor || m.state.Server != "" && m.state.Server != server {
		return res, model.ErrStale
	}
	for _, c := range page.Changes {
		key := string(c.Kind) + "/" + c.ID
		switch {
		case !known[c.Kind]:
			res.Unknown++
			continue
		case c.Version <= m.objects[key]:
			res.Stale++
		case c.Deleted:
			delete(m.objects, key)
			res.Deleted++
		default:
			m.objects[key] = c.Version
			res.Applied++
		}
		if m.state.Sweeping {
			m.touched[key] = true
		}
	}
	m.state.Server, m.state.Cursor = server, page.Cursor
	return res, nil
}

func (m *memory) BeginSweep(_ context.Context, server string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Server, m.state.Cursor, m.state.Sweeping, m.touched = server, "", true, map[string]bool{}
	return nil
}

func (m *memory) EndSweep(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for key := range m.objects {
		if !m.touched[key] {
			delete(m.objects, key)
			n++
		}
	}
	m.state.Sweeping = false
	return n, nil
}

func (m *memory) ResetServer(_ context.Context, server string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Server, m.state.Cursor = server, ""
	return nil
}

func (m *memory) MissingPhotos(_ context.Context, after string, limit int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	slices.Sort(m.wanted)
	var ids []string
	for _, id := range m.wanted {
		if _, have := m.photos[id]; !have && m.faults[id] == "" && id > after && len(ids) < limit {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

var errSum = errors.New("the bytes are not those of the name")

func (m *memory) SavePhoto(_ context.Context, id, _ string, r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != id {
		return errSum
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.photos[id] = raw
	return nil
}

func (m *memory) FaultPhoto(_ context.Context, id, fault string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults[id] = fault
	return nil
}

func (m *memory) NextOutbox(_ context.Context, now time.Time) (model.OutboxEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var best *model.OutboxEntry
	for _, e := range m.outbox {
		due := e.State == model.OutboxQueued || e.State == model.OutboxUnknown
		if due && !e.NotBefore.After(now) && (best == nil || e.Seq < best.Seq) {
			best = e
		}
	}
	if best == nil {
		return model.OutboxEntry{}, model.ErrNotFound
	}
	return *best, nil
}

func (m *memory) SettleOutbox(ctx context.Context, c model.OutboxChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil && c.To != model.OutboxSending {
		return m.broken
	}
	e := m.outbox[c.DecisionID]
	if e == nil {
		return model.ErrNotFound
	}
	if e.State != c.From {
		return model.ErrStale
	}
	e.State, e.NotBefore, e.LastError, e.Theirs = c.To, c.NotBefore, c.LastError, c.Theirs
	if c.Attempt {
		e.Attempts++
	}
	m.log = append(m.log, c)
	return nil
}

func (m *memory) RecoverOutbox(context.Context, time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, e := range m.outbox {
		if e.State == model.OutboxSending {
			e.State = model.OutboxUnknown
			n++
		}
	}
	return n, nil
}

func (m *memory) Outbox(_ context.Context, afterSeq int64, limit int) ([]model.OutboxEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []model.OutboxEntry
	for _, e := range m.outbox {
		if afterSeq == 0 || e.Seq < afterSeq {
			all = append(all, *e)
		}
	}
	slices.SortFunc(all, func(a, b model.OutboxEntry) int { return int(b.Seq - a.Seq) })
	return all[:min(limit, len(all))], nil
}

func (m *memory) queue(id string, seq int64) {
	m.outbox[id] = &model.OutboxEntry{
		Decision: model.Decision{ID: id, CaseID: "case-" + id, CaseVersion: 3}, State: model.OutboxQueued, Seq: seq, Back: model.CaseOpen,
	}
}

func (m *memory) entry(id string) model.OutboxEntry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.outbox[id]
}

func (m *memory) MissingFiles(context.Context, string, int) ([]string, error) { return nil, nil }
func (m *memory) SaveFile(context.Context, string, io.Reader) error           { return nil }
func (m *memory) FaultFile(context.Context, string, string) error             { return nil }

func (m *memory) NextAnswer(_ context.Context, now time.Time) (model.AnswerEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.answers {
		if (e.State == model.OutboxQueued || e.State == model.OutboxUnknown) && !e.NotBefore.After(now) {
			return *e, nil
		}
	}
	return model.AnswerEntry{}, model.ErrNotFound
}

func (m *memory) SettleAnswer(_ context.Context, c model.AnswerChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.answers {
		if e.Answer.ID != c.AnswerID {
			continue
		}
		if e.State != c.From {
			return model.ErrStale
		}
		e.State, e.NotBefore, e.LastError = c.To, c.NotBefore, c.LastError
		m.answered = append(m.answered, c)
		return nil
	}
	return model.ErrNotFound
}

var _ Store = (*memory)(nil)
