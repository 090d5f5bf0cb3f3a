package platform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/assets"
	"mensch/cmd/mensch-platform/platform"
)

// approver may answer proposals, and is no moderator.
const approver = "approver-secret-0123456789"

func withRules(t testing.TB) *fixture {
	t.Helper()
	pack, err := guidelines.Load(bytes.NewReader(assets.RulePack()))
	must(t, err)
	return start(t, func(o *platform.Options) {
		o.Pack = pack
		o.Tokens = append(o.Tokens, platform.Token{Name: "Ada", Roles: []string{platform.RoleApprover}, Secret: approver})
	})
}

func ban(expert, key string, version int64) model.Decision {
	return sanctioning(expert, key, version, model.Sanction{Step: model.StepBan})
}

func (f *fixture) propose(token string, d model.Decision) reply {
	f.t.Helper()
	return f.ask(token, "POST", "/v1/cases/"+d.CaseID+"/proposals", d, "Idempotency-Key", d.ID, "If-Match", fmt.Sprintf(`"%d"`, d.CaseVersion))
}

type answer struct {
	Answer      string `json:"answer"`
	Reason      string `json:"reason,omitempty"`
	OwnView     string `json:"own_view,omitempty"`
	CaseVersion int64  `json:"case_version"`
}

func (f *fixture) answer(token, id, key string, a answer) reply {
	f.t.Helper()
	return f.ask(token, "POST", "/v1/approvals/"+id+"/answers", a, "Idempotency-Key", key)
}

func approvalOf(r reply) model.Approval {
	r.t.Helper()
	var a model.Approval
	r.into(&a)
	return a
}

// TestFourEyes proposes a ban: nobody gets it past the second person, and it
// stands once, from the second person's yes on.
func TestFourEyes(t *testing.T) {
	f := withRules(t)
	f.people(2)
	d := ban("e1", "d1", 1)
	f.decide(robin, d).want(422, "approval-required")
	f.propose(reader, d).want(403, "forbidden")
	dismissed := d
	dismissed.Outcome, dismissed.Sanctions = model.Dismissed, nil
	f.propose(robin, dismissed).want(422, "invalid")
	a := approvalOf(f.propose(robin, d).want(201))
	if a.ID != "d1" || a.Proposer != "Robin" || a.CaseVersion != 2 || !a.Expires.Equal(day.Add(72*time.Hour)) || a.Decision.Message != d.Message {
		t.Fatalf("the proposal is %+v", a)
	}
	if again := approvalOf(f.propose(robin, d).want(200)); again.Version != 1 {
		t.Errorf("again: %+v", again)
	}
	other := d
	other.Message = "Another letter."
	f.propose(robin, other).want(422, "key-reused")
	f.decide(robin, warning("e1", "d1", 2)).want(422, "key-reused")
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseProposed || c.Version != 2 {
		t.Errorf("the case is %+v", c)
	}
	if e := now[model.Expert](f, model.ChangeExpert, "e1"); e.State != model.ExpertActive {
		t.Errorf("a mere proposal made the expert %s", e.State)
	}
	// Whoever did not look is told what waits.
	if p := f.decide(kim, warning("e1", "d2", 1)).want(412, "stale-case").problem(); p.Decision == nil || p.Decision.ID != "d1" {
		t.Errorf("a stale decision is answered %+v", p)
	}
	f.decide(kim, warning("e1", "d2", 2)).want(409, "proposal-open")
	f.propose(kim, ban("e1", "d3", 2)).want(409, "proposal-open")

	for name, test := range map[string]struct {
		token  string
		a      answer
		status int
		kind   string
	}{
		"no role":           {kim, answer{Answer: "yes", CaseVersion: 2}, 403, "forbidden"},
		"no without reason": {approver, answer{Answer: "no", CaseVersion: 2}, 422, "invalid"},
		"neither":           {approver, answer{Answer: "perhaps", CaseVersion: 2}, 422, "invalid"},
		"an old version":    {approver, answer{Answer: "yes", CaseVersion: 1}, 412, "stale-case"},
		"another's":         {kim, answer{Answer: "withdrawn", CaseVersion: 2}, 403, "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			(&fixture{t: t, s: f.s, base: f.base, clock: f.clock}).answer(test.token, "d1", "k-"+test.kind, test.a).want(test.status, test.kind)
		})
	}
	f.answer(approver, "d9", "k1", answer{Answer: "yes", CaseVersion: 2}).want(404, "not-found")
	yes := answer{Answer: "yes", OwnView: "suspension", CaseVersion: 2}
	done := approvalOf(f.answer(approver, "d1", "k1", yes).want(201))
	if done.Answer != "yes" || done.Approver != "Ada" || done.AnswerKey != "k1" || done.OwnView != "suspension" || done.Version != 2 || done.CaseVersion != 3 {
		t.Errorf("answered %+v", done)
	}
	if again := approvalOf(f.answer(approver, "d1", "k1", yes).want(200)); again.Version != 2 {
		t.Errorf("again: %+v", again)
	}
	f.answer(approver, "d1", "k1", answer{Answer: "yes", CaseVersion: 3}).want(422, "key-reused")
	f.answer(senior, "d1", "k2", answer{Answer: "no", Reason: "too hard", CaseVersion: 3}).want(409, "proposal-closed")
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseDecided || c.Version != 3 {
		t.Errorf("the case is %+v", c)
	}
	if e := now[model.Expert](f, model.ChangeExpert, "e1"); e.State != model.ExpertBanned {
		t.Errorf("the expert is %s", e.State)
	}
	var receipt model.Receipt
	f.ask(reader, "GET", "/v1/decisions/d1", nil).want(200).into(&receipt)
	if receipt.Decision.Moderator != "Robin" || receipt.Decision.ApprovedBy != "Ada" || receipt.CaseVersion != 3 {
		t.Errorf("the receipt is %+v", receipt)
	}
	if got := approvalOf(f.ask(reader, "GET", "/v1/approvals/d1", nil).want(200)); got.Answer != "yes" {
		t.Errorf("asked by its key: %+v", got)
	}
	f.ask(reader, "GET", "/v1/approvals/d9", nil).want(404, "not-found")
}

