package workplace_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
	"mensch/cmd/internal/workplace"
	"mensch/cmd/mensch-platform/platform"
	"mensch/cmd/mensch-platform/platform/contracttest"
)

// canary stands in every text that a person wrote; no statement of reasons may
// carry it.
const canary = "canary@example.org"

// court is a platform that enforces second persons, with three moderators who
// may and may not answer, and one that loses answers when told so.
type court struct {
	t               *testing.T
	base            string
	far             *platform.Server
	mira, kim, noor *app.Desk // moderator; moderator and approver; senior
	lose            atomic.Bool
}

func newCourt(t *testing.T) *court {
	t.Helper()
	ctx := t.Context()
	c := &court{t: t}
	tokens := []platform.Token{
		{Name: "Mira", Roles: []string{platform.RoleModerator}, Secret: platform.NewSecret()},
		{Name: "Kim", Roles: []string{platform.RoleModerator, platform.RoleApprover}, Secret: platform.NewSecret()},
		{Name: "Noor", Roles: []string{platform.RoleModerator, platform.RoleSenior}, Secret: platform.NewSecret()},
	}
	pack, err := workplace.Pack()
	check(t, err)
	c.far, err = platform.Open(ctx, t.TempDir(), platform.Options{Tokens: tokens, Tick: -1, Pack: pack})
	check(t, err)
	day := time.Now().UTC().Add(-48 * time.Hour).Truncate(time.Second)
	check(t, c.far.Load(ctx, func(l *platform.Loader) error {
		for _, id := range []string{"e1", "e2"} {
			err := errors.Join(
				l.Put(model.ChangeExpert, id, 1, model.Expert{ID: id, Version: 1, Cluster: "Law", ScreenName: "Ana " + canary, State: model.ExpertActive, JoinedAt: day}),
				l.Put(model.ChangeProfile, id, 1, model.Profile{ExpertID: id, Version: 1, Name: "Ana", Bio: "Write to " + canary, UpdatedAt: day}),
				l.Put(model.ChangeCase, id+".1", 1, model.Case{ID: id + ".1", ExpertID: id, Round: 1, Version: 1, State: model.CaseOpen, OpenedAt: day}),
				l.Put(model.ChangeIncident, "i-"+id, 1, model.Incident{
					ID: "i-" + id, Version: 1, ExpertID: id, CaseID: id + ".1", Reporter: model.ReporterClient, ReporterID: canary,
					Guideline: "confidentiality", Text: "She told my secret to " + canary, At: day,
				}),
			)
			if err != nil {
				return err
			}
		}
		return nil
	}))
	strict := contracttest.Strict(t, c.far)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		judged := r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/lease")
		if judged && c.lose.CompareAndSwap(true, false) {
			strict.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		strict.ServeHTTP(w, r)
	}))
	c.base = web.URL
	t.Cleanup(func() {
		web.Close()
		check(t, c.far.Close())
	})
	open := func(token string) *app.Desk {
		desk, err := workplace.Open(ctx, workplace.Config{Dir: t.TempDir(), Server: web.URL, Token: token})
		check(t, err)
		t.Cleanup(func() {
			_, err := desk.Verify(context.WithoutCancel(ctx))
			check(t, err) // the cases stand where their histories lead
			check(t, desk.Close())
		})
		settings := app.DefaultSettings()
		settings.UndoSeconds = 0
		check(t, desk.SaveSettings(ctx, settings))
		check(t, desk.Sync(ctx, nil))
		return desk
	}
	c.mira, c.kim, c.noor = open(tokens[0].Secret), open(tokens[1].Secret), open(tokens[2].Secret)
	return c
}

// sync lets each send what it has, and then all see it.
func (c *court) sync(desks ...*app.Desk) {
	c.t.Helper()
	for range 2 {
		for _, d := range desks {
			check(c.t, d.Sync(c.t.Context(), nil))
			if status, err := d.Status(c.t.Context()); err != nil || status.Counts.Work != 0 {
				c.t.Errorf("after a sync %s has %d things to read, %v", d.Moderator(), status.Counts.Work, err)
			}
		}
	}
}

