package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/cases"
	"mensch/app/model"
)

// approvalLine is what approvals --json prints of a proposal. decision is there
// only where this moderator may see it.
type approvalLine struct {
	ID       string          `json:"id"`
	Case     string          `json:"case"`
	Expert   string          `json:"expert"`
	Proposer string          `json:"proposer"`
	State    string          `json:"state"` // open, yes, no, expired or withdrawn
	AskedAt  time.Time       `json:"asked_at"`
	Expires  time.Time       `json:"expires"`
	Approver string          `json:"approver,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Decision *model.Decision `json:"decision,omitempty"`
}

func newApprovalLine(a model.Approval) approvalLine {
	return approvalLine{
		ID: a.ID, Case: a.CaseID, Expert: a.ExpertID, Proposer: a.Proposer, State: string(cases.ApprovalAt(a, time.Now())),
		AskedAt: a.AskedAt, Expires: a.Expires, Approver: a.Approver, Reason: a.Reason, Decision: a.Decision,
	}
}

// approvalFileLine is what approvals show --json prints.
type approvalFileLine struct {
	approvalLine
	ScreenName string           `json:"screen_name"`
	Cluster    string           `json:"cluster"`
	Evidence   []model.Evidence `json:"evidence"`
	OwnView    string           `json:"own_view,omitempty"`
	Barred     string           `json:"barred,omitempty"` // why this moderator may not answer
	Effects    []string         `json:"effects,omitempty"`
	Answer     string           `json:"answer,omitempty"` // given here: yes, no or withdrawn
	AnswerIs   string           `json:"answer_state,omitempty"`
	AnswerSays string           `json:"answer_error,omitempty"`
}

func (t *tool) approvalsCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "approvals",
		Short: "Answer proposals that need a second person",
		Long: `A severe sanction is proposed, and takes effect only when a second person agrees.
Show prints the evidence; with --view, which says what you would decide on it (a
step, or dismiss), also what was proposed. Approve and refuse need that view.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var all bool
	list := &cobra.Command{
		Use: "list", Short: "List the proposals that wait", Args: args(0, 0),
		RunE: t.onStore(func(ctx context.Context, desk *app.Desk, _ []string) error { return t.approvals(ctx, desk, all) }),
	}
	list.Flags().BoolVar(&all, "all", false, "also those that are over")
	var view string
	show := &cobra.Command{
		Use: "show ID", Short: "Show a proposal: its evidence, and with --view what was proposed", Args: args(1, 1),
		RunE: t.onStore(func(ctx context.Context, desk *app.Desk, ids []string) error {
			if view == "" {
				file, err := desk.Approval(ctx, ids[0])
				return t.approval(file, approvalError(ids[0], err))
			}
			file, err := desk.SeeProposal(ctx, ids[0], view)
			return t.approval(file, approvalError(ids[0], err))
		}),
	}
	show.Flags().StringVar(&view, "view", "", "what you would decide: a `step` such as warning, or dismiss; kept, and the first one stands")
	root.AddCommand(list, show,
		t.answerCommand("approve ID", "Agree to a proposal", cases.ApprovalAgree),
		t.answerCommand("refuse ID", "Refuse a proposal; --reason is needed", cases.ApprovalDecline),
		t.answerCommand("withdraw ID", "Take back a proposal of your own", cases.ApprovalWithdraw))
	return root
}

// onStore runs do on the desk of a store that is there.
func (t *tool) onStore(do func(ctx context.Context, desk *app.Desk, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		return t.onKept(cmd.Context(), func(desk *app.Desk) error { return do(cmd.Context(), desk, args) })
	}
}

func (t *tool) answerCommand(use, short string, event cases.ApprovalEvent) *cobra.Command {
	var reason string
	var send bool
	cmd := &cobra.Command{Use: use, Short: short, Args: args(1, 1), RunE: func(cmd *cobra.Command, ids []string) error {
		if err := t.existing(); err != nil {
			return err
		}
		ctx := cmd.Context()
		open := t.offline
		if send {
			open = t.online
		}
		desk, err := open(ctx)
		return with(desk, err, func(desk *app.Desk) error {
			answer, err := desk.AnswerApproval(ctx, ids[0], event, reason)
			if err != nil {
				return approvalError(ids[0], err)
			}
			if !send {
				if t.json {
					return t.emit(answer)
				}
				t.sayf("Kept. “menschctl undo %s” takes it back while it waits; the next sync after that sends it.", answer.ID)
				return nil
			}
			return t.sendAnswer(ctx, desk, ids[0])
		})
	}}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the proposer")
	cmd.Flags().BoolVar(&send, "send", false, "wait out the undo time and send it")
	return cmd
}