// TestNobodyAgreesWithThemselves lets a senior propose: only another may answer.
func TestNobodyAgreesWithThemselves(t *testing.T) {
	f := withRules(t)
	f.people(1)
	f.propose(senior, ban("e1", "d1", 1)).want(201)
	f.answer(senior, "d1", "k1", answer{Answer: "yes", CaseVersion: 2}).want(403, "forbidden")
	f.answer(senior, "d1", "k2", answer{Answer: "no", Reason: "x", CaseVersion: 2}).want(403, "forbidden")
	f.answer(approver, "d1", "k3", answer{Answer: "no", Reason: "A warning is enough.", CaseVersion: 2}).want(201)
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseOpen || c.Version != 3 {
		t.Errorf("the case is %+v", c)
	}
	f.ask(reader, "GET", "/v1/decisions/d1", nil).want(404, "not-found")
	f.propose(senior, ban("e1", "d2", 3)).want(201)
	f.answer(senior, "d2", "k4", answer{Answer: "withdrawn"}).want(201)
	if a := now[model.Approval](f, model.ChangeApproval, "d2"); a.Answer != "withdrawn" {
		t.Errorf("the proposal is %+v", a)
	}
}

// TestProposalsExpire by the platform's clock, and the case is as before.
func TestProposalsExpire(t *testing.T) {
	f := withRules(t)
	f.people(1)
	f.propose(robin, ban("e1", "d1", 1)).want(201)
	f.clock.pass(72*time.Hour - time.Second)
	must(t, f.s.Tick(t.Context()))
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseProposed {
		t.Errorf("too early: %+v", c)
	}
	f.clock.pass(time.Second)
	f.answer(approver, "d1", "k1", answer{Answer: "yes", CaseVersion: 2}).want(409, "proposal-closed")
	must(t, f.s.Tick(t.Context()))
	if a := now[model.Approval](f, model.ChangeApproval, "d1"); a.Answer != "expired" || a.Approver != "" {
		t.Errorf("the proposal is %+v", a)
	}
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseOpen || c.Version != 3 {
		t.Errorf("the case is %+v", c)
	}
	f.decide(kim, warning("e1", "d2", 3)).want(201)
}