// late is the desk of somebody who comes when all has happened: nothing is
// left to do on it after its first sync.
func (c *court) late(t *testing.T) *app.Desk {
	t.Helper()
	ctx := t.Context()
	token := platform.NewSecret()
	check(t, c.far.AddTokens(ctx, platform.Token{Name: "Late", Roles: []string{platform.RoleModerator}, Secret: token}))
	desk, err := workplace.Open(ctx, workplace.Config{Dir: t.TempDir(), Server: c.base, Token: token})
	check(t, err)
	t.Cleanup(func() { check(t, desk.Close()) })
	check(t, desk.Sync(ctx, nil))
	if status, err := desk.Status(ctx); err != nil || status.Counts.Work != 0 || status.Counts.Experts != 2 {
		t.Errorf("who comes late counts %+v, %v", status.Counts, err)
	}
	return desk
}

func (c *court) draft(caseID string, step model.Step, days int) app.Draft {
	return app.Draft{
		CaseID: caseID, Outcome: model.Sanctioned, Incidents: []string{"i-" + strings.TrimSuffix(caseID, ".1")}, Rationale: "For colleagues: " + canary,
		Sanctions: []app.DraftSanction{{Guideline: "confidentiality", Step: step, Days: days, DepartedReason: "Because of " + canary}},
	}
}

func (c *court) file(desk *app.Desk, caseID string) app.CaseFile {
	c.t.Helper()
	file, err := desk.CaseFile(c.t.Context(), caseID)
	check(c.t, err)
	return file
}

func (c *court) state(desk *app.Desk, caseID string, want model.CaseState) {
	c.t.Helper()
	if file := c.file(desk, caseID); file.Case.State != want {
		c.t.Errorf("%s has case %s as %s, not %s", desk.Moderator(), caseID, file.Case.State, want)
	}
}

func refused(t *testing.T, err error, says string) {
	t.Helper()
	var no *app.Refusal
	if !errors.As(err, &no) || !strings.Contains(no.Why, says) {
		t.Errorf("got %v, not a refusal that says %q", err, says)
	}
}

