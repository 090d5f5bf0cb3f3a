package app

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mensch/app/cases"
	"mensch/app/guidelines"
	"mensch/app/model"
	"mensch/app/photos"
)

// AppealFile is a decision that is looked at again, because the expert objects
// or because a moderator thinks that it was wrong.
type AppealFile struct {
	SecondLook
	Appeal    *model.Appeal // nil: nobody objects
	Files     []AppealPaper
	First     model.Decision // settled: sanctions that were taken back say so
	Approvals []model.Approval
	Barred    string // why this moderator may not decide it; empty: they may
}

// AppealPaper is a file of an appeal.
type AppealPaper struct {
	model.Attachment
	Picture bool   // its bytes are a picture that can be shown
	Fault   string // why it cannot be opened; empty if it can
}

// Appeals lists the appeals, oldest first.
func (d *Desk) Appeals(ctx context.Context, open bool, after string, limit int) ([]model.Appeal, error) {
	return d.store.Appeals(ctx, open, after, limit)
}

// Appeal gathers an appeal with the decision that it is against.
func (d *Desk) Appeal(ctx context.Context, id string) (AppealFile, error) {
	a, err := d.store.Appeal(ctx, id)
	if err != nil {
		return AppealFile{}, fmt.Errorf("reading appeal %s: %w", id, err)
	}
	file, err := d.Review(ctx, a.DecisionID)
	if err != nil {
		return file, err
	}
	file.Appeal = &a
	for _, f := range a.Files {
		paper := AppealPaper{Attachment: f}
		if paper.Fault, err = d.store.FileFault(ctx, f.ID); err != nil {
			return file, fmt.Errorf("reading the files of appeal %s: %w", id, err)
		}
		paper.Picture = paper.Fault == "" && strings.HasPrefix(f.MediaType, "image/")
		file.Files = append(file.Files, paper)
	}
	if a.Outcome != "" {
		file.Barred = "This appeal was answered already."
		return file, nil
	}
	if file.Barred, err = d.tookPart(ctx, a.DecisionID); err == nil && file.Barred == "" && !d.May(cases.MayDecide) {
		file.Barred = "Your roles at the platform don't include deciding."
	}
	return file, err
}

// Review gathers a decision to look at again.
func (d *Desk) Review(ctx context.Context, decisionID string) (AppealFile, error) {
	var file AppealFile
	first, err := d.store.Decision(ctx, decisionID)
	if err != nil {
		return file, fmt.Errorf("reading decision %s: %w", decisionID, err)
	}
	all, err := d.store.DecisionsOf(ctx, first.Decision.ExpertID)
	if err != nil {
		return file, fmt.Errorf("reading the decisions on %s: %w", first.Decision.ExpertID, err)
	}
	decisions := []model.Decision{first.Decision}
	for _, r := range all {
		if r.Key != decisionID {
			decisions = append(decisions, r.Decision)
		}
	}
	file.First = cases.Settle(decisions)[0]
	if file.SecondLook, err = d.secondLook(ctx, file.First); err != nil {
		return file, err
	}
	if file.Approvals, err = d.approvalOf(ctx, decisionID); err != nil {
		return file, err
	}
	switch {
	case first.Decision.Outcome != model.Sanctioned:
		file.Barred = "Only a sanction can be taken back."
	case first.ReceivedAt.IsZero():
		file.Barred = "The platform has not confirmed this decision. Undo it in the outbox instead."
	case !slices.ContainsFunc(file.First.Sanctions, func(s model.Sanction) bool { return s.ReversedByID == "" }):
		file.Barred = "This decision was taken back already."
	case !d.May(cases.MayDecide):
		file.Barred = "Your roles at the platform don't include deciding."
	}
	return file, nil
}

