package workplace_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/platform"
)

// office is a small platform with two moderators, whose answers can be lost.
type office struct {
	t          *testing.T
	far        *platform.Server
	mira, kim  *app.Desk
	loseAnswer atomic.Bool // the request arrives, the answer does not
	mu         sync.Mutex
	heard      bytes.Buffer // every request: address, headers and body
}

func newOffice(t *testing.T, experts int) *office {
	t.Helper()
	ctx := t.Context()
	o := &office{t: t}
	tokens := []platform.Token{
		{Name: "Mira", Roles: []string{platform.RoleModerator}, Secret: platform.NewSecret()},
		{Name: "Kim", Roles: []string{platform.RoleModerator}, Secret: platform.NewSecret()},
	}
	far, err := platform.Open(ctx, t.TempDir(), platform.Options{Tokens: tokens, Tick: -1})
	check(t, err)
	o.far = far
	day := time.Now().UTC().Add(-48 * time.Hour).Truncate(time.Second)
	check(t, far.Load(ctx, func(l *platform.Loader) error {
		for i := range experts {
			id := fmt.Sprintf("e%d", i)
			signals := model.Signals{Payout: fmt.Sprintf("pay-%d", i/2), Devices: []string{fmt.Sprintf("device-%d", i)}}
			for _, err := range []error{
				l.Put(model.ChangeExpert, id, 1, model.Expert{ID: id, Version: 1, Cluster: fmt.Sprintf("Cluster %d", i), ScreenName: "Name " + id, State: model.ExpertActive, JoinedAt: day, Signals: signals}),
				l.Put(model.ChangeProfile, id, 1, model.Profile{ExpertID: id, Version: 1, Name: "Name " + id, Bio: "Twenty years of roses.", UpdatedAt: day}),
				l.Put(model.ChangeCase, id+".1", 1, model.Case{ID: id + ".1", ExpertID: id, Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: day.Add(time.Duration(i) * time.Minute)}),
				l.Put(model.ChangeIncident, "i-"+id, 1, model.Incident{ID: "i-" + id, Version: 1, ExpertID: id, CaseID: id + ".1", Reporter: model.ReporterClient, Guideline: "courtesy", Text: "He was rude to me", At: day}),
			} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	}))
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		o.mu.Lock()
		_, _ = fmt.Fprintf(&o.heard, "%s %s\n%v\n%s\n", r.Method, r.URL, r.Header, body)
		o.mu.Unlock()
		if o.loseAnswer.Load() && r.Method == http.MethodPut {
			far.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		far.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		web.Close()
		check(t, far.Close())
	})
	open := func(token string) *app.Desk {
		desk, err := workplace.Open(ctx, workplace.Config{Dir: t.TempDir(), Server: web.URL, Token: token})
		check(t, err)
		t.Cleanup(func() { check(t, desk.Close()) })
		check(t, desk.Sync(ctx, nil))
		return desk
	}
	o.mira, o.kim = open(tokens[0].Secret), open(tokens[1].Secret)
	return o
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) ids(desk *app.Desk, f model.QueueFilter) string {
	o.t.Helper()
	rows, err := desk.Queue(o.t.Context(), f, model.QueueKey{}, 50)
	check(o.t, err)
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.CaseID)
	}
	return strings.Join(ids, " ")
}

