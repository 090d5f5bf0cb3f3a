package viewstest

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"time"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
)

// words are messages of the made-up evidence.
const (
	told  = "My last client, the headmaster of the village school, came to me with the same trouble. You would not believe what his wife found."
	asked = "Please don't tell me about other people."
)

func evidence() []model.Evidence {
	start := strings.Index(told, "the headmaster")
	return []model.Evidence{
		{Kind: cases.EvidenceFinding, ID: "f1", Guideline: "confidentiality", Text: "Facts about another client are told in a session, with what makes him known.", Finding: &model.Finding{
			ID: "f1", Guideline: "confidentiality", Score: 0.94, SessionID: "s-1", Messages: []string{"m1"}, At: Noon.Add(-50 * time.Hour),
			Spans: []model.Span{{Message: "m1", Start: start, End: start + len("the headmaster of the village school"), Label: "identity"}},
		}},
		{Kind: cases.EvidenceMessage, ID: "m1", Guideline: "confidentiality", Text: told},
		{Kind: cases.EvidenceMessage, ID: "m2", Guideline: "confidentiality", Text: asked},
		{Kind: cases.EvidenceIncident, ID: "i1", Guideline: "confidentiality", Text: "She told me things about another client. I could look up who it was in two minutes."},
		{Kind: cases.EvidencePhoto, ID: "f2", Guideline: "false-photo", Text: "The photo is a picture of a stock bank, mirrored and cropped to 62 %.", Finding: &model.Finding{
			ID: "f2", Guideline: "false-photo", Score: 0.99, At: Noon.Add(-30 * time.Hour),
			Match: &model.Match{Query: "photo-3", Other: "mirror:photo-3", Kind: model.AlteredCopy, Distance: 4, Transform: "mirrored, cropped to 62 %"},
		}},
		cases.CopyProfile(model.Profile{
			ExpertID: "e000002", Version: 3, Name: "Priya Venkataraman", Headline: "Change that lasts", BirthYear: 1981,
			Bio: "I have worked with teams and single people for eleven years.", Degrees: []string{"MSc Psychology, 2006"}, PhotoID: "photo-3",
		}, "false-photo"),
	}
}

func sanctioned(id string) model.Decision {
	return model.Decision{
		ID: id, CaseID: "e000002.1", ExpertID: "e000002", CaseVersion: 3, Moderator: "Robin Vale", Outcome: model.Sanctioned, DecidedAt: Noon.Add(-20 * time.Hour), PackVersion: "2026.2",
		Sanctions: []model.Sanction{{
			ID: id + "-1", DecisionID: id, ExpertID: "e000002", Guideline: "confidentiality", Step: model.StepSuspension, Cluster: "Coaching",
			StartsAt: Noon.Add(-20 * time.Hour), EndsAt: Noon.AddDate(0, 0, 29), Strikes: 3, StrikesExpire: Noon.AddDate(1, 0, 0),
			DepartedReason: "The client could be recognised by a whole village.",
		}},
		Evidence: evidence(), Rationale: "She was warned in March for the same. The client names a headmaster of a known village.",
		Message: "Hello Priya,\n\nin one session you told a client facts about another client by which he can be recognised. Our rules ask you to be discreet: what clients tell you stays with you.\n\nYour account in Coaching is suspended for 30 days, until 22 December 2026. 3 strikes are added to your record until 23 November 2027.\n\nIf you think that this is wrong, you can object until 6 June 2027 at https://platform.example/appeal.",
	}
}

