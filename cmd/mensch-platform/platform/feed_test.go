package platform_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"mensch/app/model"
	"mensch/cmd/mensch-platform/platform"
)

func TestPagesShowEachObjectOnceAndInOrder(t *testing.T) {
	f := start(t, nil)
	f.people(30)
	seen := map[string]int{}
	cursor, pages, left := "", 0, int64(-1)
	for {
		page := f.page(cursor, 7)
		pages++
		for _, c := range page.Changes {
			seen[string(c.Kind)+c.ID]++
		}
		if left >= 0 && page.Total != left-int64(len(page.Changes)) {
			t.Fatalf("%d are left after %d of %d", page.Total, len(page.Changes), left)
		}
		left = page.Total
		if len(page.Changes) != 7 && page.HasMore {
			t.Fatalf("a page in between has %d changes", len(page.Changes))
		}
		cursor = page.Cursor
		if !page.HasMore {
			break
		}
	}
	if len(seen) != 30*9 || pages != (30*9+6)/7 || left != 0 {
		t.Errorf("%d objects in %d pages, %d left", len(seen), pages, left)
	}
	end := f.page(cursor, 10)
	if len(end.Changes) != 0 || end.HasMore || end.Cursor != cursor {
		t.Errorf("after the end comes %+v", end)
	}
	f.ask(robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e1", Reporter: model.ReporterClient, Text: "x", At: day}).want(201)
	if news := f.page(cursor, 10); len(news.Changes) != 2 || news.Changes[0].Kind != model.ChangeCase || news.Changes[1].Kind != model.ChangeIncident {
		t.Errorf("the news are %+v", news)
	}
}

func TestLargeObjectsEndAPageEarly(t *testing.T) {
	f := start(t, nil)
	f.load(func(l *platform.Loader) {
		for i := range 12 {
			must(t, l.Put(model.ChangeMessage, fmt.Sprint("m", i), 1, model.Message{ID: fmt.Sprint("m", i), Session: "s", From: model.FromClient, At: day, Text: strings.Repeat("x", 1<<20)}))
		}
	})
	all, _ := f.all("")
	first := f.page("", 1000)
	if len(all) != 12 || len(first.Changes) != 7 || !first.HasMore || first.Total != 5 {
		t.Errorf("%d in all, %d on the first page, %d left", len(all), len(first.Changes), first.Total)
	}
}

func TestACursorOfAnotherServer(t *testing.T) {
	f, other := start(t, nil), start(t, nil)
	f.people(1)
	other.people(1)
	_, cursor := other.all("")
	f.ask(reader, "GET", "/v1/changes?cursor="+cursor, nil).want(400, "cursor-foreign")
	_, own := f.all("")
	f.ask(reader, "GET", "/v1/changes?cursor="+own, nil).want(200)
}

func TestCompactionSendsOldReadersBack(t *testing.T) {
	f := start(t, nil)
	f.people(3)
	half := f.page("", 5).Cursor
	_, end := f.all("")
	f.ask(senior, "DELETE", "/v1/experts/e1", nil).want(204)
	gone, err := f.s.Compact(t.Context())
	must(t, err)
	if gone != 9 {
		t.Errorf("%d tombstones went, want 9", gone)
	}
	f.ask(reader, "GET", "/v1/changes?cursor="+half, nil).want(410, "cursor-gone")
	f.ask(reader, "GET", "/v1/changes?cursor="+end, nil).want(410, "cursor-gone")
	// Who starts now pages to the end without being sent back.
	cursor, n := "", 0
	for {
		page := f.page(cursor, 2)
		n += len(page.Changes)
		cursor = page.Cursor
		if !page.HasMore {
			break
		}
	}
	if n != 18 {
		t.Errorf("%d changes after the compaction, want 18", n)
	}
	f.ask(reader, "GET", "/v1/changes?cursor="+cursor, nil).want(200)
}

func TestTombstonesLeaveAfterTheHorizon(t *testing.T) {
	f := start(t, func(o *platform.Options) { o.FeedHorizon = 24 * time.Hour })
	f.people(2)
	_, old := f.all("")
	f.ask(senior, "DELETE", "/v1/experts/e1", nil).want(204)
	_, fresh := f.all(old)
	f.clock.pass(23 * time.Hour)
	must(t, f.s.Tick(t.Context()))
	f.ask(reader, "GET", "/v1/changes?cursor="+old, nil).want(200)
	f.clock.pass(2 * time.Hour)
	must(t, f.s.Tick(t.Context()))
	f.ask(reader, "GET", "/v1/changes?cursor="+old, nil).want(410, "cursor-gone")
	f.ask(reader, "GET", "/v1/changes?cursor="+fresh, nil).want(200)
}

func TestAPlatformPutBackFromAnOlderCopy(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	must(t, f.s.Close())
	old, err := os.ReadFile(filepath.Join(f.dir, "platform.db"))
	must(t, err)
	f.reopen()
	f.ask(robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e1", Reporter: model.ReporterClient, Text: "x", At: day}).want(201)
	_, cursor := f.all("")
	must(t, f.s.Close())
	must(t, os.WriteFile(filepath.Join(f.dir, "platform.db"), old, 0o600))
	f.reopen()
	f.ask(reader, "GET", "/v1/changes?cursor="+cursor, nil).want(410, "cursor-gone")
}

// TestReadersEndWithWhatIsThere lets readers page at their own pace through
// changes, deletions and compactions, restarting with mark and sweep at 410: in
// the end each holds exactly what is there.
func TestReadersEndWithWhatIsThere(t *testing.T) {
	s, err := platform.Open(t.Context(), t.TempDir(), platform.Options{Tokens: tokens, Tick: -1, Rate: 1e9, Burst: 1e9})
	must(t, err)
	defer func() { _ = s.Close() }()
	rapid.Check(t, func(rt *rapid.T) {
		type replica struct {
			has    map[string]int64
			marked map[string]bool // during a sweep
			cursor string
		}
		readers := []*replica{{has: map[string]int64{}}, {has: map[string]int64{}}, {has: map[string]int64{}}}
		truth := map[string]int64{}
		last := map[string]int64{}
		defer func() { // the next check begins with an empty feed
			must(t, s.Load(t.Context(), func(l *platform.Loader) error {
				for id := range truth {
					must(t, l.Delete(model.ChangeStatus, id))
				}
				return nil
			}))
			_, err := s.Compact(t.Context())
			must(t, err)
		}()
		read := func(r *replica, limit int) bool {
			page, status := pageOf(rt, s, r.cursor, limit)
			if status == 410 {
				if r.cursor == "" {
					rt.Fatal("the beginning is gone")
				}
				r.cursor, r.marked = "", map[string]bool{}
				return true
			}
			for _, c := range page.Changes {
				if c.Deleted {
					delete(r.has, c.ID)
				} else {
					if c.Version < r.has[c.ID] {
						rt.Fatalf("%s went back from %d to %d", c.ID, r.has[c.ID], c.Version)
					}
					r.has[c.ID] = c.Version
				}
				if r.marked != nil {
					r.marked[c.ID] = true
				}
			}
			r.cursor = page.Cursor
			if !page.HasMore && r.marked != nil {
				maps.DeleteFunc(r.has, func(id string, _ int64) bool { return !r.marked[id] })
				r.marked = nil
			}
			return page.HasMore
		}
		ids := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				last[id]++
				truth[id] = last[id]
				must(t, s.Load(t.Context(), func(l *platform.Loader) error {
					return l.Put(model.ChangeStatus, id, last[id], model.StatusEvent{ID: id, Version: last[id], ExpertID: "x", Status: model.Busy, At: day})
				}))
			},
			"delete": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				if truth[id] == 0 {
					rt.Skip()
				}
				delete(truth, id)
				last[id]++
				must(t, s.Load(t.Context(), func(l *platform.Loader) error { return l.Delete(model.ChangeStatus, id) }))
			},
			"compact": func(rt *rapid.T) {
				before := time.Now().Add(time.Hour)
				if rapid.Bool().Draw(rt, "all") {
					_, err := s.Compact(t.Context())
					must(t, err)
				} else {
					_, err := s.CompactBefore(t.Context(), before)
					must(t, err)
				}
			},
			"read": func(rt *rapid.T) {
				read(rapid.SampledFrom(readers).Draw(rt, "reader"), rapid.IntRange(1, 3).Draw(rt, "limit"))
			},
		})
		for i, r := range readers {
			for rounds := 0; read(r, 2); rounds++ {
				if rounds > 100 {
					rt.Fatalf("reader %d never comes to the end", i)
				}
			}
			if !maps.Equal(r.has, truth) {
				rt.Fatalf("reader %d has %v, the platform %v", i, r.has, truth)
			}
		}
	})
}

