package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// appealLine is what appeals --json prints.
type appealLine struct {
	model.Appeal
	First     *model.Decision  `json:"decision,omitempty"` // that is objected to; with show
	Evidence  []model.Evidence `json:"evidence,omitempty"`
	Approvals []model.Approval `json:"approvals,omitempty"`
	Barred    string           `json:"barred,omitempty"` // why this moderator may not decide it
	Kept      []string         `json:"kept,omitempty"`   // files written by --files
}

// appealFlags are those of appeals decide.
type appealFlags struct {
	uphold, overturn bool
	change           []string
	reason           string
	departed         string
	everywhere       bool
	dryRun, send     bool
}

func (t *tool) appealsCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "appeals",
		Short: "Answer objections of experts",
		Long: `An appeal is decided by somebody who took no part in the decision that it is
against: neither as its moderator nor as its second person. Overturning gives
everything back: strikes, ratings, the photo, the account.`,
		Args: args(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var all bool
	list := &cobra.Command{
		Use: "list", Short: "List the appeals that wait, oldest first", Args: args(0, 0),
		RunE: t.onStore(func(ctx context.Context, desk *app.Desk, _ []string) error { return t.appeals(ctx, desk, all) }),
	}
	list.Flags().BoolVar(&all, "all", false, "also those that were answered")
	var folder string
	show := &cobra.Command{
		Use: "show ID", Short: "Show an appeal with the decision that it is against", Args: args(1, 1),
		RunE: t.onStore(func(ctx context.Context, desk *app.Desk, ids []string) error {
			return t.appeal(ctx, desk, ids[0], folder)
		}),
	}
	show.Flags().StringVar(&folder, "files", "", "write its files into this `folder`, named by their SHA-256; none is opened")
	root.AddCommand(list, show, t.appealDecideCommand())
	return root
}

