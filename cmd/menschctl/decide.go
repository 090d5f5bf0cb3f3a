package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"mensch/app"
	"mensch/app/model"
)

// factsLine is what decide --json prints without an outcome.
type factsLine struct {
	Case        string         `json:"case"`
	Version     int64          `json:"version"`
	State       string         `json:"state"`
	Expert      string         `json:"expert"`
	ScreenName  string         `json:"screen_name"`
	Cluster     string         `json:"cluster"`
	Strikes     int            `json:"strikes"` // live ones
	Incidents   []incidentLine `json:"incidents"`
	Findings    []findingLine  `json:"findings"`
	Recommended []adviceLine   `json:"recommended"`
}

type incidentLine struct {
	ID        string    `json:"id"`
	Guideline string    `json:"guideline"`
	Reporter  string    `json:"reporter"`
	Text      string    `json:"text"`
	At        time.Time `json:"at"`
}

type findingLine struct {
	ID        string  `json:"id"`
	Guideline string  `json:"guideline"`
	Score     float64 `json:"score"`
	Advisory  bool    `json:"advisory"`
	Verdict   string  `json:"verdict"`
	Reason    string  `json:"reason"`
}

type adviceLine struct {
	Guideline string       `json:"guideline"`
	Step      model.Step   `json:"step"`
	Days      int          `json:"days"`
	Strikes   int          `json:"strikes"`
	Why       []string     `json:"why"`
	Steps     []model.Step `json:"steps"`
}

// previewLine is what decide --dry-run --json prints.
type previewLine struct {
	OK          bool           `json:"ok"`
	Problems    []string       `json:"problems"`
	Message     string         `json:"message"`
	SideEffects []string       `json:"side_effects"`
	Decision    model.Decision `json:"decision"`
}

// decideFlags are the flags of decide.
type decideFlags struct {
	dismiss     bool
	sanctions   []string
	findings    []string
	incidents   []string
	reason      string
	everywhere  bool
	field       string
	messageFile string
	language    string
	rationale   string
	dryRun      bool
	send        bool
}

func (t *tool) decideCommand() *cobra.Command {
	var f decideFlags
	cmd := &cobra.Command{
		Use:   "decide CASE",
		Short: "Show a case's facts, or decide it",
		Long: `Without --dismiss or --sanction, show a case: its incidents and findings with their
IDs, and the step that the expert's record suggests for each guideline.

With one of them, decide the case. The decision waits out the undo time in the
outbox (“menschctl undo ID” takes it back) and goes with the next sync after it;
--send waits for that and sends it.

  --sanction GUIDELINE             the recommended step
  --sanction GUIDELINE:STEP        another step, with --reason
  --sanction GUIDELINE:STEP:DAYS   of a suspension; 0 days: no end

Evidence is named with --finding and --incident. If nothing is, it is every
incident of the case and every finding of the sanctioned guidelines that nobody
rejected.`,
		Args: args(1, 1),
		RunE: func(cmd *cobra.Command, ids []string) error {
			if f.dismiss && len(f.sanctions) > 0 {
				return usagef("decide: --dismiss and --sanction exclude each other")
			}
			if err := t.existing(); err != nil {
				return err
			}
			ctx := cmd.Context()
			open := t.offline
			if f.send && !f.dryRun {
				open = t.online
			}
			desk, err := open(ctx)
			return with(desk, err, func(desk *app.Desk) error {
				if !f.dismiss && len(f.sanctions) == 0 {
					return t.facts(ctx, desk, ids[0])
				}
				return t.decide(ctx, desk, ids[0], f)
			})
		},
	}
	fs := cmd.Flags()
	fs.BoolVar(&f.dismiss, "dismiss", false, "no guideline was broken")
	fs.StringArrayVar(&f.sanctions, "sanction", nil, "`GUIDELINE[:STEP[:DAYS]]`; may be repeated")
	fs.StringArrayVar(&f.findings, "finding", nil, "`ID` of a finding that is evidence; may be repeated")
	fs.StringArrayVar(&f.incidents, "incident", nil, "`ID` of an incident that is evidence; may be repeated")
	fs.StringVar(&f.reason, "reason", "", "why the step is not the recommended one")
	fs.BoolVar(&f.everywhere, "everywhere", false, "the sanction holds in all clusters")
	fs.StringVar(&f.field, "field", "", "of a field reset: name, headline, bio, gender, degrees, credentials")
	fs.StringVar(&f.messageFile, "message-file", "", "a `file` with the text to the expert (default: composed from the guideline's template; - is standard input)")
	fs.StringVar(&f.language, "language", "", "of the message (default: the expert's)")
	fs.StringVar(&f.rationale, "rationale", "", "for colleagues; the expert never sees it")
	fs.BoolVar(&f.dryRun, "dry-run", false, "show the message and what it does, and decide nothing")
	fs.BoolVar(&f.send, "send", false, "wait out the undo time and send it")
	return cmd
}