// TestAReportWhileAProposalWaits: the second person must have seen it.
func TestAReportWhileAProposalWaits(t *testing.T) {
	f := withRules(t)
	f.people(1)
	f.propose(robin, ban("e1", "d1", 1)).want(201)
	f.ask(robin, "POST", "/v1/incidents", model.Incident{ExpertID: "e1", Reporter: model.ReporterClient, Text: "Again", At: day}).want(201)
	p := f.answer(approver, "d1", "k1", answer{Answer: "yes", CaseVersion: 2}).want(412, "stale-case").problem()
	if p.Case == nil || p.Case.Version != 3 {
		t.Fatalf("the problem is %+v", p)
	}
	f.answer(approver, "d1", "k2", answer{Answer: "yes", CaseVersion: 3}).want(201)
}

func (f *fixture) object(id, decision string, files ...map[string]any) reply {
	f.t.Helper()
	body := map[string]any{"id": id, "decision_id": decision, "text": "That was not me."}
	if len(files) > 0 {
		body["files"] = files
	}
	return f.ask(robin, "POST", "/v1/appeals", body)
}

// TestAppealWithFiles brings a picture and a text along, by their hashes, and
// gives everything back when it is right.
func TestAppealWithFiles(t *testing.T) {
	f := withRules(t)
	f.people(1)
	d := ban("e1", "d1", 1)
	d.Sanctions = append(d.Sanctions, sanctioning("e1", "d1", 1, model.Sanction{Step: model.StepPhotoRemoval}, model.Sanction{Step: model.StepRatingVoid, Ratings: []string{"r-e1-1"}}).Sanctions...)
	for i := range d.Sanctions {
		d.Sanctions[i].ID = fmt.Sprintf("s%d", i)
	}
	photo := now[model.Profile](f, model.ChangeProfile, "e1").PhotoID
	f.propose(robin, d).want(201)
	f.answer(approver, "d1", "k1", answer{Answer: "yes", CaseVersion: 2}).want(201)

	f.object("a0", "d1", map[string]any{"name": "../../etc/passwd", "data": []byte("root")}).want(201)
	a := now[model.Appeal](f, model.ChangeAppeal, "a0")
	if len(a.Files) != 1 || a.Files[0].Name != ".._.._etc_passwd" || a.Files[0].MediaType != "text/plain" || a.Files[0].Bytes != 4 {
		t.Fatalf("the files are %+v", a.Files)
	}
	got := f.ask(reader, "GET", "/v1/files/"+a.Files[0].ID, nil).want(200)
	if string(got.body) != "root" || got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("the file is %q with %v", got.body, got.header)
	}
	f.ask(reader, "GET", "/v1/files/"+photo, nil).want(404, "not-found")
	f.object("a1", "d1", map[string]any{"name": "empty", "data": []byte{}}).want(422, "invalid")

	back := model.Decision{
		ID: "d2", CaseID: "e1.1", CaseVersion: 4, ExpertID: "e1", Outcome: model.Reversed, Reverses: "d1", Answers: "a0",
		Message: "We take it back.", Rationale: "It was her sister.", PackVersion: "1", DecidedAt: day,
	}
	// Neither who proposed nor who agreed may judge it.
	f.decide(robin, back).want(403, "forbidden")
	both := platform.Token{Name: "Ada", Roles: []string{platform.RoleModerator}, Secret: approver}
	must(t, f.s.AddTokens(t.Context(), both))
	f.decide(approver, back).want(403, "forbidden")
	wrong := back
	wrong.Answers = "a9"
	f.decide(kim, wrong).want(422, "invalid")
	f.decide(kim, back).want(201)
	a = now[model.Appeal](f, model.ChangeAppeal, "a0")
	if a.Outcome != "overturned" || a.DecidedBy != "Kim" || a.Reason != "It was her sister." {
		t.Errorf("the appeal is %+v", a)
	}
	if e := now[model.Expert](f, model.ChangeExpert, "e1"); e.State != model.ExpertActive {
		t.Errorf("the expert is %s", e.State)
	}
	if p := now[model.Profile](f, model.ChangeProfile, "e1"); p.PhotoID != photo {
		t.Error("the photo is not back")
	}
	if r := now[model.Rating](f, model.ChangeRating, "r-e1-1"); r.Void {
		t.Error("the rating is still void")
	}
	for _, s := range now[model.Receipt](f, model.ChangeDecision, "d1").Decision.Sanctions {
		if s.ReversedByID != "d2" {
			t.Errorf("sanction %s still counts", s.ID)
		}
	}
	// Erasing the expert takes the file along.
	f.ask(senior, "DELETE", "/v1/experts/e1", nil).want(204)
	f.ask(reader, "GET", "/v1/files/"+a.Files[0].ID, nil).want(404, "not-found")
}