func (t *tool) appealDecideCommand() *cobra.Command {
	var f appealFlags
	cmd := &cobra.Command{
		Use: "decide ID", Short: "Decide an appeal: uphold, overturn or change the decision", Args: args(1, 1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			n := 0
			for _, on := range []bool{f.uphold, f.overturn, len(f.change) > 0} {
				if on {
					n++
				}
			}
			if n != 1 {
				return usagef("appeals decide: choose one of --uphold, --overturn and --change")
			}
			if err := t.existing(); err != nil {
				return err
			}
			open := t.offline
			if f.send {
				open = t.online
			}
			desk, err := open(cmd.Context())
			return with(desk, err, func(desk *app.Desk) error { return t.decideAppeal(cmd.Context(), desk, ids[0], f) })
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&f.uphold, "uphold", false, "let the decision stand")
	fs.BoolVar(&f.overturn, "overturn", false, "take the decision back as a whole")
	fs.StringArrayVar(&f.change, "change", nil, "put `GUIDELINE[:STEP[:DAYS]]` in its place; may be given several times")
	fs.StringVar(&f.reason, "reason", "", "why; the expert and colleagues are told")
	fs.StringVar(&f.departed, "departed", "", "with --change: why it is not the recommended step")
	fs.BoolVar(&f.everywhere, "everywhere", false, "with --change: in all clusters")
	fs.BoolVar(&f.dryRun, "dry-run", false, "show the message and what it does, decide nothing")
	fs.BoolVar(&f.send, "send", false, "wait out the undo time and send it")
	return cmd
}

func appealError(id string, err error) error {
	if errors.Is(err, model.ErrNotFound) {
		return fmt.Errorf("there is no appeal %s in this store; sync first", id)
	}
	return err
}

func (t *tool) appeals(ctx context.Context, desk *app.Desk, all bool) error {
	const page = 200
	n := 0
	for after := ""; ; {
		list, err := desk.Appeals(ctx, !all, after, page)
		if err != nil {
			return err
		}
		for _, a := range list {
			n++
			after = a.ID
			if t.json {
				if err := t.emit(appealLine{Appeal: a}); err != nil {
					return err
				}
				continue
			}
			state := a.Outcome
			if state == "" {
				state = "open"
			}
			t.sayf("%s  %-10s  case %s, %s, %d files: %s", a.ID, state, a.CaseID, a.At.UTC().Format(time.DateOnly), len(a.Files), shorten(oneLine(a.Text), 80))
		}
		if len(list) < page {
			break
		}
	}
	if n == 0 && !t.json {
		t.sayf("No appeal waits.")
	}
	return nil
}

func (t *tool) appeal(ctx context.Context, desk *app.Desk, id, folder string) error {
	file, err := desk.Appeal(ctx, id)
	if err != nil {
		return appealError(id, err)
	}
	line := appealLine{Appeal: *file.Appeal, First: &file.First, Evidence: file.Evidence, Approvals: file.Approvals, Barred: file.Barred}
	line.First.Evidence = nil // they stand beside it
	if folder != "" {
		for _, f := range file.Files {
			if f.Fault != "" {
				t.tellf("%s: %s", oneLine(f.Name), f.Fault)
				continue
			}
			path, err := t.keepPaper(ctx, desk, folder, f.ID)
			if err != nil {
				return err
			}
			line.Kept = append(line.Kept, path)
		}
	}
	if t.json {
		return t.emit(line)
	}
	t.sayf("Appeal %s against %s: %s (%s)", id, line.DecisionID, oneLine(file.Expert.ScreenName), line.ExpertID)
	t.sayf("  %s", oneLine(line.Text))
	for _, f := range file.Files {
		t.sayf("  file %s: %s, %d bytes, %s", oneLine(f.Name), f.MediaType, f.Bytes, f.ID)
	}
	t.sayf("The decision, by %s:", oneLine(file.First.Moderator))
	t.sanctions(file.First)
	t.evidence(file.Evidence)
	if line.Barred != "" {
		t.sayf("%s", line.Barred)
	}
	return nil
}

// keepPaper writes a file of an appeal under its hash: what the sender called
// it never becomes a path.
func (t *tool) keepPaper(ctx context.Context, desk *app.Desk, folder, id string) (path string, err error) {
	in, err := desk.OpenPaper(ctx, id)
	if err != nil {
		return "", err
	}
	defer func() { _ = in.Close() }()
	path = filepath.Join(folder, id)
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return "", fmt.Errorf("keeping a file of the appeal: %w", err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Close()); err != nil {
		return "", fmt.Errorf("keeping a file of the appeal: %w", err)
	}
	return path, nil
}

func (t *tool) decideAppeal(ctx context.Context, desk *app.Desk, id string, f appealFlags) error {
	var decide func() (model.Decision, error)
	var preview app.Preview
	if len(f.change) > 0 {
		file, err := desk.Appeal(ctx, id)
		if err != nil {
			return appealError(id, err)
		}
		advice, err := desk.Recommend(ctx, file.First.CaseID)
		if err != nil {
			return err
		}
		draft := app.Draft{CaseID: file.First.CaseID, Outcome: model.Sanctioned, Rationale: f.reason, Reverses: file.First.ID, Answers: id}
		for _, text := range f.change {
			sanction, err := parseSanction(text, advice, desk.GuidelineIDs())
			if err != nil {
				return err
			}
			sanction.Everywhere, sanction.DepartedReason = f.everywhere, f.departed
			draft.Sanctions = append(draft.Sanctions, sanction)
		}
		if preview, err = desk.Preview(ctx, draft); err != nil {
			return err
		}
		decide = func() (model.Decision, error) { return desk.Decide(ctx, draft) }
	} else {
		draft := app.ReviewDraft{AppealID: id, Overturn: f.overturn, Reason: f.reason}
		var err error
		if preview, err = desk.PreviewReview(ctx, draft); err != nil {
			return appealError(id, err)
		}
		decide = func() (model.Decision, error) { return desk.ConfirmReview(ctx, draft) }
	}
	if f.dryRun {
		return t.preview(preview)
	}
	decision, err := decide()
	if err != nil {
		return err
	}
	entry, err := outboxEntry(ctx, desk, decision.ID)
	if err != nil {
		return err
	}
	if f.send {
		return t.deliver(ctx, desk, entry)
	}
	if t.json {
		return t.emit(newOutboxLine(entry))
	}
	t.sayf("Decided. Until %s UTC, “menschctl undo %s” takes it back; the next sync after that sends it.", entry.NotBefore.UTC().Format(time.TimeOnly), decision.ID)
	return nil
}