func (t *tool) facts(ctx context.Context, desk *app.Desk, id string) error {
	file, err := desk.CaseFile(ctx, id)
	if err != nil {
		return caseError(id, err)
	}
	advice, err := desk.Recommend(ctx, id)
	if err != nil {
		return err
	}
	line := factsLine{
		Case: file.Case.ID, Version: file.Case.Version, State: string(file.Case.State), Expert: file.Expert.ID, ScreenName: file.Expert.ScreenName,
		Cluster: file.Expert.Cluster, Incidents: []incidentLine{}, Findings: []findingLine{}, Recommended: []adviceLine{},
	}
	for _, s := range file.Strikes {
		if s.Live(time.Now()) {
			line.Strikes += s.Count
		}
	}
	named := map[string]bool{}
	for _, i := range file.Incidents {
		named[i.Guideline] = true
		line.Incidents = append(line.Incidents, incidentLine{ID: i.ID, Guideline: i.Guideline, Reporter: string(i.Reporter), Text: i.Text, At: i.At})
	}
	for _, f := range file.Findings {
		named[f.Guideline] = true
		line.Findings = append(line.Findings, findingLine{ID: f.ID, Guideline: f.Guideline, Score: f.Score, Advisory: f.Advisory, Verdict: string(f.Verdict), Reason: f.Reason})
	}
	for _, a := range advice {
		if named[a.Guideline] {
			line.Recommended = append(line.Recommended, adviceLine{Guideline: a.Guideline, Step: a.Step, Days: a.Days, Strikes: a.Strikes, Why: a.Why, Steps: a.Steps})
		}
	}
	if t.json {
		return t.emit(line)
	}
	t.sayf("Case %s, %s: %s (%s, %s), %d live strikes", line.Case, line.State, oneLine(line.ScreenName), line.Expert, oneLine(line.Cluster), line.Strikes)
	for _, i := range line.Incidents {
		t.sayf("  incident %s, %s, from %s: %s", i.ID, orUnnamed(i.Guideline), i.Reporter, oneLine(i.Text))
	}
	for _, f := range line.Findings {
		note := ""
		if f.Advisory {
			note = ", only a hint"
		}
		if f.Verdict != "" {
			note += ", " + f.Verdict
		}
		t.sayf("  finding %s, %s, %.0f %%%s: %s", f.ID, f.Guideline, 100*f.Score, note, oneLine(f.Reason))
	}
	for _, a := range line.Recommended {
		t.sayf("  suggested for %s: %s", a.Guideline, step(a.Step, a.Days))
		for _, w := range a.Why {
			t.sayf("    %s", oneLine(w))
		}
	}
	return nil
}

func orUnnamed(guideline string) string {
	if guideline == "" {
		return "no guideline named"
	}
	return guideline
}

func step(s model.Step, days int) string {
	if s == model.StepSuspension && days > 0 {
		return fmt.Sprintf("%s for %d days", s, days)
	}
	return string(s)
}

func caseError(id string, err error) error {
	if errors.Is(err, model.ErrNotFound) {
		return fmt.Errorf("there is no case %s in this store", id)
	}
	return err
}

func (t *tool) decide(ctx context.Context, desk *app.Desk, id string, f decideFlags) error {
	draft, err := t.draft(ctx, desk, id, f)
	if err != nil {
		return err
	}
	preview, err := desk.Preview(ctx, draft)
	if err != nil {
		return err
	}
	if f.dryRun {
		return t.preview(preview)
	}
	if len(preview.Problems) > 0 {
		return &app.Refusal{Why: "The decision was not made. " + strings.Join(preview.Problems, " ")}
	}
	decision, err := desk.Decide(ctx, draft)
	if err != nil {
		return err
	}
	entry, err := outboxEntry(ctx, desk, decision.ID)
	if err != nil {
		return err
	}
	if !f.send {
		if t.json {
			return t.emit(newOutboxLine(entry))
		}
		t.sayf("Decided. Until %s UTC, “menschctl undo %s” takes it back; the next sync after that sends it.", entry.NotBefore.UTC().Format(time.TimeOnly), decision.ID)
		return nil
	}
	return t.deliver(ctx, desk, entry)
}