// PaperImage decodes a picture that came with an appeal, by the same caps as
// any photo.
func (d *Desk) PaperImage(ctx context.Context, fileID string, maxPixels int) (image.Image, error) {
	file, err := d.store.OpenFile(ctx, fileID)
	if err != nil {
		return nil, fmt.Errorf("opening a file of an appeal: %w", err)
	}
	defer func() { _ = file.Close() }()
	pic, err := photos.Decode(io.LimitReader(file, model.MaxAttachmentBytes))
	if err != nil {
		return nil, &Refusal{Why: "This picture cannot be shown: " + err.Error() + "."}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return shrunk(pic.Image(), maxPixels), nil
}

// OpenPaper opens a file of an appeal, to be kept somewhere else.
func (d *Desk) OpenPaper(ctx context.Context, fileID string) (io.ReadCloser, error) {
	return d.store.OpenFile(ctx, fileID)
}

// ReviewDraft is a second look in the making. Changing a decision is a Draft
// with Reverses and Answers.
type ReviewDraft struct {
	AppealID   string // of the appeal that it answers; empty: none
	DecisionID string // that is looked at again; not needed with an appeal
	Overturn   bool   // else the decision is upheld
	Reason     string // told to the expert and to colleagues
	Message    string // edited text; empty: composed from the templates
	Language   string
}

// PreviewReview shows the outcome of a second look as it would go out. Nothing
// is written.
func (d *Desk) PreviewReview(ctx context.Context, draft ReviewDraft) (Preview, error) {
	preview, _, err := d.prepareReview(ctx, draft)
	return preview, err
}

// ConfirmReview confirms it, as Decide does a draft.
func (d *Desk) ConfirmReview(ctx context.Context, draft ReviewDraft) (model.Decision, error) {
	preview, state, err := d.prepareReview(ctx, draft)
	if err != nil {
		return model.Decision{}, err
	}
	if len(preview.Problems) > 0 {
		return model.Decision{}, &Refusal{Why: "The decision was not made. " + preview.Problems[0]}
	}
	return preview.Decision, d.confirm(ctx, preview.Decision, state)
}

func (d *Desk) prepareReview(ctx context.Context, draft ReviewDraft) (Preview, model.CaseState, error) {
	var preview Preview
	var file AppealFile
	var err error
	if draft.AppealID != "" {
		file, err = d.Appeal(ctx, draft.AppealID)
	} else {
		file, err = d.Review(ctx, draft.DecisionID)
	}
	if err != nil {
		return preview, "", err
	}
	if file.Barred != "" {
		preview.Problems = append(preview.Problems, file.Barred)
	}
	first := file.First
	expert := model.ExpertProfile{Expert: file.Expert, Profile: file.Profile}
	now := d.now().UTC().Truncate(time.Millisecond)
	reason := strings.TrimSpace(draft.Reason)
	if reason == "" {
		preview.Problems = append(preview.Problems, "Say why: the expert is told, and colleagues learn from it.")
	}
	lang := draft.Language
	if lang == "" {
		lang = first.Language
	}
	var decision model.Decision
	switch {
	case draft.Overturn:
		told := reason
		if told == "" {
			told = "…" // the problem above stands in the way
		}
		decision, err = cases.NewReversal(d.pack(), uuid.NewString(), first, expert, d.Moderator(), lang, told, file.Case.Version, now)
		if err != nil && file.Barred != "" {
			return preview, file.Case.State, nil // it says why already
		}
		preview.SideEffects = cases.ReversalEffects(d.pack(), first, file.Expert, now)
	case draft.AppealID == "":
		return preview, "", &Refusal{Why: "Nobody objects to this decision, so there is nothing to uphold. Nothing was changed."}
	default:
		decision = model.Decision{
			ID: uuid.NewString(), CaseID: first.CaseID, CaseVersion: file.Case.Version, ExpertID: first.ExpertID, Moderator: d.Moderator(),
			Outcome: model.Dismissed, Evidence: cases.CloneEvidence(first.Evidence), Language: d.pack().Language(lang),
			PackVersion: d.pack().Version, DecidedAt: now,
		}
		decision.Message, err = cases.ComposeUpheld(d.pack(), decision.Language, expert, first.ID, first.DecidedAt)
		preview.SideEffects = []string{"Leaves the decision, its sanctions and its strikes as they are.", "Sends the expert the message as it stands here."}
	}
	var unresolved *guidelines.UnresolvedError
	switch {
	case errors.As(err, &unresolved):
		preview.Problems = append(preview.Problems, "The message cannot be written: "+unresolved.Error()+".")
	case err != nil:
		return preview, "", fmt.Errorf("preparing the second look: %w", err)
	}
	decision.Answers, decision.Rationale = draft.AppealID, reason
	decision.Message = cases.WithReason(decision.Message, reason)
	if draft.Message != "" {
		decision.Message = draft.Message
	}
	if draft.AppealID != "" {
		preview.SideEffects = append(preview.SideEffects, "Answers the appeal.")
	}
	preview.Message, preview.Decision = decision.Message, decision
	for _, p := range cases.Check(d.pack(), decision) {
		if reason != "" || p != "Say why the earlier decision is taken back." {
			preview.Problems = append(preview.Problems, p)
		}
	}
	preview.Problems = append(preview.Problems, busy(file.Case.State)...)
	return preview, file.Case.State, nil
}

// busy says why a case cannot be decided now.
func busy(state model.CaseState) []string {
	switch state {
	case model.CaseWaiting:
		return []string{"This case is already decided and on its way to the platform. Undo that decision first."}
	case model.CaseProposed:
		return []string{"A proposal on this case waits for a second person. It must be answered or withdrawn first."}
	}
	return nil
}

// against prepares a draft that changes an earlier decision: the new one stands
// in its place and carries its evidence on.
func (d *Desk) against(ctx context.Context, draft Draft, decision *model.Decision, record *cases.Record) ([]string, error) {
	if draft.Reverses == "" {
		return nil, nil
	}
	var file AppealFile
	var err error
	if draft.Answers != "" {
		file, err = d.Appeal(ctx, draft.Answers)
	} else {
		file, err = d.Review(ctx, draft.Reverses)
	}
	if err != nil {
		return nil, err
	}
	if file.First.ID != draft.Reverses || file.First.CaseID != decision.CaseID {
		return nil, &Refusal{Why: "The decision to be changed is about another case. Nothing was changed."}
	}
	decision.Reverses, decision.Answers = draft.Reverses, draft.Answers
	for _, e := range cases.CloneEvidence(file.First.Evidence) {
		if !slices.ContainsFunc(decision.Evidence, func(have model.Evidence) bool {
			return have.Kind == e.Kind && have.ID == e.ID && have.Guideline == e.Guideline
		}) {
			decision.Evidence = append(decision.Evidence, e)
		}
	}
	// What is taken back does not count against them.
	for i := range record.Strikes {
		if slices.ContainsFunc(file.First.Sanctions, func(s model.Sanction) bool { return s.ID == record.Strikes[i].SanctionID }) {
			record.Strikes[i].Reversed = true
		}
	}
	var problems []string
	if file.Barred != "" {
		problems = append(problems, file.Barred)
	}
	if strings.TrimSpace(draft.Rationale) == "" {
		problems = append(problems, "Say why the decision is changed: the expert and colleagues are told.")
	}
	return problems, nil
}