func TestColleaguesSeeWhatTheOtherDoes(t *testing.T) {
	o := newOffice(t, 4)
	ctx := t.Context()
	names, err := o.mira.Colleagues(ctx)
	if err != nil || len(names) != 1 || names[0] != "Kim" {
		t.Fatalf("Mira's colleagues are %v, %v", names, err)
	}
	check(t, o.mira.AddNote(ctx, "e0.1", "Called the client back."))
	check(t, o.mira.AddAccountNote(ctx, "e0.1", "Same person as last year."))
	check(t, o.mira.Hold(ctx, "e2.1", time.Now().Add(26*time.Hour), "The bank answers tomorrow."))
	check(t, o.mira.Hand(ctx, "e3.1", "Kim", "You know this cluster."))
	check(t, o.mira.AskHelp(ctx, "e0.1", "Is this a real licence?"))
	check(t, o.mira.Skip(ctx, "e1.1", "I know the expert in person."))

	// Nothing is known elsewhere before it is sent.
	if got := o.ids(o.kim, model.QueueFilter{Mine: true}); got != "" {
		t.Errorf("Kim already has %s", got)
	}
	if got := o.ids(o.mira, model.QueueFilter{HideSkipped: true}); strings.Contains(got, "e1.1") {
		t.Errorf("Mira still sees what she skipped: %s", got)
	}
	check(t, o.mira.Sync(ctx, nil))
	check(t, o.kim.Sync(ctx, nil))
	if got := o.ids(o.kim, model.QueueFilter{Mine: true}); got != "e3.1" {
		t.Errorf("Kim's cases are %s", got)
	}
	file, err := o.kim.CaseFile(ctx, "e3.1")
	if err != nil || file.Handling.HandedBy != "Mira" || file.Handling.HandedNote != "You know this cluster." {
		t.Errorf("%+v, %v", file.Handling, err)
	}
	if got := o.ids(o.kim, model.QueueFilter{OnHold: true}) + "|" + o.ids(o.kim, model.QueueFilter{HelpAsked: true}) + "|" + o.ids(o.kim, model.QueueFilter{HideSkipped: true}); got != "e2.1|e0.1|e0.1 e1.1 e2.1 e3.1" {
		t.Errorf("Kim sees %s", got)
	}
	// e1 has the same payout account as e0: the note comes up there, with why.
	file, err = o.kim.CaseFile(ctx, "e1.1")
	if err != nil || len(file.LinkedNotes) != 2 || len(file.LinkedNotes[0].Shared) == 0 || file.LinkedNotes[0].Author != "Mira" {
		t.Errorf("%+v, %v", file.LinkedNotes, err)
	}
	if file.Handling.Skips != 1 {
		t.Errorf("the skip is not counted: %+v", file.Handling)
	}
	check(t, o.kim.Answer(ctx, "e0.1", "No: the number is of another board."))
	check(t, o.kim.PinNote(ctx, file.LinkedNotes[0].Note, true))
	check(t, o.kim.Sync(ctx, nil))
	check(t, o.mira.Sync(ctx, nil))
	file, err = o.mira.CaseFile(ctx, "e0.1")
	if err != nil || len(file.Handling.Answers) != 1 || file.Handling.Answers[0].By != "Kim" || file.Notes[0].PinnedBy != "Kim" || len(file.Unsent) != 0 {
		t.Errorf("%+v, notes %+v, unsent %+v, %v", file.Handling, file.Notes, file.Unsent, err)
	}
	// A colleague's hold keeps the case from being decided.
	settings, err := o.kim.Settings(ctx)
	check(t, err)
	settings.UndoSeconds = 0
	check(t, o.kim.SaveSettings(ctx, settings))
	if _, err := o.kim.Claim(ctx, "e2.1"); err == nil || !strings.Contains(err.Error(), "Mira") {
		t.Errorf("Kim claims what Mira holds: %v", err)
	}
	if lease, err := o.kim.Attend(ctx, "e2.1"); err != nil || lease.Holder != "Mira" {
		t.Errorf("Kim is not told who holds it: %+v, %v", lease, err)
	}
}

func TestWhatColleaguesAreToldIsNeitherLostNorDoubled(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	o.loseAnswer.Store(true)
	check(t, o.mira.AddNote(ctx, "e0.1", "once"))
	check(t, o.mira.Hold(ctx, "e0.1", time.Now().Add(time.Hour), "wait"))
	if _, err := o.mira.Push(ctx); err == nil {
		t.Error("a lost answer is no error")
	}
	file, err := o.mira.CaseFile(ctx, "e0.1")
	if err != nil || len(file.Unsent) != 2 || file.Handling.HoldBy != "Mira" {
		t.Fatalf("%+v, %v", file.Unsent, err)
	}
	o.loseAnswer.Store(false)
	// The back-off ends within seconds.
	until := time.Now().Add(20 * time.Second)
	for len(file.Unsent) > 0 && time.Now().Before(until) {
		time.Sleep(200 * time.Millisecond)
		_, err = o.mira.Push(ctx)
		check(t, err)
		file, err = o.mira.CaseFile(ctx, "e0.1")
		check(t, err)
	}
	check(t, o.kim.Sync(ctx, nil))
	file, err = o.kim.CaseFile(ctx, "e0.1")
	if err != nil || len(file.Notes) != 1 || file.Handling.HoldBy != "Mira" || len(file.TeamEvents) != 2 {
		t.Errorf("Kim sees %+v and %+v, %v", file.Notes, file.TeamEvents, err)
	}
}