// draft makes the decision that the flags ask for.
func (t *tool) draft(ctx context.Context, desk *app.Desk, id string, f decideFlags) (app.Draft, error) {
	draft := app.Draft{CaseID: id, Outcome: model.Dismissed, Findings: f.findings, Incidents: f.incidents, Language: f.language, Rationale: f.rationale}
	file, err := desk.CaseFile(ctx, id)
	if err != nil {
		return draft, caseError(id, err)
	}
	if f.messageFile != "" {
		if draft.Message, err = t.readMessage(f.messageFile); err != nil {
			return draft, err
		}
	}
	if len(f.sanctions) > 0 {
		draft.Outcome = model.Sanctioned
		advice, err := desk.Recommend(ctx, id)
		if err != nil {
			return draft, err
		}
		for _, s := range f.sanctions {
			sanction, err := parseSanction(s, advice, desk.GuidelineIDs())
			if err != nil {
				return draft, err
			}
			sanction.Everywhere, sanction.DepartedReason = f.everywhere, f.reason
			if sanction.Step == model.StepFieldReset {
				sanction.Field = f.field
			}
			draft.Sanctions = append(draft.Sanctions, sanction)
		}
	}
	if len(f.findings)+len(f.incidents) > 0 {
		return draft, nil
	}
	for _, i := range file.Incidents {
		draft.Incidents = append(draft.Incidents, i.ID)
	}
	for _, finding := range file.Findings {
		about := slices.ContainsFunc(draft.Sanctions, func(s app.DraftSanction) bool { return s.Guideline == finding.Guideline })
		if about && !finding.Advisory && finding.Verdict != model.VerdictRejected {
			draft.Findings = append(draft.Findings, finding.ID)
		}
	}
	return draft, nil
}

// parseSanction reads GUIDELINE[:STEP[:DAYS]].
func parseSanction(s string, advice []app.Recommendation, known []string) (app.DraftSanction, error) {
	parts := strings.Split(s, ":")
	sanction := app.DraftSanction{Guideline: parts[0]}
	if !slices.Contains(known, parts[0]) {
		return sanction, usagef("decide: there is no guideline %q; there are %s", parts[0], strings.Join(known, ", "))
	}
	i := slices.IndexFunc(advice, func(r app.Recommendation) bool { return r.Guideline == parts[0] })
	switch {
	case len(parts) > 3:
		return sanction, usagef("decide: %q is no GUIDELINE[:STEP[:DAYS]]", s)
	case len(parts) == 1 && i < 0:
		return sanction, usagef("decide: nothing is recommended for %s; name the step", parts[0])
	case len(parts) == 1:
		sanction.Step, sanction.Days = advice[i].Step, advice[i].Days
		return sanction, nil
	}
	sanction.Step = model.Step(parts[1])
	if i >= 0 && !slices.Contains(advice[i].Steps, sanction.Step) {
		steps := make([]string, len(advice[i].Steps))
		for j, step := range advice[i].Steps {
			steps[j] = string(step)
		}
		return sanction, usagef("decide: the ladder of %s has no step %q; it has %s", parts[0], parts[1], strings.Join(steps, ", "))
	}
	if len(parts) == 3 {
		days, err := strconv.Atoi(parts[2])
		if err != nil || days < 0 || sanction.Step != model.StepSuspension {
			return sanction, usagef("decide: the days of %q must be a number, and go with a suspension", s)
		}
		sanction.Days = days
	} else if i >= 0 && sanction.Step == advice[i].Step {
		sanction.Days = advice[i].Days
	}
	return sanction, nil
}

func (t *tool) readMessage(path string) (string, error) {
	const most = 64 << 10
	in := t.in
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("the message cannot be read: %w", err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	raw, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return "", fmt.Errorf("the message cannot be read: %w", err)
	}
	text := strings.TrimSpace(string(raw))
	if len(raw) > most || !utf8.ValidString(text) || text == "" {
		return "", errors.New("the message must be 1 byte to 64 KiB of UTF-8 text")
	}
	return text, nil
}

// preview prints a draft as it would go out; one that cannot is refused.
func (t *tool) preview(p app.Preview) error {
	line := previewLine{OK: len(p.Problems) == 0, Problems: p.Problems, Message: p.Message, SideEffects: p.SideEffects, Decision: p.Decision}
	if line.Problems == nil {
		line.Problems = []string{}
	}
	if line.SideEffects == nil {
		line.SideEffects = []string{}
	}
	if t.json {
		if err := t.emit(line); err != nil {
			return err
		}
	} else {
		if p.Message != "" {
			t.sayf("%s\n", p.Message)
		}
		for _, s := range p.SideEffects {
			t.sayf("- %s", s)
		}
		t.sayf("Nothing was decided.")
	}
	if len(p.Problems) > 0 {
		return &app.Refusal{Why: "It could not be decided like this. " + strings.Join(p.Problems, " ")}
	}
	return nil
}