// TestTheSecondPersonSeesTheEvidenceFirst proposes, loses an answer on the way,
// and lets the second person look, say what they would do, and agree.
func TestTheSecondPersonSeesTheEvidenceFirst(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	preview, err := c.mira.Preview(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	if len(preview.Problems) > 0 || len(preview.Proposal) != 1 {
		t.Fatalf("the preview is %+v", preview)
	}
	d, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	c.state(c.mira, "e1.1", model.CaseProposed)
	c.lose.Store(true)
	c.sync(c.mira, c.kim, c.noor)
	c.state(c.mira, "e1.1", model.CaseProposed)
	if list, err := c.mira.Outbox(ctx, 0, 5); err != nil || len(list) != 1 || list[0].Kind != model.OutboxPropose || list[0].State != model.OutboxAcked {
		t.Fatalf("the outbox is %+v, %v", list, err)
	}
	c.state(c.kim, "e1.1", model.CaseProposed)
	_, err = c.kim.Decide(ctx, c.draft("e1.1", model.StepWarning, 0))
	refused(t, err, "waits for a second person")
	if s := c.file(c.mira, "e1.1"); len(s.Strikes) > 0 || len(s.Decisions) > 0 {
		t.Errorf("a mere proposal counts: %+v", s.Strikes)
	}

	list, err := c.kim.Approvals(ctx, model.ApprovalFilter{Open: true}, "", 10)
	if err != nil || len(list) != 1 || list[0].Decision != nil {
		t.Fatalf("Kim sees %+v, %v", list, err)
	}
	file, err := c.kim.Approval(ctx, d.ID)
	check(t, err)
	if file.Revealed || file.Approval.Decision != nil || len(file.Evidence) != 1 || file.Barred != "" || len(file.Effects) > 0 || len(file.Steps) == 0 {
		t.Fatalf("before the own view Kim sees %+v", file)
	}
	_, err = c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalAgree, "")
	refused(t, err, "say what you would decide")
	if file, err = c.kim.SeeProposal(ctx, d.ID, string(model.StepWarning)); err != nil || file.Approval.Decision == nil || file.OwnView != "warning" || len(file.Effects) == 0 {
		t.Fatalf("after it %+v, %v", file, err)
	}
	if file, err = c.kim.SeeProposal(ctx, d.ID, app.ViewDismiss); err != nil || file.OwnView != "warning" {
		t.Errorf("the view was changed afterwards to %q, %v", file.OwnView, err)
	}
	// The proposer sees their own, and cannot answer it.
	mine, err := c.mira.Approval(ctx, d.ID)
	if err != nil || !mine.Mine || !mine.Revealed || mine.Barred == "" {
		t.Errorf("Mira sees %+v, %v", mine, err)
	}
	_, err = c.mira.AnswerApproval(ctx, d.ID, cases.ApprovalAgree, "")
	refused(t, err, "somebody else")
	_, err = c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalDecline, " ")
	refused(t, err, "why you refuse")

	answer, err := c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalAgree, "Agreed.")
	check(t, err)
	_, err = c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalDecline, "No.")
	refused(t, err, "already")
	c.lose.Store(true)
	c.sync(c.kim, c.mira, c.noor)
	file, err = c.kim.Approval(ctx, d.ID)
	if err != nil || file.State != cases.ApprovalYes || file.Approval.AnswerKey != answer.ID || file.Approval.OwnView != "warning" || file.Answer.State != model.OutboxAcked {
		t.Fatalf("in the end %+v, %v", file.Approval, err)
	}
	for _, desk := range []*app.Desk{c.mira, c.noor} {
		c.state(desk, "e1.1", model.CaseDecided)
		f := c.file(desk, "e1.1")
		if len(f.Decisions) != 1 || f.Decisions[0].Decision.ApprovedBy != "Kim" || len(f.Strikes) != 1 || f.Expert.State != model.ExpertSuspended {
			t.Errorf("%s has %+v", desk.Moderator(), f.Decisions)
		}
	}
}

// TestNoIsAnEndToo: refused, withdrawn and expired proposals leave the case as
// it was, and nothing behind.
func TestNoIsAnEndToo(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	d, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	c.sync(c.mira, c.noor)
	_, err = c.noor.SeeProposal(ctx, d.ID, app.ViewDismiss)
	check(t, err)
	_, err = c.noor.AnswerApproval(ctx, d.ID, cases.ApprovalDecline, "Nothing was told to anybody.")
	check(t, err)
	check(t, c.noor.UndoAnswer(ctx, d.ID))
	_, err = c.noor.AnswerApproval(ctx, d.ID, cases.ApprovalDecline, "Nothing secret was told to anybody.")
	check(t, err)
	c.sync(c.noor, c.mira)
	c.state(c.mira, "e1.1", model.CaseOpen)
	file, err := c.mira.Approval(ctx, d.ID)
	if err != nil || file.State != cases.ApprovalNo || file.Approval.Reason != "Nothing secret was told to anybody." {
		t.Errorf("Mira reads %+v, %v", file.Approval, err)
	}
	if st, err := c.mira.Statements(ctx, "", 0, 10); err != nil || len(st) != 1 || st[0].State != model.StatementDropped {
		t.Errorf("the statements are %+v, %v", st, err)
	}
	if f := c.file(c.mira, "e1.1"); len(f.Strikes)+len(f.Decisions) > 0 {
		t.Errorf("something stayed: %+v", f)
	}
	if d, err = c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7)); err != nil {
		t.Fatal(err)
	}
	check(t, c.mira.Undo(ctx, d.ID))
	c.state(c.mira, "e1.1", model.CaseOpen)
	d, err = c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	c.sync(c.mira)
	_, err = c.mira.AnswerApproval(ctx, d.ID, cases.ApprovalWithdraw, "")
	check(t, err)
	c.sync(c.mira, c.kim)
	c.state(c.mira, "e1.1", model.CaseOpen)
	c.state(c.kim, "e1.1", model.CaseOpen)
	c.state(c.late(t), "e1.1", model.CaseOpen)
}