func (d *Desk) look() app.SecondLook {
	return app.SecondLook{
		Case:     model.Case{ID: "e000002.1", ExpertID: "e000002", Round: 1, Version: 4, State: model.CaseProposed},
		Expert:   model.Expert{ID: "e000002", ScreenName: "Priya Venkataraman", Cluster: "Coaching", State: model.ExpertActive},
		Profile:  model.Profile{ExpertID: "e000002", Name: "Priya Venkataraman", Headline: "Change that lasts", PhotoID: "photo-3"},
		Evidence: evidence(),
		Strikes: []model.Strike{
			{SanctionID: "s9", Guideline: "confidentiality", Count: 2, At: Noon.AddDate(0, -8, 0), Expires: Noon.AddDate(0, 4, 0)},
			{SanctionID: "s3", Guideline: "courtesy", Count: 1, At: Noon.AddDate(-1, -3, 0), Expires: Noon.AddDate(0, -9, 0)},
		},
		Pairs: []app.PhotoPair{{
			FindingID: "f2", Expert: app.PhotoSide{PhotoID: "photo-3", Title: "Priya Venkataraman · Coaching"},
			Other: app.PhotoSide{PhotoID: "mirror:photo-3", Title: "smiling-coach-0212.jpg", Source: "Stock photos · CC BY"}, Match: *evidence()[4].Finding.Match,
		}},
	}
}

// Approvals gives three proposals: one to answer, one of the moderator's own,
// and one that is over.
func (d *Desk) Approvals(ctx context.Context, filter model.ApprovalFilter, after string, _ int) ([]model.Approval, error) {
	if err := d.enter(ctx, "Approvals"); err != nil || after != "" {
		return nil, err
	}
	list := []model.Approval{d.approval("p1"), d.approval("p2"), d.approval("p3")}
	return slices.DeleteFunc(list, func(a model.Approval) bool { return filter.Open && a.Answer != "" }), nil
}

func (d *Desk) approval(id string) model.Approval {
	a := model.Approval{
		ID: id, Version: 1, DecisionID: id, CaseID: "e000002.1", ExpertID: "e000002", CaseVersion: 4, Proposer: "Robin Vale",
		AskedAt: Noon.Add(-20 * time.Hour), Expires: Noon.Add(52 * time.Hour),
	}
	switch id {
	case "p2":
		a.Proposer, a.ExpertID, a.AskedAt, a.Expires = "Ruth Adler", "e000004", Noon.Add(-3*time.Hour), Noon.Add(69*time.Hour)
	case "p3":
		a.Answer, a.Approver, a.Reason, a.ExpertID = "no", "Ruth Adler", "A warning is enough for a first time.", "e000005"
	}
	return a
}

