package queue

import (
	"context"
	"slices"

	"mensch/app/model"
	"mensch/views/shell"
)

const (
	pageSize = 50
	// keptPages are as many as a moderator scrolls back over without waiting.
	keptPages = 40
	// parallel loads: a wild scroll must not queue up reads for pages that
	// nobody looks at any more.
	parallel = 3
)

// pages holds the outline of the filtered queue and the pages around the rows
// in sight. All methods are called on the UI thread.
type pages struct {
	desk    Desk
	work    *shell.Work
	filter  model.QueueFilter
	outline model.QueueOutline
	rows    map[int][]model.QueueRow
	used    []int // pages, the least recently used first
	loading map[int]bool
	round   int // of the outline; pages of an older one are dropped
	failed  func(error)
	landed  func(page int)
}

func newPages(desk Desk, work *shell.Work) *pages {
	return &pages{desk: desk, work: work, rows: map[int][]model.QueueRow{}, loading: map[int]bool{}}
}

// row is the row at an index, if its page is there.
func (p *pages) row(i int) (model.QueueRow, bool) {
	page := p.rows[i/pageSize]
	if n := i % pageSize; n < len(page) {
		return page[n], true
	}
	return model.QueueRow{}, false
}

// find is the index of a case among the pages that are there, -1 if it is in
// none of them.
func (p *pages) find(caseID string) int {
	if caseID == "" {
		return -1
	}
	for n, page := range p.rows {
		for i, r := range page {
			if r.CaseID == caseID {
				return n*pageSize + i
			}
		}
	}
	return -1
}

// snapshot is an outline with the pages around the rows in sight, read in one
// go, so that the list changes in one step.
type snapshot struct {
	filter  model.QueueFilter
	outline model.QueueOutline
	first   int
	rows    [][]model.QueueRow
}

// read reads a snapshot: the outline, and the pages from the row at to the
// end of the sight.
func read(ctx context.Context, desk Desk, filter model.QueueFilter, at, sight int) (snapshot, error) {
	s := snapshot{filter: filter}
	var err error
	if s.outline, err = desk.QueueOutline(ctx, filter, pageSize); err != nil {
		return s, err
	}
	at = min(at, max(0, s.outline.Total-1))
	s.first = max(0, at/pageSize)
	last := min((at+sight)/pageSize, len(s.outline.Before)-1)
	for n := s.first; n <= last; n++ {
		rows, err := desk.Queue(ctx, filter, s.outline.Before[n], pageSize)
		if err != nil {
			return s, err
		}
		s.rows = append(s.rows, rows)
	}
	return s, nil
}

// take replaces everything by a snapshot.
func (p *pages) take(s snapshot) {
	p.round++
	p.filter, p.outline = s.filter, s.outline
	p.rows, p.loading, p.used = map[int][]model.QueueRow{}, map[int]bool{}, nil
	for i, rows := range s.rows {
		p.put(s.first+i, rows)
	}
}

func (p *pages) put(n int, rows []model.QueueRow) {
	p.rows[n] = rows
	p.touch(n)
	for len(p.used) > keptPages {
		delete(p.rows, p.used[0])
		p.used = p.used[1:]
	}
}

func (p *pages) touch(n int) {
	p.used = append(slices.DeleteFunc(p.used, func(u int) bool { return u == n }), n)
}

// want loads the pages of the rows from first to last that are missing, and
// the one behind them.
func (p *pages) want(first, last int) {
	if last < first {
		return
	}
	for n := first / pageSize; n <= last/pageSize+1 && n < len(p.outline.Before); n++ {
		if p.rows[n] != nil {
			p.touch(n)
			continue
		}
		if p.loading[n] || len(p.loading) >= parallel {
			continue
		}
		p.load(n, nil)
	}
}

// load loads a page; then, if not nil, is called when it is there.
func (p *pages) load(n int, then func()) {
	round, filter, key := p.round, p.filter, p.outline.Before[n]
	p.loading[n] = true
	shell.Also(p.work, func(ctx context.Context) ([]model.QueueRow, error) {
		return p.desk.Queue(ctx, filter, key, pageSize)
	}, func(rows []model.QueueRow, err error) {
		if round != p.round {
			return
		}
		delete(p.loading, n)
		if err != nil {
			p.failed(err)
			return
		}
		p.put(n, rows)
		p.landed(n)
		if then != nil {
			then()
		}
	})
}