// TestTwoAnswer: the platform has one word, and whoever was slower is told.
func TestTwoAnswer(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	d, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	c.sync(c.mira, c.kim, c.noor)
	for _, desk := range []*app.Desk{c.kim, c.noor} {
		_, err := desk.SeeProposal(ctx, d.ID, string(model.StepSuspension))
		check(t, err)
	}
	_, err = c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalAgree, "")
	check(t, err)
	_, err = c.noor.AnswerApproval(ctx, d.ID, cases.ApprovalDecline, "Too hard.")
	check(t, err)
	c.sync(c.kim)
	_, err = c.noor.Push(ctx)
	check(t, err)
	file, err := c.noor.Approval(ctx, d.ID)
	if err != nil || file.State != cases.ApprovalYes || file.Answer.State != model.OutboxRejected || !strings.Contains(file.Answer.LastError, "answered already") {
		t.Errorf("Noor reads %+v, %+v, %v", file.Approval, file.Answer, err)
	}
}

// TestProposalMeetsADecision: a colleague was faster; the moderator is asked,
// and theirs is kept.
func TestProposalMeetsADecision(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	d, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	_, err = c.kim.Decide(ctx, c.draft("e1.1", model.StepWarning, 0))
	check(t, err)
	_, err = c.kim.Push(ctx)
	check(t, err)
	_, err = c.mira.Push(ctx)
	check(t, err)
	c.state(c.mira, "e1.1", model.CaseConflict)
	check(t, c.mira.ResolveConflict(ctx, d.ID, true))
	c.state(c.mira, "e1.1", model.CaseProposed)
	list, err := c.mira.Outbox(ctx, 0, 5)
	if err != nil || len(list) != 2 || list[0].Kind != model.OutboxPropose || list[0].Decision.ID == d.ID {
		t.Fatalf("the outbox is %+v, %v", list, err)
	}
	check(t, c.mira.Undo(ctx, list[0].Decision.ID))
	c.sync(c.mira)
	c.state(c.mira, "e1.1", model.CaseDecided)
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))))
	return b.Bytes()
}

func (c *court) object(t *testing.T, decision string) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": "a-" + decision, "decision_id": decision, "text": "It was my sister.", "files": []map[string]any{
		{"name": "us.png", "data": picture(t)}, {"name": "letter.txt", "data": []byte("Dear all")},
	}})
	check(t, err)
	secret := platform.NewSecret()
	check(t, c.far.AddTokens(t.Context(), platform.Token{Name: "Intake", Roles: []string{platform.RoleModerator}, Secret: secret}))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.base+"/v1/appeals", bytes.NewReader(body))
	check(t, err)
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	check(t, err)
	raw, err := io.ReadAll(res.Body)
	check(t, errors.Join(err, res.Body.Close()))
	if res.StatusCode != http.StatusCreated {
		t.Fatalf("the appeal is answered %d: %s", res.StatusCode, raw)
	}
	return "a-" + decision
}