func pageOf(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, s *platform.Server, cursor string, limit int,
) (model.ChangePage, int) {
	r := request("GET", fmt.Sprintf("/v1/changes?cursor=%s&limit=%d", cursor, limit), reader)
	rec := record(s, r)
	var page model.ChangePage
	if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	if rec.Code != 200 && rec.Code != 410 {
		t.Fatalf("status %d: %s", rec.Code, rec.Body)
	}
	return page, rec.Code
}

func TestObjectsOnlyGoForward(t *testing.T) {
	f := start(t, nil)
	f.people(1)
	e := now[model.Expert](f, model.ChangeExpert, "e1")
	for name, do := range map[string]func(*platform.Loader) error{
		"same version": func(l *platform.Loader) error { return l.Put(model.ChangeExpert, "e1", 1, e) },
		"version 0":    func(l *platform.Loader) error { return l.Put(model.ChangeExpert, "e9", 0, e) },
		"no id":        func(l *platform.Loader) error { return l.Put(model.ChangeExpert, "", 1, e) },
		"unknown kind": func(l *platform.Loader) error { return l.Put("gossip", "g1", 1, e) },
		"no photo": func(l *platform.Loader) error {
			_, err := l.PutPhoto(nil)
			return err
		},
		"deletes nothing": func(l *platform.Loader) error { return l.Delete(model.ChangeExpert, "e9") },
	} {
		err := f.s.Load(t.Context(), func(l *platform.Loader) error {
			must(t, l.Put(model.ChangeStatus, "lost", 1, model.StatusEvent{ID: "lost"}))
			return do(l)
		})
		if err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
	changes, _ := f.all("")
	if len(changes) != 9 {
		t.Errorf("a refused load left something: %d changes", len(changes))
	}
}