// Two who hold the same case without a network: the second to come is told,
// and their hold does not count.
func TestSecondHoldIsRefusedAndSaid(t *testing.T) {
	o := newOffice(t, 2)
	ctx := t.Context()
	check(t, o.mira.Hold(ctx, "e0.1", time.Now().Add(time.Hour), "mine"))
	check(t, o.kim.Hold(ctx, "e0.1", time.Now().Add(2*time.Hour), "no, mine"))
	check(t, o.mira.Sync(ctx, nil))
	check(t, o.kim.Sync(ctx, nil))
	check(t, o.kim.Sync(ctx, nil))
	file, err := o.kim.CaseFile(ctx, "e0.1")
	if err != nil || file.Handling.HoldBy != "Mira" || len(file.Unsent) != 1 || file.Unsent[0].State != model.TeamRefused || !strings.Contains(file.Unsent[0].LastError, "Mira") {
		t.Errorf("%+v, unsent %+v, %v", file.Handling, file.Unsent, err)
	}
	if _, err := o.kim.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func TestNextCaseIsTheMostUrgentThatNobodyHas(t *testing.T) {
	o := newOffice(t, 4)
	ctx := t.Context()
	all := strings.Fields(o.ids(o.mira, model.QueueFilter{}))
	if len(all) != 4 {
		t.Fatalf("the queue is %v", all)
	}
	first, err := o.mira.NextCase(ctx, model.QueueFilter{}, "")
	if err != nil || first != all[0] {
		t.Fatalf("Mira's next case is %s, %v", first, err)
	}
	// Kim's store does not know of the claim yet; the platform does.
	second, err := o.kim.NextCase(ctx, model.QueueFilter{}, "")
	if err != nil || second != all[1] {
		t.Fatalf("Kim's next case is %s, %v", second, err)
	}
	third, err := o.mira.NextCase(ctx, model.QueueFilter{}, first)
	if err != nil || third != all[2] {
		t.Fatalf("Mira's case after %s is %s, %v", first, third, err)
	}
	if _, err := o.kim.NextCase(ctx, model.QueueFilter{HelpAsked: true}, ""); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("an empty view gives %v", err)
	}
}

func TestViewsOfTheQueue(t *testing.T) {
	o := newOffice(t, 3)
	ctx := t.Context()
	views, err := o.mira.QueueViews(ctx)
	if err != nil || len(views) != 6 || views[0].Name != "Mine" || views[0].Own {
		t.Fatalf("%+v, %v", views, err)
	}
	check(t, o.mira.Hold(ctx, "e1.1", time.Now().Add(time.Hour), "wait"))
	check(t, o.mira.SaveView(ctx, model.QueueView{Name: " Mine and held ", Filter: model.QueueFilter{OnHold: true}}))
	check(t, o.mira.SaveView(ctx, model.QueueView{Slot: 2, Name: "Cluster 0", Filter: model.QueueFilter{Clusters: []string{"Cluster 0"}}}))
	views, err = o.mira.QueueViews(ctx)
	if err != nil || len(views) != 7 || views[1].Name != "Cluster 0" || views[1].Count != 1 || views[6].Name != "Mine and held" || views[6].Count != 1 || views[0].Count != 1 {
		t.Fatalf("%+v, %v", views, err)
	}
	check(t, o.mira.DropView(ctx, 2))
	if views, err = o.mira.QueueViews(ctx); err != nil || views[1].Name != "Urgent" {
		t.Errorf("%+v, %v", views, err)
	}
	var no *app.Refusal
	if err := o.mira.SaveView(ctx, model.QueueView{Name: " "}); !errors.As(err, &no) {
		t.Errorf("a view without a name: %v", err)
	}
}