// TestOverturningGivesEverythingBack walks the whole way: proposed, agreed,
// objected to with files, and taken back by the only one who took no part.
func TestOverturningGivesEverythingBack(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	d, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	c.sync(c.mira, c.kim)
	_, err = c.kim.SeeProposal(ctx, d.ID, string(model.StepSuspension))
	check(t, err)
	_, err = c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalAgree, "")
	check(t, err)
	c.sync(c.kim, c.mira)
	id := c.object(t, d.ID)
	c.sync(c.mira, c.kim, c.noor)
	c.state(c.noor, "e1.1", model.CaseAppealed)
	fresh := c.late(t)
	c.state(fresh, "e1.1", model.CaseAppealed)

	for _, desk := range []*app.Desk{c.mira, c.kim} {
		file, err := desk.Appeal(ctx, id)
		if err != nil || !strings.Contains(file.Barred, "took part") {
			t.Errorf("%s may judge their own work: %q, %v", desk.Moderator(), file.Barred, err)
		}
		_, err = desk.ConfirmReview(ctx, app.ReviewDraft{AppealID: id, Overturn: true, Reason: "x"})
		refused(t, err, "took part")
	}
	file, err := c.noor.Appeal(ctx, id)
	check(t, err)
	if file.Barred != "" || file.Appeal.Text != "It was my sister." || len(file.Files) != 2 || !file.Files[0].Picture || file.Files[1].Picture ||
		len(file.Evidence) != 1 || len(file.Approvals) != 1 || file.First.ID != d.ID {
		t.Fatalf("Noor sees %+v", file)
	}
	if img, err := c.noor.PaperImage(ctx, file.Files[0].ID, 300); err != nil || img.Bounds().Dx()*img.Bounds().Dy() > 300 {
		t.Errorf("the picture: %v", err)
	}
	if _, err := c.noor.PaperImage(ctx, file.Files[1].ID, 300); err == nil {
		t.Error("a text was shown as a picture")
	}
	before := c.file(c.noor, "e1.1")
	preview, err := c.noor.PreviewReview(ctx, app.ReviewDraft{AppealID: id, Overturn: true})
	check(t, err)
	if len(preview.Problems) != 1 || len(preview.SideEffects) < 3 {
		t.Errorf("without a reason: %q, %q", preview.Problems, preview.SideEffects)
	}
	back, err := c.noor.ConfirmReview(ctx, app.ReviewDraft{AppealID: id, Overturn: true, Reason: "The papers show it, {{really}}."})
	check(t, err)
	if !strings.Contains(back.Message, "The papers show it, { {really} }.") || len(back.Evidence) != 1 || back.Answers != id || back.Reverses != d.ID {
		t.Errorf("the reversal is %+v", back)
	}
	c.sync(c.noor, c.mira)
	for _, desk := range []*app.Desk{c.noor, c.mira} {
		after := c.file(desk, "e1.1")
		if len(before.Strikes) != 1 || len(after.Strikes) != 1 || after.Strikes[0].Live(time.Now()) || !before.Strikes[0].Live(time.Now()) {
			t.Errorf("the strikes were %+v and are %+v", before.Strikes, after.Strikes)
		}
		if after.Expert.State != model.ExpertActive || after.Case.State != model.CaseDecided {
			t.Errorf("the expert is %s, the case %s", after.Expert.State, after.Case.State)
		}
		a, err := desk.Appeal(ctx, id)
		if err != nil || a.Appeal.Outcome != "overturned" || a.Appeal.DecidedBy != "Noor" || !strings.Contains(a.Appeal.Reason, "papers") {
			t.Errorf("the appeal is %+v, %v", a.Appeal, err)
		}
	}
	_, err = c.noor.ConfirmReview(ctx, app.ReviewDraft{DecisionID: d.ID, Overturn: true, Reason: "again"})
	refused(t, err, "already")
}

