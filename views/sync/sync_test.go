package sync_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"mensch/app"
	"mensch/app/model"
	"mensch/views/shell"
	"mensch/views/show"
	syncview "mensch/views/sync"
	"mensch/views/viewstest"
)

type desk struct {
	*viewstest.Base
	mu      sync.Mutex
	entries []model.OutboxEntry
	asked   []string
	pages   []int64
	problem string // that stands against deciding anew
}

func (d *desk) Outbox(_ context.Context, after int64, limit int) ([]model.OutboxEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pages = append(d.pages, after)
	var out []model.OutboxEntry
	for _, e := range d.entries {
		if (after == 0 || e.Seq < after) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

func (d *desk) Statements(context.Context, model.StatementState, int64, int) ([]model.StatementEntry, error) {
	return []model.StatementEntry{{PUID: "s1", DecisionID: "d1", State: model.StatementQueued}}, nil
}

func (d *desk) note(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
	return nil
}

func (d *desk) ResolveConflict(_ context.Context, id string, mine bool) error {
	if mine {
		return d.note("mine " + id)
	}
	return d.note("theirs " + id)
}

func (d *desk) PreviewAgain(_ context.Context, id string) (app.Preview, error) {
	p := app.Preview{Message: "Dear expert, today", Decision: entry(1, "again", model.OutboxQueued).Decision, SideEffects: []string{"Closes 1 incident."}}
	if d.problem != "" {
		p.Problems = []string{d.problem}
	}
	return p, d.note("preview " + id)
}

func (d *desk) DecideAgain(_ context.Context, id, message string) (model.Decision, error) {
	return model.Decision{}, d.note("mine " + id + ":" + message)
}

func (d *desk) RetryOutbox(_ context.Context, id string) error { return d.note("retry " + id) }
func (d *desk) Undo(_ context.Context, id string) error        { return d.note("undo " + id) }

func entry(seq int64, id string, state model.OutboxState) model.OutboxEntry {
	return model.OutboxEntry{
		Seq: seq, State: state, NotBefore: viewstest.Noon.Add(30 * time.Second),
		Decision: model.Decision{
			ID: id, CaseID: "e" + id + ".1", Outcome: model.Sanctioned, Moderator: "Robin Vale", DecidedAt: viewstest.Noon.Add(-time.Minute),
			Message: "Dear expert", Sanctions: []model.Sanction{{Guideline: "courtesy", Step: model.StepWarning}},
		},
	}
}

func open(t *testing.T, entries ...model.OutboxEntry) (*viewstest.Window, *desk, *syncview.View) {
	t.Helper()
	d := &desk{Base: viewstest.NewBase(), entries: entries}
	w := viewstest.NewWindow(t, d)
	v := syncview.New(w.Shell, d)
	w.Add(shell.Sync, v)
	w.LoadSettings()
	w.Open(shell.Route{Screen: shell.Sync})
	w.Pump.Settle()
	return w, d, v
}

func TestEachStateAllowsItsOwnKeys(t *testing.T) {
	theirs := model.Decision{ID: "t", Outcome: model.Dismissed, Moderator: "Kim"}
	conflict := entry(2, "c", model.OutboxConflict)
	conflict.Theirs = &theirs
	w, d, _ := open(t, entry(4, "q", model.OutboxQueued), entry(3, "a", model.OutboxAcked), conflict, entry(1, "r", model.OutboxRejected))
	for _, step := range []string{"ztxx12", "j", "zt12", "j", "zt1", "j", "zt12"} {
		w.Type(step)
	}
	got := strings.Join(d.asked, ", ")
	if want := "undo q, retry q, theirs c, retry r"; got != want {
		t.Fatalf("the keys asked for %q, want %q", got, want)
	}
}

// TestOursIsSeenBeforeItIsDecidedAnew: the letter of today is shown, and goes out
// as it is drawn up or as it was changed; giving up leaves the conflict.
func TestOursIsSeenBeforeItIsDecidedAnew(t *testing.T) {
	conflict := entry(1, "c", model.OutboxConflict)
	conflict.Theirs = &model.Decision{ID: "t", Outcome: model.Dismissed, Moderator: "Kim"}
	w, d, _ := open(t, conflict)
	w.Type("2")
	e, ok := w.Win.Canvas().Focused().(*show.Entry)
	if !ok || e.Text != "Dear expert, today" {
		t.Fatalf("the focus is on %T", w.Win.Canvas().Focused())
	}
	w.Press(fyne.KeyEscape)
	w.Type("2")
	w.Chord(fyne.KeyReturn)
	w.Type("2X")
	w.Chord(fyne.KeyReturn)
	d.problem = "The rules have no such guideline."
	w.Type("2")
	w.Chord(fyne.KeyReturn)
	got := strings.Join(d.asked, ", ")
	if want := "preview c, preview c, mine c:, preview c, mine c:XDear expert, today, preview c"; got != want {
		t.Fatalf("it asked for %q, want %q", got, want)
	}
}

// TestTheChoiceIsInSight: however long the letters are, whoever is asked sees
// what can be chosen, in the small window too.
func TestTheChoiceIsInSight(t *testing.T) {
	conflict := entry(1, "c", model.OutboxConflict)
	conflict.Decision.Message = strings.Repeat("You wrote a very long passage.\n\n", 60)
	conflict.Theirs = &model.Decision{ID: "t", Outcome: model.Sanctioned, Moderator: "Kim", Message: conflict.Decision.Message}
	w, _, _ := open(t, conflict)
	seen := map[string]bool{}
	for _, o := range test.LaidOutObjects(w.Win.Content()) {
		if b, ok := o.(*show.Button); ok {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(b)
			seen[b.Text] = at.Y > 0 && at.Y+b.Size().Height < 800 && at.X+b.Size().Width <= 1280
		}
	}
	for _, label := range []string{"Keep the platform's (1)", "Decide mine anew (2)"} {
		if !seen[label] {
			t.Errorf("%q is out of sight", label)
		}
	}
}

func TestSyncByKey(t *testing.T) {
	w, d, _ := open(t)
	w.Type("s")
	if d.Syncs != 1 {
		t.Fatalf("S began %d syncs", d.Syncs)
	}
}

func TestEnterOpensTheCase(t *testing.T) {
	w, _, _ := open(t, entry(1, "q", model.OutboxQueued))
	target := &stop{}
	w.Add(shell.Case, target)
	w.Press(fyne.KeyReturn)
	if target.route.CaseID != "eq.1" {
		t.Fatalf("Enter led to %+v", w.Route())
	}
}

func TestALongOutboxPagesByKey(t *testing.T) {
	var many []model.OutboxEntry
	for i := int64(250); i > 0; i-- {
		many = append(many, entry(i, "d"+string(rune('a'+i%26)), model.OutboxAcked))
	}
	w, d, _ := open(t, many...)
	for range 260 {
		w.Type("j")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	behind := slices.DeleteFunc(d.pages, func(seq int64) bool { return seq == 0 })
	if !slices.Equal(behind, []int64{151, 51}) {
		t.Fatalf("pages were asked behind %v", behind)
	}
}

type stop struct{ route shell.Route }

func (s *stop) Title() string              { return "" }
func (s *stop) Subtitle() string           { return "" }
func (s *stop) Content() fyne.CanvasObject { return show.Gap(1, 1) }
func (s *stop) Keys() []shell.Key          { return nil }
func (s *stop) Open(r shell.Route)         { s.route = r }
func (s *stop) Leave()                     {}