// sendAnswer waits out the undo time, sends, and says how it ended.
func (t *tool) sendAnswer(ctx context.Context, desk *app.Desk, id string) error {
	for {
		file, err := desk.Approval(ctx, id)
		if err != nil {
			return approvalError(id, err)
		}
		entry := file.Answer
		switch entry.State {
		case model.OutboxAcked:
			return t.approval(file, nil)
		case model.OutboxRejected:
			return &app.Refusal{Why: "The answer was not taken. " + entry.LastError}
		}
		if wait := time.Until(entry.NotBefore); wait > 0 {
			select {
			case <-ctx.Done():
				return fmt.Errorf("the answer is kept, and goes with the next sync: %w", ctx.Err())
			case <-time.After(min(wait, time.Second)):
			}
			continue
		}
		if _, err := desk.Push(ctx); err != nil {
			return err
		}
	}
}

func approvalError(id string, err error) error {
	if errors.Is(err, model.ErrNotFound) {
		return fmt.Errorf("there is no proposal %s in this store; sync first", id)
	}
	return err
}

func (t *tool) approvals(ctx context.Context, desk *app.Desk, all bool) error {
	const page = 200
	n := 0
	for after := ""; ; {
		list, err := desk.Approvals(ctx, model.ApprovalFilter{Open: !all}, after, page)
		if err != nil {
			return err
		}
		for _, a := range list {
			n++
			after = a.ID
			line := newApprovalLine(a)
			if t.json {
				if err := t.emit(line); err != nil {
					return err
				}
				continue
			}
			t.sayf("%s  %-9s  case %s, proposed by %s, until %s", line.ID, line.State, line.Case, oneLine(line.Proposer), line.Expires.UTC().Format(time.DateTime))
		}
		if len(list) < page {
			break
		}
	}
	if n == 0 && !t.json {
		t.sayf("No proposal waits.")
	}
	return nil
}

func (t *tool) approval(f app.ApprovalFile, err error) error {
	if err != nil {
		return err
	}
	line := approvalFileLine{
		approvalLine: newApprovalLine(f.Approval), ScreenName: f.Expert.ScreenName, Cluster: f.Expert.Cluster, Evidence: f.Evidence,
		OwnView: f.OwnView, Barred: f.Barred, Effects: f.Effects,
	}
	if f.Answer != nil {
		line.Answer, line.AnswerIs, line.AnswerSays = f.Answer.Answer.Answer, string(f.Answer.State), f.Answer.LastError
	}
	if t.json {
		return t.emit(line)
	}
	t.sayf("Proposal %s, %s: %s (%s, %s), by %s until %s", line.ID, line.State, oneLine(line.ScreenName), line.Expert, oneLine(line.Cluster),
		oneLine(line.Proposer), line.Expires.UTC().Format(time.DateTime))
	t.evidence(line.Evidence)
	if line.Decision == nil {
		t.sayf("Say what you would decide with --view to see what was proposed.")
		return nil
	}
	t.sanctions(*line.Decision)
	for _, e := range line.Effects {
		t.sayf("- %s", oneLine(e))
	}
	if line.Answer != "" {
		t.sayf("Your answer: %s (%s) %s", line.Answer, line.AnswerIs, oneLine(line.AnswerSays))
	}
	if line.Barred != "" {
		t.sayf("%s", line.Barred)
	}
	return nil
}

func (t *tool) evidence(list []model.Evidence) {
	for _, e := range list {
		t.sayf("  %s %s, %s: %s", e.Kind, e.ID, orUnnamed(e.Guideline), oneLine(e.Text))
	}
}

func (t *tool) sanctions(d model.Decision) {
	for _, s := range d.Sanctions {
		t.sayf("  %s for %s", step(s.Step, cases.Days(s)), s.Guideline)
	}
	if d.Rationale != "" {
		t.sayf("  for colleagues: %s", oneLine(d.Rationale))
	}
	if d.Message != "" {
		t.sayf("\n%s\n", d.Message)
	}
}