// Approval gives the proposal as the moderator may see it now.
func (d *Desk) Approval(ctx context.Context, id string) (app.ApprovalFile, error) {
	if err := d.enter(ctx, "Approval"); err != nil {
		return app.ApprovalFile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := app.ApprovalFile{SecondLook: d.look(), Approval: d.approval(id), State: cases.ApprovalOpen, Steps: []model.Step{model.StepNote, model.StepWarning, model.StepSuspension, model.StepBan}}
	f.Approval.CaseID = "e000002.1"
	f.OwnView = d.OwnViews[id]
	f.Mine = f.Approval.Proposer == d.settings.Moderator
	f.Revealed = f.Mine || f.OwnView != "" || f.Approval.Answer != ""
	switch {
	case f.Approval.Answer != "":
		f.State, f.Barred = cases.ApprovalState(f.Approval.Answer), "This proposal is over."
	case f.Mine:
		f.Barred = "You proposed it; somebody else must answer. You can withdraw it."
	}
	if f.Revealed {
		decision := sanctioned(id)
		f.Approval.Decision = &decision
		f.Effects = []string{"Suspends Priya Venkataraman in Coaching for 30 days, until 22 December 2026.", "Adds 3 strikes under “Be discreet”, until 23 November 2027.", "Closes 2 incidents.", "Notifies 1 reporter.", "Sends the expert the message as it stands here."}
	}
	for _, a := range d.Answers {
		if a.ApprovalID == id {
			f.Answer = &model.AnswerEntry{Answer: a, State: model.OutboxQueued, NotBefore: Noon.Add(time.Minute)}
		}
	}
	return f, nil
}

// SeeProposal keeps the view and shows the proposal.
func (d *Desk) SeeProposal(ctx context.Context, id, view string) (app.ApprovalFile, error) {
	if err := d.enter(ctx, "SeeProposal"); err != nil {
		return app.ApprovalFile{}, err
	}
	d.mu.Lock()
	if d.OwnViews == nil {
		d.OwnViews = map[string]string{}
	}
	d.OwnViews[id] = view
	d.mu.Unlock()
	return d.Approval(ctx, id)
}

// AnswerApproval remembers the answer.
func (d *Desk) AnswerApproval(ctx context.Context, id string, event cases.ApprovalEvent, reason string) (model.ApprovalAnswer, error) {
	if err := d.enter(ctx, "AnswerApproval"); err != nil {
		return model.ApprovalAnswer{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	answer := map[cases.ApprovalEvent]string{cases.ApprovalAgree: "yes", cases.ApprovalDecline: "no", cases.ApprovalWithdraw: "withdrawn"}[event]
	a := model.ApprovalAnswer{ID: "k-" + id, ApprovalID: id, CaseID: "e000002.1", Answer: answer, Reason: reason, OwnView: d.OwnViews[id], By: d.settings.Moderator, At: Noon}
	d.Answers = append(d.Answers, a)
	return a, nil
}

// UndoAnswer forgets the answer.
func (d *Desk) UndoAnswer(ctx context.Context, id string) error {
	if err := d.enter(ctx, "UndoAnswer"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Answers = slices.DeleteFunc(d.Answers, func(a model.ApprovalAnswer) bool { return a.ApprovalID == id })
	return nil
}

// Appeals gives two that are open and one that was answered.
func (d *Desk) Appeals(ctx context.Context, open bool, after string, _ int) ([]model.Appeal, error) {
	if err := d.enter(ctx, "Appeals"); err != nil || after != "" {
		return nil, err
	}
	list := []model.Appeal{d.appeal("a1"), d.appeal("a2"), d.appeal("a3")}
	return slices.DeleteFunc(list, func(a model.Appeal) bool { return open && a.Outcome != "" }), nil
}

func (d *Desk) appeal(id string) model.Appeal {
	a := model.Appeal{
		ID: id, Version: 1, CaseID: "e000002.1", DecisionID: "d-first", ExpertID: "e000002", At: Noon.Add(-28 * time.Hour),
		Text: "I did not speak of a client. The headmaster is my brother-in-law, and he told the story himself at a school fair; I enclose the programme and a photo of us. I am sorry that it sounded otherwise.",
		Files: []model.Attachment{
			{ID: strings.Repeat("a", 64), Name: "school-fair.jpg", MediaType: "image/jpeg", Bytes: 248133},
			{ID: strings.Repeat("b", 64), Name: "programme.pdf", MediaType: "application/pdf", Bytes: 88240},
		},
	}
	switch id {
	case "a2":
		a.ExpertID, a.Text, a.Files, a.At = "e000007", "Two weeks is far too long. I was rude once, on a bad day.", nil, Noon.Add(-6*24*time.Hour)
	case "a3":
		a.ExpertID, a.Text, a.Files, a.Outcome, a.DecidedBy, a.Reason = "e000009", "This is not my account.", nil, "upheld", "Jonas Meier", "The payout account is the same."
	}
	return a
}

// Appeal gives an appeal with the decision that it is against.
func (d *Desk) Appeal(ctx context.Context, id string) (app.AppealFile, error) {
	if err := d.enter(ctx, "Appeal"); err != nil {
		return app.AppealFile{}, err
	}
	a := d.appeal(id)
	f := d.review()
	f.Appeal = &a
	for _, x := range a.Files {
		f.Files = append(f.Files, app.AppealPaper{Attachment: x, Picture: strings.HasPrefix(x.MediaType, "image/")})
	}
	if a.Outcome != "" {
		f.Barred = "This appeal was answered already."
	}
	return f, nil
}

func (d *Desk) review() app.AppealFile {
	f := app.AppealFile{SecondLook: d.look(), First: sanctioned("d-first")}
	f.Case.State = model.CaseAppealed
	f.Approvals = []model.Approval{{DecisionID: "d-first", Proposer: "Robin Vale", Approver: "Jonas Meier", Answer: "yes", Reason: "Agreed, and it is the second time."}}
	return f
}

// Review gives a decision to take back.
func (d *Desk) Review(ctx context.Context, _ string) (app.AppealFile, error) {
	return d.review(), d.enter(ctx, "Review")
}

// PreviewReview composes the answer.
func (d *Desk) PreviewReview(ctx context.Context, draft app.ReviewDraft) (app.Preview, error) {
	if err := d.enter(ctx, "PreviewReview"); err != nil {
		return app.Preview{}, err
	}
	p := app.Preview{
		Message:     "Hello Priya,\n\nyou objected to our decision on your account in Coaching (reference d-first). A moderator who took no part in it has looked at everything again. The decision stands.\n\n" + draft.Reason + "\n\nYou may turn to a certified out-of-court dispute settlement body, or to a court.",
		SideEffects: []string{"Leaves the decision, its sanctions and its strikes as they are.", "Sends the expert the message as it stands here.", "Answers the appeal."},
		Decision:    model.Decision{ID: "d-second", CaseID: "e000002.1", Outcome: model.Dismissed, Answers: draft.AppealID},
	}
	if draft.Overturn {
		p.Message = "Hello Priya,\n\non 23 November 2026 we took back an earlier decision on your account in Coaching (reference d-first). It concerned: Be discreet.\n\n" + draft.Reason + "\n\nWhat it did has been undone as far as that is possible, and 3 strikes were taken off your record. We are sorry for the trouble."
		p.SideEffects = []string{"Ends the suspension of Priya Venkataraman in Coaching.", "Gives back 3 strikes under “Be discreet”.", "Sends the expert a message about it.", "Answers the appeal."}
		p.Decision.Outcome = model.Reversed
	}
	if draft.Reason == "" {
		p.Problems = []string{"Say why: the expert is told, and colleagues learn from it."}
	}
	return p, nil
}

// ConfirmReview remembers the draft.
func (d *Desk) ConfirmReview(ctx context.Context, draft app.ReviewDraft) (model.Decision, error) {
	if err := d.enter(ctx, "ConfirmReview"); err != nil {
		return model.Decision{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Reviewed = append(d.Reviewed, draft)
	return model.Decision{ID: "d-second", CaseID: "e000002.1"}, nil
}

// PaperImage paints a picture.
func (d *Desk) PaperImage(ctx context.Context, id string, maxPixels int) (image.Image, error) {
	if err := d.enter(ctx, "PaperImage"); err != nil {
		return nil, err
	}
	return d.Photo(ctx, id, maxPixels)
}

// ExpertNames gives the made-up names.
func (d *Desk) ExpertNames(ctx context.Context, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		i, err := strconv.Atoi(strings.TrimPrefix(id, "e"))
		if err != nil {
			return nil, fmt.Errorf("an expert called %q: %w", id, err)
		}
		out[id] = names[(i*5+3)%len(names)] + ", " + clusters[(i*3+2)%len(clusters)]
	}
	return out, d.enter(ctx, "ExpertNames")
}

// Statements gives the statements of reasons of the made-up outbox.
func (d *Desk) Statements(ctx context.Context, _ model.StatementState, after int64, _ int) ([]model.StatementEntry, error) {
	if err := d.enter(ctx, "Statements"); err != nil || after != 0 {
		return nil, err
	}
	return []model.StatementEntry{
		{Seq: 3, PUID: "d4-1", DecisionID: "d4", State: model.StatementHeld},
		{Seq: 2, PUID: "d2-1", DecisionID: "d2", State: model.StatementSent, UpdatedAt: Noon.Add(-2 * time.Hour)},
	}, nil
}