// TestChangingAndUpholding: a milder sanction stands in the first one's place,
// and an appeal against it changes nothing.
func TestChangingAndUpholding(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	d, err := c.mira.Decide(ctx, c.draft("e2.1", model.StepWarning, 0))
	check(t, err)
	c.sync(c.mira)
	id := c.object(t, d.ID)
	c.sync(c.noor)
	draft := app.Draft{CaseID: "e2.1", Outcome: model.Sanctioned, Reverses: d.ID, Answers: id, Sanctions: []app.DraftSanction{
		{Guideline: "confidentiality", Step: model.StepNote, DepartedReason: "First time."},
	}}
	preview, err := c.noor.Preview(ctx, draft)
	check(t, err)
	if len(preview.Problems) != 1 || !strings.Contains(preview.Problems[0], "why the decision is changed") {
		t.Errorf("the problems are %q", preview.Problems)
	}
	draft.Rationale = "A note is enough for a first time."
	changed, err := c.noor.Decide(ctx, draft)
	check(t, err)
	if len(changed.Evidence) != 1 || !strings.Contains(changed.Message, draft.Rationale) {
		t.Errorf("changed into %+v", changed)
	}
	c.sync(c.noor, c.mira)
	a, err := c.mira.Appeal(ctx, id)
	if err != nil || a.Appeal.Outcome != "changed" {
		t.Fatalf("the appeal is %+v, %v", a.Appeal, err)
	}
	if f := c.file(c.mira, "e2.1"); len(f.Strikes) != 1 || f.Strikes[0].Live(time.Now()) {
		t.Errorf("the strikes are %+v", f.Strikes)
	}
	second := c.object(t, changed.ID)
	c.sync(c.mira)
	up, err := c.mira.ConfirmReview(ctx, app.ReviewDraft{AppealID: second, Reason: "The words stand there."})
	check(t, err)
	if up.Outcome != model.Dismissed || !strings.Contains(up.Message, "The words stand there.") {
		t.Errorf("upheld by %+v", up)
	}
	c.sync(c.mira)
	if a, err := c.mira.Appeal(ctx, second); err != nil || a.Appeal.Outcome != "upheld" {
		t.Errorf("the appeal is %+v, %v", a.Appeal, err)
	}
}

// TestStatementsCarryNobodysData queues one for each sanction that restricts,
// publishes it once though an answer is lost, and finds no canary in it.
func TestStatementsCarryNobodysData(t *testing.T) {
	c := newCourt(t)
	ctx := t.Context()
	d, err := c.mira.Decide(ctx, c.draft("e1.1", model.StepSuspension, 7))
	check(t, err)
	list, err := c.mira.Statements(ctx, "", 0, 10)
	if err != nil || len(list) != 1 || list[0].PUID != d.Sanctions[0].ID || list[0].State != model.StatementHeld {
		t.Fatalf("queued are %+v, %v", list, err)
	}
	_, err = c.mira.Decide(ctx, c.draft("e2.1", model.StepWarning, 0))
	check(t, err)
	c.sync(c.mira, c.kim)
	if list, err = c.mira.Statements(ctx, "", 0, 10); err != nil || len(list) != 1 || list[0].State != model.StatementHeld {
		t.Fatalf("a warning has no place there, and a proposal must wait: %+v, %v", list, err)
	}
	_, err = c.kim.SeeProposal(ctx, d.ID, "suspension")
	check(t, err)
	_, err = c.kim.AnswerApproval(ctx, d.ID, cases.ApprovalAgree, canary)
	check(t, err)
	c.sync(c.kim)
	c.lose.Store(true) // of the statement
	if err := c.mira.Sync(ctx, nil); err == nil {
		t.Error("the lost answer of the statement is not told")
	}
	if c.lose.Load() {
		t.Fatal("nothing was published")
	}
	if list, err = c.mira.Statements(ctx, "", 0, 10); err != nil || list[0].State != model.StatementQueued || list[0].Attempts != 1 {
		t.Fatalf("after a lost answer %+v, %v", list, err)
	}
	time.Sleep(time.Until(list[0].NotBefore))
	done, err := c.mira.Publish(ctx, false)
	if err != nil || done.Sent != 1 || done.Refused != 0 {
		t.Fatalf("published %+v, %v", done, err)
	}
	if list, err = c.mira.Statements(ctx, model.StatementSent, 0, 10); err != nil || len(list) != 1 {
		t.Fatalf("sent are %+v, %v", list, err)
	}
	for _, leak := range []string{canary, "canary", "Ana", "Mira", "Kim", "e1", "secret"} {
		if strings.Contains(strings.ReplaceAll(list[0].Body, list[0].PUID, ""), leak) {
			t.Errorf("the statement says %q: %s", leak, list[0].Body)
		}
	}
}