// TestObjectingHasItsTime: half a year at least.
func TestObjectingHasItsTime(t *testing.T) {
	f := withRules(t)
	f.people(1)
	f.decide(robin, warning("e1", "d1", 1)).want(201)
	f.clock.pass(183 * 24 * time.Hour)
	f.object("a1", "d1").want(201)
	f.clock.pass(60 * 24 * time.Hour)
	f.object("a2", "d1").want(422, "invalid")
	f.object("a1", "d1").want(200)
}

// TestTwoAppealsOnOneCase: the answer to one leaves the other open.
func TestTwoAppealsOnOneCase(t *testing.T) {
	f := withRules(t)
	f.people(1)
	f.decide(robin, warning("e1", "d1", 1)).want(201)
	f.decide(robin, warning("e1", "d2", 2)).want(201)
	f.object("a1", "d1").want(201)
	f.object("a2", "d2").want(201)
	stands := model.Decision{
		ID: "d3", CaseID: "e1.1", CaseVersion: 5, ExpertID: "e1", Outcome: model.Dismissed, Answers: "a1",
		Message: "It stands.", Rationale: "Clear words.", PackVersion: "1", DecidedAt: day,
	}
	f.decide(kim, stands).want(201)
	if a := now[model.Appeal](f, model.ChangeAppeal, "a1"); a.Outcome != "upheld" {
		t.Errorf("the first is %+v", a)
	}
	if a := now[model.Appeal](f, model.ChangeAppeal, "a2"); a.Outcome != "" {
		t.Errorf("the second is %+v", a)
	}
	if c := now[model.Case](f, model.ChangeCase, "e1.1"); c.State != model.CaseAppealed {
		t.Errorf("the case is %+v", c)
	}
}

// TestStatementsStandIn answers as the transparency database does.
func TestStatementsStandIn(t *testing.T) {
	f := withRules(t)
	good := func(puid string) map[string]any {
		return map[string]any{
			"decision_account": "DECISION_ACCOUNT_SUSPENDED", "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
			"incompatible_content_ground": "Rules", "incompatible_content_explanation": "Not allowed.", "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
			"content_type": []string{"CONTENT_TYPE_TEXT"}, "content_date": "2026-03-01", "application_date": "2026-03-02",
			"decision_facts": "Facts.", "source_type": "SOURCE_VOLUNTARY", "automated_detection": "No",
			"automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED", "puid": puid,
		}
	}
	batch := func(list ...any) map[string]any { return map[string]any{"statements": list} }
	f.ask(reader, "POST", "/api/v1/statements", batch(good("p1"))).want(403, "forbidden")
	f.ask(robin, "POST", "/api/v1/statements", batch(good("p1"), good("p2"))).want(201)
	bad := good("p3")
	delete(bad, "decision_facts")
	var no struct {
		Errors   map[string][]string `json:"errors"`
		Existing []struct{ UUID, PUID string }
	}
	f.ask(robin, "POST", "/api/v1/statements", batch(bad, good("p2"), good("p4"))).want(422).into(&no)
	if len(no.Errors) != 2 || len(no.Existing) != 1 || no.Existing[0].PUID != "p2" {
		t.Errorf("refused with %+v", no)
	}
	// All or nothing: p4 is free still.
	f.ask(robin, "POST", "/api/v1/statement", good("p4")).want(201)
	f.ask(robin, "POST", "/api/v1/statement", good("p4")).want(422)
	var many []any
	for i := range 101 {
		many = append(many, good(fmt.Sprintf("m%d", i)))
	}
	f.ask(robin, "POST", "/api/v1/statements", batch(many...)).want(422)
	f.ask(robin, "POST", "/api/v1/statements", batch()).want(422)
	f.ask(robin, "POST", "/api/v1/statements", json.RawMessage(`{"statements":[1]}`)).want(422)
}
