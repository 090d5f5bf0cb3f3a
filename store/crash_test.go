package store

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"mensch/app/model"
)

// The test binary, started again with this in its environment, writes into the
// store of its argument until it is killed, and prints what was acknowledged.
const crashVariable = "MENSCH_STORE_CRASH"

func TestMain(m *testing.M) {
	job, dir, found := strings.Cut(os.Getenv(crashVariable), ":")
	if !found {
		// Each try writes to the disk. More by -rapid.checks.
		if err := flag.Set("rapid.checks", "40"); err != nil {
			panic(err)
		}
		os.Exit(m.Run())
	}
	if err := crashing(context.Background(), job, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	crashPage  = 40 // messages and an expert in a page
	crashCases = 5000
)

func crashing(ctx context.Context, job, dir string) error {
	s, err := Open(ctx, dir, testOptions())
	if err != nil {
		return err
	}
	switch job {
	case "pages":
		state, err := s.SyncState(ctx)
		if err != nil {
			return err
		}
		n := 0
		if state.Cursor != "" {
			if n, err = strconv.Atoi(state.Cursor); err != nil {
				return err
			}
		}
		for ; ; n++ {
			from := ""
			if n > 0 {
				from = strconv.Itoa(n)
			}
			if _, err := s.ApplyPage(ctx, testServer, from, crashChanges(n)); err != nil {
				return err
			}
			fmt.Println(n + 1)
		}
	case "decide":
		entries, err := s.Outbox(ctx, 0, 1)
		if err != nil {
			return err
		}
		next := 0
		if len(entries) > 0 {
			if next, err = strconv.Atoi(strings.Trim(entries[0].Decision.ID, "da")); err != nil {
				return err
			}
			next++
		}
		for ; next < crashCases; next++ {
			id := fmt.Sprintf("d%d", next)
			expert := fmt.Sprintf("e%d", next)
			d := decision(id, expert, 1, 0)
			if err := s.Decide(ctx, d, model.CaseOpen, model.CaseWaiting, t0); err != nil {
				return err
			}
			fmt.Println(next)
			if next%3 == 0 {
				if err := s.Undo(ctx, id, model.CaseOpen, "mira", t0); err != nil {
					return err
				}
			}
			if next%3 == 1 { // it loses, and is decided again
				err := s.SettleOutbox(ctx, model.OutboxChange{DecisionID: id, From: model.OutboxQueued, To: model.OutboxConflict, At: t0})
				if err != nil {
					return err
				}
				drop := model.OutboxChange{DecisionID: id, From: model.OutboxConflict, To: model.OutboxUndone, At: t0}
				if err := s.DecideAgain(ctx, drop, decision(id+"a", expert, 1, 0), model.CaseWaiting, t0); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// crashChanges is page n of an endless feed: a new transcript, and a new version
// of one expert that says how far the feed has come.
func crashChanges(n int) model.ChangePage {
	page := model.ChangePage{Cursor: strconv.Itoa(n + 1), HasMore: true}
	session := fmt.Sprintf("s%d", n)
	page.Changes = append(page.Changes, change(model.ChangeSession, session, 1, model.Session{ID: session, ExpertID: "e1"}))
	for i := range crashPage - 1 {
		id := fmt.Sprintf("m%d-%d", n, i)
		page.Changes = append(page.Changes, change(model.ChangeMessage, id, 1, model.Message{ID: id, Session: session, Seq: int64(i + 1), From: model.FromClient, Text: "word" + id}))
	}
	page.Changes = append(page.Changes, expertChange("e1", int64(n+1)))
	return page
}

// killSoon runs the job and kills it at some moment, in the middle of whatever
// it does then. It returns the last line that the job had printed.
func killSoon(t *testing.T, job, dir string, after time.Duration) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), crashVariable+"="+job+":"+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	ok(t, err)
	ok(t, cmd.Start())
	lines := bufio.NewScanner(out)
	last := -1
	for killed := false; lines.Scan(); {
		last = must(strconv.Atoi(lines.Text()))(t)
		if !killed {
			killed = true // it works; from here on the clock runs
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended before it was killed")
	}
	if last < 0 {
		t.Fatal("the child did nothing")
	}
	return last
}

func TestKilledInTheMiddleOfASync(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for range 5 {
		acked := killSoon(t, "pages", dir, time.Duration(rng.IntN(60_000))*time.Microsecond)
		s := must(Open(t.Context(), dir, testOptions()))(t)
		state := must(s.SyncState(t.Context()))(t)
		pages := must(strconv.Atoi(state.Cursor))(t)
		if pages < acked {
			t.Errorf("%d pages were acknowledged, the cursor is at %d", acked, pages)
		}
		if c := must(s.Counts(t.Context()))(t); c.Messages != pages*(crashPage-1) {
			t.Errorf("the cursor is at page %d, and there are %d messages", pages, c.Messages)
		}
		if e := must(s.Expert(t.Context(), "e1"))(t); e.Version != int64(pages) {
			t.Errorf("the cursor is at page %d, the expert at version %d", pages, e.Version)
		}
		if hits := must(s.Search(t.Context(), fmt.Sprintf("wordm%d 0", pages-1), 0, 0))(t); len(hits) != 1 {
			t.Errorf("the last page's text is found %d times", len(hits))
		}
		ok(t, s.CheckIntegrity(t.Context()))
		ok(t, s.Close())
	}
}

func TestKilledInTheMiddleOfDeciding(t *testing.T) {
	dir := t.TempDir()
	ctx := t.Context()
	s := must(Open(ctx, dir, testOptions()))(t)
	ok(t, s.write(ctx, "opening cases", func(w *tx) error {
		for i := range crashCases {
			e := fmt.Sprintf("e%d", i)
			if err := w.openCase(e+".1", e, 1, t0); err != nil {
				return err
			}
		}
		return nil
	}))
	ok(t, s.Close())
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	for range 5 {
		acked := killSoon(t, "decide", dir, time.Duration(rng.IntN(60_000))*time.Microsecond)
		s := must(Open(ctx, dir, testOptions()))(t)
		entries := must(s.Outbox(ctx, 0, 0))(t)
		states := map[string]model.OutboxState{}
		for _, e := range entries {
			states[e.Decision.ID] = e.State
		}
		made, rows, waiting := 0, 0, 0
		for _, e := range entries {
			id, expert := e.Decision.ID, e.Decision.ExpertID
			c := must(s.Case(ctx, expert+".1"))(t)
			strikes := len(must(s.StrikesOf(ctx, expert))(t))
			decisions := len(must(s.DecisionsOf(ctx, expert))(t))
			again, decidedAgain := states[id+"a"]
			rows++
			if !strings.HasSuffix(id, "a") {
				made++
			}
			switch {
			case e.State == model.OutboxQueued && c.State == model.CaseWaiting && strikes == 1 && decisions == 1:
				waiting++
			case e.State == model.OutboxUndone && c.State == model.CaseOpen && strikes == 0 && decisions == 0 && !decidedAgain:
				rows++
			case e.State == model.OutboxConflict && c.State == model.CaseConflict && strikes == 0 && decisions == 1 && !decidedAgain:
				rows++
			case e.State == model.OutboxUndone && again == model.OutboxQueued && c.State == model.CaseWaiting && strikes == 1 && decisions == 1:
				rows += 2 // the conflict, and that it was dropped
			default:
				t.Errorf("%s is %s, decided again: %q, its case %s, with %d strikes and %d decisions", id, e.State, again, c.State, strikes, decisions)
			}
		}
		if made < acked+1 {
			t.Errorf("%d decisions were acknowledged, %d are in the outbox", acked+1, made)
		}
		if got := checkAudit(t, s); len(got) != rows {
			t.Errorf("%d audit rows where %d things happened", len(got), rows)
		}
		if c := must(s.Counts(ctx))(t); c.Waiting != waiting {
			t.Errorf("%d cases wait, for %d decisions", c.Waiting, waiting)
		}
		if err := foldAll(s); err != nil {
			t.Error(err)
		}
		ok(t, s.CheckIntegrity(ctx))
		ok(t, s.Close())
	}
}
